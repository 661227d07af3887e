"""CycleGAN, DiscoGAN, DualGAN, DistanceGAN, UNIT: what each paper adds to what every method keeps."""

from __future__ import annotations

import copy
import math
from functools import partial

import pytest
import torch
import torch.distributed as dist
from torch import Tensor, nn

import i2i
from i2i.checkpoint import export
from i2i.method import weighted_sum
from i2i.methods.distancegan import between_halves, between_pairs
from kit.methods import loud, tiny
from kit.processes import FORKS, cyclegan_by_momentum, one_of
from kit.runs import assert_identical, clones, equal, everything, run_in_two, trainer, turns_taken
from kit.sources import Made, fake_batch, noise
from kit.terms import assert_terms, each, log_of_fake, log_of_real

CYCLES = ("cyclegan", "discogan", "dualgan", "distancegan", "unit")
BATCH = fake_batch(dtype=torch.float64)
X, Y = BATCH["x"], BATCH["y"]


# ---- Terms ----

CYCLE_G = "gan_x gan_y cycle_x cycle_y identity_x identity_y"
ADVERSARY = "real_x fake_x real_y fake_y"
DISCO_G, DISCO_D = "gan_a match_a gan_b match_b back_a back_b", "real_a fake_a real_b fake_b"
UNIT_G = "gan_1 gan_2 kl_1 kl_2 recon_1 recon_2"
UNIT_D = "real_1 fake_1 real_2 fake_2"


