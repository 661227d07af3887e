"""What `lay_out` puts in place of torch's layers computes what they compute, and fits their weights."""

from __future__ import annotations

import copy
import importlib
import inspect
import pkgutil

import pytest
import torch
from torch import Tensor, nn

import i2i.methods
import i2i.nets
from i2i import fast
from i2i.checkpoint import load_method
from i2i.fast import FASTER, lay_out
from i2i.methods import METHODS
from i2i.nets.layers import (
    AffineInstanceNorm2d,
    Resized,
    affine_instance_norm,
    instance_norm,
    resized,
    resized3d,
)
from i2i.nets.srresnet import EnlargingResNet, ShuffledConv2d
from i2i.nets.unet import UNet
from i2i.recipes import RECIPES
from i2i.run.pipeline import SHIPPED, load
from kit.methods import tiny, wishes
from kit.sources import fake_batch, noise

DOUBLE = torch.float64


def quick(net: nn.Module) -> nn.Module:
    """A laid-out copy."""
    return lay_out(copy.deepcopy(net), "cpu")


def assert_alike(plain: nn.Module, h: Tensor, atol: float = 1e-9, rtol: float = 1e-9) -> None:
    """Values and all gradients of a layer or net and of its quick copy, in float64."""
    results = []
    for net in (plain, quick(plain)):
        x = h.clone().requires_grad_()
        y = net(x)
        y.backward(noise(*y.shape, seed=1, dtype=DOUBLE))
        results.append((y.detach(), x.grad, *(p.grad for p in net.parameters())))
    for theirs, ours in zip(*results, strict=True):
        assert (ours is None) == (theirs is None), "a norm of one pixel has no use for its scale"
        if ours is not None:
            assert ours.shape == theirs.shape
            torch.testing.assert_close(ours, theirs, rtol=rtol, atol=atol)


@pytest.fixture
def products(monkeypatch):
    """Every convolution that can become a matrix product does, however few its channels are; how often, so far."""
    asked = []
    monkeypatch.setattr(fast, "_product_pays", lambda layer, pixels: not asked.append(type(layer)))
    return asked


# ---- What is turned, and what is not ----


