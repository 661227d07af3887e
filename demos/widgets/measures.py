"""What the names of measures mean, folded away below the numbers."""

from __future__ import annotations

from markupsafe import Markup

from . import words


def explained(*names: str) -> Markup:
    """HTML: a fold with what these measures mean."""
    parts = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(name, words.MEANS[name]) for name in names
    )
    return Markup('<details class="measures"><summary>{}</summary><dl>{}</dl></details>').format(
        words.MEASURES, parts
    )
