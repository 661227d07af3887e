"""Nets of our own that measure: frozen, versioned, each with its recipe and card."""

from .attributes import READERS, Reader, load_reader, train_reader
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
TRAIN |= dict.fromkeys(READERS, train_reader)

__all__ = [
    "JUDGES", "KINDS", "READERS", "SEGMENTERS", "SHIPPED", "TASKS", "TRAIN", "WORLDS", "Judge", "Mixture", "Reader", "Scores", "distort",
    "fcn_scores", "load_judge", "load_reader", "load_segmenter", "orders", "shelves", "train_judge", "train_reader", "train_segmenter",
]  # fmt: skip
