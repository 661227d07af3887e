"""UNIT. Liu, Breuel, Kautz: Unsupervised Image-to-Image Translation Networks. NIPS 2017, arXiv:1703.00848.

Assume that an image and its partner have one latent code. So each domain gets a VAE, the layers nearest the code are
the same for both, and to translate is to encode with one domain's encoder and decode with the other's decoder. The
code has unit variance: an encoder gives its mean, training adds N(0, 1) noise.

Agrees with the authors' code to rounding in float64 where the residual blocks have borders of zeros; their KL term is
of the noisy code (tests/golden/authors/unit.json).

Differs from the paper:
* the KL of x's own code counts once, in L_VAE, as in the authors' code; the paper's L_CC has it a second time.
* the KL is a mean of squares over the code, as in the authors' code (see `losses.kl_to_unit`); theirs is of the code
  with its noise, here it is of the mean alone.
* weight decay comes from the authors' code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import kl_to_unit, l1, log_loss
from ..method import DIRECTION, SCALE, Batch, Fit, Method, Stage, Symbol, Terms, Turn, adam, controls
from ..nets.chance import Rng, normal
from ..nets.layers import UPS, init_normal
from ..nets.resnet import Residual


@dataclass(frozen=True)
class Config:
    """The authors' sizes (their code of the paper's experiments). share_layers=False takes weight sharing out."""

    width: int = 64
    halvings: int = 2
    blocks: int = 4  # residual blocks of an encoder, and of a decoder; the one nearest the code is shared
    up: str = "transposed3"
    padding: str = "zeros"  # of the residual blocks; "reflect": borders are mirrored
    share_layers: bool = True
    critic_width: int = 64
    critic_layers: int = 6  # strided layers of D, the first two of each domain's own
    # the objective of section 3: L_VAE, L_GAN, L_CC
    gan: float = 10.0  # lambda_0
    kl: float = 0.1  # lambda_1
    recon: float = 100.0  # lambda_2
    cycle_kl: float = 0.1  # lambda_3
    cycle: float = 100.0  # lambda_4
    # training
    steps: int = 100_000
    rate: float = 1e-4
    weight_decay: float = 1e-4
    decay_from: float = 1.0


def encoder(width: int, halvings: int, blocks: int, padding: str) -> nn.Sequential:
    """[B, 3, H, W] in [-1, 1] -> [B, 2**halvings width, H / 2**halvings, ...], by default [B, 4 width, H/4, W/4]."""
    layers: list[nn.Module] = [nn.Conv2d(3, width, 7, padding=3), nn.LeakyReLU(0.01)]
    for c in (width * 2**i for i in range(halvings)):
        layers += [nn.Conv2d(c, 2 * c, 3, 2, 1), nn.LeakyReLU(0.01)]
    return nn.Sequential(*layers, *(Residual(width * 2**halvings, padding=padding) for _ in range(blocks)))


def decoder(width: int, halvings: int, blocks: int, padding: str, up) -> nn.Sequential:
    """What an encoder gives -> [B, 3, H, W] in [-1, 1]."""
    layers: list[nn.Module] = [Residual(width * 2**halvings, padding=padding) for _ in range(blocks)]
    for c in (width * 2**i for i in reversed(range(halvings))):
        layers += [up(2 * c, c, True), nn.LeakyReLU(0.01)]
    return nn.Sequential(*layers, nn.Conv2d(width, 3, 1), nn.Tanh())


def strided(channels: list[int], first: int) -> nn.Sequential:
    """Convolutions of stride 2 from channels[0] on, the first with kernel `first`, without norms."""
    layers: list[nn.Module] = []
    for i, (c, d) in enumerate(zip(channels, channels[1:], strict=False)):
        kernel = 3 if i else first
        layers += [nn.Conv2d(c, d, kernel, 2, kernel // 2), nn.LeakyReLU(0.01)]
    return nn.Sequential(*layers)


def _symbols(own: int, other: int, way: str) -> dict[str, Symbol]:
    """The terms of one domain's three losses. An image of the other domain that comes over is judged by this one's D."""
    E, G, D, back = f"E_{own}", f"G_{own}", (f"D_{own}", "D_shared"), way[::-1]
    x, z, over = f"x_{own}", f"z_{own}", f"G_{other}(z_{own})"
    judged = f"D_{own}(G_{own}(z_{other}))"
    return {
        f"kl_{own}": Symbol(rf"\mathrm{{KL}}(q_{own}({z} | {x}) \| p)", "L_VAE", (E,), "", way),
        f"recon_{own}": Symbol(f"|G_{own}({z}) - {x}|", "L_VAE", (E, G), "reconstruction", way),
        f"cycle_kl_{own}": Symbol(rf"\mathrm{{KL}}(q_{other}(z | {over}) \| p)", "L_CC", (E,), "", way),
        f"cycle_{own}": Symbol(f"|G_{own}(E_{other}({over})) - {x}|", "L_CC", (G,), "reconstruction", way),
        f"gan_{own}": Symbol(rf"-\log {judged}", "L_GAN", (*D, G), "adversarial", back),
        f"real_{own}": Symbol(rf"-\log D_{own}({x})", "L_GAN", D, "adversarial", back),
        f"fake_{own}": Symbol(rf"-\log(1 - {judged})", "L_GAN", (*D, G), "adversarial", back),
    }


class UNIT(Method):
    """L_VAE_1 + L_GAN_1 + L_CC_1 + L_VAE_2 + L_GAN_2 + L_CC_2."""

    Config = Config
    inference = ("E_1", "E_2", "E_shared", "G_shared", "G_1", "G_2")
    controls = controls(DIRECTION, SCALE)
    layout = "unpaired"
    shared = ("mean_1", "mean_2", "x_11", "x_21", "x_12", "x_22")
    symbols = _symbols(1, 2, "xy") | _symbols(2, 1, "yx")
    formerly = {"padding": "reflect"}

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.multiple = 2**c.halvings
        own = c.blocks - 1 if c.share_layers else c.blocks
        sizes, inner = (c.width, c.halvings, own, c.padding), c.width * 2**c.halvings
        self.E_1, self.E_2 = (init_normal(encoder(*sizes)) for _ in "12")
        self.G_1, self.G_2 = (init_normal(decoder(*sizes, UPS[c.up])) for _ in "12")
        if c.share_layers:
            self.E_shared, self.G_shared = (init_normal(Residual(inner, padding=c.padding)) for _ in "EG")
        else:
            self.inference = tuple(name for name in self.inference if "shared" not in name)
        wide = [3] + [c.critic_width * 2**i for i in range(c.critic_layers)]
        self.D_1, self.D_2 = (init_normal(strided(wide[:3], 7)) for _ in "12")
        self.D_shared = init_normal(nn.Sequential(strided(wide[2:], 3), nn.Conv2d(wide[-1], 1, 1)))

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower, with a block less and a critic of a layer less than the authors'."""
        config = {"width": 24, "blocks": 3, "up": "resized", "critic_width": 32, "critic_layers": 5}
        return Fit({**config, "decay_from": 0.5, "steps": 10_000}, batch=2)

    def encode(self, image: Tensor, domain: int) -> Tensor:
        """The mean of q(z | x): [B, 4 width, H/4, W/4] at two halvings."""
        h = (self.E_1 if domain == 1 else self.E_2)(image)
        return self.E_shared(h) if self.config.share_layers else h

    def decode(self, z: Tensor, domain: int) -> Tensor:
        h = self.G_shared(z) if self.config.share_layers else z
        return (self.G_1 if domain == 1 else self.G_2)(h)

    def judge(self, image: Tensor, domain: int) -> Tensor:
        return self.D_shared((self.D_1 if domain == 1 else self.D_2)(image))

    def fakes(self, batch: Batch) -> Batch:
        """Codes of both domains, and what each decoder makes of both codes: z from x_i decoded in domain j is x_ij."""
        mean_1, mean_2 = self.encode(batch["x"], 1), self.encode(batch["y"], 2)
        # One pass through a decoder serves both streams.
        z = torch.cat([self._noisy(mean_1), self._noisy(mean_2)])
        in_1, in_2 = self.decode(z, 1), self.decode(z, 2)
        (x_11, x_21), (x_12, x_22) = in_1.split(len(mean_1)), in_2.split(len(mean_1))
        return {"mean_1": mean_1, "mean_2": mean_2, "x_11": x_11, "x_21": x_21, "x_12": x_12, "x_22": x_22}

    def generator_loss(self, batch: Batch) -> Terms:
        """L_VAE, L_GAN (of translations only) and L_CC (its KL is that of the translated image's code; the paper adds
        x's own code there once more, with lambda_3: here it counts once, in L_VAE)."""
        x, y, c = batch["x"], batch["y"], self.config
        made = self.complete(batch)
        terms = {}
        if self.loaded("D_1", "D_2", "D_shared"):
            terms["gan_1"] = log_loss(self.judge(made["x_21"], 1), True)
            terms["gan_2"] = log_loss(self.judge(made["x_12"], 2), True)
        terms |= {
            "kl_1": kl_to_unit(made["mean_1"]),
            "kl_2": kl_to_unit(made["mean_2"]),
            "recon_1": l1(made["x_11"], x),
            "recon_2": l1(made["x_22"], y),
        }
        if c.cycle:
            back_1, back_2 = self.encode(made["x_12"], 2), self.encode(made["x_21"], 1)
            terms["cycle_kl_1"], terms["cycle_kl_2"] = kl_to_unit(back_1), kl_to_unit(back_2)
            terms["cycle_1"] = l1(self.decode(self._noisy(back_1), 1), x)
            terms["cycle_2"] = l1(self.decode(self._noisy(back_2), 2), y)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        made = self.complete(batch)
        return {
            "real_1": log_loss(self.judge(batch["x"], 1), True),
            "fake_1": log_loss(self.judge(made["x_21"].detach(), 1), False),
            "real_2": log_loss(self.judge(batch["y"], 2), True),
            "fake_2": log_loss(self.judge(made["x_12"].detach(), 2), False),
        }

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        factors = {"gan": c.gan, "kl": c.kl, "recon": c.recon, "cycle_kl": c.cycle_kl, "cycle": c.cycle}
        factors |= {"real": c.gan, "fake": c.gan}
        return {f"{name}_{domain}": factor for name, factor in factors.items() for domain in (1, 2)}

    def _noisy(self, mean: Tensor) -> Tensor:
        """A code of q(z | x): its mean and N(0, 1) in training, its mean alone where a trained model is looked into."""
        return noisy(mean) if self.training else mean

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, weight_decay=self.config.weight_decay)

    def stages(self) -> list[Stage]:
        turns = {
            "D": Turn(self.discriminator_loss, ("D_1", "D_2", "D_shared"), self.optimizer),
            "G": Turn(self.generator_loss, tuple(n for n in self.networks() if n[0] in "EG"), self.optimizer),
        }
        return [Stage("train", self.config.steps, turns)]

    def translate(
        self, x: Tensor, generator: Rng = None, direction: str = "xy", noise: bool = False
    ) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same. noise adds the training's N(0, 1) to the code."""
        source, target = (1, 2) if direction == "xy" else (2, 1)
        z = self.encode(x, source)
        return self.decode(noisy(z, generator) if noise else z, target)


def noisy(mean: Tensor, generator: Rng = None) -> Tensor:
    return mean + normal(mean.shape, generator, mean.device).to(mean.dtype)
