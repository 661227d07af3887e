"""One concept in eight drawing styles, aligned by code point: the folder `emoji` with index.json and a folder a style."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ..images import from_bytes, open_image
from . import families
from .folders import DataError, in_split, stack
from .worlds.lines import ink

STYLES = (
    "openmoji-line",
    "openmoji",
    "twemoji",
    "noto",
    "fluent-line",
    "fluent-flat",
    "fluent-color",
    "fluent-3d",
)


def concepts(root: str | Path, split: str = "train", by: str = "family") -> list[dict]:
    """Index entries (code, name, group, subgroup) of a split.

    by "family": what is drawn alike is on one side (see `families`), which is what new recipes are for.  by "code": the
    index's own test split, and a tenth of train, by hash of the code, as val; so the judge and the first recipes learned,
    and there the guard may be in train and the man guard in test.
    """
    path = Path(root) / "index.json"
    if not path.is_file():
        raise DataError(f"{path} does not exist: `python -m i2i data emoji` makes it.")
    entries = json.loads(path.read_text())
    if _by_family(by):
        side = families.sides(entries)
        return [e for e in entries if side.get(e["code"]) == split]
    if split == "test":
        return [e for e in entries if e["split"] == "test"]
    return [e for e in entries if e["split"] == "train" and in_split(e["code"], split)]


def parts(entries: list[dict], count: int, by: str = "family", salt: str = "part") -> list[list[dict]]:
    """The entries in `count` parts, so that each is drawn in one style alone; by "family" no part knows of a relative in
    another. By "code" it is a hash of the salt and the code that says which."""
    if _by_family(by):
        return families.parts(entries, count)
    which = [int(hashlib.sha256(f"{salt} {e['code']}".encode()).hexdigest(), 16) % count for e in entries]
    return [[e for e, part in zip(entries, which, strict=True) if part == i] for i in range(count)]


def _by_family(by: str) -> bool:
    if by not in ("family", "code"):
        raise DataError(f"emoji are split by family or by code, not by {by!r}.")
    return by == "family"


def style(root: str | Path, name: str, entries: list[dict], size: int) -> Tensor:
    """All images of one style, uint8 [N, 3, size, size], in the order of the entries."""
    if name not in STYLES:
        raise DataError(f"unknown emoji style {name!r}; there are {', '.join(STYLES)}.")
    return stack([open_image(Path(root) / name / f"{e['code']}.webp") for e in entries], size)


class DrawnEmoji:
    """x: a pen drawing made on the fly from fluent-flat's colour boundaries; y: fluent-3d.

    In training one drawing in twelve is fluent-line itself, and image and drawing are turned, scaled, shifted and
    mirrored together; in val and test the pen is steady and nothing moves.
    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "index": int64 [B]}.
    """

    def __init__(
        self,
        root: str | Path,
        size: int = 128,
        split: str = "train",
        augment: bool = True,
        by: str = "family",
    ):
        self.entries = concepts(root, split, by)
        if not self.entries:
            raise DataError(f"no emoji in the {split} split of {root}.")
        self.flat, self.line, self.y = (
            style(root, name, self.entries, size) for name in ("fluent-flat", "fluent-line", "fluent-3d")
        )
        self.augment = augment and split == "train"
        self.kept = torch.arange(len(self.entries))

    def __len__(self) -> int:
        return len(self.kept)

    def shown(self) -> tuple[Tensor]:
        """What is drawn: pens leave so little ink that all their drawings are near twins."""
        return (self.y[self.kept],)

    def only(self, kept: Tensor) -> DrawnEmoji:
        """The same source with those images alone; their index stays what it was."""
        some = copy.copy(self)
        some.kept = self.kept[kept]
        if not len(some):
            raise DataError("no emoji is left.")
        return some

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        index = self.kept[index]
        flat, line, y = (from_bytes(z[index]) for z in (self.flat, self.line, self.y))
        if not self.augment:
            return {"x": ink(flat, steady=True), "y": y, "index": index}
        flat, line, y = moved(torch.cat([flat, line, y], dim=1), generator).split(3, dim=1)
        heavy = torch.rand(len(index), 1, 1, 1, generator=generator) < 1 / 12
        return {"x": torch.where(heavy, line, ink(flat, generator)), "y": y, "index": index}


def moved(images: Tensor, generator: torch.Generator | None) -> Tensor:
    """Mirror half of the images; turn (up to 12 degrees), scale (0.75 to 1.1) and shift half of them, over white."""
    b = len(images)
    rng = torch.rand(b, 6, generator=generator)
    mirror = torch.where(rng[:, 0] < 0.5, -1.0, 1.0)
    moving = (rng[:, 1] < 0.5).float()
    turn = (rng[:, 2] - 0.5) * 0.42 * moving
    scale = 1 / (1 + (rng[:, 3] * 0.35 - 0.25) * moving)
    shift = (rng[:, 4:6] - 0.5) * 0.16 * moving[:, None]
    rows = [
        torch.stack([turn.cos() * scale * mirror, -turn.sin() * scale, shift[:, 0]], 1),
        torch.stack([turn.sin() * scale * mirror, turn.cos() * scale, shift[:, 1]], 1),
    ]
    grid = F.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    # Zeros outside are white once white is zero. Bicubic keeps the target crisp.
    moved = F.grid_sample(images - 1, grid, mode="bicubic", align_corners=False) + 1
    return moved.clamp(-1, 1)
