"""The tab Paired: pix2pix on a visitor's drawing, on line icons, and on a building painted from named materials."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import gradio as gr
import numpy as np
import torch
from markupsafe import Markup, escape
from PIL import Image

from i2i.data.worlds import facades, icons
from i2i.data.worlds.sketches import DAB_WIDTH, DRAWINGS, HINTS, PENS
from i2i.images import ImageError, to_image, to_tensor
from i2i.losses import ADVERSARIAL, l1
from i2i.metrics import gradient_energy_ratio, psnr
from i2i.run.pipeline import Model, load, shipped

from ..decoding import open_image
from ..widgets import look
from ..widgets.pad import (
    DAB,
    SIDE,
    Ink,
    Pad,
    dabs_to_ops,
    image_to_base,
    is_empty,
    rasterise,
    strokes_to_ops,
)
from ..widgets.strip import Strip, thumbnail
from . import why


@dataclass(frozen=True)
class Example:
    """name; pad value; truth: the true answer as an image where the project owns one.  hints: ops of coloured pens."""

    name: str
    value: dict
    truth: Image.Image | None = None
    hints: str = ""


@dataclass(frozen=True)
class Subject:
    """One model with what the pad and the texts need to know about it.

    pens: whether the inks are a row of pens, for colour hints.  opens: name of the example that the tab opens with.
    """

    model: str
    title: str
    examples: Callable[[], list[Example]]
    notice: str
    predict: str
    answer: str
    inks: tuple[Ink, ...] = (("pen", "#000000"),)
    paper: str = "#ffffff"
    boxes: bool = False
    pens: bool = False
    opens: str = ""
    empty: str = "The pad is empty: draw a closed outline, a mug or a face, and the model fills it in."


# The eraser is where it was when there was but one pen, so links from that time still erase.
_PENS: tuple[Ink, ...] = (("black", "#000000"), ("eraser", "#ffffff"), *PENS.items())


def _sketches() -> list[Example]:
    first = ["rocket", "ghost", "cat", "mushroom", "mug", "apple", "car", "cupcake", "flower", "fish"]
    names = first + [n for n in DRAWINGS if n not in first]
    pen = {ink: i for i, (ink, _) in enumerate(_PENS)}
    return [
        Example(
            n,
            {"ops": strokes_to_ops(DRAWINGS[n]), "base": ""},
            hints=dabs_to_ops([(pen[c], x, y) for c, x, y in HINTS[n]], round(DAB_WIDTH * SIDE)),
        )
        for n in names
    ]


def _icons() -> list[Example]:
    label = torch.arange(len(icons.CLASSES))
    index = icons.SPLITS["test"][0] + torch.arange(len(label))
    # The lines as fine as the pad, the truth as fine as the model.
    lines, truths = (
        icons.draw(index, "line", SIDE, label=label),
        icons.draw(index, "glossy", 128, label=label),
    )
    return [
        Example(name, {"ops": "", "base": image_to_base(to_image(x))}, to_image(y))
        for name, x, y in zip(icons.CLASSES, lines, truths, strict=True)
    ]


def _facades() -> list[Example]:
    maps = facades.colour(facades.draw_labels(icons.SPLITS["test"][0] + torch.arange(9), SIDE))
    built = [Example("town house", {"ops": _town_house(), "base": ""})]
    return built + [
        Example(f"front {i + 1}", {"ops": "", "base": image_to_base(to_image(x))}) for i, x in enumerate(maps)
    ]


def _town_house() -> str:
    """A small building out of boxes, as a visitor would stack it."""
    at = {name: i for i, name in enumerate(facades.CLASSES)}
    boxes: list[tuple[str, int, int, int, int]] = [("facade", 22, 30, 234, 256), ("cornice", 18, 24, 238, 36)]
    for row, (top, bottom) in enumerate(((50, 84), (104, 142), (162, 200))):
        for left in (40, 92, 144, 196):
            boxes += [
                ("window", left, top, left + 24, bottom),
                ("sill", left - 3, bottom, left + 27, bottom + 5),
            ]
            if row == 1:
                boxes.append(("deco", left - 2, top - 9, left + 26, top - 3))
    boxes += [("balcony", 88, 128, 172, 146), ("molding", 22, 212, 234, 218)]
    boxes += [("shop", 34, 222, 100, 256), ("door", 114, 220, 142, 256), ("shop", 156, 222, 222, 256)]
    return ";".join(f"r{at[name]},0,{a},{b},{c},{d}" for name, a, b, c, d in boxes)


def _material_inks() -> tuple[Ink, ...]:
    names = {"facade": "wall", "background": "sky, beside", "deco": "ornament", "shop": "shop front"}
    palette = zip(facades.CLASSES, facades.PALETTE.tolist(), strict=True)
    return tuple((names.get(name, name), "#{:02x}{:02x}{:02x}".format(*colour)) for name, colour in palette)


SUBJECTS: dict[str, Subject] = {
    "emoji": Subject(
        "pix2pix-emoji", "Emoji", _sketches,
        "Black lines say where, and colour is a guess until you give one. Dab a coloured pen into a part, here and there: it "
        "turns to that colour, and the lines stay where they are. Light and shade are the model's own, since a dab is flat.",
        "Draw a circle. Which colour will it be? Then put a blue dab into it. How far will the blue spread?",
        "A bare circle leans to yellow, since most round things in this set are yellow faces. The dab turns it blue, and the "
        "paper outside stays white. A small dab may stay a spot: give a large part two or three.",
        inks=_PENS, pens=True, opens="fish",
        empty="The pad is empty: draw a closed outline, a mug or a face, and the model fills it in; a dab of colour says with what.",
    ),
    "icons": Subject(
        "pix2pix-icons", "Icon", _icons,
        "These pairs are made by a program, so the true answer is known and the terms of the objective can be shown in "
        "full. The outline is copied through the skips of the U-Net, pixel for pixel; the colour is a guess.",
        "Which term is larger here after the factor 100: the adversarial or the L1 term?",
        "Nearly always λ L1: with λ = 100 an average miss of a twentieth of the range already weighs 10, while the "
        "adversarial term rarely passes 3. The GAN decides only what L1 leaves open.",
    ),
    "facades": Subject(
        "pix2pix-facades", "Façade", _facades,
        "A label map says window, not which window. Panes, shutters, shadows under the sills are invented from some "
        "four hundred photographs of fronts, and repeat wherever the map repeats. Off the map's habits (a door in the "
        "sky) the model still paints what D would accept nearby.",
        "Paint a window on the sky. Will it look like a window?",
        "Only half: D judges patches of 70 px, and a window without wall around it was never in a real patch, so the "
        "model fades it or grows wall about it.",
        inks=_material_inks(), paper="#{:02x}{:02x}{:02x}".format(*facades.PALETTE[0].tolist()), boxes=True,
        empty="Nothing is painted yet: choose wall, drag a box, then set windows and a door into it.",
    ),
}  # fmt: skip


def available() -> list[str]:
    """Subjects whose model is shipped, in the order of SUBJECTS."""
    return [key for key, s in SUBJECTS.items() if s.model in shipped()]


@lru_cache(maxsize=4)
def _model(name: str) -> Model:
    return load(name)


@lru_cache(maxsize=len(SUBJECTS))
def _examples(key: str) -> tuple[Example, ...]:
    return tuple(SUBJECTS[key].examples())


@lru_cache(maxsize=len(SUBJECTS))
def thumbnails(key: str) -> tuple[dict, ...]:
    subject, shown = SUBJECTS[key], []
    for example in _examples(key):
        x = rasterise(example.value, list(subject.inks), subject.paper)
        made = _model(subject.model)(x, seed=0)
        shown.append({"name": escape(example.name), "before": thumbnail(x), "after": thumbnail(made)})
    return tuple(shown)


def _subject(key: str) -> Subject:
    if key not in available():
        raise gr.Error(
            f"there is no model {key!r} in this tab; there are {', '.join(available())}.",
            print_exception=False,
        )
    return SUBJECTS[key]


def _input(key: str, value: dict | None) -> Image.Image:
    subject = _subject(key)
    try:
        return rasterise(value, list(subject.inks), subject.paper)
    except ImageError as fault:
        raise gr.Error(str(fault), print_exception=False) from None


def _seed(value) -> int:
    try:
        return int(value) % 10_000
    except (TypeError, ValueError, OverflowError):
        return 0


def paint(value: dict | None, key: str, seed: float, picked: int | None) -> tuple[Markup, Markup]:
    """HTML of the pad's drawing translated, and of the card of live terms."""
    subject, model = _subject(key), _model(_subject(key).model)
    if is_empty(value):
        return look.result(None, "", subject.empty, ""), _card(subject, "")
    image, start = _input(key, value), time.perf_counter()
    made = model(image, seed=_seed(seed))
    took = 1e3 * (time.perf_counter() - start)
    truth = _truth(value, key, picked)
    caption = f"{took:.0f} ms on {model.device.type.upper()}, {made.width} px"
    shown = look.result(
        made, "what pix2pix makes of the drawing", caption, f"{subject.model}-{_seed(seed)}.png"
    )
    return shown, _card(subject, _live(model, image, made, truth))


