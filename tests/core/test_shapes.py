"""One shape for training, judging and translation: images that are not square are never squeezed; and which side is x."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from i2i.checkpoint import CheckpointError, export, read_config
from i2i.data.domains import domains
from i2i.data.folders import DataError, digest, paired
from i2i.data.labelled import labelled
from i2i.data.unpaired import unpaired
from i2i.images import FITS, fitted, to_tensor
from i2i.recipes import RECIPES, own_folder
from i2i.run.pipeline import Model, cards, load
from kit.methods import tiny

SIZES = [(96, 32), (64, 48), (48, 64), (40, 40), (33, 100)]


def disc(size: tuple[int, int], colour: str = "black", at: float = 0.5) -> Image.Image:
    """A disc on a ground that changes from left to right and from top to bottom."""
    w, h = size
    rows, columns = np.mgrid[0:h, 0:w]
    ground = np.stack([255 * columns // w, 255 * rows // h, np.full((h, w), 128)], -1).astype(np.uint8)
    image, r = Image.fromarray(ground), 0.35 * min(size)
    ImageDraw.Draw(image).ellipse([w * at - r, h / 2 - r, w * at + r, h / 2 + r], fill=colour)
    return image


def model(method, size: int = 32, **config) -> Model:
    return Model(method, {"method": "pix2pix", "size": size, "card": {}, **config}, Path("m"), "fp32")


def save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


# ---- The rule ----


@pytest.mark.parametrize("size", SIZES)
def test_a_letterbox_holds_all_of_an_image_in_its_proportions_and_repeats_the_border(size):
    canvas, (left, top, right, bottom) = fitted(disc(size), 32)
    assert canvas.size == (32, 32) and max(right - left, bottom - top) == 32
    assert abs(left + right - 32) <= 1 and abs(top + bottom - 32) <= 1, "it lies in the middle"
    assert abs((right - left) * size[1] - (bottom - top) * size[0]) <= 0.5 * (size[0] + size[1])
    x = np.asarray(canvas)
    assert (x[:top] == x[top]).all() and (x[bottom:] == x[bottom - 1]).all()
    assert (x[:, :left] == x[:, left : left + 1]).all() and (x[:, right:] == x[:, right - 1 : right]).all()


@pytest.mark.parametrize("size", SIZES)
def test_a_crop_is_the_middle_square(size):
    image, side = disc(size), min(size)
    canvas, box = fitted(image, side, "crop")
    left, top = (size[0] - side) // 2, (size[1] - side) // 2
    assert (
        box == (0, 0, side, side)
        and canvas.tobytes() == image.crop((left, top, left + side, top + side)).tobytes()
    )


def test_an_unknown_fit_is_refused():
    with pytest.raises(ValueError, match="fit is one of letterbox, crop; got 'squeeze'"):
        fitted(disc((8, 8)), 8, "squeeze")


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("size", SIZES)
def test_what_a_model_translates_is_what_it_was_trained_on(tmp_path, fit, size):
    """The square that `translate` shows the net is the one that training and judging read, bit for bit, in every layout."""
    image, other = disc(size), disc(size, "white")
    for i in range(3):
        for side, of in (("A", image), ("B", other)):
            save(of, tmp_path / "pairs" / side / f"{i}.png")
            save(
                of if side == "A" else disc(size, "white", 0.4 + i / 10), tmp_path / "two" / side / f"{i}.png"
            )
            save(of, tmp_path / "kinds" / side / f"{i}.png")
            save(of, tmp_path / "classes" / "A" / side / f"{i}.png")
        save(other, tmp_path / "classes" / "B" / f"{i}.png")
    placed = model(tiny(), fit=fit).place(image).x
    held = frozenset()  # judging takes all that it is given
    assert torch.equal(
        paired(tmp_path / "pairs", 32, "test", fit=fit, seen=held).batch(torch.arange(1))["x"], placed
    )
    assert torch.equal(
        unpaired(tmp_path / "two", 32, "test", fit=fit, seen=held).batch(torch.arange(1))["x"], placed
    )
    assert torch.equal(domains(tmp_path / "kinds", 32, "train", fit=fit).batch(torch.arange(1))["x"], placed)
    assert torch.equal(
        labelled(tmp_path / "classes", 32, "train", fit=fit).batch(torch.arange(1))["x"], placed
    )
    # In training pairs are read a little larger, and a window of it is seen: larger, not squeezed.
    large = paired(tmp_path / "pairs", 32, "train", fit=fit)
    assert torch.equal(large.x[0], (to_tensor(fitted(image, 36, fit)[0])[0] + 1).mul(127.5).round().byte())


def test_side_by_side_files_are_shaped_half_by_half(tmp_path):
    whole = Image.new("RGB", (120, 40))
    for left, colour in ((0, "black"), (60, "white")):
        whole.paste(disc((60, 40), colour), (left, 0))
    save(whole, tmp_path / "1.png")
    source = paired(tmp_path, 32, "test", seen=frozenset())
    assert torch.equal(source.batch(torch.arange(1))["y"], model(tiny()).place(disc((60, 40), "white")).x)


@pytest.mark.parametrize("size", [36, 40, 48, 96, 100])
def test_at_scale_1_the_canvas_is_the_square_of_training(size):
    """Also where that is no multiple of 64: the net was trained on just that."""
    assert model(tiny("cyclegan"), size).place(disc((90, 60))).x.shape[-2:] == (size, size)


@pytest.mark.parametrize("size", SIZES)
def test_a_translation_keeps_what_it_shows(size, monkeypatch):
    """A net that changes nothing returns the image itself, at the model's size: whole, or its middle square."""
    method = tiny()
    for fit in FITS:
        shown = model(method, fit=fit)
        monkeypatch.setattr(shown, "translate", lambda x, *_, **__: x)
        out, image = shown(disc(size), seed=0), disc(size)
        assert out.tobytes() == shown.seen(image).tobytes()
        wanted = (32, 32) if fit == "crop" else tuple(max(1, round(32 * s / max(size))) for s in size)
        assert out.size == wanted


