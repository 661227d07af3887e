"""Notebook 07: a fixed network through which no gradient passes, and the weight of the constancy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from ..lesson import Exercise, Mend, Untried, Wrong, chosen, same

# -- mend-the-fixed-f -----------------------------------------------------------------------------------------------


def _learned(loss: Callable) -> dict[str, float]:
    """The constancy of a small g before and after 200 steps on it alone, and how far f was moved."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        f, g = nn.Linear(6, 3), nn.Linear(3, 6)
        f.requires_grad_(False)
        before, x = f.weight.clone(), torch.randn(64, 6)
        optimizer, paid = torch.optim.Adam(g.parameters(), 0.02, fused=True), []
        for _ in range(200):
            value = loss(f, g, x)
            paid.append(value.item())
            if value.requires_grad:
                optimizer.zero_grad()
                value.backward()
                optimizer.step()
    moved = (f.weight - before).abs().max().item()
    return {"constancy, first step": paid[0], "constancy, step 200": paid[-1], "how far f was moved": moved}


def _mend_the_fixed_f(solution: Callable) -> Iterator[str]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        f, g = nn.Sequential(nn.Linear(6, 3), nn.Tanh()), nn.Linear(3, 6)
    f.requires_grad_(False)
    x = torch.randn(8, 6, generator=torch.Generator().manual_seed(0))
    got = solution(f, g, x)
    with torch.no_grad():
        code = f(x)
        again = f(g(code))
        same(got, (again - code).square().mean(), {
            "images are compared; f-constancy compares codes.": (g(code) - x).square().mean(),
            "the differences are added up; take their mean.": (again - code).square().sum(),
            "this is L1; DTN compares codes by their squared distance.": (again - code).abs().mean(),
        })  # fmt: skip
    yield "the value is that of equation 5, as before"
    if not getattr(got, "requires_grad", False):
        raise Untried(
            "this is the loss as it was: its value is right, and no gradient leads from it to g. What cuts it off?"
        )
    got.backward()
    if g.weight.grad is None or not g.weight.grad.abs().sum() > 0:
        raise Wrong(
            "the second reading, f(g(code)), is still cut off: the gradient has to pass through f to reach g."
        )
    yield "the gradient passes through f and reaches g"
    if any(p.requires_grad for p in f.parameters()) or any(p.grad is not None for p in f.parameters()):
        raise Wrong(
            "f gets gradients now. It is fixed: its weights stay without, though what passes through it does not."
        )
    yield "f itself gets none"


# -- choose-alpha ---------------------------------------------------------------------------------------------------

CLASSES, ASIDE = 6, 0.5


def painted(alpha: float, starts: int = 8) -> tuple[float, float]:
    """(share of classes that are painted as themselves, mean distance of what is painted from the nearest target image).

    g paints one point of the plane for each of six classes. Target images of the classes lie on a circle of radius 1. Instead of an
    adversary there is a distance between the two sets, which does not know classes. f was trained on the source: it takes a point
    for a class whose image it is in the source, and there each one lies half a radius further to the right.
    """
    angles = torch.arange(CLASSES) * 2 * math.pi / CLASSES
    target = torch.stack([angles.cos(), angles.sin()], 1)
    rng = torch.Generator().manual_seed(0)
    points = (0.3 * torch.randn(starts, CLASSES, 2, generator=rng)).requires_grad_()
    optimizer = torch.optim.Adam([points], 0.02, fused=True)

    def alike(a: Tensor, b: Tensor) -> Tensor:
        far = (a[:, :, None] - b[:, None]).square().sum(3)
        return sum((-far / (2 * width**2)).exp().mean((1, 2)) for width in (0.2, 1.0))

    for _ in range(300):
        apart = alike(points, points) - 2 * alike(points, target[None])
        off = (points - target - torch.tensor([ASIDE, 0.0])).square().mean((1, 2))
        loss = (apart + alpha * off).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    far = (points.detach()[:, :, None] - target).norm(dim=3)
    return (far.argmin(2) == torch.arange(CLASSES)).float().mean().item(), far.amin(2).mean().item()


def _choose_alpha(solution: Callable) -> Iterator[str]:
    alpha = chosen(solution(), 0, 1e6, "α")
    right, off = painted(alpha)
    if right < 0.95:
        raise Wrong(
            f"with α = {alpha:g} {right:.0%} of the classes are painted as themselves: the game is content with any order of them."
        )
    yield f"with α = {alpha:g} {right:.0%} of the classes are painted as themselves"
    if off > 0.1:
        raise Wrong(f"with α = {alpha:g} what is painted lies {off:.2f} from the nearest target image: it looks as f would have it in the "
                    "source, and no longer like the target.")  # fmt: skip
    yield f"and they lie {off:.3f} from target images, on the average"


EXERCISES = {
    "mend-the-fixed-f": Mend(
        _mend_the_fixed_f,
        (
            "f is fixed, which is right. But is what passes through it to be fixed, too?",
            "no_grad keeps no graph: nothing behind it can learn. f's own weights have requires_grad=False already.",
            "Take the second reading out of the block: code = f(x) may stay in it, f(g(code)) may not.",
        ),
        _learned,
        lambda found: (
            found["constancy, step 200"] < 0.1 * found["constancy, first step"]
            and found["how far f was moved"] == 0
        ),
    ),
    "choose-alpha": Exercise(
        _choose_alpha,
        (
            "Try 0 and 100: which of the two figures breaks in either case?",
            "The term only has to sort the classes. Then the game can put them where images of the target lie.",
            "1 does both.",
        ),
    ),
}
