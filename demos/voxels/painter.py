"""A painter of blocks: click on a face or on the floor to add one, or take one away.

The value is {"runs", "sides"} as `shapes.packed` gives them, "fresh": another text where the server has another painting, "label". A stroke
raises input with the painting in the value. Blocks are cubes of 1, 2 or 4 voxels. It is painted by keys, too: see widgets/pen.js.
"""

from __future__ import annotations

from ..widgets import pad
from ..widgets.component import Component
from ..widgets.look import text
from .stage import CORE, Stage


class Painter(Component):
    """See the module's text."""

    HTML = """<div class="vx-paint"><div class="vx-room"><canvas tabindex="0" role="application" aria-describedby="vx-keys"></canvas>
<p class="vx-none" hidden>Painting needs WebGL, which this browser lacks. A file of voxels can still be uploaded.</p></div>
<div class="vx-bar"><div class="vx-pair" role="radiogroup" aria-label="Brush"><button type="button" role="radio" data-mode="add">add</button>
<button type="button" role="radio" data-mode="remove">remove</button><button type="button" role="radio" data-mode="turn">turn</button></div>
<div class="vx-pair" role="radiogroup" aria-label="Size of a block"><button type="button" role="radio" data-size="4">large</button>
<button type="button" role="radio" data-size="2">middle</button><button type="button" role="radio" data-size="1">fine</button></div>
<button type="button" data-do="mirror" aria-pressed="true" title="What is done on the left is done on the right, too">mirror</button><button type="button" data-do="undo">↶ undo</button><button type="button" data-do="clear">clear</button></div>
<p class="vx-said" aria-live="polite"></p>
<p class="vx-said" id="vx-keys">By keyboard: arrows move a block, Page Up and Page Down lift and lower it; Space or Enter puts it there, or takes it
away; A and D turn the view, Ctrl Z undoes.</p></div>"""

    def api_info(self) -> dict:
        return {"type": "object", "description": 'a painting: {"runs", "sides"}'}


Painter.SCRIPT = text(pad.__file__, "pen.js") + CORE + Painter.SCRIPT
Painter.STYLE = Stage.STYLE + Painter.STYLE
