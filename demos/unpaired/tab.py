"""The tab Unpaired: one image through methods that learned from two sets without pairs, and what holds them to it."""

from __future__ import annotations

from collections.abc import Callable

import gradio as gr
from PIL import Image

from i2i.images import ImageError
from i2i.measure.unpaired import directions
from i2i.methods import METHODS
from i2i.papers import PAPERS

from ..decoding import open_image
from ..widgets import look
from ..widgets.asking import sentence, uploaded
from ..widgets.sides import Sides
from ..widgets.strip import Strip
from . import dtn_digits, dtn_faces, ost, partner, roundtrip, stargan
from .objective import METHOD_TEXTS
from .scene import Scene, available, loaded, methods, name_of, noisy, question, settle, show, thumbnails
from .subjects import SUBJECTS

_STYLE = look.style(__file__, "tab")

_NOISE = 8  # grey levels at first


def translate(image: str, model: str = "cyclegan-icons", direction: str = "xy") -> Image.Image:
    """The API: an image file, a model of this tab and a direction -> the translation."""
    names = [name_of(key, m) for key in available() for m in methods(key)]
    if model not in names:
        raise sentence(f"there is no model {model!r} in this tab; there are {', '.join(names)}.")
    if direction not in ("xy", "yx"):
        raise sentence(f"the direction is xy or yx, not {direction!r}.")
    if direction not in directions(loaded(model)):
        raise sentence(f"{model} is one-sided: there is no way back, so the direction can only be xy.")
    try:
        return loaded(model)(open_image(image, "this file"), direction=direction)
    except ImageError as fault:
        raise sentence(str(fault)) from None


_REMEMBER_NOISE = """value => { const url = new URL(window.location); url.searchParams.set('noise', value);
window.history.replaceState(null, '', url); }"""


def _html(value: str, name: str) -> gr.HTML:
    return gr.HTML(value, apply_default_css=False, elem_id=name, elem_classes="bare")


def _ways(key: str) -> list[tuple[str, str]]:
    """The choices of direction for a subject."""
    x, y = SUBJECTS[key].x, SUBJECTS[key].y
    return [(f"{x} → {y}", "xy")] + (
        [(f"{y} → {x}", "yx")] if any(len(directions(METHODS[m])) == 2 for m in methods(key)) else []
    )


def _named(key: str) -> list[tuple[str, str]]:
    return [(PAPERS[m].name, m) for m in methods(key)]


def _number(text: str | None, otherwise: int) -> int:
    return int(text[:4]) if text and text.isdecimal() else otherwise


