"""MUNIT: what it adds to what every method keeps."""

from __future__ import annotations

import math

import pytest
import torch

from i2i.checkpoint import export
from i2i.images import to_image, to_tensor
from i2i.nets.adain import AdaptiveResidual, ImageNorm, StyledDecoder
from i2i.nets.encoder import content_encoder, style_encoder
from i2i.nets.layers import init_he
from i2i.run.pipeline import load
from kit.methods import loud, tiny
from kit.runs import trainer
from kit.sources import fake_batch, noise, rng
from kit.terms import assert_terms, each

BATCH = fake_batch(dtype=torch.float64)
X, Y = BATCH["x"], BATCH["y"]


def decoded(decoder, contents: torch.Tensor, styles: torch.Tensor) -> torch.Tensor:
    """One image at a time."""
    return torch.cat([decoder(c[None], s[None]) for c, s in zip(contents, styles, strict=True)])


# ---- The objective ----


def test_its_terms_are_its_equations_one_image_at_a_time():
    net = loud("munit", cycle=10.0)
    c_1, c_2 = each(net.Ec_1, X), each(net.Ec_2, Y)
    own_1, own_2 = each(net.Es_1, X), each(net.Es_2, Y)
    torch.manual_seed(0)
    s_1, s_2 = torch.randn(2, 8).double(), torch.randn(2, 8).double()
    x_12, x_21 = decoded(net.G_2, c_1, s_2), decoded(net.G_1, c_2, s_1)
    back_1, back_2 = each(net.Ec_2, x_12), each(net.Ec_1, x_21)

    def cost(critics, image, real):
        return sum((logits - real).square().mean() for logits in critics(image))

    expected = {
        "gan_1": cost(net.D_1, x_21, 1),
        "gan_2": cost(net.D_2, x_12, 1),
        "recon_1": (decoded(net.G_1, c_1, own_1) - X).abs().mean(),
        "recon_2": (decoded(net.G_2, c_2, own_2) - Y).abs().mean(),
        "content_1": (back_1 - c_1).abs().mean(),
        "content_2": (back_2 - c_2).abs().mean(),
        "read_1": (each(net.Es_1, x_21) - s_1).abs().mean(),
        "read_2": (each(net.Es_2, x_12) - s_2).abs().mean(),
        "cycle_1": (decoded(net.G_1, back_1, own_1) - X).abs().mean(),
        "cycle_2": (decoded(net.G_2, back_2, own_2) - Y).abs().mean(),
    }
    judging = {
        "real_1": cost(net.D_1, X, 1),
        "fake_1": cost(net.D_1, x_21, 0),
        "real_2": cost(net.D_2, Y, 1),
        "fake_2": cost(net.D_2, x_12, 0),
    }
    torch.manual_seed(0)
    batch = BATCH | net.fakes(BATCH)
    assert_terms(net.generator_loss(batch), expected)
    assert_terms(net.discriminator_loss(batch), judging)


def test_its_weights_are_the_papers_and_without_a_weight_there_is_no_cycle():
    net = tiny("munit")
    assert net.weights(0) == {
        f"{name}_{domain}": factor
        for domain in (1, 2)
        for name, factor in {
            "gan": 1.0, "real": 1.0, "fake": 1.0, "recon": 10.0, "content": 1.0, "read": 1.0, "cycle": 0.0,
        }.items()
    }  # fmt: skip
    assert not any("cycle" in term for term in net.generator_loss(fake_batch()))


def test_its_rate_is_halved_again_and_again():
    method = tiny("munit", halve_every=100)
    assert [method.learning_rate(s) for s in (0, 99, 100, 199, 200, 300)] == [1, 1, 0.5, 0.5, 0.25, 0.125]
    assert type(method).scaled(type(method).Config(), 0.01).halve_every == 1_000


def test_its_weights_decay():
    for optimizer in trainer(tiny("munit")).optimizers.values():
        assert isinstance(optimizer, torch.optim.Adam)
        assert (optimizer.defaults["lr"], optimizer.defaults["betas"]) == (1e-4, (0.5, 0.999))
        assert optimizer.defaults["weight_decay"] == 1e-4


def test_encoders_and_decoders_start_as_he_says_and_critics_near_nothing():
    net = tiny("munit", width=32, critic_width=32, mlp_width=128)
    conv = net.Ec_1[3]
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / (32 * 16)), rel=0.05)
    assert net.G_1.mlp[2].weight.std().item() == pytest.approx(math.sqrt(2 / 128), rel=0.05)
    assert net.D_1.nets[0][2].weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert not conv.bias.any() and not net.D_1.nets[0][2].bias.any()
    assert init_he(torch.nn.Linear(1, 1)).bias == 0


# ---- Content and style ----


def test_a_block_is_told_the_shifts_first_and_then_the_scales_of_each_norm():
    block = AdaptiveResidual(4).double()
    h, told = noise(2, 4, 6, 6, dtype=torch.float64), noise(2, 2, 2, 4, seed=1, dtype=torch.float64)
    made, told = h, 3 * told
    for i, conv in enumerate(block.convs):
        made = conv(made)
        mean, var = made.mean((2, 3), keepdim=True), made.var((2, 3), keepdim=True, correction=0)
        made = (made - mean) / (var + 1e-5).sqrt()
        made = made * told[:, i, 1, :, None, None] + told[:, i, 0, :, None, None]
        made = made.clamp(min=0) if i == 0 else made
    torch.testing.assert_close(block(h, told), h + made, rtol=1e-9, atol=1e-12)


