"""Pairs of which each input has several right answers, and sources that know them.

A drawing in lines says nothing of colours, so whoever translates it must choose. In training each input comes with one of
its right answers. `answers` gives them all, or some of endless many, to whoever judges and to no training:
answers(index: int) -> Tensor, float [K, 3, size, size] in [-1, 1].

every_answer: whether those are all right answers, each as likely as the others.  lines: x is a line drawing.
"""

from __future__ import annotations

import copy
from pathlib import Path

import torch
from torch import Tensor

from ..images import from_bytes
from . import emoji
from .device import OnDevice
from .emoji import concepts, figures, moved
from .folders import DataError
from .unpaired import Unpaired, unpaired_icons
from .worlds import icons
from .worlds.icons import FINISH, Icons
from .worlds.lines import ink
from .worlds.sdf import hash_uniform


class _OfEmoji(OnDevice):
    """What sources of emoji share: y is one of `count` right answers, by chance in training, else by the image's number."""

    every_answer = lines = True
    count: int

    def __init__(
        self, root: str | Path, styles: tuple[str, ...], size: int, split: str, augment: bool, by: str
    ):
        entries = concepts(root, split, by)
        if not entries:
            raise DataError(f"no emoji in the {split} split of {root}.")
        self.images = torch.stack([emoji.style(root, name, entries, size) for name in styles])
        self.augment = augment and split == "train"
        self.kept = torch.arange(len(entries))

    def __len__(self) -> int:
        return len(self.kept)

    def shown(self) -> tuple[Tensor]:
        """What is drawn, once: the answers show the same, and lines leave so little ink that all are near twins."""
        return (self.images[-1, self.kept],)

    def only(self, kept: Tensor) -> _OfEmoji:
        """The same source with those images alone; their index stays what it was."""
        some = copy.copy(self)
        some.kept = self.kept[kept]
        if not len(some):
            raise DataError("no emoji is left.")
        return some

    def _which(self, index: Tensor, generator: torch.Generator | None) -> Tensor:
        """Which answer each image comes with, int64 [B]."""
        if not self.augment:
            return index % self.count
        return torch.randint(self.count, (len(index),), generator=generator)


class EmojiAnswers(_OfEmoji):
    """x: a pen drawing of fluent-flat's colour boundaries; y: fluent-flat, fluent-color or fluent-3d.

    In training which of the three is a matter of chance, the pen is unsteady, and both are moved together (`moved`). In
    val and test the pen is steady, and the image's number says which.
    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "index": int64 [B]}.
    """

    styles = ("fluent-flat", "fluent-color", "fluent-3d")
    count = len(styles)

    def __init__(
        self,
        root: str | Path,
        size: int = 64,
        split: str = "train",
        augment: bool = True,
        by: str = "family",
    ):
        super().__init__(root, self.styles, size, split, augment, by)
        self.figure = torch.cat([figures(from_bytes(some)) for some in self.images[0].split(64)])

    def answers(self, index: int) -> Tensor:
        """[3, 3, size, size], in the order of `styles`."""
        return from_bytes(self.images[:, self.kept[index]])

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        index = self.kept[index]
        which, index = self._sent(self._which(index, generator)), self._sent(index)
        flat, y = from_bytes(self.images[0, index]), from_bytes(self.images[which, index])
        if not self.augment:
            return {"x": ink(flat, steady=True), "y": y, "index": index}
        paper = 1 - 2 * self.figure[index].float()
        flat, y, paper = moved(torch.cat([flat, y, paper], 1), generator).split((3, 3, 1), 1)
        return {"x": ink(flat, generator, figure=paper < 0), "y": y, "index": index}


class EmojiColours(_OfEmoji):
    """x: openmoji-line; y: openmoji, all of its hues turned by one of six angles, 0 to 300 degrees.

    In training the angle is a matter of chance, and both are moved together (`moved`); in val and test the image's number
    says which.
    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "index": int64 [B]}.
    """

    count = 6

    def __init__(
        self,
        root: str | Path,
        size: int = 64,
        split: str = "train",
        augment: bool = True,
        by: str = "family",
    ):
        super().__init__(root, ("openmoji-line", "openmoji"), size, split, augment, by)

    def answers(self, index: int) -> Tensor:
        """[6, 3, size, size], by 0, 60, ... 300 degrees."""
        y = from_bytes(self.images[1, self.kept[index]])
        return hues_turned(y.expand(self.count, -1, -1, -1), torch.arange(self.count))

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        index = self.kept[index]
        which, index = self._sent(self._which(index, generator)), self._sent(index)
        x, y = from_bytes(self.images[:, index])
        y = hues_turned(y, which)
        if self.augment:
            x, y = moved(torch.cat([x, y], 1), generator).split(3, 1)
        return {"x": x, "y": y, "index": index}


def hues_turned(images: Tensor, sixths: Tensor) -> Tensor:
    """RGB [B, 3, H, W] with every hue turned by `sixths` (int64 [B]) times 60 degrees; greys, and the largest and the
    smallest channel of each pixel, stay what they are.

    A third of a turn exchanges the channels in a ring; half a turn puts each channel as far from the largest as it was from
    the smallest. Both stay within the cube of colours, as a rotation about the grey axis would not.
    """
    half = images.amax(1, keepdim=True) + images.amin(1, keepdim=True) - images
    ways = [(half if k % 2 else images).roll((0, 2, 1, 0, 2, 1)[k], 1) for k in range(6)]
    return torch.stack(ways)[sixths % 6, torch.arange(len(images), device=images.device)]


class Materials(Icons):
    """Icons in lines and glossy: the same object has endless many palettes, and light may fall in many ways.

    `answers` draws some of them, the object's own, which is y, first.
    """

    every_answer, lines = False, True

    def __init__(self, size: int = 64, seed: int = 0, split: str = "train"):
        super().__init__(size, "line", "glossy", seed, split)

    def answers(self, index: int, count: int = 8) -> Tensor:
        """[count, 3, size, size]: draws of what this object may look like; the first ones stay, however many are asked for."""
        where = torch.full((count,), index + self.first)
        finish = hash_uniform(self.seed ^ 0xF1215, where * 2**16 + torch.arange(count), FINISH)
        own = icons.draw(where[:1], self.y, self.size, self.seed, device=self.device)
        others = icons.draw(where[1:], self.y, self.size, self.seed, device=self.device, finish=finish[1:])
        return torch.cat([own, others])


class UnpairedMaterials(Unpaired):
    """Held out of `unpaired_materials`: partners, and the other right answers to x."""

    every_answer, lines = False, True

    def __init__(self, size: int, split: str):
        both = unpaired_icons(size, "line", "glossy", split)
        super().__init__(both.x, both.y, size, partners=True)
        self.objects, self.kept = Materials(size, split=split), torch.arange(len(both))

    def answers(self, index: int) -> Tensor:
        return self.objects.answers(int(self.kept[index]))

    def only(self, x: Tensor, y: Tensor) -> UnpairedMaterials:
        some, kept = copy.copy(self), x & y
        some.x, some.y, some.kept = self.x[kept], self.y[kept], self.kept[kept]
        return some


def unpaired_materials(size: int = 64, split: str = "train") -> Unpaired:
    """Icons in lines and glossy, of which no pair is known: x and y of training show different objects. val and test know
    partners, and the other right answers."""
    return unpaired_icons(size, "line", "glossy") if split == "train" else UnpairedMaterials(size, split)
