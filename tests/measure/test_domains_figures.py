"""Every domain led to every other, and what judges them; a linear reader of many classes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from i2i.data.domains import Domains
from i2i.data.folders import DataError
from i2i.data.worlds.icons import Icons
from i2i.images import to_bytes
from i2i.measure.unpaired import FIGURES, Source, To, averaged, by_pair, pairs, report
from i2i.metrics import Estimate, linear_classifier, linear_probe


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


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
        return [
            to_bytes(Icons(32, n, n).batch(torch.arange(first, first + count))["x"])
            for n in ("flat", "line", "night")
        ]

    names = ("flat", "line", "night")
    return Domains(drawn(0, 24), names), Domains(drawn(100, 8), names, partners=True)


@pytest.fixture(scope="module")
def reports(styles):
    train, held = styles
    shades = [p.float() / 127.5 - 1 for p in held.images]
    known = torch.cat(shades)

    def partner(x: Tensor, label: int) -> Tensor:
        at = torch.cdist(x.flatten(1), known.flatten(1)).argmin(1) % 8
        return shades[label][at]

    models = {"same": Looks(lambda x, label: x), "perfect": Looks(partner)}
    return {name: by_pair(model, train, held) for name, model in models.items()} | {
        "still": by_pair(Source(), train, held)
    }


def test_every_domain_is_led_to_every_other(reports):
    assert pairs(("a", "b", "c")) == [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    for found in reports.values():
        assert [*found] == pairs(("a", "b", "c"))
        assert all(set(figures) <= set(FIGURES) for figures in found.values())


def test_a_perfect_mapping_gets_perfect_figures(reports):
    for figures in reports["perfect"].values():
        assert figures["partner L1"].value == figures["cycle"].value == figures["to itself"].value == 0
        assert (
            figures["domain"].value > 0.8
            and figures["likeness"].value > 0.8
            and figures["PD-i2i"].value < 1e-6
        )


def test_a_model_that_changes_nothing_is_true_to_itself_and_to_no_domain(reports):
    for figures in reports["same"].values():
        assert figures["to itself"].value == 0 and figures["cycle"].value == 0
        assert (
            figures["domain"].value < 0.2
            and figures["likeness"].value < 0.2
            and figures["partner L1"].value > 0.05
        )
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
    assert averaged(
        [{"cycle": Estimate(1.0), "domain": Estimate(0.0)}, {"cycle": Estimate(3.0, 1.0, 4.0)}]
    ) == {"cycle": Estimate(2.0)}
    asked = []
    report(Looks(lambda x, label: asked.append(len(x)) or x), train, held, limit=10)
    assert {*asked} == {5}, "ten translations of each domain: five to each of the two others"


def test_few_pictures_of_one_domain_are_refused(styles):
    train, held = styles
    few = Domains([held.images[0], held.images[1][:3], held.images[2]], held.names)
    with pytest.raises(DataError, match="at least 4 held-out pictures of each domain, got 3"):
        report(Source(), train, few)


def test_one_way_of_a_model_of_many_is_a_model_of_two():
    way = To(Looks(lambda x, label: x + label), 3)
    assert way.controls == () and way.translate(torch.zeros(1)).item() == 3


# ---- A linear reader of many classes ----


def clouds(k: int, n: int, apart: float, seed: int = 0, d: int = 6) -> tuple[Tensor, Tensor]:
    label = torch.arange(k * n) % k
    centres = torch.randn(k, d, generator=rng(100))
    return apart * centres[label] + torch.randn(k * n, d, generator=rng(seed)), label


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
    assert (
        linear_classifier(e, label, ridge)(fresh).tolist()
        == (rows(fresh.double().numpy()) @ w).argmax(1).tolist()
    )


def test_a_large_class_does_not_pull_the_border():
    e, label = clouds(3, 300, 1.0)
    rare = (label != 2) | (torch.arange(900) < 60)
    fresh, truth = clouds(3, 300, 1.0, seed=2)
    shares = [
        (linear_classifier(a, b)(fresh)[truth == 2] == 2).double().mean()
        for a, b in ((e, label), (e[rare], label[rare]))
    ]
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
    with pytest.raises(
        ValueError, match="a classifier wants a label for each of 4 embeddings, and every class"
    ):
        linear_classifier(torch.randn(4, 2, generator=rng()), torch.tensor(label))


def test_a_number_that_never_changes_is_no_trouble():
    e, label = clouds(2, 30, 4.0)
    e[:, 0] = 3.0
    assert (linear_classifier(e, label)(e) == label).double().mean() > 0.9
