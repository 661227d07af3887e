"""The tab Super-resolution, on tiny untrained models: what is cut, made, measured and shown, and how long work goes on."""

from __future__ import annotations

import os
import re
import time
from dataclasses import replace

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from demos.map import tab as map
from demos.superres import enlargers, part, spectrum, whole, words
from demos.superres import tab as superres
from demos.widgets.photograph import Photograph
from demos.work import tilework
from demos.work.queue import Full, Line, Waiting
from i2i.checkpoint import export
from i2i.data.enlarging import reduced
from i2i.images import ImageError, from_bytes, to_image, to_tensor
from i2i.judges import load_judge
from i2i.recipes import RECIPES
from i2i.run import pipeline, tiles
from kit.methods import tiny
from kit.odd_images import BAD, GOOD, packed
from kit.served import SENTENCE, Visit, leaks, serving, tab, visiting
from kit.sources import noise

KEYS = ["srcnn", "srresnet", "content", "srgan"]
JUDGED = {"features": "judge", "content": "phi54"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery of the four enlargers, tiny."""
    home = tmp_path_factory.mktemp("checkpoints")
    for name, method in (
        ("srcnn-photographs", tiny("srcnn", scale=4)), ("srresnet-photographs", tiny("srresnet", 1)),
        ("srresnet-photographs-x2", tiny("srresnet", 4, scale=2)),
        ("srgan-photographs-no-gan", tiny("srgan", 2, adversarial=0.0, **JUDGED)), ("srgan-photographs", tiny("srgan", 3, **JUDGED)),
    ):  # fmt: skip
        export(home / name, method.eval(), size=16, card={"summary": "tiny"})
    return home


def forget() -> None:
    enlargers.loaded.cache_clear()
    superres._MADE = part.Shelf()


@pytest.fixture
def gallery(folder, monkeypatch):
    """The tiny models in place of those shipped."""
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    forget()
    yield folder
    forget()


def grain(w: int, h: int) -> Image.Image:
    return to_image(noise(1, 3, h, w, seed=w + h))


def own(tmp_path, image: Image.Image) -> str:
    image.save(tmp_path / "own.png")
    return str(tmp_path / "own.png")


# ---- What is here ----


def test_without_models_there_is_neither_tab_nor_a_way_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    with gr.Blocks(), gr.Tabs():
        assert superres.tab() is None
    assert "Super-resolution" not in map._tab_of().values() and "Super-resolution" not in map._hero()


def test_it_shows_those_models_that_are_here_and_the_map_leads_to_them(gallery, tmp_path, monkeypatch):
    assert enlargers.models() == KEYS
    assert {m for m, tab in map._tab_of().items() if tab == "Super-resolution"} == {
        "srcnn",
        "srresnet",
        "srgan",
    }
    (tmp_path / "srgan-photographs").symlink_to(gallery / "srgan-photographs")
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    forget()
    *_, shown = superres.compare(part.settle(keys=enlargers.models()))
    assert list(shown.rows) == ["bicubic", "srgan"] and shown.part.view.chosen == "srgan"
    assert superres.curtain_of(shown)["rights"] == ["srgan"]
    assert [c["key"] for c in superres.lens_of(shown)["columns"]] == ["bicubic", "srgan", "original"]


def test_examples_may_be_shown_and_their_thumbnails_are_cheap():
    assert len({e.name for e in part.EXAMPLES}) == len(part.EXAMPLES) == len(part.thumbnails()) >= 10
    assert all("public-domain" in e.credit for e in part.EXAMPLES if e.draw is part._hopper)
    assert all(p.width == p.height <= 96 for p in part.thumbnails())
    assert part.drawn(0).size == (512, 600)


# ---- The part ----


@pytest.mark.parametrize(
    "size, centre, side, box",
    [
        ((300, 200), (150, 100), 64, (118, 68, 64, 64)), ((300, 200), (0, 0), 128, (0, 0, 128, 128)),
        ((300, 200), (9999, 9999), 128, (172, 72, 128, 128)), ((303, 101), (150, 50), 256, (22, 0, 256, 100)),
    ],
)  # fmt: skip
def test_a_part_lies_inside_the_picture_and_can_be_shrunk(tmp_path, size, centre, side, box):
    view = part.View(-1, own(tmp_path, grain(*size)), centre, side, True)
    found = part.cut(view)
    assert found.box == box
    assert found.y.size == box[2:] and found.x.size == tuple(s // 4 for s in box[2:])
    cut = grain(*size).crop((box[0], box[1], box[0] + box[2], box[1] + box[3]))
    assert found.y.tobytes() == cut.tobytes()
    assert np.array_equal(np.asarray(found.x), reduced(cut, 4)[0].permute(1, 2, 0).numpy()), (
        "the standard reduction"
    )
    as_is = part.cut(replace(view, shrink=False))
    assert as_is.y is None and as_is.x.size == tuple(min(side, s) for s in size)


def test_the_part_of_an_example_begins_about_its_centre():
    for at, e in enumerate(part.EXAMPLES):
        found = part.cut(part.View(at, side=64))
        middle = [first + length / 2 for first, length in zip(found.box[:2], found.box[2:], strict=True)]
        wanted = [min(max(c * s, 32), s - 32) for c, s in zip(e.centre, found.size, strict=True)]
        assert middle == pytest.approx(wanted, abs=1), e.name


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (8, 8), (3, 3)])
def test_a_tiny_picture_is_enlarged_as_it_is(gallery, tmp_path, size):
    view = part.settle(own=own(tmp_path, grain(*size)), keys=KEYS)
    *_, shown = superres.compare(view)
    assert shown.done and shown.part.small == (min(size) < 8)
    wanted = (8, 8) if size == (8, 8) else (4 * size[0], 4 * min(size[1], 256))
    assert shown.columns["srgan"].image.size == wanted
    frame, plot = superres.frame_of(shown.part, view.image()), superres.spectrum_of(shown)
    assert ("too small to be shrunk" in frame["says"]) == shown.part.small
    assert "Too small" in plot and shown.rows == {}


def test_a_picture_that_was_deleted_is_asked_for_again(tmp_path):
    with pytest.raises(ImageError, match="deleted.* bring it again"):
        part.View(-1, str(tmp_path / "gone.png")).image()


@pytest.mark.parametrize("make, size", GOOD.values(), ids=GOOD)
def test_a_file_of_any_kind_comes_to_the_part_upright_and_whole(tmp_path, make, size):
    (tmp_path / "in").write_bytes(make())
    found = part.cut(part.View(-1, str(tmp_path / "in"), None, 128, False))
    assert found.x.mode == "RGB" and found.x.width / found.x.height == size[0] / size[1]


@pytest.mark.parametrize("make, fault", BAD.values(), ids=BAD)
def test_a_file_that_is_no_good_is_told_in_a_sentence(tmp_path, make, fault):
    (tmp_path / "in").write_bytes(make())
    with pytest.raises(gr.Error) as caught:
        superres._opened(str(tmp_path / "in"))
    assert (
        fault in caught.value.message
        and SENTENCE.fullmatch(caught.value.message)
        and not leaks(caught.value.message)
    )
    with pytest.raises(gr.Error, match="no picture"):
        superres._opened(None)


def test_what_a_visitor_brings_reaches_us_as_the_file_it_is():
    class Payload:
        path = "brought/x.tiff"

    with gr.Blocks():
        field = Photograph(sources=["upload"], type="filepath")
    assert field.preprocess(Payload()) == "brought/x.tiff" and field.preprocess(None) is None
    assert field.get_block_name() == "image"


def test_an_address_is_read_as_far_as_it_can_be(tmp_path):
    keys = ["srresnet", "srgan"]
    view = superres._wished(
        {"picture": "4", "place": "100-120", "side": "128", "way": "as-is", "model": "srgan"}, keys
    )
    assert (view.at, view.centre, view.side, view.shrink, view.chosen) == (4, (100, 120), 128, False, "srgan")
    odd = superres._wished(
        {"picture": "9" * 40, "place": "-3-x", "side": "70", "way": "?", "model": "<b>"}, keys
    )
    assert (odd.centre, odd.side, odd.shrink, odd.chosen) == (
        None,
        64,
        True,
        "srresnet",
    ) and 0 <= odd.at < len(part.EXAMPLES)
    wish = superres.frame_of(part.cut(view), view.image())["address"]
    again = superres._wished({k: str(v) for k, v in wish.items()} | {"model": "srgan"}, keys)
    assert again == view
    mine = part.View(-1, own(tmp_path, grain(90, 60)))
    assert set(superres.frame_of(part.cut(mine), mine.image())["address"].values()) == {""}, (
        "a picture of one's own is in no address"
    )


# ---- What is made, and how it is measured ----


def test_the_chosen_model_comes_first_and_the_others_follow(gallery):
    stages = [list(s.columns) for s in superres.compare(part.settle(chosen="srgan", keys=KEYS))]
    assert stages[-1] == ["original", "bicubic", "srgan", "srcnn", "srresnet", "content"]
    steps = list(superres.compare(part.settle(side=64, keys=KEYS)))
    assert len(steps) == 5


def test_detail_is_below_1_where_less_is_seen_than_in_the_original(gallery):
    real = grain(96, 96)
    blurred = real.resize((48, 48), Image.BOX).resize((96, 96), Image.BICUBIC)
    assert enlargers.figures(blurred, real).detail < 0.8 and enlargers.figures(real, blurred).detail > 1.25


def test_figures_are_those_of_the_losses(gallery):
    view = part.settle(1, side=192, keys=KEYS)
    *_, shown = superres.compare(view)
    x, y = to_tensor(shown.part.x), to_tensor(shown.part.y)
    model, found = enlargers.loaded("srresnet"), shown.rows["srresnet"]
    with torch.inference_mode():
        made = to_tensor(shown.columns["srresnet"].image)
        assert found.mse == pytest.approx((made - y).square().mean().item(), rel=1e-5)
        assert found.mse == pytest.approx(
            model.method.generator_loss({"x": x, "y": y})["mse"].item(), rel=0.02
        ), "but for rounding"
        judge = load_judge()
        apart = [
            (
                judge(made[..., t : t + 96, left : left + 96])[4]
                - judge(y[..., t : t + 96, left : left + 96])[4]
            )
            .square()
            .mean()
            for t in (0, 96)
            for left in (0, 96)
        ]
    assert found.content == pytest.approx(torch.stack(apart).mean().item(), rel=1e-4)
    told = superres.curtain_of(shown)["told"]
    assert f"{found.mse:.4f}" in told["srresnet"] and f"{shown.rows['srgan'].content:.3f}" in told["srgan"]
    assert list(told) == KEYS and all("What to notice" in t and 'role="math"' in t for t in told.values())


def test_the_best_of_each_kind_stands_out():
    rows = {
        "bicubic": enlargers.Figures(20.0, 0.5, 0.2, 0.3, 0.04, 0.9), "srresnet": enlargers.Figures(25.0, 0.7, 0.5, 0.2, 0.01, 0.5),
        "srgan": enlargers.Figures(22.0, 0.6, 1.1, 0.1, 0.02, 0.2),
    }  # fmt: skip
    table = enlargers.table(rows, "srgan")
    best = {
        key: re.findall(r"class=best>([\d.]+)", row)
        for key, row in zip(rows, table.split("<tr")[2:], strict=True)
    }
    assert best == {"bicubic": [], "srresnet": ["0.0100", "25.00"], "srgan": ["0.200", "0.100", "1.10"]}
    without = {k: f._replace(content=None) for k, f in rows.items()}
    assert "φ distance" in table and "φ distance" not in enlargers.table(without)


def test_without_an_original_there_is_no_psnr_but_the_way_back(gallery):
    view = part.settle(side=64, shrink=False, keys=KEYS)
    *_, shown = superres.compare(view)
    assert shown.rows == {} and "original" not in shown.columns
    again = to_image(from_bytes(reduced(shown.columns["srcnn"].image, 4)[0]))
    far = np.abs(np.asarray(again, float) - np.asarray(shown.part.x, float)).mean()
    assert shown.columns["srcnn"].missed == pytest.approx(far, abs=1e-3)
    curtain = superres.curtain_of(shown)
    assert (
        "original" not in curtain["lefts"]
        and "Nobody knows the original" in curtain["told"]["srgan"]
        and "dB" not in curtain["told"]["srgan"]
    )
    assert (curtain["width"], curtain["height"]) == (256, 256)


def test_d_is_asked_only_where_it_came_along(gallery):
    *_, shown = superres.compare(part.settle(side=64, keys=KEYS))
    assert (
        shown.believed is None
        and "D was needed for training only" in superres.curtain_of(shown)["told"]["srgan"]
    )
    method = enlargers.loaded("srgan").method
    method.D = tiny("srgan", 3, **JUDGED).D.eval()
    made = shown.columns["srgan"].image
    with torch.inference_mode():
        logits = torch.cat(
            [
                method.D(to_tensor(made)[..., t : t + 16, left : left + 16])
                for t in range(0, 64, 16)
                for left in range(0, 64, 16)
            ]
        )
    wanted = torch.nn.functional.softplus(-logits).mean().item()
    assert enlargers.belief("srgan", made) == pytest.approx(wanted, rel=1e-4)


def test_what_is_no_longer_wanted_is_not_made(gallery):
    asked = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) < 4

    assert len(list(superres.compare(part.settle(keys=KEYS), wanted))) < 3
    assert enlargers.enlarge("srgan", grain(300, 130), lambda: False) is None


def test_what_a_visitor_asks_for_last_builds_on_the_wish_before_and_ends_its_work(gallery):
    visitors = superres.Visitors(superres._VISITORS._first, most=3)
    _, one = visitors.change("a", lambda v: replace(v, at=4))
    _, other = visitors.change("b", lambda v: v)
    assert one() and other()
    view, two = visitors.change("a", lambda v: replace(v, side=64))
    assert (view.at, view.side) == (4, 64) == (visitors.view("a").at, visitors.view("a").side), (
        "though nothing was shown yet"
    )
    assert not one() and two() and other()
    view, _ = visitors.change("a", lambda v: replace(v, chosen="srgan"), anew=False)
    assert two() and visitors.view("a") == view
    with pytest.raises(ZeroDivisionError):
        visitors.change("a", lambda v: 1 / 0)
    assert visitors.view("a") == view, "a wish that fails changes nothing"
    for name in "cdef":
        visitors.change(name, lambda v: v)
    assert len(visitors._views) == 3 and visitors.view("a").at == 0


def test_results_of_examples_are_kept_up_to_a_limit_and_those_of_visitors_never(
    gallery, tmp_path, monkeypatch
):
    calls = []
    enlarge = enlargers.enlarge
    monkeypatch.setattr(enlargers, "enlarge", lambda *a: calls.append(a[0]) or enlarge(*a))
    for _ in range(2):
        list(superres.compare(part.settle(side=64, keys=KEYS)))
    assert len(calls) == 5
    file = own(tmp_path, grain(64, 64))
    for _ in range(2):
        list(superres.compare(part.settle(own=file, side=64, keys=KEYS)))
    assert len(calls) == 15 and not any(file in map_ for map_ in superres._MADE._made)
    shelf = part.Shelf(most=300)
    for i in range(5):
        shelf.put(i, (Image.new("L", (10, 10)), i))
    assert [shelf.get(i) is not None for i in range(5)] == [False, False, True, True, True]


def test_what_costs_nothing_is_shown_at_once_and_the_rest_as_it_is_made(gallery):
    steps = list(superres.growing(part.settle(side=64, keys=KEYS), ("heap",), lambda: True))
    skip = gr.skip()
    assert len(steps) == 6 and {len(s) for s in steps} == {6}
    assert (
        steps[0][0]["box"][2:] == [64, 64]
        and steps[0][1:4] == (skip,) * 3
        and "512 × 600" in steps[0][4]
        and steps[0][5] == "heap"
    )
    for step in steps[1:]:
        assert (step[0], step[4], step[5]) == (skip,) * 3 and step[1]["columns"] and step[2]["pictures"]
    assert steps[-2][3] == skip and "<svg" in steps[-1][3]
    made = [sum(bool(c["src"]) for c in step[1]["columns"]) for step in steps[1:]]
    assert made == [2, 3, 4, 5, 6]


# ---- The spectrum ----


def test_the_spectrum_tells_what_lies_beyond_the_input():
    real = grain(128, 128)
    soft = to_image(from_bytes(reduced(real, 4)[0])).resize((128, 128), Image.BICUBIC)
    html = spectrum.plot({"bicubic": soft, "srgan": real, "original": real})
    shares = [int(n) for n in re.findall(r"<b>(\d+) %</b>", html)]
    assert shares[0] <= 2 and shares[1:] == [100, 100]
    assert html.count("<polyline") == 3 and 'role="img"' in html and "bicubic" in html
    assert "nan" not in html and "inf" not in html
    flat = Image.new("RGB", (64, 64), "red")
    assert "nan" not in spectrum.plot({"bicubic": flat, "original": flat})
    assert "Too small" in spectrum.plot({"bicubic": grain(31, 200)}) and "<svg" in spectrum.plot(
        {"bicubic": grain(200, 33)}
    )


# ---- The whole photograph ----


class Here:
    """A Line whose work is done here and now, up to a number of frames."""

    def __init__(self, most: int = 10**6, first: tuple = ()):
        self.most, self.first, self.caps = most, first, []

    def frames(self, owner, work, *args, cap, share):
        assert work == "demos.work.tilework:work"
        self.caps.append(cap)
        yield from self.first
        for i, frame in enumerate(tilework.work(*args)):
            if i >= self.most:
                return
            yield frame


def test_twice_is_done_in_the_manner_of_the_net_that_is_looked_at(folder, monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    assert enlargers.twice("srgan") is None
    for key, name, found in (
        ("srcnn", "srcnn-photographs-x2", "srcnn-x2"),
        ("srresnet", "srresnet-photographs-x2", "srresnet-x2"),
    ):
        (tmp_path / name).symlink_to(folder / "srresnet-photographs-x2")
        assert enlargers.twice(key) == enlargers.twice("content") == found, (
            "its own; else SRResNet's, else any"
        )
    assert enlargers.twice("srcnn") == "srcnn-x2" and enlargers.title_of("srcnn-x2") == "SRCNN, twice"
    assert enlargers.model_of("srgan-x2") == "srgan-photographs-x2" and enlargers.scale_of("srgan") == 4


@pytest.mark.parametrize("key, k", [("srresnet", 4), ("srresnet-x2", 2)])
def test_a_photograph_in_tiles_is_the_picture_at_once(gallery, tmp_path, monkeypatch, key, k):
    image, model = grain(150, 70), enlargers.loaded(key)
    monkeypatch.setattr(whole, "TILE", 64)
    monkeypatch.setattr(whole, "BESIDE", Here(first=(None, Waiting(200.0))))
    jobs, says = [], []
    for job in whole.follow(key, image, "a"):
        if job is None:
            continue
        says.append(job.says)
        if job.file:
            made = superres.open_result(job.file)
            jobs.append(job)
    assert any("about 3 minutes more" in s for s in says), "told to wait"
    (job,) = jobs
    assert made.size == (150 * k, 70 * k) and (job.done, job.of) == (6, 6) == (6, whole.tiles_of((150, 70)))
    off = np.abs(np.asarray(made, int) - np.asarray(model(image), int))
    assert off.max() <= 1, "no seam"
    assert job.over and not os.path.exists(job.file) and not os.path.exists(os.path.dirname(job.file)), (
        "nothing stays behind"
    )
    small = np.asarray(made.resize(job.preview.size, Image.BOX), int)
    assert np.abs(np.asarray(job.preview, int) - small).mean() < 3, "the preview is the result"
    html = whole.shown(job)
    assert (
        "tile <b>6</b> of 6" in html
        and f"{150 * k} × {70 * k}" in html
        and "Done." in html
        and "width:100%" in html
    )


def test_a_small_photograph_runs_beside_a_large_one():
    job = whole.Job((9, 9), 4, "", Image.new("RGB", (9, 9)))
    lines = [whole.line_of(replace(job, of=of)) for of in (1, whole._FEW, whole._FEW + 1, 400)]
    assert lines == [whole.BESIDE, whole.BESIDE, whole.LINE, whole.LINE]
    assert whole._share((3, 12)) == 0.25


def test_a_stopped_photograph_leaves_nothing(gallery, monkeypatch):
    monkeypatch.setattr(whole, "TILE", 32)
    monkeypatch.setattr(whole, "BESIDE", Here(most=2))
    *_, job = whole.follow("srgan", grain(100, 40), "a")
    assert job.over and not job.file and "Stopped after 2 of 8 tiles" in whole.shown(job)


def test_a_full_line_and_a_picture_too_large_are_sentences(gallery, monkeypatch):
    class Taken:
        def frames(self, *_, cap, share):
            raise Full(90)
            yield

    monkeypatch.setattr(whole, "BESIDE", Taken())
    *_, job = whole.follow("srgan", grain(10, 10), "a")
    assert job.over and not job.file and re.match("One is at work and one waits", job.says)

    limit = tiles.MAX_PIXELS // 16
    with pytest.raises(ImageError, match="40 megapixels: make the longer side at most"):
        next(whole.follow("srgan", Image.new("RGB", (2000, 1251)), "a"))
    view = part.View(-1, "x", chosen="srgan")
    assert "Too large" in whole.idle(view, (2000, limit // 2000 + 1)) and "6528 × 4896" in whole.idle(
        view, (1632, 1224)
    )
    assert "130 tiles" in whole.idle(view, (1632, 1224))


def test_stop_ends_the_process_within_two_seconds(gallery, monkeypatch):
    line = Line()
    monkeypatch.setattr(whole, "LINE", line)
    monkeypatch.setattr(whole, "TILE", 16)
    jobs = whole.follow("srresnet", grain(640, 640), "a")
    for job in jobs:
        if job and job.done:
            break
    process = line._people[0].process
    start = time.monotonic()
    line.stop("a")
    *_, last = jobs
    assert time.monotonic() - start < 2 and not process.is_alive()
    assert last.over and not last.file and 0 < last.done < last.of == 1600
    assert line._people == []


# ---- The app, served ----


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    """The tab on the tiny models, in a process of its own."""
    with serving(tmp_path_factory.mktemp("app"), tab("superres"), folder) as running:
        yield running


class Guest(Visit):
    """A visitor of this tab."""

    def sources(self) -> list[str]:
        return self.page.evaluate("[...document.querySelectorAll('#sr-lens img')].map(i => i.src)")

    def other(self, before: list[str]) -> None:
        """Wait until all columns are done and none is as before."""
        self.until(
            "([b]) => { const i = [...document.querySelectorAll('#sr-lens img')]; "
            "return i.every(e => e.getAttribute('src')) && i.every((e, k) => e.src !== b[k]); }", before,
        )  # fmt: skip

    def insets(self) -> list[str]:
        return self.page.evaluate("[...document.querySelectorAll('#sr-lens canvas')].map(c => c.toDataURL())")

    def marks(self) -> list[str]:
        return self.page.evaluate(
            "[...document.querySelectorAll('#sr-lens .lens-whole i')].map(i => i.style.left + ' ' + i.style.top)"
        )


@pytest.fixture
def visit(server, chromium):
    """Open the tab: visit(what the address says beside the tab, size)."""
    with visiting(chromium, server, Guest, "#sr-lens img[src]") as open_page:
        yield lambda query="", **how: open_page(f"?tab=super-resolution{query}", **how)


@pytest.mark.browser
def test_it_opens_finished_and_one_magnifier_moves_over_all(visit):
    v = visit()
    assert v.selected() == "Super-resolution" and len(set(v.sources())) == 6
    assert v.page.evaluate("[...document.images].filter(i => !i.alt.trim()).length") == 0
    assert v.page.locator("#sr-spectrum polyline").count() == 6 and "dB" in v.page.inner_text("#sr-lens")
    v.until("() => [...document.querySelectorAll('#sr-lens img')].every(i => i.complete)")
    before = v.insets()
    third = v.page.locator("#sr-lens .lens-whole").nth(2)
    third.scroll_into_view_if_needed()
    box = third.bounding_box()
    v.page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.2 * box["height"])
    v.until(
        "([b]) => [...document.querySelectorAll('#sr-lens canvas')].every((c, i) => c.toDataURL() !== b[i])",
        before,
    )
    assert len(set(v.marks())) == 1, "the same place in all"
    there = v.marks()
    v.page.locator("#sr-lens .lens-whole").first.press("ArrowLeft")
    v.until(
        "([m]) => { const i = document.querySelector('#sr-lens .lens-whole i'); return i.style.left + ' ' + i.style.top !== m; }",
        there[0],
    )
    assert len(set(v.marks())) == 1 and v.marks() != there


@pytest.mark.browser
def test_the_loss_is_switched_and_the_address_shows_another_visitor_the_same(visit):
    v = visit()
    v.page.locator("#sr-curtain [data-side=right] button", has_text="adversarial").click()
    v.until("() => document.querySelector('#sr-curtain .curtain-told').innerText.includes('number plate')")
    assert v.wish()["model"] == "srgan" and v.page.inner_text("#sr-curtain b.r") == "SRGAN"
    v.until("() => document.querySelector('#sr-about').innerText.includes('SRGAN')")
    before = v.sources()
    v.page.locator("#sr-heap button").nth(4).click()
    v.other(before)
    before = v.sources()
    v.page.locator("#sr-side").get_by_role("radio", name="128 px").check()
    v.other(before)
    wish = v.wish()
    assert {k: wish[k] for k in ("picture", "side", "way", "model")} == {
        "picture": "4",
        "side": "128",
        "way": "shrink",
        "model": "srgan",
    }
    assert v.page.inner_text("#sr-curtain b.r") == "SRGAN", "a new picture leaves the choice alone"
    other = visit(
        v.address[v.address.index("?") :]
        .replace("?tab=super-resolution", "")
        .replace("&tab=super-resolution", "")
    )
    other.until(
        "([b]) => JSON.stringify([...document.querySelectorAll('#sr-lens img')].map(i => i.src)) === JSON.stringify(b)",
        v.sources(),
    )
    assert other.page.inner_text("#sr-curtain b.r") == "SRGAN"


@pytest.mark.browser
def test_an_address_says_where_the_curtain_hangs_and_where_the_magnifier_lies(visit):
    v = visit()
    v.page.locator("#sr-curtain [data-side=left] button", has_text="original").click()
    v.page.locator("#sr-curtain input[type=range]").fill("310")
    v.page.locator("#sr-lens .lens-zoom button", has_text="8").click()
    v.until("() => (new URL(location).searchParams.get('lens') || '').endsWith('-8')")
    before = v.wish()["lens"]
    v.page.locator("#sr-lens .lens-whole").first.press("ArrowLeft")
    v.until(
        "([before]) => ['left', 'line'].every(key => new URL(location).searchParams.has(key)) && new URL(location).searchParams.get('lens') !== before",
        before,
    )
    assert (v.wish()["left"], v.wish()["line"]) == ("original", "310") and v.wish()["lens"].endswith("-8")
    other = visit("&picture=0&" + v.address.partition("?")[2].replace("tab=super-resolution&", ""))
    other.until(
        "([m]) => [...document.querySelectorAll('#sr-lens .lens-whole i')].every(i => i.style.left + ' ' + i.style.top === m)",
        v.marks()[0],
    )
    assert other.page.inner_text("#sr-curtain b.l") == "the original"
    assert other.page.input_value("#sr-curtain input[type=range]") == "310"


@pytest.mark.browser
def test_a_click_chooses_the_part_and_as_it_is_knows_no_original(visit):
    v = visit()
    before = v.sources()
    v.page.locator("#sr-frame .framed-on").scroll_into_view_if_needed()
    box = v.page.locator("#sr-frame .framed-on").bounding_box()
    v.page.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.9 * box["height"])
    v.other(before)
    assert re.fullmatch(r"\d+-\d+", v.wish()["place"])
    v.page.locator("#sr-side").get_by_role("radio", name="64 px").check()
    v.page.locator("#sr-way").get_by_role("radio", name="as it is").check()
    v.until("() => document.querySelectorAll('#sr-lens figure').length === 5")
    v.until(
        "() => document.querySelector('#sr-curtain .curtain-told').innerText.includes('Nobody knows the original')"
    )
    assert "differs from x" in v.page.inner_text("#sr-lens") and "dB" not in v.page.inner_text("#sr-lens")


@pytest.mark.browser
def test_a_photograph_of_ones_own_is_taken_and_a_bad_one_told(visit, tmp_path):
    grain(90, 60).save(tmp_path / "mine.png")
    (tmp_path / "notes.png").write_text("this is no picture")
    v = visit()
    before = v.sources()
    v.page.set_input_files("#sr-bring input[type=file]", tmp_path / "mine.png")
    v.other(before)
    assert "your picture" in v.page.inner_text("#sr-about") and "picture" not in v.wish()
    v.page.locator("#sr-go").click()
    v.page.wait_for_selector("#sr-fetch", state="visible", timeout=600_000)  # a process has to start
    assert "tile 1 of 1" in v.page.inner_text("#sr-stage") and "360 × 240" in v.page.inner_text("#sr-stage")
    with v.page.expect_download() as fetched:
        v.page.locator("#sr-fetch").click()
    assert Image.open(fetched.value.path()).size == (360, 240)
    v.page.locator("#sr-twice").click()
    done = "['180 × 120', 'Done'].every(t => document.querySelector('#sr-stage').innerText.includes(t))"
    v.page.wait_for_function(done, timeout=600_000)

    w = visit()
    before = w.sources()
    w.page.set_input_files("#sr-bring input[type=file]", tmp_path / "notes.png")
    text = w.toast()
    assert SENTENCE.fullmatch(text.strip()) and not leaks(text) and w.sources() == before


@pytest.mark.browser
def test_on_a_telephone_the_result_stays_in_sight_of_the_frame(visit):
    v = visit(size=(390, 844))
    v.draws_under("#sr-curtain .curtain-stage", "#sr-frame .framed-on")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_width_scrolls_sideways(visit, width):
    v = visit(size=(width, 900))
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert v.page.evaluate("document.querySelector('#sr-lens canvas').getBoundingClientRect().width") >= 100


# ---- The API ----


def test_the_endpoints_answer(server):
    assert server.ask("superres", packed(grain(30, 20)), "srgan-photographs").size == (120, 80)
    assert server.ask("superres", packed(Image.new("RGB", (1, 1))), "srcnn-photographs").size == (4, 4)
    found = server.ask("superres_scores", packed(grain(64, 48)), "srresnet-photographs")
    assert set(found) == {"bicubic", "srresnet"} and set(found["bicubic"]) == set(enlargers.Figures._fields)


@pytest.mark.parametrize(
    "name, data, model, told",
    [
        ("superres", packed(grain(9, 9)), "pix2pix-icons", "there are srcnn-photographs"),
        ("superres", b"no picture", "srgan-photographs", "not a picture"),
        ("superres", packed(Image.new("L", (2000, 1300))), "srgan-photographs", "40 megapixels"),
        ("superres_scores", packed(grain(20, 90)), "srgan-photographs", "48 to 512"),
    ],
)
def test_the_endpoints_refuse_in_a_sentence(server, name, data, model, told):
    answer = server.ask(name, data, model)
    assert isinstance(answer, str) and told in answer and not leaks(answer), answer


def test_visits_leave_no_traceback_in_the_log(server):
    """Kept last, for the visits above."""
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("key", ["content", "srgan"])
def test_the_equation_names_the_factors_that_the_net_learnt_by(key):
    c = RECIPES[enlargers.ENLARGERS[key].model].build().config
    said = re.sub("<[^>]+>", "", words.ENLARGERS[key].equation)
    assert f"{c.content_weight:g} · mean (φ" in said and f"{c.pixel:g} · mean (y" in said
    assert ("10−3" in said) == (c.adversarial == 1e-3)
