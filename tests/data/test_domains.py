"""Sets told apart by a label: folders, emoji, icons; what is held out, what is refused."""

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
from torch import Tensor

import i2i
from i2i.data import emoji
from i2i.data.domains import Domains, domains, emoji_domains, icon_domains
from i2i.data.folders import DataError, is_validation
from i2i.data.unpaired import Unpaired, mirrored
from i2i.data.worlds.icons import Icons
from i2i.images import ImageError, to_bytes, to_image
from i2i.measure import evaluate
from i2i.methods import METHODS
from i2i.publish import publish
from i2i.recipes import Recipe, facts_of, folder_recipe
from i2i.train import Trainer
from kit.images import deep, grey, veiled
from kit.methods import tiny
from kit.sources import Made, noise

EMOJI = Path(os.environ.get("I2I_DATA", "data")) / "emoji"
THREE = {"domains": 3}


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# ---- Domains ----


def plain_bytes(*shades: int, size: int = 16) -> Tensor:
    return torch.stack([torch.full((3, size, size), s, dtype=torch.uint8) for s in shades])


@pytest.fixture
def three() -> Domains:
    return Domains(
        [plain_bytes(10, 11), plain_bytes(100), plain_bytes(200, 201, 202)], ("dark", "grey", "light")
    )


def test_positions_run_through_the_domains_and_labels_say_which(three):
    assert len(three) == 6 and three.size == 16 and three.names == ("dark", "grey", "light")
    batch = three.batch(torch.tensor([5, 0, 2, 3]))
    assert batch["label"].tolist() == [2, 0, 1, 2] and batch["index"].tolist() == [5, 0, 2, 3]
    assert to_bytes(batch["x"])[:, 0, 0, 0].tolist() == [202, 10, 100, 200] and "y" not in batch
    assert batch["x"].dtype == torch.float32 and batch["label"].dtype == torch.int64


def test_two_of_the_domains_make_a_pair(three):
    for pair in (three.pair("light", "grey"), three.pair(2, 1)):
        assert (
            isinstance(pair, Unpaired)
            and torch.equal(pair.x, three.images[2])
            and torch.equal(pair.y, three.images[1])
        )
    with pytest.raises(ValueError):
        three.pair("light", "red")


