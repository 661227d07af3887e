"""The tab Train live: what each button does to a training, and what is then seen."""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from contextlib import closing

import numpy as np
import pytest

from demos.live import drawings, train
from demos.work import queue
from i2i.images import ImageError
from i2i.run.watched import SIZE, Seen
from kit.live_work import dismiss
from kit.served import SECONDS, Visit, serving, tab, visiting


def frame(d: int, g: int, own: int = 0, **changes) -> Seen:
    """What a process tells after so many steps."""
    images = np.full((6, 3, SIZE, SIZE), 200, np.uint8)
    whole = {
        "steps": [d, g], "seconds": 1.0, "running": False, "fake": images, "on_real": np.full((6, 14, 14), 0.75, np.float32),
        "on_fake": np.full((6, 14, 14), 0.25, np.float32), "own": images[:own], "terms": {"real": 0.5, "fake": 0.4, "gan": 1.5, "l1": 0.3},
    }  # fmt: skip
    return Seen(**(whole | changes))


@pytest.fixture
def run() -> train.Run:
    return train._pairs("drawings", drawings.first())


# ---- Drawings ----


def test_the_six_are_six_and_each_is_learned():
    kept = drawings.first()
    assert len(kept) == len(drawings.NAMES) == 6 and len({value["ops"] for value in kept}) == 6
    assert drawings.pixels(kept).shape == (6, 3, SIZE, SIZE)
    assert (drawings.pixels(kept) != 255).mean((1, 2, 3)).min() > 0.05, "each has some colour"
    assert len(drawings.pixels([{"ops": "", "base": ""}, *kept[:2]])) == 2, "an empty pad is left out"


def test_lines_are_black_on_white_and_an_empty_pad_is_none():
    drawn = drawings.lines({"ops": drawings.TO_PAINT, "base": ""})
    assert drawn.shape == (1, 3, SIZE, SIZE) and 0.01 < (drawn < 128).mean() < 0.2
    assert drawings.lines({}).shape == drawings.lines(None).shape == (0, 3, SIZE, SIZE)


def test_six_empty_drawings_are_told_in_a_sentence():
    with pytest.raises(ImageError, match=r"nothing to learn from; draw one at least\.$"):
        train._pairs("drawings", [{"ops": "", "base": ""}] * 6)


# ---- What is shown ----


def test_a_run_shows_both_nets_before_and_after(run):
    run.frames += [frame(3, 4), frame(5, 6, own=1, on_fake=np.full((6, 14, 14), 0.5, np.float32))]
    shown = train.shown(run)
    assert shown.count("<img") == 5 * 6 and shown.count("tl-map") == 12 and shown.count("<svg") == 4
    assert "steps of D <b>5</b>" in shown and "steps of G <b>6</b>" in shown
    assert re.search(r"D\(x, G\(x\)\)</span> <strong>0\.50</strong><i> was 0\.25", shown)
    assert "painted after 6 steps" in train.painted(run)
    run.frames.append(frame(5, 6))
    assert "Nothing is drawn yet" in train.painted(run)


def test_what_the_page_opens_with_are_trainings_that_were_recorded():
    for source in train.SOURCES:
        film = train.film(source)
        assert film.count("<img") >= 4 * 6 and "one core" in film and "recorded" in film


def test_who_must_wait_or_is_too_many_is_told(run, monkeypatch):
    class Slow:
        def frames(self, *args, cap, share, first):
            yield queue.Waiting(134.0)
            raise queue.Full(70.0)

    monkeypatch.setattr(train, "LINE", Slow())
    given = (("run",), np.zeros((0, 3, SIZE, SIZE), np.uint8), np.zeros((0, 3, SIZE, SIZE), np.uint8), 100.0)
    shown = [train.shown(now) for now in train.follow(run, "me", *given)]
    assert "about 2 minutes more" in shown[1] and "come back in about 1 minute" in shown[-1] and run.over


def test_a_training_is_told_from_its_start_to_its_end(run, monkeypatch):
    monkeypatch.setattr(train, "LINE", line := queue.Line())
    monkeypatch.setattr(train, "START", 500)  # a busy machine may take its time
    monkeypatch.setattr(train, "SECONDS", 4)
    own = drawings.lines({"ops": drawings.TO_PAINT, "base": ""})
    told = [now and (len(now.frames), train.shown(now)) for now in train.follow(run, "me", ("step", "D", 2), drawings.pixels(drawings.first()), own, 100.0)]  # fmt: skip
    dismiss(line)
    assert multiprocessing.active_children() == []
    assert "Getting ready" in told[0][1] and "The time is over" in told[-1][1]
    assert [f.steps for f in run.frames] == [[0, 0], [2, 0]] and len(run.frames[-1].own) == 1


