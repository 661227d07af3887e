"""The whole page: theme, style sheet, header, and the tabs in their order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import gradio as gr
from gradio.brotli_middleware import BrotliMiddleware
from gradio.state_holder import SessionState
from markupsafe import Markup
from starlette.middleware import Middleware
from starlette.types import Scope

from . import lecture, words
from .tour import tours
from .widgets import look
from .widgets.asking import sentence
from .widgets.component import worded
from .widgets.photograph import TELEPHONES
from .work import pictures, sweeper
from .work import words as of_work
from .work.door import Door, of_a_full_disk

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
    button_primary_background_fill="#6548e0", button_primary_background_fill_hover="#5638d3",
)  # fmt: skip

_DESCRIPTION = Markup('<meta name="description" content="{}">').format(words.DESCRIPTION)
# Gradio puts a prefix before every rule of CSS, which a rule that begins at the body does not survive: lecture mode is here, for
# windows that are wide enough for it.
# So is what a telephone needs of the page as a whole: a box that hides what overflows keeps nothing in sight, one that clips does.
HEAD = f"""{_DESCRIPTION}
<style media="(min-width: 900px)">
{look.text(__file__, "lecture.css")}</style>
<style>
@media (max-width: 700px) {{ .gradio-container {{ overflow: clip !important; }} }}</style>
<script>
{look.text(__file__, "stream.js")}
{look.text(__file__, "address.js")}
{look.text(__file__, "saving.js")}
{{
{look.text(__file__, "telephones.js").replace("TELEPHONES", json.dumps(TELEPHONES))}}}</script>"""

_HEADER = Markup("""
<header class="masthead"><h1>{said.NAME}</h1><p>{said.MOTTO}</p>
<nav><button type="button" data-do="tour" title="{said.TOUR_DOES}">{said.TOUR}</button>
<button type="button" data-do="lecture" title="{said.LECTURE_DOES}">{said.LECTURE}</button>
<button type="button" data-do="share" title="{said.SHARE_DOES}">{said.SHARE}</button>
<button type="button" data-do="dark" aria-label="{said.DARK}" title="{said.DARK}">☾</button></nav></header>
<p id="heard" class="heard-only" role="status"></p>
<div class="tour" hidden><svg class="tour-shade" aria-hidden="true"><mask id="tour-mask"><rect width="100%" height="100%" fill="#fff"></rect><g class="holes"></g></mask>
<rect class="dim" width="100%" height="100%" mask="url(#tour-mask)"></rect><rect class="ring"></rect></svg>
<section class="tour-card" role="dialog" tabindex="-1" aria-describedby="tour-text"><div class="tour-head"><p class="tour-at"></p>
<button type="button" data-tour="close" aria-label="{said.TOUR_CLOSE}" title="{said.TOUR_CLOSE_DOES}">✕</button></div><p id="tour-text" class="tour-text" aria-live="polite"></p>
<div class="tour-row"><button type="button" data-tour="show">{said.TOUR_SHOW}</button><span class="tour-done" role="status"></span>
<button type="button" data-tour="back">{said.TOUR_BACK}</button><button type="button" data-tour="next">{said.TOUR_NEXT}</button></div></section></div>
""").format(said=words)


class Packed(BrotliMiddleware):
    """The page itself, and what it is made from, compressed: Gradio does so for its files alone."""

    def _is_compressible_file_type(self, scope: Scope) -> bool:
        return scope["path"] in ("/", "/config")


# Without show_error only what is raised as gr.Error is told; the text of a defect may hold the server's folders.
LAUNCH = {
    "theme": THEME, "css": look.text(__file__, "page.css") + look.text(__file__, "tour.css"), "head": HEAD, "footer_links": ["api"], "max_file_size": "30mb",
    "app_kwargs": {"middleware": [Middleware(Packed), Middleware(Door)]}, "ssr_mode": False, "run_history": False,
    "allowed_paths": [str(sweeper.desk())],  # to copy from; the door lets nobody fetch from there
    # Gradio keeps half a megabyte for each session, of 10,000. A visitor who comes back after a hundred others starts anew.
    "state_session_capacity": 100,
}  # fmt: skip


class Page(gr.Blocks):
    """A page of tabs: see `page`. It sends every value that an event yields as a whole.

    Gradio sends what changed since the last one, and its page writes that into the object that the last one is. Where several
    come at once, as over a slow line, a value is overwritten before anything has shown it, and what was shown before stays.
    """

    def __init__(self):
        super().__init__(title=words.TITLE, analytics_enabled=False, fill_width=True)
        self.queue(default_concurrency_limit=2, max_size=64, api_open=False)

    def build(self, tabs: Iterable[Callable]) -> None:
        with self:
            header()
            lecture.controls()
            with gr.Tabs(elem_id="tabs"):
                restorers = [tab() for tab in tabs]
            for restore, outputs in filter(None, restorers):
                self.load(restore, None, outputs, show_progress="hidden", api_visibility="private")
            pictures.lighten(self)

    async def process_api(self, block_fn, inputs: list, state: SessionState | None = None, **how) -> dict:
        """As Gradio does it. That the disk is full is said to the visitor, and fills no log. Gradio keeps the last value that each
        component of a session had; of one that `forgets` it keeps none."""
        try:
            return await super().process_api(block_fn, inputs, state, **how)
        except Exception as fault:
            if of_a_full_disk(fault):
                raise sentence(of_work.FULL_DISK) from None
            raise
        finally:
            fn = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
            for block in (*fn.inputs, *fn.outputs):
                if state and getattr(block, "forgets", False):
                    state.config_values.pop(block._id, None)

    def handle_streaming_diffs(
        self, block_fn, data: list, session_hash: str | None, run: str | None, final: bool, simple_format: bool = False
    ) -> list:  # fmt: skip
        follows = run is not None and run in self.pending_diff_streams[session_hash or ""]
        data = super().handle_streaming_diffs(
            block_fn, data, session_hash, run, final, simple_format=simple_format or follows
        )
        return data if final or simple_format or not follows else [[("replace", [], value)] for value in data]


def header() -> gr.HTML:
    """The head of the page, and the scripts of all of it, each in a scope of its own."""
    said = {"page.js": words.PAGE_SCRIPT, "keys.js": {}, "heard.js": {}, "tour.js": words.TOUR_SCRIPT}
    scripts = [worded(look.text(__file__, name), texts) for name, texts in said.items()]
    scripts[-1] = scripts[-1].replace("TOURS", json.dumps(tours(), ensure_ascii=False))
    return gr.HTML(
        _HEADER, js_on_load="\n".join(f"{{\n{script}\n}}" for script in scripts), apply_default_css=False, elem_classes="bare"
    )  # fmt: skip


def page(*tabs: Callable) -> Page:
    """A whole app of the given tab functions; one that returns (fn, outputs) restores its state from the page's URL.

    Files that visitors upload are deleted within the hour: see work/sweeper.py.
    """
    app = Page()
    app.build(tabs)
    return app
