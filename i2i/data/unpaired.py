"""Two sets of images and no pairs: x is taken in order, y at random.

Where a set's true partners are known they are kept from training, since x and y come from different halves of the
concepts; `test` and `val` give them side by side, for the evaluator alone, and say so in `partners`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from ..images import from_bytes, to_bytes
from . import emoji
from .device import OnDevice, sent
from .folders import DataError, digest, existing, home, note, stacked, taken
from .worlds.icons import SPLITS as ICON_SPLITS
from .worlds.icons import Icons


class Unpaired(OnDevice):
    """x, y: uint8 [N, 3, S, S] and [M, 3, S, S] with S >= size; beyond `size` a random window is cut, else the middle.

    partners: x[i] and y[i] show the same thing, and a batch holds them side by side; otherwise y is drawn at random,
    or, without a generator, in order.  move: what training does to float images, move(images, generator).
    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "index": int64 [B]}; the length is that of x.
    """

    layout = "unpaired"

    def __init__(
        self,
        x: Tensor,
        y: Tensor,
        size: int,
        partners: bool = False,
        move: Callable[[Tensor, torch.Generator | None], Tensor] | None = None,
    ):
        for name, images in (("x", x), ("y", y)):
            if not len(images):
                raise DataError(f"the domain {name} is empty: unpaired training needs pictures of both.")
        if partners and len(x) != len(y):
            raise DataError(f"{len(x)} pictures cannot be partners of {len(y)}.")
        self.x, self.y, self.size, self.partners, self.move = x, y, size, partners, move

    def __len__(self) -> int:
        return len(self.x)

    def fewest(self) -> int:
        """Images of the smaller domain."""
        return min(len(self.x), len(self.y))

    def shown(self) -> tuple[Tensor, Tensor]:
        return self.x, self.y

    def only(self, x: Tensor, y: Tensor) -> Unpaired:
        """The same source with those images alone; of partners, with the pairs of which both are kept."""
        x, y = (x & y, x & y) if self.partners else (x, y)
        return Unpaired(self.x[x], self.y[y], self.size, self.partners, self.move).to(self.device)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        other = index if self.partners else index % len(self.y)
        if generator is not None and not self.partners:
            other = torch.randint(len(self.y), (len(index),), generator=generator)
        sides = ((self.x, index), (self.y, other))
        x, y = (self._cut(images[self._sent(at)], generator) for images, at in sides)
        if self.move and generator is not None:
            x, y = self.move(x, generator), self.move(y, generator)
        return {"x": x, "y": y, "index": self._sent(index)}

    def _cut(self, images: Tensor, generator: torch.Generator | None) -> Tensor:
        room, size = images.shape[-1] - self.size, self.size
        if not room:
            return from_bytes(images)
        at = torch.full((len(images), 2), room // 2)
        if generator is not None:
            at = torch.randint(room + 1, (len(images), 2), generator=generator)
        windows = [p[:, t : t + size, s : s + size] for p, (t, s) in zip(images, at.tolist(), strict=True)]
        return from_bytes(torch.stack(windows))


def mirrored(images: Tensor, generator: torch.Generator | None) -> Tensor:
    """Each image flipped left to right with probability one half; float [B, C, H, W]."""
    flip = torch.rand(len(images), 1, 1, 1, generator=generator) < 0.5
    return torch.where(sent(flip, images.device), images.flip(-1), images)


def unpaired_emoji(
    root: str | Path, x: str, y: str, size: int = 64, split: str = "train", by: str = "family"
) -> Unpaired:
    """Two drawing styles. train: x from one half of the concepts, y from the other; val and test: true partners.

    by: how the concepts are shared out, see `emoji.concepts`.
    """
    entries = emoji.concepts(root, split, by)
    if split != "train":
        return Unpaired(*(emoji.style(root, name, entries, size) for name in (x, y)), size, partners=True)
    halves = emoji.parts(entries, 2, by, "half")
    images = (emoji.style(root, name, half, size) for name, half in zip((x, y), halves, strict=True))
    return Unpaired(*images, size, move=emoji.moved)


def unpaired_icons(
    size: int = 64, x: str = "glossy", y: str = "night", split: str = "train", count: int = 2048
) -> Unpaired:
    """Two styles of the procedural icons, drawn once. train: x shows `count` objects, y as many others; val and test:
    the same 512 objects in both styles."""
    if split != "train":
        objects = torch.arange(ICON_SPLITS[split][1])
        drawn = [Icons(size, x, y, split=split).batch(part) for part in objects.split(64)]
        return Unpaired(
            *(to_bytes(torch.cat([b[side] for b in drawn])) for side in "xy"), size, partners=True
        )
    first, second = (torch.arange(count) + half * count for half in (0, 1))
    one, other = Icons(size, x, x), Icons(size, y, y)
    images = [
        to_bytes(torch.cat([world.batch(part)["x"] for part in objects.split(64)]))
        for world, objects in ((one, first), (other, second))
    ]
    return Unpaired(*images, size, move=mirrored)


def one_image(source: Unpaired, split: str = "train", which: int = 0) -> Unpaired:
    """The same target, and of the source's training images only one; val and test stay whole."""
    if split != "train":
        return source
    return Unpaired(source.x[[which % len(source.x)]], source.y, source.size, move=source.move)


def unpaired(
    root: str | Path,
    size: int,
    split: str = "train",
    direction: str = "AB",
    fit: str = "letterbox",
    seen: frozenset[str] | None = None,
    names: tuple[str, str] = ("A", "B"),
) -> Unpaired:
    """A user's unpaired folders, A and B in a layout of `folders.home`, with any names and numbers of files.

    Without a held-out part, val, a tenth of train by hash, is test, too. Grey images become RGB.
    direction AB: x = A, y = B; BA the other way.  fit, seen: as in `fitted` and `chosen`.  Raises DataError with one
    sentence.
    """
    root = existing(root, split, direction, fit)
    load = round(size * 286 / 256) if split == "train" else size
    files = [_files(root, name, split, seen) for name in (names if direction == "AB" else names[::-1])]
    if len({frozenset(map(digest, part)) for part in files}) == 1:
        raise DataError(
            f"{names[0]} and {names[1]} in {root} are the same pictures: there is nothing to translate."
        )
    images = list(stacked(files, load, fit))
    source = Unpaired(*images, size, move=mirrored if split == "train" else None)
    return note(source, zip(sum(files, []), strict=True))


def _files(root: Path, name: str, split: str, seen: frozenset[str] | None) -> list[Path]:
    folder, whole = home(root, split, name)
    if folder is None:
        raise DataError(
            f"{root} has no folder {name} (nor train{name}): unpaired training wants a folder for each domain."
        )
    return taken(folder, whole, split, seen)
