"""The Map: the papers of the five lectures by family, and an index from lecture topics to what is here."""

from __future__ import annotations

import gradio as gr
from markupsafe import Markup

from i2i.claims import CLAIMS
from i2i.methods import METHODS
from i2i.papers import FAMILIES, LECTURES, PAPERS, Paper, Row, index
from i2i.run.pipeline import cards

from ..attributes import people as attributes
from ..inpainting import tab as inpainting
from ..multimodal import tab as multimodal
from ..paired import tab as paired
from ..superres import tab as superres
from ..unpaired import scene
from ..unpaired.subjects import SUBJECTS
from ..voxels import shapes as voxels
from ..widgets import look, strip

# Tabs that are in the app, by whether anything of theirs is in this copy; a paper whose tab is none of these is to come.
_TABS = {
    "Paired": paired.available,
    "Unpaired": scene.available,
    "Multimodal": multimodal.available,
    "3D voxels": voxels.available,
    "Attributes": attributes.available,
    "Inpainting": inpainting.available,
    "Super-resolution": superres.available,
}

_BOOKS = 3  # as many notebooks are named in one row


def _there() -> set[str]:
    return {tab for tab, available in _TABS.items() if available()}


def _tab_of() -> dict[str, str]:
    """Key of a system -> the tab that shows it, of those with a model in this copy."""
    shipped, there = {config["method"] for config in cards().values()}, _there()
    return {key: p.tab for key, p in PAPERS.items() if key in METHODS and key in shipped and p.tab in there}


def _paper(paper: Paper, tab_of: dict[str, str]) -> Markup:
    text = Markup("<b>{}</b><i>{}</i><span>{}</span>").format(paper.name, paper.appeared, paper.idea)
    cited = f"{paper.cited}: {paper.title}"
    if paper.key in tab_of:
        return Markup(
            '<li><button type="button" class="paper here" title="{}" data-go="{}">{}</button></li>'
        ).format(cited, tab_of[paper.key], text)
    return Markup(
        '<li><a class="paper" title="{}" href="{}" target="_blank" rel="noopener">{}</a></li>'
    ).format(cited, paper.url, text)


def _families(tab_of: dict[str, str]) -> Markup:
    shown = []
    for name, motto in FAMILIES.items():
        papers = sorted((p for p in PAPERS.values() if p.family == name), key=lambda p: p.year)
        entries = Markup("").join(_paper(p, tab_of) for p in papers)
        shown.append(
            Markup("<section><h2>{}<small>{}</small></h2><ul>{}</ul></section>").format(name, motto, entries)
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
        books = Markup('<span class="books">{} notebooks</span>').format(len(row.notebooks))
    measured = Markup(" ").join(
        Markup('<code title="{}">{}</code>').format(CLAIMS[c].says, c) for c in row.claims
    )
    slide = Markup("<td class=at>{}</td>").format(row.at) if timed else ""
    return Markup(
        "<tr>{}<td>{} <span class=systems>{}</span></td><td>{}</td><td>{}</td><td>{}</td></tr>"
    ).format(slide, row.topic, systems, tabs or Markup("<em>to come</em>"), books, measured)


def _index(tab_of: dict[str, str]) -> Markup:
    lectures, there = [], _there()
    for lecture in LECTURES.values():
        rows = index(lecture.key)
        lectures.append(
            Markup(
                "<details{}><summary><b>{}</b><span>{}</span><i>{} topics</i></summary><table><thead><tr>{}"
                "<th>Topic</th><th>Tab</th><th>Notebook</th><th>Claims measured</th></tr></thead><tbody>{}</tbody></table></details>"
            ).format(
                " open" * (not lectures), lecture.title, lecture.lecturer, len(rows),
                Markup("<th>Slide</th>") if lecture.timed else "",
                Markup("").join(_row(row, lecture.timed, tab_of, there) for row in rows),
            )
        )  # fmt: skip
    return Markup(
        '<div class="index"><h2 class="label">From the lectures to what is here</h2>{}'
        '<p class="small"><code>make notebook</code> opens the notebooks; <code>python -m i2i claims NAME</code> prints what was measured.</p></div>'
    ).format(Markup("").join(lectures))


def _hero() -> Markup:
    """A few examples of each tab; nothing that would have to be read from disk first."""
    night = (
        scene.thumbnails("icons", scene.methods("icons")[0], "xy")[:1] if "icons" in scene.available() else ()
    )
    each = 1 if night else 2
    found = [
        ("Paired", paired.SUBJECTS[key].title, e)
        for key in paired.available()
        for e in paired.thumbnails(key)[:each]
    ]
    found += [("Unpaired", SUBJECTS["icons"].title, e) for e in night]
    if multimodal.available():
        drawing, answers = (strip.thumbnail(p) for p in multimodal.before_and_after())
        found.append(
            ("Multimodal", "many right answers", {"name": "a drawing", "before": drawing, "after": answers})
        )
    if superres.available():
        small, large = (strip.thumbnail(p) for p in superres.before_and_after())
        found.append(
            (
                "Super-resolution",
                "four times larger",
                {"name": "part of a photograph", "before": small, "after": large},
            )
        )
    shown = Markup("").join(
        Markup(
            '<button type="button" data-go="{tab}"><span><img src="{before}" alt="input: {name}"><em>→</em>'
            '<img src="{after}" alt="made: {name}"></span>{tab}: {title}</button>'
        ).format(tab=tab, title=title, **e)
        for tab, title, e in found
    )
    return Markup('<div class="hero">{}</div>').format(shown)


def tab() -> None:
    """Build the Map."""
    here = _tab_of()
    with gr.Tab("Map", id="map"):
        gr.HTML(
            Markup(
                '<p class="lead"><b>Turn one image into another.</b> Which method you need depends on the examples that you have. Of the {} '
                "systems below, the {} in violet run here; the others are to come, and open their paper.</p>{}{}{}"
            ).format(len(PAPERS), len(here), _hero(), _families(here), _index(here)),
            css_template=look.text(__file__, "tab.css"), js_on_load=look.text(__file__, "tab.js"), apply_default_css=False, elem_id="map", elem_classes="bare",
        )  # fmt: skip


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