def _live(model: Model, image: Image.Image, made: Image.Image, truth: Image.Image | None) -> Markup:
    """The terms of the objective for what is on the screen."""
    method, config = model.method, model.method.config
    x, fake = model.place(image).x, to_tensor(made)
    parts = []
    if method.D is not None:
        with torch.inference_mode():
            logits = why.critic(model).judge(x, fake)
        term = ADVERSARIAL[config.adversarial](logits, True).item()
        parts.append(Markup('<span class="gan">−log D(x, G(x))</span> <strong>{:.2f}</strong>').format(term))
        believed = logits.sigmoid().mean().item()
        parts.append(Markup("<span>D(x, G(x))</span> <strong>{:.2f}</strong>").format(believed))
    if truth is not None:
        y = to_tensor(truth.resize(made.size, Image.LANCZOS))
        miss, sharp = l1(fake, y).item(), gradient_energy_ratio(fake, y)
        parts.insert(
            1, Markup('<span class="l1">λ L1</span> <strong>{:.2f}</strong>').format(config.l1 * miss)
        )
        extra = Markup(
            '<div><p class="small">Sharpness against the true picture: {:.2f} &nbsp;·&nbsp; PSNR {:.1f} dB</p>'
            '<div class="meter"><i style="width:{:.0f}%"></i></div></div>'
            '<details class="note predict"><summary>Guess its true colours, then reveal</summary>'
            '<img src="{}" alt="the true answer" width="192" style="border-radius:12px;margin-top:8px"></details>'
        ).format(sharp, psnr(fake, y).item(), min(100, 100 * sharp), thumbnail(truth, 192))
    else:
        extra = Markup(
            '<p class="small">A drawing of yours has no true answer, so there is no L1 to show: only D judges it.</p>'
        )
    return look.terms(parts) + extra


