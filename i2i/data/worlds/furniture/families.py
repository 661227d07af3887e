"""Six families of furniture, each a function from its attributes to parts. All stand on one floor and face the front."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from .parts import Part, ball, both, box, disc, pole

FLOOR = -0.9375  # one voxel of 32 above the bottom

# What a piece of furniture may have, in the order of its random numbers: new ones come last.
ATTRIBUTES = (
    "width", "depth", "height", "thickness", "round", "leg", "splay", "taper", "square", "pedestal",
    "back", "back height", "lean", "slats", "arms", "arm height", "arm width", "bars", "apron", "panels",
    "shelf", "shelves", "divider", "books", "cushions", "chaise", "footboard", "posts", "pillows", "foot",
    "shade", "shade height", "shade taper", "globe", "bend",
)  # fmt: skip


class Look:
    """What one piece looks like: each attribute a random number of its own, unless it is asked for. `found` keeps those that
    were needed: lengths in halves of the volume's side, counts, angles in radians, and 0 or 1 for what is there or not."""

    def __init__(self, numbers: Sequence[float], asked: Mapping[str, float]):
        self.numbers = dict(zip(ATTRIBUTES, numbers, strict=True))
        self.asked, self.found = asked, {}

    def __call__(self, name: str, low: float, high: float) -> float:
        value = self.asked.get(name, low + (high - low) * self.numbers[name])
        self.found[name] = float(value)
        return self.found[name]

    def has(self, name: str, chance: float) -> bool:
        self.found[name] = float(self.asked.get(name, self.numbers[name] < chance))
        return self.found[name] > 0.5

    def count(self, name: str, low: int, high: int) -> int:
        self.found[name] = float(self.asked.get(name, low + int((high - low + 1) * self.numbers[name])))
        return round(self.found[name])


def _legs(look: Look, x: float, z: float, top: float, splay: float = 0.16) -> list[Part]:
    """Four legs from under a plate at height `top` to the floor, x and z to each side of the middle."""
    radius = look("leg", 0.05, 0.085)
    out, thin, square = look("splay", 0.0, splay), look("taper", 0.55, 1.0), look.has("square", 0.45)
    x, z = x - 1.2 * radius, z - 1.2 * radius
    feet = [
        pole((x, top, s * z), (x + out, FLOOR, s * (z + out)), radius, thin * radius, square) for s in (-1, 1)
    ]
    return both(*feet)


def _pedestal(look: Look, radius: float, top: float) -> list[Part]:
    """A column on a disc."""
    column = look("leg", 0.07, 0.12)
    foot = look("foot", 0.55, 0.85) * radius
    return [pole((0, FLOOR, 0), (0, top, 0), column), disc((0, FLOOR + 0.05, 0), foot, 0.05, 0.04, taper=0.8)]


