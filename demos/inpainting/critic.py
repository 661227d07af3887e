"""The card of the discriminator in the tab Inpainting: what its two heads say of an image before and after."""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import numpy as np
import torch
from markupsafe import Markup
from PIL import Image

from i2i.images import to_tensor
from i2i.methods.pggan import TwoHeads
from i2i.nets.layers import own_statistics

from ..widgets import look
from ..widgets.urls import exact_url
from .fillers import NET, SUBJECTS, View, available, filled, loaded

_REAL, _MADE = (64, 190, 150), (235, 70, 30)  # as in the tab Paired


def in_force() -> list[str]:
    """Subjects whose model came with its discriminator."""
    return [key for key in available() if discriminator(SUBJECTS[key].model) is not None]


@lru_cache(maxsize=4)
def discriminator(model: str) -> TwoHeads | None:
    """A model's D as it saw in training, if it came along: its norms saw real and made images in batches of their own,
    so running statistics fit neither."""
    D = loaded(model).method.D
    return None if D is None else own_statistics(D)


def reach(shared: int) -> int:
    """Pixels across that one logit of the patch head sees: convolutions of 4 that halve, then two of 3."""
    return 1 + 3 * (2**shared - 1) + 4 * 2**shared


@torch.inference_mode()
def judged(D: TwoHeads, image: Image.Image) -> tuple[float, np.ndarray]:
    """The belief that an image of D's side is real: of the whole, and of its patches [h, w]."""
    whole, patch = D(to_tensor(image))
    return whole.sigmoid().item(), patch[0, 0].sigmoid().numpy()


def heat(belief: np.ndarray) -> str:
    """Beliefs as a data URL of one pixel each, to lie over the image: green is taken for real, red for made."""
    real = belief > 0.5
    colour = np.where(real[..., None], np.array(_REAL), np.array(_MADE))
    alpha = 255 * np.clip(1.3 * np.abs(belief - 0.5), 0, 1)
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate([colour, alpha[..., None]], -1).round().astype(np.uint8), "RGBA").save(
        buffer, "PNG"
    )
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def touched(hole: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """bool [h, w]: cells that lie in the hole, bool [H, W], at least in part. H and W are multiples of h and w."""
    (h, w), (high, wide) = shape, hole.shape
    return hole.reshape(h, high // h, w, wide // w).any((1, 3))


def _cell(title: str, image: Image.Image, D: TwoHeads, hole: np.ndarray) -> Markup:
    whole, belief = judged(D, image)
    inside = touched(hole, belief.shape)
    means = {
        name: float(belief[where].mean())
        for name, where in (("in the hole", inside), ("beside it", ~inside))
        if where.any()
    }
    told = Markup(" · ").join(Markup("{} <b>{:.0f} %</b>").format(name, 100 * p) for name, p in means.items())
    spoken = ", ".join(f"{name} {100 * p:.0f} percent" for name, p in means.items())
    rows, columns = belief.shape
    return Markup(
        '<figure><div class="critic-map"><img src="{src}" alt="{title}, as the discriminator is shown it">'
        '<img src="{map}" alt="a map of {columns} × {rows} patches over it; taken for real: {spoken}"></div>'
        "<figcaption><b>{title}</b>the whole: <b>{whole:.0f} %</b> real"
        '<div class="meter"><i style="width:{whole:.1f}%"></i></div>its patches: {told}</figcaption></figure>'
    ).format(
        src=exact_url(image), map=heat(belief), title=title, columns=columns, rows=rows, spoken=spoken,
        whole=100 * whole, told=told,
    )  # fmt: skip


def shown(view: View) -> Markup:
    """HTML of the card for a view."""
    subject = SUBJECTS[view.key]
    D = discriminator(subject.model)
    if D is None:
        others = " or ".join(SUBJECTS[key].title.lower() for key in in_force())
        return Markup(
            '<p class="tell">To save space the net for {} came without its discriminator: choose {}.</p>'
        ).format(subject.title.lower(), others)
    config, made = loaded(subject.model).method.config, filled(view)
    side = config.side
    box = made.hole.square(side)

    def place(image: Image.Image) -> Image.Image:
        return image.crop(box).resize((side, side), Image.BICUBIC)

    where = np.asarray(Image.fromarray(made.hole.where).crop(box).resize((side, side), Image.NEAREST))
    views = [("the truth" if view.example else "your picture", made.hole.image)]
    if not made.hole.fault:
        views = [
            ("before: the soap film", made.images["membrane"]),
            ("after: PGGAN", made.images[NET]),
            *views,
        ]
    cells = Markup("").join(_cell(title, place(image), D, where) for title, image in views)
    grid, across = side >> config.shared, reach(config.shared)
    notice = look.notice(
        "One trunk, two heads: a single number for the whole picture, and a map with one for each patch. It learnt from the "
        "patches that touch a hole, for all others are real ones: look whether the hole stands out in the map, before and after. D learnt against this very net and on photographs of its own kind; on other "
        "pictures its numbers are to be compared, not believed."
    )
    return Markup(
        '<div class="critic">{cells}<div class="told"><p class="small"><span class="scale" role="img" aria-label="from red, made, to green, real"></span> '
        "from <b>made</b> to <b>real</b>. D is shown {side} × {side} px around the hole. Each of {grid} × {grid} cells is the middle of a patch "
        "of {across} × {across} px, so cells beside the hole see into it.</p>{notice}</div></div>"
    ).format(cells=cells, side=side, grid=grid, across=across, notice=notice)
