"""`i2i new NAME`: the stubs of a paper, in every place that a paper has, so that its contract's tests say what is missing."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from contextlib import ExitStack
from pathlib import Path

from ..files import replacing
from ..papers import FAMILIES, PAPERS, TABS, Paper
from .entries import names_in, with_entry, with_import, with_sibling
from .errors import Failed, Wrong
from .stubs import class_of, stubs, unwritten

# The options that are texts, and how many characters each may have.
_TEXTS = {"called": 60, "title": 300, "authors": 2000, "venue": 100, "arxiv": 40, "idea": 100}
_FACTS = (*_TEXTS, "year", "family", "tab")  # the options of which a record consists

# Windows can neither make nor fetch files of these names.
_DEVICES = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


def new_command(options) -> None:
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests" / "kit" / "methods.py").is_file():
        raise Failed("`new` writes into a clone of the repository; this is an installed package.")
    key = options.name
    _check_key(root, key)
    texts = _written(root, _record(options), options.layout)
    for path, text in texts.items():
        try:
            ast.parse(text)
        except SyntaxError as fault:
            raise Failed(
                f"nothing was written: {path.relative_to(root)} would be no Python any more (line {fault.lineno}: {fault.msg})."
            ) from fault
    _write(texts)
    for path in texts:
        print(f"wrote {path.relative_to(root)}")
    print(
        f"\nNow, in this order:\n"
        f"  pytest tests/contract --regold -k {key}     writes its golden values; commit them\n"
        f"  make results                         puts the paper into README.md and CITATION.cff\n"
        f"  make test-fast                       says what is still to do, by file and line\n"
        f"  python -m i2i train {key}-icons        trains its recipe; CONTRIBUTING.md tells the rest"
    )


def _check_key(root: Path, key: str) -> None:
    """A key names files, a class, two variables and a recipe; each of these has to be free."""
    from ..methods import METHODS
    from ..recipes import RECIPES

    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key) or len(key) > 40:
        raise Wrong(
            "a paper's key begins with a small letter, and has at most 40 small letters, digits and single "
            f"underscores between them; got {key[:60]!r}."
        )
    if key in METHODS:
        raise Wrong(f"there is a method {key!r} already: i2i/methods/{key}.py.")
    names = (key, class_of(key), key.upper())
    for name in names:
        if keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name):
            raise Wrong(f"{key!r} cannot be a key: Python has a meaning of its own for {name!r}.")
    if _DEVICES.fullmatch(key):
        raise Wrong(f"{key!r} cannot be a key: Windows has no files of this name.")
    for other in {**PAPERS, **METHODS}:
        if other != key and other.replace("_", "") == key.replace("_", ""):
            raise Wrong(f"{key!r} differs from the key {other!r} in its underscores alone.")
    for recipe in (key, f"{key}-icons"):
        if recipe in RECIPES:
            raise Wrong(f"{key!r} cannot be a key: there is a recipe {recipe!r} already.")
    places = _places(root, key)
    for what in ("method", "claim", "lesson"):
        for path in (places[what], places[what].with_suffix("")):
            if path.exists():
                raise Wrong(f"{path.relative_to(root)} is there already.")
    own = names_in(stubs(unwritten(key), "paired")["method"])
    taken = {name: "every method's file" for name in own if own.count(name) > 1}
    for what in ("methods", "claims", "lessons"):
        bound = names_in(places[what].read_text(encoding="utf-8"))
        taken |= dict.fromkeys(bound, str(places[what].relative_to(root)))
    for name in names:
        if name in taken:
            raise Wrong(f"{key!r} cannot be a key: {name!r} means something else in {taken[name]}.")


def _record(options) -> Paper:
    """The record of the paper: that which there is already, or one of what was said."""
    key = options.name
    said = {name: getattr(options, name) for name in _FACTS if getattr(options, name) is not None}
    if key in PAPERS:
        if said:
            raise Wrong(f"i2i/papers.py has a record of {key!r} already; leave out --{' --'.join(said)}.")
        return PAPERS[key]
    for name in _TEXTS.keys() & said.keys():
        said[name] = _checked(name, said[name])
    for name, known in (("family", FAMILIES), ("tab", TABS)):
        if name in said and said[name] not in known:
            raise Wrong(f"there is no {name} {said[name]!r}; there are {', '.join(known)}.")
    if said.get("arxiv") and not re.fullmatch(r"[0-9]{4}\.[0-9]{4,5}", said["arxiv"]):
        raise Wrong(f"--arxiv is a number such as 1611.07004; got {said['arxiv']!r}.")
    said["authors"] = tuple(filter(None, (a.strip() for a in said.get("authors", "").split(","))))
    paper = unwritten(key, name=said.pop("called", ""), **said)
    for other in PAPERS.values():
        if other.name.casefold() == paper.name.casefold():
            raise Wrong(f"the system {other.key!r} is called {other.name!r} already; give another --called.")
    return paper


def _checked(name: str, text: str) -> str:
    """The text of an option without spaces around it. Wrong if it is no line that can be printed."""
    text = text.strip(" ")
    if odd := next((sign for sign in text if not sign.isprintable()), ""):
        raise Wrong(
            f"--{name} has to be one line of signs that can be printed; "
            f"this has U+{ord(odd):04X} after {text.index(odd)} of them."
        )
    if len(text) > _TEXTS[name]:
        raise Wrong(f"--{name} may have {_TEXTS[name]} characters; this has {len(text):,}.")
    return text


def _places(root: Path, key: str) -> dict[str, Path]:
    package = root / "i2i"
    return {
        "method": package / "methods" / f"{key}.py",
        "methods": package / "methods" / "__init__.py",
        "record": package / "papers.py",
        "claim": package / "claims" / f"{key}.py",
        "claims": package / "claims" / "__init__.py",
        "lesson": package / "lessons" / f"{key}.py",
        "lessons": package / "lessons" / "__init__.py",
        "tiny": root / "tests" / "kit" / "methods.py",
    }


def _written(root: Path, paper: Paper, layout: str) -> dict[Path, str]:
    """Every file that is new or changes, with its text."""
    key, at, stub = paper.key, _places(root, paper.key), stubs(paper, layout)
    recipes = root / "i2i" / "recipes" / f"{layout}.py"
    now = {
        path: path.read_text(encoding="utf-8")
        for path in (at["methods"], at["claims"], at["lessons"], at["record"], at["tiny"], recipes)
    }
    cls, claims = class_of(key), key.upper()
    texts = {
        at["method"]: stub["method"],
        at["methods"]: with_entry(with_import(now[at["methods"]], key, cls), "METHODS", f'"{key}": {cls}'),
        at["claim"]: stub["claim"],
        at["claims"]: with_entry(with_import(now[at["claims"]], key, claims), "CLAIMS", f"**{claims}"),
        at["lesson"]: stub["lesson"],
        at["lessons"]: with_entry(with_sibling(now[at["lessons"]], key), "_BOOKS", key),
        at["tiny"]: with_entry(now[at["tiny"]], "TINY", stub["tiny"]),
        recipes: now[recipes].rstrip("\n") + "\n" + stub["recipe"],
    }
    if key not in PAPERS:  # a system that is still to come has its record
        texts[at["record"]] = with_entry(now[at["record"]], "_RECORDS", stub["record"])
    return texts


def _write(texts: dict[Path, str]) -> None:
    """All files or none: the new ones lie beside the old ones, whole, before the first takes its place."""
    path = None
    try:
        with ExitStack() as together:
            for path, text in texts.items():
                together.enter_context(replacing(path)).write_text(text, encoding="utf-8")
    except OSError as fault:  # on its way out through the stack it took the name of the first file
        raise OSError(fault.errno, fault.strerror, str(path)) from fault
