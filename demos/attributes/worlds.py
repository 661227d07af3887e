"""The worlds of this tab: whom each holds, what they can have, which models edit them, and what their answer to an edit is worth."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from i2i.checkpoint import CheckpointError
from i2i.data.characters import Characters
from i2i.data.worlds import faces
from i2i.data.worlds.sdf import hash_uniform
from i2i.judges import Reader, load_reader
from i2i.measure.attributes import SEEN
from i2i.method import Method
from i2i.methods import METHODS
from i2i.nets.chance import generators
from i2i.papers import PAPERS
from i2i.run import pipeline
from i2i.run.pipeline import Model, cards, load

from ..work.once import once
from ..work.openings import opening
from . import words

Traits = tuple[int, ...]
"""0 or 1 for each attribute, in the order of a world's `names`."""


def traits_of(label: Tensor) -> Traits:
    return tuple(int(v > 0.5) for v in label.flatten().tolist())


def label_of(traits: Traits) -> Tensor:
    """float [1, K]."""
    return torch.tensor([traits], dtype=torch.float32)


# -- The models -----------------------------------------------------------------------------------------------------------


@once(5)
def loaded(name: str) -> Model:
    return load(name)


def title(name: str) -> str:
    return PAPERS[cards()[name]["method"]].name


@lru_cache(maxsize=16)  # an edit asks some fifty times, and each card is a file
def _models(folder: Path, names: tuple[str, ...]) -> dict[str, bool]:
    """Models in a folder that edit these attributes -> whether they read them, too; those that do come first."""
    found = {
        name: hasattr(method, "attributes")
        for name, method in _learned_from(names).items()
        if "label" in method.controls
    }
    return dict(sorted(found.items(), key=lambda one: (not one[1], one[0])))


def _learned_from(names: tuple[str, ...]) -> dict[str, type[Method]]:
    """Models whose data have these attributes, whether they were told of them or not."""
    return {
        name: METHODS[config["method"]]
        for name, config in cards().items()
        if tuple(config["card"].get("labels", ())) == names and config["method"] in METHODS
    }


@torch.inference_mode()
def reading(name: str, x: Tensor) -> Tensor:
    """What a model reads of an image [1, 3, size, size]: [K], around 1 for yes and around -1 for no."""
    method = loaded(name).method
    return method.attributes(x.to(loaded(name).device))[0].float().cpu()


# -- Worlds ---------------------------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Switches that stand together.  kind: "one" of them is on, as of radio buttons; "most" one is; or "any"."""

    title: str
    kind: str
    names: tuple[str, ...]


