"""InfoGAN. Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel: InfoGAN: Interpretable Representation Learning by
Information Maximizing Generative Adversarial Nets. NIPS 2016, arXiv:1606.03657.

G is told a code c beside its noise z: one of K categories, and a few numbers. Nobody says what they mean. A net Q, which
shares its trunk with D, has to read c off the image again, so G must let it show: what differs most among the images, their
classes first, is what it is used for. No label is looked at.

Differs from the paper:
* Q learns when D does, and the trunk with it, as in the authors' code; in eq. 6 it learns when G does (q_learns="with G").
* images lie in [-1, 1] and G ends in tanh; the authors' in [0, 1], with a sigmoid.
* D and G see the same made images in a step; the authors draw new ones for G.
* d_dense_norm=False is an addition: the norm before the logit takes out what a batch has in common, as that it is made.
* other sizes than that of digits, images in colour and up="resized" are additions; the paper has nets of its own for those.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

import torch
from torch import Tensor, nn

from ..losses import class_loss, log_loss, wide
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
from ..method import halvings as halved
from ..nets.chance import Rng, generators, normal, uniform
from ..nets.dense import dense_generator, dense_trunk
from ..nets.layers import UPS, init_normal

CODE = Control("style", "style", "an image, a list of numbers (a category each, then the values), or a seed")


@dataclass(frozen=True)
class Config:
    """The paper's sizes for digits of 28 px."""

    side: int = 28
    channels: int = 1
    # z and c
    noise: int = 62
    domains: int = 10  # K: categories, the classes that are looked for
    values: int = 2  # numbers of U(-1, 1)
    # G
    width: int = 64  # of the last map but the image, and of D's first; it doubles with each halving
    dense: int = 1024
    halvings: int = 2
    up: str = "transposed"
    # D and Q
    d_width: int = 64
    d_dense: int = 1024
    d_dense_norm: bool = True  # a batch norm behind that full layer, right before the logit
    q_dense: int = 128
    deviation: Literal["one", "learned"] = "one"  # of Q's normal distributions over the values
    # the objective, eq. 6
    info: float = 1.0  # lambda, of the category
    info_values: float = 1.0  # lambda, of the values
    q_learns: Literal["with D", "with G"] = "with D"
    # training
    steps: int = 5_000
    rate: float = 1e-3
    d_rate: float = 2e-4
    decay_from: float = 1.0


