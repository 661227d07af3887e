"""A segmenter that reads label maps off images of facades: the judge behind the FCN-score.

The score asks whether a made image can be read back: label map -> made image -> segmenter -> label map, and how
much of the last agrees with the first (Isola et al. 2017, section 4.1; the net follows Long, Shelhamer and Darrell:
Fully Convolutional Networks for Semantic Segmentation, CVPR 2015, arXiv:1411.4038). Real images are scored first:
what the judge makes of them is the most that a made one can ask for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.cmp import cmp_facades
from ..data.public import catalogue
from ..data.worlds.facades import CLASSES, Facades, classes_of
from ..images import from_bytes
from ..method import Batch, Terms
from ..train import Source
from .recipe import JudgeRecipe, JudgeTraining
from .shelf import SHIPPED, take


class FCN(nn.Module):
    """Images float [B, 3, H, W] in [-1, 1], sides multiples of 16 -> logits [B, classes, H, W].

    Five stages, each at half the sides of the one before; every stage says what it thinks of each place, and what
    the coarse ones say is enlarged and added to what the finer ones say.
    """

    def __init__(self, classes: int = len(CLASSES), widths: tuple[int, ...] = (16, 32, 64, 96, 128)):
        super().__init__()
        self.stages, self.scores = nn.ModuleList(), nn.ModuleList()
        before = 3
        for c in widths:
            self.stages.append(
                nn.Sequential(
                    nn.Conv2d(before, c, 3, padding=1, bias=False), nn.BatchNorm2d(c), nn.ReLU(),
                    nn.Conv2d(c, c, 3, padding=1, bias=False), nn.BatchNorm2d(c), nn.ReLU(),
                )
            )  # fmt: skip
            self.scores.append(nn.Conv2d(c, classes, 1))
            before = c

    def forward(self, x: Tensor) -> Tensor:
        said = []
        for i, (stage, score) in enumerate(zip(self.stages, self.scores, strict=True)):
            x = stage(F.max_pool2d(x, 2) if i else x)
            said.append(score(x))
        total = said.pop()
        while said:
            total = said.pop() + F.interpolate(total, scale_factor=2, mode="bilinear")
        return total


class RealFacades:
    """CMP facades with their classes: batches {"x": photo float [B, 3, S, S] in [-1, 1], "labels": int64 [B, S, S]}.

    In training, windows of 0.7 to 1 of the side, mirrored at random, brighter or darker by a fifth.
    """

    def __init__(self, size: int, split: str):
        pairs = cmp_facades(catalogue.require("facades"), 256, split, augment=False)
        # The classes are read at the original size: between two colours of a map lies a third one's.
        self.labels = torch.cat([classes_of(from_bytes(part)) for part in pairs.x.split(16)]).to(torch.uint8)
        self.photos, self.size, self.augment = pairs.y, size, split == "train"

    def __len__(self) -> int:
        return len(self.photos)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> Batch:
        photos, labels = from_bytes(self.photos[index]), self.labels[index]
        if not self.augment:
            x = F.interpolate(photos, (self.size,) * 2, mode="bilinear", antialias=True)
            return {"x": x, "labels": _shrink(labels, self.size)}
        x, y = [], []
        for photo, label in zip(photos, labels, strict=True):
            scale, top, left, flip, light = torch.rand(5, generator=generator).tolist()
            side = round(256 * (0.7 + 0.3 * scale))
            t, s = round((256 - side) * top), round((256 - side) * left)
            photo, label = photo[:, t : t + side, s : s + side], label[t : t + side, s : s + side]
            if flip < 0.5:
                photo, label = photo.flip(-1), label.flip(-1)
            photo = F.interpolate(photo[None], (self.size,) * 2, mode="bilinear", antialias=True)
            x.append(((photo + 1) * (0.8 + 0.4 * light) - 1).clamp(-1, 1))
            y.append(_shrink(label[None], self.size))
        return {"x": torch.cat(x), "labels": torch.cat(y)}


class DrawnFacades:
    """The procedural facades as such batches, endless."""

    def __init__(self, size: int, split: str):
        self.world = Facades(size, split=split)

    def __len__(self) -> int:
        return len(self.world)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> Batch:
        whole = self.world.batch(index)
        return {"x": whole["y"], "labels": whole["labels"]}


def _shrink(labels: Tensor, size: int) -> Tensor:
    return F.interpolate(labels[:, None].float(), (size,) * 2, mode="nearest-exact")[:, 0].long()


# --- scores -------------------------------------------------------------------------------------------------


class Scores(NamedTuple):
    """Shares in [0, 1]: of pixels named right; that share averaged over classes; intersection over union, averaged."""

    per_pixel: float
    per_class: float
    iou: float


def scores_of(said: Tensor, labels: Tensor, classes: int = len(CLASSES)) -> Scores:
    """said, labels: int64 of equal shape in [0, classes). A class that no label names is left out of the means."""
    if said.shape != labels.shape:
        raise ValueError(f"{tuple(said.shape)} answers do not fit {tuple(labels.shape)} labels.")
    table = (
        torch.bincount((labels * classes + said).flatten(), minlength=classes**2)
        .view(classes, classes)
        .double()
    )
    right, asked, answered = table.diagonal(), table.sum(1), table.sum(0)
    there = asked > 0
    per_class = (right / asked)[there].mean()
    iou = (right / (asked + answered - right))[there].mean()
    return Scores((right.sum() / table.sum()).item(), per_class.item(), iou.item())


@torch.no_grad()
def fcn_scores(images: Tensor, labels: Tensor, judge: FCN) -> Scores:
    """How much of the label maps int64 [N, H, W] the judge reads off images float [N, 3, H, W] in [-1, 1].

    Figures of different resolutions do not compare: give all images the size that the judge was trained at.
    """
    said = torch.cat([judge(part).argmax(1) for part in images.split(16)])
    return scores_of(said, labels)


# --- how it learns ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SegmenterConfig:
    widths: tuple[int, ...] = (16, 32, 64, 96, 128)
    steps: int = 3_000
    rate: float = 2e-3


class SegmenterTraining(JudgeTraining):
    Config = SegmenterConfig

    def __init__(self, config: SegmenterConfig = SegmenterConfig()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.F = FCN(widths=config.widths)

    def loss(self, batch: Batch) -> Terms:
        return {"entropy": F.cross_entropy(self.F(batch["x"]).float(), batch["labels"])}


@dataclass(frozen=True, kw_only=True)
class SegmenterRecipe(JudgeRecipe):
    method = SegmenterTraining
    how = """\
