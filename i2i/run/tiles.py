"""An image enlarged tile by tile: memory that does not grow with it, no seam, and a chance to stop on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image

from ..images import ImageError, to_bytes, to_rgb, to_tensor

TILE = 128
"""Side of a tile in pixels of the input: some 300 MB while it is computed."""

SMALL, FRAME = 4, 8
"""An image with a side below SMALL pixels is enlarged within FRAME pixels that repeat its border: else a net sees little but the
nothing around it, and makes grey."""

MAX_PIXELS = 40_000_000
"""Of a result: 120 MB of bytes."""


class Progress(NamedTuple):
    """done of all tiles; pixels: uint8 [H, W, 3], what is made so far, grey elsewhere."""

    done: int
    of: int
    pixels: np.ndarray

    @property
    def image(self) -> Image.Image:
        return Image.fromarray(self.pixels)


def enlarged(model, image: Image.Image, tile: int = TILE, seed: int = 0) -> Iterator[Progress]:
    """Enlarge any image with a model whose method `enlarges`; one Progress for each tile, the last one complete.

    Each tile is given as much of its surroundings as one of its pixels can see (`method.reach`), so that the result is
    that of the whole image at once, framed if it is SMALL. Closing the iterator stops the work. Raises ImageError above MAX_PIXELS.
    """
    k, reach = model.method.enlarges, model.method.reach
    rgb = to_rgb(image)
    w, h = rgb.size
    if w * h * k * k > MAX_PIXELS:
        longer = int(max(w, h) * (MAX_PIXELS / (w * h * k * k)) ** 0.5)
        raise ImageError(
            f"{w} x {h} px would become {w * k} x {h * k}, more than {MAX_PIXELS // 10**6} megapixels: "
            f"make the longer side at most {longer} px, or take a part of it."
        )
    if min(w, h) < SMALL:
        frame = ((FRAME, FRAME), (FRAME, FRAME), (0, 0))
        framed = Image.fromarray(np.pad(np.asarray(rgb), frame, mode="edge"))
        rows, columns = (slice(k * FRAME, k * (FRAME + side)) for side in (h, w))
        for step in enlarged(model, framed, tile, seed):
            yield step._replace(pixels=step.pixels[rows, columns])
        return
    x = to_tensor(rgb)
    pixels = np.full((h * k, w * k, 3), 128, dtype=np.uint8)
    corners = [(top, left) for top in range(0, h, tile) for left in range(0, w, tile)]
    for done, (top, left) in enumerate(corners, 1):
        low, right = min(top + tile, h), min(left + tile, w)
        above, before = max(0, top - reach), max(0, left - reach)
        made = model.translate(x[..., above : low + reach, before : right + reach], seed)
        inner = made[0, :, k * (top - above) : k * (low - above), k * (left - before) : k * (right - before)]
        pixels[k * top : k * low, k * left : k * right] = to_bytes(inner).permute(1, 2, 0).numpy()
        yield Progress(done, len(corners), pixels)


def enlarge(model, image: Image.Image, tile: int = TILE, seed: int = 0) -> Image.Image:
    """All of it at once: RGB of `enlarges` times the sides."""
    *_, last = enlarged(model, image, tile, seed)
    return last.image
