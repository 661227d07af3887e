"""How judges learn: one optimizer, one schedule, one training for all of them, and an export that is made once."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

import torch

from ..method import Method, Stage, Turn
from ..train import Source, Trainer
from .shelf import put, refuse_second


class JudgeTraining(Method):
    """A judge F that learns by AdamW with cosine decay. A judge's own class says what it answers and the loss of that.

    learns: the nets that are trained; only F is kept.  warm_up: steps in which the learning rate rises.
    """

    inference = ("F",)
    learns: ClassVar[tuple[str, ...]] = ("F",)
    warm_up: ClassVar[int] = 100

    def weights(self, step: int) -> dict[str, float]:
        return {"entropy": 1.0}

    def learning_rate(self, step: int) -> float:
        c = self.config
        return min(1.0, (step + 1) / self.warm_up) * 0.5 * (1 + math.cos(math.pi * step / c.steps))

    def stages(self) -> list[Stage]:
        optimizer = partial(torch.optim.AdamW, lr=self.config.rate, weight_decay=0.02, fused=True)
        return [Stage("train", self.config.steps, {"F": Turn(self.loss, self.learns, optimizer)})]


@dataclass(frozen=True, kw_only=True)
class JudgeRecipe:
    """The one training of a judge; a kind of judges gives `method`, `source`, `figures`, `settings` and the card's sentences.

    size: side of the images in pixels.  how: how the card's figures were had.  not_: what the judge is not.
    """

    method: ClassVar[type[JudgeTraining]]
    how: ClassVar[str]
    not_: ClassVar[str]
    seen: ClassVar[str] = "pictures"  # what a batch holds, in the card's words

    config: object = field()
    size: int = 64
    batch: int = 8
    seed: int = 1
    ema: float = 0.995
    summary: str = ""
    licence: str = ""
    sources: str = ""

    def build(self, **changes) -> JudgeTraining:
        """The untrained method; `changes` override fields of its config. TypeError on an unknown one."""
        return self.method.seeded(self.method.Config(**{**asdict(self.config), **changes}), self.seed)

    def source(self, split: str = "train") -> Source:
        raise NotImplementedError

    def figures(self, average: JudgeTraining) -> dict[str, float]:
        """What the trained judge is worth, on images that it was not trained on: name -> value, for its card."""
        raise NotImplementedError

    def settings(self, method: JudgeTraining) -> dict:
        """What its net is built from when it is loaded."""
        return {"widths": method.config.widths}


def train_judge(
    recipe: JudgeRecipe,
    name: str,
    out: str | Path,
    steps: int | None = None,
    precision: str = "auto",
    hardware: str = "not stated",
    progress: bool = True,
) -> Path:
    """Train a judge, going on where `out`/resume.pt stopped; its export, `out`/name.

    steps: instead of the recipe's.  hardware: what the card says of it.
    Raises DataError for a set that is not installed, CheckpointError if the export exists: a judge is made once.
    """
    out = Path(out)
    refuse_second(out / name)
    method = recipe.build(**({"steps": steps} if steps else {}))
    trainer = Trainer(
        method, recipe.source(), batch=recipe.batch, seed=recipe.seed, ema=recipe.ema, precision=precision, out=out
    )  # fmt: skip
    before, start = trainer.step, time.process_time()
    average = trainer.fit(progress=progress)
    each = (time.process_time() - start) / max(1, trainer.step - before)
    card = {
        "name": name, "summary": recipe.summary, "licence": recipe.licence, "sources": recipe.sources,
        "recipe": f"{method.config.steps} steps of {recipe.batch} {recipe.seen} of {recipe.size} px, AdamW at "
        f"{method.config.rate:g} with cosine decay, average with decay {recipe.ema:g}",
        "seed": recipe.seed, "minutes": round(each * trainer.step / 60, 1), "hardware": hardware,
        "precision": "bf16" if trainer.bf16 else "fp32", "figures": recipe.figures(average),
    }  # fmt: skip
    return put(out / name, average.F, recipe.settings(method), card, recipe.how, recipe.not_)
