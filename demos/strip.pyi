"""A strip of examples: each a button with the input and what the model makes of it."""

from __future__ import annotations

import base64
import io

import gradio as gr
from PIL import Image

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

from gradio.events import Dependency

class Strip(gr.HTML):
    """value: [{"name", "before", "after"}] with data URLs; a click raises select with the index."""

    def __init__(self, value: list[dict] | None = None, **kwargs):
        for key in ("html_template", "css_template", "js_on_load", "apply_default_css"):
            kwargs.pop(key, None)  # Gradio rebuilds a component from its own settings when an event changes it
        super().__init__(
            value=value, html_template=_HTML, css_template=_CSS, js_on_load=_JS, apply_default_css=False, **kwargs
        )

    def get_block_name(self) -> str:
        return "html"
    from typing import Callable, Literal, Sequence, Any, TYPE_CHECKING
    from gradio.blocks import Block
    if TYPE_CHECKING:
        from gradio.components import Timer
        from gradio.components.base import Component