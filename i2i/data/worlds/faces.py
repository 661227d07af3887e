"""Faces: an endless world of drawn people, head and shoulders, with attributes that are known exactly.

What an attribute names (hair, glasses, a smile, ...) stands in the label; everything else of a face is its identity:
how wide it is, where the eyes sit, how the nose is shaped, which way the head leans, clothes and background. Both
follow from (seed, i) by themselves, so the same person can be drawn with any other attributes: the exact answer to an
edit. All faces of a batch are drawn together, each parameter a tensor [B, 1, 1].
"""

from __future__ import annotations

import math
from types import EllipsisType

import torch
from torch import Tensor

from . import sdf

ATTRIBUTES = (
    "bald", "bangs", "black hair", "brown hair", "blond hair", "ginger hair",
    "glasses", "makeup", "smile", "dark skin", "beard", "male",
)  # fmt: skip
COLOURS = slice(2, 6)  # of ATTRIBUTES: one of them is on, none where there is no hair
SPLITS = {"train": (0, 2**20), "val": (2**20, 512), "test": (2**20 + 512, 512)}  # first index, length
_IDENTITY = 28
ZOOM = 0.9  # of the picture, so that a head with long hair just fits
_LABELS = 0xFACE5
_LEAN = 0.08  # of the head to either side, radians
# Where features lie, however the face is shaped: left, low, right, high; (0, 0) is between the eyes and the mouth.
_EYES, _MOUTH, _GLASSES = (-0.50, -0.24, 0.50, 0.42), (-0.32, -0.46, 0.32, -0.14), (-0.60, -0.15, 0.60, 0.27)
_CHEEKS, _BEARD, _EARS = (-0.50, -0.28, 0.50, 0.02), (-0.60, -0.68, 0.60, 0.08), (-0.66, -0.16, 0.66, 0.20)
_BODY, _CROWN = (-1.10, -1.20, 1.10, -0.30), (-0.30, 0.34, 0.02, 0.54)

# Colours in sRGB. A row for each hair colour; the last is that of brows and beard where there is no hair.
_HAIR = ((0.13, 0.12, 0.16), (0.34, 0.20, 0.13), (0.94, 0.77, 0.42), (0.86, 0.40, 0.16), (0.20, 0.16, 0.16))
_LIGHT = ((1.00, 0.87, 0.77), (0.95, 0.76, 0.62))  # tones of skin run between two
_DARK = ((0.66, 0.45, 0.33), (0.52, 0.34, 0.25))
_GROUNDS = (
    (0.72, 0.84, 0.92),
    (0.98, 0.84, 0.72),
    (0.78, 0.88, 0.78),
    (0.86, 0.80, 0.93),
    (0.97, 0.80, 0.82),
    (0.80, 0.89, 0.90),
)
_CLOTHES = (
    (0.20, 0.42, 0.62),
    (0.80, 0.33, 0.33),
    (0.25, 0.55, 0.47),
    (0.93, 0.66, 0.26),
    (0.46, 0.36, 0.62),
    (0.90, 0.90, 0.88),
)
_IRIS = ((0.30, 0.20, 0.14), (0.24, 0.42, 0.62), (0.30, 0.48, 0.32), (0.42, 0.32, 0.20))


def labels_of(index: Tensor, seed: int = 0) -> Tensor:
    """Attributes of each sample, float32 [B, len(ATTRIBUTES)] of 0 and 1. One in six is bald, and has no bangs and no hair
    colour; of the others each has one of four colours, equally often. All else is drawn independently, at one half."""
    u = sdf.hash_uniform(seed ^ _LABELS, index, len(ATTRIBUTES))
    label = (u < 0.5).float()
    label[:, 0] = (u[:, 0] < 1 / 6).float()
    colour = torch.nn.functional.one_hot((u[:, 2] * 4).long(), 4).float()
    hair = 1 - label[:, :1]
    label[:, COLOURS] = colour * hair
    label[:, 1:2] *= hair
    return label


