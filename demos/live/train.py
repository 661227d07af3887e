"""Train pix2pix while you watch: a step of D, a step of G, both, or on and on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache

import gradio as gr
import numpy as np
from markupsafe import Markup
from PIL import Image

from i2i.assets import ASSETS
from i2i.images import ImageError, to_image
from i2i.run.watched import BOTH, SIZE, Seen, icons

from ..widgets import address, look
from ..widgets.asking import begun, sentence
from ..widgets.choices import Choices
from ..widgets.cover import Cover
from ..widgets.curves import curves
from ..widgets.pad import Pad
from ..widgets.strip import thumbnail
from ..widgets.urls import light_url
from ..work.openings import opening
from ..work.queue import Failed, Full, Joined, Line, Waiting, minutes
from . import drawings, words

_STYLE = look.style(__file__, "train")
FILMS = ASSETS / "live"  # what the page opens with: trainings that were recorded

SECONDS = 240  # that a visitor has, pauses included
START = 60  # seconds more for the process to start, on a busy machine
READY, WORK = "i2i.run.watched:get_ready", "i2i.run.watched:train"
IDLE = 180  # seconds that a process waits for a visitor, once the tab was opened
_COLD = 12  # seconds that it takes to get ready where none waits, measured on two cores
LINE = Line()
SOURCES = tuple(words.SOURCES)
WEIGHTS = (100, 10, 0)  # 100 is the paper's
COUNTS = (1, 10, 50)
_STEPS = {"d": "D", "g": "G", "both": BOTH}  # by button: who takes them

_EQUATION = Markup(
    '<p class="equation" role="math" aria-label="{}">'
    '<span class="gan">D: −log D(x, y) − log(1 − D(x, G(x)))</span><br><span class="gan">G: −log D(x, G(x))</span> + λ <span class="l1">|y − G(x)|</span></p>'
).format(words.EQUATION)
_PREDICT = Markup('<details class="note predict"><summary>{}</summary>{}</details>').format(
    words.PREDICT, words.PREDICTED
)


@dataclass
class Run:
    """What the page shows of a training: its pairs, what was seen so far, how it stands."""

    x: list[Image.Image]
    y: list[Image.Image]
    names: tuple[str, ...]
    frames: list[Seen] = field(default_factory=list)
    began: float = 0.0  # by the clock
    says: str = ""
    over: bool = False

    @property
    def left(self) -> float:
        """Seconds that the visitor still has."""
        return max(0.0, SECONDS - (time.monotonic() - self.began))


@lru_cache(maxsize=1)
def _icons() -> tuple[list[Image.Image], list[Image.Image]]:
    _, shown = icons()
    return tuple([to_image(one[None]) for one in shown[side]] for side in "xy")


def _pairs(source: str, kept: list[dict]) -> Run:
    """A run that has not begun. ImageError for drawings that cannot be read, or where none is left."""
    if source == "icons":
        return Run(*_icons(), (words.ICON,) * len(_icons()[0]))
    shown = drawings.still(kept)
    return Run(*shown, tuple(words.DRAWING.format(number=i + 1) for i in range(len(shown[0]))))


# -- What is shown --------------------------------------------------------------------------------------------------------


def _rows(rows: list[tuple[str, list[Markup]]]) -> Markup:
    body = Markup("").join(
        Markup('<div class="tl-row"><p>{}</p>{}</div>').format(head, Markup("").join(cells))
        for head, cells in rows
    )
    return Markup('<div class="tl-rows">{}</div>').format(body)


def _cell(image: Image.Image, alt: str, kind: str = "") -> Markup:
    return Markup('<img src="{}" alt="{}" class="{}">').format(light_url(image, 88), alt, kind)


def _opinion(probability: np.ndarray, of: str) -> Markup:
    """D's patches as squares: violet for real, orange for fake. probability: [h, w]."""
    real, fake = np.array([101, 72, 224.0]), np.array([240, 120, 40.0])
    p = probability[..., None]
    colours = np.where(p > 0.5, 255 + (real - 255) * (2 * p - 1), 255 + (fake - 255) * (1 - 2 * p))
    image = Image.fromarray(colours.round().astype(np.uint8))
    says = words.OPINION_SHOWS.format(what=of, percent=100 * float(probability.mean()))
    return Markup('<img src="{}" alt="{}" class="tl-map">').format(look.data_url(image), says)


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))


