"""Small images to choose one from, as a row of radio buttons.

The value is {"label": what is chosen here, "tiles": [{"key", "title", "src", "alt", "more" (may be "")}],
"chosen": a key, "look": "" (one row that scrolls), "wrap" (as many rows as it takes) or "large", "address": {...}}. The address is what the page's URL says from the first change on: a key with ""
leaves it. The browser takes titles, alts and `more` for HTML: they must be escaped or Markup. A click raises select with the index.
"""

from __future__ import annotations

from .component import Component

_HTML = """<div class="tiles ${(value || {}).look || ''}" role="radiogroup" aria-label="${(value || {}).label || ''}">
${((value || {}).tiles || []).map((t, i) => `
<button type="button" role="radio" aria-checked="${t.key === value.chosen}" data-at="${i}" aria-label="${t.title}" title="${t.title}"
tabindex="${t.key === value.chosen || (!value.chosen && !i) ? 0 : -1}"><img src="${t.src}" alt="${t.alt}">
${t.more ? `<span><b>${t.title}</b>${t.more}</span>` : ''}</button>`).join('')}</div>"""


# Keys are the page's: see demos/keys.js.
class Choices(Component):
    """See the module's text."""

    HTML = _HTML
