"""The tour: five steps in each tab, beside what they are about, that a visitor can follow, be shown, and leave."""

from __future__ import annotations

import re

import pytest

from demos import page
from demos.tour import TOURS
from kit.served import Visit, visiting

STEPS = [(tab, step) for tab, tour in TOURS.items() for step in tour.steps]


# ---- The texts ----


def test_each_tour_has_five_steps_of_a_few_sentences():
    assert {len(tour.steps) for tour in TOURS.values()} == {5}
    for _, step in STEPS:
        assert 60 < len(step.text) < 300 and step.text[0].isupper() and step.text[-1] in ".?", step.text
        assert len(re.findall(r"[.?](?= |$)", step.text)) <= 4, step.text


def test_no_text_names_a_figure_that_another_training_could_change():
    assert [step.text for _, step in STEPS if re.search(r"(?<!L)\d", step.text)] == []


def test_each_tour_lets_do_something_and_show_knows_how():
    shows = {tab: [s.show for s in tour.steps if s.show] for tab, tour in TOURS.items()}
    assert min(map(len, shows.values())) >= 2
    for show in sum(shows.values(), []):
        assert show.how in ("click", "next", "slide", "keys") and bool(show.keys) == (show.how == "keys")


def test_the_page_has_the_texts_once():
    script = page.header().js_on_load
    assert all(script.count(step.text) == 1 for _, step in STEPS) and "TOURS" not in script


# ---- The browser ----


@pytest.fixture(scope="module")
def visit(app_server, chromium):
    with visiting(chromium, app_server, Visit, "#tabs > [role=tabpanel]:visible") as open_page:
        yield open_page


SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
at_one = pytest.mark.parametrize("guided", ["wide"], indirect=True)


@pytest.fixture(scope="module", params=["wide", pytest.param("narrow", marks=pytest.mark.long)])
def guided(request, visit):
    """A page, and how to begin the tour of a tab on it."""
    guest = visit("?tab=map", size=SIZES[request.param], reduced_motion="reduce")

    def begin(tab: str) -> Visit:
        guest.page.keyboard.press("Escape")
        guest.page.evaluate(_OPEN, tab)
        guest.until("([tab]) => [...document.querySelectorAll('#tabs > .tab-wrapper button')].some(b => b.textContent.trim() === tab && "
                    "(b.ariaSelected === 'true' || b.classList.contains('selected')))", tab)  # fmt: skip
        guest.page.locator("[data-do=tour]").click()
        guest.page.locator(".tour-card").wait_for()
        return guest

    return begin


_OPEN = """tab => [...document.querySelectorAll('#tabs > .tab-wrapper :is([role=tablist], .overflow-dropdown) button')]
  .find(b => b.textContent.trim() === tab).click()"""
_HEAD = "document.querySelector('.tour-at').textContent"
_WHERE = """at => { const box = e => { const {left, top, right, bottom} = e.getBoundingClientRect(); return {left, top, right, bottom}; };
  const one = [...document.querySelectorAll(at)].find(e => e.getClientRects().length && e.checkVisibility({visibilityProperty: true}));
  return {card: box(document.querySelector('.tour-card')), one: one && box(one), ring: box(document.querySelector('.tour-shade .ring')), wide: document.documentElement.clientWidth, high: innerHeight}; }"""


@pytest.mark.browser
@at_one
def test_every_tab_has_a_tour(guided):
    names = guided("Map").page.evaluate(
        """[...new Set([...document.querySelectorAll('#tabs > .tab-wrapper :is([role=tablist], .overflow-dropdown) button')].map(b => b.textContent.trim()))]"""
    )
    assert {name for name in names if name} == set(TOURS)


@pytest.mark.browser
@pytest.mark.parametrize("tab", TOURS)
def test_each_step_points_at_what_is_seen_and_does_not_cover_it(guided, tab):
    guest = guided(tab)
    for i, step in enumerate(TOURS[tab].steps):
        assert guest.page.evaluate(_HEAD) == f"{tab}: {i + 1} of 5"
        assert guest.page.inner_text(".tour-text") == step.text
        guest.page.wait_for_timeout(60)  # a frame or two
        where = guest.page.evaluate(_WHERE, step.at)
        card, one, ring = where["card"], where["one"], where["ring"]
        assert one, f"nothing is seen at {step.at}"
        assert card["left"] >= 0 and card["top"] >= 0, (step.at, where)
        assert card["right"] <= where["wide"] and card["bottom"] <= where["high"], (step.at, where)
        apart = one["right"] <= card["left"] or one["left"] >= card["right"]
        apart = apart or one["bottom"] <= card["top"] or one["top"] >= card["bottom"]
        assert apart, (step.at, where)
        assert one["top"] >= -1 and one["bottom"] <= where["high"] + 1, (step.at, where)
        assert abs(ring["left"] - one["left"]) < 12 and abs(ring["bottom"] - one["bottom"]) < 12, step.at
        guest.page.locator("[data-tour=next]").click()
    assert guest.page.locator(".tour-card").is_hidden()


