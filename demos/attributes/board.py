"""Pictures in groups, each with a title and what is said of it.

The value is {"label", "look", "groups": [{"title", "cells": [{"src", "alt", "text"}], "lines": [texts]}]}. look: "cards" (a group is a
card, its cells one below the other, the first one large) or "film" (a group is a row). The browser takes all texts for HTML: they
must be escaped or Markup.
"""

from __future__ import annotations

from ..widgets.component import Component


class Board(Component):
    """See the module's text."""

    HTML = """<div class="at-board ${(value || {}).look || ''}" role="group" aria-label="${(value || {}).label || ''}">
${((value || {}).groups || []).map(g => `<section><h3>${g.title}</h3><div class="at-cells"${(value.look || '').startsWith('film') ? ` tabindex="0" role="group" aria-label="${g.title}"` : ''}>${g.cells.map((c, i) => `
<figure><img ${i || value.look !== 'cards' ? '' : 'data-heard'} src="${c.src}" alt="${c.alt}">${c.text ? `<figcaption>${c.text}</figcaption>` : ''}</figure>`).join('')}</div>
${(g.lines || []).map(l => `<p>${l}</p>`).join('')}</section>`).join('')}</div>"""
