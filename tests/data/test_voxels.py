"""Files of voxels: each format, what is wrong with a file in one sentence, folders, ModelNet10."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from i2i.data.folders import DataError
from i2i.data.voxels import Volumes, modelnet, read_volume, shaped, volumes_in, vox_bytes
from kit.sources import rng

MODELNET = Path(os.environ.get("I2I_DATA", "data")) / "modelnet10_vox32"
needs_modelnet = pytest.mark.skipif(not MODELNET.is_dir(), reason="needs I2I_DATA with modelnet10_vox32")


def corner(depth: int = 3, height: int = 4, width: int = 5) -> np.ndarray:
    """Filled: the front's lowest row, and one voxel at the far, upper, right end."""
    volume = np.zeros((depth, height, width), np.float32)
    volume[0, 0, :] = 1
    volume[-1, -1, -1] = 1
    return volume


def binvox(volume: np.ndarray) -> bytes:
    """As binvox writes it: runs over y, then z, then x."""
    flat = volume.transpose(2, 0, 1).ravel().astype(np.uint8)
    runs, at = b"", 0
    while at < len(flat):
        n = 1
        while at + n < len(flat) and flat[at + n] == flat[at] and n < 255:
            n += 1
        runs, at = runs + bytes([flat[at], n]), at + n
    d, h, w = volume.shape
    return f"#binvox 1\ndim {w} {d} {h}\ntranslate 0 0 0\nscale 1\ndata\n".encode() + runs


def npy(array: np.ndarray, path: Path) -> Path:
    np.save(path, array)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# ---- Formats ----


def test_every_format_gives_the_same_volume(tmp_path):
    volume = corner()
    volume[1, 2, 3] = 1  # in the middle of runs, where an axis that is taken for another would show
    files = [
        written(tmp_path / "a.binvox", binvox(volume)),
        written(tmp_path / "a.vox", vox_bytes(volume)),
        npy(volume.astype(bool), tmp_path / "bool.npy"),
        npy((volume * 255).astype(np.uint8), tmp_path / "bytes.npy"),
        npy(volume[None], tmp_path / "channel.npy"),
    ]
    np.savez(tmp_path / "a.npz", other=np.ones(3), voxels=volume.astype(np.int64))
    for file in (*files, tmp_path / "a.npz"):
        read = read_volume(file)
        assert read.dtype == np.float32 and np.array_equal(read, volume), file.name


def test_a_vox_file_is_as_the_format_says():
    """Magic and version, MAIN with three children; x to the right, y to the back, z upwards."""
    content = vox_bytes(corner(3, 4, 5), tint=(10, 20, 30))
    assert content[:8] == b"VOX " + struct.pack("<i", 150)
    name, own, children = struct.unpack_from("<4sii", content, 8)
    assert (name, own, children) == (b"MAIN", 0, len(content) - 20)
    assert struct.unpack_from("<4siiiii", content, 20) == (b"SIZE", 12, 0, 5, 3, 4)
    name, own, _, count = struct.unpack_from("<4siii", content, 44)
    assert (name, count, own) == (b"XYZI", 6, 4 + 24)
    assert content[60 + 20 : 60 + 24] == bytes([4, 2, 3, 1]), "the last voxel, in the first colour"
    assert content[60 + 24 : 60 + 28] == b"RGBA" and content[60 + 36 : 60 + 40] == bytes([10, 20, 30, 255])


def test_what_a_net_made_is_written_above_a_threshold(tmp_path):
    volume = torch.tensor([[[0.2, 0.6], [0.9, 0.4]]])
    read = read_volume(written(tmp_path / "made.vox", vox_bytes(volume)))
    assert np.array_equal(read, [[[0, 1], [1, 0]]])
    assert read_volume(written(tmp_path / "low.vox", vox_bytes(volume, 0.1))).sum() == 4


@pytest.mark.parametrize("shape", [(4, 4), (257, 2, 2), (0, 4, 4)])
def test_what_does_not_fit_a_vox_file_is_a_sentence(shape):
    with pytest.raises(ValueError, match=r"three sides, 1 to 256 each, got \["):
        vox_bytes(np.zeros(shape))