class InfoGAN(Method):
    """Eq. 6: V(D, G) - lambda L_I(G, Q), where L_I = E[log Q(c | G(z, c))] + H(c) (eq. 5) is at most ln K for a category."""

    Config = Config
    alone = True
    inference = ("G", "trunk", "Q")
    controls = controls(CODE, SEED, SAMPLES)
    layout = "classes"
    free = ("domains",)
    least_batch = 2  # full layers with batch norms
    shared = ("c", "fake")
    symbols = {
        "real": judged("D(x)", "log", True, equation="eq. 1", nets=("trunk", "D")),
        "fake": judged("D(G(z, c))", "log", False, equation="eq. 1", nets=("trunk", "D", "G")),
        "gan": Symbol(r"-\log D(G(z, c))", "eq. 1", ("trunk", "D", "G"), "adversarial"),
    } | {
        f"{part}_{when}": Symbol(rf"-\log Q({letter} | G(z, c))", "eq. 5", ("trunk", "Q", "G"), role)
        for part, letter, role in (
            ("class", "c_1", "classification"),
            ("value", r"c_{2 \ldots}", "reconstruction"),
        )
        for when in ("read", "written")
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if c.halvings < 1 or c.side % 2**c.halvings:
            told = f"side must be a multiple of {2**c.halvings} for {c.halvings} halvings; got {c.side}"
            raise ValueError(told)
        told = c.noise + c.domains + c.values
        self.G = dense_generator(told, c.dense, c.width, c.side, c.channels, c.halvings, UPS[c.up])
        self.trunk = dense_trunk(c.channels, c.d_width, c.side, c.halvings, c.d_dense, c.d_dense_norm)
        self.D = init_normal(nn.Linear(c.d_dense, 1))
        first, last = nn.Linear(c.d_dense, c.q_dense), nn.Linear(c.q_dense, c.domains + 2 * c.values)
        self.Q = init_normal(nn.Sequential(first, nn.BatchNorm1d(c.q_dense), nn.LeakyReLU(0.01), last))
        self.style_size = c.domains + c.values

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower nets, images in colour, no norm before D's logit. A category for each domain, ten where there are attributes."""
        deep = max(1, halved(size) - 2)
        config = {"domains": 10 if facts.get("attributes") else facts.get("domains", 10)}
        config |= {"side": size, "channels": 3, "noise": 32, "halvings": deep, "up": "resized"}
        config |= {"width": max(4, 512 >> deep), "d_width": max(4, 256 >> deep), "dense": 128, "d_dense": 128}
        config |= {"d_dense_norm": False, "rate": 2e-4, "d_rate": 5e-5, "steps": 10_000, "decay_from": 0.5}
        return Fit(config, batch=32, ema=0.99)

    def code(self, n: int, rng: Rng = None, device: torch.device | str = "cpu") -> Tensor:
        """n codes of the prior, float32 [n, domains + values]: 1 at one category, every one as likely; values of U(-1, 1)."""
        c = self.config
        u = uniform(torch.Size([n, 1 + c.values]), rng, torch.device(device))
        chosen = (u[:, :1] * c.domains).long() == torch.arange(c.domains, device=u.device)
        return torch.cat([chosen.to(u.dtype), 2 * u[:, 1:] - 1], 1)

    def styles(self, seed: int, n: int) -> Tensor:
        return self.code(n, generators(seed, n))

    def sample(self, n: int, rng: Rng = None, style: Tensor | None = None) -> Tensor:
        """n images, float [n, channels, side, side] in [-1, 1]. style: codes c [n or 1, domains + values], see `code`; the
        noise is that of `rng` with or without it."""
        like = next(self.G.parameters())
        c = self.code(n, rng, like.device)
        z = normal(torch.Size([n, self.config.noise]), rng, like.device)
        c = c if style is None else style.to(like.device).expand(n, -1)
        return self.G(torch.cat([z.to(like.dtype), c.to(like.dtype)], 1))

    def read(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Q of images: logits [B, domains], means and log variances [B, values]."""
        c = self.config
        return self.Q(self.trunk(image)).split([c.domains, c.values, c.values], 1)

    def classes(self, x: Tensor) -> Tensor:
        """The category that Q finds in images [B, channels, side, side] in [-1, 1], int64 [B]."""
        return self.read(x)[0].argmax(1)

    def style(self, image: Tensor) -> Tensor:
        """The code that Q reads off images, [B, domains + values]: the likeliest category, and means cut to [-1, 1]."""
        logits, mean, _ = self.read(image)
        chosen = logits.argmax(1, keepdim=True) == torch.arange(logits.shape[1], device=logits.device)
        return torch.cat([chosen.to(mean.dtype), mean.clamp(-1, 1)], 1)

    def bound(self, image: Tensor, code: Tensor) -> Tensor:
        """L_I of the category in nats, of images and the codes they were made with: ln K at best, 0 for a Q that guesses."""
        k = self.config.domains
        return math.log(k) - class_loss(self.read(image)[0], code[:, :k].argmax(1))

    def fakes(self, batch: Batch) -> Batch:
        c = self.code(len(batch["x"]), None, batch["x"].device).to(batch["x"].dtype)
        return {"c": c, "fake": self.sample(len(c), style=c)}

    def information(self, h: Tensor, code: Tensor, when: str) -> Terms:
        """-log Q(c | image) of what the trunk makes of images, of the category and of the values: eq. 5 without H(c)."""
        c = self.config
        logits, mean, spread = self.Q(h).split([c.domains, c.values, c.values], 1)
        terms = {f"class_{when}": class_loss(logits, code[:, : c.domains].argmax(1))}
        if c.values:
            far, spread = wide(code[:, c.domains :] - mean), wide(spread) * (c.deviation == "learned")
            each = 0.5 * (math.log(2 * math.pi) + spread + far.square() * (-spread).exp())
            terms[f"value_{when}"] = each.sum(1).mean()
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by D; with it, as the authors train, what Q reads."""
        made = self.complete(batch)
        h = self.trunk(made["fake"].detach())
        terms = {"real": log_loss(self.D(self.trunk(batch["x"])), True), "fake": log_loss(self.D(h), False)}
        return terms | (self.information(h, made["c"], "read") if self.config.q_learns == "with D" else {})

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by G, and what Q is to read of its images."""
        made = self.complete(batch)
        h = self.trunk(made["fake"])
        terms = {"gan": log_loss(self.D(h), True)} if self.loaded("D") else {}
        return terms | self.information(h, made["c"], "written")

    def weights(self, step: int) -> dict[str, float]:
        parts = {"class": self.config.info, "value": self.config.info_values}
        shares = {f"{part}_{when}": factor for part, factor in parts.items() for when in ("read", "written")}
        return shares | dict.fromkeys(("real", "fake", "gan"), 1.0)

    def stages(self) -> list[Stage]:
        c = self.config
        with_d, with_g = (("Q",), ()) if c.q_learns == "with D" else ((), ("Q",))
        turns = {
            "D": Turn(self.discriminator_loss, ("trunk", "D", *with_d), partial(adam, lr=c.d_rate)),
            "G": Turn(self.generator_loss, ("G", *with_g), self.optimizer),
        }
        return [Stage("train", c.steps, turns)]

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """One row for each category, its values 0: an image for each number in the showcase's index, of the seed of that number."""
        numbers, code = showcase["index"].tolist(), torch.eye(self.config.domains, self.style_size)
        return [[torch.cat([self.sample(1, generators(i, 1), one[None]) for i in numbers]) for one in code]]
