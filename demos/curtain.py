"""Two pictures of one size under one another, with a line to draw to and fro between them, and what is told of the one.

The value is {"pictures": {key: {"title", "src" ("" until it is made), "alt", "crisp" (pixels shown as squares)}},
"lefts" and "rights": keys to choose from, "left" and "right": those at first, "told": {key: HTML}, "says": HTML in place
of what is not told yet, "width", "height", "label"}. Choosing happens in the browser at once; it raises select with the
right key as the index, and puts it into the page's URL as `model`.
"""

from __future__ import annotations

from .component import Component

_HTML = """<div class="curtain"><div class="curtain-seen">
<div class="curtain-choice" data-side="left" role="radiogroup" aria-label="Picture to the left of the line"></div>
<div class="curtain-stage"><img class="curtain-after" alt=""><img class="curtain-before" alt=""><i></i><b class="l"></b><b class="r"></b>
<input type="range" min="0" max="1000" value="500" aria-label="Line between the pictures"></div></div>
<div class="curtain-side"><div class="curtain-choice" data-side="right" role="radiogroup" aria-label="Picture to the right of the line"></div>
<div class="curtain-told"></div></div></div>"""

_CSS = """
.curtain { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 18px; align-items: start; }
.curtain-seen, .curtain-side { display: flex; flex-direction: column; gap: 12px; min-width: 0; }
.curtain-choice { display: flex; gap: 4px; background: var(--track); border-radius: 12px; padding: 4px; }
.curtain-choice button { flex: 1 1 auto; font: inherit; font-size: 14px; border: 0; background: transparent; color: var(--soft); border-radius: 9px; padding: 7px 6px; cursor: pointer; min-width: 0; }
.curtain-choice button small { display: block; font-size: 11.5px; font-weight: 400; color: var(--soft); }
.curtain-choice button[aria-checked=true] { background: var(--card); color: var(--ink); font-weight: 700; box-shadow: 0 1px 3px rgba(20, 16, 40, .16); }
.curtain-choice button:focus-visible { outline: 2px solid var(--violet); }
.curtain-stage { position: relative; overflow: hidden; border-radius: 14px; border: 1px solid var(--line); background: var(--track); }
.curtain-stage img { position: absolute; inset: 0; width: 100%; height: 100%; display: block; user-select: none; } .curtain-stage img[src=""], .curtain-stage img:not([src]) { visibility: hidden; }
.curtain-stage i { position: absolute; top: 0; bottom: 0; width: 3px; margin-left: -1.5px; background: #fff; box-shadow: 0 0 0 1px rgba(20, 16, 40, .35); pointer-events: none; }
.curtain-stage i::after { content: '‹ ›'; position: absolute; top: 50%; left: 50%; translate: -50% -50%; background: #fff; color: #17161c; border-radius: 20px; width: 34px; height: 34px; display: grid; place-items: center; font: 700 15px/1 system-ui, sans-serif; box-shadow: 0 1px 4px rgba(20, 16, 40, .4); }
.curtain-stage b { position: absolute; bottom: 10px; padding: 3px 10px; border-radius: 20px; background: rgba(20, 16, 40, .72); color: #fff; font-size: 13px; font-weight: 600; pointer-events: none; } .curtain-stage b.l { left: 10px; } .curtain-stage b.r { right: 10px; }
.curtain-stage input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; touch-action: pan-y; }
.curtain-stage:has(input:focus-visible) { outline: 2px solid var(--violet); outline-offset: 2px; }
.numbers { overflow-x: auto; } .numbers table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
.numbers th, .numbers td { text-align: right; padding: 4px 0 4px 8px; color: var(--soft); font-weight: 400; border-bottom: 1px solid var(--line); white-space: nowrap; } .numbers th[scope=row] { text-align: left; padding-left: 0; }
.numbers thead th { font-size: 12px; } .numbers .best { color: var(--violet); font-weight: 700; } .numbers .chosen th, .numbers .chosen td:not(.best) { color: var(--ink); font-weight: 600; }
@media (max-width: 1180px) { .curtain { grid-template-columns: 1fr; } .curtain-stage { max-width: 480px; width: 100%; margin: 0 auto; } }
@media (max-width: 520px) { .curtain-choice button { font-size: 12.5px; padding: 7px 3px; } .numbers table { font-size: 12px; } .numbers :is(th, td):nth-child(5) { display: none; } }
"""

