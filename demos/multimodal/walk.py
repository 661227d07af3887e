"""The card of a walk from one style to another: its pictures, side by side in time, and as an animation to take along."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from markupsafe import Markup
from PIL import Image

from i2i.images import to_image
from i2i.run.walk import walk

from ..widgets.component import Component
from ..widgets.urls import light_url
from . import words
from .answers import colour_of, make, placed
from .subjects import loaded, title
from .taken import style_of
from .view import Taken, View, cells, rounded

FRAMES = 25
_FROM, _TO = 3, 10  # places on the wall, where nobody has chosen
_SIDE, _PAUSE, _HOLD = 256, 60, 500  # of the animation: px, ms a picture, ms at both ends


class Way(Component):
    """The value is {"frames": [{"src", "alt"}], "label"}. The slider and Play move through the frames in the browser; the
    button raises select with the number of the frame whose style is to be taken."""

    HTML = str(
        Markup("""<div class="way"><img class="way-now" alt=""><div class="way-line"><img class="way-end" alt="">
<input type="range" min="0" max="1" value="0" step="1"><img class="way-end" alt=""></div>
<div class="way-tools"><button type="button" data-do="play" data-pause="{pause}" aria-pressed="false">{play}</button>
<button type="button" data-do="take">{take}</button></div></div>""").format(
            pause=words.PAUSE, play=words.PLAY, take=words.TAKE
        )
    )


def ends(view: View) -> tuple[Taken, Taken]:
    there = cells(view)
    return view.start or there[_FROM], view.end or there[_TO]


def styles(view: View) -> list[tuple[float, ...]]:
    """FRAMES styles on the way, as an address can hold them."""
    start, end = (torch.tensor([style_of(view, of)]) for of in ends(view))
    return [rounded(style) for style in walk(start, end, torch.linspace(0, 1, FRAMES)).tolist()]


def pictures(view: View) -> list[Image.Image]:
    """What the net makes of the drawing on the way."""
    wanted = [Taken(style=style) for style in styles(view)]
    made = make(loaded(view.model), placed(view), wanted, view.direction)
    return [to_image(y) for y in made.split(1)]


def value(view: View) -> dict:
    """The component's."""
    if view.empty:
        return {"frames": [], "label": ""}
    frames = [
        {
            "src": light_url(image.resize((192, 192), Image.BICUBIC), 88),
            "alt": words.FRAME.format(drawing=view.name, colour=colour_of(image)),
        }
        for image in pictures(view)
    ]
    return {
        "frames": frames,
        "label": words.WAY.format(count=FRAMES, model=title(view.model)),
    }


def chosen(view: View, i: int) -> Taken:
    there = styles(view)
    return Taken(style=there[i % len(there)])


def name(view: View) -> str:
    """Of the file."""
    drawing = re.sub(r"\W+", "-", view.examples[view.at].name) if view.at >= 0 else "your-drawing"
    start, end = (f"seed-{of.seed}" if not of.style else "own" for of in ends(view))
    return f"{view.model}-{drawing}-from-{start}-to-{end}.gif"


def save(view: View, folder: str) -> Path:
    """The walk there and back, as a GIF that loops."""
    there = [image.resize((_SIDE, _SIDE), Image.BICUBIC) for image in pictures(view)]
    path = Path(folder) / name(view)
    frames = [*there, *there[-2:0:-1]]
    pauses = [_HOLD if i in (0, FRAMES - 1) else _PAUSE for i in range(len(frames))]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=pauses, loop=0)
    return path
