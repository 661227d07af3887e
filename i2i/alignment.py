"""The error of an unpaired model. Training never sees a true partner; the evaluator may know them all.

Where the partners are unknown (photographs) what needs them is left out.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

import torch
from torch import Tensor

from .data.folders import DataError
from .data.unpaired import Unpaired
from .judges import load_judge
from .metrics import (
    Estimate,
    bootstrap,
    distance_correlation,
    embed,
    kernel_distance,
    linear_probe,
    perceptual_distance,
    ranks,
)

# What the figures are called, in the order in which they are shown, and which way is better.
FIGURES = {
    "partner L1": "mean absolute difference to the true partner, of a range of 2 (less is better)",
    "PD-i2i": "perceptual distance to the true partner (less is better)",
    "top-1": "share whose true partner is nearest among 100 (chance: .01)",
    "top-5": "share whose true partner is among the 5 nearest of 100 (chance: .05)",
    "likeness": "share that a linear probe takes for the target's drawing (more is better)",
    "KD-i2i": "kernel distance to real pictures of the target (less is better)",
    "cycle": "mean absolute difference of F(G(x)) and x (less is better, and proves little)",
    "distance r": "correlation of distances between pictures before and after",
}


class Translates(Protocol):
    """`pipeline.Model`, or what stands in its place."""

    controls: tuple[str, ...]

    def translate(self, x: Tensor, seed: int = 0, **controls) -> Tensor: ...


class Source:
    """The row "no translation": the source as it is, which any method must beat."""

    controls = ("direction",)

    def translate(self, x: Tensor, seed: int = 0, direction: str = "xy") -> Tensor:
        return x


def directions(model: Translates) -> tuple[str, ...]:
    return ("xy", "yx") if "direction" in model.controls else ("xy",)


def translate(model: Translates, pictures: Tensor, direction: str = "xy") -> Tensor:
    """All of [N, 3, H, W], in parts."""
    controls = {"direction": direction} if "direction" in model.controls else {}
    return torch.cat([model.translate(part, **controls) for part in pictures.split(32)])


def everything(source: Unpaired, limit: int) -> tuple[Tensor, Tensor]:
    """The first `limit` pictures of each domain, float [N, 3, H, W]; as partners, if the source knows them."""
    x = source.batch(torch.arange(min(limit, len(source.x))))["x"]
    other = Unpaired(source.y, source.x, source.size)
    return x, other.batch(torch.arange(min(limit, len(source.y))))["x"]


def report(model: Translates, train: Unpaired, held_out: Unpaired, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES of a model on held-out pictures, those of the way back under "back: ...".

    train: only for the probe of likeness, which learns the two looks from it. Raises DataError below 4 pictures.
    """
    judge, (x, y) = load_judge(), everything(held_out, limit)
    if min(len(x), len(y)) < 4:
        raise DataError(f"figures need at least 4 held-out pictures of each domain, got {len(x)} and {len(y)}.")
    looks = [embed(part, judge) for part in everything(train, 600)]
    found: dict[str, Estimate] = {}
    for direction in directions(model):
        source, target = (x, y) if direction == "xy" else (y, x)
        made = translate(model, source, direction)
        likes = linear_probe(*(looks if direction == "xy" else looks[::-1]))
        figures = _one_way(source, made, target, held_out.partners, likes, judge)
        if len(directions(model)) > 1 and not isinstance(model, Source):
            back = translate(model, made, "yx" if direction == "xy" else "xy")
            figures["cycle"] = bootstrap((back - source).abs().flatten(1).mean(1))
        prefix = "" if direction == "xy" else "back: "
        found |= {prefix + name: figures[name] for name in FIGURES if name in figures}
    return found


def _one_way(source: Tensor, made: Tensor, target: Tensor, partners: bool, likes, judge) -> dict[str, Estimate]:
    figures, e_made, e_target = {}, embed(made, judge), embed(target, judge)
    if partners:
        with torch.no_grad():
            far = [perceptual_distance(a, b, judge) for a, b in zip(made.split(32), target.split(32), strict=True)]
        figures["partner L1"] = bootstrap((made - target).abs().flatten(1).mean(1))
        figures["PD-i2i"] = bootstrap(torch.cat(far))
        if len(target) >= 100:
            place = ranks(e_made, e_target)
            figures["top-1"], figures["top-5"] = (bootstrap((place <= k).double()) for k in (1, 5))
    figures["likeness"] = bootstrap(likes(e_made).double())
    value, error = kernel_distance(e_made, e_target)
    figures["KD-i2i"] = Estimate(value, value - 1.96 * error, value + 1.96 * error)
    with suppress(ValueError):  # where all made pictures are alike there is nothing to correlate
        figures["distance r"] = Estimate(distance_correlation(source, made))
    return figures
