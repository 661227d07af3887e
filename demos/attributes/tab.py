"""The tab Attributes: switch what a drawn face has, and see what two models make of it beside the right answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
from markupsafe import Markup
from PIL import Image

from i2i.data.worlds import faces
from i2i.images import to_image
from i2i.run.pipeline import cards

from ..widgets import client, look
from ..widgets.asking import sentence, uploaded, whole
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.photograph import PICTURES
from ..work import sweeper
from ..work.openings import opening
from ..work.visitors import Visitors
from . import people, view, words
from .board import Board
from .people import COUNT, NAMES, Person, available, edited, models, readers
from .shown import (
    board_of,
    face_of,
    legend_of,
    reading_of,
    strip_of,
    swap_of,
    sweep_of,
    switches_of,
    told_of,
)
from .switches import Switches
from .view import KEYS, View, settle, wished

_STYLE = look.style(__file__, "tab")

_PREDICT = Markup('<details class="note predict"><summary>{}</summary>{}</details>').format(
    words.PREDICT, words.PREDICTED
)


def everything_of(now: View) -> dict:
    """All values, by the names of the components."""
    return {
        "strip": strip_of(now, now.person), "face": face_of(now), "switches": switches_of(now), "told": told_of(now), "board": board_of(now),
        "legend": legend_of(now), "sweep": sweep_of(now), "strip_b": strip_of(now, now.second), "swap": swap_of(now), "read": reading_of(now),
    }  # fmt: skip


@opening
def _first() -> dict:
    """What the tab opens with."""
    return everything_of(settle())


# -- The API --------------------------------------------------------------------------------------------------------------


def _switches(text: str) -> list[int]:
    """Attributes by their names, with commas between. A sentence on the page for a name that is none."""
    wanted = [name.strip().lower() for name in (text or "").split(",") if name.strip()]
    for name in wanted:
        if name not in NAMES:
            raise sentence(words.NO_ATTRIBUTE.format(name=name[:40], names=", ".join(NAMES)))
    return [NAMES.index(name) for name in wanted]


def endpoint(
    face: float = 0, switch: str = "bangs", model: str = "", drawing: str | None = None
) -> Image.Image:
    """The API: a held-out face, or a drawing of this world, with attributes switched one after the other by a model, or by the world
    itself with "right answer". model "": the first of the tab."""
    model = model or models()[0]
    if model not in (*models(), "right answer"):
        raise sentence(words.NO_MODEL.format(model=model[:60], models=", ".join(models())))
    try:
        number = whole("face", 0 if face is None else face)
    except ValueError as fault:
        raise sentence(str(fault)) from None
    if not 0 <= number < COUNT:
        raise sentence(words.NO_FACE.format(last=COUNT - 1, number=number))
    person = received(drawing) if drawing else Person(number)
    traits = person.traits
    for attribute in _switches(switch):
        traits = people.toggled(traits, attribute)
    if model != "right answer":
        return to_image(edited(model, person, traits))
    right = people.answer(person, traits)
    if right is None:
        raise sentence(words.NO_ANSWER)
    return to_image(right)


def received(path: str) -> Person:
    """A visitor's drawing; a sentence on the page for what is none of this world."""
    image = uploaded(path)
    if not people.can_read():
        raise sentence(words.NO_READER)
    person = people.received(image)
    if person is None:
        raise sentence(words.FOREIGN)
    return person


def save(now: View, folder: str | Path) -> Path:
    """The face as the models see it, with the edit of each of them and the right answer, side by side."""
    parts = [now.person.x, *(edited(name, now.person, now.traits) for name in models())]
    right = people.answer(now.person, now.traits)
    images = [to_image(x) for x in (*parts, *([] if right is None else [right]))]
    side = images[0].width
    sheet = Image.new("RGB", (side * len(images), side))
    for i, image in enumerate(images):
        sheet.paste(image, (i * side, 0))
    whose = "your-drawing" if now.person.own else f"face-{now.person.number}"
    path = Path(folder) / f"{whose}-edited.png"
    sheet.save(path)
    return path


def before_and_after() -> Cover:
    """For the Map: the face that the tab opens with, and its first edit."""
    now = settle()
    edit = edited(models()[0], now.person, now.traits)
    return Cover(to_image(now.person.x), to_image(edit), view.address(now))


