"""What an exhibit of the tab Failures is: a net in which one thing went wrong, beside one in which it did not.

A module of this folder shows and measures it, words.py holds what is said of it, and tab.py hangs it among the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import torch
from PIL import Image
from torch import Tensor

from i2i.data.worlds import icons
from i2i.images import to_image
from i2i.run.pipeline import Model, load

from ..work.once import once
from .words import Shown, Words

COUNT = 12  # icons to choose from; no net of the exhibits was trained on one of them
SIDE = 64


@dataclass(frozen=True)
class Picture:
    """An image on the page. caption: HTML if it is Markup.  alt: what it shows."""

    image: Image.Image
    caption: str
    alt: str


@dataclass(frozen=True)
class Number:
    """How the failure is detected: what is measured, of the broken net, of the mended one, and of the right answers.

    unit: behind each value.  digits: after the point.
    """

    name: str
    broken: float
    mended: float | None = None
    right: float | None = None
    unit: str = ""
    digits: int = 2


@dataclass(frozen=True)
class Seen:
    """What an exhibit shows of one example: rows of pictures, and numbers."""

    rows: tuple[tuple[Picture, ...], ...]
    numbers: tuple[Number, ...]


@dataclass(frozen=True)
class Exhibit:
    """A failure that one can see.

    models: shipped models that it needs.  words: what is said of it.  look: number of an example -> what is shown.  holds: whether
    what the words say is so, given what `look` shows for all examples; a test asks.  opens: the example that comes first.
    inputs: the examples by name, icons where nothing is said.
    """

    key: str
    models: tuple[str, ...]
    words: Words
    look: Callable[[int], Seen]
    holds: Callable[[list[Seen]], bool]
    opens: int = 0
    inputs: Callable[[], tuple[tuple[str, Image.Image], ...]] = lambda: some_icons()


@once(16)
def loaded(name: str) -> Model:
    """A shipped model in full precision: rounding would hide the faint things that some exhibits are about."""
    return load(name, precision="fp32")


@cache
def drawn(style: str) -> Tensor:
    """The icons of the exhibits in one of the styles of `icons.STYLES`, [COUNT, 3, SIDE, SIDE] in [-1, 1]."""
    return icons.draw(icons.SPLITS["test"][0] + torch.arange(COUNT), style, SIDE)


@cache
def some_icons() -> tuple[tuple[str, Image.Image], ...]:
    """The icons of the exhibits by name."""
    labels = icons.label_of(icons.SPLITS["test"][0] + torch.arange(COUNT)).tolist()
    return tuple((icons.CLASSES[k], to_image(x)) for k, x in zip(labels, drawn("glossy"), strict=True))


def picture(image: Tensor, words: Shown, scale: int = 1) -> Picture:
    """image [3, H, W] or [1, 3, H, W]; scale: pixels are repeated so often, to be seen."""
    shown = to_image(image if image.ndim == 3 else image[0])
    if scale > 1:
        shown = shown.resize((shown.width * scale, shown.height * scale), Image.NEAREST)
    return Picture(shown, words.caption, words.alt)
