"""Notebook 05: a block that is shared at the start only, and the weight of a divergence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import nn

from ..lesson import Exercise, Mend, Untried, Wrong, chosen, several

# -- mend-the-sharing -----------------------------------------------------------------------------------------------


def _parted(build: Callable) -> dict[str, float]:
    """How far the last blocks of the two encoders lie apart, after steps that train both."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        one, two = build()
        optimizer = torch.optim.SGD({*one.parameters(), *two.parameters()}, 0.05)
        found = {}
        for step in range(101):
            if step in (0, 1, 10, 100):
                apart = (one[-1].weight - two[-1].weight).abs().mean().item()
                found[f"mean difference of the shared weights after {step} steps"] = apart
            x, y = torch.randn(32, 6), torch.randn(32, 6) + 1
            loss = (one(x) - x).square().mean() + (two(y) + y).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return found


def _mend_the_sharing(solution: Callable) -> Iterator[str]:
    with torch.random.fork_rng(devices=[]):
        one, two = several(solution(), "E_1", "E_2")
    if not (isinstance(one, nn.Sequential) and isinstance(two, nn.Sequential) and len(one) == len(two) == 3):
        raise Wrong(
            "return two nn.Sequential of three parts each: a first layer, a ReLU, and the shared last one."
        )
    if one is two or one[0] is two[0] or one[0].weight is two[0].weight:
        raise Wrong(
            "the first layers are shared, too. Each domain reads its own images; they meet in the last block."
        )
    if one[-1].weight is not two[-1].weight:
        if torch.equal(one[-1].weight, two[-1].weight):
            raise Untried(
                "these are the encoders as they were. Equal weights are not yet the same weights: who copies them?"
            )
        raise Wrong(
            "the last blocks are two blocks with weights of their own. Build one, and put it into both."
        )
    yield "the last block is one and the same module"
    if one[-1].bias is not two[-1].bias:
        raise Wrong("the weights are shared, the biases are not.")
    yield "with its bias"
    own = [id(p) for net in (one, two) for p in net.parameters()]
    if len(set(own)) != 6:
        raise Wrong(f"there are {len(set(own))} different tensors of weights; three layers have six.")
    yield "three layers in all: two of their own, one shared"


# -- choose-kl ------------------------------------------------------------------------------------------------------


def learned_code(kl: float, steps: int = 300) -> tuple[float, float]:
    """(how large codes are, root mean square; how large the error of the reconstruction is, as a share of the data's spread).

    Data are numbers of N(0, 1). E multiplies by a, noise of N(0, 1) is added, G multiplies by b: UNIT's within-domain stream with
    nets of one weight each. Minimised is (x - G)^2 + kl times the mean of code^2.
    """
    free = torch.tensor([1.0, 0.5], requires_grad=True)
    optimizer = torch.optim.Adam([free], 0.05, fused=True)
    for _ in range(steps):  # the expectation over x and noise, worked out
        a, b = free
        off = (1 - a * b).square() + b.square()
        loss = off + kl * a.square()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return abs(free[0].item()), off.sqrt().item()


def _choose_kl(solution: Callable) -> Iterator[str]:
    kl = chosen(solution(), 0, 1000, "the weight")
    size, off = learned_code(kl)
    if off > 0.35:
        raise Wrong(
            f"with the weight {kl:g} the error is {off:.2f} of the data's spread: the codes, of size {size:.2f}, drown in the noise."
        )
    yield f"with the weight {kl:g} the error is {off:.2f} of the data's spread"
    if size > 4:
        raise Wrong(
            f"with the weight {kl:g} the codes have a size of {size:.1f}: a code that is drawn from N(0, 1) lies among a few of them."
        )
    yield f"and the codes have a size of {size:.2f}"


EXERCISES = {
    "mend-the-sharing": Mend(
        _mend_the_sharing,
        (
            "The difference is 0 at the start only. Is there one block in the two encoders, or are there two equal ones?",
            "deepcopy makes new weights. An nn.Module may stand in two Sequentials at once.",
            "nn.Sequential(nn.Linear(6, 8), nn.ReLU(), shared), twice, with the same shared",
        ),
        _parted,
        lambda found: max(found.values()) == 0,
    ),
    "choose-kl": Exercise(
        _choose_kl,
        (
            "Begin with 0 and with 1: which of the two figures breaks in either case?",
            "Without the term a large code makes the noise harmless. With a heavy one the code shrinks into the noise.",
            "The weight has to be small: the paper has 0.1 against 100. Try 0.01.",
        ),
    ),
}
