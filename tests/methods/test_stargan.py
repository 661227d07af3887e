"""One generator for many domains: StarGAN as its paper says, and what is asked of it by a label."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import i2i
from i2i.checkpoint import export
from i2i.images import to_image, to_tensor
from i2i.losses import attribute_loss, class_loss
from i2i.method import weighted_sum
from i2i.methods import stargan as module
from i2i.recipes import RECIPES
from i2i.train import translated
from kit.methods import loud, tiny
from kit.runs import trainer, turns_taken
from kit.sources import Made, fake_batch, noise
from kit.terms import assert_terms, each

THREE = {"domains": 3}
ATTRIBUTES = {"domains": 3, "attributes": True}


def batch_of(label: Tensor) -> dict[str, Tensor]:
    return fake_batch(len(label), dtype=torch.float64) | {"label": label}


CLASSES = batch_of(torch.tensor([0, 2, 1, 2]))
VECTORS = batch_of(torch.tensor([[0, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 1]]))
BOTH = pytest.mark.parametrize(
    "changes, batch", [(THREE, CLASSES), (ATTRIBUTES, VECTORS)], ids=["classes", "attributes"]
)

# ---- Sizes ----


def test_the_papers_weights_and_rhythm_are_the_default():
    c = module.Config()
    assert (c.classes, c.recon, c.penalty, c.critic_steps, c.rate, c.steps) == (1, 10, 10, 5, 1e-4, 200_000)
    assert tiny("stargan", classes=3.0, recon=7.0, penalty=5.0).weights(0) == {
        **dict.fromkeys(("real", "fake", "gan"), 1.0), "class_real": 3.0, "class_fake": 3.0, "recon": 7.0, "penalty": 5.0,
    }  # fmt: skip


def test_the_critic_scores_patches_and_names_the_whole_picture():
    """The classifier's kernel covers what is left of an image, so there is one answer for each."""
    for side, layers in ((16, 2), (32, 3), (48, 4)):
        critic = tiny("stargan", side=side, critic_layers=layers, **THREE).D
        scores, logits = critic(noise(2, 3, side, side))
        left = side // 2**layers
        assert scores.shape == (2, 1, left, left) and logits.shape == (2, 3)
        assert critic.classes.kernel_size == (left, left)


# ---- Terms ----


def planes(label: Tensor) -> Tensor:
    """What G is told, by hand: of classes one of three, of attributes themselves."""
    return label.double() if label.dim() == 2 else torch.eye(3, dtype=torch.float64)[label]


def told(logits: Tensor, label: Tensor) -> Tensor:
    """Cross-entropy of classes, or of attributes summed over them, averaged over the batch."""
    if label.dim() == 1:
        p = logits.exp() / logits.exp().sum(1, keepdim=True)
        return -torch.stack([row[k].log() for row, k in zip(p, label, strict=True)]).mean()
    p, yes = 1 / (1 + torch.exp(-logits)), label.double()
    return -(yes * p.log() + (1 - yes) * (1 - p).log()).sum() / len(logits)


@BOTH
def test_stargans_terms_are_its_equations(changes, batch):
    net, x, label = loud("stargan", **changes), batch["x"], batch["label"]

    def made(image: Tensor, label: Tensor) -> Tensor:
        one = zip(image, planes(label), strict=True)
        return torch.cat([net.G(p[None], code[None]) for p, code in one])

    torch.manual_seed(0)
    order = torch.randperm(4)
    wanted, shares = label[order], torch.rand(4, 1, 1, 1)
    fake = made(x, wanted)
    slopes = []
    for share, real, fraud in zip(shares, x, fake, strict=True):
        between = (share * real + (1 - share) * fraud)[None].detach().requires_grad_()
        (slope,) = torch.autograd.grad(net.D(between)[0].sum(), between)
        slopes.append((slope.square().sum().sqrt() - 1).square())
    torch.manual_seed(0)
    assert_terms(
        net.discriminator_loss(batch),
        {
            "real": -each(lambda p: net.D(p)[0], x).mean(),
            "fake": each(lambda p: net.D(p)[0], fake).mean(),
            "penalty": torch.stack(slopes).mean(),
            "class_real": told(each(lambda p: net.D(p)[1], x), label),
        },
    )
    torch.manual_seed(0)
    assert_terms(
        net.generator_loss(batch),
        {
            "gan": -each(lambda p: net.D(p)[0], fake).mean(),
            "class_fake": told(each(lambda p: net.D(p)[1], fake), wanted),
            "recon": (made(fake, label) - x).abs().mean(),
        },
    )