def shown(run: Run) -> Markup:
    """HTML of a training as it stands."""
    ask = [
        _cell(x, words.INPUT_SHOWS.format(name=name), "lines")
        for x, name in zip(run.x, run.names, strict=True)
    ]
    true = [_cell(y, words.ANSWER_SHOWS.format(name=name)) for y, name in zip(run.y, run.names, strict=True)]
    if not run.frames:
        return look.stack(_rows([(words.X, ask), (words.Y, true)]), _doing(run))
    now = run.frames[-1]
    made = [
        _cell(_image(f), words.NOW_SHOWS.format(steps=now.steps[1], name=name))
        for f, name in zip(now.fake, run.names, strict=True)
    ]
    on_fake = [_opinion(p, "G(x)") for p in now.on_fake]
    on_real = [_opinion(p, "y") for p in now.on_real]
    rows = [
        (words.INPUT, ask),
        (words.NOW, made),
        (words.D_ON_MADE, on_fake),
        (words.ANSWER, true),
        (words.D_ON_ANSWER, on_real),
    ]
    return look.stack(_rows(rows), _doing(run), _verdict(run), _curves(run.frames))


def painted(run: Run | None) -> Markup:
    """HTML of what the net makes of the visitor's own lines."""
    if run is None or not run.frames:
        return look.result(None, "", words.NOT_YET, "")
    now = run.frames[-1]
    if not len(now.own):
        return look.result(None, "", words.NO_LINES, "")
    alt, caption = (text.format(steps=now.steps[1]) for text in (words.PAINTED, words.AFTER))
    return look.result(_image(now.own[0]), alt, caption, "trained-live.png")


def _verdict(run: Run) -> Markup:
    """How D judges, before the last change and after it."""
    now, before = run.frames[-1], run.frames[-2] if len(run.frames) > 1 else None
    cells = []
    for text, values in (("D(x, y)", "on_real"), ("D(x, G(x))", "on_fake")):
        last = float(getattr(now, values).mean())
        was = " " + words.WAS.format(value=float(getattr(before, values).mean())) if before else ""
        cells.append(
            Markup('<span><span class="gan">{}</span> <strong>{:.2f}</strong><i>{}</i></span>').format(text, last, was)
        )  # fmt: skip
    d, g = now.steps
    heard = words.VERDICT.format(real=now.on_real.mean(), fake=now.on_fake.mean(), d=d, g=g)
    return Markup('<div class="terms tl-verdict" role="group" data-heard aria-label="{}">{}</div>').format(
        heard, Markup("").join(cells)
    )


def _curves(frames: list[Seen]) -> Markup:
    lines = (
        ("gan", "D: −log D(x, y)", "real"),
        ("gan", "D: −log(1 − D(x, G(x)))", "fake"),
        ("gan", "G: −log D(x, G(x))", "gan"),
        ("l1", "|y − G(x)|", "l1"),
    )
    return curves((kind, text, [f.terms[t] for f in frames if t in f.terms]) for kind, text, t in lines)


def _doing(run: Run) -> Markup:
    """A line on how far it is."""
    if not run.frames:
        return Markup('<p class="doing" role="status">{}</p>').format(run.says) if run.says else Markup("")
    d, g = run.frames[-1].steps
    m, s = divmod(round(run.left), 60)
    return Markup('<p class="doing"><span>{}</span><span>{}</span><span role="status">{}</span></p>').format(
        words.STEPS_OF_D.format(count=d),
        words.STEPS_OF_G.format(count=g),
        run.says or words.LEFT.format(minutes=m, seconds=s),
    )


@lru_cache(maxsize=len(SOURCES))
def _film(source: str) -> tuple[dict, Image.Image]:
    """What was recorded of a training, and its sheet: rows of pictures."""
    return json.loads((FILMS / f"{source}.json").read_text()), Image.open(FILMS / f"{source}.webp").convert(
        "RGB"
    )


