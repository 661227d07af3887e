"""A user's folder: `evaluate` says what the card says, and what training has not shown teaches no judge."""

from __future__ import annotations

import json
import shutil
import string
from pathlib import Path

import numpy as np
import pytest

from i2i.cli import measure as command
from i2i.data.folders import is_validation
from i2i.run.pipeline import load
from kit.images import view

HELD = [f"{i:03d}" for i in range(200) if is_validation(f"{i:03d}")][:4]
NAMES = HELD + [f"{i:03d}" for i in range(200) if not is_validation(f"{i:03d}")][:8]
SMALL = "--size 32 --steps 1 --precision fp32 --quiet --out o".split()
NETS = {
    "munit": "--batch 2 --width 4 --blocks 1 --halvings 1 --style 2 --critic_width 4",
    "pix2pix": "--batch 2 --depth 5 --width 4 --cap 8 --patch_layers 1 --patch_width 4",
    "stargan": "--batch 2 --width 4 --blocks 1 --critic_width 4",
    "dtn": "--batch 4 --width 4 --code 8 --g_width 2 --d_width 4 --f_steps 1",
    "gan3d": "--batch 4 --width 4 --d-width 4 --code 8",
    "bilinear": "--dim 3",
}


def photographs(folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(NAMES):
        view(32, 32, seed=100 * seed + i, grain=3).save(folder / f"{name}.png")


def folder(root: Path, method: str) -> Path:
    """A folder as a method wants it, four images of each side held out by the hash of their names."""
    if method == "gan3d":
        root.mkdir()
        rng = np.random.default_rng(0)
        for name in NAMES:
            np.save(root / f"{name}.npy", (rng.random((32, 32, 32)) < 0.3).astype(np.float32))
    elif method == "bilinear":
        for k in range(5):
            (root / f"font {k}").mkdir(parents=True)
            for i, letter in enumerate(string.ascii_uppercase):
                view(32, 32, seed=i, grain=k + 3).save(root / f"font {k}" / f"{letter}.png")
    else:
        sides = {"stargan": ("clay", "ink"), "dtn": ("A/one", "A/two", "B")}
        for k, side in enumerate(sides.get(method, ("A", "B"))):
            photographs(root / side, k)
    return root


def trained(cli, method: str) -> dict:
    """The card of a model of the folder `mine`."""
    status, _, err = cli(
        "train", method, "--data", folder(Path("mine"), method), *NETS[method].split(), *SMALL
    )
    assert status == 0, err
    return load("o/export", "cpu").card


@pytest.mark.parametrize("method", NETS)
def test_the_command_says_of_a_folder_what_the_card_says(cli, here, method):
    card = trained(cli, method)
    status, out, err = cli("evaluate", "o/export", "--data", "mine", "--json")
    assert status == 0 and "left out" not in err, err
    found, stated = json.loads(out), dict(card["figures"])
    for figures in (found, stated):
        figures.pop("ms a sample", None)
    assert found.keys() == stated.keys()
    for name, values in stated.items():
        assert found[name] == pytest.approx(values, abs=1e-6), name
    samples = ", 20 samples for each of "
    assert (samples in card["judged on"]) == (samples in err) == (method == "munit")


def test_images_that_came_since_teach_no_judge(cli, here, monkeypatch):
    trained(cli, "munit")
    sources = []
    told = command._judged
    monkeypatch.setattr(command, "_judged", lambda *given: sources.append(given[1]) or told(*given))
    new = next(name for name in map(str, range(300, 400)) if not is_validation(name))
    view(32, 32, seed=999, grain=3).save(f"mine/A/{new}.png")
    from i2i import measure

    learned, evaluate = [], measure.evaluate
    monkeypatch.setattr(
        measure,
        "evaluate",
        lambda *given, train, **more: learned.append(train) or evaluate(*given, train=train, **more),
    )
    assert cli("evaluate", "o/export", "--data", "mine")[0] == 0
    (held_out,), (train,) = sources, learned
    assert len(held_out.x) == 5 and not {*held_out.digests} & {*train.digests}
    assert {*train.digests} == load("o/export", "cpu").trained_on


@pytest.mark.parametrize(
    "method, left, kept",
    [
        ("munit", "likeness", "KD-i2i"),
        ("stargan", "likeness and domain", "cycle"),
        ("gan3d", "nearest in training", "coverage"),
    ],
)
def test_what_needs_training_is_left_out_of_another_folder_and_that_is_said(cli, here, method, left, kept):
    trained(cli, method)
    shutil.rmtree("mine")
    other = folder(here / "other", method)
    for i, path in enumerate(sorted(other.rglob("*.p*"))):  # other images under the same names
        view(32, 32, seed=5000 + i, grain=3).save(path)
    for path in other.glob("*.npy"):
        np.save(path, 1 - np.load(path))
    status, out, err = cli("evaluate", "o/export", "--data", "other", "--json")
    assert status == 0 and "left out, since other does not hold the " in err and left in err, err
    figures = json.loads(out)
    assert kept in figures and not [
        name for name in figures if name.endswith(("likeness", "domain", "training"))
    ]
    said = cli("evaluate", "o/export", "--data", "other")[1].splitlines()[-1]
    assert said.startswith("left out, since other does not hold the ") and said.endswith(".")


def test_letters_of_another_folder_have_no_figures_and_a_sentence(cli, here):
    trained(cli, "bilinear")
    for i, path in enumerate(Path("mine").rglob("*.png")):
        view(32, 32, seed=5000 + i, grain=9).save(path)
    status, _, err = cli("evaluate", "o/export", "--data", "mine")
    assert status == 1 and "training has shown none of these pictures: there are no figures." in err


def test_a_test_part_alone_is_judged_without_what_needs_training(cli, here):
    trained(cli, "munit")
    photographs(here / "others/test/A", 5)
    photographs(here / "others/test/B", 6)
    status, out, err = cli("evaluate", "o/export", "--data", "others", "--json")
    assert status == 0 and "likeness" not in json.loads(out) and "left out" in err


@pytest.mark.parametrize(
    "words, said",
    [
        (
            ("--direction", "BA"),
            "--direction goes with --data and a folder of your own; the recipe has its own.",
        ),
        (("--each", "--data", "mine"), "give one of them"),
    ],
)
def test_an_option_without_effect_is_refused(cli, here, words, said):
    status, out, err = cli("evaluate", "pix2pix-icons", *words)
    assert (status, out) == (2, "") and said in err


def test_the_images_of_samples_are_among_those_that_are_judged():
    from i2i.measure.multimodal import inputs

    assert inputs(range(104), 6) == [0, 1, 2, 3, 4, 5]
    many = inputs(range(512))
    assert len(many) == 100 and many[:2] == [0, 5] and max(many) < 500
    assert inputs(range(12)) == [*range(12)] and inputs(range(104))[-1] == 102
