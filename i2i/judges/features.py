"""Judges: small nets of our own that look at pictures, so that figures can be had without published weights.

`i2i-feat-v1` is one convolutional net, trained once on the train splits of the gallery's sets and worlds to
name what a picture shows, how it is drawn, and what has been done to it (blur, noise, warping and so on),
then frozen for good: figures stay comparable only while the judge does not change, so a better one gets
another name. Its maps give PD-i2i, FD-i2i and KD-i2i (see `metrics`). They are not LPIPS, FID or KID and are
never to be compared with those.
"""

from __future__ import annotations

import json
import math
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from ..data import catalogue, emoji, facades, icons
from ..data.cmp import cmp_facades
from ..data.digits import digit_split
from ..data.folders import in_split, pictures_in, stack
from ..data.lines import smooth_noise
from ..method import Batch, Method, Stage, Terms, Turn
from ..metrics import embed, frechet
from ..nets.judge import Judge
from ..pictures import from_bytes, open_picture
from ..train import Trainer
from .shelf import SHIPPED, put, refuse_second, take

# --- what can be wrong with a picture -----------------------------------------------------------------------
# Each takes x [B, 3, H, W] in [-1, 1], strength s [B, 1, 1, 1] in [0, 1] and a generator; the weakest is
# barely seen.


