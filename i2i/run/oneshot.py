"""One image learned on the spot: OST's second stage, from what a trained model knows of the target, within a given time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..checkpoint import load_method
from ..data.unpaired import Unpaired, mirrored
from ..data.worlds.icons import Icons
from ..images import from_bytes, to_bytes
from ..losses import l1
from ..methods.ost import OF_TARGET, OST, SHARED
from ..train import Trainer

KNOWN = (*OF_TARGET, *SHARED, "D_y")  # what the first stage left
FOREVER = 10**9  # steps; time decides
_AN_INSTANT = 1e-9  # seconds: one step
SOURCES, TARGET = ("line", "flat"), "glossy"  # icons that may be the one picture; the model's target
DRAWN = 128  # icons of the target that are drawn for a run


@dataclass(frozen=True)
class Progress:
    """over, back: the image as it is now translated, and its return; copy: what the target's own autoencoder now makes
    of images that it never sees in training. uint8 [N, 3, S, S].  terms: means since the last one, unweighted.
    copied: mean absolute error of `copy`, of a range of 2."""

    step: int
    seconds: float
    over: np.ndarray
    back: np.ndarray
    copy: np.ndarray
    terms: dict[str, float]
    copied: float


def pupil(method: OST, selective: bool = True) -> OST:
    """A new method that knows the target as `method` does, and nothing of a source. ValueError if its D is not there."""
    if method.D_y is None:
        raise ValueError(
            "this model came without its discriminator D_y, so nothing can be learned from a picture."
        )
    new = OST(replace(method.config, autoencoder_steps=0, steps=FOREVER, selective=selective))
    for name in KNOWN:
        getattr(new, name).load_state_dict(getattr(method, name).state_dict())
    new.clone()  # as its stage will begin
    return new


def learn(
    method: OST, x: Tensor, target: Tensor, seconds: float, *, selective: bool = True, unseen: Tensor | None = None,
    every: float = 1.0, batch: int = 1, seed: int = 0,
) -> Iterator[Progress]:  # fmt: skip
    """Train the second stage of `method` on one image x, uint8 [1, 3, S, S], for so many seconds; on the CPU.

    target: uint8 [M, 3, S, S].  unseen: more of its kind, to see what becomes of them.  selective: False lets x move the
    shared layers too.  Yields before the first step, every `every` seconds, and at the end; `method` stays as it is.
    """
    unseen = target[:1] if unseen is None else unseen
    new = pupil(method, selective)
    yield _seen(new, x, unseen)
    # An optimizer's first import takes seconds: what it starts from is shown before.
    source = Unpaired(x, target, x.shape[-1], move=mirrored)
    trainer = Trainer(new, source, batch=batch, seed=seed, precision="fp32", device="cpu")
    start, shown, sums, count, now = time.monotonic(), 0.0, {}, 0, 0.0
    while now < seconds:
        for term, value in trainer.advance().items():
            sums[term] = sums.get(term, 0.0) + value
        count += 1
        now = time.monotonic() - start
        if now - shown >= every or now >= seconds:
            yield _seen(
                trainer.average,
                x,
                unseen,
                trainer.step,
                now,
                {term: value / count for term, value in sums.items()},
            )
            shown, sums, count = now, {}, 0


@torch.no_grad()
def _seen(
    method: OST, x: Tensor, unseen: Tensor, step: int = 0, seconds: float = 0.0, terms: dict | None = None
) -> Progress:
    over = method.translate(from_bytes(x))
    back = method.translate(over, direction="yx")
    copy = method.decode(method.encode(from_bytes(unseen), "y"), "y")
    images = (to_bytes(p).numpy() for p in (over, back, copy))
    return Progress(step, seconds, *images, terms or {}, l1(copy, from_bytes(unseen)).item())


@lru_cache(maxsize=2)
def target_icons(size: int, count: int = DRAWN) -> Tensor:
    """Icons of the target from the training split, uint8 [count, 3, size, size]."""
    world = Icons(size, TARGET, TARGET)
    return to_bytes(torch.cat([world.batch(part)["x"] for part in torch.arange(count).split(64)]))


def unseen_icons(size: int) -> Tensor:
    """The few that no run trains on: test icons, uint8 [4, 3, size, size]."""
    return to_bytes(Icons(size, TARGET, TARGET, split="test").batch(torch.arange(20, 24))["x"])


def get_ready(folder: str, size: int) -> None:
    """Do all that `learn_icon` would do before its second step: read the model, draw the target, import an optimizer."""
    method, _ = load_method(Path(folder))
    target = target_icons(size)
    for _ in learn(method, target[:1], target, _AN_INSTANT):
        pass


def learn_icon(
    folder: str, size: int, image: np.ndarray, seconds: float, selective: bool = True
) -> Iterator[Progress]:
    """`learn` with the model of an export folder and icons of its target; image: uint8 [1, 3, size, size]."""
    method, _ = load_method(Path(folder))
    x, unseen = torch.from_numpy(image), unseen_icons(size)
    yield from learn(method, x, target_icons(size), seconds, selective=selective, unseen=unseen)
