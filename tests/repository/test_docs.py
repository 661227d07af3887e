"""The pages: their code runs, their commands and links lead somewhere, their tables and images are current."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from i2i.cli import _parser
from i2i.data.public import catalogue
from i2i.methods import METHODS
from i2i.papers import PAPERS
from i2i.recipes import RECIPES
from i2i.run.pipeline import shipped
from kit.root import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
CODE = {p.name: re.findall(r"^```(\w+)\n(.*?)^```$", p.read_text(), re.M | re.S) for p in PAGES}
PYTHON = [
    pytest.param(code, id=f"{page}-{i}")
    for page, blocks in CODE.items()
    for i, (kind, code) in enumerate(blocks)
    if kind == "python"
]
SHELL = [
    pytest.param(line.partition(" #")[0].strip(), id=f"{page}: {line.partition(' #')[0].strip()}")
    for page, blocks in CODE.items()
    for kind, code in blocks
    if kind == "sh"
    for line in code.splitlines()
    if line.strip() and not line.startswith("#")
]
PATHS = {
    (page.name, path.rstrip("."))
    for page in PAGES
    for path in re.findall(r"`((?:tests|i2i|demos|docs|tools|assets|notebooks)/[\w./]+)", page.read_text())
    if "NAME" not in path
}
QUICK = ("list", "translate pix2pix-emoji", "claims")


def tool(name: str):
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def images(here):
    """The empty folder with the images that the pages speak of."""
    drawing = Image.new("RGB", (96, 80), "white")
    ImageDraw.Draw(drawing).ellipse((20, 10, 70, 66), outline="black", width=2)
    for name in ("drawing.png", "new.png"):
        drawing.save(here / name)
    drawing.resize((40, 32)).save(here / "photo.jpg")
    return here


def test_the_readme_has_code_to_run():
    assert len(PYTHON) >= 2 and len(SHELL) >= 10
    assert all("sh" in {kind for kind, _ in CODE[page]} for page in ("README.md", "training.md"))


@pytest.mark.parametrize("code", PYTHON)
def test_python_in_a_page_runs_as_it_stands(code, images):
    exec(compile(code, "a page", "exec"), {})


@pytest.mark.parametrize("line", SHELL)
def test_a_command_in_a_page_is_one_that_there_is(line, images, cli):
    words = shlex.split(line)
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.M), (
            f"the Makefile has no target {words[1]}"
        )
    if words[0] == "git" or words[:3] != ["python", "-m", "i2i"]:
        return
    options, rest = _parser().parse_known_args(words[3:])
    if options.command == "train" and len(options.names) != 1:
        assert options.minutes and {*options.names} <= {*RECIPES} and not rest
        return
    options.name = options.names[0] if options.command == "train" else getattr(options, "name", "")
    if options.command in ("train", "translate", "evaluate"):
        own = Path(options.name).parts[0] == "runs" and METHODS.get(
            Path(options.name).parts[1].partition("-")[0]
        )
        known = {"train": {*METHODS, *RECIPES}}.get(options.command, shipped())
        assert own or options.name in known, options.name
        if options.command == "train":
            fields = METHODS[
                options.name if options.name in METHODS else RECIPES[options.name].method
            ].Config.__dataclass_fields__
            assert {word.removeprefix("--") for word in rest if word.startswith("--")} <= set(fields)
    elif options.command == "data":
        assert options.name in catalogue.DATASETS
    if options.command != "train":
        assert rest == []
    if " ".join(words[3:]).startswith(QUICK):
        status, out, err = cli(*words[3:])
        assert status == 0, err
        assert out or list(Path("made").iterdir())


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    text = page.read_text()
    anchors = {
        re.sub(r"[^\w -]", "", head).strip().lower().replace(" ", "-")
        for head in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", text, flags=re.S)):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not re.match(r"[a-z]+:", target):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_the_tables_of_results_are_current():
    results = tool("results")
    names = set()
    for path in results.PAGES:
        page = path.read_text()
        names |= {name for _, name, _ in results.BLOCK.findall(page)}
        assert page == results.filled(page), f"out of date: run `make results` and commit {path.name}"
    assert {
        "figures",
        "verdicts",
        "papers",
        "fcn-score",
        "unpaired-error",
        "super-resolution",
        "global-and-patch",
        "speed",
    } <= names


def test_sentences_with_numbers_of_cards_say_what_the_cards_say(monkeypatch):
    """They were written by hand, and stayed as they were when the models were trained anew."""
    results = tool("results")

    def card(found: float, diversity: float, error: float) -> dict:
        figures = {
            "diversity": diversity, "diversity of answers": 0.1, "content found": found, "style error": error, "style spread": 0.5,
        }  # fmt: skip
        told = {"data": "toy", "judged on": "50 held-out pictures, 20 samples for each of 50 of them"}
        return {"card": told | {"figures": {name: (value, None, None) for name, value in figures.items()}}}

    monkeypatch.setattr(
        results, "cards", lambda: {"one": card(0.25, 0.31, 0.1), "two": card(0.5, 0.12, 0.25)}
    )
    said = results.several_said()
    assert "`two` 1.2 times and `one` 3.1 times as far" in said
    assert "of `one` 25 % and `two` 50 %, where chance has 2 %." in said
    assert said.endswith("off by 20 % (`one`) to 50 % (`two`) of the spread.")


def test_the_papers_to_cite_are_those_of_the_records():
    results = tool("results")
    page = results.CITATION.read_text()
    assert page == results.citation(page), "out of date: run `make results` and commit CITATION.cff"
    assert page.count("    title: ") == len({PAPERS[key].title for key in METHODS})


def test_the_picture_of_the_rooms_is_current():
    drawing = tool("architecture")
    assert drawing.PICTURE.read_text() == drawing.picture(), (
        "out of date: run `make architecture` and commit docs/architecture.svg"
    )


def test_the_page_on_the_rooms_speaks_of_each():
    text = (ROOT / "docs" / "architecture.md").read_text()
    told = set(", ".join(re.findall(r"^\*\*([\w, ]+)\.\*\*", text, re.M)).split(", "))
    assert {room for row in tool("architecture").rows() for room in row} <= told


def test_an_arrow_that_others_imply_is_left_out():
    drawing = tool("architecture")
    edges = {("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("d", "c"), ("a", "d")}
    assert drawing.bare(edges) == [("a", "b"), ("b", "c"), ("c", "d"), ("d", "c")]
    code = "import i2i.nets.unet\nfrom i2i import show, check\nfrom i2i.run.pipeline import load\nimport torch\nfrom .x import y"
    assert drawing.named(code) == {"nets", "show", "check", "run"}


def test_hooks_need_no_network():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local" and {hook["language"] for hook in repo["hooks"]} == {"system"}
    for hook in repo["hooks"]:
        assert hook["entry"].startswith(".venv/bin/")
        for name in re.findall(r"tests/\S+\.py", hook["entry"]):
            assert (ROOT / name).exists(), name


def test_a_table_that_there_is_not_is_told_by_name():
    with pytest.raises(KeyError, match="the table 'speeed'; there are figures, "):
        tool("results").filled("<!-- table: speeed -->\n<!-- end -->")


@pytest.mark.parametrize("page, path", sorted(PATHS))
def test_files_that_a_page_names_are_there(page, path):
    assert (ROOT / path).exists(), f"{page} names {path}"
