"""What a code tells that nobody named: figures of methods that find classes by themselves."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from i2i.checkpoint import read_config
from i2i.data.attributes import Attributes
from i2i.data.domains import Domains
from i2i.data.folders import TooFew
from i2i.images import to_bytes
from i2i.measure import evaluate
from i2i.measure.codes import paired, report, told
from i2i.publish import publish
from i2i.recipes import RECIPES
from kit.methods import tiny
from kit.runs import trainer
from kit.sources import noise

K = 3


class Finds:
    """A "method" whose category is the brightest colour of an image."""

    alone, config = True, SimpleNamespace(domains=K)

    def __init__(self, finds: bool = True):
        self.finds = finds

    def code(self, n, rng=None):
        return torch.eye(K)[torch.randint(K, (n,), generator=rng)]

    def sample(self, n, rng=None, style=None):
        return bright(style.argmax(1))

    def classes(self, x):
        return x.mean((2, 3)).argmax(1) if self.finds else torch.zeros(len(x), dtype=torch.long)

    def bound(self, image, code):
        right = (self.classes(image) == code.argmax(1)).float().mean()
        return right * math.log(K)


def bright(label: torch.Tensor) -> torch.Tensor:
    rng = torch.Generator().manual_seed(1)
    image = torch.rand(len(label), 3, 32, 32, generator=rng) * 0.1 - 0.9
    image[torch.arange(len(label)), label] += 1.5
    return image


def model(finds: bool = True) -> SimpleNamespace:
    return SimpleNamespace(method=Finds(finds), device=torch.device("cpu"), name="toy")


@pytest.fixture
def colours() -> Domains:
    """Classes in another order than the categories."""
    return Domains([to_bytes(bright(torch.full((12,), k))) for k in (2, 0, 1)], ("blue", "red", "green"))


def test_each_class_is_paired_with_the_category_that_it_fills_whatever_their_numbers():
    found, label = torch.tensor([2, 2, 2, 0, 0, 1, 1, 0]), torch.tensor([0, 0, 0, 1, 1, 2, 2, 2])
    assert paired(found, label).tolist() == [True] * 7 + [False]
    assert paired(torch.zeros(6, dtype=torch.long), torch.arange(6)).sum() == 1, "one class to a category"
    assert paired(torch.arange(6), torch.zeros(6, dtype=torch.long)).sum() == 1, "one category to a class"


def test_a_category_tells_the_commonest_values_of_its_images():
    attributes = torch.tensor([[1.0, 0], [1, 0], [0, 1], [0, 1], [0, 0]])
    assert told(torch.tensor([0, 0, 1, 1, 1]), attributes).tolist() == [1, 1, 1, 1, 0.5]
    nothing = told(torch.zeros(5, dtype=torch.long), attributes)
    assert nothing.mean().item() == pytest.approx(0.6)


def test_a_code_that_finds_the_classes_has_all_of_them_and_one_that_tells_nothing_a_third(colours):
    found, nothing = (evaluate(model(finds), colours) for finds in (True, False))
    assert {*found} == {"bound", "classes", "KD-i2i"}
    assert found["classes"].value == 1 and nothing["classes"].value == pytest.approx(1 / 3)
    assert found["bound"].value == pytest.approx(math.log(K)) and nothing["bound"].value < 0.6
    assert abs(found["KD-i2i"].value) < 0.05 < nothing["KD-i2i"].value + 0.1


def test_few_images_are_of_all_classes_though_those_of_one_follow_each_other(colours):
    found = evaluate(model(False), colours, limit=9)
    assert found["classes"].value == pytest.approx(1 / 3), "of the first nine all would be of one class"


def test_a_sample_out_of_range_is_judged_as_it_is_shown(colours):
    loud = model()
    plain, loud.method.sample = loud.method.sample, lambda *words, **style: 3 * plain(*words, **style)
    plain_too = model()
    plain_too.method.sample = lambda *words, **style: (3 * plain(*words, **style)).clamp(-1, 1)
    assert evaluate(loud, colours)["KD-i2i"] == evaluate(plain_too, colours)["KD-i2i"]


def test_of_attributes_it_says_what_the_category_tells_beside_what_none_would(colours):
    figures = evaluate(model(False), Attributes(32, split="test"), limit=40)
    assert {*figures} == {"bound", "told", "told by none", "KD-i2i"}
    assert figures["told"].value == figures["told by none"].value, "all faces lie in one category"


def test_too_few_images_are_a_clear_word(colours):
    few = Domains([colours.images[0][:1], colours.images[1][:2]], ("a", "b"))
    with pytest.raises(TooFew, match="at least 4 held-out pictures, got 3"):
        report(model(), few, few)


@pytest.mark.parametrize("labels", ["attributes", "classes"])
def test_a_run_of_infogan_ends_in_a_card(tmp_path, labels):
    """As `train infogan-faces` does, and `train infogan --data FOLDER`."""
    net = tiny("infogan", steps=2, side=32)
    attributes = labels == "attributes"
    source = (
        Attributes(32)
        if attributes
        else Domains([to_bytes(noise(8, 3, 32, 32)) for _ in range(2)], ("a", "b"))
    )
    held_out = Attributes(32, split="test") if attributes else source
    t = trainer(net, source, batch=4, showcase={"index": torch.arange(2)}, out=tmp_path / "run")
    t.fit(progress=False)
    folder = publish(
        t, RECIPES["infogan-faces"], tmp_path / "export", t.showcase, held_out, "infogan-faces", limit=8
    )
    figures = {*read_config(folder)[1]["card"]["figures"]}
    assert figures == {"bound", "KD-i2i", *(("told", "told by none") if attributes else ("classes",))}
