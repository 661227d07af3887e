"""The cycle: an image, its translation, its return, what was lost, and what noise on the way does to that."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from markupsafe import Markup
from PIL import Image
from torch import Tensor

from i2i.images import to_image
from i2i.losses import l1
from i2i.measure.unpaired import directions
from i2i.metrics import distance_correlation
from i2i.papers import PAPERS
from i2i.run.pipeline import Model

from ..widgets.look import figure, note, notice, stack
from . import words
from .objective import FORMULAS

GAIN = 4  # how much differences are amplified to be seen
LEVELS = (0, 2, 4, 8, 16, 32, 64)  # of noise, in grey levels of 255, for the curve
_HIDDEN = (
    1.2  # a return that loses this many times the noise's own size read something that the noise wiped out
)


_HEADING = Markup('<h2 class="label">{}</h2>')
_STEGANOGRAPHY = "https://arxiv.org/abs/1712.02950"


@dataclass(frozen=True)
class Trip:
    """The net's canvas [1, 3, H, W] of an image and of its translation, the box of the image on it, milliseconds."""

    model: Model
    direction: str
    source: Tensor
    made: Tensor
    box: tuple[int, int, int, int]
    took: float

    def cut(self, canvas: Tensor) -> Tensor:
        left, top, right, bottom = self.box
        return canvas[..., top:bottom, left:right]

    def image(self, canvas: Tensor) -> Image.Image:
        return to_image(self.cut(canvas))

    @property
    def returns(self) -> bool:
        """Whether the method has a way back."""
        return len(directions(self.model)) == 2

    def back(self, made: Tensor) -> Tensor:
        """[B, 3, H, W] in the target domain -> the same in that of the source."""
        return self.model.translate(made, direction="yx" if self.direction == "xy" else "xy")


def travel(model: Model, image: Image.Image, direction: str) -> Trip:
    placed, start = model.place(image), time.perf_counter()
    made = over(model, placed.x, direction)
    return Trip(model, direction, placed.x, made, placed.box, 1e3 * (time.perf_counter() - start))


def over(model: Model, images: Tensor, direction: str) -> Tensor:
    """[B, 3, H, W] -> the same in the other domain."""
    return model.translate(images, **({"direction": direction} if "direction" in model.controls else {}))


def _difference(a: Tensor, b: Tensor) -> Tensor:
    """|a - b|, amplified, bright on black."""
    return (GAIN * (a - b).abs()).clamp(0, 2) - 1


def _letters(trip: Trip) -> tuple[str, str, str]:
    """The source, its translation and its return, as HTML in the paper's letters."""
    at, formula = "xy".index(trip.direction[0]), FORMULAS[trip.model.kind]
    return formula.source[at], formula.over[at], formula.back[at]


def shown(trip: Trip, back: Tensor) -> Markup:
    """HTML: the row without noise."""
    x, made, returned = _letters(trip)
    miss = l1(trip.cut(back), trip.cut(trip.source)).item()
    return _HEADING.format(words.CYCLE) + _row(
        figure(trip.image(trip.source), words.THE_PICTURE, Markup("<b>{}</b>").format(x)),
        figure(trip.image(trip.made), words.ITS_TRANSLATION, Markup("<b>{}</b>").format(made)),
        figure(trip.image(back), words.ITS_RETURN, Markup("<b>{}</b>").format(returned)),
        figure(
            trip.image(_difference(back, trip.source)), words.DIFFERENCE_ALT.format(miss=miss),
            words.DIFFERENCE.format(x=x, back=returned, gain=GAIN, miss=miss),
        ),
    )  # fmt: skip


def noisy(trip: Trip, level: float) -> Markup:
    """HTML: the row with noise of `level` grey levels on the translation, and the error over levels as a curve.

    The noise is the same for every image and level, but for its size; what leaves the range of colours is cut off,
    so that the image shown is what the way back was given.
    """
    x, made, returned = _letters(trip)
    pattern = torch.randn(trip.made.shape, generator=torch.Generator().manual_seed(0))
    levels = sorted({*LEVELS, level})
    given = torch.cat([(trip.made + pattern * at / 127.5).clamp(-1, 1) for at in levels])
    back = trip.back(given)
    misses = [l1(trip.cut(b[None]), trip.cut(trip.source)).item() for b in back]
    now = levels.index(level)
    clean, miss = misses[0], misses[now]
    size = l1(trip.cut(given[now : now + 1]), trip.cut(trip.made)).item()
    row = _row(
        _curve(levels, misses, now),
        figure(
            trip.image(given[now]), words.NOISY_ALT.format(level=level), words.NOISY.format(made=made, size=size),
        ),
        figure(trip.image(back[now]), words.BACK_ALT, words.BACK),
        figure(
            trip.image(_difference(back[now : now + 1], trip.source)), words.MISSED_ALT.format(miss=miss),
            words.MISSED.format(gain=GAIN, miss=miss, clean=clean),
        ),
    )  # fmt: skip
    if not level:
        return stack(row, note("predict", words.NO_NOISE))
    lost = miss - clean
    verdict = words.HIDDEN if lost > _HIDDEN * size else words.NOT_HIDDEN
    return stack(
        row,
        notice(verdict.format(size=size, lost=max(0.0, lost), x=x, made=made, paper=_STEGANOGRAPHY)),
    )


