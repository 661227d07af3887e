"""From what official homes hand out to the folders that the readers want."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
from PIL import Image, UnidentifiedImageError


class DownloadError(RuntimeError):
    """A dataset could not be fetched; the message is one sentence for the user."""


# The disk.


def _make_sure_of_room(folder: Path, need: float) -> None:
    free = shutil.disk_usage(folder).free
    if need > free:
        raise DownloadError(
            f"{need / 1e6:,.0f} MB are needed and {free / 1e6:,.0f} MB are free in {folder}: free some space "
            "or set I2I_DATA to a folder on another disk; what has arrived is kept."
        )


# From files to the folder that the readers want.

Layout = Callable[[dict[str, Path], Path], None]
_DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    struct.error,
    EOFError,
    UnidentifiedImageError,
    ValueError,
    KeyError,
)


# What an archive may come to: images are packed already, arrays of them shrink to a fifth at best.
_AT_LEAST, _TIMES = 64 * 2**20, 20


def _most(archive: Path) -> int:
    return max(_AT_LEAST, _TIMES * archive.stat().st_size)


def unpack(archive: Path, out: Path) -> None:
    """Unpack a tar or zip into `out`.

    Raises tarfile.TarError, zipfile.BadZipFile, EOFError or zlib.error if it is damaged, reaches outside or would come to
    many times its size; DownloadError if the disk has no room for it.
    """
    total, most = 0, _most(archive)
    if not zipfile.is_zipfile(archive):
        with tarfile.open(archive) as tar:
            for member in tar:  # its table of contents is spread over all of it: summed while reading
                total += member.size
                if total > most:
                    raise tarfile.TarError(f"it would come to more than {most / 1e6:,.0f} MB")
                _make_sure_of_room(out, member.size)
                tar.extract(member, out, filter="data")
            # gzip keeps its checksum behind the point where tar stops reading
            while rest := tar.fileobj.read(1 << 20):
                total += len(rest)
                if total > most:
                    raise tarfile.TarError(f"it would come to more than {most / 1e6:,.0f} MB")
            return
    with zipfile.ZipFile(archive) as pack:
        for name in pack.namelist():
            path, windows = PurePosixPath(name.replace("\\", "/")), PureWindowsPath(name)
            if path.is_absolute() or windows.drive or ".." in path.parts:
                raise zipfile.BadZipFile(f"'{name}' would be written outside the folder")
        total = sum(entry.file_size for entry in pack.infolist())  # zipfile reads no further than that
        if total > most:
            raise zipfile.BadZipFile(f"it would come to {total / 1e6:,.0f} MB, more than {most / 1e6:,.0f}")
        _make_sure_of_room(out, total)
        pack.extractall(out)


def _archive(files: dict[str, Path], out: Path) -> None:
    """Unpack everything; a single folder around it all is dropped, and so is what a Mac left behind."""
    for path in files.values():
        unpack(path, out)
    for junk in [*out.rglob("__MACOSX"), *out.rglob("._*"), *out.rglob(".DS_Store")]:
        shutil.rmtree(junk) if junk.is_dir() else junk.unlink(missing_ok=True)
    inside = list(out.iterdir())
    if len(inside) == 1 and inside[0].is_dir():
        shell = inside[0].rename(out / ".shell")  # its content may hold a folder of its own name
        for path in shell.iterdir():
            path.rename(out / path.name)
        shell.rmdir()


def _plain(files: dict[str, Path], out: Path) -> None:
    """The files as they are: hard links where the file system has them, so that a set takes its room once."""
    for name, path in files.items():
        try:
            os.link(path, out / name)
        except OSError:
            shutil.copyfile(path, out / name)


def _mnist(files: dict[str, Path], out: Path) -> None:
    """The four IDX files as train.npz and test.npz, or the two of the test part as mnist_t10k.npz."""
    for part, name in (("train", "train"), ("t10k", "test" if len(files) > 2 else "mnist_t10k")):
        if not any(file.startswith(part) for file in files):
            continue
        images, labels = (_idx(files[f"{part}-{kind}-ubyte.gz"]) for kind in ("images-idx3", "labels-idx1"))
        np.savez_compressed(out / f"{name}.npz", images=images, labels=labels)


def _idx(path: Path) -> np.ndarray:
    """An array of the IDX format: two zeros, the type (8 = uint8), the rank, big-endian sizes, the values."""
    with gzip.open(path) as file:
        data = file.read(_most(path) + 1)
    if len(data) > _most(path):
        raise ValueError(f"{path.name} would come to more than {_most(path) / 1e6:,.0f} MB")
    zeros, kind, rank = struct.unpack_from(">HBB", data)
    if zeros or kind != 8:
        raise ValueError(f"{path.name} is not an IDX file of bytes")
    shape = struct.unpack_from(f">{rank}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def _bsds500(files: dict[str, Path], out: Path) -> None:
    """train/, val/, test/: the JPEG files; X_edges/: the mean of the annotators' boundary maps, 0 to 255."""
    from scipy.io import loadmat  # a second of imports, which only this dataset pays

    (path,), total = files.values(), 0
    with tarfile.open(path) as tar:
        for member in tar:
            found = re.search(r"data/(images|groundTruth)/(train|val|test)/(\w+)\.(jpg|mat)$", member.name)
            if not found or not member.isfile():
                continue
            kind, split, name, _ = found.groups()
            folder = out / (split if kind == "images" else f"{split}_edges")
            folder.mkdir(exist_ok=True)
            total += member.size
            if total > _most(path):
                raise ValueError(f"it would come to more than {_most(path) / 1e6:,.0f} MB")
            data = tar.extractfile(member).read()
            if kind == "images":
                (folder / f"{name}.jpg").write_bytes(data)
            else:
                try:
                    truths = np.atleast_1d(
                        loadmat(io.BytesIO(data), simplify_cells=True)["groundTruth"]
                    )  # one, or several
                    edges = np.mean([truth["Boundaries"] for truth in truths], axis=0)
                except Exception as fault:  # whatever SciPy makes of a damaged file
                    raise ValueError(f"{member.name} cannot be read ({type(fault).__name__})") from fault
                Image.fromarray((255 * edges).round().astype(np.uint8)).save(folder / f"{name}.png")
    if not any(out.iterdir()):
        raise ValueError("no picture in it")


