"""Figures of whole sets."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .pixels import _check_pair


class Estimate(NamedTuple):
    """A figure and its 95 % interval; the ends are None where no honest interval is known."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return f"{self.value:.4g}" + ("" if self.low is None else f" [{self.low:.4g}, {self.high:.4g}]")


# ---- Set against set ----
#
# Covariances are handled as roots R with RᵀR = S. Then tr(S) = |R|² and tr((S1 S2)^½) is the sum of the
# singular values of R1 R2ᵀ: no root of a non-symmetric product, no jitter for singular covariances, and no
# rounding error that a square root would blow up.


def _frechet(mu1: Tensor, root1: Tensor, mu2: Tensor, root2: Tensor) -> float:
    overlap = torch.linalg.svdvals(root1 @ root2.T).sum()
    distance = (mu1 - mu2).square().sum() + root1.square().sum() + root2.square().sum() - 2 * overlap
    return max(distance.item(), 0.0)


def frechet_distance(mu1: Tensor, s1: Tensor, mu2: Tensor, s2: Tensor) -> float:
    """Fréchet distance of two Gaussians, |mu1 - mu2|² + tr(S1 + S2 - 2 (S1 S2)^½), in float64.

    Means [d], covariances [d, d], which may be singular. Raises ValueError if the shapes do not fit or a
    covariance has a clearly negative eigenvalue. Dowson & Landau 1982; for images Heusel et al., NIPS 2017.
    """
    d = mu1.numel()
    if mu1.shape != (d,) or mu2.shape != (d,) or s1.shape != (d, d) or s2.shape != (d, d):
        shapes = ", ".join(str(list(x.shape)) for x in (mu1, s1, mu2, s2))
        raise ValueError(f"expected two means [d] and two covariances [d, d], got {shapes}")

    def root(covariance: Tensor) -> Tensor:
        values, vectors = torch.linalg.eigh(covariance.double())
        if values[0] < -1e-6 * values[-1].abs():
            raise ValueError(f"a covariance has no negative eigenvalue, this one has {values[0]:.3g}")
        return values.clamp(min=0).sqrt()[:, None] * vectors.T

    return _frechet(mu1.double(), root(s1), mu2.double(), root(s2))


def _check_embeddings(ea: Tensor, eb: Tensor) -> None:
    if ea.ndim != 2 or eb.ndim != 2 or ea.shape[1] != eb.shape[1]:
        raise ValueError(f"embeddings must be [n, d] and [m, d], got {list(ea.shape)} and {list(eb.shape)}")


def frechet(ea: Tensor, eb: Tensor) -> float:
    """Fréchet distance of the Gaussians fitted to embeddings [n, d] and [m, d], published as FD-i2i.

    Biased upwards, the more so the fewer the images: compare only figures of equal n and m, and expect
    bias to dominate unless both are far above d. A bootstrap widens the bias, so no interval is given.
    Raises ValueError if d differs or a set has fewer than two rows. Heusel et al., NIPS 2017.
    """
    _check_embeddings(ea, eb)
    if min(len(ea), len(eb)) < 2:
        raise ValueError("a covariance needs at least two embeddings")

    def fit(e: Tensor) -> tuple[Tensor, Tensor]:
        e = e.double()
        mean = e.mean(0)
        # R of a QR is a root of the covariance, and has only n rows when there are fewer images than d.
        return mean, torch.linalg.qr((e - mean) / math.sqrt(len(e) - 1), mode="r").R

    return _frechet(*fit(ea), *fit(eb))


def _unbiased_mmd(x: Tensor, y: Tensor) -> Tensor:
    n, d = x.shape

    def kernel(p: Tensor, q: Tensor) -> Tensor:
        return (p @ q.T / d + 1) ** 3

    def off_diagonal_mean(k: Tensor) -> Tensor:
        return (k.sum() - k.trace()) / (n * (n - 1))

    return off_diagonal_mean(kernel(x, x)) + off_diagonal_mean(kernel(y, y)) - 2 * kernel(x, y).mean()


