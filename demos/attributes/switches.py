"""Switches, an attribute each, in groups.

The value is {"label", "groups": [{"title", "kind", "switches": [{"at": its number, "name", "on", "changed": whether it is otherwise
than it was, "tint": a colour or ""}]}], "address": {...}}. kind: "one" of them is on, as of radio buttons, "most" one is, or "any".
The address is what the page's URL says from the first change on: a key with "" leaves it. A click raises select with the number. The
browser takes names for HTML: they must be escaped.
"""

from __future__ import annotations

from ..widgets.component import Component

_HTML = """<div class="at-switches" role="group" aria-label="${(value || {}).label || ''}">
${((value || {}).groups || []).map(g => `<div class="at-group" role="${g.kind === 'one' ? 'radiogroup' : 'group'}" data-kind="${g.kind}" aria-label="${g.title}"><span>${g.title}</span>
${g.switches.map((s, i) => `<button type="button" role="${g.kind === 'one' ? 'radio' : 'switch'}" aria-checked="${s.on}" data-at="${s.at}"
tabindex="${g.kind !== 'one' || s.on || (!i && !g.switches.some(t => t.on)) ? 0 : -1}" class="${s.changed ? 'changed' : ''}"
>${s.tint ? `<i style="background:${s.tint}"></i>` : ''}${s.name}</button>`).join('')}</div>`).join('')}</div>"""


class Switches(Component):
    """See the module's text."""

    HTML = _HTML
