"""Readers for folders of a user's own images: what pairs with what, who is held out, what is refused."""

from __future__ import annotations

import os
import re
import unicodedata

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw, ImageOps

from i2i.data.cmp import cmp_facades
from i2i.data.domains import domains
from i2i.data.folders import (
    DataError,
    Pairs,
    digest,
    images_in,
    in_split,
    is_validation,
    nothing_in,
    paired,
    stack,
    unreadable,
)
from i2i.data.unpaired import unpaired
from i2i.data.worlds.lines import ink
from i2i.data.worlds.sketches import DRAWINGS, sketches
from i2i.files import printable
from i2i.images import ImageError, to_bytes, to_image, to_tensor
from i2i.opening import SUFFIXES
from kit.images import view
from kit.sources import noise

NAMES = [f"{i:03d}" for i in range(40)]
TRAIN, VAL = ([n for n in NAMES if in_split(n, split)] for split in ("train", "val"))


def shade(name: str, side: str) -> tuple[int, int, int]:
    """A colour that tells which image this is: A red, B blue, the name in green."""
    return (200 if side == "A" else 0, 5 * int(name), 200 if side == "B" else 0)


def flat(name: str, side: str, size=(16, 16)) -> Image.Image:
    return Image.new("RGB", size, shade(name, side))


