"""pix2pix. Isola, Zhu, Zhou, Efros: Image-to-Image Translation with Conditional Adversarial Networks.
CVPR 2017, arXiv:1611.07004.

A generator G paints y from x; a discriminator D looks at pairs and says, patch by patch, real or made. There is no
noise vector: the paper's z is the dropout in G, which stays on at test.

Agrees with the authors' PyTorch code to rounding in float64, dropout aside (tests/golden/authors/pix2pix.json).

Differs from the paper:
* the rate falls over the second half of the steps, as in the authors' PyTorch port; the paper's stays as it is.
* `half_scale` adds a second discriminator D2 that sees the pair at half its sides, so that what lies far apart has to
  agree, too (Wang et al., CVPR 2018); the paper has none, and neither has the default.
* `finish` adds two convolutions at full size to G, which see x again, and ends the U-Net before them in the paper's own
  transposed layer; the paper has none, and neither has the default.
* `augment` shows D other colours, and cuts a box out of each pair, of real and made ones alike (`nets.augment`); the paper
  does not, and neither does the default.
* a trained model's batch norms use running averages; the paper's those of the image at hand, which
  `nets.layers.own_statistics` gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..losses import ADVERSARIAL, l1
from ..method import (
    SAMPLES,
    SCALE,
    SEED,
    Batch,
    Fit,
    Method,
    Stage,
    Symbol,
    Terms,
    Turn,
    controls,
    halvings,
    judged,
)
from ..nets.augment import augmented
from ..nets.chance import Rng
from ..nets.layers import NORMS, UPS
from ..nets.patchgan import PatchGAN, patch_layers
from ..nets.unet import UNet


@dataclass(frozen=True)
class Config:
    """The paper's sizes at 256 px. gan=0 is the paper's "L1" row, l1=0 its "cGAN", condition=False its "GAN" rows."""

    x_channels: int = 3
    y_channels: int = 3
    # G
    width: int = 64
    cap: int = 512
    depth: int = 8
    skips: bool = True
    up: str = "transposed"
    norm: str = "batch"
    dropout: float = 0.5
    finish: int = 0  # channels of two more layers at full size
    # D
    patch_layers: int = 3
    patch_width: int = 64
    condition: bool = True
    half_scale: bool = False
    augment: bool = False
    # the objective, eq. 4: cGAN + lambda L1
    adversarial: str = "log"
    gan: float = 1.0
    l1: float = 100.0
    # training
    steps: int = 80_000  # 200 passes over 400 facades, one at a time
    rate: float = 2e-4
    decay_from: float = 0.5  # part of the steps after which the rate falls linearly


def _symbols(adversarial: str, half_scale: bool = False) -> dict[str, Symbol]:
    def term(logits: str, real: bool, nets: tuple[str, ...]) -> Symbol:
        return judged(logits, adversarial, real, equation="eq. 1", nets=nets)

    symbols = {
        "real": term("D(x, y)", True, ("D",)),
        "fake": term("D(x, G(x))", False, ("D", "G")),
        "gan": term("D(x, G(x))", True, ("D", "G")),
        "l1": Symbol("|y - G(x)|", "eq. 3", ("G",), "reconstruction"),
    }
    if half_scale:
        real, made = r"D_2(x_{1/2}, y_{1/2})", r"D_2(x_{1/2}, G(x)_{1/2})"
        symbols["real half"] = judged(real, adversarial, True, nets=("D2",))
        symbols["fake half"] = judged(made, adversarial, False, nets=("D2", "G"))
        symbols["gan half"] = judged(made, adversarial, True, nets=("D2", "G"))
    return symbols


class Pix2Pix(Method):
    """Eq. 4: min over G, max over D of L_cGAN(G, D) + lambda L_L1(G)."""

    Config = Config
    controls = controls(SEED, SAMPLES, SCALE)
    shared = ("fake_y",)
    symbols = _symbols("log")

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.symbols = _symbols(c.adversarial, c.half_scale)
        self.adversarial = ADVERSARIAL[c.adversarial]
        sizes = c.x_channels, c.y_channels, c.width, c.cap, c.depth, c.skips, c.dropout
        self.G = UNet(*sizes, UPS[c.up], NORMS[c.norm], finish=c.finish)
        self.multiple = 2**c.depth
        inputs = c.y_channels + (c.x_channels if c.condition else 0)

        def patch_gan() -> PatchGAN:
            return PatchGAN(inputs, c.patch_width, c.patch_layers, cap=8 * c.patch_width, norm=NORMS[c.norm])

        self.D = patch_gan()
        if c.half_scale:
            self.D2 = patch_gan()

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the paper's, as deep as the size allows; patches of 34 px below 128 px."""
        config = {
            "width": 32,
            "cap": 160,
            "up": "resized",
            "patch_width": 32,
            "patch_layers": patch_layers(size),
        }
        return Fit({**config, "depth": min(8, halvings(size)), "steps": 10_000}, batch=4)

    def judge(self, x: Tensor, y: Tensor) -> Tensor:
        """D's logits for pairs, [B, 1, h, w]. Without conditioning D is shown y alone."""
        return self.D(self._pair(x, y))

    def judge_half(self, x: Tensor, y: Tensor) -> Tensor:
        """D2's logits for pairs at half their sides."""
        return self.D2(F.avg_pool2d(self._pair(x, y), 2))

    def _pair(self, x: Tensor, y: Tensor) -> Tensor:
        if self.config.augment and self.training:
            x, y = augmented(x, y)
        return torch.cat([x, y], dim=1) if self.config.condition else y

    def fakes(self, batch: Batch) -> Batch:
        return {"fake_y": self.G(batch["x"])}

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by D: -log D(x, y) and -log(1 - D(x, G(x)))."""
        if not self.config.gan:
            return {}
        x, y, fake_y = batch["x"], batch["y"], self.complete(batch)["fake_y"].detach()
        terms = {
            "real": self.adversarial(self.judge(x, y), True),
            "fake": self.adversarial(self.judge(x, fake_y), False),
        }
        if self.loaded("D2"):
            terms["real half"] = self.adversarial(self.judge_half(x, y), True)
            terms["fake half"] = self.adversarial(self.judge_half(x, fake_y), False)
        return terms

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by G, in the non-saturating form -log D(x, G(x)), and eq. 3, |y - G(x)|."""
        x, y, fake_y = batch["x"], batch["y"], self.complete(batch)["fake_y"]
        terms = {"l1": l1(fake_y, y)}
        if self.config.gan and self.loaded("D"):
            terms["gan"] = self.adversarial(self.judge(x, fake_y), True)
        if self.config.gan and self.loaded("D2"):
            terms["gan half"] = self.adversarial(self.judge_half(x, fake_y), True)
        return terms

    def stages(self) -> list[Stage]:
        discriminators = ("D", "D2") if self.config.half_scale else ("D",)
        turns = {
            "D": Turn(self.discriminator_loss, discriminators, self.optimizer),
            "G": Turn(self.generator_loss, ("G",), self.optimizer),
        }
        return [Stage("train", self.config.steps, turns)]

    def weights(self, step: int) -> dict[str, float]:
        # D's objective is halved "which slows down the rate at which D learns relative to G".
        gan, judged = self.config.gan, ("real", "fake", "real half", "fake half")
        return {"gan": gan, "gan half": gan, "l1": self.config.l1} | dict.fromkeys(judged, 0.5)

    def translate(self, x: Tensor, generator: Rng = None, noise: bool = True) -> Tensor:
        """x [B, C, H, W] in [-1, 1], sides multiples of 2**depth (any such size: G is fully convolutional).

        generator draws the dropout masks; noise=False leaves dropout out, which the paper never does.
        """
        return self.G(x, generator, noise)