def _blur(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    b, c, h, w = x.shape
    taps = torch.exp(-0.5 * (torch.arange(-7, 8) / (0.4 + 2.6 * s.flatten(1))) ** 2)  # [B, 15]
    taps = (taps / taps.sum(1, keepdim=True)).repeat_interleave(c, 0)[:, None]
    x = F.pad(x, (7, 7, 7, 7), mode="replicate").reshape(1, b * c, h + 14, w + 14)
    x = F.conv2d(F.conv2d(x, taps[:, :, :, None], groups=b * c), taps[:, :, None], groups=b * c)
    return x.view(b, c, h, w)


def _noise(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    return x + (0.04 + 0.5 * s) * torch.randn(x.shape, generator=chance)


def _warp(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    b, _, h, w = x.shape
    offset = smooth_noise(b, 2, 5, max(h, w), chance)[..., :h, :w] * (0.5 + 4 * s)  # pixels
    still = F.affine_grid(torch.eye(2, 3).expand(b, 2, 3), [b, 1, h, w], align_corners=False)
    moved = still + offset.permute(0, 2, 3, 1) * torch.tensor([2 / w, 2 / h])
    return F.grid_sample(x, moved, mode="bicubic", padding_mode="border", align_corners=False)


def _blocks(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    """What JPEG does: the cosine coefficients of 8 x 8 blocks, rounded, the higher ones more coarsely."""
    b, c, h, w = x.shape
    k = torch.arange(8.0)
    norm = torch.where(k > 0, 0.5, math.sqrt(1 / 8))[:, None]
    cosine = torch.cos(math.pi / 8 * (k + 0.5) * k[:, None]) * norm
    tiles = F.pad(x, (0, -w % 8, 0, -h % 8), mode="replicate").unfold(2, 8, 8).unfold(3, 8, 8)
    step = (0.04 + 0.4 * s[..., None, None]) * (1 + 0.5 * (k + k[:, None]))
    tiles = cosine.T @ (((cosine @ tiles @ cosine.T) / step).round() * step) @ cosine
    return tiles.transpose(3, 4).reshape(b, c, h + -h % 8, w + -w % 8)[..., :h, :w]


def _colour(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    mix = torch.eye(3) + (0.05 + 0.4 * s[..., 0]) * torch.randn(len(x), 3, 3, generator=chance)
    cast = (0.03 + 0.3 * s) * torch.randn(len(x), 3, 1, 1, generator=chance)
    return torch.einsum("bij,bjhw->bihw", mix, x) + cast


def _patch(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    """A square of another picture of the batch (or, if there is none, of another place) is pasted in."""
    b, _, h, w = x.shape
    half = (0.06 + 0.24 * s) * min(h, w)
    middle = torch.rand(b, 2, generator=chance) * torch.tensor([h, w])
    far_y = (torch.arange(h) - middle[:, :1]).abs()[:, None, :, None]
    far_x = (torch.arange(w) - middle[:, 1:]).abs()[:, None, None, :]
    other = x.roll(1, 0).roll((h // 3, w // 2), (2, 3))
    return torch.where((far_y < half) & (far_x < half), other, x)


def _checker(x: Tensor, s: Tensor, chance: torch.Generator | None) -> Tensor:
    """The lattice that strided upsampling leaves: cells of 1, 2 or 4 pixels, too light and too dark."""
    b, _, h, w = x.shape
    cell = 2 ** torch.randint(3, (b, 1, 1, 1), generator=chance)
    odd = (torch.arange(h)[:, None] // cell + torch.arange(w) // cell) % 2
    return x + (0.04 + 0.3 * s) * (2 * odd - 1) * (1 + 0.5 * torch.randn(b, 3, 1, 1, generator=chance))


_DISTORT = {
    "blur": _blur, "noise": _noise, "warp": _warp, "blocks": _blocks, "colour": _colour, "patch": _patch,
    "checker": _checker,
}  # fmt: skip
KINDS = ("none", *_DISTORT)


def distort(x: Tensor, kind: Tensor, strength: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Spoil pictures [B, 3, H, W] in [-1, 1]: `kind` int64 [B] into KINDS, `strength` float [B] in [0, 1].

    What `KINDS[0]` names is returned as it came. All chance is drawn from the generator.
    """
    out = x.clone()
    for k, name in enumerate(KINDS):
        rows = (kind == k).nonzero()[:, 0]
        if k and len(rows):
            out[rows] = _DISTORT[name](x[rows], strength[rows].view(-1, 1, 1, 1), generator).clamp(-1, 1)
    return out


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
"""What a picture can be asked, and the number of answers; a set answers a few of them."""


@dataclass(frozen=True)
class Shelf:
    """Pictures of one domain in memory, uint8 [N, 3, S, S] with answers int64 [N, len(TASKS)], -1 where there
    is none.

    weight: its share of a batch, relative to the others.  mirrors: whether a mirrored picture means the same.
    """

    pictures: Tensor
    answers: Tensor
    weight: float
    mirrors: bool


def _shelf(pictures: Tensor, domain: str, weight: float, mirrors: bool = True, **answers) -> Shelf:
    table = torch.full((len(pictures), len(TASKS)), -1)
    answers["domain"] = DOMAINS.index(domain)
    for task, answer in answers.items():
        table[:, list(TASKS).index(task.replace("_", " "))] = torch.as_tensor(answer)
    return Shelf(pictures, table, weight, mirrors)


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
        pictures = stack([open_picture(archive.open(str(n)), n.name) for n in names], 96)
    return [_shelf(pictures, "hand", 0.08, hand=[int(n.parent.name) for n in names])]


def _weather(split: str, size: int, drawn: int) -> list[Shelf]:
    root, kept, answers = catalogue.require("weather"), [], []
    for k, kind in enumerate(("cloudy", "rain", "shine", "sunrise")):
        paths = pictures_in(root / ("test" if split == "test" else "train") / kind)
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
    berkeley = pictures_in(catalogue.require("bsds500") / ("train" if split == "train" else "val"))
    small = [p for p in pictures_in(catalogue.require("sr_classic") / "t91") if in_split(p.stem, _half(split))]
    return [_shelf(stack([s for p in berkeley + small for s in _squares(p)], size), "photograph", 0.07)]


def _faces(split: str, size: int, drawn: int) -> list[Shelf]:
    paths = [p for p in pictures_in(catalogue.require("faces_easy")) if in_split(p.stem, _half(split))]
    return [_shelf(stack([s for p in paths for s in _squares(p)], size), "face", 0.03)]


def _squares(path: Path) -> list[Image.Image]:
    """The picture as squares of its shorter side: both ends of a long one, the middle of others."""
    picture = open_picture(path)
    w, h = picture.size
    side, room = min(w, h), max(w, h) - min(w, h)
    starts = (0, room) if room > 0.25 * side else (room // 2,)
    return [picture.crop((s, 0, s + side, side) if w > h else (0, s, side, s + side)) for s in starts]


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
    """A data source that mixes shelves: windows of pictures, half of them spoilt.

    batch: {"x": float [B, 3, size, size] in [-1, 1], "answers": int64 [B, len(TASKS)], "kind": int64 [B],
    "strength": float [B]}. Which pictures, which windows (half of them the whole picture, the others 0.55 to
    1 of its side) and what is done to them is drawn from the generator; the index only says how many.
    """

    def __init__(self, stock: list[Shelf], size: int = 64):
        self.stock, self.size = stock, size
        self.weights = torch.tensor([s.weight for s in stock])

    def __len__(self) -> int:
        return sum(len(s.pictures) for s in self.stock)

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> Batch:
        b = len(index)
        x, answers = torch.empty(b, 3, self.size, self.size), torch.empty(b, len(TASKS), dtype=torch.long)
        drawn = torch.multinomial(self.weights, b, replacement=True, generator=generator)
        for k in drawn.unique().tolist():
            shelf, rows = self.stock[k], (drawn == k).nonzero()[:, 0]
            items = torch.randint(len(shelf.pictures), (len(rows),), generator=generator)
            x[rows] = self._window(from_bytes(shelf.pictures[items]), shelf.mirrors, generator)
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


# --- how it learns ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JudgeConfig:
    widths: tuple[int, ...] = (16, 32, 64, 128, 192)
    steps: int = 5_500
    rate: float = 2e-3


class JudgeTraining(Method):
    """F, the judge, and H, one linear layer on its embedding that answers all tasks and tells the distortion.

    All answers are read from the embedding, so the embedding, and with it FD-i2i, must hold both what a
    picture shows and what is wrong with it. H is thrown away afterwards.
    """

    Config = JudgeConfig
    inference = ("F",)

    def __init__(self, config: JudgeConfig):
        super().__init__(config)
        self.F = Judge(config.widths)
        self.H = nn.Linear(config.widths[-1], sum(TASKS.values()) + len(KINDS) + 1)

    def answer(self, x: Tensor) -> list[Tensor]:
        """x [B, 3, H, W] -> logits [B, n] of each of TASKS, of KINDS, and of the strength [B, 1]."""
        answers = self.H(self.F(x)[-1].mean((2, 3))).float()
        return list(answers.split((*TASKS.values(), len(KINDS), 1), 1))

    def loss(self, batch: Batch) -> Terms:
        *tasks, kind, strength = self.answer(batch["x"])
        terms, count = {}, len(batch["x"])
        for k, (task, logits) in enumerate(zip(TASKS, tasks, strict=True)):
            # Summed over the pictures that have an answer: each counts the same, however rare its set is.
            total = F.cross_entropy(logits, batch["answers"][:, k], ignore_index=-1, reduction="sum")
            terms[task] = total / count
        terms["kind"] = F.cross_entropy(kind, batch["kind"])
        error = (strength[:, 0].sigmoid() - batch["strength"]).square()
        terms["strength"] = (error * (batch["kind"] > 0)).mean()
        return terms

    def weights(self, step: int) -> dict[str, float]:
        return {**dict.fromkeys(TASKS, 1.0), "kind": 1.0, "strength": 4.0}

    def learning_rate(self, step: int) -> float:
        return min(1.0, (step + 1) / 100) * 0.5 * (1 + math.cos(math.pi * step / self.config.steps))

    def stages(self) -> list[Stage]:
        optimizer = partial(torch.optim.AdamW, lr=self.config.rate, weight_decay=0.02, fused=True)
        return [Stage("train", self.config.steps, {"F": Turn(self.loss, ("F", "H"), optimizer)})]


@dataclass(frozen=True)
class JudgeRecipe:
    """The one training of a judge.

    sets: names in SETS.  drawn: pictures drawn in each style of a world.  probes: pictures ranked for the card.
    """

    config: JudgeConfig = JudgeConfig()
    sets: tuple[str, ...] = tuple(SETS)
    drawn: int = 500
    probes: int = 96
    size: int = 64
    batch: int = 32
    seed: int = 1
    ema: float = 0.995
    summary: str = ""
    licence: str = ""
    sources: str = ""

    def build(self, **changes) -> JudgeTraining:
        """The untrained method; `changes` override fields of its config. TypeError on an unknown one."""
        return JudgeTraining.seeded(JudgeConfig(**{**asdict(self.config), **changes}), self.seed)

    def source(self, split: str = "train") -> Mixture:
        return Mixture(shelves(self.sets, split, drawn=self.drawn), self.size)


JUDGES: dict[str, JudgeRecipe] = {
    "i2i-feat-v1": JudgeRecipe(
        summary="The net behind PD-i2i, FD-i2i and KD-i2i: trained to name what a picture shows, how it is "
        "drawn and what has been done to it. Frozen: a better judge gets another name.",
        licence="research and teaching: trained on sets some of which are published under CC BY-SA, for "
        "non-commercial research, or without a licence text",
        sources="procedural icons and facades of this package (MIT); OpenMoji (CC BY-SA 4.0), Twemoji "
        "(CC BY 4.0), Noto Emoji (Apache 2.0), Microsoft Fluent Emoji (MIT); CMP Facade Database (research); "
        "LPC characters (CC BY-SA 3.0 / GPL 3.0); Sign Language Digits (Apache 2.0); Multi-class Weather "
        "Dataset (CC BY 4.0); MNIST test part (CC BY-SA 3.0); BSDS300 train (non-commercial research); T91 "
        "(research); Caltech-101 faces (CC BY 4.0)",
    ),
}


def train_judge(
    name: str,
    out: str | Path,
    steps: int | None = None,
    recipe: JudgeRecipe | None = None,
    precision: str = "auto",
    hardware: str = "not stated",
    progress: bool = True,
) -> Path:
    """Train a judge (`python -m i2i train NAME`), going on where `out`/resume.pt stopped; its export,
    `out`/name.

    recipe: instead of JUDGES[name].  steps: instead of the recipe's.  hardware: what the card says of it.
    Raises KeyError for an unknown name, DataError for a set that is not installed, CheckpointError if the
    export exists: a judge is made once.
    """
    out, recipe = Path(out), recipe or JUDGES[name]
    refuse_second(out / name)
    method = recipe.build(**({"steps": steps} if steps else {}))
    trainer = Trainer(
        method, recipe.source(), batch=recipe.batch, seed=recipe.seed, ema=recipe.ema, precision=precision,
        out=out,
    )  # fmt: skip
    before, start = trainer.step, time.process_time()
    average = trainer.fit(progress=progress)
    each = (time.process_time() - start) / max(1, trainer.step - before)
    card = {
        "minutes": round(each * trainer.step / 60, 1),
        "hardware": hardware,
        "precision": "bf16" if trainer.bf16 else "fp32",
        "figures": {**examine(average, recipe), **rankings(average.F, recipe.sets, recipe.probes)},
    }
    return export_judge(average, out / name, recipe, card)


# --- what it is worth ---------------------------------------------------------------------------------------


@torch.no_grad()
def examine(method: JudgeTraining, recipe: JudgeRecipe) -> dict[str, float]:
    """Share of right answers on whole, held-out pictures, by task; and how well spoilt ones are told.

    Held out: the test split where a set has one, the tenth by hash of the others.
    """
    right, asked = torch.zeros(len(TASKS) + 1), torch.zeros(len(TASKS) + 1)
    off, spoilt = 0.0, 0
    chance = torch.Generator().manual_seed(recipe.seed)
    for shelf in shelves(recipe.sets, "test"):
        for pixels, answers in zip(shelf.pictures.split(64), shelf.answers.split(64), strict=True):
            x = F.interpolate(from_bytes(pixels), (recipe.size,) * 2, mode="bilinear", antialias=True)
            said = torch.stack([a.argmax(1) for a in method.answer(x)[: len(TASKS)]], 1)
            right[:-1] += (said == answers).sum(0)
            asked[:-1] += (answers >= 0).sum(0)
            kind = torch.randint(len(KINDS), (len(x),), generator=chance)
            strength = torch.rand(len(x), generator=chance)
            *_, told, how = method.answer(distort(x, kind, strength, chance))
            right[-1] += (told.argmax(1) == kind).sum()
            asked[-1] += len(x)
            off += ((how[:, 0].sigmoid() - strength).abs() * (kind > 0)).sum().item()
            spoilt += int((kind > 0).sum())
    figures = {
        f"accuracy: {task} (of {n})": (r / a).item()
        for (task, n), r, a in zip({**TASKS, "distortion": len(KINDS)}.items(), right, asked, strict=True)
        if a
    }
    return {**figures, "mean error of the distortion's strength (0 to 1)": off / max(1, spoilt)}


def orders(judge: Judge, x: Tensor, label: Tensor | None = None) -> dict[str, float]:
    """How PD-i2i ranks what is done to pictures x [N, 3, H, W]: the share of pictures ranked as one expects.

    With `label` int64 [N] also how much further, on average, pictures of another class are than those of the
    same.
    """
    n = len(x)

    def seen(y: Tensor) -> list[Tensor]:
        batches = zip(*(judge(part) for part in y.split(32)), strict=True)
        return [F.normalize(torch.cat(maps), dim=1, eps=1e-10) for maps in batches]

    def far(maps: list[Tensor]) -> Tensor:
        # PD-i2i from `still`, whose maps are made only once.
        layers = zip(still, maps, strict=True)
        return torch.stack([(a - b).square().sum(1).flatten(1).mean(1) for a, b in layers]).mean(0)

    def spoilt(name: str, strength: float) -> Tensor:
        kind = torch.full((n,), KINDS.index(name))
        return far(seen(distort(x, kind, torch.full((n,), strength), torch.Generator().manual_seed(0))))

    with torch.no_grad():
        still = seen(x)
        found = {f"mild {k} < strong {k}": spoilt(k, 0.1) < spoilt(k, 0.8) for k in KINDS[1:]}
        step, leap = far(seen(x.roll(1, 3))), far(seen(x.roll(8, 3)))
        others = {k: far([m.roll(k, 0) for m in still]) for k in range(1, min(n, 33))}
    found["shift by 1 px < by 8 px"] = step < leap
    found["shift by 8 px < another picture"] = leap < others[1]
    shares = {name: share.float().mean().item() for name, share in found.items()}
    if label is not None:
        distance = torch.cat(list(others.values()))
        same = torch.cat([label == label.roll(k) for k in others])
        ratio = distance[~same].mean() / distance[same].mean()
        shares["distance of another class over that of the same"] = ratio.item()
    return shares


def rankings(judge: Judge, sets: tuple[str, ...] = WORLDS, count: int = 96) -> dict[str, float]:
    """`orders` on held-out pictures of the worlds (and of the emoji, if among `sets`), and whether FD-i2i
    ranks sets.

    FD: glossy icons of the test split against as many others, against those blurred, against buildings.
    """
    index = torch.arange(2 * count) + icons.SPLITS["test"][0]
    toys, label = icons.draw(index, "glossy"), icons.label_of(index)
    index = index[:count] - icons.SPLITS["test"][0] + facades.SPLITS["test"][0]
    houses = facades.render(facades.draw_labels(index), index)
    probes = {"icons": (toys[:count], label[:count]), "facade world": (houses, None)}
    if "emoji" in sets:
        entries = emoji.concepts(catalogue.require("emoji"), "test", by="code")[:count]
        group = torch.tensor(_named([e["group"] for e in entries], [e["group"] for e in entries]))
        probes["emoji"] = (from_bytes(emoji.style(catalogue.require("emoji"), "fluent-3d", entries, 128)), group)
    figures = {
        f"PD-i2i, {name}: {key}": value
        for name, (x, y) in probes.items()
        for key, value in orders(judge, x, y).items()
    }
    some, others = toys[:count], toys[count:]
    blurred = distort(others, torch.full((count,), KINDS.index("blur")), torch.full((count,), 0.5))
    seen = embed(some, judge)
    for name, x in (("more of the same", others), ("the same, blurred", blurred), ("buildings", houses)):
        figures[f"FD-i2i, icons against {name}"] = frechet(seen, embed(x, judge))
    return figures


# --- how it is shipped --------------------------------------------------------------------------------------


def export_judge(method: JudgeTraining, folder: str | Path, recipe: JudgeRecipe, card: dict) -> Path:
    """Write the judge and its card to a new folder.  card: minutes, hardware, precision and figures of the run.

    CheckpointError if the folder exists: a judge is made once.
    """
    folder = Path(folder)
    card = {
        "name": folder.name, "summary": recipe.summary, "licence": recipe.licence, "sources": recipe.sources,
        "recipe": f"{method.config.steps} steps of {recipe.batch} windows of {recipe.size} px, AdamW at "
        f"{method.config.rate:g} with cosine decay, average with decay {recipe.ema:g}",
        "seed": recipe.seed, **card,
    }  # fmt: skip
    return put(folder, method.F, {"widths": method.config.widths}, card, _HOW, _NOT)


_HOW = """\
Answers are read from the embedding by one linear layer, on held-out pictures at 64 px: the test split where
a set has one, a tenth by hash of the others. PD-i2i lines are shares of held-out pictures ranked as named, or
the ratio of two mean distances where they say so; FD-i2i is between sets of 96 pictures."""

_NOT = """\
Not LPIPS, not FID, not KID: another, much smaller net that has seen other and far fewer pictures. Its figures
rank results of this gallery against one another and mean nothing beside published ones. FD-i2i of a few
hundred pictures is dominated by its bias: compare equal numbers only. Beyond 128 px the embedding is that of
the reduced picture, so FD-i2i and KD-i2i do not see the finest detail of larger ones; PD-i2i does."""


@cache
def load_judge(name: str = "i2i-feat-v1", folder: Path | None = None) -> Judge:
    """A judge, float32 on the CPU and frozen; the same object on every call. It is what `metrics` takes.

    folder: where its own folder lies, by default among the shipped ones. CheckpointError if it is absent or
    does not fit.
    """
    return take(folder or SHIPPED / name, lambda settings: Judge(tuple(settings["widths"]))).settle()
