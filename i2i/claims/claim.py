"""A claim: a sentence from a lecture, a measurement, and a verdict that may well be "does not hold"."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

RECORD = Path(__file__).resolve().parents[2] / "assets" / "claims.json"
SEEDS = (0, 1, 2)

# A number, or one for each seed (as a rule, SEEDS). "row | column" in a name places a figure in a table.
Figures = Mapping[str, float | list[float]]


class NotReady(RuntimeError):
    """A claim that cannot be measured here; the message is one sentence that says what is missing."""


@dataclass(frozen=True)
class Claim:
    """says: the claim.  where: lecture and paper.  test: what counts as holding, in words.

    run: () -> named figures.  holds: figures -> bool.  minutes: about how long one core takes, reckoned from the minutes
    of the nets that have to be trained first, those that other claims train too included.  also: a remark for the reader.
    """

    says: str
    where: str
    test: str
    run: Callable[[], Figures]
    holds: Callable[[Figures], bool]
    minutes: float
    also: str = ""


def measure(name: str) -> dict:
    """Run a claim's measurement now and record the figures with the date."""
    from . import CLAIMS

    claim = CLAIMS[name]
    figures = {key: [float(v) for v in value] if isinstance(value, list) else float(value) for key, value in claim.run().items()}
    result = {"figures": figures, "holds": bool(claim.holds(figures)), "date": datetime.date.today().isoformat()}
    records = _records()
    records[name] = result
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    part = RECORD.with_suffix(".part")
    part.write_text(json.dumps(dict(sorted(records.items())), indent=2) + "\n")
    part.replace(RECORD)
    return result


def recorded(name: str) -> dict | None:
    """The last recorded result of a claim, or None."""
    return _records().get(name)


def _records() -> dict:
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


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


def markdown(figures: Figures) -> str:
    """The figures as a table for a page."""
    table = as_table(figures)
    if table is None:
        return "\n".join(["| | |", "|---|---|", *(f"| {name} | {shown(value)} |" for name, value in figures.items())])
    columns, rows = table
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {row} | {' | '.join(cells)} |" for row, cells in rows.items()])
