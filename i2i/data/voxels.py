"""Volumes from files: `.binvox`, `.npy`, `.npz` and MagicaVoxel's `.vox`, and a writer of the last.

A volume here is an array [D, H, W], its axes from front to back, from bottom to top and from left to right; what is filled is
1. Formats: binvox by Patrick Min (patrickmin.com/binvox/binvox.html), vox by ephtracy (github.com/ephtracy/voxel-model).
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .device import OnDevice
from .folders import DataError, chosen, digest, home

MOST = 256  # voxels along a side
VOX_MOST = 256  # what the format can name


# -- one file -------------------------------------------------------------------------------------------------------


def read_volume(path: str | Path) -> np.ndarray:
    """float32 [D, H, W] in [0, 1] of a file, as the file has it: of any three sides up to 256. DataError in one sentence that
    names the file and the fault: cut off, another type, more voxels, none at all."""
    path = Path(path)
    if path.suffix.lower() not in READ:
        raise DataError(f"{path} is no file of voxels; those end in {', '.join(READ)}.")
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise DataError(f"{path} cannot be read: {fault.strerror}.") from None
    try:
        volume = READ[path.suffix.lower()](content, path)
    except (struct.error, IndexError, EOFError):
        raise DataError(f"{path} is cut off in the middle.") from None
    if not volume.any():
        raise DataError(f"{path} is empty: not one voxel is filled.")
    return volume


def _sides_of(path: Path, *sides: int) -> None:
    if min(sides) < 1 or max(sides) > MOST:
        told = " x ".join(map(str, sides))
        raise DataError(f"{path} has {told} voxels, and a side may have 1 to {MOST}.")


def _binvox(content: bytes, path: Path) -> np.ndarray:
    head, found, body = content.partition(b"data\n")
    words = head.split()
    if words[:1] != [b"#binvox"]:
        raise DataError(f"{path} is no binvox file: it does not begin with #binvox.")
    if not found:
        raise EOFError
    try:
        at = words.index(b"dim")
        x, z, y = (int(n) for n in words[at + 1 : at + 4])
    except ValueError:
        raise DataError(f"{path} does not say how large it is.") from None
    _sides_of(path, z, y, x)
    runs = np.frombuffer(body[: len(body) // 2 * 2], np.uint8).reshape(-1, 2)
    if runs[:, 1].sum(dtype=np.int64) < x * y * z:
        raise EOFError
    filled = np.repeat(runs[:, 0] > 0, runs[:, 1])[: x * y * z]
    return filled.reshape(x, z, y).transpose(1, 2, 0).astype(np.float32)


def _numpy(content: bytes, path: Path) -> np.ndarray:
    import io

    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False)
        if isinstance(loaded, np.lib.npyio.NpzFile):
            names = loaded.files
            if "voxels" not in names and len(names) != 1:
                raise DataError(f"{path} holds {len(names)} arrays, and none of them is called 'voxels'.")
            loaded = loaded["voxels" if "voxels" in names else names[0]]
    except DataError:
        raise
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as fault:
        if "Object arrays" in str(fault):
            raise DataError(f"{path} holds Python objects, not an array of numbers.") from None
        raise DataError(f"{path} is cut off, or no array of numpy.") from None
    return _checked(loaded, str(path))


def _checked(array: np.ndarray, name: str) -> np.ndarray:
    """A user's array as float32 [D, H, W] in [0, 1]; DataError where it is none."""
    shape = array.shape
    if array.ndim == 4 and 1 in (shape[0], shape[3]):  # a channel beside the sides
        array = array[0] if shape[0] == 1 else array[..., 0]
    if array.ndim != 3:
        raise DataError(f"{name} is an array of {len(shape)} axes, and a volume has three.")
    if array.dtype.kind not in "buif":
        raise DataError(f"{name} holds values of type {array.dtype}, not numbers.")
    _sides_of(Path(name), *array.shape)
    volume = array.astype(np.float32)
    if array.dtype.kind in "ui" and volume.size and volume.max() > 1:
        volume /= 255.0  # bytes, as images have them
    if not (np.isfinite(volume).all() and volume.min() >= 0 and volume.max() <= 1):
        raise DataError(f"{name} holds values outside of 0 to 1 (whole numbers: 0 to 255).")
    return volume


