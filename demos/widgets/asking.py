"""What visitors bring, and what they are told when it will not do."""

from __future__ import annotations

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


def whole(name: str, value: float) -> int:
    """A number that an endpoint got, as an int. ValueError, one sentence, for any other than a whole one."""
    try:
        if int(value) == value and abs(value) < 2**31:
            return int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError(words.NOT_WHOLE.format(name=name, value=value))
