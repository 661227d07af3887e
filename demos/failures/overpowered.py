"""Exhibit: a discriminator that has won."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from i2i.nets.layers import own_statistics

from . import words
from .exhibit import Exhibit, Number, Seen, drawn, loaded, picture

BROKEN, MENDED = "pix2pix-icons-won", "pix2pix-icons-resized"
WORDS = words.OVERPOWERED


@lru_cache(maxsize=2)
def _judged(name: str) -> tuple[Tensor, Tensor, Tensor]:
    """What a net makes of all examples, and D's logits for the right answers and for what was made, a patch each."""
    method = own_statistics(loaded(name).method.eval())
    x, y = drawn("line"), drawn("glossy")
    with torch.inference_mode():
        made = method.translate(x, noise=False)
        return made, method.judge(x, y), method.judge(x, made)


def look(at: int) -> Seen:
    x, y = (drawn(style)[at : at + 1] for style in ("line", "glossy"))
    (broken, *told), (mended, *others) = (
        [part[at : at + 1] for part in _judged(name)] for name in (BROKEN, MENDED)
    )
    rows = (
        (
            picture(x, words.X),
            picture(broken, WORDS.pictures["broken"]),
            picture(mended, WORDS.pictures["mended"]),
            picture(y, words.Y),
        ),
    )

    def sure(logits: Tensor) -> float:
        return logits.sigmoid().mean().item()

    numbers = (
        Number(WORDS.numbers["real"], sure(told[0]), sure(others[0])),
        Number(WORDS.numbers["fake"], sure(told[1]), sure(others[1])),
        Number(
            WORDS.numbers["loss"],
            F.softplus(-told[1]).mean().item(),
            F.softplus(-others[1]).mean().item(),
        ),
        Number(WORDS.numbers["slope"], sure(told[1]), sure(others[1]), digits=3),
    )
    return Seen(rows, numbers)


def holds(seen: list[Seen]) -> bool:
    """Of every example: D is sure where it has won, and not where it is in balance; .02 on average."""
    for s in seen:
        real, fake, loss, _ = s.numbers
        if not (
            real.broken > 0.9 and fake.broken < 0.1 and loss.broken > 3 and real.mended - fake.mended < 0.6
        ):
            return False
    return 0.015 < sum(s.numbers[1].broken for s in seen) / len(seen) < 0.03


EXHIBIT = Exhibit("won", (BROKEN, MENDED), WORDS, look=look, holds=holds, opens=4)
