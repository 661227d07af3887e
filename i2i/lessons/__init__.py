"""What the notebooks ask: predictions with their answers, exercises with their checks and hints; a notebook to a file.

They are kept out of the notebooks, so that no answer can be read off a page before it is worked out.
"""

from . import patchgan, pix2pix
from .lesson import Exercise, Question, Wrong

QUESTIONS: dict[str, Question] = {**pix2pix.QUESTIONS, **patchgan.QUESTIONS}
EXERCISES: dict[str, Exercise] = {**pix2pix.EXERCISES, **patchgan.EXERCISES}

__all__ = ["EXERCISES", "QUESTIONS", "Exercise", "Question", "Wrong"]
