"""Sources of which an input has several right answers: what comes in training, what a judge is told, what stays the same."""

from __future__ import annotations

import colorsys
import copy
import os
from pathlib import Path

import pytest
import torch

from i2i.data.answers import EmojiAnswers, EmojiColours, Materials, hues_turned, unpaired_materials
from i2i.data.emoji import concepts
from i2i.data.folders import DataError
from i2i.data.toys import Clusters
from i2i.data.unpaired import ICON_SPLITS
from i2i.data.worlds import icons
from i2i.images import to_bytes
from i2i.recipes import DATA, DRAWN
from kit.sources import noise, rng

EMOJI = Path(os.environ.get("I2I_DATA", "data")) / "emoji"
needs_emoji = pytest.mark.skipif(not EMOJI.is_dir(), reason="needs I2I_DATA with emoji")


def nearest(y: torch.Tensor, answers: torch.Tensor) -> tuple[int, float]:
    """Which answer an image is, and how far from it."""
    far = (answers - y).abs().flatten(1).mean(1)
    return int(far.argmin()), far.min().item()


# ---- Hues ----


def test_hues_turn_as_another_library_turns_them():
    images = noise(6, 3, 2, 2)
    turned = hues_turned(images, torch.arange(6))
    for k in range(6):
        for i in range(2):
            rgb = ((images[k, :, i, i] + 1) / 2).tolist()
            h, s, v = colorsys.rgb_to_hsv(*rgb)
            expected = torch.tensor(colorsys.hsv_to_rgb((h + k / 6) % 1, s, v)) * 2 - 1
            torch.testing.assert_close(turned[k, :, i, i], expected, atol=1e-5, rtol=0)


def test_greys_stay_and_six_turns_are_none():
    grey = noise(4, 1, 3, 3).expand(-1, 3, -1, -1)
    torch.testing.assert_close(hues_turned(grey, torch.tensor([1, 2, 3, 5])), grey)
    images = noise(4, 3, 3, 3)
    once = images
    for _ in range(6):
        once = hues_turned(once, torch.ones(4, dtype=torch.int64))
    torch.testing.assert_close(once, images)


# ---- Emoji ----


@pytest.fixture(scope="module")
def emoji():
    """Sources of 32 px by their class: what is held out, and the same few moved as in training."""
    found = {}
    for cls in (EmojiAnswers, EmojiColours):
        held = cls(EMOJI, 32, "val")
        found[cls] = {"val": held, "train": copy.copy(held)}
        found[cls]["train"].augment = True
    return found


@needs_emoji
@pytest.mark.parametrize("cls, count", [(EmojiAnswers, 3), (EmojiColours, 6)])
def test_what_is_held_out_comes_with_one_of_its_answers_and_all_have_their_turn(emoji, cls, count):
    source = emoji[cls]["val"]
    some = torch.arange(2 * count)
    batch, again = source.batch(some, rng(1)), source.batch(some, rng(2))
    assert torch.equal(batch["x"], again["x"]) and torch.equal(batch["y"], again["y"])
    for i in some.tolist():
        answers = source.answers(i)
        assert answers.shape == (count, 3, 32, 32) and -1 <= answers.min() and answers.max() <= 1
        assert nearest(batch["y"][i], answers) == (i % count, 0)
    assert source.every_answer and source.lines
    assert len({tuple(a.flatten().tolist()) for a in source.answers(0)}) == count


@needs_emoji
@pytest.mark.parametrize("cls, count", [(EmojiAnswers, 3), (EmojiColours, 6)])
def test_in_training_chance_says_which_answer_and_both_move_together(emoji, cls, count, monkeypatch):
    source = emoji[cls]["train"]
    b, c, d = (source.batch(torch.arange(4), rng(s)) for s in (0, 0, 1))
    assert torch.equal(b["x"], c["x"]) and torch.equal(b["y"], c["y"])
    assert not torch.equal(b["x"], d["x"]) and not torch.equal(b["y"], d["y"])
    monkeypatch.setattr("i2i.data.answers.moved", lambda images, generator: images)
    met = [nearest(y, source.answers(5)) for y in source.batch(torch.full((40,), 5), rng())["y"]]
    assert {k for k, _ in met} == set(range(count)) and max(far for _, far in met) == 0
    monkeypatch.setattr("i2i.data.answers.moved", lambda images, generator: images.roll(7, -1))
    still = source.batch(torch.full((40,), 5), rng())
    assert nearest(still["y"][0].roll(-7, -1), source.answers(5))[1] == 0
    if cls is EmojiColours:
        assert torch.equal(still["x"][0].roll(-7, -1), torch.as_tensor(emoji_line(source, 5)))


@needs_emoji
@pytest.mark.parametrize("cls", [EmojiAnswers, EmojiColours])
def test_only_training_moves(cls, monkeypatch):
    four = concepts(EMOJI, "val")[:4]
    monkeypatch.setattr("i2i.data.answers.concepts", lambda *_: four)
    moves = [
        cls(EMOJI, 16, split, augment).augment for split in ("train", "test") for augment in (True, False)
    ]
    assert moves == [True, False, False, False]
    monkeypatch.setattr("i2i.data.answers.concepts", lambda *_: [])
    with pytest.raises(DataError, match="no emoji in the train split"):
        cls(EMOJI, 16)


def emoji_line(source: EmojiColours, index: int) -> torch.Tensor:
    return source.images[0, index] / 127.5 - 1


