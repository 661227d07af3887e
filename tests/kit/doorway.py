"""A page with one small tab, for the tests of what every page has: its server starts in seconds."""

from __future__ import annotations

import tempfile
from pathlib import Path

import gradio as gr

from demos.page import page as whole
from demos.widgets.asking import uploaded
from demos.work import sweeper


def _turned(file: str | None):
    return uploaded(file).rotate(90, expand=True)


def _written():
    with tempfile.TemporaryDirectory(dir=sweeper.desk()) as place:
        Path(place, "made.txt").write_text("made here", encoding="utf-8")
        yield str(Path(place, "made.txt"))


def tab() -> None:
    with gr.Tab("Turning"):
        gr.HTML("Turning")
        file, answer = gr.File(visible=False), gr.Image(visible=False, format="png")
        gr.Button(visible=False).click(_turned, file, answer, api_name="turn")
        gr.Button(visible=False).click(
            lambda: "at once", None, gr.Textbox(visible=False), queue=False, api_visibility="private"
        )
        gr.Button(visible=False).click(_written, None, gr.File(visible=False), api_name="write")


page = whole(tab)
CODE = "import sys; sys.path.insert(0, 'tests'); from kit.doorway import page; from demos.page import LAUNCH"
