"""The power spectrum of an image and of what enlargers made of it: where the detail ends."""

from __future__ import annotations

import math

import torch
from markupsafe import Markup
from PIL import Image

from i2i.colour import luma
from i2i.images import to_tensor
from i2i.metrics import power_spectrum

from . import words
from .enlargers import COLOURS, SCALE, title_of

_LEAST = 32  # px: of fewer, a spectrum says nothing
_BINS = 40
_LEFT, _RIGHT, _TOP, _LOW = 34, 396, 8, 168


def power(image: Image.Image) -> torch.Tensor:
    """Of the brightness of the largest square in its middle, at 1, 2, ... cycles."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    y = luma(to_tensor(image.crop((left, top, left + side, top + side))).double())
    # Without a window the borders, which do not fit together, would look like detail.
    window = torch.hann_window(side, periodic=False, dtype=y.dtype)
    return power_spectrum((y - y.mean()) * window * window[:, None])


def beyond(spectrum: torch.Tensor) -> float:
    """The power above what the input can hold."""
    return spectrum[len(spectrum) // SCALE :].sum().item()


def plot(images: dict[str, Image.Image]) -> Markup:
    """HTML of one line for each image, and of how much lies beyond the input's limit. images: by column."""
    if not images or min(min(p.size) for p in images.values()) < _LEAST:
        return Markup('<p class="tell">{}</p>').format(words.SPECTRUM_TOO_SMALL)
    spectra = {key: power(p).clamp(min=1e-12) for key, p in images.items()}
    count = len(next(iter(spectra.values())))
    edges = torch.logspace(0, math.log10(count), min(_BINS, count) + 1).round().long().unique()
    middles = [((a + b - 1) / 2).item() for a, b in zip(edges, edges[1:], strict=False)]
    lines = {
        k: [10 * s[a - 1 : b - 1].mean().log10().item() for a, b in zip(edges, edges[1:], strict=False)]
        for k, s in spectra.items()
    }
    high = max(max(v) for v in lines.values())
    low = max(min(min(v) for v in lines.values()), high - 90)

    def across(cycles: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * math.log(max(1, cycles)) / math.log(max(2, count))

    def up(level: float) -> float:
        return _LOW - (_LOW - _TOP) * (max(level, low) - low) / max(1e-9, high - low)

    def line(key: str, levels: list[float]) -> Markup:
        points = " ".join(f"{across(m):.1f},{up(v):.1f}" for m, v in zip(middles, levels, strict=True))
        dashed = Markup('stroke-width="2.4" stroke-dasharray="5 3"')
        return Markup('<polyline points="{}" fill="none" stroke="{}" {} stroke-linejoin="round"/>').format(
            points, COLOURS[key], dashed if key == "original" else Markup('stroke-width="1.8"')
        )

    drawn = Markup("").join(line(key, levels) for key, levels in lines.items())
    limit = across(count / SCALE)
    ticks = Markup("").join(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(across(c), _LOW + 14, c)
        for c in (1, 4, 16, 64, 256)
        if c <= count
    )
    grid = Markup("").join(
        Markup(
            '<path d="M{} {:.1f}H{}" stroke="var(--line)" stroke-width=".6"/>'
            '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(_LEFT, up(v), _RIGHT, _LEFT - 5, up(v) + 3, v)
        for v in range(-200, 200, 20)
        if low <= v <= high
    )
    known = "original" in spectra
    base = beyond(spectra["original"]) if known else max(map(beyond, spectra.values()))
    shares = {k: beyond(s) / max(base, 1e-12) for k, s in spectra.items()}
    legend = Markup("").join(
        Markup('<li><i style="background:{}"></i><span>{}</span><b>{:.0f} %</b></li>').format(
            COLOURS[k], title_of(k), 100 * s
        )
        for k, s in shares.items()
    )
    chart = Markup(
        '<svg viewBox="0 0 400 196" role="img" aria-label="{alt}">'
        '<rect x="{limit:.1f}" y="{top}" width="{beyond:.1f}" height="{high}" fill="var(--lilac)"/>{grid}'
        '<path d="M{left} {top}V{low}H{right}" fill="none" stroke="var(--line)"/>{drawn}{ticks}'
        '<text x="{right}" y="{below}" text-anchor="end">{across}</text>'
        '<text x="{axis}" y="{above}">{up}</text>'
        '<text x="{middle:.1f}" y="{lower}" text-anchor="middle">{guessed}</text></svg>'
    ).format(
        alt=words.spectrum_alt({title_of(k): s for k, s in shares.items()}, known),
        across=words.SPECTRUM_ACROSS, up=words.SPECTRUM_UP, guessed=words.SPECTRUM_BEYOND,
        limit=limit, beyond=_RIGHT - limit, grid=grid, drawn=drawn, ticks=ticks,
        left=_LEFT, right=_RIGHT, top=_TOP, low=_LOW, high=_LOW - _TOP, below=_LOW + 26, axis=_LEFT + 5, above=_LOW - 6,
        middle=(limit + _RIGHT) / 2, lower=_TOP + 10,
    )  # fmt: skip
    return Markup('<div class="spectrum">{}<ul class="legend">{}</ul></div><p class="small">{}</p>').format(
        chart, legend, words.spectrum_told(known)
    )
