"""The first cell of every notebook, folded: it finds the gallery, or fetches it where a notebook was opened alone, as on Colab and Kaggle.

    python tools/first_cell.py      writes the cell anew into all notebooks

The address of the gallery's repository is written in one place, pyproject.toml, `[project.urls]`. As long as it stands empty there the
cell fetches nothing: it says what is missing. Binder has the whole repository; what it installs is in `.binder/`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAME = "first-cell"

_CELL = """\
# Finds the gallery around this notebook. Where there is none, as on Colab or Kaggle, it fetches a copy and what that needs.
import importlib.util
import os
import subprocess
import sys

ADDRESS = "{address}"  # of the gallery's repository; tools/first_cell.py writes it, from pyproject.toml
sys.path.insert(0, os.path.abspath(".."))  # the package lies beside this folder
if importlib.util.find_spec("i2i") is None:
    if not ADDRESS:
        raise ModuleNotFoundError("This notebook needs the gallery's package i2i. Open it in the folder notebooks of a copy of "
                                  "the gallery, or write the address of the gallery's repository into ADDRESS above.")
    if not os.path.isdir("gallery"):
        subprocess.run(["git", "clone", "-q", "--depth", "1", ADDRESS, "gallery"], check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "./gallery[hosted]"], check=True)
    os.chdir("gallery/notebooks")
    sys.path.insert(0, os.path.abspath(".."))"""


def address() -> str:
    """The repository's address in pyproject.toml, "" as long as there is none."""
    found = re.search(r'^Repository = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    return found[1] if found else ""


def source() -> str:
    """The code of the cell."""
    return _CELL.format(address=address())


def with_first_cell(book: NotebookNode) -> NotebookNode:
    """A notebook whose second cell, after the opening, is this one, folded."""
    cells = [cell for cell in book.cells if cell.id != NAME]
    hidden = {"tags": ["hide-input"], "jupyter": {"source_hidden": True}}
    cell = nbformat.v4.new_code_cell(source(), id=NAME, metadata=hidden)
    cell.execution_count = 1
    book.cells = [cells[0], cell, *cells[1:]]
    return book


if __name__ == "__main__":
    for path in BOOKS:
        book = with_first_cell(nbformat.read(path, as_version=4))
        path.write_text(nbformat.writes(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
