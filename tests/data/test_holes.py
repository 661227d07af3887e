"""Images with holes: which, where, and how they are split."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from i2i.data import holes as holes_module
from i2i.data.folders import DataError
from i2i.data.holes import KINDS, Holes, cmp_holes, facade_holes, holes, mask, photograph_holes
from i2i.data.worlds.facades import SPLITS, Facades
from i2i.data.worlds.sdf import hash_uniform
from i2i.images import ImageError, to_bytes
from i2i.recipes import own_folder
from kit.folders import NAMES, VAL, put
from kit.methods import tiny
from kit.runs import assert_identical
from kit.sources import hole, rng

SHARED = Path(os.environ.get("I2I_DATA", "data"))


NUMBERS = hash_uniform(5, torch.arange(300), 48)


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize(
    "kind, low, high, usual",
    [
        ("strokes", 0.004, 0.4, (0.08, 0.16)),
        ("rectangle", 0.035, 0.31, (0.11, 0.17)),
        ("centre", 0.25, 0.25, (0.25, 0.25)),
    ],
)
def test_a_hole_covers_a_part(kind, low, high, usual, size):
    found = torch.stack([mask(kind, u, size) for u in NUMBERS])
    assert (
        found.shape == (300, 1, size, size)
        and found.dtype == torch.float32
        and {*found.unique().tolist()} == {0, 1}
    )
    parts = found.mean((1, 2, 3))
    assert parts.min() >= low and parts.max() <= high and usual[0] <= parts.mean() <= usual[1]
    assert torch.equal(found[7], mask(kind, NUMBERS[7], size)), "the same numbers, the same hole"
    assert kind == "centre" or len({m.numpy().tobytes() for m in found}) > 290
    # All over the image, and of one shape at every size.
    assert kind == "centre" or found.amax(0).mean() > 0.95
    large = torch.stack([mask(kind, u, 2 * size) for u in NUMBERS[:40]])
    assert (F.avg_pool2d(large, 2) - found[:40]).abs().mean() < 0.03


def test_the_centre_is_the_middle_half_and_a_rectangle_is_one():
    assert torch.equal(mask("centre", NUMBERS[0], 16), hole()[0])
    for u in NUMBERS[:50]:
        rows, columns = (mask("rectangle", u, 40)[0].amax(d) for d in (1, 0))
        assert torch.equal(mask("rectangle", u, 40)[0], rows[:, None] * columns[None])
        for side in (rows, columns):
            assert side.diff().abs().sum() <= 2 and 7 <= side.sum() <= 23
    with pytest.raises(ValueError, match="^holes are strokes, rectangle, centre, not 'star'$"):
        mask("star", NUMBERS[0], 16)


@pytest.fixture(scope="module")
def places() -> list[Tensor]:
    """Pixels that say where they are: red their row, green their column, blue their image."""
    made = []
    for i, (h, w) in enumerate([(40, 44), (32, 32), (100, 64)]):
        p = torch.zeros(3, h, w, dtype=torch.uint8)
        p[0], p[1], p[2] = 2 * torch.arange(h)[:, None], 2 * torch.arange(w)[None], 50 * i
        made.append(p)
    return made


def kind_of(m: Tensor) -> str:
    """Of a hole [1, S, S]: the centre, another rectangle, or strokes."""
    if torch.equal(m, mask("centre", NUMBERS[0], m.shape[-1])):
        return "centre"
    return "rectangle" if torch.equal(m[0], m[0].amax(1)[:, None] * m[0].amax(0)[None]) else "strokes"


@pytest.mark.parametrize("augment", [False, True])
def test_x_is_y_with_its_hole_grey(places, augment):
    source = Holes(places, 32, augment)
    batch = source.batch(torch.arange(len(source)).repeat(4), rng())
    assert {k: (tuple(v.shape[1:]), v.dtype) for k, v in batch.items()} == {
        "x": ((3, 32, 32), torch.float32), "y": ((3, 32, 32), torch.float32), "mask": ((1, 32, 32), torch.float32), "index": ((), torch.int64),
    }  # fmt: skip
    inside = batch["mask"].expand_as(batch["y"]) == 1
    assert torch.equal(batch["x"][~inside], batch["y"][~inside]) and not batch["x"][inside].any()
    assert batch["y"].abs().max() <= 1 and batch["mask"].flatten(1).any(1).all()
    assert torch.equal(batch["index"], torch.arange(len(source)).repeat(4))


def test_a_picture_has_its_own_hole_of_each_kind_in_turn(places):
    many = Holes(places * 10, 32)
    batch = many.batch(torch.arange(30))
    assert [kind_of(m) for m in batch["mask"][:6]] == ["strokes", "rectangle", "centre"] * 2
    assert_identical(many.batch(torch.tensor([7, 4])), {k: v[[7, 4]] for k, v in batch.items()})
    assert_identical(many.batch(torch.tensor([7]), rng(3)), many.batch(torch.tensor([7])))
    assert len({m.numpy().tobytes() for m in batch["mask"]}) == 21, "and ten centres, which are one"
    only = Holes(places, 32, kinds=("rectangle",)).batch(torch.arange(3))
    assert {kind_of(m) for m in only["mask"]} == {"rectangle"}
    with pytest.raises(ValueError, match="not 'star'"):
        Holes(places, 32, kinds=("star",)).batch(torch.tensor([0]))
    # The window is the middle one.
    assert to_bytes(batch["y"][0])[:2, 0, 0].tolist() == [2 * 4, 2 * 6] and to_bytes(batch["y"][2])[
        :2, 0, 0
    ].tolist() == [2 * 34, 2 * 16]


def test_in_training_kinds_and_windows_are_mixed_and_stay_inside(places):
    source = Holes(places, 32, augment=True)
    assert source.which.tolist() == [0, 1] + [2] * 6, "a large picture comes up as often as it has places"
    assert Holes(places, 32).which.tolist() == [0, 1, 2]
    batch = source.batch(torch.zeros(600, dtype=torch.int64), rng())
    kinds = [kind_of(m) for m in batch["mask"]]
    assert min(kinds.count(k) for k in KINDS) > 150
    y = to_bytes(batch["y"]).int()
    assert (y.diff(dim=2)[:, 0] == 2).all(), "rows are never turned"
    mirrored = y[:, 1, 0, 0] > y[:, 1, 0, -1]
    assert 0.4 < mirrored.float().mean() < 0.6 and torch.equal(
        y.diff(dim=3)[:, 1, 0, 0], torch.where(mirrored, -2, 2).int()
    )
    corners = {(p[0].min().item() // 2, p[1].min().item() // 2) for p in y}
    assert {c[0] for c in corners} == {*range(9)} and {c[1] for c in corners} == {*range(13)}


def test_a_batch_is_a_function_of_index_and_generator_alone(places):
    source, index = Holes(places, 32, augment=True), torch.tensor([2, 0, 5, 2])
    torch.manual_seed(0)
    one = source.batch(index, rng(1))
    torch.manual_seed(1)
    assert_identical(one, source.batch(index, rng(1)))
    other = source.batch(index, rng(2))
    assert not torch.equal(one["y"], other["y"]) and not torch.equal(one["mask"], other["mask"])
    assert not torch.equal(one["y"][0], one["y"][3]), "each place of a batch has its own chance"


def told(source: Holes) -> set[tuple[int, str]]:
    """(red, name) of the plain images that `put` made."""
    return {(p[0, 0, 0].item(), f"{p[1, 0, 0].item() // 5:03d}") for p in source.images}


@pytest.mark.parametrize("folders", ["train test", "train", ""])
def test_a_folder_of_ones_own_is_read_with_or_without_halves(tmp_path, folders):
    put(tmp_path / "train" if folders else tmp_path, red=50, size=(80, 60))
    if "test" in folders:
        put(tmp_path / "test", NAMES[:5], red=200)
    sources = {s: own_folder(tiny("pggan"), tmp_path, 32, s) for s in ("train", "val", "test")}
    found = {s: told(source) for s, source in sources.items()}
    assert (
        VAL
        and found["train"] == {(50, n) for n in NAMES if n not in VAL}
        and found["val"] == {(50, n) for n in VAL}
    )
    assert found["test"] == ({(200, n) for n in NAMES[:5]} if "test" in folders else found["val"])
    assert [s.augment for s in sources.values()] == [True, False, False]
    assert [tuple(p.shape[1:]) for p in sources["train"].images[:3]] == [(60, 80), (48, 64), (36, 48)], (
        "to learn from, at several sizes"
    )
    assert len(sources["val"].images) == len(VAL)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(DataError, match="gone does not exist"):
        holes(tmp_path / "gone", 32)
    with pytest.raises(DataError, match="unknown split 'tests'"):
        holes(tmp_path, 32, "tests")
    with pytest.raises(DataError, match=r"holds no pictures\.$"):
        holes(tmp_path, 32)
    put(tmp_path / "A")
    with pytest.raises(DataError, match=r"holds no pictures: there are only the folders A\.$"):
        holes(tmp_path, 32)
    put(tmp_path, [n for n in NAMES if n not in VAL][:5], size=(31, 90))
    with pytest.raises(DataError, match=r"no picture of at least 32 x 32 px: the largest is 31 x 90;"):
        holes(tmp_path, 32)
    for n in NAMES:
        (tmp_path / f"{n}.png").write_bytes(b"no picture")
    with pytest.raises(
        ImageError,
        match=rf"^{len(NAMES) - len(VAL)} pictures cannot be used: in .*, 0\d\d.png is not a picture",
    ):
        holes(tmp_path, 32)


def test_facades_are_the_left_halves_and_split(tmp_path):
    for part, names, red in (("train", NAMES, 50), ("val", NAMES[:5], 200)):
        put(tmp_path / part, names, red, (72, 36))
        for file in (tmp_path / part).iterdir():  # to the right the labels
            both = Image.open(file)
            both.paste("white", (36, 0, 72, 36))
            both.save(file)
    sources = {s: cmp_holes(tmp_path, 32, s) for s in ("train", "val", "test")}
    train, val, test = map(told, sources.values())
    assert (
        train == {(50, n) for n in NAMES if n not in VAL}
        and val == {(50, n) for n in VAL}
        and test == {(200, n) for n in NAMES[:5]}
    )
    assert {p.shape[-1] for p in sources["train"].images} == {36} and {
        p.shape[-1] for p in sources["test"].images
    } == {32}
    assert max(p[2].max() for p in sources["train"].images) == 90, "nothing of the labels"


def test_the_splits_of_photographs_have_no_picture_in_common(monkeypatch):
    if not (SHARED / "bsds500" / "train").is_dir():
        pytest.skip("I2I_DATA holds no photographs")
    blank, read = Image.new("RGB", (32, 32)), {}
    for split in ("train", "val", "test"):
        monkeypatch.setattr(
            holes_module, "pictures", lambda ps, split=split: read.setdefault(split, ps) and [blank] * len(ps)
        )
        photograph_holes(SHARED / "sr_classic", SHARED / "bsds500", SHARED / "weather", 32, split)
    train, val, test = (set(read[s]) for s in ("train", "val", "test"))
    assert not train & val and not test & (train | val) and len(test) == 100 and 20 < len(val) < 40
    skies = {p for p in train | val if SHARED / "weather" in p.parents}
    assert len((train | val) - skies) == 291
    assert skies == set((SHARED / "weather" / "train").glob("*/*.*")), (
        "of the weather what is for training, all of it"
    )
    assert not skies & val
    train, val, test = ({p.read_bytes() for p in paths} for paths in (train, val, test))
    assert not train & val and not test & (train | val), "nor under another name"


def test_the_splits_of_drawn_facades_are_disjoint():
    spans = sorted((first, first + length) for first, length in SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    sources = {s: facade_holes(32, s, count=4) for s in SPLITS}
    for split, source in sources.items():
        y = Facades(32, split=split).batch(torch.arange(4))["y"]
        assert torch.equal(torch.stack(source.images), to_bytes(y)) and source.augment is (split == "train")
    assert len({p.numpy().tobytes() for source in sources.values() for p in source.images}) == 12
