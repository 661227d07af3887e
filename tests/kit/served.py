"""The app, or a tab of it, served to the tests in a process of its own, and its visitors."""

from __future__ import annotations

import io
import json
import math
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from PIL import Image

from kit.root import ROOT

LOCAL = {"127.0.0.1", "localhost", ""}  # "" is what data: and blob: addresses have for a host
SENTENCE = re.compile(r"[^\n]{12,240}[.!]")
SECONDS = 60  # that a busy machine may take for a step; none of them is the limit of a good one
APP = "import app; from demos.page import LAUNCH; page = app.app"


def leaks(text: str) -> bool:
    """Whether a message tells of the server's folders or code."""
    return bool(re.search(r"Traceback|File \"|site-packages|(/[\w.-]+){2,}|\\\\", text)) or str(ROOT) in text


# ---- The server ----


@dataclass
class Server:
    url: str
    process: subprocess.Popen
    log: Path

    def megabytes(self) -> float:
        """Resident memory of the process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"{self.url}/gradio_api", timeout=3 * SECONDS, trust_env=False)

    def ask(
        self, endpoint: str, *data: bytes | str | float, name: str = "in.png"
    ) -> Image.Image | str | dict:
        """What an endpoint answers: an image, another value, or the sentence of its error. Bytes are uploaded as a file called `name`."""
        with self.client() as http:
            sent = []
            for item in data:
                if isinstance(item, bytes):
                    path = http.post("/upload", files={"files": (name, item)}).raise_for_status().json()[0]
                    item = {"path": path, "meta": {"_type": "gradio.FileData"}}
                sent.append(item)
            return answer(http, endpoint, sent)


def answer(http: httpx.Client, endpoint: str, data: list) -> Image.Image | str | dict:
    """What an endpoint answers to `data` as it is sent."""
    sent = http.post(f"/call/{endpoint}", json={"data": data})
    if sent.status_code != 200:
        return sent.json()["detail"]
    event = ""
    with http.stream("GET", f"/call/{endpoint}/{sent.json()['event_id']}") as lines:
        for line in lines.iter_lines():
            kind, _, value = line.partition(": ")
            event = value if kind == "event" else event
            if kind == "data" and event == "complete":
                made = json.loads(value)[0]
                return (
                    Image.open(io.BytesIO(http.get(made["url"]).raise_for_status().content))
                    if "url" in made
                    else made
                )
            if kind == "data" and event == "error":
                fault = json.loads(value)
                return fault["error"] if isinstance(fault, dict) else str(fault)
    raise AssertionError("the answer ended early")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextmanager
def serving(home: Path, code: str, folder: Path | None = None, **environment: str):
    """What `code` leaves as `page`, on the models in `folder`; `home` takes log and uploads."""
    port, log = free_port(), home / "log.txt"
    models = (
        f"from pathlib import Path; from i2i.run import pipeline; pipeline.SHIPPED = Path({str(folder)!r}); "
        if folder
        else ""
    )
    code = f"{models}{code}; page.launch(server_name='127.0.0.1', server_port={port}, quiet=True, **LAUNCH)"
    away = {
        "GRADIO_TEMP_DIR": str(home / "uploads"),
        "I2I_CACHE": str(home / "cache"),
        "GRADIO_ANALYTICS_ENABLED": "False",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | away | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    running, end = Server(f"http://127.0.0.1:{port}", process, log), time.monotonic() + 300
    try:
        while True:
            assert process.poll() is None, f"the app did not start:\n{log.read_text()}"
            assert time.monotonic() < end, "the app took more than five minutes to start"
            try:
                if httpx.get(running.url, timeout=SECONDS, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def tab(name: str) -> str:
    """Code for `serving`: a tab of `demos` by its folder's name."""
    return f"import torch; torch.set_num_threads(1); from demos.page import LAUNCH, page as whole; from demos.{name} import tab; page = whole(tab.tab)"


# ---- The browser ----


