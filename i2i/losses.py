"""Every equation once, as a pure function of tensors. Losses are minimised, and are means unless a name says sum."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def _wide(t: Tensor) -> Tensor:
    """Half precision carries the nets, never a loss."""
    return t.float() if t.dtype in (torch.bfloat16, torch.float16) else t


def l1(made: Tensor, real: Tensor) -> Tensor:
    """mean |y - G(x)|: any shapes that agree, a scalar."""
    return F.l1_loss(_wide(made), _wide(real))


def log_loss(logits: Tensor, real: bool) -> Tensor:
    """-log D for `real`, -log(1 - D) otherwise, on logits, averaged over the map (Goodfellow et al. 2014, eq. 1).

    A generator calls it with real=True on its fakes: the non-saturating form that every implementation minimises.
    At logit 0 it is ln 2 either way.
    """
    logits = _wide(logits)
    return F.softplus(-logits if real else logits).mean()


def least_squares(logits: Tensor, real: bool) -> Tensor:
    """(D - 1)^2 for `real`, D^2 otherwise, averaged over the map (LSGAN, Mao et al. 2017, eq. 9; no factor 1/2)."""
    return (_wide(logits) - float(real)).square().mean()


ADVERSARIAL = {"log": log_loss, "least-squares": least_squares}
