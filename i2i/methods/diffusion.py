"""Conditional diffusion. Ho, Jain, Abbeel: Denoising Diffusion Probabilistic Models. NeurIPS 2020, arXiv:2006.11239.
Sampled as in Song, Meng, Ermon: Denoising Diffusion Implicit Models. ICLR 2021, arXiv:2010.02502. Conditioned on an image
as in Saharia et al.: Palette. SIGGRAPH 2022, arXiv:2111.05826.

Noise is added to an answer y in T small steps until nothing of y is left. A network epsilon sees a noisy answer, the step
t and the input x, and says which noise there is, by a squared error. An answer is made the other way round: from pure noise,
some of what epsilon finds is taken away at each step. Each noise ends in an answer of its own.

The network and the rule of sampling are those of the library diffusers; what the paper says of training stands here.

Differs from the paper:
* y is made from an image x, which is stacked onto the noisy answer, as in Palette; the paper's images come from nothing.
* samples are made by DDIM without noise between the steps (eta = 0), of which 20 are enough; the paper's sampler takes all
  T = 1,000 steps and adds noise at each. It begins at the last of the T steps.
* the net may predict the velocity (Salimans and Ho, ICLR 2022, arXiv:2202.00512) in place of the noise. Of a y of which
  hardly anything is left, the noise says hardly anything: what x tells of y is then learned far later.
* `patch` may make the maps smaller: squares of pixels are stacked as channels, and the noise is dealt out again (as Luhman
  and Luhman, arXiv:2207.04316, do); the paper's net sees every pixel.
* no weight begins at zero, while the paper's last layer of each block does.
* the rate falls over the second half of the steps; the paper's rises over the first 5,000 steps and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..losses import mse
from ..method import SAMPLES, SEED, Batch, Control, Fit, Method, Stage, Symbol, Terms, Turn, adam, controls
from ..nets.chance import Rng, generators, normal

STEPS = Control("steps", "number", "a whole number of DDIM steps, 1 to 50", low=1, high=50, whole=True)


@dataclass(frozen=True)
class Config:
    """The paper's sizes for CIFAR-10 (appendix B), with x as three further planes of input."""

    x_channels: int = 3
    y_channels: int = 3
    patch: int = 1  # side, in pixels, of the squares that the net sees as one pixel of many channels
    widths: tuple[int, ...] = (128, 256, 256, 256)  # channels of each level, half as large as the one above
    layers: int = 2  # residual blocks of a level
    attention: tuple[int, ...] = (
        1,
    )  # levels with attention, from 0; between the two halves there always is one
    head: int = 256  # channels of a head of attention
    groups: int = 32  # of each group norm
    dropout: float = 0.1
    predicts: Literal["noise", "velocity"] = "noise"
    # the noise, section 4
    T: int = 1000
    beta_first: float = 1e-4
    beta_last: float = 0.02
    # training
    steps: int = 800_000
    rate: float = 2e-4
    decay_from: float = 0.5  # part of the steps after which the rate falls linearly


def unet(config: Config) -> nn.Module:
    """diffusers' own U-Net: (z and x [B, channels, H, W], t int64 [B]) -> noise [B, channels of y, H, W], on maps of patches."""
    from diffusers import UNet2DModel  # seconds of imports, which only they pay who use this method

    levels, c = range(len(config.widths)), config
    return UNet2DModel(
        in_channels=(c.y_channels + c.x_channels) * c.patch**2,
        out_channels=c.y_channels * c.patch**2,
        block_out_channels=c.widths,
        layers_per_block=c.layers,
        down_block_types=tuple("AttnDownBlock2D" if i in c.attention else "DownBlock2D" for i in levels),
        up_block_types=tuple("AttnUpBlock2D" if i in c.attention else "UpBlock2D" for i in reversed(levels)),
        attention_head_dim=c.head,
        norm_num_groups=c.groups,
        dropout=c.dropout,
    )


