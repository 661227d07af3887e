"""Readers for a user's own folders. Images are decoded once and kept as bytes, so a batch costs microseconds.

A data source is anything with `len()` and `batch(index, generator)`, where index is int64 [B] of positions and all
chance (crop, flip, jitter) is drawn from the generator: then a batch is a function of seed and step alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..images import FITS, fitted, from_bytes, open_image
from .device import OnDevice

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
SPLITS = ("train", "val", "test")


class DataError(ValueError):
    """A data folder that cannot be used; the message is one sentence."""


class TooFew(DataError):
    """Not enough held-out images for figures."""


def images_in(folder: Path) -> list[Path]:
    """The image files directly in a folder, in the order of their names."""
    if not folder.is_dir():
        raise DataError(f"the folder {folder} does not exist.")
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))


def is_validation(name: str) -> bool:
    """A fixed tenth of the training names, by hash: the same on every machine and whatever else lies in the folder."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 10 == 0


def in_split(name: str, split: str) -> bool:
    """Whether a training name belongs to `train` or to its `val` tenth."""
    return is_validation(name) == (split == "val")


def digest(*files: Path) -> str:
    """12 hexadecimal digits of what files hold: the same for a copy of any name."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:12]


def chosen(files: list, split: str, whole: bool, seen: frozenset[str] | None) -> list:
    """Of a folder's files (or tuples of files) those of a split, by the first one's name: a tenth by hash is val, and test
    where the folder has no test part of its own; `whole` says that this is such a part, which is taken as it is.

    seen: digests of what a model was trained on, for judging it: then every other file is taken, whatever its name, or,
    where there is no other, all.
    """
    if whole:
        return files
    each = [(f if isinstance(f, tuple) else (f,), f) for f in files]
    if seen is not None:
        return [f for paths, f in each if digest(*paths) not in seen] or files
    return [f for paths, f in each if in_split(paths[0].stem, "train" if split == "train" else "val")]


def taken(folder: Path, split: str, whole: bool = False, seen: frozenset[str] | None = None) -> list[Path]:
    """`chosen` of the images of one folder; where the hash would leave a side empty, all of them: with so few, better a
    correct run than none. DataError where there are none."""
    files = images_in(folder)
    if not files:
        raise DataError(f"the folder {folder} holds no pictures.")
    return chosen(files, split, whole, seen) or files


def photographs_of(root: str | Path, split: str, direction: str, seen: frozenset[str] | None) -> list[Path]:
    """The files of a split of a user's folder of images, in train/ and test/ if it has them."""
    root = existing(root, split, direction)
    whole = split == "test" and (root / "test").is_dir()
    home = root / "test" if whole else root / "train" if (root / "train").is_dir() else root
    return chosen(images_in(home), split, whole, seen)


def stack(images: Iterable[Image.Image], size: int, fit: str = "letterbox") -> Tensor:
    """Images -> uint8 [N, 3, size, size], shaped by `images.fitted`."""
    arrays = [np.asarray(fitted(p, size, fit)[0]) for p in images]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous()


class Pairs(OnDevice):
    """Aligned images x, y, as uint8 [N, 3, S, S] with S >= size; random crop and flip when `augment`.

    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "index": int64 [B]}.
    """

    def __init__(self, x: Tensor, y: Tensor, size: int, augment: bool = False, flip: bool = True):
        if len(x) != len(y) or not len(x):
            raise DataError(f"{len(x)} inputs and {len(y)} targets do not make pairs.")
        self.x, self.y, self.size, self.augment, self.flip = x, y, size, augment, flip

    def __len__(self) -> int:
        return len(self.x)

    def shown(self) -> tuple[Tensor]:
        """The targets: who has seen one knows the answer."""
        return (self.y,)

    def only(self, kept: Tensor) -> Pairs:
        return Pairs(self.x[kept], self.y[kept], self.size, self.augment, self.flip).to(self.device)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        x, y, room = *(z[self._sent(index)] for z in (self.x, self.y)), self.x.shape[-1] - self.size
        if self.augment:
            rng = torch.rand(len(index), 3, generator=generator)
            tops, lefts = (rng[:, :2] * (room + 1)).long().T.tolist()
            window = [
                np.s_[:, t : t + self.size, s : s + self.size] for t, s in zip(tops, lefts, strict=True)
            ]
            flips = [(2,) if self.flip and f < 0.5 else () for f in rng[:, 2].tolist()]
            x, y = (
                torch.stack([p[w].flip(f) if f else p[w] for p, w, f in zip(z, window, flips, strict=True)])
                for z in (x, y)
            )
        elif room:
            half = room // 2
            x, y = (z[..., half : half + self.size, half : half + self.size] for z in (x, y))
        return {"x": from_bytes(x), "y": from_bytes(y), "index": self._sent(index)}


