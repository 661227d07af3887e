"""From one style to another, through styles that are as likely as these two."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def walk(start: Tensor, end: Tensor, parts: Tensor | Sequence[float]) -> Tensor:
    """Styles [n, style_size] on the way from start to end, [1, style_size] each; parts [n]: 0 is the start, 1 the end.

    The direction turns at an even pace, and the length goes evenly from the one to the other (Shoemake, SIGGRAPH 1985, of
    unit vectors). Styles of N(0, 1) lie near a sphere, and a straight line would lead through its inside, where hardly any
    are drawn. Where the two point the same or the opposite way, or one is zero, there is no such arc: then it is a straight
    line.  ValueError for other shapes and for what is not finite.
    """
    parts = torch.as_tensor(parts, dtype=start.dtype, device=start.device)
    if start.shape != end.shape or start.dim() != 2 or len(start) != 1 or parts.dim() != 1:
        raise ValueError(
            f"a walk leads from a style [1, size] to another at parts [n]; got {[*start.shape]}, {[*end.shape]} and {[*parts.shape]}."
        )
    if not all(given.isfinite().all() for given in (start, end, parts)):
        raise ValueError("a walk leads through finite numbers: a style or a part holds others.")
    t, lengths = parts[:, None], (start.norm(), end.norm())
    a, b = (style / length.clamp(min=1e-12) for style, length in zip((start, end), lengths, strict=True))
    angle = (a * b).sum().clamp(-1, 1).acos()
    if angle.sin() < 1e-3 or min(lengths) < 1e-6:
        return start + t * (end - start)
    way = (((1 - t) * angle).sin() * a + (t * angle).sin() * b) / angle.sin()
    return way * torch.lerp(*lengths, t)
