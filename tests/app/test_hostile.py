"""The app in front of strangers: what it answers, what it fetches, what it keeps, and files that are built to hold it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image

from demos import decoding
from demos.widgets import brush, pad
from demos.work import sweeper
from i2i import opening
from i2i.opening import ImageError
from kit.doorway import CODE
from kit.hostile import BOMBS, random_parts, scans
from kit.odd_images import animated, drawing, packed, turned
from kit.root import ROOT
from kit.served import SECONDS, SENTENCE, Server, answer, leaks, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("door"), CODE) as running:
        yield running


def request(server: Server, method: str, path: str, **what) -> httpx.Response:
    return httpx.request(method, f"{server.url}{path}", timeout=SECONDS, trust_env=False, **what)


def file_of(path: str) -> dict:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def refused(response: httpx.Response, status: int) -> None:
    assert response.status_code == status, response.text[:200]
    sentence = response.json()["detail"]
    assert SENTENCE.fullmatch(sentence) and not leaks(sentence), sentence


# ---- Routes ----

CLOSED = [
    ("GET", "/monitoring"), ("GET", "/monitoring/summary"), ("GET", "/docs"), ("GET", "/openapi.json"),
    ("GET", "/gradio_api/deep_link?session_hash=a"), ("GET", "/gradio_api/proxy=https://a.hf.space/"), ("GET", "/gradio_api/token"),
    ("GET", "/gradio_api/file=http://1.1.1.1/"), ("HEAD", "/gradio_api/file=http://1.1.1.1/"), ("GET", "/gradio_api/file/etc/hostname"),
    ("GET", "/gradio_api/file=/etc/hostname"), ("GET", "/gradio_api/file=app.py"), ("GET", "/gradio_api/runs"), ("GET", "/gradio_api/dev/reload"),
    ("POST", "/gradio_api/run/turn"), ("POST", "/gradio_api/api/turn"), ("POST", "/gradio_api/run/predict"), ("POST", "/login"),
    ("POST", "/gradio_api/component_server"), ("POST", "/gradio_api/process_recording"), ("POST", "/gradio_api/vibe-edit"),
    ("POST", "/gradio_api/stream/a"), ("PUT", "/gradio_api/upload"), ("DELETE", "/"), ("PATCH", "/config"), ("GET", "/gradio_api/upload"),
    ("POST", "/gradio_api/call/turn/a"), ("GET", "//etc/hostname"), ("GET", "/gradio_api/call/turn/%2e%2e%2f"),
]  # fmt: skip


@pytest.mark.parametrize("method, path", CLOSED, ids=[" ".join(each) for each in CLOSED])
def test_what_the_app_does_not_need_is_not_there(server, method, path):
    what = {"json": {"data": [], "fn_index": 0}} if method == "POST" else {}
    response = request(server, method, path, **what)
    assert response.status_code == 404, response.text[:200]
    if method != "HEAD":
        assert not leaks(response.text)


def test_what_the_page_needs_is_there(server):
    for path in (
        "/",
        "/config",
        "/theme.css",
        "/favicon.ico",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
    ):
        assert request(server, "GET", path).status_code == 200, path
    made = server.ask("turn", packed(drawing(80, 40)))
    assert isinstance(made, Image.Image) and made.size == (40, 80)
    events = request(server, "GET", "/config").json()["dependencies"]
    (number,) = (event["id"] for event in events if event["queue"] is False)
    at_once = {"data": [], "fn_index": number, "session_hash": "a"}
    assert request(server, "POST", "/gradio_api/run/predict", json=at_once).json()["data"] == ["at once"]


def test_whether_the_app_is_there_is_told_without_writing_its_page(server):
    there = request(server, "HEAD", "/")
    assert there.status_code == 200 and there.headers["content-length"] == "0"
    assert there.headers["x-content-type-options"] == "nosniff"
    assert request(server, "HEAD", "/", headers={"host": "elsewhere.example"}).status_code == 403


def test_what_the_app_writes_is_handed_out_though_its_own_copy_is_gone(server):
    with server.client() as http:
        event = http.post("/call/write", json={"data": []}).json()["event_id"]
        told = http.get(f"/call/write/{event}").text
        (made,) = json.loads(re.findall("^data: (.*)$", told, re.M)[0])
        assert http.get(made["url"]).text == "made here"
        assert http.get(f"/file={home_of(server).parent / 'desk'}").status_code == 404
    assert not [*home_of(server).parent.glob("desk/*")]


def in_its_own(kind: str, module: str, home: Path) -> dict:
    """What a module of the kit prints in a namespace of its own: "--net" or "--mount"."""
    alone = ["unshare", "--map-root-user", kind]
    if not (shutil.which("unshare") and shutil.which("ip")) or subprocess.run([*alone, "true"]).returncode:
        pytest.skip("needs a namespace")
    words = [*alone, sys.executable, "-m", module, str(home), CODE]
    ways = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, "PYTHONPATH": ways}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_fetched_for_a_stranger(tmp_path):
    """Where a public address is this machine's: the server would reach it if it tried."""
    told = in_its_own("--net", "kit.alone", tmp_path)
    assert told["asked"] == 0
    assert told["lost"] == 0 and told["counts"]
    assert {status for status, _ in told["answers"]} <= {400, 404} and len(told["answers"]) == 11
    assert not any("from outside" in text for _, text in told["answers"])


