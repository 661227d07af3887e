"""Two sets of images and no pairs: who may meet whom, what is held out, what is refused."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from i2i.data import emoji
from i2i.data import unpaired as module
from i2i.data.folders import DataError, is_validation
from i2i.data.unpaired import Unpaired, mirrored, unpaired, unpaired_emoji, unpaired_icons
from i2i.data.worlds.icons import Icons
from i2i.images import ImageError, to_bytes, to_image
from i2i.train import Trainer
from kit.images import deep, grey, veiled
from kit.methods import tiny
from kit.sources import noise

EMOJI = Path(os.environ.get("I2I_DATA", "data")) / "emoji"
NAMES = [f"{i:03d}" for i in range(40)]
VAL = {n for n in NAMES if is_validation(n)}
TRAIN = {*NAMES} - VAL


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bytes_of(n: int, size: int = 16, seed: int = 0) -> torch.Tensor:
    return to_bytes(noise(n, 3, size, size, seed=seed))


# ---- Batches ----


def test_x_is_taken_in_order_and_y_at_random():
    x, y = bytes_of(6, seed=1), bytes_of(9, seed=2)
    source = Unpaired(x, y, 16)
    assert len(source) == 6
    met = set()
    for seed in range(40):
        batch = source.batch(torch.arange(6), seeded(seed))
        assert torch.equal(to_bytes(batch["x"]), x) and batch["index"].tolist() == [*range(6)]
        shown = [next(j for j in range(9) if torch.equal(p, y[j])) for p in to_bytes(batch["y"])]
        met |= {*enumerate(shown)}
    assert len(met) > 50, "of 54 meetings"
    still = source.batch(torch.tensor([0, 5, 3]))
    assert torch.equal(to_bytes(still["y"]), y[[0, 5, 3]]), "in order without a generator"


def test_without_a_generator_a_smaller_domain_is_gone_through_again():
    x, y = bytes_of(5, seed=1), bytes_of(2, seed=2)
    assert torch.equal(to_bytes(Unpaired(x, y, 16).batch(torch.arange(5))["y"]), y[[0, 1, 0, 1, 0]])


def test_partners_stay_side_by_side_whatever_the_generator_says():
    x = bytes_of(6)
    batch = Unpaired(x, x.clone(), 16, partners=True).batch(torch.tensor([4, 0, 2]), seeded(0))
    assert torch.equal(batch["x"], batch["y"]) and torch.equal(to_bytes(batch["x"]), x[[4, 0, 2]])


def test_a_batch_is_a_function_of_index_and_generator_alone():
    source = Unpaired(bytes_of(6, 20, 1), bytes_of(9, 20, 2), 16, move=mirrored)
    index = torch.tensor([5, 1, 1])
    torch.manual_seed(0)
    one = source.batch(index, seeded(1))
    torch.manual_seed(1)
    state = torch.get_rng_state()
    again, other = source.batch(index, seeded(1)), source.batch(index, seeded(2))
    assert all(torch.equal(one[k], again[k]) for k in one) and torch.equal(state, torch.get_rng_state())
    assert not torch.equal(one["x"], other["x"]) and not torch.equal(one["y"], other["y"])
    assert one["x"].dtype == torch.float32 and one["x"].shape == one["y"].shape == (3, 3, 16, 16)
    assert -1 <= one["x"].min() and one["x"].max() <= 1


def test_every_window_is_cut_at_random_and_the_middle_without_a_generator():
    x = bytes_of(1, 18)
    source = Unpaired(x, x, 16)
    assert torch.equal(to_bytes(source.batch(torch.tensor([0]))["x"]), x[..., 1:17, 1:17])
    windows = x.unfold(2, 16, 1).unfold(3, 16, 1)[0].permute(1, 2, 0, 3, 4).flatten(0, 1)
    batch = source.batch(torch.zeros(150, dtype=torch.int64), seeded(0))
    places = {}
    for side in "xy":
        cuts = to_bytes(batch[side])
        places[side] = [[torch.equal(cut, w) for w in windows].index(True) for cut in cuts]
        assert {*places[side]} == {*range(9)}
    assert places["x"] != places["y"], "each side has windows of its own"


def test_half_of_the_pictures_are_mirrored():
    x = noise(200, 3, 4, 4)
    flipped = (mirrored(x, seeded(0)) != x).flatten(1).any(1)
    assert 70 < flipped.sum() < 130
    assert torch.equal(mirrored(x, seeded(0))[flipped], x[flipped].flip(-1))


def test_both_domains_need_pictures_and_partners_equal_numbers():
    some, none = bytes_of(2), bytes_of(0)
    for x, y, name in [(none, some, "x"), (some, none, "y")]:
        with pytest.raises(DataError, match=f"the domain {name} is empty"):
            Unpaired(x, y, 16)
    with pytest.raises(DataError, match="2 pictures cannot be partners of 3"):
        Unpaired(some, bytes_of(3), 16, partners=True)


# ---- Emoji ----


@pytest.fixture
def drawings(tmp_path):
    """Eighty concepts in two styles, red in noto and blue in fluent-3d; the green tells which concept it is."""
    entries = []
    for i in range(80):
        code = f"1f{i:03x}"
        entries.append({"code": code, "split": "test" if i >= 60 else "train"})
        for name, colour in (("noto", (200, 3 * i, 0)), ("fluent-3d", (0, 3 * i, 200))):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.new("RGB", (16, 16), colour).save(tmp_path / name / f"{code}.webp", lossless=True)
    (tmp_path / "index.json").write_text(json.dumps(entries))
    return tmp_path


def concepts_of(images: torch.Tensor) -> list[int]:
    return (images[:, 1].float().mean((1, 2)) / 3).round().int().tolist()


def test_in_training_x_and_y_show_no_concept_in_common(drawings):
    source = unpaired_emoji(drawings, "noto", "fluent-3d", 16, by="code")
    x, y = {*concepts_of(source.x)}, {*concepts_of(source.y)}
    assert not x & y and len(x) > 15 and len(y) > 15 and not source.partners
    held = {i for i in range(60) if is_validation(f"1f{i:03x}")}
    assert x | y == {*range(60)} - held, "all that is neither val nor test"
    assert source.x[:, 0].min() == 200 and source.y[:, 2].min() == 200, "each in its own style"
    other_way = unpaired_emoji(drawings, "fluent-3d", "noto", 16, by="code")
    assert {*concepts_of(other_way.x)} == x, "a half belongs to the side, not to the style"


@pytest.mark.parametrize("split, number", [("val", None), ("test", 20)])
def test_held_out_pictures_are_true_partners_and_lie_still(drawings, split, number):
    source = unpaired_emoji(drawings, "noto", "fluent-3d", 16, split, by="code")
    assert concepts_of(source.x) == concepts_of(source.y) and source.partners
    assert len(source) == number or (number is None and 0 < len(source) < 20)
    one, other = (source.batch(torch.arange(3), g) for g in (None, seeded(0)))
    assert torch.equal(one["x"], other["x"]) and torch.equal(one["y"], other["y"])


def test_training_emoji_are_moved(drawings):
    source = unpaired_emoji(drawings, "noto", "fluent-3d", 16, by="code")
    moved = source.batch(torch.arange(8), seeded(0))["x"]
    assert moved.shape == (8, 3, 16, 16) and not torch.equal(to_bytes(moved), source.x[:8])


def test_a_folder_without_emoji_and_an_unknown_style_are_named(tmp_path, drawings):
    with pytest.raises(DataError, match="gone.*does not exist"):
        unpaired_emoji(tmp_path / "gone", "noto", "fluent-3d", 16, by="code")
    with pytest.raises(DataError, match="unknown emoji style 'apple'"):
        unpaired_emoji(drawings, "noto", "apple", 16, by="code")


@pytest.mark.skipif(not EMOJI.is_dir(), reason="needs I2I_DATA with emoji")
def test_the_real_emoji_are_shared_out_in_halves(monkeypatch):
    """By their codes alone: nothing is read."""
    asked = []

    def style(root, name, entries, size):
        asked.append((name, {e["code"] for e in entries}))
        return torch.zeros(len(entries), 3, size, size, dtype=torch.uint8)

    monkeypatch.setattr(emoji, "style", style)
    for split in ("train", "val", "test"):
        unpaired_emoji(EMOJI, "noto", "fluent-3d", 4, split, by="code")
    x, y, val_x, val_y, test_x, test_y = (codes for _, codes in asked)
    assert [name for name, _ in asked] == ["noto", "fluent-3d"] * 3
    assert val_x == val_y and test_x == test_y
    assert not (x & y or (x | y) & val_x or (x | y) & test_x or val_x & test_x)
    assert all(400 < len(half) < 700 for half in (x, y)) and len(val_x) > 50 and len(test_x) > 100


@pytest.mark.skipif(not EMOJI.is_dir(), reason="needs I2I_DATA with emoji")
def test_the_same_style_twice_is_its_own_partner():
    source = unpaired_emoji(EMOJI, "noto", "noto", 16, "val", by="code")
    assert torch.equal(source.x, source.y) and len(torch.unique(source.x, dim=0)) > 0.9 * len(source)


# ---- Icons ----


def test_icons_of_training_are_different_objects_in_their_styles():
    source = unpaired_icons(16, "flat", "flat", count=5)
    world = Icons(16, "flat", "night")
    for side, objects in ((source.x, torch.arange(5)), (source.y, torch.arange(5) + 5)):
        assert torch.equal(side, to_bytes(world.batch(objects)["x"]))
    assert not any(torch.equal(p, q) for p in source.x for q in source.y)
    styles = unpaired_icons(16, "flat", "night", count=5)
    assert torch.equal(styles.x, source.x) and not styles.partners
    assert torch.equal(styles.y, to_bytes(world.batch(torch.arange(5) + 5)["y"]))


@pytest.mark.parametrize("split", ["val", "test"])
def test_held_out_icons_are_the_same_objects(monkeypatch, split):
    monkeypatch.setitem(module.ICON_SPLITS, split, (module.ICON_SPLITS[split][0], 5))
    source = unpaired_icons(16, "flat", "night", split)
    both = Icons(16, "flat", "night", split=split).batch(torch.arange(5))
    assert len(source) == 5 and source.partners
    assert torch.equal(source.x, to_bytes(both["x"])) and torch.equal(source.y, to_bytes(both["y"]))


# ---- A user's own folders ----


def shade(name: str, side: str) -> tuple[int, int, int]:
    """A colour that tells which image this is: A red, B blue, the name in green."""
    return (200 if side == "A" else 0, 5 * int(name), 200 if side == "B" else 0)


def put(folder: Path, side: str, names=NAMES, size=(16, 16)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", size, shade(name, side)).save(folder / f"{name}.png")


def told(images: torch.Tensor) -> tuple[str, set[str]]:
    """Of images of one side, the side and the names."""
    colours = images.float().mean((2, 3)).round().int()
    (side,) = {"A" if red == 200 else "B" for red, _, blue in colours.tolist() if 200 in (red, blue)}
    return side, {f"{green // 5:03d}" for green in colours[:, 1].tolist()}


@pytest.fixture
def two_folders(tmp_path):
    put(tmp_path / "A", "A")
    put(tmp_path / "B", "B", NAMES[:30])
    return tmp_path


def refused(*args, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        unpaired(*args, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def runs(source, key: str = "cyclegan") -> bool:
    """Whether two steps of training on it give numbers."""
    t = Trainer(tiny(key), source, batch=2, precision="fp32")
    return all(math.isfinite(v) for _ in range(2) for v in t.advance().values())


@pytest.mark.parametrize("direction, x, y", [("AB", "A", "B"), ("BA", "B", "A")])
def test_the_direction_says_which_folder_is_x(two_folders, direction, x, y):
    source = unpaired(two_folders, 16, direction=direction)
    assert (told(source.x)[0], told(source.y)[0]) == (x, y)
    assert runs(source)


def test_val_is_a_tenth_that_training_never_sees_and_serves_as_test_too(two_folders):
    splits = {s: unpaired(two_folders, 16, s) for s in ("train", "val", "test")}
    for split, names in (("train", TRAIN), ("val", VAL)):
        assert told(splits[split].x) == ("A", names) and told(splits[split].y) == ("B", names & {*NAMES[:30]})
    assert torch.equal(splits["test"].x, splits["val"].x) and torch.equal(splits["test"].y, splits["val"].y)
    assert splits["val"].move is None and splits["train"].move is mirrored


def in_one_word(root: Path) -> None:
    for side in "AB":
        put(root / f"train{side}", side)
        put(root / f"test{side}", side, NAMES[:7])


def in_two_levels(root: Path) -> None:
    for side in "AB":
        put(root / "train" / side, side)
        put(root / "test" / side, side, NAMES[:7])


@pytest.mark.parametrize("make", [in_one_word, in_two_levels])
@pytest.mark.parametrize("direction", ["AB", "BA"])
def test_published_layouts_are_read_with_their_own_test_split(tmp_path, make, direction):
    make(tmp_path)
    splits = {s: unpaired(tmp_path, 16, s, direction) for s in ("train", "val", "test")}
    for split, names in (("train", TRAIN), ("val", VAL), ("test", {*NAMES[:7]})):
        assert [told(splits[split].x), told(splits[split].y)] == [(side, names) for side in direction]


def test_domains_may_have_names_of_their_own(tmp_path):
    put(tmp_path / "horse", "A")
    put(tmp_path / "zebra", "B")
    source = unpaired(tmp_path, 16, names=("horse", "zebra"))
    assert (told(source.x)[0], told(source.y)[0]) == ("A", "B")
    assert "horses" in refused(tmp_path, 16, names=("horses", "zebra"))


def test_training_pictures_are_read_larger_and_cropped_to_a_square(tmp_path):
    put(tmp_path / "B", "B", size=(40, 20))
    striped = Image.new("RGB", (48, 16), "red")
    striped.paste((0, 0, 255), (16, 0, 32, 16))  # the middle third is blue
    (tmp_path / "A").mkdir()
    striped.save(tmp_path / "A" / "one.png")
    train, val = (unpaired(tmp_path, 64, split, fit="crop") for split in ("train", "val"))
    assert train.x.shape[-1] == 72 and val.x.shape[-1] == 64
    middle = val.x[0, :, :, 16:48].float().mean((1, 2))
    assert middle[2] > 250 and middle[0] < 5, "the middle of a wide picture, as high as it is"


def test_one_picture_in_a_domain_serves_every_split_and_trains(tmp_path):
    put(tmp_path / "A", "A", ["001"])
    put(tmp_path / "B", "B", ["002", "003"])
    splits = [unpaired(tmp_path, 16, s) for s in ("train", "val", "test")]
    assert [len(s) for s in splits] == [1, 1, 1]
    assert runs(splits[0]) and runs(splits[0], "unit")
    with pytest.raises(ValueError, match="fewer than three"):
        runs(splits[0], "distancegan")


def inks(rgb: np.ndarray) -> Image.Image:
    return Image.fromarray(rgb).convert("CMYK")


def palette(rgb: np.ndarray) -> Image.Image:
    return Image.fromarray(rgb).quantize(16)


@pytest.mark.parametrize(
    "make, suffix",
    [
        (grey, "png"),
        (deep, "png"),
        (veiled, "png"),
        (inks, "jpg"),
        (palette, "gif"),
        (Image.fromarray, "webp"),
    ],
    ids=["grey", "16 bits", "transparent", "CMYK", "palette", "RGB"],
)
def test_pictures_of_every_kind_and_size_become_rgb_and_train(tmp_path, make, suffix):
    (tmp_path / "A").mkdir()
    (tmp_path / "B").mkdir()
    for i, (h, w) in enumerate([(16, 16), (24, 50), (70, 9), (1, 3)]):
        rgb = np.asarray(to_image(noise(3, h, w, seed=i)))
        make(rgb).save(tmp_path / "A" / f"{i}.{suffix}")
        Image.fromarray(255 - rgb).save(tmp_path / "B" / f"{i}.png")
    source = unpaired(tmp_path, 16)
    assert source.x.shape == source.y.shape == (4, 3, 18, 18)
    first = source.x[0].float()
    if make is veiled:
        assert (first[..., :6] > 250).all() and first[..., 12:].std() > 10, "white shows through"
    if make in (grey, deep):
        assert torch.equal(first[0], first[1]) and first[0].std() > 10 and 100 < first[0].mean() < 155
    assert runs(source)


def test_two_names_of_one_set_are_refused(two_folders):
    put(two_folders / "C", "A")
    assert re.match("A and C in .*nothing to translate", refused(two_folders, 16, names=("A", "C")))
    Image.new("RGB", (16, 16), "white").save(two_folders / "C" / f"{min(TRAIN)}.png")
    assert len(unpaired(two_folders, 16, names=("A", "C"))) == len(TRAIN), "one picture differs"


def test_a_missing_folder_and_an_empty_one_are_told_apart(tmp_path):
    assert "gone does not exist" in refused(tmp_path / "gone", 16)
    put(tmp_path / "A", "A")
    assert re.search(r"has no folder B \(nor trainB\)", refused(tmp_path, 16))
    (tmp_path / "B").mkdir()
    (tmp_path / "B" / "notes.txt").write_text("no picture")
    (tmp_path / "B" / ".hidden.png").write_bytes(b"")
    assert re.search(r"B holds no pictures\.$", refused(tmp_path, 16))


def test_a_corrupt_picture_is_named(two_folders):
    path = two_folders / "B" / f"{min(TRAIN)}.png"
    path.write_bytes(path.read_bytes()[:50])
    assert path.name in refused(two_folders, 16, error=ImageError)


@pytest.mark.parametrize("bad", [{"split": "validation"}, {"direction": "ab"}])
def test_unknown_words_are_refused_with_the_known_ones(two_folders, bad):
    assert next(iter(bad.values())) in refused(two_folders, 16, **bad)
