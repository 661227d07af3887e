"""Folders of images as a user might have them."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from i2i.data.folders import is_validation
from kit.images import view

NAMES = [f"{i:03d}" for i in range(40)]


VAL = {n for n in NAMES if is_validation(n)}


def put(folder: Path, names=NAMES, red: int = 0, size: tuple[int, int] = (36, 32)) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for n in names:
        Image.new("RGB", size, (red, 5 * int(n), 90)).save(folder / f"{n}.png")
    return folder


def album(root: Path, w: int = 52, h: int = 44) -> Path:
    """Four images to learn from, four held out."""
    held = [n for n in range(300) if is_validation(str(n))][:4]
    root.mkdir()
    for n in (*held, *(n for n in range(300) if not is_validation(str(n)) and n < 8)):
        view(w, h, seed=n, grain=3).save(root / f"{n}.png")
    return root