def test_attributes_are_summed_and_pictures_averaged():
    """At logits of 0 each attribute costs ln 2, however many images there are."""
    for n, k in ((1, 5), (7, 5), (3, 8)):
        label = (noise(n, k) > 0).long()
        assert attribute_loss(torch.zeros(n, k), label).item() == pytest.approx(k * math.log(2))
    assert class_loss(torch.zeros(4, 5), torch.tensor([0, 1, 4, 4])).item() == pytest.approx(math.log(5))
    assert attribute_loss(torch.zeros(2, 3, dtype=torch.bfloat16), torch.ones(2, 3)).dtype == torch.float32


@BOTH
def test_the_labels_asked_for_are_those_of_the_batch_in_another_order(changes, batch):
    method, asked = tiny("stargan", **changes).double(), []
    classify = method.classify
    method.classify = lambda logits, label: asked.append(label) or classify(logits, label)
    for seed in range(12):
        torch.manual_seed(seed)
        method.generator_loss(batch)
    rows = sorted(batch["label"].tolist(), key=str)
    assert all(sorted(label.tolist(), key=str) == rows for label in asked)
    assert len({str(label.tolist()) for label in asked}) > 4, "dealt out anew each time"


def test_the_critics_loss_reaches_no_weight_of_the_generator():
    net = tiny("stargan")
    total = weighted_sum(net.discriminator_loss(fake_batch(4)), net.weights(0))
    assert all(g is None for g in torch.autograd.grad(total, [*net.G.parameters()], allow_unused=True))


# ---- Turns ----


@pytest.mark.parametrize("often", [1, 2, 3])
def test_the_critic_has_its_turns_before_each_one_of_the_generator(often):
    taken = turns_taken(trainer(tiny("stargan", critic_steps=often), batch=4), 5)
    assert [[name for name, _ in step] for step in taken] == [
        ["D", "G"] if (i + 1) % often == 0 else ["D"] for i in range(5)
    ]
    assert all(moved == {name} for step in taken for name, moved in step)


def test_the_rate_falls_to_zero_in_the_second_half():
    t = trainer(tiny("stargan", steps=8, rate=1e-3, critic_steps=1))
    rates = []
    for _ in range(8):
        t.advance()
        rates += [o.param_groups[0]["lr"] for o in t.optimizers.values()]
    assert rates == pytest.approx([1e-3 * f for f in (1, 1, 1, 1, 1, 0.75, 0.5, 0.25) for _ in "DG"])


class Vectors(Made):
    def batch(self, index, generator=None):
        return super().batch(index, generator) | {
            "label": torch.stack([index % 2, index % 3 % 2, 1 - index % 2], 1)
        }


def test_attributes_train_as_well():
    t = trainer(tiny("stargan", **ATTRIBUTES), Vectors(), batch=4)
    shown = t.advance() | t.advance()
    assert {*shown} == {"real", "fake", "penalty", "class_real", "gan", "class_fake", "recon"}
    assert all(math.isfinite(v) for v in shown.values())


# ---- Labels ----


@pytest.mark.parametrize("size", [16, 20])
def test_a_label_reaches_g_past_borders_of_zeros_alone(size):
    """A constant plane is the same under every tap; only where the border is zeros can the norm tell it from nothing."""
    effect = {}
    for padding in ("zeros", "reflect"):
        G = loud("stargan", padding=padding).float().G
        x, labels = noise(1, 3, size, size), torch.eye(2)
        first = [
            G.net[:2](torch.cat([x, c[None, :, None, None].expand(-1, -1, size, size)], 1)) for c in labels
        ]
        out = [G(x, c[None]) for c in labels]
        effect[padding] = [(a - b).abs().max().item() for a, b in (first, out)]
    assert min(effect["zeros"]) > 0.1 and max(effect["reflect"]) < 1e-4, effect
    assert effect["reflect"][0] < 1e-5


