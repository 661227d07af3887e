"""A hole filled without anything learned: the start of a fill, and what any fill must beat."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def membrane(x: Tensor, mask: Tensor, sweeps: int = 60) -> Tensor:
    """A hole filled as a soap film spans it: every pixel the mean of its four neighbours (Laplace's equation).

    x float [B, C, H, W], mask [B, 1, H, W] in {0, 1}. Solved from a coarse image to the fine one, `sweeps` at each size.
    """
    known = 1 - mask
    if min(x.shape[-2:]) < 2:
        mean = (x * known).sum((2, 3), keepdim=True) / known.sum((2, 3), keepdim=True).clamp(min=1)
        return x * known + mean * mask
    share = F.avg_pool2d(known, 2, ceil_mode=True)
    coarse = F.avg_pool2d(x * known, 2, ceil_mode=True) / share.clamp(min=1e-6)
    start = membrane(coarse, (share == 0).to(x.dtype), sweeps)
    h = x * known + mask * F.interpolate(start, x.shape[-2:], mode="bilinear")
    for _ in range(sweeps):
        near = F.pad(h, (1, 1, 1, 1), mode="replicate")
        mean = (near[..., :-2, 1:-1] + near[..., 2:, 1:-1] + near[..., 1:-1, :-2] + near[..., 1:-1, 2:]) / 4
        h = x * known + mask * mean
    return h
