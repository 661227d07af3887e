"""Pictures of one size side by side under one magnifier: what is pointed at in one of them is enlarged in all.

The value is {"columns": [{"key", "title", "src" ("" until it is made), "alt", "caption" (HTML)}], "width", "height",
"at": [x, y] as shares, where the magnifier lies at first, "subject": another one puts it there again}.
"""

from __future__ import annotations

from .component import Component

_HTML = """<div class="lens"><div class="lens-tools"><span class="small">Point at any of them, draw a finger over it, or use the arrow keys.</span>
<span class="lens-zoom" role="group" aria-label="Magnification"></span></div><div class="lens-columns"></div></div>"""

_CSS = """
.lens-tools { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 6px 16px; align-items: center; margin-bottom: 10px; }
.lens-zoom { display: flex; gap: 4px; background: var(--track); border-radius: 10px; padding: 3px; } .lens-zoom button { font: inherit; font-size: 13px; border: 0; background: transparent; color: var(--soft); border-radius: 8px; padding: 5px 12px; cursor: pointer; min-height: 30px; }
.lens-zoom button[aria-pressed=true] { background: var(--card); color: var(--ink); font-weight: 700; box-shadow: 0 1px 3px rgba(20, 16, 40, .16); } .lens-zoom button:focus-visible { outline: 2px solid var(--violet); }
.lens-columns { display: grid; grid-template-columns: repeat(var(--n), minmax(0, 1fr)); gap: 14px; }
.lens figure { margin: 0; min-width: 0; display: flex; flex-direction: column; gap: 8px; }
.lens-whole { position: relative; overflow: hidden; border-radius: 12px; border: 1px solid var(--line); cursor: crosshair; touch-action: pan-y; user-select: none; background: var(--track); }
.lens-whole:focus-visible { outline: 2px solid var(--violet); outline-offset: 2px; }
.lens-whole img { width: 100%; height: 100%; display: block; pointer-events: none; } .lens-whole img:not([src]) { visibility: hidden; }
.lens-whole i { position: absolute; box-sizing: border-box; border: 2px solid #fff; border-radius: 3px; box-shadow: 0 0 0 1.5px var(--violet); pointer-events: none; }
.lens canvas { width: 100%; display: block; border-radius: 12px; border: 2px solid var(--violet); box-sizing: border-box; background: var(--track); }
.lens figcaption { font-size: 13px; line-height: 1.45; color: var(--soft); } .lens figcaption b { display: block; color: var(--ink); font-size: 14.5px; } .lens figcaption strong { line-height: 1; color: var(--ink); font-variant-numeric: tabular-nums; font-size: 1.1em; }
@media (max-width: 1180px) { .lens figcaption { min-height: 5.2em; } }
@media (max-width: 900px) { .lens-columns { grid-template-columns: repeat(min(3, var(--n)), minmax(0, 1fr)); gap: 12px; } }
@media (max-width: 520px) { .lens-columns { grid-template-columns: 1fr 1fr; gap: 14px 10px; } }
"""

