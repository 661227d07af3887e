"""Images with a hole: brush strokes, rectangles, or the middle half, as inpainting is trained and judged on."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ..images import as_bytes, from_bytes, open_image, to_bytes
from . import emoji
from .device import OnDevice
from .enlarging import bounded, shrunk
from .folders import DataError, folders_in, images_in, in_split, large_enough, note, photographs_of, pictures
from .worlds.facades import Facades
from .worlds.sdf import hash_uniform

KINDS = ("strokes", "rectangle", "centre")
_NUMBERS = 48  # that decide a hole


def mask(kind: str, u: Tensor, size: int) -> Tensor:
    """A hole float [1, size, size], 1 inside. u: 48 uniform numbers that decide it. ValueError for another kind."""
    axis = (torch.arange(size) + 0.5) / size
    y, x = axis[:, None], axis[None]
    if kind == "centre":
        return (((x - 0.5).abs() < 0.25) & ((y - 0.5).abs() < 0.25)).float()[None]
    if kind == "rectangle":
        width, height = 0.2 + 0.35 * u[0], 0.2 + 0.35 * u[1]
        left, top = u[2] * (1 - width), u[3] * (1 - height)
        return ((x >= left) & (x < left + width) & (y >= top) & (y < top + height)).float()[None]
    if kind != "strokes":
        raise ValueError(f"holes are {', '.join(KINDS)}, not {kind!r}")
    hole = torch.zeros(size, size)
    for k in range(1 + int(4 * u[0])):
        hole = torch.maximum(hole, _stroke(u[4 + 11 * k : 15 + 11 * k], x, y))
    return hole[None]


def _stroke(u: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """A brush of one width along five points, each some way and turn from the one before."""
    radius, angle = 0.02 + 0.045 * u[0], 6.283 * u[1]
    px, py, inside = 0.1 + 0.8 * u[2], 0.1 + 0.8 * u[3], torch.zeros_like(x + y)
    for k in range(4):
        angle = angle + 2.4 * (u[4 + k] - 0.5)
        step = 0.08 + 0.2 * u[7 + k]
        dx, dy = step * angle.cos(), step * angle.sin()
        along = (((x - px) * dx + (y - py) * dy) / step**2).clamp(0, 1)
        near = (x - px - along * dx) ** 2 + (y - py - along * dy) ** 2
        inside = torch.maximum(inside, (near < radius**2).float())
        px, py = (px + dx).clamp(0, 1), (py + dy).clamp(0, 1)
    return inside


class Holes(OnDevice):
    """Images uint8 [3, H, W] of any sizes from `size` on, each with a hole; where one is larger, a window of it.

    With `augment` window, mirroring and hole are new each time; without, the window is the middle, and image i has its
    own hole, of each kind in turn.
    batch: {"x": y with its hole grey, "y": float [B, 3, size, size] in [-1, 1], "mask": float [B, 1, size, size], 1 = hole,
    "index": int64 [B]}.
    """

    layout = "pictures"

    def __init__(
        self, images: Iterable[Tensor], size: int, augment: bool = False, kinds: tuple[str, ...] = KINDS
    ):
        self.images = list(large_enough(images, size, lambda p: (p.shape[2], p.shape[1])))
        self.size, self.augment, self.kinds = size, augment, kinds
        # A large image comes up as often as it has places.
        often = [max(1, p[0].numel() // size**2) if augment else 1 for p in self.images]
        self.which = torch.arange(len(self.images)).repeat_interleave(torch.tensor(often))
        self.kept = torch.arange(len(self.which))

    def __len__(self) -> int:
        return len(self.kept)

    def shown(self) -> tuple[list[Tensor]]:
        return (self.images,)

    def only(self, kept: Tensor) -> Holes:
        """The same source with those images alone, each with the hole that it had; their index stays what it was."""
        some = copy.copy(self)
        some.kept = self.kept[kept[self.which[self.kept]]]
        if not len(some):
            raise DataError("no picture is left.")
        return some

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        index = self.kept[index]
        if self.augment:
            rng = torch.rand(len(index), _NUMBERS + 4, generator=generator)
            kinds = (len(self.kinds) * rng[:, -1]).long()
        else:
            rng, kinds = hash_uniform(11, index, _NUMBERS + 4), index % len(self.kinds)
        y = from_bytes(
            torch.stack(
                [
                    self._cut(self.images[i], u[_NUMBERS:])
                    for i, u in zip(self.which[index].tolist(), rng, strict=True)
                ]
            )
        )
        holes = torch.stack(
            [mask(self.kinds[k], u, self.size) for k, u in zip(kinds.tolist(), rng, strict=True)]
        )
        holes = self._sent(holes)
        return {"x": y * (1 - holes), "y": y, "mask": holes, "index": self._sent(index)}

    def _cut(self, image: Tensor, u: Tensor) -> Tensor:
        rooms = [side - self.size for side in image.shape[1:]]
        top, left = (
            (int(v * (room + 1)) for v, room in zip(u, rooms, strict=False))
            if self.augment
            else (room // 2 for room in rooms)
        )
        window = image[:, top : top + self.size, left : left + self.size]
        return window.flip(2) if self.augment and u[2] < 0.5 else window


def photograph_holes(
    classic: str | Path, bsds: str | Path, weather: str | Path, size: int, split: str = "train"
) -> Holes:
    """T91 and the 200 training photographs of BSDS; val is a tenth of them by hash, test is BSD100.

    A filling has to know skies, water and hills: the training photographs of the weather come to `train`, and to no other.
    """
    if split == "test":
        return _holes(pictures(images_in(Path(bsds) / "val")), size, split)
    files = images_in(Path(classic) / "t91") + images_in(Path(bsds) / "train")
    files = [p for p in files if in_split(p.stem, split)]
    if split == "train":
        files += [p for kind in folders_in(Path(weather) / "train") for p in images_in(kind)]
    return _holes(pictures(files), size, split)


def cmp_holes(root: str | Path, size: int, split: str = "train") -> Holes:
    """The photographs of the CMP facades, left halves; `val` of the original is our test, our val a tenth of train."""
    files = images_in(Path(root) / ("val" if split == "test" else "train"))
    side = size if split != "train" else round(size * 286 / 256)
    left = (open_image(p) for p in files if split == "test" or in_split(p.stem, split))
    return Holes(
        (as_bytes(p.crop((0, 0, p.width // 2, p.height)).resize((side, side), Image.LANCZOS)) for p in left),
        size,
        split == "train",
    )


def emoji_holes(
    root: str | Path, size: int, split: str = "train", style: str = "fluent-3d", by: str = "family"
) -> Holes:
    """One drawing style of the emoji, shared out as `emoji.concepts` has it."""
    return Holes(emoji.style(root, style, emoji.concepts(root, split, by), size), size, split == "train")


def facade_holes(size: int, split: str = "train", count: int = 1024, kinds: tuple[str, ...] = KINDS) -> Holes:
    """Buildings drawn in code, their first `count`."""
    world = Facades(size, split=split)
    drawn = [world.batch(part)["y"] for part in torch.arange(min(count, len(world))).split(64)]
    return Holes(to_bytes(torch.cat(drawn)), size, split == "train", kinds)


def holes(
    root: str | Path,
    size: int,
    split: str = "train",
    direction: str = "AB",
    seen: frozenset[str] | None = None,
) -> Holes:
    """A user's folder of images, in train/ and test/ if it has them; else a tenth by hash serves as val and test.
    seen: as in `chosen`. Large photographs are `bounded`."""
    files = photographs_of(root, split, direction, seen)
    return note(_holes(bounded(pictures(files), size), size, split), zip(files, strict=True))


def _holes(images: Iterable[Image.Image], size: int, split: str) -> Holes:
    return Holes(map(as_bytes, shrunk(images) if split == "train" else images), size, split == "train")
