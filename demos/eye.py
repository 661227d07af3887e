"""The discriminator's eye: a picture under the map of D's logits; a click shows the patch behind one of them.

The value is {"views": [{"title", "src", "logits", "rows", "columns"}], "side", "step", "offset", "patch", "at"}: pictures
as data URLs with their logits as base64 of little-endian int16 in 256ths; the picture's side in pixels; how far patches
lie apart, how far the first one begins outside the picture, and how wide one is; the row and column to begin with.
Everything after that happens in the browser.
"""

from __future__ import annotations

import base64

from PIL import Image
from torch import Tensor

from i2i.nets.patchgan import PatchGAN

from .component import Component
from .look import data_url

_HTML = """
<div class="eye"><div class="eye-views"></div><div class="eye-crops" aria-live="polite"></div></div>
"""

_CSS = """
.eye { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 16px; align-items: start; }
.eye-views { display: flex; gap: 12px; } .eye-views figure, .eye-crops figure { margin: 0; flex: 1 1 0; min-width: 0; }
.eye canvas { width: 100%; aspect-ratio: 1; display: block; border-radius: 12px; border: 1px solid var(--line); image-rendering: pixelated; }
.eye-views canvas { cursor: crosshair; } .eye-views canvas:focus-visible { outline: 2px solid var(--violet); }
.eye figcaption { font-size: 13px; color: var(--soft); margin-top: 5px; line-height: 1.4; } .eye figcaption b { color: var(--ink); }
.eye-crops { display: flex; gap: 10px; }
"""

_JS = r"""
const views = element.querySelector('.eye-views'), crops = element.querySelector('.eye-crops'), Z = 3;
let at = [0, 0], drawn = [];
const numbers = text => new Int16Array(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);
const sure = logit => 1 / (1 + Math.exp(-logit));
function make(tag, parent, text) { const e = document.createElement(tag); if (text) e.textContent = text; parent.append(e); return e; }

function build() {
  const v = props.value || {views: []};
  at = v.at || [0, 0];
  views.replaceChildren(); crops.replaceChildren(); drawn = [];
  v.views.forEach(view => {
    const figure = make('figure', views), canvas = make('canvas', figure), crop = make('figure', crops);
    make('figcaption', figure, view.title);
    canvas.width = canvas.height = v.side * Z; canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-label', view.title + ': click, or use the arrow keys, to choose the patch that D judges');
    const one = {view, canvas, logits: numbers(view.logits), picture: new Image(), zoom: make('canvas', crop), says: make('figcaption', crop)};
    one.zoom.setAttribute('role', 'img'); one.zoom.setAttribute('aria-label', 'the patch that D judged, ' + view.title);
    canvas.addEventListener('pointerdown', e => { choose(one, e); canvas.setPointerCapture(e.pointerId); });
    canvas.addEventListener('pointermove', e => { if (e.buttons) choose(one, e); });
    canvas.addEventListener('keydown', e => {
      const step = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[e.key];
      if (step) { move(at[0] + step[0], at[1] + step[1]); e.preventDefault(); }
    });
    one.picture.onload = () => draw(one);
    one.picture.src = view.src;
    drawn.push(one);
  });
}
function choose(one, e) {
  const v = props.value, r = one.canvas.getBoundingClientRect();
  const index = t => Math.round((t * v.side - v.patch / 2 - v.offset) / v.step);
  move(index((e.clientY - r.top) / r.height), index((e.clientX - r.left) / r.width));
}
function move(row, column) {
  const {rows, columns} = drawn[0].view, clip = (n, top) => Math.max(0, Math.min(top - 1, n));
  at = [clip(row, rows), clip(column, columns)];
  drawn.forEach(draw);
}
function draw(one) {
  if (!one.picture.complete) return;
  const v = props.value, {rows, columns} = one.view, g = one.canvas.getContext('2d'), middle = (v.patch - v.step) / 2;
  g.imageSmoothingEnabled = false;
  g.drawImage(one.picture, 0, 0, one.canvas.width, one.canvas.height);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
    const p = sure(one.logits[r * columns + c] / 256);
    g.fillStyle = p > .5 ? `rgba(64, 190, 150, ${1.1 * (p - .5)})` : `rgba(235, 70, 30, ${1.1 * (.5 - p)})`;
    g.fillRect(Z * (c * v.step + v.offset + middle), Z * (r * v.step + v.offset + middle), Z * v.step, Z * v.step);
  }
  const left = at[1] * v.step + v.offset, top = at[0] * v.step + v.offset, box = [Z * left, Z * top, Z * v.patch, Z * v.patch];
  g.lineWidth = 5; g.strokeStyle = '#17161c'; g.strokeRect(...box);
  g.lineWidth = 2; g.strokeStyle = '#fff'; g.strokeRect(...box);
  const k = one.zoom.getContext('2d'), side = Math.max(v.patch, 1);
  one.zoom.width = one.zoom.height = 192;
  k.imageSmoothingEnabled = false;
  k.fillStyle = '#8b8794'; k.fillRect(0, 0, 192, 192);  // outside the picture D sees zeros, which are grey
  k.drawImage(one.picture, left, top, side, side, 0, 0, 192, 192);
  const logit = one.logits[at[0] * columns + at[1]] / 256;
  one.says.replaceChildren();
  make('b', one.says, `${Math.round(100 * sure(logit))} % real`);
  one.says.append(`, logit ${logit.toFixed(2)} · ${one.view.title}, patch at ${left}, ${top}, ${v.patch} × ${v.patch} px`);
}
watch('value', build);
build();
"""


class Eye(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS


def seen_by(D: PatchGAN, views: list[tuple[str, Image.Image, Tensor]]) -> dict:
    """The value for pictures with their logits: (title, square picture, [1, 1, h, w] of D) each, all of one size.

    It begins with the patch that D finds least real in the first, of those without padding.
    """
    shown = []
    for title, picture, logits in views:
        codes = (logits[0, 0].float() * 256).round().clamp(-32768, 32767).short().cpu().contiguous()
        shown.append(
            {
                "title": title, "src": data_url(picture), "rows": codes.shape[0], "columns": codes.shape[1],
                "logits": base64.b64encode(codes.numpy().astype("<i2").tobytes()).decode(),
            }
        )  # fmt: skip
    left, _, right, _ = D.patch(0, 0)
    step = D.patch(0, 1)[0] - left
    side, first = views[0][1].width, views[0][2][0, 0]
    # Begin with the least real of the patches that lie whole inside the picture.
    low, high = -(left // step), (side - right) // step + 1
    inner = first[low:high, low:high] if low < high else first
    low = low if low < high else 0
    worst = divmod(int(inner.argmin()), inner.shape[1])
    return {
        "views": shown, "side": side, "step": step, "offset": left, "patch": right - left,
        "at": [low + worst[0], low + worst[1]],
    }  # fmt: skip
