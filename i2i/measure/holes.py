"""Filled holes, judged from the inside: all of an image that lies outside is right by construction."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.folders import TooFew
from ..data.holes import Holes
from ..judges import load_judge
from ..metrics import Estimate, bootstrap, perceptual_distance, ssim_map

FIGURES = {
    "hole L1": "mean absolute difference to the truth, of a range of 2 (less is better)",
    "hole PSNR": "the same squared, in dB (more is better)",
    "hole SSIM": "structural similarity of the windows centred in the hole (more is better)",
    "hole PD-i2i": "perceptual distance over the hole (less is better)",
    "hole energy": "mean squared differences of neighbours in the hole, over those of the truth (1: as sharp)",
    "border jump": "mean step across the hole's border, over that of the truth (1: no seam, and no bridge)",
}
"""Names of the figures of a filled hole, and which way is better."""


def _steps(a: Tensor, mask: Tensor, across: bool) -> Tensor:
    """[B]: sums over pairs of neighbours of their differences: absolute ones of pairs that the border parts (`across`),
    or squared ones of pairs that lie in the hole."""
    total = 0.0
    for dim in (-1, -2):
        length = a.shape[dim] - 1
        first, second = mask.narrow(dim, 0, length), mask.narrow(dim, 1, length)
        pairs = (first != second).to(a.dtype) if across else first * second
        far = a.diff(dim=dim)
        total = total + ((far.abs() if across else far.square()) * pairs).flatten(1).sum(1)
    return total


def figures(made: Tensor, real: Tensor, mask: Tensor) -> dict[str, Estimate]:
    """FIGURES of filled images [B, 3, H, W] in [-1, 1], each with a hole [B, 1, H, W] in {0, 1} that is not empty."""
    pixels = real.shape[1] * mask.flatten(1).sum(1)
    if not pixels.all():
        raise ValueError("a picture has no hole, so there is no inside to judge")
    off = (made - real) * mask
    squared = off.square().flatten(1).sum(1) / pixels
    # No window is centred in a hole that keeps to the image's border: there those that touch it count.
    centred, touching = mask[..., 5:-5, 5:-5], F.max_pool2d(mask, 11, 1)
    windows = torch.where(centred.amax((1, 2, 3), keepdim=True) > 0, centred, touching)
    alike = (ssim_map(made, real).mean(1, keepdim=True) * windows).flatten(1).sum(1) / windows.flatten(1).sum(
        1
    )
    with torch.no_grad():
        far = perceptual_distance(made, real, load_judge(), where=mask)
    energy, jump = ([_steps(p, mask, across) for p in (made, real)] for across in (False, True))

    def ratio(parts: list[Tensor]) -> Estimate:
        return bootstrap(lambda i: parts[0][i].sum() / parts[1][i].sum(), len(made))

    return {
        "hole L1": bootstrap(off.abs().flatten(1).sum(1) / pixels),
        "hole PSNR": bootstrap(10 * torch.log10(4 / squared.clamp(min=1e-10))),
        "hole SSIM": bootstrap(alike),
        "hole PD-i2i": bootstrap(far),
        "hole energy": ratio(energy),
        "border jump": ratio(jump),
    }


def filled(model, source: Holes, limit: int = 500) -> tuple[Tensor, Tensor, Tensor]:
    """(made, real, mask) of the first `limit` images, float [N, 3, H, W] and [N, 1, H, W]."""
    parts = []
    for index in torch.arange(min(limit, len(source))).split(16):
        batch = source.batch(index)
        parts.append((model.translate(batch["x"], mask=batch["mask"]), batch["y"], batch["mask"]))
    return tuple(torch.cat(side) for side in zip(*parts, strict=True))


def report(model, source: Holes, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES of a model on held-out images with holes. DataError below 4."""
    if min(limit, len(source)) < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {min(limit, len(source))}.")
    return figures(*filled(model, source, limit))
