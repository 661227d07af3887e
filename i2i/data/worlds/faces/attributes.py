"""Which attributes a face has: drawn by chance, each on its own as far as faces allow."""

from __future__ import annotations

import torch
from torch import Tensor

from ..sdf import hash_uniform

ATTRIBUTES = (
    "bald", "bangs", "black hair", "ginger hair", "blond hair", "glasses", "makeup", "smile", "dark skin", "beard", "male",
)  # fmt: skip
"""A label is a 1 or a 0 for each. One colour of hair is 1, but none of a bald head, which has no bangs either; all others are
independent of one another."""

_BALD, _BANGS = ATTRIBUTES.index("bald"), ATTRIBUTES.index("bangs")
_HAIR = [ATTRIBUTES.index(f"{colour} hair") for colour in ("black", "ginger", "blond")]
_GINGER = _HAIR[1]
_SEED = 0xFACE5
# How many of a hundred are so, where it is not a half: the rarer, the harder to learn.
_SHARES = {"bald": 0.2, "glasses": 0.4, "beard": 0.4}


def labels_of(index: Tensor, seed: int = 0) -> Tensor:
    """The attributes of the faces `index` (int64 [B]): float [B, len(ATTRIBUTES)] of 0 and 1."""
    u = hash_uniform(seed ^ _SEED, index, len(ATTRIBUTES) + 1)
    label = (u[:, :-1] < torch.tensor([_SHARES.get(name, 0.5) for name in ATTRIBUTES])).float()
    label[:, _HAIR] = (torch.arange(3) == (3 * u[:, -1:]).long()).float()
    label[:, [_BANGS, *_HAIR]] *= 1 - label[:, [_BALD]]
    return label


def toggled(label: Tensor, name: str) -> Tensor:
    """The labels [B, len(ATTRIBUTES)] with one attribute turned over, and with it what excludes it: who loses the hair loses
    bangs and colour, who gets hair without a colour gets ginger hair, and a colour that is taken away gives way to the next."""
    label, k = label.clone(), ATTRIBUTES.index(name)
    on = label[:, k] < 0.5
    label[:, k] = on.float()
    if k == _BALD:
        label[:, [_BANGS, *_HAIR]] *= (~on).float()[:, None]
    if k in _HAIR:
        label[:, _HAIR] = on.float()[:, None] * (torch.tensor(_HAIR) == k)
        following = _HAIR[(_HAIR.index(k) + 1) % len(_HAIR)]
        label[~on, following] = 1.0
    if k in _HAIR or k == _BANGS:
        label[on, _BALD] = 0.0
    label[:, _GINGER] = torch.maximum(
        label[:, _GINGER], ((label[:, _HAIR].sum(1) + label[:, _BALD]) == 0).float()
    )
    return label
