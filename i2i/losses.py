"""Every equation once, as a pure function of tensors. Losses are minimised, and are means unless a name says sum."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor


class Named(dict):
    """What a setting may name. KeyError with a sentence that lists the names for any other."""

    def __missing__(self, name: str):
        raise KeyError(f"{name!r} is none of {', '.join(self)}.")


def wide(t: Tensor) -> Tensor:
    """In float32 or wider: half precision carries the nets, never a loss; what is float64 stays so."""
    return t.float() if t.dtype in (torch.bfloat16, torch.float16) else t


def l1(made: Tensor, real: Tensor) -> Tensor:
    """mean |y - G(x)|: any shapes that agree, a scalar."""
    return F.l1_loss(wide(made), wide(real))


def mse(made: Tensor, real: Tensor) -> Tensor:
    """mean (y - G(x))^2: any shapes that agree, a scalar."""
    return F.mse_loss(wide(made), wide(real))


def total_variation(image: Tensor) -> Tensor:
    """mean |difference to the right neighbour| + mean |difference to the one below| of [B, C, H, W] (anisotropic)."""
    across, down = (torch.diff(wide(image), dim=d).abs().mean() for d in (3, 2))
    return across + down


def log_loss(logits: Tensor, real: bool, mask: Tensor | None = None) -> Tensor:
    """-log D for `real`, -log(1 - D) otherwise, on logits, averaged over the map (Goodfellow et al. 2014, eq. 1).

    A generator calls it with real=True on its fakes: the non-saturating form that every implementation minimises.
    At logit 0 it is ln 2 either way.  mask: 0 or 1, shaped as the logits; the mean is over the ones, 0 where there are none.
    """
    logits = wide(logits)
    loss = F.softplus(-logits if real else logits)
    return loss.mean() if mask is None else (loss * mask).sum() / mask.sum().clamp(min=1)


def least_squares(logits: Tensor, real: bool) -> Tensor:
    """(D - 1)^2 for `real`, D^2 otherwise, averaged over the map (LSGAN, Mao et al. 2017, eq. 9; no factor 1/2)."""
    return (wide(logits) - float(real)).square().mean()


ADVERSARIAL = Named({"log": log_loss, "least-squares": least_squares})


def class_loss(logits: Tensor, label: Tensor) -> Tensor:
    """Cross-entropy of logits [B, K] with labels int64 [B], averaged over the batch."""
    return F.cross_entropy(wide(logits), label)


def attribute_loss(logits: Tensor, label: Tensor) -> Tensor:
    """Binary cross-entropy of logits [B, K] with attributes [B, K] in [0, 1]: summed over the K, averaged over the batch."""
    logits = wide(logits)
    return F.binary_cross_entropy_with_logits(logits, label.to(logits.dtype), reduction="sum") / len(logits)


def wasserstein(scores: Tensor, real: bool) -> Tensor:
    """A critic's score to be raised for `real`, lowered otherwise, averaged (Arjovsky et al. 2017, eq. 2)."""
    mean = wide(scores).mean()
    return -mean if real else mean


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, made: Tensor) -> Tensor:
    """mean (|gradient of the critic| - 1)^2 at random points between real and made [B, ...] (Gulrajani et al. 2017, eq. 3)."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
    between = (share * wide(real) + (1 - share) * wide(made)).detach().requires_grad_()
    with torch.autocast(real.device.type, enabled=False), torch.enable_grad():
        (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def kl_to_unit(mean: Tensor) -> Tensor:
    """mean of mu^2, which the authors of UNIT call the KL divergence of N(mu, 1) from N(0, 1).

    The divergence itself is half the sum of mu^2 over the code, so a weight here is one for each element.
    """
    return wide(mean).square().mean()


def kl_sum(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mu, sigma^2) from N(0, 1): summed over codes [B, n], averaged over the batch."""
    mean, log_variance = wide(mean), wide(log_variance)
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()


def distance_loss(before: Tensor, after: Tensor, units_x: Tensor, units_y: Tensor) -> Tensor:
    """mean |(d_x - mu_x) / sigma_x - (d_y - mu_y) / sigma_y| of distances [n] before and after a mapping.

    units: (mu, sigma) of distances between real images of each domain (Benaim and Wolf 2017, the distance loss).
    """
    standard_x, standard_y = ((wide(d) - u[0]) / u[1] for d, u in ((before, units_x), (after, units_y)))
    return (standard_x - standard_y).abs().mean()
