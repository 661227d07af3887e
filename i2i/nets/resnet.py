"""The residual generator of CycleGAN (Zhu et al. 2017, after Johnson, Alahi, Fei-Fei 2016) and its parts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from torch import Tensor, nn

from .layers import init_normal, instance_norm, transposed3


class Residual(nn.Module):
    """h + conv, norm, ReLU, conv, norm of h; [B, channels, H, W], H and W at least 2. padding: how borders go on."""

    def __init__(
        self, channels: int, norm: Callable[[int], nn.Module] = instance_norm, padding: str = "reflect"
    ):
        super().__init__()
        bias = not norm(1).affine

        def conv() -> nn.Module:
            return nn.Conv2d(channels, channels, 3, padding=1, padding_mode=padding, bias=bias)

        self.net = nn.Sequential(conv(), norm(channels), nn.ReLU(inplace=True), conv(), norm(channels))

    def forward(self, h: Tensor) -> Tensor:
        return h + self.net(h)


class ResNetGenerator(nn.Module):
    """x [B, inputs, H, W] in [-1, 1] -> [B, outputs, H, W] in [-1, 1]; H and W multiples of 2**halvings, at least twice that.

    Halvings, which double the channels, then `blocks` residual blocks, then doublings: 2 halvings in the paper, with 6
    blocks at 128 px and 9 at 256. up: (inputs, outputs, bias) -> a layer that doubles a map.  norm: channels -> layer.
    """

    def __init__(
        self,
        inputs: int = 3,
        outputs: int = 3,
        width: int = 64,
        blocks: int = 9,
        up: Callable[[int, int, bool], nn.Module] = transposed3,
        norm: Callable[[int], nn.Module] = instance_norm,
        halvings: int = 2,
    ):
        super().__init__()
        bias, channels = not norm(1).affine, [width * 2**i for i in range(halvings + 1)]
        layers = [
            nn.Conv2d(inputs, width, 7, padding=3, padding_mode="reflect", bias=bias),
            norm(width),
            nn.ReLU(inplace=True),
        ]
        for c, d in pairwise(channels):
            layers += [nn.Conv2d(c, d, 3, 2, 1, bias=bias), norm(d), nn.ReLU(inplace=True)]
        layers += [Residual(channels[-1], norm) for _ in range(blocks)]
        for c, d in pairwise(reversed(channels)):
            layers += [up(c, d, bias), norm(d), nn.ReLU(inplace=True)]
        layers += [nn.Conv2d(width, outputs, 7, padding=3, padding_mode="reflect"), nn.Tanh()]
        self.net = init_normal(nn.Sequential(*layers))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def residual_blocks(size: int) -> int:
    """As many as CycleGAN takes at a side in pixels: nine at 256, six at 128, and four below."""
    return 4 if size < 128 else 6 if size < 256 else 9
