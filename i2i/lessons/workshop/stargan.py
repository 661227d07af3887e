"""Notebook 06: a generator that is praised for the old label, and the weight of the gradient penalty."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-label -------------------------------------------------------------------------------------------------

DOMAINS = 3
_LOOKS = torch.eye(DOMAINS)[:, :, None, None]  # domain k: channel k is bright


def _classifies(image: Tensor) -> Tensor:
    return 6 * image.mean((2, 3))


def _who_is_praised(loss: Callable) -> dict[str, float]:
    """The domain loss of two generators: one that gives an image the wanted look, and one that hands it back."""
    label = torch.arange(12) % DOMAINS
    wanted = (label + 1) % DOMAINS
    x = _LOOKS[label] + 0.1 * torch.randn(12, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    makers = {
        "obeys its label": lambda image, c: _LOOKS[c].expand_as(image),
        "ignores its label": lambda image, c: image,
    }
    return {
        f"paid by a G that {name}": float(loss(G, _classifies, x, label, wanted))
        for name, G in makers.items()
    }


def _mend_the_label(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, label, wanted = torch.randn(6, 3, 4, 4, generator=rng), torch.arange(6) % 3, (torch.arange(6) + 1) % 3

    def G(image: Tensor, c: Tensor) -> Tensor:
        return 0.6 * image + _LOOKS[c] * torch.tensor([1.0, 0.5, -0.3])[:, None, None]

    def D_cls(image: Tensor) -> Tensor:
        return image.mean((2, 3)) @ torch.tensor([[1.0, 0.2, -0.5], [0.1, 2.0, 0.3], [-0.4, 0.6, 1.2]])

    made = G(x, wanted)
    same(solution(G, D_cls, x, label, wanted), F.cross_entropy(D_cls(made), wanted), {
        "real images are classified here: that is D's domain loss, equation 2. G's is of what it made.":
            F.cross_entropy(D_cls(x), label),
        "G was asked for the label that the image has already.": F.cross_entropy(D_cls(G(x, label)), label),
        "G was asked for the old label and is marked by the new one.": F.cross_entropy(D_cls(G(x, label)), wanted),
        "real images are held against the wanted label.": F.cross_entropy(D_cls(x), wanted),
        "the losses are added up over the batch; their mean is meant.": F.cross_entropy(D_cls(made), wanted, reduction="sum"),
        "the image went back to its old label first: that is the way of the reconstruction.":
            F.cross_entropy(D_cls(G(made, label)), wanted),
    }, given={"this is the loss as it was. By which of the two labels should what G made be known?":
              F.cross_entropy(D_cls(made), label)})  # fmt: skip
    yield "what G made is to be known by the wanted label"
    leaf = x.clone().requires_grad_()
    if not getattr(solution(G, D_cls, leaf, label, wanted), "requires_grad", False):
        raise Wrong("no gradient reaches G: something is detached.")
    yield "gradients reach G"


# -- choose-the-penalty ---------------------------------------------------------------------------------------------

APART, RATE = 5.0, 0.01


def bridled_slope(penalty: float, steps: int = 400) -> float:
    """The slope of a linear critic that was trained by gradient descent, at the rate 0.01, on the Wasserstein loss and `penalty`
    times (slope - 1)^2. Real and made samples are 5 apart."""
    slope = torch.zeros((), dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        loss = -slope * APART + penalty * (slope - 1).square()
        (pull,) = torch.autograd.grad(loss, slope)
        slope = (slope - RATE * pull).detach().clamp(-1e9, 1e9).requires_grad_()
    return slope.item()


def _choose_the_penalty(solution: Callable) -> Iterator[str]:
    penalty = chosen(solution(), 0, 1e6, "λ_gp")
    slope = bridled_slope(penalty)
    if abs(slope) > 100:
        raise Wrong(f"with λ_gp = {penalty:g} the slope has run away to {slope:.2g}: either nothing holds it, or the penalty is so steep "
                    "that a step at this rate leaps over the valley.")  # fmt: skip
    if abs(slope - 1) > 0.1:
        raise Wrong(
            f"with λ_gp = {penalty:g} the slope settles at {slope:.2f}, not within a tenth of 1. Where do the two terms balance?"
        )
    yield f"with λ_gp = {penalty:g} the slope settles at {slope:.3f}"


EXERCISES = {
    "mend-the-label": Mend(
        _mend_the_label,
        (
            "Whoever ignores the label pays nothing. What is this loss praising?",
            "Equation 3: the classifier should find in G(x, c') the label that was asked for.",
            "The last argument of cross_entropy should be wanted.",
        ),
        _who_is_praised,
        lambda found: found["paid by a G that obeys its label"] < found["paid by a G that ignores its label"],
    ),
    "choose-the-penalty": Exercise(
        _choose_the_penalty,
        (
            "Try the paper's 10 first.",
            "Set the derivative of -5 w + λ (w - 1)² to 0: the slope settles at w = 1 + 5 / (2 λ).",
            "λ has to be at least 25. And 2 λ times the rate must stay well below 2: beyond, each step overshoots. 50 is fine.",
        ),
    ),
}
