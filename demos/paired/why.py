"""Why pix2pix works, on the visitor's own input: the objective taken apart, D's eye, images larger than in training."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import gradio as gr
import torch
from markupsafe import Markup
from PIL import Image

from i2i.data.worlds.facades import classes_of
from i2i.images import to_image, to_tensor
from i2i.judges import fcn_scores, load_segmenter
from i2i.method import Method
from i2i.metrics import gradient_energy
from i2i.nets.layers import own_statistics
from i2i.run.pipeline import Model, load, shipped

from ..widgets import address, look
from ..widgets.eye import Eye, seen_by
from ..work.once import once
from . import words

_STYLE = look.style(__file__, "why")

# The nets that were trained with one half of the objective, and with both, in the order in which they are shown.
_APART = ("cgan", "l1", "both")
_LETTERS = dict(zip("ABC", _APART, strict=True))
# D's patches on images of 128 px -> the model whose D has them, on photographs of fronts and on icons.
_PATCHES = {
    "facades": {
        p: f"pix2pix-facades-{v}" for p, v in {1: "patch1", 16: "patch16", 70: "both", 142: "full"}.items()
    },
    "icons": {
        1: "pix2pix-icons-patch1",
        16: "pix2pix-icons-patch16",
        70: "pix2pix-icons",
        142: "pix2pix-icons-full",
    },
}


@dataclass(frozen=True)
class Screen:
    """What is on the screen: the input, the seed, the model, the true answer if it is known.

    on_fronts: whether the input is a map of materials.  fronts: it, or the town house in its place.
    """

    image: Image.Image
    seed: int
    model: Model
    truth: Image.Image | None
    on_fronts: bool
    fronts: Image.Image


def available() -> bool:
    return {f"pix2pix-facades-{v}" for v in _APART} | {
        name for at in _PATCHES.values() for name in at.values()
    } <= set(shipped())


@once(12)
def loaded(name: str) -> Model:
    return load(name)


def _net(variant: str) -> Model:
    return loaded(f"pix2pix-facades-{variant}")


@lru_cache(maxsize=12)
def critic(model: Model) -> Method:
    """The method with a D that sees as in training: its norms saw real and made images in batches of their own, so
    running statistics fit neither, and a D that uses them can hardly tell the two apart."""
    return own_statistics(model.method)


def take_apart(image: Image.Image, seed: int, guess: str | None) -> Markup:
    """HTML: the map through the three nets, unnamed until the visitor has guessed which one is L1 alone."""
    x = _net("both").place(image).x
    labels = classes_of(x)
    made = {v: _net(v).translate(x, seed) for v in _APART}
    base = gradient_energy(made["both"]).item()
    cells = []
    for letter, variant in _LETTERS.items():
        name, why = words.TRAINED[variant]
        read = fcn_scores(made[variant], labels, load_segmenter()).per_pixel
        sharp = gradient_energy(made[variant]).item() / max(base, 1e-9)
        title, alt = Markup("<b>{}</b>").format(letter), words.NET.format(letter=letter)
        if guess:
            title = Markup('<b>{}</b> {}<span class="facts">{}</span>').format(
                name, why, words.FACTS.format(sharp=sharp, read=100 * read)
            )
            alt = words.NET_NAMED.format(name=name)
        cells.append(look.figure(to_image(made[variant]), alt, title))
    verdict = ""
    if guess:
        verdict = look.note("notice", words.RIGHT if _LETTERS[guess] == "l1" else words.WRONG)
    return Markup('<div class="three">{}</div>{}').format(Markup("").join(cells), verdict)


def look_through(shown: Screen, patch: int) -> dict:
    """The eye's value: what the net with this patch makes of the input, under its own D; and where it is known, the
    true image under the same D. The emoji have one net, with patches of 70 px."""
    named = _patches(shown)
    model = loaded(named[patch]) if named else shown.model
    image = shown.fronts if shown.on_fronts else shown.image
    x = model.place(image).x
    made = model.translate(x, shown.seed)
    views = [(words.VIEW_MADE, to_image(made), made)]
    if shown.truth:
        truth = shown.truth.resize(views[0][1].size, Image.LANCZOS)
        views.append((words.VIEW_TRUE, truth, to_tensor(truth)))
    with torch.inference_mode():
        return seen_by(model.method.D, [(title, p, critic(model).judge(x, y)) for title, p, y in views])


def _patches(shown: Screen) -> dict[int, str]:
    """Patch -> the model that has it, for the subject on the screen; {} if it has but its own."""
    return _PATCHES.get("facades" if shown.on_fronts else shown.model.name.removeprefix("pix2pix-"), {})


def _choices(shown: Screen) -> list[tuple[str, int]]:
    return [(words.PATCHES[p], p) for p in _patches(shown) or (70,)]


def larger(maps: list[Image.Image], seed: int) -> Markup:
    """HTML of label maps set side by side and translated in one go: an image wider than any in training."""
    model = loaded("pix2pix-facades")
    x = torch.cat([model.place(m).x for m in maps], dim=-1)
    start = time.perf_counter()
    made = to_image(model.translate(x, seed))
    took = 1e3 * (time.perf_counter() - start)
    alt = words.STREET.format(count=len(maps))
    caption = words.STREET_CAPTION.format(
        street=alt, width=made.width, height=made.height, milliseconds=took, side=model.size
    )
    return Markup(
        '<figure class="street"><img src="{}" alt="{}"><img src="{}" alt="{}"><figcaption class="small">{}</figcaption></figure>'
    ).format(look.data_url(to_image(x)), words.MAPS, look.data_url(made), alt, caption)


def opening(shown: Screen, street: list[Image.Image]) -> dict:
    """What the cards open with, by their names."""
    return {
        "apart": take_apart(shown.fronts, shown.seed, None),
        "patches": _choices(shown),
        "eye": look_through(shown, 70),
        "street": larger(street, shown.seed),
    }


class Panel:
    """The cards, built once with what `opening` returns."""

    def __init__(self, opening: dict):
        gr.HTML(
            Markup('{}<h2 class="why">{}</h2><p class="lead">{}</p>').format(
                _STYLE, words.WHY, words.WHY_LEAD
            ),
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row(elem_classes="row", equal_height=True):
            with gr.Column(scale=1, min_width=340, elem_classes="card"):
                look.label(words.APART)
                self.apart = gr.HTML(
                    opening["apart"],
                    apply_default_css=False,
                    elem_id="apart",
                    elem_classes="bare",
                )
                look.saving("#apart", "pix2pix-objective-taken-apart")
                with gr.Column(elem_classes="ask"):
                    gr.HTML(
                        look.note("predict", words.WHICH),
                        apply_default_css=False,
                        elem_classes="bare",
                    )
                    self.guess = gr.Radio(
                        list(_LETTERS),
                        value=None,
                        label=words.GUESS,
                        show_label=False,
                        container=False,
                        elem_id="guess",
                        elem_classes="segmented",
                    )
                    self.tell = gr.Button(
                        words.SHOW_WHICH,
                        size="sm",
                        elem_classes="quiet fit reveal lecture-only",
                        elem_id="guess-tell",
                    )
            with gr.Column(scale=1, min_width=340, elem_classes="card"):
                look.label(words.EYE)
                self.patch = gr.Radio(
                    opening["patches"],
                    value=70,
                    label=words.PATCH,
                    show_label=False,
                    container=False,
                    elem_id="patch",
                    elem_classes="segmented step",
                )
                self.eye = Eye(opening["eye"], elem_id="eye", elem_classes="bare")
                gr.HTML(
                    look.notice(words.EYE_NOTICE),
                    apply_default_css=False,
                    elem_classes="bare",
                )
        with gr.Column(elem_classes="card"):
            look.label(words.LARGER)
            self.street = gr.HTML(
                opening["street"], apply_default_css=False, elem_id="street", elem_classes="bare"
            )
            look.saving("#street", "pix2pix-street")
            self.wide = gr.Button(
                words.WIDE,
                size="sm",
                elem_classes="quiet fit",
                elem_id="wide",
            )

    @staticmethod
    def restored(wish: Mapping[str, str], now: Screen) -> tuple:
        """Updates of the guess and of the patch, as an address says them."""
        guess, patch = wish.get("guess"), address.number(wish, "patch", 1, max(words.PATCHES), 70)
        return (
            gr.update(value=guess if guess in _LETTERS else None),
            gr.update(choices=_choices(now), value=patch if patch in _patches(now) else 70),
        )

    def listen(self, shown: Callable[..., Screen], street: Callable, inputs: list) -> list[dict]:
        """Wire the controls. shown(*inputs): what is on the screen; street(*inputs): maps for the street.

        Returns the listeners to run whenever that changes.
        """
        quiet = {"show_progress": "hidden", "api_visibility": "private"}

        def apart(guess, *state):
            now = shown(*state)
            return take_apart(now.fronts, now.seed, guess if guess in _LETTERS else None)

        def eye(patch, *state):
            now = shown(*state)
            patch = patch if patch in _patches(now) else 70
            return gr.Radio(choices=_choices(now), value=patch), look_through(now, patch)

        apart_ = {"fn": apart, "inputs": [self.guess, *inputs], "outputs": self.apart, **quiet}
        eye_ = {"fn": eye, "inputs": [self.patch, *inputs], "outputs": [self.patch, self.eye], **quiet}
        # What an address asks for is a change, too, and no input.
        self.guess.change(**apart_)
        self.patch.change(**eye_)
        self.guess.change(None, self.guess, None, js=address.remember("guess"), api_visibility="private")
        self.patch.change(None, self.patch, None, js=address.remember("patch", 70), api_visibility="private")
        right = next(letter for letter, variant in _LETTERS.items() if variant == "l1")
        self.tell.click(
            lambda *state: (right, apart(right, *state)), inputs, [self.guess, self.apart], **quiet
        )
        self.wide.click(
            lambda *state: larger(street(*state), shown(*state).seed), inputs, self.street, **quiet
        )
        return [apart_, eye_]
