"""What a visitor of the tab Attributes looks at, as a value, and how an address says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..widgets import address as addresses
from .found import COLUMNS, NOISES
from .people import Person
from .worlds import FACES, WORLDS, Traits, World, here

SHOWN = 12  # people to choose from
STEPS = 9  # of a sweep


@dataclass(frozen=True)
class View:
    """The person; the attributes that are asked for; the attribute that is swept; the second person of the swap, of the same
    world; the number of the first one to choose from; the first noise of what was found without attributes."""

    person: Person
    traits: Traits
    along: int
    second: Person
    first: int = 0
    noise: int = 0

    @property
    def world(self) -> World:
        return self.person.world

    @property
    def choices(self) -> list[Person]:
        return [_of(self.world, self.first + i) for i in range(SHOWN)]


def _of(world: World, number: int) -> Person:
    return Person(number % world.count, world=world)


def settle(
    number: int = -1,
    traits: Traits = (),
    along: int = -1,
    second: int = -1,
    world: World | None = None,
) -> View:
    """The view that comes nearest to what was asked for. world None: the first that is here."""
    world = world or next(iter(here()), FACES)
    opening, name = world.opening
    person = _of(world, number if number >= 0 else opening)
    along = along if 0 <= along < len(world.names) else world.names.index(name)
    traits = traits if traits and world.can_be(traits) else world.toggled(person.traits, along)
    other = _of(world, second if second >= 0 else world.second)
    return View(person, traits, along, other, person.number // SHOWN * SHOWN)


def ends(view: View) -> tuple[Traits, Traits]:
    """Of the sweep: what is asked for without the attribute, and with it."""
    other = view.world.toggled(view.traits, view.along)
    return (other, view.traits) if view.traits[view.along] else (view.traits, other)


def labels(view: View) -> list[tuple[float, ...]]:
    """STEPS labels from one end of the sweep to the other."""
    start, end = ends(view)
    parts = [i / (STEPS - 1) for i in range(STEPS)]
    return [tuple(a + (b - a) * part for a, b in zip(start, end, strict=True)) for part in parts]


# -- The address ----------------------------------------------------------------------------------------------------------

KEYS = {"world", "person", "traits", "along", "second", "faces", "chance"}


def _digits(world: World) -> int:
    return -(-len(world.names) // 4)


def _written(view: View) -> str:
    return f"{int(''.join(map(str, view.traits)), 2):0{_digits(view.world)}x}"


def _traits(world: World, text: str) -> Traits:
    """As `_written` wrote it; () for what is none."""
    if len(text) != _digits(world) or not re.fullmatch("[0-9a-f]+", text):
        return ()
    found = tuple(int(bit) for bit in f"{int(text, 16):0{len(world.names)}b}")
    return found if world.can_be(found) else ()


def address(view: View) -> dict[str, str]:
    """What the page's URL says; of a visitor's own drawing nothing."""
    if view.person.own:
        return dict.fromkeys(sorted(KEYS), "")
    world = view.world
    return {
        "world": "" if world is FACES else world.key,
        "person": str(view.person.number), "traits": _written(view), "along": world.names[view.along].replace(" ", "-"),
        "second": str(view.second.number), "faces": "" if view.first == view.person.number // SHOWN * SHOWN else str(view.first),
        "chance": str(view.noise) if view.noise else "",
    }  # fmt: skip


def wished(wish: Mapping[str, str]) -> View:
    """The view that an address asks for, as far as it can be read."""
    world = WORLDS.get(wish.get("world", ""), FACES)
    world = world if world in here() else settle().world
    names, last = world.names, world.count - 1
    person, second = (addresses.number(wish, key, 0, last, -1) for key in ("person", "second"))
    name = wish.get("along", "").replace("-", " ")
    along = names.index(name) if name in names else -1
    view = settle(person, _traits(world, wish.get("traits", "")), along, second, world)
    first, noise = (
        addresses.number(wish, "faces", 0, last, view.first),
        addresses.number(wish, "chance", 0, NOISES - 1, 0),
    )
    return replace(view, first=first, noise=noise)


# -- Changes --------------------------------------------------------------------------------------------------------------


def switched(view: View, attribute: int) -> View:
    """After a click on the switch of an attribute, where it had something to switch."""
    attribute %= len(view.world.names)
    traits = view.world.switched(view.traits, attribute)
    return view if traits == view.traits else replace(view, traits=traits, along=attribute)


def as_it_was(view: View) -> View:
    """With the person's own attributes."""
    return replace(view, traits=view.person.traits)


def of_world(view: View, world: World) -> View:
    """As the world opens; where one is in it, all stays."""
    return view if world is view.world else settle(world=world)


def of_person(view: View, person: Person) -> View:
    """Somebody else, maybe of another world; what was switched last is switched for this one."""
    view = of_world(view, person.world)
    return replace(view, person=person, traits=view.world.toggled(person.traits, view.along))


def another(view: View) -> View:
    """The next person of an order that leads to all of them."""
    person = _of(view.world, 193 * view.person.number + 71)
    return replace(of_person(view, person), first=person.number // SHOWN * SHOWN)


def others(view: View) -> View:
    """Other people to choose from."""
    return replace(view, first=(view.first + SHOWN) % view.world.count)


def other_noise(view: View) -> View:
    """Other samples of what was found without attributes."""
    return replace(view, noise=(view.noise + COLUMNS) % NOISES)


def paired(view: View, number: int) -> View:
    """Another second person."""
    return replace(view, second=_of(view.world, number))


def swapped(view: View) -> tuple[tuple[Person, Traits], tuple[Person, Traits]]:
    """Each of the two with the attributes of the other."""
    return (view.person, view.second.traits), (view.second, view.person.traits)
