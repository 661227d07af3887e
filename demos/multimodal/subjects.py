"""What the tab Multimodal is about: its subjects, the models of each that are here, and the drawings they begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import torch
from PIL import Image

from i2i.data.letters import ALPHABET, font_letters
from i2i.data.worlds import facades, icons, landscapes
from i2i.data.worlds.glyphs import masks_of
from i2i.data.worlds.sketches import DRAWINGS
from i2i.images import to_image
from i2i.measure.multimodal import reads_styles
from i2i.method import Control
from i2i.methods import METHODS
from i2i.papers import PAPERS
from i2i.run.pipeline import Model, config_of, load, shipped

from ..widgets import materials
from ..widgets.pad import SIDE, Ink, image_to_base, strokes_to_ops
from ..work.once import once
from ..work.openings import opening
from . import words

_PEN: tuple[Ink, ...] = (("pen", "#000000"),)
_WHITE = "#ffffff"


@dataclass(frozen=True)
class Example:
    """name; the strokes of a drawing, or a picture under them as a data URL: a pad's value."""

    name: str
    ops: str = ""
    base: str = ""


@dataclass(frozen=True)
class Subject:
    """models: in the order of the choice.  examples: of a direction.  rows: names of those in the grid.  seed, place: of the
    wall that the tab opens with, and which of its answers is taken.  mean: the model whose single step is a mean.

    inks, paper, boxes, pen: of the pad, whether rectangles come first, and the width of its pen, 0 for the usual.  shown: the inks as the page shows them, where those of
    the net are hard to tell apart.  references: images of the target that a program draws, each with a name, of a direction.
    truth: of an example and a label, the right answer where training did not show it, else None.
    """

    models: tuple[str, ...]
    examples: Callable[[str], list[Example]]
    rows: tuple[str, ...]
    seed: int
    place: int
    references: Callable[[str], list[tuple[str, Image.Image]]] = lambda _: []
    truth: Callable[[str, str], Image.Image | None] = lambda example, label: None
    mean: str = ""
    inks: tuple[Ink, ...] = _PEN
    paper: str = _WHITE
    shown: tuple[Ink, ...] = ()
    boxes: bool = False
    pen: int = 0


def _sketches(direction: str, width: int = 5) -> list[Example]:
    first = ["cat", "cupcake", "ghost", "mug", "robot", "rocket", "apple", "star", "car", "heart"]
    names = first + [name for name in DRAWINGS if name not in first]
    return [Example(name, ops=strokes_to_ops(DRAWINGS[name], width)) for name in names]


def _icons(direction: str) -> list[Example]:
    """In lines, or for the way back glossy."""
    return _of_each_class("line" if direction == "xy" else "glossy")


def _of_each_class(style: str) -> list[Example]:
    label = torch.arange(len(icons.CLASSES))
    drawn = icons.draw(icons.SPLITS["test"][0] + label, style, SIDE, label=label)
    return [
        Example(name, base=image_to_base(to_image(x)))
        for name, x in zip(icons.CLASSES, drawn.split(1), strict=True)
    ]


def _flat(direction: str) -> list[Example]:
    """Sketches with lines as wide as those of the set; for the way back flat icons."""
    return _sketches(direction, width=7) if direction == "xy" else _of_each_class("flat")


def _drawn_icons(direction: str, finish: str = "glossy") -> list[tuple[str, Image.Image]]:
    index = icons.SPLITS["test"][0] + torch.tensor((5, 3, 8, 12))
    drawn = icons.draw(index, finish if direction == "xy" else "line", 128)
    names = [icons.CLASSES[k] for k in icons.label_of(index).tolist()]
    return [(name, to_image(y)) for name, y in zip(names, drawn.split(1), strict=True)]


def _fronts(_: str) -> list[Example]:
    return [Example(name, **value) for name, value in materials.fronts()]


def _drawn_fronts(_: str) -> list[tuple[str, Image.Image]]:
    index = icons.SPLITS["test"][0] + torch.tensor((20, 21, 22, 23))
    drawn = facades.render(facades.draw_labels(index, 128), index)
    return [(words.FRONT, to_image(y)) for y in drawn.split(1)]


# What a landscape is painted with, by day or at a sunrise.
_PAINTS = tuple(zip(words.PAINTS, (
    "#5f9fdc", "#f7f9fb", "#fff6d0", "#75949f", "#4a7a37", "#3f7aa6", "#f2994a", "#c9655f", "#4b3357", "#1d1820",
), strict=True))  # fmt: skip


def _landscapes(direction: str) -> list[Example]:
    drawn = landscapes.draw(torch.arange(10), "day" if direction == "xy" else "dawn", SIDE)
    return [
        Example(words.LANDSCAPE.format(number=i + 1), base=image_to_base(to_image(x)))
        for i, x in enumerate(drawn)
    ]


def _drawn_skies(direction: str) -> list[tuple[str, Image.Image]]:
    if direction == "yx":
        return [(words.DAY, to_image(y)) for y in landscapes.draw(torch.arange(10, 14), "day")]
    lights = [light for light in landscapes.LIGHTS if light != "day"]
    return [
        (words.SUNRISE, to_image(landscapes.draw(torch.tensor([10 + i]), light)[0]))
        for i, light in enumerate(lights)
    ]


