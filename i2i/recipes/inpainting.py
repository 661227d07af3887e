"""Recipes that fill holes: PGGAN."""

from __future__ import annotations

import torch

from ..data.worlds.facades import Facades
from ..data.worlds.icons import Icons
from .paired import CMP_LICENCE
from .recipe import Recipe
from .showcase_inputs import pierced, scenes
from .superres import PHOTOGRAPHS

RECIPES: dict[str, Recipe] = {}

# The paper's weights are not known (see the method); these are pix2pix's hundred to one. From a grey hole a run this short
# spends most of its steps on colours, and on 36 fronts held out of training misses by .21 (L1) what it misses by .18 so.
_FILL = {"side": 128, "width": 24, "d_width": 32, "rate": 4e-4, "start": "film"}
RECIPES["pggan-facades"] = Recipe(
    "pggan",
    "facades-holes",
    128,
    {**_FILL, "steps": 2_000},
    batch=4,
    ship=("D",),
    minutes=15,
    showcase=pierced(lambda size: Facades(size, split="test").batch(torch.arange(8))["y"]),
    summary="PGGAN: holes in photographs of building fronts, 128 px.",
    licence=CMP_LICENCE,
    failures=(
        "in a wide hole windows are hinted at: pale smears in the rhythm of the rows, with a fine grid over them",
        "railings, awnings and writing are not continued, and on drawn fronts, which it never saw, lines end at the hole",
    ),
)
RECIPES["pggan-emoji"] = Recipe(
    "pggan",
    "emoji-holes",
    128,
    {**_FILL, "width": 16, "d_width": 24, "steps": 2_000},
    batch=4,
    ship=("D",),
    minutes=8,
    showcase=pierced(lambda size: Icons(size, "glossy", "glossy", split="test").batch(torch.arange(8))["y"]),
    summary="PGGAN: holes in emoji, 128 px.",
    licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
    failures=(
        "outlines fade towards the middle of a wide hole, and shading turns into smears: the half that is missing is not drawn anew",
        "eyes, mouths and handles under the hole do not come back; what is left is their colour at most",
    ),
)
# What a photograph lacks in a hole can be anything, and the median of anything is the film: the adversary has to be louder.
RECIPES["pggan-photographs"] = Recipe(
    "pggan",
    "photographs-holes",
    128,
    {**_FILL, "steps": 20_000, "reconstruction": 0.92, "globally": 0.03, "patchwise": 0.05},
    batch=4,
    showcase=pierced(scenes),
    minutes=63,
    summary="PGGAN: holes in photographs, 128 px.",
    licence=f"{PHOTOGRAPHS['licence']}, and the Multi-class Weather Dataset (Ajayi 2018, CC BY 4.0)",
    failures=(
        "a wide hole gets smears of light and dark that belong to nothing there, and in a smooth sky a pale patch stays",
        "faces, hands and writing do not come back; it has seen 291 photographs, and 816 of the weather",
    ),
)
# The narrower nets of the comparison: weights of the global and the patch head, minutes, what it is told, failures.
_HEADS: dict[str, tuple[float, float, int, str, tuple[str, ...]]] = {
    "l1": (0.0, 0.0, 5, "reconstruction alone", (
        "no windows: blurred light and dark in the rhythm of the rows, and no edge",
        "a pattern that meets the hole stops there and is gone",
    )),
    "global": (0.01, 0.0, 6, "with the global discriminator", (
        "a woven grid of light and dark where windows belong: there is a rhythm, and no window in it",
        "edges inside the hole stay soft",
    )),
    "patch": (0.0, 0.01, 6, "with the patch discriminator", (
        "upright bands, dark and pale, where panes would be: firm to the left and right, without sill or lintel",
        "bands run from floor to floor, whatever row they pass",
    )),
    "both": (0.01, 0.01, 6, "with both", (
        "pieces of windows with bright and dark edges, in rows, but not one of them closed",
        "the middle of a wide hole is paler than its rim, and blue shows where no pane is",
    )),
}  # fmt: skip
RECIPES |= {
    f"pggan-facades-{name}": Recipe(
        "pggan", "facades-holes", 128,
        {**_FILL, "width": 16, "d_width": 24, "steps": 1_400, "globally": whole, "patchwise": patch},
        batch=4, minutes=minutes, showcase=RECIPES["pggan-facades"].showcase, licence=CMP_LICENCE,
        summary=f"The narrower net of the comparison of losses: {told}.", failures=failures,
    )
    for name, (whole, patch, minutes, told, failures) in _HEADS.items()
}  # fmt: skip
