"""i2i: image-to-image translation, one paper at a time.

>>> import i2i
>>> model = i2i.load("pix2pix-icons")
>>> image = model(drawing, seed=1)  # PIL in, PIL out
"""

import time
from importlib import import_module

BEGAN = time.monotonic()
"""When the package was imported: what a command's --minutes count from, before the seconds that torch takes to import."""

# Resolved at first use: `import i2i` alone should not cost the seconds that torch takes to import.
_HOMES = {"PAPERS": "papers", "METHODS": "methods", "RECIPES": "recipes", "load": "run.pipeline"}
__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module 'i2i' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