def _shown(value: dict | None, key: str, seed: float, picked: int | None) -> why.Screen:
    """What is on the screen, for the cards below; an empty pad counts as the subject's first example."""
    if is_empty(value):
        value, picked = _examples(key)[0].value, 0
    image = _input(key, value)
    fronts = image if key == "facades" else _front(0)
    return why.Screen(
        image,
        _seed(seed),
        _model(_subject(key).model),
        _truth(value, key, picked),
        key == "facades",
        fronts,
    )


def _front(at: int) -> Image.Image:
    """The map of an example of the façades."""
    return rasterise(
        _examples("facades")[at].value, list(SUBJECTS["facades"].inks), SUBJECTS["facades"].paper
    )


def _street(value: dict | None, key: str, *_) -> list[Image.Image]:
    """Four fronts: that on the pad, if there is one, and its neighbours."""
    own = [_input(key, value)] if key == "facades" and not is_empty(value) else [_front(0)]
    return [_front(1), *own, _front(2), _front(6)]


def _truth(value: dict | None, key: str, picked: int | None) -> Image.Image | None:
    """The true answer of an untouched example."""
    example = _examples(key)[picked] if picked is not None and 0 <= picked < len(_examples(key)) else None
    return example.truth if example and example.value == _strokes(value) else None


def _card(subject: Subject, live: Markup | str) -> Markup:
    equation = Markup(
        '<p class="equation" role="math" aria-label="G star is the G that minimises, over the D that maximises, the '
        'conditional GAN loss plus lambda times the L1 loss">G* = arg min<sub>G</sub> max<sub>D</sub> '
        '<span class="gan"><i>L</i><sub>cGAN</sub>(G, D)</span> + λ <span class="l1"><i>L</i><sub>L1</sub>(G)</span></p>'
    )
    predict = Markup('<details class="note predict"><summary>Predict first. {}</summary>{}</details>').format(
        subject.predict, subject.answer
    )
    return look.stack(equation, live, look.notice(subject.notice), predict)


def samples(value: dict | None, key: str, seed: float) -> Markup:
    """Four dropout samples for the drawing, where they differ, and by how much."""
    subject = _subject(key)
    if is_empty(value):
        return Markup('<p class="small">{}</p>').format(subject.empty)
    made = _model(subject.model)(_input(key, value), n=4, seed=_seed(seed))
    arrays = [np.asarray(m, np.float32) / 127.5 - 1 for m in made]
    spread = float(np.mean([np.abs(a - b).mean() for a, b in itertools.combinations(arrays, 2)]))
    where = np.std(arrays, axis=0).mean(2)
    heat = Image.fromarray((255 * np.clip(where * 8, 0, 1)).astype(np.uint8))
    images = [(m, f"seed {_seed(seed) + i}") for i, m in enumerate(made)] + [(heat, "where they differ, × 8")]
    cells = Markup("").join(look.captioned(thumbnail(p, 192), text, text) for p, text in images)
    return Markup(
        '<div class="samples">{}</div><p class="small">Mean difference between two samples: <b>{:.3f}</b> of a range '
        "of 2. Dropout is pix2pix's only noise, and the model has learnt to ignore most of it.</p>"
    ).format(cells, spread)


