"""The protocol of pairs: what was made, beside what is true."""

from __future__ import annotations

import torch
from torch import Tensor
from tqdm.auto import tqdm

from ..data.folders import TooFew
from ..judges import load_judge
from ..metrics import (
    Estimate,
    Features,
    bootstrap,
    embed,
    frechet,
    gradient_energy,
    gradient_energy_ratio,
    histogram_intersection,
    kernel_distance,
    perceptual_distance,
    psnr,
    ssim,
)
from ..metrics.pixels import _check_pair


def figures(
    made: Tensor, real: Tensor, features: Features, paired: bool = True, seed: int = 0
) -> dict[str, Estimate]:
    """What our own judges say of images [N, C, H, W] against real ones, N >= 4, for tables and model cards.

    Keys: PSNR (dB), SSIM, energy ratio, colour, PD-i2i, FD-i2i, KD-i2i, each an `Estimate`; FD-i2i has no
    interval. With `paired=False` the sets may differ in number, the keys that need pairs (PSNR, SSIM,
    PD-i2i) are left out, and colour compares the histograms of whole sets, without an interval.
    """
    report = {}
    with torch.no_grad():
        if paired:
            _check_pair(made, real)
            batches = zip(made.split(32), real.split(32), strict=True)
            distances = [perceptual_distance(a, b, features) for a, b in batches]
            report["PSNR"] = bootstrap(psnr(made, real), seed=seed)
            report["SSIM"] = bootstrap(ssim(made, real), seed=seed)
            report["PD-i2i"] = bootstrap(torch.cat(distances), seed=seed)
            report["colour"] = bootstrap(histogram_intersection(made, real), seed=seed)
        else:
            sets = (x.transpose(0, 1).flatten(1, 2).unsqueeze(0) for x in (made, real))
            report["colour"] = Estimate(histogram_intersection(*sets).item())

        gradient_energy_ratio(made, real)  # refuses flat images with a sentence
        over, under = gradient_energy(made).cpu(), gradient_energy(real).cpu()
        # A pair is drawn as a pair, independent sets independently.
        sizes = (len(over),) if paired else (len(over), len(under))
        report["energy ratio"] = bootstrap(
            lambda *drawn: over[drawn[0]].mean() / under[drawn[-1]].mean(), *sizes, seed=seed
        )

        ea, eb = embed(made, features), embed(real, features)
        report["FD-i2i"] = Estimate(frechet(ea, eb))
        value, error = kernel_distance(ea, eb, seed=seed)
        report["KD-i2i"] = Estimate(value, value - 1.96 * error, value + 1.96 * error)
    order = ("PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i")
    return {key: report[key] for key in order if key in report}


def translate_all(model, source, limit: int = 500, progress: bool = True) -> tuple[Tensor, Tensor]:
    """(made, real) float [N, 3, H, W] in [-1, 1]: one sample for each of the first `limit` images, seed = index."""
    made, real = [], []
    for i in tqdm(range(min(limit, len(source))), disable=not progress, unit="picture", leave=False):
        batch = source.batch(torch.tensor([i]))
        made.append(model.translate(batch["x"], seed=int(batch["index"])))
        real.append(batch["y"])
    return torch.cat(made), torch.cat(real)


def report(model, source, limit: int = 500, progress: bool = True) -> dict[str, Estimate]:
    """`figures` of a model on held-out pairs. TooFew below 4."""
    if min(limit, len(source)) < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {min(limit, len(source))}.")
    return figures(*translate_all(model, source, limit, progress), load_judge())
