"""Answers of the notebooks that quote a number: held against the figures of the page, or worked out here."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

import pytest
import torch
from torch import nn

from i2i import check as kit
from i2i.lessons import QUESTIONS
from i2i.methods.srresnet import SRResNet
from kit.lessons import figures_kept
from kit.root import ROOT

BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NUMBER = re.compile(r"\d")
# What has a digit in its name is no figure.
NAMES = re.compile(r"\bL[12]\b|N\(0, 1\)|equation \d")


def said(name: str) -> str:
    question = QUESTIONS[name]
    return NAMES.sub("", f"{question.options[question.right]} {question.why}")


def slope(loss, at: float) -> float:
    s = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(loss(s), s)[0].item()


def convolutions(net: nn.Module) -> int:
    return sum(isinstance(module, nn.Conv2d) for module in net.modules())


SURE = math.log(0.01 / 0.99)  # the logit of D = 0.01
# Numbers that follow from a definition: (what the answer says, what comes of working it out).
WORKED_OUT = {
    "no-difference": lambda: [(1.386, 2 * math.log(2)), (0.693, math.log(2))],
    "pull": lambda: [
        (-0.99, slope(lambda s: -s.sigmoid().log(), SURE)),
        (-0.01, slope(lambda s: (1 - s.sigmoid()).log(), SURE)),
        (99, 0.99 / 0.01),
    ],
    "early-gradient": lambda: [
        (-0.99, slope(lambda s: -s.sigmoid().log(), SURE)),
        (-0.01, slope(lambda s: (1 - s.sigmoid()).log(), SURE)),
        (99, 0.99 / 0.01),
    ],
    "opposite-sign": lambda: [(0, slope(lambda s: s**2, 0.0)), (-2, slope(lambda s: (s - 1) ** 2, 0.0))],
    "slope-five": lambda: [(16, (5 - 1) ** 2), (160, 10 * (5 - 1) ** 2)],
    "sum-or-mean": lambda: [(1 / 40, torch.ones(40).mean() / torch.ones(40).sum())],
    "three-kinds": lambda: [(1.099, -math.log(1 / 3))],
    "kl-reduction": lambda: [(0.00125, 0.01 / 8)],
    "six-letters": lambda: [(19, 25 - 6)],
    "steps-cost": lambda: [(20, 20 * 20 / (20 * 1))],
    "where-to-enlarge": lambda: [(16, 4 * 4), (True, convolutions(SRResNet().G) > 30)],
    "one-more-axis": lambda: [(64, 64**3 / 64**2), (4, 4**3 / 4**2), (256, 64 * 4)],
    "sure-of-itself": lambda: [
        (-0.0003, slope(lambda s: (1 - s.sigmoid()).log(), -8.0)),
        (-1, slope(lambda s: -s.sigmoid().log(), -8.0)),
    ],
    "knows-nothing": lambda: [(1, torch.randn(200_000, generator=torch.Generator().manual_seed(0)).var())],
}


def test_an_answer_with_a_number_is_held_to_it():
    """Whoever writes a number into an answer says what holds it: figures of its notebook, or a computation here."""
    numbered = {name for name in QUESTIONS if NUMBER.search(said(name))}
    held = {name for name, question in QUESTIONS.items() if question.holds}
    assert numbered - held - set(WORKED_OUT) == set()
    assert set(WORKED_OUT) <= set(QUESTIONS) - held


@pytest.mark.parametrize("name", WORKED_OUT)
def test_a_number_that_follows_from_a_definition_is_right(name):
    for stated, found in WORKED_OUT[name]():
        assert float(found) == pytest.approx(float(stated), rel=0.02, abs=5e-5)


def spoiled(figures: dict) -> Iterator[dict]:
    """The figures of a page, one of them wrong."""
    for name, value in figures.items():
        if isinstance(value, bool):
            yield {**figures, name: not value}
            continue
        for wrong in (
            lambda v: v + 10,
            lambda v: v - 10,
            lambda v: 0.0 * v,
            lambda v: 3 * v + 0.05,
            lambda v: -v,
        ):
            yield {**figures, name: [wrong(v) for v in value] if isinstance(value, list) else wrong(value)}
        if isinstance(value, list):
            yield {**figures, name: value[::-1]}
            for i in range(len(value)):
                yield {**figures, name: [*value[:i], value[i] + 10, *value[i + 1 :]]}
                yield {**figures, name: [*value[:i], value[i] - 10, *value[i + 1 :]]}


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_what_an_answer_says_is_true_of_the_figures_above_it_and_could_be_false(path):
    cells = json.loads(path.read_text())["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    kept = figures_kept(cells)
    for name in re.findall(r'reveal\("([^"]+)"', code):
        question = QUESTIONS[name]
        if not question.holds:
            continue
        assert name in kept, f"{name}: the cell hands no figures over"
        assert question.denied(kept[name]) == [], name
        deniable = {sentence for wrong in spoiled(kept[name]) for sentence in question.denied(wrong)}
        assert set(question.holds) - deniable == set(), f"{name}: nothing could deny this"


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_answers_stand_there_with_their_words_of_today(path, monkeypatch):
    monkeypatch.delenv("FAST", raising=False)
    for memory in ("predicted", "_measured"):
        monkeypatch.setattr(kit, memory, {})
    shown = []
    monkeypatch.setattr(kit, "say", lambda page, plain, kept=None: shown.append(page))
    for cell in json.loads(path.read_text())["cells"]:
        for output in cell.get("outputs", []):
            if kept := output.get("metadata", {}).get("i2i"):
                kit.reveal(kept["question"], **kept["figures"])
                assert "".join(output["data"]["text/html"]) == shown[-1], kept["question"]
