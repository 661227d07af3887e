"""Twenty drawings made in code, as a visitor with a pen would make them: by these a drawing model is judged by eye.

Each has dabs of colour, too, for models that follow colour hints.
"""

from __future__ import annotations

import math

import torch
from PIL import Image, ImageDraw

from ...images import to_tensor

Stroke = list[tuple[float, float]]  # points in a unit square, y down
Dab = tuple[str, float, float]  # a colour of PENS, and where: in the unit square


def _arc(
    x: float, y: float, r: float, start: float = 0, end: float = 360, squash: float = 1.0, turn: float = 0.0
) -> Stroke:
    """Part of an ellipse, in degrees clockwise from the right."""
    points = []
    for i in range(33):
        a = math.radians(start + (end - start) * i / 32)
        u, v = r * math.cos(a), r * squash * math.sin(a)
        points.append(
            (x + u * math.cos(turn) - v * math.sin(turn), y + u * math.sin(turn) + v * math.cos(turn))
        )
    return points


def _shut(*points: tuple[float, float]) -> Stroke:
    return [*points, points[0]]


def _soft(*points: tuple[float, float]) -> Stroke:
    """A smooth curve through the points (Catmull-Rom); closed where the last point is the first."""
    closed = points[0] == points[-1]
    ring = list(points[:-1]) if closed else list(points)
    count = len(ring)

    def at(i: int) -> tuple[float, float]:
        return ring[i % count] if closed else ring[max(0, min(count - 1, i))]

    curve: Stroke = []
    for i in range(count if closed else count - 1):
        a, b, c, d = (at(i + k) for k in (-1, 0, 1, 2))
        for j in range(6):
            t = j / 6
            curve.append(
                tuple(
                    0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t**2
                           + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t**3)
                    for k in (0, 1)
                )
            )  # fmt: skip
    return [*curve, at(count)]


def _petals(x: float, y: float, r: float, n: int, size: float) -> list[Stroke]:
    around = [2 * math.pi * i / n - 0.4 for i in range(n)]
    return [_arc(x + r * math.cos(a), y + r * math.sin(a), size, -100, 100, 1.0, a) for a in around]


def _star(x: float, y: float, outer: float, inner: float, n: int = 5) -> Stroke:
    angles = [math.pi * i / n - math.pi / 2 for i in range(2 * n)]
    return _shut(
        *[
            (x + (inner if i % 2 else outer) * math.cos(a), y + (inner if i % 2 else outer) * math.sin(a))
            for i, a in enumerate(angles)
        ]
    )


