"""Whom a visitor of this tab looks at, and what is made of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from PIL import Image
from torch import Tensor

from i2i.images import from_bytes, to_tensor

from . import words
from .worlds import FACES, Traits, World, here, left_out, loaded


@dataclass(frozen=True)
class Person:
    """number: of one of the world's people.  own: uint8 RGB of size() x size(), a visitor's drawing in its place, and what is
    read of it as `traits`."""

    number: int = 0
    own: bytes = b""
    read: Traits = ()
    world: World = FACES

    @cached_property
    def traits(self) -> Traits:
        return self.read if self.own else self.world.traits(self.number)

    @property
    def name(self) -> str:
        return words.YOURS if self.own else self.world.says.one.format(number=self.number)

    @property
    def x(self) -> Tensor:
        """float [1, 3, size, size] in [-1, 1]: what the models get."""
        return drawn(self, self.traits, self.world.size())


@lru_cache(maxsize=256)
def drawn(person: Person, traits: Traits, side: int) -> Tensor:
    """A person as the world draws it with these attributes, float [1, 3, H, W] in [-1, 1], of `side` px if it draws at any
    size. Of a visitor's drawing there is only what it shows: it comes as it is, whatever the attributes are."""
    if not person.own:
        return person.world.draw(person.number, traits, side)
    own = round((len(person.own) / 3) ** 0.5)
    x = from_bytes(torch.frombuffer(bytearray(person.own), dtype=torch.uint8).view(own, own, 3))
    return x.permute(2, 0, 1)[None]


def answer(person: Person, traits: Traits) -> Tensor | None:
    """What the world itself answers to an edit, float [1, 3, size, size]; None for a visitor's drawing: nobody knows it."""
    return None if person.own else drawn(person, traits, person.world.size())


@lru_cache(maxsize=512)
def edited(name: str, person: Person, label: tuple[float, ...]) -> Tensor:
    """What a model makes of a person with a label, float [1, 3, size, size] in [-1, 1]."""
    return loaded(name).translate(person.x, label=torch.tensor([label], dtype=torch.float32))


@lru_cache(maxsize=64)
def swept(name: str, person: Person, labels: tuple[tuple[float, ...], ...]) -> Tensor:
    """The same for several labels at once, [n, 3, size, size]."""
    return loaded(name).translate(person.x.expand(len(labels), -1, -1, -1), label=torch.tensor(labels))


def received(image: Image.Image) -> Person | None:
    """A visitor's drawing, of the world that leaves out least of it; None for what belongs to none."""
    found = [_in(world, image) for world in here() if world.can_read()]
    off, world, square = min(found, key=lambda one: one[0])
    if off > 1:
        return None
    return Person(own=square.tobytes(), read=world.read(to_tensor(square)), world=world)


def _in(world: World, image: Image.Image) -> tuple[float, World, Image.Image]:
    """How much of an image a world leaves out, 1 where it is just let in; and the image as the world's models take it."""
    side = world.size()
    square = image.convert("RGB").resize((side, side), Image.Resampling.LANCZOS, _middle(image))
    return left_out(world, to_tensor(square)).item() / world.limit, world, square


def _middle(image: Image.Image) -> tuple[int, int, int, int]:
    """The box of its middle square."""
    short = min(image.size)
    left, top = (image.width - short) // 2, (image.height - short) // 2
    return left, top, left + short, top + short