@dataclass
class Visit:
    """One visitor's page, and what it did behind the visitor's back."""

    page: object
    hosts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """As the page itself has it: playwright's `page.url` learns of it by an event, which comes somewhat later."""
        return self.page.evaluate("location.href")

    def wish(self) -> dict[str, str]:
        """The query of the address."""
        return {k: v[0] for k, v in parse_qs(urlsplit(self.address).query).items()}

    def until(self, what: str, *values) -> None:
        """Wait for a JavaScript function of the list of values."""
        self.page.wait_for_function(what, arg=list(values))

    def selected(self) -> str:
        return self.page.evaluate(
            "document.querySelector('#tabs [role=tab][aria-selected=true]').textContent.trim()"
        )

    def toast(self) -> str:
        """The text of the one toast that is up; it is taken away."""
        body = self.page.locator(".toast-body")
        body.first.wait_for()
        assert body.count() == 1
        text = self.page.get_by_test_id("toast-text").inner_text()
        self.page.locator(".toast-body button").first.click()
        body.first.wait_for(state="detached")
        assert not text.strip()[:1].islower(), "a sentence begins with a capital"
        return text

    def choose(self, where: str, name: str) -> None:
        """A radio button."""
        self.page.locator(where).get_by_role("radio", name=name).check()

    def pixels(self, src: str) -> str:
        """An image as its pixels are, whether its address is its own or holds it."""
        return self.page.evaluate(
            """async src => { const image = new Image(); image.src = src; await image.decode();
            const {naturalWidth: width, naturalHeight: height} = image;
            const canvas = Object.assign(document.createElement('canvas'), {width, height});
            canvas.getContext('2d').drawImage(image, 0, 0); return canvas.toDataURL(); }""",
            src,
        )

    def drag(self, where: str, *points: tuple[float, float]) -> None:
        """Press, move and release on an element; points are in its unit square."""
        stage = self.page.locator(where)
        stage.scroll_into_view_if_needed()
        box = stage.bounding_box()
        at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*at[0])
        self.page.mouse.down()
        for x, y in at[1:]:
            self.page.mouse.move(x, y, steps=4)
        self.page.mouse.up()

    def draws_under(self, answer: str, pad: str) -> None:
        """Draw a line on `pad`, with its lower edge at the window's: before and after, the whole answer is seen above the pad."""
        self.page.evaluate("s => document.querySelector(s).scrollIntoView({block: 'end'})", pad)
        for line in ([], [(0.3, 0.4), (0.6, 0.6)]):
            if line:
                self.drag(pad, *line)
            self.page.wait_for_timeout(200)
            (top, end), (start, bottom), high = self.page.evaluate(
                """all => [...all.map(s => { const {top, bottom} = document.querySelector(s).getBoundingClientRect(); return [top, bottom]; }),
                innerHeight]""",
                [answer, pad],
            )
            assert 0 <= top < end < start and bottom <= high + 1 and end - top > 80, (
                f"the answer lies at {top:.0f} to {end:.0f} px and the pad at {start:.0f} to {bottom:.0f}, of {high}"
            )


class Stroke:
    """A pen on a pad (a CSS selector) that stays down until `lift`; asked: what the page has joined the queue for since it began."""

    def __init__(self, visit: Visit, where: str):
        self.page, self.asked = visit.page, []
        self.page.on("request", lambda r: self.asked.append(r.url) if "/queue/join" in r.url else None)
        self.page.locator(where).scroll_into_view_if_needed()
        self.box = self.page.locator(where).bounding_box()
        self._to(0.1, 0.5)
        self.page.mouse.down()

    def _to(self, x: float, y: float) -> None:
        box = self.box
        self.page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])

    def draw(self, seconds: float) -> None:
        """A wave from left to right."""
        start = time.monotonic()
        while (done := (time.monotonic() - start) / seconds) < 1:
            self._to(0.1 + 0.8 * done, 0.5 + 0.3 * math.sin(12 * done))
            self.page.wait_for_timeout(30)

    def lift(self) -> None:
        self.page.mouse.up()


@contextmanager
def visiting(chromium, server: Server, kind: type[Visit], ready: str):
    """Yields open_page(query, size): a page of its own for each visitor, as soon as an element `ready` is seen and what the
    address asks for has come. Whatever visits do, nothing may leave the machine nor reach the console."""
    visits = []

    def open_page(query: str = "", size: tuple[int, int] = (1440, 1000), **context) -> Visit:
        page = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **context).new_page()
        page.set_default_timeout(1e3 * SECONDS)
        visit, loaded = kind(page), []
        visits.append(visit)
        page.on("request", lambda r: visit.hosts.add(urlsplit(r.url).hostname or ""))
        page.on("console", lambda m: visit.faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda fault: visit.faults.append(str(fault)))
        for end in ("requestfinished", "requestfailed"):  # the stream of answers, which either side may close
            page.on(end, lambda r: loaded.append(r) if "/queue/data" in r.url else None)
        page.goto(f"{server.url}/{query}")
        page.wait_for_selector(ready, state="visible")
        end = time.monotonic() + SECONDS
        while not loaded and time.monotonic() < end:
            page.wait_for_timeout(20)
        assert loaded, "the address was not answered"
        return visit

    yield open_page
    for each in visits:
        each.page.context.close()
        assert each.hosts <= LOCAL, "a request left the machine"
        assert each.faults == [], "the console has errors"
