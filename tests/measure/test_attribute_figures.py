"""The protocol of attributes, on editors of which it is known how good they are."""

import hashlib
from functools import cache
from types import SimpleNamespace

import pytest
import torch

from i2i.data.attributes import Attributes
from i2i.judges import SHIPPED, load_reader
from i2i.judges.attributes import correct
from i2i.measure import attributes, evaluate

SOURCE = Attributes(split="test")
COUNT = 4
# Frozen for good: recorded figures were measured with these bytes. Another reader gets another name.
SHA256 = "c6d6aa22a95a1881205c519fb6b340ba5bde703fd3f7163f1c50e9d715927720"


@cache
def measured(translate):
    return attributes.by_attribute(translate, SOURCE, SOURCE, COUNT * len(SOURCE.names))


def figures(translate, what):
    found = measured(translate)
    assert set(found) == set(SOURCE.names)
    return torch.tensor([found[name][what].value for name in SOURCE.names])


def perfect(x, label):
    return SOURCE.edited(torch.arange(len(x)), label)


def nothing(x, label):
    return x


def test_the_judge_is_the_one_that_figures_were_measured_with():
    weights = SHIPPED / "faces-attributes-v1" / "F.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == SHA256


def test_the_judge_reads_faces_that_it_never_saw():
    right = correct(load_reader(), SOURCE, 128).mean(0)
    assert right.min() >= 0.97, dict(zip(SOURCE.names, right.tolist(), strict=True))


def test_a_larger_face_is_read_reduced_so_that_what_is_fine_does_not_count():
    batch = SOURCE.batch(torch.arange(16))
    large = batch["x"].repeat_interleave(2, 2).repeat_interleave(2, 3)
    speckled = torch.tensor([[0.9, -0.3], [-0.3, -0.3]]).repeat(64, 64)  # nothing, on average
    read = load_reader()(large + speckled) > 0
    assert (read == (batch["label"] > 0.5)).double().mean() > 0.97


def test_an_exact_edit_flips_everything_and_changes_nothing_else():
    found = measured(perfect)
    for figure, value in (("flipped", 0.9), ("unchanged", 0.97)):
        assert min(f[figure].value for f in found.values()) >= value
    assert torch.tensor([f["flipped"].value for f in found.values()]).mean() >= 0.98
    for f in found.values():
        assert f["answer L1"].value == 0 < f["answer L1 of doing nothing"].value
        assert f["beside the edit"].value < attributes.SEEN and f["cycle"].value == f["to itself"].value == 0


def test_doing_nothing_flips_nothing():
    assert figures(nothing, "flipped").mean() <= 0.02
    assert figures(nothing, "unchanged").mean() >= 0.98
    assert torch.equal(figures(nothing, "answer L1"), figures(nothing, "answer L1 of doing nothing"))


def test_another_person_is_not_the_same():
    def other(x, label):
        return SOURCE.edited(torch.arange(len(x)) + 100, label)

    assert figures(other, "flipped").mean() >= 0.98
    assert figures(other, "beside the edit").min() > 0.05


def test_beside_the_edit_is_a_mean_over_pixels_and_colours():
    def shifted(x, label):
        return perfect(x, label) + 0.1

    assert (figures(shifted, "beside the edit") - 0.1).abs().max() < attributes.SEEN


def test_a_model_is_judged_by_this_protocol_where_labels_are_attributes():
    model = SimpleNamespace(name="m", labels=SOURCE.names, translate=lambda x, label: perfect(x, label))
    found = evaluate(model, SOURCE, 60, progress=False)
    assert found["flipped"].value >= 0.95 and f"flipped: {SOURCE.names[-1]}" in found
    with pytest.raises(ValueError, match="m knows a, b"):
        evaluate(SimpleNamespace(name="m", labels=("a", "b")), SOURCE, 60)
