"""The error of an unpaired model: figures that a perfect, an idle and a shuffling mapping must get."""

from __future__ import annotations

import pytest
import torch

from i2i.data.folders import DataError
from i2i.data.unpaired import ICON_SPLITS, Unpaired, unpaired_icons
from i2i.data.worlds import landscapes
from i2i.measure.unpaired import FIGURES, Source, everything, report
from i2i.metrics import distance_correlation, linear_probe, ranks

rng = torch.Generator().manual_seed(0)


class Knows:
    """A "model" that looks the answer up: the true partner, or that of the next image."""

    controls = ("direction",)

    def __init__(self, source: Unpaired, shift: int = 0):
        x, y = everything(source, 1000)
        self.pairs = {"xy": (x, y.roll(shift, 0)), "yx": (y, x.roll(shift, 0))}

    def translate(self, x, seed=0, direction="xy"):
        given, answers = self.pairs[direction]
        return answers[torch.cdist(x.flatten(1), given.flatten(1)).argmin(1)]


@pytest.fixture(scope="module")
def icons():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ICON_SPLITS, "test", (ICON_SPLITS["test"][0], 120))
        return unpaired_icons(32, count=64), unpaired_icons(32, split="test")


@pytest.fixture(scope="module")
def reports(icons):
    train, test = icons
    models = {"idle": Source(), "perfect": Knows(test), "shuffled": Knows(test, 7)}
    return {name: report(model, train, test) for name, model in models.items()}


def test_a_perfect_mapping_gets_perfect_figures(reports):
    found = reports["perfect"]
    for way in ("", "back: "):
        assert found[way + "partner L1"].value == 0 and found[way + "PD-i2i"].value < 1e-6
        assert found[way + "top-1"].value == 1 and found[way + "top-5"].value == 1
        assert found[way + "likeness"].value > 0.95
    assert set(found) <= {way + name for name in FIGURES for way in ("", "back: ")}


def test_no_translation_keeps_distances_and_looks_like_the_source(reports):
    found = reports["idle"]
    assert found["likeness"].value < 0.05 and found["distance r"].value == pytest.approx(1)
    assert found["partner L1"].value > 1, "white paper is far from a night sky"
    assert "cycle" not in found, "the source has no way back to speak of"


def test_the_right_look_with_the_wrong_partner_shows(reports):
    """A shuffled mapping has a perfect look; only figures that know the partners tell it from the perfect one."""
    wrong, right = reports["shuffled"], reports["perfect"]
    assert wrong["likeness"].value == right["likeness"].value
    assert abs(wrong["KD-i2i"].value - right["KD-i2i"].value) < 0.02
    assert wrong["top-1"].value < 0.1 and wrong["partner L1"].value > 0.05
    assert wrong["cycle"].value > 0, "going back by another shuffle does not undo it"


def test_unknown_partners_leave_out_what_needs_them(icons):
    train, test = icons
    apart = Unpaired(test.x[:60], test.y[60:], 32)
    found = report(Source(), train, apart)
    assert not {"partner L1", "PD-i2i", "top-1", "top-5"} & set(found) and "likeness" in found


def test_few_pictures_are_refused(icons):
    train, test = icons
    with pytest.raises(DataError, match="at least 4"):
        report(Source(), train, Unpaired(test.x[:3], test.y[:3], 32, partners=True))


def test_ranks_count_who_is_nearer():
    real = torch.randn(150, 8, generator=rng).double()
    assert (ranks(real, real) == 1).all()
    random = ranks(torch.randn(150, 8, generator=rng).double(), real).double()
    assert 40 < random.mean() < 61, "without information the place is uniform from 1 to 100"
    assert random.max() <= 100 and random.min() >= 1
    opposite = ranks(2 * real.mean(0) - real, real)
    assert (opposite > 90).double().mean() > 0.9
    with pytest.raises(ValueError, match="as many pairs"):
        ranks(real[:50], real[:50])


def test_whoever_is_as_near_as_the_partner_stands_before_it():
    """So one image for all inputs finds no partner, although none is farther from it than any other."""
    real = torch.randn(150, 8, generator=rng).double()
    assert (ranks(real.mean(0).expand_as(real), real) == 100).all()


def test_what_all_images_have_in_common_makes_none_nearer():
    """Far from 0 all directions are alike, and would hide that these are nearly the partners."""
    real = torch.randn(150, 8, generator=rng).double()
    made = real + 0.3 * torch.randn(150, 8, generator=rng).double()
    far = 1000 * torch.tensor([1.0] + 7 * [0.0]).double()
    assert torch.equal(ranks(made + far, real + far), ranks(made, real))


def test_a_probe_tells_two_clouds_apart_whatever_their_numbers():
    a, b = torch.randn(300, 6, generator=rng) - 1.5, torch.randn(40, 6, generator=rng) + 1.5
    probe = linear_probe(a, b)
    assert probe(b).double().mean() > 0.95 and probe(a).double().mean() < 0.05
    middle = torch.randn(4000, 6, generator=rng)
    assert 0.4 < probe(middle).double().mean() < 0.6, "the larger set must not pull the border"


def test_distances_correlate_as_they_must():
    x = torch.rand(20, 3, 8, 8, generator=rng)
    assert distance_correlation(x, 0.5 * x - 0.2) == pytest.approx(1)
    assert abs(distance_correlation(x, torch.rand(20, 3, 8, 8, generator=rng))) < 0.4
    with pytest.raises(ValueError, match="at least three"):
        distance_correlation(x[:2], x[:2])
    with pytest.raises(ValueError, match="all distances are equal"):
        distance_correlation(x, torch.zeros_like(x))


def test_landscapes_are_pictures_that_depend_on_their_number_alone():
    day, dawn = (landscapes.draw(torch.arange(4), light, 48) for light in ("day", "dawn"))
    assert day.shape == (4, 3, 48, 48) and day.abs().max() <= 1
    assert torch.equal(day[2:3], landscapes.draw(torch.tensor([2]), "day", 48))
    assert day[:, 2].mean() > day[:, 0].mean(), "by day the sky is blue"
    assert (dawn[:, 0] > dawn[:, 2]).float().mean() > 0.5, "at dawn more is red than blue"
    assert (day[0] - day[1]).abs().mean() > 0.1
