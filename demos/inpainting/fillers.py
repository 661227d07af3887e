"""The fillers of the tab Inpainting: their images and examples, what one visitor looks at, and what is made of it."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from markupsafe import Markup
from PIL import Image
from torch import Tensor

from i2i.data.worlds import facades, icons, landscapes
from i2i.data.worlds.portrait import portrait
from i2i.images import ImageError, to_image, to_tensor
from i2i.judges import load_judge
from i2i.metrics import perceptual_distance
from i2i.run.filling import Membrane, fill, window
from i2i.run.pipeline import Model, load, shipped

from ..decoding import open_image
from ..widgets import look
from ..widgets.brush import rasterise
from ..work.once import once
from . import words

NET, FILM = "pggan", "membrane"  # the subject's model, and what needs no training
FILLERS = (NET, FILM)
OWN = "photographs"  # the subject of a visitor's own image
LONGEST = 2048  # px: a larger image of a visitor's is reduced to that
_SIDE = 128  # px that the nets learned at
_TEST = icons.SPLITS["test"][0]  # what no training saw


@dataclass(frozen=True)
class Example:
    """name; draw: the image, which is small, since its figures are taken while the visitor waits; ops: its first hole."""

    name: str
    draw: Callable[[], Image.Image]
    ops: str
    credit: str = ""


@dataclass(frozen=True)
class Subject:
    """model; opens: the example that comes first, one that the net does well. What is said of it stands in `words.SUBJECTS`."""

    model: str
    examples: tuple[Example, ...]
    opens: int = 0


def _hopper() -> Image.Image:
    return portrait().resize((256, 300), Image.LANCZOS)


def _landscape(index: int, light: str) -> Callable[[], Image.Image]:
    return lambda: to_image(landscapes.draw(torch.tensor([index]), light, 256)[0])


def _front(index: int) -> Callable[[], Image.Image]:
    return lambda: to_image(facades.Facades(_SIDE, split="test").batch(torch.tensor([index]))["y"][0])


def _icon(label: int) -> Callable[[], Image.Image]:
    return lambda: to_image(
        icons.draw(torch.tensor([_TEST + label]), "glossy", _SIDE, label=torch.tensor([label]))[0]
    )


_HOLES = ("c0", "s0", "r1", "s4", "r2", "s6", "r5", "s7")
# Of the holes drawn ahead and a few brushed by hand, the net for fronts fills this one best: on twelve validation fronts PD-i2i is .275 inside,
# and .299 to .615 in the others; of the fronts here it does this one best.
_SPOTS = "b56,120,150;b56,300,260;b56,200,400"
SUBJECTS: dict[str, Subject] = {
    "facades": Subject(
        "pggan-facades",
        tuple(
            Example(words.FRONT.format(number=n + 1), _front(n), _SPOTS if n == 3 else ops)
            for n, ops in enumerate(_HOLES)
        ),
        opens=3,
    ),
    "photographs": Subject(
        "pggan-photographs",
        (
            Example(words.EXAMPLES["day"], _landscape(5, "day"), "b46,150,330,210,345,270,335"),
            Example(words.EXAMPLES["ribbons"], _hopper, "b52,330,388,360,400,395,410", words.CREDIT),
            Example(words.EXAMPLES["star"], _hopper, "b60,86,70,110,100,112,160", words.CREDIT),
            Example(words.EXAMPLES["dawn"], _landscape(12, "dawn"), "r2"),
            Example(words.EXAMPLES["clouds"], _landscape(2, "day"), "s1"),
            Example(words.EXAMPLES["hills"], _landscape(7, "day"), "c0"),
        ),
    ),
    "emoji": Subject(
        "pggan-emoji",
        tuple(
            Example(icons.CLASSES[n], _icon(n), ops)
            for n, ops in zip((0, 2, 4, 6, 10, 12, 13, 15), _HOLES, strict=True)
        ),
        opens=1,
    ),
}


def available() -> list[str]:
    """Subjects whose model is here."""
    return [key for key, s in SUBJECTS.items() if s.model in shipped()]


@once(8)
def loaded(name: str) -> Model:
    return load(name, precision="fp32")


@lru_cache(maxsize=32)
def drawn(key: str, at: int) -> Image.Image:
    return SUBJECTS[key].examples[at].draw()


# -- What a visitor looks at ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """key: of SUBJECTS; at: the example, or -1 for `own`, the file of a visitor's image; ops: the hole, see `brush`;
    right: the filler to the right of the curtain, on which nothing depends that is made of a view."""

    key: str
    at: int = 0
    own: str = ""
    ops: str = ""
    right: str = field(default=NET, compare=False)

    @property
    def example(self) -> Example | None:
        return SUBJECTS[self.key].examples[self.at] if self.at >= 0 else None

    @property
    def name(self) -> str:
        return self.example.name if self.example else words.YOURS

    @property
    def token(self) -> str:
        """Names the image to the browser, and nothing of where it lies."""
        return f"{self.key} {self.at} {zlib.crc32(self.own.encode()):x}"

    def image(self) -> Image.Image:
        """Upright RGB, its longer side at most LONGEST. ImageError if it is none, or no longer here."""
        if self.example:
            return drawn(self.key, self.at)
        if not Path(self.own).is_file():
            raise ImageError(words.DELETED)
        image = open_image(self.own, words.THIS_FILE)
        image.thumbnail((LONGEST, LONGEST), Image.LANCZOS)
        return image


def settle(
    key: str = "", at: int | None = None, own: str = "", ops: str | None = None, right: str = NET
) -> View:
    """The view that comes nearest to what was asked for, of what is here. at None: the example that comes first; ops None: the hole that
    the example begins with."""
    here = available()
    key = key if key in here else here[0]
    subject = SUBJECTS[key]
    at = -1 if own else subject.opens if at is None else max(at, 0) % len(subject.examples)
    if ops is None:
        ops = "" if own else subject.examples[at].ops
    return View(key, at, own, ops, right if right in FILLERS else NET)


# -- What is made of it ---------------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """How far a filled hole is from the truth: those of `i2i.measure.holes`, of one image."""

    l1: float
    psnr: float
    distance: float
    energy: float


@dataclass(frozen=True)
class Hole:
    """An image with its hole, bool [H, W]."""

    image: Image.Image
    where: np.ndarray

    @property
    def share(self) -> float:
        return float(self.where.mean())

    @property
    def fault(self) -> str:
        """Why there is nothing to fill, or nothing to fill it from; "" if neither."""
        if not self.where.any():
            return words.NOTHING_MARKED
        if self.where.all():
            return words.ALL_MARKED
        return ""

    @property
    def mask(self) -> Image.Image:
        return Image.fromarray(self.where)

    @property
    def pierced(self) -> Image.Image:
        """What the nets are given: the image, its hole grey."""
        seen = self.image.copy()
        seen.paste((128, 128, 128), mask=self.mask)
        return seen

    def filled(self, model) -> Image.Image:
        """By a Model or a Membrane. The image itself where there is nothing to do."""
        return self.image if self.fault else fill(model, self.image, self.mask)

    def nearby(self, least: int) -> tuple[int, int, int, int]:
        """The box of the hole and as much again around it, at least so many pixels; all of the image without a hole."""
        return window(self.where, least) if self.where.any() else (0, 0, *self.image.size)

    def square(self, least: int) -> tuple[int, int, int, int]:
        """A square box about the middle of `nearby`, inside the image."""
        left, top, right, bottom = self.nearby(least)
        w, h = self.image.size
        side = min(w, h, max(right - left, bottom - top))
        left, top = (
            min(max(0, (a + b - side) // 2), whole - side)
            for a, b, whole in ((left, right, w), (top, bottom, h))
        )
        return left, top, left + side, top + side


def hole_of(view: View) -> Hole:
    """ImageError where the image or the ops cannot be read."""
    image = view.image()
    return Hole(image, np.asarray(rasterise(view.ops, image.size)) > 0)


def _energy(x: Tensor, mask: Tensor) -> float:
    """The sum of squared differences of neighbours that both lie in the hole."""
    total = 0.0
    for dim in (-1, -2):
        length = x.shape[dim] - 1
        both = mask.narrow(dim, 0, length) * mask.narrow(dim, 1, length)
        total += (x.diff(dim=dim).square() * both).sum().item()
    return total


@torch.inference_mode()
def figures(made: Image.Image, hole: Hole) -> Figures:
    """Of a hole that is neither empty nor all; the image is the truth."""
    x, y, mask = to_tensor(made), to_tensor(hole.image), torch.from_numpy(hole.where).float()[None, None]
    off, pixels = (x - y) * mask, 3 * mask.sum()
    squared = (off.square().sum() / pixels).clamp(min=1e-10)
    far = (
        perceptual_distance(x, y, load_judge(), where=mask).item()
        if min(hole.image.size) >= 32
        else float("nan")
    )
    return Figures(
        (off.abs().sum() / pixels).item(), (10 * torch.log10(4 / squared)).item(), far,
        _energy(x, mask) / max(_energy(y, mask), 1e-12),
    )  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """A hole, and each filler's image and figures; figures only where the truth is known."""

    hole: Hole
    images: dict[str, Image.Image]
    figures: dict[str, Figures]


