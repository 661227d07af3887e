"""Alignment with a hint: DTN's given f, OST's one picture, sources that say what they show."""

from __future__ import annotations

import copy
import math
import os
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import i2i
from i2i.bench import _last_stage
from i2i.checkpoint import export
from i2i.data.digits import first_split
from i2i.data.faces import shown as shown_faces
from i2i.data.folders import DataError, is_validation
from i2i.data.labelled import Labelled, handwriting_to_toy, labelled, pen_to_toy
from i2i.data.unpaired import Unpaired, one_picture
from i2i.data.worlds import glyphs
from i2i.losses import total_variation
from i2i.measure.unpaired import FIGURES, report
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.methods import dtn as dtn_module
from i2i.methods import ost as ost_module
from i2i.methods.dtn import REAL, SOURCE, TARGET
from i2i.pictures import PictureError, to_bytes, to_picture, to_tensor
from i2i.publish import publish
from i2i.recipes import RECIPES, Recipe, facts_of, folder_recipe
from kit.images import deep, grey, veiled
from kit.methods import TINY, loud, tiny
from kit.runs import assert_identical, clones, equal, run_in_two, trainer, turns_taken
from kit.sources import Made, fake_batch, noise
from kit.terms import assert_terms, each

MNIST = Path(os.environ.get("I2I_DATA", "data")) / "mnist_t10k"
BATCH = fake_batch(4, dtype=torch.float64)
X, Y = BATCH["x"], BATCH["y"]
DTN_D, DTN_G = {"source", "target", "real"}, {"gan_source", "gan_target", "constancy", "identity"}
TARGET_G, TARGET_D = {"recon_y", "kl", "gan_y"}, {"real", "fake_y"}


def held(net) -> dict[str, Tensor]:
    """Weights and buffers."""
    return {k: v.clone() for k, v in net.state_dict().items()}


def same(before: dict[str, Tensor], net) -> bool:
    return all(torch.equal(before[k], v) for k, v in net.state_dict().items())


# ---- DTN: nets ----


@pytest.mark.parametrize("side", [8, 16, 32, 64])
def test_a_picture_is_halved_to_4_by_4_and_built_up_from_one_code(side):
    net = tiny("dtn", side=side, code=12)
    x = noise(2, 3, side, side)
    assert net.f(x).shape == (2, 12) and net.D(x).shape == (2, 3) and net.head(net.f(x)).shape == (2, 2)
    assert net.translate(x).shape == x.shape and net.translate(x).abs().max() <= 1
    first = net.g[0]
    assert first.out_channels == 4 * side // 8, "as wide for each doubling"


@pytest.mark.parametrize("side", [0, 4, 12, 24, 31, 48, 96, -8])
def test_a_side_that_does_not_halve_to_4_is_refused_in_a_sentence(side):
    with pytest.raises(ValueError, match=f"^side must be 8, 16, 32, 64, ...: f halves it to 4; got {side}$"):
        tiny("dtn", side=side)


def test_the_papers_digits_are_the_default(unfilled):
    c = dtn_module.Config()
    assert (c.constancy, c.identity, c.smoothness, c.rate, c.side) == (15, 15, 0, 1e-3, 32)
    net = METHODS["dtn"](c)
    shapes = [m.weight.shape for m in net.f.modules() if isinstance(m, torch.nn.Conv2d)]
    assert [s[0] for s in shapes] == [64, 128, 256, 128], "filters of f"
    shapes = [m.weight.shape for m in net.g.modules() if isinstance(m, torch.nn.ConvTranspose2d)]
    assert [s[1] for s in shapes] == [512, 256, 128, 3], "filters of g"


# ---- DTN: terms ----


def surprise(logits: Tensor, kind: int) -> Tensor:
    """-log of the probability that D gives to a kind."""
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    return -p[:, kind].log().mean()


@pytest.mark.parametrize("training", [False, True])
def test_dtns_terms_are_its_equations(training):
    net = loud("dtn", smoothness=0.5).train(training)
    code_x, code_y = each(net.f, X), each(net.f, Y)
    made = net.g(torch.cat([code_x, code_y])[:, :, None, None])  # g's statistics are those of both
    from_x, from_y = made[:4], made[4:]

    def variation(p: Tensor) -> Tensor:
        return (p[..., 1:] - p[..., :-1]).abs().mean() + (p[..., 1:, :] - p[..., :-1, :]).abs().mean()

    of_g = {
        "gan_source": surprise(net.D(from_x), 2),
        "gan_target": surprise(net.D(from_y), 2),
        "constancy": (net.f(from_x) - code_x).square().mean(),
        "identity": (from_y - Y).square().mean(),
        "smoothness": variation(from_x) + variation(from_y),
    }
    of_d = {"source": surprise(net.D(from_x), 0), "target": surprise(net.D(from_y), 1), "real": surprise(net.D(Y), 2)}
    for batch in (BATCH, BATCH | net.fakes(BATCH)):
        assert_terms(net.generator_loss(batch), of_g)
        assert_terms(net.discriminator_loss(batch), of_d)
    logits = net.head(net.f(X))
    right = torch.stack([surprise(row[None], k) for row, k in zip(logits, BATCH["label"], strict=True)]).mean()
    assert_terms(net.classifier_loss(BATCH), {"classes": right})
    assert net.weights(0) == {
        **dict.fromkeys(("classes", "source", "target", "real", "gan_source", "gan_target"), 1.0),
        "constancy": 15.0, "identity": 15.0, "smoothness": 0.5,
    }  # fmt: skip


