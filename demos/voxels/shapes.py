"""Shapes of this tab: the models that make them, what a shape is made from, and how a browser is told of one."""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import torch

from i2i.methods import METHODS
from i2i.run.pipeline import Model, cards, load

from ..work.once import once
from . import words

SEEDS = 10_000
_LEVELS = 51  # of an occupancy, as it is sent: what is more than half full stays so
_FINE = 1000  # steps of a number of z in an address
_KEPT = 2**25  # bytes of shapes; one has 32 KB at 32 voxels a side, and 256 KB at 64


@dataclass(frozen=True)
class Code:
    """What a shape is made from: a seed, or z itself where no seed gave it."""

    seed: int = 0
    z: tuple[float, ...] = ()

    def written(self) -> str:
        """For an address: 12, or z and its numbers in thousandths."""
        if not self.z:
            return str(self.seed)
        whole = np.clip(np.round(np.array(self.z) * _FINE), -(2**15) + 1, 2**15 - 1).astype("<i2")
        return "z" + base64.urlsafe_b64encode(whole.tobytes()).decode().rstrip("=")


def code(z) -> Code:
    """Of numbers, as an address can hold them."""
    z = np.nan_to_num(np.asarray(z, np.float64).ravel())
    return Code(z=tuple((np.round(np.clip(z, -32, 32) * _FINE) / _FINE).tolist()))


def read_code(text: str, name: str) -> Code | None:
    """As `Code.written` wrote it; None for what it cannot have written for this model."""
    if re.fullmatch(r"[0-9]{1,4}", text):
        return Code(int(text))
    if not re.fullmatch(r"z[A-Za-z0-9_-]{2,2000}", text):
        return None
    try:
        raw = base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 2 * loaded(name).method.style_size:
        return None
    return Code(z=tuple((np.frombuffer(raw, "<i2") / _FINE).tolist()))


# -- The models -----------------------------------------------------------------------------------------------------------


def models() -> list[str]:
    """Those of this copy that make shapes out of chance, furniture first."""
    here = [name for name, config in cards().items() if METHODS[config["method"]].layout == "none"]
    return sorted(here, key=lambda name: (name != "gan3d-furniture", name))


def available() -> bool:
    return bool(models())


def title(name: str) -> str:
    """Of what a model makes, as a button can hold it."""
    return words.MODELS.get(name, name.removeprefix("gan3d-").replace("-", " ").capitalize())


@once(4)
def loaded(name: str) -> Model:
    """A model, after a first shape: what that prepares is not the time of those that are shown."""
    model = load(name)
    model.sample(1, seed=0)
    return model


def z_of(name: str, of: Code) -> torch.Tensor:
    """float32 [1, code]."""
    return torch.tensor([of.z]) if of.z else loaded(name).method.styles(of.seed, 1)


# -- Volumes --------------------------------------------------------------------------------------------------------------


class _Shelf:
    """The last volumes, by model and code."""

    def __init__(self):
        self._lock, self._made = threading.Lock(), OrderedDict()

    def get(self, key: tuple) -> np.ndarray | None:
        with self._lock:
            return self._made.get(key)

    def put(self, key: tuple, volume: np.ndarray) -> None:
        with self._lock:
            self._made[key] = volume
            self._made.move_to_end(key)
            while sum(kept.nbytes for kept in self._made.values()) > _KEPT:
                self._made.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._made.clear()


SHELF = _Shelf()


def levels(volume: np.ndarray) -> np.ndarray:
    """Occupancies in [0, 1] -> uint8 in steps of 5; above 127 exactly where they are above .5."""
    return (np.ceil(_LEVELS * np.asarray(volume, np.float64) - 0.5).clip(0) * (255 // _LEVELS)).astype(
        np.uint8
    )


def decoded(name: str, z: torch.Tensor) -> np.ndarray:
    """Codes [n, code] -> volumes uint8 [n, D, H, W] by a model, made together."""
    return levels(loaded(name).decode(z).numpy()[:, 0])


def volumes(name: str, wanted: list[Code]) -> list[np.ndarray]:
    """uint8 [D, H, W] of each code. Those that are not known yet are made together."""
    found = {of: SHELF.get((name, of)) for of in wanted}
    new = [of for of, volume in found.items() if volume is None]
    if new:
        made = decoded(name, torch.cat([z_of(name, of) for of in new]))
        for of, volume in zip(new, made, strict=True):
            SHELF.put((name, of), volume)
            found[of] = volume
    return [found[of] for of in wanted]


def volume(name: str, of: Code) -> np.ndarray:
    return volumes(name, [of])[0]


def occupancy(levels: np.ndarray) -> np.ndarray:
    """uint8 -> float32 in [0, 1]."""
    return levels.astype(np.float32) / 255


def solid(volume: np.ndarray, above: float = 0.5) -> np.ndarray:
    """What is filled of a volume uint8: bool."""
    return volume > 255 * above


def packed(volume: np.ndarray) -> dict:
    """For a browser: {"runs": pairs of a byte and how often it follows (1 to 255), in base64, "sides": [D, H, W]}."""
    flat = np.ascontiguousarray(volume, np.uint8).ravel()
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]]))
    lengths = np.diff(np.append(starts, len(flat)))
    parts = -(-lengths // 255)
    runs = np.empty((parts.sum(), 2), np.uint8)
    runs[:, 0] = np.repeat(flat[starts], parts)
    runs[:, 1] = 255
    runs[np.cumsum(parts) - 1, 1] = lengths - 255 * (parts - 1)
    return {"runs": base64.b64encode(runs.tobytes()).decode(), "sides": list(volume.shape)}


def unpacked(shape: dict | None, most: int = 64) -> np.ndarray:
    """What `packed` made, or a browser: uint8 [D, H, W]. ValueError for anything else, and for sides above `most`."""
    try:
        sides = [int(n) for n in shape["sides"]]
        runs = np.frombuffer(base64.b64decode(shape["runs"], validate=True), np.uint8).reshape(-1, 2)
    except (TypeError, KeyError, ValueError, OverflowError):
        raise ValueError(words.NO_SHAPE) from None
    if (
        len(sides) != 3
        or not 1 <= min(sides) <= max(sides) <= most
        or runs[:, 1].sum(dtype=np.int64) != np.prod(sides)
    ):
        raise ValueError(words.NO_SHAPE)
    return np.repeat(runs[:, 0], runs[:, 1]).reshape(sides)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two bool arrays; 0 for two empty ones."""
    union = np.logical_or(a, b).sum()
    return float(np.logical_and(a, b).sum() / union) if union else 0.0


def said(volume: np.ndarray, above: float = 0.5) -> str:
    """What can be known of a shape without eyes: how much is filled, and its width, height and depth."""
    filled = solid(volume, above)
    if not filled.any():
        return words.EMPTY
    depth, height, width = (int(np.ptp(at)) + 1 for at in filled.nonzero())
    return words.SHAPE.format(filled=filled.sum(), width=width, height=height, depth=depth)
