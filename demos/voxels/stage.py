"""A shape that turns, or several on a way that a slider leads along.

The value is {"label", "frames": [{"runs", "sides"}] as `shapes.packed` gives them, "at": a frame, "solid": what is more occupied is
filled, "blocks": or a smooth surface, "slider": what the slider is called, "" without one, "tools": whether there are choices below, "hears": the
name that a wall sends its clicks to,
"pictures": [data URLs] where the browser has no WebGL, "alt", "address": {...}}.

A change of the choices raises select with {"index": 100 * solid, and 1000 more for blocks}. A browser without WebGL raises input once, to
be given pictures. "Take it" beside a slider raises select with the number of hundredths of the way, negative and less one.
"""

from __future__ import annotations

from markupsafe import Markup

from ..widgets.component import Component, worded
from ..widgets.look import text
from . import words

CORE = worded(text(__file__, "core.js"), words.SCRIPTS)


class Stage(Component):
    """See the module's text."""

    HTML = Markup("""<div class="vx-stage"><div class="vx-room"><canvas tabindex="0" role="img"></canvas><img alt="" hidden>
<span class="vx-hint" aria-hidden="true">{words.HINT}</span></div>
<div class="vx-way" hidden><input type="range" min="0" max="100" step="any"><button type="button" data-do="take">{words.TAKE}</button></div>
<div class="vx-tools" hidden><div class="vx-pair" role="radiogroup" aria-label="{words.SURFACE}"><button type="button" role="radio" data-look="smooth">{words.SMOOTH}</button>
<button type="button" role="radio" data-look="blocks">{words.BLOCKS}</button></div>
<label>{words.FILLED_ABOVE} <input type="range" min="5" max="95" step="5" aria-label="{words.FILLED_ABOVE_HEARD}"><output></output></label></div>
<p class="vx-said"></p></div>""").format(words=words)


Stage.SCRIPT = CORE + Stage.SCRIPT
