"""Textures: bricks, cloth, cobbles, bark, scales, stripes, knots and mesh, endless and sharp at any size.

What a reduced image has lost is mostly texture, so this is the world to learn enlarging from where there are no
photographs. Everything about sample i follows from (seed, i), and so does the split: see `sdf.hash_uniform`.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from ...images import to_image
from ..device import sent
from ..enlarging import Enlarging
from .lines import smooth_noise
from .sdf import grid, hash_uniform

SPLITS = {"train": (0, 2**20), "val": (2**20, 256), "test": (2**20 + 1024, 256)}  # first index, length
_OVER = 2  # drawn larger and averaged
Box = tuple[tuple[float, float], tuple[float, float]]  # between what bounds x lies, and y


def _bricks(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """(height in [0, 1], number of the stone): rows of stones, every other one moved by half."""
    row = torch.floor(y)
    across = x / (1.5 + u[6]) + 0.5 * (row % 2)
    left, up = across - torch.floor(across), y - row
    edge = torch.minimum(torch.minimum(left, 1 - left) * (1.5 + u[6]), torch.minimum(up, 1 - up))
    return (edge / 0.12).clamp(0, 1), torch.floor(across) * 31 + row * 17


def _cloth(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """Threads that pass over and under one another."""
    over = ((torch.floor(x) + torch.floor(y)) % 2 == 0).float()
    thread = torch.where(over > 0, (math.pi * y).sin().abs(), (math.pi * x).sin().abs())
    return 0.25 + 0.75 * thread, over * 5 + torch.where(over > 0, torch.floor(y), torch.floor(x))


def _cells(x: Tensor, y: Tensor, box: Box) -> tuple[Tensor, Tensor, Tensor]:
    """Of points strewn one to a unit square: distances to the nearest and the second, and the nearest one's number."""
    # The points of all squares that the image may touch are strewn once, and looked up by every pixel.
    (left, right), (low, high) = ((math.floor(a) - 1, math.floor(b) + 2) for a, b in box)
    number = torch.arange(left, right)[:, None] * 131 + torch.arange(low, high) * 1733
    points = sent(hash_uniform(5, number, 2).flatten(0, 1), x.device).unbind(1)
    number = sent(number.float().flatten(), x.device)
    base_x, base_y = torch.floor(x), torch.floor(y)
    home = (base_x.long() - left) * (high - low) + (base_y.long() - low)
    first, second = torch.full_like(x, math.inf), torch.full_like(x, math.inf)
    nearest = torch.zeros_like(x)
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            at = home + (i * (high - low) + j)
            across, up = (p.take(at) for p in points)
            far = (x - (base_x + i) - across) ** 2 + (y - (base_y + j) - up) ** 2
            nearest = torch.where(far < first, number.take(at), nearest)
            second = torch.minimum(second, torch.maximum(first, far))
            first = torch.minimum(first, far)
    return first.sqrt(), second.sqrt(), nearest


def _scaled(box: Box, *factors: float) -> Box:
    return tuple((low * f, high * f) for (low, high), f in zip(box, factors, strict=True))


