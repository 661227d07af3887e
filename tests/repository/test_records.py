"""The records of papers: whole, right where that can be checked, and the only place where a paper's facts are stated."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import i2i
from i2i.cards import render_card
from i2i.claims import CLAIMS
from i2i.methods import METHODS
from i2i.papers import FAMILIES, LECTURES, PAPERS, TABS, TOPICS, Mention, Paper, Topic, index
from i2i.publish import papers_table
from kit.root import ROOT

BOOKS = {p.stem: p for p in sorted((ROOT / "notebooks").glob("*.ipynb"))}
MENTIONS = [(p.key, m) for p in PAPERS.values() for m in p.lectures] + [(t.topic, t) for t in TOPICS]


@pytest.fixture(params=PAPERS)
def paper(request) -> Paper:
    return PAPERS[request.param]


def told(text: str) -> str:
    """Without line breaks and capitals, for comparing."""
    return " ".join(text.split()).casefold()


# ---- Each record ----


def test_every_method_has_a_record_and_the_package_hands_them_out():
    assert METHODS.keys() <= PAPERS.keys() and len(PAPERS) >= 39
    assert i2i.PAPERS is PAPERS and all(key == p.key for key, p in PAPERS.items())


def test_a_record_is_whole(paper):
    may_lack = {"venue", "arxiv", "notebook", "lectures", "doi", "also"}
    assert [f.name for f in fields(paper) if f.name not in may_lack and not getattr(paper, f.name)] == []
    assert all(len(author.split()) > 1 for author in paper.authors) and len({*paper.authors}) == len(
        paper.authors
    )
    assert not paper.idea.endswith(".") and "\n" not in paper.idea and len(paper.idea) <= 100
    assert bool(paper.arxiv) != bool(paper.doi), "one address for each"
    assert re.fullmatch(r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}|doi\.org/10\.\d{4}/\S+)", paper.url)


def test_years_and_venues_fit_each_other(paper):
    assert [year for year in re.findall(r"\d{4}", paper.venue) if int(year) != paper.year] == []
    name, odd = paper.venue.partition(" ")[0], paper.year % 2
    assert not (name == "ECCV" and odd) and not (name == "ICCV" and not odd), "each is held every other year"
    assert not (name == "NIPS" and paper.year > 2017) and not (name == "NeurIPS" and paper.year < 2018), (
        "its name changed"
    )
    if paper.arxiv:
        first = 2000 + int(paper.arxiv[:2])
        assert first <= paper.year <= first + 1 and (paper.venue or first == paper.year)


def test_an_objective_is_latex_whose_braces_close(paper):
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", paper.objective):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    assert (
        depth == 0
        and "$" not in paper.objective
        and paper.objective.count(r"\left") == paper.objective.count(r"\right")
    )


def test_families_tabs_and_notebooks_exist(paper):
    assert paper.family in FAMILIES and paper.tab in TABS
    assert not paper.notebook or paper.notebook in BOOKS


def test_every_family_has_systems_and_every_tab_of_the_app_is_known():
    assert {p.family for p in PAPERS.values()} == {*FAMILIES}
    source = "".join(p.read_text() for p in (ROOT / "demos").glob("*/tab.py"))
    built = set(re.findall(r'gr\.Tab\("([^"]+)"', source)) - {
        "Map",
        "Failures",
        "Train live",
    }  # which belong to no paper
    assert len(built) >= 4 and built <= {*TABS}
    assert {p.tab for p in PAPERS.values()} == {*TABS}, "a tab that would show nothing"


@pytest.mark.parametrize("key", METHODS)
def test_a_methods_file_cites_its_record(key):
    page, record = told(sys.modules[METHODS[key].__module__].__doc__), PAPERS[key]
    number = f"arXiv:{record.arxiv}" if record.arxiv else f"doi:{record.doi}"
    for fact in (record.title, record.appeared, number, record.surnames[0]):
        assert told(fact) in page, fact


def test_authors_as_a_sentence_names_them():
    assert (
        PAPERS["deepi2i"].surnames == ("Wang", "Yu", "van de Weijer")
        and PAPERS["johnson"].surnames[-1] == "Fei-Fei"
    )
    assert PAPERS["ost"].cited == "Benaim and Wolf" and PAPERS["cyclegan"].cited == "Zhu et al."
    assert PAPERS["pggan"].appeared == "2018" and PAPERS["pix2pix"].appeared == "CVPR 2017"
    assert (
        PAPERS["ost"].citation
        == "Sagie Benaim, Lior Wolf: One-Shot Unsupervised Cross Domain Translation. NeurIPS 2018, arXiv:1806.06029."
    )


def test_two_systems_of_one_paper_agree_on_it():
    by_title: dict[str, list[Paper]] = {}
    for p in PAPERS.values():
        by_title.setdefault(p.title, []).append(p)
    assert max(map(len, by_title.values())) == 2
    for same in by_title.values():
        assert len({(p.authors, p.year, p.venue, p.url) for p in same}) == 1
    assert len({p.url for p in PAPERS.values()}) == len(by_title)


# ---- The lectures ----


def test_all_five_lectures_have_rows_in_their_order():
    assert list(LECTURES) == [0, 1, 2, 3, 4]
    for key, lecture in LECTURES.items():
        rows = index(key)
        assert len(rows) >= 10, lecture.title
        assert [row.at for row in rows] == sorted(row.at for row in rows)
        assert all(row.systems or row.tabs for row in rows)


@pytest.mark.parametrize("where", [m for _, m in MENTIONS], ids=lambda m: f"{m.lecture}-{m.topic}")
def test_a_mention_points_to_what_exists(where):
    lecture = LECTURES[where.lecture]
    assert {*where.claims} <= CLAIMS.keys()
    assert bool(where.at) == lecture.timed and bool(where.place) != lecture.timed, (
        "times where the transcript has them"
    )
    assert not where.at or re.fullmatch(r"[0-5]\d:[0-5]\d", where.at)
    if isinstance(where, Topic):
        assert where.tab in TABS and (not where.notebook or where.notebook in BOOKS)


def test_places_are_told_apart_by_topic_alone_and_mentions_of_one_topic_agree():
    for lecture in LECTURES:
        found = [m for _, m in MENTIONS if m.lecture == lecture and m.place]
        topics = {m.place: {n.topic for n in found if n.place == m.place} for m in found}
        assert all(len(t) == 1 for t in topics.values()), topics
        assert sorted(topics) == list(range(1, len(topics) + 1))


def test_every_notebook_stands_in_the_index_but_that_of_systems_newer_than_the_lectures():
    newer = {p.notebook for p in PAPERS.values() if not p.lectures} - {""}
    assert len(newer) <= 1
    assert {n for key in LECTURES for row in index(key) for n in row.notebooks} == BOOKS.keys() - newer


def test_a_claim_stands_under_the_lectures_that_say_it():
    for name, claim in CLAIMS.items():
        listed = {key for key in LECTURES for row in index(key) if name in row.claims}
        assert listed and {*claim.where.said} <= listed, (name, claim.where, listed)


def test_a_lecturer_is_named_with_words_of_the_lecture():
    """The words are held against the lectures' texts, which lie in $I2I_LECTURES; without them, that each says something."""
    texts = {
        int(file.name[:3]): " ".join(file.read_text().split())
        for file in Path(os.environ.get("I2I_LECTURES") or "/nowhere").glob("[0-9][0-9][0-9]_*.txt")
    }
    for name, claim in CLAIMS.items():
        for key, words in claim.where.said.items():
            assert len(words.split()) >= 3 and words in texts.get(key, words), (name, key, words)
    assert not texts or texts.keys() == LECTURES.keys()


