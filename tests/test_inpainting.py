"""Holes: PGGAN as its paper says, pictures with holes, the membrane, and figures from the inside of holes."""

from __future__ import annotations

import copy
import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from i2i import bench
from i2i import publish as cards
from i2i.data import holes as holes_module
from i2i.data.folders import DataError
from i2i.data.holes import KINDS, Holes, cmp_holes, facade_holes, holes, mask, photograph_holes
from i2i.data.worlds.facades import SPLITS, Facades
from i2i.data.worlds.sdf import hash_uniform
from i2i.measure import holes as inside
from i2i.measure.holes import FIGURES, figures, filled, report
from i2i.method import frozen, weighted_sum
from i2i.methods import METHODS
from i2i.metrics import perceptual_distance, ssim, ssim_map
from i2i.pictures import PictureError, to_bytes
from i2i.recipes import Recipe, own_folder
from i2i.run.filling import Membrane, fill, membrane
from kit.folders import NAMES, VAL, put
from kit.images import painted, view
from kit.judges import flat_judge
from kit.methods import count, loud, tiny
from kit.runs import assert_identical, clones, equal, trainer, turns_taken
from kit.sources import Made, chance, fake_batch, hole, noise
from kit.terms import assert_terms, log_of_fake, log_of_real

SHARED = Path(os.environ.get("I2I_DATA", "data"))
BATCH = fake_batch(dtype=torch.float64)
X, Y, MASK = BATCH["x"], BATCH["y"], BATCH["mask"]
HEADS = {  # globally, patchwise
    "both": ({}, {"gan_whole", "gan_patch"}, {"real_whole", "fake_whole", "real_patch", "fake_patch"}),
    "global": ({"patchwise": 0.0}, {"gan_whole"}, {"real_whole", "fake_whole"}),
    "patch": ({"globally": 0.0}, {"gan_patch"}, {"real_patch", "fake_patch"}),
    "none": ({"globally": 0.0, "patchwise": 0.0}, set(), set()),
}  # fmt: skip


