"""Figures of shapes: by hand where they are known, and through training, card and command."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from i2i.checkpoint import read_config
from i2i.data.folders import TooFew
from i2i.data.voxels import Volumes
from i2i.data.worlds.furniture import Furniture
from i2i.measure import evaluate
from i2i.measure import voxels as figures
from i2i.publish import publish
from i2i.recipes import RECIPES, Recipe
from i2i.run.pipeline import load
from i2i.train import Trainer
from kit.methods import TINY
from kit.sources import rng


def bars(*lengths: int) -> torch.Tensor:
    """Volumes [N, 1, 1, 1, 8], filled from the left."""
    return (torch.arange(8) < torch.tensor(lengths)[:, None]).float()[:, None, None, None]


class Known:
    """A model whose samples are those that it is given."""

    def __init__(self, volumes: torch.Tensor):
        self.volumes, self.method, self.device = volumes, nn.Module(), torch.device("cpu")

    def sample(self, n: int, seed: int) -> list[np.ndarray]:
        return [v.numpy() for v in self.volumes[seed : seed + n, 0]]


def cubes(count: int, seed: int = 0) -> torch.Tensor:
    """uint8 [count, 1, 8, 8, 8]: boxes of any sides in one corner."""
    sides = torch.randint(2, 9, (count, 3), generator=rng(seed))
    at = [torch.arange(8) < s for s in sides.T[..., None]]
    return (at[0][:, :, None, None] & at[1][:, None, :, None] & at[2][:, None, None, :])[:, None].to(
        torch.uint8
    ) * 255


# ---- By hand ----


def test_iou_of_what_one_can_count():
    a, b = figures.solid(bars(4, 8, 0)), figures.solid(bars(4, 2, 0))
    wanted = torch.tensor([[1.0, 0.5, 0.0], [0.5, 0.25, 0.0], [0.0, 0.0, 0.0]])
    assert torch.equal(figures.ious(a, b), wanted)
    assert not figures.solid(torch.full((1, 1, 1, 1, 1), 0.5)).any(), "half full is not solid"


def test_coverage_and_matching_distance_of_what_one_can_count():
    """Two samples that look alike cover one of three shapes; the others have to make do with them."""
    likeness = torch.tensor([[0.9, 0.2, 0.1], [0.8, 0.6, 0.0]])
    assert figures.coverage(likeness) == pytest.approx(1 / 3)
    assert torch.allclose(figures.matching_distance(likeness), torch.tensor([0.1, 0.4, 0.9]))
    assert figures.coverage(torch.eye(4)) == 1


def test_what_d_knows_is_counted_with_the_statistics_of_each_set():
    D = nn.Sequential(nn.Flatten(), nn.Linear(8, 1, bias=False))
    nn.init.constant_(D[1].weight, 1.0)
    real, fake = bars(4, 4, 0, 4), bars(0, 0, 4, 4) * 2 - 1
    assert figures.knows(D, real, fake).tolist() == [1, 1, 0, 1, 1, 1, 0, 0]
    norm = nn.Sequential(nn.BatchNorm3d(1), nn.Flatten(), nn.Linear(8, 1)).eval()
    before = {k: v.clone() for k, v in norm.state_dict().items()}
    figures.knows(norm, real, fake)
    assert all(torch.equal(v, before[k]) for k, v in norm.state_dict().items()) and not norm.training
    nn.init.constant_(norm[2].weight, 1.0), nn.init.zeros_(norm[2].bias)
    norm[0].running_mean.fill_(9.0)  # by which all would be fake
    assert figures.knows(norm, bars(8, 7, 1, 0), bars(8, 7, 1, 0)).tolist() == [1, 1, 0, 0, 0, 0, 1, 1]


def test_samples_are_those_of_the_seeds_that_follow_each_other():
    every = torch.arange(120.0)[:, None, None, None, None]
    assert figures.samples(Known(every), 60, seed=40).flatten().tolist() == [*range(40, 100)]


def test_shapes_are_compared_as_they_lie_and_not_mirrored():
    source = Volumes((bars(*range(1, 9)).repeat(8, 1, 1, 1, 1) * 255).to(torch.uint8), 8, mirrored=True)
    volumes, label = figures._volumes(source, 64)
    assert torch.equal(volumes, bars(*range(1, 9)).repeat(8, 1, 1, 1, 1)) and label is None
    assert source.mirrored, "training still mirrors"


def test_copies_of_training_are_found_out_and_strangers_are_not():
    train, held_out = Volumes(cubes(60), 8), Volumes(cubes(40, seed=1), 8)
    copies = evaluate(Known(train.volumes[:40] / 255), held_out, train=train)
    strangers = evaluate(Known(cubes(40, seed=2) / 255), held_out, train=train)
    one_thing = evaluate(Known(cubes(1).expand(40, -1, -1, -1, -1) / 255), held_out, train=train)
    assert set(copies) <= set(figures.FIGURES)
    assert copies["nearest in training"].value == 1 > strangers["nearest in training"].value
    assert copies["coverage"] == copies["coverage of training"]
    assert copies["matching distance"] == copies["matching distance of training"]
    assert one_thing["coverage"].value == 1 / 40 < strangers["coverage"].value
    assert one_thing["matching distance"].low > strangers["matching distance"].high
    assert copies["undecided"].value == 0 and "D right" not in copies


def test_what_is_not_decided_is_told():
    source = Volumes(cubes(8), 8)
    made = evaluate(Known(torch.full((8, 1, 8, 8, 8), 0.4)), source)
    assert made["undecided"].value == 1 and made["matching distance"].value == 1
    assert "nearest in training" not in made, "nothing to compare with but the held-out shapes themselves"
    empty = evaluate(Known(torch.zeros(8, 1, 8, 8, 8)), source)
    assert empty["undecided"].value == 0 and empty["coverage"].value == 1 / 8


def test_families_are_met_or_not(monkeypatch):
    monkeypatch.setattr(figures, "TRAINING", 120)
    train, held_out = Furniture(16), Furniture(16, split="test")
    real = Furniture(16, split="val").batch(torch.arange(40))["voxels"]
    from i2i.data.worlds.furniture import draw

    chairs = draw(torch.arange(40), 16, label=torch.zeros(40, dtype=torch.int64))
    every, one = (evaluate(Known(v), held_out, limit=40, train=train) for v in (real, chairs))
    assert 1 >= every["families met"].value > 0.9 > 0.5 > one["families met"].value
    assert every["kinds of held-out"].value > 0.8, "what tells kinds apart is worth asking"


def test_figures_need_four_shapes():
    with pytest.raises(TooFew, match=r"^figures need at least 4 held-out shapes, got 3\.$"):
        evaluate(Known(cubes(3) / 255), Volumes(cubes(3), 8))


# ---- The rule ----


def small(**changes) -> Recipe:
    config = {**TINY["gan3d"], "width": 8, "d_width": 8, "rate": 1e-4, "d_rate": 5e-3, **changes}
    return replace(RECIPES["gan3d-furniture"], size=16, config=config, batch=8)


def accuracies(recipe: Recipe, steps: int, source, **changes):
    """D's accuracy after each step of a training, and whether D learned in it: float and bool [steps].

    changes: of the recipe's config, such as rest_above=1, by which D never rests.
    """
    recipe = replace(recipe, config={**recipe.config, **changes, "steps": steps})
    trainer = Trainer(recipe.build(), source, batch=recipe.batch, seed=recipe.seed, precision="fp32")
    right, learned = [], []
    while not trainer.done:
        learned.append(bool(trainer.method.learns()))
        trainer.advance()
        right.append(float(trainer.method.accuracy))
    return torch.tensor(right), torch.tensor(learned)


def test_with_the_rule_d_rests_when_it_was_right_and_without_it_never():
    """G hardly learns here, so D soon knows everything."""
    cubes_only = Volumes(F.interpolate(cubes(32), 16), 16)
    right, learned = accuracies(small(rest_above=0.8), 12, cubes_only)
    assert torch.equal(learned[1:], right[:-1] <= 0.8 + 1e-6) and learned[0] and not learned.all()
    free, always = accuracies(small(), 12, cubes_only, rest_above=1.0)
    assert always.all() and free[-4:].mean() > 0.9


# ---- From training to a card ----


def test_a_run_shows_pictures_of_its_shapes_and_its_card_tells_of_shapes(tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "TRAINING", 40)
    recipe = small(steps=2)
    train, held_out = recipe.source(), recipe.source("test")
    shown = {"index": torch.arange(3)}
    t = Trainer(
        recipe.build(), train, batch=4, precision="fp32", device="cpu", out=tmp_path / "run", showcase=shown
    )
    t.fit(progress=False)
    sheet = Image.open(tmp_path / "run" / "sheets" / "000002.png")
    assert sheet.size == (3 * 132 + 4, 136)
    folder = publish(t, recipe, tmp_path / "export", shown, held_out, "gan3d-furniture", limit=8)
    assert Image.open(folder / "sheet.png").size == sheet.size
    _, config = read_config(folder)
    card = config["card"]
    assert card["judged on"] == "8 held-out shapes" and {*card["figures"]} == {*figures.FIGURES}
    assert "fit" not in config and "direction" not in config and {*config["networks"]} == {"G", "D"}
    page = (folder / "README.md").read_text()
    assert "![samples of the model](sheet.png)" in page and "unconditional-image-generation" in page
    assert "square" not in page and "is what lies in" not in page
    model = load(folder, device="cpu", precision="fp32")
    one, again = (model.sample(1, seed=5, style=style)[0] for style in (None, 5))
    assert one.shape == (16, 16, 16) and np.array_equal(one, again), "a seed's style is its own"
    with pytest.raises(ValueError, match=r"^a style of .* is a seed or 8 numbers; got <PIL"):
        model.sample(1, style=Image.new("RGB", (8, 8)))


def test_a_folder_of_ones_own_shapes_becomes_a_model(cli, here):
    (here / "mine" / "test").mkdir(parents=True)
    for i, volume in enumerate(cubes(16)):
        np.save(here / "mine" / ("test" if i < 5 else "") / f"{i}.npy", volume[0].numpy())
    small = "--width 4 --d-width 4 --code 8 --batch 4 --precision fp32 --quiet".split()
    status, out, err = cli("train", "gan3d", "--data", here / "mine", "--size", 32, "--steps", 2, *small)
    assert status == 0, err
    (folder,) = (here / "runs").glob("gan3d-mine-*/export")
    assert load(folder).sample(2)[1].shape == (32, 32, 32)
    status, out, err = cli("evaluate", folder, "--data", here / "mine", "--json")
    assert status == 0 and "coverage" in json.loads(out), err
    status, _, err = cli("train", "gan3d", "--data", here / "mine", "--size", 96)
    assert status == 2 and "side must be 8, 16, 32, 64" in err
    status, _, err = cli("train", "gan3d", "--data", here / "mine", "--size", 32, "--fit", "crop")
    assert status == 2 and "trained on volumes" in err
    os.truncate(here / "mine" / "7.npy", 90)
    status, _, err = cli(
        "train", "gan3d", "--data", here / "mine", "--size", 32, "--out", here / "other", *small
    )
    assert status == 1 and "7.npy is cut off, or no array of numpy" in err and "Traceback" not in err
