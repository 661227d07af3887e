"""Many domains and one generator: StarGAN as its paper says, sets told apart by a label, what judges them."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import i2i
from i2i.checkpoint import export
from i2i.data import emoji
from i2i.data.domains import Domains, domains, emoji_domains, icon_domains
from i2i.data.folders import DataError, is_validation
from i2i.data.unpaired import Unpaired, mirrored
from i2i.data.worlds.icons import Icons
from i2i.losses import attribute_loss, class_loss
from i2i.measure import evaluate
from i2i.measure.unpaired import FIGURES, Source, To, averaged, by_pair, pairs, report
from i2i.method import weighted_sum
from i2i.methods import METHODS
from i2i.methods import stargan as module
from i2i.metrics import Estimate, linear_classifier, linear_probe
from i2i.pictures import PictureError, to_bytes, to_picture, to_tensor
from i2i.publish import publish
from i2i.recipes import Recipe, facts_of, folder_recipe
from i2i.train import Trainer, translated
from kit.images import deep, grey, veiled
from kit.methods import loud, tiny
from kit.runs import trainer, turns_taken
from kit.sources import Made, fake_batch, noise
from kit.terms import assert_terms, each

EMOJI = Path(os.environ.get("I2I_DATA", "data")) / "emoji"
THREE = {"domains": 3}
ATTRIBUTES = {"domains": 3, "attributes": True}


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch_of(label: Tensor) -> dict[str, Tensor]:
    return fake_batch(len(label), dtype=torch.float64) | {"label": label}


CLASSES = batch_of(torch.tensor([0, 2, 1, 2]))
VECTORS = batch_of(torch.tensor([[0, 1, 1], [1, 1, 0], [0, 0, 0], [1, 0, 1]]))
BOTH = pytest.mark.parametrize("changes, batch", [(THREE, CLASSES), (ATTRIBUTES, VECTORS)], ids=["classes", "attributes"])

# ---- Sizes ----


def test_the_papers_weights_and_rhythm_are_the_default():
    c = module.Config()
    assert (c.classes, c.recon, c.penalty, c.critic_steps, c.rate, c.steps) == (1, 10, 10, 5, 1e-4, 200_000)
    assert tiny("stargan", classes=3.0, recon=7.0, penalty=5.0).weights(0) == {
        **dict.fromkeys(("real", "fake", "gan"), 1.0), "class_real": 3.0, "class_fake": 3.0, "recon": 7.0, "penalty": 5.0,
    }  # fmt: skip


def test_the_critic_scores_patches_and_names_the_whole_picture():
    """The classifier's kernel covers what is left of a picture, so there is one answer for each."""
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

    def made(picture: Tensor, label: Tensor) -> Tensor:
        one = zip(picture, planes(label), strict=True)
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
    """At logits of 0 each attribute costs ln 2, however many pictures there are."""
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
    assert [[name for name, _ in step] for step in taken] == [["D", "G"] if (i + 1) % often == 0 else ["D"] for i in range(5)]
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
        return super().batch(index, generator) | {"label": torch.stack([index % 2, index % 3 % 2, 1 - index % 2], 1)}


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
        first = [G.net[:2](torch.cat([x, c[None, :, None, None].expand(-1, -1, size, size)], 1)) for c in labels]
        out = [G(x, c[None]) for c in labels]
        effect[padding] = [(a - b).abs().max().item() for a, b in (first, out)]
    assert min(effect["zeros"]) > 0.1 and max(effect["reflect"]) < 1e-4, effect
    assert effect["reflect"][0] < 1e-5


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
    net, kind = tiny("stargan", **changes), "3 numbers from 0 to 1" if "attributes" in changes else "a whole number from 0 to 2"
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
    return to_picture(noise(3, 32, 32, seed=seed))


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


# ---- Domains ----


def plain_bytes(*shades: int, size: int = 16) -> Tensor:
    return torch.stack([torch.full((3, size, size), s, dtype=torch.uint8) for s in shades])


@pytest.fixture
def three() -> Domains:
    return Domains([plain_bytes(10, 11), plain_bytes(100), plain_bytes(200, 201, 202)], ("dark", "grey", "light"))


