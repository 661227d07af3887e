"""Pen drawings from flat images: the boundaries between colours, as an unsteady hand would ink them.

A network that is to answer a visitor's pen must have seen pens: thick and thin, shaky, with gaps, a little off. So
each batch draws its lines anew, with random threshold, width, wobble, gaps and shift.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ..device import sent

STEADY = 1.45  # px at 128 px: radius of the steady pen


def colour_steps(flat: Tensor) -> Tensor:
    """How far the colour changes across each pixel: [B, 3, H, W] in [-1, 1] -> [B, 1, H, W] in [0, 1].

    A flat drawing's edges are antialiased over a pixel or two; a central difference over two pixels spans them.
    """
    p = F.pad(flat, (1, 1, 1, 1), mode="replicate")
    across = (p[..., 1:-1, 2:] - p[..., 1:-1, :-2]).abs().amax(1, keepdim=True)
    down = (p[..., 2:, 1:-1] - p[..., :-2, 1:-1]).abs().amax(1, keepdim=True)
    return torch.maximum(across, down) / 2


def thin(steps: Tensor) -> Tensor:
    """Keep the ridge of the steps: a pixel survives if it is the largest along its row or its column of three."""
    p = F.pad(steps, (1, 1, 1, 1))
    left, right = p[..., 1:-1, :-2], p[..., 1:-1, 2:]
    up, below = p[..., :-2, 1:-1], p[..., 2:, 1:-1]
    ridge = ((steps >= left) & (steps > right)) | ((steps >= up) & (steps > below))
    return steps * ridge


def smooth_noise(
    batch: int,
    channels: int,
    cells: int,
    size: int,
    generator: torch.Generator | None,
    device: torch.device | str | None = None,
    exact: bool = False,
) -> Tensor:
    """Soft random fields, about N(0, 1) at the nodes of a cells x cells lattice: [B, channels, size, size].

    The numbers come from a generator of the processor, the fields arise on `device`.  exact: to the last bit as the library
    interpolates, which takes longer: for fields that bend what has seams and ridges, where the last bit may move a pixel.
    """
    nodes = sent(torch.randn(batch, channels, cells, cells, generator=generator), device)
    if exact:
        return F.interpolate(nodes, size=(size, size), mode="bicubic", align_corners=True)
    between = _bicubic(cells, size, nodes.device)
    return between @ nodes @ between.T


@lru_cache(maxsize=64)
def _bicubic(cells: int, size: int, device: torch.device) -> Tensor:
    """Matrix [size, cells] that takes values at nodes to `size` places between: F.interpolate of one axis, many times
    as fast as that for a few nodes."""
    eye = torch.eye(cells)[None, None]
    return F.interpolate(eye, size=(size, cells), mode="bicubic", align_corners=True)[0, 0].to(device)


def widened(mask: Tensor, reach: int) -> Tensor:
    """bool [..., H, W]: a pixel is true if one at most `reach` rows and columns from it is."""
    return gathered(mask, reach, Tensor.logical_or_)


def gathered(x: Tensor, reach: int, join: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Every pixel joined, in place, with its neighbours [..., H, W] at most `reach` rows and columns away: `Tensor.add_`
    makes sums. Rows, then columns: for a few pixels faster than the pooling of the library."""
    for dim in (-1, -2):
        side, out = x.shape[dim], x.clone()
        for k in range(1, min(reach, side - 1) + 1):
            join(out.narrow(dim, k, side - k), x.narrow(dim, 0, side - k))
            join(out.narrow(dim, 0, side - k), x.narrow(dim, k, side - k))
        x = out
    return x


