"""The one training loop. It knows turns and stages, and no paper.

Every batch is a function of (seed, step), made ahead where that costs nothing, so a run that is stopped at any step and resumed takes the very same steps
on a CPU. Under `torchrun` each process computes its share of the same batch and gradients are averaged; batch
statistics, dropout masks and image pools are then those of each process's share, so only methods without them equal a
single process bit for bit (to rounding).
"""

from __future__ import annotations

import copy
import csv
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import filelock
import torch
import torch.distributed as dist
from torch import Tensor, nn
from tqdm.auto import tqdm

from .checkpoint import CheckpointError, load_resume, save_resume
from .cores import cores
from .data.device import OnDevice
from .data.fingerprint import fingerprint
from .fast import MEMORY_FORMATS, lay_out
from .files import FLAT, LOCK, RESUME, is_run, printable, replacing
from .images import sheet
from .method import Batch, Method, Stage, Terms
from .step import Stepper, Unrecorded
from .voxels import pictures

SHEET_EVERY = 500  # steps


class Source(Protocol):
    """What the loop needs of data."""

    def __len__(self) -> int: ...
    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> Batch: ...

    # One that knows all right answers to an input has, beside these, for whoever judges and for no training:
    # answers(index: int) -> Tensor, float [K, C, H, W] in [-1, 1]; `every_answer`, whether these are all that there are
    # (each as likely as the others) or some of endless many; and `lines`, whether x is a line drawing (see data/answers.py).


class Diverged(RuntimeError):
    """A loss term is no longer a number; the message says which, where, and what to try."""


class AnotherRun(ValueError):
    """The folder belongs to another run, or to one that is training there now; the message says what differs."""


class Stopped(KeyboardInterrupt):
    """The run was asked to stop and has saved what it had; the message says at which step, and where it lies."""


class Uneven(ValueError):
    """A batch that the processes cannot share; the message is one sentence."""


def default_device() -> torch.device:
    """A GPU if there is one, by CUDA or, on a Mac, by Metal."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def bf16_pays(device: torch.device) -> bool:
    """Time one convolution, forward and backward, in float32 and bfloat16; True if the latter is a fifth faster."""
    if device.type == "cuda":  # older GPUs emulate it, slowly
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu":
        return False
    conv = nn.Conv2d(64, 64, 3, padding=1).to(device)
    conv.weight.data = conv.weight.data.contiguous(memory_format=torch.channels_last)
    x = torch.zeros(4, 64, 64, 64, device=device).to(memory_format=torch.channels_last).requires_grad_()

    def seconds(cast: bool) -> float:
        best = math.inf
        for _ in range(4):
            start = time.perf_counter()
            with torch.autocast(device.type, torch.bfloat16, enabled=cast):
                conv(x).sum().backward()
            best = min(best, time.perf_counter() - start)
        return best

    seconds(False)
    return seconds(True) < 0.8 * seconds(False)


def fits(source: OnDevice, device: torch.device) -> bool:
    """Whether a source goes to the device, so that batches arise where they are needed: to a GPU of whose free memory its
    images take a quarter at most. The rest is the training's."""
    return device.type == "cuda" and 4 * source.held() <= torch.cuda.mem_get_info(device)[0]


def own_chance(device: torch.device):
    """A context whose draws, on the CPU and on this device, move no stream that training draws from."""
    return torch.random.fork_rng(devices=[device] if device.type == "cuda" else [])


def indices(step: int, batch: int, length: int, seed: int) -> Tensor:
    """int64 [batch]: the positions that step `step` sees, running through a fresh permutation in every epoch."""
    picked = []
    position, end = step * batch, (step + 1) * batch
    while position < end:
        epoch, first = divmod(position, length)
        order = torch.randperm(length, generator=torch.Generator().manual_seed(seed * 1_000_003 + epoch))
        take = min(length - first, end - position)
        picked.append(order[first : first + take])
        position += take
    return torch.cat(picked)


