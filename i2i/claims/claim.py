"""A claim: a sentence from a lecture, a measurement, and one of three verdicts, by one rule.

The rule. A comparison says that one figure is above another. Where figures have one number for each seed, both sides share
the seeds, so they are compared seed by seed: with d the differences, the comparison is decided if their mean is further from
0 than LORD[n] times their range (the largest less the smallest), and the sign says which way. That is Lord's test (Biometrika
34, 1947), which needs no more than a range: where nothing but chance tells two rows apart, it decides once in twenty times,
either way taken together. Figures of one number each have no spread of their own; then the claim states a margin, and a
difference within it is not decided. What can be computed without chance (a shape, an identity) is compared exactly. A
measure that can go no further, such as a share of 1, tells nothing where a row that ought to fail reaches it as well.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import isnan, log

import filelock

from ..assets import ASSETS
from ..files import cache_folder, replacing
from ..papers import LECTURES

RECORD = ASSETS / "claims.json"
SEEDS = (0, 1, 2)

# A number, or one for each seed (as a rule, SEEDS). "row | column" in a name places a figure in a table.
Figures = Mapping[str, float | list[float]]

HOLDS, UNDECIDED, CONTRADICTED = "holds", "not decided at this scale", "contradicted"
VERDICTS = (HOLDS, UNDECIDED, CONTRADICTED)

# How many times the range of n differences their mean has to reach: Lord's two-sided 5 % points.
LORD = {2: 6.353, 3: 1.304, 4: 0.717, 5: 0.507, 6: 0.399, 7: 0.333, 8: 0.288, 9: 0.255, 10: 0.230}

# A figure's name, a number, or two of them: the first less the second.
Side = str | float | tuple[str, str | float]


class NotReady(RuntimeError):
    """A claim that cannot be measured here; the message is one sentence that says what is missing."""


@dataclass(frozen=True)
class Saturates:
    """A measure that can go no further than `at`.  control: a row that ought to fail by it, as a figure's name or as the
    number that it scored elsewhere.  why: one clause for the reader."""

    at: float
    control: str | float
    why: str


@dataclass(frozen=True)
class Comparison:
    """greater > times * less + by.

    margin: for figures of one number each, the difference that is still taken for chance, in the figures' unit (of
    apart_from: in logarithms); over seeds, the least that counts.  apart_from: both sides become distances from this number,
    as ratios: |ln(figure / apart_from)|.  absolute: both sides without their sign.  exact: nothing is left to chance, so the
    comparison holds, equality included, or is contradicted.  if_measured: left out where a figure is missing.
    """

    greater: Side
    less: Side
    by: float = 0.0
    times: float = 1.0
    margin: float = 0.0
    apart_from: float | None = None
    absolute: bool = False
    exact: bool = False
    saturates: Saturates | None = None
    if_measured: bool = False

    @property
    def names(self) -> list[str]:
        """The figures that it needs."""
        sides = (self.greater, self.less)
        return [
            name
            for side in sides
            for name in (side if isinstance(side, tuple) else (side,))
            if isinstance(name, str)
        ]

    def excess(self, figures: Figures) -> list[float]:
        """greater - times * less - by, for each seed; one number if no side has seeds. KeyError on a missing figure."""
        greater, less = (self._values(side, figures) for side in (self.greater, self.less))
        n = max(len(greater), len(less))
        if {len(greater), len(less)} - {1, n}:
            raise ValueError(f"figures of {len(greater)} and {len(less)} seeds share none: {self}")
        wide = (values * (n // len(values)) for values in (greater, less))
        return [g - self.times * one - self.by for g, one in zip(*wide, strict=True)]

    def _values(self, side: Side, figures: Figures) -> list[float]:
        if isinstance(side, tuple):
            values = Comparison(*side).excess(figures)
        else:
            value = figures[side] if isinstance(side, str) else side
            values = list(value) if isinstance(value, list) else [value]
        if self.apart_from is not None:
            return [abs(log(v / self.apart_from)) for v in values]
        return [abs(v) for v in values] if self.absolute else values

    def verdict(self, figures: Figures) -> str:
        """One of VERDICTS, by the rule above. ValueError where single numbers come without a margin, or one is not a number."""
        if self.saturates:
            control = self._values(self.saturates.control, figures)
            if all(abs(v - self.saturates.at) < 1e-9 for v in control):
                return UNDECIDED
        over = self.excess(figures)
        if any(map(isnan, over)):
            raise ValueError(f"a figure is not a number: {self}")
        if self.exact:
            return HOLDS if min(over) >= 0 else CONTRADICTED
        if len(over) == 1 and not self.margin:
            raise ValueError(
                f"one number each says nothing about chance: the comparison needs a margin ({self})"
            )
        spread = LORD[len(over)] * (max(over) - min(over)) if len(over) > 1 else 0.0
        mean_over, least = sum(over) / len(over), max(self.margin, spread)
        return HOLDS if mean_over > least else CONTRADICTED if mean_over < -least else UNDECIDED

    def __str__(self) -> str:
        """The comparison in one line: `energy ratio: L1 + cGAN > L1`."""
        columns = {name.partition(" | ")[2] for name in self.names}
        shared = columns.pop() if len(columns) == 1 else ""

        def told(side: Side) -> str:
            if isinstance(side, tuple):
                return f"({told(side[0])} less {told(side[1])})"
            if isinstance(side, str):
                return side.removesuffix(f" | {shared}") if shared else side.replace(" | ", ", ")
            return f"{side:g}"

        greater, less = told(self.greater), told(self.less)
        if self.apart_from is not None:
            line = f"{less} nearer to {self.apart_from:g} than {greater}"
        elif self.absolute and isinstance(self.less, tuple):
            line = " = ".join(map(told, self.less)) + (f" to within {greater}" if self.greater else "")
        elif isinstance(self.greater, int | float):
            line = f"{less} < {greater}"
        else:
            factor = f"{self.times:g} × " if self.times != 1 else ""
            extra = f" {'+' if self.by > 0 else '−'} {abs(self.by):g}" if self.by else ""
            line = f"{greater} > {factor}{less}{extra}"
        why = (
            f" ({self.saturates.why})"
            if self.saturates
            else f" (one run; margin {self.margin:g})"
            if self.margin
            else ""
        )
        return (f"{shared}: {line}" if shared else line) + why


def nearer(one: str, other: str, to: float, margin: float = 0.0) -> Comparison:
    """`one` is nearer to a number than `other` is, by ratio."""
    return Comparison(other, one, apart_from=to, margin=margin)


def equal(one: str, other: str | float, within: float) -> Comparison:
    """Two figures are the same to within a number, exactly compared."""
    return Comparison(within, (one, other), absolute=True, exact=True)


@dataclass(frozen=True)
class Stated:
    """Where a claim stands.  paper: the paper and its section.  said: a key of `papers.LECTURES` -> words of that lecture that
    say it; a lecture is named with its own words only, since a verdict stands beside the name."""

    paper: str
    said: Mapping[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The lectures with their words, then the paper."""
        lectures = [f"lecture by {LECTURES[key].surname}, “{words}”" for key, words in self.said.items()]
        return "; ".join([*lectures, self.paper])