_JS = r"""
const stage = element.querySelector('.curtain-stage'), after = element.querySelector('.curtain-after'), before = element.querySelector('.curtain-before');
const line = stage.querySelector('i'), range = stage.querySelector('input'), told = element.querySelector('.curtain-told');
const tag = {left: stage.querySelector('b.l'), right: stage.querySelector('b.r')}, now = {}, given = {};
function draw() {
  const at = range.value / 10;
  before.style.clipPath = `inset(0 ${100 - at}% 0 0)`; line.style.left = at + '%';
  tag.left.style.visibility = at > 12 ? '' : 'hidden'; tag.right.style.visibility = at < 88 ? '' : 'hidden';
}
const put = (img, one) => {
  const src = one.src || '';
  if (!src) img.removeAttribute('src'); else if (img.getAttribute('src') !== src) img.src = src;
  img.alt = one.alt; img.style.imageRendering = one.crisp ? 'pixelated' : '';
};
function choose(side, key, tell) {
  now[side] = key; show();
  if (side !== 'right' || !tell) return;
  const url = new URL(window.location); url.searchParams.set('model', key); window.history.replaceState(null, '', url);
  trigger('select', {index: key, value: null});
}
function show() {
  const v = props.value, of = side => v.pictures[now[side]];
  put(before, of('left')); put(after, of('right'));
  tag.left.textContent = of('left').title; tag.right.textContent = of('right').src ? of('right').title : of('right').title + ' …';
  if (v.told[now.right] === undefined) told.innerHTML = v.says; else if (told.dataset.is !== v.told[now.right]) { told.innerHTML = v.told[now.right]; told.dataset.is = v.told[now.right]; }
  if (v.told[now.right] === undefined) delete told.dataset.is;
  element.querySelectorAll('.curtain-choice').forEach(group => {
    const side = group.dataset.side, keys = v[side + 's'];
    if (group.dataset.keys !== keys.join()) {
      group.dataset.keys = keys.join();
      group.replaceChildren(...keys.map(key => {
        const b = document.createElement('button');
        b.type = 'button'; b.setAttribute('role', 'radio'); b.dataset.key = key; b.textContent = v.pictures[key].title;
        if (v.pictures[key].loss) { const s = document.createElement('small'); s.textContent = v.pictures[key].loss; b.append(s); }
        return b;
      }));
    }
    group.querySelectorAll('button').forEach(b => { const on = b.dataset.key === now[side]; b.setAttribute('aria-checked', String(on)); b.tabIndex = on ? 0 : -1; });
  });
  draw();
}
element.addEventListener('click', e => { const b = e.target.closest('.curtain-choice button'); if (b) choose(b.parentNode.dataset.side, b.dataset.key, true); });
element.addEventListener('keydown', e => {
  const b = e.target.closest('.curtain-choice button'), step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key];
  if (!b || !step) return;
  const all = [...b.parentNode.children], next = all[(all.indexOf(b) + step + all.length) % all.length];
  choose(b.parentNode.dataset.side, next.dataset.key, true); next.focus(); e.preventDefault();
});
range.addEventListener('input', draw);
function receive() {
  const v = props.value; if (!v || !v.pictures) return;
  for (const side of ['left', 'right']) {
    if (given[side] !== v[side] || !v[side + 's'].includes(now[side])) now[side] = v[side];
    given[side] = v[side];
  }
  stage.style.aspectRatio = v.width + ' / ' + v.height;
  show();
}
watch('value', receive);
receive();
"""


class Curtain(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS
