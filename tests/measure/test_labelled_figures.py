"""Whether a translation keeps what its source shows, as a reader of real targets sees it."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

import i2i
from i2i.data.folders import DataError
from i2i.data.labelled import Labelled
from i2i.data.worlds import glyphs
from i2i.measure.unpaired import FIGURES, report
from i2i.methods import ost as ost_module
from i2i.publish import publish
from i2i.recipes import Recipe
from kit.methods import tiny
from kit.runs import trainer
from kit.sources import noise


def held(net) -> dict[str, Tensor]:
    """Weights and buffers."""
    return {k: v.clone() for k, v in net.state_dict().items()}


def same(before: dict[str, Tensor], net) -> bool:
    return all(torch.equal(before[k], v) for k, v in net.state_dict().items())


class Answers:
    """A "model" that looks x up and gives the answer to it; a target it leaves alone."""

    controls = ()

    def __init__(self, given: Tensor, answers: Tensor):
        self.given, self.answers = given, answers

    def translate(self, x, seed=0):
        distance, at = torch.cdist(x.flatten(1), self.given.flatten(1)).min(1)
        return torch.where(distance[:, None, None, None] < 1e-3, self.answers[at], x)


def two_letters(first: int, count: int, split_y: int, count_y: int) -> Labelled:
    index, other = first + torch.arange(count), split_y + torch.arange(count_y)
    pen, toys = glyphs.draw(index, "pen", 32, characters="IO"), glyphs.draw(other, "toy", 32, characters="IO")
    return Labelled(pen.__getitem__, glyphs.label_of(index, "IO"), toys, glyphs.label_of(other, "IO"))


@pytest.fixture(scope="module")
def letters():
    return two_letters(0, 40, 5000, 120), two_letters(9000, 24, 9500, 24)


def test_a_reader_of_real_targets_says_whether_the_content_was_kept(letters):
    train, held_out = letters
    x = held_out.batch(torch.arange(24))["x"]
    index = 20_000 + torch.arange(24)
    right, wrong = (
        glyphs.draw(index, "toy", 32, label, "IO") for label in (held_out.label, 1 - held_out.label)
    )
    found = {
        name: report(Answers(x, answers), train, held_out)
        for name, answers in (("right", right), ("wrong", wrong), ("same", x))
    }
    assert all(set(figures) <= set(FIGURES) and "partner L1" not in figures for figures in found.values())
    assert found["right"]["class"].value > 0.8 and found["wrong"]["class"].value < 0.2
    for figures in found.values():
        assert figures["identity"].value == 0 and figures["class of real"].value > 0.8
    assert found["right"]["likeness"].value > 0.8 and found["same"]["likeness"].value < 0.2


def test_where_nobody_knows_the_targets_classes_no_class_is_read(letters):
    train, held_out = (copy.copy(source) for source in letters)
    train.y_label = held_out.y_label = None
    found = report(Answers(held_out.y, held_out.y), train, held_out, limit=6)
    assert {"likeness", "KD-i2i", "identity"} <= {*found} and not {"class", "class of real"} & {*found}


def test_few_pictures_are_refused(letters):
    train, held_out = letters
    for few in (
        Labelled(held_out.x, held_out.label[:3], held_out.y, held_out.y_label),
        Labelled(held_out.x, held_out.label, held_out.y[:3], held_out.y_label[:3]),
    ):
        with pytest.raises(DataError, match="at least 4 held-out pictures of each domain, got"):
            report(Answers(held_out.y, held_out.y), train, few)


@pytest.mark.parametrize("showable", [True, False])
def test_images_that_are_not_ours_to_show_stay_in_the_run(tmp_path, showable):
    source = Labelled(noise(6, 3, 16, 16).__getitem__, torch.arange(6) % 2, noise(6, 3, 16, 16), None)
    t = trainer(tiny("dtn", f_steps=1, steps=1), source)
    recipe = Recipe("dtn", "own folder", 16, showable=showable)
    home = publish(t, recipe, tmp_path / "export", source.batch(torch.arange(2)), None, progress=False)
    assert (home / "sheet.png").exists() == ("](sheet.png)" in (home / "README.md").read_text()) == showable


@pytest.mark.parametrize("few", ["x", "y"])
def test_a_card_without_enough_pictures_says_so(tmp_path, few):
    """Of either side: the target has to be judged, too."""
    x, y = (noise(3 if side == few else 6, 3, 16, 16) for side in "xy")
    source = Labelled(x.__getitem__, torch.arange(len(x)) % 2, y, None)
    t = trainer(tiny("dtn", f_steps=1, steps=1), source)
    t.advance()
    recipe = Recipe("dtn", "own folder", 16)
    home = publish(t, recipe, tmp_path / "export", source.batch(torch.arange(2)), source, progress=False)
    card = i2i.load(home, device="cpu").card
    assert card["judged on"].startswith("nothing") and "figures" not in card and "labels" not in card
    assert card["steps"] == 2, "those of both stages"


def test_osts_defaults_are_the_authors():
    c = ost_module.Config()
    assert (c.kl, c.recon_y, c.recon_x, c.cycle, c.selective, c.rate) == (0.1, 1, 1, 10, True, 2e-4)
    assert (c.recon, c.fakes) == (10, 0.5)
    assert (c.blocks, c.halvings, c.autoencoder_steps) == (12, 2, 15_000)