def chair(look: Look) -> list[Part]:
    w, d, seat = look("width", 0.42, 0.62), look("depth", 0.42, 0.58), look("height", 0.6, 0.95)
    half, rounded = look("thickness", 0.05, 0.085), look.has("round", 0.3)
    top = FLOOR + seat
    parts = [box((0, top - half, 0), (w, half, d), 0.85 * min(w, d) if rounded else 0.08, 0.04)]
    under = top - 1.5 * half
    if look.has("pedestal", 0.18):
        parts += _pedestal(look, 0.9 * min(w, d), under)
    else:
        inner = 0.8 if rounded else 1.0
        parts += _legs(look, inner * w, inner * d, under)
        if look.has("bars", 0.3):
            x, y = inner * w - 0.08, FLOOR + 0.4 * seat
            parts += both(pole((x, y, -inner * d + 0.1), (x, y, inner * d - 0.1), 0.045))
            parts += [pole((-x, y, 0), (x, y, 0), 0.045)]
    behind = d - 0.06
    back = look.has("back", 0.85)
    if back:
        tall, lean = look("back height", 0.5, 0.84), look("lean", 0.0, 0.24)
        wide, slats = w * (0.82 if rounded else 1.0), look.count("slats", 0, 5)

        def up(height: float) -> tuple[float, float]:
            """(y, z) at this height along the leaning back."""
            return top + height * math.cos(lean), behind + height * math.sin(lean)

        if slats < 2:
            y, z = up(tall / 2)
            parts += [box((0, y, z), (wide, tall / 2, 0.05), 0.03, 0.04, lean)]
        else:
            y, z = up(tall - 0.08)
            parts += [box((0, y, z), (wide, 0.09, 0.05), 0.03, 0.04, lean)]
            ends = [(i / (slats - 1) * 2 - 1) * (wide - 0.055) for i in range(slats)]
            parts += [pole((x, *up(-0.05)), (x, *up(tall - 0.06)), 0.05) for x in ends]
    if back and look.has("arms", 0.45):
        y = top + look("arm height", 0.26, 0.4)
        x = w - 0.02
        parts += both(
            box((x, y, 0.05), (0.065, 0.05, d - 0.08), 0.05, 0.03),
            pole((x, top, -d + 0.14), (x, y, -d + 0.12), 0.05),
        )
    return parts


def table(look: Look) -> list[Part]:
    w, d, tall = look("width", 0.5, 0.88), look("depth", 0.4, 0.72), look("height", 0.7, 1.3)
    half, rounded = look("thickness", 0.05, 0.085), look.has("round", 0.35)
    d = min(d, w)
    top = FLOOR + tall
    parts = [box((0, top - half, 0), (w, half, d), d if rounded else 0.05, 0.03)]
    under = top - 1.5 * half
    if look.has("pedestal", 0.25):
        return parts + _pedestal(look, 0.9 * d, under)
    inner = 0.74 if rounded else 1.0
    if look.has("panels", 0.18) and not rounded:
        parts += both(box((w - 0.12, (under + FLOOR) / 2, 0), (0.05, (under - FLOOR) / 2, 0.9 * d)))
    else:
        parts += _legs(look, inner * w, inner * d, under, 0.1)
    if look.has("apron", 0.35):
        x, z, y = inner * w - 0.1, inner * d - 0.1, under - 0.12
        parts += both(box((x, y, 0), (0.045, 0.1, z))) + [
            box((0, y, s * z), (x, 0.1, 0.045)) for s in (-1, 1)
        ]
    if look.has("shelf", 0.25):
        y = FLOOR + 0.3 * tall
        parts += [box((0, y, 0), (inner * w - 0.06, 0.05, inner * d - 0.06), 0.6 * d if rounded else 0.04)]
    return parts


def lamp(look: Look) -> list[Part]:
    tall, foot = look("height", 1.2, 1.76), look("foot", 0.26, 0.44)
    radius, shade = look("leg", 0.05, 0.075), look("shade", 0.3, 0.58)
    high, taper = look("shade height", 0.34, 0.6), look("shade taper", 0.45, 1.0)
    top = FLOOR + tall
    if look.has("square", 0.3):
        parts = [box((0, FLOOR + 0.05, 0), (foot, 0.05, foot), 0.05, 0.03)]
    else:
        parts = [disc((0, FLOOR + 0.05, 0), foot, 0.05, 0.04, taper=0.85)]
    if look.has("globe", 0.22):
        size = 0.36 + 0.3 * (shade - 0.3)
        return [*parts, pole((0, FLOOR, 0), (0, top - 1.6 * size, 0), radius), ball((0, top - size, 0), size)]
    if look.has(
        "bend", 0.3
    ):  # a lamp to read by: its arm has an elbow, and its shade looks down to the front
        knee, head = (0.0, FLOOR + 0.62 * tall, 0.42), (0.0, top - 0.2, -0.22)
        tilt = 0.5
        centre = (0.0, head[1] - 0.08, head[2] - 0.1)
        cone = Part(
            centre, (0.75 * shade, 0.42 * high, 0.75 * shade), 0.75 * shade, 0.0, 0.5 * taper, 0.05,
            up=(0.0, math.cos(tilt), math.sin(tilt)),
        )  # fmt: skip
        return [
            *parts,
            pole((0, FLOOR, 0.1), knee, radius),
            pole(knee, head, radius),
            ball(knee, 0.09),
            cone,
            ball(head, 0.1),
        ]
    tube = Part((0, top - high / 2, 0), (shade, high / 2, shade), shade, 0.0, taper, 0.05)
    return [
        *parts,
        pole((0, FLOOR, 0), (0, top - 0.4 * high, 0), radius),
        tube,
        ball((0, top - 0.55 * high, 0), 0.13),
    ]


