"""A strip of examples: each a button with the input and what the model makes of it."""

from __future__ import annotations

import base64
import io

from PIL import Image

from .component import Component

_HTML = """<div class="strip" role="listbox" aria-orientation="horizontal" aria-label="Examples">${(value || []).map((e, i) => `
<button type="button" role="option" aria-selected="false" data-at="${i}" title="${e.name}" aria-label="Example: ${e.name}">
<img src="${e.before}" alt="input: ${e.name}"><img src="${e.after}" alt="made: ${e.name}"></button>`).join('')}</div>"""


def thumbnail(image: Image.Image, side: int = 132) -> str:
    """A small data URL."""
    buffer = io.BytesIO()
    image.convert("RGB").resize((side, side), Image.LANCZOS).save(buffer, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


class Strip(Component):
    """value: [{"name", "before", "after"}] with data URLs; a click raises select with the index. The browser takes a name
    for HTML: it must be escaped."""

    HTML = _HTML
