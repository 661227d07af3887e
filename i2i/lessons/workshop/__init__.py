"""The two exercises with which every notebook ends: "mend it", code with a planted fault, and "design one", a choice to be made.

A file to a notebook, named like its file of lessons. A fault is one that people really make with this paper; its symptom is measured
by running it, in the notebook. A design is tried out here: by a small training, or on a shipped model, within seconds.
"""

from ..lesson import Exercise
from . import (
    bicyclegan,
    cyclegan,
    cycles,
    diffusion,
    gan3d,
    gans,
    icgan,
    inpainting,
    munit,
    partial,
    patchgan,
    pix2pix,
    stargan,
    style_and_content,
    superres,
    unit,
)

_BOOKS = (
    gans,
    pix2pix,
    patchgan,
    cyclegan,
    cycles,
    unit,
    stargan,
    partial,
    bicyclegan,
    munit,
    style_and_content,
    diffusion,
    superres,
    inpainting,
    gan3d,
    icgan,
)
EXERCISES: dict[str, Exercise] = {
    name: exercise for book in _BOOKS for name, exercise in book.EXERCISES.items()
}
