"""Minutes in place of steps: how long a step takes here, what the end of a run takes, and how many steps fit before it."""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import torch

from .checkpoint import CheckpointError, load_resume, read_config
from .cores import cores
from .data.folders import NotInstalled
from .files import PLAN, RESUME, replacing
from .method import Batch, Method
from .publish import publish
from .recipes import RECIPES, Recipe
from .step import WARM_UP
from .train import SHEET_EVERY, AnotherRun, Source, Trainer, default_device

SLACK = 0.97  # what saving and a busy moment leave of the time
STRETCHES = 5  # in which a step is timed
LEAST = 30.0  # seconds below which a training is not worth its start


class TooShort(ValueError):
    """The minutes do not reach for anything; the message says what would."""

    status = 3  # of the command's exit, which tells whoever started several


@dataclass(frozen=True)
class Pace:
    """Seconds of a step in each stage, and of all that comes after the last one: export, figures, the card."""

    steps: tuple[float, ...]
    end: float

    def total(self, method: Method) -> float:
        """Seconds of a whole training with this method's config."""
        return self.end + sum(s.steps * each for s, each in zip(method.stages(), self.steps, strict=True))


def measured(
    trainer: Trainer, recipe: Recipe, showcase: Batch, held_out: Source | None, name: str | None
) -> Pace:
    """By trying; the trainer is of no use afterwards, since what it has learned is nobody's. The sample sheets, which may cost
    more than many steps, are shared out among the steps that lie between two of them; the last one belongs to the end."""
    steps = [_step(trainer, i) for i in range(len(trainer.stages))]
    sheet = _sheet(trainer)
    end = _end(trainer, recipe, showcase, held_out, name)
    return Pace(tuple(each + sheet / SHEET_EVERY for each in steps), end + sheet)


def _sheet(trainer: Trainer) -> float:
    """Seconds of a sample sheet; 0 where none is drawn."""
    if trainer.showcase is None:
        return 0.0
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trainer.save_sheet(Path(folder) / "sheet.png")
    return time.perf_counter() - start


def _step(
    trainer: Trainer, stage: int, least: float = 2.0, begin: Callable[[], None] = lambda: None
) -> float:
    """Seconds of a step of one stage over whole rounds of its turns: the median of stretches that last `least` seconds together,
    since what else the machine does makes one of them too slow, or one short one too fast. begin: called after warming up."""
    trainer.enter(stage)
    turns = trainer.stages[stage].turns.values()
    round_ = max([1, *(n for turn in turns for n in (turn.every, turn.rests))])
    cuda = trainer.device.type == "cuda"
    wait = partial(torch.cuda.synchronize, trainer.device) if cuda else lambda: None
    warm = (2 * WARM_UP if trainer.stepper.captures else 1) * round_
    steps = trainer.stages[stage].steps

    def some(count: int) -> float:
        wait()
        start = time.perf_counter()
        for _ in range(count):
            trainer.advance(read=False)
            trainer.stage, trainer.step = stage, trainer.step % max(1, steps - 1)  # never into the next stage
        wait()
        return (time.perf_counter() - start) / count

    some(warm)
    begin()
    rounds = least / max(some(round_), 1e-4) / round_
    stretches = max(1, min(STRETCHES, round(rounds)))
    return statistics.median(some(max(1, round(rounds / stretches)) * round_) for _ in range(stretches))


def _end(
    trainer: Trainer,
    recipe: Recipe,
    showcase: Batch,
    held_out: Source | None,
    name: str | None,
    limit: int = 500,
) -> float:
    """Seconds of export and figures, from those on a few images and on some more."""
    few, more = 8, 24
    took = []
    for count in (few, more):
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            publish(
                trainer,
                recipe,
                Path(folder) / "export",
                showcase,
                held_out,
                name,
                limit=count,
                progress=False,
            )
        took.append(time.perf_counter() - start)
    count = min(limit, len(held_out)) if held_out is not None else 0
    return took[0] + max(0.0, took[1] - took[0]) / (more - few) * max(0, count - few)


def fitted(method: Method, pace: Pace, seconds: float):
    """The config whose whole training takes about so many seconds: every stretch of it is scaled alike, so that every decay
    ends where the time does. TooShort where not even a few steps fit."""
    whole = pace.total(method)
    factor = (SLACK * seconds - pace.end) / max(1e-9, whole - pace.end)
    config = method.scaled(method.config, factor) if factor > 0 else None
    if config is None or config.steps < 10:
        least = (pace.end + (whole - pace.end) * 10 / max(1, method.config.steps)) / SLACK
        more = least - seconds
        more += 3 + 0.1 * max(least, more)  # another start and another trial may take a little longer
        given = f" ({math.ceil(more / 0.6) / 100:g} minutes)" if more < 120 else ""  # as --minutes takes it
        raise TooShort(
            f"start and trial leave {_told(max(0.0, seconds), math.floor)}, and export and figures alone take "
            f"{_told(pace.end)}: give at least {_told(more)}{given} more."
        )
    return config


def _told(seconds: float, whole: Callable[[float], int] = math.ceil) -> str:
    """A stretch of time in words: whole seconds below two minutes, then minutes."""
    if seconds >= 120:
        return f"{whole(seconds / 6) / 10:g} minutes"
    return f"{whole(seconds)} second{'' if whole(seconds) == 1 else 's'}"


