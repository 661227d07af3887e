"""The four styles: each paints the same layers its own way."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .. import sdf
from .palettes import N_SCHEMES, PALETTES
from .things import ARTISTS, TILT, Dice

PEN = 0.022  # half width of the line style's pen; the canvas is 2 wide


@dataclass
class Layers:
    """The parts of b objects of one class, stacked back to front: everything a style needs."""

    d: Tensor  # [b, P, H, W] distance, positive on both sides of a curve
    fill: Tensor  # [b, P, H, W] coverage of the painted part
    seen: Tensor  # [b, P, H, W] what the parts above let through
    colour: Tensor  # [b, P, 3]
    outline: Tensor  # [P] 1 where the pen follows the edge
    solid: Tensor  # [P] 1 where the pen fills the part
    thick: Tensor  # [P]
    bevel: Tensor  # [P]
    light: Tensor  # [b, 4] uniform numbers: direction (2), shininess, spare
    pixel: float

    @property
    def weight(self) -> Tensor:
        return self.fill * self.seen


def _above(transmission: Tensor) -> Tensor:
    """Product of the transmissions of all later (upper) parts, along dim 1."""
    out, through = torch.empty_like(transmission), torch.ones_like(transmission[:, 0])
    for k in reversed(range(transmission.shape[1])):
        out[:, k] = through
        through = through * transmission[:, k]
    return out


def _blend(weight: Tensor, colour: Tensor) -> Tensor:
    """[b, P, H, W] weights and [b, P, C] colours -> [b, C, H, W]."""
    b, n, h, w = weight.shape
    return (colour.transpose(1, 2) @ weight.reshape(b, n, h * w)).reshape(b, -1, h, w)


def _soft(x: Tensor, sigma: float, limit: int = 64) -> Tensor:
    """Gaussian blur [b, C, H, H], `sigma` in canvas units, zeros around the image.

    Done at `limit` pixels or fewer, enough for what is smooth, as a product with a band matrix on either
    side: at these sizes faster than a convolution.
    """
    size = x.shape[-1]
    factor = max(1, size // limit)
    small = F.avg_pool2d(x, factor) if factor > 1 else x
    t = torch.arange(small.shape[-1]) * (2 / small.shape[-1] / sigma)
    band = torch.exp(-0.5 * (t[:, None] - t) ** 2)
    band = band / band.sum(1).amax()
    y = band @ small @ band
    return F.interpolate(y, size=(size, size), mode="bilinear", align_corners=False) if factor > 1 else y


def _ink(s: Layers, half: float | Tensor) -> Tensor:
    """[b, P, H, W] visible pen marks of each part."""
    line = sdf.coverage(s.d.abs() - half, s.pixel) * s.outline[:, None, None]
    return torch.maximum(line, s.fill * s.solid[:, None, None]) * s.seen


def _line(s: Layers, pen: Tensor) -> Tensor:
    ink = _ink(s, pen).amax(1, keepdim=True)
    return (1 - ink).expand(-1, 3, -1, -1)


def _flat(s: Layers, pen: Tensor) -> Tensor:
    weight = s.weight
    fill = _blend(weight, s.colour) + (1 - weight.sum(1, keepdim=True))
    line = _ink(s, 0.55 * PEN)
    total = line.sum(1, keepdim=True)
    dark = _blend(line / total.clamp_min(1), s.colour * 0.42)
    return fill * (1 - total.clamp_max(1)) + dark


def _glossy(s: Layers, pen: Tensor) -> Tensor:
    relief = (s.bevel > 0).nonzero()[:, 0]
    fill = s.fill.index_select(1, relief)
    d = s.d.index_select(1, relief) - s.thick[relief, None, None]
    gx, gy = sdf.gradient(d, s.pixel)

    # The surface is a quarter circle from the edge inwards; never wider than the part, lest a thin one
    # show a ridge. Its slope is the gradient of the distance.
    deepest = -d.amin((2, 3), keepdim=True)
    depth = torch.minimum(s.bevel[relief, None, None], deepest.clamp_min(0.5 * s.pixel))
    rest = 1 - (-d / depth).clamp(0, 1)
    seen = _above(1 - fill) * fill
    nx, ny = (seen * rest * gx).sum(1), (seen * rest * gy).sum(1)
    # Distances have creases where two edges are equally near; toys do not.
    n = _soft(torch.stack([nx, ny], 1), 0.02, limit=256)
    nx, ny = n[:, 0], n[:, 1]
    nz = (1 - nx * nx - ny * ny).clamp_min(0.03).sqrt()

    # Every raised part shades what lies below it, towards the lower right: d(p - offset) to first order.
    near = (1 - (d - 0.035 * gx + 0.045 * gy).clamp_min(0) / 0.12).clamp_min(0)
    under = torch.ones_like(s.fill)
    under.index_copy_(1, relief, 1 - 0.3 * near * near)
    weight = s.weight
    albedo = _blend(weight * _above(under), s.colour)

    azimuth = 2.15 + 0.5 * (s.light[:, 0, None, None] - 0.5)
    lx, ly, lz = 0.62 * torch.cos(azimuth), 0.62 * torch.sin(azimuth), 0.785
    shine = s.light[:, 2, None, None]
    lambert = nx * lx + ny * ly + nz * lz
    diffuse = (0.58 + 0.5 * lambert + 0.06 * ny).clamp_min(0.3)
    hx, hy, hz = lx / 1.89, ly / 1.89, (1 + lz) / 1.89  # half way to the viewer; 1.89 is its length
    spec = (nx * hx + ny * hy + nz * hz).clamp_min(0)
    sharp = (0.35 + 0.55 * shine) * spec ** (40 + 60 * shine) + 0.12 * spec**8
    bounce = 0.22 * (-(nx * lx + ny * ly) - 0.35).clamp_min(0)  # light from the floor on the far rim
    solid = weight.sum(1, keepdim=True).clamp(0, 1)
    # Shadows keep colour: darkening by a power leans towards the saturated side of the albedo.
    tone = diffuse[:, None]
    toy = albedo * tone * (0.82 + 0.18 * albedo) ** (1.6 - tone).clamp(0, 1)
    toy = toy * 1.06 + (sharp + bounce * 0.6)[:, None] * solid

    floor = (
        1 - 0.5 * _soft(_moved(solid, 0.05, -0.085), 0.055) - 0.16 * _soft(_moved(solid, 0.03, -0.05), 0.16)
    )
    tint = torch.tensor([0.86, 0.9, 1.0])[:, None, None]
    back = 1 - (1 - floor) * (1.28 - 0.55 * tint)
    return toy + back * (1 - solid)


def _moved(x: Tensor, right: float, up: float) -> Tensor:
    """The image moved by a fraction of the canvas, zeros coming in."""
    size = x.shape[-1]
    dx, dy = round(right * size / 2), round(-up * size / 2)
    return F.pad(x, (dx, -dx, dy, -dy))


def _night(s: Layers, pen: Tensor) -> Tensor:
    # A tube glows in the pure hue of its part; greys and dark parts become a cool white.
    peak = s.colour.amax(2, keepdim=True)
    low = s.colour.amin(2, keepdim=True)
    hue = (s.colour - 0.75 * low) / (peak - 0.75 * low).clamp_min(1e-3)
    grey = (1 - (peak - low) / 0.25).clamp(0, 1)
    hue = hue * (1 - grey) + grey * torch.tensor([0.78, 0.88, 1.0])
    line = _ink(s, 0.021)
    total = line.sum(1, keepdim=True)
    tube = _blend(line / total.clamp_min(1), hue)
    body = _blend(s.weight, 0.17 * s.colour)
    sky = torch.tensor([0.035, 0.045, 0.115])[:, None, None]
    x, y = sdf.grid(s.d.shape[-1])
    sky = sky * (1.35 - 0.45 * (x * x + y * y))[:, None]
    solid = s.weight.sum(1, keepdim=True)
    core = total.clamp_max(1)
    glow = 0.9 * _soft(tube, 0.045) + 0.7 * _soft(tube, 0.13)
    return sky * (1 - 0.55 * solid) + 0.5 * body + tube * 0.85 + 0.28 * core + glow * (1 - 0.35 * core)


_PAINT = {"line": _line, "flat": _flat, "glossy": _glossy, "night": _night}
_LOOK, _SHAPE = 12, 64  # random columns for pose and look, and the most a class may use


def _layers(name: str, u: Tensor, size: int) -> Layers:
    """The parts of `len(u)` objects of class `name` from their random numbers [b, _LOOK + _SHAPE]."""
    look = u[:, :_LOOK]
    b = len(u)
    v = look[:, :, None, None]
    angle = (2 * v[:, 0] - 1) * math.radians(TILT.get(name, 9))
    zoom = 1.0 + 0.14 * v[:, 1]
    p = sdf.shift(sdf.grid(size, b), 0.08 * (v[:, 2] - 0.5), 0.08 * (v[:, 3] - 0.5))
    p = sdf.scale(sdf.turn(p, angle), zoom)
    p = (p[0] * torch.where(v[:, 4] < 0.5, -1.0, 1.0), p[1])
    parts = ARTISTS[name](p, Dice(u[:, _LOOK:]))

    pixel = 2.0 / size
    d = torch.stack([part.d.expand(b, size, size) for part in parts], 1) * zoom[:, None]
    thick = torch.tensor([part.thick for part in parts])
    fill = sdf.coverage(d - thick[:, None, None], pixel)
    scheme = (look[:, 5] * N_SCHEMES[name]).long()
    roles = PALETTES[name]
    colour = torch.stack([roles[part.role][scheme % len(roles[part.role])] for part in parts], 1)
    return Layers(
        d=d,
        fill=fill,
        seen=_above(1 - fill),
        colour=_jitter(colour, look[:, 6], look[:, 7]),
        outline=torch.tensor([float(part.pen == "outline") for part in parts]),
        solid=torch.tensor([float(part.pen == "solid") for part in parts]),
        thick=thick,
        bevel=torch.tensor([part.bevel for part in parts]),
        light=look[:, 8:12],
        pixel=pixel,
    )


def _jitter(colour: Tensor, hue: Tensor, value: Tensor) -> Tensor:
    """Turn colours [b, P, 3] a little around the grey axis and make them lighter or darker."""
    angle = (hue[:, None, None] - 0.5) * 0.36
    k = 1 / math.sqrt(3)
    mean = colour.mean(2, keepdim=True)
    cross = k * (colour[..., [2, 0, 1]] - colour[..., [1, 2, 0]])
    turned = mean + (colour - mean) * torch.cos(angle) + cross * torch.sin(angle)
    return (turned * (0.93 + 0.1 * value[:, None, None])).clamp(0, 1)
