"""Minutes in place of steps, several trainings in one time, and a queue."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from PIL import Image

import i2i.cli
from i2i import budget
from i2i.budget import Pace, TooShort, fitted
from i2i.checkpoint import load_resume, read_config
from i2i.cli import _parser, main, several
from i2i.cli.errors import SHARE
from i2i.cli.several import Job
from i2i.data.folders import NotInstalled
from i2i.publish import publish
from i2i.recipes import RECIPES
from i2i.recipes.priority import FIRST, in_order
from i2i.step import Unrecorded
from i2i.train import AnotherRun, Trainer
from kit.methods import TINY, tiny
from kit.sources import fake_batch
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


@pytest.mark.parametrize(
    "end, seconds, said",
    [
        (0.4, -4.8, "leave 0 seconds, and export and figures alone take 1 second: give at least 21 seconds (0.34 minutes) more."),
        (0.4, 1.9, "leave 1 second, and export and figures alone take 1 second: "),
        (60.0, 62.4, "leave 62 seconds, and export and figures alone take 60 seconds: "),
        (600.0, 150.0, "leave 2.5 minutes, and export and figures alone take 10 minutes: give at least 9"),
    ],
)  # fmt: skip
def test_too_short_a_time_is_a_sentence_that_says_what_would_do(end, seconds, said):
    method, pace = tiny(steps=400), Pace((1.0,), end=end)
    with pytest.raises(TooShort) as short:
        fitted(method, pace, seconds)
    sentence = str(short.value)
    assert sentence.startswith(f"start and trial {said}")
    count, unit = re.search(r"at least ([\d.]+) (seconds?|minutes)", sentence).groups()
    more = float(count) * (60 if unit == "minutes" else 1)
    assert fitted(method, pace, seconds + more).steps >= 10, "it does what it says"
    needed = (10 + end) / budget.SLACK - seconds
    assert more < needed + 10 + 0.12 * max(needed, 10 + end), "and is not far more than it takes"


@pytest.mark.parametrize("method, stages", [("dtn", (2.0, 1.0)), ("pix2pix", (2.0,))])
def test_what_is_said_to_do_does_with_several_stages(method, stages):
    pace, method = Pace(stages, end=3.0), tiny(method)
    with pytest.raises(TooShort) as short:
        fitted(method, pace, 0.0)
    more = float(re.search(r"at least ([\d.]+) (?=seconds)", str(short.value))[1])
    assert fitted(method, pace, more).steps >= 10


@pytest.mark.parametrize("odd, seconds", [(0, 0.02), (1, 0.02), (3, 0.02), (3, 0.5)])
def test_one_lucky_or_busy_stretch_does_not_decide(monkeypatch, odd, seconds):
    t, clock, stretches = trainer(toy()), [0.0], [0]

    def advance(read):
        clock[0] += seconds if stretches[0] == 2 * odd + 1 else 0.1

    def now():
        stretches[0] += 1
        return clock[0]

    monkeypatch.setattr(budget.time, "perf_counter", now)
    monkeypatch.setattr(t, "advance", advance)
    begun = []
    assert budget._step(t, 0, begin=lambda: begun.append(stretches[0])) == pytest.approx(0.1)
    assert begun == [2], "after warming up, before anything that counts"


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


@pytest.mark.parametrize("shown, each, end", [(True, 0.1 + 20 / 500, 27.0), (False, 0.1, 7.0)])
def test_sample_sheets_are_counted(monkeypatch, shown, each, end):
    t, clock = trainer(toy(), showcase=fake_batch() if shown else None), [0.0]

    def save_sheet(path):
        clock[0] += 20.0

    monkeypatch.setattr(budget.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(t, "save_sheet", save_sheet)
    monkeypatch.setattr(budget, "_step", lambda trainer, stage: 0.1)
    monkeypatch.setattr(budget, "_end", lambda *_: 7.0)
    pace = budget.measured(t, RECIPES["pix2pix-icons"], t.showcase, None, None)
    assert pace.steps == pytest.approx((each, each)) and pace.end == pytest.approx(end)


def asking(minutes=10.0, **changes) -> dict:
    kept = {"method": tiny(), "batch": 2, "device": "cpu", "precision": "fp32"} | changes
    return budget.asked(minutes, **kept)


@pytest.mark.parametrize(
    "changes",
    [{"minutes": 11.0}, {"batch": 3}, {"method": tiny(l1=3.0)}, {"device": "meta"}, {"precision": "bf16"}],
)
def test_a_plan_is_for_the_same_options_alone(tmp_path, monkeypatch, changes):
    assert budget.planned(tmp_path, asking()) is None
    with budget.kept(tmp_path / "run", asking(), {"steps": 77}, Pace((0.1,), 1.0)):
        pass
    assert budget.planned(tmp_path / "run", asking()) == {"steps": 77}
    assert budget.planned(tmp_path / "run", asking(**changes)) is None
    monkeypatch.setattr(torch, "get_num_threads", lambda: 64)
    assert budget.planned(tmp_path / "run", asking()) is None


@pytest.mark.parametrize("text", ["", "[]", '{"minutes": 10}', '{"lengths": {"steps": 7}, "minutes": 10}'])
def test_a_plan_that_does_not_say_what_it_is_for_is_none(tmp_path, text):
    (tmp_path / budget.PLAN).write_text(text)
    assert budget.planned(tmp_path, asking()) is None


@pytest.mark.parametrize("before", [None, b"the plan of another run"])
def test_a_run_that_is_refused_leaves_the_plan_that_was_there(tmp_path, before):
    path = tmp_path / budget.PLAN
    if before:
        path.write_bytes(before)
    with pytest.raises(AnotherRun), budget.kept(tmp_path, asking(), {"steps": 77}, Pace((0.1,), 1.0)):
        raise AnotherRun("it is")
    assert (path.read_bytes() if path.exists() else None) == before


def test_a_run_that_has_begun_keeps_its_lengths_unless_a_later_plan_says_more(tmp_path):
    assert budget.standing(tmp_path, ("steps",)) is None
    run = trainer(tiny(steps=8), out=tmp_path)
    run.save()
    assert budget.standing(tmp_path, ("steps",)) is None, "it was begun in steps"
    plan = tmp_path / budget.PLAN
    plan.write_text('{"lengths": {"steps": 8}}')
    assert budget.standing(tmp_path, ("steps",)) == {"steps": 8}
    plan.write_text('{"lengths": {"steps": 9}}')
    saved = (tmp_path / "resume.pt").stat().st_mtime
    os.utime(plan, (saved + 5, saved + 5))
    assert budget.standing(tmp_path, ("steps",)) is None, "of the further way nothing is saved yet"
    os.utime(plan, (saved - 5, saved - 5))
    assert budget.standing(tmp_path, ("steps",)) == {"steps": 8}, "it went another way since"


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
    words[-1] = "0.3"
    assert main(words) == 0, "other minutes undo nothing"
    assert re.search(
        rf"keeps the plan .* --steps {steps}, .*nothing left to do", capsys.readouterr().out, re.S
    )
    shutil.rmtree(export)
    assert main(words) == 0 and read_config(export)[1]["card"]["steps"] == steps


def test_minutes_count_from_where_the_process_began(monkeypatch, tmp_path):
    """Torch takes seconds to import, on a busy machine ten; a call within a process begins when it is made."""
    seen = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(i2i.cli, "BEGAN", time.monotonic() - 25)
    monkeypatch.setattr(budget, "measured", lambda *_: Pace((1.0,), end=1.0))
    monkeypatch.setattr(budget, "fitted", lambda method, pace, seconds: seen.append(seconds) or exit(9))
    words = "train pix2pix-icons --minutes 2 --threads 1 --precision fp32 --device cpu".split()
    for argv in (None, words):
        monkeypatch.setattr(sys, "argv", ["i2i", *words])
        with pytest.raises(SystemExit):
            main(argv)
    assert seen[0] < 95 < seen[1] <= 120
    assert i2i.BEGAN < time.monotonic()


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
        ("--gallery pix2pix-icons --minutes 1", "not both"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(words, said, capsys):
    assert main(["train", *words.split()]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", ["pix2pix-icons", "--gallery", "pix2pix --data mine"])
def test_processes_that_share_a_training_are_not_to_measure_each_its_own(words, monkeypatch, capsys):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert main(["train", *words.split(), "--minutes", "1"]) == 2
    assert "give --steps" in capsys.readouterr().err


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


@pytest.fixture
def clock(monkeypatch):
    """The time of several trainings, which goes on only where that waits."""
    told = SimpleNamespace(now=0.0, monotonic=lambda: told.now)
    told.sleep = lambda seconds: setattr(told, "now", told.now + seconds)
    monkeypatch.setattr(several, "time", told)
    monkeypatch.setattr(i2i.cli, "time", told)
    return told


class _Timed:
    def __init__(self, clock, seconds: float, status: int = 0):
        self.clock, self.end, self.status, self.returncode = clock, clock.now + seconds, status, None

    def poll(self) -> int | None:
        self.returncode = self.status if self.clock.now >= self.end else None
        return self.returncode


def timed(*given) -> Any:
    """A process that ends by that clock."""
    return _Timed(*given)


def test_what_would_get_too_little_is_left_out_from_the_end(clock):
    jobs = [Job(name, 1.0) for name in "abcd"]
    several.run(jobs, 1, 10.0, 4.0, lambda job: timed(clock, 60 * job.minutes - 0.1), pause=0.02)
    little = "left out: too little time"
    assert [job.state for job in jobs] == ["done", "done", little, little]


def test_what_one_leaves_of_its_time_the_next_in_line_gets(clock):
    jobs = [Job(name, 1.0) for name in "abcd"]

    def start(job):
        return timed(clock, 0.1, 4) if job.name == "a" else timed(clock, 60 * job.minutes - 0.1)

    several.run(jobs, 1, 10.0, 4.0, start, pause=0.02)
    told = ["left out: no data", "done", "done", "left out: too little time"]
    assert [job.state for job in jobs] == told


def test_a_training_whose_step_cannot_be_recorded_is_started_once_more_without(clock):
    assert several.UNRECORDED == Unrecorded.status
    jobs, begun = [Job("a", 1.0), Job("b", 1.0), Job("c", 1.0)], []

    def start(job):
        begun.append((job.name, job.eager))
        return timed(clock, 1.0, 5 if job.name == "c" or (job.name == "a" and not job.eager) else 0)

    several.run(jobs, 1, 60.0, 1.0, start, pause=0.1)
    assert begun == [("a", False), ("a", True), ("b", False), ("c", False), ("c", True)]
    assert [job.state for job in jobs] == ["done", "done", "failed with status 5"], "and no third time"


def test_several_are_started_in_the_order_of_the_gallery_whatever_was_typed(clock, monkeypatch, capsys):
    begun, told = [], []
    monkeypatch.setattr(
        several,
        "_process",
        lambda words, env: begun.append(words[0]) or told.append(env) or timed(clock, 1.0, 0),
    )
    names = ["discogan-icons", "pix2pix-emoji", "cyclegan-icons"]
    assert main(["train", *names, "--minutes", "30", "--jobs", "1"]) == 0
    assert begun == in_order(names) != names
    begun.clear()
    one, *more = names
    assert main(["train", one, "--quiet", *more, "--minutes", "30", "--jobs=1"]) == 0, "behind an option, too"
    assert begun == in_order(names)
    assert not any("I2I_EAGER" in env for env in told)


def test_a_training_that_cannot_begin_says_why_by_its_status(monkeypatch, tmp_path, capsys):
    assert several.LEFT_OUT.keys() == {TooShort.status, NotInstalled.status}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    assert main(["train", "pix2pix-emoji"]) == 1, "alone it says so by its sentence"
    monkeypatch.setenv(SHARE, "1")
    assert main(["train", "pix2pix-emoji"]) == 4 and "not installed" in capsys.readouterr().err
    small = replace(RECIPES["pix2pix-icons"], size=32, config=TINY["pix2pix"], batch=1, ship=())
    monkeypatch.setitem(RECIPES, "pix2pix-icons", small)
    monkeypatch.setattr(budget, "measured", lambda *_: Pace((1.0,), end=60.0))
    assert main(["train", "pix2pix-icons", "--minutes", "0.5"]) == 3 and "at least" in capsys.readouterr().err


@pytest.mark.parametrize(
    "statuses, status, said",
    [
        ((0, 3), 0, ""),
        ((4, 0), 0, ""),
        ((3, 4), 1, "nothing was trained"),
        ((0, 1), 1, "takes up the others"),
    ],
)
def test_what_is_left_out_has_not_failed(clock, monkeypatch, capsys, statuses, status, said):
    names = ["pix2pix-icons", "cyclegan-icons"]
    by_name = dict(zip(names, statuses, strict=True))
    monkeypatch.setattr(several, "_process", lambda words, _: timed(clock, 1.0, by_name[words[0]]))
    assert main(["train", *names, "--minutes", "10", "--jobs", "2"]) == status
    assert said in capsys.readouterr().err


def test_a_name_that_stands_twice_is_one_training(clock, monkeypatch, capsys):
    begun = []
    monkeypatch.setattr(several, "_process", lambda words, _: begun.append(words) or timed(clock, 1.0))
    monkeypatch.setenv("I2I_CORES", "4")
    assert main(["train", "pix2pix-icons", "pix2pix-icons", "--minutes", "10", "--jobs", "2"]) == 0
    assert [words[:5] for words in begun] == [["pix2pix-icons", "--minutes", "10.00", "--threads", "4"]]


def test_one_that_fails_does_not_stop_the_others():
    jobs = [Job("bad", 1.0), Job("good", 1.0)]
    several.run(
        jobs, 1, time.monotonic() + 60, 1.0, lambda job: sleeping(0.05, 7 * (job.name == "bad")), pause=0.02
    )
    assert [job.state for job in jobs] == ["failed with status 7", "done"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_reaches_every_training_and_nothing_new_begins(name):
    if not hasattr(signal, name):
        return
    number = getattr(signal, name)
    before = signal.signal(number, signal.SIG_DFL)  # under `nohup` the tests themselves may ignore it
    jobs = [Job(name, 1.0) for name in "abc"]
    threading.Timer(1.5, signal.raise_signal, [number]).start()
    began = time.monotonic()
    try:
        assert several.run(jobs, 2, time.monotonic() + 600, 1.0, lambda job: sleeping(60), pause=0.02)
    finally:
        signal.signal(number, before)
    assert time.monotonic() - began < 30
    assert [job.state for job in jobs] == ["stopped", "stopped", "waiting"]


def test_under_nohup_the_end_of_the_terminal_stops_nothing():
    if not hasattr(signal, "SIGHUP"):
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with several._passing_on([]) as asked:
            signal.raise_signal(signal.SIGHUP)
        assert not asked
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_summary_has_a_line_for_each():
    jobs = [Job("pix2pix-icons", 1.0, 2.5, "failed with status 1"), Job("b", 1.0, 0.0, "left out")]
    one, two = several.summary(jobs).splitlines()
    assert "2.5 min" in one and "failed" in one and two.endswith("left out")


class Here:
    """A training that runs in this process when it is started, and has ended when one first looks."""

    def __init__(self, words: list[str], _):
        self.returncode = main(["train", *words])

    def poll(self) -> int:
        return self.returncode


@pytest.mark.patient
def test_several_that_were_stopped_go_on_with_other_shares(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    small = {"size": 32, "data": "icons", "batch": 2, "minutes": 1.0, "ship": ()}
    for method in ("pix2pix", "discogan"):
        name = f"{method}-icons"
        monkeypatch.setitem(RECIPES, name, replace(RECIPES[name], config=TINY[method], **small))
    monkeypatch.setattr(budget, "measured", lambda *_: Pace((100.0,), end=1.0))  # in shares of many minutes
    monkeypatch.setattr(
        "i2i.publish.publish",
        lambda t, r, folder, show, held_out, *_, **__: publish(t, r, folder, show, None),
    )
    advance = Trainer.advance

    def stopping(self, *given, **options):
        if type(self.method).__name__ == "DiscoGAN" and self.step == 3:
            signal.raise_signal(signal.SIGINT)  # to the training, which has the signals meanwhile,
        return advance(self, *given, **options)

    def stopped(words, share):
        done = Here(words, share)
        if done.returncode:
            signal.raise_signal(signal.SIGINT)  # and to whoever started it
        return done

    monkeypatch.setattr(Trainer, "advance", stopping)
    monkeypatch.setattr(several, "_process", stopped)
    words = "train pix2pix-icons discogan-icons --jobs 1 --threads 1 --precision fp32 --minutes".split()
    assert main([*words, "100"]) == 1
    command = f"python -m i2i {shlex.join([*words[:3], '--minutes', '100', *words[3:-1]])}"
    assert f"`{command}` goes on" in capsys.readouterr().err
    plans = {path: path.read_bytes() for path in tmp_path.glob("runs/*-*-*/plan.json")}
    first, second = (tmp_path / "runs" / name for name in ("pix2pix-icons", "discogan-icons"))
    before = (first / "export" / "config.json").stat().st_mtime_ns
    assert len(plans) == 2 and load_resume(second / "resume.pt")["step"] == 4
    steps = {run: load_resume(run / "resume.pt")["config"]["steps"] for run in (first, second)}

    monkeypatch.setattr(Trainer, "advance", advance)
    assert main([*words, "150"]) == 0, capsys.readouterr().err
    assert {path: path.read_bytes() for path in plans} == plans
    for run, planned in steps.items():
        state = load_resume(run / "resume.pt")
        assert state["step"] == state["config"]["steps"] == planned and planned >= 10
        assert read_config(run / "export")[1]["card"]["steps"] == planned
    assert (first / "export" / "config.json").stat().st_mtime_ns == before, "what is done is left as it is"


# ---- How many at once ----


def test_on_a_cpu_each_core_gets_a_training(monkeypatch):
    monkeypatch.setenv("I2I_CORES", "3")
    assert budget.side_by_side(["pix2pix-icons"], device="cpu") == 3


@pytest.mark.parametrize(
    "steps_a_second, at_once", [((10, 19, 37), 4), ((10, 10.5, 99), 1), ((10, 12, 0), 2)]
)
def test_on_a_gpu_as_many_as_get_most_done_with_the_options_that_were_given(
    monkeypatch, steps_a_second, at_once
):
    asked = []

    def done(name, count, options):
        asked.append((name, options))
        if name == "absent":
            raise NotInstalled(name)
        return dict(zip((1, 2, 4), steps_a_second, strict=True))[count]

    monkeypatch.setattr(budget, "_done", done)
    monkeypatch.setenv("I2I_CORES", "8")
    assert budget.side_by_side(["absent", "there", "other"], "cuda:1", "bf16", 3) == at_once
    options = ["--device", "cuda:1", "--precision", "bf16", "--batch", "3"]
    assert asked[0] == ("absent", options) and {*map(str, asked[1:])} == {str(("there", options))}
    assert budget.side_by_side(["absent"], "cuda") == 1


TRY = """
import pathlib, sys
here = pathlib.Path(sys.argv[1])
mine = len([*here.iterdir()])
(here / str(mine)).touch(exist_ok=False)
if mine == int(sys.argv[2]): sys.exit(int(sys.argv[3]))
print("ready", flush=True)
if not sys.stdin.readline(): sys.exit(1)
print(0.5 if len([*here.iterdir()]) == 3 else "too early")
"""


@pytest.mark.parametrize("failing, status, steps", [(9, 0, 6.0), (1, 1, 0.0), (0, 4, None)])
def test_no_try_is_timed_before_all_of_them_are_ready(tmp_path, monkeypatch, failing, status, steps):
    begun, popen = [], subprocess.Popen

    def slowly(command, **pipes):
        begun.append(popen([sys.executable, "-c", TRY, tmp_path, str(failing), str(status)], **pipes))
        while len([*tmp_path.iterdir()]) < len(begun):
            time.sleep(0.01)
        return begun[-1]

    monkeypatch.setattr(budget.subprocess, "Popen", slowly)
    if steps is None:
        with pytest.raises(NotInstalled):
            budget._done("pix2pix-icons", 3, [])
    else:
        assert budget._done("pix2pix-icons", 3, []) == steps
    assert all(one.poll() is not None for one in begun)


def test_a_try_is_timed_when_it_is_told_to(monkeypatch, capsys):
    small = replace(RECIPES["pix2pix-icons"], size=32, config=TINY["pix2pix"])
    monkeypatch.setitem(RECIPES, "pix2pix-icons", small)
    words = "budget pix2pix-icons --device cpu --precision fp32 --batch 3".split()
    monkeypatch.setattr(sys, "argv", words)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    seen = []

    def step(trainer, stage, least, begin):
        begin()
        seen.append((trainer.batch, trainer.device.type, trainer.bf16))
        return 0.25

    monkeypatch.setattr(budget, "_step", step)
    budget.main()
    assert capsys.readouterr().out == "ready\n0.25\n" and seen == [(3, "cpu", False)]
    with pytest.raises(SystemExit):
        budget.main()
    assert len(seen) == 1, "another one has failed, so nobody says when"
    monkeypatch.setattr(sys, "argv", ["budget", "pix2pix-emoji"])
    monkeypatch.setenv("I2I_DATA", "/nowhere")
    with pytest.raises(SystemExit) as ended:
        budget.main()
    assert ended.value.code == NotInstalled.status


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


def test_a_line_of_a_queue_may_hold_tabs(tmp_path, monkeypatch):
    begun = []

    def process(words):
        begun.append(words[:-2])
        if len(begun) > 4:
            raise AssertionError("the queue goes on for ever")
        return sleeping(0.01)

    monkeypatch.setattr(several, "_process", process)
    monkeypatch.setattr(several.os, "nice", lambda by: None)
    path = tmp_path / "queue"
    path.write_text("one\t--steps\t3\none\n")
    for _ in range(2):
        queued(path)
    assert begun == [["one", "--steps", "3"], ["one"]]


def test_a_stopped_queue_begins_with_the_same_line(tmp_path, monkeypatch):
    path = tmp_path / "queue"
    path.write_text("one\ntwo\n")
    monkeypatch.setattr(several, "_process", lambda words: sleeping(60))
    monkeypatch.setattr(several.os, "nice", lambda by: None)
    threading.Timer(1.5, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt, match="stopped at 'one'; the same command goes on there"):
        queued(path)
    assert not (tmp_path / "queue.done").exists()
