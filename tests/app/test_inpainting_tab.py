"""The tab Inpainting, on tiny untrained models: what is brushed, filled, measured and shown, and what comes of odd wishes."""

from __future__ import annotations

import base64
import io
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import gradio as gr
import numpy as np
import pytest
import torch
from PIL import Image

from demos.inpainting import critic, fillers, words
from demos.inpainting import losses as four
from demos.inpainting import tab as inpainting
from demos.inpainting.fillers import SUBJECTS, View, settle
from demos.map import tab as map
from demos.widgets import brush
from demos.work import visitors
from i2i.checkpoint import export
from i2i.data import holes
from i2i.data.worlds.sdf import hash_uniform
from i2i.images import ImageError, to_image, to_tensor
from i2i.measure import holes as inside
from i2i.recipes import RECIPES
from i2i.run import pipeline
from i2i.run.filling import Membrane, fill
from kit.methods import tiny
from kit.odd_images import BAD, GOOD, packed
from kit.served import SENTENCE, Visit, leaks, serving, tab, visiting
from kit.sources import noise

ABLATIONS = [told.model for told in four.LOSS_VARIANTS.values()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery of all that the tab can use, tiny."""
    home = tmp_path_factory.mktemp("checkpoints")
    for seed, name in enumerate(s.model for s in SUBJECTS.values()):
        export(home / name, tiny("pggan", seed).eval(), size=16, card={"summary": "tiny"}, nets=("D",))
    for seed, name in enumerate(ABLATIONS, 3):
        export(home / name, tiny("pggan", seed).eval(), size=16, card={"summary": "tiny"})
    return home


def forget() -> None:
    for cached in (fillers.loaded, fillers.filled, four._filled, critic.discriminator):
        cached.cache_clear()


@pytest.fixture
def gallery(folder, monkeypatch):
    """The tiny models in place of those shipped."""
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    forget()
    yield folder
    forget()


def only(gallery, tmp_path, monkeypatch, *names: str) -> None:
    for name in names:
        (tmp_path / name).symlink_to(gallery / name)
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    forget()


def grain(w: int, h: int) -> Image.Image:
    return to_image(noise(1, 3, h, w, seed=w + h))


def own(tmp_path, image: Image.Image) -> str:
    image.save(tmp_path / "own.png")
    return str(tmp_path / "own.png")


def texts(*tabs) -> str:
    """All that tabs show before a visitor does anything."""
    with gr.Blocks() as app, gr.Tabs():
        for tab in tabs:
            tab()
    return " ".join(str(b.value) for b in app.blocks.values() if isinstance(b, gr.HTML))


# ---- What is here ----


def test_without_models_there_is_neither_tab_nor_a_way_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    with gr.Blocks(), gr.Tabs():
        assert inpainting.tab() is None
    assert not inpainting.available() and "Inpainting" not in map._tab_of().values()


def test_the_map_leads_to_it(gallery):
    assert map._tab_of()["pggan"] == "Inpainting"


def test_cards_appear_where_their_models_are_here(gallery, tmp_path, monkeypatch):
    whole = texts(inpainting.tab)
    assert "Four losses side by side" in whole and "What D sees" in whole and "Progressive GAN" in whole
    export(tmp_path / "pggan-emoji", tiny("pggan").eval(), size=16)
    only(gallery, tmp_path, monkeypatch, *ABLATIONS[:3])
    part = texts(inpainting.tab)
    assert "Four losses" not in part and "What D sees" not in part and "Before and after" in part
    assert fillers.available() == ["emoji"] and critic.in_force() == []
    (tmp_path / ABLATIONS[3]).symlink_to(gallery / ABLATIONS[3])
    forget()
    assert "Four losses" in texts(inpainting.tab), "though the subject of fronts itself is not here"
    (tmp_path / "pggan-facades").symlink_to(gallery / "pggan-facades")
    assert critic.in_force() == ["facades"] and "came without its discriminator" in critic.shown(
        settle("emoji")
    )


def test_examples_may_be_shown_and_begin_with_a_hole():
    for key, subject in SUBJECTS.items():
        assert (
            len({e.name for e in subject.examples}) == len(subject.examples) >= 6 and subject.model in RECIPES
        )
        for at, example in enumerate(subject.examples):
            hole = fillers.hole_of(View(key, at, "", example.ops))
            assert 0.01 < hole.share < 0.4 and not hole.fault and max(hole.image.size) <= 300, example.name
            assert ("public-domain" in example.credit) == (example.draw is fillers._hopper)


def test_the_tab_opens_on_the_example_that_its_net_fills_best_and_nothing_hides_it():
    """On the shipped model: inside the hole it is nearer to the truth than in any other front, and than a soap film."""
    shown = [fillers.filled(settle("facades", at)) for at in range(len(SUBJECTS["facades"].examples))]
    opened = fillers.filled(settle())
    net, film = opened.figures[fillers.NET], opened.figures[fillers.FILM]
    assert net.distance == min(s.figures[fillers.NET].distance for s in shown)
    assert net.distance < 0.7 * film.distance and net.l1 < film.l1
    left = np.flatnonzero(opened.hole.where.any(0))[0] / opened.hole.image.width
    value = inpainting.curtain_of(settle(), opened)
    assert 0 < value["at"] < left and value["of"] == settle().token
    assert inpainting._line(fillers.filled(View("facades", 0, "", ""))) == 0.5


# ---- The hole ----


def test_strokes_are_rasterised_at_the_pictures_own_size():
    mask = np.asarray(brush.rasterise("b64,128,128,384,128", (1024, 512)))
    assert mask.shape == (512, 1024) and set(np.unique(mask)) == {0, 255}
    assert mask[256, 256:769].all() and mask[200, 500] and not mask[190, 500] and not mask[256, 180]
    small = np.asarray(brush.rasterise("b64,128,128,384,128", (64, 32)))
    assert abs(small.mean() - mask.mean()) < 12, "the same share at every size"
    dot = np.asarray(brush.rasterise("b100,256,256", (512, 512)))
    assert dot.sum() / 255 == pytest.approx(np.pi * 50**2, rel=0.03)
    assert np.asarray(brush.rasterise("b1,0,0", (1, 1))).shape == (1, 1)


def test_eraser_invert_clear_and_holes_drawn_ahead():
    size = (128, 128)
    stroke, all_of_it = brush.rasterise("b40,100,100,300,300", size), brush.rasterise("i", size)
    assert brush.rasterise("b40,100,100,300,300;e160,100,100,300,300", size).getextrema() == (0, 0)
    assert np.array_equal(255 - np.asarray(stroke), brush.rasterise("b40,100,100,300,300;i", size))
    assert all_of_it.getextrema() == (255, 255)
    assert (
        brush.rasterise("b40,100,100;x", size).getextrema()
        == (0, 0)
        == brush.rasterise("", size).getextrema()
    )
    for kind, name in brush.KINDS.items():
        wanted = holes.mask(name, hash_uniform(5, torch.tensor([0]), 48)[0], 128)[0].numpy()
        assert np.array_equal(np.asarray(brush.rasterise(f"b40,9,9;{kind}0", size)) > 0, wanted > 0), (
            "in place of what was there"
        )
        shares = [np.asarray(brush.rasterise(f"{kind}0", s)).mean() for s in (size, (700, 90), (1100, 1100))]
        assert max(shares) - min(shares) < 9
    masks = {brush.rasterise(f"s{n}", size).tobytes() for n in range(8)}
    assert len(masks) == 8 and all(
        len(urls) == n for urls, n in zip(brush.presets().values(), (8, 8, 1), strict=True)
    )


@pytest.mark.parametrize(
    "ops",
    [
        "b40",
        "b40,1",
        "b40,1,2,3",
        "q1,2,3",
        "s",
        "s12",
        "<script>",
        "b40,-1,3",
        "b40,1,2;;b",
        "b4e9,1,1",
        "x" * 30_000,
        "i;" * 500,
        None,
        7,
    ],
)
def test_ops_that_are_none_are_told_in_a_sentence(ops):
    with pytest.raises(ImageError) as caught:
        brush.rasterise(ops, (64, 64))
    assert SENTENCE.fullmatch(str(caught.value))


def test_the_most_that_is_read_takes_no_more_than_seconds():
    points = ",".join(f"{(37 * n) % 512},{(91 * n) % 512}" for n in range(brush.MAX_OPS // 8 - 10))
    start = time.process_time()
    brush.rasterise(f"b999,{points}", (2048, 2048))
    brush.rasterise(";".join("i" * brush.MAX_COUNT), (2048, 2048))
    assert time.process_time() - start < 12


# ---- What is filled ----


@pytest.mark.parametrize("size", [(40, 40), (300, 90), (33, 257), (1, 1), (3, 90), (700, 500)])
def test_outside_the_hole_every_bit_stays_and_inside_nothing_is_looked_at(gallery, tmp_path, size):
    image = grain(*size)
    view = View("photographs", -1, own(tmp_path, image), "b60,200,20")
    made = fillers.filled(view)
    outside = ~made.hole.where
    for name, result in made.images.items():
        assert result.size == size
        assert np.array_equal(np.asarray(result)[outside], np.asarray(image)[outside]), name
    other = np.array(image)
    other[made.hole.where] = 255 - other[made.hole.where]
    again = fillers.filled(View("photographs", -1, own(tmp_path, Image.fromarray(other)), "b60,200,20"))
    if made.hole.where.any() and not made.hole.fault:
        assert made.images["pggan"].tobytes() == again.images["pggan"].tobytes()
    assert made.figures == {}, "nobody knows the truth of a visitor's picture"
    for html in (inpainting.says_of(view, made), four.shown(view), critic.shown(view)):
        assert "nan" not in html and str(tmp_path) not in html
    told = inpainting.curtain_of(view, made)["told"]["pggan"]
    assert made.hole.fault in told and (made.hole.fault or "<b>0</b> changed" in told)


@pytest.mark.parametrize(
    "ops, says",
    [
        ("", "Nothing is marked yet"),
        ("b40,100,100;x", "Nothing is marked yet"),
        ("i", "covers the whole picture"),
        ("b9,0,0;x;i", "covers the whole"),
    ],
)
@pytest.mark.parametrize("key", ["facades", "photographs"])
def test_an_empty_hole_and_a_full_one_are_told_and_the_picture_stays(gallery, key, ops, says):
    view = settle(key, ops=ops)
    made = fillers.filled(view)
    assert all(p.tobytes() == view.image().tobytes() for p in made.images.values()) and made.figures == {}
    curtain = inpainting.curtain_of(view, made)
    assert says in inpainting.says_of(view, made) and all(says in t for t in curtain["told"].values())
    assert "the truth" in critic.shown(view) and critic.shown(view).count("<figure") == 1
    assert (says in four.shown(view)) == (key == "facades"), "elsewhere the card shows a front of its own"


def test_figures_are_those_of_the_package(gallery):
    view = settle("facades", 2)
    made = fillers.filled(view)
    for name, found in made.figures.items():
        twice = [
            t.expand(2, -1, -1, -1)
            for t in (
                to_tensor(made.images[name]),
                to_tensor(view.image()),
                torch.from_numpy(made.hole.where).float()[None, None],
            )
        ]
        wanted = inside.figures(*twice)
        assert found == pytest.approx(
            [wanted[f"hole {n}"].value for n in ("L1", "PSNR", "PD-i2i", "energy")], rel=1e-3
        ), name
    told = inpainting.curtain_of(view, made)["told"]["membrane"]
    assert f"{made.figures['membrane'].psnr:.1f}" in told and f"{made.figures['pggan'].l1:.3f}" in told
    assert "<b>0</b> changed" in told and "should do better" in told and "smoothest filling" in told
    assert made.images["membrane"].tobytes() == fill(Membrane(), view.image(), made.hole.mask).tobytes()


def test_the_best_of_each_figure_stands_out():
    rows = {"pggan": fillers.Figures(0.2, 18.0, 0.3, 0.9), "membrane": fillers.Figures(0.1, 20.0, 0.5, 0.05)}
    table = fillers.table(rows, words.TITLES, "pggan")
    best = {
        key: re.findall(r"class=best>([\d.]+)", row)
        for key, row in zip(rows, table.split("<tr")[2:], strict=True)
    }
    assert best == {"pggan": ["0.300", "0.90"], "membrane": ["0.100", "20.0"]}


def test_results_of_examples_are_kept_and_those_of_visitors_never(gallery, tmp_path, monkeypatch):
    calls = []
    by = fillers.fill_by
    monkeypatch.setattr(fillers, "fill_by", lambda *a: calls.append(1) or by(*a))
    for _ in range(2):
        fillers.filled(settle("emoji"))
    assert len(calls) == 1
    for _ in range(2):
        fillers.filled(View("emoji", -1, own(tmp_path, grain(40, 40)), "c0"))
    assert len(calls) == 3


def test_a_large_picture_is_reduced_and_that_is_said(gallery, tmp_path):
    view = View("photographs", -1, own(tmp_path, Image.new("RGB", (4000, 300), "teal")), "b40,100,20")
    made = fillers.filled(view)
    assert made.images["pggan"].size == (2048, 154) and "no more than 2048 px" in inpainting.says_of(
        view, made
    )
    value = inpainting.brush_of(view, made.hole.image)
    assert (value["width"], value["height"]) == (2048, 154) and len(value["src"]) < 100_000
    assert set(value["address"].values()) == {""} and str(tmp_path) not in json.dumps(value), (
        "the page learns nothing of the file"
    )


@pytest.mark.parametrize("make, size", GOOD.values(), ids=GOOD)
def test_a_file_of_any_kind_comes_upright_and_whole(gallery, tmp_path, make, size):
    (tmp_path / "in").write_bytes(make())
    made = fillers.filled(View("emoji", -1, str(tmp_path / "in"), "b40,100,60"))
    w, h = made.images["pggan"].size
    assert abs(w / h - size[0] / size[1]) < 0.02 and made.hole.image.mode == "RGB"


@pytest.mark.parametrize("make, fault", BAD.values(), ids=BAD)
def test_a_file_that_is_no_good_is_told_in_a_sentence(tmp_path, make, fault):
    (tmp_path / "in").write_bytes(make())
    with pytest.raises(gr.Error) as caught:
        inpainting.opened(str(tmp_path / "in"))
    assert (
        fault in caught.value.message
        and SENTENCE.fullmatch(caught.value.message)
        and not leaks(caught.value.message)
    )


def test_a_picture_that_was_deleted_is_asked_for_again(gallery, tmp_path):
    with pytest.raises(ImageError, match="deleted.* bring it again"):
        fillers.filled(View("emoji", -1, str(tmp_path / "gone.png")))


# ---- Addresses and visitors ----


def test_an_address_is_read_as_far_as_it_can_be(gallery):
    view = inpainting.wished({"subject": "facades", "picture": "3", "hole": "b40,1,2;e8,3,4;i"})
    assert view == View("facades", 3, "", "b40,1,2;e8,3,4;i")
    assert inpainting.wished({"subject": "emoji", "hole": "x"}).ops == "x", "a hole that was cleared stays so"
    assert inpainting.wished({"picture": "1"}) == settle("facades", 1)
    odd = inpainting.wished({"subject": "<b>", "picture": "9" * 40, "hole": "<script>"})
    assert odd.key == "facades" and 0 <= odd.at < 8 and odd.ops == odd.example.ops
    assert inpainting.wished({"picture": "-2", "hole": "s3"}) == View(
        "facades", SUBJECTS["facades"].opens, "", "s3"
    )
    value = inpainting.brush_of(view, view.image())
    again = inpainting.wished({k: str(v) for k, v in value["address"].items()} | {"hole": value["ops"]})
    assert again == view


def test_a_token_names_the_picture_and_not_its_hole_nor_its_file(tmp_path):
    view = View("emoji", -1, str(tmp_path / "mine.png"), "s1")
    assert view.token == replace(view, ops="").token and str(tmp_path) not in view.token
    assert (
        len(
            {
                v.token
                for v in (
                    view,
                    replace(view, key="facades"),
                    replace(view, own="b"),
                    View("emoji", 1),
                    View("emoji", 2),
                )
            }
        )
        == 5
    )


def test_what_a_visitor_asks_for_last_builds_on_the_wish_before_and_ends_its_work():
    seen = visitors.Visitors(lambda: View("emoji"), most=3)
    _, one = seen.change("a", lambda v: replace(v, at=4))
    _, other = seen.change("b", lambda v: v)
    assert one() and other()
    view, two = seen.change("a", lambda v: inpainting.marked(v, "c0"))
    assert (view.at, view.ops) == (4, "c0") and seen.view("a") == view and not one() and two() and other()
    with pytest.raises(ImageError):
        seen.change("a", lambda v: inpainting.marked(v, "?"))
    assert seen.view("a") == view and two(), "a wish that fails changes nothing"
    view, _ = seen.change("a", lambda v: replace(v, right="membrane"), anew=False)
    assert (
        two() and seen.view("a").right == "membrane" and hash(view) == hash(replace(view, right="pggan"))
    ), "nothing is made anew for it"
    for name in "cdef":
        seen.change(name, lambda v: v)
    assert len(seen._views) == 3 and seen.view("a") == View("emoji")


def test_no_visitor_waits_for_the_change_of_another_and_those_of_one_come_in_turn():
    seen, runs, goes_on = visitors.Visitors(str), threading.Event(), threading.Event()

    def slow(view: str) -> str:
        runs.set()
        assert goes_on.wait(60)
        return view + "slow "

    with ThreadPoolExecutor() as threads:
        first = threads.submit(seen.change, "a", slow)
        assert runs.wait(60)
        second, look = threads.submit(seen.change, "a", lambda v: v + "quick"), threads.submit(seen.view, "b")
        try:
            assert look.result(10) == "" and threads.submit(seen.change, "b", str.upper).result(10)[0] == ""
            assert not second.done()
        finally:
            goes_on.set()
        assert first.result(60)[0] == "slow " and second.result(60)[0] == "slow quick" == seen.view("a")
        assert not first.result()[1]() and second.result()[1]()


# ---- The four losses ----


def test_the_objective_strikes_out_what_a_net_learnt_without():
    for key, told in four.LOSS_VARIANTS.items():
        config = RECIPES[told.model].build().config
        assert {
            "rec",
            *(["global"] if config.globally else []),
            *(["patch"] if config.patchwise else []),
        } == set(told.terms), key
        shown = four.equation(told.terms)
        assert shown.count('class="off"') == 3 - len(told.terms) and ("global discriminator" in shown) == (
            "global" in told.terms
        )


def test_the_card_compares_one_hole_with_the_truth_beside_it(gallery):
    view = settle("facades", 1)
    shown = four.shown(view)
    assert (
        shown.count("<figure") == 6 and shown.count("<dl>") == 5 and "the truth" in shown and "alt=" in shown
    )
    assert "The hole above" in shown and "λ<sub>1</sub> = 0.98" in shown
    sources = re.findall(r'src="([^"]+)"', shown)
    assert len(set(sources)) == 6
    assert four.shown(settle("emoji", 3)) == four.shown(settle("photographs")), "no front: one of its own"
    assert "first front" in four.shown(settle("emoji"))


def test_a_front_of_ones_own_has_no_figures(gallery, tmp_path):
    shown = four.shown(View("facades", -1, own(tmp_path, grain(90, 140)), "c0"))
    assert shown.count("<figure") == 6 and "<dl>" not in shown and "your picture" in shown


def test_what_was_measured_is_told_once_it_was(monkeypatch):
    rows = [told.row for told in four.LOSS_VARIANTS.values()]
    figures = {
        f"{row} | hole {name}": [n, n + 1] for n, row in enumerate(rows) for name in ("PSNR", "energy")
    }
    for record in (None, {"figures": {}}, {"figures": dict(list(figures.items())[:5])}):
        monkeypatch.setattr(four, "recorded", lambda _, r=record: r)
        assert four._measured() == ""
    monkeypatch.setattr(four, "recorded", {"global-and-patch": {"figures": figures}}.get)
    assert (
        "reconstruction alone: 0.50 dB and 0.50" in four._measured() and "both: 3.50 dB" in four._measured()
    )


# ---- The discriminator ----


def test_d_sees_by_the_statistics_of_the_image_at_hand_as_in_training(monkeypatch):
    method = tiny("pggan", side=64).eval()
    monkeypatch.setattr(critic, "loaded", lambda name: SimpleNamespace(method=method))
    D = critic.discriminator.__wrapped__("any")
    norms = [m for m in D.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert norms and all(m.running_mean is None for m in norms)
    assert all(m.running_mean is not None for m in method.D.modules() if isinstance(m, torch.nn.BatchNorm2d))


def test_a_cell_of_the_map_is_the_middle_of_what_its_logit_sees():
    D = tiny("pggan", side=64, shared=2).D.eval()
    image = noise(1, 3, 64, 64).requires_grad_()
    patch = D(image)[1]
    assert patch.shape[-2:] == (16, 16)
    patch[0, 0, 8, 8].backward()
    seen = image.grad.abs().sum((0, 1))
    rows, columns = (seen.sum(d).nonzero().flatten() for d in (1, 0))
    assert len(rows) == len(columns) == critic.reach(2)
    assert (rows[0] + rows[-1]) / 2 == (columns[0] + columns[-1]) / 2 == 8 * 4 + 1.5, (
        "the middle of cell 8 of 4 px"
    )


def test_the_patches_in_the_hole_are_those_that_the_head_learnt_from():
    hole = np.asarray(brush.rasterise("b40,100,200,300,380", (128, 128))) > 0
    touched = (
        torch.nn.functional.adaptive_max_pool2d(torch.from_numpy(hole).float()[None, None], (16, 16))[0, 0]
        > 0
    )
    assert np.array_equal(critic.touched(hole, (16, 16)), touched.numpy()) and 0 < touched.float().mean() < 1


def test_the_map_lies_over_the_picture_in_its_own_order():
    belief = np.array([[0.9, 0.1], [0.5, 0.2]], np.float32)
    image = Image.open(io.BytesIO(base64.b64decode(critic.heat(belief).split(",")[1])))
    (a, b), (c, d) = np.asarray(image)
    assert (
        image.size == (2, 2) and tuple(a[:3]) == critic._REAL and tuple(b[:3]) == tuple(d[:3]) == critic._MADE
    )
    assert a[3] == b[3] > d[3] > c[3] == 0


def test_both_heads_are_asked_about_the_place_of_the_hole(gallery):
    view = settle("facades", 0)
    shown = critic.shown(view)
    assert (
        shown.count("<figure") == 3
        and "4 × 4 cells" in shown
        and "before: the soap film" in shown
        and "after: PGGAN" in shown
    )
    made = fillers.filled(view)
    box = made.hole.square(16)
    with torch.inference_mode():
        place = to_tensor(made.images["pggan"].crop(box).resize((16, 16), Image.BICUBIC))
        whole, patch = critic.discriminator("pggan-facades")(place)
    believed, belief = critic.judged(critic.discriminator("pggan-facades"), to_image(place))
    assert believed == pytest.approx(whole.sigmoid().item(), abs=1e-5) and np.allclose(
        belief, patch[0, 0].sigmoid().numpy(), atol=1e-5
    )
    assert f"<b>{100 * believed:.0f} %</b> real" in shown


@pytest.mark.parametrize(
    "size, ops",
    [
        ((300, 90), "b40,500,10"),
        ((90, 300), "b40,10,500"),
        ((200, 200), "c0"),
        ((20, 20), "b60,0,0"),
        ((400, 300), "b30,3,3"),
    ],
)
def test_d_is_shown_a_square_that_lies_in_the_picture_and_holds_the_hole(tmp_path, size, ops):
    hole = fillers.hole_of(View("facades", -1, own(tmp_path, grain(*size)), ops))
    left, top, right, bottom = hole.square(64)
    assert (
        right - left == bottom - top == min(min(size), max(64, right - left))
        and left >= 0 <= top
        and right <= size[0]
        and bottom <= size[1]
    )
    assert hole.where[top:bottom, left:right].sum() >= 0.9 * hole.where.sum()


# ---- The app, served ----


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    """The tab on the tiny models, in a process of its own."""
    with serving(tmp_path_factory.mktemp("app"), tab("inpainting"), folder) as running:
        yield running


class Guest(Visit):
    """A visitor of this tab."""

    def mask(self) -> str:
        return self.page.evaluate("document.querySelector('#ip-brush canvas').toDataURL()")

    def marked(self) -> int:
        """Pixels of the canvas that are hole."""
        return self.page.evaluate(
            "(() => { const c = document.querySelector('#ip-brush canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; "
            "let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 127; return n / (c.width * c.height); })()"
        )

    def result(self) -> str:
        return self.page.evaluate("document.querySelector('#ip-curtain .curtain-after').src")

    def says(self) -> str:
        return self.page.inner_text("#ip-says")

    def settled(self, before: str | None = None) -> str:
        """Wait until what was asked for last is filled, and the result is not `before`."""
        self.page.wait_for_function(
            "b => !document.querySelector('#ip-says').innerText.includes('Filling') && document.querySelector('#ip-curtain .curtain-after').src !== b",
            arg=before,
        )
        return self.result()

    def stroke(self, *points: tuple[float, float]) -> None:
        self.drag("#ip-brush .brush-stage", *points)

    def do(self, what: str) -> None:
        self.page.click(f"#ip-brush [data-do={what}]")


@pytest.fixture
def visit(server, chromium):
    """Open the tab: visit(what the address says beside the tab, size)."""
    with visiting(chromium, server, Guest, "#ip-curtain img[src]") as open_page:
        yield lambda query="", **how: open_page(f"?tab=inpainting{query}", **how)


LINE = [(0.2, 0.2), (0.5, 0.3), (0.8, 0.2)]


@pytest.mark.browser
def test_it_opens_finished_and_every_picture_has_a_text(visit):
    v = visit()
    assert v.selected() == "Inpainting" and 0.01 < v.marked() < 0.4
    assert v.page.evaluate("[...document.images].filter(i => !i.alt.trim()).length") == 0
    assert v.page.locator("#ip-four figure").count() == 6 and v.page.locator("#ip-critic figure").count() == 3
    assert (
        "What to notice" in v.page.inner_text("#ip-curtain")
        and v.page.locator("#ip-heap button").count() >= 6
    )
    told = v.page.inner_text(f"#{v.page.get_attribute('#ip-brush .brush-stage', 'aria-describedby')}")
    assert "arrows" in told and "Enter" in told and "hole" not in v.wish()
    cells = v.page.evaluate(
        "[...document.querySelectorAll('#ip-critic .critic-map img')].map(i => { const r = i.getBoundingClientRect(); return [r.left, r.top, r.width, r.height].map(Math.round).join(); })"
    )
    assert cells[0::2] == cells[1::2], "the map lies exactly over its picture"


@pytest.mark.browser
def test_a_stroke_is_filled_undo_is_exact_and_the_address_shows_another_visitor_the_same(visit):
    v = visit()
    mask, made = v.mask(), v.result()
    v.stroke(*LINE)
    assert v.mask() != mask
    drawn = v.settled(made)
    assert (
        v.wish()["hole"].count(";") == 3 and v.wish()["picture"] == "3" and v.wish()["subject"] == "facades"
    )
    brushed, share = v.mask(), v.marked()
    told = float(re.search(r"([\d.]+) %", v.says())[1]) / 100
    assert told == pytest.approx(share, abs=0.01), "the server's hole is the one on the screen"

    other = visit("&" + v.address.split("?")[1])
    other.page.wait_for_function(
        "b => document.querySelector('#ip-curtain .curtain-after').src === b", arg=drawn
    )
    assert other.mask() == brushed

    v.do("undo")
    assert v.pixels(v.settled(drawn)) == v.pixels(made) and v.mask() == mask, "undo is exact"
    v.stroke(*LINE)
    drawn = v.settled(made)
    v.do("e")
    v.stroke((0.1, 0.2), (0.9, 0.3))
    v.settled(drawn)
    assert v.marked() < share


@pytest.mark.browser
def test_holes_drawn_ahead_invert_clear_and_back(visit):
    v = visit("&subject=facades&picture=1")
    v.page.wait_for_function("() => document.querySelector('#ip-says').innerText.includes('128 × 128')")
    v.settled()
    start, made = v.mask(), v.result()
    v.do("c")
    centre = v.settled(made)
    assert v.marked() == pytest.approx(0.25, abs=0.01) and v.wish()["hole"] == "c0"
    v.do("i")
    v.settled(centre)
    assert v.marked() == pytest.approx(0.75, abs=0.01) and v.wish()["hole"] == "c0;i"
    v.do("x")
    v.page.wait_for_function(
        "() => document.querySelector('#ip-says').innerText.includes('Nothing is marked yet')"
    )
    assert (
        v.marked() == 0
        and v.wish()["hole"] == "x"
        and "Nothing is marked" in v.page.inner_text("#ip-curtain .curtain-told")
    )
    v.do("i")
    v.page.wait_for_function(
        "() => document.querySelector('#ip-says').innerText.includes('covers the whole picture')"
    )
    for _ in range(4):
        v.do("undo")
    v.page.wait_for_function("b => document.querySelector('#ip-curtain .curtain-after').src === b", arg=made)
    assert v.mask() == start, "four steps back"
    seen = set()
    for _ in range(3):
        v.do("r")
        seen.add(v.mask())
    assert len(seen) == 3, "another one each time"


@pytest.mark.browser
def test_by_keyboard_alone(visit):
    v = visit()
    v.do("x")
    v.page.wait_for_function(
        "() => document.querySelector('#ip-says').innerText.includes('Nothing is marked yet')"
    )
    before, keys = v.result(), v.page.keyboard
    v.page.locator("#ip-brush .brush-stage").focus()
    ring = "(({left, top}) => [parseFloat(left), parseFloat(top)])(document.querySelector('#ip-brush .brush-stage i').style)"
    middle = v.page.evaluate(ring)
    keys.press("ArrowLeft")
    near = v.page.evaluate(ring)
    keys.press("Shift+ArrowUp")
    far = v.page.evaluate(ring)
    assert (
        middle[0] > near[0] > middle[0] - 3
        and middle[1] - far[1] > 5
        and v.page.evaluate("getComputedStyle(document.querySelector('#ip-brush .brush-stage i')).opacity")
        == "1"
    )
    says = "document.querySelector('#ip-brush .heard-only').textContent"
    keys.press("Enter")
    assert v.page.evaluate(says).startswith("brush down, ")
    keys.press(" ")
    stamped = v.settled(before)
    dot = v.marked()
    assert 0 < dot < 0.02 and v.page.evaluate(says).startswith("brush up, ")
    keys.press(" ")
    keys.press("ArrowDown")
    keys.press("Escape")
    assert v.marked() == dot, "given up"
    keys.press("ArrowUp")
    keys.press(" ")
    for _ in range(4):
        keys.press("Shift+ArrowRight")
    keys.press(" ")
    v.settled(stamped)
    assert v.marked() > 3 * dot and v.wish()["hole"].count(";") == 1
    keys.press("Control+z")
    assert v.marked() == dot
    keys.press("]")
    assert v.page.input_value("#ip-brush input[type=range]") == "52"


@pytest.mark.browser
def test_a_finger_draws_and_does_not_scroll(visit):
    v = visit(size=(390, 844), has_touch=True)
    before = v.marked()
    stage = v.page.locator("#ip-brush .brush-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    made = v.result()
    v.page.touchscreen.tap(box["x"] + 0.2 * box["width"], box["y"] + 0.15 * box["height"])
    v.settled(made)
    assert v.marked() > before and stage.evaluate("e => getComputedStyle(e).touchAction") == "none"


@pytest.mark.browser
def test_of_twenty_fast_changes_the_last_wins(visit, server):
    v = visit("&subject=emoji&picture=0&hole=x")
    v.page.wait_for_function(
        "() => document.querySelector('#ip-says').innerText.includes('Nothing is marked')"
    )
    for n in range(19):
        v.do("s" if n % 2 else "r")
    v.do("c")
    v.page.wait_for_function("() => document.querySelector('#ip-says').innerText.includes('25.0 %')")
    fresh = visit("&subject=emoji&picture=0&hole=c0")
    fresh.page.wait_for_function("() => document.querySelector('#ip-says').innerText.includes('25.0 %')")
    v.page.wait_for_function(
        "b => document.querySelector('#ip-curtain .curtain-after').src === b", arg=fresh.settled()
    )


@pytest.mark.browser
def test_two_visitors_do_not_meet(visit):
    a, b = visit("&subject=facades"), visit("&subject=emoji")
    for v, name in ((a, "front"), (b, "house")):
        v.page.wait_for_function("n => document.querySelector('#ip-brush img').alt.includes(n)", arg=name)
        v.settled()
    before = b.result(), b.mask()
    made = a.result()
    a.stroke(*LINE)
    a.settled(made)
    b.page.wait_for_timeout(500)
    assert (b.result(), b.mask()) == before
    b.stroke(*LINE)
    b.settled(before[0])
    assert "house" in b.page.get_attribute("#ip-brush img", "alt") and "front" in a.page.get_attribute(
        "#ip-brush img", "alt"
    )


@pytest.mark.browser
def test_subjects_and_pictures_are_switched(visit):
    v = visit()
    made = v.result()
    v.page.locator("#ip-subject").get_by_role("radio", name="Emoji").check()
    v.page.wait_for_function("() => document.querySelector('#ip-brush img').alt.includes('house')")
    mug = v.settled(made)
    assert v.wish()["subject"] == "emoji" and v.page.locator("#ip-heap button").count() == 8
    v.page.locator("#ip-heap button").nth(3).click()
    flower = v.settled(mug)
    assert v.wish()["picture"] == "3" and flower != mug
    v.page.locator("#ip-curtain [data-side=right] button", has_text="soap film").click()
    v.page.wait_for_function(
        "() => document.querySelector('#ip-curtain .curtain-told').innerText.includes('Laplace')"
    )
    assert v.wish()["model"] == "membrane"
    other = visit("&" + v.address.split("?")[1])
    other.page.wait_for_function(
        "b => document.querySelector('#ip-curtain .curtain-after').src === b", arg=v.result()
    )
    made = other.result()
    other.do("c")
    other.settled(made)
    assert "Laplace" in other.page.inner_text("#ip-curtain .curtain-told"), (
        "a new hole leaves the choice alone"
    )
    for n in (7, 1, 6, 2):
        other.page.locator("#ip-heap button").nth(n).click()
    other.page.wait_for_function(
        "() => document.querySelector('#ip-heap [aria-checked=true]').dataset.at === '2' && document.querySelector('#ip-brush img').alt.includes('mushroom')"
    )
    other.page.wait_for_function(
        "() => document.querySelector('#ip-curtain .curtain-before').alt.includes('mushroom')"
    )
    assert other.wish()["picture"] == "2", "of fast clicks the last wins"


@pytest.mark.browser
def test_a_photograph_of_ones_own_is_filled_and_fetched_and_a_bad_one_told(visit, tmp_path):
    image = grain(150, 90)
    image.save(tmp_path / "mine.png")
    (tmp_path / "notes.png").write_text("this is no picture")
    (tmp_path / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(64))
    v = visit()
    v.page.set_input_files("#ip-bring input[type=file]", tmp_path / "mine.png")
    v.page.wait_for_function(
        "() => document.querySelector('#ip-says').innerText.includes('Nothing is marked')"
    )
    assert v.marked() == 0 and not {"picture", "hole"} & set(v.wish())
    before = v.result()
    v.stroke(*LINE)
    v.settled(before)
    assert "Nobody knows" in v.page.inner_text("#ip-curtain") and not {"picture", "hole"} & set(v.wish()), (
        "a picture of one's own is in no address"
    )
    with v.page.expect_download() as fetched:
        v.page.click("#ip-fetch")
    made = Image.open(fetched.value.path()).convert("RGB")
    off = (np.asarray(made) != np.asarray(image)).any(-1)
    assert (
        made.size == (150, 90)
        and 0 < off.mean() < 0.5
        and fetched.value.suggested_filename == "pggan-photographs-your-picture-150x90.png"
    )

    for name, says in (("notes.png", "not a picture"), ("IMG_1.HEIC", "damaged")):
        w = visit()
        mask, made = w.mask(), w.result()
        w.page.set_input_files("#ip-bring input[type=file]", tmp_path / name)
        text = w.toast()
        assert SENTENCE.fullmatch(text.strip()) and says in text and not leaks(text)
        assert w.page.locator(".toast-body").count() == 0, "it is said once"
        assert (w.mask(), w.result()) == (mask, made)


@pytest.mark.browser
def test_that_a_picture_was_deleted_is_told_once(visit, server, tmp_path):
    grain(80, 60).save(tmp_path / "mine.png")
    v = visit()
    last = v.page.inner_html("#ip-critic")
    v.page.set_input_files("#ip-bring input[type=file]", tmp_path / "mine.png")
    v.page.wait_for_function(
        "() => document.querySelector('#ip-says').innerText.includes('Nothing is marked')"
    )
    v.until("([was]) => document.querySelector('#ip-critic').innerHTML !== was", last)  # all has been read
    kept = list((server.log.parent / "uploads").rglob("mine.png"))
    assert kept
    for file in kept:
        file.unlink()
    v.stroke(*LINE)
    text = v.toast()
    assert SENTENCE.fullmatch(text.strip()) and "was deleted" in text
    told = v.page.inner_text("#ip-says .html-container")
    assert told.strip() == "", "the toast alone tells of it, and nothing is being filled"


@pytest.mark.browser
def test_on_a_telephone_the_result_stays_in_sight_of_the_brush(visit):
    v = visit(size=(390, 844))
    v.draws_under("#ip-curtain .curtain-stage", "#ip-brush .brush-stage")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_width_scrolls_sideways(visit, width):
    v = visit(size=(width, 900))
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert (
        v.page.evaluate("document.querySelector('#ip-brush .brush-stage').getBoundingClientRect().width")
        >= 200
    )


# ---- The API ----


def middle(w: int, h: int) -> Image.Image:
    mask = Image.new("L", (w, h))
    mask.paste(255, (w // 4, h // 4, w // 2, h // 2))
    return mask


def test_the_endpoint_fills(server):
    image = grain(60, 40)
    made = server.ask("inpainting", packed(image), packed(middle(60, 40)), "pggan-facades").convert("RGB")
    off = (np.asarray(made) != np.asarray(image)).any(-1)
    assert made.size == (60, 40) and off.any() and not off[np.asarray(middle(60, 40)) == 0].any()


def test_the_endpoint_reads_masks_as_the_package_does(server):
    image, hole = grain(60, 40), np.asarray(middle(60, 40)) > 0
    layer = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    layer.paste((255, 255, 255, 255), mask=middle(60, 40))
    cut = image.convert("RGBA")
    cut.putalpha(middle(60, 40).point(lambda v: 255 - v))
    for given, mask in ((image, layer), (cut, cut)):
        made = server.ask("inpainting", packed(given), packed(mask), "pggan-facades").convert("RGB")
        off = (np.asarray(made) != np.asarray(image)).any(-1)
        assert not off[~hole].any() and off[hole].mean() > 0.5


def test_ones_own_picture_goes_to_the_model_for_photographs_at_first(gallery, tmp_path, monkeypatch):
    first = inpainting.brought(settle("facades", 3), "a.png")
    assert (first.key, first.own) == ("photographs", "a.png")
    again = inpainting.brought(settle("emoji", 0, "a.png"), "b.png")
    assert (again.key, again.own) == ("emoji", "b.png"), "the visitor chose"
    assert inpainting.brought(settle("facades", 0, "a.png"), None).key == "facades"
    only(gallery, tmp_path, monkeypatch, "pggan-emoji")
    assert inpainting.brought(settle("emoji"), "a.png").key == "emoji"


@pytest.mark.parametrize(
    "image, mask, model, told",
    [
        (packed(grain(9, 9)), packed(middle(9, 9)), "pix2pix-icons", "there are pggan-facades"),
        (b"no picture", packed(middle(9, 9)), "pggan-emoji", "not a picture"),
        (packed(grain(9, 9)), b"no picture", "pggan-emoji", "not a picture"),
        (packed(grain(90, 40)), packed(middle(40, 40)), "pggan-emoji", "one shape"),
        (packed(grain(40, 40)), packed(Image.new("L", (40, 40), 255)), "pggan-emoji", "whole picture"),
        (packed(Image.new("L", (2100, 100))), packed(middle(2100, 100)), "pggan-emoji", "2048 px"),
    ],
)
def test_the_endpoint_refuses_in_a_sentence(server, image, mask, model, told):
    answer = server.ask("inpainting", image, mask, model)
    assert isinstance(answer, str) and told in answer and not leaks(answer), answer


def test_visits_leave_no_traceback_in_the_log(server):
    """Kept last, for the visits above."""
    assert "Traceback" not in server.log.read_text()
