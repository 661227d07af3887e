"""BicycleGAN. Zhu, Zhang, Pathak, Darrell, Efros, Wang, Shechtman: Toward Multimodal Image-to-Image Translation.
NIPS 2017, arXiv:1711.11586.

An x has many right y, so G is told a code z beside x, and each z shall lead to another y. Two cycles see to that. y to z
to y (cVAE-GAN): E reads z from the real y, and G has to paint this very y with it. z to y to z (cLR-GAN): G paints with
a z of N(0, 1), and E has to find that z in what came out.

Agrees with the authors' code to rounding in float64, at one pair a step (tests/golden/authors/bicyclegan.json).

Differs from the paper:
* weights start from N(0, 0.02), those of the authors' code much closer to 0 (Xavier's, times 0.02).
* both discriminators see the same real images; in the authors' code a second pair of the batch is the real one of D_LR.
* the KL is averaged over the batch, the authors' is summed: at their batch, one pair a cycle, this is the same.
* G has no dropout, so that z alone is left to chance, and with `finish` two more convolutions at full size that see x again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ..losses import kl_sum, l1, least_squares
from ..method import (
    SAMPLES,
    SCALE,
    SEED,
    STYLE,
    Batch,
    Fit,
    Method,
    Stage,
    Symbol,
    Terms,
    Turn,
    controls,
    frozen,
    halvings,
    judged,
)
from ..nets.chance import Rng, normal
from ..nets.encoder import CodeEncoder
from ..nets.layers import UPS, instance_norm
from ..nets.patchgan import PatchGAN, patch_layers
from ..nets.scales import Scales
from ..nets.unet import UNet, with_code


@dataclass(frozen=True)
class Config:
    """The paper's sizes at 256 px; at 128 px G has a level and E a block less."""

    code: int = 8  # |z|
    # G
    width: int = 64
    cap: int = 512
    depth: int = 8
    up: str = "transposed"
    inject: Literal["all", "input"] = "all"  # which downward layers are told z: each one, or the first
    finish: int = 0  # channels of two more layers at full size
    e_width: int = 64
    e_blocks: int = 4
    # D and D_LR
    patch_layers: int = 3
    patch_width: int = 64
    scales: int = 2
    condition: bool = False  # the paper found them better without x
    # the objective, eq. 9; "vae": eq. 6 alone, "lr": eq. 8 alone, "noise": eq. 3, pix2pix with z
    cycles: Literal["both", "vae", "lr", "noise"] = "both"
    gan: float = 1.0
    l1: float = 10.0  # lambda
    latent: float = 0.5  # lambda_latent
    kl: float = 0.01  # lambda_KL
    # training
    steps: int = 80_000  # 400 passes over 400 facades, two at a time
    rate: float = 2e-4
    decay_from: float = 0.5


def _symbols() -> dict[str, Symbol]:
    def term(logits: str, real: bool, equation: str, *nets: str) -> Symbol:
        return judged(logits, "least-squares", real, equation=equation, nets=nets)

    read, drawn = "D(G(x, E(y)))", "D_{LR}(G(x, z))"
    return {
        "gan_vae": term(read, True, "eq. 4", "D", "G", "E"),
        "l1": Symbol("|y - G(x, E(y))|", "eq. 2", ("G", "E"), "reconstruction"),
        "kl": Symbol(r"\mathrm{KL}(E(y) \| N(0, 1))", "eq. 5", ("E",)),
        "gan_lr": term(drawn, True, "eq. 1", "D_LR", "G"),
        "latent": Symbol("|z - E(G(x, z))|", "eq. 7", ("G", "E"), "reconstruction"),
        "real_vae": term("D(y)", True, "eq. 4", "D"),
        "fake_vae": term(read, False, "eq. 4", "D", "G", "E"),
        "real_lr": term("D_{LR}(y)", True, "eq. 1", "D_LR"),
        "fake_lr": term(drawn, False, "eq. 1", "D_LR", "G"),
    }


