"""The tab Attributes: what models are told, the right answer, what else changed, drawings that visitors bring, and odd wishes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest
import torch
from PIL import Image

from demos.attributes import changes, found, people, shown, view, words, worlds
from demos.attributes import tab as attributes
from demos.attributes.people import Person
from demos.attributes.view import settle, wished
from demos.attributes.worlds import FACES, PEOPLE, World, label_of, left_out
from demos.map import tab as map
from i2i.checkpoint import export
from i2i.data.worlds import faces
from i2i.data.worlds.icons import Icons
from i2i.data.worlds.landscapes import draw as landscapes
from i2i.data.worlds.portrait import portrait
from i2i.images import to_image, to_tensor
from i2i.run import pipeline
from kit.methods import amplified, tiny
from kit.served import SENTENCE, Visit, leaks, serving, tab, visiting

READS, EDITS, FINDS = "icgan-faces", "stargan-faces", "infogan-faces"
MAKES, CHANGES = "icgan-characters", "stargan-characters"
NAMES, COUNT = FACES.names, FACES.count
MODELS = {FACES: (READS, EDITS), PEOPLE: (MAKES, CHANGES)}
can_be, toggled = FACES.can_be, FACES.toggled
BANGS, BALD, MALE = (NAMES.index(name) for name in ("bangs", "bald", "male"))


def exported(home: Path, *of: World) -> Path:
    """Two tiny models of each world, with weights so large that what they make depends on all that they are told."""
    for world in of:
        for name in MODELS[world]:
            method = tiny(name.partition("-")[0], domains=len(world.names), attributes=True)
            export(
                home / name,
                amplified(method.eval()),
                size=16,
                card={"summary": "tiny", "labels": list(world.names)},
            )
    return home


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Models of faces alone: what the page was before there were two worlds."""
    return exported(tmp_path_factory.mktemp("checkpoints"), FACES)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return exported(tmp_path_factory.mktemp("both"), FACES, PEOPLE)


def forget() -> None:
    for cached in (
        worlds.loaded, worlds._models, worlds._span, people.drawn, people.edited, people.swept, changes.change,
        found._row, found._read,
    ):  # fmt: skip
        cached.cache_clear()


def in_place(monkeypatch, folder: Path):
    """Tiny models in place of those shipped, and no judge."""
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    forget()
    monkeypatch.setattr(FACES, "judge", lambda: None)
    yield folder
    monkeypatch.undo()
    forget()


@pytest.fixture
def gallery(folder, monkeypatch):
    yield from in_place(monkeypatch, folder)


@pytest.fixture
def two(both, monkeypatch):
    yield from in_place(monkeypatch, both)


@pytest.fixture
def gallery_of(both, tmp_path, monkeypatch):
    """gallery_of(*names): from then on these models are here, and no others."""

    def chosen(*names: str) -> None:
        home = tmp_path / "-".join(names)
        home.mkdir()
        for name in names:
            (home / name).symlink_to(both / name)
        monkeypatch.setattr(pipeline, "SHIPPED", home)
        forget()

    return chosen


@pytest.fixture
def finding(both, tmp_path, monkeypatch):
    """Models of both worlds, and one that found three categories of faces by itself."""
    home = tmp_path / "finding"
    home.mkdir()
    for one in both.iterdir():
        (home / one.name).symlink_to(one)
    method = amplified(tiny("infogan", domains=3).eval())
    card = {"summary": "tiny", "labels": list(NAMES), "figures": {"bound": [0.75, None, None]}}
    export(home / FINDS, method, size=16, card=card)
    yield from in_place(monkeypatch, home)


def png(image: Image.Image) -> bytes:
    image.save(buffer := io.BytesIO(), "PNG")
    return buffer.getvalue()


# ---- What is here ----


def test_the_tab_is_there_with_the_models_that_are_there(gallery, tmp_path, monkeypatch):
    assert FACES.models() == [READS, EDITS] and FACES.readers() == [READS] and "Attributes" in map._there()
    assert len(shown.board_of(settle())["groups"]) == 3
    for name in (READS, EDITS):
        (tmp_path / name).mkdir()
        (tmp_path / name / "one").symlink_to(gallery / name)
        monkeypatch.setattr(pipeline, "SHIPPED", tmp_path / name)
        (tmp_path / name / "one").rename(tmp_path / name / name)
        forget()
        assert FACES.models() == [name] and len(shown.swap_of(settle())["groups"][0]["cells"]) == 3
        with gr.Blocks():
            assert attributes.tab() is not None, "with one model it shows that one"
        assert worlds.can_read() == (name == READS)
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    with gr.Blocks():
        assert attributes.tab() is None
    assert "Attributes" not in map._there()


def test_a_model_of_other_attributes_is_not_shown(gallery, tmp_path, monkeypatch):
    method = tiny("stargan", domains=len(NAMES), attributes=True).eval()
    export(tmp_path / "stargan-own", method, size=16, card={"labels": [*NAMES[1:], "hat"]})
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    assert not worlds.available()


# ---- Attributes ----


def test_what_to_notice_speaks_of_the_models_that_are_there(gallery, monkeypatch):
    told = shown.notice_of(FACES)
    assert "IcGAN reads the whole face" in told and "StarGAN gets the face itself" in told
    monkeypatch.setattr(FACES, "models", lambda: [READS])
    assert "IcGAN" in shown.notice_of(FACES) and "StarGAN" not in shown.notice_of(FACES)


def test_switches_never_lead_to_a_face_that_cannot_be(gallery):
    rng, now = torch.Generator().manual_seed(0), settle()
    for attribute in torch.randint(len(NAMES), (300,), generator=rng).tolist():
        before, now = now, view.switched(now, attribute)
        assert can_be(now.traits)
        colour = attribute in range(len(NAMES))[faces.COLOURS]
        assert now.traits[attribute] == (1 if colour else 1 - before.traits[attribute])
    for scores in torch.randn(200, len(NAMES), generator=rng):
        assert can_be(FACES.nearest(scores))


def test_what_is_read_clearly_is_taken_as_it_is():
    for traits in some_traits():
        assert FACES.nearest(2 * label_of(traits)[0] - 1) == traits


def some_traits() -> list[tuple[int, ...]]:
    return [Person(i).traits for i in range(40)]


