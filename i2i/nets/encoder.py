"""Encoders of images: into a code (E_ResNet of Zhu et al. 2017), and into content and style (Huang et al. 2018)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from .layers import init_he, init_normal, instance_norm, mirrored_conv
from .resnet import Residual


class Halving(nn.Module):
    """[B, c, H, W] -> [B, d, H/2, W/2]: norm, LeakyReLU and convolution, twice, then means of four pixels; added to such
    means of what came in."""

    def __init__(self, c: int, d: int):
        super().__init__()
        first = [instance_norm(c), nn.LeakyReLU(0.2), nn.Conv2d(c, c, 3, 1, 1)]
        second = [instance_norm(c), nn.LeakyReLU(0.2), nn.Conv2d(c, d, 3, 1, 1)]
        self.net = nn.Sequential(*first, *second, nn.AvgPool2d(2))
        self.skip = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(c, d, 1))

    def forward(self, h: Tensor) -> Tensor:
        return self.net(h) + self.skip(h)


class CodeEncoder(nn.Module):
    """Images [B, 3, H, W] in [-1, 1] -> mean and log variance of a Gaussian of their codes, [B, code] each.

    width: channels after the first halving; blocks: further halvings, at whose end 8 x 8 pixels were the authors'.
    """

    def __init__(self, code: int, width: int, blocks: int):
        super().__init__()
        widths = [width * min(4, i + 1) for i in range(blocks + 1)]
        halved = [Halving(c, d) for c, d in pairwise(widths)]
        self.trunk = nn.Sequential(nn.Conv2d(3, width, 4, 2, 1), *halved, nn.LeakyReLU(0.2))
        self.mean, self.log_variance = (nn.Linear(widths[-1], code) for _ in range(2))
        init_normal(self)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        h = self.trunk(image).mean((2, 3))
        return self.mean(h), self.log_variance(h)


def content_encoder(width: int, halvings: int, blocks: int) -> nn.Sequential:
    """[B, 3, H, W] in [-1, 1] -> [B, 2**halvings width, H / 2**halvings, ...].

    Its norms take away each map's mean and deviation, where style lies.
    """
    layers: list[nn.Module] = [mirrored_conv(3, width, 7, 1, 3), instance_norm(width), nn.ReLU(True)]
    for c in (width * 2**i for i in range(halvings)):
        layers += [mirrored_conv(c, 2 * c, 4, 2, 1), instance_norm(2 * c), nn.ReLU(True)]
    return init_he(nn.Sequential(*layers, *(Residual(width * 2**halvings) for _ in range(blocks))))


def style_encoder(style: int, width: int, halvings: int) -> nn.Sequential:
    """[B, 3, H, W] in [-1, 1] -> [B, style]. Without a norm: means and deviations are what it reads."""
    layers: list[nn.Module] = [mirrored_conv(3, width, 7, 1, 3), nn.ReLU(True)]
    widths = [width * 2 ** min(i, 2) for i in range(halvings + 1)]
    for c, d in pairwise(widths):
        layers += [mirrored_conv(c, d, 4, 2, 1), nn.ReLU(True)]
    return init_he(
        nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Conv2d(widths[-1], style, 1), nn.Flatten())
    )
