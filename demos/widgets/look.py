"""Small pieces of HTML that all tabs share, and the style sheets and scripts that lie beside their modules."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import gradio as gr
from PIL import Image

from i2i.papers import PAPERS, Paper


@cache
def text(module: str, name: str) -> str:
    """What a file beside a module (its `__file__`) holds."""
    return Path(module).with_name(name).read_text(encoding="utf-8")


def style(module: str, *names: str) -> str:
    """HTML of the style sheets NAME.css beside a module."""
    return f"<style>\n{''.join(text(module, f'{name}.css') for name in names)}</style>"


def label(text: str) -> gr.HTML:
    return gr.HTML(
        f'<h2 class="label">{html.escape(text)}</h2>', apply_default_css=False, elem_classes="bare"
    )


def data_url(picture: Image.Image) -> str:
    """The picture as a PNG data URL: shown at once, and nothing is kept on the server."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def result(picture: Image.Image | None, alt: str, caption: str, name: str) -> str:
    """HTML of a made picture with its caption and a download; without a picture, of the caption in its place."""
    if picture is None:
        return f'<figure class="result"><div class="void">{html.escape(caption)}</div></figure>'
    url = data_url(picture)
    return (
        f'<figure class="result"><img src="{url}" alt="{html.escape(alt)}"><figcaption><span>{html.escape(caption)}</span>'
        f'<a href="{url}" download="{html.escape(name)}">Download</a></figcaption></figure>'
    )


def figure(picture: Image.Image, alt: str, caption: str) -> str:
    """HTML of a picture with a caption below it, which is trusted HTML."""
    return f'<figure><img src="{data_url(picture)}" alt="{html.escape(alt)}"><figcaption>{caption}</figcaption></figure>'


def note(kind: str, text: str) -> str:
    """HTML of a tinted note; kind "notice" or "predict"; text is trusted HTML."""
    return f'<p class="note {kind}">{text}</p>'


def stack(*parts: str) -> str:
    """HTML of parts one below the other; empty ones take no room."""
    return f'<div class="stack">{"".join(parts)}</div>'


def paper_links(*keys: str, also: str = "", notebooks: tuple[str, ...] = ()) -> gr.HTML:
    """A line of links to the papers of PAPERS, each once, and their notebooks.

    also: HTML to stand before the notebooks.  notebooks: stems of others that belong here.
    """
    by_title: dict[str, list[Paper]] = {}
    for key in keys:
        by_title.setdefault(PAPERS[key].title, []).append(PAPERS[key])
    anchors = "".join(
        f'<a href="{html.escape(found[0].url)}" title="{html.escape(f"{title}. {found[0].appeared}")}" target="_blank" rel="noopener">'
        f"{html.escape(f'{both(p.name for p in found)}: {found[0].cited} {found[0].year}')}</a>"
        for title, found in by_title.items()
    )
    stems = list(dict.fromkeys(filter(None, [*(PAPERS[key].notebook for key in keys), *notebooks])))
    if stems:
        also += f" Notebook{'s' * (len(stems) > 1)}: <code>make notebook</code>, {both(stems)}"
    return gr.HTML(
        f'<p class="links">{anchors}<span class="small">{also.strip()}</span></p>',
        apply_default_css=False,
        elem_classes="bare",
    )


def both(words: Iterable[str]) -> str:
    """Words as a sentence lists them: "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
