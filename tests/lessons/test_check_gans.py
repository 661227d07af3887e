"""The lesson of notebook 00: right solutions pass, each wrong one is told what is wrong; and what its sentences rest on."""

from __future__ import annotations

import json
import math
from functools import cache

import pytest
import torch
import torch.nn.functional as F
from torch.distributions import Normal

from i2i.claims import gans
from i2i.claims.gans import (
    SIGNS,
    SIX,
    SIX_STEPS,
    Game,
    Setting,
    best_d,
    coverage,
    lowest_loss,
    push,
    trained_d,
)
from i2i.lessons.gans import CAUSES, EXERCISES, LOGS, QUESTIONS, REASONS, SHEETS, marked
from i2i.losses import gradient_penalty
from i2i.nets.layers import minibatch_deviation
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)
from kit.root import ROOT

LN2 = math.log(2)

# ---- Right solutions ----


def best_logit(p, q):
    return p.log() - q.log()


def penalty(slopes):
    return (slopes.flatten(1).norm(dim=1) - 1).square().mean()


def batch_deviation(h):
    return h.std(0, unbiased=False).mean()


MATCHES = {1: ("C", "d"), 2: ("D", "e"), 3: ("E", "a"), 4: ("F", "b"), 5: ("A", "c"), 6: ("B", "f")}


def six_logs():
    return MATCHES


RIGHT = {"best-logit": best_logit, "penalty": penalty, "batch-deviation": batch_deviation,
         "six-logs": six_logs}  # fmt: skip


# ---- Wrong ones ----


def norms(value):
    return lambda g: value(g.flatten(1).norm(dim=1), g)


WRONG = [
    ("best-logit", lambda p, q: p / (p + q), "its logit is asked for"),
    ("best-logit", lambda p, q: (q / p).log(), "D* of the made points"),
    ("best-logit", lambda p, q: q / (p + q), "exchanged"),
    ("best-logit", lambda p, q: p / q, "logarithm is missing"),
    ("best-logit", lambda p, q: (p / (p + q)).log(), "this is log D*"),
    ("best-logit", lambda p, q: p - q, "subtracted"),
    ("best-logit", lambda p, q: (p / (2 * (p + q))).logit(), "halved"),
    ("best-logit", lambda p, q: (p + 1e-12).log() - (q + 1e-12).log(), "expected -0.6931"),
    ("penalty", norms(lambda n, g: (n.square() - 1).square().mean()), "take the root"),
    ("penalty", norms(lambda n, g: (g.norm(dim=-1) - 1).square().mean()), "flatten each sample"),
    ("penalty", norms(lambda n, g: (g.norm() - 1).square()), "whole batch"),
    ("penalty", norms(lambda n, g: (n - 1).abs().mean()), "not squared yet"),
    ("penalty", norms(lambda n, g: (n - 1).clamp(min=0).square().mean()), "two sides"),
    ("penalty", norms(lambda n, g: (n.mean() - 1).square()), "means came first"),
    ("penalty", norms(lambda n, g: (g - 1).square().mean()), "its length is meant"),
    ("penalty", norms(lambda n, g: (n - 1).square().sum()), "take the mean"),
    ("penalty", norms(lambda n, g: n.square().mean()), "1 is missing"),
    ("batch-deviation", lambda h: h.std(0).mean(), "divide by B"),
    ("batch-deviation", lambda h: h.std(1, unbiased=False).mean(), "features of one sample"),
    ("batch-deviation", lambda h: h.std(1).mean(), "that too"),
    ("batch-deviation", lambda h: h.std(unbiased=False), "all numbers at once"),
    ("batch-deviation", lambda h: h.var(0, unbiased=False).mean(), "the variance"),
    ("batch-deviation", lambda h: h.var(0, unbiased=False).mean().sqrt(), "root was taken"),
    ("batch-deviation", lambda h: h.std(0, unbiased=False).sum(), "take their mean"),
    ("batch-deviation", lambda h: h.mean(0).std(unbiased=False), "nothing of its variety"),
    ("batch-deviation", lambda h: h.std(0, unbiased=False), "expected one number"),
    ("six-logs", lambda: {1: ("C", "d")}, "keys 1 to 6"),
    ("six-logs", lambda: MATCHES | {3: ("e", "a")}, "A to F"),
    ("six-logs", lambda: MATCHES | {3: ("C", "a")}, "a sheet is there twice"),
    ("six-logs", lambda: MATCHES | {3: ("E", "d")}, "a cause is there twice"),
    ("six-logs", lambda: MATCHES | {1: ("E", "a"), 3: ("C", "d")}, "sheet and cause: all three terms stay about"),
    ("six-logs", lambda: MATCHES | {2: ("B", "e"), 6: ("D", "f")}, "log 2, sheet: all three terms"),
    ("six-logs", lambda: MATCHES | {4: ("F", "f"), 6: ("B", "b")}, "log 4, cause: D is ahead"),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize(("name", "solution", "word"), WRONG, ids=[f"{n}: {w}" for n, _, w in WRONG])
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_every_mistake_with_a_name_has_an_exercise_and_the_kit_knows_all_of_them():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)