# Emoji.

_SKIN = {f"{tone:x}" for tone in range(0x1F3FB, 0x1F400)}
_DRAWN = {  # style: the archive, where its drawings are, how it writes a code
    "openmoji-line": ("openmoji-line.zip", r"(?:^|/)([0-9A-F-]+)\.png$"),
    "openmoji": ("openmoji.zip", r"(?:^|/)([0-9A-F-]+)\.png$"),
    "twemoji": ("twemoji.zip", r"/assets/72x72/([0-9a-f-]+)\.png$"),
    "noto": ("noto.zip", r"/png/128/emoji_u([0-9a-f_]+)\.png$"),
    "fluent-3d": ("fluent.zip", r"/assets/([^/]+)/(?:Default/)?3D/(?:Default/)*[^/]+\.png$"),
}


def emoji_code(text: str) -> str:
    """A code sequence in the one spelling used here: '1F441-FE0F-200D-1F5E8' becomes '1f441-200d-1f5e8'."""
    return "-".join(f"{int(point, 16):x}" for point in re.split("[-_ ]", text) if point.lower() != "fe0f")


def emoji_split(code: str) -> str | None:
    """'train', 'test', or None (left out), by a hash of the code: no order of fetching can change it."""
    rank = int(hashlib.sha256(code.encode()).hexdigest(), 16) % 100
    return None if rank < 10 else "test" if rank < 22 else "train"


def _emoji(files: dict[str, Path], out: Path) -> None:
    """STYLE/CODE.webp, 128 px on white, lossless, of what all styles draw; index.json lists it."""
    listed = {}
    for entry in json.loads(files["openmoji.json"].read_text(encoding="utf-8")):
        if entry["group"] in ("flags", "component") or entry["group"].startswith("extras"):
            continue
        name = emoji_code(entry["hexcode"])
        if not _SKIN & set(name.split("-")) and emoji_split(name):
            listed[name] = {
                "code": name,
                "name": entry["annotation"],
                "group": entry["group"],
                "subgroup": entry["subgroups"],
                "split": emoji_split(name),
            }
    packs = {style: zipfile.ZipFile(files[pack]) for style, (pack, _) in _DRAWN.items()}
    drawings = {style: _drawings(pack, style) for style, pack in packs.items()}
    names = [name for name in listed if all(name in found for found in drawings.values())]
    if not names:
        raise ValueError("no concept that all styles draw")
    for style, found in drawings.items():
        (out / style).mkdir()
        for name in names:
            _draw(packs[style].read(found[name]), style.endswith("line"), out / style / f"{name}.webp")
        packs[style].close()
    (out / "index.json").write_text(json.dumps([listed[name] for name in names], indent=0), encoding="utf-8")


def _drawings(pack: zipfile.ZipFile, style: str) -> dict[str, str]:
    """{code: member} of an archive. Fluent has folders named in words, and the code in metadata.json."""
    found = {match[1]: name for name in pack.namelist() if (match := re.search(_DRAWN[style][1], name))}
    if style != "fluent-3d":
        return {emoji_code(text): name for text, name in found.items()}
    metadata = [name for name in pack.namelist() if name.endswith("/metadata.json")]
    told = {name.split("/")[-2]: json.loads(pack.read(name))["unicode"] for name in metadata}
    return {emoji_code(told[folder]): name for folder, name in found.items() if folder in told}


def _draw(data: bytes, grey: bool, path: Path) -> None:
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    image = image.convert("L" if grey else "RGB").resize((128, 128), Image.Resampling.LANCZOS)
    image.save(path, lossless=True)


UNPACK: dict[str, Layout] = {
    "archive": _archive,
    "plain": _plain,
    "mnist": _mnist,
    "bsds500": _bsds500,
    "emoji": _emoji,
}
