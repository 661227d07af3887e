"""OST. Benaim, Wolf: One-Shot Unsupervised Cross Domain Translation. NeurIPS 2018, arXiv:1806.06029.

All that is known of the source is one image x. First a variational autoencoder learns the target, of which there is
plenty. Its outer layers are cloned for the source, the inner ones are shared, and then x has to pass through: its way
into the target must look like the target and lead back to x. x alone would bend the shared layers to itself, so what
it has to say moves its own outer layers only.

Networks and objectives agree with the authors' code to rounding in float64 (tests/golden/authors/ost.json).

Differs from the paper:
* the source's outer layers begin as copies of the target's, as the paper says; in the authors' code they begin afresh.
* D is shown fakes of the moment; the authors' code draws them from a pool of the last 50.
* the rate stays as it is; the authors' falls to zero over the last quarter of each stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import kl_to_unit, l1, least_squares
from ..method import DIRECTION, SCALE, Batch, Fit, Method, Stage, Symbol, Terms, Turn, controls
from ..nets.chance import Rng
from ..nets.layers import UPS, init_normal, instance_norm
from ..nets.patchgan import PatchGAN, patch_layers
from ..nets.resnet import Residual, residual_blocks

OWN, SHARED = ("E_x", "G_x"), ("E_shared", "G_shared")
OF_TARGET = ("E_y", "G_y")


@dataclass(frozen=True)
class Config:
    """The authors' sizes at 256 px. autoencoder_steps=0 leaves the first stage out: its networks are given."""

    width: int = 64
    halvings: int = 2
    blocks: int = 12  # residual blocks, all shared, half of them before the code
    up: str = "transposed3"
    patch_width: int = 64
    patch_layers: int = 3
    selective: bool = True  # False: x moves the shared layers too
    # the objective
    kl: float = 0.1
    recon: float = 10.0  # of the target's images in the first stage ...
    recon_y: float = 1.0  # ... and in the second
    recon_x: float = 1.0
    cycle: float = 10.0
    fakes: float = 0.5  # of either kind that D is shown in the second stage, where a real image counts 1
    # training
    autoencoder_steps: int = 15_000
    steps: int = 2_000
    rate: float = 2e-4


def outer_encoder(c: Config) -> nn.Sequential:
    """[B, 3, H, W] in [-1, 1] -> [B, 2**halvings width, H / 2**halvings, ...]."""
    first = nn.Conv2d(3, c.width, 7, padding=3, padding_mode="reflect")
    layers: list[nn.Module] = [first, instance_norm(c.width), nn.ReLU()]
    for w in (c.width * 2**i for i in range(c.halvings)):
        layers += [nn.Conv2d(w, 2 * w, 3, 2, 1), instance_norm(2 * w), nn.ReLU()]
    return init_normal(nn.Sequential(*layers))


def outer_decoder(c: Config) -> nn.Sequential:
    """What an outer encoder gives -> [B, 3, H, W] in [-1, 1]."""
    layers: list[nn.Module] = []
    for w in (c.width * 2**i for i in reversed(range(c.halvings))):
        layers += [UPS[c.up](2 * w, w, True), instance_norm(w), nn.ReLU()]
    last = nn.Conv2d(c.width, 3, 7, padding=3, padding_mode="reflect")
    return init_normal(nn.Sequential(*layers, last, nn.Tanh()))


