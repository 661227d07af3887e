"""Readers for a user's own folders. Images are decoded once and kept as bytes, so a batch costs microseconds.

A data source is anything with `len()` and `batch(index, generator)`, where index is int64 [B] of positions and all
chance (crop, flip, jitter) is drawn from the generator: then a batch is a function of seed and step alone.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ..files import is_model, is_run
from ..images import FITS, SUFFIXES, ImageError, fitted, from_bytes, open_image, printable
from .device import OnDevice

SPLITS = ("train", "val", "test")
TRAINED = (
    "train",
    "training",
)  # what others call the two parts of a folder; the first that is there is taken
HELD_OUT = ("test", "testing", "val", "valid", "validation")
_NOTES = {"", ".txt", ".md", ".json", ".csv", ".xml", ".html", ".yaml", ".yml", ".ini", ".db", ".aae", ".xmp"}


class DataError(ValueError):
    """A data folder that cannot be used; the message is one sentence."""


class NotInstalled(DataError):
    """A dataset that is not here; the message says how to get it."""

    status = 4  # of the exit of `train`, which tells whoever started several


class TooFew(DataError):
    """Not enough held-out images for figures."""


def images_in(folder: Path) -> list[Path]:
    """The image files directly in a folder, in the order of their names."""
    if not folder.is_dir():
        raise DataError(f"the folder {folder} does not exist.")
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and not p.name.startswith("."))


def folders_in(folder: Path) -> list[Path]:
    """The folders directly in a folder, in the order of their names, without those that systems and trainings put there."""
    seen = (f for f in folder.iterdir() if f.is_dir() and not f.name.startswith((".", "__", "@")))
    return sorted(f for f in seen if not _trained(f))


def _trained(folder: Path, depth: int = 2) -> bool:
    """Whether a training made a folder: a run, an exported model, or, so many folders down, one that holds such and nothing
    to learn from."""
    if is_run(folder) or is_model(folder):
        return True
    if not depth or images_in(folder):
        return False
    held = [f for f in folder.iterdir() if f.is_dir() and any(f.iterdir())]
    return bool(held) and all(_trained(f, depth - 1) for f in held)


def unreadable(folders: Iterable[Path]) -> str:
    """How many files in some folders are no images that can be read here, by suffix: "20 not readable: .HEIC", or ""."""
    names = (
        p.suffix
        for folder in folders
        for p in folder.iterdir()
        if p.is_file() and not p.name.startswith(".") and p.suffix.lower() not in SUFFIXES | _NOTES
    )
    counts = Counter(names).most_common()
    if not counts:
        return ""
    told = [f"{suffix} ({count})" if len(counts) > 1 else suffix for suffix, count in counts]
    return f"{sum(count for _, count in counts)} not readable: {printable(', '.join(told))}"


def nothing_in(folder: Path) -> DataError:
    """What to say of a folder without images: what it holds instead."""
    instead = unreadable([folder])
    if not instead and (others := folders_in(folder)):
        instead = f"there are only the folders {', '.join(f.name for f in others[:6])}" + ", ..." * (
            len(others) > 6
        )
    return DataError(f"the folder {folder} holds no pictures{f': {instead}' if instead else ''}.")


def inside(folder: Path, name: str) -> Path | None:
    """The folder of that name, in small letters or capitals, or None."""
    found = [f for f in folder.iterdir() if f.name.lower() == name.lower() and f.is_dir() and not _trained(f)]
    return min(found, key=lambda f: (f.name != name, f.name), default=None)


def home(
    root: Path, split: str, name: str = "", held_out: Iterable[str] = HELD_OUT
) -> tuple[Path | None, bool]:
    """Where the images of a split lie in a user's folder, or those of one of its domains, and whether all that lie there are
    of that split. None where there is no such folder.

    A domain A is A/, train/A/, A/train/ or trainA/; a held-out part is called test, or else val.
    """
    parts = [(part, True) for part in held_out] if split == "test" else []
    for part, whole in (*parts, *((part, False) for part in TRAINED)):
        for way in ((part, name), (name, part), (part + name,)) if name else ((part,),):
            at: Path | None = root
            for word in way:
                at = at and inside(at, word)
            if at:
                return at, whole
    return (inside(root, name) if name else root), False


def name_of(path: Path) -> str:
    """A file's name without suffix, as it is compared: an accent may be a part of its letter or a sign of its own."""
    return unicodedata.normalize("NFC", path.stem)


