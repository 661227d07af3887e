"""IcGAN. Perarnau, van de Weijer, Raducanu, Álvarez: Invertible Conditional GANs for Image Editing. NIPS Workshop 2016,
arXiv:1611.06355.

A conditional GAN makes an image of a code z and attributes y. Two encoders go the way back: E_z reads z, E_y reads y. An
image is edited by reading both, changing y, and making it again. Training has three stages: G against D, which is told y
after its first convolution; E_z on images that G makes, whose z is known; E_y on real images, whose y is known.

Differs from the paper:
* E_z sees images that are made anew on each step; the authors made one set of 182,638 beforehand.
* "wrong", beside the two terms of eq. 3, is the authors' code's: a real image with the label of another must not pass. An
  image whose own label was dealt to it again is left out of that term.
* the label of a made image is that of a real one of the batch, and z is drawn anew for it.
* up="resized" is an addition: repeated pixels and a convolution, in place of transposed convolutions, which may checker.
* a label may be a class, one of several, beside independent attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from ..losses import log_loss, mse
from ..method import (
    LABEL,
    Batch,
    Fit,
    Method,
    Stage,
    Symbol,
    Terms,
    Turn,
    adam,
    controls,
    judged,
    linear_decay,
)
from ..nets.chance import Rng, normal
from ..nets.conditional import LabelledCritic, LabelledGenerator, reader
from ..nets.labels import asked
from ..nets.layers import at_test


@dataclass(frozen=True)
class Config:
    """The paper's sizes for 18 attributes of CelebA at 64 px."""

    domains: int = 18
    attributes: bool = True  # a label is a vector of independent yes and no; False: one domain of several
    side: int = 64
    # G
    code: int = 100  # numbers in z
    width: int = 64  # of the last map but the image; it doubles with each halving before
    up: str = "transposed"
    # D
    d_width: int = 64
    wrong: float = 0.5  # of the term of wrong labels; 0 leaves it out
    # E_z and E_y
    e_width: int = 32
    z_dense: int = 4096
    y_dense: int = 512
    # training: G and D, then E_z, then E_y
    steps: int = 70_000  # 25 passes over 182,638 images, 64 at a time
    code_steps: int = 42_000
    label_steps: int = 42_000
    rate: float = 2e-4
    e_rate: float = 1e-4
    decay_from: float = 1.0


