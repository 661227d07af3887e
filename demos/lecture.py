"""Lecture mode: the bar at the top of the page, its keys, and the code of the present address.

What a tab shows first there, and what the keys press, it says by classes: see lecture.js.
"""

from __future__ import annotations

import gradio as gr
import segno
from markupsafe import Markup

from .widgets.component import Component

MOST = 1200  # characters: a longer address makes a code too fine for a telephone at the back of the room

KEYS: dict[str, str] = {
    "1 … 9, 0": "a tab",
    "← →": "the example before, the next one; on the Map, a card",
    "Page ↑ Page ↓": "the card before, the next one",
    "R": "reveal what is hidden or folded on this card; once more folds it",
    "S": "one step of what steps on this card",
    "B": "black; any key returns",
    "F": "full screen",
    "Q": "a code of the address, for the class",
    "?": "these keys",
    "Esc": "leave lecture mode",
}

_BUTTONS = {
    "r": "reveal",
    "s": "step",
    "b": "black",
    "f": "full",
    "q": "code",
    "?": "keys",
    "Escape": "leave",
}


_HTML = Markup("""<div class="wall-bar" role="toolbar" aria-label="Lecture mode"><div class="wall-tabs" role="group" aria-label="Tabs"></div>
<div class="wall-cards"><button type="button" data-turn="-1" aria-label="The card before">‹</button><span class="wall-title" aria-live="polite"></span>
<button type="button" data-turn="1" aria-label="The next card">›</button></div><div class="wall-keys">{}</div></div>
<dialog class="wall-list" aria-label="Keys of lecture mode"><h2>Keys</h2><dl>{}</dl>
<p>While a text field, a slider or a pad has the focus, the keys are its own; Esc gives them back.</p>
<button type="button" data-do="close" autofocus>Close</button></dialog>
<dialog class="wall-code" aria-label="Code of the address"><img class="wall-image" alt="Code of the address below" hidden>
<p class="wall-fault" role="status"></p><p class="wall-near" hidden><b>This address works on this computer only.</b> For the class, serve the app at one that they can reach.</p>
<p class="wall-address"></p><button type="button" data-do="close" autofocus>Close</button></dialog>
<div class="wall-black" tabindex="-1" role="img" aria-label="Black; any key returns" hidden></div>""")
_BUTTON = Markup(
    '<button type="button" data-key="{key}" aria-label="{text}" title="{text}: {cap}"><kbd>{cap}</kbd><span>{text}</span></button>'
)


def _html() -> Markup:
    buttons = Markup("").join(
        _BUTTON.format(key=key, text=text, cap={"Escape": "Esc"}.get(key, key.upper()))
        for key, text in _BUTTONS.items()
    )
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(key, text) for key, text in KEYS.items())
    return _HTML.format(buttons, rows)


class Lecture(Component):
    """The value is what `coded` returns. select with an address as the index asks for its code."""

    HTML = str(_html())


Lecture.STYLE = ""  # lecture.css is in the page's head: it says how all else looks, too


def coded(address: str) -> dict[str, str]:
    """{"address", "src": a QR code as the address of an image, "fault": why there is none}."""
    if len(address) > MOST:
        text = f"This address has {len(address)} characters, for it holds a drawing. A code takes {MOST}: send it as a link."
        return {"address": address, "src": "", "fault": text}
    code = segno.make_qr(address, error="l")
    return {"address": address, "src": code.svg_data_uri(scale=8, border=4, light="#ffffff"), "fault": ""}


def controls() -> Lecture:
    """Build the bar; on the page it is there in lecture mode alone."""
    made = Lecture({"address": "", "src": "", "fault": ""}, elem_id="lecture", elem_classes="bare")

    def ask(event: gr.SelectData) -> dict[str, str]:
        return coded(str(event.index))

    made.select(
        ask,
        None,
        made,
        trigger_mode="multiple",
        show_progress="hidden",
        api_visibility="private",
    )
    return made