def test_every_log_has_one_sheet_one_cause_and_one_reason():
    assert (
        set(LOGS) == set(SHEETS) == set(SIX) == set(SIGNS) == set(REASONS) and len(LOGS) == len(SHEETS) == 6
    )
    assert all("ABCDEF"[SHEETS.index(name)] == MATCHES[n][0] for n, name in enumerate(LOGS, 1))
    assert all("ABCDEF".index(sheet) != n - 1 for n, (sheet, _) in MATCHES.items()), "the order tells nothing"
    book = json.loads((ROOT / "notebooks" / "00_gans_in_ten_minutes.ipynb").read_text())
    page = "".join(line for cell in book["cells"] for line in cell["source"]).replace("$", "")
    for letter, cause in CAUSES.items():
        assert f"| {letter} | {cause.replace('0.6 tanh', chr(48) + '.6' + chr(92) + 'tanh')} |" in page
    assert [right for *_, right in marked(MATCHES)] == [True] * 6


# ---- The right solutions are what the package does ----


def test_the_best_logit_is_that_of_the_best_d():
    p, q, x = Normal(-1.0, 0.8), Normal(1.0, 1.0), torch.linspace(-3, 3, 13)
    assert torch.allclose(best_logit(p.log_prob(x).exp(), q.log_prob(x).exp()).sigmoid(), best_d(x, p, q))


def test_the_penalty_is_that_of_the_package():
    critic = torch.nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([[3.0, 4.0]]))
    x = torch.randn(5, 2, generator=torch.Generator().manual_seed(0))
    assert gradient_penalty(critic, x, -x).item() == pytest.approx(16)
    assert penalty(critic.weight.expand(5, 2)).item() == pytest.approx(16)


def test_the_deviation_of_one_group_is_that_of_the_batch():
    h = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    told = minibatch_deviation(h, 8)
    assert torch.equal(told[:, :3], h) and torch.allclose(told[:, 3], batch_deviation(h).expand(8))


# ---- Sentences of the lesson and of the notebook ----


@pytest.mark.parametrize("seed", range(3))
def test_a_trained_d_comes_near_to_the_closed_form_and_to_its_loss(seed):
    p, q, x = Normal(-1.0, 0.8), Normal(1.0, 1.0), torch.linspace(-4.5, 4.5, 91)
    D, losses = trained_d(p, q, seed)
    with torch.no_grad():
        assert (D(x[:, None]).sigmoid()[:, 0] - best_d(x, p, q)).abs().max() < 0.06
    assert sum(losses[-200:]) / 200 == pytest.approx(lowest_loss(p, q), abs=0.03)
    assert sum(w.numel() for w in D.parameters()) == 1153


def test_equal_densities_cost_2_ln_2_and_distant_ones_nothing():
    p = Normal(-1.0, 0.8)
    assert (
        lowest_loss(p, p) == pytest.approx(2 * LN2) and (best_d(torch.linspace(-9, 9, 9), p, p) == 0.5).all()
    )
    assert lowest_loss(p, Normal(9.0, 0.8)) < 1e-6
    falling = [lowest_loss(p, Normal(m, 0.8)) for m in (-1.0, 0.0, 1.0, 2.0)]
    assert falling == sorted(falling, reverse=True)


def test_minus_log_d_pulls_ninety_nine_times_as_hard_at_a_hundredth():
    s = torch.tensor(0.01).logit().requires_grad_()
    whisper, call = (torch.autograd.grad(f, s)[0].abs().item() for f in (-F.softplus(s), F.softplus(-s)))
    assert (whisper, call) == (pytest.approx(0.01), pytest.approx(0.99))


def test_both_forms_push_the_same_way_and_the_whisper_is_d_over_1_minus_d_of_it():
    game, x = Game(seed=0).run(20), torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    D = game.D(x).sigmoid().detach()
    assert torch.allclose(push(game.D, x, True), push(game.D, x) * D / (1 - D), atol=1e-6)


def test_two_sigmoids_have_a_floor_of_1_006():
    assert F.softplus(torch.tensor(-1.0)).item() + LN2 == pytest.approx(1.006, abs=1e-3)


def test_half_the_range_costs_d_about_what_five_modes_of_eight_save_it():
    """The level that the closed form foretells, if G spreads evenly over three modes."""
    share = (3 / 8) / (3 / 8 + 1)
    foretold = {"real": -3 / 8 * math.log(share), "fake": -math.log(1 - share), "gan": -math.log(share)}
    assert foretold == {"real": pytest.approx(0.487, abs=1e-3), "fake": pytest.approx(0.318, abs=1e-3),
                        "gan": pytest.approx(1.299, abs=1e-3)}  # fmt: skip


def test_the_same_seed_plays_the_same_game_and_leaves_the_global_dice_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, other, third = (Game(seed=s).run(3) for s in (0, 0, 1))
    assert one.log == other.log != third.log and torch.equal(before, torch.get_rng_state())
    assert (
        sum(p.numel() for p in one.G.parameters()) == 4482
        and sum(p.numel() for p in one.D.parameters()) == 4417
    )


@cache
def played(name: str, seed: int) -> Game:
    return Game(SIX[name], seed).run(SIX_STEPS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", SIX)
def test_each_of_the_six_shows_its_sign_and_no_other(name, seed):
    game = played(name, seed)
    assert [other for other, sign in SIGNS.items() if sign(game)] == [name]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_minimax_form_finds_the_modes_too(seed):
    assert coverage(Game(Setting(saturating=True), seed).run(SIX_STEPS).sample())[0] >= 6


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_far_outside_d_is_certain_and_on_real_points_it_says_a_half(seed):
    game, angle = played("healthy", seed), torch.linspace(0, 2 * math.pi, 361)
    with torch.no_grad():
        far = game.D(10 * torch.stack([angle.cos(), angle.sin()], 1))
        on_real = game.D(gans.real(600, torch.Generator().manual_seed(1))).sigmoid().mean().item()
    assert far.abs().min() > 4, "less than 0.02, or more than 0.98"
    assert 0.4 < on_real < 0.65
