"""Points of the plane in place of images: x lies at one of a few places, y in one of several clusters that follow from it.

What takes minutes with images takes seconds here, and every right answer is known. For claims; the nets are small ones of
theirs, since a convolution has nothing to do here.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .worlds.sdf import hash_uniform


class Clusters:
    """x: one of `places` points on a circle of radius 0.4; y: around one of `count` centres on a circle of radius 0.8, at
    angles that fan out about that of x. All follows from (seed, index).

    deviation: of y about its centre.  batch: {"x", "y": float [B, 2, 1, 1], "label", "index": int64 [B]}; the label is the
    place of x.  The fans of two neighbouring places overlap where `fan` (radians from the first centre to the last) is
    larger than 2 pi / places: then y alone does not tell x.
    """

    every_answer, lines = True, False

    def __init__(
        self,
        places: int = 4,
        count: int = 3,
        deviation: float = 0.03,
        fan: float = 1.0,
        seed: int = 0,
        length: int = 2**16,
    ):
        self.places, self.count, self.deviation, self.fan = places, count, deviation, fan
        self.seed, self.length = seed, length

    def __len__(self) -> int:
        return self.length

    def centres(self, label: Tensor) -> Tensor:
        """int64 [B] -> [B, count, 2]: the middles of the right answers at these places."""
        spread = (torch.arange(self.count) / max(1, self.count - 1) - 0.5) * self.fan
        return 0.8 * _on_circle(self._angle(label)[:, None] + spread)

    def answers(self, index: int) -> Tensor:
        """[count, 2, 1, 1]: the centres."""
        return self.centres(self._label(torch.tensor([index])))[0, :, :, None, None]

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        label, u = self._label(index), hash_uniform(self.seed ^ 0x70, index, 3)
        centre = self.centres(label)[torch.arange(len(index)), (u[:, 0] * self.count).long()]
        # Box and Muller's way from two uniform numbers to two normal ones; of those below one, log(1 - u) is finite.
        far = self.deviation * (-2 * torch.log1p(-u[:, 1])).sqrt()
        y = centre + far[:, None] * _on_circle(2 * math.pi * u[:, 2])
        x = 0.4 * _on_circle(self._angle(label))
        return {"x": x[:, :, None, None], "y": y[:, :, None, None], "label": label, "index": index}

    def _label(self, index: Tensor) -> Tensor:
        return (hash_uniform(self.seed ^ 0x1ABE1, index, 1)[:, 0] * self.places).long()

    def _angle(self, label: Tensor) -> Tensor:
        return label * (2 * math.pi / self.places)


def _on_circle(angle: Tensor) -> Tensor:
    """[...] -> [..., 2]"""
    return torch.stack([angle.cos(), angle.sin()], -1)
