"""Where batches are made: chance is drawn by the processor, images lie and arise on any device.

A source decides with numbers that stay with the processor, so nothing is ever read back from the device, and work there
may be queued far ahead; and as the numbers are the processor's, a batch is the same wherever it is made, but for rounding.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor


def sent(x: Tensor, device: torch.device | str | None) -> Tensor:
    """x on the device, without waiting for what is queued there."""
    return x.to(device, non_blocking=True)


class OnDevice:
    """A source whose batches are made on `device`; `to` gives the same source on another.

    The images that it holds (tensors of three dimensions and more, also in lists, tuples and dicts) go there as they are, bytes as
    bytes; positions and labels (of one) stay with the processor. What `batch` returns is all on the device; its index and
    its generator are the processor's.
    """

    device = torch.device("cpu")

    def to(self, device: torch.device | str):
        some = copy.copy(self)
        some.__dict__ |= {name: _placed(value, device) for name, value in vars(self).items()}
        some.device = torch.device(device)
        return some

    def held(self) -> int:
        """Bytes that `to` moves."""
        return sum(t.nbytes for t in _moved(vars(self)))

    def _sent(self, x: Tensor) -> Tensor:
        return sent(x, self.device)


def _moved(held: object) -> Iterator[Tensor]:
    """The tensors among a source's attributes that go to its device."""
    if isinstance(held, Tensor) and held.dim() > 2:
        yield held
    elif type(held) in (dict, list, tuple):
        for item in held.values() if isinstance(held, dict) else held:
            yield from _moved(item)


def _placed(value: object, device: torch.device | str) -> object:
    if isinstance(value, Tensor):
        return sent(value, device) if value.dim() > 2 else value
    if type(value) in (list, tuple):
        return type(value)(_placed(item, device) for item in value)
    if type(value) is dict:
        return {key: _placed(item, device) for key, item in value.items()}
    return value
