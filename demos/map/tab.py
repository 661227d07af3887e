"""The Map: the papers of the five lectures by family, and an index from lecture topics to what is here."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from markupsafe import Markup

from i2i.claims import CLAIMS
from i2i.methods import METHODS
from i2i.papers import FAMILIES, LECTURES, PAPERS, Paper, Row, index
from i2i.run.pipeline import cards

from ..attributes import tab as attributes_tab
from ..attributes import worlds as attributes
from ..failures import tab as failures
from ..inpainting import tab as inpainting
from ..live import tab as training
from ..multimodal import tab as multimodal
from ..paired import tab as paired
from ..superres import tab as superres
from ..unpaired import scene
from ..unpaired import tab as unpaired
from ..voxels import shapes as voxels
from ..voxels import tab as voxels_tab
from ..widgets import look, strip
from ..widgets.cover import Cover
from ..work.openings import opening
from . import live, words

# Tabs that are in the app, by whether anything of theirs is in this copy; a paper whose tab is none of these is to come.
_TABS = {
    "Paired": paired.available,
    "Unpaired": scene.available,
    "Multimodal": multimodal.available,
    "3D voxels": voxels.available,
    "Attributes": attributes.available,
    "Inpainting": inpainting.available,
    "Super-resolution": superres.available,
    "Failures": failures.available,
    "Train live": training.available,
}

_FIRST = "00_gans_in_ten_minutes"  # the notebook that the others presuppose
_BOOKS = 3  # as many notebooks are named in one row


def _there() -> set[str]:
    return {tab for tab, available in _TABS.items() if available()}


def _tab_of() -> dict[str, str]:
    """Key of a system -> the tab that shows it, of those with a model in this copy."""
    shipped, there = {config["method"] for config in cards().values()}, _there()
    return {key: p.tab for key, p in PAPERS.items() if key in METHODS and key in shipped and p.tab in there}


def _place(key: str, tab: str) -> str:
    """Where a system is met in its tab: the tab's name, and that of the part which is its own, if there is one."""
    part = unpaired.part_of(key) if tab == "Unpaired" else ""
    return f"{tab}/{part}" if part else tab


# What an address says, beside the tab, to show one system of several; of other tabs the opening shows the one that they have.
_STATES: dict[str, Callable[[str], str]] = {
    "Unpaired": unpaired.state_of,
    "Multimodal": multimodal.state_of,
    "Super-resolution": superres.state_of,
}


def _state(key: str, tab: str) -> str:
    return _STATES[tab](key) if tab in _STATES and "/" not in _place(key, tab) else ""


def _paper(paper: Paper, tab_of: dict[str, str]) -> Markup:
    text = Markup("<b>{}</b><i>{}</i><span>{}</span>").format(paper.name, paper.appeared, paper.idea)
    cited = words.CITED.format(paper=paper.cited, title=paper.title)
    if paper.key in tab_of:
        return Markup(
            '<li><button type="button" class="paper here" title="{}" data-go="{}" data-state="{}">{}</button></li>'
        ).format(cited, _place(paper.key, tab_of[paper.key]), _state(paper.key, tab_of[paper.key]), text)
    return Markup(
        '<li><a class="paper" title="{}" href="{}" target="_blank" rel="noopener">{}</a></li>'
    ).format(cited, paper.url, text)


def _families(tab_of: dict[str, str]) -> Markup:
    shown = []
    for name, motto in FAMILIES.items():
        papers = sorted((p for p in PAPERS.values() if p.family == name), key=lambda p: p.year)
        entries = Markup("").join(_paper(p, tab_of) for p in papers)
        shown.append(
            Markup("<section class=view><h2>{}<small>{}</small></h2><ul>{}</ul></section>").format(
                name, motto, entries
            )
        )
    return Markup('<div class="map">{}</div>').format(Markup("").join(shown))


