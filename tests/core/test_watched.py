"""A training that somebody watches and steps: what each order does, and what is then seen."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch

from i2i.data.drawings import EPOCH, Drawings
from i2i.data.folders import DataError
from i2i.images import from_bytes, to_bytes
from i2i.run import watched
from i2i.run.watched import BOTH, SIZE, Training, attend
from kit.runs import equal


def coloured(count: int = 3) -> torch.Tensor:
    """Drawings of one box each on white, uint8 [N, 3, S, S]."""
    images = torch.full((count, 3, SIZE, SIZE), 255, dtype=torch.uint8)
    for i in range(count):
        images[i, i % 3, 16:48, 12 + 4 * i : 44] = 30
    return images


@pytest.fixture
def training():
    return Training(*watched.of(coloured()), l1=0.0)


def weights(training: Training, letter: str) -> list[torch.Tensor]:
    net = getattr(training.trainer.method, letter)
    return [value.clone() for value in net.state_dict().values()]


# ---- Steps ----


@pytest.mark.parametrize(("who", "moved"), [("D", {"D"}), ("G", {"G"}), (BOTH, {"D", "G"})])
def test_a_step_moves_those_whose_turn_it_is_and_no_other(training, who, moved):
    before = {letter: weights(training, letter) for letter in "DG"}
    training.step(who)
    assert {letter for letter in "DG" if not equal(before[letter], weights(training, letter))} == moved
    assert training.steps == {letter: int(letter in moved) for letter in "DG"}


def test_d_and_g_one_after_the_other_are_both(training):
    other = Training(*watched.of(coloured()), l1=0.0)
    training.step(BOTH)
    other.trainer.advance()
    assert all(equal(weights(training, letter), weights(other, letter)) for letter in "DG")


@pytest.mark.patient
def test_what_the_page_predicts_of_d_alone_and_of_g_alone_is_so():
    training = Training(*watched.icons(), l1=100.0)
    for _ in range(100):
        training.step(BOTH)
    first = training.seen()
    training.weigh(0.0)
    for _ in range(50):
        training.step("G")
    fooled = training.seen()
    true = to_bytes(training.shown["y"]).numpy().astype(float)
    miss = [np.abs(true - seen.fake).mean() for seen in (first, fooled)]
    assert fooled.on_fake.mean() > first.on_fake.mean() + 0.3, (
        "G finds what a D that stands still takes for real"
    )
    assert miss[1] > miss[0], "and its pictures are farther from y"
    for _ in range(50):
        training.step("D")
    parted = training.seen()
    assert parted.on_real.mean() > parted.on_fake.mean() + 0.5, "a D step parts the two"
    assert parted.steps == [150, 150]
    for _ in range(10):
        training.step("G")
    assert training.seen().on_fake.mean() > parted.on_fake.mean(), "and G steps draw them together"


# ---- Orders ----


class Script:
    """Orders one after the other; a number lets that many questions pass without one."""

    def __init__(self, *orders):
        self.orders, self.asked = list(orders), []

    def __call__(self, wait: float):
        self.asked.append(wait)
        if self.orders and isinstance(self.orders[0], int):
            self.orders[0] -= 1
            if not self.orders[0]:
                self.orders.pop(0)
            return None
        return self.orders.pop(0) if self.orders else None


def test_orders_are_done_and_each_is_seen(training):
    drawn = np.full((1, 3, SIZE, SIZE), 255, np.uint8)
    script = Script(
        ("step", "D", 2), ("step", "G", 1), ("draw", drawn), ("run",), 2, ("pause",), ("weigh", 10.0)
    )
    seen = []
    for now in attend(training, script, 20.0, every=0.01):
        seen.append(now)
        if not script.orders:
            break
    assert [s.steps for s in seen[:4]] == [[0, 0], [2, 0], [2, 1], [2, 1]]
    assert [len(s.own) for s in seen[:4]] == [0, 0, 0, 1] and seen[3].own.shape == drawn.shape
    assert [s.running for s in seen] == [False] * 4 + [True] * 3 + [False] * 2
    assert seen[-1].steps == [seen[-3].steps[0], seen[-3].steps[0] - 1] and seen[-1].steps[0] > 3
    assert training.trainer.method.config.l1 == 10.0
    assert set(script.asked[4:7]) == {0.0} and min(script.asked[:4]) > 0, (
        "while it runs, no order is waited for"
    )


def test_it_ends_with_its_time_and_says_at_the_end_how_it_stands(training):
    start = time.monotonic()
    seen = list(attend(training, Script(("run",)), 1.0, every=0.1))
    assert 1.0 <= time.monotonic() - start < 20
    times = [s.seconds for s in seen]
    assert times == sorted(times) and times[-1] > 0.3 and seen[-1].running and len(seen) > 2
    assert list(attend(training, Script(), 0.0)) and len(list(attend(training, Script(), 0.0))) == 1


def test_another_weight_counts_from_the_next_step_on():
    one, other = (Training(*watched.of(coloured()), l1=100.0) for _ in range(2))
    other.weigh(0.0)
    for training in (one, other):
        training.step("G")
    assert not equal(weights(one, "G"), weights(other, "G"))


def test_what_is_seen_is_plain_and_of_the_nets_as_they_are(training):
    now = training.seen(1.5, True)
    assert (
        now.fake.dtype == np.uint8
        and now.fake.shape == (3, 3, SIZE, SIZE)
        and now.own.shape == (0, 3, SIZE, SIZE)
    )
    assert now.on_real.shape == now.on_fake.shape and now.on_real.ndim == 3
    assert 0 <= now.on_fake.min() <= now.on_fake.max() <= 1
    before = weights(training, "G")
    training.seen()
    assert equal(before, weights(training, "G"))
    training.step("G")
    assert (training.seen().fake != now.fake).any(), "one step is seen at once"


# ---- What it learns from ----


def test_a_drawing_and_its_lines_move_together():
    source = Drawings(coloured())
    a, b = (source.batch(torch.arange(8), torch.Generator().manual_seed(3)) for _ in range(2))
    assert equal(list(a.values()), list(b.values())) and len(source) == EPOCH
    inked = a["x"][:, 0] < 0
    assert 0.01 < inked.float().mean() < 0.3
    far = torch.nn.functional.max_pool2d((a["y"].amin(1) < 0.5).float()[:, None], 9, 1, 4)[:, 0] > 0
    assert (inked & far).sum() > 0.98 * inked.sum(), "where there are lines, the drawing is near"
    still = source.still()
    assert torch.equal(still["y"], from_bytes(coloured())) and still["x"].shape == still["y"].shape


def test_without_a_drawing_there_is_a_sentence():
    with pytest.raises(DataError, match=r"no drawing to learn from\.$"):
        Drawings(coloured(0))
