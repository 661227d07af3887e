"""IcGAN: what D is told and when, a fresh image for E_z on every step, labels that are read or asked for."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

import i2i
from i2i.checkpoint import export
from i2i.data.toys import Tokens
from i2i.images import to_image
from i2i.losses import log_loss
from i2i.method import frozen
from i2i.methods import METHODS
from i2i.methods.icgan import Config
from i2i.nets.chance import generators
from kit.methods import count, loud, tiny
from kit.runs import trainer, turns_taken
from kit.sources import fake_batch, noise
from kit.terms import assert_terms, log_of_fake, log_of_real

THREE = {"domains": 3, "attributes": True}
VECTORS = fake_batch(4, dtype=torch.float64) | {
    "label": torch.tensor([[0, 1, 1], [1, 1, 0], [0, 0, 0], [0, 1, 1]]).double()
}

# ---- Sizes ----


def test_the_papers_sizes_and_rates_are_the_default():
    c = Config()
    assert (c.code, c.domains, c.side, c.wrong, c.rate, c.e_rate) == (100, 18, 64, 0.5, 2e-4, 1e-4)
    (_, game), (_, code), (_, label) = [
        (s.name, next(iter(s.turns.values())).optimizer([nn.Parameter(torch.zeros(1))])) for s in tiny("icgan").stages()
    ]  # fmt: skip
    assert [o.param_groups[0]["betas"][0] for o in (game, code, label)] == [0.5, 0.1, 0.1]


@pytest.mark.parametrize("size", [32, 64, 128])
def test_what_a_users_folder_gets_is_below_4_megabytes(size, unfilled):
    cls = METHODS["icgan"]
    method = cls(cls.Config(**cls.fit(size, {"domains": 10, "attributes": 1}).config))
    assert method.config.attributes and method.config.domains == 10
    assert 2 * sum(count(getattr(method, net)) for net in method.inference) < 4e6, "in float16"


@pytest.mark.parametrize("side", [4, 24, 48])
def test_a_side_that_cannot_be_halved_to_4_is_a_sentence(side):
    with pytest.raises(
        ValueError, match=rf"^side must be 8, 16, 32, 64, ...: D and E halve it to 4; got {side}$"
    ):
        tiny("icgan", side=side)


# ---- The game ----


def test_d_hears_of_the_label_after_its_first_convolution():
    D, x = tiny("icgan", **THREE, d_width=5).D, noise(2, 3, 16, 16)
    assert D.first[0].in_channels == 3 and D.rest[0].in_channels == 5 + 3
    seen = []
    D.rest[0].register_forward_pre_hook(lambda layer, given: seen.append(given[0]))
    y = torch.tensor([[1.0, -1, 1], [-1, -1, 1]])
    assert D(x, y).shape == (2, 1)
    assert torch.equal(seen[0][:, :5], D.first(x))
    assert torch.equal(seen[0][:, 5:], y[:, :, None, None].expand(2, 3, 8, 8)), "a plane for each number"


def test_the_terms_of_the_game_are_eq_3_and_the_wrong_labels():
    net, x, label = loud("icgan", **THREE), VECTORS["x"], VECTORS["label"]
    torch.manual_seed(1)
    z, order = torch.randn(4, 8).double(), torch.randperm(4)
    y = 2 * label - 1
    fake, wrong = net.G(z, y), [i for i in range(4) if not torch.equal(y[i], y[order[i]])]
    assert 0 < len(wrong) < 4, "the first and the last image have one label"
    verdicts = net.D(x, y[order])[wrong]  # a batch norm sees all four
    torch.manual_seed(1)
    assert_terms(
        net.discriminator_loss(VECTORS),
        {
            "real": log_of_real(net.D(x, y)),
            "fake": log_of_fake(net.D(fake, y)),
            "wrong": log_of_fake(verdicts),
        },
    )
    assert net.weights(0) == {"real": 1, "fake": 0.5, "wrong": 0.5, "gan": 1, "code": 1, "label": 1}
    assert_terms(net.generator_loss(VECTORS | {"z": z, "fake": fake}), {"gan": log_of_real(net.D(fake, y))})


def test_without_wrong_labels_the_fakes_count_in_full():
    net = tiny("icgan", wrong=0.0)
    assert {*net.discriminator_loss(fake_batch(4))} == {"real", "fake"} and net.weights(0)["fake"] == 1


def test_where_all_images_have_one_label_there_is_no_wrong_one():
    batch = fake_batch(4) | {"label": torch.ones(4, dtype=torch.long)}
    assert tiny("icgan").discriminator_loss(batch)["wrong"] == 0


def test_at_its_start_d_knows_nothing():
    net = tiny("icgan")
    nn.init.zeros_(net.D.rest[-2].weight)
    batch = fake_batch(4)
    terms = net.discriminator_loss(batch) | net.generator_loss(batch)
    assert [round(terms[k].item(), 4) for k in ("real", "fake", "gan")] == [round(math.log(2), 4)] * 3


# ---- The encoders ----


def test_three_stages_move_the_nets_that_they_name():
    t = trainer(tiny("icgan", steps=2, code_steps=2, label_steps=2), batch=4)
    taken = turns_taken(t, 6)
    game = [("D", {"D"}), ("G", {"G"})]
    assert taken == [game, game, *[[("E_z", {"E_z"})]] * 2, *[[("E_y", {"E_y"})]] * 2]


def test_e_z_sees_other_images_on_every_step_made_as_at_test():
    net, seen = tiny("icgan").train(), []
    net.E_z.register_forward_pre_hook(lambda layer, given: seen.append(given[0]))
    statistics = {k: v.clone() for k, v in net.G.state_dict().items()}
    batch, modes = fake_batch(4), [m.training for m in net.modules()]
    torch.manual_seed(0)
    terms = [net.code_loss(batch) for _ in range(2)]
    assert not torch.equal(*seen), "not kept in a buffer"
    torch.manual_seed(0)
    z = torch.randn(4, 8)
    torch.testing.assert_close(net.eval().G(z, net.told(batch["label"])), seen[0])
    assert all(torch.equal(v, statistics[k]) for k, v in net.G.state_dict().items()), "and G stays as it is"
    assert not seen[0].requires_grad and all(t["code"].requires_grad for t in terms)
    assert modes == [True] * len(modes)


def test_the_modes_of_g_are_as_before():
    net = tiny("icgan").train()
    net.G.net[1].eval()
    net.code_loss(fake_batch(4))
    assert net.G.training and not net.G.net[1].training


def test_the_encoders_errors_are_mean_squares():
    net = loud("icgan", **THREE).eval()
    torch.manual_seed(3)
    z = torch.randn(4, 8).double()
    y = 2 * VECTORS["label"] - 1
    torch.manual_seed(3)
    found = net.code_loss(VECTORS) | net.label_loss(VECTORS)
    assert_terms(
        found,
        {
            "code": (net.E_z(net.G(z, y)) - z).square().mean(),
            "label": (net.E_y(VECTORS["x"]) - y).square().mean(),
        },
    )


def test_a_stage_of_no_steps_is_left_out():
    assert [s.name for s in tiny("icgan").stages()] == ["gan", "code", "label"]
    assert [s.name for s in tiny("icgan", code_steps=0).stages()] == ["gan", "label"]
    rates = [s.learning_rate(2) for s in tiny("icgan", decay_from=0.5, steps=4, code_steps=8).stages()]
    assert rates == [1.0, 1.0, pytest.approx(0.5)], "each stage has its own decay"


# ---- Labels ----


def test_labels_are_minus_one_and_one():
    net, classes = tiny("icgan", **THREE), tiny("icgan", domains=3)
    for given, rows in [
        (None, [[-1, -1, -1]] * 2), ([1, 0, 1], [[1, -1, 1]] * 2), ([0.5, 0, 1], [[0, -1, 1]] * 2),
        (torch.tensor([[1, 0, 0], [0, 1, 1]]), [[1, -1, -1], [-1, 1, 1]]),
    ]:  # fmt: skip
        assert torch.equal(net.code(given, 2), torch.tensor(rows).float()), given
    for given, rows in [(None, [0, 0]), (2, [2, 2]), (np.int64(1), [1, 1]), ([2, 0], [2, 0])]:
        assert torch.equal(classes.code(given, 2), 2 * torch.eye(3)[rows] - 1), given


@pytest.mark.parametrize(
    "label", [1, [1, 0], [1, 0, 0, 1], [0, 0, 2], [0, 0, -0.1], [0, 0, float("nan")], "yes", [[1, 0, 0]] * 3, [], {"a": 1}, [None] * 3],
    ids=repr,
)  # fmt: skip
def test_what_is_no_label_is_refused_in_one_sentence(label):
    net = tiny("icgan", **THREE)
    for ask in (lambda: net.translate(noise(2, 3, 16, 16), label=label), lambda: net.sample(2, label=label)):
        with pytest.raises(ValueError, match="^a label here is 3 numbers from 0 to 1, an attribute each, for all of 2") as caught:  # fmt: skip
            ask()
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_without_a_label_an_image_keeps_what_e_y_reads():
    net = loud("icgan", **THREE).eval()
    x = VECTORS["x"]
    y = torch.where(net.attributes(x) > 0, 1.0, -1.0).double()
    torch.testing.assert_close(net.translate(x), net.G(net.E_z(x), y))
    asked = torch.tensor([1.0, 0, 1])
    torch.testing.assert_close(net.translate(x, label=asked), net.G(net.E_z(x), (2 * asked - 1).expand(4, 3)))
    one = tiny("icgan", domains=3).eval()
    read = one.read(noise(5, 3, 16, 16))
    assert torch.equal(read.sum(1), torch.full((5,), -1.0)), "of domains one alone"
    assert torch.equal(read.argmax(1), one.attributes(noise(5, 3, 16, 16)).argmax(1))


def test_an_attribute_is_read_as_the_nearer_of_yes_and_no(monkeypatch):
    net = tiny("icgan", **THREE)
    monkeypatch.setattr(net, "attributes", lambda x: torch.tensor([[0.1, -0.1, 3.0]]))
    assert net.read(noise(1, 3, 16, 16)).tolist() == [[1, -1, 1]]


def test_samples_follow_their_seed_and_their_label():
    net = loud("icgan", **THREE).float().eval()
    two = net.sample(2, generators(5, 2), label=[1, 0, 0])
    assert two.shape == (2, 3, 16, 16) and two.abs().max() <= 1
    torch.testing.assert_close(two[1:], net.sample(1, generators(6, 1), label=[1, 0, 0]))
    assert not torch.equal(two, net.sample(2, generators(5, 2)))


def test_a_model_translates_and_samples(tmp_path):
    net = loud("icgan", **THREE).float().eval()
    model = i2i.load(export(tmp_path / "model", net, size=16), device="cpu", precision="fp32")
    image = to_image(noise(1, 3, 16, 16))
    assert model(image, label=[1, 0, 1]).tobytes() != model(image).tobytes()
    one, other = model.sample(2, seed=3, label=[0, 1, 1])
    assert one.size == (16, 16) and other.tobytes() == model.sample(1, seed=4, label=[0, 1, 1])[0].tobytes()
    assert one.tobytes() != model.sample(1, seed=3)[0].tobytes()
    with pytest.raises(ValueError, match="^a label here is 3 numbers"):
        model.sample(1, label=[0, 1])


@pytest.mark.parametrize("changes, columns", [(THREE, 5), ({"domains": 3}, 5)], ids=["attributes", "domains"])
def test_what_is_shown_is_the_image_itself_again_and_each_edit(changes, columns):
    net = loud("icgan", **changes).float().eval()
    x = noise(2, 3, 16, 16)
    ((row,),) = [net.show({"x": x})]
    assert len(row) == columns and torch.equal(row[0], x)
    torch.testing.assert_close(row[1], net.translate(x))
    y = net.read(x)
    if net.config.attributes:
        y[:, 1] *= -1
        torch.testing.assert_close(row[3], net.translate(x, label=(y + 1) / 2))
    else:
        torch.testing.assert_close(row[3], net.translate(x, label=1))


# ---- It learns ----


def test_e_y_learns_tokens_in_a_hundred_steps():
    config = {"domains": 4, "attributes": True, "e_width": 16, "y_dense": 32, "e_rate": 2e-3}
    t = trainer(tiny("icgan", **config, steps=0, code_steps=0, label_steps=120), Tokens(16), batch=32)
    while not t.done:
        t.advance()
    test = Tokens(16, seed=9)
    index = torch.arange(200)
    right = (t.method.eval().read(test.batch(index)["x"]) > 0) == (test.label(index) > 0)
    assert right[:, 0].float().mean() > 0.95, "the colour at least"


def test_a_frozen_g_gets_no_gradient_from_e_z():
    net = tiny("icgan")
    with frozen(net.D):
        net.code_loss(fake_batch(4))["code"].backward()
    assert all(p.grad is None for p in net.G.parameters()) and log_loss(torch.zeros(1), True) > 0
