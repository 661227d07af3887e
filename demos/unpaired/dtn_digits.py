"""The card of DTN in the tab Unpaired: a written digit made anew from what f says of it, and what that leaves out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import gradio as gr
import numpy as np
import torch
from markupsafe import Markup, escape
from PIL import Image, ImageChops
from torch import Tensor

from i2i.data.worlds import glyphs, icons
from i2i.images import ImageError, to_image
from i2i.run.pipeline import shipped

from ..widgets import address, look
from ..widgets.asking import sentence
from ..widgets.choices import Choices
from ..widgets.pad import Pad, is_empty, is_growing, rasterise
from ..widgets.strip import thumbnail
from ..work.openings import opening
from . import words
from .objective import equation
from .scene import loaded

_STYLE = look.style(__file__, "dtn_digits")

MODEL = "dtn-digits"
INKS, PAPER = [(words.DIGITS_INK, "#2b2a55")], "#f4efe2"
_OTHERS = 6  # images of each digit that f is asked about
_FILLS = 0.66  # of the canvas: as large as the digits are that f learned from

_FORMULA = Markup(
    'G = g ∘ f: <span class="gan"><i>L</i><sub>GANG</sub></span> + α <span class="l1">‖f(x) − f(g(f(x)))‖²</span> + '
    'β <span class="l1">‖y − g(f(y))‖²</span>'
)


@dataclass(frozen=True)
class Written:
    name: str
    image: Image.Image
    digit: bool = True


def available() -> bool:
    return MODEL in shipped()


@lru_cache(maxsize=1)
def examples() -> tuple[Written, ...]:
    """Written digits of the world, then two images that show none."""
    label = torch.tensor([3, 7, 2, 5, 8, 0, 4, 9, 6, 1, 3, 7])
    index = glyphs.SPLITS["test"][0] + torch.arange(len(label))
    drawn = glyphs.draw(index, "pen", 64, label=label)
    found = [Written(str(k), to_image(p)) for k, p in zip(label.tolist(), drawn, strict=True)]
    letter = glyphs.draw(index[:1], "pen", 64, label=torch.tensor([0]), characters="K")
    house = icons.draw(index[:1], "flat", 64, label=torch.tensor([icons.CLASSES.index("house")]))
    return (
        *found,
        Written(words.DIGITS_LETTER, to_image(letter), False),
        Written(words.DIGITS_HOUSE, to_image(house), False),
    )


@lru_cache(maxsize=1)
def _known() -> tuple[Tensor, Tensor]:
    """f's codes of some written digits of each kind [10 * n, code], and what they are."""
    label = torch.arange(10).repeat_interleave(_OTHERS)
    index = glyphs.SPLITS["val"][0] + torch.arange(len(label))
    with torch.inference_mode():
        return loaded(MODEL).method.f(
            glyphs.draw(index, "pen", loaded(MODEL).method.config.side, label=label)
        ), label


def centred(image: Image.Image, size: int = 128) -> Image.Image:
    """A drawing moved to the middle and scaled as the digits are that f learned from. ImageError if nothing is drawn."""
    paper = Image.new("RGB", image.size, PAPER)
    mask = ImageChops.difference(image, paper).convert("L").point(lambda v: 255 * (v > 24))
    box = mask.getbbox()
    if box is None:
        raise ImageError(words.DIGITS_EMPTY)
    drawn = image.crop(box)
    side = round(max(drawn.size) / _FILLS)
    page = Image.new("RGB", (side, side), PAPER)
    page.paste(drawn, ((side - drawn.width) // 2, (side - drawn.height) // 2))
    return page.resize((size, size), Image.BILINEAR)  # a sharper filter would draw a halo round the stroke


@torch.inference_mode()
def show(image: Image.Image, name: str, digit: bool = True) -> Markup:
    """HTML of the translation, of what f says of both, of the equation and its terms."""
    model = loaded(MODEL)
    x = model.place(image).x
    made = model.translate(x)
    again = model.translate(made)
    f = model.method.f
    here, there = f(x), f(made)
    codes, label = _known()
    kept = (here - there).norm().item()
    others = [(here - codes[label == k]).norm(dim=1).mean().item() for k in range(10)]
    nearest = int(np.argmin(others))
    row = Markup("").join(
        (
            look.figure(
                to_image(x),
                words.DIGITS_X_ALT.format(name=name),
                words.DIGITS_X.format(name=name, size=model.size),
            ),
            look.figure(to_image(made), words.DIGITS_MADE_ALT, words.DIGITS_MADE),
            look.figure(to_image(again), words.DIGITS_AGAIN_ALT, words.DIGITS_AGAIN),
        )
    )
    top = max(kept, *others) or 1.0

    def bar(kind: str, text: str, far: float) -> Markup:
        return Markup('<li class="{}"><span>{}</span><i style="width:{:.0f}%"></i><b>{:.1f}</b></li>').format(
            kind, text, 100 * far / top, far
        )

    bars = bar("made", "G(x)", kept) + Markup("").join(
        bar("least" if k == nearest else "", words.DIGITS_OTHERS.format(digit=k), far)
        for k, far in enumerate(others)
    )
    weight = model.method.weights(0)["constancy"]
    term = weight * (here - there).square().mean().item()
    notice = Markup("{} {}").format(
        words.DIGITS_NOTICE.format(count=here.shape[1]),
        words.DIGITS_TRY if digit else words.DIGITS_NO_DIGIT.format(digit=nearest),
    )
    return look.stack(
        Markup('<div class="trip">{}</div>').format(row),
        Markup('<h3 class="label">{}</h3><ul class="near">{}</ul>').format(words.DIGITS_FAR, bars),
        equation(_FORMULA, words.DIGITS_SPOKEN),
        Markup('<div class="terms"><div><span class="l1">{}</span> <strong>{:.2f}</strong></div></div>').format(words.DIGITS_TERM.format(weight=weight), term),
        look.notice(notice),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _choices() -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i),
            "title": escape(w.name if w.digit else words.DIGITS_NONE.format(name=w.name)),
            "src": thumbnail(w.image),
            "alt": escape(words.DIGITS_EXAMPLE_ALT.format(name=w.name)),
            "more": "",
        }
        for i, w in enumerate(examples())
    )


