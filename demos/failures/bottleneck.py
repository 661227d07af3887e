"""Exhibit: DiscoGAN, whose images pass through a map so small that most of them is lost."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from markupsafe import Markup
from torch import Tensor

from .exhibit import Exhibit, Number, Question, Seen, drawn, loaded, picture

BROKEN, MENDED = "discogan-icons", "cyclegan-icons"


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
            picture(x, Markup("<b>x</b>"), "the input"),
            picture(broken, Markup("<b>DiscoGAN</b>: through a map of 4 × 4"), "made by DiscoGAN"),
            picture(mended, Markup("<b>CycleGAN</b>: through one of 32 × 32"), "made by CycleGAN"),
            picture(y, Markup("<b>y</b>, the right answer"), "the right answer"),
        ),
    )
    return Seen(
        rows,
        (
            Number(
                "outlines agree with the right answer’s (1 is all)", outlines(broken, y), outlines(mended, y)
            ),
        ),
    )


EXHIBIT = Exhibit(
    "bottleneck",
    "Lost in the middle",
    (BROKEN, MENDED),
    symptom="DiscoGAN turns every icon into a glowing heap. One can still tell a tall thing from a wide one, and not much more.",
    cause="Its generator shrinks the image to a map of 4 × 4 and grows it again, without skip connections. Sixteen places cannot say where an eye or a stripe "
    "was. The sets of its authors hold one kind of thing each, shoes or bags, and there it does well; these icons are of many kinds.",
    detect="Compare the outlines of G(x) with those of the right answer, or those of x where there is none. An image that looks wrong and keeps its outlines has "
    "another fault than one that loses them.",
    mend="Keep the image large inside: CycleGAN halves it once here and has the same cycle. Or lead the input past the middle, as a U-Net does. "
    "Its colours are another matter: see the exhibit of exchanged colours.",
    question=Question(
        "Both nets were trained with the same cycle loss. Why does it not save DiscoGAN’s outlines?",
        (
            "The cycle loss does not look at outlines",
            "What the middle drops, the way back cannot find again",
            "Its discriminator is too strong",
        ),
        1,
        "The cycle loss asks for every pixel of x. The net would obey if it could: through 4 × 4 places it cannot, whatever the loss asks for.",
    ),
    look=look,
    holds=lambda seen: all(s.numbers[0].broken < s.numbers[0].mended for s in seen),
    columns=("DiscoGAN", "CycleGAN"),
    opens=1,
)
