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
_STYLES = {"line": "a line drawing", "flat": "a flat icon"}
_CLEAR = 0.01  # of a range of 2: less is no difference
_REMEMBER_BEND = f"value => ({address.remember('bend')})(value ? 1 : '')"
_FLAT = 2.0  # grey levels: less variation is no image

_EQUATION = Markup(
    '<p class="equation" role="math" aria-label="for the one picture x: the GAN loss of its translation, plus ten times the distance of x from its return, plus '
    'the distance of x from its copy"><span class="gan"><i>L</i><sub>GAN</sub>(G<sub>y</sub>E<sub>x</sub>(x))</span> + 10 <span class="l1">|x − G<sub>x</sub>E<sub>y</sub>'
    '(G<sub>y</sub>E<sub>x</sub>(x))|</span> + <span class="l1">|x − G<sub>x</sub>E<sub>x</sub>(x)|</span></p>'
)
_TERMS = {
    "cycle": ("l1", "|x − its return|"),
    "recon_x": ("l1", "|x − its copy|"),
    "gan_x": ("gan", "(D(translation) − 1)²"),
}


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
        raise ImageError(
            "this picture is one flat colour: there is nothing in it to learn; choose one that shows something."
        )
    return to_bytes(x).numpy()


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))


def shown(run: Run) -> Markup:
    """HTML of a run as it stands."""
    cells = [
        look.figure(
            run.image,
            f"the one picture: {run.name}",
            Markup("<b>x</b>, the one picture<br>{}").format(run.name),
        )
    ]
    x = from_bytes(torch.from_numpy(np.array(run.image))).permute(2, 0, 1)[None]
    cells.append(
        look.figure(
            _before(x),
            "its translation before the first step",
            Markup("<b>before the first step</b><br>by the layers of the target"),
        )
    )
    if not run.frames:
        cells += [
            _void("Here you will see its translation change."),
            _void("Here you will see what comes back from it."),
        ]
        return look.stack(_row(cells), _doing(run))
    last = run.frames[-1]
    miss = l1(from_bytes(torch.from_numpy(last.back)), x).item()
    cells += [
        look.figure(
            _image(last.over[0]),
            f"its translation after {last.step} steps",
            Markup("<b>{} {} steps</b><br>made {}").format(
                "after" if run.over else "now, after", last.step, TARGET
            ),
        ),
        look.figure(
            _image(last.back[0]),
            "its return",
            Markup("<b>its return</b><br>differs from x by <strong>{:.3f}</strong>").format(miss),
        ),
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
    left = run.says or Markup("<b>{:.0f} s</b> left").format(max(0.0, run.seconds - last.seconds))
    return Markup(
        '<div><p class="doing"><span>step <b>{}</b></span><span role="status">{}</span></p>'
        '<div class="meter"><i style="width:{:.0f}%"></i></div></div>'
    ).format(last.step, left, share)


def _curves(frames: list[Progress]) -> Markup:
    """HTML of the terms for x over time."""
    return curves(
        (kind, text, [f.terms[term] for f in frames if term in f.terms])
        for term, (kind, text) in _TERMS.items()
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
                _image(other[0]),
                f"a {TARGET} icon that no training saw",
                Markup("<b>y</b>, a {} icon").format(TARGET),
            ),
            look.figure(
                _image(first.copy[0]),
                "its copy before",
                Markup("<b>its copy before</b><br>{:.3f}").format(first.copied),
            ),
            look.figure(
                _image(last.copy[0]),
                "its copy after",
                Markup("<b>after</b><br><strong>{:.3f}</strong>").format(last.copied),
            ),
        )
    )
    if run.selective:
        why = Markup(
            "The one picture trained only its own outer layers, E<sub>x</sub> and G<sub>x</sub>; the shared layers between them went on learning from the target alone. "
            "That is <b>selective backpropagation</b>, the paper's rule: a single picture must not spoil what thousands have taught."
        )
    else:
        why = (
            "This time the one picture trained the shared layers, too. The paper rules that out, since they may come to suit x alone. In a run as short as this one you "
            "will hardly see any damage: the target goes on training the same layers."
        )
    return Markup(
        '<div class="two">{}<p class="tell">{} {} The numbers: mean error of the copies of four such icons.</p></div>'
    ).format(cells, why, _measured())


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
    return (
        f"Measured at 32 px, over five pictures: icons that nobody showed come out {kept:.3f} from their true partners (PD-i2i) with the rule, "
        f"and {bent:.3f} without it."
    )


