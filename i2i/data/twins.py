"""Near twins: held-out pictures of which training knows one that is nearly the same.

Figures on such pictures tell what a model remembers, not what it has understood, so cards state them without, too.
A source that has `shown` and `only` can be asked: `shown()` gives its pictures, a set for each of its sides (an input
and a target that know nothing of each other are two), and `only(*kept)` the same source with only those, bool a side.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from PIL import Image
from torch import Tensor

from ..pictures import as_bytes, from_bytes
from .folders import DataError

WITHIN = 0.1  # mean absolute difference, of a range of 2
SIDE = 32  # pixels, at which pictures are compared


def reduced(pictures: Iterable[Tensor]) -> Tensor:
    """uint8 [3, H, W] each, of any sizes -> uint8 [N, 3, SIDE, SIDE]. What is not square is squeezed: repeated borders, as a
    net is shown them, would make strangers alike."""
    squeezed = (Image.fromarray(p.permute(1, 2, 0).contiguous().numpy()) for p in pictures)
    return torch.stack([as_bytes(image.resize((SIDE, SIDE), Image.LANCZOS)) for image in squeezed])


def near_twins(pictures: Iterable[Tensor], known: Iterable[Tensor], within: float = WITHIN) -> Tensor:
    """bool [N]: whether some picture of `known` is within a mean absolute difference of `within` (of a range of 2), both
    uint8 [3, H, W] of any sizes, compared at 32 px. Some thousands are compared at a time, so memory stays bounded."""
    pictures, known = reduced(pictures).flatten(1), reduced(known).flatten(1)
    found = torch.zeros(len(pictures), dtype=torch.bool)
    for some, part in zip(found.split(256), pictures.split(256), strict=True):
        for others in known.split(4096):
            far = torch.cdist(from_bytes(part), from_bytes(others), p=1) / part.shape[1]
            some |= (far < within).any(1)
    return found


def without_twins(held_out, train, within: float = WITHIN):
    """The held-out source without the pictures that have a near twin among those of training on the same side.

    `held_out` itself where none has; None where one of the sources does not say what it shows, or nothing would be left.
    """
    if not all(hasattr(source, "shown") for source in (held_out, train)):
        return None
    kept = [~near_twins(*sides, within) for sides in zip(held_out.shown(), train.shown(), strict=True)]
    if all(k.all() for k in kept):
        return held_out
    try:
        return held_out.only(*kept)
    except DataError:
        return None
