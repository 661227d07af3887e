"""Recipes with more than one right answer, and those that take style and content apart."""

from __future__ import annotations

from .datasets import DATA
from .recipe import Recipe
from .showcase_inputs import from_world, icons_in

RECIPES: dict[str, Recipe] = {
    "augmented_cyclegan-icons": Recipe(
        "augmented_cyclegan",
        "icons-glossy-night",
        64,
        {
            "code": 8,
            "width": 16,
            "up": "resized",
            "e_width": 16,
            "d_width": 24,
            "d_rate": 1e-4,
            "steps": 4_000,
        },
        batch=8,
        showcase=icons_in("glossy", "night"),
        shipped=False,
        summary="Augmented CycleGAN: glossy icons to icons at night, learned without pairs, with a code for what differs, 64 px.",
        licence="MIT: trained on the procedural icons of this package",
    ),
    "mad_gan-icons": Recipe(
        "mad_gan",
        "icons",
        64,
        {
            "width": 20,
            "cap": 120,
            "depth": 6,
            "up": "resized",
            "head_width": 20,
            "patch_layers": 2,
            "patch_width": 24,
            "l1": 10.0,
            "steps": 4_000,
        },
        batch=4,
        showcase=icons_in("line", "glossy"),
        shipped=False,
        summary="MAD-GAN: line icons to glossy ones by four generators that D tells apart, 64 px.",
        licence="MIT: trained on the procedural icons of this package",
    ),
    "bilinear-letters": Recipe(
        "bilinear",
        "letters",
        32,
        batch=16,
        showcase=from_world(DATA["letters"]),
        shipped=False,
        summary="Bilinear model: capitals in 22 fonts as products of a font and a letter, 32 px.",
        licence="MIT: fitted to letters of the fonts that come with matplotlib (DejaVu, STIX, Computer Modern)",
    ),
}
