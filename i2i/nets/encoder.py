"""The residual encoder of BicycleGAN, which reads a code from an image (Zhu et al. 2017, E_ResNet)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from .layers import init_normal, instance_norm


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
