"""In which order the gallery is trained when time is short: what a visitor sees first comes first.

A tab's opening models, then the other models of tabs, then the rows of comparisons. A share of the time is in proportion to
`Recipe.minutes`.
"""

from __future__ import annotations

FIRST = (
    "pix2pix-emoji",  # the page that people open first: their own drawing
    "pix2pix-facades",
    "cyclegan-icons",
    "stargan-icons",
    "pggan-photographs",
    "srresnet-photographs",
    "srgan-photographs",
    "pix2pix-icons",
    "stargan-weather",
    "cyclegan-weather",
    "dtn-digits",
    "dtn-faces",
    "stargan-emoji",
    "cyclegan-emoji",
    "unit-icons",
    "distancegan-icons",
    "dualgan-icons",
    "discogan-icons",
)


def in_order(names: list[str]) -> list[str]:
    """Most important first; those of no rank follow as they stood."""
    rank = {name: i for i, name in enumerate(FIRST)}
    return sorted(names, key=lambda name: rank.get(name, len(FIRST)))
