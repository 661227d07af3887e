"""The notebooks for a lecture hall: `make slides`, `make student`, `make instructor` write copies into exports/.

    slides      one HTML file for each notebook, which needs nothing else, no network either: a slide for each paragraph of text with
                the code and the outputs that follow it. Formulas are set by the KaTeX that comes with gradio.
    student     notebooks without outputs, without the solutions of exercises and without the answers of the recall
    instructor  notebooks with outputs, in which every solution and every answer stands unfolded

Notebooks are only read here, never run. Copies lie one folder deep, as notebooks/ does: relative links and imports stay right.
"""

from __future__ import annotations

import html
import importlib.util
import re
import sys
from functools import cache
from pathlib import Path

import nbformat
from nbconvert.exporters.html import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = "first-cell"  # as tools/first_cell.py calls it
FOLDED = re.compile(r"<details><summary>(.*?)</summary>\s*(.*?)\s*</details>\n?", re.S)
OUTCOME = re.compile(r"\s*\*Expected outcome:\*[^\n]*")
ANSWER = re.compile(r"<details><summary>Unfold the answer</summary>(.*?)</details>", re.S)
HEADING = re.compile(r"^(?=##+ )", re.M)


# -- notebooks ------------------------------------------------------------------------------------------------------


def student(book: NotebookNode) -> NotebookNode:
    """A copy without outputs, solutions and answers. The questions of the recall stay, as a list."""

    def closed(fold: re.Match) -> str:
        return "" if fold[1] == "Solution" else f"- {fold[1]}\n"

    copy = _linked(book, "student")
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = OUTCOME.sub("", FOLDED.sub(closed, cell.source)).strip()
    copy.cells = [cell for cell in copy.cells if cell.source]
    copy.metadata.pop("widgets", None)
    return copy


def instructor(book: NotebookNode) -> NotebookNode:
    """A copy in which solutions, the recall and the answers to predictions stand unfolded."""
    copy = _linked(book, "instructor")
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = FOLDED.sub(r"**\1**\n\n\2\n\n", cell.source)
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = ANSWER.sub(r"\1", output.data["text/html"])
    return copy


