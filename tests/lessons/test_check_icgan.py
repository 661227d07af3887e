"""The lesson of notebook 15: right solutions pass, each wrong one is told what is wrong; and what its sentences rest on."""

from __future__ import annotations

import json
import math
import re

import pytest
import torch
import torch.nn.functional as F

from i2i.claims import attributes as figures
from i2i.data.attributes import Attributes
from i2i.data.toys import Tokens
from i2i.lessons.icgan import EXERCISES, QUESTIONS
from i2i.methods import METHODS
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)
from kit.methods import fake_batch, tiny
from kit.root import ROOT

# ---- Right solutions ----


def three_terms(real, wrong, fake, differs):
    dealt = (F.softplus(wrong) * differs).sum() / differs.sum().clamp(min=1)
    return F.softplus(-real).mean() + (dealt + F.softplus(fake).mean()) / 2


def one_edit(G, E_z, E_y, x, place):
    y = E_y(x).sign()
    y[:, place] = -y[:, place]
    return G(E_z(x), y)


def asked_and_kept(before, after, place):
    same = before == after
    others = torch.arange(before.shape[1]) != place
    return (~same[:, place]).float().mean(), same[:, others].float().mean()


def information(logits, c):
    return math.log(logits.shape[1]) - F.cross_entropy(logits, c)


RIGHT = {"terms-of-d": three_terms, "one-edit": one_edit, "asked-and-kept": asked_and_kept, "information": information}  # fmt: skip


# ---- Wrong ones ----


def terms(value):
    """Of the three losses of each pair, made by yes and no, and which labels differ."""

    def solution(real, wrong, fake, differs):
        return value(F.softplus(-real).mean(), F.softplus(wrong), F.softplus(fake).mean(), differs, wrong)

    return solution


def dealt(w, d):
    return (w * d).sum() / d.sum().clamp(min=1)


def label(change):
    """An edit that gives G change(what E_y reads, whether it is the asked place, the place)."""

    def solution(G, E_z, E_y, x, place):
        read = E_y(x)
        return G(E_z(x), change(read, torch.arange(read.shape[1]) == place))

    return solution


def asked(value):
    return lambda b, a, place: (value(b == a, a, place), asked_and_kept(b, a, place)[1])


def kept(value):
    return lambda b, a, place: (
        asked_and_kept(b, a, place)[0],
        value((b == a).float()[:, torch.arange(b.shape[1]) != place], (b == a).float()),
    )


def turned_alone(same, place):
    others = torch.arange(same.shape[1]) != place
    return (~same[:, place] & same[:, others].all(1)).float().mean()


def told(logits, c):
    return logits.log_softmax(1)[torch.arange(len(c)), c]


def sigmoids_twice(real, wrong, fake, differs):
    return three_terms(real.sigmoid(), wrong.sigmoid(), fake.sigmoid(), differs)


