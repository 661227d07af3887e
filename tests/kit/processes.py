"""What other processes are asked to do. It stands here since they must be able to import it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist

from i2i.checkpoint import export, save_resume
from i2i.method import Method
from kit.methods import tiny
from kit.runs import everything, trainer
from kit.toy import toy

FORKS = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")
if os.name == "posix":
    FORKS.set_forkserver_preload(["torch", "torch._dynamo"])  # seconds each: once, not in every process


def cyclegan_by_momentum(seed: int = 0) -> Method:
    """Without a pool, its optimizers replaced by plain momentum: Adam would hide gradients that are twice too large, and make
    steps out of the rounding in biases that a norm takes back. Short steps: an L1 at 0 turns rounding into a jump."""
    method = tiny("cyclegan", seed=seed, pool=0)
    (stage,) = method.stages()
    optimizer = partial(torch.optim.SGD, lr=1e-4, momentum=0.9)
    turns = {name: replace(turn, optimizer=optimizer) for name, turn in stage.turns.items()}
    method.stages = lambda: [replace(stage, turns=turns)]
    return method


def one_of(rank: int, world: int, folder: str, steps: int, make: Callable[..., Method] = toy) -> None:
    """Train in one of several processes, each from weights of its own; everything goes to a file."""
    torch.set_num_threads(1)
    os.environ.update(WORLD_SIZE=str(world), RANK=str(rank))
    dist.init_process_group("gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=world)
    t = trainer(make(seed=rank), batch=4)
    for _ in range(steps):
        t.advance()
    torch.save(everything(t), f"{folder}/{rank}.pt")
    dist.destroy_process_group()


def save_for_ever(folder: str) -> None:
    """Write resume files and exports, one after the other, until killed."""
    torch.set_num_threads(1)
    home, method = Path(folder), tiny(width=16, cap=64, patch_width=16)
    run = {
        "method": {},
        "config": {},
        "run": {},
        "data": {},
        "stages": [],
        "legs": [],
        "model": {"w": torch.zeros(2_000_000)},
    }
    for i in range(100_000):
        save_resume(home / "resume.pt", run | {"step": i})
        export(home / "model", method, size=16, nets=("D",))
