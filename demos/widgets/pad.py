"""A drawing pad: pen, rectangle, eraser, undo; a palette of named inks. It keeps strokes, not pixels.

The value is {"ops", "base"}: the strokes, and beneath them an uploaded image as a data URL or "". To the browser go
beside them "name" (what the URL calls the model), "inks", "paper", "boxes" (rectangles come first), "example" (the
example that it is, or -1), "under" (the example whose picture lies beneath the strokes, or -1), and, where they differ from the usual ones, "width" (of the pen at first), "keys" (what
the URL calls the "name", the "ops" and the "example"; "" keeps one out of it), "dab" (with it the inks are a row of
pens, and so wide are those of colour at first), "hints" (ops in colour that suit the strokes; a button adds them) and "base_inks" (the
inks are shown in other colours than the base has them: these are its own, in the order of the inks).
While a stroke grows the browser sends what there is of it a few times a second, with "growing" set: see `Pad.answer`.
Strokes are small enough for a URL, undo is exact, and the server rasterises them itself, so what a model sees does not
depend on the browser. One op is tool, ink, width and points in a 256 x 256 square, as in "p0,4,120,33,121,40" (pen),
"p4,20,90,90" (a dab: one point) or "r2,0,10,10,60,90" (rectangle by two corners); ops are joined by ";".

The eraser is an ink: the one called "eraser", or where none is, the one after the last. Inks behind the eraser are
colours, and may grow in number while links that erase still do.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Sequence

import gradio as gr
import numpy as np
from markupsafe import Markup
from PIL import Image, ImageColor, ImageDraw, ImageOps

from i2i.images import ImageError

from ..decoding import open_image
from . import words
from .component import Component
from .look import text

SIDE = 256
MAX_OPS = 60_000  # characters: more than an hour of drawing, less than a burden
MAX_POINTS = 5_000  # each of which is a disc to draw; the head of an op counts as half a one
MAX_BASE = 400_000  # characters; 256 x 256 px take 263,000 at most, and the browser's PNG a little more
_OP = re.compile(r"[pr]\d{1,2},\d{1,2}(,-?\d{1,4},-?\d{1,4})+", re.ASCII)
_PREFIX = "data:image/png;base64,"

CLEARED = "empty"  # what an address says of a pad with nothing on it

Ink = tuple[str, str]  # name, colour as #rrggbb
DAB = 32  # width of a coloured pen at first: one tap leaves a dab of 16 px in an image of 128


def palette(inks: Sequence[Ink], paper: str, shown: Sequence[Ink] = ()) -> dict:
    """Inks and paper for the browser.  shown: the inks as the page shows them, the first of which is the paper."""
    if not shown:
        return {"inks": [list(ink) for ink in inks], "paper": paper}
    told = {"inks": [list(ink) for ink in shown], "paper": shown[0][1]}
    return told | {"base_inks": [colour for _, colour in inks]}


def strokes_and_picture(value: dict | None) -> tuple[str, str]:
    """What is drawn, and the data URL beneath. ImageError if the value is not a pad's, or too long for one."""
    value = {} if value is None else value
    ops, base = (value.get("ops") or "", value.get("base") or "") if isinstance(value, dict) else (None, None)
    if not isinstance(ops, str) or not isinstance(base, str):
        raise ImageError(words.NO_DRAWING)
    if max(len(ops) / MAX_OPS, ops.count(",") / (2 * MAX_POINTS), len(base) / MAX_BASE) > 1:
        raise ImageError(words.LONG_DRAWING)
    return ops, base


def rasterise(value: dict | None, inks: list[Ink], paper: str, size: int = SIDE) -> Image.Image:
    """The pad's value as an RGB image, size x size. ImageError with one sentence if the value is not a pad's."""
    ops, base = strokes_and_picture(value)
    fine = 3  # drawn larger and reduced: smooth strokes. Rectangles stay crisp, as label maps must.
    page = Image.new("RGB", (size * fine, size * fine), paper)
    if base:
        if not base.startswith(_PREFIX):
            raise ImageError(words.NO_UNDER)
        try:
            data = base64.b64decode(base[len(_PREFIX) :])
        except ValueError:
            raise ImageError(words.NO_UNDER) from None
        under = open_image(io.BytesIO(data), words.UNDER)
        page.paste(under.resize(page.size, Image.BICUBIC))
    draw, unit = ImageDraw.Draw(page), size * fine / SIDE
    for op in filter(None, ops.split(";")):
        if not _OP.fullmatch(op):
            raise ImageError(words.NO_DRAWING)
        head, width, *numbers = op.split(",")
        ink, points = int(head[1:]), [float(n) * unit for n in numbers]
        colour = inks[ink][1] if ink < len(inks) else paper  # see above: the eraser
        path = list(zip(points[::2], points[1::2], strict=True))
        if head[0] == "r":
            xs, ys = sorted(points[0::2]), sorted(points[1::2])
            draw.rectangle((xs[0], ys[0], xs[-1], ys[-1]), fill=colour)
            continue
        half = max(1.0, int(width) * unit / 2)
        draw.line(path, fill=colour, width=round(2 * half), joint="curve")
        for x, y in path:
            draw.ellipse((x - half, y - half, x + half, y + half), fill=colour)
    return page.resize((size, size), Image.BOX)


