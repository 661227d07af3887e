"""What visitors bring, and what they are told when it will not do."""

from __future__ import annotations

import math

import gradio as gr
from PIL import Image

from i2i.opening import ImageError

from ..decoding import open_image
from . import words

_KEPT = 512  # px: an uploaded image is kept no larger


def sentence(text: str) -> gr.Error:
    """An error that the page tells in these words."""
    return gr.Error(begun(text), print_exception=False)


def begun(text: str) -> str:
    """An error's text as a sentence of its own, with a capital."""
    return text[:1].upper() + text[1:]


def uploaded(file: str) -> Image.Image:
    """A visitor's image, no larger than it need be kept; a sentence on the page for what is none."""
    try:
        image = open_image(file, words.FILE)
    except ImageError as fault:
        raise sentence(str(fault)) from None
    image.thumbnail((_KEPT, _KEPT), Image.LANCZOS)
    return image


class WholeSlider(gr.Slider):
    """A slider of whole numbers. What its box holds that is none of them is taken for the nearest, nothing for the least."""

    def get_block_name(self) -> str:
        return "slider"  # to the browser it is Gradio's own

    def preprocess(self, payload: float | None) -> int:
        least, most = int(self.minimum), int(self.maximum)
        number = payload if isinstance(payload, int | float) and math.isfinite(payload) else least
        return min(most, max(least, round(number)))


def whole(name: str, value: float) -> int:
    """A number that an endpoint got, as an int. ValueError, one sentence, for any other than a whole one."""
    try:
        if int(value) == value and abs(value) < 2**31:
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(words.NOT_WHOLE.format(name=name, value=value))