def tab() -> Callable | None:
    """Build the tab; returns (fn, outputs) that restore the state in the URL when the page loads."""
    keys = available()
    if not keys:
        return None
    scene = settle(keys[0], "xy", [], "")
    first = show(scene, _NOISE, None)
    with gr.Tab("Unpaired", id="unpaired"):
        gr.HTML(
            '<p class="lead"><b>Two sets of pictures and no pairs.</b> A discriminator for each set says what belongs there; but many pictures '
            "belong, so each paper adds its own hold on the input: come back (CycleGAN, DiscoGAN, DualGAN), share a code (UNIT), keep "
            f"distances (DistanceGAN).</p>{_STYLE}",
            apply_default_css=False,
            elem_classes="bare",
        )
        chosen, at, own = gr.State(scene.chosen), gr.State(0), gr.State(None, time_to_live=3600)
        with gr.Column(elem_classes="card"):
            with gr.Row(elem_classes="row controls"):
                subject = gr.Radio(
                    [(SUBJECTS[k].title, k) for k in keys],
                    value=scene.key,
                    show_label=False,
                    container=False,
                    min_width=290,
                    elem_id="subject",
                    elem_classes="segmented",
                )
                direction = gr.Radio(
                    _ways(scene.key),
                    value="xy",
                    show_label=False,
                    container=False,
                    min_width=290,
                    elem_id="direction",
                    elem_classes="segmented",
                )
                upload = gr.UploadButton(
                    "Upload a picture",
                    file_types=["image"],
                    size="sm",
                    min_width=160,
                    elem_classes="quiet",
                    elem_id="bring",
                )
            sides = Sides(first[0], elem_id="sides", elem_classes="bare")
            with gr.Row(elem_classes="row controls"):
                with gr.Column(scale=0, min_width=120):
                    gr.HTML(
                        '<span class="small">up to four at once</span>',
                        apply_default_css=False,
                        elem_classes="bare",
                    )
                which = gr.CheckboxGroup(
                    _named(scene.key),
                    value=list(scene.methods),
                    show_label=False,
                    container=False,
                    min_width=260,
                    elem_id="methods",
                    elem_classes="chips",
                )
        strip = Strip(list(thumbnails(scene.key, scene.chosen, "xy")), elem_id="heap", elem_classes="bare")
        with gr.Row(elem_classes="row", equal_height=True):
            with gr.Column(scale=8, min_width=600, elem_classes="card"):
                trip = _html(first[2], "trip")
                noise = gr.Slider(
                    0,
                    roundtrip.LEVELS[-1],
                    _NOISE,
                    step=1,
                    label="noise on the translation, in grey levels of 255",
                    elem_id="noise",
                    buttons=[],
                    visible=scene.returns,
                )
                shaken = _html(first[3], "noisy")
            with gr.Column(scale=6, min_width=400, elem_classes="stacked"):
                with gr.Column(elem_classes="card"):
                    look.label("The objective, for what you see")
                    live = _html(first[1], "terms")
                with gr.Column(elem_classes="card"):
                    look.label("Identity: what is there already should stay")
                    identity = _html(first[6], "identity")
                with gr.Column(elem_classes="card grow"):
                    look.label("The image pool: what D is shown")
                    pool = _html(first[7], "pool")
        with gr.Column(elem_classes="card"):
            look.label("The true partner")
            with gr.Row(elem_classes="row"):
                with gr.Column(scale=6, min_width=320):
                    four = _html(first[4], "four")
                    guess = gr.Radio(
                        list(partner.LETTERS),
                        show_label=False,
                        container=False,
                        elem_id="which",
                        elem_classes="segmented",
                        visible=scene.askable,
                    )
                with gr.Column(scale=5, min_width=320):
                    asking = _html(first[5], "partner")
        cards = [
            built for card in (stargan.card, ost.card, dtn_digits.card, dtn_faces.card) if (built := card())
        ]
        look.paper_links(*METHOD_TEXTS)
        controls = [direction, which, chosen, at, own]
        whole = [*controls, noise, guess, strip, sides, live, trip, shaken, four, asking, identity, pool]
        asked = [subject, *controls, noise, guess]

        def everything(now: Scene, noise: float, guess: str | None = None, thumbs: bool = True) -> tuple:
            """The controls as they now stand, the strip (unless it stays: it would scroll back), and all below."""
            strip = list(thumbnails(now.key, now.chosen, now.direction)) if thumbs else gr.skip()
            return (
                gr.update(choices=_ways(now.key), value=now.direction), gr.update(choices=_named(now.key), value=list(now.methods)),
                now.chosen, now.at, now.own, gr.update(value=noise, visible=now.returns), gr.update(value=guess, visible=now.askable),
                strip, *show(now, noise, guess),
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
            return everything(settle(key, direction, which, chosen, index), noise, thumbs=False)

        def receive(file, key, direction, which, chosen, at, own, noise, guess):
            image = uploaded(file)
            return everything(settle(key, direction, which, chosen, own=image), noise, thumbs=False)

        def shake(key, direction, which, chosen, at, own, noise, guess):
            now = settle(key, direction, which, chosen, at, own)
            return noisy(now.trips()[now.chosen], noise)

        def reveal(key, direction, which, chosen, at, own, noise, guess):
            now = settle(key, direction, which, chosen, at, own)
            return question(now, now.trips(), guess)

        quiet = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "always_last"}
        subject.input(switch, asked, whole, **quiet)
        direction.input(turn, asked, whole, **quiet)
        which.input(compare, asked, whole, **quiet)
        sides.on_choice(look_into, asked, whole)
        strip.on_choice(pick, asked, whole)
        upload.upload(receive, [upload, *asked], whole, **quiet)
        noise.input(shake, asked, shaken, **quiet)
        noise.release(None, noise, None, js=_REMEMBER_NOISE, api_visibility="private")
        guess.input(reveal, asked, [four, asking], **quiet)
        gr.Button(visible=False).click(
            translate,
            [gr.File(visible=False), gr.Textbox("cyclegan-icons", visible=False), gr.Textbox("xy", visible=False)],
            gr.Image(visible=False, format="png"), api_name="unpaired",
            api_description="Unpaired translation of a picture: model is METHOD-SUBJECT as in the tab, direction is xy or yx.",
        )  # fmt: skip

        def restore(request: gr.Request):
            """?subject=…&method=…&direction=…&example=n&noise=…: what the link's sender saw; else the tab stays as it is."""
            wish = dict(request.query_params)
            below = [value for again, _ in cards for value in again(wish)]
            if wish.get("subject") not in keys:
                return [*[gr.skip()] * (1 + len(whole)), *below]
            level = min(roundtrip.LEVELS[-1], _number(wish.get("noise"), _NOISE))
            now = settle(
                wish["subject"],
                wish.get("direction", "xy"),
                [],
                wish.get("method", ""),
                _number(wish.get("example"), 0),
            )
            return now.key, *everything(now, level), *below

        return restore, [subject, *whole, *(output for _, outputs in cards for output in outputs)]


if __name__ == "__main__":
    from ..page import LAUNCH, page

    page(tab).launch(**LAUNCH)
