"""A drawing pad: pen, rectangle, eraser, undo; a palette of named inks. It keeps strokes, not pixels.

The value is {"ops", "base"}: the strokes, and beneath them an uploaded picture as a data URL or "". To the browser go
beside them "name" (what the URL calls the model), "inks", "paper", "boxes" (rectangles come first), "example" (the
example that it is, or -1), and, where they differ from the usual ones, "width" (of the pen at first) and "keys" (what
the URL calls the "name", the "ops" and the "example"; "" keeps one out of it). Strokes are
small enough for a URL, undo is exact, and the server rasterises them itself, so what a model sees does not depend on
the browser. One op is tool, ink, width and points in a 256 x 256 square, as in "p0,4,120,33,121,40" (pen) or
"r2,0,10,10,60,90" (rectangle by two corners); ops are joined by ";".
"""

from __future__ import annotations

import base64
import io
import re

from PIL import Image, ImageDraw, ImageOps

from i2i.pictures import PictureError, open_picture

from .component import Component

SIDE = 256
MAX_OPS = 60_000  # characters: more than an hour of drawing, less than a burden
_OP = re.compile(r"[pr]\d{1,2},\d{1,2}(,-?\d{1,3},-?\d{1,3})+")
_PREFIX = "data:image/png;base64,"

Ink = tuple[str, str]  # name, colour as #rrggbb


def rasterise(value: dict | None, inks: list[Ink], paper: str, size: int = SIDE) -> Image.Image:
    """The pad's value as an RGB picture, size x size. PictureError with one sentence if the value is not a pad's."""
    value = value or {}
    ops, base = value.get("ops") or "", value.get("base") or ""
    if not isinstance(ops, str) or not isinstance(base, str) or len(ops) > MAX_OPS:
        raise PictureError("this drawing is too long to be read; clear the pad and draw it again with fewer strokes.")
    fine = 3  # drawn larger and reduced: smooth strokes. Rectangles stay crisp, as label maps must.
    page = Image.new("RGB", (size * fine, size * fine), paper)
    if base:
        if not base.startswith(_PREFIX):
            raise PictureError("the picture under the drawing cannot be read; upload it again.")
        try:
            data = base64.b64decode(base[len(_PREFIX) :])
        except ValueError:
            raise PictureError("the picture under the drawing cannot be read; upload it again.") from None
        under = open_picture(io.BytesIO(data), "the uploaded picture")
        page.paste(under.resize(page.size, Image.BICUBIC))
    draw, unit = ImageDraw.Draw(page), size * fine / SIDE
    for op in filter(None, ops.split(";")):
        if not _OP.fullmatch(op):
            raise PictureError("this drawing cannot be read; clear the pad and draw it again.")
        head, width, *numbers = op.split(",")
        ink, points = int(head[1:]), [float(n) * unit for n in numbers]
        colour = inks[ink][1] if ink < len(inks) else paper  # the ink after the last is the eraser
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
    return not value or not (value.get("ops") or value.get("base"))


def strokes_to_ops(strokes: list[list[tuple[float, float]]], width: int = 5) -> str:
    """Strokes in the unit square (y down) -> ops in the first ink."""
    return ";".join(
        f"p0,{width}," + ",".join(f"{round(x * SIDE)},{round(y * SIDE)}" for x, y in stroke) for stroke in strokes
    )


def picture_to_base(picture: Image.Image) -> str:
    """An RGB picture, padded to a square by repeating nothing but its mean border colour, as a data URL."""
    border = picture.resize((8, 8), Image.BOX)
    edge = [border.getpixel((x, y)) for x in range(8) for y in range(8) if x in (0, 7) or y in (0, 7)]
    mean = tuple(round(sum(c) / len(edge)) for c in zip(*edge, strict=True))
    buffer = io.BytesIO()
    ImageOps.pad(picture, (SIDE, SIDE), Image.LANCZOS, color=mean).save(buffer, "PNG")
    return _PREFIX + base64.b64encode(buffer.getvalue()).decode()


_HTML = """
<div class="pad">
  <div class="pad-inks" role="radiogroup" aria-label="Ink"></div>
  <canvas width="512" height="512" tabindex="0" role="img" aria-label="Drawing pad: draw with mouse, pen or finger"></canvas>
  <div class="pad-tools">
    <button type="button" data-do="pen" title="Pen">✎ pen</button>
    <button type="button" data-do="rect" title="Rectangle">▭ box</button>
    <button type="button" data-do="erase" title="Eraser">⌫ erase</button>
    <label title="Width of the pen"><input type="range" min="2" max="24" value="5" aria-label="Pen width"></label>
    <button type="button" data-do="undo" title="Undo the last stroke">↶ undo</button>
    <button type="button" data-do="clear" title="Clear the pad">clear</button>
  </div>
</div>
"""

