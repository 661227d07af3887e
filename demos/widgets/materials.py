"""The materials of a building front: the colours that nets were trained with, those that the pad shows for them, and fronts.

The dataset's colours run from blue to red, and its sky, wall and window are three blues that no projector parts. On the page each
material has a colour of its own that looks like it; what the net is given keeps those of the dataset.
"""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from i2i.data.worlds import facades, icons
from i2i.images import to_image, to_tensor

from . import words
from .pad import SIDE, image_to_base

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
    """A map of materials, RGB, in the colours of the page: each pixel in that of the nearest material, since edges of what is
    drawn are mixtures. A picture of which less than half has the dataset's colours is no map, and stays as it is."""
    pixels = np.asarray(image.convert("RGB"))
    exact = (pixels[:, :, None] == facades.PALETTE.numpy()).all(-1).any(-1).mean()
    if exact < 0.5:
        return Image.fromarray(pixels)
    told = np.array([tuple(bytes.fromhex(new[1:])) for _, new in SHOWN], np.uint8)
    return Image.fromarray(told[facades.classes_of(to_tensor(image))[0].numpy()])


def fronts() -> list[tuple[str, dict]]:
    """(name, a pad's value): a town house out of boxes, and fronts that a program draws."""
    maps = facades.colour(facades.draw_labels(icons.SPLITS["test"][0] + torch.arange(9), SIDE))
    built = [(words.TOWN_HOUSE, {"ops": _town_house(), "base": ""})]
    return built + [
        (words.FRONT.format(number=i + 1), {"ops": "", "base": image_to_base(to_image(x))})
        for i, x in enumerate(maps)
    ]


def _town_house() -> str:
    """A small building out of boxes, as a visitor would stack it."""
    at = {name: i for i, name in enumerate(facades.CLASSES)}
    boxes: list[tuple[str, int, int, int, int]] = [("facade", 22, 30, 234, 256), ("cornice", 18, 24, 238, 36)]
    for row, (top, bottom) in enumerate(((50, 84), (104, 142), (162, 200))):
        for left in (40, 92, 144, 196):
            boxes += [
                ("window", left, top, left + 24, bottom),
                ("sill", left - 3, bottom, left + 27, bottom + 5),
            ]
            if row == 1:
                boxes.append(("deco", left - 2, top - 9, left + 26, top - 3))
    boxes += [("balcony", 88, 128, 172, 146), ("molding", 22, 212, 234, 218)]
    boxes += [("shop", 34, 222, 100, 256), ("door", 114, 220, 142, 256), ("shop", 156, 222, 222, 256)]
    return ";".join(f"r{at[name]},0,{a},{b},{c},{d}" for name, a, b, c, d in boxes)
