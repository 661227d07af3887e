"""One split of MNIST's digits for all that learn from them, judges and recipes alike; and other hands to write them."""

from __future__ import annotations

import hashlib
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .folders import is_validation


def digit_split(index: int) -> str:
    """train, val or test of the digit at this place of the file.

    train is what the judge `i2i-feat-v1` was trained on, nine tenths by a hash of the place; as that judge is frozen, this
    is fixed for good. The tenth that it never saw is halved into val and test by another hash.
    """
    if not is_validation(str(index)):
        return "train"
    return ("val", "test")[int(hashlib.sha256(f"half of {index}".encode()).hexdigest(), 16) % 2]


def first_split(index: int) -> str:
    """The split that the shipped `dtn-digits` was trained with: a tenth by one hash is test, a tenth of the rest by another
    is val. It knows nothing of the judge, which was trained on nine tenths of that test split."""
    if is_validation(f"digit {index}"):
        return "test"
    return "val" if is_validation(str(index)) else "train"


def by_another_hand(mask: Tensor, rng: torch.Generator, widest: float = 3.0) -> Tensor:
    """Written digits [B, 1, H, W] in [0, 1] -> the same digits turned, slanted, stretched and shifted a little, by a pen that is
    up to `widest` pixels wider; each sample another way. Moulded digits are bolder than written ones, and a reader who has
    seen thin strokes alone reads half of them.
    """
    u = torch.rand(len(mask), 8, generator=rng)
    big = F.interpolate(mask, scale_factor=2, mode="bilinear", align_corners=False)
    way = F.affine_grid(_moved(u), list(big.shape), align_corners=False)
    thin = wide = F.grid_sample(big, way, align_corners=False)
    more = (
        widest * u[:, 6][:, None, None, None]
    )  # to either side, in pixels of the doubled image, which are half ones
    for k in range(math.ceil(widest)):
        thick = (
            F.max_pool2d(thin, 3, 1, 1) if k % 2 == 0 else _cross(thin)
        )  # in turn, so that round ends stay round
        wide = torch.where(more > k, thin + (thick - thin) * (more - k).clamp(0, 1), wide)
        thin = thick
    return F.avg_pool2d(wide, 2)


def _moved(u: Tensor) -> Tensor:
    """Dice [B, 6 or more] in [0, 1) -> affine maps [B, 2, 3]."""
    turn, slant = (u[:, 0] - 0.5) * 0.5, (u[:, 1] - 0.5) * 0.6
    wide, high = 0.85 + 0.4 * u[:, 2], 0.85 + 0.4 * u[:, 3]
    none, one = torch.zeros_like(turn), torch.ones_like(turn)

    def square(*rows: Tensor) -> Tensor:
        return torch.stack(rows, -1).view(-1, 2, 2)

    turned = square(turn.cos(), -turn.sin(), turn.sin(), turn.cos())
    linear = turned @ square(one, slant, none, one) @ square(wide, none, none, high)
    return torch.cat([linear, ((u[:, 4:6] - 0.5) * 0.2)[:, :, None]], 2)


def _cross(mask: Tensor) -> Tensor:
    """The largest of a pixel and its four neighbours."""
    upright, level = (F.max_pool2d(mask, k, 1, (k[0] // 2, k[1] // 2)) for k in ((3, 1), (1, 3)))
    return torch.maximum(upright, level)
