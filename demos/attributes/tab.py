"""The tab Attributes: switch what somebody has, and see what two models make of it beside the world's own answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
from markupsafe import Markup
from PIL import Image

from i2i.images import to_image
from i2i.run.pipeline import cards

from ..widgets import address, client, look
from ..widgets.asking import sentence, uploaded, whole
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.photograph import PICTURES
from ..work import sweeper
from ..work.openings import opening
from ..work.visitors import Visitors
from . import people, view, words
from .board import Board
from .people import Person, edited
from .shown import (
    attributes_of,
    board_of,
    face_of,
    found_lead,
    found_of,
    found_told,
    lead_of,
    legend_of,
    notice_of,
    predict_of,
    reading_of,
    strip_of,
    swap_of,
    sweep_of,
    switches_of,
    told_of,
    worlds,
)
from .switches import Switches
from .view import KEYS, View, settle, wished
from .worlds import FACES, WORLDS, World, available, can_read, here


def everything_of(now: View) -> dict:
    """All values, by the names of the components."""
    return {
        "strip": strip_of(now, now.person), "face": face_of(now), "switches": switches_of(now), "told": told_of(now), "board": board_of(now),
        "legend": legend_of(now), "sweep": sweep_of(now), "strip_b": strip_of(now, now.second), "swap": swap_of(now), "read": reading_of(now),
        "found": found_of(now), "found_told": found_told(now),
    }  # fmt: skip


@opening
def _first() -> dict:
    """What the tab opens with."""
    return everything_of(settle())


# -- The API --------------------------------------------------------------------------------------------------------------


def _switches(world: World, text: str) -> list[int]:
    """Attributes by their names, with commas between. A sentence on the page for a name that is none."""
    wanted = [name.strip().lower() for name in (text or "").split(",") if name.strip()]
    for name in wanted:
        if name not in world.names:
            raise sentence(words.NO_ATTRIBUTE.format(name=name[:40], names=", ".join(world.names)))
    return [world.names.index(name) for name in wanted]


def _world(name: str) -> World:
    """By its name, "" for the first; a sentence on the page for a name that is none."""
    found = {world.key: world for world in here()}
    name = (name or next(iter(found))).strip().lower()
    if name not in found:
        raise sentence(words.NO_WORLD.format(world=name[:40], worlds=" and ".join(found)))
    return found[name]


def endpoint(
    face: float = 0,
    switch: str = "bangs",
    model: str = "",
    drawing: str | None = None,
    world: str = FACES.key,
) -> Image.Image:
    """The API: somebody of a world by number, or a drawing of any world, with attributes switched one after the other by a model, or by
    the world itself with "right answer". model "", world "": the first of the tab; a drawing is of the world that it belongs to."""
    of = _world(world)
    try:
        number = whole("face", 0 if face is None else face)
    except ValueError as fault:
        raise sentence(str(fault)) from None
    if not 0 <= number < of.count:
        raise sentence(words.NO_FACE.format(last=of.count - 1, number=number))
    person = received(drawing) if drawing else Person(number, world=of)
    of = person.world
    model = model or of.models()[0]
    if model not in (*of.models(), "right answer"):
        raise sentence(words.NO_MODEL.format(model=model[:60], models=", ".join(of.models())))
    traits = person.traits
    for attribute in _switches(of, switch):
        traits = of.toggled(traits, attribute)
    if model != "right answer":
        return to_image(edited(model, person, traits))
    right = people.answer(person, traits)
    if right is None:
        raise sentence(words.NO_ANSWER)
    return to_image(right)


def received(path: str) -> Person:
    """A visitor's drawing; a sentence on the page for what is of no world."""
    image = uploaded(path)
    if not can_read():
        raise sentence(words.NO_READER)
    person = people.received(image)
    if person is None:
        raise sentence(words.FOREIGN_TO_BOTH if len(here()) > 1 else words.FOREIGN)
    return person


def save(now: View, folder: str | Path) -> Path:
    """The person as the models see it, with the edit of each of them and the world's answer, side by side."""
    parts = [now.person.x, *(edited(name, now.person, now.traits) for name in now.world.models())]
    right = people.answer(now.person, now.traits)
    images = [to_image(x) for x in (*parts, *([] if right is None else [right]))]
    side = images[0].width
    sheet = Image.new("RGB", (side * len(images), side))
    for i, image in enumerate(images):
        sheet.paste(image, (i * side, 0))
    path = Path(folder) / f"{now.person.name.replace(' ', '-')}-edited.png"
    sheet.save(path)
    return path