def is_empty(value: dict | None) -> bool:
    return not isinstance(value, dict) or not (value.get("ops") or value.get("base"))


def is_growing(value: dict | None) -> bool:
    """Whether the last stroke of the drawing has not ended yet."""
    return isinstance(value, dict) and bool(value.get("growing"))


def wished(ops: str, under: str = "") -> dict:
    """The value that an address asks for, with an example's picture beneath. ImageError where the strokes are none."""
    if ops == CLEARED:
        return {"ops": "", "base": ""}
    value = {"ops": ops, "base": under}
    rasterise(value, [], "#ffffff")
    return value


def strokes_to_ops(strokes: list[list[tuple[float, float]]], width: int = 5) -> str:
    """Strokes in the unit square (y down) -> ops in the first ink."""
    return ";".join(
        f"p0,{width}," + ",".join(f"{round(x * SIDE)},{round(y * SIDE)}" for x, y in stroke)
        for stroke in strokes
    )


def dabs_to_ops(dabs: list[tuple[int, float, float]], width: int = DAB) -> str:
    """Dabs as (ink, x, y) in the unit square -> ops of one point."""
    return ";".join(f"p{ink},{width},{round(x * SIDE)},{round(y * SIDE)}" for ink, x, y in dabs)


def image_to_base(image: Image.Image) -> str:
    """An RGB image, padded to a square by repeating nothing but its mean border colour, as a data URL."""
    border = image.resize((8, 8), Image.BOX)
    edge = [border.getpixel((x, y)) for x in range(8) for y in range(8) if x in (0, 7) or y in (0, 7)]
    mean = tuple(round(sum(c) / len(edge)) for c in zip(*edge, strict=True))
    buffer = io.BytesIO()
    ImageOps.pad(image, (SIDE, SIDE), Image.LANCZOS, color=mean).save(buffer, "PNG")
    return _PREFIX + base64.b64encode(buffer.getvalue()).decode()


def covered(image: Image.Image, colours: Sequence[str], apart: int = 64) -> float:
    """The share of an RGB image that lies within `apart` of 255, in each channel, of one of the colours."""
    pixels = np.asarray(image.resize((128, 128), Image.BOX), int)[:, :, None]
    inks = np.array([ImageColor.getrgb(colour) for colour in colours])
    return float((abs(pixels - inks).max(-1) <= apart).any(-1).mean())


_HTML = Markup("""
<div class="pad">
  <div class="pad-inks" role="radiogroup" aria-label="{inks}"></div>
  <div class="pad-hints">
    <button type="button" data-do="hint"><span></span><b></b></button>
    <button type="button" data-do="other" title="{other.does}">{other.text}</button>
    <p class="small"></p>
  </div>
  <div class="pad-stage"><canvas width="512" height="512" tabindex="0" role="application" aria-label="{stage}"></canvas><i></i></div>
  <p class="small pad-keys">{keys}</p>
  <p class="heard-only" aria-live="polite"></p>
  <div class="pad-tools">
    <button type="button" data-do="pen" title="{pen.does}">{pen.text}</button>
    <button type="button" data-do="rect" title="{rect.does}">{rect.text}</button>
    <button type="button" data-do="erase" title="{erase.does}">{erase.text}</button>
    <label title="{width_does}"><input type="range" min="2" max="40" value="5" aria-label="{width}"></label>
    <button type="button" data-do="fit" title="{fit.does}">{fit.text}</button>
    <button type="button" data-do="undo" title="{undo.does}">{undo.text}</button>
    <button type="button" data-do="clear" title="{clear.does}">{clear.text}</button>
  </div>
</div>
""").format(
    inks=words.PAD_INKS, stage=words.PAD_STAGE, keys=words.PAD_KEYS, width=words.PAD_WIDTH, width_does=words.PAD_WIDTH_DOES, **words.PAD
)  # fmt: skip


# Points are kept in 256ths; the canvas is twice as fine, for crisp lines on the screen.
class Pad(Component):
    """See the module's text."""

    HTML = _HTML
    WORDS = words.PAD_SCRIPT

    # `edit` is what pad.js calls a stroke that grows, `input` its end.
    def answer(self, fn: Callable, inputs: list, outputs: list) -> None:
        """Call fn(*inputs) at the end of each stroke and at every other change of the drawing; and while a stroke grows, as often
        as answers come back, at most eight times a second, with a drawing that `is_growing`. fn answers that quickly, and
        without an error. One page has one answer under way, and the drawing as it is in the end is always the last one."""
        gr.on(
            [self.input, self.edit], fn, inputs, outputs, trigger_mode="always_last", show_progress="hidden", api_visibility="private"
        )  # fmt: skip

    def api_info(self) -> dict:
        return {"type": "object", "description": words.DRAWING_SENT}


Pad.SCRIPT = text(__file__, "pen.js") + Pad.SCRIPT
