"""Images with attributes, each a yes or a no: what an edit is asked for, and what it must leave alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..images import from_bytes, to_bytes
from .device import OnDevice
from .folders import DataError, in_split
from .worlds import faces

TRAINING = 6_000  # faces drawn for training: one takes some 5 ms


class Attributes(OnDevice):
    """images: uint8 [N, 3, size, size]; label: float [N, K] of 0 and 1, of the attributes `names`.

    edit: (labels [B, K], name) -> labels with that attribute turned over, and others with it where it must be.
    drawn: (positions int64 [B], labels [B, K]) -> the same images with other labels, float [B, 3, size, size] in [-1, 1]; None
    where nobody can draw them.
    batch: {"x": float [B, 3, size, size] in [-1, 1], "label": float [B, K], "index": int64 [B]}.
    """

    layout = "attributes"

    def __init__(
        self,
        images: Tensor,
        label: Tensor,
        names: tuple[str, ...],
        edit: Callable[[Tensor, str], Tensor] | None = None,
        drawn: Callable[[Tensor, Tensor], Tensor] | None = None,
    ):
        if label.shape != (len(images), len(names)):
            raise DataError(
                f"{len(images)} images with {len(names)} attributes need labels of that shape, got {list(label.shape)}."
            )
        self.images, self.label, self.names = images, label, tuple(names)
        self.edit, self.drawn = edit or partial(turned, names=self.names), drawn
        self.size = images.shape[-1]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def facts(self) -> dict[str, int]:
        """What the images say of a method's config."""
        return {"domains": len(self.names), "attributes": 1}

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """`generator` is there for the interface: nothing is left to chance."""
        x = from_bytes(self.images[self._sent(index)])
        return {"x": x, "label": self._sent(self.label[index]), "index": self._sent(index)}

    def shown(self) -> list[Tensor]:
        return [self.images]

    def only(self, kept: Tensor) -> Attributes:
        """The same source with those images alone (bool [N])."""
        at = kept.nonzero()[:, 0]
        drawn = self.drawn and (lambda index, label: self.drawn(at[index], label))
        return Attributes(self.images[at], self.label[at], self.names, self.edit, drawn).to(self.device)


def turned(label: Tensor, name: str, names: tuple[str, ...]) -> Tensor:
    """The labels [B, K] with one attribute turned over, and no other."""
    label, k = label.clone(), names.index(name)
    label[:, k] = 1 - label[:, k]
    return label


def drawn_faces(size: int, split: str = "train", count: int = TRAINING) -> Attributes:
    """The world of faces, drawn once: `count` for training, 512 for val and for test."""
    first, length = faces.SPLITS[split]
    index = first + torch.arange(min(length, count))
    images = torch.cat([to_bytes(faces.draw(part, size)) for part in index.split(64)])
    again = lambda at, label: faces.draw(index[at.cpu()], size, label=label.cpu())  # noqa: E731
    return Attributes(images, faces.labels_of(index), faces.ATTRIBUTES, faces.toggled, again)


# Of lpc_characters: what the head shows from the front, and of what there is enough to learn from.
_SEEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "male": ("sex", ("male",)),
    "dark skin": ("skin", ("dark", "dark2")),
    "bald": ("hair", ("bald",)),
    "black hair": ("hair_color", ("black", "raven")),
    "brown hair": ("hair_color", ("brown", "brunette")),
    "red hair": ("hair_color", ("redhead",)),
    "blond hair": ("hair_color", ("blonde",)),
    "beard": ("facial", ("beard", "bigstache", "frenchstache", "mustache")),
}
_FRONT, _HEAD = 2, (slice(12, 44), slice(16, 48))  # of the four views; of its 64 x 64 pixels


def characters(root: str | Path, size: int = 64, split: str = "train") -> Attributes:
    """Heads of small figures that were put together from drawn layers (Liberated Pixel Cup), each pixel a square of `size` / 32.

    Hair that is none of the four colours (white, green, ...) has none. val and test are one tenth, by a hash of the
    place.
    DataError where a figure lacks an attribute, or size is not a multiple of 32.
    """
    if size % 32:
        raise DataError(f"these figures are drawn in pixels: size must be a multiple of 32, got {size}.")
    root = Path(root)
    people = json.loads((root / "attributes.json").read_text())
    sprites = np.load(root / "lpc_chars.npz")["images"]
    kept = [i for i in range(len(people)) if in_split(str(i), "train" if split == "train" else "val")]
    rgba = torch.from_numpy(sprites[kept, _FRONT][:, _HEAD[0], _HEAD[1]]).permute(0, 3, 1, 2).int()
    white = (rgba[:, :3] * rgba[:, 3:] + 255 * (255 - rgba[:, 3:])) // 255
    images = F.interpolate(white.to(torch.uint8), (size, size), mode="nearest")
    rows = []
    for i in kept:
        if missing := sorted({key for key, _ in _SEEN.values()} - people[i].keys()):
            raise DataError(f"{root / 'attributes.json'}: figure {i} has no {missing[0]!r}.")
        rows.append([float(people[i][key] in values) for key, values in _SEEN.values()])
    return Attributes(images, torch.tensor(rows), tuple(_SEEN))
