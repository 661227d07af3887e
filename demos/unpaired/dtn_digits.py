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
from .scene import loaded

_STYLE = look.style(__file__, "dtn_digits")

MODEL = "dtn-digits"
INKS, PAPER = [("pen", "#2b2a55")], "#f4efe2"
NO_DIGITS = {12: "a letter", 13: "a house"}  # places in the strip
_OTHERS = 6  # images of each digit that f is asked about
_FILLS = 0.66  # of the canvas: as large as the digits are that f learned from

_EQUATION = Markup(
    '<p class="equation" role="math" aria-label="G of x is g of f of x; the GAN loss, plus alpha times the distance of f of x from f of g of f of x, plus beta times '
    'the distance of y from g of f of y">G = g ∘ f: <span class="gan"><i>L</i><sub>GANG</sub></span> + α <span class="l1">‖f(x) − f(g(f(x)))‖²</span> + '
    'β <span class="l1">‖y − g(f(y))‖²</span></p>'
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
        Written(NO_DIGITS[12], to_image(letter), False),
        Written(NO_DIGITS[13], to_image(house), False),
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
        raise ImageError("the pad is empty: draw a digit, or choose one of the examples.")
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
                f"the picture: {name}",
                Markup("<b>x</b>, {}<br>as f sees it, {} px").format(name, model.size),
            ),
            look.figure(
                to_image(made),
                "the moulded digit made of it",
                Markup("<b>G(x) = g(f(x))</b><br>moulded"),
            ),
            look.figure(
                to_image(again),
                "that one translated once more",
                Markup("<b>G(G(x))</b><br>once more"),
            ),
        )
    )
    top = max(kept, *others) or 1.0

    def bar(kind: str, text: str, far: float) -> Markup:
        return Markup('<li class="{}"><span>{}</span><i style="width:{:.0f}%"></i><b>{:.1f}</b></li>').format(
            kind, text, 100 * far / top, far
        )

    bars = bar("made", "G(x)", kept) + Markup("").join(
        bar("least" if k == nearest else "", f"written {k}s", far) for k, far in enumerate(others)
    )
    weight = model.method.weights(0)["constancy"]
    term = weight * (here - there).square().mean().item()
    notice = (
        f"g sees {here.shape[1]} numbers and nothing else. f was taught to tell digits apart whatever their ink, paper, slant and stroke, so it drops "
        "those, and what f drops cannot come back: g itself chooses the colour and the pose of the moulded digit."
    )
    if not digit:
        notice += Markup(
            " <b>This picture shows no digit, and a digit is made all the same:</b> g knows nothing else. To f it looks most like the {}s."
        ).format(nearest)
    else:
        notice += " Give it something that is no digit: it makes one all the same."
    return look.stack(
        Markup('<div class="trip">{}</div>').format(row),
        Markup('<h3 class="label">How far from x, by the codes of f</h3><ul class="near">{}</ul>').format(bars),
        _EQUATION,
        Markup('<div class="terms"><div><span class="l1">{:g} · mean of (f(x) − f(g(f(x))))²</span> <strong>{:.2f}</strong></div></div>').format(weight, term),
        look.notice(notice),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _choices() -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i),
            "title": escape(w.name if w.digit else f"no digit: {w.name}"),
            "src": thumbnail(w.image),
            "alt": escape(f"written {w.name}"),
            "more": "",
        }
        for i, w in enumerate(examples())
    )


def _heap(at: int) -> dict:
    return {
        "label": "A written digit",
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
    return show(centred(drawn, loaded(MODEL).size), "your digit")


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
            f'{_STYLE}<h2 class="label">DTN: what must be kept</h2><p class="tell">Nobody gives pairs here either, but somebody says what a translation must keep: all that f '
            "sees, a digit reader that was trained beforehand and is fixed. Draw a digit.</p>",
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
    return show(
        written.image, written.name if not written.digit else f"a written {written.name}", written.digit
    )
