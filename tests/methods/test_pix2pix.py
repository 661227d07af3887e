"""Losses as their equations say, and pix2pix as its paper says."""

from __future__ import annotations

import math

import pytest
import torch

from i2i import bench
from i2i.losses import (
    ADVERSARIAL,
    distance_loss,
    gradient_penalty,
    kl_to_unit,
    l1,
    least_squares,
    log_loss,
    mse,
    wasserstein,
)
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.nets import augment
from i2i.train import Trainer
from kit.methods import tiny
from kit.sources import Made, fake_batch, noise

# ---- Losses ----


def test_the_log_loss_of_an_undecided_discriminator_is_ln_2():
    logits = torch.zeros(2, 1, 3, 3)
    assert log_loss(logits, True).item() == pytest.approx(math.log(2))
    assert log_loss(logits, False).item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("z", [-3.0, 0.5, 2.0])
def test_the_log_loss_is_minus_log_of_the_probability(z):
    d = 1 / (1 + math.exp(-z))
    assert log_loss(torch.tensor([z]), True).item() == pytest.approx(-math.log(d), rel=1e-5)
    assert log_loss(torch.tensor([z]), False).item() == pytest.approx(-math.log(1 - d), rel=1e-5)


def test_the_generators_log_loss_does_not_saturate():
    """Where D is sure of a fake the slope is steepest; it stays finite however sure D is."""
    z = torch.tensor([-200.0], requires_grad=True)
    log_loss(z, True).backward()
    assert log_loss(z, True).item() == pytest.approx(200) and z.grad.item() == pytest.approx(-1)


@pytest.mark.parametrize(
    "z, real, fake", [(0.0, 1.0, 0.0), (1.0, 0.0, 1.0), (0.5, 0.25, 0.25), (-1.0, 4.0, 1.0)]
)
def test_least_squares_pulls_reals_to_one_and_fakes_to_zero(z, real, fake):
    logits = torch.full((1, 1, 2, 2), z)
    assert least_squares(logits, True).item() == real and least_squares(logits, False).item() == fake


@pytest.mark.parametrize("loss", ADVERSARIAL.values(), ids=ADVERSARIAL)
@pytest.mark.parametrize("real", [True, False])
def test_an_adversarial_loss_is_the_mean_over_patches_wherever_they_lie(loss, real):
    logits = noise(2, 1, 6, 6) * 3
    order = torch.randperm(72, generator=torch.Generator().manual_seed(0))
    shuffled = logits.flatten()[order].view_as(logits)
    torch.testing.assert_close(loss(shuffled, real), loss(logits, real))
    each = torch.stack([loss(z, real) for z in logits.flatten()])
    torch.testing.assert_close(loss(logits, real), each.mean())


def test_l1_is_the_mean_absolute_difference():
    assert l1(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, -1.0]])).item() == 1.25


def test_mse_is_the_mean_squared_difference():
    assert mse(torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, -1.0]])).item() == 2.125


def test_a_critic_raises_reals_and_lowers_fakes_by_their_means():
    scores = torch.tensor([1.0, -4.0, 9.0])
    assert wasserstein(scores, True).item() == -2 and wasserstein(scores, False).item() == 2


@pytest.mark.parametrize("w", [[0.6, 0.8], [3.0, 4.0], [0.0, 0.0]])
def test_the_penalty_of_a_linear_critic_is_its_slope_less_one_squared(w):
    w = torch.tensor(w, dtype=torch.float64).requires_grad_()
    real, made = (noise(5, 1, 1, 2, seed=s, dtype=torch.float64) for s in (0, 1))
    found = gradient_penalty(lambda x: x.flatten(1) @ w, real, made)
    length = w.detach().norm()
    assert found.item() == pytest.approx((length.item() - 1) ** 2, abs=1e-12)
    if length:  # d/dw (|w| - 1)^2
        (slope,) = torch.autograd.grad(found, w)
        torch.testing.assert_close(slope, 2 * (length - 1) * w.detach() / length)


def test_the_penalty_is_taken_between_each_real_picture_and_its_fake():
    """The slope of |x|^2 / 2 at x is |x|: one point for each pair, on the line between the two."""
    real, made = torch.zeros(4000, 1, 1, 1), torch.full((4000, 1, 1, 1), 3.0)
    points = []

    def critic(x):
        points.append(x.detach())
        return x.flatten(1).square().sum(1) / 2

    torch.manual_seed(0)
    found = gradient_penalty(critic, real, made)
    assert points[0].min() >= 0 and points[0].max() <= 3 and points[0].std() > 0.8
    assert found.item() == pytest.approx(1.0, abs=0.1)  # the mean of (3 t - 1)^2 over t in [0, 1]
    torch.testing.assert_close(found, (points[0] - 1).square().mean())


def test_the_penalty_works_where_no_gradient_is_asked_for_and_leaves_none():
    critic, x = torch.nn.Linear(4, 1), noise(2, 1, 2, 2)
    with torch.no_grad(), frozen(critic):
        assert gradient_penalty(lambda p: critic(p.flatten(1)), x, -x).item() >= 0
    assert all(p.grad is None for p in critic.parameters()) and not x.requires_grad


