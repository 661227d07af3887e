"""A claim: a sentence from a lecture, a measurement, and a verdict that may well be "does not hold"."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

RECORD = Path(__file__).resolve().parents[2] / "assets" / "claims.json"


@dataclass(frozen=True)
class Claim:
    """says: the claim.  where: lecture and paper.  test: what counts as holding, in words.

    run: () -> named figures.  holds: figures -> bool.  minutes: measured on two laptop-class cores.
    """

    says: str
    where: str
    test: str
    run: Callable[[], dict[str, float]]
    holds: Callable[[dict[str, float]], bool]
    minutes: float


def measure(name: str) -> dict:
    """Run a claim's measurement now and record the figures with the date."""
    from . import CLAIMS

    claim = CLAIMS[name]
    figures = {key: float(value) for key, value in claim.run().items()}
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