WRONG = [
    ("terms-of-d", lambda *given: -three_terms(*given), "turned round"),
    ("terms-of-d", terms(lambda r, w, f, d, v: r + dealt(w, d) + f), "one half each"),
    ("terms-of-d", terms(lambda r, w, f, d, v: r + dealt(w, d) / 2 + f), "made images are, too"),
    ("terms-of-d", terms(lambda r, w, f, d, v: (r + dealt(w, d) + f) / 2), "count in full"),
    ("terms-of-d", terms(lambda r, w, f, d, v: r + (dealt(F.softplus(-v), d) + f) / 2), "must not pass"),
    ("terms-of-d", terms(lambda r, w, f, d, v: r + (w.mean() + f) / 2), "leave it out"),
    ("terms-of-d", terms(lambda r, w, f, d, v: r + ((w * d).mean() + f) / 2), "divides by all"),
    ("terms-of-d", sigmoids_twice, "squashes them twice"),
    ("terms-of-d", terms(lambda r, w, f, d, v: r + ((w * d).sum() / d.sum() + f) / 2), "not a finite number"),
    ("one-edit", label(lambda y, at: y.sign()), "turn it over"),
    ("one-edit", label(lambda y, at: torch.where(at, -y, y)), "not yet a label"),
    ("one-edit", label(lambda y, at: torch.where(at, -y.sign(), y)), "others are not yet"),
    ("one-edit", label(lambda y, at: -y.sign()), "all attributes"),
    ("one-edit", label(lambda y, at: torch.where(at, 1.0, y.sign())), "set to 1"),
    ("one-edit", label(lambda y, at: torch.where(at, -1.0, y.sign())), "set to -1"),
    ("one-edit", label(lambda y, at: torch.where(at, 1 - y.sign(), y.sign())), "1 - y"),
    ("one-edit", label(lambda y, at: (torch.where(at, -y.sign(), y.sign()) + 1) / 2), "0 and 1"),
    ("one-edit", lambda G, E_z, E_y, x, place: one_edit(G, lambda v: 0 * E_z(v), E_y, x, place), "same one"),
    ("one-edit", lambda G, E_z, E_y, x, place: one_edit(G, E_z, E_y, x, 1), "`place` is an argument"),
    ("asked-and-kept", asked(lambda same, a, i: same[:, i].float().mean()), "has stayed"),
    ("asked-and-kept", asked(lambda same, a, i: a[:, i].mean()), "may have to go"),
    ("asked-and-kept", asked(lambda same, a, i: (~same).float().mean()), "all changes"),
    ("asked-and-kept", asked(lambda same, a, i: turned_alone(same, i)), "everything is right"),
    ("asked-and-kept", kept(lambda others, every: every.mean()), "supposed to change"),
    ("asked-and-kept", kept(lambda others, every: others.prod(1).mean()), "share of attributes"),
    ("asked-and-kept", kept(lambda others, every: 1 - others.mean()), "have changed"),
    ("asked-and-kept", kept(lambda others, every: others.sum() / every.numel()), "one less"),
    ("asked-and-kept", lambda b, a, place: (b == a).float().mean(), "two things"),
    ("information", lambda q, c: -F.cross_entropy(q, c), "entropy of the categories"),
    ("information", F.cross_entropy, "this is the loss of Q"),
    ("information", lambda q, c: math.log(q.shape[1]) + F.cross_entropy(q, c), "not added"),
    ("information", lambda q, c: information(q, c) / math.log(2), "bits"),
    ("information", lambda q, c: math.log(q.shape[1]) + (q.softmax(1) * q.log_softmax(1)).sum(1).mean(), "how certain"),
    ("information", lambda q, c: math.log(len(q)) - F.cross_entropy(q, c), "number of images"),
    ("information", lambda q, c: math.log(q.shape[1]) + told(q, c).exp().mean().log(), "mean of the logs"),
    ("information", lambda q, c: math.log(q.shape[1]) + q[torch.arange(len(c)), c].mean(), "log softmax"),
    ("information", lambda q, c: (q.argmax(1) == c).float().mean(), "share of right"),
    ("information", lambda q, c: math.log(4) - F.cross_entropy(q, c), "number of columns"),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize(("name", "solution", "word"), WRONG, ids=[f"{n}: {w}" for n, _, w in WRONG])
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_every_mistake_with_a_name_has_an_exercise_and_the_kit_knows_all_of_them():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)


# ---- The right solutions are what the package does ----


def labelled(net, n=6):
    """Made-up images of the net's size, with attributes."""
    rng, c = torch.Generator().manual_seed(0), net.config
    label = (torch.rand(n, c.domains, generator=rng) < 0.5).float()
    return {"x": torch.randn(n, 3, c.side, c.side, generator=rng).tanh(), "label": label}


def test_three_terms_are_the_loss_of_d():
    net = tiny("icgan", attributes=True, domains=3).eval()  # a batch norm would see the images of a call
    batch, calls = labelled(net), []
    net.D.register_forward_hook(lambda layer, given, out: calls.append((given[1], out)))
    torch.manual_seed(1)
    parts = net.discriminator_loss(batch)
    (y, real), (_, fake), (other, wrong) = calls
    whole = sum(net.weights(0)[k] * v for k, v in parts.items())
    differs = (y != other).any(1, keepdim=True).float()
    assert 0 < differs.sum()
    assert torch.allclose(three_terms(real, wrong, fake, differs), whole)


def test_one_edit_is_a_translation_with_one_attribute_of_the_label_turned():
    net = tiny("icgan", attributes=True, domains=3).eval()
    x = labelled(net)["x"]
    y = (net.read(x) + 1) / 2
    y[:, 1] = 1 - y[:, 1]
    assert torch.equal(one_edit(net.G, net.E_z, net.E_y, x, 1), net.translate(x, label=y))


def test_asked_and_kept_are_the_figures_of_the_claim():
    source, index = figures.held_out(), torch.arange(figures.HELD_OUT)
    before, identity = source.label(index), source.identity(index)
    wrong = before.clone()
    wrong[::3, 2], wrong[::5, 0] = 1 - wrong[::3, 2], 1 - wrong[::5, 0]
    found = figures.edits(lambda *_: source.drawn(wrong, identity), (2,), source)
    told = asked_and_kept(before, figures.read(source.drawn(wrong, identity))[0], 2)
    assert (found["asked"], found["others kept"]) == pytest.approx([v.item() for v in told])
    assert 0 < found["asked"] < 1 and 0 < found["others kept"] < 1


def test_information_is_the_bound_of_the_method():
    net = tiny("infogan").eval()
    code = net.code(8, torch.Generator().manual_seed(0))
    image = fake_batch(8)["x"]
    k = net.config.domains
    assert torch.allclose(information(net.read(image)[0], code[:, :k].argmax(1)), net.bound(image, code))


# ---- Sentences of the lesson that hold for any net ----