def test_what_is_asked_is_said_in_words(gallery):
    now = settle()
    now = replace(now, traits=toggled(now.person.traits, BANGS))
    assert shown.asked(now) == ("no bangs" if now.person.traits[BANGS] else "bangs")
    assert shown.asked(view.as_it_was(now)) == "nothing"
    assert FACES.said(tuple(int(n in ("bald", "male")) for n in NAMES)) == "bald, male"
    assert FACES.said(tuple(int(n == "blond hair") for n in NAMES)) == "blond hair, female"
    bald = replace(now, traits=toggled(tuple(int(n in ("bald", "smile")) for n in NAMES), BALD))
    bald = replace(bald, person=Person(own=b"0" * 768, read=toggled(bald.traits, BALD)))
    assert shown.asked(bald) == "not bald; brown hair"


# ---- The edit ----


@pytest.mark.parametrize("name", [READS, EDITS])
def test_a_model_is_told_the_face_and_the_attributes(gallery, name):
    person, traits = Person(7), Person(8).traits
    x = faces.draw(torch.tensor([faces.SPLITS["test"][0] + 7]), 16)
    assert torch.equal(person.x, x)
    assert torch.equal(
        people.edited(name, person, traits), worlds.loaded(name).translate(x, label=label_of(traits))
    )
    assert (
        people.edited(name, person, traits) - people.edited(name, person, person.traits)
    ).abs().max() > 0.05
    assert (people.edited(name, person, traits) - people.edited(name, Person(9), traits)).abs().max() > 0.05


def test_the_right_answer_is_the_same_person_with_other_attributes(gallery):
    person, wanted = Person(7), toggled(Person(7).traits, MALE)
    exact = faces.draw(torch.tensor([faces.SPLITS["test"][0] + 7]), 16, label=label_of(wanted))
    assert torch.equal(people.answer(person, wanted), exact) and not torch.equal(exact, person.x)
    assert torch.equal(people.answer(person, person.traits), person.x)


def test_what_else_changed_is_measured_beside_what_had_to(gallery):
    person, wanted = Person(7), toggled(Person(7).traits, MALE)
    right, must = people.answer(person, wanted), changes.has_to_change(person, wanted)
    assert 0.05 < must.float().mean() < 0.95
    perfect, lazy = changes.measured(right, person, wanted), changes.measured(person.x, person, wanted)
    assert perfect.off == 0 and perfect.beside < 0.01 < perfect.nothing
    assert lazy.beside == 0 and lazy.off == lazy.nothing == perfect.nothing
    moved = torch.where(must, right, (person.x + 0.2).clamp(-1, 1))
    share = (moved - person.x).abs().mean(1)[~must[:, 0]].mean().item() / 2
    assert share > 0.02 and changes.measured(moved, person, wanted).beside == pytest.approx(share, rel=1e-4)


def test_the_map_is_orange_where_nothing_had_to_change_and_violet_where_it_had(gallery):
    person, wanted = Person(7), toggled(Person(7).traits, MALE)
    must = changes.has_to_change(person, wanted)[0, 0]
    off = to_tensor(changes.heat(-person.x.sign(), person, wanted))[0]
    alone, none = (to_tensor(changes.heat(made, person, wanted))[0] for made in (None, person.x))
    orange, violet = off[0] - off[2] > 0.5, off[2] - off[0] > 0.2
    assert (violet == must).all() and (orange == ~must).float().mean() > 0.98
    assert torch.equal(alone, none), "a face as it was shows what had to change alone"


def test_figures_say_what_the_judge_reads(gallery, monkeypatch):
    now = settle(7)
    now = replace(now, traits=toggled(now.person.traits, MALE))
    board = lambda: " ".join(shown.board_of(now)["groups"][0]["lines"])  # noqa: E731
    assert "judge" not in board()
    for wrong, told in (
        (None, ("<b>what was asked for</b>", "<b>none</b>")),
        (MALE, ("<b>not</b> what", "<b>none</b>")),
        (0, ("<b>what was", "<b>1</b>")),
    ):
        scores = 2 * label_of(now.traits) - 1
        if wrong is not None:
            scores[0, wrong] *= -1
        monkeypatch.setattr(FACES, "judge", lambda scores=scores: lambda x: scores)
        changes.change.cache_clear()
        assert all(text in board() for text in told), wrong


# ---- Sweep, swap, reading ----


def test_a_sweep_leads_from_one_edit_to_the_other(gallery):
    for number, along in ((7, MALE), (13, BANGS), (3, BALD), (3, 4)):
        now = settle(number, along=along)
        start, end = view.ends(now)
        assert (start[along], end[along]) == (0, 1) and can_be(start) and can_be(end)
        asked = view.labels(now)
        assert len(asked) == view.STEPS and asked[0] == start and asked[-1] == end
        assert [label[along] for label in asked] == [i / 8 for i in range(9)]
        for name in FACES.models():
            made = people.swept(name, now.person, tuple(asked))
            for i, traits in ((0, start), (-1, end)):
                assert (made[i] - people.edited(name, now.person, traits)[0]).abs().max() < 1e-4
    film = shown.sweep_of(now)
    assert [len(g["cells"]) for g in film["groups"]] == [9, 9] and film["groups"][0]["cells"][4][
        "text"
    ] == "0.5"


def test_each_of_two_faces_gets_the_attributes_of_the_other(gallery):
    now = settle(7, second=9)
    (a, with_b), (b, with_a) = view.swapped(now)
    assert (a, b, with_b, with_a) == (Person(7), Person(9), Person(9).traits, Person(7).traits)
    cells = shown.swap_of(now)["groups"][0]["cells"]
    wanted = [a.x, *(people.edited(name, a, with_b) for name in FACES.models()), people.answer(a, with_b)]
    assert [c["src"] for c in cells] == [shown.url(FACES, x) for x in wanted]


def test_what_is_read_of_a_face_is_told_beside_what_it_has(gallery):
    person = Person(7)
    found = worlds.reading(READS, person.x)
    agree = sum((v > 0) == bool(t) for v, t in zip(found.tolist(), person.traits, strict=True))
    html = shown.reading_of(settle(7))
    assert f"<b>{agree} of 12</b>" in html and html.count('class="off"') == 12 - agree
    assert f"{found[0]:+.2f}" in html