def test_positions_run_through_the_domains_and_labels_say_which(three):
    assert len(three) == 6 and three.size == 16 and three.names == ("dark", "grey", "light")
    batch = three.batch(torch.tensor([5, 0, 2, 3]))
    assert batch["label"].tolist() == [2, 0, 1, 2] and batch["index"].tolist() == [5, 0, 2, 3]
    assert to_bytes(batch["x"])[:, 0, 0, 0].tolist() == [202, 10, 100, 200] and "y" not in batch
    assert batch["x"].dtype == torch.float32 and batch["label"].dtype == torch.int64


def test_two_of_the_domains_make_a_pair(three):
    for pair in (three.pair("light", "grey"), three.pair(2, 1)):
        assert isinstance(pair, Unpaired) and torch.equal(pair.x, three.pictures[2]) and torch.equal(pair.y, three.pictures[1])
    with pytest.raises(ValueError):
        three.pair("light", "red")


def test_a_batch_is_a_function_of_index_and_generator_alone():
    pictures = [to_bytes(noise(4, 3, 16, 16, seed=s)) for s in (1, 2)]
    source, index = Domains(pictures, ("a", "b"), move=mirrored), torch.arange(8)
    one, again, other = (source.batch(index, chance(s))["x"] for s in (1, 1, 2))
    assert torch.equal(one, again) and not torch.equal(one, other)
    assert torch.equal(to_bytes(source.batch(index)["x"]), torch.cat(pictures)), "without a generator nothing moves"


def test_fewer_than_two_domains_and_empty_ones_are_refused():
    with pytest.raises(DataError, match=r"^1 domain\(s\): there is nothing to translate between; give at least two\.$"):
        Domains([plain_bytes(1)], ("a",))
    with pytest.raises(DataError, match=r"^the domain b is empty\.$"):
        Domains([plain_bytes(1), plain_bytes(1)[:0]], ("a", "b"))
    with pytest.raises(ValueError):
        Domains([plain_bytes(1), plain_bytes(2)], ("a", "b", "c"))


# ---- Folders ----

NAMES = [f"{i:03d}" for i in range(40)]
VAL = {int(n) for n in NAMES if is_validation(n)}
SHADES = {"apple": (200, 0), "Birch": (0, 200), "cat 2": (120, 120)}  # red and blue; the green is the name's


def put(root: Path, name: str, names=NAMES, size=(16, 16)) -> None:
    red, blue = SHADES[name]
    (root / name).mkdir(parents=True, exist_ok=True)
    for n in names:
        Image.new("RGB", size, (red, 5 * int(n), blue)).save(root / name / f"{n}.png")


