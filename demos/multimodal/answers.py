"""Many answers at once: made together, told of as they come, and kept for a while."""

from __future__ import annotations

import colorsys
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from i2i.images import from_bytes, to_bytes, to_image
from i2i.run.pipeline import Model, answers

from . import words
from .subjects import loaded
from .view import Taken, View, cells

_NEWS = 0.12  # s: the estimates of a gradual method are told of no faster
_KEPT = 64  # walls, of 200 KB each


@dataclass(frozen=True)
class Answers:
    """images: uint8 [n, 3, H, W].  done: the part of the work.  seconds: of the model alone."""

    images: Tensor
    done: float
    seconds: float

    def image(self, i: int) -> Image.Image:
        return to_image(from_bytes(self.images[i : i + 1]))


def make(
    model: Model, x: Tensor, wanted: list[Taken], direction: str = "xy", watch=None, **controls
) -> Tensor:
    """Answers [n, 3, H, W] in [-1, 1] to one x [1, 3, H, W]. A styled model makes all of them at once, and codes the content
    once. So does one that knows its styles by name. Any other makes those at once whose seeds follow each other.

    watch: as a gradual method takes it, told of one run of seeds.
    """
    asked = {"direction": direction} if "direction" in model.controls else {}
    asked |= {"watch": watch} if watch and model.method.gradual else {}
    asked |= controls
    if "style" in model.controls:
        styles = [torch.tensor([t.style]) if t.style else model.method.styles(t.seed, 1) for t in wanted]
        return model.translate(x, style=torch.cat(styles), **asked)
    made: list[Tensor] = [torch.empty(0)] * len(wanted)
    if "label" in model.controls:
        return model.translate(
            x.expand(len(wanted), -1, -1, -1), label=torch.tensor([t.seed for t in wanted]), **asked
        )
    for run in _runs(wanted):
        first = wanted[run[0]]
        head = {} if first.head is None else {"head": first.head}
        several = answers(model, x, len(run), first.seed, **asked, **head)
        for i, answer in zip(run, several.split(1), strict=True):
            made[i] = answer
    return torch.cat(made)


def _runs(wanted: list[Taken]) -> list[list[int]]:
    """Places of those that one call makes: of one generator, seed by seed."""
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i].head or 0, wanted[i].seed))
    runs: list[list[int]] = []
    for i in order:
        before = wanted[runs[-1][-1]] if runs else None
        if before and (before.head, before.seed + 1) == (wanted[i].head, wanted[i].seed):
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def placed(view: View) -> Tensor:
    """The drawing as the model takes it."""
    return loaded(view.model).place(view.image()).x


# -- The wall -----------------------------------------------------------------------------------------------------------


class _Shelf:
    """The last walls, by what they are made from."""

    def __init__(self):
        self._lock, self._walls = threading.Lock(), OrderedDict()

    def put(self, key: tuple, wall: Answers) -> None:
        """A finished wall stays, whoever still makes the same."""
        with self._lock:
            known = self._walls.get(key)
            self._walls[key] = known if known and known.done == 1 > wall.done else wall
            self._walls.move_to_end(key)
            if len(self._walls) > _KEPT:
                self._walls.popitem(last=False)

    def get(self, key: tuple) -> Answers | None:
        with self._lock:
            return self._walls.get(key)

    def clear(self) -> None:
        with self._lock:
            self._walls.clear()


SHELF = _Shelf()


