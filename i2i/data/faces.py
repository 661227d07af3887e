"""Photographs of faces, and drawn people: two domains in which nobody can say who belongs to whom."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageOps
from torch import Tensor

from ..images import open_image, to_tensor
from . import emoji
from .folders import DataError, images_in, in_split, stack
from .unpaired import Unpaired, mirrored
from .worlds.portrait import portrait

PEOPLE = (
    "person",
    "person-role",
    "person-gesture",
    "person-fantasy",
)  # subgroups that show a head and shoulders


def faces_to_people(
    photographs: str | Path, drawings: str | Path, size: int = 64, split: str = "train", by: str = "family"
) -> Unpaired:
    """x: the heads in Caltech's photographs; y: people of fluent-3d. val and test are one tenth of the photographs by
    hash, in which most of the 27 persons appear who are in the rest, too: there is nothing to hold out a person by."""
    kept = [
        p for p in images_in(Path(photographs)) if in_split(p.stem, "train" if split == "train" else "val")
    ]
    entries = [e for e in emoji.concepts(drawings, split, by) if e["subgroup"] in PEOPLE]
    if not kept or not entries:
        raise DataError(f"no photographs of faces in {photographs}, or no people in {drawings}.")
    x = stack((head(open_image(p), size) for p in kept), size)
    return Unpaired(
        x,
        emoji.style(drawings, "fluent-3d", entries, size),
        size,
        move=mirrored if split == "train" else None,
    )


def head(image: Image.Image, size: int) -> Image.Image:
    """The square that is shown of a photograph, [size, size]: as large as there is room for, somewhat above the middle."""
    return ImageOps.fit(image, (size, size), centering=(0.5, 0.4))


# What may be shown: a photograph that matplotlib carries, and portraits drawn here. Nobody of the sets above is shown.
_HEAD = (120, 80, 400, 360)  # of the photograph, where the heads of training are, and as large
# ground, skin, hair, length of the hair, clothes, glasses
_DRAWN = (
    ("#8fa9c4", "#f0c8a8", "#3a261c", 0.2, "#2f4b7c", False),
    ("#d8cfbd", "#e8b48c", "#8a4b20", 0.7, "#b23a48", False),
    ("#4d5a50", "#c68a5e", "#17120f", 0.3, "#e3e0d8", True),
    ("#b7c9b0", "#8d5a3b", "#120d0b", 0.5, "#f0b429", False),
    ("#6b6f86", "#f3d3bd", "#e2c069", 0.9, "#2b2b33", False),
    ("#e6e3dc", "#efc09a", "#b9b6b0", 0.1, "#37596b", True),
    ("#3b3f4a", "#f1c7a9", "#a63c14", 0.8, "#4a7c59", False),
)


def hopper() -> Image.Image:
    """Head and shoulders of Grace Hopper."""
    return portrait().crop(_HEAD)


def portraits(side: int = 256) -> Iterator[Image.Image]:
    """Seven people drawn in code, framed as the photographs are."""
    for ground, skin, hair, length, clothes, glasses in _DRAWN:
        page = Image.new("RGB", (4 * side, 4 * side), ground)
        pen = ImageDraw.Draw(page)

        def oval(x: float, y: float, rx: float, ry: float, fill: str, pen=pen) -> None:
            pen.ellipse([4 * side * v for v in (x - rx, y - ry, x + rx, y + ry)], fill=fill)

        oval(0.5, 0.44, 0.29, 0.33, hair)
        pen.rounded_rectangle(
            [4 * side * v for v in (0.21, 0.44, 0.79, 0.5 + 0.45 * length)], radius=side // 2, fill=hair
        )
        oval(0.5, 1.1, 0.45, 0.27, clothes)
        pen.rectangle([4 * side * v for v in (0.42, 0.7, 0.58, 0.88)], fill=skin)
        oval(0.5, 0.53, 0.215, 0.28, skin)
        pen.chord([4 * side * v for v in (0.27, 0.16, 0.73, 0.62)], 190, 350, fill=hair)
        for x in (0.41, 0.59):
            oval(x, 0.51, 0.036, 0.02, "#ffffff")
            oval(x, 0.51, 0.018, 0.02, "#3b2a20")
            pen.line([4 * side * v for v in (x - 0.05, 0.465, x + 0.05, 0.462)], fill=hair, width=side // 20)
            if glasses:
                pen.ellipse(
                    [4 * side * v for v in (x - 0.075, 0.45, x + 0.075, 0.57)],
                    outline="#26262b",
                    width=side // 24,
                )
        pen.line(
            [4 * side * v for v in (0.5, 0.55, 0.485, 0.62, 0.51, 0.625)], fill="#8a5a44", width=side // 30
        )
        pen.chord([4 * side * v for v in (0.42, 0.64, 0.58, 0.73)], 15, 165, fill="#a8434a")
        yield page.resize((side, side), Image.LANCZOS)


@lru_cache(maxsize=4)
def shown(size: int) -> Tensor:
    """float [8, 3, size, size] in [-1, 1]: the photograph, then those who are drawn."""
    return torch.cat([to_tensor(p.resize((size, size), Image.LANCZOS)) for p in (hopper(), *portraits())])
