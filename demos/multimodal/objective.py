"""The card of what a model learned by: its equation, and those terms of it that can be computed from what is on the screen."""

from __future__ import annotations

import threading

import torch
from markupsafe import Markup
from torch import Tensor

from i2i.data.letters import ALPHABET
from i2i.method import Symbol
from i2i.run.pipeline import Model, cards

from ..widgets import look
from ..widgets.tex import tex
from . import words
from .answers import placed, taken
from .subjects import labels, letter, loaded
from .view import View

_SEEDED = threading.Lock()  # one who seeds torch's generator waits for the other
_DRAWS = 4  # of what chance decides in a term: a style, a noise, a time
_KINDS = {"adversarial": "gan", "reconstruction": "l1"}  # the colour of a term by its role


def _loss(kind: str, low: str, high: str = "") -> Markup:
    above = Markup("<sup>{}</sup>").format(high) if high else ""
    return Markup('<span class="{}"><i>L</i><sub>{}</sub>{}</span>').format(kind, low, above)


# The square of what is asked for, less what the net says.
_SQUARE = Markup('<span class="l1">{}</span>').format
EQUATIONS = {
    "bicyclegan": Markup("{} + λ {} + λ<sub>KL</sub> {} + {} + λ<sub>latent</sub> {}").format(
        _loss("gan", "GAN", "VAE"), _loss("l1", "1", "VAE"), _loss("", "KL"), _loss("gan", "GAN"), _loss("l1", "1", "latent")
    ),
    "munit": Markup("{} + λ<sub>x</sub> {} + λ<sub>c</sub> {} + λ<sub>s</sub> {}, both ways").format(
        _loss("gan", "GAN"), *(_loss("l1", "recon", what) for what in "xcs")
    ),
    "augmented_cyclegan": Markup("{} + {} + γ<sub>1</sub> {} + γ<sub>2</sub> {}, both ways").format(
        _loss("gan", "GAN", "B"), _loss("gan", "GAN", "Z"), _loss("l1", "CYC", "A"), _loss("l1", "CYC", "Z")
    ),
    "mad_gan": Markup(
        '<span class="gan">−log D<sub>k+1</sub>(x, G<sub>i</sub>(x))</span> + λ <span class="l1">min<sub>i</sub> |y − G<sub>i</sub>(x)|</span>'
    ),
    "bridge": _SQUARE(Markup("|(y − z<sub>0</sub>) − v(z<sub>t</sub>, x, t)|²"))
    + Markup(", z<sub>0</sub> = x + σe, z<sub>t</sub> = (1 − t) z<sub>0</sub> + t y"),
    "diffusion": _SQUARE(Markup("|v<sub>t</sub> − ε(y<sub>t</sub>, x, t)|²"))
    + Markup(", y<sub>t</sub> = √ᾱ<sub>t</sub> y + √(1 − ᾱ<sub>t</sub>) e"),
    "bilinear": _SQUARE(Markup("Σ (y<sup>sc</sup> − A<sup>s</sup> b<sup>c</sup>)²")),
}  # fmt: skip


def _batch(view: View, model: Model) -> dict[str, Tensor] | None:
    """What the terms are computed on: the drawing, with the answer that is taken in the place of a right one. Of letters the
    right one is known if the drawing is one of the alphabet; None if it is not."""
    if labels(view.model):
        if view.at < 0:
            return None
        style, content = view.taken.seed, view.examples[view.at].name[-1]
        right = model.place(letter(labels(view.model)[style], content)).x
        return {
            "x": right,
            "style": torch.tensor([style]),
            "content": torch.tensor([ALPHABET.index(content)]),
        }
    x, y = placed(view), model.place(taken(view)).x
    x, y = (x, y) if view.direction == "xy" else (y, x)
    return {"x": x.expand(_DRAWS, -1, -1, -1), "y": y.expand(_DRAWS, -1, -1, -1)}


@torch.inference_mode()
def terms(view: View) -> list[tuple[Symbol, float, float]]:
    """(symbol, weight, value before its weight) of every term that needs no net beside those that came with the model."""
    model = loaded(view.model)
    method, batch, found = model.method, _batch(view, model), {}
    if batch is None:
        return []
    with _SEEDED, torch.random.fork_rng(devices=[]):  # what is drawn here is nobody else's
        torch.manual_seed(0)
        for turn in method.stages()[-1].turns.values():
            if turn.trains and {*turn.trains} <= {*method.inference}:
                found |= turn.loss(batch)
    weights = method.weights(method.config.steps)
    return [
        (method.symbols[name], weights[name], value.item())
        for name, value in found.items()
        if weights[name] and method.symbols[name].way in ("", view.direction)
    ]


def shown(view: View) -> Markup:
    """HTML of the card."""
    method = cards()[view.model]["method"]
    said = words.OBJECTIVES[method]
    equation = Markup('<p class="equation" role="math" aria-label="{}">{}</p>').format(
        said.spoken, EQUATIONS[method]
    )
    found = [] if view.empty else terms(view)
    live = look.terms(
        Markup('<span class="{}">{}{}</span> <strong>{}</strong>').format(
            _KINDS.get(symbol.role, ""),
            "" if weight == 1 else f"{weight:g} · ",
            tex(symbol.latex),
            f"{weight * value:.2g}" if weight * value < 1 else f"{weight * value:.2f}",
        )
        for symbol, weight, value in found
    )
    aside = said.live if found else words.NOTHING_YET if view.empty else said.none
    return look.stack(
        equation,
        live if found else "",
        Markup('<p class="small">{}</p>').format(aside),
        look.notice(said.notice),
    )
