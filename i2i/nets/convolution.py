"""torch's convolutions, which turn into matrix products where maps are small, and reflect borders without a detour.

Deep in a U-Net a map has a handful of pixels and a layer megabytes of weights. A convolution library re-lays all of
them in memory at every call, in both directions; a matrix product reads them once. The parameters and the mathematics
are torch's own, and so is what happens wherever the product would not be faster.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Conv2d(nn.Conv2d):
    """`nn.Conv2d`, any arguments; [B, C, H, W] in and out."""

    plain = nn.Conv2d

    def forward(self, h: Tensor) -> Tensor:
        if self.padding_mode == "reflect" and not isinstance(self.padding, str):
            return F.conv2d(mirrored(h, self), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
        if not _plain(self):
            return super().forward(h)
        kernel, stride, padding = self.kernel_size[0], self.stride[0], self.padding[0]
        rows, columns = ((side + 2 * padding - kernel) // stride + 1 for side in h.shape[2:])
        if not _product_pays(self, len(h) * rows * columns):
            return super().forward(h)
        h = F.pad(h.permute(0, 2, 3, 1), (0, 0, padding, padding, padding, padding))
        # [B, rows, columns, C, kernel, kernel] -> one line for each output pixel, in the order of the weight's memory
        seen = h.unfold(1, kernel, stride).unfold(2, kernel, stride).permute(0, 1, 2, 4, 5, 3)
        weight = self.weight.permute(0, 2, 3, 1).reshape(self.out_channels, -1)
        made = F.linear(seen.reshape(-1, weight.shape[1]), weight, self.bias)
        return made.view(-1, rows, columns, self.out_channels).permute(0, 3, 1, 2)


def mirrored(h: Tensor, layer: nn.Conv2d) -> Tensor:
    """h with a convolution's border of reflected pixels, in h's own precision: autocast would make it float32 and back."""
    with torch.autocast(h.device.type, enabled=False):
        return F.pad(h, layer._reversed_padding_repeated_twice, mode="reflect")


class ConvTranspose2d(nn.ConvTranspose2d):
    """`nn.ConvTranspose2d`, any arguments; only the one that doubles a map (kernel 4, stride 2, padding 1) becomes a product."""

    plain = nn.ConvTranspose2d

    def forward(self, h: Tensor, output_size: list[int] | None = None) -> Tensor:
        doubles = _plain(self) and (self.kernel_size[0], self.stride[0], self.padding[0]) == (4, 2, 1)
        if not doubles or not _product_pays(self, h[:, 0].numel()):
            return super().forward(h, output_size)
        b, c, rows, columns = h.shape
        weight = self.weight.permute(0, 2, 3, 1).reshape(c, -1)
        spread = (h.permute(0, 2, 3, 1).reshape(-1, c) @ weight).view(b, rows, columns, 4, 4, self.out_channels)
        made = _overlap(_overlap(spread, 1, 3), 3, 4).reshape(b, 2 * rows, 2 * columns, -1)
        return (made if self.bias is None else made + self.bias).permute(0, 3, 1, 2)


def plain_layers(net: nn.Module) -> nn.Module:
    """Turn every layer that names a `plain` class into that, torch's own, in place: what `bench` calls plain, and compilers know."""
    for module in net.modules():
        module.__class__ = getattr(type(module), "plain", type(module))
    return net


def _overlap(spread: Tensor, along: int, taps: int) -> Tensor:
    """Add up what the four taps of neighbouring pixels put on the same place; [.., n, .., 4, ..] -> [.., n, 2, ..].

    Pixel i reaches places 2i - 1 to 2i + 2: so place 2i gets tap 1 of i and 3 of i - 1, place 2i + 1 gets 2 of i and 0 of i + 1.
    """
    first, second, third, fourth = spread.unbind(taps)
    n = first.shape[along]
    ends = [0, 0] * (first.dim() - 1 - along)
    before = F.pad(fourth, (*ends, 1, 0)).narrow(along, 0, n)
    after = F.pad(first, (*ends, 0, 1)).narrow(along, 1, n)
    return torch.stack([second + before, third + after], along + 1)


def _plain(layer: nn.Module) -> bool:
    """Square, undilated, ungrouped, padded with zeros: what the products here are written for."""
    if isinstance(layer.padding, str) or layer.padding_mode != "zeros" or layer.groups != 1:
        return False
    alike = all(len(set(pair)) == 1 for pair in (layer.kernel_size, layer.stride, layer.padding))
    return alike and {*layer.dilation, *(n + 1 for n in layer.output_padding)} == {1}


def _product_pays(layer: nn.Module, pixels: int) -> bool:
    """Measured on a CPU with oneDNN, forward and backward: at 512 channels up to some 256 pixels, at 160 up to some 25.

    pixels: of the smaller of the two maps, over the whole batch. A GPU's library keeps the weights as they lie.
    """
    weight = layer.weight
    return weight.device.type == "cpu" and 1024 * pixels <= weight.shape[0] * weight.shape[1]
