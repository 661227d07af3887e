"""Exhibit: a generator that answers every input with much the same image."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
import torch.nn.functional as F
from markupsafe import Markup
from torch import Tensor

from i2i.nets.layers import own_statistics

from .exhibit import COUNT, Exhibit, Number, Question, Seen, drawn, loaded, picture

BROKEN, MENDED = "pix2pix-icons-alone", "pix2pix-icons-resized"


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
                picture(x, Markup("<b>x</b>"), "the input"),
                picture(broken, Markup("<b>GAN alone</b>"), "made by the GAN alone"),
                picture(mended, Markup("<b>with the input shown to D, and L1</b>"), "made by pix2pix"),
                picture(y, Markup("<b>y</b>"), "the right answer"),
            )
        )
    numbers = (
        Number("D’s loss on these icons", _judged(BROKEN), _judged(MENDED)),
        Number(
            "two answers differ by (L1, of 2)",
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


EXHIBIT = Exhibit(
    "collapse",
    "Collapse",
    (BROKEN, MENDED),
    symptom="Whatever is drawn, the same heap of colours comes out: cat, balloon or boat, and nearly the same in every pixel.",
    cause="This D sees the answer alone, never the input, so it can only ask for something that looks like an icon. One image that it finds hard to tell from icons "
    "is enough, and a G that makes this one image for all inputs loses nothing. There is no other term, and no skip leads past the middle of G.",
    detect="Do not look at one answer: look at several. How far apart are two answers, on average, beside two right answers? D’s loss does not warn: "
    "it stands near 2 ln 2 = 1.39, as in perfect balance.",
    mend="Show D the input, too, so that an answer has to fit (a conditional GAN), and add L1 to the right answer. Skips let the lines of the input through. Where there is no "
    "input, statistics of the whole batch show D that all images are alike (see notebook 00).",
    question=Question(
        "All answers of this net are one image. What does D’s loss show?",
        ("It is near zero: D wins", "It grows without end", "It can look like perfect balance"),
        2,
        "D has to tell icons from this one heap, which looks a little like many of them. Its loss is near that of a D that only guesses, 2 ln 2, and nothing in "
        "it says that there is one image only.",
    ),
    look=look,
    holds=holds,
    columns=("GAN alone", "cGAN + L1"),
    opens=4,
)