class Diffusion(Method):
    """Eq. 14: min over epsilon of the mean of |e - epsilon(y_t, x, t)|^2, where y_t = sqrt(abar_t) y + sqrt(1 - abar_t) e."""

    Config = Config
    inference = ("epsilon",)
    controls = controls(SEED, SAMPLES, STEPS)
    symbols = {
        "noise": Symbol(r"|e - \epsilon(y_t, x, t)|^2", "eq. 14", ("epsilon",), "reconstruction"),
        "velocity": Symbol(
            r"|v_t - \epsilon(y_t, x, t)|^2",
            "",
            ("epsilon",),
            "reconstruction",
        ),
    }
    gradual = True
    abar: Tensor

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        if not (0 < c.beta_first <= c.beta_last < 1 and c.T):
            raise ValueError(
                f"each of T >= 1 steps takes a part of y away, beta_first to beta_last, in order and between 0 and 1; "
                f"got T {c.T}, {c.beta_first} and {c.beta_last}."
            )
        self.epsilon = unet(c)
        self.multiple = c.patch * 2 ** (len(c.widths) - 1)
        # abar_t of section 2, how much of y is left after t steps; a function of the config, so no file keeps it.
        kept = 1 - torch.linspace(c.beta_first, c.beta_last, c.T, dtype=torch.float64)
        self.register_buffer("abar", kept.cumprod(0).to(torch.get_default_dtype()), persistent=False)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """1.4 million parameters; a level for each halving down to 16 px, attention there."""
        widths = (32, 64, 80) if size < 128 else (24, 32, 64, 80)
        config = {"widths": widths, "layers": 1, "attention": (len(widths) - 1,), "head": 16, "groups": 8}
        return Fit({**config, "dropout": 0.0, "rate": 5e-4, "steps": 10_000}, batch=8)

    def noised(self, y: Tensor, e: Tensor, t: Tensor) -> Tensor:
        """y_t, eq. 4: a sample of q(y_t | y).  t: int64 [B], 0 to T - 1, which is one less than the paper's."""
        abar = self.abar[t][:, None, None, None].to(y.dtype)
        return abar.sqrt() * y + (1 - abar).sqrt() * e

    def velocity(self, y: Tensor, e: Tensor, t: Tensor) -> Tensor:
        """v of Salimans and Ho, sqrt(abar) e - sqrt(1 - abar) y, [B, C, H, W]: e where there is no noise yet, -y where nothing of y is
        left."""
        abar = self.abar[t][:, None, None, None].to(y.dtype)
        return abar.sqrt() * e - (1 - abar).sqrt() * y

    def guess(self, z: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """What y would be if all noise that the net finds in z were taken away at once: [B, C, H, W]."""
        abar, found = self.abar[t][:, None, None, None].to(z.dtype), self.predicted(z, x, t)
        if self.config.predicts == "noise":
            return (z - (1 - abar).sqrt() * found) / abar.sqrt()
        return abar.sqrt() * z - (1 - abar).sqrt() * found

    def predicted(self, z: Tensor, x: Tensor, t: Tensor) -> Tensor:
        """epsilon(z, x, t), [B, C, H, W]: noise, or with `predicts` "velocity" that.  t: int64 [B]."""
        seen = F.pixel_unshuffle(torch.cat([z, x], dim=1), self.config.patch)
        return F.pixel_shuffle(self.epsilon(seen, t).sample, self.config.patch)

    def loss(self, batch: Batch) -> Terms:
        """Eq. 14, at one random t for each sample."""
        x, y = batch["x"], batch["y"]
        e = normal(y.shape, None, y.device).to(y.dtype)
        t = torch.randint(self.config.T, y.shape[:1], device=y.device)
        name = self.config.predicts
        wanted = e if name == "noise" else self.velocity(y, e, t)
        return {name: mse(self.predicted(self.noised(y, e, t), x, t), wanted)}

    def weights(self, step: int) -> dict[str, float]:
        return {"noise": 1.0, "velocity": 1.0}

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        return adam(parameters, lr=self.config.rate, betas=(0.9, 0.999))

    def stages(self) -> list[Stage]:
        return [Stage("train", self.config.steps, {"epsilon": Turn(self.loss, ("epsilon",), self.optimizer)})]

    def scheduler(self):
        """diffusers' rule of sampling for this noise: a new one, since it counts steps."""
        from diffusers import DDIMScheduler

        c = self.config
        kind = "epsilon" if c.predicts == "noise" else "v_prediction"
        return DDIMScheduler(
            c.T, c.beta_first, c.beta_last, "linear", timestep_spacing="trailing", prediction_type=kind
        )

    def translate(
        self, x: Tensor, generator: Rng = None, steps: int = 20, watch: Callable[[Tensor, float], object] | None = None
    ) -> Tensor:  # fmt: skip
        """x [B, C, H, W] in [-1, 1], sides multiples of patch * 2**(levels - 1) -> the same: a sample of y by DDIM.

        generator draws the noise that it begins with.  steps: at most T.  watch: see `Method.translate`; the estimate is y as it would be if
        all noise that epsilon finds were taken away at once.
        """
        shape = torch.Size([len(x), self.config.y_channels, *x.shape[2:]])
        z = normal(shape, generator, x.device).to(x.dtype)
        scheduler = self.scheduler()
        scheduler.set_timesteps(min(int(steps), self.config.T))
        for i, t in enumerate(scheduler.timesteps.tolist(), 1):
            e = self.predicted(z, x, torch.full((len(x),), t, device=x.device)).to(z.dtype)
            made: Any = scheduler.step(e, t, z)
            if watch and watch(made.pred_original_sample, i / len(scheduler.timesteps)) is False:
                return made.pred_original_sample
            z = made.prev_sample
        return z.clamp(-1, 1)

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """x and three of its answers."""
        x = showcase["x"]
        return [[x, *(self.translate(x, generators(1000 * i, len(x))) for i in range(3))]]
