"""Notebook 11: a noise that is drawn twice, and the number of steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ..lesson import Exercise, Mend, Wrong, chosen, same, several

# -- mend-the-noise -------------------------------------------------------------------------------------------------


def _lowest_error(pair: Callable) -> dict[str, float]:
    """The least squared error that any net could reach half-way, where each x has a single answer, y = -x.

    There z_t and x together tell z_0, so nothing is left open. The best linear v is found by least squares.
    """
    torch_rng = torch.Generator().manual_seed(0)
    x = torch.randn(4000, 1, 1, 1, generator=torch_rng)
    z, wanted = pair(
        x, -x, torch.full((4000,), 0.5), 0.5, lambda shape: torch.randn(shape, generator=torch_rng)
    )
    shown = torch.cat([z.flatten(1), x.flatten(1)], 1)
    best = torch.linalg.lstsq(shown, wanted.flatten(1)).solution
    left = (shown @ best - wanted.flatten(1)).square().mean().item()
    return {"least squared error of v": left, "variance of the noise, sigma²": 0.25}


def _mend_the_noise(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, y, one, two = torch.randn(4, 2, 3, 4, 4, generator=rng)
    t, sigma, drawn = torch.tensor([0.2, 0.7]), 0.6, []

    def draw(shape) -> Tensor:
        drawn.append(tuple(shape))
        return one if len(drawn) == 1 else two

    at = t[:, None, None, None]
    first, second = x + sigma * one, x + sigma * two
    got = several(solution(x, y, t, sigma, draw), "z_t", "what v should say")
    same(got[0], (1 - at) * first + at * y, {
        "t is the wrong way round: at t = 0 the path is at its noisy start.": at * first + (1 - at) * y,
        "the path begins at x without noise: then there is one answer to each x.": (1 - at) * x + at * y,
        "the noise is not scaled by sigma.": (1 - at) * (x + one) + at * y,
    })  # fmt: skip
    yield "z_t lies on the way from z_0 to y"
    same(got[1], y - first, {
        "the velocity is that from x to y; the path begins at z_0, with its noise.": y - x,
        "the sign is turned round: the path leads to y.": first - y,
        "y itself is asked for; v says the way from z_0 to y.": y,
        "the rest of the way is asked for, y - z_t; the velocity is the same on the whole path.": (1 - at) * (y - first),
    }, given={"this is the pair as it was. How many noises are there in it, and how many starts has a path?": y - second})  # fmt: skip
    if len(drawn) != 1 or drawn[0] != tuple(x.shape):
        raise Wrong(f"noise was drawn {len(drawn)} times; one, of the shape of x, is what z_0 is made of.")
    yield "what v should say is the way from the same z_0"


# -- choose-steps ---------------------------------------------------------------------------------------------------


def arrived(steps: int, sigma: float = 1.0, count: int = 2000) -> float:
    """The share of samples that end within 0.1 of a right answer, -1 or 1, for an x of 0, by Euler's rule along the exact mean
    velocity."""
    z = sigma * torch.special.ndtri(
        (torch.arange(count, dtype=torch.float64) + 0.5) / count
    )  # N(0, sigma²), evenly
    for i in range(steps):
        t = i / steps
        answer = torch.tanh(
            t * z / ((1 - t) * sigma) ** 2
        )  # the mean of the answers that lead through z at t
        z = z + (answer - z) / (1 - t) / steps
    return ((z.abs() - 1).abs() < 0.1).double().mean().item()


def _choose_steps(solution: Callable) -> Iterator[str]:
    steps = chosen(solution(), 1, 1000, "the number of steps")
    if steps != math.floor(steps):
        raise Wrong("a number of steps is a whole one.")
    share = arrived(int(steps))
    if share < 0.95:
        raise Wrong(
            f"with {steps:g} steps {share:.1%} of the samples end within 0.1 of an answer; the others stop between the two."
        )
    yield f"with {steps:g} steps {share:.1%} of the samples end within 0.1 of an answer"
    before = arrived(int(steps) - 1)
    if steps > 1 and before >= 0.95:
        raise Wrong(f"{steps - 1:g} steps would do, too: {before:.1%}. Each step is a call of the net.")
    yield f"with one step fewer it would be {before:.1%}"


EXERCISES = {
    "mend-the-noise": Mend(
        _mend_the_noise,
        (
            "The task has one answer for each x, and still an error stays, as large as sigma². Which number can v not know?",
            "The noise in what v should say is another one than that in z_t.",
            "z_0 = x + sigma * draw(x.shape), once; then (1 - t) z_0 + t y, and y - z_0.",
        ),
        _lowest_error,
        lambda found: found["least squared error of v"] < 1e-4,
    ),
    "choose-steps": Exercise(
        _choose_steps,
        (
            "One step ends at the mean, 0, for every noise. Double the number until enough samples arrive.",
            "Then go back: the share grows with the number of steps.",
            "It has one digit.",
        ),
    ),
}