def _heart(x: float, y: float, s: float) -> Stroke:
    turns = [2 * math.pi * i / 40 for i in range(41)]
    return [
        (
            x + s * 16 * math.sin(t) ** 3 / 17,
            y - s * (13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 17,
        )
        for t in turns
    ]


DRAWINGS: dict[str, list[Stroke]] = {
    "smile": [
        _arc(0.5, 0.5, 0.38),
        _arc(0.37, 0.42, 0.05, squash=1.5),
        _arc(0.63, 0.42, 0.05, squash=1.5),
        _arc(0.5, 0.55, 0.2, 15, 165),
    ],
    "cat": [
        [(0.26, 0.4), (0.19, 0.13), (0.39, 0.25)],
        [(0.61, 0.25), (0.81, 0.13), (0.74, 0.4)],
        _soft((0.39, 0.25), (0.5, 0.23), (0.61, 0.25)),
        _soft(
            (0.26, 0.4),
            (0.18, 0.56),
            (0.24, 0.72),
            (0.38, 0.83),
            (0.5, 0.86),
            (0.62, 0.83),
            (0.76, 0.72),
            (0.82, 0.56),
            (0.74, 0.4),
        ),
        _arc(0.37, 0.5, 0.05, squash=1.3),
        _arc(0.63, 0.5, 0.05, squash=1.3),
        _shut((0.46, 0.61), (0.54, 0.61), (0.5, 0.66)),
        _soft((0.5, 0.66), (0.46, 0.72), (0.39, 0.71)),
        _soft((0.5, 0.66), (0.54, 0.72), (0.61, 0.71)),
    ],
    "apple": [
        _soft(
            (0.5, 0.3),
            (0.36, 0.25),
            (0.22, 0.33),
            (0.17, 0.52),
            (0.24, 0.73),
            (0.38, 0.87),
            (0.5, 0.83),
            (0.62, 0.87),
            (0.76, 0.73),
            (0.83, 0.52),
            (0.78, 0.33),
            (0.64, 0.25),
            (0.5, 0.3),
        ),
        [(0.5, 0.3), (0.52, 0.13)],
        _shut((0.53, 0.2), (0.64, 0.1), (0.74, 0.12), (0.65, 0.22)),
    ],
    "mushroom": [
        _soft((0.1, 0.52), (0.14, 0.3), (0.3, 0.15), (0.5, 0.1), (0.7, 0.15), (0.86, 0.3), (0.9, 0.52)),
        _soft((0.1, 0.52), (0.3, 0.57), (0.5, 0.585), (0.7, 0.57), (0.9, 0.52)),
        [(0.37, 0.57), (0.35, 0.86), (0.65, 0.86), (0.63, 0.57)],
        _arc(0.35, 0.33, 0.08),
        _arc(0.63, 0.28, 0.09),
        _arc(0.68, 0.46, 0.05),
    ],
    "fish": [
        _arc(0.42, 0.5, 0.3, squash=0.62),
        _shut((0.69, 0.5), (0.9, 0.3), (0.86, 0.5), (0.9, 0.7)),
        _arc(0.27, 0.44, 0.04),
        _arc(0.4, 0.5, 0.12, -60, 60),
    ],
    "house": [
        _shut((0.2, 0.48), (0.8, 0.48), (0.8, 0.88), (0.2, 0.88)),
        _shut((0.1, 0.5), (0.5, 0.12), (0.9, 0.5)),
        _shut((0.42, 0.88), (0.42, 0.63), (0.58, 0.63), (0.58, 0.88)),
        _shut((0.27, 0.56), (0.37, 0.56), (0.37, 0.68), (0.27, 0.68)),
        _shut((0.63, 0.56), (0.73, 0.56), (0.73, 0.68), (0.63, 0.68)),
    ],
    "rocket": [
        _soft((0.5, 0.06), (0.63, 0.22), (0.67, 0.48), (0.62, 0.74)),
        [(0.62, 0.74), (0.38, 0.74)],
        _soft((0.38, 0.74), (0.33, 0.48), (0.37, 0.22), (0.5, 0.06)),
        _arc(0.5, 0.38, 0.08),
        [(0.34, 0.55), (0.2, 0.78), (0.38, 0.72)],
        [(0.66, 0.55), (0.8, 0.78), (0.62, 0.72)],
        _soft((0.42, 0.75), (0.44, 0.84), (0.5, 0.94), (0.56, 0.84), (0.58, 0.75)),
    ],
    "flower": [
        *_petals(0.5, 0.36, 0.16, 6, 0.11),
        _arc(0.5, 0.36, 0.1),
        [(0.5, 0.58), (0.49, 0.93)],
        _shut((0.49, 0.8), (0.62, 0.68), (0.7, 0.7), (0.6, 0.8)),
    ],
    "car": [
        _shut(
            (0.07, 0.66),
            (0.09, 0.5),
            (0.26, 0.46),
            (0.38, 0.3),
            (0.66, 0.3),
            (0.78, 0.46),
            (0.92, 0.52),
            (0.93, 0.66),
        ),
        _arc(0.28, 0.68, 0.1),
        _arc(0.72, 0.68, 0.1),
        _shut((0.33, 0.46), (0.41, 0.35), (0.5, 0.35), (0.5, 0.46)),
        _shut((0.55, 0.46), (0.55, 0.35), (0.64, 0.35), (0.71, 0.46)),
    ],
    "mug": [
        _shut((0.2, 0.28), (0.65, 0.28), (0.63, 0.84), (0.22, 0.84)),
        _arc(0.66, 0.53, 0.17, -80, 80),
        _arc(0.65, 0.53, 0.1, -75, 75),
        _arc(0.425, 0.28, 0.225, squash=0.25),
    ],
    "tree": [
        [(0.44, 0.62), (0.43, 0.92), (0.57, 0.92), (0.56, 0.62)],
        _soft(
            (0.3, 0.62),
            (0.15, 0.52),
            (0.18, 0.34),
            (0.32, 0.28),
            (0.4, 0.12),
            (0.6, 0.12),
            (0.68, 0.28),
            (0.82, 0.34),
            (0.85, 0.52),
            (0.7, 0.62),
            (0.3, 0.62),
        ),
    ],
    "star": [_star(0.5, 0.52, 0.42, 0.19)],
    "heart": [_heart(0.5, 0.47, 0.42)],
    "ice cream": [
        _shut((0.3, 0.45), (0.7, 0.45), (0.5, 0.94)),
        _arc(0.5, 0.33, 0.24, 150, 390),
        [(0.38, 0.62), (0.6, 0.46)],
        [(0.45, 0.8), (0.68, 0.5)],
    ],
    "umbrella": [
        _arc(0.5, 0.5, 0.4, 180, 360),
        *[_arc(0.2 + 0.2 * k, 0.5, 0.1, 180, 360, 0.5) for k in range(4)],
        _soft((0.5, 0.46), (0.5, 0.82), (0.45, 0.9), (0.37, 0.86)),
        [(0.5, 0.1), (0.5, 0.04)],
    ],
    "balloon": [
        _arc(0.5, 0.36, 0.27, squash=1.15),
        _shut((0.46, 0.67), (0.54, 0.67), (0.5, 0.72)),
        [(0.5, 0.72), (0.46, 0.8), (0.53, 0.87), (0.48, 0.96)],
    ],
    "moon": [_arc(0.48, 0.5, 0.38, 50, 310), _arc(0.68, 0.5, 0.29, 90, 270)],
    "robot": [
        _shut((0.22, 0.3), (0.78, 0.3), (0.78, 0.82), (0.22, 0.82)),
        _arc(0.38, 0.5, 0.08),
        _arc(0.62, 0.5, 0.08),
        _shut((0.36, 0.66), (0.64, 0.66), (0.64, 0.74), (0.36, 0.74)),
        [(0.5, 0.3), (0.5, 0.17)],
        _arc(0.5, 0.12, 0.05),
        _shut((0.13, 0.48), (0.22, 0.48), (0.22, 0.64), (0.13, 0.64)),
        _shut((0.78, 0.48), (0.87, 0.48), (0.87, 0.64), (0.78, 0.64)),
    ],
    "ghost": [
        _soft((0.22, 0.88), (0.22, 0.42), (0.3, 0.2), (0.5, 0.11), (0.7, 0.2), (0.78, 0.42), (0.78, 0.88)),
        [(0.78, 0.88), (0.68, 0.8), (0.59, 0.88), (0.5, 0.8), (0.41, 0.88), (0.32, 0.8), (0.22, 0.88)],
        _arc(0.4, 0.4, 0.05, squash=1.5),
        _arc(0.6, 0.4, 0.05, squash=1.5),
        _arc(0.5, 0.57, 0.06),
    ],
    "cupcake": [
        [(0.24, 0.55), (0.32, 0.9), (0.68, 0.9), (0.76, 0.55)],
        [(0.4, 0.57), (0.43, 0.9)],
        [(0.6, 0.57), (0.57, 0.9)],
        _soft(
            (0.2, 0.55),
            (0.16, 0.42),
            (0.28, 0.34),
            (0.33, 0.22),
            (0.5, 0.16),
            (0.67, 0.22),
            (0.72, 0.34),
            (0.84, 0.42),
            (0.8, 0.55),
        ),
        [(0.2, 0.55), (0.8, 0.55)],
        _arc(0.5, 0.11, 0.06),
    ],
}

# Coloured pens: near the colours that are common in the emoji. No white one: on white paper it would say nothing.
# Links count the pens in this order, so a new one goes to the end.
PENS: dict[str, str] = {
    "yellow": "#ffcd40",
    "orange": "#ff8a2e",
    "red": "#f0383c",
    "pink": "#fb77b0",
    "violet": "#8a62c8",
    "blue": "#3f7fe8",
    "light blue": "#6cc4ff",
    "green": "#1f9d55",
    "light green": "#8ad738",
    "brown": "#8a5440",
    "beige": "#f6c9a0",
    "grey": "#a29bab",
}

# At most six a drawing, as in training; a part without one, like two of the petals, is for the model to guess.
DAB_WIDTH = 0.08  # of the side: the middle of the widths that a net learned with (see `worlds.hints`)
HINTS: dict[str, list[Dab]] = {
    "smile": [("light green", 0.5, 0.26), ("light green", 0.24, 0.58), ("light green", 0.76, 0.58), ("light green", 0.5, 0.5)],
    "cat": [("orange", 0.5, 0.36), ("orange", 0.3, 0.66), ("orange", 0.7, 0.66), ("orange", 0.5, 0.78)],
    "apple": [("red", 0.32, 0.44), ("red", 0.68, 0.46), ("red", 0.5, 0.68), ("green", 0.64, 0.16)],
    "mushroom": [("violet", 0.49, 0.44), ("violet", 0.82, 0.42), ("violet", 0.2, 0.44), ("yellow", 0.35, 0.33),
                 ("yellow", 0.63, 0.28), ("beige", 0.5, 0.72)],
    "fish": [("blue", 0.38, 0.38), ("blue", 0.36, 0.6), ("blue", 0.6, 0.52), ("orange", 0.81, 0.5)],
    "house": [("yellow", 0.5, 0.56), ("yellow", 0.31, 0.79), ("red", 0.5, 0.34), ("brown", 0.5, 0.76),
              ("light blue", 0.32, 0.62), ("light blue", 0.68, 0.62)],
    "rocket": [("light blue", 0.5, 0.62), ("light blue", 0.5, 0.2), ("yellow", 0.5, 0.38), ("red", 0.318, 0.686),
               ("red", 0.682, 0.686), ("orange", 0.5, 0.83)],
    "flower": [("violet", 0.68, 0.28), ("violet", 0.31, 0.44), ("violet", 0.34, 0.24), ("violet", 0.46, 0.54),
               ("yellow", 0.5, 0.36), ("green", 0.605, 0.742)],
    "car": [("blue", 0.2, 0.55), ("blue", 0.83, 0.57), ("light blue", 0.43, 0.41), ("light blue", 0.61, 0.41),
            ("grey", 0.28, 0.69), ("grey", 0.72, 0.69)],
    "mug": [("blue", 0.32, 0.5), ("blue", 0.53, 0.5), ("blue", 0.42, 0.72), ("blue", 0.79, 0.53)],
    "tree": [("green", 0.3, 0.42), ("green", 0.68, 0.46), ("green", 0.5, 0.24), ("brown", 0.5, 0.78)],
    "star": [("violet", 0.5, 0.36), ("violet", 0.36, 0.52), ("violet", 0.64, 0.52), ("violet", 0.5, 0.62)],
    "heart": [("blue", 0.3, 0.32), ("blue", 0.7, 0.32), ("blue", 0.5, 0.6)],
    "ice cream": [("light green", 0.38, 0.3), ("light green", 0.6, 0.26), ("orange", 0.42, 0.52), ("orange", 0.53, 0.755)],
    "umbrella": [("light blue", 0.26, 0.36), ("light blue", 0.5, 0.24), ("light blue", 0.74, 0.36)],
    "balloon": [("yellow", 0.4, 0.28), ("yellow", 0.6, 0.32), ("yellow", 0.48, 0.5)],
    "moon": [("light blue", 0.3, 0.28), ("light blue", 0.23, 0.5), ("light blue", 0.32, 0.73)],
    "robot": [("orange", 0.5, 0.4), ("orange", 0.5, 0.58), ("light blue", 0.38, 0.5), ("light blue", 0.62, 0.5),
              ("red", 0.5, 0.7), ("red", 0.5, 0.12)],
    "ghost": [("violet", 0.5, 0.24), ("violet", 0.32, 0.64), ("violet", 0.68, 0.64), ("violet", 0.5, 0.72)],
    "cupcake": [("pink", 0.36, 0.42), ("pink", 0.6, 0.34), ("red", 0.5, 0.11), ("light blue", 0.34, 0.72),
                ("light blue", 0.5, 0.72), ("light blue", 0.66, 0.72)],
}  # fmt: skip


def sketch(name: str, size: int = 256, pen: float = 0.02, dab: float = 0.0) -> Image.Image:
    """A drawing as black ink on white, RGB, size x size.

    pen: the stroke's width as part of the side.  dab: so wide are the drawing's HINTS in it; at 0 it has none.
    """
    fine = 4 * size
    page = Image.new("RGB", (fine, fine), "white")
    draw, half = ImageDraw.Draw(page), max(1, round(pen * fine / 2))
    for colour, x, y in HINTS[name] if dab else ():
        at, r = (x * fine, y * fine), dab * fine / 2
        draw.ellipse((at[0] - r, at[1] - r, at[0] + r, at[1] + r), fill=PENS[colour])
    for stroke in DRAWINGS[name]:
        path = [(x * fine, y * fine) for x, y in stroke]
        draw.line(path, fill="black", width=2 * half, joint="curve")
        for x, y in (path[0], path[-1]):
            draw.ellipse((x - half, y - half, x + half, y + half), fill="black")
    return page.resize((size, size), Image.LANCZOS)


def sketches(size: int) -> dict[str, torch.Tensor]:
    """All drawings as a batch {"x": float [20, 3, size, size] in [-1, 1]}."""
    return {"x": torch.cat([to_tensor(sketch(name, size)) for name in DRAWINGS])}


def dabbed_sketches(size: int) -> dict[str, torch.Tensor]:
    """Ten drawings in black, and the same ones with their HINTS: {"x": float [20, 3, size, size] in [-1, 1]}."""
    ways = [sketch(name, size, dab=dab) for dab in (0, DAB_WIDTH) for name in list(DRAWINGS)[:10]]
    return {"x": torch.cat([to_tensor(image) for image in ways])}
