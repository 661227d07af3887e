"""Recipes of methods that make several answers to one input."""

from __future__ import annotations

from ..data.worlds.sketches import sketches
from .recipe import Recipe

RECIPES: dict[str, Recipe] = {}

# Without an adversary: a squared error of what is to be added to a noisy answer.
RECIPES["bridge-emoji"] = Recipe(
    "bridge",
    "emoji-pens",
    64,
    {"width": 32, "cap": 112, "depth": 6, "up": "resized", "rate": 5e-4, "steps": 12_000},
    batch=16,
    showcase=sketches,
    shipped=False,
    summary="A pen drawing to several emoji by a bridge: 1 step gives their mean, 4 a sample, 64 px.",
    licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
)
RECIPES["diffusion-emoji"] = Recipe(
    "diffusion",
    "emoji-pens",
    64,
    {
        "widths": (32, 64, 80),
        "layers": 1,
        "attention": (2,),
        "head": 16,
        "groups": 8,
        "dropout": 0.0,
        "rate": 5e-4,
        "steps": 12_000,
    },
    batch=16,
    showcase=sketches,
    shipped=False,
    summary="A pen drawing to several emoji by a small conditional diffusion model, 20 steps of DDIM, 64 px.",
    licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
)
