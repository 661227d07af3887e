"""Enlarging: SRCNN, SRResNet and SRGAN as their papers say."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from i2i.bench import _example
from i2i.checkpoint import VGG_FILE, CheckpointError, export, load_vgg
from i2i.data.folders import DataError
from i2i.judges import load_judge
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.nets.srresnet import EnlargingResNet, ShuffledConv2d
from i2i.nets.vgg import VGG19
from i2i.recipes import RECIPES, Recipe
from kit.images import as_reduced
from kit.methods import count, loud, tiny
from kit.runs import clones, equal, trainer
from kit.sources import Made, fake_batch, noise, rng
from kit.terms import assert_terms, log_of_fake, log_of_real

METHODS_HERE = ("srcnn", "srresnet", "srgan")
WAYS = [
    ("srcnn", {"scale": 4}),
    ("srcnn", {"scale": 2}),
    ("srresnet", {"scale": 4}),
    ("srresnet", {"scale": 2}),
]


# ---- Sizes ----


def test_the_papers_sizes_are_the_default(unfilled):
    SRCNN = METHODS["srcnn"]
    assert count(SRCNN().G, "weight") == 57_184
    small = SRCNN(SRCNN.Config(second=1)).G
    assert (count(small, "weight"), count(small)) == (8_032, 8_129)
    # Without its norms, and with one doubling less.
    assert count(METHODS["srresnet"](METHODS["srresnet"].Config(norm="none")).G) == 1_549_462 - 33 * 128
    assert count(EnlargingResNet(scale=2)) == 1_549_462 - (256 * 64 * 9 + 256) - 1


def test_the_papers_training_is_the_default():
    c = METHODS["srgan"].Config()
    assert (c.content, c.features, c.content_weight, c.adversarial, c.pixel) == ("phi54", "vgg19", 1, 1e-3, 0)
    assert (c.rate, c.steps) == (1e-4, 200_000)
    net = tiny("srgan", content="mse", content_weight=0.5, adversarial=3e-3, pixel=0.1)
    assert net.weights(0) == {"real": 1.0, "fake": 1.0, "content": 0.5, "mse": 0.1, "gan": 3e-3}
    assert tiny("srresnet").weights(0) == tiny("srcnn").weights(0) == {"mse": 1.0}
    falls = {"srcnn": [1, 1, 1, 1, 1, 0.75, 0.5, 0.25], "srresnet": [1] * 8, "srgan": [1] * 4 + [0.1] * 4}
    for key, factors in falls.items():
        method = net if key == "srgan" else tiny(key)
        assert [method.learning_rate(s) for s in range(8)] == pytest.approx(factors)
        for turn in method.stages()[0].turns.values():
            settings = turn.optimizer(method.G.parameters()).defaults
            assert settings["betas"] == (0.9, 0.999) and settings["lr"] == method.config.rate


@pytest.mark.parametrize("side", [16, 20, 33])
def test_the_critic_takes_pictures_of_its_side(side):
    critic = tiny("srgan", side=side, content="mse").D
    assert critic(noise(2, 3, side, side)).shape == (2, 1)


# ---- Nets ----


def test_pixels_are_shuffled_as_the_paper_draws_it():
    wanted = [[0, 4, 1, 5], [8, 12, 9, 13], [2, 6, 3, 7], [10, 14, 11, 15]]
    h = torch.arange(16.0).view(1, 4, 2, 2)
    assert nn.PixelShuffle(2)(h)[0, 0].tolist() == wanted
    layer = ShuffledConv2d(1, 1, 1)
    with torch.no_grad():
        layer.weight.fill_(1), layer.bias.fill_(0)
        assert layer(h)[0, 0].tolist() == wanted


@pytest.mark.parametrize("kernel", [2, 8])
def test_a_kernel_that_would_change_the_sides_is_refused(kernel):
    with pytest.raises(ValueError, match=f"got {kernel}$"):
        ShuffledConv2d(3, 3, kernel)


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_a_scale_that_no_doubling_makes_is_refused(scale):
    with pytest.raises(ValueError, match=f"^scale is 2 or 4.*got {scale}$"):
        tiny("srresnet", scale=scale)


# ---- Reach ----


@pytest.mark.parametrize(
    "key, changes",
    [*WAYS, ("srcnn", {"scale": 3}), ("srcnn", {"second": 1, "scale": 4}), ("srgan", {})],
    ids=str,
)
def test_no_pixel_of_the_result_sees_beyond_its_reach(key, changes):
    method = loud(key, **changes).float().eval()
    k, reach = method.enlarges, method.reach
    middle = reach + 2
    x = noise(1, 3, 2 * middle + 1, 2 * middle + 1).requires_grad_()
    made = method.translate(x)[..., k * middle : k * (middle + 1), k * middle : k * (middle + 1)]
    (seen,) = torch.autograd.grad(made.square().sum(), x)
    rows, columns = (seen.abs().sum((0, 1, d)).nonzero()[:, 0] - middle for d in (3, 2))
    assert max(rows.abs().max(), columns.abs().max()) <= reach
    if not changes.get("second") and changes.get("scale") != 3:
        assert rows.min() == columns.min() == -reach and rows.max() == columns.max() == reach, (
            "and needs no less"
        )


def test_the_reach_grows_with_the_depth():
    assert tiny("srresnet", blocks=8).reach == tiny("srresnet", blocks=1).reach + 14
    assert tiny("srcnn", scale=4, first=17).reach == tiny("srcnn", scale=4).reach + 1


# ---- The terms ----

SMALL = {"width": 4, "blocks": 1, "side": 16, "d_width": 2, "d_dense": 8}
BATCH = fake_batch(2, dtype=torch.float64, enlarges=4)
X, Y = BATCH["x"], BATCH["y"]


def test_srcnns_loss_is_the_squared_error_of_brightness():
    net, batch = tiny("srcnn"), fake_batch(enlarges=2)
    y = F.interpolate(batch["x"], scale_factor=2, mode="bicubic", antialias=True)
    brightness = torch.tensor([65.481, 128.553, 24.966]) / 255
    y, wanted = (
        torch.einsum("c,bchw->bhw", brightness, (p + 1) / 2)[:, None] + 16 / 255 for p in (y, batch["y"])
    )
    first, _, second, _, third = net.G
    h = F.relu(F.conv2d(y, first.weight, first.bias, padding=4))
    made = F.conv2d(
        F.relu(F.conv2d(h, second.weight, second.bias, padding=2)), third.weight, third.bias, padding=2
    )
    terms = net.generator_loss(batch)
    assert {*terms} == {"mse"} and terms["mse"].item() == pytest.approx(
        (made - wanted).square().mean().item(), rel=1e-5
    )


def test_srresnets_loss_is_the_squared_error():
    net = loud("srresnet")
    assert_terms(net.generator_loss(BATCH), {"mse": (net.G(X) - Y).square().mean()})


def seen_by_vgg(net: VGG19, image: Tensor) -> Tensor:
    """phi_22 by hand: two convolutions, halved, two more; every one followed by a ReLU."""
    mean, deviation = (
        torch.tensor(v).to(image.dtype)[:, None, None] for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    )
    h = ((image + 1) / 2 - mean) / deviation
    convolutions = [m for m in net.net if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.kernel_size) for m in convolutions] == [
        (3, 64, (3, 3)), (64, 64, (3, 3)), (64, 128, (3, 3)), (128, 128, (3, 3)),
    ]  # fmt: skip
    for i, conv in enumerate(convolutions):
        h = F.relu(F.conv2d(F.max_pool2d(h, 2) if i == 2 else h, conv.weight, conv.bias, padding=1))
    return h / 12.75


@pytest.mark.parametrize("training", [False, True])
def test_srgans_terms_are_its_equations(training):
    net = loud("srgan").train(training)
    nn.init.normal_(net.phi.net[0].weight, std=0.05, generator=rng())
    fake = net.G(X)
    of_g = {
        "content": (seen_by_vgg(net.phi, fake) - seen_by_vgg(net.phi, Y)).square().mean(),
        "gan": log_of_real(net.D(fake)),
    }
    of_d = {"real": log_of_real(net.D(Y)), "fake": log_of_fake(net.D(fake))}
    for batch in (BATCH, BATCH | net.fakes(BATCH)):
        assert_terms(net.generator_loss(batch), of_g)
        assert_terms(net.discriminator_loss(batch), of_d)
    total = weighted_sum(net.generator_loss(BATCH), net.weights(0))
    torch.testing.assert_close(total, of_g["content"] + 1e-3 * of_g["gan"])


def test_a_squared_error_may_stand_beside_the_content():
    net = loud("srgan", content="mse", pixel=0.3, adversarial=0.0)
    wanted = (net.G(X) - Y).square().mean()
    terms = net.generator_loss(BATCH)
    assert_terms(terms, {"content": wanted, "mse": wanted})
    torch.testing.assert_close(weighted_sum(terms, net.weights(0)), 1.3 * wanted)


def test_what_phi_sees_teaches_g_and_not_phi():
    net = loud("srgan")
    with frozen(net.D, net.phi):
        net.generator_loss(BATCH)["content"].backward()
    assert all(p.grad is not None for p in net.G.parameters()) and net.G.head[0].weight.grad.abs().sum() > 0
    assert all(p.grad is None and not p.requires_grad for p in net.phi.parameters())
    t = trainer(tiny("srgan"))
    before = {k: v.clone() for k, v in t.method.phi.state_dict().items()}
    t.advance(), t.advance()
    assert all(torch.equal(before[k], v) for k, v in t.method.phi.state_dict().items()), "bit for bit"
    assert not any(p.requires_grad for p in t.method.phi.parameters())


def test_without_an_adversary_the_content_alone_teaches():
    net = tiny("srgan", adversarial=0.0)
    batch = fake_batch(enlarges=4)
    assert net.discriminator_loss(batch) == {} and {*net.generator_loss(batch)} == {"content"}
    t = trainer(net)
    before = clones(net.D)
    assert {*t.advance()} == {"content"} and equal(before, clones(net.D)) and not t.optimizers["D"].state


def test_content_may_be_the_squared_error_and_then_there_is_no_phi():
    net = loud("srgan", content="mse")
    assert {*net.networks()} == {"G", "D"} and net.given == "" and tiny("srgan").given == "phi"
    torch.testing.assert_close(net.generator_loss(BATCH)["content"], (net.G(X) - Y).square().mean())


@pytest.mark.parametrize("wrong", [{"content": "phi33"}, {"content": ""}, {"features": "vgg16"}], ids=str)
def test_an_unknown_content_is_refused_with_those_there_are(wrong):
    with pytest.raises(
        ValueError,
        match=f"^content is one of mse, phi22, phi54 by vgg19 or judge; got .*{next(iter(wrong.values()))!r}",
    ):
        tiny("srgan", **wrong)


@pytest.mark.parametrize("layer, place", [("phi22", 1), ("phi54", 4)])
def test_a_net_that_was_trained_for_something_else_may_be_phi(layer, place):
    net = tiny("srgan", features="judge", content=layer, side=32)
    x, y = noise(2, 3, 8, 8), noise(2, 3, 32, 32)
    torch.testing.assert_close(net.phi(y), net.phi.net(y)[place])
    wanted = (net.phi.net(net.G(x))[place] - net.phi.net(y)[place]).square().mean()
    torch.testing.assert_close(net.generator_loss({"x": x, "y": y})["content"], wanted)
    before = {k: v.clone() for k, v in net.phi.state_dict().items()}
    t = trainer(net, Made(size=32, enlarges=4))
    assert {*t.advance()} == {"real", "fake", "content", "gan"}
    assert all(torch.equal(before[k], v) for k, v in net.phi.state_dict().items()), "to the last statistic"
    assert not any(m.training for m in net.phi.net.modules())


# ---- VGG-19 ----


def test_phi_is_a_piece_of_torchvisions_net(unfilled):
    """After 9 layers the second convolution of the second stage and its ReLU; after 36 the fourth of the fifth."""
    for layer, length, convolutions, channels, halvings in (
        ("phi22", 9, 4, 128, 1),
        ("phi54", 36, 16, 512, 4),
    ):
        net = VGG19(layer)
        kinds = [type(m) for m in net.net]
        assert len(kinds) == length and kinds[-2:] == [nn.Conv2d, nn.ReLU]
        assert (kinds.count(nn.Conv2d), kinds.count(nn.MaxPool2d), net.net[-2].out_channels) == (
            convolutions,
            halvings,
            channels,
        )
        assert not any(p.requires_grad for p in net.parameters())


def test_phi_is_told_pictures_as_imagenet_has_them_and_divides_by_12_75():
    net = VGG19("phi22").double()
    image = noise(2, 3, 16, 16, dtype=torch.float64)
    torch.testing.assert_close(net(image), seen_by_vgg(net, image), rtol=1e-10, atol=1e-12)
    net.net = nn.Identity()
    mean = 2 * torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1) - 1
    assert net(mean).abs().max() < 1e-6
    one = net(mean + 2 * torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
    torch.testing.assert_close(one, torch.full_like(one, 1 / 12.75))
    assert {*net.state_dict()} == set(), "mean and deviation are no weights"


@pytest.fixture
def vgg_file(tmp_path):
    """As torchvision saves its net, as far as phi22 goes; with random weights."""
    folder = tmp_path / "vgg19"
    folder.mkdir()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        state = {f"features.{k}": v for k, v in VGG19("phi22").net.state_dict().items()}
    torch.save(state | {"classifier.0.weight": torch.zeros(2, 2)}, folder / VGG_FILE)
    return folder / VGG_FILE


def vgg_sentence(folder: Path, layer: str = "phi22") -> str:
    with torch.device("meta" if layer == "phi54" else "cpu"):
        net = VGG19(layer)
    with pytest.raises(CheckpointError) as caught:
        load_vgg(net, folder)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".") and VGG_FILE in sentence
    return sentence


def test_vggs_weights_come_from_torchvisions_file(vgg_file, monkeypatch, tmp_path):
    net = VGG19("phi22")
    load_vgg(net, vgg_file.parent)
    state = torch.load(vgg_file)
    assert all(torch.equal(v, state[f"features.{k}"]) for k, v in net.net.state_dict().items())
    assert not any(p.requires_grad for p in net.parameters())

    config = {**SMALL, "content": "phi22"}
    recipe = Recipe("srgan", "own folder", 16, config, judge="vgg19")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    built = recipe.build().phi
    assert all(torch.equal(v, net.state_dict()[k]) for k, v in built.state_dict().items())
    monkeypatch.setenv("I2I_DATA", str(tmp_path / "elsewhere"))
    monkeypatch.chdir(vgg_file.parent)
    with pytest.raises(DataError, match="'vgg19' is not installed: run `python -m i2i data vgg19`"):
        recipe.build()
    assert recipe.build(content="mse").given == "", "which needs no file"


def test_a_file_that_is_not_vggs_is_refused_in_one_sentence(vgg_file):
    assert "python -m i2i data vgg19" in vgg_sentence(vgg_file.parents[1])
    assert "does not hold torchvision's VGG-19 (KeyError)" in vgg_sentence(vgg_file.parent, "phi54"), (
        "strictly: all of it"
    )
    whole, state = vgg_file.read_bytes(), torch.load(vgg_file)
    for damaged in (whole[: len(whole) // 2], b"", b"not a file of torch"):
        vgg_file.write_bytes(damaged)
        assert "fetch it again" in vgg_sentence(vgg_file.parent)
    for wrong in (
        {**state, "features.0.weight": torch.zeros(64, 3, 5, 5)},
        [1, 2],
        {k[9:]: v for k, v in state.items()},
    ):
        torch.save(wrong, vgg_file)
        assert "fetch it again" in vgg_sentence(vgg_file.parent)


# ---- Recipes ----


def test_a_recipe_may_begin_with_a_shipped_generator(tmp_path, monkeypatch):
    begun = tiny("srresnet", seed=3).eval()
    export(tmp_path / "begun", begun, size=16)
    monkeypatch.setattr("i2i.recipes.recipe.SHIPPED", tmp_path)
    recipe = Recipe("srgan", "own folder", 16, {**SMALL, "content": "mse"}, start="begun")
    built = recipe.build()
    for (name, p), q in zip(built.G.named_parameters(), begun.G.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-3, atol=1e-4, msg=name)
        assert p.requires_grad
    with pytest.raises(CheckpointError, match="does not fit begun"):
        recipe.build(blocks=2)
    with pytest.raises(
        CheckpointError, match=r"^there is no shipped model 'nowhere', with which this recipe begins\.$"
    ):
        Recipe("srgan", "own folder", 16, recipe.config, start="nowhere").build()


def test_a_recipe_fills_phi_with_its_judge():
    recipe = Recipe(
        "srgan", "own folder", 32, {**SMALL, "side": 32, "features": "judge"}, judge="i2i-feat-v1"
    )
    phi, judge = recipe.build().phi, load_judge()
    assert phi.layer == 4
    y = noise(1, 3, 32, 32)
    torch.testing.assert_close(phi(y), judge(y)[4], rtol=0, atol=1e-5)
    assert not phi.net.training and not any(p.requires_grad for p in phi.parameters())


def test_the_shipped_recipes_are_those_of_one_generator():
    """SRGAN goes on where SRResNet ends, so they must agree on G; and what is shown is at a quarter of its size."""
    names = [n for n in RECIPES if n.startswith("sr")]
    assert {RECIPES[n].method for n in names} == set(METHODS_HERE)
    for name in names:
        if start := RECIPES[name].start:
            ours, theirs = (METHODS[RECIPES[n].method].Config(**RECIPES[n].config) for n in (name, start))
            same = ("scale", "channels", "width", "blocks", "norm")
            assert [getattr(ours, k) for k in same] == [getattr(theirs, k) for k in same], name
    shown = RECIPES["srresnet-photographs"].showcase(96)
    assert (
        shown["y"].shape[-1] == 4 * shown["x"].shape[-1]
        and len(shown["x"]) == len(shown["y"])
        and as_reduced(shown, 4) <= 1
    )


def test_the_bench_gives_a_method_that_enlarges_a_small_x():
    for key, changes, k in (("srresnet", {}, 4), ("srcnn", {"scale": 2}, 2), ("cyclegan", {}, 1)):
        batch = _example(Recipe(key, "", 32, changes), 2)
        assert batch["x"].shape == (2, 3, 32 // k, 32 // k) and batch["y"].shape == (2, 3, 32, 32)
