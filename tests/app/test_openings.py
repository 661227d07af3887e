"""What the page opens with, from one start to the next: right values whatever lies in the cache, and models that are loaded once."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from markupsafe import Markup

from demos.attributes import worlds
from demos.inpainting import fillers
from demos.multimodal import subjects
from demos.paired import why
from demos.superres import enlargers
from demos.unpaired import scene
from demos.voxels import shapes
from demos.work import openings
from demos.work.once import once
from demos.work.openings import Openings, keeping, key_of, opening

VALUES = {
    "html": Markup("<b>a & b</b>"),
    "text": "<i>no HTML</i>",
    "nested": ({"list": [1, 2.5, None, True], "tuple": ("x", Markup("&lt;"))}, []),
}


def keep(folder: Path, key: str = "key", **values) -> Openings:
    """A start that takes the values from the cache, and leaves them there."""
    shelf = Openings(folder, key)
    for name, value in (values or VALUES).items():
        assert shelf.get(name, lambda value=value: value) == value
    assert shelf.save() == ""
    return shelf


def kinds(value) -> object:
    """The type of each part of a value."""
    if isinstance(value, dict):
        return {key: kinds(part) for key, part in value.items()}
    return type(value), [kinds(part) for part in value] if isinstance(value, list | tuple) else None


# ---- Kept, and read again ----


def test_the_second_start_finds_the_same_values_and_makes_none(tmp_path):
    assert keep(tmp_path / "o").made == len(VALUES)
    again = Openings(tmp_path / "o", "key")
    found = {name: again.get(name, lambda: pytest.fail("it was made again")) for name in VALUES}
    assert found == VALUES and kinds(found) == kinds(VALUES), "HTML stays HTML, and text stays text"
    assert again.made == 0
    assert Openings(tmp_path / "o", "another").get("text", lambda: "new") == "new"


@pytest.mark.parametrize("value", [{1: "a"}, {"a": {1, 2}}, [Path("a")], b"bytes"])
def test_what_is_no_plain_data_is_refused_when_it_is_kept(tmp_path, value):
    shelf = Openings(tmp_path, "key")
    shelf.get("odd", lambda: value)
    with pytest.raises(TypeError):
        shelf.save()


def test_only_while_a_page_is_built_is_anything_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("I2I_CACHE", str(tmp_path))
    asked = []

    @opening
    def shown(subject: str) -> str:
        asked.append(subject)
        return f"<{subject}>"

    with keeping("key"):
        assert [shown("icons"), shown("emoji"), shown("icons")] == ["<icons>", "<emoji>", "<icons>"]
    assert asked == ["icons", "emoji"]
    (file,) = (tmp_path / "openings").glob("*.json")
    before = file.read_bytes()
    assert shown("what a visitor drew") == "<what a visitor drew>"
    assert file.read_bytes() == before and b"visitor" not in before
    with keeping("key"):
        assert shown("icons") == "<icons>"
    assert asked == ["icons", "emoji", "what a visitor drew"]


# ---- What it depends on ----


def test_the_key_tells_other_weights_records_and_datasets_apart(tmp_path, monkeypatch):
    assets, data = tmp_path / "assets", tmp_path / "data"
    weights = assets / "checkpoints" / "model" / "G.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"one")
    (data / "emoji").mkdir(parents=True)

    def key() -> str:
        return key_of(assets, [data])

    first, status = key(), weights.stat()
    assert key() == first and len(first) == 32
    weights.write_bytes(b"two")
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))
    second = key()
    assert second != first, "other weights of the same size and date"
    (assets / "claims.json").write_text("{}")
    third = key()
    (data / "weather").mkdir()
    fourth = key()
    monkeypatch.setattr(openings, "version", lambda name: "0")
    assert len({first, second, third, fourth, key()}) == 5


def test_the_key_tells_other_code_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(openings, "_ROOT", tmp_path)
    keys = {key_of(tmp_path / "assets")}
    for file in ("demos/tab.py", "demos/tab.css", "demos/page.js", "i2i/run/tiles.py"):
        for text in ("a", "b"):
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text)
            keys.add(key_of(tmp_path / "assets"))
    (tmp_path / "demos" / "__pycache__").mkdir()
    for left in (
        "demos/__pycache__/tab.pyc",
        "demos/__pycache__/tab.pyc.1407",
        "demos/tab.pyi",
        "i2i/run/.tiles.part-7",
    ):
        (tmp_path / left).write_text("")
    assert len(keys) == 9 and key_of(tmp_path / "assets") in keys


# ---- Whatever may be wrong ----


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def _altered(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"HTML", b"HTM1"))


@pytest.mark.parametrize(
    "harm", [_cut, _altered, lambda f: f.write_bytes(b""), lambda f: f.write_bytes(b"\0" * 300)]
)
def test_a_broken_file_is_made_anew(tmp_path, harm):
    folder = tmp_path / "o"
    file = keep(folder).path
    right = file.read_bytes()
    harm(file)
    assert keep(folder).made == len(VALUES)
    assert file.read_bytes() == right
    assert keep(folder).made == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="modes are those of POSIX")
def test_a_folder_that_others_may_write_to_is_neither_read_nor_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("I2I_CACHE", str(tmp_path))
    folder = tmp_path / "openings"
    file = keep(folder, text="kept").path
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    folder.chmod(0o777)
    with keeping("key") as shelf:
        assert shelf.get("text", lambda: "made anew") == "made anew"
    assert file.read_bytes() == before
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("fault", ["a file in the way", "a full disk", "no home"])
def test_a_start_that_can_keep_nothing_says_so_in_one_line(tmp_path, monkeypatch, capsys, fault):
    monkeypatch.setenv("I2I_CACHE", str(tmp_path / "cache"))
    if fault == "a file in the way":
        (tmp_path / "cache").write_text("")
    if fault == "no home":
        monkeypatch.setattr(openings, "cache_folder", lambda: Path("~nobody-of-that-name/x").expanduser())
    if fault == "a full disk":

        def full(*paths):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(openings.os, "replace", full)
    with keeping("key") as shelf:
        assert shelf.get("text", lambda: "made") == "made"
    said = capsys.readouterr().out
    assert said.count("\n") == 1 and "not kept" in said
    assert not list(tmp_path.rglob(".part-*"))


def test_the_cache_is_bounded_and_keeps_what_was_used_last(tmp_path):
    for i in range(openings.FILES):
        file = keep(tmp_path / "o", f"key{i}").path
        os.utime(file, (i + 1, i + 1))
    keep(tmp_path / "o", "key0")  # used again
    part = tmp_path / "o" / ".part-of-a-killed-app"
    part.write_text("")
    os.utime(part, (1, 1))
    keep(tmp_path / "o", "new")
    left = {file.stem for file in (tmp_path / "o").iterdir()}
    assert left == {"key0", "new", *(f"key{i}" for i in range(2, openings.FILES))}


def test_apps_that_start_at_once_leave_a_whole_file(tmp_path):
    folder, over, torn = tmp_path / "o", threading.Event(), []
    keep(folder, text="x" * 200_000)

    def start(letter: str) -> None:
        while not over.is_set():
            shelf = Openings(folder, "key")
            if not shelf.get("text", str):
                torn.append(letter)
            shelf.get(letter, lambda: letter * 200_000)
            shelf.made = 1
            shelf.save()

    threads = [threading.Thread(target=start, args=(letter,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    time.sleep(1)
    over.set()
    for thread in threads:
        thread.join()
    assert not torn and len(list(folder.iterdir())) == 1


# ---- Models ----


def _at_once(*calls) -> list:
    """What the calls return that several threads make at the same time."""
    gate, made = threading.Barrier(len(calls)), [None] * len(calls)

    def run(i: int) -> None:
        gate.wait()
        made[i] = calls[i]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return made


@pytest.mark.parametrize(
    "module", [worlds, fillers, subjects, why, enlargers, scene, shapes], ids=lambda m: m.__name__
)
def test_two_visitors_who_ask_for_a_model_at_once_load_it_once(module, monkeypatch):
    loads = []

    def load(name, **how):
        time.sleep(0.05)
        loads.append(name)
        return SimpleNamespace(
            size=8, controls=(), translate=lambda *a, **k: None, sample=lambda *a, **k: None
        )

    monkeypatch.setattr(module, "load", load)
    module.loaded.cache_clear()
    name = next(iter(enlargers.ENLARGERS)) if module is enlargers else "a model"
    models = _at_once(*[lambda: module.loaded(name)] * 6)
    assert len(loads) == 1 and len({id(m) for m in models}) == 1
    module.loaded.cache_clear()


def test_who_asks_for_another_model_does_not_wait():
    gate = threading.Barrier(2)

    @once(4)
    def make(name: str) -> str:
        gate.wait(10)  # both are made at the same time, or it breaks
        return name

    assert _at_once(lambda: make("a"), lambda: make("b")) == ["a", "b"]
