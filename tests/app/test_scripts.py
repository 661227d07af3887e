"""Scripts of widgets on an empty page, without the app: hands that do odd things, and what is chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

import demos
from demos import words
from demos.multimodal.walk import Way
from demos.voxels import shapes
from demos.voxels.painter import Painter
from demos.voxels.view import begun
from demos.widgets.component import Component, worded
from demos.widgets.pad import Pad, rasterise
from demos.widgets.strip import Strip

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
DEMOS = Path(demos.__file__).parent

# As Gradio does it: the script sees its element and its value, and is told when the server has changed that.
MOUNT = """([html, style, script, value]) => {
  const element = document.body.appendChild(document.createElement('div')), sheet = document.createElement('style');
  sheet.textContent = style; document.head.append(sheet);
  element.innerHTML = html; element.style.width = '400px';
  const watchers = [];
  window.props = {value}; window.told = []; window.element = element;
  window.server = value => { props.value = value; watchers.forEach(see => see()); };
  new Function('element', 'props', 'trigger', 'watch', script)(element, props, (...what) => told.push(what), (_, see) => watchers.push(see));
}"""


@pytest.fixture
def blank(chromium):
    """A page for fingers with nothing on it but what all pages have."""
    page = chromium.new_context(has_touch=True, viewport={"width": 900, "height": 900}).new_page()
    page.faults = []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    page.route(
        "**/*", lambda route: route.fulfill(body="<!doctype html><body></body>", content_type="text/html")
    )
    page.goto("http://127.0.0.1/")
    page.add_script_tag(content=(DEMOS / "address.js").read_text())
    yield page
    assert page.faults == []
    page.context.close()


def mount(page, kind: type[Component], value) -> None:
    page.evaluate(MOUNT, [str(kind.HTML), kind.STYLE, kind.SCRIPT, value])


class Hand:
    """Fingers on a canvas; places are shares of it."""

    def __init__(self, page, where: str = "canvas"):
        self.send = page.context.new_cdp_session(page).send
        self.box, self.down = page.locator(where).bounding_box(), {}

    def touch(self, kind: str, **fingers: tuple[float, float]) -> None:
        self.down |= fingers
        points = [
            {
                "x": self.box["x"] + x * self.box["width"],
                "y": self.box["y"] + y * self.box["height"],
                "id": ord(name),
            }
            for name, (x, y) in self.down.items()
        ]
        self.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def put(self, **fingers: tuple[float, float]) -> None:
        self.touch("touchStart", **fingers)

    def move(self, **fingers: tuple[float, float]) -> None:
        self.touch("touchMove", **fingers)

    def lift(self, finger: str) -> None:
        del self.down[finger]
        self.touch("touchMove" if self.down else "touchEnd")  # whoever is told of no more was lifted


@pytest.mark.browser
def test_a_palm_on_the_pad_neither_ends_a_stroke_nor_draws(blank):
    mount(blank, Pad, {"ops": "", "base": ""})
    hand = Hand(blank)
    hand.put(a=(0.25, 0.5))
    hand.move(a=(0.375, 0.5))
    hand.put(b=(0.5, 0.875))
    hand.move(a=(0.5, 0.5), b=(0.75, 0.875))
    hand.lift("b")
    hand.move(a=(0.625, 0.5))
    hand.lift("a")
    (stroke,) = blank.evaluate("props.value.ops").split(";")
    numbers = [int(n) for n in stroke.split(",")[2:]]
    assert numbers[:2] == [64, 128] and numbers[-2:] == [160, 128] and {*numbers[1::2]} == {128}
    hand.put(c=(0.125, 0.125))
    hand.lift("c")
    assert blank.evaluate("props.value.ops").count(";") == 1, "the next finger draws"


PENS = {
    "inks": [["black", "#000000"], ["eraser", "#ffffff"], ["red", "#ff0000"]],
    "paper": "#ffffff",
    "dab": 32,
}
SMALL = "p0,5,100,40,140,40,140,60;p2,10,120,50;p1,15,0,0"


def numbers(ops: str) -> list[list[int]]:
    return [[int(n) for n in op.split(",")[1:]] for op in ops.split(";")]


@pytest.mark.browser
def test_a_small_drawing_is_made_as_large_as_the_pad_and_its_dabs_with_it(blank):
    mount(blank, Pad, PENS | {"ops": SMALL, "base": ""})
    fit = blank.locator("[data-do=fit]")
    assert fit.is_enabled()
    fit.click()
    (width, *line), (dab, *at), (eraser, *away) = numbers(blank.evaluate("props.value.ops"))
    assert width == 5, "a line is as wide as it was"
    assert [line[0], line[2]] == pytest.approx([36, 220], abs=3), (
        "from side to side but for the width of the line"
    )
    assert dab == pytest.approx(46, abs=1) and at == pytest.approx([128, 128], abs=3), (
        "in the middle, as large a part of it"
    )
    assert eraser == pytest.approx(69, abs=2) and max(away) < -eraser, "what touched nothing touches nothing"
    assert fit.is_disabled(), "it is large now"
    blank.keyboard.press("Control+z")
    assert blank.evaluate("props.value.ops") == SMALL, "the keys are the pad's still"
    blank.click("[data-do=clear]")
    assert fit.is_disabled(), "nothing is drawn"
    hand = Hand(blank)
    hand.put(a=(0.5, 0.5))
    hand.lift("a")
    assert fit.is_disabled(), "a point has no size"
    for end, small in ((0.7, True), (0.99, True), (0.01, False)):
        hand.put(a=(0.5, 0.5))
        hand.move(a=(end, 0.5))
        hand.lift("a")
        assert fit.is_enabled() == small == ("press fit" in blank.inner_text(".pad-hints"))


@pytest.mark.browser
def test_what_was_erased_does_not_count_when_a_drawing_is_made_larger(blank):
    mount(
        blank,
        Pad,
        PENS | {"ops": "p0,5,10,10,30,10;p1,20,5,10,35,10;p0,5,108,108,148,108,148,148", "base": ""},
    )
    blank.click("[data-do=fit]")
    *_, (_, *square) = numbers(blank.evaluate("props.value.ops"))
    assert max(square) == pytest.approx(220, abs=4) and min(square) == pytest.approx(36, abs=4)
    assert (
        blank.evaluate("element.querySelector('canvas').getContext('2d').getImageData(4, 4, 1, 1).data[0]")
        == 255
    )


@pytest.mark.browser
def test_the_widest_eraser_is_one_that_the_server_reads(blank):
    mount(blank, Pad, PENS | {"ops": "", "base": ""})
    blank.evaluate(
        "(r => { r.value = 40; r.dispatchEvent(new Event('input')); })(element.querySelector('input'))"
    )
    blank.click("[data-do=erase]")
    blank.evaluate(
        "(r => { r.value = 40; r.dispatchEvent(new Event('input')); })(element.querySelector('input'))"
    )
    hand = Hand(blank)
    hand.put(a=(0.5, 0.5))
    hand.lift("a")
    ops = blank.evaluate("props.value.ops")
    assert numbers(ops) == [[99, 128, 128]]
    rasterise({"ops": ops}, [("black", "#000000")], "#ffffff")


@pytest.mark.browser
def test_maps_paintings_and_strokes_on_a_picture_stay_as_large_as_they_are(blank):
    fit = blank.locator("[data-do=fit]")
    paints = {"inks": [["wall", "#0000ff"], ["window", "#00ff00"]], "ops": "p1,24,9,9,30,30", "base": ""}
    mount(blank, Pad, paints | {"boxes": True})
    assert not fit.is_visible()
    blank.evaluate("value => server(value)", paints | {"paper": "#ffffff"})
    assert not fit.is_visible()
    blank.evaluate(
        "server({inks: [['black', '#000000']], paper: '#ffffff', ops: 'p0,5,9,9,30,30', base: 'data:,'})"
    )
    assert fit.is_visible() and fit.is_disabled()


@pytest.mark.browser
def test_a_palm_on_the_painter_neither_ends_a_stroke_nor_turns_the_volume(blank):
    mount(blank, Painter, shapes.packed(begun(16)))
    if not blank.locator("canvas").is_visible():
        pytest.skip("needs WebGL")
    blank.click("[data-do=clear]")
    blank.click("[data-do=mirror]")
    blank.wait_for_timeout(200)  # it is drawn once a frame, and picked from what was drawn
    hand = Hand(blank)
    hand.put(a=(0.4, 0.6))
    hand.put(b=(0.5, 0.7))
    hand.move(a=(0.42, 0.6), b=(0.6, 0.75))
    hand.lift("b")
    assert len(blank.evaluate("told")) == 1, "clear alone: the stroke goes on"
    hand.move(a=(0.6, 0.6))
    hand.lift("a")
    assert len(blank.evaluate("told")) == 2
    painted = shapes.unpacked(blank.evaluate("({runs: props.value.runs, sides: props.value.sides})"))
    many = int((painted > 127).sum())
    assert many > 8, "a stroke of more than a block"
    blank.click("[data-do=undo]")
    left = shapes.unpacked(blank.evaluate("({runs: props.value.runs, sides: props.value.sides})"))
    assert not (left > 127).any(), "it was one stroke"


@pytest.mark.browser
def test_the_strip_shows_what_is_chosen_from_the_start_and_after_the_server_chose(blank):
    shown = [{"name": name, "before": PIXEL, "after": PIXEL} for name in ("a cup", "a &lt;b&gt;", "a tree")]
    mount(blank, Strip, {"shown": shown, "chosen": 1})

    def chosen() -> list[str]:
        return blank.locator("[role=option][aria-selected=true]").evaluate_all("all => all.map(b => b.title)")

    assert chosen() == ["a <b>"] and blank.locator("[role=option][aria-selected=false]").count() == 2
    button = blank.locator("[role=option]").nth(2)
    assert button.get_attribute("aria-label") == "Example: a tree"
    assert [image.get_attribute("alt") for image in button.locator("img").all()] == [
        "input: a tree",
        "made: a tree",
    ]
    button.click()
    assert chosen() == ["a tree"] and blank.evaluate("told") == [["select", {"index": 2, "value": None}]]
    assert blank.evaluate("document.activeElement.title") == "a tree"
    for at, titles in ((-1, []), (0, ["a cup"])):
        blank.evaluate("at => server({chosen: at})", at)
        assert chosen() == titles and blank.locator("[role=option]").count() == 3
    blank.evaluate("value => server(value)", {"shown": shown[:2], "chosen": -1})
    assert chosen() == [] and blank.locator("[role=option]").count() == 2


@pytest.mark.browser
@pytest.mark.parametrize("left", ["element.style.display = 'none'", "server({frames: [], label: ''})"], ids=["tab", "model"])  # fmt: skip
def test_play_halts_when_its_tab_is_left_or_there_is_no_walk_any_more(blank, left):
    mount(blank, Way, {"frames": [{"src": PIXEL, "alt": f"frame {i}"} for i in range(9)], "label": "the way"})
    play, pressed = blank.locator("[data-do=play]"), "document.querySelector('[data-do=play]').ariaPressed"
    play.click()
    first = blank.locator("input").input_value()
    blank.wait_for_function("was => document.querySelector('input').value !== was", arg=first)
    assert blank.evaluate(pressed) == "true"
    blank.evaluate(left)
    blank.wait_for_function(f"{pressed} === 'false'")
    stands = blank.locator("input").input_value()
    blank.wait_for_timeout(300)
    assert blank.locator("input").input_value() == stands


@pytest.mark.browser
def test_share_pressed_twice_reads_as_before_in_the_end(blank):
    blank.evaluate("navigator.clipboard.writeText = async () => {}")
    script = worded((DEMOS / "page.js").read_text(), words.PAGE_SCRIPT)
    blank.evaluate(MOUNT, [f'<button data-do="share">{words.SHARE}</button>', "", script, None])
    share, says = blank.locator("[data-do=share]"), "document.querySelector('[data-do=share]').textContent"
    share.click()
    blank.wait_for_function(f"{says} === {words.PAGE_SCRIPT['copied']!r}")
    share.click()
    blank.wait_for_timeout(1800)
    assert blank.evaluate(says) == words.SHARE