def test_a_pair_of_3_to_1_is_learned_in_the_shape_in_which_it_is_translated(cli, here):
    """y is x with its channels turned: a net that was trained on squeezed discs would miss on round ones."""
    for i in range(24):
        image = disc((96, 32), at=0.2 + 0.6 * i / 24)
        for side, of in (("A", image), ("B", Image.fromarray(np.asarray(image)[..., ::-1].copy()))):
            save(of, here / "mine" / side / f"{i}.png")
    words = [
        "--size",
        32,
        "--threads",
        1,
        "--quiet",
        "--width",
        8,
        "--cap",
        16,
        "--steps",
        150,
        "--precision",
        "fp32",
    ]
    status, out, err = cli("train", "pix2pix", "--data", "mine", "--out", "o", *words, "--gan", 0)
    assert status == 0, err
    net, error = load("o/export", "cpu"), {}
    image = disc((96, 32), at=0.5)
    truth = np.asarray(image.resize((32, 11), Image.LANCZOS))[..., ::-1].astype(float)
    error["as trained"] = np.abs(np.asarray(net(image, seed=0)).astype(float) - truth).mean()
    squeezed = np.asarray(net(image.resize((32, 32)), seed=0).resize((32, 11), Image.LANCZOS)).astype(float)
    error["squeezed"] = np.abs(squeezed - truth).mean()
    assert error["as trained"] < error["squeezed"], error


def test_fit_is_for_layouts_that_are_made_square(cli, here):
    save(disc((90, 90)), here / "mine" / "1.png")
    status, _, err = cli("train", "srresnet", "--data", "mine", "--fit", "crop")
    assert status == 2 and "--fit: srresnet is trained on windows" in err
    status, _, err = cli("train", "pix2pix-icons", "--fit", "crop")
    assert status == 2 and "--fit goes with a method and a folder of your own" in err
    with pytest.raises(DataError, match="unknown fit 'wide'; there are letterbox and crop"):
        paired(here / "mine", 32, fit="wide")