def test_each_layer_becomes_its_quick_class_in_place_and_keeps_all_it_has():
    net = nn.Sequential(
        nn.Conv2d(4, 4, 3),
        nn.ConvTranspose2d(4, 4, 4, 2, 1),
        instance_norm(4),
        affine_instance_norm(4),
        nn.PReLU(),
        ShuffledConv2d(1, 4, 5),
        resized(4, 4, True),
    )
    before, layers = net.state_dict(), [*net]
    assert lay_out(net, "cpu") is net and [*net] == layers
    assert {type(m) for m in net} == {*FASTER.values()} and len({*FASTER.values()}) == len(FASTER) == len(net)
    assert [*net.state_dict()] == [*before] and all(
        torch.equal(v, before[k]) for k, v in net.state_dict().items()
    )
    assert net[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert (
        [type(m) for m in lay_out(net, "cpu")] == [type(m) for m in copy.deepcopy(net)] == [*FASTER.values()]
    ), "twice is once"
    assert "\n  (0): Conv2d(4, 4" in repr(net), "it is printed as what it stands for"


@pytest.mark.parametrize(
    "layer", [nn.PReLU(3), ShuffledConv2d(1, 2, 3)], ids=["a slope for each channel", "kernel 3"]
)
def test_a_layer_whose_quick_class_could_not_do_it_stays(layer):
    kind = type(layer)
    assert type(quick(layer)) is kind
    h = noise(1, 3 if kind is nn.PReLU else 4, 4, 4)
    torch.testing.assert_close(quick(layer)(h), layer(h))


def test_a_subclass_stays_for_it_has_a_forward_of_its_own():
    class Twice(nn.Conv2d):
        def forward(self, h):
            return 2 * super().forward(h)

    assert type(quick(Twice(3, 4, 3))) is Twice


def test_nets_and_methods_are_made_of_torchs_own_layers():
    """One exception, which is about maps of one pixel and not about speed."""
    torchs = (nn.Conv2d, nn.ConvTranspose2d, nn.InstanceNorm2d, nn.PReLU, nn.BatchNorm2d, nn.Linear)
    found = set()
    for package in (i2i.nets, i2i.methods):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if cls.__module__ == module.name and issubclass(cls, torchs):
                    found.add(cls)
    assert found == {AffineInstanceNorm2d}
    assert not any(type(m).__module__ == "i2i.fast" for key in METHODS for m in tiny(key).modules())


# ---- Whole methods ----


@pytest.mark.parametrize("key", METHODS)
def test_a_laid_out_method_translates_as_a_plain_one(key, products):
    plain, laid = (tiny(key).double() for _ in range(2))
    lay_out(laid, "cpu")
    assert [*laid.state_dict()] == [*plain.state_dict()]
    assert all(torch.equal(v, laid.state_dict()[k]) for k, v in plain.state_dict().items())
    assert not {type(m) for m in laid.modules()} & {*FASTER}, "nothing is left to turn"
    batch = fake_batch(dtype=DOUBLE, enlarges=plain.enlarges)
    for controls in wishes(plain).values():
        chance = [torch.Generator().manual_seed(0) for _ in range(2)]
        with torch.no_grad():
            theirs, ours = (
                m.sample(2, rng, **controls)
                if m.alone
                else m.translate(batch["x"], generator=rng, **controls)
                for m, rng in zip((plain, laid), chance, strict=True)
            )
        assert theirs.std() > 1e-6, "else this tells nothing"
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-9)
    plainly = [m for m in plain.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    mirrors = all(m.padding_mode == "reflect" for m in plainly if m.kernel_size != (1, 1))
    assert products or mirrors, "some of it went through matrix products"


@pytest.mark.parametrize("key", METHODS)
def test_every_loss_of_a_laid_out_method_is_that_of_a_plain_one(key, products):
    plain, laid = (tiny(key).double() for _ in range(2))
    lay_out(laid, "cpu")
    batch = fake_batch(dtype=DOUBLE, enlarges=plain.enlarges)
    for mine, theirs in zip(laid.stages(), plain.stages(), strict=True):
        for name, turn in theirs.turns.items():
            found = []
            for method, loss in ((plain, turn.loss), (laid, mine.turns[name].loss)):
                torch.manual_seed(0)
                method.zero_grad()
                terms = loss(batch)
                sum(terms.values(), torch.zeros((), dtype=DOUBLE, requires_grad=True)).backward()
                found.append(({k: v.item() for k, v in terms.items()}, [p.grad for p in method.parameters()]))
            (wanted, slopes), (got, ours) = found
            assert got == pytest.approx(wanted, rel=1e-9, abs=1e-9)
            for a, b in zip(ours, slopes, strict=True):
                assert (a is None) == (b is None)
                if a is not None:
                    torch.testing.assert_close(a, b, rtol=1e-7, atol=1e-9)


# Every kind of layer: products, borders by hand, norms image by image, with a shift, slopes and a shuffle.
PICTURED = (
    "pix2pix-icons",
    "cyclegan-icons",
    "discogan-emoji",
    "dtn-faces",
    "stargan-icons",
    "srresnet-photographs-x2",
    "pggan-emoji",
)


@pytest.mark.parametrize("name", PICTURED)
def test_a_shipped_model_makes_the_picture_of_its_plain_method(name):
    """In float32, to one of 255 levels: the laid-out method, and what `prepared` makes of it."""
    recipe, model = RECIPES[name], load(name, "cpu", precision="fp32")
    shown = {k: v[:1] for k, v in recipe.showcase(recipe.size).items()}
    asked = (
        {"mask": shown["mask"]}
        if "mask" in model.controls
        else {"label": 1}
        if "label" in model.controls
        else {}
    )
    plain, _ = load_method(SHIPPED / name)
    assert [
        any(type(m).__module__ == "i2i.fast" for m in method.modules()) for method in (plain, model.method)
    ] == [False, True]
    with torch.inference_mode():
        wanted, laid = (
            method.translate(shown["x"], generator=torch.Generator().manual_seed(0), **asked)
            for method in (plain, model.method)
        )
    prepared = model.translate(shown["x"], 0, **asked)
    assert wanted.std() > 0.05
    for made in (laid, prepared):
        assert (made.clamp(-1, 1) - wanted.clamp(-1, 1)).abs().max() <= 2 / 255


# ---- Convolutions as products ----

LAYERS = [
    nn.Conv2d(64, 96, 4, 2, 1), nn.Conv2d(96, 64, 3, 1, 1, bias=False),
    nn.ConvTranspose2d(64, 96, 4, 2, 1), nn.ConvTranspose2d(64, 96, 4, 2, 1, bias=False),
]  # fmt: skip


@pytest.mark.parametrize("shape", [(1, 4, 4), (1, 2, 2), (2, 2, 4), (1, 8, 8)], ids=str)
@pytest.mark.parametrize(
    "layer", LAYERS, ids=lambda layer: f"{type(layer).__name__}-{layer.bias is not None}"
)
def test_a_product_is_the_convolution_and_so_are_its_gradients(layer, shape):
    b, rows, columns = shape
    assert_alike(
        copy.deepcopy(layer).double(), noise(b, layer.in_channels, rows, columns, dtype=DOUBLE), atol=1e-12
    )


@pytest.mark.parametrize(
    "layer, small, large",
    [(LAYERS[0], 4, 16), (LAYERS[1], 2, 8), (LAYERS[2], 2, 8)],
    ids=["down", "same", "up"],
)
def test_only_small_maps_of_many_channels_become_products(layer, small, large, monkeypatch):
    torchs, layer = [], quick(layer)
    for cls in (nn.Conv2d, nn.ConvTranspose2d):
        whole = cls.forward
        monkeypatch.setattr(
            cls, "forward", lambda self, h, *a, whole=whole: (torchs.append(h.shape), whole(self, h, *a))[1]
        )
    with torch.no_grad():
        layer(noise(1, layer.in_channels, small, small))
        assert torchs == []
        layer(noise(1, layer.in_channels, large, large))
        assert len(torchs) == 1


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(8, 8, (4, 2), 2, 1), nn.Conv2d(8, 8, 3, 1, 1, groups=2), nn.Conv2d(8, 8, 3, 1, 2, dilation=2),
        nn.Conv2d(8, 8, 3, padding="same"), nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(8, 8, 5, 2, 2, padding_mode="reflect"), nn.Conv2d(8, 8, 3, padding="same", padding_mode="reflect"),
        nn.Conv2d(8, 8, 3, padding=1, padding_mode="circular"), nn.ConvTranspose2d(8, 8, 2, 2),
        nn.ConvTranspose2d(8, 8, 4, 2, 1, output_padding=1), nn.ConvTranspose2d(8, 8, 3, 2, 1, output_padding=1),
    ],
    ids=[
        "oblong", "groups", "dilation", "same", "reflect", "reflect and halve", "reflect, same", "circular", "kernel 2",
        "output padding", "kernel 3",
    ],
)  # fmt: skip
def test_layers_of_other_kinds_are_torchs_own(layer, products):
    assert_alike(copy.deepcopy(layer).double(), noise(2, 8, 4, 6, dtype=DOUBLE), atol=1e-12)
    assert not products


