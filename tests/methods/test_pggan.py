"""Holes: PGGAN as its paper says."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn

from i2i import bench
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.recipes import Recipe
from i2i.run.filling import membrane
from kit.methods import count, loud, tiny
from kit.runs import clones, equal, trainer, turns_taken
from kit.sources import Made, fake_batch, hole, noise
from kit.terms import assert_terms, log_of_fake, log_of_real

BATCH = fake_batch(dtype=torch.float64)
X, Y, MASK = BATCH["x"], BATCH["y"], BATCH["mask"]
HEADS = {  # globally, patchwise
    "both": ({}, {"gan_whole", "gan_patch"}, {"real_whole", "fake_whole", "real_patch", "fake_patch"}),
    "global": ({"patchwise": 0.0}, {"gan_whole"}, {"real_whole", "fake_whole"}),
    "patch": ({"globally": 0.0}, {"gan_patch"}, {"real_patch", "fake_patch"}),
    "none": ({"globally": 0.0, "patchwise": 0.0}, set(), set()),
}  # fmt: skip


def reach(net: nn.Module, side: int, at: tuple[int, int] | None = None, channels: int = 4) -> int:
    """How many pixels away from itself a place of a net's map sees, without norms; every weight positive, so that nothing is lost."""
    net = copy.deepcopy(net).float().eval()
    for m in list(net.modules()):
        for name, child in m.named_children():
            if isinstance(child, nn.BatchNorm2d | nn.InstanceNorm2d):
                setattr(m, name, nn.Identity())
    for p in net.parameters():
        nn.init.constant_(p, 1e-2 if p.dim() > 1 else 0.0)
    x = torch.full((1, channels, side, side), 1e-3, requires_grad=True)
    made = net(x)
    row, column = at or (made.shape[-2] // 2, made.shape[-1] // 2)
    (seen,) = torch.autograd.grad(made[0, 0, row, column], x)
    rows = seen[0].abs().sum((0, 2)).nonzero()[:, 0]
    return int(rows.max() - rows.min() + 1)


# ---- Nets ----


def test_what_the_default_amounts_to(unfilled):
    net = METHODS["pggan"]()
    assert (count(net.G), count(net.D)) == (10_195_139, 4_403_266)
    c = net.config
    assert (c.reconstruction, c.globally, c.patchwise) == (0.98, 0.01, 0.01) and (c.side, c.rate) == (
        256,
        2e-4,
    )
    assert net.stages()[0].turns["G"].optimizer(net.G.parameters()).defaults["betas"] == (0.5, 0.999)
    assert [tiny("pggan").learning_rate(s) for s in range(8)] == pytest.approx(
        [1, 1, 1, 1, 1, 0.75, 0.5, 0.25]
    )


@pytest.mark.parametrize("halvings, h, w", [(2, 16, 16), (2, 36, 52), (2, 4, 60), (1, 18, 6), (3, 40, 24)])
def test_g_takes_any_sides_that_it_can_halve(halvings, h, w):
    x, m = noise(2, 3, h, w), torch.ones(2, 1, h, w)
    assert tiny("pggan", halvings=halvings).eval().translate(x, mask=m).shape == x.shape


@pytest.mark.parametrize("shared, side", [(2, 16), (2, 24), (3, 32), (3, 48), (3, 80), (1, 16)])
def test_one_head_judges_the_whole_and_the_other_every_patch(shared, side):
    d = tiny("pggan", shared=shared, side=side).D
    whole, patch = d(noise(2, 3, side, side))
    assert whole.shape == (2, 1) and patch.shape == (2, 1, side >> shared, side >> shared)


@pytest.mark.parametrize("shared, side", [(3, 40), (2, 12), (3, 17)])
def test_a_side_that_d_cannot_halve_is_refused(shared, side):
    with pytest.raises(ValueError, match=rf"^side must be a multiple of {2 ** (shared + 1)}: .* got {side}$"):
        tiny("pggan", shared=shared, side=side)


@pytest.mark.parametrize("shared, field", [(2, 26), (3, 54)])
def test_a_patch_is_judged_by_so_many_pixels_and_the_whole_by_all(shared, field):
    d = tiny("pggan", shared=shared, side=96).D
    assert reach(nn.Sequential(d.trunk, d.patch), 96, channels=3) == field
    assert reach(nn.Sequential(d.trunk, d.whole, nn.Unflatten(1, (1, 1, 1))), 96, at=(0, 0), channels=3) == 96


def test_both_heads_teach_the_trunk_and_neither_the_other():
    d = loud("pggan").D
    for wanted, other, logits in zip((d.whole, d.patch), (d.patch, d.whole), d(X), strict=True):
        grads = torch.autograd.grad(
            logits.square().sum(), [*d.trunk.parameters(), *wanted.parameters()], retain_graph=True
        )
        assert all(g.abs().sum() > 0 for g in grads)
        assert all(
            g is None
            for g in torch.autograd.grad(
                logits.sum(), [*other.parameters()], retain_graph=True, allow_unused=True
            )
        )


def test_gaps_between_taps_let_g_see_across_the_hole():
    """The middle of a hole of 128 px, as the default is trained on."""
    dilated, plain = (
        tiny("pggan", width=1, dilations=d).G for d in (METHODS["pggan"].Config().dilations, (1,) * 8)
    )
    far, near = reach(dilated, 400), reach(plain, 400)
    assert far > 2 * 128 and near < 0.6 * far
    # Each block adds its two convolutions, at a fourth of the sides.
    assert far - near == 2 * 4 * (sum(METHODS["pggan"].Config().dilations) - 8)


# ---- Filling, in tensors ----


@pytest.mark.parametrize("start", ["grey", "film"])
def test_outside_the_hole_x_stays_itself_to_the_bit(start):
    net, batch = loud("pggan", start=start).float().eval(), fake_batch()
    for enabled in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            made = net.translate(batch["x"], mask=batch["mask"])
        known = batch["mask"].expand_as(made) == 0
        assert made.dtype == torch.float32 and torch.equal(made[known], batch["x"][known])
        assert (made[~known] != batch["x"][~known]).float().mean() > 0.99


@pytest.mark.parametrize("start", ["grey", "film"])
@pytest.mark.parametrize("training", [False, True])
def test_nothing_in_the_hole_is_looked_at(training, start):
    net, batch = loud("pggan", start=start).float().train(training), fake_batch()
    m = batch["mask"]
    wanted = net.fill(batch["x"], m)
    for other in (noise(2, 3, 16, 16, seed=9), torch.full((2, 3, 16, 16), 1.0), torch.zeros(2, 3, 16, 16)):
        assert torch.equal(net.fill(batch["x"] * (1 - m) + other * m, m), wanted)
    assert not torch.equal(
        net.fill(batch["x"] + 0.1 * (1 - m), m)[:, :, 4:12, 4:12], wanted[:, :, 4:12, 4:12]
    ), "what is known is"


def test_g_is_told_where_the_hole_is():
    """A grey image with a hole differs from one without by the mask alone."""
    net, asked = tiny("pggan").eval(), []
    net.G.register_forward_hook(lambda module, given, made: asked.append(given[0]))
    net.translate(torch.zeros(1, 3, 16, 16), mask=hole())
    assert torch.equal(asked[0][:, :3], torch.zeros(1, 3, 16, 16)) and torch.equal(asked[0][:, 3:], hole())


@pytest.mark.parametrize("start", ["grey", "film"])
def test_without_a_mask_a_picture_comes_back(start):
    assert torch.equal(tiny("pggan", start=start).eval().translate(fake_batch()["x"]), fake_batch()["x"])


def test_begun_with_a_film_g_adds_to_it():
    net, x, m = tiny("pggan", start="film").eval(), fake_batch()["x"], fake_batch()["mask"]
    film, asked = membrane(x, m, 20), []
    net.G.register_forward_hook(lambda module, given, made: asked.append(given[0]))
    for bias in (0.0, 0.2, 9.0):
        nn.init.zeros_(net.G[-2].weight), nn.init.constant_(net.G[-2].bias, bias)
        wanted = x * (1 - m) + m * (film + np.tanh(bias)).clamp(-1, 1)
        torch.testing.assert_close(net.translate(x, mask=m), wanted)
    torch.testing.assert_close(asked[0], torch.cat([film, m], 1))
    with pytest.raises(ValueError, match="^start is .grey. or .film., not 'fog'$"):
        tiny("pggan", start="fog")


# ---- Terms ----


def test_l1_is_the_mean_inside_the_hole():
    net = tiny("pggan")
    wanted = (Y - X).abs()[:, :, 4:12, 4:12].mean().item()
    assert net.reconstruction_loss(X, Y, MASK).item() == pytest.approx(wanted, rel=1e-6)
    far = Y + 5 * (1 - MASK)
    assert net.reconstruction_loss(X, far, MASK).item() == pytest.approx(wanted, rel=1e-6)
    assert net.reconstruction_loss(X, Y, 0 * MASK).item() == 0
    small = MASK.clone()
    small[0] = 0  # the mean over all pixels of holes, not over images
    assert net.reconstruction_loss(X, Y, small).item() == pytest.approx(
        (Y - X).abs()[1, :, 4:12, 4:12].mean().item(), rel=1e-6
    )


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("changes, of_g, of_d", HEADS.values(), ids=HEADS)
def test_the_terms_are_those_of_the_heads_that_count(changes, of_g, of_d, training):
    net = loud("pggan", **changes).train(training)
    fake = net.fill(X, MASK)
    (whole, patch), (real_whole, real_patch) = net.D(fake), net.D(Y)
    patch, real_patch = (
        p[:, :, 1:3, 1:3] for p in (patch, real_patch)
    )  # of 4 x 4, those that lie in the hole
    g = {"gan_whole": log_of_real(whole), "gan_patch": log_of_real(patch)}
    d = {
        "real_whole": log_of_real(real_whole), "fake_whole": log_of_fake(whole),
        "real_patch": log_of_real(real_patch), "fake_patch": log_of_fake(patch),
    }  # fmt: skip
    for batch in (BATCH, BATCH | net.fakes(BATCH)):
        terms = net.generator_loss(batch)
        total = weighted_sum(terms, net.weights(0))
        rec = terms.pop("rec")
        assert rec.item() == pytest.approx((fake - Y).abs()[:, :, 4:12, 4:12].mean().item(), rel=1e-6)
        assert_terms(terms, {k: g[k] for k in of_g})
        assert_terms(net.discriminator_loss(batch), {k: d[k] for k in of_d})
        wanted = 0.98 * rec + sum(0.01 * g[k] for k in of_g)
        torch.testing.assert_close(total, wanted)
    if of_d:
        torch.testing.assert_close(
            weighted_sum(net.discriminator_loss(BATCH), net.weights(0)), sum(d[k] for k in of_d)
        )


def test_a_patch_that_the_hole_touches_is_judged_and_no_other():
    net = loud("pggan", globally=0.0).eval()
    m = torch.zeros(2, 1, 16, 16, dtype=torch.float64)
    m[0, :, 3:5, 9], m[1, :, 15, 0] = 1, 1
    wanted = net.D(Y)[1][[0, 0, 1], 0, [0, 1, 3], [2, 2, 0]]
    terms = net.discriminator_loss(BATCH | {"mask": m})
    torch.testing.assert_close(terms["real_patch"], log_of_real(wanted))
    nothing = net.discriminator_loss(BATCH | {"mask": 0 * m})
    assert {*nothing} == {"real_patch", "fake_patch"} and not any(v.item() for v in nothing.values())
    assert net.generator_loss(BATCH | {"mask": 0 * m})["gan_patch"].item() == 0


def test_the_weights_are_those_of_the_config():
    weights = tiny("pggan", reconstruction=0.5, globally=0.2, patchwise=0.3).weights(0)
    ones = {f"{which}_{head}": 1.0 for which in ("real", "fake") for head in ("whole", "patch")}
    assert weights == {"rec": 0.5, "gan_whole": 0.2, "gan_patch": 0.3, **ones}


def test_without_an_adversary_d_sits_out():
    t = trainer(tiny("pggan", globally=0.0, patchwise=0.0))
    before = clones(t.method.D)
    assert {*t.advance()} == {"rec"} and equal(before, clones(t.method.D)) and not t.optimizers["D"].state


def test_each_turn_teaches_its_own_net():
    net = loud("pggan")
    batch = BATCH | net.fakes(BATCH)
    d = weighted_sum(net.discriminator_loss(batch), net.weights(0))
    assert all(
        g is None for g in torch.autograd.grad(d, [*net.G.parameters()], retain_graph=True, allow_unused=True)
    )
    assert all(g.abs().sum() > 0 for g in torch.autograd.grad(d, [*net.D.parameters()]))
    for term in ("rec", "gan_whole", "gan_patch"):
        for given in (BATCH, BATCH | net.fakes(BATCH)):
            with frozen(net.D):
                net.generator_loss(given)[term].backward()
            assert all(p.grad is None for p in net.D.parameters())
            assert (
                all(p.grad is not None for p in net.G.parameters()) and net.G[0].weight.grad.abs().sum() > 0
            )
            net.zero_grad()
    assert turns_taken(trainer(tiny("pggan")), 3) == [[("D", {"D"}), ("G", {"G"})]] * 3


def test_a_step_makes_its_fakes_once():
    t, asked = trainer(tiny("pggan")), []
    t.method.G.register_forward_hook(lambda *_: asked.append(1))
    for _ in range(3):
        t.advance()
    assert len(asked) == 3


def test_training_fills_holes_better():
    """One flat colour for each image: what surrounds the hole says it all."""
    source = Made(length=4, jitter=0.0)
    source.x = source.y = noise(4, 3, 1, 1).expand(-1, -1, 16, 16).contiguous()
    t = trainer(tiny("pggan", steps=60, rate=5e-3, globally=0.0, patchwise=0.0), source)
    losses = [t.advance()["rec"] for _ in range(60)]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])


