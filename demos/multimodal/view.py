"""What a visitor of the tab Multimodal looks at, as a value, and how an address says it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageOps

from i2i.images import ImageError

from ..widgets import address as addresses
from ..widgets import materials
from ..widgets.pad import SIDE, image_to_base, is_empty, rasterise, strokes_and_picture
from ..widgets.pad import wished as wished_drawing
from . import words
from .subjects import (
    SUBJECTS,
    Example,
    available,
    examples,
    heads,
    labels,
    loaded,
    models,
    styled,
    subject_of,
    ways,
)

WALL = 16
SEEDS = 10_000
_STYLE = re.compile(r"z(-?\d{1,2}(\.\d{1,2})?)(_-?\d{1,2}(\.\d{1,2})?)*")


@dataclass(frozen=True)
class Taken:
    """The chance of one answer: a seed, the generator where there are several, and the style where no seed gave it. Where
    styles have names, the seed is the place of one."""

    seed: int = 0
    head: int | None = None
    style: tuple[float, ...] = ()

    def written(self) -> str:
        """For an address: 12, 12.3 with a generator, z0.5_-1.25 with a style."""
        if self.style:
            return "z" + "_".join(f"{number:g}" for number in self.style)
        return f"{self.seed}" if self.head is None else f"{self.seed}.{self.head}"


@dataclass(frozen=True)
class View:
    """key, model, direction; the drawing, and which example it is (-1: the visitor's own); seed of the wall; what is taken.

    own: the visitor's last drawing.  read: the style that was read from an image, with a thumbnail of it.  halted: marks a
    wall that was stopped on its way.  stops: Stop was pressed since the last wall began.  start, end: of the walk, where they
    were chosen.  steps: of the bridge, on its card.
    """

    key: str
    model: str
    direction: str
    ops: str
    base: str
    at: int
    seed: int
    taken: Taken
    own: Example | None = None
    read: tuple[float, ...] = ()
    read_from: str = ""
    halted: str = ""
    stops: bool = False
    start: Taken | None = None
    end: Taken | None = None
    compared: tuple = ()
    steps: int = 1

    @property
    def question(self) -> tuple:
        """What all models of a subject answer, side by side."""
        return self.key, self.direction, self.ops, self.base, self.seed

    @property
    def value(self) -> dict:
        return {"ops": self.ops, "base": self.base}

    @property
    def empty(self) -> bool:
        return is_empty(self.value)

    @property
    def examples(self) -> tuple[Example, ...]:
        return examples(self.key, self.direction)

    @property
    def name(self) -> str:
        """Of the drawing, as in "answers to the cat"."""
        return words.example(self.examples[self.at].name) if self.at >= 0 else words.YOURS

    @property
    def wall(self) -> tuple:
        """What the answers on the wall are made from, all of it."""
        return self.model, self.direction, self.ops, self.base, self.seed, self.halted

    def image(self) -> Image.Image:
        """The drawing. ImageError where it cannot be read."""
        return picture(self.key, self.ops, self.base)


@lru_cache(maxsize=64)
def picture(key: str, ops: str, base: str) -> Image.Image:
    """A pad's value as an image, as the nets of a subject are given it. ImageError where it cannot be read."""
    subject = SUBJECTS[key]
    return rasterise({"ops": ops, "base": base}, list(subject.inks), subject.paper)


def seen(key: str, ops: str, base: str) -> Image.Image:
    """The same in the colours of the page."""
    image = picture(key, ops, base)
    return materials.shown(image) if SUBJECTS[key].shown else image


def cells(view: View) -> list[Taken]:
    """The answers on the wall, row by row: 16 seeds; with several generators one of them a column, at the same seeds; or each
    style that has a name."""
    k = heads(view.model)
    if k:
        return [Taken(view.seed + i, head) for i in range(WALL // k) for head in range(k)]
    if labels(view.model):
        return [Taken(i) for i in range(len(labels(view.model)))]
    return [Taken(view.seed + i) for i in range(WALL)]


def truth(view: View, of: Taken, at: int) -> Image.Image | None:
    """The right answer to an example in a style that has a name, where training did not show it."""
    there = labels(view.model)
    return SUBJECTS[view.key].truth(view.examples[at].name, there[of.seed]) if there and at >= 0 else None


def settle(
    key: str = "", model: str = "", direction: str = "xy", at: int = -1, ops: str = "", seed: int = -1, taken: str = ""
) -> View:  # fmt: skip
    """The view that comes nearest to what was asked for, of what is here. ops "" and at -1: the drawing that opens."""
    here = available()
    key = subject_of(model) or (key if key in here else here[0])
    model = model if model in models(key) else models(key)[0]
    direction = direction if direction in ways(model) else "xy"
    if not ops:
        at = at if 0 <= at < len(examples(key, direction)) else _opening(key, direction)
    begun = Example("", ops=ops) if ops else examples(key, direction)[at]
    seed = seed % SEEDS if seed >= 0 else SUBJECTS[key].seed
    own = _yours(ops) if ops else None
    view = View(key, model, direction, begun.ops, begun.base, -1 if ops else at, seed, Taken(), own=own)
    return replace(view, taken=_taken(view, taken) or cells(view)[SUBJECTS[key].place % len(cells(view))])


def _opening(key: str, direction: str, name: str = "") -> int:
    """The place of the example of that name, of the one that opens where there is none."""
    names = [example.name for example in examples(key, direction)]
    return names.index(name if name in names else SUBJECTS[key].rows[0])


def _yours(ops: str = "", base: str = "") -> Example | None:
    """A visitor's drawing; None for a pad with nothing on it."""
    return None if is_empty({"ops": ops, "base": base}) else Example(words.YOURS, ops, base)


def _taken(view: View, text: str) -> Taken | None:
    """As `Taken.written` wrote it; None for what it cannot have written for this model."""
    if _STYLE.fullmatch(text) and styled(view.model):
        style = tuple(map(float, text[1:].split("_")))
        return Taken(style=style) if len(style) == loaded(view.model).method.style_size else None
    seed, dot, head = text.partition(".")
    k = heads(view.model)
    if not re.fullmatch(r"\d{1,5}", seed) or bool(dot) != bool(k) or (k and not re.fullmatch(r"\d", head)):
        return None
    if labels(view.model) and int(seed) >= len(labels(view.model)):
        return None
    return Taken(int(seed), int(head) if k else None) if not k or int(head) < k else None


def rounded(style) -> tuple[float, ...]:
    """A style as an address can hold it: to hundredths, within what any encoder means."""
    return tuple(round(max(-9.99, min(9.99, float(n))), 2) if math.isfinite(float(n)) else 0.0 for n in style)


def address(view: View) -> dict[str, str]:
    """What the page's URL says of all but the drawing, which the pad writes."""
    way = view.direction if len(ways(view.model)) > 1 else ""
    return {
        "answers": view.model,
        "back": "1" if way == "yx" else "",
        "roll": str(view.seed),
        "taken": view.taken.written(),
        "walk": "~".join(of.written() if of else "" for of in (view.start, view.end)).removesuffix("~")
        if view.start or view.end
        else "",
    }


KEYS = {"answers", "back", "roll", "taken", "drawn", "sketch", "walk", "like", "steps"}


def wished(wish: Mapping[str, str]) -> View:
    """The view that an address asks for, as far as it can be read."""
    name, back = wish.get("answers", ""), "yx" if wish.get("back") == "1" else "xy"
    roll = addresses.number(wish, "roll", 0, SEEDS - 1, -1)
    begun = settle("", name, back, seed=roll, taken=wish.get("taken", ""))
    at = addresses.number(wish, "sketch", 0, len(begun.examples) - 1, -1)
    view = settle("", name, back, at, seed=roll, taken=wish.get("taken", ""))
    try:  # a link that was cut or mistyped is as good as none
        value = wished_drawing(wish["drawn"], view.base if at >= 0 else "") if wish.get("drawn") else None
    except ImageError:
        value = None
    if value is not None:
        view = replace(view, **value, at=-1, own=_yours(**value))
    if styled(view.model):
        start, _, end = wish.get("walk", "").partition("~")
        view = replace(view, start=_taken(view, start), end=_taken(view, end))
    return view


# -- Changes ------------------------------------------------------------------------------------------------------------


def switched(view: View, model: str) -> View:
    """Another model: the drawing and the wall's seed stay, and of what is taken the place on the wall."""
    if model == view.model or model not in models(subject_of(model) or available()[0]):
        return view
    if subject_of(model) != view.key:
        return replace(settle(model=model), steps=view.steps)
    old = cells(view)
    place = old.index(view.taken) if view.taken in old else SUBJECTS[view.key].place
    new = replace(view, model=model, read=(), read_from="", halted="", start=None, end=None)
    if new.direction not in ways(model):
        new = turned(new, "xy")
    return replace(new, taken=cells(new)[place % len(cells(new))])


def turned(view: View, direction: str) -> View:
    """The other way: of the drawings of that domain the one of the same thing, and no style of the domain that was the target before."""
    if direction == view.direction or direction not in ("xy", "yx"):
        return view
    at = _opening(view.key, direction, view.examples[view.at].name if view.at >= 0 else "")
    begun = examples(view.key, direction)[at]
    new = replace(
        view,
        direction=direction,
        ops=begun.ops,
        base=begun.base,
        at=at,
        own=None,
        read=(),
        read_from="",
        halted="",
        start=None,
        end=None,
    )
    return (
        replace(new, taken=cells(new)[SUBJECTS[view.key].place % len(cells(new))])
        if view.taken.style
        else new
    )


def drawn(view: View, value: dict | None) -> View:
    """With another drawing on the pad. ImageError for what is none."""
    ops, base = strokes_and_picture(value)
    picture(view.key, ops, base)
    begun = next((i for i, e in enumerate(view.examples) if (e.ops, e.base) == (ops, base)), -1)
    own = view.own if begun >= 0 else _yours(ops, base) or view.own
    return replace(view, ops=ops, base=base, at=begun, own=own, halted="")


def brought(view: View, image: Image.Image) -> View:
    """With an image of the visitor's on the pad: whole, or its middle where the model was trained with middles."""
    if loaded(view.model).fit == "crop":
        image = ImageOps.fit(image, (SIDE, SIDE), Image.LANCZOS)
    base = image_to_base(image)
    return replace(view, ops="", base=base, at=-1, own=_yours(base=base), halted="")


def shown(view: View, at: int) -> View:
    """With an example on the pad; -1: the visitor's last drawing."""
    if at < 0:
        return replace(view, ops=view.own.ops, base=view.own.base, at=-1, halted="") if view.own else view
    at %= len(view.examples)
    return replace(view, ops=view.examples[at].ops, base=view.examples[at].base, at=at, halted="")


def rolled(view: View) -> View:
    """Other answers; what is taken stays."""
    return replace(view, seed=(view.seed + WALL) % SEEDS, halted="")