def kept(make: Callable) -> Callable:
    """Of examples the latest are kept for the next visitor; nothing is kept of a visitor's own image."""
    shelf = lru_cache(maxsize=24)(make)

    @wraps(make)
    def get(view: View):
        return shelf(view) if view.example else make(view)

    get.cache_clear = shelf.cache_clear
    return get


def fill_by(hole: Hole, models: dict, known: bool) -> Filled:
    """models: by name; known: whether the image is the truth."""
    images = {name: hole.filled(model) for name, model in models.items()}
    told = known and not hole.fault
    return Filled(hole, images, {name: figures(p, hole) for name, p in images.items()} if told else {})


@kept
def filled(view: View) -> Filled:
    """By the subject's model, NET, and by the soap film, FILM."""
    models = (loaded(SUBJECTS[view.key].model), Membrane())
    return fill_by(hole_of(view), dict(zip(FILLERS, models, strict=True)), view.example is not None)


# -- What is told of it ---------------------------------------------------------------------------------------------------

HEADS = (
    ("l1", min, "{:.3f}"),
    ("psnr", max, "{:.1f}"),
    ("distance", min, "{:.3f}"),
    ("energy", lambda v: min(v, key=lambda n: abs(n - 1)), "{:.2f}"),
)


def best(rows: dict[str, Figures]) -> dict[str, float]:
    """The best value of each figure."""
    return {name: pick([getattr(f, name) for f in rows.values()]) for name, pick, _ in HEADS}


def table(rows: dict[str, Figures], titles: dict[str, str], chosen: str = "") -> Markup:
    """HTML of the figures of each row; the best of each kind stands out."""
    tops = best(rows)
    return look.table(
        [words.HEADS[name] for name, _, _ in HEADS],
        [
            (
                titles[key],
                key == chosen,
                [(form.format(getattr(f, name)), getattr(f, name) == tops[name]) for name, _, form in HEADS],
            )
            for key, f in rows.items()
        ],
    )