def test_a_border_of_reflected_pixels_stays_in_half_precision():
    layer = quick(nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect"))
    with torch.autocast("cpu", torch.bfloat16):
        assert fast.mirrored(noise(1, 8, 6, 6).bfloat16(), layer).dtype == torch.bfloat16


# ---- Repeated pixels and a convolution ----


@pytest.mark.parametrize("way", ["added", "turned", "dealt"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    "shape, inputs", [((1, 5, 7), 4), ((3, 6, 3), 5), ((1, 1, 9), 2), ((3, 7, 1), 2), ((3, 4, 4), 5), ((1, 3, 5, 4), 6), ((3, 2, 3, 1), 2)], ids=str,
)  # fmt: skip
def test_a_pair_of_repeated_pixels_and_a_convolution_and_its_gradients(shape, inputs, bias, way):
    """Images and voxels, odd sides and unequal ones, each way: to 1e-12."""
    b, *sides = shape
    few = 3 if len(sides) == 2 else fast.FEW_VOXELS
    inputs, outputs = 3 * inputs if way == "added" else inputs, few if way == "dealt" else fast.FEW + 1
    assert (torch.Size(shape).numel() <= 4 * inputs) == (way == "added"), "else the test is of another way"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layer = (resized if len(sides) == 2 else resized3d)(inputs, outputs, bias).double()
    h = noise(b, inputs, *sides, dtype=DOUBLE)
    assert layer(h).shape == (b, outputs, *(2 * side for side in sides))
    assert_alike(layer, h, rtol=1e-12, atol=1e-12)


def test_a_map_of_one_pixel_is_doubled_as_any_other():
    assert_alike(resized(8, 4, True).double(), noise(2, 8, 1, 1, dtype=DOUBLE), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(1, 8, 3, 3), (1, 2, 3, 3), (1, 8, 2, 2, 2), (1, 2, 3, 3, 3)], ids=str)
def test_a_quick_pair_never_makes_the_large_map_before_the_convolution(shape, monkeypatch):
    layer = quick((resized if len(shape) == 4 else resized3d)(shape[1], 2, True))
    monkeypatch.setattr(nn.Upsample, "forward", lambda *_: pytest.fail("it repeats pixels"))
    assert layer(noise(*shape)).shape == (1, 2, *(2 * side for side in shape[2:]))


@pytest.mark.parametrize("inputs, side, turned", [(16, 8, 0), (16, 9, 1), (127, 23, 1), (128, 23, 0)])
def test_many_channels_and_small_maps_are_added_and_others_turned(inputs, side, turned, monkeypatch):
    whole, calls = torch.nn.functional.conv_transpose2d, []
    monkeypatch.setattr(
        torch.nn.functional, "conv_transpose2d", lambda *a, **k: (calls.append(a[0].shape), whole(*a, **k))[1]
    )
    with torch.no_grad():
        for outputs in (fast.FEW, fast.FEW + 1):
            quick(resized(inputs, outputs, False))(noise(1, inputs, side, side))
    assert len(calls) == turned, "and few outputs are dealt out"


@pytest.mark.parametrize("inputs", [2, 8])
def test_a_quick_pair_stays_in_half_precision_and_is_off_by_rounding_alone(inputs):
    layer, h = resized(inputs, 4, True), noise(2, inputs, 3, 3)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        made = quick(layer)(h)
    assert made.dtype == torch.bfloat16
    torch.testing.assert_close(made.float(), layer(h), rtol=0.02, atol=0.02)


def test_names_of_weights_are_those_of_a_plain_sequence():
    layer = resized(2, 3, True)
    plain = nn.Sequential(*layer)
    assert (
        [*layer.state_dict()]
        == [*quick(layer).state_dict()]
        == [*plain.state_dict()]
        == ["1.weight", "1.bias"]
    )
    quick(layer).load_state_dict(plain.state_dict())


@pytest.mark.parametrize(
    "pair",
    [
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect")),
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 3, 3)),
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 3, 3, 2, 1)),
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 3, 5, padding=2)),
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 2, 3, padding=1, groups=2)),
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 3, 3, padding="same")),
        (nn.Upsample(scale_factor=3), nn.Conv2d(2, 3, 3, padding=1)),
        (nn.Upsample(scale_factor=(2, 1)), nn.Conv2d(2, 3, 3, padding=1)),
        (nn.Upsample(size=(8, 8)), nn.Conv2d(2, 3, 3, padding=1)),
        (nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(2, 3, 3, padding=1)),
        (nn.Upsample(scale_factor=2), nn.Conv2d(2, 3, 3, padding=1), nn.ReLU()),
        (nn.Upsample(scale_factor=2), nn.Identity()),
    ],
    ids=["reflect", "no border", "stride", "kernel 5", "groups", "same", "times 3", "one axis", "size", "bilinear", "and more", "no convolution"],
)  # fmt: skip
def test_a_pair_of_other_kinds_stays(pair):
    plain = Resized(*pair)
    laid = quick(plain)
    assert type(laid) is Resized
    h = noise(1, 2, 4, 5)
    torch.testing.assert_close(laid(h), nn.Sequential(*pair)(h))


