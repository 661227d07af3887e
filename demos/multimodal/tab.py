"""The tab Multimodal: one drawing and many right answers to it, each with a style or a noise of its own."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

import gradio as gr
from markupsafe import Markup, escape
from PIL import Image

from i2i.images import ImageError
from i2i.run.pipeline import cards as configs

from ..decoding import open_image
from ..widgets import address as addresses
from ..widgets import client, look
from ..widgets.asking import WholeSlider, sentence, uploaded, whole
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.pad import Pad, is_growing, palette
from ..widgets.photograph import PICTURES
from ..widgets.strip import thumbnail
from ..widgets.urls import light_url
from ..work.openings import opening
from ..work.visitors import Visitors
from . import compare, grid, objective, reference, steps, subjects, taken, view, walk, words
from .answers import SHELF, Answers, colour_of, spread, wall
from .board import Board
from .subjects import SUBJECTS, available, heads, labels, loaded, models, styled, title, ways
from .view import KEYS, View, address, cells, settle, truth, wished

_STYLE = look.style(__file__, "tab")
ON_THE_TILE = 3, 7, 4, 10  # places on the wall whose answers stand on the tile of the map
_TILE = 128  # px of a picture on the wall
_NAMED = 6  # columns of a wall of styles that have names

_LEAD = Markup('<p class="lead">{}</p>').format(words.LEAD)

# -- What is shown ------------------------------------------------------------------------------------------------------


def _under(now: View) -> int:
    """The example whose picture lies beneath the strokes, -1 where none does."""
    return next((i for i, e in enumerate(now.examples) if now.base and e.base == now.base), -1)


def pad_of(now: View) -> dict:
    subject = SUBJECTS[now.key]
    pen = {"width": subject.pen} if subject.pen else {}
    return {
        **now.value, **pen, "name": f"{now.key} {now.direction}", **palette(subject.inks, subject.paper, subject.shown), "boxes": subject.boxes, "example": now.at, "under": _under(now),
        "keys": {"name": "", "ops": "drawn", "example": "sketch"},
    }  # fmt: skip


@lru_cache(maxsize=4)
def _thumbnails(key: str, direction: str) -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i), "title": escape(e.name), "src": thumbnail(view.seen(key, e.ops, e.base), 96),
            "alt": escape(e.name), "more": "",
        }
        for i, e in enumerate(subjects.examples(key, direction))
    )  # fmt: skip


def heap_of(now: View) -> dict:
    tiles = list(_thumbnails(now.key, now.direction))
    return {
        "label": words.DRAWING,
        "tiles": tiles,
        "chosen": str(now.at) if now.at >= 0 else "",
        "address": {},
    }


def _called(now: View, i: int) -> str:
    """What an answer on the wall is called."""
    k = heads(now.model)
    if k:
        return words.GENERATOR_AND_NOISE.format(generator=i % k + 1, noise=i // k + 1)
    if labels(now.model):
        return words.font(labels(now.model)[i])
    return words.ANSWER.format(number=i + 1)


def _unseen(now: View) -> list[bool]:
    """Of each answer on the wall, whether training did not show what it should be."""
    return [truth(now, of, now.at) is not None for of in cells(now)]


def wall_of(now: View, made: Answers | None) -> dict:
    """The board's value; a picture that is not there yet is left as it is, and without `made` so are all. To an empty pad
    there are none."""
    there = cells(now)
    shown: list[dict] = [
        {"src": None, "alt": "", "title": _called(now, i), "unseen": unseen}
        for i, unseen in enumerate(_unseen(now))
    ]
    for i in range(len(made.images) if made else 0):
        image = made.image(i)
        told = words.PAINTED_UNSEEN if shown[i]["unseen"] else words.PAINTED
        shown[i] |= {
            "src": light_url(image.resize((_TILE, _TILE), Image.LANCZOS), 88),
            "alt": told.format(drawing=now.name, model=title(now.model), colour=colour_of(image)),
        }
    k = heads(now.model)
    return {
        "label": words.ANSWERS.format(drawing=now.name), "columns": k or (_NAMED if labels(now.model) else 4), "cells": shown,
        "tops": [{"text": words.GENERATOR.format(number=i + 1)} for i in range(k)],
        "chosen": there.index(now.taken) if now.taken in there else -1, "still": bool(made and made.done < 1), "bare": now.empty,
        "fresh": f"{now.model} {now.seed}", "address": address(now),
    }  # fmt: skip


def doing_of(now: View, made: Answers | None) -> Markup:
    """HTML below the wall."""
    model = loaded(now.model)
    if now.empty:
        return Markup('<p class="doing">{}</p>').format(words.NOTHING_YET)
    if made is None or made.done < 1:
        told = words.on_the_way(model.method.gradual, made.done if made else None)
        return Markup('<p class="doing">{}</p>').format(told)
    stopped = f"{words.STOPPED} " if now.halted else ""
    took = words.TOOK.format(count=len(made.images), ms=1e3 * made.seconds, device=model.device.type.upper())
    count = sum(_unseen(now))
    differ = words.UNSEEN.format(count=count) if count else words.DIFFER.format(spread=spread(made.images))
    return Markup('<p class="doing"><span>{}{}</span> <span>{}</span></p>').format(stopped, took, differ)


def _finished(now: View) -> Answers | None:
    return None if now.empty else list(wall(now))[-1]


@opening
def _first() -> dict:
    """What the tab opens with."""
    now = settle()
    made = _finished(now)
    return {
        "pad": pad_of(now), "heap": heap_of(now), "wall": wall_of(now, made), "doing": doing_of(now, made), "taken": taken.shown(now),
        "pictures": pictures_of(now) or {}, "reading": reading_of(now) or "", "way": way_of(now) or {}, "gradual": _gradual(now),
        "grid": grid_of(now) or {"cells": [], "columns": 1}, "noises": noises_of(now) or "", "beside": compare.waiting(now),
        "goal": objective.shown(now),
    }  # fmt: skip


def before_and_after() -> Cover:
    """The drawing that the tab opens with, and four answers to it: for the map."""
    now = settle()
    made, side = _finished(now), loaded(now.model).size
    page = Image.new("RGB", (2 * side, 2 * side))
    for i, place in enumerate(ON_THE_TILE):
        page.paste(made.image(place), (side * (i % 2), side * (i // 2)))
    return Cover(now.image(), page, {**address(now), "sketch": now.at})


# -- The cards below: what each shows of a view, None where it has nothing to show ----------------------------------------


def grid_of(now: View) -> dict | None:
    return grid.value(now) if grid.possible(now.model) and not now.empty else None


def reading_of(now: View) -> Markup | None:
    return reference.shown(now) if styled(now.model) else None


def pictures_of(now: View) -> dict | None:
    return reference.tiles(now) if styled(now.model) else None


def way_of(now: View) -> dict | None:
    return walk.value(now) if styled(now.model) else None


def noises_of(now: View) -> Markup | None:
    return steps.shown(now) if steps.model_of(now) else None


# -- The API --------------------------------------------------------------------------------------------------------------


def answer(
    image: str | None, model: str, n: float = 4, seed: float = 0, style: float = -1, direction: str = "xy"
) -> list[Image.Image]:
    """The API: an image file and a model of this tab -> n answers. style: the seed of the style of all of them; -1: each has
    its own. direction: xy, or yx for a model that goes back."""
    names = [name for key in available() for name in models(key)]
    if model not in names:
        raise sentence(words.NO_MODEL.format(model=str(model)[:40], models=", ".join(names)))
    if not image:
        raise sentence(words.NO_PICTURE)
    try:
        given = open_image(image, words.THIS_FILE)
    except ImageError as fault:
        raise sentence(str(fault)) from None
    try:
        count, seed = whole("n", n), whole("seed", seed)
        asked = {} if style is None or style == -1 else {"style": whole("style", style)}
        if direction not in (None, "", "xy"):
            if direction not in ways(model):
                raise sentence(
                    words.NO_WAY.format(model=model, ways=", ".join(ways(model)), direction=direction[:20])
                )
            asked["direction"] = direction
        if known := len(labels(model)):
            if not 1 <= count <= 64:
                raise ValueError(words.MANY.format(n=count))
            fonts = [asked.get("style", seed + i) % known for i in range(count)]
            return [loaded(model)(given, label=font) for font in fonts]
        made = loaded(model)(given, n=count, seed=seed, **asked)
    except (ValueError, ImageError) as fault:
        raise sentence(str(fault)) from None
    return made if isinstance(made, list) else [made]


# -- The tab --------------------------------------------------------------------------------------------------------------

_VISITORS: Visitors[View] = Visitors(settle)


def _given(request: gr.Request) -> tuple:
    """What the endpoint gets for the wall on the page."""
    now = _VISITORS.view(request.session_hash)
    if now.empty:
        raise sentence(words.DRAW_FIRST)
    if heads(now.model):
        raise sentence(words.SEVERAL_GENERATORS)
    way = () if now.direction == "xy" else (now.direction,)
    if labels(now.model):
        return now.image(), now.model, len(cells(now)), 0, -1
    return now.image(), now.model, view.WALL, now.seed, -1, *way


def state_of(method: str) -> str:
    """What an address says to show a method's answers; "" for one that is not here."""
    name = next((n for key in available() for n in models(key) if configs()[n]["method"] == method), "")
    return f"answers={name}" if name else ""