# ---- The address ----


def test_an_address_leads_back_to_the_view(gallery):
    now = view.switched(view.switched(settle(100, second=77), MALE), NAMES.index("blond hair"))
    assert wished(view.address(now)) == now and now.first == 96
    assert view.address(now)["along"] == "blond-hair" and wished({}) == settle()
    own = replace(now, person=Person(own=b"0" * 768, read=now.traits))
    assert set(view.address(own)) == view.KEYS and not any(view.address(own).values())


@pytest.mark.parametrize(
    "wish",
    [
        {"person": "-1"}, {"person": "9999999"}, {"person": "²"}, {"traits": "fff"}, {"traits": "000"}, {"traits": "zz"}, {"traits": "<b>"},
        {"along": "hat"}, {"along": "<b>"}, {"second": "x"},
    ],
)  # fmt: skip
def test_what_an_address_cannot_mean_is_passed_over(gallery, wish):
    assert wished(wish) == settle()


def test_a_face_beyond_the_last_is_the_last(gallery, monkeypatch):
    told = []
    monkeypatch.setattr("gradio.Info", told.append)
    assert wished({"person": "9999"}) == wished({"person": "511"}) != settle()
    assert told == ["This address asks for person 9999. It goes from 0 to 511: you see 511."]


def test_an_address_may_name_the_tab_with_a_capital_and_names_no_other(gallery):
    with gr.Blocks():
        restore, _ = attributes.tab()
    for named, asks in (({"tab": " Attributes"}, True), ({"tab": "paired"}, False), ({}, False)):
        visitor = SimpleNamespace(session_hash=f"sent to {named}", query_params={"person": "5", **named})
        next(restore(visitor))
        assert (attributes._VISITORS.view(visitor.session_hash) == wished({"person": "5"})) == asks, named


def test_its_words_in_the_address_are_no_other_tabs():
    from demos.multimodal.view import KEYS
    from demos.voxels.view import KEYS as VOXELS

    others = "model d example seed subject method direction noise styles from target thing one way digit face written picture hole place side"
    assert not view.KEYS & {*KEYS, *VOXELS, *others.split(), "tab", "lecture"}


# ---- Changes ----


def test_another_face_comes_with_the_last_switch_and_all_come_in_turn(gallery):
    now = view.switched(settle(), MALE)
    seen = set()
    for _ in range(COUNT):
        now = view.another(now)
        seen.add(now.person.number)
        assert now.person in now.choices
    assert len(seen) == COUNT
    assert now.traits == toggled(now.person.traits, MALE)
    turned = [settle()]
    for _ in range(60):
        turned.append(view.others(turned[-1]))
    assert {p.number for v in turned for p in v.choices} == {*range(COUNT)}


# ---- What is said of this world ----


def test_male_is_where_the_prediction_says():
    """Jaw and shoulders of every face, and the hair beside the neck of those that have some."""
    index = torch.arange(24) + faces.SPLITS["test"][0]
    label = faces.labels_of(index)
    other = faces.draw(index, 64, label=faces.toggled(label, MALE))
    must = (faces.draw(index, 64, label=label) - other).abs().amax(1) >= FACES.seen
    boxes = {
        "jaw": (34, 46, 40, 52),
        "shoulders": (56, 64, 52, 64),
        "hair": (44, 54, 42, 52),
    }
    for name, (top, bottom, left, right) in boxes.items():
        some = must[label[:, BALD] == 0] if name == "hair" else must
        assert some[:, top:bottom, left:right].flatten(1).any(1).all(), name
    assert all(name in words.FACES.predicted for name in boxes)


# ---- Drawings that visitors bring ----


def test_faces_are_let_in_and_photographs_icons_and_plain_colours_are_not():
    """Measured with the whole test split: of 512 faces all are let in (at most .49 is left out), of 512 icons none (.53 and more), of
    140 parts of the photograph none (.97 and more). Here are some of each."""
    drawn = faces.draw(torch.arange(64) + faces.SPLITS["test"][0], 64)
    assert (left_out(FACES, drawn) < FACES.limit).float().mean() >= 0.98
    worn = torch.cat([to_tensor(to_image(x).resize((200, 200)).resize((64, 64))) for x in drawn[:16]])
    assert (left_out(FACES, worn) < FACES.limit).all()
    photo = portrait()
    crops = [
        photo.crop((a, b, a + s, b + s)).resize((64, 64))
        for s in (192, 384)
        for a in (0, 64, 120)
        for b in (0, 100, 200)
    ]
    icons = Icons(64, "flat", "glossy", split="test").batch(torch.arange(24))
    plain = (torch.rand(8, 3, 1, 1, generator=torch.Generator().manual_seed(0)) * 2 - 1).expand(
        -1, -1, 64, 64
    )
    others = [torch.cat([to_tensor(c) for c in crops])]
    others += [icons["x"], icons["y"], landscapes(torch.arange(8), "day", 64), plain]
    assert (left_out(FACES, torch.cat(others)) > FACES.limit).all()


def test_a_drawing_is_edited_as_it_is_and_its_attributes_are_read(gallery, monkeypatch, tmp_path):
    truth = Person(7).traits
    monkeypatch.setattr(FACES, "judge", lambda: lambda x: 2 * label_of(truth) - 1)
    large = to_image(faces.draw(torch.tensor([faces.SPLITS["test"][0] + 7]), 160))
    wide = Image.new("RGB", (240, 160), large.getpixel((0, 0)))
    wide.paste(large, (40, 0))
    for image in (large, wide):
        (tmp_path / "mine.png").write_bytes(png(image))
        person = attributes.received(str(tmp_path / "mine.png"))
        assert person.own and person.traits == truth and (person.x - Person(7).x).abs().mean() < 0.06
    assert people.answer(person, truth) is None
    now = view.of_person(settle(), person)
    board = shown.board_of(now)
    assert len(board["groups"]) == 2 and "right answer" not in str(board), "nobody knows it"
    assert "Nobody knows" in shown.legend_of(now) and "right answer: " not in str(
        shown.swap_of(now)["groups"][0]
    )
    made, x = people.edited(READS, person, now.traits), person.x
    assert changes.measured(made, person, now.traits).beside == pytest.approx(
        (made - x).abs().mean().item() / 2, rel=1e-4
    )
    monkeypatch.setattr(FACES, "judge", lambda: None)
    assert people.received(large).traits == FACES.nearest(worlds.reading(READS, people.received(large).x))


