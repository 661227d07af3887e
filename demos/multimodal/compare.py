"""The card of all models of a subject, side by side on one drawing."""

from __future__ import annotations

import time
from collections.abc import Iterator

from markupsafe import Markup
from PIL import Image

from i2i.images import to_image
from i2i.measure.multimodal import FIGURES
from i2i.papers import PAPERS
from i2i.run.pipeline import cards

from ..widgets import look
from ..widgets.measures import explained
from ..widgets.urls import light_url
from . import words
from .answers import colour_of, make
from .subjects import heads, loaded, models, title, ways
from .view import Taken, View

_ANSWERS = 4


def _going(view: View) -> list[str]:
    """The models of the subject that go the view's way."""
    return [name for name in models(view.key) if view.direction in ways(name)]


def _row(
    view: View, name: str, answered: tuple[list[Image.Image], float] | None, figures: list[str], config: dict
) -> Markup:
    record, card = PAPERS[config["method"]], config["card"].get("figures", {})
    if answered is None:
        cells = Markup('<i class="wait" aria-hidden="true"></i>') * _ANSWERS
        took = words.NOT_ASKED
    else:
        cells = Markup("").join(
            Markup('<img src="{}" alt="{}">').format(
                light_url(image.resize((128, 128), Image.LANCZOS), 88),
                words.ONE_OF_FOUR.format(drawing=view.name, model=title(name), colour=colour_of(image)),
            )
            for image in answered[0]
        )
        took = words.JUST_NOW.format(ms=answered[1])
    told = Markup("").join(
        Markup('<span title="{}">{} <b>{}</b></span>').format(
            FIGURES[f],
            words.FIGURES[f],
            f"{card[f][0]:.2f}" if card.get(f) and card[f][0] is not None else "–",
        )
        for f in figures
    )
    return Markup(
        '<section><div class="who"><b>{}</b><span>{}</span></div><div class="its">{}</div><p class="sums"><span>{}</span>{}</p></section>'
    ).format(title(name), record.idea, cells, took, told)


def _shown(view: View, answered: dict[str, tuple[list[Image.Image], float]]) -> Markup:
    names, known = _going(view), cards()
    told = names if view.direction == "xy" else []  # cards speak of the way to y
    there = [f for f in words.FIGURES if any(f in known[name]["card"].get("figures", {}) for name in told)]
    rows = Markup("").join(_row(view, name, answered.get(name), there, known[name]) for name in names)
    return look.stack(
        Markup('<div class="beside">{}</div>').format(rows),
        Markup('<p class="small">{}</p>').format(words.FIGURES_MEAN) if there else "",
        explained("PD-i2i") if there else "",
    )


def waiting(view: View) -> Markup:
    """HTML before anybody has asked."""
    return _shown(view, {})


def shown(view: View) -> Iterator[Markup]:
    """HTML of the card, model by model: four answers each, and the milliseconds that they took."""
    answered: dict[str, tuple[list[Image.Image], float]] = {}
    for name in _going(view):
        model, k = loaded(name), heads(name)
        x = model.place(view.image()).x
        wanted = [Taken(view.seed, i % k) if k else Taken(view.seed + i) for i in range(_ANSWERS)]
        start = time.perf_counter()
        made = make(model, x, wanted, view.direction)
        took = 1e3 * (time.perf_counter() - start) / _ANSWERS
        answered[name] = [to_image(y) for y in made.split(1)], took
        yield _shown(view, answered)
