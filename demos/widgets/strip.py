"""A strip of examples: each a button with the input and what the model makes of it."""

from __future__ import annotations

import base64
import io

from markupsafe import Markup
from PIL import Image

from . import words
from .component import Component


def thumbnail(image: Image.Image, side: int = 132) -> str:
    """A small data URL."""
    buffer = io.BytesIO()
    image.convert("RGB").resize((side, side), Image.LANCZOS).save(buffer, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


class Strip(Component):
    """value: {"shown": [{"name", "before", "after"}] with data URLs, "chosen": an index, -1 for none}. Without "shown" the strip
    stays as it is but for the choice. A click raises select with the index. The browser takes a name for HTML: it must be
    escaped."""

    HTML = Markup(
        '<div class="strip" role="listbox" aria-orientation="horizontal" aria-label="{}"></div>'
    ).format(words.EXAMPLES)
    WORDS = words.STRIP_SCRIPT
