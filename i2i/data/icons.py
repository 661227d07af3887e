"""Icons: an endless world of small drawn things, the same object in four styles.

A class is a function from coordinates and dice to a list of *parts*, painted back to front; a part is
a signed distance, a colour role and a pen. The four styles read the same parts, so they are aligned to
the pixel: `line` is what a visitor draws, `flat` a sticker, `glossy` an inflated toy with a shadow,
`night` a neon sign. Everything about sample i follows from (seed, i): see `sdf.hash_uniform`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from i2i.data import sdf
from i2i.data.sdf import (
    FAR,
    Points,
    arc,
    around,
    ball,
    blend,
    box,
    common,
    cut,
    ellipsoid,
    given,
    heart,
    length,
    mirror,
    polygon,
    polyline,
    round_common,
    scale,
    segment,
    shell,
    shift,
    star,
    tiled,
    trapezoid,
    turn,
    union,
)

STYLES = ("line", "flat", "glossy", "night")
SPLITS = {"train": (0, 2**20), "val": (2**20, 512), "test": (2**20 + 512, 512)}  # first index, length

PEN = 0.022  # half width of the line style's pen; the canvas is 2 wide
TURN = 2 * math.pi


@dataclass
class Part:
    """One layer of an object. `d` [B, H, W]; `role` names its colour in the class's scheme."""

    d: Tensor
    role: str
    pen: str = "outline"  # "outline", "solid" (filled by the pen too: eyes, tyres) or "none"
    thick: float = 0.0  # for a curve, whose d is never negative: the half width it is painted with
    bevel: float = 0.25  # how far the glossy surface curves inwards; 0: a decal on what lies below