_CSS = """
.pad canvas { width: 100%; aspect-ratio: 1; display: block; border: 1px solid var(--line); border-radius: 12px;
  touch-action: none; cursor: crosshair; background: #fff; }
.pad canvas:focus-visible { outline: 2px solid var(--violet); }
.pad-tools { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 10px; align-items: center; }
.pad button { font: inherit; font-size: 13px; padding: 6px 10px; border: 1px solid var(--line); border-radius: 9px;
  background: var(--card); color: var(--ink); cursor: pointer; min-height: 34px; }
.pad button:hover { border-color: var(--violet); }
.pad button[aria-pressed=true], .pad-inks button[aria-checked=true] { border-color: var(--violet);
  box-shadow: 0 0 0 1px var(--violet); }
.pad-tools label { display: inline-flex; align-items: center; }
.pad-tools input { width: 64px; accent-color: var(--violet); vertical-align: middle; }
.pad-inks { display: flex; flex-wrap: wrap; gap: 5px; }
.pad-inks:not(:empty) { margin-bottom: 10px; }
.pad-inks button { display: inline-flex; align-items: center; gap: 6px; padding: 3px 9px 3px 5px; min-height: 28px; font-size: 12.5px; }
.pad-inks i { width: 16px; height: 16px; border-radius: 5px; display: inline-block; border: 1px solid rgba(0,0,0,.15); }
"""