def _truth(run: Run) -> Markup:
    """HTML: the same thing in the target's style, how far the translation is from it, before and after, and what that says."""
    if run.truth is None:
        return Markup("")
    true = loaded(MODEL).place(run.truth).x
    before, after = (l1(from_bytes(torch.from_numpy(run.frames[i].over)), true).item() for i in (0, -1))
    image = look.figure(
        to_image(true),
        f"the true {TARGET} picture",
        Markup("<b>the right answer</b><br>L1 from it: {:.3f} before, <strong>{:.3f}</strong> after").format(
            before, after
        ),
    )
    return Markup(
        '<details class="note predict"><summary>Predict first. What does this thing look like as a {} icon?</summary><div class="two">{}'
        '<p class="tell">{} L1 is the mean absolute difference, of a range of 2.</p></div></details>'
    ).format(TARGET, image, _verdict(before, after))


def _verdict(before: float, after: float) -> Markup:
    """What learning from one picture has brought, by the distance to the right answer."""
    if after < before - _CLEAR:
        return Markup(
            "<b>Learning helped:</b> the translation is nearer to the right answer than before the first step."
        )
    word = "is no nearer to" if after < before + _CLEAR else "is farther from"
    return Markup(
        "<b>Learning did not help here:</b> the translation {} the right answer than before the first step. Where x is drawn much like the "
        "target, the layers of the target do well at once. And one picture is too little to train a discriminator for the style of x. "
        '<button type="button" class="quiet" data-go="Failures">More nets that went wrong</button>'
    ).format(word)


@lru_cache(maxsize=len(_STYLES))
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
        "label": "The one picture", "look": "wrap", "tiles": list(_choices(style)), "chosen": str(at),
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
        "your picture" if example is None else example.name,
        example and example.drawn(TARGET),
    )


def _style(text: str | None) -> str:
    return text if text in SOURCES else SOURCES[0]


def _waiting(left: float | None) -> str:
    return f"Somebody else's picture is being learned. That takes {minutes(left)} more; then it is your turn. Stay, or press Stop and come back later."


def _elapsed(run: Run) -> str:
    what = "Getting ready to train" if run.frames else "Getting ready: a process of its own reads the model"
    return f"{what}, {run.waited:.0f} s so far (about {_COLD} s on two cores, or none if one is ready)."


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
                    run.says = _waiting(frame.left)
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
        run.says = "Done." if done else "Stopped."
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
            f'{_STYLE}<h2 class="label">OST: give it one picture</h2><p class="tell">All others here had thousands of pictures of both sides. This one knows {TARGET} icons well, and '
            "of the other side nothing but what you give it: one picture. It learns while you watch, on one processor core, for as long as you choose below.</p>",
            apply_default_css=False, elem_classes="bare",
        )  # fmt: skip
        at, own = gr.State(0), gr.State(None, time_to_live=3600)
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=5, min_width=320):
                style = gr.Radio(
                    [(text, key) for key, text in _STYLES.items()], value=SOURCES[0], label="What the one picture is", show_label=False, container=False,
                    elem_id="once-style", elem_classes="segmented",
                )  # fmt: skip
                heap = Choices(opens["heap"], elem_id="once-heap", elem_classes="bare examples scene on-rail")
                with gr.Row(elem_classes="row controls"):
                    bring = gr.UploadButton(
                        "Upload a picture",
                        file_types=PICTURES,
                        size="sm",
                        min_width=150,
                        elem_classes="quiet",
                        elem_id="once-bring",
                    )
                    seconds = gr.Radio(
                        [(f"{s} s", s) for s in SECONDS], value=SECONDS[0], label="Time to learn", show_label=False, container=False, min_width=130, elem_id="once-seconds",
                        elem_classes="segmented scene on-foot",
                    )  # fmt: skip
                bend = gr.Checkbox(
                    False,
                    label="let the one picture train the shared layers, too",
                    container=False,
                    elem_id="once-bend",
                    elem_classes="tick",
                )
                with gr.Row(elem_classes="row controls"):
                    begin = gr.Button(
                        "Learn it",
                        variant="primary",
                        size="sm",
                        min_width=140,
                        elem_classes="go step scene on-foot",
                        elem_id="once-begin",
                    )
                    halt = gr.Button(
                        "Stop",
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
                    look.stack(
                        _EQUATION,
                        look.notice(
                            Markup(
                                "There is no discriminator for the source: from one picture nobody can tell its style from its content. "
                                "The way back ties the translation to x. While x trains only E<sub>x</sub> and G<sub>x</sub>, {} "
                                "target icons go on training the shared layers."
                            ).format(DRAWN),
                        ),
                    ),
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
    style.input(draw_as, [style, at], [heap, at, own, *live], cancels=[running], **private)
    bring.upload(receive, bring, [heap, at, own, *live], cancels=[running], **private)

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
