"""A world of drawn faces whose attributes are exact: what an edit of one of them should give can be drawn, too."""

from ..icons import SPLITS
from .attributes import ATTRIBUTES, labels_of, toggled
from .world import draw

__all__ = ["ATTRIBUTES", "SPLITS", "draw", "labels_of", "toggled"]
