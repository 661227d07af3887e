"""Judges: small nets of our own that look at images, so that figures can be had without published weights.

`i2i-feat-v1` is one convolutional net, trained once on the train splits of the gallery's sets and worlds to
name what an image shows, how it is drawn, and what has been done to it (blur, noise, warping and so on),
then frozen for good: figures stay comparable only while the judge does not change, so a better one gets
another name. Its maps give PD-i2i, FD-i2i and KD-i2i (see `metrics`). They are not LPIPS, FID or KID and are
never to be compared with those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data import emoji
from ..data.public import catalogue
from ..data.worlds import facades, icons
from ..images import from_bytes
from ..method import Batch, Terms
from ..metrics import embed, frechet
from ..nets.judge import Judge
from .distortions import KINDS, distort
from .recipe import JudgeRecipe, JudgeTraining
from .shelf import SHIPPED, take
from .shelves import SETS, TASKS, WORLDS, Mixture, _named, shelves

# --- how it learns ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeaturesConfig:
    widths: tuple[int, ...] = (16, 32, 64, 128, 192)
    steps: int = 5_500
    rate: float = 2e-3


class FeaturesTraining(JudgeTraining):
    """F, the judge, and H, one linear layer on its embedding that answers all tasks and tells the distortion.

    All answers are read from the embedding, so the embedding, and with it FD-i2i, must hold both what a
    image shows and what is wrong with it. H is thrown away afterwards.
    """

    Config = FeaturesConfig
    learns = ("F", "H")

    def __init__(self, config: FeaturesConfig):
        super().__init__(config)
        self.F = Judge(config.widths)
        self.H = nn.Linear(config.widths[-1], sum(TASKS.values()) + len(KINDS) + 1)

    def answer(self, x: Tensor) -> list[Tensor]:
        """x [B, 3, H, W] -> logits [B, n] of each of TASKS, of KINDS, and of the strength [B, 1]."""
        answers = self.H(self.F(x)[-1].mean((2, 3))).float()
        return list(answers.split((*TASKS.values(), len(KINDS), 1), 1))

    def loss(self, batch: Batch) -> Terms:
        *tasks, kind, strength = self.answer(batch["x"])
        terms, count = {}, len(batch["x"])
        for k, (task, logits) in enumerate(zip(TASKS, tasks, strict=True)):
            # Summed over the images that have an answer: each counts the same, however rare its set is.
            total = F.cross_entropy(logits, batch["answers"][:, k], ignore_index=-1, reduction="sum")
            terms[task] = total / count
        terms["kind"] = F.cross_entropy(kind, batch["kind"])
        error = (strength[:, 0].sigmoid() - batch["strength"]).square()
        terms["strength"] = (error * (batch["kind"] > 0)).mean()
        return terms

    def weights(self, step: int) -> dict[str, float]:
        return {**dict.fromkeys(TASKS, 1.0), "kind": 1.0, "strength": 4.0}


@dataclass(frozen=True, kw_only=True)
class FeaturesRecipe(JudgeRecipe):
    """sets: names in SETS.  drawn: images drawn in each style of a world.  probes: images ranked for the card."""

    method, seen = FeaturesTraining, "windows"
    how = """\
Answers are read from the embedding by one linear layer, on held-out pictures at 64 px: the test split where
a set has one, a tenth by hash of the others. PD-i2i lines are shares of held-out pictures ranked as named, or
the ratio of two mean distances where they say so; FD-i2i is between sets of 96 pictures."""
    not_ = """\