def test_an_export_says_how_its_images_are_shaped_and_refuses_what_it_does_not_know(tmp_path):
    export(tmp_path / "m", tiny(), size=16, shaped={"fit": "crop", "direction": "BA"})
    text = (tmp_path / "m" / "README.md").read_text()
    assert (
        "| images that are not square | are cut to their middle square" in text
        and "| direction | B to A: x is what lies in B |" in text
    )
    loaded = load(tmp_path / "m", "cpu")
    assert (loaded.fit, loaded.direction) == ("crop", "BA")
    path = tmp_path / "m" / "config.json"
    for key, value in (("fit", "squeeze"), ("direction", "CA"), ("fit", 3)):
        path.write_text(
            json.dumps(json.loads(path.read_text()) | {"fit": "crop", "direction": "AB"} | {key: value})
        )
        with pytest.raises(CheckpointError, match=f"unusable {key}"):
            read_config(tmp_path / "m")


def test_every_shipped_model_is_shaped_as_its_recipe_says():
    for name, config in cards().items():
        recipe = RECIPES[name]
        assert {k: config.get(k) for k in ("fit", "direction")} == {
            "fit": None,
            "direction": None,
            **recipe.shaped,
        }, name
    assert RECIPES["pix2pix-facades"].direction == "BA" and RECIPES["cyclegan-weather"].fit == "crop"


# ---- Direction, and what is judged ----


def two_sides(folder: Path, count: int = 24, first: int = 0) -> Path:
    for i in range(first, first + count):
        image = disc((40, 40), at=0.3 + 0.4 * (i % 24) / 24)
        ImageDraw.Draw(image).point((0, 0), fill=(i % 256, 1, 2))
        save(image, folder / "A" / f"{i}.png")
        save(image.convert("L"), folder / "B" / f"{i}.png")
    return folder


TRAIN = (
    "--size",
    32,
    "--threads",
    1,
    "--quiet",
    "--precision",
    "fp32",
    "--width",
    4,
    "--cap",
    8,
    "--patch_width",
    4,
    "--steps",
    2,
)


def judged(answer) -> tuple[dict, str]:
    status, out, err = answer
    assert status == 0, err
    return json.loads(out), err.strip()


def test_judging_and_translating_use_the_direction_of_training(cli, here):
    two_sides(here / "mine" / "train")
    two_sides(here / "mine" / "test", 6, first=100)
    status, _, err = cli("train", "pix2pix", "--data", "mine", "--out", "o", "--direction", "BA", *TRAIN)
    assert status == 0, err
    assert json.loads(Path("o/export/config.json").read_text(encoding="utf-8"))["direction"] == "BA"
    by_itself, told = judged(cli("evaluate", "o/export", "--data", "mine", "--json"))
    said, _ = judged(cli("evaluate", "o/export", "--data", "mine", "--direction", "BA", "--json"))
    wrong, _ = judged(cli("evaluate", "o/export", "--data", "mine", "--direction", "AB", "--json"))
    assert (
        by_itself == said != wrong
        and told == "o, all 6 picture(s) of the test part of mine that it was not trained on"
    )
    # For a method without a way back, the words A and B are those of its training.
    assert cli("translate", "o/export", "mine/test/B/100.png", "--out", "made", "--direction", "BA")[0] == 0
    status, _, err = cli("translate", "o/export", "mine/test/A/100.png", "--out", "made", "--direction", "AB")
    assert status == 2 and "goes from B to A and has no way back" in err


