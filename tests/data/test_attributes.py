"""Faces with attributes: what is drawn follows from the index and the label, and each attribute is there to be seen."""

import pytest
import torch

from i2i.data.attributes import Attributes
from i2i.data.worlds import faces

NAMES = faces.ATTRIBUTES
# The rows (from the top, of 64) and the columns in which an attribute is looked for; hair and skin are everywhere.
WHERE = {
    "bangs": (slice(4, 28), slice(8, 56)),
    "glasses": (slice(16, 36), slice(8, 56)),
    "makeup": (slice(16, 46), slice(8, 56)),
    "smile": (slice(30, 48), slice(14, 50)),
    "beard": (slice(24, 54), slice(8, 56)),
}


def changed(a, b):
    """How far each pixel moves, [B, 64, 64], of a range of 2."""
    return (a - b).abs().amax(1)


def test_a_face_is_the_same_in_every_batch():
    index = torch.tensor([5, 2**20 + 3, 9])
    together, alone = faces.draw(index), faces.draw(index[1:2])
    assert torch.allclose(together[1], alone[0], atol=1e-6)
    assert torch.equal(faces.labels_of(index)[1], faces.labels_of(index[1:2])[0])
    assert changed(together[:1], together[2:]).mean() > 0.1
    assert together.shape == (3, 3, 64, 64) and together.abs().max() <= 1


@pytest.mark.parametrize("size", [32, 128])
def test_a_face_is_the_same_at_every_size(size):
    index = torch.arange(3)
    large, small = sorted((faces.draw(index), faces.draw(index, size)), key=lambda x: -x.shape[-1])
    assert (torch.nn.functional.avg_pool2d(large, 2) - small).abs().mean() < 0.02


@pytest.mark.parametrize("size", [20, 64])
def test_features_stay_within_the_part_of_the_page_that_they_are_painted_on(size, monkeypatch):
    index, rng = torch.arange(200), torch.Generator().manual_seed(size)
    label = (torch.rand(200, len(NAMES), generator=rng) < 0.5).float()
    parts = faces.draw(index, size, label=label)
    monkeypatch.setattr(faces, "_window", lambda box, size: (..., slice(None), slice(None)))
    assert torch.equal(parts, faces.draw(index, size, label=label))


def test_splits_are_disjoint():
    spans = sorted((first, first + count) for first, count in faces.SPLITS.values())
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
    first = {split: Attributes(split=split).batch(torch.arange(4))["x"] for split in faces.SPLITS}
    assert changed(first["val"], first["test"]).mean() > 0.1 < changed(first["train"], first["val"]).mean()
    with pytest.raises(IndexError):
        Attributes(split="test").batch(torch.tensor([512]))


def test_attributes_are_drawn_independently():
    label = faces.labels_of(torch.arange(8000))
    assert torch.equal(label[:, faces.COLOURS].sum(1), 1 - label[:, 0])
    assert not (label[:, 0] * label[:, 1]).any()
    free = [k for k in range(len(NAMES)) if not 2 <= k < 6]
    r = torch.corrcoef(label[:, free].T) - torch.eye(len(free))
    r[0, 1] = r[1, 0] = 0  # bald excludes bangs
    assert r.abs().max() < 0.06
    haired = label[label[:, 0] == 0]
    with_colours = torch.corrcoef(haired[:, 1:].T)
    assert with_colours[1:5, 5:].abs().max() < 0.06 > with_colours[0, 1:].abs().max()
    share = haired.mean(0)
    assert (share[2:6] - 0.25).abs().max() < 0.03 and (share[6:] - 0.5).abs().max() < 0.03


@pytest.mark.parametrize("k", range(len(NAMES)), ids=NAMES)
def test_each_attribute_is_seen_where_it_belongs(k):
    index = torch.arange(40, 52)
    label = faces.labels_of(index)
    other = faces.toggled(label, k)
    assert torch.equal(other[:, k], 1 - label[:, k])
    moved = changed(faces.draw(index, label=label), faces.draw(index, label=other))
    assert (moved > 0.2).sum((1, 2)).min() >= 40  # pixels of 4,096
    alone = torch.nn.functional.one_hot(torch.tensor(k), len(NAMES)) == (label != other).float()
    if NAMES[k] in WHERE:
        only = alone.all(1)  # faces on which nothing else had to change
        rows, columns = WHERE[NAMES[k]]
        moved[:, rows, columns] = 0
        assert only.any() and moved[only].max() < 0.02


@pytest.mark.parametrize("k", range(len(NAMES)), ids=NAMES)
def test_a_toggled_label_is_one_that_can_be(k):
    label = faces.toggled(faces.labels_of(torch.arange(200)), k)
    assert torch.equal(label[:, faces.COLOURS].sum(1), 1 - label[:, 0])
    assert not (label[:, 0] * label[:, 1]).any()


def test_an_edit_keeps_the_person():
    source = Attributes(split="test")
    batch = source.batch(torch.arange(4))
    assert torch.equal(source.edited(torch.arange(4), batch["label"]), batch["x"])
    with pytest.raises(ValueError, match="12 numbers"):
        faces.draw(torch.arange(2), label=torch.zeros(2, 3))
