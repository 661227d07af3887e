"""SRGAN. Ledig, Theis, Huszar, Caballero, et al.: Photo-Realistic Single Image Super-Resolution Using a Generative
Adversarial Network. CVPR 2017, arXiv:1609.04802.

SRResNet's generator goes on learning from two other losses: what a fixed net phi sees must agree with what it sees in the
original (content), and a discriminator D must take the result for an original (adversarial, weighed a thousandth).

Differs from the paper:
* x lies in [-1, 1], as y does; the paper's in [0, 1].
* the content loss is a mean over channels too, and the adversarial one over the batch; the paper sums both.
* without VGG-19's weights phi may be another fixed net, whose second and last maps stand in for phi_22 and phi_54.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..losses import log_loss, mse
from ..method import Batch, Fit, Method, Symbol, Terms, adam
from ..nets.chance import Rng
from ..nets.judge import Judge
from ..nets.layers import batch_norm
from ..nets.srresnet import EnlargingResNet
from ..nets.vgg import VGG19
from .srresnet import NORMS

CONTENT = ("mse", "phi22", "phi54")
MAPS = {"phi22": 1, "phi54": 4}  # of the judge's five


@dataclass(frozen=True)
class Config:
    """The paper's sizes for x4 and places of 96 px. adversarial=0 leaves the adversary out, content="mse" is eq. 4."""

    scale: int = 4
    channels: int = 3
    side: int = 96
    # G
    width: int = 64
    blocks: int = 16
    norm: str = "batch"
    # D
    d_width: int = 64
    d_dense: int = 1024
    # the objective, eq. 3
    content: str = "phi54"
    features: str = "vgg19"  # or "judge"
    content_weight: float = 1.0
    pixel: float = 0.0  # of the squared error beside a content loss by phi; not in the paper
    adversarial: float = 1e-3
    # training
    steps: int = 200_000
    rate: float = 1e-4
    fall: float = 0.5  # part of the steps after which the rate is a tenth


class JudgeMap(nn.Module):
    """phi out of a net that was trained for something else: one of its maps, weights as given."""

    def __init__(self, layer: str):
        super().__init__()
        self.net, self.layer = Judge().settle(), MAPS[layer]

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)[self.layer]


class Critic(nn.Module):
    """D: images [B, channels, side, side] -> logits [B, 1]; 23,565,505 parameters at the paper's 96 px."""

    def __init__(self, c: Config):
        super().__init__()
        widths = [c.channels] + [n * c.d_width for n in (1, 1, 2, 2, 4, 4, 8, 8)]
        layers: list[nn.Module] = []
        for i, (before, after) in enumerate(pairwise(widths)):
            layers += [
                nn.Conv2d(before, after, 3, 1 + i % 2, 1),
                *([batch_norm(after)] if i else []),
                nn.LeakyReLU(0.2),
            ]
        left = -(-c.side // 16)
        dense = nn.Linear(widths[-1] * left**2, c.d_dense)
        self.net = nn.Sequential(*layers, nn.Flatten(), dense, nn.LeakyReLU(0.2), nn.Linear(c.d_dense, 1))

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)


class SRGAN(Method):
    """Eq. 3: L_content + 1/1000 L_adversarial for G, eq. 2 for D."""

    Config = Config
    layout = "photographs"
    shared = ("fake_y",)
    symbols = {
        "real": Symbol(r"-\log D(y)", "eq. 2", ("D",), "adversarial"),
        "fake": Symbol(r"-\log(1 - D(G(x)))", "eq. 2", ("D", "G"), "adversarial"),
        "content": Symbol(r"(\phi(y) - \phi(G(x)))^2", "eq. 5", ("phi", "G"), "reconstruction"),
        "mse": Symbol(r"(y - G(x))^2", "eq. 4", ("G",), "reconstruction"),
        "gan": Symbol(r"-\log D(G(x))", "eq. 6", ("D", "G"), "adversarial"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if c.content not in CONTENT or c.features not in ("vgg19", "judge"):
            raise ValueError(
                f"content is one of {', '.join(CONTENT)} by vgg19 or judge; got {c.content!r} by {c.features!r}"
            )
        self.G = EnlargingResNet(c.channels, c.width, c.blocks, c.scale, NORMS[c.norm])
        self.enlarges, self.reach = c.scale, self.G.reach
        self.D, self.least_batch = Critic(c), 1 if c.side > 16 else 2  # a map of one pixel has a batch norm
        if c.content != "mse":
            self.phi = VGG19(c.content) if c.features == "vgg19" else JudgeMap(c.content)

    @property
    def given(self) -> str:
        return "phi" if self.config.content != "mse" else ""

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """From SRResNet's weights on; phi is this package's feature net, beside which the squared error stays, at a quarter."""
        config = {
            "side": size,
            "blocks": 8,
            "d_width": 32,
            "d_dense": 512,
            "content": "phi22",
            "features": "judge",
        }
        config |= {"content_weight": 0.2, "pixel": 0.25, "steps": 10_000}
        return Fit(config, batch=8, ema=0.99, start="srresnet-photographs", judge="i2i-feat-v1")

    def fakes(self, batch: Batch) -> Batch:
        return {"fake_y": self.G(batch["x"])}

    def content(self, fake_y: Tensor, y: Tensor) -> Tensor:
        """Eq. 4 (mse) or eq. 5: mean (phi_ij(y) - phi_ij(G(x)))^2."""
        if self.config.content == "mse":
            return mse(fake_y, y)
        with torch.no_grad():
            wanted = self.phi(y)
        return mse(self.phi(fake_y), wanted)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 2 seen by D: -log D(y) and -log(1 - D(G(x)))."""
        if not self.config.adversarial:
            return {}
        fake_y = self.complete(batch)["fake_y"].detach()
        return {"real": log_loss(self.D(batch["y"]), True), "fake": log_loss(self.D(fake_y), False)}

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 3: the content loss and, from eq. 6, -log D(G(x))."""
        fake_y = self.complete(batch)["fake_y"]
        needs_phi = self.config.content != "mse"
        terms = {} if needs_phi and not self.loaded("phi") else {"content": self.content(fake_y, batch["y"])}
        if self.config.pixel:
            terms["mse"] = mse(fake_y, batch["y"])
        if self.config.adversarial and self.loaded("D"):
            terms["gan"] = log_loss(self.D(fake_y), True)
        return terms

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        return {"real": 1.0, "fake": 1.0, "content": c.content_weight, "mse": c.pixel, "gan": c.adversarial}

    def learning_rate(self, step: int) -> float:
        return 1.0 if step < self.config.fall * self.config.steps else 0.1

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, betas=(0.9, 0.999))

    def translate(self, x: Tensor, generator: Rng = None) -> Tensor:
        """x [B, channels, H, W] in [-1, 1], any size -> [B, channels, scale H, scale W], a little beyond [-1, 1] where edges overshoot."""
        return self.G(x)
