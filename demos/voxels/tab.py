"""The tab 3D voxels: shapes out of nothing but chance, to turn, to walk between, to add up, and to snap a painting to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import gradio as gr
import torch
from markupsafe import Markup

from i2i.data.voxels import vox_bytes
from i2i.images import to_image
from i2i.run.pipeline import cards as configs
from i2i.voxels import pictures

from ..widgets import look
from ..widgets.asking import sentence
from ..widgets.urls import light_url
from ..work.visitors import Visitors
from . import shapes, view
from .shapes import available, loaded, models, occupancy, packed, said, title, volumes
from .stage import Stage
from .view import FRAMES, KEYS, View, address, cells, settle, wished
from .wall import Wall

_STYLE = look.style(__file__, "tab")
_PICTURE = 128  # px, for a browser without WebGL

_LEAD = Markup(
    '<p class="lead"><b>Shapes out of nothing but chance.</b> 3D-GAN turns {} random numbers, called <b>z</b>, into {} × {} × {} voxels. '
    "Each voxel holds how surely it is filled. Turn a shape, take another one, walk between two of them.</p>"
)

# -- What is shown --------------------------------------------------------------------------------------------------------


def rendered(made: list, now: View) -> list[str]:
    """Pictures of volumes as data URLs: what a browser without WebGL shows."""
    batch = torch.stack([torch.from_numpy(occupancy(one))[None] for one in made])
    drawn = pictures(batch, _PICTURE, threshold=now.solid, blocks=now.blocks)
    return [light_url(to_image(one), 88) for one in drawn.split(1)]


def stage_of(now: View) -> dict:
    shape = now.volume
    return {
        "label": "The shape on the stage", "frames": [packed(shape)], "at": 0, "solid": now.solid, "blocks": now.blocks, "slider": "",
        "tools": True, "alt": said(shape, now.solid), "address": address(now),
    }  # fmt: skip


def tile(shape, name: str, more: str = "") -> dict:
    return {**packed(shape), "alt": said(shape), "title": name, "more": more}


def wall_of(now: View) -> dict:
    there = cells(now)
    made = volumes(now.model, there)
    return {
        "label": "Shapes to choose from", "shapes": [tile(one, f"shape {i + 1}") for i, one in enumerate(made)],
        "chosen": there.index(now.taken) if now.taken in there else -1, "look": "", "fresh": f"{now.model} {now.seed}",
    }  # fmt: skip


def way_of(now: View) -> dict:
    made = volumes(now.model, view.on_the_way(now, [i / (FRAMES - 1) for i in range(FRAMES)]))
    return {
        "label": "A shape on the way", "frames": [packed(one) for one in made], "at": 0, "solid": now.solid, "blocks": now.blocks,
        "slider": "From one shape to the other", "tools": False, "alt": said(made[FRAMES // 2], now.solid),
    }  # fmt: skip


class First(NamedTuple):
    """What the tab opens with."""

    view: View
    stage: dict
    wall: dict
    way: dict


@lru_cache(maxsize=1)
def first() -> First:
    """Made once."""
    now = settle()
    wall = wall_of(now)
    return First(now, stage_of(now), wall, way_of(now))


# -- The API --------------------------------------------------------------------------------------------------------------


def save(now: View, folder: str | Path) -> Path:
    """The shape on the stage as a .vox file."""
    name = f"seed-{now.taken.seed}" if not now.taken.z else "own"
    path = Path(folder) / f"{now.model}-{name}.vox"
    path.write_bytes(vox_bytes(occupancy(now.volume), now.solid))
    return path


# -- The tab --------------------------------------------------------------------------------------------------------------

_VISITORS: Visitors[View] = Visitors(settle)
_FETCH = "() => { const a = document.querySelector('#vx-file a, #vx-file button, a#vx-file, button#vx-file'); if (a) a.click(); }"


def _lead(name: str) -> Markup:
    size = loaded(name).size
    return _LEAD.format(loaded(name).method.style_size, size, size, size)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    if not available():
        return None
    now, stage_value, wall_value, way_value = first()
    with gr.Tab("3D voxels", id="voxels"):
        gr.HTML(_lead(now.model) + _STYLE, apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row vx", equal_height=True):
            with gr.Column(scale=12, min_width=320, elem_classes="card"):
                look.label("The stage")
                stage = Stage(stage_value, elem_id="vx-stage", elem_classes="bare")
                with gr.Row(elem_classes="tools"):
                    fetch = gr.Button(
                        "Save as .vox",
                        size="sm",
                        scale=0,
                        min_width=130,
                        elem_classes="quiet fit",
                        elem_id="vx-fetch",
                    )
            with gr.Column(scale=13, min_width=320, elem_classes="card"):
                look.label("Twelve shapes by chance: take one")
                with gr.Row(elem_classes="row controls"):
                    model = gr.Radio(
                        [(title(name), name) for name in models()], value=now.model, show_label=False, container=False, min_width=200, scale=4,
                        visible=len(models()) > 1, elem_id="vx-model", elem_classes="segmented",
                    )  # fmt: skip
                    roll = gr.Button(
                        "New shapes ⟳", variant="primary", size="sm", scale=1, min_width=140, elem_classes="roll", elem_id="vx-roll",
                    )  # fmt: skip
                wall = Wall(wall_value, elem_id="vx-wall", elem_classes="bare")
        with gr.Row(elem_classes="row vx", equal_height=True):
            with gr.Column(scale=1, min_width=320, elem_classes="card"):
                look.label("A walk between two shapes")
                way = Stage(way_value, elem_id="vx-way", elem_classes="bare")
                with gr.Row(elem_classes="tools"):
                    start = gr.Button(
                        "Start at your shape",
                        size="sm",
                        scale=0,
                        min_width=160,
                        elem_classes="quiet fit",
                        elem_id="vx-start",
                    )
                    end = gr.Button(
                        "End at it",
                        size="sm",
                        scale=0,
                        min_width=110,
                        elem_classes="quiet fit",
                        elem_id="vx-end",
                    )
        file = gr.DownloadButton(visible="hidden", elem_id="vx-file")
        look.paper_links("gan3d")

        everything = [stage, model, wall, way]

        def change(request: gr.Request, how: Callable[[View], View], anew: bool = True) -> None:
            _VISITORS.change(request.session_hash, how, anew)

        def seen(request: gr.Request) -> View:
            return _VISITORS.view(request.session_hash)

        def follow(request: gr.Request) -> Iterator[dict]:
            """Show all that the visitor looks at, piece by piece."""
            _, wanted = _VISITORS.change(request.session_hash, lambda v: v, anew=False)
            pieces: list[Callable[[View], dict]] = [
                lambda v: {model: v.model, wall: wall_of(v)},
                lambda v: {stage: stage_of(v)},
                lambda v: {way: way_of(v)},
            ]
            for piece in pieces:
                if not wanted():
                    return
                yield piece(seen(request))

        def show_taken(request: gr.Request):
            yield {stage: stage_of(seen(request))}

        def show_chosen(request: gr.Request):
            """What was taken elsewhere than from the wall."""
            now = seen(request)
            yield {stage: stage_of(now)}
            yield {wall: wall_of(now)}

        def take(request: gr.Request, event: gr.SelectData):
            def chosen(v: View) -> View:
                there = cells(v)
                return replace(v, taken=there[int(event.index) % len(there)])

            change(request, chosen, anew=False)

        def take_from_way(request: gr.Request, event: gr.SelectData):
            part = min(100, max(0, -1 - int(event.index))) / 100
            change(request, lambda v: replace(v, taken=view.on_the_way(v, [part])[0]), anew=False)

        def set_look(request: gr.Request, event: gr.SelectData):
            change(request, lambda v: view.looked(v, int(event.index)), anew=False)

        def show_look(request: gr.Request):
            now = seen(request)
            yield {stage: stage_of(now)}
            yield {way: way_of(now)}

        def others(request: gr.Request):
            change(request, view.rolled)

        def switch(name: str, request: gr.Request):
            change(request, lambda v: view.switched(v, name))

        def begin_walk(request: gr.Request):
            change(request, lambda v: replace(v, start=v.taken), anew=False)

        def end_walk(request: gr.Request):
            change(request, lambda v: replace(v, end=v.taken), anew=False)

        def show_way(request: gr.Request):
            now = seen(request)
            return {way: way_of(now), stage: stage_of(now)}

        def picture_stage(request: gr.Request):
            now = seen(request)
            return {**stage_of(now), "pictures": rendered([now.volume], now)}

        def picture_wall(request: gr.Request):
            now = seen(request)
            return {**wall_of(now), "pictures": rendered(volumes(now.model, cells(now)), now)}

        def picture_way(request: gr.Request):
            now = seen(request)
            middle = volumes(now.model, view.on_the_way(now, [0.5]))
            return {**way_of(now), "pictures": rendered(middle, now)}

        def download(request: gr.Request):
            now = seen(request)
            if not shapes.solid(now.volume, now.solid).any():
                raise sentence("at this threshold no voxel is filled: there is nothing to save.")
            with tempfile.TemporaryDirectory(prefix="i2i-voxels-") as home:
                yield str(save(now, home))

        at_once = {
            "queue": False,
            "api_visibility": "private",
            "trigger_mode": "multiple",
            "show_progress": "hidden",
        }
        quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        work = {"outputs": everything, "concurrency_id": "shapes", "concurrency_limit": 2, **quiet}
        aside = {"concurrency_id": "stage", "concurrency_limit": 2, **quiet}
        roll.click(others, None, None, **at_once).then(follow, None, **work)
        model.input(switch, model, None, **at_once).then(follow, None, **work)
        wall.select(take, None, None, **at_once).then(show_taken, None, everything, **aside)
        stage.select(set_look, None, None, **at_once).then(show_look, None, everything, **aside)
        way.select(take_from_way, None, None, **at_once).then(show_chosen, None, everything, **aside)
        start.click(begin_walk, None, None, **at_once).then(show_way, None, everything, **aside)
        end.click(end_walk, None, None, **at_once).then(show_way, None, everything, **aside)
        stage.input(picture_stage, None, stage, **aside)
        wall.input(picture_wall, None, wall, **aside)
        way.input(picture_way, None, way, **aside)
        fetch.click(download, None, file, **aside).then(None, None, None, js=_FETCH, api_visibility="private")

        def restore(request: gr.Request):
            """?tab=3d voxels&shelf=seed&piece=…: what the link's sender saw; else it stays."""
            wish = dict(request.query_params)
            if wish.get("tab") != "3d voxels" or not KEYS & set(wish):
                yield {stage: gr.skip()}
                return
            change(request, lambda _: wished(wish))
            yield from follow(request)

    return restore, everything


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