def ink(
    flat: Tensor,
    generator: torch.Generator | None = None,
    steady: bool = False,
    figure: Tensor | None = None,
) -> Tensor:
    """Line drawings of flat images: [B, 3, H, W] in [-1, 1] -> the same, black ink on white.

    Pens are 1.5 to 6 px wide at 128 px.  figure: bool [B, 1, H, W], where there is something; given it, inner lines may
    be missing, as in what a child draws.  steady: one fixed threshold and width, no wobble, gaps or shift (for validation
    and tests).
    """
    b, _, h, _ = flat.shape
    scale, device = h / 128, flat.device

    def rng(low: float, high: float) -> Tensor:
        middle = torch.full((b, 1, 1, 1), (low + high) / 2)
        return middle if steady else low + (high - low) * torch.rand(b, 1, 1, 1, generator=generator)

    def there(dice: Tensor) -> Tensor:
        return sent(dice, device)

    steps = thin(colour_steps(flat))
    skeleton = steps > there(rng(0.06, 0.2))
    if not steady:
        if figure is not None:
            skeleton &= _kept(figure, there(rng(0, 1)), generator)
        # Gaps: where a soft field is high the pen was lifted; a fifth of the drawings have some.
        lifted = smooth_noise(b, 1, 12, h, generator, device)
        skeleton &= lifted <= there(torch.where(rng(0, 1) < 0.2, rng(1.1, 2.0), 9.0))
    # A stroke of radius r is where a blurred skeleton is high; the blur also rounds corners as a pen does. The middle of
    # the range is what steady pens have.
    radius = (torch.full((b, 1, 1, 1), STEADY) if steady else 0.75 + 2.25 * rng(0, 1) ** 1.5) * scale
    stroke = stroked(skeleton, radius)
    if not steady:
        # Small, in pixels: were the line far off, the truth would be a coin toss and its best guess a blur.
        shake = smooth_noise(b, 2, 9, h, generator, device) * there(rng(0.0, 0.5) * scale)
        drift = (torch.rand(b, 2, 1, 1, generator=generator) - 0.5) * 1.2 * scale
        stroke = warped(stroke, shake + there(drift))
    return on_paper(stroke)


def stroked(skeleton: Tensor, radius: Tensor) -> Tensor:
    """Strokes with a pen of that radius, in pixels [B, 1, 1, 1], along a skeleton, bool [B, 1, H, W]: how much ink, in [0, 1]."""
    # So many rings around it as the widest may need; beyond them, ink is far.
    rings, far = min(5, int(radius.max() + 0.5) + 1), 9
    near, count = skeleton, torch.zeros_like(skeleton, dtype=torch.uint8)
    for ring in range(1, rings):
        count += near
        near = widened(near, 1) if ring % 2 else _plus(near)
    distance = far - (count + near * (far - rings + 1)).float()
    stroke = (sent(radius, skeleton.device) - distance).add_(0.5).clamp_(0, 1)
    return gathered(stroke, 1, Tensor.add_).mul_(0.5 / 9).add_(stroke, alpha=0.5)


def on_paper(stroke: Tensor) -> Tensor:
    """Ink [B, 1, H, W] in [0, 1] -> black on white [B, 3, H, W] in [-1, 1].

    Antialiased, then sharpened towards full ink: pens are black.
    """
    return (1 - 2 * ((stroke - 0.15) / 0.6).clamp(0, 1)).expand(-1, 3, -1, -1)


def _kept(figure: Tensor, dice: Tensor, generator: torch.Generator | None) -> Tensor:
    """Which lines were drawn: all in half of the drawings, the outline alone in a sixth, else parts of the inner ones."""
    b, _, h, _ = figure.shape
    outline = widened(figure, 2) & widened(~figure, 2)
    level = torch.where(dice < 1 / 2, 9.0, torch.where(dice < 2 / 3, -9.0, (dice - 5 / 6) * 6))
    return outline | (smooth_noise(b, 1, 5, h, generator, figure.device) < level)


def _plus(mask: Tensor) -> Tensor:
    """Dilation by the four neighbours: alternating with the 3 x 3 square it grows octagons, nearly round."""
    out = mask.clone()
    for dim in (-1, -2):
        side = mask.shape[dim] - 1
        out.narrow(dim, 1, side).logical_or_(mask.narrow(dim, 0, side))
        out.narrow(dim, 0, side).logical_or_(mask.narrow(dim, 1, side))
    return out


def warped(image: Tensor, offset: Tensor) -> Tensor:
    """Sample the image offset pixels away: offset [B, 2, H, W] is (x, y)."""
    b, _, h, w = image.shape
    ys, xs = (torch.linspace(-1, 1, side, device=image.device) for side in (h, w))
    across, down = xs + offset[:, 0] * (2 / (w - 1)), ys[:, None] + offset[:, 1] * (2 / (h - 1))
    grid = torch.stack([across, down], -1)
    return F.grid_sample(image, grid, align_corners=True, padding_mode="zeros")
