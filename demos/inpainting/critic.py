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
from . import words
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
        place: float(belief[where].mean())
        for place, where in (("hole", inside), ("beside", ~inside))
        if where.any()
    }
    rows, columns = belief.shape
    return Markup(
        '<figure><div class="critic-map"><img src="{src}" alt="{alt}">'
        '<img src="{map}" alt="{map_alt}"></div>'
        "<figcaption><b>{title}</b>{told}"
        '<div class="meter"><i style="width:{whole:.1f}%"></i></div>{patches}</figcaption></figure>'
    ).format(
        src=exact_url(image), alt=words.CRITIC_ALT.format(title=title),
        map=heat(belief), map_alt=words.critic_map_alt(columns, rows, means),
        title=title, told=words.CRITIC_WHOLE.format(percent=100 * whole), whole=100 * whole, patches=words.critic_patches(means),
    )  # fmt: skip


def shown(view: View) -> Markup:
    """HTML of the card for a view."""
    subject = SUBJECTS[view.key]
    D = discriminator(subject.model)
    if D is None:
        return Markup('<p class="tell">{}</p>').format(words.no_critic(view.key, in_force()))
    config, made = loaded(subject.model).method.config, filled(view)
    side = config.side
    box = made.hole.square(side)

    def place(image: Image.Image) -> Image.Image:
        return image.crop(box).resize((side, side), Image.BICUBIC)

    where = np.asarray(Image.fromarray(made.hole.where).crop(box).resize((side, side), Image.NEAREST))
    views = [(words.TRUTH if view.example else words.YOURS, made.hole.image)]
    if not made.hole.fault:
        views = [
            (words.CRITIC_BEFORE, made.images["membrane"]),
            (words.CRITIC_AFTER, made.images[NET]),
            *views,
        ]
    cells = Markup("").join(_cell(title, place(image), D, where) for title, image in views)
    grid, across = side >> config.shared, reach(config.shared)
    return Markup(
        '<div class="critic">{cells}<div class="told"><p class="small">'
        '<span class="scale" role="img" aria-label="{scale}"></span> {told}</p>{notice}</div></div>'
    ).format(
        cells=cells,
        scale=words.CRITIC_SCALE,
        told=words.CRITIC_TOLD.format(side=side, grid=grid, across=across),
        notice=look.notice(words.CRITIC_NOTICE),
    )
