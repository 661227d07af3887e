"""Numbers of chance at inference: one seed means one sample, in every precision, in every layout and on every device.

So they are drawn on the CPU, one generator for each sample, and then moved: a GPU's own generators draw others. Training
draws on its own device, where no `rng` is given.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

import torch
from torch import Tensor


class Tape:
    """Stands in for an `Rng`: hands out numbers drawn beforehand, in the order in which a net asks for them.

    So a compiled net, which cannot draw, takes its chance as inputs. Given generators in place of numbers it draws from
    those and keeps what it drew in `numbers`, and in `draws` how: a first run tells what a net will ask for.
    """

    def __init__(self, source: list[Tensor] | torch.Generator | Sequence[torch.Generator]):
        self.source = source
        self.numbers: list[Tensor] = []
        self.draws: list[Callable[..., Tensor]] = []

    def next(self, draw: Callable[..., Tensor], shape: torch.Size, device: torch.device) -> Tensor:
        source = self.source
        if isinstance(source, list) and all(isinstance(n, Tensor) for n in source):
            number = source[len(self.numbers)]
        else:
            number = drawn(draw, shape, source, device)
        self.numbers.append(number)
        self.draws.append(draw)
        return number


Rng = torch.Generator | Sequence[torch.Generator] | Tape | None
"""A generator; one for each sample of the batch; numbers drawn beforehand; or None, which is the device's own stream."""


def generators(seed: int, n: int) -> list[torch.Generator]:
    """One for each of n samples: sample i of a seed is sample 0 of seed + i.  seed: any whole number, numpy's, too."""
    first = operator.index(seed)
    return [torch.Generator().manual_seed((first + i) % 2**63) for i in range(n)]


def drawn(draw: Callable[..., Tensor], shape: torch.Size, rng: Rng, device: torch.device) -> Tensor:
    """draw: `torch.rand` or `torch.randn`.  Float32 [*shape], the same whatever the net computes in. ValueError where there
    are not as many generators as samples."""
    if rng is None:
        return draw(shape, device=device)
    if isinstance(rng, Tape):
        return rng.next(draw, shape, device)
    if isinstance(rng, torch.Generator):
        return draw(shape, generator=rng, device=rng.device).to(device)
    if len(rng) != shape[0]:
        raise ValueError(f"there are {len(rng)} generators for {shape[0]} samples")
    return torch.stack([draw(shape[1:], generator=one) for one in rng]).to(device)


def uniform(shape: torch.Size, rng: Rng, device: torch.device) -> Tensor:
    """In [0, 1)."""
    return drawn(torch.rand, shape, rng, device)


def normal(shape: torch.Size, rng: Rng, device: torch.device) -> Tensor:
    """Of N(0, 1)."""
    return drawn(torch.randn, shape, rng, device)
