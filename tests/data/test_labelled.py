"""Sources that say what they show: glyphs, digits, folders of classes."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from i2i.data.digits import by_another_hand, first_split
from i2i.data.folders import DataError, is_validation
from i2i.data.labelled import Labelled, handwriting_to_toy, labelled, pen_to_toy
from i2i.data.worlds import glyphs
from i2i.images import ImageError, to_bytes, to_image
from i2i.methods import METHODS
from i2i.recipes import facts_of
from kit.images import deep, grey, veiled
from kit.methods import tiny
from kit.runs import trainer
from kit.sources import noise

MNIST = Path(os.environ.get("I2I_DATA", "data")) / "mnist_t10k"


def same(before: dict[str, Tensor], net) -> bool:
    return all(torch.equal(before[k], v) for k, v in net.state_dict().items())


# ---- Glyphs ----


@pytest.mark.parametrize("look", glyphs.LOOKS)
def test_a_glyph_is_the_same_in_any_batch_and_of_any_size_in_range(look):
    index = torch.tensor([3, 1000, 2**20 + 5, 7])
    whole = glyphs.draw(index, look, 32)
    assert (
        whole.shape == (4, 3, 32, 32)
        and whole.dtype == torch.float32
        and -1 <= whole.min()
        and whole.max() <= 1
    )
    torch.manual_seed(0)
    state = torch.get_rng_state()
    torch.testing.assert_close(glyphs.draw(index[[2, 0]], look, 32), whole[[2, 0]], rtol=0, atol=1e-5)
    assert torch.equal(glyphs.draw(index, look, 32), whole) and torch.equal(torch.get_rng_state(), state)
    assert all((whole[i] - whole[j]).abs().mean() > 0.05 for i in range(4) for j in range(i))
    assert not torch.equal(glyphs.draw(index, look, 32, seed=1), whole)
    larger = glyphs.draw(index[:1], look, 48)
    reduced = torch.nn.functional.interpolate(larger, (32, 32), mode="bilinear", antialias=True)
    assert larger.shape[-1] == 48 and (reduced - whole[:1]).abs().mean() < 0.1, "the same thing, larger"


def test_every_digit_comes_up_as_often_and_says_what_it_is():
    index = torch.arange(5000)
    label = glyphs.label_of(index)
    assert label.dtype == torch.int64 and label.min() == 0 and label.max() == 9
    assert torch.bincount(label).min() > 400
    assert torch.equal(glyphs.label_of(index[100:200]), label[100:200])
    assert torch.equal(glyphs.label_of(index, "AB"), (label >= 5).long()), "of two, a half each"
    assert not torch.equal(glyphs.label_of(index, seed=1), label)


def test_a_label_that_is_given_is_what_is_drawn():
    """The colours, the face and the tilt stay those of the sample."""
    index = torch.arange(6)
    own = glyphs.label_of(index)
    assert torch.equal(glyphs.draw(index, "toy", 32, own), glyphs.draw(index, "toy", 32))
    other = glyphs.draw(index, "toy", 32, (own + 1) % 10)
    assert all((a - b).abs().mean() > 0.02 for a, b in zip(other, glyphs.draw(index, "toy", 32), strict=True))
    letters = glyphs.draw(
        index[:2], "pen", 32, torch.tensor([0, 25]), characters="ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    assert letters.isfinite().all()


def test_the_looks_are_two_and_another_is_refused():
    index = torch.arange(16)
    toy = glyphs.draw(index, "toy", 32)
    corners = torch.stack([toy[..., 0, 0], toy[..., 0, -1]])
    assert (corners.amin(2) > 0.9).float().mean() > 0.8, "toys stand on white"
    paper = glyphs.draw(index, "pen", 32)[..., 0, 0]
    assert (paper[:, 0] - paper[:, 2]).abs().max() > 0.1, "paper has any colour"
    for look in ("ink", "", "Toy"):
        with pytest.raises(ValueError, match=f"looks are pen, toy, not {look!r}"):
            glyphs.draw(index[:1], look)


def test_the_splits_of_the_world_do_not_touch():
    ends = sorted((first, first + length) for first, length in glyphs.SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(ends, ends[1:], strict=False))


# ---- Labelled sources ----


def numbers(n: int, size: int = 8) -> Tensor:
    return (torch.arange(n) / 100).view(n, 1, 1, 1).expand(n, 3, size, size)


def test_a_source_says_what_x_shows_and_nothing_of_y():
    x, y = numbers(6), numbers(4) - 1
    source = Labelled(x.__getitem__, torch.tensor([2, 0, 1, 2, 0, 1]), y, torch.zeros(4).long())
    assert len(source) == 6 and source.size == 8
    index = torch.tensor([5, 0, 3])
    still = source.batch(index)
    assert {*still} == {"x", "y", "label", "index"} and still["label"].tolist() == [1, 2, 2]
    assert torch.equal(still["x"], x[index]) and torch.equal(still["y"], y[index % 4]), (
        "in order without a generator"
    )
    met, state = set(), torch.get_rng_state()
    for seed in range(30):
        one, again = (source.batch(index, torch.Generator().manual_seed(seed)) for _ in range(2))
        assert all(torch.equal(one[k], again[k]) for k in one) and torch.equal(one["x"], x[index])
        met |= {round((v.item() + 1) * 100) for v in one["y"][:, 0, 0, 0]}
    assert met == {0, 1, 2, 3} and torch.equal(state, torch.get_rng_state())


@pytest.fixture
def few_toys(monkeypatch):
    monkeypatch.setattr("i2i.data.labelled.TARGETS", 3)


def test_written_digits_and_moulded_ones_show_other_samples(few_toys):
    train, test = pen_to_toy(32, count=5), pen_to_toy(32, "test", count=4)
    assert len(train) == 5 and len(test) == 4 and train.size == 32 and train.y.shape == (3, 3, 32, 32)
    batch = train.batch(torch.arange(5))
    index = 3 + torch.arange(5)  # the first three were drawn as toys
    torch.testing.assert_close(batch["x"], glyphs.draw(index, "pen"), rtol=0, atol=1e-5)
    assert torch.equal(batch["label"], glyphs.label_of(index))
    assert torch.equal(train.y_label, glyphs.label_of(torch.arange(3)))
    first = glyphs.SPLITS["test"][0]
    assert torch.equal(test.label, glyphs.label_of(first + torch.arange(4)))


@pytest.fixture
def written(tmp_path):
    """Three hundred made-up digits whose ink is full where their number, in bits, says so."""
    n = 300
    images = np.zeros((n, 28, 28), np.uint8)
    for bit in range(9):
        images[:, 2 * bit + 4 : 2 * bit + 6] = 255 * (np.arange(n) >> bit & 1)[:, None, None]
    np.savez(tmp_path / "mnist_t10k.npz", images=images, labels=(np.arange(n) % 10).astype(np.uint8))
    return tmp_path, n


def told(source: Labelled) -> list[int]:
    """Which digits of the file these are: paper at the border, ink where a bit is set."""
    x = source.batch(torch.arange(len(source)))["x"]
    paper = x[:, :, 0, 16]
    bits = [(x[:, :, 2 * bit + 6, 16] - paper).abs().amax(1) > 0.05 for bit in range(9)]
    return sum(b.long() << k for k, b in enumerate(bits)).tolist()


def test_the_splits_of_handwriting_share_no_digit_and_leave_none_out(written, few_toys):
    root, n = written
    splits = {s: handwriting_to_toy(root, 32, s, first_split) for s in ("train", "val", "test")}
    shown = {s: told(source) for s, source in splits.items()}
    assert sorted(sum(shown.values(), [])) == [*range(n)]
    assert 0.05 * n < len(shown["test"]) < 0.16 * n and 0.04 * n < len(shown["val"]) < 0.16 * n
    for split, source in splits.items():
        assert source.label.tolist() == [k % 10 for k in shown[split]] and source.label.dtype == torch.int64


def test_a_digit_has_colours_of_its_own_whenever_it_is_looked_at(written, few_toys):
    source = handwriting_to_toy(written[0], 32)
    index = torch.tensor([4, 9, 4])
    x = source.batch(index)["x"]
    assert x.shape == (3, 3, 32, 32) and -1 <= x.min() and x.max() <= 1
    assert torch.equal(x[0], x[2]) and torch.equal(source.batch(index[1:])["x"][0], x[1])
    papers = source.batch(torch.arange(60))["x"][:, :, 0, 0]
    assert papers.std(0).min() > 0.1, "ink and paper of any colour"
    assert handwriting_to_toy(written[0], 16, "val").batch(torch.arange(2))["x"].shape == (2, 3, 16, 16)


@pytest.mark.skipif(not MNIST.is_dir(), reason="needs I2I_DATA with mnist_t10k")
def test_the_real_digits_come_in_all_classes(few_toys):
    splits = [handwriting_to_toy(MNIST, 32, s) for s in ("train", "val", "test")]
    assert sum(map(len, splits)) == 10_000 and all(len(torch.bincount(s.label)) == 10 for s in splits)


# ---- Folders ----

NAMES = [f"{i:03d}" for i in range(40)]
VAL = {int(n) for n in NAMES if is_validation(n)}
TRAIN = {*range(40)} - VAL


def put(folder: Path, red: int, names=NAMES, size=(16, 16)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for n in names:
        Image.new("RGB", size, (red, 5 * int(n), 0)).save(folder / f"{n}.png")


def three_classes(root: Path, source: str = "A", target: str = "B", names=NAMES) -> Path:
    for k, name in enumerate(("zebra", "Yak", "ape")):
        put(root / source / name, 50 * k, names)
    put(root / target, 200, names)
    return root


def shown(images: Tensor) -> list[tuple[int, int]]:
    """(red, number) of plain images."""
    return [(r, g // 5) for r, g, _ in to_bytes(images)[:, :, 8, 8].tolist()]


def refused(*args, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        labelled(*args, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


@pytest.mark.parametrize("direction", ["AB", "BA"])
def test_classes_are_numbered_by_the_names_of_their_folders(tmp_path, direction):
    three_classes(tmp_path, *direction)
    (tmp_path / direction[0] / ".cache").mkdir()
    splits = {s: labelled(tmp_path, 16, s, direction) for s in ("train", "val", "test")}
    for split, kept in (("train", TRAIN), ("val", VAL), ("test", VAL)):
        source = splits[split]
        batch = source.batch(torch.arange(len(source)))
        # Yak, ape, zebra: capitals first.
        assert {(k, *at) for k, at in zip(batch["label"].tolist(), shown(batch["x"]), strict=True)} == {
            (k, red, n) for k, red in ((0, 50), (1, 100), (2, 0)) for n in kept
        }
        assert {*shown(source.y)} == {(200, n) for n in kept} and source.y_label is None
    t = trainer(tiny("dtn", classes=3), splits["train"])
    while t._count() < 4:
        assert all(math.isfinite(v) for v in t.advance().values())


def test_a_folder_tells_how_many_classes_there_are(tmp_path):
    source = labelled(three_classes(tmp_path, names=NAMES[:3]), 16)
    assert (
        facts_of(source) == {"classes": 3} and METHODS["dtn"].fit(32, facts_of(source)).config["classes"] == 3
    )


def test_a_single_picture_of_a_class_serves_every_split(tmp_path):
    three_classes(tmp_path, names=["001"])
    for split in ("train", "val", "test"):
        source = labelled(tmp_path, 16, split)
        assert len(source) == 3 and len(source.y) == 1 and source.label.tolist() == [0, 1, 2]


@pytest.mark.parametrize("make", [grey, deep, veiled], ids=["grey", "16 bits", "transparent"])
def test_pictures_of_every_kind_and_shape_become_rgb_squares(tmp_path, make):
    for folder in ("A/a", "A/b", "B"):
        (tmp_path / folder).mkdir(parents=True)
        for i, (h, w) in enumerate([(16, 16), (24, 50), (70, 9), (1, 3)]):
            make(np.asarray(to_image(noise(3, h, w, seed=i)))).save(tmp_path / folder / f"{i}.png")
    source = labelled(tmp_path, 16)
    x = source.batch(torch.arange(8))["x"]
    assert x.shape == (8, 3, 16, 16) and source.y.shape == (4, 3, 16, 16) and x.abs().max() <= 1
    assert torch.equal(x[0], source.y[0])
    assert (x[0, ..., :6] > 0.9).all() if make is veiled else torch.equal(x[0, 0], x[0, 1])


def test_what_a_folder_lacks_is_named(tmp_path):
    assert "gone does not exist" in refused(tmp_path / "gone", 16)
    assert re.search(
        "needs the folders A, with a folder for each class, and B, the target", refused(tmp_path, 16)
    )
    put(tmp_path / "A" / "one", 0)
    assert "needs the folders A" in refused(tmp_path, 16)
    put(tmp_path / "B", 200)
    assert re.search(
        r"A holds 1 folder\(s\) of a class: f needs at least two classes to tell apart\.$",
        refused(tmp_path, 16),
    )
    (tmp_path / "A" / "two").mkdir()
    assert re.search(r"two holds no pictures\.$", refused(tmp_path, 16))
    put(tmp_path / "A" / "two", 50)
    assert len(labelled(tmp_path, 16)) == 2 * len(TRAIN)
    assert "B holds 0 folder(s) of a class" in refused(tmp_path, 16, direction="BA")
    for path in (tmp_path / "B").iterdir():
        path.unlink()
    assert re.search(r"B holds no pictures\.$", refused(tmp_path, 16))
    assert "validation" in refused(tmp_path, 16, "validation") and "ab" in refused(
        tmp_path, 16, direction="ab"
    )


def test_a_corrupt_picture_is_named(tmp_path):
    path = three_classes(tmp_path) / "A" / "ape" / f"{min(TRAIN):03d}.png"
    path.write_bytes(path.read_bytes()[:50])
    assert path.name in refused(tmp_path, 16, error=ImageError)


def test_another_hand_writes_the_same_digit_bolder_and_another_way_each_time():
    mask = torch.zeros(64, 1, 32, 32)
    mask[:, :, 6:26, 15:17] = 1
    one, again, other = (by_another_hand(mask, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert one.shape == mask.shape and one.min() >= 0 and one.max() <= 1
    ink = one.sum((1, 2, 3)) / mask[0].sum()
    assert 0.6 < ink.min() and 2 < ink.max() < 4.5 and len(ink.unique()) == 64
    thin = by_another_hand(mask, torch.Generator().manual_seed(0), widest=0)
    assert (thin.sum((1, 2, 3)) <= one.sum((1, 2, 3))).all() and 0.6 < thin.sum() / mask.sum() < 1.5


def test_training_sees_other_hands_and_nobody_else_does(written):
    root = written[0]
    splits = {split: handwriting_to_toy(root, 32, split, hands=True) for split in ("train", "val", "test")}
    index, rng = torch.arange(2), torch.Generator().manual_seed(0)
    told = [splits["train"].batch(index, rng)["x"] for _ in range(2)]
    assert not torch.equal(*told) and torch.equal(
        splits["train"].batch(index)["x"], handwriting_to_toy(root, 32).batch(index)["x"]
    )
    for split in ("val", "test"):
        assert splits[split].varied is None


def test_another_hand_writes_in_the_digits_own_colours(written, few_toys, monkeypatch):
    source = handwriting_to_toy(written[0], 32, hands=True)
    index, rng = torch.arange(20, 40), torch.Generator().manual_seed(0)
    monkeypatch.setattr("i2i.data.labelled.by_another_hand", lambda mask, rng: mask)
    assert torch.equal(source.batch(index, rng)["x"], source.batch(index)["x"])
