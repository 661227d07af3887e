"""Exhibit: DiscoGAN, whose images pass through a map so small that most of them is lost."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from . import words
from .exhibit import Exhibit, Number, Seen, drawn, loaded, picture

BROKEN, MENDED = "discogan-icons", "cyclegan-icons"
WORDS = words.BOTTLENECK


def outlines(a: Tensor, b: Tensor) -> float:
    """Correlation, -1 to 1, of how much brightness changes around each pixel (3 x 3) of two images [1, 3, H, W]: 1 for equal outlines."""
    parts = []
    for image in (a, b):
        grey = image.mean(1, keepdim=True)
        dy, dx = grey[..., 1:, :-1] - grey[..., :-1, :-1], grey[..., :-1, 1:] - grey[..., :-1, :-1]
        parts.append(F.avg_pool2d((dx.square() + dy.square()).sqrt(), 3, 1).flatten())
    return torch.corrcoef(torch.stack(parts))[0, 1].item()


@lru_cache(maxsize=2)
def _made(name: str) -> Tensor:
    with torch.inference_mode():
        return loaded(name).translate(drawn("glossy"))


def look(at: int) -> Seen:
    x, y = (drawn(style)[at : at + 1] for style in ("glossy", "night"))
    broken, mended = (_made(name)[at : at + 1] for name in (BROKEN, MENDED))
    rows = (
        (
            picture(x, words.X),
            picture(broken, WORDS.pictures["broken"]),
            picture(mended, WORDS.pictures["mended"]),
            picture(y, words.Y),
        ),
    )
    return Seen(rows, (Number(WORDS.numbers["outlines"], outlines(broken, y), outlines(mended, y)),))


EXHIBIT = Exhibit(
    "bottleneck",
    (BROKEN, MENDED),
    WORDS,
    look=look,
    holds=lambda seen: all(s.numbers[0].broken < s.numbers[0].mended for s in seen),
    opens=1,
)
