"""The nearest shape that a generator knows to a painting: a guess, and some steps of gradient from there.

The guess is the better of two: the likest of LOOKED shapes of the generator's own, and what a linear map from occupancies to z says, which
was fitted to them.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .shapes import Code, code, decoded, iou, levels, loaded, solid

LOOKED = 192
STEPS = 32
_RATE = 0.15  # of a step of Adam: of .05, .15 and .3 the one that came nearest in 16 steps
_TOLD = 4  # steps between two that are told of
_PRIOR = 2e-4  # weight of |z|^2 beside the mean of what voxels cost
_FIRST = 5_000  # seed of the first shape that is looked at
_COARSE = 8  # blocks along a side, by whose occupancies the linear map goes
_RIDGE = 3.0
_LOCK = threading.Lock()


@dataclass(frozen=True)
class Known:
    """z: [LOOKED, code].  filled: bool [LOOKED, D H W].  read: [features, code], a painting's features to its z."""

    z: Tensor
    filled: np.ndarray
    read: Tensor


@dataclass(frozen=True)
class Snapped:
    """After `step` of STEPS: the shape that is likest by now, as uint8, what it is made from, and its IoU with the painting."""

    step: int
    volume: np.ndarray
    code: Code
    likeness: float


def _features(volumes: Tensor) -> Tensor:
    """Occupancies [N, D, H, W] -> [N, features]: those of 8 x 8 x 8 blocks, and a one."""
    return F.pad(F.adaptive_avg_pool3d(volumes[:, None], _COARSE).flatten(1), (0, 1), value=1.0)


@lru_cache(maxsize=2)
def _known(name: str) -> Known:
    z = loaded(name).method.styles(_FIRST, LOOKED)
    made = np.concatenate([decoded(name, some) for some in z.split(16)])
    seen = _features(torch.from_numpy(made).float() / 255)
    # Ridge regression in its dual form: fewer shapes than features.
    read = seen.T @ torch.linalg.solve(seen @ seen.T + _RIDGE * torch.eye(len(seen)), z)
    return Known(z, solid(made).reshape(LOOKED, -1), read)


def known(name: str) -> Known:
    """Made once, in seconds."""
    with _LOCK:  # a second one who asks waits for the first
        return _known(name)


def guesses(name: str, painting: np.ndarray) -> tuple[Tensor, Tensor]:
    """(z of the likest shape that was looked at, z that the linear map reads) of a painting, bool [D, H, W]; [1, code] each."""
    there, flat = known(name), painting.ravel()
    both = (there.filled & flat).sum(1)
    likest = int(np.argmax(both / np.maximum(1, (there.filled | flat).sum(1))))
    return there.z[likest : likest + 1], _features(torch.from_numpy(painting[None]).float()) @ there.read


@lru_cache(maxsize=2)
def _generator(name: str):
    """A copy of the method in which nothing but z learns."""
    return copy.deepcopy(loaded(name).method).float().cpu().eval().requires_grad_(False)


def snap(name: str, painting: np.ndarray, steps: int = STEPS) -> Iterator[Snapped]:
    """On the way: the first one is the guess. painting: bool [D, H, W], some of it filled."""
    start = torch.cat(guesses(name, painting))
    volumes = decoded(name, start)
    likeness = [iou(solid(volume), painting) for volume in volumes]
    first = int(np.argmax(likeness))
    best = Snapped(0, volumes[first], code(start[first]), likeness[first])
    yield best
    method, z = _generator(name), start[first : first + 1].clone().requires_grad_()
    target = torch.from_numpy(painting[None, None]).float()
    # What is filled is a small part of a volume, and counts as much as what is empty.
    weight = 1 + target * (1 / target.mean() - 2).clamp(min=0) ** 0.5
    adam = torch.optim.Adam([z], lr=_RATE)
    for step in range(1, steps + 1):
        with torch.enable_grad():
            made = method.sample(1, style=z)
            cost = (
                F.binary_cross_entropy(made.clamp(1e-4, 1 - 1e-4), target, weight) + _PRIOR * z.square().sum()
            )
            adam.zero_grad()
            cost.backward()
        before = z.detach().clone()
        adam.step()
        volume = levels(made.detach().numpy()[0, 0])  # of z as it was before this step
        now = iou(solid(volume), painting)
        if now > best.likeness:
            best = Snapped(step, volume, code(before), now)
        if step % _TOLD == 0 or step == steps:
            yield Snapped(step, best.volume, best.code, best.likeness)
