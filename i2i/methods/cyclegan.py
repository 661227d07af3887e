"""CycleGAN. Zhu, Park, Isola, Efros: Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks.
ICCV 2017, arXiv:1703.10593.

Two sets of images and no pairs. G takes x to the look of y, F takes y to that of x, a discriminator for each domain
says whether an image belongs there; and what went over must come back: F(G(x)) = x, G(F(y)) = y.

Agrees with the authors' code to rounding in float64 (tests/golden/authors/cyclegan.json).

Differs from the paper:
* the identity term is on for every task, as in the authors' code; the paper has it for paintings to photographs alone.
* the rate falls at every step of the second half, not once an epoch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import ADVERSARIAL, l1
from ..method import DIRECTION, SCALE, Batch, Fit, Method, Stage, Symbol, Terms, Turn, controls, judged
from ..nets.chance import Rng
from ..nets.layers import NORMS, UPS
from ..nets.patchgan import PatchGAN, patch_layers
from ..nets.pool import ImagePool
from ..nets.resnet import ResNetGenerator, residual_blocks


@dataclass(frozen=True)
class Config:
    """The paper's sizes at 256 px; at 128 px it takes 6 blocks. A weight of 0 leaves its term out."""

    # G and F
    width: int = 64
    blocks: int = 9
    halvings: int = 2
    up: str = "transposed3"
    norm: str = "instance"
    # D_X and D_Y
    patch_layers: int = 3
    patch_width: int = 64
    # the objective, eq. 3
    adversarial: str = "least-squares"  # section 4 puts it in place of the log of eq. 1
    gan: float = 1.0
    forward_cycle: float = 10.0  # lambda: F(G(x)) = x
    backward_cycle: float = 10.0  # G(F(y)) = y
    identity: float = (
        0.5  # times lambda; the paper has it for paintings only, the authors' code for every task
    )
    pool: int = 50
    # training
    steps: int = 200_000
    rate: float = 2e-4
    decay_from: float = 0.5


def _symbols(adversarial: str) -> dict[str, Symbol]:
    def term(logits: str, real: bool, nets: tuple[str, ...], way: str) -> Symbol:
        return judged(logits, adversarial, real, equation="eq. 1", nets=nets, way=way)

    return {
        "gan_y": term("D_Y(G(x))", True, ("D_Y", "G"), "xy"),
        "gan_x": term("D_X(F(y))", True, ("D_X", "F"), "yx"),
        "cycle_x": Symbol("|F(G(x)) - x|", "eq. 2", ("G", "F"), "reconstruction", "xy"),
        "cycle_y": Symbol("|G(F(y)) - y|", "eq. 2", ("G", "F"), "reconstruction", "yx"),
        "identity_y": Symbol("|G(y) - y|", "section 5.2", ("G",), "", "xy"),
        "identity_x": Symbol("|F(x) - x|", "section 5.2", ("F",), "", "yx"),
        "real_x": term("D_X(x)", True, ("D_X",), "yx"),
        "fake_x": term("D_X(F(y))", False, ("D_X", "F"), "yx"),
        "real_y": term("D_Y(y)", True, ("D_Y",), "xy"),
        "fake_y": term("D_Y(G(x))", False, ("D_Y", "G"), "xy"),
    }