# ---- Instance norm ----


@pytest.mark.parametrize("norm", [instance_norm, affine_instance_norm, nn.InstanceNorm2d])
@pytest.mark.parametrize("shape", [(3, 4, 5, 7), (1, 4, 2, 2)], ids=str)
def test_the_quick_instance_norm_is_torchs_and_so_are_its_gradients(norm, shape):
    plain = norm(4).double()
    for p in plain.parameters():
        p.data = noise(4, seed=3, dtype=DOUBLE)
    h, towards = (noise(*shape, seed=s, dtype=DOUBLE) for s in (0, 1))
    results = []
    for layer in (plain, quick(plain)):
        x = (3 * h + 1).requires_grad_()
        y = layer(x)
        (slope,) = torch.autograd.grad((y * towards).sum(), x, create_graph=True)
        slope.square().sum().backward()  # a gradient penalty differentiates twice
        results.append((y, slope, x.grad, *(p.grad for p in layer.parameters() if p.grad is not None)))
    for torchs, mine in zip(*results, strict=True):
        torch.testing.assert_close(mine, torchs, rtol=1e-9, atol=1e-9)


def test_the_quick_instance_norm_keeps_the_layout():
    made = quick(instance_norm(4))(noise(2, 4, 8, 8).to(memory_format=torch.channels_last))
    assert made.is_contiguous(memory_format=torch.channels_last)


