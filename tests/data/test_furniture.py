"""Procedural furniture: endless, the same everywhere, with the parts that its attributes say; and pictures of volumes."""

from __future__ import annotations

import pytest
import torch

from i2i.data.worlds.furniture import ATTRIBUTES, FAMILIES, SPLITS, Furniture, attributes, draw, label_of
from i2i.data.worlds.furniture.parts import _alone, _together, box, pole
from i2i.data.worlds.furniture.world import _pieces
from i2i.voxels import pictures

SOME = torch.arange(24)


def family(name: str, count: int) -> torch.Tensor:
    return torch.full((count,), list(FAMILIES).index(name))


def test_a_piece_is_its_number_in_every_batch_and_at_every_size():
    two, one = draw(torch.tensor([7, 3]), 16), draw(torch.tensor([3]), 16)
    assert torch.equal(two[1], one[0]) and not torch.equal(two[0], two[1])
    assert not torch.equal(draw(torch.tensor([3]), 16, seed=1), one)
    fine = torch.nn.functional.avg_pool3d(draw(SOME, 32), 2)
    assert (fine - draw(SOME, 16)).abs().mean() < 0.012, "the same surfaces, to what an edge is blurred by"


def test_what_a_gpu_makes_of_all_parts_at_once_is_what_a_cpu_makes_of_each():
    parts = [p for _, p in _pieces(SOME[:8], 0, None, {})]
    assert len({len(p) for p in parts}) > 1, "of unequal counts"
    together = _together(parts, 16, torch.device("cpu"))
    torch.testing.assert_close(together, torch.stack([_alone(p, 16) for p in parts]), rtol=0, atol=1e-4)


def test_volumes_are_solid_stand_on_the_floor_and_keep_off_the_border():
    voxels = draw(torch.arange(96), 32)
    assert voxels.shape == (96, 1, 32, 32, 32) and voxels.min() == 0 and voxels.max() == 1
    filled = voxels.flatten(1).mean(1)
    assert 0.004 < filled.min() and filled.max() < 0.3
    levels = (voxels > 0.5).any(4).any(2)[:, 0]
    assert {*levels.float().argmax(1).tolist()} <= {1, 2}, (
        "a voxel above the bottom, two where a thin foot is round"
    )
    inner = torch.zeros(32, 32, 32, dtype=torch.bool)
    inner[1:-1, 1:-1, 1:-1] = True
    assert voxels[:, 0, ~inner].max() < 0.4, "but for the feet of legs that stand at a slant"


def test_axes_go_from_front_to_back_from_bottom_to_top_and_from_left_to_right():
    (chair,) = draw(torch.tensor([5]), 32, label=family("chair", 1), back=1, slats=0, arms=0, height=0.7)[
        :, 0
    ]
    upper = chair[:, 14:].sum((1, 2))
    assert upper[16:].sum() > 20 * upper[:16].sum(), "the back of a chair is behind, and above"
    assert (chair - chair.flip(2)).abs().max() < 1e-3, "left and right are alike"


def test_families_come_equally_often_and_may_be_asked_for():
    counts = label_of(torch.arange(6000)).bincount(minlength=6)
    assert len(FAMILIES) == 6 and counts.min() > 900
    beds, lamps = draw(SOME[:4], 16, label=family("bed", 4)), draw(SOME[:4], 16, label=family("lamp", 4))
    assert beds.sum() > 2 * lamps.sum()


# ---- Attributes ----


@pytest.mark.parametrize(
    "name, kind",
    [("arms", "chair"), ("back", "chair"), ("shelf", "table"), ("books", "shelf"), ("posts", "bed")],
)
def test_a_part_that_is_asked_for_is_there_and_one_that_is_not_is_missing(name, kind):
    label = family(kind, 12)
    asked = {"back": 1, "pedestal": 0, "round": 0} | ({"panels": 0} if kind == "table" else {})
    without, with_ = (draw(SOME[:12], 24, label=label, **asked | {name: on}) for on in (0, 1))
    grown = (with_ - without).clamp(min=0).flatten(1).sum(1)
    assert (grown > 20).all() and (with_ >= without - 1e-3).float().mean() > 0.97


