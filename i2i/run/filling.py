"""A hole in an image of any size: filled by a model, or without one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ..images import ImageError, to_image, to_rgb, to_tensor, upright
from ..nets.membrane import membrane

PIECES = 16  # that a hole is cut into at most: each is a pass of the net

# -- an image of any size ------------------------------------------------------------------------------------------


def as_hole(mask: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """A mask as bool [H, W] of an image's (width, height): a pixel is part of the hole from half white on.

    A mask of another size is scaled, if its shape is the image's to a hundredth. What is transparent in a mask is no
    hole. Raises ImageError with one sentence.
    """
    if not isinstance(mask, Image.Image):
        raise ImageError(f"expected a PIL picture as mask, got {type(mask).__name__}.")
    if not all(mask.size):
        raise ImageError("the mask has no pixels.")
    mask = upright(mask)
    if abs(mask.width * size[1] / (mask.height * size[0]) - 1) > 0.01:
        raise ImageError(
            f"the mask is {mask.width} x {mask.height} px and the picture {size[0]} x {size[1]}: they must have one shape."
        )
    if mask.mode in ("RGBA", "LA", "PA", "RGBa") or (
        "transparency" in mask.info and not mask.mode.startswith("I")
    ):
        layers = mask.convert("RGBA")
        mask = Image.composite(layers.convert("L"), Image.new("L", mask.size), layers.getchannel("A"))
    grey = to_rgb(mask).convert("L")
    if grey.size != size:
        grey = grey.resize(size, Image.BILINEAR)
    return np.asarray(grey) >= 128


def window(hole: np.ndarray, size: int) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) that a net of `size` px is shown of an image with a hole bool [H, W]: twice as
    wide and high as the hole, at least `size`, and inside the image."""
    box = []
    for axis in (0, 1):
        inside = np.flatnonzero(hole.any(axis))
        first, last, whole = int(inside[0]), int(inside[-1]) + 1, hole.shape[1 - axis]
        length = min(whole, max(size, 2 * (last - first)))
        start = min(max(0, (first + last - length) // 2), whole - length)
        box.append((start, start + length))
    (left, right), (top, bottom) = box
    return left, top, right, bottom


def pieces(hole: np.ndarray, size: int) -> list[np.ndarray]:
    """A hole bool [H, W] cut into pieces that are filled one after the other, so that each is seen from nearer by; at most
    `PIECES`. It is cut along empty rows and columns (Nagy and Seth 1984), the largest piece first, while a net of `size` px
    would be shown it shrunk."""
    found, shrunk = [], [(_extent(hole, size), hole)]
    while shrunk and len(found) + len(shrunk) < PIECES:
        extent, part = shrunk.pop(max(range(len(shrunk)), key=lambda i: shrunk[i][0]))
        halves = _halves(part) if extent > size else None
        if halves:
            shrunk += [(_extent(half, size), half) for half in halves]
        else:
            found.append(part)
    found += [part for _, part in shrunk]
    return sorted(found, key=np.count_nonzero)  # small ones first: filled, they are surroundings of the large


def _extent(hole: np.ndarray, size: int) -> int:
    left, top, right, bottom = window(hole, size)
    return max(right - left, bottom - top)


def _halves(hole: np.ndarray) -> list[np.ndarray] | None:
    """Both sides of a gap between rows or columns that a hole touches, of that which leaves the least to either; None if
    there is no gap."""
    touched = [np.flatnonzero(hole.any(1 - axis)) for axis in (0, 1)]
    lengths = [int(at[-1] - at[0]) + 1 for at in touched]
    gaps = [
        (
            max(lengths[1 - axis], longer := max(int(before - at[0]) + 1, int(at[-1] - after) + 1)),
            longer,
            axis,
            int(after),
        )
        for axis, at in enumerate(touched)
        for before, after in pairwise(at)
        if after - before > 1
    ]
    if not gaps:
        return None
    *_, axis, at = min(gaps)
    first = hole & (np.arange(hole.shape[axis]) < at).reshape((-1, 1) if axis == 0 else (1, -1))
    return [first, hole & ~first]


def fill(model, image: Image.Image, mask: Image.Image, scale: float = 1.0, seed: int = 0) -> Image.Image:
    """The image, RGB, its hole painted; every pixel outside is its own, to the bit, and none inside is looked at.

    model: one whose controls hold "mask".  mask: as `as_hole` takes it.  The net sees a window around each of the hole's
    `pieces`, its longer side shrunk or grown to the trained size times `scale`, and what it paints is grown back. Without
    a hole the image comes back as it is. Raises ImageError where nothing is left to go by.
    """
    rgb = to_rgb(image)
    hole = as_hole(mask, rgb.size)
    if not hole.any():
        return rgb
    if hole.all():
        raise ImageError(
            "the hole covers the whole picture: there is nothing left to go by; mark less of it."
        )
    result, open_ = rgb.copy(), hole.copy()
    for piece in pieces(hole, model.size):
        _fill_piece(model, result, open_, piece, scale, seed)
        open_ &= ~piece
    return result


def _fill_piece(
    model, image: Image.Image, hole: np.ndarray, piece: np.ndarray, scale: float, seed: int
) -> None:
    """Paint one piece of what is still open of a hole into the image."""
    box = window(piece, model.size)
    left, top, right, bottom = box
    ratio = model.size * scale / max(right - left, bottom - top)
    step = model.method.multiple if hasattr(model, "method") else 4  # what the net halves must be even
    small = tuple(max(32, step, step * round(side * ratio / step)) for side in (bottom - top, right - left))
    known = torch.from_numpy(~hole[top:bottom, left:right])[None, None].float()
    # A pixel of the small image is the mean of what is known under it, and hole where less than half is.
    share = F.adaptive_avg_pool2d(known, small)
    x = F.adaptive_avg_pool2d(to_tensor(image.crop(box)) * known, small) / share.clamp_min(1e-6)
    seen = share <= 0.5
    seen = (share == 0 if seen.all() else seen).float()
    made = model.translate(x * (share > 0), seed, mask=seen) if seen.any() else x
    image.paste(
        to_image(made).resize((right - left, bottom - top), Image.BICUBIC),
        (left, top),
        Image.fromarray(piece).crop(box),
    )


# -- without a model ------------------------------------------------------------------------------------------------


class Membrane:
    """`membrane` in a model's place."""

    name, size, controls = "membrane", 128, ("mask", "scale")

    def translate(self, x: Tensor, seed: int = 0, mask: Tensor | None = None) -> Tensor:
        return x if mask is None else membrane(x, mask)
