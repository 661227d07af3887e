"""The discriminator's eye: an image under the map of D's logits; a click shows the patch behind one of them.

The value is {"views": [{"title", "src", "logits", "rows", "columns"}], "side", "step", "offset", "patch", "at"}: images
as data URLs with their logits as base64 of little-endian int16 in 256ths; the image's side in pixels; how far patches
lie apart, how far the first one begins outside the image, and how wide one is; the row and column to begin with.
Everything after that happens in the browser.
"""

from __future__ import annotations

import base64

from PIL import Image
from torch import Tensor

from i2i.nets.patchgan import PatchGAN

from . import words
from .component import Component
from .look import data_url

_HTML = """
<div class="eye"><div class="eye-views"></div><div class="eye-crops" aria-live="polite"></div></div>
"""


class Eye(Component):
    """See the module's text."""

    HTML = _HTML
    WORDS = words.EYE_SCRIPT


def seen_by(D: PatchGAN, views: list[tuple[str, Image.Image, Tensor]]) -> dict:
    """The value for images with their logits: (title, square image, [1, 1, h, w] of D) each, all of one size.

    It begins with the patch that D finds least real in the first, of those without padding.
    """
    shown = []
    for title, image, logits in views:
        codes = (logits[0, 0].float() * 256).round().clamp(-32768, 32767).short().cpu().contiguous()
        shown.append(
            {
                "title": title, "src": data_url(image), "rows": codes.shape[0], "columns": codes.shape[1],
                "logits": base64.b64encode(codes.numpy().astype("<i2").tobytes()).decode(),
            }
        )  # fmt: skip
    left, _, right, _ = D.patch(0, 0)
    step = D.patch(0, 1)[0] - left
    side, first = views[0][1].width, views[0][2][0, 0]
    # Begin with the least real of the patches that lie whole inside the image.
    low, high = -(left // step), (side - right) // step + 1
    inner = first[low:high, low:high] if low < high else first
    low = low if low < high else 0
    worst = divmod(int(inner.argmin()), inner.shape[1])
    return {
        "views": shown, "side": side, "step": step, "offset": left, "patch": right - left,
        "at": [low + worst[0], low + worst[1]],
    }  # fmt: skip