_JS = r"""
const grid = element.querySelector('.lens-columns'), zooms = element.querySelector('.lens-zoom');
let at = [.5, .5], zoom = 4, columns = [], subject = null;
const clip = n => Math.max(0, Math.min(1, n));
function make(tag, name, parent) { const e = document.createElement(tag); if (name) e.className = name; parent.append(e); return e; }
function build(v) {
  grid.replaceChildren(); columns = [];
  v.columns.forEach((c, i) => {
    const figure = make('figure', '', grid), one = {figure, caption: make('figcaption', '', figure), whole: make('div', 'lens-whole', figure)};
    one.img = make('img', '', one.whole); one.mark = make('i', '', one.whole); one.inset = make('canvas', '', figure);
    one.whole.tabIndex = i ? -1 : 0; one.whole.setAttribute('role', 'application'); one.inset.setAttribute('role', 'img');
    one.whole.addEventListener('pointermove', e => { if (e.pointerType === 'mouse' || e.buttons) point(one, e); });
    one.whole.addEventListener('pointerdown', e => point(one, e));
    one.whole.addEventListener('keydown', keys);
    one.img.addEventListener('load', () => draw(one));
    columns.push(one);
  });
}
function point(one, e) { const r = one.whole.getBoundingClientRect(); move((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height); }
function keys(e) {
  const step = {ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0]}[e.key];
  if (step) { const far = e.shiftKey ? .005 : .03; move(at[0] + far * step[0], at[1] + far * step[1]); e.preventDefault(); }
  else if (e.key === '+' || e.key === '-') { enlarge({'+': 2, '-': .5}[e.key] * zoom); e.preventDefault(); }
}
function move(x, y) { at = [clip(x), clip(y)]; requestAnimationFrame(() => columns.forEach(draw)); }
function enlarge(z) { zoom = Math.max(2, Math.min(8, z)); tools(); columns.forEach(draw); }
function tools() {
  zooms.replaceChildren(...[2, 4, 8].map(z => {
    const b = document.createElement('button'); b.type = 'button'; b.textContent = '× ' + z; b.setAttribute('aria-pressed', String(z === zoom));
    b.onclick = () => { enlarge(z); zooms.children[[2, 4, 8].indexOf(z)].focus(); };
    return b;
  }));
}
// The part that is enlarged: a share 1 / zoom of the shorter side, square, inside the picture.
function part() {
  const {width: w, height: h} = props.value, side = Math.min(w, h) / zoom, inside = (n, top) => Math.max(0, Math.min(top - side, n - side / 2));
  return [inside(at[0] * w, w), inside(at[1] * h, h), side];
}
function draw(one) {
  const v = props.value, [left, top, side] = part(), g = one.inset.getContext('2d');
  [['left', left / v.width], ['top', top / v.height], ['width', side / v.width], ['height', side / v.height]].forEach(([k, n]) => one.mark.style[k] = 100 * n + '%');
  const room = one.inset.clientWidth || 200, size = Math.round(room * Math.min(2, window.devicePixelRatio || 1));
  if (one.inset.width !== size || one.inset.height !== size) one.inset.width = one.inset.height = size;
  one.inset.style.aspectRatio = '1';
  g.clearRect(0, 0, size, size);
  if (!one.img.getAttribute('src') || !one.img.complete || !one.img.naturalWidth) return;
  const k = one.img.naturalWidth / v.width;
  g.imageSmoothingEnabled = side * k > size;
  g.drawImage(one.img, left * k, top * k, side * k, side * k, 0, 0, size, size);
}
function receive() {
  const v = props.value; if (!v || !v.columns) return;
  if (columns.map(c => c.key).join() !== v.columns.map(c => c.key).join()) build(v);
  grid.style.setProperty('--n', v.columns.length);
  if (v.subject !== subject) { at = (v.at || [.5, .5]).slice(); subject = v.subject; }
  v.columns.forEach((c, i) => {
    const one = columns[i];
    one.key = c.key; one.whole.style.aspectRatio = v.width + ' / ' + v.height;
    one.caption.innerHTML = '<b>' + c.title + '</b>' + c.caption;
    one.whole.setAttribute('aria-label', c.title + ': use the arrow keys to move the magnifier over all pictures, + and − to change it');
    one.inset.setAttribute('aria-label', 'what the magnifier shows of ' + c.title);
    one.img.alt = c.alt;
    if (!c.src) one.img.removeAttribute('src'); else if (one.img.getAttribute('src') !== c.src) one.img.src = c.src;
    one.mark.style.display = c.src ? '' : 'none';
    draw(one);
  });
}
watch('value', receive);
new ResizeObserver(() => columns.forEach(draw)).observe(grid);
tools();
receive();
"""


class Lens(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS
