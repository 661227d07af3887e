"""The tab Multimodal: the wall, what is kept of an answer, the cards below it, and what comes of odd wishes."""

from __future__ import annotations

import base64
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import httpx
import numpy as np
import pytest
import torch
from PIL import Image

import demos
from demos.attributes import view as attributes
from demos.inpainting import tab as inpainting
from demos.map import tab as map
from demos.multimodal import (
    answers,
    compare,
    grid,
    objective,
    reference,
    steps,
    subjects,
    taken,
    view,
    walk,
    words,
)
from demos.multimodal import tab as multimodal
from demos.multimodal.subjects import SUBJECTS
from demos.multimodal.view import Taken, cells, settle, wished
from demos.paired import tab as paired
from demos.unpaired import compare as unpaired
from demos.voxels import view as voxels
from demos.widgets import materials
from demos.widgets.asking import WholeSlider
from i2i.checkpoint import export
from i2i.data.letters import ALPHABET, FONTS, font_letters
from i2i.data.worlds import facades
from i2i.data.worlds.sketches import DRAWINGS
from i2i.images import ImageError, from_bytes
from i2i.run import pipeline
from kit.methods import tiny
from kit.odd_images import BAD, GOOD, packed
from kit.served import SENTENCE, Stroke, Visit, leaks, serving, tab, visiting

