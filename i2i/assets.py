"""Where the files lie that come with the package: weights with their cards, recorded claims and speeds, licences.

In a clone that is the folder assets beside the package; an installed package carries them within.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
ASSETS = next(folder for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets") if folder.is_dir())
CHECKPOINTS = ASSETS / "checkpoints"
