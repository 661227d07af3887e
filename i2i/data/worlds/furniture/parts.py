"""The one solid of which all furniture is made, and how much of each voxel it fills.

A part is a rounded plate along an axis of its own: its cross-section is a rectangle whose corners are rounded, as far as a
disc; its edges are rounded, too, as far as a ball; it may taper, and may be a tube. Boards, legs, cushions, poles, lamp
shades and globes are such plates. Lengths are halves of the volume's side: the volume is [-1, 1] in each of x (to the
right), y (upwards) and z (to the back).
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass, replace

import torch
from torch import Tensor

from .. import sdf

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """centre: of the plate.  up, side: unit vectors, its own y and x.  half: extents along its own x, y, z.  corner: radius
    of the cross-section's corners.  edge: radius of the edges.  taper: the upper end, in widths of the lower.  wall: half
    the thickness of a tube's wall, 0 for a solid."""

    centre: Vector
    half: Vector
    corner: float = 0.0
    edge: float = 0.0
    taper: float = 1.0
    wall: float = 0.0
    up: Vector = (0.0, 1.0, 0.0)
    side: Vector = (1.0, 0.0, 0.0)


def box(
    centre: Vector, half: Vector, corner: float = 0.02, edge: float = 0.02, lean: float = 0.0, **more
) -> Part:
    """A plate that stands upright, or leans back by `lean` radians."""
    return Part(centre, half, corner, edge, up=(0.0, math.cos(lean), math.sin(lean)), **more)


def disc(centre: Vector, radius: float, half: float, edge: float = 0.02, **more) -> Part:
    return Part(centre, (radius, half, radius), radius, edge, **more)


def ball(centre: Vector, radius: float) -> Part:
    return disc(centre, radius, radius, radius)


def pole(a: Vector, b: Vector, radius: float, end: float | None = None, square: bool = False) -> Part:
    """From a to b, a radius at a and another at b; round, or with four sides."""
    way = tuple(q - p for p, q in zip(a, b, strict=True))
    size = math.hypot(*way)
    up = tuple(w / size for w in way)
    # Any direction across will do for what is round; what is square stands with its sides to the front where it can.
    across = (up[1], -up[0], 0.0) if abs(up[2]) < 0.99 else (1.0, 0.0, 0.0)
    norm = math.hypot(*across)
    middle = tuple((p + q) / 2 for p, q in zip(a, b, strict=True))
    corner = 0.2 * radius if square else radius
    half = (radius, size / 2, radius)
    side = tuple(c / norm for c in across)
    return Part(middle, half, corner, 0.0, (end or radius) / radius, up=up, side=side)


def both(*parts: Part) -> list[Part]:
    """Each part, and its mirror image on the other side of x = 0."""
    flip = lambda v: (-v[0], *v[1:])  # noqa: E731
    return [
        one for p in parts for one in (p, replace(p, centre=flip(p.centre), up=flip(p.up), side=flip(p.side)))
    ]


# -- distances ------------------------------------------------------------------------------------------------------


def _dot(d: tuple[Tensor, ...], v: tuple) -> Tensor | float:
    """The product of a point field and a vector of numbers, or of tensors that go with it; zeros cost nothing."""
    return sum(x * c for x, c in zip(d, v, strict=True) if not isinstance(c, float) or c)


def _cross(u: tuple, v: tuple) -> tuple:
    return u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]


