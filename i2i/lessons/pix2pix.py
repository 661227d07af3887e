"""Questions and exercises of notebook 01."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, Wrong, number, same

QUESTIONS = {
    "l1-colour": Question(
        "In our world a wall has one of eight materials, each as likely as the others, and the label map does not say "
        "which. A net is trained with L1 alone. How does it paint a wall?",
        {
            "a": "in one of the eight materials, another one each time",
            "b": "in one muted colour in between, the same each time",
            "c": "in a patchwork of all eight",
        },
        "b",
        "A net without noise must answer with one picture, and under L1 the cheapest one is the median of all that "
        "would fit, pixel by pixel, the same for every house. It is nearer to the right answers than one of them is to "
        "another. "
        "As long as the material alone varies it keeps most of their sharpness, here 0.84 of it. Where places vary as well, "
        "what lies elsewhere in each answer cancels out, and edges go soft: 0.12 is left.",
        {
            "the median is nearer to the right answers than they are to each other": lambda another, off, **_: (
                off < another
            ),
            "the median keeps 0.84 of the sharpness": lambda sharp, **_: round(sharp, 2) == 0.84,
            "0.12 of the sharpness is left where places vary": lambda moved, **_: round(moved, 2) == 0.12,
        },
    ),
    "cut-skips": Question(
        "We take the trained U-Net and cut all its skip connections, so that only the way through the bottleneck is left. "
        "What does it paint?",
        {
            "a": "the right colours in the right places, but blurred",
            "b": "crisp outlines without colour",
            "c": "next to nothing: an empty page",
        },
        "c",
        "As long as the skips are there, training has no reason to send anything through the bottleneck, and it did not. "
        "Cut one by one, the skips count unequally. Without the third of six less than a fifth of the sharpness is left, and what is "
        "inside and outside is lost; without the outermost, edges change and are no softer; the innermost is hardly missed."
        " A net that is trained without skips must squeeze all "
        "through the bottleneck, and learns to: that is the encoder-decoder, measured just below.",
        {
            "without any skip no edge is left": lambda sharp, **_: sharp[-1] < 0.01,
            "without level 3 less than a fifth of the sharpness is left, and no other level matters as much": lambda psnr, sharp: (
                sharp[2] < 0.2 and min(psnr[:-1]) == psnr[2] and min(sharp[:-1]) == sharp[2]
            ),
            "without the outermost level edges are no softer": lambda sharp, **_: sharp[0] >= 1,
            "the innermost level is hardly missed": lambda psnr, sharp: psnr[-2] > 30 and sharp[-2] > 0.98,
        },
    ),
    "dropout-twenty": Question(
        "Dropout stays on at test, so the model can be asked twenty times. How widely do its twenty answers spread, "
        "compared with real pictures of the same kind of thing?",
        {"a": "about as widely", "b": "about half as widely", "c": "a quarter as widely, or less"},
        "c",
        "The L1 term punishes every answer but the middle one, and D never asks for variety. So G learns to be nearly "
        "deaf to its dropout. One picture for each input: pix2pix is unimodal, and BicycleGAN and MUNIT start here.",
        {"the samples spread at most a quarter as widely as real icons": lambda spread: spread <= 0.25},
    ),
    "which-term": Question(
        "A trained model, a batch it has not seen, λ = 100. Which part of the generator's objective is larger?",
        {"a": "the adversarial term", "b": "λ times L1", "c": "they are about equal"},
        "b",
        "Being off by 3 % of the range already costs 6 after the factor 100; here it is 9.2, beside an adversarial term of "
        "1.3. "
        "That D is ahead in this game: its two terms lie below ln 2 = 0.69, G's above. Size is not influence, though: what "
        "moves G is each term's gradient, and where L1 has found its median it pulls equally hard both ways.",
        {
            "λ times L1 is 9.2 and the adversarial term 1.3": lambda l1, gan, **_: (
                (round(l1, 1), round(gan, 1)) == (9.2, 1.3)
            ),
            "both terms of D lie below ln 2 and that of G above": lambda gan, real, fake, **_: (
                max(real, fake) < 0.693 < gan
            ),
        },
    ),
}


# -- generator-loss -------------------------------------------------------------------------------------------------


class Stub:
    """A discriminator whose logits are what we say; remembers what it was shown."""

    def __init__(self, judge: Callable[[Tensor, Tensor], Tensor]):
        self.judge, self.shown = judge, []

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        self.shown.append((x, y))
        return self.judge(x, y)


def _constant(logit: float) -> Callable[[Tensor, Tensor], Tensor]:
    return lambda x, y: y.new_full((len(y), 1, 3, 3), logit)


def _images() -> tuple[Tensor, Tensor, Tensor]:
    rng = torch.Generator().manual_seed(0)
    return tuple(torch.rand(2, 3, 8, 8, generator=rng) * 2 - 1 for _ in range(3))


def _is(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.equal(one.detach(), other.detach())


def _generator_loss(solution: Callable) -> Iterator[str]:
    x, y, fake = _images()
    D = Stub(_constant(0.7))
    got = solution(D, x, y, fake, 100.0)
    number(got)
    if not D.shown:
        raise Wrong("D was never asked: the adversarial term is missing.")
    first, second = D.shown[0]
    if _is(second, y):
        raise Wrong("D was shown the real y. G is judged by what it made: the pair is (x, G(x)).")
    if _is(first, fake) and _is(second, x):
        raise Wrong("D was given (G(x), x); it takes the condition first: D(x, fake).")
    if not _is(first, x) or not _is(second, fake):
        raise Wrong("D should be shown the pair (x, fake), unchanged.")
    yield "D is shown the pair (x, G(x))"

    s, lam = torch.tensor(0.7), 100.0
    fool, caught = F.softplus(-s), F.softplus(s)  # -log D and -log(1 - D)
    miss, square, total = F.l1_loss(fake, y), F.mse_loss(fake, y), F.l1_loss(fake, y, reduction="sum")
    adversarial_mistakes = {
        "this is the loss of a G that wants to be found out: -log(1 - D). Which answer of D pleases G?": caught,
        "this is log(1 - D), the saturating form of eq. 1. Right in theory; write the one that is used in practice, -log D.": -caught,
        "the sign is wrong: this is log D, and G would walk away from being believed.": -fool,
        "D returns logits, and you took the logarithm of a logit: a sigmoid is missing.": -torch.log(s),
        "the sigmoid is there, the logarithm is not.": -torch.sigmoid(s),
        "the map of logits was added up: take the mean over it, so that the loss does not grow with the picture.": 18
        * fool,
        "this is the least-squares loss (D - 1)²; eq. 1 has logarithms.": (s - 1).square(),
    }
    same(solution(Stub(_constant(0.7)), x, y, fake, 0.0), fool, adversarial_mistakes)
    yield "with λ = 0 it is -log D(x, G(x)), averaged over the map"

    mistakes = {
        "λ is missing: both terms have the factor 1.": fool + miss,
        "λ stands at the adversarial term; it belongs to L1.": lam * fool + miss,
        "λ multiplies both terms; only L1 has it.": lam * (fool + miss),
        "the L1 term is missing.": fool,
        "the differences are squared: that is L2, whose best guess is the mean.": fool + lam * square,
        "the absolute differences are added up; take their mean.": fool + lam * total,
        "the L1 term is subtracted: G would be paid for missing y.": fool - lam * miss,
    }
    same(got, fool + lam * miss, mistakes)
    same(solution(Stub(_constant(-1.3)), x, y, fake, 10.0), F.softplus(torch.tensor(1.3)) + 10 * miss)
    yield "with λ the L1 term joins in, as a mean"

    leaf = fake.clone().requires_grad_()
    loss = solution(Stub(lambda x, y: y.mean((1, 2, 3), keepdim=True)), x, y, leaf, 0.0)
    if not getattr(loss, "requires_grad", False):
        raise Wrong(
            "no gradient reaches G: something is detached, or the loss was turned into a plain number."
        )
    loss.backward()
    if leaf.grad is None or not leaf.grad.abs().sum() > 0:
        raise Wrong(
            "no gradient flows through D into the fake: do not detach it here, G learns from just that."
        )
    if leaf.grad.mean() > 0:
        raise Wrong("the gradient pushes the fake towards lower logits: the sign is wrong.")
    yield "the gradient reaches G through D, and points the right way"


# -- discriminator-loss ---------------------------------------------------------------------------------------------


def _discriminator_loss(solution: Callable) -> Iterator[str]:
    x, y, fake = _images()
    a, b = torch.tensor(0.4), torch.tensor(-0.9)  # the logits that D gives to real and fake

    def judge(x: Tensor, p: Tensor) -> Tensor:
        return torch.cat(
            [
                part.new_full((len(part), 1, 3, 3), (a if _is(part, y) else b).item())
                for part in p.split(len(y))
            ]
        )

    D = Stub(judge)
    got = solution(D, x, y, fake)
    number(got)
    # Asked twice, or once with both in one batch.
    shown = [pair for c, p in D.shown for pair in zip(c.split(len(x)), p.split(len(x)), strict=False)]
    if not any(_is(p, y) for _, p in shown) or not any(_is(p, fake) for _, p in shown):
        raise Wrong("D must see both pairs: (x, y), which is real, and (x, fake), which is not.")
    if not all(_is(c, x) for c, _ in shown):
        raise Wrong("D takes the condition first: D(x, y) and D(x, fake).")
    yield "D sees the real pair and the made one"

    real, made = F.softplus(-a), F.softplus(b)
    mistakes = {
        "the two answers are exchanged: D is paid for calling y made and the fake real.": (
            F.softplus(a) + F.softplus(-b)
        )
        / 2,
        "the half is missing. The paper slows D down by halving its objective.": real + made,
        "the fake is asked to look real here too; that is G's wish, D should find it out: -log(1 - D).": (
            real + F.softplus(-b)
        )
        / 2,
        "only the real pair counts.": real / 2,
        "only the made pair counts.": made / 2,
        "the sign is wrong: you minimise this, so it is minus the logarithms.": -(real + made) / 2,
        "the maps of logits were added up; take their means.": 18 * (real + made) / 2,
        "D returns logits: use them as such (softplus, or binary_cross_entropy_with_logits).": -(
            a.log() + (1 - b).log()
        )
        / 2,
    }
    same(got, (real + made) / 2, mistakes)
    yield "the value is ½ (-log D(x, y) - log(1 - D(x, G(x))))"

    weight, leaf = torch.ones((), requires_grad=True), fake.clone().requires_grad_()
    loss = solution(Stub(lambda x, p: weight * p.mean((1, 2, 3), keepdim=True)), x, y, leaf)
    if not getattr(loss, "requires_grad", False):
        raise Wrong("no gradient reaches D's own weights: detach the fake, not D's answer.")
    loss.backward()
    if weight.grad is None:
        raise Wrong("no gradient reaches D's own weights: detach the fake, not D's answer.")
    if leaf.grad is not None and leaf.grad.abs().sum() > 0:
        raise Wrong(
            "the gradient flows back into G through the fake: D's step must not move G. Detach the fake."
        )
    yield "D learns, and G is left alone: the fake is detached"


# -- best-constants -------------------------------------------------------------------------------------------------


def _best_constants(solution: Callable) -> Iterator[str]:
    y = torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(1)) * 2 + 1
    mean, median = y.mean(0), y.median(0).values
    got = solution(y)
    if not isinstance(got, tuple | list) or len(got) != 2:
        if got is None or got is Ellipsis:
            number(got)
        raise Wrong("return two tensors: (the best guess under L2, the best guess under L1).")
    common = {
        "the mean was taken over everything; keep the pixels apart, average over the K answers (dim 0).": y.mean().expand(
            2, 3
        ),
        "this adds the answers up; divide by their number.": y.sum(0),
    }
    if torch.is_tensor(got[0]) and got[0].shape == mean.shape and torch.allclose(got[0], median):
        raise Wrong("the two are exchanged: which of them minds a far-off answer more?")
    same(got[0], mean, common)
    yield "L2: the mean, pixel by pixel"
    same(
        got[1],
        median,
        {**common, "that is the mean again; L1 counts how many answers lie on either side.": mean},
    )
    yield "L1: the median, pixel by pixel"


# -- decoder-channels -----------------------------------------------------------------------------------------------


def _truth(width: int, cap: int, depth: int, skips: bool) -> list[int]:
    """Input channels of UNet's decoder, from the inside out; written again here, as building one takes a second."""
    inside_out = [min(width * 2**i, cap) for i in reversed(range(depth))]
    return [c * (2 if skips and i else 1) for i, c in enumerate(inside_out)]


