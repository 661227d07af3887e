"""A hole in a picture of any size: filled by a model, or without one."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .nets.membrane import membrane
from .pictures import PictureError, to_picture, to_rgb, to_tensor, upright

# -- a picture of any size ------------------------------------------------------------------------------------------


def as_hole(mask: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """A mask as bool [H, W] of a picture's (width, height): a pixel is part of the hole from half white on.

    A mask of another size is scaled, if its shape is the picture's to a hundredth. What is transparent in a mask is no
    hole. Raises PictureError with one sentence.
    """
    if not isinstance(mask, Image.Image):
        raise PictureError(f"expected a PIL picture as mask, got {type(mask).__name__}.")
    if not all(mask.size):
        raise PictureError("the mask has no pixels.")
    mask = upright(mask)
    if abs(mask.width * size[1] / (mask.height * size[0]) - 1) > 0.01:
        raise PictureError(
            f"the mask is {mask.width} x {mask.height} px and the picture {size[0]} x {size[1]}: they must have one shape."
        )
    if mask.mode in ("RGBA", "LA", "PA", "RGBa") or ("transparency" in mask.info and not mask.mode.startswith("I")):
        layers = mask.convert("RGBA")
        mask = Image.composite(layers.convert("L"), Image.new("L", mask.size), layers.getchannel("A"))
    grey = to_rgb(mask).convert("L")
    if grey.size != size:
        grey = grey.resize(size, Image.BILINEAR)
    return np.asarray(grey) >= 128


def window(hole: np.ndarray, size: int) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) that a net of `size` px is shown of a picture with a hole bool [H, W]: twice as
    wide and high as the hole, at least `size`, and inside the picture."""
    box = []
    for axis in (0, 1):
        inside = np.flatnonzero(hole.any(axis))
        first, last, whole = int(inside[0]), int(inside[-1]) + 1, hole.shape[1 - axis]
        length = min(whole, max(size, 2 * (last - first)))
        start = min(max(0, (first + last - length) // 2), whole - length)
        box.append((start, start + length))
    (left, right), (top, bottom) = box
    return left, top, right, bottom


def fill(model, picture: Image.Image, mask: Image.Image, scale: float = 1.0, seed: int = 0) -> Image.Image:
    """The picture, RGB, its hole painted; every pixel outside is its own, to the bit, and none inside is looked at.

    model: one whose controls hold "mask".  mask: as `as_hole` takes it.  The net sees a window around the hole, its
    longer side shrunk or grown to the trained size times `scale`, and what it paints is grown back. Without a hole the
    picture comes back as it is. Raises PictureError where nothing is left to go by.
    """
    rgb = to_rgb(picture)
    hole = as_hole(mask, rgb.size)
    if not hole.any():
        return rgb
    if hole.all():
        raise PictureError("the hole covers the whole picture: there is nothing left to go by; mark less of it.")
    box = window(hole, model.size)
    part, inside = rgb.crop(box), Image.fromarray(hole).crop(box)
    ratio = model.size * scale / max(part.size)
    step = 2 ** (model.method.config.halvings if hasattr(model, "method") else 2)  # what the net halves must be even
    # BOX, so that no pixel of the hole leaks into one outside.
    small = tuple(max(32, step, step * round(side * ratio / step)) for side in part.size)
    seen = torch.from_numpy(np.array(inside.convert("L").resize(small, Image.BOX)) > 0).float()[None, None]
    known = np.array(part)
    known[np.asarray(inside)] = 128
    x = to_tensor(Image.fromarray(known).resize(small, Image.BOX))
    made = to_picture(model.translate(x, seed, mask=seen)).resize(part.size, Image.BICUBIC)
    result = rgb.copy()
    result.paste(made, box[:2], inside)
    return result


# -- without a model ------------------------------------------------------------------------------------------------


class Membrane:
    """`membrane` in a model's place."""

    name, size, controls = "membrane", 128, ("mask", "scale")

    def translate(self, x: Tensor, seed: int = 0, mask: Tensor | None = None) -> Tensor:
        return x if mask is None else membrane(x, mask)
