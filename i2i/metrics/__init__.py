"""Figures that say how good translated images are.

Images are float tensors [B, C, H, W] in [-1, 1]. A feature net is passed in as `features`, a callable
that takes such a batch and returns a list of maps [B, c, h, w], from shallow to deep; the spatial mean of
the last map is the image's embedding [B, c].

A figure's name says which net measured it. FID, KID and LPIPS are measured with the published weights and
raise `MissingWeights` without them. The same formulas on a net of our own are called FD-i2i, KD-i2i and
PD-i2i, and must never be compared with published values.
"""

from .answers import Matched, kernel_distance_by_input, matched, mean_distance, squared_distances
from .distributions import (
    Estimate,
    bootstrap,
    distance_correlation,
    frechet,
    frechet_distance,
    kernel_distance,
    linear_classifier,
    linear_probe,
    ranks,
)
from .features import Features, diversity, embed, perceptual_distance, perceptual_vectors
from .pixels import (
    gradient_energy,
    gradient_energy_ratio,
    histogram_intersection,
    hue_error,
    power_spectrum,
    psnr,
    ssim,
    ssim_map,
)
from .published import MissingWeights, fid, inception, kid, lpips

__all__ = [
    "Estimate", "Features", "Matched", "MissingWeights", "bootstrap", "distance_correlation", "diversity",
    "embed", "fid", "frechet", "frechet_distance", "gradient_energy", "gradient_energy_ratio",
    "histogram_intersection", "hue_error", "inception", "kernel_distance", "kernel_distance_by_input", "kid",
    "linear_classifier", "linear_probe", "lpips", "matched", "mean_distance", "perceptual_distance",
    "perceptual_vectors", "power_spectrum", "psnr", "ranks", "squared_distances", "ssim", "ssim_map",
]  # fmt: skip
