"""StarGAN. Choi, Choi, Kim, Ha, Kim, Choo: StarGAN: Unified Generative Adversarial Networks for Multi-Domain
Image-to-Image Translation. CVPR 2018, arXiv:1711.09020.

One generator for all domains: a label, spread over as many planes as there are domains, tells G where to take the
picture. D says of each patch whether it is real and of the whole picture which domain it shows; G back to the first
label must return the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..losses import attribute_loss, class_loss, gradient_penalty, l1, wasserstein
from ..method import Batch, Method, Stage, Terms, Turn, adam, linear_decay
from ..nets.convolution import Conv2d
from ..nets.layers import UPS, affine_instance_norm, init_normal
from ..nets.resnet import Residual


@dataclass(frozen=True)
class Config:
    """The paper's sizes for five attributes of CelebA at 128 px. Its training on two sets at once is left out."""

    domains: int = 5
    attributes: bool = True  # a label is a vector of independent yes and no; False: one domain of several
    side: int = 128  # of the picture: D's classifier covers what is left of all of it
    # G
    width: int = 64
    blocks: int = 6
    up: str = "transposed"
    padding: str = "zeros"  # with reflected borders the norm would subtract a constant plane, and the label with it
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
            return Conv2d(*sizes, bias=False, padding_mode=c.padding)

        layers = [conv(3 + c.domains, w, 7, 1, 3), affine_instance_norm(w), nn.ReLU()]
        for d in (2 * w, 4 * w):
            layers += [conv(d // 2, d, 4, 2, 1), affine_instance_norm(d), nn.ReLU()]
        layers += [Residual(4 * w, affine_instance_norm, c.padding) for _ in range(c.blocks)]
        for d in (2 * w, w):
            layers += [UPS[c.up](2 * d, d, False), affine_instance_norm(d), nn.ReLU()]
        self.net = init_normal(nn.Sequential(*layers, conv(w, 3, 7, 1, 3), nn.Tanh()))

    def forward(self, x: Tensor, label: Tensor) -> Tensor:
        planes = label.to(x.dtype)[:, :, None, None].expand(-1, -1, *x.shape[2:])
        return self.net(torch.cat([x, planes], 1))


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

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        h = self.trunk(picture)
        return self.source(h), self.classes(h).flatten(1)


class StarGAN(Method):
    Config = Config
    controls = ("label", "scale")
    layout = "classes"

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.classify = attribute_loss if config.attributes else class_loss
        self.G, self.D = Generator(config), Critic(config)

    def code(self, label: Tensor | int | list | None, count: int) -> Tensor:
        """What G is told, float [count, domains], of a domain's number (one, or one for each picture) or of attributes
        [domains] or [count, domains] in [0, 1]; None: the first domain, or no attribute. ValueError for any other."""
        k, at = self.config.domains, next(self.G.parameters()).device
        if self.config.attributes:
            label = torch.zeros(k) if label is None else torch.as_tensor(label)
            if label.shape[-1:] != (k,):
                raise ValueError(f"a label here is {k} numbers, an attribute each; got {label.tolist()}.")
            return label.to(at).float().expand(count, k)
        label = torch.as_tensor(0 if label is None else label)
        if label.is_floating_point() or not 0 <= int(label.min()) <= int(label.max()) < k:
            raise ValueError(f"a label here is a whole number from 0 to {k - 1}; got {label.tolist()}.")
        return F.one_hot(label.to(at).long(), k).float().expand(count, k)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Eq. 8 (eq. 1 as a Wasserstein critic with penalty) and eq. 2, the classes of real pictures."""
        x, label = batch["x"], batch["label"]
        fake = self.G(x, self.code(_dealt(label), len(x))).detach()
        scores, logits = self.D(x)
        return {
            "real": wasserstein(scores, True),
            "fake": wasserstein(self.D(fake)[0], False),
            "penalty": gradient_penalty(lambda picture: self.D(picture)[0], x, fake),
            "class_real": self.classify(logits, label),
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """Eq. 1 seen by G, eq. 3 (the classes wanted) and eq. 4 (back to the label that it came with)."""
        x, label = batch["x"], batch["label"]
        wanted = _dealt(label)
        fake = self.G(x, self.code(wanted, len(x)))
        scores, logits = self.D(fake)
        return {
            "gan": wasserstein(scores, True),
            "class_fake": self.classify(logits, wanted),
            "recon": l1(self.G(fake, self.code(label, len(x))), x),
        }

    def weights(self, step: int) -> dict[str, float]:
        c = self.config
        return {
            **dict.fromkeys(("real", "fake", "gan"), 1.0),
            **dict.fromkeys(("class_real", "class_fake"), c.classes),
            "recon": c.recon,
            "penalty": c.penalty,
        }

    def learning_rate(self, step: int) -> float:
        return linear_decay(step, self.config.steps, self.config.decay_from)

    def stages(self) -> list[Stage]:
        optimizer = partial(adam, lr=self.config.rate)
        turns = {
            "D": Turn(self.discriminator_loss, ("D",), optimizer),
            "G": Turn(self.generator_loss, ("G",), optimizer, every=self.config.critic_steps),
        }
        return [Stage("train", self.config.steps, turns)]

    def translate(self, x: Tensor, generator: torch.Generator | None = None, label: Tensor | int | list | None = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1], sides multiples of 4 -> the same with `label`, see `code`. Nothing is left to chance."""
        return self.G(x, self.code(label, len(x)))


def _dealt(label: Tensor) -> Tensor:
    """The batch's own labels, dealt out anew: every domain is asked for as often as it is shown."""
    return label[torch.randperm(len(label), device=label.device)]
