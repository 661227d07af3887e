"""The surface of a volume as triangles: closed, the right way round, and as a file that another program reads."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
import trimesh

from i2i.data.worlds.furniture import draw
from i2i.voxels import CLAY, glb_bytes, mesh

ROOM = np.pad(np.ones((2, 3, 4)), 1)  # a box of 2 x 3 x 4 voxels in a volume of 4 x 5 x 6


def scattered(seed: int) -> np.ndarray:
    """Voxels by chance: they meet along edges and at corners in every way."""
    return np.random.default_rng(seed).random((6, 7, 8))


def read(content: bytes) -> trimesh.Trimesh:
    return trimesh.load(io.BytesIO(content), file_type="glb", force="mesh")


SHAPES = {
    "a box": ROOM,
    "a full volume": np.ones((3, 4, 5)),
    "two that meet at an edge": np.stack([np.eye(2), 0 * np.eye(2)]),
    "two that meet at a corner": np.stack([np.diag([1, 0]), np.diag([0, 1])]),
    "a ring around an edge": 1 - np.stack([np.eye(2), 0 * np.eye(2)]),
    "chance": scattered(0),
    "a chair": draw(torch.tensor([3]), 24, label=torch.tensor([0]))[0, 0],
}


@pytest.mark.parametrize("blocks", [False, True], ids=["smooth", "blocks"])
@pytest.mark.parametrize("name", SHAPES)
def test_a_surface_is_closed_also_after_another_program_has_joined_its_equal_vertices(name, blocks):
    volume = np.asarray(SHAPES[name])
    one = trimesh.Trimesh(*mesh(volume, 0.5, blocks), process=False)
    other = read(glb_bytes(volume, 0.5, blocks))
    other.merge_vertices(merge_tex=True, merge_norm=True)
    for surface in (one, other):
        assert surface.is_watertight and surface.is_winding_consistent and surface.volume > 0, name
    filled = (volume > 0.5).sum() / max(volume.shape) ** 3
    assert one.volume == pytest.approx(filled, rel=0.02) if blocks else 0 < one.volume < 1.1 * filled
    assert other.volume == pytest.approx(one.volume, rel=1e-4)


def test_a_box_of_blocks_is_a_box_on_the_floor_of_its_volume():
    at, triangles = mesh(ROOM, blocks=True)
    assert len(triangles) == 2 * 2 * (2 * 3 + 3 * 4 + 4 * 2), "outer faces alone, two triangles each"
    low, high = at.min(0) * 6, at.max(0) * 6  # in voxels: the longest side is 6
    np.testing.assert_allclose(low, [-2, 1, -1], atol=1e-12)
    np.testing.assert_allclose(high, [2, 4, 1], atol=1e-12)


def test_the_front_of_a_volume_is_in_front_and_its_left_is_left():
    corner = np.zeros((8, 8, 8))
    corner[0, 6, 1] = 1  # at the front, high, on the left
    for blocks in (False, True):
        x, y, z = mesh(corner, blocks=blocks)[0].mean(0)
        assert (x, y, z) == pytest.approx((1.5 / 8 - 0.5, 6.5 / 8, 0.5 - 0.5 / 8), abs=1e-6)


def test_a_smooth_surface_lies_where_the_occupancy_passes_the_threshold():
    ramp = np.broadcast_to(np.array([1, 0.75, 0.25, 0])[:, None, None], (4, 4, 4))
    for threshold, depth in ((0.5, 2.0), (0.25 + 1e-9, 2.49), (0.75, 1.49)):
        at, _ = mesh(ramp, threshold)
        assert (0.5 - at[:, 2].min()) * 4 == pytest.approx(depth, abs=0.02)


def test_a_file_says_what_its_surface_looks_like():
    for blocks in (False, True):
        content = glb_bytes(ROOM, blocks=blocks)
        assert content[:4] == b"glTF" and int.from_bytes(content[8:12], "little") == len(content)
        assert (b"NORMAL" in content) != blocks, "without normals each face is flat"
        material = read(content).visual.material
        np.testing.assert_allclose(material.baseColorFactor[:3] / 255, CLAY, atol=0.01)


@pytest.mark.parametrize(
    "volume, told",
    [(np.ones((2, 2)), "got [2, 2]"), (np.ones((0, 2, 2)), "got [0, 2, 2]"), (np.zeros((2, 2, 2)), "more occupied than 0.5"),
     (np.full((2, 2, 2), 0.5), "more occupied than 0.5")],
)  # fmt: skip
def test_what_has_no_surface_is_told_in_a_sentence(volume, told):
    with pytest.raises(ValueError) as fault:
        mesh(volume)
    assert told in str(fault.value)
