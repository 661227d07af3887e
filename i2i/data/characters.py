"""Pixel-art people of the Universal LPC sprite set, seen from the front, with attributes read off how each was put together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..images import from_bytes
from .device import OnDevice
from .folders import DataError, is_validation

_HAIR = {"black hair": ("black", "raven"), "brown hair": ("brown", "brunette"), "blond hair": ("blonde",), "red hair": ("redhead",)}  # fmt: skip
_KEYS = ("sex", "skin", "hair", "hair_color", "facial")


def _haired(colours: tuple[str, ...]) -> Callable[[dict], bool]:
    # A bald one's colour is that of the beard.
    return lambda one: one["hair"] != "bald" and one["hair_color"] in colours


_TESTS: dict[str, Callable[[dict], bool]] = {
    **{name: _haired(colours) for name, colours in _HAIR.items()},
    "dark skin": lambda one: one["skin"] in ("dark", "dark2"),
    # A five-o'clock shadow is a pixel or two of another tone: too little to be called a beard.
    "beard": lambda one: one["facial"] not in ("none", "fiveoclock"),
    "male": lambda one: one["sex"] == "male",
}
_FRONT = 2
_TOP, _LEFT, _SIDE = 14, 8, 48  # the square around a figure, of 64 px
_GROUND = (226, 232, 238)


def split_of(place: int) -> str:
    """train, val or test of the character at this place of the file. train is what the judge i2i-feat-v1 learned from too."""
    if not is_validation(str(place)):
        return "train"
    return ("val", "test")[int(hashlib.sha256(f"half of {place}".encode()).hexdigest(), 16) % 2]


class Characters(OnDevice):
    """images: uint8 [N, 3, size, size]; labels: float [N, K] of 0 and 1; names: K attributes, of which the places in
    `exclusive` (hair colours) exclude each other.

    batch: {"x": float [B, 3, size, size] in [-1, 1], "label": float [B, K], "index": int64 [B]}.
    """

    layout = "classes"
    exclusive = slice(0, len(_HAIR))
    names = tuple(_TESTS)

    def __init__(self, images: Tensor, labels: Tensor):
        self.images, self.labels, self.size = images, labels, images.shape[-1]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def facts(self) -> dict[str, int]:
        """What the images say of a method's config."""
        return {"domains": len(self.names), "attributes": 1}

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        x = from_bytes(self.images[self._sent(index)])
        return {"x": x, "label": self._sent(self.labels[index]), "index": self._sent(index)}

    @classmethod
    def toggled(cls, label: Tensor, attribute: int) -> Tensor:
        """Labels [B, K] with one attribute the other way; a hair colour takes the place of another."""
        out = label.clone()
        on = 1 - label[:, attribute]
        if attribute < cls.exclusive.stop:
            out[:, cls.exclusive] *= (1 - on)[:, None]
        out[:, attribute] = on
        return out


def characters(root: str | Path, size: int = 64, split: str = "train") -> Characters:
    """The characters of a split, on a plain ground. One whose attributes have gaps is left out.

    DataError where the files do not fit each other, or where too few attributes are told.
    """
    file = Path(root) / "attributes.json"
    try:
        people = json.loads(file.read_text())
        sprites = np.load(Path(root) / "lpc_chars.npz")["images"]
    except (OSError, ValueError, KeyError) as fault:
        raise DataError(f"{root} cannot be read as the LPC characters: {fault}") from None
    if not isinstance(people, list) or len(people) != len(sprites):
        told = len(people) if isinstance(people, list) else "no list of"
        raise DataError(f"{file} tells of {told} characters, and lpc_chars.npz shows {len(sprites)}.")
    kept = [i for i, one in enumerate(people) if _whole(one) and split_of(i) == split]
    if not kept:
        raise DataError(f"{file} tells {', '.join(_KEYS)} of no character of the {split} split.")
    whole = torch.from_numpy(sprites[kept, _FRONT]).permute(0, 3, 1, 2).float()
    rgba = whole[:, :, _TOP : _TOP + _SIDE, _LEFT : _LEFT + _SIDE]
    ground = torch.tensor(_GROUND, dtype=torch.float32).view(1, 3, 1, 1)
    flat = ground + (rgba[:, :3] - ground) * (rgba[:, 3:] / 255)
    # Pixels stay squares: enlarged by a whole number first, then averaged down.
    large = F.interpolate(flat, scale_factor=max(1, -(-2 * size // _SIDE)), mode="nearest")
    images = F.interpolate(large, (size, size), mode="bilinear", antialias=True).round().to(torch.uint8)
    labels = torch.tensor([[float(test(people[i])) for test in _TESTS.values()] for i in kept])
    return Characters(images, labels)


def _whole(one: object) -> bool:
    return isinstance(one, dict) and all(isinstance(one.get(key), str) for key in _KEYS)
