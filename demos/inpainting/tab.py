"""The tab Inpainting: PGGAN fills a hole that is brushed into an image, beside a soap film; four losses; what D sees."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import numpy as np
from markupsafe import Markup, escape
from PIL import Image

from i2i.images import ImageError
from i2i.run.filling import as_hole
from i2i.run.filling import told as told_of

from ..decoding import open_image, open_layers
from ..widgets import address, client, look
from ..widgets.asking import sentence
from ..widgets.brush import Brush, presets, rasterise
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.curtain import Curtain
from ..widgets.measures import explained
from ..widgets.photograph import Photograph
from ..widgets.strip import thumbnail
from ..widgets.urls import exact_url
from ..work import sweeper
from ..work.openings import opening
from ..work.visitors import Visitors
from . import critic, fillers, losses, words
from .fillers import FILM, LONGEST, NET, OWN, SUBJECTS, Filled, View, settle, table

_STYLE = look.style(__file__, "tab", "losses", "critic")

_SHOWN = 1024  # px: the longer side of an image on the page; the download is whole
_SAYS = Markup('<p class="tell" role="status">{}</p>')


def available() -> bool:
    return bool(fillers.available())


# -- What the page shows --------------------------------------------------------------------------------------------------


def _url(image: Image.Image) -> str:
    if max(image.size) > _SHOWN:
        image = image.copy()
        image.thumbnail((_SHOWN, _SHOWN), Image.LANCZOS)
    return exact_url(image)


def brush_of(view: View, image: Image.Image) -> dict:
    named = {"subject": view.key, "picture": view.at if view.example else ""}
    return {
        "token": view.token, "src": _url(image), "alt": words.BRUSH_ALT.format(picture=view.name), "width": image.width,
        "height": image.height, "ops": view.ops, "presets": presets(), "address": named if view.example else dict.fromkeys(named, ""),
    }  # fmt: skip


def says_of(view: View, made: Filled | None) -> Markup:
    """HTML below the brush; made None: while it is being filled."""
    if made is None:
        return _SAYS.format(words.FILLING)
    w, h = made.hole.image.size
    parts = [made.hole.fault or words.HOLE_SHARE.format(percent=100 * made.hole.share, w=w, h=h)]
    if view.example:
        parts.append(view.example.credit)
    elif max(w, h) >= LONGEST:
        parts.append(words.REDUCED.format(longest=LONGEST))
    return _SAYS.format(Markup(" ").join(filter(None, parts)))


def _kept(made: Filled, name: str) -> Markup:
    """HTML: how many pixels outside the hole a filler changed, counted."""
    before, after = (np.asarray(p) for p in (made.hole.image, made.images[name]))
    outside = ~made.hole.where
    changed = int((before[outside] != after[outside]).any(-1).sum())
    count = f"{outside.sum():,}".replace(",", " ")
    return words.OUTSIDE.format(count=count, changed=changed)


def _of_net(view: View) -> tuple[Markup, str | Markup]:
    """HTML of what the subject's model learned from and by what, and what to notice."""
    name, said = SUBJECTS[view.key].model, words.SUBJECTS[view.key]
    model = fillers.loaded(name)
    head = Markup('<p class="tell">{} {}</p>{}<p class="small">{}</p>').format(
        words.STARTS[model.method.config.start],
        said.learnt.format(side=model.size),
        losses.equation(),
        losses.weights(name),
    )
    return head, said.notice


def _of_film(view: View) -> tuple[Markup, str | Markup]:
    return Markup('<p class="tell">{}</p>').format(words.FILM), words.FILM_NOTICE


_OF = {NET: _of_net, FILM: _of_film}


def told(view: View, made: Filled, name: str) -> Markup:
    """HTML beside the curtain for the filler `name`."""
    if made.hole.fault:
        fault = Markup('<p class="tell">{}</p>').format(made.hole.fault)
        return look.stack(fault, losses.equation() if name == NET else "")
    if made.figures:
        numbers = table(made.figures, words.TITLES, name) + Markup('<p class="small">{}</p>').format(
            words.BEST
        )
    else:
        numbers = Markup('<p class="small">{}</p>').format(words.NO_FIGURE)
    head, notice = _OF[name](view)
    kept = Markup('<p class="tell">{}</p>').format(_kept(made, name))
    about = explained("L1", "PSNR", "PD-i2i", "energy ratio", "soap film") if made.figures else ""
    return look.stack(head, numbers, kept, look.notice(notice), about)


