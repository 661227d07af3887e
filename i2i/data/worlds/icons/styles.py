"""The four styles: each paints the same layers its own way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ...device import sent
from .. import sdf
from .palettes import N_SCHEMES, PALETTES
from .things import ARTISTS, EXTENT, TILT, Dice

PEN = 0.022  # half width of the line style's pen; the canvas is 2 wide


@dataclass
class Layers:
    """The parts of one object, stacked back to front: everything a style needs.

    They cover only the window of the canvas [size, size] that the object lies in; `h` and `w` are its sides.
    """

    d: Tensor  # [P, h, w] distance, positive on both sides of a curve
    fill: Tensor  # [P, h, w] coverage of the painted part
    seen: Tensor  # [P, h, w] what the parts above let through
    weight: Tensor  # [P, h, w] their product: how much of the pixel is this part
    colour: Tensor  # [P, 3]
    pens: list[str]  # P times "outline", "solid" or "none"
    relief: list[int]  # the parts that stand out, ...
    edge: Tensor  # [R, 1, 1] ... the half width of each that is a curve, ...
    bevel: Tensor  # [R, 1, 1] ... and how far its surface curves inwards
    light: list[float]  # 4 uniform numbers: direction (2), shininess, spare
    size: int
    window: tuple[int, int, int, int]  # left, right, top, bottom, in pixels

    @property
    def pixel(self) -> float:
        return 2.0 / self.size

    def whole(self, x: Tensor, value: float = 0.0) -> Tensor:
        """The canvas [..., size, size] of what the window shows [..., h, w]; `value` lies around it."""
        left, right, top, bottom = self.window
        return F.pad(x, (left, self.size - right, top, self.size - bottom), value=value)


def _above(transmission: Tensor) -> Tensor:
    """Product of the transmissions of all later (upper) parts, along dim 0."""
    out = torch.ones_like(transmission)
    parts, through = transmission.unbind(0), out.unbind(0)
    for k in reversed(range(len(parts) - 1)):
        torch.mul(through[k + 1], parts[k + 1], out=through[k])
    return out


def _blend(weight: Tensor, colour: Tensor) -> Tensor:
    """[P, h, w] weights and [P, C] colours -> [C, h, w]."""
    return (colour.T @ weight.flatten(1)).view(-1, *weight.shape[1:])


_grid = lru_cache(maxsize=8)(lambda size, device: sdf.grid(size, device=device))


@lru_cache(maxsize=64)
def _band(count: int, step: float, device: torch.device) -> Tensor:
    """Matrix [count, count] that blurs a line of pixels `step` standard deviations wide."""
    t = torch.arange(count) * step
    band = torch.exp(-0.5 * (t[:, None] - t) ** 2)
    band[band < 1e-9] = 0  # products of such numbers near float32's end, and each takes tens of times as long
    return (band / band.sum(1).amax()).to(device)


def _soft(x: Tensor, sigma: float, pixel: float, limit: int = 64) -> Tensor:
    """Gaussian blur [C, H, W], `sigma` and `pixel` in canvas units, zeros around the image.

    Done at `limit` pixels a canvas or fewer, enough for what is smooth, as a product with a band matrix on
    either side: at these sizes faster than a convolution.
    """
    size = round(2 / pixel)
    factor = max(1, size // limit)
    small = F.avg_pool2d(x, factor) if factor > 1 else x
    count = size // factor
    band = _band(count, 2 / count / sigma, x.device)
    down, across = (band[:side, :side] for side in small.shape[1:])
    return down @ small @ across


def _grown(small: Tensor, size: tuple[int, ...]) -> Tensor:
    """What was blurred at fewer pixels [C, h, w], at its size again."""
    if small.shape[1:] == size:
        return small
    return F.interpolate(small[None], size=size, mode="bilinear", align_corners=False)[0]


def _ink(s: Layers, half: float) -> Tensor:
    """[P, h, w] visible pen marks of each part."""
    ink = sdf.coverage(s.d.abs().sub_(half), s.pixel)
    for k, pen in enumerate(s.pens):
        if pen != "outline":
            ink[k] = s.fill[k] if pen == "solid" else 0
    return ink.mul_(s.seen)


def _line(s: Layers, pen: float) -> Tensor:
    return s.whole(1 - _ink(s, pen).amax(0), value=1).expand(3, -1, -1)


def _flat(s: Layers, pen: float) -> Tensor:
    fill = _blend(s.weight, s.colour).add_(1 - s.weight.sum(0))
    line = _ink(s, 0.55 * PEN)
    total = line.sum(0)
    dark = _blend(line, s.colour * 0.42).div_(total.clamp_min(1))
    return s.whole(fill.mul_(1 - total.clamp_max(1)).add_(dark), value=1)


def _glossy(s: Layers, pen: float) -> Tensor:
    fill, d = (torch.stack([x[k] for k in s.relief]) for x in (s.fill, s.d))
    d -= s.edge
    gx, gy = sdf.gradient(d, s.pixel)

    # The surface is a quarter circle from the edge inwards; never wider than the part, lest a thin one
    # show a ridge. Its slope is the gradient of the distance.
    deepest = -d.amin((1, 2), keepdim=True)
    depth = torch.minimum(s.bevel, deepest.clamp_min(0.5 * s.pixel))
    rest = (d / depth).add_(1).clamp_(0, 1)
    slope = _above(1 - fill).mul_(fill).mul_(rest)
    n = torch.stack([(slope * gx).sum(0), (slope * gy).sum(0)])
    # Distances have creases where two edges are equally near; toys do not.
    n = _grown(_soft(n, 0.02, s.pixel, limit=256), n.shape[1:])
    nx, ny = n
    nz = (1 - nx * nx).addcmul_(ny, ny, value=-1).clamp_min_(0.03).sqrt_()

    # Every raised part shades what lies below it, towards the lower right: d(p - offset) to first order.
    near = d.add_(gx, alpha=-0.035).add_(gy, alpha=0.045).mul_(-1 / 0.12).add_(1).clamp_(0, 1)
    under = torch.ones_like(s.fill)
    for k, shade in zip(s.relief, near.square_().mul_(-0.3).add_(1), strict=True):
        under[k] = shade
    albedo = _blend(_above(under).mul_(s.weight), s.colour)

    azimuth = 2.15 + 0.5 * (s.light[0] - 0.5)
    lx, ly, lz = 0.62 * math.cos(azimuth), 0.62 * math.sin(azimuth), 0.785
    shine = s.light[2]
    slant = torch.add(nx * lx, ny, alpha=ly)
    tone = torch.add(slant, nz, alpha=lz).mul_(0.5).add_(ny, alpha=0.06).add_(0.58).clamp_min_(0.3)
    # Half way between light and viewer; 1.89 is the length of their sum.
    spec = torch.add(slant, nz, alpha=1 + lz).mul_(1 / 1.89).clamp_min_(0)
    sharp = (0.35 + 0.55 * shine) * _power(spec, 40 + 60 * shine) + 0.12 * _power(spec, 8)
    bounce = 0.22 * (-slant - 0.35).clamp_min_(0)  # light from the floor on the far rim
    solid = s.weight.sum(0).clamp_(0, 1)
    # Shadows keep colour: darkening by a power leans towards the saturated side of the albedo.
    toy = _power(0.82 + 0.18 * albedo, (1.6 - tone).clamp_(0, 1)).mul_(albedo).mul_(1.06 * tone)
    toy = toy.add_(sharp.add_(bounce, alpha=0.6).mul_(solid))

    solid, toy = s.whole(solid)[None], s.whole(toy)
    floor = 0.5 * _soft(_moved(solid, 0.05, -0.085), 0.055, s.pixel)
    floor = floor + 0.16 * _soft(_moved(solid, 0.03, -0.05), 0.16, s.pixel)
    floor = _grown(floor, solid.shape[1:])
    # Of blue light, the shadow keeps the most.
    back = torch.cat([1 - (1.28 - 0.55 * tint) * floor for tint in (0.86, 0.9, 1.0)])
    return toy.addcmul_(back, 1 - solid)


def _power(x: Tensor, exponent: float | Tensor) -> Tensor:
    """x ** exponent for x >= 0, by logarithm, which is faster; what is below 1e-30 becomes that."""
    return x.log().mul_(exponent).clamp_min_(-69).exp_()


def _moved(x: Tensor, right: float, up: float) -> Tensor:
    """The image moved by a fraction of the canvas, zeros coming in."""
    size = x.shape[-1]
    dx, dy = round(right * size / 2), round(-up * size / 2)
    return F.pad(x, (dx, -dx, dy, -dy))


def _night(s: Layers, pen: float) -> Tensor:
    # A tube glows in the pure hue of its part; greys and dark parts become a cool white.
    peak = s.colour.amax(1, keepdim=True)
    low = s.colour.amin(1, keepdim=True)
    hue = (s.colour - 0.75 * low) / (peak - 0.75 * low).clamp_min(1e-3)
    grey = (1 - (peak - low) / 0.25).clamp(0, 1)
    hue = hue * (1 - grey) + torch.cat([grey * c for c in (0.78, 0.88, 1.0)], 1)
    line = _ink(s, 0.021)
    total = line.sum(0)
    tube = s.whole(_blend(line, hue).div_(total.clamp_min(1)))
    body = s.whole(_blend(s.weight, 0.17 * s.colour))
    x, y = _grid(s.size, tube.device)
    lit = 1.35 - 0.45 * (x * x + y * y)
    sky = torch.cat([lit * c for c in (0.035, 0.045, 0.115)])
    solid = s.whole(s.weight.sum(0))
    core = s.whole(total.clamp_max(1))
    glow = 0.9 * _soft(tube, 0.045, s.pixel) + 0.7 * _soft(tube, 0.13, s.pixel)
    glow = _grown(glow, solid.shape)
    return sky * (1 - 0.55 * solid) + 0.5 * body + tube * 0.85 + 0.28 * core + glow * (1 - 0.35 * core)


_PAINT = {"line": _line, "flat": _flat, "glossy": _glossy, "night": _night}
_LOOK, _SHAPE = 12, 64  # random columns for pose and look, and the most a class may use


def _layers(name: str, u: list[float], size: int, device: torch.device) -> Layers:
    """The parts of an object of class `name` from its random numbers, _LOOK + _SHAPE of them."""
    look = u[:_LOOK]
    angle = (2 * look[0] - 1) * math.radians(TILT.get(name, 9))
    zoom = 1.0 + 0.14 * look[1]
    centre = 0.08 * (look[2] - 0.5), 0.08 * (look[3] - 0.5)
    side = -1.0 if look[4] < 0.5 else 1.0
    window = left, right, top, bottom = _window(EXTENT[name], angle, zoom, centre, side, size)
    x, y = (axis[0, top:bottom, left:right] for axis in _grid(size, device))
    p = sdf.scale(sdf.turn(sdf.shift((x, y), *centre), angle), zoom)
    p = (side * p[0], p[1])
    parts = [part for part in ARTISTS[name](p, Dice(u[_LOOK:])) if part.d is not None]

    pixel = 2.0 / size
    d = torch.stack([part.d for part in parts]).mul_(zoom)
    relief = [k for k, part in enumerate(parts) if part.bevel > 0]
    scheme, roles = int(look[5] * N_SCHEMES[name]), PALETTES[name]
    # All that is known of the parts by number goes to the device at once.
    rows = []
    for part in parts:
        choice = roles[part.role]
        rows.append((*_jitter(choice[scheme % len(choice)], look[6], look[7]), part.thick, part.bevel))
    numbers = sent(torch.tensor(rows), device)
    colour, thick, bevel = numbers[:, :3], numbers[:, 3, None, None], numbers[:, 4, None, None]
    fill = sdf.coverage(d - thick, pixel)
    seen = _above(1 - fill)
    return Layers(
        d=d,
        fill=fill,
        seen=seen,
        weight=fill * seen,
        colour=colour,
        pens=[part.pen for part in parts],
        relief=relief,
        edge=torch.stack([thick[k] for k in relief]),
        bevel=torch.stack([bevel[k] for k in relief]),
        light=look[8:12],
        size=size,
        window=window,
    )


def _window(
    extent: tuple[float, ...], angle: float, zoom: float, centre: tuple[float, float], side: float, size: int
) -> tuple[int, int, int, int]:
    """Left, right, top and bottom, in pixels, of what a class's extent may cover in this pose."""
    c, s = zoom * math.cos(angle), zoom * math.sin(angle)
    corners = [(side * x, y) for x in extent[:2] for y in extent[2:]]
    xs = [x * c - y * s + centre[0] for x, y in corners]
    ys = [x * s + y * c + centre[1] for x, y in corners]
    # Room for half of the widest pen and the pixels that its edge may share; whole steps of what `_soft` pools.
    room, step = 1.5 * PEN + 4 / size, max(1, size // 256)
    low, high = (
        (math.floor((v - room + 1) * size / 2 / step) * step for v in (min(xs), -max(ys))),
        (math.ceil((v + room + 1) * size / 2 / step) * step for v in (max(xs), -min(ys))),
    )
    (left, top), (right, bottom) = ([min(max(v, 0), size) for v in side] for side in (low, high))
    return left, right, top, bottom


def _jitter(colour: tuple[float, ...], hue: float, value: float) -> list[float]:
    """Turn a colour a little around the grey axis and make it lighter or darker."""
    angle = (hue - 0.5) * 0.36
    c, s = math.cos(angle), math.sin(angle) / math.sqrt(3)
    mean = sum(colour) / 3
    turned = (mean + (colour[k] - mean) * c + (colour[k - 1] - colour[k - 2]) * s for k in range(3))
    return [min(max(v * (0.93 + 0.1 * value), 0.0), 1.0) for v in turned]