def test_nobody_else_is_named_where_a_claim_stands():
    surnames = {lecture.surname for lecture in LECTURES.values()}
    assert not [
        (n, c.where.paper) for n, c in CLAIMS.items() if any(who in c.where.paper for who in surnames)
    ]


def test_the_lectures_name_all_systems_but_the_newer_ones():
    named = {p.key for p in PAPERS.values() if p.lectures}
    assert len(named) >= 37 and not named & {"diffusion", "bridge"}
    assert not [p.key for p in PAPERS.values() if p.year < 2020 and not p.lectures]


def test_one_topic_of_several_systems_is_one_row():
    row = next(row for row in index(2) if "srgan" in row.systems)
    assert {"pix2pix", "cyclegan", "munit", "srgan"} <= {*row.systems} and row.tabs == ()
    mixed = next(row for row in index(2) if "perceptual-against-pixel" in row.claims)
    assert mixed.systems == ("crn", "johnson") and mixed.tabs == ("Super-resolution",), (
        "a topic of its own beside them"
    )
    assert Mention(0, "x") != Topic(0, "x")


# ---- Stated once ----


def facts_again(text: str) -> list[str]:
    """Facts of records that stand in a text: a title, a number, a year beside its authors or its name."""
    text, found = told(text), []
    for p in PAPERS.values():
        stated = (
            p.title,
            p.arxiv,
            p.doi,
            f"{p.cited} {p.year}",
            f"{p.cited}, {p.appeared}",
            f"{p.name}, {p.year}",
            f"{p.name} {p.year}",
        )
        found += [fact for fact in stated if fact and told(fact) in text]
    return found


