"""SRResNet. Ledig, Theis, Huszar, Caballero, et al.: Photo-Realistic Single Image Super-Resolution Using a Generative
Adversarial Network. CVPR 2017, arXiv:1609.04802.

The generator of that paper, trained on the squared error alone. Of all sharp images that may have been reduced to x
the one with the least expected squared error is their mean, and a mean of sharp images is blurred.

Differs from the paper:
* x lies in [-1, 1], as y does; the paper's in [0, 1].
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import Named, mse
from ..method import Batch, Fit, Method, Stage, Symbol, Terms, Turn, adam
from ..nets.chance import Rng
from ..nets.layers import batch_norm
from ..nets.srresnet import EnlargingResNet


def no_norm(channels: int) -> nn.Module:
    return nn.Identity()


NORMS = Named({"batch": batch_norm, "none": no_norm})
"""Lim et al. (EDSR, 2017) found that such nets do better without norms."""


@dataclass(frozen=True)
class Config:
    """The paper's sizes for x4."""

    scale: int = 4
    channels: int = 3
    # G
    width: int = 64
    blocks: int = 16
    norm: str = "batch"
    # training
    steps: int = 1_000_000
    rate: float = 1e-4
    decay_from: float = 1.0


class SRResNet(Method):
    """Eq. 4: the mean squared error of the pixels."""

    Config = Config
    layout = "photographs"
    symbols = {"mse": Symbol(r"(y - G(x))^2", "eq. 4", ("G",), "reconstruction")}

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.G = EnlargingResNet(c.channels, c.width, c.blocks, c.scale, NORMS[c.norm])
        self.enlarges, self.reach = c.scale, self.G.reach

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Half the paper's blocks, at five times its rate, which falls early."""
        return Fit({"blocks": 8, "rate": 5e-4, "decay_from": 0.35, "steps": 10_000}, batch=8, ema=0.999)

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 4: mean (y - G(x))^2."""
        return {"mse": mse(self.G(batch["x"]), batch["y"])}

    def weights(self, step: int) -> dict[str, float]:
        return {"mse": 1.0}

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, betas=(0.9, 0.999))

    def stages(self) -> list[Stage]:
        return [Stage("train", self.config.steps, {"G": Turn(self.generator_loss, ("G",), self.optimizer)})]

    def translate(self, x: Tensor, generator: Rng = None) -> Tensor:
        """x [B, channels, H, W] in [-1, 1], any size -> [B, channels, scale H, scale W], a little beyond [-1, 1] where edges overshoot."""
        return self.G(x)