def distance(p: tuple[Tensor, ...], part: Part) -> Tensor:
    """Signed distance from a part at points (x, y, z), negative inside; of first order where it tapers. The part's numbers
    are floats, or tensors that broadcast with the points."""
    d = tuple(x - c for x, c in zip(p, part.centre, strict=True))
    x, y, z = (_dot(d, axis) for axis in (part.side, part.up, _cross(part.side, part.up)))
    hx, hy, hz = part.half
    plain = isinstance(part.taper, float)
    share = 1.0
    if not plain or part.taper != 1:
        share = 1 + (part.taper - 1) * ((y + hy) / (2 * hy)).clamp(0, 1)
        x, z = x / share, z / share
    x, z = x.abs() - (hx - part.corner), z.abs() - (hz - part.corner)
    flat = torch.maximum(x, z).clamp(max=0)
    x, z = x.clamp(min=0), z.clamp(min=0)
    outline = ((x * x + z * z).sqrt() + flat - part.corner) * share
    if not plain:
        outline = torch.where(part.wall > 0, (outline + part.wall).abs() - part.wall, outline)
    elif part.wall:
        outline = (outline + part.wall).abs() - part.wall
    outline, end = outline + part.edge, y.abs() - (hy - part.edge)
    deepest = torch.maximum(outline, end).clamp(max=0)
    outline, end = outline.clamp(min=0), end.clamp(min=0)
    return (outline * outline + end * end).sqrt() + deepest - part.edge


# -- voxels ---------------------------------------------------------------------------------------------------------


def occupancies(objects: list[list[Part]], size: int, device: torch.device | str = "cpu") -> Tensor:
    """What is filled of each voxel, float [B, 1, size, size, size] in [0, 1], axes (front to back, bottom to top, left to
    right), as unions of parts. On a CPU each part is looked at where it is; elsewhere all of them everywhere, at once."""
    with torch.inference_mode():
        where = torch.device(device)
        made = (
            [_alone(parts, size) for parts in objects]
            if where.type == "cpu"
            else _together(objects, size, where)
        )
        made = torch.stack(made) if isinstance(made, list) else made
    return made.clone()[:, None]  # an ordinary tensor


def _centres(size: int, device: torch.device | str = "cpu") -> Tensor:
    return (torch.arange(size, dtype=torch.float32, device=device) + 0.5) * (2.0 / size) - 1.0


def _alone(parts: list[Part], size: int) -> Tensor:
    voxel, at = 2.0 / size, _centres(size)
    volume = torch.zeros(size, size, size)
    for part in parts:
        axes, wide = (part.side, part.up, _cross(part.side, part.up)), max(1.0, part.taper)
        reach = part.half[0] * wide, part.half[1], part.half[2] * wide
        spans = []
        for k in range(3):
            r = sum(abs(axis[k]) * h for axis, h in zip(axes, reach, strict=True)) + voxel
            low, high = ((part.centre[k] + s * r + 1) / voxel for s in (-1, 1))
            spans.append(slice(max(0, math.floor(low)), min(size, math.ceil(high))))
        x, y, z = (at[span] for span in spans)
        seen = volume[spans[2], spans[1], spans[0]]
        if seen.numel():
            filled = sdf.coverage(distance((x, y[:, None], z[:, None, None]), part), voxel)
            torch.maximum(seen, filled, out=seen)
    return volume


_NOWHERE = Part((9.0, 9.0, 9.0), (0.1, 0.1, 0.1))
_AT_ONCE = 2**27  # voxels times parts


def _together(objects: list[list[Part]], size: int, device: torch.device) -> Tensor:
    most = max(map(len, objects))
    rows = [[_numbers(p) for p in (*parts, *[_NOWHERE] * (most - len(parts)))] for parts in objects]
    numbers = torch.tensor(rows).to(device, non_blocking=True)[..., None, None, None]  # [B, P, 16, 1, 1, 1]
    at = _centres(size, device)
    p = at, at[:, None], at[:, None, None]
    nearest = None
    for some in numbers.split(max(1, _AT_ONCE // (len(objects) * size**3)), 1):
        d = distance(p, _of(some)).amin(1)
        nearest = d if nearest is None else torch.minimum(nearest, d)
    return sdf.coverage(nearest, 2.0 / size)


def _numbers(part: Part) -> list[float]:
    return [float(n) for value in astuple(part) for n in (value if isinstance(value, tuple) else (value,))]


def _of(numbers: Tensor) -> Part:
    n = numbers.unbind(2)
    return Part(n[:3], n[3:6], *n[6:10], up=n[10:13], side=n[13:16])
