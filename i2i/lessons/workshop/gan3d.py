"""Notebook 14: codes of the wrong distribution, and where a surface lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import torch
from torch import Tensor

from ...data.worlds.furniture import Furniture
from ...measure.voxels import ious, solid
from ...run.pipeline import load
from ..lesson import Exercise, Mend, Untried, Wrong, chosen, number

# -- mend-the-codes -------------------------------------------------------------------------------------------------


def shaped(codes: Callable, count: int = 12) -> Tensor:
    """The shipped model's volumes [count, 1, 32, 32, 32] for the codes that a function draws."""
    model = load("gan3d-furniture", device="cpu", precision="fp32")
    z = codes(count, model.method.config.code, torch.Generator().manual_seed(0))
    return model.decode(z)


def _alike(codes: Callable) -> dict[str, float]:
    volumes = solid(shaped(codes))
    likeness = ious(volumes, volumes)
    pairs = likeness[~torch.eye(len(likeness), dtype=torch.bool)]
    return {"mean IoU of two different samples": pairs.mean().item()}


def _mend_the_codes(solution: Callable) -> Iterator[str]:
    z = solution(4000, 5, torch.Generator().manual_seed(0))
    if not torch.is_tensor(z) or tuple(z.shape) != (4000, 5):
        number(z, (4000, 5))
    mean, deviation, least = z.mean().item(), z.std().item(), z.min().item()
    if abs(mean - 0.5) < 0.05 and abs(deviation - 12**-0.5) < 0.05:
        raise Untried(
            "these are the codes as they were. From which distribution did this G get its codes in training?"
        )
    if least >= -1.05 and z.max() <= 1.05:
        raise Wrong(
            f"the codes lie between {least:.2f} and {z.max():.2f}: still a uniform distribution, and G learned with N(0, 1)."
        )
    if abs(mean) > 0.05:
        raise Wrong(f"the codes have the mean {mean:.2f}; N(0, 1) has 0.")
    if abs(deviation - 1) > 0.05:
        raise Wrong(f"the codes have the deviation {deviation:.2f}; N(0, 1) has 1.")
    if abs(z.pow(4).mean().item() - 3) > 0.4:
        raise Wrong(
            "mean and deviation are right now, but it is another distribution: its tails are not those of N(0, 1)."
        )
    yield "codes of N(0, 1)"
    if not torch.equal(z, solution(4000, 5, torch.Generator().manual_seed(0))):
        raise Wrong("the same rng should give the same codes: hand it on as generator=rng.")
    yield "drawn from the rng that is given"


# -- choose-the-mark ------------------------------------------------------------------------------------------------


@cache
def _made_and_real() -> tuple[Tensor, float]:
    """(48 volumes of the shipped model, the share of a cube that 200 real pieces fill)."""
    model = load("gan3d-furniture", device="cpu", precision="fp32")
    real = Furniture(32).batch(torch.arange(200))["voxels"]
    return model.decode(model.method.styles(0, 48)), (real > 0.5).float().mean().item()


def filled(mark: float) -> tuple[float, float]:
    """(share of the cube that is occupied above the mark in made volumes, share that real pieces fill)."""
    made, real = _made_and_real()
    return (made > mark).float().mean().item(), real


def _choose_the_mark(solution: Callable) -> Iterator[str]:
    mark = chosen(solution(), 0, 1, "the mark")
    made, real = filled(mark)
    if abs(made / real - 1) > 0.05:
        raise Wrong(f"above {mark:g} made pieces fill {made:.2%} of the cube, real ones {real:.2%}: {'thinner' if made < real else 'thicker'} by "
                    f"{abs(made / real - 1):.0%}.")  # fmt: skip
    yield f"above {mark:g} made pieces fill {made:.2%} of the cube, real ones {real:.2%}"


EXERCISES = {
    "mend-the-codes": Mend(
        _mend_the_codes,
        (
            "All shapes look alike. In how large a part of the space of codes do these lie?",
            "torch.rand gives numbers between 0 and 1: all positive, and near each other. The published weights want them; these want N(0, 1).",
            "torch.randn(n, size, generator=rng)",
        ),
        _alike,
        lambda found: max(found.values()) < 0.15,
    ),
    "choose-the-mark": Exercise(
        _choose_the_mark,
        (
            "Begin with 0.5: is what is made too thick or too thin?",
            "A higher mark keeps less. Go on by tenths, then by hundredths.",
            "Halve the interval in which the sign changes.",
        ),
    ),
}