# ---- The bench ----


@pytest.mark.patient
def test_the_bench_gives_a_method_that_fills_a_hole():
    recipe = Recipe("pggan", "", 32, {"width": 4, "side": 32, "d_width": 4, "dilations": (1, 2)}, batch=2)
    batch = bench._example(recipe, 3)
    assert torch.equal(batch["mask"], hole(32).expand(3, -1, -1, -1)) and batch["x"].shape == batch[
        "y"
    ].shape == (3, 3, 32, 32)
    found = bench.bench_recipe(recipe, rounds=1)
    assert min(found["step ms"], found["plain step ms"], found["picture ms"]) > 0
    assert "pggan-photographs" in bench.chosen(["pggan"])


def test_the_fast_step_is_the_plain_step_in_float64():
    plain = tiny("pggan", width=16, steps=1000).double()
    source = Made(length=2, jitter=0.0, dtype=torch.float64)
    t = trainer(tiny("pggan", width=16, steps=1000).double(), source)
    step = bench._plain_step(plain.train(), source.batch(torch.arange(2)))
    start = clones(plain)
    for _ in range(6):
        t.step = 0  # the same two images in the same order
        t.advance(), step()
    for p, q, first in zip(t.method.parameters(), plain.parameters(), start, strict=True):
        assert not torch.equal(q, first)
        torch.testing.assert_close(p, q, rtol=0, atol=1e-8)
