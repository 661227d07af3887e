"""The tab Super-resolution: four times larger, by bicubic, SRCNN, SRResNet and SRGAN, and what no squared error brings back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

import gradio as gr
from markupsafe import Markup, escape
from PIL import Image

from i2i.data.enlarging import reduced
from i2i.images import ImageError, from_bytes, to_image

from ..decoding import open_image
from ..widgets import address, client, look
from ..widgets.asking import sentence
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.curtain import Curtain
from ..widgets.frame import Frame
from ..widgets.lens import Lens
from ..widgets.photograph import Photograph
from ..widgets.strip import thumbnail
from ..widgets.urls import exact_url, light_url
from ..work.openings import opening
from ..work.visitors import Visitors
from . import enlargers, spectrum, whole, words
from .enlargers import ENLARGERS, SCALE, Figures, title_of
from .part import EXAMPLES, SIDES, Part, Shelf, View, cut, moved, settle, thumbnails

_STYLE = look.style(__file__, "tab")

_AT_ONCE = 256 * 256  # pixels of an input that the API answers without a process of its own
_MADE = Shelf()


def available() -> bool:
    return bool(enlargers.models())


# -- What is made of a part -----------------------------------------------------------------------------------------------


@dataclass
class Column:
    """An image of the comparison. figures: where the original is known; missed: where it is not, see `enlargers.back`."""

    image: Image.Image
    src: str
    figures: Figures | None = None
    missed: float | None = None


@dataclass
class Comparison:
    """A part and what is made of it so far, by column; believed: what D says of the adversary's."""

    part: Part
    columns: dict[str, Column] = field(default_factory=dict)
    believed: float | None = None

    @property
    def done(self) -> bool:
        return all(key in self.columns for key in enlargers.models())

    @property
    def rows(self) -> dict[str, Figures]:
        return {k: c.figures for k in ["bicubic", *ENLARGERS] if (c := self.columns.get(k)) and c.figures}


def _column(key: str, part: Part, wanted: Callable[[], bool]) -> Column | None:
    name = part.key and (*part.key, key)
    if name and (kept := _MADE.get(name)):
        return kept[1]
    made = enlargers.enlarge(key, part.x, wanted)
    if made is None:
        return None
    known = part.y is not None
    column = Column(
        made,
        exact_url(made),
        enlargers.figures(made, part.y) if known else None,
        None if known else enlargers.back(made, part.x),
    )
    if name:
        _MADE.put(name, (made, column))
    return column


def compare(view: View, wanted: Callable[[], bool] = lambda: True) -> Iterator[Comparison]:
    """What the page shows of a view, as it is made: the chosen model before the others. Ends early once it is not wanted."""
    part = cut(view)
    shown = Comparison(part)
    if part.y is not None:
        shown.columns["original"] = Column(part.y, exact_url(part.y))
    here = enlargers.models()
    for key in ["bicubic", view.chosen, *(k for k in here if k != view.chosen)]:
        column = _column(key, part, wanted)
        if column is None or not wanted():
            return
        shown.columns[key] = column
        if "gan" in enlargers.asked(key) and part.y is not None:
            shown.believed = enlargers.belief(key, column.image)
        yield shown


def _order(shown: Comparison) -> list[str]:
    return ["bicubic", *enlargers.models(), *(["original"] if shown.part.y is not None else [])]


def _alt(key: str, part: Part) -> str:
    alt = words.ORIGINAL_ALT if key == "original" else words.ENLARGED_ALT
    return alt.format(picture=part.view.name, title=title_of(key))


def lens_of(shown: Comparison) -> dict:
    part, columns = shown.part, []
    for key in _order(shown):
        column = shown.columns.get(key)
        caption = words.COLUMN_AT_WORK
        if column:
            caption = words.COLUMN_ORIGINAL if key == "original" else words.COLUMN_TOO_SMALL
            if column.figures:
                caption = words.COLUMN_FIGURES.format(psnr=column.figures.psnr, detail=column.figures.detail)
            elif column.missed is not None:
                caption = words.COLUMN_MISSED.format(levels=column.missed)
        columns.append(
            {
                "key": key,
                "title": escape(title_of(key)),
                "src": column.src if column else "",
                "alt": _alt(key, part),
                "caption": escape(caption),
            }
        )
    w, h = (SCALE * s for s in part.x.size)
    at = part.view.example.lens if part.view.example and part.view.centre is None else (0.5, 0.5)
    return {
        "columns": columns,
        "width": w,
        "height": h,
        "at": list(at),
        "subject": f"{part.view.at} {part.view.own} {part.box} {part.y is None}",
    }


