"""The drawings that a visitor teaches the net with: six to begin with, each of which can be drawn over."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from i2i.images import ImageError, to_image
from i2i.run.watched import SIZE, of

from ..widgets.pad import Ink, rasterise
from . import words

PAPER = "#ffffff"
INKS: list[Ink] = [
    ("red", "#e0453a"), ("orange", "#f39a2b"), ("yellow", "#ffd23f"), ("green", "#3fa65b"), ("blue", "#3b7dd8"),
    ("violet", "#8257c9"), ("brown", "#8a5a3a"), ("black", "#2b2b33"),
]  # fmt: skip
RED, ORANGE, YELLOW, GREEN, BLUE, VIOLET, BROWN, BLACK = range(len(INKS))
PEN = 22  # width at first, of 256: a drawing of areas, not of lines
LINES: list[Ink] = [("pen", "#000000")]  # for what the net is to paint

Ops = str


def _dot(ink: int, width: int, *at: int) -> Ops:
    """Round spots at x, y, x, y, ...; a stroke through all of them where there are several."""
    return f"p{ink},{width}," + ",".join(map(str, at))


def _box(ink: int, *corners: int) -> Ops:
    return f"r{ink},0," + ",".join(map(str, corners))


_FIRST: dict[str, tuple[Ops, ...]] = {
    "house": (
        _box(YELLOW, 62, 118, 194, 222), _box(BROWN, 164, 44, 184, 100), _dot(RED, 34, 56, 118, 128, 58, 200, 118),
        _dot(RED, 44, 96, 104, 128, 84, 160, 104), _dot(RED, 26, 70, 116, 186, 116), _box(BROWN, 112, 160, 144, 222), _box(BLUE, 76, 138, 100, 164),
        _box(BLUE, 156, 138, 180, 164),
    ),
    "tree": (
        _box(BROWN, 114, 140, 142, 228), _dot(GREEN, 86, 92, 118, 128, 78, 164, 118, 128, 124), _dot(RED, 18, 100, 96),
        _dot(RED, 18, 146, 84), _dot(RED, 18, 132, 126), _dot(RED, 18, 172, 128),
    ),
    "fish": (
        _dot(ORANGE, 44, 222, 92, 182, 128, 222, 164), _dot(ORANGE, 90, 88, 128, 138, 128), _dot(YELLOW, 16, 128, 102, 140, 128, 128, 154),
        _dot(BLACK, 18, 74, 116),
    ),
    "face": (
        _dot(YELLOW, 90, 128, 88, 158, 100, 168, 128, 158, 156, 128, 168, 98, 156, 88, 128, 98, 100, 128, 88), _dot(BLACK, 22, 102, 110), _dot(BLACK, 22, 154, 110),
        _dot(RED, 14, 92, 152, 108, 168, 128, 174, 148, 168, 164, 152),
    ),
    "flower": (
        _dot(GREEN, 14, 128, 130, 128, 232), _dot(GREEN, 26, 128, 210, 162, 186), _dot(VIOLET, 52, 128, 52), _dot(VIOLET, 52, 90, 80),
        _dot(VIOLET, 52, 166, 80), _dot(VIOLET, 52, 104, 124), _dot(VIOLET, 52, 152, 124), _dot(YELLOW, 48, 128, 92),
    ),
    "car": (
        _box(BLUE, 78, 86, 172, 140), _box(YELLOW, 92, 98, 120, 128), _box(YELLOW, 130, 98, 158, 128), _dot(BLUE, 48, 54, 152, 202, 152),
        _dot(BLACK, 46, 84, 178), _dot(BLACK, 46, 172, 178),
    ),
}  # fmt: skip
NAMES = tuple(_FIRST)
# What the net is to paint at first: the outlines of a thing that none of the six is.
TO_PAINT = ";".join(
    (
        _dot(0, 5, 70, 128, 70, 200, 186, 200, 186, 128, 70, 128), _dot(0, 5, 56, 130, 128, 70, 200, 130), _dot(0, 5, 116, 200, 116, 160, 140, 160, 140, 200),
        _dot(0, 5, 196, 40, 214, 46, 222, 62, 214, 78, 196, 84, 178, 78, 170, 62, 178, 46, 196, 40),
    )
)  # fmt: skip


def first() -> list[dict]:
    """The six as values of a pad."""
    return [{"ops": ";".join(ops), "base": ""} for ops in _FIRST.values()]


def image(value: dict) -> Image.Image:
    """A coloured drawing as it is shown. ImageError, one sentence, for a value that is no pad's."""
    return rasterise(value, INKS, PAPER)


def pixels(values: list[dict]) -> np.ndarray:
    """Coloured drawings as a training takes them, uint8 [N, 3, S, S]; those with nothing on them are left out."""
    drawn = [value for value in values if value.get("ops") or value.get("base")]
    return _stacked([rasterise(value, INKS, PAPER, SIZE) for value in drawn])


def still(values: list[dict]) -> tuple[list[Image.Image], list[Image.Image]]:
    """Drawings as pens draw them, and as they are: what a net is shown of them. ImageError where none is left."""
    images = pixels(values)
    if not len(images):
        raise ImageError(words.ALL_EMPTY)
    shown = of(torch.from_numpy(images))[1]
    return tuple([to_image(one[None]) for one in shown[side]] for side in "xy")


def lines(value: dict | None) -> np.ndarray:
    """A line drawing, uint8 [1, 3, S, S]; [0, 3, S, S] for an empty pad."""
    empty = not value or not (value.get("ops") or value.get("base"))
    return _stacked([] if empty else [rasterise(value, LINES, PAPER, SIZE)])


def _stacked(images: list[Image.Image]) -> np.ndarray:
    if not images:
        return np.zeros((0, 3, SIZE, SIZE), np.uint8)
    return np.ascontiguousarray(np.stack([np.asarray(one) for one in images]).transpose(0, 3, 1, 2))
