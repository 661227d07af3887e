"""Bridge (flow matching). Liu, Gong, Liu: Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified
Flow. ICLR 2023, arXiv:2209.03003. The same objective is in Lipman et al., ICLR 2023, arXiv:2210.02747.

A straight path leads from the input to one of its answers, and a network v learns the velocity along it by a squared error:
no adversary is needed. Where paths cross, v is the mean of their velocities. So a single step from the start lands on the
mean of all answers, which is why squared errors blur; a path of many steps bends towards one answer. From x alone there
would be one path only, so it begins at x with noise, and each noise leads to an answer of its own.

Differs from the paper:
* the path begins at x + sigma N(0, 1), and v sees x, too. The paper's pairs are drawn independently, and its v sees the
  point alone; with pairs that belong together this is a bridge, as in I2SB (arXiv:2302.05872) and BBDM (arXiv:2205.07680).
* the noise may be a sum of several (`grains`), each drawn on a grid of its own and smooth between its points. The coarse ones decide
  colours of whole parts in few steps, the fine ones hide edges at the start of the path. The paper's noise is of single pixels.
* the net is pix2pix's U-Net with instance norm and without dropout, t is one more plane of its input, and what is linear
  in z and x is added behind it, and with `finish` two more convolutions at full size see its input again; the paper's is a far larger one, with attention and an embedding of t in every block.
* there is no second training on the pairs that the first one makes (the paper's reflow).
* Euler's rule in a few equal steps; the paper also uses an adaptive solver of higher order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..losses import mse
from ..method import (
    SAMPLES,
    SEED,
    Batch,
    Control,
    Fit,
    Method,
    Stage,
    Symbol,
    Terms,
    Turn,
    adam,
    controls,
    halvings,
)
from ..nets.chance import Rng, generators, normal, uniform
from ..nets.layers import NORMS, UPS
from ..nets.unet import UNet

STEPS = Control("steps", "number", "a whole number of Euler steps, 1 to 20", low=1, high=20, whole=True)


@dataclass(frozen=True)
class Config:
    """pix2pix's U-Net at 256 px; the paper's rate. sigma: of the noise at the start, on images in [-1, 1]. grains: how many
    pixels wide its parts are, of which each has the same share of the variance."""

    x_channels: int = 3
    y_channels: int = 3
    width: int = 64
    cap: int = 512
    depth: int = 8
    up: str = "transposed"
    norm: str = "instance"
    finish: int = 0  # channels of two more layers at full size
    sigma: float = 0.5
    grains: tuple[int, ...] = (1,)
    # training
    steps: int = 80_000
    rate: float = 2e-4
    decay_from: float = 0.5  # part of the steps after which the rate falls linearly


class Velocity(nn.Module):
    """v(z, x, t): what is linear in z and x, and a U-Net for all else.

    If each pixel of y were Gaussian around some m(x), as wide as the noise, the mean velocity at z would be

        (1 - t k) m + k z - (1 + (1 - t) k) x,   k = (2t - 1) / (t^2 + (1 - t)^2).

    The U-Net gives the first term, so it need not carry the noise of single pixels through its halvings. It is shown x, t
    and w = t (z - (1 - t) x) / (t^2 + (1 - t)^2), a guess at y, which is y at t = 1. At t = 0, where z tells nothing of y, w is
    0: so a first step to the end is the same for every noise.
    """

    def __init__(self, net: UNet):
        super().__init__()
        self.net = net

    def forward(self, z: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """z, x: [B, C, H, W].  t: [B] in [0, 1]."""
        t = t[:, None, None, None]
        spread = t.square() + (1 - t).square()
        k, w = (2 * t - 1) / spread, t * (z - (1 - t) * x) / spread
        told = self.net(torch.cat([w, x, t.expand(-1, 1, *x.shape[2:])], dim=1))
        return told + k * z - (1 + (1 - t) * k) * x


class Bridge(Method):
    """Eq. 1: min over v of the mean of |(y - z_0) - v(z_t, x, t)|^2, where z_t = (1 - t) z_0 + t y and z_0 = x + sigma N(0, 1)."""

    Config = Config
    inference = ("v",)
    controls = controls(SEED, SAMPLES, STEPS)
    symbols = {"velocity": Symbol(r"|(y - z_0) - v(z_t, x, t)|^2", "eq. 1", ("v",), "reconstruction")}
    gradual = True

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if c.x_channels != c.y_channels:
            raise ValueError(
                f"a path from x to y needs as many channels in both; got {c.x_channels} and {c.y_channels}"
            )
        if not c.grains or min(c.grains) < 1:
            raise ValueError(f"grains are sizes in pixels, at least one of them; got {c.grains}")
        inputs = c.y_channels + c.x_channels + 1  # w, x and t
        ends = {"up": UPS[c.up], "norm": NORMS[c.norm], "ends": nn.Identity()}
        self.v = Velocity(
            UNet(inputs, c.y_channels, c.width, c.cap, c.depth, dropout=0.0, finish=c.finish, **ends)
        )
        self.multiple = 2**c.depth

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the default, as deep as the size allows."""
        config = {"width": 32, "cap": 96, "up": "resized", "rate": 5e-4}
        return Fit({**config, "depth": min(8, halvings(size)), "steps": 10_000}, batch=8)

    def start(self, x: Tensor, rng: Rng = None) -> Tensor:
        """z_0, [B, C, H, W]: x with noise, without which there would be one answer."""
        noise = torch.zeros_like(x)
        for grain in self.config.grains:
            sides = torch.Size(-(-side // grain) for side in x.shape[2:])
            part = normal(x.shape[:2] + sides, rng, x.device).to(x.dtype)
            noise = noise + (part if grain == 1 else F.interpolate(part, size=x.shape[2:], mode="bilinear"))
        return x + self.config.sigma / len(self.config.grains) ** 0.5 * noise

    def loss(self, batch: Batch) -> Terms:
        """Eq. 1, at one random t for each sample."""
        x, y = batch["x"], batch["y"]
        z_0, t = self.start(x), uniform(x.shape[:1], None, x.device).to(x.dtype)
        z_t = torch.lerp(z_0, y, t[:, None, None, None])
        return {"velocity": mse(self.v(z_t, x, t), y - z_0)}

    def weights(self, step: int) -> dict[str, float]:
        return {"velocity": 1.0}

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, betas=(0.9, 0.999))

    def stages(self) -> list[Stage]:
        return [Stage("train", self.config.steps, {"v": Turn(self.loss, ("v",), self.optimizer)})]

    def translate(
        self, x: Tensor, generator: Rng = None, steps: int = 4, watch: Callable[[Tensor, float], object] | None = None
    ) -> Tensor:  # fmt: skip
        """x [B, C, H, W] in [-1, 1], sides multiples of 2**depth -> the same: a sample of y by Euler's rule.

        generator draws the noise at the start.  steps: 1 gives the mean of all answers, 4 are enough for a sample.
        watch: see `Method.translate`; the estimate is where the path would end if it went straight on.
        """
        z, steps = self.start(x, generator), int(steps)
        for i in range(steps):
            t = i / steps
            v = self.v(z, x, x.new_full((len(x),), t))
            if watch and watch((z + (1 - t) * v).clamp(-1, 1), (i + 1) / steps) is False:
                return (z + (1 - t) * v).clamp(-1, 1)
            z = z + v / steps
        return z.clamp(-1, 1)

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """x, the mean of its answers, and three of them."""
        x = showcase["x"]
        ways = [(0, 1), *((1000 * i, 4) for i in range(3))]
        return [[x, *(self.translate(x, generators(seed, len(x)), steps) for seed, steps in ways)]]
