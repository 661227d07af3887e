"""The card of the whole photograph in the tab Super-resolution: tile by tile in a process of its own, until it is stopped."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup
from PIL import Image

from i2i.images import ImageError
from i2i.run import tiles

from ..widgets import look
from ..widgets.asking import begun
from ..widgets.urls import light_url
from ..work import sweeper
from ..work.queue import Failed, Full, Line, Waiting, minutes
from ..work.tilework import preview_size
from .enlargers import loaded, model_of, scale_of, title_of
from .part import View

LINE, BESIDE = Line(), Line()  # a small photograph does not wait for a large one
WORK = "demos.work.tilework:work"
TILE = 128
_FEW = 16  # tiles of a small photograph
_READY, _OF_A_TILE = (
    12,
    0.2,
)  # seconds that a process takes to start, and for a tile, measured on two cores; SRCNN takes less
_START, _A_TILE = (
    400,
    15,
)  # seconds that a process may take to start and to write, and for a tile, on a busy machine
_OFTEN = 0.7  # seconds between two images of the progress


@dataclass
class Job:
    """What the page shows of a photograph being enlarged. file: the result, once it is there."""

    size: tuple[int, int]
    scale: int
    title: str
    preview: Image.Image
    done: int = 0
    of: int = 0
    left: float | None = None
    says: str = ""
    file: str = ""
    over: bool = False

    @property
    def result(self) -> tuple[int, int]:
        return self.scale * self.size[0], self.scale * self.size[1]


def allowed(key: str, width: int, height: int) -> None:
    """Raise ImageError where the result would be too large."""
    if width * height * scale_of(key) ** 2 > tiles.MAX_PIXELS:
        next(tiles.enlarged(loaded(key), Image.new("L", (width, height))))


def tiles_of(size: tuple[int, int]) -> int:
    return -(-size[0] // TILE) * -(-size[1] // TILE)


def line_of(job: Job) -> Line:
    return BESIDE if job.of <= _FEW else LINE


def stop(owner: str) -> None:
    """End what this owner has started, or waits for."""
    for line in (LINE, BESIDE):
        line.stop(owner)


def begin(key: str, image: Image.Image) -> Job:
    """A job that has not begun: the image itself, dimmed. ImageError for one that is too large."""
    allowed(key, *image.size)
    k = scale_of(key)
    shown = image.resize(preview_size(k * image.width, k * image.height), Image.BICUBIC)
    dim = Image.blend(shown, Image.new("RGB", shown.size, "#8a8594"), 0.62)
    return Job(image.size, k, title_of(key), dim, of=tiles_of(image.size))


def follow(key: str, image: Image.Image, owner: str) -> Iterator[Job | None]:
    """Do the work and yield the job at each change, None where there is no news, until it is over however that comes about.

    The file of the result is there until the iterator goes on after its last job. ImageError as `begin`.
    """
    job = begin(key, image)
    job.says = "Starting a process of its own …"
    yield job
    home = tempfile.mkdtemp(prefix="i2i-whole-", dir=sweeper.desk())
    out = os.path.join(home, f"{model_of(key)}-{job.result[0]}x{job.result[1]}.png")
    try:
        threads = max(1, min(4, (os.cpu_count() or 2) // 2))
        args = (str(loaded(key).folder), np.asarray(image), TILE, out, threads)
        cap = _START + _A_TILE * job.of
        with closing(line_of(job).frames(owner, WORK, *args, cap=cap, share=_share)) as frames:
            yield from _shown(job, frames)
        job.over = True
        if Path(out).is_file():
            job.file, job.says = out, "Done."
        else:
            job.says = f"Stopped after {job.done} of {job.of} tiles; nothing was kept."
        yield job
    except (Full, Failed) as fault:
        job.over, job.says = True, begun(str(fault))
        yield job
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _share(frame: tuple) -> float:
    return frame[0] / frame[1]


def _shown(job: Job, frames: Iterator) -> Iterator[Job | None]:
    first = told = 0.0
    for frame in frames:
        if frame is None:
            yield None
            continue
        if isinstance(frame, Waiting):
            job.says = f"Somebody else's photograph is being enlarged. That takes {minutes(frame.left)} more; then it is your turn. Stay, or press Stop."
            yield job
            continue
        now = time.monotonic()
        job.done = frame[0]
        if len(frame) == 5:
            job.preview.paste(Image.fromarray(frame[4]), (frame[2], frame[3]))
            first = first or now
            pace = (now - first) / (job.done - 1) if job.done > 1 else None
            job.left = None if pace is None else pace * (job.of - job.done)
            job.says = "Writing the PNG …" if job.done == job.of else ""
        if now - told > _OFTEN or job.done in (1, job.of):
            told = now
            yield job


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def shown(job: Job) -> Markup:
    """HTML of a job as it stands."""
    w, h = job.result
    alt = f"the whole picture by {job.title}: {job.done} of {job.of} tiles are done"
    left = "at work …" if job.left is None else Markup("about <b>{}</b> left").format(_time(job.left))
    share = 100 * job.done / max(1, job.of)
    return look.stack(
        Markup('<figure class="grown"><img src="{}" alt="{}"></figure>').format(light_url(job.preview), alt),
        Markup(
            '<div><p class="doing"><span>{}: tile <b>{}</b> of {}</span><span>{} × {} px</span>'
            '<span role="status">{}</span></p><div class="meter"><i style="width:{:.0f}%"></i></div></div>'
        ).format(job.title, job.done, job.of, w, h, job.says or left, share),
    )


def idle(view: View, size: tuple[int, int]) -> Markup:
    """HTML of the card before anything was begun, for the image on the screen."""
    w, h = size
    try:
        allowed(view.chosen, w, h)
    except ImageError as fault:
        return look.note("predict", Markup("<b>Too large.</b> {}").format(begun(str(fault))))
    count = tiles_of((w, h))
    k = scale_of(view.chosen)
    return Markup(
        '<p class="tell">All of <b>{}</b>, {} × {} px, by <b>{}</b> becomes '
        "<b>{} × {}</b>, in {} of at most {} px, each computed with as much of its "
        "surroundings as one pixel can see: so there is no seam, and memory stays the same however large the picture is. That takes {} on two cores.</p>"
    ).format(
        view.name,
        w,
        h,
        title_of(view.chosen),
        k * w,
        k * h,
        "1 tile" if count == 1 else f"{count} tiles",
        TILE,
        f"about {_time(_READY + _OF_A_TILE * w * h / TILE**2)}",
    )
