"""Pen drawings from flat images: the boundaries between colours, as an unsteady hand would ink them.

A network that is to answer a visitor's pen must have seen pens: thick and thin, shaky, with gaps, a little off. So
each batch draws its lines anew, with random threshold, width, wobble, gaps and shift.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


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
    batch: int, channels: int, cells: int, size: int, generator: torch.Generator | None
) -> Tensor:
    """Soft random fields, about N(0, 1) at the nodes of a cells x cells lattice: [B, channels, size, size]."""
    nodes = torch.randn(batch, channels, cells, cells, generator=generator)
    return F.interpolate(nodes, size=(size, size), mode="bicubic", align_corners=True)


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
    b, _, h, w = flat.shape
    scale = h / 128

    def rng(low: float, high: float) -> Tensor:
        middle = torch.full((b, 1, 1, 1), (low + high) / 2)
        return middle if steady else low + (high - low) * torch.rand(b, 1, 1, 1, generator=generator)

    steps = thin(colour_steps(flat))
    skeleton = (steps > rng(0.06, 0.2)).float()
    if not steady:
        if figure is not None:
            skeleton = skeleton * _kept(figure, rng(0, 1), generator)
        # Gaps: where a soft field is high the pen was lifted; a fifth of the drawings have some.
        lifted = smooth_noise(b, 1, 12, h, generator) > torch.where(
            rng(0, 1) < 0.2, rng(1.1, 2.0), torch.tensor(9.0)
        )
        skeleton = skeleton * ~lifted
    # A stroke of radius r is where a blurred skeleton is high; the blur also rounds corners as a pen does. The middle of
    # the range is what steady pens have.
    radius = (torch.full((b, 1, 1, 1), 1.45) if steady else 0.75 + 2.25 * rng(0, 1) ** 1.5) * scale
    near = skeleton
    distance = torch.full_like(skeleton, 9.0)
    for ring in range(1, 6):
        distance = torch.where((near > 0) & (distance > ring), torch.tensor(ring - 1.0), distance)
        near = F.max_pool2d(near, 3, 1, 1) if ring % 2 else _plus(near)
    stroke = (radius - distance + 0.5).clamp(0, 1)
    stroke = F.avg_pool2d(F.pad(stroke, (1, 1, 1, 1)), 3, 1) * 0.5 + stroke * 0.5
    if not steady:
        # Small, in pixels: were the line far off, the truth would be a coin toss and its best guess a blur.
        shake = smooth_noise(b, 2, 9, h, generator) * rng(0.0, 0.5) * scale
        drift = (torch.rand(b, 2, 1, 1, generator=generator) - 0.5) * 1.2 * scale
        stroke = warped(stroke, shake + drift)
    # Antialiased, then sharpened towards full ink: pens are black.
    return (1 - 2 * ((stroke - 0.15) / 0.6).clamp(0, 1)).expand(b, 3, h, w)


def _kept(figure: Tensor, dice: Tensor, generator: torch.Generator | None) -> Tensor:
    """Which lines were drawn: all in half of the drawings, the outline alone in a sixth, else parts of the inner ones."""
    b, _, h, _ = figure.shape
    outline = F.max_pool2d(figure.float(), 5, 1, 2) * F.max_pool2d(1 - figure.float(), 5, 1, 2) > 0
    level = torch.where(dice < 1 / 2, 9.0, torch.where(dice < 2 / 3, -9.0, (dice - 5 / 6) * 6))
    return outline | (smooth_noise(b, 1, 5, h, generator) < level)


def _plus(mask: Tensor) -> Tensor:
    """Dilation by the four neighbours: alternating with the 3 x 3 square it grows octagons, nearly round."""
    return torch.maximum(F.max_pool2d(mask, (3, 1), 1, (1, 0)), F.max_pool2d(mask, (1, 3), 1, (0, 1)))


def warped(image: Tensor, offset: Tensor) -> Tensor:
    """Sample the image offset pixels away: offset [B, 2, H, W] is (x, y)."""
    b, _, h, w = image.shape
    ys, xs = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
    grid = torch.stack([xs, ys], -1)[None] + offset.permute(0, 2, 3, 1) * torch.tensor(
        [2 / (w - 1), 2 / (h - 1)]
    )
    return F.grid_sample(image, grid, align_corners=True, padding_mode="zeros")
