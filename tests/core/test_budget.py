"""Minutes in place of steps, several trainings in one time, and a queue."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from i2i import budget
from i2i.budget import Pace, TooShort, fitted
from i2i.checkpoint import read_config
from i2i.cli import _parser, main, several
from i2i.cli.several import Job
from i2i.recipes import RECIPES
from i2i.recipes.priority import FIRST, in_order
from kit.methods import tiny
from kit.toy import toy, trainer

# ---- How many steps fit ----


def test_every_stretch_of_a_training_is_scaled_alike():
    method = tiny("dtn", f_steps=100, steps=300)
    pace = Pace((0.1, 0.2), end=10.0)
    config = fitted(method, pace, (10 + 35) / budget.SLACK)
    assert (config.f_steps, config.steps) == (50, 150)
    assert pace.total(type(method)(config)) == pytest.approx(45)


def test_a_stage_that_was_left_out_stays_out():
    config = fitted(tiny("dtn", f_steps=0, steps=100), Pace((0.1,), end=0.0), 100.0)
    assert config.f_steps == 0 and config.steps == pytest.approx(1000 * budget.SLACK, abs=1)


def test_decays_end_where_the_time_does():
    method = tiny("discogan", early_steps=100, steps=400)
    config = fitted(method, Pace((1.0,), end=0.0), 200 / budget.SLACK)
    assert (config.early_steps, config.steps) == (50, 200)
    assert type(method)(config).weights(49)["back_a"] == config.early_rate


@pytest.mark.parametrize("seconds", [-5, 3, 62])
def test_too_short_a_time_is_a_sentence(seconds):
    with pytest.raises(TooShort, match=r"^\d+\.\d minutes are left, .* at least \d+ minutes more\.$"):
        fitted(tiny(), Pace((1.0,), end=60.0), seconds)


def test_a_step_is_timed_over_whole_rounds_and_in_every_stage(monkeypatch):
    taken, t = [], trainer(toy(first=3, second=3))
    advance = t.advance

    def slow(read=True):
        taken.append(t.stage)
        time.sleep(0.05 if t.stage == 0 else 0.01)
        return advance(read)

    t.advance = slow
    first, second = (budget._step(t, stage, least=0.3) for stage in (0, 1))
    assert 0.05 <= first < 0.09 and 0.01 <= second < 0.04
    assert taken == sorted(taken), "each in its own stage"


def test_a_plan_is_kept_for_the_same_minutes_alone(tmp_path):
    assert budget.planned(tmp_path, 10) is None
    budget.keep(tmp_path / "run", 10, {"steps": 77}, Pace((0.1,), 1.0))
    assert (
        budget.planned(tmp_path / "run", 10) == {"steps": 77} and budget.planned(tmp_path / "run", 11) is None
    )


def test_a_folder_in_minutes_says_its_steps_and_a_second_start_keeps_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in "abcdefghijkl":
        both = Image.effect_noise((64, 32), 60).convert("RGB")
        (tmp_path / "mine").mkdir(exist_ok=True)
        both.save(tmp_path / "mine" / f"{name}.png")
    words = "train pix2pix --data mine --size 32 --batch 2 --width 4 --cap 8 --patch-width 4 --patch_layers 1".split()
    words += ["--precision", "fp32", "--quiet", "--minutes", "0.15"]
    began = time.monotonic()
    assert main(words) == 0
    took, out = time.monotonic() - began, capsys.readouterr().out
    steps = int(re.search(r"0\.15 minutes are --steps (\d+) here", out)[1])
    assert steps >= 10 and took < 60
    export = next((tmp_path / "runs").glob("pix2pix-mine-*/export"))
    assert read_config(export)[1]["card"]["steps"] == steps
    assert main(words) == 0 and f"--steps {steps} here" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words, said",
    [
        ("pix2pix-icons --minutes 1 --steps 3", "give one of them"),
        ("pix2pix-icons cyclegan-icons", "give --minutes"),
        ("pix2pix-icons nonsense --minutes 1", "no recipe 'nonsense'"),
        ("pix2pix-icons cyclegan-icons --minutes 1 --out here", "--out is of one training"),
        ("pix2pix-icons cyclegan-icons --minutes 1 --l1 3", "setting of one training"),
        ("", "wants a recipe"),
        ("--queue nowhere", "does not exist"),
        ("pix2pix-icons --queue nowhere", "from the file alone"),
        ("--queue nowhere --steps 3", "from the file alone"),
        ("--queue nowhere --device cpu", "from the file alone"),
        ("--queue nowhere --gallery", "from the file alone"),
        ("--queue nowhere --seed 0", "from the file alone"),
        ("i2i-feat-v1 --minutes 1", "no option of a judge"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(words, said, capsys):
    assert main(["train", *words.split()]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("minutes", ["0", "-1", "ten", "nan", "1e9"])
def test_minutes_are_a_number(minutes, capsys):
    with pytest.raises(SystemExit) as refused:
        main(["train", "pix2pix-icons", "--minutes", minutes])
    assert refused.value.code == 2


# ---- Several ----


def test_the_table_of_priority_names_shipped_recipes_once():
    assert len({*FIRST}) == len(FIRST) and all(RECIPES[name].shipped for name in FIRST)
    assert in_order(["zz", "cyclegan-icons", "aa", "pix2pix-emoji"]) == [
        "pix2pix-emoji",
        "cyclegan-icons",
        "zz",
        "aa",
    ]


def sleeping(seconds: float, status: int = 0) -> subprocess.Popen:
    code = f"import sys, time\ntry: time.sleep({seconds})\nexcept KeyboardInterrupt: sys.exit(1)\nsys.exit({status})"
    return subprocess.Popen([sys.executable, "-c", code], start_new_session=True)


def test_the_time_is_shared_by_weight_and_among_the_workers():
    jobs = [Job("long", 3.0), Job("short", 1.0), Job("other", 2.0)]
    assert not several.run(jobs, 2, time.monotonic() + 60, 1.0, lambda job: sleeping(0.3), pause=0.02)
    assert [job.state for job in jobs] == ["done"] * 3
    assert jobs[0].minutes * 60 == pytest.approx(60, rel=0.05), "half of two workers' time: a whole one"
    assert jobs[1].minutes * 60 == pytest.approx(20, rel=0.1)


def test_what_would_get_too_little_is_left_out_from_the_end():
    jobs = [Job(name, 1.0) for name in "abcd"]
    started = []

    def start(job):
        started.append(job.name)
        return sleeping(0.05)

    several.run(jobs, 1, time.monotonic() + 10, 4.0, start, pause=0.02)
    assert started == ["a", "b"] and [job.state for job in jobs] == ["done", "done", "left out", "left out"]


def test_one_that_fails_does_not_stop_the_others():
    jobs = [Job("bad", 1.0), Job("good", 1.0)]
    several.run(
        jobs, 1, time.monotonic() + 60, 1.0, lambda job: sleeping(0.05, 3 * (job.name == "bad")), pause=0.02
    )
    assert [job.state for job in jobs] == ["failed with status 3", "done"]


def test_ctrl_c_reaches_every_training_and_nothing_new_begins():
    jobs = [Job(name, 1.0) for name in "abc"]
    threading.Timer(1.5, signal.raise_signal, [signal.SIGINT]).start()
    began = time.monotonic()
    assert several.run(jobs, 2, time.monotonic() + 600, 1.0, lambda job: sleeping(60), pause=0.02)
    assert time.monotonic() - began < 30
    assert [job.state for job in jobs] == ["stopped", "stopped", "waiting"]


def test_the_summary_has_a_line_for_each():
    jobs = [Job("pix2pix-icons", 1.0, 2.5, "failed with status 1"), Job("b", 1.0, 0.0, "left out")]
    one, two = several.summary(jobs).splitlines()
    assert "2.5 min" in one and "failed" in one and two.endswith("left out")


# ---- A queue ----


def queued(path: Path) -> None:
    options, options.rest = _parser().parse_known_args(["train", "--queue", str(path)])
    several.queue(options)


def test_a_queue_runs_its_lines_in_order_and_goes_on_where_it_was(tmp_path, monkeypatch):
    begun = []

    def process(words):
        begun.append(words)
        return sleeping(0.01, status=int("bad" in words))

    monkeypatch.setattr(several, "_process", process)
    monkeypatch.setattr(several.os, "nice", lambda by: begun.append(by))
    path = tmp_path / "queue"
    path.write_text("# first\none --steps 3\n\nbad\ntwo --threads 2\nthree 'so\nfour --threads=2\n")
    with pytest.raises(several.Failed, match="2 of the trainings .* failed: bad; three 'so"):
        queued(path)
    one, bad, two = (
        ["one", "--steps", "3", "--threads", "1"],
        ["bad", "--threads", "1"],
        ["two", "--threads", "2"],
    )
    assert begun == [10, one, bad, two, ["four", "--threads=2"]]
    done = (tmp_path / "queue.done").read_text()
    assert [line.split("\t")[0] for line in done.splitlines()] == [
        "one --steps 3",
        "two --threads 2",
        "four --threads=2",
    ]
    begun.clear()
    path.write_text(path.read_text().replace("bad\n", "three\n").replace("three 'so\n", ""))
    queued(path)
    assert begun == [10, ["three", "--threads", "1"]]


def test_a_stopped_queue_begins_with_the_same_line(tmp_path, monkeypatch):
    path = tmp_path / "queue"
    path.write_text("one\ntwo\n")
    monkeypatch.setattr(several, "_process", lambda words: sleeping(60))
    monkeypatch.setattr(several.os, "nice", lambda by: None)
    threading.Timer(1.5, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt, match="stopped at 'one'; the same command goes on there"):
        queued(path)
    assert not (tmp_path / "queue.done").exists()