def _row(*cells: Markup) -> Markup:
    return Markup('<div class="trip">{}</div>').format(Markup("").join(cells))


def _curve(levels: list[float], misses: list[float], now: int) -> Markup:
    """HTML: the return's error over the level of noise, the present one marked."""
    top = max(0.1, *misses) * 1.15

    def at(level: float) -> float:
        return 14 + 80 * (level / levels[-1]) ** 0.5

    points = [(at(a), 84 - 72 * m / top) for a, m in zip(levels, misses, strict=True)]
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    ticks = Markup("").join(
        Markup('<text x="{:.1f}" y="94" text-anchor="middle">{}</text>').format(at(a), a)
        for a in (0, 4, 16, 64)
    )
    (a, b), height = points[now], points[-1][1]
    return Markup(
        '<figure><svg viewBox="-6 2 106 100" role="img" aria-label="{label}">'
        '<path d="M14 12V84H96" fill="none" stroke="var(--line)"/>'
        '<polyline points="{line}" fill="none" stroke="var(--orange)" stroke-width="2"/>'
        '<circle cx="{a:.1f}" cy="{b:.1f}" r="3.4" fill="var(--orange)"/>'
        '<text x="11" y="{last:.1f}" text-anchor="end">{miss:.2f}</text>{ticks}</svg>'
        "<figcaption>{caption}</figcaption></figure>"
    ).format(
        label=words.curve_label(zip(levels, misses, strict=True)), caption=words.CURVE, line=line, a=a, b=b, last=height + 2, miss=misses[-1], ticks=ticks,
    )  # fmt: skip


def distances(model: Model, before: Tensor, after: Tensor) -> Markup:
    """HTML: for a method without a way back, the distances that it keeps instead, over all pairs of the examples."""
    count = len(before)
    near, far = (torch.pdist(p.flatten(1), p=1) / p[0].numel() for p in (before, after))
    r = distance_correlation(before, after)
    top = max(near.max().item(), far.max().item()) * 1.05
    dots = Markup("").join(
        Markup('<circle cx="{:.1f}" cy="{:.1f}" r="1"/>').format(16 + 80 * a / top, 84 - 76 * b / top)
        for a, b in zip(near.tolist(), far.tolist(), strict=True)
    )
    plot = Markup(
        '<svg viewBox="4 4 96 92" role="img" aria-label="{}">'
        '<path d="M16 8V84H96" fill="none" stroke="var(--line)"/><path d="M16 84L96 8" stroke="var(--line)" stroke-dasharray="2 2"/>'
        '<g fill="var(--violet)">{}</g><text x="96" y="92" text-anchor="end">|xᵢ − xⱼ|</text>'
        '<text x="12" y="8" transform="rotate(-90 12 8)" text-anchor="end">|G(xᵢ) − G(xⱼ)|</text></svg>'
    ).format(words.DISTANCES_ALT.format(pairs=len(near), r=r), dots)
    says = note("notice", words.ONE_SIDED.format(method=PAPERS[model.kind].name, count=count))
    number = Markup('<p class="terms"><span>{}</span> <strong>{:.2f}</strong></p>').format(
        words.CORRELATION, r
    )
    rows = []
    for pair, caption, alt in (
        (near.argmax(), words.FARTHEST, words.FARTHEST_ALT),
        (near.argmin(), words.NEAREST, words.NEAREST_ALT),
    ):
        i, j = torch.triu_indices(count, count, 1)[:, pair].tolist()
        cells = (
            (before[i], alt, caption.format(far=near[pair].item())),
            (before[j], words.OTHER_ALT, ""),
            (after[i], words.PAIR_MADE_ALT, words.PAIR_MADE.format(far=far[pair].item())),
            (after[j], words.OTHER_MADE_ALT, ""),
        )
        rows.append(_row(*(figure(to_image(p), a, told) for p, a, told in cells)))
    return _HEADING.format(words.DISTANCES) + stack(
        Markup('<div class="kept">{}{}</div>').format(plot, stack(number, says)), *rows
    )
