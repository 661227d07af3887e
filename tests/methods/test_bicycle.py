"""BicycleGAN: what it adds to what every method keeps."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from i2i.losses import kl_sum
from i2i.method import weighted_sum
from i2i.nets.scales import Scales
from i2i.nets.unet import UNet, with_code
from kit.methods import loud, tiny
from kit.runs import clones, equal, trainer
from kit.sources import fake_batch, noise, rng
from kit.terms import assert_terms, each

BATCH = fake_batch(dtype=torch.float64)
X, Y = BATCH["x"], BATCH["y"]


# ---- The objective ----


@pytest.mark.parametrize("condition", [False, True])
@pytest.mark.parametrize("inject", ["all", "input"])
def test_its_terms_are_its_equations(inject, condition):
    net = loud("bicyclegan", inject=inject, condition=condition)
    mean, log_variance = net.E(Y)
    torch.manual_seed(0)
    eps, z = torch.randn(2, 8).double(), torch.randn(2, 8).double()
    read = mean + log_variance.exp().sqrt() * eps
    if inject == "all":
        painted = [net.G(X, z=code) for code in (read, z)]
    else:
        planes = [code[:, :, None, None].expand(2, 8, 16, 16) for code in (read, z)]
        painted = [net.G(torch.cat([X, plane], 1)) for plane in planes]
    fakes = dict(zip(("vae", "lr"), painted, strict=True))
    critics = {"vae": net.D, "lr": net.D_LR}

    def cost(name: str, y: torch.Tensor, real: float) -> torch.Tensor:
        seen = torch.cat([X, y], 1) if condition else y
        half = nn.functional.avg_pool2d(seen, 3, 2, 1, count_include_pad=False)
        one, other = critics[name].nets
        return (one(seen) - real).square().mean() + (other(half) - real).square().mean()

    divergence = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)
    painting = {f"gan_{name}": cost(name, fake, 1) for name, fake in fakes.items()} | {
        "l1": (fakes["vae"] - Y).abs().mean(),
        "kl": divergence.sum() / 2,
        "latent": (each(lambda y: net.E(y)[0], fakes["lr"]) - z).abs().mean(),
    }
    judging = {f"real_{name}": cost(name, Y, 1) for name in critics}
    judging |= {f"fake_{name}": cost(name, fakes[name], 0) for name in critics}
    torch.manual_seed(0)
    batch = BATCH | net.fakes(BATCH)
    assert_terms(net.generator_loss(batch), painting)
    assert_terms(net.discriminator_loss(batch), judging)
    assert net.weights(0) == {
        **dict.fromkeys(("gan_vae", "gan_lr", *judging), 1.0),
        "l1": 10.0,
        "latent": 0.5,
        "kl": 0.01,
    }


def test_a_divergence_is_summed_over_the_code_and_averaged_over_the_batch():
    """KL(N(1, 1) | N(0, 1)) is 1/2; KL(N(-2, 4) | N(0, 1)) is (4 + 4 - 1 - ln 4) / 2."""
    mean, log_variance = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, math.log(4)]])
    expected = 0.5 + (7 - math.log(4)) / 2
    assert kl_sum(mean, log_variance).item() == pytest.approx(expected) == pytest.approx(3.306853, abs=1e-6)
    assert kl_sum(mean.repeat(5, 1), log_variance.repeat(5, 1)).item() == pytest.approx(expected)
    assert kl_sum(torch.zeros(3, 8), torch.zeros(3, 8)) == 0


def test_the_latent_term_moves_g_and_never_e():
    """Else the two would hide z where nobody sees it. E's weights learn again as soon as the loss is made."""
    net = tiny("bicyclegan")
    net.generator_loss(fake_batch())["latent"].backward()
    assert all(p.grad is None for p in net.E.parameters())
    assert all(p.grad.any() for conv in net.G.down for p in [conv.weight])
    assert all(p.requires_grad for p in net.E.parameters())


def test_with_the_latent_term_alone_training_leaves_e_as_it_was():
    """Bit by bit, Adam and all; G moves."""
    net = tiny("bicyclegan", gan=0.0, l1=0.0, kl=0.0)
    t, g, e = trainer(net), clones(net.G), clones(net.E)
    for _ in range(3):
        t.advance()
    assert equal(e, clones(net.E)) and not equal(g, clones(net.G))


ALL = "l1 kl gan_vae gan_lr latent real_vae fake_vae real_lr fake_lr"


