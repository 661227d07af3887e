"""Fetching against a server on this machine that can be made to behave as badly as the real ones do."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import re
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from i2i.data.public import catalogue, download, layouts
from i2i.data.public.catalogue import DATASETS, Dataset, File
from i2i.data.public.download import DownloadError, fetch
from kit.root import ROOT

pytestmark = pytest.mark.patient

# A server with faults.


class Host(ThreadingHTTPServer):
    """Serves `files` {path: bytes}; `faults` {path: a function of the handler, true if it has answered}."""

    daemon_threads = True
    ranges = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files, self.faults, self.asked = {}, {}, []  # asked: (path, Range header or None)

    def handle_error(self, *_):
        """A client that hangs up is no news here."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path, range_ = self.path[1:], self.headers["Range"]
        self.server.asked.append((path, range_))
        if (fault := self.server.faults.get(path)) and fault(self):
            return
        if (data := self.server.files.get(path)) is None:
            return self.send_error(404)
        if range_ and self.server.ranges and self.headers["If-Range"] in (None, etag(data)):
            start = int(re.fullmatch(r"bytes=(\d+)-", range_)[1])
            if start >= len(data):
                return self.answer(b"", 416)
            return self.answer(
                data[start:], 206, {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}, tag=data
            )
        self.answer(data)

    def answer(
        self, data, status=200, headers=None, *, length=None, tag=None, type="application/octet-stream"
    ):
        self.send_response(status)
        told = {
            "Content-Type": type,
            "Content-Length": len(data) if length is None else length,
            **(headers or {}),
        }
        for name, value in {**told, "ETag": etag(tag or data)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(data)

    def half(self):
        """Promise everything from the asked place on, send half of it, hang up."""
        data = self.server.files[self.path[1:]]
        start = int((self.headers["Range"] or "bytes=0-")[6:-1])
        part, status = data[start:], 206 if start else 200
        told = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        self.answer(part[: len(part) // 2], status, told, length=len(part), tag=data)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
        return True


def etag(data: bytes) -> str:
    return f'"{hashlib.md5(data).hexdigest()}"'


@pytest.fixture
def host():
    with Host() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    monkeypatch.setattr(download, "PAUSE", 0.0)
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def dead_url(path: str = "set.tar.gz") -> str:
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{port.getsockname()[1]}/{path}"


# Archives and datasets to serve.


def noise(n: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(n)


CONTENT = {"train/1.jpg": noise(200_000), "train/2.jpg": b"two", "val/1.jpg": b"three"}


def tar_gz(content: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in content.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def zipped(content: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as pack:
        for name, data in content.items():
            pack.writestr(name, data)
    return buffer.getvalue()


def shelled(content: dict[str, bytes], shell: str = "set") -> dict[str, bytes]:
    return {f"{shell}/{name}": data for name, data in content.items()}


ARCHIVE = tar_gz(shelled(CONTENT))


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def dataset(*urls: str, sha256: str | None = None, bytes: int | None = None, layout="archive") -> Dataset:
    files = (File(urls, urls[0].rpartition("/")[2], sha256, bytes),)
    return Dataset("set", "A set", "http://home", files, "some licence", "Somebody 2013", layout)


def tree(folder) -> dict[str, bytes]:
    """{name: bytes} of a folder, without the README that a fetch adds."""
    files = {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    files.pop("README.md", None)
    return files


def parts(root) -> list:
    return list(root.rglob("*.part"))


def fails(dataset, root, **more) -> str:
    """The sentence of a fetch that must fail, checked for being one and for leaving no half-laid set."""
    with pytest.raises(DownloadError) as caught:
        quiet(dataset, root, **more)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence
    assert not list(root.glob(".*.unpacking"))
    return sentence


def quiet(dataset, root, **more):
    return fetch(dataset, root, **{"say": lambda line: None, "progress": False, "timeout": 5, **more})


# What goes well.


@pytest.mark.parametrize("pack, name", [(tar_gz, "set.tar.gz"), (zipped, "set.zip")])
def test_a_fetch_lays_the_set_out_and_says_its_terms_first(host, tmp_path, pack, name):
    data = pack({**shelled(CONTENT), "__MACOSX/set/._1.jpg": b"", "set/._junk": b""})
    host.files[name] = data
    said = []

    def say(line):
        said.append((line, len(host.asked)))

    place = quiet(dataset(host.url(name), sha256=sha(data), bytes=len(data)), tmp_path, say=say)
    assert place == tmp_path / "set" and tree(place) == CONTENT
    assert "some licence" in (place / "README.md").read_text()
    terms = next(asked for line, asked in said if "some licence" in line and "Somebody 2013" in line)
    assert terms == 0, "the licence was said after the download began"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".fetching", "set"]
    assert not any((tmp_path / ".fetching").iterdir())


def test_an_installed_set_is_not_fetched_again(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    quiet(dataset(host.url("set.tar.gz")), tmp_path)
    said = []
    assert quiet(dataset(host.url("set.tar.gz")), tmp_path, say=said.append) == tmp_path / "set"
    assert len(host.asked) == 1 and "already" in said[0]


@pytest.mark.parametrize("length", [8, 64])
def test_a_checksum_may_be_given_as_a_prefix(host, tmp_path, length):
    host.files["weights.pth"] = noise(1000)
    entry = dataset(host.url("weights.pth"), sha256=sha(noise(1000))[:length].upper(), layout="plain")
    assert tree(quiet(entry, tmp_path)) == {"weights.pth": noise(1000)}


def test_progress_is_shown_on_a_terminal_and_can_be_silenced(host, tmp_path, monkeypatch, capsys):
    host.files["set.tar.gz"] = ARCHIVE
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    quiet(dataset(host.url("set.tar.gz")), tmp_path / "a", progress=False)
    assert not capsys.readouterr().err
    quiet(dataset(host.url("set.tar.gz")), tmp_path / "b", progress=True)
    assert "set.tar.gz: 100%" in capsys.readouterr().err


# Broken connections.


def test_a_cut_connection_is_resumed_in_the_same_fetch(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = lambda handler: len(host.asked) == 1 and handler.half()
    place = quiet(dataset(host.url("set.tar.gz"), sha256=sha(ARCHIVE)), tmp_path)
    assert tree(place) == CONTENT
    assert host.asked == [("set.tar.gz", None), ("set.tar.gz", f"bytes={len(ARCHIVE) // 2}-")]


def test_a_part_of_an_earlier_run_is_resumed(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = _Handler.half
    sentence = fails(dataset(host.url("set.tar.gz")), tmp_path)
    assert "broke off after" in sentence and "resume" in sentence
    (part,) = parts(tmp_path)
    have = part.stat().st_size
    assert have > len(ARCHIVE) / 2 and part.read_bytes() == ARCHIVE[:have]
    host.faults.clear()
    assert tree(quiet(dataset(host.url("set.tar.gz")), tmp_path)) == CONTENT
    assert host.asked[-1] == ("set.tar.gz", f"bytes={have}-")


def test_a_killed_run_leaves_a_part_that_the_next_one_resumes(host, tmp_path):
    """kill -9 in the middle of the stream, in a real process."""
    host.files["set.tar.gz"] = ARCHIVE
    stuck = threading.Event()

    def stall(handler):
        handler.answer(ARCHIVE[:50_000], length=len(ARCHIVE), tag=ARCHIVE)
        stuck.wait(60)
        return True

    host.faults["set.tar.gz"] = stall
    code = (
        "import sys; from pathlib import Path; from i2i.data.public.catalogue import Dataset, File\n"
        "from i2i.data.public.download import fetch\n"
        "fetch(Dataset('set', '', '', (File((sys.argv[1],), 'set.tar.gz'),), '', ''), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, host.url("set.tar.gz"), str(tmp_path)]
    child = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 60  # for a loaded machine
    while time.monotonic() < deadline and not (parts(tmp_path) and parts(tmp_path)[0].stat().st_size):
        time.sleep(0.02)
    child.kill()
    child.wait()
    stuck.set()
    host.faults.clear()
    have = parts(tmp_path)[0].stat().st_size
    assert 0 < have < len(ARCHIVE) and not (tmp_path / "set").exists()
    assert tree(quiet(dataset(host.url("set.tar.gz")), tmp_path)) == CONTENT
    assert host.asked[-1] == ("set.tar.gz", f"bytes={have}-")


def test_what_a_kill_left_while_unpacking_is_swept_away(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    (tmp_path / ".set.unpacking").mkdir()
    (tmp_path / ".set.unpacking" / "half.jpg").write_bytes(b"half")
    assert tree(quiet(dataset(host.url("set.tar.gz")), tmp_path)) == CONTENT


def test_a_server_without_ranges_makes_it_start_over(host, tmp_path):
    host.ranges = False
    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = lambda handler: len(host.asked) == 1 and handler.half()
    assert tree(quiet(dataset(host.url("set.tar.gz"), sha256=sha(ARCHIVE)), tmp_path)) == CONTENT
    assert host.asked[1][1], "the second attempt did not ask for a range"


def forget_validator(root) -> None:
    """As if the server had sent no ETag, so that it cannot be asked whether the file is still the same."""
    for note in root.rglob("*.part.json"):
        note.write_text(json.dumps({**json.loads(note.read_text()), "etag": ""}))


@pytest.mark.parametrize("change", ["bytes", "size"])
def test_a_file_that_changed_since_the_cut_is_not_patched_together(host, tmp_path, change):
    """Other bytes of the same size show by the ETag, another size shows even without."""
    old, new = noise(200_000), noise(200_000 + (change == "size"), seed=1)
    host.files["weights.pth"] = old
    host.faults["weights.pth"] = _Handler.half
    entry = dataset(host.url("weights.pth"), layout="plain")
    fails(entry, tmp_path)
    if change == "size":
        forget_validator(tmp_path)
    host.faults.clear()
    host.files["weights.pth"] = new
    assert tree(quiet(entry, tmp_path)) == {"weights.pth": new}


def test_a_bad_part_with_a_known_checksum_is_fetched_once_more_from_nothing(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = _Handler.half
    entry = dataset(host.url("set.tar.gz"), sha256=sha(ARCHIVE))
    fails(entry, tmp_path)
    (part,) = parts(tmp_path)
    part.write_bytes(bytes(part.stat().st_size))
    host.faults.clear()
    assert tree(quiet(entry, tmp_path)) == CONTENT


def test_a_part_longer_than_the_file_starts_over(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = _Handler.half
    fails(dataset(host.url("set.tar.gz")), tmp_path)
    host.faults.clear()
    host.files["set.tar.gz"] = short = tar_gz(shelled({"train/2.jpg": b"two"}))
    forget_validator(tmp_path)
    assert tree(quiet(dataset(host.url("set.tar.gz"), sha256=sha(short)), tmp_path)) == {
        "train/2.jpg": b"two"
    }


@pytest.mark.parametrize("told", ["length", "catalogue"])
def test_a_truncated_body_is_noticed(host, tmp_path, told):
    """The length is told by the server, or by the catalogue where the server only closes the connection."""

    def unsized(handler):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(ARCHIVE[:1000])
        handler.close_connection = True
        return True

    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = _Handler.half if told == "length" else unsized
    sentence = fails(dataset(host.url("set.tar.gz"), bytes=len(ARCHIVE)), tmp_path)
    assert f"of {len(ARCHIVE):,} bytes" in sentence and not (tmp_path / "set").exists()


def test_a_silent_host_is_given_up(host, tmp_path):
    host.faults["set.tar.gz"] = lambda handler: time.sleep(0.6) or True
    assert "fell silent" in fails(dataset(host.url("set.tar.gz")), tmp_path, timeout=0.2)


# Wrong files.


def test_a_wrong_checksum_removes_the_part_and_nothing_else(host, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.jpg").write_bytes(b"mine")
    host.files["set.tar.gz"] = ARCHIVE
    sentence = fails(dataset(host.url("set.tar.gz"), sha256="0" * 64), tmp_path)
    assert f"sha256 is {sha(ARCHIVE)[:12]}" in sentence and "0000" in sentence
    assert not parts(tmp_path) and not (tmp_path / "set").exists()
    assert tree(tmp_path / "other") == {"mine.jpg": b"mine"}


def test_a_mirror_with_the_right_file_mends_a_wrong_one(host, tmp_path):
    host.files["bad/set.tar.gz"], host.files["set.tar.gz"] = noise(len(ARCHIVE)), ARCHIVE
    entry = dataset(host.url("bad/set.tar.gz"), host.url("set.tar.gz"), sha256=sha(ARCHIVE))
    assert tree(quiet(entry, tmp_path)) == CONTENT


def test_the_first_fetch_is_recorded_and_later_ones_are_held_to_it(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    entry, said = dataset(host.url("set.tar.gz")), []
    place = quiet(entry, tmp_path, say=said.append)
    record = tmp_path / "set.sha256"
    assert record.read_text() == f"{sha(ARCHIVE)}  set.tar.gz\n"
    assert any(sha(ARCHIVE) in line for line in said)

    shutil.rmtree(place)
    assert tree(quiet(entry, tmp_path)) == CONTENT  # the same file again

    shutil.rmtree(place)
    host.files["set.tar.gz"] = tar_gz(shelled({"train/1.jpg": b"another"}))
    sentence = fails(entry, tmp_path)
    assert str(record) in sentence and "first fetch" in sentence
    assert not place.exists() and not parts(tmp_path)


@pytest.mark.parametrize("type", ["text/html; charset=utf-8", "application/octet-stream"])
def test_a_web_page_in_place_of_the_archive_is_named(host, tmp_path, type):
    page = b"\n<!DOCTYPE html><html><body>We have moved.</body></html>"
    host.faults["set.tar.gz"] = lambda handler: handler.answer(page, type=type) or True
    assert "web page in place of the file" in fails(dataset(host.url("set.tar.gz")), tmp_path)
    assert not parts(tmp_path)


def test_a_web_page_does_not_cost_what_had_arrived(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    host.faults["set.tar.gz"] = _Handler.half
    fails(dataset(host.url("set.tar.gz")), tmp_path)
    have = parts(tmp_path)[0].stat().st_size
    host.faults["set.tar.gz"] = lambda handler: handler.answer(b"<html>", type="text/html") or True
    assert "resumes" in fails(dataset(host.url("set.tar.gz")), tmp_path)
    assert parts(tmp_path)[0].stat().st_size == have


def test_a_size_other_than_the_catalogues_is_refused_before_the_download(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    assert "in place of 12" in fails(dataset(host.url("set.tar.gz"), bytes=12), tmp_path)
    assert not parts(tmp_path)


@pytest.mark.parametrize("name", ["set.tar.gz", "set.zip"])
def test_a_damaged_archive_of_unknown_checksum_is_removed(host, tmp_path, name):
    good = ARCHIVE if name.endswith("gz") else zipped(shelled(CONTENT))
    host.files[name] = good[:100_000] + bytes(100) + good[100_100:]
    assert "cannot be unpacked" in fails(dataset(host.url(name)), tmp_path)
    assert not (tmp_path / "set.sha256").exists(), "a damaged file was put on record"
    host.files[name] = good
    assert tree(quiet(dataset(host.url(name)), tmp_path)) == CONTENT


@pytest.mark.parametrize(
    "evil", ["../evil.jpg", "set/../../evil.jpg", "/evil.jpg", "..\\evil.jpg", "C:\\evil.jpg"]
)
def test_a_zip_that_reaches_outside_is_refused(host, tmp_path, evil):
    host.files["set.zip"] = zipped({"set/1.jpg": b"fine", evil: b"evil"})
    assert "outside" in fails(dataset(host.url("set.zip")), tmp_path / "data")
    assert not list(tmp_path.rglob("*evil*")) and not (tmp_path / "data" / "set").exists()


def swollen(name: str) -> bytes:
    """An archive of a few hundred kilobytes that comes to a hundred megabytes."""
    content = {f"set/{i}.jpg": bytes(50 * 2**20) for i in range(2)}
    if name.endswith("gz"):
        return tar_gz(content)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
        for path, data in content.items():
            pack.writestr(path, data)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["set.tar.gz", "set.zip"])
def test_an_archive_that_comes_to_many_times_its_size_is_refused(host, tmp_path, name):
    host.files[name] = swollen(name)
    assert len(host.files[name]) < 2**20
    assert "would come to" in fails(dataset(host.url(name)), tmp_path / "data")
    assert not list(tmp_path.rglob("1.jpg")), "it was unpacked"


def test_an_array_that_comes_to_many_times_its_size_is_refused(tmp_path):
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(struct.pack(">HBBI", 0, 8, 1, 2**27) + bytes(2**27)))
    with pytest.raises(ValueError, match="would come to"):
        layouts._idx(path)


def test_what_nothing_vouches_for_comes_over_a_line_that_does():
    """Without a checksum, https is all that says who sent a file."""
    files = [file for each in DATASETS.values() for file in each.files if not file.sha256]
    assert len(files) > 5
    assert [url for file in files for url in file.urls if not url.startswith("https://")] == []


def test_a_tar_that_reaches_outside_is_refused(host, tmp_path):
    host.files["set.tar.gz"] = tar_gz({"set/1.jpg": b"fine", "../../evil.jpg": b"evil"})
    assert "outside" in fails(dataset(host.url("set.tar.gz")), tmp_path / "data")
    assert not list(tmp_path.rglob("*evil*")) and not (tmp_path / "data" / "set").exists()


def test_a_link_out_of_a_tar_is_refused(host, tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        link = tarfile.TarInfo("set/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        tar.addfile(link)
    host.files["set.tar.gz"] = buffer.getvalue()
    assert "cannot be unpacked" in fails(dataset(host.url("set.tar.gz")), tmp_path)


# Dead hosts.


def test_a_live_mirror_follows_a_dead_host(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE
    entry = dataset(dead_url(), host.url("gone/set.tar.gz"), host.url("set.tar.gz"))
    assert tree(quiet(entry, tmp_path)) == CONTENT


def test_when_all_are_dead_one_sentence_names_each_and_its_fault(host, tmp_path):
    dead = dead_url()
    sentence = fails(dataset(dead, host.url("gone/set.tar.gz"), "nowhere://x/set.tar.gz"), tmp_path)
    assert f"{dead.split('/')[2]} (no connection" in sentence
    assert f"127.0.0.1:{host.server_port} (answered 404" in sentence and "x (no connection" in sentence


def test_a_second_mirror_goes_on_where_the_first_broke_off(host, tmp_path):
    host.files["one/set.tar.gz"] = host.files["two/set.tar.gz"] = ARCHIVE
    host.faults["one/set.tar.gz"] = lambda handler: (
        handler.half() if len(host.asked) == 1 else handler.send_error(503) or True
    )
    entry = dataset(host.url("one/set.tar.gz"), host.url("two/set.tar.gz"), sha256=sha(ARCHIVE))
    assert tree(quiet(entry, tmp_path)) == CONTENT
    assert host.asked[-1] == ("two/set.tar.gz", f"bytes={len(ARCHIVE) // 2}-")


def test_an_entry_without_files_says_where_to_go(tmp_path):
    sentence = fails(DATASETS["cityscapes"], tmp_path)
    assert "register" in sentence and "cityscapes-dataset.com" in sentence


# The disk.


def test_too_little_room_is_said_before_the_download(host, tmp_path, monkeypatch):
    host.files["set.tar.gz"] = ARCHIVE
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(download.shutil, "disk_usage", lambda folder: usage(10**9, 10**9, 1000))
    sentence = fails(dataset(host.url("set.tar.gz"), bytes=len(ARCHIVE)), tmp_path)
    assert "free" in sentence and not host.asked
    sentence = fails(dataset(host.url("set.tar.gz")), tmp_path)  # the size comes from the server
    assert "free" in sentence and len(host.asked) == 1 and not parts(tmp_path)


class _FullDisk:
    """A file that takes so many bytes, then none."""

    def __init__(self, file, room):
        self.file, self.room = file, room

    def write(self, data):
        if self.file.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


def test_a_disk_that_fills_up_keeps_what_arrived(host, tmp_path, monkeypatch):
    host.files["set.tar.gz"] = ARCHIVE

    def slow(handler):  # in two pieces, so that the first is on the disk when the second does not fit
        handler.answer(ARCHIVE[:70_000], length=len(ARCHIVE), tag=ARCHIVE)
        handler.wfile.flush()
        time.sleep(0.1)
        handler.wfile.write(ARCHIVE[70_000:])
        return True

    def full(path, mode="r", *more):
        file = open(path, mode, *more)
        return _FullDisk(file, 100_000) if str(path).endswith(".part") and mode in ("wb", "ab") else file

    host.faults["set.tar.gz"] = slow
    monkeypatch.setattr(download, "open", full, raising=False)
    sentence = fails(dataset(host.url("set.tar.gz")), tmp_path)
    assert "is full" in sentence and "kept" in sentence
    have = parts(tmp_path)[0].stat().st_size
    assert 0 < have <= 100_000
    monkeypatch.delattr(download, "open")
    host.faults.clear()
    assert tree(quiet(dataset(host.url("set.tar.gz")), tmp_path)) == CONTENT
    assert host.asked[-1] == ("set.tar.gz", f"bytes={have}-")


def test_a_disk_that_fills_up_while_unpacking_keeps_the_archive(host, tmp_path):
    host.files["set.tar.gz"] = ARCHIVE

    def layout(files, out):
        (out / "half.jpg").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    assert "is full" in fails(dataset(host.url("set.tar.gz"), layout=layout), tmp_path)
    assert tree(quiet(dataset(host.url("set.tar.gz")), tmp_path)) == CONTENT
    assert len(host.asked) == 1, "the whole archive was fetched again"


def test_a_root_that_is_no_folder_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadError, match="file"):
        quiet(dataset(dead_url()), tmp_path / "file")


# Layouts.


def idx(array: np.ndarray) -> bytes:
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes())


@pytest.mark.parametrize("name", ["mnist", "mnist_t10k"])
def test_mnist_becomes_arrays(host, tmp_path, name):
    rng = np.random.default_rng(0)
    made = {"train": rng.integers(0, 256, (5, 28, 28)), "t10k": rng.integers(0, 256, (3, 28, 28))}
    files = []
    for part, images in made.items():
        if name == "mnist" or part == "t10k":
            for kind, array in (("images-idx3", images), ("labels-idx1", np.arange(len(images)))):
                host.files[f"{part}-{kind}-ubyte.gz"] = idx(array)
                files.append(File((host.url(f"{part}-{kind}-ubyte.gz"),), f"{part}-{kind}-ubyte.gz"))
    assert [file.name for file in files] == [file.name for file in DATASETS[name].files]
    place = quiet(Dataset(name, "", "", tuple(files), "", "", layout=DATASETS[name].layout), tmp_path)
    expected = {"train.npz": "train", "test.npz": "t10k"} if name == "mnist" else {"mnist_t10k.npz": "t10k"}
    assert set(tree(place)) == set(expected)
    for file, part in expected.items():
        data = np.load(place / file)
        assert data["images"].dtype == np.uint8 and np.array_equal(data["images"], made[part])
        assert np.array_equal(data["labels"], np.arange(len(made[part])))


def test_bsds500_becomes_pictures_and_mean_edges(host, tmp_path):
    savemat = pytest.importorskip("scipy.io", reason="SciPy writes the MAT file of this test").savemat
    rng = np.random.default_rng(0)
    truths = rng.random((3, 7, 5)) < 0.3
    cell = np.empty((1, 3), object)
    for i, edges in enumerate(truths):
        cell[0, i] = {"Segmentation": rng.integers(0, 500, (7, 5)).astype(np.uint16), "Boundaries": edges}
    for compress in (False, True):
        mat = io.BytesIO()
        savemat(mat, {"groundTruth": cell}, do_compression=compress)
        host.files["bsds.tgz"] = tar_gz(
            {
                "BSR/BSDS500/data/images/train/100075.jpg": b"jpeg",
                "BSR/BSDS500/data/images/train/Thumbs.db": b"",
                "BSR/BSDS500/data/groundTruth/train/100075.mat": mat.getvalue(),
                "BSR/bench/source/x.mat": b"",
            }
        )
        place = quiet(dataset(host.url("bsds.tgz"), layout="bsds500"), tmp_path / str(compress))
        assert set(tree(place)) == {"train/100075.jpg", "train_edges/100075.png"}
        edges = np.asarray(Image.open(place / "train_edges" / "100075.png"))
        assert np.array_equal(edges, np.round(255 * truths.mean(0)).astype(np.uint8))


def png(colour: tuple, size: int) -> bytes:
    buffer = io.BytesIO()
    image = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    image.paste(colour, (size // 4, size // 4, size - size // 4, size - size // 4))
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_emoji_become_styles_of_the_concepts_that_all_draw(host, tmp_path):
    red, spy = "1F600", "1F441-FE0F-200D-1F5E8-FE0F"
    groups = {red: "smileys-emotion", spy: "symbols", "1F99A": "animals-nature", "1F680": "travel-places"}
    left_out = {"1F44B-1F3FB": "people-body", "1F1E9-1F1EA": "flags", "E000": "extras-openmoji"}
    entries = [*groups.items(), *left_out.items()]
    codes = [code for code, _ in entries if code != "1F680"]  # which only OpenMoji draws
    low = [code.lower() for code in codes]
    host.files["openmoji.json"] = json.dumps(
        [{"hexcode": c, "annotation": f"name of {c}", "group": g, "subgroups": "sub"} for c, g in entries]
    ).encode()
    host.files["openmoji-line.zip"] = zipped({f"{c}.png": png((0, 0, 0, 255), 72) for c, _ in entries})
    host.files["openmoji.zip"] = zipped({f"{c}.png": png((255, 0, 0, 255), 618) for c, _ in entries})
    host.files["twemoji.zip"] = zipped(
        {f"twemoji-1/assets/72x72/{c.replace('-fe0f', '', 1)}.png": png((0, 255, 0, 255), 72) for c in low}
    )
    noto = {c: c.replace("-fe0f", "").replace("-", "_") for c in low}
    host.files["noto.zip"] = zipped(
        {f"noto-1/png/128/emoji_u{noto[c]}.png": png((9, 9, 9, 255), 128) for c in low}
        | {f"noto-1/png/512/emoji_u{noto[c]}.png": b"not this one" for c in low}
    )
    fluent = {}
    for i, c in enumerate(low):
        folder, tone = f"fluent-1/assets/Thing {i}", "Default/" * (i % 2)
        fluent[f"{folder}/metadata.json"] = json.dumps({"unicode": c.replace("-", " ")}).encode()
        fluent[f"{folder}/{tone}3D/thing.png"] = png((0, 0, 255, 255), 256)
        fluent[f"{folder}/Dark/3D/thing.png"] = b"not this one"
        fluent[f"{folder}/{tone}Flat/thing.svg"] = b"<svg/>"
    host.files["fluent.zip"] = zipped(fluent)

    names = [file.name for file in DATASETS["emoji"].files]
    assert set(names) == set(host.files)
    files = tuple(File((host.url(name),), name) for name in names)
    place = quiet(Dataset("emoji", "", "", files, "", "", layout="emoji"), tmp_path)

    index = json.loads((place / "index.json").read_text())
    kept = [c for c in ("1f600", "1f441-200d-1f5e8", "1f99a") if layouts.emoji_split(c)]
    assert [entry["code"] for entry in index] == kept and len(kept) > 1
    assert index[0] == {
        "code": kept[0], "name": f"name of {red}", "group": "smileys-emotion", "subgroup": "sub",
        "split": layouts.emoji_split(kept[0]),
    }  # fmt: skip
    colours = {"openmoji-line": (0,) * 3, "openmoji": (255, 0, 0), "twemoji": (0, 255, 0), "noto": (9,) * 3,
               "fluent-3d": (0, 0, 255)}  # fmt: skip
    assert set(tree(place)) == {"index.json", *(f"{style}/{code}.webp" for style in colours for code in kept)}
    for style, colour in colours.items():
        image = Image.open(place / style / f"{kept[1]}.webp").convert("RGB")
        assert image.size == (128, 128)
        assert image.getpixel((64, 64)) == colour and image.getpixel((2, 2)) == (255, 255, 255)


def test_the_emoji_split_is_that_of_the_recipes():
    """By hash of the code; these were drawn from the index that the recipes were trained on."""
    for code in ("1f18e", "1f193", "1f194", "1f196", "1f198", "1f3c3-200d-2640"):
        assert layouts.emoji_split(code) == "test"
    for code in ("1f0cf", "1f170", "1f199", "a9", "ae", "1f3c3-200d-2642"):
        assert layouts.emoji_split(code) == "train"


# The catalogue.


def test_root_and_find_follow_the_rule(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    assert catalogue.root() == catalogue.Path("data") and catalogue.find("set") is None
    (tmp_path / "data" / "set").mkdir(parents=True)
    assert catalogue.find("set") == catalogue.Path("data/set")

    given = tmp_path / "given"
    monkeypatch.setenv("I2I_DATA", str(given))
    assert catalogue.root() == given, "a folder that can be made counts as writable"
    assert catalogue.find("set") == catalogue.Path("data/set")
    (given / "set").mkdir(parents=True)
    assert catalogue.find("set") == given / "set"

    monkeypatch.setattr(catalogue.os, "access", lambda path, mode: path != given)
    assert catalogue.root() == catalogue.Path("data") and catalogue.find("set") == given / "set"
    monkeypatch.setenv("I2I_DATA", "")
    assert catalogue.find("set") == catalogue.Path("data/set")


@pytest.mark.parametrize("name", DATASETS)
def test_an_entry_is_complete(name):
    entry = DATASETS[name]
    assert (
        entry.name == name and entry.title and entry.licence and entry.cite and entry.home.startswith("http")
    )
    assert entry.layout in layouts.UNPACK
    assert entry.files or entry.note
    assert len({file.name for file in entry.files}) == len(entry.files)
    for file in entry.files:
        assert file.urls and all(re.match(r"https?://[\w.-]+/\S+$", url) for url in file.urls)
        assert file.sha256 is None or re.fullmatch("[0-9a-f]{8,64}", file.sha256)
        if tagged := re.search(r"-([0-9a-f]{8})\.pth$", file.name):  # such names carry their own checksum
            assert file.sha256.startswith(tagged[1])
