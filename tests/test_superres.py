"""Enlarging: SRCNN, SRResNet and SRGAN as their papers say; tiles, brightness, photographs, textures, benchmarks."""

from __future__ import annotations

import json
import math
import os
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

import i2i
from i2i import colour
from i2i.bench import _example
from i2i.checkpoint import VGG_FILE, CheckpointError, export, load_vgg
from i2i.cli import main
from i2i.data.enlarging import Enlarging, enlarging, photographs, reduced, shrunk
from i2i.data.folders import DataError
from i2i.data.worlds import textures as texture_module
from i2i.data.worlds.sdf import grid, hash_uniform
from i2i.data.worlds.textures import KINDS, SPLITS, draw, kind_of, textures
from i2i.judges import load_judge
from i2i.measure import evaluate, superres
from i2i.measure.superres import Bicubic, Scores, benchmark, figures, report, scores
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.methods.srcnn import bicubic
from i2i.nets.convolution import Conv2d, plain_layers
from i2i.nets.layers import batch_norm
from i2i.nets.srresnet import EnlargingResNet, PReLU, ShuffledConv2d, _Shuffled
from i2i.nets.vgg import VGG19
from i2i.pictures import PictureError, from_bytes, to_bytes, to_picture, to_rgb, to_tensor
from i2i.recipes import RECIPES, SHIPPED_JUDGES, Recipe, own_folder
from i2i.run import tiles
from kit.folders import NAMES, VAL, album, put
from kit.images import deep, grey, veiled, view
from kit.judges import flat_judge
from kit.methods import count, loud, tiny
from kit.runs import assert_identical, clones, equal, trainer
from kit.sources import Made, chance, fake_batch, noise
from kit.terms import assert_terms, log_of_fake, log_of_real

SHARED = Path(os.environ.get("I2I_DATA", "data"))
METHODS_HERE = ("srcnn", "srresnet", "srgan")
WAYS = [("srcnn", {"scale": 4}), ("srcnn", {"scale": 2}), ("srresnet", {"scale": 4}), ("srresnet", {"scale": 2})]


def vivid(key: str, **changes):
    """A tiny method in eval mode whose results fill most of [-1, 1], so that a fault shows in bytes."""
    method = loud(key, **changes).float().eval()
    last, h = list(method.G.modules())[-1], noise(1, 3, 24, 24)
    spread, middle = (0.15, 0.5) if key == "srcnn" else (0.4, 0.0)
    with torch.no_grad():
        given = colour.luma(bicubic(h, method.enlarges)) if key == "srcnn" else h
        last.weight *= spread / method.G(given).std()
        last.bias += middle - method.G(given).mean()
    return method


class Plain:
    """What tiles need of a model, without what a model does for speed."""

    def __init__(self, method):
        self.method, self.shapes = method, []

    @torch.no_grad()
    def translate(self, x: Tensor, seed: int = 0) -> Tensor:
        self.shapes.append(tuple(x.shape[-2:]))
        return self.method.translate(x)


def shades_apart(a: Image.Image, b: Image.Image) -> int:
    assert a.size == b.size
    return np.abs(np.asarray(a).astype(int) - np.asarray(b).astype(int)).max()


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


@pytest.mark.parametrize("lay", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (6, 2)], ids=str)
@pytest.mark.parametrize("kernel", [1, 5, 9])
def test_a_convolution_behind_a_shuffle_and_its_gradients(kernel, shape, lay):
    layer = ShuffledConv2d(3, 2, kernel).double()
    layer.weight.data = layer.weight.data.contiguous(memory_format=lay)
    weight, bias = (p.detach().clone().requires_grad_() for p in layer.parameters())
    h = noise(2, 12, *shape, dtype=torch.float64).contiguous(memory_format=lay).requires_grad_()
    k = h.detach().clone().requires_grad_()
    ours = layer(h)
    theirs = F.conv2d(nn.PixelShuffle(2)(k), weight, bias, padding=kernel // 2)
    slope = noise(*theirs.shape, seed=1, dtype=torch.float64)
    ours.backward(slope), theirs.backward(slope)
    for a, b in ((ours, theirs), (h.grad, k.grad), (layer.weight.grad, weight.grad), (layer.bias.grad, bias.grad)):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel", [2, 3, 7, 8])
def test_a_kernel_whose_places_do_not_pair_up_is_refused(kernel):
    with pytest.raises(ValueError, match=f"got {kernel}$"):
        ShuffledConv2d(3, 3, kernel)


@pytest.mark.parametrize("slope", [0.25, 0.0, -0.3, 1.5])
def test_the_prelu_is_torchs_and_so_are_its_gradients(slope):
    ours, theirs = PReLU(init=slope).double(), nn.PReLU(init=slope).double()
    results = []
    for layer in (ours, theirs):
        h = noise(2, 3, 5, 7, dtype=torch.float64)
        h[0, 0, 0, :2] = 0
        h.requires_grad_()
        y = layer(h)
        y.backward(noise(*y.shape, seed=1, dtype=torch.float64))
        results.append((y.detach(), h.grad, layer.weight.grad))
    for a, b in zip(*results, strict=True):
        assert a.shape == b.shape
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_the_prelu_in_half_precision_is_off_by_rounding_alone():
    ours, theirs = PReLU(), nn.PReLU().double()
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
    assert ours.weight.grad.dtype == torch.float32 and ours.weight.grad.item() == pytest.approx(wanted, abs=0.2)


def resnet(scale: int, norm=batch_norm) -> EnlargingResNet:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return EnlargingResNet(3, 6, 2, scale, norm).double()


@pytest.mark.parametrize("scale", [2, 4])
def test_the_fast_generator_is_the_plain_one_in_float64(scale):
    """Values, and every weight after six steps."""
    fast, plain = resnet(scale), plain_layers(resnet(scale))
    kinds = {type(m) for m in plain.modules()}
    assert not kinds & {PReLU, ShuffledConv2d, Conv2d} and {nn.PReLU, _Shuffled, nn.Conv2d} <= kinds
    assert {PReLU, ShuffledConv2d, Conv2d} <= {type(m) for m in fast.modules()}
    x, y = noise(2, 3, 5, 7, seed=1, dtype=torch.float64), noise(2, 3, 5 * scale, 7 * scale, seed=2, dtype=torch.float64)
    nets = (fast, plain)
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9) for net in nets]
    start = clones(fast)
    for _ in range(6):
        losses = [(net(x) - y).square().mean() for net in nets]
        assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-11)
        for optimizer, loss in zip(optimizers, losses, strict=True):
            optimizer.zero_grad(), loss.backward(), optimizer.step()
    for p, q, first in zip(fast.parameters(), plain.parameters(), start, strict=True):
        torch.testing.assert_close(p, q, rtol=0, atol=1e-11)
        if p.dim() != 1:
            assert not torch.allclose(q, first, rtol=0, atol=1e-4), "it has moved"
    for net in nets:
        net.eval()
    torch.testing.assert_close(fast(x), plain(x), rtol=0, atol=1e-10)


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_a_scale_that_no_doubling_makes_is_refused(scale):
    with pytest.raises(ValueError, match=f"^scale is 2 or 4.*got {scale}$"):
        tiny("srresnet", scale=scale)


