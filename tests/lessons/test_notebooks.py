"""The notebooks: as committed they are whole and clean, and each runs from top to bottom in haste."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from pathlib import Path

import pytest

from i2i import check as kit
from i2i import show
from i2i.claims import markdown
from i2i.lessons import EXERCISES, QUESTIONS
from i2i.run.pipeline import shipped
from kit.root import ROOT

BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HEADINGS = ("The idea in a picture", "Before any training", "Train it", "The ablation", "What goes wrong, and how it looks",
            "Where the slide differs from the paper", "Exercises", "Recall", "References and where to go")  # fmt: skip
# A folder of the machine on which a notebook ran; `~` is how Jupyter shortens its own home.
MACHINE = re.compile(
    rf"(?<![\w.])({re.escape(str(ROOT))}|/home/|/root/|/tmp/|/Users/|/usr/|/opt/|[A-Z]:\\\\Users)"
)

pytestmark = pytest.mark.skipif(not BOOKS, reason="this copy has no notebooks")


def read(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text(cell: dict) -> str:
    return "".join(cell["source"])


def uneven(page: str) -> list[str]:
    """Rows of a page's Markdown tables with more or fewer cells than their head: a bare | begins another cell."""
    rows = re.findall(r"(?:^\|.*\n?)+", page, re.M)
    tables = [[len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()] for block in rows]
    return [block.splitlines()[0] for block, counts in zip(rows, tables, strict=True) if len(set(counts)) > 1]


def test_a_table_with_a_bare_bar_in_a_cell_is_uneven_and_ours_escape_it(monkeypatch):
    assert uneven("| a | of |b| |\n|---|---|\n| 1 | 2 |") == ["| a | of |b| |"]
    shown = []
    monkeypatch.setattr(show, "display", lambda page: shown.append(page.data))
    show.table(["a", "of |b|", r"$\|c\|$"], [["|x|", 1.0, "y"]])
    assert uneven(shown[0]) == [] and r"of \|b\|" in shown[0] and r"$\|c\|$" in shown[0]
    assert uneven(markdown({"|r| of a": 1.0})) == []


def faults(cells: list[dict]) -> list[str]:
    """What a reader of the outputs should not meet."""
    found = [
        f"a table with uneven columns: {head}"
        for cell in cells
        if cell["cell_type"] == "markdown"
        for head in uneven(text(cell))
    ]
    for i, cell in enumerate(c for c in cells if c["cell_type"] == "code"):
        if cell["execution_count"] is None:
            found.append(f"code cell {i} was not executed")
        for output in cell["outputs"]:
            kind, data = output["output_type"], output.get("data", {})
            found += [
                f"code cell {i}: a table with uneven columns: {head}"
                for head in uneven("".join(data.get("text/markdown", "")))
            ]
            if kind == "error" or output.get("name") == "stderr":
                found.append(
                    f"code cell {i}: {kind} {''.join(output.get('text', output.get('ename', '')))[:80]}"
                )
            if any(mime.startswith("image/") for mime in data):
                found.append(f"code cell {i}: a picture without alt text; show it with i2i.show")
            page = "".join(data.get("text/html", ""))
            if page.count("<img") != len(re.findall(r'<img [^>]*alt="[^"]+"', page)):
                found.append(f"code cell {i}: an <img> without alt text")
            if MACHINE.search(re.sub(r"base64,[A-Za-z0-9+/=]+", "", json.dumps(output, ensure_ascii=False))):
                found.append(f"code cell {i}: a path of this machine")
    return found


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_the_committed_outputs_are_whole_and_clean(path):
    assert faults(read(path)) == []
    assert not MACHINE.search(re.sub(r"base64,[A-Za-z0-9+/=]+", "", path.read_text()))


def test_what_is_not_clean_would_be_found():
    cell = {"cell_type": "code", "execution_count": 1, "source": "", "outputs": []}
    outputs = {
        "error": {"output_type": "error", "ename": "KeyError"},
        "stream": {"output_type": "stream", "name": "stderr", "text": ["UserWarning"]},
        "image": {"output_type": "display_data", "data": {"image/png": "iVBOR"}},
        "img": {"output_type": "display_data", "data": {"text/html": ['<img src="a">']}},
        "empty": {"output_type": "display_data", "data": {"text/html": '<img alt="" src="a">'}},
        "path": {"output_type": "stream", "name": "stdout", "text": ["saved /home/me/x.png"]},
    }
    for output in outputs.values():
        assert len(faults([cell | {"outputs": [output]}])) == 1
    assert faults([cell | {"execution_count": None}])
    good = {
        "output_type": "display_data",
        "data": {"text/html": '<img src="data:image/png;base64,/home/" alt="a cat">'},
    }
    assert faults([cell | {"outputs": [good]}]) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_it_is_small(path):
    assert path.stat().st_size < 1.5e6


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_it_has_the_parts_that_every_notebook_has(path):
    cells = read(path)
    prose = "\n".join(text(c) for c in cells if c["cell_type"] == "markdown")
    headings = re.findall(r"^##+ (.+)$", prose, re.M)
    assert [h for h in HEADINGS if not any(given.startswith(h) for given in headings)] == []
    opening = text(cells[0])
    assert all(
        word in opening
        for word in ("Afterwards you can", "**Time.**", "**Run it.**", "make notebook", "FAST=1")
    )
    assert re.search(r"\\tag\{\d\}|equation \d", prose), "equations by the paper's number"
    assert "make app" in prose and prose.count("<details><summary>Solution</summary>") >= 3
    assert len(re.findall(r"<details><summary>\d+\. ", prose)) >= 5, "questions for recall"


