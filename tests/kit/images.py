"""Images of every mode, and what is measured on them."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

from i2i.data.enlarging import reduced
from i2i.images import to_bytes, to_image
from kit.sources import noise


def view(w: int = 64, h: int = 64, seed: int = 0, grain: int = 8) -> Image.Image:
    """An image without detail finer than `grain` pixels."""
    small = to_image(0.8 * noise(3, -(-h // grain), -(-w // grain), seed=seed))
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


def shades_apart(a: Image.Image, b: Image.Image) -> int:
    assert a.size == b.size
    return np.abs(np.asarray(a).astype(int) - np.asarray(b).astype(int)).max()


def as_reduced(batch: dict[str, Tensor], scale: int, inner: slice = np.s_[2:-2]) -> int:
    """How far x is from y reduced, in shades, away from the borders, where y alone does not tell."""
    worst = 0
    for x, y in zip(batch["x"], batch["y"], strict=True):
        small, _ = reduced(to_image(y), scale)
        worst = max(worst, (small.int() - to_bytes(x).int())[:, inner, inner].abs().max().item())
    return worst
