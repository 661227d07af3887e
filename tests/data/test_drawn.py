"""Drawings: lines inked from flat images, the emoji reader, and the twenty sketches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from i2i.data.emoji import DrawnEmoji, concepts, moved
from i2i.data.worlds.lines import ink
from i2i.data.worlds.sketches import DRAWINGS, sketch, sketches

EMOJI = Path(os.environ.get("I2I_DATA", "data")) / "emoji"
needs_emoji = pytest.mark.skipif(not EMOJI.is_dir(), reason="needs I2I_DATA with emoji")


def disc(b: int = 3, size: int = 128) -> torch.Tensor:
    """A red disc of radius 40 px on white."""
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    inside = ((xs - size / 2) ** 2 + (ys - size / 2) ** 2).sqrt() < 40
    red = torch.tensor([1.0, -1.0, -1.0]).view(3, 1, 1)
    return torch.where(inside, red, torch.ones(3, 1, 1)).expand(b, 3, size, size)


def distance_from_circle(size: int = 128) -> torch.Tensor:
    ys, xs = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return (((xs - size / 2) ** 2 + (ys - size / 2) ** 2).sqrt() - 40).abs()


def test_a_steady_pen_draws_the_boundary_and_nothing_else():
    line, far = ink(disc(1), steady=True)[0, 0], distance_from_circle()
    assert line[far < 0.7].max() < 0, "the whole boundary is inked"
    assert line[far > 5].min() == 1, "paper stays white away from it"
    assert torch.equal(ink(disc(1), steady=True), ink(disc(1), torch.Generator().manual_seed(3), steady=True))


def test_an_unsteady_pen_varies_with_its_generator_alone():
    first, again, other = (ink(disc(), torch.Generator().manual_seed(s)) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1]), "each picture of a batch has its own pen"
    assert first.min() >= -1 and first.max() <= 1
    far = distance_from_circle()
    assert (first[:, 0, far > 16] == 1).all(), "however it wobbles, it stays by the boundary"


def test_widths_span_thin_and_thick_pens():
    dark = torch.stack(
        [(ink(disc(8), torch.Generator().manual_seed(s)) < 0).float().mean((1, 2, 3)) for s in range(6)]
    )
    assert dark.max() > 2 * dark.min()


def test_pictures_that_belong_together_move_together():
    both = torch.cat([disc(16), disc(16)], 1)
    shifted = moved(both, torch.Generator().manual_seed(0))
    assert torch.equal(shifted[:, :3], shifted[:, 3:])
    assert not torch.equal(shifted[:, :3], both[:, :3])
    assert (shifted[:, :, 0, 0] > 0.99).all(), "what comes in from outside is white paper"


def test_twenty_sketches_each_its_own():
    batch = sketches(64)["x"]
    assert batch.shape == (len(DRAWINGS), 3, 64, 64) and len(DRAWINGS) == 20
    assert all((x < 0).float().mean() > 0.01 for x in batch), "each has ink"
    assert len({sketch(name, 32).tobytes() for name in DRAWINGS}) == 20


@needs_emoji
def test_the_splits_are_disjoint_and_validation_is_a_tenth_of_train():
    train, val, test = (
        {e["code"] for e in concepts(EMOJI, split, by="code")} for split in ("train", "val", "test")
    )
    assert not (train & val or train & test or val & test)
    assert 0.07 < len(val) / (len(train) + len(val)) < 0.13
    assert val == {e["code"] for e in concepts(EMOJI, "val", by="code")}


@needs_emoji
def test_drawn_emoji_pairs_are_a_function_of_the_generator():
    source = DrawnEmoji(EMOJI, 32, "val")
    a, b = (source.batch(torch.arange(4), torch.Generator().manual_seed(s)) for s in (0, 1))
    assert torch.equal(a["x"], b["x"]), "validation has a steady pen"
    assert a["x"].shape == a["y"].shape == (4, 3, 32, 32)
    assert a["y"].min() >= -1 and a["y"].max() <= 1
    source.augment = True
    c, d, e = (source.batch(torch.arange(4), torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert torch.equal(c["x"], d["x"]) and not torch.equal(c["x"], e["x"])
