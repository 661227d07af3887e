"""Where visitors' files lie while they are needed, and how they go: a folder of the app's own, swept by age.

Gradio has a cleaner of its own. It knows only what it has written down, not uploads that broke off nor what a killed
server left, and it dies when a file arrives while it looks. This one asks the disk. It imports nothing heavy.
"""

from __future__ import annotations

import atexit
import getpass
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

KEPT = 45 * 60  # seconds that a file is kept; with EVERY, it is gone within the hour
EVERY = 5 * 60  # seconds between two sweeps
ROOM = 2 * 2**30  # bytes that all files together may take
_NAME = f"i2i-{getattr(os, 'getuid', getpass.getuser)()}"
_started = threading.Lock()


def settle() -> Path:
    """Make this run's folder, for this user alone, and name it to Gradio, which reads GRADIO_TEMP_DIR when it is imported.

    It lies in a folder that all runs of this user share, below GRADIO_TEMP_DIR or the system's folder for temporary files.
    A process that the app has started keeps the app's. The folder goes when the program ends.
    """
    base = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir())
    if base.parent.name == _NAME and base.is_dir():
        return base
    home = base / _NAME
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.is_symlink() or (hasattr(os, "getuid") and home.stat().st_uid != os.getuid()):
        # Somebody else has made it, to read along: one with a name that nobody can guess.
        home = Path(tempfile.mkdtemp(prefix="i2i-", dir=base)) / _NAME
        home.mkdir(mode=0o700)
    home.chmod(0o700)
    own = Path(tempfile.mkdtemp(prefix="run-", dir=home))
    os.environ["GRADIO_TEMP_DIR"] = str(own)
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def folder() -> Path:
    """This run's folder, Gradio's: what lies in it may be fetched by whoever knows its name."""
    return Path(os.environ["GRADIO_TEMP_DIR"])


def desk() -> Path:
    """Where the app itself writes files that it then hands to Gradio, which copies what lies outside its own folder."""
    place = folder().parent / "desk"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _files(home: Path) -> list[tuple[float, int, str]]:
    """(when it last changed, bytes, path) of all that is no folder. A link is not followed."""
    found = []
    for place, _, names in os.walk(home):
        for name in names:
            path = os.path.join(place, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue  # it went meanwhile
            # Of the three times of a file, this is the one that a copy does not take over.
            found.append((status.st_ctime, status.st_size, path))
    return found


def size(home: Path | None = None) -> int:
    """Bytes of all files of this user's runs."""
    return sum(bytes for _, bytes, _ in _files(home or folder().parent))


def sweep(home: Path | None = None, room: int | None = None, now: float | None = None) -> None:
    """Remove files older than KEPT, whoever wrote them; then the oldest, until the rest fits into `room` bytes (default:
    ROOM); then folders that have been empty for a while. Other runs of this user are swept too: a killed one cannot do it."""
    home, now = home or folder().parent, now or time.time()
    room = ROOM if room is None else room
    left = sorted(_files(home))
    total = sum(bytes for _, bytes, _ in left)
    for changed, bytes, path in left:
        if now - changed > KEPT or total > room:
            try:
                os.unlink(path)
                total -= bytes
            except OSError:
                continue
    for place, _, _ in os.walk(home, topdown=False):
        if place in (str(home), str(folder())):
            continue
        try:
            if now - os.lstat(place).st_ctime > EVERY:
                os.rmdir(place)
        except OSError:
            continue  # something lies in it


def _keep_sweeping() -> None:
    while True:
        try:
            folder().mkdir(mode=0o700, parents=True, exist_ok=True)
            os.utime(folder())  # a sign of life: another run's sweeper leaves it, though it may be empty
            sweep()
        except OSError as fault:
            print(f"The sweep of {folder().parent} did not end well: {fault}", flush=True)
        time.sleep(EVERY)


def start() -> None:
    """Sweep now, and every five minutes from now on. A second call does nothing."""
    if _started.acquire(blocking=False):
        threading.Thread(target=_keep_sweeping, name="sweeper", daemon=True).start()
