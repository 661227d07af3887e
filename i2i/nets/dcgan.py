"""Nets after DCGAN (Radford, Metz, Chintala 2016): strided convolutions down, transposed ones up."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .layers import batch_norm, init_normal


class EncoderDecoder(nn.Module):
    """[B, 3, H, W] -> [B, 3, H, W] of logits, sides multiples of 2**depth: halvings, then doublings, no skips.

    code: size of the optional 1 x 1 bottleneck (0: none), which fixes the side at 4 * 2**depth, the paper's 64 px.
    up: (inputs, outputs, bias) -> a layer that doubles a map.
    """

    def __init__(self, width: int, code: int, up: Callable[[int, int, bool], nn.Module], depth: int = 4):
        super().__init__()
        channels = [width * 2**i for i in range(depth)]
        layers: list[nn.Module] = []
        for i, c in enumerate(channels):
            layers += [nn.Conv2d(channels[i - 1] if i else 3, c, 4, 2, 1, bias=False)]
            layers += [*([batch_norm(c)] if i else []), nn.LeakyReLU(0.2)]
        if code:
            layers += [nn.Conv2d(channels[-1], code, 4, bias=False), batch_norm(code), nn.LeakyReLU(0.2)]
            layers += [
                nn.ConvTranspose2d(code, channels[-1], 4, bias=False),
                batch_norm(channels[-1]),
                nn.ReLU(),
            ]
        for c, d in zip(channels[::-1], channels[-2::-1], strict=False):
            layers += [up(c, d, False), batch_norm(d), nn.ReLU()]
        self.net = init_normal(nn.Sequential(*layers, up(channels[0], 3, False)))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class WholePicture(nn.Module):
    """[B, 3, H, W], sides at least 4 * 2**depth -> logits [n], and the maps after each convolution but the first, which
    feature matching compares. At just that side, the paper's 64 px, an image has one logit: all of it is judged at once.
    """

    def __init__(self, width: int = 64, depth: int = 4):
        super().__init__()
        self.steps = nn.ModuleList()
        for i in range(depth):
            c = width * 2**i
            conv = nn.Conv2d(c // 2 if i else 3, c, 4, 2, 1, bias=False)
            self.steps.append(nn.Sequential(conv, *([batch_norm(c)] if i else []), nn.LeakyReLU(0.2)))
        self.last = nn.Conv2d(c, 1, 4, bias=False)
        init_normal(self)

    def forward(self, image: Tensor) -> tuple[Tensor, list[Tensor]]:
        maps, h = [], image
        for step in self.steps:
            h = step(h)
            maps.append(h)
        return torch.flatten(self.last(h)), maps[1:]


def generator(
    code: int, width: int, side: int, channels: int, up: Callable[[int, int, bool], nn.Module]
) -> nn.Sequential:
    """Codes [B, code, 1, 1] -> images [B, channels, side, side] in [-1, 1]; width: of the last map but the image, halved."""
    c, at = width * side // 8, 4
    layers: list[nn.Module] = [nn.ConvTranspose2d(code, c, 4, bias=False), batch_norm(c), nn.ReLU()]
    while at < side // 2:
        layers += [up(c, c // 2, False), batch_norm(c // 2), nn.ReLU()]
        c, at = c // 2, 2 * at
    return init_normal(nn.Sequential(*layers, up(c, channels, True), nn.Tanh()))


def critic(channels: int, width: int, side: int, outputs: int) -> nn.Sequential:
    """Images [B, channels, side, side] -> logits [B, outputs]."""
    layers: list[nn.Module] = []
    before, c = channels, width
    while side > 4:
        norm = [batch_norm(c)] if layers else []
        layers += [nn.Conv2d(before, c, 4, 2, 1, bias=False), *norm, nn.LeakyReLU(0.2)]
        before, c, side = c, 2 * c, side // 2
    return init_normal(nn.Sequential(*layers, nn.Conv2d(before, outputs, 4), nn.Flatten()))
