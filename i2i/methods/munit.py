"""MUNIT. Huang, Liu, Belongie, Kautz: Multimodal Unsupervised Image-to-Image Translation. ECCV 2018, arXiv:1804.04732.

Two sets of images and no pairs. An image is a content, which both domains have in common, and a style, which is its own
domain's. To translate is to decode an image's content with a style of the other domain: of N(0, 1), or of an image there.
What a decoder makes has to be read back: the content that went in, and the style.

Agrees with the authors' code to rounding in float64 (tests/golden/authors/munit.json).

Differs from the paper:
* the domain-invariant perceptual loss of the paper's large images is left out.
* in a step D and G are shown the same translations; the authors' code draws new styles for each.
* weight decay comes from the authors' code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

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
    halvings,
    judged,
)
from ..nets.adain import StyledDecoder
from ..nets.chance import Rng, normal
from ..nets.encoder import content_encoder, style_encoder
from ..nets.layers import init_he
from ..nets.scales import Scales, strided_critic


@dataclass(frozen=True)
class Config:
    """The authors' sizes at 256 px."""

    style: int = 8  # numbers in a style
    # E and G
    width: int = 64
    halvings: int = 2  # of the content
    blocks: int = 4
    style_halvings: int = 4
    mlp_width: int = 256
    # D
    critic_width: int = 64
    critic_layers: int = 4
    scales: int = 3
    # the objective, eq. 5
    gan: float = 1.0
    recon: float = 10.0  # lambda_x
    content: float = 1.0  # lambda_c
    read: float = 1.0  # lambda_s
    cycle: float = 0.0  # the style-augmented one; the paper has it for some of its data
    # training
    steps: int = 1_000_000
    rate: float = 1e-4
    weight_decay: float = 1e-4
    halve_every: int = 100_000  # steps after which the rate is half of what it was; 0: never


def _symbols(i: int, j: int, way: str) -> dict[str, Symbol]:
    """Of images of domain i: what is made of them there, and in domain j with a style s_j of N(0, 1)."""
    over, judge = (
        f"G_{j}(c_{i}, s_{j})",
        partial(judged, adversarial="least-squares", equation="eq. 4", way=way),
    )
    term = partial(Symbol, role="reconstruction", way=way)
    content, back = rf"|E^c_{j}({over}) - c_{i}|", rf"|G_{i}(E^c_{j}({over}), E^s_{i}(x_{i})) - x_{i}|"
    return {
        f"recon_{i}": term(rf"|G_{i}(c_{i}, E^s_{i}(x_{i})) - x_{i}|", "eq. 1", (f"G_{i}",)),
        f"content_{i}": term(content, "eq. 2", (f"Ec_{j}", f"G_{j}")),
        f"read_{j}": term(rf"|E^s_{j}({over}) - s_{j}|", "eq. 3", (f"Es_{j}", f"G_{j}")),
        f"cycle_{i}": term(back, "", (f"Ec_{j}", f"G_{i}", f"G_{j}")),
        f"gan_{j}": judge(f"D_{j}({over})", real=True, nets=(f"D_{j}", f"G_{j}")),
        f"real_{j}": judge(f"D_{j}(x_{j})", real=True, nets=(f"D_{j}",)),
        f"fake_{j}": judge(f"D_{j}({over})", real=False, nets=(f"D_{j}", f"G_{j}")),
    }


