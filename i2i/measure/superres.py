"""Super-resolution measured as its papers do: Set5, Set14 and BSD100, brightness alone, without the outermost pixels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from PIL import Image
from torch import Tensor

from ..colour import luma
from ..data.enlarging import Enlarging, reduced
from ..data.folders import DataError, TooFew, images_in
from ..data.public import catalogue
from ..images import from_bytes, open_image, to_image, to_tensor
from ..judges import load_judge
from ..metrics import Estimate, bootstrap, gradient_energy, perceptual_distance, psnr, ssim

SETS = {"Set5": ("sr_classic", "set5"), "Set14": ("sr_classic", "set14"), "BSD100": ("bsds500", "val")}
"""Where each benchmark lies: a dataset, and a folder in it. Set14 is quoted with as many images as are there."""

PUBLISHED = {
    "bicubic": {"Set5": 28.43, "Set14": 25.99, "BSD100": 25.94},
    "SRResNet, 16 blocks": {"Set5": 32.05, "Set14": 28.49, "BSD100": 27.58},
    "SRGAN": {"Set5": 29.40, "Set14": 26.02, "BSD100": 25.16},
}
"""PSNR-Y at x4 as Ledig et al. (2017) give it, dB: trained on 350,000 photographs."""


class Scores(NamedTuple):
    """Of one image: dB, [-1, 1], mean squared gradients of the made and the real one, perceptual distance."""

    psnr: float
    ssim: float
    made_energy: float
    real_energy: float
    distance: float


class Bicubic:
    """The row that every method must beat; stands in a model's place."""

    name = "bicubic"

    def __init__(self, scale: int = 4):
        self.scale = scale

    def __call__(self, image: Image.Image) -> Image.Image:
        return image.resize([self.scale * s for s in image.size], Image.BICUBIC)


def scores(made: Image.Image, real: Image.Image, border: int = 4, judge=None) -> Scores:
    """Both as RGB bytes of one size. border: pixels cut off at each side; as many as the scale in the papers."""
    a, b = (to_tensor(p)[..., border:-border, border:-border] for p in (made, real))
    if min(b.shape[-2:]) < 32:
        raise DataError(
            f"a picture of {real.width} x {real.height} px is too small to be judged: 40 px at least."
        )
    with torch.no_grad():
        far = perceptual_distance(a, b, judge or load_judge()).item()
    y, z = luma(a.double()), luma(b.double())
    return Scores(
        psnr(y, z, 1.0).item(),
        ssim(y, z, 1.0).item(),
        gradient_energy(y).item(),
        gradient_energy(z).item(),
        far,
    )


def each(model, pairs: Iterable[tuple[Tensor, Tensor]], scale: int = 4) -> list[Scores]:
    """scores of every pair (x, y) of uint8 [3, h, w] and [3, H, W]. model: a small image in, a large one out."""
    judge = load_judge()
    return [scores(model(_image(x)), _image(y), scale, judge) for x, y in pairs]


def _image(pixels: Tensor) -> Image.Image:
    return to_image(from_bytes(pixels))


def benchmark(name: str, scale: int = 4) -> dict[str, tuple[Tensor, Tensor]]:
    """The images of one of SETS by name, as pairs (x, y). DataError where the set is not installed."""
    dataset, folder = SETS[name]
    files = images_in(catalogue.require(dataset) / folder)
    return {p.stem: reduced(open_image(p), scale) for p in files}


def figures(found: list[Scores]) -> dict[str, Estimate]:
    """Means with 95 % intervals over images."""
    columns = torch.tensor(found, dtype=torch.float64).T
    made, real = columns[2:4]
    return {
        "PSNR-Y": bootstrap(columns[0]),
        "SSIM-Y": bootstrap(columns[1]),
        "energy ratio": bootstrap(lambda i: made[i].mean() / real[i].mean(), len(found)),
        "PD-i2i": bootstrap(columns[4]),
    }


def report(model, source: Enlarging, limit: int = 500) -> dict[str, Estimate]:
    """figures of a model on the first `limit` whole images of a source. DataError below 4."""
    if len(source.pairs) < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {len(source.pairs)}.")
    return figures(each(model, source.pairs[:limit], source.scale))


def by_image(model, scale: int = 4) -> dict[str, dict[str, Scores]]:
    """scores of every image of every one of SETS that is installed. DataError if none is."""
    found = {}
    for name, (dataset, _) in SETS.items():
        if catalogue.find(dataset):
            pairs = benchmark(name, scale)
            found[name] = dict(zip(pairs, each(model, pairs.values(), scale), strict=True))
    if not found:
        raise DataError(
            "none of Set5, Set14 and BSD100 is installed: point I2I_DATA at a folder with sr_classic and bsds500."
        )
    return found
