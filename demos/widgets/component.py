"""What the gallery's own browser components have in common: markup, style and script that belong to the class."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import gradio as gr

from .look import text

# What stands before a script that says something: its texts, and how a value gets into one.
_WORDS = """const WORDS = %s, phrase = (text, values) => text.replace(/\\{(\\w+)\\}/g, (_, key) => values[key]);
"""


def worded(script: str, words: Mapping[str, str]) -> str:
    """A script that finds its texts as WORDS.key, and puts values into one by phrase(WORDS.key, {name: value})."""
    return _WORDS % json.dumps(words, ensure_ascii=False) + script if words else script


def _index(event: gr.SelectData) -> int:
    return int(event.index)


class Component(gr.HTML):
    """Subclasses set HTML, and WORDS if the script says anything: see `worded`. A widget's style sheet and script are NAME.css and
    NAME.js beside its NAME.py. All that a script needs to know of the moment travels in the value: the page does not carry other
    properties over to later visitors."""

    HTML = STYLE = SCRIPT = ""
    WORDS: Mapping[str, str] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        module = inspect.getfile(cls)
        name = Path(module).stem
        cls.STYLE, cls.SCRIPT = text(module, f"{name}.css"), worded(text(module, f"{name}.js"), cls.WORDS)

    def __init__(self, value=None, **kwargs):
        for key in ("html_template", "css_template", "js_on_load", "apply_default_css"):
            kwargs.pop(
                key, None
            )  # Gradio rebuilds a component from its own settings when an event changes it
        super().__init__(
            value=value, html_template=str(self.HTML), css_template=self.STYLE, js_on_load=self.SCRIPT, apply_default_css=False,
            **kwargs,
        )  # fmt: skip

    def on_choice(self, fn: Callable, inputs: list, outputs: list, **how) -> None:
        """Of fast clicks the last one counts: fn(index, *inputs) -> outputs, where `select` tells the index of a part.

        In two steps, since Gradio sends an event that has waited for its turn with the index of the click before it.
        """
        chosen = gr.State(-1)
        self.select(
            _index, None, chosen, queue=False, trigger_mode="multiple", api_visibility="private"
        ).then(
            fn,
            [chosen, *inputs],
            outputs,
            **{"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last", **how},
        )

    def get_block_name(self) -> str:
        return "html"  # the front end's component; only Python knows the subclass