def test_with_residual_what_g_draws_is_added_to_the_image():
    net, x, label = loud("stargan", residual=True, **THREE), CLASSES["x"], torch.tensor([2, 0, 1, 1])
    planes = torch.eye(3, dtype=x.dtype)[label][:, :, None, None].expand(-1, -1, *x.shape[2:])
    drawn = net.G.net[:-1](torch.cat([x, planes], 1))
    assert drawn.std() > 0.01
    torch.testing.assert_close(net.translate(x, label=label), torch.tanh(drawn + torch.atanh(0.99 * x)))
    torch.nn.init.zeros_(net.G.net[-2].weight)
    torch.testing.assert_close(
        net.translate(x, label=label), 0.99 * x, msg="it begins by leaving the image as it is"
    )


def test_a_domains_number_is_a_plane_of_ones():
    net = tiny("stargan", **THREE)
    for given, rows in [
        (None, [0, 0]), (2, [2, 2]), (np.int64(1), [1, 1]), (torch.tensor(1), [1, 1]), ([2, 0], [2, 0]), (torch.tensor([1, 2]), [1, 2]),
    ]:  # fmt: skip
        code = net.code(given, 2)
        assert code.dtype == torch.float32 and torch.equal(code, torch.eye(3)[rows]), given


def test_attributes_are_planes_of_their_own():
    net = tiny("stargan", **ATTRIBUTES)
    for given, rows in [
        (None, [[0, 0, 0]] * 2), ([1, 0, 1], [[1, 0, 1]] * 2), (torch.tensor([True, False, False]), [[1, 0, 0]] * 2),
        ([0.25, 0, 1], [[0.25, 0, 1]] * 2), (torch.tensor([[1, 0, 0], [0, 1, 1]]), [[1, 0, 0], [0, 1, 1]]),
    ]:  # fmt: skip
        assert torch.equal(net.code(given, 2), torch.tensor(rows).float()), given


BAD_CLASSES = [
    3, -1, 10**12, 0.0, 1.5, True, "red", [0, 3], [0], [0, 1, 2], [0.0, 1.0], [], [[0, 1]], [0, None], [[0], [1, 2]], {"a": 1},
    torch.eye(3)[:2], float("nan"),
]  # fmt: skip
BAD_VECTORS = [
    1, [1, 0], [1, 0, 0, 1], [0, 0, 2], [0, 0, -0.1], [0, 0, float("nan")], "yes", [[1, 0, 0]], [[1, 0, 0]] * 3, torch.zeros(1, 2, 3), [],
]  # fmt: skip


@pytest.mark.parametrize(
    "changes, label", [*((THREE, b) for b in BAD_CLASSES), *((ATTRIBUTES, b) for b in BAD_VECTORS)], ids=repr
)
def test_what_is_no_label_is_refused_in_one_sentence(changes, label):
    net, kind = (
        tiny("stargan", **changes),
        "3 numbers from 0 to 1" if "attributes" in changes else "a whole number from 0 to 2",
    )
    for ask in (lambda: net.code(label, 2), lambda: net.translate(fake_batch()["x"], label=label)):
        with pytest.raises(ValueError, match=f"^a label here is {kind}") as caught:
            ask()
        assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


