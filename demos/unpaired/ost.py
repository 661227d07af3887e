"""The card of OST in the tab Unpaired: the visitor gives one image, and a model learns it while they watch."""

from __future__ import annotations

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
from i2i.run.oneshot import DRAWN, SOURCE, TARGET, Progress, unseen_icons
from i2i.run.pipeline import Model, shipped

from ..widgets import look
from ..widgets.asking import sentence, uploaded
from ..widgets.choices import Choices
from ..widgets.strip import thumbnail
from ..work.queue import Failed, Full, Line, Waiting
from .scene import loaded
from .stargan import Thing, things

_STYLE = look.style(__file__, "ost")

MODEL = "ost-icons"
SECONDS = (20, 60)
START = 90  # seconds more that a process may take, to start and to draw the target, on a busy machine
WORK = "i2i.run.oneshot:learn_icon"
LINE = Line()
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


def examples() -> tuple[Thing, ...]:
    """Icons whose image in the target's style is known."""
    return things("icons")


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
            Markup("<b>before</b><br>by the target's own layers"),
        )
    )
    if not run.frames:
        cells += [_void("Here you will see it change."), _void("And here, whether it finds its way back.")]
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
    if not run.frames:
        return Markup('<p class="doing" role="status">{}</p>').format(run.says) if run.says else Markup("")
    last = run.frames[-1]
    share = 100 if run.over else 100 * min(1.0, last.seconds / run.seconds)
    left = run.says or Markup("<b>{:.0f} s</b> left").format(max(0.0, run.seconds - last.seconds))
    return Markup(
        '<div><p class="doing"><span>step <b>{}</b></span><span role="status">{}</span></p>'
        '<div class="meter"><i style="width:{:.0f}%"></i></div></div>'
    ).format(last.step, left, share)


def _curves(frames: list[Progress]) -> Markup:
    """HTML of the terms for x over time: small lines, and the last value of each."""
    cells = []
    for term, (kind, text) in _TERMS.items():
        values = [f.terms[term] for f in frames if term in f.terms]
        if not values:
            continue
        top = max(values) or 1.0
        line = " ".join(
            f"{100 * i / max(1, len(values) - 1):.1f},{36 - 32 * v / top:.1f}" for i, v in enumerate(values)
        )
        colour = "var(--violet)" if kind == "gan" else "var(--orange)"
        cells.append(
            Markup(
                '<figure><svg viewBox="0 0 100 38" preserveAspectRatio="none" role="img" aria-label="{text}, from {first:.2f} to {last:.2f}">'
                '<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6" vector-effect="non-scaling-stroke"/></svg>'
                "<figcaption>{text} <strong>{last:.2f}</strong></figcaption></figure>"
            ).format(text=text, first=values[0], last=values[-1], line=line, colour=colour)
        )
    return Markup('<div class="curve">{}</div>').format(Markup("").join(cells)) if cells else Markup("")


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
            "The one picture moved only its own outer layers, E<sub>x</sub> and G<sub>x</sub>; the shared layers between them went on learning from the target alone. "
            "That is <b>selective backpropagation</b>, the paper's rule against a single picture bending what thousands taught."
        )
    else:
        why = (
            "This time the one picture moved the shared layers too, which the paper rules out, lest they bend to what suits x alone. Do not expect to see the damage "
            "in a run as short as this one: the target goes on teaching the same layers, and holds them in place."
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
    if run.truth is None:
        return Markup("")
    last = from_bytes(torch.from_numpy(run.frames[-1].over))
    true = loaded(MODEL).place(run.truth).x
    image = look.figure(
        to_image(true),
        f"the true {TARGET} picture",
        Markup("<b>the truth</b><br>missed by <strong>{:.3f}</strong>").format(l1(last, true).item()),
    )
    return Markup(
        '<details class="note predict"><summary>Predict first. How does the world draw this very thing {}?</summary><div class="two">{}</div></details>'
    ).format(TARGET, image)


@lru_cache(maxsize=1)
def _choices() -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i),
            "title": escape(e.name),
            "src": thumbnail(e.drawn(SOURCE)),
            "alt": escape(e.name),
            "more": "",
        }
        for i, e in enumerate(examples())
    )


def _heap(at: int) -> dict:
    return {
        "label": "The one picture", "look": "wrap", "tiles": list(_choices()), "chosen": str(at), "address": {"one": at if at >= 0 else ""},
    }  # fmt: skip


def _fresh(at: int, own: Image.Image | None, seconds: float = SECONDS[0], selective: bool = True) -> Run:
    """A run that has not begun. ImageError for an image that shows nothing."""
    example = None if own is not None else examples()[max(at, 0) % len(examples())]
    pixels = taken(own if example is None else example.drawn(SOURCE), loaded(MODEL))
    return Run(
        _image(pixels[0]),
        seconds,
        selective,
        "your picture" if example is None else example.name,
        example and example.drawn(TARGET),
    )


