"""Pictures of one size side by side under one magnifier: what is pointed at in one of them is enlarged in all.

The value is {"columns": [{"key", "title" (HTML), "src" ("" until it is made), "alt" (plain text), "caption" (HTML)}], "width", "height",
"at": [x, y] as shares, where the magnifier lies at first, "subject": another one puts it there again}.
"""

from __future__ import annotations

from .component import Component

_HTML = """<div class="lens"><div class="lens-tools"><span class="small">Point at any of them, draw a finger over it, or use the arrow keys.</span>
<span class="lens-zoom" role="group" aria-label="Magnification"></span></div><div class="lens-columns"></div></div>"""


class Lens(Component):
    """See the module's text."""

    HTML = _HTML
