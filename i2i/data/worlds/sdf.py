"""Signed distances: the one pencil all procedural worlds draw with.

A *point field* `p` is a tuple of D coordinate tensors of one common shape (usually [H, W], D = 2);
a *distance* is a tensor of that shape, negative inside, in the units of the coordinates. Parameters are
Python floats: their arithmetic costs next to nothing, and on a GPU they travel with the kernels that use
them. Keeping the coordinates as a tuple rather than stacked makes everything that is not an angle work in
any number of dimensions.

What is drawn on the fly is drawn often, so no pass over the pixels is spared here that can be:
`torch.add(a, b, alpha=k)` is a + k b in one pass, `torch.addcmul(a, b, c)` is a + b c, and temporaries are
changed in place.

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


# --- coordinates -------------------------------------------------------------------------------------


def grid(size: int, batch: int = 1, device: torch.device | str | None = None) -> Points:
    """Pixel centres (x, y), each [batch, size, size] in (-1, 1); x grows to the right, y upwards."""
    t = (torch.arange(size, dtype=torch.float32, device=device) + 0.5) * (2.0 / size) - 1.0
    return t.expand(batch, size, size), (-t)[:, None].expand(batch, size, size)


def shift(p: Points, *centre: float) -> Points:
    """Coordinates relative to `centre` (one number an axis)."""
    return tuple(x - c if c else x for x, c in zip(p, centre, strict=True))


def turn(p: Points, angle: float) -> Points:
    """Coordinates in a frame rotated by `angle` radians, counter-clockwise; further axes stay."""
    c, s = math.cos(angle), math.sin(angle)
    return (torch.add(p[0] * c, p[1], alpha=s), torch.add(p[1] * c, p[0], alpha=-s), *p[2:])


def scale(p: Points, factor: float) -> Points:
    """Coordinates for a shape enlarged by `factor`; multiply the distance by `factor` afterwards."""
    return tuple(x / factor for x in p)


def mirror(p: Points) -> Points:
    """Fold the first axis: what is drawn at +x appears at -x as well."""
    return (p[0].abs(), *p[1:])


def around(p: Points, count: float) -> Points:
    """Fold the plane into one of `count` equal sectors, its axis along +x: repeats a shape in a ring."""
    step = 2 * math.pi / count
    angle = torch.atan2(p[1], p[0]).div_(step).round_().mul_(step)
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.addcmul(p[0] * c, p[1], s), torch.addcmul(p[1] * c, p[0], s, value=-1)


def tiled(x: Tensor, period: float | Tensor) -> Tensor:
    """Distance-preserving repetition of one axis: values in [-period / 2, period / 2]."""
    return x - period * (x / period).round_()


# --- primitives --------------------------------------------------------------------------------------


def length(p: Points) -> Tensor:
    """Euclidean norm of a point field."""
    return _square(p).sqrt_()


def _square(p: Points) -> Tensor:
    total = p[0] * p[0]
    for x in p[1:]:
        total.addcmul_(x, x)
    return total


def ball(p: Points, radius: float) -> Tensor:
    """Disc or ball around the origin."""
    return length(p).sub_(radius)


def ellipsoid(p: Points, *radii: float) -> Tensor:
    """Ellipse or ellipsoid: the implicit function over the norm of its gradient (first order)."""
    q = scale_axes(p, radii)
    k = length(q)
    slope = length(scale_axes(q, radii)).clamp_min_(1e-6)
    return k.mul_(k - 1).div_(slope)


def scale_axes(p: Points, factors: Sequence[float]) -> Points:
    """Divide every axis by its own factor."""
    return tuple(x * (1 / f) for x, f in zip(p, factors, strict=True))


def box(p: Points, *half: float, radius: float = 0.0) -> Tensor:
    """Axis-parallel box of half extents `half`, its corners rounded by `radius`."""
    q = tuple(x.abs().sub_(h - radius) for x, h in zip(p, half, strict=True))
    deepest = common(*q).clamp_max_(0) if len(q) > 1 else q[0].clamp_max(0)
    return length(tuple(x.clamp_min_(0) for x in q)).add_(deepest).sub_(radius)


def segment(p: Points, a: Sequence[float], b: Sequence[float]) -> Tensor:
    """Distance (>= 0) to the straight line from `a` to `b`; subtract a radius to get a capsule."""
    return _square(_beside(shift(p, *a), [y - x for x, y in zip(a, b, strict=True)])).sqrt_()


def _beside(p: Points, way: Sequence[float]) -> Points:
    """Coordinates relative to the nearest point of the line from the origin along `way`."""
    norm = sum(w * w for w in way)
    along = p[0] * (way[0] / norm)
    for x, w in zip(p[1:], way[1:], strict=True):
        along.add_(x, alpha=w / norm)
    along.clamp_(0, 1)
    return tuple(torch.add(x, along, alpha=-w) if w else x for x, w in zip(p, way, strict=True))


def polyline(p: Points, *corners: Sequence[float]) -> Tensor:
    """Distance (>= 0) to the open path through `corners`."""
    return union(*(segment(p, a, b) for a, b in zip(corners[:-1], corners[1:], strict=True)))


def polygon(p: Points, *corners: Sequence[float], radius: float = 0.0) -> Tensor:
    """Convex polygon through `corners` (x, y), of either winding, grown by `radius`."""
    turns = sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(corners, [*corners[1:], corners[0]], strict=True))
    square, side = (
        None,
        None,
    )  # distance to the nearest edge; and from the line of the edge that is farthest out
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        ex, ey = b[0] - a[0], b[1] - a[1]
        norm = math.copysign(math.hypot(ex, ey), turns)
        w = shift(p, *a)
        near, out = _square(_beside(w, (ex, ey))), torch.add(w[0] * (ey / norm), w[1], alpha=-ex / norm)
        square = near if square is None else torch.minimum(square, near, out=square)
        side = out if side is None else torch.maximum(side, out, out=side)
    return square.sqrt_().copysign_(side).sub_(radius)


def trapezoid(p: Points, low: float, high: float, half: float, radius: float = 0.0) -> Tensor:
    """Upright symmetric trapezoid: half widths `low` at y = -half and `high` at y = +half, rounded."""
    q, low, high, half = mirror(p), low - radius, high - radius, half - radius
    sx, sy = high - low, 2 * half
    norm = math.hypot(sx, sy)
    # The signed distance from the slanting side: the sum of its normal's parts, and what `low` takes away.
    side = torch.add(q[0] * (sy / norm), q[1], alpha=-sx / norm).sub_((low * sy + half * sx) / norm)
    flat = q[1].abs().sub_(half)
    edge = segment(q, (low, -half), (high, half))
    width = torch.where(q[1] > 0, q[0] - high, q[0] - low).clamp_min_(0)
    outside = torch.minimum(edge, length((width, flat)), out=edge)
    return outside.copysign_(torch.maximum(side, flat, out=side)).sub_(radius)


def arc(p: Points, radius: float, half_angle: float) -> Tensor:
    """Distance (>= 0) to an arc of a circle about the origin, centred on +y, +-`half_angle` radians."""
    x, y = p[0].abs(), p[1]
    s, c = math.sin(half_angle), math.cos(half_angle)
    on = x * c <= y * s  # inside the wedge the nearest point is radial, outside it is the arc's end
    return torch.where(on, length(p).sub_(radius).abs_(), length((x - s * radius, y - c * radius)))


def star(p: Points, points: int, outer: float, inner: float, radius: float = 0.0) -> Tensor:
    """Star with `points` tips at distance `outer`, one of them upwards, and notches at `inner`."""
    x, y = around((p[1], p[0]), points)
    y = y.abs()
    half = math.pi / points
    ax, (bx, by) = outer, (inner * math.cos(half), inner * math.sin(half))
    d = segment((x, y), (ax, 0.0), (bx, by))
    outside = torch.add(by * (x - ax), y, alpha=ax - bx)
    return d.copysign_(outside).sub_(radius)


def heart(p: Points, size: float) -> Tensor:
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
    h = (d - e).abs_().mul_(-1 / width).add_(1).clamp_min_(0)
    return torch.minimum(d, e).addcmul_(h, h, value=-width / 4)


def round_common(d: Tensor, e: Tensor, radius: float) -> Tensor:
    """Intersection of two shapes whose new corners are rounded by `radius`."""
    a, b = d + radius, e + radius
    deepest = torch.maximum(a, b).clamp_max_(0)
    return length((a.clamp_min_(0), b.clamp_min_(0))).add_(deepest).sub_(radius)


def shell(d: Tensor, half: float) -> Tensor:
    """The band of half width `half` along the edge of a shape."""
    return d.abs() - half


# --- from distances to images ----------------------------------------------------------------------


def coverage(d: Tensor, pixel: float) -> Tensor:
    """Antialiased fill in [0, 1]: how much of a pixel of width `pixel` lies inside."""
    return (d * (-1 / pixel)).add_(0.5).clamp_(0, 1)


def stroke(d: Tensor, half: float, pixel: float) -> Tensor:
    """Antialiased line of half width `half` along the edge, in [0, 1]."""
    return coverage(d.abs() - half, pixel)


def gradient(d: Tensor, pixel: float) -> tuple[Tensor, Tensor]:
    """(d/dx, d/dy) of a distance [..., H, W] by central differences; y points up, as in `grid`."""
    d = d * (0.5 / pixel)
    gx, gy = torch.empty_like(d), torch.empty_like(d)
    torch.sub(d[..., 2:], d[..., :-2], out=gx[..., 1:-1])
    torch.sub(d[..., :-2, :], d[..., 2:, :], out=gy[..., 1:-1, :])
    # At the border there is one neighbour only: once more to one side, and twice as far.
    gx[..., 0], gx[..., -1] = 2 * (d[..., 1] - d[..., 0]), 2 * (d[..., -1] - d[..., -2])
    gy[..., 0, :], gy[..., -1, :] = 2 * (d[..., 0, :] - d[..., 1, :]), 2 * (d[..., -2, :] - d[..., -1, :])
    return gx, gy


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
    column = torch.arange(n, dtype=torch.int64, device=index.device)
    h = int(_mix(torch.tensor(seed & _MASK)) ^ _mix(torch.tensor((seed >> 32) & _MASK) + 1))
    h = _mix((h + (index >> 32)) & _MASK) + (index & _MASK)
    h = _mix((_mix(h & _MASK)[..., None] + column * 0x9E3779B9) & _MASK)
    return (h >> 8).to(torch.float32) * 2.0**-24  # 24 bits: exactly what a float32 below one can hold
