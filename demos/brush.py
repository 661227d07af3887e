"""A picture and a hole that is brushed into it, by mouse, pen, finger or keyboard. It keeps strokes, not pixels.

The value is {"token" (names the picture), "src", "alt", "width", "height" (of the picture in pixels), "ops", "presets" (see
`presets`), "address": {...}}. A change leaves {"token", "ops"} as the value and raises input: an index of select would go
stale, for what waits for its turn is sent with that of the change before. The address is what the page's URL says from
the first change on, with the ops beside it as `hole`: a key with "" leaves it, and so does the hole where `picture` is "".

Strokes are small enough for a URL, undo is exact, and the server rasterises them itself, so what a model sees does not
depend on the browser. Ops are joined by ";". Coordinates and widths are in 512ths of the picture's longer side:

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
from PIL import Image, ImageChops, ImageDraw

from i2i.data import holes
from i2i.data.sdf import hash_uniform
from i2i.pictures import PictureError

from .component import Component

SIDE = 512
MAX_OPS = 20_000  # characters: some eighty strokes
MAX_COUNT = 400
WIDEST = 160
KINDS = {"s": "strokes", "r": "rectangle", "c": "centre"}
_OP = re.compile(r"([be])(\d{1,3})((?:,\d{1,3},\d{1,3})+)|([src])(\d)|([ix])")
_VARIANTS = {"s": 8, "r": 8, "c": 1}
_FINE = 512  # px: a larger hole drawn ahead is scaled up from there


def rasterise(ops: str, size: tuple[int, int]) -> Image.Image:
    """Ops as a mask of (width, height), mode "L", 255 in the hole. PictureError with one sentence if they are none."""
    if not isinstance(ops, str) or len(ops) > MAX_OPS or ops.count(";") >= MAX_COUNT:
        raise PictureError("this hole has more strokes than are read here; press clear and brush it again with fewer.")
    mask, unit = Image.new("L", size), max(size) / SIDE
    for op in filter(None, ops.split(";")):
        found = _OP.fullmatch(op)
        if not found:
            raise PictureError("this hole cannot be read; press clear and brush it again.")
        tool, width, points, kind, number, whole = found.groups()
        if tool:
            _stroke(mask, min(int(width), WIDEST) * unit, [int(n) * unit for n in points[1:].split(",")], 255 if tool == "b" else 0)
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
    """A hole as in training, mode "L"; kind: of KINDS. Drawn in a square and stretched to the picture."""
    side = min(_FINE, max(size))
    u = hash_uniform(5, torch.tensor([number % _VARIANTS[kind]]), 48)[0]
    hole = holes.mask(KINDS[kind], u, side)[0].bool().numpy()
    mask = Image.fromarray(hole.astype(np.uint8) * 255)
    return mask if mask.size == size else mask.resize(size, Image.BILINEAR).point(lambda v: 255 * (v >= 128))


@lru_cache(maxsize=1)
def presets() -> dict[str, list[str]]:
    """kind -> the holes drawn ahead, as pictures whose alpha is the hole, for the browser to paint."""

    def picture(mask: Image.Image) -> str:
        buffer = io.BytesIO()
        Image.merge("LA", (mask, mask)).save(buffer, "PNG", optimize=True)
        return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

    return {kind: [picture(preset(kind, n, (192, 192))) for n in range(count)] for kind, count in _VARIANTS.items()}


_HTML = """
<div class="brush">
  <div class="brush-stage" tabindex="0" role="application" aria-describedby="brush-keys"><img alt=""><canvas></canvas><i></i></div>
  <div class="brush-tools">
    <button type="button" data-do="b" aria-pressed="true" title="Brush: mark what should be filled">✎ brush</button>
    <button type="button" data-do="e" aria-pressed="false" title="Eraser: take it out of the hole">⌫ erase</button>
    <label title="Width of the brush"><input type="range" min="8" max="120" value="44" aria-label="Brush width"></label>
    <button type="button" data-do="undo" title="Undo the last step">↶ undo</button>
    <button type="button" data-do="x" title="Nothing is hole any more">clear</button>
    <button type="button" data-do="i" title="Hole and picture change places">invert</button>
  </div>
  <div class="brush-tools" role="group" aria-label="Holes drawn ahead; press again for another"><span class="small">a hole drawn ahead</span>
    <button type="button" data-do="s" title="Brush strokes by chance; press again for others">strokes</button>
    <button type="button" data-do="r" title="A rectangle by chance; press again for another">rectangle</button>
    <button type="button" data-do="c" title="The middle half">centre</button>
  </div>
  <p class="small" id="brush-keys">Paint with mouse, pen or finger. By keyboard: arrows move the ring, with Shift further; Enter stamps, Space held
  down draws; [ and ] set the width, Ctrl Z undoes.</p>
