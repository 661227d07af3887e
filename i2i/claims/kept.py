"""Small nets that claims compare: trained when first asked for, and kept in runs/claims."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from ..checkpoint import export, is_export
from ..method import Method
from ..run.pipeline import Model, load
from ..train import Source, Trainer
from .claim import SEEDS, NotReady

KEPT = Path("runs") / "claims"


def kept(
    name: str,
    build: Callable[[], Method],
    source: Callable[[], Source],
    *,
    seed: int,
    batch: int,
    size: int,
    nets: tuple[str, ...] = (),
    watch: Callable[[Trainer, dict[str, float], dict], None] | None = None,
) -> Model:
    """The model of this name and seed in runs/claims, trained first if it is not there.

    nets: exported beside those of inference.  watch(trainer, terms, card) runs after each step and may write to the card.
    """
    folder = KEPT / f"{name.replace(' + ', '+').replace(', ', '-').replace(' ', '-')}-{seed}"
    torch.manual_seed(seed)
    method = build()
    if not is_export(folder):
        print(f"training {folder.name} for a minute", file=sys.stderr, flush=True)
        card: dict = {"recipe": "own folder", "seed": seed}
        trainer = Trainer(method, source(), batch=batch, seed=seed)
        trainer.fit(progress=False, watch=watch and (lambda t, terms: watch(t, terms, card)))
        card["minutes"] = round(trainer.seconds / 60, 2)
        export(folder, trainer.average, size=size, card=card, nets=nets)
    model = load(folder, "cpu")
    if dataclasses.asdict(model.method.config) != dataclasses.asdict(method.config):
        raise NotReady(f"{folder} holds a net of other settings: delete the folder and measure again.")
    return model


def each_seed(measure: Callable[[int], float]) -> list[float]:
    return [float(measure(seed)) for seed in SEEDS]