# ---- Reach ----


@pytest.mark.parametrize("key, changes", [*WAYS, ("srcnn", {"scale": 3}), ("srcnn", {"second": 1, "scale": 4}), ("srgan", {})], ids=str)
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
        assert rows.min() == columns.min() == -reach and rows.max() == columns.max() == reach, "and needs no less"


def test_the_reach_grows_with_the_depth():
    assert tiny("srresnet", blocks=8).reach == tiny("srresnet", blocks=1).reach + 14
    assert tiny("srcnn", scale=4, first=17).reach == tiny("srcnn", scale=4).reach + 1


# ---- Tiles ----


@pytest.fixture(scope="module", params=WAYS, ids=str)
def whole(request):
    """A model, a picture, and what becomes of it at once."""
    key, changes = request.param
    model, picture = Plain(vivid(key, **changes)), view(23, 17, grain=2)
    made = to_picture(model.translate(to_tensor(picture)))
    assert np.asarray(made).std() > 20 and len(np.unique(made)) > 100, "nothing to see"
    return model, picture, made


@pytest.mark.parametrize("tile", [5, 16, 23, 200])
def test_tiles_of_any_size_make_the_whole_pictures_result(whole, tile):
    model, picture, made = whole
    assert shades_apart(tiles.enlarge(model, picture, tile), made) <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (130, 3)], ids=str)
def test_thin_and_tiny_pictures_are_enlarged(whole, size):
    model, k = whole[0], whole[0].method.enlarges
    picture = view(*size, grain=2)
    made = tiles.enlarge(model, picture, 40)
    assert made.size == (k * size[0], k * size[1])
    assert shades_apart(made, to_picture(model.translate(to_tensor(picture)))) <= 1


def test_a_tile_is_given_its_surroundings_and_no_more(whole):
    model, picture = whole[0], view(100, 90)
    model.shapes.clear()
    tiles.enlarge(model, picture, 30)
    far = model.method.reach
    assert len(model.shapes) == 12 and max(model.shapes) == (30 + 2 * far, 30 + 2 * far)
    assert model.shapes[0] == (30 + far, 30 + far) and model.shapes[-1] == (30 + far, 10 + far)


def test_progress_counts_the_tiles_and_shows_what_is_there(whole):
    model, picture, made = whole
    k, steps = model.method.enlarges, []
    for step in tiles.enlarged(model, picture, 10):
        steps.append((step.done, step.of, step.picture.copy()))
    assert [(done, of) for done, of, _ in steps] == [(i, 6) for i in range(1, 7)]
    first = np.asarray(steps[0][2])
    assert first.shape == (17 * k, 23 * k, 3) and np.abs(first[: 10 * k, : 10 * k].astype(int) - np.asarray(made)[: 10 * k, : 10 * k]).max() <= 1
    assert (first[10 * k :] == 128).all() and (first[:, 10 * k :] == 128).all(), "grey where nothing is yet"
    assert shades_apart(steps[-1][2], made) <= 1


def test_closing_the_iterator_stops_the_work(whole):
    model, picture, _ = whole
    model.shapes.clear()
    work = tiles.enlarged(model, picture, 10)
    assert model.shapes == [], "nothing is done before it is asked for"
    next(work), next(work)
    work.close()
    assert len(model.shapes) == 2 and list(work) == []


