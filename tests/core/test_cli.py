"""The command line: one sentence for every fault, exit 2 for a wrong argument, 1 for work that could not be done."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

import i2i
from i2i import bench, judges
from i2i.cards import command
from i2i.checkpoint import export, read_config
from i2i.claims import CLAIMS, Claim, Comparison, claim
from i2i.cli import _parser, main, train
from i2i.data.folders import is_validation
from i2i.data.public import catalogue, download
from i2i.images import to_image
from i2i.methods import METHODS
from i2i.metrics import Estimate
from i2i.papers import PAPERS
from i2i.recipes import DATA, RECIPES, Recipe
from i2i.run import pipeline
from i2i.run.pipeline import shipped
from kit.methods import tiny
from kit.root import ROOT
from kit.sources import noise

COMMANDS = ("list", "data", "train", "translate", "evaluate", "claims", "bench")

# A pix2pix of a few hundred weights.
SMALL = "--width 4 --cap 8 --patch-width 4 --patch_layers 1 --precision fp32 --quiet".split()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Each test in a folder of its own, where no dataset is installed."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("I2I_DATA", raising=False)
    return here


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    """An exported model of a few weights, 32 px, that no recipe here made."""
    card = {"name": "small", "recipe": "own folder", "licence": "MIT"}
    return export(tmp_path_factory.mktemp("models") / "small", tiny(), size=32, card=card)


def photo(seed: int = 0, w: int = 40, h: int = 40) -> Image.Image:
    return to_image(noise(3, h, w, seed=seed))


def put(path: Path, image: Image.Image) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return path


NAMES = [f"p{i:02d}" for i in range(24)]
# So few that no figures are due: the judge is not needed where it is not the point.
FEW = [n for n in NAMES if not is_validation(n)][:10] + [n for n in NAMES if is_validation(n)][:3]


def side_by_side(root: Path, names=FEW, a=(250, 20, 20), b=(20, 20, 250)) -> Path:
    """One file a pair, A left; plain colours, so that a look tells the sides apart."""
    for name in names:
        both = Image.new("RGB", (64, 32), a)
        both.paste(b, (32, 0, 64, 32))
        put(root / f"{name}.png", both)
    return root


def two_folders(root: Path, names=FEW) -> Path:
    for name in names:
        put(root / "A" / f"{name}.png", Image.new("RGB", (32, 32), (250, 20, 20)))
        put(root / "B" / f"{name}.png", Image.new("RGB", (32, 32), (20, 20, 250)))
    return root


def refused(answer: tuple[int, str, str], status: int, *names) -> str:
    """The last line on stderr: one sentence that names what is wrong, at the given exit status."""
    code, _, err = answer
    assert code == status, err
    assert "Traceback" not in err
    sentence = err.strip().splitlines()[-1]
    for name in names:
        assert str(name) in sentence, sentence
    return sentence


# ---- Help ----


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_by_an_example(cli, command):
    status, out, _ = cli(command, "--help")
    assert status == 0
    examples = re.findall(r"python -m i2i [^\n]*?(?=  |$)", out.partition("example:")[2])
    assert examples, "no example"
    for example in examples:
        words = shlex.split(example)[3:]
        assert words[0] == command
        _parser().parse_known_args(words)  # exits with 2 if the example is wrong


def test_the_help_names_every_command(cli):
    status, out, _ = cli("--help")
    assert status == 0
    assert [c for c in COMMANDS if not re.search(rf"^\s+{c}\b", out, re.M)] == []


def test_it_runs_as_a_module_and_its_exit_status_is_the_process_s():
    command = [sys.executable, "-m", "i2i", "data", "nothing-here"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "nothing-here" in done.stderr


# ---- Wrong arguments: exit 2 ----

WRONG = {
    "no command": ("", "COMMAND"),
    "unknown command": ("paint", "paint"),
    "unknown argument": ("list --colour", "--colour"),
    "unknown argument of translate": ("translate m in.png --out o --colour red", "--colour"),
    "unknown dataset": ("data facade", "facade"),
    "unknown recipe": ("train pix3pix", "pix3pix"),
    "a method without a folder": ("train pix2pix", "--data"),
    "unknown claim": ("claims best-constant best-variable", "best-variable"),
    "unknown name to time": ("bench pix3pix", "pix3pix"),
    "no result folder": ("translate m in.png", "--out"),
    "no input": ("translate m --out o", "IN"),
    "unknown direction": ("train pix2pix --data d --direction AC", "AC"),
    "unknown precision": ("train pix2pix-icons --precision fp8", "fp8"),
    "no steps": ("train pix2pix-icons --steps 0", "--steps"),
    "steps in words": ("train pix2pix-icons --steps many", "many"),
    "an empty batch": ("train pix2pix-icons --batch 0", "--batch"),
    "a negative seed": ("train pix2pix-icons --seed -1", "--seed"),
    "no threads": ("train pix2pix-icons --threads 0", "--threads"),
    "a size of a recipe": ("train pix2pix-icons --size 64", "--size"),
    "a folder for a recipe": ("train pix2pix-icons --data mine", "--data"),
    "a direction for a recipe": ("train pix2pix-icons --direction BA", "--direction"),
    "a size that does not halve": ("train pix2pix --data d --size 40", "40"),
    "a size below one": ("train pix2pix --data d --size -32", "--size"),
    "unknown setting": ("train pix2pix-icons --wide 4", "--wide"),
    "a setting of the wrong type": ("train pix2pix-icons --width four", "four"),
    "a truth that is none": ("train pix2pix-icons --skips maybe", "maybe"),
    "a setting without a value": ("train pix2pix-icons --width", "--width"),
    "a setting in words without a value": ("train pix2pix-icons --norm", "--norm"),
    "a setting that is no number": ("train pix2pix-icons --l1 nan", "nan"),
    "a model without an input": ("translate infogan-faces in.png --out o", "sample"),
    "no attributes": ("translate stargan-faces in.png --out o", "bangs"),
    "an unknown attribute": ("translate stargan-faces in.png --out o --label smile,wings", "bangs"),
    "a word too many": ("train pix2pix-icons quickly", "quickly"),
    "a setting of the wrong kind": ("train pix2pix-icons --up sideways", "sideways"),
    "a setting that is none of its words": (
        "train pix2pix --data d --size 32 --up nearest",
        "transposed, transposed3, resized",
    ),
    "a norm that is none": ("train pix2pix --data d --size 32 --norm foo", "batch, instance"),
    "a game that is none": ("train pix2pix --data d --size 32 --adversarial hinge", "log, least-squares"),
    "words that a type lists": ("train stargan --data d --size 32 --padding mirror", "zeros, reflect"),
    "a probability above 1": ("train pix2pix --data d --size 32 --dropout 3", "dropout is a probability"),
    "a net without depth": ("train pix2pix --data d --size 32 --depth 0", "do not make a pix2pix"),
    "a net without width": ("train pix2pix --data d --size 32 --width 0", "do not make a pix2pix"),
    "a rate below 0": (
        "train pix2pix --data d --size 32 --width 4 --rate -1",
        "rate is a number, at least 0",
    ),
    "patches larger than the images": ("train pix2pix --data d --size 32 --patch_layers 6", "of size 32"),
    "a pool below 0": (
        "train cyclegan --data d --size 32 --width 4 --pool -1",
        "pool is a whole number, at least 0",
    ),
    "widths that groups do not divide": (
        "train diffusion --data d --size 32 --widths 8,8,8",
        "do not make a diffusion",
    ),
    "a device without numbers": ("train pix2pix --data d --size 32 --device meta", "no device 'meta'"),
    "a setting before the name": (
        "train --width 8 pix2pix --data d",
        "(settings such as --width go after the name)",
    ),
    "settings before the name": (
        "train --width 8 --l1 3 pix2pix --data d",
        "(settings such as --width go after",
    ),
    "a net too deep for the size": ("train pix2pix --data d --size 32 --depth 6", "64"),
    "a size that f does not halve to 4": ("train dtn --data d --size 48", "side must be"),
    "a setting for a judge": (f"train {next(iter(judges.JUDGES))} --width 4", "--width"),
    "too many samples": ("translate m in.png --out o --n 65", "65"),
    "no samples": ("translate m in.png --out o --n 0", "--n"),
    "a scale below one": ("translate m in.png --out o --scale 0.5", "0.5"),
    "figures of nothing": ("evaluate m --limit 0", "--limit"),
    "no rounds": ("bench --rounds 0", "--rounds"),
}


@pytest.mark.parametrize("line, name", WRONG.values(), ids=WRONG)
def test_a_wrong_argument_is_named_and_nothing_is_written(cli, elsewhere, line, name):
    refused(cli(*line.split()), 2, name)
    assert list(elsewhere.iterdir()) == []


def test_an_unknown_name_is_answered_with_those_there_are(cli):
    assert "pix2pix-emoji" in refused(cli("train", "pix2pix-emoij"), 2)
    assert "facades" in refused(cli("data", "facade"), 2)
    assert "best-constant" in refused(cli("claims", "best"), 2)


def test_an_option_cannot_be_cut_short(cli):
    refused(cli("claims", "--js"), 2, "--js")


# ---- list ----


def test_list_names_everything(cli):
    status, out, _ = cli("list")
    assert status == 0
    for name in [*METHODS, *PAPERS, *RECIPES, *catalogue.DATASETS, *shipped()]:
        assert re.search(rf"(^|\s|, ){re.escape(name)}(,|\s|$)", out, re.M), name


def test_list_for_machines(cli, elsewhere):
    (elsewhere / "data" / "emoji").mkdir(parents=True)
    status, out, _ = cli("list", "--json")
    listed = json.loads(out)
    assert status == 0
    assert listed["methods"] == list(METHODS)
    papers = {p["key"]: p for p in listed["papers"]}
    assert list(papers) == list(PAPERS) and {key for key, p in papers.items() if p["here"]} == {*METHODS}
    assert papers["ost"] | {"models": []} == {
        "key": "ost", "name": "OST", "title": PAPERS["ost"].title, "authors": ["Sagie Benaim", "Lior Wolf"], "year": 2018, "venue": "NeurIPS",
        "arxiv": "1806.06029", "idea": PAPERS["ost"].idea, "family": "Unpaired", "tab": "Unpaired", "notebook": "07_partial_supervision",
        "here": True, "models": [],
    }  # fmt: skip
    assert "ost-icons" in papers["ost"]["models"] and papers["crn"]["models"] == []
    assert list(listed["recipes"]) == list(RECIPES)
    assert {r["data"] for r in listed["recipes"].values()} <= set(DATA)
    assert list(listed["models"]) == shipped()
    assert list(listed["datasets"]) == list(catalogue.DATASETS)
    installed = {name for name, d in listed["datasets"].items() if d["installed"]}
    assert installed == {"emoji"}


# ---- data ----


def test_a_dataset_goes_where_the_catalogue_says(cli, elsewhere, monkeypatch):
    asked = []
    monkeypatch.setattr(download, "fetch", lambda dataset, root, **_: asked.append((dataset.name, root)))
    monkeypatch.setenv("I2I_DATA", str(elsewhere))
    assert cli("data", "facades")[0] == 0
    assert asked == [("facades", elsewhere)]


def test_a_fetch_that_fails_is_a_failure_not_a_wrong_argument(cli, monkeypatch):
    def fail(*_, **__):
        raise download.DownloadError("facades: no mirror answered.")

    monkeypatch.setattr(download, "fetch", fail)
    assert refused(cli("data", "facades"), 1) == "i2i data: facades: no mirror answered."


# ---- train ----


@pytest.mark.parametrize("layout", [side_by_side, two_folders])
def test_own_pairs_become_a_model_that_loads(cli, elsewhere, layout):
    layout(elsewhere / "mine")
    words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "3", "--batch", "2", *SMALL]
    status, out, err = cli(*words)
    assert status == 0, err
    assert err == "", "--quiet"
    run = elsewhere / "runs" / "pix2pix-mine"
    assert (run / "resume.pt").is_file() and (run / "sheets" / "000003.png").is_file()
    with (run / "log.csv").open() as file:
        assert {row["step"] for row in csv.DictReader(file)} == {"3"}
    told = re.search(r"exported to ([^:]+):", out)[1]
    assert re.fullmatch(r"runs/pix2pix-mine-[0-9a-f]{6}/export", told) and (elsewhere / told).samefile(
        run / "export"
    ), "its own name is told"

    model = i2i.load(run / "export")
    assert model(photo(), seed=0).size == (32, 32)
    assert model.card["steps"] == 3 and model.card["pictures a step"] == 2
    assert model.card["judged on"].startswith("nothing"), "too few are held out"

    before = (run / "log.csv").read_text()
    assert cli(*words)[0] == 0
    assert (run / "log.csv").read_text() == before, "a finished run takes no further step"


def test_a_cards_command_makes_the_same_model_again(cli, elsewhere):
    """Own options went unsaid, so the command trained the net of the defaults."""
    side_by_side(elsewhere / "mine")
    words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "3", "--batch", "2", *SMALL]
    assert cli(*words, "--direction", "BA", "--skips", "false", "--seed", "4", "--fit", "crop")[0] == 0
    made = next((elsewhere / "runs").iterdir()) / "export"
    told = command(read_config(made)[1])
    assert (
        f"`{told}`" in (made / "README.md").read_text()
        and "| options |" not in (made / "README.md").read_text()
    )
    again = shlex.split(told.removeprefix("python -m i2i ").replace("FOLDER", "mine"))
    assert cli(*again, "--precision", "fp32", "--quiet", "--out", "again")[0] == 0
    here, there = (read_config(folder)[1] for folder in (made, elsewhere / "again/export"))
    facts = ("minutes", "name")
    for config in (here, there):
        config["card"] = {k: v for k, v in config["card"].items() if k not in facts}
    assert (
        here == there
        and (made / "G.safetensors").read_bytes() == (elsewhere / "again/export/G.safetensors").read_bytes()
    )


# Nets of a few hundred weights for each method without pairs.
UNPAIRED = {
    "cyclegan": "--width 4 --blocks 1 --patch_layers 1 --patch_width 4",
    "discogan": "--width 4 --code 4",
    "dualgan": "--width 4 --cap 8 --critic_width 4",
    "distancegan": "--width 4 --blocks 1 --patch_layers 1 --patch_width 4",
    "unit": "--width 4 --blocks 1 --critic_width 4 --critic_layers 4",
    "ost": "--width 4 --blocks 2 --patch_layers 1 --patch_width 4 --autoencoder_steps 2",
}


def two_domains(home: Path, count: int = 30) -> Path:
    """Reddish images in A, twice as many bluish ones in B, of several shapes and modes."""
    for name, colour, many in (("A", (220, 60, 40), count), ("B", (40, 60, 220), 2 * count)):
        (home / name).mkdir(parents=True)
        for i in range(many):
            image = Image.new("RGB", (40 + i % 7, 36), colour)
            image.paste((i * 8 % 256, 200, 90), (i % 20, 5, i % 20 + 12, 25))
            (image.convert("L") if i == 3 else image).save(home / name / f"{name.lower()}{i}.png")
    return home


@pytest.mark.parametrize("method", UNPAIRED)
def test_two_domains_become_a_model_that_loads_and_is_judged(cli, elsewhere, method):
    two_domains(elsewhere / "mine")
    small = [*UNPAIRED[method].split(), "--precision", "fp32", "--quiet"]
    status, _, err = cli(
        "train", method, "--data", "mine", "--size", "32", "--steps", "2", "--batch", "2", *small
    )
    assert status == 0, err
    run = elsewhere / "runs" / f"{method}-mine"
    steps = 4 if method == "ost" else 2  # of both its stages
    assert (run / "sheets" / f"{steps:06d}.png").is_file()
    model = i2i.load(run / "export")
    one_sided = method == "distancegan"
    assert ("direction" in model.controls) != one_sided

    two_domains(elsewhere / "others", 5)
    status, out, err = cli("evaluate", run / "export", "--data", "others", "--json")
    assert status == 1 and "at least 4" in err, "a tenth of five is no test set"
    (elsewhere / "others" / "test").mkdir()
    for name in "AB":
        (elsewhere / "others" / name).rename(elsewhere / "others" / "test" / name)
    status, out, err = cli("evaluate", run / "export", "--data", "others", "--json")
    assert status == 0, err
    figures = json.loads(out)
    assert "KD-i2i" in figures and "PD-i2i" not in figures
    assert "likeness" not in figures and "left out" in err, "no judge could learn from what training has seen"
    assert ("back: KD-i2i" in figures) != one_sided

    photo().save("in.png")
    made = {}
    for direction in ("xy", "yx"):
        words = ["translate", run / "export", "in.png", "--out", direction, "--direction", direction]
        if one_sided and direction == "yx":
            refused(cli(*words), 2, "no way back")
        else:
            assert cli(*words)[0] == 0
            made[direction] = Image.open(Path(direction) / "in.png").tobytes()
    # Two steps leave DiscoGAN's output at an even grey, whichever net paints it.
    assert one_sided or method == "discogan" or made["xy"] != made["yx"]


def test_a_domain_without_pictures_is_named(cli, elsewhere):
    two_domains(elsewhere / "mine", 4)
    for path in (elsewhere / "mine" / "B").iterdir():
        path.unlink()
    refused(cli("train", "cyclegan", "--data", "mine", "--size", "32", "--steps", "1"), 1, "B", "no pictures")


STAR = "--size 32 --width 4 --blocks 1 --critic_width 4 --batch 2 --precision fp32 --quiet".split()


def three_domains(home: Path, names=("2", "clay", "ink"), count: int = 4, split: str = "") -> Path:
    for k, name in enumerate(names):
        for i in range(count):
            put(home / split / name / f"{i}.png", photo(10 * k + i))
    return home


def test_domains_become_a_model_that_goes_where_it_is_told(cli, elsewhere):
    three_domains(elsewhere / "mine", split="train")
    three_domains(elsewhere / "mine", split="test")
    status, _, err = cli("train", "stargan", "--data", "mine", "--steps", "2", *STAR)
    assert status == 0, err
    run = elsewhere / "runs" / "stargan-mine"
    model = i2i.load(run / "export")
    assert model.labels == ("2", "clay", "ink") and model.method.config.domains == 3
    assert {"domain", "to itself", "likeness"} <= {*model.card["figures"]} and "partner L1" not in model.card[
        "figures"
    ]
    assert (run / "sheets" / "000002.png").is_file()

    put(elsewhere / "in.png", photo())
    made = {}
    for label in ("2", "clay", "ink", "0", "1"):
        assert cli("translate", run / "export", "in.png", "--out", f"to {label}", "--label", label)[0] == 0
        made[label] = (elsewhere / f"to {label}" / "in.png").read_bytes()
    assert made["2"] == made["0"] and made["clay"] == made["1"], "a domain may be called by a number"
    assert len({made["2"], made["clay"], made["ink"]}) == 3
    for wrong in (
        [],
        ["--label", "oil"],
        ["--label", "3"],
        ["--label", "-1"],
        ["--label", "\N{SUPERSCRIPT TWO}"],
        ["--label", ""],
    ):
        words = ["translate", run / "export", "in.png", "--out", "nowhere", *wrong]
        assert "2, clay, ink" in refused(cli(*words), 2, "--label", "by name or by number")
    assert not (elsewhere / "nowhere").exists()

    status, out, err = cli("evaluate", run / "export", "--data", "mine", "--json")
    assert status == 0 and {"domain", "to itself"} <= {*json.loads(out)}, err
    three_domains(elsewhere / "others", ("2", "clay", "oil"))
    refused(cli("evaluate", run / "export", "--data", "others"), 1, "oil", "stargan-mine knows 2, clay, ink")


def test_a_label_goes_with_a_model_of_several_domains(cli, elsewhere, model):
    put(elsewhere / "in.png", photo())
    refused(
        cli("translate", model, "in.png", "--out", "made", "--label", "ink"),
        2,
        "--label",
        "one target domain",
    )


def test_one_domain_or_an_empty_one_is_named(cli, elsewhere):
    three_domains(elsewhere / "mine", ("clay",))
    refused(cli("train", "stargan", "--data", "mine", "--steps", "1", *STAR), 1, "1 folder", "at least two")
    (elsewhere / "mine" / "void").mkdir()
    refused(cli("train", "stargan", "--data", "mine", "--steps", "1", *STAR), 1, "void", "no pictures")
    assert not (elsewhere / "runs").exists()


def test_classes_and_a_target_become_a_model_that_is_judged(cli, elsewhere):
    held = [str(i) for i in range(200) if is_validation(str(i))][:4]
    names = held + [str(i) for i in range(200) if not is_validation(str(i))][:4]
    for k, folder in enumerate(("A/cat", "A/dog", "B")):
        for name in names:
            put(elsewhere / "mine" / folder / f"{name}.png", photo(1000 * k + int(name)))
    small = "--size 32 --width 4 --code 8 --g_width 2 --d_width 4 --batch 4 --precision fp32 --quiet".split()
    words = ["train", "dtn", "--data", "mine", "--f_steps", "2", "--steps", "2", *small]
    status, _, err = cli(*words)
    assert status == 0, err
    run = elsewhere / "runs" / "dtn-mine"
    model = i2i.load(run / "export")
    assert model.method.config.classes == 2 and model.card["steps"] == 4 and model.labels == ()
    assert {"identity", "likeness"} <= {*model.card["figures"]} and "class" not in model.card["figures"]
    with (run / "log.csv").open() as file:
        assert {row["stage"] for row in csv.DictReader(file)} == {"train"}
    put(elsewhere / "in.png", photo(w=60))
    assert cli("translate", run / "export", "in.png", "--out", "made")[0] == 0
    assert Image.open(elsewhere / "made" / "in.png").size == (32, 21)
    refused(cli("translate", run / "export", "in.png", "--out", "made", "--scale", "2"), 2, "own size only")
    status, out, _ = cli("evaluate", run / "export", "--data", "mine", "--json")
    assert status == 0 and "identity" in json.loads(out)

    for path in (elsewhere / "mine" / "A" / "dog").iterdir():
        path.unlink()
    refused(cli(*words), 1, "dog", "no pictures")


def test_a_stopped_run_goes_on_and_another_run_s_folder_is_refused(cli, elsewhere):
    side_by_side(elsewhere / "mine", FEW)
    words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "2", *SMALL, "--out", "run"]
    assert cli(*words)[0] == 0
    kept = (elsewhere / "run" / "resume.pt").read_bytes()
    sentence = refused(cli(*words, "--seed", "5"), 1, "resume.pt", "seed")
    assert "--out" in sentence, "what to do"
    assert (elsewhere / "run" / "resume.pt").read_bytes() == kept


def colours_of_the_sheet(run: Path) -> tuple[tuple, tuple]:
    """Of the showcase's first column: the input and the truth."""
    page = Image.open(run / "sheets" / "000001.png")
    return page.getpixel((20, 20)), page.getpixel((20, 20 + 2 * 36))


