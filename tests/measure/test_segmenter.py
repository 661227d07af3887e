"""The segmenter behind the FCN-score: its net, its scores, and the two that are shipped."""

from __future__ import annotations

import hashlib

import pytest
import torch
import torch.nn.functional as F

from i2i.checkpoint import CheckpointError
from i2i.data.public import catalogue
from i2i.data.worlds.facades import Facades
from i2i.judges import SEGMENTERS, SHIPPED, fcn_scores, load_segmenter, train_judge
from i2i.judges.segmenter import FCN, RealFacades, SegmenterConfig, SegmenterRecipe, scores_of

# Frozen for good: recorded figures were measured with these bytes. Another segmenter gets another name.
SHA256 = {
    "facades-seg-v1": "329639e1f2eda9e7d426fc6accd49ed8f8b77212a531208e919960bf1bb2bfdf",
    "drawn-facades-seg-v1": "303e76efd4a0bb2f7cf83b44af9d45c8cd0311dc5cb0a6528596253e44193376",
}


def test_scores_of_answers_counted_by_hand():
    labels = torch.tensor([[0, 0, 0, 0, 0, 0, 1, 1]])
    said = torch.tensor([[0, 0, 0, 0, 0, 1, 1, 2]])
    scores = scores_of(said, labels, classes=4)
    assert scores.per_pixel == pytest.approx(6 / 8)
    assert scores.per_class == pytest.approx((5 / 6 + 1 / 2) / 2)  # classes 2 and 3 are never there
    assert scores.iou == pytest.approx((5 / 6 + 1 / 3) / 2)
    assert scores_of(labels, labels) == (1, 1, 1)


def test_answers_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        scores_of(torch.zeros(1, 4, dtype=torch.long), torch.zeros(1, 5, dtype=torch.long))


def test_the_net_answers_for_each_pixel_of_any_size():
    net = FCN(widths=(4, 4, 4, 4, 4)).eval()
    assert net(torch.zeros(2, 3, 64, 96)).shape == (2, 12, 64, 96)


@pytest.mark.parametrize("name", SEGMENTERS)
def test_the_shipped_one_is_the_one_that_figures_were_measured_with(name):
    assert hashlib.sha256((SHIPPED / name / "F.safetensors").read_bytes()).hexdigest() == SHA256[name]
    page = (SHIPPED / name / "README.md").read_text()
    assert SEGMENTERS[name].licence in page and "per_pixel" in page


def test_the_one_for_drawn_facades_reads_them_and_not_what_is_wrong():
    batch = Facades(64, split="test").batch(torch.arange(32))
    judge = load_segmenter("drawn-facades-seg-v1")
    right = fcn_scores(batch["y"], batch["labels"], judge)
    assert right.per_pixel > 0.9
    swapped = fcn_scores(batch["y"].roll(1, 0), batch["labels"], judge)
    assert swapped.per_pixel < right.per_pixel - 0.2
    blurred = F.avg_pool2d(batch["y"], 9, 1, 4)
    assert fcn_scores(blurred, batch["labels"], judge).iou < right.iou - 0.1


def test_the_one_for_photographs_reads_held_out_ones():
    if catalogue.find("facades") is None:
        pytest.skip("needs the CMP facades")
    batch = RealFacades(128, "test").batch(torch.arange(32))
    right = fcn_scores(batch["x"], batch["labels"], load_segmenter())
    swapped = fcn_scores(batch["x"].roll(1, 0), batch["labels"], load_segmenter())
    assert right.per_pixel > 0.55 and swapped.per_pixel < right.per_pixel - 0.1


def test_classes_are_read_at_the_size_of_the_map():
    """Between two colours of a map lies a third: a map made small as an image has classes that are not in it."""
    if catalogue.find("facades") is None:
        pytest.skip("needs the CMP facades")
    real = RealFacades(128, "test")
    batch = real.batch(torch.arange(8))
    for small, large in zip(batch["labels"], real.labels[:8], strict=True):
        assert set(small.unique().tolist()) <= set(large.unique().tolist())


def test_training_photographs_are_windows_of_their_labels():
    if catalogue.find("facades") is None:
        pytest.skip("needs the CMP facades")
    source = RealFacades(64, "train")
    one, other = (source.batch(torch.arange(4), torch.Generator().manual_seed(s)) for s in (0, 1))
    assert one["x"].shape == (4, 3, 64, 64) and one["labels"].shape == (4, 64, 64)
    assert not torch.equal(one["labels"], other["labels"])
    again = source.batch(torch.arange(4), torch.Generator().manual_seed(0))
    assert torch.equal(one["x"], again["x"])


def test_a_window_and_its_labels_are_cut_and_mirrored_together():
    """A photograph that is its own map, in shades of grey."""
    coarse = torch.randint(12, (6, 1, 8, 8), generator=torch.Generator().manual_seed(1)).float()
    source = RealFacades.__new__(RealFacades)
    source.labels = F.interpolate(coarse, scale_factor=32)[:, 0].to(torch.uint8)
    source.photos, source.size, source.augment = 20 * source.labels[:, None].repeat(1, 3, 1, 1), 64, True
    for seed in range(3):
        batch = source.batch(torch.arange(6), torch.Generator().manual_seed(seed))
        for x, labels in zip(batch["x"], batch["labels"], strict=True):
            assert torch.corrcoef(torch.stack([x[0].flatten(), labels.float().flatten()]))[0, 1] > 0.9


def test_one_is_trained_kept_and_never_replaced(tmp_path):
    recipe = SegmenterRecipe(
        config=SegmenterConfig(widths=(4, 4, 4, 4, 4), steps=2), real=False, size=32, licence="MIT"
    )
    folder = train_judge(recipe, "drawn-facades-seg-v1", tmp_path, progress=False)
    judge = load_segmenter("drawn-facades-seg-v1", folder)
    assert not judge.training and not any(p.requires_grad for p in judge.parameters())
    with pytest.raises(CheckpointError, match="made once"):
        train_judge(recipe, "drawn-facades-seg-v1", tmp_path, progress=False)