def test_a_result_beyond_the_limit_is_refused_with_what_to_do():
    model = Plain(tiny("srresnet"))
    sentence = "2000 x 3000 px would become 8000 x 12000, more than 40 megapixels: make the longer side at most 1936 px, or take a part of it."
    with pytest.raises(PictureError, match=f"^{re.escape(sentence)}$"):
        tiles.enlarge(model, Image.new("L", (2000, 3000)))
    assert model.shapes == []
    model.translate = lambda x, seed=0: torch.zeros(1, 3, 4 * x.shape[2], 4 * x.shape[3])
    work = tiles.enlarged(model, Image.new("L", (round(2000 * 1936 / 3000), 1936)), 8)
    assert next(work).done == 1, "what the sentence says is enough"
    work.close()


# ---- Brightness ----


def test_luma_goes_from_16_to_235():
    shades = torch.tensor([-1.0, 1.0, 0.0]).view(3, 1, 1, 1).expand(3, 3, 2, 2)
    assert (255 * colour.luma(shades))[:, 0, 0, 0].tolist() == pytest.approx([16, 235, 125.5], abs=1e-4)
    primaries = 2 * torch.eye(3).view(3, 3, 1, 1) - 1
    assert (255 * colour.luma(primaries) - 16).flatten().tolist() == pytest.approx([65.481, 128.553, 24.966], abs=1e-4)