class IcGAN(Method):
    """Eq. 3: log D(x, y) + log(1 - D(G(z, y'), y')), which D raises and G lowers; then eq. 1 for E_z and eq. 2 for E_y."""

    Config = Config
    inference = ("G", "E_z", "E_y")
    controls = controls(LABEL)
    layout = "classes"
    least_batch = 2  # full layers with batch norms
    lengths = ("steps", "code_steps", "label_steps")
    shared = ("z", "fake")
    symbols = {
        "real": judged("D(x, y)", "log", True, equation="eq. 3", nets=("D",)),
        "wrong": judged("D(x, y'')", "log", False, nets=("D",)),
        "fake": judged("D(G(z, y'), y')", "log", False, equation="eq. 3", nets=("D", "G")),
        "gan": Symbol(r"-\log D(G(z, y'), y')", "eq. 3", ("D", "G"), "adversarial"),
        "code": Symbol(r"(z - E_z(G(z, y')))^2", "eq. 1", ("E_z", "G"), "reconstruction"),
        "label": Symbol(r"(y - E_y(x))^2", "eq. 2", ("E_y",), "classification"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if c.side < 8 or c.side & (c.side - 1):
            raise ValueError(f"side must be 8, 16, 32, 64, ...: D and E halve it to 4; got {c.side}")
        self.G = LabelledGenerator(c.code, c.domains, c.side, c.width, c.up)
        self.D = LabelledCritic(c.domains, c.side, c.d_width)
        self.E_z = reader(c.side, c.e_width, c.z_dense, c.code)
        self.E_y = reader(c.side, c.e_width, c.y_dense, c.domains)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower nets and fewer numbers in z: all that an export holds is below 4 MB at 64 px."""
        config = {"domains": facts.get("domains", 4), "attributes": bool(facts.get("attributes"))}
        config |= {"side": size, "code": 64, "width": max(4, 2048 // size), "d_width": max(8, 2048 // size)}
        config |= {"up": "resized", "e_width": max(4, 1024 // size), "z_dense": 256, "y_dense": 64}
        config |= {"steps": 10_000, "code_steps": 5_000, "label_steps": 1_500}
        return Fit({**config, "e_rate": 5e-4, "decay_from": 0.5}, batch=32, ema=0.99)

    @classmethod
    def last_stage(cls) -> dict:
        return {"steps": 0, "code_steps": 0}

    def code(self, label: Tensor | int | list | None, count: int) -> Tensor:
        """What G is told, float [count, domains] in [-1, 1], of a domain's number (one, or one for each image) or of
        attributes [domains] or [count, domains] in [0, 1]; None: the first domain, or no attribute. ValueError for any other."""
        c, at = self.config, next(self.parameters()).device
        return self.told(asked(label, count, c.domains, c.attributes, at)).expand(count, c.domains)

    def told(self, label: Tensor) -> Tensor:
        """Labels that are known to be right as -1 and 1: domains int64 [B], or attributes [B, domains]."""
        if not self.config.attributes:
            label = label[..., None] == torch.arange(self.config.domains, device=label.device)
        return 2 * label.float() - 1

    def attributes(self, x: Tensor) -> Tensor:
        """E_y of images [B, 3, side, side] in [-1, 1], as it is: [B, domains], around 1 for yes and around -1 for no."""
        return self.E_y(x)

    def read(self, x: Tensor) -> Tensor:
        """The label that E_y finds in images, rounded: [B, domains] of -1 and 1; of domains, 1 for one alone."""
        found = self.attributes(x)
        return self.told((found > 0) if self.config.attributes else found.argmax(1))

    def fakes(self, batch: Batch) -> Batch:
        """G's images with the labels of the batch."""
        z = self.prior(batch["x"])
        return {"z": z, "fake": self.G(z, self.told(batch["label"]))}

    def prior(self, x: Tensor) -> Tensor:
        """Codes of N(0, 1), one for each image."""
        return normal(torch.Size([len(x), self.config.code]), None, x.device).to(x.dtype)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 3 seen by D, and real images with the label of another one."""
        x, y, fake = batch["x"], self.told(batch["label"]), self.complete(batch)["fake"].detach()
        terms = {"real": log_loss(self.D(x, y), True), "fake": log_loss(self.D(fake, y), False)}
        if self.config.wrong:
            other = y[torch.randperm(len(y), device=y.device)]
            differs = (other != y).any(1, keepdim=True)
            terms["wrong"] = log_loss(self.D(x, other), False, differs.to(x.dtype))
        return terms

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 3 seen by G."""
        if not self.loaded("D"):
            return {}
        return {"gan": log_loss(self.D(self.complete(batch)["fake"], self.told(batch["label"])), True)}

    def code_loss(self, batch: Batch) -> Terms:
        """Eq. 1: E_z finds the z of an image that G has just made, as it makes images at test."""
        z = batch["z"] if "z" in batch else self.prior(batch["x"])
        with torch.no_grad(), at_test(self.G):
            made = self.G(z, self.told(batch["label"]))
        return {"code": mse(self.E_z(made), z)}

    def label_loss(self, batch: Batch) -> Terms:
        """Eq. 2: E_y finds the attributes of a real image."""
        return {"label": mse(self.E_y(batch["x"]), self.told(batch["label"]).to(batch["x"]))}

    def weights(self, step: int) -> dict[str, float]:
        shares = {"wrong": self.config.wrong, "fake": 1 - self.config.wrong}
        return shares | dict.fromkeys(("real", "gan", "code", "label"), 1.0)

    def stages(self) -> list[Stage]:
        """Those of no steps are left out: what they would teach is taken as given."""
        c, slow = self.config, partial(adam, lr=self.config.e_rate, betas=(0.1, 0.999))
        game = {
            "D": Turn(self.discriminator_loss, ("D",), self.optimizer),
            "G": Turn(self.generator_loss, ("G",), self.optimizer),
        }
        of_z, of_y = Turn(self.code_loss, ("E_z",), slow), Turn(self.label_loss, ("E_y",), slow)
        plan = [("gan", c.steps, game), ("code", c.code_steps, {"E_z": of_z})]
        plan += [("label", c.label_steps, {"E_y": of_y})]
        return [
            Stage(name, steps, turns, learning_rate=partial(linear_decay, steps=steps, start=c.decay_from))
            for name, steps, turns in plan
            if steps
        ]

    def translate(self, x: Tensor, generator: Rng = None, label: Tensor | int | list | None = None) -> Tensor:
        """x [B, 3, side, side] in [-1, 1] -> G(E_z(x), y) with the `label`, see `code`; None: with what E_y reads, the
        reconstruction. Nothing is left to chance."""
        return self.G(self.E_z(x), self.read(x) if label is None else self.code(label, len(x)))

    def sample(self, n: int, rng: Rng = None, label: Tensor | int | list | None = None) -> Tensor:
        """n images of codes of N(0, 1), float [n, 3, side, side] in [-1, 1]. label: see `code`; None: the first domain, or no
        attribute."""
        like = next(self.parameters())
        z = normal(torch.Size([n, self.config.code]), rng, like.device).to(like)
        return self.G(z, self.code(label, n))

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """A row: x, its reconstruction, then each domain, or attribute turned over, if need be as "wanted" [N, B, domains] says."""
        x, k, y = showcase["x"], self.config.domains, self.read(showcase["x"])
        if "wanted" in showcase:
            others = [self.told(label) for label in showcase["wanted"]]
        elif self.config.attributes:
            others = [torch.where(torch.arange(k, device=y.device) == i, -y, y) for i in range(k)]
        else:
            others = [self.code(i, len(x)) for i in range(k)]
        z = self.E_z(x)
        return [[x, *(self.G(z, one) for one in (y, *others))]]
