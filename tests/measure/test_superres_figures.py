"""Brightness, and the protocol by which enlarged images are judged."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from i2i import colour
from i2i.data.enlarging import Enlarging
from i2i.data.folders import DataError
from i2i.images import from_bytes, to_image, to_tensor
from i2i.measure import evaluate, superres
from i2i.measure.superres import Bicubic, Scores, benchmark, figures, report, scores
from i2i.methods.srcnn import bicubic
from i2i.metrics import ssim
from kit.images import shades_apart, view
from kit.judges import flat_judge
from kit.methods import tiny
from kit.sources import noise

SHARED = Path(os.environ.get("I2I_DATA", "data"))


# ---- Brightness ----


def test_luma_goes_from_16_to_235():
    shades = torch.tensor([-1.0, 1.0, 0.0]).view(3, 1, 1, 1).expand(3, 3, 2, 2)
    assert (255 * colour.luma(shades))[:, 0, 0, 0].tolist() == pytest.approx([16, 235, 125.5], abs=1e-4)
    primaries = 2 * torch.eye(3).view(3, 3, 1, 1) - 1
    assert (255 * colour.luma(primaries) - 16).flatten().tolist() == pytest.approx(
        [65.481, 128.553, 24.966], abs=1e-4
    )


def test_a_change_of_grey_is_one_of_luma_and_of_nothing_else():
    p, change = noise(2, 3, 4, 5, dtype=torch.float64), 0.1 * noise(2, 1, 4, 5, seed=1, dtype=torch.float64)
    q = p + colour.grey(change)
    torch.testing.assert_close(colour.luma(q) - colour.luma(p), change, rtol=0, atol=1e-12)
    torch.testing.assert_close(q.diff(dim=1), p.diff(dim=1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bicubic_is_pillows(scale):
    for image in (view(24, 20, grain=4), view(7, 1, grain=2)):
        theirs = image.resize([scale * s for s in image.size], Image.BICUBIC)
        assert shades_apart(to_image(bicubic(to_tensor(image), scale)), theirs) <= 1
        assert shades_apart(Bicubic(scale)(image), theirs) == 0
    # Sharp one way only: Pillow goes one way after the other, with bytes in between.
    sharp = Image.fromarray(np.tile(np.repeat(np.array([20, 220, 220, 90], np.uint8), 3), (9, 2))).convert(
        "RGB"
    )
    assert shades_apart(to_image(bicubic(to_tensor(sharp), scale)), Bicubic(scale)(sharp)) <= 1


def test_srcnn_mends_brightness_and_leaves_colour_bicubic():
    net, x = tiny("srcnn", scale=4), noise(1, 3, 6, 7)
    large = bicubic(x, 4)
    net.G.forward = lambda y: y
    torch.testing.assert_close(net.translate(x), large)
    net.G.forward = lambda y: y + 0.1
    made = net.translate(x)
    torch.testing.assert_close(made - large, torch.full_like(large, 0.2 * 255 / 219))
    torch.testing.assert_close(colour.luma(made), colour.luma(large) + 0.1)


# ---- The protocol ----


def test_psnr_is_that_of_brightness_without_the_border():
    real = np.asarray(view(56, 50)) // 2 + 20
    made = real.astype(int)
    made[..., 0] += 10  # red alone: 65.481 / 255 of it is luma
    made[:4], made[-4:], made[:, :4], made[:, -4:] = 0, 255, 0, 255
    pair = [Image.fromarray(p.astype(np.uint8)) for p in (made, real)]
    got = scores(*pair, judge=flat_judge)
    assert (
        got.psnr
        == pytest.approx(-20 * math.log10(10 * 65.481 / 255 / 255), abs=1e-6)
        == pytest.approx(39.94, abs=0.01)
    )
    assert 0.9 < got.ssim < 1 and got.made_energy == pytest.approx(got.real_energy) and got.distance > 0
    assert scores(*pair, border=3, judge=flat_judge).psnr < 25, "what lies in the border would count"
    assert scores(*pair, border=8, judge=flat_judge).psnr == pytest.approx(got.psnr)
    # By hand on the bytes.
    y, z = (np.asarray(p)[4:-4, 4:-4] @ np.array([65.481, 128.553, 24.966]) / 255 + 16 for p in pair)
    assert got.psnr == pytest.approx(10 * math.log10(255**2 / np.square(y - z).mean()), abs=1e-5)
    assert got.real_energy == pytest.approx(
        sum(np.square(np.diff(z / 255, axis=d)).mean() for d in (0, 1)), rel=1e-5
    )


def test_ssim_is_that_of_brightness_with_white_at_1():
    made, real = view(60, 48, seed=1, grain=3), view(60, 48, grain=3)
    y, z = (255 * colour.luma(to_tensor(p).double())[..., 4:-4, 4:-4] for p in (made, real))
    assert scores(made, real, judge=flat_judge).ssim == pytest.approx(ssim(y, z, 255.0).item(), rel=1e-5)


def test_equal_pictures_are_equal_and_small_ones_cannot_be_judged():
    got = scores(view(48, 40), view(48, 40), judge=flat_judge)
    assert (
        got.psnr == math.inf and got.ssim == pytest.approx(1) and got.distance == pytest.approx(0, abs=1e-6)
    )
    with pytest.raises(
        DataError, match=r"^a picture of 39 x 100 px is too small to be judged: 40 px at least\.$"
    ):
        scores(view(39, 100), view(39, 100), judge=flat_judge)


def test_figures_are_means_and_the_energy_ratio_that_of_means():
    found = [
        Scores(20.0, 0.5, 1.0, 4.0, 0.1),
        Scores(30.0, 0.7, 2.0, 1.0, 0.3),
        Scores(34.0, 0.9, 3.0, 7.0, 0.2),
    ]
    made = figures(found)
    assert {k: v.value for k, v in made.items()} == pytest.approx(
        {"PSNR-Y": 28, "SSIM-Y": 0.7, "energy ratio": 0.5, "PD-i2i": 0.2}
    )
    assert all(e.low <= e.value <= e.high for e in made.values())


@pytest.fixture
def unjudged(monkeypatch):
    monkeypatch.setattr(superres, "load_judge", lambda: flat_judge)


def test_a_report_is_on_whole_pictures_and_a_card_states_it(unjudged):
    views = [view(60 + 4 * i, 52, seed=i, grain=3) for i in range(6)]
    source = Enlarging(views, 40)
    made = report(Bicubic(), source)
    each = [
        scores(Bicubic()(to_image(from_bytes(x))), v, judge=flat_judge)
        for (x, _), v in zip(source.pairs, views, strict=True)
    ]
    assert (
        made["PSNR-Y"].value == pytest.approx(np.mean([s.psnr for s in each]))
        and each[5].psnr != each[0].psnr
    )
    assert report(Bicubic(), source, limit=4)["PSNR-Y"].value == pytest.approx(
        np.mean([s.psnr for s in each[:4]])
    )
    assert evaluate(Bicubic(), source, progress=False) == made
    with pytest.raises(DataError, match=r"at least 4 held-out pictures, got 3\.$"):
        report(Bicubic(), Enlarging(views[:3], 40))


def test_the_border_is_as_wide_as_the_scale(unjudged):
    source = Enlarging([view(64, 64, seed=i, grain=2) for i in range(4)], 64, scale=2)
    wanted = [
        scores(Bicubic(2)(to_image(from_bytes(x))), to_image(from_bytes(y)), 2, flat_judge).psnr
        for x, y in source.pairs
    ]
    assert report(Bicubic(2), source)["PSNR-Y"].value == pytest.approx(np.mean(wanted))


def test_a_benchmark_is_named_by_its_pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="'sr_classic' is not installed"):
        benchmark("Set5")
    (tmp_path / "sr_classic" / "set5").mkdir(parents=True)
    view(42, 61).save(tmp_path / "sr_classic" / "set5" / "boat.png")
    ((name, (x, y)),) = benchmark("Set5").items()
    assert name == "boat" and x.shape == (3, 15, 10) and y.shape == (3, 60, 40)
    ((_, (x, y)),) = benchmark("Set5", 2).items()
    assert x.shape == (3, 30, 21) and y.shape == (3, 60, 42)


@pytest.mark.parametrize("name, psnr", [("Set5", 28.43), ("BSD100", 25.96)])
def test_bicubic_reaches_its_published_figure(name, psnr, unjudged, monkeypatch):
    """So the images, the way they are reduced and the measure are those of the papers."""
    dataset, folder = superres.SETS[name]
    if not (SHARED / dataset / folder).is_dir():
        pytest.skip("I2I_DATA holds no pictures to measure on")
    monkeypatch.setattr(superres, "ssim", lambda a, *_: a.mean((1, 2, 3)))  # slow, and not the question
    found = superres.each(Bicubic(), benchmark(name).values())
    assert np.mean([s.psnr for s in found]) == pytest.approx(psnr, abs=0.1)
    assert superres.PUBLISHED["bicubic"][name] == pytest.approx(psnr, abs=0.1)
