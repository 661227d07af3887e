"""For keyboards, screen readers, telephones and projectors: one shared way of drawing, walking through groups, telling, and being read."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PIL import Image

from demos.failures import tab as failures
from demos.paired import tab as paired
from demos.unpaired import scene
from demos.widgets import materials
from demos.widgets.pad import rasterise
from i2i.data.worlds import facades
from i2i.papers import PAPERS
from i2i.run.pipeline import cards
from kit.axe import findings
from kit.served import Visit, serving, tab, visiting


class Guest(Visit):
    def go(self, where: str) -> None:
        """To a tab, "Unpaired", or to a part of one, "Unpaired/Digits"."""
        self.page.evaluate(
            """go => { const b = document.createElement('button'); b.dataset.go = go; document.body.append(b); b.click(); b.remove(); }""",
            where,
        )

    def focus(self, where: str, at: int = 0) -> None:
        self.page.locator(where).nth(at).focus()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def text(self, where: str) -> str:
        return self.page.evaluate("s => document.querySelector(s).textContent", where)

    def says(self, words: str) -> None:
        """Wait until the live region of the page holds these words."""
        self.until("([w]) => document.querySelector('#heard').textContent.includes(w)", words)

    def stops(self, where: str) -> list[int]:
        """Which of the members of a group the Tab key reaches."""
        found = self.page.evaluate("s => [...document.querySelectorAll(s)].map(one => one.tabIndex)", where)
        return [i for i, index in enumerate(found) if index == 0]

    def focused(self, where: str) -> int:
        return self.page.evaluate(
            "s => [...document.querySelectorAll(s)].indexOf(document.activeElement)", where
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("paired"), tab("paired")) as running:
        yield running


@pytest.fixture
def visit(server, chromium):
    """Visitors of the tab Paired alone."""
    with visiting(chromium, server, Guest, "#pad canvas:visible") as open_page:
        yield open_page


@pytest.fixture(scope="module")
def whole(app_server, chromium):
    """One visitor of the whole app."""
    with visiting(chromium, app_server, Guest, "#map:visible") as open_page:
        yield open_page(reduced_motion="reduce")


# ---- Drawing by keys ----


@pytest.mark.browser
def test_a_pad_is_drawn_on_by_keys(visit):
    v = visit("?model=emoji&d=p0,5,10,10,12,10")
    v.focus("#pad canvas")
    ring = "(i => [i.style.left, i.style.top, getComputedStyle(i).visibility])(document.querySelector('.pad-stage i'))"
    assert v.page.evaluate(ring) == ["50%", "50%", "visible"]
    assert v.page.locator("#pad .pad-keys").is_visible()
    described = v.page.get_attribute("#pad canvas", "aria-describedby")
    assert "Space or Enter puts the pen down" in v.text(f"#{described}")
    v.press("ArrowLeft", "Shift+ArrowUp")
    left, top, _ = v.page.evaluate(ring)
    assert left == f"{122 / 2.56:.4f}%" and top == "37.5%"
    assert v.text("#pad .heard-only") == "pen up, 48 % across, 38 % down, black"
    v.press("Enter", "Shift+ArrowRight", "Shift+ArrowDown")
    assert v.text("#pad .heard-only").startswith("pen down, 60 % across, 50 % down")
    v.press(" ")
    assert v.wish()["d"].split(";")[1:] == ["p0,5,122,96,154,96,154,128"]
    v.says("pix2pix’s answer to your drawing: an emoji")
    v.press(" ", "ArrowDown", "Escape")
    v.press("Control+z")
    assert v.wish()["d"].count(";") == 0, "one stroke was given up, one undone"
    v.page.mouse.click(5, 5)
    assert v.page.evaluate(ring)[2] == "hidden"


@pytest.mark.browser
def test_boxes_are_drawn_by_keys_and_the_pen_is_lifted_where_the_pad_is_left(visit):
    v = visit("?model=facades&d=r1,0,20,20,200,256")
    v.until("() => document.querySelectorAll('#pad .pad-inks button').length === 12")
    v.focus("#pad canvas")
    v.press(" ", "Shift+ArrowRight", "Shift+ArrowDown")
    assert v.text("#pad .heard-only").startswith("box down") and "window" in v.text("#pad .heard-only")
    v.press("Tab")
    assert v.wish()["d"].split(";")[1:] == ["r2,10,128,128,160,160"]


@pytest.mark.browser
@pytest.mark.parametrize("where, pad", [("Unpaired/Digits", "#dtn-pad"), ("Multimodal", "#mm-pad")])
def test_every_pad_has_the_same_keys(whole, where, pad):
    v = whole
    v.go(where)
    v.page.wait_for_selector(f"{pad} canvas", state="visible")
    picture = "s => document.querySelector(s + ' canvas').toDataURL()"
    v.page.click(f"{pad} [data-do=clear]")
    before = v.page.evaluate(picture, pad)
    v.focus(f"{pad} canvas")
    v.press(" ", "Shift+ArrowDown", " ")
    assert v.page.evaluate(picture, pad) != before and "pen up" in v.text(f"{pad} .heard-only")


# ---- Groups ----


@pytest.mark.browser
def test_tabs_are_one_stop_and_wait_for_enter(whole):
    v, tabs = whole, "#tabs > .tab-wrapper [role=tab]"
    v.go("Map")
    v.until("([s]) => document.querySelector(s).ariaSelected === 'true'", tabs)
    v.focus(tabs)
    assert v.stops(tabs) == [0]
    v.press("ArrowRight")
    assert v.focused(tabs) == 1 and v.stops(tabs) == [1] and v.selected() == "Map"
    v.press("End", "ArrowRight", "ArrowRight", "Enter")
    assert v.selected() == "Paired"


@pytest.mark.browser
def test_a_group_that_is_drawn_anew_keeps_the_focus(whole):
    v, wall = whole, "#fl-wall [role=radio]"
    v.go("Failures")
    v.page.wait_for_selector(wall)
    v.focus(wall)
    for key, at in (("ArrowRight", 1), ("ArrowDown", 2), ("End", 6)):
        v.press(key)
        v.until("([s, at]) => document.querySelectorAll(s)[at].ariaChecked === 'true'", wall, at)
        v.until(
            "([s, at]) => [...document.querySelectorAll(s)].indexOf(document.activeElement) === at", wall, at
        )
    assert v.stops(wall) == [6]


@pytest.mark.browser
def test_arrows_lead_through_groups_each_one_stop_of_the_tab_key(visit):
    v = visit()
    v.until("() => document.querySelector('#model[role=radiogroup]')")
    assert v.page.get_attribute("#model", "aria-label") == "Kind of drawing"
    v.focus("#model input")
    assert v.stops("#model input") == [0]
    v.press("ArrowRight")
    v.until("() => new URL(location).searchParams.get('model') === 'icons'")
    assert v.focused("#model input") == 1 and v.stops("#model input") == [1]
    v.says("a glossy icon")
    v.press("End")
    v.until("() => document.querySelectorAll('#pad .pad-inks button').length === 12")
    v.focus("#pad .pad-inks button", 2)
    v.press("Home")
    now = v.page.evaluate("[document.activeElement.ariaChecked, document.activeElement.textContent]")
    assert now == ["true", "sky, beside"]

    strip, chosen = "#examples [role=option]", "#examples [aria-selected=true]"
    assert v.page.locator(chosen).count() == 1 and v.page.get_attribute(chosen, "data-at") == "0"
    v.focus(strip)
    v.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert v.focused(strip) == 1 and v.stops(strip) == [1]
    v.press("Enter")
    v.until("() => new URL(location).searchParams.get('example') === '1'")
    assert v.page.get_attribute(chosen, "data-at") == "1"
    v.says("front 1")
    v.drag("#pad canvas", (0.2, 0.2), (0.8, 0.8))
    v.until("([s]) => !document.querySelector(s)", chosen)
    assert v.page.locator(strip).count() == len(paired._examples("facades"))


# ---- What is told ----


@pytest.mark.browser
def test_what_comes_piece_by_piece_is_told_once_it_has_come_to_rest(visit):
    v = visit("?model=emoji&d=p0,5,10,10,12,10")
    v.page.evaluate(
        """() => { window.said = []; new MutationObserver(() => said.push(document.querySelector('#heard').textContent))
        .observe(document.querySelector('#heard'), {childList: true, subtree: true, characterData: true}); }"""
    )
    v.page.mouse.click(5, 5)
    v.page.evaluate(
        """async () => { for (let i = 0; i < 6; i++) {
          document.querySelector('#made img').alt = 'frame ' + i; await new Promise(go => setTimeout(go, 60)); } }"""
    )
    v.says("frame 5")
    assert v.page.evaluate("said") == ["frame 5"]
    assert v.page.get_attribute("#heard", "role") == "status"


@pytest.mark.browser
def test_the_opening_is_not_told(visit):
    v = visit("?model=emoji&example=2")
    v.page.wait_for_timeout(1500)
    assert v.text("#heard") == ""


def test_an_answer_says_what_was_asked_and_what_came():
    example = paired._examples("icons")[4]
    more = example.value | {"ops": "p0,5,10,10,90,90"}
    for value, at, told in (
        (example.value, 4, f"the example {example.name}: a glossy icon"),
        (more, 4, f"the example {example.name}, drawn further: a glossy icon"),
        ({"ops": "p0,5,10,10,90,90", "base": ""}, 4, "your drawing: a glossy icon"),
        ({"ops": "p0,5,10,10,90,90", "base": ""}, -1, "your drawing: a glossy icon"),
    ):
        assert (
            f'alt="pix2pix’s answer to {told}, by dropout seed 3"' in paired.paint(value, "icons", 3, at)[0]
        )


# ---- Colours ----


def _light(colour: str) -> float:
    """Relative luminance, as WCAG has it."""
    c = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return float(np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])


def test_sky_wall_and_window_part_by_their_light_alone():
    def contrast(a: str, b: str) -> float:
        high, low = sorted((_light(a), _light(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    shown = dict(materials.SHOWN)
    for a, b in itertools.combinations(("sky, beside", "wall", "window"), 2):
        assert contrast(shown[a], shown[b]) > 1.6, (a, b)
    assert len({colour for _, colour in materials.SHOWN}) == len(facades.CLASSES)
    assert [name for name, _ in materials.SHOWN] == [name for name, _ in materials.INKS]


def test_the_net_is_given_the_colours_that_it_was_trained_with():
    subject, example = paired.SUBJECTS["facades"], paired._examples("facades")[0]
    sent = paired.pad_of("facades", example.value, 0)  # a pad sends back what it got, and its strokes
    given = paired._input("facades", sent)
    seen = {colour for _, colour in given.getcolors(256 * 256)}
    assert {tuple(c) for c in facades.PALETTE.tolist()} & seen == {
        tuple(bytes.fromhex(dict(subject.inks)[n][1:]))
        for n in (
            "sky, beside",
            "wall",
            "window",
            "door",
            "cornice",
            "sill",
            "balcony",
            "ornament",
            "molding",
            "shop front",
        )
        if n in dict(subject.inks)
    }
    assert given.tobytes() == rasterise(example.value, list(materials.INKS), materials.INKS[0][1]).tobytes()
    assert (
        sent["inks"][1] == ["wall", dict(materials.SHOWN)["wall"]]
        and sent["base_inks"][1] == materials.INKS[1][1]
    )


def test_a_map_is_shown_in_the_colours_of_the_page_and_another_picture_as_it_is():
    old, new = (
        np.array([list(bytes.fromhex(c[1:])) for _, c in inks], np.uint8)[None]
        for inks in (materials.INKS, materials.SHOWN)
    )
    assert np.array_equal(np.asarray(materials.shown(Image.fromarray(old))), new)
    grey = Image.new("RGB", (3, 3), (9, 9, 9))
    assert materials.shown(grey).tobytes() == grey.tobytes()


@pytest.mark.browser
def test_the_pad_shows_a_map_in_the_colours_of_the_page(visit):
    v = visit("?model=facades&example=3")
    at = "([x, y]) => [...document.querySelector('#pad canvas').getContext('2d').getImageData(x, y, 1, 1).data.slice(0, 3)]"
    wall = list(bytes.fromhex(dict(materials.SHOWN)["wall"][1:]))
    v.until(
        f"([wall]) => JSON.stringify(({at})([256, 270])) === JSON.stringify(wall) || JSON.stringify(({at})([180, 230])) === JSON.stringify(wall)",
        wall,
    )


# ---- Telephones ----


@pytest.mark.browser
@pytest.mark.parametrize(
    "where, answer, control",
    [("Attributes", "#at-told .at-glance", "#at-switches"), ("3D voxels", "#vx-stage canvas", "#vx-wall")],
)
def test_on_a_telephone_the_answer_stays_in_sight_of_what_changes_it(whole, where, answer, control):
    v = whole
    v.page.set_viewport_size({"width": 390, "height": 844})
    v.go(where)
    v.page.wait_for_selector(control, state="visible")
    v.page.evaluate("s => document.querySelector(s).scrollIntoView({block: 'end'})", control)
    v.page.wait_for_timeout(200)
    (top, end), (_, bottom) = v.page.evaluate(
        """all => all.map(s => { const {top, bottom} = document.querySelector(s).getBoundingClientRect(); return [top, bottom]; })""",
        [answer, control],
    )
    assert 0 <= top and end <= 844 and end - top > 80 and bottom <= 845, (top, end, bottom)
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    v.page.set_viewport_size({"width": 1440, "height": 1000})


# ---- Methods that fail ----


def test_the_first_methods_are_good_ones_and_a_poor_one_says_so_in_the_words_of_its_card():
    all_poor = {}
    for key in scene.available():
        poor = set()
        for method in scene.methods(key):
            card = cards()[scene.name_of(key, method)]["card"]
            top, alike = (card["figures"].get(f, [1.0])[0] for f in ("top-1", "likeness"))
            if top < 0.1 or alike < 0.5:
                poor.add(method)
            told = scene._told_fault(key, method)
            assert (card["failures"][0] in told.unescape()) == (method in poor)
            assert ("data-go" in told) == (method in poor and method == "discogan")
        first, good = scene.first(key), [m for m in scene.methods(key) if m not in poor]
        assert (
            0 < len(first) <= 4
            and set(first) <= set(good)
            and scene.settle(key, "xy", [], "").methods == tuple(first)
        )
        all_poor[key] = poor
    assert all_poor == {
        "icons": {"discogan"},
        "emoji": {"discogan", "dualgan"},
        "photographs": set(),
    }


def test_the_exhibit_that_a_poor_method_leads_to_is_about_it():
    for method, (exhibit, title) in scene._EXHIBITS.items():
        found = failures.EXHIBITS[exhibit]
        assert exhibit in failures.available() and found.words.title == title
        assert cards()[found.models[0]]["method"] == method and PAPERS[method].name in found.words.symptom


# ---- What axe says ----

_NAMES = """where => [...document.querySelectorAll(`[id='${where}'] > .tab-wrapper :is([role=tablist], .overflow-dropdown) button`)]
.map(button => button.textContent.trim())"""


def _screens(v: Guest):
    """Every tab, and each part of one, as the page leads there."""
    for name in v.page.evaluate(_NAMES, "tabs"):
        v.go(name)
        v.until(
            "([n]) => document.querySelector('#tabs > .tab-wrapper [aria-selected=true]').textContent.trim() === n",
            name,
        )
        v.page.wait_for_selector("#tabs > [role=tabpanel]:visible :is(img, canvas):visible")
        parts = v.page.evaluate(_NAMES, f"{name.lower().replace(' ', '-')}-parts")
        for part in parts or [""]:
            if part:
                v.go(f"{name}/{part}")
                v.until(
                    "([n]) => [...document.querySelectorAll('.parts > .tab-wrapper [aria-selected=true]')].some(b => b.textContent.trim() === n)",
                    part,
                )
            yield f"{name}/{part}".strip("/")


def _judged(v: Guest, sizes: list[tuple[int, int]], themes: list[bool]) -> int:
    """Let axe judge each screen at each size and in each theme (dark or not), and find nothing. How many kinds of text it met."""
    found, seen = {}, []
    v.page.evaluate("window.axeKinds = new Set()")
    for screen in _screens(v):
        seen.append(screen)
        for width, height in sizes:
            v.page.set_viewport_size({"width": width, "height": height})
            v.page.wait_for_timeout(200)
            lines = findings(v.page, contrast=False)
            for dark in themes:
                v.page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
                lines |= findings(v.page, contrast=True)
            if lines:
                found[f"{screen} at {width} px"] = sorted(lines)
    assert len(seen) >= 12 and "Unpaired/Digits" in seen
    assert not found, "\n".join(f"{where}\n  " + "\n  ".join(lines) for where, lines in found.items())
    return v.page.evaluate("axeKinds.size")


@pytest.mark.browser
def test_axe_finds_nothing_serious_in_any_tab(whole):
    assert _judged(whole, [(1440, 1000)], [False]) > 30


@pytest.mark.browser
@pytest.mark.long
def test_axe_finds_nothing_serious_in_any_tab_light_or_dark_wide_or_narrow(whole):
    assert _judged(whole, [(390, 844), (1440, 1000)], [True, False]) > 60


@pytest.mark.browser
def test_axe_would_find_a_text_too_faint_and_a_button_without_a_name(whole):
    v = whole
    v.page.evaluate(
        """() => { const box = document.createElement('div'); box.id = 'faint';
        box.innerHTML = '<p style="color: #bbb; background: #fff; font-size: 14px">faint</p><button></button>'; document.body.append(box); }"""
    )
    try:
        assert any("faint</p>" in line for line in findings(v.page, contrast=True))
        assert any(line.startswith("button-name") for line in findings(v.page, contrast=False))
    finally:
        v.page.evaluate("document.querySelector('#faint').remove()")


# ---- Last, since it leaves the page ----


@pytest.mark.browser
def test_a_poor_method_leads_to_its_exhibit(whole):
    v = whole
    v.go("Unpaired/Compare")
    v.page.wait_for_selector("#sides img", state="visible")
    assert v.page.locator("#sides .fault").count() == 0, "none of the first"
    v.page.locator("#methods").get_by_label("DiscoGAN").check()
    v.page.locator("#sides .fault button").click()
    v.until("() => new URL(location).searchParams.get('exhibit') === 'bottleneck'")
    v.page.wait_for_selector("#fl-wall [aria-checked=true][aria-label='Lost in the middle']")
    v.page.wait_for_selector("#fl-shown h2:has-text('Lost in the middle')")
