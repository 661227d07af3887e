"""Several samples beside several right answers."""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .distributions import _unbiased_mmd


class Matched(NamedTuple):
    """to_answer: from a sample to the nearest right answer, mean over samples (fidelity: 0 where nothing wrong is made).

    to_sample: from a right answer to the nearest sample, mean over answers (coverage: 0 where nothing is left out).
    met: share of the answers that are the nearest one to some sample.
    """

    to_answer: float
    to_sample: float
    met: float


def matched(far: Tensor) -> Matched:
    """Of the distances far [n, K] of n samples from K right answers, in any unit.

    The two means are the halves of the Chamfer distance (Barrow et al., IJCAI 1977); which answers are nearest to some sample
    counts modes (as Che et al., ICLR 2017, do with a classifier). A sampler that gives the mean of all answers meets one of
    them, however many samples it gives. More samples come nearer by chance alone, so compare at equal n.  ValueError if
    either is missing.
    """
    if far.ndim != 2 or not far.numel():
        raise ValueError(f"distances must be [samples, answers] and not empty, got {list(far.shape)}")
    nearest = far.amin(1, keepdim=True)
    met = (far == nearest).any(0).double().mean()  # of answers that are the same image, all are met
    return Matched(nearest.mean().item(), far.amin(0).mean().item(), met.item())


def mean_distance(far: Tensor, every: bool) -> float:
    """Expected distance of two right answers drawn at random, of far [K, K], the distances among K of them.

    every: the K are all that there are, each as likely, so that the same one may be drawn twice; else they are draws
    themselves, and no two of them are the same one by necessity.  ValueError below two draws.
    """
    k = len(far)
    if far.shape != (k, k) or k < (1 if every else 2):
        raise ValueError(f"distances must be [K, K] of at least two answers, got {list(far.shape)}")
    return far.mean().item() if every else ((far.sum() - far.trace()) / (k * (k - 1))).item()


def squared_distances(a: Tensor, b: Tensor) -> Tensor:
    """[n, D] and [m, D] -> [n, m]; exactly 0 for equal vectors, which a product of matrices would not give."""
    return torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").square()


def kernel_distance_by_input(
    made: Tensor, right: list[Tensor], splits: int = 100, seed: int = 0
) -> tuple[float, float]:
    """`kernel_distance` of all samples to all answers: (value, standard error). Embeddings made [N, n, d] of n samples of
    each of N inputs, and right [K_i, d] of the answers to each; N >= 4.

    Samples of one input are alike, and an input's samples are like its answers, so as two large sets they would seem to be
    more than they are. Here each of `splits` estimates takes one sample of a random half of the inputs and one answer of
    each of the others; the error is that of half-samples of inputs, as for `kernel_distance`.
    """
    n, half = len(made), len(made) // 2
    if made.ndim != 3 or len(right) != n or n < 4 or splits < 2:
        raise ValueError(
            f"expected samples [N, n, d] and answers of N >= 4 inputs, got {list(made.shape)}, {len(right)}"
        )
    generator = torch.Generator().manual_seed(seed)
    values = []
    for _ in range(splits):
        order, dice = torch.randperm(n, generator=generator), torch.rand(n, generator=generator)
        a = made[order[:half], (dice[:half] * made.shape[1]).long()]
        others = zip(order[half : 2 * half].tolist(), dice[half:].tolist(), strict=False)
        b = torch.stack([right[i][int(u * len(right[i]))] for i, u in others])
        values.append(_unbiased_mmd(a.double(), b.double()))
    found = torch.stack(values)
    return found.mean().item(), found.std().item() * math.sqrt(1 + 1 / splits)
