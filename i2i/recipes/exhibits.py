"""Recipes of the tab Failures: small nets in which one thing is wrong, and one in which it is mended. Icons, 64 px."""

from __future__ import annotations

from ..data.worlds.icons import Icons
from .recipe import Recipe
from .showcase_inputs import from_world, icons_in

RECIPES: dict[str, Recipe] = {}

_LICENCE = "MIT: trained on the procedural icons of this package"
_CYCLE = {
    "width": 24, "blocks": 4, "up": "resized", "patch_layers": 2, "patch_width": 24, "halvings": 1, "identity": 0.0,
}  # fmt: skip
RECIPES["cyclegan-icons-lines"] = Recipe(
    "cyclegan",
    "icons-glossy-line",
    64,
    {**_CYCLE, "steps": 4_600},
    batch=1,
    showcase=icons_in("glossy", "line"),
    summary="Failure on purpose. CycleGAN: glossy icons to lines and back, whose colours travel hidden in the lines, 64 px.",
    licence=_LICENCE,
    minutes=5,
    failures=(
        "the colours of the input lie in the lines as faint tints, and the way back reads them: made grey, the lines come home in wrong colours",
        "lines break up, and strokes stand beside things where nothing was",
    ),
)

# Trained alike but for what each name says.
_PAIRED = {
    "width": 16, "cap": 64, "depth": 6, "up": "resized", "patch_width": 16, "patch_layers": 2, "dropout": 0.0, "steps": 1_500,
}  # fmt: skip
_VARIANTS: dict[str, tuple[dict, tuple[str, ...], str, float, tuple[str, ...]]] = {
    "resized": (
        {},
        ("D",),
        "pix2pix: line icons to glossy ones, small and short, beside which the failures hang, 64 px.",
        1.4,
        ("soft, and colours change within one thing: 1,500 steps are few", "eyes and ornaments of a few pixels are lost"),
    ),
    "checkered": (
        {"up": "transposed3"},
        (),
        "Failure on purpose. pix2pix with transposed convolutions of kernel 3: a checkerboard over everything, 64 px.",
        1.3,
        ("a grid of two pixels over everything, the paper included", "two colours for all things, a brown and a blue"),
    ),
    "alone": (
        {"l1": 0.0, "condition": False, "skips": False},
        ("D",),
        "Failure on purpose. A GAN whose D never sees the input, without L1 and without skips: one image for all inputs, 64 px.",
        1.5,
        ("every input gets the same image", "that image shows nothing that has a name"),
    ),
    "won": (
        {"l1": 0.0, "patch_width": 64, "patch_layers": 3, "width": 4, "cap": 8},
        ("D",),
        "Failure on purpose. A GAN whose D is far larger than its G and tells all images from icons, 64 px.",
        3.0,
        ("D is sure of every image, so what it says no longer shows G what to change", "blurred shapes in colours that belong to nothing"),
    ),
}  # fmt: skip
for _name, (_changes, _ship, _summary, _minutes, _failures) in _VARIANTS.items():
    RECIPES[f"pix2pix-icons-{_name}"] = Recipe(
        "pix2pix",
        "icons",
        64,
        {**_PAIRED, **_changes},
        batch=4,
        ship=_ship,
        showcase=from_world(Icons, 16),
        summary=_summary,
        licence=_LICENCE,
        minutes=_minutes,
        failures=_failures,
    )
