"""The card of styles read from images: choose one, or bring one, and the drawing comes in its style."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import torch
from markupsafe import Markup
from PIL import Image, ImageOps
from torch import Tensor

from i2i.images import to_image

from ..widgets import look
from ..widgets.strip import thumbnail
from ..widgets.urls import light_url
from . import words
from .answers import colour_of, make, placed
from .subjects import SUBJECTS, examples, loaded, title
from .taken import code
from .view import Taken, View, picture, rounded

_SEEDS = 3, 26, 40  # of answers that the model itself gives
_APART = 2 / torch.pi**0.5  # mean |a - b| of two numbers of N(0, 1)


@lru_cache(maxsize=4)
def images(model: str, key: str, direction: str) -> tuple[tuple[str, Image.Image], ...]:
    """Images of the target, each with a name: some that a program draws, and answers of the model."""
    drawn = SUBJECTS[key].references(direction)
    found = [(words.DRAWN.format(name=name), image) for name, image in drawn]
    names = SUBJECTS[key].rows[1:]
    for name, seed in zip(names, _SEEDS, strict=True):
        e = next(e for e in examples(key, direction) if e.name == name)
        y = make(loaded(model), loaded(model).place(picture(key, e.ops, e.base)).x, [Taken(seed)], direction)
        found.append((words.MADE_BY.format(name=name, model=title(model)), to_image(y)))
    return tuple(found)


def tiles(view: View) -> dict:
    """The value of the choice."""
    shown = [
        {
            "key": str(i),
            "title": name,
            "src": thumbnail(image, 96),
            "alt": words.PICTURE.format(picture=name, colour=colour_of(image)),
            "more": "",
        }
        for i, (name, image) in enumerate(images(view.model, view.key, view.direction))
    ]
    now = [t["key"] for t in shown if view.read and t["src"] == view.read_from]
    return {
        "label": words.PICTURES,
        "tiles": shown,
        "chosen": now[0] if now else "" if view.read else "0",
        "address": {"like": now[0] if now else ""},
    }


def read(view: View, image: Image.Image) -> View:
    """With the style of an image, which is taken."""
    model = loaded(view.model)
    style = rounded(model.style(image, view.direction)[0].tolist())
    shown = thumbnail(middle(image) if model.fit == "crop" else square(image), 96)
    return replace(view, read=style, read_from=shown, taken=Taken(style=style))


def count(view: View) -> int:
    """How many images there are to choose from."""
    return len(images(view.model, view.key, view.direction))


def chosen(view: View, i: int) -> View:
    """With the style of an image of the choice."""
    there = images(view.model, view.key, view.direction)
    return read(view, there[i % len(there)][1])


def middle(image: Image.Image) -> Image.Image:
    """The square in the middle: all that a model sees which is told to crop."""
    return ImageOps.fit(image, (min(image.size), min(image.size)))


def square(image: Image.Image) -> Image.Image:
    """Whole, on white."""
    side = max(image.size)
    page = Image.new("RGB", (side, side), "white")
    page.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return page


def _again(view: View, style: Tensor, made: Tensor) -> float:
    """How far the style that is read from an answer is from the one it was made with, mean of its numbers."""
    return (loaded(view.model).style(to_image(made), view.direction) - style).abs().mean().item()


def _apart(view: View) -> str:
    """How far the styles of two images are apart, as the card has it, which knows the way to y; else of two drawn ones."""
    spread = loaded(view.model).card.get("figures", {}).get("style spread")
    if spread and view.direction == "xy":
        return words.READ_APART.format(apart=spread[0])
    return words.DRAWN_APART.format(apart=_APART)


def shown(view: View) -> Markup:
    """HTML: the picture, its style, and the drawing in it."""
    now = view if view.read else chosen(view, 0)
    if now.empty:
        return Markup('<p class="tell">{}</p>').format(words.NOTHING_YET)
    model, style = loaded(now.model), torch.tensor([now.read])
    made = make(model, placed(now), [Taken(style=now.read)], now.direction)
    image = to_image(made)
    parts = Markup("").join(
        (
            look.captioned(now.read_from, words.READ_ALT, words.READ),
            Markup("<figure>{}<figcaption>{}</figcaption></figure>").format(
                code(now.read), words.ITS_STYLE.format(count=len(now.read))
            ),
            look.captioned(
                light_url(image.resize((256, 256), Image.BICUBIC), 92),
                words.IN_IT_ALT.format(drawing=now.name, colour=colour_of(image)),
                words.IN_IT.format(drawing=now.name),
            ),
        )
    )
    told = words.READ_AGAIN.format(off=_again(now, style, made), apart=_apart(now))
    return Markup('<div class="reading">{}</div><p class="tell">{}</p>').format(parts, told)
