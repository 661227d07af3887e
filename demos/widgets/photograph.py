"""Where a visitor drops, pastes or takes a photograph: the file as it came, for `open_image` to judge.

What gr.Image itself makes of files loses 16-bit values, transparency and the reason why one cannot be read.
"""

from __future__ import annotations

import gradio as gr

# Telephones' formats, for systems that do not know them; page.py tells the browser the same.
TELEPHONES = {".heic": "image/heic", ".heif": "image/heif", ".avif": "image/avif"}

# What a button that uploads a picture takes.
PICTURES = ["image", *TELEPHONES]


class Photograph(gr.Image):
    """gr.Image for input; its value is the path of the file, or None."""

    is_template = True

    def preprocess(self, payload) -> str | None:
        if payload is None or payload.path is None:
            return None
        return str(payload.path)
