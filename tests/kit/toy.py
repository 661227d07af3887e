"""A method that is made up, of two stages and another rhythm in each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import nn

from i2i.losses import l1, least_squares
from i2i.method import Method, Stage, Turn
from i2i.train import Trainer
from kit import runs
from kit.sources import Made


@dataclass(frozen=True)
class Config:
    first: int = 4
    second: int = 6


class Toy(Method):
    """Two stages: G alone, then D and G with another rhythm. No batch statistics, no chance.

    D has plain momentum: Adam would hide gradients that are twice too large.
    """

    Config = Config

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.G = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1), nn.LeakyReLU(0.2), nn.Conv2d(4, 3, 3, padding=1)
        )
        self.D = nn.Conv2d(3, 1, 3, padding=1)
        self.register_buffer("begun", torch.zeros(2))
        self.register_buffer("clipped", torch.zeros((), dtype=torch.int64))

    def generator_loss(self, batch):
        made = self.G(batch["x"])
        return {"l1": l1(made, batch["y"]), "gan": least_squares(self.D(made), True)}

    def discriminator_loss(self, batch):
        fake = self.G(batch["x"]).detach()
        return {"real": least_squares(self.D(batch["y"]), True), "fake": least_squares(self.D(fake), False)}

    def weights(self, step):
        return {"l1": 1.0, "gan": 1.0, "real": 1.0, "fake": 1.0}

    def begin(self, stage):
        self.begun[stage] += 1

    def clip(self, batch, terms):
        self.clipped += 1
        for p in self.D.parameters():
            p.data.clamp_(-0.1, 0.1)

    def stages(self):
        c = self.config
        alone = Turn(lambda batch: {"l1": l1(self.G(batch["x"]), batch["y"])}, ("G",))
        critic = Turn(
            self.discriminator_loss, ("D",), partial(torch.optim.SGD, lr=1e-2, momentum=0.9), after=self.clip
        )
        painter = Turn(self.generator_loss, ("G",), every=2)
        return [
            Stage("alone", c.first, {"G": alone}, begin=lambda sample: self.begin(0)),
            Stage("together", c.second, {"D": critic, "G": painter}, begin=lambda sample: self.begin(1)),
        ]

    def translate(self, x, **_):
        return self.G(x).tanh()


def toy(seed: int = 0, **changes) -> Toy:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Toy(Config(**changes))


def trainer(method: Method | None = None, source=None, **options) -> Trainer:
    """Of the toy on made-up pairs, unless told otherwise."""
    method = method or toy()
    return runs.trainer(method, source or Made(enlarges=method.enlarges), **options)