class CycleGAN(Method):
    """Eq. 3: L_GAN(G, D_Y) + L_GAN(F, D_X) + lambda L_cyc(G, F), and lambda / 2 L_identity(G, F) of section 5.2."""

    Config = Config
    inference = ("G", "F")
    controls = controls(DIRECTION, SCALE)
    layout = "unpaired"
    shared = ("fake_y", "fake_x")
    symbols = _symbols("least-squares")

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.symbols = _symbols(c.adversarial)
        self.adversarial = ADVERSARIAL[c.adversarial]
        self.G, self.F = (
            ResNetGenerator(3, 3, c.width, c.blocks, UPS[c.up], NORMS[c.norm], c.halvings) for _ in "GF"
        )
        self.D_X, self.D_Y = (
            PatchGAN(3, c.patch_width, c.patch_layers, 8 * c.patch_width, NORMS[c.norm]) for _ in "XY"
        )
        self.multiple = 2**c.halvings
        self.pool_x, self.pool_y = ImagePool(c.pool), ImagePool(c.pool)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the paper's, with fewer blocks and smaller patches where images are small."""
        config = {"width": 24, "up": "resized", "patch_width": 32, "patch_layers": patch_layers(size)}
        return Fit({**config, "blocks": residual_blocks(size), "steps": 10_000}, batch=2)

    def fakes(self, batch: Batch) -> Batch:
        """G(x) with G(y), and F(y) with F(x)."""
        x, y, identity = batch["x"], batch["y"], self.config.identity
        fake_y, *same_y = self._of_each(self.G, [x, y] if identity else [x])
        fake_x, *same_x = self._of_each(self.F, [y, x] if identity else [y])
        made = {"fake_y": fake_y, "fake_x": fake_x}
        if identity:
            made |= {"same_y": same_y[0], "same_x": same_x[0]}
        return made | {"shown_x": self.pool_x.draw(len(y)), "shown_y": self.pool_y.draw(len(x))}

    def _of_each(self, net: nn.Module, domains: list[Tensor]) -> list[Tensor]:
        """What a net makes of images of each domain: in one call, where the norms take each image alone; a batch norm
        would take the statistics of both domains together."""
        if self.config.norm == "batch":
            return [net(images) for images in domains]
        return list(net(torch.cat(domains)).split([len(images) for images in domains]))

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 in its least-squares form seen by G and F, eq. 2, and the identity term of section 5.2."""
        x, y, c = batch["x"], batch["y"], self.config
        made = self.complete(batch)
        fake_x, fake_y, terms = made["fake_x"], made["fake_y"], {}
        if c.gan and self.loaded("D_Y", "D_X"):
            terms["gan_y"] = self.adversarial(self.D_Y(fake_y), True)
            terms["gan_x"] = self.adversarial(self.D_X(fake_x), True)
        if c.forward_cycle:
            terms["cycle_x"] = l1(self.F(fake_y), x)
        if c.backward_cycle:
            terms["cycle_y"] = l1(self.G(fake_x), y)
        if c.identity:
            terms["identity_y"], terms["identity_x"] = l1(made["same_y"], y), l1(made["same_x"], x)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by D_X and D_Y: real images, and made ones out of the pools."""
        if not self.config.gan:
            return {}
        made = self.complete(batch)
        shown_x = self.pool_x.mix(made["fake_x"], made["shown_x"])
        shown_y = self.pool_y.mix(made["fake_y"], made["shown_y"])
        return {
            "real_x": self.adversarial(self.D_X(batch["x"]), True),
            "fake_x": self.adversarial(self.D_X(shown_x), False),
            "real_y": self.adversarial(self.D_Y(batch["y"]), True),
            "fake_y": self.adversarial(self.D_Y(shown_y), False),
        }

    def fill_pools(self, batch: Batch, terms: Terms) -> None:
        self.pool_x.put(batch["fake_x"], batch["shown_x"])
        self.pool_y.put(batch["fake_y"], batch["shown_y"])

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        return {
            **dict.fromkeys(("gan_x", "gan_y"), c.gan),
            "cycle_x": c.forward_cycle,
            "cycle_y": c.backward_cycle,
            "identity_x": c.identity * c.forward_cycle,
            "identity_y": c.identity * c.backward_cycle,
            # Section 7.1: D's objective is halved, to slow D down.
            **dict.fromkeys(("real_x", "fake_x", "real_y", "fake_y"), 0.5),
        }

    def stages(self) -> list[Stage]:
        turns = {
            "G": Turn(self.generator_loss, ("G", "F"), self.optimizer),
            "D": Turn(self.discriminator_loss, ("D_X", "D_Y"), self.optimizer, after=self.fill_pools),
        }
        return [Stage("train", self.config.steps, turns)]

    def translate(self, x: Tensor, generator: Rng = None, direction: str = "xy") -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same; "xy" by G, "yx" by F. Nothing is left to chance."""
        return (self.G if direction == "xy" else self.F)(x)