@dataclass(frozen=True)
class Claim:
    """says: the claim.  where: the paper, and lectures.  test: what counts as holding, in words.

    run: () -> named figures.  comparisons: the same test for the rule.  minutes: about how long one core takes, reckoned from
    the minutes of the nets that have to be trained first, those that other claims train too included.  also: a remark for
    the reader.
    """

    says: str
    where: Stated
    test: str
    run: Callable[[], Figures]
    comparisons: tuple[Comparison, ...]
    minutes: float
    also: str = ""

    def decided(self, figures: Figures) -> list[tuple[Comparison, str]]:
        """Each comparison with its verdict."""
        return [
            (c, c.verdict(figures))
            for c in self.comparisons
            if not c.if_measured or all(name in figures for name in c.names)
        ]

    def verdict(self, figures: Figures) -> str:
        """Contradicted if one comparison is; else it holds if all do; else it is not decided."""
        found = [verdict for _, verdict in self.decided(figures)]
        return CONTRADICTED if CONTRADICTED in found else UNDECIDED if UNDECIDED in found else HOLDS


def measure(name: str) -> dict:
    """Run a claim's measurement now: its figures, the verdict and the date, which `record` keeps."""
    from . import CLAIMS

    claim = CLAIMS[name]
    figures = {
        key: [float(v) for v in value] if isinstance(value, list) else float(value)
        for key, value in claim.run().items()
    }
    return {
        "figures": figures,
        "verdict": claim.verdict(figures),
        "date": datetime.date.today().isoformat(),
    }


def record(name: str, result: dict) -> None:
    """Put a result in the place of the claim's earlier one in RECORD, which is all that this copy of the gallery shows of claims.
    OSError where it cannot be written."""
    lock = cache_folder() / "claims.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(lock):  # of two at once the second reads what the first has written
        records = _records() | {name: result}
        with replacing(RECORD) as part:
            part.write_text(json.dumps(dict(sorted(records.items())), indent=2) + "\n", encoding="utf-8")


def recorded(name: str) -> dict | None:
    """The last recorded result of a claim, or None."""
    return _records().get(name)


def _records() -> dict:
    return json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}


def mean(value: float | list[float]) -> float:
    """A figure's mean over its seeds."""
    return sum(value) / len(value) if isinstance(value, list) else value


def shown(value: float | list[float]) -> str:
    """A figure as text: the mean, and over several seeds the lowest and highest."""
    if isinstance(value, list):
        return f"{mean(value):.3g} ({min(value):.3g} to {max(value):.3g})"
    return f"{value:.4g}"


def as_table(figures: Figures) -> tuple[list[str], dict[str, list[str]]] | None:
    """(columns, {row: cells}) of the figures named "row | column"; None if there are none. Empty cells are ""."""
    placed = {tuple(name.split(" | ")): shown(value) for name, value in figures.items() if " | " in name}
    if not placed:
        return None
    columns = list(dict.fromkeys(column for _, column in placed))
    rows = dict.fromkeys(row for row, _ in placed)
    return columns, {row: [placed.get((row, column), "") for column in columns] for row in rows}


def in_table(text: str) -> str:
    """Text as a cell of a Markdown table, where a bare | would begin another cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def markdown(figures: Figures) -> str:
    """The figures as a table for a page."""
    table = as_table(figures)
    if table is None:
        return "\n".join(
            [
                "| | |",
                "|---|---|",
                *(f"| {in_table(name)} | {shown(value)} |" for name, value in figures.items()),
            ]
        )
    columns, rows = table
    lines = [f"| | {' | '.join(map(in_table, columns))} |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {in_table(row)} | {' | '.join(cells)} |" for row, cells in rows.items()])


def verdicts() -> str:
    """Every claim with its recorded verdict, as a table for a page; "" where nothing was measured."""
    from . import CLAIMS

    lines = ["| claim | what it says | verdict |", "|---|---|---|"]
    for name, claim in CLAIMS.items():
        lines.append(f"| `{name}` | {claim.says} | {(recorded(name) or {}).get('verdict', '')} |")
    return "\n".join(lines)
