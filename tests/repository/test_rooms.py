"""The rooms of the tests: who imports what."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kit.root import ROOT

pytestmark = pytest.mark.patient

TESTS = ROOT / "tests"
ROOMS = sorted(p.name for p in TESTS.iterdir() if p.is_dir() and list(p.glob("test_*.py")))
_IMPORTS = """
import sys
sys.path[:0] = {paths}
import conftest
for name in {names}:
    __import__(name)
    if found := [n for n in ("gradio", "demos", "app") if n in sys.modules]:
        sys.exit(f"{{name}}.py imports {{', '.join(found)}}")
"""


def test_there_are_rooms_and_every_test_is_in_one():
    assert {"contract", "methods", "data", "measure", "core", "app"} <= {*ROOMS} and not list(
        TESTS.glob("test_*.py")
    )


def test_no_two_files_of_tests_share_a_name():
    """Rooms are no packages: pytest refuses the second of two modules with one name, in a run of both alone."""
    names = [p.name for p in TESTS.glob("*/test_*.py")]
    assert sorted(n for n in {*names} if names.count(n) > 1) == []


def test_only_the_tests_of_the_app_import_it():
    """Gradio takes seconds to import, and nothing else needs it."""
    files = sorted(p for p in TESTS.glob("*/test_*.py") if p.parent.name != "app")
    paths = [str(ROOT), str(TESTS), *{str(p.parent) for p in files}]
    code = _IMPORTS.format(paths=paths, names=[p.stem for p in files])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_no_test_is_imported_from_another():
    lines = {p: p.read_text().splitlines() for p in TESTS.rglob("*.py")}
    found = [
        f"{p.relative_to(TESTS)}: {line}"
        for p, text in lines.items()
        for line in text
        if line.startswith(("from test_", "import test_", "from conftest"))
    ]
    assert found == [], "what two files need stands in tests/kit"