def test_d_tells_three_kinds_apart_and_g_wants_all_for_real():
    """Of a D that is sure of one kind, only the terms that ask for that kind are small."""
    assert (SOURCE, TARGET, REAL) == (0, 1, 2)
    small = {SOURCE: {"source"}, TARGET: {"target"}, REAL: {"real", "gan_source", "gan_target"}}
    net = tiny("dtn")
    for kind, names in small.items():
        net.D.forward = lambda p, kind=kind: 20.0 * torch.eye(3)[kind].expand(len(p), 3)
        terms = net.generator_loss(fake_batch()) | net.discriminator_loss(fake_batch())
        verdicts = {k: v.item() for k, v in terms.items() if k not in ("constancy", "identity")}
        assert {k for k, v in verdicts.items() if v < 0.1} == names
        assert all(v == pytest.approx(20, abs=0.1) for k, v in verdicts.items() if k not in names)


@pytest.mark.parametrize("gone", ["constancy", "identity"])
def test_a_weight_of_zero_drops_its_term(gone):
    assert {*tiny("dtn", **{gone: 0.0}).generator_loss(fake_batch())} == DTN_G - {gone}
    assert "smoothness" in tiny("dtn", smoothness=0.05).generator_loss(fake_batch())


def test_variation_is_zero_on_a_plain_picture_and_counts_steps_either_way():
    assert total_variation(torch.full((1, 3, 4, 4), 0.3)).item() == 0
    ramp = torch.arange(4.0).expand(1, 1, 4, 4)
    for picture in (ramp, -ramp, ramp.mT):
        assert total_variation(picture).item() == 1
    assert total_variation(ramp + 2 * ramp.mT).item() == 3


def test_constancy_teaches_g_through_f_and_not_f():
    net = loud("dtn")
    with frozen(net.f, net.head, net.D):
        net.generator_loss(BATCH)["constancy"].backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.g.parameters())
    assert all(p.grad is None for part in (net.f, net.head, net.D) for p in part.parameters())
    assert not net.encode(X).requires_grad


# ---- DTN: stages ----


def test_first_f_and_its_head_learn_then_g_and_d_with_f_as_it_is():
    t = trainer(tiny("dtn", f_steps=2))
    assert [[name for name, _ in step] for step in turns_taken(t, 2)] == [["f"]] * 2
    before = held(t.method.f), held(t.method.head)
    taken = turns_taken(t, 3)
    assert taken == [[("D", {"D"}), ("G", {"g"})]] * 3
    assert same(before[0], t.method.f) and same(before[1], t.method.head), "bit for bit"
    assert t.step == 3 and t.stages[t.stage].name == "train"


def test_without_steps_for_f_it_is_taken_as_given():
    t = trainer(tiny("dtn", f_steps=0))
    assert [stage.name for stage in t.stages] == ["train"]
    before = held(t.method.f)
    assert {*t.advance()} == DTN_D | DTN_G and same(before, t.method.f)
    with pytest.raises(KeyError):  # y is there: labels are nobody's business in this stage
        t.method.classifier_loss({"x": fake_batch()["x"]})


def test_a_net_that_was_trained_for_something_else_may_be_f():
    """It stays as it is to the last statistic, and the mean of its deepest maps is the code."""
    net = tiny("dtn", features="judge", side=32, g_width=2)
    assert "head" not in net.networks() and not any(p.requires_grad for p in net.f.parameters())
    x = noise(3, 3, 32, 32)
    assert torch.equal(net.f(x), net.f.net(x)[-1].mean((2, 3))) and net.f(x).shape == (3, dtn_module.Embedding.size)
    before = held(net.f)
    t = trainer(net, Made(size=32))
    assert [stage.name for stage in t.stages] == ["train"]
    assert {*t.advance()} == DTN_D | DTN_G
    assert same(before, net.f) and not any(m.training for m in net.f.net.modules())


