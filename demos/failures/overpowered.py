"""Exhibit: a discriminator that has won."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from markupsafe import Markup
from torch import Tensor

from i2i.nets.layers import own_statistics

from .exhibit import Exhibit, Number, Question, Seen, drawn, loaded, picture

BROKEN, MENDED = "pix2pix-icons-won", "pix2pix-icons-resized"


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
            picture(x, Markup("<b>x</b>"), "the input"),
            picture(broken, Markup("<b>D has won</b>"), "made where D has won"),
            picture(mended, Markup("<b>in balance</b>"), "made where D and G are in balance"),
            picture(y, Markup("<b>y</b>, the right answer"), "the right answer"),
        ),
    )  # fmt: skip

    def sure(logits: Tensor) -> float:
        return logits.sigmoid().mean().item()

    numbers = (
        Number("D(x, y), real", sure(told[0]), sure(others[0])),
        Number("D(x, G(x)), fake", sure(told[1]), sure(others[1])),
        Number(
            "G's loss, −log D(x, G(x))",
            F.softplus(-told[1]).mean().item(),
            F.softplus(-others[1]).mean().item(),
        ),
        Number("slope of log(1 − D) for G", sure(told[1]), sure(others[1]), digits=3),
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


EXHIBIT = Exhibit(
    "won",
    "A discriminator that has won",
    (BROKEN, MENDED),
    symptom="Shreds in loud colours. D calls every right answer real and everything that G makes fake, and is nearly sure of both.",
    cause="D is far larger here than G and learns faster than G can follow; no L1 term tells G what else to do. Each step G paints something else that D has not seen yet, "
    "and a step later D has seen it. Other ways to the same end: few training images, which D knows by heart, or too high a learning rate of D.",
    detect="Read D, not the pictures: near 1 for real and near 0 for fake, and it stays so. G’s loss, −log D, climbs far above ln 2 = .69. In the minimax "
    "form, log(1 − D), G would learn nothing from this: its slope is D itself.",
    mend="Weaken D (smaller, slower, noise or augmentation on what it sees, a gradient penalty), or strengthen G; give G a loss that does not depend on D. "
    "In the mended net G is larger, D smaller, and L1 leads the way.",
    question=Question(
        "D(x, G(x)) is .02. In which form does G still get a strong gradient?",
        ("log(1 − D), the minimax form", "−log D, the non-saturating form", "In neither: D has won"),
        1,
        "With D = σ(logit), the slope of log(1 − D) is D, here .02, and that of −log D is 1 − D, here .98. Strong is not the same as helpful: this net was trained with "
        "−log D.",
    ),
    look=look,
    holds=holds,
    columns=("D has won", "in balance"),
    opens=4,
)
