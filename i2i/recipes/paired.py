"""Recipes with pairs: pix2pix, and its objective taken apart."""

from __future__ import annotations

from ..data.worlds.facades import Facades
from ..data.worlds.icons import Icons
from ..data.worlds.sketches import dabbed_sketches
from .recipe import Recipe
from .showcase_inputs import from_world

CMP_LICENCE = "research and teaching only: trained on the CMP Facade Database (Tylecek and Sara 2013)"

# The nets are narrower than the paper's (54 million parameters would be 109 MB), and upsample by repeating and
# convolving, which leaves no checkerboard; all else is the paper's.
_SMALL = {"width": 32, "cap": 160, "depth": 7, "up": "resized", "patch_width": 32}

RECIPES: dict[str, Recipe] = {
    "pix2pix-facades": Recipe(
        "pix2pix",
        "cmp-facades",
        256,
        {**_SMALL, "finish": 16, "steps": 30_000},
        batch=2,
        ship=("D",),
        direction="BA",
        showcase=from_world(Facades),
        summary="Label maps of building fronts to photographs, 256 px.",
        minutes=176,
        licence=CMP_LICENCE,
        failures=(
            "walls have cracks and streaks that no map asks for, and their colours change from place to place in pink, green and grey",
            "where the map says background it paints dark edges, a sky or the grey of a cut photograph, whatever is beside the front",
            "doors and shop fronts are dark, with patches of red, and a wide empty space becomes a woven grid",
        ),
    ),
    "pix2pix-emoji": Recipe(
        "pix2pix",
        "emoji-pens",
        128,
        {
            **_SMALL,
            "finish": 16,
            "half_scale": True,
            "gan": 0.5,
            "dropout": 0.2,
            "decay_from": 0.75,
            "steps": 40_000,
        },
        batch=4,
        ship=("D",),
        showcase=dabbed_sketches,
        summary="A pen drawing to a glossy 3-D emoji, 128 px; dabs of colour in it are followed.",
        minutes=95,
        licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
        failures=(
            "dabs in small parts are lost: the spots of a mushroom stay dark, the leaf of an apple turns red",
            "without dabs colours are guesses: a cat comes out orange, a car brown, a house pale yellow and pink",
            "eyes, windows and other small parts come out as dark or white patches, and strings and stems break off",
            "what is smaller than a third of the pad comes out dark or in patches, and a face loses its features",
        ),
    ),
    "pix2pix-icons": Recipe(
        "pix2pix",
        "icons",
        128,
        {**_SMALL, "width": 24, "cap": 96, "patch_width": 24, "steps": 2_500},
        batch=8,
        ship=("D",),
        showcase=from_world(Icons, 16),
        summary="Line icons to glossy ones, 128 px: what a fresh clone trains offline in minutes.",
        minutes=18,
        licence="MIT: trained on the procedural icons of this package",
        failures=(
            "where many colours are equally likely it mixes them: balloons and rockets change hue from part to part",
            "ornaments of a few pixels (stripes, eyelids, whiskers) smear, and outlines are a little frayed",
        ),
    ),
}

# What differs from L1 + cGAN with a U-Net and 70-px patches, and whether a tab switches to it.
_ABLATIONS: dict[str, tuple[dict, bool, str, tuple[str, ...]]] = {
    "both": (
        {},
        True,
        "L1 + cGAN, U-Net, 70-px patches: what the others are compared with.",
        (
            "a woven grid lies over walls",
            "the margin beside the building comes out dark, whatever the map says there",
        ),
    ),
    "l1": (
        {"gan": 0.0},
        True,
        "L1 alone: right on average, and blurred.",
        ("nothing fine is left: a window is a soft grey box", "all buildings take the same mean beige"),
    ),
    "cgan": (
        {"l1": 0.0},
        True,
        "The conditional GAN alone, without L1.",
        (
            "white and black blots beside and above the building",
            "ornaments and ledges that no part of the map asks for",
        ),
    ),
    "gan": ({"l1": 0.0, "condition": False}, False, "A GAN whose D never sees the map, without L1.", ()),
    "gan-l1": ({"condition": False}, False, "A GAN whose D never sees the map, with L1.", ()),
    "encdec-l1": ({"skips": False, "gan": 0.0}, False, "The encoder-decoder without skips, L1 alone.", ()),
    "encdec": ({"skips": False}, False, "The encoder-decoder without skips, L1 + cGAN.", ()),
    "patch1": (
        {"patch_layers": 0},
        True,
        "D judges single pixels.",
        ("as soft as L1 alone",),
    ),
    "patch16": (
        {"patch_layers": 1},
        True,
        "D judges patches of 16 px.",
        ("sharp, yet fine parallel lines repeat all over walls and sky",),
    ),
    "patch34": ({"patch_layers": 2}, False, "D judges patches of 34 px.", ()),
    "full": (
        {"patch_layers": 4},
        True,
        "D judges patches of 142 px, which cover the picture.",
        (
            "windows blur into one another and walls carry a woven grid: few logits, so few lessons in each step",
        ),
    ),
}

# The paper's Tables 1 to 3 on facades: one budget, one seed, nets as narrow as a tab's worth of them can be.
RECIPES |= {
    f"pix2pix-facades-{name}": Recipe(
        "pix2pix",
        "cmp-facades",
        128,
        {**_SMALL, "width": 24, "cap": 96, "patch_width": 24, "steps": 3_000, **changes},
        batch=4,
        ship=("D",) if changes.get("gan", 1) else (),
        shipped=shipped,
        showcase=from_world(Facades),
        direction="BA",
        summary=f"Facades at 128 px. {summary}",
        licence=CMP_LICENCE,
        failures=failures,
        minutes=9 if changes.get("gan", 1) else 5,
    )
    for name, (changes, shipped, summary, failures) in _ABLATIONS.items()
}

# The same models of D where the true answer may be shown beside the made one: the world is ours.
RECIPES |= {
    f"pix2pix-icons-{name}": Recipe(
        "pix2pix", "icons", 128,
        {**_SMALL, "width": 16, "cap": 64, "patch_width": 16, "steps": 1_500, "patch_layers": layers},
        batch=8, ship=("D",), showcase=from_world(Icons, 16), summary=f"Icons at 128 px. {summary}",
        licence="MIT: trained on the procedural icons of this package", failures=failures, minutes=8,
    )
    for name, layers, summary, failures in (
        ("patch1", 0, "D judges single pixels.",
         ("nearly one colour, a rusty brown, and no texture", "stars, stripes and faces are blurred away")),
        ("patch16", 1, "D judges patches of 16 px.",
         ("colours change within one part", "faces and ornaments melt")),
        ("full", 4, "D judges patches of 142 px, which cover the picture.",
         ("speckles of colour on every surface", "outlines fray")),
    )
}  # fmt: skip
