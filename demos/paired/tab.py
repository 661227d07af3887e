"""The tab Paired: pix2pix on a visitor's drawing, on line icons, and on a building painted from named materials."""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import gradio as gr
import numpy as np
import torch
from markupsafe import Markup, escape
from PIL import Image

from i2i.data.worlds import icons
from i2i.data.worlds.sketches import DAB_WIDTH, DRAWINGS, HINTS, PENS
from i2i.images import ImageError, to_image, to_tensor
from i2i.losses import ADVERSARIAL, l1
from i2i.metrics import gradient_energy_ratio, psnr
from i2i.run.pipeline import Model, shipped

from ..decoding import open_image
from ..widgets import address, client, look, materials
from ..widgets.asking import sentence
from ..widgets.cover import Cover
from ..widgets.measures import explained
from ..widgets.pad import (
    DAB,
    SIDE,
    Ink,
    Pad,
    covered,
    dabs_to_ops,
    image_to_base,
    is_empty,
    is_growing,
    palette,
    rasterise,
    strokes_to_ops,
    wished,
)
from ..widgets.photograph import PICTURES
from ..widgets.strip import Strip, thumbnail
from ..work.openings import opening
from . import why, words

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class Example:
    """name; pad value; truth: the true answer as an image where the project owns one.  hints: ops of coloured pens."""

    name: str
    value: dict
    truth: Image.Image | None = None
    hints: str = ""


@dataclass(frozen=True)
class Subject:
    """One model with what is said of it and what the pad needs to know.

    pens: whether the inks are a row of pens, for colour hints.  opens: name of the example that the tab opens with.
    shown: the inks as the page shows them, where those of the net are hard to tell apart.
    """

    model: str
    says: words.Subject
    examples: Callable[[], list[Example]]
    inks: tuple[Ink, ...] = (("pen", "#000000"),)
    shown: tuple[Ink, ...] = ()
    paper: str = "#ffffff"
    boxes: bool = False
    pens: bool = False
    opens: str = ""


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
    return [Example(name, value) for name, value in materials.fronts()]


SUBJECTS: dict[str, Subject] = {
    "emoji": Subject("pix2pix-emoji", words.EMOJI, _sketches, inks=_PENS, pens=True, opens="fish"),
    "icons": Subject("pix2pix-icons", words.ICONS, _icons),
    "facades": Subject(
        "pix2pix-facades", words.FACADES, _facades, inks=materials.INKS, paper=materials.INKS[0][1], shown=materials.SHOWN, boxes=True,
    ),
}  # fmt: skip


def available() -> list[str]:
    """Subjects whose model is shipped, in the order of SUBJECTS."""
    return [key for key, s in SUBJECTS.items() if s.model in shipped()]


@lru_cache(maxsize=len(SUBJECTS))
def _examples(key: str) -> tuple[Example, ...]:
    return tuple(SUBJECTS[key].examples())


@lru_cache(maxsize=len(SUBJECTS))
def thumbnails(key: str) -> tuple[dict, ...]:
    subject, shown = SUBJECTS[key], []
    for example in _examples(key):
        x = rasterise(example.value, list(subject.inks), subject.paper)
        made = why.loaded(subject.model)(x, seed=0)
        before = materials.shown(x) if subject.shown else x
        shown.append({"name": escape(example.name), "before": thumbnail(before), "after": thumbnail(made)})
    return tuple(shown)


def before_and_after() -> Cover:
    """For the Map: the drawing that the tab opens with, and what is made of it."""
    key = available()[0]
    subject = SUBJECTS[key]
    x = rasterise(opens_with(key)[0], list(subject.inks), subject.paper)
    return Cover(x, why.loaded(subject.model)(x, seed=SEED), {"model": key, "seed": SEED})


def _subject(key: str) -> Subject:
    if key not in available():
        raise sentence(words.NO_MODEL.format(asked=key, here=", ".join(available())))
    return SUBJECTS[key]


def _input(key: str, value: dict | None) -> Image.Image:
    subject = _subject(key)
    try:
        return rasterise(value, list(subject.inks), subject.paper)
    except ImageError as fault:
        raise sentence(str(fault)) from None