def curtain_of(shown: Comparison) -> dict:
    part, here = shown.part, enlargers.models()
    images = {
        key: {
            "title": title_of(key), "src": shown.columns[key].src if key in shown.columns else "", "alt": _alt(key, part),
            "crisp": False, "loss": words.ENLARGERS[key].short if key in words.ENLARGERS else "",
        }
        for key in _order(shown)
    }  # fmt: skip
    images["given"] = {
        "title": title_of("given"),
        "src": exact_url(part.x),
        "alt": words.GIVEN_ALT.format(w=part.x.width, h=part.x.height),
        "crisp": True,
    }
    rows = shown.rows
    missed = {k: c.missed for k in _order(shown) if (c := shown.columns.get(k)) and c.missed is not None}
    w, h = (SCALE * s for s in part.x.size)
    return {
        "pictures": images, "lefts": ["given", "bicubic", *(["original"] if part.y is not None else [])], "rights": here, "left": "bicubic",
        "right": part.view.chosen, "width": w, "height": h, "says": Markup('<p class="tell" role="status">{}</p>').format(words.CURTAIN_AT_WORK),
        "told": {k: enlargers.told(k, rows, missed, shown.believed) for k in here if k in shown.columns},
    }  # fmt: skip


def frame_of(part: Part, image: Image.Image) -> dict:
    view, (_, _, w, h) = part.view, part.box
    preview = image.copy()
    preview.thumbnail((560, 720), Image.LANCZOS)
    if part.y is not None:
        says = words.SHRUNK_FIRST
    else:
        says = words.TOO_SMALL_TO_SHRINK if part.small else words.AS_IT_IS
    small_w, small_h = part.x.size
    says = says.format(w=w, h=h, small_w=small_w, small_h=small_h, large_w=SCALE * w, large_h=SCALE * h)
    if view.example and view.example.credit:
        says += Markup("<br>{}").format(view.example.credit)
    place = f"{view.centre[0]}-{view.centre[1]}" if view.centre and view.example else ""
    return {
        "src": light_url(preview), "alt": view.name, "width": image.width, "height": image.height, "box": list(part.box),
        "says": says,
        "address": {
            "picture": view.at if view.example else "", "place": place, "side": view.side if view.example else "",
            "way": ("shrink" if view.shrink else "as-is") if view.example else "",
        },
    }  # fmt: skip


def spectrum_of(shown: Comparison) -> Markup:
    order = [k for k in _order(shown) if k in shown.columns]
    return spectrum.plot({k: shown.columns[k].image for k in order})


def everything(shown: Comparison, image: Image.Image) -> tuple:
    """All that is shown of a part: frame, lens, curtain, spectrum, and what is said of the whole image."""
    return (
        frame_of(shown.part, image),
        lens_of(shown),
        curtain_of(shown),
        spectrum_of(shown),
        whole.idle(shown.part.view, image.size),
    )


def growing(view: View, also: tuple, wanted: Callable[[], bool]) -> Iterator[tuple]:
    """`everything` and `also`, piece by piece: at once what costs nothing, then what is made, as it is made."""
    image = view.image()
    part, skip = cut(view, image), gr.skip()
    yield (frame_of(part, image), skip, skip, skip, whole.idle(view, image.size), *also)
    for shown in compare(view, wanted):
        yield (
            skip,
            lens_of(shown),
            curtain_of(shown),
            spectrum_of(shown) if shown.done else skip,
            skip,
            *(skip for _ in also),
        )


_VISITORS = Visitors(lambda: settle(keys=enlargers.models()))


# -- The API --------------------------------------------------------------------------------------------------------------


def _key(model: str) -> str:
    names = {ENLARGERS[k].model: k for k in enlargers.models()}
    if model not in names:
        raise sentence(words.NO_MODEL.format(model=model, models=", ".join(names)))
    return names[model]


def _opened(file: str | None) -> Image.Image:
    if not file:
        raise sentence(words.NO_PICTURE)
    try:
        return open_image(file, words.THIS_FILE)
    except ImageError as fault:
        raise sentence(str(fault)) from None


