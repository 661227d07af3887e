"""Several trainings: in a given time, side by side; or one after another from a queue, for as long as the machine is on.

Each is a process of its own, `python -m i2i train NAME ...`, which saves its state and goes on where it was.
"""

from __future__ import annotations

import json
import math
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .errors import SHARE, Failed, Wrong, no_recipe

# By the exit status of one of several trainings that could not begin: `status` of `budget.TooShort` and of `folders.NotInstalled`.
LEFT_OUT = {3: "left out: too little time", 4: "left out: no data"}
UNRECORDED = 5  # `status` of `step.Unrecorded`
ALONE = ("steps", "data", "direction", "size", "fit", "out", "export")  # options of one training


@dataclass
class Job:
    """One training of several. minutes: its share.  eager: whether each step is launched anew, since none could be recorded.
    state: "waiting", "running", "done", "stopped", one of LEFT_OUT, or what went wrong."""

    name: str
    weight: float
    minutes: float = 0.0
    state: str = "waiting"
    started: float = 0.0
    eager: bool = False
    process: subprocess.Popen | None = field(default=None, repr=False)


def together(options) -> None:
    """Train several recipes in `--minutes`, most important first; one line for each at the end."""
    from ..budget import LEAST, side_by_side
    from ..cores import cores
    from ..recipes import RECIPES
    from ..recipes.priority import in_order

    unknown = [name for name in options.names if name not in RECIPES]
    if unknown:
        raise no_recipe(unknown[0], options.rest)
    if options.gallery and options.names:
        raise Wrong("--gallery trains the recipes of all shipped models: give it, or names, not both.")
    if options.minutes is None:
        raise Wrong("several trainings share a time: give --minutes.")
    for option in ALONE:
        if getattr(options, option):
            raise Wrong(f"--{option} is of one training; several take their recipes as they are.")
    if options.rest:
        raise Wrong(
            f"{options.rest[0]!r} is a setting of one training; several take their recipes as they are."
        )
    gallery = [name for name, recipe in RECIPES.items() if recipe.shipped]
    names = in_order(list(dict.fromkeys(options.names)) or gallery)
    end = options.began + 60 * options.minutes

    def tried() -> int:
        return side_by_side(names, options.device, options.precision, options.batch)

    workers = min(len(names), options.jobs or tried())
    threads = options.threads or max(1, cores() // workers)
    jobs = [Job(name, RECIPES[name].minutes or 10) for name in names]
    more = ["--threads", str(threads), "--precision", options.precision]
    more += ["--seed", str(options.seed)] if options.seed is not None else []
    more += ["--device", options.device] if options.device != "auto" else []
    more += ["--batch", str(options.batch)] if options.batch else []
    again = ["--gallery"] if options.gallery else names
    again = [*again, "--minutes", f"{options.minutes:g}", "--jobs", str(workers), *more]
    command = f"`python -m i2i train {shlex.join(again)}`"
    print(f"{len(jobs)} trainings, {workers} at a time, {threads} thread(s) each.", flush=True)

    def start(job: Job) -> subprocess.Popen:
        share = {SHARE: "1", "I2I_CORES": str(threads)} | ({"I2I_EAGER": "1"} if job.eager else {})
        return _process([job.name, "--minutes", f"{job.minutes:.2f}", *more, "--quiet"], share)

    stopped = run(jobs, workers, end, LEAST, start)
    print(summary(jobs), flush=True)
    if stopped:
        raise KeyboardInterrupt(
            f"stopped, all saved; {command} goes on: what has begun keeps its plan, what is done is left as it is."
        )
    if any(job.state not in ("done", *LEFT_OUT.values()) for job in jobs):
        raise Failed(f"not all of them are done; {command} takes up the others again.")
    if not any(job.state == "done" for job in jobs):
        raise Failed("nothing was trained: give more --minutes, or fetch the data that the lines above name.")


def run(
    jobs: list[Job], workers: int, end: float, least: float, start: Callable[[Job], subprocess.Popen],
    pause: float = 0.2,
) -> bool:  # fmt: skip
    """Keep `workers` of the jobs going until `end` (of `time.monotonic`), each for its share of what is left by then.

    Those at the end of the list whose share would be below `least` seconds are left out, so that the others have enough, unless
    one of these ends early.
    Ctrl-C, SIGTERM and the end of the terminal are passed on, and waited for: each training saves. Returns whether that happened.
    """
    waiting, running = list(jobs), []
    with _passing_on(running) as asked:
        while running or (waiting and not asked):
            for job in [job for job in running if job.process.poll() is not None]:
                running.remove(job)
                status = job.process.returncode
                if status == UNRECORDED and not job.eager and not asked:
                    job.eager, job.state = True, "waiting"
                    waiting.insert(0, job)
                    continue
                ended = {0: "done", **LEFT_OUT}
                job.state = ended.get(status, "stopped" if asked else f"failed with status {status}")
            while waiting and len(running) < workers and not asked:
                now = time.monotonic()
                free = sum(max(0.0, end - max(now, job.started + 60 * job.minutes)) for job in running)
                free += (workers - len(running)) * max(0.0, end - now)
                kept = len(waiting)  # the others wait for time that somebody leaves
                while (
                    kept > 1
                    and free * waiting[kept - 1].weight / sum(j.weight for j in waiting[:kept]) < least
                ):
                    kept -= 1
                share = min(free * waiting[0].weight / sum(j.weight for j in waiting[:kept]), end - now)
                job = waiting.pop(0)
                if share < least:
                    job.state = LEFT_OUT[3]
                    continue
                job.minutes, job.started, job.state = share / 60, now, "running"
                job.process = start(job)
                running.append(job)
            time.sleep(pause)
    return bool(asked)


@contextmanager
def _passing_on(running: list[Job]) -> Iterator[list[int]]:
    """The signals that asked to stop so far; each goes on to the trainings that run."""
    from ..train import stop_signals

    asked: list[int] = []

    def note(number: int, frame) -> None:
        asked.append(number)
        for job in running:
            if job.process and job.process.poll() is None:
                job.process.send_signal(signal.SIGINT)

    before = {number: signal.signal(number, note) for number in stop_signals()}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def summary(jobs: list[Job]) -> str:
    """A line for each training: its share, how it ended, and the first figure of its card."""
    width = max(len(job.name) for job in jobs)
    lines = []
    for job in jobs:
        told = _figures(Path("runs") / job.name / "export") if job.state == "done" else ""
        lines.append(f"{job.name:{width}}  {job.minutes:6.1f} min  {job.state}{told}")
    return "\n".join(lines)


def _figures(export: Path) -> str:
    try:
        card = json.loads((export / "config.json").read_text())["card"]
    except (OSError, ValueError, KeyError):
        return ""
    told = [
        f"{name} {value[0] if isinstance(value, list) else value:.3g}"
        for name, value in card.get("figures", {}).items()
    ]
    return f", {card['steps']:,} steps, {', '.join(told[:3])}: {export}"


def queue(options) -> None:
    """Run the lines of a file one after another, at low priority and on one thread. What is done is noted in FILE.done, so
    that the queue goes on where it was; lines may be added meanwhile. Empty lines and those that begin with # are skipped,
    and a line that stands twice runs once."""
    unset = {"names": [], "rest": [], "quiet": False, "gallery": False, "device": "auto", "precision": "auto"}
    own = (*unset, *ALONE, "minutes", "batch", "seed", "threads", "jobs")
    if any(getattr(options, name) != unset.get(name) for name in own):
        raise Wrong("--queue takes its trainings, with their options, from the file alone.")
    path: Path = options.queue
    if not path.is_file():
        raise Wrong(f"{path} does not exist: write a training into each line, as after `train`.")
    noted = path.with_name(path.name + ".done")
    if hasattr(os, "nice"):
        os.nice(10)
    tried, failed = [], []
    while line := _next(path, noted, tried):
        tried.append(line)
        print(f"train {line}", flush=True)
        began, job = time.monotonic(), Job(line, 1.0)
        try:
            words = shlex.split(line)
        except ValueError as fault:  # a quote that is never closed
            failed.append(line)
            print(f"i2i train: {line!r}: {fault}; the queue goes on.", file=sys.stderr)
            continue
        words += [] if any(word.partition("=")[0] == "--threads" for word in words) else ["--threads", "1"]
        if run([job], 1, math.inf, 0.0, lambda _, words=words: _process(words)):
            raise KeyboardInterrupt(f"stopped at {line!r}; the same command goes on there.")
        if job.state == "done":
            minutes = (time.monotonic() - began) / 60
            with noted.open("a", encoding="utf-8") as file:
                file.write(f"{line}\t{time.strftime('%Y-%m-%d %H:%M')}\t{minutes:.1f} min\n")
        else:
            failed.append(line)
            print(f"i2i train: {line!r} {job.state}; the queue goes on.", file=sys.stderr)
    if failed:
        raise Failed(f"{len(failed)} of the trainings in {path} failed: {'; '.join(failed)}.")


def _next(path: Path, noted: Path, tried: list[str]) -> str | None:
    """The first line of the queue that is neither done nor was tried just now."""
    done = (
        {line.rsplit("\t", 2)[0] for line in noted.read_text("utf-8", "replace").splitlines()}
        if noted.is_file()
        else set()
    )
    lines = (line.strip() for line in path.read_text("utf-8", "replace").splitlines())
    return next((n for n in lines if n and n[0] != "#" and n not in done and n not in tried), None)


def _process(words: list[str], more: Mapping[str, str] | None = None) -> subprocess.Popen:
    """A training in a process group of its own: a key pressed here reaches it by us, once. more: of its environment."""
    command = [sys.executable, "-m", "i2i", "train", *words]
    return subprocess.Popen(command, start_new_session=True, env={**os.environ, **(more or {})})
