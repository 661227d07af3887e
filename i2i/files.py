"""Writing files so that a crash, a kill or a full disk leaves the old one or the new one, never a part; printing their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
