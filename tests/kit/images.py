"""Images of every mode, and what is measured on them."""

from __future__ import annotations

import numpy as np
from PIL import Image

from i2i.pictures import to_picture
from kit.sources import noise


def view(w: int = 64, h: int = 64, seed: int = 0, grain: int = 8) -> Image.Image:
    """A picture without detail finer than `grain` pixels."""
    small = to_picture(0.8 * noise(3, -(-h // grain), -(-w // grain), seed=seed))
    return small.resize((w, h), Image.BICUBIC)


def painted(w: int, h: int, box: tuple[int, int, int, int], mode: str = "L") -> Image.Image:
    """A mask, white in a box."""
    page = Image.new("L", (w, h))
    page.paste(255, box)
    return page.convert(mode)


def grey(rgb: np.ndarray) -> Image.Image:
    return Image.fromarray(rgb[..., 0])


def deep(rgb: np.ndarray) -> Image.Image:
    return Image.fromarray(rgb[..., 0].astype(np.uint16) * 257)


def veiled(rgb: np.ndarray) -> Image.Image:
    """Its left half can be seen through."""
    alpha = np.full(rgb.shape[:2] + (1,), 255, np.uint8)
    alpha[:, : rgb.shape[1] // 2] = 0
    return Image.fromarray(np.concatenate([rgb, alpha], 2))
