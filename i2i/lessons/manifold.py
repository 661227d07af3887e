"""The "natural image manifold" of super-resolution, small enough to be drawn whole.

A sharp patch shows one thin line somewhere on a ring of 8 pixels, so that all sharp patches together are one closed
curve. Reduced, a patch keeps the means of its two cells of 4 pixels: where in a cell the line was is lost.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

SIDE, CELL = 8, 4
NEAR = 0.1
"""How far from the curve D starts to doubt: the width of its kernel."""


def line(position: Tensor) -> Tensor:
    """Sharp patches [N, 8] in [0, 1]: a bright line one pixel wide at `position` [N] in [0, 8), by the area it covers."""
    away = (position.double()[:, None] - torch.arange(SIDE)).remainder(SIDE)
    return (1 - torch.minimum(away, SIDE - away)).clamp(min=0)


def reduced(patch: Tensor) -> Tensor:
    """x [N, 2] of patches [N, 8]: the mean of each cell."""
    return patch.unflatten(-1, (-1, CELL)).mean(-1)


def fitting(left: float, count: int = 300) -> Tensor:
    """All positions, equally likely, whose patches are reduced to one x: that with the share `left` of the line's light in
    the left cell. A line within a cell may be anywhere in it; one that lies across has two places."""
    if left in (0.0, 1.0):
        inside = (torch.arange(count, dtype=torch.float64) + 0.5) / count * (CELL - 1)
        return inside if left else CELL + inside
    return torch.tensor([CELL - left, 2 * CELL - 1 + left], dtype=torch.float64)


def plane(patch: Tensor) -> Tensor:
    """[N, 2]: patches seen along two fixed directions, the waves that go round the ring once."""
    turn = 2 * math.pi * torch.arange(SIDE, dtype=torch.float64) / SIDE
    return patch.double() @ torch.stack([-turn.cos(), turn.sin()], 1)


def distance(patch: Tensor) -> Tensor:
    """[N]: from patches to the nearest sharp one, whatever x is. The curve has 8 straight pieces."""
    start = line(torch.arange(SIDE))
    piece = start.roll(-1, 0) - start
    along = ((patch.double()[:, None] - start) * piece).sum(-1) / piece.square().sum(-1)
    nearest = start + along.clamp(0, 1)[..., None] * piece
    return (patch.double()[:, None] - nearest).norm(dim=-1).amin(1)


def logit(patch: Tensor) -> Tensor:
    """[N]: log p - log c, for which sigmoid is p / (p + c): the best D where sharp patches have the density p (of a kernel
    of width NEAR) and made ones are spread evenly with the density c. It sees no x. On the curve D says 0.9."""

    def log_p(some: Tensor) -> Tensor:
        known = line(torch.arange(0, SIDE, 1 / 16))
        return (-torch.cdist(some, known).square() / (2 * NEAR**2)).logsumexp(1)

    on_curve = log_p(line(torch.tensor([0.5])))
    return log_p(patch.double()) - on_curve + math.log(9)


def squares(patch: Tensor, right: Tensor) -> Tensor:
    """[N]: the expected squared error of patches [N, 8], a mean over pixels, when all of `right` [K, 8] may be true."""
    return (patch[:, None] - right).square().mean((1, 2))


def answers(
    right: Tensor, factors: Tensor, start: Tensor | None = None, steps: int = 250, seed: int = 0
) -> Tensor:
    """What a generator answers to one x: [M, 8], for each factor [M] the minimum of

        squares(answer, right) + factor * -log D(answer)

    that is found downhill from the mean of `right`, or from `start` [M, 8]. A factor of inf leaves -log D alone.
    """
    factors = factors.double()
    alone = factors.isinf()
    of_squares, of_d = (~alone).double(), torch.where(alone, 1.0, factors)
    mean = right.mean(0).expand(len(factors), -1) if start is None else start.double()
    # Where two answers lie equally near, chance decides: a push too small to be seen.
    push = 1e-3 * torch.randn(SIDE, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    found = (mean + push * (of_d > 0)[:, None]).clone().requires_grad_()
    optimizer = torch.optim.Adam([found], lr=0.04)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.04 * (1 - step / steps)
        loss = of_squares * squares(found, right) + of_d * F.softplus(-logit(found))
        (found.grad,) = torch.autograd.grad(loss.sum(), found)
        optimizer.step()
    return found.detach()
