"""Signed distances, batched: the one pencil all procedural worlds draw with.

A *point field* `p` is a tuple of D coordinate tensors of one common shape (usually [B, H, W], D = 2);
a *distance* is a tensor of that shape, negative inside, in the units of the coordinates. Parameters
may be floats or tensors that broadcast (one value a sample: [B, 1, 1]). Keeping the coordinates as a
tuple rather than stacked makes everything that is not an angle work in any number of dimensions.

Most distances are exact; `ellipsoid` and the smooth unions are first-order approximations, which is
all that an antialiased edge or a bevel a few pixels wide can show. Formulas: the standard ones of the
signed-distance literature (Hart 1996, "Sphere tracing"; Quilez, "2D distance functions").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

Points = tuple[Tensor, ...]
Number = float | Tensor

FAR = 9.0  # a distance that no image reaches: the value of a part that is absent


# --- coordinates -------------------------------------------------------------------------------------


def grid(size: int, batch: int = 1) -> Points:
    """Pixel centres (x, y), each [batch, size, size] in (-1, 1); x grows to the right, y upwards."""
    t = (torch.arange(size, dtype=torch.float32) + 0.5) * (2.0 / size) - 1.0
    return t.expand(batch, size, size), (-t)[:, None].expand(batch, size, size)


def shift(p: Points, *centre: Number) -> Points:
    """Coordinates relative to `centre` (one number an axis)."""
    return tuple(x - c for x, c in zip(p, centre, strict=True))


def turn(p: Points, angle: Number) -> Points:
    """Coordinates in a frame rotated by `angle` radians, counter-clockwise; further axes stay."""
    a = torch.as_tensor(angle)
    c, s = torch.cos(a), torch.sin(a)
    return (p[0] * c + p[1] * s, p[1] * c - p[0] * s, *p[2:])


def scale(p: Points, factor: Number) -> Points:
    """Coordinates for a shape enlarged by `factor`; multiply the distance by `factor` afterwards."""
    return tuple(x / factor for x in p)


def mirror(p: Points) -> Points:
    """Fold the first axis: what is drawn at +x appears at -x as well."""
    return (p[0].abs(), *p[1:])


def around(p: Points, count: Number) -> Points:
    """Fold the plane into one of `count` equal sectors, its axis along +x: repeats a shape in a ring."""
    step = 2 * math.pi / torch.as_tensor(count, dtype=torch.float32)
    angle = torch.atan2(p[1], p[0])
    return turn(p, torch.round(angle / step) * step)


def tiled(x: Tensor, period: Number) -> Tensor:
    """Distance-preserving repetition of one axis: values in [-period / 2, period / 2]."""
    return x - period * torch.round(x / period)


# --- primitives --------------------------------------------------------------------------------------


def length(p: Points) -> Tensor:
    """Euclidean norm of a point field."""
    return sum(x * x for x in p).sqrt()


def ball(p: Points, radius: Number) -> Tensor:
    """Disc or ball around the origin."""
    return length(p) - radius


def ellipsoid(p: Points, *radii: Number) -> Tensor:
    """Ellipse or ellipsoid: the implicit function over the norm of its gradient (first order)."""
    q = scale_axes(p, radii)
    k = length(q)
    return k * (k - 1) / length(scale_axes(q, radii)).clamp_min(1e-6)


def scale_axes(p: Points, factors: Sequence[Number]) -> Points:
    """Divide every axis by its own factor."""
    return tuple(x / f for x, f in zip(p, factors, strict=True))


def box(p: Points, *half: Number, radius: Number = 0.0) -> Tensor:
    """Axis-parallel box of half extents `half`, its corners rounded by `radius`."""
    q = tuple(x.abs() - (h - radius) for x, h in zip(p, half, strict=True))
    deepest = q[0]
    for x in q[1:]:
        deepest = torch.maximum(deepest, x)
    return length(tuple(x.clamp_min(0) for x in q)) + deepest.clamp_max(0) - radius


def segment(p: Points, a: Sequence[Number], b: Sequence[Number]) -> Tensor:
    """Distance (>= 0) to the straight line from `a` to `b`; subtract a radius to get a capsule."""
    pa = shift(p, *a)
    ba = [y - x for x, y in zip(a, b, strict=True)]
    along = sum(x * y for x, y in zip(pa, ba, strict=True)) / sum(y * y for y in ba)
    along = along.clamp(0, 1)
    return length(tuple(x - y * along for x, y in zip(pa, ba, strict=True)))


def polyline(p: Points, *corners: Sequence[Number]) -> Tensor:
    """Distance (>= 0) to the open path through `corners`."""
    return union(*(segment(p, a, b) for a, b in zip(corners[:-1], corners[1:], strict=True)))


def halfspace(p: Points, normal: Sequence[float], offset: Number = 0.0) -> Tensor:
    """Points with normal . p < offset are inside; `normal` has length 1."""
    return sum(x * n for x, n in zip(p, normal, strict=True) if n) - offset


def polygon(p: Points, *corners: Sequence[Number], radius: Number = 0.0) -> Tensor:
    """Polygon through `corners` (x, y), of any winding and not crossing itself, grown by `radius`."""
    x, y = p
    square, inside = None, None
    for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
        ex, ey, wx, wy = bx - ax, by - ay, x - ax, y - ay
        t = ((wx * ex + wy * ey) / (ex * ex + ey * ey)).clamp(0, 1)
        d = (wx - ex * t) ** 2 + (wy - ey * t) ** 2
        # A ray to the left crosses this edge where y lies between its ends and the corner side fits.
        left = ex * wy - ey * wx > 0
        cross = torch.where(wy >= 0, (y < by) & left, (y >= by) & ~left)
        square = d if square is None else torch.minimum(square, d)
        inside = cross if inside is None else inside ^ cross
    d = square.sqrt()
    return torch.where(inside, -d, d) - radius


def trapezoid(p: Points, low: Number, high: Number, half: Number, radius: Number = 0.0) -> Tensor:
    """Upright symmetric trapezoid: half widths `low` at y = -half and `high` at y = +half, rounded."""
    q, low, high, half = mirror(p), low - radius, high - radius, half - radius
    sx, sy = high - low, 2 * half
    norm = torch.as_tensor(sx * sx + sy * sy).sqrt()
    side = ((q[0] - low) * sy - (q[1] + half) * sx) / norm
    flat = q[1].abs() - half
    edge = segment(q, (low, -half), (high, half))
    width = torch.where(q[1] > 0, torch.as_tensor(high), torch.as_tensor(low))
    lid = length(((q[0] - width).clamp_min(0), flat))
    outside = torch.minimum(edge, lid)
    return torch.where(torch.maximum(side, flat) < 0, -outside, outside) - radius


def arc(p: Points, radius: Number, half_angle: Number) -> Tensor:
    """Distance (>= 0) to an arc of a circle about the origin, centred on +y, +-`half_angle` radians."""
    half = torch.as_tensor(half_angle)
    x, y = p[0].abs(), p[1]
    s, c = torch.sin(half), torch.cos(half)
    on = x * c <= y * s  # inside the wedge the nearest point is radial, outside it is the arc's end
    return torch.where(on, (length(p) - radius).abs(), length((x - s * radius, y - c * radius)))


def star(p: Points, points: int, outer: Number, inner: Number, radius: Number = 0.0) -> Tensor:
    """Star with `points` tips at distance `outer`, one of them upwards, and notches at `inner`."""
    x, y = around((p[1], p[0]), points)
    y = y.abs()
    half = math.pi / points
    ax, (bx, by) = outer, (inner * math.cos(half), inner * math.sin(half))
    d = segment((x, y), (ax, 0.0), (bx, by))
    inside = (bx - ax) * y - by * (x - ax) > 0
    return torch.where(inside, -d, d) - radius


def heart(p: Points, size: Number) -> Tensor:
    """Heart of about `size` half width, tip down, as a union of two tilted capsules."""
    q = mirror(p)
    return segment(q, (0.0, -0.55 * size), (0.46 * size, 0.22 * size)) - 0.48 * size


# --- combinations ------------------------------------------------------------------------------------


def union(*d: Tensor) -> Tensor:
    """The nearest of several shapes."""
    out = d[0]
    for e in d[1:]:
        out = torch.minimum(out, e)
    return out


def common(*d: Tensor) -> Tensor:
    """Intersection of several shapes."""
    out = d[0]
    for e in d[1:]:
        out = torch.maximum(out, e)
    return out


def cut(d: Tensor, hole: Tensor) -> Tensor:
    """`d` without `hole`."""
    return torch.maximum(d, -hole)


def blend(d: Tensor, e: Tensor, width: float) -> Tensor:
    """Smooth union: a fillet about `width` wide where two shapes meet (polynomial smooth minimum)."""
    h = (1 - (d - e).abs() / width).clamp_min(0)
    return torch.minimum(d, e) - h * h * (width / 4)


def round_common(d: Tensor, e: Tensor, radius: float) -> Tensor:
    """Intersection of two shapes whose new corners are rounded by `radius`."""
    a, b = d + radius, e + radius
    return length((a.clamp_min(0), b.clamp_min(0))) + torch.maximum(a, b).clamp_max(0) - radius


def shell(d: Tensor, half: Number) -> Tensor:
    """The band of half width `half` along the edge of a shape."""
    return d.abs() - half


def given(present: Tensor, d: Tensor) -> Tensor:
    """`d` in the samples where the bool `present` holds, nothing in the others."""
    return torch.where(present, d, FAR)


# --- from distances to images ----------------------------------------------------------------------


def coverage(d: Tensor, pixel: float) -> Tensor:
    """Antialiased fill in [0, 1]: how much of a pixel of width `pixel` lies inside."""
    return (0.5 - d / pixel).clamp(0, 1)


def stroke(d: Tensor, half: Number, pixel: float) -> Tensor:
    """Antialiased line of half width `half` along the edge, in [0, 1]."""
    return coverage(d.abs() - half, pixel)


def gradient(d: Tensor, pixel: float) -> tuple[Tensor, Tensor]:
    """(d/dx, d/dy) of a distance [..., H, W] by central differences; y points up, as in `grid`."""
    gx, gy = torch.empty_like(d), torch.empty_like(d)
    gx[..., 1:-1] = d[..., 2:] - d[..., :-2]
    gx[..., 0], gx[..., -1] = 2 * (d[..., 1] - d[..., 0]), 2 * (d[..., -1] - d[..., -2])
    gy[..., 1:-1, :] = d[..., :-2, :] - d[..., 2:, :]
    gy[..., 0, :] = 2 * (d[..., 0, :] - d[..., 1, :])
    gy[..., -1, :] = 2 * (d[..., -2, :] - d[..., -1, :])
    return gx.mul_(0.5 / pixel), gy.mul_(0.5 / pixel)


# --- random numbers ----------------------------------------------------------------------------------

_MASK = 0xFFFFFFFF


def _mix(h: Tensor) -> Tensor:
    """A well-stirring bijection of 32-bit integers kept in int64 (constants: Wellons' lowbias32)."""
    h = ((h ^ (h >> 16)) * 0x7FEB352D) & _MASK
    h = ((h ^ (h >> 15)) * 0x846CA68B) & _MASK  # the product may wrap: its low 32 bits stay right
    return h ^ (h >> 16)


def hash_uniform(seed: int, index: Tensor, n: int) -> Tensor:
    """Uniform numbers in [0, 1) that are a pure function of (seed, index, column).

    index: int64, any shape [...]; result float32 [..., n]. A sample keeps its numbers whatever batch,
    order or thread it is drawn in, and column k stays the same when a later version asks for more.
    """
    column = torch.arange(n, dtype=torch.int64)
    h = _mix(torch.tensor([seed & _MASK])) ^ _mix(torch.tensor([(seed >> 32) & _MASK]) + 1)
    h = _mix((h + (index >> 32)) & _MASK) + (index & _MASK)
    h = _mix((_mix(h & _MASK)[..., None] + column * 0x9E3779B9) & _MASK)
    return (h >> 8).to(torch.float32) * 2.0**-24  # 24 bits: exactly what a float32 below one can hold
