"""Claims about inpainting: what a global and a patch discriminator each bring to a hole.

The small nets fill the middle of drawn building fronts at 64 px; the gallery's narrower nets do so with photographs.
"""

from __future__ import annotations

from functools import cache

from ..data.folders import DataError
from ..data.holes import KINDS, Holes, facade_holes
from ..measure import holes
from ..methods.pggan import PGGAN, Config
from ..recipes import RECIPES
from ..run.filling import Membrane
from ..run.pipeline import Model, load, shipped
from .claim import SEEDS, Claim, Comparison, Figures, NotReady, Stated, nearer
from .kept import kept
from .paired import CMP

SIZE = 64
HELD_OUT = 256
LOSSES: dict[str, dict[str, float]] = {
    "reconstruction alone": {"globally": 0.0, "patchwise": 0.0},
    "global": {"patchwise": 0.0},
    "patch": {"globally": 0.0},
    "both": {},
}
_NET = {
    "side": SIZE,
    "width": 16,
    "dilations": (1, 2, 4, 1, 2, 4),
    "d_width": 24,
    "shared": 2,
    "steps": 800,
    "rate": 4e-4,
    "start": "film",
}
_GALLERY = {"reconstruction alone": "l1", "global": "global", "patch": "patch", "both": "both"}


@cache
def world(split: str) -> Holes:
    """Drawn building fronts; without their middle half for the test, with any hole in training."""
    return facade_holes(
        SIZE, split, 1024 if split == "train" else HELD_OUT, kinds=("centre",) if split == "test" else KINDS
    )


@cache
def net(row: str, seed: int) -> Model:
    config = Config(**_NET, **LOSSES[row])
    return kept(
        f"inpainting {row}", lambda: PGGAN(config), lambda: world("train"), seed=seed, batch=8, size=SIZE
    )


def _measured(model, source: Holes) -> dict[str, float]:
    return {name: estimate.value for name, estimate in holes.report(model, source, HELD_OUT).items()}


def global_and_patch() -> Figures:
    figures: dict[str, float | list[float]] = {}
    for name, value in _measured(Membrane(), world("test")).items():
        figures[f"membrane | {name}"] = value
    for row in LOSSES:
        found = [_measured(net(row, seed), world("test")) for seed in SEEDS]
        figures |= {f"{row} | {name}": [f[name] for f in found] for name in found[0]}
    return figures | _gallery()


def _gallery() -> Figures:
    """The same of the gallery's nets on photographs of building fronts that they never saw, holes of all three kinds."""
    names = {row: f"pggan-facades-{name}" for row, name in _GALLERY.items()}
    if not set(names.values()) <= set(shipped()):
        return {}
    try:
        source = RECIPES[names["both"]].source("test")
    except DataError as fault:
        raise NotReady(str(fault)) from None
    figures = {f"{CMP}membrane | {k}": v for k, v in _measured(Membrane(), source).items()}
    for row, name in names.items():
        figures |= {f"{CMP}{row} | {k}": v for k, v in _measured(load(name, "cpu"), source).items()}
    return figures


INPAINTING = {
    "global-and-patch": Claim(
        "a global and a patch discriminator together fill a hole better than either alone",
        Stated("Demir and Unal 2018", {1: "the Patch GAN discriminator helps capture local texture details"}),
        "PSNR and SSIM in the hole are above those of either alone, and the step across the border is nearer to the truth's",
        global_and_patch,
        tuple(
            comparison
            for one in ("global", "patch")
            for comparison in (
                Comparison("both | hole PSNR", f"{one} | hole PSNR"),
                Comparison("both | hole SSIM", f"{one} | hole SSIM"),
                nearer("both | border jump", f"{one} | border jump", to=1),
            )
        ),
        20,
        also="drawn building fronts of 64 px without their middle half; the rows of photographs are one net each, seed 0",
    ),
}
