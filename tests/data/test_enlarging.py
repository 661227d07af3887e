"""Pairs of an image and what is left of it; textures."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from i2i.data.enlarging import Enlarging, enlarging, photographs, reduced, shrunk
from i2i.data.folders import DataError
from i2i.data.holes import holes
from i2i.data.worlds import textures as texture_module
from i2i.data.worlds.sdf import grid, hash_uniform
from i2i.data.worlds.textures import KINDS, SPLITS, draw, kind_of, textures
from i2i.images import ImageError, from_bytes, to_bytes, to_image
from i2i.methods.srcnn import bicubic
from i2i.recipes import DATA, own_folder
from kit.folders import NAMES, VAL, put
from kit.images import as_reduced, view
from kit.methods import tiny
from kit.runs import assert_identical
from kit.sources import rng

# ---- Pairs ----


@pytest.mark.parametrize("scale", [2, 4])
def test_a_picture_is_reduced_as_pillow_does_and_loses_what_does_not_divide(scale):
    image = view(39, 23, grain=2)
    x, y = reduced(image, scale)
    w, h = 39 // scale * scale, 23 // scale * scale
    cropped = np.asarray(image)[:h, :w]
    assert x.dtype == y.dtype == torch.uint8 and np.array_equal(y.permute(1, 2, 0), cropped)
    small = Image.fromarray(cropped).resize((w // scale, h // scale), Image.BICUBIC)
    assert np.array_equal(x.permute(1, 2, 0), np.asarray(small))
    assert reduced(image.convert("L"), scale)[0].shape == x.shape


@pytest.fixture(scope="module")
def places() -> list[Image.Image]:
    return [view(100, 76, seed=i, grain=3) for i in range(3)]


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("augment", [False, True])
def test_x_is_what_is_left_of_y(places, scale, augment):
    source = Enlarging(places, 64, scale, augment)
    batch = source.batch(torch.arange(len(source)).repeat(8), rng())
    assert batch["y"].shape[1:] == (3, 64, 64) and batch["x"].shape[1:] == (3, 64 // scale, 64 // scale)
    assert batch["x"].abs().max() <= 1 and batch["x"].dtype == torch.float32
    assert as_reduced(batch, scale) <= 1
    turned = batch | {"x": batch["x"].flip(3)}
    assert as_reduced(turned, scale) > 5, "nor would a mirrored one pass"


def test_a_batch_is_a_function_of_index_and_generator_alone(places):
    source, index = Enlarging(places, 48, augment=True), torch.tensor([2, 0, 5, 2])
    torch.manual_seed(0)
    one = source.batch(index, rng(1))
    torch.manual_seed(1)
    again, other = source.batch(index, rng(1)), source.batch(index, rng(2))
    assert_identical(one, again)
    assert torch.equal(one["index"], index) and not torch.equal(one["y"], other["y"])
    assert not torch.equal(one["y"][0], one["y"][3]), "each place of a batch has its own chance"
    middle = Enlarging(places, 48)
    assert_identical(middle.batch(torch.tensor([1])), middle.batch(torch.tensor([1]), rng(5)))
    # At (14, 26) where that were possible: x has a pixel for four of these.
    wanted = np.asarray(places[1])[16 : 16 + 48, 28 : 28 + 48]
    assert np.array_equal(to_bytes(middle.batch(torch.tensor([1]))["y"])[0].permute(1, 2, 0), wanted)


def test_every_place_comes_up_and_each_way_of_turning_it(places):
    square = Enlarging([view(32, 32, grain=3)], 32, augment=True)
    batch = square.batch(torch.zeros(200, dtype=torch.int64), rng())
    y = from_bytes(square.pairs[0][1])
    ways = [torch.rot90(p, k, (1, 2)) for p in (y, y.flip(2)) for k in range(4)]
    seen = [sum(torch.equal(way, p) for p in batch["y"]) for way in ways]
    assert sum(seen) == 200 and min(seen) > 8
    # x of each is turned likewise: one of as many.
    assert len({p.numpy().tobytes() for p in batch["x"]}) == 8

    numbers = np.zeros((40, 36, 3), np.uint8)
    numbers[..., 0], numbers[..., 1] = np.arange(40)[:, None], np.arange(36)
    wide = Enlarging([Image.fromarray(numbers)], 32, augment=True)
    corners = (
        to_bytes(wide.batch(torch.zeros(300, dtype=torch.int64), rng())["y"])
        .flatten(2)
        .amin(2)[:, :2]
        .tolist()
    )
    assert {tuple(c) for c in corners} == {(top, left) for top in (0, 4, 8) for left in (0, 4)}


def test_a_large_picture_comes_up_as_often_as_it_has_places():
    views = [view(64, 64), view(128, 64), view(130, 130), view(63, 500)]
    assert Enlarging(views, 64, augment=True).which.tolist() == [0, 1, 1, 2, 2, 2, 2]
    plain = Enlarging(views, 64)
    assert plain.which.tolist() == [0, 1, 2] == list(range(len(plain))), "one too small is left out"


def test_what_cannot_be_cut_is_refused_in_a_sentence():
    with pytest.raises(
        DataError, match="there is no picture of at least 64 x 64 px: the largest is 63 x 200;"
    ):
        Enlarging([view(63, 200), view(200, 63)], 64)
    with pytest.raises(DataError, match=r"^a size of 66 px is no multiple of the scale 4\.$"):
        Enlarging([view(80, 80)], 66)
    assert len(Enlarging([view(80, 80)], 66, scale=2)) == 1


def test_shrunk_copies_have_more_detail_in_a_pixel():
    sizes = [p.size for p in shrunk([view(100, 50)])]
    assert sizes == [(100, 50), (80, 40), (60, 30)]


def told(source: Enlarging) -> set[tuple[int, str]]:
    """(red, name) of the plain images in a source."""
    return {(y[0, 0, 0].item(), f"{y[1, 0, 0].item() // 5:03d}") for _, y in source.pairs}


def test_photographs_are_split_by_hash_and_the_test_is_bsd100(tmp_path):
    classic, bsds = tmp_path / "classic", tmp_path / "bsds"
    put(classic / "t91", red=50), put(bsds / "train", red=100), put(bsds / "val", NAMES[:5], red=200)
    splits = {s: photographs(classic, bsds, 32, s) for s in ("train", "val", "test")}
    train, val, test = (told(splits[s]) for s in splits)
    assert VAL and train == {(r, n) for r in (50, 100) for n in NAMES if n not in VAL}
    assert val == {(r, n) for r in (50, 100) for n in VAL} and test == {(200, n) for n in NAMES[:5]}
    assert splits["train"].augment and not splits["val"].augment and not splits["test"].augment
    assert photographs(classic, bsds, 32, "val", scale=2).pairs[0][0].shape == (3, 16, 18)


@pytest.mark.parametrize("folders", ["train test", "train", ""])
def test_a_folder_of_ones_own_is_read_with_or_without_halves(tmp_path, folders):
    put(tmp_path / "train" if folders else tmp_path, red=50)
    if "test" in folders:
        put(tmp_path / "test", NAMES[:5], red=200)
    found = {s: told(enlarging(tmp_path, 32, s)) for s in ("train", "val", "test")}
    assert found["train"] == {(50, n) for n in NAMES if n not in VAL} and found["val"] == {
        (50, n) for n in VAL
    }
    assert found["test"] == ({(200, n) for n in NAMES[:5]} if "test" in folders else found["val"])
    for method in (tiny("srcnn", scale=2), tiny("srresnet", scale=4)):
        batch = own_folder(method, tmp_path, 32, "test").batch(torch.arange(2))
        assert batch["x"].shape[-1] == 32 // method.enlarges and batch["y"].shape[-1] == 32


def test_a_folder_of_large_pictures_is_learned_from_at_several_sizes(tmp_path):
    put(tmp_path, size=(80, 60))
    train, val = (enlarging(tmp_path, 32, s) for s in ("train", "val"))
    assert [tuple(y.shape[1:]) for _, y in train.pairs[:3]] == [(60, 80), (48, 64), (36, 48)]
    assert {tuple(y.shape[1:]) for _, y in val.pairs} == {(60, 80)} and len(val) == len(VAL)


@pytest.mark.parametrize("read", [enlarging, holes])
@pytest.mark.parametrize("names", [[n for n in NAMES if n not in VAL][:4], sorted(VAL)[:1]])
def test_of_so_few_that_a_split_would_stay_empty_all_are_taken(tmp_path, read, names):
    put(tmp_path, names)
    for split in ("train", "val", "test"):
        source = read(tmp_path, 32, split)
        assert [p.stem for p in source.files] == names and len(source.digests) == len(names)


@pytest.mark.parametrize("read", [enlarging, holes])
@pytest.mark.parametrize(
    "given, kept",
    [((400, 300), (256, 192)), ((300, 1000), (77, 256)), ((256, 90), (256, 90)), ((2000, 40), (1600, 32))],
)
def test_large_photographs_of_ones_own_are_reduced_as_they_are_read(tmp_path, read, given, kept):
    """To eight times the size, unless the shorter side would then be below it. At full size, 200 of a telephone take 14 GB."""
    put(tmp_path, NAMES[:1], size=given)
    for split in ("train", "val"):
        source = read(tmp_path, 32, split)
        image = source.images[0] if read is holes else source.pairs[0][1]
        assert all(0 <= side - held < 4 for side, held in zip(kept, image.shape[:0:-1], strict=True)), split


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(DataError, match="gone does not exist"):
        enlarging(tmp_path / "gone", 32)
    with pytest.raises(DataError, match="unknown split 'tests'"):
        enlarging(tmp_path, 32, "tests")
    with pytest.raises(DataError, match=r"holds no pictures\.$"):
        enlarging(tmp_path, 32)
    put(tmp_path / "A")
    with pytest.raises(DataError, match=r"holds no pictures: there are only the folders A\.$"):
        enlarging(tmp_path, 32)
    put(tmp_path, [n for n in NAMES if n not in VAL][:5], size=(31, 90))
    with pytest.raises(DataError, match=r"no picture of at least 32 x 32 px: the largest is 31 x 90;"):
        enlarging(tmp_path, 32)
    (tmp_path / "000.png").write_bytes(b"no picture")
    (tmp_path / "001.png").write_bytes(b"no picture")
    with pytest.raises(
        ImageError, match="^2 pictures cannot be used: in .*, 000.png is not a picture.*; in .*, 001.png"
    ):
        enlarging(tmp_path, 32)


# ---- Textures ----


def test_a_texture_follows_from_its_number_alone():
    index = torch.tensor([3, 2**20 + 5, 11])
    together = draw(index, 48)
    torch.manual_seed(9)
    assert together.shape == (3, 3, 48, 48) and together.dtype == torch.float32
    for number, image in zip(index, together, strict=True):
        assert torch.equal(draw(number[None], 48)[0], image)
    assert torch.equal(kind_of(index), torch.cat([kind_of(i[None]) for i in index]))
    assert not torch.equal(draw(index, 48, seed=1), together)


@pytest.fixture(scope="module")
def drawn() -> tuple[Tensor, Tensor]:
    """Four of each kind."""
    kinds = kind_of(torch.arange(200))
    index = torch.cat([(kinds == k).nonzero()[:4, 0] for k in range(len(KINDS))])
    return kinds[index], draw(index, 48)


def test_all_eight_kinds_come_up_about_as_often(drawn):
    assert len(KINDS) == 8 and drawn[0].bincount().tolist() == [4] * 8
    assert kind_of(torch.arange(2000)).bincount(minlength=8).float().div(2000).sub(1 / 8).abs().max() < 0.03


def test_textures_keep_their_range_and_are_sharp(drawn):
    _, images = drawn
    assert images.min() >= -1 and images.max() <= 1 and images.std() > 0.2
    # What is lost when one is reduced and enlarged again is more than of a smooth image.
    pairs = [
        (bicubic(from_bytes(x)[None], 4), from_bytes(y)[None])
        for x, y in (reduced(to_image(p), 4) for p in images)
    ]
    lost = torch.tensor([(made - real).square().mean().sqrt() for made, real in pairs])
    assert lost.median() > 0.05 and images.flatten(1).std(1).min() > 0.02


def test_each_kind_is_a_pattern_of_its_own():
    x, y = (8 * p[0] + 20 for p in grid(96))
    for number in range(3):
        u = hash_uniform(1, torch.tensor([number]), 16)[0]
        heights = torch.stack([kind(x, y, u, ((12, 28), (12, 28)))[0] for kind in KINDS.values()]).flatten(1)
        assert heights.min() >= 0 and heights.max() <= 1 and heights.std(1).min() > 0.1
        assert torch.corrcoef(heights).abs().fill_diagonal_(0).max() < 0.8


@pytest.mark.parametrize("name, scale", [("photographs", 4), ("photographs-x2", 2)])
def test_a_data_set_of_photographs_is_enlarged_as_its_name_says(monkeypatch, name, scale):
    monkeypatch.setattr("i2i.recipes.datasets.catalogue.require", lambda name: name)
    monkeypatch.setattr("i2i.recipes.datasets.photographs", lambda *given: given)
    for more in ("", "-apart"):
        assert DATA[name + more](96, "val")[:5] == ("sr_classic", "bsds500", 96, "val", scale)


def test_a_larger_texture_shows_more_and_not_the_same_larger():
    """Details keep their size in pixels, so the middle of a large drawing is much like a small one."""
    large, small = (draw(torch.arange(8), size).mean(1) for size in (128, 64))

    def likeness(p: Tensor) -> float:
        pairs = zip(p.flatten(1), small.flatten(1), strict=True)
        return np.mean([torch.corrcoef(torch.stack(pair))[0, 1].item() for pair in pairs])

    assert likeness(large[:, 32:96, 32:96]) > 0.4 > 0.2 > abs(likeness(F.avg_pool2d(large, 2)))


def test_no_two_textures_are_alike(drawn):
    """Whatever their colours: brightness, less its mean and over its deviation."""
    shades = drawn[1].mean(1).flatten(1)
    shades = (shades - shades.mean(1, keepdim=True)) / shades.std(1, keepdim=True)
    assert max(abs((a * b).mean().item()) for a, b in combinations(shades, 2)) < 0.6
    colours = drawn[1].mean((2, 3))
    assert (colours[:, None] - colours).abs().amax(2).fill_diagonal_(1).min() > 1e-3


def test_the_splits_of_textures_are_disjoint(monkeypatch):
    spans = sorted((first, first + length) for first, length in SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    asked = []
    monkeypatch.setattr(
        texture_module,
        "draw",
        lambda index, size: asked.append((index, size)) or torch.zeros(len(index), 3, size, size),
    )
    sources = {s: textures(16, s) for s in SPLITS}
    for split, (index, size) in zip(sources, asked, strict=True):
        first, length = SPLITS[split]
        assert (
            index[0] == first
            and len(index) == (400 if split == "train" else 64)
            and index[-1] < first + length
        )
        assert size == (32 if split == "train" else 16)
    assert sources["train"].augment and not sources["val"].augment
    assert len(sources["val"]) == 64 and len(sources["train"]) == 4 * 400


def test_textures_are_pairs_to_learn_from():
    source = textures(32, "val", scale=2, count=2)
    batch = source.batch(torch.arange(2))
    first = SPLITS["val"][0]
    assert torch.equal(to_bytes(batch["y"]), to_bytes(draw(torch.arange(first, first + 2), 32)))
    assert batch["x"].shape == (2, 3, 16, 16) and as_reduced(batch, 2) <= 1
