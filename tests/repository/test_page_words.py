"""What the page says stands in one file a tab, demos/TAB/words.py, so that it can be read, corrected and translated there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DEMOS = Path(__file__).resolve().parents[2] / "demos"
# Arguments that hold code or names; arguments and calls whose text a reader sees; errors that only programmers meet.
CODE = {
    "elem_classes",
    "elem_id",
    "css_template",
    "js_on_load",
    "html_template",
    "css",
    "js",
    "api_name",
    "head",
}
SEEN = {"label", "info", "placeholder", "title", "alt", "description", "api_description"}
MAKERS = {"Button", "Markdown", "label"}
PROGRAMMERS = {
    "AssertionError",
    "ConnectionError",
    "KeyError",
    "NotImplementedError",
    "OSError",
    "RuntimeError",
    "TypeError",
    "ValueError",
}
# Module -> texts that are no words of the page, though they look like it: selectors, fonts, keys, a program's lines.
ALLOWED: dict[str, set[str]] = {
    "page.py": {"DejaVu Sans Mono"},
    "tour.py": {"#map .index details summary", "#at-board section figure"},
    "unpaired/ost.py": {"moving the shared layers"},
    "widgets/client.py": {"# pip install gradio_client", "from gradio_client import Client, handle_file"},
    "work/openings.py": {
        " belongs to somebody else, or others may write to it"
    },  # printed where the app was started
}


def is_prose(text: str) -> bool:
    """Three words in a row, markup, indices and fields aside."""
    bare = re.sub(r"<sub>.*?</sub>|<[^>]*>|\{[^}]*\}", " ", text)
    return re.search(r"([A-Za-z][a-z’']+[,;:]? ){2}[A-Za-z][a-z’']+", bare) is not None


def _aside(node: ast.AST) -> list[ast.AST]:
    """What of a node is not for readers: docstrings, code, patterns, errors for programmers, what a terminal shows."""
    match node:
        case ast.Expr(value=ast.Constant() as docstring):
            return [docstring]
        case ast.keyword(arg=arg, value=value) if arg in CODE:
            return [value]
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name)) as call) if name in PROGRAMMERS:
            return [call]
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re")) | ast.Name(id="print")) | ast.Assert():
            return [node]
        case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
            return [node]
    return []


def _texts(node: ast.AST) -> list[ast.expr]:
    """Expressions that hold what a reader sees, by where they stand."""
    match node:
        case ast.keyword(arg=arg, value=value) if arg in SEEN:
            return [value]
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *_]) if name in MAKERS:
            return [first]
    return []


def spoken(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each string of a module that a reader of the page sees."""
    tree = ast.parse(source)
    aside = {id(n) for node in ast.walk(tree) for part in _aside(node) for n in ast.walk(part)}
    seen = {id(text) for node in ast.walk(tree) for text in _texts(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside:
            if is_prose(node.value) or (id(node) in seen and re.search("[A-Za-z]{2}", node.value)):
                yield node.lineno, node.value


def in_script(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence in a script."""
    for at, line in enumerate(source.splitlines(), 1):
        code = re.sub(r"^\s*(//|\*|/\*).*|(?<!:)//.*", "", line)
        for groups in re.findall(r"'([^']*)'|\"([^\"]*)\"|`([^`]*)`", code):
            text = "".join(groups)
            if re.search(r"[A-Z][a-z’']* [a-z’']+ [a-z’']+", re.sub(r"\$\{[^}]*\}|<[^>]*>", " ", text)):
                yield at, text


@pytest.mark.parametrize(
    "path",
    [p for kind in ("*.py", "*.js") for p in sorted(DEMOS.rglob(kind)) if p.name != "words.py"],
    ids=lambda p: p.relative_to(DEMOS).as_posix(),
)
def test_what_the_page_says_stands_in_words(path: Path):
    source = path.read_text(encoding="utf-8")
    found = dict(spoken(source) if path.suffix == ".py" else in_script(source))
    allowed = ALLOWED.get(path.relative_to(DEMOS).as_posix(), set())
    assert {at: text for at, text in found.items() if text not in allowed} == {}


def found(source: str) -> list[str]:
    return [text for _, text in spoken(source)]


def test_what_is_looked_for():
    assert found('x = f"There are {n} of them here"') == [" of them here"]
    assert found('gr.Button("Clear", elem_classes="one two three")') == ["Clear"]
    assert found('gr.Slider(label="Seed")') == ["Seed"]
    assert (
        found('def f():\n    """What it does here."""\n    raise ValueError("a number is not a text")') == []
    )
    assert found('raise sentence("there is no such picture")') == ["there is no such picture"]
    assert dict(in_script("say('The camera is on.'); // what it says here")) == {1: "The camera is on."}
    assert dict(in_script("/* The camera is on. */ look('.card button.quiet')")) == {}


def test_words_import_nothing_that_computes():
    """So a translator can read and check them alone, and nothing goes round in a circle."""
    light = {"__future__", "collections.abc", "dataclasses", "markupsafe", "typing"}
    files = sorted(DEMOS.rglob("words.py"))
    assert len(files) >= 10
    for path in files:
        imported = {
            n.module or "" for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)
        }
        assert {m for m in imported if m not in light and not m.endswith("words")} == set(), path
