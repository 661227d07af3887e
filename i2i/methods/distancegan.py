"""DistanceGAN. Benaim, Wolf: One-Sided Unsupervised Domain Mapping. NIPS 2017, arXiv:1706.00826.

No way back is needed: pictures that are far apart in x must stay far apart in y. One generator G, one discriminator D,
and a term that compares the distance of two pictures before and after, each in the units of its own domain.

The distances and their units agree with the authors' code to rounding in float64 (tests/golden/authors/distancegan.json).

Differs from the paper:
* G alone, from x to y: the forms with both directions, with a cycle, and on DiscoGAN's nets are left out.
* halves are left and right; the authors' code takes top and bottom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from ..losses import ADVERSARIAL, distance_loss, wide
from ..method import Batch, Method, Stage, Terms, Turn, adam, linear_decay
from ..nets.layers import NORMS, UPS
from ..nets.patchgan import PatchGAN
from ..nets.pool import ImagePool
from ..nets.resnet import ResNetGenerator


@dataclass(frozen=True)
class Config:
    """The paper's second form, on CycleGAN's nets. Pairs want a batch of 2 or more; halves work with 1."""

    width: int = 64
    blocks: int = 9
    halvings: int = 2
    up: str = "transposed3"
    norm: str = "instance"
    patch_layers: int = 3
    patch_width: int = 64
    # the objective
    adversarial: str = "least-squares"
    gan: float = 1.0
    distance: float = 1.0
    between: str = "pairs"  # or "halves" of one picture: left and right (the paper's self-distance)
    pool: int = 50
    sample: int = 900  # training pictures whose distances give a domain's mean and deviation
    # training
    steps: int = 200_000
    rate: float = 2e-4
    decay_from: float = 0.5


def between_pairs(pictures: Tensor) -> Tensor:
    """[B, C, H, W] -> the mean absolute difference of every two of them, [B (B - 1) / 2], float32 or wider."""
    flat = wide(pictures).flatten(1)
    i, j = torch.triu_indices(len(flat), len(flat), 1, device=flat.device)
    return (flat[i] - flat[j]).abs().mean(1)


def between_halves(pictures: Tensor) -> Tensor:
    """[B, C, H, W] -> the mean absolute difference of each one's left and right half, [B], float32 or wider."""
    left, right = wide(pictures).split(pictures.shape[-1] // 2, dim=-1)[:2]
    return (left - right).abs().flatten(1).mean(1)


DISTANCES: dict[str, Callable[[Tensor], Tensor]] = {"pairs": between_pairs, "halves": between_halves}


class DistanceGAN(Method):
    Config = Config
    controls = ("scale",)
    layout = "unpaired"

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.adversarial, self.distances = ADVERSARIAL[c.adversarial], DISTANCES[c.between]
        self.G = ResNetGenerator(3, 3, c.width, c.blocks, UPS[c.up], NORMS[c.norm], c.halvings)
        self.D = PatchGAN(3, c.patch_width, c.patch_layers, 8 * c.patch_width, NORMS[c.norm])
        self.pool = ImagePool(c.pool)
        # Mean and deviation of the distances within each domain: measured once, on real pictures of both.
        self.register_buffer("units_x", torch.tensor([0.0, 1.0]))
        self.register_buffer("units_y", torch.tensor([0.0, 1.0]))

    @torch.no_grad()
    def measure(self, sample: Callable[[int], Batch]) -> None:
        """Fix the units of distance, before training."""
        batch = sample(self.config.sample)
        for units, pictures in ((self.units_x, batch["x"]), (self.units_y, batch["y"])):
            flat = wide(pictures).flatten(1)
            pairs = torch.pdist(flat, p=1) / flat.shape[1]
            found = pairs if self.config.between == "pairs" else between_halves(pictures)
            # Equal numbers may deviate by their rounding.
            if len(found) < 2 or found.std(correction=0) <= 1e-6 * found.mean():
                raise ValueError("the pictures of a domain are all alike, or fewer than three: distances cannot be compared")
            units.copy_(torch.stack([found.mean(), found.std(correction=0)]))

    def share(self, batch: Batch) -> Batch:
        fake_y = self.G(batch["x"])
        return {"fake_y": fake_y, "shown": self.pool.draw(len(fake_y))}

    def generator_loss(self, batch: Batch) -> Terms:
        """The GAN term, and the distance loss (pairs) or self-distance loss (halves): standardised distances before and after."""
        fake_y = self._made(batch)["fake_y"]
        terms = {"gan": self.adversarial(self.D(fake_y), True)} if self.config.gan else {}
        if self.config.distance:
            before, after = self.distances(batch["x"]), self.distances(fake_y)
            if not len(before):
                raise ValueError("distances between pairs want a batch of two or more; or take between=halves")
            terms["distance"] = distance_loss(before, after, self.units_x, self.units_y)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        if not self.config.gan:
            return {}
        made = self._made(batch)
        shown = self.pool.mix(made["fake_y"], made["shown"])
        return {"real": self.adversarial(self.D(batch["y"]), True), "fake": self.adversarial(self.D(shown), False)}

    def _made(self, batch: Batch) -> Batch:
        return batch if "fake_y" in batch else self.share(batch)

    def weights(self, step: int) -> dict[str, float]:
        return {"gan": self.config.gan, "distance": self.config.distance, "real": 0.5, "fake": 0.5}

    def learning_rate(self, step: int) -> float:
        return linear_decay(step, self.config.steps, self.config.decay_from)

    def stages(self) -> list[Stage]:
        optimizer = partial(adam, lr=self.config.rate)
        turns = {
            "G": Turn(self.generator_loss, ("G",), optimizer),
            "D": Turn(self.discriminator_loss, ("D",), optimizer, after=lambda b: self.pool.put(b["fake_y"], b["shown"])),
        }
        return [Stage("train", self.config.steps, turns, begin=self.measure)]

    def translate(self, x: Tensor, generator=None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same. There is no way back."""
        return self.G(x)
