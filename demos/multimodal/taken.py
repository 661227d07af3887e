"""The card beside the wall: the answer that is taken, large, and what is kept of it."""

from __future__ import annotations

from markupsafe import Markup
from PIL import Image

from ..widgets import look
from .answers import colour_of, taken
from .subjects import heads, loaded, styled, title
from .view import Taken, View

_SIDE = 320  # px: shown larger than it is, smoothly

_PREDICT = Markup(
    '<details class="note predict"><summary>Predict first. Take an answer whose colours you like, then choose another drawing. Will it have them, too?'
    "</summary>The net is told the style beside the drawing, and paints what it has learned to paint with that style. Try it, and then "
    "look along a column of the grid below: there a style stays, and the drawing changes.</details>"
)


def code(style, label: str = "the style") -> Markup:
    """A style as bars: up is above 0, a full bar is 3."""
    bars, step = [], 100 / max(1, len(style))
    for i, number in enumerate(style):
        high = min(3.0, abs(number)) * 10
        bars.append(
            Markup('<rect x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" rx="1.2"/>').format(
                i * step + 0.18 * step, 32 - high if number > 0 else 32, 0.64 * step, max(0.6, high)
            )
        )
    numbers = ", ".join(f"{number:.1f}" for number in style)
    return Markup(
        '<svg class="code" viewBox="0 0 100 64" preserveAspectRatio="none" role="img" aria-label="{}: {}">'
        '<line x1="0" y1="32" x2="100" y2="32"/>{}</svg>'
    ).format(label, numbers, Markup("").join(bars))


def style_of(view: View, of: Taken | None = None):
    """The numbers of a styled model's answer, float [style_size]."""
    of = of or view.taken
    return of.style or tuple(loaded(view.model).method.styles(of.seed, 1)[0].tolist())


def _kept(view: View) -> Markup:
    """HTML: what stays of this answer when all else changes."""
    name = title(view.model)
    if styled(view.model):
        where = (
            "read from a picture"
            if view.taken.style and view.taken.style == view.read
            else f"seed {view.taken.seed}"
        )
        if view.taken.style and view.taken.style != view.read:
            where = "on a walk, or from a link"
        return Markup(
            '<div class="kept-style">{}<p class="tell"><b>Its style stays.</b> These {} numbers ({}) are all that {} is told beside the drawing. '
            "Draw on, or choose another drawing: the style is kept.</p></div>"
        ).format(code(style_of(view)), len(style_of(view)), where, name)
    if heads(view.model):
        return Markup(
            '<p class="tell"><b>Its generator stays:</b> number {} of {}, each a column of the wall. Within a column only the noise of '
            "dropout differs. Draw on, or choose another drawing: the generator is kept.</p>"
        ).format(view.taken.head + 1, heads(view.model))
    return Markup(
        '<p class="tell"><b>Its noise stays:</b> seed {}. {} has no style to keep: each answer begins with a noise of its own, and the '
        "same noise need not mean the same thing on another drawing.</p>"
    ).format(view.taken.seed, name)


def shown(view: View, passing: bool = False) -> Markup:
    """HTML of the card.  passing: as in `look.result`."""
    if view.empty:
        return look.result(
            None,
            "",
            "The pad is empty: draw a closed outline, a mug or a face, and sixteen answers come.",
            "",
        )
    image = taken(view)
    alt = f"{view.name}, answered by {title(view.model)}: mostly {colour_of(image)}"
    large = image.resize((_SIDE, _SIDE), Image.BICUBIC)
    caption = f"made at {image.width} px"
    head = look.result(large, alt, caption, f"{view.model}-{view.taken.written()}.png", passing)
    return look.stack(head, _kept(view), _PREDICT if styled(view.model) else "")
