"""A run is itself: its seed draws it, its folder knows it, and stopping it loses nothing."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import filelock
import numpy as np
import pytest
import torch
from PIL import Image

from i2i import checkpoint, files, train
from i2i.checkpoint import CheckpointError, export, load_method, load_resume, read_config
from i2i.data.fingerprint import fingerprint
from i2i.data.worlds.icons import Icons
from i2i.files import replacing
from i2i.methods import METHODS
from i2i.recipes import RECIPES
from i2i.train import AnotherRun, Stopped, folder_for
from kit.methods import tiny
from kit.root import ROOT
from kit.runs import assert_identical, everything
from kit.sources import Made, fake_batch
from kit.toy import toy, trainer


def pairs(folder: Path, count: int = 24, first: int = 0, size: tuple[int, int] = (48, 48)) -> Path:
    """Pairs of noise in A/ and B/."""
    for k, side in enumerate("AB"):
        (folder / side).mkdir(parents=True)
        for i in range(first, first + count):
            rng = np.random.default_rng(2 * i + k)
            Image.fromarray(rng.integers(0, 255, (size[1] // 8, size[0] // 8, 3), np.uint8)).resize(
                size
            ).save(folder / side / f"{i:03}.png")
    return folder


SMALL = (
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
)


def command(*words, **options) -> subprocess.Popen:
    """`python -m i2i ...` in a process of its own, with the hash seed that is asked for."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": options.pop("hashes", "0"),
    }
    return subprocess.Popen(
        [sys.executable, *map(str, words)],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


# ---- The seed ----

_EACH = """
import hashlib, sys, torch
sys.path[:0] = ["tests"]
torch.rand({drawn})  # what was drawn before must not matter
from kit.methods import TINY
from kit.sources import Made
from i2i.methods import METHODS
from i2i.train import Trainer
for key, cls in METHODS.items():
    method = cls.seeded(cls.Config(**TINY[key]), {seed})
    t = Trainer(method, Made(enlarges=method.enlarges), batch=2, seed={seed}, precision="fp32")
    for _ in range(5):
        t.advance()
    held = b"".join(v.contiguous().numpy().tobytes() for v in t.average.state_dict().values())
    print(key, hashlib.sha256(held).hexdigest())
from i2i.claims.mixtures import train
drawn = b"".join(p.detach().numpy().tobytes() for p in train("DiscoGAN", {seed}, steps=20).parameters())
print("mixtures", hashlib.sha256(drawn).hexdigest())
from i2i.cli import main
sys.exit(main({words}))
"""


def test_one_seed_makes_one_net_of_every_method_and_one_export_in_any_process(tmp_path):
    data, runs = pairs(tmp_path / "p"), []
    for drawn, hashes, out in ((1, "1", "a"), (7, "2", "b")):
        words = [
            "train",
            "pix2pix",
            "--data",
            data,
            "--steps",
            3,
            *SMALL,
            "--seed",
            3,
            "--out",
            tmp_path / out,
            "--export",
            tmp_path / f"{out}e",
        ]
        runs.append(
            command(
                "-c", _EACH.format(drawn=drawn, seed=3, words=[*map(str, words)]), hashes=hashes, cwd=ROOT
            )
        )
    told = [run.communicate()[0].splitlines() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    one, again = (dict(line.split() for line in lines[: len(METHODS) + 1]) for lines in told)
    assert set(one) == {*METHODS, "mixtures"} and one == again
    a, b = ((tmp_path / f"{out}e" / "G.safetensors").read_bytes() for out in "ab")
    assert a == b


def test_a_recipe_builds_one_net():
    one, again = (RECIPES["pix2pix-icons"].build().state_dict() for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one.values(), again.values(), strict=True))


def test_what_is_asked_for_goes_before_what_a_recipe_says():
    recipe = RECIPES["pix2pix-icons"]
    changed = recipe.build(width=8, l1=50.0).config
    assert (changed.width, changed.l1) == (8, 50) and changed.cap == recipe.config["cap"]


def test_every_recipe_has_a_showcase_for_its_sheets():
    """`i2i train NAME` ends in a traceback where there is none."""
    assert [name for name, recipe in RECIPES.items() if recipe.showcase is None] == []


# ---- What a run is ----


def test_a_fingerprint_tells_sources_apart_and_copies_not():
    one, copy = Made(10), Made(10)
    assert fingerprint(one) == fingerprint(copy) and len(fingerprint(one)) == 16
    copy.x = copy.x.clone()
    copy.x[7, 0, 3, 3] += 1e-6
    unlike = [
        copy,
        Made(11),
        Made(10, jitter=0.2),
        Icons(32, "line", "glossy"),
        Icons(32, "line", "flat"),
        Icons(64, "line", "glossy"),
    ]
    assert len({fingerprint(source) for source in [one, *unlike]}) == 1 + len(unlike)


@pytest.mark.parametrize(
    "change",
    [lambda v: partial(torch.add, alpha=v), lambda v: lambda x: x + v, lambda v: torch.full((2,), v).add],
)
def test_a_fingerprint_looks_into_functions(change):
    def holding(value):
        source = Made(4)
        source.move = change(value)
        return source

    assert fingerprint(holding(1)) == fingerprint(holding(1)) != fingerprint(holding(2))


def test_a_fingerprint_tells_names_shapes_and_types_apart():
    """All of zeros, so of the very same bytes."""
    zeros = [torch.zeros(2, 3), torch.zeros(3, 2), torch.zeros(2, 3, dtype=torch.int32)]
    held = [*({"x": z} for z in zeros), {"y": zeros[0]}]
    assert len({fingerprint(one) for one in held}) == len(held)


def test_a_fingerprint_does_not_care_where_files_lie(tmp_path):
    one, other = Made(4), Made(4)
    one.root, other.root = tmp_path / "a", tmp_path / "b"
    assert fingerprint(one) == fingerprint(other)


@pytest.mark.parametrize(
    "words, named",
    [
        (("--size", 64), "size (32; here 64)"),
        (("--direction", "BA"), "direction (AB; here BA)"),
        (("--fit", "crop"), "fit (letterbox; here crop)"),
        (("--batch", 3), "batch (4; here 3)"),
        (("--l1", 50), "l1 (100.0; here 50.0)"),
        (("--seed", 8), "seed (0; here 8)"),
        (("--data", "other"), "data (other images, or other names)"),
    ],
)
def test_the_command_refuses_to_resume_another_run_and_names_what_differs(cli, here, words, named):
    pairs(here / "mine")
    pairs(here / "other", first=100)
    start = ["train", "pix2pix", "--data", "mine", "--out", "o", "--steps", 2, *SMALL]
    assert cli(*start)[0] == 0
    before = {p: p.read_bytes() for p in Path("o/export").iterdir()}
    status, out, err = cli(*start, *words)
    assert status == 1 and "exported" not in out and "Traceback" not in err
    assert (
        f"o/resume.pt belongs to another run: {named}. Give the same options again, or another --out." in err
    )
    assert before == {p: p.read_bytes() for p in Path("o/export").iterdir()}


def test_where_settings_and_data_differ_both_are_named(tmp_path):
    trainer(toy(first=4), out=tmp_path).save()
    with pytest.raises(AnotherRun, match=r"first \(4; here 5\), number of images \(10; here 11\)\. Give"):
        trainer(toy(first=5), Made(11), out=tmp_path).resume()


def test_two_folders_of_one_name_are_two_runs_and_each_finds_its_own_again(cli, here):
    made = {}
    for who, first in (("anna", 0), ("ben", 100), ("anna", 0), ("ben", 100)):
        if not (here / who).exists():
            pairs(here / who / "data", first=first)
        status, out, err = cli("train", "pix2pix", "--data", here / who / "data", "--steps", 2, *SMALL)
        assert status == 0, err
        folder = Path(out.split("exported to ")[1].split(":")[0])
        weights = (folder / "G.safetensors").read_bytes()
        assert made.setdefault(who, (folder, weights)) == (folder, weights)
        assert Path("runs/pix2pix-data/export/G.safetensors").read_bytes() == weights, (
            "the plain name is the latest"
        )
    assert made["anna"][0] != made["ben"][0] and made["anna"][1] != made["ben"][1]


def test_the_plain_name_leads_to_the_latest_run_and_never_replaces_a_folder(tmp_path):
    one, other = Made(10), Made(11)
    for source in (one, other, one):
        own = folder_for(source, tmp_path / "run")
        assert (
            own == tmp_path / f"run-{fingerprint(source)[:6]}"
            and (tmp_path / "run").resolve() == own.resolve()
        )
    (tmp_path / "mine").mkdir()
    assert folder_for(one, tmp_path / "mine").name != "mine" and not (tmp_path / "mine").is_symlink()
    assert not list(tmp_path.glob(".*"))


def test_a_second_training_in_the_same_folder_is_told_so(tmp_path):
    tmp_path.joinpath("run").mkdir()
    with (
        filelock.FileLock(tmp_path / "run" / ".lock"),
        pytest.raises(AnotherRun, match="another training is at work in .*run: wait"),
    ):
        trainer(out=tmp_path / "run").fit(progress=False)
    assert trainer(out=tmp_path / "run").fit(progress=False) is not None, "and the lock goes with its holder"
    assert trainer(out=tmp_path / "run").fit(progress=False) is not None


@pytest.mark.parametrize(
    "out", [(), ("--out", "first"), ("--export", "test"), ("--out", "o", "--export", "model")]
)
def test_what_a_training_leaves_among_the_domains_is_none_of_them(cli, here, monkeypatch, out):
    pairs(here / "inside", count=4)
    monkeypatch.chdir(here / "inside")
    words = [
        "train",
        "stargan",
        "--data",
        ".",
        "--size",
        32,
        "--threads",
        1,
        "--quiet",
        "--precision",
        "fp32",
    ]
    words += ["--width", 4, "--blocks", 1, "--critic_layers", 2, "--critic_width", 4, "--steps", 1, *out]
    told = [cli(*words) for _ in range(2)]
    assert [(status, err) for status, _, err in told] == [(0, "")] * 2
    assert told[0][1] == told[1][1], "the same export of the same run"
    config = json.loads(next(here.glob("inside/**/config.json")).read_text())
    assert config["card"]["labels"] == ["A", "B"]


# ---- Going on for longer ----


def rated(steps: int, **changes):
    return tiny(steps=steps, **changes)


def test_a_longer_run_goes_on_before_the_decay_and_equals_one_that_was_planned_so(tmp_path):
    trainer(rated(8), out=tmp_path).fit(progress=False, log_every=1)
    assert load_resume(tmp_path / "resume-before-decay.pt")["step"] == 5
    longer = trainer(rated(16), out=tmp_path)
    seen = []
    longer.fit(progress=False, log_every=1, watch=lambda t, terms: seen.append(t.step))
    assert seen[0] == 6 and longer.step == 16
    straight = trainer(rated(16))
    straight.fit(progress=False)
    assert_identical(everything(longer), everything(straight))
    assert [(leg["from"], leg["to"], leg["of"]) for leg in longer.legs] == [(0, 5, 8), (5, 16, 16)]
    assert load_resume(tmp_path / "resume-before-decay.pt")["step"] == 9, "and may go on once more"
    with (tmp_path / "log.csv").open() as file:
        steps = [int(r["step"]) for r in csv.DictReader(file) if r["term"] == "l1"]
    assert steps == list(range(1, 17))


def test_a_plan_may_change_as_long_as_both_agree(tmp_path):
    """At step 3 of 8 the rate is still what it would be in a run of 20, or of 6; not in one of 3."""
    t = trainer(rated(8), out=tmp_path)
    for _ in range(3):
        t.advance()
    t.save()
    for steps in (20, 6):
        other = trainer(rated(steps), out=tmp_path)
        assert other.resume() and other.step == 3
    with pytest.raises(
        AnotherRun,
        match="planned for 8 steps and cannot become a run of 3: their learning rates part earlier. Give --steps 8",
    ):
        trainer(rated(3), out=tmp_path).resume()


def test_a_run_without_decay_goes_on_from_its_end(tmp_path):
    trainer(rated(4, decay_from=1.0), out=tmp_path).fit(progress=False)
    assert not (tmp_path / "resume-before-decay.pt").exists()
    longer = trainer(rated(8, decay_from=1.0), out=tmp_path)
    assert longer.resume() and longer.step == 4


def test_without_its_copy_a_run_that_decayed_is_refused(tmp_path):
    trainer(rated(8), out=tmp_path).fit(progress=False)
    (tmp_path / "resume-before-decay.pt").unlink()
    with pytest.raises(AnotherRun, match="cannot become a run of 16: their learning rates part"):
        trainer(rated(16), out=tmp_path).resume()


def test_a_run_is_not_replaced_by_one_of_fewer_steps_than_it_has_taken(tmp_path):
    """Where a learning rate falls from the first step on, its copy from before would fit a run of any length."""
    trainer(tiny("bilinear"), out=tmp_path).fit(progress=False)
    assert load_resume(tmp_path / "resume-before-decay.pt")["step"] == 1
    before = kept(tmp_path)
    with pytest.raises(
        AnotherRun, match="for 8 steps and cannot become a run of 5: 8 have been taken. Give --steps 8"
    ):
        trainer(tiny("bilinear", steps=5), out=tmp_path).fit(progress=False)
    assert kept(tmp_path) == before
    assert trainer(tiny("bilinear", steps=12), out=tmp_path).resume()


def test_a_stage_before_the_last_one_keeps_its_length_and_that_is_the_reason(tmp_path):
    trainer(tiny("icgan"), out=tmp_path).save()
    steps = tiny("icgan").config.steps
    with pytest.raises(
        AnotherRun, match=rf"become a run of {steps + 9}: only its last stage, 'label', may get another"
    ):
        trainer(tiny("icgan", steps=steps + 9), out=tmp_path).resume()


def test_the_card_lists_the_legs(cli, here):
    pairs(here / "mine")
    start = ["train", "pix2pix", "--data", "mine", "--out", "o", *SMALL]
    assert cli(*start, "--steps", 4)[0] == 0
    assert "legs" not in json.loads(Path("o/export/config.json").read_text(encoding="utf-8"))["card"]
    assert cli(*start, "--steps", 8)[0] == 0
    card = json.loads(Path("o/export/config.json").read_text(encoding="utf-8"))["card"]
    assert (
        card["legs"] == "0 to 3 of a plan of 4 in fp32; 3 to 8 of a plan of 8 in fp32" and card["steps"] == 8
    )
    assert card["legs"] in Path("o/export/README.md").read_text(encoding="utf-8")


# ---- Stopping ----


@pytest.mark.skipif(os.name != "posix", reason="signals are a matter of POSIX")
def test_a_signal_lets_the_step_end_saves_and_says_which(tmp_path):
    data = pairs(tmp_path / "p")
    words = [
        "-m",
        "i2i",
        "train",
        "pix2pix",
        "--data",
        data,
        "--out",
        tmp_path / "o",
        "--steps",
        100_000,
        *SMALL,
    ]
    run = command(*words)
    start = time.monotonic()
    while not (tmp_path / "o/log.csv").exists() and time.monotonic() - start < 60 and run.poll() is None:
        time.sleep(0.05)
    run.terminate()
    _, err = run.communicate(timeout=120)
    state = load_resume(tmp_path / "o/resume.pt")
    assert run.returncode == 1 and "Traceback" not in err
    sentence = err.strip().splitlines()[-1]
    assert (
        f"stopped after step {state['step']:,} of 100,000, saved in {tmp_path / 'o/resume.pt'}: the same command goes on"
        in sentence
    )
    with (tmp_path / "o/log.csv").open() as file:
        assert max(int(r["step"]) for r in csv.DictReader(file)) <= state["step"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_stopping_between_steps_saves_and_the_rest_is_the_same_run(tmp_path, name):
    number = getattr(signal, name, signal.SIGINT)
    before = signal.getsignal(number)
    if before == signal.SIG_IGN:  # the tests run under `nohup`
        signal.signal(number, signal.SIG_DFL)

    def press(t, terms):
        if t.step == 5:
            signal.raise_signal(number)

    with pytest.raises(
        Stopped, match="stopped after step 5 of 8, saved in .*resume.pt: the same command goes on there"
    ):
        trainer(tiny(), out=tmp_path).fit(progress=False, watch=press)
    assert signal.getsignal(number) == (signal.SIG_DFL if before == signal.SIG_IGN else before)
    signal.signal(number, before)
    rest = trainer(tiny(seed=9), out=tmp_path)
    rest.fit(progress=False)
    straight = trainer(tiny())
    straight.fit(progress=False)
    assert_identical(everything(rest), everything(straight))


def test_an_interrupt_in_a_watcher_saves_too(tmp_path):
    def press(t, terms):
        if t.step == 2:
            raise KeyboardInterrupt

    with pytest.raises(Stopped, match="after step 2 of 8"):
        trainer(tiny(), out=tmp_path).fit(progress=False, watch=press)
    assert load_resume(tmp_path / "resume.pt")["step"] == 2


def test_a_second_signal_stops_at_once_and_says_what_is_left(tmp_path):
    t = trainer(tiny(), out=tmp_path)
    whole = t.advance

    def twice(**_):
        if t.step == 3:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return whole()

    t.advance = twice
    with pytest.raises(Stopped, match="in the middle of step 4; nothing had been saved"):
        t.fit(progress=False)


def test_a_training_that_had_not_begun_says_so(cli, here, monkeypatch):
    def press(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "fingerprint", press)
    status, _, err = cli("train", "pix2pix", "--data", pairs(here / "mine"), "--steps", 2, *SMALL)
    assert status == 1 and "i2i train: stopped before its first step; nothing was lost." in err


def test_saves_are_a_matter_of_time(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(train.time, "monotonic", lambda: now[0])
    saved = []
    t = trainer(tiny(decay_from=1.0), out=tmp_path)
    monkeypatch.setattr(t, "save", lambda *names: saved.append(t.step))

    def pass_time(t, terms):
        now[0] += 25

    t.fit(progress=False, watch=pass_time)
    assert saved == [4, 7, 8], "at 75 and 150 seconds, and at the end"


def test_a_log_without_its_run_starts_anew(tmp_path):
    (tmp_path / "sheets").mkdir(parents=True)
    (tmp_path / "log.csv").write_text("step,seconds,stage,term,value\n900,1.0,train,l1,9\n")
    (tmp_path / "sheets" / "000900.png").write_bytes(b"old")
    (tmp_path / "sheets" / "mine.png").write_bytes(b"kept")
    (tmp_path / ".resume.part-99.pt").write_bytes(b"what a kill left")
    (tmp_path / ".lock").touch()
    trainer(tiny(), out=tmp_path, showcase=fake_batch()).fit(progress=False, log_every=1)
    assert "900" not in (tmp_path / "log.csv").read_text() and not list(tmp_path.glob("*part*"))
    assert sorted(p.name for p in (tmp_path / "sheets").iterdir()) == ["000008.png", "mine.png"]


# ---- What is the user's own ----


def kept(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_folder_that_is_no_runs_is_left_as_it_is(tmp_path):
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets/0001.png").write_bytes(b"mine")
    (tmp_path / "log.csv").write_text("mine")
    before = kept(tmp_path)
    with pytest.raises(AnotherRun, match="holds 'log.csv' and is no folder of a run: give an empty"):
        trainer(tiny(), out=tmp_path).fit(progress=False)
    assert kept(tmp_path) == before


@pytest.mark.parametrize(
    "words, said",
    [
        ("--export precious", "precious holds 'thesis.txt'"),
        ("--export mine", "--export mine would take the place of mine"),
        ("--export o", "--export o would take the place of o"),
        ("--export o/sheets", "--export o/sheets would take the place of o/sheets"),
        ("--export mine/A/001.png", "mine/A/001.png is a file"),
        ("--export .", "--export . would take the place of o"),
        ("--export ..", "--export .. would take the place of o"),
        ("--export precious/../mine/A", "mine/A holds '000.png'"),
        ("--out precious", "precious holds 'thesis.txt' and is no folder of a run"),
        ("--out mine", "mine holds 'A' and is no folder of a run"),
    ],
)
def test_nothing_of_the_users_is_replaced_and_it_is_said_before_the_training(cli, here, words, said):
    pairs(here / "mine", count=4)
    (here / "precious").mkdir()
    (here / "precious/thesis.txt").write_text("mine")
    before = kept(here)
    status, out, err = cli(
        "train", "pix2pix", "--data", "mine", "--out", "o", "--steps", 2, *SMALL, *words.split()
    )
    assert status in (1, 2) and said in err and "exported" not in out and "Traceback" not in err
    assert kept(here) == before and not Path("o").exists()


# ---- A full disk, a kill between two writes ----


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_does_not_end_a_training_and_is_told(tmp_path, monkeypatch, capsys):
    t = trainer(tiny(), out=tmp_path, showcase=fake_batch())
    t.save()
    before = (tmp_path / "resume.pt").read_bytes()
    fsync = os.fsync
    monkeypatch.setattr(files.os, "fsync", full)

    def free(t, terms):
        if t.step == 7:
            assert (tmp_path / "resume.pt").read_bytes() == before
            assert not list(tmp_path.rglob("*.png")) and not list(tmp_path.rglob("*part*"))
            monkeypatch.setattr(files.os, "fsync", fsync)

    t.fit(progress=False, save_every=0, sheet_every=1, watch=free)
    err = capsys.readouterr().err
    assert (
        f"could not save {tmp_path / 'resume.pt'} (No space left on device)" in err
        and "The training goes on" in err
    )
    assert f"{tmp_path / 'sheets' / '000003.png'}: No space left on device." in err
    assert load_resume(tmp_path / "resume.pt")["step"] == 8


def test_the_last_save_has_to_succeed(tmp_path, monkeypatch):
    t = trainer(tiny(), out=tmp_path)
    t.save()
    before = (tmp_path / "resume.pt").read_bytes()
    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(CheckpointError, match="could not save .*resume.pt .No space left on device."):
        t.fit(progress=False)
    assert (tmp_path / "resume.pt").read_bytes() == before and not list(tmp_path.glob("*part*"))


@pytest.mark.parametrize("name", ["a.txt", "a.png"])
def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="encoder error") as caught, replacing(path) as part:
        part.write_bytes(b"")  # what a full disk makes of an image
        raise OSError("encoder error")
    assert (
        caught.value.filename == str(path) and path.read_bytes() == b"old" and os.listdir(tmp_path) == [name]
    )
    with replacing(path) as part:
        assert part.suffix == path.suffix and part.parent == path.parent
        part.write_bytes(b"new")
    assert path.read_bytes() == b"new" and os.listdir(tmp_path) == [name]


def test_a_kill_between_the_two_files_of_a_card_leaves_an_export_that_loads(tmp_path, monkeypatch):
    export(tmp_path / "m", tiny(), size=16, card={"name": "first"})
    writes = []

    def kill(source, target):
        writes.append(target)
        if len(writes) == 2:
            raise KeyboardInterrupt
        os.rename(source, target)

    monkeypatch.setattr(files.os, "replace", kill)
    _, config = read_config(tmp_path / "m")
    with pytest.raises(KeyboardInterrupt):
        checkpoint.write_config(tmp_path / "m", config | {"card": {"name": "second"}})
    assert load_method(tmp_path / "m")[1]["card"]["name"] == "second"
    assert (tmp_path / "m" / "README.md").read_text().partition("\n\n")[2].startswith("# first")


def test_a_translation_that_cannot_be_written_names_its_file_and_leaves_nothing(cli, here, monkeypatch):
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save("in.png")
    export(here / "m", tiny(), size=16)
    monkeypatch.setattr(files.os, "fsync", full)
    status, _, err = cli("translate", "m", "in.png", "--out", "made")
    assert status == 1 and "made/in.png: No space left on device" in err and not list(Path("made").iterdir())


def test_a_toy_keeps_its_stages_when_only_the_last_is_longer(tmp_path):
    """A stage of its own length before the last one is part of what a run is."""
    trainer(toy(first=4, second=6), out=tmp_path).save()
    with pytest.raises(AnotherRun, match=r"another run: second \(6; here 9\)"):
        trainer(toy(first=4, second=9), out=tmp_path).resume()
