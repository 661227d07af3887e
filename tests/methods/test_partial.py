"""Alignment with a hint: DTN's given f, and OST's one image."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from torch import Tensor

import i2i
from i2i.bench import _last_stage
from i2i.checkpoint import export
from i2i.data.faces import shown as shown_faces
from i2i.data.unpaired import Unpaired, one_image
from i2i.images import to_bytes, to_image, to_tensor
from i2i.losses import total_variation
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.methods import dtn as dtn_module
from i2i.methods.dtn import REAL, SOURCE, TARGET
from i2i.recipes import RECIPES, Recipe, folder_recipe
from kit.methods import TINY, loud, tiny
from kit.runs import assert_identical, clones, equal, run_in_two, trainer, turns_taken
from kit.sources import Made, fake_batch, noise
from kit.terms import assert_terms, each

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


@pytest.mark.parametrize("side", [0, 4, 12, 24, 31, 48, 96])
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
    of_d = {
        "source": surprise(net.D(from_x), 0),
        "target": surprise(net.D(from_y), 1),
        "real": surprise(net.D(Y), 2),
    }
    for batch in (BATCH, BATCH | net.fakes(BATCH)):
        assert_terms(net.generator_loss(batch), of_g)
        assert_terms(net.discriminator_loss(batch), of_d)
    logits = net.head(net.f(X))
    right = torch.stack(
        [surprise(row[None], k) for row, k in zip(logits, BATCH["label"], strict=True)]
    ).mean()
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
    for image in (ramp, -ramp, ramp.mT):
        assert total_variation(image).item() == 1
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
    assert torch.equal(net.f(x), net.f.net(x)[-1].mean((2, 3))) and net.f(x).shape == (
        3,
        dtn_module.Embedding.size,
    )
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
    for images, domain in ((x, "x"), (y, "y")):
        codes = net.code(images, domain)
        torch.testing.assert_close(codes.mean(0), torch.zeros(8, dtype=torch.float64), rtol=0, atol=1e-5)
        assert codes.std(0).max() < 1 + 1e-5 and codes.std(0).median() > 0.9
    made = net.fakes(BATCH)["from_x"]
    terms = net.generator_loss(BATCH | {"from_x": made, "from_y": made, "code_x": net.code(X)})
    mean, spread = net.f.units_y
    assert_terms(
        {"constancy": terms["constancy"]},
        {"constancy": ((net.f(made) - mean) / spread - net.code(X)).square().mean()},
    )

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
    assert (
        x.shape == (8, 3, 32, 32)
        and x.abs().max() <= 1
        and torch.pdist(x.flatten(1), 1).min() / x[0].numel() > 0.1
    )
    recipe = RECIPES["dtn-faces"]
    assert torch.equal(recipe.showcase(32)["x"], x) and set(recipe.showcase(32)) == {"x"}
    assert recipe.config["own_units"] and recipe.config["features"] == "judge"


def test_two_pictures_of_one_code_are_one_translation():
    net = loud("dtn").eval()
    net.f.forward = lambda p: torch.ones(len(p), 8, dtype=torch.float64)
    made = net.translate(X)
    assert (made - made[:1]).abs().max() == 0


# ---- OST: terms ----


def through(net, image: Tensor, there: str, back: str) -> Tensor:
    encoder, decoder = (net.E_x if there == "x" else net.E_y), (net.G_x if back == "x" else net.G_y)
    return decoder(net.G_shared(net.E_shared(encoder(image))))


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
    one = one_image(whole, "train", 2)
    assert len(one) == 1 and torch.equal(one.x, whole.x[2:3]) and torch.equal(one.y, whole.y)
    assert one_image(whole, "test") is whole and one_image(whole, "val") is whole
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
    image = to_image(noise(3, 16, 16))
    for way in [{}, {"direction": "yx"}] if key == "ost" else [{}]:
        x = to_tensor(image)
        gap = (to_tensor(model(image, **way)) - model.method.translate(x, **way)).abs()
        assert gap.max() < 2 / 255
        # The weights themselves are in half precision.
        assert (model.method.translate(x, **way) - method.translate(x, **way)).abs().mean() < 4 / 255
    if key == "dtn":
        for bad in ({"direction": "yx"}, {"scale": 2.0}, {"label": 0}):
            with pytest.raises(ValueError, match="no control"):
                model(image, **bad)


@pytest.mark.parametrize(
    "key, gone, kept", [("dtn", "f_steps", "train"), ("ost", "autoencoder_steps", "one picture")]
)
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