def wall(view: View, going: Callable[[], bool] = lambda: True) -> Iterator[Answers]:
    """The answers of `cells`, as they come: in two halves, or from a gradual method as they look after its steps.

    going: asked between steps; once it is False, what there is ends it.
    """
    known = SHELF.get(view.wall)
    if known and known.done == 1:
        yield known
        return
    model, x, wanted = loaded(view.model), placed(view), cells(view)
    if model.method.gradual:
        yield from _gradually(view, model, x, wanted, going)
        return
    made, seconds = torch.empty(0, dtype=torch.uint8), 0.0
    for half in (wanted[: len(wanted) // 2], wanted[len(wanted) // 2 :]):
        start = time.perf_counter()
        some = make(model, x, half, view.direction)
        seconds += time.perf_counter() - start
        made = torch.cat([made, to_bytes(some)])
        told = Answers(made, len(made) / len(wanted), seconds)
        SHELF.put(view.wall, told)
        yield told
        if not going():
            return


def _gradually(
    view: View, model: Model, x: Tensor, wanted: list[Taken], going: Callable[[], bool]
) -> Iterator[Answers]:
    """In a thread of its own, since a method tells of its steps by calling."""
    news: queue.Queue = queue.Queue()
    closed, start = threading.Event(), time.perf_counter()

    def told(estimate: Tensor, done: float) -> bool:
        seconds = time.perf_counter() - start
        news.put(Answers(to_bytes(estimate.float().clamp(-1, 1).cpu()), min(done, 0.99), seconds))
        return going() and not closed.is_set()

    def work() -> None:
        try:
            made = make(model, x, wanted, view.direction, told)
            news.put(Answers(to_bytes(made), 1.0, time.perf_counter() - start))
        except Exception as fault:
            news.put(fault)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        last = 0.0
        while True:
            item = news.get()
            if isinstance(item, Exception):
                raise item
            if (
                item.done == 1 and not going()
            ):  # stopped: the estimates are the answers, and of no wall but this one
                return
            SHELF.put(view.wall, item)
            if item.done == 1 or time.perf_counter() - last > _NEWS:
                last = time.perf_counter()
                yield item
            if item.done == 1:
                return
    finally:
        closed.set()


def taken(view: View) -> Image.Image:
    """The answer that is taken: as it is on the wall, where it is there."""
    there, known = cells(view), SHELF.get(view.wall)
    if known and view.taken in there and there.index(view.taken) < len(known.images):
        return known.image(there.index(view.taken))
    return to_image(make(loaded(view.model), placed(view), [view.taken], view.direction))


def spread(images: Tensor) -> float:
    """Mean absolute difference of two of uint8 [n, 3, H, W], of a range of 2; 0 for one."""
    if len(images) < 2:
        return 0.0
    flat = from_bytes(images).flatten(1)
    return torch.pdist(flat, p=1).mean().item() / flat.shape[1]


# -- Words for what is seen ---------------------------------------------------------------------------------------------


class Colour(NamedTuple):
    name: str
    hue: float  # degrees where it begins


_WHEEL = [
    Colour(words.RED, 0), Colour(words.ORANGE, 16), Colour(words.YELLOW, 46), Colour(words.GREEN, 72), Colour(words.TURQUOISE, 160),
    Colour(words.BLUE, 190), Colour(words.VIOLET, 250), Colour(words.PINK, 300), Colour(words.RED, 346),
]  # fmt: skip


def colour_of(image: Image.Image) -> str:
    """The colour that most of what is not paper has: a word for those who do not see it."""
    rgb = np.asarray(image.convert("RGB"), np.float32).reshape(-1, 3) / 255
    high, low = rgb.max(1), rgb.min(1)
    thing = (low < 0.9) & (high > 0.05)
    if thing.mean() < 0.01:
        return words.WHITE
    rgb, chroma = rgb[thing], (high - low)[thing]
    if chroma.mean() < 0.12:
        return words.GREY if rgb.mean() > 0.25 else words.BLACK
    votes: dict[str, float] = {}
    for (r, g, b), weight in zip(rgb[::5].tolist(), chroma[::5].tolist(), strict=True):
        hue = 360 * colorsys.rgb_to_hsv(r, g, b)[0]
        name = [c.name for c in _WHEEL if c.hue <= hue][-1]
        votes[name] = votes.get(name, 0.0) + weight
    return max(votes, key=lambda name: votes[name])
