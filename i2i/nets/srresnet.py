"""The residual generator of SRResNet and SRGAN (Ledig et al. 2017): all its depth at the small size, enlarged at the end."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .convolution import Conv2d
from .layers import batch_norm


class _OneSlope(torch.autograd.Function):
    """max(h, 0) + slope min(h, 0) in whole passes over memory; torch's kernel takes half precision value by value."""

    @staticmethod
    def forward(ctx, h: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(h)
        ctx.slope = weight.item()
        return F.leaky_relu(h, ctx.slope)

    @staticmethod
    def backward(ctx, g: Tensor) -> tuple[Tensor, Tensor]:
        (h,) = ctx.saved_tensors
        below = (g * h.clamp(max=0)).sum(dtype=torch.promote_types(h.dtype, torch.float32))
        return torch.ops.aten.leaky_relu_backward(g, h, ctx.slope, False), below.view(1)


class PReLU(nn.PReLU):
    """`nn.PReLU` with one slope, several times as fast on a CPU in bfloat16."""

    plain = nn.PReLU

    def forward(self, h: Tensor) -> Tensor:
        return _OneSlope.apply(h, self.weight) if h.device.type == "cpu" else super().forward(h)


class _Shuffled(nn.Module):
    """A convolution behind `nn.PixelShuffle(2)`, written as it is said."""

    def forward(self, h: Tensor) -> Tensor:
        return F.conv2d(F.pixel_shuffle(h, 2), self.weight, self.bias, padding=self.weight.shape[-1] // 2)


class ShuffledConv2d(nn.Module):
    """A convolution of the map that `nn.PixelShuffle(2)` makes of h [B, 4 inputs, H, W], zero borders; [B, outputs, 2H, 2W].

    The same sums in another order: as a convolution of h itself with 4 outputs and half the kernel, shuffled afterwards.
    A few channels at full size become several at half of it, and the wide map is never moved in memory. kernel: 9, 5 or 1.
    """

    plain = _Shuffled

    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__()
        if kernel % 4 != 1:
            raise ValueError(f"the kernel's half must be even for its places to pair up; got {kernel}")
        self.weight, self.bias = (nn.Parameter(p.detach()) for p in nn.Conv2d(inputs, outputs, kernel).parameters())

    def forward(self, h: Tensor) -> Tensor:
        outputs, inputs, k, _ = self.weight.shape
        # Output pixel 2i + p sees pixel 2i + p + t - k//2 for taps t: pixel q of place i + s - k//4, with 2s + q = t + p.
        taps = [F.pad(self.weight, (q, 1 - q, p, 1 - p)) for p in (0, 1) for q in (0, 1)]
        half = (k + 1) // 2
        weight = torch.stack(taps, 1).view(outputs, 4, inputs, half, 2, half, 2).permute(0, 1, 2, 4, 6, 3, 5)
        weight = weight.reshape(4 * outputs, 4 * inputs, half, half).contiguous(memory_format=torch.channels_last)
        return F.pixel_shuffle(F.conv2d(h, weight, self.bias.repeat_interleave(4), padding=k // 4), 2)


class Block(nn.Module):
    """h + conv, norm, PReLU, conv, norm of h; [B, channels, H, W]. Nothing follows the sum."""

    def __init__(self, channels: int, norm: Callable[[int], nn.Module]):
        super().__init__()
        self.net = nn.Sequential(
            Conv2d(channels, channels, 3, padding=1), norm(channels), PReLU(),
            Conv2d(channels, channels, 3, padding=1), norm(channels),
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
        self.head = nn.Sequential(Conv2d(channels, width, 9, padding=4), PReLU())
        self.body = nn.Sequential(
            *(Block(width, norm) for _ in range(blocks)), Conv2d(width, width, 3, padding=1), norm(width)
        )
        # A slope for each doubling; since it acts on every value alike, it may come before the shuffle.
        first = [Conv2d(width, 4 * width, 3, padding=1), PReLU(), nn.PixelShuffle(2)] if scale == 4 else []
        last = [Conv2d(width, 4 * width, 3, padding=1), PReLU(), ShuffledConv2d(width, channels, 9)]
        self.tail = nn.Sequential(*first, *last)
        # How far a pixel of x reaches, in pixels of x: what a tile must know of its neighbours.
        self.reach = 4 + 2 * blocks + 1 + 3

    def forward(self, x: Tensor) -> Tensor:
        h = self.head(x)
        return self.tail(h + self.body(h))
