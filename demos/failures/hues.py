"""Exhibit: colours that are exchanged, and that the cycle does not miss."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from i2i.losses import l1
from i2i.metrics import hue_error

from . import words
from .exhibit import Exhibit, Number, Seen, drawn, loaded, picture

MODEL = "cyclegan-icons"
WORDS = words.HUES


@lru_cache(maxsize=1)
def _trip() -> tuple[Tensor, Tensor]:
    """What the net makes of all examples, and what comes back."""
    with torch.inference_mode():
        made = loaded(MODEL).translate(drawn("glossy"))
        return made, loaded(MODEL).translate(made, direction="yx")


def look(at: int) -> Seen:
    x, y = (drawn(style)[at : at + 1] for style in ("glossy", "night"))
    made, back = (part[at : at + 1] for part in _trip())
    rows = (
        (
            picture(x, words.X),
            picture(made, WORDS.pictures["made"]),
            picture(back, WORDS.pictures["back"]),
            picture(y, words.Y),
        ),
    )
    numbers = (
        Number(
            WORDS.numbers["all"],
            hue_error(_trip()[0], drawn("night")),
            hue_error(_trip()[1], drawn("glossy")),
            unit="°",
            digits=0,
        ),
        Number(WORDS.numbers["one"], hue_error(made, y), hue_error(back, x), unit="°", digits=0),
        Number(WORDS.numbers["cycle"], l1(back, x).item(), digits=3),
    )
    return Seen(rows, numbers)


def holds(seen: list[Seen]) -> bool:
    """On average the hues of a translation are off by more than those of a return, by far; so are those of most icons."""
    mean, one = seen[0].numbers[0], [s.numbers[1] for s in seen]
    return mean.broken > 60 > 30 > mean.mended and sum(n.broken > 2 * n.mended for n in one) > len(one) / 2


EXHIBIT = Exhibit("hues", (MODEL,), WORDS, look=look, holds=holds, opens=1)
