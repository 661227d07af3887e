"""Small pieces of HTML that all tabs share, and the style sheets and scripts that lie beside their modules.

HTML is Markup, made by `Markup("<b>{}</b>").format(value)` and joined by `Markup("").join(parts)`: whatever is a plain
string is escaped on its way in, here as everywhere in the tabs, so that a name that holds a tag is shown as it is written.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import gradio as gr
from markupsafe import Markup
from PIL import Image

from i2i.papers import PAPERS, Paper

from . import words
from .urls import light_url


@cache
def text(module: str, name: str) -> str:
    """What a file beside a module (its `__file__`) holds."""
    return Path(module).with_name(name).read_text(encoding="utf-8")


def style(module: str, *names: str) -> Markup:
    """HTML of the style sheets NAME.css beside a module."""
    sheets = "".join(text(module, f"{name}.css") for name in names)
    return Markup("<style>\n{}</style>").format(Markup(sheets))  # noqa: S704  files of ours, no text of others


def html(value: str, name: str, kind: str = "bare") -> gr.HTML:
    """HTML that events change. name: its id on the page; kind: its classes."""
    return gr.HTML(value, apply_default_css=False, elem_id=name, elem_classes=kind)


def fetched(name: str) -> str:
    """JavaScript of an event: the browser fetches the file of the hidden DownloadButton with this id."""
    there = ", ".join(f"#{name} {tag}, {tag}#{name}" for tag in ("a", "button"))
    return f"() => {{ const a = document.querySelector('{there}'); if (a) a.click(); }}"


def label(text: str) -> gr.HTML:
    return gr.HTML(label_of(text), apply_default_css=False, elem_classes="bare")


def label_of(text: str) -> Markup:
    """HTML of a label, for one that changes."""
    return Markup('<h2 class="label">{}</h2>').format(text)


def data_url(image: Image.Image) -> str:
    """The image as a PNG data URL: shown at once, and nothing is kept on the server."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def result(image: Image.Image | None, alt: str, caption: str, name: str, passing: bool = False) -> Markup:
    """HTML of a made image with its caption and a download; without an image, of the caption in its place.

    passing: another one follows at once, so this one may lose a little and weighs a tenth."""
    if image is None:
        return Markup('<figure class="result"><div class="void">{}</div></figure>').format(caption)
    return Markup(
        '<figure class="result"{mark}><img src="{url}" alt="{alt}"><figcaption><span>{caption}</span>'
        '<a href="{url}" download="{name}">{download}</a></figcaption></figure>'
    ).format(
        mark=Markup(" data-passing") if passing else "", url=light_url(image) if passing else data_url(image), alt=alt, caption=caption, name=name,
        download=words.DOWNLOAD,
    )  # fmt: skip


def saving(where: str, name: str, text: str = words.SAVE) -> gr.HTML:
    """A button that saves the pictures in an element (a CSS selector) as one PNG. The file's name begins with `name`, and goes on
    with what the address says: model, example, seed."""
    return gr.HTML(
        Markup('<button type="button" class="quiet save" data-save="{}" data-name="{}">{}</button>').format(
            where, name, text
        ),
        apply_default_css=False,
        elem_classes="bare",
    )


def figure(image: Image.Image, alt: str, caption: str) -> Markup:
    """HTML of an image with a caption below it."""
    return captioned(data_url(image), alt, caption)


def captioned(url: str, alt: str, caption: str) -> Markup:
    """`figure` for an image that is an address already."""
    return Markup('<figure><img src="{}" alt="{}"><figcaption>{}</figcaption></figure>').format(
        url, alt, caption
    )


def note(kind: str, text: str) -> Markup:
    """HTML of a tinted note; kind "notice" or "predict"."""
    return Markup('<p class="note {}">{}</p>').format(kind, text)


def notice(text: str) -> Markup:
    """HTML of the note that says what to notice."""
    return note("notice", words.NOTICE.format(text=text))


def stack(*parts: str) -> Markup:
    """HTML of parts one below the other; empty ones take no room."""
    return Markup('<div class="stack">{}</div>').format(Markup("").join(parts))


def terms(parts: Iterable[str]) -> Markup:
    """HTML of the live terms of an objective, each in a box of its own."""
    boxes = Markup("").join(Markup("<div>{}</div>").format(part) for part in parts)
    return Markup('<div class="terms">{}</div>').format(boxes)


def table(heads: list[tuple[str, str]], rows: list[tuple[str, bool, list[tuple[str, bool]]]]) -> Markup:
    """HTML of figures. heads: of the columns, each with what it means; rows: a title, whether the row is the chosen one,
    and its figures, each with whether it is the best of its kind."""
    head = Markup("").join(
        Markup('<th scope="col" title="{}">{}</th>').format(why, text) for text, why in heads
    )
    body = Markup("").join(
        Markup('<tr{}><th scope="row">{}</th>{}</tr>').format(
            " class=chosen" if chosen else "",
            title,
            Markup("").join(
                Markup("<td{}>{}</td>").format(" class=best" if best else "", figure)
                for figure, best in figures
            ),
        )
        for title, chosen, figures in rows
    )
    return Markup(
        '<div class="numbers"><table><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, body)


def paper_links(*keys: str, also: str = "", notebooks: tuple[str, ...] = ()) -> gr.HTML:
    """A line of links to the papers of PAPERS, each once, and their notebooks.

    also: text to stand before the notebooks.  notebooks: stems of others that belong here.
    """
    by_title: dict[str, list[Paper]] = {}
    for key in keys:
        by_title.setdefault(PAPERS[key].title, []).append(PAPERS[key])
    anchors = Markup("").join(
        Markup('<a href="{}" title="{}" target="_blank" rel="noopener">{}</a>').format(
            found[0].url,
            words.PAPER_APPEARED.format(title=title, appeared=found[0].appeared),
            words.PAPER.format(
                names=words.both(p.name for p in found), cited=found[0].cited, year=found[0].year
            ),
        )
        for title, found in by_title.items()
    )
    stems = list(dict.fromkeys(filter(None, [*(PAPERS[key].notebook for key in keys), *notebooks])))
    if stems:
        also = Markup("{} {}").format(also, words.notebooks(stems))
    return gr.HTML(
        Markup('<p class="links">{}<span class="small">{}</span></p>').format(anchors, also.strip()),
        apply_default_css=False,
        elem_classes="bare",
    )
