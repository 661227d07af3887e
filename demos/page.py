"""The whole page: theme, style sheet, header, and the tabs in their order."""

from __future__ import annotations

import gradio as gr
from gradio.brotli_middleware import BrotliMiddleware
from starlette.middleware import Middleware
from starlette.types import Scope

from .widgets import look
from .work import pictures, sweeper
from .work.door import Door

FONT = [
    "Inter",
    "ui-sans-serif",
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "DejaVu Sans",
    "sans-serif",
]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "DejaVu Sans Mono", "monospace"]

THEME = gr.themes.Soft(primary_hue="violet", neutral_hue="stone", font=FONT, font_mono=MONO).set(
    body_background_fill="var(--paper)", body_background_fill_dark="var(--paper)",
    block_background_fill="transparent", block_background_fill_dark="transparent",
    block_border_width="0px", block_shadow="none", block_label_background_fill="transparent",
    block_title_background_fill="transparent", block_title_background_fill_dark="transparent",
    block_title_text_color="var(--soft)", block_title_text_color_dark="var(--soft)", block_title_padding="0",
    input_background_fill="var(--card)", input_background_fill_dark="var(--track)",
    input_border_color="var(--line)", input_border_color_dark="var(--line)", button_large_padding="8px 14px",
)  # fmt: skip

# Gradio puts a prefix before every rule of CSS, which a rule that begins at the body does not survive: lecture mode is here.
HEAD = f"""<meta name="description" content="Image-to-image translation, one paper at a time: draw, break it, see why.">
<style>
{look.text(__file__, "lecture.css")}</style>
<script>
{look.text(__file__, "stream.js")}</script>"""

_HEADER = """
<header class="masthead"><h1><b>i2i</b>image-to-image translation</h1><p>one paper at a time: draw, break it, see why</p>
<nav><button type="button" data-do="lecture" title="Larger type, less around it">Lecture mode</button>
<button type="button" data-do="share" title="Copy a link to what you see">Share this state</button>
<button type="button" data-do="dark" aria-label="Dark or light" title="Dark or light">☾</button></nav></header>
"""


class Packed(BrotliMiddleware):
    """The page itself, and what it is made from, compressed: Gradio does so for its files alone."""

    def _is_compressible_file_type(self, scope: Scope) -> bool:
        return scope["path"] in ("/", "/config")


# Without show_error only what is raised as gr.Error is told; the text of a defect may hold the server's folders.
LAUNCH = {
    "theme": THEME, "css": look.text(__file__, "page.css"), "head": HEAD, "footer_links": ["api"], "max_file_size": "30mb",
    "app_kwargs": {"middleware": [Middleware(Packed), Middleware(Door)]}, "ssr_mode": False, "run_history": False,
    "allowed_paths": [str(sweeper.desk())],  # to copy from; the door lets nobody fetch from there
    # Gradio keeps half a megabyte for each session, of 10,000. A visitor who comes back after a hundred others starts anew.
    "state_session_capacity": 100,
}  # fmt: skip


class Page(gr.Blocks):
    """Sends every value that an event yields as a whole.

    Gradio sends what changed since the last one, and its page writes that into the object that the last one is. Where several
    come at once, as over a slow line, a value is overwritten before anything has shown it, and what was shown before stays.
    """

    def handle_streaming_diffs(
        self, block_fn, data: list, session_hash: str | None, run: str | None, final: bool, simple_format: bool = False
    ) -> list:  # fmt: skip
        follows = run is not None and run in self.pending_diff_streams[session_hash or ""]
        data = super().handle_streaming_diffs(
            block_fn, data, session_hash, run, final, simple_format=simple_format or follows
        )
        return data if final or simple_format or not follows else [[("replace", [], value)] for value in data]


def header() -> gr.HTML:
    return gr.HTML(
        _HEADER, js_on_load=look.text(__file__, "page.js"), apply_default_css=False, elem_classes="bare"
    )


def page(*tabs) -> gr.Blocks:
    """A whole app of the given tab functions; one that returns (fn, outputs) restores its state from the page's URL.

    Files that visitors upload are deleted within the hour: see work/sweeper.py.
    """
    with Page(title="i2i: image-to-image translation", analytics_enabled=False, fill_width=True) as app:
        header()
        with gr.Tabs(elem_id="tabs"):
            restorers = [tab() for tab in tabs]
        for restore, outputs in filter(None, restorers):
            app.load(restore, None, outputs, show_progress="hidden", api_visibility="private")
        pictures.lighten(app)
    return app.queue(default_concurrency_limit=2, max_size=64, api_open=False)
