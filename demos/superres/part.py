"""The part of an image that one visitor of the tab Super-resolution looks at, and the images it may be taken from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import torch
from PIL import Image

from i2i.data.enlarging import reduced
from i2i.data.worlds import icons, landscapes, textures
from i2i.data.worlds.portrait import portrait
from i2i.images import ImageError, from_bytes, to_image

from ..decoding import open_image
from . import words
from .enlargers import FIRST, SCALE

SIDES = (64, 128, 192, 256)
SIDE = 256  # px of a drawn image
_TEST = textures.SPLITS["test"][0]  # textures that no training saw
_KEPT = 8_000_000  # pixels of results that are kept for the next visitor


@dataclass(frozen=True)
class Example:
    """name; draw: the image, at most `side` px for a small one; centre of the part to begin with, as shares of it."""

    name: str
    draw: Callable[[int], Image.Image]
    centre: tuple[float, float] = (0.5, 0.5)
    lens: tuple[float, float] = (0.5, 0.5)
    credit: str = ""


def _hopper(side: int) -> Image.Image:
    return portrait()


def _texture(index: int) -> Callable[[int], Image.Image]:
    return lambda side: to_image(textures.draw(torch.tensor([_TEST + index]), side)[0])


def _landscape(index: int, light: str) -> Callable[[int], Image.Image]:
    return lambda side: to_image(landscapes.draw(torch.tensor([index]), light, side)[0])


def _icon(index: int, style: str) -> Callable[[int], Image.Image]:
    return lambda side: to_image(icons.draw(torch.tensor([index]), style, side)[0])


EXAMPLES = (
    Example(words.EXAMPLES["glasses"], _hopper, (0.52, 0.27), (0.40, 0.62), words.CREDIT),
    Example(words.EXAMPLES["ribbons"], _hopper, (0.75, 0.80), (0.55, 0.55), words.CREDIT),
    Example(words.EXAMPLES["stars"], _hopper, (0.25, 0.20), (0.25, 0.45), words.CREDIT),
    Example(words.EXAMPLES["bricks"], _texture(0)),
    Example(words.EXAMPLES["cobbles"], _texture(11)),
    Example(words.EXAMPLES["cloth"], _texture(5)),
    Example(words.EXAMPLES["wood"], _texture(14)),
    Example(words.EXAMPLES["stripes"], _texture(6)),
    Example(words.EXAMPLES["day"], _landscape(5, "day"), lens=(0.5, 0.62)),
    Example(words.EXAMPLES["dawn"], _landscape(12, "dawn"), lens=(0.5, 0.62)),
    Example(words.EXAMPLES["icon"], _icon(9, "glossy")),
)


@lru_cache(maxsize=len(EXAMPLES))
def drawn(at: int) -> Image.Image:
    return EXAMPLES[at].draw(SIDE)


@lru_cache(maxsize=1)
def thumbnails() -> tuple[Image.Image, ...]:
    """A square of each example; of drawn ones a small drawing, which costs a sixteenth."""
    made = []
    for e in EXAMPLES:
        image = e.draw(64)
        side = min(96, *image.size)
        left, top = (
            int(max(0, min(c * s - side / 2, s - side))) for c, s in zip(e.centre, image.size, strict=True)
        )
        made.append(image.crop((left, top, left + side, top + side)))
    return tuple(made)


@dataclass(frozen=True)
class View:
    """at: an example, or -1 for `own`, the file of a visitor's image; centre: of the part, in pixels of the image,
    None for where the example begins; shrink: the part is reduced first, so that its original is known."""

    at: int = 0
    own: str = ""
    centre: tuple[int, int] | None = None
    side: int = 256
    shrink: bool = True
    chosen: str = FIRST

    @property
    def example(self) -> Example | None:
        return EXAMPLES[self.at] if self.at >= 0 else None

    @property
    def name(self) -> str:
        return self.example.name if self.example else words.YOURS

    def image(self) -> Image.Image:
        """Upright RGB. ImageError if it is none, or no longer here."""
        if self.example:
            return drawn(self.at)
        if not Path(self.own).is_file():
            raise ImageError(words.DELETED)
        return open_image(self.own, words.THIS_FILE)


@dataclass(frozen=True)
class Part:
    """box: left, top, width and height in the image; x: what an enlarger is given; y: the original, where it is known."""

    view: View
    size: tuple[int, int]
    box: tuple[int, int, int, int]
    x: Image.Image
    y: Image.Image | None

    @property
    def key(self) -> tuple | None:
        """What names the result of an example; nothing is kept of a visitor's own image."""
        return (self.view.at, self.box, self.y is not None) if self.view.example else None

    @property
    def small(self) -> bool:
        """Whether it is too small to be shrunk first, though that was asked for."""
        return self.view.shrink and self.y is None


def cut(view: View, image: Image.Image | None = None) -> Part:
    """The part that a view shows: all of an image that is smaller than the side."""
    image = image or view.image()
    w, h = image.size
    shrink = view.shrink and min(w, h) >= 2 * SCALE
    step = SCALE if shrink else 1
    wide, high = (min(view.side, s) // step * step for s in (w, h))
    share = view.example.centre if view.example else (0.5, 0.5)
    cx, cy = view.centre or (share[0] * w, share[1] * h)
    left, top = (int(max(0, min(c - s / 2, whole - s))) for c, s, whole in ((cx, wide, w), (cy, high, h)))
    part = image.crop((left, top, left + wide, top + high))
    x, y = part, None
    if shrink:
        x, y = (to_image(from_bytes(p)) for p in reduced(part, SCALE))
    return Part(view, (w, h), (left, top, wide, high), x, y)


def settle(
    at: int = 0, own: str = "", centre=None, side: int = 256, shrink: bool = True, chosen: str = "", keys=()
) -> View:
    """The view that comes nearest to what was asked for. keys: the models that are here."""
    side = min(SIDES, key=lambda s: abs(s - side))
    chosen = chosen if chosen in keys else (FIRST if FIRST in keys else keys[0])
    return View(-1 if own else max(at, 0) % len(EXAMPLES), own, centre, side, shrink, chosen)


def moved(view: View, centre: tuple[int, int]) -> View:
    return replace(view, centre=tuple(max(0, min(c, 10_000)) for c in centre))


class Shelf:
    """What was made of examples, for the next one who asks: the latest, up to a number of pixels."""

    def __init__(self, most: int = _KEPT):
        self._most, self._lock, self._made = most, threading.Lock(), OrderedDict()

    def get(self, key):
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def put(self, key, value: tuple) -> None:
        """value: an image first, and whatever belongs to it."""
        with self._lock:
            self._made[key] = value
            while (
                len(self._made) > 1
                and sum(v[0].width * v[0].height for v in self._made.values()) > self._most
            ):
                self._made.popitem(last=False)
