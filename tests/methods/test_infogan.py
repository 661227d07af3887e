"""InfoGAN: codes of the prior, what Q reads of them, in whose turn it learns, and the bound on the information."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

import i2i
from i2i.checkpoint import export
from i2i.images import to_image
from i2i.methods import METHODS
from i2i.methods.infogan import Config
from i2i.nets.chance import generators
from kit.methods import count, loud, tiny
from kit.runs import trainer, turns_taken
from kit.sources import fake_batch, noise
from kit.terms import assert_terms, log_of_fake, log_of_real

BATCH = fake_batch(5, dtype=torch.float64)

# ---- Sizes ----


def test_the_papers_sizes_and_rates_are_the_default():
    c = Config()
    assert (c.noise, c.domains, c.values, c.info, c.info_values) == (62, 10, 2, 1, 1)
    assert (c.rate, c.d_rate, c.steps, c.deviation) == (1e-3, 2e-4, 50 * 100, "one")
    rates = {
        name: turn.optimizer([nn.Parameter(torch.zeros(1))]).param_groups[0]["lr"]
        for name, turn in tiny("infogan").stages()[0].turns.items()
    }
    assert rates == {"D": 2e-4, "G": 1e-3}


@pytest.mark.parametrize("size", [32, 64])
def test_what_a_users_folder_gets_is_below_3_megabytes(size, unfilled):
    cls = METHODS["infogan"]
    method = cls(cls.Config(**cls.fit(size, {"domains": 6, "attributes": 1}).config))
    assert method.config.domains == 10, "six attributes are not six classes"
    assert 2 * sum(count(getattr(method, net)) for net in method.inference) < 3e6, "in float16"


def test_a_side_that_does_not_fit_is_a_sentence():
    with pytest.raises(ValueError, match="^side must be a multiple of 8 for 3 halvings; got 28$"):
        tiny("infogan", side=28, halvings=3)


def test_without_the_norm_before_it_d_is_told_what_all_images_of_a_batch_have_in_common():
    """Real ones that are bright, and made ones that are dark: D's verdicts hardly differ by the set if each is normed by itself."""
    apart = {}
    for norm in (True, False):
        net, far = tiny("infogan", d_dense_norm=norm, d_dense=64).train(), 0.5
        with torch.no_grad():
            net.D.weight.fill_(1.0)
            h = [net.trunk(noise(16, 3, 16, 16) * 0.1 + level) for level in (far, -far)]
            logits = [net.D(some).mean() for some in h]
            apart[norm] = (abs(logits[0] - logits[1]) / torch.cat(h).std()).item()
    assert apart[False] > 5 * apart[True], apart


# ---- Codes ----


def test_codes_are_one_category_and_numbers_from_minus_one_to_one():
    code = tiny("infogan").code(3000, torch.Generator().manual_seed(0))
    chosen, values = code.split([6, 2], 1)
    assert torch.equal(chosen.sum(1), torch.ones(3000)) and chosen.unique().tolist() == [0, 1]
    assert ((chosen.mean(0) - 1 / 6).abs() < 0.03).all(), "each as likely"
    assert values.min() >= -1 and values.max() <= 1 and (values.std(0) - 3**-0.5).abs().max() < 0.03


def test_a_seeds_style_is_the_code_of_its_sample():
    net = loud("infogan").float().eval()
    free, told = (
        net.sample(3, generators(4, 3)),
        net.sample(3, generators(4, 3), style=net.styles(4, 3)),
    )
    assert torch.equal(free, told) and free.shape == (3, 3, 16, 16) and free.abs().max() <= 1
    torch.testing.assert_close(net.sample(1, generators(5, 1), style=net.styles(5, 1)), free[1:2])


def test_one_style_serves_several_seeds_and_one_seed_several_styles():
    net = loud("infogan").float().eval()
    one = torch.eye(8)[2:3]
    many = net.sample(3, generators(1, 3), style=one)
    assert not torch.equal(many[0], many[1])
    assert not torch.equal(net.sample(1, generators(1, 1), style=torch.eye(8)[3:4]), many[:1])


# ---- The objective ----


@pytest.mark.parametrize("deviation", ["one", "learned"])
def test_the_terms_are_eq_1_and_the_two_parts_of_eq_5(deviation):
    net = loud("infogan", deviation=deviation)
    made = net.fakes(BATCH)
    c, fake = made["c"], made["fake"]
    h = net.trunk(fake)
    out = net.Q(h).detach().numpy()
    p = np.exp(out[:, :6]) / np.exp(out[:, :6]).sum(1, keepdims=True)
    chosen = c[:, :6].argmax(1).numpy()
    kind = -np.mean([np.log(p[i, k]) for i, k in enumerate(chosen)])
    deviations = np.exp(out[:, 8:] / 2) if deviation == "learned" else np.ones((5, 2))
    density = (
        np.exp(-(((c[:, 6:].numpy() - out[:, 6:8]) / deviations) ** 2) / 2)
        / deviations
        / math.sqrt(2 * math.pi)
    )
    value = -np.log(density).sum(1).mean()
    info = {"class": torch.tensor(kind), "value": torch.tensor(value)}
    assert_terms(
        net.discriminator_loss(BATCH | made),
        {
            "real": log_of_real(net.D(net.trunk(BATCH["x"]))),
            "fake": log_of_fake(net.D(h)),
            **{f"{k}_read": v for k, v in info.items()},
        },
    )
    assert_terms(
        net.generator_loss(BATCH | made),
        {"gan": log_of_real(net.D(h)), **{f"{k}_written": v for k, v in info.items()}},
    )


