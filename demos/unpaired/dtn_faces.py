"""The card of DTN on faces in the tab Unpaired: a photograph to a drawn person, where nobody can say who belongs to whom."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import gradio as gr
import torch
from markupsafe import Markup, escape
from PIL import Image
from torch import Tensor

from i2i.data.faces import faces_to_people, head, hopper, portraits
from i2i.data.folders import DataError
from i2i.data.public import catalogue
from i2i.images import ImageError, from_bytes, to_image
from i2i.losses import total_variation
from i2i.run.pipeline import shipped

from ..decoding import open_image
from ..widgets import look
from ..widgets.asking import sentence
from ..widgets.choices import Choices
from ..widgets.photograph import Photograph
from ..widgets.strip import thumbnail
from .scene import loaded

_STYLE = look.style(__file__, "dtn_faces")

MODEL = "dtn-faces"
_HELD_OUT = 8  # photographs shown where the set is installed
_NEAREST = 5  # faces in the list, and x itself

_EQUATION = Markup(
    '<p class="equation" role="math" aria-label="the GAN loss of three classes, plus alpha times the distance of f of x from f of g of f of x, plus beta times the '
    'distance of y from g of f of y, plus gamma times the total variation of G of x"><span class="gan"><i>L</i><sub>GANG</sub></span> + α '
    '<span class="l1">‖f(x) − f(g(f(x)))‖²</span> + β <span class="l1">‖y − g(f(y))‖²</span> + γ TV(G(x))</p>'
)


@dataclass(frozen=True)
class Face:
    name: str
    image: Image.Image


def framed(image: Image.Image) -> Image.Image:
    """As photographs were shown to the nets, at the size that it has."""
    return head(image, min(image.size))


def available() -> bool:
    return MODEL in shipped()


@lru_cache(maxsize=1)
def examples() -> tuple[Face, ...]:
    """Held-out photographs where the set is installed, then one that may be shown anywhere, then people drawn in code."""
    held_out, roots = [], [catalogue.find(name) for name in ("faces_easy", "emoji")]
    with contextlib.suppress(DataError, ImageError):
        if all(roots):
            images = from_bytes(faces_to_people(*roots, loaded(MODEL).size, "test", by="code").x)
            every = max(1, len(images) // _HELD_OUT)
            held_out = [to_image(p) for p in images[::every][:_HELD_OUT]]
    found = [Face(f"photograph {i + 1}", p) for i, p in enumerate(held_out)] + [
        Face("Grace Hopper", hopper())
    ]
    return (*found, *(Face(f"drawn person {i + 1}", p) for i, p in enumerate(portraits())))


def _seen(image: Image.Image) -> Tensor:
    return loaded(MODEL).place(framed(image)).x


@lru_cache(maxsize=1)
def _codes() -> Tensor:
    """f of each example, as an image of its domain [N, code]."""
    return loaded(MODEL).method.encode(torch.cat([_seen(face.image) for face in examples()]))


@torch.inference_mode()
def show(image: Image.Image, name: str, at: int = -1) -> Markup:
    """HTML of the translation, of the faces that f takes it for, and of the objective; at: which example it is, or -1."""
    model, known = loaded(MODEL), examples()
    x = _seen(image)
    made = model.translate(x)
    code, told = model.method.encode(x), model.method.encode(made, "y")
    codes = _codes() if at >= 0 else torch.cat([code, _codes()])
    faces = known if at >= 0 else (Face(name, image), *known)
    own = max(at, 0)
    far = (codes - told).norm(dim=1)
    order = far.argsort().tolist()
    rank = order.index(own) + 1
    row = look.figure(
        to_image(x),
        f"the picture: {name}",
        Markup("<b>x</b>, {}<br>as f sees it, {} px").format(name, model.size),
    )
    row += look.figure(to_image(made), "the drawn person made of it", Markup("<b>G(x) = g(f(x))</b>"))
    cells = Markup("").join(
        Markup('<li class="{}"><img src="{}" alt="{}">{}<br><b>{:.1f}</b></li>').format(
            "own" if i == own else "",
            thumbnail(framed(faces[i].image), 74),
            faces[i].name,
            Markup("<b>x itself</b>") if i == own else faces[i].name,
            far[i].item(),
        )
        for i in dict.fromkeys([*order[:_NEAREST], own])
    )
    weights = model.method.weights(0)
    constancy = weights["constancy"] * (code - told).square().mean().item()
    rough = weights["smoothness"] * total_variation(made).item()
    verdict = "x itself" if rank == 1 else f"another: x comes at place {rank}"
    return look.stack(
        Markup('<div class="trip">{}</div>').format(row),
        Markup(
            '<h3 class="label">Whose emoji is it, in the eyes of f?</h3><p class="tell">Of {} faces f takes G(x) for <b>{}</b>. How far its code lies from that of each:</p>'
            '<ul class="who">{}</ul>'
        ).format(len(faces), verdict, cells),
        _EQUATION,
        Markup(
            '<div class="terms"><div><span class="l1">{:g} · mean of (f(x) − f(g(f(x))))²</span> <strong>{:.2f}</strong></div>'
            "<div><span>{:g} · TV(G(x))</span> <strong>{:.3f}</strong></div></div>"
        ).format(weights["constancy"], constancy, weights["smoothness"], rough),
        look.notice(
            "f was not taught faces: it learnt to name things, how they are drawn, and what was done to a picture (blur, noise). G keeps what "
            "such a net sees, and that is not who it is; what is unlike the four hundred faces that it learnt from (a hat, a drawing) dissolves. The paper’s f had "
            "learnt from millions of named faces. Nobody named these, so nobody can score whether the right person came out: take it as a look, not as a result.",
        ),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _choices() -> tuple[dict, ...]:
    return tuple(
        {
            "key": str(i),
            "title": escape(face.name),
            "src": thumbnail(framed(face.image)),
            "alt": escape(face.name),
            "more": "",
        }
        for i, face in enumerate(examples())
    )


def _heap(at: int) -> dict:
    return {
        "label": "A face",
        "look": "wrap",
        "tiles": list(_choices()),
        "chosen": str(at),
        "address": {"face": at if at >= 0 else ""},
    }


def _example(at: int) -> Markup:
    return show(examples()[at].image, examples()[at].name, at)


def card() -> tuple[Callable, list] | None:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    if not available():
        return None
    with gr.Column(elem_classes="card", elem_id="faces"):
        gr.HTML(
            f'{_STYLE}<h2 class="label">DTN on faces: an exploration</h2><p class="tell">The same method with a given f, from photographs of faces to drawn people. '
            "A hundred and thirty-two drawings taught g, and no face came with a name.</p>",
            apply_default_css=False, elem_classes="bare",
        )  # fmt: skip
        with gr.Row(elem_classes="row"):
            with gr.Column(scale=5, min_width=300):
                heap = Choices(_heap(0), elem_id="faces-heap", elem_classes="bare")
                bring = Photograph(
                    sources=["upload", "webcam", "clipboard"], type="filepath", image_mode=None, height=200, show_label=False, buttons=[],
                    elem_id="faces-bring", placeholder="Drop, paste or take a picture of a face, with a little room around it",
                    webcam_options=gr.WebcamOptions(mirror=False),
                )  # fmt: skip
                gr.HTML(
                    '<p class="small">What you bring is deleted within the hour.</p>',
                    apply_default_css=False,
                    elem_classes="bare",
                )
            with gr.Column(scale=8, min_width=320):
                told = gr.HTML(
                    _example(0), apply_default_css=False, elem_id="faces-told", elem_classes="bare"
                )

    def pick(index):
        at = index % len(examples())
        return _example(at), _heap(at)

    def receive(file: str | None):
        if not file:  # taken away: the first example again
            return _example(0), _heap(0)
        try:
            return show(open_image(file, "this file"), "your picture"), _heap(-1)
        except ImageError as fault:
            raise sentence(str(fault)) from None

    heap.on_choice(pick, [], [told, heap])
    bring.change(
        receive,
        bring,
        [told, heap],
        show_progress="hidden",
        api_visibility="private",
        trigger_mode="always_last",
    )

    def restore(wish: dict[str, str]) -> list:
        """?face=n: the example."""
        text = wish.get("face") or ""
        if not (text.isdecimal() and text.isascii()):
            return [gr.skip()] * 2
        at = int(text[:4]) % len(examples())
        return [_example(at), _heap(at)]

    return restore, [told, heap]