@pytest.mark.parametrize(
    "key, changes, of_g, of_d",
    [
        ("cyclegan", {}, CYCLE_G, ADVERSARY),
        ("cyclegan", {"gan": 0.0}, "cycle_x cycle_y identity_x identity_y", ""),
        ("cyclegan", {"forward_cycle": 0.0}, "gan_x gan_y cycle_y identity_x identity_y", ADVERSARY),
        ("cyclegan", {"backward_cycle": 0.0}, "gan_x gan_y cycle_x identity_x identity_y", ADVERSARY),
        ("cyclegan", {"identity": 0.0}, "gan_x gan_y cycle_x cycle_y", ADVERSARY),
        ("cyclegan", {"adversarial": "log", "norm": "batch"}, CYCLE_G, ADVERSARY),
        ("discogan", {}, DISCO_G, DISCO_D),
        ("discogan", {"both": False}, "gan_b match_b back_a", "real_b fake_b"),
        ("discogan", {"both": False, "reconstruct": False}, "gan_b match_b", "real_b fake_b"),
        ("discogan", {"reconstruct": False}, "gan_a match_a gan_b match_b", DISCO_D),
        ("discogan", {"code": 0, "up": "resized"}, DISCO_G, DISCO_D),
        ("dualgan", {}, "gan_x gan_y recon_x recon_y", ADVERSARY),
        ("dualgan", {"lipschitz": "penalty"}, "gan_x gan_y recon_x recon_y", ADVERSARY + " penalty_x penalty_y"),
        ("distancegan", {}, "gan distance", "real fake"),
        ("distancegan", {"between": "halves"}, "gan distance", "real fake"),
        ("distancegan", {"gan": 0.0}, "distance", ""),
        ("distancegan", {"distance": 0.0}, "gan", "real fake"),
        ("unit", {}, f"{UNIT_G} cycle_kl_1 cycle_kl_2 cycle_1 cycle_2", UNIT_D),
        ("unit", {"cycle": 0.0}, UNIT_G, UNIT_D),
        ("unit", {"share_layers": False}, f"{UNIT_G} cycle_kl_1 cycle_kl_2 cycle_1 cycle_2", UNIT_D),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else value if value in CYCLES else "",
)  # fmt: skip
def test_a_weight_of_zero_drops_its_term_and_every_other_term_has_a_weight(key, changes, of_g, of_d):
    method = tiny(key, **changes)
    t, turns = trainer(method), method.stages()[0].turns
    shown = {}
    for _ in range(2):
        shown |= t.advance()
    assert all(math.isfinite(v) for v in shown.values()) and {*shown} == {*of_g.split(), *of_d.split()}
    for name, terms in (("G", of_g), ("D", of_d)):
        told = turns[name].loss(fake_batch())
        assert {*told} == {*terms.split()}
        assert not told or weighted_sum(told, method.weights(0)).requires_grad


# ---- Resume ----


def test_a_resumed_run_with_a_penalty_takes_the_very_same_steps(tmp_path):
    assert_identical(
        *run_in_two(partial(tiny, "dualgan", lipschitz="penalty", critic_steps=2), tmp_path, 3, 5)
    )


def test_on_resume_the_units_come_from_the_file(tmp_path):
    t = trainer(tiny("distancegan"), out=tmp_path)
    t.method.units_x.copy_(torch.tensor([5.0, 2.0]))
    t.save()
    again = trainer(tiny("distancegan"), out=tmp_path)
    assert again.method.units_x.tolist() != [5, 2] and again.resume()
    assert again.method.units_x.tolist() == [5, 2]


# ---- Translation ----

NAMES = {"cyclegan": ("G", "F"), "dualgan": ("G_A", "G_B")}


def ways(method) -> list[dict[str, str]]:
    """The controls of each direction; "xy" is what comes unasked."""
    return [{}, {"direction": "yx"}] if "direction" in method.controls else [{}]


@pytest.mark.parametrize("key", CYCLES)
def test_a_direction_is_the_matter_of_its_own_net(key):
    method = loud(key).eval()
    if key == "distancegan":
        expected = [method.G(X)]
        with pytest.raises(TypeError):
            method.translate(X, direction="yx")
    elif key == "unit":
        z_1, z_2 = method.E_shared(method.E_1(X)), method.E_shared(method.E_2(X))
        expected = [method.G_2(method.G_shared(z_1)), method.G_1(method.G_shared(z_2))]
    elif key == "discogan":
        expected = [2 * torch.sigmoid(net((X + 1) / 2)) - 1 for net in (method.G_AB, method.G_BA)]
    else:
        expected = [getattr(method, name)(X) for name in NAMES[key]]
    made = [method.translate(X, **way) for way in ways(method)]
    for one, other in zip(made, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    assert len(made) == 1 or (made[0] - made[1]).abs().max() > 0.1


@pytest.mark.parametrize("key", ["cyclegan", "dualgan", "distancegan", "unit"])
def test_with_norms_of_one_picture_each_training_and_test_are_alike(key):
    method = loud(key)
    assert torch.equal(method.train().translate(X), method.eval().translate(X))
    torch.testing.assert_close(method.translate(X), each(method.translate, X), rtol=1e-9, atol=1e-12)


# ---- CycleGAN ----


def test_cyclegans_terms_are_its_equations_one_picture_at_a_time():
    """What `share` makes in one call for two purposes is what each net makes of each image."""
    net = loud("cyclegan", pool=0)
    fake_y, fake_x = each(net.G, X), each(net.F, Y)
    generators = {
        "gan_y": (each(net.D_Y, fake_y) - 1).square().mean(),
        "gan_x": (each(net.D_X, fake_x) - 1).square().mean(),
        "cycle_x": (each(net.F, fake_y) - X).abs().mean(),
        "cycle_y": (each(net.G, fake_x) - Y).abs().mean(),
        "identity_y": (each(net.G, Y) - Y).abs().mean(),
        "identity_x": (each(net.F, X) - X).abs().mean(),
    }
    discriminators = {
        "real_x": (each(net.D_X, X) - 1).square().mean(),
        "fake_x": each(net.D_X, fake_x).square().mean(),
        "real_y": (each(net.D_Y, Y) - 1).square().mean(),
        "fake_y": each(net.D_Y, fake_y).square().mean(),
    }
    for batch in (BATCH, BATCH | net.fakes(BATCH)):
        assert_terms(net.generator_loss(batch), generators)
        assert_terms(net.discriminator_loss(batch), discriminators)
    weights = net.weights(0)
    halved = sum(discriminators.values()) / 2
    torch.testing.assert_close(weighted_sum(net.discriminator_loss(BATCH), weights), halved)


def test_the_identity_weighs_half_of_the_cycle_of_its_own_picture():
    assert tiny("cyclegan").weights(0) == {
        **dict.fromkeys(("gan_x", "gan_y"), 1.0),
        **dict.fromkeys(("cycle_x", "cycle_y"), 10.0),
        **dict.fromkeys(("identity_x", "identity_y"), 5.0),
        **dict.fromkeys(("real_x", "fake_x", "real_y", "fake_y"), 0.5),
    }
    other = tiny("cyclegan", forward_cycle=8.0, backward_cycle=6.0, identity=0.25).weights(0)
    assert (other["identity_x"], other["identity_y"]) == (2.0, 1.5)


def test_with_batch_norms_each_domain_has_its_own_statistics():
    net = loud("cyclegan", norm="batch").train()
    made = net.fakes(BATCH)
    alone = {"fake_y": net.G(X), "same_y": net.G(Y), "fake_x": net.F(Y), "same_x": net.F(X)}
    for name, images in alone.items():
        torch.testing.assert_close(made[name], images, msg=name)


class Permuted(nn.Module):
    """The pixels of an image in another order."""

    def __init__(self, order: Tensor):
        super().__init__()
        self.order = order

    def forward(self, image: Tensor) -> Tensor:
        return image.flatten(2)[..., self.order].view_as(image)


def test_the_cycle_does_not_see_a_permutation_that_the_way_back_undoes():
    """G -> P G and F -> F P^-1: another mapping, the same cycles. What tells them apart is D and the identity."""
    order = torch.randperm(256, generator=torch.Generator().manual_seed(0))
    shuffle, undo = Permuted(order), Permuted(order.argsort())
    net = loud("cyclegan", pool=0)
    other = copy.deepcopy(net)
    other.G, other.F = nn.Sequential(other.G, shuffle), nn.Sequential(undo, other.F)
    # What other.F takes back to x are images of y in the new order.
    one, two = net.generator_loss(BATCH), other.generator_loss(BATCH | {"y": shuffle(Y)})
    assert torch.equal(one["cycle_x"], two["cycle_x"])
    torch.testing.assert_close(one["cycle_y"], two["cycle_y"], rtol=1e-12, atol=0)
    for name in ("gan_y", "identity_y"):
        assert (one[name] - two[name]).abs() > 1e-3, name


def test_d_is_shown_what_g_made_before_it_moved_and_the_pool_keeps_it():
    method = tiny("cyclegan")
    t, start = trainer(method), copy.deepcopy(method)
    batch = t._batch()
    t.advance()
    torch.testing.assert_close(method.pool_y.pictures, start.G(batch["x"]), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(method.pool_x.pictures, start.F(batch["y"]), rtol=1e-4, atol=1e-5)
    assert (method.G(batch["x"]) - start.G(batch["x"])).abs().max() > 1e-3, "it has moved since"


def test_d_is_shown_the_stored_picture_that_was_drawn():
    net = loud("cyclegan")
    old = noise(3, 3, 16, 16, seed=5)
    net.pool_x.store, net.pool_x.count = torch.cat([old, old[:1]]), torch.tensor(3)
    made = net.fakes(BATCH) | {"shown_x": torch.tensor([-1, 1]), "shown_y": torch.tensor([-1, -1])}
    fake_x = torch.stack([made["fake_x"][0], old[1].double()])
    terms = net.discriminator_loss(BATCH | made)
    torch.testing.assert_close(terms["fake_x"], net.D_X(fake_x).square().mean())
    torch.testing.assert_close(terms["fake_y"], net.D_Y(made["fake_y"]).square().mean())


def test_the_rate_falls_to_zero_in_the_second_half():
    method = tiny("cyclegan", steps=200)
    assert [method.learning_rate(s) for s in (0, 99, 100)] == [1, 1, 1]
    assert [method.learning_rate(s) for s in (150, 199)] == pytest.approx([0.5, 0.01])


@pytest.mark.patient
@pytest.mark.skipif(not dist.is_available(), reason="this torch has no torch.distributed")
def test_two_processes_equal_one_at_twice_the_batch(tmp_path):
    """Without a pool; each process starts from weights of its own, and takes those of the first."""
    two = [
        FORKS.Process(target=one_of, args=(rank, 2, str(tmp_path), 5, cyclegan_by_momentum))
        for rank in range(2)
    ]
    for process in two:
        process.start()
    alone = trainer(cyclegan_by_momentum(), batch=4)
    start = everything(alone)
    for _ in range(5):
        alone.advance()
    expected = everything(alone)
    assert (expected["model.G.net.0.weight"] - start["model.G.net.0.weight"]).abs().max() > 1e-3
    for process in two:
        process.join(600)  # a busy machine takes its time
        assert process.exitcode == 0
    for rank in range(2):
        for name, value in torch.load(tmp_path / f"{rank}.pt").items():
            if name.startswith(("model", "average")):
                torch.testing.assert_close(
                    value, expected[name], rtol=0, atol=2e-6, msg=f"rank {rank}: {name}"
                )


# ---- DiscoGAN ----


def test_discogans_terms_are_its_equations_in_the_unit_interval():
    net = loud("discogan")
    a, b = (X + 1) / 2, (Y + 1) / 2
    ab, ba = (1 / (1 + torch.exp(-net_(v))) for net_, v in ((net.G_AB, a), (net.G_BA, b)))

    def apart(d, real: Tensor, fake: Tensor) -> Tensor:
        """Of each map of features, the squared distance of its means over the batch."""
        pairs = zip(d(real)[1], d(fake)[1], strict=True)
        return sum(((r.sum(0) - f.sum(0)) / len(r)).square().sum() / r[0].numel() for r, f in pairs)

    back_a, back_b = net.G_BA(ab).sigmoid(), net.G_AB(ba).sigmoid()
    assert_terms(
        net.generator_loss(BATCH),
        {
            "gan_b": log_of_real(net.D_B(ab)[0]),
            "match_b": apart(net.D_B, b, ab),
            "gan_a": log_of_real(net.D_A(ba)[0]),
            "match_a": apart(net.D_A, a, ba),
            "back_a": (back_a - a).square().mean(),
            "back_b": (back_b - b).square().mean(),
        },
    )
    assert_terms(
        net.discriminator_loss(BATCH),
        {
            "real_a": log_of_real(net.D_A(a)[0]),
            "fake_a": log_of_fake(net.D_A(ba)[0]),
            "real_b": log_of_real(net.D_B(b)[0]),
            "fake_b": log_of_fake(net.D_B(ab)[0]),
        },
    )


def test_feature_matching_compares_means_so_two_batches_of_one_mean_match():
    """Were every image compared with its neighbour, swapping two of them would cost something."""
    net = loud("discogan", both=False)
    swapped = BATCH | {"y": Y.flip(0)}
    one, other = net.generator_loss(BATCH), net.generator_loss(swapped)
    torch.testing.assert_close(one["match_b"], other["match_b"])
    assert one["match_b"] > 0


def test_with_one_reconstruction_the_way_back_only_learns_to_return():
    """The paper's "GAN with a reconstruction loss": nothing judges what G_BA makes, and images of B never enter it."""
    net, asked = tiny("discogan", both=False), []
    net.G_BA.register_forward_pre_hook(lambda module, given: asked.append(given[0]))
    taken = turns_taken(trainer(net), 2)
    assert taken == [[("D", {"D_B"})], [("G", {"G_AB", "G_BA"})]]
    (back,) = asked
    assert back.grad_fn is not None, "what G_AB made, on its way back"
    (slope,) = torch.autograd.grad(
        net.generator_loss(fake_batch())["gan_b"], net.G_BA.net[0].weight, allow_unused=True
    )
    assert slope is None


def test_every_net_of_discogan_works_between_0_and_1():
    net, seen = loud("discogan"), []
    for part in net.networks().values():
        part.register_forward_pre_hook(lambda module, given: seen.append(given[0].aminmax()))
    for loss in (net.generator_loss, net.discriminator_loss):
        loss(BATCH)
    net.eval().translate(X)
    assert len(seen) == 2 + 4 + 2 + 2 + 4 + 1
    assert all(low >= 0 and high <= 1 for low, high in seen)


def test_the_share_of_the_reconstruction_grows_once_the_gan_has_found_its_feet():
    weights = tiny("discogan", early_steps=4).weights
    for step, rate in [(0, 0.01), (3, 0.01), (4, 0.5), (99, 0.5)]:
        told = weights(step)
        for domain in "ab":
            assert told[f"back_{domain}"] == rate
            assert told[f"gan_{domain}"] == pytest.approx((1 - rate) * 0.1)
            assert told[f"match_{domain}"] == pytest.approx((1 - rate) * 0.9)
            assert told[f"real_{domain}"] == told[f"fake_{domain}"] == 0.5
    plain = tiny("discogan", reconstruct=False).weights(99)
    assert (plain["gan_a"], plain["match_a"]) == pytest.approx((0.1, 0.9)), "the whole without it"


def test_with_d_on_every_step_g_moves_on_every_step_too():
    taken = turns_taken(trainer(tiny("discogan", d_every=1)), 2)
    assert [[name for name, _ in step] for step in taken] == [["D", "G"]] * 2


def test_discogans_weights_decay():
    for optimizer in trainer(tiny("discogan")).optimizers.values():
        assert isinstance(optimizer, torch.optim.Adam)
        assert (optimizer.defaults["lr"], optimizer.defaults["betas"]) == (2e-4, (0.5, 0.999))
        assert optimizer.defaults["weight_decay"] == 1e-5


# ---- DualGAN ----


def test_dualgans_terms_are_its_equations():
    net = loud("dualgan", lipschitz="penalty")
    fake_y, fake_x = each(net.G_A, X), each(net.G_B, Y)
    assert_terms(
        net.generator_loss(BATCH),
        {
            "gan_y": -each(net.D_A, fake_y).mean(),
            "gan_x": -each(net.D_B, fake_x).mean(),
            "recon_x": (each(net.G_B, fake_y) - X).abs().mean(),
            "recon_y": (each(net.G_A, fake_x) - Y).abs().mean(),
        },
    )

    def penalty(critic, real: Tensor, made: Tensor) -> Tensor:
        shares, found = torch.rand(2, 1, 1, 1), []
        for share, r, m in zip(shares, real, made, strict=True):
            between = (share * r + (1 - share) * m)[None].detach().requires_grad_()
            (slope,) = torch.autograd.grad(critic(between)[0], between)
            found.append((slope.square().sum().sqrt() - 1).square())
        return torch.stack(found).mean()

    torch.manual_seed(0)
    expected = {
        "real_y": -net.D_A(Y).mean(),
        "fake_y": net.D_A(fake_y).mean(),
        "real_x": -net.D_B(X).mean(),
        "fake_x": net.D_B(fake_x).mean(),
        "penalty_y": penalty(net.D_A, Y, fake_y),
        "penalty_x": penalty(net.D_B, X, fake_x),
    }
    torch.manual_seed(0)
    assert_terms(net.discriminator_loss(BATCH), expected)


def test_dualgans_weights_are_the_papers():
    assert tiny("dualgan", recon_x=300.0).weights(0) == {
        **dict.fromkeys(("gan_x", "gan_y", "real_x", "fake_x", "real_y", "fake_y"), 1.0),
        "recon_x": 300.0,
        "recon_y": 500.0,
        "penalty_x": 10.0,
        "penalty_y": 10.0,
    }


def largest(net: nn.Module) -> float:
    return max(p.abs().max().item() for p in net.parameters())


def test_clipped_critics_stay_within_their_bound_from_the_first_step_on():
    method = tiny("dualgan")
    t, bound = trainer(method), torch.tensor(0.01).item()
    assert method.config.clip == 0.01 < largest(method.D_A)
    for _ in range(3):
        t.advance()
        assert largest(method.D_A) <= bound and largest(method.D_B) <= bound
        assert largest(method.G_A) > 0.5 and largest(method.G_B) > 0.5, "generators are not clipped"


def test_with_a_penalty_critics_are_not_clipped():
    method = tiny("dualgan", lipschitz="penalty")
    t = trainer(method)
    t.advance()
    assert largest(method.D_A) > 0.5 and largest(method.D_B) > 0.5


def test_a_critic_is_bounded_in_one_of_two_ways():
    with pytest.raises(ValueError, match='"clip" or "penalty", not \'spectral\''):
        tiny("dualgan", lipschitz="spectral")


def test_dualgan_moves_by_rmsprop():
    for optimizer in trainer(tiny("dualgan")).optimizers.values():
        assert isinstance(optimizer, torch.optim.RMSprop)
        assert (optimizer.defaults["lr"], optimizer.defaults["alpha"]) == (5e-5, 0.9)


def test_several_critic_steps_go_to_one_of_the_generators():
    taken = turns_taken(trainer(tiny("dualgan", critic_steps=3)), 5)
    assert [[name for name, _ in step] for step in taken] == [["D"], ["D"], ["D", "G"], ["D"], ["D"]], (
        "theirs first"
    )


# ---- DistanceGAN ----


def by_loops(images: Tensor) -> Tensor:
    """Distances of all pairs."""
    n = len(images)
    return torch.stack([(images[i] - images[j]).abs().mean() for i in range(n) for j in range(i + 1, n)])


def test_distances_of_pairs_and_of_halves_are_mean_absolute_differences():
    images = noise(4, 3, 6, 8)
    torch.testing.assert_close(between_pairs(images), by_loops(images))
    halves = torch.stack([(p[..., :4] - p[..., 4:]).abs().mean() for p in images])
    torch.testing.assert_close(between_halves(images), halves)
    odd = torch.cat([images, images[..., :1]], -1)
    torch.testing.assert_close(between_halves(odd), halves)


def test_distancegans_terms_are_its_equations():
    net = loud("distancegan", pool=0)
    batch = fake_batch(4, dtype=torch.float64)
    x, y = batch["x"], batch["y"]
    net.units_x.copy_(torch.tensor([0.6, 0.02]))
    net.units_y.copy_(torch.tensor([0.5, 0.04]))
    fake = each(net.G, x)
    distance = ((by_loops(x) - 0.6) / 0.02 - (by_loops(fake) - 0.5) / 0.04).abs().mean()
    terms = net.generator_loss(batch)
    assert {*terms} == {"gan", "distance"}
    torch.testing.assert_close(terms["gan"], (each(net.D, fake) - 1).square().mean())
    torch.testing.assert_close(terms["distance"].double(), distance, rtol=1e-4, atol=1e-4)
    assert_terms(
        net.discriminator_loss(batch),
        {"real": (each(net.D, y) - 1).square().mean(), "fake": each(net.D, fake).square().mean()},
    )
    assert net.weights(0) == {"gan": 1.0, "distance": 1.0, "real": 0.5, "fake": 0.5}


@pytest.mark.parametrize("between", ["pairs", "halves"])
def test_the_units_are_measured_on_real_pictures_before_training_and_stay(between):
    method = tiny("distancegan", between=between)
    assert method.units_x.tolist() == method.units_y.tolist() == [0, 1]
    t = trainer(method)
    for side, units in (("x", method.units_x), ("y", method.units_y)):
        images = t._sample(900)[side]
        assert len(images) == 10, "all that there are"
        expected = by_loops(images) if between == "pairs" else between_halves(images)
        torch.testing.assert_close(units, torch.stack([expected.mean(), expected.std(correction=0)]))
    before = [method.units_x.clone(), method.units_y.clone()]
    assert not torch.equal(*before)
    for _ in range(4):
        t.advance()
    assert torch.equal(before[0], method.units_x) and torch.equal(before[1], method.units_y)


def test_no_more_pictures_are_measured_than_asked_for():
    asked = []
    method = tiny("distancegan", sample=7)
    method.measure(lambda n: asked.append(n) or fake_batch(n))
    assert asked == [7]
    expected = by_loops(fake_batch(7)["x"])
    torch.testing.assert_close(method.units_x, torch.stack([expected.mean(), expected.std(correction=0)]))


@pytest.mark.parametrize("between", ["pairs", "halves"])
@pytest.mark.parametrize("a, b", [(0.5, 0.2), (2.0, -1.0), (1.0, 0.0)])
def test_a_mapping_that_keeps_the_order_of_shades_costs_no_distance(between, a, b):
    """With units of its own sample on either side: standardised, the distances are the same."""
    method = tiny("distancegan", between=between, gan=0.0)
    method.G = nn.Conv2d(3, 3, 1)
    with torch.no_grad():
        method.G.weight.copy_(a * torch.eye(3)[..., None, None])
        method.G.bias.fill_(b)
    x = noise(6, 3, 16, 16)
    method.measure(lambda n: {"x": x, "y": method.G(x)})
    assert method.generator_loss({"x": x, "y": x})["distance"] < 1e-4
    with torch.no_grad():
        method.G.weight[0] += 1.0
    assert method.generator_loss({"x": x, "y": x})["distance"] > 0.1


def test_pairs_want_two_pictures_and_halves_only_one():
    with pytest.raises(ValueError, match="batch of two or more; or take --between halves"):
        trainer(tiny("distancegan"), batch=1).advance()
    t = trainer(tiny("distancegan", between="halves"), batch=1)
    assert all(math.isfinite(v) for _ in range(3) for v in t.advance().values())


class Alike(Made):
    """Every y is the same image."""

    def __init__(self, length: int = 10):
        super().__init__(length, jitter=0.0)
        self.y = self.y[:1].expand(length, -1, -1, -1)


@pytest.mark.parametrize(
    "between, source",
    [("pairs", Alike()), ("halves", Alike()), ("pairs", Made(2)), ("halves", Made(1))],
    ids=["pairs-alike", "halves-alike", "pairs-two", "halves-one"],
)
def test_pictures_that_are_all_alike_or_too_few_are_refused(between, source):
    with pytest.raises(ValueError, match="pictures of a domain are all alike, or fewer than three"):
        trainer(tiny("distancegan", between=between), source)


@pytest.mark.parametrize("between", ["pairs", "halves"])
def test_pictures_that_are_all_alike_are_refused_however_their_distance_is_rounded(between):
    method = tiny("distancegan", between=between)
    for seed in range(12):
        alike = noise(1, 3, 16, 16, seed=seed).expand(3 + seed, -1, -1, -1).contiguous()
        with pytest.raises(ValueError, match="all alike"):
            method.measure(lambda n, alike=alike: {"x": alike, "y": noise(5, 3, 16, 16)})
    assert method.units_x.tolist() == [0, 1]


# ---- UNIT ----


def drawn(*likes: Tensor) -> list[Tensor]:
    """What the stream of training would draw for codes of these shapes."""
    torch.manual_seed(0)
    return [torch.randn(like.shape).double() for like in likes]


def test_units_terms_are_its_equations():
    net = loud("unit")
    mean_1, mean_2 = net.E_shared(net.E_1(X)), net.E_shared(net.E_2(Y))
    n_1, n_2, m_1, m_2 = drawn(mean_1, mean_2, mean_1, mean_2)

    def into(domain: int, z: Tensor) -> Tensor:
        return (net.G_1 if domain == 1 else net.G_2)(net.G_shared(z))

    x_11, x_12 = into(1, mean_1 + n_1), into(2, mean_1 + n_1)
    x_22, x_21 = into(2, mean_2 + n_2), into(1, mean_2 + n_2)
    back_1, back_2 = net.E_shared(net.E_2(x_12)), net.E_shared(net.E_1(x_21))
    expected = {
        "gan_1": log_of_real(net.D_shared(net.D_1(x_21))),
        "gan_2": log_of_real(net.D_shared(net.D_2(x_12))),
        "kl_1": mean_1.square().mean(),
        "kl_2": mean_2.square().mean(),
        "recon_1": (x_11 - X).abs().mean(),
        "recon_2": (x_22 - Y).abs().mean(),
        "cycle_kl_1": back_1.square().mean(),
        "cycle_kl_2": back_2.square().mean(),
        "cycle_1": (into(1, back_1 + m_1) - X).abs().mean(),
        "cycle_2": (into(2, back_2 + m_2) - Y).abs().mean(),
    }
    torch.manual_seed(0)
    assert_terms(net.generator_loss(BATCH), expected)
    torch.manual_seed(0)
    made = net.fakes(BATCH)
    assert_terms(net.generator_loss(BATCH | made), expected)
    judged = {
        "real_1": log_of_real(net.D_shared(net.D_1(X))),
        "fake_1": log_of_fake(net.D_shared(net.D_1(x_21))),
        "real_2": log_of_real(net.D_shared(net.D_2(Y))),
        "fake_2": log_of_fake(net.D_shared(net.D_2(x_12))),
    }
    assert_terms(net.discriminator_loss(BATCH | made), judged)


def test_units_weights_are_the_papers():
    weights = tiny("unit").weights(0)
    factors = {"gan": 10, "kl": 0.1, "recon": 100, "cycle_kl": 0.1, "cycle": 100, "real": 10, "fake": 10}
    assert weights == {f"{name}_{domain}": v for name, v in factors.items() for domain in (1, 2)}


def test_units_discriminators_judge_reals_and_translations_alone():
    """What an autoencoder makes of its own domain they never see."""
    net, seen = loud("unit"), {"D_1": [], "D_2": []}
    for name, given in seen.items():
        getattr(net, name).register_forward_pre_hook(lambda module, args, given=given: given.append(args[0]))
    made = net.fakes(BATCH)
    net.discriminator_loss(BATCH | made)
    net.generator_loss(BATCH | made)
    for name, real, fake in (("D_1", X, made["x_21"]), ("D_2", Y, made["x_12"])):
        assert [torch.equal(*pair) for pair in zip(seen[name], (real, fake, fake), strict=True)] == [True] * 3


def test_the_layers_nearest_the_code_serve_both_domains_and_move():
    net, used = tiny("unit"), []
    for name in ("E_1", "E_2", "E_shared", "G_shared", "G_1", "G_2"):
        getattr(net, name).register_forward_pre_hook(lambda module, given, name=name: used.append(name))
    for way in ("xy", "yx"):
        net.translate(fake_batch()["x"], direction=way)
    assert used == ["E_1", "E_shared", "G_shared", "G_2", "E_2", "E_shared", "G_shared", "G_1"]
    before = [clones(net.E_shared), clones(net.G_shared)]
    trainer(net).advance()
    assert not equal(before[0], clones(net.E_shared)) and not equal(before[1], clones(net.G_shared))


def test_without_sharing_every_layer_is_a_domains_own(tmp_path):
    apart, shared = tiny("unit", share_layers=False), tiny("unit")
    assert {*apart.networks()} == {"E_1", "E_2", "G_1", "G_2", "D_1", "D_2", "D_shared"}
    assert {*apart.inference} == {"E_1", "E_2", "G_1", "G_2"}

    def size(*nets: nn.Module) -> int:
        return sum(p.numel() for net in nets for p in net.parameters())

    assert size(apart.E_1) == size(shared.E_1, shared.E_shared), "as deep as before"
    assert size(apart.G_2) == size(shared.G_2, shared.G_shared)
    (name_and_moved, *_) = turns_taken(trainer(apart), 1)
    assert name_and_moved[1] == ("G", {"E_1", "E_2", "G_1", "G_2"})
    x = noise(1, 3, 16, 16)
    model = i2i.load(export(tmp_path / "model", apart.eval(), size=16), device="cpu", precision="fp32")
    torch.testing.assert_close(model.translate(x), apart.translate(x), rtol=0, atol=4 / 255)


def test_noise_in_the_code_is_off_unless_asked_for():
    net = loud("unit").eval()

    def seeded(seed: int) -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    plain = net.translate(X)
    one, again, other = (net.translate(X, generator=seeded(s), noise=True) for s in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other) and not torch.equal(one, plain)
    z = net.encode(X, 1) + torch.randn(2, 16, 4, 4, generator=seeded(1)).double()
    torch.testing.assert_close(one, net.decode(z, 2))
