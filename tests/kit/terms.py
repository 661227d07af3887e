"""Losses by hand, beside those of a method."""

from __future__ import annotations

import torch
from torch import Tensor


def each(net, images: Tensor) -> Tensor:
    """One image at a time."""
    return torch.cat([net(image[None]) for image in images])


def assert_terms(got: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert got.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(
            got[name], value, rtol=1e-9, atol=1e-12, msg=lambda m, name=name: f"{name}\n{m}"
        )


def log_of_real(logits: Tensor) -> Tensor:
    return -torch.log(1 / (1 + torch.exp(-logits))).mean()


def log_of_fake(logits: Tensor) -> Tensor:
    return -torch.log(1 - 1 / (1 + torch.exp(-logits))).mean()
