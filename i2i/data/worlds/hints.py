"""Colour hints: dabs and short strokes of colour in a line drawing, each in the colour that the answer has there.

A net that learned with them in half of its drawings guesses colours where there are none, and follows them where there
are. They are painted into the drawing itself, so it keeps its three channels.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

DABS = 6  # at most, in one drawing


def hinted(
    x: Tensor, flat: Tensor, y: Tensor, figure: Tensor, rng: torch.Generator | None, share: float = 0.5
) -> Tensor:
    """Drawings with hints in about `share` of them.

    x: the lines, y: the answers, flat: images whose colours tell the parts apart, all float [B, 3, H, W] in [-1, 1];
    figure: bool [B, 1, H, W], where there is something.  A dab stays within its part, or nearly; an eighth of the hinted
    drawings have coloured lines, too.
    """
    b = len(x)
    dice = torch.rand(b, 5, generator=rng)
    sizes = torch.rand(b, DABS, 4, generator=rng)
    places = torch.multinomial(figure.flatten(1).float() + 1e-9, DABS, replacement=True, generator=rng)
    many = 1 + (dice[:, 4] * DABS).long().clamp(max=DABS - 1)
    chosen = ((dice[:, 0] < share) & figure.flatten(1).any(1)).nonzero().flatten()
    if not len(chosen):
        return x
    x, made = x.clone(), x[chosen]
    flat, figure, dice, many = flat[chosen], figure[chosen], dice[chosen, :, None, None, None], many[chosen]
    shade = torch.lerp(_local(y[chosen], figure), _local(flat, figure), dice[:, 1])
    coloured = 1 - (1 - shade) * (1 - made) / 2  # lines in the colour of what they bound
    lines = torch.where(dice[:, 2] < 1 / 8, coloured, made)
    paint = lines.clone()
    for k in range(int(many.max())):
        some = (many > k).nonzero().flatten()
        dab, colour = _dab(
            flat[some], shade[some], figure[some], places[chosen[some], k], sizes[chosen[some], k]
        )
        paint[some] = torch.where(dab, colour, paint[some])
    beneath = torch.minimum(paint, lines)  # the ink went on last
    x[chosen] = torch.where(dice[:, 3] < 0.5, beneath, paint)
    return x


def _dab(flat: Tensor, shade: Tensor, figure: Tensor, at: Tensor, dice: Tensor) -> tuple[Tensor, Tensor]:
    """Where one dab a drawing lies, bool [B, 1, H, W], and its colour [B, 3, 1, 1]. at: int64 [B], of its first pixel."""
    h, w = flat.shape[2:]
    pixel = at[:, None, None].expand(-1, 3, 1)
    colour, part = (image.flatten(2).gather(2, pixel)[..., None] for image in (shade, flat))
    radius, length, turn = _stroke(dice, h)
    row, column = (place[:, None, None, None] for place in (at // w, at % w))
    ys, xs = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    near = _to_segment(xs, ys, column, row, column + turn.cos() * length, row + turn.sin() * length) < radius
    same = F.max_pool2d(((flat - part).abs().amax(1, keepdim=True) < 0.2).float(), 5, 1, 2) > 0
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


def _local(image: Tensor, figure: Tensor) -> Tensor:
    """The mean colour around each pixel, of the figure's pixels alone; near the figure, beside it, too."""
    weight = figure.to(image.dtype)
    total = F.avg_pool2d(image * weight, 7, 1, 3)
    return total / F.avg_pool2d(weight, 7, 1, 3).clamp(min=1e-3)
