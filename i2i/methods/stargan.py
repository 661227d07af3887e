"""StarGAN. Choi, Choi, Kim, Ha, Kim, Choo: StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation. CVPR 2018, arXiv:1711.09020.

One generator for all domains: a label, spread over as many planes as there are domains, tells G where to take the
image. D says of each patch whether it is real and of the whole image which domain it shows; G back to the first
label must return the image.

Agrees with the authors' code to rounding in float64 (tests/golden/authors/stargan.json).

Differs from the paper:
* weights start from N(0, 0.02), those of the authors' code as torch draws them.
* training on two sets of labels at once, with a mask vector, is left out.
* option `residual`: what G draws is added to the image, as in Shen and Liu, "Learning Residual Images for Face Attribute
  Manipulation", CVPR 2017, arXiv:1612.05363. G then begins by leaving the image as it is.
* instance norms keep no running statistics; the authors' do, and never use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from ..losses import attribute_loss, class_loss, gradient_penalty, l1, wasserstein
from ..method import LABEL, SCALE, Batch, Fit, Method, Stage, Symbol, Terms, Turn, controls, halvings
from ..nets.chance import Rng
from ..nets.labels import asked
from ..nets.layers import UPS, affine_instance_norm, init_normal
from ..nets.resnet import Residual, residual_blocks


@dataclass(frozen=True)
class Config:
    """The paper's sizes for five attributes of CelebA at 128 px."""

    domains: int = 5
    attributes: bool = True  # a label is a vector of independent yes and no; False: one domain of several
    side: int = 128  # of the image: D's classifier covers what is left of all of it
    # G
    width: int = 64
    blocks: int = 6
    halvings: int = 2
    up: str = "transposed"
    # With reflected borders the norm would subtract a constant plane, and the label with it.
    padding: Literal["zeros", "reflect"] = "zeros"
    residual: bool = False  # what G draws is added to x, before the tanh
    # D
    critic_width: int = 64
    critic_layers: int = 6
    # the objective, eq. 5 and 6
    classes: float = 1.0  # lambda_cls
    recon: float = 10.0  # lambda_rec
    penalty: float = 10.0  # lambda_gp of eq. 8
    # training
    steps: int = 200_000  # of D
    critic_steps: int = 5  # of D for each one of G
    rate: float = 1e-4
    decay_from: float = 0.5


class Generator(nn.Module):
    """x [B, 3, H, W] in [-1, 1], sides multiples of 4, with a label [B, domains] -> the same; no convolution has a bias."""

    def __init__(self, c: Config):
        super().__init__()
        w = c.width

        def conv(*sizes: int) -> nn.Module:
            return nn.Conv2d(*sizes, bias=False, padding_mode=c.padding)

        widths = [w * 2**i for i in range(c.halvings + 1)]
        layers = [conv(3 + c.domains, w, 7, 1, 3), affine_instance_norm(w), nn.ReLU()]
        for a, b in pairwise(widths):
            layers += [conv(a, b, 4, 2, 1), affine_instance_norm(b), nn.ReLU()]
        layers += [Residual(widths[-1], affine_instance_norm, c.padding) for _ in range(c.blocks)]
        for a, b in pairwise(reversed(widths)):
            layers += [UPS[c.up](a, b, False), affine_instance_norm(b), nn.ReLU()]
        self.net = init_normal(nn.Sequential(*layers, conv(w, 3, 7, 1, 3), nn.Tanh()))

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        planes = label.to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        return self.net(torch.cat([x, planes], 1))


class Added(Generator):
    """The same, but what is drawn is added to x, before the tanh."""

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        planes = label.to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        drawn = self.net[:-1](torch.cat([x, planes], 1))
        return torch.tanh(drawn + torch.atanh(0.99 * x))  # at 1 atanh is infinite