Not LPIPS, not FID, not KID: another, much smaller net that has seen other and far fewer pictures. Its figures
rank results of this gallery against one another and mean nothing beside published ones. FD-i2i of a few
hundred pictures is dominated by its bias: compare equal numbers only. Beyond 128 px the embedding is that of
the reduced picture, so FD-i2i and KD-i2i do not see the finest detail of larger ones; PD-i2i does."""

    config: FeaturesConfig = FeaturesConfig()
    sets: tuple[str, ...] = tuple(SETS)
    drawn: int = 500
    probes: int = 96
    batch: int = 32

    def source(self, split: str = "train") -> Mixture:
        return Mixture(shelves(self.sets, split, drawn=self.drawn), self.size)

    def figures(self, average: JudgeTraining) -> dict[str, float]:
        return {**examine(average, self), **rankings(average.F, self.sets, self.probes)}


JUDGES: dict[str, FeaturesRecipe] = {
    "i2i-feat-v1": FeaturesRecipe(
        summary="The net behind PD-i2i, FD-i2i and KD-i2i: trained to name what a picture shows, how it is "
        "drawn and what has been done to it. Frozen: a better judge gets another name.",
        licence="research and teaching: trained on sets some of which are published under CC BY-SA, for "
        "non-commercial research, or without a licence text",
        sources="procedural icons and facades of this package (MIT); OpenMoji (CC BY-SA 4.0), Twemoji "
        "(CC BY 4.0), Noto Emoji (Apache 2.0), Microsoft Fluent Emoji (MIT); CMP Facade Database (research); "
        "LPC characters (CC BY-SA 3.0 / GPL 3.0); Sign Language Digits (Apache 2.0); Multi-class Weather "
        "Dataset (CC BY 4.0); MNIST test part (CC BY-SA 3.0); BSDS300 train (non-commercial research); T91 "
        "(research); Caltech-101 faces (CC BY 4.0)",
    ),
}


# --- what it is worth ---------------------------------------------------------------------------------------


@torch.no_grad()
def examine(method: FeaturesTraining, recipe: FeaturesRecipe) -> dict[str, float]:
    """Share of right answers on whole, held-out images, by task; and how well spoilt ones are told.

    Held out: the test split where a set has one, the tenth by hash of the others.
    """
    right, asked = torch.zeros(len(TASKS) + 1), torch.zeros(len(TASKS) + 1)
    off, spoilt = 0.0, 0
    rng = torch.Generator().manual_seed(recipe.seed)
    for shelf in shelves(recipe.sets, "test"):
        for pixels, answers in zip(shelf.images.split(64), shelf.answers.split(64), strict=True):
            x = F.interpolate(from_bytes(pixels), (recipe.size,) * 2, mode="bilinear", antialias=True)
            said = torch.stack([a.argmax(1) for a in method.answer(x)[: len(TASKS)]], 1)
            right[:-1] += (said == answers).sum(0)
            asked[:-1] += (answers >= 0).sum(0)
            kind = torch.randint(len(KINDS), (len(x),), generator=rng)
            strength = torch.rand(len(x), generator=rng)
            *_, told, how = method.answer(distort(x, kind, strength, rng))
            right[-1] += (told.argmax(1) == kind).sum()
            asked[-1] += len(x)
            off += ((how[:, 0].sigmoid() - strength).abs() * (kind > 0)).sum().item()
            spoilt += int((kind > 0).sum())
    figures = {
        f"accuracy: {task} (of {n})": (r / a).item()
        for (task, n), r, a in zip({**TASKS, "distortion": len(KINDS)}.items(), right, asked, strict=True)
        if a
    }
    return {**figures, "mean error of the distortion's strength (0 to 1)": off / max(1, spoilt)}


def orders(judge: Judge, x: Tensor, label: Tensor | None = None) -> dict[str, float]:
    """How PD-i2i ranks what is done to images x [N, 3, H, W]: the share of images ranked as one expects.

    With `label` int64 [N] also how much further, on average, images of another class are than those of the
    same.
    """
    n = len(x)

    def seen(y: Tensor) -> list[Tensor]:
        batches = zip(*(judge(part) for part in y.split(32)), strict=True)
        return [F.normalize(torch.cat(maps), dim=1, eps=1e-10) for maps in batches]

    def far(maps: list[Tensor]) -> Tensor:
        # PD-i2i from `still`, whose maps are made only once.
        layers = zip(still, maps, strict=True)
        return torch.stack([(a - b).square().sum(1).flatten(1).mean(1) for a, b in layers]).mean(0)

    def spoilt(name: str, strength: float) -> Tensor:
        kind = torch.full((n,), KINDS.index(name))
        return far(seen(distort(x, kind, torch.full((n,), strength), torch.Generator().manual_seed(0))))

    with torch.no_grad():
        still = seen(x)
        found = {f"mild {k} < strong {k}": spoilt(k, 0.1) < spoilt(k, 0.8) for k in KINDS[1:]}
        step, leap = far(seen(x.roll(1, 3))), far(seen(x.roll(8, 3)))
        others = {k: far([m.roll(k, 0) for m in still]) for k in range(1, min(n, 33))}
    found["shift by 1 px < by 8 px"] = step < leap
    found["shift by 8 px < another picture"] = leap < others[1]
    shares = {name: share.float().mean().item() for name, share in found.items()}
    if label is not None:
        distance = torch.cat(list(others.values()))
        same = torch.cat([label == label.roll(k) for k in others])
        ratio = distance[~same].mean() / distance[same].mean()
        shares["distance of another class over that of the same"] = ratio.item()
    return shares


def rankings(judge: Judge, sets: tuple[str, ...] = WORLDS, count: int = 96) -> dict[str, float]:
    """`orders` on held-out images of the worlds (and of the emoji, if among `sets`), and whether FD-i2i
    ranks sets.

    FD: glossy icons of the test split against as many others, against those blurred, against buildings.
    """
    index = torch.arange(2 * count) + icons.SPLITS["test"][0]
    toys, label = icons.draw(index, "glossy"), icons.label_of(index)
    index = index[:count] - icons.SPLITS["test"][0] + facades.SPLITS["test"][0]
    houses = facades.render(facades.draw_labels(index), index)
    probes = {"icons": (toys[:count], label[:count]), "facade world": (houses, None)}
    if "emoji" in sets:
        entries = emoji.concepts(catalogue.require("emoji"), "test", by="code")[:count]
        group = torch.tensor(_named([e["group"] for e in entries], [e["group"] for e in entries]))
        probes["emoji"] = (
            from_bytes(emoji.style(catalogue.require("emoji"), "fluent-3d", entries, 128)),
            group,
        )
    figures = {
        f"PD-i2i, {name}: {key}": value
        for name, (x, y) in probes.items()
        for key, value in orders(judge, x, y).items()
    }
    some, others = toys[:count], toys[count:]
    blurred = distort(others, torch.full((count,), KINDS.index("blur")), torch.full((count,), 0.5))
    seen = embed(some, judge)
    for name, x in (("more of the same", others), ("the same, blurred", blurred), ("buildings", houses)):
        figures[f"FD-i2i, icons against {name}"] = frechet(seen, embed(x, judge))
    return figures


@cache
def load_judge(name: str = "i2i-feat-v1", folder: Path | None = None) -> Judge:
    """A judge, float32 on the CPU and frozen; the same object on every call. It is what `metrics` takes.

    folder: where its own folder lies, by default among the shipped ones. CheckpointError if it is absent or
    does not fit.
    """
    with torch.inference_mode(
        False
    ):  # weights made within it could never let a gradient through, to anyone who asks later
        return take(folder or SHIPPED / name, lambda settings: Judge(tuple(settings["widths"]))).settle()
