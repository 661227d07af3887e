"""Small shapes to choose one from.

The value is {"label", "shapes": [{"runs", "sides", "alt", "title", "more"}], "chosen": the number of one or -1, "look": "" or a class,
"fresh": another text where all are new, "pictures": [data URLs] where the browser has no WebGL, "solid", "sends": the name of
what a click shows at once, "address": {...}}. A click raises
select with the number. A browser without WebGL raises input once for each set, to be given pictures. The script writes texts as text.
"""

from __future__ import annotations

from ..widgets.component import Component
from .stage import CORE


class Wall(Component):
    """See the module's text."""

    HTML = '<div class="vx-wall" role="radiogroup"></div>'


Wall.SCRIPT = CORE + Wall.SCRIPT
