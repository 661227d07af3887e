"""What a visitor of the tab Attributes looks at, as a value, and how an address says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from i2i.data.worlds import faces

from ..widgets import address as addresses
from .people import COUNT, NAMES, Person, Traits, can_be, toggled

SHOWN = 12  # faces to choose from
STEPS = 9  # of a sweep
_OPENING = 25, NAMES.index("glasses")  # the face, and the attribute that is switched
_SECOND = 29


@dataclass(frozen=True)
class View:
    """The face; the attributes that are asked for; the attribute that is swept; the second face of the swap; the number of the
    first face to choose from."""

    person: Person
    traits: Traits
    along: int
    second: Person
    first: int = 0

    @property
    def choices(self) -> list[Person]:
        return [Person((self.first + i) % COUNT) for i in range(SHOWN)]


def settle(number: int = -1, traits: Traits = (), along: int = -1, second: int = -1) -> View:
    """The view that comes nearest to what was asked for."""
    person = Person(number % COUNT if number >= 0 else _OPENING[0])
    along = along if 0 <= along < len(NAMES) else _OPENING[1]
    traits = traits if traits and can_be(traits) else toggled(person.traits, along)
    other = Person(second % COUNT if second >= 0 else _SECOND)
    return View(person, traits, along, other, person.number // SHOWN * SHOWN)


def ends(view: View) -> tuple[Traits, Traits]:
    """Of the sweep: what is asked for without the attribute, and with it."""
    other = toggled(view.traits, view.along)
    return (other, view.traits) if view.traits[view.along] else (view.traits, other)


def labels(view: View) -> list[tuple[float, ...]]:
    """STEPS labels from one end of the sweep to the other."""
    start, end = ends(view)
    parts = [i / (STEPS - 1) for i in range(STEPS)]
    return [tuple(a + (b - a) * part for a, b in zip(start, end, strict=True)) for part in parts]


# -- The address ----------------------------------------------------------------------------------------------------------

KEYS = {"person", "traits", "along", "second", "faces"}


def _written(traits: Traits) -> str:
    return f"{int(''.join(map(str, traits)), 2):03x}"


def _traits(text: str) -> Traits:
    """As `_written` wrote it; () for what is none."""
    if not re.fullmatch(r"[0-9a-f]{3}", text):
        return ()
    found = tuple(int(bit) for bit in f"{int(text, 16):0{len(NAMES)}b}")
    return found if can_be(found) else ()


def address(view: View) -> dict[str, str]:
    """What the page's URL says; of a visitor's own drawing nothing."""
    if view.person.own:
        return dict.fromkeys(sorted(KEYS), "")
    return {
        "person": str(view.person.number), "traits": _written(view.traits), "along": NAMES[view.along].replace(" ", "-"),
        "second": str(view.second.number), "faces": "" if view.first == view.person.number // SHOWN * SHOWN else str(view.first),
    }  # fmt: skip


def wished(wish: Mapping[str, str]) -> View:
    """The view that an address asks for, as far as it can be read."""
    person, second = (addresses.number(wish, key, 0, COUNT - 1, -1) for key in ("person", "second"))
    name = wish.get("along", "").replace("-", " ")
    view = settle(person, _traits(wish.get("traits", "")), NAMES.index(name) if name in NAMES else -1, second)
    return replace(view, first=addresses.number(wish, "faces", 0, COUNT - 1, view.first))


# -- Changes --------------------------------------------------------------------------------------------------------------


def switched(view: View, attribute: int) -> View:
    """With one attribute the other way. Of the hair colours one stays: the one that is there cannot be switched off."""
    attribute %= len(NAMES)
    if attribute in range(len(NAMES))[faces.COLOURS] and view.traits[attribute]:
        return view
    return replace(view, traits=toggled(view.traits, attribute), along=attribute)


def as_it_was(view: View) -> View:
    """With the face's own attributes."""
    return replace(view, traits=view.person.traits)


def of_person(view: View, person: Person) -> View:
    """Another face; what was switched last is switched for this one."""
    return replace(view, person=person, traits=toggled(person.traits, view.along))


def another(view: View) -> View:
    """The next face of an order that leads to all of them."""
    person = Person((193 * view.person.number + 71) % COUNT)
    return replace(of_person(view, person), first=person.number // SHOWN * SHOWN)


def others(view: View) -> View:
    """Other faces to choose from."""
    return replace(view, first=(view.first + SHOWN) % COUNT)


def paired(view: View, number: int) -> View:
    """Another second face."""
    return replace(view, second=Person(number % COUNT))


def swapped(view: View) -> tuple[tuple[Person, Traits], tuple[Person, Traits]]:
    """Each face with the attributes of the other."""
    return (view.person, view.second.traits), (view.second, view.person.traits)
