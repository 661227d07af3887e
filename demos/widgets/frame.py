"""An image with a frame on it: a click, a drag or the arrow keys say which part is meant.

The value is {"src", "alt" (plain text), "width", "height" (of the image in pixels), "box": [left, top, width, height], "says": HTML
below it, "address": {...}}. A choice raises select with the frame's new centre [x, y] as the index. The address is what
the page's URL says from the first change on: a key with "" leaves it.
"""

from __future__ import annotations

from . import words
from .component import Component

_HTML = """<div class="framed"><div class="framed-on" tabindex="0" role="application"><img alt=""><i></i></div>
<p class="small framed-says"></p></div>"""


class Frame(Component):
    """See the module's text."""

    HTML = _HTML
    WORDS = words.FRAME_SCRIPT