def paired(
    root: str | Path,
    size: int,
    split: str = "train",
    direction: str = "AB",
    fit: str = "letterbox",
    seen: frozenset[str] | None = None,
    augment: bool = True,
    held_out: str = "test",
) -> Pairs:
    """A user's paired folder: A and B side by side in one file (left A, right B), or A/ and B/ with equal names.

    With subfolders train/ and `held_out`/ those are train and test, and val is a tenth of train by hash; without them
    that tenth serves as test too.
    direction AB: x = A, y = B; BA the other way.  fit, seen: as in `fitted` and `chosen`.  Raises DataError with one
    sentence.
    """
    root = existing(root, split, direction, fit)
    whole = split == "test" and (root / held_out).is_dir()
    root = root / held_out if whole else root / "train" if (root / "train").is_dir() else root
    load = round(size * 286 / 256) if augment and split == "train" else size
    if (root / "A").is_dir() and (root / "B").is_dir():
        left, right = _by_name(root / "A"), _by_name(root / "B")
        lonely = sorted(set(left) ^ set(right))
        if lonely:
            where = "A" if lonely[0] in left else "B"
            raise DataError(
                f"{len(lonely)} picture(s) have no partner of the same name: {lonely[0]!r} is only in {root / where}."
            )
        files = [(left[name], right[name]) for name in sorted(left)]
    else:
        files = [(path,) for path in images_in(root)]
    if not files:
        raise DataError(f"no pairs in {root}: give side-by-side pictures, or folders A and B.")
    wanted = chosen(files, split, whole, seen)
    if not wanted:
        raise DataError(
            f"none of the {len(files)} pair(s) in {root} falls into the {split} split (val is a tenth, by a hash of the "
            "name): add more."
        )
    # Each pair is shrunk as it is read: a thousand photographs at full size would not fit in memory.
    read = (_two_files(*paths) if len(paths) == 2 else _two_halves(*paths) for paths in wanted)
    pairs = [tuple(fitted(side, load, fit)[0] for side in pair) for pair in read]
    a, b = (stack(images, load) for images in zip(*pairs, strict=True))
    x, y = (a, b) if direction == "AB" else (b, a)
    source = Pairs(x, y, size, augment=augment and split == "train")
    source.digests = tuple(digest(*paths) for paths in wanted)
    return source


def existing(root: str | Path, split: str, direction: str, fit: str = "letterbox") -> Path:
    """A user's folder; DataError if it is not there, or if the split, the direction or the fit is none."""
    if split not in SPLITS:
        raise DataError(f"unknown split {split!r}; there are {', '.join(SPLITS)}.")
    if direction not in ("AB", "BA"):
        raise DataError(f"unknown direction {direction!r}; there are AB (x = A, y = B) and BA.")
    if fit not in FITS:
        raise DataError(f"unknown fit {fit!r}; there are {' and '.join(FITS)}.")
    if not Path(root).is_dir():
        raise DataError(f"the folder {root} does not exist.")
    return Path(root)


def _by_name(folder: Path) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in images_in(folder):
        if path.stem in named:
            raise DataError(
                f"{folder} has both {named[path.stem].name} and {path.name}: which one is the partner?"
            )
        named[path.stem] = path
    return named


def _two_files(left: Path, right: Path) -> tuple[Image.Image, Image.Image]:
    a, b = open_image(left), open_image(right)
    if a.size != b.size:
        raise DataError(f"the pair {left.stem!r} differs in size: A is {_extent(a)}, B is {_extent(b)}.")
    return a, b


def _two_halves(path: Path) -> tuple[Image.Image, Image.Image]:
    both = open_image(path)
    half = both.width // 2
    if both.width % 2 or both.width < 1.5 * both.height:
        raise DataError(f"{path.name} is {_extent(both)}: not two pictures of equal width side by side.")
    return both.crop((0, 0, half, both.height)), both.crop((half, 0, both.width, both.height))


def _extent(image: Image.Image) -> str:
    return f"{image.width} x {image.height} px"