def test_a_photograph_is_refused_in_a_sentence(gallery, tmp_path):
    (tmp_path / "photo.png").write_bytes(png(portrait().crop((0, 0, 300, 300))))
    with pytest.raises(gr.Error) as caught:
        attributes.received(str(tmp_path / "photo.png"))
    assert SENTENCE.fullmatch(caught.value.message) and "not photographs" in caught.value.message


# ---- The API ----


def test_the_api_edits_a_face(gallery, tmp_path):
    wanted = toggled(toggled(Person(7).traits, MALE), NAMES.index("blond hair"))
    for model in (READS, EDITS):
        made = attributes.endpoint(7, "male, Blond hair", model)
        assert made.tobytes() == to_image(people.edited(model, Person(7), wanted)).tobytes()
    right = attributes.endpoint(7, "male,blond hair", "right answer")
    assert right.tobytes() == to_image(people.answer(Person(7), wanted)).tobytes()
    assert attributes.endpoint(7, "", "right answer").tobytes() == to_image(Person(7).x).tobytes()
    path = attributes.save(replace(settle(7), traits=wanted), tmp_path)
    assert path.name == "face-7-edited.png" and Image.open(path).size == (64, 16)
    assert Image.open(path).crop((48, 0, 64, 16)).tobytes() == right.tobytes()


@pytest.mark.parametrize(
    "given, told",
    [
        ((0.5,), "as face; got"), ((512,), "0 to 511; got 512"), ((-1,), "0 to 511"), ((float("nan"),), "as face; got"),
        ((0, "hat"), "no attribute 'hat'"), ((0, "<b>"), "there are bald"), ((0, "bangs", "pix2pix-emoji"), f"there are {READS}, {EDITS}"),
    ],
)  # fmt: skip
def test_the_api_refuses_in_a_sentence(gallery, given, told):
    with pytest.raises(gr.Error) as caught:
        attributes.endpoint(*given)
    assert told in caught.value.message and not leaks(caught.value.message)


# ---- The second world ----

SOMEONE = Person(7, world=PEOPLE)
BLOND = PEOPLE.names.index("blond hair")
OPENS = PEOPLE.opening[0]


def by_g(number: int, traits: tuple[int, ...]) -> torch.Tensor:
    """G(z, y) with z of that seed, told without the world's help."""
    method = worlds.loaded(MAKES).method
    z = torch.randn(1, method.config.code, generator=torch.Generator().manual_seed(number))
    with torch.inference_mode():
        return method.G(z, 2 * label_of(traits) - 1)


def test_both_worlds_are_here_where_both_have_models(two, gallery_of):
    assert worlds.here() == [FACES, PEOPLE] and PEOPLE.models() == [MAKES, CHANGES]
    gallery_of(READS, EDITS, CHANGES)
    assert worlds.here() == [FACES], "nobody is there to be edited without the one that makes them"
    gallery_of(MAKES)
    assert worlds.here() == [PEOPLE] and settle().world is PEOPLE and wished({}) == settle()


def test_a_person_is_what_g_makes_of_a_code_and_attributes(two):
    assert torch.allclose(SOMEONE.x, by_g(7, SOMEONE.traits), atol=1e-5)
    before = SOMEONE.x
    forget()
    assert torch.equal(Person(7, world=PEOPLE).x, before)
    assert (before - Person(8, world=PEOPLE).x).abs().max() > 0.05
    some = torch.tensor([PEOPLE.traits(n) for n in range(PEOPLE.count)], dtype=torch.float32)
    assert all(PEOPLE.can_be(PEOPLE.traits(n)) for n in range(PEOPLE.count))
    share = dict(zip(PEOPLE.names, some.mean(0).tolist(), strict=True))
    other = 1 - some[:, PEOPLE.exclusive].sum(1).mean().item()
    assert all(0.15 < part < 0.25 for part in (other, *(share[n] for n in PEOPLE.names[PEOPLE.exclusive])))
    assert 0.44 < share["male"] < 0.56 and 0.44 < share["dark skin"] < 0.56 and 0.2 < share["beard"] < 0.3
    beard, male = some[:, PEOPLE.names.index("beard")], some[:, PEOPLE.names.index("male")]
    assert (beard <= male).all()


def test_a_hair_colour_takes_the_place_of_another_and_goes_to_leave_none_of_them(two):
    now = settle(world=PEOPLE)
    rng = torch.Generator().manual_seed(0)
    for attribute in torch.randint(len(PEOPLE.names), (200,), generator=rng).tolist():
        before, now = now, view.switched(now, attribute)
        assert PEOPLE.can_be(now.traits) and now.traits[attribute] == 1 - before.traits[attribute]
    none = (0, 0, 0, 0, 1, 0, 0)
    blond = PEOPLE.switched(none, BLOND)
    assert PEOPLE.said(none) == "other hair, dark skin, female" and PEOPLE.said(blond).startswith(
        "blond hair"
    )
    red = PEOPLE.switched(blond, PEOPLE.names.index("red hair"))
    assert sum(red[PEOPLE.exclusive]) == 1 and PEOPLE.switched(red, 3) == none
    told = (
        PEOPLE.asked(blond, red),
        PEOPLE.asked(red, none),
        PEOPLE.asked(none, red),
        PEOPLE.asked(none, none),
    )
    assert told == ("red hair", "other hair", "red hair", "nothing")
    assert not PEOPLE.can_be((1, 1, 0, 0, 0, 0, 0)) and not PEOPLE.can_be(settle(world=FACES).traits)
    for scores in torch.randn(200, len(PEOPLE.names), generator=rng):
        assert PEOPLE.can_be(PEOPLE.nearest(scores))
    assert PEOPLE.nearest(2 * label_of(red)[0] - 1) == red