def _heap(at: int) -> dict:
    return {
        "label": words.DIGITS_EXAMPLES,
        "look": "wrap",
        "tiles": list(_choices()),
        "chosen": str(at),
        "address": {"written": at if at >= 0 else ""},
    }


def _blank() -> dict:
    return {
        "name": "", "inks": INKS, "paper": PAPER, "boxes": False, "ops": "", "base": "", "example": -1, "width": 18,
        "keys": {"name": "", "ops": "digit", "example": ""},
    }  # fmt: skip


def _read(value: dict | None) -> Markup:
    """HTML for a drawing. ImageError for what is none."""
    drawn = rasterise({"ops": (value or {}).get("ops")}, INKS, PAPER)
    return show(centred(drawn, loaded(MODEL).size), words.DIGITS_YOURS)


def _drawn(value: dict | None) -> Markup:
    try:
        return _read(value)
    except ImageError as fault:
        raise sentence(str(fault)) from None


@opening
def _first() -> dict:
    """What the card opens with."""
    return {"heap": _heap(0), "told": _example(0)}


def card() -> tuple[Callable, list] | None:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    if not available():
        return None
    opens = _first()
    with gr.Column(elem_classes="card", elem_id="dtn"):
        gr.HTML(
            Markup('{}<h2 class="label">{}</h2><p class="tell">{}</p>').format(_STYLE, words.DIGITS, words.DIGITS_LEAD),
            apply_default_css=False, elem_classes="bare",
        )  # fmt: skip
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=5, min_width=300):
                pad = Pad(_blank(), elem_id="dtn-pad", elem_classes="bare scene on-in")
                heap = Choices(
                    opens["heap"], elem_id="dtn-heap", elem_classes="bare examples step scene on-rail"
                )
            with gr.Column(scale=8, min_width=320, elem_classes="answer-first"):
                told = gr.HTML(
                    opens["told"],
                    apply_default_css=False,
                    elem_id="dtn-told",
                    elem_classes="bare heard scene on-out",
                )
                look.saving("#dtn-told", "dtn-digits")
        look.paper_links("dtn")

    def draw(value):
        if is_empty(value):  # cleared: what was there stays until there is something to see
            return gr.skip(), gr.skip()
        if not is_growing(value):
            return _drawn(value), _heap(-1)
        with suppress(ImageError):  # the stroke's end tells of it
            return _read(value), gr.skip()
        return gr.skip(), gr.skip()

    def pick(index):
        at = index % len(examples())
        return _example(at), _heap(at), _blank()

    pad.answer(draw, [pad], [told, heap])
    heap.on_choice(pick, [], [told, heap, pad])

    def restore(wish: dict[str, str]) -> list:
        """?written=n or ?digit=strokes; what cannot be read is as good as nothing."""
        ops = wish.get("digit") or ""
        if ops:
            try:
                return [_read({"ops": ops}), _heap(-1), _blank() | {"ops": ops}]
            except ImageError:
                return [gr.skip()] * 3
        if (at := address.number(wish, "written", 0, len(examples()) - 1, -1)) >= 0:
            return [_example(at), _heap(at), gr.skip()]
        return [gr.skip()] * 3

    return restore, [told, heap, pad]


def _example(at: int) -> Markup:
    written = examples()[at]
    name = words.DIGITS_WRITTEN.format(name=written.name) if written.digit else written.name
    return show(written.image, name, written.digit)