# Points are kept in 256ths; the canvas is twice as fine, for crisp lines on the screen.
_JS = r"""
const canvas = element.querySelector('canvas'), ctx = canvas.getContext('2d'), S = 2;
const inksBox = element.querySelector('.pad-inks'), range = element.querySelector('input');
let ops = [], base = null, tool = 'pen', ink = 0, live = null, sent = null;
let started = false;  // what the page opens with is in the address already, or is the start
let set = {name: '', inks: [['pen', '#000000']], paper: '#ffffff', boxes: false};  // what this pad is for
const inks = () => set.inks;
const colour = i => i < inks().length ? inks()[i][1] : set.paper;

function paintOp(op) {
  const c = colour(op.ink);
  ctx.fillStyle = ctx.strokeStyle = c;
  if (op.tool === 'r') {
    const [x0, y0] = op.at[0], [x1, y1] = op.at[op.at.length - 1];
    ctx.fillRect(S * Math.min(x0, x1), S * Math.min(y0, y1), S * Math.abs(x1 - x0), S * Math.abs(y1 - y0));
    return;
  }
  ctx.lineWidth = S * op.width; ctx.lineCap = ctx.lineJoin = 'round';
  ctx.beginPath();
  op.at.forEach(([x, y], i) => i ? ctx.lineTo(S * x, S * y) : ctx.moveTo(S * x, S * y));
  if (op.at.length === 1) ctx.lineTo(S * op.at[0][0] + .01, S * op.at[0][1]);
  ctx.stroke();
}
function redraw() {
  ctx.fillStyle = set.paper; ctx.fillRect(0, 0, canvas.width, canvas.height);
  if (base) ctx.drawImage(base, 0, 0, canvas.width, canvas.height);
  ops.forEach(paintOp);
  if (live) paintOp(live);
}
const encode = () => ops.map(o => o.tool + o.ink + ',' + o.width + ',' + o.at.map(p => p.join(',')).join(',')).join(';');
function decode(text) {
  return (text || '').split(';').filter(Boolean).map(t => {
    const parts = t.split(','), head = parts[0], n = parts.slice(2).map(Number), at = [];
    for (let i = 0; i < n.length; i += 2) at.push([n[i], n[i + 1]]);
    return {tool: head[0], ink: Number(head.slice(1)), width: Number(parts[1]), at};
  });
}
function send() {
  const value = {...set, ops: encode(), base: (props.value || {}).base || '', example: -1};
  sent = JSON.stringify(value);
  props.value = value;
  trigger('input');
  remember(value);
}
function remember(value) {
  const url = new URL(window.location);
  const keys = set.keys || {name: 'model', ops: 'd', example: 'example'};
  const put = (key, value) => { if (key) url.searchParams.set(key, value); };
  put(keys.name, set.name);
  url.searchParams.delete(keys.ops); if (keys.example) url.searchParams.delete(keys.example);
  if (value.example >= 0) put(keys.example, value.example); else
  if (!value.base && value.ops && value.ops.length < 6000) put(keys.ops, value.ops);
  window.history.replaceState(null, '', url);
}
function receive() {
  const value = props.value || {};
  if (JSON.stringify(value) === sent) return;  // our own stroke coming back
  const before = JSON.stringify(set);
  set = {name: value.name || '', inks: value.inks || set.inks, paper: value.paper || set.paper, boxes: Boolean(value.boxes),
    keys: value.keys, width: value.width};
  if (JSON.stringify(set) !== before) reset();
  sent = null; live = null; ops = decode(value.ops); base = null;
  if (value.base) { const picture = new Image(); picture.onload = () => { base = picture; redraw(); }; picture.src = value.base; }
  redraw();
  if (started) remember(value);
}
function tools() {
  element.querySelectorAll('[data-do=pen],[data-do=rect],[data-do=erase]').forEach(b =>
    b.setAttribute('aria-pressed', String(b.dataset.do === (ink === inks().length ? 'erase' : tool))));
  element.querySelector('[data-do=rect]').style.display = set.boxes ? '' : 'none';
  element.querySelector('[data-do=erase]').style.display = set.boxes ? 'none' : '';
  inksBox.replaceChildren(...(inks().length < 2 ? [] : inks().map(([name, c], i) => {
    const b = document.createElement('button'), dot = document.createElement('i');
    b.type = 'button'; b.setAttribute('role', 'radio'); b.setAttribute('aria-checked', String(i === ink));
    dot.style.background = c; b.append(dot, name);
    b.onclick = () => { ink = i; tools(); };
    return b;
  })));
}
function reset() { tool = set.boxes ? 'rect' : 'pen'; ink = set.boxes ? 2 : 0; range.value = set.boxes ? 10 : set.width || 5; tools(); }

const at = e => {
  const r = canvas.getBoundingClientRect(), clip = v => Math.max(0, Math.min(256, Math.round(v)));
  return [clip((e.clientX - r.left) / r.width * 256), clip((e.clientY - r.top) / r.height * 256)];
};
canvas.addEventListener('pointerdown', e => {
  if (e.button) return;
  canvas.setPointerCapture(e.pointerId);
  const box = tool === 'rect' && ink < inks().length;
  live = {tool: box ? 'r' : 'p', ink, width: Number(range.value) * (ink === inks().length ? 3 : 1), at: [at(e)]};
  if (box) live.at.push(at(e));
  redraw(); e.preventDefault();
});
canvas.addEventListener('pointermove', e => {
  if (!live) return;
  const p = at(e), last = live.at[live.at.length - 1];
  if (live.tool === 'r') live.at[1] = p;
  else if (Math.hypot(p[0] - last[0], p[1] - last[1]) >= 2) live.at.push(p);
  redraw();
});
const finish = () => { if (!live) return; const op = live; live = null;
  if (op.tool === 'p' || (op.at[0][0] !== op.at[1][0] && op.at[0][1] !== op.at[1][1])) { ops.push(op); send(); }
  redraw(); };
canvas.addEventListener('pointerup', finish);
canvas.addEventListener('pointercancel', () => { live = null; redraw(); });
canvas.addEventListener('keydown', e => { if ((e.ctrlKey || e.metaKey) && e.key === 'z') { undo(); e.preventDefault(); } });
function undo() { if (ops.length) { ops.pop(); redraw(); send(); } }
element.querySelector('.pad-tools').addEventListener('click', e => {
  const what = (e.target.closest('button') || {dataset: {}}).dataset.do;
  if (what === 'pen' || what === 'rect') { tool = what; if (ink === inks().length) ink = 0; tools(); }
  if (what === 'erase') { ink = inks().length; tools(); }
  if (what === 'undo') undo();
  if (what === 'clear') { ops = []; base = null; props.value = {...set, ops: '', base: ''}; redraw(); send(); }
});
watch('value', receive);
reset();
receive();
started = true;
"""


class Pad(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS

    def api_info(self) -> dict:
        return {"type": "object", "description": 'a drawing: {"ops": strokes, "base": data URL or ""}'}
