"""What a net found among the same people, which was told of no attribute: samples of its categories, and what they hold."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from i2i.nets.chance import generators
from i2i.run.pipeline import cards

from .worlds import World, loaded

COLUMNS = 9  # samples of a category that are shown
NOISES = 512  # to choose from
READ, _TOGETHER = 64, 32  # samples of a category that a judge reads, and how many at a time


class Read(NamedTuple):
    """Of an attribute: the share of a category's samples that a judge reads it off, and of all categories' samples."""

    name: str
    share: float
    all: float


def count_of(name: str) -> int:
    """Categories of a model, as its file says: nothing is loaded for it."""
    return cards()[name]["config"]["domains"]


def rows(name: str, first: int, count: int = COLUMNS) -> Tensor:
    """Samples of a model, one row for each category with its values at 0, [K, count, 3, H, W]: column i is the noise of the seed
    first + i."""
    return torch.stack([_row(name, k, first, count) for k in range(count_of(name))])


@lru_cache(maxsize=64)
@torch.inference_mode()
def _row(name: str, category: int, first: int, count: int) -> Tensor:
    model = loaded(name)
    code = torch.zeros(1, model.method.style_size)
    code[0, category] = 1
    made = [
        model.method.sample(len(some), [rng for seed in some for rng in generators(seed, 1)], code)
        for some in (range(first, first + count)[i : i + _TOGETHER] for i in range(0, count, _TOGETHER))
    ]
    return torch.cat(made).float().cpu().clamp(-1, 1)


def moved(shown: Tensor) -> tuple[float, float]:
    """Of `rows`: the mean change of a pixel from category to category, the noise being the same, and from noise to noise within a
    category; of a range of 2."""
    return tuple((shown - shown.mean(d, keepdim=True)).abs().mean().item() for d in (0, 1))


@torch.inference_mode()
def read(world: World, name: str, most: int = 2) -> list[list[Read]]:
    """Of each category the attributes that its samples have more or less often than all samples do, those that differ most first;
    [] where the world has no judge."""
    judge = world.judge()
    if judge is None:
        return []
    return _read(world, name, most)


@lru_cache(maxsize=4)
@torch.inference_mode()
def _read(world: World, name: str, most: int) -> list[list[Read]]:
    judge = world.judge()
    made = rows(name, NOISES, READ)  # beside those that are shown
    shares = torch.stack([(judge(row) > 0).float().mean(0) for row in made])
    all_of_them = shares.mean(0)
    found = []
    for share in shares:
        order = (share - all_of_them).abs().argsort(descending=True)[:most].tolist()
        found.append([Read(world.names[i], share[i].item(), all_of_them[i].item()) for i in order])
    return found


def bound(name: str) -> tuple[float, float]:
    """What its card says of how much Q reads of the category off samples, and the most that it could be; nats."""
    return cards()[name]["card"]["figures"]["bound"][0], math.log(count_of(name))
