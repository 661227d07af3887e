"""The mirror: a browser's fake camera through a small net, what is said without one, and that nothing is kept."""

from __future__ import annotations

import asyncio
import base64
import io
import shutil

import gradio as gr
import numpy as np
import pytest
from gradio.state_holder import SessionState
from PIL import Image

from demos.live import mirror, words
from demos.page import page as whole
from i2i.run import pipeline
from kit.served import SENTENCE, Visit, leaks, serving, visiting

SLOW, PAUSE = mirror.SHARES[1], 0.5  # the share of lines at which an answer takes so many seconds longer

CODE = f"""
import time; import gradio as gr; import torch; torch.set_num_threads(1)
from demos.page import LAUNCH, page as whole
from demos.live import mirror
plain = mirror.reflect
mirror.reflect = lambda value: (time.sleep({PAUSE} * (value.get('share') == {SLOW})), plain(value))[1]
def live():
    with gr.Tab('Live', id='live'), gr.Tabs(elem_id='live-parts', elem_classes='parts'):
        with gr.Tab('Mirror'):
            again, outputs = mirror.card()
        with gr.Tab('Other'):
            gr.HTML('<p id="other">Another part.</p>')
    def restore(request: gr.Request):
        return again(dict(request.query_params))[0]
    return restore, outputs
page = whole(live)"""

WATCHED = """(() => {
  window.lent = [];
  const plain = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async how => { const stream = await plain(how); window.lent.push(stream); return stream; };
})()"""


