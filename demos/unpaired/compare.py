"""The part Compare of the tab Unpaired: one image through methods that learned from two sets without pairs, and what holds
them to it."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from markupsafe import Markup
from PIL import Image

from i2i.images import ImageError
from i2i.measure.unpaired import directions
from i2i.methods import METHODS
from i2i.papers import PAPERS

from ..decoding import open_image
from ..widgets import address, client, look
from ..widgets.asking import WholeSlider, sentence, uploaded
from ..widgets.photograph import PICTURES
from ..widgets.sides import Sides
from ..widgets.strip import Strip
from ..work.openings import opening
from . import dtn_digits, partner, roundtrip, words
from .objective import FORMULAS
from .scene import Scene, available, loaded, methods, name_of, noisy, question, settle, show, thumbnails
from .subjects import examples

_NOISE = 8  # grey levels at first
_KEYS = {"subject", "method", "methods", "direction", "example", "noise", "guess"}


def translate(image: str, model: str = "cyclegan-icons", direction: str = "xy") -> Image.Image:
    """The API: an image file, a model of this tab and a direction -> the translation."""
    names = [name_of(key, m) for key in available() for m in methods(key)]
    names += [dtn_digits.MODEL] * dtn_digits.available()
    if model not in names:
        raise sentence(words.NO_MODEL.format(model=model, names=", ".join(names)))
    if direction not in ("xy", "yx"):
        raise sentence(words.NO_DIRECTION.format(direction=direction))
    if direction not in directions(loaded(model)):
        raise sentence(words.ONE_DIRECTION.format(model=model))
    try:
        asked = {"direction": direction} if "direction" in loaded(model).controls else {}
        return loaded(model)(open_image(image, words.THIS_FILE), **asked)
    except ImageError as fault:
        raise sentence(str(fault)) from None


def _given(_: gr.Request, key, direction, which, chosen, at, own) -> tuple:
    """What the endpoint gets for what is on the page."""
    now = settle(key, direction, which, chosen, at, own)
    return now.image, name_of(now.key, now.chosen), now.direction


def _ways(key: str) -> list[tuple[str, str]]:
    """The choices of direction for a subject."""
    x, y = words.SUBJECTS[key].x, words.SUBJECTS[key].y
    there = [(words.WAY.format(source=x, target=y), "xy")]
    if any(len(directions(METHODS[m])) == 2 for m in methods(key)):
        return [*there, (words.WAY.format(source=y, target=x), "yx")]
    return there


def _named(key: str) -> list[tuple[str, str]]:
    return [(PAPERS[m].name, m) for m in methods(key)]


def strip_of(now: Scene) -> dict:
    return {"shown": list(thumbnails(now.key, now.chosen, now.direction)), "chosen": now.at}


@opening
def _first(key: str) -> dict:
    """What the part opens with, on a subject."""
    scene = settle(key, "xy", [], "")
    return {
        "chosen": scene.chosen, "methods": list(scene.methods), "returns": scene.returns, "askable": scene.askable,
        "shown": show(scene, _NOISE, None), "strip": strip_of(scene),
    }  # fmt: skip


def card() -> tuple[Callable, list] | None:
    """Build the part; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    keys = available()
    if not keys:
        return None
    opens = _first(keys[0])
    sides_value, *shown = opens["shown"]
    terms_value, trip_value, noisy_value, four_value, asking_value, identity_value, pool_value = shown
    chosen, at, own = gr.State(opens["chosen"]), gr.State(0), gr.State(None, time_to_live=3600)
    with gr.Column(elem_classes="card scene on-out"):
        with gr.Row(elem_classes="row controls"):
            subject = gr.Radio(
                [(words.SUBJECTS[k].title, k) for k in keys],
                value=keys[0],
                label=words.KIND,
                show_label=False,
                container=False,
                min_width=290,
                elem_id="subject",
                elem_classes="segmented",
            )
            direction = gr.Radio(
                _ways(keys[0]),
                value="xy",
                label=words.DIRECTION,
                show_label=False,
                container=False,
                min_width=290,
                elem_id="direction",
                elem_classes="segmented",
            )
            upload = gr.UploadButton(
                words.UPLOAD,
                file_types=PICTURES,
                size="sm",
                min_width=160,
                elem_classes="quiet",
                elem_id="bring",
            )
        sides = Sides(sides_value, elem_id="sides", elem_classes="bare heard")
        look.saving("#sides", "unpaired-comparison", words.SAVE_COMPARISON)
        with gr.Row(elem_classes="row controls"):
            with gr.Column(scale=0, min_width=120):
                gr.HTML(
                    Markup('<span class="small">{}</span>').format(words.UP_TO),
                    apply_default_css=False,
                    elem_classes="bare",
                )
            which = gr.CheckboxGroup(
                _named(keys[0]),
                value=opens["methods"],
                label=words.TO_COMPARE,
                show_label=False,
                container=False,
                min_width=260,
                elem_id="methods",
                elem_classes="chips",
            )
    strip = Strip(opens["strip"], elem_id="heap", elem_classes="bare examples scene on-rail")
    with gr.Row(elem_classes="row", equal_height=True):
        with gr.Column(scale=8, min_width=600, elem_classes="card"):
            trip = look.html(trip_value, "trip")
            look.saving("#trip", "unpaired-cycle")
            noise = WholeSlider(
                0,
                roundtrip.LEVELS[-1],
                _NOISE,
                step=1,
                label=words.NOISE,
                elem_id="noise",
                elem_classes="step",
                buttons=[],
                visible=opens["returns"],
            )
            shaken = look.html(noisy_value, "noisy")
        with gr.Column(scale=6, min_width=400, elem_classes="stacked"):
            with gr.Column(elem_classes="card"):
                look.label(words.OBJECTIVE)
                live = look.html(terms_value, "terms")
            with gr.Column(elem_classes="card"):
                look.label(words.IDENTITY)
                identity = look.html(identity_value, "identity")
            with gr.Column(elem_classes="card grow"):
                look.label(words.POOL)
                pool = look.html(pool_value, "pool")
    with gr.Column(elem_classes="card"):
        look.label(words.PARTNER)
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=6, min_width=320):
                four = look.html(four_value, "four")
                guess = gr.Radio(
                    list(partner.LETTERS),
                    label=words.GUESS,
                    show_label=False,
                    container=False,
                    elem_id="which",
                    elem_classes="segmented",
                    visible=opens["askable"],
                )
                tell = gr.Button(
                    words.TELL,
                    size="sm",
                    elem_classes="quiet fit reveal lecture-only",
                    elem_id="which-tell",
                )
            with gr.Column(scale=5, min_width=320):
                asking = look.html(asking_value, "partner")
    controls = [direction, which, chosen, at, own]
    client.card("unpaired", _given, [subject, *controls])
    look.paper_links(*FORMULAS)
    whole = [*controls, noise, guess, strip, sides, live, trip, shaken, four, asking, identity, pool]
    asked = [subject, *controls, noise, guess]

    def everything(now: Scene, noise: float, guess: str | None = None, strip: dict | None = None) -> tuple:
        """The controls as they now stand, the strip (None: with its pictures), and all below."""
        return (
            gr.update(choices=_ways(now.key), value=now.direction), gr.update(choices=_named(now.key), value=list(now.methods)),
            now.chosen, now.at, now.own, gr.update(value=noise, visible=now.returns), gr.update(value=guess, visible=now.askable),
            strip or strip_of(now), *show(now, noise, guess),
        )  # fmt: skip

    def switch(key, direction, which, chosen, at, own, noise, guess):
        return everything(settle(key, direction, which, chosen), noise)

    def turn(key, direction, which, chosen, at, own, noise, guess):
        return everything(settle(key, direction, which, chosen, at, own), noise)

    def compare(key, direction, which, chosen, at, own, noise, guess):
        return everything(
            settle(key, direction, which, chosen if chosen in which else "", at, own), noise, guess
        )

    def look_into(index, key, direction, which, chosen, at, own, noise, guess):
        shown = settle(key, direction, which, chosen, at, own).methods
        return everything(settle(key, direction, which, shown[index % len(shown)], at, own), noise, guess)

    def pick(index, key, direction, which, chosen, at, own, noise, guess):
        return everything(settle(key, direction, which, chosen, index), noise, strip=gr.skip())

    def receive(file, key, direction, which, chosen, at, own, noise, guess):
        image = uploaded(file)
        return everything(settle(key, direction, which, chosen, own=image), noise, strip={"chosen": -1})

    def shake(key, direction, which, chosen, at, own, noise, guess):
        now = settle(key, direction, which, chosen, at, own)
        return noisy(now.trips()[now.chosen], noise)

    def reveal(key, direction, which, chosen, at, own, noise, guess):
        now = settle(key, direction, which, chosen, at, own)
        return question(now, now.trips(), guess)

    def tell_partner(key, direction, which, chosen, at, own, noise, guess):
        now = settle(key, direction, which, chosen, at, own)
        right = partner.right_letter(now.key, now.at, now.direction[1]) if now.askable else None
        return right, *question(now, now.trips(), right)

    quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
    subject.input(switch, asked, whole, **quiet)
    direction.input(turn, asked, whole, **quiet)
    which.input(compare, asked, whole, **quiet)
    sides.on_choice(look_into, asked, whole)
    strip.on_choice(pick, asked, whole)
    upload.upload(receive, [upload, *asked], whole, **quiet)
    noise.input(shake, asked, shaken, **quiet)
    noise.change(None, noise, None, js=address.remember("noise", _NOISE), api_visibility="private")
    guess.input(reveal, asked, [four, asking], **quiet)
    guess.change(None, guess, None, js=address.remember("guess"), api_visibility="private")
    tell.click(tell_partner, asked, [guess, four, asking], **quiet)
    gr.Button(visible=False).click(
        translate,
        [gr.File(visible=False), gr.Textbox("cyclegan-icons", visible=False), gr.Textbox("xy", visible=False)],
        gr.Image(visible=False, format="png"), api_name="unpaired",
        api_description=words.API,
    )  # fmt: skip

    def restore(wish: dict[str, str]) -> list:
        """?subject=…&method=…&methods=a.b&direction=…&example=n&noise=…&guess=…"""
        key = wish.get("subject", keys[0])
        if key not in keys or not _KEYS & set(wish):
            return [gr.skip()] * (1 + len(whole))
        level = address.number(wish, "noise", 0, roundtrip.LEVELS[-1], _NOISE)
        at = address.number(wish, "example", 0, len(examples(key)) - 1, 0)
        beside = wish.get("methods", "").split(".")
        now = settle(key, wish.get("direction", "xy"), beside, wish.get("method", ""), at)
        guess = wish.get("guess")
        return [
            now.key,
            *everything(now, level, guess if now.askable and guess in [*partner.LETTERS] else None),
        ]

    return restore, [subject, *whole]