def _decoder_channels(solution: Callable) -> Iterator[str]:
    for width, cap, depth in ((64, 512, 8), (32, 160, 7), (16, 128, 5)):
        for skips in (False, True):
            got, want = solution(width, cap, depth, skips), _truth(width, cap, depth, skips)
            if got is None or got is Ellipsis:
                number(None)
            case = f"for width {width}, cap {cap}, depth {depth}, skips {skips}: "
            got = [int(c) for c in got]
            if len(got) != len(want):
                raise Wrong(f"{case}there are {depth} layers that double the map, you list {len(got)}.")
            plain = _truth(width, cap, depth, False)
            named = {
                "the list runs from the inside out: begin at the bottleneck": want[::-1],
                "no skips are counted; a skip joins the encoder's channels to the decoder's": plain,
                "the innermost layer has no skip: there is nothing beside the bottleneck": [2 * c for c in plain],
                "skips is False, but channels are joined": _truth(width, cap, depth, True),
                "the channels stop growing at `cap`": [c * (2 if skips and i else 1) for i, c in
                                                        enumerate(width * 2**k for k in reversed(range(depth)))],
            }  # fmt: skip
            for name, value in named.items():
                if got == value and got != want:
                    raise Wrong(f"{case}{name}.")
            if got != want:
                raise Wrong(f"{case}expected {want}, got {got}.")
        yield f"width {width}, cap {cap}, depth {depth}: with skips and without"


