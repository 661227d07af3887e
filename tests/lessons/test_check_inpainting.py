"""The lessons of notebook 13: right solutions pass, each wrong one is told what is wrong."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from i2i.lessons.inpainting import EXERCISES, QUESTIONS
from i2i.run.filling import membrane
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)
from kit.methods import tiny
from kit.sources import fake_batch

# ---- Right solutions ----


def paste(x, made, mask):
    return x * (1 - mask) + made * mask


def l1_in_the_hole(fake, y, mask):
    return ((fake - y).abs() * mask).sum() / (y.shape[1] * mask.sum()).clamp(min=1)


def three_terms(rec, whole, patch):
    return 0.98 * rec + 0.01 * F.softplus(-whole).mean() + 0.01 * F.softplus(-patch).mean()


def soap_film(x, mask):
    near = F.pad(x, (1, 1, 1, 1), mode="replicate")
    mean = (near[..., :-2, 1:-1] + near[..., 2:, 1:-1] + near[..., 1:-1, :-2] + near[..., 1:-1, 2:]) / 4
    return x * (1 - mask) + mean * mask


RIGHT = {
    "paste-what-is-known": paste,
    "l1-in-the-hole": l1_in_the_hole,
    "three-terms": three_terms,
    "soap-film": soap_film,
}


# ---- Wrong ones ----


def log_d(logits):
    return F.softplus(-logits).mean()


# (exercise, a wrong solution, a word of what the check must say)
WRONG = [
    ("paste-what-is-known", lambda x, g, m: paste(g, x, m), "exchanged"),
    ("paste-what-is-known", lambda x, g, m: g, "everywhere"),
    ("paste-what-is-known", lambda x, g, m: x + g * m, "no say"),
    ("paste-what-is-known", lambda x, g, m: paste(x, g, m) if x.max() <= 1 else x, "nobody may look"),
    ("paste-what-is-known", lambda x, g, m: paste(x, g.detach(), m), "no gradient"),
    ("l1-in-the-hole", lambda a, b, m: ((a - b).abs() * m).mean(), "over the whole picture"),
    ("l1-in-the-hole", lambda a, b, m: ((a - b).abs() * m).sum() / m.sum(), "three channels"),
    ("l1-in-the-hole", lambda a, b, m: ((a - b).abs() * m).sum(), "added up"),
    ("l1-in-the-hole", lambda a, b, m: l1_in_the_hole(a, b, 1 - m), "outside the hole"),
    ("l1-in-the-hole", lambda a, b, m: (a - b).abs().mean(), "whole picture is compared"),
    ("l1-in-the-hole", lambda a, b, m: ((a - b).square() * m).sum() / (3 * m.sum()), "squared"),
    (
        "l1-in-the-hole",
        lambda a, b, m: sum(l1_in_the_hole(a[i], b[i][None], m[i]) for i in range(2)) / 2,
        "its own mean",
    ),
    ("l1-in-the-hole", lambda a, b, m: ((a - b).abs() * m).sum() / (3 * m.sum()), "finite"),
    ("three-terms", lambda r, w, p: three_terms(r, -w, -p), "D's side"),
    ("three-terms", lambda r, w, p: 0.98 * r - 0.01 * log_d(-w) - 0.01 * log_d(-p), "saturates"),
    ("three-terms", lambda r, w, p: r + log_d(w) + log_d(p), "weights are missing"),
    (
        "three-terms",
        lambda r, w, p: 0.98 * r + 0.01 * log_d(w) + 0.01 * F.softplus(-p).sum((1, 2, 3)).mean(),
        "added up",
    ),
    (
        "three-terms",
        lambda r, w, p: 0.98 * r + 0.02 * log_d(torch.cat([w.flatten(), p.flatten()])),
        "thrown together",
    ),
    ("three-terms", lambda r, w, p: 0.98 * r - 0.01 * w.mean() - 0.01 * p.mean(), "scores of a critic"),
    ("three-terms", lambda r, w, p: 0.98 * r + 0.01 * log_d(w), "patch head is missing"),
    ("three-terms", lambda r, w, p: 0.98 * r + 0.01 * log_d(p), "global head is missing"),
    ("soap-film", lambda x, m: soap_film(x, torch.ones_like(m)), "outside the hole nothing"),
    ("soap-film", lambda x, m: x, "nothing has changed"),
    (
        "soap-film",
        lambda x, m: paste(x, F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1), m),
        "nine pixels",
    ),
    ("soap-film", lambda x, m: soap_film(x, 1 - m), "exchanged"),
    ("soap-film", lambda x, m: paste(x, 4 * soap_film(x, m), m), "divide by four"),
]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize("name, solution, word", WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_nothing_is_missing():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)


# ---- The lessons agree with the package ----


def test_what_is_asked_for_is_what_pggan_does():
    method, batch = tiny("pggan").eval(), fake_batch()
    x, y, mask = batch["x"] * (1 - batch["mask"]), batch["y"], batch["mask"]
    with torch.no_grad():
        fake = method.fill(x, mask)
        made = method.G(torch.cat([x, mask], 1))
        assert torch.equal(fake, paste(x, made, mask))
        terms = method.generator_loss({"x": x, "y": y, "mask": mask})
        assert torch.allclose(l1_in_the_hole(fake, y, mask), terms["rec"])
        everywhere = torch.ones_like(mask)  # a hole that every patch touches
        terms, fake = method.generator_loss({"x": x, "y": y, "mask": everywhere}), method.fill(x, everywhere)
        total = sum(method.weights(0)[name] * value for name, value in terms.items())
        assert torch.allclose(three_terms(terms["rec"], *method.D(fake)), total)


def test_the_soap_film_is_the_packages():
    x, mask = torch.rand(1, 3, 16, 16) * 2 - 1, fake_batch()["mask"][:1]
    h = x * (1 - mask)
    for _ in range(2000):
        h = soap_film(h, mask)
    assert torch.allclose(h, membrane(x, mask, sweeps=400), atol=1e-4)