def _named(key: str) -> list[tuple[str, str]]:
    return [(title(name), name) for name in models(key)]


def _directions(now: View) -> list[tuple[str, str]]:
    told = words.DIRECTIONS.get(now.key, {})
    return [(told.get(way, way), way) for way in ways(now.model)]


def _gradual(now: View) -> bool:
    return loaded(now.model).method.gradual


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = available()
    if not keys:
        return None
    now, opens = settle(), _first()
    reads = styled(now.model)
    with gr.Tab("Multimodal", id="multimodal"):
        gr.HTML(_LEAD + _STYLE, apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row mm", equal_height=True):
            with gr.Column(scale=11, min_width=300, elem_classes="card scene on-in"):
                look.label(words.DRAW)
                subject = gr.Radio(
                    [(words.KINDS[key], key) for key in keys], value=now.key, label=words.KIND, show_label=False, container=False, visible=len(keys) > 1,
                    elem_id="mm-subject", elem_classes="segmented",
                )  # fmt: skip
                direction = gr.Radio(
                    _directions(now), value=now.direction, label=words.DIRECTION, show_label=False, container=False,
                    visible=len(ways(now.model)) > 1, elem_id="mm-direction", elem_classes="segmented",
                )  # fmt: skip
                pad = Pad(opens["pad"], elem_id="mm-pad", elem_classes="bare")
                bring_drawing = gr.UploadButton(
                    words.BRING,
                    file_types=PICTURES,
                    size="sm",
                    elem_classes="quiet fit",
                    elem_id="mm-bring-drawing",
                )
                heap = Choices(opens["heap"], elem_id="mm-heap", elem_classes="bare examples")
            with gr.Column(scale=17, min_width=320, elem_classes="card scene on-out"):
                look.label(words.WALL)
                with gr.Row(elem_classes="row controls"):
                    model = gr.Radio(
                        _named(now.key), value=now.model, label=words.MODEL, show_label=False, container=False, min_width=200, scale=4,
                        visible=len(models(now.key)) > 1, elem_id="mm-model", elem_classes="segmented",
                    )  # fmt: skip
                    roll = gr.Button(
                        words.ROLL,
                        variant="primary",
                        size="sm",
                        scale=1,
                        min_width=140,
                        visible=not labels(now.model),
                        elem_classes="roll step",
                        elem_id="mm-roll",
                    )
                board = Board(opens["wall"], elem_id="mm-wall", elem_classes="bare")
                look.saving("#mm-wall", "answers", words.SAVE_WALL)
                with gr.Row(elem_classes="tools"):
                    doing = look.html(opens["doing"], "mm-doing")
                    halt = gr.Button(
                        words.STOP, size="sm", scale=0, min_width=84, visible=opens["gradual"], interactive=False, elem_classes="quiet halt", elem_id="mm-stop",
                    )  # fmt: skip
            with gr.Column(scale=10, min_width=300, elem_classes="card answer-first"):
                look.label(words.TAKEN)
                large = look.html(opens["taken"], "mm-taken", "bare heard")
        with gr.Row(elem_classes="row mm", equal_height=True, visible=reads) as below:
            with gr.Column(scale=6, min_width=320, elem_classes="card"):
                look.label(words.REFERENCE)
                pictures = Choices(opens["pictures"], elem_id="mm-pictures", elem_classes="bare")
                reading = look.html(opens["reading"], "mm-reading")
                bring = gr.UploadButton(
                    words.UPLOAD,
                    file_types=PICTURES,
                    size="sm",
                    elem_classes="quiet fit",
                    elem_id="mm-bring",
                )
            with gr.Column(scale=5, min_width=320, elem_classes="card"):
                look.label(words.WALK)
                way = walk.Way(opens["way"], elem_id="mm-way", elem_classes="bare step")
                with gr.Row(elem_classes="tools"):
                    start = gr.Button(
                        words.START,
                        size="sm",
                        min_width=120,
                        elem_classes="quiet",
                        elem_id="mm-start",
                    )
                    end = gr.Button(
                        words.END, size="sm", min_width=80, elem_classes="quiet", elem_id="mm-end"
                    )
                    fetch = gr.Button(
                        words.SAVE_WALK, size="sm", min_width=100, elem_classes="quiet", elem_id="mm-fetch"
                    )
        with gr.Column(elem_classes="card mm mm-grid", visible=grid.possible(now.model)) as gridded:
            look.label(words.GRID)
            matrix = Board(opens["grid"], elem_id="mm-grid", elem_classes="bare")
            look.saving("#mm-grid .board", "drawings-by-styles")
        with gr.Column(elem_classes="card mm", visible=bool(steps.model_of(now))) as stepped:
            look.label(words.BRIDGE)
            count = WholeSlider(
                min(steps.STEPS), max(steps.STEPS), steps.FIRST, step=1, label=words.STEPS, buttons=[], elem_id="mm-steps", elem_classes="step"
            )  # fmt: skip
            noises = look.html(opens["noises"], "mm-noises")
        with gr.Column(elem_classes="card mm"):
            look.label(words.OBJECTIVE)
            goal = look.html(opens["goal"], "mm-goal")
        with gr.Column(elem_classes="card mm", visible=len(models(now.key)) > 1) as compared:
            look.label(words.COMPARE)
            beside_html = look.html(opens["beside"], "mm-beside")
            ask = gr.Button(words.ASK, size="sm", elem_classes="quiet fit step", elem_id="mm-ask")
        client.card("multimodal", _given)
        file = gr.DownloadButton(visible="hidden", elem_id="mm-file")
        look.paper_links(*dict.fromkeys(configs()[name]["method"] for key in keys for name in models(key)))

        everything = [
            subject, direction, model, roll, pad, heap, board, doing, large, halt, below, pictures, reading, way, gridded, matrix, stepped,
            noises, goal, compared, beside_html,
        ]  # fmt: skip

        def change(request: gr.Request, how: Callable[[View], View], anew: bool = True) -> None:
            _VISITORS.change(request.session_hash, how, anew)

        def controls(now: View, with_pad: bool) -> dict:
            told = {
                subject: now.key, heap: heap_of(now), halt: gr.update(visible=_gradual(now), interactive=_gradual(now)),
                direction: gr.update(choices=_directions(now), value=now.direction, visible=len(ways(now.model)) > 1),
                model: gr.update(choices=_named(now.key), value=now.model, visible=len(models(now.key)) > 1),
                roll: gr.update(visible=not labels(now.model)),
            }  # fmt: skip
            return told | ({pad: pad_of(now)} if with_pad else {})

        def visible(now: View, there: bool) -> dict:
            """Those of the cards below that there are, or that there are not: a card that is new is shown once it is filled."""
            cards = {
                below: styled(now.model), gridded: grid.possible(now.model), stepped: bool(steps.model_of(now)),
                compared: len(models(now.key)) > 1,
            }  # fmt: skip
            return {card: gr.update(visible=there) for card, has in cards.items() if has == there}

        def follow(request: gr.Request, with_pad: bool = True) -> Iterator[dict]:
            """Show what the visitor looks at, piece by piece."""
            who = request.session_hash
            now, wanted = _VISITORS.change(who, lambda v: replace(v, stops=False), anew=False)
            yield controls(now, with_pad) | outdated(request)
            try:
                if not now.empty:
                    for made in wall(now, lambda: wanted() and not _VISITORS.view(who).stops):
                        if not wanted():
                            return
                        latest = _VISITORS.view(who)
                        shown = {board: wall_of(latest, made), doing: doing_of(latest, made)}
                        yield shown | ({large: taken.shown(latest)} if _gradual(latest) else {})
                if _VISITORS.view(who).stops and (made := SHELF.get(now.wall)) and made.done < 1:
                    now, wanted = _VISITORS.change(
                        who, lambda v: replace(v, halted=secrets.token_hex(4)), anew=False
                    )
                    made = replace(made, done=1.0)
                    SHELF.put(now.wall, made)
                    yield {board: wall_of(now, made), doing: doing_of(now, made)}
                pieces: list[Callable[[View], dict]] = [
                    lambda v: {halt: gr.update(interactive=False), **visible(v, False), **beside(v)},
                    lambda v: told(pictures, pictures_of(v)) | told(reading, reading_of(v)),
                    lambda v: told(way, way_of(v)),
                    lambda v: told(noises, noises_of(v)),
                    lambda v: told(matrix, grid_of(v)) | visible(v, True),
                    lambda v: {goal: objective.shown(v)},
                ]
                for piece in pieces:
                    if not wanted():
                        return
                    yield piece(_VISITORS.view(who))
            except ImageError as fault:
                raise sentence(str(fault)) from None

        def outdated(request: gr.Request) -> dict:
            """The card of all models, emptied where they answered another question than the page asks now."""
            now = _VISITORS.view(request.session_hash)
            if now.compared == now.question:
                return {}
            change(request, lambda v: replace(v, compared=()), anew=False)
            return {beside_html: compare.waiting(now)}

        def told(part, value) -> dict:
            """What a card shows; where that is nothing it stays as it is, out of sight."""
            return {part: gr.skip() if value is None else value}

        def beside(now: View) -> dict:
            """The card of the answer that is taken."""
            shown: dict = {large: taken.shown(now)}
            return shown | ({board: wall_of(now, None), doing: doing_of(now, None)} if now.empty else {})

        def follow_pen(value: dict | None, request: gr.Request):
            try:
                view.drawn(_VISITORS.view(request.session_hash), value)
            except ImageError as fault:
                raise sentence(str(fault)) from None
            yield from follow(request, with_pad=False)

        def follow_stroke(value: dict | None, request: gr.Request):
            """What is taken, for a stroke that still grows; the wall and the view wait for its end, which makes this stale."""
            now, wanted = _VISITORS.change(request.session_hash, lambda v: v, anew=False)
            if not is_growing(value) or _gradual(now):
                return gr.skip()
            try:
                shown = taken.shown(view.drawn(now, value), passing=True)
            except ImageError:  # its end tells of it
                return gr.skip()
            return shown if wanted() else gr.skip()

        def follow_roll(request: gr.Request):
            yield from follow(request, with_pad=False)

        def follow_all(request: gr.Request):
            yield from follow(request)

        def keep(request: gr.Request) -> Iterator[dict]:
            """Show what is taken; a wall on its way goes on."""
            now = _VISITORS.view(request.session_hash)
            yield {board: wall_of(now, None), **beside(now)}
            yield told(matrix, grid_of(now))
            yield {goal: objective.shown(now)}

        def draw(value: dict | None, request: gr.Request):
            with suppress(ImageError):  # `follow_pen` tells of it
                change(request, lambda v: view.drawn(v, value))

        def receive_drawing(path: str, request: gr.Request):
            image = uploaded(path)
            change(request, lambda v: view.brought(v, image))

        def pick(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.shown(v, int(event.index)))

        def take(request: gr.Request, event: gr.SelectData):
            def chosen(v: View) -> View:
                there = cells(v)
                return replace(v, taken=there[int(event.index) % len(there)])

            change(request, chosen, anew=False)

        def combine(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: grid.chosen(v, int(event.index)))

        def pick_style(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: reference.chosen(v, int(event.index)), anew=False)

        def receive(path: str, request: gr.Request):
            image = uploaded(path)
            change(request, lambda v: reference.read(v, image) if styled(v.model) else v, anew=False)
            yield from show_style(request)

        def show_style(request: gr.Request) -> Iterator[dict]:
            now = _VISITORS.view(request.session_hash)
            yield told(pictures, pictures_of(now)) | told(reading, reading_of(now))
            yield from keep(request)

        def take_from_walk(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: replace(v, taken=walk.chosen(v, int(event.index))), anew=False)

        def begin_walk(request: gr.Request):
            change(request, lambda v: replace(v, start=v.taken), anew=False)

        def end_walk(request: gr.Request):
            change(request, lambda v: replace(v, end=v.taken), anew=False)

        def show_walk(request: gr.Request):
            return told(way, way_of(_VISITORS.view(request.session_hash)))

        def download(request: gr.Request):
            now = _VISITORS.view(request.session_hash)
            if now.empty or not styled(now.model):
                raise sentence(words.NOTHING_TO_SAVE)
            with tempfile.TemporaryDirectory(prefix="i2i-walk-") as home:
                yield str(walk.save(now, home))

        def step(number: int, request: gr.Request):
            change(request, lambda v: replace(v, steps=number), anew=False)
            return noises_of(_VISITORS.view(request.session_hash)) or ""

        def ask_all(request: gr.Request):
            now = _VISITORS.view(request.session_hash)
            if now.empty:
                raise sentence(words.DRAW_FIRST)
            change(request, lambda v: replace(v, compared=now.question), anew=False)
            for shown in compare.shown(now):
                if _VISITORS.view(request.session_hash).compared != now.question:
                    return
                yield shown

        def begin(key: str, request: gr.Request):
            change(request, lambda v: replace(settle(key), steps=v.steps) if key != v.key else v)

        def switch(name: str, request: gr.Request):
            change(request, lambda v: view.switched(v, name))

        def turn(way: str, request: gr.Request):
            change(request, lambda v: view.turned(v, way))

        def others(request: gr.Request):
            change(request, view.rolled)

        def stop(request: gr.Request):
            change(request, lambda v: replace(v, stops=True), anew=False)

        # In two steps: the first tells a wall that is on its way that it is not wanted any more, and does not wait for it.
        at_once = {
            "queue": False,
            "api_visibility": "private",
            "trigger_mode": "multiple",
            "show_progress": "hidden",
        }
        quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        work = {"outputs": everything, "concurrency_id": "wall", "concurrency_limit": 2, **quiet}
        pad.input(draw, pad, None, **at_once).then(follow_pen, pad, **work)
        pad.edit(follow_stroke, pad, large, concurrency_id="stroke", concurrency_limit=2, **quiet)
        bring_drawing.upload(receive_drawing, bring_drawing, None, **at_once).then(follow_all, None, **work)
        heap.select(pick, None, None, **at_once).then(follow_all, None, **work)
        subject.input(begin, subject, None, **at_once).then(follow_all, None, **work)
        model.input(switch, model, None, **at_once).then(follow_all, None, **work)
        direction.input(turn, direction, None, **at_once).then(follow_all, None, **work)
        roll.click(others, None, None, **at_once).then(follow_roll, None, **work)
        halt.click(stop, None, None, **at_once)
        matrix.select(combine, None, None, **at_once).then(follow_all, None, **work)
        aside = {"concurrency_id": "taken", "concurrency_limit": 2, **quiet}
        board.select(take, None, None, **at_once).then(keep, None, everything, **aside)
        pictures.select(pick_style, None, None, **at_once).then(show_style, None, everything, **aside)
        bring.upload(receive, bring, everything, **aside)
        way.select(take_from_walk, None, None, **at_once).then(keep, None, everything, **aside)
        start.click(begin_walk, None, None, **at_once).then(show_walk, None, everything, **aside)
        end.click(end_walk, None, None, **at_once).then(show_walk, None, everything, **aside)
        fetch.click(download, None, file, **aside).then(
            None, None, None, js=look.fetched("mm-file"), api_visibility="private"
        )
        count.change(step, count, noises, **aside)
        count.change(None, count, None, js=addresses.remember("steps", steps.FIRST), api_visibility="private")
        ask.click(ask_all, None, beside_html, **aside)
        names = ", ".join(name for key in keys for name in models(key))
        gr.Button(visible=False).click(
            answer,
            [
                gr.File(visible=False), gr.Textbox(now.model, visible=False), *(gr.Number(v, visible=False) for v in (4, 0, -1)),
                gr.Textbox("xy", visible=False),
            ],
            gr.Gallery(visible=False, format="png"), api_name="multimodal", concurrency_id="wall", concurrency_limit=2,
            api_description=words.ENDPOINT.format(models=names),
        )  # fmt: skip

        def restore(request: gr.Request):
            """?tab=multimodal&answers=…&sketch=n&drawn=strokes | empty&roll=…&taken=…&like=n&walk=a~b&steps=n: what the link's sender saw; else it stays.
            With both a sketch and strokes, they were drawn on its picture."""
            wish = dict(request.query_params)
            if "tab" not in wish or not addresses.asks(wish, "multimodal", KEYS):
                yield {doing: gr.skip()}
                return
            many = addresses.number(wish, "steps", min(steps.STEPS), max(steps.STEPS), steps.FIRST)
            new = replace(wished(wish), steps=many)
            if (
                styled(new.model)
                and (like := addresses.number(wish, "like", 0, reference.count(new) - 1, -1)) >= 0
            ):
                new = replace(reference.chosen(new, like), taken=new.taken)
            change(request, lambda _: new)
            yield {count: many}
            yield from follow(request)

    return restore, [*everything, count]


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
