"""A strip of examples: each a button with the input and what the model makes of it."""

from __future__ import annotations

import base64
import io

from PIL import Image

from .component import Component

_HTML = """<div class="strip" role="list">${(value || []).map((e, i) => `
<button type="button" role="listitem" data-at="${i}" title="${e.name}" aria-label="Example: ${e.name}">
<img src="${e.before}" alt="input: ${e.name}"><img src="${e.after}" alt="made: ${e.name}"></button>`).join('')}</div>"""

_CSS = """
.strip { display: flex; gap: 10px; overflow-x: auto; padding: 4px 2px 8px; scrollbar-width: thin; }
.strip button { display: flex; flex: 0 0 auto; padding: 0; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: #fff; cursor: pointer; }
.strip button:hover, .strip button:focus-visible { border-color: var(--violet); box-shadow: 0 0 0 1px var(--violet); outline: none; }
.strip img { width: 66px; height: 66px; object-fit: cover; display: block; }
"""

_JS = """
element.addEventListener('click', e => {
  const button = e.target.closest('[data-at]');
  if (button) trigger('select', {index: Number(button.dataset.at), value: null});
});
"""


def thumbnail(picture: Image.Image, side: int = 132) -> str:
    """A small data URL."""
    buffer = io.BytesIO()
    picture.convert("RGB").resize((side, side), Image.LANCZOS).save(buffer, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


class Strip(Component):
    """value: [{"name", "before", "after"}] with data URLs; a click raises select with the index."""

    HTML, STYLE, SCRIPT = _HTML, _CSS, _JS
