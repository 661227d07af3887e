"""Figures that say how good translated pictures are.

Pictures are float tensors [B, C, H, W] in [-1, 1]. A feature net is passed in as `features`, a callable
that takes such a batch and returns a list of maps [B, c, h, w], from shallow to deep; the spatial mean of
the last map is the picture's embedding [B, c].

A figure's name says which net measured it. FID, KID and LPIPS are measured with the published weights and
raise `MissingWeights` without them. The same formulas on a net of our own are called FD-i2i, KD-i2i and
PD-i2i, and must never be compared with published values.
"""

import hashlib
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .data import catalogue

Features = Callable[[Tensor], list[Tensor]]

# Eight hexadecimal digits at the end of a name are the start of the file's SHA-256.
INCEPTION = "pt_inception-2015-12-05-6726825d.pth"
# torchvision's net, its weights, and the layers that LPIPS reads: the last ReLU of each of five stages.
LPIPS_NETS = {
    "alex": ("alexnet", "alexnet-owt-7be5be79.pth", (1, 4, 7, 9, 11)),
    "vgg": ("vgg16", "vgg16-397923af.pth", (3, 8, 15, 22, 29)),
}


class MissingWeights(FileNotFoundError):
    """A standard metric was asked for, and its published weights are not there."""


class Estimate(NamedTuple):
    """A figure and its 95 % interval; the ends are None where no honest interval is known."""

    value: float
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        return f"{self.value:.4g}" + ("" if self.low is None else f" [{self.low:.4g}, {self.high:.4g}]")


def _check(*batches: Tensor) -> None:
    for x in batches:
        if x.ndim != 4 or not x.is_floating_point() or x.numel() == 0:
            raise ValueError(f"pictures must be float [B, C, H, W] in [-1, 1], got {x.dtype} {list(x.shape)}")


def _check_pair(a: Tensor, b: Tensor, dims: int = 4) -> None:
    _check(a, b)
    if a.shape[:dims] != b.shape[:dims]:
        shapes = f"{list(a.shape)} and {list(b.shape)}"
        raise ValueError(f"pictures are compared one to one, but the shapes are {shapes}")


# ---- Picture against picture ----


def psnr(a: Tensor, b: Tensor, data_range: float = 2.0) -> Tensor:
    """Peak signal-to-noise ratio, 10 log10(R² / MSE), of pictures [B, C, H, W]: [B] in dB, inf if equal.

    `data_range` is R: 2 for [-1, 1], 1 for [0, 1]. Raises ValueError if the shapes differ. Papers on
    super-resolution measure the Y channel without a border; do so before the call to compare with them.
    """
    _check_pair(a, b)
    mse = (a - b).square().flatten(1).mean(1)
    return 10 * torch.log10(data_range**2 / mse)


def ssim(a: Tensor, b: Tensor, data_range: float = 2.0) -> Tensor:
    """Structural similarity of pictures [B, C, H, W]: [B], at most 1, and 1 only if equal.

    Mean over channels and over the windows that lie inside the picture; 11 x 11 Gaussian window with
    sigma 1.5, C1 = (0.01 R)², C2 = (0.03 R)². Raises ValueError if the shapes differ or a side is below 11.
    Wang, Bovik, Sheikh & Simoncelli, IEEE TIP 2004.
    """
    return ssim_map(a, b, data_range).flatten(1).mean(1)


def ssim_map(a: Tensor, b: Tensor, data_range: float = 2.0) -> Tensor:
    """The same for each window: [B, C, H - 10, W - 10], its first one centred on pixel (5, 5)."""
    _check_pair(a, b)
    if min(a.shape[-2:]) < 11:
        raise ValueError(f"SSIM needs pictures of at least 11 x 11 pixels, got {a.shape[-2]} x {a.shape[-1]}")
    taps = torch.arange(-5, 6, dtype=a.dtype, device=a.device)
    window = torch.exp(-taps.square() / (2 * 1.5**2))
    window = window / window.sum()

    def local_mean(x: Tensor) -> Tensor:
        planes = x.flatten(0, 1).unsqueeze(1)
        planes = F.conv2d(F.conv2d(planes, window.view(1, 1, 11, 1)), window.view(1, 1, 1, 11))
        return planes.view(*x.shape[:2], *planes.shape[-2:])

    mean_a, mean_b = local_mean(a), local_mean(b)
    var_a = local_mean(a * a) - mean_a.square()
    var_b = local_mean(b * b) - mean_b.square()
    cov = local_mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a.square() + mean_b.square() + c1)
    structure = (2 * cov + c2) / (var_a + var_b + c2)
    return luminance * structure