def test_the_third_card_is_the_same_code_with_the_other_attributes(two):
    now = view.switched(settle(7, world=PEOPLE), BLOND)
    exact = by_g(7, now.traits)
    assert torch.allclose(people.answer(now.person, now.traits), exact, atol=1e-5)
    board = shown.board_of(now)
    assert [group["title"] for group in board["groups"]] == ["IcGAN", "StarGAN", words.PEOPLE.answer_title]
    third = board["groups"][2]["cells"][0]
    assert third["src"] == shown.url(PEOPLE, people.answer(now.person, now.traits))
    said = f"{board} {shown.told_of(now)} {shown.legend_of(now)} {shown.swap_of(now)} {shown.strip_of(now, now.person)}"
    assert "ight answer:" not in said and "the right answer" not in said and "judge" not in said
    assert not re.search(r"\bface\b", said), "nobody is called a face there"
    # What IcGAN's edit lacks is the error of E_z alone.
    method = worlds.loaded(MAKES).method
    z = torch.randn(1, method.config.code, generator=torch.Generator().manual_seed(7))
    method.E_z.forward = lambda x: z  # as if it read z without an error
    people.edited.cache_clear()
    worlds.loaded(MAKES)._quick = None
    apart = people.edited(MAKES, now.person, now.traits) - exact
    assert apart.abs().max() < 0.05, "what is left is rounding, where this machine computes in bf16"


def test_pixels_of_people_stay_squares(two):
    x = SOMEONE.x
    assert PEOPLE.enlarged == Image.Resampling.NEAREST and FACES.enlarged == Image.Resampling.BICUBIC
    assert shown.url(PEOPLE, x) != shown.url(FACES, x)


def test_an_address_leads_back_to_the_world(two):
    now = view.switched(
        view.switched(settle(100, second=77, world=PEOPLE), BLOND), PEOPLE.names.index("male")
    )
    told = view.address(now)
    assert told["world"] == "people" and wished(told) == now and wished(told).world is PEOPLE
    assert len(told["traits"]) == 2 and view.address(settle())["world"] == ""
    assert wished({"world": "people"}) == settle(world=PEOPLE)


@pytest.mark.parametrize(
    "wish", [{"world": "xyz"}, {"world": ""}, {"world": "<b>"}, {"world": "xyz", "traits": "41"}, {"world": "faces"}]
)  # fmt: skip
def test_a_world_that_is_none_is_the_first(two, wish):
    assert wished(wish) == settle() and settle().world is FACES


@pytest.mark.parametrize("traits", ["041", "fff", "ff", "60", "zz", "4"])
def test_attributes_that_people_cannot_have_are_passed_over(two, traits):
    assert wished({"world": "people", "traits": traits, "along": "bangs"}) == settle(world=PEOPLE)


def test_a_person_beyond_the_last_is_the_last(two, monkeypatch):
    told = []
    monkeypatch.setattr("gradio.Info", told.append)
    assert wished({"world": "people", "person": "99999"}).person == Person(511, world=PEOPLE)
    assert told == ["This address asks for person 99999. It goes from 0 to 511: you see 511."]


def test_an_address_of_people_leads_to_faces_where_there_are_no_people(gallery):
    assert wished({"world": "people"}) == settle() and settle().world is FACES


def test_the_api_edits_people(two, tmp_path):
    wanted = PEOPLE.toggled(SOMEONE.traits, BLOND)
    for model in (MAKES, CHANGES):
        made = attributes.endpoint(7, "Blond hair", model, None, "people")
        assert made.tobytes() == to_image(people.edited(model, SOMEONE, wanted)).tobytes()
    right = attributes.endpoint(7, "blond hair", "right answer", None, " People ")
    assert right.tobytes() == to_image(people.answer(SOMEONE, wanted)).tobytes()
    first = attributes.endpoint(7, "blond hair", "", None, "people")
    assert first.tobytes() == to_image(people.edited(MAKES, SOMEONE, wanted)).tobytes()
    assert (
        attributes.endpoint(7, "male", EDITS).tobytes()
        == attributes.endpoint(7, "male", EDITS, None, "").tobytes()
    )
    path = attributes.save(replace(settle(7, world=PEOPLE), traits=wanted), tmp_path)
    assert path.name == "person-7-edited.png" and Image.open(path).size == (64, 16)


@pytest.mark.parametrize(
    "given, told",
    [
        ((0, "", "", None, "xyz"), "no world 'xyz' in this tab; there are faces and people"),
        ((0, "bangs", "", None, "people"), "no attribute 'bangs'; there are black hair, "),
        ((0, "male", READS, None, "people"), f"there are {MAKES}, {CHANGES} and right answer"),
        ((0, "male", MAKES), f"there are {READS}, {EDITS}"), ((512, "", "", None, "people"), "0 to 511; got 512"),
    ],
)  # fmt: skip
def test_the_api_refuses_what_the_other_world_has(two, given, told):
    with pytest.raises(gr.Error) as caught:
        attributes.endpoint(*given)
    assert told in caught.value.message and not leaks(caught.value.message)


def test_the_code_for_what_is_seen_names_the_world_and_makes_the_same(two, monkeypatch):
    for now in (
        view.switched(view.switched(settle(7, world=PEOPLE), BLOND), 4),
        replace(settle(7, world=PEOPLE), traits=(0, 0, 0, 0, *SOMEONE.traits[4:])),
        view.switched(settle(7), MALE),
    ):
        monkeypatch.setattr(attributes._VISITORS, "view", lambda _, now=now: now)
        given = attributes._given(SimpleNamespace(session_hash="a"))
        assert len(given) == (5 if now.world is PEOPLE else 4)
        made = people.edited(now.world.models()[0], now.person, now.traits)
        assert attributes.endpoint(*given).tobytes() == to_image(made).tobytes()


def test_a_drawing_goes_to_the_world_of_which_it_is(two, tmp_path):
    for world, number in ((FACES, 7), (PEOPLE, 7), (PEOPLE, 30)):
        one = Person(number, world=world)
        (tmp_path / "mine.png").write_bytes(png(to_image(one.x).resize((96, 96), world.enlarged)))
        found = attributes.received(str(tmp_path / "mine.png"))
        assert found.world is world and found.own and len(found.traits) == len(world.names)
        for before in (settle(), settle(world=PEOPLE)):
            now = view.of_person(before, found)
            assert now.world is world and now.second.world is world and len(now.traits) == len(world.names)
            assert len(shown.board_of(now)["groups"]) == 2
    assert "nobody knows z" in shown.legend_of(now)
    (tmp_path / "photo.png").write_bytes(png(portrait().crop((0, 0, 300, 300))))
    with pytest.raises(gr.Error) as caught:
        attributes.received(str(tmp_path / "photo.png"))
    told = caught.value.message
    assert (
        SENTENCE.fullmatch(told) and "faces" in told and "pixel people" in told and "not photographs" in told
    )


