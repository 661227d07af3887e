"""The networks: the paper's sizes, what one logit sees, where noise comes from."""

from __future__ import annotations

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from i2i.nets.dcgan import EncoderDecoder, WholePicture
from i2i.nets.layers import (
    UPS,
    NoiseDropout,
    affine_instance_norm,
    batch_norm,
    instance_norm,
    minibatch_deviation,
    transposed,
    transposed3,
    transposed5,
)
from i2i.nets.patchgan import PatchGAN
from i2i.nets.pool import ImagePool
from i2i.nets.resnet import Residual, ResNetGenerator
from i2i.nets.unet import UNet
from kit.sources import noise


def count(net: torch.nn.Module) -> int:
    return sum(p.numel() for p in net.parameters())


# ---- Parameter counts of the papers ----


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


@pytest.mark.parametrize(
    "blocks, norm, parameters",
    [
        (9, instance_norm, 11_378_179),
        (6, instance_norm, 7_837_699),
        (9, batch_norm, 11_383_427),
        (6, batch_norm, 7_841_411),
    ],
)
def test_a_residual_generator_has_the_papers_parameter_count(unfilled, blocks, norm, parameters):
    assert count(ResNetGenerator(blocks=blocks, norm=norm)) == parameters


def test_discogans_nets_have_the_papers_parameter_count(unfilled):
    assert [count(EncoderDecoder(64, code, transposed)) for code in (0, 100)] == [5_513_856, 7_153_480]
    assert count(WholePicture(64)) == 2_765_568


def test_dualgans_unet_has_the_papers_parameter_count(unfilled):
    options = {"up": transposed3, "norm": affine_instance_norm, "kernels": (5, 3), "deepest_norm": True}
    assert count(UNet(**options, bias=True, last_up=transposed5)) == 30_627_907


# ---- PatchGAN ----


def patchgan(layers: int, width: int = 4) -> PatchGAN:
    """In eval mode, as batch statistics let a logit see the whole image; weights large enough to tell."""
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
    """Trained at 16 px it works at other sizes, square or not, and stays within the range of images."""
    net = unet(skips=skips, up=UPS[up], norm=norm)
    for h, w in [(16, 16), (32, 16), (48, 80)]:
        y = net(noise(2, 3, h, w))
        assert y.shape == (2, 3, h, w) and y.abs().max() <= 1


@pytest.mark.parametrize("size", [(24, 32), (32, 40), (8, 16)])
def test_a_unet_refuses_other_sides_with_its_grain(size):
    with pytest.raises(ValueError, match="multiples of 16.*" + f"{size[1]} x {size[0]}"):
        unet()(noise(1, 3, *size))


def test_a_finish_sees_the_image_at_full_size():
    """Without one the last layer sees maps of half the size: where those are cut off, nothing of x is left."""
    a, b = noise(1, 3, 16, 16, seed=1), noise(1, 3, 16, 16, seed=2)
    for finish in (0, 5):
        net = unet(finish=finish).eval()
        with torch.no_grad():
            net.up[-1].weight.zero_()
            same = torch.equal(net(a, noise=False), net(b, noise=False))
        assert same is not bool(finish)
    net = unet(finish=5, up=UPS["resized"])
    for h, w in [(16, 16), (48, 80)]:
        y = net(noise(2, 3, h, w))
        assert y.shape == (2, 3, h, w) and y.abs().max() <= 1
    assert count(net.finish) == (5 + 3) * 5 * 9 + 2 * 5 + 5 * 3 * 9 + 3
    assert net.normed()[-1] == (net.finish.conv, net.finish.norm)
    own = unet(finish=5, norm=instance_norm).finish
    assert isinstance(own.norm, nn.Identity) and own.conv.bias is not None, "each image keeps its own light"


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


@pytest.mark.parametrize("kernels", [(4, 4), (5, 3), (3, 4)])
def test_the_first_kernel_and_the_others_are_chosen_apart(kernels):
    net = unet(kernels=kernels)
    assert [layer.kernel_size for layer in net.down] == [(kernels[i > 0],) * 2 for i in range(4)]
    assert net(noise(2, 3, 32, 16)).shape == (2, 3, 32, 16), "each still halves exactly"


