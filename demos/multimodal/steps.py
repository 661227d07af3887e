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
from .answers import colour_of, make, spread
from .subjects import SUBJECTS, loaded
from .view import Taken, View, picture

STEPS = 1, 2, 4, 8
FIRST = 1
_NOISES = 4
_LOCK = threading.Lock()


def model_of(key: str) -> str:
    """The model of a subject whose single step is a mean, "" where it is not here."""
    return SUBJECTS[key].mean if SUBJECTS[key].mean in shipped() else ""


@lru_cache(maxsize=32)
def _made(name: str, ops: str, base: str) -> dict[int, torch.Tensor]:
    """By the number of steps, uint8 [4, 3, H, W]."""
    model = loaded(name)
    x = model.place(picture(ops, base)).x
    return {n: to_bytes(make(model, x, [Taken(i) for i in range(_NOISES)], steps=n)) for n in STEPS}


def shown(view: View, steps: int) -> Markup:
    """HTML: what four noises become, and how far apart that is."""
    name = model_of(view.key)
    if not name or view.empty:
        return Markup('<p class="tell">Nothing is drawn yet.</p>')
    steps = steps if steps in STEPS else FIRST
    with _LOCK:  # a second one who asks for the same waits for the first
        made = _made(name, view.ops, view.base)
    figures = []
    for i, pixels in enumerate(made[steps].split(1)):
        image = to_image(from_bytes(pixels))
        alt = f"{view.name} from noise {i + 1} in {steps} step{'s' * (steps > 1)}, mostly {colour_of(image)}"
        figures.append(
            look.captioned(light_url(image.resize((192, 192), Image.BICUBIC), 90), alt, f"noise {i + 1}")
        )
    apart = {n: spread(images) for n, images in made.items()}
    told = Markup(" ").join(
        Markup("<span{}>{} step{} <b>{:.3f}</b></span>").format(
            Markup(" class=now") if n == steps else "", n, "s" * (n > 1), far
        )
        for n, far in apart.items()
    )
    return look.stack(
        Markup('<div class="noises">{}</div>').format(Markup("").join(figures)),
        Markup('<p class="apart">Two of the four differ by: {}</p>').format(told),
        look.notice(_SAYS[steps > 1]),
    )


# Both are true of whatever net: at t = 0 it is shown nothing of the noise.
_SAYS = (
    Markup(
        "In one step the noise has no influence: at the start the net is not shown it, so all four pictures are the same. Trained by a squared error, "
        "it can do no better there than the <b>mean</b> of all right answers. L1 alone leads to their median: blurred for the same reason."
    ),
    Markup(
        "From its second step on the net is shown where the noise has led, so its answers can differ. More steps follow the path more "
        "closely: compare the differences at 1, 2, 4 and 8 steps."
    ),
)