def _row(row: Row, timed: bool, tab_of: dict[str, str], there: set[str]) -> Markup:
    systems = Markup(" ").join(
        Markup('<span class="{}">{}</span>').format("here" if key in tab_of else "later", PAPERS[key].name)
        for key in row.systems
    )
    leads = dict.fromkeys(
        [*(tab_of[key] for key in row.systems if key in tab_of), *(tab for tab in row.tabs if tab in there)]
    )
    tabs = Markup(" ").join(
        Markup('<button type="button" data-go="{}">{}</button>').format(tab, tab) for tab in leads
    )
    books = Markup(" ").join(Markup("<code>{}</code>").format(notebook) for notebook in row.notebooks)
    if len(row.notebooks) > _BOOKS:
        many = words.NOTEBOOKS.format(count=len(row.notebooks))
        books = Markup('<span class="books">{}</span>').format(many)
    measured = Markup(" ").join(
        Markup('<code title="{}">{}</code>').format(CLAIMS[c].says, c) for c in row.claims
    )
    slide = Markup("<td class=at>{}</td>").format(row.at) if timed else ""
    return Markup(
        "<tr>{}<td>{} <span class=systems>{}</span></td><td>{}</td><td>{}</td><td>{}</td></tr>"
    ).format(slide, row.topic, systems, tabs or Markup("<em>{}</em>").format(words.TO_COME), books, measured)


def _index(tab_of: dict[str, str]) -> Markup:
    lectures, there = [], _there()
    heads = [words.TOPIC, words.TAB, words.NOTEBOOK, words.CLAIMS]
    for lecture in LECTURES.values():
        rows = index(lecture.key)
        lectures.append(
            Markup(
                "<details{}><summary><b>{}</b><span>{}</span><i>{}</i></summary><table><thead><tr>{}</tr></thead>"
                "<tbody>{}</tbody></table></details>"
            ).format(
                " open" * (not lectures), lecture.title, lecture.lecturer, words.TOPICS.format(count=len(rows)),
                Markup("").join(Markup("<th>{}</th>").format(head) for head in [words.SLIDE] * lecture.timed + heads),
                Markup("").join(_row(row, lecture.timed, tab_of, there) for row in rows),
            )
        )  # fmt: skip
    return Markup('<div class="index view"><h2 class="label">{}</h2>{}<p class="small">{}</p></div>').format(
        words.INDEX, Markup("").join(lectures), words.COMMANDS
    )


# What the tile of each tab shows, and a click on it opens the tab with.
_TILES: dict[str, Callable[[], Cover]] = {
    "Paired": paired.before_and_after,
    "Unpaired": scene.before_and_after,
    "Multimodal": multimodal.before_and_after,
    "3D voxels": voxels_tab.before_and_after,
    "Attributes": attributes_tab.before_and_after,
    "Inpainting": inpainting.before_and_after,
    "Super-resolution": superres.before_and_after,
    "Failures": failures.before_and_after,
    "Train live": training.before_and_after,
}


@opening
def _tile(tab: str) -> Markup:
    cover = _TILES[tab]()
    pictures = Markup("<em>→</em>").join(
        Markup('<img src="{}" alt="{}">').format(strip.thumbnail(picture), alt.format(tab=tab))
        for picture, alt in ((cover.before, words.BEFORE), (cover.after, words.AFTER))
    )
    return Markup(
        '<button type="button" data-go="{}" data-state="{}"><span>{}</span><b>{}</b>{}</button>'
    ).format(tab, cover.state, pictures, tab, words.TILES[tab])


def _hero() -> Markup:
    """A tile for each tab that is here."""
    there = _there()
    return Markup('<div class="hero scene">{}</div>').format(
        Markup("").join(_tile(tab) for tab in _TILES if tab in there)
    )


def tab() -> None:
    """Build the Map."""
    here = _tab_of()
    with gr.Tab("Map", id="map"):
        if live.available():
            live.card()
        gr.HTML(
            Markup(
                '<p class="lead">{}</p>{}<p class="lead">{}</p>{}{}'
            ).format(
                words.CHOOSE, _hero(), words.LEAD.format(systems=len(PAPERS), here=len(here), notebook=_FIRST), _families(here), _index(here),
            ),
            css_template=look.text(__file__, "tab.css"), apply_default_css=False, elem_id="map", elem_classes="bare",
        )  # fmt: skip


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
