"""Lecture mode: each tab fits a projector in type that is read from the last row, and keys do what they say."""

from __future__ import annotations

import re

import pytest

from demos.lecture import MOST, coded
from kit.root import ROOT
from kit.served import Visit, visiting

PAGE = (ROOT / "docs" / "lectures.md").read_text()

# What is seen without scrolling: the answer, the input, and what steps it; and the least width of the answer.
TABS = {
    "map": ("#map .hero button:last-child", "#map .hero button", "#map .hero button", 200),
    "paired": ("#made img", "#pad canvas", "#examples button", 420),
    "unpaired/compare": ("#sides button img", "#sides figure img", "#heap button", 180),
    "unpaired/many-domains": ("#star-targets img", "#star-trip img", "#star-heap button", 160),
    "unpaired/one-picture": ("#once-stage figure:nth-child(2) img", "#once-stage img", "#once-begin", 180),
    "unpaired/digits": (
        "#dtn-told .trip figure:nth-child(2) img",
        "#dtn-pad canvas",
        "#dtn-heap button",
        250,
    ),
    "multimodal": ("#mm-wall .board", "#mm-pad canvas", "#mm-roll", 480),
    "3d-voxels": ("#vx-stage .vx-room", "#vx-wall button:last-child", "#vx-roll", 520),
    "attributes": ("#at-board img", "#at-face img", "#at-switches button", 150),
    "inpainting": ("#ip-curtain .curtain-stage", "#ip-brush .brush-stage", "#ip-brush button.step", 420),
    "super-resolution": ("#sr-curtain .curtain-stage", "#sr-frame .framed-on", "#sr-side", 420),
    "train-live/training": ("#tl-stage img", "#tl-go", "#tl-both", 74),
    "train-live/mirror": (
        "#mirror .mirror-made",
        "#mirror .mirror-seen img",
        "#mirror [data-do=camera]",
        270,
    ),
    "failures": ("#fl-shown .fl-row figure:nth-child(2) img", "#fl-heap button", "#fl-wall button", 180),
}

