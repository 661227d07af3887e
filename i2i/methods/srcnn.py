"""SRCNN. Dong, Loy, He, Tang: Learning a Deep Convolutional Network for Image Super-Resolution. ECCV 2014; Image
Super-Resolution Using Deep Convolutional Networks. TPAMI 2016, arXiv:1501.00092.

x is enlarged beforehand, bicubic; three convolutions then mend its brightness, and the colour stays bicubic. The paper
calls them patch extraction, non-linear mapping and reconstruction.

Differs from the paper:
* Adam with one rate, which falls over the second half, in place of SGD with a slower last layer; torch's own start.
* borders are padded with zeros; the paper's training pads nothing and compares what is left in the middle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..colour import grey, luma
from ..losses import mse, wide
from ..method import Batch, Fit, Method, Stage, Symbol, Terms, Turn, adam
from ..nets.chance import Rng


@dataclass(frozen=True)
class Config:
    """The journal's best three layers, 9-5-5, 57,184 weights; the first ones were 9-1-5, 8,032 weights."""

    scale: int = 4
    # G: kernels and widths
    first: int = 9
    second: int = 5
    last: int = 5
    width: int = 64
    middle: int = 32
    # training
    steps: int = 1_000_000
    rate: float = 1e-3
    decay_from: float = 0.5


def bicubic(x: Tensor, scale: int) -> Tensor:
    """[B, C, H, W] -> [B, C, scale H, scale W] by the cubic of Keys (a = -1/2): the pixels that Pillow gives."""
    return F.interpolate(wide(x), scale_factor=scale, mode="bicubic", antialias=True)


class SRCNN(Method):
    """Eq. 4: the mean squared error of the brightness."""

    Config = Config
    layout = "photographs"
    symbols = {"mse": Symbol(r"(Y - G(Y_{bicubic}))^2", "eq. 4", ("G",), "reconstruction")}

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config

        def conv(inputs: int, outputs: int, kernel: int) -> nn.Module:
            return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)

        self.G = nn.Sequential(
            conv(1, c.width, c.first), nn.ReLU(inplace=True), conv(c.width, c.middle, c.second), nn.ReLU(inplace=True),
            conv(c.middle, 1, c.last),
        )  # fmt: skip
        self.enlarges = c.scale
        self.reach = -(-(c.first // 2 + c.second // 2 + c.last // 2) // c.scale) + 2  # two more for the cubic

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """The paper's nets: three layers gain little from wide places and much from many steps."""
        return Fit({"steps": 10_000}, batch=8, ema=0.999)

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 4: mean (Y - G(Y of bicubic x))^2, brightness in [0, 1]."""
        return {"mse": mse(self.G(luma(bicubic(batch["x"], self.config.scale))), luma(batch["y"]))}

    def weights(self, step: int) -> dict[str, float]:
        return {"mse": 1.0}

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, betas=(0.9, 0.999))

    def stages(self) -> list[Stage]:
        return [Stage("train", self.config.steps, {"G": Turn(self.generator_loss, ("G",), self.optimizer)})]

    def translate(self, x: Tensor, generator: Rng = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], any size -> [B, 3, scale H, scale W], a little beyond [-1, 1] where edges overshoot."""
        large = bicubic(x, self.config.scale)
        y = luma(large)
        return large + grey(wide(self.G(y)) - y)
