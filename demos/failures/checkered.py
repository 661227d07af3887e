"""Exhibit: the checkerboard of transposed convolutions."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from . import words
from .exhibit import Exhibit, Number, Seen, drawn, loaded, picture

BROKEN, MENDED = "pix2pix-icons-checkered", "pix2pix-icons-resized"
WORDS = words.CHECKERED
CROP, ZOOM = slice(16, 48), 8


def grid(images: Tensor) -> float:
    """How far pixels of images [N, 3, H, W] in [-1, 1] go up and down in turn: 1 for a full checkerboard or stripes of one pixel.

    The median over all places of 4 x 4 pixels: lines and edges, which are few, do not count, whatever they look like.
    """
    turn, flat = torch.tensor([1.0, -1.0, 1.0, -1.0]) / 4, torch.full((4,), 0.25)
    kernels = torch.stack([a[:, None] * b for a, b in ((turn, flat), (flat, turn), (turn, turn))])[:, None]
    return F.conv2d(images.flatten(0, 1)[:, None], kernels).abs().amax(1).median().item()


@lru_cache(maxsize=1)
def _made() -> dict[str, Tensor]:
    with torch.inference_mode():
        return {
            name: loaded(name).method.eval().translate(drawn("line"), noise=False)
            for name in (BROKEN, MENDED)
        }


def look(at: int) -> Seen:
    x, y = (drawn(style)[at : at + 1] for style in ("line", "glossy"))
    broken, mended = (_made()[name][at : at + 1] for name in (BROKEN, MENDED))

    def near(image: Tensor) -> Tensor:
        return image[..., CROP, CROP]

    rows = (
        (
            picture(x, words.X),
            picture(broken, WORDS.pictures["broken"]),
            picture(mended, WORDS.pictures["mended"]),
            picture(y, words.Y),
        ),
        (
            picture(near(x), WORDS.pictures["near x"], ZOOM),
            picture(near(broken), WORDS.pictures["near broken"], ZOOM),
            picture(near(mended), WORDS.pictures["near"], ZOOM),
            picture(near(y), WORDS.pictures["near"], ZOOM),
        ),
    )
    numbers = (Number(WORDS.numbers["grid"], *(1000 * grid(i) for i in (broken, mended, y)), digits=1),)
    return Seen(rows, numbers)


EXHIBIT = Exhibit(
    "checkerboard",
    (BROKEN, MENDED),
    WORDS,
    look=look,
    holds=lambda seen: all(n.broken > 1.5 * max(n.mended, n.right) for s in seen for n in s.numbers),
    opens=5,
)
