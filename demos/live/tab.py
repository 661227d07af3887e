"""The tab Train live: what learns while one watches."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from markupsafe import Markup

from ..widgets import address
from ..widgets.cover import Cover
from . import mirror, train, words

# Each at an address of its own: ?tab=train-live&part=mirror.
PARTS = {"Training": train, "Mirror": mirror}


def available() -> bool:
    """Always: what is trained here begins with nothing."""
    return any(part.available() for part in PARTS.values())


def before_and_after() -> Cover:
    """For the Map: what a net makes of a drawing after a few steps, and after many."""
    return train.before_and_after()


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    here = {title: part for title, part in PARTS.items() if part.available()}
    cards = []
    with gr.Tab("Train live", id="live") as outer:
        gr.HTML(
            Markup('<p class="lead">{}</p>').format(words.LEAD), apply_default_css=False, elem_classes="bare"
        )
        with gr.Tabs(elem_id="train-live-parts", elem_classes="parts"):
            for title, part in here.items():
                with gr.Tab(title):
                    cards.append(part.card())
    outer.select(train.prepare, None, None, queue=False, api_visibility="private", show_progress="hidden")

    def restore(request: gr.Request):
        """What the link's sender saw, in each part; what an address does not name stays as it is."""
        wish = dict(request.query_params)
        if not address.asks(wish, "train-live", set(wish)):
            wish = {}
        return [value for again, _ in cards for value in again(wish)]

    return restore, [output for _, outputs in cards for output in outputs]


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
