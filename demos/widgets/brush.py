"""An image and a hole that is brushed into it, by mouse, pen, finger or keyboard. It keeps strokes, not pixels.

The value is {"token" (names the image), "src", "alt" (plain text), "width", "height" (of the image in pixels), "ops", "presets" (see
`presets`), "address": {...}}. A change leaves {"token", "ops"} as the value and raises input: an index of select would go
stale, for what waits for its turn is sent with that of the change before. The address is what the page's URL says from
the first change on, with the ops beside it as `hole`: a key with "" leaves it, and so does the hole where `image` is "".

Strokes are small enough for a URL, undo is exact, and the server rasterises them itself, so what a model sees does not
depend on the browser. Ops are joined by ";". Coordinates and widths are in 512ths of the image's longer side:

    b40,120,33,121,40   the brush: its width, and points      e40,…   the eraser
    s3, r0, c0          a hole that is drawn ahead, in place of the present one: its kind and number
    x                   nothing is hole any more              i       hole and known change places
"""

from __future__ import annotations

import base64
import io
import re
from functools import lru_cache

import numpy as np
import torch
from markupsafe import Markup
from PIL import Image, ImageChops, ImageDraw

from i2i.data import holes
from i2i.data.worlds.sdf import hash_uniform
from i2i.images import ImageError

from . import words
from .component import Component
from .look import text

SIDE = 512
MAX_OPS = 20_000  # characters: some eighty strokes
MAX_COUNT = 400
WIDEST = 160
KINDS = {"s": "strokes", "r": "rectangle", "c": "centre"}
_OP = re.compile(r"([be])(\d{1,3})((?:,\d{1,3},\d{1,3})+)|([src])(\d)|([ix])")
_VARIANTS = {"s": 8, "r": 8, "c": 1}
_FINE = 512  # px: a larger hole drawn ahead is scaled up from there


def rasterise(ops: str, size: tuple[int, int]) -> Image.Image:
    """Ops as a mask of (width, height), mode "L", 255 in the hole. ImageError with one sentence if they are none."""
    if not isinstance(ops, str) or len(ops) > MAX_OPS or ops.count(";") >= MAX_COUNT:
        raise ImageError(words.MANY_STROKES)
    mask, unit = Image.new("L", size), max(size) / SIDE
    steps = [_OP.fullmatch(op) for op in ops.split(";") if op]
    if not all(steps):
        raise ImageError(words.NO_HOLE)
    # What comes before a hole drawn ahead, or before clear, is gone; to draw it again and again would take seconds.
    anew = [i for i, found in enumerate(steps) if found[4] or found[6] == "x"]
    for found in steps[anew[-1] if anew else 0 :]:
        tool, width, points, kind, number, whole = found.groups()
        if tool:
            _stroke(
                mask,
                min(int(width), WIDEST) * unit,
                [int(n) * unit for n in points[1:].split(",")],
                255 if tool == "b" else 0,
            )
        elif kind:
            mask = preset(kind, int(number), size)
        else:
            mask = ImageChops.invert(mask) if whole == "i" else Image.new("L", size)
    return mask


def _stroke(mask: Image.Image, width: float, points: list[float], value: int) -> None:
    """A path with round ends and corners. Pixels are whole: half of a pixel cannot be a hole."""
    draw, half = ImageDraw.Draw(mask), max(0.5, width / 2)
    path = list(zip(points[::2], points[1::2], strict=True))
    if len(path) > 1:
        draw.line(path, fill=value, width=max(1, round(2 * half)))
    for x, y in path:
        draw.ellipse((x - half, y - half, x + half, y + half), fill=value)


def preset(kind: str, number: int, size: tuple[int, int]) -> Image.Image:
    """A hole as in training, mode "L"; kind: of KINDS. Drawn in a square and stretched to the image."""
    side = min(_FINE, max(size))
    u = hash_uniform(5, torch.tensor([number % _VARIANTS[kind]]), 48)[0]
    hole = holes.mask(KINDS[kind], u, side)[0].bool().numpy()
    mask = Image.fromarray(hole.astype(np.uint8) * 255)
    return mask if mask.size == size else mask.resize(size, Image.BILINEAR).point(lambda v: 255 * (v >= 128))


@lru_cache(maxsize=1)
def presets() -> dict[str, list[str]]:
    """kind -> the holes drawn ahead, as images whose alpha is the hole, for the browser to paint."""

    def image(mask: Image.Image) -> str:
        buffer = io.BytesIO()
        Image.merge("LA", (mask, mask)).save(buffer, "PNG", optimize=True)
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

    return {
        kind: [image(preset(kind, n, (192, 192))) for n in range(count)] for kind, count in _VARIANTS.items()
    }


_HTML = Markup("""
<div class="brush">
  <div class="brush-stage" tabindex="0" role="application" aria-describedby="brush-keys"><img alt=""><canvas></canvas><i></i></div>
  <div class="brush-tools">
    <button type="button" data-do="b" aria-pressed="true" title="{brush.does}">{brush.text}</button>
    <button type="button" data-do="e" aria-pressed="false" title="{erase.does}">{erase.text}</button>
    <label title="{width_does}"><input type="range" min="8" max="120" value="44" aria-label="{width}"></label>
    <button type="button" data-do="undo" title="{undo.does}">{undo.text}</button>
    <button type="button" data-do="x" title="{clear.does}">{clear.text}</button>
    <button type="button" data-do="i" title="{invert.does}">{invert.text}</button>
  </div>
  <div class="brush-tools" role="group" aria-label="{ready_made_read}"><span class="small">{ready_made}</span>
    <button type="button" class="step" data-do="s" title="{strokes.does}">{strokes.text}</button>
    <button type="button" data-do="r" title="{rectangle.does}">{rectangle.text}</button>
    <button type="button" data-do="c" title="{centre.does}">{centre.text}</button>
  </div>
  <p class="small" id="brush-keys">{keys}</p>
  <p class="heard-only" aria-live="polite"></p>
</div>
""").format(
    width=words.BRUSH_WIDTH, width_does=words.BRUSH_WIDTH_DOES, ready_made=words.READY_MADE, ready_made_read=words.READY_MADE_READ,
    keys=words.BRUSH_KEYS, **words.BRUSH,
)  # fmt: skip


class Brush(Component):
    """See the module's text."""

    HTML = _HTML
    WORDS = words.BRUSH_SCRIPT

    def api_info(self) -> dict:
        return {"type": "object", "description": words.HOLE_SENT}


Brush.SCRIPT = text(__file__, "pen.js") + Brush.SCRIPT