def gradient_energy(a: Tensor) -> Tensor:
    """Mean squared difference of neighbours, across plus down, of pictures [B, C, H, W]: [B], at least 0."""
    _check(a)
    if min(a.shape[-2:]) < 2:
        raise ValueError(f"a gradient needs at least 2 x 2 pixels, got {a.shape[-2]} x {a.shape[-1]}")
    return sum(a.diff(dim=dim).square().flatten(1).mean(1) for dim in (-1, -2))


def gradient_energy_ratio(made: Tensor, real: Tensor) -> float:
    """Mean gradient energy of `made` over that of `real`: 1 = as sharp, below 1 blurry, above 1 noisy.

    The ratio of the two means and not the mean of ratios, which one flat real picture would blow up. The
    two sets may differ in number and size. Raises ValueError if every real picture is flat.
    """
    energy = gradient_energy(real).mean()
    if energy == 0:
        raise ValueError("the real pictures are flat: there is no gradient energy to compare with")
    return (gradient_energy(made).mean() / energy).item()


def power_spectrum(a: Tensor) -> Tensor:
    """Mean power of square pictures [B, C, H, H] at 1, 2, ... H/2 - 1 cycles per picture, over all directions: [H/2 - 1].

    The mean brightness (0 cycles) is left out. Blur shows as a fall at the high end.
    """
    _check(a)
    side = a.shape[-1]
    if a.shape[-2] != side or side < 4:
        raise ValueError(f"a spectrum over all directions needs square pictures, got {a.shape[-1]} x {a.shape[-2]}")
    power = torch.fft.fft2(a, norm="ortho").abs().square().mean((0, 1))
    f = torch.fft.fftfreq(side, device=a.device) * side
    ring = (f[:, None] ** 2 + f**2).sqrt().round().long().flatten()
    return (torch.bincount(ring, power.flatten()) / torch.bincount(ring))[1 : side // 2]


def _colour_histograms(x: Tensor, bins: int) -> Tensor:
    """[B, C, H, W] -> [B, cells], each row summing to 1."""
    if x.shape[1] == 3:
        r, g, b = x.unbind(1)
        axes = [(r - g) / 2, (2 * b - r - g) / 4, (r + g + b) / 3]
    elif x.shape[1] == 1:
        axes = [x[:, 0]]
    else:
        raise ValueError(f"a colour histogram needs 1 or 3 channels, got {x.shape[1]}")
    cell = torch.zeros_like(axes[0], dtype=torch.long)
    for axis in axes:
        cell = cell * bins + ((axis + 1) / 2 * bins).long().clamp(0, bins - 1)
    cells = bins ** len(axes)
    offset = cells * torch.arange(len(x), device=x.device)
    counts = torch.bincount((cell.flatten(1) + offset[:, None]).flatten(), minlength=cells * len(x))
    return counts.view(len(x), cells) / cell[0].numel()


def histogram_intersection(a: Tensor, b: Tensor, bins: int = 9) -> Tensor:
    """Share of colour that pictures [B, 1 or 3, H, W] have in common: [B] in [0, 1], 1 = same histogram.

    Joint histogram over the opponent axes red-green, blue-yellow and black-white with `bins` each; an odd
    number keeps greys in the middle of a bin instead of on its edge. The sides may differ between a and b,
    the number of pictures and channels may not (ValueError). Swain & Ballard, Color Indexing, IJCV 1991.
    """
    _check_pair(a, b, dims=2)
    return torch.minimum(_colour_histograms(a, bins), _colour_histograms(b, bins)).sum(1)


# ---- Through a feature net ----


def _layer_distances(
    a: Tensor, b: Tensor, features: Features, weights: list[Tensor] | None = None, where: Tensor | None = None
) -> Tensor:
    """[layers, B]: spatial mean of the (weighted) squared difference of channel vectors of length 1.

    where: [B, 1, H, W] in [0, 1], how much a place counts; at least one does in each picture.
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
    """Distance of pictures [B, C, H, W] as a net sees them: [B] in [0, 4], published as PD-i2i.

    At every place of every map the channel vector is scaled to length 1; squared Euclidean distance, mean
    over places, mean over maps. This is LPIPS without its learned weights (Zhang et al., CVPR 2018), so its
    size depends on the net. `where` [B, 1, H, W] in [0, 1] says how much each place counts. Raises ValueError
    if the shapes differ. Gradients pass through.
    """
    return _layer_distances(a, b, features, where=where).mean(0)


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


def embed(pictures: Tensor, features: Features, batch: int = 32) -> Tensor:
    """Spatial mean of the last map for pictures [N, C, H, W]: [N, c], float64, on the CPU, no gradients."""
    _check(pictures)
    with torch.no_grad():
        return torch.cat([features(x)[-1].flatten(2).mean(2).cpu() for x in pictures.split(batch)]).double()


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
    covariance has a clearly negative eigenvalue. Dowson & Landau 1982; for pictures Heusel et al., NIPS 2017.
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

    Biased upwards, the more so the fewer the pictures: compare only figures of equal n and m, and expect
    bias to dominate unless both are far above d. A bootstrap widens the bias, so no interval is given.
    Raises ValueError if d differs or a set has fewer than two rows. Heusel et al., NIPS 2017.
    """
    _check_embeddings(ea, eb)
    if min(len(ea), len(eb)) < 2:
        raise ValueError("a covariance needs at least two embeddings")

    def fit(e: Tensor) -> tuple[Tensor, Tensor]:
        e = e.double()
        mean = e.mean(0)
        # R of a QR is a root of the covariance, and has only n rows when there are fewer pictures than d.
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
    """A figure with its 95 % percentile interval over pictures drawn anew, with replacement.

    Either `bootstrap(values)` for the mean of figures [n], one per picture, or `bootstrap(fn, n, ...)`,
    where fn takes one index tensor [n] per size and returns the figure: one size for paired pictures, two
    for independent sets. Raises ValueError below two pictures. Somewhat narrow below some thirty.
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
    # Ends are figures that came up, not points between two: the PSNR of equal pictures is infinite.
    tail = int(0.025 * resamples)
    return Estimate(float(fn(*map(torch.arange, sizes))), drawn[tail], drawn[-1 - tail])


def judge_report(
    made: Tensor, real: Tensor, features: Features, paired: bool = True, seed: int = 0
) -> dict[str, Estimate]:
    """What our own judges say of pictures [N, C, H, W] against real ones, N >= 4, for tables and model cards.

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

        gradient_energy_ratio(made, real)  # refuses flat pictures with a sentence
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


# ---- Of a mapping whose true partners are known ----


def ranks(made: Tensor, real: Tensor, among: int = 100, seed: int = 0) -> Tensor:
    """Where its true partner stands when each made picture looks for it: int64 [n], 1 = nearest.

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
    # A random order of the others for each picture: the first `among` - 1 are its candidates.
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
        raise ValueError(f"a classifier wants a label for each of {len(e)} embeddings, and every class; got {counts.tolist()}")
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


# ---- Under their own names, with the published weights ----


def _load(name: str, folder: Path | str | None, fetch: str) -> dict[str, Tensor]:
    folder = catalogue.find(fetch) or catalogue.root() / fetch if folder is None else Path(folder)
    path = folder / name
    if not path.is_file():
        raise MissingWeights(f"{path} is not there; fetch it with `python -m i2i data {fetch}`")
    tag = path.stem.rpartition("-")[2]
    if len(tag) == 8 and hashlib.sha256(path.read_bytes()).hexdigest()[:8] != tag:
        raise ValueError(f"{path} does not hold the published weights: its SHA-256 does not start with {tag}")
    return torch.load(path, map_location="cpu", weights_only=True)


def _rgb(x: Tensor) -> Tensor:
    _check(x)
    if x.shape[1] != 3:
        raise ValueError(f"nets trained on ImageNet need 3 channels, got {x.shape[1]}")
    return x


def inception(folder: Path | str | None = None) -> Features:
    """The feature net of FID and KID: pictures [B, 3, H, W] in [-1, 1] -> [pooled map [B, 2048, 1, 1]].

    torchvision's Inception v3 with the weights of 2015-12-05 as ported for pytorch-fid, which were trained
    with 1008 classes and with other pooling in the last branch of most blocks. Pictures are resized to
    299 x 299, bilinear without antialiasing. `folder` is where `i2i data inception` puts
    them unless given. Raises
    MissingWeights if the file is not there, ValueError if it is another one.
    """
    state = _load(INCEPTION, folder, "inception")
    from torchvision.models import inception as tv  # slow to import

    def repooled(block: type[nn.Module], pool: Callable[[Tensor], Tensor]) -> type[nn.Module]:
        class Repooled(block):
            def _forward(self, x: Tensor) -> list[Tensor]:
                return [*super()._forward(x)[:-1], self.branch_pool(pool(x))]

        return Repooled

    def average(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)

    def maximum(x: Tensor) -> Tensor:
        return F.max_pool2d(x, 3, stride=1, padding=1)

    a, c, e = (repooled(block, average) for block in (tv.InceptionA, tv.InceptionC, tv.InceptionE))
    blocks = [tv.BasicConv2d, a, tv.InceptionB, c, tv.InceptionD, e, tv.InceptionAux]
    with torch.device("meta"):  # the weights come from the file, so none are drawn
        net = tv.Inception3(1008, aux_logits=False, inception_blocks=blocks, init_weights=False)
        net.Mixed_7c = repooled(tv.InceptionE, maximum)(2048)
    net.load_state_dict(state, assign=True)
    net.fc = nn.Identity()
    net.eval().requires_grad_(False)

    def features(x: Tensor) -> list[Tensor]:
        x = F.interpolate(_rgb(x), (299, 299), mode="bilinear", align_corners=False)
        return [net.to(x.device)(x)[..., None, None]]

    return features


def fid(made: Tensor, real: Tensor, folder: Path | str | None = None) -> float:
    """Fréchet Inception distance of two sets [N, 3, H, W], in the convention of pytorch-fid.

    See `frechet` for its bias: published values use 10,000 to 50,000 pictures; and `inception` for `folder`
    and errors. Pictures saved as 8 bits and read back give a slightly different figure. Heusel et al.,
    NIPS 2017.
    """
    features = inception(folder)
    return frechet(embed(made, features), embed(real, features))


def kid(
    made: Tensor,
    real: Tensor,
    folder: Path | str | None = None,
    subsets: int = 100,
    subset_size: int | None = None,
    seed: int = 0,
) -> tuple[float, float]:
    """Kernel Inception distance of two sets [N, 3, H, W]: (value, standard error), often reported times 100.

    See `kernel_distance` for the estimate, `inception` for `folder` and errors. Bińkowski et al., ICLR 2018.
    """
    features = inception(folder)
    return kernel_distance(embed(made, features), embed(real, features), subsets, subset_size, seed)


def lpips(a: Tensor, b: Tensor, net: str = "alex", folder: Path | str | None = None) -> Tensor:
    """Learned perceptual distance, version 0.1, of pictures [B, 3, H, W]: [B], at least 0.

    `net` is "alex" or "vgg" (KeyError otherwise). Needs torchvision's ImageNet weights of that net and the
    learned channel weights `lpips-v0.1-{net}.pth` in `folder` (where `i2i data lpips` puts them unless given); raises
    MissingWeights if one is not there, ValueError if it is another one. Sums over layers, where PD-i2i takes
    the mean. Zhang et al., CVPR 2018.
    """
    architecture, file, taps = LPIPS_NETS[net]
    learned = _load(f"lpips-v0.1-{net}.pth", folder, "lpips")
    state = _load(file, folder, "lpips")
    from torchvision import models  # slow to import

    with torch.device("meta"):
        whole = getattr(models, architecture)()
    whole.load_state_dict(state, assign=True)
    layers = whole.features.eval().requires_grad_(False).to(a.device)
    stages = [layers[start:stop] for start, stop in pairwise((0, *(tap + 1 for tap in taps)))]
    # Broadcasting would accept a weight of another shape in silence; the convolution before a tap knows it.
    expected = {
        f"lin{i}.model.1.weight": (1, layers[tap - 1].out_channels, 1, 1) for i, tap in enumerate(taps)
    }
    shapes = {name: tuple(weight.shape) for name, weight in learned.items()}
    if shapes != expected or any((weight < 0).any() for weight in learned.values()):
        raise ValueError(f"lpips-v0.1-{net}.pth must hold non-negative weights of the shapes {expected}")
    weights = [learned[name].to(a.device) for name in expected]
    # ImageNet's mean and deviation, for pictures in [-1, 1], as LPIPS rounds them.
    shift = torch.tensor([-0.030, -0.088, -0.188], device=a.device).view(3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450], device=a.device).view(3, 1, 1)

    def features(x: Tensor) -> list[Tensor]:
        x = (_rgb(x) - shift) / scale
        maps = []
        for stage in stages:
            x = stage(x)
            maps.append(x)
        return maps

    return _layer_distances(a, b, features, weights).sum(0)
