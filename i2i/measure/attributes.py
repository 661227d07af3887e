"""The protocol of attributes: each is asked for the other way, and a judge reads off what has changed.

Where the source knows the exact answer (the same person, drawn with the other attribute) the answer is compared, too, beside
what doing nothing would have cost.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..data.folders import DataError, TooFew
from ..judges import load_judge, load_reader
from ..metrics import Estimate, bootstrap, embed, linear_classifier
from ..train import Source

FIGURES = {
    "flipped": "share of edits after which the judge reads the attribute that was asked for (more is better)",
    "unchanged": "share of the other attributes that the judge reads as they were (more is better)",
    "read of real": "share of the attributes of real images that the judge reads rightly: how far it can be trusted",
    "answer L1": "mean absolute difference to the exact answer, of a range of 2 (less is better)",
    "answer L1 of doing nothing": "the same of the image as it was",
    "beside the edit": "mean absolute change where the exact answer is as it was: the person is kept (less is better)",
    "to itself": "mean absolute difference of x and x translated with its own attributes (less is better)",
    "cycle": "mean absolute difference of x and the way there and back (less is better)",
}
"""Names of the figures, and which way is better; each edit turns one attribute of one image."""

SEEN = 0.02  # of a range of 2: less is no change of a pixel

Translate = Callable[[Tensor, Tensor], Tensor]
"""(x [B, 3, H, W] in [-1, 1], label float [B, K]) -> the same faces with these attributes."""


def reader_of(source: Source, train: Source | None) -> Callable[[Tensor], Tensor] | None:
    """What reads attributes off images: [B, 3, H, W] -> bool [B, K]. Of the drawn faces the shipped judge; else a linear
    classifier for each attribute, on the features of i2i-feat-v1, which learns from `train`, or None without that."""
    if hasattr(source, "edited"):
        judge = load_reader()
        return lambda x: torch.cat([judge(part) > 0 for part in x.split(64)])
    if train is None:
        return None
    features = load_judge()
    known = train.batch(torch.arange(min(2000, len(train))))
    seen = embed(known["x"], features)
    probes = [linear_classifier(seen, column.long(), ridge=1e-3) for column in known["label"].T]
    return lambda x: torch.stack([probe(embed(x, features)) == 1 for probe in probes], 1)


@torch.no_grad()
def by_attribute(
    translate: Translate, source: Source, train: Source | None, limit: int = 500
) -> dict[str, dict[str, Estimate]]:
    """FIGURES of the edits of each attribute, by its name; each of the first `limit` // K images is edited in all K ways."""
    count = min(len(source), max(4, limit // len(source.names)))
    if count < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {count}.")
    reads = reader_of(source, train)
    batch = source.batch(torch.arange(count))
    x, label = batch["x"].cpu(), batch["label"].cpu()
    real = (reads(x) == (label > 0.5)).double() if reads else None
    itself = (_split(translate, x, label) - x).abs().flatten(1).mean(1)
    found = {}
    for k, name in enumerate(source.names):
        wanted = source.toggled(label, k)
        made, figures = _split(translate, x, wanted), {}
        if reads and real is not None:
            right = (reads(made) == (wanted > 0.5)).double()
            # What had to change with the attribute (another hair colour went) is no fault, and no merit.
            kept = (wanted == label).double()
            figures["flipped"] = bootstrap(right[:, k])
            figures["unchanged"] = bootstrap((right * kept).sum(1) / kept.sum(1))
            figures["read of real"] = bootstrap(real[:, k])
        if hasattr(source, "edited"):
            answer = source.edited(torch.arange(count), wanted).cpu()
            figures["answer L1"] = bootstrap((made - answer).abs().flatten(1).mean(1))
            figures["answer L1 of doing nothing"] = bootstrap((x - answer).abs().flatten(1).mean(1))
            same = ((answer - x).abs().amax(1, keepdim=True) < SEEN).float()
            beside = ((made - x).abs() * same).flatten(1).sum(1) / (3 * same.flatten(1).sum(1)).clamp(min=1)
            figures["beside the edit"] = bootstrap(beside)
        figures["to itself"] = bootstrap(itself)
        figures["cycle"] = bootstrap((_split(translate, made, label) - x).abs().flatten(1).mean(1))
        found[name] = figures
    return found


def report(model, train: Source | None, held_out: Source, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES, means over all attributes and of the ends of their intervals, and "flipped: NAME" of each; without `train` what
    the source itself knows.

    TooFew below 4 images, DataError where the model knows other attributes.
    """
    labels = getattr(model, "labels", ()) or held_out.names
    if labels != held_out.names:
        raise DataError(
            f"the attributes are {', '.join(held_out.names)}, but {model.name} knows {', '.join(labels)}."
        )
    found = by_attribute(lambda x, label: model.translate(x, label=label), held_out, train, limit)
    some = [name for name in FIGURES if all(name in figures for figures in found.values())]
    means = {
        name: Estimate(*(_mean([figures[name][end] for figures in found.values()]) for end in range(3)))
        for name in some
    }
    flipped = {f"flipped: {name}": f["flipped"] for name, f in found.items() if "flipped" in f}
    return means | flipped


def _split(translate: Translate, x: Tensor, label: Tensor) -> Tensor:
    return torch.cat([translate(*part) for part in zip(x.split(32), label.split(32), strict=True)])


def _mean(values: list[float | None]) -> float | None:
    return None if None in values else sum(values) / len(values)