class Dice:
    """Hands out the random numbers of each sample, a column a call, shaped [B, 1, 1]."""

    def __init__(self, columns: Tensor):
        self.columns, self.used = columns, 0

    def __call__(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        u = self.columns[:, self.used, None, None]
        self.used += 1
        return low + (high - low) * u

    def chance(self, probability: float) -> Tensor:
        return self() < probability

    def pick(self, n: int) -> Tensor:
        return (self() * n).long()


# --- the classes -------------------------------------------------------------------------------------
# y points up, the canvas is [-1, 1]^2, an upright object fills about [-0.75, 0.75]^2.


def wave(p: Points, height: float, amplitude: float, waves: float) -> Tensor:
    """Distance to an upright wavy line of half height `height`."""
    return length((p[0] - amplitude * torch.sin(waves * p[1]), (p[1].abs() - height).clamp_min(0)))


def smile(p: Points, x: float, y: float, radius: float, half_angle: float = 1.0) -> Tensor:
    """Distance to an arc open upwards, the lowest point at (x, y)."""
    return arc((p[0] - x, -(p[1] - y - radius)), radius, half_angle)


def face(p: Points, x: float, y: float, size: float, present: Tensor) -> list[Part]:
    """Two eyes, a smile and blushing cheeks: what makes a thing a character."""
    q = mirror(shift(p, x, y))
    return [
        Part(given(present, ellipsoid(shift(q, 1.75 * size, -0.75 * size), 0.55 * size, 0.35 * size)),
             "blush", "none", bevel=0),
        Part(given(present, ball(shift(q, size, 0.0), 0.42 * size)), "ink", "solid", bevel=0),
        Part(given(present, ball(shift(p, x - 0.88 * size, y + 0.12 * size), 0.14 * size)),
             "white", "none", bevel=0),
        Part(given(present, ball(shift(p, x + 1.12 * size, y + 0.12 * size), 0.14 * size)),
             "white", "none", bevel=0),
        Part(given(present, smile(p, x, y - 0.75 * size, 0.55 * size)), "ink", thick=0.12 * size, bevel=0),
    ]


def mug(p: Points, u: Dice) -> list[Part]:
    w, h, taper, motif = u(0.36, 0.47), u(0.36, 0.46), u(-0.02, 0.09), u.pick(4)
    p = shift(p, -0.12, -0.16)
    handle = shell(box(shift(p, w + 0.03, -0.02), 0.2, u(0.19, 0.25), radius=0.185), 0.058)
    rim = ellipsoid(shift(p, 0.0, h), w, 0.1)
    body = union(trapezoid(p, w - taper, w + 0.005, h, 0.1), rim)
    q = shift(p, 0.0, -0.08)
    steam = u.chance(0.6)
    s = shift(p, 0.0, h + 0.27)
    return [
        Part(handle, "body"),
        Part(body, "body", bevel=0.2),
        Part(given(motif == 0, heart(q, 0.2)), "motif", bevel=0.07),
        Part(given(motif == 1, star(q, 5, 0.2, 0.1, 0.02)), "motif", bevel=0.07),
        Part(given(motif == 2, common(body + 0.01, (p[1] + 0.08).abs() - 0.11)), "motif", bevel=0),
        Part(rim, "rim", bevel=0.1),
        Part(ellipsoid(shift(p, 0.0, h - 0.01), w - 0.075, 0.055), "drink", bevel=0.05),
        Part(given(steam, wave(shift(s, -0.12, 0.0), 0.11, 0.035, 14)), "steam", thick=0.022, bevel=0.02),
        Part(given(steam, wave(shift(s, 0.08, 0.04), 0.13, 0.035, 14)), "steam", thick=0.022, bevel=0.02),
    ]


def fish(p: Points, u: Dice) -> list[Part]:
    a, b, tail = u(0.44, 0.54), u(0.27, 0.38), u(0.13, 0.2)
    p = shift(p, -0.12, -0.02)
    x, y = p
    body = ellipsoid(p, a, b)
    q = (x - a - 0.16, y.abs() - tail)
    fins = union(
        ellipsoid(turn(q, 0.75), 0.24, 0.115),
        box(shift(p, a, 0.0), 0.1, 0.05, radius=0.04),
    )
    top = ellipsoid(turn(shift(p, 0.06, b), -0.3), u(0.2, 0.28), u(0.12, 0.18))
    low = ellipsoid(turn(shift(p, 0.1, -b), 0.5), 0.17, 0.09)
    stripes = common(body + 0.012, tiled(x - 0.02, 0.2).abs() - 0.045, (x - 0.12).abs() - 0.24)
    striped, bubbles = u.chance(0.55), u.chance(0.6)
    e = shift(p, -0.58 * a, 0.22 * b)
    return [
        Part(fins, "fin", bevel=0.12),
        Part(top, "fin", bevel=0.12),
        Part(low, "fin", bevel=0.1),
        Part(body, "body", bevel=0.36),
        Part(given(striped, stripes), "stripe", bevel=0),
        Part(given(~striped, arc(turn(shift(p, -0.45 * a, 0.0), -math.pi / 2), 0.62 * b + 0.04, 0.9)),
             "stripe", thick=0.02, bevel=0),
        Part(ellipsoid(turn(shift(p, 0.17, -0.08), -0.35), 0.14, 0.08), "fin", bevel=0.08),
        Part(ball(e, 0.098), "white", bevel=0.1),
        Part(ball(shift(e, -0.015, 0.0), 0.055), "ink", "solid", bevel=0.06),
        Part(smile(p, -0.86 * a, -0.4 * b, 0.09, 0.8), "ink", thick=0.016, bevel=0),
        Part(given(bubbles, union(ball(shift(p, -a - 0.13, 0.2), 0.065),
                                      ball(shift(p, -a - 0.03, 0.38), 0.045))), "bubble", bevel=0.06),
    ]


def house(p: Points, u: Dice) -> list[Part]:
    w, h, roof, over = u(0.44, 0.56), u(0.28, 0.36), u(0.4, 0.54), u(0.1, 0.16)
    p = shift(p, 0.0, -0.3)
    hip = u.chance(0.35)
    top = torch.where(hip, 0.45 * w, 0.02)
    lid = polygon(p, (-w - over, h), (w + over, h), (top, h + roof), (-top, h + roof), radius=0.035)
    door, side = u(0.11, 0.14), u(0.17, 0.22)
    arched = torch.where(u.chance(0.5), 0.98, 0.2) * door
    d = shift(p, -side, -h + 0.19)
    pane = shift(p, side + 0.03, 0.02)
    glass = box(pane, 0.11, 0.11, radius=0.02)
    attic = shift(p, 0.0, h + 0.42 * roof)
    bush, round_attic = u.chance(0.5), u.chance(0.6)
    return [
        Part(box(shift(p, 0.5 * w, h + 0.62 * roof), 0.075, 0.2, radius=0.02), "chimney", bevel=0.06),
        Part(box(shift(p, 0.5 * w, h + 0.62 * roof + 0.2), 0.1, 0.04, radius=0.02), "roof", bevel=0.05),
        Part(box(p, w, h, radius=0.04), "wall", bevel=0.12),
        Part(lid, "roof", bevel=0.14),
        Part(given(round_attic, ball(attic, 0.085)), "glass", bevel=0.05),
        Part(union(box(shift(d, 0.0, -0.09), door, 0.12),
                       box(d, door, 0.21, radius=arched)), "door", bevel=0.06),
        Part(ball(shift(d, 0.55 * door, -0.03), 0.024), "knob", "solid", bevel=0.03),
        Part(glass, "glass", bevel=0.04),
        Part(common(glass + 0.01, torch.minimum(pane[0].abs(), pane[1].abs())), "white", thick=0.02, bevel=0),
        Part(box(shift(pane, 0.0, -0.125), 0.15, 0.03, radius=0.02), "white", bevel=0.03),
        Part(given(bush, union(ball(shift(p, w + 0.02, -h + 0.08), 0.13),
                                   ball(shift(p, w + 0.16, -h + 0.05), 0.1))), "bush", bevel=0.12),
    ]


def cat(p: Points, u: Dice) -> list[Part]:
    a, b, ear, lean = u(0.47, 0.57), u(0.39, 0.45), u(0.3, 0.44), u(0.0, 0.1)
    p = shift(p, 0.0, -0.12)
    q = mirror(p)
    tip = (0.3 + lean, b + ear - 0.08)
    ears = polygon(q, (0.06, 0.7 * b), (0.92 * a, 0.3 * b), tip, radius=0.04)
    inner = polygon(q, (0.17, 0.8 * b), (0.8 * a, 0.5 * b), (tip[0], tip[1] - 0.1), radius=0.005)
    head = blend(ellipsoid(p, a, b), ears, 0.06)
    asleep, striped, patch = u.chance(0.3), u.chance(0.5), u.chance(0.35)
    e = shift(q, 0.21, 0.04)
    whiskers = union(*(segment(q, (0.33, -0.1 - 0.04 * k), (a + 0.13, -0.03 - 0.11 * k)) for k in (0, 1)))
    marks = union(segment(p, (0.0, 0.62 * b), (0.0, b - 0.04)),
                  segment(q, (0.11, 0.66 * b), (0.12, 0.88 * b)))
    return [
        Part(head, "fur", bevel=0.34),
        Part(inner, "pink", bevel=0.05),
        Part(given(patch, common(head + 0.02, ellipsoid(shift(p, 0.26, 0.12), 0.22, 0.24))),
             "mark", "none", bevel=0),
        Part(given(striped, marks), "mark", thick=0.032, bevel=0),
        Part(ellipsoid(shift(q, 0.09, -0.17), 0.13, 0.1), "muzzle", "none", bevel=0.08),
        Part(ellipsoid(shift(q, 0.36, -0.12), 0.07, 0.045), "blush", "none", bevel=0),
        Part(given(~asleep, ellipsoid(e, 0.075, 0.1)), "ink", "solid", bevel=0.06),
        Part(given(~asleep, ball(shift(e, 0.0, 0.035), 0.028)), "white", "none", bevel=0),
        Part(given(asleep, arc(shift(e, 0.0, -0.06), 0.09, 1.1)), "ink", thick=0.022, bevel=0),
        Part(whiskers, "ink", thick=0.012, bevel=0),
        Part(smile(q, 0.075, -0.22, 0.075, 1.25), "ink", thick=0.018, bevel=0),
        Part(polygon(q, (-0.02, -0.12), (-0.02, -0.09), (0.035, -0.085), (0.0, -0.13), radius=0.022),
             "nose", "solid", bevel=0.04),
    ]


def mushroom(p: Points, u: Dice) -> list[Part]:
    a, b, stem, foot = u(0.5, 0.64), u(0.42, 0.58), u(0.16, 0.22), u(0.0, 0.08)
    p = shift(p, 0.0, -0.12)
    x, y = p
    cap = round_common(ellipsoid(shift(p, 0.0, 0.0), a, b), -y + 0.02, 0.09)
    stalk = blend(
        trapezoid(shift(p, 0.0, -0.26), stem + foot, stem, 0.3, 0.1),
        ellipsoid(shift(p, 0.0, -0.46), stem + foot + 0.03, 0.12), 0.1)
    spots = union(
        ellipsoid(shift(p, u(-0.12, 0.06), 0.68 * b), 0.13, 0.09),
        ellipsoid(shift(p, -0.58 * a, u(0.18, 0.24)), u(0.07, 0.11), 0.085),
        ellipsoid(shift(p, 0.58 * a, u(0.2, 0.28)), u(0.08, 0.12), 0.1),
        ball(shift(p, u(-0.1, 0.16), 0.12), u(0.045, 0.07)))
    small = u.chance(0.45)
    m = shift(p, 0.5, -0.4)
    return [
        Part(given(small, trapezoid(shift(m, 0.0, -0.05), 0.075, 0.06, 0.12, 0.04)), "stem", bevel=0.08),
        Part(given(small, round_common(ellipsoid(m, 0.2, 0.2), -m[1], 0.04)), "cap", bevel=0.15),
        Part(stalk, "stem", bevel=0.2),
        Part(ellipsoid(shift(p, 0.0, 0.06), 0.8 * a, 0.09), "gill", bevel=0.08),
        Part(cap, "cap", bevel=0.38),
        Part(common(spots, cap + 0.025), "spot", bevel=0.06),
        *face(p, 0.0, -0.26, 0.085, u.chance(0.6)),
    ]


def rocket(p: Points, u: Dice) -> list[Part]:
    w, h, low = u(0.2, 0.28), u(0.7, 0.8), u(0.38, 0.46)
    p = shift(p, 0.0, 0.06)
    x, y = p
    q = mirror(p)
    bulge = (h * h - w * w) / (2 * w)
    hull = round_common(ball(shift(q, -bulge, 0.0), bulge + w), -y - low, 0.05)
    fin, drop = u(0.4, 0.5), u(0.56, 0.68)
    fins = polygon(q, (0.6 * w, -0.08), (fin, -0.36), (fin + 0.02, -drop), (0.5 * w, -low + 0.02),
                   radius=0.035)
    port = shift(p, 0.0, u(0.1, 0.18))
    r, band, flame = u(0.1, 0.125), u.chance(0.5), u(0.22, 0.34)
    f = shift(p, 0.0, -low - 0.12)
    return [
        Part(blend(ball(f, 0.13), polygon(f, (-0.11, -0.02), (0.11, -0.02), (0.0, -flame)), 0.08),
             "flame", bevel=0.14),
        Part(blend(ball(f, 0.06), polygon(f, (-0.05, 0.0), (0.05, 0.0), (0.0, -flame * 0.7)), 0.05),
             "spark", bevel=0.06),
        Part(fins, "fin", bevel=0.12),
        Part(box(shift(p, 0.0, -low), 0.15, 0.06, radius=0.03), "metal", bevel=0.06),
        Part(hull, "hull", bevel=0.3),
        Part(common(hull, -y + 0.36), "nose", bevel=0),
        Part(given(band, common(hull + 0.01, (y + 0.2).abs() - 0.06)), "nose", bevel=0),
        Part(ball(port, r + 0.045), "metal", bevel=0.05),
        Part(ball(port, r - 0.005), "glass", bevel=0.14),
        Part(segment(p, (0.0, -0.3), (0.0, -low - 0.06)) - 0.04, "fin", bevel=0.05),
    ]


def flower(p: Points, u: Dice) -> list[Part]:
    n, out, long, wide, core = 5 + u.pick(4), u(0.25, 0.3), u(0.17, 0.22), u(0.12, 0.17), u(0.13, 0.18)
    bend, spin, double = u(-0.14, 0.14), u(0.0, 1.0), u.chance(0.5)
    c = shift(p, 0.0, 0.26)
    wide = wide * 6.3 / n.clamp_min(5)
    ring = ellipsoid(shift(around(turn(c, spin), n), out, 0.0), long, wide)
    back = ellipsoid(
        shift(around(turn(c, spin + math.pi / n), n), out + 0.03, 0.0), long, wide * 0.95)
    x, y = p
    bow = bend * torch.sin((y + 0.78) * 2.6)
    stem = length((x - bow + bend, (y + 0.28).abs().sub(0.5).clamp_min(0)))
    left, right = u.chance(0.8), u.chance(0.8)
    leaf = shift(p, bow.new_zeros(()) - bend * 0.6, -0.6)
    return [
        Part(stem - 0.035, "leaf", bevel=0.04),
        Part(given(left, ellipsoid(turn(shift(leaf, -0.21, 0.08), -0.55), 0.22, 0.085)), "leaf", bevel=0.08),
        Part(given(right, ellipsoid(turn(shift(leaf, 0.2, 0.16), 0.6), 0.2, 0.08)), "leaf", bevel=0.08),
        Part(given(double, back), "back", bevel=0.13),
        Part(ring, "petal", bevel=0.14),
        Part(ball(c, core), "core", bevel=0.15),
        *face(c, 0.0, 0.02, 0.06, u.chance(0.5)),
    ]


def car(p: Points, u: Dice) -> list[Part]:
    w, h, roof, cabin = u(0.6, 0.7), u(0.15, 0.2), u(0.16, 0.23), u(0.3, 0.38)
    back, tyre = u(-0.08, 0.12), u(0.145, 0.18)
    p = shift(p, 0.0, -0.08)
    x, y = p
    low = box(shift(p, 0.0, -0.1), w, h, radius=0.13)
    top = trapezoid(shift(p, back, h + roof - 0.16), cabin + 0.14, cabin - 0.02, roof + 0.04, 0.1)
    glass = common(
        trapezoid(shift(p, back, h + roof - 0.15), cabin + 0.05, cabin - 0.1, roof - 0.04, 0.06),
        0.035 - (x - back).abs(),
        0.12 - h - y)
    wheels = shift(mirror(p), 0.56 * w, -0.1 - h)
    rack, badge = u.chance(0.35), u.chance(0.4)
    up = shift(p, back, h + 2 * roof - 0.1)
    return [
        Part(given(rack, box(shift(up, 0.0, 0.07), 0.2, 0.075, radius=0.04)), "luggage", bevel=0.07),
        Part(blend(low, top, 0.1), "body", bevel=0.2),
        Part(glass, "glass", bevel=0.06),
        Part(common(low + 0.01, y + 0.16), "trim", bevel=0),
        Part(given(badge, star(shift(p, back + 0.02, -0.06), 5, 0.1, 0.05, 0.01)), "trim", bevel=0.03),
        Part(box(shift(p, -w + 0.05, -0.02), 0.045, 0.06, radius=0.04), "lamp", bevel=0.05),
        Part(box(shift(p, w - 0.03, -0.02), 0.03, 0.06, radius=0.025), "tail", bevel=0.04),
        Part(ball(wheels, tyre), "tyre", "solid", bevel=0.07),
        Part(ball(wheels, tyre * 0.5), "metal", bevel=0.08),
    ]


def tree(p: Points, u: Dice) -> list[Part]:
    pine, r, w = u.chance(0.4), u(0.26, 0.32), u(0.42, 0.52)
    x, y = p
    puff = ball(shift(p, u(-0.06, 0.06), 0.42), r)
    for cx, cy in ((-0.28, u(0.14, 0.22)), (0.28, u(0.1, 0.2)), (0.0, 0.08)):
        puff = blend(puff, ball(shift(p, cx, cy), r - 0.01), 0.14)
    tiers = [
        polygon(shift(p, 0.0, b), (-s * w, 0.0), (s * w, 0.0), (0.0, t), radius=0.05)
        for b, s, t in ((-0.36, 1.0, 0.5), (-0.06, 0.78, 0.46), (0.24, 0.54, 0.42))]
    fruit, lights = u.chance(0.5) & ~pine, u.chance(0.5) & pine
    fruits = union(*(ball(shift(p, u(a - 0.04, a + 0.04), u(b - 0.04, b + 0.04)), 0.058)
                         for a, b in ((-0.3, 0.22), (0.02, 0.46), (0.3, 0.14), (-0.02, 0.06))))
    balls = union(*(ball(shift(p, a, b), 0.052)
                        for a, b in ((-0.24, -0.26), (0.14, -0.2), (-0.1, 0.05), (0.14, 0.12), (0.0, 0.36))))
    curls = union(arc(shift(p, -0.2, 0.26), 0.13, 0.8), arc(shift(p, 0.18, 0.34), 0.12, 0.8),
                      arc(shift(p, 0.1, 0.0), 0.12, 0.8))
    return [
        Part(trapezoid(shift(p, 0.0, -0.5), u(0.1, 0.16), 0.075, 0.28, 0.03), "trunk", bevel=0.09),
        Part(given(~pine, puff), "crown", bevel=0.24),
        Part(given(~pine & ~fruit, curls), "shade", thick=0.025, bevel=0),
        *(Part(given(pine, t), "crown", bevel=0.18) for t in tiers),
        Part(given(fruit, fruits), "fruit", bevel=0.06),
        Part(given(lights, balls), "fruit", bevel=0.06),
        Part(given(lights, star(shift(p, 0.0, 0.7), 5, 0.13, 0.065, 0.015)), "star", bevel=0.05),
    ]


def sailboat(p: Points, u: Dice) -> list[Part]:
    w, tall, lean, motif = u(0.5, 0.6), u(0.62, 0.74), u(0.0, 0.06), u.pick(3)
    p = shift(p, 0.02, 0.0)
    x, y = p
    hull = trapezoid(shift(p, 0.0, -0.4), w - 0.2, w, 0.15, 0.05)
    main = polygon(p, (0.04, -0.17), (0.04 + lean, tall), (u(0.42, 0.52), -0.15), radius=0.03)
    jib = polygon(p, (-0.1, -0.17), (-0.08, u(0.45, 0.6)), (-0.46, -0.15), radius=0.03)
    bands = common(main + 0.012, tiled(y - 0.1, 0.26).abs() - 0.065)
    sea = round_common(box(shift(p, -0.02, -0.66), 0.78, 0.16, radius=0.1),
                           y + 0.56 - 0.03 * torch.sin(TURN * 2 * x + u(0, TURN)), 0.02)
    flag = polygon(shift(p, 0.0, tall + 0.05), (0.0, 0.06), (-0.2, 0.0), (0.0, -0.06), radius=0.015)
    sun = u.chance(0.4)
    return [
        Part(given(sun, ball(shift(p, -0.56, 0.56), 0.14)), "sun", bevel=0.14),
        Part(segment(p, (-0.02, -0.3), (0.0, tall + 0.1)) - 0.025, "mast", bevel=0.03),
        Part(flag, "trim", bevel=0.04),
        Part(main, "sail", bevel=0.1),
        Part(given(motif == 0, bands), "trim", bevel=0),
        Part(given(motif == 1, star(shift(p, 0.18, 0.1), 5, 0.12, 0.06, 0.01)), "trim", bevel=0.03),
        Part(jib, "jib", bevel=0.1),
        Part(hull, "hull", bevel=0.14),
        Part(common(hull + 0.012, (y + 0.34).abs() - 0.035), "trim", bevel=0),
        Part(sea, "sea", bevel=0.08),
    ]


def cupcake(p: Points, u: Dice) -> list[Part]:
    w, h, f = u(0.38, 0.46), u(0.2, 0.25), u(0.9, 1.1)
    p = shift(p, 0.0, -0.1)
    x, y = p
    paper = trapezoid(shift(p, 0.0, -0.38), w - 0.12, w, h, 0.03)
    # Pleats fan out with the paper: constant lines of x relative to the half width at this height.
    half = w - 0.12 * (1 - (y + 0.38 + h) / (2 * h))
    pleats = common(paper + 0.01, tiled(x / half, 0.4).abs() * w)
    tiers = [ellipsoid(shift(p, s * 0.02, b), a * f, c)
             for s, b, a, c in ((0, -0.12, 0.52, 0.17), (1, 0.08, 0.4, 0.15), (-1, 0.26, 0.27, 0.13))]
    peak = u.pick(3)
    cherry = shift(p, 0.0, 0.46)
    bits = []
    for k in range(9):
        row, column = divmod(k, 3)
        at = ((column - 1 + u(-0.3, 0.3)) * (0.32 - 0.08 * row), -0.14 + 0.19 * row + u(-0.04, 0.04))
        q = turn(shift(p, *at), u(0, TURN))
        bits.append(box(q, 0.05, 0.021, radius=0.02))
    inside = union(*tiers) + 0.03
    sprinkled = u.chance(0.7)
    return [
        Part(paper, "paper", bevel=0.1),
        Part(pleats, "pleat", thick=0.02, bevel=0),
        *(Part(t, "cream", bevel=0.15) for t in tiers),
        *(Part(given(sprinkled, common(union(*bits[k::3]), inside)), f"bit{k}", "solid", bevel=0.02)
          for k in range(3)),
        Part(given(peak == 0, segment(cherry, (0.0, 0.0), (0.08, 0.22))), "stalk", thick=0.02, bevel=0.02),
        Part(given(peak == 0, ball(cherry, 0.12)), "cherry", bevel=0.12),
        Part(given(peak == 1, star(cherry, 5, 0.17, 0.085, 0.02)), "bit0", bevel=0.07),
        Part(given(peak == 2, box(shift(cherry, 0.0, 0.0), 0.04, 0.15, radius=0.015)), "bit1", bevel=0.04),
        Part(given(peak == 2, ellipsoid(shift(cherry, 0.0, 0.22), 0.045, 0.075)), "flame", bevel=0.05),
    ]


def umbrella(p: Points, u: Dice) -> list[Part]:
    w, h, n, two = u(0.62, 0.72), u(0.46, 0.58), 3 + 2 * u.pick(2), u.chance(0.6)
    p = shift(p, 0.0, -0.02)
    x, y = p
    step = 2 * w / n
    dip = ellipsoid((tiled(x, step), y), step * 0.5, u(0.09, 0.13))
    dome = ellipsoid(p, w, h)
    canopy = cut(common(dome, -y), dip)
    # Seams meet at the tip: ellipses as high as the dome and as narrow as the panel is away.
    inner = common(canopy + 0.005, ellipsoid(p, step / 2, h))
    outer = common(canopy + 0.005, ellipsoid(p, step * 1.5, h + 0.005))
    five = n == 5
    long, hook = u(0.42, 0.5), u(0.1, 0.13)
    handle = union(
        segment(p, (0.0, 0.2), (0.0, -long)),
        arc((x - hook, -(y + long)), hook, math.pi / 2))
    rain = u.chance(0.45)
    drops = union(*(segment(p, (a, b), (a - 0.02, b - 0.09)) for a, b in
                        ((-0.5, -0.2), (-0.28, -0.42), (0.42, -0.24), (0.58, -0.5), (-0.6, -0.58)))) - 0.028
    return [
        Part(given(rain, drops), "rain", bevel=0.03),
        Part(segment(p, (0.0, h - 0.02), (0.0, h + 0.1)) - 0.03, "handle", bevel=0.03),
        Part(handle - 0.033, "handle", bevel=0.035),
        Part(canopy, "canopy", bevel=0.3),
        Part(given(five & two, outer), "panel", bevel=0),
        Part(given(five & ~two, outer), "shade", bevel=0),
        Part(given(five, inner), "canopy", bevel=0),
        Part(given(~five & two, inner), "panel", bevel=0),
        Part(given(~five & ~two, inner), "shade", bevel=0),
    ]


def balloon(p: Points, u: Dice) -> list[Part]:
    r, tall, neck = u(0.48, 0.56), u(1.0, 1.12), u(0.1, 0.14)
    p = shift(p, 0.0, 0.2)
    x, y = p
    bag = blend(ellipsoid(p, r, r * tall), trapezoid(shift(p, 0.0, -0.42), neck, 0.3, 0.18, 0.02), 0.22)
    inner = common(bag, x.abs() - r * 0.27 * (1 - (y / r / 1.1) ** 2).clamp_min(0.06).sqrt())
    outer = common(bag, x.abs() - r * 0.68 * (1 - (y / r / 1.1) ** 2).clamp_min(0.06).sqrt())
    banded, clouds = u.chance(0.4), u.chance(0.55)
    band = common(bag + 0.008, (y - u(-0.08, 0.1)).abs() - 0.1)
    basket = shift(p, 0.0, -0.84)
    ropes = segment(mirror(p), (neck - 0.02, -0.58), (0.1, -0.78))
    c = shift(p, u(0.42, 0.5), u(-0.5, -0.3))
    puff = union(ball(c, 0.12), ball(shift(c, 0.14, -0.03), 0.09), ball(shift(c, -0.14, -0.03), 0.085))
    return [
        Part(ropes, "rope", thick=0.016, bevel=0.02),
        Part(trapezoid(basket, 0.1, 0.13, 0.1, 0.03), "basket", bevel=0.08),
        Part(box(shift(basket, 0.0, 0.09), 0.15, 0.03, radius=0.025), "rope", bevel=0.03),
        Part(bag, "bag", bevel=0.44),
        Part(given(~banded, outer), "panel", bevel=0),
        Part(given(~banded, inner), "third", bevel=0),
        Part(given(banded, band), "panel", bevel=0),
        Part(given(banded, star(shift(p, 0.0, 0.0), 5, 0.2, 0.1, 0.02)), "third", bevel=0.04),
        Part(given(clouds, puff), "cloud", bevel=0.1),
    ]


def owl(p: Points, u: Dice) -> list[Part]:
    w, h, eye, tuft = u(0.4, 0.48), u(0.54, 0.62), u(0.16, 0.19), u(0.06, 0.14)
    q = mirror(p)
    x, y = p
    ears = polygon(q, (0.08, h - 0.12), (w - 0.1, h - 0.26), (w - 0.06, h + tuft - 0.08), radius=0.03)
    body = blend(union(ellipsoid(shift(p, 0.0, -0.06), w, h - 0.05),
                               ellipsoid(shift(p, 0.0, 0.22), w - 0.02, h - 0.3)), ears, 0.08)
    belly = ellipsoid(shift(p, 0.0, -0.28), w - 0.15, 0.28)
    wing = ellipsoid(turn(shift(q, w - 0.02, -0.16), 0.25 + u(-0.1, 0.25)), 0.12, 0.3)
    e = shift(q, eye * 0.98, 0.24)
    feathers = common(belly + 0.04, union(
        smile((tiled(x, 0.16), y), 0.0, -0.28, 0.07, 1.1),
        smile((tiled(x + 0.08, 0.16), y), 0.0, -0.4, 0.07, 1.1)))
    branch, drowsy = u.chance(0.6), u.chance(0.25)
    return [
        Part(given(branch, segment(p, (-0.7, -0.64), (0.7, -0.6)) - 0.055), "branch", bevel=0.06),
        Part(given(branch, ellipsoid(turn(shift(p, 0.6, -0.5), 0.7), 0.13, 0.065)), "leaf", bevel=0.06),
        Part(body, "body", bevel=0.34),
        Part(belly, "belly", bevel=0.14),
        Part(feathers, "body", thick=0.022, bevel=0),
        Part(wing, "wing", bevel=0.12),
        Part(ball(e, eye * 1.08), "belly", "none", bevel=0.06),
        Part(ball(e, eye * 0.74), "white", bevel=0.1),
        Part(ball(shift(e, -0.02, 0.0), eye * 0.45), "ink", "solid", bevel=0.08),
        Part(ball(shift(e, 0.02, 0.04), eye * 0.15), "white", "none", bevel=0),
        Part(given(drowsy, common(ball(e, eye * 0.8), 0.24 + eye * 0.32 - y)), "wing", bevel=0.05),
        Part(polygon(q, (-0.02, 0.16), (0.055, 0.15), (0.0, 0.03), radius=0.025), "beak", bevel=0.06),
        Part(segment(mirror(shift(q, 0.16, -0.6)), (0.03, 0.0), (0.055, -0.05)) - 0.035, "beak", bevel=0.04),
    ]


def cactus(p: Points, u: Dice) -> list[Part]:
    w, top, a, b = u(0.16, 0.22), u(0.4, 0.54), u(-0.16, 0.04), u(-0.1, 0.14)
    x, y = p
    trunk = segment(p, (0.0, -0.4), (0.0, top)) - w
    left = polyline(p, (-0.1, a), (-0.42, a), (-0.42, a + u(0.16, 0.32))) - 0.1
    right = polyline(p, (0.1, b), (0.43, b), (0.43, b + u(0.12, 0.3))) - 0.095
    one, two = u.chance(0.85), u.chance(0.75)
    body = blend(trunk, union(given(one, left), given(two, right)), 0.08)
    ticks = segment((tiled(x + 0.085, 0.17).abs(), tiled(y + 0.02, 0.2)), (0.0, -0.025), (0.0, 0.025))
    eyed = u.chance(0.6)
    band = torch.where(eyed, 0.2 - (y - top + 0.28).abs(), -FAR)  # no spines across the face
    pot, tall = u(0.26, 0.32), u(0.14, 0.18)
    bloom = shift(p, 0.0, top + w)
    petals = ellipsoid(shift(around(bloom, 5), 0.075, 0.0), 0.075, 0.055)
    return [
        Part(body, "green", bevel=0.2),
        Part(common(ticks, body + 0.045, band), "spine", thick=0.014, bevel=0),
        *face(p, 0.0, top - 0.28, 0.075, eyed),
        Part(given(u.chance(0.65), petals), "bloom", bevel=0.06),
        Part(trapezoid(shift(p, 0.0, -0.58), pot - 0.07, pot, tall, 0.04), "pot", bevel=0.16),
        Part(box(shift(p, 0.0, -0.58 + tall), pot + 0.05, 0.065, radius=0.03), "pot", bevel=0.07),
    ]


def icecream(p: Points, u: Dice) -> list[Part]:
    r, deep, scoops, topping = u(0.27, 0.32), u(0.72, 0.82), u.pick(3), u.pick(3)
    two, three = scoops >= 1, scoops >= 2
    p = scale(shift(p, 0.0, 0.12 - 0.1 * scoops), s := 1.12 - 0.12 * scoops)
    x, y = p
    cone = polygon(p, (-r + 0.03, -0.04), (r - 0.03, -0.04), (0.0, -deep), radius=0.035)
    k = math.sqrt(0.5)
    weave = torch.minimum(tiled(0.9 * x + 0.45 * y, 0.15).abs(), tiled(0.9 * x - 0.45 * y, 0.15).abs())

    def scoop(cx: Tensor | float, cy: float, radius: Tensor | float) -> Tensor:
        q = shift(p, cx, cy)
        drip = ball((tiled(q[0], radius * 0.62), q[1] + radius * 0.62), radius * 0.36)
        skirt = common(drip, q[0].abs() - radius * 0.93)
        return blend(round_common(ball(q, radius), -q[1] - radius * 0.66, 0.05), skirt, 0.05)

    tip = torch.where(three, 0.9, torch.where(two, 0.66, 0.36)) + (r - 0.29)
    c = shift(p, 0.02, tip)
    bits = union(*(box(turn(shift(c, u(-0.2, 0.2), u(-0.32, -0.1)), u(0, TURN)), 0.045, 0.018, radius=0.017)
                       for _ in range(6)))
    parts = [
        Part(given(topping == 1, box(turn(shift(c, 0.14, 0.0), -0.35), 0.05, 0.2, radius=0.02)),
             "wafer", bevel=0.05),
        Part(cone, "cone", bevel=0.2),
        Part(common(cone + 0.015, weave * (k / 0.7)), "weave", thick=0.016, bevel=0),
        Part(given(three, scoop(u(-0.04, 0.04), 0.68, r - 0.04)), "third", bevel=0.28),
        Part(given(two, scoop(u(-0.04, 0.04), 0.42, r - 0.02)), "second", bevel=0.28),
        Part(scoop(0.0, 0.12, r + 0.02), "first", bevel=0.3),
        Part(given(topping == 2, bits), "bit", "solid", bevel=0.02),
        Part(given(topping == 0, arc(shift(c, 0.14, 0.06), 0.14, 1.2)), "stalk", thick=0.018, bevel=0.02),
        Part(given(topping == 0, ball(shift(c, 0.0, 0.04), 0.1)), "cherry", bevel=0.1),
    ]
    for part in parts:
        part.d = part.d * s
    return parts


ARTISTS: dict[str, Callable[[Points, Dice], list[Part]]] = {
    f.__name__: f
    for f in (mug, fish, house, cat, mushroom, rocket, flower, car,
              tree, sailboat, cupcake, umbrella, balloon, owl, cactus, icecream)
}
CLASSES: tuple[str, ...] = tuple(ARTISTS)

# Colours by class and role. A sample picks one column; a role with fewer columns repeats them. So the
# columns are harmonies, and a line drawing leaves a class-typical choice of colour open.
COMMON = {"ink": "2a2433", "white": "ffffff", "blush": "f792a0", "metal": "d9dde6", "glass": "9bdcf5"}
SCHEMES: dict[str, dict[str, str]] = {
    "mug": {
        "body": "e8503a 2f7fd1 f4b52e 31a58b f7f0e6 8e62c9",
        "rim": "f58d75 6cb0ee fbd675 6fd0b8 ffffff b795e4",
        "motif": "ffe3c2 fff3d6 ffffff f9e27d e8503a ffd1e8",
        "drink": "5a3524 5a3524 6b3f26 7b4a2b", "steam": "a9b6c9"},
    "fish": {
        "body": "ff8a3c 3ba7e0 f7c531 ef5d78 40c2a4 8f7be8",
        "fin": "f25c2c 2a6fc4 f08a24 c23a6b 1f8f8c 5d4ec2",
        "stripe": "fff1dc bfe9fb 2f6fb5 ffd0d6 d9f7d2 d9d0ff", "bubble": "8fd3f2"},
    "house": {
        "wall": "fbe5c0 f6f1ea f8cf8d cfe6ee f6c9bd", "roof": "d9483b 3b6ea8 b5523a 43608f 7a4fa0",
        "door": "8a5a3a e0703d 3f8f7f d9553f 4a7fb5", "chimney": "a8614c 98a0ad", "knob": "f6cf4d",
        "glass": "a7e0f7 ffe58a a7e0f7 ffe58a", "bush": "5cb85a 43a571"},
    "cat": {
        "fur": "f3a24a 8d93a3 e9d3b3 4b4657 c98a5e f7f1ea",
        "mark": "c96f22 5f6577 b98a5c 2f2b3a 8f5a36 e2a35c",
        "muzzle": "fff1de eef1f6 fffaf0 cfcad9 f8e6d3 ffffff", "pink": "f9b4ae f7b9c4", "nose": "e8697a",
        "ink": "2a2433 2a2433 2a2433 15131c"},
    "mushroom": {
        "cap": "e23b34 d9652b 8c52c4 c9883f 2f8fc0 e85a8c",
        "spot": "fff7ea fff0d2 f3d9ff fff3d9 d9f6ff fff0f5",
        "stem": "fdf0d9 f7e7cf", "gill": "ecd2ab e0c39b"},
    "rocket": {
        "hull": "f4f6fa f7f2e8 ffd25a 7fd0f0 f4f6fa", "nose": "e8443d 2f6fd0 e8633a f4f6fa 8a4fd0",
        "fin": "e8443d 2f6fd0 d9453c 3560b8 8a4fd0", "metal": "9aa5b8 8793aa", "flame": "ff8a24",
        "spark": "ffe25a"},
    "flower": {
        "petal": "f2547d ffffff ffb52e a86be0 5b8ff0 ff7a45",
        "back": "c9305f ffd9ea f08a1e 7a45c0 3560c8 d94f24",
        "core": "ffd23f f9b52a a8572a ffe06a", "leaf": "4fae55 3f9f6b 6cb844"},
    "car": {
        "body": "e6413c 2f86dc f6bd2c 42b883 f08ab0 8f6fdc",
        "trim": "b02a2e 1f5fa8 d9922a 2b8a63 c95f8a 6a4cb5",
        "tyre": "2f2f3a", "lamp": "fff2a8", "tail": "ff6b4a", "luggage": "b5793f 8a5a3a c9924f"},
    "tree": {
        "crown": "57b04f 3f9a5f 8bbf3f f0a03a ef7fa0", "shade": "3d8a3c 2b7547 6a9c2b d07f22 d45f86",
        "trunk": "8a5a36 7a4a2e", "fruit": "e8413a f6c531 e8413a c93a3a fff0a8", "star": "ffd54a"},
    "sailboat": {
        "hull": "d9483b 2f5fa8 8a5a3a 2f9f8f f2a93b", "sail": "ffffff fff4dc ffffff fdf0d0",
        "jib": "ffd9a8 d9ecff f7c46a c9f2e4 ffe3da", "trim": "2f6fd0 f25f4c e8503a f2b134 d9483b",
        "mast": "8a5f3f", "sea": "5cb8ea 4aa5e0 5ccfd8", "sun": "ffcf4a"},
    "cupcake": {
        "cream": "ff9fc0 fff0dc 8fdcc9 b59af0 8a5a3f ffd977",
        "paper": "5cc3d9 e8506a f2a93b f47fb0 f6cf6a 7a8fe8",
        "pleat": "3f9fb8 b8324f cc7f24 cc5589 d9a63c 5566c4", "bit0": "ffd23f ff7a5c f2547d",
        "bit1": "5b8ff0 42b883",
        "bit2": "ffffff e8413a ffffff 42b883", "cherry": "e02f3f", "stalk": "4f9a4a", "flame": "ffb52e"},
    "umbrella": {
        "canopy": "e8413a 3b7fe0 f6bd2c 8f5fd0 2fae9b f2679c",
        "panel": "fff3df ffd65a e8633a f3b7ec fdf3d0 ffd3e3",
        "shade": "c9302c 2a66c2 df9f18 7347b5 228f80 d94d86", "handle": "8a5a3a 4a4a5c", "rain": "6cb8f0"},
    "balloon": {
        "bag": "e8453c 2f86dc f28a2e 7a55cc 2fa59a", "panel": "ffd23f fff3df ffe7a8 ff9fc4 fff0c9",
        "third": "f28a2e e8503a c9353f ffd86a ee6a4a", "basket": "b5793f 9a6433", "rope": "7a5230",
        "cloud": "cfe2f5"},
    "owl": {
        "body": "a8703f 7f8aa3 8a5fb0 4f86b0 c98a45", "belly": "f6dfb8 e6ebf2 ead6f7 d3ebf5 fbe9c6",
        "wing": "7a4a2a 58627a 62408a 35648c 9a632c", "beak": "f6a52e", "branch": "7a5236", "leaf": "5cb05a"},
    "cactus": {
        "green": "4fae62 3f9f7f 7dbb4a 5fb58f", "spine": "2f7a42 25705a 54892b 3a8068",
        "bloom": "ff6fa3 ffb52e f25f5c",
        "pot": "d9703f 4f7fc9 f2b134 e86a8a f3ece0"},
    "icecream": {
        "cone": "eeb565 e3a24f", "weave": "c08036 b5722f", "first": "ff9fc0 8fdcc0 fff0cf 7a4a33 c9a0f0",
        "second": "fff0cf 7a4a33 ff9fc0 a8e0a8 ffcf6a", "third": "8a5238 ff9fb0 8fd8e8 fff0cf f58aa0",
        "cherry": "e02f3f", "stalk": "4f9a4a", "wafer": "c98a45",
        "bit": "5b8ff0 e8413a 42b883 ffd23f f2547d"},
}
TILT = {"house": 3, "tree": 4, "car": 5, "cupcake": 7, "cactus": 5, "owl": 6, "sailboat": 7, "rocket": 28,
        "umbrella": 16, "fish": 13, "icecream": 12}  # largest tilt in degrees; 9 for the others


def _rgb(colours: str) -> Tensor:
    return torch.tensor([[int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in colours.split()])


PALETTES = {name: {role: _rgb(c) for role, c in (COMMON | scheme).items()} for name,
            scheme in SCHEMES.items()}
N_SCHEMES = {name: max(len(c) for c in roles.values()) for name, roles in PALETTES.items()}


# --- from parts to pictures --------------------------------------------------------------------------


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
    """Gaussian blur [b, C, H, H], `sigma` in canvas units, zeros around the picture.

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

    floor = 1 - 0.5 * _soft(_moved(solid, 0.05, -0.085), 0.055) - 0.16 * _soft(_moved(solid, 0.03, -0.05),
                                                                               0.16)
    tint = torch.tensor([0.86, 0.9, 1.0])[:, None, None]
    back = 1 - (1 - floor) * (1.28 - 0.55 * tint)
    return toy + back * (1 - solid)


def _moved(x: Tensor, right: float, up: float) -> Tensor:
    """The picture moved by a fraction of the canvas, zeros coming in."""
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
        d=d, fill=fill, seen=_above(1 - fill), colour=_jitter(colour, look[:, 6], look[:, 7]),
        outline=torch.tensor([float(part.pen == "outline") for part in parts]),
        solid=torch.tensor([float(part.pen == "solid") for part in parts]),
        thick=thick, bevel=torch.tensor([part.bevel for part in parts]), light=look[:, 8:12], pixel=pixel)


def _jitter(colour: Tensor, hue: Tensor, value: Tensor) -> Tensor:
    """Turn colours [b, P, 3] a little around the grey axis and make them lighter or darker."""
    angle = (hue[:, None, None] - 0.5) * 0.36
    k = 1 / math.sqrt(3)
    mean = colour.mean(2, keepdim=True)
    cross = k * (colour[..., [2, 0, 1]] - colour[..., [1, 2, 0]])
    turned = mean + (colour - mean) * torch.cos(angle) + cross * torch.sin(angle)
    return (turned * (0.93 + 0.1 * value[:, None, None])).clamp(0, 1)


def label_of(index: Tensor, seed: int = 0) -> Tensor:
    """Class of each sample: int64, the shape of `index`, values in [0, len(CLASSES))."""
    return (sdf.hash_uniform(seed ^ 0x1ABE1, index, 1)[..., 0] * len(CLASSES)).long()


def _draw(index: Tensor, styles: tuple[str, ...], size: int, seed: int, label: Tensor | None,
          pen: Tensor | float) -> list[Tensor]:
    """Several styles of the same objects; the geometry, most of the work, is done once."""
    if label is None:
        label = label_of(index, seed)
    u = sdf.hash_uniform(seed, index, _LOOK + _SHAPE)
    pen = torch.as_tensor(pen, dtype=torch.float32).expand(len(index))[:, None, None, None]
    out = [torch.empty(len(index), 3, size, size) for _ in styles]
    for k in label.unique().tolist():
        # Few at a time: a stack of layers that stays in the processor's cache is drawn faster.
        for rows in (label == k).nonzero()[:, 0].split(max(1, 8 * 64 * 64 // size**2)):
            layers = _layers(CLASSES[k], u[rows], size)
            for picture, style in zip(out, styles, strict=True):
                picture.index_copy_(0, rows, _PAINT[style](layers, pen[rows]).clamp(0, 1) * 2 - 1)
    return out


def draw(index: Tensor, style: str, size: int = 64, seed: int = 0, label: Tensor | None = None) -> Tensor:
    """Pictures [B, 3, size, size] in [-1, 1] of the samples `index` (int64 [B]) in one of `STYLES`.

    `label` (int64 [B]) asks for classes; None takes each sample's own, `label_of`. The same index and
    label give the same object in every style, at every size and in every batch.
    """
    return _draw(index, (style,), size, seed, label, PEN)[0]


class Icons:
    """Paired data source: `x` and `y` are two styles of the same object.

    Lengths: train 2**20, val and test 512 each; the splits are disjoint ranges of the hashed index. A
    training line drawing comes with a pen of its own width, as visitors' pens do.
    """

    def __init__(self, size: int = 64, x: str = "line", y: str = "glossy", seed: int = 0,
                 split: str = "train"):
        if not {x, y} <= set(STYLES):
            raise ValueError(f"styles are {STYLES}, not {x!r} and {y!r}")
        self.size, self.x, self.y, self.seed, self.split = size, x, y, seed, split
        self.first, self._length = SPLITS[split]

    def __len__(self) -> int:
        return self._length

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """index int64 [B] in [0, len) -> x, y float [B, 3, H, W] in [-1, 1]; label, index int64 [B].

        `generator` is there for the interface: this world takes its randomness from the index alone.
        """
        if len(index) and not 0 <= int(index.min()) <= int(index.max()) < len(self):
            raise IndexError(f"{self.split} has {len(self)} samples")
        where = index + self.first
        label = label_of(where, self.seed)
        pen = PEN
        if self.split == "train":
            pen = PEN * (0.8 + 0.6 * sdf.hash_uniform(self.seed ^ 0x9E4, where, 1)[:, 0])
        x, y = _draw(where, (self.x, self.y), self.size, self.seed, label, pen)
        return {"x": x, "y": y, "label": label, "index": index}
