"""Discriminators of one image at several sizes, of whose losses the sum counts (Wang et al. 2018, section 3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn


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
