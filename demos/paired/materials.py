"""The materials of a building front: the colours that the net was trained with, and those that the pad shows for them.

The dataset's colours run from blue to red, and its sky, wall and window are three blues that no projector parts. On the page each
material has a colour of its own that looks like it; what the net is given keeps those of the dataset.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from i2i.data.worlds import facades

from . import words

_SHOWN = {
    "background": "#d6ecfb", "facade": "#e0ae74", "window": "#1f4073", "door": "#7a3b14", "cornice": "#8a8794", "sill": "#f6f3ea",
    "balcony": "#3f9c57", "blind": "#ef7d2d", "deco": "#f2cf3f", "molding": "#b79be0", "pillar": "#4ac2bd", "shop": "#c62358",
}  # fmt: skip


def _hex(colour: list[int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


# (name, colour) of each of `facades.CLASSES`, in their order: as the net is given them, and as the page shows them.
INKS = tuple(
    (words.MATERIALS.get(c, c), _hex(rgb))
    for c, rgb in zip(facades.CLASSES, facades.PALETTE.tolist(), strict=True)
)
SHOWN = tuple((words.MATERIALS.get(c, c), _SHOWN[c]) for c in facades.CLASSES)


def shown(image: Image.Image) -> Image.Image:
    """An RGB image with each pixel of one of the dataset's colours in that of the page; other pixels stay as they are."""
    pixels = np.asarray(image.convert("RGB"))
    told = pixels.copy()
    for old, (_, new) in zip(facades.PALETTE.tolist(), SHOWN, strict=True):
        told[(pixels == old).all(-1)] = tuple(bytes.fromhex(new[1:]))
    return Image.fromarray(told)
