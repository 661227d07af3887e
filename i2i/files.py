"""Writing files so that a crash, a kill or a full disk leaves the old one or the new one, never a part; printing their names;
where datasets and the user's cache lie; what tells a run's folder and an exported model's from others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RESUME, FLAT, LOCK, PLAN = "resume.pt", "resume-before-decay.pt", ".lock", "plan.json"
"""What a run keeps in its folder: its state, that from before its learning rate fell, its lock, and its plan in minutes."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A path beside `path`, of the same suffix, to write to: it takes its place when the block ends, and is removed
    when the block fails. An OSError on the way names `path`."""
    path = Path(path)
    part = path.with_name(f".{path.stem}.part-{os.getpid()}{path.suffix}")
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as fault:
        # An encoder's own error has no number and no name: what is left to say is which file it was.
        raise OSError(
            fault.errno or 0, fault.strerror or str(fault) or "writing failed", str(path)
        ) from fault
    finally:
        part.unlink(missing_ok=True)


def printable(path: str | Path) -> str:
    """A path as it can be printed: bytes of a name that are not text become question marks."""
    return str(path).encode("utf-8", "replace").decode()


def cache_folder() -> Path:
    """Where what can be made anew is kept: $I2I_CACHE, or `i2i` in the user's folder for such things."""
    given = os.environ.get("I2I_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given).expanduser() if given else base / "i2i"


def dataset_homes() -> list[Path]:
    """The places where datasets may lie, best first: $I2I_DATA, and `data` in the folder that one works in."""
    given = os.environ.get("I2I_DATA")
    return ([Path(given).expanduser()] if given else []) + [Path("data")]


def is_run(folder: Path) -> bool:
    """Whether a training keeps its state in a folder, or has begun to."""
    return any((folder / name).is_file() for name in (RESUME, FLAT, LOCK, PLAN))


def is_model(folder: Path) -> bool:
    """Whether a folder's config.json describes a model of this package, of any version."""
    try:
        config = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError):
        return False
    return isinstance(config, dict) and {"format", "method", "networks"} <= set(config)
