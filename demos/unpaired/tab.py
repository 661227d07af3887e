"""The tab Unpaired: what can be learned from two sets of pictures and no pairs, a part for each kind of it."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from markupsafe import Markup

from ..widgets import address, look
from . import compare, dtn_digits, ost, scene, stargan, words

_STYLE = look.style(__file__, "tab")

# Each at an address of its own: ?tab=unpaired&part=many-domains.
PARTS = {"Compare": compare, "Many domains": stargan, "One picture": ost, "Digits": dtn_digits}
_OF = {"stargan": "Many domains", "ost": "One picture", "dtn": "Digits"}


def part_of(method: str) -> str:
    """The part of the tab that shows a method alone, "" for one that is compared with others or not here."""
    title = _OF.get(method, "")
    return title if title and PARTS[title].available() else ""


def state_of(method: str) -> str:
    """What an address says to show a method that is compared with others; "" for one that is not here."""
    subject = next((key for key in scene.available() if method in scene.methods(key)), "")
    return f"subject={subject}&method={method}" if subject else ""


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    here = {title: part for title, part in PARTS.items() if part.available()}
    if not here:
        return None
    cards = []
    with gr.Tab("Unpaired", id="unpaired"):
        gr.HTML(
            Markup('<p class="lead">{}</p>{}').format(words.LEAD, _STYLE),
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Tabs(elem_id="unpaired-parts", elem_classes="parts"):
            for title, part in here.items():
                with gr.Tab(title) as inner:
                    cards.append(part.card())
                if part is ost:  # who opens this part may want its process
                    inner.select(
                        ost.prepare, None, None, queue=False, api_visibility="private", show_progress="hidden"
                    )

    def restore(request: gr.Request):
        """What the link's sender saw, in each part; what an address does not name stays as it is."""
        wish = dict(request.query_params)
        if not address.asks(wish, "unpaired", set(wish)):  # other tabs have a subject, too
            wish = {}
        return [value for again, _ in cards for value in again(wish)]

    return restore, [output for _, outputs in cards for output in outputs]


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
