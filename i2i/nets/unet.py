"""The U-Net of pix2pix, and the same layers without skips (Isola et al. 2017, section 6.1)."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .chance import Rng
from .layers import NoiseDropout, batch_norm, init_normal, transposed


class UNet(nn.Module):
    """x [B, inputs, H, W] in [-1, 1] -> [B, outputs, H, W], by default in [-1, 1]; H and W multiples of 2**depth.

    depth: halvings, 8 at the paper's 256 px.  width: channels after the first, doubled at each level up to `cap`.
    skips: join encoder map i to decoder map depth - i; without them it is the paper's encoder-decoder.
    up: (inputs, outputs, bias) -> a layer that doubles a map; last_up: the one to full size, None for the same, and before a
    finish for a transposed one.
    norm: channels -> layer.
    dropout: probability in the first three decoder levels, where the paper's noise lives.
    code: numbers of a code z [B, code] that every downward convolution is told beside its map, spread over planes.
    kernels: side of the first downward convolution and of the others.  deepest_norm: norm the deepest map, too.
    bias: of layers with a norm; None gives one to those whose norm has no shift of its own.
    ends: what the last map goes through; a net whose answers are no images has another than tanh.
    finish: channels of two more convolutions at full size, which see x again. The published net has none (0): its last
    layer sees nothing but maps of half the size, and paints little that is finer than four pixels.
    """

    def __init__(
        self,
        inputs: int = 3,
        outputs: int = 3,
        width: int = 64,
        cap: int = 512,
        depth: int = 8,
        skips: bool = True,
        dropout: float = 0.5,
        up: Callable[[int, int, bool], nn.Module] = transposed,
        norm: Callable[[int], nn.Module] = batch_norm,
        kernels: tuple[int, int] = (4, 4),
        deepest_norm: bool = False,
        bias: bool | None = None,
        code: int = 0,
        last_up: Callable[[int, int, bool], nn.Module] | None = None,
        ends: Callable[[Tensor], Tensor] = torch.tanh,
        finish: int = 0,
    ):
        super().__init__()
        self.depth, self.skips, self.ends = depth, skips, ends
        channels = [min(width * 2**i, cap) for i in range(depth)]
        last_up = last_up or (transposed if finish else up)
        # A norm with its own shift makes the bias before it idle; one without needs it.
        wanted = not norm(1).affine if bias is None else bias

        self.down, self.down_norm = nn.ModuleList(), nn.ModuleList()
        for i, c in enumerate(channels):
            # No norm on the first map (it would whiten the image) nor on the last (a 1x1 map has no statistics).
            normed = 0 < i < depth - 1 or (deepest_norm and i == depth - 1)
            kernel = kernels[i > 0]
            layer = norm(c) if normed else nn.Identity()
            # The first map of the plain encoder-decoder keeps its bias; the U-Net's, as published, does without.
            biased = wanted or (i == 0 and not skips)
            told = (channels[i - 1] if i else inputs) + code
            self.down.append(nn.Conv2d(told, c, kernel, 2, (kernel - 1) // 2, bias=biased))
            self.down_norm.append(layer)

        self.up, self.up_norm, self.noise = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for i in reversed(range(depth)):
            joined = channels[i] * (2 if skips and i < depth - 1 else 1)
            last = i == 0
            double = last_up if last else up
            self.up.append(double(joined, (finish or outputs) if last else channels[i - 1], last or wanted))
            self.up_norm.append(nn.Identity() if last else norm(channels[i - 1]))
            self.noise.append(NoiseDropout(dropout if depth - 1 - i < 3 and not last else 0.0))
        self.finish = Finish(finish, inputs, outputs, norm, wanted) if finish else None
        init_normal(self)

    def forward(
        self, x: Tensor, generator: Rng = None, noise: bool = True, z: Tensor | None = None
    ) -> Tensor:
        if x.shape[-1] % 2**self.depth or x.shape[-2] % 2**self.depth:
            raise ValueError(
                f"this U-Net halves {self.depth} times, so sides must be multiples of {2**self.depth}; "
                f"got {x.shape[-1]} x {x.shape[-2]}"
            )
        maps, h = [], x
        for i, (conv, norm) in enumerate(zip(self.down, self.down_norm, strict=True)):
            h = h if z is None else with_code(h, z)
            h = norm(conv(F.leaky_relu(h, 0.2) if i else h))
            maps.append(h)
        for i, (up, norm, drop) in enumerate(zip(self.up, self.up_norm, self.noise, strict=True)):
            if i and self.skips:
                h = torch.cat([maps[-1 - i], h], dim=1)
            h = drop(norm(up(F.relu(h))), generator, noise)
        return self.ends(h if self.finish is None else self.finish(h, x))

    def normed(self) -> list[tuple[nn.Module, nn.Module]]:
        """Each layer and the norm right behind it, which a net for inference folds into it."""
        pairs = [*zip(self.down, self.down_norm, strict=True), *zip(self.up, self.up_norm, strict=True)]
        return pairs if self.finish is None else [*pairs, (self.finish.conv, self.finish.norm)]


class Finish(nn.Module):
    """Maps [B, channels, H, W] and the image x [B, inputs, H, W] they were made from -> [B, outputs, H, W]."""

    def __init__(
        self, channels: int, inputs: int, outputs: int, norm: Callable[[int], nn.Module], bias: bool
    ):
        super().__init__()
        # An instance norm so near the end would take an image's own light away.
        normed = isinstance(norm(1), nn.BatchNorm2d)
        self.conv = nn.Conv2d(channels + inputs, channels, 3, padding=1, bias=bias or not normed)
        self.norm = norm(channels) if normed else nn.Identity()
        self.last = nn.Conv2d(channels, outputs, 3, padding=1)

    def forward(self, h: Tensor, x: Tensor) -> Tensor:
        return self.last(F.relu(self.norm(self.conv(torch.cat([F.relu(h), x], 1)))))


def with_code(h: Tensor, z: Tensor) -> Tensor:
    """Maps [B, C, H, W] and a plane for each number of the codes z [B, n] behind them, [B, C + n, H, W]."""
    return torch.cat([h, z.to(h.dtype)[:, :, None, None].expand(-1, -1, *h.shape[2:])], 1)
