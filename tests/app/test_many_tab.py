"""The later cards of the tab Unpaired, on tiny untrained models: many domains, one image learned live, what f keeps."""

from __future__ import annotations

import io
import multiprocessing
import os
import subprocess
import sys
import time

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from demos.map import tab as map
from demos.unpaired import compare, scene
from demos.unpaired import dtn_digits as digits
from demos.unpaired import ost as oneshot
from demos.unpaired import stargan as styles
from demos.unpaired import tab as unpaired
from demos.work import queue as live
from demos.work.plain import packed as bytes_packed
from demos.work.plain import unpacked
from i2i.checkpoint import export, load_method
from i2i.losses import l1
from i2i.methods import METHODS
from i2i.run import oneshot as learning
from i2i.run import pipeline
from kit.live_work import dismiss
from kit.odd_images import BAD, packed
from kit.root import ROOT
from kit.served import leaks

STYLES = ("line", "flat", "glossy", "night")
SMALL = {
    "stargan": {"domains": 4, "attributes": False, "side": 16, "width": 4, "blocks": 1, "critic_width": 4, "critic_layers": 2},
    "ost": {"width": 4, "blocks": 2, "halvings": 1, "patch_layers": 1, "patch_width": 4, "up": "resized"},
    "dtn": {"side": 16, "width": 4, "code": 8, "g_width": 8, "d_width": 4},
    "cyclegan": {"width": 4, "blocks": 1, "patch_layers": 1, "patch_width": 4},
}  # fmt: skip


