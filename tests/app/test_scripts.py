"""Scripts of widgets on an empty page, without the app: hands that do odd things, and what is chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

import demos
from demos import words
from demos.widgets.component import Component, worded

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
