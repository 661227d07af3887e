"""The page's address: how a control writes into it, and how what a visitor's address says is read.

Nothing in an address is trusted: what cannot be read counts as absent, and a number out of range is brought into it, with a
sentence on the page.
"""

from __future__ import annotations

from collections.abc import Mapping

import gradio as gr

from . import words

_LONGEST = 6  # digits: nobody means a longer number


def remember(key: str, otherwise: object = "") -> str:
    """JavaScript of an event with one value: from then on the address says it as `key`; the value `otherwise` leaves it."""
    return f"""value => {{ const url = new URL(window.location), text = String(value ?? '');
text === '{otherwise}' || text === '' ? url.searchParams.delete('{key}') : url.searchParams.set('{key}', text);
window.history.replaceState(null, '', url); }}"""


def asks(wish: Mapping[str, str], tab: str, keys: set[str]) -> bool:
    """Whether an address has something to say to a tab: its name, or none, as the page's script writes it, and one of `keys`."""
    return _slug(wish.get("tab", tab)) == _slug(tab) and bool(keys & set(wish))


def _slug(text: str) -> str:
    return text.strip().lower().replace(" ", "-")


def number(wish: Mapping[str, str], key: str, low: int, high: int, otherwise: int) -> int:
    """The whole number `key` of an address, from low to high; `otherwise` where there is none."""
    text = wish.get(key) or ""
    if not (text.isdecimal() and text.isascii() and len(text) <= _LONGEST):
        return otherwise
    asked = int(text)
    if not low <= asked <= high:
        near = min(max(asked, low), high)
        gr.Info(words.NEAR.format(key=key, asked=asked, low=low, high=high, near=near))
        return near
    return asked