def test_the_information_weighs_the_same_in_both_turns():
    weights = tiny("infogan", info=0.5, info_values=0.1).weights(0)
    assert weights["class_read"] == weights["class_written"] == 0.5
    assert weights["value_read"] == weights["value_written"] == 0.1


def test_without_values_only_the_category_is_read():
    net = tiny("infogan", values=0)
    batch = fake_batch(4)
    assert {*net.discriminator_loss(batch), *net.generator_loss(batch)} == {
        "real", "fake", "class_read", "gan", "class_written",
    }  # fmt: skip


@pytest.mark.parametrize(
    "learns, with_d, with_g", [("with D", {"trunk", "D", "Q"}, {"G"}), ("with G", {"trunk", "D"}, {"G", "Q"})]
)
def test_q_learns_in_the_turn_that_is_asked_for(learns, with_d, with_g):
    (taken,) = turns_taken(trainer(tiny("infogan", q_learns=learns), batch=4), 1)
    assert taken == [("D", with_d), ("G", with_g)]
    terms = tiny("infogan", q_learns=learns).discriminator_loss(fake_batch(4))
    assert ("class_read" in terms) == (learns == "with D")


def test_ds_turn_reaches_no_weight_of_g():
    net = tiny("infogan")
    sum(net.discriminator_loss(fake_batch(4)).values()).backward()
    assert all(p.grad is None for p in net.G.parameters())


# ---- The bound ----


class Told(nn.Module):
    """A Q that knows the code, so much, or knows nothing."""

    def __init__(self, code: torch.Tensor, sure: float):
        super().__init__()
        self.out = torch.cat([sure * code[:, :6], code[:, 6:], torch.zeros(len(code), 2)], 1)

    def forward(self, h):
        return self.out


def test_the_bound_is_ln_k_at_a_perfect_q_and_0_at_one_that_guesses():
    net, images = tiny("infogan").eval(), noise(50, 3, 16, 16)
    code = net.styles(0, 50)
    found = []
    for sure in (100.0, 2.0, 0.0):
        net.Q = Told(code, sure)
        found.append(net.bound(images, code).item())
    assert found[0] == pytest.approx(math.log(6), abs=1e-6) and found[2] == pytest.approx(0, abs=1e-6)
    assert found[0] > found[1] > found[2]
    net.Q = Told(code.roll(1, 0), 100.0)
    assert net.bound(images, code) < 0, "a Q that is sure and wrong"


def test_the_bound_is_what_the_term_leaves_of_ln_k():
    net = loud("infogan")
    made = net.fakes(BATCH)
    term = net.generator_loss(BATCH | made)["class_written"]
    torch.testing.assert_close(net.bound(made["fake"], made["c"]), math.log(6) - term)


# ---- Reading ----


def test_q_reads_classes_and_codes_of_images():
    net = loud("infogan").float().eval()
    x = noise(7, 3, 16, 16)
    logits, mean, spread = net.read(x)
    assert logits.shape == (7, 6) and mean.shape == spread.shape == (7, 2)
    assert torch.equal(net.classes(x), logits.argmax(1))
    style = net.style(x)
    assert torch.equal(style[:, :6].argmax(1), net.classes(x)) and torch.equal(
        style[:, :6].sum(1), torch.ones(7)
    )
    assert torch.equal(style[:, 6:], mean.clamp(-1, 1))


def test_a_model_samples_by_style_and_reads_one_off_an_image(tmp_path):
    net = loud("infogan").float().eval()
    model = i2i.load(export(tmp_path / "model", net, size=16), device="cpu", precision="fp32")
    image = to_image(noise(1, 3, 16, 16))
    read = model.style(image)
    assert read.shape == (1, 8) and read[0, :6].sum() == 1
    told = [model.sample(1, seed=0, style=style)[0].tobytes() for style in (read[0].tolist(), image)]
    assert told[0] == told[1] and told[0] != model.sample(1, seed=1, style=image)[0].tobytes()
    for wrong in ([0] * 7, "yes", [float("nan")] * 8):
        with pytest.raises(ValueError, match="^a style of model is an image, a seed, or 8 numbers; got"):
            model.sample(1, style=wrong)
    with pytest.raises(ValueError, match=r"call sample\(n, seed\)"):
        model(image)


def test_what_is_shown_is_a_row_for_each_category():
    net = loud("infogan").float().eval()
    ((*rows,),) = net.show({"index": torch.tensor([4, 9])})
    assert len(rows) == 6 and all(row.shape == (2, 3, 16, 16) for row in rows)
    torch.testing.assert_close(rows[2][1:], net.sample(1, generators(9, 1), style=torch.eye(8)[2:3]))
