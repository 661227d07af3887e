"""Glyphs: digits and letters in fonts, colours and tilts, endless and labelled, in two looks.

`pen` is written: thin faces, bent by a trembling hand, ink of any colour on paper of any colour. `toy` is moulded: bold
faces, one of eight colours, shaded and glossy, with a shadow on white. The faces are those that matplotlib carries.
Everything about sample i follows from (seed, i): see `sdf.hash_uniform`.
"""

from __future__ import annotations

import colorsys
import math
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ..device import sent
from .lines import smooth_noise
from .sdf import hash_uniform

LOOKS = ("pen", "toy")
DIGITS = "0123456789"
FACES = {
    "pen": ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSansMono", "DejaVuSerif-Italic", "STIXGeneral", "cmss10", "cmtt10", "cmr10"),
    "toy": ("DejaVuSans-Bold", "DejaVuSans-BoldOblique", "DejaVuSansMono-Bold", "DejaVuSerif-Bold", "STIXGeneralBol", "cmb10"),
}  # fmt: skip
TOYS = ("e8483f", "f28c28", "f2c230", "58b368", "2fa7a0", "3f7fe0", "8a5bd6", "e0609a")
SPLITS = {"train": (0, 2**20), "val": (2**20, 1024), "test": (2**20 + 1024, 1024)}  # first index, length
_SIDE = 96  # of the masks that the faces are drawn at


@cache
def masks_of(face: str, characters: str) -> Tensor:
    """Each character of a face, as large as fits, in the middle: float [n, 1, _SIDE, _SIDE] in [0, 1]."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{face}.ttf"
    font, masks = ImageFont.truetype(str(path), _SIDE), []
    for character in characters:
        image = Image.new("L", (2 * _SIDE, 2 * _SIDE))
        ImageDraw.Draw(image).text((_SIDE, _SIDE), character, 255, font, anchor="mm")
        drawn = image.crop(image.getbbox())
        drawn.thumbnail((0.9 * _SIDE, 0.9 * _SIDE), Image.LANCZOS)
        factor = 0.9 * _SIDE / max(drawn.size)
        drawn = drawn.resize([max(1, round(s * factor)) for s in drawn.size], Image.LANCZOS)
        whole = Image.new("L", (_SIDE, _SIDE))
        whole.paste(drawn, [(_SIDE - s) // 2 for s in drawn.size])
        masks.append(np.asarray(whole, dtype=np.float32) / 255)
    return torch.from_numpy(np.stack(masks))[:, None]


def label_of(index: Tensor, characters: str = DIGITS, seed: int = 0) -> Tensor:
    """int64 [B]: which of the characters the samples `index` show."""
    return (hash_uniform(seed ^ 0x61F, index, 1)[:, 0] * len(characters)).long()


def draw(
    index: Tensor,
    look: str,
    size: int = 32,
    label: Tensor | None = None,
    characters: str = DIGITS,
    seed: int = 0,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Images float [B, 3, size, size] in [-1, 1] of the samples `index` (int64 [B]) in one of LOOKS, drawn on `device`.

    label: int64 [B], places in `characters`; None takes each sample's own, `label_of`. ValueError for another look.
    """
    if look not in LOOKS:
        raise ValueError(f"looks are {', '.join(LOOKS)}, not {look!r}")
    label = label_of(index, characters, seed) if label is None else label
    u = hash_uniform(seed + LOOKS.index(look), index, 12)
    faces = FACES[look]
    masks = torch.stack(
        [masks_of(faces[int(f * len(faces))], characters)[k] for f, k in zip(u[:, 0], label, strict=True)]
    )
    shape = _placed(sent(masks, device), u, 2 * size, bend=0.1 if look == "pen" else 0.0, index=index)
    return (inked(F.avg_pool2d(shape, 2), u) if look == "pen" else _toy(shape, u, size)) * 2 - 1


def _placed(masks: Tensor, u: Tensor, side: int, bend: float, index: Tensor) -> Tensor:
    """Masks tilted up to 14 degrees, scaled, shifted and, by a hand that trembles, bent; [B, 1, side, side]."""
    tilt, grow = (u[:, 1] - 0.5) * math.radians(28), 1 / (0.76 + 0.2 * u[:, 2])
    across, down = ((u[:, k] - 0.5) * 0.16 for k in (3, 4))
    turn = torch.stack(
        [tilt.cos() * grow, -tilt.sin() * grow, across, tilt.sin() * grow, tilt.cos() * grow, down], 1
    )
    grid = F.affine_grid(
        sent(turn, masks.device).view(-1, 2, 3), [len(masks), 1, side, side], align_corners=False
    )
    if bend:
        rngs = [torch.Generator().manual_seed(i) for i in index.tolist()]
        waves = [smooth_noise(1, 2, 3, side, rng, masks.device)[0] for rng in rngs]
        grid = grid + bend * torch.stack(waves).permute(0, 2, 3, 1)
    return F.grid_sample(masks, grid, mode="bilinear", align_corners=False)


def inked(cover: Tensor, u: Tensor) -> Tensor:
    """Ink on paper, one of them dark: masks [B, 1, H, W] in [0, 1] and dice [B, 12] -> [B, 3, H, W] in [0, 1]."""
    dark, light = (
        _colours(u[:, k], s, v)
        for k, s, v in ((5, 0.75, 0.2 + 0.3 * u[:, 6]), (7, 0.3, 0.85 + 0.15 * u[:, 8]))
    )
    inverted = (u[:, 9] < 0.3)[:, None, None, None]
    ink, paper = (sent(torch.where(inverted, *two), cover.device) for two in ((light, dark), (dark, light)))
    return (paper + (ink - paper) * cover).clamp(0, 1)


def _toy(shape: Tensor, u: Tensor, size: int) -> Tensor:
    """Lit from the upper left: the slope of a softened mask gives the shading, its steepest side a highlight."""
    palette = torch.tensor([[int(c[k : k + 2], 16) / 255 for k in (0, 2, 4)] for c in TOYS])
    colour = sent(palette[(u[:, 5] * len(TOYS)).long()][:, :, None, None], shape.device)
    high = _soft(shape, size / 16)
    slope_x, slope_y = (torch.gradient(high, dim=d)[0] * size for d in (3, 2))
    light = -(slope_x + slope_y) / 8
    body = colour * (0.92 + 0.5 * light.clamp(-0.8, 0.4)) + 0.9 * (light - 0.32).clamp_min(0)
    shadow = torch.roll(_soft(shape, size / 10), (size // 10, size // 16), (2, 3))
    ground = 1 - 0.35 * shadow * sent(torch.tensor([0.8, 0.85, 0.7])[:, None, None], shape.device)
    return F.avg_pool2d(ground + (body - ground) * shape, 2).clamp(0, 1)


def _soft(x: Tensor, sigma: float) -> Tensor:
    reach = math.ceil(2.5 * sigma)
    weight = torch.exp(-(torch.arange(-reach, reach + 1) ** 2) / (2 * sigma**2))
    weight = sent((weight / weight.sum())[None, None, None], x.device)
    return F.conv2d(F.conv2d(x, weight, padding=(0, reach)), weight.mT, padding=(reach, 0))


def _colours(hue: Tensor, saturation: float, value: Tensor) -> Tensor:
    rows = [colorsys.hsv_to_rgb(float(h), saturation, float(v)) for h, v in zip(hue, value, strict=True)]
    return torch.tensor(rows)[:, :, None, None]
