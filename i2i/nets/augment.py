"""What a discriminator is shown of few images, so that it does not learn them by heart.

Zhao, Liu, Lin, Zhu, Han: Differentiable Augmentation for Data-Efficient GAN Training. NeurIPS 2020, arXiv:2006.10738.
Real and made images alike are changed by chance, anew each time, and the change is differentiable: so G is not taught to
make changed images. Of the paper's three kinds colour and cut-out stand here; translation does not, as pairs of maps and
images lie on one grid, and training moves both already.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .chance import uniform

BRIGHTNESS = 0.3  # at most, of images in [-1, 1]; saturation is scaled by 0 to 2, contrast by 0.5 to 1.5


def recoloured(y: Tensor) -> Tensor:
    """Images [B, C, H, W] in [-1, 1], each in a brightness, saturation and contrast of its own; some values leave the range."""

    def chance() -> Tensor:
        return uniform(torch.Size((len(y), 1, 1, 1)), None, y.device)

    y = y + BRIGHTNESS * (2 * chance() - 1)
    grey = y.mean(1, keepdim=True)
    y = grey + (y - grey) * (2 * chance())
    mean = y.mean((1, 2, 3), keepdim=True)
    return mean + (y - mean) * (0.5 + chance())


def window(y: Tensor) -> Tensor:
    """0 in a box of half the sides about a place of chance in each of B images, 1 elsewhere: [B, 1, H, W]."""
    height, width = y.shape[-2:]
    place = uniform(torch.Size((2, len(y), 1, 1, 1)), None, y.device)
    rows = torch.arange(height, device=y.device).view(1, 1, height, 1)
    columns = torch.arange(width, device=y.device).view(1, 1, 1, width)
    off = (rows - place[0] * height).abs() < height / 4, (columns - place[1] * width).abs() < width / 4
    return 1 - (off[0] & off[1]).to(y.dtype)


def augmented(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """A pair [B, _, H, W] as a discriminator in training is shown it: y recoloured, and one box cut out of both."""
    keep = window(y)
    return x * keep, recoloured(y) * keep
