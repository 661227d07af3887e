"""How fast: a training step and an inference, against the plain way of doing the same on this machine.

Plain = this package's own networks, eager float32, NCHW, the default (looping) Adam, everything recomputed in each
turn. Ours and plain run in turn in one process, and medians are reported, so a busy moment hits both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import nn

from .method import Method, frozen, weighted_sum
from .recipes import RECIPES, Recipe
from .train import Trainer


class _Noise:
    """Random pairs: the speed of a step does not depend on what is in the picture."""

    def __init__(self, batch: dict[str, torch.Tensor]):
        self.example = batch

    def __len__(self) -> int:
        return 1 << 20

    def batch(self, index, generator=None):
        return {k: v[: len(index)] for k, v in self.example.items()}


def _plain_step(method: Method, batch: dict[str, torch.Tensor]) -> Callable[[], None]:
    turns = method.stages()[0].turns
    nets = method.networks()
    optimizers = {
        name: torch.optim.Adam([p for letter in turn.trains for p in nets[letter].parameters()], 2e-4, (0.5, 0.999), foreach=False)
        for name, turn in turns.items()
    }

    def step() -> None:
        for name, turn in turns.items():
            with frozen(*(net for letter, net in nets.items() if letter not in turn.trains)):
                terms = turn.loss(batch)
                if terms:
                    optimizers[name].zero_grad()
                    weighted_sum(terms, method.weights(0)).backward()
                    optimizers[name].step()

    return step


def _interleaved(rounds: int, **ways: Callable[[], None]) -> dict[str, float]:
    """Median milliseconds of each way, run in turn; two warm-up rounds are thrown away."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for i in range(rounds + 2):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if i >= 2:
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(t) for name, t in times.items()}


def convolution_ceiling() -> float:
    """GFLOP/s that this machine reaches on a friendly 3x3 convolution, forward, in the better of float32 and bfloat16."""
    conv, x = nn.Conv2d(256, 256, 3, padding=1), torch.rand(4, 256, 32, 32)
    conv, x = conv.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    flops = 2 * 4 * 256 * 256 * 9 * 32 * 32

    def run(cast: bool) -> None:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=cast):
            conv(x)

    return flops / 1e6 / min(_interleaved(8, fp32=partial(run, False), bf16=partial(run, True)).values())


def bench_recipe(recipe: Recipe, rounds: int = 7) -> dict[str, float]:
    """Figures for one recipe at its own size and batch, in milliseconds and ratios to plain (above 1: faster)."""
    example = {k: torch.rand(recipe.batch, 3, recipe.size, recipe.size) * 2 - 1 for k in ("x", "y")}
    plain, ours = recipe.build(), recipe.build()
    trainer = Trainer(ours, _Noise(example), batch=recipe.batch, device="cpu")
    step = _interleaved(rounds, plain=_plain_step(plain.train(), example), ours=trainer.advance)

    plain.eval()
    quick = recipe.build().eval().to(memory_format=torch.channels_last)
    one = example["x"][:1]
    last = one.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        picture = _interleaved(2 * rounds, plain=lambda: plain.translate(one), ours=lambda: quick.translate(last))
    return {
        "step ms": step["ours"],
        "plain step ms": step["plain"],
        "training ratio": step["plain"] / step["ours"],
        "picture ms": picture["ours"],
        "plain picture ms": picture["plain"],
        "inference ratio": picture["plain"] / picture["ours"],
        "bf16": float(trainer.bf16),
    }


def bench(names: list[str], rounds: int = 7) -> dict[str, dict[str, float]]:
    """Figures by recipe name; a name may also be a method, which stands for all its recipes."""
    chosen = [key for key, r in RECIPES.items() if key in names or r.method in names] if names else list(RECIPES)
    return {name: bench_recipe(RECIPES[name], rounds) for name in chosen}
