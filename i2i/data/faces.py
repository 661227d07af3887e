"""Photographs of faces, and drawn people: two domains in which nobody can say who belongs to whom."""

from __future__ import annotations

from pathlib import Path

from PIL import ImageOps

from ..pictures import open_picture
from . import emoji
from .folders import DataError, in_split, pictures_in, stack
from .unpaired import Unpaired, mirrored

PEOPLE = ("person", "person-role", "person-gesture", "person-fantasy")  # subgroups that show a head and shoulders


def faces_to_people(photographs: str | Path, drawings: str | Path, size: int = 64, split: str = "train") -> Unpaired:
    """x: the heads in Caltech's photographs; y: people of fluent-3d. val and test are one tenth of the photographs by
    hash, in which most of the 27 persons appear who are in the rest, too: there is nothing to hold out a person by."""
    kept = [p for p in pictures_in(Path(photographs)) if in_split(p.stem, "train" if split == "train" else "val")]
    entries = [e for e in emoji.concepts(drawings, split) if e["subgroup"] in PEOPLE]
    if not kept or not entries:
        raise DataError(f"no photographs of faces in {photographs}, or no people in {drawings}.")
    # The head is in the middle, somewhat above.
    x = stack((ImageOps.fit(open_picture(p), (size, size), centering=(0.5, 0.4)) for p in kept), size)
    return Unpaired(x, emoji.style(drawings, "fluent-3d", entries, size), size, move=mirrored if split == "train" else None)
