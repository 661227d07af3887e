"""The faces of this tab, the models that edit them, and what is asked of both."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from i2i.checkpoint import CheckpointError
from i2i.data.worlds import faces
from i2i.images import from_bytes, to_tensor
from i2i.judges import Reader, load_reader
from i2i.methods import METHODS
from i2i.papers import PAPERS
from i2i.run.pipeline import Model, cards, load

from ..work.once import once
from ..work.openings import opening
from . import words

NAMES = faces.ATTRIBUTES
COUNT = faces.SPLITS["test"][1]  # held-out faces to choose from
_FIRST = faces.SPLITS["test"][0]
_BALD, _BANGS = NAMES.index("bald"), NAMES.index("bangs")

Traits = tuple[int, ...]
"""0 or 1 for each attribute, in the order of NAMES."""


# -- Labels ---------------------------------------------------------------------------------------------------------------


def traits_of(label: Tensor) -> Traits:
    return tuple(int(v > 0.5) for v in label.flatten().tolist())


def label_of(traits: Traits) -> Tensor:
    """float [1, K]."""
    return torch.tensor([traits], dtype=torch.float32)


def toggled(traits: Traits, attribute: int) -> Traits:
    """With one attribute the other way, and what cannot stand beside it put right."""
    return traits_of(faces.toggled(label_of(traits), attribute))


def can_be(traits: Traits) -> bool:
    """Whether the world has such faces: one hair colour, or baldness without bangs."""
    bald, colours = traits[_BALD], sum(traits[faces.COLOURS])
    return len(traits) == len(NAMES) and colours == 1 - bald and not (bald and traits[_BANGS])


def nearest_label(scores: Tensor) -> Traits:
    """Scores [K], above 0 for yes -> the attributes that they say, as a face can have them."""
    found = [int(v > 0) for v in scores.tolist()]
    best = int(scores[faces.COLOURS].argmax())
    bald = found[_BALD] and scores[_BALD] >= scores[faces.COLOURS][best]
    found[faces.COLOURS] = [int(i == best and not bald) for i in range(len(found[faces.COLOURS]))]
    found[_BALD], found[_BANGS] = int(bald), int(found[_BANGS] and not bald)
    return tuple(found)


def said(traits: Traits) -> str:
    """As a sentence can hold it: "blond hair, glasses, female"."""
    *some, (male, is_male) = zip(map(words.ATTRIBUTES.__getitem__, NAMES), traits, strict=True)
    return ", ".join([*(of.yes for of, on in some if on), male.yes if is_male else male.no])


# -- The models -----------------------------------------------------------------------------------------------------------


def models() -> list[str]:
    """Those of this copy that edit the drawn faces; those that read the attributes themselves first."""
    here = [
        name
        for name, config in cards().items()
        if tuple(config["card"].get("labels", ())) == NAMES and config["method"] in METHODS
    ]
    return sorted(here, key=lambda name: (not hasattr(METHODS[cards()[name]["method"]], "attributes"), name))


def available() -> bool:
    return bool(models())


@once(4)
def loaded(name: str) -> Model:
    return load(name)


def title(name: str) -> str:
    return PAPERS[cards()[name]["method"]].name


def size() -> int:
    """Px along a side of what the models take."""
    return loaded(models()[0]).size


def readers() -> list[str]:
    """Models that read the attributes off an image."""
    return [name for name in models() if hasattr(METHODS[cards()[name]["method"]], "attributes")]


def judge() -> Reader | None:
    """The net that reads attributes and has no part in any edit; None where it is not in this copy."""
    try:
        return load_reader()
    except CheckpointError:
        return None


# -- A face ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """number: of a held-out face.  own: uint8 RGB of size() x size(), a visitor's drawing in its place, and what is read of
    it as `traits`."""

    number: int = 0
    own: bytes = b""
    read: Traits = ()

    @cached_property
    def traits(self) -> Traits:
        return self.read if self.own else traits_of(faces.labels_of(self._index))

    @property
    def _index(self) -> Tensor:
        return torch.tensor([_FIRST + self.number])

    @property
    def name(self) -> str:
        return words.YOURS if self.own else words.FACE.format(number=self.number)

    @property
    def x(self) -> Tensor:
        """float [1, 3, size, size] in [-1, 1]: what the models get."""
        return drawn(self, self.traits, size())


@lru_cache(maxsize=256)
def drawn(person: Person, traits: Traits, side: int) -> Tensor:
    """A face as the world draws it with these attributes, float [1, 3, side, side] in [-1, 1]. Of a visitor's drawing there is
    only what it shows: it comes as it is, whatever the attributes are."""
    if person.own:
        side_own = round((len(person.own) / 3) ** 0.5)
        x = from_bytes(torch.frombuffer(bytearray(person.own), dtype=torch.uint8).view(side_own, side_own, 3))
        x = x.permute(2, 0, 1)[None]
        return (
            x
            if side == side_own
            else F.interpolate(x, (side, side), mode="bicubic", antialias=True).clamp(-1, 1)
        )
    return faces.draw(person._index, side, label=label_of(traits))


def answer(person: Person, traits: Traits) -> Tensor | None:
    """The right answer to an edit, float [1, 3, size, size]; None for a visitor's drawing: nobody knows it."""
    return None if person.own else drawn(person, traits, size())


