"""What the tab Attributes shows of a view: values of components, and HTML."""

from __future__ import annotations

from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.data.worlds import faces
from i2i.images import to_image

from ..widgets import look
from ..widgets.urls import light_url
from . import people
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
    ("Hair", False, ("bald", "bangs")),
    ("Its colour", True, NAMES[faces.COLOURS]),
    ("Face", False, ("glasses", "makeup", "smile", "beard", "dark skin", "male")),
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
    alt = f"{person.name}: {said(person.traits)}"
    head = "Your drawing" if person.own else f"Face {person.number}"
    text = f"{head}, at {_LARGE} px. The models see it at {people.size()} px."
    if person.own:
        text = f"{head}, as the models see it. Its attributes were read off it: {said(person.traits)}."
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
    return {"label": "Faces to choose from", "tiles": tiles, "chosen": key}


def switches_of(now: View) -> dict:
    groups = []
    for name, one, some in _GROUPS:
        at = [NAMES.index(attribute) for attribute in some]
        groups.append(
            {
                "title": escape(name), "one": one,
                "switches": [
                    {
                        "at": i, "name": escape(NAMES[i].removesuffix(" hair")), "on": bool(now.traits[i]),
                        "changed": now.traits[i] != now.person.traits[i], "tint": _TINTS.get(NAMES[i], ""),
                    }
                    for i in at
                ],
            }
        )  # fmt: skip
    return {"label": "Attributes to switch", "groups": groups, "address": address(now)}


# -- The edit -------------------------------------------------------------------------------------------------------------


def asked(now: View) -> str:
    """The edit in words: "bangs; no beard"."""
    words = []
    for name, was, wanted in zip(NAMES, now.person.traits, now.traits, strict=True):
        if wanted != was and not (name in NAMES[faces.COLOURS] and not wanted):
            words.append(
                {("male", 0): "female", ("bald", 0): "not bald"}.get(
                    (name, wanted), name if wanted else f"no {name}"
                )
            )
    return "; ".join(words) or "nothing"


def _how(name: str) -> str:
    """What a model does, in a sentence."""
    if name in readers():
        return f"Reads the face into {loaded(name).method.config.code} numbers and makes it anew of them and the attributes."
    return "Changes the face itself, with the attributes as planes beside its colours."


def _lines(now: View, name: str) -> list[Markup]:
    found, lines = change(name, now.person, now.traits), []
    if found.off is None:
        lines.append(Markup("Changed by <b>{}</b>, a mean over all of it.").format(_percent(found.beside)))
    else:
        lines.append(
            Markup("Off the right answer by <b>{}</b>; doing nothing would be off by {}.").format(
                _percent(found.off), _percent(found.nothing)
            )
        )
        lines.append(Markup("Where nothing had to change: <b>{}</b>.").format(_percent(found.beside)))
    if found.right is not None:
        many = sum(a == b for a, b in zip(now.traits, now.person.traits, strict=True))
        lines.append(
            Markup("The judge reads {}; of the other {} attributes it reads <b>{}</b> otherwise.").format(
                Markup("<b>what was asked for</b>")
                if found.right
                else Markup("<b>not</b> what was asked for"),
                many,
                found.others or "none",
            )
        )
    return lines


def board_of(now: View) -> dict:
    person, traits, groups = now.person, now.traits, []
    for name in models():
        made, again = edited(name, person, traits), edited(name, person, person.traits)
        called, seen = title(name), "what else changed" if not person.own else "all that changed"
        cells = [
            (url(made), f"{person.name} edited by {called}: {said(traits)}", _how(name)),
            (url(again), f"{person.name} by {called}, with its own attributes", "with its own attributes"),
            (_heat(made, person, traits), f"map of {seen} with {called}", seen),
        ]
        groups.append({"title": escape(called), "cells": _cells(cells), "lines": _lines(now, name)})
    right = answer(person, traits)
    if right is not None:
        must = has_to_change(person, traits).float().mean().item()
        cells = [
            (
                url(right),
                f"the right answer: {said(traits)}",
                "Drawn by the code that drew the face: the same person.",
            ),
            (url(person.x), f"{person.name} as it was", "as it was"),
            (_heat(None, person, traits), "map of what had to change", "what had to change"),
        ]
        lines = [Markup("<b>{}</b> of its pixels had to change.").format(_percent(must))]
        groups.append({"title": "The right answer", "cells": _cells(cells), "lines": lines})
    return {"label": f"The edit: {asked(now)}", "look": "cards", "groups": groups}


