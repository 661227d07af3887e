"""The error of a model that learned without pairs. Training never sees a true partner; the evaluator may know them all.

Where the partners are unknown (photographs) what needs them is left out. Of several domains the figures are means over
all ordered pairs, and so are the ends of their intervals, which are those of one pair's images.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

import torch
from torch import Tensor

from ..data.domains import Domains
from ..data.folders import DataError, TooFew
from ..data.labelled import Labelled
from ..data.unpaired import Unpaired
from ..images import from_bytes
from ..judges import load_judge
from ..metrics import (
    Estimate,
    bootstrap,
    distance_correlation,
    embed,
    kernel_distance,
    linear_classifier,
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
    "domain": "share that a linear classifier of all domains takes for the one wanted",
    "to itself": "mean absolute difference of x and x translated to the domain that it is in (less is better)",
    "class": "share whose class a linear reader of real targets reads off the translation",
    "class of real": "the same of real targets: how far the reader can be trusted",
    "identity": "mean absolute difference of a target and what becomes of it (less is better)",
}


class Translates(Protocol):
    """`pipeline.Model`, or what stands in its place."""

    controls: tuple[str, ...]

    def translate(self, x: Tensor, seed: int = 0, **controls) -> Tensor: ...


class To:
    """A model of many domains with its label set: one of its ways, from wherever x comes."""

    controls = ()

    def __init__(self, model: Translates, label: int):
        self.model, self.label = model, label

    def translate(self, x: Tensor, seed: int = 0) -> Tensor:
        return self.model.translate(x, seed, label=self.label)


class Source:
    """The row "no translation": the source as it is, which any method must beat."""

    controls = ("direction",)

    def translate(self, x: Tensor, seed: int = 0, direction: str = "xy") -> Tensor:
        return x


def directions(model: Translates) -> tuple[str, ...]:
    return ("xy", "yx") if "direction" in model.controls else ("xy",)


def translate(model: Translates, images: Tensor, direction: str = "xy") -> Tensor:
    """All of [N, 3, H, W], in parts."""
    controls = {"direction": direction} if "direction" in model.controls else {}
    return torch.cat([model.translate(part, **controls) for part in images.split(32)])


def everything(source: Unpaired, limit: int) -> tuple[Tensor, Tensor]:
    """The first `limit` images of each domain, float [N, 3, H, W]; as partners, if the source knows them."""
    x = source.batch(torch.arange(min(limit, len(source.x))))["x"]
    other = Unpaired(source.y, source.x, source.size)
    return x, other.batch(torch.arange(min(limit, len(source.y))))["x"]


def report(model: Translates, train, held_out, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES of a model on held-out images, those of the way back under "back: ...".

    train: only for the linear judges of looks and classes, which learn them from it; None leaves out what they would say. Both
    are `Unpaired`, `Domains` or `Labelled`. Raises DataError below 4 images.
    """
    protocols = {"unpaired": _two, "classes": _many, "labelled": _by_class}
    return protocols[held_out.layout](model, train, held_out, limit)


def _two(model: Translates, train: Unpaired | None, held_out: Unpaired, limit: int) -> dict[str, Estimate]:
    judge, (x, y) = load_judge(), everything(held_out, limit)
    if min(len(x), len(y)) < 4:
        raise TooFew(f"figures need at least 4 held-out pictures of each domain, got {len(x)} and {len(y)}.")
    looks = [embed(part, judge) for part in everything(train, 600)] if train else []
    found: dict[str, Estimate] = {}
    for direction in directions(model):
        source, target = (x, y) if direction == "xy" else (y, x)
        made = translate(model, source, direction)
        likes = linear_probe(*(looks if direction == "xy" else looks[::-1])) if looks else None
        figures = _one_way(source, made, target, held_out.partners, likes, judge)
        if len(directions(model)) > 1 and not isinstance(model, Source):
            back = translate(model, made, "yx" if direction == "xy" else "xy")
            figures["cycle"] = bootstrap((back - source).abs().flatten(1).mean(1))
        prefix = "" if direction == "xy" else "back: "
        found |= {prefix + name: figures[name] for name in FIGURES if name in figures}
    return found