def notice() -> str:
    """What to notice of the models that are there, each by its way to edit."""
    told = [
        (words.NOTICE_ANEW if name in readers() else words.NOTICE_ITSELF).format(model=people.title(name))
        for name in models()
    ]
    return look.notice(" ".join(told))


# -- The tab --------------------------------------------------------------------------------------------------------------

_VISITORS: Visitors[View] = Visitors(settle)
_FETCH = "() => { const a = document.querySelector('#at-file a, #at-file button, a#at-file, button#at-file'); if (a) a.click(); }"


def _given(request: gr.Request) -> tuple:
    """What the endpoint gets for the first edit on the page."""
    now = _VISITORS.view(request.session_hash)
    traits, names = now.person.traits, []
    for i, name in enumerate(NAMES):
        # What a switch takes along needs none of its own; a hair colour goes by switching another one on.
        if traits[i] != now.traits[i] and (now.traits[i] or name not in NAMES[faces.COLOURS]):
            traits = people.toggled(traits, i)
            names.append(name)
    own = to_image(now.person.x) if now.person.own else None
    return 0 if now.person.own else now.person.number, ", ".join(names), models()[0], own


def _html(value: str, name: str, **more) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, elem_classes="bare", elem_id=name, **more)


def _button(text: str, name: str, kind: str = "quiet fit", **more) -> gr.Button:
    return gr.Button(text, size="sm", scale=0, min_width=110, elem_classes=kind, elem_id=name, **more)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    if not available():
        return None
    now, opens = settle(), _first()
    with gr.Tab("Attributes", id="attributes"):
        lead = Markup('<p class="lead">{}</p>').format(words.LEAD.format(count=len(NAMES)))
        gr.HTML(lead + _STYLE, apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row at", equal_height=True):
            with gr.Column(scale=9, min_width=320, elem_classes="card scene on-in"):
                look.label(words.SWITCH)
                face = _html(opens["face"], "at-face")
                switches = Switches(opens["switches"], elem_id="at-switches", elem_classes="bare")
                with gr.Row(elem_classes="tools"):
                    other = _button(words.ANOTHER, "at-other", "roll step", variant="primary")
                    back = _button(words.BACK, "at-back")
                    bring = gr.UploadButton(
                        words.UPLOAD, size="sm", scale=0, min_width=140, elem_classes="quiet fit", elem_id="at-bring",
                        file_types=PICTURES, visible=people.can_read(),
                    )  # fmt: skip
            with gr.Column(scale=15, min_width=320, elem_classes="card answer-first scene on-out"):
                look.label(words.EDIT)
                told = _html(opens["told"], "at-told")
                board = Board(opens["board"], elem_id="at-board", elem_classes="bare heard")
                legend = _html(opens["legend"], "at-legend")
                fetch = _button(words.SAVE, "at-fetch")
                client.card("attributes", _given)
        with gr.Column(elem_classes="card at"):
            with gr.Row(elem_classes="tools"):
                look.label(words.CHOOSE)
                more = _button(words.OTHERS, "at-more")
            strip = Choices(opens["strip"], elem_id="at-strip", elem_classes="bare examples scene on-rail")
        with gr.Row(elem_classes="row at view", equal_height=True):
            with gr.Column(scale=1, min_width=320):
                gr.HTML(notice(), apply_default_css=False, elem_classes="bare")
            with gr.Column(scale=1, min_width=320):
                gr.HTML(_PREDICT, apply_default_css=False, elem_classes="bare")
        with gr.Column(elem_classes="card at"):
            look.label(words.SWEEP)
            along = gr.Dropdown(
                [(words.ATTRIBUTES[name].yes, i) for i, name in enumerate(NAMES)], value=now.along, label=words.ATTRIBUTE, show_label=False, container=False,
                elem_id="at-along", scale=0, min_width=200,
            )  # fmt: skip
            sweep = Board(opens["sweep"], elem_id="at-sweep", elem_classes="bare")
            between = Markup('<p class="tell">{}</p>').format(words.BETWEEN.format(steps=view.STEPS))
            gr.HTML(between, apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row at", equal_height=True):
            with gr.Column(scale=14, min_width=320, elem_classes="card"):
                look.label(words.SWAP)
                strip_b = Choices(opens["strip_b"], elem_id="at-second", elem_classes="bare")
                swap = Board(opens["swap"], elem_id="at-swap", elem_classes="bare")
            with gr.Column(scale=10, min_width=320, elem_classes="card", visible=bool(readers())):
                look.label(words.READ)
                read = _html(opens["read"], "at-read")
        file = gr.DownloadButton(visible="hidden", elem_id="at-file")
        look.paper_links(*(cards()[name]["method"] for name in models()))

        parts = {
            "strip": strip, "face": face, "switches": switches, "told": told, "board": board, "legend": legend, "sweep": sweep,
            "strip_b": strip_b, "swap": swap, "read": read,
        }  # fmt: skip
        everything = [*parts.values(), along]

        def change(request: gr.Request, how: Callable[[View], View]) -> None:
            _VISITORS.change(request.session_hash, how)

        def seen(request: gr.Request) -> View:
            return _VISITORS.view(request.session_hash)

        def follow(request: gr.Request, whole: bool = True) -> Iterator[dict]:
            """Show all that the visitor looks at, piece by piece. whole: the face may be another one."""
            _, wanted = _VISITORS.change(request.session_hash, lambda v: v, anew=False)
            pieces: list[Callable[[View], dict]] = [
                lambda v: {switches: switches_of(v), along: v.along} | ({face: face_of(v)} if whole else {}),
                lambda v: {told: told_of(v), board: board_of(v), legend: legend_of(v)},
                lambda v: {strip: strip_of(v, v.person)} if whole else {},
                lambda v: {sweep: sweep_of(v)},
                lambda v: (
                    {strip_b: strip_of(v, v.second), swap: swap_of(v), read: reading_of(v)} if whole else {}
                ),
            ]
            for piece in pieces:
                if not wanted():
                    return
                if values := piece(seen(request)):
                    yield values

        def follow_edit(request: gr.Request):
            yield from follow(request, whole=False)

        def toggle(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.switched(v, int(event.index)))

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
            if attribute in range(len(NAMES)):
                change(request, lambda v: replace(v, along=int(attribute)))

        def show_sweep(request: gr.Request):
            now = seen(request)
            return {switches: switches_of(now), sweep: sweep_of(now)}

        def pair(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.paired(v, v.choices[int(event.index) % view.SHOWN].number))

        def show_swap(request: gr.Request):
            now = seen(request)
            return {switches: switches_of(now), strip_b: strip_of(now, now.second), swap: swap_of(now)}

        def receive(path: str, request: gr.Request) -> Iterator[dict]:
            person = received(path)
            change(request, lambda v: view.of_person(v, person))
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
        strip.select(take, None, None, **at_once).then(follow, None, **work)
        other.click(roll, None, None, **at_once).then(follow, None, **work)
        more.click(turn_over, None, None, **at_once).then(show_strips, None, **work)
        along.input(set_along, along, None, **at_once).then(show_sweep, None, **work)
        strip_b.select(pair, None, None, **at_once).then(show_swap, None, **work)
        bring.upload(receive, bring, **work)
        fetch.click(download, None, file, concurrency_id="attributes", concurrency_limit=2, **quiet).then(
            None, None, None, js=_FETCH, api_visibility="private"
        )
        gr.Button(visible=False).click(
            endpoint,
            [gr.Number(0, visible=False), gr.Textbox("bangs", visible=False), gr.Textbox(models()[0], visible=False), gr.File(visible=False)],
            gr.Image(visible=False, format="png"), api_name="attributes", concurrency_id="attributes", concurrency_limit=2,
            api_description=words.ENDPOINT.format(last=COUNT - 1, models=", ".join(models())),
        )  # fmt: skip

        def restore(request: gr.Request):
            """?tab=attributes&person=number&traits=…&along=…&second=…: what the link's sender saw; else it stays."""
            wish = dict(request.query_params)
            if wish.get("tab") != "attributes" or not KEYS & set(wish):
                yield {told: gr.skip()}
                return
            change(request, lambda _: wished(wish))
            yield from follow(request)

    return restore, everything


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
