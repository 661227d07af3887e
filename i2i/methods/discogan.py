"""DiscoGAN. Kim, Cha, Kim, Lee, Kim: Learning to Discover Cross-Domain Relations with Generative Adversarial Networks.
ICML 2017, arXiv:1703.05192.

Two coupled GANs with reconstruction in both domains, like CycleGAN and of the same month, on small DCGAN nets that see
the whole image. The paper works in [0, 1]; so do the nets here, and `translate` converts.

Agrees with the authors' code to rounding in float64 (tests/golden/authors/discogan.json).

Differs from the paper:
* feature matching, the shares of the terms and D's turn on every third step come from the authors' code.
* weights start from N(0, 0.02), those of the authors' code as torch draws them.
* the bottleneck of 100 numbers is there for every task; in the authors' code only where angles are learned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import log_loss, mse
from ..method import DIRECTION, Batch, Fit, Method, Stage, Symbol, Terms, Turn, adam, controls, halvings
from ..nets.chance import Rng
from ..nets.dcgan import EncoderDecoder, WholePicture
from ..nets.layers import UPS


@dataclass(frozen=True)
class Config:
    """The authors' sizes at 64 px. both=False is the paper's "GAN with a reconstruction loss": a GAN in domain B alone,
    and the way back to A; reconstruct=False leaves plain GANs, and with both=False a single one."""

    width: int = 64
    depth: int = 4  # halvings, in D too, which leave 4 x 4 of the image
    code: int = 100  # the 1 x 1 bottleneck; 0: none, as in the paper's figure
    up: str = "transposed"
    # the objective: the authors' code adds feature matching, which the paper does not state
    reconstruct: bool = True
    both: bool = True
    matching: float = 0.9  # feature matching against 1 - matching of the GAN term
    early_rate: float = 0.01  # the reconstruction's share at first ...
    late_rate: float = 0.5  # ... and once the GAN has found its feet
    early_steps: int = 10_000
    # training
    steps: int = 100_000
    rate: float = 2e-4
    weight_decay: float = 1e-5
    d_every: int = 3  # D moves on every third step, G on the two between
    decay_from: float = 1.0


class DiscoGAN(Method):
    """L_G = L_GAN_B + L_CONST_A + L_GAN_A + L_CONST_B, and L_D = L_D_A + L_D_B."""

    Config = Config
    inference = ("G_AB", "G_BA")
    controls = controls(DIRECTION)
    layout = "unpaired"
    lengths = ("early_steps", "steps")
    symbols = {
        "gan_b": Symbol(r"-\log D_B(G_{AB}(a))", "L_GAN_B", ("D_B", "G_AB"), "adversarial", "xy"),
        "gan_a": Symbol(r"-\log D_A(G_{BA}(b))", "L_GAN_A", ("D_A", "G_BA"), "adversarial", "yx"),
        "match_b": Symbol(
            r"|f_B(b) - f_B(G_{AB}(a))|^2", "authors' code", ("D_B", "G_AB"), "adversarial", "xy"
        ),
        "match_a": Symbol(
            r"|f_A(a) - f_A(G_{BA}(b))|^2", "authors' code", ("D_A", "G_BA"), "adversarial", "yx"
        ),
        "back_a": Symbol(r"(G_{BA}(G_{AB}(a)) - a)^2", "L_CONST_A", ("G_AB", "G_BA"), "reconstruction", "xy"),
        "back_b": Symbol(r"(G_{AB}(G_{BA}(b)) - b)^2", "L_CONST_B", ("G_AB", "G_BA"), "reconstruction", "yx"),
        "real_b": Symbol(r"-\log D_B(b)", "L_D_B", ("D_B",), "adversarial", "xy"),
        "fake_b": Symbol(r"-\log(1 - D_B(G_{AB}(a)))", "L_D_B", ("D_B", "G_AB"), "adversarial", "xy"),
        "real_a": Symbol(r"-\log D_A(a)", "L_D_A", ("D_A",), "adversarial", "yx"),
        "fake_a": Symbol(r"-\log(1 - D_A(G_{BA}(b)))", "L_D_A", ("D_A", "G_BA"), "adversarial", "yx"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.G_AB, self.G_BA = (EncoderDecoder(c.width, c.code, UPS[c.up], c.depth) for _ in "AB")
        self.multiple, self.least_batch = (
            2**c.depth,
            2 if c.code else 1,
        )  # a map of one pixel has a batch norm
        self.D_A, self.D_B = (WholePicture(c.width, c.depth) for _ in "AB")

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Half the width; the bottleneck of 100 numbers where its kernel covers the 4 x 4 that are left."""
        config = {
            "width": 32,
            "up": "resized",
            "depth": min(4, halvings(size) - 2),
            "code": 100 if size in (32, 64) else 0,
        }
        return Fit({**config, "early_steps": 1_000, "decay_from": 0.5, "steps": 10_000}, batch=16)

    def _of(self, batch: Batch) -> Batch:
        a, b = _unit(batch["x"]), _unit(batch["y"])
        made = {"a": a, "b": b, "ab": self.G_AB(a).sigmoid()}
        return made | ({"ba": self.G_BA(b).sigmoid()} if self.config.both else {})

    def generator_loss(self, batch: Batch) -> Terms:
        """The GAN terms and d(G_BA(G_AB(a)), a), d = MSE; and the distance of D's mean features."""
        made, c, terms = self._of(batch), self.config, {}
        gans = [("b", self.D_B, ("b", "ab")), ("a", self.D_A, ("a", "ba"))]
        for domain, net, (real, fake) in gans if c.both else gans[:1]:
            if net is None:  # not loaded
                continue
            logits, maps = net(made[fake])
            terms[f"gan_{domain}"] = log_loss(logits, True)
            wanted = net(made[real])[1]
            terms[f"match_{domain}"] = sum(
                mse(m.mean(0), w.mean(0).detach()) for m, w in zip(maps, wanted, strict=True)
            )
        if c.reconstruct:
            terms["back_a"] = mse(self.G_BA(made["ab"]).sigmoid(), made["a"])
        if c.reconstruct and c.both:
            terms["back_b"] = mse(self.G_AB(made["ba"]).sigmoid(), made["b"])
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        made = self._of(batch)
        terms = {
            "real_b": log_loss(self.D_B(made["b"])[0], True),
            "fake_b": log_loss(self.D_B(made["ab"].detach())[0], False),
        }
        if self.config.both:
            terms["real_a"] = log_loss(self.D_A(made["a"])[0], True)
            terms["fake_a"] = log_loss(self.D_A(made["ba"].detach())[0], False)
        return terms

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        r = (c.early_rate if step < c.early_steps else c.late_rate) if c.reconstruct else 0.0
        return {
            **dict.fromkeys(("gan_a", "gan_b"), (1 - r) * (1 - c.matching)),
            **dict.fromkeys(("match_a", "match_b"), (1 - r) * c.matching),
            **dict.fromkeys(("back_a", "back_b"), r),
            **dict.fromkeys(("real_a", "fake_a", "real_b", "fake_b"), 0.5),
        }

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, weight_decay=self.config.weight_decay)

    def stages(self) -> list[Stage]:
        c = self.config
        turns = {
            "D": Turn(
                self.discriminator_loss,
                ("D_A", "D_B") if c.both else ("D_B",),
                self.optimizer,
                every=c.d_every,
            ),
            "G": Turn(
                self.generator_loss, ("G_AB", "G_BA"), self.optimizer, rests=c.d_every if c.d_every > 1 else 0
            ),
        }
        return [Stage("train", c.steps, turns)]

    def translate(self, x: Tensor, generator: Rng = None, direction: str = "xy") -> Tensor:
        """x [B, 3, 64, 64] in [-1, 1] -> the same; "xy" by G_AB, "yx" by G_BA. Nothing is left to chance."""
        net = self.G_AB if direction == "xy" else self.G_BA
        return net(_unit(x)).sigmoid() * 2 - 1


def _unit(image: Tensor) -> Tensor:
    return (image + 1) / 2