def test_a_second_press_before_the_first_was_answered_begins_no_second_training(run, monkeypatch):
    monkeypatch.setattr(train, "LINE", line := queue.Line())
    nothing = np.zeros((0, 3, SIZE, SIZE), np.uint8)
    with closing(train.follow(run, "me", ("step", "D", 1), nothing, nothing, 100.0)) as first:
        assert next(first) is run and line.has("me"), "who is told of it stands in the line"
        assert [*train.follow(run, "me", ("run",), nothing, nothing, 100.0)] == []
        (ticket,) = line._people
        assert ticket.early == [("step", "D", 1), ("run",)]
    assert not line.has("me")


def test_who_is_put_out_of_the_line_holds_up_nobody():
    """A ticket that begins holds its own lock and asks for the line's."""
    line, nothing = queue.Line(), ("kit.live_work:none",)
    with closing(line.frames("gone", *nothing, cap=9.0)), closing(line.frames("waits", *nothing, cap=9.0)):
        (gone, _) = line._people
        gone.asked -= queue._GONE + 1
        with gone.lock:
            asks = threading.Thread(target=lambda: line.frames("next", *nothing, cap=9.0).close())
            asks.start()
            until = time.monotonic() + 5
            while gone in line._people and time.monotonic() < until:
                time.sleep(0.01)
            free = line._lock.acquire(timeout=5)
            if free:
                line._lock.release()
            assert free and gone not in line._people, "the line is free while the ticket is not yet stopped"
        asks.join(20)
        assert not asks.is_alive() and gone.stopped


# ---- In the browser ----


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("live"), tab("live")) as running:
        yield running


@pytest.fixture
def visit(server, chromium):
    with visiting(chromium, server, Visit, "#tl-stage img") as open_page:
        yield open_page


def steps(v: Visit) -> list[int]:
    return v.page.evaluate(
        "[...document.querySelectorAll('#tl-stage .doing b')].map(b => Number(b.textContent))"
    )


def reaches(v: Visit, d: int, g: int) -> None:
    v.until(
        "([d, g]) => { const b = [...document.querySelectorAll('#tl-stage .doing b')].map(b => Number(b.textContent)); return b[0] === d && b[1] === g; }",
        d,
        g,
    )


@pytest.mark.browser
def test_a_visitor_steps_trains_pauses_draws_and_starts_over(visit):
    v = visit()
    v.page.set_default_timeout(3 * SECONDS * 1000)
    opening = v.page.locator("#tl-stage img").count()
    assert opening >= 24 and v.page.locator("#tl-pause").is_disabled()
    v.page.click("#tl-d")
    reaches(v, 1, 0)
    v.page.click("#tl-g")
    reaches(v, 1, 1)
    v.choose("#tl-count", "10 steps")
    v.page.click("#tl-both")
    reaches(v, 11, 11)
    v.page.wait_for_selector("#tl-made img")
    v.page.click("#tl-go")
    v.until("() => !document.querySelector('#tl-pause').disabled")
    v.until("() => Number(document.querySelector('#tl-stage .doing b').textContent) > 11")
    v.page.click("#tl-pause")
    v.until("() => document.querySelector('#tl-pause').disabled")
    still = steps(v)
    made = v.page.get_attribute("#tl-made img", "src")
    v.drag("#tl-try canvas", (0.2, 0.2), (0.8, 0.3))
    v.until("([before]) => document.querySelector('#tl-made img').src !== before", made)
    assert steps(v) == still, "a drawing is painted, and no step is taken for it"
    v.page.click("#tl-stop")
    v.until("() => !document.querySelector('#tl-stage .doing')")
    assert v.page.locator("#tl-stage img").count() == opening
    assert not v.faults


@pytest.mark.browser
def test_a_drawing_of_ones_own_is_among_those_that_are_learned(visit):
    v = visit()
    first = v.page.get_attribute("#tl-tiles button:nth-child(2) img", "src")
    v.page.click("#tl-tiles button:nth-child(2)")
    v.until(
        "() => document.querySelector('#tl-tiles button:nth-child(2)').getAttribute('aria-checked') === 'true'"
    )
    v.drag("#tl-pad canvas", (0.1, 0.1), (0.9, 0.9))
    v.until("([before]) => document.querySelector('#tl-tiles button:nth-child(2) img').src !== before", first)
    v.page.locator("#tl-source").get_by_role("radio", name="Icons").check()
    v.until(
        "() => !document.querySelector('#tl-pad canvas') || !document.querySelector('#tl-pad canvas').checkVisibility()"
    )
    assert v.wish().get("learn") == "icons"
    assert not v.faults


@pytest.mark.browser
def test_a_link_to_icons_opens_them(visit):
    v = visit("?tab=train-live&learn=icons")
    v.until("() => document.querySelector('#tl-source input[value=icons]').checked")
    assert not v.page.locator("#tl-pad").is_visible()