class OST(Method):
    """First the target's autoencoder: L_rec + L_KL + L_GAN; then one image x: L_rec + L_cycle + L_GAN, beside the former."""

    Config = Config
    inference = (*OWN, *SHARED, *OF_TARGET)
    controls = controls(DIRECTION, SCALE)
    symbols = {
        "recon": Symbol(r"|G_y(E_y(y)) - y|", "phase 1", ("E_y", "G_y"), "reconstruction", "yx"),
        "recon_y": Symbol(r"|G_y(E_y(y)) - y|", "phase 2", ("E_y", "G_y"), "reconstruction", "yx"),
        "kl": Symbol(r"\mathrm{KL}(q(z | y) \| p)", "phase 1", ("E_y",), "", "yx"),
        "gan_y": Symbol(r"(D_y(G_y(E_y(y))) - 1)^2", "phase 1", ("D_y", "E_y", "G_y"), "adversarial", "yx"),
        "recon_x": Symbol(r"|G_x(E_x(x)) - x|", "phase 2", ("E_x", "G_x"), "reconstruction", "xy"),
        "cycle": Symbol(
            r"|G_x(E_y(G_y(E_x(x)))) - x|", "phase 2", ("E_x", "G_y", "E_y", "G_x"), "reconstruction", "xy"
        ),
        "gan_x": Symbol(r"(D_y(G_y(E_x(x))) - 1)^2", "phase 2", ("D_y", "E_x", "G_y"), "adversarial", "xy"),
        "real": Symbol(r"(D_y(y) - 1)^2", "phase 1", ("D_y",), "adversarial"),
        "fake": Symbol(r"D_y(G_y(E_y(y)))^2", "phase 1", ("D_y", "E_y", "G_y"), "adversarial"),
        "fake_y": Symbol(r"D_y(G_y(E_y(y)))^2", "phase 2", ("D_y", "E_y", "G_y"), "adversarial"),
        "fake_x": Symbol(r"D_y(G_y(E_x(x)))^2", "phase 2", ("D_y", "E_x", "G_y"), "adversarial"),
    }
    layout = "unpaired"
    lengths = ("autoencoder_steps", "steps")
    formerly = {"recon": 1.0, "fakes": 1.0}

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c, inner = config, config.width * 2**config.halvings
        self.multiple = 2**c.halvings
        self.E_x, self.E_y = outer_encoder(c), outer_encoder(c)
        self.G_x, self.G_y = outer_decoder(c), outer_decoder(c)
        self.E_shared, self.G_shared = (
            init_normal(nn.Sequential(*(Residual(inner) for _ in range(n))))
            for n in (c.blocks - c.blocks // 2, c.blocks // 2)
        )
        self.D_y = PatchGAN(3, c.patch_width, c.patch_layers, 8 * c.patch_width, instance_norm)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower, with fewer blocks and smaller patches where images are small. The autoencoder takes most of the time."""
        config = {"width": 24, "up": "resized", "patch_width": 32, "patch_layers": patch_layers(size)}
        config |= {"blocks": residual_blocks(size), "autoencoder_steps": 3_000}
        return Fit({**config, "steps": 10_000}, batch=2)

    @classmethod
    def last_stage(cls) -> dict:
        return {"autoencoder_steps": 0}

    def encode(self, image: Tensor, domain: str) -> Tensor:
        """domain "x" or "y": the code, [B, 2**halvings width, H / 2**halvings, ...]; its noise is left out, as by the authors."""
        return self.E_shared((self.E_x if domain == "x" else self.E_y)(image))

    def decode(self, code: Tensor, domain: str) -> Tensor:
        return (self.G_x if domain == "x" else self.G_y)(self.G_shared(code))

    # -- first stage: the target alone ------------------------------------------------------------------------------

    def target_loss(self, batch: Batch) -> Terms:
        """The first phase: an image of the target there and back, its code's KL, and D's verdict on the copy."""
        code = self.encode(batch["y"], "y")
        copy = self.decode(code, "y")
        terms = {"recon_y": l1(copy, batch["y"]), "kl": kl_to_unit(code)}
        return terms | ({"gan_y": least_squares(self.D_y(copy), True)} if self.loaded("D_y") else {})

    def autoencoder_loss(self, batch: Batch) -> Terms:
        """`target_loss`, with a weight of its own for the reconstruction: the first stage is there for that."""
        terms = self.target_loss(batch)
        return {"recon": terms.pop("recon_y"), **terms}

    def target_discriminator_loss(self, batch: Batch) -> Terms:
        copy = self.decode(self.encode(batch["y"], "y"), "y").detach()
        return {
            "real": least_squares(self.D_y(batch["y"]), True),
            "fake": least_squares(self.D_y(copy), False),
        }

    # -- second stage: one image ----------------------------------------------------------------------------------

    @torch.no_grad()
    def clone(self, sample=None) -> None:
        """The source's outer layers start as those of the target."""
        self.E_x.load_state_dict(self.E_y.state_dict())
        self.G_x.load_state_dict(self.G_y.state_dict())

    def source_loss(self, batch: Batch) -> Terms:
        """x to itself, x to the target's look, and from there back to x. No discriminator knows the source."""
        x = batch["x"]
        code = self.encode(x, "x")
        over = self.decode(code, "y")
        terms = {
            "recon_x": l1(self.decode(code, "x"), x),
            "cycle": l1(self.decode(self.encode(over, "y"), "x"), x),
        }
        return terms | ({"gan_x": least_squares(self.D_y(over), True)} if self.loaded("D_y") else {})

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Both kinds of fakes, a copy of y and what became of x, beside what is real."""
        terms = self.target_discriminator_loss(batch)
        over = self.decode(self.encode(batch["x"], "x"), "y").detach()
        return {
            "real": terms["real"],
            "fake_y": terms["fake"],
            "fake_x": least_squares(self.D_y(over), False),
        }

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        ones = dict.fromkeys(("gan_y", "gan_x", "real", "fake"), 1.0)
        parts = {"fake_y": c.fakes, "fake_x": c.fakes}
        return {
            **ones,
            **parts,
            "recon": c.recon,
            "recon_y": c.recon_y,
            "kl": c.kl,
            "recon_x": c.recon_x,
            "cycle": c.cycle,
        }

    def stages(self) -> list[Stage]:
        c, optimizer = self.config, self.optimizer
        target = (*OF_TARGET, *SHARED)
        first = {
            "G": Turn(self.autoencoder_loss, target, optimizer),
            "D": Turn(self.target_discriminator_loss, ("D_y",), optimizer),
        }
        second = {
            "x": Turn(self.source_loss, OWN if c.selective else (*OWN, *SHARED), optimizer),
            "y": Turn(self.target_loss, target, optimizer),
            "D": Turn(self.discriminator_loss, ("D_y",), optimizer),
        }
        one = Stage("one picture", c.steps, second, begin=self.clone)
        return [Stage("target", c.autoencoder_steps, first), one] if c.autoencoder_steps else [one]

    def translate(self, x: Tensor, generator: Rng = None, direction: str = "xy") -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same; "yx" leads back. Nothing is left to chance."""
        return self.decode(self.encode(x, direction[0]), direction[1])