def is_validation(name: str) -> bool:
    """A fixed tenth of the training names, by hash: the same on every machine and whatever else lies in the folder."""
    name = unicodedata.normalize("NFC", name)
    return int(hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest(), 16) % 10 == 0


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


def opened(groups: Iterable[tuple[Path, ...]]) -> Iterator[tuple[tuple[Path, ...], list[Image.Image]]]:
    """Groups of files, such as pairs, each with its images, read one group after the other. ImageError at the end where some
    are damaged: it names each of them with its folder."""
    faults = []
    for group in groups:
        images = []
        for path in group:
            try:
                images.append(open_image(path))
            except ImageError as fault:
                faults.append(f"in {printable(path.parent)}, {str(fault).removesuffix('.')}")
        if len(images) == len(group):
            yield group, images
    if faults:
        several = f"{len(faults)} pictures cannot be used: " if len(faults) > 1 else ""
        raise ImageError(f"{several}{'; '.join(faults)}.")


def pictures(files: Iterable[Path]) -> Iterator[Image.Image]:
    """`opened` of single files."""
    return (image for _, (image,) in opened(zip(files, strict=True)))


def note(source, groups: Iterable[tuple[Path, ...]]):
    """The source, which now knows the files that it was read from, and a digest of each group of them."""
    groups = list(groups)
    source.files = [path for group in groups for path in group]
    source.digests = tuple(digest(*group) for group in groups)
    return source


def taken(folder: Path, whole: bool, split: str, seen: frozenset[str] | None = None) -> list[Path]:
    """`chosen` of the images of one folder; where the hash would leave a side empty, all of them: with so few, better a
    correct run than none. DataError where there are none."""
    files = images_in(folder)
    if not files:
        raise nothing_in(folder)
    return chosen(files, split, whole, seen) or files


def photographs_of(root: str | Path, split: str, direction: str, seen: frozenset[str] | None) -> list[Path]:
    """`taken` of a split of a user's folder of images, which lie in train/ and test/ if it has them."""
    folder, whole = home(existing(root, split, direction), split)
    return taken(folder, whole, split, seen)


def large_enough(images: Iterable, size: int, extent: Callable[[Any], tuple[int, int]]) -> Iterator:
    """Of images, whose (width, height) `extent` tells, those that a square of `size` px fits in. DataError at the end if none
    does."""
    kept, largest = 0, (0, 0)
    for image in images:
        largest = max(largest, extent(image), key=min)
        if min(extent(image)) >= size:
            kept += 1
            yield image
    if not kept:
        raise DataError(
            f"there is no picture of at least {size} x {size} px: the largest is {largest[0]} x {largest[1]}; "
            "give larger ones, or a smaller --size."
        )


def stack(images: Iterable[Image.Image], size: int, fit: str = "letterbox") -> Tensor:
    """Images -> uint8 [N, 3, size, size], shaped by `images.fitted`."""
    arrays = [np.asarray(fitted(p, size, fit)[0]) for p in images]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).contiguous()