def _cobbles(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """Stones, as far as they are nearer to their own point than to the next."""
    first, second, number = _cells(x, y, box)
    return ((second - first) / 0.25).clamp(0, 1).sqrt(), number


def _bark(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """Ridges along one way."""
    first, second, number = _cells(1.6 * x, 0.45 * y, _scaled(box, 1.6, 0.45))
    return ((second - first) / 0.5).clamp(0, 1), number


def _scales(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """Rows of discs, each laid over the row above."""
    height, number = torch.zeros_like(x), torch.zeros_like(x)
    for k in (2, 1, 0):
        row = torch.floor(y) + k
        across = x + 0.5 * (row % 2)
        r = ((across - torch.floor(across) - 0.5) ** 2 + (0.7 * (y - row + 0.4)) ** 2).sqrt() / 0.62
        covers = r < 1
        height = torch.where(covers, 1 - 0.8 * r**3, height)
        number = torch.where(covers, torch.floor(across) * 13 + row * 7, number)
    return height, number


def _stripes(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """Sharp stripes of two widths."""
    wave = (2 * math.pi * (x / 2 + 0.25 * (y * (0.2 + u[6])).sin())).sin() + 0.9 * (u[7] - 0.5)
    return ((wave + 0.12) / 0.24).clamp(0, 1), torch.floor(x / 2)


def _knots(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """Rings of wood around a few knots."""
    first, _, number = _cells(0.35 * x, 0.2 * y, _scaled(box, 0.35, 0.2))
    rings = first * (3 + 3 * u[6])
    return (rings - torch.floor(rings)) ** 2, 0 * number


def _mesh(x: Tensor, y: Tensor, u: Tensor, box: Box) -> tuple[Tensor, Tensor]:
    """A net of wires with a dot in each opening."""
    wire = torch.minimum((x - torch.round(x)).abs(), (y - torch.round(y)).abs())
    dot = ((x - torch.floor(x) - 0.5) ** 2 + (y - torch.floor(y) - 0.5) ** 2).sqrt()
    return torch.maximum(((0.14 - wire) / 0.05).clamp(0, 1), ((0.2 - dot) / 0.05).clamp(0, 1)), torch.floor(
        x
    ) + torch.floor(y)


KINDS: dict[str, Callable[[Tensor, Tensor, Tensor, Box], tuple[Tensor, Tensor]]] = {
    "bricks": _bricks, "cloth": _cloth, "cobbles": _cobbles, "bark": _bark, "scales": _scales, "stripes": _stripes,
    "knots": _knots, "mesh": _mesh,
}  # fmt: skip


def kind_of(index: Tensor, seed: int = 0) -> Tensor:
    """int64 [B]: which of KINDS the samples `index` are."""
    return (hash_uniform(seed ^ 0x7E7, index, 1)[:, 0] * len(KINDS)).long()


def draw(index: Tensor, size: int = 96, seed: int = 0, device: torch.device | str = "cpu") -> Tensor:
    """Images float [B, 3, size, size] in [-1, 1] of the samples `index` (int64 [B]), drawn on `device`; details a pixel
    wide and up."""
    each = zip(index.tolist(), kind_of(index, seed).tolist(), hash_uniform(seed + 1, index, 16), strict=True)
    return torch.stack([_one(i, k, u, size, device) for i, k, u in each])


def _one(number: int, kind: int, u: Tensor, size: int, device: torch.device | str) -> Tensor:
    """u: [16], of the processor; such single numbers go to the device with the work."""
    generator = torch.Generator().manual_seed(number)
    side, angle = _OVER * size, (u[0] - 0.5) * math.pi
    right, top = (p[0] for p in grid(side, device=device))
    across, up = right * angle.cos() + top * angle.sin(), top * angle.cos() - right * angle.sin()
    bend = 0.03 * u[1] * smooth_noise(1, 2, 6, side, generator, device, exact=True)[0]
    count = (2 + 5 * u[2] ** 2) * size / 96 * 2
    # Seen a little from the side, so that one image holds a detail at many sizes.
    depth = 1 + 0.5 * (u[3] - 0.5) * up
    x, y = ((p * depth + b) * count - 40 * c for p, b, c in zip((across, up), bend, u[4:6], strict=True))
    # 1.42 is half a diagonal, 1.36 the most that depth enlarges; no bend is a quarter wide.
    reach = (1.42 * 1.36 + 0.25) * float(count)
    box = tuple((-40 * c - reach, -40 * c + reach) for c in u[4:6].tolist())
    height, stone = list(KINDS.values())[kind](x, y, u, box)
    shade = hash_uniform(3, stone.long() + 1000 * number, 1)[..., 0]
    grain = sent(torch.randn(1, 1, size, size, generator=generator), device)
    grain = F.interpolate(grain, (side, side), mode="bilinear")[0, 0]
    # Light falls from the upper left onto what stands out.
    relief = height - F.pad(height, (2, 0, 2, 0))[:-2, :-2] if list(KINDS)[kind] != "stripes" else 0 * height
    value = height * (0.8 + 0.35 * (shade - 0.5)) + 0.35 * relief + 0.05 * u[8] * grain
    low, high = (sent(c, device) for c in _colours(u[9:15]))
    image = low + (high - low) * value.clamp(-0.2, 1.2)
    return F.avg_pool2d(image[None], _OVER)[0].clamp(0, 1) * 2 - 1


def _colours(u: Tensor) -> tuple[Tensor, Tensor]:
    """Two colours [3, 1, 1] that belong together: one dark, one light, hues near one another or opposite."""
    hue = float(u[0])
    other = (hue + (0.5 if u[1] < 0.25 else 0.08 * float(u[2]))) % 1
    dark = colorsys.hsv_to_rgb(hue, 0.25 + 0.5 * float(u[3]), 0.08 + 0.3 * float(u[4]))
    light = colorsys.hsv_to_rgb(other, 0.1 + 0.5 * float(u[5]), 0.7 + 0.3 * float(u[2]))
    return tuple(torch.tensor(c)[:, None, None] for c in (dark, light))


def textures(size: int, split: str = "train", scale: int = 4, count: int = 400) -> Enlarging:
    """Pairs for super-resolution; of another split than train at most 64, whole ones of `size` px."""
    first, most = SPLITS[split]
    index = torch.arange(first, first + min(count, most if split == "train" else 64))
    drawn = draw(index, 2 * size if split == "train" else size)
    return Enlarging(map(to_image, drawn), size, scale, augment=split == "train")
