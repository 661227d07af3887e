"""Digits written by hand or by a font, to be told apart by what they say: labelled sources for unlabelled targets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from . import glyphs
from .folders import in_split
from .sdf import hash_uniform

TARGETS = 4096  # toys drawn for training


class Labelled:
    """x with labels, and a target without: what a method under partial supervision learns from.

    x: (positions int64 [B], generator) -> pictures float [B, 3, S, S] in [-1, 1].  label: int64 [N], what x shows.
    y: uint8 or float pictures [M, 3, S, S]; y_label (what they show) is for the evaluator alone.
    batch: {"x", "y", "label", "index"}; y is drawn at random, or, without a generator, in order.
    """

    def __init__(self, x: Callable[[Tensor], Tensor], label: Tensor, y: Tensor, y_label: Tensor):
        self.x, self.label, self.y, self.y_label = x, label, y, y_label
        self.size = y.shape[-1]

    def __len__(self) -> int:
        return len(self.label)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        other = index % len(self.y) if generator is None else torch.randint(len(self.y), (len(index),), generator=generator)
        return {"x": self.x(index), "y": self.y[other], "label": self.label[index], "index": index}


def _toys(size: int, split: str) -> tuple[Tensor, Tensor]:
    first, length = glyphs.SPLITS[split]
    index = first + torch.arange(min(length, TARGETS))
    return torch.cat([glyphs.draw(part, "toy", size) for part in index.split(64)]), glyphs.label_of(index)


def pen_to_toy(size: int = 32, split: str = "train", count: int = 8192) -> Labelled:
    """Written digits of the world of glyphs to moulded ones; nothing is read from a file."""
    first, length = glyphs.SPLITS[split]
    index = first + TARGETS * (split == "train") + torch.arange(min(count, length))
    drawn = torch.cat([glyphs.draw(part, "pen", size) for part in index.split(64)])
    return Labelled(drawn.__getitem__, glyphs.label_of(index), *_toys(size, split))


def handwriting_to_toy(root: str | Path, size: int = 32, split: str = "train") -> Labelled:
    """MNIST's digits in ink and on paper of any colour to moulded ones. test is a tenth by hash, val a tenth of the rest."""
    data = np.load(Path(root) / "mnist_t10k.npz")
    names = range(len(data["labels"]))
    kept = [i for i in names if (split == "test") != in_split(f"digit {i}", "train") and (split == "test" or in_split(str(i), split))]
    masks = F.pad(torch.from_numpy(data["images"][kept]), (2, 2, 2, 2))[:, None].float() / 255
    masks = masks if size == 32 else F.interpolate(masks, (size, size), mode="bilinear", antialias=True)
    label = torch.from_numpy(data["labels"][kept].astype(np.int64))
    return Labelled(partial(_inked, masks, torch.tensor(kept)), label, *_toys(size, split))


def _inked(masks: Tensor, name: Tensor, index: Tensor) -> Tensor:
    """Each digit has colours of its own, the same ones whenever it is looked at."""
    return glyphs.inked(masks[index], hash_uniform(31, name[index], 12)) * 2 - 1
