"""Icons: an endless world of small drawn things, the same object in four styles."""

from .styles import PEN
from .things import CLASSES
from .world import FINISH, SPLITS, STYLES, Icons, draw, label_of

__all__ = ["CLASSES", "FINISH", "PEN", "SPLITS", "STYLES", "Icons", "draw", "label_of"]
