"""Brightness as super-resolution measures it: the Y of ITU-R BT.601 in studio range, 16 to 235 of 255."""

from __future__ import annotations

from torch import Tensor

_OF_RED, _OF_GREEN, _OF_BLUE = 65.481 / 255, 128.553 / 255, 24.966 / 255


def luma(image: Tensor) -> Tensor:
    """RGB [B, 3, H, W] in [-1, 1] -> Y [B, 1, H, W], black 16/255 and white 235/255."""
    r, g, b = ((image + 1) / 2).split(1, dim=1)
    return _OF_RED * r + _OF_GREEN * g + _OF_BLUE * b + 16 / 255


def grey(change: Tensor) -> Tensor:
    """A change of Y [B, 1, H, W] as one of RGB [B, 3, H, W] on [-1, 1] that leaves the chroma alone."""
    return (2 * 255 / 219 * change).expand(-1, 3, -1, -1)
