"""Is it memory? The training shapes that are nearest to the one on the stage."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch

from i2i.data.folders import DataError
from i2i.measure.voxels import ious
from i2i.recipes import RECIPES

from .shapes import loaded

LOOKED = 600  # training shapes
HELD_OUT = 40
SHOWN = 4
_SOME = 100  # at a time
_LOCK = threading.Lock()


class Training(NamedTuple):
    """volumes: uint8 [LOOKED, D, H, W].  usual: IoU of a held-out shape and the nearest of them, averaged."""

    volumes: np.ndarray
    usual: float


def _some(source, count: int) -> np.ndarray:
    if hasattr(source, "mirrored"):
        source.mirrored = False
    index = torch.arange(min(count, len(source)))
    return np.concatenate(
        [
            (source.batch(part)["voxels"][:, 0] * 255).round().to(torch.uint8).numpy()
            for part in index.split(_SOME)
        ]
    )


def _likeness(volume: np.ndarray, known: np.ndarray) -> np.ndarray:
    """IoU with each of many."""
    one = torch.from_numpy(volume.reshape(1, -1) > 127)
    parts = torch.from_numpy(known.reshape(len(known), -1) > 127).split(_SOME)
    return torch.cat([ious(one, part)[0] for part in parts]).numpy()


@lru_cache(maxsize=2)
def _training(name: str) -> Training | None:
    try:
        recipe = replace(RECIPES[name], size=loaded(name).size)
        known, held_out = (
            _some(recipe.source(split), n) for split, n in (("train", LOOKED), ("test", HELD_OUT))
        )
    except (KeyError, DataError):
        return None
    return Training(known, float(np.mean([_likeness(one, known).max() for one in held_out])))


def training(name: str) -> Training | None:
    """Made once, in seconds; None where the training shapes of a model are not on this machine."""
    with _LOCK:
        return _training(name)


def nearest(volume: np.ndarray, known: Training) -> list[tuple[int, float]]:
    """(number, IoU) of the SHOWN training shapes that are likest to a volume uint8, the likest first."""
    found = _likeness(volume, known.volumes)
    return [(int(i), float(found[i])) for i in np.argsort(-found)[:SHOWN]]
