"""Weights and images by a formula, and what is kept of an output: for both sides of a comparison with other code.

The formula needs no random numbers, so it gives the same bits on every machine and in every version of torch.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor, nn

from kit.root import ROOT

FOLDER = ROOT / "tests" / "golden" / "authors"
PRIME = 1_000_003


@cache
def _remainders() -> Tensor:
    j = torch.arange(PRIME, dtype=torch.int64)
    return (524_287 * j * j % PRIME).double() * 2 / PRIME - 1


def numbers(*shape: int, seed: int = 0) -> Tensor:
    """float64 in [-1, 1): element i is 2 (524287 j^2 mod 1000003) / 1000003 - 1, where j = i + 31337 seed + 1.

    Remainders of squares look like noise, and nothing in them is rounded but the last division.
    """
    count, start = math.prod(shape), (31_337 * seed + 1) % PRIME
    return _remainders().roll(-start).repeat(-(-count // PRIME))[:count].reshape(shape)


@torch.no_grad()
def fill(net: nn.Module | Iterable[nn.Module], seed: int = 0) -> None:
    """Give every parameter the numbers of seed 100 seed + its position, in the order of definition or of the layers given.

    Weights are as large as He's start, sqrt(6 / n) at most, n: inputs times taps. Scales of norms are 1, give or take 0.2;
    biases and shifts are at most 0.2.
    """
    layers = net.modules() if isinstance(net, nn.Module) else net
    own = [(layer, *named) for layer in layers for named in layer.named_parameters(recurse=False)]
    for position, (layer, name, p) in enumerate(own):
        drawn = numbers(*p.shape, seed=100 * seed + position)
        if p.dim() > 1:
            inputs = p.shape[0 if isinstance(layer, nn.ConvTranspose2d) else 1]
            p.copy_(drawn * math.sqrt(6 / (inputs * p[0, 0].numel())))
        else:
            p.copy_((name == "weight") + 0.2 * drawn)


@contextmanager
def by_formula(noise: float = 1.0, alike: bool = True) -> Iterator[None]:
    """Within it `torch.rand`, `randn` and `randperm` give numbers of the formula, the same at every call.

    noise: factor on what `randn` gives.  alike: it gives the same to every image of a batch.
    """
    kept = torch.rand, torch.randn, torch.randperm

    def rand(*shape, **_) -> Tensor:
        return numbers(*torch.empty(*shape, device="meta").shape, seed=98) / 2 + 0.5

    def randn(*shape, **_) -> Tensor:
        shape = torch.empty(*shape, device="meta").shape
        return noise * (numbers(*shape[1:], seed=99).expand(shape) if alike else numbers(*shape, seed=99))

    torch.rand, torch.randn, torch.randperm = rand, randn, lambda n, **_: torch.arange(n).roll(1)
    try:
        yield
    finally:
        torch.rand, torch.randn, torch.randperm = kept


def facts(output: Tensor) -> dict:
    """What is kept of a tensor: shape, mean, sum of squares, and up to a dozen elements at equal distances."""
    flat = output.detach().double().flatten()
    return {
        "shape": list(output.shape),
        "mean": flat.mean().item(),
        "squares": flat.square().sum().item(),
        "elements": flat[:: max(1, len(flat) // 12)][:12].tolist(),
    }


def slope(net: nn.Module) -> float:
    """Sum of the squares of the gradients in a network's parameters."""
    return sum(p.grad.square().sum().item() for p in net.parameters() if p.grad is not None)


def write(key: str, *, paper: str, source: str, **parts) -> None:
    """Keep numbers as tests/golden/authors/{key}.json, a list of numbers to a line.

    paper, source: sentences, which paper and whose code at which date; nets, objectives: as test_authors.py reads them.
    """
    told = {
        "weights and inputs": "by the formula of tests/kit/formula.py, with the seeds that tests/methods/test_authors.py gives"
    }
    text = json.dumps({"paper": paper, "source": source} | told | parts, indent=1)
    text = re.sub(r"\[\s+([^][{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    (FOLDER / f"{key}.json").write_text(text + "\n")


def read(key: str) -> dict:
    return json.loads((FOLDER / f"{key}.json").read_text())