# What "Show me" of a step does is seen in the page: a tab, the step, and what changes.
_SHOWN = [
    ("Map", 1, "document.querySelector('#live-made img').src"),
    ("Paired", 1, "document.querySelector('#made img').src"),
    ("Unpaired", 1, "document.querySelector('#sides figure img').src"),
    ("Multimodal", 3, "document.querySelector('#mm-wall [aria-checked=true]').dataset.at"),
    ("3D voxels", 3, "document.querySelector('#vx-stage .vx-tools output').textContent"),
    ("Attributes", 1, "document.querySelector('#at-board img').src"),
    ("Inpainting", 2, "document.querySelector('#ip-curtain .curtain-before').style.clipPath"),
    ("Super-resolution", 3, "document.querySelector('#sr-curtain [data-side=right] [aria-checked=true]').textContent"),
    ("Failures", 1, "document.querySelector('.fl-title').textContent"),
]  # fmt: skip


@pytest.mark.browser
@at_one
@pytest.mark.parametrize("tab, number, what", _SHOWN, ids=[tab for tab, *_ in _SHOWN])
def test_show_me_does_what_the_card_asks_for(guided, tab, number, what):
    guest = guided(tab)
    for _ in range(number - 1):
        guest.page.locator("[data-tour=next]").click()
    assert guest.page.inner_text(".tour-done") == ""
    before = guest.page.evaluate(what)
    guest.page.locator("[data-tour=show]").click()
    guest.until(f"([was]) => {what} !== was", before)
    assert guest.page.inner_text(".tour-done") == "Done ✓"
    assert guest.page.evaluate("document.activeElement.dataset.tour") == "show"


@pytest.mark.browser
def test_a_visitor_may_do_it_and_the_card_says_so(guided):
    guest = guided("Paired")
    made = guest.page.evaluate("document.querySelector('#made img').src")
    guest.drag("#pad canvas", (0.4, 0.5), (0.6, 0.6))
    guest.until("([was]) => document.querySelector('#made img').src !== was", made)
    assert guest.page.inner_text(".tour-done") == "Done ✓"


@pytest.mark.browser
@at_one
def test_keys_lead_on_and_back_and_escape_gives_the_focus_back(guided):
    guest = guided("Failures")
    guest.page.keyboard.press("Escape")
    press, focus = (
        guest.page.keyboard.press,
        "document.activeElement.className + (document.activeElement.dataset.do || '')",
    )
    guest.page.locator("[data-do=tour]").focus()
    press("Enter")
    guest.page.locator(".tour-card").wait_for()
    card = guest.page.get_by_role("dialog", name="Tour of the tab Failures")
    assert guest.page.evaluate(focus) == "tour-card" and card.get_attribute("aria-modal") is None
    for key, number in (
        ("Enter", 2),
        ("ArrowRight", 3),
        ("ArrowLeft", 2),
        ("ArrowLeft", 1),
        ("ArrowLeft", 1),
    ):
        press(key)
        assert guest.page.evaluate(_HEAD) == f"Failures: {number} of 5"
    press("Escape")
    assert card.is_hidden() and guest.page.evaluate(focus).endswith("tour")


@pytest.mark.browser
def test_a_link_begins_the_tour_and_is_not_kept(visit):
    guest = visit("?tab=unpaired&part=digits&tour=1", size=(1280, 720))
    guest.page.locator(".tour-card").wait_for()
    assert guest.page.evaluate(_HEAD) == "Unpaired: 1 of 5" and "tour" not in guest.wish()
    guest.page.evaluate(_OPEN, "Map")
    guest.page.locator(".tour-card").wait_for(state="hidden")


@pytest.mark.browser
def test_lecture_mode_has_no_tour_and_ends_one(visit):
    guest = visit("?tab=failures&lecture=1&tour=1", size=(1280, 720))
    guest.page.wait_for_selector("[data-wall=stage]")
    assert "tour" not in guest.wish()
    assert guest.page.locator(".tour-card").is_hidden() and guest.page.locator("[data-do=tour]").is_hidden()
    guest.page.keyboard.press("Escape")
    guest.page.locator("[data-do=tour]").click()
    guest.page.locator(".tour-card").wait_for()
    guest.page.locator("[data-do=lecture]").click()
    guest.page.locator(".tour-card").wait_for(state="hidden")