def _frame(sheet: Image.Image, row: int, column: int) -> Image.Image:
    return sheet.crop((SIZE * column, SIZE * row, SIZE * (column + 1), SIZE * (row + 1)))


def before_and_after() -> Cover:
    """The first drawing after a few steps of the recorded training, and after all of them."""
    told, sheet = _film("drawings")
    few, all_of_them = (_frame(sheet, row, 0) for row in (1, len(told["rows"]) - 2))
    return Cover(few, all_of_them, {"learn": "drawings"})


def film(source: str) -> Markup:
    """HTML of a training that was recorded: what the page opens with, and what to look forward to."""
    told, sheet = _film(source)
    rows = []
    for i, head in enumerate(told["rows"]):
        cells = [
            _cell(_frame(sheet, i, k), words.FRAME.format(row=head, number=k + 1), "lines" * (i == 0))
            for k in range(told["columns"])
        ]
        rows.append((Markup("{}").format(head), cells))
    return look.stack(
        _rows(rows),
        Markup('<p class="small">{}</p>').format(words.RECORDED.format(made=told["made"])),
    )


# -- The training -----------------------------------------------------------------------------------------------------------


def follow(run: Run, owner: str, first: tuple, pixels: np.ndarray, own: np.ndarray, weight: float) -> Iterator[Run | None]:  # fmt: skip
    """Train and yield the run at each change, None where there is no news, until it is over however that comes about.

    first: the order with which it begins. Nothing is yielded where this owner trains already: that training gets the order.
    """
    run.says, run.began = words.READYING, time.monotonic()
    try:
        frames = LINE.frames(
            owner, WORK, pixels, own, weight, float(SECONDS), cap=SECONDS + START,
            share=lambda frame: frame[1] / SECONDS, first=first,
        )  # fmt: skip
        began = None
        with closing(frames):
            yield run
            for frame in frames:
                if isinstance(frame, Waiting):
                    run.says = words.WAITING.format(minutes=minutes(frame.left))
                    yield run
                    continue
                began = began or time.monotonic()
                if frame is None:
                    if run.frames:
                        yield None
                        continue
                    run.says = words.STILL_READYING.format(seconds=time.monotonic() - began, usual=_COLD)
                    yield run
                    continue
                if not run.frames:
                    run.began, run.says = time.monotonic(), ""
                run.frames.append(Seen(*frame))
                yield run
        if run.left > 2:
            return  # it was stopped: who did so shows something else
        run.says = words.OVER
    except Joined:
        return
    except (Full, Failed) as fault:
        run.says = begun(str(fault))
    run.over = True
    yield run


def prepare() -> None:
    """Have a process wait for a visitor: the first step comes at once then."""
    LINE.prepare(READY, idle=IDLE)


# -- The card -----------------------------------------------------------------------------------------------------------------


def _tiles(kept: list[dict], chosen: int) -> dict:
    return {
        "label": words.ON_PAD, "look": "wrap", "chosen": str(chosen), "address": {},
        "tiles": [
            {"key": str(i), "title": name, "src": thumbnail(drawings.image(value), 96), "alt": name, "more": ""}
            for i, value in enumerate(kept)
            for name in [words.DRAWING.format(number=i + 1)]
        ],
    }  # fmt: skip


def _pad(value: dict, at: int) -> dict:
    return {
        **value, "name": str(at), "inks": [list(ink) for ink in drawings.INKS], "paper": drawings.PAPER, "boxes": False, "example": -1,
        "under": -1, "width": drawings.PEN, "keys": {"name": "", "ops": "", "example": ""},
    }  # fmt: skip


def _lines(value: dict) -> dict:
    return {
        **value, "name": "", "inks": [list(ink) for ink in drawings.LINES], "paper": drawings.PAPER, "boxes": False, "example": -1, "under": -1,
        "keys": {"name": "", "ops": "", "example": ""},
    }  # fmt: skip


