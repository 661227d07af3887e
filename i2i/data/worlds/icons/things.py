"""The things that icons show: each a function from coordinates and dice to parts, painted back to front."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..sdf import (
    Points,
    arc,
    around,
    ball,
    blend,
    box,
    common,
    cut,
    ellipsoid,
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

TURN = 2 * math.pi


@dataclass
class Part:
    """One layer of an object. `d` [H, W], None if it is absent; `role` names its colour in the class's scheme."""

    d: Tensor | None
    role: str
    pen: str = "outline"  # "outline", "solid" (filled by the pen too: eyes, tyres) or "none"
    thick: float = 0.0  # for a curve, whose d is never negative: the half width it is painted with
    bevel: float = 0.25  # how far the glossy surface curves inwards; 0: a decal on what lies below


class Dice:
    """Hands out the uniform numbers of one object, one a call."""

    def __init__(self, numbers: list[float]):
        self.left = iter(numbers)

    def __call__(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * next(self.left)

    def rng(self, probability: float) -> bool:
        return self() < probability

    def pick(self, n: int) -> int:
        return int(self() * n)


def given(present: bool, d: Callable[[], Tensor]) -> Tensor | None:
    """What is absent is not computed. So `d` must roll no dice: the next part would get other numbers."""
    return d() if present else None


# y points up, the canvas is [-1, 1]^2, an upright object fills about [-0.75, 0.75]^2.


def wave(p: Points, height: float, amplitude: float, waves: float) -> Tensor:
    """Distance to an upright wavy line of half height `height`."""
    return length((p[0] - amplitude * torch.sin(waves * p[1]), (p[1].abs() - height).clamp_min(0)))


def smile(p: Points, x: float, y: float, radius: float, half_angle: float = 1.0) -> Tensor:
    """Distance to an arc open upwards, the lowest point at (x, y)."""
    return arc((p[0] - x, -(p[1] - y - radius)), radius, half_angle)


def face(p: Points, x: float, y: float, size: float, present: bool) -> list[Part]:
    """Two eyes, a smile and blushing cheeks: what makes a thing a character."""
    q = mirror(shift(p, x, y))
    return [
        Part(
            given(present, lambda: ellipsoid(shift(q, 1.75 * size, -0.75 * size), 0.55 * size, 0.35 * size)),
            "blush",
            "none",
            bevel=0,
        ),
        Part(given(present, lambda: ball(shift(q, size, 0.0), 0.42 * size)), "ink", "solid", bevel=0),
        Part(
            given(present, lambda: ball(shift(p, x - 0.88 * size, y + 0.12 * size), 0.14 * size)),
            "white",
            "none",
            bevel=0,
        ),
        Part(
            given(present, lambda: ball(shift(p, x + 1.12 * size, y + 0.12 * size), 0.14 * size)),
            "white",
            "none",
            bevel=0,
        ),
        Part(
            given(present, lambda: smile(p, x, y - 0.75 * size, 0.55 * size)),
            "ink",
            thick=0.12 * size,
            bevel=0,
        ),
    ]


def mug(p: Points, u: Dice) -> list[Part]:
    w, h, taper, motif = u(0.36, 0.47), u(0.36, 0.46), u(-0.02, 0.09), u.pick(4)
    p = shift(p, -0.12, -0.16)
    handle = shell(box(shift(p, w + 0.03, -0.02), 0.2, u(0.19, 0.25), radius=0.185), 0.058)
    rim = ellipsoid(shift(p, 0.0, h), w, 0.1)
    body = union(trapezoid(p, w - taper, w + 0.005, h, 0.1), rim)
    q = shift(p, 0.0, -0.08)
    steam = u.rng(0.6)
    s = shift(p, 0.0, h + 0.27)
    return [
        Part(handle, "body"),
        Part(body, "body", bevel=0.2),
        Part(given(motif == 0, lambda: heart(q, 0.2)), "motif", bevel=0.07),
        Part(given(motif == 1, lambda: star(q, 5, 0.2, 0.1, 0.02)), "motif", bevel=0.07),
        Part(given(motif == 2, lambda: common(body + 0.01, (p[1] + 0.08).abs() - 0.11)), "motif", bevel=0),
        Part(rim, "rim", bevel=0.1),
        Part(ellipsoid(shift(p, 0.0, h - 0.01), w - 0.075, 0.055), "drink", bevel=0.05),
        Part(
            given(steam, lambda: wave(shift(s, -0.12, 0.0), 0.11, 0.035, 14)),
            "steam",
            thick=0.022,
            bevel=0.02,
        ),
        Part(
            given(steam, lambda: wave(shift(s, 0.08, 0.04), 0.13, 0.035, 14)),
            "steam",
            thick=0.022,
            bevel=0.02,
        ),
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
    striped, bubbles = u.rng(0.55), u.rng(0.6)
    e = shift(p, -0.58 * a, 0.22 * b)
    return [
        Part(fins, "fin", bevel=0.12),
        Part(top, "fin", bevel=0.12),
        Part(low, "fin", bevel=0.1),
        Part(body, "body", bevel=0.36),
        Part(
            given(
                striped,
                lambda: common(body + 0.012, tiled(x - 0.02, 0.2).abs() - 0.045, (x - 0.12).abs() - 0.24),
            ),
            "stripe",
            bevel=0,
        ),
        Part(
            given(
                not striped, lambda: arc(turn(shift(p, -0.45 * a, 0.0), -math.pi / 2), 0.62 * b + 0.04, 0.9)
            ),
            "stripe",
            thick=0.02,
            bevel=0,
        ),
        Part(ellipsoid(turn(shift(p, 0.17, -0.08), -0.35), 0.14, 0.08), "fin", bevel=0.08),
        Part(ball(e, 0.098), "white", bevel=0.1),
        Part(ball(shift(e, -0.015, 0.0), 0.055), "ink", "solid", bevel=0.06),
        Part(smile(p, -0.86 * a, -0.4 * b, 0.09, 0.8), "ink", thick=0.016, bevel=0),
        Part(
            given(
                bubbles,
                lambda: union(ball(shift(p, -a - 0.13, 0.2), 0.065), ball(shift(p, -a - 0.03, 0.38), 0.045)),
            ),
            "bubble",
            bevel=0.06,
        ),
    ]


def house(p: Points, u: Dice) -> list[Part]:
    w, h, roof, over = u(0.44, 0.56), u(0.28, 0.36), u(0.4, 0.54), u(0.1, 0.16)
    p = shift(p, 0.0, -0.3)
    hip = u.rng(0.35)
    top = 0.45 * w if hip else 0.02
    lid = polygon(p, (-w - over, h), (w + over, h), (top, h + roof), (-top, h + roof), radius=0.035)
    door, side = u(0.11, 0.14), u(0.17, 0.22)
    arched = (0.98 if u.rng(0.5) else 0.2) * door
    d = shift(p, -side, -h + 0.19)
    pane = shift(p, side + 0.03, 0.02)
    glass = box(pane, 0.11, 0.11, radius=0.02)
    attic = shift(p, 0.0, h + 0.42 * roof)
    bush, round_attic = u.rng(0.5), u.rng(0.6)
    return [
        Part(box(shift(p, 0.5 * w, h + 0.62 * roof), 0.075, 0.2, radius=0.02), "chimney", bevel=0.06),
        Part(box(shift(p, 0.5 * w, h + 0.62 * roof + 0.2), 0.1, 0.04, radius=0.02), "roof", bevel=0.05),
        Part(box(p, w, h, radius=0.04), "wall", bevel=0.12),
        Part(lid, "roof", bevel=0.14),
        Part(given(round_attic, lambda: ball(attic, 0.085)), "glass", bevel=0.05),
        Part(
            union(box(shift(d, 0.0, -0.09), door, 0.12), box(d, door, 0.21, radius=arched)),
            "door",
            bevel=0.06,
        ),
        Part(ball(shift(d, 0.55 * door, -0.03), 0.024), "knob", "solid", bevel=0.03),
        Part(glass, "glass", bevel=0.04),
        Part(common(glass + 0.01, torch.minimum(pane[0].abs(), pane[1].abs())), "white", thick=0.02, bevel=0),
        Part(box(shift(pane, 0.0, -0.125), 0.15, 0.03, radius=0.02), "white", bevel=0.03),
        Part(
            given(
                bush,
                lambda: union(
                    ball(shift(p, w + 0.02, -h + 0.08), 0.13), ball(shift(p, w + 0.16, -h + 0.05), 0.1)
                ),
            ),
            "bush",
            bevel=0.12,
        ),
    ]


def cat(p: Points, u: Dice) -> list[Part]:
    a, b, ear, lean = u(0.47, 0.57), u(0.39, 0.45), u(0.3, 0.44), u(0.0, 0.1)
    p = shift(p, 0.0, -0.12)
    q = mirror(p)
    tip = (0.3 + lean, b + ear - 0.08)
    ears = polygon(q, (0.06, 0.7 * b), (0.92 * a, 0.3 * b), tip, radius=0.04)
    inner = polygon(q, (0.17, 0.8 * b), (0.8 * a, 0.5 * b), (tip[0], tip[1] - 0.1), radius=0.005)
    head = blend(ellipsoid(p, a, b), ears, 0.06)
    asleep, striped, patch = u.rng(0.3), u.rng(0.5), u.rng(0.35)
    e = shift(q, 0.21, 0.04)
    whiskers = union(*(segment(q, (0.33, -0.1 - 0.04 * k), (a + 0.13, -0.03 - 0.11 * k)) for k in (0, 1)))
    return [
        Part(head, "fur", bevel=0.34),
        Part(inner, "pink", bevel=0.05),
        Part(
            given(patch, lambda: common(head + 0.02, ellipsoid(shift(p, 0.26, 0.12), 0.22, 0.24))),
            "mark",
            "none",
            bevel=0,
        ),
        Part(
            given(
                striped,
                lambda: union(
                    segment(p, (0.0, 0.62 * b), (0.0, b - 0.04)),
                    segment(q, (0.11, 0.66 * b), (0.12, 0.88 * b)),
                ),
            ),
            "mark",
            thick=0.032,
            bevel=0,
        ),
        Part(ellipsoid(shift(q, 0.09, -0.17), 0.13, 0.1), "muzzle", "none", bevel=0.08),
        Part(ellipsoid(shift(q, 0.36, -0.12), 0.07, 0.045), "blush", "none", bevel=0),
        Part(given(not asleep, lambda: ellipsoid(e, 0.075, 0.1)), "ink", "solid", bevel=0.06),
        Part(given(not asleep, lambda: ball(shift(e, 0.0, 0.035), 0.028)), "white", "none", bevel=0),
        Part(given(asleep, lambda: arc(shift(e, 0.0, -0.06), 0.09, 1.1)), "ink", thick=0.022, bevel=0),
        Part(whiskers, "ink", thick=0.012, bevel=0),
        Part(smile(q, 0.075, -0.22, 0.075, 1.25), "ink", thick=0.018, bevel=0),
        Part(
            polygon(q, (-0.02, -0.12), (-0.02, -0.09), (0.035, -0.085), (0.0, -0.13), radius=0.022),
            "nose",
            "solid",
            bevel=0.04,
        ),
    ]


def mushroom(p: Points, u: Dice) -> list[Part]:
    a, b, stem, foot = u(0.5, 0.64), u(0.42, 0.58), u(0.16, 0.22), u(0.0, 0.08)
    p = shift(p, 0.0, -0.12)
    x, y = p
    cap = round_common(ellipsoid(shift(p, 0.0, 0.0), a, b), -y + 0.02, 0.09)
    stalk = blend(
        trapezoid(shift(p, 0.0, -0.26), stem + foot, stem, 0.3, 0.1),
        ellipsoid(shift(p, 0.0, -0.46), stem + foot + 0.03, 0.12),
        0.1,
    )
    spots = union(
        ellipsoid(shift(p, u(-0.12, 0.06), 0.68 * b), 0.13, 0.09),
        ellipsoid(shift(p, -0.58 * a, u(0.18, 0.24)), u(0.07, 0.11), 0.085),
        ellipsoid(shift(p, 0.58 * a, u(0.2, 0.28)), u(0.08, 0.12), 0.1),
        ball(shift(p, u(-0.1, 0.16), 0.12), u(0.045, 0.07)),
    )
    small = u.rng(0.45)
    m = shift(p, 0.5, -0.4)
    return [
        Part(
            given(small, lambda: trapezoid(shift(m, 0.0, -0.05), 0.075, 0.06, 0.12, 0.04)), "stem", bevel=0.08
        ),
        Part(given(small, lambda: round_common(ellipsoid(m, 0.2, 0.2), -m[1], 0.04)), "cap", bevel=0.15),
        Part(stalk, "stem", bevel=0.2),
        Part(ellipsoid(shift(p, 0.0, 0.06), 0.8 * a, 0.09), "gill", bevel=0.08),
        Part(cap, "cap", bevel=0.38),
        Part(common(spots, cap + 0.025), "spot", bevel=0.06),
        *face(p, 0.0, -0.26, 0.085, u.rng(0.6)),
    ]


def rocket(p: Points, u: Dice) -> list[Part]:
    w, h, low = u(0.2, 0.28), u(0.7, 0.8), u(0.38, 0.46)
    p = shift(p, 0.0, 0.06)
    x, y = p
    q = mirror(p)
    bulge = (h * h - w * w) / (2 * w)
    hull = round_common(ball(shift(q, -bulge, 0.0), bulge + w), -y - low, 0.05)
    fin, drop = u(0.4, 0.5), u(0.56, 0.68)
    fins = polygon(
        q, (0.6 * w, -0.08), (fin, -0.36), (fin + 0.02, -drop), (0.5 * w, -low + 0.02), radius=0.035
    )
    port = shift(p, 0.0, u(0.1, 0.18))
    r, band, flame = u(0.1, 0.125), u.rng(0.5), u(0.22, 0.34)
    f = shift(p, 0.0, -low - 0.12)
    return [
        Part(
            blend(ball(f, 0.13), polygon(f, (-0.11, -0.02), (0.11, -0.02), (0.0, -flame)), 0.08),
            "flame",
            bevel=0.14,
        ),
        Part(
            blend(ball(f, 0.06), polygon(f, (-0.05, 0.0), (0.05, 0.0), (0.0, -flame * 0.7)), 0.05),
            "spark",
            bevel=0.06,
        ),
        Part(fins, "fin", bevel=0.12),
        Part(box(shift(p, 0.0, -low), 0.15, 0.06, radius=0.03), "metal", bevel=0.06),
        Part(hull, "hull", bevel=0.3),
        Part(common(hull, -y + 0.36), "nose", bevel=0),
        Part(given(band, lambda: common(hull + 0.01, (y + 0.2).abs() - 0.06)), "nose", bevel=0),
        Part(ball(port, r + 0.045), "metal", bevel=0.05),
        Part(ball(port, r - 0.005), "glass", bevel=0.14),
        Part(segment(p, (0.0, -0.3), (0.0, -low - 0.06)) - 0.04, "fin", bevel=0.05),
    ]


def flower(p: Points, u: Dice) -> list[Part]:
    n, out, long, wide, core = 5 + u.pick(4), u(0.25, 0.3), u(0.17, 0.22), u(0.12, 0.17), u(0.13, 0.18)
    bend, spin, double = u(-0.14, 0.14), u(0.0, 1.0), u.rng(0.5)
    c = shift(p, 0.0, 0.26)
    wide = wide * 6.3 / n
    ring = ellipsoid(shift(around(turn(c, spin), n), out, 0.0), long, wide)
    x, y = p
    bow = bend * torch.sin((y + 0.78) * 2.6)
    stem = length((x - bow + bend, (y + 0.28).abs().sub(0.5).clamp_min(0)))
    left, right = u.rng(0.8), u.rng(0.8)
    leaf = shift(p, -bend * 0.6, -0.6)
    return [
        Part(stem - 0.035, "leaf", bevel=0.04),
        Part(
            given(left, lambda: ellipsoid(turn(shift(leaf, -0.21, 0.08), -0.55), 0.22, 0.085)),
            "leaf",
            bevel=0.08,
        ),
        Part(
            given(right, lambda: ellipsoid(turn(shift(leaf, 0.2, 0.16), 0.6), 0.2, 0.08)), "leaf", bevel=0.08
        ),
        Part(
            given(
                double,
                lambda: ellipsoid(
                    shift(around(turn(c, spin + math.pi / n), n), out + 0.03, 0.0), long, wide * 0.95
                ),
            ),
            "back",
            bevel=0.13,
        ),
        Part(ring, "petal", bevel=0.14),
        Part(ball(c, core), "core", bevel=0.15),
        *face(c, 0.0, 0.02, 0.06, u.rng(0.5)),
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
        0.12 - h - y,
    )
    wheels = shift(mirror(p), 0.56 * w, -0.1 - h)
    rack, badge = u.rng(0.35), u.rng(0.4)
    up = shift(p, back, h + 2 * roof - 0.1)
    return [
        Part(given(rack, lambda: box(shift(up, 0.0, 0.07), 0.2, 0.075, radius=0.04)), "luggage", bevel=0.07),
        Part(blend(low, top, 0.1), "body", bevel=0.2),
        Part(glass, "glass", bevel=0.06),
        Part(common(low + 0.01, y + 0.16), "trim", bevel=0),
        Part(
            given(badge, lambda: star(shift(p, back + 0.02, -0.06), 5, 0.1, 0.05, 0.01)), "trim", bevel=0.03
        ),
        Part(box(shift(p, -w + 0.05, -0.02), 0.045, 0.06, radius=0.04), "lamp", bevel=0.05),
        Part(box(shift(p, w - 0.03, -0.02), 0.03, 0.06, radius=0.025), "tail", bevel=0.04),
        Part(ball(wheels, tyre), "tyre", "solid", bevel=0.07),
        Part(ball(wheels, tyre * 0.5), "metal", bevel=0.08),
    ]


def tree(p: Points, u: Dice) -> list[Part]:
    pine, r, w = u.rng(0.4), u(0.26, 0.32), u(0.42, 0.52)
    x, y = p
    middle, sides = u(-0.06, 0.06), ((-0.28, u(0.14, 0.22)), (0.28, u(0.1, 0.2)), (0.0, 0.08))
    fruit, lights = u.rng(0.5) and not pine, u.rng(0.5) and pine
    places = [
        (u(a - 0.04, a + 0.04), u(b - 0.04, b + 0.04))
        for a, b in ((-0.3, 0.22), (0.02, 0.46), (0.3, 0.14), (-0.02, 0.06))
    ]
    hung = ((-0.24, -0.26), (0.14, -0.2), (-0.1, 0.05), (0.14, 0.12), (0.0, 0.36))

    def puff() -> Tensor:
        d = ball(shift(p, middle, 0.42), r)
        for at in sides:
            d = blend(d, ball(shift(p, *at), r - 0.01), 0.14)
        return d

    def curls() -> Tensor:
        return union(
            arc(shift(p, -0.2, 0.26), 0.13, 0.8),
            arc(shift(p, 0.18, 0.34), 0.12, 0.8),
            arc(shift(p, 0.1, 0.0), 0.12, 0.8),
        )

    def tier(b: float, s: float, t: float) -> Tensor:
        return polygon(shift(p, 0.0, b), (-s * w, 0.0), (s * w, 0.0), (0.0, t), radius=0.05)

    return [
        Part(trapezoid(shift(p, 0.0, -0.5), u(0.1, 0.16), 0.075, 0.28, 0.03), "trunk", bevel=0.09),
        Part(given(not pine, puff), "crown", bevel=0.24),
        Part(given(not pine and not fruit, curls), "shade", thick=0.025, bevel=0),
        *(
            Part(given(pine, lambda at=at: tier(*at)), "crown", bevel=0.18)
            for at in ((-0.36, 1.0, 0.5), (-0.06, 0.78, 0.46), (0.24, 0.54, 0.42))
        ),
        Part(
            given(fruit, lambda: union(*(ball(shift(p, *at), 0.058) for at in places))), "fruit", bevel=0.06
        ),
        Part(given(lights, lambda: union(*(ball(shift(p, *at), 0.052) for at in hung))), "fruit", bevel=0.06),
        Part(given(lights, lambda: star(shift(p, 0.0, 0.7), 5, 0.13, 0.065, 0.015)), "star", bevel=0.05),
    ]


def sailboat(p: Points, u: Dice) -> list[Part]:
    w, tall, lean, motif = u(0.5, 0.6), u(0.62, 0.74), u(0.0, 0.06), u.pick(3)
    p = shift(p, 0.02, 0.0)
    x, y = p
    hull = trapezoid(shift(p, 0.0, -0.4), w - 0.2, w, 0.15, 0.05)
    main = polygon(p, (0.04, -0.17), (0.04 + lean, tall), (u(0.42, 0.52), -0.15), radius=0.03)
    jib = polygon(p, (-0.1, -0.17), (-0.08, u(0.45, 0.6)), (-0.46, -0.15), radius=0.03)
    sea = round_common(
        box(shift(p, -0.02, -0.66), 0.78, 0.16, radius=0.1),
        y + 0.56 - 0.03 * torch.sin(TURN * 2 * x + u(0, TURN)),
        0.02,
    )
    flag = polygon(shift(p, 0.0, tall + 0.05), (0.0, 0.06), (-0.2, 0.0), (0.0, -0.06), radius=0.015)
    sun = u.rng(0.4)
    return [
        Part(given(sun, lambda: ball(shift(p, -0.56, 0.56), 0.14)), "sun", bevel=0.14),
        Part(segment(p, (-0.02, -0.3), (0.0, tall + 0.1)) - 0.025, "mast", bevel=0.03),
        Part(flag, "trim", bevel=0.04),
        Part(main, "sail", bevel=0.1),
        Part(
            given(motif == 0, lambda: common(main + 0.012, tiled(y - 0.1, 0.26).abs() - 0.065)),
            "trim",
            bevel=0,
        ),
        Part(given(motif == 1, lambda: star(shift(p, 0.18, 0.1), 5, 0.12, 0.06, 0.01)), "trim", bevel=0.03),
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
    tiers = [
        ellipsoid(shift(p, s * 0.02, b), a * f, c)
        for s, b, a, c in ((0, -0.12, 0.52, 0.17), (1, 0.08, 0.4, 0.15), (-1, 0.26, 0.27, 0.13))
    ]
    peak = u.pick(3)
    cherry = shift(p, 0.0, 0.46)
    bits = []
    for k in range(9):
        row, column = divmod(k, 3)
        at = ((column - 1 + u(-0.3, 0.3)) * (0.32 - 0.08 * row), -0.14 + 0.19 * row + u(-0.04, 0.04))
        bits.append((at, u(0, TURN)))
    inside = union(*tiers) + 0.03
    sprinkled = u.rng(0.7)

    def sprinkles(some: list) -> Tensor:
        return union(*(box(turn(shift(p, *at), angle), 0.05, 0.021, radius=0.02) for at, angle in some))

    return [
        Part(paper, "paper", bevel=0.1),
        Part(pleats, "pleat", thick=0.02, bevel=0),
        *(Part(t, "cream", bevel=0.15) for t in tiers),
        *(
            Part(
                given(sprinkled, lambda k=k: common(sprinkles(bits[k::3]), inside)),
                f"bit{k}",
                "solid",
                bevel=0.02,
            )
            for k in range(3)
        ),
        Part(
            given(peak == 0, lambda: segment(cherry, (0.0, 0.0), (0.08, 0.22))),
            "stalk",
            thick=0.02,
            bevel=0.02,
        ),
        Part(given(peak == 0, lambda: ball(cherry, 0.12)), "cherry", bevel=0.12),
        Part(given(peak == 1, lambda: star(cherry, 5, 0.17, 0.085, 0.02)), "bit0", bevel=0.07),
        Part(
            given(peak == 2, lambda: box(shift(cherry, 0.0, 0.0), 0.04, 0.15, radius=0.015)),
            "bit1",
            bevel=0.04,
        ),
        Part(
            given(peak == 2, lambda: ellipsoid(shift(cherry, 0.0, 0.22), 0.045, 0.075)), "flame", bevel=0.05
        ),
    ]


def umbrella(p: Points, u: Dice) -> list[Part]:
    w, h, n, two = u(0.62, 0.72), u(0.46, 0.58), 3 + 2 * u.pick(2), u.rng(0.6)
    p = shift(p, 0.0, -0.02)
    x, y = p
    step = 2 * w / n
    dip = ellipsoid((tiled(x, step), y), step * 0.5, u(0.09, 0.13))
    dome = ellipsoid(p, w, h)
    canopy = cut(common(dome, -y), dip)
    # Seams meet at the tip: ellipses as high as the dome and as narrow as the panel is away.
    inner = common(canopy + 0.005, ellipsoid(p, step / 2, h))
    five = n == 5
    long, hook = u(0.42, 0.5), u(0.1, 0.13)
    handle = union(segment(p, (0.0, 0.2), (0.0, -long)), arc((x - hook, -(y + long)), hook, math.pi / 2))
    rain = u.rng(0.45)
    drops = ((-0.5, -0.2), (-0.28, -0.42), (0.42, -0.24), (0.58, -0.5), (-0.6, -0.58))
    return [
        Part(
            given(rain, lambda: union(*(segment(p, (a, b), (a - 0.02, b - 0.09)) for a, b in drops)) - 0.028),
            "rain",
            bevel=0.03,
        ),
        Part(segment(p, (0.0, h - 0.02), (0.0, h + 0.1)) - 0.03, "handle", bevel=0.03),
        Part(handle - 0.033, "handle", bevel=0.035),
        Part(canopy, "canopy", bevel=0.3),
        Part(
            given(five, lambda: common(canopy + 0.005, ellipsoid(p, step * 1.5, h + 0.005))),
            "panel" if two else "shade",
            bevel=0,
        ),
        Part(inner, "canopy" if five else "panel" if two else "shade", bevel=0),
    ]


def balloon(p: Points, u: Dice) -> list[Part]:
    r, tall, neck = u(0.48, 0.56), u(1.0, 1.12), u(0.1, 0.14)
    p = shift(p, 0.0, 0.2)
    x, y = p
    bag = blend(ellipsoid(p, r, r * tall), trapezoid(shift(p, 0.0, -0.42), neck, 0.3, 0.18, 0.02), 0.22)
    bulge = (1 - (y / r / 1.1) ** 2).clamp_min(0.06).sqrt()
    banded, clouds = u.rng(0.4), u.rng(0.55)
    height = u(-0.08, 0.1)
    basket = shift(p, 0.0, -0.84)
    ropes = segment(mirror(p), (neck - 0.02, -0.58), (0.1, -0.78))
    at = u(0.42, 0.5), u(-0.5, -0.3)

    def puff() -> Tensor:
        c = shift(p, *at)
        return union(ball(c, 0.12), ball(shift(c, 0.14, -0.03), 0.09), ball(shift(c, -0.14, -0.03), 0.085))

    return [
        Part(ropes, "rope", thick=0.016, bevel=0.02),
        Part(trapezoid(basket, 0.1, 0.13, 0.1, 0.03), "basket", bevel=0.08),
        Part(box(shift(basket, 0.0, 0.09), 0.15, 0.03, radius=0.025), "rope", bevel=0.03),
        Part(bag, "bag", bevel=0.44),
        Part(given(not banded, lambda: common(bag, x.abs() - r * 0.68 * bulge)), "panel", bevel=0),
        Part(given(not banded, lambda: common(bag, x.abs() - r * 0.27 * bulge)), "third", bevel=0),
        Part(given(banded, lambda: common(bag + 0.008, (y - height).abs() - 0.1)), "panel", bevel=0),
        Part(given(banded, lambda: star(shift(p, 0.0, 0.0), 5, 0.2, 0.1, 0.02)), "third", bevel=0.04),
        Part(given(clouds, puff), "cloud", bevel=0.1),
    ]


def owl(p: Points, u: Dice) -> list[Part]:
    w, h, eye, tuft = u(0.4, 0.48), u(0.54, 0.62), u(0.16, 0.19), u(0.06, 0.14)
    q = mirror(p)
    x, y = p
    ears = polygon(q, (0.08, h - 0.12), (w - 0.1, h - 0.26), (w - 0.06, h + tuft - 0.08), radius=0.03)
    body = blend(
        union(
            ellipsoid(shift(p, 0.0, -0.06), w, h - 0.05), ellipsoid(shift(p, 0.0, 0.22), w - 0.02, h - 0.3)
        ),
        ears,
        0.08,
    )
    belly = ellipsoid(shift(p, 0.0, -0.28), w - 0.15, 0.28)
    wing = ellipsoid(turn(shift(q, w - 0.02, -0.16), 0.25 + u(-0.1, 0.25)), 0.12, 0.3)
    e = shift(q, eye * 0.98, 0.24)
    feathers = common(
        belly + 0.04,
        union(
            smile((tiled(x, 0.16), y), 0.0, -0.28, 0.07, 1.1),
            smile((tiled(x + 0.08, 0.16), y), 0.0, -0.4, 0.07, 1.1),
        ),
    )
    branch, drowsy = u.rng(0.6), u.rng(0.25)
    return [
        Part(given(branch, lambda: segment(p, (-0.7, -0.64), (0.7, -0.6)) - 0.055), "branch", bevel=0.06),
        Part(
            given(branch, lambda: ellipsoid(turn(shift(p, 0.6, -0.5), 0.7), 0.13, 0.065)), "leaf", bevel=0.06
        ),
        Part(body, "body", bevel=0.34),
        Part(belly, "belly", bevel=0.14),
        Part(feathers, "body", thick=0.022, bevel=0),
        Part(wing, "wing", bevel=0.12),
        Part(ball(e, eye * 1.08), "belly", "none", bevel=0.06),
        Part(ball(e, eye * 0.74), "white", bevel=0.1),
        Part(ball(shift(e, -0.02, 0.0), eye * 0.45), "ink", "solid", bevel=0.08),
        Part(ball(shift(e, 0.02, 0.04), eye * 0.15), "white", "none", bevel=0),
        Part(given(drowsy, lambda: common(ball(e, eye * 0.8), 0.24 + eye * 0.32 - y)), "wing", bevel=0.05),
        Part(polygon(q, (-0.02, 0.16), (0.055, 0.15), (0.0, 0.03), radius=0.025), "beak", bevel=0.06),
        Part(segment(mirror(shift(q, 0.16, -0.6)), (0.03, 0.0), (0.055, -0.05)) - 0.035, "beak", bevel=0.04),
    ]


def cactus(p: Points, u: Dice) -> list[Part]:
    w, top, a, b = u(0.16, 0.22), u(0.4, 0.54), u(-0.16, 0.04), u(-0.1, 0.14)
    x, y = p
    trunk = segment(p, (0.0, -0.4), (0.0, top)) - w
    left = polyline(p, (-0.1, a), (-0.42, a), (-0.42, a + u(0.16, 0.32))) - 0.1
    right = polyline(p, (0.1, b), (0.43, b), (0.43, b + u(0.12, 0.3))) - 0.095
    one, two = u.rng(0.85), u.rng(0.75)
    arms = [left] * one + [right] * two
    body = blend(trunk, union(*arms), 0.08) if arms else trunk
    ticks = segment((tiled(x + 0.085, 0.17).abs(), tiled(y + 0.02, 0.2)), (0.0, -0.025), (0.0, 0.025))
    eyed = u.rng(0.6)
    spines = common(ticks, body + 0.045)
    if eyed:  # none across the face
        spines = common(spines, 0.2 - (y - top + 0.28).abs())
    pot, tall = u(0.26, 0.32), u(0.14, 0.18)
    bloom = shift(p, 0.0, top + w)
    return [
        Part(body, "green", bevel=0.2),
        Part(spines, "spine", thick=0.014, bevel=0),
        *face(p, 0.0, top - 0.28, 0.075, eyed),
        Part(
            given(u.rng(0.65), lambda: ellipsoid(shift(around(bloom, 5), 0.075, 0.0), 0.075, 0.055)),
            "bloom",
            bevel=0.06,
        ),
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

    def scoop(cx: float, cy: float, radius: float) -> Tensor:
        q = shift(p, cx, cy)
        drip = ball((tiled(q[0], radius * 0.62), q[1] + radius * 0.62), radius * 0.36)
        skirt = common(drip, q[0].abs() - radius * 0.93)
        return blend(round_common(ball(q, radius), -q[1] - radius * 0.66, 0.05), skirt, 0.05)

    tip = (0.9 if three else 0.66 if two else 0.36) + (r - 0.29)
    c = shift(p, 0.02, tip)
    bits = [((u(-0.2, 0.2), u(-0.32, -0.1)), u(0, TURN)) for _ in range(6)]
    high, low = u(-0.04, 0.04), u(-0.04, 0.04)
    parts = [
        Part(
            given(topping == 1, lambda: box(turn(shift(c, 0.14, 0.0), -0.35), 0.05, 0.2, radius=0.02)),
            "wafer",
            bevel=0.05,
        ),
        Part(cone, "cone", bevel=0.2),
        Part(common(cone + 0.015, weave * (k / 0.7)), "weave", thick=0.016, bevel=0),
        Part(given(three, lambda: scoop(high, 0.68, r - 0.04)), "third", bevel=0.28),
        Part(given(two, lambda: scoop(low, 0.42, r - 0.02)), "second", bevel=0.28),
        Part(scoop(0.0, 0.12, r + 0.02), "first", bevel=0.3),
        Part(
            given(
                topping == 2,
                lambda: union(*(box(turn(shift(c, *at), a), 0.045, 0.018, radius=0.017) for at, a in bits)),
            ),
            "bit",
            "solid",
            bevel=0.02,
        ),
        Part(
            given(topping == 0, lambda: arc(shift(c, 0.14, 0.06), 0.14, 1.2)),
            "stalk",
            thick=0.018,
            bevel=0.02,
        ),
        Part(given(topping == 0, lambda: ball(shift(c, 0.0, 0.04), 0.1)), "cherry", bevel=0.1),
    ]
    for part in parts:
        part.d = part.d * s if part.d is not None else None
    return parts


ARTISTS: dict[str, Callable[[Points, Dice], list[Part]]] = {
    f.__name__: f
    for f in (
        mug,
        fish,
        house,
        cat,
        mushroom,
        rocket,
        flower,
        car,
        tree,
        sailboat,
        cupcake,
        umbrella,
        balloon,
        owl,
        cactus,
        icecream,
    )
}
CLASSES: tuple[str, ...] = tuple(ARTISTS)
TILT = {
    "house": 3,
    "tree": 4,
    "car": 5,
    "cupcake": 7,
    "cactus": 5,
    "owl": 6,
    "sailboat": 7,
    "rocket": 28,
    "umbrella": 16,
    "fish": 13,
    "icecream": 12,
}  # largest tilt in degrees; 9 for the others
# A box around all that a class may show, upright: left, right, bottom, top. Nothing outside is drawn, so a class that
# grows needs another; they were found by rolling dice, and are a little larger.
EXTENT = {
    "mug": (-0.62, 0.65, -0.63, 0.77),
    "fish": (-0.86, 0.78, -0.52, 0.57),
    "house": (-0.76, 0.83, -0.72, 0.64),
    "cat": (-0.72, 0.72, -0.58, 0.74),
    "mushroom": (-0.64, 0.71, -0.73, 0.47),
    "rocket": (-0.57, 0.57, -0.86, 0.86),
    "flower": (-0.57, 0.57, -0.83, 0.82),
    "car": (-0.71, 0.71, -0.58, 0.63),
    "tree": (-0.6, 0.6, -0.79, 0.85),
    "sailboat": (-0.79, 0.79, -0.83, 0.87),
    "cupcake": (-0.58, 0.58, -0.75, 0.66),
    "umbrella": (-0.73, 0.73, -0.73, 0.7),
    "balloon": (-0.58, 0.74, -0.75, 0.84),
    "owl": (-0.76, 0.76, -0.7, 0.72),
    "cactus": (-0.53, 0.54, -0.77, 0.91),
    "icecream": (-0.39, 0.39, -0.85, 0.94),
}
