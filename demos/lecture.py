"""Lecture mode: the bar at the top of the page, its keys, and the code of the present address.

What a tab shows first there, and what the keys press, it says by classes: see lecture.js.
"""

from __future__ import annotations

import gradio as gr
import segno
from markupsafe import Markup

from . import words
from .widgets.component import Component

MOST = 1200  # characters: a longer address makes a code too fine for a telephone at the back of the room

_HTML = Markup("""<div class="wall-bar" role="toolbar" aria-label="{said.BAR}"><div class="wall-tabs" role="group" aria-label="{said.TABS}"></div>
<div class="wall-cards"><button type="button" data-turn="-1" aria-label="{said.CARD_BEFORE}">‹</button><span class="wall-title" aria-live="polite"></span>
<button type="button" data-turn="1" aria-label="{said.CARD_NEXT}">›</button></div><div class="wall-keys">{buttons}</div></div>
<dialog class="wall-list" aria-label="{said.KEYS_READ}"><h2>{said.KEYS_TITLE}</h2><dl>{rows}</dl>
<p>{said.KEYS_ELSEWHERE}</p>
<button type="button" data-do="close" autofocus>{said.CLOSE}</button></dialog>
<dialog class="wall-code" aria-label="{said.CODE_READ}"><img class="wall-image" alt="{said.CODE}" hidden>
<p class="wall-fault" role="status"></p><p class="wall-near" hidden>{said.CODE_NEAR}</p>
<p class="wall-address"></p><button type="button" data-do="close" autofocus>{said.CLOSE}</button></dialog>
<div class="wall-black" tabindex="-1" role="img" aria-label="{said.BLACK}" hidden></div>""")
_BUTTON = Markup(
    '<button type="button" data-key="{key}" aria-label="{text}" title="{title}"><kbd>{cap}</kbd><span>{text}</span></button>'
)


def _html() -> Markup:
    buttons = Markup("").join(
        _BUTTON.format(key=key, text=text, cap=cap, title=words.KEY_BUTTON.format(does=text, key=cap))
        for key, text in words.KEY_BUTTONS.items()
        for cap in [{"Escape": "Esc"}.get(key, key.upper())]
    )
    rows = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(key, text) for key, text in words.KEYS.items()
    )
    return _HTML.format(said=words, buttons=buttons, rows=rows)


class Lecture(Component):
    """The value is what `coded` returns. select with an address as the index asks for its code."""

    HTML = _html()
    WORDS = words.LECTURE_SCRIPT


Lecture.STYLE = ""  # lecture.css is in the page's head: it says how all else looks, too


def coded(address: str) -> dict[str, str]:
    """{"address", "src": a QR code as the address of an image, "fault": why there is none}."""
    if len(address) > MOST:
        text = words.CODE_LONG.format(characters=len(address), most=MOST)
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
