"""What the gallery's own browser components have in common: markup, style and script that belong to the class."""

from __future__ import annotations

import gradio as gr


class Component(gr.HTML):
    """Subclasses set HTML, STYLE and SCRIPT. All that a script needs to know travels in the value: the page does not
    carry other properties over to later visitors."""

    HTML = STYLE = SCRIPT = ""

    def __init__(self, value=None, **kwargs):
        for key in ("html_template", "css_template", "js_on_load", "apply_default_css"):
            kwargs.pop(key, None)  # Gradio rebuilds a component from its own settings when an event changes it
        super().__init__(
            value=value, html_template=self.HTML, css_template=self.STYLE, js_on_load=self.SCRIPT, apply_default_css=False,
            **kwargs,
        )  # fmt: skip

    def get_block_name(self) -> str:
        return "html"  # the front end's component; only Python knows the subclass