def test_a_full_disk_is_told_and_fills_no_log(tmp_path):
    told = in_its_own("--mount", "kit.full_disk", tmp_path)
    for what in ("upload", "image", "file"):
        assert "The server's disk is full; try again in a few minutes." in told[what], what
    assert "event: complete" in told["later"] and told["log"] == ""


@pytest.mark.parametrize(
    "path", ["/etc/hostname", "app.py", "file:///etc/hostname", "", None, 7, "/dev/zero", "\0"]
)
def test_a_file_that_is_not_this_runs_is_refused_before_anything_moves(server, path):
    before = files_of(server)
    for data in ([file_of(path)], [[{"value": file_of(path)}]], [{"path": path}]):
        if path is None and data == [{"path": path}]:
            data = [{"meta": {"_type": "gradio.FileData"}, "url": "http://1.1.1.1/x.png"}]
        refused(request(server, "POST", "/gradio_api/call/turn", json={"data": data}), 400)
    assert files_of(server) == before


def test_a_link_that_leads_out_of_the_folder_is_refused(server):
    link = Path(home_of(server), "link.png")
    link.symlink_to("/etc/hostname")
    try:
        assert request(server, "GET", f"/gradio_api/file={link}").status_code == 404
        refused(request(server, "POST", "/gradio_api/call/turn", json={"data": [file_of(str(link))]}), 400)
    finally:
        link.unlink()


ILL = {
    "no JSON": b"{",
    "nothing but brackets": b"[" * 100_000,
    "a number of 5,000 digits": b'{"data": [' + b"9" * 5_000 + b"]}",
    "not text": b"\xff\xfe",
}


@pytest.mark.parametrize("body", ILL.values(), ids=ILL)
def test_a_body_that_cannot_be_read_is_refused(server, body):
    refused(request(server, "POST", "/gradio_api/call/turn", content=body), 400)


def test_a_body_beyond_all_use_is_refused_and_so_is_an_upload_of_many_files(server):
    refused(request(server, "POST", "/gradio_api/call/turn", content=b" " * (17 * 2**20)), 413)
    many = [("files", (f"{i}.png", bytes(2**20))) for i in range(33)]
    refused(request(server, "POST", "/gradio_api/upload", files=many), 413)


def test_an_endpoint_that_is_not_here_is_named_with_those_that_are(server):
    for path in ("/gradio_api/call/trun", "/gradio_api/call/v2/trun", "/gradio_api/call/predict"):
        response = request(server, "POST", path, json={"data": []})
        refused(response, 404)
        assert "turn" in response.json()["detail"]


@pytest.mark.parametrize("given", ["a text", 7, True, [], ["a.png"], "http://1.1.1.1/x.png"])
def test_what_is_no_file_where_one_is_due_is_told_in_a_sentence(server, given):
    name = next(iter(server.client().get("/info").json()["named_endpoints"]["/turn"]["parameters"]))[
        "parameter_name"
    ]
    for path, body in (("turn", {"data": [given]}), ("v2/turn", {name: given})):
        response = request(server, "POST", f"/gradio_api/call/{path}", json=body)
        refused(response, 400)
        assert response.json()["detail"] == f"{name} is a file: upload it, then send {{path, meta}}."
    refused(request(server, "POST", "/gradio_api/call/turn", json={"data": {"image": 1}}), 400)


