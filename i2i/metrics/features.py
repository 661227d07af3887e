"""Distances in the maps of a feature net."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .pixels import _check, _check_pair

Features = Callable[[Tensor], list[Tensor]]


# ---- Through a feature net ----


def _layer_distances(
    a: Tensor, b: Tensor, features: Features, weights: list[Tensor] | None = None, where: Tensor | None = None
) -> Tensor:
    """[layers, B]: spatial mean of the (weighted) squared difference of channel vectors of length 1.

    where: [B, 1, H, W] in [0, 1], how much a place counts; at least one does in each image.
    """
    _check_pair(a, b)
    distances = []
    for layer, (p, q) in enumerate(zip(features(a), features(b), strict=True)):
        squared = (F.normalize(p, dim=1, eps=1e-10) - F.normalize(q, dim=1, eps=1e-10)).square()
        if weights is not None:
            squared = squared * weights[layer]
        far = squared.sum(1, keepdim=True)
        if where is None:
            distances.append(far.flatten(1).mean(1))
        else:
            counts = F.adaptive_avg_pool2d(where, far.shape[-2:])
            distances.append((far * counts).flatten(1).sum(1) / counts.flatten(1).sum(1))
    return torch.stack(distances)


def perceptual_distance(a: Tensor, b: Tensor, features: Features, where: Tensor | None = None) -> Tensor:
    """Distance of images [B, C, H, W] as a net sees them: [B] in [0, 4], published as PD-i2i.

    At every place of every map the channel vector is scaled to length 1; squared Euclidean distance, mean
    over places, mean over maps. This is LPIPS without its learned weights (Zhang et al., CVPR 2018), so its
    size depends on the net. `where` [B, 1, H, W] in [0, 1] says how much each place counts. Raises ValueError
    if the shapes differ. Gradients pass through.
    """
    return _layer_distances(a, b, features, where=where).mean(0)


def perceptual_vectors(maps: list[Tensor]) -> Tensor:
    """Of the maps of N images, vectors [N, D] whose squared Euclidean distances are `perceptual_distance`: all pairs of many
    images are compared, and each has gone through the net once."""
    flat = [F.normalize(m, dim=1, eps=1e-10).flatten(1) / (len(maps) * m[0, 0].numel()) ** 0.5 for m in maps]
    return torch.cat(flat, 1)


def diversity(samples: Tensor, features: Features | None = None) -> float:
    """Mean distance over all pairs of `samples` [N, C, H, W], N >= 2, made for one input: 0 = all the same.

    The distance is `perceptual_distance` with `features`, else the mean absolute difference (0 to 2).
    """
    _check(samples)
    if len(samples) < 2:
        raise ValueError("diversity needs at least two samples")
    if features is None:
        return torch.pdist(samples.flatten(1), p=1).mean().item() / samples[0].numel()
    with torch.no_grad():
        maps = [F.normalize(m, dim=1, eps=1e-10) for m in features(samples)]
    per_map = [torch.pdist(m.flatten(1)).square().mean() / m[0, 0].numel() for m in maps]
    return torch.stack(per_map).mean().item()


def embed(images: Tensor, features: Features, batch: int = 32) -> Tensor:
    """Spatial mean of the last map for images [N, C, H, W]: [N, c], float64, on the CPU, no gradients."""
    _check(images)
    with torch.no_grad():
        return torch.cat([features(x)[-1].flatten(2).mean(2).cpu() for x in images.split(batch)]).double()