class BicycleGAN(Method):
    """Eq. 9: L_GAN^VAE(G, D, E) + lambda L_1^VAE(G, E) + L_GAN(G, D) + lambda_latent L_1^latent(G, E) + lambda_KL L_KL(E)."""

    Config = Config
    inference = ("G", "E")
    reader = ("E",)
    controls = controls(STYLE, SEED, SAMPLES, SCALE)
    symbols = _symbols()
    shared = ("mean", "log_variance", "fake_vae", "z", "fake_lr")

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.style_size, self.multiple = c.code, 2**c.depth
        inputs, code = (3, c.code) if c.inject == "all" else (3 + c.code, 0)
        sizes = {"width": c.width, "cap": c.cap, "depth": c.depth, "up": UPS[c.up]}
        self.G = UNet(inputs, 3, dropout=0.0, norm=instance_norm, code=code, finish=c.finish, **sizes)
        if c.cycles != "noise":
            self.E = CodeEncoder(c.code, c.e_width, c.e_blocks)
        if c.cycles in ("both", "vae"):
            self.D = self._critic()
        if c.cycles != "vae":
            self.D_LR = self._critic()
        self.inference = tuple(name for name in ("G", "E") if name in self.networks())
        read, drawn = ("mean", "log_variance", "fake_vae"), ("z", "fake_lr")
        self.shared = (*read * hasattr(self, "D"), *drawn * hasattr(self, "D_LR"))

    def _critic(self) -> Scales:
        """PatchGANs of the image and of its half, half as wide."""
        c, inputs = self.config, 6 if self.config.condition else 3
        widths = [round(c.patch_width / 2**i) for i in range(c.scales)]
        return Scales(PatchGAN(inputs, w, c.patch_layers, cap=8 * w, norm=instance_norm) for w in widths)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the paper's, as deep as the size allows; patches of 34 px below 128 px."""
        deep = halvings(size)
        config = {"width": 32, "cap": 128, "depth": min(8, deep), "up": "resized", "e_width": 32}
        config |= {"e_blocks": max(1, deep - 4), "patch_layers": patch_layers(size), "patch_width": 32}
        return Fit({**config, "steps": 10_000}, batch=4)

    def paint(self, x: Tensor, z: Tensor) -> Tensor:
        """G(x, z): x [B, 3, H, W] and codes [B, code] -> [B, 3, H, W] in [-1, 1]."""
        return self.G(x, z=z) if self.config.inject == "all" else self.G(with_code(x, z))

    def judge(self, D: nn.Module, x: Tensor, y: Tensor, real: bool) -> Tensor:
        """What D's logits of y cost in least squares (section 4), added up over its scales; with `condition` it sees x, too."""
        seen = torch.cat([x, y], 1) if self.config.condition else y
        return torch.stack([least_squares(logits, real) for logits in D(seen)]).sum()

    def fakes(self, batch: Batch) -> Batch:
        """q(z | y) and what G paints with a z of it; a z of N(0, 1) and what G paints with that."""
        x, y, made = batch["x"], batch["y"], {}
        if "mean" in self.shared:
            mean, log_variance = self.E(y)
            z = mean + (0.5 * log_variance).exp() * self.prior(x)
            made = {"mean": mean, "log_variance": log_variance, "fake_vae": self.paint(x, z)}
        if "z" in self.shared:
            z = self.prior(x)
            made |= {"z": z, "fake_lr": self.paint(x, z)}
        return made

    def prior(self, x: Tensor, generator: Rng = None) -> Tensor:
        """Codes of N(0, 1), one for each image."""
        return normal(torch.Size([len(x), self.config.code]), generator, x.device).to(x.dtype)

    def generator_loss(self, batch: Batch) -> Terms:
        """Both cycles. E learns from the first alone: with the second, it and G would agree to hide z in the image."""
        x, y, m, terms = batch["x"], batch["y"], self.complete(batch), {}
        if "mean" in m:
            terms |= {"l1": l1(m["fake_vae"], y), "kl": kl_sum(m["mean"], m["log_variance"])}
            if self.loaded("D"):
                terms["gan_vae"] = self.judge(self.D, x, m["fake_vae"], True)
        if "z" in m:
            if self.loaded("D_LR"):
                terms["gan_lr"] = self.judge(self.D_LR, x, m["fake_lr"], True)
            if self.config.cycles == "noise":
                return terms | {"l1": l1(m["fake_lr"], y)}
            with frozen(*[self.E] * (self.config.cycles == "both")):
                terms["latent"] = l1(self.E(m["fake_lr"])[0], m["z"])
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 4 seen by D, eq. 1 seen by D_LR: two nets, since what they are shown differs."""
        x, y, m, terms = batch["x"], batch["y"], self.complete(batch), {}
        for name, D in (("vae", "D"), ("lr", "D_LR")):
            if f"fake_{name}" in m:
                terms[f"real_{name}"] = self.judge(getattr(self, D), x, y, True)
                terms[f"fake_{name}"] = self.judge(getattr(self, D), x, m[f"fake_{name}"].detach(), False)
        return terms

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        judged = [name for name in self.symbols if name[-3:] in ("vae", "_lr")]
        return {"l1": c.l1, "kl": c.kl, "latent": c.latent} | {name: c.gan for name in judged}

    def stages(self) -> list[Stage]:
        critics = tuple(name for name in self.networks() if name[0] == "D")
        turns = {
            "G": Turn(self.generator_loss, self.inference, self.optimizer),
            "D": Turn(self.discriminator_loss, critics, self.optimizer),
        }
        return [Stage("train", self.config.steps, turns)]

    def style(self, image: Tensor) -> Tensor:
        """The mean of q(z | y) of images y [B, 3, H, W] in [-1, 1], [B, code]."""
        return self.E(image)[0]

    def translate(self, x: Tensor, generator: Rng = None, style: Tensor | None = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 2**depth -> the same in the target domain.

        style: codes [n, code]; one image in n styles gives n, one style is that of all images. None: they are drawn.
        """
        z = self.prior(x, generator) if style is None else style.to(x)
        n = max(len(x), len(z))
        return self.paint(x.expand(n, -1, -1, -1), z.expand(n, -1))
