"""Where a visitor drops, pastes or takes a photograph: the file as it came, for `open_image` to judge.

What gr.Image itself makes of files loses 16-bit values, transparency and the reason why one cannot be read.
"""

from __future__ import annotations

import gradio as gr


class Photograph(gr.Image):
    """gr.Image for input; its value is the path of the file, or None."""

    is_template = True

    def preprocess(self, payload) -> str | None:
        if payload is None or payload.path is None:
            return None
        return str(payload.path)
