"""What several files of tests of the app share."""

from __future__ import annotations

import pytest

from kit.served import APP, serving


@pytest.fixture(scope="session")
def app_server(tmp_path_factory):
    """The app as `python app.py` serves it, once for all files of a process: a start takes long."""
    with serving(tmp_path_factory.mktemp("app"), APP) as running:
        yield running
