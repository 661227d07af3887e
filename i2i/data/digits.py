"""One split of MNIST's digits for all that learn from them, judges and recipes alike."""

from __future__ import annotations

import hashlib

from .folders import is_validation


def digit_split(index: int) -> str:
    """train, val or test of the digit at this place of the file.

    train is what the judge `i2i-feat-v1` was trained on, nine tenths by a hash of the place; as that judge is frozen, this
    is fixed for good. The tenth that it never saw is halved into val and test by another hash.
    """
    if not is_validation(str(index)):
        return "train"
    return ("val", "test")[int(hashlib.sha256(f"half of {index}".encode()).hexdigest(), 16) % 2]


def first_split(index: int) -> str:
    """The split that the shipped `dtn-digits` was trained with: a tenth by one hash is test, a tenth of the rest by another
    is val. It knows nothing of the judge, which was trained on nine tenths of that test split."""
    if is_validation(f"digit {index}"):
        return "test"
    return "val" if is_validation(str(index)) else "train"
