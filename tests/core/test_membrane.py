"""A hole filled without anything learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from i2i.run.filling import Membrane, fill, membrane
from kit.images import painted, view
from kit.sources import box_of, fake_batch, noise

X = fake_batch(dtype=torch.float64)["x"]


def ramp(h: int, w: int) -> Tensor:
    return (
        (0.6 * torch.linspace(-1, 1, w) + 0.4 * torch.linspace(-1, 1, h)[:, None])
        .expand(1, 3, h, w)
        .contiguous()
    )


@pytest.mark.parametrize("h, w", [(64, 64), (37, 53), (9, 120)])
def test_a_membrane_is_harmonic_and_stays_between_its_rims(h, w):
    x, m = noise(2, 3, h, w), box_of(h, w).expand(2, -1, -1, -1)
    made = membrane(x, m)
    p = F.pad(made, (1, 1, 1, 1), mode="replicate")
    mean = (p[..., :-2, 1:-1] + p[..., 2:, 1:-1] + p[..., 1:-1, :-2] + p[..., 1:-1, 2:]) / 4
    assert ((mean - made) * m).abs().max() < 3e-3
    known = m.expand_as(x) == 0
    assert torch.equal(made[known], x[known])
    rim = known & (F.max_pool2d(m, 3, 1, 1).expand_as(x) == 1)
    for i in range(2):
        for c in range(3):
            inner, edge = made[i, c][m[i, 0] == 1], x[i, c][rim[i, c]]
            assert edge.min() - 0.05 <= inner.min() and inner.max() <= edge.max() + 0.05
    assert torch.equal(membrane(x + 7 * m, m), made), "and looks at nothing in the hole"
    flat = membrane(torch.full((1, 3, h, w), 0.3) * (1 - m[:1]), m[:1])
    torch.testing.assert_close(flat, torch.full_like(flat, 0.3))


@pytest.mark.parametrize("h, w", [(64, 64), (37, 53), (30, 31)])
def test_a_membrane_goes_on_with_a_slope(h, w):
    assert (membrane(ramp(h, w) * (1 - box_of(h, w)), box_of(h, w)) - ramp(h, w)).abs().max() < 0.03
    coarse = membrane(ramp(h, w) * (1 - box_of(h, w)), box_of(h, w), sweeps=400)
    assert (coarse - ramp(h, w)).abs().max() < 2e-3, "nearer with more sweeps"


@pytest.mark.parametrize("h, w", [(1, 1), (1, 9), (2, 2), (3, 70), (33, 17)])
def test_a_membrane_of_any_size_without_a_hole_or_without_a_rim(h, w):
    x = noise(1, 3, h, w)
    assert torch.equal(membrane(x, torch.zeros(1, 1, h, w)), x)
    assert torch.equal(membrane(x, torch.ones(1, 1, h, w)), torch.zeros_like(x)), (
        "grey, where nothing is known"
    )
    m = torch.zeros(1, 1, h, w)
    m[..., h - 1, w - 1] = 1
    assert membrane(x, m).isfinite().all()


def test_a_membrane_stands_in_for_a_model():
    image, m = view(61, 47, grain=30), painted(61, 47, (20, 15, 35, 30))
    made = fill(Membrane(), Image.composite(Image.new("RGB", (61, 47), "red"), image, m), m)
    off = np.abs(np.asarray(made).astype(int) - np.asarray(image))
    assert 0 < off[15:30, 20:35].mean() < 15 and off.sum() == off[15:30, 20:35].sum()
    assert torch.equal(Membrane().translate(X), X)
