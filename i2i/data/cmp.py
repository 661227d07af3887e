"""CMP facades in the pix2pix version: photo left, label map right (Tylecek and Sara, GCPR 2013)."""

from __future__ import annotations

from pathlib import Path

from .folders import Pairs, paired


def cmp_facades(root: Path, size: int = 256, split: str = "train", augment: bool = True) -> Pairs:
    """x: label map in the twelve CMP colours, y: photo. `val` of the original is our test; our val is a tenth of train.

    root holds the folders train and val. Training images are read at 286/256 of the size and cropped, as in the paper.
    """
    return paired(root, size, split, direction="BA", augment=augment, held_out=("val",))