def before_and_after() -> Cover:
    """For the Map: the person that the tab opens with, and its first edit."""
    now = settle()
    edit = edited(now.world.models()[0], now.person, now.traits)
    return Cover(to_image(now.person.x), to_image(edit), view.address(now))


def _described() -> str:
    first, *others = here()
    told = [words.ENDPOINT.format(last=first.count - 1, models=", ".join(first.models()))]
    told += [
        words.ENDPOINT_WORLD.format(world=one.key, last=one.count - 1, models=", ".join(one.models()))
        for one in others
    ]
    return " ".join(told)


# -- The tab --------------------------------------------------------------------------------------------------------------

_VISITORS: Visitors[View] = Visitors(settle)


def _given(request: gr.Request) -> tuple:
    """What the endpoint gets for the first edit on the page."""
    now = _VISITORS.view(request.session_hash)
    traits, names, world = now.person.traits, [], now.world
    none = not any(now.traits[world.exclusive])
    for i, name in enumerate(world.names):
        # What a switch takes along needs none of its own; a hair colour goes by switching another one on.
        if traits[i] != now.traits[i] and (now.traits[i] or i not in world.places or none):
            traits = world.toggled(traits, i)
            names.append(name)
    own = to_image(now.person.x) if now.person.own else None
    number = 0 if now.person.own else now.person.number
    # The endpoint's first world needs no name.
    return number, ", ".join(names), world.models()[0], own, *([] if world is here()[0] else [world.key])


