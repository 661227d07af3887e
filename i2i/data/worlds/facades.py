"""Facades: an endless one-to-many world of label maps and the buildings they may stand for.

The classes and their colours are those of the CMP facade set (Tylecek and Sara 2013) in its pix2pix
version, so a network trained here can be shown real label maps, and the other way round. Both halves
are functions of pixels, not of objects: `draw_labels` folds the plane into floors and bays, `render`
reads nothing but a label map and a material, so it also builds what a visitor has painted.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..device import OnDevice, sent
from .sdf import coverage, hash_uniform, tiled

CLASSES = (
    "background",
    "facade",
    "window",
    "door",
    "cornice",
    "sill",
    "balcony",
    "blind",
    "deco",
    "molding",
    "pillar",
    "shop",
)
BACKGROUND, FACADE, WINDOW, DOOR, CORNICE, SILL, BALCONY, BLIND, DECO, MOLDING, PILLAR, SHOP = range(12)

# The twelve modes of the label halves of the set: a jet ramp in steps of 5/16, dark blue to dark red.
PALETTE = torch.tensor(
    [
        [0, 0, 223],
        [0, 48, 255],
        [0, 128, 255],
        [0, 207, 255],
        [32, 255, 223],
        [112, 255, 143],
        [191, 255, 64],
        [255, 239, 0],
        [255, 159, 0],
        [255, 80, 0],
        [255, 0, 0],
        [175, 0, 0],
    ],
    dtype=torch.uint8,
)

SPLITS = {"train": (0, 2**20), "val": (2**20, 512), "test": (2**20 + 512, 512)}  # first index, length


def colour(labels: Tensor) -> Tensor:
    """Label map int64 [B, H, W] -> its image in `PALETTE`, float [B, 3, H, W] in [-1, 1]."""
    return sent(PALETTE.float() / 127.5 - 1, labels.device)[labels].movedim(-1, 1).contiguous()


def classes_of(x: Tensor) -> Tensor:
    """Image [B, 3, H, W] in [-1, 1] -> int64 [B, H, W], the class of the nearest palette colour."""
    palette = sent(PALETTE.float() / 127.5 - 1, x.device)
    # |x - c|^2 without |x|^2, which is the same for every class: one product of matrices.
    score = torch.einsum("bchw,kc->bkhw", x, -2 * palette) + (palette * palette).sum(1)[:, None, None]
    return score.argmin(1)


def _grid(size: int, device: torch.device | str) -> tuple[Tensor, Tensor]:
    """Pixel centres (x [1, 1, size], y [1, size, 1]) in (0, 1), y downwards as facades are measured."""
    t = (torch.arange(size, dtype=torch.float32, device=device) + 0.5) / size
    return t[None, None, :], t[None, :, None]


# --- label maps --------------------------------------------------------------------------------------

_ROWS, _BAYS, _PLAN = 8, 10, 64  # cells with numbers of their own, and the numbers of the whole building


def draw_labels(index: Tensor, size: int = 64, seed: int = 0, device: torch.device | str = "cpu") -> Tensor:
    """Label maps int64 [B, size, size] in [0, 12) of the buildings `index` (int64 [B]), drawn on `device`.

    What only rows or only columns decide is put together first: these are a line of pixels each, not a plane.
    """
    u = sent(hash_uniform(seed ^ 0xFACADE, index, _PLAN + 2 * _ROWS * _BAYS), device)
    plan, cells = u[:, :_PLAN], u[:, _PLAN:].view(-1, 2, _ROWS, _BAYS)
    columns = iter(plan.unbind(1))

    def draw(low: float = 0.0, high: float = 1.0) -> Tensor:
        return (low + (high - low) * next(columns))[:, None, None]

    def rng(p: float) -> Tensor:
        return draw() < p

    x, y = _grid(size, device)

    # The plot: strips of background beside, above and below; now and then the house fills the image.
    left = torch.where(rng(0.55), draw(0.03, 0.14), 0.0)
    right = 1 - torch.where(rng(0.55), draw(0.03, 0.14), 0.0)
    top = torch.where(rng(0.75), draw(0.04, 0.2), 0.0)
    foot = 1 - torch.where(rng(0.5), draw(0.02, 0.06), 0.0)
    within = (x >= left) & (x < right)
    house = within & ((y >= top) & (y < foot))

    floors = (2 + draw() * 3.4).long()
    bays = (3 + draw() * 4).long()
    crown = draw(0.03, 0.07)  # the main molding under the roof
    street = foot - draw(0.17, 0.25)  # where the ground floor begins
    bay = (right - left) / bays
    storey = (street - top - crown) / floors
    column = ((x - left) / bay).floor().clamp_min(0).minimum(bays - 1)
    row = ((y - top - crown) / storey).floor().clamp_min(0).minimum(floors - 1)
    wide = (x - left - (column + 0.5) * bay).abs()  # from the axis of the bay
    edge = bay / 2 - wide  # from the line between two bays
    v = (y - top - crown - row * storey) / storey  # 0 at the top of a floor, 1 at its end
    upper = within & ((y >= top + crown) & (y < street) & (y < foot))
    ground = within & ((y >= street) & (y < foot))

    # Numbers by cell and by floor; most houses are symmetric about the middle bay.
    mirrored = torch.minimum(column, bays - 1 - column)
    place = torch.where(rng(0.7), mirrored, column).long()
    cell = (row.long() * _BAYS + place).flatten(1)
    one, two = (cells[:, k].flatten(1).gather(1, cell).view(-1, size, size) for k in range(2))
    floor = cells[:, 0, :, _BAYS - 1].gather(1, row.long().flatten(1)).view(-1, size, 1)

    half = bay * draw(0.2, 0.34)
    head, base = draw(0.22, 0.32), draw(0.78, 0.88)
    beside = (v >= head) & (v < base)
    post = torch.where(rng(0.35), draw(0.006, 0.012), -1.0)  # wall between the halves of a window
    opening = upper & ((wide < half) & (wide > post)) & beside

    out = house.to(torch.uint8)  # FACADE is 1, BACKGROUND 0

    def paint(label: int, mask: Tensor) -> None:
        out.masked_fill_(mask, label)

    # Pillars stand between the bays, moldings run over them.
    paint(PILLAR, upper & (rng(0.28) & (edge < draw(0.012, 0.024))) & (row >= (draw() * 2).long()))
    strip = draw(0.012, 0.028)
    paint(MOLDING, upper & (rng(0.75) & (row > 0) & (v * storey < strip) & (floor < draw(0.3, 1.0))))
    paint(MOLDING, house & (rng(0.8) & (y < top + crown)))
    paint(MOLDING, house & (rng(0.6) & (y >= street) & (y < street + draw(0.015, 0.035))))

    paint(WINDOW, opening)
    shutters, rolled = rng(0.22), rng(0.35)
    paint(BLIND, upper & (shutters & (wide >= half) & (wide < 1.48 * half)) & beside)
    paint(BLIND, opening & ((two < 0.35) & rolled) & (v < head + (base - head) * (0.25 + one * 0.5)))
    above = (v >= head - draw(0.08, 0.14)) & (v < head - 0.02)
    paint(CORNICE, upper & (wide < 1.25 * half) & (rng(0.55) & above & (floor < draw(0.5, 1.2))))
    paint(SILL, upper & (wide < 1.2 * half) & (rng(0.75) & (v >= base) & (v < base + draw(0.06, 0.1))))
    spread = torch.where(rng(0.4), 0.49 * bay, 1.35 * half)
    rail = (v >= base - draw(0.1, 0.24)) & (v < base + 0.1)
    paint(BALCONY, upper & (rng(0.55) & rail) & (one < draw(0.2, 0.6)) & (wide < spread))
    paint(DECO, upper & (two > 0.72) & (wide < 0.6 * half) & (rng(0.4) & (v < head - 0.05) & (v >= 0.03)))
    paint(DECO, upper & (edge < 0.16 * bay) & (rng(0.25) & (row == floors - 1) & (v > 0.3) & (v < 0.75)))

    # The ground floor: a door in one bay; shops, windows or both in the others.
    g = (y - street) / (foot - street)
    entry = torch.where(rng(0.5), bays // 2, (draw() * bays).long())
    lot = cells[:, 1, _ROWS - 1].gather(1, column.long().flatten(1)).view(-1, 1, size)
    trade = lot < torch.where(rng(0.5), draw(0.4, 1.1), 0.0)
    at = column == entry
    gateway, shop, plain = ground & at, ground & (~at & trade), ground & ~(at | trade)
    low = draw(0.68, 0.8)
    paint(SHOP, shop & (wide < 0.44 * bay) & (g > draw(0.2, 0.3)))
    paint(WINDOW, plain & ((wide < half) & (wide > post)) & ((g > 0.28) & (g < low)))
    paint(SILL, plain & (wide < 1.2 * half) & ((g >= low) & (g < low + 0.08) & rng(0.6)))
    lintel = draw(0.24, 0.36)
    gate = torch.minimum(torch.maximum(half, draw(0.045, 0.06)), 0.42 * bay)
    paint(DOOR, gateway & (wide < gate) & (g > lintel))
    paint(DECO, gateway & (wide < 1.2 * gate) & (rng(0.4) & (g > lintel - 0.13) & (g <= lintel)))
    return out.long()


# --- buildings ---------------------------------------------------------------------------------------

# Name: texture (0 plaster, 1 brick, 2 ashlar), wall, trim.
MATERIALS: dict[str, tuple[int, str, str]] = {
    "red brick": (1, "a8503c", "e6d6bd"),
    "ochre plaster": (0, "e0b05c", "f6ead0"),
    "white plaster": (0, "e9e4da", "c9b79a"),
    "sandstone": (2, "cfae7d", "e2caa0"),
    "rose plaster": (0, "d99585", "f5e6da"),
    "grey stone": (2, "a3a5a8", "cfd0cf"),
    "sage plaster": (0, "a4b894", "eeedd8"),
    "brown brick": (1, "7f5a47", "d3b892"),
}
_FRAMES = ("f4f2ec", "5a4030", "37504a", "e9e0cf")
_DOORS = ("6b3f2a", "2f5b4f", "2f4d7a", "8c2f2b", "4a3a34")
_BLINDS = ("3f6b4f", "7a4a34", "d9d4c4", "4f6f94")
_AWNINGS = ("b8352f", "2f6b4f", "2f4f8c", "c98a2b")

# How far each class stands out of the wall, in units of the longest shadow; glass lies behind it. The
# background counts as wall, so that it casts no shadow and a house starts cleanly.
_HEIGHT = torch.tensor([0.0, 0.0, -0.45, -0.45, 0.55, 0.5, 1.0, 0.12, 0.4, 0.6, 0.45, -0.15])


def _rgb(*colours: str) -> Tensor:
    return torch.tensor([[int(c[i : i + 2], 16) / 255 for i in (0, 2, 4)] for c in colours])


def _runs(labels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Place of each pixel in the horizontal and vertical run of its label: u, v in (0, 1) and the runs'
    lengths as fractions of the image, each [B, H, W]. The only geometry a rendering needs."""

    def along(m: Tensor) -> tuple[Tensor, Tensor]:
        n = m.shape[2]
        t = torch.arange(n, dtype=torch.int16, device=m.device)
        change = F.pad(m[..., 1:] != m[..., :-1], (1, 0), value=True)
        start = (t * change).cummax(2).values
        last = F.pad(change[..., 1:], (0, 1), value=True)
        after = (t * last.flip(2)).cummax(2).values.flip(2)  # pixels between the run's end and the image's
        run = n - start - after
        return (t + 0.5 - start) / run, run.float() / n

    u, lu = along(labels)
    v, lv = along(labels.mT.contiguous())
    return u, v.mT.contiguous(), lu, lv.mT.contiguous()