def _drawn(image: Image.Image, subject: Subject) -> bool:
    """Whether an uploaded picture may be a drawing of this kind: most of a map is in its inks, half of a drawing is paper."""
    colours = [colour for _, colour in subject.inks] if subject.boxes else [subject.paper]
    return covered(image, colours) > (0.7 if subject.boxes else 0.5)


def _seed(value) -> int:
    try:
        return min(max(int(value), 0), _MOST)
    except (TypeError, ValueError, OverflowError):
        return 0


def _file(subject: Subject, key: str, value: dict | None, picked: int | None, seed: float) -> str:
    """What the download is called."""
    at = picked if picked is not None and 0 <= picked < len(_examples(key)) else -1
    begun = _examples(key)[at].name.replace(" ", "-") if at >= 0 else "own"
    touched = "" if at < 0 or _examples(key)[at].value == _strokes(value) else "-changed"
    return f"{subject.model}-{begun}{touched}-seed-{_seed(seed)}.png"


def paint(value: dict | None, key: str, seed: float, picked: int | None) -> tuple[Markup, Markup]:
    """HTML of the pad's drawing translated, and of the card of live terms."""
    subject, model = _subject(key), why.loaded(_subject(key).model)
    asked = _mark(value, key, seed)
    if is_empty(value):
        return look.result(None, "", subject.says.empty, ""), _card(subject, "", asked)
    image, start = _input(key, value), time.perf_counter()
    made = model(image, seed=_seed(seed))
    caption = _caption(start, model, made)
    truth = _truth(value, key, picked)
    alt = words.ANSWER.format(drawing=_asked(value, key, picked), makes=subject.says.makes, seed=_seed(seed))
    shown = look.result(made, alt, caption, _file(subject, key, value, picked, seed))
    return shown, _card(subject, _live(model, image, made, truth), asked)


def follow(value: dict | None, key: str, seed: float, picked: int | None) -> tuple:
    """`paint`; for a stroke that still grows, of the translation alone: the terms, and all that follows them, wait for its end."""
    if not is_growing(value):
        return paint(value, key, seed, picked)
    with suppress(ImageError):  # its end tells of it
        return passing(value, key, seed), gr.skip()
    return gr.skip(), gr.skip()


def passing(value: dict, key: str, seed: float) -> Markup:
    """HTML of the translation of a drawing whose last stroke still grows. ImageError for what is none."""
    subject, model = _subject(key), why.loaded(_subject(key).model)
    image, start = rasterise(value, list(subject.inks), subject.paper), time.perf_counter()
    made = model(image, seed=_seed(seed))
    return look.result(made, words.ANSWER_PASSING, _caption(start, model, made), "", passing=True)


def _caption(start: float, model: Model, made: Image.Image) -> str:
    """start: of the translation, by `time.perf_counter`."""
    took = 1e3 * (time.perf_counter() - start)
    return words.TOOK.format(milliseconds=took, device=model.device.type.upper(), width=made.width)


def _asked(value: dict, key: str, picked: int | None) -> str:
    """What is on the pad, in words."""
    if picked is None or not 0 <= picked < len(_examples(key)):
        return words.OWN
    example, drawn = _examples(key)[picked], _strokes(value)
    if drawn["base"] != example.value["base"] or not drawn["ops"].startswith(example.value["ops"]):
        return words.OWN
    told = words.EXAMPLE_CHANGED if drawn != example.value else words.EXAMPLE
    return told.format(name=example.name)


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
            '<div><p class="small">{}</p><div class="meter"><i style="width:{:.0f}%"></i></div></div>'
            '<details class="note predict"><summary>{}</summary>'
            '<img src="{}" alt="{}" width="192" style="border-radius:12px;margin-top:8px"></details>'
        ).format(
            words.SHARPNESS.format(sharp=sharp, psnr=psnr(fake, y).item()), min(100, 100 * sharp),
            words.REVEAL, thumbnail(truth, 192), words.TRUTH,
        )  # fmt: skip
    else:
        extra = Markup('<p class="small">{}</p>').format(words.NO_TRUTH)
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
        why.loaded(_subject(key).model),
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


def _mark(value: dict | None, key: str, seed: float) -> Markup:
    """Unseen HTML that tells all that is asked of a model from anything else."""
    asked = f"{key} {_seed(seed)} {_strokes(value)}"
    return Markup('<i hidden data-asked="{}"></i>').format(hashlib.sha256(asked.encode()).hexdigest()[:16])