def stacked(parts: list[list[Path]], size: int, fit: str) -> Iterator[Tensor]:
    """`stack` of the files of each part. ImageError where some are damaged: it names all of them."""
    images = pictures(path for part in parts for path in part)
    arrays = [np.asarray(fitted(image, size, fit)[0]) for image in images]
    whole = torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)
    return (part.contiguous() for part in whole.split([len(part) for part in parts]))


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
    held_out: Iterable[str] = HELD_OUT,
) -> Pairs:
    """A user's paired folder: A and B side by side in one file (left A, right B), or two folders with equal names.

    Which folders, and which of them are held out, says `home`; without a held-out part, val, a tenth of train by hash, is
    test, too.
    direction AB: x = A, y = B; BA the other way.  fit, seen: as in `fitted` and `chosen`.  Raises DataError with one
    sentence, and ImageError with one that names all damaged files.
    """
    root = existing(root, split, direction, fit)
    load = round(size * 286 / 256) if augment and split == "train" else size
    (left, whole), (right, other) = (home(root, split, side, held_out) for side in "AB")
    if left and right:
        if whole != other:
            raise DataError(
                f"{left} and {right} are not the same part of A and of B: give both a test part, or none."
            )
        a, b = _by_name(left), _by_name(right)
        lonely = sorted(set(a) ^ set(b))
        if lonely:
            raise DataError(
                f"{len(lonely)} picture(s) have no partner of the same name: {lonely[0]!r} is only in "
                f"{left if lonely[0] in a else right}."
            )
        files, told = [(a[name], b[name]) for name in sorted(a)], "A and B by their folders"
    else:
        left, whole = home(root, split, held_out=held_out)
        files, told = [(path,) for path in images_in(left)], "left = A"
    if not files:
        instead = str(nothing_in(left)).removeprefix(f"the folder {left} holds no pictures")
        raise DataError(f"no pairs in {left}{instead[:-1]}; give side-by-side pictures, or folders A and B.")
    # With so few that the hash would leave a split empty, all of them: better a correct run than none.
    wanted = chosen(files, split, whole, seen) or files
    # Each pair is shrunk as it is read: a thousand photographs at full size would not fit in memory.
    pairs, extents, joined = [], set(), cache(lambda: _joined(files))
    for paths, read in opened(wanted):
        pair = _two(paths[0], read) if len(read) == 2 else _halves(paths[0], read[0], joined)
        extents.add(pair[0].size)
        pairs.append([fitted(side, load, fit)[0] for side in pair])
    a, b = (stack(images, load) for images in zip(*pairs, strict=True))
    x, y = (a, b) if direction == "AB" else (b, a)
    source = note(Pairs(x, y, size, augment=augment and split == "train"), wanted)
    source.told = f"pairs of {_range(extents)}, {told}"
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
        if (other := named.setdefault(name_of(path), path)) != path:
            raise DataError(f"{folder} has both {other.name} and {path.name}: which one is the partner?")
    return named


def _two(path: Path, pair: list[Image.Image]) -> list[Image.Image]:
    a, b = pair
    if a.size != b.size:
        raise DataError(f"the pair {path.stem!r} differs in size: A is {_extent(a)}, B is {_extent(b)}.")
    return pair


def _halves(path: Path, both: Image.Image, joined: Callable[[], bool]) -> list[Image.Image]:
    """Left and right half. joined: asked where the shape alone does not tell, as it does of 2:1."""
    half = both.width // 2
    if both.width % 2 or both.width != 2 * both.height and (both.width < both.height or not joined()):
        raise DataError(
            f"in {path.parent}, {path.name} is {_extent(both)}: not two pictures of equal width side by side."
        )
    return [both.crop((0, 0, half, both.height)), both.crop((half, 0, both.width, both.height))]


def _joined(files: list[tuple[Path, ...]], most: int = 15) -> bool:
    """Whether images that are not 2:1 are pairs nevertheless: most of a few of them have a seam down their middle, or show
    the same outlines left and right. A photograph of 16:9 has neither."""
    votes = []
    for (path,) in files:
        try:
            both = open_image(path)
        except ImageError:  # that is said where it is read
            continue
        if both.width != 2 * both.height and both.width % 2 == 0:
            votes.append(_seam(both) or _alike(both))
        if len(votes) == most:
            break
    return 2 * sum(votes) > len(votes)


def _seam(both: Image.Image) -> bool:
    """Whether the two columns in the middle differ more than almost any other two neighbours."""
    columns = np.asarray(both, dtype=np.float32)
    steps, middle = np.abs(np.diff(columns, axis=1)).mean((0, 2)), both.width // 2 - 1
    return steps[middle] > 2 + 1.5 * np.quantile(np.delete(steps, middle), 0.95)


def _alike(both: Image.Image) -> bool:
    """Whether both halves have their outlines in the same places, beyond what their rows and columns have in common."""
    grey = np.asarray(both.convert("L").resize((192, 96), Image.BOX), dtype=np.float32)
    maps = []
    for half in (grey[:, :96], grey[:, 96:]):
        outlines = np.hypot(*np.gradient(half))
        outlines = np.minimum(outlines, 3 * outlines.mean()).reshape(48, 2, 48, 2).mean((1, 3))
        maps.append(outlines - outlines.mean(0) - outlines.mean(1, keepdims=True) + outlines.mean())
    a, b = (m / (np.sqrt((m * m).sum()) or 1.0) for m in maps)
    return (
        float((a * b).sum()) > 0.22
    )  # photographs reach 0.15, a drawing beside its photograph begins at 0.35


def _extent(image: Image.Image) -> str:
    return f"{image.width} x {image.height} px"


def _range(extents: set[tuple[int, int]]) -> str:
    """Of what sizes images are."""
    least, most = min(extents), max(extents)
    return " to ".join(f"{w} × {h}" for w, h in dict.fromkeys((least, most)))
