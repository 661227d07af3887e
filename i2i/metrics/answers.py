"""Several samples beside several right answers."""

import math
from typing import NamedTuple

import torch
from torch import Tensor


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
    made: list[Tensor], right: list[Tensor], subsets: int = 100, seed: int = 0
) -> tuple[float, float]:
    """`kernel_distance` of all samples to all answers: (value, standard error). made, right: of each of N >= 4 inputs the
    embeddings [n, d] of its samples, and [K, d] of its answers.

    Samples of one input are alike, and like its answers, so as two large sets they would seem to be more than they are.
    Here what belongs to one input is compared only with what belongs to others, which leaves the estimate unbiased, and
    whole inputs are drawn: the error is the delete-d jackknife over half of them.  ValueError unless there are as many of both.
    """
    n = len(made)
    if len(right) != n or n < 4 or subsets < 2:
        raise ValueError(f"expected samples and answers of 4 inputs at least, got {n} and {len(right)}")

    def kernel(a: list[Tensor], b: list[Tensor]) -> Tensor:
        """[N, N]: means over the samples of one input and those of another."""
        p, q = torch.cat(a).double(), torch.cat(b).double()
        cubes = (p @ q.T / p.shape[1] + 1) ** 3
        rows = torch.stack([part.mean(0) for part in cubes.split([len(e) for e in a])])
        return torch.stack([part.mean(1) for part in rows.split([len(e) for e in b], 1)], 1)

    between = kernel(made, made) + kernel(right, right) - 2 * kernel(made, right)
    between.fill_diagonal_(0)
    generator, size = torch.Generator().manual_seed(seed), n // 2
    drawn = [torch.randperm(n, generator=generator)[:size] for _ in range(subsets)]
    values = torch.stack([between[some][:, some].sum() / (size * (size - 1)) for some in drawn])
    error = values.std().item() * math.sqrt(size / (n - size) + 1 / subsets)
    return between.sum().item() / (n * (n - 1)), error