def test_the_divergence_of_unit_is_the_mean_of_squared_means():
    mean = torch.tensor([[1.0, -2.0], [0.0, 3.0]])
    assert kl_to_unit(mean).item() == 3.5
    unit = torch.distributions.Normal(0.0, 1.0)
    exact = torch.distributions.kl_divergence(torch.distributions.Normal(mean, 1.0), unit)
    assert kl_to_unit(mean).item() == pytest.approx(2 * exact.mean().item()), "half of it is the divergence"


def test_distances_are_compared_in_the_units_of_their_domains():
    before, after = torch.tensor([1.0, 2.0]), torch.tensor([10.0, 40.0])
    units_x, units_y = torch.tensor([1.0, 0.5]), torch.tensor([10.0, 20.0])
    assert distance_loss(before, after, units_x, units_y).item() == pytest.approx(0.25)  # |0 - 0|, |2 - 1.5|
    assert (
        distance_loss(before, 3 * before + 5, torch.tensor([1.5, 0.5]), torch.tensor([9.5, 1.5])).item() == 0
    )


@pytest.mark.parametrize("dtype, told", [(torch.bfloat16, torch.float32), (torch.float64, torch.float64)])
def test_losses_are_summed_in_no_less_than_float32(dtype, told):
    z, units = noise(2, 1, 4, 4).to(dtype), torch.tensor([0.0, 1.0])
    values = [loss(z, True) for loss in (*ADVERSARIAL.values(), wasserstein)]
    values += [l1(z, z), mse(z, z), kl_to_unit(z), distance_loss(z, z, units, units)]
    values += [gradient_penalty(lambda x: x.flatten(1).sum(1), z, z)]
    assert {v.dtype for v in values} == {told}


# ---- Weighted sums and freezing ----


def test_a_weighted_sum_multiplies_each_term_by_its_factor():
    terms = {"a": torch.tensor(2.0), "b": torch.tensor(3.0)}
    assert weighted_sum(terms, {"a": 10.0, "b": 0.5, "unused": 7.0}).item() == 21.5


def test_a_term_without_a_weight_is_an_error_that_names_it():
    with pytest.raises(KeyError, match="'?gann'?.*known: gan, l1"):
        weighted_sum({"gann": torch.tensor(1.0), "l1": torch.tensor(1.0)}, {"l1": 1.0, "gan": 1.0})


def test_frozen_stops_gradients_into_weights_and_lets_them_through():
    net, free = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    net.bias.requires_grad_(False)
    with frozen(net):
        net(free(torch.ones(1, 2))).sum().backward()
    assert net.weight.grad is None and free.weight.grad.abs().sum() > 0
    assert net.weight.requires_grad and not net.bias.requires_grad, "what was fixed before stays fixed after"


# ---- The objective of pix2pix ----

ROWS = {  # the paper's table 1
    "L1": ({"gan": 0.0}, {"l1"}, set()),
    "cGAN": ({"l1": 0.0}, {"l1", "gan"}, {"real", "fake"}),
    "L1+cGAN": ({}, {"l1", "gan"}, {"real", "fake"}),
    "GAN": ({"l1": 0.0, "condition": False}, {"l1", "gan"}, {"real", "fake"}),
    "L1+GAN": ({"condition": False}, {"l1", "gan"}, {"real", "fake"}),
}


@pytest.mark.parametrize("kind", ADVERSARIAL)
@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_papers_table_has_its_terms(row, kind):
    changes, of_g, of_d = ROWS[row]
    net, batch = tiny(adversarial=kind, dropout=0.0, **changes), fake_batch()
    g, d, weights = net.generator_loss(batch), net.discriminator_loss(batch), net.weights(0)
    assert (set(g), set(d)) == (of_g, of_d)
    # What G minimises, written out.
    fake, loss = net.G(batch["x"]), ADVERSARIAL[kind]
    expected = net.config.l1 * (fake - batch["y"]).abs().mean()
    if of_d:
        expected = expected + loss(net.judge(batch["x"], fake), True)
        halves = [loss(net.judge(batch["x"], batch["y"]), True), loss(net.judge(batch["x"], fake), False)]
        torch.testing.assert_close(weighted_sum(d, weights), sum(halves) / 2)
    torch.testing.assert_close(weighted_sum(g, weights), expected)


@pytest.mark.parametrize("condition", [True, False])
def test_only_a_conditional_discriminator_sees_the_input(condition):
    net, batch = tiny(condition=condition), fake_batch()
    for p in net.D.parameters():
        torch.nn.init.normal_(p)
    same = torch.equal(net.judge(batch["x"], batch["y"]), net.judge(-batch["x"], batch["y"]))
    assert same is not condition


# ---- What D is shown of few images ----


