"""One step of training: the turns of a stage on one batch, and on a GPU the same turns recorded once and replayed.

A small GAN launches hundreds of kernels a step, and a GPU waits for each launch. So there a step is captured as one CUDA
graph, for each stage, set of turns and shape of batch. A graph keeps every number that Python put into it. So what changes
from step to step (learning rates, weights of terms, the average's decay) lies in tensors on the device, and no loss decides
by data.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from functools import cached_property
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, nn

from .method import Batch, Method, Stage, Terms, Turn, frozen, weighted_sum

WARM_UP = 4  # steps that run eagerly before the next one of their kind is captured


class Unrecorded(RuntimeError):
    """A step that failed while it was recorded. Torch then cannot go on in this process: its generator and its memory stay as
    they are during a capture. What was learned is whole; the message says why, and how to go on."""

    status = 5  # of the command's exit, which tells whoever started several


class Stepper:
    """Takes the steps of one stage of a method, and keeps `average` up with it.

    static: nothing that changes between two steps is a Python number. On a GPU that is so always; elsewhere it is for
    tests.  world: processes that share a batch.
    """

    def __init__(
        self, method: Method, average: Method, stage: Stage, *, bf16: bool, static: bool, world: int = 1
    ):
        self.method, self.stage, self.world, self.bf16 = method, stage, world, bf16
        self.device = next(method.parameters()).device
        self.static = static
        self.captures = (
            static and self.device.type == "cuda" and world == 1 and not os.environ.get("I2I_EAGER")
        )
        self.why_eager = ""  # where a step cannot be recorded
        nets = method.networks()
        self.optimizers: dict[str, torch.optim.Optimizer] = {}
        for name, turn in stage.turns.items():
            if unknown := set(turn.trains) - set(nets):
                raise KeyError(f"turn '{name}' trains unknown network(s) {', '.join(sorted(unknown))}")
            optimizer = turn.optimizer([p for letter in turn.trains for p in nets[letter].parameters()])
            for group in optimizer.param_groups:
                group["initial_lr"] = group["lr"]
            self.optimizers[name] = optimizer
        if static:
            self._prepare_optimizers()
        if static and (bound := [o for o in self.optimizers.values() if not _finds_its_rate(o)]):
            self._stay_eager(f"the optimizer {type(bound[0]).__name__} takes its rate from the host")
        self.scheduled: dict[str, Tensor] = {}  # weights of terms and the average's decay, on the device
        self.weights: Mapping[str, float | Tensor] = {}  # of this step
        self.keep: float | Tensor = 0.0
        self.known: dict[str, float] = {}  # what is in them, and in the optimizers' rates
        states = [(getattr(average, letter).state_dict(), net.state_dict()) for letter, net in nets.items()]
        pairs = [pair for mean, now in states for pair in zip(mean.values(), now.values(), strict=True)]
        self.averaged = [(mean, now) for mean, now in pairs if mean.is_floating_point()]
        self.copied = [(mean, now) for mean, now in pairs if not mean.is_floating_point()]
        self.seen: dict[tuple, int] = {}
        self.graphs: dict[tuple, tuple[torch.cuda.CUDAGraph, Batch, dict[str, Terms]]] = {}

    # -- what changes from step to step ---------------------------------------------------------------------------

    def state(self) -> dict[str, dict]:
        """The optimizers' states as a resume file holds them: alike, whatever the device that they come from."""
        kept = {}
        for name, optimizer in self.optimizers.items():
            state = optimizer.state_dict()
            own = {k: v for k, v in optimizer.defaults.items() if k in ("capturable", "fused")}
            groups = [
                {**group, "lr": self.known.get(f"rate {name} {i}", float(group["lr"])), **own}
                for i, group in enumerate(state["param_groups"])
            ]
            kept[name] = {**state, "param_groups": groups}
        return kept

    def load(self, kept: dict[str, dict]) -> None:
        """Take up what `state` gave."""
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(kept[name])
        if self.static:
            self._prepare_optimizers()

    def _prepare_optimizers(self) -> None:
        """Rates and counts of steps on the device, where a graph reads them anew."""
        cuda = self.device.type == "cuda"
        for optimizer in filter(_finds_its_rate, self.optimizers.values()):
            for group in optimizer.param_groups:
                if isinstance(optimizer, torch.optim.SGD):
                    group["fused"] = True
                elif cuda:
                    group["capturable"] = True
                    optimizer._warned_capturable_if_run_uncaptured = (
                        True  # the steps of warming up are meant so
                    )
                if cuda or group.get("fused"):
                    group["lr"] = torch.tensor(float(group["lr"]), device=self.device)
            for state in optimizer.state.values():
                if cuda and isinstance(state.get("step"), Tensor):
                    state["step"] = state["step"].to(self.device, torch.float32)
        self.known = {}

    def _schedule(self, step: int, decay: float) -> None:
        """Learning rates, weights and the average's decay of this step, where the step will read them."""
        factor, weights = self.stage.schedule(self.method)(step)
        for name, optimizer in self.optimizers.items():
            for i, group in enumerate(optimizer.param_groups):
                rate = group["initial_lr"] * factor
                if not isinstance(group["lr"], Tensor):
                    group["lr"] = rate
                elif self.known.get(f"rate {name} {i}") != rate:
                    self.known[f"rate {name} {i}"] = rate
                    group["lr"].fill_(rate)
        if not self.static:
            self.weights, self.keep = weights, decay
            return
        for name, value in {**weights, "the average's decay": decay}.items():
            if name not in self.scheduled:
                self.scheduled[name] = torch.zeros((), dtype=torch.float64, device=self.device)
            if self.known.get(name) != value:
                self.known[name] = value
                self.scheduled[name].fill_(value)
        self.weights = {name: self.scheduled[name] for name in weights}
        self.keep = self.scheduled["the average's decay"]

    # -- one step ---------------------------------------------------------------------------------------------------

    def take(
        self, batch: Batch, step: int, decay: float, only: Collection[str] | None = None
    ) -> dict[str, Terms]:
        """One step: {turn: its unweighted terms}, detached scalars on the device. Those of a graph keep their values until it is
        replayed: the next step with the same turns overwrites them, and no other.

        decay: of the average, at this step.  only: the turns that are taken; None: all that are due."""
        turns = self.stage.turns
        running = tuple(
            name
            for name, turn in turns.items()
            if (only is None or name in only) and turn.runs(step) and (turn.when is None or bool(turn.when()))
        )
        self._schedule(step, decay)
        if not self.captures:
            return self._turns(batch, running)
        key = (running, *((k, v.shape, v.dtype, v.stride()) for k, v in batch.items()))
        self.seen[key] = self.seen.get(key, 0) + 1
        if self.seen[key] <= WARM_UP:
            return self._beside(batch, running, last=self.seen[key] == WARM_UP)
        if key not in self.graphs:
            self._capture(key, batch, running)
        graph, given, shown = self.graphs[key]
        for name, value in given.items():
            value.copy_(batch[name], non_blocking=True)
        graph.replay()
        return shown

    def _turns(self, batch: Batch, running: tuple[str, ...]) -> dict[str, Terms]:
        shown: dict[str, Terms] = {}
        if len(self.stage.turns) > 1:
            with self._cast():
                batch = self.method.complete(batch)
        for name in running:
            shown[name] = self._turn(self.stage.turns[name], self.optimizers[name], batch)
        self._update_average()
        return shown

    def _turn(self, turn: Turn, optimizer: torch.optim.Optimizer, batch: Batch) -> Terms:
        nets = self.method.networks()
        with ExitStack() as stack:
            stack.enter_context(frozen(*(net for letter, net in nets.items() if letter not in turn.trains)))
            with self._cast():
                terms = turn.loss(batch)
            if not terms:
                return {}
            total = weighted_sum(terms, self.weights)
            optimizer.zero_grad(set_to_none=True)
            total.backward()
            parameters = [p for group in optimizer.param_groups for p in group["params"]]
            if self.world > 1:
                self._average_gradients(parameters)
            if turn.clip:
                nn.utils.clip_grad_norm_(parameters, turn.clip)
            optimizer.step()
        shown = {term: value.detach() for term, value in terms.items()}
        if turn.after:
            with self._cast():  # where it asks a net, that is as precise as in the losses
                turn.after(batch, shown)
        return shown

    def _cast(self):
        # The cache of cast weights would outlive a graph's own memory.
        return torch.autocast(
            self.device.type, torch.bfloat16, enabled=self.bf16, cache_enabled=not self.static
        )

    def _average_gradients(self, parameters: list[nn.Parameter]) -> None:
        for p in parameters:
            if p.grad is not None:
                dist.all_reduce(p.grad)
                p.grad /= self.world

    @torch.no_grad()
    def _update_average(self) -> None:
        if self.static:
            means, now = (list(tensors) for tensors in zip(*self.averaged, strict=True))
            keep = torch.as_tensor(self.keep).float()  # of the averages' own type: one kernel for all
            torch._foreach_mul_(means, keep)
            torch._foreach_add_(means, torch._foreach_mul(now, 1 - keep))
        else:
            for mean, now in self.averaged:
                mean.lerp_(now, 1 - self.keep)
        for mean, now in self.copied:
            mean.copy_(now)

    # -- captured ---------------------------------------------------------------------------------------------------

    @cached_property
    def side(self) -> torch.cuda.Stream:
        """Where steps run before they are recorded, and are recorded: no capture is possible on the usual stream."""
        return torch.cuda.Stream(self.device)

    def _beside(self, batch: Batch, running: tuple[str, ...], last: bool) -> dict[str, Terms]:
        """An eager step on the side. last: the capture comes next, so a step in which the host waits for the GPU is found now,
        while that does no harm."""
        here, waits = torch.cuda.current_stream(self.device), []
        self.side.wait_stream(here)
        with torch.cuda.stream(self.side), noting(waits) if last else nullcontext():
            shown = self._turns(batch, running)
        here.wait_stream(self.side)
        if waits:
            self._stay_eager(f"the host waits for the GPU in {waits[0]}")
        return shown

    def _stay_eager(self, why: str) -> None:
        self.captures, self.why_eager = False, why
        warnings.warn(
            f"a step of stage '{self.stage.name}' cannot be recorded, so each is launched anew: {why}",
            RuntimeWarning,
            stacklevel=2,
        )

    def _capture(self, key: tuple, batch: Batch, running: tuple[str, ...]) -> None:
        """Record this kind of step, without taking one. Unrecorded where that fails."""
        given = {name: value.clone() for name, value in batch.items()}
        graph = torch.cuda.CUDAGraph()
        # What the thread that makes batches does meanwhile is no part of it, and must not spoil it.
        recording = torch.cuda.graph(graph, stream=self.side, capture_error_mode="thread_local")
        try:
            # The outer one puts this thread's stream back where the inner one raises as it ends, and leaves it.
            with torch.cuda.stream(self.side), recording:
                shown = {
                    turn: {term: value.clone() for term, value in terms.items()}
                    for turn, terms in self._turns(given, running).items()
                }
        except RuntimeError as fault:
            why: BaseException = fault  # what ends a broken capture says only that it is broken
            while why.__context__:
                why = why.__context__
            reason = f"{type(why).__name__}: {why}".splitlines()[0]
            raise Unrecorded(
                f"A step of stage '{self.stage.name}' cannot be recorded as a CUDA graph ({reason}): set "
                "I2I_EAGER=1 and give the same command again, which launches each step anew."
            ) from fault
        self.graphs[key] = graph, given, shown


def _finds_its_rate(optimizer: torch.optim.Optimizer) -> bool:
    """Whether it can read its rate on the device. Torch's own make that known by `capturable`, and SGD can where it is fused."""
    return "capturable" in optimizer.defaults or isinstance(optimizer, torch.optim.SGD)


@contextmanager
def noting(waits: list[str]) -> Iterator[None]:
    """Add the lines in which the host waits for the GPU meanwhile."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        torch.cuda.set_sync_debug_mode("warn")
        try:
            yield
        finally:
            torch.cuda.set_sync_debug_mode("default")
    waits += [
        f"{Path(one.filename).name}, line {one.lineno}"
        for one in heard
        if "called a synchronizing CUDA operation" in str(one.message)
    ]
