"""Recipes of attributes: one generator that is told them (StarGAN), and a code beside them (IcGAN)."""

from __future__ import annotations

from ..data.attributes import drawn_faces
from ..data.worlds.faces import ATTRIBUTES
from .recipe import Recipe
from .showcase_inputs import from_world

RECIPES: dict[str, Recipe] = {}

_FACES = from_world(drawn_faces)
_LICENCE = "MIT: trained on the procedural faces of this package"
RECIPES["stargan-faces"] = Recipe(
    "stargan",
    "faces",
    64,
    {
        "domains": len(ATTRIBUTES), "side": 64, "width": 24, "blocks": 4, "halvings": 1, "up": "resized", "critic_width": 24,
        "critic_layers": 5, "critic_steps": 1, "rate": 2e-4, "recon": 10.0, "steps": 6_000,
    },
    batch=8,
    showcase=_FACES,
    shipped=False,
    summary="StarGAN: drawn faces, eleven attributes that can be asked for, 64 px.",
    licence=_LICENCE,
)  # fmt: skip
RECIPES["icgan-faces"] = Recipe(
    "icgan",
    "faces",
    64,
    {
        "domains": len(ATTRIBUTES), "side": 64, "code": 64, "width": 32, "d_width": 32, "up": "resized", "e_width": 16,
        "z_dense": 256, "y_dense": 64, "steps": 8_000, "code_steps": 4_000, "label_steps": 1_000, "e_rate": 5e-4,
        "decay_from": 0.5,
    },
    batch=32,
    ema=0.99,
    showcase=_FACES,
    shipped=False,
    summary="IcGAN: drawn faces, read into a code and eleven attributes, and made again with others, 64 px.",
    licence=_LICENCE,
)  # fmt: skip