EXERCISES = {
    "generator-loss": Exercise(
        _generator_loss,
        (
            "Two terms are added. One asks D about a pair, the other compares two pictures.",
            "D's logit s stands for a probability σ(s), and -log σ(s) = softplus(-s). Which pair does G want believed?",
            "F.softplus(-D(x, fake)).mean() is one term; the other is λ times the mean of |y - fake|.",
        ),
    ),
    "discriminator-loss": Exercise(
        _discriminator_loss,
        (
            "D is a classifier with two answers: one loss for the real pair, one for the made pair, and half of their sum.",
            "-log D is softplus(-s), -log(1 - D) is softplus(s). Who must not learn in this step?",
            "Ask D about (x, fake.detach()). Then 0.5 * (softplus(-real).mean() + softplus(made).mean()).",
        ),
    ),
    "best-constants": Exercise(
        _best_constants,
        (
            "Set the derivative to zero, for each pixel by itself. That of |y - c| is only a sign.",
            "Signs cancel when as many answers lie above the guess as below it.",
            "y.mean(0) for one of them, y.median(0).values for the other.",
        ),
    ),
    "decoder-channels": Exercise(
        _decoder_channels,
        (
            "First write the encoder's channels down, layer by layer: doubled each time, up to the cap.",
            "The decoder walks back through the same numbers. What does concatenation do to the number of channels?",
            "channels = [min(width * 2**i, cap) for i in range(depth)]; reversed, and doubled wherever a skip arrives.",
        ),
    ),
}
