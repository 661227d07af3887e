"""Augmented CycleGAN. Almahairi, Rajeswar, Sordoni, Bachman, Courville: Augmented CycleGAN: Learning Many-to-Many
Mappings from Unpaired Data. ICML 2018, arXiv:1802.10151.

An image of A has many partners in B, and the other way round. What B shows and A does not is a code z_b of N(0, 1): G_AB
takes an image of A and a code to B, and E_B reads the code of such a pair. So the image and the code have to come
back, and there are discriminators of images and of codes. A is x here, and B is y.

Agrees with the authors' code to rounding in float64 (tests/golden/authors/augmented_cyclegan.json).

Differs from the paper:
* the encoders are deterministic, as by default in the authors' code; the paper has stochastic ones, too.
* D_A is built like D_B; the authors' D of edges has kernels of 3 and one logit for the whole image.
* the scales of D's instance norms start near 1; in the authors' code near 0.
* all gradients of a turn are clipped together; the authors clip those of each network.
* learning from a few pairs beside the unpaired images is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from ..losses import l1, least_squares
from ..method import (
    DIRECTION,
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
    adam,
    controls,
    judged,
)
from ..nets.chance import Rng, normal
from ..nets.coded import code_critic, coded_generator, image_critic, pair_encoder
from ..nets.layers import UPS


@dataclass(frozen=True)
class Config:
    """The authors' sizes (their code, edges and shoes at 64 px)."""

    code: int = 16  # numbers in z_a and in z_b
    both: bool = True  # False: A shows nothing that B lacks; there is no z_a, and G_BA gives one answer
    side: int = 64  # of the image: the encoders see all of it
    # G_AB and G_BA
    width: int = 32
    blocks: int = 3
    up: str = "transposed3"
    # E and D
    e_width: int = 32
    d_width: int = 64
    # the objective
    cycle: float = 1.0  # gamma_1
    code_cycle: float = 0.025  # gamma_2
    # training
    steps: int = 78_000  # 50 passes over 50,000 images, 32 at a time
    rate: float = 2e-4
    d_rate: float = 4e-5
    clip: float = 500.0
    decay_from: float = 0.5


def _symbols(A: str, B: str, way: str) -> dict[str, Symbol]:
    """The terms of the way from A to B, and of what comes back to A. A code with a hat is one that E has read."""
    a, b = A.lower(), B.lower()
    made, came = f"G_{{{A}{B}}}({a}, z_{b})", rf"\hat{{z}}_{a}"
    G, back, D, D_Z, E = f"G_{A}{B}", f"G_{B}{A}", f"D_{B}", f"D_Z{A}", f"E_{A}"
    pair = f"{a}, {made}" if A == "A" else f"{made}, {a}"  # E reads a first, then b
    judge, shown = partial(judged, adversarial="least-squares", equation="L_GAN", way=way), f"D_{{Z{A}}}"
    back_again = f"|G_{{{B}{A}}}({made}, {came}) - {a}|"
    return {
        f"gan_{b}": judge(f"{D}({made})", real=True, nets=(D, G)),
        f"code_gan_{a}": judge(f"{shown}({came})", real=True, nets=(D_Z, E, G)),
        f"cycle_{a}": Symbol(back_again, "L_CYC", (G, back, E), "reconstruction", way),
        f"code_cycle_{b}": Symbol(f"|E_{B}({pair}) - z_{b}|", "L_CYC", (G, f"E_{B}"), "reconstruction", way),
        f"real_{b}": judge(f"{D}({b})", real=True, nets=(D,)),
        f"fake_{b}": judge(f"{D}({made})", real=False, nets=(D, G)),
        f"code_real_{a}": judge(f"{shown}(z_{a})", real=True, nets=(D_Z,)),
        f"code_fake_{a}": judge(f"{shown}({came})", real=False, nets=(D_Z, E, G)),
    }


