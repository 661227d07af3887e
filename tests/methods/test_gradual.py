"""Methods that answer in steps, without an adversary: the bridge and its velocity."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from i2i.method import Control
from i2i.methods.bridge import STEPS, Bridge, Config
from i2i.nets.chance import generators
from kit.methods import loud, tiny
from kit.runs import trainer
from kit.sources import noise

DOUBLE = torch.float64


class Given(nn.Module):
    """In place of a network: a function of what it is given, which is kept."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.seen = answer, []

    def forward(self, *given):
        self.seen.append(given)
        return self.answer(*given)


def with_net(answer, **changes) -> tuple[Bridge, Given]:
    method, net = tiny("bridge", **changes), Given(answer)
    method.v = net
    return method, net


# ---- Control ----


def test_a_number_of_steps_is_whole():
    STEPS.check(4), STEPS.check(4.0)
    for wrong in (2.5, 0, 21, True, "4"):
        with pytest.raises(ValueError, match="steps is a whole number of Euler steps, 1 to 20; got"):
            STEPS.check(wrong)
    Control("part", "number", "any", low=0, high=5).check(2.5)


# ---- The bridge: its loss ----


def test_the_loss_of_the_bridge_is_eq_1():
    """By hand, in float64: which point of the path the net is shown, and which velocity it is asked for."""
    method, net = with_net(lambda h: 0.5 * h[:, :3] + h[:, 3:6], sigma=0.7)
    x, y = noise(4, 3, 8, 8, seed=1, dtype=DOUBLE), noise(4, 3, 8, 8, seed=2, dtype=DOUBLE)
    torch.manual_seed(0)
    found = method.loss({"x": x, "y": y})["velocity"]
    torch.manual_seed(0)
    start, t = x + 0.7 * torch.randn(4, 3, 8, 8).double(), torch.rand(4).double()
    assert 0 <= t.min() and t.max() < 1 and t.std() > 0.1, "each sample has a time of its own"
    t = t[:, None, None, None]
    point, velocity = (1 - t) * start + t * y, y - start
    ((shown,),) = net.seen
    torch.testing.assert_close(shown, torch.cat([point, x, t.expand(4, 1, 8, 8)], 1), rtol=0, atol=1e-12)
    wanted = (0.5 * point + x - velocity).square().mean()
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=0)


def test_the_velocity_is_free_of_the_range_of_images():
    method = loud("bridge")
    x = noise(2, 3, 8, 8, dtype=DOUBLE)
    assert method.velocity(method.start(x), x, torch.tensor([0.0, 1.0])).abs().max() > 1.5


def test_a_path_needs_as_many_channels_in_x_as_in_y():
    with pytest.raises(ValueError, match="as many channels in both; got 1 and 3"):
        Bridge(Config(x_channels=1))


# ---- The bridge: its samples ----

A, SIGMA = 0.6, 0.5


def of_two_answers(h):
    """The best velocity where every x has the two answers -A and A, all pixels alike, and x is grey.

    v = E[y - z_0 | z_t = z] = (E[y | z] - z) / (1 - t), and z has the deviation (1 - t) sigma around t y.
    """
    z, t = h[:, :3], h[:, 6:, :1, :1]
    told = t * A * z.sum((1, 2, 3), keepdim=True) / ((1 - t) * SIGMA).square()
    return (A * told.tanh() - z) / (1 - t)


def test_one_step_gives_the_mean_and_many_steps_give_one_answer_each():
    method, _ = with_net(of_two_answers, sigma=SIGMA)
    x = torch.zeros(200, 3, 2, 2, dtype=DOUBLE)
    one, many = (method.translate(x, generators(0, 200), steps=n) for n in (1, 20))
    assert one.abs().max() < 1e-12, "the mean of -A and A"
    torch.testing.assert_close(many.abs(), torch.full_like(many, A), rtol=0, atol=1e-3)
    share = (many[:, 0, 0, 0] > 0).double().mean().item()
    assert 0.4 < share < 0.6, "both answers are as likely"
    assert (many.amax((1, 2, 3)) - many.amin((1, 2, 3))).max() < 1e-3, "all pixels of a sample agree"


class TwoAnswers:
    """One input, grey, with two right answers: all dark, or all light."""

    def __len__(self):
        return 256

    def batch(self, index, generator=None):
        sign = torch.randint(2, (len(index), 1, 1, 1), generator=generator) * 2.0 - 1
        return {"x": torch.zeros(len(index), 1, 2, 2), "y": A * sign.expand(-1, 1, 2, 2), "index": index}


def test_a_trained_bridge_finds_both_answers():
    """A net of one level on 2 x 2 pixels, trained for half a second."""
    sizes = {"x_channels": 1, "y_channels": 1, "width": 128, "cap": 128, "depth": 1}
    t = trainer(tiny("bridge", **sizes, sigma=SIGMA, rate=1e-2, steps=200), TwoAnswers(), batch=256, ema=0.95)
    while not t.done:
        t.advance()
    x = torch.zeros(100, 1, 2, 2)
    with torch.no_grad():
        one, many = (t.average.translate(x, generators(0, 100), steps=n).mean((1, 2, 3)) for n in (1, 20))
    assert one.mean().abs() < 0.1 and one.abs().mean() < 0.2, "the mean is grey"
    assert ((many.abs() - A).abs() < 0.15).float().mean() > 0.8, "most samples are one answer or the other"
    assert 0.35 < (many > 0).float().mean() < 0.65


@pytest.mark.parametrize("key", ["bridge"])
def test_a_sample_is_its_seeds_whatever_stands_beside_it(key):
    method = loud(key).eval()
    x = 0.5 * noise(1, 3, 16, 16, dtype=DOUBLE)
    with torch.no_grad():
        four = method.translate(x.expand(4, -1, -1, -1), generators(5, 4))
        for i in range(4):
            torch.testing.assert_close(
                four[i : i + 1], method.translate(x, generators(5 + i, 1)), rtol=0, atol=1e-9
            )
    assert (four[0] - four[1]).abs().mean() > 0.01


# ---- Watching ----


@pytest.mark.parametrize("key", ["bridge"])
def test_who_watches_is_told_of_each_step_and_may_stop(key):
    method, seen = loud(key).eval(), []
    x = 0.5 * noise(2, 3, 16, 16, dtype=DOUBLE)
    with torch.no_grad():
        plain = method.translate(x, generators(0, 2), steps=4)
        made = method.translate(x, generators(0, 2), steps=4, watch=lambda *told: seen.append(told))
        assert torch.equal(made, plain), "to watch changes nothing"
        assert [done for _, done in seen] == [0.25, 0.5, 0.75, 1.0]
        assert all(estimate.shape == x.shape and estimate.abs().max() <= 1 for estimate, _ in seen)
        torch.testing.assert_close(seen[-1][0], made, rtol=0, atol=1e-9)
        assert not torch.equal(seen[1][0], made)
        stopped = method.translate(x, generators(0, 2), steps=4, watch=lambda estimate, done: done < 0.5)
    assert torch.equal(stopped, seen[1][0])


def test_the_first_estimate_of_the_bridge_is_the_answer_of_one_step():
    method, seen = loud("bridge").eval(), []
    x = 0.5 * noise(2, 3, 16, 16, dtype=DOUBLE)
    with torch.no_grad():
        method.translate(x, generators(0, 2), watch=lambda *told: seen.append(told[0]))
        one = method.translate(x, generators(0, 2), steps=1)
    torch.testing.assert_close(seen[0], one, rtol=0, atol=1e-12)