def test_the_quick_norms_of_one_pixel_are_the_plain_ones():
    """A shift, where the net asks for a norm that can do it; an error where torch's own raises one."""
    norm, h = affine_instance_norm(3).double(), noise(2, 3, 1, 1, dtype=DOUBLE)
    norm.bias.data = torch.tensor([1.0, -2.0, 3.0], dtype=DOUBLE)
    assert quick(norm)(h).flatten(1).tolist() == [[1, -2, 3]] * 2
    assert_alike(norm, h)
    for torchs in (instance_norm(3), nn.InstanceNorm2d(3, affine=True)):
        for layer in (torchs, quick(torchs)):
            with pytest.raises(ValueError, match="more than 1"):
                layer(h.float())


def test_a_unet_that_norms_a_map_of_one_pixel_is_plain_or_quick_the_same(products):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = UNet(
            width=4, cap=8, depth=4, norm=affine_instance_norm, deepest_norm=True, dropout=0.0
        ).double()
    assert_alike(net, noise(2, 3, 16, 16, dtype=DOUBLE))


# ---- Slopes, and a convolution behind a shuffle ----


@pytest.mark.parametrize("slope", [0.25, 0.0, -0.3, 1.5])
def test_the_prelu_is_torchs_and_so_are_its_gradients(slope):
    h = noise(2, 3, 5, 7, dtype=DOUBLE)
    h[0, 0, 0, :2] = 0
    assert_alike(nn.PReLU(init=slope).double(), h, atol=1e-12)


def test_the_prelu_in_half_precision_is_off_by_rounding_alone():
    ours, theirs = quick(nn.PReLU()), nn.PReLU().double()
    h = noise(2, 8, 16, 16).bfloat16()
    g = h.clone()
    h.requires_grad_()
    with torch.autocast("cpu", torch.bfloat16):
        y = ours(h)
    assert y.dtype == torch.bfloat16
    y.backward(g)
    k = h.detach().double().requires_grad_()
    theirs(k).backward(g.double())
    torch.testing.assert_close(y.double(), theirs(k), rtol=2**-8, atol=0)
    torch.testing.assert_close(h.grad.double(), k.grad, rtol=2**-8, atol=0)
    # Two thousand squares, each rounded to 8 bits, and their sum to more.
    wanted = theirs.weight.grad.item()
    assert abs(torch.tensor(wanted).bfloat16().item() - wanted) > 0.4, "else this tells nothing"
    assert ours.weight.grad.dtype == torch.float32 and ours.weight.grad.item() == pytest.approx(
        wanted, abs=0.2
    )


@pytest.mark.parametrize("lay", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (6, 2)], ids=str)
@pytest.mark.parametrize("kernel", [1, 5, 9])
def test_a_convolution_behind_a_shuffle_and_its_gradients(kernel, shape, lay):
    layer, h = (
        ShuffledConv2d(3, 2, kernel).double(),
        noise(2, 12, *shape, dtype=DOUBLE).contiguous(memory_format=lay),
    )
    layer.weight.data = layer.weight.data.contiguous(memory_format=lay)
    assert_alike(layer, h, atol=1e-12)


def test_a_quick_convolution_behind_a_shuffle_never_deals_the_wide_map_out(monkeypatch):
    layer, shuffled = quick(ShuffledConv2d(6, 3, 9)), []
    whole = torch.nn.functional.pixel_shuffle
    monkeypatch.setattr(
        torch.nn.functional, "pixel_shuffle", lambda h, r: (shuffled.append(h.shape[1]), whole(h, r))[1]
    )
    assert layer(noise(1, 24, 4, 4)).shape == (1, 3, 8, 8) and shuffled == [12]


@pytest.mark.parametrize("scale", [2, 4])
def test_the_quick_generator_learns_what_the_plain_one_learns_in_float64(scale):
    """Values, and every weight after six steps."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        plain = EnlargingResNet(3, 6, 2, scale).double()
    laid, start = quick(plain), [p.detach().clone() for p in plain.parameters()]
    x, y = noise(2, 3, 5, 7, seed=1, dtype=DOUBLE), noise(2, 3, 5 * scale, 7 * scale, seed=2, dtype=DOUBLE)
    nets = (laid, plain)
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9) for net in nets]
    for _ in range(6):
        losses = [(net(x) - y).square().mean() for net in nets]
        assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-11)
        for optimizer, loss in zip(optimizers, losses, strict=True):
            optimizer.zero_grad(), loss.backward(), optimizer.step()
    for p, q, first in zip(laid.parameters(), plain.parameters(), start, strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-11)
        if p.dim() != 1:
            assert not torch.allclose(q, first, rtol=0, atol=1e-4), "it has moved"
    for net in nets:
        net.eval()
    torch.testing.assert_close(laid(x), plain(x), rtol=0, atol=1e-10)