@torch.no_grad()
def translated(method: Method, showcase: Batch, device: torch.device) -> list[list[Tensor]]:
    """`Method.show` of a showcase, float32 on the CPU; of volumes, pictures."""
    moved = {k: v.to(device) for k, v in showcase.items()}
    return [
        [pictures(row.cpu()) if row.dim() == 5 else row.float().cpu() for row in rows]
        for rows in method.show(moved)
    ]


def stop_signals() -> list[int]:
    """Those that ask a training to save and to stop: Ctrl-C, `kill`, and the end of the terminal, unless `nohup` asked to go
    on then."""
    hangup = getattr(signal, "SIGHUP", None)
    closed = [hangup] if hangup and signal.getsignal(hangup) != signal.SIG_IGN else []
    return [signal.SIGINT, signal.SIGTERM, *closed]


@contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """The signals that asked to stop so far, so that a step may end first; from the second one on they act at once."""
    asked: list[int] = []
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield asked
        return

    def note(number: int, frame) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in stop_signals()}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def folder_for(source: Source, plain: Path) -> Path:
    """The folder of a run on `source`, named `plain` and what tells its data from others; `plain` becomes a link to it, so
    that it is the latest run of that name."""
    own = plain.with_name(f"{plain.name}-{fingerprint(source)[:6]}")
    own.mkdir(parents=True, exist_ok=True)
    if plain.is_symlink() or not plain.exists():
        link = plain.with_name(f".{plain.name}.link-{os.getpid()}")
        with suppress(
            OSError
        ):  # where links may not be made there is the full name, which is told at the end
            link.symlink_to(own.name, target_is_directory=True)
            os.replace(link, plain)
    return own


def claimed(out: Path) -> None:
    """AnotherRun, in one sentence, where a folder holds something and is no run's: a run would mix its files with it."""
    held = sorted(p.name for p in out.iterdir() if not p.name.startswith(".")) if out.is_dir() else []
    if held and not is_run(out):
        raise AnotherRun(
            f"{out} holds {printable(held[0])!r} and is no folder of a run: give an empty or a new folder as --out."
        )


def _agree_until(one: Method, other: Method, steps: int) -> int:
    """The first of so many steps at which two methods' learning rates or weights differ, else `steps`."""
    here, there = (method.stages()[-1].schedule(method) for method in (one, other))
    return next((step for step in range(steps) if here(step) != there(step)), steps)


def _listed(others: dict[str, tuple]) -> str:
    """What differs, as a user can read it: "size (64; here 96)"."""
    told = {"data": "data (other images, or other names)", "images": "number of images ({}; here {})"}
    if "images" in others:
        others = {k: v for k, v in others.items() if k != "data"}
    return ", ".join(
        told.get(name, f"{name} ({{}}; here {{}})").format(*values) for name, values in others.items()
    )


def _sentence(fault: Exception) -> str:
    return f"{fault.filename}: {fault.strerror}." if isinstance(fault, OSError) else str(fault)