class World(ABC):
    """People of a kind, by number from 0 to count - 1.

    key: its name in addresses and in the API.  names: of the attributes.  exclusive: places of those that exclude each
    other.  says: what is said of it alone.  large: px of a person that is shown alone.  enlarged: how images are.
    opening, second: numbers of the people, and the attribute, that it opens with.  limit: an image of which `left_out`
    is more is none of this world.  seen: less is no change of a pixel, of a range of 2.
    """

    key: str
    names: tuple[str, ...]
    exclusive: slice
    says: words.World
    groups: tuple[Group, ...]
    count = 512
    large: int
    enlarged: Image.Resampling
    opening: tuple[int, str]
    second: int
    limit: float
    seen: float

    @abstractmethod
    def toggled(self, traits: Traits, attribute: int) -> Traits:
        """With one attribute the other way, and what cannot stand beside it put right."""

    def switched(self, traits: Traits, attribute: int) -> Traits:
        """After a click on the switch of an attribute."""
        return self.toggled(traits, attribute)

    @abstractmethod
    def can_be(self, traits: Traits) -> bool:
        """Whether it has such people."""

    @abstractmethod
    def nearest(self, scores: Tensor) -> Traits:
        """Scores [K], above 0 for yes -> the attributes that they say, as somebody can have them."""

    @abstractmethod
    def traits(self, number: int) -> Traits:
        """Those that a person has."""

    @abstractmethod
    def draw(self, number: int, traits: Traits, side: int) -> Tensor:
        """A person with these attributes: the answer to an edit. float [1, 3, side, side] in [-1, 1], or [1, 3, size(), size()]
        where nothing can draw it otherwise."""

    @abstractmethod
    def examples(self, count: int, side: int) -> Tensor:
        """People that nobody is shown, float [count, 3, side, side] in [-1, 1]."""

    def models(self) -> list[str]:
        """Those of this copy that edit its people; those that read the attributes themselves first."""
        return list(_models(pipeline.SHIPPED, self.names))

    def readers(self) -> list[str]:
        """Models that read the attributes off an image."""
        return [name for name, reads in _models(pipeline.SHIPPED, self.names).items() if reads]

    def finder(self) -> str | None:
        """A model that was told of no attribute and found categories by itself; None where there is none."""
        return next((name for name, method in _learned_from(self.names).items() if method.alone), None)

    def size(self) -> int:
        """Px along a side of what the models take."""
        return loaded(self.models()[0]).size

    def judge(self) -> Reader | None:
        """The net that reads attributes and has no part in any edit; None where there is none."""
        return None

    def can_read(self) -> bool:
        """Whether anything here reads the attributes of a drawing that a visitor brings."""
        return bool(self.models()) and (self.judge() is not None or bool(self.readers()))

    def read(self, x: Tensor) -> Traits:
        """Of an image float [1, 3, size, size] in [-1, 1]."""
        net = self.judge()
        return self.nearest(net(x)[0] if net is not None else reading(self.readers()[0], x))

    def said(self, traits: Traits) -> str:
        """As a sentence can hold it: "blond hair, glasses, female"."""
        *some, (male, is_male) = zip(map(words.ATTRIBUTES.__getitem__, self.names), traits, strict=True)
        none = self.says.none if not any(traits[self.exclusive]) else ""
        return ", ".join(
            [*filter(None, [none]), *(of.yes for of, on in some if on), male.yes if is_male else male.no]
        )

    def asked(self, was: Traits, wanted: Traits) -> str:
        """An edit in words: "bangs; no beard". Of what excludes each other it says what comes, and not what goes."""
        switched = []
        for i, name in enumerate(self.names):
            if wanted[i] != was[i] and (wanted[i] or i not in self.places):
                switched.append(words.ATTRIBUTES[name].yes if wanted[i] else words.ATTRIBUTES[name].no)
        if any(was[self.exclusive]) and not any(wanted[self.exclusive]) and self.says.none:
            switched.insert(0, self.says.none)
        return "; ".join(switched) or words.NOTHING

    @property
    def places(self) -> range:
        """`exclusive` as numbers."""
        return range(len(self.names))[self.exclusive]


class Faces(World):
    """Drawn by code, which draws the right answer to each edit, too."""

    key = "faces"
    names = faces.ATTRIBUTES
    exclusive = faces.COLOURS
    says = words.FACES
    groups = (
        Group(words.HAIR, "any", ("bald", "bangs")),
        Group(words.HAIR_COLOUR, "one", names[exclusive]),
        Group(words.REST, "any", ("glasses", "makeup", "smile", "beard", "dark skin", "male")),
    )
    count = faces.SPLITS["test"][1]  # held-out faces
    large, enlarged = 420, Image.Resampling.BICUBIC
    opening, second = (25, "glasses"), 29
    limit, seen = 0.5, SEEN
    _first, _bald, _bangs = faces.SPLITS["test"][0], names.index("bald"), names.index("bangs")

    def toggled(self, traits: Traits, attribute: int) -> Traits:
        return traits_of(faces.toggled(label_of(traits), attribute))

    def switched(self, traits: Traits, attribute: int) -> Traits:
        """Of the hair colours one stays: the one that is there cannot be switched off."""
        return traits if attribute in self.places and traits[attribute] else self.toggled(traits, attribute)

    def can_be(self, traits: Traits) -> bool:
        """One hair colour, or baldness without bangs."""
        if len(traits) != len(self.names):
            return False
        bald = traits[self._bald]
        return sum(traits[self.exclusive]) == 1 - bald and not (bald and traits[self._bangs])

    def nearest(self, scores: Tensor) -> Traits:
        found = [int(v > 0) for v in scores.tolist()]
        best = int(scores[self.exclusive].argmax())
        bald = found[self._bald] and scores[self._bald] >= scores[self.exclusive][best]
        found[self.exclusive] = [int(i == best and not bald) for i in range(len(self.places))]
        found[self._bald], found[self._bangs] = int(bald), int(found[self._bangs] and not bald)
        return tuple(found)

    def traits(self, number: int) -> Traits:
        return traits_of(faces.labels_of(self._index(number)))

    def draw(self, number: int, traits: Traits, side: int) -> Tensor:
        return faces.draw(self._index(number), side, label=label_of(traits))

    def examples(self, count: int, side: int) -> Tensor:
        return torch.cat([faces.draw(part, side) for part in torch.arange(count).split(64)])

    def judge(self) -> Reader | None:
        try:
            return load_reader()
        except CheckpointError:
            return None

    def _index(self, number: int) -> Tensor:
        return torch.tensor([self._first + number])