def toggled(label: Tensor, attribute: int) -> Tensor:
    """Labels [B, K] with one attribute the other way, and what cannot stand beside it put right.

    Baldness takes bangs and colour away, and gives brown hair back; bangs and a colour bring hair; a colour in place of
    another one, and the next colour where one is taken away.
    """
    out = label.clone()
    out[:, attribute] = 1 - out[:, attribute]
    on, first, count = out[:, attribute] > 0.5, COLOURS.start, COLOURS.stop - COLOURS.start
    if attribute == 0:
        out[:, 1] = torch.where(on, 0.0, out[:, 1])
        out[:, COLOURS] = 0
        out[:, first + 1] = (~on).float()
    elif attribute == 1:
        brown = on & (out[:, 0] > 0.5)
        out[:, first + 1] = torch.where(brown, 1.0, out[:, first + 1])
        out[:, 0] = torch.where(on, 0.0, out[:, 0])
    elif first <= attribute < COLOURS.stop:
        other = first + (attribute - first + 1) % count
        out[:, COLOURS] = 0
        out[:, attribute] = on.float()
        out[:, other] = (~on).float()
        out[:, 0] = 0
    return out


def draw(
    index: Tensor,
    size: int = 64,
    seed: int = 0,
    label: Tensor | None = None,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Images [B, 3, size, size] in [-1, 1] of the people `index` (int64 [B]), drawn on `device`.

    label: float [B, len(ATTRIBUTES)], attributes asked for; None: each one's own, `labels_of`. The same index gives the same
    person at every size and in every batch. ValueError for a label of another shape.
    """
    label = labels_of(index, seed) if label is None else label
    if label.shape != (len(index), len(ATTRIBUTES)):
        raise ValueError(f"a label is {len(ATTRIBUTES)} numbers for each face; got {tuple(label.shape)}")
    with torch.no_grad():
        image = _paint(sdf.hash_uniform(seed, index, _IDENTITY).to(device), label.float().to(device), size)
    return image.clamp_(0, 1).mul_(2).sub_(1)


# --- shapes whose parameters are tensors [B, 1, 1] or numbers ---------------------------------------------


def _at(p: sdf.Points, x, y) -> sdf.Points:
    return p[0] - x, p[1] - y


def _turned(p: sdf.Points, angle: Tensor) -> sdf.Points:
    c, s = angle.cos(), angle.sin()
    return p[0] * c + p[1] * s, p[1] * c - p[0] * s


def _oval(p: sdf.Points, a, b) -> Tensor:
    return sdf.ellipsoid(p, a, b)


def _box(p: sdf.Points, a, b, radius) -> Tensor:
    return sdf.box(p, a - radius, b - radius) - radius


def _bow(p: sdf.Points, half, rise) -> Tensor:
    """Distance (>= 0, about) to a parabola through (-half, 0), (0, -rise), (half, 0)."""
    x = (
        p[0].clamp(-half, half)
        if not isinstance(half, Tensor)
        else torch.minimum(torch.maximum(p[0], -half), half)
    )
    slope = 2 * rise * x / half**2
    across = (p[1] - rise * ((x / half) ** 2 - 1)) / (1 + slope * slope).sqrt()
    return sdf.length((p[0] - x, across))


Window = tuple[EllipsisType, slice, slice]


def _window(box: tuple[float, float, float, float], size: int) -> Window:
    """The rows and the columns of an image of `size` that a box on the head may reach, as far as it leans."""
    left, low, right, high = box
    columns, rows = [], []
    for angle in (-_LEAN, 0.0, _LEAN):
        c, s = math.cos(angle), math.sin(angle)
        for x, y in ((left, low), (left, high), (right, low), (right, high)):
            columns.append((1 + (x * c - (y + 0.5) * s) / ZOOM) * size / 2)
            rows.append((1 - ((y + 0.5) * c + x * s - 0.39) / ZOOM) * size / 2)
    # a pixel more on each side, for soft edges
    rows, columns = (slice(max(0, math.floor(min(a)) - 1), math.ceil(max(a)) + 1) for a in (rows, columns))
    return ..., rows, columns


def _cut(p: sdf.Points, window: Window) -> sdf.Points:
    return tuple(axis[window] for axis in p)


class _Canvas:
    """[B, 3, H, W] that parts are painted on, one over the other, in place."""

    def __init__(self, image: Tensor, pixel: float):
        self.image, self.pixel = image, pixel

    def within(self, window: Window) -> _Canvas:
        """A part of it: what is painted there costs only its own pixels."""
        return _Canvas(self.image[window], self.pixel)

    def part(self, d: Tensor, colour: Tensor, share: Tensor | float = 1.0) -> None:
        """colour: [B, 3, 1, 1] or [B, 3, H, W]; share: how much of it covers what is there, [B, 1, 1] or a number."""
        self.tint(sdf.coverage(d, self.pixel) * share, colour)

    def tint(self, share: Tensor, colour: Tensor) -> None:
        self.image.addcmul_(
            share[:, None], colour - self.image
        )  # lerp takes a weight of one plane value by value


def _between(pair, t: Tensor) -> Tensor:
    a, b = (torch.tensor(c, device=t.device).view(1, 3, 1, 1) for c in pair)
    return a + (b - a) * t[:, None]


def _chosen(rows, t: Tensor) -> Tensor:
    table = torch.tensor(rows, device=t.device)
    return table[(t.flatten() * len(rows)).long()][:, :, None, None]


def _soft(d: Tensor, width: float) -> Tensor:
    """1 deep inside, 0 outside, over `width`."""
    t = (0.5 - d / width).clamp(0, 1)
    return t * t * (3 - 2 * t)


def _paint(u: Tensor, label: Tensor, size: int) -> Tensor:
    columns = iter(u[:, :, None, None].unbind(1))

    def within(low: float, high: float) -> Tensor:
        return low + (high - low) * next(columns)

    bald, bangs, *colours, glasses, makeup, smile, dark, beard, male = label[:, :, None, None].unbind(1)
    female = 1 - male
    width, eye_gap, eye_size = within(0.43, 0.50), within(0.185, 0.23), within(0.92, 1.12)
    nose_long, nose_wide = within(0.10, 0.16), within(0.045, 0.075)
    brow_tilt, brow_high, ear = within(-0.14, 0.10), within(0.0, 0.04), within(0.07, 0.10)
    lean, yaw, mouth_wide = within(-_LEAN, _LEAN), within(-0.04, 0.04), within(0.14, 0.18)
    volume, parting, long_, tone = within(0.05, 0.10), within(-0.25, 0.25), within(-0.75, -0.45), within(0, 1)
    ground, cloth, iris = (_chosen(rows, next(columns)) for rows in (_GROUNDS, _CLOTHES, _IRIS))
    rim_round, collar, tall = within(0.4, 1.0), within(0, 1), within(0.50, 0.56)

    pixel, (x, y) = 2 / size * ZOOM, sdf.grid(size, len(u), u.device)
    x, y = x * ZOOM, y * ZOOM - 0.06
    skin = torch.lerp(_between(_LIGHT, tone), _between(_DARK, tone), dark[:, None])
    shade, warm = (
        skin * skin.new_tensor([0.84, 0.76, 0.74]).view(1, 3, 1, 1),
        skin.new_tensor([0.86, 0.36, 0.36]),
    )
    table = torch.tensor(_HAIR, device=u.device)
    weights = torch.cat([torch.cat(colours, 1)[..., 0], bald[..., 0]], 1)
    hair = (weights @ table / weights.sum(1, keepdim=True).clamp(min=1))[:, :, None, None]
    # A label that is no hair colour at all, or half of one, still has something to show.
    hair = hair + (1 - weights.sum(1).clamp(max=1))[:, None, None, None] * table[-1].view(1, 3, 1, 1)
    hair_dark, ink = hair * 0.72, skin.new_tensor([0.20, 0.14, 0.15]).view(1, 3, 1, 1)
    white, black = torch.ones_like(skin), torch.zeros_like(skin)

    glow = _soft(sdf.length((x + 0.3, y - 0.4)) - 0.6, 1.6)
    canvas = _Canvas((ground * 0.93 + 0.10 * glow[:, None]).clamp(max=1), pixel)

    # The head leans about the neck; features turn a little to one side.
    h = _turned(_at((x, y), 0.0, -0.45), lean)
    h = (h[0], h[1] - 0.50)  # (0, 0) is between the eyes and the mouth
    jaw = width * (0.66 + 0.24 * male)
    chin = 0.50 + 0.02 * male
    skull = _oval(_at(h, 0.0, 0.10), width, tall - 0.04)
    head = sdf.blend(skull, _box(_at(h, 0.0, -0.20), jaw, chin - 0.20, 0.26 - 0.03 * male), 0.20)

    # Hair behind: long beside a woman's neck, close to a man's head.
    cap = sdf.blend(_oval(_at(h, 0.0, 0.14), width + volume, tall - 0.04 + volume), head + 0.5, 0.02)
    fall = _box(_at(h, 0.0, 0.5 * (long_ + 0.2)), width + volume, 0.5 * (0.2 - long_) + 0.1, 0.20)
    wave = 0.018 * torch.sin(14 * h[1] + 6 * parting)
    behind = torch.where(female > 0.5, sdf.blend(cap, fall + wave, 0.1), cap + 0.3 * (h[1] < -0.05))
    canvas.part(behind, hair_dark, 1 - bald)

    # Shoulders, neck and its shadow.
    window = _window(_BODY, size)
    low, (x, y) = canvas.within(window), _cut((x, y), window)
    broad = 0.66 + 0.14 * male
    body = sdf.blend(
        _oval(_at((x, y), 0.0, -1.12), broad, 0.46), _box(_at((x, y), 0.0, -1.2), broad - 0.1, 0.5, 0.2), 0.1
    )
    lit = cloth * (0.94 + 0.12 * _soft(sdf.length((x + 0.35, y + 0.75)) - 0.2, 0.8)[:, None])
    low.part(body, lit)
    neck = _box(_at((x, y), 0.0, -0.55), 0.145 + 0.065 * male, 0.28, 0.10)
    opening = _oval(_at((x, y), 0.0, -0.76), 0.20 + 0.07 * male + 0.05 * collar, 0.13 + 0.06 * collar)
    low.part(sdf.common(opening - 0.028, body), cloth * 0.82)
    low.part(sdf.blend(neck, opening, 0.06), skin)
    low.tint(
        sdf.coverage(neck, pixel) * _soft(_oval(_at(_cut(h, window), 0.0, -0.38), jaw, 0.22), 0.12) * 0.9,
        shade,
    )

    # Ears and head, with light from the upper left.
    window = _window(_EARS, size)
    beside, (x, y) = canvas.within(window), _cut(h, window)
    ears = _oval(_at((x.abs(), y), width - 0.005, 0.02), ear, ear * 1.35)
    beside.part(ears, skin)
    beside.part(ears + 0.035, shade, 0.6)
    canvas.part(head, skin)
    inside = sdf.coverage(head, pixel)
    side = _soft(-(h[0] * 0.9 - h[1] * 0.5) + 0.42, 0.5)
    canvas.tint(inside * side * 0.45, shade)
    canvas.tint(inside * _soft(sdf.length((h[0] + 0.15, h[1] - 0.35)) - 0.1, 0.5) * 0.16, white)

    f = (h[0] - yaw, h[1])
    eyes = (f[0].abs(), f[1])
    window = _window(_CHEEKS, size)
    cheek = _soft(_oval(_at(_cut(eyes, window), 0.27, -0.13), 0.13, 0.09), 0.10)
    pink = torch.lerp(skin, warm.view(1, 3, 1, 1), 0.75)
    canvas.within(window).tint(cheek * inside[window] * (0.12 + 0.68 * makeup), pink)

    # A beard: the lower face, from ear to ear, around the mouth.
    window = _window(_BEARD, size)
    low, (x, y) = canvas.within(window), _cut(f, window)
    edge = y + 0.18 + 0.22 * x.abs().clamp(max=0.22) - 0.75 * (x.abs() - 0.24).clamp(min=0)
    bearded = sdf.round_common(head[window] - 0.025, edge, 0.03)
    low.part(bearded, hair * 0.92, beard)
    low.tint(
        sdf.coverage(bearded, pixel) * beard * _soft(sdf.length((x, y + 0.52)) - 0.1, 0.3) * 0.35, hair_dark
    )

    # Eyes.
    window = _window(_EYES, size)
    near, whole, whole_eyes = canvas.within(window), f, eyes
    f, eyes = _cut(f, window), _cut(eyes, window)
    e = _at(eyes, eye_gap, 0.07)
    lid = _oval(e, 0.115 * eye_size, 0.095 * eye_size)
    near.tint(
        _soft(_oval(_at(eyes, eye_gap, 0.13), 0.14, 0.09), 0.06) * makeup * 0.75,
        skin.new_tensor([0.62, 0.35, 0.62]).view(1, 3, 1, 1),
    )
    near.part(lid, white * 0.98)
    pupil = (f[0] - eye_gap * f[0].sign(), f[1] - 0.065)
    near.part(sdf.common(sdf.length(pupil) - 0.072 * eye_size, lid), iris)
    near.part(sdf.length(pupil) - 0.040 * eye_size, ink * 0.5)
    near.part(sdf.length(_at(pupil, -0.025, 0.03)) - 0.018, white)
    thick = 0.010 + 0.016 * makeup
    upper = sdf.common((lid).abs() - thick, 0.015 - e[1])
    near.part(upper, ink)
    lash = _at(e, 0.10 * eye_size, 0.055)
    flick = _box(_turned(lash, torch.full_like(thick, 0.65)), 0.055, 0.016, 0.01)
    near.part(flick, ink, makeup)

    # Brows and nose.
    b = _turned(_at(eyes, eye_gap, 0.225 + brow_high), -brow_tilt + 0.12)
    near.part(
        _bow(_at(b, 0.0, 0.02), 0.105, -0.022 - 0.02 * female) - (0.016 + 0.018 * male),
        torch.lerp(hair_dark, ink, 0.25),
    )
    n = _at(f, 0.35 * yaw, -0.02)
    bridge = _box(_at(n, 0.022, -0.02), 0.020, nose_long * 0.6, 0.012)
    near.tint(_soft(bridge, 0.05) * 0.55, shade)
    near.part(_bow(_at(n, 0.0, 0.04 - nose_long), nose_wide, 0.026) - 0.014, shade * 0.86)

    # The mouth: a calm line, or an open smile with teeth.
    window = _window(_MOUTH, size)
    near, mouth_at = canvas.within(window), _at(_cut(whole, window), 0.0, -0.27)
    lips = torch.lerp(
        shade * skin.new_tensor([0.88, 0.72, 0.72]).view(1, 3, 1, 1),
        skin.new_tensor([0.82, 0.12, 0.24]).view(1, 3, 1, 1),
        makeup[:, None],
    )
    calm = _bow(_at(mouth_at, 0.0, -0.008), mouth_wide * 0.72, 0.012)
    near.part(calm - 0.020, lips, (1 - smile) * (1 - makeup))
    above = _oval(_at((mouth_at[0].abs(), mouth_at[1]), 0.048, 0.016), mouth_wide * 0.5, 0.030)
    full = sdf.blend(above, _oval(_at(mouth_at, 0.0, -0.026), mouth_wide * 0.60, 0.040), 0.03)
    near.part(full, lips, (1 - smile) * makeup)
    near.part(
        _bow(_at(mouth_at, 0.0, -0.008), mouth_wide * 0.66, 0.004) - 0.007, lips * 0.6, (1 - smile) * makeup
    )
    m = _at(mouth_at, 0.0, 0.055)
    wide = mouth_wide * 1.12
    bottom = _bow(m, wide, 0.155)
    grin = torch.maximum(
        m[1] + 0.018 * (1 - (m[0] / wide) ** 2), -(m[1] - 0.155 * ((m[0] / wide) ** 2 - 1)) * 0.8
    )
    grin = torch.maximum(grin, m[0].abs() - wide)
    near.part(sdf.union(grin - 0.022, bottom - 0.020), lips, smile)
    near.part(grin + 0.004, black + skin.new_tensor([0.45, 0.10, 0.14]).view(1, 3, 1, 1), smile)
    near.part(sdf.common(grin + 0.006, -(m[1] + 0.075)), white, smile)

    # Hair in front: a hairline, a fringe over the forehead, strands beside a woman's face.
    line = 0.43 - 0.9 * (h[0] - parting * width).abs().clamp(max=0.5) ** 2
    low = 0.200 + 0.022 * torch.cos(h[0] * 26 + 8 * parting) - 0.16 * h[0] ** 2
    brow_line = torch.where(bangs > 0.5, low, line)
    front = sdf.common(cap, (brow_line - h[1]) * 0.9)
    strand_in = width * (0.80 - 0.10 * (h[1] + 0.2).clamp(-0.6, 0.4))
    strands = sdf.common(
        sdf.common(sdf.union(cap, fall + wave), strand_in - h[0].abs()), sdf.union(h[1] - 0.5, h[1] * 0 - 1)
    )
    strands = sdf.common(strands, long_ - h[1] - 0.05)
    sideburn = sdf.common(sdf.common(cap, width * 0.93 - h[0].abs()), 0.05 - h[1])
    beside = torch.where(female > 0.5, strands, sideburn)
    front = sdf.union(front, beside)
    gloss = _soft((sdf.length(_at(h, -0.08, 0.02)) - 0.50).abs() - 0.02, 0.10) * _soft(-h[1] + 0.30, 0.1)
    locks = hair * (0.93 + 0.06 * torch.sin(h[0] * 30 + 5 * h[1]))[:, None]
    canvas.part(front, locks, 1 - bald)
    canvas.tint(sdf.coverage(front, pixel) * gloss * (1 - bald) * 0.30, torch.lerp(hair, white, 0.6))
    rim = sdf.common((brow_line - h[1]).abs() - 0.012, sdf.common(cap, head + 0.02))
    canvas.part(rim, hair_dark, (1 - bald) * 0.5)
    window = _window(_CROWN, size)
    shine = _soft(_oval(_at(_cut(h, window), -0.14, 0.44), 0.11, 0.055), 0.05)
    canvas.within(window).tint(sdf.coverage(skull[window], pixel) * shine * bald * 0.55, white)

    # Glasses.
    window = _window(_GLASSES, size)
    near, eyes = canvas.within(window), _cut(whole_eyes, window)
    g = _at(eyes, eye_gap + 0.005, 0.06)
    lens = _box(g, 0.165, 0.145, 0.06 + 0.08 * rim_round)
    frame = skin.new_tensor([0.16, 0.16, 0.24]).view(1, 3, 1, 1)
    near.part(lens, white, glasses * 0.16)
    near.part(lens.abs() - 0.019, frame, glasses)
    near.part(_box(_at(eyes, 0.0, 0.09), eye_gap - 0.15, 0.018, 0.01), frame, glasses)
    near.part(
        _box(_at(eyes, 0.5 * (eye_gap + 0.16 + width), 0.09), 0.5 * (width - eye_gap - 0.16), 0.018, 0.01),
        frame,
        glasses,
    )
    return canvas.image