Real pictures that it was not trained on; classes that occur weigh the same in per_class and iou, however rare."""
    not_ = """\
Not the FCN-8s on Cityscapes of the pix2pix paper: another, much smaller net, other pictures, twelve classes of facades
instead of nineteen of streets. Its figures rank results here and mean nothing beside published ones."""

    config: SegmenterConfig = SegmenterConfig()
    real: bool = True
    size: int = 128

    def source(self, split: str = "train") -> Source:
        return (RealFacades if self.real else DrawnFacades)(self.size, split)

    def figures(self, average: JudgeTraining) -> dict[str, float]:
        figures = {}
        for split in ("val", "test"):
            source = self.source(split)
            held_out = source.batch(torch.arange(min(200, len(source))))
            found = fcn_scores(held_out["x"], held_out["labels"], average.F)
            figures |= {f"real pictures, {split}: {key}": value for key, value in found._asdict().items()}
        return figures


SEGMENTERS: dict[str, SegmenterRecipe] = {
    "facades-seg-v1": SegmenterRecipe(
        summary="The net behind the FCN-score of the facades: names one of twelve classes for each pixel of a photograph "
        "of a building front, at 128 px. Frozen: a better judge gets another name.",
        licence="research and teaching only: trained on the CMP Facade Database (Tylecek and Sara 2013)",
        sources="CMP Facade Database, train split",
    ),
    "drawn-facades-seg-v1": SegmenterRecipe(
        config=SegmenterConfig(steps=1_000), real=False, size=64,
        summary="The same for the procedural facades of this package, at 64 px: what claims that are measured there ask. "
        "Frozen: a better judge gets another name.",
        licence="MIT: trained on the procedural facades of this package",
        sources="procedural facades of this package, train split",
    ),
}  # fmt: skip


@cache
def load_segmenter(name: str = "facades-seg-v1", folder: Path | None = None) -> FCN:
    """A segmenter, float32 on the CPU, frozen; the same object on every call. CheckpointError as in `load_judge`."""
    net = take(folder or SHIPPED / name, lambda settings: FCN(widths=tuple(settings["widths"])))
    return net.eval().requires_grad_(False)
