"""Questions and exercises of notebook 09."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, Wrong, same, several

QUESTIONS = {
    "blind-content": Question(
        "The content encoder begins with a convolution and an instance norm. A picture is made brighter by a constant. How "
        "much does its content change?",
        {
            "a": "in proportion to the constant",
            "b": "not at all, whatever the weights are",
            "c": "a little at first; training teaches the encoder to ignore it",
        },
        "b",
        "A convolution turns a constant into a constant of each map, and an instance norm subtracts each map's mean. So this "
        "is decided by the layers and not learned: brightness and an even tint can only travel in the style.",
        {
            "brightness, contrast and tint change no content": lambda content, **_: max(content) < 1e-3,
            "a mirror does": lambda mirrored, **_: min(mirrored) > 0.1,
        },
    ),
    "norm-after-adain": Question(
        "AdaIN gives each map a mean and a deviation that the style asks for. Right behind it somebody puts an instance norm. "
        "What is left of what the style asked for?",
        {
            "a": "all of it",
            "b": "the deviations, not the means",
            "c": "nothing",
        },
        "c",
        "An instance norm sets each map's mean to 0 and its deviation to 1, whatever they were. ImageNorm takes one mean and "
        "one deviation over all maps of an image, so what distinguishes the maps survives.",
        {
            "an instance norm leaves nothing but rounding of two styles": lambda apart: apart[1] < 1e-4,
            "ImageNorm leaves more than half of it": lambda apart: apart[2] > 0.5 * apart[0],
        },
    ),
    "no-divergence": Question(
        "MUNIT has no KL term. What makes a style that is drawn from N(0, 1) useful at test?",
        {
            "a": "nothing; one has to read styles from images",
            "b": "training draws styles from N(0, 1), D judges what comes of them, and they have to be read back",
            "c": "the style encoder ends in a norm that makes its output N(0, 1)",
        },
        "b",
        "The decoder practises with drawn styles from the first step on. Where E reads real images lies is never "
        "constrained directly; it follows only as far as the made images resemble the real ones.",
    ),
    "way-back": Question(
        "A glossy icon is translated to a line drawing and back. Which style must the way back be given so that the first icon "
        "can come out again?",
        {
            "a": "none: the cycle closes by itself",
            "b": "the style that was read from the first icon",
            "c": "any style that is drawn from N(0, 1)",
        },
        "b",
        "The line drawing holds the content, and nothing of the material. With a drawn style the way back gives another icon "
        "of the same shape, which is right, too. So MUNIT asks for a full cycle nowhere, unless the style is carried along.",
    ),
}


# -- adain ----------------------------------------------------------------------------------------------------------


def _adain(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    h = torch.randn(2, 3, 8, 9, generator=rng) * 2 + 1
    shift, scale = torch.randn(2, 3, generator=rng), torch.rand(2, 3, generator=rng) + 0.5
    b, s = shift[..., None, None], scale[..., None, None]
    normed = F.instance_norm(h)
    whole = (h - h.mean((1, 2, 3), keepdim=True)) / h.std((1, 2, 3), keepdim=True)
    batch = (h - h.mean((0, 2, 3), keepdim=True)) / h.std((0, 2, 3), keepdim=True)
    centred = h - h.mean((2, 3), keepdim=True)
    same(solution(h, torch.zeros(2, 3), torch.ones(2, 3)), normed, {
        "the mean is taken over all maps together; each map has its own.": whole,
        "the mean is taken over the batch, too; each image has its own.": batch,
        "the mean is subtracted, but nothing is divided by the deviation.": centred,
        "this divides by the variance; divide by its root.": centred / h.var((2, 3), keepdim=True),
        "the map is not normalised: it is h itself.": h,
        "shift and scale are exchanged: with shift 0 and scale 1 the norm should be left as it is.": 0 * normed + 1,
    }, tolerance=0.02)  # fmt: skip
    yield "with shift 0 and scale 1 it is an instance norm"
    same(solution(h, shift, scale), normed * s + b, {
        "shift and scale are exchanged: this package hands over the shifts first.": normed * b + s,
        "the shift is scaled, too: scale first, then shift.": (normed + b) * s,
        "the scale is missing.": normed + b,
        "the shift is missing.": normed * s,
        "1 is added to the scale; here the scale stands alone.": normed * (1 + s) + b,
    }, tolerance=0.02)  # fmt: skip
    yield "then the scale, then the shift, of each map of each image"


# -- munit-ways -----------------------------------------------------------------------------------------------------


class Two:
    """Encoders and decoders of two domains whose answers we know; content, style and image are all [B, 4]."""

    def content(self, image: Tensor, domain: int) -> Tensor:
        return image * (2.0 if domain == 1 else -1.0) + domain

    def style(self, image: Tensor, domain: int) -> Tensor:
        return image.flip(1) * (0.5 if domain == 1 else 3.0) - domain

    def decode(self, content: Tensor, style: Tensor, domain: int) -> Tensor:
        return (
            content * (1.0 if domain == 1 else 0.25) + style * (0.75 if domain == 1 else -2.0) + 0.1 * domain
        )


def _given() -> tuple[Two, Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    return Two(), torch.rand(2, 4, generator=rng), torch.randn(2, 4, generator=rng)


def _munit_ways(solution: Callable) -> Iterator[str]:
    net, x, s = _given()
    c, own = net.content(x, 1), net.style(x, 1)
    got = several(solution(net.content, net.style, net.decode, x, s), "x_11", "x_12", "the way back")
    over = net.decode(c, s, 2)
    same(got[0], net.decode(c, own, 1), {
        "the drawn style went into the reconstruction; x comes back with its own style.": net.decode(c, s, 1),
        "the style was read by domain 2's encoder.": net.decode(c, net.style(x, 2), 1),
        "it was decoded in domain 2: that is the translation, with the wrong style.": net.decode(c, own, 2),
        "this is the translation x_12; first comes the reconstruction.": over,
    })  # fmt: skip
    yield "x_11: the content with its own style, in its own domain"
    same(got[1], over, {
        "the translation has x's own style; a style of domain 1 means nothing in domain 2 (this is the slide's formula).":
            net.decode(c, own, 2),
        "the content was read by domain 2's encoder; x is an image of domain 1.": net.decode(net.content(x, 2), s, 2),
        "it was decoded in domain 1.": net.decode(c, s, 1),
    })  # fmt: skip
    yield "x_12: the content with a drawn style, in the other domain"
    back = net.content(over, 2)
    same(got[2], net.decode(back, own, 1), {
        "the way back has the drawn style; x can return with its own style only.": net.decode(back, s, 1),
        "the style was read from the translation, which holds a style of domain 2.": net.decode(back, net.style(over, 2), 1),
        "the translation was read by domain 1's encoder.": net.decode(net.content(over, 1), own, 1),
        "the content is x's own, so this is x_11 again; it should be read from the translation.": net.decode(c, own, 1),
        "it was decoded in domain 2; x is an image of domain 1.": net.decode(back, own, 2),
    })  # fmt: skip
    yield "the way back: content from the translation, style from x"


# -- read-back ------------------------------------------------------------------------------------------------------


def _read_back(solution: Callable) -> Iterator[str]:
    net, x, s = _given()
    got = several(solution(net.content, net.style, net.decode, x, s), "eq. 2, content", "eq. 3, style")
    c, own = net.content(x, 1), net.style(x, 1)
    over = net.decode(c, s, 2)

    def far(a: Tensor, b: Tensor) -> Tensor:
        return (a - b).abs().mean()

    same(got[0], far(net.content(over, 2), c), {
        "the translation is an image of domain 2, so domain 2's encoder reads it.": far(net.content(over, 1), c),
        "the two images are compared; eq. 2 compares contents.": far(over, x),
        "the differences are squared; eq. 2 has L1.": (net.content(over, 2) - c).square().mean(),
        "the differences are added up; take their mean.": (net.content(over, 2) - c).abs().sum(),
        "the translation was made with x's own style; it should be the drawn one.":
            far(net.content(net.decode(c, own, 2), 2), c),
    })  # fmt: skip
    yield "the content of the translation is that of x"
    same(got[1], far(net.style(over, 2), s), {
        "it is compared with x's own style; the translation was given the drawn one.": far(net.style(over, 2), own),
        "the translation is an image of domain 2, so domain 2's encoder reads it.": far(net.style(over, 1), s),
        "the style was read from x; it should be read from the translation.": far(net.style(x, 1), s),
        "the differences are squared; eq. 3 has L1.": (net.style(over, 2) - s).square().mean(),
    })  # fmt: skip
    yield "the style of the translation is the drawn one"
    leaf = x.clone().requires_grad_()
    if not getattr(solution(net.content, net.style, net.decode, leaf, s)[0], "requires_grad", False):
        raise Wrong("no gradient reaches the encoder: something is detached. Both sides of eq. 2 learn.")
    yield "gradients reach the encoder"


EXERCISES = {
    "adain": Exercise(
        _adain,
        (
            "Mean and deviation over height and width: one of each for every map of every image.",
            "shift and scale are [B, C]; write shift[..., None, None] to stretch them over a map.",
            "F.instance_norm(h) * scale[..., None, None] + shift[..., None, None]",
        ),
    ),
    "munit-ways": Exercise(
        _munit_ways,
        (
            "Read content and style of x in domain 1. Three calls of decode follow; each needs a content AND a style.",
            "For the way back: which encoder reads a picture of domain 2? Where is x's style to be had?",
            "c, own = content(x, 1), style(x, 1); decode(c, own, 1), decode(c, s, 2), decode(content(over, 2), own, 1)",
        ),
    ),
    "read-back": Exercise(
        _read_back,
        (
            "Translate first: x's content with the drawn style, decoded in domain 2.",
            "Then read both codes of what came out, with domain 2's encoders, and compare each with what went in.",
            "(content(over, 2) - c).abs().mean() and (style(over, 2) - s).abs().mean()",
        ),
    ),
}
