"""Figures of a model on images that it never saw: a protocol for each layout of data, chosen by what the source says."""

from __future__ import annotations

from ..data.twins import without_twins
from ..metrics import Estimate
from ..train import Source
from . import attributes, codes, holes, letters, multimodal, paired, superres, unpaired, voxels

# layout of a source ("attributes" of one whose labels are vectors of them, "codes" of a model that finds classes itself) -> (model, held-out source, training source, limit, progress) -> figures
PROTOCOLS = {
    "paired": lambda model, held_out, train, limit, progress: paired.report(model, held_out, limit, progress),
    **dict.fromkeys(
        ("unpaired", "classes", "labelled"),
        lambda model, held_out, train, limit, progress: unpaired.report(model, train, held_out, limit),
    ),
    "photographs": lambda model, held_out, train, limit, progress: superres.report(model, held_out, limit),
    "pictures": lambda model, held_out, train, limit, progress: holes.report(model, held_out, limit),
    "attributes": lambda model, held_out, train, limit, progress: attributes.report(
        model, train, held_out, limit
    ),
    "codes": lambda model, held_out, train, limit, progress: codes.report(model, train, held_out, limit),
    "letters": lambda model, held_out, train, limit, progress: letters.report(model, train, held_out, limit),
    "voxels": lambda model, held_out, train, limit, progress: voxels.report(model, train, held_out, limit),
}


# By layout, the figures that need training images, from which judges learn or with which they compare.
OF_TRAINING = {
    "unpaired": "likeness",
    "classes": "likeness and domain",
    "labelled": "likeness",
    "attributes": "flipped, unchanged and read of real",
    "voxels": "coverage and matching distance of training, nearest in training, nearest of held-out",
}


def evaluate(
    model, source: Source, limit: int = 500, progress: bool = True, train: Source | None = None
) -> dict[str, Estimate]:
    """Figures with 95 % intervals, by the protocol of the source's `layout` ("paired" where it states none); of a source that
    knows all right answers, and of pairs where the model reads styles, those of several samples, too.

    train: the model's training source, from which the linear judges of looks learn; without it the figures `OF_TRAINING` are
    left out. It is never `source` itself, since a judge would then know the images that it judges.
    Raises TooFew below 4 images, DataError where the model knows other domains, or where no figure is left.
    """
    figures = PROTOCOLS[_kind(model, source)](model, source, train, limit, progress)
    answers = multimodal.answering(model, source)
    return figures | (multimodal.report(model, answers, limit, progress) if answers else {})


def _kind(model, source: Source) -> str:
    """By which of PROTOCOLS a source is measured."""
    layout = getattr(source, "layout", "paired")
    # What finds classes by itself translates nothing: what its code tells is measured.
    if layout == "classes" and getattr(getattr(model, "method", None), "alone", False):
        return "codes"
    return "attributes" if getattr(source, "facts", {}).get("attributes") else layout


def without_training(model, source: Source) -> str:
    """What `evaluate` leaves out without training images, in words for a sentence; "" where that is nothing."""
    drawn = hasattr(source, "edited")  # their attributes are read by a judge of their own
    return "" if drawn else OF_TRAINING.get(_kind(model, source), "")


def counted(source: Source) -> str:
    """What a source has many of, in a word for a sentence: pictures, or shapes."""
    return "shapes" if getattr(source, "layout", "") == "voxels" else "pictures"


def sampled(model, source: Source, limit: int = 500) -> str:
    """What to say after the number of images that a model is judged by: of how many of them several samples are."""
    if not multimodal.answering(model, source):
        return ""
    return f", {multimodal.SAMPLES} samples for each of {len(multimodal.inputs(source, limit))} of them"


def evaluate_apart(
    model, source: Source, train: Source, limit: int = 500, progress: bool = True
) -> tuple[str, dict[str, Estimate]] | None:
    """(which images, their figures) of those without a near twin in training (see `twins`).

    None where the sources do not tell, where no image has a near twin, or where fewer than 10 would be left.
    """
    rest = without_twins(source, train)
    if rest is None or rest is source or held(rest) < 10:
        return None
    told = f"{min(limit, held(rest))} held-out pictures without a near twin in training{sampled(model, rest, limit)}"
    return told, evaluate(model, rest, limit, progress, train)


def held(source: Source) -> int:
    """How many images there are to judge by: of several sides or domains, the smallest counts."""
    return source.fewest() if hasattr(source, "fewest") else len(source)