def enlarge(image: str, model: str, request: gr.Request) -> str | Image.Image:
    """The API: an image file and a model of this tab -> the image at four times its sides."""
    key, small = _key(model), _opened(image)
    try:
        whole.allowed(key, *small.size)
    except ImageError as fault:
        raise sentence(str(fault)) from None
    if small.width * small.height <= _AT_ONCE:
        return enlargers.enlarge(key, small, lambda: True)
    with closing(whole.follow(key, small, f"api {request.session_hash}")) as jobs:
        for job in filter(None, jobs):
            if job.over and not job.file:
                raise sentence(job.says)
            if job.file:
                return open_result(job.file)
    raise sentence(words.ENDED_EARLY)


def open_result(file: str) -> Image.Image:
    with Image.open(file) as image:
        return image.convert("RGB")


def score(image: str, model: str) -> dict:
    """The API: an image file of 48 to 512 px a side and a model -> the figures after shrinking and enlarging it, and bicubic's."""
    key, y = _key(model), _opened(image)
    if min(y.size) < 48 or max(y.size) > 512:
        raise sentence(words.NOT_SCORED.format(w=y.width, h=y.height))
    x, y = (to_image(from_bytes(p)) for p in reduced(y, SCALE))
    return {
        k: enlargers.figures(enlargers.enlarge(k, x, lambda: True), y)._asdict() for k in ("bicubic", key)
    }


# -- The tab --------------------------------------------------------------------------------------------------------------


@opening
def _first() -> tuple:
    """What the tab opens with: `everything`, and the examples."""
    view = settle(keys=enlargers.models())
    *_, shown = compare(view)
    return *everything(shown, view.image()), _heap(view.at)


