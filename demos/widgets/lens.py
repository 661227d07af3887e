"""Images of one size side by side under one magnifier: what is pointed at in one of them is enlarged in all.

The value is {"columns": [{"key", "title" (HTML), "src" ("" until it is made), "alt" (plain text), "caption" (HTML)}], "width", "height",
"at": [x, y] as shares, where the magnifier lies at first, "subject": another one puts it there again}.
"""

from __future__ import annotations

from markupsafe import Markup

from . import words
from .component import Component

_HTML = Markup("""<div class="lens"><div class="lens-tools"><span class="small">{}</span>
<span class="lens-zoom" role="group" aria-label="{}"></span></div><div class="lens-columns"></div></div>""").format(
    words.LENS_HINT, words.LENS_ZOOM
)


class Lens(Component):
    """See the module's text."""

    HTML = _HTML
    WORDS = words.LENS_SCRIPT
