"""What the lectures claim, each as one function that measures it. `python -m i2i claims`."""

from .claim import Claim, NotReady, as_table, markdown, mean, measure, recorded, shown
from .many import MANY
from .paired import PAIRED
from .unpaired import UNPAIRED

CLAIMS: dict[str, Claim] = {**PAIRED, **UNPAIRED, **MANY}

__all__ = ["CLAIMS", "Claim", "NotReady", "as_table", "markdown", "mean", "measure", "recorded", "shown"]
