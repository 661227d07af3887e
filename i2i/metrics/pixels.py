"""Distances between images, pixel by pixel: PSNR, SSIM, gradients, spectra, colours. Images float [B, C, H, W] in [-1, 1]."""

import torch
import torch.nn.functional as F
from torch import Tensor


def _check(*batches: Tensor) -> None:
    for x in batches:
        if x.ndim != 4 or not x.is_floating_point() or x.numel() == 0:
            raise ValueError(f"pictures must be float [B, C, H, W] in [-1, 1], got {x.dtype} {list(x.shape)}")


def _check_pair(a: Tensor, b: Tensor, dims: int = 4) -> None:
    _check(a, b)
    if a.shape[:dims] != b.shape[:dims]:
        shapes = f"{list(a.shape)} and {list(b.shape)}"
        raise ValueError(f"pictures are compared one to one, but the shapes are {shapes}")


# ---- Image against image ----


def psnr(a: Tensor, b: Tensor, data_range: float = 2.0) -> Tensor:
    """Peak signal-to-noise ratio, 10 log10(R² / MSE), of images [B, C, H, W]: [B] in dB, inf if equal.

    `data_range` is R: 2 for [-1, 1], 1 for [0, 1]. Raises ValueError if the shapes differ. Papers on
    super-resolution measure the Y channel without a border; do so before the call to compare with them.
    """
    _check_pair(a, b)
    mse = (a - b).square().flatten(1).mean(1)
    return 10 * torch.log10(data_range**2 / mse)


def ssim(a: Tensor, b: Tensor, data_range: float = 2.0) -> Tensor:
    """Structural similarity of images [B, C, H, W]: [B], at most 1, and 1 only if equal.

    Mean over channels and over the windows that lie inside the image; 11 x 11 Gaussian window with
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
    """Mean squared difference of neighbours, across plus down, of images [B, C, H, W]: [B], at least 0."""
    _check(a)
    if min(a.shape[-2:]) < 2:
        raise ValueError(f"a gradient needs at least 2 x 2 pixels, got {a.shape[-2]} x {a.shape[-1]}")
    return sum(a.diff(dim=dim).square().flatten(1).mean(1) for dim in (-1, -2))


def gradient_energy_ratio(made: Tensor, real: Tensor) -> float:
    """Mean gradient energy of `made` over that of `real`: 1 = as sharp, below 1 blurry, above 1 noisy.

    The ratio of the two means and not the mean of ratios, which one flat real image would blow up. The
    two sets may differ in number and size. Raises ValueError if every real image is flat.
    """
    energy = gradient_energy(real).mean()
    if energy == 0:
        raise ValueError("the real pictures are flat: there is no gradient energy to compare with")
    return (gradient_energy(made).mean() / energy).item()


def power_spectrum(a: Tensor) -> Tensor:
    """Mean power of square images [B, C, H, H] at 1, 2, ... H/2 - 1 cycles per image, over all directions: [H/2 - 1].

    The mean brightness (0 cycles) is left out. Blur shows as a fall at the high end.
    """
    _check(a)
    side = a.shape[-1]
    if a.shape[-2] != side or side < 4:
        raise ValueError(
            f"a spectrum over all directions needs square pictures, got {a.shape[-1]} x {a.shape[-2]}"
        )
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
    """Share of colour that images [B, 1 or 3, H, W] have in common: [B] in [0, 1], 1 = same histogram.

    Joint histogram over the opponent axes red-green, blue-yellow and black-white with `bins` each; an odd
    number keeps greys in the middle of a bin instead of on its edge. The sides may differ between a and b,
    the number of images and channels may not (ValueError). Swain & Ballard, Color Indexing, IJCV 1991.
    """
    _check_pair(a, b, dims=2)
    return torch.minimum(_colour_histograms(a, bins), _colour_histograms(b, bins)).sum(1)


def hue_error(made: Tensor, real: Tensor) -> float:
    """Mean difference in hue of two [N, 3, H, W], in degrees from 0 to 180, weighed by how colourful both are; nan where
    one of them is grey throughout, and so there is nothing to compare."""
    _check_pair(made, real)
    ways = []
    for p in (made, real):
        r, g, b = p.unbind(1)
        ways.append(torch.stack([r - (g + b) / 2, (g - b) * 3**0.5 / 2], 1))
    weight = (ways[0].norm(dim=1) * ways[1].norm(dim=1)).sqrt()
    turn = F.cosine_similarity(*ways, dim=1).clamp(-1, 1).acos() * (180 / torch.pi)
    return ((turn * weight).sum() / weight.sum()).item()