def frame(image: Image.Image) -> str:
    image.save(buffer := io.BytesIO(), "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def disc(x: float, y: float, size: tuple[int, int] = (128, 128)) -> Image.Image:
    """A dark disc on light grey, its middle at a place in the unit square."""
    rows, columns = np.indices(size[::-1])
    away = np.hypot(columns - x * size[0], rows - y * size[1])
    return Image.fromarray(np.where(away < 0.18 * size[1], 40, 200).astype(np.uint8)).convert("RGB")


# ---- What is answered ----


def test_without_a_net_there_is_no_part(tmp_path, monkeypatch):
    assert mirror.available()
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    assert not mirror.available() and mirror.card() is None


@pytest.mark.parametrize("name", mirror.NETS)
def test_each_net_of_the_choice_answers_to_the_lines(name):
    here, there = (
        mirror.reflect({"frame": frame(disc(x, 0.5)), "net": name, "share": 6, "n": 3}) for x in (0.3, 0.7)
    )
    assert here["n"] == 3 and words.NETS[name].makes in here["alt"] and 0 <= here["net_ms"] <= here["ms"]
    assert here["lines"] != there["lines"] and here["made"] != there["made"]
    assert here == here | {
        k: v for k, v in mirror.mirrored(disc(0.3, 0.5), name, 6).items() if k in ("side", "alt")
    }


@pytest.mark.parametrize(
    "value",
    [None, {}, {"frame": 7, "n": "x"}, {"frame": "data:image/jpeg;base64,####"}, {"frame": "data:image/jpeg;base64,AAAA", "n": 1}, {"frame": "data:image/png;base64,AAAA"},
     {"frame": "data:image/jpeg;base64," + "A" * mirror.MOST}],
)  # fmt: skip
def test_what_is_no_frame_gets_a_sentence(value):
    answer = mirror.reflect(value)
    assert SENTENCE.fullmatch(answer["fault"]) and not leaks(answer["fault"]) and "made" not in answer


def test_a_wish_out_of_range_is_brought_into_it():
    value = {"frame": frame(disc(0.5, 0.5)), "net": "../x", "share": 1e9}
    assert (
        mirror.reflect(value)["lines"]
        == mirror.reflect(value | {"net": mirror.nets()[0], "share": mirror.SHARES[1]})["lines"]
    )


def test_stills_are_square_and_come_with_a_dependency():
    assert all(mirror.still(name).size == (320, 320) for name in mirror.STILLS)


# ---- What is kept: nothing ----


@pytest.mark.parametrize("forgets", [True, False])
def test_no_frame_stays_in_the_session(monkeypatch, forgets):
    monkeypatch.setattr(mirror.Mirror, "forgets", forgets)

    def live():
        with gr.Tab("Live"):
            mirror.card()

    page = whole(live)
    (fn,) = (fn for fn in page.fns.values() if fn.fn is mirror.reflect)
    state, sent = SessionState(page), frame(disc(0.3, 0.4))
    answer = asyncio.run(
        page.process_api(block_fn=fn, inputs=[{"frame": sent, "n": 1}], state=state, session_hash="a")
    )
    made = answer["data"][0]["made"]
    kept = repr(
        (state.config_values, state.state_data, [vars(b) for b in state.blocks_config.blocks.values()])
    )
    assert (sent in kept or made in kept) == (not forgets), "Gradio would keep the last value"


# ---- The browser ----


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("mirror")


@pytest.fixture(scope="module")
def server(home):
    with serving(home, CODE) as running:
        yield running


@pytest.fixture(scope="module")
def camera(tmp_path_factory):
    """Chromium with a camera that sees a disc, left of the middle: one second above, one second below."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not path:
        pytest.skip("needs chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    film, size = tmp_path_factory.mktemp("film") / "disc.y4m", (320, 240)
    grey = bytes([128]) * (size[0] * size[1] // 4)
    with film.open("wb") as out:
        out.write(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % size)
        for y in (0.3, 0.7):
            seen = b"FRAME\n" + np.asarray(disc(0.35, y, size).convert("L")).tobytes() + 2 * grey
            out.write(10 * seen)
    flags = f"""--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync
    --use-fake-device-for-media-stream --use-fake-ui-for-media-stream --use-file-for-fake-video-capture={film}"""
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=flags.split())
        yield browser
        browser.close()


class Guest(Visit):
    def says(self, text: str) -> None:
        self.until("([t]) => document.querySelector('#mirror [role=status]').textContent.includes(t)", text)

    def made(self) -> str:
        return self.page.evaluate("document.querySelector('#mirror .mirror-made').src")

    def another(self, before: str) -> str:
        self.until("([b]) => document.querySelector('#mirror .mirror-made').src !== b", before)
        return self.made()

    def ink(self) -> list[float]:
        """How much of the lines is black: left, right, above, below."""
        return self.page.evaluate(
            """async () => { const image = new Image(); image.src = document.querySelector('#mirror .mirror-lines').src; await image.decode();
            const c = document.createElement('canvas'), g = c.getContext('2d'); c.width = c.height = 64; g.drawImage(image, 0, 0, 64, 64);
            const all = g.getImageData(0, 0, 64, 64).data, of = (x, y) => 1 - all[4 * (64 * y + x)] / 255, sum = [0, 0, 0, 0];
            for (let y = 0; y < 64; y++) for (let x = 0; x < 64; x++) { sum[x < 32 ? 0 : 1] += of(x, y); sum[y < 32 ? 2 : 3] += of(x, y); }
            return sum; }"""
        )

    def asked(self) -> list[str]:
        seen = []
        self.page.on("request", lambda r: seen.append(r.url) if "/queue/join" in r.url else None)
        return seen

    def lights(self) -> list[str]:
        """Of the cameras that the page was lent."""
        return self.page.evaluate("window.lent.map(s => s.getTracks()[0].readyState)")


@pytest.fixture
def visit(server, camera):
    with visiting(camera, server, Guest, "#mirror .mirror-made") as open_page:

        def opened(query: str = "", script: str = WATCHED, **how) -> Guest:
            v = open_page(query, **how)
            v.page.evaluate(script)
            return v

        yield opened


@pytest.mark.browser
def test_the_camera_is_mirrored_answered_and_off_when_one_leaves(visit, home):
    def files():
        return {p for p in home.rglob("*") if p.name != "log.txt"}

    v = visit()
    before, kept = v.made(), files()
    assert v.page.evaluate(
        "[...document.querySelectorAll('#mirror .mirror-row img')].every(i => i.alt && i.naturalWidth)"
    )
    v.page.click("#mirror [data-do=camera]")
    v.says("The camera is on.")
    one = v.another(before)
    v.another(one)
    asked = v.asked()
    v.page.wait_for_timeout(2100)
    assert 2 <= len(asked) <= 13, "at most six a second"
    left, right, *_ = v.ink()
    assert right > 3 * left, "what is left of the camera's middle is right of the mirror's"
    heights = []
    for _ in range(12):
        *_, above, below = v.ink()
        heights.append(above > below)
        v.page.wait_for_timeout(150)
    assert {*heights} == {True, False}, "it follows what moves"

    v.page.get_by_role("tab", name="Other", exact=True).click()
    v.page.wait_for_selector("#other", state="visible")
    v.until("() => window.lent.length === 1 && window.lent[0].getTracks()[0].readyState === 'ended'")
    v.page.wait_for_timeout(400)
    asked = v.asked()
    v.page.wait_for_timeout(600)
    assert asked == [], "nothing is sent from a part that nobody sees"
    assert files() == kept, "no frame is written to disk"


@pytest.mark.browser
def test_the_next_frame_waits_for_the_answer_to_the_last(visit):
    v = visit(f"?edges={SLOW}")
    v.page.click("#mirror [data-do=camera]")
    v.says("The camera is on.")
    asked = v.asked()
    v.page.wait_for_timeout(1600)
    assert 1 <= len(asked) <= 1.6 / PAUSE + 1
    v.page.click("#mirror [data-do=camera]")
    v.says("The camera is off.")
    assert v.lights() == ["ended"]


@pytest.mark.browser
def test_without_a_camera_one_reads_why_and_takes_a_picture(visit):
    refuse = "void (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '%s')))"
    v = visit(script=refuse % "NotAllowedError")
    v.page.click("#mirror [data-do=camera]")
    v.says("The camera was refused. Use a picture instead.")
    v.page.evaluate(refuse % "NotFoundError")
    v.page.click("#mirror [data-do=camera]")
    v.says("There is no camera here. Use a picture instead.")
    v.page.evaluate("Object.defineProperty(navigator, 'mediaDevices', {value: undefined})")
    v.page.evaluate("Object.defineProperty(window, 'isSecureContext', {value: false, configurable: true})")
    v.page.click("#mirror [data-do=camera]")
    v.says("only to pages that come over https")

    before = v.made()
    v.page.get_by_role("radio", name="a horse, in black").click()
    cat = v.another(before)
    v.page.locator("#mirror input[type=range]").fill(str(mirror.SHARES[0]))
    fewer = v.another(cat)
    v.page.get_by_role("radio", name=words.NETS[mirror.nets()[-1]].title).click()
    v.another(fewer)
    v.until("() => new URL(location).searchParams.get('edges') === '2'")
    assert v.wish() == {"still": "1", "edges": "2", "mirror": mirror.nets()[-1]}
    again = visit("?" + v.address.partition("?")[2])
    assert again.page.get_by_role("radio", name="a horse, in black").get_attribute("aria-checked") == "true"
    assert again.page.locator("#mirror input[type=range]").input_value() == "2"
