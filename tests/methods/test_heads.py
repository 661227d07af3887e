"""MAD-GAN: several generators, and a discriminator that says which of them made an image, or that it is real."""

from __future__ import annotations

import math

import pytest
import torch

from i2i.methods.mad_gan import way_loss
from i2i.nets.chance import generators
from i2i.nets.patchgan import PatchGAN
from kit.methods import example, loud, tiny
from kit.sources import noise, rng
from kit.terms import assert_terms

DOUBLE = torch.float64


def minus_log(logits: torch.Tensor, way: int) -> torch.Tensor:
    """By the definition: -log of the share of e^logit."""
    return -torch.log(logits.exp()[:, way] / logits.exp().sum(1)).mean()


def test_every_term_by_hand():
    m = loud("mad_gan", dropout=0.0).eval()
    batch = example(m, 2, DOUBLE)
    x, y = batch["x"], batch["y"]
    fakes = [G(m.trunk(x)) for G in m.G]
    told = [m.D(torch.cat([x, fake], 1)) for fake in fakes]
    assert len(fakes) == 3 and told[0].shape[1] == 4
    assert_terms(
        m.discriminator_loss(batch),
        {
            "real": minus_log(m.D(torch.cat([x, y], 1)), 3),
            "fake": sum(minus_log(logits, i) for i, logits in enumerate(told)) / 3,
        },
    )
    assert_terms(
        m.generator_loss(batch),
        {
            "gan": sum(minus_log(logits, 3) for logits in told) / 3,
            "l1": sum((fake - y).abs().mean() for fake in fakes) / 3,
        },
    )
    assert m.weights(0) == {"real": 1.0, "fake": 3.0, "gan": 1.0, "l1": 100.0}, (
        "D's objective is a sum over i"
    )


def test_l1_of_the_nearest_generator_alone():
    """Image by image: another generator may be the nearest to each, and only that one learns from it."""
    m = loud("mad_gan", dropout=0.0, nearest=True).eval()
    batch = example(m, 3, DOUBLE)
    with torch.no_grad():  # the second generator comes near the first image, the third near the others
        made = m.complete(batch)["fakes"]
        batch["y"] = torch.stack([made[1, 0], made[2, 1], made[2, 2]]) + 0.1
    far = torch.stack([(fake - batch["y"]).abs().mean((1, 2, 3)) for fake in m.complete(batch)["fakes"]])
    assert far.argmin(0).tolist() == [1, 2, 2]
    found = m.generator_loss(batch)["l1"]
    torch.testing.assert_close(found, far.min(0).values.mean())
    assert found.item() == pytest.approx(0.1)
    found.backward()
    taught = [any(p.grad is not None and p.grad.abs().sum() > 0 for p in G.parameters()) for G in m.G]
    assert taught == [False, True, True]


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_value_of_the_optimum(k):
    """Where the mixture of the generators is the data and each has modes of its own: D_{k+1} = 1 / (k + 1) everywhere, and D_i
    is all the rest where G_i is. The value of the game is then k ln k - (k + 1) ln(k + 1)."""
    real = torch.full((5, k + 1), -math.inf, dtype=DOUBLE)
    real[:, 0], real[:, k] = math.log(k), 0.0  # a point of the first one's mode
    own = [torch.full((5, k + 1), -math.inf, dtype=DOUBLE) for _ in range(k)]
    for i, logits in enumerate(own):
        logits[:, i], logits[:, k] = math.log(k), 0.0
    value = -way_loss(real, k) - sum(way_loss(logits, i) for i, logits in enumerate(own))
    assert value.item() == pytest.approx(k * math.log(k) - (k + 1) * math.log(k + 1), rel=1e-12)


def test_a_way_is_one_of_a_softmax_over_the_map():
    logits = noise(2, 4, 3, 3, dtype=DOUBLE) * 4
    for way in range(4):
        torch.testing.assert_close(way_loss(logits, way), minus_log(logits, way))
    assert way_loss(torch.zeros(1, 4), 2).item() == pytest.approx(math.log(4))
    assert way_loss(logits.bfloat16(), 0).dtype == torch.float32


def test_the_generators_share_their_first_layers_and_differ_in_the_last():
    m = tiny("mad_gan")
    first, second = ([*G.parameters()] for G in (m.G[0], m.G[1]))
    assert all(a is not b for a, b in zip(first, second, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first, second, strict=True) if a.dim() == 4)
    assert not {*map(id, m.trunk.parameters())} & {*map(id, m.G.parameters())}


def test_a_head_is_asked_or_picked_by_the_seed():
    m = loud("mad_gan", dropout=0.0).eval()
    x = example(m, 1, DOUBLE)["x"]
    by_head = [m.translate(x, head=i) for i in range(3)]
    assert not any(torch.equal(by_head[i], by_head[j]) for i in range(3) for j in range(i))
    many = m.translate(x.expand(24, -1, -1, -1), generator=generators(5, 24))
    picked = [next(i for i in range(3) if torch.allclose(one, by_head[i][0])) for one in many]
    assert {*picked} == {0, 1, 2}, "each of them comes up"
    alone = m.translate(x, generator=rng(5 + 7))
    torch.testing.assert_close(alone[0], many[7])


@pytest.mark.parametrize("wrong", [3, -1, 0.5])
def test_there_is_no_such_head(wrong):
    m = tiny("mad_gan")
    with pytest.raises(ValueError, match=r"^head is the number of a generator, 0 to 2; got "):
        m.translate(example(m)["x"], head=wrong)
    if wrong != 0.5:
        with pytest.raises(ValueError, match=r"^head is the number of a generator, 0 to 2; got "):
            m.controls["head"].check(wrong)


def test_a_sheet_has_a_row_for_each_generator():
    m = tiny("mad_gan").eval()
    ((shown, *rows),) = m.show(example(m))
    assert torch.equal(shown, example(m)["x"]) and len(rows) == 3


def test_a_patch_may_have_several_logits():
    assert PatchGAN(6, 4, 1, outputs=5)(noise(2, 6, 16, 16)).shape == (2, 5, 6, 6)
    assert PatchGAN(6, 4, 0, outputs=5)(noise(2, 6, 16, 16)).shape == (2, 5, 16, 16)
