"""What takes minutes with images takes seconds here, and every right answer is known. For claims, whose nets are small.

Points of the plane in place of images: x lies at one of a few places, y in one of several clusters that follow from it; a
convolution has nothing to do there. And rectangles of a few pixels, for what needs an image's content and its style.
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


class Rectangles:
    """x: a white rectangle on black; y: the same in red, green or blue. All follows from (seed, index).

    apart: y shows another rectangle than x does, and nothing tells which.
    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "label", "index": int64 [B]}; the label is the colour of y.
    """

    every_answer, lines, count = True, False, 3

    def __init__(self, size: int = 8, apart: bool = False, seed: int = 0, length: int = 2**16):
        self.size, self.apart, self.seed, self.length = size, apart, seed, length

    def __len__(self) -> int:
        return self.length

    def answers(self, index: int) -> Tensor:
        """[3, 3, size, size]: in red, green and blue."""
        return _coloured(self._inside(torch.full((self.count,), index)), torch.arange(self.count))

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        label = (hash_uniform(self.seed ^ 0xC0102, index, 1)[:, 0] * self.count).long()
        inside = self._inside(index)
        shown = self._inside((index + self.length // 2) % self.length) if self.apart else inside
        x = (2.0 * inside[:, None] - 1).expand(-1, 3, -1, -1).contiguous()
        return {"x": x, "y": _coloured(shown, label), "label": label, "index": index}

    def _inside(self, index: Tensor) -> Tensor:
        """bool [B, size, size]: which pixels the rectangle covers, 2 to size / 2 of them a side, never those of the border."""
        u, n = hash_uniform(self.seed ^ 0x2EC7, index, 4), self.size
        side = 2 + (u[:, :2] * (n // 2 - 1)).long()
        first = 1 + (u[:, 2:] * (n - 1 - side)).long()
        at = torch.arange(n)
        covered = (at >= first[..., None]) & (at < (first + side)[..., None])
        return covered[:, 0, :, None] & covered[:, 1, None, :]


class Tokens:
    """x: one shape on a grey ground, with four attributes, each yes or no at even odds and independent of the others: blue (or
    red), square (or round), large (or small), hollow (or filled). Where it lies and how light the ground is, no attribute tells.

    fixed: {attribute's place: 0 or 1} for those that are the same in every image.
    batch: {"x": float [B, 3, size, size] in [-1, 1], "label": float [B, 4] in {0, 1}, "index": int64 [B]}.
    """

    layout = "classes"
    names = ("blue", "square", "large", "hollow")
    facts = {"domains": 4, "attributes": 1}  # noqa: RUF012 (never changed)

    def __init__(
        self, size: int = 16, fixed: dict[int, int] | None = None, seed: int = 0, length: int = 2**16
    ):
        self.size, self.fixed, self.seed, self.length = size, fixed or {}, seed, length

    def __len__(self) -> int:
        return self.length

    def label(self, index: Tensor) -> Tensor:
        """float [B, 4] in {0, 1}."""
        label = (hash_uniform(self.seed ^ 0x70CE, index, 4) < 0.5).float()
        for place, value in self.fixed.items():
            label[:, place] = value
        return label

    def identity(self, index: Tensor) -> Tensor:
        """What no attribute tells, float [B, 3] in [-1, 1]: to the right, down, how light the ground is."""
        return 2 * hash_uniform(self.seed ^ 0x1DE7, index, 3) - 1

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        label, identity = self.label(index), self.identity(index)
        return {"x": self.drawn(label, identity), "label": label, "index": index}

    def drawn(self, label: Tensor, identity: Tensor) -> Tensor:
        """float [B, 3, size, size] of attributes [B, 4] and what `identity` gives."""
        n = self.size
        at = (torch.arange(n) + 0.5) / n * 2 - 1
        right, down, light = identity[:, :, None, None].unbind(1)
        x, y = at - 0.35 * right, at[:, None] - 0.35 * down
        blue, square, large, hollow = label.unbind(1)
        radius = (0.3 + 0.22 * large)[:, None, None]
        square = square[:, None, None]
        far = square * torch.maximum(x.abs(), y.abs()) + (1 - square) * torch.hypot(x, y) - radius
        # An edge is as soft as a pixel is wide.
        inside = (0.5 - far * n / 2).clamp(0, 1)
        hole = hollow[:, None, None] * (0.5 - (far + 0.55 * radius) * n / 2).clamp(0, 1)
        share = (inside - hole)[:, None]
        colour = torch.stack([1 - 2 * blue, torch.full_like(blue, -0.7), 2 * blue - 1], 1)[:, :, None, None]
        return share * colour + (1 - share) * 0.5 * light[:, None]


class Sides:
    """`Tokens` as two domains that differ in one attribute. place: of it.  fixed: as there.

    batch: {"x": without it, "y": with it (of other tokens), "index"}, as an unpaired source has them.
    """

    layout = "unpaired"

    def __init__(
        self,
        place: int,
        size: int = 16,
        fixed: dict[int, int] | None = None,
        seed: int = 0,
        length: int = 2**16,
    ):
        self.without, self.having = (
            Tokens(size, {**(fixed or {}), place: value}, seed + value * 0x5EED, length) for value in (0, 1)
        )

    def __len__(self) -> int:
        return len(self.without)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        return {"x": self.without.batch(index)["x"], "y": self.having.batch(index)["x"], "index": index}


def _coloured(inside: Tensor, colour: Tensor) -> Tensor:
    """bool [B, H, W] and channels int64 [B] -> [B, 3, H, W]: 1 in that channel inside, else -1."""
    return 2.0 * (inside[:, None] & torch.eye(3, dtype=torch.bool)[colour][:, :, None, None]) - 1


def _on_circle(angle: Tensor) -> Tensor:
    """[...] -> [..., 2]"""
    return torch.stack([angle.cos(), angle.sin()], -1)