def words_in(code: str) -> int:
    """Characters of sentences within code: alt texts and captions are prose, for those who cannot see the image."""
    strings = (node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant))
    return sum(len(value) for value in strings if isinstance(value, str) and len(value) > 30)


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_source_that_stands_there_is_that_of_today(path, monkeypatch):
    """Of all that a page imports; what it makes itself is not made here."""
    shown, known = [], {}
    monkeypatch.setattr(show, "display", lambda page: shown.append(page.data))
    for cell in (c for c in read(path) if c["cell_type"] == "code"):
        for statement in ast.parse(text(cell)).body:
            line = ast.unparse(statement)
            if isinstance(statement, ast.Import | ast.ImportFrom):
                exec(line, known)
            elif line.startswith("show.source("):
                with contextlib.suppress(NameError):
                    eval(line, known)
                    pages = ["".join(o.get("data", {}).get("text/markdown", "")) for o in cell["outputs"]]
                    assert shown[-1] in pages, line
    assert shown


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_cells_are_short_and_say_less_than_the_prose(path):
    cells = read(path)
    code = [text(c) for c in cells if c["cell_type"] == "code"]
    prose = sum(len(text(c)) for c in cells if c["cell_type"] == "markdown")
    assert max(len(c.splitlines()) for c in code) <= 20
    assert max(len(line) for c in code for line in c.splitlines()) <= 128, "it would run out of the cell"
    assert prose > sum(len(c) - words_in(c) for c in code)


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_plumbing_is_the_packages_own_and_drawing_is_folded(path):
    cells = [c for c in read(path) if c["cell_type"] == "code"]
    code = "\n".join(map(text, cells))
    assert re.findall(r"^def told\b.*|^count = .*|.*lambda text, c=c.*", code, re.M) == []
    assert "show.layers(" in code, "no table of layers"
    small = [size for size in re.findall(r"fontsize=([\d.]+)", code) if float(size) < 11]
    assert small == [], "smaller than 14 px on the page"
    for cell in cells:
        folded = cell["metadata"].get("tags", []) == ["hide-input"]
        assert folded == cell["metadata"].get("jupyter", {}).get("source_hidden", False), cell["id"]
        assert folded or "show.flow(" not in text(cell), f"{cell['id']} draws a diagram in sight"
        assert not folded or not re.search(r"reveal\(|predict\(|check\(|show\.source\(", text(cell)), cell[
            "id"
        ]


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_its_first_picture_is_by_a_shipped_model(path):
    """A reader sees what the method can do before its parts, and a diagram is no such picture."""
    code, page = "", ""
    for cell in (c for c in read(path) if c["cell_type"] == "code"):
        code += text(cell) + "\n"
        page = "".join("".join(o.get("data", {}).get("text/html", "")) for o in cell["outputs"])
        if "<img" in page:
            break
    assert "i2i.load(" in code and "show.flow(" not in code
    models = re.findall(r"<code>([\w-]+)</code>", page)
    assert models and set(models) <= set(shipped()), "its caption names the model"


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_its_links_lead_somewhere(path):
    prose = "\n".join(text(c) for c in read(path) if c["cell_type"] == "markdown")
    links = re.findall(r"\]\(([^)\s]+)\)", prose)
    local = [link.split("#")[0] for link in links if not link.startswith("http")]
    assert local and [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_every_question_is_asked_before_it_is_answered(path):
    code = "\n".join(text(c) for c in read(path) if c["cell_type"] == "code")
    asked = re.findall(r'^predict\("([^"]+)"\)', code, re.M)
    assert asked and set(asked) <= set(QUESTIONS)
    for name in asked:
        assert code.index(f'predict("{name}")') < code.index(f'reveal("{name}"')
    assert "predict(" not in re.sub(r'predict\("[^"]+"\)', "", code), "no prediction is made for the reader"


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_every_folded_solution_passes_its_check(path, capsys, monkeypatch):
    monkeypatch.setattr(kit, "passed", {})
    cells = read(path)
    names = [
        n for c in cells if c["cell_type"] == "code" for n in re.findall(r'^check\("([^"]+)"', text(c), re.M)
    ]
    assert len(names) >= 3 and set(names) <= set(EXERCISES)
    space: dict = {}
    exec("import math\nimport torch\nimport torch.nn.functional as F", space)
    for cell in cells:
        for block in re.findall(r"<summary>Solution</summary>.*?```python\n(.*?)```", text(cell), re.S):
            exec(block, space)
    for name in names:
        kit.check(name, space[name.replace("-", "_")])
    assert kit.passed == dict.fromkeys(names, True), capsys.readouterr().out


# Those of what most others build on, and one of several answers; `make test-long` runs all, which takes a quarter of an hour.
IN_SHORT = {"00", "01", "06", "08"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [pytest.param(b, id=b.stem, marks=[] if b.stem[:2] in IN_SHORT else [pytest.mark.long]) for b in BOOKS],
)
def test_it_runs_in_haste_and_without_the_pictures(path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("FAST", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.delenv("I2I_DATA", raising=False)
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert faults(json.loads(nbformat.writes(book))["cells"]) == []


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_claims_stand_there_with_their_verdicts_of_today(path, monkeypatch):
    pages = [
        "".join(o["data"].get("text/markdown", ""))
        for c in read(path)
        for o in c.get("outputs", [])
        if "data" in o
    ]
    told = {
        m[1]: (pages[i], pages[i + 1])
        for i, page in enumerate(pages)
        if (m := re.match(r"\*\*Claim `([\w-]+)`", page))
    }
    assert told
    for name, wanted in told.items():
        now = []
        monkeypatch.setattr(show, "display", lambda page, now=now: now.append(page.data))
        show.claim(name)
        assert tuple(now) == wanted, f"{path.name} shows another {name} than `i2i.show.claim` does"
