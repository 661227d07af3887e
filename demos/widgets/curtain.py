"""Two images of one size under one another, with a line to draw to and fro between them, and what is told of the one.

The value is {"images": {key: {"title" and "alt" (plain text), "src" ("" until it is made), "crisp" (pixels shown as squares)}},
"lefts" and "rights": keys to choose from, "left" and "right": those at first, "told": {key: HTML}, "says": HTML in place
of what is not told yet, "width", "height", "at": where the line begins, as a share, .5 where nothing is said; another "of" puts it there again}. Choosing happens in the browser at once; it raises select with the
right key as the index, and puts it into the page's URL as `model`.
"""

from __future__ import annotations

from markupsafe import Markup

from . import words
from .component import Component

_HTML = Markup("""<div class="curtain"><div class="curtain-seen">
<div class="curtain-choice" data-side="left" role="radiogroup" aria-label="{}"></div>
<div class="curtain-stage"><img class="curtain-after" alt=""><img class="curtain-before" alt=""><i></i><b class="l"></b><b class="r"></b>
<input type="range" min="0" max="1000" value="500" aria-label="{}"></div></div>
<div class="curtain-side"><div class="curtain-choice" data-side="right" role="radiogroup" aria-label="{}"></div>
<div class="curtain-told"></div></div></div>""").format(
    words.CURTAIN_LEFT, words.CURTAIN_LINE, words.CURTAIN_RIGHT
)


class Curtain(Component):
    """See the module's text."""

    HTML = _HTML
