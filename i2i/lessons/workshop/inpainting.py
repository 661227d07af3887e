"""Notebook 13: a net that is shown what it has to guess, and dilations that reach across the hole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from ...data.worlds.facades import Facades
from ..lesson import Exercise, Mend, Wrong, number, same

# -- mend-the-leak --------------------------------------------------------------------------------------------------


def _in_training_and_at_test(filled: Callable) -> dict[str, float]:
    """L1 in the hole of a small net that was trained with `filled`, in training and where the hole really is empty."""
    fronts = Facades(32, split="test").batch(torch.arange(24))["y"]
    mask = torch.zeros(24, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(4, 12, 5, padding=2), nn.ReLU(), nn.Conv2d(12, 3, 5, padding=2))
        optimizer, paid = torch.optim.Adam(net.parameters(), 0.01, fused=True), []
        for _ in range(120):
            loss = ((filled(net, fronts, mask) - fronts).abs() * mask).sum() / (3 * mask.sum())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            paid.append(loss.item())
        with torch.no_grad():
            empty = fronts * (1 - mask)  # as a visitor's photograph has it
            test = ((filled(net, empty, mask) - fronts).abs() * mask).sum() / (3 * mask.sum())
    return {"L1 in the hole, in training": paid[-1], "L1 in the hole, where it is empty": test.item()}


def _mend_the_leak(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    y, mask = torch.rand(2, 3, 6, 6, generator=rng), (torch.rand(2, 1, 6, 6, generator=rng) > 0.5).float()

    def G(given: Tensor) -> Tensor:
        return 0.5 * given[:, :3].flip(3) + given[:, 3:].flip(2) * 0.2 + 0.1

    known = y * (1 - mask)
    made = G(torch.cat([known, mask], 1))
    same(solution(G, y, mask), known + mask * made, {
        "the mask is the wrong way round: now G sees the hole alone, and nothing of what is around it.":
            known + mask * G(torch.cat([y * mask, mask], 1)),
        "G's input is right now, but what it made stands everywhere; outside of the hole y stays as it is.": made,
        "what is made is pasted outside of the hole, and the hole is kept.": y * mask + (1 - mask) * made,
        "the mask is missing beside the image, or is not the mask: a grey hole looks like grey wall.":
            known + mask * G(torch.cat([known, 0 * mask], 1)),
        "the mask beside the image is the wrong way round; it is 1 in the hole.": known + mask * G(torch.cat([known, 1 - mask], 1)),
    }, given={"this is the fill as it was. What is G shown in the hole?": known + mask * G(torch.cat([y, mask], 1))})  # fmt: skip
    yield "G sees what is known and the mask; what it makes is pasted into the hole"


# -- choose-dilations -----------------------------------------------------------------------------------------------

HOLE, LAYERS = 31, 5


def _choose_dilations(solution: Callable) -> Iterator[str]:
    got = solution()
    if got is None or got is Ellipsis or (isinstance(got, tuple | list) and ... in got):
        number(None)
    if not isinstance(got, tuple | list) or not all(isinstance(d, int) and d > 0 for d in got):
        raise Wrong("return a list of whole numbers from 1 on: the dilation of each layer.")
    if len(got) > LAYERS:
        raise Wrong(f"{len(got)} layers are too many: {LAYERS} are allowed.")
    net = nn.Sequential(*(nn.Conv2d(1, 1, 3, padding=d, dilation=d, bias=False) for d in got))
    for layer in net:
        nn.init.ones_(layer.weight)
    wall = torch.zeros(1, 1, 129, 129, requires_grad=True)
    (slope,) = torch.autograd.grad(net(wall)[0, 0, 64, 64], wall)
    row = slope[0, 0, 64] > 0
    far = int(row.nonzero().max()) - 64
    if far <= HOLE:
        raise Wrong(f"the middle of the hole sees {far} places to the right, and the hole's rim is {HOLE + 1} places away: each layer adds its "
                    "dilation to the reach.")  # fmt: skip
    yield f"the middle of the hole sees {far} places far, beyond the rim at {HOLE + 1}"
    blind = [at for at in range(far + 1) if not row[64 + at]]
    if blind:
        raise Wrong(f"it does not see the places {', '.join(map(str, blind[:6]))} beside it, between others that it sees: a large dilation "
                    "leaves gaps, which smaller ones before it have to close.")  # fmt: skip
    yield "and every place on the way"


EXERCISES = {
    "mend-the-leak": Mend(
        _mend_the_leak,
        (
            "The net shines in training and fails where the hole is empty. What did it learn to do?",
            "It is shown y, hole and all, and hands on what it sees.",
            "known = y * (1 - mask) goes into G, beside the mask.",
        ),
        _in_training_and_at_test,
        lambda found: found["L1 in the hole, where it is empty"] < 1.3 * found["L1 in the hole, in training"],
    ),
    "choose-dilations": Exercise(
        _choose_dilations,
        (
            "Five layers with the dilation 1 reach five places far. Which sum do you need?",
            "Without gaps: with all layers so far you see 2 n + 1 places side by side; the next dilation may be as large as that.",
            "Powers of three close all gaps: 1, 3, 9, 27. Powers of two need one layer more: 1, 2, 4, 8, 16 reach 31, one too few.",
        ),
    ),
}
