"""Notebook 03: an identity loss that rewards doing nothing, and how heavy a right one may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-identity ----------------------------------------------------------------------------------------------


def _who_pays(loss: Callable) -> dict[str, float]:
    """The loss of two translators. x is light, y is dark; the good one darkens what is light and leaves alone what is dark."""
    rng = torch.Generator().manual_seed(0)
    x, y = (
        0.2 + 0.6 * torch.rand(16, 3, 8, 8, generator=rng),
        -0.2 - 0.6 * torch.rand(16, 3, 8, 8, generator=rng),
    )
    good = (lambda image: -image.abs(), lambda image: image.abs())
    lazy = (lambda image: image, lambda image: image)
    return {
        "paid by a good translator": float(loss(*good, x, y)),
        "paid by one that hands back what it is given": float(loss(*lazy, x, y)),
    }


def _mend_the_identity(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, y = torch.rand(2, 2, 3, 4, 4, generator=rng) * 2 - 1

    def G(image: Tensor) -> Tensor:
        return 0.7 * image - 0.2

    def F(image: Tensor) -> Tensor:
        return 0.4 * image + 0.1

    def off(a: Tensor, b: Tensor) -> Tensor:
        return (a - b).abs().mean()

    same(solution(G, F, x, y), off(G(y), y) + off(F(x), x), {
        "one of the two terms is mended; F's still asks F to leave alone what it has to translate.": off(G(y), y) + off(F(y), y),
        "one of the two terms is mended; G's still asks G to leave alone what it has to translate.": off(G(x), x) + off(F(x), x),
        "this is the cycle loss: there and back again. The identity term has one net in it at a time.":
            off(F(G(x)), x) + off(G(F(y)), y),
        "x and y are compared with each other, but they are no partners.": off(G(x), y) + off(F(y), x),
        "the two images are exchanged on one side only: G(y) has to be y.": off(G(y), x) + off(F(x), y),
        "only G's term is left.": off(G(y), y),
        "only F's term is left.": off(F(x), x),
    }, given={"this is the term as it was. Who has to translate x, and who is to leave it alone?": off(G(x), x) + off(F(y), y)})  # fmt: skip
    yield "G leaves y alone, F leaves x alone"


# -- choose-identity ------------------------------------------------------------------------------------------------

HUES, DARK, START = 6, 0.6, 50.0


def settled(weight: float) -> tuple[float, float]:
    """(turn in degrees, factor of the radius) that G ends with. G turns and scales a colour wheel of six hues. By day the wheel has
    radius 1, by night 0.6. G begins with a turn of 50 degrees.

    In the place of an adversary stands a distance between the set of made colours and the set of night colours, which does not
    know which colour came of which. Added is `weight` times |G(y) - y|.
    """
    angles = torch.arange(HUES) * 2 * math.pi / HUES
    wheel = torch.stack([angles.cos(), angles.sin()], 1)
    night = DARK * wheel
    free = torch.tensor([math.radians(START), 1.0], requires_grad=True)
    optimizer = torch.optim.Adam([free], 0.02, fused=True)

    def made(points: Tensor) -> Tensor:
        cos, sin = free[0].cos(), free[0].sin()
        return free[1] * points @ torch.stack([torch.stack([cos, sin]), torch.stack([-sin, cos])])

    def alike(a: Tensor, b: Tensor) -> Tensor:
        return (-(a[:, None] - b).square().sum(2) / (2 * 0.3**2)).exp().mean()

    for _ in range(300):
        fake = made(wheel)
        apart = alike(fake, fake) - 2 * alike(fake, night) + alike(night, night)
        loss = apart + weight * (made(night) - night).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    turn, radius = free.detach().tolist()
    return (math.degrees(turn) + 180) % 360 - 180, radius


def _choose_identity(solution: Callable) -> Iterator[str]:
    weight = chosen(solution(), 0, 1000, "the weight")
    turn, radius = settled(weight)
    if abs(turn) > 10:
        raise Wrong(f"with the weight {weight:g} the wheel of colours ends up turned by {turn:.0f} degrees. To the game a turned wheel "
                    "is as good as any.")  # fmt: skip
    yield f"with the weight {weight:g} the hues are right to {abs(turn):.0f} degrees"
    if not 0.9 * DARK < radius < 1.1 * DARK:
        raise Wrong(f"with the weight {weight:g} the colours by night have a radius of {radius:.2f}, not of {DARK}. A G that changes "
                    "nothing pays no identity term.")  # fmt: skip
    yield f"and it is night: the radius is {radius:.2f}, wanted is {DARK}"


EXERCISES = {
    "mend-the-identity": Mend(
        _mend_the_identity,
        (
            "The lazy translator pays nothing, the good one pays. Which of the two do you want to be cheap?",
            "G leads from x to y. What should it do with an image that is a y already?",
            "(G(y) - y).abs().mean() + (F(x) - x).abs().mean()",
        ),
        _who_pays,
        lambda found: found["paid by a good translator"] < 0.01,
    ),
    "choose-identity": Exercise(
        _choose_identity,
        (
            "Try 0 and 100 first, and read what goes wrong in either case.",
            "The term has to turn the wheel, which the game leaves free, and must not outvote the game about the radius.",
            "0.4 does both.",
        ),
    ),
}
