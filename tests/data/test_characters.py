"""The reader of pixel-art people: made-up sprites, whole and with gaps in what is told of them."""

import json

import numpy as np
import pytest
import torch

from i2i.data.characters import Characters, characters, split_of
from i2i.data.folders import DataError

ONE = {"sex": "male", "skin": "dark", "hair": "plain", "hair_color": "raven", "facial": "beard"}


def written(folder, people, count=None):
    sprites = np.zeros((len(people) if count is None else count, 4, 64, 64, 4), np.uint8)
    sprites[:, 2, 20:50, 20:44] = (255, 0, 0, 255)  # the front alone shows something
    np.savez(folder / "lpc_chars.npz", images=sprites)
    (folder / "attributes.json").write_text(json.dumps(people))
    return folder


def told(source, i=0):
    return {name for name, there in zip(source.names, source.labels[i].tolist(), strict=True) if there}


def test_attributes_and_front(tmp_path):
    source = characters(written(tmp_path, [ONE] * 40), 64)
    assert told(source) == {"black hair", "dark skin", "beard", "male"}
    batch = source.batch(torch.tensor([1, 0]))
    assert batch["x"].shape == (2, 3, 64, 64) and batch["label"].shape == (2, len(source.names))
    assert batch["x"][0, :, 32, 32].tolist() == [1, -1, -1]
    assert batch["x"][0, 0, 0, 0] < batch["x"][0, 2, 0, 0]  # a plain ground, of a cold grey
    assert source.facts == {"domains": len(source.names), "attributes": 1}


@pytest.mark.parametrize(
    "change,there",
    [({"hair": "bald"}, False), ({"hair_color": "green"}, False), ({"hair_color": "black"}, True)],
)
def test_black_hair_wants_hair_and_the_colour(tmp_path, change, there):
    source = characters(written(tmp_path, [{**ONE, **change}] * 40))
    assert ("black hair" in told(source)) == there


def test_splits_share_no_character():
    sides = [split_of(i) for i in range(2000)]
    assert {*sides} == {"train", "val", "test"} and sides.count("train") > 1700
    assert (sides.index("val"), sides.index("test")) == (18, 154), "which of them is which is fixed, too"


def test_characters_with_gaps_are_left_out(tmp_path):
    gaps = [{}, None, {**ONE, "skin": None}, {k: v for k, v in ONE.items() if k != "facial"}]
    people = [gaps[i % 5] if i % 5 < 4 else ONE for i in range(60)]
    whole = sum(split_of(i) == "train" for i in range(60) if i % 5 == 4)
    assert len(characters(written(tmp_path, people))) == whole > 0


@pytest.mark.parametrize(
    "people,count,said",
    [([ONE] * 3, 4, "3 characters"), ([{}] * 40, 40, "of no character"), ({"a": ONE}, 1, "no list")],
)
def test_files_that_do_not_fit(tmp_path, people, count, said):
    with pytest.raises(DataError, match=said):
        characters(written(tmp_path, people, count))


def test_a_file_that_is_cut(tmp_path):
    file = written(tmp_path, [ONE] * 4) / "attributes.json"
    file.write_text(file.read_text()[:-9])
    with pytest.raises(DataError, match="cannot be read"):
        characters(tmp_path)


def test_one_hair_colour_takes_the_place_of_another():
    source = Characters(torch.zeros(1, 3, 8, 8, dtype=torch.uint8), torch.zeros(1, 7))
    label = torch.tensor([[1.0, 0, 0, 0, 1, 0, 1], [0, 0, 1, 0, 0, 0, 0]])
    assert source.toggled(label, 2).tolist() == [[0, 0, 1, 0, 1, 0, 1], [0] * 7]
    assert source.toggled(label, 5)[:, 5].tolist() == [1, 1] and label[0, 0] == 1
