"""Small pictures to choose one from, as a row of radio buttons.

The value is {"label": what is chosen here, "tiles": [{"key", "title", "src", "alt", "more" (HTML, may be "")}],
"chosen": a key, "look": "" (one row that scrolls), "wrap" (as many rows as it takes) or "large", "address": {...}}. The address is what the page's URL says from the first change on: a key with ""
leaves it. A click raises select with the index.
"""

from __future__ import annotations

from .component import Component

_HTML = """<div class="tiles ${(value || {}).look || ''}" role="radiogroup" aria-label="${(value || {}).label || ''}">
${((value || {}).tiles || []).map((t, i) => `
<button type="button" role="radio" aria-checked="${t.key === value.chosen}" data-at="${i}" aria-label="${t.title}" title="${t.title}"
tabindex="${t.key === value.chosen || (!value.chosen && !i) ? 0 : -1}"><img src="${t.src}" alt="${t.alt}">
${t.more ? `<span><b>${t.title}</b>${t.more}</span>` : ''}</button>`).join('')}</div>"""

_CSS = """
.tiles { display: flex; gap: 10px; overflow-x: auto; padding: 4px 3px 8px; scrollbar-width: thin; }
.tiles button { display: block; flex: 0 0 auto; padding: 0; border: 2px solid var(--line); border-radius: 14px; overflow: hidden; background: var(--card);
  cursor: pointer; font: inherit; text-align: left; color: var(--soft); }
.tiles button:hover { border-color: var(--violet); } .tiles button[aria-checked=true] { border-color: var(--violet); background: var(--lilac); }
.tiles button:focus-visible { outline: 2px solid var(--violet); outline-offset: 1px; }
.tiles img { width: 62px; height: 62px; object-fit: contain; display: block; background: #fff; }
.tiles span { display: block; padding: 6px 10px 8px; font-size: 13px; line-height: 1.4; } .tiles b { color: var(--ink); display: block; }
.tiles.wrap { flex-wrap: wrap; overflow: visible; }
.tiles.large { display: grid; grid-template-columns: repeat(4, minmax(0, 128px)); gap: 12px; overflow: visible; }
.tiles.large img { width: 100%; height: auto; aspect-ratio: 1; }
@media (max-width: 640px) { .tiles.large { gap: 6px; } .tiles.large span { padding: 4px 6px 6px; font-size: 12px; } .tiles:not(.large) img { width: 54px; height: 54px; } }
"""

# As in any group of radio buttons, Tab reaches the chosen one and arrows lead to the others.
_JS = """
const choose = i => trigger('select', {index: i, value: null});
let focus = -1;
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button) choose(Number(button.dataset.at));
});
element.addEventListener('keydown', e => {
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[e.key], button = e.target.closest('[data-at]');
  if (!step || !button) return;
  const all = [...element.querySelectorAll('[data-at]')];
  focus = (Number(button.dataset.at) + step + all.length) % all.length;
  all[focus].focus(); choose(focus); e.preventDefault();
});
watch('value', () => {
  if (focus >= 0) setTimeout(() => { const b = element.querySelectorAll('[data-at]')[focus]; if (b) b.focus(); focus = -1; });
  const url = new URL(window.location);
  for (const [key, value] of Object.entries((props.value || {}).address || {}))
    value === '' ? url.searchParams.delete(key) : url.searchParams.set(key, value);
  window.history.replaceState(null, '', url);
});
"""


class Tiles(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS
