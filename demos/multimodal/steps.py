"""The card of a bridge's steps: the same four noises in one step and in more."""

from __future__ import annotations

import threading
from functools import lru_cache

import torch
from markupsafe import Markup
from PIL import Image

from i2i.images import from_bytes, to_bytes, to_image
from i2i.run.pipeline import shipped

from ..widgets import look
from ..widgets.urls import light_url
from . import words
from .answers import colour_of, make, spread
from .subjects import SUBJECTS, loaded, ways
from .view import Taken, View, picture

STEPS = range(1, 9)
FIRST = 1
_NOISES = 4
_LOCK = threading.Lock()


def model_of(view: View) -> str:
    """The model of the subject whose single step is a mean, "" where it is not here or does not go the view's way."""
    name = SUBJECTS[view.key].mean
    return name if name in shipped() and view.direction in ways(name) else ""


@lru_cache(maxsize=32)
def _made(key: str, name: str, ops: str, base: str) -> dict[int, torch.Tensor]:
    """By the number of steps, uint8 [4, 3, H, W]."""
    model = loaded(name)
    x = model.place(picture(key, ops, base)).x
    return {n: to_bytes(make(model, x, [Taken(i) for i in range(_NOISES)], steps=n)) for n in STEPS}


def shown(view: View) -> Markup:
    """HTML: what four noises become in the view's number of steps, and how far apart that is."""
    name, steps = model_of(view), view.steps
    if not name or view.empty:
        return Markup('<p class="tell">{}</p>').format(words.NOTHING_YET)
    with _LOCK:  # a second one who asks for the same waits for the first
        made = _made(view.key, name, view.ops, view.base)
    figures = []
    for i, pixels in enumerate(made[steps].split(1)):
        image = to_image(from_bytes(pixels))
        alt = words.FROM_NOISE.format(
            drawing=view.name, number=i + 1, steps=words.steps(steps), colour=colour_of(image)
        )
        figures.append(
            look.captioned(
                light_url(image.resize((192, 192), Image.BICUBIC), 90), alt, words.NOISE.format(number=i + 1)
            )
        )
    apart = {n: spread(images) for n, images in made.items()}
    widest = max(*apart.values(), 1e-6)
    bars = Markup("").join(
        Markup('<li{} style="--part: {:.3f}"><b>{:.3f}</b> <span>{}</span></li>').format(
            Markup(" class=now") if n == steps else "", far / widest, far, n
        )
        for n, far in apart.items()
    )
    return look.stack(
        Markup('<div class="noises">{}</div>').format(Markup("").join(figures)),
        Markup('<div class="apart"><p>{}</p><ol>{}</ol></div>').format(words.APART, bars),
        look.notice(words.ONE_STEP if steps == 1 else words.MORE_STEPS),
    )