def pairs(names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Every domain to every other."""
    return [(i, j) for i in range(len(names)) for j in range(len(names)) if i != j]


def by_pair(
    model: Translates, train: Domains | None, held_out: Domains, limit: int = 500
) -> dict[tuple[int, int], dict[str, Estimate]]:
    """FIGURES of every ordered pair of domains. With `Source` in the model's place, those of no translation."""
    judge, still = load_judge(), isinstance(model, Source)
    real = [from_bytes(part[:limit]) for part in held_out.images]
    if min(map(len, real)) < 4:
        raise TooFew(f"figures need at least 4 held-out pictures of each domain, got {min(map(len, real))}.")
    looks, which = [], None
    if train:
        looks = [embed(from_bytes(part[:600]), judge) for part in train.images]
        names = torch.repeat_interleave(torch.arange(len(looks)), torch.tensor([len(e) for e in looks]))
        which = linear_classifier(torch.cat(looks), names)
    found = {}
    for i, j in pairs(held_out.names):
        x = real[i]
        made = x if still else translate(To(model, j), x)
        likes = linear_probe(looks[i], looks[j]) if looks else None
        figures = _one_way(x, made, real[j], held_out.partners, likes, judge)
        if which:
            figures["domain"] = bootstrap((which(embed(made, judge)) == j).double())
        if not still:
            figures["cycle"] = bootstrap((translate(To(model, i), made) - x).abs().flatten(1).mean(1))
            figures["to itself"] = bootstrap((translate(To(model, i), x) - x).abs().flatten(1).mean(1))
        found[i, j] = figures
    return found


def _many(model: Translates, train: Domains | None, held_out: Domains, limit: int) -> dict[str, Estimate]:
    labels = getattr(model, "labels", ()) or held_out.names
    if labels != held_out.names:
        raise DataError(
            f"the domains are {', '.join(held_out.names)}, but {model.name} knows {', '.join(labels)}."
        )
    # Every domain is translated to all others: as many translations of each as `limit` says.
    return averaged(by_pair(model, train, held_out, max(4, limit // (len(held_out.names) - 1))).values())


def averaged(found: Iterable[dict[str, Estimate]]) -> dict[str, Estimate]:
    """The means of values and of intervals' ends, of those figures that all have."""
    found = list(found)
    common = [name for name in FIGURES if all(name in figures for figures in found)]
    return {
        name: Estimate(*(_mean([figures[name][k] for figures in found]) for k in range(3))) for name in common
    }


def _mean(values: list[float | None]) -> float | None:
    return None if None in values else sum(values) / len(values)


def _by_class(
    model: Translates, train: Labelled | None, held_out: Labelled, limit: int
) -> dict[str, Estimate]:
    if min(len(held_out), len(held_out.y)) < 4:
        raise TooFew(
            f"figures need at least 4 held-out pictures of each domain, got {len(held_out)} and {len(held_out.y)}."
        )
    judge, some = load_judge(), torch.arange(min(limit, len(held_out)))
    x, y, shown = held_out.batch(some)["x"], held_out.y[:limit], held_out.label[some]
    made, likes, reads = translate(model, x), None, None
    if train:
        seen_x, e_seen = train.batch(torch.arange(min(600, len(train))))["x"], embed(train.y[:2000], judge)
        likes = linear_probe(embed(seen_x, judge), e_seen[:600])
        if train.y_label is not None:
            reads = linear_classifier(e_seen, train.y_label[:2000], ridge=1e-3)
    figures = _one_way(x, made, y, False, likes, judge)
    figures["identity"] = bootstrap((translate(model, y) - y).abs().flatten(1).mean(1))
    if reads:
        figures["class"] = bootstrap((reads(embed(made, judge)) == shown).double())
        figures["class of real"] = bootstrap((reads(embed(y, judge)) == held_out.y_label[:limit]).double())
    return {name: figures[name] for name in FIGURES if name in figures}


def _one_way(
    source: Tensor, made: Tensor, target: Tensor, partners: bool, likes, judge
) -> dict[str, Estimate]:
    figures, e_made, e_target = {}, embed(made, judge), embed(target, judge)
    if partners:
        with torch.no_grad():
            far = [
                perceptual_distance(a, b, judge)
                for a, b in zip(made.split(32), target.split(32), strict=True)
            ]
        figures["partner L1"] = bootstrap((made - target).abs().flatten(1).mean(1))
        figures["PD-i2i"] = bootstrap(torch.cat(far))
        if len(target) >= 100:
            place = ranks(e_made, e_target)
            figures["top-1"], figures["top-5"] = (bootstrap((place <= k).double()) for k in (1, 5))
    if likes:
        figures["likeness"] = bootstrap(likes(e_made).double())
    value, error = kernel_distance(e_made, e_target)
    figures["KD-i2i"] = Estimate(value, value - 1.96 * error, value + 1.96 * error)
    with suppress(ValueError):  # where all made images are alike there is nothing to correlate
        figures["distance r"] = Estimate(distance_correlation(source, made))
    return figures
