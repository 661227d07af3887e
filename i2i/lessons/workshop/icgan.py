"""Notebook 15: an attribute that is turned over by half, and how much of it to ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import torch
from torch import Tensor

from ...data.attributes import Attributes
from ...judges.attributes import load_reader
from ...run.pipeline import load
from ..lesson import Exercise, Mend, Wrong, chosen, same

COUNT = 48


@cache
def faces() -> tuple[Tensor, Tensor, Tensor]:
    """(48 held-out faces, their codes, their attributes as -1 and 1) as the shipped model reads them."""
    net = load("icgan-faces", device="cpu", precision="fp32").method
    x = Attributes(64, split="test").batch(torch.arange(COUNT) + 20)["x"]
    with torch.no_grad():
        return x, net.E_z(x), net.read(x)


@torch.no_grad()
def made(y: Tensor, z: Tensor) -> Tensor:
    """What the shipped model makes of codes and attributes."""
    return load("icgan-faces", device="cpu", precision="fp32").method.G(z, y)


def place_of(name: str) -> int:
    return Attributes(64).names.index(name)


@torch.no_grad()
def asked_and_kept(turn: Callable, name: str) -> tuple[float, float]:
    """(share of faces in which the judge finds the attribute turned over, share of the other attributes that it finds unchanged),
    compared with the same faces made again without an edit."""
    _, z, y = faces()
    place, judge = place_of(name), load_reader()
    before, after = (judge(made(labels, z)) > 0 for labels in (y, turn(y.clone(), place)))
    others = torch.arange(y.shape[1]) != place
    return (before != after)[:, place].float().mean().item(), (before == after)[
        :, others
    ].float().mean().item()


# -- mend-the-flip --------------------------------------------------------------------------------------------------


def _mend_the_flip(solution: Callable) -> Iterator[str]:
    y = torch.where(torch.rand(5, 4, generator=torch.Generator().manual_seed(0)) > 0.5, 1.0, -1.0)
    place = 2
    y[:, place] = torch.tensor([1.0, -1.0, 1.0, -1.0, -1.0])
    given = y.clone()
    chosen_one = torch.arange(4) == place
    same(solution(given, place), torch.where(chosen_one, -y, y), {
        "all attributes are turned over; only the one at `place` should be.": -y,
        "the attribute is set to 1 in every face; where it was there, it should go.": torch.where(chosen_one, torch.ones(()), y),
        "the attribute is set to -1 in every face; where it was missing, it should come.": torch.where(chosen_one, -torch.ones(()), y),
        "the attribute is set to 0: neither yes nor no.": torch.where(chosen_one, torch.zeros(()), y),
        "labels became 0 and 1; this G learned with -1 and 1.": torch.where(chosen_one, (1 - y) / 2, (y + 1) / 2),
        "the attribute alone became 0 or 1; this G learned with -1 and 1.": torch.where(chosen_one, (1 - y) / 2, y),
        "the row at `place` was turned over, not the column: each row is a face.":
            torch.where((torch.arange(5) == place)[:, None], -y, y),
    }, given={"these are the labels as they were. What does 1 - y make of 1, and of -1?": torch.where(chosen_one, 1 - y, y)})  # fmt: skip
    yield "one attribute is turned over, from -1 to 1 or back"
    if not torch.equal(given, y):
        raise Wrong("the labels that were handed in have changed: copy them first, with y.clone().")
    yield "the labels that were handed in stay as they were"


# -- choose-the-strength --------------------------------------------------------------------------------------------

ATTRIBUTE, ASKED = "smile", 0.95


def _choose_the_strength(solution: Callable) -> Iterator[str]:
    strength = chosen(solution(), -10, 10, "the strength")

    def turned(y: Tensor, place: int) -> Tensor:
        y[:, place] *= -strength
        return y

    asked, kept = asked_and_kept(turned, ATTRIBUTE)
    if asked < ASKED:
        raise Wrong(
            f"with the strength {strength:g} the {ATTRIBUTE} came or went in {asked:.0%} of the faces. Ask for more."
        )
    yield f"with the strength {strength:g} the {ATTRIBUTE} came or went in {asked:.0%} of the faces"
    strength -= 0.1
    less, _ = asked_and_kept(turned, ATTRIBUTE)
    if less >= ASKED:
        raise Wrong(
            f"a strength of {strength:g} would do, too: {less:.0%}. G goes on changing the face where you ask for more."
        )
    yield f"a tenth less would reach {less:.0%}; {kept:.1%} of the other attributes are as before"


EXERCISES = {
    "mend-the-flip": Mend(
        _mend_the_flip,
        (
            "Some edits do nothing at all, others are overdone. Write down what becomes of 1 and of -1.",
            "1 - y turns over labels of 0 and 1. These are -1 and 1.",
            "y = y.clone(); y[:, place] = -y[:, place]",
        ),
        lambda turn: dict(
            zip(
                ("share of faces whose smile came or went", "share of other attributes kept"),
                asked_and_kept(turn, ATTRIBUTE),
                strict=True,
            )
        ),
        lambda found: found["share of faces whose smile came or went"] > 0.85,
    ),
    "choose-the-strength": Exercise(
        _choose_the_strength,
        (
            "1 is what G was told in training. Try 0.2.",
            "The share grows with the strength; go up by tenths.",
            "A little less than a half.",
        ),
    ),
}