def translate(image: str, model: str = "emoji", seed: float = 0) -> Image.Image:
    """The API: an image file and a model of this tab (emoji, icons, facades) -> the translation."""
    subject = _subject(model)
    try:
        return _model(subject.model)(open_image(image), seed=_seed(seed))
    except ImageError as fault:
        raise gr.Error(str(fault), print_exception=False) from None


def _pad(key: str, value: dict, at: int = -1) -> dict:
    """What the pad in the browser needs to know to show this value for this subject."""
    s = SUBJECTS[key]
    pens = {"dab": DAB, "hints": _hints(key, value)} if s.pens else {}
    return {
        **value,
        "name": key,
        "inks": [list(ink) for ink in s.inks],
        "paper": s.paper,
        "boxes": s.boxes,
        "example": at,
        **pens,
    }


def _opening(key: str) -> tuple[dict, int]:
    """The pad's value that a subject opens the tab with, and which example that is: one with its colours, if it has some."""
    at = next((i for i, e in enumerate(_examples(key)) if e.name == SUBJECTS[key].opens), 0)
    example = _examples(key)[at]
    ops = ";".join(filter(None, (example.value["ops"], example.hints)))
    return {**example.value, "ops": ops}, at


def _hints(key: str, value: dict) -> str:
    """The colours of the example that a drawing began with, as ops; "" if with none."""
    ops = value.get("ops") or ""
    begun = (e for e in _examples(key) if e.value["ops"] and f"{ops};".startswith(e.value["ops"] + ";"))
    return next((e.hints for e in begun), "")


def _strokes(value: dict | None) -> dict:
    return {key: (value or {}).get(key) or "" for key in ("ops", "base")}


_REMEMBER_SEED = """value => { const url = new URL(window.location); url.searchParams.set('seed', value);
window.history.replaceState(null, '', url); }"""

