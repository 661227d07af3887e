"""What the lectures claim, each as one function that measures it. `python -m i2i claims`."""

from .claim import Claim, NotReady, as_table, markdown, mean, measure, recorded, shown
from .paired import PAIRED

CLAIMS: dict[str, Claim] = {**PAIRED}

__all__ = ["CLAIMS", "Claim", "NotReady", "as_table", "markdown", "mean", "measure", "recorded", "shown"]