def test_codes_in_own_units_are_those_of_a_picture_among_its_domain(tmp_path):
    """Less the mean, over the deviation, of the domain; fixed before g learns, exported with f, and no part of the paper's form."""
    assert not list(tiny("dtn").f.buffers())
    net = tiny("dtn", own_units=True, f_steps=0).double()
    x, y = noise(40, 3, 16, 16, seed=1).double(), (0.3 * noise(40, 3, 16, 16, seed=2) - 0.5).double()
    net.measure(lambda count: {"x": x, "y": y})
    for pictures, domain in ((x, "x"), (y, "y")):
        codes = net.code(pictures, domain)
        torch.testing.assert_close(codes.mean(0), torch.zeros(8, dtype=torch.float64), rtol=0, atol=1e-5)
        assert codes.std(0).max() < 1 + 1e-5 and codes.std(0).median() > 0.9
    made = net.fakes(BATCH)["from_x"]
    terms = net.generator_loss(BATCH | {"from_x": made, "from_y": made, "code_x": net.code(X)})
    mean, spread = net.f.units_y
    assert_terms({"constancy": terms["constancy"]}, {"constancy": ((net.f(made) - mean) / spread - net.code(X)).square().mean()})

    t = trainer(tiny("dtn", own_units=True, f_steps=1))
    t.advance()
    fixed = held(t.method.f)
    assert fixed["units_x"][1].min() > 0 and not torch.equal(fixed["units_x"][0], torch.zeros(8))
    t.advance()
    assert same(fixed, t.method.f) and same(fixed, t.average.f)
    model = i2i.load(export(tmp_path / "own", t.average, size=16), device="cpu")
    torch.testing.assert_close(model.method.f.units_x, fixed["units_x"], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("at", [2, 4])
def test_a_resumed_dtn_keeps_its_units(tmp_path, at):
    assert_identical(*run_in_two(partial(tiny, "dtn", own_units=True), tmp_path, at, 6))


def test_the_faces_that_may_be_shown_are_drawn_here_or_in_the_public_domain():
    """Eight different heads, the photograph first; what the recipe for faces shows is these and nobody's of a dataset."""
    x = shown_faces(32)
    assert x.shape == (8, 3, 32, 32) and x.abs().max() <= 1 and torch.pdist(x.flatten(1), 1).min() / x[0].numel() > 0.1
    recipe = RECIPES["dtn-faces"]
    assert torch.equal(recipe.showcase(32)["x"], x) and set(recipe.showcase(32)) == {"x"}
    assert recipe.config["own_units"] and recipe.config["features"] == "judge"


def test_two_pictures_of_one_code_are_one_translation():
    net = loud("dtn").eval()
    net.f.forward = lambda p: torch.ones(len(p), 8, dtype=torch.float64)
    made = net.translate(X)
    assert (made - made[:1]).abs().max() == 0


# ---- OST: terms ----


def through(net, picture: Tensor, there: str, back: str) -> Tensor:
    encoder, decoder = (net.E_x if there == "x" else net.E_y), (net.G_x if back == "x" else net.G_y)
    return decoder(net.G_shared(net.E_shared(encoder(picture))))


def test_osts_terms_are_its_equations_one_picture_at_a_time():
    net = loud("ost")
    code = each(lambda p: net.E_shared(net.E_y(p)), Y)
    copy_y = each(lambda p: through(net, p, "y", "y"), Y)
    over = each(lambda p: through(net, p, "x", "y"), X)
    judge = partial(each, net.D_y)
    target = {
        "recon_y": (copy_y - Y).abs().mean(),
        "kl": code.square().mean(),
        "gan_y": (judge(copy_y) - 1).square().mean(),
    }
    source = {
        "recon_x": (each(lambda p: through(net, p, "x", "x"), X) - X).abs().mean(),
        "cycle": (each(lambda p: through(net, p, "y", "x"), over) - X).abs().mean(),
        "gan_x": (judge(over) - 1).square().mean(),
    }
    judged = {"real": (judge(Y) - 1).square().mean(), "fake": judge(copy_y).square().mean()}
    assert_terms(net.target_loss(BATCH), target)
    assert_terms(net.source_loss(BATCH), source)
    assert_terms(net.target_discriminator_loss(BATCH), judged)
    second = {"real": judged["real"], "fake_y": judged["fake"], "fake_x": judge(over).square().mean()}
    assert_terms(net.discriminator_loss(BATCH), second)
    assert_terms(net.autoencoder_loss(BATCH), {"recon": target.pop("recon_y")} | target)
    assert net.weights(0) == {
        **dict.fromkeys(("gan_y", "gan_x", "real", "fake", "recon_y", "recon_x"), 1.0), **dict.fromkeys(("fake_y", "fake_x"), 0.5),
        "kl": 0.1, "cycle": 10.0, "recon": 10.0,
    }  # fmt: skip


def test_a_real_picture_counts_as_much_as_both_kinds_of_fakes_or_as_each_of_them():
    """In the first stage there is one kind."""
    for fakes in (0.5, 1.0):
        net = loud("ost", fakes=fakes)
        first, second = (stage.turns["D"].loss(BATCH) for stage in net.stages())
        terms = net.discriminator_loss(BATCH)
        expected = terms["real"] + fakes * (terms["fake_x"] + terms["fake_y"])
        torch.testing.assert_close(weighted_sum(second, net.weights(0)), expected)
        torch.testing.assert_close(weighted_sum(first, net.weights(0)), terms["real"] + terms["fake_y"])


def test_the_discriminators_losses_reach_no_weight_of_the_others():
    net = tiny("ost")
    total = sum(net.discriminator_loss(fake_batch()).values())
    others = [p for name, part in net.networks().items() if name != "D_y" for p in part.parameters()]
    assert all(g is None for g in torch.autograd.grad(total, others, allow_unused=True))


def test_osts_way_leads_through_the_shared_layers_and_back():
    net, used = loud("ost").eval(), []
    for name in net.inference:
        getattr(net, name).register_forward_pre_hook(lambda module, given, name=name: used.append(name))
    made = [net.translate(X), net.translate(Y, direction="yx")]
    assert used == ["E_x", "E_shared", "G_shared", "G_y", "E_y", "E_shared", "G_shared", "G_x"]
    for got, wanted in zip(made, (through(net, X, "x", "y"), through(net, Y, "y", "x")), strict=True):
        torch.testing.assert_close(got, wanted, rtol=0, atol=1e-12)
    assert not torch.equal(net.translate(X), net.translate(X, direction="yx"))


# ---- OST: stages ----


def begun(**changes):
    """A trainer at the first step of the second stage."""
    t = trainer(tiny("ost", autoencoder_steps=1, **changes))
    t.advance()
    assert t.stages[t.stage].name == "one picture" and t.step == 0
    return t


SHARED = {"E_shared", "G_shared"}


@pytest.mark.parametrize("selective", [True, False])
def test_what_the_one_picture_says_moves_its_own_layers_alone(selective):
    """Bit for bit; unless it is asked for, to see what the trick is good for."""
    t = begun(selective=selective)
    (step,) = turns_taken(t, 1)
    own = {"E_x", "G_x"} | (set() if selective else SHARED)
    assert step == [("x", own), ("y", {"E_y", "G_y"} | SHARED), ("D", {"D_y"})]


def test_the_sources_layers_begin_as_those_of_the_target():
    t = begun()
    for one, other in (("E_x", "E_y"), ("G_x", "G_y")):
        for method in (t.method, t.average):
            a, b = held(getattr(method, one)), held(getattr(method, other))
            assert all(torch.equal(a[k], b[k]) for k in b), one
    x = fake_batch()["x"]
    assert torch.equal(t.method.translate(x), t.method.translate(x, direction="yx"))
    t.advance()
    assert not equal(clones(t.method.E_x), clones(t.method.E_y)), "copies, not the same"


def test_without_steps_for_the_target_its_nets_are_taken_as_given_and_cloned():
    method = tiny("ost", autoencoder_steps=0)
    given = held(method.E_y)
    t = trainer(method)
    assert [stage.name for stage in t.stages] == ["one picture"]
    assert same(given, method.E_y) and same(given, method.E_x)
    assert {*t.advance()} == TARGET_G | TARGET_D | {"recon_x", "cycle", "gan_x", "fake_x"}


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_one_blank_picture_is_enough_to_run(shade):
    blank = torch.full((1, 3, 16, 16), shade, dtype=torch.uint8)
    source = Unpaired(blank, to_bytes(noise(5, 3, 16, 16)), 16)
    t = trainer(tiny("ost", autoencoder_steps=1), source)
    shown = {}
    while t._count() < 5:
        shown |= t.advance()
    assert all(math.isfinite(v) for v in shown.values()) and "cycle" in shown
    assert t.method.translate(source.batch(torch.tensor([0]))["x"]).isfinite().all()


def test_of_the_source_one_picture_is_left_in_training_and_all_in_the_test():
    whole = Unpaired(to_bytes(noise(6, 3, 16, 16)), to_bytes(noise(5, 3, 16, 16, seed=1)), 16)
    one = one_picture(whole, "train", 2)
    assert len(one) == 1 and torch.equal(one.x, whole.x[2:3]) and torch.equal(one.y, whole.y)
    assert one_picture(whole, "test") is whole and one_picture(whole, "val") is whole
    t = trainer(tiny("ost", autoencoder_steps=0), one)
    assert all(math.isfinite(v) for v in t.advance().values())


# ---- Both ----


@pytest.mark.parametrize("key", ["dtn", "ost"])
def test_a_translation_takes_each_picture_alone(key):
    method = loud(key).eval()
    torch.testing.assert_close(method.translate(X), each(method.translate, X), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("up", ["transposed", "transposed3", "resized"])
@pytest.mark.parametrize("key", ["dtn", "ost"])
def test_an_export_paints_what_its_method_paints(tmp_path, key, up):
    """Norms with statistics of their own are folded on the way."""
    method = loud(key, up=up).float()
    with torch.no_grad():
        for module in method.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.normal_(generator=torch.Generator().manual_seed(1))
                module.running_var.uniform_(0.5, 2.0, generator=torch.Generator().manual_seed(2))
    model = i2i.load(export(tmp_path / "model", method.eval(), size=16), device="cpu", precision="fp32")
    assert {*model.method.networks()} == {*method.inference} and model.controls == tuple(method.controls)
    picture = to_picture(noise(3, 16, 16))
    for way in [{}, {"direction": "yx"}] if key == "ost" else [{}]:
        x = to_tensor(picture)
        gap = (to_tensor(model(picture, **way)) - model.method.translate(x, **way)).abs()
        assert gap.max() < 2 / 255
        # The weights themselves are in half precision.
        assert (model.method.translate(x, **way) - method.translate(x, **way)).abs().mean() < 4 / 255
    if key == "dtn":
        for bad in ({"direction": "yx"}, {"scale": 2.0}, {"label": 0}):
            with pytest.raises(ValueError, match="no control"):
                model(picture, **bad)


@pytest.mark.parametrize("key, gone, kept", [("dtn", "f_steps", "train"), ("ost", "autoencoder_steps", "one picture")])
def test_the_bench_times_the_last_stage(key, gone, kept):
    recipe = _last_stage(Recipe(key, "", 32, {"steps": 7}))
    assert recipe.config == {"steps": 7, gone: 0}
    stages = tiny(key, **recipe.config).stages()
    assert [stage.name for stage in stages] == [kept]
    assert _last_stage(Recipe("pix2pix", "", 32, {"depth": 5})).config == {"depth": 5}


@pytest.mark.parametrize("key, sizes", [("dtn", (32, 64, 128)), ("ost", (32, 48, 128))])
def test_the_recipe_of_a_folder_fits_its_size(key, sizes):
    narrow = {k: v for k, v in TINY[key].items() if "width" in k}
    for size in sizes:
        recipe = folder_recipe(key, size)
        method = recipe.build(**narrow)
        assert method.translate(torch.zeros(2, 3, size, size)).shape == (2, 3, size, size)
        assert getattr(method.config, "side", size) == size and recipe.showcase is None
        assert getattr(method.config, "code", 128) == 128, "f's code is not the bottleneck of another method"
    if key == "dtn":
        with pytest.raises(ValueError, match="side must be"):
            folder_recipe(key, 48).build()
        assert "classes" in recipe.summary
    with pytest.raises(ValueError, match="multiple of 16 and at least 32, got 40"):
        folder_recipe(key, 40)


# ---- Glyphs ----


@pytest.mark.parametrize("look", glyphs.LOOKS)
def test_a_glyph_is_the_same_in_any_batch_and_of_any_size_in_range(look):
    index = torch.tensor([3, 1000, 2**20 + 5, 7])
    whole = glyphs.draw(index, look, 32)
    assert whole.shape == (4, 3, 32, 32) and whole.dtype == torch.float32 and -1 <= whole.min() and whole.max() <= 1
    torch.manual_seed(0)
    state = torch.get_rng_state()
    torch.testing.assert_close(glyphs.draw(index[[2, 0]], look, 32), whole[[2, 0]], rtol=0, atol=1e-5)
    assert torch.equal(glyphs.draw(index, look, 32), whole) and torch.equal(torch.get_rng_state(), state)
    assert all((whole[i] - whole[j]).abs().mean() > 0.05 for i in range(4) for j in range(i))
    assert not torch.equal(glyphs.draw(index, look, 32, seed=1), whole)
    larger = glyphs.draw(index[:1], look, 48)
    reduced = torch.nn.functional.interpolate(larger, (32, 32), mode="bilinear", antialias=True)
    assert larger.shape[-1] == 48 and (reduced - whole[:1]).abs().mean() < 0.1, "the same thing, larger"


def test_every_digit_comes_up_as_often_and_says_what_it_is():
    index = torch.arange(5000)
    label = glyphs.label_of(index)
    assert label.dtype == torch.int64 and label.min() == 0 and label.max() == 9
    assert torch.bincount(label).min() > 400
    assert torch.equal(glyphs.label_of(index[100:200]), label[100:200])
    assert torch.equal(glyphs.label_of(index, "AB"), (label >= 5).long()), "of two, a half each"
    assert not torch.equal(glyphs.label_of(index, seed=1), label)


def test_a_label_that_is_given_is_what_is_drawn():
    """The colours, the face and the tilt stay those of the sample."""
    index = torch.arange(6)
    own = glyphs.label_of(index)
    assert torch.equal(glyphs.draw(index, "toy", 32, own), glyphs.draw(index, "toy", 32))
    other = glyphs.draw(index, "toy", 32, (own + 1) % 10)
    assert all((a - b).abs().mean() > 0.02 for a, b in zip(other, glyphs.draw(index, "toy", 32), strict=True))
    letters = glyphs.draw(index[:2], "pen", 32, torch.tensor([0, 25]), characters="ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert letters.isfinite().all()


def test_the_looks_are_two_and_another_is_refused():
    index = torch.arange(16)
    toy = glyphs.draw(index, "toy", 32)
    corners = torch.stack([toy[..., 0, 0], toy[..., 0, -1]])
    assert (corners.amin(2) > 0.9).float().mean() > 0.8, "toys stand on white"
    paper = glyphs.draw(index, "pen", 32)[..., 0, 0]
    assert (paper[:, 0] - paper[:, 2]).abs().max() > 0.1, "paper has any colour"
    for look in ("ink", "", "Toy"):
        with pytest.raises(ValueError, match=f"looks are pen, toy, not {look!r}"):
            glyphs.draw(index[:1], look)


def test_the_splits_of_the_world_do_not_touch():
    ends = sorted((first, first + length) for first, length in glyphs.SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(ends, ends[1:], strict=False))


# ---- Labelled sources ----


def numbers(n: int, size: int = 8) -> Tensor:
    return (torch.arange(n) / 100).view(n, 1, 1, 1).expand(n, 3, size, size)


def test_a_source_says_what_x_shows_and_nothing_of_y():
    x, y = numbers(6), numbers(4) - 1
    source = Labelled(x.__getitem__, torch.tensor([2, 0, 1, 2, 0, 1]), y, torch.zeros(4).long())
    assert len(source) == 6 and source.size == 8
    index = torch.tensor([5, 0, 3])
    still = source.batch(index)
    assert {*still} == {"x", "y", "label", "index"} and still["label"].tolist() == [1, 2, 2]
    assert torch.equal(still["x"], x[index]) and torch.equal(still["y"], y[index % 4]), "in order without a generator"
    met, state = set(), torch.get_rng_state()
    for seed in range(30):
        one, again = (source.batch(index, torch.Generator().manual_seed(seed)) for _ in range(2))
        assert all(torch.equal(one[k], again[k]) for k in one) and torch.equal(one["x"], x[index])
        met |= {round((v.item() + 1) * 100) for v in one["y"][:, 0, 0, 0]}
    assert met == {0, 1, 2, 3} and torch.equal(state, torch.get_rng_state())


@pytest.fixture
def few_toys(monkeypatch):
    monkeypatch.setattr("i2i.data.labelled.TARGETS", 3)


def test_written_digits_and_moulded_ones_show_other_samples(few_toys):
    train, test = pen_to_toy(32, count=5), pen_to_toy(32, "test", count=4)
    assert len(train) == 5 and len(test) == 4 and train.size == 32 and train.y.shape == (3, 3, 32, 32)
    batch = train.batch(torch.arange(5))
    index = 3 + torch.arange(5)  # the first three were drawn as toys
    torch.testing.assert_close(batch["x"], glyphs.draw(index, "pen"), rtol=0, atol=1e-5)
    assert torch.equal(batch["label"], glyphs.label_of(index))
    assert torch.equal(train.y_label, glyphs.label_of(torch.arange(3)))
    first = glyphs.SPLITS["test"][0]
    assert torch.equal(test.label, glyphs.label_of(first + torch.arange(4)))


@pytest.fixture
def written(tmp_path):
    """Three hundred made-up digits whose ink is full where their number, in bits, says so."""
    n = 300
    images = np.zeros((n, 28, 28), np.uint8)
    for bit in range(9):
        images[:, 2 * bit + 4 : 2 * bit + 6] = 255 * (np.arange(n) >> bit & 1)[:, None, None]
    np.savez(tmp_path / "mnist_t10k.npz", images=images, labels=(np.arange(n) % 10).astype(np.uint8))
    return tmp_path, n


def told(source: Labelled) -> list[int]:
    """Which digits of the file these are: paper at the border, ink where a bit is set."""
    x = source.batch(torch.arange(len(source)))["x"]
    paper = x[:, :, 0, 16]
    bits = [(x[:, :, 2 * bit + 6, 16] - paper).abs().amax(1) > 0.05 for bit in range(9)]
    return sum(b.long() << k for k, b in enumerate(bits)).tolist()


def test_the_splits_of_handwriting_share_no_digit_and_leave_none_out(written, few_toys):
    root, n = written
    splits = {s: handwriting_to_toy(root, 32, s, first_split) for s in ("train", "val", "test")}
    shown = {s: told(source) for s, source in splits.items()}
    assert sorted(sum(shown.values(), [])) == [*range(n)]
    assert 0.05 * n < len(shown["test"]) < 0.16 * n and 0.04 * n < len(shown["val"]) < 0.16 * n
    for split, source in splits.items():
        assert source.label.tolist() == [k % 10 for k in shown[split]] and source.label.dtype == torch.int64


def test_a_digit_has_colours_of_its_own_whenever_it_is_looked_at(written, few_toys):
    source = handwriting_to_toy(written[0], 32)
    index = torch.tensor([4, 9, 4])
    x = source.batch(index)["x"]
    assert x.shape == (3, 3, 32, 32) and -1 <= x.min() and x.max() <= 1
    assert torch.equal(x[0], x[2]) and torch.equal(source.batch(index[1:])["x"][0], x[1])
    papers = source.batch(torch.arange(60))["x"][:, :, 0, 0]
    assert papers.std(0).min() > 0.1, "ink and paper of any colour"
    assert handwriting_to_toy(written[0], 16, "val").batch(torch.arange(2))["x"].shape == (2, 3, 16, 16)


@pytest.mark.skipif(not MNIST.is_dir(), reason="needs I2I_DATA with mnist_t10k")
def test_the_real_digits_come_in_all_classes(few_toys):
    splits = [handwriting_to_toy(MNIST, 32, s) for s in ("train", "val", "test")]
    assert sum(map(len, splits)) == 10_000 and all(len(torch.bincount(s.label)) == 10 for s in splits)


# ---- Folders ----

NAMES = [f"{i:03d}" for i in range(40)]
VAL = {int(n) for n in NAMES if is_validation(n)}
TRAIN = {*range(40)} - VAL


def put(folder: Path, red: int, names=NAMES, size=(16, 16)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for n in names:
        Image.new("RGB", size, (red, 5 * int(n), 0)).save(folder / f"{n}.png")


def three_classes(root: Path, source: str = "A", target: str = "B", names=NAMES) -> Path:
    for k, name in enumerate(("zebra", "Yak", "ape")):
        put(root / source / name, 50 * k, names)
    put(root / target, 200, names)
    return root


def shown(pictures: Tensor) -> list[tuple[int, int]]:
    """(red, number) of plain pictures."""
    return [(r, g // 5) for r, g, _ in to_bytes(pictures)[:, :, 8, 8].tolist()]


def refused(*args, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        labelled(*args, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


@pytest.mark.parametrize("direction", ["AB", "BA"])
def test_classes_are_numbered_by_the_names_of_their_folders(tmp_path, direction):
    three_classes(tmp_path, *direction)
    (tmp_path / direction[0] / ".cache").mkdir()
    splits = {s: labelled(tmp_path, 16, s, direction) for s in ("train", "val", "test")}
    for split, kept in (("train", TRAIN), ("val", VAL), ("test", VAL)):
        source = splits[split]
        batch = source.batch(torch.arange(len(source)))
        # Yak, ape, zebra: capitals first.
        assert {(k, *at) for k, at in zip(batch["label"].tolist(), shown(batch["x"]), strict=True)} == {
            (k, red, n) for k, red in ((0, 50), (1, 100), (2, 0)) for n in kept
        }
        assert {*shown(source.y)} == {(200, n) for n in kept} and source.y_label is None
    t = trainer(tiny("dtn", classes=3), splits["train"])
    while t._count() < 4:
        assert all(math.isfinite(v) for v in t.advance().values())


def test_a_folder_tells_how_many_classes_there_are(tmp_path):
    source = labelled(three_classes(tmp_path, names=NAMES[:3]), 16)
    assert facts_of(source) == {"classes": 3} and METHODS["dtn"].fit(32, facts_of(source)).config["classes"] == 3


def test_a_single_picture_of_a_class_serves_every_split(tmp_path):
    three_classes(tmp_path, names=["001"])
    for split in ("train", "val", "test"):
        source = labelled(tmp_path, 16, split)
        assert len(source) == 3 and len(source.y) == 1 and source.label.tolist() == [0, 1, 2]


@pytest.mark.parametrize("make", [grey, deep, veiled], ids=["grey", "16 bits", "transparent"])
def test_pictures_of_every_kind_and_shape_become_rgb_squares(tmp_path, make):
    for folder in ("A/a", "A/b", "B"):
        (tmp_path / folder).mkdir(parents=True)
        for i, (h, w) in enumerate([(16, 16), (24, 50), (70, 9), (1, 3)]):
            make(np.asarray(to_picture(noise(3, h, w, seed=i)))).save(tmp_path / folder / f"{i}.png")
    source = labelled(tmp_path, 16)
    x = source.batch(torch.arange(8))["x"]
    assert x.shape == (8, 3, 16, 16) and source.y.shape == (4, 3, 16, 16) and x.abs().max() <= 1
    assert torch.equal(x[0], source.y[0])
    assert (x[0, ..., :6] > 0.9).all() if make is veiled else torch.equal(x[0, 0], x[0, 1])


def test_what_a_folder_lacks_is_named(tmp_path):
    assert "gone does not exist" in refused(tmp_path / "gone", 16)
    assert re.search("needs the folders A, with a folder for each class, and B, the target", refused(tmp_path, 16))
    put(tmp_path / "A" / "one", 0)
    assert "needs the folders A" in refused(tmp_path, 16)
    put(tmp_path / "B", 200)
    assert re.search(r"A holds 1 folder\(s\) of a class: f needs at least two classes to tell apart\.$", refused(tmp_path, 16))
    (tmp_path / "A" / "two").mkdir()
    assert re.search(r"two holds no pictures\.$", refused(tmp_path, 16))
    put(tmp_path / "A" / "two", 50)
    assert len(labelled(tmp_path, 16)) == 2 * len(TRAIN)
    assert "B holds 0 folder(s) of a class" in refused(tmp_path, 16, direction="BA")
    for path in (tmp_path / "B").iterdir():
        path.unlink()
    assert re.search(r"B holds no pictures\.$", refused(tmp_path, 16))
    assert "validation" in refused(tmp_path, 16, "validation") and "ab" in refused(tmp_path, 16, direction="ab")


def test_a_corrupt_picture_is_named(tmp_path):
    path = three_classes(tmp_path) / "A" / "ape" / f"{min(TRAIN):03d}.png"
    path.write_bytes(path.read_bytes()[:50])
    assert path.name in refused(tmp_path, 16, error=PictureError)


# ---- Figures ----


class Answers:
    """A "model" that looks x up and gives the answer to it; a target it leaves alone."""

    controls = ()

    def __init__(self, given: Tensor, answers: Tensor):
        self.given, self.answers = given, answers

    def translate(self, x, seed=0):
        distance, at = torch.cdist(x.flatten(1), self.given.flatten(1)).min(1)
        return torch.where(distance[:, None, None, None] < 1e-3, self.answers[at], x)


def two_letters(first: int, count: int, split_y: int, count_y: int) -> Labelled:
    index, other = first + torch.arange(count), split_y + torch.arange(count_y)
    pen, toys = glyphs.draw(index, "pen", 32, characters="IO"), glyphs.draw(other, "toy", 32, characters="IO")
    return Labelled(pen.__getitem__, glyphs.label_of(index, "IO"), toys, glyphs.label_of(other, "IO"))


@pytest.fixture(scope="module")
def letters():
    return two_letters(0, 40, 5000, 120), two_letters(9000, 24, 9500, 24)


def test_a_reader_of_real_targets_says_whether_the_content_was_kept(letters):
    train, held_out = letters
    x = held_out.batch(torch.arange(24))["x"]
    index = 20_000 + torch.arange(24)
    right, wrong = (glyphs.draw(index, "toy", 32, label, "IO") for label in (held_out.label, 1 - held_out.label))
    found = {name: report(Answers(x, answers), train, held_out) for name, answers in (("right", right), ("wrong", wrong), ("same", x))}
    assert all(set(figures) <= set(FIGURES) and "partner L1" not in figures for figures in found.values())
    assert found["right"]["class"].value > 0.8 and found["wrong"]["class"].value < 0.2
    for figures in found.values():
        assert figures["identity"].value == 0 and figures["class of real"].value > 0.8
    assert found["right"]["likeness"].value > 0.8 and found["same"]["likeness"].value < 0.2


def test_where_nobody_knows_the_targets_classes_no_class_is_read(letters):
    train, held_out = (copy.copy(source) for source in letters)
    train.y_label = held_out.y_label = None
    found = report(Answers(held_out.y, held_out.y), train, held_out, limit=6)
    assert {"likeness", "KD-i2i", "identity"} <= {*found} and not {"class", "class of real"} & {*found}


def test_few_pictures_are_refused(letters):
    train, held_out = letters
    for few in (
        Labelled(held_out.x, held_out.label[:3], held_out.y, held_out.y_label),
        Labelled(held_out.x, held_out.label, held_out.y[:3], held_out.y_label[:3]),
    ):
        with pytest.raises(DataError, match="at least 4 held-out pictures of each domain, got"):
            report(Answers(held_out.y, held_out.y), train, few)


@pytest.mark.parametrize("few", ["x", "y"])
def test_a_card_without_enough_pictures_says_so(tmp_path, few):
    """Of either side: the target has to be judged, too."""
    x, y = (noise(3 if side == few else 6, 3, 16, 16) for side in "xy")
    source = Labelled(x.__getitem__, torch.arange(len(x)) % 2, y, None)
    t = trainer(tiny("dtn", f_steps=1, steps=1), source)
    t.advance()
    recipe = Recipe("dtn", "own folder", 16)
    home = publish(t, recipe, tmp_path / "export", source.batch(torch.arange(2)), source, progress=False)
    card = i2i.load(home, device="cpu").card
    assert card["judged on"].startswith("nothing") and "figures" not in card and "labels" not in card
    assert card["steps"] == 2, "those of both stages"


def test_osts_defaults_are_the_authors():
    c = ost_module.Config()
    assert (c.kl, c.recon_y, c.recon_x, c.cycle, c.selective, c.rate) == (0.1, 1, 1, 10, True, 2e-4)
    assert (c.recon, c.fakes) == (10, 0.5)
    assert (c.blocks, c.halvings, c.autoencoder_steps) == (12, 2, 15_000)
