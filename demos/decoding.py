"""Visitors' pictures are decoded in a process of its own, one at a time, within a time and a memory that it may take.

What `open_image` refuses by a file's structure costs nothing. The trick that nobody has thought of yet costs its sender
a sentence, and the others a few seconds; the server itself never decodes what strangers sent. Requests and answers are a
line of JSON, and bytes.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from i2i import opening
from i2i.opening import MAX_BYTES, ImageError

from . import words

SECONDS = 10.0  # of processor time for one picture; 40 megapixels take about two
WALL = 60.0  # of waiting for it, on a busy machine
MEMORY = 3 * 2**30  # bytes that the process may have; 40 megapixels of 16 bits take half of it
_ROOT = Path(__file__).parents[1]
_CHILD = "from demos.decoding import _serve; _serve()"


class Decoder:
    """The process, and the line before it. It starts with the first picture, and again after one that it did not survive."""

    def __init__(self):
        self._turn, self._process = threading.Lock(), None
        atexit.register(self.close)

    def open_image(self, file: str | Path | BinaryIO, name: str | None = None) -> Image.Image:
        """As `i2i.opening.open_image`; ImageError also for what shows nothing, takes too long or ends the process."""
        return self._opened(file, name, "image")

    def open_layers(self, file: str | Path | BinaryIO, name: str | None = None) -> Image.Image:
        """As `i2i.opening.open_layers`, likewise."""
        return self._opened(file, name, "layers")

    def _opened(self, file: str | Path | BinaryIO, name: str | None, what: str) -> Image.Image:
        path = isinstance(file, str | Path)
        data = b"" if path or file is None else file.read(MAX_BYTES + 1)
        name = name or (Path(file).name if path else words.PICTURE)
        ask = {
            "name": name,
            "path": os.path.abspath(file) if path else None,
            "bytes": len(data),
            "none": file is None,
            "what": what,
        }
        if not self._turn.acquire(timeout=2 * WALL):
            raise ImageError(words.MANY_PICTURES)
        try:
            return self._asked(ask, data, name)
        finally:
            self._turn.release()

    def _asked(self, ask: dict, data: bytes, name: str) -> Image.Image:
        process = self._running()
        watch = threading.Timer(WALL, process.kill)
        watch.start()
        try:
            process.stdin.write(json.dumps(ask).encode() + b"\n" + data)
            process.stdin.flush()
            told = json.loads(process.stdout.readline() or b'"gone"')
            if isinstance(told, dict) and "size" in told:
                width, height = told["size"]
                pixels = process.stdout.read(told["bytes"])
                if len(pixels) == told["bytes"]:
                    return Image.frombytes(told["mode"], (width, height), pixels)
            elif isinstance(told, dict):
                raise ImageError(told["fault"])
        except OSError:
            pass
        finally:
            watch.cancel()
        self.close()
        raise ImageError(words.MUCH_WORK.format(name=name))

    def _running(self) -> subprocess.Popen:
        if self._process is None or self._process.poll() is not None:
            self.close()
            ways = [str(_ROOT), *filter(None, sys.path)]
            self._process = subprocess.Popen(
                [sys.executable, "-c", _CHILD], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(ways), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )  # fmt: skip
        return self._process

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(5)
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()


_DECODER = Decoder()
open_image, open_layers = _DECODER.open_image, _DECODER.open_layers


# -- in the process -----------------------------------------------------------------------------------------------------


def _serve() -> None:
    """Answer requests until the app is gone. At Ctrl-C the app ends first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hear, say = sys.stdin.buffer, sys.stdout.buffer
    while line := hear.readline():
        ask = json.loads(line)
        data = hear.read(ask["bytes"])
        file = None if ask["none"] else ask["path"] or io.BytesIO(data)
        _clock(SECONDS)
        try:
            if ask["what"] == "layers":
                image = opening.eight_bits(opening.open_layers(file, ask["name"]))
            else:
                image = opening.open_image(file, ask["name"], False)
            pixels = image.tobytes()
            head = {"size": image.size, "mode": image.mode, "bytes": len(pixels)}
        except ImageError as fault:
            head, pixels = {"fault": str(fault)}, b""
        _clock(0)
        say.write(json.dumps(head).encode() + b"\n")
        say.write(pixels)
        say.flush()
        image = pixels = data = None


def _clock(seconds: float) -> None:
    """The system ends this process when it has used so much processor time from now on, whatever it is busy with; 0: never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)