class Trainer:
    """Trains a method on a source.

    batch: samples a step, over all processes together.  ema: decay of the averaged copy that is exported.
    seed: of order, augmentation and dropout; the weights' own is `Method.seeded`.
    precision: "bf16", "fp32", or "auto" (a probe of a few milliseconds decides).
    out: folder for resume.pt, log.csv and sheets/; None keeps nothing.  showcase: a batch for the sample sheets.
    facts: what else the outcome depends on, by the name that the user knows: size, direction, ...; a resume file with
    other facts, data or settings is refused.
    static: take steps as a GPU needs them, see `step.Stepper`; None: on a GPU.
    """

    def __init__(
        self,
        method: Method,
        source: Source,
        *,
        batch: int,
        seed: int = 0,
        ema: float = 0.998,
        precision: str = "auto",
        device: torch.device | str | None = None,
        out: Path | None = None,
        showcase: Batch | None = None,
        facts: dict[str, str | int | float] | None = None,
        static: bool | None = None,
    ):
        self.rank, self.world = 0, 1
        self.device = torch.device(device) if device else default_device()
        if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1:
            if not dist.is_initialized():
                dist.init_process_group("nccl" if self.device.type == "cuda" else "gloo")
            self.rank, self.world = dist.get_rank(), dist.get_world_size()
        if batch % self.world:
            raise Uneven(
                f"a batch of {batch} cannot be shared evenly by {self.world} processes: give a --batch that divides by them."
            )
        if self.device.type == "cuda" and self.world > 1:
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        self.method = lay_out(method, self.device).train()
        self.given, self.source = (
            source,
            source,
        )  # as it came, which judges look at on the CPU; where batches are made
        self.batch, self.seed, self.decay = batch, seed, ema
        if precision not in ("auto", "bf16", "fp32"):
            raise ValueError(f"unknown precision {precision!r}; there are auto, bf16 and fp32")
        self.bf16 = bf16_pays(self.device) if precision == "auto" else precision == "bf16"
        self.probed = precision == "auto"
        self._agree()
        self.out, self.showcase, self.facts = out, showcase, facts or {}
        self.legs: list[dict] = []  # stretches of the run under one plan: from, to, of (steps), precision
        self.average = copy.deepcopy(self.method).eval().requires_grad_(False)
        self.stages = self.method.stages()
        self.stage, self.step, self.seconds = 0, 0, 0.0  # the step counts within its stage
        self.static = self.device.type == "cuda" if static is None else static
        self.reads_all = self.device.type == "cpu"  # where terms are read without waiting for the step
        if isinstance(source, OnDevice) and fits(source, self.device):
            self.source, ahead = source.to(self.device), False
        else:
            ahead = self.device.type == "cuda" or cores() > self.world * torch.get_num_threads()
        self._thread = ThreadPoolExecutor(1, "batches") if ahead else None
        self._ahead: dict[tuple[int, int], Future[Batch]] = {}
        torch.manual_seed(seed)
        self._begin(fresh=True)

    @torch.no_grad()
    def _agree(self) -> None:
        """All processes start from the first one's weights and precision, whatever each drew or measured."""
        if self.world == 1:
            return
        bf16 = torch.tensor(float(self.bf16), device=self.device)
        for value in (bf16, *self.method.state_dict().values()):
            whole = value.contiguous()
            dist.broadcast(whole, 0)
            value.copy_(whole)
        self.bf16 = bool(bf16)

    # -- one step ---------------------------------------------------------------------------------------------------

    def advance(self, read: bool = True, only: Collection[str] | None = None) -> dict[str, float]:
        """Take one step of the current stage; the unweighted terms of its turns, as numbers, and the last ones of turns that
        ran since terms were read.

        read: whether they are wanted. On a GPU reading them waits for the step, so a run reads only what it logs.
        only: the turns that are taken, for whoever takes a step apart; None: all.
        """
        stage = self.stages[self.stage]
        # A young average must not cling to the random start, nor one of a later stage to what the earlier left.
        decay = min(self.decay, (1 + self.step) / (10 + self.step))
        self._unread |= self.stepper.take(self._batch(), self.step, decay, only)
        shown = {}
        if read or self.reads_all:
            shown, self._unread = self._read(self._unread), {}
        self.step += 1
        if self.step >= stage.steps and self.stage + 1 < len(self.stages):
            self.stage, self.step = self.stage + 1, 0
            self._begin(fresh=True)
        return shown

    def _read(self, terms: dict[str, Terms]) -> dict[str, float]:
        """Terms as numbers; Diverged if one is none."""
        scalars = {name: value for of_turn in terms.values() for name, value in of_turn.items()}
        if not scalars:
            return {}
        # Metal has no float64.
        wide = torch.float32 if self.device.type == "mps" else torch.float64
        values = torch.stack([v.to(wide) for v in scalars.values()]).tolist()
        shown = dict(zip(scalars, values, strict=True))
        for term, value in shown.items():
            if not math.isfinite(value):
                raise self._diverged(f"the loss term '{term}' became {value}")
        return shown

    def _diverged(self, what: str) -> Diverged:
        return Diverged(
            f"{what} at step {self.step} of stage '{self.stages[self.stage].name}'; the last saved state is "
            "untouched: continue it with --precision fp32, or start afresh in another folder at a lower learning rate."
        )

    def _batch(self) -> Batch:
        """This process's share of the batch that (seed, stage, step) names, on the device.

        Where there is a GPU, or a core that this training does not use, the next one is made meanwhile.
        """
        at = (self.stage, self.step)
        batch = ahead.result() if (ahead := self._ahead.pop(at, None)) else self._made(*at)
        if self._thread:
            last = self.step + 1 >= self.stages[self.stage].steps
            coming = (self.stage + 1, 0) if last else (self.stage, self.step + 1)
            if coming[0] < len(self.stages):
                self._ahead = {coming: self._thread.submit(self._made, *coming)}
        layout = MEMORY_FORMATS
        return {
            k: v.to(
                self.device,
                memory_format=layout.get(v.dim(), torch.contiguous_format),
                non_blocking=v.is_pinned(),
            )
            for k, v in batch.items()
        }

    def _made(self, stage: int, step: int) -> Batch:
        """What `_batch` moves to the device: a function of its arguments, so any thread may call it at any time."""
        index = indices(step, self.batch, len(self.source), self.seed + 7919 * stage)
        rng = torch.Generator().manual_seed((self.seed * 1_000_003 + stage) * 1_000_003 + step)
        whole = self.source.batch(index, rng)
        share = self.batch // self.world
        mine = {k: v[self.rank * share : (self.rank + 1) * share] for k, v in whole.items()}
        pinned = self.device.type == "cuda"
        return {k: v.pin_memory() if pinned and not v.is_cuda else v for k, v in mine.items()}

    def _sample(self, count: int) -> Batch:
        """Training samples for a stage's `begin`: the same ones in every process."""
        order = torch.randperm(len(self.source), generator=torch.Generator().manual_seed(self.seed))
        batch = self.source.batch(order[:count], torch.Generator().manual_seed(self.seed))
        return {k: v.to(self.device) for k, v in batch.items()}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Of the current stage, by turn."""
        return self.stepper.optimizers

    def enter(self, stage: int) -> None:
        """Go to the first step of a stage, without its `begin`: for whoever times its steps."""
        self.stage, self.step = stage, 0
        self._begin(fresh=False)

    def _begin(self, fresh: bool) -> None:
        """Enter the current stage: its `begin` (never on resume), then an optimizer for each turn."""
        stage: Stage = self.stages[self.stage]
        if fresh and stage.begin:
            stage.begin(self._sample)
            self.average.load_state_dict(self.method.state_dict())
        self._unread: dict[str, Terms] = {}
        self.stepper = Stepper(
            self.method, self.average, stage, bf16=self.bf16, static=self.static, world=self.world
        )

    # -- a whole run ------------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        return self.stage == len(self.stages) - 1 and self.step >= self.stages[-1].steps

    def fit(
        self,
        *,
        log_every: int = 20,
        sheet_every: int = SHEET_EVERY,
        save_every: float = 60.0,
        progress: bool = True,
        watch: Callable[[Trainer, dict[str, float]], None] | None = None,
    ) -> Method:
        """Train to the end, picking up where resume.pt in `out` stopped; the averaged method, in eval mode.

        save_every: seconds between two saves.  watch(trainer, terms) is called after each step (notebooks draw with it).
        With `out`, Ctrl-C, SIGTERM and a closed terminal let the step end, save, and raise Stopped; a second one stops at once. While the
        disk is full the training goes on and says so; only the last save has to succeed. Raises AnotherRun, Diverged, and
        Unrecorded, which saves, too.
        """
        if not self.out:
            return self._fit(log_every, sheet_every, save_every, progress, watch, [])
        if self.rank == 0:
            claimed(self.out)
        self.out.mkdir(parents=True, exist_ok=True)
        with self._alone(), _asked_to_stop() as asked:
            for left in (
                self.out.glob(".*.part-*") if self.rank == 0 else ()
            ):  # of a run that was killed while it wrote
                left.unlink(missing_ok=True)
            if not self.resume() and self.rank == 0:
                self._start()
            try:
                return self._fit(log_every, sheet_every, save_every, progress, watch, asked)
            except Stopped:
                raise
            except KeyboardInterrupt:
                path = self.out / RESUME
                left = (
                    f"the last saved state, {path}, is untouched"
                    if path.exists()
                    else "nothing had been saved"
                )
                raise Stopped(f"stopped in the middle of step {self._count() + 1:,}; {left}.") from None

    def _fit(
        self, log_every: int, sheet_every: int, save_every: float, progress: bool, watch, asked: list[int]
    ) -> Method:
        total = sum(s.steps for s in self.stages)
        # On a CPU the process's own time counts: what else the machine was doing must not show in a run's minutes.
        clock = time.process_time if self.device.type == "cpu" else time.perf_counter
        recent: dict[str, float] = {}  # a turn that does not run on every step shows its last terms
        bar = tqdm(
            total=total,
            initial=self._count(),
            disable=not progress or self.rank > 0,
            unit="step",
            smoothing=0.05,
        )
        saved = time.monotonic()
        with bar:
            while not self.done:
                start = clock()
                name = self.stages[self.stage].name
                count = self._count() + 1
                wanted = watch is not None or count % log_every == 0 or count == total
                try:
                    terms = self.advance(read=wanted)
                except Unrecorded:
                    if self.out:
                        self.save()
                    raise
                self.seconds += clock() - start
                bar.update()
                recent = recent | terms if name == self.stages[self.stage].name else terms
                try:
                    if self.done or count % log_every == 0:
                        bar.set_postfix({k: f"{v:.3g}" for k, v in recent.items()})
                        self._keep(self._log, count, name, recent)
                    if self.out and self.rank == 0:
                        if self.showcase is not None and (self.done or count % sheet_every == 0):
                            self._keep(self.save_sheet, self.out / "sheets" / f"{count:06d}.png")
                        if self.stage == len(self.stages) - 1 and self.step == self.flat and not self.done:
                            self._keep(self.save, FLAT)
                        if self.done:
                            self.save()
                            self.legs = self._legs()
                        elif time.monotonic() - saved >= save_every:
                            self._keep(self.save)
                            saved = time.monotonic()
                    if watch:
                        watch(self, terms)
                    if self._any(asked) and not self.done:
                        raise KeyboardInterrupt
                except KeyboardInterrupt:  # between two steps all is whole
                    if not self.out:
                        raise
                    if self.rank == 0:
                        self.save()
                    raise Stopped(
                        f"stopped after step {count:,} of {total:,}, saved in {self.out / RESUME}: the same command goes on there."
                    ) from None
        return self.average

    @property
    def folder(self) -> Path:
        """`out`. ValueError for a trainer that was given none, and keeps nothing."""
        if self.out is None:
            raise ValueError(
                "this trainer was given no folder (out=...), so there is nothing to save or to resume"
            )
        return self.out

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else trains in `out` meanwhile; the lock goes with the process, however that ends."""
        if self.rank:
            yield
            return
        lock = filelock.FileLock(self.folder / LOCK, timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout:
            raise AnotherRun(
                f"another training is at work in {self.out}: wait for it, stop it, or give another --out."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _any(self, asked: list[int]) -> bool:
        """Whether this process was asked to stop; of several, whether any was, so that all stop at one step."""
        if self.world == 1:
            return bool(asked)
        one = torch.tensor(float(bool(asked)), device=self.device)
        dist.all_reduce(one, dist.ReduceOp.MAX)
        return bool(one)

    def _keep(self, write: Callable, *given) -> None:
        """Write something that the run can do without for now: a full disk is told, and must not end hours of training."""
        try:
            write(*given)
        except (OSError, CheckpointError) as fault:
            tqdm.write(f"{_sentence(fault)} The training goes on, and tries again.", file=sys.stderr)

    def _start(self) -> None:
        """Remove what an earlier run left that is not to be mixed with this one's."""
        for left in (
            self.folder / FLAT,
            self.folder / "log.csv",
            *(self.folder / "sheets").glob("[0-9]*.png"),
        ):
            left.unlink(missing_ok=True)

    def _log(self, count: int, stage: str, terms: dict[str, float]) -> None:
        if not self.out or self.rank:
            return
        path = self.folder / "log.csv"
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            rows = csv.writer(file)
            if fresh:
                rows.writerow(["step", "seconds", "stage", "term", "value"])
            rows.writerows([count, round(self.seconds, 2), stage, k, f"{v:.6g}"] for k, v in terms.items())

    @torch.no_grad()
    def save_sheet(self, path: Path) -> None:
        """Showcase inputs, what the averaged method makes of them and, where known, the truth: a PNG."""
        if (showcase := self.showcase) is None:
            raise ValueError("this trainer was given no showcase to draw")
        with own_chance(self.device):  # dropout draws
            rows = sum(translated(self.average, showcase, self.device), [])
        rows += (
            [showcase["y"]]
            if not {"direction", "label"} & {*self.average.controls} and "y" in showcase
            else []
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            sheet(rows).save(part)

    @cached_property
    def identity(self) -> dict[str, dict]:
        """All that the outcome depends on, as a resume file holds it: equal for two runs that are the same."""
        return {
            "method": {"method": type(self.method).__name__},
            "config": asdict(self.method.config),
            "run": {"batch": self.batch, "seed": self.seed, "ema": self.decay, **self.facts},
            "data": {"images": len(self.source), "data": fingerprint(self.source)},
        }

    @cached_property
    def flat(self) -> int:
        """Steps of the last stage before its learning rate first changes; all of them where it never does."""
        schedule, steps = self.stages[-1].schedule(self.method), self.stages[-1].steps
        return next((step for step in range(steps) if schedule(step)[0] != schedule(0)[0]), steps)

    def save(self, name: str = RESUME) -> None:
        """Write resume.pt; Diverged, and the file untouched, if a weight is no number (the loss shows it a step later)."""
        state = self.method.state_dict()
        for key, value in state.items():
            if not torch.isfinite(value).all():
                raise self._diverged(f"{key} holds values that are not finite")
        save_resume(
            self.folder / name,
            {
                **self.identity,
                "stages": [(s.name, s.steps) for s in self.stages],
                "legs": self._legs(),
                "model": state,
                "average": self.average.state_dict(),
                "optimizers": self.stepper.state(),
                "stage": self.stage,
                "step": self.step,
                "seconds": self.seconds,
                "bf16": self.bf16,
                "random": torch.get_rng_state(),
                "random_cuda": [torch.cuda.get_rng_state(self.device)] if self.device.type == "cuda" else [],
            },
        )

    def _legs(self) -> list[dict]:
        """The stretches so far, the one at hand included."""
        here = {"of": sum(s.steps for s in self.stages), "precision": "bf16" if self.bf16 else "fp32"}
        before, last = self.legs[:-1], (self.legs or [None])[-1]
        if last and {k: last[k] for k in here} != here:
            before, last = self.legs, None
        start = last["from"] if last else before[-1]["to"] if before else 0
        return [*before, {"from": start, "to": self._count(), **here}]

    def resume(self) -> bool:
        """Continue from `out`/resume.pt if it exists; AnotherRun, in one sentence that names what differs, if it is not
        this run's. A run that was planned for fewer steps goes on from where its learning rate would have begun to fall."""
        path = self.folder / RESUME
        if not path.exists():
            return False
        state = load_resume(path)
        if others := self._other_than(state):
            if set(others) != {"steps"}:
                raise AnotherRun(
                    f"{path} belongs to another run: {_listed(others)}. Give the same options again, or another --out."
                )
            state = self._further(state)
        self.stage, self.step, self.seconds = state["stage"], state["step"], state["seconds"]
        if self.probed:  # a probe may decide otherwise on a busier day, and the run would take other steps
            self.bf16 = state["bf16"]
        self.legs = state["legs"]
        try:
            self.method.load_state_dict(state["model"])
            self.average.load_state_dict(state["average"])
        except (KeyError, RuntimeError):
            raise CheckpointError(
                f"{path} was written by another version of i2i; delete it to start the run afresh."
            ) from None
        self._begin(fresh=False)
        self.stepper.load(state["optimizers"])
        torch.set_rng_state(state["random"])
        if (states := state["random_cuda"]) and self.device.type == "cuda":
            # Older files hold those of all GPUs.
            torch.cuda.set_rng_state(states[min(self.device.index or 0, len(states) - 1)], self.device)
        if self.rank == 0:
            self._trim_log()
        return True

    def _other_than(self, state: dict) -> dict[str, tuple]:
        """{name: (there, here)} of all in which a resume file differs from this run."""
        there, here = ({**s["method"], **s["config"], **s["run"]} for s in (state, self.identity))
        others = {k: (there.get(k), here.get(k)) for k in {**here, **there} if there.get(k) != here.get(k)}
        if facts := {k: v for k, v in others.items() if k in self.facts}:
            # Another size makes other nets and other data of the same files: what differs for the user is the size.
            return {k: v for k, v in others.items() if k in facts or k in ("batch", "seed", "ema")}
        theirs, mine = state["data"], self.identity["data"]
        return others | {k: (theirs.get(k), mine[k]) for k in mine if theirs.get(k) != mine[k]}

    def _further(self, state: dict) -> dict:
        """The state from which a run of another number of steps goes on: as long as both plans agree, the last one, then the
        copy from before the rate fell. AnotherRun if neither will do, or if fewer steps are asked for than were taken."""
        path, planned = self.folder / RESUME, [tuple(s) for s in state["stages"]]
        mine = [(s.name, s.steps) for s in self.stages]
        if planned[:-1] != mine[:-1]:
            why = f"only its last stage, '{planned[-1][0]}', may get another length"
        elif state["step"] > mine[state["stage"]][1]:
            why = f"{state['step']:,} have been taken"
        else:
            why = "their learning rates part earlier"
            with torch.device("meta"):
                there = type(self.method)(replace(self.method.config, steps=state["config"]["steps"]))
            agreed = _agree_until(there, self.method, min(planned[-1][1], mine[-1][1]))
            copies = [state] + ([load_resume(self.folder / FLAT)] if (self.folder / FLAT).exists() else [])
            for copied in copies:
                early = copied["stage"] < len(self.stages) - 1
                if (early or copied["step"] <= agreed) and set(self._other_than(copied)) == {"steps"}:
                    return copied
        steps = state["config"]["steps"], self.method.config.steps
        raise AnotherRun(
            f"{path} was planned for {steps[0]:,} steps and cannot become a run of {steps[1]:,}: {why}. Give "
            f"--steps {steps[0]}, or another --out."
        )

    def _trim_log(self) -> None:
        """Drop rows and sheets of steps that were logged but not saved: they are about to be taken again."""
        path = self.folder / "log.csv"
        if path.exists():
            with path.open(newline="") as file:
                rows = list(csv.reader(file))
            # A kill can cut the last row short.
            kept = rows[:1] + [r for r in rows[1:] if len(r) == 5 and int(r[0]) <= self._count()]
            if kept != rows:
                with replacing(path) as part, part.open("w", newline="") as file:
                    csv.writer(file).writerows(kept)
        for late in (self.folder / "sheets").glob("[0-9]*.png"):
            if int(late.stem) > self._count():
                late.unlink()

    def _count(self) -> int:
        """Steps taken, over all stages."""
        return sum(s.steps for s in self.stages[: self.stage]) + self.step