def _noise(u: Tensor, size: int) -> Tensor:
    """Smooth value noise [B, size, size] in [0, 1] from random numbers [B, n, n]."""
    return F.interpolate(u[:, None], size=(size, size), mode="bilinear", align_corners=True)[:, 0]


def material_of(index: Tensor, seed: int = 0) -> Tensor:
    """The material each sample is built of unless told otherwise: int64 [B] in [0, len(MATERIALS))."""
    return (hash_uniform(seed ^ 0x3A7, index, 1)[:, 0] * len(MATERIALS)).long()


def render(labels: Tensor, index: Tensor, seed: int = 0, material: Tensor | None = None) -> Tensor:
    """A building for each label map: int64 [B, H, H] -> float [B, 3, H, H] in [-1, 1].

    `index` (int64 [B]) chooses paints, sky and small irregularities, `material` (int64 [B], rows of
    `MATERIALS`) the wall; None leaves that to the index too. Several of either for one map are the many
    answers that fit it.
    """
    size, pixel, device = labels.shape[-1], 1.0 / labels.shape[-1], labels.device
    material = material_of(index, seed) if material is None else material
    look = hash_uniform(seed ^ 0xB01D, index, 16 + 64 + 256)
    texture = torch.tensor([m[0] for m in MATERIALS.values()])[material][:, None, None]
    wall = _rgb(*(m[1] for m in MATERIALS.values()))[material] * (0.94 + 0.12 * look[:, :1])
    trim = _rgb(*(m[2] for m in MATERIALS.values()))[material]

    def choose(paints: tuple[str, ...], column: int) -> Tensor:
        return _rgb(*paints)[(look[:, column] * len(paints)).long()]

    options = (_FRAMES, _DOORS, _BLINDS, _AWNINGS)
    frame, door, blind, awning = (choose(o, k) for k, o in enumerate(options, start=1))
    stony = look[:, 7:8] < 0.5  # balconies of stone rather than iron
    rail = torch.where(stony, 0.98 * trim, torch.tensor([0.17, 0.18, 0.2]))
    body = [
        wall,
        wall,
        frame,
        door,
        trim,
        1.05 * trim,
        0.45 * wall,
        blind,
        0.55 * (trim + wall),
        0.97 * trim,
        0.93 * trim,
        0.6 * awning,
    ]
    # So far the processor chose; from here on the device paints.
    body, look_there, texture, trim, awning, stony, rail = (
        sent(t, device) for t in (torch.stack(body, 2), look, texture, trim, awning, stony, rail)
    )
    a = look_there[:, :16, None, None]
    smooth, rough = (
        _noise(look_there[:, 16:80].view(-1, 8, 8), size),
        _noise(look_there[:, 80:].view(-1, 16, 16), size),
    )
    x, y = _grid(size, device)
    kind = labels.to(torch.uint8)
    u, v, lu, lv = _runs(kind)
    is_ = torch.zeros(len(labels), len(CLASSES), size, size, dtype=torch.bool, device=device)
    is_ = is_.scatter_(1, labels[:, None], True).unbind(1)

    image = body.gather(2, labels.flatten(1)[:, None].expand(-1, 3, -1)).view(-1, 3, size, size)
    tone = torch.ones_like(u)

    def put(mask: Tensor, value: Tensor) -> None:
        """Lay a colour, [B, 3] or an image, over the pixels where `mask` is 1 (or partly over)."""
        value = value[:, :, None, None] if value.dim() == 2 else value
        image.lerp_(value, mask[:, None].to(image.dtype))

    def model(label: int, value: Tensor) -> None:
        """Brightness of one class: the relief and the texture its plain colour is given."""
        nonlocal tone
        tone = torch.where(is_[label], value, tone)

    def coloured(*rgb: float) -> Tensor:
        return sent(torch.tensor(rgb)[:, None, None], device)

    def ramp(base: tuple[float, ...], slope: tuple[float, ...], t: Tensor) -> Tensor:
        return torch.addcmul(coloured(*base), coloured(*slope), t[:, None])

    # Walls. A course of bricks or blocks is cut by joints; each stone has a tone of its own.
    brick = texture == 1
    tall, long = torch.where(brick, 0.032, 0.07), torch.where(brick, 0.08, 0.15)
    course = (y / tall).floor()
    along = x + 0.5 * long * (course % 2)
    # A tone for each of the at most 32 x 16 stones, looked up by course and place in it.
    number = (torch.arange(32)[:, None] * 64 + torch.arange(16)).flatten() + (index * 8192)[:, None]
    tones = sent(hash_uniform(seed, number, 1)[..., 0], device)
    stone = (course * 16 + (along / long).floor()).long()
    stones = tones.gather(1, stone.flatten(1)).view(stone.shape)
    joint = torch.minimum(tiled(y, tall).abs(), tiled(along, long).abs())
    groove = coverage(joint - 0.0033, pixel)
    masonry = 0.91 + 0.18 * stones + torch.where(brick, 0.14, -0.22) * groove
    plaster = 0.95 + 0.1 * smooth + 0.05 * rough - 0.06 * (y > 0.8)
    model(FACADE, torch.where(texture > 0, masonry, plaster))

    # Glass reflects a bright sky above and the dark street below, cut by a slanting glint.
    edge = torch.minimum(torch.minimum(u, 1 - u) * lu, torch.minimum(v, 1 - v) * lv)
    bar = torch.minimum((u - 0.5).abs() * lu, torch.where(lv > 0.07, (v - 0.36).abs() * lv, 1.0))
    shine = (1.25 - 1.15 * v + 0.35 * (smooth - 0.5)).clamp(0.12, 1)
    glass = ramp((0.10, 0.15, 0.2), (0.42, 0.5, 0.56), shine)
    glass += (0.14 * ((u + 0.6 * v - 0.25 - 0.5 * a[:, 5]).abs_() < 0.14))[:, None]
    curtain = (a[:, 6] < 0.4) & (torch.minimum(u, 1 - u) < 0.26)
    glass = glass.lerp_(coloured(1.0, 0.97, 0.9), (0.25 * curtain)[:, None])
    put(is_[WINDOW] * (1 - coverage(edge - 0.009, pixel)) * (1 - coverage(bar - 0.0045, pixel)), glass)

    # Doors: two columns of panels under a fanlight.
    panel = torch.minimum((u - 0.5).abs() * lu, tiled(v, 0.25).abs() * lv)
    model(DOOR, 1 - 0.35 * coverage(panel - 0.005, pixel) - 0.3 * coverage(edge - 0.007, pixel))
    put(is_[DOOR] * (v < 0.25) * (1 - coverage(edge - 0.01, pixel)), 0.9 * glass)

    # Raised trim is a profile: bright where it looks up, dark where it looks down.
    rounded = 1.16 - 0.42 * v
    dentil = 1 - 0.24 * ((tiled(x, 0.034).abs() < 0.0085) & (v > 0.45) & (lv > 0.025))
    model(CORNICE, rounded)
    model(MOLDING, rounded * dentil)
    model(SILL, 1.12 - 0.25 * v)
    model(PILLAR, 0.72 + 0.48 * (1 - (2 * u - 0.75) ** 2).clamp_min(0))
    radius = ((u - 0.5) ** 2 + (v - 0.5) ** 2).sqrt()
    model(DECO, 0.97 - 0.1 * v + 0.2 * torch.cos(19 * radius) * (radius < 0.5))
    model(BLIND, 1.0 - 0.15 * v + 0.2 * torch.cos(y * (2 * torch.pi / 0.03)))

    # Balconies: a slab, a rail, and bars or stone balusters in front of a dark opening.
    bars = coverage(tiled(x, 0.031).abs() - torch.where(stony[:, :, None], 0.009, 0.006), pixel)
    put(is_[BALCONY] * torch.maximum(bars, (v < 0.16).float()), rail)
    put(is_[BALCONY] * (v > 0.78), 0.95 * trim)

    # Shops: a striped awning, a lit window, a plinth.
    stripe = (tiled(x, 0.06).abs() < 0.015)[:, None]
    cloth = torch.where(stripe, awning[:, :, None, None], coloured(0.96, 0.94, 0.88))
    lit = ramp((0.86, 0.7, 0.46), (-0.3, -0.32, -0.25), v).add_(0.18 * (rough - 0.5)[:, None])
    put(is_[SHOP] * (1 - coverage(edge - 0.01, pixel)) * (v < 0.84), lit)
    put(is_[SHOP] * (v < 0.3), cloth * (1.05 - 0.6 * v)[:, None])

    # Shadows fall to the lower right, as far as the difference in height carries them.
    height = sent(_HEIGHT, device)[labels]
    step = max(1, round(0.014 * size))
    shade = torch.zeros_like(u)
    for k in range(1, 5):
        down, across = k * step, (k * step + 1) // 2
        caster = F.pad(height, (across, 0, down, 0))[:, :size, :size]
        shade = torch.maximum(shade, (caster - height).mul_(4.5).sub_(k).clamp_(0, 1))
    shade = shade * (0.75 + 0.35 * a[:, 8])
    dark = coloured(0.5, 0.47, 0.42)  # the sky still lights a shadow: it is bluish
    light = tone * (1.06 - 0.1 * y)  # less sky is seen from further down
    image.mul_(light[:, None]).mul_(1 - dark * shade[:, None])

    # Behind it all: sky with clouds, some green lower down, and the pavement under the house.
    cloud = ((0.7 * smooth + 0.3 * rough - 0.42) * 3.2).clamp(0, 1) * (1 - y)
    day = 0.9 + 0.14 * a[:, 9]
    sky = torch.stack([(0.5 + 0.32 * y) * day, (0.69 + 0.2 * y) * day, 0.92 + 0.03 * y + 0 * day], 1)
    sky = torch.lerp(sky, torch.ones_like(sky), 0.75 * cloud[:, None])
    leaf = (0.5 + 0.6 * rough)[:, None] * coloured(0.36, 0.5, 0.27)
    hedge = ((y - 0.66 + 0.22 * (rough - 0.5)) * 14).clamp(0, 1)
    put(is_[BACKGROUND], torch.lerp(sky, leaf, hedge[:, None]))
    under = (kind > 0).to(torch.uint8).cummax(1).values.bool() | (y > 0.93)
    paving = (0.9 + 0.1 * rough)[:, None] * coloured(0.66, 0.64, 0.62)
    put(is_[BACKGROUND] & under & (y > 0.5), paving)
    return image.clamp_(0, 1).mul_(2).sub_(1)


class Facades(OnDevice):
    """Paired data source: x is the coloured label map, y one building that fits it.

    Lengths: train 2**20, val and test 512 each; the splits are disjoint ranges of the hashed index.
    """

    def __init__(self, size: int = 64, seed: int = 0, split: str = "train"):
        self.size, self.seed, self.split = size, seed, split
        self.first, self._length = SPLITS[split]

    def __len__(self) -> int:
        return self._length

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """index int64 [B] in [0, len) -> x, y float [B, 3, H, W] in [-1, 1]; labels int64 [B, H, W]; index.

        `generator` is there for the interface: this world takes its randomness from the index alone.
        """
        if len(index) and not 0 <= int(index.min()) <= int(index.max()) < len(self):
            raise IndexError(f"{self.split} has {len(self)} samples")
        where = index + self.first
        labels = draw_labels(where, self.size, self.seed, self.device)
        y = render(labels, where, self.seed)
        return {"x": colour(labels), "y": y, "labels": labels, "index": self._sent(index)}
