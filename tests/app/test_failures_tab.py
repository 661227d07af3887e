"""The tab Failures, on the shipped nets: what each exhibit says of its pictures is so."""

from __future__ import annotations

import re
from math import exp, log1p
from types import SimpleNamespace

import gradio as gr
import pytest
import torch
from PIL import Image

from demos.failures import checkered, collapsed, exhibit, faces
from demos.failures import tab as failures
from demos.failures.exhibit import Seen
from i2i.run import pipeline
from kit.served import Visit, serving, tab, visiting

EXHIBITS = list(failures.EXHIBITS)


def everything(key: str) -> list[Seen]:
    return [failures.seen(key, at) for at in range(failures.count(key))]


# ---- What is here ----


def test_all_exhibits_are_here_and_each_asks_for_shipped_models():
    assert failures.available() == EXHIBITS


def test_without_models_there_is_no_tab_and_without_one_no_exhibit(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    assert failures.available() == []
    with gr.Blocks(), gr.Tabs():
        assert failures.tab() is None


@pytest.mark.parametrize("key", EXHIBITS)
def test_what_an_exhibit_says_is_so_of_its_pictures(key):
    shown = everything(key)
    assert failures.EXHIBITS[key].holds(shown)
    for seen in shown:
        assert len(seen.rows[0]) >= 2 and seen.numbers
        assert all(p.alt.strip() and p.image.width == p.image.height for row in seen.rows for p in row)


@pytest.mark.parametrize("key", EXHIBITS)
def test_words_numbers_and_pictures_stand_on_the_page(key):
    told, shown = failures.told_of(key, 1), failures.shown_of(key, 1)
    e = failures.EXHIBITS[key].words
    assert e.title in shown and shown.count("<img") == sum(map(len, failures.seen(key, 1).rows))
    for number in failures.seen(key, 1).numbers:
        assert f"{number.broken:.{number.digits}f}{number.unit}" in told
    assert (f'title="{e.columns[1]}"' in told) == any(
        n.mended is not None for n in failures.seen(key, 1).numbers
    )
    for words in (e.symptom, e.cause, e.detect, e.mend, e.question.because):
        assert words.strip().endswith(".") and len(words) > 60


@pytest.mark.parametrize("key", EXHIBITS)
def test_one_answer_is_right_and_each_is_told_why(key):
    question = failures.EXHIBITS[key].words.question
    told = [failures.verdict_of(key, answer) for answer in question.answers]
    assert [("Yes." in t) for t in told] == [i == question.right for i in range(len(told))]
    assert all(question.because in t.unescape() for t in told)
    assert failures.verdict_of(key, None) == failures.verdict_of(key, "<b>") == ""


# ---- What is measured ----


def test_the_measure_of_the_checkerboard_sees_it_and_no_edge():
    board = torch.ones(1, 3, 16, 16)
    board[..., ::2, ::2] = board[..., 1::2, 1::2] = -1
    edge = torch.ones(1, 3, 16, 16)
    edge[..., :8] = -1
    stripes = torch.ones(1, 3, 16, 16)
    stripes[..., ::2] = -1
    assert checkered.grid(board) == pytest.approx(1) and checkered.grid(stripes) == pytest.approx(1)
    assert checkered.grid(edge) == 0 and checkered.grid(torch.ones(1, 3, 16, 16)) == 0


def test_the_loss_of_a_d_that_tells_right_from_made_is_near_0(monkeypatch):
    """Its logits are 3 for what is right and -3 for what was made."""
    monkeypatch.setattr(collapsed, "loaded", lambda name: SimpleNamespace(method=torch.nn.Module()))
    monkeypatch.setattr(collapsed, "own_statistics", lambda net: SimpleNamespace(judge=lambda x, y: y))
    monkeypatch.setattr(collapsed, "drawn", lambda style: torch.tensor([3.0]))
    monkeypatch.setattr(collapsed, "_made", lambda name: torch.tensor([-3.0]))
    assert collapsed._judged.__wrapped__("any") == pytest.approx(2 * log1p(exp(-3)))


def test_the_place_of_a_face_is_the_one_that_f_gives_it(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    for cached in (faces.faces, faces._translated):
        cached.cache_clear()
    known, model = faces.faces(), exhibit.loaded(faces.MODEL)
    assert len(known) == 8 and known[0].name == "Grace Hopper"
    x = torch.cat([model.place(face.framed).x for face in known])
    with torch.inference_mode():
        codes, told = model.method.encode(x), model.method.encode(model.translate(x), "y")
    for at in (0, 5):
        far = (codes - told[at]).norm(dim=1)
        assert faces.look(at).numbers[0].broken == (far < far[at]).sum().item()
    for cached in (faces.faces, faces._translated):
        cached.cache_clear()


def test_a_head_is_cut_out_a_little_above_the_middle():
    page = Image.new("RGB", (100, 200), "white")
    page.paste("red", (0, 40, 100, 140))
    assert faces.Face("", page).framed.getcolors() == [(100 * 100, (255, 0, 0))]
    assert faces.Face("", Image.new("RGB", (7, 3))).framed.size == (3, 3)


# ---- The API ----


def test_the_api_gives_a_sheet_and_a_sentence_for_what_is_not_there():
    made = failures.endpoint("hidden", 2)
    assert made.size == (3 * 64, 2 * 64) and made.tobytes() != failures.endpoint("hidden", 3).tobytes()
    assert failures.endpoint() == failures.endpoint(EXHIBITS[0], 0)
    for exhibit_, of, told in (
        ("gremlins", 0, "hidden"),
        ("hidden", 12, "0 to 11"),
        ("hidden", -1, "0 to 11"),
        ("hidden", 0.5, "whole"),
    ):
        with pytest.raises(gr.Error) as caught:
            failures.endpoint(exhibit_, of)
        assert told in caught.value.message


# ---- The browser ----


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("app"), tab("failures")) as running:
        yield running


@pytest.fixture
def visit(server, chromium):
    with visiting(chromium, server, Visit, "#fl-shown img") as open_page:
        yield lambda query="", **how: open_page(f"?tab=failures{query}", **how)


TITLE = "([b]) => document.querySelector('.fl-title').textContent === b"


@pytest.mark.browser
def test_an_exhibit_is_chosen_asked_about_and_shared(visit):
    v = visit()
    v.until(TITLE, failures.EXHIBITS[EXHIBITS[0]].words.title)
    e = failures.EXHIBITS["hidden"].words
    v.page.locator("#fl-wall button", has_text=e.title).click()
    v.until(TITLE, e.title)
    v.page.locator("#fl-heap button").nth(4).click()
    v.until("() => new URL(location).searchParams.get('of') === '4'")
    assert v.wish()["exhibit"] == "hidden"
    assert v.page.locator("#fl-later").is_visible() and not v.page.locator("#fl-told").is_visible()
    v.choose("#fl-answer", e.question.answers[0])
    v.until("() => document.querySelector('#fl-verdict b')?.textContent === 'No.'")
    v.choose("#fl-answer", e.question.answers[e.question.right])
    v.until("() => document.querySelector('#fl-verdict b')?.textContent === 'Yes.'")
    pictures = "JSON.stringify([...document.querySelectorAll('#fl-shown img')].map(i => i.src))"
    assert v.page.locator("#fl-told").is_visible() and not v.page.locator("#fl-later").is_visible()
    before = v.page.evaluate(pictures)
    other = visit(re.sub(r"^.*\?tab=failures", "", v.address))
    other.until(TITLE, e.title)
    other.until(f"([b]) => {pictures} === b", before)
    other.until("() => document.querySelector('#fl-verdict b')?.textContent === 'Yes.'")
    assert v.faults == other.faults == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_width_scrolls_sideways(visit, width):
    v = visit(size=(width, 900))
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1


@pytest.mark.browser
@pytest.mark.parametrize(
    "query", ["&exhibit=gremlins", "&exhibit=hidden&of=" + "9" * 50, "&exhibit=hidden&of=-1"]
)
def test_an_address_that_was_mistyped_shows_what_it_can(visit, query):
    v = visit(query)
    v.page.wait_for_timeout(1000)
    assert v.page.locator("#fl-shown img").count() >= 4 and v.page.locator(".toast-body").count() == 0
