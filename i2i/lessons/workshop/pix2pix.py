"""Notebook 01: pairs that give themselves away, and a weight for L1."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-pairs -------------------------------------------------------------------------------------------------


def _against_a_perfect_fake(turn: Callable) -> dict[str, float]:
    """D's loss after 150 steps against a G that is perfect: what it makes is the true answer."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
        optimizer, losses = torch.optim.Adam(net.parameters(), 0.02, fused=True), []
        for _ in range(150):
            x = torch.rand(64, 3) * 2 - 1
            y = 0.5 - 0.4 * x  # each x has one answer, and G knows it
            loss = turn(lambda a, b: net(torch.cat([a, b], 1)), x, y, y.clone())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return {
        "D's loss, first step": losses[0],
        "D's loss, step 150": losses[-1],
        "ln 2, which nobody can beat here": 0.6931,
    }


def _mend_the_pairs(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, y, fake = (torch.randn(2, 3, 4, 4, generator=rng) for _ in range(3))

    def D(a: Tensor, b: Tensor) -> Tensor:
        return (a * 1.5 - b * 0.7).sum(1, keepdim=True)

    yes, no = F.softplus(-D(x, y)).mean(), F.softplus(D(x, fake)).mean()
    turned = F.softplus(D(fake, x)).mean()
    same(solution(D, x, y, fake), 0.5 * (yes + no), {
        "both pairs are turned round now. D can no longer cheat, but in the paper and below the condition comes first: D(x, ·).":
            0.5 * (F.softplus(-D(y, x)).mean() + turned),
        "the made pair lacks its x: D would judge whether pictures fit themselves.": 0.5 * (yes + F.softplus(D(fake, fake)).mean()),
        "the labels are exchanged now; the labels were right.": 0.5 * (F.softplus(D(x, y)).mean() + F.softplus(-D(x, fake)).mean()),
        "the made pair holds y: then D never sees what G made.": 0.5 * (yes + F.softplus(D(x, y)).mean()),
        "the half is gone. It was no fault; it only makes D slower than G.": yes + no,
    }, given={"this is the turn as it was. Compare the two calls of D, argument by argument.": 0.5 * (yes + turned)})  # fmt: skip
    yield "both pairs are laid out alike: x first"
    leaf = fake.clone().requires_grad_()
    knob = torch.ones((), requires_grad=True)
    solution(lambda a, b: knob * D(a, b), x, y, leaf).backward()
    if leaf.grad is not None and leaf.grad.abs().sum() > 0:
        raise Wrong("the gradient flows back into G: the detach was right.")
    yield "G is left alone in D's turn"


# -- choose-lambda --------------------------------------------------------------------------------------------------

PLACES, SPREAD = 8, 0.25


def best_guesses(lam: float, starts: int = 64) -> Tensor:
    """Guesses c [n, PLACES] that G may end with, for an x that asks for the left half: -log D(c) + lam times L1 is within 0.1 of the
    lowest that gradient descent finds. Differences below that are lost in the noise of a training.

    A right answer is one bright pixel among PLACES: in the left half for this x, anywhere for D, which is not shown x. D is the
    best one there is against a G that tries everything: its logit is the log density of the real answers, plus a constant.
    """
    answers = torch.eye(PLACES)
    rng = torch.Generator().manual_seed(0)
    c = (0.5 * torch.rand(starts, PLACES, generator=rng)).requires_grad_()
    optimizer = torch.optim.Adam([c], 0.02, fused=True)
    for _ in range(200):
        logit = (-(c[:, None] - answers).square().sum(2) / (2 * SPREAD**2)).logsumexp(1)
        ruler = (c[:, None] - answers[: PLACES // 2]).abs().mean((1, 2))  # to all answers that fit x
        loss = F.softplus(-logit) + lam * ruler
        optimizer.zero_grad()
        loss.sum().backward()
        optimizer.step()
    return c.detach()[loss < loss.min() + 0.1]


def _choose_lambda(solution: Callable) -> Iterator[str]:
    lam = chosen(solution(), 0, 1e6, "λ")
    c = best_guesses(lam)
    bright, left = (c.amax(1) > 0.8).float().mean().item(), (c.argmax(1) < PLACES // 2).float().mean().item()
    if bright < 0.95:
        raise Wrong(f"with λ = {lam:g} a bright pixel stands in {bright:.0%} of the guesses: L1 has wiped it out. The median of "
                    "answers that lie elsewhere is dark.")  # fmt: skip
    yield f"λ = {lam:g}: there is a bright pixel in {bright:.0%} of the guesses"
    if left < 0.95:
        raise Wrong(f"with λ = {lam:g} the pixel stands in the left half, as x asks, in {left:.0%} of the guesses. This D is not "
                    "shown x, so only L1 can tell where.")  # fmt: skip
    yield f"and it stands on the side that x asks for in {left:.0%}"


EXERCISES = {
    "mend-the-pairs": Mend(
        _mend_the_pairs,
        (
            "G is perfect in the measurement, so the two pairs hold the same two pictures. How can D tell them apart at all?",
            "By their order. D(a, b) is a net that treats its two arguments differently.",
            "The second call should be D(x, fake.detach()).",
        ),
        _against_a_perfect_fake,
        lambda found: found["D's loss, step 150"] > 0.65,
    ),
    "choose-lambda": Exercise(
        _choose_lambda,
        (
            "Try 0 and 100 first, and read what is missing in either case.",
            "L1 has to say left or right, and no more. It is a mean over eight pixels, so its slope is small: try powers of ten.",
            "Between the two faults lies a wide range; 10 is in it.",
        ),
    ),
}