@BOTH
def test_a_translation_follows_its_label_and_draws_nothing(changes, batch):
    net, x = loud("stargan", **changes).eval(), batch["x"]
    before = torch.get_rng_state()
    for training in (False, True):
        net.train(training)
        together = net.translate(x, label=batch["label"])
        alone = torch.cat([net.translate(p[None], label=k) for p, k in zip(x, batch["label"], strict=True)])
        torch.testing.assert_close(together, alone, rtol=0, atol=1e-12)
    assert torch.equal(torch.get_rng_state(), before)
    rows = [net.translate(x, label=k) for k in ([1, 0, 0], [0, 1, 0], [0, 0, 1])] if net.config.attributes else [
        net.translate(x, label=k) for k in range(3)
    ]  # fmt: skip
    assert all((rows[i] - rows[j]).abs().max() > 0.05 for i, j in ((0, 1), (0, 2), (1, 2)))
    first = net.code(None, 4)
    assert torch.equal(net.translate(x), net.G(x, first))


# ---- The pipeline ----


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    method = loud("stargan", **THREE, side=32, critic_layers=3).float().eval()
    card = {"labels": ["ink", "clay", "2"], "licence": "MIT"}
    return export(tmp_path_factory.mktemp("many") / "model", method, size=32, card=card)


@pytest.fixture(scope="module")
def model(folder):
    return i2i.load(folder, device="cpu", precision="fp32")


def photo(seed: int = 0) -> Image.Image:
    return to_image(noise(3, 32, 32, seed=seed))


def test_a_domain_is_asked_for_by_its_name_or_its_number(model):
    assert model.labels == ("ink", "clay", "2") and model.controls == ("label", "scale")
    for number, name in enumerate(model.labels):
        by_name, by_number = model(photo(), label=name), model(photo(), label=number)
        assert by_name.tobytes() == by_number.tobytes()
        wanted = model.method.translate(to_tensor(photo()), label=number)
        torch.testing.assert_close(to_tensor(by_name), wanted, rtol=0, atol=2 / 255)
    assert model(photo(), label="ink").tobytes() != model(photo(), label="clay").tobytes()
    assert model(photo(), label=None).tobytes() == model(photo(), label=0).tobytes(), "unasked, the first"
    assert [p.size for p in model(photo(), n=2, label="clay", scale=2)] == [(64, 64)] * 2


def test_a_name_that_a_model_never_heard_is_refused_with_those_it_knows(model, tmp_path):
    with pytest.raises(ValueError, match="no label 'oil'; it has: ink, clay, 2.$"):
        model(photo(), label="oil")
    for number in (3, -1, 0.5):
        with pytest.raises(ValueError, match="a whole number from 0 to 2"):
            model(photo(), label=number)
    plain = i2i.load(export(tmp_path / "plain", tiny("cyclegan").eval(), size=16), device="cpu")
    assert plain.labels == ()
    for label in ("ink", 0, 1):
        with pytest.raises(ValueError, match="no control 'label'"):
            plain(photo(), label=label)
    nameless = i2i.load(export(tmp_path / "nameless", tiny("stargan").eval(), size=16), device="cpu")
    assert nameless(photo(), label=1).size == (16, 16)
    with pytest.raises(ValueError, match="no label 'ink'; it has: none"):
        nameless(photo(), label="ink")


def test_a_sheet_has_a_row_for_each_domain(tmp_path):
    method, showcase = tiny("stargan", **THREE), fake_batch(2)
    (rows,) = translated(method, showcase, torch.device("cpu"))
    assert len(rows) == 4 and torch.equal(rows[0], showcase["x"])
    for k in range(3):
        assert torch.equal(rows[k + 1], method.translate(showcase["x"], label=k))
    t = trainer(method, out=tmp_path, showcase=showcase)
    t.save_sheet(tmp_path / "sheet.png")
    assert Image.open(tmp_path / "sheet.png").size == (4 + 2 * 20, 4 + 4 * 20), "no row of targets"


@pytest.mark.parametrize("name", ["stargan-faces", "icgan-faces"])
def test_noise_in_the_shape_of_a_batch_has_labels_that_fit(name):
    """It is what a step is timed with: of attributes a label is a vector."""
    method = RECIPES[name].build()
    batch = method.example(3, 64)
    assert batch["label"].shape == (3, 12) and {*batch["label"].flatten().tolist()} == {0.0, 1.0}
    for stage in method.stages():
        for turn in stage.turns.values():
            assert all(term.isfinite() for term in turn.loss(batch).values())
