"""A decoder that is told a style by way of adaptive instance norms (Huang et al. 2018, after Huang and Belongie 2017)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..losses import wide


class ImageNorm(nn.Module):
    """Each image by the mean and the (unbiased) deviation of all its maps together; then a scale and a shift a channel.

    A norm of each map alone would undo what an adaptive norm before it has told.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.rand(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, h: Tensor) -> Tensor:
        deviation, mean = torch.std_mean(wide(h), (1, 2, 3), keepdim=True)
        scale, shift = (p[:, None, None] for p in (self.scale, self.shift))
        return ((h - mean) / (deviation + 1e-5) * scale + shift).to(h.dtype)


class AdaptiveResidual(nn.Module):
    """h + conv, norm, ReLU, conv, norm of h [B, channels, H, W]; told [B, 2, 2, channels]: of both norms the shifts, then
    the scales."""

    def __init__(self, channels: int):
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect") for _ in range(2)
        )
        self.norm = nn.InstanceNorm2d(channels)

    def forward(self, h: Tensor, told: Tensor) -> Tensor:
        first, second = self.convs
        made = F.relu(self._normed(first(h), told[:, 0]))
        return h + self._normed(second(made), told[:, 1])

    def _normed(self, h: Tensor, told: Tensor) -> Tensor:
        shift, scale = told[..., None, None].unbind(1)
        return self.norm(h) * scale + shift


class StyledDecoder(nn.Module):
    """Content [B, 2**halvings width, h, w] and style [B, style] -> image [B, 3, 2**halvings h, ...] in [-1, 1].

    mlp_width: of the two hidden layers that make scales and shifts of a style.  blocks: that are told them.
    """

    def __init__(self, style: int, width: int, halvings: int, blocks: int, mlp_width: int):
        super().__init__()
        c = width * 2**halvings
        self.mlp = nn.Sequential(
            nn.Linear(style, mlp_width), nn.ReLU(),
            nn.Linear(mlp_width, mlp_width), nn.ReLU(),
            nn.Linear(mlp_width, blocks * 4 * c),
        )  # fmt: skip
        self.blocks = nn.ModuleList(AdaptiveResidual(c) for _ in range(blocks))
        layers: list[nn.Module] = []
        for d in (width * 2**i for i in reversed(range(halvings))):
            layers += [nn.Upsample(scale_factor=2), nn.Conv2d(2 * d, d, 5, padding=2, padding_mode="reflect")]
            layers += [ImageNorm(d), nn.ReLU()]
        last = nn.Conv2d(width, 3, 7, padding=3, padding_mode="reflect")
        self.up = nn.Sequential(*layers, last, nn.Tanh())

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        told = self.mlp(style).view(len(style), len(self.blocks), 2, 2, -1)
        h = content
        for i, block in enumerate(self.blocks):
            h = block(h, told[:, i])
        return self.up(h)
