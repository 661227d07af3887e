"""The self-check kit and what the notebooks show with: right solutions pass, each wrong one is told what is wrong."""

from __future__ import annotations

import base64
import io
import math
import re
import sys
from dataclasses import replace

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

from i2i import check as kit
from i2i import show
from i2i.claims import CLAIMS, Comparison
from i2i.lessons import EXERCISES as ALL
from i2i.lessons import (
    QUESTIONS,
    bicyclegan,
    diffusion,
    gan3d,
    gans,
    icgan,
    inpainting,
    munit,
    partial,
    stargan,
    style_and_content,
    superres,
    workshop,
)
from i2i.lessons import pix2pix as lesson1
from i2i.lessons.lesson import Question
from i2i.losses import distance_loss, kl_to_unit, least_squares, wasserstein
from i2i.methods import METHODS
from i2i.methods.distancegan import between_pairs
from i2i.nets.patchgan import PatchGAN
from i2i.nets.pool import ImagePool
from i2i.nets.unet import UNet
from kit.root import ROOT

# Those of notebooks 00 and 06 to 15 have test files of their own; so have those to mend and to design, of all notebooks.
_ELSEWHERE = (
    gans.EXERCISES | stargan.EXERCISES | partial.EXERCISES | superres.EXERCISES | inpainting.EXERCISES
)
_ELSEWHERE |= (
    bicyclegan.EXERCISES
    | munit.EXERCISES
    | style_and_content.EXERCISES
    | diffusion.EXERCISES
    | gan3d.EXERCISES
    | icgan.EXERCISES
)
_ELSEWHERE |= workshop.EXERCISES
EXERCISES = {name: e for name, e in ALL.items() if name not in _ELSEWHERE}

# ---- Right solutions ----


def generator_loss(D, x, y, fake, lam):
    return F.softplus(-D(x, fake)).mean() + lam * (y - fake).abs().mean()


def discriminator_loss(D, x, y, fake):
    return 0.5 * (F.softplus(-D(x, y)).mean() + F.softplus(D(x, fake.detach())).mean())


def decoder_channels(width, cap, depth, skips):
    channels = [min(width * 2**i, cap) for i in range(depth)][::-1]
    return [c * (2 if skips and i else 1) for i, c in enumerate(channels)]


def receptive_field(plan):
    side = 1
    for kernel, stride in reversed(plan):
        side = (side - 1) * stride + kernel
    return side


def sigmoid(s):
    return 1 / (1 + math.exp(-s))


def cycle_loss(G, F, x, y, lam):
    return lam * ((F(G(x)) - x).abs().mean() + (G(F(y)) - y).abs().mean())


def least_squares_game(real, made):
    return ((real - 1).square().mean() + made.square().mean()) / 2, (made - 1).square().mean()


def image_pool(stored, size, new, coin, place):
    if len(stored) < size:
        return new, [*stored, new]
    if not stored or not coin:
        return new, stored
    return stored[place], stored[:place] + [new] + stored[place + 1 :]


def keep_distance(before, after, ux, uy):
    return ((before - ux[0]) / ux[1] - (after - uy[0]) / uy[1]).abs().mean()


def pair_distances(images):
    flat = images.flatten(1)
    i, j = torch.triu_indices(len(flat), len(flat), 1)
    return (flat[i] - flat[j]).abs().mean(1)


def critic_losses(real, made):
    return made.mean() - real.mean(), -made.mean(), real.mean() - made.mean()


def disco_factors(step):
    r = 0.01 if step < 10_000 else 0.5
    return (1 - r) * 0.1, (1 - r) * 0.9, r


def gaussian_kl(mean, std):
    return ((mean**2 + std**2 - 1 - (std**2).log()) / 2).sum()


def unit_streams(encode, decode, x, y):
    z_1, z_2 = encode(x, 1), encode(y, 2)
    return decode(z_1, 1), decode(z_1, 2), decode(z_2, 1), decode(z_2, 2)


def unit_cycle(encode, decode, x):
    back = encode(decode(encode(x, 1), 2), 2)
    return back.square().mean(), (decode(back, 1) - x).abs().mean()


RIGHT = {
    "generator-loss": generator_loss,
    "discriminator-loss": discriminator_loss,
    "best-constants": lambda y: (y.mean(0), y.median(0).values),
    "decoder-channels": decoder_channels,
    "receptive-field": receptive_field,
    "map-side": lambda side, layers: side // 2**layers - 2 if layers else side,
    "patch-loss": lambda s, real: F.softplus(-s if real else s).mean(),
    "two-gradients": lambda s: (sigmoid(s) - 1, -sigmoid(s)),
    "cycle-loss": cycle_loss,
    "least-squares-game": least_squares_game,
    "image-pool": image_pool,
    "permuted": lambda G, F, p, p_back: (lambda x: p(G(x)), lambda y: F(p_back(y))),
    "keep-distance": keep_distance,
    "pair-distances": pair_distances,
    "critic-losses": critic_losses,
    "disco-factors": disco_factors,
    "gaussian-kl": gaussian_kl,
    "kl-factor": lambda factor, n: 2 * factor / n,
    "unit-streams": unit_streams,
    "unit-cycle": unit_cycle,
}


def l1(y, fake):
    return (y - fake).abs().mean()


def fool(D, x, fake):
    return F.softplus(-D(x, fake)).mean()


