"""One picture and what several methods make of it, side by side; a click chooses the method to look into.

The value is {"story": a line for the room that is left, "source": {"src", "alt", "caption"}, "made": [{"key", "title", "idea", "src" ("" where there is nothing),
"alt", "caption"}], "chosen": a key, "address": {...}}; captions may hold HTML. The address is what the page's URL says
from the first change on: a key with "" leaves it.
"""

from __future__ import annotations

from .component import Component

_HTML = """<div class="sides" role="radiogroup" aria-label="Method to look into"
style="--n:${Math.max(4, ((value || {}).made || []).length + 1)}">
<figure>${(value || {}).source ? `<img src="${value.source.src}" alt="${value.source.alt}"><figcaption>${value.source.caption}</figcaption>` : ''}</figure>
${((value || {}).made || []).map((m, i) => `
<button type="button" role="radio" aria-checked="${m.key === value.chosen}" data-at="${i}" ${m.src ? '' : 'disabled'}>
${m.src ? `<img src="${m.src}" alt="${m.alt}">` : `<span class="void">${m.alt}</span>`}
<span class="told"><b>${m.title}</b> <i>${m.caption}</i><br>${m.idea}</span></button>`).join('')}
<p class="story">${(value || {}).story || ''}</p></div>"""

_CSS = """
.sides { display: grid; grid-template-columns: repeat(var(--n), minmax(0, 1fr)); gap: 16px; align-items: start; }
.sides .story { margin: 0 6px; font-size: 14px; line-height: 1.5; color: var(--soft); max-width: 100ch; }
.sides > :nth-child(3).story { grid-column: 3 / -1; } .sides > :nth-child(n + 5).story { grid-column: 1 / -1; }
.sides figure { margin: 0; } .sides figure, .sides button { padding: 6px; border: 2px solid transparent; min-width: 0; }
.sides button { display: block; text-align: left; font: inherit; background: transparent; border-radius: 16px; cursor: pointer; color: var(--soft); }
.sides button:disabled { cursor: default; }
.sides button:not(:disabled):hover { border-color: var(--line); } .sides button[aria-checked=true] { border-color: var(--violet); background: var(--lilac); }
.sides button:focus-visible { outline: 2px solid var(--violet); outline-offset: 2px; }
.sides img, .sides .void { width: 100%; aspect-ratio: 1; display: block; object-fit: contain; border-radius: 12px; border: 1px solid var(--line); background: #fff; }
.sides .void { display: grid; place-items: center; text-align: center; padding: 14px; border-style: dashed; background: transparent; font-size: 14px; line-height: 1.4; }
.sides .told, .sides figcaption { display: block; margin-top: 7px; font-size: 13.5px; line-height: 1.4; color: var(--soft); }
.sides b { color: var(--ink); } .sides .told b { font-size: 1.1em; } .sides i { font-style: normal; font-size: .92em; }
.sides a { color: var(--violet); }
@media (max-width: 900px) { .sides .story { grid-column: 1 / -1; } .sides { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 10px; } }
@media (max-width: 520px) { .sides { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 6px; } }
"""

_JS = """
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button && !button.disabled) trigger('select', {index: Number(button.dataset.at), value: null});
});
watch('value', () => {
  const url = new URL(window.location);
  for (const [key, value] of Object.entries((props.value || {}).address || {}))
    value === '' ? url.searchParams.delete(key) : url.searchParams.set(key, value);
  window.history.replaceState(null, '', url);
});
"""


class Sides(Component):
    """See the module's text."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS
