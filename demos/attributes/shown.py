"""What the tab Attributes shows of a view: values of components, and HTML."""

from __future__ import annotations

from markupsafe import Markup, escape
from torch import Tensor

from i2i.images import to_image

from ..widgets import look
from ..widgets.urls import light_url
from . import found, words
from .changes import change, has_to_change, heat
from .people import Person, answer, drawn, edited, swept
from .view import View, address, labels, swapped
from .worlds import Traits, World, here, loaded, reading, title

_CELL, _SMALL = 256, 128  # px
_TINTS = {
    "black hair": "#21202a", "brown hair": "#573321", "blond hair": "#f0c46b", "ginger hair": "#db6629", "red hair": "#b5382a",
}  # fmt: skip
_STYLE = look.style(__file__, "tab")


def url(world: World, x: Tensor, side: int = _CELL) -> str:
    """Of an image [1, 3, H, W] in [-1, 1], enlarged as those of the world are."""
    return light_url(to_image(x).resize((side, side), world.enlarged), 90)


def _heat(made: Tensor | None, person: Person, traits: Traits) -> str:
    return light_url(heat(made, person, traits).resize((_CELL, _CELL), person.world.enlarged), 90)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


# -- What is said of the world --------------------------------------------------------------------------------------------


def lead_of(world: World) -> Markup:
    """HTML above the tab, with its style."""
    return Markup('<p class="lead">{}</p>').format(world.says.lead.format(count=len(world.names))) + _STYLE


def notice_of(world: World) -> Markup:
    """What to notice of the models that are there, each by its way to edit."""
    said, readers = world.says, world.readers()
    told = [
        (said.notice_anew if name in readers else said.notice_itself).format(model=title(name))
        for name in world.models()
    ]
    return look.notice(" ".join(told))


def predict_of(world: World) -> Markup:
    return Markup('<details class="note predict"><summary>{}</summary>{}</details>').format(
        world.says.predict, world.says.predicted
    )


def attributes_of(world: World) -> list[tuple[str, int]]:
    """To choose one that is swept."""
    return [(words.ATTRIBUTES[name].yes, i) for i, name in enumerate(world.names)]


def worlds() -> list[tuple[str, str]]:
    """To choose from."""
    return [(world.says.name, world.key) for world in here()]


# -- The person and the switches ------------------------------------------------------------------------------------------


def face_of(now: View) -> Markup:
    """HTML of the person, larger than the models see it."""
    person, world = now.person, now.world
    has = world.said(person.traits)
    alt = words.SHOWN.format(face=person.name, attributes=has)
    text = world.says.caption.format(number=person.number, large=world.large, small=world.size())
    if person.own:
        text = words.OWN_CAPTION.format(attributes=has)
    return Markup(
        '<figure class="at-face"><img src="{}" alt="{}"><figcaption>{}</figcaption></figure>'
    ).format(url(world, drawn(person, person.traits, world.large), world.large), alt, text)


def strip_of(now: View, chosen: Person) -> dict:
    tiles = [
        {
            "key": str(one.number), "title": escape(one.name), "src": url(now.world, drawn(one, one.traits, 64), _SMALL),
            "alt": escape(now.world.said(one.traits)), "more": "",
        }
        for one in now.choices
    ]  # fmt: skip
    key = str(chosen.number) if not chosen.own and chosen in now.choices else ""
    return {"label": now.world.says.choices, "tiles": tiles, "chosen": key}


def switches_of(now: View) -> dict:
    groups, names = [], now.world.names
    for name, kind, some in now.world.groups:
        at = [names.index(attribute) for attribute in some]
        groups.append(
            {
                "title": escape(name), "kind": kind,
                "switches": [
                    {
                        "at": i, "name": escape(words.ATTRIBUTES[names[i]].switch), "on": bool(now.traits[i]),
                        "changed": now.traits[i] != now.person.traits[i], "tint": _TINTS.get(names[i], ""),
                    }
                    for i in at
                ],
            }
        )  # fmt: skip
    return {"label": words.SWITCHES, "groups": groups, "address": address(now)}


# -- The edit -------------------------------------------------------------------------------------------------------------


def asked(now: View) -> str:
    """The edit in words: "bangs; no beard"."""
    return now.world.asked(now.person.traits, now.traits)


def _how(world: World, name: str) -> str:
    """What a model does, in a sentence."""
    if name in world.readers():
        return world.says.made_anew.format(count=loaded(name).method.config.code)
    return world.says.made_of_it


def _lines(now: View, name: str) -> list[Markup]:
    found, lines, world = change(name, now.person, now.traits), [], now.world
    if found.off is None:
        lines.append(words.CHANGED.format(beside=_percent(found.beside)))
    else:
        lines.append(world.says.off.format(off=_percent(found.off), nothing=_percent(found.nothing)))
        lines.append(world.says.beside.format(beside=_percent(found.beside)))
    if found.right is not None:
        many = sum(a == b for a, b in zip(now.traits, now.person.traits, strict=True))
        lines.append(words.JUDGED[found.right].format(count=many, wrong=found.others or words.NONE))
    return lines


def board_of(now: View) -> dict:
    person, traits, world, groups = now.person, now.traits, now.world, []
    for name in world.models():
        made, again = edited(name, person, traits), edited(name, person, person.traits)
        called, seen, seen_alt = title(name), words.ELSE_CHANGED, words.ELSE_CHANGED_ALT
        if person.own:
            seen, seen_alt = words.ALL_CHANGED, words.ALL_CHANGED_ALT
        cells = [
            (
                url(world, made),
                words.EDITED.format(face=person.name, model=called, attributes=world.said(traits)),
                _how(world, name),
            ),
            (
                url(world, again),
                words.OWN_ATTRIBUTES_ALT.format(face=person.name, model=called),
                words.OWN_ATTRIBUTES,
            ),
            (_heat(made, person, traits), seen_alt.format(model=called), seen),
        ]
        groups.append({"title": escape(called), "cells": _cells(cells), "lines": _lines(now, name)})
    right, of = answer(person, traits), world.says
    if right is not None:
        must = has_to_change(person, traits).float().mean().item()
        cells = [
            (url(world, right), of.answer_alt.format(attributes=world.said(traits)), of.answer_caption),
            (url(world, person.x), words.WAS_ALT.format(face=person.name), words.AS_IT_WAS),
            (_heat(None, person, traits), of.must_alt, of.must),
        ]
        lines = [of.must_share.format(share=_percent(must))]
        groups.append({"title": of.answer_title, "cells": _cells(cells), "lines": lines})
    return {"label": words.BOARD.format(edit=asked(now)), "look": "cards", "groups": groups}


def _cells(cells: list[tuple[str, str, str]]) -> list[dict]:
    return [{"src": src, "alt": escape(alt), "text": escape(text)} for src, alt, text in cells]


def told_of(now: View) -> Markup:
    """HTML above the cards; on a telephone, where they are long, with all answers at a glance, to stay in sight of the switches."""
    right = answer(now.person, now.traits)
    seen = [(now.person.x, words.AS_IT_WAS)] + [
        (edited(m, now.person, now.traits), title(m)) for m in now.world.models()
    ]
    seen += [] if right is None else [(right, now.world.says.answer)]
    glance = Markup("").join(
        look.captioned(url(now.world, x, _SMALL), words.GLANCE.format(face=now.person.name, which=text), text)
        for x, text in seen
    )
    return Markup('<p class="tell">{}</p><div class="trip at-glance" style="--n: {}">{}</div>').format(
        words.ASKED_FOR.format(edit=asked(now)), len(seen), glance
    )


def legend_of(now: View) -> Markup:
    of = now.world.says
    return Markup('<p class="tell">{}</p>').format(of.own_legend if now.person.own else of.legend)


# -- Sweep, swap, reading -------------------------------------------------------------------------------------------------