def test_a_change_of_grey_is_one_of_luma_and_of_nothing_else():
    p, change = noise(2, 3, 4, 5, dtype=torch.float64), 0.1 * noise(2, 1, 4, 5, seed=1, dtype=torch.float64)
    q = p + colour.grey(change)
    torch.testing.assert_close(colour.luma(q) - colour.luma(p), change, rtol=0, atol=1e-12)
    torch.testing.assert_close(q.diff(dim=1), p.diff(dim=1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bicubic_is_pillows(scale):
    for picture in (view(24, 20, grain=4), view(7, 1, grain=2)):
        theirs = picture.resize([scale * s for s in picture.size], Image.BICUBIC)
        assert shades_apart(to_picture(bicubic(to_tensor(picture), scale)), theirs) <= 1
        assert shades_apart(Bicubic(scale)(picture), theirs) == 0
    # Sharp one way only: Pillow goes one way after the other, with bytes in between.
    sharp = Image.fromarray(np.tile(np.repeat(np.array([20, 220, 220, 90], np.uint8), 3), (9, 2))).convert("RGB")
    assert shades_apart(to_picture(bicubic(to_tensor(sharp), scale)), Bicubic(scale)(sharp)) <= 1


def test_srcnn_mends_brightness_and_leaves_colour_bicubic():
    net, x = tiny("srcnn", scale=4), noise(1, 3, 6, 7)
    large = bicubic(x, 4)
    net.G.forward = lambda y: y
    torch.testing.assert_close(net.translate(x), large)
    net.G.forward = lambda y: y + 0.1
    made = net.translate(x)
    torch.testing.assert_close(made - large, torch.full_like(large, 0.2 * 255 / 219))
    torch.testing.assert_close(colour.luma(made), colour.luma(large) + 0.1)


# ---- The protocol ----


def test_psnr_is_that_of_brightness_without_the_border():
    real = np.asarray(view(56, 50)) // 2 + 20
    made = real.astype(int)
    made[..., 0] += 10  # red alone: 65.481 / 255 of it is luma
    made[:4], made[-4:], made[:, :4], made[:, -4:] = 0, 255, 0, 255
    pair = [Image.fromarray(p.astype(np.uint8)) for p in (made, real)]
    got = scores(*pair, judge=flat_judge)
    assert got.psnr == pytest.approx(-20 * math.log10(10 * 65.481 / 255 / 255), abs=1e-6) == pytest.approx(39.94, abs=0.01)
    assert 0.9 < got.ssim < 1 and got.made_energy == pytest.approx(got.real_energy) and got.distance > 0
    assert scores(*pair, border=3, judge=flat_judge).psnr < 25, "what lies in the border would count"
    assert scores(*pair, border=8, judge=flat_judge).psnr == pytest.approx(got.psnr)
    # By hand on the bytes.
    y, z = (np.asarray(p)[4:-4, 4:-4] @ np.array([65.481, 128.553, 24.966]) / 255 + 16 for p in pair)
    assert got.psnr == pytest.approx(10 * math.log10(255**2 / np.square(y - z).mean()), abs=1e-5)
    assert got.real_energy == pytest.approx(sum(np.square(np.diff(z / 255, axis=d)).mean() for d in (0, 1)), rel=1e-5)


def test_equal_pictures_are_equal_and_small_ones_cannot_be_judged():
    got = scores(view(48, 40), view(48, 40), judge=flat_judge)
    assert got.psnr == math.inf and got.ssim == pytest.approx(1) and got.distance == pytest.approx(0, abs=1e-6)
    with pytest.raises(DataError, match=r"^a picture of 39 x 100 px is too small to be judged: 40 px at least\.$"):
        scores(view(39, 100), view(39, 100), judge=flat_judge)


def test_figures_are_means_and_the_energy_ratio_that_of_means():
    found = [Scores(20.0, 0.5, 1.0, 4.0, 0.1), Scores(30.0, 0.7, 2.0, 1.0, 0.3), Scores(34.0, 0.9, 3.0, 7.0, 0.2)]
    made = figures(found)
    assert {k: v.value for k, v in made.items()} == pytest.approx({"PSNR-Y": 28, "SSIM-Y": 0.7, "energy ratio": 0.5, "PD-i2i": 0.2})
    assert all(e.low <= e.value <= e.high for e in made.values())


@pytest.fixture
def unjudged(monkeypatch):
    monkeypatch.setattr(superres, "load_judge", lambda: flat_judge)


def test_a_report_is_on_whole_pictures_and_a_card_states_it(unjudged):
    views = [view(60 + 4 * i, 52, seed=i, grain=3) for i in range(6)]
    source = Enlarging(views, 40)
    made = report(Bicubic(), source)
    each = [scores(Bicubic()(to_picture(from_bytes(x))), v, judge=flat_judge) for (x, _), v in zip(source.pairs, views, strict=True)]
    assert made["PSNR-Y"].value == pytest.approx(np.mean([s.psnr for s in each])) and each[5].psnr != each[0].psnr
    assert report(Bicubic(), source, limit=4)["PSNR-Y"].value == pytest.approx(np.mean([s.psnr for s in each[:4]]))
    assert evaluate(Bicubic(), source, progress=False) == made
    with pytest.raises(DataError, match=r"at least 4 held-out pictures, got 3\.$"):
        report(Bicubic(), Enlarging(views[:3], 40))


def test_the_border_is_as_wide_as_the_scale(unjudged):
    source = Enlarging([view(64, 64, seed=i, grain=2) for i in range(4)], 64, scale=2)
    wanted = [scores(Bicubic(2)(to_picture(from_bytes(x))), to_picture(from_bytes(y)), 2, flat_judge).psnr for x, y in source.pairs]
    assert report(Bicubic(2), source)["PSNR-Y"].value == pytest.approx(np.mean(wanted))


def test_a_benchmark_is_named_by_its_pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="'sr_classic' is not installed"):
        benchmark("Set5")
    (tmp_path / "sr_classic" / "set5").mkdir(parents=True)
    view(42, 61).save(tmp_path / "sr_classic" / "set5" / "boat.png")
    ((name, (x, y)),) = benchmark("Set5").items()
    assert name == "boat" and x.shape == (3, 15, 10) and y.shape == (3, 60, 40)
    ((_, (x, y)),) = benchmark("Set5", 2).items()
    assert x.shape == (3, 30, 21) and y.shape == (3, 60, 42)


@pytest.mark.parametrize("name, psnr", [("Set5", 28.43), ("BSD100", 25.96)])
def test_bicubic_reaches_its_published_figure(name, psnr, unjudged, monkeypatch):
    """So the pictures, the way they are reduced and the measure are those of the papers."""
    dataset, folder = superres.SETS[name]
    if not (SHARED / dataset / folder).is_dir():
        pytest.skip("I2I_DATA holds no pictures to measure on")
    monkeypatch.setattr(superres, "ssim", lambda a, *_: a.mean((1, 2, 3)))  # slow, and not the question
    found = superres.each(Bicubic(), benchmark(name).values())
    assert np.mean([s.psnr for s in found]) == pytest.approx(psnr, abs=0.1)
    assert superres.PUBLISHED["bicubic"][name] == pytest.approx(psnr, abs=0.1)


# ---- Pairs ----


@pytest.mark.parametrize("scale", [2, 4])
def test_a_picture_is_reduced_as_pillow_does_and_loses_what_does_not_divide(scale):
    picture = view(39, 23, grain=2)
    x, y = reduced(picture, scale)
    w, h = 39 // scale * scale, 23 // scale * scale
    cropped = np.asarray(picture)[:h, :w]
    assert x.dtype == y.dtype == torch.uint8 and np.array_equal(y.permute(1, 2, 0), cropped)
    small = Image.fromarray(cropped).resize((w // scale, h // scale), Image.BICUBIC)
    assert np.array_equal(x.permute(1, 2, 0), np.asarray(small))
    assert reduced(picture.convert("L"), scale)[0].shape == x.shape


def as_reduced(batch: dict[str, Tensor], scale: int, inner: slice = np.s_[2:-2]) -> int:
    """How far x is from y reduced, in shades, away from the borders, where y alone does not tell."""
    worst = 0
    for x, y in zip(batch["x"], batch["y"], strict=True):
        small, _ = reduced(to_picture(y), scale)
        worst = max(worst, (small.int() - to_bytes(x).int())[:, inner, inner].abs().max().item())
    return worst


@pytest.fixture(scope="module")
def places() -> list[Image.Image]:
    return [view(100, 76, seed=i, grain=3) for i in range(3)]


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("augment", [False, True])
def test_x_is_what_is_left_of_y(places, scale, augment):
    source = Enlarging(places, 64, scale, augment)
    batch = source.batch(torch.arange(len(source)).repeat(8), chance())
    assert batch["y"].shape[1:] == (3, 64, 64) and batch["x"].shape[1:] == (3, 64 // scale, 64 // scale)
    assert batch["x"].abs().max() <= 1 and batch["x"].dtype == torch.float32
    assert as_reduced(batch, scale) <= 1
    turned = batch | {"x": batch["x"].flip(3)}
    assert as_reduced(turned, scale) > 5, "nor would a mirrored one pass"


def test_a_batch_is_a_function_of_index_and_generator_alone(places):
    source, index = Enlarging(places, 48, augment=True), torch.tensor([2, 0, 5, 2])
    torch.manual_seed(0)
    one = source.batch(index, chance(1))
    torch.manual_seed(1)
    again, other = source.batch(index, chance(1)), source.batch(index, chance(2))
    assert_identical(one, again)
    assert torch.equal(one["index"], index) and not torch.equal(one["y"], other["y"])
    assert not torch.equal(one["y"][0], one["y"][3]), "each place of a batch has its own chance"
    middle = Enlarging(places, 48)
    assert_identical(middle.batch(torch.tensor([1])), middle.batch(torch.tensor([1]), chance(5)))
    # At (14, 26) where that were possible: x has a pixel for four of these.
    wanted = np.asarray(places[1])[16 : 16 + 48, 28 : 28 + 48]
    assert np.array_equal(to_bytes(middle.batch(torch.tensor([1]))["y"])[0].permute(1, 2, 0), wanted)


def test_every_place_comes_up_and_each_way_of_turning_it(places):
    square = Enlarging([view(32, 32, grain=3)], 32, augment=True)
    batch = square.batch(torch.zeros(200, dtype=torch.int64), chance())
    y = from_bytes(square.pairs[0][1])
    ways = [torch.rot90(p, k, (1, 2)) for p in (y, y.flip(2)) for k in range(4)]
    seen = [sum(torch.equal(way, p) for p in batch["y"]) for way in ways]
    assert sum(seen) == 200 and min(seen) > 8
    # x of each is turned likewise: one of as many.
    assert len({p.numpy().tobytes() for p in batch["x"]}) == 8

    numbers = np.zeros((40, 36, 3), np.uint8)
    numbers[..., 0], numbers[..., 1] = np.arange(40)[:, None], np.arange(36)
    wide = Enlarging([Image.fromarray(numbers)], 32, augment=True)
    corners = to_bytes(wide.batch(torch.zeros(300, dtype=torch.int64), chance())["y"]).flatten(2).amin(2)[:, :2].tolist()
    assert {tuple(c) for c in corners} == {(top, left) for top in (0, 4, 8) for left in (0, 4)}


def test_a_large_picture_comes_up_as_often_as_it_has_places():
    views = [view(64, 64), view(128, 64), view(130, 130), view(63, 500)]
    assert Enlarging(views, 64, augment=True).which.tolist() == [0, 1, 1, 2, 2, 2, 2]
    plain = Enlarging(views, 64)
    assert plain.which.tolist() == [0, 1, 2] == list(range(len(plain))), "one too small is left out"


def test_what_cannot_be_cut_is_refused_in_a_sentence():
    with pytest.raises(DataError, match=r"^there is no picture of at least 64 x 64 px\.$"):
        Enlarging([view(63, 200), view(200, 63)], 64)
    with pytest.raises(DataError, match=r"^a size of 66 px is no multiple of the scale 4\.$"):
        Enlarging([view(80, 80)], 66)
    assert len(Enlarging([view(80, 80)], 66, scale=2)) == 1


def test_shrunk_copies_have_more_detail_in_a_pixel():
    sizes = [p.size for p in shrunk([view(100, 50)])]
    assert sizes == [(100, 50), (80, 40), (60, 30)]


def told(source: Enlarging) -> set[tuple[int, str]]:
    """(red, name) of the plain pictures in a source."""
    return {(y[0, 0, 0].item(), f"{y[1, 0, 0].item() // 5:03d}") for _, y in source.pairs}


def test_photographs_are_split_by_hash_and_the_test_is_bsd100(tmp_path):
    classic, bsds = tmp_path / "classic", tmp_path / "bsds"
    put(classic / "t91", red=50), put(bsds / "train", red=100), put(bsds / "val", NAMES[:5], red=200)
    splits = {s: photographs(classic, bsds, 32, s) for s in ("train", "val", "test")}
    train, val, test = (told(splits[s]) for s in splits)
    assert VAL and train == {(r, n) for r in (50, 100) for n in NAMES if n not in VAL}
    assert val == {(r, n) for r in (50, 100) for n in VAL} and test == {(200, n) for n in NAMES[:5]}
    assert splits["train"].augment and not splits["val"].augment and not splits["test"].augment
    assert photographs(classic, bsds, 32, "val", scale=2).pairs[0][0].shape == (3, 16, 18)


@pytest.mark.parametrize("folders", ["train test", "train", ""])
def test_a_folder_of_ones_own_is_read_with_or_without_halves(tmp_path, folders):
    put(tmp_path / "train" if folders else tmp_path, red=50)
    if "test" in folders:
        put(tmp_path / "test", NAMES[:5], red=200)
    found = {s: told(enlarging(tmp_path, 32, s)) for s in ("train", "val", "test")}
    assert found["train"] == {(50, n) for n in NAMES if n not in VAL} and found["val"] == {(50, n) for n in VAL}
    assert found["test"] == ({(200, n) for n in NAMES[:5]} if "test" in folders else found["val"])
    for method in (tiny("srcnn", scale=2), tiny("srresnet", scale=4)):
        batch = own_folder(method, tmp_path, 32, "test").batch(torch.arange(2))
        assert batch["x"].shape[-1] == 32 // method.enlarges and batch["y"].shape[-1] == 32


def test_a_folder_of_large_pictures_is_learned_from_at_several_sizes(tmp_path):
    put(tmp_path, size=(80, 60))
    train, val = (enlarging(tmp_path, 32, s) for s in ("train", "val"))
    assert [tuple(y.shape[1:]) for _, y in train.pairs[:3]] == [(60, 80), (48, 64), (36, 48)]
    assert {tuple(y.shape[1:]) for _, y in val.pairs} == {(60, 80)} and len(val) == len(VAL)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(DataError, match="gone does not exist"):
        enlarging(tmp_path / "gone", 32)
    with pytest.raises(DataError, match="unknown split 'tests'"):
        enlarging(tmp_path, 32, "tests")
    for make in (lambda: None, lambda: put(tmp_path, size=(31, 90))):
        make()
        with pytest.raises(DataError, match=r"^there is no picture of at least 32 x 32 px\.$"):
            enlarging(tmp_path, 32)
    (tmp_path / "000.png").write_bytes(b"no picture")
    (tmp_path / "001.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match="00[01].png is not a picture"):
        enlarging(tmp_path, 32)


# ---- Textures ----


def test_a_texture_follows_from_its_number_alone():
    index = torch.tensor([3, 2**20 + 5, 11])
    together = draw(index, 48)
    torch.manual_seed(9)
    assert together.shape == (3, 3, 48, 48) and together.dtype == torch.float32
    for number, picture in zip(index, together, strict=True):
        assert torch.equal(draw(number[None], 48)[0], picture)
    assert torch.equal(kind_of(index), torch.cat([kind_of(i[None]) for i in index]))
    assert not torch.equal(draw(index, 48, seed=1), together)


@pytest.fixture(scope="module")
def drawn() -> tuple[Tensor, Tensor]:
    """Four of each kind."""
    kinds = kind_of(torch.arange(200))
    index = torch.cat([(kinds == k).nonzero()[:4, 0] for k in range(len(KINDS))])
    return kinds[index], draw(index, 48)


def test_all_eight_kinds_come_up_about_as_often(drawn):
    assert len(KINDS) == 8 and drawn[0].bincount().tolist() == [4] * 8
    assert kind_of(torch.arange(2000)).bincount(minlength=8).float().div(2000).sub(1 / 8).abs().max() < 0.03


def test_textures_keep_their_range_and_are_sharp(drawn):
    _, pictures = drawn
    assert pictures.min() >= -1 and pictures.max() <= 1 and pictures.std() > 0.2
    # What is lost when one is reduced and enlarged again is more than of a smooth picture.
    pairs = [(bicubic(from_bytes(x)[None], 4), from_bytes(y)[None]) for x, y in (reduced(to_picture(p), 4) for p in pictures)]
    lost = torch.tensor([(made - real).square().mean().sqrt() for made, real in pairs])
    assert lost.median() > 0.05 and pictures.flatten(1).std(1).min() > 0.02


def test_each_kind_is_a_pattern_of_its_own():
    x, y = (8 * p[0] + 20 for p in grid(96))
    for number in range(3):
        u = hash_uniform(1, torch.tensor([number]), 16)[0]
        heights = torch.stack([kind(x, y, u)[0] for kind in KINDS.values()]).flatten(1)
        assert heights.min() >= 0 and heights.max() <= 1 and heights.std(1).min() > 0.1
        assert torch.corrcoef(heights).abs().fill_diagonal_(0).max() < 0.8


def test_a_larger_texture_shows_more_and_not_the_same_larger():
    """Details keep their size in pixels, so the middle of a large drawing is much like a small one."""
    large, small = (draw(torch.arange(8), size).mean(1) for size in (128, 64))

    def likeness(p: Tensor) -> float:
        pairs = zip(p.flatten(1), small.flatten(1), strict=True)
        return np.mean([torch.corrcoef(torch.stack(pair))[0, 1].item() for pair in pairs])

    assert likeness(large[:, 32:96, 32:96]) > 0.4 > 0.2 > abs(likeness(F.avg_pool2d(large, 2)))


def test_no_two_textures_are_alike(drawn):
    """Whatever their colours: brightness, less its mean and over its deviation."""
    shades = drawn[1].mean(1).flatten(1)
    shades = (shades - shades.mean(1, keepdim=True)) / shades.std(1, keepdim=True)
    assert max(abs((a * b).mean().item()) for a, b in combinations(shades, 2)) < 0.6
    colours = drawn[1].mean((2, 3))
    assert (colours[:, None] - colours).abs().amax(2).fill_diagonal_(1).min() > 1e-3


def test_the_splits_of_textures_are_disjoint(monkeypatch):
    spans = sorted((first, first + length) for first, length in SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    asked = []
    monkeypatch.setattr(texture_module, "draw", lambda index, size: asked.append((index, size)) or torch.zeros(len(index), 3, size, size))
    sources = {s: textures(16, s) for s in SPLITS}
    for split, (index, size) in zip(sources, asked, strict=True):
        first, length = SPLITS[split]
        assert index[0] == first and len(index) == (400 if split == "train" else 64) and index[-1] < first + length
        assert size == (32 if split == "train" else 16)
    assert sources["train"].augment and not sources["val"].augment
    assert len(sources["val"]) == 64 and len(sources["train"]) == 4 * 400


def test_textures_are_pairs_to_learn_from():
    source = textures(32, "val", scale=2, count=2)
    batch = source.batch(torch.arange(2))
    first = SPLITS["val"][0]
    assert torch.equal(to_bytes(batch["y"]), to_bytes(draw(torch.arange(first, first + 2), 32)))
    assert batch["x"].shape == (2, 3, 16, 16) and as_reduced(batch, 2) <= 1


# ---- The terms ----

SMALL = {"width": 4, "blocks": 1, "side": 16, "d_width": 2, "d_dense": 8}
BATCH = fake_batch(2, dtype=torch.float64, enlarges=4)
X, Y = BATCH["x"], BATCH["y"]


def test_srcnns_loss_is_the_squared_error_of_brightness():
    net, batch = tiny("srcnn"), fake_batch(enlarges=2)
    y = F.interpolate(batch["x"], scale_factor=2, mode="bicubic", antialias=True)
    brightness = torch.tensor([65.481, 128.553, 24.966]) / 255
    y, wanted = (torch.einsum("c,bchw->bhw", brightness, (p + 1) / 2)[:, None] + 16 / 255 for p in (y, batch["y"]))
    first, _, second, _, third = net.G
    h = F.relu(F.conv2d(y, first.weight, first.bias, padding=4))
    made = F.conv2d(F.relu(F.conv2d(h, second.weight, second.bias, padding=2)), third.weight, third.bias, padding=2)
    terms = net.generator_loss(batch)
    assert {*terms} == {"mse"} and terms["mse"].item() == pytest.approx((made - wanted).square().mean().item(), rel=1e-5)


def test_srresnets_loss_is_the_squared_error():
    net = loud("srresnet")
    assert_terms(net.generator_loss(BATCH), {"mse": (net.G(X) - Y).square().mean()})


def seen_by_vgg(net: VGG19, picture: Tensor) -> Tensor:
    """phi_22 by hand: two convolutions, halved, two more; every one followed by a ReLU."""
    mean, deviation = (torch.tensor(v).to(picture.dtype)[:, None, None] for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    h = ((picture + 1) / 2 - mean) / deviation
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
    nn.init.normal_(net.phi.net[0].weight, std=0.05, generator=chance())
    fake = net.G(X)
    of_g = {"content": (seen_by_vgg(net.phi, fake) - seen_by_vgg(net.phi, Y)).square().mean(), "gan": log_of_real(net.D(fake))}
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
    with pytest.raises(ValueError, match=f"^content is one of mse, phi22, phi54 by vgg19 or judge; got .*{next(iter(wrong.values()))!r}"):
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
    for layer, length, convolutions, channels, halvings in (("phi22", 9, 4, 128, 1), ("phi54", 36, 16, 512, 4)):
        net = VGG19(layer)
        kinds = [type(m) for m in net.net]
        assert len(kinds) == length and kinds[-2:] == [nn.Conv2d, nn.ReLU]
        assert (kinds.count(nn.Conv2d), kinds.count(nn.MaxPool2d), net.net[-2].out_channels) == (convolutions, halvings, channels)
        assert not any(p.requires_grad for p in net.parameters())


def test_phi_is_told_pictures_as_imagenet_has_them_and_divides_by_12_75():
    net = VGG19("phi22").double()
    picture = noise(2, 3, 16, 16, dtype=torch.float64)
    torch.testing.assert_close(net(picture), seen_by_vgg(net, picture), rtol=1e-10, atol=1e-12)
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
    assert "does not hold torchvision's VGG-19 (KeyError)" in vgg_sentence(vgg_file.parent, "phi54"), "strictly: all of it"
    whole, state = vgg_file.read_bytes(), torch.load(vgg_file)
    for damaged in (whole[: len(whole) // 2], b"", b"not a file of torch"):
        vgg_file.write_bytes(damaged)
        assert "fetch it again" in vgg_sentence(vgg_file.parent)
    for wrong in ({**state, "features.0.weight": torch.zeros(64, 3, 5, 5)}, [1, 2], {k[9:]: v for k, v in state.items()}):
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
    with pytest.raises(CheckpointError, match=r"^there is no shipped model 'nowhere', with which this recipe begins\.$"):
        Recipe("srgan", "own folder", 16, recipe.config, start="nowhere").build()


def test_a_recipe_fills_phi_with_its_judge():
    recipe = Recipe("srgan", "own folder", 32, {**SMALL, "side": 32, "features": "judge"}, judge="i2i-feat-v1")
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
    assert shown["y"].shape[-1] == 4 * shown["x"].shape[-1] and len(shown["x"]) == len(shown["y"]) and as_reduced(shown, 4) <= 1


def test_the_bench_gives_a_method_that_enlarges_a_small_x():
    for key, changes, k in (("srresnet", {}, 4), ("srcnn", {"scale": 2}, 2), ("cyclegan", {}, 1)):
        batch = _example(Recipe(key, "", 32, changes), 2)
        assert batch["x"].shape == (2, 3, 32 // k, 32 // k) and batch["y"].shape == (2, 3, 32, 32)


# ---- The pipeline ----


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    card = {"licence": "MIT", "recipe": "own folder", "name": "large"}
    return export(tmp_path_factory.mktemp("superres") / "large", vivid("srresnet", scale=2), size=32, card=card)


@pytest.fixture(scope="module")
def model(folder):
    return i2i.load(folder, device="cpu", precision="fp32")


@pytest.mark.parametrize("make", [Image.fromarray, grey, deep, veiled], ids=["colours", "grey", "16 bits", "transparent"])
def test_a_picture_of_any_kind_is_enlarged_whole(model, make):
    picture = make(np.asarray(view(21, 14, grain=2)))
    made = model(picture)
    assert made.mode == "RGB" and made.size == (42, 28)
    wanted = to_picture(model.method.translate(to_tensor(to_rgb(picture))))
    assert shades_apart(made, wanted) <= 1 and np.asarray(made).std() > 10


def test_a_turned_photograph_comes_out_upright(model, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    view(20, 10, grain=2).save(tmp_path / "phone.png", exif=exif)
    made = model(Image.open(tmp_path / "phone.png"))
    assert made.size == (20, 40)
    assert shades_apart(made, model(view(20, 10, grain=2).transpose(Image.ROTATE_270))) == 0


def test_samples_are_a_list_and_chance_has_no_part(model):
    one, other = model(view(9, 8), n=2)
    assert shades_apart(one, other) == 0 == shades_apart(one, model(view(9, 8), seed=4))


def test_what_cannot_be_enlarged_is_refused(model):
    with pytest.raises(PictureError, match=r"^4000 x 3000 px would become 8000 x 6000, more than 40 megapixels"):
        model(Image.new("1", (4000, 3000)))
    for thing in ("cat.png", None, Image.new("RGB", (0, 3))):
        with pytest.raises(PictureError):
            model(thing)


# ---- The command line ----


QUICK = "--size 32 --batch 2 --steps 2 --precision fp32 --quiet".split()


@pytest.mark.parametrize(
    "key, options, scale",
    [
        ("srresnet", "--width 8 --blocks 1", 4),
        ("srcnn", "--scale 2 --width 8 --middle 4", 2),
    ],
    ids=["srresnet", "srcnn"],
)
def test_photographs_become_a_model_that_loads_and_is_judged(cli, here, key, options, scale):
    album(here / "mine")
    status, _, err = cli("train", key, "--data", "mine", *options.split(), *QUICK)
    assert status == 0, err
    run = here / "runs" / f"{key}-mine"
    model = i2i.load(run / "export", device="cpu")
    assert model.method.enlarges == scale and model.method.config.width == 8 and model.card["steps"] == 2
    assert {*model.card["figures"]} == {"PSNR-Y", "SSIM-Y", "energy ratio", "PD-i2i"} and "photographs" in model.card["summary"]
    sheet = Image.open(run / "export" / "sheet.png")
    assert sheet.size == (4 + 4 * 36, 4 + 2 * 36), "x as blocks above what is made of it"

    view(20, 11).save(here / "in.png")
    assert cli("translate", run / "export", "in.png", "--out", "made")[0] == 0
    assert Image.open(here / "made" / "in.png").size == (20 * scale, 11 * scale)
    status, out, _ = cli("evaluate", run / "export", "--data", "mine", "--json")
    found = json.loads(out)
    assert status == 0 and found["PSNR-Y"] == pytest.approx(model.card["figures"]["PSNR-Y"])
    status, out, _ = cli("evaluate", run / "export", "--data", "mine")
    assert status == 0 and "all 4 picture(s) of mine that it was not trained on" in out and "PSNR-Y" in out


def test_srgan_on_ones_own_photographs_begins_with_the_shipped_generator(cli, here, monkeypatch):
    """As deep as that one is, whatever the size of the pictures."""
    shipped, started = here / "shipped", METHODS["srresnet"].Config(**RECIPES["srresnet-photographs"].config)
    export(shipped / "srresnet-photographs", METHODS["srresnet"](started).eval(), size=96)
    (shipped / "judges").symlink_to(SHIPPED_JUDGES)
    monkeypatch.setattr("i2i.recipes.recipe.SHIPPED", shipped)
    album(here / "mine", 34, 33)
    monkeypatch.setattr("i2i.publish.evaluate", lambda *_: {})
    status, _, err = cli("train", "srgan", "--data", "mine", "--d_width", "2", "--d_dense", "4", *QUICK)
    assert status == 0, err
    model = i2i.load(here / "runs" / "srgan-mine" / "export", device="cpu")
    assert model.method.config.blocks == started.blocks and model.method.config.side == 32


def test_pictures_too_small_to_learn_from_are_a_sentence(cli, here):
    album(here / "mine", 31, 90)
    status, _, err = cli("train", "srresnet", "--data", "mine", "--width", "8", "--blocks", "1", *QUICK)
    assert status == 1 and "Traceback" not in err
    assert err.strip().splitlines()[-1].endswith("there is no picture of at least 32 x 32 px.")
    status, _, err = cli("train", "srresnet", "--data", "mine", "--scale", "3", *QUICK)
    assert status == 2 and "scale is 2 or 4" in err.strip().splitlines()[-1]


def test_each_picture_of_a_benchmark_has_its_line(tmp_path, monkeypatch, capsys):
    home = export(tmp_path / "tiny", METHODS["srresnet"](METHODS["srresnet"].Config(width=4, blocks=1)).eval(), size=96)
    data = tmp_path / "sets"
    (data / "sr_classic" / "set5").mkdir(parents=True)
    (data / "sr_classic" / "set14").mkdir()
    for k in range(2):
        for part in ("set5", "set14"):
            to_picture(draw(torch.tensor([k]), 64)[0]).save(data / "sr_classic" / part / f"wall{k}.png")
    monkeypatch.setenv("I2I_DATA", str(data))
    assert main(["evaluate", str(home), "--each"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "Set5 wall0", "Set5 wall1", "Set5, mean of 2", "Set14 wall0", "Set14 wall1", "Set14, mean of 2",
    ]  # fmt: skip
    first, second, mean = (float(line[30:].split()[0]) for line in lines[1:4])
    assert mean == pytest.approx((first + second) / 2, abs=0.01)
    monkeypatch.setenv("I2I_DATA", str(tmp_path / "nothing"))
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", str(home), "--each"]) == 1 and "Set5" in capsys.readouterr().err
