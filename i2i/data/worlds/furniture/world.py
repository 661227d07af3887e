"""Pieces of furniture by number, as volumes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from ...device import OnDevice
from ..icons import SPLITS
from ..sdf import hash_uniform
from .families import ATTRIBUTES, FAMILIES, Look
from .parts import Part, occupancies

_SEED = 0xF0A217


def label_of(index: Tensor, seed: int = 0) -> Tensor:
    """The family of each piece: int64, the shape of `index`, a place among FAMILIES."""
    return (hash_uniform(seed ^ _SEED, index, 1)[..., 0] * len(FAMILIES)).long()


def _pieces(
    index: Tensor, seed: int, label: Tensor | None, asked: Mapping[str, float]
) -> list[tuple[Look, list[Part]]]:
    if unknown := sorted({*asked} - {*ATTRIBUTES}):
        raise ValueError(f"there is no attribute {unknown[0]!r}; there are {', '.join(ATTRIBUTES)}")
    label = label_of(index, seed) if label is None else label
    families, made = list(FAMILIES.values()), []
    for k, numbers in zip(label.tolist(), hash_uniform(seed, index, len(ATTRIBUTES)).tolist(), strict=True):
        look = Look(numbers, asked)
        made.append((look, families[k](look)))
    return made


def draw(
    index: Tensor,
    size: int = 32,
    seed: int = 0,
    label: Tensor | None = None,
    device: torch.device | str = "cpu",
    **asked: float,
) -> Tensor:
    """Occupancies float [B, 1, size, size, size] in [0, 1] of the pieces `index` (int64 [B]), made on `device`; the axes go
    from front to back, from bottom to top and from left to right. A voxel on a surface is filled in part.

    label: int64 [B], families asked for in place of each piece's own.  asked: attributes by name, for all pieces (arms=1,
    width=.5), in place of each one's own; where a family has no such part, nothing changes. The same numbers give the same
    piece at every size and in every batch. ValueError for an attribute that there is not.
    """
    return occupancies([parts for _, parts in _pieces(index, seed, label, asked)], size, device)


def attributes(index: Tensor, seed: int = 0, label: Tensor | None = None, **asked: float) -> Tensor:
    """float32 [B, len(ATTRIBUTES)] of what `draw` draws: lengths in halves of the volume's side, angles in radians, counts,
    0 or 1 for what is there or not; nan where a piece has no such thing."""
    rows = [
        [look.found.get(name, math.nan) for name in ATTRIBUTES]
        for look, _ in _pieces(index, seed, label, asked)
    ]
    return torch.tensor(rows).view(len(index), len(ATTRIBUTES))


class Furniture(OnDevice):
    """A source of shapes: train 2**20, val and test 512 each, disjoint ranges of the hashed index.

    batch: {"voxels": float [B, 1, size, size, size] in [0, 1], "label": int64 [B], a place among FAMILIES, "index": int64 [B]}.
    """

    layout = "voxels"

    def __init__(self, size: int = 32, seed: int = 0, split: str = "train"):
        self.size, self.seed, self.split = size, seed, split
        self.first, self._length = SPLITS[split]

    def __len__(self) -> int:
        return self._length

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """index int64 [B] in [0, len). `generator` is there for the interface: all chance here is the index's."""
        if len(index) and not 0 <= int(index.min()) <= int(index.max()) < len(self):
            raise IndexError(f"{self.split} has {len(self)} samples")
        where = index + self.first
        label = label_of(where, self.seed)
        voxels = draw(where, self.size, self.seed, label, self.device)
        return {"voxels": voxels, "label": self._sent(label), "index": self._sent(index)}
