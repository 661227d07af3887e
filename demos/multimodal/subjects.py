"""What the tab Multimodal is about: two subjects, the models of each that are here, and the drawings they begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch

from i2i.data.worlds import icons
from i2i.data.worlds.sketches import DRAWINGS
from i2i.images import to_image
from i2i.measure.multimodal import reads_styles
from i2i.papers import PAPERS
from i2i.run.pipeline import Model, cards, load, shipped

from ..widgets.pad import SIDE, Ink, image_to_base, strokes_to_ops
from ..work.once import once
from ..work.openings import opening

INKS: tuple[Ink, ...] = (("pen", "#000000"),)
PAPER = "#ffffff"


@dataclass(frozen=True)
class Example:
    """name; the strokes of a drawing, or a picture under them as a data URL: a pad's value."""

    name: str
    ops: str = ""
    base: str = ""


@dataclass(frozen=True)
class Subject:
    """models: in the order of the choice.  examples: of a direction.  rows: names of those in the grid.  seed, place: of the
    wall that the tab opens with, and which of its answers is taken.  mean: the model whose single step is a mean."""

    models: tuple[str, ...]
    examples: Callable[[str], list[Example]]
    rows: tuple[str, ...]
    seed: int
    place: int
    mean: str = ""


def _sketches(direction: str) -> list[Example]:
    first = ["cat", "cupcake", "ghost", "mug", "robot", "rocket", "apple", "star", "car", "heart"]
    names = first + [name for name in DRAWINGS if name not in first]
    return [Example(name, ops=strokes_to_ops(DRAWINGS[name])) for name in names]


def _icons(direction: str) -> list[Example]:
    """One of each class: in lines, or for the way back glossy."""
    label = torch.arange(len(icons.CLASSES))
    index = icons.SPLITS["test"][0] + label
    drawn = icons.draw(index, "line" if direction == "xy" else "glossy", SIDE, label=label)
    return [
        Example(name, base=image_to_base(to_image(x)))
        for name, x in zip(icons.CLASSES, drawn.split(1), strict=True)
    ]


SUBJECTS: dict[str, Subject] = {
    "emoji": Subject(
        ("bicyclegan-emoji", "bridge-emoji", "diffusion-emoji"),
        _sketches,
        ("cat", "cupcake", "ghost", "mug"),
        seed=16,
        place=9,
        mean="bridge-emoji",
    ),
    "icons": Subject(
        ("munit-icons", "mad_gan-icons"),
        _icons,
        ("cupcake", "tree", "sailboat", "fish"),
        seed=16,
        place=5,
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


@once(8)
def loaded(name: str) -> Model:
    """A model, after a first answer: what that prepares is not the time of the answers that are shown."""
    model = load(name)
    few = {"steps": 1} if "steps" in model.controls else {}
    model.translate(torch.ones(1, 3, model.size, model.size), **few)
    return model


def title(name: str) -> str:
    """Of the method, as a button can hold it: Bridge, and Diffusion for conditional diffusion."""
    last = PAPERS[cards()[name]["method"]].name.partition(" (")[0].split()[-1]
    return last[0].upper() + last[1:]


@lru_cache(maxsize=4)
def examples(key: str, direction: str) -> tuple[Example, ...]:
    return tuple(SUBJECTS[key].examples(direction))


# -- What a model can do, as its method declares it ---------------------------------------------------------------------


@opening
def styled(name: str) -> bool:
    """Whether it takes a style, and reads one from an image."""
    return reads_styles(loaded(name))


@opening
def heads(name: str) -> int:
    """How many generators it has to choose from; 0 where there is one."""
    control = loaded(name).method.controls.get("head")
    return int(control.high) + 1 if control else 0


@opening
def ways(name: str) -> tuple[str, ...]:
    return ("xy", "yx") if "direction" in loaded(name).controls else ("xy",)
