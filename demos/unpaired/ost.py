"""The card of OST in the tab Unpaired: the visitor gives one image, and a model learns it while they watch."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache

import gradio as gr
import numpy as np
import torch
from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.claims import mean, recorded
from i2i.images import ImageError, from_bytes, to_bytes, to_image
from i2i.losses import l1
from i2i.run.oneshot import DRAWN, SOURCES, TARGET, Progress, unseen_icons
from i2i.run.pipeline import Model, shipped

from ..widgets import address, look
from ..widgets.asking import begun, sentence, uploaded
from ..widgets.choices import Choices
from ..widgets.curves import curves
from ..widgets.photograph import PICTURES
from ..widgets.strip import thumbnail
from ..work.openings import opening
from ..work.queue import Failed, Full, Line, Waiting, minutes
from . import words
from .objective import equation
from .scene import loaded
from .stargan import Thing, things

_STYLE = look.style(__file__, "ost")

MODEL = "ost-icons"
SECONDS = (20, 60)
START = 90  # seconds more that a process may take, to start and to draw the target, on a busy machine
READY, WORK = "i2i.run.oneshot:get_ready", "i2i.run.oneshot:learn_icon"
IDLE = 180  # seconds that a process waits for a picture, once this part of the tab was opened
_COLD = 15  # seconds that it takes to get ready where none waits, measured on two cores
LINE = Line()
_CLEAR = 0.01  # of a range of 2: less is no difference
_REMEMBER_BEND = f"value => ({address.remember('bend')})(value ? 1 : '')"
_FLAT = 2.0  # grey levels: less variation is no image

_FORMULA = Markup(
    '<span class="gan"><i>L</i><sub>GAN</sub>(G<sub>y</sub>E<sub>x</sub>(x))</span> + 10 <span class="l1">|x − G<sub>x</sub>E<sub>y</sub>'
    '(G<sub>y</sub>E<sub>x</sub>(x))|</span> + <span class="l1">|x − G<sub>x</sub>E<sub>x</sub>(x)|</span>'
)
_TERMS = {"cycle": "l1", "recon_x": "l1", "gan_x": "gan"}  # the colours of those that are drawn


@dataclass
class Run:
    """What the page shows of a training: the image, the frames so far, how long it may last, how it stands."""

    image: Image.Image
    seconds: float
    selective: bool
    name: str
    truth: Image.Image | None = None
    frames: list[Progress] = field(default_factory=list)
    says: str = ""
    over: bool = False
    waited: float = 0.0  # seconds, before the first step


def examples() -> tuple[Thing, ...]:
    """Icons whose image in the target's style is known."""
    return things("icons")


@opening
def available() -> bool:
    return MODEL in shipped() and loaded(MODEL).method.D_y is not None


def taken(image: Image.Image, model: Model) -> np.ndarray:
    """An image on the net's canvas, uint8 [1, 3, S, S]. ImageError for one that shows nothing."""
    x = model.place(image).x
    if (x * 127.5).std((2, 3)).max() < _FLAT:
        raise ImageError(words.ONE_FLAT)
    return to_bytes(x).numpy()


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))


def shown(run: Run) -> Markup:
    """HTML of a run as it stands."""
    cells = [look.figure(run.image, words.ONE_X_ALT.format(name=run.name), words.ONE_X.format(name=run.name))]
    x = from_bytes(torch.from_numpy(np.array(run.image))).permute(2, 0, 1)[None]
    cells.append(look.figure(_before(x), words.ONE_BEFORE_ALT, words.ONE_BEFORE))
    if not run.frames:
        cells += [_void(words.ONE_OVER_TO_COME), _void(words.ONE_BACK_TO_COME)]
        return look.stack(_row(cells), _doing(run))
    last = run.frames[-1]
    miss = l1(from_bytes(torch.from_numpy(last.back)), x).item()
    cells += [
        look.figure(
            _image(last.over[0]),
            words.ONE_NOW_ALT.format(step=last.step),
            (words.ONE_AFTER if run.over else words.ONE_NOW).format(step=last.step, target=TARGET),
        ),
        look.figure(_image(last.back[0]), words.ITS_RETURN, words.ONE_BACK.format(miss=miss)),
    ]
    parts = [_row(cells), _doing(run), _curves(run.frames)]
    if run.over:
        parts += [_damage(run), _truth(run)]
    return look.stack(*parts)


