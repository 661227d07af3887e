"""Values that were right once and are kept as text: a test compares with them, `pytest --regold` writes them anew."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.root import ROOT

FOLDER = ROOT / "tests" / "golden"


class Golden:
    """A file of tests/golden as the fixture `golden` opens it.

    name: of the file, without ".json".  key: of a method.  A comparison that fails raises with the way out.
    """

    def __init__(self, request: pytest.FixtureRequest):
        self.regold = request.config.getoption("--regold")
        self.room = Path(request.node.path).parent.relative_to(ROOT)
        self.note: Callable = request.node.user_properties.append

    def read(self, name: str) -> object | None:
        path = FOLDER / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def check(
        self, name: str, key: str, found: object, differ: Callable[[object, object], list[str]]
    ) -> None:
        """Compare `found` with the file; differ(kept, found) -> a sentence for each difference.

        Under --regold the file is written instead.
        """
        path = FOLDER / f"{name}.json"
        told, again = path.relative_to(ROOT), f"pytest {self.room} --regold -k {key}"
        if self.regold:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = rendered(found)
            if not path.exists() or path.read_text() != text:
                path.write_text(text)
                self.note(("golden", str(told)))
            return
        if not path.exists():
            pytest.fail(f"no golden entry for {key!r}: run `{again}` and commit {told}.", pytrace=False)
        if differences := differ(json.loads(path.read_text()), json.loads(rendered(found))):
            more = f" ({len(differences) - 1} more values differ)" if len(differences) > 1 else ""
            pytest.fail(
                f"{differences[0]}{more}. A change that should not alter results did. If it is meant to, "
                f"run `{again}` and commit {told} with it.",
                pytrace=False,
            )


def rendered(thing: object) -> str:
    """Sorted JSON, numbers with 12 significant digits; a list of numbers, or an item of a list, to a line."""
    text = json.dumps(_rounded(thing), indent=1, sort_keys=True)
    for innermost in (r"\[[^][{}\"]*\]", r"(?<=[\[,]\n  )\{(?:[^][{}]|\{[^][{}]*\})*\}"):
        text = re.sub(innermost, lambda m: re.sub(r"(?<=[\[{]) | (?=[]}])", "", " ".join(m[0].split())), text)
    return text + "\n"


def _rounded(thing: object) -> object:
    if isinstance(thing, dict):
        return {str(k): _rounded(v) for k, v in thing.items()}
    if isinstance(thing, list | tuple):
        return [_rounded(v) for v in thing]
    return float(f"{thing:.12g}") if isinstance(thing, float) else thing


def apart(kept: float, found: float, relative: float, absolute: float) -> bool:
    return not math.isclose(kept, found, rel_tol=relative, abs_tol=absolute)
