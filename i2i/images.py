"""Images in and out: the shapes that nets take, and the way between PIL and tensors in [-1, 1]. Files: opening.py."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .opening import (  # noqa: F401  whoever works with images needs these as well
    FORMATS,
    MAX_BYTES,
    MAX_PIXELS,
    MAX_SIDE,
    SUFFIXES,
    ImageError,
    eight_bits,
    layers,
    open_image,
    open_layers,
    printable,
    to_rgb,
    upright,
)

FITS = ("letterbox", "crop")


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """An image at (width, height), by the filter that the way calls for: Lanczos smaller, bicubic larger."""
    if image.size == tuple(size):
        return image
    return image.resize(
        size, Image.LANCZOS if size[0] * size[1] < image.width * image.height else Image.BICUBIC
    )


def fitted(
    image: Image.Image, size: int, fit: str = "letterbox", side: int | None = None
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """An image on a square canvas of `side` px (default: `size`), and the box (left, top, right, bottom) that it fills.

    "letterbox": all of it, its longer side `size`, its border repeated outwards. "crop": its middle square, of `size`.
    Training, evaluation and translation all shape images by this one function. ValueError for another fit.
    """
    if fit not in FITS:
        raise ValueError(f"fit is one of {', '.join(FITS)}; got {fit!r}.")
    rgb, side = to_rgb(image), side or size
    if fit == "crop":
        w = h = size
        shorter = min(rgb.size)
        left, top = ((s - shorter) // 2 for s in rgb.size)
        rgb = scaled(rgb.crop((left, top, left + shorter, top + shorter)), (w, h))
    else:
        w, h = (max(1, round(s * size / max(rgb.size))) for s in rgb.size)
        rgb = scaled(rgb, (w, h))
    left, top = (side - w) // 2, (side - h) // 2
    if (w, h) != (side, side):
        edges = ((top, side - h - top), (left, side - w - left), (0, 0))
        rgb = Image.fromarray(np.pad(np.asarray(rgb), edges, mode="edge"))
    return rgb, (left, top, left + w, top + h)


def like(made: Image.Image, given: Image.Image, hole: Image.Image | None = None) -> Image.Image:
    """An RGB image that was made of a given one, of its size or enlarged, as grey and as transparent as that one is.

    hole: a mask of the same size; outside it the result is the given one, and inside it opaque. L, LA, RGB or RGBA.
    """
    own = eight_bits(layers(given))
    rgb = own.convert("RGB")
    if own.mode in ("L", "LA") or not np.ptp(np.asarray(rgb), axis=-1).any():
        made = made.convert("L").convert("RGB")
    if own.mode in ("LA", "RGBA"):
        alpha = scaled(own.getchannel("A"), made.size)
        if hole:
            alpha.paste(255, mask=hole)
            made = Image.composite(made, rgb, hole)
        else:  # it was made over white, which is taken away again
            share = np.maximum(np.asarray(alpha), 1)[..., None] / 255
            made = Image.fromarray(
                (255 - (255 - np.asarray(made)) / share).clip(0, 255).round().astype(np.uint8)
            )
        made.putalpha(alpha)
    return made.convert(own.mode)


def as_bytes(image: Image.Image) -> Tensor:
    """RGB image -> uint8 [3, H, W]."""
    return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def to_tensor(image: Image.Image) -> Tensor:
    """RGB image -> float [1, 3, H, W] in [-1, 1]."""
    return from_bytes(as_bytes(image)[None])


def from_bytes(pixels: Tensor) -> Tensor:
    """uint8 of any shape -> float in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def to_bytes(x: Tensor) -> Tensor:
    """float in [-1, 1] of any shape -> uint8, rounded."""
    return ((x.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def to_image(x: Tensor) -> Image.Image:
    """float [3, H, W] or [1, 3, H, W] in [-1, 1] -> RGB image."""
    return Image.fromarray(to_bytes(x.reshape(x.shape[-3:])).permute(1, 2, 0).cpu().contiguous().numpy())


def sheet(rows: list[Tensor], gap: int = 4) -> Image.Image:
    """Contact sheet: every row is float [N, 3, H, W] in [-1, 1]; images left to right, rows top to bottom."""
    height = sum(row.shape[2] + gap for row in rows) + gap
    width = max(row.shape[0] * (row.shape[3] + gap) for row in rows) + gap
    page = Image.new("RGB", (width, height), "white")
    top = gap
    for row in rows:
        for i, x in enumerate(row):
            page.paste(to_image(x), (gap + i * (row.shape[3] + gap), top))
        top += row.shape[2] + gap
    return page
