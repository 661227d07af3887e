"""The nets that claims about several answers compare: the papers' losses and turns, with layers for points of the plane.

A point is an image of 1 px with two channels. Each net of a method is replaced by a perceptron that takes and gives the same
shapes, since a convolution has nothing to do here; all else is the method as it stands. A training takes seconds, so it is
run each time and nothing is kept on disk.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from ..data.toys import Clusters, Rectangles
from ..method import Method, adam
from ..methods import METHODS
from ..methods.bridge import Velocity
from ..nets.scales import Scales
from ..train import Source, Trainer

PLACES, ANSWERS, DEVIATION = 4, 3, 0.03
WIDE = 0.1  # deviation of four places that lie 1.1 apart
CODE = 2  # numbers in a code or a style
BATCH = 64
STEPS = 1_200
MUNIT_STEPS, MUNIT_BATCH = 1_500, 16
GENERATORS_STEPS = 3_000
RATE = 1e-3


# -- data -----------------------------------------------------------------------------------------------------------


def pairs() -> Clusters:
    """x at one of 4 places; y at one of 3 that follow from it, none of which belongs to two x."""
    return Clusters(PLACES, ANSWERS, DEVIATION)


class Apart(Clusters):
    """The same points without pairs: x of one draw, y of another."""

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        other = super().batch((index + len(self) // 2) % len(self))
        return super().batch(index) | {"y": other["y"], "label of y": other["label"]}


class FromNoise(Clusters):
    """y at one of `count` places whatever x, which is noise of N(0, 1), [B, 2, 1, 1]: what a GAN without an input learns."""

    def __init__(self, count: int):
        super().__init__(1, count, WIDE, fan=torch.pi * 2 * (count - 1) / count)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        x = torch.randn(len(index), 2, 1, 1, generator=generator)
        return super().batch(index) | {"x": x}


# -- layers ---------------------------------------------------------------------------------------------------------


class Points(nn.Module):
    """A perceptron of all tensors that it is given, side by side: [B, outputs, 1, 1], or with `flat` [B, outputs].

    What is no tensor (an rng, None) is left aside.  drawn: so many numbers of N(0, 1) that it draws beside them.
    only: the last so many channels of what it is given.
    """

    def __init__(
        self, inputs: int, outputs: int, width: int = 64, flat: bool = False, ends: type[nn.Module] = nn.Identity,
        drawn: int = 0, only: int = 0,
    ):  # fmt: skip
        super().__init__()
        self.flat, self.drawn, self.only = flat, drawn, only
        layers = [nn.Linear(only or inputs + drawn, width), nn.LeakyReLU(0.2)]
        layers += [nn.Linear(width, width), nn.LeakyReLU(0.2), nn.Linear(width, outputs), ends()]
        self.net = nn.Sequential(*layers)

    def forward(self, *given, **named) -> Tensor:
        h = torch.cat([g.flatten(1) for g in (*given, *named.values()) if isinstance(g, Tensor)], 1)
        if self.drawn:
            h = torch.cat([h, torch.randn(len(h), self.drawn)], 1)
        out = self.net(h[:, -self.only :])
        return out if self.flat else out[..., None, None]


class Read(nn.Module):
    """Points -> mean and log variance of their codes, [B, CODE] each."""

    def __init__(self):
        super().__init__()
        self.net = Points(2, 2 * CODE, flat=True)

    def forward(self, y: Tensor) -> tuple[Tensor, Tensor]:
        mean, log_variance = self.net(y).chunk(2, 1)
        return mean, log_variance


class Denoised(nn.Module):
    """(a noisy point and x [B, 4, 1, 1], t int64 [B]) -> the noise, as diffusers' nets return it."""

    def __init__(self, T: int):
        super().__init__()
        self.T, self.net = T, Points(4 + 6, 2, 128)

    def forward(self, seen: Tensor, t: Tensor) -> SimpleNamespace:
        angle = t[:, None] / self.T * torch.tensor([0.5, 1.0, 4.0]) * torch.pi
        return SimpleNamespace(sample=self.net(seen, angle.sin(), angle.cos()))


def _critic(inputs: int = 2) -> Scales:
    return Scales([Points(inputs, 1)])


# -- methods --------------------------------------------------------------------------------------------------------

_SMALL = {"width": 2, "rate": RATE, "steps": STEPS}  # of convolutions that are replaced at once


def bicyclegan(cycles: str = "both", **changes) -> Method:
    """BicycleGAN and its parts. D sees x, too: without it nothing ties the answers of cLR-GAN alone to their x."""
    method = METHODS["bicyclegan"]
    small = {
        "cap": 2,
        "depth": 1,
        "e_width": 2,
        "e_blocks": 0,
        "patch_layers": 0,
        "patch_width": 2,
        "scales": 1,
    }
    made = method(
        method.Config(**(_SMALL | small | {"code": CODE, "cycles": cycles, "condition": True} | changes))
    )
    made.G = Points(2 + CODE, 2, ends=nn.Tanh)
    for name, build in (("E", Read), ("D", lambda: _critic(4)), ("D_LR", lambda: _critic(4))):
        if name in made.networks():
            setattr(made, name, build())
    return made


def munit(**changes) -> Method:
    """MUNIT's own nets at a few pixels: what keeps content and style apart lies in their layers, which points have not. Half as
    wide, one of three stayed dark to its end."""
    method = METHODS["munit"]
    small = {
        "style": CODE, "width": 16, "blocks": 1, "halvings": 1, "style_halvings": 1, "mlp_width": 32,
        "critic_width": 16, "critic_layers": 2, "scales": 1, "weight_decay": 0.0, "rate": RATE,
        "steps": MUNIT_STEPS, "halve_every": MUNIT_STEPS * 3 // 4,
    }  # fmt: skip
    return method(method.Config(**(small | changes)))


