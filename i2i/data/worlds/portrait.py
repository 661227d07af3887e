"""The one photograph that is shown on pages: it belongs to nobody, and comes with matplotlib."""

from __future__ import annotations

from matplotlib.cbook import get_sample_data
from PIL import Image

from ...images import open_image


def portrait() -> Image.Image:
    """Rear Admiral Grace Hopper, 512 x 600 px: United States Navy, in the public domain."""
    return open_image(get_sample_data("grace_hopper.jpg", asfileobj=False))
