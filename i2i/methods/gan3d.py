"""3D-GAN. Wu, Zhang, Xue, Freeman, Tenenbaum: Learning a Probabilistic Latent Space of Object Shapes via 3D
Generative-Adversarial Modeling. NIPS 2016, arXiv:1610.07584.

A GAN whose convolutions have three axes: G makes a volume of occupancies from 200 numbers, D says whether a volume is
real. Volumes are harder to make than to judge, so D learns only while it was right about at most 80 % of the last batch.

Differs from the paper:
* z is drawn from N(0, 1), where the authors' published weights expect numbers between 0 and 1: so a mean of two z, and
  one z less another plus a third, have a prior to be compared with.
* no training code was published. G minimises -log D(G(z)), as every implementation does, in place of log(1 - D(G(z))).
* D is measured on a batch after both have learned from it, on every step: a D that rests could not wake otherwise.
* up="resized" is an addition: repeated voxels and a convolution, in place of transposed convolutions, which may checker.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from ..losses import log_loss, wide
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
    judged,
)
from ..nets.chance import Rng, generators, normal
from ..nets.layers import UPS_3D, init_normal

LATENT = Control("style", "style", "a list of numbers, or a seed")


@dataclass(frozen=True)
class Config:
    """The paper's sizes for 64 x 64 x 64 voxels. rest_above=1 is the ablation: D never rests."""

    side: int = 64
    # G
    code: int = 200  # numbers in z
    width: int = 64  # of the last map but the volume; it doubles with each halving before
    up: str = "transposed"
    # D
    d_width: int = 64
    rest_above: float = 0.8
    # training
    steps: int = 100_000
    rate: float = 2.5e-3
    d_rate: float = 1e-5
    decay_from: float = 1.0


def generator(c: Config) -> nn.Sequential:
    """G: codes [B, code, 1, 1, 1] -> occupancies [B, 1, side, side, side] in [0, 1]."""
    channels, at = c.width * c.side // 8, 4
    layers: list[nn.Module] = [nn.ConvTranspose3d(c.code, channels, 4), nn.BatchNorm3d(channels), nn.ReLU()]
    while at < c.side // 2:
        layers += [UPS_3D[c.up](channels, channels // 2, True), nn.BatchNorm3d(channels // 2), nn.ReLU()]
        channels, at = channels // 2, 2 * at
    return init_normal(nn.Sequential(*layers, UPS_3D[c.up](channels, 1, True), nn.Sigmoid()))


def discriminator(c: Config) -> nn.Sequential:
    """D: volumes [B, 1, side, side, side] -> logits [B, 1]."""
    layers: list[nn.Module] = []
    before, channels, at = 1, c.d_width, c.side
    while at > 4:
        norm = [nn.BatchNorm3d(channels)] if layers else []
        layers += [nn.Conv3d(before, channels, 4, 2, 1), *norm, nn.LeakyReLU(0.2)]
        before, channels, at = channels, 2 * channels, at // 2
    return init_normal(nn.Sequential(*layers, nn.Conv3d(before, 1, 4), nn.Flatten()))


class GAN3D(Method):
    """log D(x) + log(1 - D(G(z))) (eq. 1), which D raises and G lowers."""

    Config = Config
    layout = "none"
    alone = True
    controls = controls(LATENT, SEED, SAMPLES)
    shared = ("fake",)
    symbols = {
        "real": judged("D(x)", "log", True, equation="eq. 1", nets=("D",)),
        "fake": judged("D(G(z))", "log", False, equation="eq. 1", nets=("D", "G")),
        "gan": Symbol(r"-\log D(G(z))", "eq. 1", ("D", "G"), "adversarial"),
    }
    accuracy: Tensor  # D's on the last batch, in [0, 1]: half of it on what is real, half on what G made

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        if config.side < 8 or config.side & (config.side - 1):
            raise ValueError(f"side must be 8, 16, 32, 64, ...: D halves it to 4; got {config.side}")
        self.G, self.D = generator(config), discriminator(config)
        self.style_size = config.code
        self.register_buffer("accuracy", torch.zeros(()))

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrow nets and rates that are nearer to each other: a short run cannot wait for a D that hardly learns."""
        config = {
            "side": size,
            "code": 64,
            "width": max(4, 2048 // size),
            "up": "resized",
            "d_width": 1024 // size,
        }
        return Fit({**config, "rate": 1e-3, "d_rate": 2e-4, "steps": 4_000}, batch=16, ema=0.99)

    def stages(self) -> list[Stage]:
        """D, if it was not too good on the last batch, then G."""
        c = self.config
        turns = {
            "D": Turn(self.discriminator_loss, ("D",), partial(adam, lr=c.d_rate), when=self.learns),
            "G": Turn(self.generator_loss, ("G",), partial(adam, lr=c.rate), after=self.note),
        }
        return [Stage("train", c.steps, turns)]

    def learns(self) -> Tensor:
        """Whether D learns from the next batch: it was right about at most `rest_above` of the last one."""
        return self.accuracy <= self.config.rest_above

    @torch.no_grad()
    def note(self, batch: Batch, terms: Terms) -> None:
        """Keep D's accuracy on a batch."""
        self.accuracy.copy_(self.right(batch["voxels"], self.complete(batch)["fake"]))

    def right(self, real: Tensor, fake: Tensor) -> Tensor:
        """D's accuracy on volumes [B, 1, side, side, side]: the mean of the shares of real and of fake ones that it knows."""
        judged_real, judged_fake = wide(self.D(real)), wide(self.D(fake))
        return ((judged_real > 0).float().mean() + (judged_fake < 0).float().mean()) / 2

    def fakes(self, batch: Batch) -> Batch:
        return {"fake": self.sample(len(batch["voxels"]))}

    def discriminator_loss(self, batch: Batch) -> Terms:
        """-log D(x) and -log(1 - D(G(z)))."""
        fake = self.complete(batch)["fake"].detach()
        return {"real": log_loss(self.D(batch["voxels"]), True), "fake": log_loss(self.D(fake), False)}

    def generator_loss(self, batch: Batch) -> Terms:
        """-log D(G(z))."""
        return {"gan": log_loss(self.D(self.complete(batch)["fake"]), True)} if self.loaded("D") else {}

    def weights(self, step: int) -> dict[str, float]:
        return dict.fromkeys(("real", "fake", "gan"), 1.0)

    def sample(self, n: int, rng: Rng = None, style: Tensor | None = None) -> Tensor:
        """n volumes, float [n, 1, side, side, side] in [0, 1], their axes as in `data.voxels`. style: z, [n or 1, code]."""
        like = next(self.G.parameters())
        z = normal(torch.Size([n, self.config.code]), rng, like.device) if style is None else style
        return self.G(z.to(like).expand(n, -1)[:, :, None, None, None])

    def example(self, count: int, side: int) -> Batch:
        """Noise in the shape of a batch."""
        voxels = torch.rand(count, 1, side, side, side, generator=torch.Generator().manual_seed(1))
        return {"voxels": voxels, "index": torch.arange(count)}

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """One row: a volume for each number in the showcase's index, of the seed of that number."""
        numbers = showcase["index"].tolist()
        return [[torch.cat([self.sample(1, generators(i, 1)) for i in numbers])]]
