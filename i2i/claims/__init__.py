"""What lectures and papers claim, each as one function that measures it. `python -m i2i claims`."""

from .answers import ANSWERS
from .attributes import ATTRIBUTES
from .claim import (
    CONTRADICTED,
    HOLDS,
    UNDECIDED,
    VERDICTS,
    Claim,
    Comparison,
    NotReady,
    Saturates,
    as_table,
    in_table,
    markdown,
    mean,
    measure,
    nearer,
    record,
    recorded,
    shown,
    verdicts,
)
from .gans import GANS
from .inpainting import INPAINTING
from .many import MANY
from .paired import PAIRED
from .partial import PARTIAL
from .styles import STYLES
from .superres import SUPERRES
from .unpaired import UNPAIRED
from .voxels import VOXELS

CLAIMS: dict[str, Claim] = {
    **GANS,
    **PAIRED,
    **UNPAIRED,
    **STYLES,
    **ANSWERS,
    **MANY,
    **PARTIAL,
    **SUPERRES,
    **INPAINTING,
    **ATTRIBUTES,
    **VOXELS,
}

__all__ = [
    "CLAIMS",
    "CONTRADICTED",
    "HOLDS",
    "UNDECIDED",
    "VERDICTS",
    "Claim",
    "Comparison",
    "NotReady",
    "Saturates",
    "as_table",
    "in_table",
    "markdown",
    "mean",
    "measure",
    "nearer",
    "record",
    "recorded",
    "shown",
    "verdicts",
]