def _linked(book: NotebookNode, kind: str) -> NotebookNode:
    """A copy whose links to other notebooks lead to their copies of this kind."""
    copy = nbformat.from_dict(book)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\d\d_\w+)\.ipynb", rf"](\1.{kind}{SUFFIX[kind]}", cell.source)
    return copy


# -- slides ---------------------------------------------------------------------------------------------------------


def slides(book: NotebookNode, title: str) -> str:
    """The notebook as one HTML page of slides. Left out are imports, code that only draws or shows, controls, and what checks say
    of exercises that nobody has tried."""
    copy = _linked(book, "slides")
    copy.metadata.pop("widgets", None)
    for cell in copy.cells:
        if cell.cell_type == "code":
            still = [
                o for o in cell.outputs if "application/vnd.jupyter.widget-view+json" not in o.get("data", {})
            ]
            shows = re.fullmatch(r"(predict|show\.claim|show\.source)\([^\n]*\)", cell.source)
            if shows or (cell.outputs and not still):
                cell.metadata.tags = ["hide-input"]
            cell.outputs = [o for o in still if not _of_an_exercise(o)]
    config = Config({
        "HTMLExporter": {"exclude_input_prompt": True, "exclude_output_prompt": True, "exclude_anchor_links": True},
        "TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {"hide-input"}},
    })  # fmt: skip
    exporter = _Page(config=config, template_name="basic")
    shown = []
    for cells in _grouped(copy.cells):
        part = nbformat.from_dict({**copy, "cells": cells})
        shown.append(f'<section class="slide">{exporter.from_notebook_node(part)[0]}</section>')
    here = Path(__file__).parent
    return "\n".join([
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title>",
        f"<style>{HtmlFormatter().get_style_defs('.highlight')}\n{(here / 'slides.css').read_text(encoding='utf-8')}</style>",
        "</head><body>", *shown, '<nav aria-live="polite"></nav>',
        f'<script type="module">{_katex()}\n{(here / "slides.js").read_text(encoding="utf-8")}</script>',
        "</body></html>",
    ])  # fmt: skip


def _of_an_exercise(output: NotebookNode) -> bool:
    """Whether an output is what a check says of an exercise that nobody has tried yet."""
    return "".join(output.get("data", {}).get("text/plain", "")).startswith(("Not tried yet", "✗ Not yet"))


def _grouped(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """Cells by slide. A heading and a cell of text begin a slide; so does what follows a question, since the answer stands in it."""
    groups: list[list[NotebookNode]] = []
    begins = True
    for cell in cells:
        if cell.cell_type == "markdown":
            parts = [part for part in HEADING.split(cell.source) if part.strip()]
            groups += [[nbformat.from_dict({**cell, "source": part})] for part in parts]
        elif (
            "from i2i.check import" in cell.source or cell.get("id") == FIRST
        ):  # the imports, and what comes before them
            continue
        elif begins:
            groups.append([cell])
        else:
            groups[-1].append(cell)
        begins = "predict(" in cell.source and cell.cell_type == "code"
    return groups


class _Page(HTMLExporter):
    """HTML whose formulas are elements: KaTeX is told where one begins, and need not look for dollar signs."""

    def default_filters(self):
        yield from super().default_filters()
        yield "markdown2html", lambda source: MarkdownWithMath(_Formulas(escape=False)).render(source)


class _Formulas(IPythonRenderer):
    def __init__(self, **options):
        super().__init__(exclude_anchor_links=True, **options)

    def block_math(self, body: str) -> str:
        return f'<span class="math display">{html.escape(body)}</span>'

    def inline_math(self, body: str) -> str:
        return f'<span class="math">{html.escape(body)}</span>'


@cache
def _katex() -> str:
    """KaTeX as a script that sets the variable `katex`. FileNotFoundError where gradio brings none."""
    package = importlib.util.find_spec("gradio")
    folder = Path(package.origin).parent / "templates" / "frontend" / "assets" if package else Path()
    for path in folder.glob("katex-*.js"):
        code, found = re.subn(
            r"export\s*\{\s*(\w+) as default\s*\};?", r"return \1;", path.read_text(encoding="utf-8")
        )
        if found == 1 and "</script" not in code:
            return f"const katex = (() => {{{code}}})();"
    raise FileNotFoundError(f"no KaTeX in {folder}: slides set their formulas with the one of gradio.")


# -- how long it takes ----------------------------------------------------------------------------------------------

WORDS, LINES, EXERCISE, PREDICTION = (
    200,
    10,
    4,
    1,
)  # text and code read in a minute; minutes for each of the others


def minutes(book: NotebookNode) -> dict[str, float]:
    """Heading -> minutes that reading and trying its section takes, without the time in which cells run. "": the opening.

    200 words of text or ten lines of code a minute, four minutes for an exercise, one for a prediction. Outputs are not counted.
    """
    found, heading = {"": 0.0}, ""
    for cell in book.cells:
        if cell.cell_type == "code":
            asked = {word: len(re.findall(rf"^{word}\(", cell.source, re.M)) for word in ("check", "predict")}
            lines = 0 if "hide-input" in cell.metadata.get("tags", ()) else len(cell.source.splitlines())
            found[heading] += lines / LINES + EXERCISE * asked["check"] + PREDICTION * asked["predict"]
            continue
        for part in HEADING.split(cell.source):
            if told := re.match(r"##+ (.+)", part):
                heading = told[1].strip()
            found[heading] = found.get(heading, 0.0) + len(part.split()) / WORDS
    return found


# -- writing --------------------------------------------------------------------------------------------------------

SUFFIX = {"slides": ".html", "student": ".ipynb", "instructor": ".ipynb"}


def export(path: Path, kind: str, folder: Path) -> Path:
    """Write a copy of a notebook; kind: slides, student or instructor. The path of the copy."""
    book = nbformat.read(path, as_version=4)
    made = folder / f"{path.stem}.{kind}{SUFFIX[kind]}"
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "slides":
        made.write_text(slides(book, path.stem), encoding="utf-8")
    else:
        nbformat.write({"student": student, "instructor": instructor}[kind](book), made)
    return made


if __name__ == "__main__":
    if sys.argv[1:2] not in ([kind] for kind in SUFFIX):
        sys.exit(f"usage: tools/teaching.py {' | '.join(SUFFIX)}")
    for book in BOOKS:
        print(export(book, sys.argv[1], ROOT / "exports").relative_to(ROOT))
