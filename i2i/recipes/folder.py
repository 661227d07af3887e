"""The recipe for a user's own folder: what the method says of itself."""

from __future__ import annotations

from ..methods import METHODS
from ..train import Source
from .recipe import Recipe

_OF = {
    "paired": "pairs", "unpaired": "two domains", "classes": "domains", "labelled": "classes and a target",
    "photographs": "photographs", "pictures": "pictures", "letters": "letters in several styles",
    "none": "shapes of voxels",
}  # fmt: skip


def folder_recipe(method: str, size: int, facts: dict[str, int] | None = None) -> Recipe:
    """The recipe for a user's own folder at `size` px, as the method fits it; facts: see `Method.fit`.

    Raises ValueError for a size that no method can take.
    """
    if size < 32 or size % 16:
        raise ValueError(f"--size must be a multiple of 16 and at least 32, got {size}.")
    cls = METHODS[method]
    fit = cls.fit(size, facts or {})
    return Recipe(
        method, "own folder", size, fit.config, batch=fit.batch, ema=fit.ema, start=fit.start, judge=fit.judge,
        summary=f"Trained on a folder of {_OF[cls.layout]}.",
    )  # fmt: skip


def facts_of(source: Source) -> dict[str, int]:
    """What the images themselves say of a method's config: how many domains there are, or classes."""
    return dict(getattr(source, "facts", {}))