class MUNIT(Method):
    """Eq. 5: L_GAN^x1 + L_GAN^x2 + lambda_x (L^x1 + L^x2) + lambda_c (L^c1 + L^c2) + lambda_s (L^s1 + L^s2)."""

    Config = Config
    inference = ("Ec_1", "Ec_2", "Es_1", "Es_2", "G_1", "G_2")
    controls = controls(DIRECTION, STYLE, SEED, SAMPLES, SCALE)
    layout = "unpaired"
    shared = ("c_1", "c_2", "own_1", "own_2", "s_1", "s_2", "x_11", "x_21", "x_12", "x_22")
    symbols = _symbols(1, 2, "xy") | _symbols(2, 1, "yx")
    lengths = ("steps", "halve_every")

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        self.style_size, self.multiple = c.style, 2**c.halvings
        self.Ec_1, self.Ec_2 = (content_encoder(c.width, c.halvings, c.blocks) for _ in "12")
        self.Es_1, self.Es_2 = (style_encoder(c.style, c.width, c.style_halvings) for _ in "12")
        sizes = (c.style, c.width, c.halvings, c.blocks, c.mlp_width)
        self.G_1, self.G_2 = (init_he(StyledDecoder(*sizes)) for _ in "12")
        self.D_1, self.D_2 = (
            Scales(strided_critic(c.critic_width, c.critic_layers) for _ in range(c.scales)) for _ in "12"
        )

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower than the authors', with a block less; critics that end at 1 px of the smallest scale or before."""
        deep, steps = min(4, halvings(size) - 2), 10_000
        config = {"width": 16, "blocks": 3, "mlp_width": 64, "style_halvings": deep, "critic_width": 24}
        return Fit({**config, "critic_layers": deep, "steps": steps, "halve_every": steps // 2}, batch=2)

    def prior(self, x: Tensor, generator: Rng = None) -> Tensor:
        """Styles of N(0, 1), one for each image."""
        return normal(torch.Size([len(x), self.config.style]), generator, x.device).to(x.dtype)

    def fakes(self, batch: Batch) -> Batch:
        """Contents c and the images' own styles; styles s of N(0, 1); and x_ij, the content of domain i decoded in j: with
        its own style in its own domain, with one of N(0, 1) in the other."""
        x, y = batch["x"], batch["y"]
        made = {"c_1": self.Ec_1(x), "c_2": self.Ec_2(y), "own_1": self.Es_1(x), "own_2": self.Es_2(y)}
        made |= {"s_1": self.prior(y), "s_2": self.prior(x)}
        # One pass through a decoder serves both contents.
        contents = torch.cat([made["c_1"], made["c_2"]])
        in_1 = self.G_1(contents, torch.cat([made["own_1"], made["s_1"]])).split([len(x), len(y)])
        in_2 = self.G_2(contents, torch.cat([made["s_2"], made["own_2"]])).split([len(x), len(y)])
        return made | {"x_11": in_1[0], "x_21": in_1[1], "x_12": in_2[0], "x_22": in_2[1]}

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 (images), eq. 2 and 3 (contents and styles) and eq. 4 seen by the decoders."""
        x, y, m, terms = batch["x"], batch["y"], self.complete(batch), {}
        if self.loaded("D_1", "D_2"):
            terms = {"gan_1": _cost(self.D_1(m["x_21"]), True), "gan_2": _cost(self.D_2(m["x_12"]), True)}
        back_1, back_2 = self.Ec_2(m["x_12"]), self.Ec_1(m["x_21"])
        terms |= {"recon_1": l1(m["x_11"], x), "recon_2": l1(m["x_22"], y)}
        terms |= {"content_1": l1(back_1, m["c_1"]), "content_2": l1(back_2, m["c_2"])}
        terms |= {"read_1": l1(self.Es_1(m["x_21"]), m["s_1"]), "read_2": l1(self.Es_2(m["x_12"]), m["s_2"])}
        if self.config.cycle:
            terms["cycle_1"] = l1(self.G_1(back_1, m["own_1"]), x)
            terms["cycle_2"] = l1(self.G_2(back_2, m["own_2"]), y)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 4 in its least-squares form seen by D_1 and D_2."""
        m = self.complete(batch)
        return {
            "real_1": _cost(self.D_1(batch["x"]), True),
            "fake_1": _cost(self.D_1(m["x_21"].detach()), False),
            "real_2": _cost(self.D_2(batch["y"]), True),
            "fake_2": _cost(self.D_2(m["x_12"].detach()), False),
        }

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        factors = {"recon": c.recon, "content": c.content, "read": c.read, "cycle": c.cycle}
        factors |= dict.fromkeys(("gan", "real", "fake"), c.gan)
        return {f"{name}_{domain}": factor for name, factor in factors.items() for domain in (1, 2)}

    def learning_rate(self, step: int) -> float:
        """Half of it after each `halve_every` steps; all of it where that is 0."""
        every = self.config.halve_every
        return 0.5 ** (step // every) if every else 1.0

    def optimizer(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, weight_decay=self.config.weight_decay)

    def stages(self) -> list[Stage]:
        turns = {
            "D": Turn(self.discriminator_loss, ("D_1", "D_2"), self.optimizer),
            "G": Turn(self.generator_loss, self.inference, self.optimizer),
        }
        return [Stage("train", self.config.steps, turns)]

    def style(self, image: Tensor, direction: str = "xy") -> Tensor:
        """The style [B, style] of images of the domain that `direction` leads to: of y, or with "yx" of x."""
        return (self.Es_2 if direction == "xy" else self.Es_1)(image)

    def translate(
        self, x: Tensor, generator: Rng = None, style: Tensor | None = None, direction: str = "xy"
    ) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 2**halvings -> the same in the other domain.

        style: [n, style]; one image in n styles gives n, and its content is read once; one style is that of all images.
        None: `generator` draws one for each image.
        """
        read, write = (self.Ec_1, self.G_2) if direction == "xy" else (self.Ec_2, self.G_1)
        s = self.prior(x, generator) if style is None else style.to(x)
        n = max(len(x), len(s))
        return write(read(x).expand(n, -1, -1, -1), s.expand(n, -1))


def _cost(logits: list[Tensor], real: bool) -> Tensor:
    """Least squares, added up over the scales."""
    return torch.stack([least_squares(one, real) for one in logits]).sum()