def test_256_voxels_a_side_are_read(tmp_path):
    volume = np.zeros((256, 256, 256), np.float32)
    volume[100, 0, 255] = 1
    read = read_volume(written(tmp_path / "large.vox", vox_bytes(volume)))
    assert read.shape == volume.shape and read[100, 0, 255] == 1
    assert shaped(read, 32)[0, 12, 0, 31] == 1, "and one voxel in sixteen million is not lost"


# ---- What is wrong ----

VOX, BINVOX = vox_bytes(corner()), binvox(corner())


@pytest.mark.parametrize("cut", [0, 3, 10, 19, 30, 50, 62, len(VOX) - 1])
def test_a_vox_file_that_is_cut_is_a_sentence(tmp_path, cut):
    path = written(tmp_path / "cut.vox", VOX[:cut])
    with pytest.raises(DataError, match=r"cut\.vox is (cut off in the middle|no vox file: .*)\.$"):
        read_volume(path)


@pytest.mark.parametrize("cut", [0, 5, 20, 45, len(BINVOX) - 2, len(BINVOX) - 1])
def test_a_binvox_file_that_is_cut_is_a_sentence(tmp_path, cut):
    path = written(tmp_path / "cut.binvox", BINVOX[:cut])
    with pytest.raises(DataError, match=r"cut\.binvox (is cut off in the middle|is no binvox file: .*)\.$"):
        read_volume(path)


