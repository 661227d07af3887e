"""A claim about the gallery's own nets: what each makes of one drawing that has several right answers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from ..measure import multimodal
from ..methods.pix2pix import Pix2Pix
from ..recipes import RECIPES
from ..run.pipeline import Model, load, shipped
from .claim import Claim, Comparison, Figures, NotReady, Stated
from .kept import kept

DATA = replace(
    RECIPES["bicyclegan-emoji"], method="pix2pix", config={}
)  # the pairs, of which y is one right answer

# Rows of the table: a shipped net, and the controls that it is asked with.
NETS: dict[str, tuple[str, dict]] = {
    "BicycleGAN": ("bicyclegan-emoji", {}),
    **{f"bridge, {n} step{'s' * (n > 1)}": ("bridge-emoji", {"steps": n}) for n in (1, 2, 4)},
    **{f"diffusion, {n} step{'s' * (n > 1)}": ("diffusion-emoji", {"steps": n}) for n in (1, 5, 20)},
}
DROPOUT = "pix2pix with dropout"
COLUMNS = {
    "diversity": "diversity",
    "sample to answer": "sample to answer",
    "answer to sample": "answer to sample",
    "answers met": "answers met",
    "samples KD-i2i": "KD-i2i",
    "lines kept": "lines kept",
    "style error": "style error",
    "style spread": "style spread",
    "ms a sample": "ms a sample",
}


@cache
def with_dropout() -> Model:
    """pix2pix on the same pairs, as wide as BicycleGAN's G, with the paper's dropout as its only noise."""
    sizes = {"width": 24, "cap": 112, "depth": 6, "up": "resized", "patch_layers": 2, "patch_width": 32}
    config = Pix2Pix.Config(**sizes, steps=6_000)
    return kept(
        "answers pix2pix", lambda: Pix2Pix(config), lambda: DATA.source("train"), seed=0, batch=4, size=64
    )


def several_answers() -> Figures:
    """Of all held-out inputs up to 100, 20 samples each."""
    here = {row: net for row, net in NETS.items() if net[0] in shipped()}
    if "BicycleGAN" not in here:
        raise NotReady("it compares shipped nets, and bicyclegan-emoji is not here.")
    source, found = DATA.source("test"), {}
    models = {DROPOUT: (with_dropout(), {})}
    models |= {row: (load(name, precision="fp32"), controls) for row, (name, controls) in here.items()}
    for row, (model, controls) in models.items():
        figures = multimodal.report(model, source, progress=False, **controls)
        found |= {f"{row} | {told}": figures[name].value for name, told in COLUMNS.items() if name in figures}
        found["right answers | diversity"] = figures["diversity of answers"].value
        found["right answers | lines kept"] = figures["lines of answers"].value
    return found


_MARGIN = 0.01


def _as_different(row: str, part: float) -> Comparison:
    return Comparison(
        f"{row} | diversity", "right answers | diversity", times=part, margin=_MARGIN, if_measured=True
    )


ANSWERS: dict[str, Claim] = {
    "several-answers": Claim(
        "a drawing has many right answers: with dropout for its noise pix2pix gives nearly one; a code, a bridge and diffusion "
        "give many",
        Stated("BicycleGAN; flow matching; diffusion"),
        "the samples of pix2pix are less than a quarter as diverse as the right answers; those of BicycleGAN, of the bridge in "
        "four steps and of diffusion in twenty at least half as diverse; and a bridge of one step gives one answer",
        several_answers,
        (
            Comparison("right answers | diversity", f"{DROPOUT} | diversity", times=4, margin=_MARGIN),
            *(_as_different(row, 0.5) for row in ("BicycleGAN", "bridge, 4 steps", "diffusion, 20 steps")),
            Comparison(1e-4, "bridge, 1 step | diversity", exact=True, if_measured=True),
        ),
        40,
        also="held-out concepts only; distances are PD-i2i, of a net of our own; milliseconds on the machine that measured, one "
        "thread; consecutive samples, as BicycleGAN's authors compare them",
    ),
}
