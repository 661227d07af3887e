"""What a judge learns from: sets and worlds, each image with what there is to say of it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from ..data import emoji
from ..data.cmp import cmp_facades
from ..data.digits import digit_split
from ..data.folders import images_in, in_split, stack
from ..data.public import catalogue
from ..data.worlds import facades, icons
from ..images import from_bytes, open_image
from ..method import Batch
from .distortions import KINDS, distort

# --- what it learns from ------------------------------------------------------------------------------------

DOMAINS = (
    *(f"emoji {s}" for s in emoji.STYLES), *(f"icons {s}" for s in icons.STYLES),
    "facade labels", "facade", "CMP labels", "CMP photograph", "character", "hand", "sky", "digit",
    "photograph", "face",
)  # fmt: skip
TASKS = {
    "domain": len(DOMAINS), "emoji group": 8, "emoji subgroup": 95, "icon": len(icons.CLASSES),
    "material": len(facades.MATERIALS), "hair": 31, "top": 12, "skin": 5, "facing": 4, "hand": 10,
    "weather": 4, "digit": 10,
}  # fmt: skip
"""What an image can be asked, and the number of answers; a set answers a few of them."""


@dataclass(frozen=True)
class Shelf:
    """Images of one domain in memory, uint8 [N, 3, S, S] with answers int64 [N, len(TASKS)], -1 where there
    is none.

    weight: its share of a batch, relative to the others.  mirrors: whether a mirrored image means the same.
    """

    images: Tensor
    answers: Tensor
    weight: float
    mirrors: bool


def _shelf(images: Tensor, domain: str, weight: float, mirrors: bool = True, **answers) -> Shelf:
    table = torch.full((len(images), len(TASKS)), -1)
    answers["domain"] = DOMAINS.index(domain)
    for task, answer in answers.items():
        table[:, list(TASKS).index(task.replace("_", " "))] = torch.as_tensor(answer)
    return Shelf(images, table, weight, mirrors)


def _named(values: list[str], names: list[str]) -> list[int]:
    """Each value as its place among the sorted names."""
    place = {name: k for k, name in enumerate(sorted(set(names)))}
    return [place[value] for value in values]


def _half(split: str) -> str:
    """Sets without a test split are tested on the tenth that validation has."""
    return "train" if split == "train" else "val"


def _bytes(x: Tensor) -> Tensor:
    return ((x + 1) * 127.5).round().to(torch.uint8)


def _icons(split: str, size: int, drawn: int) -> list[Shelf]:
    count = drawn if split == "train" else min(drawn, 128)
    shelves = []
    for k, style in enumerate(icons.STYLES):
        # Other objects in each style: there is no end of them.
        index = torch.arange(count) + icons.SPLITS[split][0] + (k * count if split == "train" else 0)
        label = icons.label_of(index)
        shelves.append(_shelf(_bytes(icons.draw(index, style, size)), f"icons {style}", 0.04, icon=label))
    return shelves


def _facades(split: str, size: int, drawn: int) -> list[Shelf]:
    index = torch.arange(drawn if split == "train" else min(drawn, 128)) + facades.SPLITS[split][0]
    labels = facades.draw_labels(index, size)
    built = torch.cat([facades.render(m, i) for m, i in zip(labels.split(32), index.split(32), strict=True)])
    material = facades.material_of(index)
    return [
        _shelf(_bytes(facades.colour(labels)), "facade labels", 0.03),
        _shelf(_bytes(built), "facade", 0.05, material=material),
    ]


def _emoji(split: str, size: int, drawn: int) -> list[Shelf]:
    root = catalogue.require("emoji")
    every = json.loads((root / "index.json").read_text())
    entries = emoji.concepts(root, split, by="code")
    answers = {
        f"emoji_{key}": _named([e[key] for e in entries], [e[key] for e in every])
        for key in ("group", "subgroup")
    }
    return [_shelf(emoji.style(root, s, entries, size), f"emoji {s}", 0.04, **answers) for s in emoji.STYLES]


def _cmp(split: str, size: int, drawn: int) -> list[Shelf]:
    pairs = cmp_facades(catalogue.require("facades"), size, split, augment=False)
    return [_shelf(pairs.x, "CMP labels", 0.03), _shelf(pairs.y, "CMP photograph", 0.06)]


def _characters(split: str, size: int, drawn: int) -> list[Shelf]:
    root = catalogue.require("lpc_characters")
    sprites = torch.from_numpy(np.load(root / "lpc_chars.npz")["images"])  # [N, facing, 64, 64, RGBA]
    people = json.loads((root / "attributes.json").read_text())
    kept = [i for i in range(len(people)) if in_split(str(i), _half(split))]
    rgba = sprites[kept].flatten(0, 1).permute(0, 3, 1, 2).int()
    white = (rgba[:, :3] * rgba[:, 3:] + 255 * (255 - rgba[:, 3:])) // 255
    answers = {}
    for key in ("hair", "top", "skin"):
        values = [p[key] for p in people]
        answers[key] = torch.tensor(_named([values[i] for i in kept], values)).repeat_interleave(4)
    facing = torch.arange(4).repeat(len(kept))
    return [_shelf(white.to(torch.uint8), "character", 0.1, mirrors=False, facing=facing, **answers)]


def _hands(split: str, size: int, drawn: int) -> list[Shelf]:
    with zipfile.ZipFile(catalogue.require("sign_digits") / "sign_digits.zip") as archive:
        names = [Path(n) for n in sorted(archive.namelist()) if n.lower().endswith(".jpg")]
        names = [n for n in names if in_split(n.stem, _half(split))]
        images = stack([open_image(archive.open(str(n)), n.name) for n in names], 96)
    return [_shelf(images, "hand", 0.08, hand=[int(n.parent.name) for n in names])]


def _weather(split: str, size: int, drawn: int) -> list[Shelf]:
    root, kept, answers = catalogue.require("weather"), [], []
    for k, kind in enumerate(("cloudy", "rain", "shine", "sunrise")):
        paths = images_in(root / ("test" if split == "test" else "train") / kind)
        squares = [s for p in paths if split == "test" or in_split(p.stem, split) for s in _squares(p)]
        kept += squares
        answers += [k] * len(squares)
    return [_shelf(stack(kept, size), "sky", 0.08, weather=answers)]


def _digits(split: str, size: int, drawn: int) -> list[Shelf]:
    data = np.load(catalogue.require("mnist_t10k") / "mnist_t10k.npz")
    kept = [i for i in range(len(data["labels"])) if (digit_split(i) == "train") == (split == "train")]
    x = F.pad(torch.from_numpy(data["images"][kept]), (2, 2, 2, 2))[:, None].expand(-1, 3, -1, -1)
    return [_shelf(x, "digit", 0.05, mirrors=False, digit=data["labels"][kept].astype(np.int64))]


def _photographs(split: str, size: int, drawn: int) -> list[Shelf]:
    berkeley = images_in(catalogue.require("bsds500") / ("train" if split == "train" else "val"))
    small = [p for p in images_in(catalogue.require("sr_classic") / "t91") if in_split(p.stem, _half(split))]
    return [_shelf(stack([s for p in berkeley + small for s in _squares(p)], size), "photograph", 0.07)]


def _faces(split: str, size: int, drawn: int) -> list[Shelf]:
    paths = [p for p in images_in(catalogue.require("faces_easy")) if in_split(p.stem, _half(split))]
    return [_shelf(stack([s for p in paths for s in _squares(p)], size), "face", 0.03)]


def _squares(path: Path) -> list[Image.Image]:
    """The image as squares of its shorter side: both ends of a long one, the middle of others."""
    image = open_image(path)
    w, h = image.size
    side, room = min(w, h), max(w, h) - min(w, h)
    starts = (0, room) if room > 0.25 * side else (room // 2,)
    return [image.crop((s, 0, s + side, side) if w > h else (0, s, side, s + side)) for s in starts]


# (split, size in pixels, number to draw in each style of a world) -> shelves.
SETS: dict[str, Callable[[str, int, int], list[Shelf]]] = {
    "icons": _icons, "facade world": _facades, "emoji": _emoji, "facades": _cmp,
    "lpc_characters": _characters, "sign_digits": _hands, "weather": _weather, "mnist_t10k": _digits,
    "photographs": _photographs, "faces_easy": _faces,
}  # fmt: skip
WORLDS = ("icons", "facade world")  # those that need no files


def shelves(sets: tuple[str, ...], split: str, size: int = 128, drawn: int = 500) -> list[Shelf]:
    """Everything of a split (train, val or test) of the named SETS. DataError if one is not installed."""
    return [shelf for name in sets for shelf in SETS[name](split, size, drawn)]


class Mixture:
    """A data source that mixes shelves: windows of images, half of them spoilt.

    batch: {"x": float [B, 3, size, size] in [-1, 1], "answers": int64 [B, len(TASKS)], "kind": int64 [B],
    "strength": float [B]}. Which images, which windows (half of them the whole image, the others 0.55 to
    1 of its side) and what is done to them is drawn from the generator; the index only says how many.
    """

    def __init__(self, stock: list[Shelf], size: int = 64):
        self.stock, self.size = stock, size
        self.weights = torch.tensor([s.weight for s in stock])

    def __len__(self) -> int:
        return sum(len(s.images) for s in self.stock)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> Batch:
        b = len(index)
        x, answers = torch.empty(b, 3, self.size, self.size), torch.empty(b, len(TASKS), dtype=torch.long)
        drawn = torch.multinomial(self.weights, b, replacement=True, generator=generator)
        for k in drawn.unique().tolist():
            shelf, rows = self.stock[k], (drawn == k).nonzero()[:, 0]
            items = torch.randint(len(shelf.images), (len(rows),), generator=generator)
            x[rows] = self._window(from_bytes(shelf.images[items]), shelf.mirrors, generator)
            answers[rows] = shelf.answers[items]
        spoilt = torch.rand(b, generator=generator) < 0.5
        kind = torch.randint(1, len(KINDS), (b,), generator=generator) * spoilt
        strength = torch.rand(b, generator=generator)
        x = distort(x, kind, strength, generator)
        return {"x": x, "answers": answers, "kind": kind, "strength": strength}

    def _window(self, x: Tensor, mirrors: bool, generator: torch.Generator | None) -> Tensor:
        b = len(x)
        u = torch.rand(b, 5, generator=generator)
        scale = torch.where(u[:, 0] < 0.5, 1.0, 0.55 + 0.45 * u[:, 1])
        sign = torch.where(u[:, 2] < 0.5, -1.0, 1.0) if mirrors else torch.ones(b)
        corner = (2 * u[:, 3:] - 1) * (1 - scale[:, None])
        nil = torch.zeros(b)
        rows = [torch.stack([scale * sign, nil, corner[:, 0]], 1), torch.stack([nil, scale, corner[:, 1]], 1)]
        grid = F.affine_grid(torch.stack(rows, 1), [b, 3, self.size, self.size], align_corners=False)
        return F.grid_sample(x, grid, padding_mode="border", align_corners=False)