def _row(cells: list[Markup]) -> Markup:
    return Markup('<div class="trip">{}</div>').format(Markup("").join(cells))


@torch.inference_mode()
def _before(x: Tensor) -> Image.Image:
    """The translation with which a run begins: the layers of the source are those of the target."""
    method = loaded(MODEL).method
    return to_image(method.decode(method.encode(x, "y"), "y"))


def _void(text: str) -> Markup:
    return Markup('<figure><div class="void">{}</div></figure>').format(text)


def _doing(run: Run) -> Markup:
    if not run.frames or (run.frames[-1].step == 0 and not run.over):
        if not run.says:
            return Markup("")
        return Markup(
            '<div><p class="doing" role="status">{}</p><div class="meter"><i style="width:{:.0f}%"></i></div></div>'
        ).format(run.says, 100 * min(1.0, run.waited / _COLD))
    last = run.frames[-1]
    share = 100 if run.over else 100 * min(1.0, last.seconds / run.seconds)
    left = run.says or words.ONE_LEFT.format(left=max(0.0, run.seconds - last.seconds))
    return Markup(
        '<div><p class="doing"><span>{}</span><span role="status">{}</span></p>'
        '<div class="meter"><i style="width:{:.0f}%"></i></div></div>'
    ).format(words.ONE_STEP.format(step=last.step), left, share)


def _curves(frames: list[Progress]) -> Markup:
    """HTML of the terms for x over time."""
    return curves(
        (kind, words.ONE_TERMS[term], [f.terms[term] for f in frames if term in f.terms])
        for term, kind in _TERMS.items()
    )


def _damage(run: Run) -> Markup:
    """HTML: what the training did to an image of the target that has nothing to do with x, through E_y, the shared layers and G_y."""
    first, last = run.frames[0], run.frames[-1]
    if last.step == 0:
        return Markup("")
    other = unseen_icons(run.image.width)[:1].numpy()
    cells = Markup("").join(
        (
            look.figure(
                _image(other[0]), words.ONE_Y_ALT.format(target=TARGET), words.ONE_Y.format(target=TARGET)
            ),
            look.figure(
                _image(first.copy[0]),
                words.ONE_COPY_BEFORE_ALT,
                words.ONE_COPY_BEFORE.format(far=first.copied),
            ),
            look.figure(
                _image(last.copy[0]), words.ONE_COPY_AFTER_ALT, words.ONE_COPY_AFTER.format(far=last.copied)
            ),
        )
    )
    return Markup('<div class="two">{}<p class="tell">{} {} {}</p></div>').format(
        cells, words.ONE_SELECTIVE if run.selective else words.ONE_BENT, _measured(), words.ONE_NUMBERS
    )


def _measured() -> str:
    """What the claim about one image found of the rule, if it was measured in this copy."""
    record = recorded("one-shot")
    if record is None:
        return ""
    rows = (
        record["figures"][f"OST, {row} | PD-i2i, unseen pictures"]
        for row in ("one picture", "moving the shared layers")
    )
    kept, bent = map(mean, rows)
    return words.ONE_MEASURED.format(kept=kept, bent=bent)


def _truth(run: Run) -> Markup:
    """HTML: the same thing in the target's style, how far the translation is from it, before and after, and what that says."""
    if run.truth is None:
        return Markup("")
    true = loaded(MODEL).place(run.truth).x
    before, after = (l1(from_bytes(torch.from_numpy(run.frames[i].over)), true).item() for i in (0, -1))
    image = look.figure(
        to_image(true),
        words.ONE_TRUTH_ALT.format(target=TARGET),
        words.ONE_TRUTH.format(before=before, after=after),
    )
    return Markup(
        '<details class="note predict"><summary>{}</summary><div class="two">{}<p class="tell">{} {}</p></div></details>'
    ).format(words.ONE_PREDICT.format(target=TARGET), image, _verdict(before, after), words.ONE_L1)


def _verdict(before: float, after: float) -> Markup:
    """What learning from one picture has brought, by the distance to the right answer."""
    if after < before - _CLEAR:
        return words.ONE_HELPED
    told = words.ONE_NO_NEARER if after < before + _CLEAR else words.ONE_FARTHER
    return Markup('{} {} <button type="button" class="quiet" data-go="Failures">{}</button>').format(
        told, words.ONE_TOO_LITTLE, words.ONE_FAILURES
    )


