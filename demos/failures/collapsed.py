"""Exhibit: a generator that answers every input with much the same image."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from i2i.nets.layers import own_statistics

from . import words
from .exhibit import COUNT, Exhibit, Number, Seen, drawn, loaded, picture

BROKEN, MENDED = "pix2pix-icons-alone", "pix2pix-icons-resized"
WORDS = words.COLLAPSED


@lru_cache(maxsize=2)
def _made(name: str) -> Tensor:
    with torch.inference_mode():
        return loaded(name).method.eval().translate(drawn("line"), noise=False)


@lru_cache(maxsize=2)
def _judged(name: str) -> float:
    """D's two terms, −log D of the right answers and −log(1 − D) of what was made, added: 2 ln 2 = 1.39 in perfect balance."""
    method = own_statistics(loaded(name).method.eval())
    with torch.inference_mode():
        real, fake = (method.judge(drawn("line"), y) for y in (drawn("glossy"), _made(name)))
        return (F.softplus(-real).mean() + F.softplus(fake).mean()).item()


def apart(images: Tensor) -> float:
    """Mean L1 distance of two different images of a batch."""
    return (torch.pdist(images.flatten(1), p=1) / images[0].numel()).mean().item()


def look(at: int) -> Seen:
    rows = []
    for i in (at, (at + 1) % COUNT, (at + 2) % COUNT):
        x, y = (drawn(style)[i : i + 1] for style in ("line", "glossy"))
        broken, mended = (_made(name)[i : i + 1] for name in (BROKEN, MENDED))
        rows.append(
            (
                picture(x, words.X),
                picture(broken, WORDS.pictures["broken"]),
                picture(mended, WORDS.pictures["mended"]),
                picture(y, WORDS.pictures["y"]),
            )
        )
    numbers = (
        Number(WORDS.numbers["loss"], _judged(BROKEN), _judged(MENDED)),
        Number(
            WORDS.numbers["apart"],
            apart(_made(BROKEN)),
            apart(_made(MENDED)),
            apart(drawn("glossy")),
            digits=3,
        ),
    )
    return Seen(tuple(rows), numbers)


def holds(seen: list[Seen]) -> bool:
    """The answers are one image, of the mended net about as far apart as right answers, and D's loss is near 2 ln 2."""
    loss, far = seen[0].numbers
    return (
        abs(loss.broken - 2 * math.log(2)) < 0.25
        and far.broken < 0.05 * far.right
        and far.mended > 0.5 * far.right
    )


EXHIBIT = Exhibit("collapse", (BROKEN, MENDED), WORDS, look=look, holds=holds, opens=4)
