"""What the notebooks ask: predictions with their answers, exercises with their checks and hints; a notebook to a file.

They are kept out of the notebooks, so that no answer can be read off a page before it is worked out.
"""

from . import (
    bicyclegan,
    cyclegan,
    cycles,
    diffusion,
    gan3d,
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
from .lesson import Exercise, Question, Wrong

_BOOKS = (
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
QUESTIONS: dict[str, Question] = {
    name: question for book in _BOOKS for name, question in book.QUESTIONS.items()
}
EXERCISES: dict[str, Exercise] = {
    name: exercise for book in _BOOKS for name, exercise in book.EXERCISES.items()
}

__all__ = ["EXERCISES", "QUESTIONS", "Exercise", "Question", "Wrong"]
