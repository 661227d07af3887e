"""A few coloured drawings as a source of endless pairs: the pen drawing of each, and the drawing itself."""

from __future__ import annotations

import torch
from torch import Tensor

from ..images import from_bytes
from .device import OnDevice
from .emoji import figures, moved
from .folders import DataError
from .worlds.lines import ink

EPOCH = 4096  # samples that count as one round, however few drawings there are


class Drawings(OnDevice):
    """x: a drawing's colour boundaries, drawn by a pen; y: the drawing. In training both are turned, scaled, shifted,
    mirrored and bent together, and the pen is unsteady.

    images: uint8 [N, 3, S, S] on white.  batch: {"x", "y": float [B, 3, S, S] in [-1, 1]}.
    """

    def __init__(self, images: Tensor):
        if not len(images):
            raise DataError("there is no drawing to learn from.")
        self.images = images
        self.figure = figures(from_bytes(images))

    def __len__(self) -> int:
        return EPOCH

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        index = self._sent(index % len(self.images))
        y, paper = from_bytes(self.images[index]), 1 - 2 * self.figure[index].float()
        y, paper = moved(torch.cat([y, paper], dim=1), generator).split((3, 1), 1)
        return {"x": ink(y, generator, figure=paper < 0), "y": y}

    def still(self) -> dict[str, Tensor]:
        """Each drawing once, unmoved, by a steady pen; the shape of a batch."""
        y = from_bytes(self.images)
        return {"x": ink(y, steady=True), "y": y}