def curtain_of(view: View, made: Filled) -> dict:
    hole, names = made.hole, list(fillers.FILLERS)
    alts = {name: words.FILLED_ALT.format(picture=view.name, title=words.TITLES[name]) for name in names}
    alts |= {
        "given": words.GIVEN_ALT.format(picture=view.name),
        "picture": words.WHOLE_ALT.format(picture=view.name),
    }
    seen = {**made.images, "given": hole.pierced, "picture": hole.image}
    shown = {
        name: {"title": words.TITLES[name], "src": _url(p), "alt": alts[name], "crisp": False}
        for name, p in seen.items()
    }
    return {
        "pictures": shown, "lefts": ["given", "picture"], "rights": names, "left": "given", "right": view.right,
        "width": hole.image.width, "height": hole.image.height, "says": Markup('<p class="tell">{}</p>').format(words.FILLING),
        "told": {name: told(view, made, name) for name in names}, "of": view.token, "at": _line(made),
    }  # fmt: skip


def _line(made: Filled) -> float:
    """Where the line of the curtain begins, as a share: left of the hole, so that all of what was filled is seen."""
    columns = np.flatnonzero(made.hole.where.any(0))
    return max(0.03, int(columns[0]) / made.hole.where.shape[1] - 0.03) if len(columns) else 0.5


def _heap(view: View) -> dict:
    tiles = [
        {
            "key": str(n),
            "title": escape(e.name),
            "src": thumbnail(_square(fillers.drawn(view.key, n)), 96),
            "alt": escape(e.name),
            "more": "",
        }
        for n, e in enumerate(SUBJECTS[view.key].examples)
    ]
    return {
        "label": words.PICTURE,
        "look": "wrap",
        "tiles": tiles,
        "chosen": str(view.at) if view.example else "",
        "address": {},
    }


def _square(image: Image.Image) -> Image.Image:
    side = min(image.size)
    return image.crop((0, 0, side, side))


@opening
def _first() -> dict:
    """What the tab opens with; "" for an absent card."""
    view = settle()
    made = fillers.filled(view)
    return {
        "brush": brush_of(view, made.hole.image), "says": says_of(view, made), "curtain": curtain_of(view, made), "heap": _heap(view),
        "four": losses.shown(view) if losses.available() else "", "critic": critic.shown(view) if critic.in_force() else "",
    }  # fmt: skip


# -- The API --------------------------------------------------------------------------------------------------------------


def opened(file: str | None, read: Callable = open_image) -> Image.Image:
    if not file:
        raise sentence(words.NO_PICTURE)
    try:
        return read(file, words.THIS_FILE)
    except ImageError as fault:
        raise sentence(str(fault)) from None


def inpaint(image: str, mask: str, model: str) -> Image.Image:
    """The API: an image file, a mask file as `as_hole` reads it, and a model of this tab -> the image, filled. An image whose
    hole is cut out may be sent as its own mask."""
    names = [SUBJECTS[key].model for key in fillers.available()]
    if model not in names:
        raise sentence(words.NO_MODEL.format(model=model, models=", ".join(names)))
    given, hole = opened(image, open_layers), opened(mask, open_layers)
    if max(given.size) > LONGEST:
        raise sentence(words.TOO_LARGE.format(w=given.width, h=given.height, longest=LONGEST))
    try:
        where = as_hole(hole, given.size, given)
        (gr.Info if 0 < where.mean() <= 0.5 else gr.Warning)(words.MASK.format(fills=told_of(where)))
        return fillers.loaded(model)(given, mask=Image.fromarray(where))
    except ImageError as fault:
        raise sentence(str(fault)) from None


# -- The tab --------------------------------------------------------------------------------------------------------------

_VISITORS: Visitors[View] = Visitors(settle)
_KEYS = {"subject", "picture", "hole", "model"}


def marked(view: View, ops: str) -> View:
    """With another hole. ImageError for what is none."""
    rasterise(ops, (8, 8))
    return replace(view, ops=ops)


def brought(view: View, path: str | None) -> View:
    """With a visitor's own image. The first goes to the model for photographs, of which most are; then the visitor chooses."""
    key = OWN if path and not view.own and OWN in fillers.available() else view.key
    return settle(key, max(0, view.at), path or "", right=view.right)


