"""Images and batches that are made up, from seeds."""

from __future__ import annotations

import torch


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(*shape: int, seed: int = 0, dtype=torch.float32) -> torch.Tensor:
    """Uniform in [-1, 1]."""
    return torch.rand(*shape, generator=rng(seed), dtype=dtype) * 2 - 1


def volumes(b: int, size: int, dtype=torch.float32) -> torch.Tensor:
    """[b, 1, side, side, side] in [0, 1], side = size, at most 16."""
    return (noise(b, 1, *(min(size, 16),) * 3, seed=3, dtype=dtype) + 1) / 2


def hole(size: int = 16) -> torch.Tensor:
    """[1, 1, size, size]: 1 in the middle half."""
    return box_of(size, size)


def box_of(h: int, w: int) -> torch.Tensor:
    """`hole` of any sides."""
    m = torch.zeros(1, 1, h, w)
    m[..., h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = 1
    return m


def fake_batch(b: int = 2, size: int = 16, dtype=torch.float32, enlarges: int = 1) -> dict[str, torch.Tensor]:
    """Everything that any method may ask for. enlarges: the sides of y, in those of x."""
    return {
        "x": noise(b, 3, size // enlarges, size // enlarges, seed=1, dtype=dtype),
        "y": noise(b, 3, size, size, seed=2, dtype=dtype),
        "mask": hole(size).expand(b, -1, -1, -1).to(dtype),
        "voxels": volumes(b, size, dtype),
        "label": torch.arange(b) % 2,
        "style": torch.arange(b) % 2,
        "content": torch.arange(b) // 2 % 3,
        "index": torch.arange(b),
    }


class Made:
    """A source of made-up pairs in two classes that, like the real ones, draws its augmentation from the generator."""

    def __init__(
        self, length: int = 10, size: int = 16, jitter: float = 0.1, dtype=torch.float32, enlarges: int = 1
    ):
        self.x, self.y = (
            noise(length, 3, s, s, seed=i, dtype=dtype) for i, s in enumerate((size // enlarges, size), 1)
        )
        self.jitter, self.voxels = jitter, volumes(length, size, dtype)

    def __len__(self) -> int:
        return len(self.x)

    def batch(self, index, generator=None):
        move = self.jitter * torch.rand(len(index), 1, 1, 1, generator=generator, dtype=self.x.dtype)
        mask = hole(self.y.shape[-1]).expand(len(index), -1, -1, -1).to(self.y.dtype)
        return {
            "x": self.x[index] + move,
            "y": self.y[index] - move,
            "mask": mask,
            "voxels": self.voxels[index] * (1 - move[..., None]),
            "label": index % 2,
            "style": index % 2,
            "content": index // 2 % 3,
            "index": index,
        }


KEYS = {
    "paired": ("x", "y"),
    "unpaired": ("x", "y"),
    "photographs": ("x", "y"),
    "classes": ("x", "label"),
    "labelled": ("x", "y", "label"),
    "pictures": ("x", "y", "mask"),
    "letters": ("x", "style", "content"),
    "none": ("voxels",),
}
"""What a source of each layout gives, beside the index: a method may ask for nothing else."""


class Only:
    """A source with nothing in its batches but what a layout promises."""

    def __init__(self, source, layout: str):
        self.source, self.keys = source, {*KEYS[layout], "index"}

    def __len__(self) -> int:
        return len(self.source)

    def batch(self, index, generator=None):
        return {k: v for k, v in self.source.batch(index, generator).items() if k in self.keys}
