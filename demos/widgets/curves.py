"""Small lines of numbers over time, each with its last value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from . import words

_INKS = {"gan": "var(--violet)", "l1": "var(--orange)"}


def curves(terms: Iterable[tuple[str, str, Sequence[float]]]) -> Markup:
    """HTML of terms (kind, text, values); a kind has the colour that it has in an equation. "" without values."""
    cells = [_curve(*term) for term in terms if len(term[2])]
    return Markup('<div class="curve">{}</div>').format(Markup("").join(cells)) if cells else Markup("")


def _curve(kind: str, text: str, values: Sequence[float]) -> Markup:
    top = max(values) or 1.0
    line = " ".join(
        f"{100 * i / max(1, len(values) - 1):.1f},{36 - 32 * v / top:.1f}" for i, v in enumerate(values)
    )
    return Markup(
        '<figure><svg viewBox="0 0 100 38" preserveAspectRatio="none" role="img" aria-label="{read}">'
        '<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.6" vector-effect="non-scaling-stroke"/></svg>'
        "<figcaption>{text} <strong>{last:.2f}</strong></figcaption></figure>"
    ).format(
        read=words.CURVE.format(text=text, first=values[0], last=values[-1]), line=line, colour=_INKS[kind], text=text, last=values[-1]
    )  # fmt: skip
