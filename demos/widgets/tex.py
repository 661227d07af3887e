"""The papers' letters for a page: a small part of LaTeX as HTML, with a sentence's worth of words for a screen reader."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_SIGNS = {
    "log": "log", "lambda": "λ", "phi": "φ", "alpha": "α", "epsilon": "ε", "beta": "β", "gamma": "γ", "nabla": "∇", "to": "→", "cdot": "·", "ldots": "…", "|": "‖",
    "_": "_",
}  # fmt: skip


def tex(latex: str) -> Markup:
    """HTML of what `Symbol.latex` holds: letters, sub- and superscripts, the signs of `_SIGNS`, hats, upright names.

    ValueError for a command that is none of these: a page must not show a backslash.
    """
    text = re.sub(r"\\mathrm\{(\w+)\}", r"\1", latex)
    text = re.sub(r"\\hat\{(\w)\}", "\\1\u0302", text)
    text = str(escape(text.replace("-", "−").replace("'", "′")))
    text = re.sub(r"\\(\w+|[|_])\s?", lambda found: _sign(found[1], latex), text)
    text = text.replace("log (", "log(")
    for mark, tag in (("_", "sub"), ("^", "sup")):
        text = re.sub(rf"{re.escape(mark)}(?:\{{([^{{}}]*)\}}|(\w))", rf"<{tag}>\1\2</{tag}>", text)
    return Markup(text)  # noqa: S704  it was escaped above, and only tags of ours were added since


def _sign(name: str, latex: str) -> str:
    if name not in _SIGNS:
        raise ValueError(f"\\{name} in {latex!r} is not among the signs that a page can show.")
    return _SIGNS[name] + (" " if name in ("log", "|") else "")
