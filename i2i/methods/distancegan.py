"""DistanceGAN. Benaim, Wolf: One-Sided Unsupervised Domain Mapping. NIPS 2017, arXiv:1706.00826.

No way back is needed: images that are far apart in x must stay far apart in y. One generator G, one discriminator D,
and a term that compares the distance of two images before and after, each in the units of its own domain.

The distances and their units agree with the authors' code to rounding in float64 (tests/golden/authors/distancegan.json).

Differs from the paper:
* G alone, from x to y: the forms with both directions, with a cycle, and on DiscoGAN's nets are left out.
* halves are left and right; the authors' code takes top and bottom.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..losses import ADVERSARIAL, Named, distance_loss, wide
from ..method import SCALE, Batch, Fit, Method, Stage, Symbol, Terms, Turn, Unfit, controls, judged
from ..nets.chance import Rng
from ..nets.layers import NORMS, UPS
from ..nets.patchgan import PatchGAN, patch_layers
from ..nets.pool import ImagePool
from ..nets.resnet import ResNetGenerator, residual_blocks


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
    between: str = "pairs"  # or "halves" of one image: left and right (the paper's self-distance)
    pool: int = 50
    sample: int = 900  # training images whose distances give a domain's mean and deviation
    # training
    steps: int = 200_000
    rate: float = 2e-4
    decay_from: float = 0.5


def between_pairs(images: Tensor) -> Tensor:
    """[B, C, H, W] -> the mean absolute difference of every two of them, [B (B - 1) / 2], float32 or wider."""
    flat = wide(images).flatten(1)
    i, j = torch.triu_indices(len(flat), len(flat), 1, device=flat.device)
    return (flat[i] - flat[j]).abs().mean(1)


def between_halves(images: Tensor) -> Tensor:
    """[B, C, H, W] -> the mean absolute difference of each one's left and right half, [B], float32 or wider."""
    left, right = wide(images).split(images.shape[-1] // 2, dim=-1)[:2]
    return (left - right).abs().flatten(1).mean(1)


DISTANCES = Named({"pairs": between_pairs, "halves": between_halves})


def _symbols(adversarial: str) -> dict[str, Symbol]:
    def term(logits: str, real: bool, nets: tuple[str, ...]) -> Symbol:
        return judged(logits, adversarial, real, equation="L_GAN", nets=nets)

    return {
        "gan": term("D(G(x))", True, ("D", "G")),
        "distance": Symbol("|d_X(x_i, x_j) - d_Y(G(x_i), G(x_j))|", "L_distance", ("G",), "reconstruction"),
        "real": term("D(y)", True, ("D",)),
        "fake": term("D(G(x))", False, ("D", "G")),
    }


class DistanceGAN(Method):
    """Min over G, max over D of alpha L_GAN(G, D) + beta L_distance(G) (or L_self_distance)."""

    Config = Config
    controls = controls(SCALE)
    layout = "unpaired"
    shared = ("fake_y",)
    symbols = _symbols("least-squares")

    units_x: Tensor
    units_y: Tensor

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.symbols = _symbols(c.adversarial)
        self.adversarial, self.distances = ADVERSARIAL[c.adversarial], DISTANCES[c.between]
        self.G = ResNetGenerator(3, 3, c.width, c.blocks, UPS[c.up], NORMS[c.norm], c.halvings)
        self.D = PatchGAN(3, c.patch_width, c.patch_layers, 8 * c.patch_width, NORMS[c.norm])
        self.multiple, self.least_batch = 2**c.halvings, 2 if c.distance and c.between == "pairs" else 1
        self.pool = ImagePool(c.pool)
        # Mean and deviation of the distances within each domain: measured once, on real images of both.
        self.register_buffer("units_x", torch.tensor([0.0, 1.0]))
        self.register_buffer("units_y", torch.tensor([0.0, 1.0]))

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the paper's, with fewer blocks and smaller patches where images are small."""
        config = {"width": 24, "up": "resized", "patch_width": 32, "patch_layers": patch_layers(size)}
        return Fit({**config, "blocks": residual_blocks(size), "steps": 10_000}, batch=4)

    @torch.no_grad()
    def measure(self, sample: Callable[[int], Batch]) -> None:
        """Fix the units of distance, before training."""
        batch = sample(self.config.sample)
        for units, images in ((self.units_x, batch["x"]), (self.units_y, batch["y"])):
            flat = wide(images).flatten(1)
            pairs = torch.pdist(flat, p=1) / flat.shape[1]
            found = pairs if self.config.between == "pairs" else between_halves(images)
            # Equal numbers may deviate by their rounding.
            if len(found) < 2 or found.std(correction=0) <= 1e-6 * found.mean():
                raise Unfit(
                    "the pictures of a domain are all alike, or fewer than three: give at least three in each."
                )
            units.copy_(torch.stack([found.mean(), found.std(correction=0)]))

    def fakes(self, batch: Batch) -> Batch:
        fake_y = self.G(batch["x"])
        return {"fake_y": fake_y, "shown": self.pool.draw(len(fake_y))}

    def generator_loss(self, batch: Batch) -> Terms:
        """The GAN term, and the distance loss (pairs) or self-distance loss (halves): standardised distances before and after."""
        fake_y = self.complete(batch)["fake_y"]
        terms = {}
        if self.config.gan and self.loaded("D"):
            terms["gan"] = self.adversarial(self.D(fake_y), True)
        # One image has no distance to others: on a page the term is left out, in training that is a mistake.
        if self.config.distance and (self.training or len(fake_y) > 1 or self.config.between == "halves"):
            before, after = self.distances(batch["x"]), self.distances(fake_y)
            if not len(before):
                raise Unfit("distances between pairs want a batch of two or more; or take --between halves.")
            terms["distance"] = distance_loss(before, after, self.units_x, self.units_y)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        if not self.config.gan:
            return {}
        made = self.complete(batch)
        shown = self.pool.mix(made["fake_y"], made["shown"])
        return {
            "real": self.adversarial(self.D(batch["y"]), True),
            "fake": self.adversarial(self.D(shown), False),
        }

    def weights(self, step: int) -> dict[str, float]:
        return {"gan": self.config.gan, "distance": self.config.distance, "real": 0.5, "fake": 0.5}

    def stages(self) -> list[Stage]:
        turns = {
            "G": Turn(self.generator_loss, ("G",), self.optimizer),
            "D": Turn(
                self.discriminator_loss,
                ("D",),
                self.optimizer,
                after=lambda batch, terms: self.pool.put(batch["fake_y"], batch["shown"]),
            ),
        }
        return [Stage("train", self.config.steps, turns, begin=self.measure)]

    def translate(self, x: Tensor, generator: Rng = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same. There is no way back."""
        return self.G(x)
