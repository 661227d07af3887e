"""What the page opens with, kept in the user's cache folder: the next start shows it without asking any model.

A file holds plain data: texts, numbers, lists. Its name is made from all that it depends on: weights, code, versions, datasets,
machine. What cannot be read, or belongs to somebody else, is made anew. It is written once, before the first visitor comes.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from i2i.assets import ASSETS
from i2i.files import cache_folder

FILES = 6  # files that are kept: two of this copy, of a second one beside it, of the version before
MOST = 64 * 2**20  # bytes of a file
_LIBRARIES = ("torch", "gradio", "numpy", "pillow", "markupsafe", "scipy", "matplotlib")
_ROOT = Path(__file__).parents[2]


class Openings:
    """Values by name, from the file `key` in `folder` and into it. Whatever is wrong with both, the values are right.

    made: how many of them had to be made.
    """

    def __init__(self, folder: Path, key: str):
        self.path, self.made = folder / f"{key}.json", 0
        self._values: dict[str, Any] = self._read()

    def has(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """The value of that name. make() is called where there is none: it returns plain data."""
        if name not in self._values:
            self._values[name] = make()
            self.made += 1
        return self._values[name]

    def _read(self) -> dict[str, Any]:
        with suppress(OSError, ValueError, RecursionError):
            if not _ours(self.path.parent):
                return {}
            with self.path.open("rb") as file:
                digest, _, body = file.read(MOST).partition(b"\n")
            if hashlib.sha256(body).hexdigest().encode() == digest:
                os.utime(self.path)  # it is in use: others go first
                return _decoded(json.loads(body))
        return {}

    def save(self) -> str:
        """Write what is new, and remove the files that were not used for longest. Returns "", or why nothing is kept."""
        if not self.made:
            return ""
        body = json.dumps(_encoded(self._values), ensure_ascii=False).encode()
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _ours(folder):
                return f"{folder} belongs to somebody else, or others may write to it"
            handle, part = tempfile.mkstemp(
                dir=folder, prefix=".part-"
            )  # its own for each app that starts now
            try:
                with open(handle, "wb") as file:
                    file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
                os.replace(part, self.path)
            except OSError:
                os.unlink(part)
                raise
            _sweep(folder)
        except OSError as fault:
            return f"{folder}: {fault.strerror or fault}"
        return ""


def _ours(folder: Path) -> bool:
    """Whether nobody else can have written what lies there."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _sweep(folder: Path) -> None:
    """Leave FILES files, those that were used last, and no parts that a killed app left."""
    used: dict[Path, float] = {}
    for path in folder.iterdir():
        with suppress(OSError):  # another app that starts now may have removed it
            used[path] = path.stat().st_mtime
    files = sorted((path for path in used if path.suffix == ".json"), key=used.__getitem__, reverse=True)
    lately = max(used.values(), default=0.0) - 600
    parts = [path for path in used if path.name.startswith(".part-") and used[path] < lately]
    for path in [*files[FILES:], *parts]:
        path.unlink(missing_ok=True)


def _encoded(value: Any) -> Any:
    """As JSON holds it: what JSON has no kind for is a list that begins with the name of the kind. TypeError for the rest."""
    if isinstance(value, Markup):
        return ["html", str(value)]
    if isinstance(value, list | tuple):
        return ["list" if isinstance(value, list) else "tuple", *map(_encoded, value)]
    if isinstance(value, dict):
        if not all(type(key) is str for key in value):
            raise TypeError(f"keys are texts; got {list(value)[:3]!r}.")
        return {key: _encoded(part) for key, part in value.items()}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise TypeError(f"{type(value).__name__} is no plain data.")


def _decoded(value: Any) -> Any:
    """What `_encoded` was given. ValueError for what it cannot have made."""
    if isinstance(value, dict):
        return {key: _decoded(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    kind, *parts = value or [""]
    if kind == "html" and len(parts) == 1 and isinstance(parts[0], str):
        return Markup(parts[0])  # noqa: S704  it was Markup before, in a file that nobody else can write
    if kind in ("list", "tuple"):
        return (list if kind == "list" else tuple)(map(_decoded, parts))
    raise ValueError(f"{kind!r} is no kind of value.")


# -- What it depends on ---------------------------------------------------------------------------------------------------


def key_of(assets: Path = ASSETS, datasets: Sequence[Path] = ()) -> str:
    """32 hexadecimal digits of all that an opening depends on. assets: the folder of weights and records; datasets: folders
    where they may lie. Of weights and code every byte counts; of datasets, which are large, names and dates two levels deep."""
    digest = hashlib.sha256()

    def tell(*facts: object) -> None:
        digest.update(repr(facts).encode() + b"\0")

    tell(sys.version, platform.machine(), platform.node())
    tell(os.environ.get("CUDA_VISIBLE_DEVICES"), sorted(map(str, Path("/dev").glob("nvidia[0-9]*"))))
    tell(*((name, version(name)) for name in _LIBRARIES))
    for folder in (_ROOT / "i2i", _ROOT / "demos", assets):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not _left_by_running(path):
                tell(str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).digest())
    for root in datasets:
        for path in sorted([*root.glob("*"), *root.glob("*/*")]):
            with suppress(OSError):
                status = path.stat()
                tell(str(path.absolute()), status.st_mtime_ns, status.st_size)
    return digest.hexdigest()[:32]


def _left_by_running(path: Path) -> bool:
    """Bytecode, the stubs that Gradio writes beside a component when it is first imported, and parts of files under way."""
    return path.parent.name == "__pycache__" or path.suffix in (".pyc", ".pyi") or path.name.startswith(".")


# -- While a page is built ------------------------------------------------------------------------------------------------

_now: Openings | None = None


def home() -> Path:
    """The folder of all files."""
    try:
        return cache_folder() / "openings"
    except RuntimeError:  # a user without a home: nothing can be kept
        return Path(os.devnull, "openings")


@contextmanager
def keeping(key: str) -> Iterator[Openings]:
    """Within the block, a function that is an `opening` takes its value from the user's cache, and leaves it there."""
    global _now
    _now = Openings(home(), key)
    try:
        yield _now
        if why := _now.save():
            print(f"What the page opens with is not kept for the next start: {why}", flush=True)
    finally:
        _now = None


def opening(make: Callable) -> Callable:
    """Of a function of texts that returns plain data. Outside of `keeping` it is called as it is."""
    name = f"{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def get(*args: str):
        if _now is None:
            return make(*args)
        # An argument may be a whole image.
        asked = hashlib.sha256(repr(args).encode()).hexdigest()[:24] if args else ""
        return _now.get(f"{name} {asked}", lambda: make(*args))

    return get
