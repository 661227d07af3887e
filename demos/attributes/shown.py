"""What the tab Attributes shows of a view: values of components, and HTML."""

from __future__ import annotations

from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.data.worlds import faces
from i2i.images import to_image

from ..widgets import look
from ..widgets.urls import light_url
from . import people, words
from .changes import change, has_to_change, heat
from .people import (
    NAMES,
    Person,
    Traits,
    answer,
    drawn,
    edited,
    loaded,
    models,
    readers,
    reading,
    said,
    title,
)
from .view import View, address, labels, swapped

_LARGE, _CELL, _SMALL = 420, 256, 128  # px
_TINTS = {"black hair": "#21202a", "brown hair": "#573321", "blond hair": "#f0c46b", "ginger hair": "#db6629"}
_GROUPS = (
    (words.HAIR, False, ("bald", "bangs")),
    (words.HAIR_COLOUR, True, NAMES[faces.COLOURS]),
    (words.REST, False, ("glasses", "makeup", "smile", "beard", "dark skin", "male")),
)


def url(x: Tensor, side: int = _CELL) -> str:
    """Of an image [1, 3, H, W] in [-1, 1]."""
    return light_url(to_image(x).resize((side, side), Image.BICUBIC), 90)


def _heat(made: Tensor | None, person: Person, traits: Traits) -> str:
    return light_url(heat(made, person, traits).resize((_CELL, _CELL), Image.BICUBIC), 90)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


# -- The face and its switches --------------------------------------------------------------------------------------------


def face_of(now: View) -> Markup:
    """HTML of the face, larger than the models see it."""
    person = now.person
    has = said(person.traits)
    alt = words.SHOWN.format(face=person.name, attributes=has)
    text = words.CAPTION.format(number=person.number, large=_LARGE, small=people.size())
    if person.own:
        text = words.OWN_CAPTION.format(attributes=has)
    return Markup(
        '<figure class="at-face"><img src="{}" alt="{}"><figcaption>{}</figcaption></figure>'
    ).format(url(drawn(person, person.traits, _LARGE), _LARGE), alt, text)


def strip_of(now: View, chosen: Person) -> dict:
    tiles = [
        {
            "key": str(one.number), "title": escape(one.name), "src": url(drawn(one, one.traits, 64), _SMALL),
            "alt": escape(said(one.traits)), "more": "",
        }
        for one in now.choices
    ]  # fmt: skip
    key = str(chosen.number) if not chosen.own and chosen in now.choices else ""
    return {"label": words.FACES, "tiles": tiles, "chosen": key}


def switches_of(now: View) -> dict:
    groups = []
    for name, one, some in _GROUPS:
        at = [NAMES.index(attribute) for attribute in some]
        groups.append(
            {
                "title": escape(name), "one": one,
                "switches": [
                    {
                        "at": i, "name": escape(words.ATTRIBUTES[NAMES[i]].switch), "on": bool(now.traits[i]),
                        "changed": now.traits[i] != now.person.traits[i], "tint": _TINTS.get(NAMES[i], ""),
                    }
                    for i in at
                ],
            }
        )  # fmt: skip
    return {"label": words.SWITCHES, "groups": groups, "address": address(now)}


# -- The edit -------------------------------------------------------------------------------------------------------------


def asked(now: View) -> str:
    """The edit in words: "bangs; no beard"."""
    switched = []
    for name, was, wanted in zip(NAMES, now.person.traits, now.traits, strict=True):
        if wanted != was and not (name in NAMES[faces.COLOURS] and not wanted):
            of = words.ATTRIBUTES[name]
            switched.append(of.yes if wanted else of.no)
    return "; ".join(switched) or words.NOTHING


def _how(name: str) -> str:
    """What a model does, in a sentence."""
    if name in readers():
        return words.MADE_ANEW.format(count=loaded(name).method.config.code)
    return words.MADE_OF_IT


def _lines(now: View, name: str) -> list[Markup]:
    found, lines = change(name, now.person, now.traits), []
    if found.off is None:
        lines.append(words.CHANGED.format(beside=_percent(found.beside)))
    else:
        lines.append(words.OFF.format(off=_percent(found.off), nothing=_percent(found.nothing)))
        lines.append(words.BESIDE.format(beside=_percent(found.beside)))
    if found.right is not None:
        many = sum(a == b for a, b in zip(now.traits, now.person.traits, strict=True))
        lines.append(words.JUDGED[found.right].format(count=many, wrong=found.others or words.NONE))
    return lines


