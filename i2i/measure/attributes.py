"""The protocol of edits: whether the attribute that was asked for shows, whether all others are as they were, and, where the
right answer can be drawn, how far the edit is from it.

Attributes are read off images by a linear classifier each, of the second map of the feature net, averaged over 6 x 6 places;
it learns from training images. "reader right" says how far it can be trusted.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ..data.attributes import Attributes
from ..data.folders import TooFew
from ..judges import load_judge
from ..metrics import Estimate, bootstrap, linear_classifier

SEEN = 1_500  # training images that the readers learn from
PLACES = 6

FIGURES = {
    "flipped": "share of edits after which the attribute that was asked for reads as asked (more is better)",
    "unchanged": "share of the other attributes that read as before, but for those that the edit excludes (more is better)",
    "reader right": "share of attributes that the reader reads right off held-out images",
    "answer L1": "mean absolute difference to the right answer of the edit, of a range of 2 (less is better)",
    "answer L1 of doing nothing": "the same of the image as it came",
    "recon": "mean absolute difference of an image and what is made of it with its own attributes (less is better)",
}
"""Names of the figures, and which way is better."""


class Reader:
    """Attributes read off images: called with float [N, 3, S, S] in [-1, 1] it gives bool [N, K]."""

    def __init__(self, train: Attributes, seen: int = SEEN):
        self.judge = load_judge()
        some = train.batch(torch.arange(min(seen, len(train))))
        maps = self._maps(some["x"])
        known = some["label"] > 0.5
        # An attribute that all or none of the images have cannot be learned: it reads as it always was.
        self.each: list[Callable[[Tensor], Tensor]] = [
            linear_classifier(maps, one.long(), 0.1) if one.any() and not one.all() else _always(bool(one[0]))
            for one in known.T
        ]

    def __call__(self, images: Tensor) -> Tensor:
        maps = self._maps(images)
        return torch.stack([one(maps) == 1 for one in self.each], 1)

    def _maps(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            parts = [
                F.adaptive_avg_pool2d(self.judge(part)[1], PLACES).flatten(1) for part in images.split(32)
            ]
        return torch.cat(parts).double().cpu()


def _always(value: bool) -> Callable[[Tensor], Tensor]:
    return lambda maps: torch.full((len(maps),), int(value))


def report(model, train: Attributes, held_out: Attributes, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES of a model that edits: `model.translate(x, label=labels)`. Each image is edited once for each attribute.

    train: for the reader alone. Raises TooFew below 4 images.
    """
    count = min(len(held_out), max(4, limit // len(held_out.names)))
    if count < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {count}.")
    return measured(lambda x, label: model.translate(x, label=label), Reader(train), held_out, count)


def measured(
    edit: Callable[[Tensor, Tensor], Tensor],
    reader: Callable[[Tensor], Tensor],
    held_out: Attributes,
    count: int,
) -> dict[str, Estimate]:
    """FIGURES of any edit: (images, labels [B, K] wanted) -> images; of the first `count` held-out images, an estimate's
    interval is over images."""
    index = torch.arange(count)
    batch = held_out.batch(index)
    x, label = batch["x"], batch["label"].cpu()
    before = label > 0.5
    figures = {"reader right": bootstrap((reader(x) == before).double().mean(1))}
    flipped, kept, far, still = [], [], [], []
    for k, name in enumerate(held_out.names):
        wanted = held_out.edit(label, name)
        made = _in_parts(edit, x, wanted.to(x))
        read = reader(made)
        flipped.append((read[:, k] == (wanted[:, k] > 0.5)).double())
        free = wanted == label
        kept.append(((read == before) & free).double().sum(1) / free.double().sum(1))
        if held_out.drawn:
            answer = held_out.drawn(index, wanted).to(x)
            far.append((made - answer).abs().flatten(1).mean(1))
            still.append((x - answer).abs().flatten(1).mean(1))
    figures |= {"flipped": _over(flipped), "unchanged": _over(kept)}
    if held_out.drawn:
        figures |= {"answer L1": _over(far), "answer L1 of doing nothing": _over(still)}
    figures["recon"] = bootstrap((_in_parts(edit, x, label.to(x)) - x).abs().flatten(1).mean(1))
    return {name: figures[name] for name in FIGURES if name in figures}


def by_attribute(
    edit: Callable[[Tensor, Tensor], Tensor],
    reader: Callable[[Tensor], Tensor],
    held_out: Attributes,
    count: int,
) -> dict[str, float]:
    """The share flipped of each attribute, by its name."""
    batch = held_out.batch(torch.arange(count))
    found = {}
    for k, name in enumerate(held_out.names):
        wanted = held_out.edit(batch["label"].cpu(), name)
        read = reader(_in_parts(edit, batch["x"], wanted.to(batch["x"])))
        found[name] = float((read[:, k] == (wanted[:, k] > 0.5)).double().mean())
    return found


def _in_parts(edit: Callable[[Tensor, Tensor], Tensor], x: Tensor, label: Tensor) -> Tensor:
    return torch.cat([edit(a, b) for a, b in zip(x.split(32), label.split(32), strict=True)])


def _over(each: list[Tensor]) -> Estimate:
    """The mean over attributes of each image, with the interval over images."""
    return bootstrap(torch.stack(each).mean(0))