def test_a_batch_is_a_function_of_index_and_generator_alone():
    images = [to_bytes(noise(4, 3, 16, 16, seed=s)) for s in (1, 2)]
    source, index = Domains(images, ("a", "b"), move=mirrored), torch.arange(8)
    one, again, other = (source.batch(index, rng(s))["x"] for s in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert torch.equal(to_bytes(source.batch(index)["x"]), torch.cat(images)), (
        "without a generator nothing moves"
    )


def test_fewer_than_two_domains_and_empty_ones_are_refused():
    with pytest.raises(
        DataError, match=r"^1 domain\(s\): there is nothing to translate between; give at least two\.$"
    ):
        Domains([plain_bytes(1)], ("a",))
    with pytest.raises(DataError, match=r"^the domain b is empty\.$"):
        Domains([plain_bytes(1), plain_bytes(1)[:0]], ("a", "b"))
    with pytest.raises(ValueError):
        Domains([plain_bytes(1), plain_bytes(2)], ("a", "b", "c"))


# ---- Folders ----

NAMES = [f"{i:03d}" for i in range(40)]
VAL = {int(n) for n in NAMES if is_validation(n)}
SHADES = {"apple": (200, 0), "Birch": (0, 200), "cat 2": (120, 120)}  # red and blue; the green is the name's


def put(root: Path, name: str, names=NAMES, size=(16, 16)) -> None:
    red, blue = SHADES[name]
    (root / name).mkdir(parents=True, exist_ok=True)
    for n in names:
        Image.new("RGB", size, (red, 5 * int(n), blue)).save(root / name / f"{n}.png")


def seen(source: Domains) -> dict[str, set[int]]:
    """Name of domain -> numbers of the images in it; the colours must be those of the name."""
    found = {}
    for name, part in zip(source.names, source.images, strict=True):
        colours = part.float().mean((2, 3)).round().int()
        assert {(r, b) for r, _, b in colours.tolist()} == {SHADES[name]}
        found[name] = {g // 5 for g in colours[:, 1].tolist()}
    return found


def refused(*args, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        domains(*args, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def test_labels_follow_the_names_of_the_folders(tmp_path):
    for name in ("cat 2", "Birch", "apple"):
        put(tmp_path, name, NAMES[:12])
    (tmp_path / ".cache").mkdir()
    (tmp_path / "notes.txt").write_text("no domain")
    source = domains(tmp_path, 16)
    assert source.names == ("Birch", "apple", "cat 2"), "capitals first"
    for k, name in enumerate(source.names):
        index = (source.batch(torch.arange(len(source)))["label"] == k).nonzero()[:, 0]
        assert torch.equal(to_bytes(source.batch(index)["x"]), source.images[k]), name
    seen(source)


def test_val_is_a_tenth_that_training_never_sees_and_serves_as_test_too(tmp_path):
    put(tmp_path, "apple")
    put(tmp_path, "Birch", NAMES[:30])
    splits = {s: domains(tmp_path, 16, s) for s in ("train", "val", "test")}
    for split in splits:
        kept = VAL if split != "train" else {*range(40)} - VAL
        assert seen(splits[split]) == {"Birch": kept & {*range(30)}, "apple": kept}
    assert splits["train"].move is mirrored and splits["val"].move is splits["test"].move is None
    assert not splits["test"].partners


def test_subfolders_train_and_test_are_the_splits(tmp_path):
    for name in ("apple", "Birch"):
        put(tmp_path / "train", name)
        put(tmp_path / "test", name, NAMES[:7])
    splits = {s: seen(domains(tmp_path, 16, s)) for s in ("train", "val", "test")}
    assert splits["test"] == dict.fromkeys(("Birch", "apple"), {*range(7)}), "all of it, whatever its hash"
    assert splits["val"] == dict.fromkeys(("Birch", "apple"), VAL)
    assert splits["train"] == dict.fromkeys(("Birch", "apple"), {*range(40)} - VAL)


def test_without_a_folder_test_the_tenth_of_train_is_it(tmp_path):
    for name in ("apple", "Birch"):
        put(tmp_path / "train", name)
    assert seen(domains(tmp_path, 16, "test")) == dict.fromkeys(("Birch", "apple"), VAL)


def test_a_single_picture_serves_every_split_and_trains(tmp_path):
    put(tmp_path, "apple", ["001"])
    put(tmp_path, "Birch", ["002", "003"])
    splits = [domains(tmp_path, 16, s) for s in ("train", "val", "test")]
    assert len(splits[0]) >= 2 and all(min(map(len, s.images)) for s in splits)
    t = Trainer(tiny("stargan"), splits[0], batch=4, precision="fp32")
    assert all(math.isfinite(v) for _ in range(2) for v in t.advance().values())


KINDS = [(16, 16), (24, 50), (70, 9), (1, 3)]  # none of whose numbers falls into val


@pytest.mark.parametrize(
    "make", [grey, deep, veiled, Image.fromarray], ids=["grey", "16 bits", "transparent", "RGB"]
)
def test_pictures_of_every_kind_and_shape_become_rgb_squares_and_train(tmp_path, make):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i, (h, w) in enumerate(KINDS):
            make(np.asarray(to_image(noise(3, h, w, seed=i)))).save(tmp_path / name / f"{i}.png")
    source = domains(tmp_path, 16)
    assert [p.shape for p in source.images] == [(len(KINDS), 3, 16, 16)] * 2
    first = source.images[0][0].float()
    if make is veiled:
        assert (first[..., :6] > 250).all() and first[..., 10:].std() > 10, "white shows through"
    if make in (grey, deep):
        assert torch.equal(first[0], first[1]) and first[0].std() > 10 and 100 < first[0].mean() < 155
    t = Trainer(tiny("stargan"), source, batch=2, precision="fp32")
    assert all(math.isfinite(v) for v in t.advance().values())


def test_a_wide_picture_is_cropped_where_that_was_asked_for_and_else_whole(tmp_path):
    striped = Image.new("RGB", (48, 16), "red")
    striped.paste((0, 0, 255), (16, 0, 32, 16))  # the middle third is blue
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        striped.save(tmp_path / name / "one.png")
    middle = domains(tmp_path, 64, fit="crop").images[0][0, :, :, 16:48].float().mean((1, 2))
    assert middle[2] > 250 and middle[0] < 5
    whole = domains(tmp_path, 60).images[0][0].float()
    assert whole[2, :, 22:38].min() > 250 and whole[0, :, :18].min() > 250 and whole[0, :, 42:].min() > 250


def test_one_domain_is_none_and_an_empty_one_is_named(tmp_path):
    assert "gone does not exist" in refused(tmp_path / "gone", 16)
    assert "holds 0 folder(s)" in refused(tmp_path, 16)
    put(tmp_path, "apple")
    assert re.search(r"holds 1 folder\(s\): give one for each domain, at least two\.$", refused(tmp_path, 16))
    (tmp_path / "void").mkdir()
    (tmp_path / "void" / "notes.txt").write_text("no picture")
    (tmp_path / "void" / ".hidden.png").write_bytes(b"")
    assert re.search(r"void holds no pictures\.$", refused(tmp_path, 16))


def test_a_corrupt_picture_and_unknown_words_are_named(tmp_path):
    put(tmp_path, "apple")
    put(tmp_path, "Birch")
    name = f"{min({*range(40)} - VAL):03d}.png"
    path = tmp_path / "Birch" / name
    path.write_bytes(path.read_bytes()[:50])
    assert name in refused(tmp_path, 16, error=ImageError)
    assert "validation" in refused(tmp_path, 16, "validation")
    assert "ab" in refused(tmp_path, 16, direction="ab")


# ---- Emoji and icons ----


@pytest.fixture
def drawings(tmp_path):
    """Ninety concepts in three styles; the green tells which concept it is, the red which style."""
    entries, styles = [], ("openmoji", "noto", "fluent-3d")
    for i in range(90):
        code = f"1f{i:03x}"
        entries.append({"code": code, "split": "test" if i >= 70 else "train"})
        for k, name in enumerate(styles):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.new("RGB", (8, 8), (50 * k, 2 * i, 0)).save(tmp_path / name / f"{code}.webp", lossless=True)
    (tmp_path / "index.json").write_text(json.dumps(entries))
    return tmp_path, styles


def concepts_of(part: Tensor) -> list[int]:
    return (part[:, 1].float().mean((1, 2)) / 2).round().int().tolist()


def test_in_training_no_concept_is_drawn_in_two_styles(drawings):
    root, styles = drawings
    source = emoji_domains(root, styles, 8, by="code")
    shown = [concepts_of(part) for part in source.images]
    held = {i for i in range(70) if is_validation(f"1f{i:03x}")}
    assert sorted(sum(shown, [])) == sorted({*range(70)} - held), "each once, and none that is held out"
    assert all(len(part) > 10 for part in shown)
    assert [int(part[:, 0].float().mean() / 50 + 0.5) for part in source.images] == [0, 1, 2]
    assert source.names == styles and source.move is emoji.moved and not source.partners


@pytest.mark.parametrize("split", ["val", "test"])
def test_held_out_concepts_are_drawn_in_all_styles(drawings, split):
    root, styles = drawings
    source = emoji_domains(root, styles, 8, split, by="code")
    shown = [concepts_of(part) for part in source.images]
    assert shown[0] == shown[1] == shown[2] and source.partners and source.move is None
    assert shown[0] == [*range(70, 90)] if split == "test" else {*shown[0]} <= {*range(70)}
    with pytest.raises(DataError, match="unknown emoji style 'apple'"):
        emoji_domains(root, ("noto", "apple"), 8, split, by="code")


@pytest.mark.skipif(not EMOJI.is_dir(), reason="needs I2I_DATA with emoji")
def test_the_real_emoji_are_shared_out_among_the_styles(monkeypatch):
    """By their codes alone: nothing is read."""
    asked = []

    def style(root, name, entries, size):
        asked.append({e["code"] for e in entries})
        return torch.zeros(len(entries), 3, size, size, dtype=torch.uint8)

    monkeypatch.setattr(emoji, "style", style)
    names = ("openmoji", "noto", "fluent-flat", "fluent-3d")
    for split in ("train", "val", "test"):
        emoji_domains(EMOJI, names, 4, split, by="code")
    train, val, test = asked[:4], asked[4:8], asked[8:]
    assert sum(map(len, train)) == len(set.union(*train)) and all(200 < len(part) < 400 for part in train)
    assert all(part == val[0] for part in val) and all(part == test[0] for part in test)
    assert not set.union(*train) & (val[0] | test[0]) and not val[0] & test[0]


def test_icons_of_training_are_different_objects_in_their_styles():
    source = icon_domains(16, ("flat", "night"), count=4)
    for k, name in enumerate(source.names):
        assert torch.equal(
            source.images[k], to_bytes(Icons(16, name, name).batch(torch.arange(4) + 4 * k)["x"])
        )
    assert source.move is mirrored and not source.partners


def test_held_out_icons_are_the_same_objects():
    source = icon_domains(8, ("flat", "line"), "test")
    assert [len(p) for p in source.images] == [512, 512] and source.partners and source.move is None
    both = Icons(8, "flat", "line", split="test").batch(torch.arange(4))
    assert torch.equal(source.images[0][:4], to_bytes(both["x"])) and torch.equal(
        source.images[1][:4], to_bytes(both["y"])
    )


# ---- Cards ----


def test_a_folder_tells_how_many_domains_there_are(three):
    told = METHODS["stargan"].fit(64, facts_of(three)).config
    assert facts_of(three) == {"domains": 3} and told["domains"] == 3
    assert told["attributes"] is False, "a folder names one domain, never attributes"
    assert (
        METHODS["cyclegan"].fit(64, facts_of(three)) == METHODS["cyclegan"].fit(64, {})
        and facts_of(Made()) == {}
    )


@pytest.mark.parametrize("size", [32, 48, 64, 80, 128])
def test_the_recipe_of_a_folder_fits_its_size(unfilled, size):
    recipe = folder_recipe("stargan", size)
    method = recipe.build(domains=3)
    assert recipe.size == method.config.side == size and not method.config.attributes
    x = torch.zeros(2, 3, size, size)
    scores, logits = method.D(x)
    assert logits.shape == (2, 3) and scores.shape[-1] == size // 2**method.config.critic_layers >= 2
    assert method.G(x, torch.zeros(2, 3)).shape == x.shape
    assert "domains" in recipe.summary


def test_the_card_names_the_domains_and_other_domains_are_no_test(tmp_path, three):
    t = Trainer(tiny("stargan", steps=1, **THREE), three, batch=2, precision="fp32")
    t.advance()
    recipe = Recipe("stargan", "own folder", 16)
    home = publish(t, recipe, tmp_path / "export", three.batch(torch.arange(2)), three, progress=False)
    model = i2i.load(home, device="cpu")
    assert model.labels == three.names and model.card["judged on"].startswith("nothing"), (
        "one picture is too few"
    )
    assert "figures" not in model.card
    other = Domains(three.images, ("dark", "grey", "white"))
    with pytest.raises(
        DataError, match="the domains are dark, grey, white, but .* knows dark, grey, light.$"
    ):
        evaluate(model, other, progress=False)