@pytest.mark.parametrize("end", ["npy", "npz"])
def test_a_numpy_file_that_is_cut_is_a_sentence(tmp_path, end):
    path = tmp_path / f"cut.{end}"
    (np.save if end == "npy" else np.savez)(path, corner(8, 8, 8))
    whole = path.read_bytes()
    for cut in (0, 4, 60, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(DataError, match=rf"cut\.{end} is cut off, or no array of numpy\.$"):
            read_volume(path)


@pytest.mark.parametrize(
    "array, fault",
    [
        (np.zeros((4, 4, 4)), "is empty: not one voxel is filled"),
        (np.zeros((4, 0, 4)), r"has 4 x 0 x 4 voxels, and a side may have 1 to 256"),
        (np.ones((257, 1, 1)), r"has 257 x 1 x 1 voxels, and a side may have 1 to 256"),
        (np.ones((4, 4)), "is an array of 2 axes, and a volume has three"),
        (np.ones((3, 4, 4, 4)), "is an array of 4 axes, and a volume has three"),
        (np.ones((4, 4, 4), complex), "holds values of type complex128, not numbers"),
        (np.full((4, 4, 4), "x"), "holds values of type <U1, not numbers"),
        (np.full((4, 4, 4), 2.5), r"holds values outside of 0 to 1 \(whole numbers: 0 to 255\)"),
        (np.full((4, 4, 4), -1), r"holds values outside of 0 to 1"),
        (np.full((4, 4, 4), 300), r"holds values outside of 0 to 1"),
        (np.full((4, 4, 4), np.nan), r"holds values outside of 0 to 1"),
        (np.full((4, 4, 4), None), "holds Python objects, not an array of numbers"),
    ],
)
def test_what_is_no_volume_is_a_sentence(tmp_path, array, fault):
    with pytest.raises(DataError, match=rf"odd\.npy {fault}.*\.$"):
        read_volume(npy(array, tmp_path / "odd.npy"))


def test_other_faults(tmp_path):
    np.savez(tmp_path / "two.npz", a=corner(), b=corner())
    outside = bytearray(VOX)
    outside[60] = 9  # x of the first voxel
    cases = {
        written(tmp_path / "a.obj", b""): "is no file of voxels; those end in .binvox, .npy, .npz, .vox.",
        tmp_path / "missing.vox": "cannot be read: No such file or directory.",
        tmp_path / "two.npz": "holds 2 arrays, and none of them is called 'voxels'.",
        written(
            tmp_path / "huge.binvox", b"#binvox 1\ndim 9999 9999 9999\ndata\n"
        ): "has 9999 x 9999 x 9999 voxels",
        written(tmp_path / "shy.binvox", b"#binvox 1\ndata\n"): "does not say how large it is.",
        written(tmp_path / "empty.vox", vox_bytes(np.zeros((4, 4, 4)))): "is empty: not one voxel is filled.",
        written(tmp_path / "none.vox", VOX[:16] + struct.pack("<i", 0)): "holds no model",
        written(tmp_path / "out.vox", bytes(outside)): "names voxels outside of its 5 x 3 x 4.",
    }
    for path, said in cases.items():
        with pytest.raises(DataError) as fault:
            read_volume(path)
        assert said in str(fault.value) and str(fault.value).startswith(str(path)), path.name
        assert str(fault.value).count("\n") == 0


# ---- Shapes and folders ----


def test_what_is_no_cube_stands_in_the_middle_of_one():
    cube = shaped(corner(2, 3, 6), 6)[0]
    assert torch.equal(cube[2, 0], torch.ones(6)) and cube[3, 2, 5] == 1 and cube.sum() == 7
    assert shaped(corner(4, 4, 4), 8).sum() == 5 * 8, "larger"


def test_a_folder_is_read_with_a_tenth_held_out(tmp_path):
    for i in range(30):
        volume = np.zeros((8, 8, 8), bool)
        volume[i % 8, i // 8, 0] = True
        npy(volume, tmp_path / f"{i}.npy")
    train, test = (volumes_in(tmp_path, 8, split) for split in ("train", "test"))
    assert len(train) + len(test) == 30 and len(test) and train.layout == "voxels"
    assert len({*train.digests} | {*test.digests}) == 30
    batch = train.batch(torch.arange(2))
    assert batch["voxels"].shape == (2, 1, 8, 8, 8) and batch["voxels"].sum() == 2
    assert len(volumes_in(tmp_path, 8, "test", seen=frozenset(train.digests[1:]))) == len(test) + 1
    npy(np.zeros((8, 8, 8), bool), tmp_path / "void.npy")
    with pytest.raises(DataError, match="void.npy is empty"):
        [volumes_in(tmp_path, 8, split) for split in ("train", "test")]


def test_a_folder_without_voxels_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"holds no files of voxels \(.binvox, .npy, .npz, .vox\)\.$"):
        volumes_in(tmp_path, 8, "train")
    with pytest.raises(DataError, match="does not exist"):
        volumes_in(tmp_path / "nowhere", 8, "train")


def test_shapes_are_mirrored_by_the_generator_in_training():
    volume = torch.zeros(1, 1, 4, 4, 4, dtype=torch.uint8)
    volume[..., 0] = 255
    source = Volumes(volume, 4, mirrored=True)
    made = source.batch(torch.zeros(64, dtype=torch.int64), rng(1))["voxels"]
    right = made[..., 3].flatten(1).mean(1)
    assert 16 < right.sum() < 48 and torch.equal(made[..., 0].flatten(1).mean(1), 1 - right)
    assert torch.equal(made, source.batch(torch.zeros(64, dtype=torch.int64), rng(1))["voxels"])


@needs_modelnet
@pytest.mark.parametrize("kind, count", [("chair", 839), ("monitor", 451)])
def test_modelnet_is_cleaned_and_split(kind, count):
    """890 and 466 with one empty each, and 50 and 14 copies."""
    parts = {split: modelnet(MODELNET, kind, 32, split) for split in ("train", "val", "test")}
    sizes = {split: len(part) for split, part in parts.items()}
    assert sum(sizes.values()) == count and all(0.06 < sizes[s] / count < 0.14 for s in ("val", "test"))
    whole = torch.cat([part.volumes for part in parts.values()])
    assert whole.flatten(1).any(1).all() and len({v.numpy().tobytes() for v in whole}) == count
    mean = whole.float().mean(0)[0]
    if kind == "chair":
        assert mean[16:, 22:].sum() > 3 * mean[:16, 22:].sum(), "the backs of chairs are behind, and above"
    else:
        assert mean[12:20].sum() > 2 * (mean[:12].sum() + mean[20:].sum()) / 2, "a screen faces the front"
        assert mean[20:, 12:].sum() > 1.5 * mean[:12, 12:].sum(), "and what a tube needs is behind it"
    assert [part.mirrored for part in parts.values()] == [True, False, False], (
        "figures are of shapes as they are"
    )
    with pytest.raises(DataError, match="have 32 voxels a side, not 64"):
        modelnet(MODELNET, kind, 64, "train")


def test_modelnet_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(DataError, match=r"chair\.npz is missing, or is not the file of packed volumes"):
        modelnet(tmp_path, "chair", 32, "train")