def test_a_model_with_a_way_back_takes_either_word(cli, here):
    two_sides(here / "mine", 8)
    words = [w for w in TRAIN if w not in ("--cap", 8)]
    status, _, err = cli(
        "train", "cyclegan", "--data", "mine", "--out", "o", "--direction", "BA", "--blocks", 1, *words
    )
    assert status == 0, err
    made = {}
    for way in ("xy", "BA", "yx", "AB"):
        assert cli("translate", "o/export", "mine/A/1.png", "--out", way, "--direction", way)[0] == 0
        made[way] = Path(way, "1.png").read_bytes()
    assert made["xy"] == made["BA"] != made["yx"] == made["AB"]


def test_a_folder_that_is_no_training_folder_is_judged_whole_and_the_count_is_said(cli, here):
    two_sides(here / "mine")
    two_sides(here / "others", 9, first=300)
    assert cli("train", "pix2pix", "--data", "mine", "--out", "o", *TRAIN)[0] == 0
    _, told = judged(cli("evaluate", "o/export", "--data", "others", "--json"))
    assert told == "o, all 9 picture(s) of others that it was not trained on"
    _, told = judged(cli("evaluate", "o/export", "--data", "others", "--limit", 5, "--json"))
    assert told == "o, the first 5 of 9 picture(s) of others that it was not trained on"
    _, told = judged(cli("evaluate", "pix2pix-icons", "--data", "others", "--json"))
    assert told == "pix2pix-icons, all 9 picture(s) of others"


def test_of_the_training_folder_what_was_held_out_is_judged_whatever_its_name(cli, here):
    two_sides(here / "mine", 100)
    assert cli("train", "pix2pix", "--data", "mine", "--out", "o", *TRAIN)[0] == 0
    own, told = judged(cli("evaluate", "o/export", "--data", "mine", "--json"))
    held = int(re.search(r"all (\d+) picture", told)[1])
    assert 4 <= held < 20 and told.endswith("that it was not trained on")
    # A copy of the folder under other names is the training folder still.
    for side in "AB":
        (here / "copy" / side).mkdir(parents=True)
        for i, path in enumerate(sorted((here / "mine" / side).iterdir())):
            (here / "copy" / side / f"renamed {i:03}.png").write_bytes(path.read_bytes())
    _, told = judged(cli("evaluate", "o/export", "--data", "copy", "--json"))
    assert f"all {held} picture(s) of copy" in told


def test_where_all_was_seen_the_figures_say_so(cli, here):
    two_sides(here / "mine", 24)
    assert cli("train", "pix2pix", "--data", "mine", "--out", "o", *TRAIN)[0] == 0
    seen = load("o/export", "cpu").trained_on
    for side in "AB":
        for path in list((here / "mine" / side).iterdir()):
            if (
                digest(here / "mine" / "A" / path.name, here / "mine" / "B" / path.name) not in seen
                and side == "A"
            ):
                (here / "mine" / "B" / path.name).unlink()
                path.unlink()
    _, told = judged(cli("evaluate", "o/export", "--data", "mine", "--json"))
    assert re.fullmatch(r"o, all (\d+) picture\(s\) of mine, \1 of them seen in training", told)


def test_too_few_to_judge_by_is_said_at_once_and_with_a_way_out(cli, here):
    two_sides(here / "mine", 24)
    status, out, err = cli("train", "pix2pix", "--data", "mine", "--out", "o", *TRAIN)
    assert (
        status == 0
        and "too few pictures were held out for figures, which need four" in out
        and "exported to" in out
    )
    status, _, err = cli("evaluate", "o/export", "--data", "mine")
    assert (
        status == 1
        and "got 1. Judge by another folder, or put pictures that it was not trained on into mine/test."
        in err
    )


def test_own_folder_hands_its_shape_on(tmp_path):
    two_sides(tmp_path, 6)
    whole = own_folder(tiny(), tmp_path, 32, "test", "BA", "crop", frozenset())
    assert len(whole) == 6 and len(whole.digests) == 6
    grey = whole.batch(torch.arange(6))["x"]
    assert torch.equal(grey[:, 0], grey[:, 1]), "x is what lies in B"
