"""A hole in an image of any size: filled by a model, or without one."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ..images import ImageError, eight_bits, layers, scaled, to_image, to_rgb, to_tensor
from ..nets.membrane import membrane

PIECES = 16  # that a hole is cut into at most: each is a pass of the net

# -- an image of any size ------------------------------------------------------------------------------------------


def as_hole(mask: Image.Image, size: tuple[int, int], image: Image.Image | None = None) -> np.ndarray:
    """A mask as bool [H, W] of an image's (width, height): what a person sees as marked in it.

    Of two values the lighter one is the hole, whatever they are; of more, what is at least half as light as the lightest;
    on white paper, what has a colour. Where a mask can be seen through, it is a layer: what was painted on it is the hole, in
    any colour, unless it was painted in both black and white. Where it is `image` itself with a part cut out, that part is.
    A mask of another size is scaled, if its shape is the image's to a hundredth. Raises ImageError with one sentence.
    """
    if not isinstance(mask, Image.Image):
        raise ImageError(f"expected a PIL picture as mask, got {type(mask).__name__}.")
    if not all(mask.size):
        raise ImageError("the mask has no pixels.")
    seen = eight_bits(layers(mask))
    if abs(seen.width * size[1] / (seen.height * size[0]) - 1) > 0.01:
        raise ImageError(
            f"the mask is {seen.width} x {seen.height} px and the picture {size[0]} x {size[1]}: they must have one shape."
        )
    marked = _marked(seen, image, mask is image)
    if seen.size != size:
        marked = np.asarray(Image.fromarray(marked).convert("L").resize(size, Image.BILINEAR)) >= 128
    return marked


def _marked(mask: Image.Image, image: Image.Image | None, itself: bool) -> np.ndarray:
    """The hole of a mask of 8 bits, at its own size; itself: the image is its own mask."""
    colours = np.asarray(mask.convert("RGB"))
    if mask.mode not in ("LA", "RGBA"):
        return _light(colours)
    painted = np.asarray(mask.getchannel("A")) >= 128
    if painted.all():
        return _light(colours)
    if itself:
        return ~painted
    if not painted.any():
        return painted
    ink = colours[painted]
    if image is not None:
        under = np.asarray(scaled(to_rgb(image), mask.size))[painted]
        if ink.std() > 2 and np.abs(ink.astype(np.int16) - under).mean() < 8:  # a brush has one colour
            return ~painted
    black, white = ((ink < 64).all(-1).mean(), (ink >= 192).all(-1).mean())
    if min(black, white) > 0.02 and black + white > 0.9:
        light = np.zeros_like(painted)
        light[painted] = _light(ink)
        return light
    return painted


def _light(colours: np.ndarray) -> np.ndarray:
    """Of opaque colours, uint8 [..., 3], which are a mark, and which the paper."""
    level = colours.max(-1)
    colour = level - colours.min(-1)
    low, high = int(level.min()), int(level.max())
    if colour.max() >= 64 and (plain := level[colour < 64]).size and plain.mean() >= 128:  # white paper
        return colour >= colour.max() / 2
    if low == high:
        return np.full(level.shape, high >= 128)
    if ((level == low) | (level == high)).all():
        return level == high
    return level >= (high / 2 if high >= 16 else 128)  # below that it is the noise of a black page


def told(hole: np.ndarray) -> str:
    """What part of the picture a hole bool [H, W] is, and whether that is odd, as the end of a sentence."""
    share = f"fills {100 * hole.mean():.3g} %"
    if not hole.any():
        return f"{share}: nothing is marked; paint the hole white on black, or in any colour on a transparent layer."
    if hole.mean() > 0.5:
        return f"{share}, more than half of it; if the rest was meant, exchange black and white in the mask."
    return f"{share}."


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
    hole = as_hole(mask, rgb.size, image)
    if not 0 < hole.mean() <= 0.5:
        warnings.warn(f"the mask {told(hole)}", stacklevel=2)
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
