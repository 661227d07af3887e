"""A user's folder as a model is judged by it: the images that training has not seen, and those that it has."""

from __future__ import annotations

from pathlib import Path

from ..data.folders import DataError
from ..recipes import own_folder
from ..train import Source


def parted(model, root: Path, direction: str | None = None) -> tuple[Source, Source | None]:
    """(what is judged, what judges learn from): of a folder, the images that the model was not trained on, those of its test
    part, or, where training has seen all, these; and of the rest those that it was trained on, read as training read them.

    direction: as it was trained without one.  The second is None where training has seen nothing that a judge could learn from
    on each side. DataError where the folder does not fit the method.
    """

    def read(split: str, passed_over: frozenset[str]) -> Source:
        way = direction or model.direction
        return own_folder(model.method, root, model.size, split, way, model.fit, passed_over)

    held_out = read("test", model.trained_on)
    # Photographs are measured by published benchmarks' rule alone, and no judge learns.
    if not model.trained_on or model.method.layout == "photographs":
        return held_out, None
    try:
        train = read("train", frozenset())
        # What was put there since is not of the training.
        if new := frozenset(train.digests) - model.trained_on:
            train = read("train", new)
    except DataError:  # the folder holds a test part alone
        return held_out, None
    # A side of which training has seen nothing is read whole.
    return held_out, train if {*train.digests} <= model.trained_on else None
