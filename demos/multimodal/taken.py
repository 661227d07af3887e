"""The card beside the wall: the answer that is taken, large, and what is kept of it."""

from __future__ import annotations

from markupsafe import Markup
from PIL import Image

from ..widgets import look
from ..widgets.urls import light_url
from . import words
from .answers import colour_of, taken
from .subjects import heads, labels, loaded, styled, title
from .view import Taken, View, truth

_SIDE = 320  # px: shown larger than it is, smoothly

_PREDICT = Markup('<details class="note predict"><summary>{}</summary>{}</details>').format(
    words.PREDICT, words.PREDICTED
)


def code(style) -> Markup:
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
        '<svg class="code" viewBox="0 0 100 64" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<line x1="0" y1="32" x2="100" y2="32"/>{}</svg>'
    ).format(words.STYLE.format(numbers=numbers), Markup("").join(bars))


def style_of(view: View, of: Taken | None = None):
    """The numbers of a styled model's answer, float [style_size]."""
    of = of or view.taken
    return of.style or tuple(loaded(view.model).method.styles(of.seed, 1)[0].tolist())


def _kept(view: View) -> Markup:
    """HTML: what stays of this answer when all else changes."""
    now, name = view.taken, title(view.model)
    if styled(view.model):
        origin = words.OF_SEED.format(seed=now.seed)
        if now.style:
            origin = words.OF_PICTURE if now.style == view.read else words.OF_WALK
        style = style_of(view)
        told = words.STYLE_STAYS.format(count=len(style), origin=origin, model=name)
        return Markup('<div class="kept-style">{}<p class="tell">{}</p></div>').format(code(style), told)
    if labels(view.model):
        font = words.font(labels(view.model)[now.seed])
        told = words.FONT_STAYS.format(font=font, count=len(labels(view.model)), model=name)
    elif heads(view.model):
        told = words.GENERATOR_STAYS.format(number=now.head + 1, count=heads(view.model))
    else:
        told = words.NOISE_STAYS.format(seed=now.seed, model=name)
    return Markup('<p class="tell">{}</p>').format(told)


def _right(view: View) -> Markup:
    """HTML: the right answer, where training did not show it."""
    image = truth(view, view.taken, view.at)
    if image is None:
        return Markup("")
    alt = words.RIGHT_ALT.format(drawing=view.name)
    figure = look.captioned(light_url(image.resize((128, 128), Image.LANCZOS)), alt, words.RIGHT)
    return Markup('<div class="right">{}</div>').format(figure)


def shown(view: View, passing: bool = False) -> Markup:
    """HTML of the card.  passing: as in `look.result`."""
    if view.empty:
        return look.result(
            None, "", words.PAD_EMPTY[view.key] if view.direction == "xy" else words.PAD_EMPTY_BACK, ""
        )
    image = taken(view)
    alt = words.ANSWERED.format(drawing=view.name, model=title(view.model), colour=colour_of(image))
    large = image.resize((_SIDE, _SIDE), Image.BICUBIC)
    caption = words.MADE_AT.format(px=image.width)
    head = look.result(large, alt, caption, f"{view.model}-{view.taken.written()}.png", passing)
    return look.stack(head, _right(view), _kept(view), _PREDICT if styled(view.model) else "")
