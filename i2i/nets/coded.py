"""Residual generators that are told a code by way of their norms, and critics of images and of codes that go with them
(Almahairi et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..losses import wide
from .layers import affine_instance_norm, batch_norm, init_normal, transposed3


class CodeNorm(nn.Module):
    """Instance norm whose scale and shift, at least 0, come from a code [B, code]; its variance is the unbiased one."""

    def __init__(self, channels: int, code: int):
        super().__init__()
        self.shift, self.scale = nn.Linear(code, channels), nn.Linear(code, channels)

    def forward(self, h: Tensor, z: Tensor) -> Tensor:
        shift, scale = (told(z).relu()[:, :, None, None] for told in (self.shift, self.scale))
        var, mean = torch.var_mean(wide(h), (2, 3), keepdim=True)
        return ((h - mean) * torch.rsqrt(var + 1e-5) * scale + shift).to(h.dtype)


class Coded(nn.Sequential):
    """Layers in a row, of which norms and blocks are told the code, too."""

    def forward(self, h: Tensor, z: Tensor | None) -> Tensor:
        for layer in self:
            h = layer(h, z) if isinstance(layer, CodeNorm | Coded) else layer(h)
        return h


class CodedResidual(Coded):
    """ReLU of h + conv, norm by the code, ReLU, conv, norm of h; without a code the first norm is left out."""

    def __init__(self, channels: int, code: int):
        one, other = (nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect") for _ in range(2))
        told = [CodeNorm(channels, code)] if code else []
        super().__init__(one, *told, nn.ReLU(), other, affine_instance_norm(channels))

    def forward(self, h: Tensor, z: Tensor | None) -> Tensor:
        return torch.relu(h + super().forward(h, z))


def coded_generator(
    code: int, width: int, blocks: int, up: Callable[[int, int, bool], nn.Module] = transposed3
) -> Coded:
    """x [B, 3, H, W] in [-1, 1], sides even, and a code [B, code] -> the same in [-1, 1]. code 0: it is told None.

    The map is halved once.  up: (inputs, outputs, bias) -> a layer that doubles a map.
    """

    def normed(layer: nn.Module, channels: int) -> list[nn.Module]:
        return [layer, CodeNorm(channels, code) if code else affine_instance_norm(channels), nn.ReLU()]

    w = width
    layers = normed(nn.Conv2d(3, w, 7, padding=3, padding_mode="reflect"), w)
    layers += normed(nn.Conv2d(w, 2 * w, 3, 1, 1), 2 * w) + normed(nn.Conv2d(2 * w, 4 * w, 3, 2, 1), 4 * w)
    layers += [CodedResidual(4 * w, code) for _ in range(blocks)]
    layers += normed(up(4 * w, 2 * w, True), 2 * w) + normed(nn.Conv2d(2 * w, w, 3, 1, 1), w)
    return init_normal(Coded(*layers, nn.Conv2d(w, 3, 7, padding=3), nn.Tanh()))


def pair_encoder(code: int, width: int, side: int) -> nn.Sequential:
    """Two images, one on the other, [B, 6, side, side] -> codes [B, code]; it halves until 4 to 7 px are left."""
    halvings = max(1, (side // 4).bit_length() - 1)
    sizes = [(min(width * 2**i, 8 * width), 3, 2, 1) for i in range(halvings)]
    layers, before = [], 6
    for d, kernel, stride, padding in [*sizes, (sizes[-1][0], side // 2**halvings, 1, 0)]:
        norm = [batch_norm(d)] if layers else []
        layers += [nn.Conv2d(before, d, kernel, stride, padding, bias=not norm), *norm, nn.ReLU()]
        before = d
    return init_normal(nn.Sequential(*layers, nn.Conv2d(before, code, 1), nn.Flatten()))


def image_critic(width: int) -> nn.Sequential:
    """Images [B, 3, H, W], sides at least 16 -> logits [B, 1, H/4 - 3, W/4 - 3] of overlapping patches of 46 px."""
    layers, before = [], 3
    for d, stride in ((width, 2), (2 * width, 2), (4 * width, 1), (4 * width, 1)):
        norm = [affine_instance_norm(d)] if layers else []
        layers += [nn.Conv2d(before, d, 4, stride, 1), *norm, nn.LeakyReLU(0.2)]
        before = d
    return init_normal(nn.Sequential(*layers, nn.Conv2d(before, 1, 4, 1, 1)))


def code_critic(code: int, width: int) -> nn.Sequential:
    """Codes [B, code] -> logits [B, 1]; B at least 2 in training."""
    layers: list[nn.Module] = []
    for inputs in (code, width, width):
        layers += [nn.Linear(inputs, width), nn.BatchNorm1d(width), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Linear(width, 1))
