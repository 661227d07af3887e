"""The lessons of notebook 12: right solutions pass, each wrong one is told what is wrong; the toy's figures are exact."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from i2i.colour import luma
from i2i.lessons import manifold, superres
from i2i.methods import METHODS
from i2i.metrics import psnr
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)

EXERCISES, QUESTIONS = superres.EXERCISES, superres.QUESTIONS


# ---- Right solutions ----


def conditional_mean(x, y):
    same = (x[:, None] == x).all(-1).to(y.dtype)
    return same @ y / same.sum(1, keepdim=True)


def pixel_shuffle(h, r):
    B, _, H, W = h.shape
    blocks = h.view(B, -1, r, r, H, W)
    return blocks.permute(0, 1, 4, 2, 5, 3).reshape(B, -1, H * r, W * r)


def content_loss(phi, fake, real):
    return (phi(fake) - phi(real)).square().mean()


def srgan_generator(phi, D, fake, real):
    return content_loss(phi, fake, real) + 1e-3 * F.softplus(-D(fake)).mean()


def y_of(image):
    weights = torch.tensor([65.481, 128.553, 24.966], dtype=image.dtype).view(1, 3, 1, 1) / 255
    return (weights * (image + 1) / 2).sum(1)


def cut(image, by):
    return image[..., by:-by, by:-by]


def psnr_y(made, real, border):
    error = (y_of(cut(made, border)) - y_of(cut(real, border))).square()
    return 10 * torch.log10(1 / error.flatten(1).mean(1))


RIGHT = {
    "conditional-mean": conditional_mean,
    "pixel-shuffle": pixel_shuffle,
    "content-loss": content_loss,
    "srgan-generator": srgan_generator,
    "psnr-y": psnr_y,
}


# ---- Wrong ones ----


def groups(x):
    return (x[:, None] == x).all(-1)


def shuffled(order, view=None):
    """A shuffle that splits h by `view` and merges it in another order."""

    def solution(h, r):
        B, C, H, W = h.shape
        c = C // r**2
        split = h.view(B, r, r, c, H, W) if view == "last" else h.view(B, c, r, r, H, W)
        return split.permute(*order).reshape(B, c, H * r, W * r)

    return solution


def rgb(made, real, border):
    return psnr(cut(made, border), cut(real, border))


# (exercise, a wrong solution, a word of what the check must say)
WRONG = [
    ("pixel-shuffle", lambda h, r: F.pixel_shuffle(h, r), "torch's own"),
    ("pixel-shuffle", lambda h, r: torch.nn.PixelShuffle(r)(h), "torch's own"),
    ("conditional-mean", lambda x, y: y.mean(0).expand(len(y), -1), "every x gets the mean"),
    ("conditional-mean", lambda x, y: y, "the patches themselves"),
    ("conditional-mean", lambda x, y: torch.stack([y[m].median(0).values for m in groups(x)]), "median"),
    ("conditional-mean", lambda x, y: groups(x).to(y.dtype) @ y, "added up"),
    ("conditional-mean", lambda x, y: torch.stack([y[m][0] for m in groups(x)]), "one of its own"),
    ("conditional-mean", lambda x, y: conditional_mean(x, y)[0], "the shape"),
    ("pixel-shuffle", shuffled((0, 1, 4, 3, 5, 2)), "rows and columns within"),
    ("pixel-shuffle", shuffled((0, 1, 2, 4, 3, 5)), "tiles"),
    ("pixel-shuffle", lambda h, r: h.reshape(len(h), -1, r * h.shape[2], r * h.shape[3]), "a view alone"),
    ("pixel-shuffle", lambda h, r: pixel_shuffle(h, r).mT, "transposed"),
    ("pixel-shuffle", shuffled((0, 3, 4, 1, 5, 2), "last"), "channels of the result are mixed"),
    ("content-loss", lambda phi, a, b: (a - b).square().mean(), "the pictures are compared"),
    ("content-loss", lambda phi, a, b: phi(a - b).square().mean(), "difference of the pictures"),
    ("content-loss", lambda phi, a, b: (phi(a) - phi(b)).abs().mean(), "without their sign"),
    ("content-loss", lambda phi, a, b: (phi(a) - phi(b)).square().sum(), "added up"),
    ("content-loss", lambda phi, a, b: content_loss(phi, a, b).sqrt(), "root"),
    ("content-loss", lambda phi, a, b: (phi(a) - phi(b)).square().flatten(1).sum(1).mean(), "not divided"),
    ("content-loss", lambda phi, a, b: content_loss(phi, a.detach(), b), "no gradient"),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) + F.softplus(-D(a)).mean(),
        "factor 0.001",
    ),
    ("srgan-generator", lambda phi, D, a, b: content_loss(phi, a, b), "only the content"),
    ("srgan-generator", lambda phi, D, a, b: 1e-3 * F.softplus(-D(a)).mean(), "only the adversarial"),
    (
        "srgan-generator",
        lambda phi, D, a, b: 1e-3 * content_loss(phi, a, b) + F.softplus(-D(a)).mean(),
        "on the content",
    ),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) + 1e-3 * F.softplus(D(a)).mean(),
        "D's wish",
    ),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) - 1e-3 * F.softplus(D(a)).mean(),
        "first written",
    ),
    ("srgan-generator", lambda phi, D, a, b: srgan_generator(phi, lambda _: D(b), a, b), "the real picture"),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) - 1e-3 * D(a).mean(),
        "used as they are",
    ),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) - 1e-3 * F.softplus(-D(a)).mean(),
        "sign",
    ),
    ("srgan-generator", lambda phi, D, a, b: srgan_generator(lambda p: p, D, a, b), "phi is missing"),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) + 1e-3 * F.softplus(-D(a)).sum(),
        "over the batch",
    ),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) + 1e-3 * D(a).sigmoid().mean(),
        "its logarithm",
    ),
    (
        "srgan-generator",
        lambda phi, D, a, b: content_loss(phi, a, b) - 1e-3 * D(a).sigmoid().log().mean(),
        "finite",
    ),
    ("srgan-generator", lambda phi, D, a, b: srgan_generator(phi, D, a, b).detach(), "no gradient"),
    ("psnr-y", lambda a, b, k: psnr_y(F.pad(a, [k] * 4), F.pad(b, [k] * 4), k), "border is still there"),
    ("psnr-y", rgb, "all three channels"),
    ("psnr-y", lambda a, b, k: psnr(cut(a, k), cut(b, k), 1.0), "a peak of 1"),
    ("psnr-y", lambda a, b, k: psnr_y(a * 255 / 219, b * 255 / 219, k), "219/255"),
    ("psnr-y", lambda a, b, k: psnr_y(2 * a, 2 * b, k), "[-1, 1]"),
    ("psnr-y", lambda a, b, k: psnr_y(a, b, k) + 20 * math.log10(2), "6 dB"),
    ("psnr-y", lambda a, b, k: 2 * psnr_y(a, b, k), "not 20"),
    (
        "psnr-y",
        lambda a, b, k: psnr(cut(a, k).mean(1, keepdim=True), cut(b, k).mean(1, keepdim=True)),
        "green",
    ),
    ("psnr-y", lambda a, b, k: psnr_y(a, b, 2 * k), "twice as much"),
    ("psnr-y", lambda a, b, k: psnr_y(a, b, k) * math.log(10), "natural"),
    ("psnr-y", lambda a, b, k: psnr_y(a, b, k).mean(), "the shape"),
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


def test_the_losses_that_are_asked_for_are_those_of_srgan():
    srgan = METHODS["srgan"]
    torch.manual_seed(0)
    method = srgan(srgan.Config(side=32, width=8, blocks=1, d_width=4, d_dense=8, features="judge")).eval()
    batch = {"x": torch.rand(2, 3, 8, 8) * 2 - 1, "y": torch.rand(2, 3, 32, 32) * 2 - 1}
    with torch.no_grad():
        terms, fake = method.generator_loss(batch), method.G(batch["x"])
        assert torch.allclose(content_loss(method.phi, fake, batch["y"]), terms["content"], rtol=1e-4)
        total = sum(method.weights(0)[name] * value for name, value in terms.items())
        assert torch.allclose(srgan_generator(method.phi, method.D, fake, batch["y"]), total, rtol=1e-4)


def test_the_psnr_that_is_asked_for_is_that_of_the_benchmarks():
    a, b = (torch.rand(2, 3, 20, 24, dtype=torch.float64) * 2 - 1 for _ in range(2))
    assert torch.allclose(psnr_y(a, b, 4), psnr(luma(cut(a, 4)), luma(cut(b, 4)), 1.0))


# ---- The toy ----


@pytest.mark.parametrize("left", (0.0, 0.25, 0.5, 1.0))
def test_all_patches_that_fit_are_reduced_to_one_x_and_lie_on_the_curve(left):
    right = manifold.line(manifold.fitting(left))
    x = torch.tensor([[left / 4, (1 - left) / 4]], dtype=torch.float64)
    assert torch.allclose(manifold.reduced(right), x.expand(len(right), -1))
    assert manifold.distance(right).max() < 1e-9 and torch.allclose(
        right.sum(1), torch.ones(len(right)).double()
    )


def test_the_mean_is_best_and_lies_off_the_curve_by_a_third():
    right = manifold.line(manifold.fitting(1.0))
    mean = right.mean(0, keepdim=True)
    assert torch.allclose(8 * mean[0], 8 * torch.tensor([1, 2, 2, 1, 0, 0, 0, 0]).double() / 6, atol=1e-4)
    assert manifold.distance(mean).item() == pytest.approx(1 / 3, abs=1e-4)
    assert 8 * manifold.squares(mean, right).item() == pytest.approx(7 / 18, abs=1e-4)
    others = torch.cat([right, mean + 0.1 * torch.randn(100, 8, dtype=torch.float64)])
    # E|answer - y|² = E|mean - y|² + |answer - mean|²: no answer does better.
    excess = manifold.squares(others, right) - manifold.squares(mean, right)
    assert torch.allclose(8 * excess, (others - mean).square().sum(1)) and excess.min() > 0


def test_the_distance_is_that_to_the_nearest_patch():
    rng = torch.Generator().manual_seed(0)
    some = torch.rand(20, 8, generator=rng, dtype=torch.float64)
    curve = manifold.line(torch.arange(0, 8, 1 / 256))
    assert torch.allclose(manifold.distance(some), torch.cdist(some, curve).amin(1), atol=1e-4)


def test_d_believes_in_the_curve_and_in_nothing_else():
    on = torch.sigmoid(manifold.logit(manifold.line(torch.rand(50) * 8)))
    off = torch.sigmoid(manifold.logit(torch.full((1, 8), 1 / 8)))
    assert 0.89 < on.min() and on.max() < 0.93 and off < 1e-3


def test_the_slider_leads_from_the_mean_onto_the_curve():
    factors = torch.tensor([0.0, 1e-3, 1e-2, 1.0])
    for left in (1.0, 0.5):
        right = manifold.line(manifold.fitting(left))
        made = manifold.answers(right, factors)
        far, error = manifold.distance(made), manifold.squares(made, right)
        assert torch.allclose(made[0], right.mean(0), atol=1e-6)
        assert (far.diff() < 0).all() and (error.diff() > 0).all() and far[-1] < 0.03
        assert torch.allclose(manifold.reduced(made), manifold.reduced(right)[:1], atol=1e-2)


def test_d_alone_forgets_x():
    right = manifold.line(manifold.fitting(1.0))
    start = manifold.line(torch.tensor([5.0])) * 0.6
    made = manifold.answers(right, torch.tensor([math.inf]), start)
    assert manifold.distance(made) < 0.1
    assert (manifold.reduced(made) - manifold.reduced(right)[:1]).abs().max() > 0.2


def test_chance_decides_between_two_answers_that_lie_equally_near():
    right = manifold.line(manifold.fitting(0.5))
    made = [manifold.answers(right, torch.tensor([0.1]), seed=seed)[0] for seed in range(6)]
    nearer = {(right - m).norm(dim=1).argmin().item() for m in made}
    assert nearer == {0, 1}


def test_a_wave_round_the_ring_sees_the_curve_as_a_ring():
    corners = manifold.plane(manifold.line(torch.arange(8)))
    assert torch.allclose(corners.norm(dim=1), torch.ones(8, dtype=torch.float64))
    right = manifold.line(manifold.fitting(1.0))
    assert manifold.plane(right.mean(0, keepdim=True)).norm() < 0.8
