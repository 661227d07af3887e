"""DiscoGAN's toy: five Gaussians to ten in the plane, with nets of a few thousand weights (Kim et al. 2017, section 3.1)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ..losses import log_loss, mse

SOURCE, TARGET = 5, 10
SOURCE_DEVIATION, DEVIATION = 0.2, 0.05  # wide enough that a mapping may split a source mode


def modes(count: int, radius: float) -> Tensor:
    """[count, 2]: centres on a circle."""
    angle = torch.arange(count) * (2 * math.pi / count)
    return radius * torch.stack([angle.cos(), angle.sin()], 1)


def draw(count: int, centres: Tensor, deviation: float, rng: torch.Generator) -> Tensor:
    """Points [count, 2] around centres taken at random."""
    which = torch.randint(len(centres), (count,), generator=rng)
    return centres[which] + deviation * torch.randn(count, 2, generator=rng)


def net(outputs: int = 2) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, outputs)
    )


def train(kind: str, seed: int, steps: int = 2_000, batch: int = 128) -> nn.Module:
    """G_AB of a "GAN", a "GAN + reconstruction" (of the source alone) or a "DiscoGAN" (both GANs, both reconstructions)."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    a, b = modes(SOURCE, 1.0), modes(TARGET, 1.5)
    g_ab, g_ba, d_a, d_b = net(), net(), net(1), net(1)
    gs = torch.optim.Adam([*g_ab.parameters(), *g_ba.parameters()], 1e-3, (0.5, 0.999))
    ds = torch.optim.Adam([*d_a.parameters(), *d_b.parameters()], 1e-3, (0.5, 0.999))
    for _ in range(steps):
        x, y = draw(batch, a, SOURCE_DEVIATION, rng), draw(batch, b, DEVIATION, rng)
        ab, ba = g_ab(x), g_ba(y)
        loss = log_loss(d_b(y), True) + log_loss(d_b(ab.detach()), False)
        if kind == "DiscoGAN":
            loss = loss + log_loss(d_a(x), True) + log_loss(d_a(ba.detach()), False)
        ds.zero_grad()
        loss.backward()
        ds.step()
        loss = log_loss(d_b(ab), True)
        if kind != "GAN":
            loss = loss + mse(g_ba(ab), x)
        if kind == "DiscoGAN":
            loss = loss + log_loss(d_a(ba), True) + mse(g_ab(ba), y)
        gs.zero_grad()
        loss.backward()
        gs.step()
    return g_ab


def covered(points: Tensor, centres: Tensor, deviation: float) -> tuple[int, float]:
    """Of points [n, 2]: (modes that a hundredth or more of them lie in, share within three deviations of some mode)."""
    far = torch.cdist(points, centres)
    inside = far.min(1).values < 3 * deviation
    hits = torch.bincount(far.argmin(1)[inside], minlength=len(centres))
    return int((hits >= len(points) / 100).sum()), inside.float().mean().item()


@torch.no_grad()
def coverage(g_ab: nn.Module, count: int = 5_000) -> tuple[int, float]:
    """`covered` by what is made of fresh source points."""
    x = draw(count, modes(SOURCE, 1.0), SOURCE_DEVIATION, torch.Generator().manual_seed(99))
    return covered(g_ab(x), modes(TARGET, 1.5), DEVIATION)