@lru_cache(maxsize=len(SOURCES))
def _choices(style: str) -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i),
            "title": escape(e.name),
            "src": thumbnail(e.drawn(style)),
            "alt": escape(e.name),
            "more": "",
        }
        for i, e in enumerate(examples())
    )


def _heap(at: int, style: str = SOURCES[0]) -> dict:
    return {
        "label": words.ONE_PICTURE, "look": "wrap", "tiles": list(_choices(style)), "chosen": str(at),
        "address": {"one": at if at >= 0 else "", "as": "" if style == SOURCES[0] or at < 0 else style},
    }  # fmt: skip


def _fresh(
    at: int,
    own: Image.Image | None,
    seconds: float = SECONDS[0],
    selective: bool = True,
    style: str = SOURCES[0],
) -> Run:
    """A run that has not begun. ImageError for an image that shows nothing."""
    example = None if own is not None else examples()[max(at, 0) % len(examples())]
    pixels = taken(own if example is None else example.drawn(style), loaded(MODEL))
    return Run(
        _image(pixels[0]),
        seconds,
        selective,
        words.YOURS if example is None else example.name,
        example and example.drawn(TARGET),
    )


def _style(text: str | None) -> str:
    return text if text in SOURCES else SOURCES[0]


def _elapsed(run: Run) -> str:
    says = words.ONE_TRAINS if run.frames else words.ONE_STARTS
    return says.format(waited=run.waited, cold=_COLD)


def prepare() -> None:
    """Have a process wait for a picture: its first step comes at once then."""
    LINE.prepare(READY, str(loaded(MODEL).folder), loaded(MODEL).size, idle=IDLE)


def follow(run: Run, owner: str):
    """Train and yield the run at each change, None where there is no news, until it is over however that comes about."""
    pixels = np.ascontiguousarray(np.asarray(run.image).transpose(2, 0, 1)[None])
    model = loaded(MODEL)
    run.says, began = _elapsed(run), 0.0
    yield run
    try:
        frames = LINE.frames(
            owner,
            WORK,
            str(model.folder),
            model.size,
            pixels,
            run.seconds,
            run.selective,
            cap=run.seconds + START,
            share=lambda frame: Progress(*frame).seconds / run.seconds,
        )
        with closing(frames):
            for frame in frames:
                if isinstance(frame, Waiting):
                    run.says = words.ONE_WAITING.format(left=minutes(frame.left))
                    yield run
                    continue
                began = began or time.monotonic()
                run.waited = time.monotonic() - began
                if frame is not None:
                    run.frames.append(Progress(*frame))
                training = run.frames and run.frames[-1].step
                run.says = "" if training else _elapsed(run)
                yield None if frame is None and training else run
        done = run.frames and run.frames[-1].seconds >= run.seconds
        run.says = words.ONE_DONE if done else words.ONE_STOPPED
    except (Full, Failed) as fault:
        run.says = begun(str(fault))
    run.over = True
    yield run
    if run.frames:
        prepare()  # for the next picture


@opening
def _first() -> dict:
    """What the card opens with."""
    return {"heap": _heap(0), "stage": shown(_fresh(0, None))}