def kernel_distance(
    ea: Tensor, eb: Tensor, subsets: int = 100, subset_size: int | None = None, seed: int = 0
) -> tuple[float, float]:
    """Squared maximum mean discrepancy of embeddings [n, d] and [m, d]: (value, standard error).

    Cubic kernel (a·b / d + 1)³, unbiased estimate, mean over random subsets of `subset_size` (by default
    half of the smaller set, at most 1000). Unbiased at every size, so it can be negative; below 0 for a set
    against itself. Published as KD-i2i. The standard error is the delete-d jackknife, which errs on the
    large side when the two sets hardly differ. Raises ValueError unless 2 <= subset_size < min(n, m).
    Bińkowski, Sutherland, Arbel & Gretton, ICLR 2018; Shao & Wu, Annals of Statistics 1989.
    """
    _check_embeddings(ea, eb)
    n = min(len(ea), len(eb))
    size = min(1000, n // 2) if subset_size is None else subset_size
    if not 2 <= size < n or subsets < 2:
        raise ValueError(f"{subsets} subsets of {size} out of {n}: need two or more, of two to {n - 1} each")
    ea, eb = ea.double(), eb.double()
    generator = torch.Generator().manual_seed(seed)

    def draw(e: Tensor) -> Tensor:
        return e[torch.randperm(len(e), generator=generator)[:size].to(e.device)]

    values = torch.stack([_unbiased_mmd(draw(ea), draw(eb)) for _ in range(subsets)])
    # size / (n - size) turns the spread of subsets of one sample into the spread between whole samples;
    # 1 / subsets is the chance of having drawn just these.
    error = values.std() * math.sqrt(size / (n - size) + 1 / subsets)
    return values.mean().item(), error.item()


def bootstrap(
    values: Tensor | Callable[..., Tensor | float], *sizes: int, resamples: int = 1000, seed: int = 0
) -> Estimate:
    """A figure with its 95 % percentile interval over images drawn anew, with replacement.

    Either `bootstrap(values)` for the mean of figures [n], one per image, or `bootstrap(fn, n, ...)`,
    where fn takes one index tensor [n] per size and returns the figure: one size for paired images, two
    for independent sets. Raises ValueError below two images. Somewhat narrow below some thirty.
    Efron & Tibshirani, An Introduction to the Bootstrap, 1993.
    """
    if isinstance(values, Tensor):
        if values.ndim != 1 or sizes:
            raise ValueError(f"expected figures [n] and no sizes, got {list(values.shape)} and {sizes}")
        data = values.detach().cpu().double()
        fn, sizes = (lambda index: data[index].mean()), (len(data),)
    else:
        fn = values
    if not sizes or min(sizes) < 2:
        raise ValueError(f"an interval needs at least two pictures, got {sizes}")
    generator = torch.Generator().manual_seed(seed)
    drawn = sorted(
        float(fn(*(torch.randint(n, (n,), generator=generator) for n in sizes))) for _ in range(resamples)
    )
    # Ends are figures that came up, not points between two: the PSNR of equal images is infinite.
    tail = int(0.025 * resamples)
    return Estimate(float(fn(*map(torch.arange, sizes))), drawn[tail], drawn[-1 - tail])


# ---- Of a mapping whose true partners are known ----


def ranks(made: Tensor, real: Tensor, among: int = 100, seed: int = 0) -> Tensor:
    """Where its true partner stands when each made image looks for it: int64 [n], 1 = nearest.

    Embeddings [n, d]; made[i] belongs to real[i]. It is compared with real[i] and `among` - 1 others, drawn anew for
    each, by the cosine of embeddings less the mean of `real`. Chance finds it first once in `among` times.
    Raises ValueError if there are fewer than `among` partners, or unequal numbers.
    """
    _check_embeddings(made, real)
    n = len(real)
    if len(made) != n or not 2 <= among <= n:
        raise ValueError(f"looking among {among} wants as many pairs, got {len(made)} made and {n} real")
    mean = real.mean(0)
    likeness = F.normalize(made - mean, dim=1) @ F.normalize(real - mean, dim=1).T
    generator = torch.Generator().manual_seed(seed)
    # A random order of the others for each image: the first `among` - 1 are its candidates.
    order = torch.rand(n, n, generator=generator).fill_diagonal_(-1).argsort(1)[:, 1:among]
    return 1 + (likeness.gather(1, order) >= likeness.diagonal()[:, None]).sum(1)


def linear_classifier(e: Tensor, label: Tensor, ridge: float = 1e-2) -> Callable[[Tensor], Tensor]:
    """A linear classifier of embeddings e [n, d] by labels int64 [n]: called with [k, d] it gives labels [k].

    Ridge regression on one-hot targets, each class weighing the same, in units of the pooled standard deviation.
    Raises ValueError unless there are two classes at least, 0 to K - 1, none of them empty.
    """
    whole = label.ndim == 1 and not label.is_floating_point() and bool((label >= 0).all())
    counts = torch.bincount(label) if whole else label.new_zeros(0)
    if len(e) != len(label) or len(counts) < 2 or not counts.all():
        raise ValueError(
            f"a classifier wants a label for each of {len(e)} embeddings, and every class; got {counts.tolist()}"
        )
    mean, deviation = e.double().mean(0), e.double().std(0).clamp_min(1e-9)

    def standard(e: Tensor) -> Tensor:
        return torch.cat([(e.double() - mean) / deviation, torch.ones(len(e), 1, dtype=torch.float64)], 1)

    x = standard(e)
    weighted = x / (len(counts) * counts[label])[:, None]
    gram = weighted.T @ x + ridge * torch.eye(x.shape[1], dtype=torch.float64)
    w = torch.linalg.solve(gram, weighted.T @ F.one_hot(label).double())
    return lambda e: (standard(e) @ w).argmax(1)


def linear_probe(a: Tensor, b: Tensor, ridge: float = 1e-2) -> Callable[[Tensor], Tensor]:
    """`linear_classifier` of two sets of embeddings, a [n, d] and b [m, d]: bool [k], True for b's side."""
    _check_embeddings(a, b)
    side = torch.cat([torch.zeros(len(a)), torch.ones(len(b))]).long()
    decide = linear_classifier(torch.cat([a, b]), side, ridge)
    return lambda e: decide(e) == 1


def distance_correlation(before: Tensor, after: Tensor) -> float:
    """Pearson's r of the mean absolute differences of all pairs, in `before` and in `after` [N, C, H, W], N >= 3.

    1 if the mapping keeps what is near near and what is far far (Benaim & Wolf, NIPS 2017). Raises ValueError if a
    set has no two different distances.
    """
    _check_pair(before, after, dims=1)
    if len(before) < 3:
        raise ValueError("a correlation of distances needs at least three pictures")
    one, other = (torch.pdist(p.float().flatten(1), p=1).double() for p in (before, after))
    if one.std() == 0 or other.std() == 0:
        raise ValueError("all distances are equal: they correlate with nothing")
    return torch.corrcoef(torch.stack([one, other]))[0, 1].item()
