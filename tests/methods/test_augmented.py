"""Augmented CycleGAN: codes for what one domain shows and the other does not."""

from __future__ import annotations

import pytest
import torch

from i2i.methods import METHODS
from i2i.nets.coded import CodeNorm, pair_encoder
from kit.methods import example, loud, tiny
from kit.runs import trainer
from kit.sources import noise, rng
from kit.terms import assert_terms

DOUBLE = torch.float64


def squares(logits: torch.Tensor, real: bool) -> torch.Tensor:
    return ((logits - 1) if real else logits).square().mean()


def away(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a - b).abs().mean()


def test_every_term_by_hand():
    """The way A, B, A with a code of B drawn and one of A read; and the other way round. Modes are those of inference, so
    that no batch norm depends on who stands beside."""
    m = loud("augmented_cyclegan").eval()
    batch = example(m, 3, DOUBLE)
    a, b = batch["x"], batch["y"]
    z_a, z_b = noise(3, 8, seed=5, dtype=DOUBLE), noise(3, 8, seed=6, dtype=DOUBLE)
    fake_b, fake_a = m.G_AB(a, z_b), m.G_BA(b, z_a)
    code_a, code_b = m.E_A(torch.cat([a, fake_b], 1)), m.E_B(torch.cat([fake_a, b], 1))
    made = {"z_a": z_a, "z_b": z_b, "fake_a": fake_a, "fake_b": fake_b, "code_a": code_a, "code_b": code_b}
    assert_terms(
        m.generator_loss(batch | made),
        {
            "gan_b": squares(m.D_B(fake_b), True),
            "gan_a": squares(m.D_A(fake_a), True),
            "code_gan_b": squares(m.D_ZB(code_b), True),
            "code_gan_a": squares(m.D_ZA(code_a), True),
            "cycle_a": away(m.G_BA(fake_b, code_a), a),
            "cycle_b": away(m.G_AB(fake_a, code_b), b),
            "code_cycle_b": away(m.E_B(torch.cat([a, fake_b], 1)), z_b),
            "code_cycle_a": away(m.E_A(torch.cat([fake_a, b], 1)), z_a),
        },
    )
    images = {"a": (a, fake_a, m.D_A), "b": (b, fake_b, m.D_B)}
    codes = {"a": (z_a, code_a, m.D_ZA), "b": (z_b, code_b, m.D_ZB)}
    expected = {f"real_{s}": squares(D(real), True) for s, (real, _, D) in images.items()}
    expected |= {f"fake_{s}": squares(D(fake), False) for s, (_, fake, D) in images.items()}
    expected |= {f"code_real_{s}": squares(D(real), True) for s, (real, _, D) in codes.items()}
    expected |= {f"code_fake_{s}": squares(D(fake), False) for s, (_, fake, D) in codes.items()}
    assert_terms(m.discriminator_loss(batch | made), expected)


def test_the_made_pairs_are_read_in_their_order():
    m = loud("augmented_cyclegan").eval()
    batch = example(m, 3, DOUBLE)
    made = m.fakes(batch)
    assert torch.equal(made["fake_b"], m.G_AB(batch["x"], made["z_b"]))
    assert torch.equal(made["fake_a"], m.G_BA(batch["y"], made["z_a"]))
    assert torch.equal(made["code_a"], m.E_A(torch.cat([batch["x"], made["fake_b"]], 1)))
    assert torch.equal(made["code_b"], m.E_B(torch.cat([made["fake_a"], batch["y"]], 1)))
    assert not torch.equal(made["z_a"], made["z_b"]), "each domain's code is drawn by itself"


def test_without_a_code_of_a_the_way_there_has_one_answer():
    m = tiny("augmented_cyclegan", both=False).eval()
    assert {*m.networks()} == {"G_AB", "G_BA", "D_A", "D_B", "E_B", "D_ZB"}
    x = example(m)["x"]
    one, other = (m.translate(x, generator=rng(seed), direction="yx") for seed in (1, 2))
    assert torch.equal(one, other)
    one, other = (m.translate(x, generator=rng(seed)) for seed in (1, 2))
    assert not torch.equal(one, other)
    assert not m.style(x, "yx").any() and m.style(x).any(), (
        "of a domain without a code there is nothing to read"
    )
    terms = m.generator_loss(example(m)) | m.discriminator_loss(example(m))
    assert not any("code" in term and term.endswith("_a") for term in terms) and len(terms) == 12


def test_a_code_sets_mean_and_spread_of_each_map():
    norm, h = CodeNorm(5, 3).double(), noise(2, 5, 6, 6, dtype=DOUBLE) * 3 + 1
    z = noise(2, 3, seed=4, dtype=DOUBLE)
    made = norm(h, z)
    torch.testing.assert_close(made.mean((2, 3)), norm.shift(z).relu())
    torch.testing.assert_close(made.std((2, 3)), norm.scale(z).relu(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("side", [16, 32, 48, 64, 96, 128])
def test_an_encoder_sees_all_of_an_image(side):
    net = pair_encoder(7, 4, side).eval()
    assert net(noise(2, 6, side, side)).shape == (2, 7)
    image = noise(1, 6, side, side).requires_grad_()
    net(image).sum().backward()
    seen = image.grad.abs().sum((0, 1)) > 0
    assert seen[:8, :8].any() and seen[-8:, -8:].any()


def test_a_style_is_the_code_that_is_read_and_goes_with_the_image_that_it_is_given_for():
    m = loud("augmented_cyclegan").eval()
    y = example(m, 3, DOUBLE)["y"]
    z = m.style(y)
    assert z.shape == (3, m.style_size)
    assert torch.equal(z, m.E_B(torch.cat([m.G_BA(y, torch.zeros(3, 8, dtype=DOUBLE)), y], 1)))
    x = example(m, 3, DOUBLE)["x"]
    alone = torch.cat([m.translate(x[[i]], style=z[[i]]) for i in range(3)])
    torch.testing.assert_close(m.translate(x, style=z), alone)
    torch.testing.assert_close(m.translate(x, style=z[:1])[1], m.translate(x[1:2], style=z[:1])[0])
    torch.testing.assert_close(m.translate(x[:1], style=z)[1], m.translate(x[:1], style=z[1:2])[0])


def test_on_the_way_back_a_style_is_read_of_the_image_first_and_of_its_translation_second():
    m = loud("augmented_cyclegan").eval()
    x = example(m, 3, DOUBLE)["x"]
    there = m.G_AB(x, torch.zeros(3, 8, dtype=DOUBLE))
    assert torch.equal(m.style(x, "yx"), m.E_A(torch.cat([x, there], 1)))


def test_both_turns_are_clipped_and_the_critics_are_slower():
    method = tiny("augmented_cyclegan")
    t = trainer(method)
    (stage,) = method.stages()
    assert {name: turn.clip for name, turn in stage.turns.items()} == {"D": 500.0, "G": 500.0}
    rates = {name: o.param_groups[0]["lr"] for name, o in t.optimizers.items()}
    assert rates == pytest.approx({"D": 2e-4 / 5, "G": 2e-4})
    c = METHODS["augmented_cyclegan"].Config()
    assert (c.cycle, c.code_cycle) == (1.0, 0.025)