class Critic(nn.Module):
    """[B, 3, side, side] -> scores [B, 1, h, w] of overlapping patches, and logits [B, domains] of the whole."""

    def __init__(self, c: Config):
        super().__init__()
        layers: list[nn.Module] = []
        for i in range(c.critic_layers):
            d = c.critic_width * 2**i
            layers += [nn.Conv2d(d // 2 if i else 3, d, 4, 2, 1), nn.LeakyReLU(0.01)]
        self.trunk = nn.Sequential(*layers)
        self.source = nn.Conv2d(d, 1, 3, 1, 1, bias=False)
        self.classes = nn.Conv2d(d, c.domains, c.side // 2**c.critic_layers, bias=False)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        h = self.trunk(image)
        return self.source(h), self.classes(h).flatten(1)


class StarGAN(Method):
    """Eq. 5, 6: L_D = -L_adv + lambda_cls L_cls^r, L_G = L_adv + lambda_cls L_cls^f + lambda_rec L_rec."""

    Config = Config
    controls = controls(LABEL, SCALE)
    layout = "classes"
    symbols = {
        "real": Symbol(r"-D_{src}(x)", "eq. 8", ("D",), "adversarial"),
        "fake": Symbol(r"D_{src}(G(x, c))", "eq. 8", ("D", "G"), "adversarial"),
        "penalty": Symbol(r"(|\nabla D_{src}(\hat{x})| - 1)^2", "eq. 8", ("D", "G")),
        "class_real": Symbol(r"-\log D_{cls}(c' | x)", "eq. 2", ("D",), "classification"),
        "gan": Symbol(r"-D_{src}(G(x, c))", "eq. 8", ("D", "G"), "adversarial"),
        "class_fake": Symbol(r"-\log D_{cls}(c | G(x, c))", "eq. 3", ("D", "G"), "classification"),
        "recon": Symbol(r"|G(G(x, c), c') - x|", "eq. 4", ("G",), "reconstruction"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.classify = attribute_loss if config.attributes else class_loss
        self.multiple = 2**config.halvings
        self.G, self.D = (Added if config.residual else Generator)(config), Critic(config)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower, one halving less, a critic that ends at 2 px; one step of it for each of G, and a stronger way back."""
        config = {"domains": facts.get("domains", 4), "side": size, "width": 24}
        config["attributes"] = bool(facts.get("attributes", 0))
        config |= {"halvings": 1, "up": "resized", "blocks": residual_blocks(size)}
        config |= {"critic_width": 24, "critic_layers": halvings(size) - 1}
        return Fit({**config, "critic_steps": 1, "rate": 2e-4, "recon": 30.0, "steps": 10_000}, batch=4)

    def code(self, label: Tensor | int | list | None, count: int) -> Tensor:
        """What G is told, float [count, domains], of a domain's number (one, or one for each image) or of attributes
        [domains] or [count, domains] in [0, 1]; None: the first domain, or no attribute. ValueError for any other."""
        c, at = self.config, next(self.G.parameters()).device
        return self.told(asked(label, count, c.domains, c.attributes, at)).expand(count, c.domains)

    def told(self, label: Tensor) -> Tensor:
        """What G is told of labels that are known to be right: domains int64 [...], or attributes [..., domains] as they are."""
        if self.config.attributes:
            return label.float()
        return (label[..., None] == torch.arange(self.config.domains, device=label.device)).float()

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 8 (eq. 1 as a Wasserstein critic with penalty) and eq. 2, the classes of real images."""
        x, label = batch["x"], batch["label"]
        fake = self.G(x, self.told(_dealt(label))).detach()
        scores, logits = self.D(x)
        return {
            "real": wasserstein(scores, True),
            "fake": wasserstein(self.D(fake)[0], False),
            "penalty": gradient_penalty(lambda image: self.D(image)[0], x, fake),
            "class_real": self.classify(logits, label),
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by G, eq. 3 (the classes wanted) and eq. 4 (back to the label that it came with)."""
        x, label = batch["x"], batch["label"]
        wanted = _dealt(label)
        fake = self.G(x, self.told(wanted))
        terms = {}
        if self.loaded("D"):
            scores, logits = self.D(fake)
            terms = {"gan": wasserstein(scores, True), "class_fake": self.classify(logits, wanted)}
        return {**terms, "recon": l1(self.G(fake, self.told(label)), x)}

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        return {
            **dict.fromkeys(("real", "fake", "gan"), 1.0),
            **dict.fromkeys(("class_real", "class_fake"), c.classes),
            "recon": c.recon,
            "penalty": c.penalty,
        }

    def stages(self) -> list[Stage]:
        turns = {
            "D": Turn(self.discriminator_loss, ("D",), self.optimizer),
            "G": Turn(self.generator_loss, ("G",), self.optimizer, every=self.config.critic_steps, late=True),
        }
        return [Stage("train", self.config.steps, turns)]

    def translate(self, x: Tensor, generator: Rng = None, label: Tensor | int | list | None = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same with `label`, see `code`. Nothing is left to chance."""
        return self.G(x, self.code(label, len(x)))

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """A column for each domain; of attributes, one for each of the showcase's "wanted" [N, B, domains]."""
        x = showcase["x"]
        asked = showcase["wanted"] if "wanted" in showcase else range(self.config.domains)
        return [[x, *(self.translate(x, label=label) for label in asked)]]


def _dealt(label: Tensor) -> Tensor:
    """The batch's own labels, dealt out anew: every domain is asked for as often as it is shown."""
    return label[torch.randperm(len(label), device=label.device)]
