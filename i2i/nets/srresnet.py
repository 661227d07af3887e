"""The residual generator of SRResNet and SRGAN (Ledig et al. 2017): all its depth at the small size, enlarged at the end."""

from __future__ import annotations

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor, nn

from .layers import batch_norm


class ShuffledConv2d(nn.Module):
    """A convolution of the map that `nn.PixelShuffle(2)` makes of h [B, 4 inputs, H, W], zero borders; [B, outputs, 2H, 2W].

    kernel: odd, so that a border of half of it keeps the sides.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"the kernel must be odd for the map to keep its sides; got {kernel}")
        self.weight, self.bias = (
            nn.Parameter(p.detach()) for p in nn.Conv2d(inputs, outputs, kernel).parameters()
        )

    def forward(self, h: Tensor) -> Tensor:
        return F.conv2d(F.pixel_shuffle(h, 2), self.weight, self.bias, padding=self.weight.shape[-1] // 2)


class Block(nn.Module):
    """h + conv, norm, PReLU, conv, norm of h; [B, channels, H, W]. Nothing follows the sum."""

    def __init__(self, channels: int, norm: Callable[[int], nn.Module]):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1), norm(channels), nn.PReLU(),
            nn.Conv2d(channels, channels, 3, padding=1), norm(channels),
        )  # fmt: skip

    def forward(self, h: Tensor) -> Tensor:
        return h + self.net(h)


class EnlargingResNet(nn.Module):
    """x [B, channels, H, W] -> [B, channels, scale H, scale W], unbounded; scale 2 or 4, any H and W.

    1,549,462 parameters at the paper's sizes (3 channels, 64 wide, 16 blocks, x4). norm: channels -> layer.
    """

    def __init__(
        self,
        channels: int = 3,
        width: int = 64,
        blocks: int = 16,
        scale: int = 4,
        norm: Callable[[int], nn.Module] = batch_norm,
    ):
        super().__init__()
        if scale not in (2, 4):
            raise ValueError(f"scale is 2 or 4: each sub-pixel layer doubles; got {scale}")
        self.head = nn.Sequential(nn.Conv2d(channels, width, 9, padding=4), nn.PReLU())
        self.body = nn.Sequential(
            *(Block(width, norm) for _ in range(blocks)), nn.Conv2d(width, width, 3, padding=1), norm(width)
        )
        # A slope for each doubling; since it acts on every value alike, it may come before the shuffle.
        first = (
            [nn.Conv2d(width, 4 * width, 3, padding=1), nn.PReLU(), nn.PixelShuffle(2)] if scale == 4 else []
        )
        last = [nn.Conv2d(width, 4 * width, 3, padding=1), nn.PReLU(), ShuffledConv2d(width, channels, 9)]
        self.tail = nn.Sequential(*first, *last)
        # How far a pixel of x reaches, in pixels of x: what a tile must know of its neighbours.
        self.reach = 4 + 2 * blocks + 1 + 3

    def forward(self, x: Tensor) -> Tensor:
        h = self.head(x)
        return self.tail(h + self.body(h))