class People(World):
    """Made by a conditional GAN, the G of IcGAN: the dataset that it learned from may not be shown. Person n is G(z, y), z drawn with
    the seed n, and the answer to an edit is G(z, y')."""

    key = "people"
    names = Characters.names
    exclusive = Characters.exclusive
    says = words.PEOPLE
    groups = (
        Group(words.HAIR, "most", names[exclusive]),
        Group(words.BODY, "any", ("dark skin", "beard", "male")),
    )
    large, enlarged = 448, Image.Resampling.NEAREST
    opening, second = (4, "red hair"), 10
    limit = 0.5
    seen = 0.3  # its ground is never twice the same
    _CHANCE = 0x9E091E

    def toggled(self, traits: Traits, attribute: int) -> Traits:
        return traits_of(Characters.toggled(label_of(traits), attribute))

    def can_be(self, traits: Traits) -> bool:
        """One hair colour or none."""
        return len(traits) == len(self.names) and sum(traits[self.exclusive]) <= 1

    def nearest(self, scores: Tensor) -> Traits:
        found = [int(v > 0) for v in scores.tolist()]
        best = int(scores[self.exclusive].argmax())
        found[self.exclusive] = [int(on and i == best) for i, on in enumerate(found[self.exclusive])]
        return tuple(found)

    def traits(self, number: int) -> Traits:
        """Each hair colour and none of them as often; half have dark skin, half are male, and half of those have a beard."""
        hair, *others = hash_uniform(self._CHANCE, torch.tensor([number]), 4)[0].tolist()
        dark, male, beard = (u < 0.5 for u in others)
        colours = [int(i == int(hair * (len(self.places) + 1))) for i in self.places]
        return (*colours, int(dark), int(male and beard), int(male))

    def draw(self, number: int, traits: Traits, side: int) -> Tensor:
        return self._made([number], traits)

    def examples(self, count: int, side: int) -> Tensor:
        numbers = torch.arange(self.count, self.count + count).split(64)
        return torch.cat([smaller(self._made(some.tolist()), side) for some in numbers])

    def models(self) -> list[str]:
        """None without the one that makes the people."""
        return super().models() if self.readers() else []

    @torch.inference_mode()
    def _made(self, numbers: list[int], traits: Traits = ()) -> Tensor:
        """float [B, 3, size, size]: G(z, y), with z as `sample` draws it for a seed; traits (): each one's own."""
        model = loaded(self.readers()[0])
        label = torch.cat([label_of(traits or self.traits(number)) for number in numbers])
        rng = [generator for number in numbers for generator in generators(number, 1)]
        return model.method.sample(len(rng), rng, label.to(model.device)).float().cpu()


FACES, PEOPLE = Faces(), People()
WORLDS: dict[str, World] = {world.key: world for world in (FACES, PEOPLE)}


def here() -> list[World]:
    """Those that have a model in this copy."""
    return [world for world in WORLDS.values() if world.models()]


def available() -> bool:
    return bool(here())


@opening
def can_read() -> bool:
    """Whether anything here reads the attributes of a drawing that a visitor brings."""
    return any(world.can_read() for world in here())


# -- Is it somebody of this world? ----------------------------------------------------------------------------------------

_LEARNED, _SPAN, _SIDE = 512, 32, 32  # people that nobody is shown, directions, px
_LOCK = threading.Lock()


def smaller(x: Tensor, side: int) -> Tensor:
    return F.interpolate(x, (side, side), mode="bilinear", antialias=True)


@cache
def _span(world: World) -> tuple[Tensor, Tensor]:
    """Mean [D] and the first directions [_SPAN, D] of its people."""
    known = world.examples(_LEARNED, _SIDE).flatten(1)
    mean = known.mean(0)
    return mean, torch.linalg.svd(known - mean, full_matrices=False)[2][:_SPAN]


@torch.no_grad()
def left_out(world: World, x: Tensor) -> Tensor:
    """Images [B, 3, H, W] in [-1, 1] -> [B]: the part of their contrast that lies outside the span of the world's people,
    as principal components of them give it."""
    with _LOCK:
        mean, span = _span(world)
    seen = smaller(x, _SIDE)
    contrast = (seen - seen.mean((2, 3), keepdim=True)).pow(2).mean((1, 2, 3)).sqrt()
    off = seen.flatten(1) - mean
    return (off - off @ span.T @ span).pow(2).mean(1).sqrt() / (contrast + 0.02)
