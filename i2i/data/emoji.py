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
from .device import OnDevice, sent
from .folders import DataError, in_split, stack
from .worlds.hints import hinted
from .worlds.lines import ink, smooth_noise

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


class DrawnEmoji(OnDevice):
    """x: a pen drawing made on the fly from fluent-flat's colour boundaries; y: fluent-3d.

    In training image and drawing are turned, scaled down to .3, shifted, mirrored and bent together; inner lines may be
    missing; half of the drawings have colour hints (see `worlds.hints`), and one in sixteen is fluent-line itself. In val
    and test the pen is steady and black, and nothing moves.
    batch: {"x", "y": float [B, 3, size, size] in [-1, 1], "index": int64 [B]}.
    """

    def __init__(
        self,
        root: str | Path,
        size: int = 128,
        split: str = "train",
        augment: bool = True,
    ):
        self.entries = concepts(root, split)
        if not self.entries:
            raise DataError(f"no emoji in the {split} split of {root}.")
        self.flat, self.line, self.y = (
            style(root, name, self.entries, size) for name in ("fluent-flat", "fluent-line", "fluent-3d")
        )
        self.augment = augment and split == "train"
        self.figure = torch.cat([figures(from_bytes(some)) for some in self.flat.split(64)])
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
        index = self._sent(self.kept[index])
        flat, line, y = (from_bytes(z[index]) for z in (self.flat, self.line, self.y))
        if not self.augment:
            return {"x": ink(flat, steady=True), "y": y, "index": index}
        paper = 1 - 2 * self.figure[index].float()
        flat, line, y, paper = moved(torch.cat([flat, line, y, paper], dim=1), generator).split(
            (3, 3, 3, 1), 1
        )
        figure = paper < 0
        heavy = torch.rand(len(index), 1, 1, 1, generator=generator) < 1 / 16
        x = torch.where(self._sent(heavy), line, ink(flat, generator, figure=figure))
        return {"x": hinted(x, flat, y, figure, generator), "y": y, "index": index}


def figures(flat: Tensor) -> Tensor:
    """Where something is drawn: bool [B, 1, H, W] of flat drawings on white, what white encloses on white included.

    The white that the border reaches, in some turns of rows and columns, is the background.
    """
    paper = (flat.amin(1, keepdim=True) > 0.85).float()
    outside = torch.zeros_like(paper)
    outside[..., 0, :], outside[..., -1, :], outside[..., 0], outside[..., -1] = 1, 1, 1, 1
    outside = outside * paper
    for _ in range(2):  # four directions, twice round: enough for all but mazes
        for dim, back in ((2, False), (3, False), (2, True), (3, True)):
            outside = _spread(outside, paper, dim, back)
    return outside < 0.5


def _spread(outside: Tensor, paper: Tensor, dim: int, back: bool) -> Tensor:
    """Let `outside` run over paper along one dimension, until it meets ink."""
    if back:
        outside, paper = outside.flip(dim), paper.flip(dim)
    # A pixel is reached if the last pixel outside, on the way to it, comes after the last one that is no paper.
    place = torch.arange(1, paper.shape[dim] + 1).view([-1 if d == dim else 1 for d in range(4)])
    reached = (outside * place).cummax(dim).values > ((1 - paper) * place).cummax(dim).values
    outside = torch.maximum(outside, reached.float() * paper)
    return outside.flip(dim) if back else outside


def moved(images: Tensor, generator: torch.Generator | None) -> Tensor:
    """Images [B, C, H, W], white where nothing is: half are mirrored; half turned (up to 12 degrees), scaled (.3 to 1.1),
    shifted, and bent by up to some 3 % of their side."""
    b = len(images)
    rng = torch.rand(b, 8, generator=generator)
    mirror = torch.where(rng[:, 0] < 0.5, -1.0, 1.0)
    moving = (rng[:, 1] < 0.65).float()
    turn = (rng[:, 2] - 0.5) * 0.42 * moving
    size = torch.where(rng[:, 7] < 0.5, 0.75 + 0.35 * rng[:, 3], 0.3 + 0.5 * rng[:, 3]) * moving + (
        1 - moving
    )
    room = 0.16 + 1.4 * (1 - size).clamp(min=0)  # the smaller, the farther from the middle
    shift = (rng[:, 4:6] - 0.5) * (room * moving / size)[:, None]
    rows = [
        torch.stack([turn.cos() * mirror / size, -turn.sin() / size, shift[:, 0]], 1),
        torch.stack([turn.sin() * mirror / size, turn.cos() / size, shift[:, 1]], 1),
    ]

    def there(dice: Tensor) -> Tensor:
        return sent(dice, images.device)

    grid = F.affine_grid(there(torch.stack(rows, 1)), list(images.shape), align_corners=False)
    bend = smooth_noise(b, 2, 5, images.shape[-1], generator, images.device, exact=True).permute(0, 2, 3, 1)
    grid = grid + bend * there(0.03 * rng[:, 6] * moving)[:, None, None, None]
    # Zeros outside are white once white is zero. Bicubic keeps the target crisp; where it shrinks, it reads a smaller copy.
    whole = torch.empty_like(images)
    for some, factor in ((size >= 0.6, 1), (size < 0.6, 2)):
        if some.any():
            rows = there(some.nonzero()[:, 0])
            source = images.index_select(0, rows) - 1
            source = F.avg_pool2d(source, factor) if factor > 1 else source
            drawn = F.grid_sample(source, grid.index_select(0, rows), mode="bicubic", align_corners=False)
            whole.index_copy_(0, rows, drawn)
    return whole.add_(1).clamp_(-1, 1)
