"""The one training loop. It knows turns and stages, and no paper.

Every batch is a function of (seed, step), so a run that is stopped at any step and resumed takes the very same steps
on a CPU. Under `torchrun` each process computes its share of the same batch and gradients are averaged; batch
statistics, dropout masks and image pools are then those of each process's share, so only methods without them equal a
single process bit for bit (to rounding).
"""

from __future__ import annotations

import copy
import csv
import math
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Protocol

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm.auto import tqdm

from .checkpoint import load_resume, save_resume
from .method import LAYOUTS, Batch, Method, Stage, Turn, frozen, lay_out, weighted_sum
from .pictures import sheet


class Source(Protocol):
    """What the loop needs of data."""

    def __len__(self) -> int: ...
    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> Batch: ...


class Diverged(RuntimeError):
    """A loss term is no longer a number; the message says which, where, and what to try."""


def default_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def bf16_pays(device: torch.device) -> bool:
    """Time one convolution, forward and backward, in float32 and bfloat16; True if the latter is a fifth faster."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    conv = nn.Conv2d(64, 64, 3, padding=1).to(device, memory_format=torch.channels_last)
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
    """Groups of rows for a sheet: x and what the method makes of it; the same of y, where there is a way back; with
    labels, a row for each domain."""

    def made(given: Tensor, **controls) -> Tensor:
        return method.translate(given.to(device), **controls).float().cpu()

    x = showcase["x"]
    if "mask" in method.controls:
        return [[x, made(x, mask=showcase["mask"].to(device))]]
    if "direction" in method.controls:
        return [[showcase[side], made(showcase[side], direction=way)] for side, way in (("x", "xy"), ("y", "yx"))]
    if "label" in method.controls:
        return [[x, *(made(x, label=k) for k in range(method.config.domains))]]
    # A picture that is to be enlarged is shown as the blocks that it has.
    return [[F.interpolate(x, scale_factor=method.enlarges), made(x)]]


class Trainer:
    """Trains a method on a source.

    batch: samples a step, over all processes together.  ema: decay of the averaged copy that is exported.
    precision: "bf16", "fp32", or "auto" (a probe of a few milliseconds decides).
    out: folder for resume.pt, log.csv and sheets/; None keeps nothing.  showcase: a batch for the sample sheets.
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
    ):
        self.rank, self.world = 0, 1
        if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1:
            if not dist.is_initialized():
                dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
            self.rank, self.world = dist.get_rank(), dist.get_world_size()
        if batch % self.world:
            raise ValueError(f"a batch of {batch} cannot be shared evenly by {self.world} processes")
        self.device = torch.device(device) if device else default_device()
        if self.device.type == "cuda" and self.world > 1:
            self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        self.method = lay_out(method, self.device).train()
        self.source, self.batch, self.seed, self.decay = source, batch, seed, ema
        if precision not in ("auto", "bf16", "fp32"):
            raise ValueError(f"unknown precision {precision!r}; there are auto, bf16 and fp32")
        self.bf16 = bf16_pays(self.device) if precision == "auto" else precision == "bf16"
        self.probed = precision == "auto"
        self._agree()
        self.out, self.showcase = out, showcase
        self.average = copy.deepcopy(self.method).eval().requires_grad_(False)
        self.stages = self.method.stages()
        self.stage, self.step, self.seconds = 0, 0, 0.0  # the step counts within its stage
        self.optimizers: dict[str, torch.optim.Optimizer] = {}
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

    def advance(self) -> dict[str, float]:
        """Take one step of the current stage; the unweighted terms of all its turns, as numbers."""
        stage, shown = self.stages[self.stage], {}
        batch = self._batch()
        if len(stage.turns) > 1:
            with self._cast():
                batch |= self.method.share(batch)
        for name, turn in stage.turns.items():
            if turn.runs(self.step):
                shown |= self._take(name, turn, batch)
        self._update_average()
        self.step += 1
        if self.step >= stage.steps and self.stage + 1 < len(self.stages):
            self.stage, self.step = self.stage + 1, 0
            self._begin(fresh=True)
        return shown

    def _take(self, name: str, turn: Turn, batch: Batch) -> dict[str, float]:
        nets = self.method.networks()
        with ExitStack() as stack:
            stack.enter_context(frozen(*(net for letter, net in nets.items() if letter not in turn.trains)))
            with self._cast():
                terms = turn.loss(batch)
            if not terms:
                return {}
            total = weighted_sum(terms, self.method.weights(self.step))
            shown = {term: value.item() for term, value in terms.items()}
            for term, value in shown.items():
                if not math.isfinite(value):
                    raise self._diverged(f"the loss term '{term}' became {value}")
            optimizer = self.optimizers[name]
            factor = self.method.learning_rate(self.step)
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] * factor
            optimizer.zero_grad(set_to_none=True)
            total.backward()
            if self.world > 1:
                self._average_gradients(optimizer)
            optimizer.step()
        if turn.after:
            turn.after(batch)
        return shown

    def _diverged(self, what: str) -> Diverged:
        return Diverged(
            f"{what} at step {self.step} of stage '{self.stages[self.stage].name}'; the last saved state is "
            "untouched: continue it with --precision fp32, or start afresh in another folder at a lower learning rate."
        )

    def _cast(self):
        return torch.autocast(self.device.type, torch.bfloat16) if self.bf16 else nullcontext()

    def _batch(self) -> Batch:
        """This process's share of the batch that (seed, stage, step) names."""
        index = indices(self.step, self.batch, len(self.source), self.seed + 7919 * self.stage)
        chance = torch.Generator().manual_seed((self.seed * 1_000_003 + self.stage) * 1_000_003 + self.step)
        whole = self.source.batch(index, chance)
        share = self.batch // self.world
        mine = slice(self.rank * share, (self.rank + 1) * share)
        return {
            k: v[mine].to(self.device, memory_format=LAYOUTS.get(v.dim(), torch.contiguous_format))
            for k, v in whole.items()
        }

    def _sample(self, count: int) -> Batch:
        """Training samples for a stage's `begin`: the same ones in every process."""
        order = torch.randperm(len(self.source), generator=torch.Generator().manual_seed(self.seed))
        batch = self.source.batch(order[:count], torch.Generator().manual_seed(self.seed))
        return {k: v.to(self.device) for k, v in batch.items()}

    def _average_gradients(self, optimizer: torch.optim.Optimizer) -> None:
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    dist.all_reduce(p.grad)
                    p.grad /= self.world

    @torch.no_grad()
    def _update_average(self) -> None:
        # A young average must not cling to the random start, nor one of a later stage to what the earlier left.
        keep = min(self.decay, (1 + self.step) / (10 + self.step))
        for letter, net in self.method.networks().items():
            average = getattr(self.average, letter)
            for mean, now in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
                if mean.is_floating_point():
                    mean.lerp_(now, 1 - keep)
                else:
                    mean.copy_(now)

    def _begin(self, fresh: bool) -> None:
        """Enter the current stage: its `begin` (never on resume), then an optimizer for each turn."""
        stage: Stage = self.stages[self.stage]
        if fresh and stage.begin:
            stage.begin(self._sample)
            self.average.load_state_dict(self.method.state_dict())
        nets = self.method.networks()
        self.optimizers = {}
        for name, turn in stage.turns.items():
            unknown = set(turn.trains) - set(nets)
            if unknown:
                raise KeyError(f"turn '{name}' trains unknown network(s) {', '.join(sorted(unknown))}")
            optimizer = turn.optimizer([p for letter in turn.trains for p in nets[letter].parameters()])
            for group in optimizer.param_groups:
                group["initial_lr"] = group["lr"]
            self.optimizers[name] = optimizer

    # -- a whole run ------------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        return self.stage == len(self.stages) - 1 and self.step >= self.stages[-1].steps

    def fit(
        self,
        *,
        log_every: int = 20,
        sheet_every: int = 500,
        save_every: int = 500,
        progress: bool = True,
        watch: Callable[[Trainer, dict[str, float]], None] | None = None,
    ) -> Method:
        """Train to the end, picking up where resume.pt in `out` stopped; the averaged method, in eval mode.

        watch(trainer, terms) is called after each step (notebooks draw with it).
        """
        if self.out:
            self.out.mkdir(parents=True, exist_ok=True)
            self.resume()
        total = sum(s.steps for s in self.stages)
        # On a CPU the process's own time counts: what else the machine was doing must not show in a run's minutes.
        clock = time.process_time if self.device.type == "cpu" else time.perf_counter
        recent: dict[str, float] = {}  # a turn that does not run on every step shows its last terms
        bar = tqdm(total=total, initial=self._count(), disable=not progress or self.rank > 0, unit="step", smoothing=0.05)
        with bar:
            while not self.done:
                start = clock()
                name = self.stages[self.stage].name
                terms = self.advance()
                self.seconds += clock() - start
                bar.update()
                count = self._count()
                recent = recent | terms if name == self.stages[self.stage].name else terms
                if self.done or count % log_every == 0:
                    bar.set_postfix({k: f"{v:.3g}" for k, v in recent.items()})
                    self._log(count, name, recent)
                if self.out and self.rank == 0:
                    if self.showcase is not None and (self.done or count % sheet_every == 0):
                        self.save_sheet(self.out / "sheets" / f"{count:06d}.png")
                    if self.done or count % save_every == 0:
                        self.save()
                if watch:
                    watch(self, terms)
        return self.average

    def _log(self, count: int, stage: str, terms: dict[str, float]) -> None:
        if not self.out or self.rank:
            return
        path = self.out / "log.csv"
        fresh = not path.exists()
        with path.open("a", newline="") as file:
            rows = csv.writer(file)
            if fresh:
                rows.writerow(["step", "seconds", "stage", "term", "value"])
            rows.writerows([count, round(self.seconds, 2), stage, k, f"{v:.6g}"] for k, v in terms.items())

    @torch.no_grad()
    def save_sheet(self, path: Path) -> None:
        """Showcase inputs, what the averaged method makes of them and, where known, the truth: a PNG."""
        with torch.random.fork_rng():  # dropout here must not move the stream that training draws from
            rows = sum(translated(self.average, self.showcase, self.device), [])
        rows += [self.showcase["y"]] if not {"direction", "label"} & {*self.average.controls} and "y" in self.showcase else []
        path.parent.mkdir(parents=True, exist_ok=True)
        sheet(rows).save(path)

    def save(self) -> None:
        """Write resume.pt; Diverged, and the file untouched, if a weight is no number (the loss shows it a step later)."""
        state = self.method.state_dict()
        for name, value in state.items():
            if not torch.isfinite(value).all():
                raise self._diverged(f"{name} holds values that are not finite")
        save_resume(
            self.out / "resume.pt",
            {
                "method": type(self.method).__name__,
                "config": repr(self.method.config),
                "run": {"batch": self.batch, "seed": self.seed, "length": len(self.source)},
                "model": state,
                "average": self.average.state_dict(),
                "optimizers": {k: o.state_dict() for k, o in self.optimizers.items()},
                "stage": self.stage,
                "step": self.step,
                "seconds": self.seconds,
                "bf16": self.bf16,
                "random": torch.get_rng_state(),
                "random_cuda": torch.cuda.get_rng_state_all() if self.device.type == "cuda" else [],
            },
        )

    def resume(self) -> bool:
        """Continue from `out`/resume.pt if it exists; ValueError if it belongs to another run."""
        path = self.out / "resume.pt"
        if not path.exists():
            return False
        state = load_resume(path)
        here = {"batch": self.batch, "seed": self.seed, "length": len(self.source)}
        mine = {"method": type(self.method).__name__, "config": repr(self.method.config), "run": here}
        for key, value in mine.items():
            if state[key] != value:
                raise ValueError(
                    f"{path} was made with another {key} ({state[key]}); this run has {value}. "
                    "Give the same options again, or another --out."
                )
        self.stage, self.step, self.seconds = state["stage"], state["step"], state["seconds"]
        if self.probed:  # a probe may decide otherwise on a busier day, and the run would take other steps
            self.bf16 = state.get("bf16", self.bf16)
        self.method.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self._begin(fresh=False)
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])
        torch.set_rng_state(state["random"])
        if state["random_cuda"] and self.device.type == "cuda":
            torch.cuda.set_rng_state_all(state["random_cuda"])
        if self.rank == 0:
            self._trim_log()
        return True

    def _trim_log(self) -> None:
        """Drop the rows of steps that were logged but not saved: they are about to be taken again."""
        path = self.out / "log.csv"
        if path.exists():
            with path.open(newline="") as file:
                rows = list(csv.reader(file))
            # A kill can cut the last row short.
            kept = rows[:1] + [r for r in rows[1:] if len(r) == 5 and int(r[0]) <= self._count()]
            if kept != rows:
                part = path.with_suffix(".part")
                with part.open("w", newline="") as file:
                    csv.writer(file).writerows(kept)
                os.replace(part, path)

    def _count(self) -> int:
        """Steps taken, over all stages."""
        return sum(s.steps for s in self.stages[: self.stage]) + self.step
