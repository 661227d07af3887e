"""The work of enlarging a whole photograph, as a process of its own does it: this file imports nothing of the app."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
from PIL import Image

PREVIEW = 900, 620
"""The most that the page shows of a result while it grows."""


def preview_size(width: int, height: int) -> tuple[int, int]:
    """Of a result of that size."""
    share = min(1.0, PREVIEW[0] / width, PREVIEW[1] / height)
    return max(1, round(share * width)), max(1, round(share * height))


def work(folder: str, pixels: np.ndarray, tile: int, out: str, threads: int) -> Iterator[tuple]:
    """Enlarge pixels, uint8 [H, W, 3], with the model in `folder` and write a PNG to `out`.

    Yields (tiles done, of all, left, top, uint8 [h, w, 3]): each tile as it belongs into the preview; last, (all, all).
    """
    import torch

    from i2i import load
    from i2i.run.tiles import enlarged

    torch.set_num_threads(threads)
    model = load(folder, device="cpu")
    k, (high, wide) = model.method.enlarges, pixels.shape[:2]
    across = -(-wide // tile)
    shown = preview_size(k * wide, k * high)
    last = None
    for last in enlarged(model, Image.fromarray(pixels), tile):
        row, column = divmod(last.done - 1, across)
        box = [
            k * s
            for s in (column * tile, row * tile, min(wide, (column + 1) * tile), min(high, (row + 1) * tile))
        ]
        left, top, right, low = (
            round(s * whole / (k * side))
            for s, whole, side in zip(box, 2 * shown, 2 * (wide, high), strict=True)
        )
        cut = Image.fromarray(last.pixels[box[1] : box[3], box[0] : box[2]])
        small = cut.resize((max(1, right - left), max(1, low - top)), Image.BOX)
        yield last.done, last.of, left, top, np.asarray(small)
    part = f"{out}.part"
    last.image.save(part, "PNG", compress_level=2)
    os.replace(part, out)
    yield last.of, last.of