_LEAD = Markup(
    '<p class="lead"><b>pix2pix</b> learns from pairs: a drawing and its picture, a map and its photograph. A generator paints, '
    "a discriminator says patch by patch whether the pair looks real. Draw below; it answers after each stroke, and in an emoji it follows dabs of colour.</p>"
)
_STYLE = Markup(
    "<style>.samples{display:grid;grid-template-columns:repeat(auto-fit,minmax(84px,1fr));gap:10px}"
    ".samples figure{margin:0}.samples img{width:100%;border-radius:12px;border:1px solid var(--line)}"
    ".samples figcaption{font-size:13px;color:var(--soft);margin-top:3px}</style>"
)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = available()
    if not keys:
        return None
    first = keys[0]
    start, at = _opening(first)
    image, terms = paint(start, first, 7, at)
    with gr.Tab("Paired", id="paired"):
        gr.HTML(
            _LEAD + _STYLE,
            apply_default_css=False,
            elem_classes="bare",
        )
        picked = gr.State(at)
        with gr.Row(elem_classes="row", equal_height=True):
            with gr.Column(scale=5, min_width=300, elem_classes="card"):
                look.label("Draw")
                model = gr.Radio(
                    [(SUBJECTS[k].title, k) for k in keys],
                    value=first,
                    show_label=False,
                    container=False,
                    elem_id="model",
                    elem_classes="segmented",
                )
                pad = Pad(_pad(first, start), elem_id="pad", elem_classes="bare")
                upload = gr.UploadButton(
                    "Upload a picture",
                    file_types=["image"],
                    size="sm",
                    elem_classes="quiet",
                    elem_id="upload",
                )
            with gr.Column(scale=5, min_width=300, elem_classes="card answer-first"):
                look.label("pix2pix makes")
                made = gr.HTML(image, apply_default_css=False, elem_id="made", elem_classes="bare")
                with gr.Row(elem_classes="tools"):
                    with gr.Column(scale=0, min_width=96):
                        gr.HTML(
                            '<span class="small">dropout seed</span>',
                            apply_default_css=False,
                            elem_classes="bare",
                        )
                    seed = gr.Number(
                        7,
                        label="dropout seed",
                        precision=0,
                        minimum=0,
                        maximum=9999,
                        elem_id="seed",
                        container=False,
                        scale=1,
                        min_width=60,
                        elem_classes="number",
                    )
                    roll = gr.Button(
                        "another ⟳", size="sm", scale=1, min_width=90, elem_classes="quiet", elem_id="roll"
                    )
            with gr.Column(scale=8, min_width=340, elem_classes="stacked"):
                with gr.Column(elem_classes="card"):
                    look.label("The objective, for what you see")
                    live = gr.HTML(terms, apply_default_css=False, elem_id="live", elem_classes="bare")
                with gr.Column(elem_classes="card grow"):
                    look.label("Roll the dice: four dropout samples")
                    dice = gr.HTML(
                        samples(start, first, 7),
                        apply_default_css=False,
                        elem_id="samples",
                        elem_classes="bare",
                    )
                    again = gr.Button(
                        "Roll for what is on the pad", size="sm", elem_classes="quiet fit", elem_id="sample"
                    )
        strip = Strip(list(thumbnails(first)), elem_id="examples", elem_classes="bare")
        cards = None
        if why.available() and "facades" in keys:
            cards = why.Panel(_shown(start, first, 7, at), _street(None, first))
        look.paper_links("pix2pix", notebooks=("02_patchgan",))
        api = [gr.File(visible=False), gr.Textbox("emoji", visible=False), gr.Number(0, visible=False)]
        answer = gr.Image(visible=False, format="png")

        drawn = {
            "fn": paint,
            "inputs": [pad, model, seed, picked],
            "outputs": [made, live],
            "show_progress": "hidden",
        }
        private = {"api_visibility": "private"}
        pad.input(trigger_mode="always_last", **drawn, **private)
        seed.change(trigger_mode="always_last", **drawn, **private)
        seed.change(None, seed, None, js=_REMEMBER_SEED, **private)
        roll.click(lambda value: (_seed(value) + 1) % 10_000, seed, seed, show_progress="hidden", **private)
        again.click(samples, [pad, model, seed], dice, show_progress="hidden", **private)

        if cards:
            for listener in cards.listen(_shown, _street, [pad, model, seed, picked]):
                made.change(trigger_mode="always_last", **listener)

        def choose(key: str, seed: float, at: int = 0):
            value = _examples(key)[at].value
            return (_pad(key, value, at), at, *paint(value, key, seed, at))

        def switch(key: str, seed: float):
            _subject(key)
            value = _examples(key)[0].value
            return (*choose(key, seed), list(thumbnails(key)), samples(value, key, seed))

        def pick(index: int, key: str, seed: float):
            return choose(key, seed, index % len(_examples(key)))

        chosen = [pad, picked, made, live]
        model.input(switch, [model, seed], [*chosen, strip, dice], show_progress="hidden", **private)
        strip.on_choice(pick, [model, seed], chosen)

        def receive(file: str, key: str, seed: float):
            try:
                value = {"ops": "", "base": image_to_base(open_image(file, "this file"))}
            except ImageError as fault:
                raise gr.Error(str(fault), print_exception=False) from None
            return (_pad(key, value), -1, *paint(value, key, seed, -1))

        upload.upload(receive, [upload, model, seed], chosen, show_progress="hidden", **private)
        gr.Button(visible=False).click(
            translate,
            api,
            answer,
            api_name="paired",
            api_description="pix2pix on a picture: model is emoji, icons or facades.",
        )

        def restore(request: gr.Request):
            """?model=…&d=strokes | example=n&seed=…: what the link's sender saw; without them the tab stays as it is."""
            wish = dict(request.query_params)
            key = wish.get("model", first)
            if (
                wish.get("tab", "paired") != "paired"
                or key not in keys
                or not {"model", "d", "example", "seed"} & set(wish)
            ):
                return [gr.skip()] * 8
            number, (value, at) = _seed(wish.get("seed", 7)), _opening(key)
            if wish.get("d"):
                drawn = {"ops": wish["d"], "base": ""}
                with suppress(ImageError):  # a link that was cut or mistyped
                    rasterise(drawn, list(SUBJECTS[key].inks), SUBJECTS[key].paper)
                    value, at = drawn, -1
            elif wish.get("example", "").isdecimal():
                at = int(wish["example"][:4]) % len(_examples(key))
                value = _examples(key)[at].value
            shown = paint(value, key, number, at)
            untouched = at >= 0 and value == _examples(key)[at].value
            return [
                key,
                number,
                _pad(key, value, at if untouched else -1),
                at,
                *shown,
                list(thumbnails(key)),
                samples(value, key, number),
            ]

        return restore, [model, seed, pad, picked, made, live, strip, dice]


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
