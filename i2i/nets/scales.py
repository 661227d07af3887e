"""Discriminators of one image at several sizes, of whose losses the sum counts (Wang et al. 2018, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn

from .layers import init_normal, mirrored_conv


class Scales(nn.Module):
    """[B, C, H, W] -> what each net says of it, a list: the first of the image itself, each next one at half the sides."""

    def __init__(self, nets: Iterable[nn.Module]):
        super().__init__()
        self.nets = nn.ModuleList(nets)
        self.smaller = nn.AvgPool2d(3, 2, 1, count_include_pad=False)

    def forward(self, image: Tensor) -> list[Tensor]:
        made = []
        for i, net in enumerate(self.nets):
            image = self.smaller(image) if i else image
            made.append(net(image))
        return made


def strided_critic(width: int, layers: int) -> nn.Sequential:
    """[B, 3, H, W] in [-1, 1] -> logits [B, 1, H / 2**layers, ...], without norms; MUNIT has one a scale."""
    made: list[nn.Module] = []
    for i in range(layers):
        inputs = width * 2 ** (i - 1) if i else 3
        made += [mirrored_conv(inputs, width * 2**i, 4, 2, 1), nn.LeakyReLU(0.2, True)]
    return init_normal(nn.Sequential(*made, nn.Conv2d(width * 2 ** (layers - 1), 1, 1)))
