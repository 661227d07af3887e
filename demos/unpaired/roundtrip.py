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
from .objective import METHOD_TEXTS

GAIN = 4  # how much differences are amplified to be seen
LEVELS = (0, 2, 4, 8, 16, 32, 64)  # of noise, in grey levels of 255, for the curve
_HIDDEN = (
    1.2  # a return that loses this many times the noise's own size read something that the noise wiped out
)


_HEADING = Markup('<h2 class="label">{}</h2>')
_HIDES = Markup(
    'the <a href="https://arxiv.org/abs/1712.02950" target="_blank" rel="noopener">hidden signal</a> of cycles'
)


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
    at, told = "xy".index(trip.direction[0]), METHOD_TEXTS[trip.model.kind]
    return told.source[at], told.over[at], told.back[at]


def shown(trip: Trip, back: Tensor) -> Markup:
    """HTML: the row without noise."""
    x, made, returned = _letters(trip)
    miss = l1(trip.cut(back), trip.cut(trip.source)).item()
    return _HEADING.format("The cycle: translation and return") + _row(
        figure(trip.image(trip.source), "the picture", Markup("<b>{}</b>").format(x)),
        figure(trip.image(trip.made), "its translation", Markup("<b>{}</b>").format(made)),
        figure(trip.image(back), "its return", Markup("<b>{}</b>").format(returned)),
        figure(
            trip.image(_difference(back, trip.source)), f"the difference of picture and return, {miss:.3f} on average",
            Markup("<b>|{} − {}|</b> × {}<br>mean <strong>{:.3f}</strong>").format(x, returned, GAIN, miss),
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
            trip.image(given[now]), f"the translation with noise of {level:g} grey levels",
            Markup("<b>{} + noise</b><br>of mean size {:.3f}").format(made, size),
        ),
        figure(trip.image(back[now]), "what comes back", Markup("<b>comes back as</b>")),
        figure(
            trip.image(_difference(back[now : now + 1], trip.source)), f"the difference, {miss:.3f} on average",
            Markup("<b>difference</b> × {}<br>mean <strong>{:.3f}</strong>, was {:.3f}").format(GAIN, miss, clean),
        ),
    )  # fmt: skip
    if not level:
        return stack(
            row,
            note(
                "predict",
                Markup(
                    "<b>Predict first.</b> Noise of 8 levels can hardly be seen. What will it do to the return? Move the slider."
                ),
            ),
        )
    lost = miss - clean
    cost = f"Noise of mean size {size:.3f} costs the return {max(0.0, lost):.3f}"
    if lost > _HIDDEN * size:
        verdict = Markup(
            "{cost}, which is more than the noise itself. Part of {x} travelled in details of {made} too faint for the eye and for the "
            "discriminator, and noise wipes them out: {hides}."
        )
    else:
        verdict = Markup(
            "{cost}, which is not more than the noise itself: this return depends on what can be seen in {made}. A net that trains longer may learn to write "
            "what {made} cannot show into details that are too faint to see. Then a little noise ruins the return: {hides}."
        )
    return stack(row, notice(verdict.format(cost=cost, x=x, made=made, hides=_HIDES)))


def _row(*cells: Markup) -> Markup:
    return Markup('<div class="trip">{}</div>').format(Markup("").join(cells))


def _curve(levels: list[float], misses: list[float], now: int) -> Markup:
    """HTML: the return's error over the level of noise, the present one marked."""
    top = max(0.1, *misses) * 1.15

    def at(level: float) -> float:
        return 14 + 80 * (level / levels[-1]) ** 0.5

    points = [(at(a), 84 - 72 * m / top) for a, m in zip(levels, misses, strict=True)]
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    told = ", ".join(f"{m:.2f} at {a:g}" for a, m in zip(levels, misses, strict=True))
    ticks = Markup("").join(
        Markup('<text x="{:.1f}" y="94" text-anchor="middle">{}</text>').format(at(a), a)
        for a in (0, 4, 16, 64)
    )
    (a, b), height = points[now], points[-1][1]
    return Markup(
        '<figure><svg viewBox="-6 2 106 100" role="img" aria-label="error of the return by noise level: {told}">'
        '<path d="M14 12V84H96" fill="none" stroke="var(--line)"/>'
        '<polyline points="{line}" fill="none" stroke="var(--orange)" stroke-width="2"/>'
        '<circle cx="{a:.1f}" cy="{b:.1f}" r="3.4" fill="var(--orange)"/>'
        '<text x="11" y="{last:.1f}" text-anchor="end">{miss:.2f}</text>{ticks}</svg>'
        "<figcaption><b>error of the return</b><br>over the noise</figcaption></figure>"
    ).format(told=told, line=line, a=a, b=b, last=height + 2, miss=misses[-1], ticks=ticks)


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
        '<svg viewBox="4 4 96 92" role="img" '
        'aria-label="distances of {} pairs before and after translation; correlation {:.2f}">'
        '<path d="M16 8V84H96" fill="none" stroke="var(--line)"/><path d="M16 84L96 8" stroke="var(--line)" stroke-dasharray="2 2"/>'
        '<g fill="var(--violet)">{}</g><text x="96" y="92" text-anchor="end">|xᵢ − xⱼ|</text>'
        '<text x="12" y="8" transform="rotate(-90 12 8)" text-anchor="end">|G(xᵢ) − G(xⱼ)|</text></svg>'
    ).format(len(near), r, dots)
    says = note(
        "notice",
        Markup(
            "<b>One-sided: there is no way back.</b> {} has G and D and nothing else, so there is no F(G(x)) to show. "
            "Instead, each dot is a pair of the {} examples: how far apart they were, and how far apart their translations are. "
            "If G painted the same picture for all, every dot would lie on the lower axis."
        ).format(PAPERS[model.kind].name, count),
    )
    number = Markup('<p class="terms"><span>correlation r</span> <strong>{:.2f}</strong></p>').format(r)
    rows = []
    for word, pair in (("farthest", near.argmax()), ("nearest", near.argmin())):
        i, j = torch.triu_indices(count, count, 1)[:, pair].tolist()
        told = (
            Markup("<b>the {} pair</b><br>apart by <strong>{:.3f}</strong>").format(word, near[pair].item()),
            "",
            Markup("<b>translated</b><br>apart by <strong>{:.3f}</strong>").format(far[pair].item()),
            "",
        )
        shown = (before[i], before[j], after[i], after[j])
        alts = (f"one of the {word} pair", "the other", "the one translated", "the other translated")
        rows.append(_row(*(figure(to_image(p), a, t) for p, a, t in zip(shown, alts, told, strict=True))))
    return _HEADING.format("In place of a way back: distances") + stack(
        Markup('<div class="kept">{}{}</div>').format(plot, stack(number, says)), *rows
    )