def board_of(now: View) -> dict:
    person, traits, groups = now.person, now.traits, []
    for name in models():
        made, again = edited(name, person, traits), edited(name, person, person.traits)
        called, seen, seen_alt = title(name), words.ELSE_CHANGED, words.ELSE_CHANGED_ALT
        if person.own:
            seen, seen_alt = words.ALL_CHANGED, words.ALL_CHANGED_ALT
        cells = [
            (
                url(made),
                words.EDITED.format(face=person.name, model=called, attributes=said(traits)),
                _how(name),
            ),
            (
                url(again),
                words.OWN_ATTRIBUTES_ALT.format(face=person.name, model=called),
                words.OWN_ATTRIBUTES,
            ),
            (_heat(made, person, traits), seen_alt.format(model=called), seen),
        ]
        groups.append({"title": escape(called), "cells": _cells(cells), "lines": _lines(now, name)})
    right = answer(person, traits)
    if right is not None:
        must = has_to_change(person, traits).float().mean().item()
        cells = [
            (url(right), words.RIGHT_ALT.format(attributes=said(traits)), words.RIGHT_CAPTION),
            (url(person.x), words.WAS_ALT.format(face=person.name), words.AS_IT_WAS),
            (_heat(None, person, traits), words.MUST_ALT, words.MUST),
        ]
        lines = [words.MUST_SHARE.format(share=_percent(must))]
        groups.append({"title": words.RIGHT_TITLE, "cells": _cells(cells), "lines": lines})
    return {"label": words.BOARD.format(edit=asked(now)), "look": "cards", "groups": groups}


def _cells(cells: list[tuple[str, str, str]]) -> list[dict]:
    return [{"src": src, "alt": escape(alt), "text": escape(text)} for src, alt, text in cells]


def told_of(now: View) -> Markup:
    """HTML above the cards; on a telephone, where they are long, with all answers at a glance, to stay in sight of the switches."""
    right = answer(now.person, now.traits)
    seen = [(now.person.x, words.AS_IT_WAS)] + [
        (edited(m, now.person, now.traits), title(m)) for m in models()
    ]
    seen += [] if right is None else [(right, words.RIGHT_ANSWER)]
    glance = Markup("").join(
        look.captioned(url(x, _SMALL), words.GLANCE.format(face=now.person.name, which=text), text)
        for x, text in seen
    )
    return Markup('<p class="tell">{}</p><div class="trip at-glance" style="--n: {}">{}</div>').format(
        words.ASKED_FOR.format(edit=asked(now)), len(seen), glance
    )


def legend_of(now: View) -> Markup:
    return Markup('<p class="tell">{}</p>').format(words.OWN_LEGEND if now.person.own else words.LEGEND)


# -- Sweep, swap, reading -------------------------------------------------------------------------------------------------


def sweep_of(now: View) -> dict:
    asked_for, name = labels(now), words.ATTRIBUTES[NAMES[now.along]].yes
    groups = []
    for model in models():
        made = people.swept(model, now.person, tuple(asked_for)).split(1)
        cells = [
            (
                url(one, _SMALL),
                words.SWEPT_CELL.format(attribute=name, number=i, last=len(made) - 1, model=title(model)),
                f"{i / (len(made) - 1):.3g}",
            )
            for i, one in enumerate(made)
        ]
        groups.append({"title": escape(title(model)), "cells": _cells(cells), "lines": []})
    return {"label": words.SWEPT.format(attribute=name), "look": "film", "groups": groups}


def swap_of(now: View) -> dict:
    groups, pair = [], swapped(now)
    for (person, traits), (other, _) in (pair, pair[::-1]):
        has = words.SHOWN.format(face=person.name, attributes=said(person.traits))
        cells = [(url(person.x), has, words.AS_IT_IS)]
        for name in models():
            made = edited(name, person, traits)
            alt = words.OF_OTHER.format(face=person.name, other=other.name, model=title(name))
            cells.append((url(made), alt, title(name)))
        right = answer(person, traits)
        if right is not None:
            alt = words.RIGHT_ALT.format(attributes=said(traits))
            cells.append((url(right), alt, words.RIGHT_ANSWER))
        head = words.swapped(person.name, other.name, said(traits))
        groups.append({"title": escape(head), "cells": _cells(cells), "lines": []})
    return {"label": words.SWAPPED, "look": "film few", "groups": groups}


def reading_of(now: View) -> Markup:
    """HTML: what the models that read attributes read of the face, beside what it has."""
    return Markup("").join(_read_by(name, now.person) for name in readers())


def _read_by(name: str, person: Person) -> Markup:
    found = reading(name, person.x).tolist()
    rows, right = [], 0
    for attribute, value, truth in zip(NAMES, found, person.traits, strict=True):
        agrees = (value > 0) == bool(truth)
        right += agrees
        low, high = sorted((50, 50 + 50 * max(-1.0, min(1.0, value / 1.5))))
        rows.append(
            Markup(
                '<tr class="{}"><th scope="row">{}</th><td>{}</td><td class="at-bar"><span><i style="left:{:.1f}%;width:{:.1f}%"></i></span></td>'
                "<td>{:+.2f}</td></tr>"
            ).format(
                "" if agrees else "off",
                words.ATTRIBUTES[attribute].yes,
                words.YES if truth else words.NO,
                low,
                high - low,
                value,
            )
        )
    table = Markup(
        '<table class="at-read"><thead><tr><th></th><th scope="col">{}</th><th scope="col" colspan="2">{}</th></tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(words.TAKEN_AS if person.own else words.HAS, words.READS, Markup("").join(rows))
    text = words.READ_RIGHT.format(model=title(name), right=right, count=len(NAMES))
    if person.own:
        text = words.READ_OWN.format(model=title(name))
    return table + Markup('<p class="tell">{}</p>').format(text)
