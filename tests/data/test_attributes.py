"""Faces and figures with attributes, and the protocol that measures edits."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from i2i.data.attributes import Attributes, characters, drawn_faces
from i2i.data.folders import DataError
from i2i.data.worlds import faces
from i2i.data.worlds.faces import ATTRIBUTES
from i2i.measure import attributes as measure


@pytest.fixture(scope="module")
def index():
    return torch.arange(400)


def test_a_face_is_the_same_in_every_batch_and_split():
    at = torch.tensor([7, 2, 7])
    three = faces.draw(at, 32)
    assert three.shape == (3, 3, 32, 32) and three.abs().max() <= 1
    assert three[0].equal(three[2]) and not three[0].equal(three[1])
    assert three[1:2].equal(faces.draw(torch.tensor([2]), 32))
    assert not faces.draw(at[:1], 32, seed=1).equal(three[:1])
    train, test = (drawn_faces(32, split, 8) for split in ("train", "test"))
    assert not any(bool((a == b).all()) for a in train.images for b in test.images)
    large = torch.nn.functional.avg_pool2d(faces.draw(at[:1], 64), 2)
    assert (large - three[:1]).abs().mean() < 0.03, "the same at another size"


def test_attributes_are_independent_where_faces_allow(index):
    label = faces.labels_of(torch.arange(4_000))
    assert {0.0, 1.0} == {*label.unique().tolist()}
    hair = label[:, [ATTRIBUTES.index(f"{c} hair") for c in ("black", "ginger", "blond")]].sum(1)
    bald = label[:, ATTRIBUTES.index("bald")]
    assert hair.add(bald).eq(1).all() and not (label[:, ATTRIBUTES.index("bangs")] * bald).any()
    free = [
        k for k, name in enumerate(ATTRIBUTES) if name not in ("bald", "bangs") and not name.endswith("hair")
    ]
    correlation = torch.corrcoef(label[:, free].T) - torch.eye(len(free))
    assert correlation.abs().max() < 0.06
    assert label.mean(0).gt(0.1).all() and label.mean(0).lt(0.7).all()


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_edit_is_a_label_that_a_face_can_have_and_it_shows(name, index):
    some = index[:12]
    label, k = faces.labels_of(some), ATTRIBUTES.index(name)
    wanted = faces.toggled(label, name)
    assert (wanted[:, k] == 1 - label[:, k]).all()
    hair = wanted[:, [ATTRIBUTES.index(f"{c} hair") for c in ("black", "ginger", "blond")]].sum(1)
    assert hair.add(wanted[:, ATTRIBUTES.index("bald")]).eq(1).all()
    may = (
        {"bald", "bangs", "black hair", "ginger hair", "blond hair"}
        if name in ("bald", "bangs") or name.endswith("hair")
        else {name}
    )
    assert {ATTRIBUTES[j] for j in (wanted != label).any(0).nonzero()[:, 0].tolist()} <= may
    changed = (faces.draw(some, 64, label=wanted) - faces.draw(some, 64)).abs().amax(1) > 0.1
    assert changed.flatten(1).sum(1).min() > 25, "of 4,096 pixels"


@pytest.fixture(scope="module")
def held_out():
    return drawn_faces(32, "test", 12)


def test_the_right_answers_flip_and_doing_nothing_does_not(held_out):
    """With a reader that cannot be wrong: it looks the image up among the answers."""
    known = {}

    def seen(images, label):
        known.update({image.numpy().tobytes(): row > 0.5 for image, row in zip(images, label, strict=True)})
        return images

    def reader(images):
        return torch.stack([known[image.numpy().tobytes()] for image in images])

    at = torch.arange(len(held_out))
    seen(held_out.batch(at)["x"], held_out.label)

    def perfect(x, label):
        return x if label.equal(held_out.label) else seen(held_out.drawn(at, label), label)

    best = measure.measured(perfect, reader, held_out, len(held_out))
    idle = measure.measured(lambda x, label: x, reader, held_out, len(held_out))
    assert (
        best["flipped"].value == best["unchanged"].value == 1
        and best["answer L1"].value == best["recon"].value == 0
    )
    assert idle["flipped"].value == 0 and idle["unchanged"].value == 1
    assert idle["answer L1"].value == idle["answer L1 of doing nothing"].value > 0.01
    assert measure.by_attribute(perfect, reader, held_out, 12) == dict.fromkeys(ATTRIBUTES, 1.0)


def test_the_reader_reads_faces_that_it_never_saw():
    reader = measure.Reader(drawn_faces(32, "train", 240))
    held = drawn_faces(32, "test", 40)
    right = (reader(held.batch(torch.arange(40))["x"]) == (held.label > 0.5)).double().mean(0)
    assert right.mean() > 0.88 and right.min() > 0.6, right


def _figures(folder, people):
    rng = np.random.default_rng(0)
    np.savez(
        folder / "lpc_chars.npz", images=rng.integers(0, 256, (len(people), 4, 64, 64, 4), dtype=np.uint8)
    )
    (folder / "attributes.json").write_text(json.dumps(people))


def test_figures_are_read_with_their_attributes(tmp_path):
    who = {"sex": "male", "skin": "dark", "hair": "bald", "hair_color": "none", "facial": "beard"}
    other = {"sex": "female", "skin": "light", "hair": "long", "hair_color": "raven", "facial": "none"}
    _figures(tmp_path, [who, other] * 20)
    parts = [characters(tmp_path, 64, split) for split in ("train", "val", "test")]
    assert (
        len(parts[0]) + len(parts[1]) == 40
        and len(parts[1]) == len(parts[2]) > 0
        and all(part.names[0] == "male" for part in parts)
    )
    assert {tuple(row) for row in parts[0].label.int().tolist()} == {
        (1, 1, 1, 0, 0, 0, 0, 1),
        (0, 0, 0, 1, 0, 0, 0, 0),
    }
    x = parts[0].batch(torch.tensor([0]))["x"]
    assert x.shape == (1, 3, 64, 64) and x[..., ::2, ::2].equal(x[..., 1::2, 1::2]), "each pixel a square"
    with pytest.raises(DataError, match="multiple of 32"):
        characters(tmp_path, 48)
    _figures(tmp_path, [{k: v for k, v in who.items() if k != "skin"}] * 20)
    with pytest.raises(DataError, match="has no 'skin'"):
        characters(tmp_path, 64)


def test_labels_of_another_shape_are_refused():
    with pytest.raises(DataError, match="labels of that shape"):
        Attributes(torch.zeros(3, 3, 8, 8, dtype=torch.uint8), torch.zeros(3, 2), ("a",))