def card() -> tuple[Callable, list] | None:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    if not available():
        return None
    opens = _first()
    with gr.Column(elem_classes="card", elem_id="once"):
        gr.HTML(
            Markup('{}<h2 class="label">{}</h2><p class="tell">{}</p>').format(_STYLE, words.ONE, words.ONE_LEAD.format(target=TARGET)),
            apply_default_css=False, elem_classes="bare",
        )  # fmt: skip
        at, own = gr.State(0), gr.State(None, time_to_live=3600)
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=5, min_width=320):
                style = gr.Radio(
                    [(words.ONE_STYLES[key], key) for key in SOURCES], value=SOURCES[0], label=words.ONE_STYLE, show_label=False, container=False,
                    elem_id="once-style", elem_classes="segmented",
                )  # fmt: skip
                heap = Choices(opens["heap"], elem_id="once-heap", elem_classes="bare examples scene on-rail")
                with gr.Row(elem_classes="row controls"):
                    bring = gr.UploadButton(
                        words.UPLOAD,
                        file_types=PICTURES,
                        size="sm",
                        min_width=150,
                        elem_classes="quiet",
                        elem_id="once-bring",
                    )
                    seconds = gr.Radio(
                        [(words.ONE_SECONDS.format(seconds=s), s) for s in SECONDS], value=SECONDS[0], label=words.ONE_TIME, show_label=False, container=False, min_width=130, elem_id="once-seconds",
                        elem_classes="segmented scene on-foot",
                    )  # fmt: skip
                bend = gr.Checkbox(
                    False,
                    label=words.ONE_BEND,
                    container=False,
                    elem_id="once-bend",
                    elem_classes="tick",
                )
                with gr.Row(elem_classes="row controls"):
                    begin = gr.Button(
                        words.ONE_LEARN,
                        variant="primary",
                        size="sm",
                        min_width=140,
                        elem_classes="go step scene on-foot",
                        elem_id="once-begin",
                    )
                    halt = gr.Button(
                        words.ONE_STOP,
                        size="sm",
                        min_width=90,
                        interactive=False,
                        elem_classes=["quiet", "halt", "scene", "on-foot"],
                        elem_id="once-stop",
                    )
            with gr.Column(scale=8, min_width=320):
                stage = gr.HTML(
                    opens["stage"],
                    apply_default_css=False,
                    elem_id="once-stage",
                    elem_classes="bare heard scene on-out",
                )
                look.saving("#once-stage", "ost")
                gr.HTML(
                    look.stack(equation(_FORMULA, words.ONE_SPOKEN), look.notice(words.ONE_NOTICE.format(drawn=DRAWN))),
                    apply_default_css=False, elem_classes="bare view",
                )  # fmt: skip
        look.paper_links("ost")

    def buttons(running: bool) -> tuple:
        return gr.update(interactive=not running), gr.update(interactive=running)

    def learn(at, own, seconds, bend, style, request: gr.Request):
        try:
            run = _fresh(
                at, own, float(seconds) if seconds in SECONDS else SECONDS[0], not bend, _style(style)
            )
        except ImageError as fault:
            raise sentence(str(fault)) from None
        for step in follow(run, request.session_hash):
            yield (shown(step), *buttons(not step.over)) if step else (gr.skip(),) * 3

    def stop(request: gr.Request):
        LINE.stop(request.session_hash)

    def pick(index, style, request: gr.Request):
        LINE.stop(request.session_hash)
        chosen, style = index % len(examples()), _style(style)
        return _heap(chosen, style), chosen, None, shown(_fresh(chosen, None, style=style)), *buttons(False)

    def draw_as(style, at, request: gr.Request):
        return pick(max(0, at), style, request)

    def receive(file, request: gr.Request):
        image = uploaded(file)
        try:
            run = _fresh(-1, image)
        except ImageError as fault:
            raise sentence(str(fault)) from None
        LINE.stop(request.session_hash)
        return _heap(-1), -1, image, shown(run), *buttons(False)

    private = {"show_progress": "hidden", "api_visibility": "private"}
    live = [stage, begin, halt]
    running = begin.click(
        learn, [at, own, seconds, bend, style], live, concurrency_id="live", concurrency_limit=6, **private
    )
    halt.click(stop, None, None, **private)
    seconds.change(None, seconds, None, js=address.remember("learn", SECONDS[0]), api_visibility="private")
    bend.change(None, bend, None, js=_REMEMBER_BEND, api_visibility="private")
    heap.on_choice(pick, [style], [heap, at, own, *live], cancels=[running])
    latest = {**private, "trigger_mode": "always_last", "cancels": [running]}
    style.input(draw_as, [style, at], [heap, at, own, *live], **latest)
    bring.upload(receive, bring, [heap, at, own, *live], **latest)

    def restore(wish: dict[str, str]) -> list:
        """?one=n&as=style&learn=seconds&bend=1: the example, how long it is learned, and whether it moves the shared layers."""
        if not {"one", "as", "learn", "bend"} & set(wish):
            return [gr.skip()] * 6
        chosen = address.number(wish, "one", 0, len(examples()) - 1, 0)
        long = address.number(wish, "learn", min(SECONDS), max(SECONDS), SECONDS[0])
        near = min(SECONDS, key=lambda s: abs(s - long))
        drawn = _style(wish.get("as"))
        return [
            _heap(chosen, drawn), chosen, shown(_fresh(chosen, None, style=drawn)), near, wish.get("bend") == "1", drawn,
        ]  # fmt: skip

    return restore, [heap, at, stage, seconds, bend, style]