def asked(
    minutes: float, method: Method, batch: int, device: torch.device | str | None, precision: str
) -> dict:
    """All that a plan depends on, as plan.json holds it. precision: as the user gave it."""
    settings = {
        "minutes": minutes,
        "batch": batch,
        "config": asdict(method.config),
        "device": torch.device(device or default_device()).type,
        "precision": precision,
        "threads": torch.get_num_threads(),
    }
    return json.loads(json.dumps(settings))  # tuples become lists, as in the file


def _plan(out: Path) -> dict:
    """What plan.json holds; {} where there is none that can be read."""
    try:
        plan = json.loads((out / PLAN).read_text())
    except (OSError, ValueError):
        return {}
    return plan if isinstance(plan, dict) and isinstance(plan.get("lengths"), dict) else {}


def planned(out: Path, asked: dict) -> dict[str, int] | None:
    """The lengths that an earlier start with the same options came to; None for a first start."""
    plan = _plan(out)
    return plan["lengths"] if plan and all(plan.get(name) == value for name, value in asked.items()) else None


def standing(out: Path, fields: tuple[str, ...]) -> dict[str, int] | None:
    """The lengths of a run in minutes that has begun, None where there is none. It goes on by them whatever is asked now, for
    with others it would be another run. CheckpointError where its resume file is damaged."""
    plan, state = out / PLAN, out / RESUME
    if not (plan.is_file() and state.is_file()):
        return None
    config = load_resume(state)["config"]
    lengths = {field: config[field] for field in fields if field in config}
    # A later plan is for going on further than the run in the file was to go, and nothing has been saved of that yet.
    later = plan.stat().st_mtime > state.stat().st_mtime and _plan(out).get("lengths") != lengths
    return None if later else lengths


@contextmanager
def kept(out: Path, asked: dict, lengths: dict[str, int], pace: Pace) -> Iterator[None]:
    """Write down what a run is to be, so that a stopped one goes on as it was planned. If the trainer refuses the run, the
    earlier plan is put back, since the folder still holds the run that it belongs to."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / PLAN
    before = path.read_bytes() if path.is_file() else None
    plan = {**asked, "lengths": lengths, "seconds a step": pace.steps, "seconds of the end": pace.end}
    with replacing(path) as part:
        part.write_text(json.dumps(plan, indent=2) + "\n")
    try:
        yield
    except AnotherRun:
        path.unlink()
        if before is not None:
            path.write_bytes(before)
        raise


def exported(out: Path, export: Path, steps: int) -> bool:
    """Whether the run in `out` was exported and judged after its last step, so that doing so again would change nothing."""
    try:
        folder, config = read_config(export)
        later = (folder / "config.json").stat().st_mtime >= (out / RESUME).stat().st_mtime
    except (OSError, CheckpointError):
        return False
    return later and config["card"].get("steps") == steps and "judged on" in config["card"]


# -- several at once --------------------------------------------------------------------------------------------------


def side_by_side(
    names: list[str], device: str = "auto", precision: str = "auto", batch: int | None = None, most: int = 4
) -> int:
    """How many trainings at once get most done here. On a CPU one for each core: two threads of one training gain less than
    a second training. On a GPU by trying the first of the recipes whose data is there, alone, twice, and so on; each gets its
    share of the cores."""
    if not (torch.cuda.is_available() if device == "auto" else device.startswith("cuda")):
        return cores()
    options = ["--device", device, "--precision", precision] + (["--batch", str(batch)] if batch else [])
    for name in names:
        with suppress(NotInstalled):
            return _most(name, options, most)
    return 1


def _most(name: str, options: list[str], most: int) -> int:
    best, gain = 1, 0.0
    for count in (n for n in (1, 2, 4) if n <= min(most, cores())):
        done = _done(name, count, options)
        if done < 1.1 * gain or not done:
            break
        best, gain = count, done
    return best


def _done(name: str, count: int, options: list[str]) -> float:
    """Steps a second of so many trainings at once, together; 0 where one of them fails. NotInstalled without its data.
    Each says when it has warmed up and waits for the others, so that none is timed while another one still loads."""
    command = [sys.executable, "-m", "i2i.budget", name, "--threads", str(max(1, cores() // count)), *options]
    tries = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(count)
    ]
    if all([t.stdout and t.stdout.readline() for t in tries]):
        for t in tries:
            with suppress(OSError):  # it has ended meanwhile
                print(file=t.stdin, flush=True)
    told = [t.communicate()[0] for t in tries]  # those that still wait find their input closed, and end
    if any(t.returncode == NotInstalled.status for t in tries):
        raise NotInstalled(name)
    return 0.0 if any(t.returncode for t in tries) else sum(1 / float(line) for line in told)


def main() -> None:
    """Print the seconds of a step of one recipe, timed when a line comes in: what `side_by_side` asks of several processes."""
    parser = argparse.ArgumentParser(prog="python -m i2i.budget", description=main.__doc__)
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--batch", type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    recipe = RECIPES[options.name]
    try:
        method, source = recipe.build(), recipe.source("train")
    except NotInstalled:
        raise SystemExit(NotInstalled.status) from None
    trainer = Trainer(
        method, source, batch=options.batch or recipe.batch, seed=recipe.seed, ema=recipe.ema,
        precision=options.precision, device=None if options.device == "auto" else options.device,
    )  # fmt: skip

    def begin() -> None:
        print("ready", flush=True)
        if not sys.stdin.readline():  # another one has failed
            raise SystemExit(1)

    print(_step(trainer, len(trainer.stages) - 1, least=5.0, begin=begin))


if __name__ == "__main__":
    main()
