"""Nets of our own that measure: frozen, versioned, each with its recipe and card."""

from .attributes import READERS, Reader, load_reader
from .features import (
    JUDGES,
    KINDS,
    TASKS,
    WORLDS,
    Judge,
    Mixture,
    distort,
    load_judge,
    orders,
    shelves,
)
from .recipe import JudgeRecipe, train_judge
from .segmenter import SEGMENTERS, Scores, fcn_scores, load_segmenter
from .shelf import SHIPPED

RECIPES: dict[str, JudgeRecipe] = {**JUDGES, **SEGMENTERS, **READERS}

__all__ = [
    "JUDGES", "KINDS", "READERS", "RECIPES", "SEGMENTERS", "SHIPPED", "TASKS", "WORLDS", "Judge", "JudgeRecipe", "Mixture", "Reader",
    "Scores", "distort", "fcn_scores", "load_judge", "load_reader", "load_segmenter", "orders", "shelves", "train_judge",
]  # fmt: skip