def _card(subject: Subject, live: Markup | str, asked: Markup) -> Markup:
    """asked: its `_mark`. What follows this card must hear that another drawing came, be its numbers the same."""
    equation = Markup(
        '<p class="equation" role="math" aria-label="{}">G* = arg min<sub>G</sub> max<sub>D</sub> '
        '<span class="gan"><i>L</i><sub>cGAN</sub>(G, D)</span> + λ <span class="l1"><i>L</i><sub>L1</sub>(G)</span></p>'
    ).format(words.EQUATION_READ)
    predict = Markup('<details class="note predict"><summary>{}</summary>{}</details>').format(
        words.PREDICT.format(question=subject.says.predict), subject.says.answer
    )
    return look.stack(
        equation,
        live,
        look.notice(subject.says.notice),
        predict,
        explained("D", "L1", "sharpness", "PSNR", "dropout seed"),
        asked,
    )


def differences(arrays: list[np.ndarray]) -> tuple[Image.Image, int]:
    """Where images [H, W, 3] in [-1, 1] differ, in grey, and how many times brighter than it is: so that it shows where, and is
    not white all over."""
    where = np.std(arrays, axis=0).mean(2)
    factor = next((f for f in (8, 4, 2) if f * np.quantile(where, 0.95) <= 1), 1)
    return Image.fromarray((255 * np.clip(where * factor, 0, 1)).astype(np.uint8)), factor


def samples(value: dict | None, key: str, seed: float) -> Markup:
    """Four dropout samples for the drawing, where they differ, and by how much. Once the pad holds another drawing they say so."""
    subject, asked = _subject(key), _mark(value, key, seed)
    if is_empty(value):
        return Markup('<p class="small fresh">{}</p><p class="small old">{}</p>{}').format(
            subject.says.empty, words.NO_SAMPLES, asked
        )
    made = why.loaded(subject.model)(_input(key, value), n=4, seed=_seed(seed))
    arrays = [np.asarray(m, np.float32) / 127.5 - 1 for m in made]
    spread = float(np.mean([np.abs(a - b).mean() for a, b in itertools.combinations(arrays, 2)]))
    heat, factor = differences(arrays)
    images = [(m, words.SAMPLE.format(seed=_seed(seed) + i)) for i, m in enumerate(made)]
    images.append((heat, words.DIFFER.format(factor=factor)))
    cells = Markup("").join(look.captioned(thumbnail(p, 192), text, text) for p, text in images)
    return Markup('<div class="samples">{}</div><p class="small">{}</p><p class="small old">{}</p>{}').format(
        cells, words.SPREAD.format(spread=spread), words.OLD_SAMPLES, asked
    )


def _given(_: gr.Request, value: dict | None, key: str, seed: float) -> tuple:
    """What the endpoint gets for what is on the page."""
    if is_empty(value):
        raise sentence(_subject(key).says.empty)
    return _input(key, value), key, _seed(seed)


def translate(image: str, model: str = "emoji", seed: float = 0) -> Image.Image:
    """The API: an image file and a model of this tab (emoji, icons, facades) -> the translation."""
    subject = _subject(model)
    try:
        return why.loaded(subject.model)(open_image(image), seed=_seed(seed))
    except ImageError as fault:
        raise sentence(str(fault)) from None


def pad_of(key: str, value: dict, at: int = -1) -> dict:
    """What the pad in the browser needs to know to show this value for this subject."""
    s = SUBJECTS[key]
    pens = {"dab": DAB, "hints": _hints(key, value)} if s.pens else {}
    return {
        **value,
        "name": key,
        **palette(s.inks, s.paper, s.shown),
        "boxes": s.boxes,
        "example": at,
        "under": _under(key, value),
        **pens,
    }


def _under(key: str, value: dict) -> int:
    """The example whose picture lies beneath the strokes, -1 where none does."""
    base = value.get("base")
    return next((i for i, e in enumerate(_examples(key)) if base and e.value["base"] == base), -1)


def opens_with(key: str) -> tuple[dict, int]:
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


def warm(ask: Callable[[], Shown]) -> Shown:
    """A net's second answer: the first one after it was loaded takes many times as long, and would be shown with that time."""
    ask()
    return ask()


