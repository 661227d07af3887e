"""What visitors bring, and what they are told when it will not do."""

from __future__ import annotations

import gradio as gr
from PIL import Image

from i2i.pictures import PictureError, open_picture

_KEPT = 512  # px: an uploaded picture is kept no larger


def sentence(text: str) -> gr.Error:
    return gr.Error(text, print_exception=False)


def uploaded(file: str) -> Image.Image:
    """A visitor's picture, no larger than it need be kept; a sentence on the page for what is none."""
    try:
        picture = open_picture(file, "this file")
    except PictureError as fault:
        raise sentence(str(fault)) from None
    picture.thumbnail((_KEPT, _KEPT), Image.LANCZOS)
    return picture
