"""Is it memory? The training shapes that are nearest to the one on the stage."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from i2i.data.folders import DataError
from i2i.measure.voxels import ious
from i2i.recipes import RECIPES

from .shapes import loaded, solid

LOOKED = 600  # training shapes
HELD_OUT = 40
SHOWN = 4
_SOME = 100  # at a time
_LOCK = threading.Lock()


class Training(NamedTuple):
    """source: of training shapes.  filled: what is filled of LOOKED of them, a bit a voxel, uint8 [LOOKED, D H W / 8].  usual: IoU of a
    held-out shape and the nearest of them, averaged."""

    source: object
    filled: np.ndarray
    usual: float

    def volume(self, number: int) -> np.ndarray:
        """uint8 [D, H, W]."""
        return _volumes(self.source, torch.tensor([number]))[0]


def _volumes(source, index: torch.Tensor) -> np.ndarray:
    return (source.batch(index)["voxels"][:, 0] * 255).round().to(torch.uint8).numpy()


def _some(source, count: int) -> Iterator[np.ndarray]:
    """The first ones, uint8 [_SOME, D, H, W] at a time."""
    if hasattr(source, "mirrored"):
        source.mirrored = False
    for part in torch.arange(min(count, len(source))).split(_SOME):
        yield _volumes(source, part)


def _bits(volumes: np.ndarray) -> np.ndarray:
    return np.packbits(solid(volumes).reshape(len(volumes), -1), axis=1)


def _likeness(volumes: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """IoU [N, M] of volumes uint8 [N, D, H, W] with M shapes, given by bits."""
    ours = torch.from_numpy(solid(volumes).reshape(len(volumes), -1))
    parts = (filled[at : at + _SOME] for at in range(0, len(filled), _SOME))
    return torch.cat([ious(ours, torch.from_numpy(np.unpackbits(part, axis=1))) for part in parts], 1).numpy()


@lru_cache(maxsize=2)
def _training(name: str) -> Training | None:
    try:
        recipe = replace(RECIPES[name], size=loaded(name).size)
        source, held_out = recipe.source("train"), recipe.source("test")
    except (KeyError, DataError):
        return None
    filled = np.concatenate([_bits(some) for some in _some(source, LOOKED)])
    found = _likeness(np.concatenate(list(_some(held_out, HELD_OUT))), filled)
    return Training(source, filled, float(found.max(1).mean()))


def training(name: str) -> Training | None:
    """Made once, in seconds; None where the training shapes of a model are not on this machine."""
    with _LOCK:
        return _training(name)


def nearest(volume: np.ndarray, known: Training) -> list[tuple[int, float]]:
    """(number, IoU) of the SHOWN training shapes that are likest to a volume uint8, the likest first."""
    found = _likeness(volume[None], known.filled)[0]
    return [(int(i), float(found[i])) for i in np.argsort(-found)[:SHOWN]]