def strip_of(key: str, at: int) -> dict:
    return {"shown": list(thumbnails(key)), "chosen": at}


@opening
def _first(key: str) -> dict:
    """What the tab opens with, on a subject."""
    value, at = opens_with(key)
    made, live = warm(lambda: paint(value, key, SEED, at))
    cards = None
    if why.available() and "facades" in available():
        cards = why.opening(_shown(value, key, SEED, at), _street(None, key))
    return {
        "pad": pad_of(key, value), "at": at, "made": made, "live": live, "dice": samples(value, key, SEED), "strip": strip_of(key, at),
        "cards": cards,
    }  # fmt: skip


SEED, _MOST = 7, 9999  # of the opening; the largest
_CLAMP = f"value => value === null ? value : Math.max(0, Math.min({_MOST}, Math.round(value)))"

# Marks the samples where they are of another drawing than the answer is.
_OLD = """(live, dice) => {
  const asked = html => /data-asked="(\\w+)"/.exec(html || '')?.[1];
  document.querySelector('#samples')?.toggleAttribute('data-old', asked(live) !== asked(dice));
}"""

_KEYS = {"model", "d", "example", "seed", "guess", "patch"}

_LEAD = Markup('<p class="lead">{}</p>').format(words.LEAD)
_STYLE = Markup(
    "<style>.samples{display:grid;grid-template-columns:repeat(auto-fit,minmax(84px,1fr));gap:10px}"
    ".samples figure{margin:0}.samples img{width:100%;border-radius:12px;border:1px solid var(--line)}"
    ".samples figcaption{font-size:13px;color:var(--soft);margin-top:3px}"
    "#samples .old,#samples[data-old] .fresh{display:none}#samples[data-old] .old{display:block}"
    "#samples[data-old] .samples{opacity:.45}</style>"
)


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = available()
    if not keys:
        return None
    first = keys[0]
    opens = _first(first)
    with gr.Tab("Paired", id="paired"):
        gr.HTML(
            _LEAD + _STYLE,
            apply_default_css=False,
            elem_classes="bare",
        )
        picked = gr.State(opens["at"])
        with gr.Row(elem_classes="row", equal_height=True):
            with gr.Column(scale=5, min_width=300, elem_classes="card scene on-in"):
                look.label(words.DRAW)
                model = gr.Radio(
                    [(SUBJECTS[k].says.title, k) for k in keys],
                    value=first,
                    label=words.KIND,
                    show_label=False,
                    container=False,
                    elem_id="model",
                    elem_classes="segmented",
                )
                pad = Pad(opens["pad"], elem_id="pad", elem_classes="bare")
                upload = gr.UploadButton(
                    words.UPLOAD,
                    file_types=PICTURES,
                    size="sm",
                    elem_classes="quiet",
                    elem_id="upload",
                )
            with gr.Column(scale=5, min_width=300, elem_classes="card answer-first scene on-out"):
                look.label(words.MADE)
                made = gr.HTML(
                    opens["made"], apply_default_css=False, elem_id="made", elem_classes="bare heard"
                )
                with gr.Row(elem_classes="tools"):
                    with gr.Column(scale=0, min_width=96):
                        gr.HTML(
                            Markup('<span class="small" title="{}">{}</span>').format(
                                words.SEED_MEANS, words.SEED
                            ),
                            apply_default_css=False,
                            elem_classes="bare",
                        )
                    seed = gr.Number(
                        SEED,
                        label=words.SEED,
                        precision=0,
                        elem_id="seed",
                        container=False,
                        scale=1,
                        min_width=60,
                        elem_classes="number",
                    )
                    roll = gr.Button(
                        words.ANOTHER,
                        size="sm",
                        scale=1,
                        min_width=90,
                        elem_classes="quiet step",
                        elem_id="roll",
                    )
            with gr.Column(scale=8, min_width=340, elem_classes="stacked"):
                with gr.Column(elem_classes="card"):
                    look.label(words.OBJECTIVE)
                    live = gr.HTML(
                        opens["live"], apply_default_css=False, elem_id="live", elem_classes="bare"
                    )
                with gr.Column(elem_classes="card grow"):
                    look.label(words.DICE)
                    dice = gr.HTML(
                        opens["dice"],
                        apply_default_css=False,
                        elem_id="samples",
                        elem_classes="bare",
                    )
                    with gr.Row(elem_classes="tools"):
                        again = gr.Button(
                            words.ROLL,
                            size="sm",
                            elem_classes="quiet fit step",
                            elem_id="sample",
                        )
                        look.saving("#samples", "pix2pix-samples")
        strip = Strip(opens["strip"], elem_id="examples", elem_classes="bare examples scene on-rail")
        client.card("paired", _given, [pad, model, seed])
        cards = why.Panel(opens["cards"]) if opens["cards"] else None
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
        pad.answer(follow, drawn["inputs"], drawn["outputs"])
        # What a visitor has drawn on is no example any more; a stroke that was given up leaves it one.
        pad.input(None, pad, strip, js="value => ({chosen: value.example ?? -1})", **private)
        seed.change(trigger_mode="always_last", **drawn, **private)
        seed.change(None, seed, seed, js=_CLAMP, show_progress="hidden", **private)
        seed.change(None, seed, None, js=address.remember("seed"), **private)
        roll.click(
            lambda value: (_seed(value) + 1) % (_MOST + 1), seed, seed, show_progress="hidden", **private
        )
        again.click(samples, [pad, model, seed], dice, show_progress="hidden", **private)
        gr.on(
            [live.change, dice.change], None, [live, dice], None, js=_OLD, show_progress="hidden", **private
        )

        if cards:
            for listener in cards.listen(_shown, _street, [pad, model, seed, picked]):
                live.change(trigger_mode="always_last", **listener)  # `made` changes during a stroke, too

        def choose(key: str, seed: float, at: int = 0):
            value = _examples(key)[at].value
            return (pad_of(key, value, at), at, *paint(value, key, seed, at))

        def switch(key: str, seed: float):
            _subject(key)
            value = _examples(key)[0].value
            return (*choose(key, seed), strip_of(key, 0), samples(value, key, seed))

        def pick(index: int, key: str, seed: float):
            return choose(key, seed, index % len(_examples(key)))

        chosen = [pad, picked, made, live]
        latest = {"trigger_mode": "always_last", "show_progress": "hidden", **private}
        model.input(switch, [model, seed], [*chosen, strip, dice], **latest)
        strip.on_choice(pick, [model, seed], chosen)

        def receive(file: str, key: str, seed: float):
            try:
                image = open_image(file, words.FILE)
            except ImageError as fault:
                raise sentence(str(fault)) from None
            if not _drawn(image, _subject(key)):
                gr.Warning(SUBJECTS[key].says.unlike)
            value = {"ops": "", "base": image_to_base(image)}
            return (pad_of(key, value), -1, *paint(value, key, seed, -1), {"chosen": -1})

        upload.upload(receive, [upload, model, seed], [*chosen, strip], **latest)
        gr.Button(visible=False).click(
            translate,
            api,
            answer,
            api_name="paired",
            api_description=words.ENDPOINT,
        )

        def restore(request: gr.Request):
            """?model=…&example=n&d=strokes | empty&seed=…&guess=…&patch=…: what the link's sender saw; without them the tab stays as it is.
            With both an example and strokes, they were drawn on its picture."""
            wish = dict(request.query_params)
            key = wish.get("model", first)
            if key not in keys or not address.asks(wish, "paired", _KEYS):
                return [gr.skip()] * len(restored)
            number, (value, at) = address.number(wish, "seed", 0, _MOST, SEED), opens_with(key)
            last = len(_examples(key)) - 1
            if (example := address.number(wish, "example", 0, last, -1)) >= 0:
                value, at = _examples(key)[example].value, example
            if wish.get("d"):
                with suppress(ImageError):  # a link that was cut or mistyped
                    value, at = wished(wish["d"], value["base"] if example >= 0 else ""), -1
            shown = paint(value, key, number, at)
            untouched = at >= 0 and value == _examples(key)[at].value
            return [
                key,
                number,
                pad_of(key, value, at if untouched else -1),
                at,
                *shown,
                strip_of(key, at if untouched else -1),
                samples(value, key, number),
                *(cards.restored(wish, _shown(value, key, number, at)) if cards else ()),
            ]

        restored = [model, seed, pad, picked, made, live, strip, dice]
        restored += [cards.guess, cards.patch] if cards else []
        return restore, restored


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
