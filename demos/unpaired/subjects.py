"""The subjects of the tab Unpaired: two domains each, and examples of both. What they are called: see `words`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from PIL import Image

from i2i.data import emoji
from i2i.data.folders import DataError
from i2i.data.public import catalogue
from i2i.data.unpaired import Unpaired, unpaired, unpaired_emoji
from i2i.data.worlds import icons, landscapes
from i2i.images import ImageError, to_image

from . import words

_SHOWN = 12


@dataclass(frozen=True)
class Example:
    """An image of each domain. partners: both show the same thing, which no training ever saw side by side."""

    name: str
    x: Image.Image
    y: Image.Image
    partners: bool = True

    def side(self, domain: str) -> Image.Image:
        return self.x if domain == "x" else self.y


@dataclass(frozen=True)
class Subject:
    """data: how the names of its models end."""

    data: str
    examples: Callable[[], list[Example]]


def _icons() -> list[Example]:
    index = icons.SPLITS["test"][0] + torch.tensor([5, 1, 10, 3, 0, 8, 14, 7, 12, 2, 4, 11])
    return _drawn(index, "glossy", "night", 64)


def _drawn(index: torch.Tensor, x: str, y: str, size: int) -> list[Example]:
    label = index % len(icons.CLASSES)
    images = [icons.draw(index, style, size, label=label) for style in (x, y)]
    names = [icons.CLASSES[i] for i in label.tolist()]
    return [Example(name, to_image(a), to_image(b)) for name, a, b in zip(names, *images, strict=True)]


EMOJI = (
    "fox", "strawberry", "oncoming bus", "cocktail glass", "owl", "teddy bear", "airplane", "potted plant", "tennis",
    "clown face", "sauropod", "cookie",
)  # fmt: skip


def _emoji() -> list[Example]:
    """Held-out emoji where the set is installed; icons with an outline to toy-like ones elsewhere."""
    root = catalogue.find("emoji")
    with contextlib.suppress(DataError, ImageError):
        if root is not None:
            names = [e["name"] for e in emoji.concepts(root, "test", by="code")]
            images = unpaired_emoji(root, "noto", "fluent-3d", 64, "test", by="code")
            chosen = [names.index(n) for n in EMOJI if n in names] or list(range(min(_SHOWN, len(names))))
            return _examples(images, chosen, [names[i] for i in chosen])
    return _drawn(icons.SPLITS["test"][0] + torch.arange(16, 16 + _SHOWN), "flat", "glossy", 64)


def _photographs() -> list[Example]:
    """Held-out photographs where the set is installed, painted landscapes elsewhere."""
    root = catalogue.find("weather")
    with contextlib.suppress(DataError, ImageError):
        if root is not None:
            images = unpaired(root, 128, "test", fit="crop", names=("shine", "sunrise"))
            count = min(len(images.x), len(images.y))
            chosen = [i * count // _SHOWN for i in range(min(_SHOWN, count))]
            return _examples(
                images, chosen, [words.PHOTOGRAPH.format(number=i + 1) for i in range(len(chosen))]
            )
    scenes = torch.arange(_SHOWN)
    day, dawn = landscapes.draw(scenes, "day"), landscapes.draw(scenes, "dawn").roll(1, 0)
    return [
        Example(words.LANDSCAPE.format(number=i + 1), to_image(x), to_image(y), partners=False)
        for i, (x, y) in enumerate(zip(day, dawn, strict=True))
    ]


def _examples(images: Unpaired, chosen: list[int], names: list[str]) -> list[Example]:
    sides = [side[chosen].permute(0, 2, 3, 1).contiguous().numpy() for side in (images.x, images.y)]
    return [
        Example(name, Image.fromarray(x), Image.fromarray(y), images.partners)
        for name, x, y in zip(names, *sides, strict=True)
    ]


SUBJECTS: dict[str, Subject] = {
    "icons": Subject("icons", _icons),
    "emoji": Subject("emoji", _emoji),
    "photographs": Subject("weather", _photographs),
}


@lru_cache(maxsize=len(SUBJECTS))
def examples(key: str) -> tuple[Example, ...]:
    return tuple(SUBJECTS[key].examples())
