"""A strip of examples: each a button with the input and what the model makes of it."""

from __future__ import annotations

import base64
import io

from markupsafe import Markup
from PIL import Image

from . import words
from .component import Component

_NAME = "${e.name}"
_HTML = Markup("""<div class="strip" role="listbox" aria-orientation="horizontal" aria-label="%s">${(value || []).map((e, i) => `
<button type="button" role="option" aria-selected="false" data-at="${i}" title="${e.name}" aria-label="%s">
<img src="${e.before}" alt="%s"><img src="${e.after}" alt="%s"></button>`).join('')}</div>""") % (
    words.EXAMPLES, words.EXAMPLE.format(name=_NAME), words.INPUT.format(name=_NAME), words.MADE.format(name=_NAME),
)  # fmt: skip


def thumbnail(image: Image.Image, side: int = 132) -> str:
    """A small data URL."""
    buffer = io.BytesIO()
    image.convert("RGB").resize((side, side), Image.LANCZOS).save(buffer, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


class Strip(Component):
    """value: [{"name", "before", "after"}] with data URLs; a click raises select with the index. The browser takes a name
    for HTML: it must be escaped."""

    HTML = _HTML