def test_no_picture_is_a_sentence(server):
    with server.client() as http:
        told = answer(http, "turn", [None])
    assert told == "No picture was sent; choose one."


# ---- Hosts, origins, headers ----


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[", "a@b:1"]
)
def test_another_name_that_leads_here_is_not_served(server, host):
    for path in ("/", "/config", "/gradio_api/info"):
        assert request(server, "GET", path, headers={"host": host}).status_code in (400, 403)


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:7860", "127.0.0.1", "[::1]:7860", "192.168.1.7:7860", "LOCALHOST."]
)
def test_this_machine_is_served_under_its_own_names(server, host):
    assert request(server, "GET", "/config", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://localhost.evil.example", ""]
)
@pytest.mark.parametrize("path", ["upload", "queue/join", "call/turn", "cancel"])
def test_other_sites_may_not_send_anything(server, origin, path):
    what = {"files": {"files": ("a.png", b"x")}} if path == "upload" else {"json": {"data": []}}
    refused(request(server, "POST", f"/gradio_api/{path}", headers={"origin": origin}, **what), 403)


def test_our_own_page_may(server):
    sent = {"files": {"files": ("a.png", b"x")}}
    assert (
        request(server, "POST", "/gradio_api/upload", headers={"origin": server.url}, **sent).status_code
        == 200
    )


