"""The app as its visitors meet it: one real server, headless Chromium, and the API without a browser."""

from __future__ import annotations

import ast
import importlib
import io
import json
import os
import random
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import gradio as gr
import httpx
import pytest
from gradio_client.utils import is_valid_file
from PIL import Image

from demos.inpainting import fillers
from demos.multimodal import subjects as multimodal
from demos.multimodal.tab import ON_THE_TILE
from demos.paired import tab as paired
from demos.voxels import words as voxels
from demos.widgets import look
from demos.widgets.photograph import PICTURES
from demos.work import pictures
from i2i.papers import PAPERS
from i2i.recipes import RECIPES
from i2i.recipes.priority import in_order
from kit.odd_images import BAD, GOOD, drawing, packed
from kit.root import ROOT
from kit.served import SECONDS, SENTENCE, Server, Visit, answer, leaks, visiting


@pytest.fixture(scope="module")
def server(app_server):
    return app_server


def test_of_fast_changes_the_last_one_counts():
    """Gradio drops an event that comes while the one before it is answered, but where it is told to keep the last."""
    page = importlib.import_module("app").app.config
    kinds = {component["id"]: component["type"] for component in page["components"]}
    dropped = [
        (kinds.get(at), event)
        for listener in page["dependencies"]
        for at, event in listener["targets"]
        if event in {"input", "change", "edit", "upload"}
        and listener["backend_fn"]
        and listener["trigger_mode"] == "once"
    ]
    assert not dropped


# ---- The next start ----

# Imports first, as the times are those after them. The first event has the tabs built, and loads what it asks for.
_SECOND = """
import json, os, sys, time
import httpx, demos.standing
from kit.served import Server, free_port
start = time.process_time()
import app
port = free_port()
app.app.launch(server_name="127.0.0.1", server_port=port, quiet=True, prevent_thread_lock=True, **app.LAUNCH)
server = Server(f"http://127.0.0.1:{port}", None, None)
def read():
    return [httpx.get(server.url + path, trust_env=False).text for path in ("/", "/config", "/gradio_api/info")]
told = {"before": read(), "seconds": time.process_time() - start, "torch": "torch" in sys.modules}
told["megabytes"] = int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
from i2i.run import pipeline
loads, load_method = [], pipeline.load_method
pipeline.load_method = lambda folder: loads.append(folder.name) or load_method(folder)
made = server.ask("attributes", 0, "bangs", "icgan-faces", None, "faces")
print(json.dumps(told | {"loads": loads, "size": made.size, "after": read()}))
os._exit(0)
"""


