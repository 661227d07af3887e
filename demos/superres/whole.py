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
import torch
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
from . import words
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
    job.says = words.STARTING
    yield job
    home = tempfile.mkdtemp(prefix="i2i-whole-", dir=sweeper.desk())
    out = os.path.join(home, f"{model_of(key)}-{job.result[0]}x{job.result[1]}.png")
    try:
        threads = torch.get_num_threads()  # as many as an answer of the app takes
        args = (str(loaded(key).folder), np.asarray(image), TILE, out, threads)
        cap = _START + _A_TILE * job.of
        with closing(line_of(job).frames(owner, WORK, *args, cap=cap, share=_share)) as frames:
            yield from _shown(job, frames)
        job.over = True
        if Path(out).is_file():
            job.file, job.says = out, words.DONE
        else:
            job.says = words.STOPPED.format(done=job.done, of=job.of)
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
            job.says = words.WAITING.format(time=minutes(frame.left))
            yield job
            continue
        now = time.monotonic()
        job.done = frame[0]
        if len(frame) == 5:
            job.preview.paste(Image.fromarray(frame[4]), (frame[2], frame[3]))
            first = first or now
            pace = (now - first) / (job.done - 1) if job.done > 1 else None
            job.left = None if pace is None else pace * (job.of - job.done)
            job.says = words.WRITING if job.done == job.of else ""
        if now - told > _OFTEN or job.done in (1, job.of):
            told = now
            yield job


def shown(job: Job) -> Markup:
    """HTML of a job as it stands."""
    w, h = job.result
    alt = words.WHOLE_ALT.format(title=job.title, done=job.done, of=job.of)
    left = words.WHOLE_AT_WORK if job.left is None else words.WHOLE_LEFT.format(time=words.duration(job.left))
    share = 100 * job.done / max(1, job.of)
    return look.stack(
        Markup('<figure class="grown"><img src="{}" alt="{}"></figure>').format(light_url(job.preview), alt),
        Markup(
            '<div><p class="doing"><span>{}</span><span>{}</span>'
            '<span role="status">{}</span></p><div class="meter"><i style="width:{:.0f}%"></i></div></div>'
        ).format(
            words.WHOLE_TILE.format(title=job.title, done=job.done, of=job.of),
            words.WHOLE_SIZE.format(w=w, h=h),
            job.says or left,
            share,
        ),
    )


def idle(view: View, size: tuple[int, int]) -> Markup:
    """HTML of the card before anything was begun, for the image on the screen."""
    w, h = size
    try:
        allowed(view.chosen, w, h)
    except ImageError as fault:
        return look.note("predict", words.WHOLE_TOO_LARGE.format(why=begun(str(fault))))
    k = scale_of(view.chosen)
    said = words.WHOLE_BEFORE.format(
        picture=view.name,
        w=w,
        h=h,
        title=title_of(view.chosen),
        large_w=k * w,
        large_h=k * h,
        tiles=words.tiles(tiles_of((w, h))),
        side=TILE,
        time=words.duration(_READY + _OF_A_TILE * w * h / TILE**2),
    )
    return Markup('<p class="tell">{}</p>').format(said)