def shelf(look: Look) -> list[Part]:
    w, d, tall = look("width", 0.42, 0.82), look("depth", 0.24, 0.42), look("height", 1.1, 1.76)
    half, boards = look("thickness", 0.045, 0.06), look.count("shelves", 2, 5)
    low = FLOOR + 0.1
    parts = both(box((w - half, FLOOR + tall / 2, 0), (half, tall / 2, d)))
    levels = [low + (FLOOR + tall - half - low) * i / boards for i in range(boards + 1)]
    parts += [box((0, y, 0), (w, half, d)) for y in levels]
    if look.has("back", 0.6):
        parts += [box((0, FLOOR + tall / 2, d - 0.045), (w, tall / 2, 0.045))]
    if look.has("divider", 0.3):
        parts += [box((0, (levels[0] + levels[-1]) / 2, 0), (half, (levels[-1] - levels[0]) / 2, d))]
    if look.has("books", 0.6):
        dice = look.numbers["books"] / 0.6
        for i, (y, above) in enumerate(zip(levels[:-1], levels[1:], strict=True)):
            for j in range(2):
                share = [(dice * 97 + (2 * i + j) * step) % 1 for step in (0.618, 0.414, 0.271)]
                long, high = (0.2 + 0.6 * share[0]) * (w - 0.2) / 2, (0.4 + 0.42 * share[1]) * (above - y)
                x = (w - 0.12 - long) * (1 if j else -1)
                if share[2] < 0.8 and long > 0.05:
                    parts += [box((x, y + half + high / 2, 0.04), (long, high / 2, d - 0.12), 0.01, 0.0)]
    return parts


def sofa(look: Look) -> list[Part]:
    w, d, seat = look("width", 0.62, 0.88), look("depth", 0.4, 0.56), look("height", 0.42, 0.58)
    tall, foot = look("back height", 0.36, 0.62), look("foot", 0.1, 0.18)
    top, z = FLOOR + seat, 0.15
    soft = 0.08
    parts = [box((0, FLOOR + foot + (seat - foot - 0.1) / 2, z), (w, (seat - foot - 0.1) / 2, d), 0.05, 0.05)]
    arm = look("arm width", 0.09, 0.17) if look.has("arms", 0.85) else 0.0
    inner, seats = w - 2 * arm, look.count("cushions", 1, 3)
    each = inner / seats
    middles = [-inner + each * (2 * i + 1) for i in range(seats)]
    parts += [box((x, top - 0.09, z - 0.05), (each - 0.01, 0.11, d - 0.06), soft, soft) for x in middles]
    lean = look("lean", 0.0, 0.24)
    parts += [box((0, top + tall / 2 - 0.1, z + d - 0.1), (w, tall / 2 + 0.1, 0.1), 0.06, 0.06, lean)]
    parts += [
        box((x, top + 0.42 * tall, z + d - 0.26), (each - 0.015, 0.4 * tall, 0.09), soft, soft, lean + 0.08)
        for x in middles
    ]
    if arm:
        y = top + look("arm height", 0.14, 0.28)
        parts += both(
            box((w - arm, (FLOOR + foot + y) / 2, z), (arm, (y - FLOOR - foot) / 2, d), 0.05, min(arm, 0.08))
        )
    if look.has("chaise", 0.25):
        half = min(inner, max(each, 0.3))
        middle = inner - half, (FLOOR + foot + top) / 2, z - d - 0.12
        parts += [box(middle, (half, (top - FLOOR - foot) / 2, 0.3), 0.06, 0.05)]
    feet = [
        pole((w - 0.1, FLOOR + foot + 0.05, z + s * (d - 0.1)), (w - 0.1, FLOOR, z + s * (d - 0.1)), 0.06)
        for s in (-1, 1)
    ]
    return parts + both(*feet)