def test_attributes_are_named_with_commas_between(cli, elsewhere):
    model = i2i.load("stargan-faces")
    face = Image.new("RGB", (64, 64), (200, 150, 120))
    face.save(elsewhere / "in.png")
    for asked, wanted in (("bangs, smile", {"bangs", "smile"}), ("", set())):
        status, _, err = cli("translate", "stargan-faces", "in.png", "--out", "made", "--label", asked)
        assert status == 0, err
        same = model(face, label=[float(name in wanted) for name in model.labels], seed=0)
        assert Image.open(elsewhere / "made" / "in.png").tobytes() == same.tobytes()


def test_the_direction_says_which_side_is_the_input(cli, elsewhere):
    side_by_side(elsewhere / "mine", FEW)
    seen = {}
    for direction in ("AB", "BA"):
        words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "1", *SMALL]
        assert cli(*words, "--direction", direction, "--out", direction)[0] == 0
        seen[direction] = colours_of_the_sheet(elsewhere / direction)
    red, blue = (250, 20, 20), (20, 20, 250)
    assert seen == {"AB": (red, blue), "BA": (blue, red)}


def test_a_setting_of_the_method_reaches_the_model(cli, elsewhere):
    side_by_side(elsewhere / "mine", FEW)
    words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "1", *SMALL]
    more = ["--config.l1", "7", "--skips=false", "--rate=2e-3", "--adversarial=least-squares"]
    more += ["--norm", "instance", "--export", "made"]
    status, _, err = cli(*words, *more)
    assert status == 0, err
    config = i2i.load("made").method.config
    assert (config.width, config.l1, config.skips, config.norm) == (4, 7.0, False, "instance")
    assert (config.rate, config.adversarial) == (2e-3, "least-squares")