def test_a_space_is_served_under_its_name_and_framed_by_its_host(monkeypatch):
    from starlette.datastructures import Headers, MutableHeaders

    from demos.work import door

    monkeypatch.setenv("SPACE_ID", "someone/i2i")
    monkeypatch.setenv("SPACE_HOST", "someone-i2i.hf.space")
    assert door._host_is_ours("10.0.0.1") and door._host_is_ours("someone-i2i.hf.space")
    for origin, ours in (
        ("https://someone-i2i.hf.space", True),
        ("https://other.hf.space", False),
        ("null", False),
    ):
        assert door._origin_is_ours(Headers({"host": "10.0.0.1", "origin": origin})) is ours
    headers = MutableHeaders()
    door._guard(headers)
    assert (
        headers["content-security-policy"]
        == "frame-ancestors 'self' https://huggingface.co https://*.hf.space"
    )


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/"),
        ("GET", "/config"),
        ("GET", "/assets/none.js"),
        ("GET", "/monitoring"),
        ("POST", "/gradio_api/run/turn"),
    ],
)
def test_every_answer_says_what_browsers_should_not_do(server, method, path):
    headers = request(server, method, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"] == "frame-ancestors 'self'"


def test_the_page_does_not_give_gradios_address_as_its_own(server):
    page = request(server, "GET", "/").text
    assert "og:title" in page and "og:url" not in page and page.rstrip().endswith("</html>")


# ---- What is kept ----


def home_of(server: Server) -> Path:
    (home,) = server.log.parent.glob("uploads/i2i-*/run-*")
    return home


def files_of(server: Server) -> set[Path]:
    return {p for p in home_of(server).rglob("*") if p.is_file() and p.stat().st_size}


def test_visitors_files_are_for_this_user_alone(server):
    server.ask("turn", packed(drawing(30, 20)))
    assert files_of(server)
    for folder in (home_of(server), home_of(server).parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_whatever_lies_in_the_folder_goes_with_time(tmp_path):
    """Uploads, results, uploads that broke off, deep links, empty files, what another run has left."""
    code = f"{CODE}; from demos.work import sweeper; sweeper.KEPT, sweeper.EVERY = 2, 0.5"
    old = tmp_path / "uploads" / sweeper._NAME / "killed" / "deep_links" / "a" / "state.json"
    old.parent.mkdir(parents=True)
    old.write_text("a drawing")
    with serving(tmp_path, code) as server:
        sent = {"files": {"files": ("a.png", b"x")}}
        for _ in range(2):  # it goes on
            assert request(server, "POST", "/gradio_api/upload", **sent).status_code == 200
            Path(home_of(server), "tmpbroken").write_bytes(b"half of a")
            end = time.monotonic() + SECONDS
            while left := [p for p in tmp_path.glob("uploads/**/*") if p.is_file()]:
                assert time.monotonic() < end, left
                time.sleep(0.2)


def test_the_sweep_goes_by_age_whatever_a_copy_says(tmp_path):
    file = tmp_path / "run-a" / "a.png"
    file.parent.mkdir()
    file.write_bytes(b"x")
    os.utime(file, (0, 0))
    sweeper.sweep(tmp_path)
    assert file.exists(), "it has been here for no time at all, whatever its date"
    sweeper.sweep(tmp_path, now=time.time() + sweeper.KEPT - 60)
    assert file.exists()
    sweeper.sweep(tmp_path, now=time.time() + sweeper.KEPT + 60)
    assert not file.exists()
    assert sweeper.KEPT + sweeper.EVERY < 3600, "within the hour, as the page says"


def test_the_folder_has_a_ceiling_and_the_oldest_go_first(tmp_path):
    files = [tmp_path / f"{i}.png" for i in range(4)]
    for file in files:
        file.write_bytes(bytes(100))
        time.sleep(0.02)
    sweeper.sweep(tmp_path, room=250)
    assert [file.exists() for file in files] == [False, False, True, True]
    assert sweeper.size(tmp_path) == 200


def test_the_sweep_follows_no_link(tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.png").write_bytes(b"x")
    home = tmp_path / "home"
    home.mkdir()
    (home / "way").symlink_to(kept)
    (home / "file").symlink_to(kept / "mine.png")
    sweeper.sweep(home, now=time.time() + 2 * sweeper.KEPT)
    assert (kept / "mine.png").exists() and not (home / "file").is_symlink()


def test_a_folder_that_somebody_else_has_laid_is_not_used(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / sweeper._NAME).symlink_to(tmp_path / "theirs")
    code = "import demos, os; print(os.environ['GRADIO_TEMP_DIR']); assert not os.listdir('theirs')"
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert not Path(done.stdout.strip()).exists(), "and what is used is gone with the program"
    assert (tmp_path / "theirs") not in Path(done.stdout.strip()).parents


def test_a_full_folder_makes_room_before_an_upload(tmp_path, monkeypatch):
    from demos.work.door import Door

    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "run-a"))
    monkeypatch.setattr(sweeper, "ROOM", 10_000)
    old = tmp_path / "run-a" / "old.bin"
    old.parent.mkdir()
    for size, stays in ((9_000, True), (20_000, False)):
        old.write_bytes(bytes(size))
        asyncio.run(Door(None)._make_room())
        assert old.exists() is stays


# ---- Files that are built to hold a decoder ----


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_by_how_it_is_built(make):
    data, start = make(), time.process_time()
    with pytest.raises(ImageError, match="^this file (is|carries) ") as caught:
        opening.open_image(io.BytesIO(data), "this file")
    assert time.process_time() - start < 1
    assert SENTENCE.fullmatch(str(caught.value)) and "damaged" not in str(caught.value)


def test_honest_files_are_under_no_suspicion():
    noise = Image.effect_noise((500, 300), 80)
    honest = [packed(noise.convert("RGB"), kind) for kind in opening.FORMATS if kind != "HEIF"]
    honest += [
        packed(noise, "JPEG", progressive=True, comment=b"a" * 60_000, icc_profile=bytes(300_000)), turned(), animated(),
        packed(noise, "GIF", comment=b"a" * 50_000), packed(noise, "TIFF", compression="tiff_lzw"), packed(noise, "JPEG", quality=100),
        packed(noise, "TIFF", tiffinfo={270: "a" * 50_000}), packed(noise.convert("P"), "PNG", pnginfo=_texts(50, 10_000)),
    ]  # fmt: skip
    for data in honest:
        assert opening.suspicion(data) is None
        assert opening.open_image(io.BytesIO(data)).size in ((500, 300), (30, 60), (40, 40))


def _texts(count: int, size: int):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for i in range(count):
        info.add_text(f"text {i}", "a" * size)
    return info


WORST = {
    "discs": lambda: ("pad", "p0,99," + ",".join(["0,0,256,256"] * 2_499)),
    "dabs": lambda: ("pad", ";".join(["p0,99,0,0"] * 3_300)),
    "holes drawn ahead": lambda: ("brush", ";".join(["s1"] * 399)),
    "a brush as wide as it goes": lambda: ("brush", "b160," + ",".join(["0,0,512,512"] * 1_600)),
}


@pytest.mark.parametrize("make", WORST.values(), ids=WORST)
def test_the_worst_drawing_that_an_address_may_hold_takes_a_moment(make):
    kind, ops = make()
    start = time.process_time()
    if kind == "pad":
        pad.rasterise({"ops": ops, "base": ""}, [("pen", "#000000")], "#ffffff")
    else:
        brush.rasterise(ops, (1_500, 1_500))
    assert time.process_time() - start < 2.5


def test_a_drawing_of_more_points_is_refused():
    for value in (
        {"ops": "p0,99," + ",".join(["0,0"] * 5_001)},
        {"base": "data:image/png;base64," + "A" * 400_000},
    ):
        with pytest.raises(ImageError, match="too long"):
            pad.rasterise(value, [("pen", "#000000")], "#ffffff")


def test_what_a_later_hole_replaces_is_not_drawn():
    assert (
        brush.rasterise("b40,9,9;s1;b40,99,99", (64, 64)).tobytes()
        == brush.rasterise("s1;b40,99,99", (64, 64)).tobytes()
    )
    assert (
        brush.rasterise("s1;x;b40,99,99", (64, 64)).tobytes()
        == brush.rasterise("b40,99,99", (64, 64)).tobytes()
    )
    with pytest.raises(ImageError):
        brush.rasterise("nonsense;s1", (64, 64))


# ---- The process that decodes ----

_WEAK = """
from i2i import opening; opening.suspicion = lambda data: None
from demos import decoding; decoding.SECONDS = 0.3; decoding._serve()
"""


def test_what_nobody_has_thought_of_ends_by_its_processor_time(monkeypatch):
    """A bomb that passes as sound: the process ends, its sender is told, and the next picture is read."""
    monkeypatch.setattr(decoding, "_CHILD", _WEAK)
    decoder = decoding.Decoder()
    assert decoder.open_image(io.BytesIO(packed(drawing()))).size == (40, 40)
    first, start = decoder._process.pid, time.monotonic()
    with pytest.raises(ImageError, match="takes too much work") as caught:
        decoder.open_image(io.BytesIO(scans(3_000)), "this file")
    assert SENTENCE.fullmatch(str(caught.value)) and time.monotonic() - start < decoding.WALL / 2
    assert decoder.open_image(io.BytesIO(packed(drawing()))).size == (40, 40)
    assert decoder._process.pid != first
    decoder.close()


def test_a_process_that_hangs_is_ended(monkeypatch):
    hung = "from demos import decoding; import time; decoding.opening.open_image = lambda *a: time.sleep(600); decoding._serve()"
    monkeypatch.setattr(decoding, "_CHILD", hung)
    monkeypatch.setattr(decoding, "WALL", 2.0)
    decoder = decoding.Decoder()
    with pytest.raises(ImageError, match="takes too much work"):
        decoder.open_image(io.BytesIO(packed(drawing())))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_it_brings_layers_as_they_are(tmp_path, mode):
    image = Image.effect_noise((30, 20), 90).convert(mode)
    if "A" in mode:
        image.putalpha(90)
    image.save(tmp_path / "mine.png")
    got = decoding.open_layers(tmp_path / "mine.png")
    assert (got.mode, got.tobytes()) == (mode, image.tobytes())


def test_what_would_show_nothing_is_told_to_a_visitor():
    logo = Image.new("LA", (20, 20), (0, 0))
    logo.paste((255, 255), (5, 5, 9, 9))
    with pytest.raises(ImageError, match="^logo.png is transparent and shows nothing but white"):
        decoding.open_image(io.BytesIO(packed(logo)), "logo.png")


def test_it_says_what_open_image_says(tmp_path):
    """Of a path and of a buffer; the picture is the same to the bit."""
    path = tmp_path / "mine.png"
    path.write_bytes(packed(Image.effect_noise((70, 50), 90)))
    plain = opening.open_image(path)
    for file in (path, str(path), io.BytesIO(path.read_bytes())):
        assert decoding.open_image(file).tobytes() == plain.tobytes()
    for file in (tmp_path / "gone.png", tmp_path, None, io.BytesIO(b""), io.BytesIO(b"text")):
        told = []
        for way in (decoding.open_image, opening.open_image):
            with pytest.raises(ImageError) as caught:
                way(file.__class__(file.getvalue()) if isinstance(file, io.BytesIO) else file)
            told.append(str(caught.value))
        assert told[0] == told[1]


def test_it_ends_with_the_app(tmp_path):
    code = (
        "import io, os; from demos import decoding; from kit.odd_images import packed, drawing\n"
        "decoding.open_image(io.BytesIO(packed(drawing())))\n"
        "print(decoding._DECODER._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    ways = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    environment = {**os.environ, "PYTHONPATH": ways, "GRADIO_TEMP_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    status, end = Path("/proc", done.stdout.strip(), "status"), time.monotonic() + 20
    while status.exists() and "zombie" not in status.read_text(encoding="utf-8") and time.monotonic() < end:
        time.sleep(0.05)
    assert not status.exists() or "zombie" in status.read_text(encoding="utf-8")


def test_many_large_pictures_at_once_are_read_one_by_one(monkeypatch):
    decoder, at_work, most = decoding.Decoder(), [], []
    asked = decoder._asked

    def watched(*args):
        at_work.append(1)
        most.append(len(at_work))
        try:
            return asked(*args)
        finally:
            at_work.pop()

    monkeypatch.setattr(decoder, "_asked", watched)
    data = packed(Image.new("RGB", (1_500, 1_500)))
    with ThreadPoolExecutor(8) as pool:
        sizes = [*pool.map(lambda _: decoder.open_image(io.BytesIO(data)).size, range(16))]
    assert sizes == [(1_500, 1_500)] * 16 and max(most) == 1
    decoder.close()


OWN = ("superres/tab.py", "work/pictures.py", "live/train.py", "live/mirror.py")


def test_nothing_of_the_app_decodes_what_visitors_send():
    for path in (ROOT / "demos").rglob("*.py"):
        text = path.read_text()
        if path.name != "decoding.py":
            # What the app has made itself, or a library brings, may be opened by the app.
            assert text.count("Image.open(") == ("/".join(path.parts[-2:]) in OWN), path
            assert not any("open_image" in line for line in text.splitlines() if "from i2i" in line), path


def broken(count: int, seed: int) -> None:
    start = decoding._DECODER._running().pid
    for kind, data in random_parts(count, seed):
        try:
            image = decoding.open_image(io.BytesIO(data), "this file")
            assert image.mode == "RGB" and image.width * image.height <= opening.MAX_PIXELS
        except ImageError as fault:
            assert SENTENCE.fullmatch(str(fault)) and not leaks(str(fault)), (kind, str(fault))
    assert decoding._DECODER._process.pid == start, "none of them ended the process"


def test_a_hundred_broken_files_are_pictures_or_sentences():
    broken(100, seed=1)


@pytest.mark.long
def test_a_thousand_broken_files_are_pictures_or_sentences():
    broken(1_000, seed=2)


@pytest.mark.long
def test_two_hundred_kills_cost_one_picture_each():
    decoder = decoding.Decoder()
    for _ in range(200):
        decoder._running().kill()
        decoder._process.wait(5)
        assert decoder.open_image(io.BytesIO(packed(drawing()))).size == (40, 40)
    decoder.close()


@pytest.mark.long
def test_a_soak_of_ten_thousand_calls_leaves_nothing_behind(server):
    data = packed(drawing())
    with server.client() as http:
        path = http.post("/upload", files={"files": ("a.png", data)}).json()[0]
        for _ in range(200):
            answer(http, "turn", [file_of(path)])
        before = server.megabytes()
        for _ in range(10_000):
            answer(http, "turn", [file_of(path)])
    print(f"{(server.megabytes() - before) / 10_000:.4f} MB a call")
    assert server.megabytes() - before < 100