KINDS = {name: name.partition("-")[0] for subject in SUBJECTS.values() for name in subject.models}
FLAT, GREY, NOISY, EMOJI, GAN, BRIDGE, DIFFUSION, MUNIT, CODED, HEADS, FRONTS, WEATHER, LETTERS = KINDS
FIGURES = {"diversity": [0.25, 0.2, 0.3], "answer to sample": [0.5, 0.4, 0.6]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery of all that the tab can use, tiny."""
    home = tmp_path_factory.mktemp("checkpoints")
    for seed, (name, kind) in enumerate(KINDS.items()):
        whole = {"styles": len(FONTS), "contents": len(ALPHABET)} if name == LETTERS else {}
        method = tiny(kind, seed, **whole).eval()
        if kind == "mad_gan":  # untrained generators differ by next to nothing
            with torch.no_grad():
                for i, head in enumerate(method.G):
                    head[-2].bias.fill_(i - 1.0)
        card = {"summary": "tiny", **({"figures": FIGURES} if name == GAN else {})}
        card |= {"labels": FONTS} if name == LETTERS else {}
        shaped = {"fit": "crop", "direction": "AB"} if name == "munit-weather" else None
        export(home / name, method, size=16, card=card, shaped=shaped)
    return home


def forget() -> None:
    for cached in (subjects.loaded, multimodal._thumbnails, reference.images, steps._made):
        cached.cache_clear()
    answers.SHELF.clear()


@pytest.fixture
def gallery(folder, monkeypatch):
    """The tiny models in place of those shipped."""
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    # Where bfloat16 pays it is taken: its rounding depends on how many are computed together, and untrained nets amplify it.
    monkeypatch.setattr(subjects, "load", partial(pipeline.load, precision="fp32"))
    forget()
    yield folder
    forget()


def finished(now: view.View) -> answers.Answers:
    return list(answers.wall(now))[-1]


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, np.float32) / 127.5 - 1


# ---- What is here ----


def test_the_tab_and_its_choices_hold_what_is_shipped_and_nothing_else(gallery, tmp_path, monkeypatch):
    assert subjects.available() == ["flat", "emoji", "icons", "facades", "weather", "letters"]
    assert subjects.models("emoji") == [
        GAN,
        BRIDGE,
        DIFFUSION,
    ]
    assert "Multimodal" in map._there()
    some = tmp_path / "some"
    some.mkdir()
    (some / BRIDGE).symlink_to(gallery / BRIDGE)
    monkeypatch.setattr(pipeline, "SHIPPED", some)
    assert subjects.available() == ["emoji"] and settle().model == BRIDGE
    assert (
        multimodal.pictures_of(settle("emoji"))
        is multimodal.grid_of(settle("emoji"))
        is multimodal.way_of(settle("emoji"))
        is None
    )
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path / "none")
    with gr.Blocks():
        assert multimodal.tab() is None
    assert "Multimodal" not in map._there()


def test_what_a_model_can_do_is_read_off_its_method(gallery):
    assert [name for name in KINDS if subjects.styled(name)] == [
        FLAT,
        EMOJI,
        GAN,
        MUNIT,
        CODED,
        FRONTS,
        WEATHER,
    ]
    assert {name: k for name in KINDS if (k := subjects.heads(name))} == {HEADS: 3}
    assert {name: known for name in KINDS if (known := subjects.labels(name))} == {LETTERS: FONTS}
    assert [name for name in KINDS if len(subjects.ways(name)) == 2] == [EMOJI, MUNIT, CODED, WEATHER]


@pytest.mark.parametrize("key", [key for key in SUBJECTS if key != "letters"])
def test_each_subject_has_pictures_to_read_and_rows_of_its_own_examples(gallery, key):
    names = [e.name for e in subjects.examples(key, "xy")]
    assert {*SUBJECTS[key].rows} <= {*names} and len(SUBJECTS[key].rows) == 4
    told = reference.images(SUBJECTS[key].models[0], key, "xy")
    drawn, made = told[:4], told[4:]
    assert len(made) == 3 and len({image.tobytes() for _, image in drawn}) == 4


def test_the_pad_shows_fronts_in_colours_of_the_page_and_the_net_gets_those_of_the_dataset(gallery):
    now = settle(model=FRONTS)
    sent = multimodal.pad_of(now)
    assert (
        sent["boxes"]
        and dict(sent["inks"]) == dict(materials.SHOWN)
        and sent["paper"] == materials.SHOWN[0][1]
    )
    assert sent["base_inks"] == [colour for _, colour in materials.INKS]
    given, shown = now.image(), view.seen(now.key, now.ops, now.base)
    wall, paper = given.getpixel((30, 100)), given.getpixel((4, 4))
    assert [paper, wall] == [tuple(c) for c in facades.PALETTE.tolist()[:2]]
    there = [materials.SHOWN[0][1], materials.SHOWN[1][1]]
    assert [shown.getpixel((4, 4)), shown.getpixel((30, 100))] == [tuple(bytes.fromhex(c[1:])) for c in there]
    pen = multimodal.pad_of(settle(model=GAN))
    assert "base_inks" not in pen and not pen["boxes"] and pen["inks"] == [["pen", "#000000"]]


def test_a_front_with_a_number_is_called_by_it(gallery):
    assert settle(model=FRONTS, at=5).name == "front 5" and settle(model=GAN).name.startswith("the ")


def test_an_empty_pad_says_how_to_begin_in_words_of_its_subject(gallery):
    said = {name: str(taken.shown(view.drawn(settle(model=name), {"ops": "", "base": ""}))) for name in KINDS}
    assert "drag a box" in said[FRONTS] and "outline" not in said[FRONTS]
    assert "paint a sky" in said[WEATHER] and "outline" not in said[WEATHER]
    assert all("outline" in said[name] for name in KINDS if name not in (FRONTS, WEATHER, LETTERS))
    assert "capital letter" in said[LETTERS]


def test_a_model_is_called_by_a_word_that_is_no_others(gallery):
    called = {name: subjects.title(name) for name in (LETTERS, DIFFUSION, BRIDGE, CODED)}
    assert [*called.values()] == ["Bilinear", "Diffusion", "Bridge", "Augmented CycleGAN"]


# ---- The wall ----


@pytest.mark.parametrize("name", KINDS)
def test_an_answer_on_the_wall_is_what_its_chance_makes_alone(gallery, name):
    now = settle(model=name, taken="" if name == HEADS else "21")
    made, wanted = finished(now), cells(now)
    assert len(made.images) == len(wanted) and made.done == 1 and made.seconds > 0
    for i in (0, 7, len(wanted) - 1):
        alone = answers.make(subjects.loaded(name), answers.placed(now), [wanted[i]], now.direction)
        assert (from_bytes(made.images[i : i + 1]) - alone).abs().max() < 0.02
    asked = {HEADS: {"head": wanted[7].head}, LETTERS: {"label": FONTS[7]}}.get(name, {})
    usual = subjects.loaded(name)(now.image(), seed=wanted[7].seed, **asked)
    assert np.abs(pixels(made.image(7)) - pixels(usual)).max() < 0.02, "the same as a call gives"
    assert answers.spread(made.images) > 1e-4


@pytest.mark.parametrize("name", KINDS)
def test_seeds_and_generators_in_any_order_come_out_in_that_order(gallery, name):
    head = 2 if name == HEADS else None
    wanted = [
        replace(Taken(9), head=head),
        Taken(3, head and 0),
        Taken(4, head),
        Taken(10, head),
        Taken(3, head),
        Taken(9, head and 1),
    ]
    model, x = subjects.loaded(name), answers.placed(settle(model=name))
    together = answers.make(model, x, wanted)
    for one, made in zip(wanted, together.split(1), strict=True):
        assert (answers.make(model, x, [one]) - made).abs().max() < 1e-3
    assert len({made.numpy().tobytes() for made in together}) >= 4


def test_a_column_of_a_model_with_several_generators_is_one_of_them(gallery):
    now = settle(model=HEADS)
    value = multimodal.wall_of(now, finished(now))
    assert value["columns"] == 3 == len(value["tops"]) and len(value["cells"]) == 15
    images = from_bytes(finished(now).images).mean((1, 2, 3)).view(5, 3)
    assert images.std(0).max() < 0.2 * images.mean(0).std(), "rows differ by a noise, columns by much more"


def test_the_wall_comes_in_halves_or_step_by_step_and_is_kept(gallery):
    now = settle("emoji")
    parts = list(answers.wall(now))
    assert [len(p.images) for p in parts] == [8, 16] and [p.done for p in parts] == [0.5, 1]
    half = multimodal.wall_of(now, parts[0])
    assert [bool(c["src"]) for c in half["cells"]] == [True] * 8 + [False] * 8 and half["still"]
    assert half["columns"] == 4 and len(half["cells"]) == 16, "of the size that it will have"
    assert list(answers.wall(now)) == parts[1:], "known"
    slow = settle(model=DIFFUSION)
    parts = list(answers.wall(slow))
    assert all(len(p.images) == 16 for p in parts) and [p.done for p in parts] == sorted(
        p.done for p in parts
    )
    assert parts[-1].done == 1 and "estimates" in multimodal.doing_of(slow, replace(parts[0], done=0.3))


def test_a_wall_that_is_stopped_keeps_its_estimates_and_is_nobody_elses(gallery):
    now = settle(model=DIFFUSION)
    asked = iter([True, True, False])
    list(answers.wall(now, lambda: next(asked, False)))
    partly = answers.SHELF.get(now.wall)
    assert partly and 0 < partly.done < 0.5
    shown = answers.taken(now)
    assert (pixels(shown) == pixels(partly.image(SUBJECTS["emoji"].place))).all(), (
        "a click takes what is seen"
    )
    whole = finished(now)
    assert whole.done == 1 and not torch.equal(whole.images, partly.images)


def test_stop_ends_the_wall_on_its_way_and_no_later_one(gallery):
    with gr.Blocks() as page:
        multimodal.tab()
    does = {fn.name: fn.fn for fn in page.fns.values()}
    visitor = SimpleNamespace(session_hash="who stops")
    now = multimodal._VISITORS.change(visitor.session_hash, lambda _: settle(model=DIFFUSION))[0]
    coming = does["follow_all"](visitor)
    next(coming)
    next(coming)
    does["stop"](visitor)
    assert any(words.STOPPED in str([*came.values()]) for came in coming)
    assert answers.SHELF.get(now.wall).done < 1, "it did not go on to its end"
    assert multimodal._VISITORS.view(visitor.session_hash).halted
    does["others"](visitor)
    next(does["follow_all"](visitor))
    now = multimodal._VISITORS.view(visitor.session_hash)
    assert not now.stops and not now.halted


def test_the_slider_moved_while_a_wall_comes_is_where_it_stays(gallery):
    with gr.Blocks() as page:
        multimodal.tab()
    does = {fn.name: fn.fn for fn in page.fns.values()}
    visitor = SimpleNamespace(session_hash="who moves the slider")
    coming = does["follow_all"](visitor)
    next(coming)
    does["step"](5, visitor)
    (card,) = [
        str(html)
        for came in coming
        for part, html in came.items()
        if part.elem_id == "mm-noises" and "noises" in str(html)
    ]
    assert re.search(r"class=now.*?<span>(\d)", card)[1] == "5"
    does["begin"]("facades", visitor)
    does["begin"]("emoji", visitor)
    assert multimodal._VISITORS.view(visitor.session_hash).steps == 5, "the slider still says so"


def test_one_who_gives_up_leaves_the_finished_wall_of_another(gallery):
    now = settle(model=DIFFUSION)
    mine, others = answers.wall(now), answers.wall(now)
    next(others)
    last = list(mine)[-1]
    assert last.done == 1
    next(others)
    others.close()
    assert torch.equal(answers.SHELF.get(now.wall).images, last.images)


def test_a_fault_on_the_way_reaches_whoever_waits(gallery, monkeypatch):
    now = settle(model=BRIDGE)
    monkeypatch.setattr(subjects.loaded(BRIDGE), "translate", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(answers.wall(now))


def test_colours_are_named_as_they_are():
    for name, rgb in {
        "red": (220, 30, 30), "blue": (30, 90, 220), "yellow": (250, 210, 40), "green": (40, 160, 60), "orange": (240, 130, 30),
        "pink": (240, 60, 180), "violet": (120, 60, 220), "turquoise": (30, 190, 180), "grey": (130, 130, 130), "black": (25, 25, 25),
    }.items():  # fmt: skip
        image = Image.new("RGB", (16, 16), "white")
        image.paste(rgb, (4, 4, 12, 12))
        assert answers.colour_of(image) == name
    assert answers.colour_of(Image.new("RGB", (16, 16), "white")) == "nearly white"


# ---- What is taken stays ----


def test_what_is_taken_stays_with_another_drawing_and_other_answers(gallery):
    now = settle("emoji", taken=str(settle("emoji").seed + 7))
    assert cells(now).index(now.taken) == 7
    other = view.shown(now, 3)
    assert other.taken == now.taken and other.name != now.name
    own = view.drawn(now, {"ops": "p0,5,40,40,200,200"})
    assert own.taken == now.taken and own.at == -1 and own.name == "your drawing"
    rolled = view.rolled(now)
    assert rolled.taken == now.taken and now.taken not in cells(rolled)
    assert multimodal.wall_of(rolled, None)["chosen"] == -1
    alone = answers.taken(rolled)
    assert np.abs(pixels(alone) - pixels(finished(now).image(7))).max() < 0.02
    assert view.drawn(own, {"ops": own.examples[2].ops}).at == 2, "an example that is drawn again is known"


def test_the_card_says_what_is_kept(gallery):
    assert "Its style stays" in taken.shown(settle("emoji")) and "<svg" in taken.shown(settle("emoji"))
    assert "number 2 of 3" in taken.shown(settle(model=HEADS, taken="20.1"))
    assert "Its noise stays" in taken.shown(settle(model=BRIDGE))
    empty = replace(settle("emoji"), ops="")
    assert "The pad is empty" in taken.shown(empty) and "<img" not in taken.shown(empty)


def test_another_model_keeps_the_drawing_and_the_place(gallery):
    now = view.shown(settle("emoji", taken=str(settle("emoji").seed + 4)), 2)
    new = view.switched(now, BRIDGE)
    assert (new.at, new.seed, cells(new).index(new.taken)) == (2, now.seed, 4)
    icons = view.switched(now, MUNIT)
    assert icons.key == "icons" and icons.direction == "xy" and icons.base
    back = view.turned(icons, "yx")
    assert back.direction == "yx" and back.base != icons.base and view.switched(back, HEADS).direction == "xy"
    assert view.switched(now, "nonsense") == now and view.turned(now, "zz") == now


@pytest.mark.parametrize("name", [EMOJI, MUNIT, WEATHER])
@pytest.mark.parametrize("way, other", [("xy", "yx"), ("yx", "xy")])
def test_the_other_way_begins_with_the_same_thing_where_there_is_one(gallery, name, way, other):
    there = {e.name for e in subjects.examples(subjects.subject_of(name), other)}
    for at, example in enumerate(subjects.examples(subjects.subject_of(name), way)):
        now = view.turned(settle(model=name, direction=way, at=at), other)
        assert now.name == settle(model=name, direction=way, at=at).name or example.name not in there
        assert now.base or now.ops


def test_an_empty_pad_says_what_the_models_way_takes(gallery):
    pads = {
        way: str(taken.shown(replace(settle(model=EMOJI, direction=way), ops="", base="")))
        for way in ("xy", "yx")
    }
    assert "closed outline" in pads["xy"] and "choose a picture" in pads["yx"] and "outline" not in pads["yx"]


@pytest.mark.parametrize("model", [None, 7, "", "x" * 60_000])
def test_a_model_that_is_none_is_told_in_a_short_sentence(gallery, model):
    with pytest.raises(gr.Error) as told:
        multimodal.answer(None, model)
    assert len(told.value.message) < 1_000 and GAN in told.value.message


@pytest.mark.parametrize(
    "value", [[1], "x", 5, {"ops": [1]}, {"ops": "p0,5,10,10", "base": ["x"]}, {"ops": "p\u0663,5,10,10"}]
)
def test_what_is_no_drawing_is_told_in_a_sentence(gallery, value):
    with pytest.raises(ImageError, match="cannot be read"):
        view.drawn(settle("emoji"), value)


def test_a_bar_of_a_style_is_as_high_as_its_number():
    drawn = taken.code((1.5, -3.0, 9.0))
    assert (
        re.findall(r' height="([\d.]+)"', drawn) == ["15.00", "30.00", "30.00"] and "1.5, -3.0, 9.0" in drawn
    )


# ---- Letters in fonts ----


def test_each_answer_to_a_letter_is_a_font_by_its_name(gallery):
    now = settle(model=LETTERS, taken="21")
    value = multimodal.wall_of(now, finished(now))
    assert (
        len(value["cells"]) == len(FONTS) == len({c["src"] for c in value["cells"]}) and value["columns"] == 6
    )
    assert value["cells"][21]["title"] == "Modern typewriter" and value["chosen"] == 21
    assert len({c["title"] for c in value["cells"]}) == len(FONTS), "no two fonts have one name"
    assert settle(model=LETTERS, taken="22").taken == settle(model=LETTERS).taken, (
        "there is none of that number"
    )
    assert cells(view.rolled(now)) == cells(now) and "Modern typewriter" in taken.shown(now)
    assert [multimodal.pictures_of(now), multimodal.way_of(now), multimodal.noises_of(now)] == [None] * 3


def test_a_letter_that_training_did_not_show_is_told_apart_and_the_right_one_is_beside_it(gallery):
    trained = font_letters(split="train")
    shown = {*zip(trained.style.tolist(), trained.content.tolist(), strict=True)}
    for at in range(26):
        now = settle(model=LETTERS, at=at)
        unseen = [c["unseen"] for c in multimodal.wall_of(now, None)["cells"]]
        assert unseen == [(font, at) not in shown for font in range(len(FONTS))]
        for i in {unseen.index(held_out) for held_out in {*unseen}}:  # of some letters training showed all
            assert ('class="right"' in taken.shown(replace(now, taken=Taken(i)))) == unseen[i]
    now = settle(model=LETTERS)
    made = multimodal.wall_of(now, finished(now))["cells"]
    assert {c["unseen"] for c in made if "not shown in training" in c["alt"]} == {True}
    assert f"<b>{sum(c['unseen'] for c in made)}</b> of them" in multimodal.doing_of(now, finished(now))
    own = view.drawn(now, {"ops": "p0,26,40,40,200,200"})
    assert not any(c["unseen"] for c in multimodal.wall_of(own, finished(own))["cells"]), "nobody knows it"


def test_the_grid_has_letters_for_rows_and_fonts_for_columns(gallery):
    now = settle(model=LETTERS, taken="2")
    value, across = grid.value(now), grid.columns(now)
    assert value["columns"] == 10 == len({*across}) and len(value["sides"]) == 6 and across[-1] == Taken(2)
    assert value["tops"][1]["text"] == "Sans bold" and value["tops"][-1]["text"] == "Sans oblique"
    for i in range(0, 60, 7):
        new = grid.chosen(now, i)
        assert (new.taken, new.at) == (across[i % 10], grid.rows(now)[i // 10])
        assert value["cells"][i]["unseen"] == (view.truth(new, new.taken, new.at) is not None)
    assert {c["unseen"] for c in value["cells"]} == {True, False} and value["corner"]
    assert len(grid.columns(settle(model=LETTERS))) == 10 and not grid.value(settle("emoji"))["corner"]


def test_the_api_counts_fonts_from_a_number(gallery, tmp_path):
    path = tmp_path / "in.png"
    settle(model=LETTERS).image().save(path)
    made = multimodal.answer(str(path), LETTERS, 3, 20)
    assert [m.tobytes() for m in made] == [
        multimodal.answer(str(path), LETTERS, 1, 0, font)[0].tobytes() for font in (20, 21, 0)
    ]
    for n in (0, 65):
        with pytest.raises(gr.Error, match=f"1 to 64; got {n}"):
            multimodal.answer(str(path), LETTERS, n)


# ---- The address ----


@pytest.mark.parametrize("name", KINDS)
def test_an_address_leads_back_to_the_view(gallery, name):
    now = view.rolled(view.shown(settle(model=name), 4))
    now = replace(now, taken=cells(now)[3])
    said = {k: v for k, v in view.address(now).items() if v} | {"sketch": str(now.at)}
    assert wished(said) == now
    if subjects.styled(name):
        styled = replace(now, taken=Taken(style=view.rounded(torch.linspace(-2, 12, 8))))
        again = wished({k: v for k, v in view.address(styled).items() if v} | {"sketch": "4"})
        assert again.taken == styled.taken and max(again.taken.style) < 10
        walking = replace(now, start=Taken(7), end=styled.taken)
        assert wished({k: v for k, v in view.address(walking).items() if v} | {"sketch": "4"}) == walking
    drawn = wished({"answers": name, "drawn": "p0,5,10,10,99,99"})
    assert (drawn.ops, drawn.at, drawn.own.ops) == ("p0,5,10,10,99,99", -1, drawn.ops)


def test_an_address_says_a_cleared_pad_strokes_on_an_example_and_no_more_than_there_is(gallery):
    cleared = wished({"drawn": "empty"})
    assert cleared.empty and cleared.at == -1
    assert wished({"sketch": "999"}).at == len(settle("emoji").examples) - 1
    name = next(name for name in KINDS if settle(model=name).key == "icons")
    under = wished({"answers": name, "sketch": "2", "drawn": "p0,5,10,10,99,99"})
    assert (under.ops, under.base, under.at) == ("p0,5,10,10,99,99", under.examples[2].base, -1)
    assert multimodal.pad_of(under)["under"] == 2 and multimodal.pad_of(cleared)["under"] == -1


@pytest.mark.parametrize("name", [GAN, WEATHER])
def test_a_picture_of_ones_own_lies_on_the_pad_and_stays_a_row_of_the_grid(gallery, name):
    wide = Image.new("RGB", (300, 100), "#30a040")
    wide.paste("#c01010", (0, 0, 20, 100))
    now = view.brought(settle(model=name), wide)
    seen, middle = now.image(), {GAN: False, WEATHER: True}[name]
    assert now.at == -1 and seen.size == (256, 256)
    assert (seen.getpixel((4, 128)) == (48, 160, 64)) == middle, "cut to its middle, or whole"
    assert (seen.getpixel((128, 4)) == (48, 160, 64)) == middle
    assert list(answers.wall(now))[-1].done == 1
    after = view.shown(now, 2)
    assert (
        grid.rows(after)[0] == grid.OWN
        and grid.value(after)["sides"] != grid.value(settle(model=name))["sides"]
    )
    assert grid.chosen(after, 0).base == now.base and view.shown(after, -1).base == now.base


@pytest.mark.parametrize(
    "wish",
    [
        {"answers": "pix2pix-emoji"}, {"drawn": "x1,2"}, {"sketch": "9999999"}, {"walk": "zz~1.5"}, {"walk": "~"}, {"sketch": "-1"}, {"roll": "9e9"}, {"roll": "²"},
        {"taken": "z1_2"}, {"taken": "zz"}, {"taken": "1.5"}, {"taken": "<b>"}, {"back": "1"}, {"sketch": "٣"},
    ],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_passed_over(gallery, wish):
    assert wished(wish) == settle()


def test_its_words_in_the_address_are_no_other_tabs():
    said = re.compile(r"""(?:address|addresses)\.(?:number|remember)\((?:wish, )?"(\w+)\"""")
    files = [file for file in Path(demos.__file__).parent.rglob("*.py") if file.parent.name != "multimodal"]
    others = {word for file in files for word in said.findall(file.read_text())}
    others |= (
        attributes.KEYS
        | voxels.KEYS
        | paired._KEYS
        | inpainting._KEYS
        | unpaired._KEYS
        | {"tab", "lecture", "one", "as", "bend"}
    )
    assert len(others) > 30 and not view.KEYS & others


# ---- Contents and styles ----


def test_a_cell_of_the_grid_is_its_drawing_in_its_style(gallery):
    now = view.drawn(settle("emoji"), {"ops": "p0,9,40,40,200,200,40,200"})
    down, across = grid.rows(now), grid.columns(now)
    assert (
        down[0] == grid.OWN
        and len(down) == 4
        and len(across) == len(set(across)) == 6
        and across[-1] == now.taken
    )
    value = grid.value(now)
    assert (
        len(value["cells"]) == 24 and value["chosen"] == 5 and len({c["src"] for c in value["cells"]}) == 24
    )
    new = grid.chosen(now, 2 * 6 + 3)
    assert (new.at, new.taken) == (down[2], across[3]) and grid.value(new)["chosen"] == 15
    assert grid.columns(new)[:5] == across[:5] and grid.rows(new) == down, "nothing moves under the hand"
    assert grid.chosen(new, 0).ops == now.ops, "the way back to one's own drawing"


def test_rows_of_the_grid_are_four_drawings_and_the_present_one_is_among_them(gallery):
    for now in (settle("emoji"), view.drawn(settle("emoji"), {"ops": "p0,5,9,9"})):
        for at in range(len(now.examples)):
            there = grid.rows(view.shown(now, at))
            assert len(set(there)) == 4 and at in there and (grid.OWN in there) == bool(now.own)


def test_generators_are_columns_and_noises_are_none(gallery):
    assert [t.head for t in grid.columns(settle(model=HEADS))] == [0, 1, 2]
    assert grid.value(settle(model=HEADS))["chosen"] >= 0
    assert multimodal.grid_of(settle(model=BRIDGE)) is None


# ---- Styles that are read ----


@pytest.mark.parametrize("name", [GAN, MUNIT])
@pytest.mark.parametrize("way", ["xy", "yx"])
def test_a_style_is_read_from_each_picture_of_the_choice(gallery, name, way):
    now = settle(model=name, direction=way)
    tiles = reference.tiles(now)
    assert len(tiles["tiles"]) == 7 and tiles["chosen"] == "0"
    new = reference.chosen(now, 2)
    assert len(new.read) == 8 and new.taken.style == new.read and reference.tiles(new)["chosen"] == "2"
    found = subjects.loaded(name).style(reference.images(name, now.key, now.direction)[2][1], now.direction)[
        0
    ]
    assert torch.allclose(torch.tensor(new.read), found, atol=0.006)
    assert grid.columns(new)[-1].style == new.read and "off on average" in reference.shown(new)
    assert replace(new, taken=cells(new)[0]).read == new.read


@pytest.mark.parametrize("make", [make for make, _ in GOOD.values()], ids=GOOD)
def test_a_picture_of_any_kind_gives_a_style(gallery, tmp_path, make):
    (tmp_path / "in.png").write_bytes(make())
    new = reference.read(settle("emoji"), multimodal.uploaded(str(tmp_path / "in.png")))
    assert len(new.taken.style) == 8 and new.read_from.startswith("data:image/")


def test_of_a_wide_picture_the_part_is_shown_whose_style_is_read(gallery):
    wide = Image.new("RGB", (600, 200), "red")
    wide.paste("blue", (200, 0, 400, 200))
    for name, left in ((WEATHER, "blue"), (MUNIT, "red")):
        shown = reference.read(settle(model=name), wide).read_from
        image = Image.open(io.BytesIO(base64.b64decode(shown.partition(",")[2]))).convert("RGB")
        r, _, b = image.getpixel((8, image.height // 2))
        assert (b > 200 > 60 > r) == (left == "blue") and (r > 200 > 60 > b) == (left == "red"), name


@pytest.mark.parametrize("make, fault", BAD.values(), ids=BAD)
def test_what_is_no_picture_gets_a_sentence(gallery, tmp_path, make, fault):
    (tmp_path / "in.png").write_bytes(make())
    for ask in (multimodal.uploaded, lambda path: multimodal.answer(path, GAN)):
        with pytest.raises(gr.Error) as caught:
            ask(str(tmp_path / "in.png"))
        assert fault in caught.value.message and not leaks(caught.value.message)


# ---- The walk ----


def test_a_walk_begins_and_ends_where_it_says(gallery, tmp_path):
    now = settle("emoji")
    now = replace(now, start=cells(now)[0], end=cells(now)[9])
    made, wall = walk.pictures(now), finished(now)
    assert len(made) == walk.FRAMES and len(walk.value(now)["frames"]) == walk.FRAMES
    for frame, place in ((0, 0), (-1, 9)):
        assert np.abs(pixels(made[frame]) - pixels(wall.image(place))).max() < 0.05
    new = replace(now, taken=walk.chosen(now, 12))
    assert np.abs(pixels(answers.taken(new)) - pixels(made[12])).max() < 0.02
    path = walk.save(now, str(tmp_path))
    assert path.name == f"{GAN}-cat-from-seed-{now.seed}-to-seed-{now.seed + 9}.gif"
    with Image.open(path) as saved:
        assert saved.n_frames == 2 * walk.FRAMES - 2 and saved.info["loop"] == 0 and saved.size == (256, 256)


def test_a_walk_to_where_it_begins_stands_still(gallery, tmp_path):
    now = settle("emoji")
    now = replace(now, start=now.taken, end=now.taken)
    assert len(set(walk.styles(now))) == 1
    with Image.open(walk.save(now, str(tmp_path))) as saved:
        assert saved.size == (256, 256)


# ---- The bridge's steps ----


def test_one_step_is_one_picture_whatever_the_noise_and_more_are_several(gallery):
    now = settle("emoji")
    shown = {n: steps.shown(replace(now, steps=n)) for n in steps.STEPS}
    one = re.findall(r'src="(.*?)"', shown[1])
    assert len(one) == 4 == len(set(re.findall(r'src="(.*?)"', shown[4]))) and len(set(one)) == 1
    apart = re.findall(r"<b>([\d.]+)</b> <span>(\d)", shown[1])
    assert [n for _, n in apart] == list("12345678") and apart[0][0] == "0.000" and float(apart[3][0]) > 0
    assert [re.search(r"class=now.*?<span>(\d)", shown[n])[1] for n in steps.STEPS] == list("12345678")
    assert "In one step the noise has no influence" in shown[1] and "second step" in shown[8]


def test_a_bridge_is_not_asked_for_the_way_that_it_does_not_go(gallery):
    there, back = settle(model=EMOJI), settle(model=EMOJI, direction="yx")
    assert steps.model_of(there) == GREY and multimodal.noises_of(there)
    assert steps.model_of(back) == "" and multimodal.noises_of(back) is None


@pytest.mark.parametrize(
    "typed, taken", [(3, 3), (None, 1), (12, 8), (-4, 1), (2.6, 3), (float("nan"), 1), ("x", 1)]
)
def test_what_the_box_of_a_slider_holds_is_a_whole_number_within_it(typed, taken):
    assert WholeSlider(1, 8, 1, step=1, render=False).preprocess(typed) == taken


@pytest.mark.skipif("bridge-emoji" not in pipeline.shipped(), reason="bridge-emoji is not shipped")
def test_the_shipped_bridge_gives_one_picture_in_one_step():
    forget()
    made = steps._made("emoji", "bridge-emoji", settle("emoji").examples[0].ops, "")
    assert answers.spread(made[1]) < 5e-4 < answers.spread(made[4])


# ---- Side by side ----


def test_all_models_answer_beside_each_other_with_what_their_cards_say(gallery):
    now = settle("emoji")
    before = compare.waiting(now)
    assert before.count("not asked yet") == 3 and "<img" not in before
    parts = list(compare.shown(now))
    assert [p.count("<img") for p in parts] == [4, 8, 12] and parts[-1].count("a sample, just now <b>") == 3
    assert "diversity of samples <b>0.25</b>" in parts[-1] and "answer to sample <b>0.50</b>" in parts[-1]
    assert parts[-1].count("<b>–</b>") == 4 and "sample to answer <b>" not in parts[-1]


def test_on_the_way_back_only_those_answer_that_go_it_and_cards_which_speak_of_the_other_are_silent(
    gallery, monkeypatch
):
    known = {name: config | {"card": {"figures": FIGURES}} for name, config in pipeline.cards().items()}
    monkeypatch.setattr(compare, "cards", lambda: known)
    *_, there = compare.shown(settle(model=MUNIT))
    *_, back = compare.shown(settle(model=MUNIT, direction="yx"))
    assert there.count("<section>") == 3 and "MAD-GAN" in there and there.count("diversity of samples") == 3
    assert back.count("<section>") == 2 and "MAD-GAN" not in back and "diversity of samples" not in back


# ---- What it learned by ----


def values_of(now) -> dict[str, float]:
    return {symbol.latex: value for symbol, _, value in objective.terms(now)}


def test_terms_are_those_of_the_drawing_and_the_answer_that_is_taken(gallery):
    now = settle("emoji")
    model, here = subjects.loaded(now.model), values_of(now)
    y = model.place(answers.taken(now)).x
    with torch.inference_mode():
        mean, log_variance = model.method.E(y)
    apart = 0.5 * (mean.square() + log_variance.exp() - log_variance - 1).sum(1).mean()
    assert next(v for latex, v in here.items() if "KL" in latex) == pytest.approx(apart.item(), rel=0.01)
    other = values_of(replace(now, taken=replace(now.taken, seed=now.taken.seed + 1)))
    assert other.keys() == here.keys() and other != here == values_of(now), "and they are the same each time"
    told = objective.shown(now)
    assert told.count("<strong>") == len(here) == 3 and "L<sub>" not in told.partition("terms")[2]


def test_terms_go_the_way_of_the_translation(gallery):
    ways = {way: values_of(settle(model=MUNIT, direction=way)) for way in ("xy", "yx")}
    assert {*ways["xy"]}.isdisjoint(ways["yx"])
    assert next(iter(ways["xy"])).endswith("- x_1|") and next(iter(ways["yx"])).endswith("- x_2|")


def test_a_letter_of_the_alphabet_has_a_term_in_every_font_and_ones_own_has_none(gallery):
    now = settle("letters")
    last = settle("letters", at=len(ALPHABET) - 1)
    for one in (now, last, replace(now, taken=Taken(len(FONTS) - 1))):
        assert len(values_of(one)) == 1
    assert values_of(replace(now, at=-1)) == {}


def test_an_empty_pad_has_no_terms(gallery):
    now = replace(settle("emoji"), ops="", base="", at=-1)
    assert words.NOTHING_YET in objective.shown(now) and "<strong>" not in objective.shown(now)


def test_every_model_that_the_tab_may_show_has_an_equation_and_says_what_to_notice():
    assert {*KINDS.values()} <= {*objective.EQUATIONS} == {*words.OBJECTIVES}


@pytest.mark.skipif("bilinear-letters" not in pipeline.shipped(), reason="bilinear-letters is not shipped")
def test_the_term_of_a_letter_that_training_did_not_show_is_larger():
    """As the card tells its reader to see."""
    forget()
    now = settle("letters")
    unseen, known = [], []
    for font in range(len(subjects.labels(now.model))):
        taken_one = replace(now, taken=view.Taken(font))
        ((_, _, value),) = objective.terms(taken_one)
        (unseen if view.truth(taken_one, taken_one.taken, now.at) is not None else known).append(value)
    assert unseen and min(unseen) > 3 * max(known)
    assert words.OBJECTIVES["bilinear"].none in objective.shown(replace(now, at=-1))


# ---- The API ----


def test_the_api_gives_what_a_call_gives(gallery, tmp_path):
    (tmp_path / "in.png").write_bytes(packed(Image.new("RGB", (24, 16), "white")))
    path = str(tmp_path / "in.png")
    made = multimodal.answer(path, GAN, 3, 5)
    assert [m.size for m in made] == [(16, 11)] * 3 and len({m.tobytes() for m in made}) == 3
    assert made[1].tobytes() == multimodal.answer(path, GAN, 1, 6)[0].tobytes()
    kept = multimodal.answer(path, GAN, 2, 5, 9)
    assert kept[0].tobytes() == kept[1].tobytes() == multimodal.answer(path, GAN, 1, 9)[0].tobytes()
    assert len(multimodal.answer(path, HEADS, 64)) == 64


@pytest.mark.parametrize(
    "model, n, seed, style, told",
    [
        (GAN, 0, 0, -1, "1 to 64; got 0"), (GAN, 65, 0, -1, "1 to 64; got 65"), (GAN, 1.5, 0, -1, "as n; got"),
        (GAN, None, 0, -1, "as n; got"), (GAN, 1, float("nan"), -1, "as seed; got"),
        ("pix2pix-emoji", 1, 0, -1, f"there are {FLAT}"), (BRIDGE, 1, 0, 3, "has no control 'style'"),
    ],
)  # fmt: skip
def test_the_api_refuses_in_a_sentence(gallery, tmp_path, model, n, seed, style, told):
    (tmp_path / "in.png").write_bytes(packed(Image.new("RGB", (24, 16), "white")))
    with pytest.raises(gr.Error) as caught:
        multimodal.answer(str(tmp_path / "in.png"), model, n, seed, style)
    assert told in caught.value.message and not leaks(caught.value.message)
    with pytest.raises(gr.Error, match="no picture"):
        multimodal.answer(None, GAN)


def test_terms_are_the_same_whoever_else_asks_at_that_time(gallery):
    now = settle("emoji")
    alone = objective.terms(now)
    with ThreadPoolExecutor(8) as crowd:
        for told in crowd.map(lambda _: objective.terms(now), range(32)):
            assert told == alone


def test_undo_on_the_pad_does_not_cross_into_another_subject(gallery):
    views = [settle("emoji"), settle("icons"), settle("icons", direction="yx"), settle("flat")]
    assert len({multimodal.pad_of(now)["name"] for now in views}) == 4
    assert {multimodal.pad_of(now)["keys"]["name"] for now in views} == {""}, (
        "the address knows its model already"
    )


# ---- The models that are shipped ----

HERE = [name for name in KINDS if name in pipeline.shipped()]


@pytest.mark.parametrize("name", HERE)
def test_answers_of_a_shipped_model_differ(name):
    forget()
    now, model = settle(model=name), subjects.loaded(name)
    few = {"steps": 4} if model.method.gradual else {}  # a whole wall takes seconds
    made = answers.make(model, answers.placed(now), cells(now)[:4], **few)
    assert answers.spread(answers.to_bytes(made)) > 0.01


def test_bicyclegan_is_here_and_a_style_is_a_style_on_other_drawings_too():
    """A style says what the answers have in common: two drawings in one style are nearer in colour than in two."""
    assert GAN in pipeline.shipped() and DRAWINGS
    forget()
    now = settle(model=GAN)
    model, wanted = subjects.loaded(GAN), cells(now)
    colours = []
    for at in range(4):
        x = model.place(view.shown(now, at).image()).x
        made = answers.make(model, x, wanted)
        thing = (made.amin(1, keepdim=True) < 0.8).float()
        colours.append((made * thing).sum((2, 3)) / thing.sum((2, 3)))
    colours = torch.stack(colours)  # [drawing, style, 3]
    same = (colours[0] - colours[1:]).norm(dim=-1).mean()
    other = (colours[0] - colours[1:].roll(1, dims=1)).norm(dim=-1).mean()
    assert same < 0.75 * other


# ---- The browser ----


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("app"), tab("multimodal"), folder) as running:
        yield running


class Guest(Visit):
    """A visitor of the tab Multimodal."""

    def wall(self) -> list[str]:
        return self.page.evaluate("[...document.querySelectorAll('#mm-wall button img')].map(i => i.src)")

    def chosen(self, where: str = "#mm-wall") -> int:
        return self.page.evaluate(
            f"[...document.querySelectorAll('{where} button')].findIndex(b => b.getAttribute('aria-checked') === 'true')"
        )

    def large(self) -> str:
        return self.page.evaluate("document.querySelector('#mm-taken img').src")

    def other(self, before: list[str]) -> None:
        """Wait until every answer on the wall is another one."""
        self.until(
            "([b]) => [...document.querySelectorAll('#mm-wall button img')].every((i, k) => i.src && i.src !== b[k])",
            before,
        )

    def bring(self, path) -> None:
        """Upload a picture whose style is read."""
        with self.page.expect_file_chooser() as asked:
            self.page.click("#mm-bring")
        asked.value.set_files(path)

    def anew(self, before: str) -> None:
        self.until(
            "([b]) => { const i = document.querySelector('#mm-taken img'); return i && i.src !== b; }", before
        )


@pytest.fixture
def visit(server, chromium):
    """Open the tab: visit(what the address says beside the tab, size)."""
    with visiting(chromium, server, Guest, "#mm-wall button img") as open_page:
        yield lambda query="", **how: open_page(f"?tab=multimodal{query}", **how)


@pytest.mark.browser
def test_it_opens_finished_and_what_is_taken_stays_while_one_draws(visit):
    v = visit()
    assert len(set(v.wall())) == 16 and v.chosen() == SUBJECTS["flat"].place
    assert (
        v.page.evaluate(
            "[...document.images].filter(i => i.checkVisibility() && !i.alt.trim() && i.closest('.head, .way-line') === null).length"
        )
        == 0
    )
    size = v.page.locator("#mm-wall .board").bounding_box()
    before = v.large()
    v.page.locator("#mm-wall button").nth(10).click()
    v.anew(before)
    mine = str(SUBJECTS["flat"].seed + 10)
    v.until("([mine]) => new URL(location).searchParams.get('taken') === mine", mine)
    before, large = v.wall(), v.large()
    v.drag("#mm-pad canvas", (0.3, 0.9), (0.5, 0.95), (0.7, 0.9))
    v.other(before)
    v.anew(large)
    assert v.chosen() == 10 and v.wish()["taken"] == mine and v.wish()["drawn"]
    assert v.page.locator("#mm-wall .board").bounding_box() == size
    before = v.wall()
    v.page.click("#mm-roll")
    v.other(before)
    v.until(
        "([roll]) => new URL(location).searchParams.get('roll') === roll", str(SUBJECTS["flat"].seed + 16)
    )
    assert v.chosen() == -1 and v.wish()["taken"] == mine
    v.page.wait_for_timeout(300)
    other = visit("&" + v.address.partition("?")[2].replace("tab=multimodal&", ""))
    other.until(
        "([b]) => JSON.stringify([...document.querySelectorAll('#mm-wall button img')].map(i => i.src)) === JSON.stringify(b)",
        v.wall(),
    )
    other.until("([b]) => document.querySelector('#mm-taken img').src === b", v.large())


@pytest.mark.browser
def test_what_is_taken_follows_the_pen_and_the_wall_its_end(visit):
    v = visit()
    wall, large, address = v.wall(), v.large(), v.address
    stroke = Stroke(v, "#mm-pad canvas")
    stroke.draw(0.6)
    v.anew(large)
    assert v.large().startswith("data:image/webp") and v.wall() == wall and v.address == address
    stroke.lift()
    v.other(wall)
    v.until("() => document.querySelector('#mm-taken img').src.startsWith('data:image/png')")
    assert v.chosen() == SUBJECTS["flat"].place and "drawn" in v.wish()


@pytest.mark.browser
def test_a_pad_that_is_emptied_empties_the_wall(visit):
    v, none = (
        visit(),
        "() => [...document.querySelectorAll('#mm-wall button')].every(b => b.disabled && !b.firstChild.hasAttribute('src'))",
    )
    v.page.click("#mm-pad [data-do=clear]")
    v.until(none)
    v.until("() => document.querySelector('#mm-doing').textContent.includes('Nothing is drawn')")
    v.drag("#mm-pad canvas", (0.3, 0.3), (0.7, 0.3), (0.5, 0.8), (0.3, 0.3))
    v.other([""] * 16)
    assert v.page.locator("#mm-wall button:enabled").count() == 16
    visit("&drawn=empty").until(none)


@pytest.mark.browser
def test_the_keyboard_leads_over_the_wall_and_a_cell_of_the_grid_is_drawing_and_style(visit):
    v = visit()
    before = v.large()
    v.page.locator("#mm-wall button").nth(6).focus()
    v.page.keyboard.press("ArrowDown")
    v.anew(before)
    assert v.chosen() == 10 and v.page.evaluate("document.activeElement.dataset.at") == "10"
    before = v.wall()
    v.page.locator("#mm-grid button").nth(2 * 6 + 1).click()
    v.other(before)
    place = [example.name for example in settle().examples].index(SUBJECTS["flat"].rows[2])
    v.until("([place]) => new URL(location).searchParams.get('sketch') === place", str(place))
    v.page.wait_for_selector("#mm-grid button:nth-of-type(14)[aria-checked=true]")


# What the stream of answers brings comes a fifth of a second late, as over a slow line.
LATE = """
const plain = window.fetch;
window.fetch = async (...given) => {
  const answer = await plain(...given);
  if (!String((given[0] && given[0].url) || given[0]).includes('/queue/data')) return answer;
  const wait = () => new Promise(go => setTimeout(go, 200));
  const late = new TransformStream({async transform(chunk, out) { await wait(); out.enqueue(chunk); }, flush: wait});
  return new Response(answer.body.pipeThrough(late), {status: answer.status, headers: answer.headers});
};
"""


@pytest.mark.browser
def test_over_a_slow_line_no_click_is_lost(visit):
    v = visit()
    v.page.add_init_script(LATE)
    v.page.reload()
    v.page.wait_for_selector("#mm-wall button img")
    for pause in (0, 150, 300, 450):
        v.page.locator("#mm-wall button").nth(6).click()
        v.page.wait_for_timeout(pause)
        before = v.wall()
        v.page.click("#mm-roll")
        v.other(before)


@pytest.mark.browser
def test_the_walk_moves_and_a_picture_of_ones_own_gives_its_style(visit, tmp_path):
    (tmp_path / "mine.png").write_bytes(packed(Image.new("LA", (30, 60), (90, 128))))
    (tmp_path / "notes.png").write_text("this is no picture")
    v = visit()
    shown = v.page.evaluate("document.querySelector('.way-now').src")
    v.page.locator(".way input").press("ArrowRight")
    v.until("([b]) => document.querySelector('.way-now').src !== b", shown)
    with v.page.expect_download() as fetched:
        v.page.click("#mm-fetch")
    assert fetched.value.suggested_filename.endswith(".gif") and Image.open(fetched.value.path()).size == (
        256,
        256,
    )
    before = v.large()
    v.bring(tmp_path / "mine.png")
    v.anew(before)
    v.until("() => (new URL(location).searchParams.get('taken') || '').startsWith('z')")
    v.bring(tmp_path / "notes.png")
    text = v.toast()
    assert SENTENCE.fullmatch(text.strip()) and not leaks(text)


@pytest.mark.browser
def test_a_change_of_model_and_subject_shows_what_belongs_to_it(visit):
    v = visit()
    before = v.wall()
    v.choose("#mm-model", "Bridge")
    v.other(before)
    v.page.wait_for_selector("#mm-grid", state="hidden")
    assert v.page.locator("#mm-stop").is_visible() and not v.page.locator("#mm-way").is_visible()
    v.page.focus("#mm-steps input[type=range]")
    v.page.keyboard.press("ArrowRight")
    v.until("() => document.querySelector('#mm-noises .now').innerText.endsWith('2')")
    v.until("() => location.search.includes('steps=2')")
    before = v.wall()
    v.choose("#mm-subject", "Icons")
    v.other(before)
    v.page.wait_for_selector("#mm-direction", state="visible")
    v.page.wait_for_selector("#mm-steps", state="hidden")
    v.until("() => document.querySelector('#mm-beside').innerText.includes('MUNIT')")
    assert not v.page.locator("#mm-file").is_visible()
    v.page.click("#mm-ask")
    v.until("() => document.querySelectorAll('#mm-beside img').length === 12")
    v.page.click("#mm-roll")
    v.until("() => document.querySelectorAll('#mm-beside img').length === 0")
    assert v.page.inner_text("#mm-beside").count("not asked yet") == 3, "they answered another question"


@pytest.mark.browser
def test_letters_come_in_all_fonts_and_what_has_no_use_is_out_of_sight(visit):
    v = visit()
    v.choose("#mm-subject", "Letters")
    v.until("() => document.querySelectorAll('#mm-wall button img[src]').length === 22")
    v.page.wait_for_selector("#mm-roll", state="hidden")
    v.page.wait_for_selector("#mm-way", state="hidden")
    assert v.page.locator("#mm-wall .unseen").count() == 5
    v.until("() => document.querySelector('#mm-grid .corner').innerText.includes('dashed')")
    v.page.locator("#mm-grid button").nth(2 * 10 + 1).click()
    v.until("() => new URL(location).searchParams.get('taken') === '1'")
    v.choose("#mm-subject", "Emoji")
    v.page.wait_for_selector("#mm-roll", state="visible")
    v.until("() => document.querySelectorAll('#mm-wall button').length === 16")
    v.until("() => document.querySelectorAll('#mm-wall .unseen, #mm-grid .unseen').length === 0")


@pytest.mark.browser
def test_on_a_telephone_the_result_stays_in_sight_of_the_pad(visit):
    v = visit(size=(390, 844))
    v.draws_under("#mm-taken img", "#mm-pad canvas")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_no_width_scrolls_sideways(visit, width):
    v = visit(size=(width, 844))
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert v.page.evaluate("document.querySelector('#mm-wall button').getBoundingClientRect().width") >= 70


def test_the_endpoint_answers_with_pictures(server):
    with server.client() as http:
        path = http.post("/upload", files={"files": ("in.png", packed(Image.new("L", (20, 20))))}).json()[0]
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        event = http.post("/call/multimodal", json={"data": [file, MUNIT, 3, 1, -1, "yx"]}).json()["event_id"]
        lines = http.get(f"/call/multimodal/{event}").text
    made = json.loads(lines.partition("data: ")[2].splitlines()[0])[0]
    assert len(made) == 3 and Image.open(
        io.BytesIO(httpx.get(made[0]["image"]["url"], trust_env=False).content)
    ).size == (16, 16)
    told = server.ask("multimodal", b"no picture", GAN, 1, 0, -1, "xy")
    assert isinstance(told, str) and "not a picture" in told and not leaks(told)


def test_visits_leave_no_traceback_in_the_log(server):
    """Kept last, for the visits above."""
    assert "Traceback" not in server.log.read_text()