@pytest.mark.parametrize(
    "words, says",
    [
        (("bicyclegan", "--code", "0"), "its term latent is no number"),
        (("pix2pix", "--l1", "-1"), "l1 is a number, at least 0; got -1.0"),
        (("pix2pix", "--grains", "1"), "neither an option nor a setting"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_before_anything_is_trained(cli, elsewhere, words, says):
    side_by_side(elsewhere / "mine", FEW)
    method, *more = words
    status, _, err = cli("train", method, "--data", "mine", "--size", "32", "--steps", "1", *more)
    assert status == 2 and says in err and err.count("\n") == 1, err
    assert not list(elsewhere.glob("runs/*"))


def test_a_number_that_the_data_of_a_recipe_say_is_not_another(cli, elsewhere):
    status, _, err = cli("train", "bilinear-letters", "--styles", "3")
    assert status == 2 and "--styles is 22 for these data; got 3." in err
    recipe = RECIPES["bilinear-letters"]
    task = train._as_published(recipe, recipe.build(), "bilinear-letters")
    assert (task.name, task.run) == ("bilinear-letters", "bilinear-letters")


@pytest.mark.parametrize("name", ["stargan-icons", "stargan-faces", "icgan-faces", "infogan-faces"])
def test_a_recipe_agrees_with_what_its_own_data_say(name):
    recipe = RECIPES[name]
    assert train._as_published(recipe, recipe.build(), name).recipe is recipe


@pytest.mark.parametrize("asked", ["4", "5"], ids=["the default", "another"])
def test_how_many_domains_a_folder_has_is_not_asked_otherwise(cli, elsewhere, asked):
    three_domains(elsewhere / "mine")
    status, _, err = cli("train", "stargan", "--data", "mine", "--steps", "1", *STAR, "--domains", asked)
    assert status == 2 and f"--domains is 3 for these data; got {asked}." in err
    assert not list(elsewhere.glob("runs/*"))


def test_infogan_seeks_as_many_kinds_in_a_folder_as_one_likes(cli, elsewhere):
    three_domains(elsewhere / "mine")
    words = "--size 32 --steps 1 --width 4 --d_width 4 --domains 5 --precision fp32 --quiet".split()
    status, _, err = cli("train", "infogan", "--data", "mine", *words)
    assert status == 0, err
    assert i2i.load(elsewhere / "runs" / "infogan-mine" / "export").method.config.domains == 5


def test_a_recipe_is_trained_on_its_world(cli, elsewhere, monkeypatch):
    config = {"depth": 5, "width": 4, "cap": 8, "patch_layers": 1, "patch_width": 4, "steps": 1}
    small = dataclasses.replace(RECIPES["pix2pix-icons"], size=32, config=config, batch=2)
    monkeypatch.setitem(RECIPES, "small", small)
    judged = []
    monkeypatch.setattr(
        "i2i.publish.evaluate", lambda model, source, *_: judged.append(source) or {"PSNR": Estimate(9.0)}
    )
    status, out, err = cli("train", "small", "--precision", "fp32", "--quiet")
    assert status == 0, err
    model = i2i.load(elsewhere / "runs" / "small" / "export")
    assert model.card["figures"] == {"PSNR": [9.0, None, None]}
    assert judged[0].split == "test", "figures are of pictures that it never saw"


def test_a_loss_that_is_no_number_ends_the_run_in_a_sentence(cli, elsewhere):
    side_by_side(elsewhere / "mine", FEW)
    words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "4", *SMALL, "--rate", "1e30"]
    assert "lower learning rate" in refused(cli(*words), 1, "train", "nan")
    assert not list(elsewhere.rglob("resume.pt")), "nothing broken is kept"


def lonely(root: Path) -> None:
    two_folders(root)
    (root / "B" / "p03.png").unlink()


def unequal(root: Path) -> None:
    two_folders(root)
    put(root / "B" / "p01.png", Image.new("RGB", (32, 40)))


def single(root: Path) -> None:
    side_by_side(root)
    put(root / "p01.png", photo())


def broken(root: Path) -> None:
    side_by_side(root)
    whole = (root / "p01.png").read_bytes()
    (root / "p01.png").write_bytes(whole[: len(whole) // 2])


def empty(root: Path) -> None:
    root.mkdir()


UNUSABLE = {
    "a picture without partner": (lonely, "p03"),
    "partners of unequal size": (unequal, "p01"),
    "a picture that is no pair": (single, "p01.png"),
    "a picture cut short": (broken, "p01.png"),
    "no picture": (empty, "mine"),
    "no folder": (lambda root: None, "mine"),
}


@pytest.mark.parametrize("make, name", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_pairs_are_named(cli, elsewhere, make, name):
    make(elsewhere / "mine")
    refused(cli("train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "1", *SMALL), 1, name)
    assert not (elsewhere / "runs").exists()


def test_a_dataset_that_is_not_installed_is_named_with_the_way_to_it(cli):
    refused(cli("train", "pix2pix-facades", "--quiet"), 1, "python -m i2i data facades")


def test_a_folder_that_may_not_be_made_is_named(cli, elsewhere):
    side_by_side(elsewhere / "mine", FEW)
    (elsewhere / "taken").write_text("a file")
    words = ["train", "pix2pix", "--data", "mine", "--size", "32", "--steps", "1", *SMALL]
    refused(cli(*words, "--out", "taken"), 1, "taken")


# ---- translate ----


def test_pictures_and_folders_are_translated(cli, elsewhere, model):
    put(elsewhere / "one.png", photo(1))
    put(elsewhere / "many" / "two.jpg", photo(2))
    put(elsewhere / "many" / "three.webp", photo(3, 60, 30))
    (elsewhere / "many" / "notes.txt").write_text("not meant")
    status, out, err = cli("translate", model, "one.png", "many", "--out", "made")
    assert (status, err) == (0, "")
    sizes = {p.name: Image.open(p).size for p in (elsewhere / "made").iterdir()}
    assert sizes == {"one.png": (32, 32), "two.png": (32, 32), "three.png": (32, 16)}
    assert sorted(out.split()) == sorted(str(Path("made") / name) for name in sizes)


def test_one_broken_picture_does_not_lose_the_others(cli, elsewhere, model):
    put(elsewhere / "good.png", photo())
    (elsewhere / "text.png").write_text("no picture")
    (elsewhere / "none.png").write_bytes(b"")
    whole = put(elsewhere / "cut.png", photo(2)).read_bytes()
    (elsewhere / "cut.png").write_bytes(whole[: len(whole) // 2])
    put(elsewhere / "last.png", photo(3))
    inputs = ["good.png", "text.png", "none.png", "cut.png", "absent.png", "last.png"]
    status, _, err = cli("translate", model, *inputs, "--out", "made")
    assert status == 1
    assert sorted(p.name for p in (elsewhere / "made").iterdir()) == ["good.png", "last.png"]
    lines = err.strip().splitlines()
    for line, name in zip(lines, ["text.png", "none.png", "cut.png", "absent.png", "4 of 6"], strict=True):
        assert line.startswith("i2i translate: ") and name in line and line.endswith(".")


def test_samples_are_numbered_and_differ_and_a_seed_names_them(cli, elsewhere, model):
    put(elsewhere / "in.png", photo())
    made = {}
    for out, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert cli("translate", model, "in.png", "--out", out, "--n", "2", "--seed", seed)[0] == 0
        assert sorted(p.name for p in (elsewhere / out).iterdir()) == ["in-1.png", "in-2.png"]
        made[out] = [(elsewhere / out / f"in-{i}.png").read_bytes() for i in (1, 2)]
    assert made["a"] == made["b"]
    assert made["a"][0] != made["a"][1]
    assert made["a"][1] == made["c"][0], "sample i of seed s is the first of seed s + i"


@pytest.mark.parametrize("asked", [("--n", "2"), ("--seed", "3")])
def test_a_model_that_leaves_nothing_to_chance_has_one_answer(cli, elsewhere, asked):
    export(elsewhere / "still", tiny("cyclegan"), size=32)
    put(elsewhere / "in.png", photo())
    words = ("translate", "still", "in.png", "--out", "made")
    refused(
        cli(*words, *asked), 2, asked[0], "still leaves nothing to chance, so each picture has one answer"
    )
    assert not (elsewhere / "made").exists()
    assert cli(*words, "--n", "1")[0] == 0


def test_the_precision_reaches_the_model(cli, elsewhere, model, monkeypatch):
    put(elsewhere / "in.png", photo())
    load, asked = pipeline.load, []
    monkeypatch.setattr(pipeline, "load", lambda *given: asked.append(given[2]) or load(*given))
    for words in ((), ("--precision", "bf16")):
        assert cli("translate", model, "in.png", "--out", "made", *words)[0] == 0
    assert asked == ["auto", "bf16"]
    refused(cli("translate", model, "in.png", "--out", "made", "--precision", "half"), 2, "half")


def test_a_scale_enlarges_the_result(cli, elsewhere, model):
    put(elsewhere / "in.png", photo())
    assert cli("translate", model, "in.png", "--out", "made", "--scale", "2")[0] == 0
    assert Image.open(elsewhere / "made" / "in.png").size == (64, 64)


def test_no_result_replaces_an_input(cli, elsewhere, model):
    before = put(elsewhere / "mine" / "in.png", photo()).read_bytes()
    refused(cli("translate", model, "mine", "--out", "mine"), 2, "in.png", "--out")
    assert (elsewhere / "mine" / "in.png").read_bytes() == before


def test_no_result_replaces_another(cli, elsewhere, model):
    for name in ("a/in.png", "b/in.jpg"):
        put(elsewhere / name, photo())
    refused(cli("translate", model, "a", "b", "--out", "made"), 2, "in.png", "in.jpg")
    assert not (elsewhere / "made").exists()


def test_pictures_that_differ_by_their_suffix_get_results_of_their_own(cli, elsewhere, model):
    for name in ("a.png", "a.jpg", "b.png"):
        put(elsewhere / "mine" / name, photo())
    assert cli("translate", model, "mine", "--out", "made")[0] == 0
    assert sorted(p.name for p in (elsewhere / "made").iterdir()) == ["a-jpg.png", "a-png.png", "b.png"]


def test_a_link_to_itself_and_a_name_that_is_no_text_end_nothing(elsewhere, model):
    """In a process of its own: what it prints must be printable on a strict terminal."""
    (elsewhere / "mine").mkdir()
    (elsewhere / "mine" / "loop.png").symlink_to("loop.png")
    put(elsewhere / "mine" / "last.png", photo())
    odd = os.fsdecode(b"mine/od\xffd.png")
    put(elsewhere / odd, photo())
    Path(os.fsdecode(b"mine/brok\xffen.png")).write_text("no picture", encoding="utf-8")
    words = [sys.executable, "-m", "i2i", "translate", str(model), "mine", "--out", "made"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert len(list((elsewhere / "made").iterdir())) == 2, done.stderr
    assert "Traceback" not in done.stderr and "2 of 4" in done.stderr
    assert "loop.png" in done.stderr and "brok?en.png" in done.stderr and "od?d.png" in done.stdout


def test_the_model_the_device_and_the_folder_are_named_when_they_are_not_there(cli, elsewhere, model):
    put(elsewhere / "in.png", photo())
    (elsewhere / "void").mkdir()
    refused(cli("translate", "pix2pix-nothing", "in.png", "--out", "made"), 1, "pix2pix-nothing")
    refused(cli("translate", model, "void", "--out", "made"), 1, "no pictures")
    refused(cli("translate", model, "in.png", "--out", "made", "--device", "abacus"), 2, "abacus")


def test_a_model_cut_short_is_named(cli, elsewhere, model):
    put(elsewhere / "in.png", photo())
    for path in model.iterdir():
        (elsewhere / "half").mkdir(exist_ok=True)
        (elsewhere / "half" / path.name).write_bytes(path.read_bytes())
    whole = (elsewhere / "half" / "G.safetensors").read_bytes()
    (elsewhere / "half" / "G.safetensors").write_bytes(whole[: len(whole) // 2])
    refused(cli("translate", "half", "in.png", "--out", "made"), 1, "G.safetensors")


# ---- evaluate ----


def held_out(root: Path, count: int = 5) -> Path:
    """A folder of pairs whose images are all for testing."""
    for i in range(count):
        both = Image.new("RGB", (80, 40))
        both.paste(photo(2 * i), (0, 0))
        both.paste(photo(2 * i + 1), (40, 0))
        put(root / "test" / f"{i}.png", both)
    return root


def test_figures_on_pictures_of_one_s_own(cli, elsewhere, model):
    held_out(elsewhere / "mine")
    status, out, err = cli("evaluate", model, "--data", "mine", "--json")
    assert status == 0, err
    figures = json.loads(out)
    assert {"PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i"} <= set(figures)
    for value, low, high in figures.values():
        assert value == value and (low is None or low <= high)
    psnr, low, high = figures["PSNR"]
    assert 2 < psnr < 20 and low <= psnr <= high, "a picture of noise is far from another"

    status, table, _ = cli("evaluate", model, "--data", "mine")
    assert status == 0
    assert re.search(rf"PSNR +{psnr:.4g}\b", table), "the same figures, for people"
    assert "all 5 picture(s) of the test part of mine" in table


def test_figures_need_pictures_and_a_model_of_ours_or_a_folder(cli, elsewhere, model):
    held_out(elsewhere / "few", 3)
    refused(cli("evaluate", model, "--data", "few"), 1, "at least 4", "3")
    refused(cli("evaluate", model), 2, "--data")
    refused(cli("evaluate", "nobody"), 1, "nobody")


# ---- claims ----


@pytest.fixture
def record(tmp_path, monkeypatch) -> Path:
    """A record of its own, so that a test cannot change what the gallery states."""
    monkeypatch.setattr(claim, "RECORD", tmp_path / "claims.json")
    monkeypatch.setenv("I2I_CACHE", str(tmp_path / "cache"))
    return tmp_path / "claims.json"


def test_what_nobody_measured_is_said_so(cli, record):
    status, out, _ = cli("claims")
    assert status == 0
    for name, c in CLAIMS.items():
        assert f"{name}: {c.says}" in out
    assert out.count("not measured yet") == len(CLAIMS)
    assert json.loads(cli("claims", "--json")[1]) == dict.fromkeys(CLAIMS)


def test_a_measurement_is_recorded_and_read_back(cli, record):
    status, out, err = cli("claims", "best-constant", "--run", "--json")
    assert status == 0 and "minutes" in err, "the time it takes is told beforehand"
    result = json.loads(out)["best-constant"]
    figures = result["figures"]
    assert abs(figures["guess under L2"] - 0.7) < 0.03 and abs(figures["guess under L1"] - 1) < 0.03
    assert result["verdict"] == "holds" and "holds" not in result
    assert json.loads(record.read_text()) == {"best-constant": result}
    assert f"recorded best-constant in {record}" in err

    status, table, _ = cli("claims", "best-constant")
    assert "HOLDS: " in table and result["date"] in table and f"{figures['mean of y']:.4g}" in table


def moon(figures: dict) -> Claim:
    comparison = (Comparison(2, "density", exact=True),)
    return Claim(
        "the moon is cheese", "no lecture", "its density is below 2", lambda: figures, comparison, 0.0
    )


def test_the_help_says_that_a_measurement_replaces_the_record(cli):
    assert "assets/claims.json" in cli("claims", "--help")[1].replace("\n", " ")


def test_a_record_that_cannot_be_written_is_a_sentence_below_the_figures(cli, record, monkeypatch):
    monkeypatch.setitem(CLAIMS, "moon", moon({"density": 3.34}))
    (record.parent / "file").touch()
    monkeypatch.setattr(claim, "RECORD", record.parent / "file" / "claims.json")
    status, out, err = cli("claims", "moon", "--run")
    assert status == 1 and "3.34" in out and "CONTRADICTED" in out, "what was measured is not lost"
    assert "i2i claims: what was measured is not recorded, since" in err and "Traceback" not in err


def test_two_measurements_at_once_lose_neither_record(record, monkeypatch):
    """Both read the record before either wrote it."""
    read = claim._records
    monkeypatch.setattr(claim, "_records", lambda: [read(), time.sleep(0.2)][0])
    threads = [threading.Thread(target=claim.record, args=(name, {"figures": {}})) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {*json.loads(record.read_text(encoding="utf-8"))} == {"one", "two"}


def test_a_claim_that_fails_is_reported_as_such(cli, record, monkeypatch):
    monkeypatch.setitem(CLAIMS, "moon", moon({"density": 3.34}))
    record.write_text(json.dumps({"older": {"figures": {}, "verdict": "holds", "date": "2020-01-01"}}))
    status, out, _ = cli("claims", "moon", "--run")
    assert status == 0, "a claim that is contradicted is a result, not a failure"
    assert "CONTRADICTED: its density is below 2" in out and "3.34" in out
    assert set(json.loads(record.read_text())) == {"older", "moon"}, "the others' records stay"


def test_each_part_of_a_claim_has_its_own_verdict(cli, record, monkeypatch):
    parts = (Comparison(2, "density", exact=True), Comparison("light", "dark"))
    figures = {"density": 1.0, "light": [0.0, 1.0, 2.0], "dark": [1.0, 0.0, 1.0]}
    monkeypatch.setitem(
        CLAIMS, "moon", Claim("the moon is cheese", "no lecture", "both", lambda: figures, parts, 0.0)
    )
    out = cli("claims", "moon", "--run")[1]
    assert "NOT DECIDED AT THIS SCALE: both" in out
    assert "    holds: density < 2\n" in out and "    not decided at this scale: light > dark\n" in out


def test_the_patch_critic_takes_any_size():
    result = CLAIMS["any-size"]
    assert result.verdict(result.run()) == "holds"


# ---- bench ----


@pytest.fixture
def small_recipe(monkeypatch):
    config = {"depth": 4, "width": 4, "cap": 8, "patch_layers": 1, "patch_width": 4, "steps": 9}
    monkeypatch.setitem(RECIPES, "small", Recipe("pix2pix", "icons", 32, config, batch=2))
    monkeypatch.setattr(bench, "convolution_ceiling", lambda: 123.0)
    monkeypatch.setattr("i2i.train.bf16_pays", lambda device: False)


def test_a_recipe_is_timed_against_plain(cli, small_recipe):
    status, out, err = cli("bench", "small", "--rounds", "1", "--json")
    assert status == 0, err
    timed = json.loads(out)
    assert timed["machine"]["convolution GFLOP/s"] == 123.0 and timed["machine"]["threads"] >= 1
    assert list(timed["recipes"]) == ["small"], "nothing else is timed"
    f = timed["recipes"]["small"]
    assert f["training ratio"] == pytest.approx(f["plain step ms"] / f["step ms"])
    assert f["inference ratio"] == pytest.approx(f["plain picture ms"] / f["picture ms"])
    assert f["images/s"] == pytest.approx(2000 / f["step ms"]) and f["pictures/s"] == pytest.approx(
        1000 / f["picture ms"]
    )
    assert all(value > 0 for key, value in f.items() if key != "bf16")


@pytest.fixture
def unweighed(monkeypatch):
    monkeypatch.setattr(bench, "peak_memory", lambda recipe, device: {})


def test_the_table_names_the_recipe_and_the_ratio(cli, small_recipe, unweighed):
    status, out, _ = cli("bench", "small", "--rounds", "1")
    assert status == 0
    assert re.search(
        r"small\n +step +\d+\.\d ms +\d+\.\d\d x plain \(\d+\.\d ms\) +\d+\.\d images/s +\d+% of the ceiling\n",
        out,
    )
    assert re.search(r" +picture +\d+\.\d ms .*\n +first picture after loading: \d\.\d\d s", out)


def test_memory_is_that_of_the_way_at_hand_alone():
    """A block of 80 MB shows; one that was taken and freed before does not."""

    def taking(megabytes: int):
        held = torch.ones(megabytes * 250_000)
        return lambda: held.sum()

    device = torch.device("cpu")
    if (large := bench._peak(lambda: taking(80), device)) is None:
        pytest.skip("this system does not tell")
    assert 75 < large < 120
    assert bench._peak(lambda: taking(8), device) < 40
    recipe = Recipe(
        "pix2pix", "icons", 32, {"depth": 4, "width": 16, "cap": 16, "patch_layers": 1, "patch_width": 4}
    )
    assert set(bench.peak_memory(recipe, device)) == {
        "step MB",
        "plain step MB",
        "picture MB",
        "plain picture MB",
    }


def test_a_step_is_counted_in_floating_point_operations(small_recipe):
    """Of the work of a step: the generator's forward is a third of its own share, whatever way it is computed."""
    recipe = RECIPES["small"]
    x = torch.rand(1, 3, 32, 32)
    ours, plain = recipe.build().eval(), bench._plain(recipe, torch.device("cpu")).eval()
    work = [bench._gflop(lambda net=net: net.translate(x)) for net in (ours, plain)]
    # By hand, 2 x inputs x outputs x 16 taps x pixels: 3-4-8-8-8 down, then 8-8, 16-8, 16-4, 8-3 up.
    down = 3 * 4 * 256 + 4 * 8 * 64 + 8 * 8 * 16 + 8 * 8 * 4
    up = 8 * 8 * 4 + 16 * 8 * 16 + 16 * 4 * 64 + 8 * 3 * 256
    assert work == pytest.approx([2e-9 * 16 * (down + up)] * 2)


def test_a_method_stands_for_the_papers_sizes_and_one_of_each_kind_of_recipe(small_recipe):
    everything, names = bench.chosen([]), set(bench.chosen(["pix2pix"]))
    assert names == {name for name, recipe in everything.items() if recipe.method == "pix2pix"}
    assert {"cyclegan-paper-128", "cyclegan-paper-128-9", "cyclegan-width-32"} <= set(everything)
    assert {"pix2pix-paper", "pix2pix-paper-128", "pix2pix-facades", "pix2pix-icons", "small"} <= names
    assert not any(name.startswith("pix2pix-facades-") for name in names), (
        "variations cost what the recipe costs"
    )
    assert list(bench.chosen(["pix2pix-facades-l1"])) == ["pix2pix-facades-l1"]
    paper = bench.PAPER["pix2pix-paper"].build().config
    assert (paper.width, paper.cap, paper.depth) == (64, 512, 8)


def test_the_curves_are_drawn_and_their_numbers_kept(cli, small_recipe, unweighed, monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "MIDDLE", {"size": 32, "width": 4, "batch": 1})
    small = {"size": (32, 64), "width": (4,), "batch": (1, 2)}
    monkeypatch.setattr(bench.curves, "__defaults__", (5, "pix2pix", small))
    status, out, err = cli("bench", "small", "--rounds", "1", "--curves", "--out", tmp_path)
    assert status == 0, err
    assert str(tmp_path / "bench.json") in out
    found = json.loads((tmp_path / "bench.json").read_text())
    assert {k: tuple(map(int, v)) for k, v in found["curves"].items()} == small
    assert found["curves"]["size"]["64"]["step ms"] > 0 and "picture ms" not in found["curves"]["batch"]["2"]
    with Image.open(tmp_path / "figures" / "cost.png") as figure:
        assert min(figure.size) > 200
    assert (tmp_path / "figures" / "cost.png").stat().st_size <= 150_000


def test_where_to_write_goes_with_the_curves(cli):
    refused(cli("bench", "--out", "here"), 2, "--out goes with --curves")


# ---- Faults of our own ----


def test_a_defect_keeps_its_traceback(monkeypatch):
    """What is no fault of the input must not pass as one."""

    def fail():
        raise ValueError("a defect")

    monkeypatch.setattr("i2i.run.pipeline.cards", fail)
    with pytest.raises(ValueError, match="a defect"):
        main(["list"])


def test_ctrl_c_ends_in_a_sentence(cli, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(download, "fetch", stop)
    refused(cli("data", "facades"), 1, "stopped")
