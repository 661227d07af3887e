"""Photographs and what is left of them at a half or a quarter of their size: pairs for super-resolution.

Reduced as all of its papers do: bicubic, widened by the factor so that nothing aliases, rounded to bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ..images import as_bytes, from_bytes, open_image
from .device import OnDevice
from .folders import DataError, images_in, in_split, large_enough, note, photographs_of, pictures

ON_BENCHMARKS = ("302003",)  # a training photograph of BSDS, of which Set5's woman is a smaller copy
MOST = 8  # times the size that is trained at: the longer side of what is kept of a user's photograph
SHRUNK = (1.0, 0.8, 0.6)  # copies to learn from: a photograph half as large has twice the detail


class Enlarging(OnDevice):
    """Pairs of an image y, uint8 [3, H, W], and x, the same at 1/scale of its sides.

    batch: {"x": float [B, 3, size / scale, size / scale], "y": float [B, 3, size, size], "index": int64 [B]} in [-1, 1].
    With `augment` a place of each image at random, turned and mirrored; without, its middle. `pairs` are whole.
    """

    layout = "photographs"

    def __init__(self, images: Iterable[Image.Image], size: int, scale: int = 4, augment: bool = False):
        if size % scale:
            raise DataError(f"a size of {size} px is no multiple of the scale {scale}.")
        self.pairs = [reduced(p, scale) for p in large_enough(images, size, lambda p: p.size)]
        self.size, self.scale, self.augment = size, scale, augment
        # A large image comes up as often as it has places.
        often = [max(1, y[0].numel() // size**2) if augment else 1 for _, y in self.pairs]
        self.which = torch.arange(len(self.pairs)).repeat_interleave(torch.tensor(often))

    def __len__(self) -> int:
        return len(self.which)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        rng = (
            torch.rand(len(index), 3, generator=generator)
            if self.augment
            else torch.full((len(index), 3), 0.5)
        )
        cuts = [
            self._cut(*self.pairs[i], c)
            for i, c in zip(self.which[index].tolist(), rng.tolist(), strict=True)
        ]
        x, y = (from_bytes(torch.stack(side)) for side in zip(*cuts, strict=True))
        return {"x": x, "y": y, "index": self._sent(index)}

    def _cut(self, x: Tensor, y: Tensor, rng: list[float]) -> tuple[Tensor, Tensor]:
        side, k = self.size // self.scale, self.scale
        top, left = (int(c * (room - side + 1)) for c, room in zip(rng, x.shape[1:], strict=False))
        small, large = (
            x[:, top : top + side, left : left + side],
            y[:, k * top : k * top + self.size, k * left : k * left + self.size],
        )
        if not self.augment:
            return small, large
        turn = int(8 * rng[2])
        return tuple(torch.rot90(p.flip(2) if turn >= 4 else p, turn % 4, (1, 2)) for p in (small, large))


def reduced(image: Image.Image, scale: int) -> tuple[Tensor, Tensor]:
    """(x, y) uint8 [3, H / scale, W / scale] and [3, H, W]; y loses what does not divide at its right and lower border."""
    w, h = (side // scale * scale for side in image.size)
    whole = image.convert("RGB").crop((0, 0, w, h))
    small = whole.resize((w // scale, h // scale), Image.BICUBIC)
    return as_bytes(small), as_bytes(whole)


def shrunk(images: Iterable[Image.Image], factors: tuple[float, ...] = SHRUNK) -> Iterable[Image.Image]:
    for image in images:
        for f in factors:
            yield image if f == 1 else image.resize([round(f * s) for s in image.size], Image.BICUBIC)


def bounded(images: Iterable[Image.Image], size: int) -> Iterable[Image.Image]:
    """Images, those whose longer side is above MOST times `size` px reduced to that; no shorter side falls below `size`."""
    for image in images:
        factor = max(MOST * size / max(image.size), size / min(image.size))
        yield image if factor >= 1 else image.resize([round(factor * s) for s in image.size], Image.BICUBIC)


def photographs(
    classic: str | Path,
    bsds: str | Path,
    size: int,
    split: str = "train",
    scale: int = 4,
    without: tuple[str, ...] = ON_BENCHMARKS,
) -> Enlarging:
    """T91 and the 200 training photographs of BSDS; val is a tenth of them by hash, test is BSD100.

    without: names of photographs that are not learned from, by default those that a benchmark shows, too.
    """
    if split == "test":
        return Enlarging(map(open_image, images_in(Path(bsds) / "val")), size, scale)
    files = [
        p
        for p in images_in(Path(classic) / "t91") + images_in(Path(bsds) / "train")
        if in_split(p.stem, split)
    ]
    return _learned(pictures(p for p in files if p.stem not in without), size, split, scale)


def enlarging(
    root: str | Path,
    size: int,
    split: str = "train",
    direction: str = "AB",
    seen: frozenset[str] | None = None,
    scale: int = 4,
) -> Enlarging:
    """A user's folder of photographs, in train/ and test/ if it has them; else a tenth by hash serves as val and test.
    seen: as in `chosen`. Large photographs are `bounded`."""
    files = photographs_of(root, split, direction, seen)
    source = _learned(bounded(pictures(files), size), size, split, scale)
    return note(source, zip(files, strict=True))


def _learned(images: Iterable[Image.Image], size: int, split: str, scale: int) -> Enlarging:
    return Enlarging(shrunk(images) if split == "train" else images, size, scale, augment=split == "train")