def _cells(cells: list[tuple[str, str, str]]) -> list[dict]:
    return [{"src": src, "alt": escape(alt), "text": escape(text)} for src, alt, text in cells]


def told_of(now: View) -> Markup:
    """HTML above the cards; on a telephone, where they are long, with all answers at a glance, to stay in sight of the switches."""
    right = answer(now.person, now.traits)
    seen = [(now.person.x, "as it was")] + [(edited(m, now.person, now.traits), title(m)) for m in models()]
    seen += [] if right is None else [(right, "the right answer")]
    glance = Markup("").join(
        look.captioned(url(x, _SMALL), f"{now.person.name}, {text}", text) for x, text in seen
    )
    return Markup(
        '<p class="tell">Asked for: <b>{}</b>.</p><div class="trip at-glance" style="--n: {}">{}</div>'
    ).format(asked(now), len(seen), glance)


_KNOWN = Markup(
    '<p class="tell"><i class="at-must"></i> had to change: the right answer differs there. <i class="at-else"></i> changed though nothing had to, '
    "the more the stronger; full at a quarter of the range of a pixel.</p>"
)
_OWN = Markup(
    '<p class="tell"><i class="at-else"></i> changed, the more the stronger; full at a quarter of the range of a pixel. Nobody knows the right '
    "answer for a drawing that you bring, so the map cannot say what had to change.</p>"
)


def legend_of(now: View) -> Markup:
    return _OWN if now.person.own else _KNOWN


# -- Sweep, swap, reading -------------------------------------------------------------------------------------------------


def sweep_of(now: View) -> dict:
    asked_for, name = labels(now), NAMES[now.along]
    groups = []
    for model in models():
        made = people.swept(model, now.person, tuple(asked_for)).split(1)
        cells = [
            (
                url(one, _SMALL),
                f"{name} {i} of {len(made) - 1}, by {title(model)}",
                f"{i / (len(made) - 1):.3g}",
            )
            for i, one in enumerate(made)
        ]
        groups.append({"title": escape(title(model)), "cells": _cells(cells), "lines": []})
    return {"label": f"{name} from 0 to 1", "look": "film", "groups": groups}


def swap_of(now: View) -> dict:
    groups, pair = [], swapped(now)
    for (person, traits), (other, _) in (pair, pair[::-1]):
        cells = [(url(person.x), f"{person.name}: {said(person.traits)}", "as it is")]
        for name in models():
            made = edited(name, person, traits)
            cells.append(
                (
                    url(made),
                    f"{person.name} with the attributes of {other.name}, by {title(name)}",
                    title(name),
                )
            )
        right = answer(person, traits)
        if right is not None:
            cells.append((url(right), f"the right answer: {said(traits)}", "the right answer"))
        head = f"{person.name} with the attributes of {other.name}: {said(traits)}"
        groups.append({"title": escape(head[0].upper() + head[1:]), "cells": _cells(cells), "lines": []})
    return {"label": "Two faces, each with the attributes of the other", "look": "film few", "groups": groups}


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
            ).format("" if agrees else "off", attribute, "yes" if truth else "no", low, high - low, value)
        )
    of = "The face has" if not person.own else "Taken as"
    table = Markup(
        '<table class="at-read"><thead><tr><th></th><th scope="col">{}</th><th scope="col" colspan="2">E<sub>y</sub> reads</th></tr></thead>'
        "<tbody>{}</tbody></table>"
    ).format(of, Markup("").join(rows))
    text = Markup(
        '<p class="tell">{} learned to read attributes, too: a number for each, 1 for yes and −1 for no. Of this face it reads <b>{} of {}</b> '
        "as they are. The edits above do not need it: they are told the attributes of the face.</p>"
    ).format(title(name), right, len(NAMES))
    if person.own:
        text = Markup(
            '<p class="tell">{} reads a number for each attribute, 1 for yes and −1 for no.</p>'
        ).format(title(name))
    return table + text


def along_choices() -> list[tuple[str, int]]:
    return [(name, i) for i, name in enumerate(NAMES)]
