"""The grid of letters: fonts by capitals, and folders of a user."""

from __future__ import annotations

import pytest
import torch

from i2i.data.folders import DataError
from i2i.data.letters import ALPHABET, FONTS, Letters, font_letters, letters
from i2i.measure import evaluate
from i2i.recipes import facts_of
from kit.folders import put

SPLITS = ("train", "val", "test")


@pytest.fixture(scope="module")
def fonts() -> dict[str, Letters]:
    return {split: font_letters(16, split) for split in SPLITS}


def cells(source: Letters) -> set[tuple[int, int]]:
    return {*zip(source.style.tolist(), source.content.tolist(), strict=True)}


def test_every_cell_is_in_one_split_and_each_row_and_column_is_mostly_shown(fonts):
    parts = [cells(fonts[split]) for split in SPLITS]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(FONTS) * len(ALPHABET)
    train, held = parts[0], parts[2]
    assert 0.05 < len(held) / 572 < 0.15 and len({s for s, _ in held}) > 10
    for style in range(len(FONTS)):
        assert sum(s == style for s, _ in train) >= 18
    for content in range(len(ALPHABET)):
        assert sum(c == content for _, c in train) >= 14


def test_letters_are_black_on_white_and_fill_their_square(fonts):
    batch = fonts["train"].batch(torch.arange(40))
    x = batch["x"]
    assert x.shape == (40, 3, 16, 16) and {*batch} == {"x", "style", "content", "index"}
    assert torch.equal(x[:, 0], x[:, 1]) and x[..., 0, 0].min() > 0.3
    dark = x[:, 0] < 0
    assert (dark.flatten(1).float().mean(1) > 0.05).all() and (dark.any(2).sum(1) > 12).any()
    bold = [
        (1 - fonts["train"].batch((fonts["train"].style == k).nonzero()[:, 0])["x"]).mean() for k in (0, 1)
    ]
    assert bold[1] > 1.2 * bold[0], "DejaVuSans-Bold has more ink than DejaVuSans"


def test_the_same_letter_elsewhere(fonts):
    train, test = fonts["train"], fonts["test"]
    at = train.elsewhere(test.style, test.content)
    assert (at >= 0).all() and torch.equal(train.content[at], test.content)
    assert not (train.style[at] == test.style).any()
    for cell, place in list(zip(cells_in_order(test), at.tolist(), strict=True))[:20]:
        ring = [(cell[0] + k) % len(FONTS) for k in range(1, len(FONTS))]
        assert train.style[place] == next(s for s in ring if (s, cell[1]) in cells(train))
    alone = Letters(train.images[:2], torch.tensor([0, 1]), torch.tensor([0, 1]), ("a", "b"), ("x", "y"))
    assert alone.elsewhere(torch.tensor([0]), torch.tensor([0])).tolist() == [-1]


def cells_in_order(source: Letters) -> list[tuple[int, int]]:
    return list(zip(source.style.tolist(), source.content.tolist(), strict=True))


def test_a_folder_for_each_style(tmp_path):
    names = [f"{i:02d}" for i in range(20)]
    for k, style in enumerate(("bold", "light", "round")):
        put(tmp_path / style, names[: 20 - k], red=60 * k)
    parts = {split: letters(tmp_path, 16, split) for split in SPLITS}
    assert facts_of(parts["train"]) == {"styles": 3, "contents": 20}
    assert parts["train"].names == ("bold", "light", "round") and parts["train"].contents == tuple(names)
    train, val = cells(parts["train"]), cells(parts["val"])
    assert not train & val and len(train | val) == 57 and val == cells(parts["test"]) and val
    assert {c for _, c in val} <= {c for _, c in train}, "what is held out in one style is shown in another"
    some = parts["train"].batch(torch.arange(len(train)))
    red = ((some["x"][:, 0].mean((1, 2)) + 1) * 127.5).round().int()
    assert torch.equal(red, 60 * some["style"].int())
    again = letters(tmp_path, 16, "test", seen=frozenset(parts["train"].digests))
    assert cells(again) == val


@pytest.mark.parametrize("styles, told", [(0, "holds 0 folder"), (1, "holds 1 folder")])
def test_one_style_is_none(tmp_path, styles, told):
    for k in range(styles):
        put(tmp_path / f"s{k}", ["1"])
    with pytest.raises(DataError, match=told):
        letters(tmp_path, 16)


def test_empty_styles_are_a_sentence(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    with pytest.raises(DataError, match="hold no pictures"):
        letters(tmp_path, 16)


class Perfect:
    """Knows the grid."""

    def __init__(self, *sources: Letters):
        self.grid = {
            cell: image for s in sources for cell, image in zip(cells_in_order(s), s.images, strict=True)
        }
        self.source = sources[0]

    def translate(self, x, label, source):
        shown = [
            next(c for c in range(26) if (s, c) in self.grid and torch.equal(self.as_x(s, c), one))
            for one, s in zip(x, source.tolist(), strict=True)
        ]
        return torch.stack([self.as_x(s, c) for s, c in zip(label.tolist(), shown, strict=True)])

    def as_x(self, style: int, content: int) -> torch.Tensor:
        return self.grid[style, content].float() / 127.5 - 1


def test_held_out_letters_are_what_is_judged(fonts):
    figures = evaluate(Perfect(fonts["train"], fonts["test"]), fonts["test"], train=fonts["train"])
    assert figures["unseen SSIM"].value > 0.999 and figures["unseen PSNR"].value > 60

    class Lazy(Perfect):
        def translate(self, x, label, source):
            return x

    same = evaluate(Lazy(fonts["train"]), fonts["test"], train=fonts["train"])
    assert same["unseen PSNR"].value < 20
