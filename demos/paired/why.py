"""Why pix2pix works, on the visitor's own input: the objective taken apart, D's eye, pictures larger than in training."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import gradio as gr
import torch
from markupsafe import Markup
from PIL import Image

from i2i.data.worlds.facades import classes_of
from i2i.judges import fcn_scores, load_segmenter
from i2i.method import Method
from i2i.metrics import gradient_energy
from i2i.nets.layers import own_statistics
from i2i.pictures import to_picture, to_tensor
from i2i.run.pipeline import Model, load, shipped

from ..widgets import look
from ..widgets.eye import Eye, seen_by

_STYLE = look.style(__file__, "why")

# The nets that were trained with one half of the objective, and with both, in the order in which they are shown.
_APART = ("cgan", "l1", "both")
_TOLD = {
    "cgan": ("cGAN alone", "sharp, but free to invent: nothing holds it to this building's brightness"),
    "l1": ("L1 alone", "the mean of all answers: right on average, and therefore blurred"),
    "both": ("L1 + cGAN", "L1 fixes the layout and the light, the discriminator asks for detail"),
}
_LETTERS = dict(zip("ABC", _APART, strict=True))
# D's patches on pictures of 128 px -> the model whose D has them, on photographs of fronts and on icons.
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
_SIDES = {1: "pixel", 16: "16 px", 70: "70 px", 142: "all of it"}


@dataclass(frozen=True)
class Screen:
    """What is on the screen: the input, the seed, the model, the true answer if it is known.

    on_fronts: whether the input is a map of materials.  fronts: it, or the town house in its place.
    """

    picture: Image.Image
    seed: int
    model: Model
    truth: Image.Image | None
    on_fronts: bool
    fronts: Image.Image


def available() -> bool:
    return {f"pix2pix-facades-{v}" for v in _APART} | {
        name for at in _PATCHES.values() for name in at.values()
    } <= set(shipped())


@lru_cache(maxsize=12)
def _load(name: str) -> Model:
    return load(name)


def _net(variant: str) -> Model:
    return _load(f"pix2pix-facades-{variant}")


@lru_cache(maxsize=12)
def critic(model: Model) -> Method:
    """The method with a D that sees as in training: its norms saw real and made pictures in batches of their own, so
    running statistics fit neither, and a D that uses them can hardly tell the two apart."""
    return own_statistics(model.method)


def take_apart(picture: Image.Image, seed: int, guess: str | None) -> Markup:
    """HTML: the map through the three nets, unnamed until the visitor has guessed which one is L1 alone."""
    x = _net("both").place(picture).x
    labels = classes_of(x)
    made = {v: _net(v).translate(x, seed) for v in _APART}
    base = gradient_energy(made["both"]).item()
    cells = []
    for letter, variant in _LETTERS.items():
        name, why = _TOLD[variant]
        read = fcn_scores(made[variant], labels, load_segmenter()).per_pixel
        sharp = gradient_energy(made[variant]).item() / max(base, 1e-9)
        title, alt = Markup("<b>{}</b>").format(letter), f"the façade made by net {letter}"
        if guess:
            title = Markup(
                '<b>{}</b> {}<span class="facts">gradient energy <b>{:.2f}</b> of the net with both · '
                "<b>{:.0f} %</b> of the map can be read back</span>"
            ).format(name, why, sharp, 100 * read)
            alt = f"the façade made by the net trained with {name}"
        cells.append(look.figure(to_picture(made[variant]), alt, title))
    verdict = ""
    if guess:
        right = _LETTERS[guess] == "l1"
        verdict = look.note(
            "notice",
            Markup(
                "<b>{}: B is L1 alone.</b> Where several answers are possible L1 is least wrong in the "
                "middle of them, and the middle of many sharp windows is a soft one. A discriminator has never seen a soft window among "
                "photographs, so it objects; but without L1 it does not mind a building that is sharp and quite another one."
            ).format("Right" if right else "Not quite"),
        )
    return Markup('<div class="three">{}</div>{}').format(Markup("").join(cells), verdict)


def look_through(shown: Screen, patch: int) -> dict:
    """The eye's value: what the net with this patch makes of the input, under its own D; and where it is known, the
    true picture under the same D. The emoji have one net, with patches of 70 px."""
    named = _patches(shown)
    model = _load(named[patch]) if named else shown.model
    picture = shown.fronts if shown.on_fronts else shown.picture
    x = model.place(picture).x
    made = model.translate(x, shown.seed)
    views = [("made", to_picture(made), made)]
    if shown.truth:
        truth = shown.truth.resize(views[0][1].size, Image.LANCZOS)
        views.append(("real", truth, to_tensor(truth)))
    with torch.inference_mode():
        return seen_by(model.method.D, [(title, p, critic(model).judge(x, y)) for title, p, y in views])


def _patches(shown: Screen) -> dict[int, str]:
    """Patch -> the model that has it, for the subject on the screen; {} if it has but its own."""
    return _PATCHES.get("facades" if shown.on_fronts else shown.model.name.removeprefix("pix2pix-"), {})


def _choices(shown: Screen) -> list[tuple[str, int]]:
    return [(_SIDES[p], p) for p in _patches(shown) or (70,)]


def larger(maps: list[Image.Image], seed: int) -> Markup:
    """HTML of label maps set side by side and translated in one go: a picture wider than any in training."""
    model = load_wide()
    x = torch.cat([model.place(m).x for m in maps], dim=-1)
    start = time.perf_counter()
    made = to_picture(model.translate(x, seed))
    took = 1e3 * (time.perf_counter() - start)
    alt = f"a street of {len(maps)} fronts, made in one pass"
    return Markup(
        '<figure class="street"><img src="{x}" alt="the label maps, side by side">'
        '<img src="{made}" alt="{alt}"><figcaption class="small">{alt}: {w} × {h} px in '
        "{took:.0f} ms; in training every picture was {side} × {side}</figcaption></figure>"
    ).format(
        x=look.data_url(to_picture(x)), made=look.data_url(made), alt=alt, w=made.width, h=made.height, took=took, side=model.size
    )  # fmt: skip


@lru_cache(maxsize=1)
def load_wide() -> Model:
    return load("pix2pix-facades")


class Panel:
    """The cards, built once; `refresh` gives what they show for a map."""

    def __init__(self, shown: Screen, street: list[Image.Image]):
        picture, seed = shown.fronts, shown.seed
        gr.HTML(
            f'{_STYLE}<h2 class="why">Why it works</h2><p class="lead">Nets trained alike except for one thing, at 128 px, on photographs of '
            "façades. They follow the pad when it holds a map of materials, and otherwise show the town house.</p>",
            apply_default_css=False,
            elem_classes="bare",
        )
        with gr.Row(elem_classes="row", equal_height=True):
            with gr.Column(scale=1, min_width=340, elem_classes="card"):
                look.label("The objective taken apart")
                self.apart = gr.HTML(
                    take_apart(picture, seed, None),
                    apply_default_css=False,
                    elem_id="apart",
                    elem_classes="bare",
                )
                with gr.Column(elem_classes="ask"):
                    gr.HTML(
                        look.note(
                            "predict",
                            Markup(
                                "<b>Predict first.</b> One of the three never met a discriminator. Which one?"
                            ),
                        ),
                        apply_default_css=False,
                        elem_classes="bare",
                    )
                    self.guess = gr.Radio(
                        list(_LETTERS),
                        value=None,
                        show_label=False,
                        container=False,
                        elem_id="guess",
                        elem_classes="segmented",
                    )
            with gr.Column(scale=1, min_width=340, elem_classes="card"):
                look.label("Through the discriminator's eye")
                self.patch = gr.Radio(
                    _choices(shown),
                    value=70,
                    show_label=False,
                    container=False,
                    elem_id="patch",
                    elem_classes="segmented",
                )
                self.eye = Eye(look_through(shown, 70), elem_id="eye", elem_classes="bare")
                gr.HTML(
                    look.notice(
                        "Green is what D takes for real, red what it doubts. Click anywhere: the frame is all that one "
                        "logit sees, of the picture and of the map (but for the norms, which weigh it against the whole). A pixel tells D little but colour; 16 px a texture; 70 px a window with its "
                        "wall; a D that sees everything has few logits, and so few different things to teach.",
                    ),
                    apply_default_css=False,
                    elem_classes="bare",
                )
        with gr.Column(elem_classes="card"):
            look.label("Larger than trained")
            self.street = gr.HTML(
                larger(street, seed), apply_default_css=False, elem_id="street", elem_classes="bare"
            )
            self.wide = gr.Button(
                "Put the front on the pad into the street",
                size="sm",
                elem_classes="quiet fit",
                elem_id="wide",
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
        self.guess.input(**apart_)
        self.patch.input(**eye_)
        self.wide.click(
            lambda *state: larger(street(*state), shown(*state).seed), inputs, self.street, **quiet
        )
        return [apart_, eye_]
