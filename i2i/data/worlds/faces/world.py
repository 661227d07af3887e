"""Faces by number: head and shoulders in plain colours with soft light, from the front."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Sequence

import torch
from torch import Tensor

from .. import sdf
from ..sdf import Points, hash_uniform
from .attributes import ATTRIBUTES, labels_of

Colour = tuple[float, float, float]  # in [0, 1]

_FREE = 24  # numbers of a face that no attribute names: its proportions, its colours, where it looks
_HAIR = {
    "black hair": (0.13, 0.11, 0.13),
    "ginger hair": (0.60, 0.27, 0.10),
    "blond hair": (0.93, 0.74, 0.36),
}
_SKIN = ((0.98, 0.82, 0.70), (0.94, 0.74, 0.60)), ((0.50, 0.34, 0.26), (0.38, 0.25, 0.19))
_EYES = ((0.33, 0.20, 0.10), (0.25, 0.42, 0.62), (0.28, 0.45, 0.30), (0.16, 0.12, 0.11))


def draw(
    index: Tensor,
    size: int = 64,
    seed: int = 0,
    label: Tensor | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """The faces `index` (int64 [B]) as float [B, 3, size, size] in [-1, 1], drawn on `device`.

    label: float [B, len(ATTRIBUTES)] of 0 and 1, in place of the faces' own: the same people, edited. The same numbers give
    the same face at every size and in every batch.
    """
    label = labels_of(index, seed) if label is None else label
    free = hash_uniform(seed, index, _FREE).tolist()
    faces = [
        _face(dict(zip(ATTRIBUTES, (told > 0.5 for told in row), strict=True)), u, size, device)
        for row, u in zip(label.tolist(), free, strict=True)
    ]
    return torch.stack(faces).mul_(2).sub_(1) if faces else torch.empty(0, 3, size, size, device=device)


class _Canvas:
    """An image [3, size, size] in [0, 1] that shapes are laid on, one over the other."""

    def __init__(self, size: int, ground: Tensor):
        self.pixel, self.image = 2 / size, ground

    def lay(self, distance: Tensor, colour: Colour | Tensor, opaque: float = 1.0, soft: float = 0.0) -> None:
        """Fill where the distance is negative; soft: how wide the edge fades, in the units of the distance."""
        alpha = sdf.coverage(distance, max(self.pixel, soft)) * opaque
        if not isinstance(colour, Tensor):
            colour = self.image.new_tensor(colour)[:, None, None]
        self.image = torch.lerp(self.image, colour.expand_as(self.image), alpha)

    def lit(self, distance: Tensor, colour: Colour, p: Points, depth: float = 0.35) -> None:
        """Fill, as a dome that light falls on from above and from the left."""
        dome = (distance * (-1 / depth)).clamp(0, 1)
        light = (0.84 + 0.2 * dome - 0.07 * p[0] + 0.05 * p[1]).clamp(0, 1.15)
        self.lay(distance, (self.image.new_tensor(colour)[:, None, None] * light).clamp(0, 1))


def _mixed(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(x + share * (y - x) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def _hue(hue: float, saturation: float, value: float) -> Colour:
    return colorsys.hsv_to_rgb(hue % 1, saturation, value)


def _between(low: float, high: float, u: float) -> float:
    return low + u * (high - low)


def _face(has: dict[str, bool], u: Sequence[float], size: int, device: torch.device | str) -> Tensor:
    male = has["male"]
    skin = _mixed(*_SKIN[has["dark skin"]], u[0])
    hair = next((colour for name, colour in _HAIR.items() if has[name]), (0.36, 0.24, 0.17))
    hair = _mixed(hair, (1, 1, 1), 0.08 * u[1])
    dark = _mixed(skin, (0.25, 0.08, 0.05), 0.45)  # lines on the skin
    wide = _between(0.42, 0.5, u[2]) + 0.03 * male
    jaw = _between(0.27, 0.34, u[3]) + 0.07 * male
    chin = _between(-0.52, -0.46, u[4]) - 0.04 * male
    eye_x, eye_y, eye = (
        _between(0.175, 0.215, u[5]),
        _between(-0.02, 0.04, u[6]),
        _between(0.068, 0.085, u[7]),
    )
    mouth_y, mouth = chin + _between(0.19, 0.22, u[8]), _between(0.12, 0.155, u[9])
    look = 0.022 * (2 * u[10] - 1)

    ground = sdf.grid(size, 1, device)
    ground = (ground[0][0], ground[1][0])
    back = _hue(u[11], _between(0.12, 0.3, u[12]), _between(0.86, 0.96, u[13]))
    light = (1.03 + 0.07 * ground[1] - 0.04 * ground[0]).clamp(0.9, 1.1)
    tint = torch.tensor(back, device=device)[:, None, None]
    canvas = _Canvas(size, (tint * light).clamp(0, 1))
    near = sdf.scale(sdf.shift(ground, 0.05 * (2 * u[14] - 1), -0.06 + 0.04 * u[15]), 1.15)
    p = sdf.turn(near, 0.1 * (2 * u[16] - 1))
    q = sdf.mirror(p)
    x, y = p

    skull = sdf.ellipsoid(sdf.shift(p, 0, 0.16), wide, 0.5)
    cheeks = sdf.box(
        sdf.shift(p, 0, (0.1 + chin) / 2), jaw, (0.1 - chin) / 2, radius=jaw * (0.8 if male else 0.98)
    )
    head = sdf.blend(skull, cheeks, 0.16)

    # From the back to the front: hair behind the head, neck, clothes, ears, head.
    if not has["bald"] and not male:
        low = _between(-0.75, -0.45, u[17])
        behind = sdf.box(sdf.shift(p, 0, (0.45 + low) / 2), wide + 0.11, (0.45 - low) / 2, radius=0.2)
        canvas.lit(
            sdf.union(behind, sdf.ellipsoid(sdf.shift(p, 0, 0.2), wide + 0.11, 0.56)),
            _mixed(hair, (0, 0, 0), 0.22),
            p,
        )
    neck = sdf.box(sdf.shift(p, 0, -0.65), 0.15 + 0.06 * male, 0.3, radius=0.06)
    canvas.lit(neck, _mixed(skin, (0.3, 0.1, 0.05), 0.2), p)
    clothes = _hue(u[18], _between(0.35, 0.7, u[19]), _between(0.45, 0.85, u[20]))
    shoulders = sdf.ellipsoid(sdf.shift(p, 0, -1.16), 0.74 + 0.16 * male, 0.42)
    collar = sdf.ellipsoid(sdf.shift(p, 0, -0.72), 0.2 + 0.05 * male, 0.13)
    canvas.lit(sdf.cut(shoulders, collar), clothes, p)
    canvas.lit(
        sdf.ellipsoid(sdf.shift(q, wide - 0.01, eye_y - 0.06), 0.07, 0.11), _mixed(skin, dark, 0.15), p
    )
    canvas.lit(head, skin, p, 0.45)

    # Skin: blush, nose.
    if has["makeup"]:
        canvas.lay(sdf.ellipsoid(sdf.shift(q, 0.27, -0.15), 0.11, 0.075), (0.93, 0.35, 0.42), 0.5, soft=0.09)
    nose = _between(0.035, 0.055, u[21]) + 0.01 * male
    canvas.lay(sdf.segment(p, (0.5 * nose, eye_y - 0.01), (0.9 * nose, -0.14)) - 0.012, dark, 0.35, soft=0.03)
    canvas.lay(sdf.ellipsoid(sdf.shift(p, 0, -0.155), nose + 0.02, 0.024), dark, 0.55, soft=0.03)

    # A beard: the lower part of the head, but for the mouth, and a moustache.
    if has["beard"]:
        fur = _mixed(hair, (0.1, 0.06, 0.05), 0.3)
        edge = y + 0.16 - 1.2 * (x.abs() - 0.12).clamp_min(0) * 0.55
        below = sdf.cut(
            torch.maximum(head - 0.03, edge),
            sdf.ellipsoid(sdf.shift(p, 0, mouth_y + 0.015), mouth + 0.03, 0.062),
        )
        lip = sdf.ellipsoid(sdf.shift(q, 0.065, mouth_y + 0.085), 0.1, 0.035)
        canvas.lit(sdf.union(below, lip), fur, p, 0.3)

    # The mouth.
    lips = (0.80, 0.10, 0.22) if has["makeup"] else _mixed(skin, (0.62, 0.18, 0.16), 0.5)
    m = sdf.shift(p, 0, mouth_y)
    if has["smile"]:
        # Between a flat and a deep curve; teeth in it.
        curve = lambda depth: m[1] + depth * (1 - (m[0] / mouth) ** 2)  # noqa: E731
        open_ = torch.maximum(-curve(0.085), curve(0.0) - 0.035)
        open_ = torch.maximum(open_, m[0].abs() - mouth) * 0.8
        canvas.lay(open_ - 0.022, lips)
        canvas.lay(open_ + 0.004, (0.99, 0.98, 0.96))
    else:
        closed = sdf.segment(m, (-0.62 * mouth, 0.0), (0.62 * mouth, 0.0))
        canvas.lay(closed - (0.038 if has["makeup"] else 0.028), lips)
        canvas.lay(closed - 0.007, _mixed(lips, (0.2, 0, 0), 0.6), 0.8)

    # Eyes and brows.
    e = sdf.shift(q, eye_x, eye_y)
    ball = sdf.ellipsoid(e, eye * 1.2, eye * 0.82)
    if has["makeup"]:
        canvas.lay(
            sdf.ellipsoid(sdf.shift(e, 0.01, 0.03), eye * 1.5, eye * 1.15),
            (0.45, 0.25, 0.60),
            0.75,
            soft=0.04,
        )
    canvas.lay(ball - 0.014, _mixed(dark, (0, 0, 0), 0.5))
    if has["makeup"] or not male:
        canvas.lay(
            sdf.segment(e, (0.6 * eye, 0.7 * eye), (1.75 * eye, 1.15 * eye)) - 0.014, (0.08, 0.05, 0.06)
        )
    canvas.lay(ball, (0.99, 0.99, 0.98))
    for side in (-1, 1):
        iris = sdf.shift(p, side * eye_x + look, eye_y - 0.003)
        canvas.lay(torch.maximum(sdf.ball(iris, 0.72 * eye), ball), _EYES[int(u[22] * len(_EYES))])
        canvas.lay(sdf.ball(iris, 0.34 * eye), (0.04, 0.03, 0.04))
        canvas.lay(sdf.ball(sdf.shift(iris, -0.02, 0.024), 0.018), (1, 1, 1))
    brow = eye_y + eye + _between(0.075, 0.1, u[23])
    heavy = 0.03 if male else 0.017
    bent = sdf.polyline(
        q,
        (eye_x - 1.2 * eye, brow - 0.012),
        (eye_x + 0.2 * eye, brow + 0.02),
        (eye_x + 1.4 * eye, brow - 0.03),
    )
    canvas.lay(bent - heavy, _mixed(hair, (0.1, 0.06, 0.05), 0.45))

    # Hair on the head.
    if not has["bald"]:
        line = _between(0.4, 0.46, u[17]) + 0.02 * male
        crown = head - (0.05 if male else 0.075)
        edge = line - y - 0.55 * (x.abs() - 0.1).clamp_min(0) ** 1.5 * (2.4 if male else 0.6)
        sides = (
            torch.maximum(wide - 0.085 - x.abs(), (0.02 if male else -0.42) - y)
            if male
            else (wide - 0.08) - x.abs() + 0.0 * y
        )
        opening = torch.minimum(edge, sides)
        top = torch.maximum(crown, opening)
        if not male:
            top = torch.maximum(top, -0.6 - y)
        canvas.lit(top, hair, p, 0.2)
        if has["bangs"]:
            # A fringe of five strands that ends above the brows.
            strands = (brow + 0.005 + 0.035 * torch.cos(x * (2 * math.pi / 0.17))) - y
            fringe = torch.maximum(torch.maximum(head - 0.05, strands), x.abs() - wide - 0.02)
            canvas.lit(fringe, _mixed(hair, (1, 1, 1), 0.07), p, 0.25)
    else:
        canvas.lay(sdf.ellipsoid(sdf.shift(p, -0.17, 0.45), 0.12, 0.07), (1, 1, 1), 0.3, soft=0.1)

    if has["glasses"]:
        rim = (0.10, 0.10, 0.13)
        g = sdf.shift(q, eye_x + 0.012, eye_y - 0.008)
        glass = sdf.box(g, 0.135, 0.115, radius=0.07)
        canvas.lay(glass, (0.85, 0.93, 1.0), 0.22)
        canvas.lay(glass.abs() - 0.017, rim)
        canvas.lay(sdf.segment(q, (0, eye_y + 0.02), (eye_x - 0.12, eye_y + 0.02)) - 0.016, rim)
        canvas.lay(sdf.segment(q, (eye_x + 0.14, eye_y + 0.03), (wide + 0.03, eye_y + 0.05)) - 0.014, rim)
    return canvas.image.clamp(0, 1)
