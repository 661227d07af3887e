"""Colour hints: dabs and short strokes of colour in a line drawing, each in the colour that the answer has there.

A net that learned with them in half of its drawings guesses colours where there are none, and follows them where there
are. They are painted into the drawing itself, so it keeps its three channels.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..device import sent
from .lines import gathered, widened

DABS = 6  # at most, in one drawing


def hinted(
    x: Tensor, flat: Tensor, y: Tensor, figure: Tensor, rng: torch.Generator | None, share: float = 0.5
) -> Tensor:
    """Drawings with hints in about `share` of them.

    x: the lines, y: the answers, flat: images whose colours tell the parts apart, all float [B, 3, H, W] in [-1, 1];
    figure: bool [B, 1, H, W], where there is something.  A dab stays within its part, or nearly; an eighth of the hinted
    drawings have coloured lines, too.
    """
    b, device = len(x), x.device
    dice = torch.rand(b, 5, generator=rng)
    sizes = torch.rand(b, DABS, 4, generator=rng)
    # Dabs begin at any pixel of the figure: the first one by which a share of them, drawn at random, has passed.
    passed = figure.flatten(1).cumsum(1).float()
    share_passed = sent(torch.rand(b, DABS, dtype=torch.float64, generator=rng), device)
    places = torch.searchsorted((passed / passed[:, -1:]).double(), share_passed).clamp_max(
        passed.shape[1] - 1
    )
    many = 1 + (dice[:, 4] * DABS).long().clamp(max=DABS - 1)
    chosen = [k for k, u in enumerate(dice[:, 0].tolist()) if u < share]
    if not chosen:
        return x
    chosen.sort(key=lambda k: -many[k])  # so that those that get another dab are always the first
    rows, dice = sent(torch.tensor(chosen), device), dice[chosen]
    many, sizes = many[chosen].tolist(), sent(sizes[chosen], device)
    made, flat, y, figure, places = (t.index_select(0, rows) for t in (x, flat, y, figure, places))
    colours, coloured_lines, on_top = (
        sent(u, device)[:, None, None, None] for u in (dice[:, 1], dice[:, 2] < 1 / 8, dice[:, 3] >= 0.5)
    )
    shade = torch.lerp(*_local((y, flat), figure), colours)
    coloured = 1 - (1 - shade) * (1 - made) / 2  # lines in the colour of what they bound
    lines = torch.where(coloured_lines, coloured, made)
    paint = lines.clone()
    for k in range(many[0]):
        n = sum(m > k for m in many)
        dab, colour = _dab(flat[:n], shade[:n], figure[:n], places[:n, k], sizes[:n, k])
        paint[:n] = torch.where(dab, colour, paint[:n])
    painted = torch.where(on_top, paint, torch.minimum(paint, lines))  # beneath: the ink went on last
    painted = torch.where(figure.flatten(1).any(1)[:, None, None, None], painted, made)
    return x.index_copy(0, rows, painted)


def _dab(flat: Tensor, shade: Tensor, figure: Tensor, at: Tensor, dice: Tensor) -> tuple[Tensor, Tensor]:
    """Where one dab a drawing lies, bool [B, 1, H, W], and its colour [B, 3, 1, 1]. at: int64 [B], of its first pixel."""
    h, w = flat.shape[2:]
    pixel = at[:, None, None].expand(-1, 3, 1)
    colour, part = (image.flatten(2).gather(2, pixel)[..., None] for image in (shade, flat))
    radius, length, turn = _stroke(dice, h)
    row, column = (place[:, None, None, None] for place in (at // w, at % w))
    ys, xs = torch.arange(h, device=at.device)[:, None], torch.arange(w, device=at.device)
    near = _to_segment(xs, ys, column, row, column + turn.cos() * length, row + turn.sin() * length) < radius
    same = widened((flat - part).abs().amax(1, keepdim=True) < 0.2, 2)
    jitter = (dice[:, 2, None, None, None] - 0.5) * 0.16
    return near & same & (figure | (radius < 5)), (colour + jitter).clamp(-1, 1)


def _stroke(dice: Tensor, side: int) -> tuple[Tensor, Tensor, Tensor]:
    """Radius, length (pixels) and direction of one dab a drawing: mostly a dot, at times a stroke or a filled part."""
    scale = side / 128
    filling = dice[:, 0] > 0.75
    radius = torch.where(filling, 6 + 40 * dice[:, 1], 2.5 + 5.5 * dice[:, 1]) * scale
    length = torch.where(dice[:, 3] > 0.6, 60 * (dice[:, 3] - 0.6), 0.0) * scale
    return tuple(t[:, None, None, None] for t in (radius, length, 6.2832 * dice[:, 2]))


def _to_segment(xs: Tensor, ys: Tensor, ax: Tensor, ay: Tensor, bx: Tensor, by: Tensor) -> Tensor:
    """Distance of every pixel to the segment from a to b: [B, 1, H, W] from ends [B, 1, 1, 1]."""
    dx, dy = bx - ax, by - ay
    t = (((xs - ax) * dx + (ys - ay) * dy) / (dx * dx + dy * dy).clamp(min=1e-6)).clamp(0, 1)
    return torch.hypot(xs - ax - t * dx, ys - ay - t * dy)


def _local(images: tuple[Tensor, ...], figure: Tensor) -> tuple[Tensor, ...]:
    """The mean colours around each pixel, of the figure's pixels alone; near the figure, beside it, too."""
    weight = figure.to(images[0].dtype)
    total = gathered(torch.cat([weight, *(image * weight for image in images)], 1), 3, Tensor.add_)
    return (total[:, 1:] / total[:, :1].clamp(min=49e-3)).split(3, 1)
