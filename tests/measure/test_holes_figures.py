"""Figures from the inside of holes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from i2i import publish as cards
from i2i.data.folders import DataError
from i2i.data.holes import Holes
from i2i.images import to_bytes
from i2i.measure import holes as inside
from i2i.measure.holes import FIGURES, figures, filled, report
from i2i.metrics import perceptual_distance, ssim, ssim_map
from i2i.run.filling import Membrane, membrane
from kit.judges import flat_judge
from kit.sources import box_of, hole, noise


@pytest.fixture
def unjudged(monkeypatch):
    monkeypatch.setattr(inside, "load_judge", lambda: flat_judge)


def figured(made, real, m) -> dict[str, float]:
    return {k: e.value for k, e in figures(made, real, m).items()}


def test_a_perfect_fill_has_perfect_figures(unjudged):
    real = noise(3, 3, 32, 32)
    for m in (hole(32), box_of(32, 32).roll(8, 2), F.pad(torch.ones(1, 1, 3, 3), (0, 29, 29, 0))):
        found = figured(real.clone(), real, m.expand(3, -1, -1, -1))
        assert found.keys() == FIGURES.keys()
        wanted = {
            "hole L1": 0,
            "hole PSNR": 10 * np.log10(4e10),
            "hole SSIM": 1,
            "hole PD-i2i": 0,
            "hole energy": 1,
            "border jump": 1,
        }
        assert found == pytest.approx(wanted, abs=1e-5)


def test_what_lies_outside_does_not_count(unjudged):
    real, made, m = noise(3, 3, 32, 32), noise(3, 3, 32, 32, seed=1), hole(32).expand(3, -1, -1, -1)
    one, other = figured(made, real, m), figured(made + 9 * (1 - m), real, m)
    for name in ("hole L1", "hole PSNR", "hole energy"):
        assert one[name] == pytest.approx(other[name], rel=1e-6)
    assert one["hole L1"] == pytest.approx((made - real).abs()[..., 8:24, 8:24].mean().item(), rel=1e-5)
    assert one["hole SSIM"] == pytest.approx(ssim_map(made, real)[..., 3:19, 3:19].mean().item(), rel=1e-5)
    assert one["border jump"] != pytest.approx(other["border jump"])


def test_a_flat_fill_is_smooth_and_its_seam_shows(unjudged):
    real, m = noise(3, 3, 32, 32), hole(32).expand(3, -1, -1, -1)
    flat = figured(real * (1 - m) + m, real, m)
    soft = figured(membrane(real, m), real, m)
    assert (
        flat["hole energy"] == 0 < soft["hole energy"] < 0.5 and soft["border jump"] < 1 < flat["border jump"]
    )
    assert soft["hole L1"] < flat["hole L1"] and soft["hole PSNR"] > flat["hole PSNR"]


def test_figures_by_hand(unjudged):
    """A hole of two pixels side by side: six pairs lie across its border, one within."""
    real, made, m = (torch.zeros(2, 3, 16, 16) for _ in range(3))
    m = m[:, :1]
    real[:, :, 5], real[..., 9, 8] = 0.5, 0.1
    m[..., 8, 7:9] = 1
    real[..., 8, 7], real[..., 8, 8] = 0.2, 0.4
    made[:] = real
    made[..., 8, 7], made[..., 8, 8] = 0.3, -0.2
    found = figured(made, real, m)
    assert found["hole L1"] == pytest.approx((0.1 + 0.6) / 2, rel=1e-5)
    assert found["hole PSNR"] == pytest.approx(10 * np.log10(4 / ((0.01 + 0.36) / 2)), rel=1e-5)
    assert found["hole energy"] == pytest.approx(0.5**2 / 0.2**2, rel=1e-5)
    assert found["border jump"] == pytest.approx(
        (3 * 0.3 + 2 * 0.2 + 0.3) / (3 * 0.2 + 2 * 0.4 + 0.3), rel=1e-5
    )


def test_the_perceptual_distance_is_that_over_the_hole(unjudged):
    real, made, m = noise(3, 3, 32, 32), noise(3, 3, 32, 32, seed=1), hole(32).expand(3, -1, -1, -1)
    wanted = perceptual_distance(made, real, flat_judge, where=m).mean().item()
    assert figured(made, real, m)["hole PD-i2i"] == pytest.approx(wanted, rel=1e-5)
    assert wanted != pytest.approx(perceptual_distance(made, real, flat_judge).mean().item(), rel=1e-3)


def test_energy_and_jump_are_ratios_of_sums_so_that_a_flat_picture_weighs_little(unjudged):
    loud, m = noise(1, 3, 32, 32), hole(32).expand(2, -1, -1, -1)
    real, made = torch.cat([loud, 0.01 * loud]), torch.cat([0.5 * loud, loud])
    found = figured(made, real, m)
    assert found["hole energy"] == pytest.approx((0.25 + 1) / (1 + 0.01**2), rel=1e-4)
    assert found["border jump"] == pytest.approx((0.5 + 1) / (1 + 0.01), rel=1e-4)


def test_a_picture_without_a_hole_cannot_be_judged(unjudged):
    m = torch.cat([hole(32), torch.zeros(1, 1, 32, 32)])
    with pytest.raises(ValueError, match="^a picture has no hole, so there is no inside to judge$"):
        figures(noise(2, 3, 32, 32), noise(2, 3, 32, 32), m)


def test_a_report_is_on_the_held_out_pictures(unjudged):
    source = Holes([to_bytes(noise(3, 40, 36, seed=i)) for i in range(20)], 32)
    made, real, m = filled(Membrane(), source, limit=18)
    batch = source.batch(torch.arange(18))
    assert torch.equal(real, batch["y"]) and torch.equal(m, batch["mask"])
    torch.testing.assert_close(made, membrane(batch["x"], m))
    found = report(Membrane(), source, limit=18)
    assert found == figures(made, real, m) == cards.evaluate(Membrane(), source, limit=18, progress=False)
    for few in (Holes(source.images[:3], 32), source):
        with pytest.raises(DataError, match=r"^figures need at least 4 held-out pictures, got 3\.$"):
            report(Membrane(), few, limit=3)


def test_a_distance_where_everything_counts_is_the_whole_distance():
    def net(x: Tensor) -> list[Tensor]:
        return [x + 2, F.avg_pool2d(x, 4) + 1]

    a, b, ones = noise(2, 3, 32, 32), noise(2, 3, 32, 32, seed=1), torch.ones(2, 1, 32, 32)
    torch.testing.assert_close(perceptual_distance(a, b, net, where=ones), perceptual_distance(a, b, net))
    torch.testing.assert_close(
        perceptual_distance(a, b, net, where=0.3 * ones), perceptual_distance(a, b, net)
    )
    m = box_of(32, 32).expand(2, -1, -1, -1)
    inner = perceptual_distance(a[..., 8:24, 8:24], b[..., 8:24, 8:24], net)
    torch.testing.assert_close(perceptual_distance(a, b, net, where=m), inner)
    torch.testing.assert_close(ssim_map(a, b).mean((1, 2, 3)), ssim(a, b))