class AugmentedCycleGAN(Method):
    """L^B_GAN + L^ZA_GAN + gamma_1 L^A_CYC + gamma_2 L^ZB_CYC of the way A, B, A, and the same of the way B, A, B."""

    Config = Config
    inference = ("G_AB", "G_BA", "E_A", "E_B")
    controls = controls(DIRECTION, STYLE, SEED, SAMPLES, SCALE)
    layout = "unpaired"
    least_batch = 2  # full layers with batch norms
    shared = ("z_a", "z_b", "fake_a", "fake_b", "code_a", "code_b")
    symbols = _symbols("A", "B", "xy") | _symbols("B", "A", "yx")
    multiple = 2
    G_AB: nn.Module
    G_BA: nn.Module

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.style_size = c.code
        self.coded = ("a", "b") if c.both else ("b",)  # domains that show what the other does not
        for way, code in (("AB", c.code), ("BA", c.code * c.both)):
            setattr(self, f"G_{way}", coded_generator(code, c.width, c.blocks, UPS[c.up]))
        for side in "ab":
            setattr(self, f"D_{side.upper()}", image_critic(c.d_width))
        for side in self.coded:
            setattr(self, f"E_{side.upper()}", pair_encoder(c.code, c.e_width, c.side))
            setattr(self, f"D_Z{side.upper()}", code_critic(c.code, c.d_width))
        if not c.both:
            self.inference, self.shared = ("G_AB", "G_BA", "E_B"), ("z_b", "fake_a", "fake_b", "code_b")

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the authors', with fewer numbers in a code; the encoders' batch norms want a batch."""
        config = {"side": size, "code": 8, "width": 16, "up": "resized", "e_width": 16, "d_width": 32}
        return Fit({**config, "d_rate": 1e-4, "steps": 10_000}, batch=8)

    def prior(self, image: Tensor, rng: Rng = None) -> Tensor:
        """Codes of N(0, 1), one for each image, [B, code]."""
        return normal(torch.Size([len(image), self.config.code]), rng, image.device).to(image.dtype)

    def fakes(self, batch: Batch) -> Batch:
        """Codes of the prior, what G makes of an image and a code, and the code that E reads of it beside its source."""
        a, b = batch["x"], batch["y"]
        made = {f"z_{side}": self.prior(a) for side in self.coded}
        made |= {"fake_b": self.G_AB(a, made["z_b"]), "fake_a": self.G_BA(b, made.get("z_a"))}
        pairs = {"a": (a, made["fake_b"]), "b": (made["fake_a"], b)}
        return made | {f"code_{side}": self.read(side, *pairs[side]) for side in self.coded}

    def read(self, side: str, a: Tensor, b: Tensor) -> Tensor:
        """What E_A or E_B reads: the code [B, code] of what one of a pair of images shows and the other does not."""
        return getattr(self, f"E_{side.upper()}")(torch.cat([a, b], 1))

    def generator_loss(self, batch: Batch) -> Terms:
        """L_GAN seen by the generators and encoders, and L_CYC of images and of codes, on both ways."""
        m, terms = self.complete(batch), {}
        pairs = {"b": (batch["x"], m["fake_b"]), "a": (m["fake_a"], batch["y"])}  # with a code of the prior
        for start, to in (("a", "b"), ("b", "a")):
            real, fake = batch["x" if start == "a" else "y"], m[f"fake_{to}"]
            D, D_Z = f"D_{to.upper()}", f"D_Z{to.upper()}"
            if self.loaded(D):
                terms[f"gan_{to}"] = least_squares(getattr(self, D)(fake), True)
            back = self.G_BA if start == "a" else self.G_AB
            terms[f"cycle_{start}"] = l1(back(fake, m.get(f"code_{start}")), real)
            if to in self.coded:
                terms[f"code_cycle_{to}"] = l1(self.read(to, *pairs[to]), m[f"z_{to}"])
                if self.loaded(D_Z):
                    terms[f"code_gan_{to}"] = least_squares(getattr(self, D_Z)(m[f"code_{to}"]), True)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        """L_GAN seen by D_A, D_B and, on codes, D_ZA and D_ZB; what is real for these is drawn from N(0, 1)."""
        m, terms = self.complete(batch), {}
        shown = {"": {"a": (batch["x"], m["fake_a"]), "b": (batch["y"], m["fake_b"])}}
        shown["code_"] = {side: (m[f"z_{side}"], m[f"code_{side}"]) for side in self.coded}
        for kind, of in shown.items():
            for side, (real, fake) in of.items():
                D = getattr(self, f"D_{'Z' if kind else ''}{side.upper()}")
                terms[f"{kind}real_{side}"] = least_squares(D(real), True)
                terms[f"{kind}fake_{side}"] = least_squares(D(fake.detach()), False)
        return terms

    def weights(self, step: int) -> dict[str, float]:
        # D's objective is halved, as in the authors' code.
        c = self.config
        kinds = {"gan": 1.0, "code_gan": 1.0, "cycle": c.cycle, "code_cycle": c.code_cycle}
        kinds |= dict.fromkeys(("real", "fake", "code_real", "code_fake"), 0.5)
        return {f"{kind}_{side}": factor for kind, factor in kinds.items() for side in "ab"}

    def stages(self) -> list[Stage]:
        c, letters = self.config, [*self.networks()]
        slow = partial(adam, lr=c.d_rate)
        critics, others = (tuple(n for n in letters if (n[0] == "D") == is_d) for is_d in (True, False))
        turns = {
            "D": Turn(self.discriminator_loss, critics, slow, clip=c.clip),
            "G": Turn(self.generator_loss, others, self.optimizer, clip=c.clip),
        }
        return [Stage("train", c.steps, turns)]

    def translate(
        self, x: Tensor, generator: Rng = None, direction: str = "xy", style: Tensor | None = None
    ) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides even -> the same in the other domain.

        style: codes z_b [n, code], or z_a on the way from y to x; one image in n styles gives n, one style is that of all
        images. None: `generator` draws one for each image. Where a way has no code, all styles give the same.
        """
        z = self.prior(x, generator) if style is None else style.to(x)
        n = max(len(x), len(z))
        to, G = ("b", self.G_AB) if direction == "xy" else ("a", self.G_BA)
        return G(x.expand(n, -1, -1, -1), z.expand(n, -1) if to in self.coded else None)

    def style(self, image: Tensor, direction: str = "xy") -> Tensor:
        """z_b of images of B, [B, 3, side, side]: what E_B reads of them beside what G_BA makes of them at z_a = 0. With
        "yx" z_a of images of A, read by E_A beside what G_AB makes of them at z_b = 0; all 0 where A has no code."""
        nothing = image.new_zeros(len(image), self.config.code)
        if direction == "yx" and "a" not in self.coded:
            return nothing
        if direction == "yx":
            return self.read("a", image, self.G_AB(image, nothing))
        return self.read("b", self.G_BA(image, nothing if "a" in self.coded else None), image)