def seen(source: Domains) -> dict[str, set[int]]:
    """Name of domain -> numbers of the pictures in it; the colours must be those of the name."""
    found = {}
    for name, part in zip(source.names, source.pictures, strict=True):
        colours = part.float().mean((2, 3)).round().int()
        assert {(r, b) for r, _, b in colours.tolist()} == {SHADES[name]}
        found[name] = {g // 5 for g in colours[:, 1].tolist()}
    return found


def refused(*args, error=DataError, **options) -> str:
    with pytest.raises(error) as caught:
        domains(*args, **options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def test_labels_follow_the_names_of_the_folders(tmp_path):
    for name in ("cat 2", "Birch", "apple"):
        put(tmp_path, name, NAMES[:12])
    (tmp_path / ".cache").mkdir()
    (tmp_path / "notes.txt").write_text("no domain")
    source = domains(tmp_path, 16)
    assert source.names == ("Birch", "apple", "cat 2"), "capitals first"
    for k, name in enumerate(source.names):
        index = (source.batch(torch.arange(len(source)))["label"] == k).nonzero()[:, 0]
        assert torch.equal(to_bytes(source.batch(index)["x"]), source.pictures[k]), name
    seen(source)


def test_val_is_a_tenth_that_training_never_sees_and_serves_as_test_too(tmp_path):
    put(tmp_path, "apple")
    put(tmp_path, "Birch", NAMES[:30])
    splits = {s: domains(tmp_path, 16, s) for s in ("train", "val", "test")}
    for split in splits:
        kept = VAL if split != "train" else {*range(40)} - VAL
        assert seen(splits[split]) == {"Birch": kept & {*range(30)}, "apple": kept}
    assert splits["train"].move is mirrored and splits["val"].move is splits["test"].move is None
    assert not splits["test"].partners


def test_subfolders_train_and_test_are_the_splits(tmp_path):
    for name in ("apple", "Birch"):
        put(tmp_path / "train", name)
        put(tmp_path / "test", name, NAMES[:7])
    splits = {s: seen(domains(tmp_path, 16, s)) for s in ("train", "val", "test")}
    assert splits["test"] == dict.fromkeys(("Birch", "apple"), {*range(7)}), "all of it, whatever its hash"
    assert splits["val"] == dict.fromkeys(("Birch", "apple"), VAL)
    assert splits["train"] == dict.fromkeys(("Birch", "apple"), {*range(40)} - VAL)


def test_without_a_folder_test_the_tenth_of_train_is_it(tmp_path):
    for name in ("apple", "Birch"):
        put(tmp_path / "train", name)
    assert seen(domains(tmp_path, 16, "test")) == dict.fromkeys(("Birch", "apple"), VAL)


def test_a_single_picture_serves_every_split_and_trains(tmp_path):
    put(tmp_path, "apple", ["001"])
    put(tmp_path, "Birch", ["002", "003"])
    splits = [domains(tmp_path, 16, s) for s in ("train", "val", "test")]
    assert len(splits[0]) >= 2 and all(min(map(len, s.pictures)) for s in splits)
    t = Trainer(tiny("stargan"), splits[0], batch=4, precision="fp32")
    assert all(math.isfinite(v) for _ in range(2) for v in t.advance().values())


KINDS = [(16, 16), (24, 50), (70, 9), (1, 3)]  # none of whose numbers falls into val


@pytest.mark.parametrize("make", [grey, deep, veiled, Image.fromarray], ids=["grey", "16 bits", "transparent", "RGB"])
def test_pictures_of_every_kind_and_shape_become_rgb_squares_and_train(tmp_path, make):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for i, (h, w) in enumerate(KINDS):
            make(np.asarray(to_picture(noise(3, h, w, seed=i)))).save(tmp_path / name / f"{i}.png")
    source = domains(tmp_path, 16)
    assert [p.shape for p in source.pictures] == [(len(KINDS), 3, 16, 16)] * 2
    first = source.pictures[0][0].float()
    if make is veiled:
        assert (first[..., :6] > 250).all() and first[..., 10:].std() > 10, "white shows through"
    if make in (grey, deep):
        assert torch.equal(first[0], first[1]) and first[0].std() > 10 and 100 < first[0].mean() < 155
    t = Trainer(tiny("stargan"), source, batch=2, precision="fp32")
    assert all(math.isfinite(v) for v in t.advance().values())


def test_a_wide_picture_is_cropped_where_that_was_asked_for_and_else_whole(tmp_path):
    striped = Image.new("RGB", (48, 16), "red")
    striped.paste((0, 0, 255), (16, 0, 32, 16))  # the middle third is blue
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        striped.save(tmp_path / name / "one.png")
    middle = domains(tmp_path, 64, fit="crop").pictures[0][0, :, :, 16:48].float().mean((1, 2))
    assert middle[2] > 250 and middle[0] < 5
    whole = domains(tmp_path, 60).pictures[0][0].float()
    assert whole[2, :, 22:38].min() > 250 and whole[0, :, :18].min() > 250 and whole[0, :, 42:].min() > 250


def test_one_domain_is_none_and_an_empty_one_is_named(tmp_path):
    assert "gone does not exist" in refused(tmp_path / "gone", 16)
    assert "holds 0 folder(s)" in refused(tmp_path, 16)
    put(tmp_path, "apple")
    assert re.search(r"holds 1 folder\(s\): give one for each domain, at least two\.$", refused(tmp_path, 16))
    (tmp_path / "void").mkdir()
    (tmp_path / "void" / "notes.txt").write_text("no picture")
    (tmp_path / "void" / ".hidden.png").write_bytes(b"")
    assert re.search(r"void holds no pictures\.$", refused(tmp_path, 16))


def test_a_corrupt_picture_and_unknown_words_are_named(tmp_path):
    put(tmp_path, "apple")
    put(tmp_path, "Birch")
    name = f"{min({*range(40)} - VAL):03d}.png"
    path = tmp_path / "Birch" / name
    path.write_bytes(path.read_bytes()[:50])
    assert name in refused(tmp_path, 16, error=PictureError)
    assert "validation" in refused(tmp_path, 16, "validation")
    assert "ab" in refused(tmp_path, 16, direction="ab")


# ---- Emoji and icons ----


@pytest.fixture
def drawings(tmp_path):
    """Ninety concepts in three styles; the green tells which concept it is, the red which style."""
    entries, styles = [], ("openmoji", "noto", "fluent-3d")
    for i in range(90):
        code = f"1f{i:03x}"
        entries.append({"code": code, "split": "test" if i >= 70 else "train"})
        for k, name in enumerate(styles):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.new("RGB", (8, 8), (50 * k, 2 * i, 0)).save(tmp_path / name / f"{code}.webp", lossless=True)
    (tmp_path / "index.json").write_text(json.dumps(entries))
    return tmp_path, styles


def concepts_of(part: Tensor) -> list[int]:
    return (part[:, 1].float().mean((1, 2)) / 2).round().int().tolist()


def test_in_training_no_concept_is_drawn_in_two_styles(drawings):
    root, styles = drawings
    source = emoji_domains(root, styles, 8, by="code")
    shown = [concepts_of(part) for part in source.pictures]
    held = {i for i in range(70) if is_validation(f"1f{i:03x}")}
    assert sorted(sum(shown, [])) == sorted({*range(70)} - held), "each once, and none that is held out"
    assert all(len(part) > 10 for part in shown)
    assert [int(part[:, 0].float().mean() / 50 + 0.5) for part in source.pictures] == [0, 1, 2]
    assert source.names == styles and source.move is emoji.moved and not source.partners


@pytest.mark.parametrize("split", ["val", "test"])
def test_held_out_concepts_are_drawn_in_all_styles(drawings, split):
    root, styles = drawings
    source = emoji_domains(root, styles, 8, split, by="code")
    shown = [concepts_of(part) for part in source.pictures]
    assert shown[0] == shown[1] == shown[2] and source.partners and source.move is None
    assert shown[0] == [*range(70, 90)] if split == "test" else {*shown[0]} <= {*range(70)}
    with pytest.raises(DataError, match="unknown emoji style 'apple'"):
        emoji_domains(root, ("noto", "apple"), 8, split, by="code")


@pytest.mark.skipif(not EMOJI.is_dir(), reason="needs I2I_DATA with emoji")
def test_the_real_emoji_are_shared_out_among_the_styles(monkeypatch):
    """By their codes alone: nothing is read."""
    asked = []

    def style(root, name, entries, size):
        asked.append({e["code"] for e in entries})
        return torch.zeros(len(entries), 3, size, size, dtype=torch.uint8)

    monkeypatch.setattr(emoji, "style", style)
    names = ("openmoji", "noto", "fluent-flat", "fluent-3d")
    for split in ("train", "val", "test"):
        emoji_domains(EMOJI, names, 4, split, by="code")
    train, val, test = asked[:4], asked[4:8], asked[8:]
    assert sum(map(len, train)) == len(set.union(*train)) and all(200 < len(part) < 400 for part in train)
    assert all(part == val[0] for part in val) and all(part == test[0] for part in test)
    assert not set.union(*train) & (val[0] | test[0]) and not val[0] & test[0]


def test_icons_of_training_are_different_objects_in_their_styles():
    source = icon_domains(16, ("flat", "night"), count=4)
    for k, name in enumerate(source.names):
        assert torch.equal(source.pictures[k], to_bytes(Icons(16, name, name).batch(torch.arange(4) + 4 * k)["x"]))
    assert source.move is mirrored and not source.partners


def test_held_out_icons_are_the_same_objects():
    source = icon_domains(8, ("flat", "line"), "test")
    assert [len(p) for p in source.pictures] == [512, 512] and source.partners and source.move is None
    both = Icons(8, "flat", "line", split="test").batch(torch.arange(4))
    assert torch.equal(source.pictures[0][:4], to_bytes(both["x"])) and torch.equal(source.pictures[1][:4], to_bytes(both["y"]))


# ---- Figures ----


class Looks:
    """A "model" of many domains: `answer` of x and a label."""

    controls = ("label",)

    def __init__(self, answer):
        self.answer = answer

    def translate(self, x, seed=0, label=None):
        return self.answer(x, label)


@pytest.fixture(scope="module")
def styles():
    def drawn(first: int, count: int) -> list[Tensor]:
        return [to_bytes(Icons(32, n, n).batch(torch.arange(first, first + count))["x"]) for n in ("flat", "line", "night")]

    names = ("flat", "line", "night")
    return Domains(drawn(0, 24), names), Domains(drawn(100, 8), names, partners=True)


@pytest.fixture(scope="module")
def reports(styles):
    train, held = styles
    shades = [p.float() / 127.5 - 1 for p in held.pictures]
    known = torch.cat(shades)

    def partner(x: Tensor, label: int) -> Tensor:
        at = torch.cdist(x.flatten(1), known.flatten(1)).argmin(1) % 8
        return shades[label][at]

    models = {"same": Looks(lambda x, label: x), "perfect": Looks(partner)}
    return {name: by_pair(model, train, held) for name, model in models.items()} | {"still": by_pair(Source(), train, held)}


def test_every_domain_is_led_to_every_other(reports):
    assert pairs(("a", "b", "c")) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    for found in reports.values():
        assert [*found] == pairs(("a", "b", "c"))
        assert all(set(figures) <= set(FIGURES) for figures in found.values())


def test_a_perfect_mapping_gets_perfect_figures(reports):
    for figures in reports["perfect"].values():
        assert figures["partner L1"].value == figures["cycle"].value == figures["to itself"].value == 0
        assert figures["domain"].value > 0.8 and figures["likeness"].value > 0.8 and figures["PD-i2i"].value < 1e-6


def test_a_model_that_changes_nothing_is_true_to_itself_and_to_no_domain(reports):
    for figures in reports["same"].values():
        assert figures["to itself"].value == 0 and figures["cycle"].value == 0
        assert figures["domain"].value < 0.2 and figures["likeness"].value < 0.2 and figures["partner L1"].value > 0.05
        assert figures["distance r"].value == pytest.approx(1)


def test_no_translation_is_the_identity_without_a_cycle_to_boast_of(reports):
    for way, figures in reports["still"].items():
        assert not {"cycle", "to itself"} & {*figures}
        assert all(figures[name] == reports["same"][way][name] for name in figures)


def test_the_figures_of_many_are_means_over_the_pairs(styles, reports):
    train, held = styles
    found = averaged(reports["same"].values())
    assert [*found] == [name for name in FIGURES if name in found]
    for name, e in found.items():
        values = [figures[name] for figures in reports["same"].values()]
        assert e.value == pytest.approx(sum(v.value for v in values) / 6)
        assert e.low == (None if values[0].low is None else pytest.approx(sum(v.low for v in values) / 6))
    assert averaged([{"cycle": Estimate(1.0), "domain": Estimate(0.0)}, {"cycle": Estimate(3.0, 1.0, 4.0)}]) == {"cycle": Estimate(2.0)}
    asked = []
    report(Looks(lambda x, label: asked.append(len(x)) or x), train, held, limit=10)
    assert {*asked} == {5}, "ten translations of each domain: five to each of the two others"


def test_few_pictures_of_one_domain_are_refused(styles):
    train, held = styles
    few = Domains([held.pictures[0], held.pictures[1][:3], held.pictures[2]], held.names)
    with pytest.raises(DataError, match="at least 4 held-out pictures of each domain, got 3"):
        report(Source(), train, few)


def test_one_way_of_a_model_of_many_is_a_model_of_two():
    way = To(Looks(lambda x, label: x + label), 3)
    assert way.controls == () and way.translate(torch.zeros(1)).item() == 3


# ---- Cards ----


def test_a_folder_tells_how_many_domains_there_are(three):
    told = METHODS["stargan"].fit(64, facts_of(three)).config
    assert facts_of(three) == {"domains": 3} and told["domains"] == 3
    assert told["attributes"] is False, "a folder names one domain, never attributes"
    assert METHODS["cyclegan"].fit(64, facts_of(three)) == METHODS["cyclegan"].fit(64, {}) and facts_of(Made()) == {}


@pytest.mark.parametrize("size", [32, 48, 64, 80, 128])
def test_the_recipe_of_a_folder_fits_its_size(unfilled, size):
    recipe = folder_recipe("stargan", size)
    method = recipe.build(domains=3)
    assert recipe.size == method.config.side == size and not method.config.attributes
    x = torch.zeros(2, 3, size, size)
    scores, logits = method.D(x)
    assert logits.shape == (2, 3) and scores.shape[-1] == size // 2**method.config.critic_layers >= 2
    assert method.G(x, torch.zeros(2, 3)).shape == x.shape
    assert "domains" in recipe.summary


def test_the_card_names_the_domains_and_other_domains_are_no_test(tmp_path, three):
    t = Trainer(tiny("stargan", steps=1, **THREE), three, batch=2, precision="fp32")
    t.advance()
    recipe = Recipe("stargan", "own folder", 16)
    home = publish(t, recipe, tmp_path / "export", three.batch(torch.arange(2)), three, progress=False)
    model = i2i.load(home, device="cpu")
    assert model.labels == three.names and model.card["judged on"].startswith("nothing"), "one picture is too few"
    assert "figures" not in model.card
    other = Domains(three.pictures, ("dark", "grey", "white"))
    with pytest.raises(DataError, match="the domains are dark, grey, white, but export knows dark, grey, light.$"):
        evaluate(model, other, progress=False)


# ---- A linear reader of many classes ----


def clouds(k: int, n: int, apart: float, seed: int = 0, d: int = 6) -> tuple[Tensor, Tensor]:
    label = torch.arange(k * n) % k
    centres = torch.randn(k, d, generator=chance(100))
    return apart * centres[label] + torch.randn(k * n, d, generator=chance(seed)), label


def test_classes_that_can_be_told_apart_are():
    e, label = clouds(4, 60, 6.0)
    fresh, truth = clouds(4, 60, 6.0, seed=1)
    found = linear_classifier(e, label)(fresh)
    assert found.dtype == torch.int64 and (found == truth).double().mean() > 0.98


@pytest.mark.parametrize("ridge", [1e-3, 1e-2, 1.0])
def test_the_reader_is_the_solution_of_its_least_squares(ridge):
    """Weighted rows and the ridge as rows of their own, solved by another route."""
    e, label = clouds(3, 40, 0.7)
    keep = torch.arange(120) % 3 != 0
    keep[:30] = True  # unequal numbers
    e, label = e[keep], label[keep]
    x = e.double().numpy()
    mean, deviation = x.mean(0), x.std(0, ddof=1)
    counts = np.bincount(label.numpy())

    def rows(x):
        return np.concatenate([(x - mean) / deviation, np.ones((len(x), 1))], 1)

    root = np.sqrt(1 / (3 * counts[label.numpy()]))[:, None]
    a = np.concatenate([root * rows(x), np.sqrt(ridge) * np.eye(7)])
    b = np.concatenate([root * np.eye(3)[label.numpy()], np.zeros((7, 3))])
    w = np.linalg.lstsq(a, b, rcond=None)[0]
    fresh = clouds(3, 300, 0.7, seed=5)[0]
    assert linear_classifier(e, label, ridge)(fresh).tolist() == (rows(fresh.double().numpy()) @ w).argmax(1).tolist()


def test_a_large_class_does_not_pull_the_border():
    e, label = clouds(3, 300, 1.0)
    rare = (label != 2) | (torch.arange(900) < 60)
    fresh, truth = clouds(3, 300, 1.0, seed=2)
    shares = [(linear_classifier(a, b)(fresh)[truth == 2] == 2).double().mean() for a, b in ((e, label), (e[rare], label[rare]))]
    assert abs(shares[0] - shares[1]) < 0.15


def test_two_sets_are_two_classes():
    a, b = clouds(2, 50, 1.0)[0].split(50)
    fresh = clouds(2, 50, 1.0, seed=3)[0]
    side = torch.cat([torch.zeros(50), torch.ones(50)]).long()
    assert torch.equal(linear_probe(a, b)(fresh), linear_classifier(torch.cat([a, b]), side)(fresh) == 1)


@pytest.mark.parametrize(
    "label",
    [[0, 0, 0, 0], [0, 2, 2, 0], [0, 1, 0], [], [0, 1, -1, 0], [0.0, 1.0, 0.0, 1.0], [[0, 1, 0, 1]]],
    ids=["one class", "a gap", "too few", "none", "negative", "float", "a table"],
)
def test_labels_that_are_none_are_refused(label):
    with pytest.raises(ValueError, match="a classifier wants a label for each of 4 embeddings, and every class"):
        linear_classifier(torch.randn(4, 2, generator=chance()), torch.tensor(label))


def test_a_number_that_never_changes_is_no_trouble():
    e, label = clouds(2, 30, 4.0)
    e[:, 0] = 3.0
    assert (linear_classifier(e, label)(e) == label).double().mean() > 0.9
