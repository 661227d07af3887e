"""Furniture: an endless world of shapes in three dimensions, six families with parts that are there or not."""

from .families import ATTRIBUTES, FAMILIES
from .world import SPLITS, Furniture, attributes, draw, label_of

__all__ = ["ATTRIBUTES", "FAMILIES", "SPLITS", "Furniture", "attributes", "draw", "label_of"]
