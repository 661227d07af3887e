"""Images whose attributes are known: a vector of yes and no for each, where `domains` has one name."""

from __future__ import annotations

import torch
from torch import Tensor

from .device import OnDevice
from .worlds import faces


class Attributes(OnDevice):
    """The drawn faces with their attributes: train 2**20, val and test 512 each, disjoint ranges of the hashed index.

    batch: {"x": float [B, 3, size, size] in [-1, 1], "label": float [B, K] of 0 and 1, "index": int64 [B]}.
    names: the attributes, in the order of a label.
    """

    layout = "classes"
    names = faces.ATTRIBUTES

    def __init__(self, size: int = 64, seed: int = 0, split: str = "train"):
        self.size, self.seed, self.split = size, seed, split
        self.first, self._length = faces.SPLITS[split]

    def __len__(self) -> int:
        return self._length

    @property
    def facts(self) -> dict[str, int]:
        """What the images say of a method's config."""
        return {"domains": len(self.names), "attributes": 1}

    def _where(self, index: Tensor) -> Tensor:
        if len(index) and not 0 <= int(index.min()) <= int(index.max()) < len(self):
            raise IndexError(f"{self.split} has {len(self)} samples")
        return index + self.first

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """index int64 [B] in [0, len). `generator` is there for the interface: all chance here is the index's."""
        where = self._where(index)
        label = faces.labels_of(where, self.seed)
        x = faces.draw(where, self.size, self.seed, label, self.device)
        return {"x": x, "label": self._sent(label), "index": self._sent(index)}

    def toggled(self, label: Tensor, attribute: int) -> Tensor:
        """Labels [B, K] with one attribute the other way, see `faces.toggled`."""
        return faces.toggled(label, attribute)

    def edited(self, index: Tensor, label: Tensor) -> Tensor:
        """The exact answer to an edit: the same people with other attributes [B, K], float [B, 3, size, size] in [-1, 1]."""
        return faces.draw(self._where(index), self.size, self.seed, label, self.device)