def reach(net: nn.Module, side: int, at: tuple[int, int] | None = None, channels: int = 4) -> int:
    """How many pixels away from itself a place of a net's map sees, without norms; every weight positive, so that nothing is lost."""
    net = copy.deepcopy(net).float().eval()
    for m in list(net.modules()):
        for name, child in m.named_children():
            if isinstance(child, nn.BatchNorm2d | nn.InstanceNorm2d):
                setattr(m, name, nn.Identity())
    for p in net.parameters():
        nn.init.constant_(p, 1e-2 if p.dim() > 1 else 0.0)
    x = torch.full((1, channels, side, side), 1e-3, requires_grad=True)
    made = net(x)
    row, column = at or (made.shape[-2] // 2, made.shape[-1] // 2)
    (seen,) = torch.autograd.grad(made[0, 0, row, column], x)
    rows = seen[0].abs().sum((0, 2)).nonzero()[:, 0]
    return int(rows.max() - rows.min() + 1)


# ---- Nets ----


def test_what_the_default_amounts_to(unfilled):
    net = METHODS["pggan"]()
    assert (count(net.G), count(net.D)) == (10_195_139, 4_403_266)
    c = net.config
    assert (c.reconstruction, c.globally, c.patchwise) == (0.98, 0.01, 0.01) and (c.side, c.rate) == (256, 2e-4)
    assert net.stages()[0].turns["G"].optimizer(net.G.parameters()).defaults["betas"] == (0.5, 0.999)
    assert [tiny("pggan").learning_rate(s) for s in range(8)] == pytest.approx([1, 1, 1, 1, 1, 0.75, 0.5, 0.25])


@pytest.mark.parametrize("halvings, h, w", [(2, 16, 16), (2, 36, 52), (2, 4, 60), (1, 18, 6), (3, 40, 24)])
def test_g_takes_any_sides_that_it_can_halve(halvings, h, w):
    x, m = noise(2, 3, h, w), torch.ones(2, 1, h, w)
    assert tiny("pggan", halvings=halvings).eval().translate(x, mask=m).shape == x.shape


@pytest.mark.parametrize("shared, side", [(2, 16), (2, 24), (3, 32), (3, 48), (3, 80), (1, 16)])
def test_one_head_judges_the_whole_and_the_other_every_patch(shared, side):
    d = tiny("pggan", shared=shared, side=side).D
    whole, patch = d(noise(2, 3, side, side))
    assert whole.shape == (2, 1) and patch.shape == (2, 1, side >> shared, side >> shared)


@pytest.mark.parametrize("shared, side", [(3, 40), (2, 12), (3, 17)])
def test_a_side_that_d_cannot_halve_is_refused(shared, side):
    with pytest.raises(ValueError, match=rf"^side must be a multiple of {2 ** (shared + 1)}: .* got {side}$"):
        tiny("pggan", shared=shared, side=side)


@pytest.mark.parametrize("shared, field", [(2, 26), (3, 54)])
def test_a_patch_is_judged_by_so_many_pixels_and_the_whole_by_all(shared, field):
    d = tiny("pggan", shared=shared, side=96).D
    assert reach(nn.Sequential(d.trunk, d.patch), 96, channels=3) == field
    assert reach(nn.Sequential(d.trunk, d.whole, nn.Unflatten(1, (1, 1, 1))), 96, at=(0, 0), channels=3) == 96


def test_both_heads_teach_the_trunk_and_neither_the_other():
    d = loud("pggan").D
    for wanted, other, logits in zip((d.whole, d.patch), (d.patch, d.whole), d(X), strict=True):
        grads = torch.autograd.grad(logits.square().sum(), [*d.trunk.parameters(), *wanted.parameters()], retain_graph=True)
        assert all(g.abs().sum() > 0 for g in grads)
        assert all(g is None for g in torch.autograd.grad(logits.sum(), [*other.parameters()], retain_graph=True, allow_unused=True))


def test_gaps_between_taps_let_g_see_across_the_hole():
    """The middle of a hole of 128 px, as the default is trained on."""
    dilated, plain = (tiny("pggan", width=1, dilations=d).G for d in (METHODS["pggan"].Config().dilations, (1,) * 8))
    far, near = reach(dilated, 400), reach(plain, 400)
    assert far > 2 * 128 and near < 0.6 * far
    # Each block adds its two convolutions, at a fourth of the sides.
    assert far - near == 2 * 4 * (sum(METHODS["pggan"].Config().dilations) - 8)


# ---- Filling, in tensors ----


@pytest.mark.parametrize("start", ["grey", "film"])
def test_outside_the_hole_x_stays_itself_to_the_bit(start):
    net, batch = loud("pggan", start=start).float().eval(), fake_batch()
    for enabled in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            made = net.translate(batch["x"], mask=batch["mask"])
        known = batch["mask"].expand_as(made) == 0
        assert made.dtype == torch.float32 and torch.equal(made[known], batch["x"][known])
        assert (made[~known] != batch["x"][~known]).float().mean() > 0.99


@pytest.mark.parametrize("start", ["grey", "film"])
@pytest.mark.parametrize("training", [False, True])
def test_nothing_in_the_hole_is_looked_at(training, start):
    net, batch = loud("pggan", start=start).float().train(training), fake_batch()
    m = batch["mask"]
    wanted = net.fill(batch["x"], m)
    for other in (noise(2, 3, 16, 16, seed=9), torch.full((2, 3, 16, 16), 1.0), torch.zeros(2, 3, 16, 16)):
        assert torch.equal(net.fill(batch["x"] * (1 - m) + other * m, m), wanted)
    assert not torch.equal(net.fill(batch["x"] + 0.1 * (1 - m), m)[:, :, 4:12, 4:12], wanted[:, :, 4:12, 4:12]), "what is known is"


def test_g_is_told_where_the_hole_is():
    """A grey picture with a hole differs from one without by the mask alone."""
    net, asked = tiny("pggan").eval(), []
    net.G.register_forward_hook(lambda module, given, made: asked.append(given[0]))
    net.translate(torch.zeros(1, 3, 16, 16), mask=hole())
    assert torch.equal(asked[0][:, :3], torch.zeros(1, 3, 16, 16)) and torch.equal(asked[0][:, 3:], hole())


@pytest.mark.parametrize("start", ["grey", "film"])
def test_without_a_mask_a_picture_comes_back(start):
    assert torch.equal(tiny("pggan", start=start).eval().translate(fake_batch()["x"]), fake_batch()["x"])


def test_begun_with_a_film_g_adds_to_it():
    net, x, m = tiny("pggan", start="film").eval(), fake_batch()["x"], fake_batch()["mask"]
    film, asked = membrane(x, m, 20), []
    net.G.register_forward_hook(lambda module, given, made: asked.append(given[0]))
    for bias in (0.0, 0.2, 9.0):
        nn.init.zeros_(net.G[-2].weight), nn.init.constant_(net.G[-2].bias, bias)
        wanted = x * (1 - m) + m * (film + np.tanh(bias)).clamp(-1, 1)
        torch.testing.assert_close(net.translate(x, mask=m), wanted)
    torch.testing.assert_close(asked[0], torch.cat([film, m], 1))
    with pytest.raises(ValueError, match="^start is .grey. or .film., not 'fog'$"):
        tiny("pggan", start="fog")


# ---- Terms ----


def test_l1_is_the_mean_inside_the_hole():
    net = tiny("pggan")
    wanted = (Y - X).abs()[:, :, 4:12, 4:12].mean().item()
    assert net.reconstruction_loss(X, Y, MASK).item() == pytest.approx(wanted, rel=1e-6)
    far = Y + 5 * (1 - MASK)
    assert net.reconstruction_loss(X, far, MASK).item() == pytest.approx(wanted, rel=1e-6)
    assert net.reconstruction_loss(X, Y, 0 * MASK).item() == 0
    small = MASK.clone()
    small[0] = 0  # the mean over all pixels of holes, not over pictures
    assert net.reconstruction_loss(X, Y, small).item() == pytest.approx((Y - X).abs()[1, :, 4:12, 4:12].mean().item(), rel=1e-6)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("changes, of_g, of_d", HEADS.values(), ids=HEADS)
def test_the_terms_are_those_of_the_heads_that_count(changes, of_g, of_d, training):
    net = loud("pggan", **changes).train(training)
    fake = net.fill(X, MASK)
    (whole, patch), (real_whole, real_patch) = net.D(fake), net.D(Y)
    patch, real_patch = (p[:, :, 1:3, 1:3] for p in (patch, real_patch))  # of 4 x 4, those that lie in the hole
    g = {"gan_whole": log_of_real(whole), "gan_patch": log_of_real(patch)}
    d = {
        "real_whole": log_of_real(real_whole), "fake_whole": log_of_fake(whole),
        "real_patch": log_of_real(real_patch), "fake_patch": log_of_fake(patch),
    }  # fmt: skip
    for batch in (BATCH, BATCH | net.fakes(BATCH)):
        terms = net.generator_loss(batch)
        total = weighted_sum(terms, net.weights(0))
        rec = terms.pop("rec")
        assert rec.item() == pytest.approx((fake - Y).abs()[:, :, 4:12, 4:12].mean().item(), rel=1e-6)
        assert_terms(terms, {k: g[k] for k in of_g})
        assert_terms(net.discriminator_loss(batch), {k: d[k] for k in of_d})
        wanted = 0.98 * rec + sum(0.01 * g[k] for k in of_g)
        torch.testing.assert_close(total, wanted)
    if of_d:
        torch.testing.assert_close(weighted_sum(net.discriminator_loss(BATCH), net.weights(0)), sum(d[k] for k in of_d))


def test_a_patch_that_the_hole_touches_is_judged_and_no_other():
    net = loud("pggan", globally=0.0).eval()
    m = torch.zeros(2, 1, 16, 16, dtype=torch.float64)
    m[0, :, 3:5, 9], m[1, :, 15, 0] = 1, 1
    wanted = net.D(Y)[1][[0, 0, 1], 0, [0, 1, 3], [2, 2, 0]]
    terms = net.discriminator_loss(BATCH | {"mask": m})
    torch.testing.assert_close(terms["real_patch"], log_of_real(wanted))
    assert net.discriminator_loss(BATCH | {"mask": 0 * m}) == {} and {*net.generator_loss(BATCH | {"mask": 0 * m})} == {"rec"}


def test_the_weights_are_those_of_the_config():
    weights = tiny("pggan", reconstruction=0.5, globally=0.2, patchwise=0.3).weights(0)
    ones = {f"{which}_{head}": 1.0 for which in ("real", "fake") for head in ("whole", "patch")}
    assert weights == {"rec": 0.5, "gan_whole": 0.2, "gan_patch": 0.3, **ones}


def test_without_an_adversary_d_sits_out():
    t = trainer(tiny("pggan", globally=0.0, patchwise=0.0))
    before = clones(t.method.D)
    assert {*t.advance()} == {"rec"} and equal(before, clones(t.method.D)) and not t.optimizers["D"].state


def test_each_turn_teaches_its_own_net():
    net = loud("pggan")
    batch = BATCH | net.fakes(BATCH)
    d = weighted_sum(net.discriminator_loss(batch), net.weights(0))
    assert all(g is None for g in torch.autograd.grad(d, [*net.G.parameters()], retain_graph=True, allow_unused=True))
    assert all(g.abs().sum() > 0 for g in torch.autograd.grad(d, [*net.D.parameters()]))
    for term in ("rec", "gan_whole", "gan_patch"):
        for given in (BATCH, BATCH | net.fakes(BATCH)):
            with frozen(net.D):
                net.generator_loss(given)[term].backward()
            assert all(p.grad is None for p in net.D.parameters())
            assert all(p.grad is not None for p in net.G.parameters()) and net.G[0].weight.grad.abs().sum() > 0
            net.zero_grad()
    assert turns_taken(trainer(tiny("pggan")), 3) == [[("D", {"D"}), ("G", {"G"})]] * 3


def test_a_step_makes_its_fakes_once():
    t, asked = trainer(tiny("pggan")), []
    t.method.G.register_forward_hook(lambda *_: asked.append(1))
    for _ in range(3):
        t.advance()
    assert len(asked) == 3


def test_training_fills_holes_better():
    """One flat colour for each picture: what surrounds the hole says it all."""
    source = Made(length=4, jitter=0.0)
    source.x = source.y = noise(4, 3, 1, 1).expand(-1, -1, 16, 16).contiguous()
    t = trainer(tiny("pggan", steps=60, rate=5e-3, globally=0.0, patchwise=0.0), source)
    losses = [t.advance()["rec"] for _ in range(60)]
    assert np.mean(losses[-5:]) < 0.5 * np.mean(losses[:5])


# ---- Holes ----

NUMBERS = hash_uniform(5, torch.arange(300), 48)


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize("kind, low, high, usual", [("strokes", 0.004, 0.4, (0.08, 0.16)), ("rectangle", 0.035, 0.31, (0.11, 0.17)), ("centre", 0.25, 0.25, (0.25, 0.25))])
def test_a_hole_covers_a_part(kind, low, high, usual, size):
    found = torch.stack([mask(kind, u, size) for u in NUMBERS])
    assert found.shape == (300, 1, size, size) and found.dtype == torch.float32 and {*found.unique().tolist()} == {0, 1}
    parts = found.mean((1, 2, 3))
    assert parts.min() >= low and parts.max() <= high and usual[0] <= parts.mean() <= usual[1]
    assert torch.equal(found[7], mask(kind, NUMBERS[7], size)), "the same numbers, the same hole"
    assert kind == "centre" or len({m.numpy().tobytes() for m in found}) > 290
    # All over the picture, and of one shape at every size.
    assert kind == "centre" or found.amax(0).mean() > 0.95
    large = torch.stack([mask(kind, u, 2 * size) for u in NUMBERS[:40]])
    assert (F.avg_pool2d(large, 2) - found[:40]).abs().mean() < 0.03


def test_the_centre_is_the_middle_half_and_a_rectangle_is_one():
    assert torch.equal(mask("centre", NUMBERS[0], 16), hole()[0])
    for u in NUMBERS[:50]:
        rows, columns = (mask("rectangle", u, 40)[0].amax(d) for d in (1, 0))
        assert torch.equal(mask("rectangle", u, 40)[0], rows[:, None] * columns[None])
        for side in (rows, columns):
            assert side.diff().abs().sum() <= 2 and 7 <= side.sum() <= 23
    with pytest.raises(ValueError, match="^holes are strokes, rectangle, centre, not 'star'$"):
        mask("star", NUMBERS[0], 16)


@pytest.fixture(scope="module")
def places() -> list[Tensor]:
    """Pixels that say where they are: red their row, green their column, blue their picture."""
    made = []
    for i, (h, w) in enumerate([(40, 44), (32, 32), (100, 64)]):
        p = torch.zeros(3, h, w, dtype=torch.uint8)
        p[0], p[1], p[2] = 2 * torch.arange(h)[:, None], 2 * torch.arange(w)[None], 50 * i
        made.append(p)
    return made


def kind_of(m: Tensor) -> str:
    """Of a hole [1, S, S]: the centre, another rectangle, or strokes."""
    if torch.equal(m, mask("centre", NUMBERS[0], m.shape[-1])):
        return "centre"
    return "rectangle" if torch.equal(m[0], m[0].amax(1)[:, None] * m[0].amax(0)[None]) else "strokes"


@pytest.mark.parametrize("augment", [False, True])
def test_x_is_y_with_its_hole_grey(places, augment):
    source = Holes(places, 32, augment)
    batch = source.batch(torch.arange(len(source)).repeat(4), chance())
    assert {k: (tuple(v.shape[1:]), v.dtype) for k, v in batch.items()} == {
        "x": ((3, 32, 32), torch.float32), "y": ((3, 32, 32), torch.float32), "mask": ((1, 32, 32), torch.float32), "index": ((), torch.int64),
    }  # fmt: skip
    inside = batch["mask"].expand_as(batch["y"]) == 1
    assert torch.equal(batch["x"][~inside], batch["y"][~inside]) and not batch["x"][inside].any()
    assert batch["y"].abs().max() <= 1 and batch["mask"].flatten(1).any(1).all()
    assert torch.equal(batch["index"], torch.arange(len(source)).repeat(4))


def test_a_picture_has_its_own_hole_of_each_kind_in_turn(places):
    many = Holes(places * 10, 32)
    batch = many.batch(torch.arange(30))
    assert [kind_of(m) for m in batch["mask"][:6]] == ["strokes", "rectangle", "centre"] * 2
    assert_identical(many.batch(torch.tensor([7, 4])), {k: v[[7, 4]] for k, v in batch.items()})
    assert_identical(many.batch(torch.tensor([7]), chance(3)), many.batch(torch.tensor([7])))
    assert len({m.numpy().tobytes() for m in batch["mask"]}) == 21, "and ten centres, which are one"
    only = Holes(places, 32, kinds=("rectangle",)).batch(torch.arange(3))
    assert {kind_of(m) for m in only["mask"]} == {"rectangle"}
    with pytest.raises(ValueError, match="not 'star'"):
        Holes(places, 32, kinds=("star",)).batch(torch.tensor([0]))
    # The window is the middle one.
    assert to_bytes(batch["y"][0])[:2, 0, 0].tolist() == [2 * 4, 2 * 6] and to_bytes(batch["y"][2])[:2, 0, 0].tolist() == [2 * 34, 2 * 16]


def test_in_training_kinds_and_windows_are_mixed_and_stay_inside(places):
    source = Holes(places, 32, augment=True)
    assert source.which.tolist() == [0, 1] + [2] * 6, "a large picture comes up as often as it has places"
    assert Holes(places, 32).which.tolist() == [0, 1, 2]
    batch = source.batch(torch.zeros(600, dtype=torch.int64), chance())
    kinds = [kind_of(m) for m in batch["mask"]]
    assert min(kinds.count(k) for k in KINDS) > 150
    y = to_bytes(batch["y"]).int()
    assert (y.diff(dim=2)[:, 0] == 2).all(), "rows are never turned"
    mirrored = y[:, 1, 0, 0] > y[:, 1, 0, -1]
    assert 0.4 < mirrored.float().mean() < 0.6 and torch.equal(y.diff(dim=3)[:, 1, 0, 0], torch.where(mirrored, -2, 2).int())
    corners = {(p[0].min().item() // 2, p[1].min().item() // 2) for p in y}
    assert {c[0] for c in corners} == {*range(9)} and {c[1] for c in corners} == {*range(13)}


def test_a_batch_is_a_function_of_index_and_generator_alone(places):
    source, index = Holes(places, 32, augment=True), torch.tensor([2, 0, 5, 2])
    torch.manual_seed(0)
    one = source.batch(index, chance(1))
    torch.manual_seed(1)
    assert_identical(one, source.batch(index, chance(1)))
    other = source.batch(index, chance(2))
    assert not torch.equal(one["y"], other["y"]) and not torch.equal(one["mask"], other["mask"])
    assert not torch.equal(one["y"][0], one["y"][3]), "each place of a batch has its own chance"


def told(source: Holes) -> set[tuple[int, str]]:
    """(red, name) of the plain pictures that `put` made."""
    return {(p[0, 0, 0].item(), f"{p[1, 0, 0].item() // 5:03d}") for p in source.pictures}


@pytest.mark.parametrize("folders", ["train test", "train", ""])
def test_a_folder_of_ones_own_is_read_with_or_without_halves(tmp_path, folders):
    put(tmp_path / "train" if folders else tmp_path, red=50, size=(80, 60))
    if "test" in folders:
        put(tmp_path / "test", NAMES[:5], red=200)
    sources = {s: own_folder(tiny("pggan"), tmp_path, 32, s) for s in ("train", "val", "test")}
    found = {s: told(source) for s, source in sources.items()}
    assert VAL and found["train"] == {(50, n) for n in NAMES if n not in VAL} and found["val"] == {(50, n) for n in VAL}
    assert found["test"] == ({(200, n) for n in NAMES[:5]} if "test" in folders else found["val"])
    assert [s.augment for s in sources.values()] == [True, False, False]
    assert [tuple(p.shape[1:]) for p in sources["train"].pictures[:3]] == [(60, 80), (48, 64), (36, 48)], "to learn from, at several sizes"
    assert len(sources["val"].pictures) == len(VAL)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(DataError, match="gone does not exist"):
        holes(tmp_path / "gone", 32)
    with pytest.raises(DataError, match="unknown split 'tests'"):
        holes(tmp_path, 32, "tests")
    for make in (lambda: None, lambda: put(tmp_path, size=(31, 90))):
        make()
        with pytest.raises(DataError, match=r"^there is no picture of at least 32 x 32 px\.$"):
            holes(tmp_path, 32)
    for n in NAMES:
        (tmp_path / f"{n}.png").write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"0\d\d.png is not a picture"):
        holes(tmp_path, 32)


def test_facades_are_the_left_halves_and_split(tmp_path):
    for part, names, red in (("train", NAMES, 50), ("val", NAMES[:5], 200)):
        put(tmp_path / part, names, red, (72, 36))
        for file in (tmp_path / part).iterdir():  # to the right the labels
            both = Image.open(file)
            both.paste("white", (36, 0, 72, 36))
            both.save(file)
    sources = {s: cmp_holes(tmp_path, 32, s) for s in ("train", "val", "test")}
    train, val, test = map(told, sources.values())
    assert train == {(50, n) for n in NAMES if n not in VAL} and val == {(50, n) for n in VAL} and test == {(200, n) for n in NAMES[:5]}
    assert {p.shape[-1] for p in sources["train"].pictures} == {36} and {p.shape[-1] for p in sources["test"].pictures} == {32}
    assert max(p[2].max() for p in sources["train"].pictures) == 90, "nothing of the labels"


def test_the_splits_of_photographs_have_no_picture_in_common(monkeypatch):
    if not (SHARED / "bsds500" / "train").is_dir():
        pytest.skip("I2I_DATA holds no photographs")
    blank, read = Image.new("RGB", (32, 32)), {}
    for split in ("train", "val", "test"):
        monkeypatch.setattr(holes_module, "open_picture", lambda p, split=split: read.setdefault(split, []).append(p) or blank)
        photograph_holes(SHARED / "sr_classic", SHARED / "bsds500", 32, split)
    train, val, test = (set(read[s]) for s in ("train", "val", "test"))
    assert not train & val and not test & (train | val) and len(train | val) == 291 and len(test) == 100 and 20 < len(val) < 40
    train, val, test = ({p.read_bytes() for p in paths} for paths in (train, val, test))
    assert not train & val and not test & (train | val), "nor under another name"


def test_the_splits_of_drawn_facades_are_disjoint():
    spans = sorted((first, first + length) for first, length in SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    sources = {s: facade_holes(32, s, count=4) for s in SPLITS}
    for split, source in sources.items():
        y = Facades(32, split=split).batch(torch.arange(4))["y"]
        assert torch.equal(torch.stack(source.pictures), to_bytes(y)) and source.augment is (split == "train")
    assert len({p.numpy().tobytes() for source in sources.values() for p in source.pictures}) == 12


# ---- A membrane ----


def ramp(h: int, w: int) -> Tensor:
    return (0.6 * torch.linspace(-1, 1, w) + 0.4 * torch.linspace(-1, 1, h)[:, None]).expand(1, 3, h, w).contiguous()


def box_of(h: int, w: int) -> Tensor:
    m = torch.zeros(1, 1, h, w)
    m[..., h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = 1
    return m


@pytest.mark.parametrize("h, w", [(64, 64), (37, 53), (9, 120)])
def test_a_membrane_is_harmonic_and_stays_between_its_rims(h, w):
    x, m = noise(2, 3, h, w), box_of(h, w).expand(2, -1, -1, -1)
    made = membrane(x, m)
    p = F.pad(made, (1, 1, 1, 1), mode="replicate")
    mean = (p[..., :-2, 1:-1] + p[..., 2:, 1:-1] + p[..., 1:-1, :-2] + p[..., 1:-1, 2:]) / 4
    assert ((mean - made) * m).abs().max() < 3e-3
    known = m.expand_as(x) == 0
    assert torch.equal(made[known], x[known])
    rim = known & (F.max_pool2d(m, 3, 1, 1).expand_as(x) == 1)
    for i in range(2):
        for c in range(3):
            inner, edge = made[i, c][m[i, 0] == 1], x[i, c][rim[i, c]]
            assert edge.min() - 0.05 <= inner.min() and inner.max() <= edge.max() + 0.05
    assert torch.equal(membrane(x + 7 * m, m), made), "and looks at nothing in the hole"
    flat = membrane(torch.full((1, 3, h, w), 0.3) * (1 - m[:1]), m[:1])
    torch.testing.assert_close(flat, torch.full_like(flat, 0.3))


@pytest.mark.parametrize("h, w", [(64, 64), (37, 53), (30, 31)])
def test_a_membrane_goes_on_with_a_slope(h, w):
    assert (membrane(ramp(h, w) * (1 - box_of(h, w)), box_of(h, w)) - ramp(h, w)).abs().max() < 0.03
    coarse = membrane(ramp(h, w) * (1 - box_of(h, w)), box_of(h, w), sweeps=400)
    assert (coarse - ramp(h, w)).abs().max() < 2e-3, "nearer with more sweeps"


@pytest.mark.parametrize("h, w", [(1, 1), (1, 9), (2, 2), (3, 70), (33, 17)])
def test_a_membrane_of_any_size_without_a_hole_or_without_a_rim(h, w):
    x = noise(1, 3, h, w)
    assert torch.equal(membrane(x, torch.zeros(1, 1, h, w)), x)
    assert torch.equal(membrane(x, torch.ones(1, 1, h, w)), torch.zeros_like(x)), "grey, where nothing is known"
    m = torch.zeros(1, 1, h, w)
    m[..., h - 1, w - 1] = 1
    assert membrane(x, m).isfinite().all()


def test_a_membrane_stands_in_for_a_model():
    picture, m = view(61, 47, grain=30), painted(61, 47, (20, 15, 35, 30))
    made = fill(Membrane(), Image.composite(Image.new("RGB", (61, 47), "red"), picture, m), m)
    off = np.abs(np.asarray(made).astype(int) - np.asarray(picture))
    assert 0 < off[15:30, 20:35].mean() < 15 and off.sum() == off[15:30, 20:35].sum()
    assert torch.equal(Membrane().translate(X), X)


# ---- Figures ----


@pytest.fixture
def unjudged(monkeypatch):
    monkeypatch.setattr(inside, "load_judge", lambda: flat_judge)


def figured(made, real, m) -> dict[str, float]:
    return {k: e.value for k, e in figures(made, real, m).items()}


def test_a_perfect_fill_has_perfect_figures(unjudged):
    real = noise(3, 3, 32, 32)
    for m in (hole(32), box_of(32, 32).roll(8, 2), F.pad(torch.ones(1, 1, 3, 3), (0, 29, 29, 0))):
        found = figured(real.clone(), real, m.expand(3, -1, -1, -1))
        assert found.keys() == FIGURES.keys()
        wanted = {"hole L1": 0, "hole PSNR": 10 * np.log10(4e10), "hole SSIM": 1, "hole PD-i2i": 0, "hole energy": 1, "border jump": 1}
        assert found == pytest.approx(wanted, abs=1e-5)


def test_what_lies_outside_does_not_count(unjudged):
    real, made, m = noise(3, 3, 32, 32), noise(3, 3, 32, 32, seed=1), hole(32).expand(3, -1, -1, -1)
    one, other = figured(made, real, m), figured(made + 9 * (1 - m), real, m)
    for name in ("hole L1", "hole PSNR", "hole energy"):
        assert one[name] == pytest.approx(other[name], rel=1e-6)
    assert one["hole L1"] == pytest.approx((made - real).abs()[..., 8:24, 8:24].mean().item(), rel=1e-5)
    assert one["hole SSIM"] == pytest.approx(ssim_map(made, real)[..., 3:19, 3:19].mean().item(), rel=1e-5)
    assert one["border jump"] != pytest.approx(other["border jump"])


def test_a_flat_fill_is_smooth_and_its_seam_shows(unjudged):
    real, m = noise(3, 3, 32, 32), hole(32).expand(3, -1, -1, -1)
    flat = figured(real * (1 - m) + m, real, m)
    soft = figured(membrane(real, m), real, m)
    assert flat["hole energy"] == 0 < soft["hole energy"] < 0.5 and soft["border jump"] < 1 < flat["border jump"]
    assert soft["hole L1"] < flat["hole L1"] and soft["hole PSNR"] > flat["hole PSNR"]


def test_figures_by_hand(unjudged):
    """A hole of two pixels side by side: six pairs lie across its border, one within."""
    real, made, m = (torch.zeros(2, 3, 16, 16) for _ in range(3))
    m = m[:, :1]
    real[:, :, 5], real[..., 9, 8] = 0.5, 0.1
    m[..., 8, 7:9] = 1
    real[..., 8, 7], real[..., 8, 8] = 0.2, 0.4
    made[:] = real
    made[..., 8, 7], made[..., 8, 8] = 0.3, -0.2
    found = figured(made, real, m)
    assert found["hole L1"] == pytest.approx((0.1 + 0.6) / 2, rel=1e-5)
    assert found["hole PSNR"] == pytest.approx(10 * np.log10(4 / ((0.01 + 0.36) / 2)), rel=1e-5)
    assert found["hole energy"] == pytest.approx(0.5**2 / 0.2**2, rel=1e-5)
    assert found["border jump"] == pytest.approx((3 * 0.3 + 2 * 0.2 + 0.3) / (3 * 0.2 + 2 * 0.4 + 0.3), rel=1e-5)


def test_a_picture_without_a_hole_cannot_be_judged(unjudged):
    m = torch.cat([hole(32), torch.zeros(1, 1, 32, 32)])
    with pytest.raises(ValueError, match="^a picture has no hole, so there is no inside to judge$"):
        figures(noise(2, 3, 32, 32), noise(2, 3, 32, 32), m)


def test_a_report_is_on_the_held_out_pictures(unjudged):
    source = Holes([to_bytes(noise(3, 40, 36, seed=i)) for i in range(20)], 32)
    made, real, m = filled(Membrane(), source, limit=18)
    batch = source.batch(torch.arange(18))
    assert torch.equal(real, batch["y"]) and torch.equal(m, batch["mask"])
    torch.testing.assert_close(made, membrane(batch["x"], m))
    found = report(Membrane(), source, limit=18)
    assert found == figures(made, real, m) == cards.evaluate(Membrane(), source, limit=18, progress=False)
    for few in (Holes(source.pictures[:3], 32), source):
        with pytest.raises(DataError, match=r"^figures need at least 4 held-out pictures, got 3\.$"):
            report(Membrane(), few, limit=3)


def test_a_distance_where_everything_counts_is_the_whole_distance():
    def net(x: Tensor) -> list[Tensor]:
        return [x + 2, F.avg_pool2d(x, 4) + 1]

    a, b, ones = noise(2, 3, 32, 32), noise(2, 3, 32, 32, seed=1), torch.ones(2, 1, 32, 32)
    torch.testing.assert_close(perceptual_distance(a, b, net, where=ones), perceptual_distance(a, b, net))
    torch.testing.assert_close(perceptual_distance(a, b, net, where=0.3 * ones), perceptual_distance(a, b, net))
    m = box_of(32, 32).expand(2, -1, -1, -1)
    inner = perceptual_distance(a[..., 8:24, 8:24], b[..., 8:24, 8:24], net)
    torch.testing.assert_close(perceptual_distance(a, b, net, where=m), inner)
    torch.testing.assert_close(ssim_map(a, b).mean((1, 2, 3)), ssim(a, b))


# ---- The bench ----


def test_the_bench_gives_a_method_that_fills_a_hole():
    recipe = Recipe("pggan", "", 32, {"width": 4, "side": 32, "d_width": 4, "dilations": (1, 2)}, batch=2)
    batch = bench._example(recipe, 3)
    assert torch.equal(batch["mask"], hole(32).expand(3, -1, -1, -1)) and batch["x"].shape == batch["y"].shape == (3, 3, 32, 32)
    found = bench.bench_recipe(recipe, rounds=1)
    assert min(found["step ms"], found["plain step ms"], found["picture ms"]) > 0
    assert "pggan-photographs" in bench.chosen(["pggan"])


def test_the_fast_step_is_the_plain_step_in_float64():
    plain = bench.plain_layers(tiny("pggan", width=16, steps=1000).double())
    source = Made(length=2, jitter=0.0, dtype=torch.float64)
    t = trainer(tiny("pggan", width=16, steps=1000).double(), source)
    step = bench._plain_step(plain.train(), source.batch(torch.arange(2)))
    start = clones(plain)
    for _ in range(6):
        t.step = 0  # the same two pictures in the same order
        t.advance(), step()
    for p, q, first in zip(t.method.parameters(), plain.parameters(), start, strict=True):
        assert not torch.equal(q, first)
        torch.testing.assert_close(p, q, rtol=0, atol=1e-8)