def put(image: Image.Image, path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


@pytest.fixture
def two_folders(tmp_path):
    for name in NAMES:
        for side in "AB":
            put(flat(name, side), tmp_path / side / f"{name}.png")
    return tmp_path


@pytest.fixture
def side_by_side(tmp_path):
    for name in NAMES:
        both = Image.new("RGB", (32, 16), shade(name, "A"))
        both.paste(flat(name, "B"), (16, 0))
        put(both, tmp_path / f"{name}.png")
    return tmp_path


def shown(x: torch.Tensor) -> list[tuple[int, ...]]:
    """The colour of each image of a batch."""
    return [tuple(c) for c in to_bytes(x).float().mean((2, 3)).round().int().tolist()]


def refused(*args, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        paired(*args, **options)
    sentence = str(caught.value)
    assert sentence.endswith((".", "?")) and "\n" not in sentence
    return sentence


# ---- Splits ----


def test_a_name_is_held_out_by_its_hash_for_ever():
    """These names have been seen by models that were shipped: the rule may not change."""
    assert [n for n in range(200) if is_validation(str(n))] == [
        18,
        72,
        74,
        87,
        96,
        105,
        111,
        127,
        148,
        154,
        155,
        157,
        181,
        187,
        188,
        193,
    ]


def test_val_is_about_a_tenth_and_disjoint_from_train():
    names = [f"picture-{i}" for i in range(2000)]
    val = {n for n in names if in_split(n, "val")}
    assert 150 < len(val) < 250
    assert {n for n in names if in_split(n, "train")} == set(names) - val


def test_train_and_val_share_out_a_folder(two_folders):
    train, val = (paired(two_folders, 16, s) for s in ("train", "val"))
    assert (len(train), len(val)) == (len(TRAIN), len(VAL)) and len(VAL) > 0
    assert shown(val.batch(torch.arange(len(val)))["x"]) == [shade(n, "A") for n in VAL]


def test_another_file_moves_no_name_to_the_other_split(two_folders):
    before = shown(paired(two_folders, 16, "val").batch(torch.arange(len(VAL)))["x"])
    newcomer = next(n for n in map(str, range(100, 200)) if in_split(n, "train"))
    for side in "AB":
        put(flat("0", side), two_folders / side / f"{newcomer}.png")
    assert shown(paired(two_folders, 16, "val").batch(torch.arange(len(VAL)))["x"]) == before


def test_without_a_test_folder_the_tenth_serves_as_test_too(two_folders):
    assert len(paired(two_folders, 16, "test")) == len(VAL)


def test_a_test_folder_is_taken_whole(two_folders, tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    (two_folders / "A").rename(root / "moved")  # a set with train/ and test/
    for folder, names in (("train", NAMES), ("test", NAMES[:7])):
        for name in names:
            for side in "AB":
                put(flat(name, side), root / folder / side / f"{name}.png")
    sizes = {s: len(paired(root, 16, s)) for s in ("train", "val", "test")}
    assert sizes == {"train": len(TRAIN), "val": len(VAL), "test": 7}


# ---- What pairs with what ----


@pytest.mark.parametrize("layout", ["two_folders", "side_by_side"])
@pytest.mark.parametrize("direction, x, y", [("AB", "A", "B"), ("BA", "B", "A")])
def test_left_is_a_right_is_b_and_direction_says_which_is_x(request, layout, direction, x, y):
    root = request.getfixturevalue(layout)
    pairs = paired(root, 16, direction=direction, augment=False)
    batch = pairs.batch(torch.arange(len(pairs)))
    assert shown(batch["x"]) == [shade(n, x) for n in TRAIN]
    assert shown(batch["y"]) == [shade(n, y) for n in TRAIN]
    assert batch["x"].dtype == torch.float32 and batch["x"].shape == (len(TRAIN), 3, 16, 16)


def test_partners_may_differ_in_suffix_and_other_files_are_passed_over(two_folders):
    name = TRAIN[0]
    (two_folders / "B" / f"{name}.png").unlink()
    put(flat(name, "B"), two_folders / "B" / f"{name}.BMP")
    for stray in ("notes.txt", ".hidden.png", "._000.png"):
        (two_folders / "A" / stray).write_text("stray")
    assert len(paired(two_folders, 16)) == len(TRAIN)


def test_facades_are_label_map_to_photograph_with_the_old_val_as_test(tmp_path):
    for folder, names in (("train", NAMES), ("val", NAMES[:5])):
        for name in names:
            both = Image.new("RGB", (32, 16), shade(name, "A"))  # the photograph lies left
            both.paste(flat(name, "B"), (16, 0))
            put(both, tmp_path / folder / f"{name}.png")
    test = cmp_facades(tmp_path, 16, "test")
    assert shown(test.batch(torch.arange(5))["x"]) == [shade(n, "B") for n in NAMES[:5]]
    assert [len(cmp_facades(tmp_path, 16, s)) for s in ("train", "val")] == [len(TRAIN), len(VAL)]


# ---- Faults ----


def test_a_picture_without_partner_is_named(two_folders):
    (two_folders / "B" / "007.png").unlink()
    sentence = refused(two_folders, 16)
    assert sentence.startswith("1 picture(s)") and "'007' is only in" in sentence and sentence.endswith("A.")


def test_two_pictures_of_one_name_are_named(two_folders):
    put(flat("007", "A"), two_folders / "A" / "007.jpg")
    assert "both 007.jpg and 007.png" in refused(two_folders, 16)


def test_a_pair_of_two_sizes_is_named(two_folders):
    put(flat(TRAIN[3], "B", (16, 12)), two_folders / "B" / f"{TRAIN[3]}.png")
    assert f"'{TRAIN[3]}' differs in size: A is 16 x 16 px, B is 16 x 12 px" in refused(two_folders, 16)


@pytest.mark.parametrize("size", [(16, 16), (33, 16), (16, 32)])
def test_a_picture_that_is_no_pair_is_named(side_by_side, size):
    put(Image.new("RGB", size), side_by_side / f"{TRAIN[0]}.png")
    assert f"{TRAIN[0]}.png is {size[0]} x {size[1]} px: not two pictures" in refused(side_by_side, 16)


@pytest.mark.parametrize("layout", ["two_folders", "side_by_side"])
def test_a_corrupt_picture_is_named(request, layout):
    root = request.getfixturevalue(layout)
    path = next(root.rglob(f"{TRAIN[5]}.png"))
    path.write_bytes(path.read_bytes()[:50])
    assert f"{TRAIN[5]}.png" in refused(root, 16, error=ImageError)


def test_an_empty_folder_and_a_missing_one_are_told_apart(tmp_path):
    assert re.match("no pairs in .*side-by-side", refused(tmp_path, 16))
    assert "gone does not exist" in refused(tmp_path / "gone", 16)
    with pytest.raises(DataError, match="gone does not exist"):
        images_in(tmp_path / "gone")


@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_a_split_that_would_stay_empty_is_all_of_so_few(tmp_path, split):
    put(Image.new("RGB", (32, 16)), tmp_path / f"{(VAL if split == 'train' else TRAIN)[0]}.png")
    assert len(paired(tmp_path, 16, split)) == 1


@pytest.mark.parametrize("bad", [{"split": "validation"}, {"direction": "ab"}])
def test_unknown_words_are_refused_with_the_known_ones(two_folders, bad):
    assert next(iter(bad.values())) in refused(two_folders, 16, **bad)


def test_a_digest_is_of_what_files_hold_and_stays_what_it_was(tmp_path):
    """Models keep those of what they were trained on, so another rule would call all of it new."""
    held = {"a": b"one", "b": b"two", "c": b"onet", "d": b"wo", "copy of a": b"one"}
    for name, content in held.items():
        (tmp_path / name).write_bytes(content)
    assert digest(tmp_path / "a") == digest(tmp_path / "copy of a") == "fe8d7a873dc4"
    assert digest(tmp_path / "a", tmp_path / "b") == "11914c19a28a"
    assert digest(tmp_path / "c", tmp_path / "d") == "fbbb477b6926", "where a file ends belongs to it"


# ---- Augmentation ----


def twins(size: int = 32, load: int = 40, n: int = 6) -> Pairs:
    """Pairs whose two sides are the same image."""
    x = to_bytes(noise(n, 3, load, load))
    return Pairs(x, x.clone(), size, augment=True)


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_crop_and_flip_move_both_sides_alike():
    batch = twins().batch(torch.arange(6), seeded(0))
    assert torch.equal(batch["x"], batch["y"]) and batch["x"].shape == (6, 3, 32, 32)


def test_every_crop_is_a_window_of_its_picture_flipped_half_of_the_time():
    pairs, index = twins(32, 36, 1), torch.zeros(200, dtype=torch.int64)
    windows = pairs.x.unfold(2, 32, 1).unfold(3, 32, 1)[0].permute(1, 2, 0, 3, 4).flatten(0, 1)
    both = torch.cat([windows, windows.flip(-1)])
    found = [
        [torch.equal(x, w) for w in both].index(True) for x in to_bytes(pairs.batch(index, seeded(0))["x"])
    ]
    assert len(set(found)) > 40, "25 windows, each either way"
    assert 60 < sum(f >= 25 for f in found) < 140


def test_where_left_and_right_matter_nothing_is_flipped():
    x = to_bytes(noise(1, 3, 32, 32))
    batch = Pairs(x, x, 32, augment=True, flip=False).batch(torch.zeros(20, dtype=torch.int64), seeded(0))
    assert torch.equal(to_bytes(batch["x"]), x.expand(20, -1, -1, -1))


def test_chance_comes_from_the_generator_alone():
    pairs, index = twins(), torch.arange(6)
    torch.manual_seed(0)
    one = pairs.batch(index, seeded(1))["x"]
    torch.manual_seed(1)
    assert torch.equal(one, pairs.batch(index, seeded(1))["x"])
    assert not torch.equal(one, pairs.batch(index, seeded(2))["x"])


def test_without_augmentation_the_middle_is_taken():
    x = to_bytes(noise(2, 3, 40, 40))
    batch = Pairs(x, x, 32).batch(torch.arange(2))
    assert torch.equal(to_bytes(batch["x"]), x[..., 4:36, 4:36])


def test_training_pictures_are_read_larger_so_that_crops_have_room(two_folders):
    """286 for 256, as the paper does; others are read at their size."""
    assert paired(two_folders, 64).x.shape[-1] == 72 and paired(two_folders, 64, "val").x.shape[-1] == 64


@pytest.mark.parametrize("x, y", [(2, 3), (0, 0)])
def test_pairs_need_two_sides(x, y):
    with pytest.raises(DataError, match=f"{x} inputs and {y} targets"):
        Pairs(torch.zeros(x, 3, 4, 4, dtype=torch.uint8), torch.zeros(y, 3, 4, 4, dtype=torch.uint8), 4)


def test_stacking_keeps_pictures_of_the_right_size_as_they_are():
    image = to_image(noise(3, 8, 8))
    assert torch.equal(stack([image], 8), to_bytes(to_tensor(image)))
    assert stack([image, image.resize((20, 10))], 4).shape == (2, 3, 4, 4)


# ---- Pens ----


def test_a_steady_pen_draws_the_borders_of_colours_and_nothing_else():
    flat = torch.ones(1, 3, 64, 64)
    flat[..., 16:48, 16:48] = -1
    drawn = ink(flat, steady=True)[0]
    assert torch.equal(drawn[0], drawn[1]) and drawn.min() >= -1 and drawn.max() <= 1
    assert drawn[0, 32, 16] < 0 and drawn[0, 16, 32] < 0, "ink along the border"
    assert drawn[0, 32, 32] == 1 and drawn[0, 4, 4] == 1, "paper inside and outside"
    assert torch.equal(ink(flat, steady=True)[0], drawn)


def test_a_shaky_pen_draws_by_its_generator():
    flat = torch.ones(2, 3, 64, 64)
    flat[..., 16:48, 16:48] = -1
    one, again, other = (ink(flat, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other) and not torch.equal(one[0], one[1])
    assert (one < 0).float().mean() > 0.005, "there is ink"


def test_twenty_sketches_are_black_ink_on_white():
    x = sketches(64)["x"]
    assert x.shape == (20, 3, 64, 64) and len(DRAWINGS) == 20
    ink_share = (x < 0).float().mean((1, 2, 3))
    assert ink_share.min() > 0.01 and ink_share.max() < 0.3
    assert torch.equal(x[:, 0], x[:, 1]) and (x[..., 0, 0] == 1).all()


# ---- Folders as others lay them out ----


@pytest.mark.parametrize(
    "train, test",
    [
        ("{}/train", "{}/test"),
        ("train/{}", "val/{}"),
        ("train{}", "test{}"),
        ("{}/Train", "{}/valid"),
        ("train/{}", "test/{}"),
    ],
)
@pytest.mark.parametrize("sides", ["AB", "ab"])
@pytest.mark.parametrize("read", [paired, unpaired])
def test_parts_may_lie_in_sides_or_sides_in_parts(tmp_path, train, test, sides, read):
    for side, letter in zip("AB", sides, strict=True):
        for where, names in ((train, NAMES[7:]), (test, NAMES[:7])):
            for name in names:
                put(flat(name, side), tmp_path / where.format(letter) / f"{name}.png")
    (tmp_path / "__MACOSX").mkdir()
    found = {s: read(tmp_path, 16, s) for s in ("train", "test")}
    assert len(found["test"]) == 7 and len(found["train"]) == sum(in_split(n, "train") for n in NAMES[7:])
    assert shown(found["test"].batch(torch.arange(7))["x"]) == [shade(n, "A") for n in NAMES[:7]]


def test_of_test_and_val_test_is_held_out(tmp_path):
    for part, names in (("train", TRAIN), ("val", NAMES[:3]), ("test", NAMES[:5])):
        for name in names:
            put(flat(name, "A", (32, 16)), tmp_path / part / f"{name}.png")
    assert len(paired(tmp_path, 16, "test")) == 5


def test_domains_have_parts_too_and_what_a_system_left_is_none(tmp_path):
    for kind in ("cat", "dog"):
        for part, names in (("train", NAMES[4:]), ("test", NAMES[:4])):
            for name in names:
                put(flat(name, "A"), tmp_path / kind / part / f"{name}.png")
    for left in ("__MACOSX", "@eaDir", ".trash"):
        (tmp_path / left).mkdir()
    found = domains(tmp_path, 16, "test")
    assert found.names == ("cat", "dog") and len(found) == 8


def test_a_part_that_only_one_side_has_is_named(two_folders):
    put(flat("000", "A"), two_folders / "A" / "test" / "000.png")
    assert "give both a test part, or none" in refused(two_folders, 16, "test")


def joined(a: Image.Image, b: Image.Image) -> Image.Image:
    both = Image.new("RGB", (a.width + b.width, a.height))
    both.paste(a, (0, 0)), both.paste(b, (a.width, 0))
    return both


def test_two_portraits_side_by_side_are_a_pair(tmp_path):
    for i, name in enumerate(NAMES):
        a = view(40, 60, i)
        put(joined(ImageOps.invert(a), a), tmp_path / f"{name}.png")
    pairs = paired(tmp_path, 16)
    assert (
        pairs.told == "pairs of 40 × 60, left = A" and pairs.x.float().add(pairs.y).sub(255).abs().mean() < 2
    )


def test_so_are_drawings_on_paper_beside_what_they_show(tmp_path):
    """Where the border of both is white there is no seam; their outlines tell."""
    for i, name in enumerate(NAMES):
        sides = [Image.new("RGB", (60, 90), "white") for _ in "AB"]
        rng = np.random.default_rng(i)
        for x, y in rng.integers(10, 45, (3, 2)).tolist():
            ImageDraw.Draw(sides[0]).ellipse((x - 6, y, x + 8, y + 30), outline="black")
            ImageDraw.Draw(sides[1]).ellipse((x - 6, y, x + 8, y + 30), fill=(x * 4, y * 4, 90))
        put(joined(*sides), tmp_path / f"{name}.png")
    assert len(paired(tmp_path, 16)) == len(TRAIN)


@pytest.mark.parametrize("size", [(96, 54), (64, 48), (90, 60)], ids=str)
def test_photographs_are_not_cut_in_two(tmp_path, size):
    for i, name in enumerate(NAMES):
        put(view(*size, i), tmp_path / f"{name}.png")
    sentence = refused(tmp_path, 16)
    assert f"is {size[0]} x {size[1]} px: not two pictures" in sentence and str(tmp_path) in sentence


def test_what_cannot_be_read_is_counted_by_its_suffix(two_folders):
    for i in range(3):
        (two_folders / "A" / f"IMG_{i}.CR3").write_bytes(b"x")
    (two_folders / "A" / "readme.txt").write_text("x")
    assert unreadable([two_folders / "A", two_folders / "B"]) == "3 not readable: .CR3"
    (two_folders / "B" / "a.cr2").write_bytes(b"x")
    assert unreadable([two_folders / "A", two_folders / "B"]) == "4 not readable: .CR3 (3), .cr2 (1)"
    (empty := two_folders / "C").mkdir()
    (empty / "1.CR3").write_bytes(b"x")
    assert str(nothing_in(empty)).endswith("C holds no pictures: 1 not readable: .CR3.")


@pytest.mark.parametrize("suffix", ["jfif", "avif", "mpo", "jpe"])
def test_suffixes_of_cameras_and_browsers_are_read(tmp_path, suffix):
    if f".{suffix}" not in SUFFIXES:
        pytest.skip("this Pillow cannot")
    for name in NAMES:
        put(flat(name, "A", (32, 16)), tmp_path / f"{name}.png")
        kind = {"avif": "AVIF", "mpo": "MPO"}.get(suffix, "JPEG")
        Image.open(tmp_path / f"{name}.png").save(tmp_path / f"{name}.{suffix}", kind)
        (tmp_path / f"{name}.png").unlink()
    assert len(paired(tmp_path, 16)) == len(TRAIN)


def test_an_accent_is_one_letter_or_two_signs(tmp_path):
    for side, form in (("A", "NFC"), ("B", "NFD")):
        for name in NAMES:
            file = unicodedata.normalize(form, f"été{name}.png")
            put(flat(name, side), tmp_path / side / file)
    assert sum(len(paired(tmp_path, 16, s)) for s in ("train", "val")) == 40
    assert is_validation(unicodedata.normalize("NFD", "é2")) == is_validation("é2") is True


@pytest.mark.skipif(os.name != "posix", reason="names are text here")
def test_a_name_that_is_no_text_is_read_and_named(tmp_path):
    for n in range(6):
        put(flat("0", "A", (32, 16)), tmp_path / os.fsdecode(b"caf\xe9%d.png" % n))
    assert sum(len(paired(tmp_path, 16, s)) for s in ("train", "val")) == 6
    put(Image.new("RGB", (9, 16)), tmp_path / os.fsdecode(b"\xe9.png"))
    assert "9 x 16 px" in printable(refused(tmp_path, 16))


@pytest.mark.parametrize("read", [paired, unpaired])
def test_all_damaged_files_are_named_with_their_folders(two_folders, read):
    for side, name in (("A", TRAIN[2]), ("B", TRAIN[2]), ("B", TRAIN[6])):
        (two_folders / side / f"{name}.png").write_bytes(b"no picture")
    with pytest.raises(ImageError) as caught:
        read(two_folders, 16)
    sentence = str(caught.value)
    assert sentence.startswith("3 pictures cannot be used: ") and sentence.endswith(".")
    for side, name in (("A", TRAIN[2]), ("B", TRAIN[2]), ("B", TRAIN[6])):
        assert f"in {two_folders / side}, {name}.png is not" in sentence