def sweep_of(now: View) -> dict:
    asked_for, name = labels(now), words.ATTRIBUTES[now.world.names[now.along]].yes
    groups = []
    for model in now.world.models():
        made = swept(model, now.person, tuple(asked_for)).split(1)
        cells = [
            (
                url(now.world, one, _SMALL),
                words.SWEPT_CELL.format(attribute=name, number=i, last=len(made) - 1, model=title(model)),
                f"{i / (len(made) - 1):.3g}",
            )
            for i, one in enumerate(made)
        ]
        groups.append({"title": escape(title(model)), "cells": _cells(cells), "lines": []})
    return {"label": words.SWEPT.format(attribute=name), "look": "film", "groups": groups}


def swap_of(now: View) -> dict:
    groups, pair, world = [], swapped(now), now.world
    for (person, traits), (other, _) in (pair, pair[::-1]):
        has = words.SHOWN.format(face=person.name, attributes=world.said(person.traits))
        cells = [(url(world, person.x), has, words.AS_IT_IS)]
        for name in world.models():
            made = edited(name, person, traits)
            alt = words.OF_OTHER.format(face=person.name, other=other.name, model=title(name))
            cells.append((url(world, made), alt, title(name)))
        right = answer(person, traits)
        if right is not None:
            alt = world.says.answer_alt.format(attributes=world.said(traits))
            cells.append((url(world, right), alt, world.says.answer))
        head = words.swapped(person.name, other.name, world.said(traits))
        groups.append({"title": escape(head), "cells": _cells(cells), "lines": []})
    return {"label": world.says.swapped, "look": "film few", "groups": groups}


def reading_of(now: View) -> Markup:
    """HTML: what the models that read attributes read of the person, beside what it has."""
    return Markup("").join(_read_by(name, now.person) for name in now.world.readers())


def _read_by(name: str, person: Person) -> Markup:
    found, names = reading(name, person.x).tolist(), person.world.names
    rows, right = [], 0
    for attribute, value, truth in zip(names, found, person.traits, strict=True):
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
    ).format(words.TAKEN_AS if person.own else person.world.says.has, words.READS, Markup("").join(rows))
    text = person.world.says.read_right.format(model=title(name), right=right, count=len(names))
    if person.own:
        text = words.READ_OWN.format(model=title(name))
    return table + Markup('<p class="tell">{}</p>').format(text)


# -- Found without attributes ---------------------------------------------------------------------------------------------


def found_of(now: View) -> dict:
    """The board of samples; empty where no model of the world found anything by itself."""
    world, name, groups = now.world, now.world.finder(), []
    if name is None:
        return {"label": "", "look": "film", "groups": []}
    told = found.read(world, name)
    for k, row in enumerate(found.rows(name, now.noise)):
        cells = [
            (
                url(world, x[None], _SMALL),
                words.FOUND_CELL.format(number=k + 1, noise=now.noise + i, model=title(name)),
                "",
            )
            for i, x in enumerate(row)
        ]
        shares = [
            words.FOUND_SHARE.format(
                attribute=words.ATTRIBUTES[one.name].yes, share=f"{one.share:.0%}", all=f"{one.all:.0%}"
            )
            for one in (told[k] if told else [])
        ]
        lines = [words.FOUND_READ.format(count=found.READ, some=Markup(", ").join(shares))] if shares else []
        groups.append(
            {"title": words.FOUND_TITLE.format(number=k + 1), "cells": _cells(cells), "lines": lines}
        )
    return {"label": words.FOUND, "look": "film", "groups": groups}


def found_lead(world: World) -> Markup:
    name = world.finder()
    if name is None:
        return Markup()
    text = words.FOUND_LEAD.format(model=title(name), count=found.count_of(name))
    return Markup('<p class="tell">{}</p>').format(text)


def found_told(now: View) -> Markup:
    """HTML below the board: what Q reads of the category, and how far it moves a pixel."""
    name = now.world.finder()
    if name is None:
        return Markup()
    bound, most = found.bound(name)
    category, noise = found.moved(found.rows(name, now.noise))
    text = words.FOUND_BOUND.format(bound=bound, most=most, category=category, noise=noise)
    text += words.FOUND_SEEN if category > noise / 2 else words.FOUND_HIDDEN
    return Markup('<p class="tell">{}</p>').format(text)
