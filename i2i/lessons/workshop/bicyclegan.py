"""Notebook 08: a noise that is asked for one answer, and the weight of the latent term."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-cycle -------------------------------------------------------------------------------------------------


def _spread(loss: Callable) -> dict[str, float]:
    """How far apart the samples of one x lie, as a share of the answers' spread, after 300 steps of a G with three weights.

    The right answers to every x are numbers of N(0, 1), and E reads them off without an error. G(x, z) = a z + b x + c.
    """
    rng = torch.Generator().manual_seed(0)
    a, b, c = free = [torch.tensor(v, requires_grad=True) for v in (0.5, 0.5, 0.5)]
    optimizer = torch.optim.Adam(free, 0.02, fused=True)
    found = {"before": a.item()}
    for _ in range(300):
        x, y, z = torch.randn(3, 64, 1, generator=rng)
        value = loss(lambda x, code: a * code + b * x + c, lambda image: image, x, y, z)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return {
        f"spread of the samples, {when}": abs(v) for when, v in {**found, "after 300 steps": a.item()}.items()
    }


def _mend_the_cycle(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, y, z = torch.randn(3, 4, 5, generator=rng)

    def G(x: Tensor, code: Tensor) -> Tensor:
        return 0.3 * x + 0.8 * code - 0.1

    def E(image: Tensor) -> Tensor:
        return 0.5 * image + 0.2

    def off(a: Tensor, b: Tensor) -> Tensor:
        return (a - b).abs().mean()

    same(solution(G, E, x, y, z), off(y, G(x, E(y))), {
        "the code was read from x; only y holds what x leaves open.": off(y, G(x, E(x))),
        "codes are compared: that is the other cycle, z to y to z.": off(z, E(G(x, z))),
        "what G made of z is compared with what it makes of y's code: neither is an answer.": off(G(x, z), G(x, E(y))),
        "the differences are squared; the cycle has L1.": (y - G(x, E(y))).square().mean(),
        "G was given y itself, not its code.": off(y, G(x, y)),
    }, given={"this is the term as it was. Can a z that was drawn at random know which of the answers y is?": off(y, G(x, z))})  # fmt: skip
    yield "y is asked of its own code only"


# -- choose-latent --------------------------------------------------------------------------------------------------

TWO, NARROW = 1.0, 0.3


def answered(weight: float) -> tuple[float, float]:
    """(share of samples that answer in the rarer of two ways, share of samples that are near a right answer), of 400 z.

    An x has two right answers, -1 and 1. G begins with 0.02 for every z, a little nearer to 1, and moves each of its samples down the slope of
    -log D + weight times |z - E(G(z))|. D is the best one there is against a G that tries everything; E is the identity.
    """
    z = torch.linspace(-2, 2, 401)
    made = torch.full_like(z, 0.02).requires_grad_()
    optimizer = torch.optim.Adam([made], 0.02, fused=True)
    for _ in range(250):
        far = torch.stack([(made - TWO).square(), (made + TWO).square()])
        logit = (-far / (2 * NARROW**2)).logsumexp(0)
        loss = (F.softplus(-logit) + weight * (z - made).abs()).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    made = made.detach()
    up = (made > 0).float().mean().item()
    near = ((made.abs() - TWO).abs() < 1.5 * NARROW).float().mean().item()
    return min(up, 1 - up), near


def _choose_latent(solution: Callable) -> Iterator[str]:
    weight = chosen(solution(), 0, 1000, "λ_latent")
    rarer, near = answered(weight)
    if rarer < 0.25:
        raise Wrong(f"with λ_latent = {weight:g} {rarer:.0%} of the z lead to the rarer of the two answers: every sample went the way "
                    "that was nearest, and D has no objection.")  # fmt: skip
    yield f"with λ_latent = {weight:g} {rarer:.0%} of the z lead to the rarer of the two answers"
    if near < 0.9:
        raise Wrong(
            f"with λ_latent = {weight:g} only {near:.0%} of the samples are near a right answer: they spell out z, real or not."
        )
    yield f"and {near:.0%} of all samples are near a right answer"


EXERCISES = {
    "mend-the-cycle": Mend(
        _mend_the_cycle,
        (
            "The samples lose their spread. Whom does the term ask for y?",
            "A z that was drawn knows nothing of y. Asked for y all the same, the best that G can do is the median of all answers.",
            "y comes back from its own code: G(x, E(y)).",
        ),
        _spread,
        lambda found: found["spread of the samples, after 300 steps"] > 0.8,
    ),
    "choose-latent": Exercise(
        _choose_latent,
        (
            "Try 0 and 100: which of the two figures breaks in either case?",
            "The term has to carry a sample over the hill between two answers, and must not hold it where no answer is.",
            "The hill is some 4 high for each unit of way: a weight of about 3.",
        ),
    ),
}