def test_no_tab_states_a_papers_facts_again():
    sources = {p.name: p for p in (ROOT / "demos").rglob("*") if p.suffix in (".py", ".js", ".css")}
    assert len(sources) > 30
    assert {name: found for name, p in sources.items() if (found := facts_again(p.read_text()))} == {}
    years = {
        name: [
            n.value
            for n in ast.walk(ast.parse(p.read_text()))
            if isinstance(n, ast.Constant) and n.value in range(1990, 2030)
        ]
        for name, p in sources.items()
        if p.suffix == ".py"
    }
    assert {name: found for name, found in years.items() if found} == {}
    assert facts_again('links("Benaim and Wolf 2018")') == ["Benaim and Wolf 2018"]
    assert facts_again("https://arxiv.org/abs/1711.09020") == ["1711.09020"]
    assert facts_again("One-Sided Unsupervised\n  Domain Mapping") == [
        "One-Sided Unsupervised Domain Mapping"
    ]


def test_a_card_cites_the_paper_of_its_method():
    card = {"method": "unit", "config": {}, "card": {}}
    assert f"\nCitation: {PAPERS['unit'].citation}\n" in render_card(Path("x"), card)


def test_a_record_imports_nothing_of_the_package():
    tree = ast.parse((ROOT / "i2i" / "papers.py").read_text())
    modules = [n.module or "." * n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {*modules} == {"__future__", "collections.abc", "dataclasses"}
    assert not any(isinstance(n, ast.Import) for n in ast.walk(tree))


@pytest.mark.parametrize("stem", BOOKS)
def test_a_notebooks_references_are_those_of_the_records(stem):
    cells = [
        "".join(c["source"])
        for c in json.loads(BOOKS[stem].read_text())["cells"]
        if c["cell_type"] == "markdown"
    ]
    references = told(next(c for c in cells if "## References" in c).partition("## References")[2])
    for p in PAPERS.values():
        if p.notebook == stem or (p.arxiv and p.arxiv in references):
            number = f"arXiv:{p.arxiv}" if p.arxiv else f"doi:{p.doi}"
            assert told(f"*{p.title}*. {p.appeared}, [{number}]({p.url})") in references, p.key


def test_the_page_shows_the_table_of_the_records():
    page = (ROOT / "README.md").read_text()
    assert f"<!-- table: papers -->\n\n{papers_table()}\n\n" in page
    assert papers_table().count("\n| ") == len(PAPERS) and papers_table().count("| yes |") >= 13
