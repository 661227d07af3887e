"""DualGAN. Yi, Zhang, Tan, Gong: DualGAN: Unsupervised Dual Learning for Image-to-Image Translation.
ICCV 2017, arXiv:1704.02510.

The same loop as CycleGAN's, from machine translation's dual learning: U-Nets for G_A and G_B, Wasserstein critics in
place of classifiers, L1 between an image and its return, and RMSProp. The paper clips the critics' weights; the
authors' code came to default to a gradient penalty.

Differs from the paper:
* no dropout, as by default in the authors' code; the paper's noise is dropout, which stays on at test.
* a critic ends in one linear layer, as by default in the authors' code; the paper's judges patches.
* strided convolutions pad every border alike; the authors' TensorFlow pads more on the right and below.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import gradient_penalty, l1, wasserstein
from ..method import DIRECTION, Batch, Fit, Method, Stage, Symbol, Terms, Turn, controls, halvings
from ..nets.chance import Rng
from ..nets.layers import UPS, affine_instance_norm, init_normal, transposed5
from ..nets.unet import UNet


@dataclass(frozen=True)
class Config:
    """The authors' sizes at 256 px. `lipschitz` is "clip" (the paper) or "penalty" (the code's default)."""

    # G_A: x to y, G_B: y to x
    width: int = 64
    cap: int = 512
    depth: int = 8
    up: str = "transposed3"  # the last of them, which gives the image, then has kernel 5
    # D_A judges y, D_B judges x
    critic_width: int = 64
    critic_layers: int = 5
    critic_side: int = 8  # of the critic's last map, side / 2**layers, which a linear layer reads
    # the objective
    lipschitz: str = "clip"
    clip: float = 0.01
    penalty: float = 10.0
    recon_x: float = 500.0  # lambda_U, 100 to 1000 in the paper
    recon_y: float = 500.0  # lambda_V
    critic_steps: int = 1  # critic moves for each one of the generators
    # training
    steps: int = 45_000
    rate: float = 5e-5
    decay_from: float = 1.0


class Critic(nn.Module):
    """[B, 3, H, W] in [-1, 1] -> a score each [B], unbounded: higher is more real."""

    def __init__(self, width: int, layers: int, side: int):
        super().__init__()
        channels = [min(width * 2**i, 8 * width) for i in range(layers)]
        steps: list[nn.Module] = []
        for i, c in enumerate(channels):
            kernel = 3 if i else 5
            steps += [nn.Conv2d(channels[i - 1] if i else 3, c, kernel, 2, (kernel - 1) // 2)]
            steps += [*([affine_instance_norm(c)] if i else []), nn.LeakyReLU(0.2)]
        self.net = init_normal(nn.Sequential(*steps, nn.Flatten(), nn.Linear(channels[-1] * side**2, 1)))

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)[:, 0]


class DualGAN(Method):
    """l_g = lambda_U |x - G_B(G_A(x))| + lambda_V |y - G_A(G_B(y))| - D_A(G_A(x)) - D_B(G_B(y))."""

    Config = Config
    inference = ("G_A", "G_B")
    controls = controls(DIRECTION)
    layout = "unpaired"
    symbols = {
        "gan_y": Symbol(r"-D_A(G_A(x))", "l_g", ("D_A", "G_A"), "adversarial", "xy"),
        "gan_x": Symbol(r"-D_B(G_B(y))", "l_g", ("D_B", "G_B"), "adversarial", "yx"),
        "recon_x": Symbol(r"|G_B(G_A(x)) - x|", "l_g", ("G_A", "G_B"), "reconstruction", "xy"),
        "recon_y": Symbol(r"|G_A(G_B(y)) - y|", "l_g", ("G_A", "G_B"), "reconstruction", "yx"),
        "real_y": Symbol(r"-D_A(y)", "l_d", ("D_A",), "adversarial", "xy"),
        "fake_y": Symbol(r"D_A(G_A(x))", "l_d", ("D_A", "G_A"), "adversarial", "xy"),
        "real_x": Symbol(r"-D_B(x)", "l_d", ("D_B",), "adversarial", "yx"),
        "fake_x": Symbol(r"D_B(G_B(y))", "l_d", ("D_B", "G_B"), "adversarial", "yx"),
        "penalty_y": Symbol(r"(|\nabla D_A(\hat{y})| - 1)^2", "authors' code", ("D_A", "G_A"), "", "xy"),
        "penalty_x": Symbol(r"(|\nabla D_B(\hat{x})| - 1)^2", "authors' code", ("D_B", "G_B"), "", "yx"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if c.lipschitz not in ("clip", "penalty"):
            raise ValueError(f'lipschitz is "clip" or "penalty", not {c.lipschitz!r}')
        self.G_A, self.G_B = (
            UNet(
                3, 3, c.width, c.cap, c.depth, dropout=0.0, up=UPS[c.up], norm=affine_instance_norm,
                kernels=(5, 3), deepest_norm=True, bias=True, last_up=transposed5 if c.up == "transposed3" else None,
            )
            for _ in "AB"
        )  # fmt: skip
        self.multiple = 2**c.depth
        self.D_A, self.D_B = (Critic(c.critic_width, c.critic_layers, c.critic_side) for _ in "AB")

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower, as deep as the size allows but for one halving, with a critic that leaves a sixteenth of the side."""
        config = {
            "width": 24,
            "cap": 96,
            "up": "resized",
            "critic_width": 32,
            "critic_layers": 4,
            "critic_side": size // 16,
        }
        return Fit(
            {**config, "depth": min(8, halvings(size)) - 1, "rate": 1e-4, "decay_from": 0.5, "steps": 10_000},
            batch=4,
        )

    def generator_loss(self, batch: Batch) -> Terms:
        """The generators' loss: the critics' scores, and |x - G_B(G_A(x))|, |y - G_A(G_B(y))|."""
        x, y = batch["x"], batch["y"]
        fake_y, fake_x = self.G_A(x), self.G_B(y)
        terms = {"recon_x": l1(self.G_B(fake_y), x), "recon_y": l1(self.G_A(fake_x), y)}
        if self.loaded("D_A", "D_B"):
            terms = {
                "gan_y": wasserstein(self.D_A(fake_y), True),
                "gan_x": wasserstein(self.D_B(fake_x), True),
                **terms,
            }
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        """The critics' loss: score real images high and made ones low; their gap estimates a Wasserstein distance."""
        x, y = batch["x"], batch["y"]
        with torch.no_grad():
            fake_y, fake_x = self.G_A(x), self.G_B(y)
        terms = {
            "real_y": wasserstein(self.D_A(y), True),
            "fake_y": wasserstein(self.D_A(fake_y), False),
            "real_x": wasserstein(self.D_B(x), True),
            "fake_x": wasserstein(self.D_B(fake_x), False),
        }
        if self.config.lipschitz == "penalty":
            terms["penalty_y"] = gradient_penalty(self.D_A, y, fake_y)
            terms["penalty_x"] = gradient_penalty(self.D_B, x, fake_x)
        return terms

    @torch.no_grad()
    def clip_critics(self) -> None:
        """The paper's training procedure, after Arjovsky et al. 2017: every weight of a critic stays within [-c, c]."""
        if self.config.lipschitz == "clip":
            for critic in (self.D_A, self.D_B):
                for p in critic.parameters():
                    p.clamp_(-self.config.clip, self.config.clip)

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        scores = dict.fromkeys(("gan_x", "gan_y", "real_x", "fake_x", "real_y", "fake_y"), 1.0)
        return {
            **scores,
            "recon_x": c.recon_x,
            "recon_y": c.recon_y,
            "penalty_x": c.penalty,
            "penalty_y": c.penalty,
        }

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(parameters, lr=self.config.rate, alpha=0.9)

    def stages(self) -> list[Stage]:
        c = self.config
        turns = {
            "D": Turn(
                self.discriminator_loss,
                ("D_A", "D_B"),
                self.optimizer,
                after=lambda batch, terms: self.clip_critics(),
            ),
            "G": Turn(self.generator_loss, ("G_A", "G_B"), self.optimizer, every=c.critic_steps, late=True),
        }
        return [Stage("train", c.steps, turns)]

    def translate(self, x: Tensor, generator: Rng = None, direction: str = "xy") -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 2**depth -> the same; "xy" by G_A, "yx" by G_B."""
        return (self.G_A if direction == "xy" else self.G_B)(x)
