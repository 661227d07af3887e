"""The networks: the paper's sizes, what one logit sees, where noise comes from."""

from __future__ import annotations

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from conftest import noise

from i2i.nets.convolution import Conv2d, ConvTranspose2d, plain_layers
from i2i.nets.layers import UPS, NoiseDropout, batch_norm, instance_norm
from i2i.nets.patchgan import PatchGAN
from i2i.nets.unet import UNet


def count(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


# ---- Parameter counts of the papers ----


@pytest.fixture
def unfilled(monkeypatch):
    """Networks without storage: their size is all that is asked for. A normal draw there costs imports."""
    monkeypatch.setattr(torch.nn.init, "normal_", lambda tensor, *_: tensor)
    with torch.device("meta"):
        yield


@pytest.mark.parametrize(
    "options, parameters",
    [
        ({"depth": 8}, 54_413_955),
        ({"depth": 7}, 41_828_995),
        ({"depth": 6}, 29_244_035),
        ({"depth": 5}, 16_659_075),
        ({"depth": 8, "norm": instance_norm}, 54_409_603),
        ({"depth": 8, "skips": False}, 39_075_523),
    ],
)
def test_a_unet_has_the_papers_parameter_count(unfilled, options, parameters):
    assert count(UNet(**options)) == parameters


@pytest.mark.parametrize(
    "inputs, norm, parameters",
    [
        (6, batch_norm, [9_024, 139_585, 666_433, 2_768_705, 6_964_033, 11_159_361]),
        (3, batch_norm, [8_832, 136_513, 663_361, 2_765_633, 6_960_961, 11_156_289]),
        (3, instance_norm, [8_705, 136_385, 662_977, 2_764_737, 6_959_553, 11_154_369]),
    ],
    ids=["pairs-batch", "pictures-batch", "pictures-instance"],
)
def test_a_patchgan_has_the_papers_parameter_count(unfilled, inputs, norm, parameters):
    assert [count(PatchGAN(inputs, layers=n, norm=norm)) for n in range(6)] == parameters


# ---- PatchGAN ----


def patchgan(layers: int, width: int = 4) -> PatchGAN:
    """In eval mode, as batch statistics let a logit see the whole picture; weights large enough to tell."""
    torch.manual_seed(layers)
    net = PatchGAN(3, width, layers, cap=8).eval()
    for p in net.parameters():
        torch.nn.init.normal_(p, std=0.3)
    return net


@pytest.mark.parametrize("layers, side", list(enumerate([1, 16, 34, 70, 142, 286])))
def test_the_receptive_field_is_the_papers(layers, side):
    assert patchgan(layers).receptive_field == side


@pytest.mark.parametrize("layers, size", [(0, 5), (1, 32), (2, 64), (3, 128), (4, 256), (5, 512)])
def test_one_logit_sees_exactly_its_patch(layers, size):
    """The pixels with a gradient span the box that `patch` names, cut off at the border."""
    net, x = patchgan(layers, width=1), noise(1, 3, size, size).requires_grad_()
    logits = net.double()(x.double())  # no pixel is lost to rounding
    rows, columns = logits.shape[-2:]
    for row, column in {(0, 0), (rows // 2, columns // 2), (rows - 1, columns // 3)}:
        (gradient,) = torch.autograd.grad(logits[0, 0, row, column], x, retain_graph=True)
        seen = gradient[0].abs().sum(0) > 0
        down, across = (seen.any(1 - d).nonzero().flatten() for d in (0, 1))
        left, top, right, bottom = net.patch(row, column)
        assert right - left == bottom - top == net.receptive_field
        assert (across.min(), across.max() + 1) == (max(0, left), min(size, right))
        assert (down.min(), down.max() + 1) == (max(0, top), min(size, bottom))


@pytest.mark.parametrize("layers", range(6))
def test_the_map_of_logits_has_the_papers_side(layers):
    net = patchgan(layers, width=1)
    for size in (64, 128, 256):
        side = size // 2**layers - 2 if layers else size
        if side > 0:
            assert net(noise(1, 3, size, size)).shape == (1, 1, side, side)


def test_a_patchgan_is_equivariant_to_shifts_away_from_the_border():
    net, x = patchgan(2), noise(1, 3, 96, 96)
    stride = 4
    shifted = torch.roll(x, (2 * stride, stride), dims=(2, 3))
    here, there = net(x), torch.roll(net(shifted), (-2, -1), dims=(2, 3))
    inner = (..., slice(6, -8), slice(6, -8))
    assert here[inner].numel() > 30
    torch.testing.assert_close(here[inner], there[inner], rtol=0, atol=1e-5)
    odd = torch.roll(net(torch.roll(x, 1, dims=3)), -1, dims=3)
    assert (here[inner] - odd[inner]).abs().max() > 0.1, "a shift that is no multiple of the stride shows"


def test_pixelgan_judges_each_pixel_by_itself():
    net, x = patchgan(0), noise(1, 3, 8, 8)
    shuffled = torch.randperm(64, generator=torch.Generator().manual_seed(0))
    moved = x.flatten(2)[..., shuffled].view_as(x)
    torch.testing.assert_close(net(moved).flatten(2), net(x).flatten(2)[..., shuffled])


# ---- U-Net ----


def unet(seed: int = 0, **options) -> UNet:
    torch.manual_seed(seed)
    return UNet(**{"width": 4, "cap": 8, "depth": 4, **options})


@pytest.mark.parametrize("skips", [True, False])
@pytest.mark.parametrize("up", sorted(UPS))
@pytest.mark.parametrize("norm", [batch_norm, instance_norm])
def test_a_unet_translates_any_multiple_of_its_grain(skips, up, norm):
    """Trained at 16 px it works at other sizes, square or not, and stays within the range of pictures."""
    net = unet(skips=skips, up=UPS[up], norm=norm)
    for h, w in [(16, 16), (32, 16), (48, 80)]:
        y = net(noise(2, 3, h, w))
        assert y.shape == (2, 3, h, w) and y.abs().max() <= 1


@pytest.mark.parametrize("size", [(24, 32), (32, 40), (8, 16)])
def test_a_unet_refuses_other_sides_with_its_grain(size):
    with pytest.raises(ValueError, match="multiples of 16.*" + f"{size[1]} x {size[0]}"):
        unet()(noise(1, 3, *size))


def test_only_skips_carry_detail_past_the_bottleneck():
    """With the innermost map cut off, a U-Net still answers to its input and an encoder-decoder does not."""
    a, b = noise(1, 3, 16, 16, seed=1), noise(1, 3, 16, 16, seed=2)
    for skips in (True, False):
        net = unet(skips=skips).eval()
        with torch.no_grad():
            net.down[-1].weight.zero_()
            same = torch.equal(net(a, noise=False), net(b, noise=False))
        assert same is not skips


def test_a_bottleneck_of_one_pixel_trains_at_batch_one():
    """Its map is 1 x 1, where a norm has no statistics and raises."""
    unet(depth=4).train()(noise(1, 3, 16, 16)).sum().backward()


def test_relu_after_leaky_relu_is_relu():
    """Why a skip may carry the map before its activation, as here, or after it, as in the published code."""
    x = noise(1000)
    assert torch.equal(F.relu(F.leaky_relu(x, 0.2)), F.relu(x))


def test_weights_start_as_in_dcgan():
    net = unet(width=32, cap=32)
    assert net.down[2].weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert net.down_norm[2].weight.mean().item() == pytest.approx(1, abs=0.02)
    assert net.down_norm[2].weight.std().item() == pytest.approx(0.02, rel=0.5)
    assert net.up[-1].bias.abs().max() == 0


# ---- Noise ----


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_dropout_drops_its_share_and_keeps_the_mean():
    h = torch.ones(4, 8, 64, 64)
    for p in (0.5, 0.25):
        out = NoiseDropout(p)(h, seeded(0))
        n = h.numel()
        assert (out == 0).float().mean().item() == pytest.approx(p, abs=5 * math.sqrt(p * (1 - p) / n))
        assert torch.unique(out).tolist() == pytest.approx([0, 1 / (1 - p)])
    assert torch.equal(NoiseDropout(0.0)(h), h)


def test_noise_stays_on_in_eval_and_a_seed_names_the_picture():
    net, x = unet().eval(), noise(1, 3, 16, 16)
    one, again, other = (net(x, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_noise_with_a_generator_neither_reads_nor_moves_the_global_stream():
    net, x = unet().eval(), noise(1, 3, 16, 16)
    torch.manual_seed(5)
    one, state = net(x, seeded(1)), torch.get_rng_state()
    torch.manual_seed(6)
    assert torch.equal(one, net(x, seeded(1)))
    torch.manual_seed(5)
    assert torch.equal(state, torch.get_rng_state())
    net(x)
    assert not torch.equal(state, torch.get_rng_state()), "without a generator the global stream serves"


def test_noise_off_is_deterministic_and_draws_nothing():
    net, x = unet().eval(), noise(1, 3, 16, 16)
    state = torch.get_rng_state()
    assert torch.equal(net(x, seeded(1), noise=False), net(x, noise=False))
    assert torch.equal(state, torch.get_rng_state())


def test_noise_lives_in_the_first_three_decoder_levels():
    assert [drop.p for drop in unet(depth=5).noise] == [0.5, 0.5, 0.5, 0.0, 0.0]


def test_one_seed_means_one_mask_in_every_precision_and_layout():
    h = torch.ones(2, 8, 6, 6)
    masks = [
        NoiseDropout()(t, seeded(3)).float().contiguous()
        for t in (h, h.bfloat16(), h.to(memory_format=torch.channels_last))
    ]
    assert torch.equal(masks[0], masks[1]) and torch.equal(masks[0], masks[2])


# ---- Convolutions as products ----

LAYERS = [Conv2d(64, 96, 4, 2, 1), Conv2d(96, 64, 3, 1, 1, bias=False), ConvTranspose2d(64, 96, 4, 2, 1), ConvTranspose2d(64, 96, 4, 2, 1, bias=False)]


@pytest.mark.parametrize("shape", [(1, 4, 4), (1, 2, 2), (2, 2, 4), (1, 8, 8)], ids=str)
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: f"{type(layer).__name__}-{layer.bias is not None}")
def test_a_product_is_the_convolution_and_so_are_its_gradients(layer, shape):
    layer = copy.deepcopy(layer).double()
    torchs = plain_layers(copy.deepcopy(layer))
    assert not isinstance(torchs, Conv2d | ConvTranspose2d)
    b, rows, columns = shape
    h = noise(b, layer.in_channels, rows, columns, dtype=torch.float64)
    results = []
    for net in (layer, torchs):
        x = h.clone().requires_grad_()
        y = net(x)
        y.backward(noise(*y.shape, seed=1, dtype=torch.float64))
        results.append((y.detach(), x.grad, *(p.grad for p in net.parameters())))
    for ours, theirs in zip(*results, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "layer, small, large",
    [(LAYERS[0], 4, 16), (LAYERS[1], 2, 8), (LAYERS[2], 2, 8)],
    ids=["down", "same", "up"],
)
def test_only_small_maps_of_many_channels_become_products(layer, small, large, monkeypatch):
    torchs = []
    for cls in (torch.nn.Conv2d, torch.nn.ConvTranspose2d):
        whole = cls.forward
        monkeypatch.setattr(cls, "forward", lambda self, h, *a, whole=whole: (torchs.append(h.shape), whole(self, h, *a))[1])
    with torch.no_grad():
        layer(noise(1, layer.in_channels, small, small))
        assert torchs == []
        layer(noise(1, layer.in_channels, large, large))
        assert len(torchs) == 1


@pytest.mark.parametrize(
    "layer",
    [
        Conv2d(64, 64, (4, 2), 2, 1), Conv2d(64, 64, 3, 1, 1, groups=2), Conv2d(64, 64, 3, 1, 2, dilation=2),
        Conv2d(64, 64, 3, 1, 1, padding_mode="reflect"), Conv2d(64, 64, 3, padding="same"), ConvTranspose2d(64, 64, 2, 2),
        ConvTranspose2d(64, 64, 4, 2, 1, output_padding=1),
    ],
    ids=["oblong", "groups", "dilation", "reflect", "same", "kernel 2", "output padding"],
)  # fmt: skip
def test_layers_of_other_kinds_are_torchs_own(layer):
    h = noise(1, 64, 2, 2)
    with torch.no_grad():
        torch.testing.assert_close(layer(h), plain_layers(copy.deepcopy(layer))(h))
