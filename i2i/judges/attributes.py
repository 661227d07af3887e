"""A net that reads attributes off faces: the judge of whether an edit did what was asked, and nothing else.

It learns from the drawn faces, whose attributes are known exactly, and says of each attribute by itself whether it is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data.attributes import Attributes
from ..method import Batch, Terms
from .recipe import JudgeRecipe, JudgeTraining
from .shelf import SHIPPED, take


class Reader(nn.Module):
    """Images float [B, 3, H, W] in [-1, 1], sides multiples of 16 -> logits [B, attributes]; above 0: it is there."""

    def __init__(self, attributes: int, side: int = 64, widths: tuple[int, ...] = (16, 32, 48, 64)):
        super().__init__()
        layers: list[nn.Module] = []
        for a, b in zip((3, *widths), widths, strict=False):
            layers += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        self.trunk = nn.Sequential(*layers)
        self.side, rest = side, side // 2 ** len(widths)
        # Where a thing is says what it is, so no mean is taken over places.
        self.read = nn.Linear(widths[-1] * rest * rest, attributes)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.side:
            x = F.interpolate(x, (self.side,) * 2, mode="bilinear", antialias=True)
        return self.read(self.trunk(x).flatten(1))


@dataclass(frozen=True)
class ReaderConfig:
    attributes: int = len(Attributes.names)
    side: int = 64
    widths: tuple[int, ...] = (16, 32, 48, 64)
    steps: int = 500
    rate: float = 2e-3


class ReaderTraining(JudgeTraining):
    Config = ReaderConfig
    warm_up = 50

    def __init__(self, config: ReaderConfig = ReaderConfig()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.F = Reader(config.attributes, config.side, tuple(config.widths))

    def loss(self, batch: Batch) -> Terms:
        # A blur and a little noise: what is judged is made by nets, and its edges are never quite those that are drawn.
        return {
            "entropy": F.binary_cross_entropy_with_logits(self.F(_worn(batch["x"])).float(), batch["label"])
        }


def _worn(x: Tensor) -> Tensor:
    blurred = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    share, noise = torch.rand(2, len(x), 1, 1, 1, device=x.device)
    return torch.lerp(x, blurred, share) + 0.1 * noise * torch.randn_like(x)


@dataclass(frozen=True, kw_only=True)
class ReaderRecipe(JudgeRecipe):
    method = ReaderTraining
    how = "Shares of 512 faces that it was not trained on, of which the attribute is read rightly."
    not_ = "It knows drawn faces of this package alone, and says nothing of photographs."

    config: ReaderConfig = ReaderConfig()
    batch: int = 16
    ema: float = 0.99

    def source(self, split: str = "train") -> Attributes:
        return Attributes(self.size, split=split)

    def figures(self, average: JudgeTraining) -> dict[str, float]:
        figures = {}
        for split in ("val", "test"):
            source = self.source(split)
            right = correct(average.F, source)
            figures |= {f"{split}: {n}": r.item() for n, r in zip(source.names, right.mean(0), strict=True)}
            figures[f"{split}: all right at once"] = right.all(1).double().mean().item()
        return figures

    def settings(self, method: JudgeTraining) -> dict:
        return {k: getattr(method.config, k) for k in ("attributes", "side", "widths")}


READERS: dict[str, ReaderRecipe] = {
    "faces-attributes-v1": ReaderRecipe(
        summary="Reads the twelve attributes off drawn faces, at 64 px: whether an edit changed what was asked, and kept the "
        "rest. Frozen: a better judge gets another name.",
        licence="MIT: trained on the procedural faces of this package",
        sources="procedural faces of this package, train split",
    ),
}


@torch.no_grad()
def correct(judge: nn.Module, source: Attributes, limit: int = 512) -> Tensor:
    """Whether each attribute of the first `limit` images is read rightly, double [N, K] of 0 and 1."""
    parts = [source.batch(part) for part in torch.arange(min(limit, len(source))).split(32)]
    return torch.cat([((judge(b["x"]) > 0) == (b["label"] > 0.5)).double() for b in parts])


@cache
def load_reader(name: str = "faces-attributes-v1", folder: Path | None = None) -> Reader:
    """A reader, float32 on the CPU, frozen; the same object on every call. CheckpointError as in `load_judge`."""
    net = take(folder or SHIPPED / name, lambda s: Reader(s["attributes"], s["side"], tuple(s["widths"])))
    return net.eval().requires_grad_(False)
