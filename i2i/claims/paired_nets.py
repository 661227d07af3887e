"""The nets that claims about pix2pix compare: one minute each on the procedural facades, and those of the gallery."""

from __future__ import annotations

import dataclasses
from functools import cache, lru_cache
from pathlib import Path

import torch
from torch import Tensor

from ..checkpoint import is_export
from ..data.cmp import cmp_facades
from ..data.folders import DataError
from ..data.public import catalogue
from ..data.worlds.facades import Facades
from ..judges.segmenter import RealFacades
from ..measure.paired import translate_all
from ..methods.pix2pix import Config, Pix2Pix
from ..recipes import RECIPES
from ..run.pipeline import Model, load, shipped
from .claim import NotReady
from .kept import kept

# What differs from L1 + cGAN with a U-Net and patches of 34 px, the best size for an image of 64.
VARIANTS: dict[str, dict] = {
    "L1 + cGAN": {},
    "L1": {"gan": 0.0},
    "cGAN": {"l1": 0.0},
    "GAN": {"l1": 0.0, "condition": False},
    "L1 + GAN": {"condition": False},
    "encoder-decoder, L1": {"skips": False, "gan": 0.0},
    "encoder-decoder, L1 + cGAN": {"skips": False},
    "patch 1": {"patch_layers": 0},
    "patch 16": {"patch_layers": 1},
    "patch 70": {"patch_layers": 3},
}
_BASE = Config(width=16, cap=64, depth=6, up="resized", patch_width=16, patch_layers=2, steps=600)

# The same questions on photographs: the recipe of each row.
ON_CMP = {
    "L1": "l1", "GAN": "gan", "cGAN": "cgan", "L1 + GAN": "gan-l1", "L1 + cGAN": "both",
    "encoder-decoder, L1": "encdec-l1", "encoder-decoder, L1 + cGAN": "encdec",
    "patch 1": "patch1", "patch 16": "patch16", "patch 34": "patch34", "full": "full",
}  # fmt: skip


@cache
def trained(variant: str, seed: int) -> Model:
    """pix2pix at 64 px on the procedural facades: 600 steps of 8."""
    config = dataclasses.replace(_BASE, **VARIANTS[variant])
    nets = ("D",) if config.gan else ()
    return kept(variant, lambda: Pix2Pix(config), lambda: Facades(64), seed=seed, batch=8, size=64, nets=nets)


@lru_cache(maxsize=4)
def drawn_truth(count: int = 128) -> dict[str, Tensor]:
    """The first test samples of the procedural facades at 64 px: x, y, labels."""
    return Facades(64, split="test").batch(torch.arange(count))


@lru_cache(maxsize=64)
def drawn(variant: str, seed: int, count: int = 128) -> Tensor:
    """What `trained` makes of `drawn_truth`, float [count, 3, 64, 64]."""
    model, truth = trained(variant, seed), drawn_truth(count)
    return torch.cat([model.translate(x[None], seed=i) for i, x in enumerate(truth["x"])])


def on_cmp(row: str) -> Model:
    """The gallery's net for a row on photographs at 128 px; NotReady if its weights are neither shipped nor in runs/."""
    name = f"pix2pix-facades-{ON_CMP[row]}"
    if name in shipped():
        return load(name, "cpu")
    folder = Path("runs") / name / "export"
    if not is_export(folder):
        minutes = f" (about {RECIPES[name].minutes:.0f} minutes)" if RECIPES[name].minutes else ""
        raise NotReady(
            f"the weights of {name} are not shipped: train them first{minutes}, python -m i2i train {name}."
        )
    return load(folder, "cpu")


@cache
def cmp_truth() -> dict[str, Tensor]:
    """The hundred test fronts at 128 px: photographs x and int64 labels, as the segmenter reads them."""
    try:
        source = RealFacades(128, "test")
    except DataError as fault:
        raise NotReady(str(fault)) from None
    return source.batch(torch.arange(len(source)))


@lru_cache(maxsize=16)
def cmp_made(row: str) -> tuple[Tensor, Tensor]:
    """(made, real) of a row's net on the hundred test fronts, float [100, 3, 128, 128]."""
    return translate_all(on_cmp(row), cmp_facades(catalogue.require("facades"), 128, "test"), progress=False)