def small(key: str):
    cls = METHODS[key]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return cls(cls.Config(**SMALL[key])).eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery of tiny models of 16 px."""
    home = tmp_path_factory.mktemp("checkpoints")
    export(home / "cyclegan-icons", small("cyclegan"), size=16, card={})
    export(home / "stargan-icons", small("stargan"), size=16, card={"labels": list(STYLES)})
    export(
        home / "stargan-emoji",
        small("stargan"),
        size=16,
        card={"labels": ["openmoji", "noto", "fluent-flat", "fluent-3d"]},
        nets=("D",),
    )
    export(home / "ost-icons", small("ost"), size=16, card={}, nets=("D_y",))
    export(
        home / "stargan-weather",
        small("stargan"),
        size=16,
        card={"labels": ["cloudy", "rain", "shine", "sunrise"]},
    )
    export(home / "dtn-digits", small("dtn"), size=16, card={})
    return home


def forget() -> None:
    for cached in (
        scene.loaded,
        scene._translated,
        scene.thumbnails,
        styles.things,
        styles._examples,
        digits._known,
    ):
        cached.cache_clear()


@pytest.fixture
def gallery(folder, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    forget()
    yield folder
    forget()


# ---- What is here ----


def texts() -> str:
    """All that the tab shows before a visitor does anything."""
    with gr.Blocks() as app, gr.Tabs():
        unpaired.tab()
    return " ".join(str(b.value) for b in app.blocks.values() if isinstance(b, gr.HTML))


HEADINGS = {
    "stargan-icons": "StarGAN: one generator",
    "ost-icons": "OST: give it one picture",
    "dtn-digits": "DTN: what must be kept",
}


@pytest.mark.parametrize("absent", [*HEADINGS, "all"])
def test_a_card_whose_model_is_not_here_does_not_appear(folder, monkeypatch, tmp_path, absent):
    for each in folder.iterdir():
        if (
            each.name != absent
            and not (absent == "all" and each.name in HEADINGS)
            and each.name not in ("stargan-emoji", "stargan-weather")
        ):
            (tmp_path / each.name).symlink_to(each)
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    forget()
    shown, leads = texts(), map._tab_of()
    forget()
    for name, heading in HEADINGS.items():
        assert (heading in shown) == (absent not in (name, "all"))
    assert (
        leads.get("dtn", "") == ("" if absent in ("dtn-digits", "all") else "Unpaired")
        and leads["cyclegan"] == "Unpaired"
    )


def test_an_ost_without_its_discriminator_cannot_learn_and_is_not_offered(tmp_path, monkeypatch):
    export(tmp_path / "ost-icons", small("ost"), size=16, card={})
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    forget()
    assert not oneshot.available()
    forget()
    with pytest.raises(ValueError, match="D_y"):
        learning.pupil(load_method(tmp_path / "ost-icons")[0])


def test_an_address_restores_each_card_and_nonsense_restores_nothing(gallery):
    with gr.Blocks():
        built = [card() for card in (styles.card, oneshot.card, digits.card)]
    stars, once, dtn = (restore for restore, _ in built)
    for restore, outputs in built:
        assert len(restore({})) == len(outputs)
    assert stars({"target": "night", "from": "flat", "thing": "3"})[6]["chosen"] == "night"
    view = stars({"target": "<b>", "from": "up", "styles": "cats", "thing": "9" * 50})
    assert view[0] == "icons" and view[6]["chosen"] in STYLES
    assert once({"one": "4"})[1] == 4 and once({"one": "-1"})[1] != -1
    assert "your digit" in dtn({"digit": "p0,18,60,60,190,60,100,200"})[0]
    assert isinstance(dtn({"digit": "<script>"})[0], dict), "skipped"


# ---- StarGAN ----


def test_every_icon_is_known_in_every_style_and_all_targets_come_at_once(gallery):
    view = styles.settle("icons", "flat", "night", 2)
    assert (
        set(view.thing.images) == set(STYLES) and len({p.tobytes() for p in view.thing.images.values()}) == 4
    )
    tiles, given, trip, told = styles.show(view, True)
    assert [t["key"] for t in tiles["tiles"]] == list(STYLES) and tiles["chosen"] == "night"
    assert "the truth" in trip and "differs from it by" in trip and "hidden" not in trip
    assert "hidden" in styles.show(view, False)[2]
    x = view.model.place(view.image).x
    made = styles.everywhere(view.model, x)
    for i in range(4):
        assert torch.allclose(made[i : i + 1], view.model.translate(x, label=i), atol=1e-5)
    back = view.model.translate(made[3:4], label=1)
    assert f"<strong>{l1(back, x).item():.3f}</strong>" in trip
    assert (
        f"<strong>{10 * l1(back, x).item():.2f}</strong>" in told and "did not come with this model" in told
    )
    assert (
        given.count("zeros everywhere") == 3 and given.count("ones everywhere") == 1 and "7 planes" in given
    )


def test_terms_of_a_discriminator_that_came_are_shown(gallery):
    view = styles.settle("emoji", "", "fluent-3d")
    tiles, given, trip, told = styles.show(view, True)
    assert "D<sub>cls</sub>" in told and "left out" not in told
    assert "Fluent 3-D" in [t["title"] for t in tiles["tiles"]]


def test_without_the_pictures_emoji_begin_as_flat_icons_whose_truth_nobody_knows(
    gallery, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    view = styles.settle("emoji", "", "")
    assert view.own == "fluent-flat" and view.truth is None
    assert "Nobody knows" in styles.show(view, True)[2]


def test_a_photograph_comes_as_what_it_is_and_landscapes_stand_in(gallery, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    view = styles.settle("photographs", "rain", "sunrise", 3)
    assert view.own == "shine" and styles._labels(view) == [("sunshine", "shine")], (
        "not what a visitor says it is"
    )
    assert view.truth is None and len(styles.things("photographs")) == 12
    for kind in ("cloudy", "rain", "shine", "sunrise"):
        for split in ("train", "test"):
            (tmp_path / "weather" / split / kind).mkdir(parents=True)
            for i in range(6):
                Image.new("RGB", (20, 20), (40 * i, 9, 9)).save(
                    tmp_path / "weather" / split / kind / f"{kind}{i}.png"
                )
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    styles.things.cache_clear()
    shown = styles.things("photographs")
    assert [next(iter(t.images)) for t in shown[:5]] == [
        "cloudy",
        "rain",
        "shine",
        "sunrise",
        "cloudy",
    ] and len(shown) == 12
    assert len({t.drawn("").tobytes() for t in shown}) == 3, "different ones of each kind"
    own = styles.settle("photographs", "", "rain", upload=Image.new("RGB", (9, 9)))
    assert len(styles._labels(own)) == 4, "of a visitor's own nobody knows what it shows"


def test_a_picture_of_ones_own_takes_the_label_that_changes_it_least(gallery):
    image = Image.new("RGB", (40, 20), "teal")
    own = styles.nearest(scene.loaded("stargan-icons"), image)
    made = [
        styles.everywhere(scene.loaded("stargan-icons"), x := scene.loaded("stargan-icons").place(image).x)[i]
        - x
        for i in range(4)
    ]
    assert own == STYLES[int(np.argmin([d.abs().mean().item() for d in made]))]
    tiles, _, trip, _ = styles.show(styles.settle("icons", own, "line", upload=image), True)
    assert "your picture" in trip and tiles["address"]["thing"] == "" and "Nobody knows" in trip


def test_the_api_names_models_and_labels_that_are_not_here(gallery, tmp_path):
    (tmp_path / "in.png").write_bytes(packed(Image.new("RGB", (20, 20), "red")))
    path = str(tmp_path / "in.png")
    made = styles.translate(path, "stargan-icons", "line")
    assert (
        made.size == (16, 16) and made.tobytes() != styles.translate(path, "stargan-icons", "night").tobytes()
    )
    for model, label, told in (
        ("cyclegan-icons", "line", "stargan-icons"),
        ("stargan-icons", "cubist", "line, flat, glossy, night"),
    ):
        with pytest.raises(gr.Error) as caught:
            styles.translate(path, model, label)
        assert told in caught.value.message


def test_the_api_of_the_tab_makes_digits_anew(gallery, tmp_path):
    (tmp_path / "in.png").write_bytes(packed(Image.new("RGB", (20, 20), "red")))
    path = str(tmp_path / "in.png")
    made = compare.translate(path, "dtn-digits")
    assert made.size == (16, 16) and made.tobytes() == pipeline.load("dtn-digits")(Image.open(path)).tobytes()
    with pytest.raises(gr.Error) as caught:
        compare.translate(path, "dtn-digits", "yx")
    assert caught.value.message.startswith("Dtn-digits is one-sided")


@pytest.mark.parametrize("make, fault", BAD.values(), ids=BAD)
def test_the_api_answers_a_bad_file_with_a_sentence(gallery, tmp_path, make, fault):
    (tmp_path / "in.png").write_bytes(make())
    with pytest.raises(gr.Error) as caught:
        styles.translate(str(tmp_path / "in.png"))
    assert fault in caught.value.message and not leaks(caught.value.message)


# ---- Learning one image ----


@pytest.fixture(scope="module")
def trained(folder):
    return load_method(folder / "ost-icons")[0]


def test_learning_starts_from_what_is_known_and_leaves_the_model_alone(trained, monkeypatch):
    clock = iter(range(10**6))
    monkeypatch.setattr(learning.time, "monotonic", lambda: next(clock))
    x, target = (
        torch.randint(0, 256, (n, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(n))
        for n in (1, 3)
    )
    before = {k: v.clone() for k, v in trained.state_dict().items()}
    pupil = learning.pupil(trained)
    for name in learning.KNOWN:
        for a, b in zip(getattr(pupil, name).parameters(), getattr(trained, name).parameters(), strict=True):
            assert torch.equal(a, b)
    for own, known in ((pupil.E_x, pupil.E_y), (pupil.G_x, pupil.G_y)):
        assert all(torch.equal(a, b) for a, b in zip(own.parameters(), known.parameters(), strict=True))
    seen = list(learning.learn(trained, x, target, 12, every=4))
    assert seen[0].step == 0 and seen[-1].step > 0 and seen[-1].seconds >= 12
    assert [p.step for p in seen] == sorted(p.step for p in seen) and len(seen) >= 3
    assert seen[0].over.shape == (1, 3, 16, 16) and seen[0].over.dtype == np.uint8
    assert {"cycle", "recon_x", "gan_x"} <= set(seen[-1].terms) and seen[0].terms == {}
    assert all(torch.equal(before[k], v) for k, v in trained.state_dict().items())


def test_terms_are_means_since_they_were_last_told(trained, monkeypatch):
    clock, told = iter(range(10**6)), iter(range(1, 10**6))
    monkeypatch.setattr(learning.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(learning.Trainer, "advance", lambda self: {"cycle": float(next(told))})
    x, target = (torch.full((n, 3, 16, 16), 9, dtype=torch.uint8) for n in (1, 3))
    seen = list(learning.learn(trained, x, target, 6, every=3))
    assert [p.terms for p in seen] == [{}, {"cycle": 2.0}, {"cycle": 5.0}], "of 1, 2, 3, and of 4, 5, 6"


@pytest.mark.parametrize("selective", [True, False])
def test_the_switch_says_whether_the_picture_moves_the_shared_layers(trained, selective):
    (stage,) = learning.pupil(trained, selective).stages()
    assert ("E_shared" in stage.turns["x"].trains) != selective


# ---- The process ----


class news:
    """The single values of frames, without idle beats; one that is dropped closes nothing."""

    def __init__(self, frames):
        self.frames = frames

    def __iter__(self):
        return self

    def __next__(self):
        frame = next(frame for frame in self.frames if frame is not None)
        return frame[0] if isinstance(frame, tuple) else frame


HERE = "kit.live_work"  # light, since each process imports it


@pytest.fixture
def line(monkeypatch):
    monkeypatch.setattr(live, "_GONE", 20)
    made = live.Line()
    yield made
    dismiss(made)
    assert multiprocessing.active_children() == [], "no process is left"


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # those that have ended are gone as soon as their end is taken note of
        multiprocessing.active_children()
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_frames_arrive_and_the_process_goes_with_its_work(line):
    pid, *rest = news(line.frames("me", f"{HERE}:counting", 3, 0.0, cap=120))
    assert pid != os.getpid() and rest == [0, 1, 2] and not alive(pid)
    assert line.left == 0


def test_between_processes_goes_plain_data_alone():
    values = (
        3,
        "text",
        [1.5, None],
        {"term": 0.25},
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.zeros((0, 4)),
    )
    back = unpacked(bytes_packed(values))
    for value, other in zip(values, back, strict=True):
        assert np.array_equal(value, other) if isinstance(value, np.ndarray) else value == other
    assert back[4].dtype == np.uint8 and back[5].shape == (0, 4)
    for value in (object(), np.array([object()]), {1, 2}):
        with pytest.raises(TypeError):
            bytes_packed((1, value))
    np.savez(hostile := io.BytesIO(), rest=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError):
        unpacked(hostile.getvalue())


def test_stop_ends_it_within_two_seconds(line):
    frames = line.frames("me", f"{HERE}:counting", 10_000, 0.05, cap=120)
    pid = next(news(frames))
    assert alive(pid) and line.left is None, "the cap is no estimate"
    line.stop("somebody else")
    assert alive(pid)
    start = time.monotonic()
    line.stop("me")
    assert not alive(pid) and time.monotonic() - start < 2
    assert all(isinstance(frame, int) for frame in news(frames)), "it ends without a word"


def test_who_leaves_takes_the_process_along(line):
    frames = line.frames("me", f"{HERE}:counting", 10_000, 0.05, cap=120)
    pid = next(news(frames))
    frames.close()
    assert not alive(pid) and line.left == 0


def test_it_can_be_closed_before_the_first_frame(line):
    frames = line.frames("me", f"{HERE}:silent", cap=120)
    assert next(frames) is None
    (process,) = multiprocessing.active_children()
    frames.close()
    assert not alive(process.pid)


def test_the_cap_ends_it_though_nobody_looks(line):
    frames = line.frames("me", f"{HERE}:counting", 10_000, 0.05, cap=8)
    pid = next(news(frames))
    end = time.monotonic() + 40
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.2)
    assert not alive(pid)
    with pytest.raises(live.Failed, match="longer than the 8 seconds"):
        list(frames)


@pytest.mark.parametrize(
    "how, told", [("error", "broke off with an error"), ("gone", "ended before its time")]
)
def test_a_crash_is_one_sentence(line, how, told):
    frames = line.frames("me", f"{HERE}:crashing", how, cap=120)
    with pytest.raises(live.Failed) as caught:
        list(frames)
    assert told in str(caught.value) and "secret" not in str(caught.value) and not leaks(str(caught.value))


@pytest.mark.parametrize("warm", [False, True], ids=["afresh", "prepared"])
def test_work_hears_the_orders_of_its_owner_alone(line, warm):
    if warm:
        line.prepare(f"{HERE}:ready", 0.0, idle=60)
    assert not line.has("me") and not line.order("me", "too early")
    frames = news(line.frames("me", f"{HERE}:obedient", "hello", cap=120))
    assert next(frames) == "hello" and line.has("me") and not line.has("you")
    assert not line.order("you", "no")
    assert line.order("me", "first") and line.order("me", "second") and line.order("me", "end")
    assert list(frames) == ["first", "second", "end"]
    assert not line.has("me") and not line.order("me", "too late")


def test_orders_from_before_the_first_frame_are_heard_and_of_drawings_the_last(line):
    first = line.frames("one", f"{HERE}:counting", 10_000, 0.05, cap=120)
    next(first)
    second = line.frames("two", f"{HERE}:obedient", "hello", cap=120, first=("begin",))
    assert isinstance(next(second), live.Waiting) and line.order("two", "while it waits")
    assert line.order("two", "a drawing", keep=True) and line.order("two", "the last drawing", keep=True)
    with pytest.raises(live.Joined):
        line.frames("two", f"{HERE}:obedient", "hello", cap=120, first=("pressed twice",))
    assert [t.owner for t in line._people] == ["one", "two"], "nobody stands in the line twice"
    assert [line.order("two", "more") for _ in range(9)].index(False) == live._UNHEARD - 3
    first.close()
    heard = []
    for said in news(second):
        if not isinstance(said, live.Waiting):
            heard.append(said)
        if said == "the last drawing":
            line.order("two", "end")
    more = ["more"] * (live._UNHEARD - 3)
    assert heard == ["hello", "begin", "while it waits", "pressed twice", *more, "the last drawing", "end"]


def test_frames_that_nobody_has_asked_for_give_their_place_back(line):
    line.frames("me", f"{HERE}:counting", 1, 0.0, cap=120).close()
    assert not line.has("me") and line._people == []


def test_of_too_many_orders_the_last_is_kept_and_nobody_is_held_up(line):
    frames = line.frames("me", f"{HERE}:deaf", 2.0, cap=120)
    assert next(news(frames)) == "deaf"
    start = time.monotonic()
    taken = [line.order("me", f"order {i}") for i in range(300)]
    assert line.order("me", "a drawing", keep=True) and line.order("me", "the last drawing", keep=True)
    assert time.monotonic() - start < 1.5, "it was deaf all the while"
    assert sum(taken) == live._UNHEARD == taken.index(False)
    assert list(news(frames)) == [*(f"order {i}" for i in range(sum(taken))), "the last drawing"]


def test_the_second_waits_the_third_is_sent_away_and_the_second_gets_its_turn(line):
    first = line.frames("one", f"{HERE}:counting", 10_000, 0.05, cap=120)
    next(first)
    second = line.frames("two", f"{HERE}:counting", 1, 0.0, cap=120)
    waits = next(second)
    assert isinstance(waits, live.Waiting) and waits.left is None
    with pytest.raises(live.Full):
        next(line.frames("three", f"{HERE}:counting", 1, 0.0, cap=120))
    line.stop("one")
    list(first)
    got = [f for f in news(second) if not isinstance(f, live.Waiting)]
    assert got[1:] == [0]


def test_what_is_left_comes_from_the_pace_so_far(line):
    def share(frame: tuple) -> float:
        return (frame[0] + 1) / 40 if frame[0] < 40 else 0.0  # the process's id comes first

    first = line.frames("one", f"{HERE}:counting", 40, 0.25, cap=3000, share=share)
    told, begun = [], 0.0
    for frame in filter(None, first):
        begun = begun or time.monotonic()
        if frame[0] == 20:
            told.append((line.left, next(line.frames("two", f"{HERE}:counting", 1, 0.0, cap=120)).left))
        if frame[0] == 39:
            took = time.monotonic() - begun
    (alone, waiting) = told[0]
    assert 0.2 * took < alone < 0.9 * took and abs(waiting - alone) < 1, (told, took)
    assert line.left == 0


@pytest.mark.parametrize(
    "seconds, told", [(None, "not known yet"), (5, "less than a minute"), (70, "about 1 minute"), (200, "about 3 minutes")]
)  # fmt: skip
def test_what_others_hold_up_is_said_in_minutes(seconds, told):
    assert live.minutes(seconds).endswith(told)
    assert told in str(live.Full(seconds)) or seconds is None and "a few minutes" in str(live.Full(seconds))


def test_a_process_waits_for_work_that_finds_it_ready(line):
    line.prepare(f"{HERE}:ready", 1.5, idle=60)
    (process,) = multiprocessing.active_children()
    line.prepare(f"{HERE}:ready", 1.5, idle=60)
    assert multiprocessing.active_children() == [process], "there is one at most"
    end = time.monotonic() + 40
    pid, was_ready, *_ = news(line.frames("me", f"{HERE}:told_ready", cap=120))
    assert pid == process.pid and was_ready and time.monotonic() < end and not alive(pid)
    other, was_ready = news(line.frames("me", f"{HERE}:told_ready", cap=120))
    assert other != pid and not was_ready, "and where none waits a new one is made"


def test_a_process_that_is_about_to_leave_gets_no_work(line):
    line.prepare(f"{HERE}:ready", 0.0, idle=60)
    (leaving,) = multiprocessing.active_children()
    line._spare.until = time.monotonic() + 1
    assert next(news(line.frames("me", f"{HERE}:counting", 1, 0.0, cap=120))) != leaving.pid
    leaving.join(60)
    assert not leaving.is_alive(), "its pipe is closed"


def test_a_process_that_waits_ends_when_nobody_comes_and_one_that_cannot_get_ready_works_all_the_same(line):
    line.prepare(f"{HERE}:ready", 0.0, idle=3)
    (process,) = multiprocessing.active_children()
    process.join(60)
    assert not process.is_alive()
    assert [*news(line.frames("me", f"{HERE}:counting", 1, 0.0, cap=120))][1:] == [0]
    line.prepare(f"{HERE}:crashing_ready", idle=60)
    assert [*news(line.frames("me", f"{HERE}:counting", 1, 0.0, cap=120))][1:] == [0]


def test_one_who_waits_may_give_up(line):
    first = line.frames("one", f"{HERE}:counting", 10_000, 0.05, cap=120)
    next(first)
    second = line.frames("two", f"{HERE}:counting", 1, 0.0, cap=120)
    next(second)
    line.stop("two")
    assert list(second) == []
    first.close()


def test_one_who_asks_for_nothing_more_does_not_keep_the_others_out(line, monkeypatch):
    first = line.frames("one", f"{HERE}:counting", 10_000, 0.05, cap=120)
    pid = next(news(first))
    monkeypatch.setattr(live, "_GONE", 0.1)
    time.sleep(0.2)
    assert list(news(line.frames("two", f"{HERE}:counting", 1, 0.0, cap=120)))[1:] == [0]
    assert not alive(pid) and list(first) == []


def test_the_process_reads_neither_the_app_nor_the_interface():
    code = "import demos.work.queue, sys; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"gradio", "torch", "app"} & set(loaded)
    main = sys.modules["__main__"]
    with live._bare_main():
        assert not hasattr(sys.modules["__main__"], "__file__")
    assert sys.modules["__main__"] is main


# ---- The card of OST ----


def test_a_run_is_told_from_its_start_to_its_end(gallery, monkeypatch):
    monkeypatch.setattr(oneshot, "LINE", live.Line())
    monkeypatch.setattr(oneshot, "START", 500)  # a busy machine may take its time
    told = [oneshot.shown(run) for run in oneshot.follow(oneshot._fresh(0, None, 1.0), "me") if run]
    (waits,) = multiprocessing.active_children()
    assert waits.is_alive(), "for the next picture"
    dismiss(oneshot.LINE)
    assert "Getting ready" in told[0] and "Done." in told[-1]
    assert sum("s so far" in t for t in told) > 1, "the time passes before the first step, too"
    assert "before" in told[-1] and "its copy before" in told[-1] and "selective backpropagation" in told[-1]
    assert "Predict first" in told[-1] and told[-1].count("<svg") == 3
    assert not any("its copy before" in t for t in told[:-1]), "only at the end"


def test_of_the_rule_no_more_is_said_than_was_measured(monkeypatch):
    monkeypatch.setattr(oneshot, "recorded", lambda name: None)
    assert oneshot._measured() == ""
    rows = {"one picture": [0.1, 0.3], "moving the shared layers": [0.4, 0.6]}
    figures = {f"OST, {row} | PD-i2i, unseen pictures": values for row, values in rows.items()}
    monkeypatch.setattr(oneshot, "recorded", lambda name: {"figures": figures})
    assert (
        "0.200 from their true partners (PD-i2i) with the rule, and 0.500 without it" in oneshot._measured()
    )


def test_who_comes_third_is_told_so_and_a_crash_too(gallery, monkeypatch):
    class Closed:
        def frames(self, *args, cap, share):
            raise self.fault
            yield

    for fault, told in (
        (live.Full(12.0), "One is at work and one waits already; come back in less than a minute."),
        (live.Full(None), "One is at work and one waits already; come back in a few minutes."),
        (live.Failed("it broke."), "It broke."),
    ):
        closed = Closed()
        closed.fault = fault
        monkeypatch.setattr(oneshot, "LINE", closed)
        *_, last = oneshot.follow(oneshot._fresh(0, None, 1.0), "me")
        assert last.over and told in oneshot.shown(last)


def test_who_waits_is_told_for_how_long(gallery, monkeypatch):
    class Slow:
        def frames(self, *args, cap, share):
            yield live.Waiting(134.0)

    monkeypatch.setattr(oneshot, "LINE", Slow())
    shown = [oneshot.shown(run) for run in oneshot.follow(oneshot._fresh(0, None, 1.0), "me")]
    assert "about 2 minutes more" in shown[1] and "Stopped" in shown[-1]


def test_what_learning_brought_is_told_as_it_is():
    assert "Learning helped" in oneshot._verdict(0.3, 0.2)
    for after, word in ((0.3, "is no nearer to"), (0.295, "is no nearer to"), (0.4, "is farther from")):
        told = oneshot._verdict(0.3, after)
        assert "did not help" in told and word in told and 'data-go="Failures"' in told


@pytest.mark.parametrize(
    "image",
    [Image.new("RGB", (50, 50), "red"), Image.new("RGB", (1, 1)), Image.new("RGBA", (9, 9))],
    ids=["red", "a pixel", "clear"],
)
def test_a_blank_picture_is_refused_by_a_sentence(gallery, image):
    with pytest.raises(ValueError, match="one flat colour"):
        oneshot._fresh(-1, image)


def test_any_picture_that_shows_something_lies_on_the_canvas(gallery):
    for size in ((2, 2), (30, 700), (3000, 2000)):
        image = Image.linear_gradient("L").resize(size).convert("RGB")
        assert oneshot.taken(image, scene.loaded("ost-icons")).shape == (1, 3, 16, 16)


# ---- DTN ----


def test_a_drawing_is_centred_as_the_digits_are_that_f_knows(gallery):
    page = digits.rasterise({"ops": "p0,18,20,20,20,120"}, digits.INKS, digits.PAPER)
    found = digits.centred(page)
    box = digits.ImageChops.difference(found, Image.new("RGB", found.size, digits.PAPER)).getbbox()
    assert (
        abs(box[0] + box[2] - found.width) <= 2
        and abs((box[3] - box[1]) / found.height - digits._FILLS) < 0.05
    )
    with pytest.raises(ValueError, match="the pad is empty"):
        digits.centred(Image.new("RGB", (64, 64), digits.PAPER))
    with pytest.raises(gr.Error):
        digits._drawn({"ops": "nonsense"})


def test_distances_are_those_of_f_and_what_is_no_digit_is_told(gallery):
    written = digits.examples()[0]
    model = scene.loaded("dtn-digits")
    x = model.place(written.image).x
    with torch.inference_mode():
        far = (model.method.f(x) - model.method.f(model.translate(x))).norm().item()
    shown = digits.show(written.image, "3")
    assert f"<b>{far:.1f}</b>" in shown and shown.count("<li") == 11 and "shows no digit" not in shown
    assert len(digits.examples()) == 14 and [w.digit for w in digits.examples()].count(False) == 2
    assert "This picture shows no digit" in digits._example(12)
