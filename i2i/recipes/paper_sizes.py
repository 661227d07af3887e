"""The papers' own sizes, at which nothing is shipped: for `bench`."""

from __future__ import annotations

from .recipe import Recipe

# At 128 px the net has a level less to halve.
PAPER: dict[str, Recipe] = {
    "pix2pix-paper": Recipe("pix2pix", "", 256),
    "pix2pix-paper-128": Recipe("pix2pix", "", 128, {"depth": 7}, batch=4),
    "cyclegan-paper-128": Recipe("cyclegan", "", 128, {"blocks": 6}),
    "cyclegan-paper-128-9": Recipe("cyclegan", "", 128),
    "cyclegan-width-32": Recipe("cyclegan", "", 128, {"width": 32}),
    "stargan-paper-128": Recipe("stargan", "", 128, {"attributes": False}, batch=4),
    "srcnn-paper": Recipe("srcnn", "", 96, batch=16),
    "srresnet-paper": Recipe("srresnet", "", 96, batch=16),
    "srgan-paper": Recipe("srgan", "", 96, batch=4),
}


def of_cost(size: int, width: int, batch: int) -> Recipe:
    """What the curves of cost are measured on: pix2pix as deep as the size allows."""
    return Recipe(
        "pix2pix",
        "",
        size,
        {"width": width, "cap": 8 * width, "depth": size.bit_length() - 1, "patch_width": width},
        batch=batch,
    )
