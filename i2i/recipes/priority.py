"""In which order the gallery is trained when time is short: what a visitor sees first comes first.

A tab's opening models, then the other models of tabs, then the rows of comparisons. A share of the time is in proportion to
`Recipe.minutes`.
"""

from __future__ import annotations

FIRST = (
    # the opening models, tab by tab
    "pix2pix-emoji",  # the page that people open first: their own drawing
    "cyclegan-icons",
    "pggan-photographs",
    "srgan-photographs",
    "icgan-faces",
    "bicyclegan-emoji",
    "gan3d-furniture",
    # the other models of tabs
    "pix2pix-facades",
    "stargan-icons",
    "srresnet-photographs",
    "bridge-emoji",
    "munit-icons",
    "stargan-faces",
    "munit-weather",
    "pix2pix-icons",
    "stargan-weather",
    "bicyclegan-openmoji",
    "munit-emoji",
    "bicyclegan-facades",
    "bilinear-letters",
    "mad_gan-icons",
    "diffusion-emoji",
    "augmented_cyclegan-icons",
    "bridge-openmoji",
    "diffusion-openmoji",
    "gan3d-chairs",
    "infogan-faces",
    "stargan-characters",
    "icgan-characters",
    "cyclegan-weather",
    "pggan-emoji",
    "pggan-facades",
    "srresnet-photographs-x2",
    "srgan-photographs-x2",
    "dtn-digits",
    "dtn-faces",
    "stargan-emoji",
    "cyclegan-emoji",
    # comparisons; of what has no rank here, the rest of them
    "unit-icons",
    "distancegan-icons",
    "dualgan-icons",
    "discogan-icons",
)


def in_order(names: list[str]) -> list[str]:
    """Most important first; those of no rank follow as they stood."""
    rank = {name: i for i, name in enumerate(FIRST)}
    return sorted(names, key=lambda name: rank.get(name, len(FIRST)))
