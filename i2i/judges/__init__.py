"""Nets of our own that measure: frozen, versioned, each with its recipe and card."""

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
    train_judge,
)
from .segmenter import SEGMENTERS, Scores, fcn_scores, load_segmenter, train_segmenter
from .shelf import SHIPPED

TRAIN = {**dict.fromkeys(JUDGES, train_judge), **dict.fromkeys(SEGMENTERS, train_segmenter)}

__all__ = [
    "JUDGES", "KINDS", "SEGMENTERS", "SHIPPED", "TASKS", "TRAIN", "WORLDS", "Judge", "Mixture", "Scores", "distort",
    "fcn_scores", "load_judge", "load_segmenter", "orders", "shelves", "train_judge", "train_segmenter",
]  # fmt: skip
