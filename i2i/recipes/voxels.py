"""Recipes of shapes in voxels: 3D-GAN."""

from __future__ import annotations

from .recipe import Recipe
from .showcase_inputs import seeds

RECIPES: dict[str, Recipe] = {}


# The paper's rates, 2.5e-3 for G and 1e-5 for D, are those of days on a GPU: a D that hardly learns tells G little in minutes.
_SMALL = {
    "side": 32, "code": 64, "width": 48, "up": "resized", "d_width": 24, "rate": 1e-3, "d_rate": 2e-4,
}  # fmt: skip
RECIPES["gan3d-furniture"] = Recipe(
    "gan3d",
    "furniture",
    32,
    {**_SMALL, "steps": 6_000},
    batch=16,
    ema=0.995,
    showcase=seeds,
    ship=("D",),
    summary="3D-GAN: chairs, tables, lamps, shelves, sofas and beds of 32 x 32 x 32 voxels, from 64 numbers.",
    licence="MIT: trained on the procedural furniture of this package",
    failures=(
        "thin legs break off, so a chair may hang in the air",
        "scraps float beside a piece, and rods of a back stand alone: lamps and beds with posts suffer most",
        "its samples come near to fewer of the held-out pieces than as many training pieces do (coverage .39 beside .59)",
    ),
    minutes=43,
)
RECIPES["gan3d-chairs"] = Recipe(
    "gan3d",
    "chairs",
    32,
    {**_SMALL, "steps": 6_000},
    batch=16,
    ema=0.995,
    showcase=seeds,
    ship=("D",),
    summary="3D-GAN: chairs of 32 x 32 x 32 voxels, from 64 numbers.",
    licence="academic use: trained on ModelNet10 (Wu et al. 2015)",
    failures=(
        "legs break off, and scraps float beside a chair",
        "the feet of swivel chairs fall to pieces",
        "its samples come near to fewer of the held-out chairs than as many training chairs do (coverage .36 beside .49)",
    ),
    minutes=26,
)