def test_the_next_start_shows_the_page_without_torch_or_any_model(server):
    """Two seconds of one core are the aim, and what is allowed is twice that, for slow machines."""
    cache = {"I2I_CACHE": str(server.log.parent / "cache"), "GRADIO_TEMP_DIR": str(server.log.parent)}
    ways = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    ran = subprocess.run(
        [sys.executable, "-c", _SECOND], cwd=ROOT, env=os.environ | cache | {"PYTHONPATH": ways}, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert not told["torch"] and told["seconds"] < 4
    assert told["megabytes"] < 700
    assert told["loads"] == ["icgan-faces"] and told["size"][0] == told["size"][1]
    first = [
        httpx.get(server.url + path, trust_env=False).text for path in ("/", "/config", "/gradio_api/info")
    ]
    for now in (told["before"], told["after"]):
        assert list(map(_without_chance, now)) == list(map(_without_chance, first)), "one page, at each start"
    images = re.findall(r"picture/\w+\.webp", told["before"][1])
    assert len(images) > 100


def _without_chance(text: str) -> str:
    """What a page says, without what each process draws for itself: its port, its number, addresses in memory."""
    text = re.sub(r'"(app_id|theme_hash)":\s*"?\w+"?|0x[0-9a-f]+', "", text)
    return re.sub(r"127\.0\.0\.1:\d+", "", text)


# ---- The browser ----


class Guest(Visit):
    """A visitor of the map and the tab Paired."""

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()
        self.page.wait_for_selector("#pad canvas" if name == "Paired" else "#map", state="visible")

    def made(self) -> str | None:
        return self.page.evaluate("(document.querySelector('#made img') || {}).src")

    def pad(self) -> str:
        return self.page.evaluate("document.querySelector('#pad canvas').toDataURL()")

    def alters(self, what: str, before) -> float:
        """Wait until an image under `what` is complete, no answer to a stroke on its way, and not `before`; the milliseconds it took."""
        start = time.perf_counter()
        self.page.wait_for_function(
            """([what, before]) => { const i = document.querySelector(what + ' img');
            return i && i.src !== before && i.complete && i.naturalWidth > 0 && !i.closest('[data-passing]'); }""",
            arg=[what, before],
        )
        return 1e3 * (time.perf_counter() - start)

    def draw(self, *points: tuple[float, float]) -> None:
        self.drag("#pad canvas", *points)

    def press(self, what: str) -> None:
        """A button of the pad."""
        self.page.click(f"#pad [data-do={what}]")


@pytest.fixture
def visit(server, chromium):
    """Open the app: visit(query, size), in the tab Paired or where the address leads (tab=None)."""

    with visiting(chromium, server, Guest, "#map:visible, #pad canvas:visible") as open_page:

        def enter(query: str = "", tab: str | None = "Paired", **how) -> Guest:
            visit = open_page(query, **how)
            if tab and visit.selected() != tab:
                visit.tab(tab)
            return visit

        yield enter


ARC = [(0.2, 0.7), (0.35, 0.85), (0.5, 0.9), (0.65, 0.85), (0.8, 0.7)]
OTHER = [(0.1, 0.1), (0.5, 0.3), (0.9, 0.1)]


# ---- The first look ----


@pytest.mark.browser
def test_the_map_answers_what_is_drawn_on_it_and_hands_it_on(visit):
    v = visit(tab=None)
    opens = v.page.evaluate("document.querySelector('#live-made img').src")
    onward = v.page.evaluate("document.querySelector('#live-onward [data-go]').dataset.state")
    v.drag("#live-pad canvas", *ARC)
    v.alters("#live-made", opens)  # maybe while the stroke still grew; the way on follows its end
    v.until("([b]) => document.querySelector('#live-onward [data-go]').dataset.state !== b", onward)
    drawn = v.page.evaluate("document.querySelector('#live-pad canvas').toDataURL()")
    assert v.wish().keys() <= {"tab"}, "what is drawn here is not in the Map's address"
    v.page.click("#live-onward [data-go]")
    v.page.wait_for_selector("#made img", state="visible")
    v.page.wait_for_function(
        "drawn => document.querySelector('#pad canvas').toDataURL() === drawn", arg=drawn
    )
    assert v.selected() == "Paired"
    v.faults.clear()  # a browser calls a stream that another page cut off an error
    w = visit(tab=None)
    w.page.click("#live-pad [data-do=clear]")
    w.page.wait_for_function("document.querySelector('#live-made').innerText.includes('The pad is empty')")
    w.page.click("#live-onward [data-go]")
    w.page.wait_for_selector("#made img", state="visible")
    w.faults.clear()


@pytest.mark.browser
def test_the_map_comes_first_and_leads_to_what_is_here(visit):
    v = visit(tab=None)
    assert v.selected() == "Map"
    links = v.page.evaluate("[...document.querySelectorAll('#map a.paper')].map(a => a.href)")
    here = v.page.locator(".paper.here").count()
    assert here >= 13 and here + len(links) == len(PAPERS)
    assert set(links) <= {p.url for p in PAPERS.values()}
    assert (
        v.page.locator(".index details").count() == 5 and v.page.locator(".index details[open]").count() == 1
    )
    assert v.page.inner_text(".index tr:has-text('conditioning') .at") == "06:23", "the slide's time"

    with v.page.expect_navigation():
        v.page.locator(".hero button").first.click()
    v.faults.clear()  # whoever leaves a page breaks off what it waits for
    v.page.wait_for_selector("#made img", state="visible")
    assert v.selected() == "Paired"
    for kind in (".paper.here", ".index button"):
        v.tab("Map")
        v.page.locator(kind).first.click()
        v.page.wait_for_selector("#made img", state="visible")
        assert v.selected() == "Paired", kind


WHOLE = [0, 0, 1, 1]
MIDDLE = [0.25, 0.25, 0.75, 0.75]


def _hole() -> list[float]:
    """What the tile of Inpainting shows of the picture, as shares of it."""
    hole = fillers.filled(fillers.settle()).hole
    (left, top, right, low), (w, h) = hole.nearby(96), hole.image.size
    return [left / w, top / h, right / w, low / h]


# Of each tab: an address that changes it, and where it shows what its tile does: the picture of the tile, 0 or 1, and which part of
# it, beside the element of the tab, and which part of that. The stage of 3D voxels is told by its address alone.
TILES = {
    "Paired": ("model=icons&example=3", [(0, WHOLE, "#pad canvas", WHOLE), (1, WHOLE, "#made img", WHOLE)]),
    "Unpaired": (
        "direction=yx&example=4",
        [(0, WHOLE, "#sides figure img", WHOLE), (1, WHOLE, "#sides [aria-checked=true] img", WHOLE)],
    ),
    "Multimodal": (
        "sketch=2&roll=128",
        [(0, WHOLE, "#mm-pad canvas", WHOLE)]
        + [
            (1, [x / 2, y / 2, (x + 1) / 2, (y + 1) / 2], f"#mm-wall button:nth-of-type({place + 1}) img", WHOLE)
            for i, place in enumerate(ON_THE_TILE)
            for x, y in [(i % 2, i // 2)]
        ],
    ),
    "3D voxels": ("shelf=500", []),
    "Attributes": ("person=3", [(0, WHOLE, "#at-face img", WHOLE), (1, WHOLE, "#at-board img", WHOLE)]),
    "Inpainting": (
        "picture=2&left=picture",
        [(0, WHOLE, "#ip-curtain .curtain-before", _hole), (1, WHOLE, "#ip-curtain .curtain-after", _hole)],
    ),
    "Super-resolution": (
        "picture=4",
        [(0, WHOLE, "#sr-curtain .curtain-before", MIDDLE), (1, WHOLE, "#sr-curtain .curtain-after", MIDDLE)],
    ),
    "Failures": (
        "exhibit=collapse",
        [(0, WHOLE, "#fl-shown figure:nth-of-type(1) img", WHOLE), (1, WHOLE, "#fl-shown figure:nth-of-type(2) img", WHOLE)],
    ),
    "Train live": (
        "learn=icons",
        [(0, WHOLE, "#tl-stage .tl-row:nth-child(2) img", WHOLE), (1, WHOLE, "#tl-stage .tl-row:nth-last-child(2) img", WHOLE)],
    ),
}  # fmt: skip
# A part of a picture, so small that it does not matter how it was drawn or packed.
_SMALL = """const small = (one, [left, top, right, low]) => {
  const w = one.naturalWidth || one.width, h = one.naturalHeight || one.height;
  const g = Object.assign(document.createElement('canvas'), {width: 16, height: 16}).getContext('2d');
  g.imageSmoothingQuality = 'high'; g.fillStyle = '#fff'; g.fillRect(0, 0, 16, 16);
  g.drawImage(one, left * w, top * h, (right - left) * w, (low - top) * h, 0, 0, 16, 16);
  return [...g.getImageData(0, 0, 16, 16).data];
};
"""


@pytest.fixture
def anywhere(server, chromium):
    with visiting(chromium, server, Guest, "#tabs > [role=tabpanel]:visible") as open_page:
        yield open_page


@pytest.mark.browser
@pytest.mark.parametrize("tab", TILES)
def test_a_tile_of_the_map_opens_what_it_shows(anywhere, tab):
    """Also where the tab showed something else before."""
    (changed, places), slug = TILES[tab], tab.lower().replace(" ", "-")
    v = anywhere(f"?tab={slug}&{changed}")
    v.tab("Map")
    tile = v.page.locator(f".hero [data-go='{tab}']")
    images = [tile.locator("img").nth(i) for i in (0, 1)]
    for image in images:
        image.evaluate("one => one.decode()")
    shown = [
        (what, box() if callable(box) else box, images[i].evaluate(f"(one, part) => {{ {_SMALL} return small(one, part); }}", part))
        for i, part, what, box in places
    ]  # fmt: skip
    state = {key: values[0] for key, values in parse_qs(tile.get_attribute("data-state")).items()}
    assert state, "a tab that was changed is opened anew"
    with v.page.expect_navigation():
        tile.click()
    v.faults.clear()  # whoever leaves a page breaks off what it waits for
    for place in shown:
        v.until(
            f"""([what, box, pixels]) => {{ {_SMALL}
            const one = [...document.querySelectorAll(what)].find(e => e.getClientRects().length && (e.complete ?? true) && (e.naturalWidth ?? 1));
            return one && small(one, box).reduce((sum, n, i) => sum + Math.abs(n - pixels[i]) / (.75 * pixels.length), 0) < 16; }}""",
            *place,
        )  # fmt: skip
    v.until(
        "([tab]) => document.querySelector('#tabs [role=tab][aria-selected=true]')?.textContent.trim() === tab",
        tab,
    )
    if tab != "Train live":  # where the address says nothing of what it opens with
        assert state.items() <= v.wish().items()


@pytest.mark.browser
def test_paired_shows_a_finished_picture_before_anything_is_done(visit):
    v = visit()
    v.alters("#made", None)
    assert re.fullmatch(r"http://[^/]+/picture/\w+\.webp", v.made())
    width, height = v.page.evaluate(
        "(({naturalWidth: w, naturalHeight: h}) => [w, h])(document.querySelector('#made img'))"
    )
    assert width == height >= 128
    terms = v.page.inner_text("#live")
    assert "log D" in terms and "What to notice" in terms and "Predict first" in terms
    assert v.page.locator("#samples img").count() == 5 and v.page.locator("#examples button").count() >= 9


@pytest.mark.browser
def test_every_picture_has_a_text_in_its_place(visit):
    v = visit(tab=None)
    for tab in ("Map", "Paired"):
        v.tab(tab)
        bare = v.page.evaluate(
            "[...document.images].filter(i => !i.alt.trim()).map(i => i.outerHTML.slice(0, 120))"
        )
        assert bare == [], tab
        assert v.page.evaluate("document.images.length") > 5
    assert v.page.get_attribute("#pad canvas", "aria-label")
    assert v.page.get_attribute("html", "lang")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_width_scrolls_sideways_or_breaks_a_short_button_into_three_lines(visit, width):
    v = visit(tab=None, size=(width, 900))
    for tab in ("Map", "Paired"):
        v.tab(tab)
        broken = v.page.evaluate(
            """[...document.querySelectorAll('button')].filter(e => e.offsetParent && e.innerText.length < 24).filter(e => {
              const text = document.createRange(); text.selectNodeContents(e);
              return new Set([...text.getClientRects()].map(line => Math.round(line.top / 8))).size > 2;
            }).map(e => e.innerText)"""
        )
        assert not broken, (tab, broken)
        # Whatever reaches past the right edge, for the message.
        wide = v.page.evaluate(
            """[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .slice(0, 3).map(e => e.outerHTML.slice(0, 100))"""
        )
        assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1, (tab, wide)


@pytest.mark.browser
def test_the_page_is_light_and_a_hidden_tab_fetches_nothing(visit, server):
    """600 KB beside Gradio's own files before the first tab is whole, over a line that compresses."""
    v = visit(tab=None)
    v.page.wait_for_function("[...document.querySelectorAll('#map img')].every(i => i.naturalWidth > 0)")

    def fetched() -> set[str]:
        entries = v.page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
        return {url for url in entries if "/picture/" in url}

    first = fetched()
    with httpx.Client(trust_env=False, headers={"Accept-Encoding": "br"}) as http:
        page = http.get(server.url)
        assert page.headers["content-encoding"] == "br"
        bytes_sent = page.num_bytes_downloaded
        for url in first:
            bytes_sent += len(http.get(url).raise_for_status().content)
    assert 5 < len(first) < 20 and bytes_sent < 600_000, (len(first), bytes_sent)
    told = {f"{server.url}/{name}" for name in re.findall(r"picture/\w+\.\w+", page.text)}
    assert first < told and len(told) > 150
    v.tab("Paired")
    v.page.wait_for_function("[...document.querySelectorAll('#examples img')].every(i => i.naturalWidth > 0)")
    assert len(fetched()) > len(first) + 20 and fetched() <= told


def test_a_picture_of_the_page_has_an_address_of_its_own_and_others_have_none(server):
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        names = sorted(set(re.findall(r"picture/\w+\.\w+", http.get("/").text)))
        for name in names[::40]:
            got = http.get(name)
            assert got.headers["content-type"] == f"image/{name.rpartition('.')[2]}"
            assert "immutable" in got.headers["cache-control"]
            Image.open(io.BytesIO(got.content)).load()
        for name in ("picture/", "picture/a.webp", "picture/..%2f..%2fapp.py", "picture/" + "a" * 500):
            got = http.get(name)
            assert got.status_code == 404 and SENTENCE.search(got.text), name


def test_what_comes_back_to_the_server_keeps_its_pictures():
    """An event reads data URLs; all other values that a component opens with are made light, pixel for pixel."""
    noise = Image.effect_noise((64, 64), 60).convert("RGB")
    url = look.data_url(noise)
    with gr.Blocks() as blocks:
        sent, shown = gr.Textbox(url), gr.JSON({"a": [url, 3, "b"], "b": f"<img src='{url}'>"})
        gr.Button().click(lambda text: text, sent, shown)
    pictures.lighten(blocks)
    assert sent.value == url
    name = shown.value["a"][0].removeprefix(pictures.FOLDER)
    assert shown.value == {"a": [f"picture/{name}", 3, "b"], "b": f"<img src='picture/{name}'>"}
    data, kind = pictures.picture(name)
    assert kind == "image/webp" and Image.open(io.BytesIO(data)).convert("RGB").tobytes() == noise.tobytes()
    assert pictures.picture("gone.webp") is None


def test_every_group_of_choices_has_a_name_of_its_own(server):
    """What is read out in place of the label: Gradio says "Radio" of a group without one."""
    parts = httpx.get(f"{server.url}/config", trust_env=False, timeout=SECONDS).json()["components"]
    groups = [p["props"] for p in parts if p["type"] in ("radio", "checkboxgroup")]
    assert len(groups) > 12
    assert [p.get("elem_id") for p in groups if not (p.get("label") or "").strip()] == []


@pytest.mark.browser
def test_on_a_telephone_the_result_stays_in_sight_of_the_pad(visit):
    v = visit(size=(390, 844))
    v.alters("#made", None)
    v.draws_under("#made img", "#pad canvas")


# ---- Drawing ----


@pytest.mark.browser
def test_a_stroke_is_answered_and_its_address_shows_another_visitor_the_same(visit):
    v = visit()
    v.alters("#made", None)
    blank, before = v.pad(), v.made()
    v.draw(*ARC)
    took = v.alters("#made", before)
    print(f"a stroke was answered in {took:.0f} ms")
    assert took < 15_000
    assert v.pad() != blank
    wish = v.wish()
    assert wish["model"] == "emoji" and wish["d"].count(";") >= 1, "the example's strokes and the new one"

    other = visit("?" + urlsplit(v.address).query, tab=None)
    other.page.wait_for_selector("#made img", state="visible")
    assert other.selected() == "Paired", "the link leads to what its sender saw"
    other.page.wait_for_function(
        "src => (document.querySelector('#made img') || {}).src === src", arg=v.made()
    )
    assert other.pad() == v.pad()


@pytest.mark.browser
def test_undo_and_clear(visit):
    v = visit()
    v.alters("#made", None)
    pad, made = v.pad(), v.made()
    v.draw(*ARC)
    v.alters("#made", made)
    drawn = v.made()
    v.press("undo")
    v.alters("#made", drawn)
    assert (v.pad(), v.pixels(v.made())) == (pad, v.pixels(made)), "undo is exact"

    v.press("clear")
    v.page.wait_for_selector("#made .void")
    assert v.made() is None
    assert SENTENCE.fullmatch(v.page.inner_text("#made .void").strip())
    assert v.wish()["d"] == "empty" and "example" not in v.wish()
    v.page.click("#sample")
    v.page.wait_for_function("!document.querySelector('#samples img')")

    v.draw(*OTHER)
    v.alters("#made", None)
    assert v.wish()["d"].count(";") == 0, "one stroke"


@pytest.mark.browser
def test_undo_brings_back_what_was_cleared_or_replaced(visit, tmp_path):
    v = visit()
    v.alters("#made", None)
    v.press("clear")
    v.page.wait_for_selector("#made .void")
    v.draw(*ARC)
    v.alters("#made", None)
    mine, made = v.pad(), v.pixels(v.made())

    def back(seen: str | None) -> None:
        v.press("undo")
        v.alters("#made", seen)
        assert (v.pad(), v.pixels(v.made())) == (mine, made)

    v.press("clear")
    v.page.wait_for_selector("#made .void")
    back(None)

    Image.new("RGB", (256, 256), "orange").save(tmp_path / "orange.png")
    seen = v.made()
    v.page.set_input_files("#upload input, input[type=file]", tmp_path / "orange.png")
    v.alters("#made", seen)
    back(v.made())

    seen = v.made()
    for kind in ("icon", "emoji"):  # another kind, and back to one with an example on the pad
        v.page.locator("#model label", has_text=kind).click()
        v.alters("#made", seen)
        seen = v.made()
    assert v.pad() != mine
    back(seen)


@pytest.mark.browser
def test_of_two_kinds_in_quick_succession_the_last_one_is_shown(visit):
    v = visit()
    v.alters("#made", None)
    seen = v.made()
    for kind in ("icon", "façade"):
        v.page.locator("#model label", has_text=kind).click()
    v.alters("#made", seen)
    v.page.wait_for_function("document.querySelector('#pad .pad-inks').textContent.includes('window')")


@pytest.mark.browser
def test_an_address_says_the_guess_the_patch_its_place_and_a_cleared_pad(visit):
    v = visit("?model=facades&example=2")
    v.page.wait_for_selector("#apart img")
    v.choose("#guess", "B")
    v.choose("#patch", "16 px")
    says = "document.querySelector('#eye .eye-crops figcaption').innerText"
    v.until(f"() => {says}.includes('16 × 16')")
    v.drag("#eye .eye-views canvas", (0.3, 0.4), (0.3, 0.4))
    v.until("() => new URL(location).searchParams.has('eye')")
    v.draw((0.15, 0.2), (0.4, 0.5))
    v.until("() => new URL(location).searchParams.has('d')")
    wish = v.wish()
    assert {k: wish[k] for k in ("model", "example", "guess", "patch")} == {
        "model": "facades", "example": "2", "guess": "B", "patch": "16",
    }, "strokes lie on the example's picture"  # fmt: skip
    place = ", patch at [^,]*, [^,]*"
    v.page.wait_for_timeout(2500)
    other = visit(v.address[v.address.index("?") :])
    other.until(f"([b]) => {says}.match(/{place}/)?.[0] === b", re.search(place, v.page.evaluate(says))[0])
    other.until("() => document.querySelector('#apart').innerText.includes('Right: B')")
    assert other.page.locator("#patch").get_by_role("radio", name="16 px").is_checked()
    other.until("([b]) => document.querySelector('#pad canvas').toDataURL() === b", v.pad())
    cleared = visit("?tab=paired&model=emoji&d=empty")
    cleared.page.wait_for_selector("#made .void")


@pytest.mark.browser
def test_a_seed_out_of_range_is_brought_into_it(visit):
    v = visit("?model=emoji&seed=123456")
    assert "seed 123456" in v.toast() and v.page.input_value("#seed input") == "9999"
    v.page.fill("#seed input", "-4")
    v.until("() => document.querySelector('#seed input').value === '0'")
    v.until("() => new URL(location).searchParams.get('seed') === '0'")


@pytest.mark.browser
def test_an_example_replaces_the_drawing(visit):
    v = visit("?model=emoji&example=0")
    v.alters("#made", None)
    pad, made = v.pad(), v.made()
    v.draw(*ARC)
    v.alters("#made", made)
    drawn = v.made()
    v.page.locator("#examples button").nth(3).click()
    v.alters("#made", drawn)
    assert v.pad() != pad and v.made() != made

    other = visit("?" + urlsplit(v.address).query, tab=None)
    other.page.wait_for_function(
        "src => (document.querySelector('#made img') || {}).src === src", arg=v.made()
    )
    assert other.pad() == v.pad(), "the address names the example, not the stroke before it"
    chosen = v.made()
    v.page.locator("#examples button").nth(0).click()
    v.alters("#made", chosen)
    assert (v.pad(), v.made()) == (pad, made)


@pytest.mark.browser
def test_the_seed_and_the_dice(visit):
    v = visit()
    v.alters("#made", None)
    first, pad = v.made(), v.pad()
    seed = int(v.page.input_value("#seed input"))
    v.page.click("#roll")
    v.alters("#made", first)
    assert int(v.page.input_value("#seed input")) == seed + 1
    assert v.pad() == pad
    other = visit("?" + urlsplit(v.address).query)
    other.page.wait_for_function(
        "src => (document.querySelector('#made img') || {}).src === src", arg=v.made()
    )

    second = v.made()
    v.page.fill("#seed input", str(seed))
    v.page.keyboard.press("Tab")
    v.alters("#made", second)
    assert v.pixels(v.made()) == v.pixels(first), "a seed names a picture"

    dice = v.page.evaluate("document.querySelector('#samples img').src")
    v.draw(*ARC)
    v.alters("#made", first)
    v.page.click("#sample")
    v.alters("#samples", dice)
    shown = v.page.evaluate("[...document.querySelectorAll('#samples img')].map(i => i.src)")
    assert len(set(shown)) == 5, "four samples that differ, and where they do"


@pytest.mark.browser
def test_a_building_is_painted_from_named_materials(visit):
    v = visit()
    v.alters("#made", None)
    before = v.made()
    assert not v.page.locator("#pad .pad-inks button", has_text="window").count(), "an emoji has no windows"
    v.page.locator("#model label", has_text="façade").click()
    v.alters("#made", before)
    inks = v.page.locator("#pad .pad-inks button")
    names = inks.all_inner_texts()
    assert len({n.strip() for n in names if n.strip()}) == 12, names
    assert (
        v.page.evaluate(
            "new Set([...document.querySelectorAll('#pad .pad-inks i')].map(i => i.style.background)).size"
        )
        == 12
    )

    pad, made = v.pad(), v.made()
    inks.filter(has_text=re.compile("^window$")).click()
    v.draw((0.3, 0.03), (0.6, 0.1))
    v.alters("#made", made)
    assert v.pad() != pad
    colour = v.page.evaluate(
        "[...document.querySelector('#pad canvas').getContext('2d').getImageData(230, 30, 1, 1).data]"
    )
    swatch = inks.filter(has_text=re.compile("^window$")).locator("i").evaluate("i => i.style.background")
    assert colour[:3] == [int(n) for n in re.findall(r"\d+", swatch)]
    assert v.wish()["model"] == "facades" and ";r" in v.wish()["d"]


# ---- Uploads ----


@pytest.mark.browser
def test_an_uploaded_picture_lies_under_the_pen(visit, tmp_path):
    image = Image.new("RGB", (300, 200), "white")
    image.paste((20, 120, 220), (60, 60, 200, 160))
    image.save(tmp_path / "mine.png")
    v = visit()
    v.alters("#made", None)
    pad, made = v.pad(), v.made()
    v.page.set_input_files(
        "input[data-testid='upload-upload-button'], #upload input, input[type=file]", tmp_path / "mine.png"
    )
    v.alters("#made", made)
    v.page.wait_for_function(
        "before => document.querySelector('#pad canvas').toDataURL() !== before", arg=pad
    )
    centre = v.page.evaluate(
        "[...document.querySelector('#pad canvas').getContext('2d').getImageData(230, 250, 1, 1).data]"
    )
    assert max(abs(a - b) for a, b in zip(centre, (20, 120, 220, 255), strict=True)) < 12
    made = v.made()
    v.draw(*ARC)
    v.alters("#made", made)


@pytest.mark.browser
def test_a_bad_upload_is_a_sentence_and_the_drawing_stays(visit, tmp_path):
    (tmp_path / "notes.png").write_text("this is no picture")
    (tmp_path / "void.png").write_bytes(b"")
    v = visit()
    v.alters("#made", None)
    pad, made = v.pad(), v.made()
    for name in ("notes.png", "void.png"):
        v.page.set_input_files("input[type=file]", tmp_path / name)
        text = v.toast()
        assert SENTENCE.fullmatch(text.strip()), text
        assert not leaks(text), text
        assert (v.pad(), v.made()) == (pad, made)
    v.draw(*ARC)
    v.alters("#made", made)


@pytest.mark.browser
def test_what_telephones_take_is_a_picture_also_where_the_system_does_not_know_it(visit):
    names = ["IMG_1.HEIC", "a.heif", "b.avif", "notes", "x.voxels"]
    assert [is_valid_file(name, PICTURES) for name in names] == [True, True, True, False, False]
    types = visit().page.evaluate("names => names.map(name => new File([], name).type)", names)
    assert types == ["image/heic", "image/heif", "image/avif", "", ""]


# ---- Modes ----


@pytest.mark.browser
def test_the_objective_is_taken_apart_and_the_nets_are_named_after_a_guess(visit):
    v = visit("?model=facades")
    v.page.wait_for_selector("#apart img")
    assert v.page.locator("#apart img").count() == 3
    assert "L1 alone" not in v.page.locator("#apart").inner_text(), "no answer before the question"
    v.page.locator("#guess").get_by_role("radio", name="A", exact=True).check()
    v.page.wait_for_function("document.querySelector('#apart').innerText.includes('L1 alone')")
    assert "Not quite" in v.page.locator("#apart").inner_text()
    v.page.locator("#guess").get_by_role("radio", name="B", exact=True).check()
    v.page.wait_for_function("document.querySelector('#apart').innerText.includes('Right')")


@pytest.mark.browser
def test_the_triptych_follows_the_pad(visit):
    v = visit("?model=facades")
    v.page.wait_for_selector("#apart img")
    before = v.page.evaluate("document.querySelector('#apart img').src")
    v.draw((0.15, 0.2), (0.4, 0.5))
    v.page.wait_for_function("before => document.querySelector('#apart img').src !== before", arg=before)


@pytest.mark.browser
def test_a_click_shows_the_patch_that_d_judged(visit):
    v = visit("?model=facades")
    says = v.page.locator("#eye .eye-crops figcaption")
    says.first.wait_for()
    v.page.wait_for_function(
        "document.querySelector('#eye .eye-crops figcaption').innerText.includes('70 × 70')"
    )
    canvas = v.page.locator("#eye .eye-views canvas").first
    # Asked in one breath: the view is drawn anew while the page settles, and a canvas that is being replaced has no box.
    side = v.page.wait_for_function(
        "document.querySelector('#eye .eye-views canvas')?.getBoundingClientRect().width"
    ).json_value()
    canvas.click(position={"x": side * 0.3, "y": side * 0.3})
    here = says.first.inner_text()
    canvas.click(position={"x": side * 0.7, "y": side * 0.7})
    assert says.first.inner_text() != here
    canvas.press("ArrowLeft")
    moved = says.first.inner_text()
    canvas.press("ArrowRight")
    assert says.first.inner_text() != moved
    for label, size in (("pixel", "1 × 1"), ("16 px", "16 × 16"), ("all of it", "142 × 142")):
        v.page.locator("#patch").get_by_role("radio", name=label, exact=True).check()
        v.page.wait_for_function(
            "size => document.querySelector('#eye .eye-crops figcaption').innerText.includes(size + ' px')",
            arg=size,
        )


@pytest.mark.browser
def test_on_icons_d_sees_the_made_picture_beside_the_real_one(visit):
    v = visit("?model=icons&example=2")
    v.page.wait_for_function("document.querySelectorAll('#eye .eye-views canvas').length === 2")
    assert v.page.locator("#eye figcaption", has_text="real").count() >= 1
    for label, size in (("pixel", "1 × 1"), ("all of it", "142 × 142"), ("70 px", "70 × 70")):
        v.page.locator("#patch").get_by_role("radio", name=label, exact=True).check()
        v.page.wait_for_function(
            "size => document.querySelector('#eye .eye-crops figcaption').innerText.includes(size + ' px')",
            arg=size,
        )
        assert v.page.locator("#eye .eye-views canvas").count() == 2
    v.draw(*ARC)
    v.page.wait_for_function("document.querySelectorAll('#eye .eye-views canvas').length === 1")


@pytest.mark.browser
@pytest.mark.parametrize("patch, side", [(1, 128), (16, 62), (70, 14), (142, 6)])
def test_on_icons_every_size_of_patch_looks_at_made_and_real(patch, side):
    from demos.paired import tab as paired
    from demos.paired import why

    shown = paired._shown(paired._examples("icons")[0].value, "icons", 0, 0)
    assert [p for _, p in why._choices(shown)] == [1, 16, 70, 142]
    seen = why.look_through(shown, patch)
    assert [view["title"] for view in seen["views"]] == ["made", "real"]
    assert seen["patch"] == patch and {view["rows"] for view in seen["views"]} == {side}
    assert seen["views"][0]["logits"] != seen["views"][1]["logits"]


def test_a_street_is_wider_than_any_training_picture(visit):
    v = visit("?model=facades")
    image = v.page.locator("#street img").last
    image.wait_for()
    assert image.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [1024, 256]
    v.draw((0.1, 0.1), (0.9, 0.6))
    before = image.get_attribute("src")
    v.page.click("#wide")
    v.page.wait_for_function(
        "before => [...document.querySelectorAll('#street img')].at(-1).src !== before", arg=before
    )


@pytest.mark.browser
def test_lecture_mode_by_address_and_by_button(visit):
    size = "parseFloat(getComputedStyle(document.querySelector('#live .note')).fontSize)"
    plain, lecture = visit(), visit("?tab=paired&lecture=1", tab=None)
    lecture.page.wait_for_selector("[data-wall=stage]")
    assert lecture.page.evaluate(size) > 1.2 * plain.page.evaluate(size)
    plain.page.click("[data-do=lecture]")
    assert plain.page.evaluate(size) == lecture.page.evaluate(size)
    assert plain.wish()["lecture"] == "1"
    plain.page.click("[data-key=Escape]")
    assert "lecture" not in plain.wish() and plain.page.evaluate(size) < lecture.page.evaluate(size)


@pytest.mark.browser
def test_dark_by_address_and_by_button(visit):
    light, dark = visit("?__theme=light"), visit("?__theme=dark")
    shades = """['body', '.card', '.card .label'].map(s => getComputedStyle(document.querySelector(s)))
        .map((c, i) => (i < 2 ? c.backgroundColor : c.color).match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 3)"""
    page, card, ink = light.page.evaluate(shades)
    assert page > 200 and card > 200 and ink < 140
    page, card, ink = at_night = dark.page.evaluate(shades)
    assert page < 60 and card < 60 and ink > 140
    light.page.click("[data-do=dark]")
    assert light.page.evaluate(shades) == at_night
    assert light.wish()["__theme"] == "dark"
    dark.page.click("[data-do=dark]")
    assert dark.wish()["__theme"] == "light"


# ---- The API ----


def ask(server: Server, data: bytes, model: str = "emoji", seed: int = 0) -> Image.Image | str:
    """What /paired answers to an image file."""
    return server.ask("paired", data, model, seed)


@pytest.mark.parametrize("make, size", GOOD.values(), ids=GOOD)
def test_a_picture_of_any_kind_is_translated(server, make, size):
    answer = ask(server, make())
    assert isinstance(answer, Image.Image), answer
    assert answer.size == size
    assert answer.convert("RGB").getextrema() != ((255, 255),) * 3, "it is not just paper"


@pytest.mark.parametrize("make, fault", BAD.values(), ids=BAD)
def test_a_file_that_is_no_good_is_answered_by_a_sentence(server, make, fault):
    answer = ask(server, make())
    assert isinstance(answer, str), "a picture was made of it"
    assert fault in answer and SENTENCE.fullmatch(answer), answer
    assert not leaks(answer), answer


def test_every_subject_answers_and_a_seed_names_a_picture(server):
    from demos.paired import tab as paired

    for key in paired.available():
        answers = [ask(server, packed(drawing()), model=key, seed=seed) for seed in (1, 1, 2)]
        assert all(isinstance(a, Image.Image) for a in answers), answers
        one, again, other = (a.tobytes() for a in answers)
        assert one == again != other, key


def test_a_model_that_is_not_here_is_named_with_those_that_are(server):
    answer = ask(server, packed(drawing()), model="pix3pix")
    assert "'pix3pix'" in answer and "emoji" in answer and SENTENCE.fullmatch(answer), answer
    assert not leaks(answer)


@pytest.mark.parametrize("path", ["/etc/hostname", "app.py", "../secret.png"])
def test_files_of_the_server_are_out_of_reach_and_its_folders_untold(server, path):
    with httpx.Client(base_url=f"{server.url}/gradio_api", timeout=SECONDS, trust_env=False) as http:
        told = answer(http, "paired", [{"path": path, "meta": {"_type": "gradio.FileData"}}, "emoji", 0])
    assert isinstance(told, str | None), "it was opened"
    assert str(ROOT) not in str(told) and str(ROOT.parent) + "/" not in str(told), answer


def test_fifty_visitors_at_once_are_all_answered_and_cost_no_memory(server):
    images = [packed(drawing(40 + i, 40)) for i in range(50)]

    def fifty() -> list[Image.Image | str]:
        start = time.perf_counter()
        with ThreadPoolExecutor(50) as pool:
            answers = list(pool.map(lambda p: ask(server, p, seed=random.randrange(100)), images))
        print(f"fifty visitors: {time.perf_counter() - start:.1f} s, then {server.megabytes():.0f} MB")
        return answers

    memory = []
    for _ in range(3):
        answers = fifty()
        memory.append(server.megabytes())
        turned_away = [a for a in answers if not isinstance(a, Image.Image)]
        assert all("ueue" in a for a in turned_away), turned_away
        assert len(turned_away) < 25, "most visitors must be served"
    assert memory[2] - memory[0] < 150, memory


def test_calls_leave_nothing_behind(server):
    """Gradio would keep half a megabyte for each, up to five gigabytes."""
    data = packed(drawing())
    with server.client() as http:
        path = http.post("/upload", files={"files": ("in.png", data)}).json()[0]
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        for count in (20, 150):
            before = server.megabytes()
            for _ in range(count):
                answer(http, "paired", [file, "emoji", 0])
    assert server.megabytes() - before < 0.1 * 150


def test_visits_leave_no_traceback_in_the_log(server):
    """Bad input is expected; whatever shows up here is a fault of ours. Kept last, for the visits above."""
    for make, _ in BAD.values():
        ask(server, make())
    # Gradio itself notes in the log, and only there, the files of the server that it refused to hand out above.
    ends = re.findall(r"^[\w.]+(?:Error|Exception|Exit|Interrupt)\b.*", server.log.read_text(), re.MULTILINE)
    assert [end for end in ends if not end.startswith("gradio.exceptions.InvalidPathError")] == []


# ---- Hostile drawings ----

HOSTILE = {
    "not strokes": {"ops": "draw me a sheep", "base": ""},
    "strokes that are no text": {"ops": ["p0,4,1,1"], "base": ""},
    "half a stroke": {"ops": "p0,4,120", "base": ""},
    "an hour of strokes": {"ops": ";".join(["p0,4,1,1,200,200"] * 5_000), "base": ""},
    "a base that is an address": {"ops": "", "base": "https://example.org/x.png"},
    "a base that is a path": {"ops": "", "base": "/etc/hostname"},
    "a base that is not base64": {"ops": "", "base": "data:image/png;base64,A"},
    "a base that is no picture": {"ops": "", "base": "data:image/png;base64,AAAA"},
}


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_a_drawing_that_is_none_is_refused_in_a_sentence(value):
    from demos.widgets.pad import rasterise
    from i2i.images import ImageError

    with pytest.raises(ImageError) as caught:
        rasterise(value, [("pen", "#000000")], "#ffffff")
    assert SENTENCE.fullmatch(str(caught.value))


def test_strokes_at_the_edge_are_drawn():
    from demos.widgets.pad import rasterise

    dot = rasterise({"ops": "p0,10,128,128", "base": ""}, [("pen", "#000000")], "#ffffff")
    assert dot.getpixel((128, 128)) == (0, 0, 0) and dot.getpixel((140, 128)) == (255, 255, 255)
    beyond = rasterise({"ops": "r0,0,-50,-50,300,128", "base": ""}, [("wall", "#0000ff")], "#ffffff")
    assert beyond.getpixel((255, 100)) == (0, 0, 255) and beyond.getpixel((255, 140)) == (255, 255, 255)
    erased = rasterise(
        {"ops": "r0,0,0,0,256,256;p1,40,0,128,256,128", "base": ""}, [("wall", "#0000ff")], "#ffffff"
    )
    assert erased.getpixel((100, 128)) == (255, 255, 255), "the ink after the last is the paper"


# ---- The shape of the app ----


def test_the_app_composes_tabs_and_holds_no_logic():
    body = [
        node for file in ("app.py", "demos/tabs.py") for node in ast.parse((ROOT / file).read_text()).body
    ]
    assert len(body) <= 24  # an import for each tab
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda)
    assert not [n for node in body for n in ast.walk(node) if isinstance(n, forbidden)]


TABS = sorted(p.parent.name for p in (ROOT / "demos").glob("*/tab.py"))


@pytest.mark.parametrize("name", TABS)
def test_each_tab_is_a_module_that_runs_alone(name):
    module = importlib.import_module(f"demos.{name}.tab")
    assert callable(module.tab)
    source = Path(module.__file__).read_text(encoding="utf-8")
    assert "page(tab).launch(**LAUNCH)" in source, f"python -m demos.{name}.tab"


def test_every_tab_of_the_app_is_a_folder():
    source = (ROOT / "demos" / "tabs.py").read_text()
    assert len(TABS) == 10 and all(f".{name} import tab" in source for name in TABS)


def test_what_tabs_open_with_comes_before_the_rows_of_comparisons():
    order = in_order([name for name, recipe in RECIPES.items() if recipe.shipped])
    opening = [next(n for n in subject.models if n in order) for subject in multimodal.SUBJECTS.values()]
    opening += [subject.model for subject in (*paired.SUBJECTS.values(), *fillers.SUBJECTS.values())]
    opening += [*voxels.MODELS]
    compared = (
        "unit-",
        "dualgan-",
        "discogan-",
        "distancegan-",
        "pix2pix-icons-",
        "pix2pix-facades-",
        "pggan-facades-",
    )
    first = min(order.index(name) for name in order if name.startswith(compared))
    late = [name for name in opening if order.index(name) > first]
    assert len(opening) > 10 and not late


def test_a_space_installs_the_gradio_that_is_tested():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert lines[0] == "---"
    front = dict(
        re.split(r":\s*", line, maxsplit=1) for line in lines[1 : lines.index("---", 1)] if ":" in line
    )
    assert front["sdk"] == "gradio" and front["app_file"] == "app.py"
    pin = re.search(r"^gradio==(\d+\.\d+)\.\*$", (ROOT / "requirements.txt").read_text(), re.M)[1]
    version = front["sdk_version"].strip("\"'")
    assert re.fullmatch(r"\d+\.\d+\.\d+", version) and version.rpartition(".")[0] == pin


def test_the_map_leads_to_tabs_that_are_in_the_app_alone():
    from demos.map import tab as map

    shown = map._hero() + map._index(map._tab_of()) + map._families(map._tab_of())
    built = re.findall(
        r'gr\.Tab\("([^"]+)"', "".join((ROOT / "demos" / t / "tab.py").read_text() for t in TABS)
    )
    assert {*built} - {"Map"} == {*map._TABS}
    leads = {*re.findall(r'data-go="([^"]+)"', shown)}
    assert {lead.partition("/")[0] for lead in leads} == map._there(), "a tab without models is not there"
    assert {lead for lead in leads if "/" in lead} == {
        f"Unpaired/{part}" for part in ("Many domains", "One picture", "Digits")
    }
    assert "Classes</button>" not in shown and shown.count("to come") > 10
