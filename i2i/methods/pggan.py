"""PGGAN, inpainting with a patch and a global discriminator. Demir, Unal: Patch-Based Image Inpainting with Generative
Adversarial Networks. 2018, arXiv:1803.07422. (Not Progressive GAN.)

G fills the hole of an image by residual blocks, some of them dilated so that they see across it. D begins as one stack
of convolutions and parts into two heads: one says of the whole image whether it is real, the other of every patch.

Differs from the paper:
* its tables were not at hand, so these are choices: the losses' weights, the widths and the number of blocks.
* L1 is taken inside the hole, and the patch head's loss over patches that touch it, since all others are real ones on
  either side of the game. Both heads are judged by the log loss.
* G sees the mask beside the image, its hole grey, and has batch norms: an instance norm takes away the very colours
  that the hole has to take up.
* start="film" is an addition: G adds to a soap film over the hole, and need not learn first that colours go on.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..losses import log_loss, wide
from ..method import MASK, SCALE, Batch, Fit, Method, Symbol, Terms, controls
from ..nets.chance import Rng
from ..nets.layers import UPS, batch_norm, init_normal
from ..nets.membrane import membrane

_SWEEPS = 20


@dataclass(frozen=True)
class Config:
    """Sizes for 256 px. globally=0 is the ablation "P-GAN", patchwise=0 "G-GAN", both 0 reconstruction alone."""

    channels: int = 3
    side: int = 256
    # G
    width: int = 64
    halvings: int = 2
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4, 8)
    up: str = "resized"
    start: str = "grey"  # what G finds in the hole; "film": a soap film over it, to which G adds
    # D
    d_width: int = 64
    shared: int = 3  # halvings before the two heads part
    # the objective
    reconstruction: float = 0.98  # lambda_1
    globally: float = 0.01  # lambda_2
    patchwise: float = 0.01  # lambda_3
    # training
    steps: int = 100_000
    rate: float = 2e-4
    decay_from: float = 0.5


class DilatedResidual(nn.Module):
    """h + two convolutions of h, the first with gaps of `dilation` pixels between its taps; [B, channels, H, W]."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation, bias=False), batch_norm(channels), nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False), batch_norm(channels),
        )  # fmt: skip

    def forward(self, h: Tensor) -> Tensor:
        return h + self.net(h)