def cyclegan(drawn: int = 0, **changes) -> Method:
    """drawn: numbers of noise that G is told beside x."""
    method = METHODS["cyclegan"]
    small = {"blocks": 0, "patch_layers": 0, "patch_width": 2, "identity": 0.0}
    made = method(method.Config(**(_SMALL | small | changes)))
    made.G, made.F = Points(2, 2, ends=nn.Tanh, drawn=drawn), Points(2, 2, ends=nn.Tanh)
    made.D_X, made.D_Y = Points(2, 1), Points(2, 1)
    return made


def augmented_cyclegan(**changes) -> Method:
    """With a code of y alone, since x shows nothing that y lacks."""
    method = METHODS["augmented_cyclegan"]
    small = {
        "blocks": 0,
        "e_width": 2,
        "d_width": 32,
        "side": 4,
        "both": False,
        "code": CODE,
        "d_rate": RATE / 2,
    }
    made = method(method.Config(**(_SMALL | small | changes)))
    made.G_AB, made.G_BA = Points(2 + CODE, 2, ends=nn.Tanh), Points(2, 2, ends=nn.Tanh)
    made.E_B, made.D_A, made.D_B = Points(4, CODE, flat=True), Points(2, 1), Points(2, 1)
    return made


def mad_gan(heads: int, conditional: bool = False, trunk: int = 64, **changes) -> Method:
    """conditional: D sees x beside y; else x is noise, and no business of D's."""
    method = METHODS["mad_gan"]
    small = {
        "cap": 2,
        "depth": 1,
        "head_width": 2,
        "patch_layers": 0,
        "patch_width": 2,
        "dropout": 0.0,
        "l1": 0.0,
        "d_rate": RATE,
    }
    made = method(method.Config(**(_SMALL | small | {"heads": heads} | changes)))
    made.trunk = Points(2, trunk, trunk, ends=nn.LeakyReLU)
    made.G = nn.ModuleList(Points(trunk, 2, 32, ends=nn.Tanh) for _ in range(heads))
    made.D = Points(4, heads + 1) if conditional else Points(4, heads + 1, only=2)
    return made


def bridge(**changes) -> Method:
    method = METHODS["bridge"]
    made = method(
        method.Config(**(_SMALL | {"x_channels": 2, "y_channels": 2, "cap": 2, "depth": 1} | changes))
    )
    made.v = Velocity(Points(5, 2, 128))  # pyright: ignore[reportArgumentType] (any net of such maps)
    return made


def diffusion(**changes) -> Method:
    method = METHODS["diffusion"]
    small = {"widths": (8, 8), "layers": 1, "attention": (), "head": 8, "groups": 8, "dropout": 0.0}
    made = method(
        method.Config(**({"rate": RATE, "steps": STEPS, "x_channels": 2, "y_channels": 2} | small | changes))
    )
    made.epsilon = Denoised(made.config.T)
    return made


class Hindsight(nn.Module):
    """k answers to each x, [B, k, 2], of which by hindsight the best one alone learns."""

    def __init__(self, heads: int):
        super().__init__()
        self.net = Points(2, 2 * heads, flat=True, ends=nn.Tanh)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).unflatten(1, (-1, 2))


# -- training -------------------------------------------------------------------------------------------------------


@torch.enable_grad()  # whoever measures asks for nets within no_grad
def fitted(method: Method, source: Source, seed: int, batch: int = BATCH) -> Method:
    """The averaged method after its own stages and turns, in eval mode."""
    trainer = Trainer(method, source, batch=batch, seed=seed, precision="fp32", device="cpu")
    trainer.fit(progress=False)
    return trainer.average


_BUILD = {
    "bicyclegan": bicyclegan, "munit": munit, "cyclegan": cyclegan, "augmented_cyclegan": augmented_cyclegan,
    "mad_gan": mad_gan, "bridge": bridge, "diffusion": diffusion,
}  # fmt: skip


@cache
def trained(name: str, seed: int, **changes) -> Method:
    """A method by its key, trained on points, or MUNIT on rectangles, with or without pairs as it wants them."""
    torch.manual_seed(seed)
    method = _BUILD[name](**changes)
    if name == "munit":
        return fitted(method, Rectangles(apart=True), seed, MUNIT_BATCH)
    return fitted(method, Apart(PLACES, ANSWERS, DEVIATION) if method.layout == "unpaired" else pairs(), seed)


@cache
def generators(heads: int, trunk: int, seed: int) -> Method:
    """MAD-GAN without an input, on four places. D learns four times as fast as the generators: at one rate for both they
    run after each other from place to place, and even one generator alone comes to rest at none."""
    torch.manual_seed(seed)
    method = mad_gan(heads, trunk=trunk, rate=RATE / 2, d_rate=2 * RATE, steps=GENERATORS_STEPS)
    return fitted(method, FromNoise(4), seed)


@cache
@torch.enable_grad()
def by_hindsight(best: bool, seed: int, heads: int = ANSWERS, steps: int = STEPS) -> Hindsight:
    """`heads` answers to each x, learned by L1: the best one of each sample alone (CRN's loss of several images), or all."""
    torch.manual_seed(seed)
    net, source, rng = Hindsight(heads), pairs(), torch.Generator().manual_seed(seed)
    optimizer = adam(net.parameters(), lr=RATE)
    for _ in range(steps):
        batch = source.batch(torch.randint(len(source), (BATCH,), generator=rng))
        far = (net(batch["x"]) - batch["y"].flatten(1)[:, None]).abs().mean(2)
        optimizer.zero_grad()
        (far.amin(1) if best else far.mean(1)).mean().backward()
        optimizer.step()
    return net.eval()
