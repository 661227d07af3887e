"""The Map: the papers of the five lectures by family, and an index from lecture topics to what is here."""

from __future__ import annotations

import html

import gradio as gr

from i2i.claims import CLAIMS
from i2i.methods import METHODS
from i2i.papers import FAMILIES, LECTURES, PAPERS, Paper, Row, index
from i2i.run.pipeline import cards

from ..inpainting import tab as inpainting
from ..paired import tab as paired
from ..superres import tab as superres
from ..unpaired import scene
from ..unpaired.subjects import SUBJECTS
from ..widgets import look, strip

# Tabs that are in the app, by whether anything of theirs is in this copy; a paper whose tab is none of these is to come.
_TABS = {
    "Paired": paired.available,
    "Unpaired": scene.available,
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


def _paper(paper: Paper, tab_of: dict[str, str]) -> str:
    text = f"<b>{html.escape(paper.name)}</b><i>{html.escape(paper.appeared)}</i><span>{html.escape(paper.idea)}</span>"
    cited = html.escape(f"{paper.cited}: {paper.title}")
    if paper.key in tab_of:
        return f'<li><button type="button" class="paper here" title="{cited}" data-go="{tab_of[paper.key]}">{text}</button></li>'
    return f'<li><a class="paper" title="{cited}" href="{paper.url}" target="_blank" rel="noopener">{text}</a></li>'


def _families(tab_of: dict[str, str]) -> str:
    shown = []
    for name, motto in FAMILIES.items():
        papers = sorted((p for p in PAPERS.values() if p.family == name), key=lambda p: p.year)
        entries = "".join(_paper(p, tab_of) for p in papers)
        shown.append(
            f"<section><h2>{html.escape(name)}<small>{html.escape(motto)}</small></h2><ul>{entries}</ul></section>"
        )
    return f'<div class="map">{"".join(shown)}</div>'


def _row(row: Row, timed: bool, tab_of: dict[str, str], there: set[str]) -> str:
    systems = " ".join(
        f'<span class="{"here" if key in tab_of else "later"}">{html.escape(PAPERS[key].name)}</span>'
        for key in row.systems
    )
    leads = dict.fromkeys(
        [*(tab_of[key] for key in row.systems if key in tab_of), *(tab for tab in row.tabs if tab in there)]
    )
    tabs = " ".join(f'<button type="button" data-go="{tab}">{tab}</button>' for tab in leads)
    books = " ".join(f"<code>{notebook}</code>" for notebook in row.notebooks)
    if len(row.notebooks) > _BOOKS:
        books = f'<span class="books">{len(row.notebooks)} notebooks</span>'
    measured = " ".join(f'<code title="{html.escape(CLAIMS[c].says)}">{c}</code>' for c in row.claims)
    return (
        f"<tr>{f'<td class=at>{row.at}</td>' if timed else ''}<td>{html.escape(row.topic)} <span class=systems>{systems}</span></td>"
        f"<td>{tabs or '<em>to come</em>'}</td><td>{books}</td><td>{measured}</td></tr>"
    )


def _index(tab_of: dict[str, str]) -> str:
    lectures, there = [], _there()
    for lecture in LECTURES.values():
        rows = index(lecture.key)
        body = "".join(_row(row, lecture.timed, tab_of, there) for row in rows)
        lectures.append(
            f"<details{' open' * (not lectures)}><summary><b>{html.escape(lecture.title)}</b><span>{html.escape(lecture.lecturer)}</span>"
            f"<i>{len(rows)} topics</i></summary><table><thead><tr>{'<th>Slide</th>' * lecture.timed}<th>Topic</th><th>Tab</th><th>Notebook</th>"
            f"<th>Claims measured</th></tr></thead><tbody>{body}</tbody></table></details>"
        )
    return (
        f'<div class="index"><h2 class="label">From the lectures to what is here</h2>{"".join(lectures)}'
        '<p class="small"><code>make notebook</code> opens the notebooks; <code>python -m i2i claims NAME</code> prints what was measured.</p></div>'
    )


def _hero() -> str:
    """A few examples of each tab; nothing that would have to be read from disk first."""
    night = (
        scene.thumbnails("icons", scene.methods("icons")[0], "xy")[:3] if "icons" in scene.available() else ()
    )
    each = 1 if night else 2
    found = [
        ("Paired", paired.SUBJECTS[key].title, e)
        for key in paired.available()
        for e in paired.thumbnails(key)[:each]
    ]
    found += [("Unpaired", SUBJECTS["icons"].title, e) for e in night]
    if superres.available():
        small, large = (strip.thumbnail(p) for p in superres.before_and_after())
        found.append(
            (
                "Super-resolution",
                "four times the sides",
                {"name": "part of a photograph", "before": small, "after": large},
            )
        )
    shown = "".join(
        f'<button type="button" data-go="{tab}"><span><img src="{e["before"]}" alt="input: {e["name"]}"><em>→</em>'
        f'<img src="{e["after"]}" alt="made: {e["name"]}"></span>{tab}: {title}</button>'
        for tab, title, e in found
    )
    return f'<div class="hero">{shown}</div>'


def tab() -> None:
    """Build the Map."""
    here = _tab_of()
    with gr.Tab("Map", id="map"):
        gr.HTML(
            f'<p class="lead"><b>Turn one image into another.</b> Which method you need depends on the examples that you have. Of the {len(PAPERS)} '
            f"systems below, the {len(here)} in violet run here; the others are to come, and open their paper.</p>"
            f"{_hero()}{_families(here)}{_index(here)}",
            css_template=look.text(__file__, "tab.css"), js_on_load=look.text(__file__, "tab.js"), apply_default_css=False, elem_id="map", elem_classes="bare",
        )  # fmt: skip


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
