"""Small layers that several families share, and the explicit names by which a config picks one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

from ..losses import Named
from .chance import Rng, uniform

Net = TypeVar("Net", bound=nn.Module)


def batch_norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels)


class AffineInstanceNorm2d(nn.InstanceNorm2d):
    """`nn.InstanceNorm2d` with a scale and a shift, for maps of one pixel too. Such a map is its own mean, so the formula
    gives just the shift; torch's layer raises there. DualGAN's U-Net norms its deepest map, which may be of this size."""

    def __init__(self, channels: int):
        super().__init__(channels, affine=True)

    def forward(self, h: Tensor) -> Tensor:
        if h.shape[-2:].numel() == 1:
            return self.bias[:, None, None].expand_as(h) + 0 * h
        return super().forward(h)


def instance_norm(channels: int) -> nn.Module:
    """As in the CycleGAN family: no scale, no shift, no running statistics."""
    return nn.InstanceNorm2d(channels)


def affine_instance_norm(channels: int) -> nn.Module:
    """With a scale and a shift; no running statistics."""
    return AffineInstanceNorm2d(channels)


NORMS = Named({"batch": batch_norm, "instance": instance_norm})


def transposed(inputs: int, outputs: int, bias: bool) -> nn.Module:
    """Doubles a map as pix2pix does. Kernel 4 at stride 2 overlaps evenly, yet a trained net may still checker."""
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=bias)


class Resized(nn.Sequential):
    """An nn.Upsample and a convolution of what it makes: a name for the pair, for which `i2i.fast` knows a shorter way."""


def resized(inputs: int, outputs: int, bias: bool) -> nn.Module:
    """Doubles a map by repeating pixels and convolving: no checkerboard, and 9/16 of the weights (Odena et al. 2016)."""
    return Resized(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3, 1, 1, bias=bias))


def resized3d(inputs: int, outputs: int, bias: bool) -> nn.Module:
    """The same of voxels: [B, inputs, D, H, W] -> [B, outputs, 2D, 2H, 2W], with 27/64 of a transposed layer's weights."""
    return Resized(nn.Upsample(scale_factor=2), nn.Conv3d(inputs, outputs, 3, 1, 1, bias=bias))


def transposed3d(inputs: int, outputs: int, bias: bool) -> nn.Module:
    """Doubles voxels as 3D-GAN does: [B, inputs, D, H, W] -> [B, outputs, 2D, 2H, 2W], kernel 4 at stride 2."""
    return nn.ConvTranspose3d(inputs, outputs, 4, 2, 1, bias=bias)


def transposed3(inputs: int, outputs: int, bias: bool) -> nn.Module:
    """Doubles a map as CycleGAN does: kernel 3 at stride 2, which covers every other pixel twice and may checker."""
    return nn.ConvTranspose2d(inputs, outputs, 3, 2, 1, output_padding=1, bias=bias)


def transposed5(inputs: int, outputs: int, bias: bool) -> nn.Module:
    """Doubles a map with kernel 5, as the last layer of DualGAN's generator does."""
    return nn.ConvTranspose2d(inputs, outputs, 5, 2, 2, output_padding=1, bias=bias)


UPS = Named({"transposed": transposed, "transposed3": transposed3, "resized": resized})
UPS_3D = Named({"transposed": transposed3d, "resized": resized3d})


def mirrored_conv(inputs: int, outputs: int, kernel: int, stride: int, padding: int) -> nn.Module:
    """A convolution whose borders go on as in a mirror."""
    return nn.Conv2d(inputs, outputs, kernel, stride, padding, padding_mode="reflect")


class NoiseDropout(nn.Module):
    """Dropout that is on in training and at test: pix2pix's only source of noise.

    The mask comes from `generator`, so that a seed names an image and visitors who run side by side do not share a
    stream; without one it comes from torch's global stream. `on=False` passes the input through (dropout's mean).
    """

    def __init__(self, p: float = 0.5):
        super().__init__()
        if not 0 <= p < 1:
            raise ValueError(f"dropout is a probability from 0 up to, not including, 1; got {p}")
        self.p = p

    def forward(self, h: Tensor, generator: Rng = None, on: bool = True) -> Tensor:
        if not on or self.p == 0:
            return h
        keep = uniform(h.shape, generator, h.device) >= self.p
        return h * keep.to(h.dtype) / (1 - self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"


WEIGHTED = (nn.Conv2d, nn.ConvTranspose2d, nn.Conv3d, nn.ConvTranspose3d, nn.Linear)


def init_normal(net: Net, std: float = 0.02) -> Net:
    """DCGAN's start: conv and linear weights N(0, std), norm scales N(1, std), biases 0."""
    for module in net.modules():
        if isinstance(module, WEIGHTED):
            nn.init.normal_(module.weight, 0.0, std)
        elif isinstance(module, nn.BatchNorm2d | nn.BatchNorm3d | nn.InstanceNorm2d) and module.affine:
            nn.init.normal_(module.weight, 1.0, std)
        if isinstance(getattr(module, "bias", None), nn.Parameter):
            nn.init.zeros_(module.bias)
    return net


def init_he(net: Net) -> Net:
    """He's start: conv and linear weights N(0, 2 / inputs), biases 0; norms stay as they are."""
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return net


def own_statistics(net: nn.Module) -> nn.Module:
    """A copy whose batch norms use the statistics of the image at hand, as the paper's pix2pix does at test.

    At batch 1 that makes them instance norms with a scale and a shift.
    """
    net = copy.deepcopy(net)
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.track_running_stats, module.running_mean, module.running_var = False, None, None
    return net


@contextmanager
def at_test(net: nn.Module) -> Iterator[None]:
    """Within it the net's batch norms use their running statistics and do not move them, whatever mode it is in. Not for a
    net that others use at the same time."""
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


# -- what a discriminator is told of a batch ---------------------------------------------------------------------------


def minibatch_deviation(h: Tensor, group: int = 4) -> Tensor:
    """[B, C] or [B, C, H, W] with one channel more: how much the samples of its group differ (Karras et al. 2018, section 3).

    The standard deviation over the group, of each feature at each place, averaged over features and places: one number for a
    group, the same at every place. As in the authors' code a group is every (B / group)-th sample, and 1e-8 is added to the
    variance. ValueError where the batch is not a multiple of the group.
    """
    count = len(h)
    if count % group:
        raise ValueError(f"a batch of {count} cannot be shared out into groups of {group}.")
    variance = h.reshape(group, count // group, -1).var(0, unbiased=False)
    one = (variance + 1e-8).sqrt().mean(1).repeat(group).to(h.dtype)
    return torch.cat([h, one.view(-1, *[1] * (h.dim() - 1)).expand(-1, 1, *h.shape[2:])], 1)
