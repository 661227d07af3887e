"""Runs of a few steps, and all that they carry from step to step, for comparing two of them bit by bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from i2i.method import Method, Turn
from i2i.train import Trainer
from kit.methods import source


def trainer(method: Method, data=None, **options) -> Trainer:
    """On a CPU in float32, two samples a step, of the method's own layout."""
    return Trainer(
        method, data or source(method), **{"batch": 2, "precision": "fp32", "device": "cpu", **options}
    )


def clones(net: nn.Module) -> list[torch.Tensor]:
    return [p.detach().clone() for p in net.parameters()]


def equal(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(p, q) for p, q in zip(a, b, strict=True))


def everything(t: Trainer) -> dict[str, torch.Tensor]:
    """Every tensor that a run carries from step to step."""
    held = {f"model.{k}": v for k, v in t.method.state_dict().items()}
    held |= {f"average.{k}": v for k, v in t.average.state_dict().items()}
    for name, optimizer in t.optimizers.items():
        for i, state in optimizer.state_dict()["state"].items():
            held |= {f"{name}.{i}.{k}": torch.as_tensor(v) for k, v in state.items()}
    return {k: v.clone() for k, v in held.items()} | {"random": torch.get_rng_state()}


def assert_identical(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    assert [k for k in one if not torch.equal(one[k], other[k])] == []


def run_in_two(make: Callable[..., Method], where: Path, at: int, total: int) -> tuple[dict, dict]:
    """The state after `total` steps at a stretch, and after a stop at step `at`."""
    whole = trainer(make(), seed=3)
    for _ in range(total):
        whole.advance()
    straight = everything(whole)
    first = trainer(make(), seed=3, out=where)
    for _ in range(at):
        first.advance()
    first.save()
    torch.manual_seed(12345)  # another process begins with another stream and other weights
    rest = trainer(make(seed=7), seed=3, out=where)
    assert rest.resume()
    for _ in range(total - at):
        rest.advance()
    return straight, everything(rest)


def turns_taken(t: Trainer, steps: int) -> list[list[tuple[str, set[str]]]]:
    """Of each of the next steps its turns, in order, and the networks whose weights each one moved."""
    taken: list[list[tuple[str, set[str]]]] = []
    nets, plain = t.method.networks(), t.stages

    def watched(name: str, turn: Turn) -> Turn:
        before: dict[str, list[torch.Tensor]] = {}

        def loss(batch):
            before.update({letter: clones(net) for letter, net in nets.items()})
            return turn.loss(batch)

        def after(*given):
            taken[-1].append(
                (name, {letter for letter, net in nets.items() if not equal(before[letter], clones(net))})
            )
            if turn.after:
                turn.after(*given)

        return replace(turn, loss=loss, after=after)

    t.stages = [replace(s, turns={n: watched(n, turn) for n, turn in s.turns.items()}) for s in plain]
    t.stepper.stage = t.stages[t.stage]
    for _ in range(steps):
        taken.append([])
        t.advance()
    t.stages, t.stepper.stage = plain, plain[t.stage]
    return taken