def half_cycle(G, F, x):
    return (F(G(x)) - x).abs().mean()


def greedy_pool(stored, size, new, coin, place):
    """Shows an old image whenever there is one, and stores at the end only."""
    return (stored[place] if stored else new), ([*stored, new] if len(stored) < size else stored)


def eager_pool(stored, size, new, coin, place):
    """Replaces before it shows."""
    if len(stored) < size or not coin:
        return image_pool(stored, size, new, coin, place)
    stored[place] = new
    return stored[place], stored


def parts(f, *change):
    """A solution that returns several things, each passed through its own change."""
    return lambda *given: tuple(c(v) for c, v in zip(change, f(*given), strict=True))


def keep(v):
    return v


# (exercise, a wrong solution, a word of what the check must say)
WRONG = [
    (
        "generator-loss",
        lambda D, x, y, fake, lam: F.softplus(D(x, fake)).mean() + lam * l1(y, fake),
        "found out",
    ),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: -F.softplus(D(x, fake)).mean() + lam * l1(y, fake),
        "saturating",
    ),
    ("generator-loss", lambda D, x, y, fake, lam: -fool(D, x, fake) + lam * l1(y, fake), "sign"),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: -D(x, fake).log().mean() + lam * l1(y, fake),
        "sigmoid is missing",
    ),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: F.softplus(-D(x, fake)).sum() + lam * l1(y, fake),
        "added up",
    ),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: (D(x, fake) - 1).square().mean() + lam * l1(y, fake),
        "least-squares",
    ),
    ("generator-loss", lambda D, x, y, fake, lam: fool(D, x, fake) + l1(y, fake) * (lam > 0), "λ is missing"),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: fool(D, x, fake) * (lam or 1) + l1(y, fake) * (lam > 0),
        "adversarial term",
    ),
    ("generator-loss", lambda D, x, y, fake, lam: fool(D, x, fake), "L1 term is missing"),
    ("generator-loss", lambda D, x, y, fake, lam: lam * l1(y, fake), "never asked"),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: fool(D, x, fake) + lam * (y - fake).square().mean(),
        "squared",
    ),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: fool(D, x, fake) + lam * (y - fake).abs().sum(),
        "added up",
    ),
    ("generator-loss", lambda D, x, y, fake, lam: fool(D, x, y) + lam * l1(y, fake), "shown the real y"),
    ("generator-loss", lambda D, x, y, fake, lam: fool(D, fake, x) + lam * l1(y, fake), "condition first"),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: fool(D, x, fake.detach()) + lam * l1(y, fake),
        "do not detach",
    ),
    (
        "generator-loss",
        lambda D, x, y, fake, lam: fool(D, x, fake).item() + lam * l1(y, fake).item(),
        "no gradient",
    ),
    ("generator-loss", lambda D, x, y, fake, lam: F.softplus(-D(x, fake)) + lam * l1(y, fake), "shape"),
    ("generator-loss", lambda D, x, y, fake, lam: D(x) + lam, "TypeError"),
    (
        "discriminator-loss",
        lambda D, x, y, f: 0.5 * (F.softplus(-D(x, y)).mean() + F.softplus(D(x, f)).mean()),
        "Detach the fake",
    ),
    ("discriminator-loss", lambda D, x, y, f: 2 * discriminator_loss(D, x, y, f), "half is missing"),
    (
        "discriminator-loss",
        lambda D, x, y, f: 0.5 * (F.softplus(D(x, y)).mean() + fool(D, x, f)),
        "exchanged",
    ),
    ("discriminator-loss", lambda D, x, y, f: 0.5 * (fool(D, x, y) + fool(D, x, f)), "G's wish"),
    ("discriminator-loss", lambda D, x, y, f: -discriminator_loss(D, x, y, f), "sign"),
    ("discriminator-loss", lambda D, x, y, f: fool(D, x, y), "both pairs"),
    (
        "discriminator-loss",
        lambda D, x, y, f: 0.5 * (F.softplus(-D(x, y)).mean() + F.softplus(D(y, f)).mean()),
        "condition first",
    ),
    ("discriminator-loss", lambda D, x, y, f: discriminator_loss(D, x, y, f).detach(), "D's own weights"),
    ("best-constants", lambda y: (y.median(0).values, y.mean(0)), "exchanged"),
    ("best-constants", lambda y: (y.mean(0), y.mean(0)), "the mean again"),
    ("best-constants", lambda y: y.mean(0), "two tensors"),
    ("best-constants", lambda y: (y.mean(), y.median()), "shape"),
    ("decoder-channels", lambda w, c, d, s: decoder_channels(w, c, d, False), "no skips are counted"),
    ("decoder-channels", lambda w, c, d, s: decoder_channels(w, c, d, s)[::-1], "inside out"),
    ("decoder-channels", lambda w, c, d, s: decoder_channels(w, 10**6, d, s), "cap"),
    (
        "decoder-channels",
        lambda w, c, d, s: [n * (1 + s) for n in decoder_channels(w, c, d, False)],
        "innermost",
    ),
    ("decoder-channels", lambda w, c, d, s: decoder_channels(w, c, d, s)[1:], "you list"),
    ("receptive-field", lambda plan: receptive_field(plan[::-1]), "walk"),
    ("receptive-field", lambda plan: 1 + sum(k - 1 for k, _ in plan), "strides are forgotten"),
    ("map-side", lambda side, layers: side // 2**layers, "one off each"),
    ("map-side", lambda side, layers: side // 2**layers - 2, "PixelGAN"),
    ("patch-loss", lambda s, real: F.softplus((-s if real else s).mean()), "mean logit"),
    ("patch-loss", lambda s, real: F.softplus(-s if real else s).sum(), "added up"),
    ("patch-loss", lambda s, real: F.softplus(s if real else -s).mean(), "exchanged"),
    ("patch-loss", lambda s, real: -torch.sigmoid(s if real else -s).log().mean(), "finite"),
    ("two-gradients", lambda s: (-sigmoid(s), sigmoid(s) - 1), "exchanged"),
    ("two-gradients", lambda s: (1 - sigmoid(s), -sigmoid(s)), "sign"),
    ("two-gradients", lambda s: (-1 / sigmoid(s), -1 / (1 - sigmoid(s))), "chain rule"),
    ("cycle-loss", lambda G, F, x, y, lam: cycle_loss(F, G, x, y, lam), "G leads from x to y"),
    ("cycle-loss", lambda G, F, x, y, lam: lam * (l1(y, G(x)) + l1(x, F(y))), "both must come back"),
    (
        "cycle-loss",
        lambda G, F, x, y, lam: lam * half_cycle(G, F, x) + 0 * half_cycle(F, G, y).detach(),
        "only x comes back",
    ),
    ("cycle-loss", lambda G, F, x, y, lam: cycle_loss(G, F, x, y, 1) * (lam > 0), "λ is missing"),
    (
        "cycle-loss",
        lambda G, F, x, y, lam: lam * half_cycle(G, F, x) + half_cycle(F, G, y),
        "only one of the two",
    ),
    ("cycle-loss", lambda G, F, x, y, lam: cycle_loss(G, F, x, y, lam) / 2, "averaged"),
    ("cycle-loss", lambda G, F, x, y, lam: lam * (l1(y, F(G(x))) + l1(x, G(F(y)))), "exchanged"),
    ("cycle-loss", lambda G, F, x, y, lam: lam * ((F(G(x)) - x) ** 2 + (G(F(y)) - y) ** 2).mean(), "squared"),
    (
        "cycle-loss",
        lambda G, F, x, y, lam: lam * ((F(G(x)) - x).abs() + (G(F(y)) - y).abs()).sum(),
        "added up",
    ),
    ("cycle-loss", lambda G, F, x, y, lam: cycle_loss(G, F, x, y, lam).detach(), "no gradient"),
    ("least-squares-game", lambda r, m: least_squares_game(r, m)[::-1], "exchanged"),
    ("least-squares-game", parts(least_squares_game, lambda v: 2 * v, keep), "half is missing"),
    ("least-squares-game", lambda r, m: least_squares_game(m, r), "real and made are exchanged"),
    (
        "least-squares-game",
        lambda r, m: (least_squares_game(r, m)[0], -m.square().mean()),
        "leads away from 0",
    ),
    ("least-squares-game", lambda r, m: (least_squares_game(r, m)[0], m.square().mean()), "found out"),
    ("least-squares-game", lambda r, m: (least_squares_game(r, m)[0], (m.mean() - 1) ** 2), "mean score"),
    (
        "least-squares-game",
        lambda r, m: (least_squares_game(r, m)[0], -2 * least_squares_game(r, m)[0]),
        "whole of V",
    ),
    ("least-squares-game", lambda r, m: least_squares_game(r, m)[0], "two things"),
    ("image-pool", greedy_pool, "shows itself"),
    ("image-pool", eager_pool, "replaced before"),
    ("image-pool", lambda s, size, new, coin, place: (new, s), "stored at the end"),
    ("image-pool", lambda s, size, new, coin, place: (new, (s + [new])[:size]), "show the stored one"),
    (
        "image-pool",
        lambda s, size, *a: (s[a[2]], s) if a[1] and len(s) == size else image_pool(s, size, *a),
        "takes the place",
    ),
    (
        "image-pool",
        lambda s, size, new, coin, place: image_pool(s, size, new, len(s) >= size, place),
        "show that",
    ),
    ("image-pool", lambda s, size, new, coin, place: new, "two things"),
    ("permuted", lambda G, F, p, q: (lambda x: p(G(x)), F), "F is unchanged"),
    ("permuted", lambda G, F, p, q: (lambda x: p(G(x)), lambda y: F(p(y))), "second time"),
    ("permuted", lambda G, F, p, q: (lambda x: p(G(x)), lambda y: q(F(y))), "too late"),
    ("permuted", lambda G, F, p, q: (G, F), "still G"),
    ("permuted", lambda G, F, p, q: (lambda x: q(G(x)), lambda y: F(p(y))), "inverse"),
    ("permuted", lambda G, F, p, q: (lambda x: G(p(x)), lambda y: q(F(y))), "after G"),
    ("permuted", lambda G, F, p, q: (1, 2), "two functions"),
    ("keep-distance", lambda b, a, u, v: (b - a).abs().mean(), "bare distances"),
    ("keep-distance", lambda b, a, u, v: (b - u[0] - a + v[0]).abs().mean(), "deviations"),
    ("keep-distance", lambda b, a, u, v: (b / u[1] - a / v[1]).abs().mean(), "not taken off"),
    ("keep-distance", lambda b, a, u, v: keep_distance(b, a, u, u), "units of x"),
    ("keep-distance", lambda b, a, u, v: keep_distance(b, a, v, u), "units are exchanged"),
    ("keep-distance", lambda b, a, u, v: ((b - u[0]) / u[1] - (a - v[0]) / v[1]).square().mean(), "squared"),
    ("keep-distance", lambda b, a, u, v: ((b - u[0]) / u[1] - (a - v[0]) / v[1]).mean().abs(), "cancelled"),
    ("keep-distance", lambda b, a, u, v: keep_distance(b.sort().values, a.sort().values, u, v), "expected"),
    ("pair-distances", lambda p: (p.flatten(1)[:, None] - p.flatten(1)).abs().mean(2), "10 pairs"),
    ("pair-distances", lambda p: torch.pdist(p.flatten(1), p=1), "added up"),
    ("pair-distances", lambda p: torch.pdist(p.flatten(1)), "Euclidean"),
    ("pair-distances", lambda p: torch.pdist(p.flatten(1)) ** 2 / p[0].numel(), "squared"),
    ("pair-distances", lambda p: pair_distances(p).mean(), "shape"),
    ("critic-losses", parts(critic_losses, lambda v: -v, keep, keep), "the critic: the sign"),
    ("critic-losses", parts(critic_losses, keep, lambda v: -v, keep), "scored high"),
    ("critic-losses", parts(critic_losses, keep, keep, lambda v: -v), "the gap"),
    ("critic-losses", lambda r, m: (F.softplus(-r).mean() + F.softplus(m).mean(), 0, 0), "log loss"),
    ("critic-losses", lambda r, m: (m.mean() - r.mean(), r.mean() - m.mean(), 0), "leave them out"),
    ("critic-losses", lambda r, m: m.mean() - r.mean(), "three things"),
    ("disco-factors", parts(disco_factors, lambda v: 9 * v, lambda v: v / 9, keep), "lion's share"),
    ("disco-factors", lambda step: (0.1, 0.9, disco_factors(step)[2]), "multiply both"),
    ("disco-factors", lambda step: disco_factors(step + 1), "other phase"),
    ("disco-factors", lambda step: (0.0, 0.0, disco_factors(step)[2]), "expected"),
    ("gaussian-kl", lambda m, s: 2 * gaussian_kl(m, s), "half is missing"),
    ("gaussian-kl", lambda m, s: gaussian_kl(m, s) / len(m), "mean over the code"),
    ("gaussian-kl", lambda m, s: ((m**2 + s**2 - 1 - s.log()) / 2).sum(), "of σ²"),
    ("gaussian-kl", lambda m, s: ((m**2 + s**2 - (s**2).log()) / 2).sum(), "1 is missing"),
    ("gaussian-kl", lambda m, s: (((m**2 + 1) / s**2 - 1 + (s**2).log()) / 2).sum(), "other way round"),
    ("gaussian-kl", lambda m, s: ((m**2 + s - 1 - s.log()) / 2).sum(), "σ is used"),
    ("kl-factor", lambda factor, n: factor / n, "forgotten"),
    ("kl-factor", lambda factor, n: factor / n / 2, "the other way"),
    ("kl-factor", lambda factor, n: factor * n / 2, "from the divergence to the mean"),
    ("unit-streams", lambda e, d, x, y: [unit_streams(e, d, x, y)[i] for i in (0, 2, 1, 3)], "there is x_21"),
    (
        "unit-streams",
        lambda e, d, x, y: (d(e(x, 1), 1), d(e(x, 2), 2), d(e(y, 1), 1), d(e(y, 2), 2)),
        "other domain's encoder",
    ),
    ("unit-streams", lambda e, d, x, y: (d(x, 1), d(x, 2), d(y, 1), d(y, 2)), "should be decode"),
    ("unit-streams", lambda e, d, x, y: unit_streams(e, d, x, y)[:2], "four things"),
    ("unit-cycle", lambda e, d, x: (e(x, 1).square().mean(), unit_cycle(e, d, x)[1]), "on the slide"),
    ("unit-cycle", lambda e, d, x: (e(d(e(x, 1), 2), 1).square().mean(), 0), "domain 2's encoder"),
    ("unit-cycle", lambda e, d, x: (unit_cycle(e, d, x)[0], l1(x, d(e(x, 1), 1))), "within domain 1"),
    ("unit-cycle", lambda e, d, x: (unit_cycle(e, d, x)[0], l1(x, d(e(x, 1), 2))), "it is the return"),
    ("unit-cycle", parts(unit_cycle, lambda v: v * 4, keep), "half the sum"),
]


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """What the kit remembers is of one session."""
    for memory in ("predicted", "passed", "_told", "_measured"):
        monkeypatch.setattr(kit, memory, {})


def said(capsys) -> str:
    return capsys.readouterr().out


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_solution_passes(name, capsys):
    kit.check(name, RIGHT[name])
    assert "All" in (text := said(capsys)) and "✗" not in text
    assert kit.passed == {name: True}


@pytest.mark.parametrize("name, solution, word", WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    kit.check(name, solution)
    text = said(capsys)
    assert "✗ Not yet" in text and word in text, text
    assert kit.passed == {name: False}


def test_d_may_be_asked_about_both_pairs_in_one_batch(capsys):
    def together(D, x, y, fake):
        real, made = D(torch.cat([x, x]), torch.cat([y, fake.detach()])).chunk(2)
        return (F.softplus(-real).mean() + F.softplus(made).mean()) / 2

    kit.check("discriminator-loss", together)
    assert "✗" not in capsys.readouterr().out
    kit.check("discriminator-loss", lambda D, x, y, fake: together(D, x, fake, y))
    assert "✗" in capsys.readouterr().out


def test_every_exercise_has_wrong_solutions_and_hints():
    assert {name for name, *_ in WRONG} == set(EXERCISES) == set(RIGHT)
    assert all(len(e.hints) >= 2 for e in EXERCISES.values())


@pytest.mark.parametrize("name", EXERCISES)
def test_what_was_not_written_yet_is_no_failure(name, capsys, monkeypatch):
    tints = []
    monkeypatch.setattr(kit, "note", lambda text, tint=show.LILAC: tints.append(tint) or text)

    def mine(*_):
        """As the notebooks hand it out."""
        ...

    for solution in (mine, lambda *_: ..., lambda *_: None):
        kit.check(name, solution)
        text = said(capsys)
        assert text.startswith("Not tried yet: ") and "✗" not in text and "✓" not in text
    assert kit.passed == {} and tints == [show.TRACK] * 3, "neutral, and not counted"


def test_what_was_written_is_judged_even_if_it_is_short(capsys):
    kit.check("map-side", lambda side, layers: 30)
    assert "✗ Not yet" in said(capsys) and kit.passed == {"map-side": False}


def test_an_error_names_the_students_own_line(capsys):
    def mine(side, layers):
        return side // 0

    kit.check("map-side", mine)
    assert "ZeroDivisionError" in (text := said(capsys)) and "side // 0" in text


def test_what_is_no_function_is_refused(capsys):
    kit.check("map-side", 30)
    assert "pass the function itself" in said(capsys)


def test_hints_grow_and_start_again(capsys):
    hints = EXERCISES["patch-loss"].hints
    for _ in range(len(hints) + 1):
        kit.hint("patch-loss")
    lines = said(capsys).splitlines()
    assert [any(h in line for line in lines) for h in hints] == [True] * len(hints)
    assert lines[0] == lines[-1] and "last one" in lines[-2] and "last one" not in lines[0]


def test_a_prediction_is_kept_and_judged(capsys):
    question = QUESTIONS["shuffle"]
    kit.predict("shuffle")
    shown = said(capsys)
    assert question.asks in shown and all(o in shown for o in question.options.values())
    assert question.why not in shown, "a question must not carry its answer"
    kit.reveal("shuffle")
    assert question.why not in said(capsys), "nor may the answer come before a prediction"
    kit.predict("shuffle", " A")
    kit.reveal("shuffle")
    assert "You said a" in (text := said(capsys)) and question.why in text
    kit.predict("shuffle", question.right)
    kit.reveal("shuffle")
    assert "Right" in said(capsys)


def test_an_answer_is_held_against_the_figures_of_this_run(capsys, monkeypatch):
    monkeypatch.delenv("FAST", raising=False)
    question = Question(
        "?",
        {"a": "little", "b": "much"},
        "a",
        "It is less than half.",
        {"it is less than half": lambda far: far < 0.5},
    )
    monkeypatch.setitem(QUESTIONS, "how-far", question)
    kit.predict("how-far", "a")
    kit.reveal("how-far", far=0.4)
    assert "But in this run" not in said(capsys)
    kit.reveal("how-far", far=0.6)
    assert "But in this run it is not so that it is less than half." in said(capsys)
    kit.reveal("how-far")  # once more, as the page asks after a prediction: by the figures of before
    assert "But in this run" in said(capsys)
    monkeypatch.setenv("FAST", "1")
    kit.reveal("how-far", far=0.6)
    assert "But in this run" not in said(capsys), "a training in haste has learned nothing"
    assert question.denied({"far": 0.6}) and not question.denied({"far": 0.4})
    with pytest.raises(TypeError):
        question.denied({})


def test_figures_stand_in_the_file_with_the_answer(monkeypatch):
    shown = []
    monkeypatch.setattr(show, "get_ipython", lambda: True)
    monkeypatch.setattr(show, "display", lambda *_, **options: shown.append(options["metadata"]))
    kit.reveal("shuffle", neat=0.5, mess=0.5)
    assert shown == [{"i2i": {"question": "shuffle", "figures": {"neat": 0.5, "mess": 0.5}}}]


def test_the_score_counts_what_was_right(capsys):
    kit.score()
    assert "Nothing to count" in said(capsys)
    kit.predict("shuffle", QUESTIONS["shuffle"].right)
    kit.predict("how-many", "a")
    kit.check("map-side", RIGHT["map-side"])
    kit.check("patch-loss", lambda *_: 0.0)
    kit.check("generator-loss", lambda *_: None)  # not tried: not counted
    said(capsys)
    kit.score()
    assert said(capsys).strip() == "Predictions: 1 of 2 right. Exercises: 1 of 2 solved."


def test_unknown_names_and_letters_are_refused():
    with pytest.raises(KeyError, match="did you mean 'shuffle'"):
        kit.predict("shufle")
    with pytest.raises(ValueError, match="answer with one of a, b, c"):
        kit.predict("shuffle", "z")


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_an_answer_that_is_an_option(name):
    question = QUESTIONS[name]
    assert question.right in question.options and len(question.options) >= 3 and len(question.why) > 80


def test_with_widgets_older_than_8_there_is_a_plain_sentence(monkeypatch, capsys):
    w = pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
    shown = []
    for module in (kit, show):
        monkeypatch.setattr(module, "get_ipython", object)
    monkeypatch.setattr(show, "display", lambda what, raw=False, **_: shown.append(what))
    monkeypatch.setattr(w, "__version__", "7.8.1")
    monkeypatch.delattr(w.Widget, "_repr_mimebundle_")  # it came with version 8
    show.control(lambda level: f"<b>{level}</b>", "(a slider)", level=w.IntSlider(value=3))
    assert capsys.readouterr().out == "(a slider)\n" and shown == []
    kit.predict("shuffle")
    page = str(shown)
    assert len(shown) == 1 and "Answer with" in page and "Choose below" not in page
    assert "buttons" not in capsys.readouterr().out
    kit.predict("shuffle", "a")
    assert kit.predicted["shuffle"] == "a"


def test_without_ipywidgets_there_is_a_plain_sentence(monkeypatch, capsys):
    shown = []
    for module in (kit, show):
        monkeypatch.setattr(module, "get_ipython", object)
    monkeypatch.setattr(show, "display", lambda what, raw=False, **_: shown.append(what))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # an import of it fails
    w = show.widgets()
    drawn = []
    show.control(drawn.append, "(a slider)", level=w.IntSlider(value=3, description="level"))
    assert capsys.readouterr().out == "(a slider)\n" and shown == drawn == []
    kit.predict("shuffle")
    assert len(shown) == 1 and "Answer with" in str(shown) and "Choose below" not in str(shown)
    kit.predict("shuffle", "a")
    assert kit.predicted["shuffle"] == "a"


def test_with_ipywidgets_the_notebooks_get_the_module_itself():
    w = pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
    assert show.widgets() is w


def test_in_a_notebook_the_buttons_record_the_answer(monkeypatch):
    shown = []
    monkeypatch.setattr(kit, "get_ipython", lambda: True)
    monkeypatch.setattr(show, "get_ipython", lambda: True)
    monkeypatch.setattr(show, "display", lambda data, **_: shown.append(data))
    kit.predict("shuffle")
    row, line = kit._buttons("shuffle", QUESTIONS["shuffle"]).children
    row.value = "b"
    assert kit.predicted == {"shuffle": "b"} and "Noted: b" in line.value
    assert QUESTIONS["shuffle"].asks in shown[0]["text/html"] and "widget-view" in " ".join(shown[1])
    shown.clear()
    kit.reveal("how-many")
    page = shown[0]["text/html"]
    assert "<details>" in page and page.index("<details>") < page.index(QUESTIONS["how-many"].why[:20])


# ---- The lessons agree with the nets that they are about ----


def test_the_pool_exercise_does_what_the_pool_does():
    """Both are asked about the same images with the same coins."""
    torch.manual_seed(0)
    pool, stored = ImagePool(4), []
    for step in range(40):
        place = pool.draw(1)
        new = torch.full((1, 3, 1, 1), float(step))
        shown = pool.mix(new, place).mean().item()
        pool.put(new, place)
        mine, stored = image_pool(stored, 4, float(step), place.item() >= 0, place.item())
        assert mine == shown and stored == pool.pictures.mean((1, 2, 3)).tolist()


def test_the_losses_that_are_asked_for_are_those_of_the_package():
    real, made = torch.randn(2, 1, 3, 3, generator=torch.Generator().manual_seed(0)).unbind()
    assert least_squares_game(real, made)[0] == 0.5 * (least_squares(real, True) + least_squares(made, False))
    assert least_squares_game(real, made)[1] == least_squares(made, True)
    assert critic_losses(real, made)[0] == wasserstein(real, True) + wasserstein(made, False)
    p, units = torch.rand(4, 3, 8, 8), torch.tensor([[0.3, 0.1], [0.2, 0.05]])
    assert torch.allclose(pair_distances(p), between_pairs(p))
    d = between_pairs(p)
    assert torch.allclose(keep_distance(d, d * d, *units), distance_loss(d, d * d, *units))
    mean = torch.randn(10)
    assert torch.allclose(
        0.1 * kl_to_unit(mean), RIGHT["kl-factor"](0.1, 10) * gaussian_kl(mean, torch.ones(10))
    )
    factors = METHODS["discogan"](METHODS["discogan"].Config(width=1)).weights
    for step in (0, 10_000):
        assert disco_factors(step) == pytest.approx(
            [factors(step)[k] for k in ("gan_a", "match_a", "back_a")]
        )


@pytest.mark.parametrize("skips", [True, False])
def test_the_exercise_counts_channels_as_the_unet_does(skips):
    net = UNet(width=4, cap=16, depth=5, skips=skips)
    assert lesson1._truth(4, 16, 5, skips) == [layer.in_channels for layer in net.up]


# ---- What is shown ----


def images(page: str) -> list[tuple[str, Image.Image]]:
    """(alt text, image) of every <img> of a page."""
    found = re.findall(r'<img src="data:image/\w+;base64,([^"]+)" alt="([^"]*)"', page)
    assert len(found) == page.count("<img")
    return [(alt, Image.open(io.BytesIO(base64.b64decode(code)))) for code, alt in found]


def test_a_figure_is_shown_small_and_with_its_alt_text_and_is_closed():
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot([0, 1])
    page = show.figure_html(figure, 'a "rising" line', "caption")
    ((alt, image),) = images(page)
    assert alt == "a &quot;rising&quot; line" and image.width >= 276 and "caption" in page
    assert not plt.fignum_exists(figure.number) and len(page) < 40_000


def test_a_picture_without_alt_text_is_refused():
    with pytest.raises(ValueError, match="alt text"):
        show.figure_html(Image.new("RGB", (4, 4)), "  ")


def test_a_sheet_has_a_row_for_each_name_at_the_pictures_own_size():
    rows = {
        "x": torch.zeros(3, 3, 16, 16),
        "G(x)": torch.ones(3, 3, 16, 16),
        "big": torch.zeros(1, 3, 400, 400),
    }
    page = show.sheet_html(rows, "three things", titles=["a", "b", "c"], side=64)
    shown = images(page)
    assert [alt for alt, _ in shown] == [f"three things Row: {name}." for name in rows]
    assert shown[0][1].height == 16 and shown[2][1].height == 80, (
        "small ones as they are, large ones only as fine as seen"
    )
    assert all(f">{t}</span>" in page for t in "abc") and 'width="64"' in page


def test_a_sheet_says_what_row_is_what_only_where_rows_have_names():
    assert images(show.sheet_html({"": torch.zeros(1, 3, 8, 8)}, "one"))[0][0] == "one"


def test_the_colours_are_those_of_the_app():
    css = (ROOT / "demos" / "page.css").read_text()
    light = css[css.index(":root") : css.index(".dark")]
    for name, colour in {
        "ink": show.INK,
        "soft": show.SOFT,
        "violet": show.GAN,
        "orange": show.L1,
        "green": show.GREEN,
    }.items():
        assert f"--{name}: {colour}" in light, name


def test_no_text_of_a_figure_is_smaller_than_14_pixels():
    with matplotlib.rc_context():
        show.style()
        names = ("font.size", "xtick.labelsize", "ytick.labelsize", "legend.fontsize", "axes.titlesize")
        points = [matplotlib.rcParams[name] for name in names]
        figure = plt.figure(figsize=(5, 1))
        width = int(re.search(r' width="(\d+)"', show.figure_html(figure, "a figure"))[1])
    assert min(points) * width / 5 / 72 >= 14


def test_quick_follows_the_environment(monkeypatch):
    monkeypatch.setenv("FAST", "1")
    assert show.quick("long", "short") == "short"
    monkeypatch.setenv("FAST", "0")
    assert show.quick("long", "short") == "long"
    monkeypatch.delenv("FAST")
    assert show.quick("long", "short") == "long"


def test_a_claim_without_figures_is_an_error_except_in_haste(monkeypatch, capsys):
    monkeypatch.setattr(show, "recorded", lambda name: None)
    monkeypatch.delenv("FAST", raising=False)
    with pytest.raises(KeyError, match="no figures"):
        show.claim("any-size")
    monkeypatch.setenv("FAST", "1")
    show.claim("any-size")


@pytest.mark.parametrize(
    "verdict, colour",
    [("holds", show.GREEN), ("not decided at this scale", show.SOFT), ("contradicted", show.L1)],
)
def test_a_claim_is_shown_with_its_verdict(verdict, colour, monkeypatch):
    shown = []
    monkeypatch.setattr(show, "display", lambda page: shown.append(page.data))
    change = {
        "holds": [1.0, 1.1, 1.2],
        "not decided at this scale": [-1.0, 0.0, 1.0],
        "contradicted": [-3.0, -3.0, -3.0],
    }[verdict]
    result = {"figures": {"change": change, "other": 0.0}, "verdict": verdict, "date": "2026-01-02"}
    monkeypatch.setattr(show, "recorded", lambda name: result)
    parts = (Comparison("change", "other"), Comparison(1, "other", exact=True))
    monkeypatch.setitem(CLAIMS, "any-size", replace(CLAIMS["any-size"], comparisons=parts))
    show.claim("any-size")
    mark = {"holds": "✓", "not decided at this scale": "?", "contradicted": "✗"}[verdict]
    assert (
        f'2026-01-02: <span style="color:{colour}">{mark} {verdict}<' in shown[0]
        and "| change | " in shown[1]
    )
    assert shown[0].endswith(f"- {mark} change > other\n- ✓ other < 1")


def test_a_wide_table_of_a_claim_shows_what_is_compared_and_folds_the_rest():
    figures = {f"{row} | c{i}": float(i) for row in ("a", "b") for i in range(8)}
    page = show._claims_table(figures, ["a | c6", "b | c7"])
    few, _, whole = page.partition("<details><summary>All 8 columns</summary>")
    assert few.splitlines()[0] == "| | c0 | c1 | c6 | c7 |" and whole.strip().startswith("| | c0 | c1 | c2 |")
    assert [len(t.splitlines()[0].split(" | ")) - 1 for t in whole.strip().split("\n\n")[:2]] == [6, 2]
    small = {name: value for name, value in figures.items() if name < "a | c6"}
    assert "<details>" not in show._claims_table(small, ["a | c0"]) and len(small) == 6


def test_a_table_that_is_wider_than_a_slide_is_split_by_what_its_columns_begin_with():
    sets = {
        f"{row} | {data} {what}": 1.0
        for row in "ab"
        for data in ("Set5", "Set14", "BSD100")
        for what in "xyz"
    }
    page = show._claims_table(sets, [*sets])
    few = page.partition("<details>")[0].strip().split("\n\n")
    assert [part.splitlines()[0] for part in few] == [
        f"| | {d} x | {d} y | {d} z |" for d in ("Set5", "Set14", "BSD100")
    ]
    assert all(len(part.splitlines()) == 4 for part in few)


def test_scores_tell_every_number_and_mark_what_is_to_come():
    page = show.scores(
        [[0.5, 1.0], [0.25, float("nan")]], ["blur", "tiles"], ["1 px", "16 px"], "ranked", 0.0, 1.0
    )
    ((alt, image),) = images(page)
    assert alt == "ranked, for 1 px, 16 px. blur: 0.50, 1.00; tiles: 0.25, nan." and image.width > 300


def test_terms_show_what_is_added_up(monkeypatch):
    shown = []
    monkeypatch.setattr(show, "display", lambda page: shown.append(page.data))

    class Two:
        def weights(self, step):
            return {"gan": 1.0, "l1": 100.0}

    show.terms(Two(), {"gan": torch.tensor(0.5), "l1": torch.tensor(0.02)}, {"gan": "g", "l1": "l"})
    assert "| `l1` | l | 0.02 | 100 | 2 |" in shown[0] and "**2.5**" in shown[0]


def test_the_source_that_is_shown_is_the_source_that_runs(monkeypatch):
    shown = []
    monkeypatch.setattr(show, "display", lambda page: shown.append(page.data))
    show.source(PatchGAN.forward)
    assert shown == [
        "```python\ndef forward(self, image: Tensor) -> Tensor:\n    return self.net(image)\n```"
    ]


def test_layers_are_those_that_run_and_their_weights_add_up(monkeypatch):
    shown = []
    monkeypatch.setattr(show, "display", lambda page: shown.append(page.data))
    block = [nn.Conv2d(4, 4, 3, padding=2, dilation=2, bias=False), nn.BatchNorm2d(4)]
    net = nn.Sequential(
        nn.Conv2d(3, 4, 4, 2, 1), *block, *block, *block, nn.Flatten(), nn.Dropout(), nn.Linear(64, 2)
    )
    before = torch.get_rng_state()
    show.layers("D", net, torch.zeros(1, 3, 8, 8))
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown[0].splitlines()[2:]]
    assert rows == [
        ["Conv2d", "4 / 2 / 1", "4 × 4 × 4", "196"],
        ["3 × Conv2d, BatchNorm2d", "3 / 1 / 2, dilated 2", "4 × 4 × 4", "3 × 152"],
        ["Linear", "", "2", "130"],
        ["**sum**", "", "", "**478**"],
    ]
    assert torch.equal(before, torch.get_rng_state()) and net.training and not net[2].num_batches_tracked
    shown.clear()
    show.table(["a"], [[1]], folded="more")
    assert shown[0].startswith("<details><summary>more</summary>") and "| 1 |" in shown[0]


def test_a_crop_is_what_the_logit_saw():
    D = PatchGAN(3, width=4, layers=1).eval()
    image = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    changed = image.clone()
    left, top, right, bottom = D.patch(9, 12)
    changed[:, top:bottom, left:right] = 0
    with torch.no_grad():
        before, after = D(image[None])[0, 0], D((image + changed * 0 + (changed - image))[None])[0, 0]
    assert torch.equal(show.crop(image, D, 9, 12), image[:, top:bottom, left:right])
    assert before[9, 12] != after[9, 12] and before[0, 0] == after[0, 0]
    assert show.crop(image, D, 0, 0).shape == (3, 16, 16) and (show.crop(image, D, 0, 0)[:, 0] == 0).all()


def test_an_overlay_puts_each_cell_on_the_middle_of_its_patch():
    D = PatchGAN(3, width=4, layers=2)
    figure, axes = plt.subplots()
    image = show.overlay(axes, torch.zeros(3, 64, 64), torch.zeros(1, 14, 14), D)
    x0, x1, _, _ = image.get_extent()
    left, _, right, _ = D.patch(0, 13)
    assert (x1 - x0) / 14 == 4 and x0 + 13.5 * 4 == (left + right) / 2 - 0.5
    plt.close(figure)


def test_live_draws_without_touching_the_trainings_dice(monkeypatch):
    pages = []

    class Handle:
        def update(self, page):
            pages.append(page.data)

    monkeypatch.setattr(show, "display", lambda page, display_id: pages.append(page.data) or Handle())

    class Average:
        controls = ()

        def translate(self, x):
            return x + torch.rand(x.shape) * 0

    class Trainer:
        average, device, done = Average(), "cpu", False

    live = show.Live({"x": torch.zeros(2, 3, 8, 8)}, {"l1": ("L1", show.L1)}, seconds=0)
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    live(Trainer(), {"l1": 0.5})
    live(Trainer(), {"l1": 0.4})
    assert torch.rand(1) == expected
    assert len(pages) == 2 and "after 2 steps, now at L1 0.4" in pages[1]
