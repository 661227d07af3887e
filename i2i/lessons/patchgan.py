"""Questions and exercises of notebook 02."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F

from ..nets.patchgan import PatchGAN
from .lesson import Exercise, Question, Wrong, number, same

QUESTIONS = {
    "how-many": Question(
        "A discriminator with patches of 70 px looks at a picture of 256 × 256. How many logits does it return?",
        {"a": "1", "b": "9: the picture holds three times three such patches", "c": "900"},
        "c",
        "The patches overlap: three strided layers make the step between neighbours 8 px, not 70, and 256 / 8 - 2 = 30. "
        "Thirty times thirty verdicts, each on its own 70 px, and every pixel is seen by up to some eighty of them.",
        {"there are 900": lambda logits: logits == 900},
    ),
    "shuffle": Question(
        "We shuffle all pixels of a picture, so that it is only noise, and ask a PixelGAN (patches of one pixel) again. "
        "What happens to its loss?",
        {"a": "it rises steeply", "b": "it stays exactly as it was", "c": "it rises a little"},
        "b",
        "A one-pixel patch has no neighbours. The map of logits is shuffled as the picture is, and a mean does not "
        "depend on the order. All that a PixelGAN can teach a generator is which colours there are, and how often.",
        {"the loss is the same to the last digit shown": lambda neat, mess: neat == mess},
    ),
    "early-gradient": Question(
        "Early on D is sure: it gives a made picture the probability 0.01. How much stronger is the gradient of -log D "
        "than that of log(1 - D), with respect to D's logit?",
        {"a": "about as strong", "b": "ten times", "c": "ninety-nine times"},
        "c",
        "The slopes are D - 1 and -D: here -0.99 and -0.01. They point the same way, but the second one dies just when "
        "G has everything to learn. Hence the other form, in every implementation.",
    ),
    "what-sees": Question(
        "We cut a picture into tiles of 8 px and shuffle them. Which is the smallest patch with which a discriminator "
        "learns to tell it from the untouched one?",
        {"a": "1 px", "b": "16 px", "c": "70 px: one must see the whole"},
        "b",
        "A pixel cannot know: its neighbours have changed, it has not. Sixteen pixels span a seam, and seams give the "
        "shuffle away. So is a façade with its ground floor on top found out with 16 px: where the picture was cut there is a "
        "seam, too.",
        {
            "the critic of single pixels tosses a coin about shuffled tiles": lambda tiles, **_: (
                0.4 < tiles[0] < 0.6
            ),
            "16 px find shuffled tiles, and the ground floor on top": lambda tiles, floor: (
                min(tiles[1], floor[1]) > 0.9
            ),
        },
    ),
}


# -- receptive-field ------------------------------------------------------------------------------------------------

_PLANS: dict[str, Sequence[tuple[int, int]]] = {
    "one layer of kernel 5": [(5, 1)],
    "three layers of kernel 3, the first two with stride 2": [(3, 2), (3, 2), (3, 1)],
    **{
        f"PatchGAN with {n} strided layers": [(k, s) for k, s, _ in PatchGAN(1, 1, n, cap=1).plan]
        for n in range(6)
    },
}


def _field(plan: Sequence[tuple[int, int]]) -> int:
    side = 1
    for kernel, stride in reversed(plan):
        side = (side - 1) * stride + kernel
    return side


def _forward(plan: Sequence[tuple[int, int]], less: int) -> int:
    side = 1
    for kernel, stride in plan:
        side = (side - less) * stride + kernel
    return side


def _receptive_field(solution: Callable) -> Iterator[str]:
    for name, plan in _PLANS.items():
        got = number(solution(list(plan))).item()
        want = _field(plan)
        if got != want:
            named = {
                "the list is walked from the first layer to the last; one logit is at the end, so walk back": _forward(
                    plan, 1
                ),
                "strides are forgotten: a step of a deep layer is several pixels wide": 1
                + sum(k - 1 for k, _ in plan),
                "the kernels are only added up": sum(k for k, _ in plan),
                "s pixels apart, n windows of k span (n - 1) s + k, not n s + k": _forward(plan[::-1], 0),
            }
            for mistake, value in named.items():
                if got == value:
                    raise Wrong(f"{name}: {mistake}.")
            raise Wrong(f"{name}: expected {want}, got {got:.4g}.")
        yield f"{name}: {want} px"


# -- map-side -------------------------------------------------------------------------------------------------------


def _map_side(solution: Callable) -> Iterator[str]:
    for layers in range(5):
        D = PatchGAN(1, 1, layers, cap=1)
        for side in (64, 128, 256):
            with torch.no_grad():
                want = D.eval()(torch.zeros(1, 1, side, side)).shape[-1]
            got = number(solution(side, layers)).item()
            if got != want:
                named = {
                    "the last two layers, of kernel 4 with padding 1, take one off each": side / 2**layers,
                    "the two last layers have stride 1: they do not halve": side // 2 ** (layers + 2),
                    "with 0 strided layers (PixelGAN) the kernels are 1 wide, and nothing is lost at the border": side
                    - 2,
                    "only one of the two last layers is counted": side / 2**layers - 1,
                }
                mistake = next((m for m, v in named.items() if v == got), f"expected {want}, got {got:.4g}")
                raise Wrong(f"{side} px, {layers} strided layers: {mistake}.")
        yield f"{layers} strided layers, at 64, 128 and 256 px"


# -- patch-loss -----------------------------------------------------------------------------------------------------


def _patch_loss(solution: Callable) -> Iterator[str]:
    logits = torch.tensor([4.0, -4.0, 1.0, -2.0, 0.5, 3.0]).view(1, 1, 2, 3)
    for real in (True, False):
        sign = -1 if real else 1
        probability = torch.sigmoid(-sign * logits)
        mistakes = {
            "this is the loss of the mean logit. Every patch is a verdict of its own: first the loss, then the mean.": F.softplus(sign * logits.mean()),
            "this is the loss of the mean probability. First the loss of each patch, then the mean.": -probability.mean().log(),
            "the losses are added up; with the sum a larger picture would weigh more.": F.softplus(sign * logits).sum(),
            "real and fake are exchanged.": F.softplus(-sign * logits).mean(),
            "the sign is wrong: it should be minus the logarithm.": -F.softplus(sign * logits).mean(),
            "only the largest loss is kept; it should be the mean over the patches.": F.softplus(sign * logits).max(),
            "this is the least-squares loss.": (logits - float(real)).square().mean(),
        }  # fmt: skip
        same(solution(logits, real), F.softplus(sign * logits).mean(), mistakes)
        yield f"patches that should be called {'real' if real else 'made'}"
    huge = torch.full((1, 1, 2, 2), -200.0)
    value = solution(huge, True)
    if not torch.isfinite(torch.as_tensor(value, dtype=torch.float64)):
        raise Wrong(
            "at a logit of -200 the result is infinite: log(sigmoid(s)) underflows, softplus does not."
        )
    same(value, 200.0)
    yield "a very sure D does not break it"


# -- two-gradients --------------------------------------------------------------------------------------------------


def _two_gradients(solution: Callable) -> Iterator[str]:
    for logit in (-4.6, 0.0, 2.0):
        d = torch.sigmoid(torch.tensor(logit, dtype=torch.float64)).item()
        got = solution(logit)
        if got is None or got is Ellipsis:
            number(None)
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise Wrong("return two numbers: (slope of -log D, slope of log(1 - D)).")
        if logit and all(abs(float(g) - w) < 1e-4 for g, w in zip(got, (-d, d - 1), strict=True)):
            raise Wrong("the two are exchanged.")
        same(got[0], d - 1, {
            "that is the slope with respect to D itself; the chain rule's σ'(s) = D (1 - D) is missing.": -1 / d,
            "the sign is wrong: -log D falls when the logit rises.": 1 - d,
            "that is the value -log D, not its slope.": F.softplus(torch.tensor(-logit)).item(),
        })  # fmt: skip
        same(got[1], -d, {
            "that is the slope with respect to D itself; the chain rule's σ'(s) = D (1 - D) is missing.": -1 / (1 - d),
            "the sign is wrong: log(1 - D) falls when the logit rises.": d,
            "that is the value log(1 - D), not its slope.": -F.softplus(torch.tensor(logit)).item(),
        })  # fmt: skip
        yield f"at D = {d:.2f}"


EXERCISES = {
    "receptive-field": Exercise(
        _receptive_field,
        (
            "Begin with one logit and ask how many places of the layer before it were read.",
            "n neighbours at stride s with a kernel of k cover (n - 1) s + k places. Start at n = 1, from the last layer.",
            "side = 1; for kernel, stride in reversed(plan): side = (side - 1) * stride + kernel",
        ),
    ),
    "map-side": Exercise(
        _map_side,
        (
            "A convolution returns (n + 2 padding - kernel) / stride + 1, rounded down. Follow the layers one by one.",
            "Kernel 4, stride 2, padding 1 halves exactly. Kernel 4, stride 1, padding 1 takes one off. How many of each?",
            "side / 2**layers - 2, but for layers = 0 all kernels are 1 wide.",
        ),
    ),
    "patch-loss": Exercise(
        _patch_loss,
        (
            "A PatchGAN is a classifier with many small questions. How is a classifier's loss averaged over questions?",
            "-log σ(s) = softplus(-s), and -log(1 - σ(s)) = softplus(s): no logarithm of something tiny.",
            "F.softplus(-logits if real else logits).mean()",
        ),
    ),
    "two-gradients": Exercise(
        _two_gradients,
        (
            "With D = σ(s) the derivative σ'(s) is D (1 - D). Then the chain rule.",
            "d/ds of -log σ(s) is -(1/D) · D (1 - D). The other one goes the same way.",
            "(D - 1, -D), with D = 1 / (1 + exp(-logit))",
        ),
    ),
}
