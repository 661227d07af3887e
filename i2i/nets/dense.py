"""Nets between an image and a plain list of numbers, with full layers where DCGAN has none."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from .layers import init_normal


def dense_generator(
    inputs: int,
    dense: int,
    width: int,
    side: int,
    channels: int,
    halvings: int,
    up: Callable[[int, int, bool], nn.Module],
) -> nn.Sequential:
    """[B, inputs] -> images [B, channels, side, side] in [-1, 1]: two full layers, then as many doublings as `halvings`.

    dense: units of the first.  width: channels of the last map but the image; they double with each halving before.
    up: (inputs, outputs, bias) -> a layer that doubles a map.
    """
    w, at = width * 2 ** (halvings - 1), side // 2**halvings
    layers: list[nn.Module] = [nn.Linear(inputs, dense), nn.BatchNorm1d(dense), nn.ReLU()]
    layers += [
        nn.Linear(dense, w * at**2),
        nn.BatchNorm1d(w * at**2),
        nn.ReLU(),
        nn.Unflatten(1, (w, at, at)),
    ]
    for _ in range(halvings - 1):
        layers += [up(w, w // 2, True), nn.BatchNorm2d(w // 2), nn.ReLU()]
        w //= 2
    return init_normal(nn.Sequential(*layers, up(w, channels, True), nn.Tanh()))


def dense_trunk(
    channels: int, width: int, side: int, halvings: int, dense: int, norm: bool = True
) -> nn.Sequential:
    """Images [B, channels, side, side] -> [B, dense]. width: channels after the first of the `halvings`, then doubled.

    norm: of the full layer. A head behind it is told little of what all images of a batch have in common.
    """
    layers: list[nn.Module] = []
    before = channels
    for _ in range(halvings):
        normed = [nn.BatchNorm2d(width)] if layers else []
        layers += [nn.Conv2d(before, width, 4, 2, 1), *normed, nn.LeakyReLU(0.01)]
        before, width = width, 2 * width
    full = [nn.Linear(before * (side // 2**halvings) ** 2, dense), *([nn.BatchNorm1d(dense)] if norm else [])]
    return init_normal(nn.Sequential(*layers, nn.Flatten(), *full, nn.LeakyReLU(0.01)))