@needs_emoji
def test_pens_are_steady_where_nothing_is_learned(emoji):
    held, train = (emoji[EmojiAnswers][s] for s in ("val", "train"))
    x = held.batch(torch.arange(3))["x"]
    assert torch.equal(x[:, 0], x[:, 1]) and (x < 0).float().mean() > 0.02 and (x == 1).float().mean() > 0.3
    pens = train.batch(torch.zeros(6, dtype=torch.int64), rng())["x"]
    assert len({tuple(p.flatten().tolist()) for p in pens}) == 6


@needs_emoji
@pytest.mark.parametrize("cls", [EmojiAnswers, EmojiColours])
def test_what_is_drawn_alike_is_on_one_side_and_some_can_be_left_out(emoji, cls):
    held = emoji[cls]["val"]
    assert not held.augment and len(held) == len(concepts(EMOJI, "val", "family")) == len(held.shown()[0])
    kept = torch.zeros(len(held), dtype=torch.bool)
    kept[[1, 4, 7]] = True
    some = held.only(kept)
    assert len(some) == 3 and torch.equal(some.answers(1), held.answers(4))
    assert torch.equal(some.batch(torch.tensor([1]))["y"], held.batch(torch.tensor([4]))["y"])


# ---- Icons ----


def test_an_icon_keeps_its_shape_whatever_its_finish():
    index = torch.arange(8) + 2**20
    finish = rng(3)
    other = torch.rand(8, icons.FINISH, generator=finish)
    lines = [icons.draw(index, "line", 32, finish=f) for f in (None, other)]
    assert torch.equal(*lines)
    glossy = [icons.draw(index, "glossy", 32, finish=f) for f in (None, other)]
    assert all((a - b).abs().mean() > 0.01 for a, b in zip(*glossy, strict=True))


def test_answers_of_an_icon_begin_with_its_own_and_differ():
    source = Materials(32, split="test")
    batch = source.batch(torch.tensor([3, 4]))
    for i, at in enumerate((3, 4)):
        answers = source.answers(at)
        assert answers.shape == (8, 3, 32, 32) and torch.equal(answers[0], batch["y"][i])
        assert torch.equal(answers[:3], source.answers(at, 3)), "how many are asked for changes none"
        assert torch.pdist(answers.flatten(1)).min() > 0
        lines = [torch.cdist(a.view(1, -1), batch["y"][i].view(1, -1)) for a in answers[1:]]
        strangers = torch.cdist(source.answers(7 + i, 1).flatten(1), batch["y"][i].view(1, -1))
        assert sum(lines) / len(lines) < strangers, "it is the same thing in other colours"
    assert not source.every_answer and source.lines


def test_each_icon_draws_finishes_of_its_own(monkeypatch):
    source, drawn = Materials(32, split="test"), []

    def draw(where, *given, finish=None, **more):
        drawn.append(finish)
        return torch.zeros(len(where), 3, 32, 32)

    monkeypatch.setattr(icons, "draw", draw)
    for at in range(4):
        source.answers(at)
    finishes = torch.cat([finish for finish in drawn if finish is not None])
    assert len(finishes) == len(finishes.unique(dim=0)) == 4 * 7


def test_unpaired_materials_meet_no_partner_in_training_and_know_all_answers_after_it(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "i2i.data.answers.unpaired_icons", lambda *given: asked.append(given) or "two halves of the objects"
    )
    assert unpaired_materials(32) == "two halves of the objects" and asked == [(32, "line", "glossy")]
    monkeypatch.undo()
    monkeypatch.setitem(ICON_SPLITS, "test", (ICON_SPLITS["test"][0], 12))
    held, world = unpaired_materials(32, "test"), Materials(32, split="test")
    batch = held.batch(torch.arange(12))
    assert held.layout == "unpaired" and held.partners
    for i in (0, 7):
        answers = held.answers(i)
        assert torch.equal(answers, world.answers(i))
        assert torch.equal(to_bytes(answers[:1])[0], to_bytes(batch["y"])[i])
        assert torch.equal(to_bytes(world.batch(torch.tensor([i]))["x"])[0], held.x[i])
    kept = torch.zeros(12, dtype=torch.bool)
    kept[[2, 7]] = True
    some = held.only(kept, torch.ones(12, dtype=torch.bool))
    assert len(some) == 2 and torch.equal(some.answers(1), held.answers(7)) and len(held) == 12


def test_they_have_names():
    names = {"emoji-answers", "emoji-colours", "icons-materials", "icons-materials-unpaired"}
    assert names <= {*DATA} and {n for n in names if n in DRAWN} == {n for n in names if "icons" in n}
    assert isinstance(DATA["icons-materials"](16, "val"), Materials)


# ---- Toys ----


def test_points_lie_about_the_answers_to_their_place():
    toys = Clusters(places=4, count=3, deviation=0.03)
    batch = toys.batch(torch.arange(3000))
    assert batch["x"].shape == batch["y"].shape == (3000, 2, 1, 1) and batch["y"].abs().max() < 1
    offset = batch["y"][:, None, :, 0, 0] - toys.centres(batch["label"])
    far = offset.norm(dim=2)
    mine = far.argmin(1)
    assert far.min(1).values.max() < 0.15, "five deviations"
    own = offset[torch.arange(3000), mine]
    assert own.std(0).sub(0.03).abs().max() < 0.003 and own.mean(0).abs().max() < 0.003
    assert torch.bincount(mine + 3 * batch["label"], minlength=12).min() > 180, "each as likely as the others"
    assert len(batch["x"].flatten(1).unique(dim=0)) == 4
    torch.testing.assert_close(toys.answers(5), toys.centres(batch["label"][5:6])[0][..., None, None])
    assert torch.equal(toys.batch(torch.tensor([5]))["y"][0], batch["y"][5])
    assert not torch.equal(Clusters(seed=1).batch(torch.arange(9))["y"], batch["y"][:9])
