"""The tab 3D voxels: shapes out of nothing but chance, to turn, to walk between, to add up, and to snap a painting to."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
import torch
from markupsafe import Markup

from i2i.data.folders import DataError
from i2i.data.voxels import read_volume, shaped, vox_bytes
from i2i.images import to_image
from i2i.voxels import glb_bytes, pictures

from ..widgets import address as addresses
from ..widgets import client, look
from ..widgets.asking import sentence, whole
from ..widgets.cover import Cover
from ..widgets.urls import light_url
from ..work import sweeper
from ..work.openings import opening
from ..work.visitors import Visitors
from . import nearest, shapes, snap, view, words
from .painter import Painter
from .shapes import available, loaded, models, occupancy, packed, said, title, volumes
from .stage import Stage
from .view import FRAMES, KEYS, View, address, cells, settle, wished
from .wall import Wall

_STYLE = look.style(__file__, "tab")
# MB of a visitor's file. What a .binvox grows to is 128 times as large, and an .npz may grow to anything: it is not taken.
_MOST = {".vox": 5, ".binvox": 1, ".npy": 20}
_PICTURE, _SMALL = 160, 72  # px, for a browser without WebGL: of a stage, of one among many

# -- What is shown --------------------------------------------------------------------------------------------------------


def rendered(made: list, now: View, side: int = _PICTURE) -> list[str]:
    """Pictures of volumes as data URLs: what a browser without WebGL shows."""
    batch = torch.stack([torch.from_numpy(occupancy(one))[None] for one in made])
    drawn = pictures(batch, side, threshold=now.solid, blocks=now.blocks)
    return [light_url(to_image(one), 88) for one in drawn.split(1)]


def before_and_after() -> Cover:
    """For the Map: the random numbers of the shape that the tab opens with, as shades, and that shape."""
    now = settle()
    shape, z = torch.from_numpy(occupancy(now.volume))[None, None], shapes.z_of(now.model, now.taken)
    shades = z.flatten()[: z.numel() // 10 * 10].view(1, 1, 10, -1).div(2).clamp(-1, 1).expand(-1, 3, -1, -1)
    drawn = pictures(shape, _PICTURE, threshold=now.solid, blocks=now.blocks)
    return Cover(to_image(shades), to_image(drawn), address(now))


def stage_of(now: View) -> dict:
    shape = now.volume
    return {
        "label": words.ON_STAGE, "frames": [packed(shape)], "at": 0, "solid": now.solid, "blocks": now.blocks, "slider": "",
        "hears": "stage", "tools": True, "alt": said(shape, now.solid), "address": {key: text for key, text in address(now).items() if key != "painted"},
    }  # fmt: skip


def tile(shape, name: str, more: str = "") -> dict:
    return {**packed(shape), "alt": said(shape), "title": name, "more": more}


def wall_of(now: View) -> dict:
    there = cells(now)
    made = volumes(now.model, there)
    return {
        "label": words.TO_CHOOSE, "shapes": [tile(one, words.ON_WALL.format(number=i)) for i, one in enumerate(made, 1)],
        "chosen": there.index(now.taken) if now.taken in there else -1, "look": "", "fresh": f"{now.model} {now.seed}", "sends": "stage",
    }  # fmt: skip


def way_of(now: View) -> dict:
    made = volumes(now.model, view.on_the_way(now, [i / (FRAMES - 1) for i in range(FRAMES)]))
    return {
        "label": words.ON_THE_WAY, "frames": [packed(one) for one in made], "at": 0, "solid": now.solid, "blocks": now.blocks,
        "slider": words.FROM_TO, "tools": False, "alt": said(made[FRAMES // 2], now.solid),
    }  # fmt: skip


def sum_of(now: View) -> dict:
    """A - B + C, and each of them."""
    made = volumes(now.model, [*view.slots(now), view.total(now)])
    names = ("A", "B", "C", "A − B + C")
    tiles = [
        tile(one, name, more)
        for one, name, more in zip(made, names, ("A", "− B", "+ C", "= A − B + C"), strict=True)
    ]
    return {"label": words.SUMMED, "shapes": tiles, "chosen": -1, "look": "sum"}


def paint_of(now: View) -> dict:
    return {**packed(view.painted(now)), "label": words.PAINTING}


def snap_of(now: View, shape, label: str = words.CAME) -> dict:
    return {
        "label": label, "frames": [packed(shape)], "at": 0, "solid": 0.5, "blocks": now.blocks, "slider": "", "tools": False, "alt": said(shape),
    }  # fmt: skip


def _tell(text: str) -> Markup:
    return Markup('<p class="tell">{}</p>').format(text)


def snap_told(found: snap.Snapped, steps: int) -> Markup:
    """HTML below the shape that came."""
    text = words.SNAPPED if found.step else words.GUESSED
    return _tell(text.format(step=found.step, steps=steps, likeness=found.likeness))


def memory_of(now: View) -> tuple[dict | None, Markup]:
    """The nearest training shapes, and what their figures say; None and a sentence where there are none to look through."""
    there = nearest.training(now.model)
    if there is None:
        return None, _tell(words.NO_TRAINING)
    found = nearest.nearest(now.volume, there)
    tiles = [
        tile(there.volume(i), words.TRAINING_SHAPE.format(number=i), words.LIKENESS.format(likeness=share))
        for i, share in found
    ]
    text = words.FOUND.format(looked=len(there.filled), likeness=found[0][1], usual=there.usual)
    return {"label": words.NEAREST, "shapes": tiles, "chosen": -1, "look": "four"}, _tell(text)


@opening
def _first() -> dict:
    """What the tab opens with."""
    now = settle()
    wall = wall_of(now)  # before the stage, which shows one of these shapes
    return {
        "lead": _lead(now.model), "wall": wall, "stage": stage_of(now), "way": way_of(now), "sum": sum_of(now), "paint": paint_of(now),
        "came": snap_of(now, view.painted(now), words.YOURS),
    }  # fmt: skip


# -- Files of visitors ----------------------------------------------------------------------------------------------------


def received(path: str, side: int):
    """A visitor's file of voxels as uint8 [side, side, side]; a sentence on the page for what is none."""
    try:
        kind = Path(path).suffix.lower()
        if kind not in _MOST:
            raise sentence(words.NO_FILE_OF_VOXELS.format(endings=", ".join(_MOST)))
        if Path(path).stat().st_size > _MOST[kind] * 1_000_000:
            raise sentence(words.TOO_LARGE.format(ending=kind, most=_MOST[kind]))
        made = shapes.levels(shaped(read_volume(path), side)[0].numpy())
    except DataError as fault:
        raise sentence(str(fault).replace(path, words.THIS_FILE)) from None
    if not shapes.solid(made).any():
        raise sentence(words.NEARLY_EMPTY)
    return made