def test_attributes_say_what_was_drawn():
    label = label_of(SOME)
    table = attributes(SOME)
    assert table.shape == (24, len(ATTRIBUTES))
    wide = ATTRIBUTES.index("width")
    for voxels, row, k in zip(draw(SOME, 32)[:, 0] > 0.5, table, label.tolist(), strict=True):
        if list(FAMILIES)[k] in ("table", "shelf", "sofa"):
            across = voxels.any(0).any(0).nonzero()
            assert abs((across.max() - across.min() + 1) / 16 - 2 * row[wide]) < 0.42
    has_arms = table[:, ATTRIBUTES.index("arms")]
    assert has_arms[label == list(FAMILIES).index("lamp")].isnan().all()
    asked = attributes(SOME, label=family("table", 24), width=0.6)[:, wide]
    assert torch.equal(asked, torch.full((24,), 0.6))


def test_a_length_grows_with_its_attribute():
    label = family("table", 1)
    low, high = (draw(torch.tensor([11]), 32, label=label, height=h)[0, 0] for h in (0.8, 1.2))
    top = lambda v: int((v > 0.5).any(2).any(0).nonzero().max())  # noqa: E731
    assert top(high) - top(low) in (6, 7), "0.4 halves are 6.4 voxels"


def test_what_no_piece_has_cannot_be_asked_for():
    with pytest.raises(ValueError, match=r"^there is no attribute 'wheels'; there are width, depth, "):
        draw(SOME[:1], 16, wheels=1)


def test_a_square_pole_and_a_board_are_as_thick_as_they_say():
    board, post = box((0, 0, 0), (0.5, 0.25, 0.5), 0, 0), pole((0, -0.5, 0), (0, 0.5, 0), 0.25, square=True)
    board, post = (_alone([p], 16) for p in (board, post))
    assert board.sum() == 8 * 4 * 8 and post.sum().round() in range(8 * 4 * 4 - 6, 8 * 4 * 4 + 1)


# ---- The source ----


def test_splits_are_ranges_of_one_world():
    train, test = Furniture(16), Furniture(16, split="test")
    assert (len(train), len(test)) == (2**20, 512) and train.layout == "voxels"
    batch = test.batch(torch.tensor([2, 0]))
    assert torch.equal(batch["voxels"][1:], draw(torch.tensor([SPLITS["test"][0]]), 16))
    assert torch.equal(batch["label"], label_of(torch.tensor([2, 0]) + SPLITS["test"][0]))
    with pytest.raises(IndexError, match="test has 512 samples"):
        test.batch(torch.tensor([512]))


# ---- Pictures ----


@pytest.mark.parametrize("blocks", [False, True])
def test_a_picture_shows_a_shape_on_white_and_its_shadow(blocks):
    ball = torch.zeros(1, 1, 16, 16, 16)
    ball[..., 5:11, 5:11, 5:11] = 1
    image = pictures(ball, 32, blocks=blocks)[0]
    assert image.shape == (3, 32, 32) and -1 <= image.min() and image.max() <= 1
    assert (image[:, :3] > 0.99).all(), "white above"
    red, _, blue = image[:, 14, 16]
    assert red > blue + 0.2, "clay in the middle"
    assert (image[:, 20:, :].mean(0) < 0.97).sum() > (image[:, :12, :].mean(0) < 0.97).sum(), "a shadow below"


def test_light_falls_from_the_left_and_the_camera_turns():
    cube = torch.zeros(1, 1, 16, 16, 16)
    cube[..., 4:12, 4:12, 4:12] = 1
    from_front, from_right = (pictures(cube, 48, yaw=yaw, blocks=True)[0] for yaw in (0.0, 1.57))
    assert from_front[0, 26, 24] > from_right[0, 26, 24] + 0.1, "the right side lies in the shade"


@pytest.mark.parametrize("fill", [0.0, 1.0])
def test_nothing_and_everything_have_pictures_too(fill):
    image = pictures(torch.full((1, 1, 8, 8, 8), fill), 24)
    assert image.isfinite().all() and (image.min() == 1) == (fill == 0)


def test_a_threshold_says_what_is_solid_and_boxes_need_not_be_cubes():
    half = torch.full((1, 1, 4, 8, 12), 0.5)
    assert pictures(half, 24, threshold=0.6).min() == 1 > pictures(half, 24, threshold=0.4).min()
    with pytest.raises(ValueError, match=r"volumes \[B, 1, D, H, W\], got \[8, 8, 8\]"):
        pictures(torch.zeros(8, 8, 8))