@lru_cache
def _trained() -> frozenset[tuple[str, str]]:
    """(font, letter) of all that training showed."""
    shown = font_letters(split="train")
    return frozenset(
        (shown.names[s], shown.contents[c])
        for s, c in zip(shown.style.tolist(), shown.content.tolist(), strict=True)
    )


def letter(font: str, name: str) -> Image.Image:
    """A capital letter of a font, black on white."""
    mask = masks_of(font, ALPHABET)[[ALPHABET.index(name)]]
    return to_image((1 - 2 * mask).expand(-1, 3, -1, -1)).resize((SIDE, SIDE), Image.BICUBIC)


def _letters(_: str) -> list[Example]:
    """The alphabet: roman, and the letters that training did not show so in italics."""
    fonts = {name: "cmr10" if ("cmr10", name) in _trained() else "cmmi10" for name in ALPHABET}
    return [
        Example(words.LETTER.format(letter=name), base=image_to_base(letter(font, name)))
        for name, font in fonts.items()
    ]


def _unseen(example: str, label: str) -> Image.Image | None:
    name = example[-1]
    return None if (label, name) in _trained() else letter(label, name)


SUBJECTS: dict[str, Subject] = {
    "flat": Subject(
        ("bicyclegan-openmoji", "bridge-openmoji", "diffusion-openmoji", "munit-emoji"),
        _flat,
        ("cat", "cupcake", "mushroom", "mug"),
        seed=32,
        place=11,
        references=partial(_drawn_icons, finish="flat"),
        mean="bridge-openmoji",
        pen=7,
    ),
    "emoji": Subject(
        ("bicyclegan-emoji", "bridge-emoji", "diffusion-emoji"),
        _sketches,
        ("cat", "cupcake", "ghost", "mug"),
        seed=0,
        place=9,
        references=_drawn_icons,
        mean="bridge-emoji",
    ),
    "icons": Subject(
        ("munit-icons", "augmented_cyclegan-icons", "mad_gan-icons"),
        _icons,
        ("cupcake", "tree", "sailboat", "fish"),
        seed=16,
        place=5,
        references=_drawn_icons,
    ),
    "facades": Subject(
        ("bicyclegan-facades",),
        _fronts,
        ("town house", "front 3", "front 5", "front 7"),
        seed=16,
        place=8,
        references=_drawn_fronts,
        inks=materials.INKS,
        paper=materials.INKS[0][1],
        shown=materials.SHOWN,
        boxes=True,
    ),
    "weather": Subject(
        ("munit-weather",),
        _landscapes,
        ("landscape 1", "landscape 3", "landscape 6", "landscape 8"),
        seed=16,
        place=6,
        references=_drawn_skies,
        inks=_PAINTS,
        paper="#ffffff",
        pen=24,
    ),
    "letters": Subject(
        ("bilinear-letters",),
        _letters,
        tuple(words.LETTER.format(letter=name) for name in "RAEGKS"),
        seed=0,
        place=4,
        truth=_unseen,
        pen=26,  # as wide as the strokes of an upright font
    ),
}


def models(key: str) -> list[str]:
    """Those of a subject that are in this copy."""
    return [name for name in SUBJECTS[key].models if name in shipped()]


def available() -> list[str]:
    """Subjects that have a model, in their order."""
    return [key for key in SUBJECTS if models(key)]


def subject_of(name: str) -> str:
    """The subject of a model, "" where the tab has no such model."""
    return next((key for key in available() if name in models(key)), "")


@once(16)
def loaded(name: str) -> Model:
    """A model, after a first answer: what that prepares is not the time of the answers that are shown."""
    model = load(name)
    few = {"steps": 1} if "steps" in model.controls else {}
    model.translate(torch.ones(1, 3, model.size, model.size), **few)
    return model


def title(name: str) -> str:
    """Of the method, as a button can hold it: Bridge, Bilinear, and Diffusion for conditional diffusion; but Augmented
    CycleGAN, since its last word is another's name."""
    whole = PAPERS[config_of(name)["method"]].name.partition(" (")[0].removesuffix(" models")
    last = whole.split()[-1]
    short = whole if last in {paper.name for paper in PAPERS.values()} else last
    return short[0].upper() + short[1:]


@lru_cache(maxsize=4)
def examples(key: str, direction: str) -> tuple[Example, ...]:
    return tuple(SUBJECTS[key].examples(direction))


# -- What a model can do, as its method declares it ---------------------------------------------------------------------


def _declared(name: str) -> dict[str, Control]:
    """The controls that its method declares; the model is not loaded for that, which takes seconds for some."""
    return METHODS[config_of(name)["method"]].controls


@opening
def styled(name: str) -> bool:
    """Whether it takes a style, and reads one from an image."""
    return "style" in _declared(name) and reads_styles(loaded(name))


@opening
def heads(name: str) -> int:
    """How many generators it has to choose from; 0 where there is one."""
    return int(loaded(name).method.controls["head"].high) + 1 if "head" in _declared(name) else 0


@opening
def labels(name: str) -> tuple[str, ...]:
    """The styles that it knows by name, where a name is all that it is told: each is an answer, and nothing is left to chance."""
    return loaded(name).labels if "label" in _declared(name) else ()


@opening
def ways(name: str) -> tuple[str, ...]:
    return ("xy", "yx") if "direction" in _declared(name) else ("xy",)
