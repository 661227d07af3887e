"""pix2pix trained while somebody watches: one step of D, one of G, both, or on and on, as they ask."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..data.drawings import Drawings
from ..data.folders import Pairs
from ..data.worlds.icons import Icons
from ..images import from_bytes, to_bytes
from ..method import Batch
from ..methods.pix2pix import Config, Pix2Pix
from ..train import Source, Trainer

SIZE = 64  # px
BATCH = 8
POOL = 384  # icons that are drawn once, and trained on
SHOWN = 6  # pairs that are shown
FOREVER = 10**9  # steps; whoever watches decides
TURNS = ("D", "G")
BOTH = "DG"
CONFIG = Config(
    width=16, cap=96, depth=5, up="resized", norm="instance", dropout=0.0, patch_width=24, patch_layers=2,
    steps=FOREVER,
)  # fmt: skip

Orders = Callable[[float], tuple | None]  # seconds to wait -> the next order, or None


@dataclass(frozen=True)
class Seen:
    """What is seen of a training at one moment.

    steps: of D and of G, so far.  seconds: since it began, pauses included.  running: whether it goes on by itself.
    fake: G(x) of the shown pairs, uint8 [N, 3, S, S].  on_real, on_fake: D(x, y) and D(x, G(x)), the probability of
    "real" patch by patch, float32 [N, h, w].  own: G of the watcher's own drawing, uint8 [1, 3, S, S], or [0, ...].
    terms: of the last step, unweighted.
    """

    steps: list[int]
    seconds: float
    running: bool
    fake: np.ndarray
    on_real: np.ndarray
    on_fake: np.ndarray
    own: np.ndarray
    terms: dict[str, float]


class Training:
    """pix2pix on a source, step by step.

    shown: pairs to look at, a batch.  l1: the weight lambda of L1.
    """

    def __init__(self, source: Source, shown: Batch, l1: float = 100.0, seed: int = 0):
        self.shown, self.own = shown, torch.zeros(0, 3, SIZE, SIZE)
        self.trainer = Trainer(
            Pix2Pix.seeded(replace(CONFIG, l1=l1), seed), source, batch=BATCH, seed=seed, device="cpu",
        )  # fmt: skip
        self.steps, self.terms = dict.fromkeys(TURNS, 0), {}

    def weigh(self, l1: float) -> None:
        """Give L1 another weight, from the next step on."""
        method = self.trainer.method
        method.config = replace(method.config, l1=l1)

    def step(self, who: str) -> None:
        """Take one step of D ("D"), of G ("G"), or of both, one after the other ("DG")."""
        turns = [turn for turn in TURNS if turn in who]
        self.terms |= self.trainer.advance(only=turns)
        for turn in turns:
            self.steps[turn] += 1

    @torch.no_grad()
    def seen(self, seconds: float = 0.0, running: bool = False) -> Seen:
        """How it stands now, by the nets as they are and not by their averages: so the effect of one step can be seen."""
        method: Pix2Pix = self.trainer.method
        x, y = self.shown["x"], self.shown["y"]
        fake = method.translate(x)
        real, made = (method.judge(x, image).sigmoid()[:, 0].numpy() for image in (y, fake))
        own = method.translate(self.own) if len(self.own) else self.own
        return Seen(
            list(self.steps.values()), seconds, running, to_bytes(fake).numpy(), real, made,
            to_bytes(own).numpy(), self.terms,
        )  # fmt: skip


def attend(training: Training, orders: Orders, seconds: float, every: float = 0.7) -> Iterator[Seen]:
    """Do what is ordered for so many seconds of the clock, and yield what is seen: at first, after each order, and every
    `every` seconds of a training that runs.

    Orders: ("step", who, how many), ("run",), ("pause",), ("weigh", lambda), ("draw", uint8 [1, 3, S, S]).
    """
    start, running = time.monotonic(), False
    yield training.seen()
    while (passed := time.monotonic() - start) < seconds:
        order = orders(0.0 if running else min(1.0, seconds - passed))
        if order is not None:
            running = _obey(training, *order, running=running)
        elif running:
            until = min(passed + every, seconds)
            while time.monotonic() - start < until:
                training.step(BOTH)
        else:
            continue
        yield training.seen(time.monotonic() - start, running)


def _obey(training: Training, what: str, *values, running: bool) -> bool:
    """Do it; whether the training runs from then on."""
    if what == "step":
        who, count = values
        for _ in range(count):
            training.step(who)
        return False
    if what == "weigh":
        training.weigh(*values)
    elif what == "draw":
        training.own = from_bytes(torch.from_numpy(values[0]))
    return {"run": True, "pause": False}.get(what, running)


@lru_cache(maxsize=1)
def icons() -> tuple[Source, Batch]:
    """Line icons and glossy ones: those to train on, and SHOWN others from the validation split."""
    world = Icons(SIZE)
    batches = [world.batch(part) for part in torch.arange(POOL).split(64)]
    pool = Pairs(*(to_bytes(torch.cat([b[side] for b in batches])) for side in "xy"), SIZE, augment=False)
    return pool, Icons(SIZE, split="val").batch(torch.arange(SHOWN))


def of(images: Tensor) -> tuple[Source, Batch]:
    """Coloured drawings, uint8 [N, 3, S, S]: what is trained on, and what is shown, which is those very drawings."""
    source = Drawings(images)
    return source, source.still()


def get_ready() -> None:
    """Do all that a training would do before its second step."""
    training = Training(*icons())
    training.step(BOTH)
    training.seen()


def train(images: np.ndarray, own: np.ndarray, l1: float, seconds: float, orders: Orders) -> Iterator[Seen]:
    """`attend` a training on coloured drawings, uint8 [N, 3, S, S], or on icons where there are none; own: what is painted
    beside them, uint8 [1, 3, S, S] or [0, ...]."""
    pairs = of(torch.from_numpy(images)) if len(images) else icons()
    training = Training(*pairs, l1=l1)
    training.own = from_bytes(torch.from_numpy(own))
    yield from attend(training, orders, seconds)