def _waiting(left: float) -> str:
    return f"Somebody else's picture is being learned: {left:.0f} s more at most, mostly far less, then it is your turn. Stay, or press Stop and come back later."


def follow(run: Run, owner: str):
    """Train and yield the run at each change, None where there is no news, until it is over however that comes about."""
    pixels = np.ascontiguousarray(np.asarray(run.image).transpose(2, 0, 1)[None])
    model = loaded(MODEL)
    run.says = f"Starting a process of its own, and drawing a hundred {TARGET} icons …"
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
        )
        with closing(frames):
            for frame in frames:
                if frame is None:
                    yield None
                    continue
                if isinstance(frame, Waiting):
                    run.says = _waiting(frame.left)
                else:
                    run.frames.append(Progress(*frame))
                    run.says = "" if run.frames[-1].step else "Getting ready to train …"
                yield run
        done = run.frames and run.frames[-1].seconds >= run.seconds
        run.says = "Done." if done else "Stopped."
    except (Full, Failed) as fault:
        text = str(fault)
        run.says = text[0].upper() + text[1:]
    run.over = True
    yield run


def card() -> tuple[Callable, list] | None:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    if not available():
        return None
    start = 0
    with gr.Column(elem_classes="card", elem_id="once"):
        gr.HTML(
            f'{_STYLE}<h2 class="label">OST: give it one picture</h2><p class="tell">All others here had thousands of pictures of both sides. This one knows {TARGET} icons well, and '
            "of the other side nothing but what you give it: one picture. It learns while you watch, on one slow core.</p>",
            apply_default_css=False, elem_classes="bare",
        )  # fmt: skip
        at, own = gr.State(start), gr.State(None, time_to_live=3600)
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=5, min_width=320):
                heap = Choices(_heap(start), elem_id="once-heap", elem_classes="bare")
                with gr.Row(elem_classes="row controls"):
                    bring = gr.UploadButton(
                        "Upload a picture",
                        file_types=["image"],
                        size="sm",
                        min_width=150,
                        elem_classes="quiet",
                        elem_id="once-bring",
                    )
                    seconds = gr.Radio(
                        [(f"{s} s", s) for s in SECONDS], value=SECONDS[0], show_label=False, container=False, min_width=130, elem_id="once-seconds",
                        elem_classes="segmented",
                    )  # fmt: skip
                bend = gr.Checkbox(
                    False,
                    label="let the one picture move the shared layers too",
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
                        elem_classes="go",
                        elem_id="once-begin",
                    )
                    halt = gr.Button(
                        "Stop",
                        size="sm",
                        min_width=90,
                        interactive=False,
                        elem_classes=["quiet", "halt"],
                        elem_id="once-stop",
                    )
            with gr.Column(scale=8, min_width=320):
                stage = gr.HTML(
                    shown(_fresh(start, None)),
                    apply_default_css=False,
                    elem_id="once-stage",
                    elem_classes="bare",
                )
                gr.HTML(
                    look.stack(
                        _EQUATION,
                        look.notice(
                            Markup(
                                "No discriminator knows the source: one picture has no style that could be told from its content. "
                                "What holds x is the way back, and what holds the rest is the target: while x moves only E<sub>x</sub> and G<sub>x</sub>, {} "
                                "target icons alone go on teaching the shared layers."
                            ).format(DRAWN),
                        ),
                    ),
                    apply_default_css=False, elem_classes="bare",
                )  # fmt: skip
        look.paper_links("ost")

    def buttons(running: bool) -> tuple:
        return gr.update(interactive=not running), gr.update(interactive=running)

    def learn(at, own, seconds, bend, request: gr.Request):
        try:
            run = _fresh(at, own, float(seconds) if seconds in SECONDS else SECONDS[0], not bend)
        except ImageError as fault:
            raise sentence(str(fault)) from None
        for step in follow(run, request.session_hash):
            yield (shown(step), *buttons(not step.over)) if step else (gr.skip(),) * 3

    def stop(request: gr.Request):
        LINE.stop(request.session_hash)

    def pick(index, request: gr.Request):
        LINE.stop(request.session_hash)
        chosen = index % len(examples())
        return _heap(chosen), chosen, None, shown(_fresh(chosen, None)), *buttons(False)

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
        learn, [at, own, seconds, bend], live, concurrency_id="live", concurrency_limit=6, **private
    )
    halt.click(stop, None, None, **private)
    heap.on_choice(pick, [], [heap, at, own, *live], cancels=[running])
    bring.upload(receive, bring, [heap, at, own, *live], cancels=[running], **private)

    def restore(wish: dict[str, str]) -> list:
        """?one=n: the example."""
        text = wish.get("one") or ""
        if not (text.isdecimal() and text.isascii()):
            return [gr.skip()] * 3
        chosen = int(text[:4]) % len(examples())
        return [_heap(chosen), chosen, shown(_fresh(chosen, None))]

    return restore, [heap, at, stage]