def bed(look: Look) -> list[Part]:
    w, d, tall = look("width", 0.42, 0.82), look("depth", 0.74, 0.86), look("height", 0.38, 0.56)
    foot, head = look("foot", 0.12, 0.22), look("back height", 0.3, 0.72)
    top = FLOOR + tall
    parts = [box((0, FLOOR + foot + 0.07, 0), (w, 0.07, d), 0.04, 0.03)]
    parts += [
        box(
            (0, (top + FLOOR + foot + 0.1) / 2, 0),
            (w - 0.04, (top - FLOOR - foot - 0.1) / 2, d - 0.05),
            0.07,
            0.06,
        )
    ]
    if look.has("back", 0.9):
        half, slats = (tall - foot + head) / 2, look.count("slats", 0, 5)
        middle = FLOOR + foot + half
        if slats < 3:
            rounded = 0.5 if look.has("round", 0.35) else 0.05
            # A plate on its edge: its own axis points to the back, so that its corners are those that one sees.
            parts += [
                Part(
                    (0, middle, d),
                    (w, 0.055, half),
                    rounded * min(w, half),
                    0.02,
                    up=(0, 0, 1),
                    side=(1, 0, 0),
                )
            ]
        else:
            parts += [box((0, FLOOR + foot + 2 * half - 0.06, d), (w, 0.06, 0.055))]
            ends = [(i / (slats - 1) * 2 - 1) * (w - 0.055) for i in range(slats)]
            parts += [pole((x, FLOOR, d), (x, FLOOR + foot + 2 * half - 0.05, d), 0.05) for x in ends]
    if look.has("footboard", 0.35):
        high = tall - foot + 0.14
        parts += [box((0, FLOOR + foot + high / 2, -d), (w, high / 2, 0.05))]
    count = look.count("pillows", 1, 2) if w > 0.56 else 1
    each = (w - 0.1) / count
    parts += [
        box((x, top + 0.05, d - 0.25), (each - 0.05, 0.07, 0.15), 0.07, 0.07, 0.12)
        for x in ((0.0,) if count == 1 else (-each, each))
    ]
    if look.has("posts", 0.2):
        high = 1.1 + 0.6 * look.numbers["posts"] / 0.2 if look.numbers["posts"] < 0.2 else 1.5
        x = w - 0.05
        parts += both(*(pole((x, FLOOR, s * d), (x, FLOOR + high, s * d), 0.055) for s in (-1, 1)))
        y = FLOOR + high
        parts += both(pole((x, y, -d), (x, y, d), 0.05)) + [
            pole((-x, y, s * d), (x, y, s * d), 0.05) for s in (-1, 1)
        ]
    else:
        parts += both(
            *(
                pole((w - 0.08, FLOOR + foot, s * (d - 0.08)), (w - 0.08, FLOOR, s * (d - 0.08)), 0.065)
                for s in (-1, 1)
            )
        )
    return parts


FAMILIES: dict[str, Callable[[Look], list[Part]]] = {
    "chair": chair, "table": table, "lamp": lamp, "shelf": shelf, "sofa": sofa, "bed": bed,
}  # fmt: skip
