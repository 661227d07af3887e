"""Exhibit: a translation that carries its input in a code."""

from __future__ import annotations

from functools import lru_cache

import torch
from markupsafe import Markup
from torch import Tensor

from i2i.losses import l1
from i2i.metrics import hue_error

from .exhibit import Exhibit, Number, Question, Seen, drawn, loaded, picture

MODEL = "cyclegan-icons-lines"
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
            picture(t["x"], Markup("<b>x</b>"), "the input"),
            picture(t["made"], Markup("<b>G(x)</b>: lines"), "the translation"),
            picture(t["back"], Markup("<b>F(G(x))</b>: the colours are back"), "the return"),
        ),
        (
            picture(
                hidden, Markup("the colours of G(x), × {}").format(GAIN), "the hidden colours, amplified"
            ),
            picture(t["grey"], Markup("<b>G(x) in grey</b>"), "the translation without its colours"),
            picture(
                t["from grey"],
                Markup("<b>F of the grey lines</b>: it has to guess"),
                "the return of the grey lines",
            ),
        ),
    )
    returns = [t["back"], t["from grey"]]
    numbers = (
        Number("L1 between x and its return (of 2)", *(l1(r, t["x"]).item() for r in returns), digits=3),
        Number("hue of the return off by", *(hue_error(r, t["x"]) for r in returns), unit="°", digits=0),
        Number("lines changed by (L1, of 2)", 0, l1(t["made"], t["grey"]).item(), digits=3),
    )
    return Seen(rows, numbers)


def holds(seen: list[Seen]) -> bool:
    """Of every example the return gets worse by more than was taken from the lines, and its hues turn away."""
    misses, hues, changed = zip(*(s.numbers for s in seen), strict=True)
    worse = [m.mended - m.broken > c.mended for m, c in zip(misses, changed, strict=True)]
    turned = [h.mended > h.broken + 5 for h in hues]
    return all(worse) and all(turned)


EXHIBIT = Exhibit(
    "hidden",
    "A hidden signal",
    (MODEL,),
    symptom="CycleGAN turns glossy icons into black lines on white paper. Lines have no colour, and yet the way back knows which things were blue.",
    cause="The cycle asks that F(G(x)) be x. Black lines cannot say whether a balloon was blue, so G writes it into the lines, as a tint that the "
    "discriminator lets pass, and F reads it there. Chu et al. (2017) found this in street maps made from aerial photographs.",
    detect="Change the translation a little where nobody looks, and see what comes back. Here the lines are made grey. If the return loses more than the "
    "lines did, it was reading a hidden signal.",
    mend="Let the way back have what the lines cannot hold: a style code of its own, as in MUNIT and Augmented CycleGAN, whose F is told the "
    "colours or draws them. No mended net hangs here: the right column is the same net, fed with grey lines.",
    question=Question(
        "The cycle loss of this net is low. What follows from that?",
        (
            "One can see in G(x) what x was",
            "G(x) holds what x was, perhaps where nobody sees it",
            "G translates well",
        ),
        1,
        "The loss compares x with its return and never looks at what lies between. What F finds must be in G(x), but nothing says that it must be "
        "visible.",
    ),
    look=look,
    holds=holds,
    columns=("return of G(x)", "return of grey lines"),
    opens=4,
)