@opening
def _first() -> dict:
    """What the card opens with."""
    kept = drawings.first()
    return {
        "kept": kept, "tiles": _tiles(kept, 0), "stage": film("drawings"), "painted": painted(None),
    }  # fmt: skip


def available() -> bool:
    return True


def card() -> tuple[Callable, list]:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for."""
    opens = _first()
    start = {"ops": drawings.TO_PAINT, "base": ""}
    gr.HTML(_STYLE, apply_default_css=False, elem_classes="bare")
    kept, at = gr.State(opens["kept"], time_to_live=3600), gr.State(0)
    with gr.Row(elem_classes="row", elem_id="tl"):
        with gr.Column(scale=5, min_width=300, elem_classes="card scene on-in"):
            look.label(words.SOURCE)
            source = gr.Radio(
                [(text, key) for key, text in words.SOURCES.items()], value="drawings", label=words.SOURCE, show_label=False, container=False,
                elem_id="tl-source", elem_classes="segmented",
            )  # fmt: skip
            with gr.Column(elem_id="tl-own", elem_classes="bare") as own:
                gr.HTML(
                    Markup('<p class="small">{}</p>').format(words.DRAW),
                    apply_default_css=False,
                    elem_classes="bare",
                )
                tiles = Choices(opens["tiles"], elem_id="tl-tiles", elem_classes="bare examples")
                pad = Pad(_pad(opens["kept"][0], 0), elem_id="tl-pad", elem_classes="bare")
        with gr.Column(scale=8, min_width=340, elem_classes="card scene on-out"):
            look.label(words.TRAINING)
            with gr.Row(elem_classes="row controls"):
                go = gr.Button(
                    words.TRAIN,
                    variant="primary",
                    size="sm",
                    min_width=110,
                    elem_id="tl-go",
                    elem_classes="go",
                )
                pause = gr.Button(
                    words.PAUSE,
                    size="sm",
                    min_width=90,
                    interactive=False,
                    elem_id="tl-pause",
                    elem_classes="quiet",
                )
                steps = {
                    key: gr.Button(
                        text, size="sm", min_width=76, elem_id=f"tl-{key}", elem_classes=["quiet", "step"] if key == "both" else "quiet",
                    )
                    for key, text in words.STEPS.items()
                }  # fmt: skip
                halt = gr.Button(
                    words.START_OVER, size="sm", min_width=90, elem_id="tl-stop", elem_classes="quiet"
                )
            with gr.Row(elem_classes="row controls"):
                count = gr.Radio(
                    [(words.steps(n), n) for n in COUNTS], value=1, label=words.COUNT, show_label=False, container=False,
                    min_width=200, elem_id="tl-count", elem_classes="segmented",
                )  # fmt: skip
                weight = gr.Radio(
                    [(words.WEIGHS.format(weight=n), n) for n in WEIGHTS], value=100, label=words.WEIGHT, show_label=False, container=False,
                    min_width=280, elem_id="tl-weight", elem_classes="segmented",
                )  # fmt: skip
            stage = gr.HTML(
                opens["stage"], apply_default_css=False, elem_id="tl-stage", elem_classes="bare heard"
            )
        with gr.Column(scale=4, min_width=280, elem_classes="card"):
            look.label(words.LINES)
            tried = Pad(_lines(start), elem_id="tl-try", elem_classes="bare")
            made = gr.HTML(
                opens["painted"], apply_default_css=False, elem_id="tl-made", elem_classes="bare heard"
            )
    with gr.Column(elem_classes="card view"):
        look.label(words.LOSSES)
        gr.HTML(
            look.stack(_EQUATION, look.notice(words.PATCHES), _PREDICT),
            apply_default_css=False,
            elem_classes="bare",
        )
    look.paper_links("pix2pix", notebooks=("00_gans_in_ten_minutes",))

    live = [stage, made, go, pause]

    def buttons(run: Run) -> tuple:
        running = bool(run.frames and run.frames[-1].running and not run.over)
        return gr.update(interactive=not running), gr.update(interactive=running)

    def press(order: tuple, source, kept, weight, tried, request: gr.Request):
        """Give an order to this visitor's training, or begin one with it."""
        owner = request.session_hash
        if LINE.has(owner):
            LINE.order(owner, *order)
            yield (gr.skip(),) * len(live)
            return
        if order[0] == "pause":
            yield (gr.skip(),) * len(live)
            return
        try:
            run = _pairs(source, kept)
            pixels = drawings.pixels([] if source == "icons" else kept)
            own = drawings.lines(tried)
        except ImageError as fault:
            raise sentence(str(fault)) from None
        for now in follow(run, owner, order, pixels, own, float(weight if weight in WEIGHTS else 100)):
            yield (shown(now), painted(now), *buttons(now)) if now else (gr.skip(),) * len(live)

    private = {"show_progress": "hidden", "api_visibility": "private"}
    many = {"concurrency_id": "train-live", "concurrency_limit": 12, "trigger_mode": "multiple"}
    given = [source, kept, weight, tried]
    running = [
        button.click(_with(press, order), [count, *given], live, **many, **private)
        for button, order in (
            (go, lambda n: ("run",)),
            (pause, lambda n: ("pause",)),
            *((steps[key], _step(who)) for key, who in _STEPS.items()),
        )
    ]

    def opened(source: str, kept: list[dict]) -> Markup:
        """The stage before a training."""
        if source == "icons" or kept == drawings.first():
            return film("icons" if source == "icons" else "drawings")
        try:
            return shown(_pairs(source, kept))
        except ImageError as fault:
            raise sentence(str(fault)) from None

    def anew(source: str, kept: list[dict], request: gr.Request) -> tuple:
        LINE.stop(request.session_hash)
        prepare()
        return opened(source, kept), painted(None), gr.update(interactive=True), gr.update(interactive=False)

    def switch(source: str, kept: list[dict], request: gr.Request) -> tuple:
        return gr.update(visible=source == "drawings"), *anew(source, kept, request)

    def weigh(weight: float, request: gr.Request) -> None:
        if weight in WEIGHTS:
            LINE.order(request.session_hash, "weigh", float(weight))

    halt.click(anew, [source, kept], live, cancels=running, **private)
    latest = {**private, "trigger_mode": "always_last"}
    source.input(switch, [source, kept], [own, *live], cancels=running, **latest)
    weight.input(weigh, weight, None, **latest)

    def choose(at: int, kept: list[dict]) -> tuple:
        at %= len(kept)
        return _pad(kept[at], at), at, _tiles(kept, at)

    tiles.on_choice(choose, [kept], [pad, at, tiles])

    def drawn(value: dict, at: int, kept: list[dict]) -> tuple:
        """A drawing as it is on the pad now."""
        new = [*kept]
        new[at % len(new)] = {key: (value or {}).get(key) or "" for key in ("ops", "base")}
        try:
            return new, _tiles(new, at)
        except ImageError as fault:
            raise sentence(str(fault)) from None

    pad.input(drawn, [pad, at, kept], [kept, tiles], **latest)

    def ask(value: dict, request: gr.Request) -> None:
        try:
            LINE.order(request.session_hash, "draw", drawings.lines(value), keep=True)
        except ImageError as fault:
            raise sentence(str(fault)) from None

    tried.answer(ask, [tried], [])
    source.change(None, source, None, js=address.remember("learn", "drawings"), api_visibility="private")

    def restore(wish: dict[str, str]) -> list:
        """?learn=icons: what it learns from."""
        if wish.get("learn") not in SOURCES:
            return [gr.skip()] * 3
        which = wish["learn"]
        return [
            which,
            gr.update(visible=which == "drawings"),
            film(which),
        ]

    return restore, [source, own, stage]


def _step(who: str) -> Callable[[int], tuple]:
    return lambda n: ("step", who, int(n) if n in COUNTS else 1)


def _with(press: Callable, order: Callable[[int], tuple]) -> Callable:
    """`press` with the order that a button means, for as many steps as are chosen."""

    def pressed(count, source, kept, weight, tried, request: gr.Request):
        yield from press(order(count), source, kept, weight, tried, request)

    return pressed
