"""Exhibit: a translation that carries its input in a code."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from i2i.losses import l1
from i2i.metrics import hue_error

from . import words
from .exhibit import Exhibit, Number, Seen, drawn, loaded, picture

MODEL = "cyclegan-icons-lines"
WORDS = words.HIDDEN
GAIN = 4  # how much the hidden colours are amplified to be seen


@lru_cache(maxsize=1)
def _trip() -> dict[str, Tensor]:
    """All examples: x, G(x) and F(G(x)), and the same without the colours of G(x)."""
    x, net = drawn("glossy"), loaded(MODEL)
    with torch.inference_mode():
        made = net.translate(x)
        grey = made.mean(1, keepdim=True).expand_as(made).contiguous()
        back, from_grey = (net.translate(y, direction="yx") for y in (made, grey))
    return {"x": x, "made": made, "grey": grey, "back": back, "from grey": from_grey}


def look(at: int) -> Seen:
    t = {name: images[at : at + 1] for name, images in _trip().items()}
    hidden = (GAIN * (t["made"] - t["grey"])).clamp(-1, 1)
    rows = (
        (
            picture(t["x"], words.X),
            picture(t["made"], WORDS.pictures["made"]),
            picture(t["back"], WORDS.pictures["back"]),
        ),
        (
            picture(hidden, WORDS.pictures["hidden"].format(gain=GAIN)),
            picture(t["grey"], WORDS.pictures["grey"]),
            picture(t["from grey"], WORDS.pictures["from grey"]),
        ),
    )
    returns = [t["back"], t["from grey"]]
    numbers = (
        Number(WORDS.numbers["return"], *(l1(r, t["x"]).item() for r in returns), digits=3),
        Number(WORDS.numbers["hue"], *(hue_error(r, t["x"]) for r in returns), unit="°", digits=0),
        Number(WORDS.numbers["lines"], 0, l1(t["made"], t["grey"]).item(), digits=3),
    )
    return Seen(rows, numbers)


def holds(seen: list[Seen]) -> bool:
    """Of every example the return gets worse by more than was taken from the lines, and its hues turn away."""
    misses, hues, changed = zip(*(s.numbers for s in seen), strict=True)
    worse = [m.mended - m.broken > c.mended for m, c in zip(misses, changed, strict=True)]
    turned = [h.mended > h.broken + 5 for h in hues]
    return all(worse) and all(turned)


EXHIBIT = Exhibit("hidden", (MODEL,), WORDS, look=look, holds=holds, opens=4)
