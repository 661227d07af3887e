"""The card of contents and styles: each row is a drawing, each column a style or a generator."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from PIL import Image

from i2i.images import to_image

from ..widgets.urls import light_url
from . import words
from .answers import colour_of, make
from .subjects import SUBJECTS, Example, heads, labels, loaded, styled, title
from .taken import code, style_of
from .view import Taken, View, cells, picture, seen, shown, truth

_FROM_WALL = 1, 3, 8, 10, 14  # places whose styles are columns
# Of those that have names; the last one makes room for what is taken.
_NAMED = 0, 1, 3, 4, 6, 8, 11, 15, 19, 20
_TILE = 112  # px

OWN = -1  # a row that is the visitor's own drawing


def possible(name: str) -> bool:
    """Whether a model has anything that stays while the drawing changes."""
    return styled(name) or heads(name) > 0 or bool(labels(name))


def rows(view: View) -> list[int]:
    """Examples by number, or OWN: the drawing on the pad is among them."""
    names = [e.name for e in view.examples]
    kept = [names.index(name) for name in SUBJECTS[view.key].rows]
    first = [OWN] * bool(view.own) + [view.at] * (view.at >= 0 and view.at not in kept)
    rest = kept[: len(kept) - len(first)]
    if view.at in kept and view.at not in rest:
        rest[-1] = view.at
    return [*first, *rest]


def _row(view: View, at: int) -> Example:
    return view.own if at == OWN and view.own else view.examples[at]


def columns(view: View) -> list[Taken]:
    """Styles of the wall, and last the one that is taken, or was read from an image; or each generator."""
    k = heads(view.model)
    if k:
        return [Taken(view.taken.seed, head) for head in range(k)]
    there = cells(view)
    if labels(view.model):
        kept = [there[i] for i in _NAMED]
        return kept if view.taken in kept else [*kept[:-1], view.taken]
    kept = [there[i] for i in _FROM_WALL]
    last = view.taken if view.taken not in kept else Taken(style=view.read) if view.read else there[6]
    return [*kept, last]


def chosen(view: View, i: int) -> View:
    """With the drawing and the style of a cell."""
    across, down = columns(view), rows(view)
    row, column = divmod(i % (len(across) * len(down)), len(across))
    return replace(shown(view, down[row]), taken=across[column])


def value(view: View) -> dict:
    """The board's."""
    model, across, down = loaded(view.model), columns(view), rows(view)
    told = []
    called = words.BY_GENERATOR if heads(view.model) else words.BY_STYLE
    called = words.BY_FONT if labels(view.model) else called
    tops = [_top(view, t, i) for i, t in enumerate(across)]
    for at in down:
        drawing = _row(view, at)
        x = model.place(picture(view.key, drawing.ops, drawing.base)).x
        for i, y in enumerate(make(model, x, across, view.direction).split(1)):
            image = to_image(y)
            colour, unseen = colour_of(image), truth(view, across[i], at) is not None
            told.append(
                {
                    "src": light_url(image.resize((_TILE, _TILE), Image.LANCZOS), 86),
                    "alt": (words.CELL_UNSEEN if unseen else words.CELL).format(colour=colour),
                    "title": called.format(
                        drawing=drawing.name, model=title(view.model), number=i + 1, font=tops[i].get("text")
                    ),
                    "unseen": unseen,
                }
            )
    here = OWN if view.at < 0 else view.at
    at = (
        down.index(here) * len(across) + across.index(view.taken)
        if here in down and view.taken in across
        else -1
    )
    sides = [
        {"src": light_url(seen(view.key, row.ops, row.base).resize((96, 96), Image.LANCZOS))}
        for row in (_row(view, i) for i in down)
    ]
    return {
        "label": words.GRID_LABEL, "columns": len(across), "cells": told, "tops": tops,
        "sides": sides, "corner": words.DASHED if labels(view.model) else "", "chosen": at, "address": {},
    }  # fmt: skip


def _top(view: View, of: Taken, i: int) -> dict:
    if heads(view.model):
        return {"text": words.GENERATOR.format(number=i + 1)}
    if labels(view.model):
        return {"text": words.font(labels(view.model)[of.seed])}
    if of.style and of.style == view.read and view.read_from:
        return {"src": view.read_from}
    svg = str(code(style_of(view, of))).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    svg = svg.replace("<rect", '<rect fill="#7a62e6"').replace(
        "<line", '<line stroke="#bbb" stroke-width="1"'
    )
    return {"src": "data:image/svg+xml," + quote(svg)}