def wished(wish: dict[str, str]) -> View:
    """The view that an address asks for, as far as it can be read."""
    here = fillers.available()
    key = wish.get("subject", "") if wish.get("subject") in here else here[0]
    at = address.number(wish, "picture", 0, len(SUBJECTS[key].examples) - 1, -1)
    view = settle(key, None if at < 0 else at, right=wish.get("model", ""))
    if "hole" not in wish:
        return view
    try:
        return marked(view, wish["hole"])
    except ImageError:
        return view


def _given(request: gr.Request) -> tuple:
    """What the endpoint gets for what is on the page."""
    now = _VISITORS.view(request.session_hash)
    try:
        hole = fillers.hole_of(now)
    except ImageError as fault:
        raise sentence(str(fault)) from None
    if hole.fault:
        raise sentence(hole.fault)
    return hole.image, hole.mask.convert("L"), SUBJECTS[now.key].model


def _method(now: View) -> str:
    return SUBJECTS[now.key].model if now.right == NET else "soap-film"


def _slug(now: View) -> str:
    """The picture's name as part of a file's, in whatever language it is shown."""
    return re.sub(r"[^\w-]+", "-", now.name)


def before_and_after() -> Cover:
    """For the Map: the surroundings of the hole that the tab opens with, and that hole filled."""
    view = settle()
    made = fillers.filled(view)
    box = made.hole.nearby(96)
    shown = {"subject": view.key, "picture": view.at, "hole": view.ops, "model": NET}
    return Cover(made.hole.pierced.crop(box), made.images[NET].crop(box), shown)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = fillers.available()
    if not keys:
        return None
    opens = _first()
    with gr.Tab("Inpainting", id="inpainting"):
        gr.HTML(
            Markup('<p class="lead">{}</p>{}').format(words.LEAD, _STYLE),
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row(elem_classes="row ip", equal_height=True):
            with gr.Column(scale=5, min_width=300, elem_classes="card ip-where scene on-in"):
                look.label(words.PICTURE_AND_HOLE)
                subject = gr.Radio(
                    [(words.SUBJECTS[key].title, key) for key in keys],
                    value=keys[0],
                    label=words.KIND,
                    show_label=False,
                    container=False,
                    elem_id="ip-subject",
                    elem_classes="segmented",
                )
                brush = Brush(opens["brush"], elem_id="ip-brush", elem_classes="bare")
                says = look.html(opens["says"], "ip-says")
            with gr.Column(scale=10, min_width=340, elem_classes="stacked"):
                with gr.Column(elem_classes="card grow answer-first scene on-out"):
                    look.label(words.BEFORE_AND_AFTER)
                    curtain = Curtain(opens["curtain"], elem_id="ip-curtain", elem_classes="bare heard")
                    fetch = gr.Button(words.DOWNLOAD, size="sm", elem_classes="quiet fit", elem_id="ip-fetch")
                    file = gr.DownloadButton(visible="hidden", elem_id="ip-file")
                with gr.Column(elem_classes="card"):
                    look.label(words.OTHERS)
                    with gr.Row(elem_classes="row"):
                        with gr.Column(scale=6, min_width=300):
                            heap = Choices(
                                opens["heap"], elem_id="ip-heap", elem_classes="bare examples scene on-rail"
                            )
                            gr.HTML(
                                look.note("predict", words.PREDICT)
                                + Markup('<p class="small">{}</p>').format(words.NOT_KEPT),
                                apply_default_css=False,
                                elem_classes="bare",
                            )
                        with gr.Column(scale=4, min_width=260):
                            bring = Photograph(
                                sources=["upload", "webcam", "clipboard"],
                                type="filepath",
                                image_mode=None,
                                height=220,
                                show_label=False,
                                buttons=[],
                                elem_id="ip-bring",
                                placeholder=words.BRING,
                                webcam_options=gr.WebcamOptions(mirror=False),
                            )
        cards: list[tuple[gr.HTML, Callable[[View], str]]] = []
        if opens["four"]:
            with gr.Column(elem_classes="card ip"):
                look.label(words.FOUR)
                cards.append((look.html(opens["four"], "ip-four"), losses.shown))
                look.saving("#ip-four", "inpainting-four-losses")
        if opens["critic"]:
            with gr.Column(elem_classes="card ip"):
                look.label(words.CRITIC)
                cards.append((look.html(opens["critic"], "ip-critic"), critic.shown))
        client.card("inpainting", _given)
        look.paper_links("pggan", also=words.PAPER_NOTE)
        everything = [subject, brush, says, curtain, heap, *(card for card, _ in cards)]

        def follow(request: gr.Request, change: Callable[[View], View], anew: bool = True) -> Iterator[dict]:
            """Change what the visitor looks at and show it piece by piece; anew: the image is another one."""
            try:
                now, wanted = _VISITORS.change(request.session_hash, change)
                start = {says: says_of(now, None)}
                if anew:
                    start |= {brush: brush_of(now, now.image()), heap: _heap(now), subject: now.key}
                yield start
                made = fillers.filled(now)
                for part, shown in (
                    (curtain, lambda v: curtain_of(v, made)),
                    (says, lambda v: says_of(v, made)),
                    *cards,
                ):
                    value = shown(now) if wanted() else None
                    if not wanted():
                        return
                    yield {part: value}
            except ImageError as fault:
                yield {says: ""}  # not "Filling …" any more; the toast alone tells of the fault
                raise sentence(str(fault)) from None

        def paint(value: dict | None, request: gr.Request):
            value = value or {}
            stale = (
                value.get("token") != _VISITORS.view(request.session_hash).token
            )  # it was drawn on an image that has gone
            yield from follow(request, lambda v: v if stale else marked(v, value.get("ops")), anew=stale)

        def pick(request: gr.Request, event: gr.SelectData):
            _VISITORS.change(request.session_hash, lambda v: settle(v.key, int(event.index), right=v.right))

        def choose(request: gr.Request, event: gr.SelectData):
            if event.index in fillers.FILLERS:
                _VISITORS.change(request.session_hash, lambda v: replace(v, right=event.index), anew=False)

        def show(request: gr.Request):
            yield from follow(request, lambda v: v)

        def switch(key, request: gr.Request):
            yield from follow(request, lambda v: settle(key, None, v.own, v.ops if v.own else None, v.right))

        def receive(path: str | None, request: gr.Request):
            if path:
                opened(path)
            yield from follow(request, lambda v: brought(v, path))

        def download(request: gr.Request):
            now = _VISITORS.view(request.session_hash)
            try:
                made = fillers.filled(now).images[now.right]
            except ImageError as fault:
                raise sentence(str(fault)) from None
            with tempfile.TemporaryDirectory(prefix="i2i-filled-", dir=sweeper.desk()) as home:
                path = Path(home) / f"{_method(now)}-{_slug(now)}-{made.width}x{made.height}.png"
                made.save(path)
                yield str(path)

        quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        work = {"outputs": everything, "concurrency_id": "hole", "concurrency_limit": 2, **quiet}
        brush.input(paint, brush, **work)
        # In two steps, for an event that waits for its turn is sent with the index of the one before.
        at_once = {"queue": False, "api_visibility": "private", "trigger_mode": "multiple"}
        curtain.select(choose, None, None, **at_once)
        heap.select(pick, None, None, **at_once).then(show, None, **work)
        subject.input(switch, subject, **work)
        bring.change(receive, bring, **work)
        fetch.click(download, None, file, **quiet).then(
            None, None, None, js=look.fetched("ip-file"), api_visibility="private"
        )
        gr.Button(visible=False).click(
            inpaint, [gr.File(visible=False), gr.File(visible=False), gr.Textbox(SUBJECTS[keys[0]].model, visible=False)],
            gr.Image(visible=False, format="png"), api_name="inpainting", concurrency_id="hole", concurrency_limit=2,
            api_description=words.API.format(models=", ".join(SUBJECTS[k].model for k in keys)),
        )  # fmt: skip

        def restore(request: gr.Request):
            """?tab=inpainting&subject=…&picture=n&hole=…&model=…: what the link's sender saw; else it stays. What hangs to the left of the
            curtain, and where its line is, the browser reads from the address itself."""
            wish = dict(request.query_params)
            if "tab" not in wish or not address.asks(wish, "inpainting", _KEYS):
                yield {says: gr.skip()}
                return
            new = wished(wish)
            yield from follow(request, lambda _: new)

    return restore, everything


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