def before_and_after() -> Cover:
    """For the Map: the middle of the first view as it is given, and enlarged; what is given hangs to the left of the curtain."""
    view = settle(keys=enlargers.models())
    part = cut(view)
    images = part.x, _column(view.chosen, part, lambda: True).image
    x, made = (p.crop([s // 4 for s in p.size] + [s - s // 4 for s in p.size]) for p in images)
    return Cover(x, made, {"picture": view.at, "side": view.side, "left": "given", "model": view.chosen})


def _heap(at: int) -> dict:
    tiles = [
        {
            "key": str(i),
            "title": escape(e.name),
            "src": thumbnail(p, 96),
            "alt": escape(e.name),
            "more": "",
        }
        for i, (e, p) in enumerate(zip(EXAMPLES, thumbnails(), strict=True))
    ]
    return {"label": words.PICTURE, "look": "wrap", "tiles": tiles, "chosen": str(at), "address": {}}


def _given(request: gr.Request) -> tuple:
    """What the endpoint gets for the part on the page."""
    now = _VISITORS.view(request.session_hash)
    try:
        return cut(now).x, ENLARGERS[now.chosen].model
    except ImageError as fault:
        raise sentence(str(fault)) from None


def state_of(method: str) -> str:
    """What an address says to show a method to the right of the curtain; "" for one that is not here."""
    return f"model={method}" if method in enlargers.models() else ""


def _wished(wish: dict[str, str], keys: list[str]) -> View:
    """The view that an address asks for, as far as it can be read."""
    place = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", wish.get("place", ""))
    return settle(
        address.number(wish, "picture", 0, len(EXAMPLES) - 1, 0), centre=tuple(map(int, place.groups())) if place else None,
        side=address.number(wish, "side", min(SIDES), max(SIDES), 256), shrink=wish.get("way") != "as-is", chosen=wish.get("model", ""), keys=keys,
    )  # fmt: skip


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = enlargers.models()
    if not keys:
        return None
    view = settle(keys=keys)
    frame_value, lens_value, curtain_value, plot, idle, heap_value = _first()
    with gr.Tab("Super-resolution", id="super-resolution"):
        gr.HTML(
            Markup('<p class="lead">{}</p>{}').format(words.LEAD, _STYLE),
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row(elem_classes="row sr", equal_height=True):
            with gr.Column(scale=4, min_width=300, elem_classes="card sr-where scene on-in"):
                look.label(words.PICTURE_AND_PART)
                frame = Frame(frame_value, elem_id="sr-frame", elem_classes="bare")
                side = gr.Radio(
                    [(words.PIXELS.format(side=s), s) for s in SIDES],
                    value=view.side,
                    label=words.SIDE,
                    show_label=False,
                    container=False,
                    elem_id="sr-side",
                    elem_classes="segmented step",
                )
                way = gr.Radio(
                    [(text, key) for key, text in words.WAYS.items()],
                    value="shrink",
                    label=words.WAY,
                    show_label=False,
                    container=False,
                    elem_id="sr-way",
                    elem_classes="segmented",
                )
            with gr.Column(scale=10, min_width=340, elem_classes="stacked"):
                with gr.Column(elem_classes="card grow answer-first scene on-out"):
                    look.label(words.BEFORE_AND_AFTER)
                    curtain = Curtain(curtain_value, elem_id="sr-curtain", elem_classes="bare heard")
                with gr.Column(elem_classes="card"):
                    look.label(words.OTHERS)
                    with gr.Row(elem_classes="row"):
                        with gr.Column(scale=6, min_width=300):
                            heap = Choices(
                                heap_value, elem_id="sr-heap", elem_classes="bare examples scene on-rail"
                            )
                        with gr.Column(scale=4, min_width=260):
                            bring = Photograph(
                                sources=["upload", "webcam", "clipboard"],
                                type="filepath",
                                image_mode=None,
                                height=220,
                                show_label=False,
                                buttons=[],
                                elem_id="sr-bring",
                                placeholder=words.BRING,
                                webcam_options=gr.WebcamOptions(mirror=False),
                            )
        with gr.Column(elem_classes="card sr"):
            look.label(words.MAGNIFIER)
            lens = Lens(lens_value, elem_id="sr-lens", elem_classes="bare")
            look.saving("#sr-lens", "super-resolution-comparison", words.SAVE)
        with gr.Row(elem_classes="row sr", equal_height=True):
            with gr.Column(scale=6, min_width=320, elem_classes="card"):
                look.label(words.SPECTRUM)
                spectra = look.html(plot, "sr-spectrum")
                gr.HTML(look.notice(words.SPECTRUM_NOTICE), apply_default_css=False, elem_classes="bare")
            with gr.Column(scale=6, min_width=320, elem_classes="card", elem_id="sr"):
                look.label(words.WHOLE)
                about = look.html(idle, "sr-about")
                stage = look.html("", "sr-stage")
                with gr.Row(elem_classes="row controls"):
                    go = gr.Button(
                        words.ENLARGE_ALL,
                        variant="primary",
                        size="sm",
                        min_width=150,
                        elem_classes="go step",
                        elem_id="sr-go",
                    )
                    double = gr.Button(
                        words.ONLY_TWICE, size="sm", min_width=110, elem_classes="quiet", elem_id="sr-twice",
                        visible=bool(enlargers.twice(view.chosen)),
                    )  # fmt: skip
                    halt = gr.Button(
                        words.STOP,
                        size="sm",
                        min_width=90,
                        interactive=False,
                        elem_classes=["quiet", "halt"],
                        elem_id="sr-stop",
                    )
                    fetch = gr.DownloadButton(
                        words.DOWNLOAD,
                        size="sm",
                        visible=False,
                        min_width=150,
                        elem_classes="quiet",
                        elem_id="sr-fetch",
                    )
                gr.HTML(
                    Markup('<p class="small">{}</p>').format(words.WHOLE_NOTE),
                    apply_default_css=False,
                    elem_classes="bare",
                )
        client.card("superres", _given)
        look.paper_links("srcnn", "srresnet", "srgan")
        outputs = [frame, lens, curtain, spectra, about]

        def follow(request: gr.Request, change: Callable[[View], View], *also: Callable) -> Iterator[tuple]:
            """Change what the visitor looks at, and show it; also: what else to show of the new view."""
            view, wanted = _VISITORS.change(request.session_hash, change)
            try:
                yield from growing(view, tuple(of(view) for of in also), wanted)
            except ImageError as fault:
                raise sentence(str(fault)) from None

        def chosen(view: View) -> dict:
            return _heap(view.at)

        def another(view: View, at: int = 0, file: str = "") -> View:
            return settle(at, file, None, view.side, view.shrink, view.chosen, keys)

        # A click in two steps: an event that waits for its turn is sent with the index of the one before.
        def pick(request: gr.Request, event: gr.SelectData):
            _VISITORS.change(request.session_hash, lambda view: another(view, int(event.index)))

        def show(request: gr.Request):
            yield from follow(request, lambda view: view, chosen)

        def receive(file: str | None, request: gr.Request):
            if file:
                _opened(file)
            yield from follow(
                request,
                lambda view: another(view, file=file) if file else another(view, max(0, view.at)),
                chosen,
            )

        def move(request: gr.Request, event: gr.SelectData):
            try:
                x, y = (int(n) for n in event.index)
            except (TypeError, ValueError, OverflowError):
                raise sentence(words.NO_PLACE) from None
            _VISITORS.change(request.session_hash, lambda view: moved(view, (x, y)))

        def resize(side, way, request: gr.Request):
            yield from follow(
                request,
                lambda view: replace(view, side=side if side in SIDES else view.side, shrink=way != "as-is"),
            )

        def choose(request: gr.Request, event: gr.SelectData):
            new, _ = _VISITORS.change(
                request.session_hash,
                lambda v: replace(v, chosen=event.index) if event.index in keys else v,
                anew=False,
            )
            try:
                return whole.idle(new, new.image().size)
            except ImageError as fault:
                raise sentence(str(fault)) from None

        quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        work = {**quiet, "concurrency_id": "part", "concurrency_limit": 2}
        at_once = {"queue": False, "api_visibility": "private", "trigger_mode": "multiple"}
        heap.select(pick, None, None, **at_once).then(show, None, [*outputs, heap], **work)
        bring.change(receive, bring, [*outputs, heap], **work)
        frame.select(move, None, None, **at_once).then(show, None, [*outputs, heap], **work)
        side.input(resize, [side, way], outputs, **work)
        way.input(resize, [side, way], outputs, **work)
        curtain.select(choose, None, about, show_progress="hidden", **at_once)

        def buttons(running: bool, file: str = "") -> tuple:
            done = gr.update(value=file, visible=True) if file else gr.update(visible=False)
            return (
                gr.update(interactive=not running),
                gr.update(interactive=not running),
                gr.update(interactive=running),
                done,
            )

        def run(request: gr.Request, key_of: Callable[[str], str | None] = str):
            """key_of: the enlarger to take, of the one that is looked at."""
            view = _VISITORS.view(request.session_hash)
            try:
                image = view.image()
                for job in whole.follow(key_of(view.chosen), image, request.session_hash):
                    yield (whole.shown(job), *buttons(not job.over, job.file)) if job else (gr.skip(),) * 5
            except ImageError as fault:
                raise sentence(str(fault)) from None

        def twice(request: gr.Request):
            yield from run(request, enlargers.twice)

        def stop(request: gr.Request):
            whole.stop(request.session_hash)

        private = {"show_progress": "hidden", "api_visibility": "private"}
        whole_line = {
            "outputs": [stage, go, double, halt, fetch],
            "concurrency_id": "whole",
            "concurrency_limit": 6,
            **private,
        }
        go.click(run, None, **whole_line)
        double.click(twice, None, **whole_line)
        halt.click(stop, None, None, **private)

        named = [gr.File(visible=False), gr.Textbox(ENLARGERS[view.chosen].model, visible=False)]
        gr.Button(visible=False).click(
            enlarge, named, gr.Image(visible=False, format="png"), api_name="superres", concurrency_id="whole-api", concurrency_limit=3,
            api_description=words.API_ENLARGE.format(models=", ".join(ENLARGERS[k].model for k in keys)),
        )  # fmt: skip
        gr.Button(visible=False).click(
            score,
            named,
            gr.JSON(visible=False),
            api_name="superres_scores",
            concurrency_id="part",
            concurrency_limit=2,
            api_description=words.API_SCORES,
        )

        def restore(request: gr.Request):
            """?tab=super-resolution&picture=n&place=x-y&side=…&way=…&model=…: what the link's sender saw; else it stays. Where the curtain
            hangs and where the magnifier lies the browser reads from the address itself."""
            wish = dict(request.query_params)
            if "tab" not in wish or not address.asks(
                wish, "super-resolution", {"picture", "place", "side", "way", "model"}
            ):
                yield [gr.skip()] * (len(outputs) + 3)
                return
            new = _wished(wish, keys)
            yield from follow(
                request, lambda _: new, chosen, lambda v: v.side, lambda v: "shrink" if v.shrink else "as-is"
            )

        return restore, [*outputs, heap, side, way]


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