def test_the_deepest_map_is_normed_on_request_alone():
    for deepest in (False, True):
        net = unet(norm=affine_instance_norm, deepest_norm=deepest)
        assert [isinstance(norm, torch.nn.InstanceNorm2d) for norm in net.down_norm] == [
            False,
            True,
            True,
            deepest,
        ]
    torch.nn.init.ones_(net.down_norm[-1].bias)  # at 0, where it starts, the ReLU after it has no slope
    net(noise(1, 3, 16, 16)).sum().backward()  # where a map has one pixel a norm gives its shift
    assert net.down_norm[-1].bias.grad.abs().max() > 0


def test_the_bias_follows_the_norm_unless_it_is_asked_for():
    """A norm with a shift makes it idle; the last layer, which has no norm, always has one."""

    def biased(**options) -> list[bool]:
        net = unet(**options)
        return [layer.bias is not None for layer in (*net.down, *net.up)]

    assert biased(norm=batch_norm) == [False] * 7 + [True]
    assert biased(norm=affine_instance_norm) == [False] * 7 + [True]
    assert biased(norm=instance_norm) == [True] * 8
    assert biased(norm=batch_norm, bias=True) == [True] * 8
    assert biased(norm=instance_norm, bias=False) == [False] * 7 + [True]


# ---- Residual generator ----


@pytest.mark.parametrize("up", sorted(UPS))
@pytest.mark.parametrize("norm", [batch_norm, instance_norm])
def test_a_residual_generator_translates_any_multiple_of_four(up, norm):
    torch.manual_seed(0)
    net = ResNetGenerator(width=4, blocks=2, up=UPS[up], norm=norm)
    for h, w in [(8, 8), (32, 16), (20, 44)]:
        y = net(noise(2, 3, h, w))
        assert y.shape == (2, 3, h, w) and y.abs().max() <= 1


def test_transposed3_doubles_a_map_of_any_size():
    layer = transposed3(2, 3, True)
    assert layer(noise(1, 2, 5, 8)).shape == (1, 3, 10, 16) and count(layer) == 2 * 3 * 9 + 3
    assert transposed3(2, 3, False).bias is None


def test_transposed3_covers_every_other_pixel_twice():
    """The taps that reach a pixel: 4 where both coordinates are odd, 2 where one is, 1 elsewhere."""
    layer = transposed3(1, 1, False)
    torch.nn.init.ones_(layer.weight)
    reached = layer(torch.ones(1, 1, 4, 4))[0, 0, 2:6, 2:6]
    assert reached.tolist() == [[1, 2, 1, 2], [2, 4, 2, 4], [1, 2, 1, 2], [2, 4, 2, 4]]


def test_a_residual_block_adds_to_what_it_is_given():
    block, h = Residual(4), noise(2, 4, 6, 6)
    torch.testing.assert_close(block(h), h + block.net(h))
    for p in block.net[3].parameters():
        torch.nn.init.zeros_(p)
    assert torch.equal(block(h), h)


def test_nine_residual_blocks_see_157_pixels():
    class Nothing(torch.nn.Identity):
        affine = True  # so that no layer gets a bias

    net = ResNetGenerator(width=1, blocks=9, norm=lambda channels: Nothing()).double()
    for p in net.parameters():
        torch.nn.init.constant_(p, 0.1)  # no gradient dies or cancels
    x = torch.rand(1, 3, 192, 192, generator=seeded(0), dtype=torch.float64).requires_grad_()
    h = x
    for layer in net.net:
        h = layer(h)
        if isinstance(layer, Residual):
            deep = h
    (gradient,) = torch.autograd.grad(deep[0, 0, 24, 24], x)
    rows, columns = (gradient[0].abs().sum(0) > 0).nonzero().T
    assert [int(v.max() - v.min()) + 1 for v in (rows, columns)] == [157, 157]


# ---- DiscoGAN's nets ----