@pytest.mark.parametrize(
    "cycles, nets, terms",
    [
        ("both", "G E D D_LR", ALL),
        ("vae", "G E D", "l1 kl gan_vae real_vae fake_vae"),
        ("lr", "G E D_LR", "gan_lr latent real_lr fake_lr"),
        ("noise", "G D_LR", "gan_lr l1 real_lr fake_lr"),
    ],
)
def test_each_cycle_stands_alone_as_the_paper_compares_them(cycles, nets, terms):
    net = tiny("bicyclegan", cycles=cycles)
    before = {name: clones(part) for name, part in net.networks().items()}
    assert [*before] == nets.split()
    t = trainer(net)
    shown = t.advance()
    assert {*shown} == {*terms.split()} and all(map(math.isfinite, shown.values()))
    assert not any(equal(old, clones(getattr(net, name))) for name, old in before.items()), (
        "all of them learn"
    )
    assert {*net.inference} == {*nets.split()} & {"G", "E"}


def test_without_a_second_cycle_e_learns_from_the_latent_term():
    """Eq. 8 is minimised over G and E: nothing else would teach E."""
    net = tiny("bicyclegan", cycles="lr")
    net.generator_loss(fake_batch())["latent"].backward()
    assert all(p.grad.any() for p in net.E.mean.parameters())


def test_the_order_of_the_turns_is_the_authors():
    assert [*tiny("bicyclegan").stages()[0].turns] == ["G", "D"]


# ---- Codes ----


def test_the_code_is_told_to_every_downward_layer_or_to_the_first():
    inputs = {
        inject: [conv.in_channels for conv in tiny("bicyclegan", inject=inject).G.down]
        for inject in ("all", "input")
    }
    assert inputs == {"all": [3 + 8, 4 + 8, 8 + 8], "input": [3 + 8, 4, 8]}


def test_a_code_lies_in_planes_behind_the_maps():
    h, z = noise(2, 3, 4, 5), noise(2, 8, seed=1)
    made = with_code(h, z)
    assert torch.equal(made[:, :3], h)
    assert torch.equal(made[:, 3:], z[:, :, None, None].expand(2, 8, 4, 5))
    assert with_code(h.bfloat16(), z).dtype == torch.bfloat16


def test_a_unet_that_is_told_no_code_is_the_plain_one():
    assert UNet(width=4, cap=8, depth=3).down[0].in_channels == 3


def test_a_style_is_the_mean_that_e_reads_and_leads_back_to_its_image():
    net = loud("bicyclegan").eval()
    mean = net.E(Y)[0]
    assert torch.equal(net.style(Y), mean)
    torch.testing.assert_close(net.translate(X, style=net.style(Y)), net.G(X, z=mean))
    torch.testing.assert_close(net.style(Y), each(net.style, Y), rtol=1e-9, atol=1e-12)


def test_one_image_in_many_styles_and_many_images_in_one():
    net = loud("bicyclegan").eval()
    styles = net.styles(0, 3).double()
    many = net.translate(X[:1], style=styles)
    torch.testing.assert_close(many, torch.cat([net.translate(X[:1], style=s[None]) for s in styles]))
    assert (many[0] - many[1]).abs().max() > 0.05
    one = net.translate(X, style=styles[:1])
    torch.testing.assert_close(one, torch.cat([net.translate(x[None], style=styles[:1]) for x in X]))


def test_a_seed_is_the_style_that_it_draws():
    net = loud("bicyclegan").eval()
    drawn = net.translate(X, generator=[rng(5), rng(6)])
    torch.testing.assert_close(drawn, net.translate(X, style=net.styles(5, 2)))


def test_a_sheet_shows_four_styles_of_each_image():
    net = loud("bicyclegan").eval()
    ((x, *rows),) = net.show({"x": X})
    assert torch.equal(x, X) and len(rows) == 4
    for row, style in zip(rows, net.styles(0, 4), strict=True):
        torch.testing.assert_close(row, net.translate(X, style=style[None]))
    assert not torch.equal(rows[0], rows[1])


# ---- Scales ----


def test_each_scale_sees_means_of_the_one_before():
    """Of 3 x 3 pixels, at the border of those that there are: so a plain image stays plain."""
    scales = Scales(nn.Identity() for _ in range(3))
    image = noise(2, 3, 16, 16)
    one, half, quarter = scales(image)
    assert torch.equal(one, image) and half.shape[2:] == (8, 8) and quarter.shape[2:] == (4, 4)
    torch.testing.assert_close(half[:, :, 1, 1], image[:, :, 1:4, 1:4].mean((2, 3)))
    torch.testing.assert_close(half[:, :, 0, 0], image[:, :, :2, :2].mean((2, 3)))
    torch.testing.assert_close(quarter[:, :, 1, 1], half[:, :, 1:4, 1:4].mean((2, 3)))


def test_the_smaller_scales_nets_are_narrower():
    net = tiny("bicyclegan", patch_width=8, scales=3)
    assert [critic.net[0].out_channels for critic in net.D.nets] == [8, 4, 2]


def test_all_turns_weigh_what_the_paper_says():
    net = loud("bicyclegan", gan=2.0)
    batch = BATCH | net.fakes(BATCH)
    terms = net.discriminator_loss(batch)
    torch.testing.assert_close(weighted_sum(terms, net.weights(0)), 2 * sum(terms.values()))