@lru_cache(maxsize=512)
def edited(name: str, person: Person, label: tuple[float, ...]) -> Tensor:
    """What a model makes of a face with a label, float [1, 3, size, size] in [-1, 1]."""
    return loaded(name).translate(person.x, label=torch.tensor([label], dtype=torch.float32))


@lru_cache(maxsize=64)
def swept(name: str, person: Person, labels: tuple[tuple[float, ...], ...]) -> Tensor:
    """The same for several labels at once, [n, 3, size, size]."""
    return loaded(name).translate(person.x.expand(len(labels), -1, -1, -1), label=torch.tensor(labels))


@torch.inference_mode()
def reading(name: str, x: Tensor) -> Tensor:
    """What a model reads of an image [1, 3, size, size]: [K], around 1 for yes and around -1 for no."""
    method = loaded(name).method
    return method.attributes(x.to(loaded(name).device))[0].float().cpu()


# -- Is it a face of this world? ------------------------------------------------------------------------------------------

_LEARNED, _SPAN, _SIDE = 512, 32, 32  # faces of the train split, directions, px
LEFT_OUT = 0.5  # of its contrast: an image of which a span of faces leaves out more is no face of this world
_LOCK = threading.Lock()


@lru_cache(maxsize=1)
def _span() -> tuple[Tensor, Tensor]:
    """Mean [D] and the first directions [_SPAN, D] of drawn faces."""
    known = torch.cat([faces.draw(part, _SIDE) for part in torch.arange(_LEARNED).split(64)]).flatten(1)
    mean = known.mean(0)
    return mean, torch.linalg.svd(known - mean, full_matrices=False)[2][:_SPAN]


@torch.no_grad()
def left_out(x: Tensor) -> Tensor:
    """Images [B, 3, H, W] in [-1, 1] -> [B]: the part of their contrast that lies outside the span of drawn faces, as
    principal components of them give it."""
    with _LOCK:
        mean, span = _span()
    seen = F.interpolate(x, (_SIDE, _SIDE), mode="bilinear", antialias=True)
    contrast = (seen - seen.mean((2, 3), keepdim=True)).pow(2).mean((1, 2, 3)).sqrt()
    off = seen.flatten(1) - mean
    return (off - off @ span.T @ span).pow(2).mean(1).sqrt() / (contrast + 0.02)


@opening
def can_read() -> bool:
    """Whether anything here reads the attributes of a drawing that a visitor brings."""
    return judge() is not None or bool(readers())


def received(image: Image.Image) -> Person | None:
    """A visitor's drawing; None for what is no face of this world."""
    side = size()
    square = image.convert("RGB").resize((side, side), Image.LANCZOS, _middle(image))
    x = to_tensor(square)
    if left_out(x).item() > LEFT_OUT:
        return None
    net = judge()
    scores = net(x)[0] if net is not None else reading(readers()[0], x)
    return Person(own=square.tobytes(), read=nearest_label(scores))


def _middle(image: Image.Image) -> tuple[int, int, int, int]:
    """The box of its middle square."""
    short = min(image.size)
    left, top = (image.width - short) // 2, (image.height - short) // 2
    return left, top, left + short, top + short