def test_d_is_shown_changed_pairs_in_training_and_never_after_it():
    plain, net, batch = tiny(), tiny(augment=True), fake_batch()
    x, y = batch["x"], batch["y"]
    assert not torch.equal(net.train().judge(x, y), net.judge(x, y)), "anew each time"
    shown, kept = net._pair(x, y), torch.cat([x, y], 1)
    cut = (shown[:, :3] == 0).all(1)
    assert (shown[:, :3] == torch.where(cut[:, None], 0, x)).all() and (
        shown[:, 3:][cut[:, None].expand_as(y)] == 0
    ).all()
    assert not torch.equal(shown[:, 3:], kept[:, 3:])
    assert torch.equal(net.eval()._pair(x, y), kept) and torch.equal(plain.train()._pair(x, y), kept)


def test_a_box_of_at_most_half_the_sides_is_cut_out_of_each_image_at_a_place_of_its_own():
    torch.manual_seed(0)
    keep = augment.window(torch.empty(400, 3, 32, 48))
    assert keep.shape == (400, 1, 32, 48) and set(keep.unique().tolist()) <= {0.0, 1.0}
    gone = (1 - keep).flatten(1).sum(1)
    assert gone.max() <= 17 * 25 and 0.1 < gone.mean() / (32 * 48) < 0.25
    assert len(keep.flatten(1).unique(dim=0)) > 300


def test_recoloured_images_keep_what_they_show_and_let_gradients_through():
    torch.manual_seed(0)
    y = torch.rand(64, 3, 8, 8).mul(2).sub(1).requires_grad_()
    made = augment.recoloured(y)
    made.sum().backward()
    assert torch.isfinite(made).all() and y.grad.abs().sum(dim=(1, 2, 3)).gt(0).all()
    grey, before = made.mean(1).flatten(1), y.mean(1).flatten(1)
    r = torch.stack([torch.corrcoef(torch.stack(pair))[0, 1] for pair in zip(grey, before, strict=True)])
    assert (r > 0.999).all(), "light stays light"
    shift = grey.mean(1) - before.mean(1)
    assert shift.abs().max() <= augment.BRIGHTNESS and shift.std() > 0.1
    contrast = grey.std(1) / before.std(1)
    colour = ((p - p.mean(1, keepdim=True)).flatten(1).std(1) for p in (made, y))
    saturation = torch.div(*colour) / contrast
    for found, low, high in ((contrast, 0.5, 1.5), (saturation, 0, 2)):
        assert low < found.min() < low + 0.2 and high - 0.2 < found.max() < high


def test_g_learns_through_what_d_is_shown():
    net, batch = tiny(augment=True, l1=0.0).train(), fake_batch()
    net.generator_loss(batch)["gan"].backward()
    assert all(p.grad is not None for p in net.G.parameters())


def test_the_l1_row_leaves_the_discriminator_alone():
    trainer = Trainer(tiny(gan=0.0), Made(), batch=2, precision="fp32")
    before = [p.clone() for p in trainer.method.D.parameters()]
    assert set(trainer.advance()) == {"l1"}
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.method.D.parameters(), strict=True))


def test_the_paper_is_the_default():
    c = METHODS["pix2pix"].Config()
    assert (c.l1, c.gan, c.patch_layers, c.dropout, c.rate, c.condition) == (100.0, 1.0, 3, 0.5, 2e-4, True)


class Recomputing(METHODS["pix2pix"]):
    """Each turn makes its own fakes, as the equations read."""

    def share(self, batch):
        return {}


def test_shared_fakes_change_nothing_in_float64():
    """The same losses, and the same weights after three steps (running statistics aside)."""
    runs = []
    for cls in (METHODS["pix2pix"], Recomputing):
        net = cls(tiny(dropout=0.0).config)
        net.load_state_dict(tiny(dropout=0.0).state_dict())
        trainer = Trainer(net.double(), Made(dtype=torch.float64), batch=2, precision="fp32")
        runs.append(([trainer.advance() for _ in range(3)], dict(net.named_parameters())))
    (shared, p), (recomputed, q) = runs
    for one, other in zip(shared, recomputed, strict=True):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12)
    for name in p:
        assert p[name].dtype == torch.float64
        torch.testing.assert_close(p[name], q[name], rtol=0, atol=1e-12)


def test_the_fast_step_is_the_plain_step_in_float64():
    """Products for convolutions, fused Adam and channels-last against none of these: twenty steps, to 1e-10."""
    changes = {"dropout": 0.0, "width": 32, "cap": 64, "steps": 1000}
    fast, plain = tiny(**changes).double(), tiny(**changes).double()
    source = Made(length=2, jitter=0.0, dtype=torch.float64)
    trainer = Trainer(fast, source, batch=2, precision="fp32")
    step = bench._plain_step(plain.train(), source.batch(torch.arange(2)))
    start = [p.clone() for p in plain.parameters()]
    for _ in range(20):
        trainer.step = 0  # the same two images in the same order
        trainer.advance()
        step()
    for p, q, first in zip(fast.parameters(), plain.parameters(), start, strict=True):
        assert not torch.allclose(q, first, rtol=0, atol=1e-4), "it has moved"
        torch.testing.assert_close(p, q, rtol=0, atol=1e-10)
