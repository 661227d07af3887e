"""Copies of the notebooks for a lecture: slides that need no network, students' copies without solutions, teachers' with all."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nbformat
import pytest

from i2i.lessons import QUESTIONS
from i2i.papers import LECTURES
from kit.root import ROOT
from tools import teaching

BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SMALL = ROOT / "notebooks" / "09_munit.ipynb"

pytestmark = pytest.mark.skipif(not BOOKS, reason="this copy has no notebooks")


PAGE = (ROOT / "docs" / "teaching.md").read_text()
ROW = re.compile(r"^\| \[`(\w+)`\]\(\S+\) \| (.+) \| (\d+) \|$", re.M)


def prose(book) -> str:
    return "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


def folded(path) -> list[tuple[str, str]]:
    """(summary, what is folded below it) of a notebook as it is committed."""
    text = prose(nbformat.read(path, as_version=4))
    return re.findall(r"<details><summary>(.*?)</summary>(.*?)</details>", text, re.S)


def told(body: str) -> set[str]:
    """Lines of a solution or of an answer that say something: no fences, no first lines of functions, which the exercise has too."""
    lines = {line.strip() for line in body.splitlines()}
    return {line for line in lines if len(line) > 12 and not line.startswith(("```", "def ", "import "))}


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_a_students_copy_tells_no_solution_and_no_answer(path, tmp_path):
    whole = nbformat.read(path, as_version=4)
    given = {
        line.strip() for cell in whole.cells if cell.cell_type == "code" for line in cell.source.splitlines()
    }
    made = teaching.export(path, "student", tmp_path)
    text, copy = made.read_text(), nbformat.read(made, as_version=4)
    lines = {line.strip() for cell in copy.cells for line in cell.source.splitlines()}
    for _, body in folded(path):
        assert not (told(body) - given) & lines
    assert "<details" not in prose(copy) and "Expected outcome" not in prose(copy)
    assert not any(question.why[:40] in text for question in QUESTIONS.values())
    code = [cell for cell in copy.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert [cell.source for cell in code] == [c.source for c in whole.cells if c.cell_type == "code"]
    asked = [summary for summary, _ in folded(path) if summary != "Solution"]
    assert asked and all(f"- {summary}\n" in prose(copy) + "\n" for summary in asked)


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_an_instructors_copy_shows_every_solution_and_every_answer(path, tmp_path):
    made = teaching.export(path, "instructor", tmp_path)
    copy = nbformat.read(made, as_version=4)
    text = prose(copy)
    for summary, body in folded(path):
        assert f"**{summary}**\n\n{body.strip()}" in text
    assert "<details" not in text and "Unfold the answer" not in made.read_text()
    whole = nbformat.read(path, as_version=4)
    assert [len(c.get("outputs", ())) for c in copy.cells] == [len(c.get("outputs", ())) for c in whole.cells]


@pytest.mark.parametrize("kind", teaching.SUFFIX)
def test_links_between_copies_lead_to_copies(kind):
    copy = teaching._linked(nbformat.read(SMALL, as_version=4), kind)
    links = re.findall(r"\]\((\d\d_[^)#]+)", prose(copy))
    there = {f"{path.stem}.{kind}{teaching.SUFFIX[kind]}" for path in BOOKS}
    assert links and set(links) <= there


# ---- How long it takes ----


def estimate(stem: str) -> dict[str, float]:
    return teaching.minutes(nbformat.read(ROOT / "notebooks" / f"{stem}.ipynb", as_version=4))


def near(told: float, counted: float) -> bool:
    return abs(told - counted) <= counted / 3


def test_minutes_are_counted_as_the_page_says():
    new = nbformat.v4
    hidden = {"tags": ["hide-input"]}
    cells = [
        new.new_markdown_cell("word " * 100),
        new.new_markdown_cell("## One\n" + "word " * 398 + "\n\n### Two"),
        new.new_code_cell("x = 1\n" * 20),
        new.new_code_cell("x = 1\n" * 50, metadata=hidden),
        new.new_code_cell('predict("a")\ncheck("b", b)\n# check("c", c)\n' + "x\n" * 7),
    ]
    found = teaching.minutes(new.new_notebook(cells=cells))
    assert found == {"": 0.5, "One": 2.0, "Two": pytest.approx(2 + 1 + 4 + 1, abs=0.02)}


@pytest.mark.parametrize("path", BOOKS, ids=lambda p: p.stem)
def test_the_time_that_a_notebook_tells_is_near_the_count(path):
    opening = nbformat.read(path, as_version=4).cells[0].source
    counted = estimate(path.stem)
    told = re.findall(r"Reading and trying(?:, code included)?: about (\d+) minutes", opening)
    assert len(told) == 1 and near(int(told[0]), sum(counted.values())), sum(counted.values())
    (row,) = [m for m in ROW.findall(PAGE) if m[0] == path.stem and m[1].isdigit()]
    assert row[1] == told[0] and near(int(row[2]), counted["Exercises"]), counted["Exercises"]
    (short,) = re.findall(rf"^- \*\*`{path.stem}`\*\*: \*(.+)\*\.$", PAGE, re.M)
    headings = short.split("*; *")
    assert set(headings) <= set(counted) and headings == [h for h in counted if h in headings]
    assert 15 <= sum(counted[h] for h in headings) <= 22


def test_each_lecture_has_a_plan_whose_minutes_add_up():
    plans = PAGE.partition("## The five lectures")[2].split("\n### ")[1:]
    assert [plan.splitlines()[0] for plan in plans] == [lecture.title for lecture in LECTURES.values()]
    for plan in plans:
        rows = ROW.findall(plan)
        assert int(re.search(r" (\d+) minutes\.$", plan, re.M)[1]) == sum(int(told) for *_, told in rows)
        for stem, sections, told in rows:
            counted = estimate(stem)
            assert near(int(told), sum(counted[name] for name in sections.strip("*").split("*; *"))), stem


# ---- Slides ----


class Fetched(HTMLParser):
    """What a browser would fetch to show a page: links that a reader may follow are no part of it."""

    def __init__(self, page: str):
        super().__init__()
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag != "a":
            self.addresses += [
                v for k, v in attrs if k in ("src", "href", "srcset", "data") and not v.startswith("data:")
            ]

    def handle_data(self, data):
        if self.cdata_elem == "style":
            self.addresses += re.findall(r"url\((?!data:)[^)]*\)|@import[^;]*", data)


@pytest.fixture(scope="module")
def slides(tmp_path_factory):
    return teaching.export(SMALL, "slides", tmp_path_factory.mktemp("exports"))


def test_what_a_page_would_fetch_is_seen():
    page = '<link href="https://a.org/x.css"><img src="data:x"><a href="https://b.org">b</a><style>@import "c";</style>'
    assert Fetched(page).addresses == ["https://a.org/x.css", '@import "c"']


@pytest.mark.patient
def test_slides_fetch_nothing_and_keep_the_answers_from_the_questions(slides):
    page = slides.read_text()
    assert Fetched(page).addresses == []
    parts = page.split('<section class="slide">')[1:]
    headings = re.findall(r"^##+ ", prose(nbformat.read(SMALL, as_version=4)), re.M)
    assert len(parts) > len(headings)
    for part in parts:
        assert not ("Predict first." in part and "Unfold the answer" in part)
        assert part.count("<h2") + part.count("<h3") <= 1
    assert (
        ">sys<" not in page
        and "</b> Not yet:" not in page
        and "Not tried yet:" not in page
        and "This is the symptom." in page
        and "In a running notebook there are buttons" not in page
    )


@pytest.mark.browser
@pytest.mark.patient
def test_slides_set_their_formulas_without_a_network_and_turn_by_keys(slides, chromium):
    page, asked, faults = chromium.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(slides.as_uri())
    assert [url for url in asked if not url.startswith(("data:", "file:"))] == [] and faults == []
    formulas = page.locator(".math").count()
    assert formulas > 20 and page.locator(".math math").count() == formulas
    assert page.locator(".katex-error, merror").count() == 0
    wide = """() => [...document.querySelectorAll(".slide *")].map(e => {
        e.closest(".slide").classList.add("now");
        return Math.round(e.getBoundingClientRect().right) > 1280 ? e.textContent.slice(0, 80) : "";
    }).filter(Boolean)"""
    page.set_viewport_size({"width": 1280, "height": 720})
    assert page.evaluate(wide) == [], "cut off on the screen of a lecture hall"
    page.reload()
    page.keyboard.press("ArrowRight")
    assert page.locator("nav").inner_text().startswith("2 of ")
    assert page.locator(".slide.now").count() == 1 and page.locator(".slide.now h2").is_visible()
    page.close()
