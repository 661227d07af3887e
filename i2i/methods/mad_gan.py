"""MAD-GAN. Ghosh, Kulharia, Namboodiri, Torr, Dokania: Multi-Agent Diverse Generative Adversarial Networks.
CVPR 2018, arXiv:1704.02906.

Several generators, and one discriminator that has to say more than "real" or "fake": which of the k generators made an
image, or that it is real, k + 1 answers. To be told apart the generators must differ, and each finds modes of its own.
They share their first layers. Here, as in the paper's translations, all is conditioned on an image x.

Differs from the paper:
* the authors published code of their experiments with points and faces, none of translations: D is conditioned on x, and
  the shared layers, D and the L1 term are those of pix2pix. The losses of k + 1 ways are the paper's.
* generators minimise -log D_{k+1}, as in the authors' code, in place of log(1 - D_{k+1}).
* L1 may count for the generator that came nearest alone (`nearest`), as in Chen and Koltun, ICCV 2017, arXiv:1707.09405: counted
  for all of them it draws them to one answer.
* the variant with a measure of similarity between the generators (MAD-GAN-Sim) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from ..losses import l1, wide
from ..method import (
    SAMPLES,
    SCALE,
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
    halvings,
)
from ..nets.chance import Rng, uniform
from ..nets.layers import NORMS, UPS, init_normal
from ..nets.patchgan import PatchGAN, patch_layers
from ..nets.unet import UNet

HEAD = Control("head", "number", "the number of a generator, from 0", low=0, high=63)


@dataclass(frozen=True)
class Config:
    """The authors' number of generators; pix2pix's sizes at 256 px."""

    heads: int = 4  # k
    # the layers that the generators share
    width: int = 64
    cap: int = 512
    depth: int = 8
    up: str = "transposed"
    norm: str = "batch"
    dropout: float = 0.5
    # each generator's own
    head_width: int = 64
    # D
    patch_layers: int = 3
    patch_width: int = 64
    # the objective
    gan: float = 1.0
    l1: float = 100.0
    nearest: bool = False  # L1 of the generator that came nearest to y alone; else the mean over all
    # training
    steps: int = 80_000
    rate: float = 2e-4
    d_rate: float = 2e-4  # of D
    decay_from: float = 0.5


def way_loss(logits: Tensor, way: int) -> Tensor:
    """-log D_way of logits [B, k + 1, ...], averaged over the batch and the map: cross-entropy with one answer for all."""
    return -wide(logits).log_softmax(1)[:, way].mean()


class MADGAN(Method):
    """max over D of E log D_{k+1}(x, y) + sum_i E log D_i(x, G_i(x)); min over each G_i of E log(1 - D_{k+1}(x, G_i(x)))."""

    Config = Config
    inference = ("trunk", "G")
    controls = controls(HEAD, SEED, SAMPLES, SCALE)  # pyright: ignore[reportUnboundVariable] (set on `self`, too)
    shared = ("fakes",)
    symbols = {
        "real": Symbol(r"-\log D_{k+1}(x, y)", "", ("D",), "adversarial"),
        "fake": Symbol(r"-\log D_i(x, G_i(x))", "", ("D", "G"), "adversarial"),
        "gan": Symbol(r"-\log D_{k+1}(x, G_i(x))", "", ("D", "G"), "adversarial"),
        "l1": Symbol("|y - G_i(x)|", "", ("G",), "reconstruction"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        norm, w = NORMS[c.norm], c.head_width
        self.controls = self.controls | {
            "head": replace(HEAD, says=f"the number of a generator, 0 to {c.heads - 1}", high=c.heads - 1)
        }
        self.trunk = UNet(
            3, w, c.width, c.cap, c.depth, dropout=c.dropout, up=UPS[c.up], norm=norm
        )  # ends in maps from -1 to 1, which each generator paints in its own way
        self.G = nn.ModuleList(
            init_normal(
                nn.Sequential(
                    nn.Conv2d(w, w, 3, 1, 1, bias=not norm(1).affine),
                    norm(w),
                    nn.ReLU(),
                    nn.Conv2d(w, 3, 3, 1, 1),
                    nn.Tanh(),
                )
            )
            for _ in range(c.heads)
        )
        self.D = PatchGAN(6, c.patch_width, c.patch_layers, 8 * c.patch_width, norm, outputs=c.heads + 1)
        self.multiple = 2**c.depth
        if c.nearest:
            nearest = replace(self.symbols["l1"], latex=r"\mathrm{min}_i |y - G_i(x)|")
            self.symbols = self.symbols | {"l1": nearest}

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than pix2pix, as deep as the size allows; L1 of the nearest generator alone, or all would come to one answer."""
        config = {"width": 24, "cap": 128, "up": "resized", "head_width": 24, "l1": 20.0, "nearest": True}
        config |= {"patch_width": 24, "patch_layers": patch_layers(size), "depth": min(8, halvings(size))}
        return Fit({**config, "steps": 10_000}, batch=4)

    def fakes(self, batch: Batch) -> Batch:
        """What each generator makes of x, [k, B, 3, H, W]; all of them see the same shared maps, with the same noise."""
        h = self.trunk(batch["x"])
        return {"fakes": torch.stack([G(h) for G in self.G])}

    def ways(self, x: Tensor, image: Tensor) -> Tensor:
        """D's logits [B, k + 1, h, w] of pairs: 0 to k - 1 for the generators, k for "real"."""
        return self.D(torch.cat([x, image], 1))

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Cross-entropy of k + 1 ways: real ones are of way k, those of G_i of way i. "fake" is the mean over i."""
        x, fakes = batch["x"], self.complete(batch)["fakes"].detach()
        told = [way_loss(self.ways(x, fake), i) for i, fake in enumerate(fakes)]
        return {
            "real": way_loss(self.ways(x, batch["y"]), self.config.heads),
            "fake": torch.stack(told).mean(),
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """Each generator wants to be taken for real, and to be near y; the means over generators, or of L1 the least."""
        x, y, fakes = batch["x"], batch["y"], self.complete(batch)["fakes"]
        terms = {"l1": self._l1(fakes, y)} if self.config.l1 else {}
        if self.loaded("D"):
            real = self.config.heads
            terms["gan"] = torch.stack([way_loss(self.ways(x, fake), real) for fake in fakes]).mean()
        return terms

    def _l1(self, fakes: Tensor, y: Tensor) -> Tensor:
        if not self.config.nearest:
            return l1(fakes, y.expand_as(fakes))
        return (wide(fakes) - y).abs().flatten(2).mean(2).amin(0).mean()

    def weights(self, step: int) -> dict[str, float]:
        # D's objective is a sum over the generators.
        c = self.config
        return {"real": 1.0, "fake": float(c.heads), "gan": c.gan, "l1": c.l1}

    def stages(self) -> list[Stage]:
        turns = {
            "D": Turn(self.discriminator_loss, ("D",), partial(adam, lr=self.config.d_rate)),
            "G": Turn(self.generator_loss, ("trunk", "G"), self.optimizer),
        }
        return [Stage("train", self.config.steps, turns)]

    def translate(self, x: Tensor, generator: Rng = None, head: int | None = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 2**depth -> the same by the generator `head`, 0 to k - 1.

        None: `generator` picks one for each image. It also draws dropout masks. ValueError where there is no such head.
        """
        k = self.config.heads
        if head is not None:
            if head != int(head) or not 0 <= head < k:
                raise ValueError(f"head is the number of a generator, 0 to {k - 1}; got {head!r}.")
            return self.G[int(head)](self.trunk(x, generator))
        picked = (uniform(torch.Size([len(x)]), generator, x.device) * k).long()
        h = self.trunk(x, generator)
        made = torch.stack([G(h) for G in self.G])
        return made[picked, torch.arange(len(x), device=x.device)]

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """A row for each generator."""
        x = showcase["x"]
        return [[x, *(self.translate(x, head=i) for i in range(self.config.heads))]]