def test_a_decoder_hands_its_style_to_the_blocks_in_their_order():
    """Of each block's two norms, as the authors' code does: shifts, scales; shifts, scales."""
    decoder, seen = StyledDecoder(8, 2, 1, 3, 4), []
    for block in decoder.blocks:
        block.register_forward_pre_hook(lambda module, given: seen.append(given[1]))
    last = decoder.mlp[-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(torch.arange(len(last.bias)))
    decoder(noise(2, 4, 4, 4), noise(2, 8))
    told = torch.cat([one.flatten(1) for one in seen], 1)
    assert torch.equal(told, torch.arange(3 * 2 * 2 * 4).expand(2, -1)) and seen[0].shape == (2, 2, 2, 4)


def test_an_image_norm_keeps_what_an_adaptive_norm_has_told():
    """How channels differ in mean and deviation stays; the image's own mean and unbiased deviation go."""
    norm, h = ImageNorm(3).double(), 5 + 2 * noise(2, 3, 4, 4, dtype=torch.float64)
    with torch.no_grad():
        norm.scale.fill_(1.0)
    made = norm(h)
    for one, other in zip(made, h, strict=True):
        torch.testing.assert_close(one, (other - other.mean()) / (other.std() + 1e-5))
    assert norm(h.bfloat16()).dtype == torch.bfloat16 and norm.shift.shape == (3,)


def test_image_norms_start_with_scales_between_0_and_1():
    scale = ImageNorm(1000).scale
    assert 0 <= scale.min() < 0.05 and 0.95 < scale.max() < 1 and abs(scale.mean() - 0.5) < 0.05


def test_the_content_knows_no_contrast_and_the_style_does():
    """The content's norms divide by it wherever it comes in."""
    content, style = content_encoder(4, 2, 1).double(), style_encoder(8, 4, 2).double()
    strong = 0.9 * X
    apart = [
        (net(0.5 * strong) - net(strong)).abs().mean() / net(strong).abs().mean() for net in (content, style)
    ]
    assert apart[0] < 1e-3 < 0.3 < apart[1]


def test_a_norm_follows_each_convolution_of_the_content_and_none_of_the_style():
    def norms(net) -> int:
        return len([m for m in net.modules() if "Norm" in type(m).__name__])

    assert norms(style_encoder(8, 4, 4)) == norms(tiny("munit").D_1) == 0
    assert norms(content_encoder(4, 2, 3)) == 3 + 2 * 3, "one behind each convolution"


@pytest.mark.parametrize(
    "direction, read, write, judge", [("xy", "Ec_1", "G_2", "Es_2"), ("yx", "Ec_2", "G_1", "Es_1")]
)
def test_a_direction_reads_one_domains_content_and_the_others_style(direction, read, write, judge):
    net = loud("munit").eval()
    style = net.style(Y, direction=direction)
    assert torch.equal(style, getattr(net, judge)(Y))
    expected = decoded(getattr(net, write), each(getattr(net, read), X), style)
    torch.testing.assert_close(net.translate(X, style=style, direction=direction), expected)


@pytest.mark.parametrize("direction", ["xy", "yx"])
def test_one_content_is_read_once_for_many_styles(direction):
    net, seen = loud("munit").eval(), []
    for encoder in (net.Ec_1, net.Ec_2):
        encoder.register_forward_pre_hook(lambda module, given: seen.append(len(given[0])))
    styles = net.styles(0, 3).double()
    many = net.translate(X[:1], style=styles, direction=direction)
    assert seen == [1]
    each_alone = [net.translate(X[:1], style=s[None], direction=direction) for s in styles]
    torch.testing.assert_close(many, torch.cat(each_alone))
    assert (many[0] - many[1]).abs().max() > 0.05
    one = net.translate(X, style=styles[:1], direction=direction)
    torch.testing.assert_close(one[1:], net.translate(X[1:], style=styles[:1], direction=direction))


def test_a_seed_is_the_style_that_it_draws():
    net = loud("munit").eval()
    drawn = net.translate(X, generator=[rng(5), rng(6)])
    torch.testing.assert_close(drawn, net.translate(X, style=net.styles(5, 2)))


def test_styles_come_into_every_call_of_a_decoder():
    """None is kept from the call before."""
    net = loud("munit").eval()
    one, other = net.styles(0, 2).double().split(1)
    first = net.translate(X, style=one)
    assert not torch.equal(first, net.translate(X, style=other)) and torch.equal(
        first, net.translate(X, style=one)
    )


def test_a_sheet_shows_both_ways_in_four_styles():
    net = loud("munit").eval()
    over, back = net.show({"x": X, "y": Y})
    assert torch.equal(over[0], X) and torch.equal(back[0], Y) and len(over) == len(back) == 5
    for i, style in enumerate(net.styles(0, 4)[:, None], 1):
        torch.testing.assert_close(over[i], net.translate(X, style=style))
        torch.testing.assert_close(back[i], net.translate(Y, style=style, direction="yx"))


def test_a_model_reads_a_style_from_an_image_of_the_domain_to_which_it_goes(tmp_path):
    method = loud("munit").float().eval()
    model = load(export(tmp_path / "model", method, size=16), device="cpu", precision="fp32")
    image, pattern = (to_image(0.5 * noise(3, 16, 16, seed=seed)) for seed in (1, 2))
    for direction, encoder in (("xy", "Es_2"), ("yx", "Es_1")):
        style = model.style(pattern, direction=direction)
        torch.testing.assert_close(style, getattr(model.method, encoder)(to_tensor(pattern)))
        by_image = model(image, style=pattern, direction=direction)
        assert by_image.tobytes() == model(image, style=style[0].tolist(), direction=direction).tobytes()
    assert torch.equal(model.style(pattern), model.style(pattern, direction="xy"))
    answers = model(image, n=3, seed=4)
    assert answers[1].tobytes() == model(image, seed=5).tobytes() != answers[0].tobytes()
