"""The first cell of every notebook: beside the gallery it only finds it, elsewhere it fetches it, or says what is missing."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest

from kit.root import ROOT
from tools import first_cell

BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NEEDED = {"ipywidgets", "diffusers", "scikit-image"}

pytestmark = pytest.mark.skipif(not BOOKS, reason="this copy has no notebooks")


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_every_notebook_has_the_cell_of_today_folded_after_its_opening(path):
    book = nbformat.read(path, as_version=4)
    cell = book.cells[1]
    assert cell.source == first_cell.source(), "run python tools/first_cell.py"
    assert cell.id == first_cell.NAME and cell.metadata["tags"] == ["hide-input"] and cell.outputs == []
    later = "\n".join(c.source for c in book.cells[2:] if c.cell_type == "code")
    assert "import ipywidgets" not in later and "sys.path" not in later, (
        "it would fail where widgets are missing"
    )


def test_the_address_comes_from_pyproject_and_nowhere_else(tmp_path, monkeypatch):
    assert first_cell.address() == ""  # none is known yet
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nRepository = "https://example.org/gallery"\n')
    monkeypatch.setattr(first_cell, "ROOT", tmp_path)
    assert first_cell.address() == "https://example.org/gallery"
    assert 'ADDRESS = "https://example.org/gallery"' in first_cell.source()


def run(code: str, folder, prelude: str = "") -> subprocess.CompletedProcess:
    """The cell in a fresh Python, without what lies beside the tests."""
    return subprocess.run([sys.executable, "-I", "-c", f"{prelude}\n{code}\nimport i2i; print(i2i.__file__)"],
                          cwd=folder, capture_output=True, text=True, timeout=120)  # fmt: skip


def test_beside_the_gallery_nothing_is_fetched():
    broken = (
        "import subprocess\ndef no(*_, **__): raise SystemExit('something was fetched')\nsubprocess.run = no"
    )
    done = run(first_cell.source(), ROOT / "notebooks", broken)
    assert done.stdout.strip() == str(ROOT / "i2i" / "__init__.py"), done.stderr


def test_alone_and_without_an_address_it_says_what_is_missing(tmp_path):
    done = run(first_cell.source(), tmp_path)
    assert done.returncode == 1 and "needs the gallery's package i2i" in done.stderr


def test_alone_it_clones_the_repository_installs_what_is_missing_and_goes_there(tmp_path):
    remote, host = tmp_path / "remote", tmp_path / "host"
    (remote / "i2i").mkdir(parents=True)
    (remote / "notebooks").mkdir()
    host.mkdir()
    (remote / "i2i" / "__init__.py").write_text("")
    (remote / "notebooks" / "a.ipynb").write_text("{}")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", str(remote)]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    # pip is not run: what it would be told is noted
    prelude = (
        "import subprocess\nown = subprocess.run\n"
        "def noted(words, **options):\n"
        "    return own(words, **options) if words[0] == 'git' else print(*words[1:])\n"
        "subprocess.run = noted"
    )
    code = first_cell.source().replace('ADDRESS = ""', f'ADDRESS = "{remote.as_uri()}"')
    for _ in range(2):  # the second time the copy is there
        done = run(code, host, prelude)
        assert done.stdout.splitlines() == [
            "-m pip install -q ./gallery[hosted]",
            str(host / "gallery" / "i2i" / "__init__.py"),
        ], done.stderr


def test_what_a_host_lacks_is_named_and_binder_installs_all():
    project = (ROOT / "pyproject.toml").read_text()
    hosted = project.partition("hosted = [")[2].partition("]")[0]
    assert all(name in hosted for name in NEEDED)
    lines = (ROOT / ".binder" / "requirements.txt").read_text().splitlines()
    assert "-r ../requirements.txt" in lines and any("whl/cpu" in line for line in lines)
    assert (ROOT / ".binder" / "runtime.txt").read_text().startswith("python-3.1")
