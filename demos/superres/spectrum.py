"""The power spectrum of a picture and of what enlargers made of it: where the detail ends."""

from __future__ import annotations

import math

import torch
from markupsafe import Markup
from PIL import Image

from i2i.colour import luma
from i2i.metrics import power_spectrum
from i2i.pictures import to_tensor

from .enlargers import COLOURS, SCALE, title_of

_LEAST = 32  # px: of fewer, a spectrum says nothing
_BINS = 40
_LEFT, _RIGHT, _TOP, _LOW = 34, 396, 8, 168


def power(picture: Image.Image) -> torch.Tensor:
    """Of the brightness of the largest square in its middle, at 1, 2, ... cycles."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    y = luma(to_tensor(picture.crop((left, top, left + side, top + side))).double())
    # Without a window the borders, which do not fit together, would look like detail.
    window = torch.hann_window(side, periodic=False, dtype=y.dtype)
    return power_spectrum((y - y.mean()) * window * window[:, None])


def beyond(spectrum: torch.Tensor) -> float:
    """The power above what the input can hold."""
    return spectrum[len(spectrum) // SCALE :].sum().item()


def plot(pictures: dict[str, Image.Image]) -> Markup:
    """HTML of one line for each picture, and of how much lies beyond the input's limit. pictures: by column."""
    if not pictures or min(min(p.size) for p in pictures.values()) < _LEAST:
        return Markup('<p class="tell">Too small for a spectrum: 32 px of a result are the least.</p>')
    spectra = {key: power(p).clamp(min=1e-12) for key, p in pictures.items()}
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
    base = beyond(spectra["original"]) if "original" in spectra else max(map(beyond, spectra.values()))
    shares = {k: beyond(s) / max(base, 1e-12) for k, s in spectra.items()}
    told = ", ".join(f"{title_of(k)} {100 * s:.0f} %" for k, s in shares.items())
    against = "the original's" if "original" in spectra else "the strongest one's"
    legend = Markup("").join(
        Markup('<li><i style="background:{}"></i><span>{}</span><b>{:.0f} %</b></li>').format(
            COLOURS[k], title_of(k), 100 * s
        )
        for k, s in shares.items()
    )
    chart = Markup(
        '<svg viewBox="0 0 400 196" role="img" aria-label="power over cycles per picture; beyond what the input holds, in '
        'per cent of {against} power: {told}">'
        '<rect x="{limit:.1f}" y="{top}" width="{beyond:.1f}" height="{high}" fill="var(--lilac)"/>{grid}'
        '<path d="M{left} {top}V{low}H{right}" fill="none" stroke="var(--line)"/>{drawn}{ticks}'
        '<text x="{right}" y="{below}" text-anchor="end">cycles across the picture</text>'
        '<text x="{axis}" y="{above}">power, dB</text>'
        '<text x="{middle:.1f}" y="{lower}" text-anchor="middle">not in x</text></svg>'
    ).format(
        against=against, told=told, limit=limit, beyond=_RIGHT - limit, grid=grid, drawn=drawn, ticks=ticks,
        left=_LEFT, right=_RIGHT, top=_TOP, low=_LOW, high=_LOW - _TOP, below=_LOW + 26, axis=_LEFT + 5, above=_LOW - 6,
        middle=(limit + _RIGHT) / 2, lower=_TOP + 10,
    )  # fmt: skip
    return Markup(
        '<div class="spectrum">{}<ul class="legend">{}</ul></div>'
        '<p class="small">The tinted part lies beyond the pixels of x: whatever stands there was guessed. In per cent: how much '
        "of {} power each has there.</p>"
    ).format(chart, legend, against)