def _chunks(content: bytes, first: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content begins, how long it is) of each chunk; the children of a chunk come after it."""
    at = first
    while at < end:
        name, own, _ = struct.unpack_from("<4sii", content, at)
        yield name, at + 12, own
        if own < 0 or at + 12 + own > len(content):
            raise EOFError
        at += 12 + own


def _vox(content: bytes, path: Path) -> np.ndarray:
    if content[:4] != b"VOX ":
        raise DataError(f"{path} is no vox file: it does not begin with VOX.")
    name, own, children = struct.unpack_from("<4sii", content, 8)
    if name != b"MAIN":
        raise DataError(f"{path} is no vox file: it has no chunk MAIN.")
    if 20 + own + children > len(content):
        raise EOFError
    sides = None
    for name, at, _ in _chunks(content, 20 + own, 20 + own + children):
        if name == b"SIZE":
            sides = struct.unpack_from("<iii", content, at)
            _sides_of(path, *sides)
        elif name == b"XYZI" and sides:  # the first model of the file
            (count,) = struct.unpack_from("<i", content, at)
            if count < 0 or at + 4 + 4 * count > len(content):
                raise EOFError
            x, y, z, _ = np.frombuffer(content, np.uint8, 4 * count, at + 4).reshape(-1, 4).T
            if count and (x.max() >= sides[0] or y.max() >= sides[1] or z.max() >= sides[2]):
                raise DataError(f"{path} names voxels outside of its {sides[0]} x {sides[1]} x {sides[2]}.")
            volume = np.zeros((sides[1], sides[2], sides[0]), np.float32)
            volume[y, z, x] = 1
            return volume
    raise DataError(f"{path} holds no model: it has no chunk XYZI after a SIZE.")


READ: dict[str, Callable[[bytes, Path], np.ndarray]] = {
    ".binvox": _binvox, ".npy": _numpy, ".npz": _numpy, ".vox": _vox,
}  # fmt: skip
"""The formats, by the end of a file's name."""


def vox_bytes(
    volume: np.ndarray | Tensor, threshold: float = 0.5, tint: tuple[int, int, int] = (237, 143, 92)
) -> bytes:
    """The content of a `.vox` file: what is more occupied than `threshold` of a volume [D, H, W], in one colour (RGB, bytes).
    ValueError for another shape, or sides above 256."""
    filled = np.asarray(volume) > threshold
    if filled.ndim != 3 or max(filled.shape) > VOX_MOST or not min(filled.shape):
        raise ValueError(
            f"a vox file holds a volume of three sides, 1 to {VOX_MOST} each, got {list(filled.shape)}"
        )
    y, z, x = filled.nonzero()
    cells = np.stack([x, y, z, np.ones_like(x)], 1).astype(np.uint8)

    def chunk(name: bytes, own: bytes) -> bytes:
        return struct.pack("<4sii", name, len(own), 0) + own

    depth, height, width = filled.shape
    palette = bytes([*tint, 255]) + bytes([128, 128, 128, 255]) * 255
    body = chunk(b"SIZE", struct.pack("<iii", width, depth, height))
    body += chunk(b"XYZI", struct.pack("<i", len(cells)) + cells.tobytes()) + chunk(b"RGBA", palette)
    return b"VOX " + struct.pack("<i", 150) + struct.pack("<4sii", b"MAIN", 0, len(body)) + body


