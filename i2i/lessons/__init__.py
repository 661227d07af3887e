"""What the notebooks ask: predictions with their answers, exercises with their checks and hints; a notebook to a file.

They are kept out of the notebooks, so that no answer can be read off a page before it is worked out.
"""

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
from .lesson import UNWRITTEN, Exercise, Mend, Question, Untried, Wrong
from .workshop import EXERCISES as WORKSHOP

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
QUESTIONS: dict[str, Question] = {
    name: question for book in _BOOKS for name, question in book.QUESTIONS.items()
}
EXERCISES: dict[str, Exercise] = {
    name: exercise for book in _BOOKS for name, exercise in book.EXERCISES.items()
} | WORKSHOP

__all__ = ["EXERCISES", "QUESTIONS", "UNWRITTEN", "Exercise", "Mend", "Question", "Untried", "Wrong"]
