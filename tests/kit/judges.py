"""What stands in for a judge."""

from __future__ import annotations

from torch import Tensor


def flat_judge(x: Tensor) -> list[Tensor]:
    """In place of a net."""
    return [x[..., ::4, ::4] + 2]
