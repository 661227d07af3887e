"""DTN, the Domain Transfer Network. Taigman, Polyak, Wolf: Unsupervised Cross-Domain Image Generation. ICLR 2017,
arXiv:1611.02200.

Alignment under partial supervision: somebody says what a translation must keep, by a function f that is trained
beforehand and fixed. G = g(f(x)), where only g learns: f of what was made must be f of what went in, an image of the
target must come out as itself, and D tells three kinds apart: made from the source, made from the target, real.

Differs from the paper:
* terms are means over the batch, where the paper sums. L_TV takes absolute differences along either axis, the paper's
  the root of both squares.
* g's batch norms see the codes of both domains in one batch, since at test one average serves both; the paper does not
  say.
* D's layers are a choice, since no code was published; images have three channels, the paper's digits one.
* on faces f is this package's feature net in place of DeepFace's, and `own_units` is an addition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..losses import class_loss, mse, total_variation, wide
from ..method import Batch, Fit, Method, Stage, Symbol, Terms, Turn
from ..nets.chance import Rng
from ..nets.dcgan import critic, generator
from ..nets.judge import Embedding
from ..nets.layers import UPS

SOURCE, TARGET, REAL = range(3)  # what D tells apart


@dataclass(frozen=True)
class Config:
    """The paper's sizes for digits at 32 px, where f is a classifier of the source's labels."""

    side: int = 32
    channels: int = 3
    # f
    features: str = "classifier"  # trained in a stage of its own; "judge": the recipe puts a given net in
    classes: int = 10
    width: int = 64
    code: int = 128
    own_units: bool = False  # codes less their domain's mean, over its deviation; not in the paper
    sample: int = 400  # training images that mean and deviation are those of
    # g and D
    g_width: int = 128
    d_width: int = 128
    up: str = "transposed"
    # the objective
    constancy: float = 15.0  # alpha
    identity: float = 15.0  # beta
    smoothness: float = 0.0  # gamma; .05 on faces
    # training
    f_steps: int = 2_000  # 0: f is given
    steps: int = 20_000
    rate: float = 1e-3
    decay_from: float = 1.0


class Classifier(nn.Module):
    """f: [B, channels, side, side] in [-1, 1] -> codes [B, code]: halvings to 4 x 4, then all of it at once."""

    units_x: Tensor  # [2, code], mean and spread of a domain's codes; with `own_units`
    units_y: Tensor

    def __init__(self, c: Config):
        super().__init__()
        layers, before, side, width = [], c.channels, c.side, c.width
        while side > 4:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
            before, side, width = width, side // 2, min(2 * width, 4 * c.width)
        self.net = nn.Sequential(*layers, nn.Conv2d(before, c.code, 4), nn.ReLU(), nn.Flatten())

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image)


class DTN(Method):
    """L_G = L_GANG + alpha L_CONST + beta L_TID + gamma L_TV for g, and L_D for D."""

    Config = Config
    inference = ("f", "g")
    layout = "labelled"
    lengths = ("f_steps", "steps")
    given = "f"
    shared = ("code_x", "from_x", "from_y")
    symbols = {
        "classes": Symbol(r"-\log p(c | f(x))", "", ("f", "head")),
        "source": Symbol(r"-\log D_1(g(f(x)))", "L_D", ("D", "g", "f"), "adversarial"),
        "target": Symbol(r"-\log D_2(g(f(y)))", "L_D", ("D", "g", "f"), "adversarial"),
        "real": Symbol(r"-\log D_3(y)", "L_D", ("D",), "adversarial"),
        "gan_source": Symbol(r"-\log D_3(g(f(x)))", "L_GANG", ("D", "g", "f"), "adversarial"),
        "gan_target": Symbol(r"-\log D_3(g(f(y)))", "L_GANG", ("D", "g", "f"), "adversarial"),
        "constancy": Symbol(r"(f(g(f(x))) - f(x))^2", "L_CONST", ("f", "g"), "reconstruction"),
        "identity": Symbol(r"(g(f(y)) - y)^2", "L_TID", ("f", "g"), "reconstruction"),
        "smoothness": Symbol(r"L_{TV}(g(f(x))) + L_{TV}(g(f(y)))", "L_TV", ("f", "g")),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c, given = config, config.features == "judge"
        if c.side < 8 or c.side & (c.side - 1):
            raise ValueError(f"side must be 8, 16, 32, 64, ...: f halves it to 4; got {c.side}")
        self.f: Classifier | Embedding = Embedding() if given else Classifier(c)
        if not given:
            self.head = nn.Linear(c.code, c.classes)
        size = Embedding.size if given else c.code
        if c.own_units:  # they belong to f, and are exported with it
            for units in ("units_x", "units_y"):
                self.f.register_buffer(units, torch.stack([torch.zeros(size), torch.ones(size)]))
        self.g = generator(size, c.g_width, c.side, c.channels, UPS[c.up])
        self.D = critic(c.channels, c.d_width, c.side, 3)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower nets. Codes are large here (a mean square of 30), so constancy at the paper's 15 outweighs all else."""
        config = {"side": size, "width": 32, "g_width": 48, "d_width": 32, "up": "resized", "constancy": 1.0}
        config |= {"classes": facts["classes"]} if "classes" in facts else {}
        return Fit({**config, "rate": 3e-4, "decay_from": 0.5, "f_steps": 1_500, "steps": 10_000}, batch=32)

    @classmethod
    def last_stage(cls) -> dict:
        return {"f_steps": 0}

    @torch.no_grad()
    def measure(self, sample: Callable[[int], Batch]) -> None:
        """Fix the units of each domain's codes, before g learns."""
        batch = sample(self.config.sample)
        for units, images in ((self.f.units_x, batch["x"]), (self.f.units_y, batch["y"])):
            codes = wide(torch.cat([self.f(part) for part in images.split(64)]))
            spread = codes.std(0)
            # A number that never changes in one domain would be all that counts in the other.
            units.copy_(torch.stack([codes.mean(0), spread.clamp_min(0.1 * spread.mean())]))

    def code(self, image: Tensor, domain: str = "x") -> Tensor:
        """f of an image of domain "x" or "y", [B, code]; with `own_units`, how it differs from others of its domain."""
        code = self.f(image)
        if not self.config.own_units:
            return code
        mean, spread = self.f.units_x if domain == "x" else self.f.units_y
        return (code - mean) / spread

    def encode(self, image: Tensor, domain: str = "x") -> Tensor:
        """`code` without any gradient into f."""
        with torch.no_grad():
            return self.code(image, domain)

    def make(self, code: Tensor) -> Tensor:
        return self.g(code[:, :, None, None])

    def fakes(self, batch: Batch) -> Batch:
        if "y" not in batch:
            return {}
        code_x, code_y = self.encode(batch["x"], "x"), self.encode(batch["y"], "y")
        fake_x, fake_y = self.make(torch.cat([code_x, code_y])).split([len(code_x), len(code_y)])
        return {"code_x": code_x, "from_x": fake_x, "from_y": fake_y}

    def classifier_loss(self, batch: Batch) -> Terms:
        """f and a head on it learn the labels of the source: all the supervision there is."""
        return {"classes": class_loss(self.head(self.f(batch["x"])), batch["label"])}

    def discriminator_loss(self, batch: Batch) -> Terms:
        """L_D."""
        made = self.complete(batch)
        return {
            "source": self._verdict(made["from_x"].detach(), SOURCE),
            "target": self._verdict(made["from_y"].detach(), TARGET),
            "real": self._verdict(batch["y"], REAL),
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """L_GANG (both made kinds are to pass for real), L_CONST (f-constancy), L_TID (identity on the target), L_TV (smoothness)."""
        made, c, terms = self.complete(batch), self.config, {}
        if self.loaded("D"):
            terms["gan_source"] = self._verdict(made["from_x"], REAL)
            terms["gan_target"] = self._verdict(made["from_y"], REAL)
        if c.constancy:
            terms["constancy"] = mse(self.code(made["from_x"], "y"), made["code_x"])
        if c.identity:
            terms["identity"] = mse(made["from_y"], batch["y"])
        if c.smoothness:
            terms["smoothness"] = total_variation(made["from_x"]) + total_variation(made["from_y"])
        return terms

    def _verdict(self, image: Tensor, kind: int) -> Tensor:
        return class_loss(self.D(image), torch.full((len(image),), kind, device=image.device))

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        ones = dict.fromkeys(("classes", "source", "target", "real", "gan_source", "gan_target"), 1.0)
        return {**ones, "constancy": c.constancy, "identity": c.identity, "smoothness": c.smoothness}

    def stages(self) -> list[Stage]:
        c = self.config
        turns = {
            "D": Turn(self.discriminator_loss, ("D",), self.optimizer),
            "G": Turn(self.generator_loss, ("g",), self.optimizer),
        }
        train = Stage("train", c.steps, turns, begin=self.measure if c.own_units else None)
        if c.features == "judge" or not c.f_steps:
            return [train]
        first = {"f": Turn(self.classifier_loss, ("f", "head"), self.optimizer)}
        return [Stage("f", c.f_steps, first), train]

    def translate(self, x: Tensor, generator: Rng = None) -> Tensor:
        """x [B, channels, side, side] in [-1, 1] -> the same size. There is no way back, and nothing is left to chance."""
        return self.make(self.code(x))
