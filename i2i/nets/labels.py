"""What a net is to be told of a label that somebody asks for: the same words and the same checks in every method."""

from __future__ import annotations

import torch
from torch import Tensor


def asked(
    label: Tensor | int | list | None, count: int, domains: int, attributes: bool, at: torch.device
) -> Tensor:
    """A label for `count` images, checked, on a device: a domain's number [] or [count], or attributes [domains] or
    [count, domains] in [0, 1]. None: the first domain, or no attribute. ValueError, in one sentence, for any other."""
    if label is None:  # made where it is needed: a GPU's graph cannot hold a copy from the host
        return torch.zeros((domains,) if attributes else (), dtype=torch.int64, device=at)
    try:
        told = torch.as_tensor(label)
    except (TypeError, ValueError, RuntimeError):  # words, lists of unequal lengths
        told = torch.tensor(torch.nan)
    one, top = ((domains,), 1) if attributes else ((), domains - 1)
    whole = attributes or not (told.is_floating_point() or told.dtype == torch.bool)
    if not whole or told.shape not in (one, (count, *one)) or not ((told >= 0) & (told <= top)).all():
        kind = f"{domains} numbers from 0 to 1, an attribute each"
        kind = kind if attributes else f"a whole number from 0 to {top}"
        got = label.tolist() if isinstance(label, Tensor) else label
        whose = f"for all of {count} picture(s) or for each of them"
        raise ValueError(f"a label here is {kind}, {whose}; got {got!r}.")
    return told.to(at)