# -- The API --------------------------------------------------------------------------------------------------------------


def content(volume: np.ndarray, kind: str, above: float = 0.5, blocks: bool = False) -> bytes:
    """A file of a volume float [D, H, W]: vox or glb."""
    return vox_bytes(volume, above) if kind == "vox" else glb_bytes(volume, above, blocks)


def endpoint(seed: float = 0, n: float = 1, model: str = "", form: str = "vox") -> list[str]:
    """The API: n shapes of the seeds from `seed` on -> a .vox file each, with form "glb" a smooth surface each, or with form "npy" one file of float32 [n, D, H, W] in [0, 1].
    model "": the first of the tab."""
    model = model or models()[0]
    if model not in models():
        raise sentence(words.NO_MODEL.format(model=model, models=", ".join(models())))
    if form not in ("vox", "glb", "npy"):
        raise sentence(words.NO_FORM.format(form=form))
    try:
        first, count = whole("seed", seed), whole("n", n)
        made = loaded(model).sample(count, first)
    except ValueError as fault:
        raise sentence(str(fault)) from None
    home = Path(tempfile.mkdtemp(prefix="i2i-voxels-", dir=sweeper.desk()))
    if form == "npy":
        np.save(home / f"{model}-seeds-{first}-to-{first + count - 1}.npy", np.stack(made))
    else:
        for i, one in enumerate(made):
            if form == "vox" or (one > 0.5).any():  # an empty volume has no surface
                (home / f"{model}-seed-{first + i}.{form}").write_bytes(content(one, form))
    return sorted(map(str, home.iterdir()))


def save(now: View, folder: str | Path, kind: str = "vox") -> Path:
    """The shape on the stage as a file: its voxels (.vox), or its surface (.glb), blocks or smooth as the stage shows it."""
    name = f"seed-{now.taken.seed}" if not now.taken.z else "own"
    path = Path(folder) / f"{now.model}-{name}.{kind}"
    path.write_bytes(content(occupancy(now.volume), kind, now.solid, now.blocks))
    return path


# -- The tab --------------------------------------------------------------------------------------------------------------

_VISITORS: Visitors[View] = Visitors(settle)


def _given(request: gr.Request) -> tuple:
    """What the endpoint gets for the shape on the stage."""
    now = _VISITORS.view(request.session_hash)
    if now.taken.z:
        raise sentence(words.NO_SEED)
    return now.taken.seed, 1, now.model, "vox"


