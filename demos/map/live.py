"""The Map's own pad: a visitor draws at once, and pix2pix answers as it does in the tab Paired, to which the drawing can go on."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

import gradio as gr
from markupsafe import Markup

from i2i.images import ImageError

from ..paired import tab as paired
from ..widgets import look
from ..widgets.pad import Pad, is_growing
from ..work.openings import opening
from . import words

_KEY = "emoji"
_LONGEST = 6_000  # characters of a drawing that an address takes along; a browser allows some more
_LEAD = Markup('<p class="lead">{}</p>').format(words.LIVE_LEAD)
_SAYS = Markup("<p>{}</p><p>{}</p>").format(words.PAIRS, words.TRY)


def available() -> bool:
    """Whether this copy has the model."""
    return _KEY in paired.available()


def answered(value: dict | None, at: int = -1) -> tuple[Markup, Markup]:
    """HTML of what the net makes of a drawing, and of the way on. at: the example that the drawing began with, or -1."""
    made, _ = paired.paint(value, _KEY, paired.SEED, at)
    drawn = (value or {}).get("ops") or ""
    wish = {"model": _KEY, **({"d": drawn} if 0 < len(drawn) <= _LONGEST else {})}
    onward = Markup(
        '<button type="button" class="quiet" data-go="Paired" data-state="{}">{}</button>'
    ).format(urlencode(wish), words.ONWARD)
    return made, onward


def _followed(value: dict | None) -> tuple:
    """`answered`; for a stroke that still grows the picture alone."""
    if not is_growing(value):
        return answered(value)
    with suppress(ImageError):  # its end tells of it
        return paired.passing(value, _KEY, paired.SEED), gr.skip()
    return gr.skip(), gr.skip()


@opening
def _first() -> dict:
    """What the pad opens with, and the answer to it."""
    value, at = paired.opens_with(_KEY)
    made, onward = paired.warm(lambda: answered(value, at))
    return {"pad": paired.pad_of(_KEY, value), "made": made, "onward": onward}


def card() -> None:
    """Build the pad with its answer beside it."""
    opens = _first()
    apart = {"keys": {"name": "", "ops": "", "example": ""}}  # the address is that of the Map
    gr.HTML(_LEAD + look.style(__file__, "live"), apply_default_css=False, elem_classes="bare")
    with gr.Row(elem_classes="row live", equal_height=True):
        with gr.Column(scale=4, min_width=300, elem_classes="card"):
            look.label(words.DRAW)
            pad = Pad(opens["pad"] | apart, elem_id="live-pad", elem_classes="bare")
        with gr.Column(scale=4, min_width=300, elem_classes="card answer-first"):
            look.label(words.MADE)
            made = gr.HTML(
                opens["made"], apply_default_css=False, elem_id="live-made", elem_classes="bare heard"
            )
        with gr.Column(scale=5, min_width=300, elem_classes="live-says"):
            gr.HTML(_SAYS, apply_default_css=False, elem_classes="bare")
            onward = gr.HTML(
                opens["onward"], apply_default_css=False, elem_id="live-onward", elem_classes="bare"
            )
    pad.answer(_followed, [pad], [made, onward])