def generator(c: Config) -> nn.Sequential:
    """G: the image with its hole grey, and the mask, [B, channels + 1, H, W] -> [B, channels, H, W] in [-1, 1]."""

    def normed(layer: nn.Module, channels: int) -> list[nn.Module]:
        return [layer, batch_norm(channels), nn.ReLU(inplace=True)]

    width, layers = c.width, normed(nn.Conv2d(c.channels + 1, c.width, 5, padding=2, bias=False), c.width)
    for _ in range(c.halvings):
        layers += normed(nn.Conv2d(width, 2 * width, 3, 2, 1, bias=False), 2 * width)
        width *= 2
    layers += [DilatedResidual(width, d) for d in c.dilations]
    for _ in range(c.halvings):
        layers += normed(UPS[c.up](width, width // 2, False), width // 2)
        width //= 2
    return init_normal(nn.Sequential(*layers, nn.Conv2d(width, c.channels, 5, padding=2), nn.Tanh()))


class TwoHeads(nn.Module):
    """D: images [B, channels, side, side] -> (logits [B, 1] of the whole, logits [B, 1, h, w] of its patches)."""

    def __init__(self, c: Config):
        super().__init__()
        if c.side % 2 ** (c.shared + 1):
            times = c.shared + 1
            raise ValueError(
                f"side must be a multiple of {2**times}: D halves it {times} times; got {c.side}"
            )

        def halve(before: int, after: int, norm: bool = True) -> list[nn.Module]:
            conv = nn.Conv2d(before, after, 4, 2, 1, bias=not norm)
            return [conv, *([batch_norm(after)] if norm else []), nn.LeakyReLU(0.2)]

        layers, width = halve(c.channels, c.d_width, norm=False), c.d_width
        for _ in range(c.shared - 1):
            layers += halve(width, 2 * width)
            width *= 2
        self.trunk = nn.Sequential(*layers)
        whole, side = [], c.side >> c.shared
        while side > 4:
            whole += halve(width, width)
            side //= 2
        self.whole = nn.Sequential(*whole, nn.Flatten(), nn.Linear(width * side**2, 1))
        self.patch = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            batch_norm(width),
            nn.LeakyReLU(0.2),
            nn.Conv2d(width, 1, 3, 1, 1),
        )
        init_normal(self)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        h = self.trunk(image)
        return self.whole(h), self.patch(h)


class PGGAN(Method):
    """The joint loss: lambda_1 L_rec + lambda_2 L_g_adv + lambda_3 L_p_adv."""

    Config = Config
    controls = controls(MASK, SCALE)
    layout = "pictures"
    shared = ("fake_y",)
    symbols = {
        "rec": Symbol(r"|y - G(x)|", "L_rec", ("G",), "reconstruction"),
        "gan_whole": Symbol(r"-\log D_g(G(x))", "L_g_adv", ("D", "G"), "adversarial"),
        "gan_patch": Symbol(r"-\log D_p(G(x))", "L_p_adv", ("D", "G"), "adversarial"),
        "real_whole": Symbol(r"-\log D_g(y)", "L_g_adv", ("D",), "adversarial"),
        "fake_whole": Symbol(r"-\log(1 - D_g(G(x)))", "L_g_adv", ("D", "G"), "adversarial"),
        "real_patch": Symbol(r"-\log D_p(y)", "L_p_adv", ("D",), "adversarial"),
        "fake_patch": Symbol(r"-\log(1 - D_p(G(x)))", "L_p_adv", ("D", "G"), "adversarial"),
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        if config.start not in ("grey", "film"):
            raise ValueError(f'start is "grey" or "film", not {config.start!r}')
        self.G, self.D = generator(config), TwoHeads(config)
        self.multiple = 2**config.halvings

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """Narrower, from a soap film on. A hole can hold anything, and the median of anything is the film: a loud adversary."""
        config = {"side": size, "width": 24, "d_width": 32, "rate": 4e-4, "start": "film"}
        config |= {"reconstruction": 0.92, "globally": 0.03, "patchwise": 0.05}
        return Fit({**config, "steps": 10_000}, batch=4)

    def fakes(self, batch: Batch) -> Batch:
        return {"fake_y": self.fill(batch["x"], batch["mask"])}

    def fill(self, x: Tensor, mask: Tensor) -> Tensor:
        """x with its hole painted; what lies outside the mask is x's own, to the bit. Nothing in the hole is looked at."""
        known = x * (1 - mask)
        begun = membrane(known, mask, _SWEEPS) if self.config.start == "film" else known
        made = self.G(torch.cat([begun, mask], 1)).to(x.dtype)
        return known + mask * ((begun + made).clamp(-1, 1) if self.config.start == "film" else made)

    def reconstruction_loss(self, fake_y: Tensor, y: Tensor, mask: Tensor) -> Tensor:
        """mean |y - G(x)| over the pixels of the hole."""
        return (wide(fake_y - y).abs() * mask).sum() / (mask.sum() * y.shape[1]).clamp(min=1)

    def discriminator_loss(self, batch: Batch) -> Terms:
        """Both heads: -log D(y) and -log(1 - D(G(x)))."""
        if not (self.config.globally or self.config.patchwise):
            return {}
        images = {"real": batch["y"], "fake": self.complete(batch)["fake_y"].detach()}
        return {
            f"{which}_{head}": loss
            for which, image in images.items()
            for head, loss in self._judged(image, batch["mask"], which == "real").items()
        }

    def generator_loss(self, batch: Batch) -> Terms:
        """lambda_1 L_rec + lambda_2 L_g_adv + lambda_3 L_p_adv."""
        fake_y = self.complete(batch)["fake_y"]
        terms = {"rec": self.reconstruction_loss(fake_y, batch["y"], batch["mask"])}
        if (self.config.globally or self.config.patchwise) and self.loaded("D"):
            terms |= {f"gan_{head}": loss for head, loss in self._judged(fake_y, batch["mask"], True).items()}
        return terms

    def _judged(self, image: Tensor, mask: Tensor, real: bool) -> Terms:
        """The log loss of each head that has a weight; the patch head's over the patches that lie in the hole, at least in part."""
        whole, patch = self.D(image)
        touched = (F.adaptive_max_pool2d(mask, patch.shape[-2:]) > 0).to(mask.dtype)
        terms = {"whole": log_loss(whole, real)} if self.config.globally else {}
        return terms | ({"patch": log_loss(patch, real, touched)} if self.config.patchwise else {})

    def weights(self, step: int) -> dict[str, float]:
        ones = dict.fromkeys(("real_whole", "real_patch", "fake_whole", "fake_patch"), 1.0)
        c = self.config
        return {**ones, "rec": c.reconstruction, "gan_whole": c.globally, "gan_patch": c.patchwise}

    def translate(self, x: Tensor, generator: Rng = None, mask: Tensor | None = None) -> Tensor:
        """x [B, channels, H, W] in [-1, 1], mask [B, 1, H, W] in {0, 1}, 1 = hole (None: none); H, W multiples of 2**halvings."""
        return self.fill(x, torch.zeros_like(x[:, :1]) if mask is None else mask)

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        x = showcase["x"]
        return [[x, self.translate(x, mask=showcase["mask"])]]