def test_an_encoder_decoder_passes_all_through_its_deepest_map():
    torch.manual_seed(0)
    for code in (0, 5):
        net = EncoderDecoder(4, code, transposed, depth=2).eval()
        a, b = noise(1, 3, 16, 16, seed=1), noise(1, 3, 16, 16, seed=2)
        assert net(a).shape == a.shape and not torch.equal(net(a), net(b))
        convolutions = [m for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
        assert len(convolutions) == (3 if code else 2)
        torch.nn.init.zeros_(convolutions[-1].weight)
        assert torch.equal(net(a), net(b))


def test_the_code_of_a_picture_of_64_pixels_is_one_pixel():
    net, sides = EncoderDecoder(2, 100, transposed), []
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            module.register_forward_hook(lambda m, given, made: sides.append(tuple(made.shape[1:])))
    net(noise(2, 3, 64, 64))
    assert sides[4] == (100, 1, 1) and [side for _, _, side in sides] == [32, 16, 8, 4, 1, 4, 8, 16, 32, 64]


def test_discogans_discriminator_judges_the_whole_picture():
    torch.manual_seed(0)
    net, x = WholePicture(4).double().eval(), noise(2, 3, 64, 64, dtype=torch.float64).requires_grad_()
    for p in net.parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=0.2)
    logits, maps = net(x)
    assert logits.shape == (2,)
    assert [tuple(m.shape) for m in maps] == [(2, 8, 16, 16), (2, 16, 8, 8), (2, 32, 4, 4)]
    (gradient,) = torch.autograd.grad(logits[0], x)
    assert (gradient[0] != 0).all(), "every pixel counts"
    assert (gradient[1] == 0).all(), "in eval mode, no other picture does"
    for step, given, made in zip(net.steps[2:], maps, maps[1:], strict=False):
        assert torch.equal(step(given), made), "each map is what the next step is given"
    torch.testing.assert_close(net.last(maps[-1]).flatten(), logits)


# ---- Instance norm ----


def test_instance_norm_is_the_same_in_training_and_at_test():
    norm, h = instance_norm(4), noise(2, 4, 8, 8)
    made = norm(h)
    assert torch.equal(made, norm.eval()(h)) and not norm.state_dict()
    one_by_one = torch.cat([norm(image[None]) for image in h])
    torch.testing.assert_close(made, one_by_one)


def test_instance_norm_of_one_pixel_is_its_shift_and_without_one_an_error():
    norm = affine_instance_norm(3)
    norm.bias.data = torch.tensor([1.0, -2.0, 3.0])
    h = noise(2, 3, 1, 1).requires_grad_()
    made = norm(h)
    assert made.flatten(1).tolist() == [[1, -2, 3]] * 2
    made.sum().backward()
    assert (h.grad == 0).all() and norm.bias.grad.tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match="more than 1"):
        instance_norm(3)(h)


# ---- Pool ----


def numbered(*values: float) -> torch.Tensor:
    """A made image for each value, filled with it."""
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1, 1).expand(-1, 3, 2, 2).clone()


def told(images: torch.Tensor) -> list[float]:
    return images[:, 0, 0, 0].tolist()


def step(pool: ImagePool, made: torch.Tensor) -> torch.Tensor:
    """One step of training: what D is shown for `made`."""
    places = pool.draw(len(made))
    shown = pool.mix(made, places)
    pool.put(made, places)
    return shown


def test_a_pool_of_size_0_is_the_identity():
    pool = ImagePool(0)
    for i in range(20):
        made = numbered(i, i + 0.5)
        assert torch.equal(step(pool, made), made) and len(pool.pictures) == 0


@pytest.mark.parametrize("batch", [1, 2, 3, 7])
def test_until_a_pool_is_full_the_new_pictures_are_shown(batch):
    torch.manual_seed(0)
    pool = ImagePool(6)
    for first in range(0, 6, batch):
        made = numbered(*range(first, first + batch))
        assert torch.equal(step(pool, made), made)
        assert told(pool.pictures) == [*range(6)][: first + batch]