def test_the_largest_net_of_the_paper_is_e_z():
    with torch.device("meta"):
        paper = METHODS["icgan"]()
    sizes = {name: sum(p.numel() for p in part.parameters()) for name, part in paper.named_children()}
    assert max(sizes, key=sizes.get) == "E_z" and {"G", "D", "E_y"} < {*sizes}


def test_the_claims_nets_learn_for_longer_than_that_of_the_notebook():
    book = json.loads((ROOT / "notebooks" / "15_icgan.ipynb").read_text())
    page = "".join(line for cell in book["cells"] for line in cell["source"])
    here = [int(n) for n in re.search(r"for full in \((\d+), (\d+), (\d+)\)", page).groups()]
    there = [figures._ICGAN[name] for name in METHODS["icgan"].lengths]
    assert all(a < b for a, b in zip(here, there, strict=True))


def test_equation_3_holds_no_pair_of_a_real_image_and_anothers_label():
    net = tiny("icgan", attributes=True, domains=3, wrong=0.0)
    batch, pairs = labelled(net), []
    net.D.register_forward_pre_hook(lambda layer, given: pairs.append(given))
    net.discriminator_loss(batch)
    assert len(pairs) == 2 and torch.equal(pairs[0][0], batch["x"])
    assert torch.equal(pairs[0][1], 2 * batch["label"] - 1) and not torch.equal(pairs[1][0], batch["x"])


def test_who_knows_nothing_pays_1_with_zeros_and_2_with_numbers_at_random():
    z, guess = torch.randn(2, 20_000, generator=torch.Generator().manual_seed(0))
    costs = {v: ((z - v) ** 2).mean().item() for v in (-0.5, 0.0, 0.5)}
    assert min(costs, key=costs.get) == 0 and costs[0.0] == pytest.approx(1, abs=0.03)
    assert ((z - guess) ** 2).mean().item() == pytest.approx(2, abs=0.06)
    y = 2.0 * (z > 0) - 1
    assert (y**2).mean() == 1, "attributes of -1 and 1 cost 1 as well"


def test_an_encoder_without_any_error_on_made_images_changes_one_that_cannot_be_made():
    basis = torch.linalg.qr(
        torch.randn(6, 2, generator=torch.Generator().manual_seed(0), dtype=torch.double)
    )[0]
    makes, reads = (lambda z: z @ basis.T), (lambda x: x @ basis)
    z, real = torch.randn(2, 4, 6, generator=torch.Generator().manual_seed(1), dtype=torch.double)
    z = z[:, :2]
    again = makes(reads(real))
    assert torch.allclose(reads(makes(z)), z)
    assert (again - real).norm(dim=1).min() > 0.1
    assert torch.allclose(makes(reads(again)), again), "it is one of those that can be made"


def test_another_token_of_the_wanted_attributes_is_told_by_its_place_alone():
    source, index = figures.held_out(), torch.arange(figures.HELD_OUT)
    other = source.identity(index + 5000)
    found = figures.edits(lambda x, place, wanted: source.drawn(wanted, other), (0, 3), source)
    assert found["asked"] == found["others kept"] == 1 and found["moved by (px)"] > 2


def test_a_right_change_of_colour_leaves_the_ground_alone():
    source, index = figures.held_out(), torch.arange(64)
    label, identity = source.label(index), source.identity(index)
    other = torch.where(torch.arange(4) == 0, 1 - label, label)
    change = (source.drawn(other, identity) - source.drawn(label, identity)).abs().mean(1)
    grey = identity.clone()
    grey[:, 2] = identity[:, 2] + 1
    ground = (source.drawn(label, grey) - source.drawn(label, identity)).mean(
        1
    ) / 0.5  # its share of each pixel
    assert (change[ground > 0.999] < 1e-3).all() and (change[ground < 0.001] > 0.3).all()


@pytest.mark.parametrize("kinds", ["colour and size", "place"])
def test_the_bound_of_a_certain_q_is_ln_4_whatever_the_four_kinds_are(kinds):
    source, index = Tokens(16), torch.arange(64)
    label, at = source.label(index), source.identity(index)
    pair = label[:, [0, 2]] if kinds == "colour and size" else (at[:, :2] > 0).float()
    kind = (2 * pair[:, 0] + pair[:, 1]).long()
    assert len(kind.unique()) == 4
    assert information(60 * F.one_hot(kind, 4).float(), kind).item() == pytest.approx(math.log(4))


def test_hair_takes_another_colour_away_and_baldness_all_of_them():
    world, index = Attributes(32, split="test"), torch.arange(64)
    label = world.batch(index)["label"]
    black, bald = (world.toggled(label, world.names.index(name)) for name in ("black hair", "bald"))
    colours = slice(2, 6)
    assert (black[:, colours].sum(1) == 1).all() and (bald[bald[:, 0] > 0.5][:, colours] == 0).all()
    assert torch.equal(world.edited(index, label), world.batch(index)["x"])