def _lead(name: str) -> Markup:
    size = loaded(name).size
    text = words.LEAD.format(numbers=loaded(name).method.style_size, side=size)
    return Markup('<p class="lead">{}</p>').format(text)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    if not available():
        return None
    now, opens = settle(), _first()
    with gr.Tab("3D voxels", id="voxels"):
        lead = gr.HTML(opens["lead"] + _STYLE, apply_default_css=False, elem_classes="bare")
        with gr.Row(elem_classes="row vx", equal_height=True):
            with gr.Column(scale=12, min_width=320, elem_classes="card stage-first scene on-out"):
                look.label(words.STAGE)
                stage = Stage(opens["stage"], elem_id="vx-stage", elem_classes="bare heard")
                with gr.Row(elem_classes="tools"):
                    fetch = gr.Button(
                        words.SAVE_VOX,
                        size="sm",
                        scale=0,
                        min_width=130,
                        elem_classes="quiet fit",
                        elem_id="vx-fetch",
                    )
                    fetch_surface = gr.Button(
                        words.SAVE_GLB,
                        size="sm",
                        scale=0,
                        min_width=130,
                        elem_classes="quiet fit",
                        elem_id="vx-fetch-glb",
                    )
            with gr.Column(scale=13, min_width=320, elem_classes="card scene on-in"):
                look.label(words.WALL)
                with gr.Row(elem_classes="row controls"):
                    model = gr.Radio(
                        [(title(name), name) for name in models()], value=now.model, label=words.MODEL, show_label=False, container=False, min_width=200, scale=4,
                        visible=len(models()) > 1, elem_id="vx-model", elem_classes="segmented",
                    )  # fmt: skip
                    roll = gr.Button(
                        words.NEW_SHAPES, variant="primary", size="sm", scale=1, min_width=140, elem_classes="roll step", elem_id="vx-roll",
                    )  # fmt: skip
                wall = Wall(opens["wall"], elem_id="vx-wall", elem_classes="bare examples")
        with gr.Row(elem_classes="row vx", equal_height=True):
            with gr.Column(scale=1, min_width=320, elem_classes="card"):
                look.label(words.WALK)
                way = Stage(opens["way"], elem_id="vx-way", elem_classes="bare step")
                with gr.Row(elem_classes="tools"):
                    start = gr.Button(
                        words.START,
                        size="sm",
                        scale=0,
                        min_width=160,
                        elem_classes="quiet fit",
                        elem_id="vx-start",
                    )
                    end = gr.Button(
                        words.END, size="sm", min_width=110, elem_classes="quiet fit", elem_id="vx-end"
                    )
            with gr.Column(scale=1, min_width=320, elem_classes="card"):
                look.label(words.SUM)
                added = Wall(opens["sum"], elem_id="vx-sum", elem_classes="bare")
                gr.HTML(_tell(words.SUM_TELLS), apply_default_css=False, elem_classes="bare")
        with gr.Column(elem_classes="card vx"):
            look.label(words.PAINT)
            with gr.Row(elem_classes="row", equal_height=False):
                with gr.Column(scale=1, min_width=300):
                    painter = Painter(opens["paint"], elem_id="vx-paint", elem_classes="bare")
                    with gr.Row(elem_classes="tools"):
                        press = gr.Button(
                            words.SNAP,
                            variant="primary",
                            size="sm",
                            min_width=140,
                            elem_classes="roll step",
                            elem_id="vx-snap",
                        )
                        copy = gr.Button(
                            words.COPY,
                            size="sm",
                            min_width=190,
                            elem_classes="quiet fit",
                            elem_id="vx-copy",
                        )
                        bring = gr.UploadButton(
                            words.UPLOAD, size="sm", min_width=190, elem_classes="quiet fit", elem_id="vx-bring",
                            file_types=list(_MOST),
                        )  # fmt: skip
                with gr.Column(scale=1, min_width=300):
                    came = Stage(
                        opens["came"],
                        elem_id="vx-came",
                        elem_classes="bare",
                    )
                    told = gr.HTML(
                        _tell(words.SNAP_TELLS.format(looked=snap.LOOKED, steps=snap.STEPS)),
                        apply_default_css=False,
                        elem_classes="bare",
                        elem_id="vx-told",
                    )
                    keep = gr.Button(
                        words.KEEP,
                        size="sm",
                        interactive=False,
                        elem_classes="quiet fit",
                        elem_id="vx-keep",
                    )
        with gr.Column(elem_classes="card vx"):
            look.label(words.MEMORY)
            memory = Wall({"shapes": []}, elem_id="vx-memory", elem_classes="bare")
            memory_told = gr.HTML(
                _tell(words.MEMORY_TELLS),
                apply_default_css=False,
                elem_classes="bare",
                elem_id="vx-memory-told",
            )
            ask = gr.Button(words.FIND, size="sm", elem_classes="quiet fit step", elem_id="vx-ask")
        client.card("voxels", _given)
        file = gr.DownloadButton(visible="hidden", elem_id="vx-file")
        painted = gr.Textbox(visible=False)  # as the address says it
        look.paper_links("gan3d")

        everything = [
            lead,
            stage,
            model,
            wall,
            way,
            added,
            painter,
            came,
            told,
            keep,
            memory,
            memory_told,
            painted,
        ]

        def change(request: gr.Request, how: Callable[[View], View], anew: bool = True) -> None:
            _VISITORS.change(request.session_hash, how, anew)

        def seen(request: gr.Request) -> View:
            return _VISITORS.view(request.session_hash)

        def follow(request: gr.Request) -> Iterator[dict]:
            """Show all that the visitor looks at, piece by piece."""
            _, wanted = _VISITORS.change(request.session_hash, lambda v: v, anew=False)
            pieces: list[Callable[[View], dict]] = [
                lambda v: {
                    model: v.model,
                    lead: _lead(v.model) + _STYLE,
                    stage: stage_of(v),
                },  # one shape is made sooner than twelve
                lambda v: {wall: wall_of(v)},
                lambda v: {way: way_of(v)},
                lambda v: {added: sum_of(v), painter: paint_of(v)},  # its sides are the model's
            ]
            for piece in pieces:
                if not wanted():
                    return
                yield piece(seen(request))

        def show_taken(request: gr.Request) -> dict:
            return stage_of(seen(request))

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
            return {**wall_of(now), "pictures": rendered(volumes(now.model, cells(now)), now, _SMALL)}

        def picture_way(request: gr.Request):
            now = seen(request)
            middle = volumes(now.model, view.on_the_way(now, [0.5]))
            return {**way_of(now), "pictures": rendered(middle, now)}

        def take_from_sum(request: gr.Request, event: gr.SelectData):
            i = int(event.index)
            change(
                request,
                lambda v: replace(v, taken=view.total(v)) if i == 3 else view.filled(v, i),
                anew=False,
            )

        def show_sum(request: gr.Request):
            now = seen(request)
            yield {added: sum_of(now), stage: stage_of(now)}
            yield {wall: wall_of(now)}

        def keep_paint(value: dict | None, request: gr.Request) -> str:
            with suppress(ValueError):
                change(request, lambda v: view.with_paint(v, value), anew=False)
            return view.address(seen(request))["painted"]

        def new_paint(request: gr.Request, volume, own: bool = False) -> dict:
            """own: it came in a visitor's file, which no address tells of."""
            change(request, lambda v: view.with_paint(v, packed(volume)), anew=False)
            now = seen(request)
            return {painter: paint_of(now), painted: "" if own else view.address(now)["painted"]}

        def copy_stage(request: gr.Request):
            now = seen(request)
            return new_paint(request, 255 * shapes.solid(now.volume, now.solid).astype("uint8"))

        def receive(path: str, request: gr.Request):
            return new_paint(request, received(path, loaded(seen(request).model).size), own=True)

        def start_snap(value: dict | None, request: gr.Request) -> Iterator[dict]:
            """Watch it come nearer."""
            try:
                change(request, lambda v: view.with_paint(v, value), anew=False)
            except ValueError as fault:
                raise sentence(str(fault)) from None
            now = seen(request)
            painting = shapes.solid(view.painted(now))
            if not painting.any():
                raise sentence(words.NOTHING_PAINTED)
            wait = _tell(words.SNAP_WAITS.format(looked=snap.LOOKED))
            yield {told: wait, keep: gr.update(interactive=False)}
            for found in snap.snap(now.model, painting, snap.STEPS):
                change(request, lambda v, found=found: replace(v, snapped=found.code), anew=False)
                yield {came: snap_of(now, found.volume), told: snap_told(found, snap.STEPS)}
            yield {keep: gr.update(interactive=True)}

        def keep_snapped(request: gr.Request):
            change(request, lambda v: replace(v, taken=v.snapped or v.taken), anew=False)

        def find(request: gr.Request) -> Iterator[dict]:
            yield {memory_told: _tell(words.LOOKING.format(looked=nearest.LOOKED))}
            tiles, text = memory_of(seen(request))
            yield {memory: tiles or {"shapes": []}, memory_told: text}

        def paint_training(value: dict | None, request: gr.Request, event: gr.SelectData):
            try:
                volume = shapes.unpacked((value or {})["shapes"][int(event.index)])
            except (KeyError, IndexError, TypeError, ValueError):
                raise sentence(words.GONE) from None
            return new_paint(request, 255 * shapes.solid(volume).astype("uint8"))

        def picture_sum(request: gr.Request):
            now = seen(request)
            return {
                **sum_of(now),
                "pictures": rendered(volumes(now.model, [*view.slots(now), view.total(now)]), now, _SMALL),
            }

        def picture_came(value: dict | None, request: gr.Request):
            now = seen(request)
            try:
                shape = shapes.unpacked((value or {})["frames"][0])
            except (KeyError, IndexError, TypeError, ValueError):
                shape = view.painted(now)
            return {**snap_of(now, shape), "pictures": rendered([shape], now)}

        def picture_memory(value: dict | None, request: gr.Request):
            now, tiles = seen(request), memory_of(seen(request))[0] if (value or {}).get("shapes") else None
            if not tiles:
                return gr.skip()
            return {**tiles, "pictures": rendered([shapes.unpacked(t) for t in tiles["shapes"]], now, _SMALL)}

        def download(kind: str, request: gr.Request):
            now = seen(request)
            if not shapes.solid(now.volume, now.solid).any():
                raise sentence(words.NOTHING_TO_SAVE)
            with tempfile.TemporaryDirectory(prefix="i2i-voxels-") as home:
                yield str(save(now, home, kind))

        def as_voxels(request: gr.Request):
            yield from download("vox", request)

        def as_surface(request: gr.Request):
            yield from download("glb", request)

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
        wall.select(take, None, None, **at_once).then(show_taken, None, stage, **aside)
        stage.select(set_look, None, None, **at_once).then(show_look, None, [stage, way], **aside)
        way.select(take_from_way, None, None, **at_once).then(show_chosen, None, [stage, wall], **aside)
        start.click(begin_walk, None, None, **at_once).then(show_way, None, [stage, way], **aside)
        end.click(end_walk, None, None, **at_once).then(show_way, None, [stage, way], **aside)
        stage.input(picture_stage, None, stage, **aside)
        wall.input(picture_wall, None, wall, **aside)
        way.input(picture_way, None, way, **aside)
        added.input(picture_sum, None, added, **aside)
        came.input(picture_came, came, came, **aside)
        memory.input(picture_memory, memory, memory, **aside)
        added.select(take_from_sum, None, None, **at_once).then(show_sum, None, [stage, added, wall], **aside)
        painter.input(keep_paint, painter, painted, **at_once)
        painted.change(None, painted, None, js=addresses.remember("painted"), api_visibility="private")
        copy.click(copy_stage, None, [painter, painted], **aside)
        bring.upload(receive, bring, [painter, painted], **aside)
        press.click(
            start_snap, painter, [came, told, keep], concurrency_id="snap", concurrency_limit=1, **quiet
        )
        keep.click(keep_snapped, None, None, **at_once).then(show_chosen, None, [stage, wall], **aside)
        ask.click(find, None, [memory, memory_told], concurrency_id="memory", concurrency_limit=1, **quiet)
        memory.select(paint_training, memory, [painter, painted], **aside)
        for button, written in ((fetch, as_voxels), (fetch_surface, as_surface)):
            button.click(written, None, file, **aside).then(
                None, None, None, js=look.fetched("vx-file"), api_visibility="private"
            )

        gr.Button(visible=False).click(
            endpoint,
            [gr.Number(0, visible=False), gr.Number(1, visible=False), gr.Textbox(now.model, visible=False), gr.Textbox("vox", visible=False)],
            gr.File(visible=False, file_count="multiple"), api_name="voxels", concurrency_id="shapes", concurrency_limit=2,
            api_description=words.DESCRIPTION.format(models=", ".join(models())),
        )  # fmt: skip

        def restore(request: gr.Request):
            """?tab=3d-voxels&shelf=seed&piece=…&painted=…: what the link's sender saw; else it stays."""
            wish = dict(request.query_params)
            if "tab" not in wish or not addresses.asks(wish, "3d voxels", KEYS):
                yield {stage: gr.skip()}
                return
            change(request, lambda _: wished(wish))
            yield from follow(request)
            if seen(request).paint:
                yield new_paint(request, view.painted(seen(request)))

    return restore, everything


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