@pytest.mark.parametrize("size, batch", [(3, 2), (1, 2), (3, 8), (50, 4)])
def test_a_batch_may_cross_the_moment_at_which_a_pool_is_full(size, batch):
    """What is shown is new or was stored by an earlier step."""
    for seed in range(40):
        torch.manual_seed(seed)
        pool, seen = ImagePool(size), set()
        for i in range(2 + size // batch):
            made = numbered(*range(batch * i, batch * i + batch))
            shown = told(step(pool, made))
            assert all(s == m or s in seen for s, m in zip(shown, told(made), strict=True))
            seen |= {*told(made)}
            assert len(pool.pictures) == min(size, batch * (i + 1))


def test_a_full_pool_shows_an_old_picture_half_of_the_time_and_puts_the_new_one_in_its_place():
    torch.manual_seed(0)
    pool = ImagePool(10)
    step(pool, numbered(*range(10)))
    old, places = 0, set()
    for i in range(10, 410):
        before = told(pool.pictures)
        (shown,) = told(step(pool, numbered(i)))
        after = told(pool.pictures)
        changed = [place for place in range(10) if before[place] != after[place]]
        if shown == i:
            assert changed == [], "a new picture that is shown itself is not kept"
        else:
            old += 1
            assert [(before[place], after[place]) for place in changed] == [(shown, i)]
            places |= {*changed}
    assert 160 < old < 240 and places == {*range(10)}


def test_what_a_pool_shows_carries_no_gradient_and_is_no_view_of_it():
    torch.manual_seed(0)
    pool = ImagePool(2)
    made = numbered(1, 2).requires_grad_()
    shown = step(pool, made)
    assert not shown.requires_grad and not pool.pictures.requires_grad
    with torch.no_grad():
        made.zero_()
    assert told(pool.pictures) == [1, 2]
    new = numbered(3, 4)
    mixed = pool.mix(new, torch.tensor([1, -1]))
    assert told(mixed) == [2, 4] and told(new) == [3, 4] and told(pool.pictures) == [1, 2]


def test_drawing_and_mixing_store_nothing():
    pool = ImagePool(2)
    pool.mix(numbered(1, 2), pool.draw(2))
    assert len(pool.pictures) == 0


def test_a_pool_that_has_grown_survives_the_way_through_a_state_dict():
    torch.manual_seed(0)
    pool = ImagePool(4)
    step(pool, numbered(1, 2, 3))
    for other in (ImagePool(4), copy.deepcopy(pool)):
        other.load_state_dict(pool.state_dict())
        assert told(other.pictures) == [1, 2, 3]
        other.pictures.zero_()
        assert told(pool.pictures) == [1, 2, 3], "a copy of its own"


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


# ---- What a discriminator is told of a batch ----


def test_the_minibatch_deviation_is_one_number_for_a_group():
    same = torch.randn(1, 3, 5, 5).expand(4, -1, -1, -1)
    assert minibatch_deviation(same)[:, 3].sub(1e-4).abs().max() < 1e-6, "the root of 1e-8, and not 0"
    ones = torch.tensor([1.0, -1.0, 1.0, -1.0]).view(4, 1, 1, 1).expand(-1, 3, 5, 5)
    told = minibatch_deviation(ones)
    assert (
        told.shape == (4, 4, 5, 5)
        and torch.equal(told[:, :3], ones)
        and torch.allclose(told[:, 3], torch.ones(4, 5, 5))
    )
    h = torch.randn(8, 6, generator=torch.Generator().manual_seed(0))
    told = minibatch_deviation(h, 4)[:, 6]
    for first in (0, 1):  # every second sample is of one group
        wanted = h[first::2].std(0, unbiased=False).mean()
        assert torch.allclose(told[first::2], wanted.expand(4), atol=1e-6)
    assert torch.allclose(minibatch_deviation(h.flip(0), 8)[:, 6], minibatch_deviation(h, 8)[:, 6]), (
        "in any order"
    )
    with pytest.raises(ValueError, match="groups of 3"):
        minibatch_deviation(h, 3)


def test_the_gradient_of_the_minibatch_deviation_is_finite_where_all_samples_are_equal():
    h = torch.zeros(4, 2, requires_grad=True)
    minibatch_deviation(h)[:, 2].sum().backward()
    assert torch.isfinite(h.grad).all()