def built() -> gr.Blocks:
    with gr.Blocks() as page:
        attributes.tab()
    return page


def ids(page: gr.Blocks) -> set[str]:
    return {getattr(block, "elem_id", None) for block in page.blocks.values()}


# ---- Found without attributes ----


def test_what_was_told_nothing_is_no_editor_and_its_samples_have_a_board(finding):
    assert FACES.models() == [READS, EDITS] and FACES.finder() == FINDS and PEOPLE.finder() is None
    board = shown.found_of(settle())
    assert [len(row["cells"]) for row in board["groups"]] == 3 * [found.COLUMNS]
    assert len({cell["src"] for row in board["groups"] for cell in row["cells"]}) == 3 * found.COLUMNS
    assert board["groups"][0]["lines"] == [], "no judge, no word of it"
    assert "0.75</b> nats" in shown.found_told(settle()) and "1.10 would be all" in shown.found_told(settle())
    nobody = settle(world=PEOPLE)
    assert shown.found_of(nobody)["groups"] == [] and shown.found_lead(PEOPLE) == ""


def test_a_row_has_one_category_and_a_column_one_noise_whatever_else_is_shown(finding):
    now = found.rows(FINDS, 7)
    model = worlds.loaded(FINDS)
    code = torch.eye(3, model.method.style_size)
    for k, i in ((0, 0), (2, 4)):
        alone = model.method.sample(1, torch.Generator().manual_seed(7 + i), code[k : k + 1]).clamp(-1, 1)
        torch.testing.assert_close(now[k, i], alone[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(found.rows(FINDS, 8)[:, :-1], now[:, 1:], rtol=0, atol=1e-5)


def test_what_moves_a_pixel_more_is_told_apart():
    by_category = torch.tensor([-0.5, 0.5]).view(2, 1, 1, 1, 1).expand(2, 4, 3, 8, 8)
    assert found.moved(by_category) == (0.5, 0.0)
    assert found.moved(by_category.transpose(0, 1)) == (0.0, 0.5)


@pytest.mark.parametrize("category, said", [(0.2, words.FOUND_SEEN), (0.1, words.FOUND_HIDDEN)])
def test_whether_a_category_is_seen_is_said_by_what_it_moves(finding, monkeypatch, category, said):
    monkeypatch.setattr(found, "moved", lambda rows: (category, 0.3))
    told = shown.found_told(settle())
    assert [text in told for text in (words.FOUND_SEEN, words.FOUND_HIDDEN)].count(True) == 1 and said in told


def test_the_judge_reads_what_a_category_has_more_often_than_all(finding, monkeypatch):
    first = FACES.names.index("glasses")

    def judge(x):
        told = -torch.ones(len(x), len(NAMES))
        told[:, MALE] = 1.0  # in all rows alike: nothing to tell
        told[:, first] = 1.0 if torch.equal(x, made[1][: len(x)]) else -1.0
        return told

    made = found.rows(FINDS, found.NOISES, found.READ)
    monkeypatch.setattr(FACES, "judge", lambda: judge)
    told = found.read(FACES, FINDS, 1)
    assert [row[0].name for row in told] == 3 * ["glasses"]
    assert [row[0].share for row in told] == [0.0, 1.0, 0.0] and told[0][0].all == pytest.approx(1 / 3)
    (line,) = shown.found_of(settle())["groups"][1]["lines"]
    assert "glasses in <b>100%</b> (in all rows: 33%)" in line


def test_other_noise_is_another_row_and_the_address_leads_back_to_it(finding):
    now = view.other_noise(settle())
    assert now.noise == found.COLUMNS and view.address(now)["chance"] == str(found.COLUMNS)
    assert wished(view.address(now)).noise == found.COLUMNS
    assert view.address(settle())["chance"] == "" and wished({"chance": "-3"}).noise == 0
    assert wished({"chance": "99999"}).noise < found.NOISES
    cells = shown.found_of(now)["groups"][0]["cells"]
    assert f"noise {found.COLUMNS}" in cells[0]["alt"]


def test_there_is_nothing_to_choose_where_there_is_one_world(two, gallery_of):
    assert "at-world" in ids(built())
    gallery_of(READS, EDITS)
    page = built()
    assert "at-world" not in ids(page) and {"at-face", "at-switches", "at-along"} <= ids(page)
    assert not any("ixel people" in str(getattr(block, "value", "")) for block in page.blocks.values())


def test_what_was_made_of_another_world_does_not_come_after_the_change(two, monkeypatch):
    """A visitor changes the world while the edits of a face are made: the board of faces is not shown any more."""
    follow = next(fn.fn for fn in built().fns.values() if fn.name == "follow")
    visitor = SimpleNamespace(session_hash="someone who is quick")
    slow = attributes.board_of

    def board_of(now: view.View) -> dict:
        made = slow(now)
        attributes._VISITORS.change(visitor.session_hash, lambda v: view.of_world(v, PEOPLE))
        return made

    monkeypatch.setattr(attributes, "board_of", board_of)
    came = str([[*values.values()] for values in follow(visitor)])
    assert "Face 25" in came and "The edit: " not in came, (
        "what was made of faces comes before the change alone"
    )
    monkeypatch.setattr(attributes, "board_of", slow)
    after = " ".join(str([*values.values()]) for values in follow(visitor))
    assert f"person {OPENS}" in after and "face 25" not in after and "Another person" in after


# ---- The models that are shipped ----


def good(number: int, along: int) -> bool:
    """Whether the judge sees what was asked for in both edits, and all else as it was."""
    person = Person(number)
    found = [changes.change(name, person, toggled(person.traits, along)) for name in (READS, EDITS)]
    return all(one.right and not one.others for one in found)


def test_the_tab_opens_with_an_edit_that_both_models_manage():
    """Choose another `opening` where this fails: the message names some that would do."""
    if not {READS, EDITS} <= {*pipeline.shipped()} or FACES.judge() is None:
        pytest.skip(f"this copy has not all of {READS}, {EDITS} and the judge of attributes")
    number, name = FACES.opening
    along = NAMES.index(name)
    others = [n for n in range(24) if good(n, along)] if not good(number, along) else []
    assert good(number, along), f"with {NAMES[along]} there are {others}"
    person = Person(number)
    wanted = toggled(person.traits, along)
    moved = changes.has_to_change(person, wanted).float().mean()
    assert moved > 0.03 and wanted[along], "something that can be seen is switched on"


def test_shipped_models_leave_most_of_a_face_as_it_is():
    there = {READS, EDITS} & {*pipeline.shipped()}
    if not there:
        pytest.skip(f"this copy has neither {READS} nor {EDITS}")
    for name in there:
        some = [changes.change(name, Person(n), toggled(Person(n).traits, n % len(NAMES))) for n in range(24)]
        grey = sum(
            changes.measured(torch.zeros_like(Person(n).x), Person(n), Person(n).traits).beside
            for n in range(24)
        )
        assert sum(one.beside for one in some) < 0.25 * grey, name


def needs_people() -> None:
    if not {MAKES, CHANGES} <= {*pipeline.shipped()}:
        pytest.skip(f"this copy has not both of {MAKES}, {CHANGES}")


def test_people_open_with_an_edit_that_both_models_manage():
    needs_people()
    now = settle(world=PEOPLE)
    for name in (MAKES, CHANGES):
        one = changes.change(name, now.person, now.traits)
        assert one.off < one.nothing and one.right is None
    assert now.traits[now.along] and changes.has_to_change(now.person, now.traits).float().mean() > 0.03


def test_people_are_let_in_and_faces_icons_and_photographs_are_not():
    """Measured: of 256 people at most .11 is left out, of the dataset's .42, of 256 faces .63 and more, of icons .74, of parts of the
    photograph 1.5."""
    needs_people()
    made = torch.cat([Person(n, world=PEOPLE).x for n in range(48)])
    assert (left_out(PEOPLE, made) < PEOPLE.limit).all() and (left_out(FACES, made) > FACES.limit).all()
    photo = to_tensor(portrait().crop((0, 0, 384, 384)).resize((64, 64)))
    icons = Icons(64, "flat", "glossy", split="test").batch(torch.arange(24))
    others = [faces.draw(torch.arange(48) + faces.SPLITS["test"][0], 64), icons["x"], icons["y"], photo]
    assert (left_out(PEOPLE, torch.cat(others)) > PEOPLE.limit).all()


# ---- The browser ----


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("app"), tab("attributes"), folder) as running:
        yield running


class Guest(Visit):
    """A visitor of the tab Attributes."""

    def edit(self, i: int = 0) -> str:
        return self.page.get_attribute(f"#at-board section:nth-child({i + 1}) img", "src")

    def switch(self, name: str):
        return self.page.locator("#at-switches").get_by_text(name, exact=True)

    def param(self, key: str, value: str) -> None:
        self.until(f"([v]) => new URL(location).searchParams.get('{key}') === v", value)


@pytest.fixture
def visit(server, chromium):
    with visiting(chromium, server, Guest, "#at-board img") as open_page:
        yield lambda query="", **how: open_page(f"?tab=attributes{query}", reduced_motion="reduce", **how)


TOLD = "([b]) => document.querySelector('#at-told b').textContent === b"


@pytest.mark.browser
def test_a_switch_edits_at_once_and_the_address_says_what_is_seen(visit):
    v = visit("&person=7&along=male")
    v.until(TOLD, "female" if Person(7).traits[MALE] else "male")
    before = [v.edit(i) for i in range(3)]
    v.switch("bald").click()
    bald = toggled(toggled(Person(7).traits, MALE), BALD)
    assert bald[BALD]
    v.until("([a]) => !document.querySelector('#at-board img').src.endsWith(a)", before[0])
    v.param("along", "bald")
    assert all(v.edit(i) != before[i] for i in range(3))
    checked = "() => document.querySelectorAll('#at-switches [role=radio][aria-checked=true]').length"
    v.until(f"() => ({checked})() === 0")
    v.switch("black").focus()
    v.page.keyboard.press("ArrowRight")
    v.until(f"() => ({checked})() === 1")
    v.param("along", "brown-hair")
    assert (
        v.switch("brown").get_attribute("aria-checked") == "true"
        and v.switch("bald").get_attribute("aria-checked") == "false"
    )
    v.until("() => document.activeElement.dataset.at === '3'")
    asked = shown.asked(wished(v.wish()))
    v.until(TOLD, asked)
    other = visit("&" + v.address.partition("?")[2].replace("tab=attributes&", ""))
    other.until(TOLD, asked)
    v.page.click("#at-back")
    v.until(TOLD, "nothing")


@pytest.mark.browser
def test_faces_are_chosen_swept_and_swapped(visit):
    v = visit()
    v.page.locator("#at-strip button").nth(5).click()
    v.until("() => document.querySelector('#at-face img').alt.startsWith('face 29:')")
    v.param("person", "29")
    film = "document.querySelectorAll('#at-sweep img')[1].alt"
    v.page.locator("#at-along input").click()
    v.page.get_by_role("option", name="beard").click()
    v.until(f"() => {film}.startsWith('beard 1 of 8')")
    v.param("along", "beard")
    v.page.locator("#at-second button").nth(2).click()
    v.until(
        "() => document.querySelector('#at-swap h3').textContent.startsWith('Face 29 with the attributes of face 26')"
    )
    v.page.click("#at-other")
    v.until("() => new URL(location).searchParams.get('person') !== '29'")
    labels = "() => [...document.querySelectorAll('#at-strip button')].map(b => b.ariaLabel).join()"
    old = v.page.evaluate(labels)
    v.page.click("#at-more")
    v.until(f"([b]) => ({labels})() !== b", old)
    with v.page.expect_download() as fetched:
        v.page.click("#at-fetch")
    assert fetched.value.suggested_filename.endswith("-edited.png")


@pytest.mark.browser
def test_a_drawing_is_let_in_and_a_photograph_is_not(visit, tmp_path):
    (tmp_path / "mine.png").write_bytes(png(to_image(faces.draw(torch.tensor([5]), 96))))
    (tmp_path / "photo.png").write_bytes(png(portrait().crop((0, 0, 300, 300))))
    v = visit()
    v.page.set_input_files("input[type=file]", tmp_path / "photo.png")
    text = v.toast()
    assert (
        SENTENCE.fullmatch(text.strip())
        and not leaks(text)
        and v.page.locator("#at-board section").count() == 3
    )
    v.page.set_input_files("input[type=file]", tmp_path / "mine.png")
    v.until("() => document.querySelectorAll('#at-board section').length === 2")
    assert v.page.inner_text("#at-face figcaption").startswith("Your drawing") and "person" not in v.wish()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_no_width_scrolls_sideways_and_every_picture_has_a_text(visit, width):
    v = visit(size=(width, 844))
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert v.page.evaluate("document.querySelector('#at-board img').getBoundingClientRect().width") >= 120
    assert v.page.evaluate(
        "[...document.querySelectorAll('.at img')].every(i => i.alt && i.complete && i.naturalWidth)"
    )


@pytest.fixture(scope="module")
def server_of_both(both, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("app"), tab("attributes"), both) as running:
        yield running


@pytest.fixture
def visit_both(server_of_both, chromium):
    with visiting(chromium, server_of_both, Guest, "#at-board img") as open_page:
        yield lambda query="", **how: open_page(f"?tab=attributes{query}", reduced_motion="reduce", **how)


HEADS = "[...document.querySelectorAll('#at-board h3')].map(h => h.textContent).join()"


def all_of(v: Guest, whom: str, others: str) -> None:
    """Wait until the page shows one world, and nothing of the other."""
    v.until("([a]) => document.querySelector('#at-swap h3').textContent.startsWith(a)", whom)
    for part in ("board", "face", "sweep", "swap", "strip", "second", "switches", "read"):
        texts = v.page.evaluate(
            "s => [...document.querySelectorAll(s + ' img')].map(i => i.alt).join() + document.querySelector(s).innerText",
            f"#at-{part}",
        )
        assert others not in texts.lower(), part


@pytest.mark.browser
def test_the_other_world_comes_whole_and_goes_whole(visit_both, two):
    v = visit_both()
    v.choose("#at-world", "Pixel people")
    all_of(v, f"Person {OPENS}", "face ")
    assert v.page.locator("#at-switches button").count() == 7 and v.page.evaluate(HEADS).endswith("by G")
    v.param("world", "people")
    v.param("traits", view.address(settle(world=PEOPLE))["traits"])
    v.page.locator("#at-along input").click()
    assert v.page.get_by_role("option").count() == 7
    v.page.get_by_role("option", name="dark skin").click()
    v.param("along", "dark-skin")
    v.switch("red").click()
    off = PEOPLE.toggled(settle(world=PEOPLE).traits, PEOPLE.names.index("red hair"))
    v.until(TOLD, PEOPLE.asked(PEOPLE.traits(OPENS), off))
    assert v.page.locator("#at-switches [data-kind=most] [aria-checked=true]").count() == 0
    v.page.click("#at-other")
    v.until("() => !document.querySelector('#at-face img').alt.startsWith('person " + str(OPENS) + ":')")
    now = wished(v.wish())
    other = visit_both("&" + v.address.partition("?")[2].replace("tab=attributes&", ""))
    other.until("([a]) => document.querySelector('#at-face img').alt.startsWith(a)", f"{now.person.name}:")
    other.until("() => document.querySelector('#at-world input:checked').value === 'people'")
    v.choose("#at-world", "Drawn faces")
    all_of(v, "Face 25", "person ")
    assert v.page.locator("#at-switches button").count() == 12 and "world" not in v.wish()
    assert "drawn by code" in v.page.inner_text(".lead")


@pytest.mark.browser
def test_of_fast_changes_of_the_world_the_last_one_counts(visit_both):
    v = visit_both()
    for name in ("Pixel people", "Drawn faces", "Pixel people", "Drawn faces", "Pixel people"):
        v.choose("#at-world", name)
        v.page.wait_for_timeout(60)
    v.page.wait_for_timeout(3000)
    all_of(v, f"Person {OPENS}", "face ")
    assert v.wish()["world"] == "people"


@pytest.mark.browser
def test_a_drawing_brings_its_world_along(visit_both, two, tmp_path):
    (tmp_path / "mine.png").write_bytes(png(to_image(SOMEONE.x).resize((96, 96), Image.Resampling.NEAREST)))
    v = visit_both()
    v.page.set_input_files("input[type=file]", tmp_path / "mine.png")
    v.until("() => document.querySelector('#at-world input:checked').value === 'people'")
    v.until("() => document.querySelectorAll('#at-board section').length === 2")
    assert v.page.inner_text("#at-face figcaption").startswith("Your drawing")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_with_people_no_width_scrolls_sideways(visit_both, width):
    v = visit_both("&world=people", size=(width, 844))
    v.until("() => document.querySelector('#at-face img').alt.startsWith('person " + str(OPENS) + ":')")
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert v.page.evaluate(
        "[...document.querySelectorAll('.at img')].every(i => i.alt && i.complete && i.naturalWidth)"
    )


def test_the_endpoint_answers_with_people(server_of_both, two):
    made = server_of_both.ask("attributes", 7, "blond hair", "right answer", None, "people")
    exact = people.answer(SOMEONE, PEOPLE.toggled(SOMEONE.traits, BLOND))
    assert isinstance(made, Image.Image) and made.tobytes() == to_image(exact).tobytes()
    told = server_of_both.ask("attributes", 7, "", "", None, "mars")
    assert isinstance(told, str) and "no world 'mars'" in told and not leaks(told)


def test_the_endpoint_answers(server):
    made = server.ask("attributes", 7, "male", "right answer", None, "faces")
    exact = faces.draw(
        torch.tensor([faces.SPLITS["test"][0] + 7]), 16, label=label_of(toggled(Person(7).traits, MALE))
    )
    assert isinstance(made, Image.Image) and made.tobytes() == to_image(exact).tobytes()
    told = server.ask("attributes", 7, "hat", "", None, "")
    assert isinstance(told, str) and "no attribute" in told and not leaks(told)


def test_visits_leave_no_traceback_in_the_log(server, server_of_both):
    """Kept last, for the visits above."""
    assert "Traceback" not in server.log.read_text() + server_of_both.log.read_text()
