"""Notebook 04: distances in units that shrink with the images, and the clip of a critic's weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-units -------------------------------------------------------------------------------------------------


def _distances(images: Tensor) -> Tensor:
    i, j = torch.triu_indices(len(images), len(images), 1)
    return (images[i] - images[j]).abs().flatten(1).mean(1)


def _shrunk(loss: Callable) -> dict[str, float]:
    """What is paid by a G that keeps all distances, and by one whose outputs have all but collapsed."""
    x = (
        torch.rand(12, 3, 8, 8, generator=torch.Generator().manual_seed(0))
        * torch.linspace(0.2, 2, 12)[:, None, None, None]
    )
    y = x[
        torch.randperm(12, generator=torch.Generator().manual_seed(1))
    ]  # the other domain is as varied as x
    units = [(d.mean(), d.std()) for d in (_distances(x), _distances(y))]
    return {
        f"paid by G(x) = {name}": float(loss(_distances(x), _distances(factor * x), *units))
        for name, factor in {"x": 1.0, "x / 1000": 1e-3}.items()
    }  # fmt: skip


def _mend_the_units(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    before, after = torch.rand(2, 9, generator=rng)
    after = 0.3 * after
    ux, uy = (torch.tensor(0.4), torch.tensor(0.2)), (torch.tensor(0.3), torch.tensor(0.1))

    def off(mean_x, std_x, mean_y, std_y) -> Tensor:
        return ((before - mean_x) / std_x - (after - mean_y) / std_y).abs().mean()

    own_x, own_y = (before.mean(), before.std()), (after.mean(), after.std())
    same(solution(before, after, ux, uy), off(*ux, *uy), {
        "the made distances are measured in x's units; the other domain has its own.": off(*ux, *ux),
        "y's units are right now, but x's are still those of the batch.": off(*own_x, *uy),
        "x's units are right now, but the made distances still have their own: these are the ones that shrink.": off(*ux, *own_y),
        "the units are exchanged.": off(*uy, *ux),
        "no units are left: bare distances are compared.": (before - after).abs().mean(),
    }, given={"this is the loss as it was. What becomes of a mean and a deviation if all images shrink?": off(*own_x, *own_y)})  # fmt: skip
    yield "each distance in the units of its domain, fixed before training"


# -- choose-the-clip ------------------------------------------------------------------------------------------------


def clipped_critic(clip: float, steps: int = 250) -> tuple[float, float]:
    """(the critic's mean slope between the clusters, the mean size of the gradient that would reach G) after training.

    Real numbers lie around 1, made ones around -1. The critic has two hidden layers of 32; after each step all its weights are
    clipped to [-clip, clip].
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        critic = nn.Sequential(
            nn.Linear(1, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1)
        )
        optimizer = torch.optim.RMSprop(critic.parameters(), 5e-3)
        for _ in range(steps):
            loss = critic(0.2 * torch.randn(64, 1) - 1).mean() - critic(0.2 * torch.randn(64, 1) + 1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for weight in critic.parameters():
                    weight.clamp_(-clip, clip)
    at = torch.linspace(-1, 1, 41)[:, None].requires_grad_()
    (slope,) = torch.autograd.grad(critic(at).sum(), at)
    return slope.mean().item(), slope.abs().max().item()


def _choose_the_clip(solution: Callable) -> Iterator[str]:
    clip = chosen(solution(), 0, 10, "the clip")
    mean, most = clipped_critic(clip)
    if mean < 0.5:
        raise Wrong(f"with the clip {clip:g} the critic's slope between the clusters is {mean:.2g} in the mean: G would hardly move. Three "
                    "layers multiply what is clipped.")  # fmt: skip
    yield f"with the clip {clip:g} the slope between the clusters is {mean:.2f} in the mean"
    if most > 3:
        raise Wrong(
            f"with the clip {clip:g} the slope is {most:.2g} at its steepest: the critic is no longer held, and its gap no distance."
        )
    yield f"and {most:.2f} at its steepest"


EXERCISES = {
    "mend-the-units": Mend(
        _mend_the_units,
        (
            "A G that maps everything nearly to one image pays nothing. Which line forgives it?",
            "Whoever divides by the deviation of the made distances themselves cannot see how large they are.",
            "The units (mean, deviation) are handed over: before with units_x, after with units_y.",
        ),
        _shrunk,
        lambda found: found["paid by G(x) = x / 1000"] > 0.5,
    ),
    "choose-the-clip": Exercise(
        _choose_the_clip,
        (
            "Begin with WGAN's 0.01, and read how steep the critic gets.",
            "The slope is a product of three layers' weights. Ten times the clip is a thousand times the slope, if every weight is at it.",
            "Something between 0.09 and 0.14.",
        ),
    ),
}
