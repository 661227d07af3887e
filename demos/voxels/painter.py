"""A painter of blocks: click on a face or on the floor to add one, or take one away.

The value is {"runs", "sides"} as `shapes.packed` gives them, "fresh": another text where the server has another painting, "label". A stroke
raises input with the painting in the value. Blocks are cubes of 1, 2 or 4 voxels, and of 2, 4 or 8 where a side has 64. It is painted by
keys, too: see widgets/pen.js.
"""

from __future__ import annotations

from markupsafe import Markup

from ..widgets import pad
from ..widgets.component import Component
from ..widgets.look import text
from . import words
from .stage import CORE, Stage


class Painter(Component):
    """See the module's text."""

    HTML = Markup("""<div class="vx-paint"><div class="vx-room"><canvas tabindex="0" role="application" aria-describedby="vx-keys"></canvas>
<p class="vx-none" hidden>{words.NO_WEBGL}</p></div>
<div class="vx-bar"><div class="vx-pair" role="radiogroup" aria-label="{words.BRUSH}"><button type="button" role="radio" data-mode="add">{words.ADD}</button>
<button type="button" role="radio" data-mode="remove">{words.REMOVE}</button><button type="button" role="radio" data-mode="turn">{words.TURN}</button></div>
<div class="vx-pair" role="radiogroup" aria-label="{words.SIZE}"><button type="button" role="radio" data-size="4">{words.LARGE}</button>
<button type="button" role="radio" data-size="2">{words.MIDDLE}</button><button type="button" role="radio" data-size="1">{words.FINE}</button></div>
<button type="button" data-do="mirror" aria-pressed="true" title="{words.MIRROR_TELLS}">{words.MIRROR}</button><button type="button" data-do="undo">{words.UNDO}</button><button type="button" data-do="clear">{words.CLEAR}</button></div>
<p class="vx-said" aria-live="polite"></p>
<p class="vx-said" id="vx-keys">{words.KEYS}</p></div>""").format(words=words)

    def api_info(self) -> dict:
        return {"type": "object", "description": words.A_PAINTING}


Painter.SCRIPT = text(pad.__file__, "pen.js") + CORE + Painter.SCRIPT
Painter.STYLE = Stage.STYLE + Painter.STYLE