def shaped(volume: np.ndarray, size: int) -> Tensor:
    """A volume of any sides as float [1, size, size, size]: in the middle of the smallest cube around it, on its floor, and
    made smaller so that a voxel is as full as the fullest of those that it stands for (thin walls stay), or larger."""
    depth, height, width = volume.shape
    side = max(volume.shape)
    before, left = (side - depth) // 2, (side - width) // 2
    cube = np.zeros((side, side, side), np.float32)
    cube[before : before + depth, :height, left : left + width] = volume
    cubes = torch.from_numpy(cube)[None, None]
    return (F.adaptive_max_pool3d(cubes, size) if side > size else F.interpolate(cubes, size=(size,) * 3))[0]


# -- many -----------------------------------------------------------------------------------------------------------


class Volumes(OnDevice):
    """A source of volumes, kept as bytes uint8 [N, 1, size, size, size]. In training each is seen as it is or mirrored, left
    for right, where `mirrored` says that both are as likely.

    batch: {"voxels": float [B, 1, size, size, size] in [0, 1], "index": int64 [B]}.
    """

    layout = "voxels"

    def __init__(self, volumes: Tensor, size: int, mirrored: bool = False, digests: tuple[str, ...] = ()):
        self.volumes, self.size, self.mirrored, self.digests = volumes, size, mirrored, digests

    def __len__(self) -> int:
        return len(self.volumes)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        turned = torch.rand(len(index), generator=generator) < 0.5 if self.mirrored else None
        index = self._sent(index)
        voxels = self.volumes[index].float() / 255
        if turned is not None:
            voxels = torch.where(self._sent(turned)[:, None, None, None, None], voxels.flip(4), voxels)
        return {"voxels": voxels, "index": index}


def volumes_in(
    root: str | Path, size: int, split: str, direction: str = "AB", seen: frozenset[str] | None = None
) -> Volumes:
    """A user's folder of files of voxels, or its parts `train` and `test`; without such parts a fixed tenth by hash is val, and
    test, too. DataError where there are none, or one cannot be read. direction: there is no x. seen: as in `chosen`."""
    root = Path(root)
    if not root.is_dir():
        raise DataError(f"the folder {root} does not exist.")
    folder, whole = home(root, split)
    files = sorted(p for p in folder.iterdir() if p.suffix.lower() in READ and not p.name.startswith("."))
    if not files:
        raise DataError(f"the folder {folder} holds no files of voxels ({', '.join(READ)}).")
    files = chosen(files, split, whole, seen) or files
    volumes = torch.stack([shaped(read_volume(f), size) for f in files])
    return Volumes((volumes * 255).round().to(torch.uint8), size, digests=tuple(digest(f) for f in files))


# Which axis of a file of ModelNet10 is which of ours, and which way the first of ours runs there.
_MODELNET = {"chair": ((1, 2, 0), 1), "monitor": ((0, 2, 1), -1)}


def modelnet(root: str | Path, kind: str, size: int, split: str) -> Volumes:
    """Chairs or monitors of ModelNet10 (Wu et al. 2015) as volumes of 32, without the empty ones and without those that occur
    twice. A tenth by a hash of what they hold is test, another val, the rest train. DataError at another size."""
    if size != 32:
        raise DataError(f"the volumes of ModelNet10 here have 32 voxels a side, not {size}.")
    path = Path(root) / f"{kind}.npz"
    try:
        with np.load(path) as data:
            bits, shape = data["packed"], tuple(int(n) for n in data["shape"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        raise DataError(
            f"{path} is missing, or is not the file of packed volumes that it should be."
        ) from None
    filled = np.unpackbits(bits, axis=1)[:, : 32**3].reshape(shape)
    kept: dict[bytes, np.ndarray] = {}
    for volume in filled:
        if volume.any():
            kept.setdefault(hashlib.sha256(volume.tobytes()).digest(), volume)
    turn, back = _MODELNET[kind]
    mine = {"test": (0,), "val": (1,), "train": range(2, 10)}[split]
    some = [v.transpose(turn)[::back] for key, v in kept.items() if int.from_bytes(key) % 10 in mine]
    volumes = torch.from_numpy(np.ascontiguousarray(np.stack(some))[:, None] * np.uint8(255))
    return Volumes(volumes, size, mirrored=split == "train")
