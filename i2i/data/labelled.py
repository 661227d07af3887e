"""A source whose images say what they show, and a target whose images need not: written digits and moulded ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..images import from_bytes
from .device import OnDevice
from .digits import by_another_hand, digit_split
from .folders import DataError, existing, folders_in, home, inside, note, stacked, taken
from .worlds import glyphs
from .worlds.sdf import hash_uniform

TARGETS = 4096  # toys drawn for training


class Labelled(OnDevice):
    """x with labels, and a target without: what a method under partial supervision learns from.

    x: positions int64 [B] -> images float [B, 3, S, S] in [-1, 1].  label: int64 [N], what x shows.
    y: float [M, 3, S, S]; y_label int64 [M], what they show, is for the evaluator alone, and None if nobody knows.
    batch: {"x", "y", "label", "index"}; y is drawn at random, or, without a generator, in order.
    varied: (positions, generator) -> x as it may look in training, another way each time; None: as it lies here.
    """

    layout = "labelled"

    def __init__(
        self, x: Callable[[Tensor], Tensor], label: Tensor, y: Tensor, y_label: Tensor | None,
        varied: Callable[[Tensor, torch.Generator], Tensor] | None = None,
    ):  # fmt: skip
        self.x, self.label, self.y, self.y_label, self.varied = x, label, y, y_label, varied
        self.size = y.shape[-1]

    def __len__(self) -> int:
        return len(self.label)

    @property
    def facts(self) -> dict[str, int]:
        """What the images say of a method's config."""
        return {"classes": int(self.label.max()) + 1}

    def fewest(self) -> int:
        """Images of the smaller side."""
        return min(len(self), len(self.y))

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        # x is looked up, or inked, by the processor: digits are small.
        x = self.varied(index, generator) if self.varied and generator else self.x(index)
        other = (
            index % len(self.y)
            if generator is None
            else torch.randint(len(self.y), (len(index),), generator=generator)
        )
        x, label = self._sent(x), self._sent(self.label[index])
        return {"x": x, "y": self.y[self._sent(other)], "label": label, "index": self._sent(index)}


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


def handwriting_to_toy(
    root: str | Path,
    size: int = 32,
    split: str = "train",
    by: Callable[[int], str] = digit_split,
    hands: bool = False,
) -> Labelled:
    """MNIST's digits in ink and on paper of any colour to moulded ones; by: place in the file -> its split.
    hands: in training each digit is written by another hand each time, see `by_another_hand`."""
    data = np.load(Path(root) / "mnist_t10k.npz")
    kept = [i for i in range(len(data["labels"])) if by(i) == split]
    masks = F.pad(torch.from_numpy(data["images"][kept]), (2, 2, 2, 2))[:, None].float() / 255
    masks = masks if size == 32 else F.interpolate(masks, (size, size), mode="bilinear", antialias=True)
    label = torch.from_numpy(data["labels"][kept].astype(np.int64))
    names = torch.tensor(kept)
    varied = partial(_varied, masks, names) if hands and split == "train" else None
    return Labelled(partial(_inked, masks, names), label, *_toys(size, split), varied)


def _inked(masks: Tensor, name: Tensor, index: Tensor) -> Tensor:
    """Each digit has colours of its own, the same ones whenever it is looked at."""
    return glyphs.inked(masks[index], hash_uniform(31, name[index], 12)) * 2 - 1


def _varied(masks: Tensor, name: Tensor, index: Tensor, generator: torch.Generator) -> Tensor:
    return glyphs.inked(by_another_hand(masks[index], generator), hash_uniform(31, name[index], 12)) * 2 - 1


def labelled(
    root: str | Path, size: int, split: str = "train", direction: str = "AB", fit: str = "letterbox",
    seen: frozenset[str] | None = None,
) -> Labelled:  # fmt: skip
    """A user's folder: A/ with a folder of images for each class, and B/ with images of the target, in a layout of
    `folders.home`. Without a held-out part a tenth by a hash of the names is val, and test, too. Grey images become RGB.  fit, seen: as in `fitted` and
    `chosen`.  Raises DataError with one sentence.
    """
    root = existing(root, split, direction, fit)
    (source, part), (target, whole) = (home(root, split, name) for name in direction)
    if not source or not target:
        raise DataError(
            f"{root} needs the folders {direction[0]}, with a folder for each class, and {direction[1]}, the target."
        )
    learned, _ = home(root, "train", direction[0])
    classes = folders_in(learned or source)
    if len(classes) < 2:
        raise DataError(
            f"{source} holds {len(classes)} folder(s) of a class: f needs at least two classes to tell apart."
        )
    kept = [taken(inside(source, c.name) or c, part, split, seen) for c in classes]
    wanted = taken(target, whole, split, seen)
    x, y = stacked([sum(kept, []), wanted], size, fit)
    label = torch.repeat_interleave(torch.arange(len(kept)), torch.tensor([len(files) for files in kept]))
    found = Labelled(lambda index: from_bytes(x[index]), label, from_bytes(y), None)
    return note(found, zip(sum(kept, []) + wanted, strict=True))