_SMALL = """() => {  // text that is seen and is smaller than 20 px, or beyond the sides of the window
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let node; (node = texts.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || e.matches('.wall-title') || !e.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;  // a long title ends in an ellipsis
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.bottom < 0 || box.top > innerHeight) continue;
    const scale = e.ownerSVGElement ? e.getScreenCTM().a : 1, size = scale * parseFloat(getComputedStyle(e).fontSize);
    if (size < 19.99) found.push(`${size.toFixed(1)} px: ${node.data.trim().slice(0, 40)}`);
    if (box.right > innerWidth + 1 || box.left < -1) found.push(`beyond: ${node.data.trim().slice(0, 40)}`);
  }
  return found;
}"""
_SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll('[data-wall=on], [data-wall=on] *')].filter(e =>
  e.clientWidth && e.scrollWidth > e.clientWidth + 2 && (e === document.documentElement || /auto|scroll/.test(getComputedStyle(e).overflowX)))
  .map(e => `${e.tagName} ${e.id} ${e.className}: ${e.scrollWidth} > ${e.clientWidth}`)"""
_CARD = "document.querySelector('.wall-title').textContent"


@pytest.fixture(scope="module")
def visit(app_server, chromium):
    with visiting(chromium, app_server, Visit, "#tabs > [role=tabpanel]:visible") as open_page:
        yield open_page


@pytest.fixture(scope="module")
def wall(visit):
    """A page in lecture mode, 1024 x 768, and how to bring a tab up."""
    guest = visit("?lecture=1", size=(1024, 768))
    guest.page.wait_for_selector("[data-wall=stage]")

    def up(place: str) -> Visit:
        tab, _, part = place.partition("/")
        guest.page.evaluate(
            """async ([tab, part]) => {
              const slug = b => b.textContent.trim().toLowerCase().replaceAll(' ', '-'), wait = () => new Promise(go => setTimeout(go, 100));
              const press = (within, name) => [...document.querySelectorAll(`${within} > .tab-wrapper [role=tablist] button`)].find(b => slug(b) === name);
              press('#tabs', tab).click();
              for (let i = 0; part && i < 100 && !press('.parts', part); i++) await wait();
              if (part) press('.parts', part).click();
              document.activeElement.blur(); window.scrollTo({top: 0});
            }""",
            [tab, part],
        )
        guest.page.wait_for_selector(f"[data-wall=stage][data-tab='{place}']")
        return guest

    return up


def box(guest: Visit, where: str) -> dict:
    one = guest.page.locator(f"{where} >> visible=true").first
    one.wait_for()
    return one.bounding_box()


# ---- What is seen ----


@pytest.mark.browser
@pytest.mark.parametrize("place", TABS)
def test_a_tab_fits_a_projector(wall, place):
    guest, (*needed, wide) = wall(place), TABS[place]
    for where in needed:
        seen = box(guest, where)
        ends = seen["x"] + seen["width"], seen["y"] + seen["height"]
        assert min(seen["x"], seen["y"]) >= 0 and ends[0] <= 1024 and ends[1] <= 768, (where, seen)
    assert box(guest, needed[0])["width"] >= wide
    assert guest.page.evaluate(_SMALL) == []
    assert guest.page.evaluate(_SIDEWAYS) == []
    assert guest.page.evaluate("document.documentElement.scrollHeight <= innerHeight")


@pytest.mark.browser
@pytest.mark.parametrize(
    "place",
    [pytest.param(p, marks=[] if p in ("map", "paired", "failures") else [pytest.mark.long]) for p in TABS],
)
def test_each_card_is_reached_and_is_read_from_afar(wall, place):
    guest = wall(place)
    count = int(guest.page.evaluate(_CARD).split(" ")[0].split("/")[1])
    cards = []
    for _ in range(count - 1):
        guest.page.click("[data-turn='1']")
        cards.append(guest.page.evaluate(_CARD))
        guest.page.wait_for_selector("[data-wall=view] [data-wall=on]")
        assert guest.page.evaluate(_SMALL) == [] and guest.page.evaluate(_SIDEWAYS) == [], cards[-1]
    assert len(set(cards)) == len(cards) and all(re.fullmatch(r"\d+/\d+ .{3,}", card) for card in cards)
    assert "card" in guest.wish() or count == 1


# ---- The keys ----


def shown(guest: Visit) -> str:
    return guest.page.evaluate(
        "document.querySelector('#tabs [role=tab][aria-selected=true]').textContent.trim()"
    )


@pytest.mark.browser
def test_numbers_choose_tabs_and_arrows_step_examples(wall):
    guest = wall("map")
    for key, name in (("2", "Paired"), ("9", "Failures"), ("8", "Super-resolution")):
        guest.page.keyboard.press(key)
        assert shown(guest) == name
    at = "document.querySelector('#sr-heap [aria-checked=true]').dataset.at"
    before = guest.page.evaluate(at)
    guest.page.keyboard.press("ArrowRight")
    guest.until(f"([was]) => {at} === String(Number(was) + 1)", before)
    guest.page.keyboard.press("ArrowLeft")
    guest.until(f"([was]) => {at} === was", before)


@pytest.mark.browser
def test_black_returns_at_any_key_and_that_key_does_nothing_else(wall):
    guest = wall("paired")
    black = guest.page.locator(".wall-black")
    guest.page.keyboard.press("b")
    assert black.bounding_box() == {"x": 0, "y": 0, "width": 1024, "height": 768}
    guest.page.keyboard.press("9")
    assert black.is_hidden() and shown(guest) == "Paired"


@pytest.mark.browser
def test_r_reveals_and_s_steps(wall):
    guest = wall("failures")
    guest.page.keyboard.press("r")
    guest.page.wait_for_selector("#fl-verdict .note.notice:visible")
    assert guest.page.locator("#fl-answer input:checked").count() == 1
    at = "document.querySelector('#fl-heap [aria-checked=true]').dataset.at"
    before = guest.page.evaluate(at)
    guest.page.keyboard.press("s")
    guest.until(f"([was]) => {at} !== was", before)
    guest = wall("paired")
    guest.page.keyboard.press("r")
    assert guest.page.evaluate(_CARD) == "Nothing is hidden on this card."
    before = guest.page.input_value("#seed input")
    made = guest.page.evaluate("document.querySelector('#made img').src")
    guest.page.keyboard.press("s")
    guest.until("([was]) => Number(document.querySelector('#seed input').value) === Number(was) + 1", before)
    guest.until("([was]) => document.querySelector('#made img').src !== was", made)
    guest.page.keyboard.press("PageDown")
    guest.page.keyboard.press("r")
    assert guest.page.locator("#live details.predict[open]").count() == 1
    guest.page.keyboard.press("r")
    assert guest.page.locator("#live details[open]").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "place, what",
    [
        ("attributes", "document.querySelector('#at-face img').alt"),
        ("unpaired/digits", "document.querySelector('#dtn-heap [aria-checked=true]').dataset.at"),
    ],
)
def test_s_leads_to_another_face_and_to_another_digit(wall, place, what):
    guest = wall(place)
    before = guest.page.evaluate(what)
    guest.page.keyboard.press("s")
    guest.until(f"([was]) => {what} !== was", before)


@pytest.mark.browser
def test_page_keys_turn_the_cards_and_the_address_says_which(wall):
    guest = wall("failures")
    guest.page.keyboard.press("PageDown")
    assert guest.page.evaluate(_CARD).startswith("2/") and guest.wish()["card"] == "2"
    assert guest.page.locator("#fl-told").is_visible() and guest.page.locator("#fl-shown").is_hidden()
    guest.page.keyboard.press("PageUp")
    assert guest.page.locator("#fl-shown").is_visible() and "card" not in guest.wish()


@pytest.mark.browser
def test_f_asks_for_the_full_screen(wall):
    guest = wall("map")
    guest.page.evaluate(
        "() => { window.asked = 0; Element.prototype.requestFullscreen = async () => { window.asked += 1; }; }"
    )
    guest.page.keyboard.press("f")
    assert guest.page.evaluate("window.asked") == 1


@pytest.mark.browser
def test_the_list_of_keys_has_the_focus_and_closes_by_escape(wall):
    guest = wall("map")
    guest.page.keyboard.press("?")
    dialog = guest.page.locator("dialog.wall-list")
    assert dialog.is_visible() and guest.page.evaluate(
        "document.activeElement.closest('.wall-list') !== null"
    )
    for key in ("1 … 9, 0", "← →", "R", "S", "B", "F", "Q", "Esc"):
        assert dialog.get_by_text(key, exact=True).count() == 1
    guest.page.keyboard.press("5")
    assert shown(guest) == "Map"
    guest.page.keyboard.press("Escape")
    assert dialog.is_hidden() and guest.wish()["lecture"] == "1"


@pytest.mark.browser
def test_q_shows_a_code_of_the_address(wall):
    guest = wall("failures")
    guest.page.keyboard.press("q")
    guest.page.wait_for_function(
        "() => { const i = document.querySelector('.wall-image'); return !i.hidden && i.naturalWidth > 100; }"
    )
    address = guest.page.inner_text(".wall-address")
    assert "tab=failures" in address and "lecture" not in address
    assert guest.page.get_attribute(".wall-image", "src") == coded(address)["src"]
    assert guest.page.locator(".wall-near").is_visible(), "at 127.0.0.1 nobody else can open it"
    guest.page.keyboard.press("Escape")
    assert guest.page.locator("dialog.wall-code").is_hidden()


@pytest.mark.browser
def test_who_takes_keys_keeps_them(wall):
    guest = wall("paired")
    for where in ("#seed input", "#pad input[type=range]", "#pad canvas"):
        guest.page.focus(where)
        for key in ("b", "s", "?", "q", "ArrowRight", "9"):
            guest.page.keyboard.press(key)
        assert shown(guest) == "Paired" and guest.page.locator(".wall-black").is_hidden()
        assert guest.page.locator("dialog[open]").count() == 0
        guest.page.keyboard.press("Escape")
        assert guest.wish()["lecture"] == "1" and guest.page.evaluate(
            "document.activeElement === document.body"
        )
    guest.page.keyboard.press("Control+b")
    assert guest.page.locator(".wall-black").is_hidden()
    guest.page.keyboard.press("9")
    assert shown(guest) == "Failures"


@pytest.mark.browser
def test_a_button_turns_it_on_and_escape_off(visit):
    guest = visit("?tab=paired", size=(1280, 720))
    guest.page.wait_for_selector("#pad canvas")
    guest.page.keyboard.press("b")
    assert guest.page.locator(".wall-black").is_hidden() and guest.page.locator(".wall-bar").is_hidden()
    button = guest.page.locator(".masthead [data-do=lecture]")
    assert "Keys" in button.get_attribute("title")
    button.click()
    assert guest.wish()["lecture"] == "1" and guest.page.locator(".wall-bar").is_visible()
    assert {"R", "S", "B", "F", "Q", "?", "Esc"} == set(
        guest.page.locator(".wall-keys kbd").all_inner_texts()
    )
    guest.page.keyboard.press("Escape")
    assert "lecture" not in guest.wish() and guest.page.locator(".masthead").is_visible()
    assert guest.page.locator("#live").is_visible()


@pytest.mark.browser
def test_a_telephone_sees_nothing_of_lecture_mode(visit):
    guest = visit("?tab=failures&lecture=1", size=(390, 844))
    guest.page.wait_for_selector("#fl-answer")
    for where in (".wall-bar", ".lecture-only", "dialog", ".wall-black"):
        assert guest.page.locator(f"{where}:visible").count() == 0, where


def test_a_code_is_an_image_until_an_address_is_too_long():
    short, again, long = coded("http://a.b/?tab=map"), coded("http://a.b/?tab=maps"), coded("x" * (MOST + 1))
    assert short["src"].startswith("data:image/svg") and not short["fault"] and short["src"] != again["src"]
    assert not long["src"] and str(MOST) in long["fault"]
    assert coded("x" * MOST)["src"]


# ---- The script of docs/lectures.md ----


def sections() -> dict[str, str]:
    """Tab or part, as TABS names it -> its text."""
    found = dict(re.findall(r"^##+ ([^\n]+)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))
    return {title.lower().replace(": ", "/").replace(" ", "-"): text for title, text in found.items()}


@pytest.mark.parametrize("place", TABS)
def test_a_tab_has_a_script_of_ten_minutes(place):
    text = sections()[place]
    minutes = [int(m) for m in re.findall(r"^\d+\. \((\d+) min\)", text, re.M)]
    assert sum(minutes) == 10 and len(re.findall(r"\bask\b", text, re.I)) >= 2
    assert "The slip: *" in text


@pytest.mark.browser
@pytest.mark.parametrize("place", TABS)
def test_what_a_script_names_is_a_label_of_its_tab(wall, place):
    named = set(re.findall(r"\*\*(.+?)\*\*", sections()[place]))
    assert len(named) >= 4
    labels = wall(place).page.evaluate(
        """() => { const panel = [...document.querySelectorAll('#tabs > [role=tabpanel]')].find(p => p.style.display !== 'none');
          const part = [...panel.querySelectorAll('.parts > [role=tabpanel]')].find(p => p.style.display !== 'none') || panel, found = [];
          for (const e of part.querySelectorAll('*')) {
            for (const name of ['aria-label', 'title', 'alt']) if (e.getAttribute(name)) found.push(e.getAttribute(name));
            if (e.children.length < 3 && e.textContent.length < 160) found.push(e.textContent);
          }
          return found.map(text => text.replace(/\\s+/g, ' ').trim()); }"""
    )
    missing = {name for name in named if name not in labels}
    assert not missing
