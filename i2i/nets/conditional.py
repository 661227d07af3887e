"""DCGAN's nets with a label: G is told it beside z, D after its first convolution. And encoders that read an image."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .layers import UPS, init_normal


class LabelledGenerator(nn.Module):
    """Codes [B, code] and labels [B, labels] -> images [B, 3, side, side] in [-1, 1].

    side: 8, 16, 32, ...  width: channels of the last map but the image; they double with each halving before.
    up: a key of UPS.
    """

    def __init__(self, code: int, labels: int, side: int, width: int, up: str):
        super().__init__()
        w, at = width * side // 8, 4
        layers: list[nn.Module] = [nn.ConvTranspose2d(code + labels, w, 4), nn.BatchNorm2d(w), nn.ReLU()]
        while at < side // 2:
            layers += [UPS[up](w, w // 2, True), nn.BatchNorm2d(w // 2), nn.ReLU()]
            w, at = w // 2, 2 * at
        self.net = init_normal(nn.Sequential(*layers, UPS[up](w, 3, True), nn.Tanh()))

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.net(torch.cat([z, y], 1)[:, :, None, None])


class LabelledCritic(nn.Module):
    """Images [B, 3, side, side] with labels [B, labels] -> logits [B, 1]. The label, a plane for each of its numbers, is
    joined to what `first` makes of the image; width: channels there."""

    def __init__(self, labels: int, side: int, width: int):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2))
        layers: list[nn.Module] = []
        before, at = width + labels, side // 2
        while at > 4:
            width, at = 2 * width, at // 2
            layers += [nn.Conv2d(before, width, 4, 2, 1), nn.BatchNorm2d(width), nn.LeakyReLU(0.2)]
            before = width
        self.rest = nn.Sequential(*layers, nn.Conv2d(before, 1, 4), nn.Flatten())
        init_normal(self)

    def forward(self, image: Tensor, y: Tensor) -> Tensor:
        h = self.first(image)
        planes = y.to(h.dtype)[:, :, None, None].expand(-1, -1, *h.shape[2:])
        return self.rest(torch.cat([h, planes], 1))


def reader(side: int, width: int, dense: int, outputs: int) -> nn.Sequential:
    """Images [B, 3, side, side] -> numbers [B, outputs]: halvings to 4 x 4 from `width` channels on, then two full layers, of
    which the first has `dense` units. It starts as torch draws its weights."""
    layers: list[nn.Module] = []
    before, at = 3, side
    while at > 4:
        layers += [nn.Conv2d(before, width, 5, 2, 2), nn.BatchNorm2d(width), nn.ReLU()]
        before, width, at = width, 2 * width, at // 2
    full = [nn.Flatten(), nn.Linear(16 * before, dense), nn.BatchNorm1d(dense), nn.ReLU()]
    return nn.Sequential(*layers, *full, nn.Linear(dense, outputs))