def _button(text: str, name: str, kind: str = "quiet fit", **more) -> gr.Button:
    return gr.Button(text, size="sm", scale=0, min_width=110, elem_classes=kind, elem_id=name, **more)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    if not available():
        return None
    now, opens, several = settle(), _first(), len(here()) > 1
    world = now.world
    of = world.says
    with gr.Tab("Attributes", id="attributes"):
        lead = gr.HTML(lead_of(world), apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row at", equal_height=True):
            with gr.Column(scale=9, min_width=320, elem_classes="card scene on-in"):
                if several:
                    pick = gr.Radio(
                        worlds(), value=world.key, label=words.WORLD, show_label=False, container=False, elem_id="at-world",
                        elem_classes="segmented",
                    )  # fmt: skip
                switch = look.label(of.switch)
                face = look.html(opens["face"], "at-face")
                switches = Switches(opens["switches"], elem_id="at-switches", elem_classes="bare")
                with gr.Row(elem_classes="tools"):
                    other = _button(of.another, "at-other", "roll step", variant="primary")
                    back = _button(words.BACK, "at-back")
                    bring = gr.UploadButton(
                        words.UPLOAD, size="sm", scale=0, min_width=140, elem_classes="quiet fit", elem_id="at-bring",
                        file_types=PICTURES, visible=can_read(),
                    )  # fmt: skip
            with gr.Column(scale=15, min_width=320, elem_classes="card answer-first scene on-out"):
                look.label(words.EDIT)
                told = look.html(opens["told"], "at-told")
                board = Board(opens["board"], elem_id="at-board", elem_classes="bare heard")
                legend = look.html(opens["legend"], "at-legend")
                fetch = _button(words.SAVE, "at-fetch")
                client.card("attributes", _given)
        with gr.Column(elem_classes="card at"):
            with gr.Row(elem_classes="tools"):
                choose = look.label(of.choose)
                more = _button(words.OTHERS, "at-more")
            strip = Choices(opens["strip"], elem_id="at-strip", elem_classes="bare examples scene on-rail")
        with gr.Row(elem_classes="row at view", equal_height=True):
            with gr.Column(scale=1, min_width=320):
                notice = gr.HTML(notice_of(world), apply_default_css=False, elem_classes="bare")
            with gr.Column(scale=1, min_width=320):
                predict = gr.HTML(predict_of(world), apply_default_css=False, elem_classes="bare")
        with gr.Column(elem_classes="card at"):
            look.label(words.SWEEP)
            along = gr.Dropdown(
                attributes_of(world), value=now.along, label=words.ATTRIBUTE, show_label=False, container=False,
                elem_id="at-along", scale=0, min_width=200,
            )  # fmt: skip
            sweep = Board(opens["sweep"], elem_id="at-sweep", elem_classes="bare")
            between = Markup('<p class="tell">{}</p>').format(words.BETWEEN.format(steps=view.STEPS))
            gr.HTML(between, apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row at", equal_height=True):
            with gr.Column(scale=14, min_width=320, elem_classes="card"):
                swap_label = look.label(of.swap)
                strip_b = Choices(opens["strip_b"], elem_id="at-second", elem_classes="bare")
                swap = Board(opens["swap"], elem_id="at-swap", elem_classes="bare")
            with gr.Column(
                scale=10, min_width=320, elem_classes="card", visible=bool(world.readers())
            ) as read_card:
                read_label = look.label(of.read)
                read = look.html(opens["read"], "at-read")
        with gr.Column(elem_classes="card at", visible=world.finder() is not None) as found_card:
            with gr.Row(elem_classes="tools"):
                look.label(words.FOUND)
                more_noise = _button(words.OTHER_NOISE, "at-noise")
            leads = gr.HTML(found_lead(world), apply_default_css=False, elem_classes="bare")
            found = Board(opens["found"], elem_id="at-found", elem_classes="bare")
            found_tells = look.html(opens["found_told"], "at-found-told")
        file = gr.DownloadButton(visible="hidden", elem_id="at-file")
        look.paper_links(
            *{
                cards()[name]["method"]: 0
                for each in here()
                for name in (*each.models(), each.finder())
                if name
            }
        )

        parts = {
            "strip": strip, "face": face, "switches": switches, "told": told, "board": board, "legend": legend, "sweep": sweep,
            "strip_b": strip_b, "swap": swap, "read": read, "found": found, "found_told": found_tells,
        }  # fmt: skip
        everything = [*parts.values(), along]
        if several:
            everything += [
                pick,
                lead,
                switch,
                other,
                choose,
                notice,
                predict,
                swap_label,
                read_label,
                read_card,
                leads,
                found_card,
            ]

        def change(request: gr.Request, how: Callable[[View], View]) -> None:
            _VISITORS.change(request.session_hash, how)

        def seen(request: gr.Request) -> View:
            return _VISITORS.view(request.session_hash)

        def said_of(v: View) -> dict:
            """What stands on the page of the world alone."""
            said = v.world.says
            return {
                lead: lead_of(v.world), switch: look.label_of(said.switch), other: said.another,
                choose: look.label_of(said.choose), notice: notice_of(v.world), predict: predict_of(v.world),
                swap_label: look.label_of(said.swap), read_label: look.label_of(said.read),
                read_card: gr.Column(visible=bool(v.world.readers())),
                leads: found_lead(v.world), found_card: gr.Column(visible=v.world.finder() is not None),
            }  # fmt: skip

        def picked(request: gr.Request) -> dict:
            """The choice of the world, where something else than a click on it changed it: an answer must not undo a later click."""
            return {pick: seen(request).world.key} if several else {told: gr.skip()}

        def swept(v: View) -> int | gr.Dropdown:
            return gr.Dropdown(attributes_of(v.world), value=v.along) if several else v.along

        def show_found(v: View) -> dict:
            return {found: found_of(v), found_tells: found_told(v)}

        def follow(request: gr.Request, whole: bool = True) -> Iterator[dict]:
            """Show all that the visitor looks at, piece by piece. whole: the person may be another one, of another world."""
            _, wanted = _VISITORS.change(request.session_hash, lambda v: v, anew=False)
            pieces: list[Callable[[View], dict]] = [
                lambda v: {switches: switches_of(v), along: swept(v)} | ({face: face_of(v)} if whole else {}),
                lambda v: said_of(v) if whole and several else {},
                lambda v: {told: told_of(v), board: board_of(v), legend: legend_of(v)},
                lambda v: {strip: strip_of(v, v.person)} if whole else {},
                lambda v: {sweep: sweep_of(v)},
                lambda v: (
                    {strip_b: strip_of(v, v.second), swap: swap_of(v), read: reading_of(v)} if whole else {}
                ),
                lambda v: show_found(v) if whole else {},
            ]
            for piece in pieces:
                if not wanted():
                    return
                values = piece(seen(request))
                # Else what belongs to another world may come after what is seen of this one.
                if values and wanted():
                    yield values

        def follow_edit(request: gr.Request):
            yield from follow(request, whole=False)

        def toggle(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.switched(v, int(event.index)))

        def go(key: str, request: gr.Request):
            found = WORLDS.get(key)
            if found in here():
                change(request, lambda v: view.of_world(v, found))

        def take(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.of_person(v, v.choices[int(event.index) % view.SHOWN]))

        def roll(request: gr.Request):
            change(request, view.another)

        def undo(request: gr.Request):
            change(request, view.as_it_was)

        def turn_over(request: gr.Request):
            change(request, view.others)

        def show_strips(request: gr.Request):
            now = seen(request)
            return {
                switches: switches_of(now),
                strip: strip_of(now, now.person),
                strip_b: strip_of(now, now.second),
            }

        def set_along(attribute: int | None, request: gr.Request):
            def how(v: View) -> View:
                return replace(v, along=int(attribute)) if attribute in range(len(v.world.names)) else v

            change(request, how)

        def show_sweep(request: gr.Request):
            now = seen(request)
            return {switches: switches_of(now), sweep: sweep_of(now)}

        def pair(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.paired(v, v.choices[int(event.index) % view.SHOWN].number))

        def show_swap(request: gr.Request):
            now = seen(request)
            return {switches: switches_of(now), strip_b: strip_of(now, now.second), swap: swap_of(now)}

        def roll_noise(request: gr.Request):
            change(request, view.other_noise)

        def show_noise(request: gr.Request):
            now = seen(request)
            return {switches: switches_of(now), **show_found(now)}

        def receive(path: str, request: gr.Request) -> Iterator[dict]:
            person = received(path)
            change(request, lambda v: view.of_person(v, person))
            yield picked(request)
            yield from follow(request)

        def download(request: gr.Request):
            with tempfile.TemporaryDirectory(prefix="i2i-attributes-", dir=sweeper.desk()) as home:
                yield str(save(seen(request), home))

        at_once = {
            "queue": False,
            "api_visibility": "private",
            "trigger_mode": "multiple",
            "show_progress": "hidden",
        }
        quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        work = {"outputs": everything, "concurrency_id": "attributes", "concurrency_limit": 2, **quiet}
        switches.select(toggle, None, None, **at_once).then(follow_edit, None, **work)
        back.click(undo, None, None, **at_once).then(follow_edit, None, **work)
        if several:
            pick.input(go, pick, None, **at_once).then(follow, None, **work)
        strip.select(take, None, None, **at_once).then(follow, None, **work)
        other.click(roll, None, None, **at_once).then(follow, None, **work)
        more.click(turn_over, None, None, **at_once).then(show_strips, None, **work)
        along.input(set_along, along, None, **at_once).then(show_sweep, None, **work)
        strip_b.select(pair, None, None, **at_once).then(show_swap, None, **work)
        more_noise.click(roll_noise, None, None, **at_once).then(show_noise, None, **work)
        bring.upload(receive, bring, **work)
        fetch.click(download, None, file, concurrency_id="attributes", concurrency_limit=2, **quiet).then(
            None, None, None, js=look.fetched("at-file"), api_visibility="private"
        )
        gr.Button(visible=False).click(
            endpoint,
            [
                gr.Number(0, visible=False), gr.Textbox("bangs", visible=False), gr.Textbox("", visible=False), gr.File(visible=False),
                gr.Textbox(world.key, visible=False),
            ],
            gr.Image(visible=False, format="png"), api_name="attributes", concurrency_id="attributes", concurrency_limit=2,
            api_description=_described(),
        )  # fmt: skip

        def restore(request: gr.Request):
            """?tab=attributes&world=…&person=number&traits=…&along=…&second=…: what the link's sender saw; else it stays."""
            wish = dict(request.query_params)
            if "tab" not in wish or not address.asks(wish, "attributes", KEYS):
                yield {told: gr.skip()}
                return
            change(request, lambda _: wished(wish))
            yield picked(request)
            yield from follow(request)

    return restore, everything


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
