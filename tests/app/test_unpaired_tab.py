"""The tab Unpaired, on tiny untrained models: what it shows, what it hides, and what its visitors do with it."""

from __future__ import annotations

import re
from types import SimpleNamespace

import gradio as gr
import pytest
import torch
from PIL import Image

from demos.map import tab as map
from demos.unpaired import compare, identity_pool, partner, roundtrip, scene
from demos.unpaired import objective as cycles
from demos.unpaired import tab as unpaired
from demos.unpaired.subjects import SUBJECTS, examples
from i2i.checkpoint import export
from i2i.losses import l1
from i2i.run import pipeline
from i2i.run.pipeline import load
from kit.methods import tiny
from kit.odd_images import BAD, GOOD, packed
from kit.served import APP, SENTENCE, Server, Stroke, Visit, leaks, serving, visiting
from kit.sources import noise

MODELS = {
    "icons": ("cyclegan", "discogan", "dualgan", "unit", "distancegan"),
    "emoji": ("cyclegan", "distancegan"),
    "weather": ("cyclegan",),
}
CRITICS = {"cyclegan": ("D_X", "D_Y"), "discogan": ("D_A", "D_B"), "dualgan": ("D_A", "D_B"), "unit": ("D_1", "D_2", "D_shared"), "distancegan": ("D",)}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A gallery of tiny models of 16 px; on icons with their discriminators. pix2pix is the one that ships."""
    home = tmp_path_factory.mktemp("checkpoints")
    for data, methods in MODELS.items():
        for seed, method in enumerate(methods):
            nets = CRITICS[method] if data == "icons" else ()
            export(
                home / f"{method}-{data}",
                tiny(method, seed).eval(),
                size=16,
                card={"summary": "tiny"},
                nets=nets,
            )
    export(home / "dtn-digits", tiny("dtn").eval(), size=16, card={"summary": "tiny"})
    shipped = pipeline.SHIPPED / "pix2pix-icons"
    if shipped.is_dir():
        (home / shipped.name).symlink_to(shipped)
    return home


def forget() -> None:
    for cached in (scene.loaded, scene._translated, scene.thumbnails, cycles._judging):
        cached.cache_clear()


@pytest.fixture
def gallery(folder, monkeypatch):
    """The tiny models in place of those shipped."""
    monkeypatch.setattr(pipeline, "SHIPPED", folder)
    forget()
    yield folder
    forget()


# ---- What is here ----


def test_without_models_there_is_neither_tab_nor_a_way_to_it(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path)
    with gr.Blocks(), gr.Tabs():
        assert unpaired.tab() is None
    assert "Unpaired" not in map._tab_of().values() and scene.available() == []


def test_it_offers_what_is_here_and_the_map_leads_to_it(gallery):
    assert scene.available() == ["icons", "emoji", "photographs"]
    assert scene.methods("icons") == list(cycles.FORMULAS), "every method that is told of"
    assert scene.methods("photographs") == ["cyclegan"]
    assert {m for m, tab in map._tab_of().items() if tab == "Unpaired"} == {*cycles.FORMULAS, "dtn"}


@pytest.mark.parametrize("key", SUBJECTS)
def test_examples_are_small_and_partners_are_known_where_they_exist(key):
    found = examples(key)
    assert len(found) == 12 and len({e.name for e in found}) == 12
    assert (
        {e.x.size for e in found}
        == {e.y.size for e in found}
        == ({(128, 128)} if key == "photographs" else {(64, 64)})
    )
    assert {e.partners for e in found} == {key != "photographs"}


@pytest.mark.parametrize("key", SUBJECTS)
def test_where_no_pictures_are_installed_the_examples_are_drawn(key, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("I2I_DATA", raising=False)
    drawn = SUBJECTS[key].examples()
    assert len(drawn) == 12
    monkeypatch.setenv("I2I_DATA", str(tmp_path))
    for name in ("emoji", "weather"):  # a folder that holds nothing is as good as none
        (tmp_path / name).mkdir()
    again = SUBJECTS[key].examples()
    assert [e.x.tobytes() for e in again] == [e.x.tobytes() for e in drawn]


def test_a_scene_is_what_comes_nearest_to_the_wish(gallery):
    assert scene.settle("icons", "xy", [], "").methods == ("cyclegan", "discogan", "dualgan", "unit")
    one_sided = scene.settle("icons", "xy", [], "distancegan")
    assert one_sided.chosen == "distancegan" and len(one_sided.methods) == scene.MOST
    assert scene.settle("icons", "xy", list(cycles.FORMULAS), "dualgan").methods == (
        "discogan",
        "dualgan",
        "unit",
        "distancegan",
    ), "the latest ticked"
    back = scene.settle("icons", "yx", ["distancegan", "unit"], "distancegan")
    assert (back.chosen, back.methods) == ("unit", ("unit", "distancegan")), (
        "the way back needs another method"
    )
    assert scene.settle("icons", "zz", ["nonsense"], "nonsense", 10**6).at == 10**6 % 12
    assert scene.settle("icons", "xy", list(cycles.FORMULAS), "unit").methods.count("unit") == 1
    with pytest.raises(gr.Error) as caught:
        scene.settle("horses", "xy", [], "")
    assert "horses" in caught.value.message and "icons" in caught.value.message


def test_the_map_opens_the_method_that_it_names(gallery):
    assert unpaired.state_of("unit") == "subject=icons&method=unit" and unpaired.state_of("pix2pix") == ""
    assert 'data-state="subject=icons&amp;method=unit"' in map._families(map._tab_of())


@pytest.mark.parametrize("guess", [{}, {"guess": ""}, {"guess": "AB"}, {"guess": "<b>"}])
def test_an_address_with_no_guess_or_with_none_of_the_four_is_no_fault(gallery, guess):
    with gr.Blocks():
        again, outputs = compare.card()
    values = again({"subject": "icons", "methods": "unit.nonsense", "noise": "99999"} | guess)
    assert len(values) == len(outputs) and not any(
        isinstance(v, dict) and v.get("value") in ("", "AB", "<b>") for v in values
    )


# ---- Numbers ----


def seen(model, direction: str) -> cycles.Screen:
    source, target = noise(1, 3, 16, 16, seed=1), noise(1, 3, 16, 16, seed=2)
    made = roundtrip.over(model, source, direction)
    back = (
        model.translate(made, direction="yx" if direction == "xy" else "xy")
        if "direction" in model.controls
        else None
    )
    return cycles.Screen(direction, source, made, back, target, roundtrip.over(model, target, direction))


def test_the_terms_of_cyclegan_are_those_that_it_is_trained_on(gallery):
    model = load("cyclegan-icons", precision="fp32")
    for direction, domain, other in (("xy", "x", "y"), ("yx", "y", "x")):
        s = seen(model, direction)
        with torch.inference_mode():
            trained = model.method.generator_loss({domain: s.source, other: s.target})
        shown = {t.label: (t.weight, t.value) for t in cycles.terms(model, s)}
        weights = model.method.weights(0)
        wanted = [
            (weights[n], trained[n].item()) for n in (f"gan_{other}", f"cycle_{domain}", f"identity_{other}")
        ]
        assert [w for w, _ in shown.values()] == [w for w, _ in wanted]
        assert [v for _, v in shown.values()] == pytest.approx([v for _, v in wanted], abs=1e-4)


@pytest.mark.parametrize("method", cycles.FORMULAS)
def test_terms_leave_out_a_discriminator_that_did_not_come(gallery, folder, method):
    model = load(f"{method}-icons", precision="fp32")
    for direction in ("xy", "yx") if "direction" in model.controls else ("xy",):
        s = seen(model, direction)
        whole = cycles.terms(model, s)
        assert whole[0].kind == "gan" and all(t.value == t.value for t in whole)
        assert ("l1" in {t.kind for t in whole}) == ("direction" in model.controls), (
            "a cycle, where there is one"
        )
        for net in CRITICS[method]:
            setattr(model.method, net, None)
        cycles._judging.cache_clear()
        assert cycles.terms(model, s) == [t for t in whole if t.kind != "gan"], "its terms alone"
        assert "left out" in cycles.objective(model, s)
        model = load(f"{method}-icons", precision="fp32")


def test_noise_on_the_way_is_measured_where_the_picture_lies(gallery):
    now = scene.settle("icons", "xy", [], "cyclegan", own=Image.new("RGB", (40, 20), "teal"))
    trip = now.trips()["cyclegan"]
    assert trip.image(trip.source).size == (16, 8), "without the net's margins"
    clean = l1(trip.cut(trip.back(trip.made)), trip.cut(trip.source)).item()
    assert f"mean <strong>{clean:.3f}</strong>" in roundtrip.shown(trip, trip.back(trip.made))
    assert f"mean <strong>{clean:.3f}</strong>, was {clean:.3f}" in roundtrip.noisy(trip, 0)
    loud = roundtrip.noisy(trip, 64)
    assert f"was {clean:.3f}" in loud and "the return is off by" in loud
    assert loud == roundtrip.noisy(trip, 64), "the same noise for all"
    (told,) = re.findall(r'aria-label="error of the return by noise level: ([^"]+)"', loud)
    assert told.count(" at ") == len(roundtrip.LEVELS)


@pytest.mark.parametrize("level", [8, 32])
def test_noise_of_a_grey_level_is_one_of_255(level):
    given = []
    model = SimpleNamespace(kind="cyclegan", translate=lambda x, direction: given.append(x) or x)
    grey = torch.zeros(1, 3, 64, 64)
    roundtrip.noisy(roundtrip.Trip(model, "xy", grey, grey, (0, 0, 64, 64), 1.0), level)
    (levels,) = given
    noisy = levels[roundtrip.LEVELS.index(level)]
    assert (127.5 * noisy).std().item() == pytest.approx(level, rel=0.05)


def test_a_one_sided_method_says_so_and_shows_distances(gallery):
    shown = scene.show(scene.settle("icons", "xy", [], "distancegan"), 8, None)
    assert "One-sided: there is no way back" in shown[2] and "correlation r" in shown[2] and shown[3] == ""
    sides = scene.show(scene.settle("icons", "yx", ["distancegan", "cyclegan"], "cyclegan"), 8, None)[0]
    (cell,) = (m for m in sides["made"] if m["key"] == "distancegan")
    assert cell["src"] == "" and "One-sided: there is no way back" in cell["alt"]


def test_what_is_there_already_is_compared_with_itself_and_what_is_translated_with_its_source():
    shades = {"source": 0.0, "made": 0.25, "target": 1.0, "same": 0.9}
    seen = cycles.Screen("xy", back=None, **{k: torch.full((1, 3, 8, 8), v) for k, v in shades.items()})
    model = SimpleNamespace(kind="cyclegan", method=SimpleNamespace(config=SimpleNamespace(identity=0.5)))
    told = re.findall(r"<strong>([\d.]+)</strong>", identity_pool.already_there(model, seen))
    assert told[:2] == ["0.100", "0.250"]


def test_the_pool_shows_the_new_at_first_and_then_every_other_time_an_old_one():
    shown = identity_pool.shown_to_d(400)
    assert shown[:4] == (0, 1, 2, 3) and all(j <= i for i, j in enumerate(shown))
    assert 0.35 < sum(i != j for i, j in enumerate(shown)) / 400 < 0.65
    state = torch.get_rng_state()
    identity_pool.shown_to_d.cache_clear()
    identity_pool.shown_to_d(12)
    assert torch.equal(torch.get_rng_state(), state), "no trace on the global stream"


def test_identity_is_told_as_trained_or_not(gallery):
    told = {m: scene.show(scene.settle("icons", "xy", [], m), 8, None)[6] for m in ("cyclegan", "unit")}
    assert "asks for this in training" in told["cyclegan"] and "has no identity term" in told["unit"]


# ---- The true partner ----


def test_the_answer_stays_hidden_until_the_guess(gallery):
    now = scene.settle("icons", "xy", [], "cyclegan", 2)
    before = "".join(map_html(scene.show(now, 8, None)))
    assert 'class="true"' not in before and "hue +" not in before and "Predict first" in before
    row, verdict = scene.question(now, now.trips(), "A")
    right = partner.LETTERS[[turn for _, turn in partner.candidates("icons", 2, "y")].index(0)]
    assert row.count('class="true"') == 1 and f"{right} is the true partner" in verdict
    assert ("Right" in verdict) == (right == "A")
    made = now.trips()["cyclegan"]
    far = partner._far(made.image(made.made), examples("icons")[2].y)
    assert f"<b>{far:.3f}</b>" in verdict and verdict.count("<li>") == 4


def map_html(shown: tuple) -> list[str]:
    return [part for part in shown if isinstance(part, str)]


def test_the_true_one_has_no_place_of_its_own_and_the_night_gives_nothing_away():
    places = [[turn for _, turn in partner.candidates("icons", at, "y")].index(0) for at in range(12)]
    assert len(set(places)) >= 3
    corners = {p.getpixel((1, 1)) for p, _ in partner.candidates("icons", 0, "y")}
    assert len(corners) == 1, "the sky keeps its blue in all four"


def test_most_examples_have_colour_enough_to_ask_for():
    assert sum(partner.tellable("icons", at, "y") for at in range(12)) >= 9
    grey = Image.new("RGB", (8, 8), (90, 90, 90))
    assert partner._turned(grey, 64).tobytes() == grey.tobytes()


def test_pictures_without_partners_ask_something_else(gallery):
    for now in (
        scene.settle("photographs", "xy", [], ""),
        scene.settle("icons", "xy", [], "", own=Image.new("RGB", (9, 9), "red")),
    ):
        row, asked = scene.question(now, now.trips(), None)
        assert "no partner" in row and "upper half" in asked and not now.askable


# ---- The app, served ----


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    """The app on the tiny models, in a process of its own, without the sets that a machine may have."""
    home = tmp_path_factory.mktemp("app")
    with serving(home, APP, folder, I2I_DATA=str(home)) as running:
        yield running


class Guest(Visit):
    """A visitor of this tab."""

    def tab(self, name: str) -> None:
        self.page.get_by_role("tab", name=name, exact=True).click()
        self.page.wait_for_selector(
            {"Map": "#map", "Paired": "#pad canvas", "Unpaired": "#sides img"}[name], state="visible"
        )

    def made(self) -> list[str]:
        """The images side by side: the source, then what each method makes of it."""
        return self.page.evaluate("[...document.querySelectorAll('#sides img')].map(i => i.src)")

    def other(self, before: list[str]) -> None:
        """Wait until the images side by side are not those."""
        self.until(
            "([b]) => JSON.stringify([...document.querySelectorAll('#sides img')].map(i => i.src)) !== JSON.stringify(b)",
            before,
        )


@pytest.fixture
def visit(server, chromium):
    with visiting(chromium, server, Guest, "#sides img:visible, #dtn-pad canvas:visible") as open_page:
        yield lambda query="?tab=unpaired", **how: open_page(query, **how)


@pytest.mark.browser
def test_it_opens_finished_and_every_picture_has_a_text(visit):
    v = visit()
    assert v.selected() == "Unpaired"
    assert len(v.made()) == 5 and all("/picture/" in src or src.startswith("data:image/") for src in v.made())
    assert "CycleGAN" in v.page.inner_text("#sides [aria-checked=true]")
    text = v.page.inner_text("#terms")
    assert "F(G(x)) − x" in text and "G(y) − y" in text and "What to notice" in text
    assert "Predict first" in v.page.inner_text("#partner") and v.page.locator("#heap button").count() == 12
    assert v.page.evaluate("[...document.images].filter(i => !i.alt.trim()).length") == 0
    assert v.page.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].every(s => s.getAttribute('aria-label'))"
    )


@pytest.mark.browser
def test_on_a_telephone_the_result_stays_in_sight_of_the_pad_of_digits(visit):
    v = visit("?tab=unpaired&part=digits", size=(390, 844))
    v.page.wait_for_selector("#dtn-pad canvas", state="visible")
    v.draws_under("#dtn-told .trip img", "#dtn-pad canvas")


@pytest.mark.browser
def test_a_digit_is_read_while_it_is_written(visit):
    v = visit("?tab=unpaired&part=digits")
    v.page.wait_for_selector("#dtn-pad canvas", state="visible")
    before, address = v.page.inner_html("#dtn-told"), v.address
    stroke = Stroke(v, "#dtn-pad canvas")
    stroke.draw(0.6)
    v.until("([b]) => document.querySelector('#dtn-told').innerHTML !== b", before)
    assert v.address == address
    stroke.lift()
    v.until("() => new URL(location).searchParams.get('digit')")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_no_width_scrolls_sideways(visit, width):
    v = visit(size=(width, 900))
    v.page.wait_for_selector("#bring", state="visible")
    assert v.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    assert (
        v.page.evaluate("(({width}) => width)(document.querySelector('#bring').getBoundingClientRect())")
        >= 100
    )


@pytest.mark.browser
def test_an_address_shows_another_visitor_the_same(visit):
    v = visit()
    before = v.made()
    v.page.locator("#heap button").nth(3).click()
    v.other(before)
    before = v.made()
    v.choose("#direction", "night → glossy")
    v.other(before)
    v.page.locator("#sides button", has_text="UNIT").click()
    v.until("() => document.querySelector('#sides [aria-checked=true]').innerText.includes('UNIT')")
    v.until("() => document.querySelector('#terms').innerText.includes('G2(E1(G1(z2)))')")
    wish = v.wish()
    assert {k: wish[k] for k in ("tab", "subject", "method", "direction", "example")} == {
        "tab": "unpaired", "subject": "icons", "method": "unit", "direction": "yx", "example": "3",
    }  # fmt: skip
    other = visit(v.address[v.address.index("?") :])
    other.until(
        "([b]) => JSON.stringify([...document.querySelectorAll('#sides img')].map(i => i.src)) === JSON.stringify(b)",
        v.made(),
    )
    assert "UNIT" in other.page.inner_text("#sides [aria-checked=true]")
    assert other.page.get_attribute("#heap [aria-selected=true]", "data-at") == "3"


@pytest.mark.browser
def test_of_fast_clicks_the_last_wins(visit):
    v, fresh = visit(), visit("?tab=unpaired&subject=icons&method=cyclegan&direction=xy&example=6")
    for n in (3, 9, 1, 4, 6):
        v.page.locator("#heap button").nth(n).click()
    v.until(
        "([b]) => JSON.stringify([...document.querySelectorAll('#sides img')].map(i => i.src)) === JSON.stringify(b)",
        fresh.made(),
    )
    assert v.wish()["example"] == "6"
    shown = v.page.locator("#sides button:not(:disabled)")
    for n in (1, 2, 0, 3, 2):
        shown.nth(n).click()
    v.until("() => document.querySelectorAll('#sides button')[2].getAttribute('aria-checked') === 'true'")
    v.page.wait_for_timeout(1000)
    assert shown.nth(2).get_attribute("aria-checked") == "true", "nothing comes after the last"


@pytest.mark.browser
@pytest.mark.parametrize(
    "query", ["subject=horses", "subject=icons&method=%3Cb%3E&direction=up&example=" + "9" * 50 + "&noise=-3"]
)
def test_an_address_that_was_mistyped_shows_what_it_can(visit, query):
    v = visit(f"?tab=unpaired&{query}")
    v.page.wait_for_timeout(1500)
    assert len(v.made()) == 5 and v.page.locator(".toast-body").count() == 0


@pytest.mark.browser
def test_each_tab_keeps_its_own_part_of_the_address(visit):
    v = visit("?tab=unpaired&subject=icons&method=discogan&direction=xy&example=2")
    if v.page.get_by_role("tab", name="Paired", exact=True).count() == 0:
        pytest.skip("pix2pix is not shipped")
    v.tab("Paired")
    assert set(v.wish()) == {"tab"}
    v.page.wait_for_selector("#made img", state="visible")
    v.page.locator("#examples button").nth(4).click()
    v.until("() => new URL(location).searchParams.get('example') === '4'")
    v.tab("Unpaired")
    assert v.wish() == {
        "tab": "unpaired",
        "subject": "icons",
        "method": "discogan",
        "direction": "xy",
        "example": "2",
    }


@pytest.mark.browser
def test_methods_are_chosen_up_to_four_and_one_has_no_way_back(visit):
    v = visit()
    before = v.made()
    v.page.locator("#methods").get_by_role("checkbox", name="DistanceGAN").check()
    v.other(before)
    titles = v.page.locator("#sides button b").all_inner_texts()
    assert len(titles) == 4 and "DistanceGAN" in titles and "CycleGAN" in titles
    v.choose("#which", "C")
    v.until("() => new URL(location).searchParams.get('guess') === 'C'")
    other = visit(v.address[v.address.index("?") :])
    other.until(
        "([b]) => JSON.stringify([...document.querySelectorAll('#sides button b')].map(i => i.innerText)) === JSON.stringify(b)",
        titles,
    )
    other.until("() => document.querySelector('#partner').innerText.includes('true partner.')")
    v.page.locator("#sides button", has_text="DistanceGAN").click()
    v.page.wait_for_selector("#trip .kept")
    assert "no way back" in v.page.inner_text("#trip") and not v.page.locator("#noise").is_visible()
    v.choose("#direction", "night → glossy")
    v.page.wait_for_selector("#sides .void")
    assert "no way back" in v.page.inner_text("#sides .void")
    assert v.page.locator("#sides button:disabled").count() == 1
    assert v.page.locator("#noise").is_visible(), "another method is looked into"


@pytest.mark.browser
def test_the_slider_shakes_the_translation(visit):
    v = visit()
    v.page.wait_for_selector("#noisy img")
    before, sides = v.page.inner_text("#noisy"), v.made()
    v.page.locator("#noise input[type=number]").fill("48")
    v.page.keyboard.press("Tab")
    v.until("([b]) => document.querySelector('#noisy').innerText !== b", before)
    assert "the return is off by" in v.page.inner_text("#noisy") and v.made() == sides


@pytest.mark.browser
def test_the_partner_is_named_after_a_guess_and_a_new_picture_asks_anew(visit):
    v = visit()
    assert v.page.locator("#four .true").count() == 0
    v.choose("#which", "B")
    v.page.wait_for_selector("#four .true")
    assert (
        "is the true partner" in v.page.inner_text("#partner")
        and v.page.locator("#partner .bars li").count() == 4
    )
    v.page.locator("#sides button", has_text="DualGAN").click()
    v.until("() => document.querySelector('#partner').innerText.includes(\"DualGAN's\")")
    v.page.locator("#heap button").nth(1).click()
    v.page.wait_for_selector("#partner .predict")
    assert v.page.locator("#four .true").count() == 0 and v.page.locator("#which input:checked").count() == 0


@pytest.mark.browser
def test_a_picture_of_ones_own_is_seen_by_nobody_else(visit, tmp_path):
    image = Image.new("RGB", (300, 200), (20, 120, 220))
    image.save(tmp_path / "mine.png")
    (tmp_path / "notes.png").write_text("this is no picture")
    v, other = visit(), visit()
    before = v.made()
    v.page.set_input_files("input[type=file]", tmp_path / "mine.png")
    v.other(before)
    own = v.made()
    assert "your picture" in v.page.inner_text("#sides figure") and "example" not in v.wish()
    v.page.wait_for_selector("#heap [aria-selected=true]", state="detached")
    assert v.page.locator("#heap button").count() == 12
    assert "no partner" in v.page.inner_text("#four") and not v.page.locator("#which").is_visible()

    v.page.set_input_files("input[type=file]", tmp_path / "notes.png")
    text = v.toast()
    assert SENTENCE.fullmatch(text.strip()) and not leaks(text), text
    assert v.made() == own, "what was there stays"
    v.choose("#direction", "night → glossy")
    v.other(own)
    assert v.made()[0] == own[0], "a picture of one's own has no side"

    assert other.made() == before
    other.page.locator("#sides button", has_text="UNIT").click()
    other.until("() => document.querySelector('#sides [aria-checked=true]').innerText.includes('UNIT')")
    assert other.made() == before


@pytest.mark.browser
def test_subjects_change_and_lecture_mode_is_larger(visit):
    v, lecture = visit(), visit("?tab=unpaired&lecture=1")
    size = "parseFloat(getComputedStyle(document.querySelector('#terms .note')).fontSize)"
    assert lecture.page.evaluate(size) > 1.2 * v.page.evaluate(size)
    before = v.made()
    v.choose("#subject", "Photographs")
    v.other(before)
    assert len(v.made()) == 2 and "sunshine → sunrise" in v.page.inner_text("#direction")
    assert "no partner" in v.page.inner_text("#four")
    assert v.wish()["subject"] == "photographs"


# ---- The API ----


def ask(
    server: Server, data: bytes, model: str = "cyclegan-icons", direction: str = "xy"
) -> Image.Image | str:
    """What /unpaired answers to an image file."""
    return server.ask("unpaired", data, model, direction)


@pytest.mark.parametrize("make, size", GOOD.values(), ids=GOOD)
def test_a_picture_of_any_kind_is_translated(server, make, size):
    answer = ask(server, make())
    assert isinstance(answer, Image.Image), answer
    assert answer.size == tuple(side // 8 for side in size)


@pytest.mark.parametrize("make, fault", BAD.values(), ids=BAD)
def test_a_file_that_is_no_good_is_answered_by_a_sentence(server, make, fault):
    answer = ask(server, make())
    assert isinstance(answer, str) and fault in answer and not leaks(answer), answer


def test_models_and_directions_that_are_not_here_are_named(server):
    data = packed(Image.new("RGB", (20, 20), "red"))
    for model, direction, told in (
        ("pix2pix-icons", "xy", "cyclegan-icons"), ("../cyclegan-icons", "xy", "no model"), ("cyclegan-icons", "up", "xy or yx"),
        ("distancegan-icons", "yx", "no way back"),
    ):  # fmt: skip
        answer = ask(server, data, model, direction)
        assert isinstance(answer, str) and told in answer and not leaks(answer), answer
    over, back = (ask(server, data, direction=d) for d in ("xy", "yx"))
    assert over.tobytes() != back.tobytes()


def test_visits_leave_no_traceback_in_the_log(server):
    """Kept last, for the visits above."""
    assert "Traceback" not in server.log.read_text()