</div>
"""

_CSS = """
.brush { display: flex; flex-direction: column; gap: 10px; }
.brush-stage { position: relative; overflow: hidden; width: 100%; border-radius: 12px; border: 1px solid var(--line); cursor: none; touch-action: none; user-select: none; margin: 0 auto; background: var(--track); }
.brush-stage:focus-visible { outline: 2px solid var(--violet); outline-offset: 2px; }
.brush-stage img, .brush-stage canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; pointer-events: none; }
.brush-stage canvas { opacity: .74; }
.brush-stage i { position: absolute; box-sizing: border-box; border: 2px solid #fff; border-radius: 50%; box-shadow: 0 0 0 1.5px #17161c, inset 0 0 0 1px #17161c; transform: translate(-50%, -50%); pointer-events: none; opacity: 0; }
.brush-stage:hover i, .brush-stage:focus i { opacity: 1; } .brush-stage i.erase { border-style: dashed; }
.brush-tools { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.brush button { font: inherit; font-size: 13px; padding: 6px 8px; border: 1px solid var(--line); border-radius: 9px; background: var(--card); color: var(--ink); cursor: pointer; min-height: 34px; }
.brush button:hover { border-color: var(--violet); } .brush button[aria-pressed=true] { border-color: var(--violet); box-shadow: 0 0 0 1px var(--violet); }
.brush-tools label { display: inline-flex; align-items: center; } .brush-tools input { width: 62px; accent-color: var(--violet); }
"""

_JS = r"""
const stage = element.querySelector('.brush-stage'), img = stage.querySelector('img'), canvas = stage.querySelector('canvas');
const ring = stage.querySelector('i'), range = element.querySelector('input'), UNITS = 512, FINE = 768, K = FINE / UNITS;
const ctx = canvas.getContext('2d'), kept = document.createElement('canvas'), now = document.createElement('canvas');
let set = null, ops = [], tool = 'b', live = null, holding = false, at = [256, 256], drawn = {}, next = {s: 0, r: 0, c: 0}, started = false;
const extent = () => { const {width, height} = set, most = Math.max(width, height); return [UNITS * width / most, UNITS * height / most]; };
const clip = (n, top) => Math.max(0, Math.min(top, Math.round(n)));
const inside = ([x, y]) => { const [w, h] = extent(); return [clip(x, w), clip(y, h)]; };

function paint(g, op) {
  const w = g.canvas.width, h = g.canvas.height;
  g.globalCompositeOperation = {e: 'destination-out', i: 'source-out'}[op.tool] || 'source-over';
  if (op.tool === 'i') g.fillRect(0, 0, w, h);
  else if (op.tool === 'b' || op.tool === 'e') {
    g.lineWidth = K * op.width; g.lineCap = g.lineJoin = 'round';
    g.beginPath();
    op.at.forEach(([x, y], i) => i ? g.lineTo(K * x, K * y) : g.moveTo(K * x, K * y));
    if (op.at.length === 1) g.lineTo(K * op.at[0][0] + .01, K * op.at[0][1]);
    g.stroke();
  } else {
    g.clearRect(0, 0, w, h);
    const picture = (drawn[op.tool] || [])[op.number];
    if (picture && picture.complete && picture.naturalWidth) g.drawImage(picture, 0, 0, w, h);
  }
}
function keep() { const g = kept.getContext('2d'); g.clearRect(0, 0, kept.width, kept.height); ops.forEach(op => paint(g, op)); draw(); }
function draw() {  // the hole in violet, with stripes, so that it is seen on violet too
  const g = now.getContext('2d'), w = canvas.width, h = canvas.height;
  g.globalCompositeOperation = 'copy'; g.drawImage(kept, 0, 0);
  if (live) paint(g, live);
  ctx.globalCompositeOperation = 'copy'; ctx.drawImage(now, 0, 0);
  ctx.globalCompositeOperation = 'source-in'; ctx.fillStyle = '#6548e0'; ctx.fillRect(0, 0, w, h);
  ctx.globalCompositeOperation = 'source-atop'; ctx.strokeStyle = 'rgba(255, 255, 255, .5)'; ctx.lineWidth = 2;
  ctx.beginPath();
  for (let t = -h; t < w; t += 16) { ctx.moveTo(t, h); ctx.lineTo(t + h, 0); }
  ctx.stroke();
  point();
}
function point() {
  const [w, h] = extent(), r = stage.getBoundingClientRect(), side = Math.max(6, Number(range.value) / w * r.width);
  ring.style.left = 100 * at[0] / w + '%'; ring.style.top = 100 * at[1] / h + '%'; ring.style.width = ring.style.height = side + 'px';
  ring.classList.toggle('erase', tool === 'e');
}
const wipes = op => 'xsrc'.includes(op.tool);
function encode() {  // what lies before the last that wiped all away is kept for undo alone
  const from = Math.max(0, ops.findLastIndex(wipes)), rest = ops.slice(from);
  if (rest.length > 1 && rest[0].tool === 'x') rest.shift();
  return rest.map(o => o.at ? o.tool + o.width + ',' + o.at.map(p => p.join(',')).join(',') : o.tool + (o.number ?? '')).join(';') || 'x';
}
function decode(text) {
  return (text || '').split(';').filter(t => t && t !== 'x').map(t => {
    const tool = t[0];
    if (tool === 'i') return {tool};
    if (tool !== 'b' && tool !== 'e') return {tool, number: Number(t.slice(1))};
    const n = t.slice(1).split(',').map(Number), points = [];
    for (let k = 1; k < n.length; k += 2) points.push([n[k], n[k + 1]]);
    return {tool, width: n[0], at: points};
  });
}
function remember() {
  const url = new URL(window.location), address = set.address, hole = encode();
  for (const [key, value] of Object.entries(address)) value === '' ? url.searchParams.delete(key) : url.searchParams.set(key, value);
  address.picture !== '' && hole.length < 6000 ? url.searchParams.set('hole', hole) : url.searchParams.delete('hole');
  window.history.replaceState(null, '', url);
}
function send() { keep(); remember(); props.value = {token: set.token, ops: encode()}; trigger('input'); }
function add(op) { ops.push(op); send(); }
function undo() { if (live) { live = null; draw(); } else if (ops.length) { ops.pop(); send(); } }

function begin() { live = {tool, width: Number(range.value), at: [at]}; draw(); }
function go(to) {
  at = inside(to);
  const last = live && live.at[live.at.length - 1];
  if (live && Math.hypot(at[0] - last[0], at[1] - last[1]) >= Math.max(3, live.width / 8)) { live.at.push(at); draw(); } else point();
}
function finish() {
  if (!live) return;
  const op = live, last = op.at[op.at.length - 1];
  if (last[0] !== at[0] || last[1] !== at[1]) op.at.push(at);
  live = null; add(op);
}
const place = e => { const r = stage.getBoundingClientRect(), [w, h] = extent(); return [(e.clientX - r.left) / r.width * w, (e.clientY - r.top) / r.height * h]; };
let finger = null;
stage.addEventListener('pointerdown', e => {
  if (e.button || finger !== null || !set) return;
  finger = e.pointerId; stage.setPointerCapture(finger); at = inside(place(e)); begin(); e.preventDefault(); stage.focus({preventScroll: true});
});
stage.addEventListener('pointermove', e => { if (finger === null || e.pointerId === finger) go(place(e)); });
stage.addEventListener('pointerup', e => { if (e.pointerId === finger) { finger = null; finish(); } });
stage.addEventListener('pointercancel', e => { if (e.pointerId === finger) { finger = null; live = null; draw(); } });
stage.addEventListener('keydown', e => {
  const step = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]}[e.key], far = e.shiftKey ? 40 : 8;
  if (step) go([at[0] + far * step[0], at[1] + far * step[1]]);
  else if (e.key === ' ') { if (!holding && finger === null) { holding = true; begin(); } }
  else if (e.key === 'Enter') { if (!live) { begin(); finish(); } }
  else if (e.key === '[' || e.key === ']') { range.value = Number(range.value) + (e.key === ']' ? 8 : -8); point(); }
  else if ((e.ctrlKey || e.metaKey) && e.key === 'z') undo();
  else return;
  e.preventDefault();
});
const release = () => { if (holding) { holding = false; finish(); } };
stage.addEventListener('keyup', e => { if (e.key === ' ') release(); });
stage.addEventListener('blur', release);
range.addEventListener('input', point);
element.addEventListener('click', e => {
  const button = e.target.closest('button[data-do]'); if (!button) return;
  const what = button.dataset.do;
  if (what === 'b' || what === 'e') {
    tool = what; point();
    element.querySelectorAll('[aria-pressed]').forEach(b => b.setAttribute('aria-pressed', String(b.dataset.do === tool)));
  } else if (what === 'undo') undo();
  else if (what === 'x' || what === 'i') add({tool: what});
  else { add({tool: what, number: next[what]}); next[what] = (next[what] + 1) % drawn[what].length; }
});
function receive() {
  const v = props.value; if (!v || !v.src) return;  // nothing, or a change of our own
  set = v;
  if (img.getAttribute('src') !== v.src) img.src = v.src;
  img.alt = v.alt;
  stage.setAttribute('aria-label', v.alt + '. Mark the hole: arrow keys move the brush, with Shift further; Enter stamps it; Space held down draws; Control Z undoes.');
  stage.style.aspectRatio = v.width + ' / ' + v.height;
  stage.style.maxWidth = 'min(100%, ' + Math.max(40, Math.round(430 * v.width / v.height)) + 'px)';
  if (!drawn.s) for (const [kind, sources] of Object.entries(v.presets)) drawn[kind] = sources.map(src => { const p = new Image(); p.onload = keep; p.src = src; return p; });
  const most = Math.max(v.width, v.height);
  for (const c of [canvas, kept, now]) { c.width = Math.max(1, Math.round(FINE * v.width / most)); c.height = Math.max(1, Math.round(FINE * v.height / most)); }
  live = null; finger = null; holding = false;
  ops = decode(v.ops);
  for (const op of ops) if (op.number !== undefined) next[op.tool] = (op.number + 1) % v.presets[op.tool].length;
  at = inside(extent().map(n => n / 2));
  keep();
  if (started) remember();
}
watch('value', receive);
new ResizeObserver(() => { if (set) point(); }).observe(stage);
receive();
started = true;
"""


class Brush(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS

    def api_info(self) -> dict:
        return {"type": "object", "description": 'a hole: {"token": names the picture, "ops": strokes}'}
