"""The page as an earlier start built it: it stands at once, and is built in full when its first visitor has come.

Until then neither torch nor any tab is imported. What a browser reads to show the page lies in the user's cache, beside what the
tabs open with (see work/openings.py). The first event waits until the tabs are there, and all others find them.
"""

from __future__ import annotations

import copy
import json
import threading
from importlib import import_module

from gradio.routes import ORJSONResponse

from i2i.files import dataset_homes

from .page import Page
from .work import openings, pictures

_PARTS = ("components", "dependencies", "layout", "page", "connect_heartbeat")  # of a page's config


class Standing(Page):
    """A page that shows what is `kept` of an earlier one, until it is filled. tabs, key: as of `whole`."""

    def __init__(self, kept: dict, tabs: str, key: str):
        self._kept, self._tabs, self._key = kept, tabs, key
        self._filling, self._fault = threading.Lock(), None
        super().__init__()  # asks for the config already
        pictures.keep(kept["pictures"])
        with self:
            pass

    def get_config_file(self) -> dict:
        config = super().get_config_file()
        return config | self._kept["config"] if self._kept else config

    def get_api_info(self, all_endpoints: bool = False, page: str | None = None) -> dict:
        if self._kept and not all_endpoints:
            return copy.deepcopy(self._kept["info"])  # there is but one page
        self.fill()
        return super().get_api_info(all_endpoints, page)

    def fill(self) -> None:
        """Import and build the tabs, once; whoever asks meanwhile waits. Where that failed, it fails again."""
        with self._filling:
            if self._fault:
                raise self._fault
            if not self._kept:
                return
            serving = self.app
            try:
                with openings.keeping(self._key):
                    self.build(import_module(self._tabs).TABS)
            except Exception as fault:
                self._fault = fault
                raise
            self.app = serving  # leaving the block had made another one
            self._kept = None
            self.config = self.get_config_file()
            for session in serving.state_holder.session_data.values():
                session.blocks_config = copy.copy(self.default_config)


def whole(tabs: str) -> Page:
    """The app of the functions TABS in the module `tabs`: standing, if an earlier start kept its page, and else built, and kept."""
    key = openings.key_of(datasets=dataset_homes())
    shelf = openings.Openings(openings.home(), f"{key}-page")
    if shelf.has("page"):
        return Standing(shelf.get("page", dict), tabs, key)
    app = Page()
    with openings.keeping(key):
        app.build(import_module(tabs).TABS)
    shelf.get("page", lambda: _kept(app))
    shelf.save()
    return app


def _kept(app: Page) -> dict:
    """What `Standing` needs of a page that was built just now."""
    config = app.get_config_file()
    read = {"config": {part: config[part] for part in _PARTS if part in config}, "info": app.get_api_info()}
    return json.loads(ORJSONResponse(read).body) | {"pictures": pictures.kept()}
