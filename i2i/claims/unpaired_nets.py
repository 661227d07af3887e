"""The nets that claims about unpaired translation compare: glossy icons to icons at night, 32 px, a minute or two each."""

from __future__ import annotations

from functools import cache, lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.unpaired import Unpaired, unpaired_icons
from ..measure.unpaired import directions, translate
from ..methods import METHODS
from ..recipes import RECIPES
from ..run.pipeline import Model
from ..train import Trainer
from .kept import kept

SIZE = 32
_RESIDUAL = {"width": 24, "blocks": 3, "halvings": 1, "patch_layers": 1, "patch_width": 24}

# Each method's net here: what differs from its recipe for the icons at 64 px, and the samples a step. The steps are
# such that each takes about as long.
_NETS: dict[str, tuple[dict, int]] = {
    "cyclegan": ({**_RESIDUAL, "steps": 1_300}, 1),
    "discogan": ({"depth": 3, "steps": 900, "early_steps": 225}, 16),
    "dualgan": ({"depth": 4, "critic_layers": 3, "critic_side": 4, "steps": 1_000}, 4),
    "distancegan": ({**_RESIDUAL, "steps": 2_500}, 2),
    "unit": ({"blocks": 2, "critic_layers": 4, "steps": 1_000}, 1),
}

# What differs from a method's own objective.
VARIANTS: dict[str, tuple[str, dict]] = {
    "CycleGAN": ("cyclegan", {}),
    "cycle alone": ("cyclegan", {"gan": 0.0}),
    "GAN alone": ("cyclegan", {"forward_cycle": 0.0, "backward_cycle": 0.0}),
    "GAN + forward cycle": ("cyclegan", {"backward_cycle": 0.0}),
    "GAN + backward cycle": ("cyclegan", {"forward_cycle": 0.0}),
    "with identity": ("cyclegan", {"identity": 0.5}),
    "without pool": ("cyclegan", {"pool": 0}),
    "log loss": ("cyclegan", {"adversarial": "log"}),
    "DiscoGAN": ("discogan", {}),
    "DualGAN": ("dualgan", {}),
    "DistanceGAN": ("distancegan", {}),
    "DistanceGAN, halves": ("distancegan", {"between": "halves"}),
    "UNIT": ("unit", {}),
    "UNIT, nothing shared": ("unit", {"share_layers": False}),
}
METHOD_ROWS = ("CycleGAN", "DiscoGAN", "DualGAN", "DistanceGAN", "UNIT")
_EVERY = 50  # steps between two looks at a run


@cache
def world(split: str) -> Unpaired:
    return unpaired_icons(SIZE, "glossy", "night", split)


def pair_config(method: str) -> dict:
    """The config of a method's small net here."""
    return RECIPES[f"{method}-icons"].config | _NETS[method][0]


@cache
def trained(variant: str, seed: int) -> Model:
    """The net of a variant, with its discriminators' trace on its card."""
    method, changes = VARIANTS[variant]
    cls, batch = METHODS[method], _NETS[method][1]
    config = cls.Config(**(pair_config(method) | changes))
    return kept(
        f"unpaired {variant}",
        lambda: cls(config),
        lambda: world("train"),
        seed=seed,
        batch=batch,
        size=SIZE,
        watch=_trace,
    )


def _trace(trainer: Trainer, terms: dict[str, float], card: dict) -> None:
    """D's loss at every step, as a mean of its terms; every 50 steps the critics' gap and the miss on val images."""
    real, fake = ([v for k, v in terms.items() if k.startswith(side)] for side in ("real", "fake"))
    if real:
        card.setdefault("D loss", []).append(round((sum(real) + sum(fake)) / (2 * len(real)), 5))
    if trainer.step % _EVERY == 0:
        batch = world("val").batch(torch.arange(32))
        with torch.no_grad():
            made = trainer.average.translate(batch["x"])
        miss = (made - batch["y"]).abs().mean().item()
        card.setdefault("trace", []).append([trainer.step, round(-sum(real) - sum(fake), 5), round(miss, 5)])


@lru_cache(maxsize=2)
def truth(count: int = 256) -> tuple[Tensor, Tensor]:
    """(x, y) float [count, 3, 32, 32]: the same test objects glossy and at night."""
    batch = world("test").batch(torch.arange(count))
    return batch["x"], batch["y"]


@lru_cache(maxsize=96)
def made(variant: str, seed: int, direction: str = "xy") -> Tensor:
    """What `trained` makes of `truth`."""
    x, y = truth()
    return translate(trained(variant, seed), x if direction == "xy" else y, direction)


@lru_cache(maxsize=96)
def back(variant: str, seed: int) -> Tensor | None:
    """F(G(x)); None for a method without a way back."""
    model = trained(variant, seed)
    return translate(model, made(variant, seed), "yx") if len(directions(model)) == 2 else None


def enlarged(images: Tensor) -> Tensor:
    """32 px to 64 px, at which the feature net was trained to look at icons."""
    return F.interpolate(images, scale_factor=2, mode="bicubic", align_corners=False).clamp(-1, 1)
