"""The objective of each method of the tab Unpaired: its equation, and the terms of that for what is on the screen."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from functools import lru_cache

import torch
from markupsafe import Markup
from torch import Tensor

from i2i.method import Method
from i2i.nets.layers import own_statistics
from i2i.run.pipeline import Model

from ..widgets.look import notice, stack
from ..widgets.tex import tex
from . import words


@dataclass(frozen=True)
class Screen:
    """What is on the screen, [1, 3, H, W] in [-1, 1]: an image, its translation, its return (None: there is no way
    back), an image of the target domain, and that one translated as if it were not there yet."""

    direction: str
    source: Tensor
    made: Tensor
    back: Tensor | None
    target: Tensor
    same: Tensor


@dataclass(frozen=True)
class Term:
    """label: in the paper's letters.  kind: its colour, "gan", "l1" or ""; value is not yet weighted."""

    label: Markup
    kind: str
    weight: float
    value: float


@dataclass(frozen=True)
class Formula:
    """over, back: how the paper writes the translation and the return, from x and from y.
    source: its letters for images of the two domains."""

    equation: Markup
    over: tuple[str, str]
    back: tuple[str, str]
    source: tuple[str, str] = ("x", "y")


FORMULAS: dict[str, Formula] = {
    "cyclegan": Formula(
        Markup(
            '<span class="gan"><i>L</i><sub>GAN</sub>(G, D<sub>Y</sub>)</span> + <span class="gan"><i>L</i><sub>GAN</sub>(F, D<sub>X</sub>)</span> '
            '+ λ <span class="l1"><i>L</i><sub>cyc</sub>(G, F)</span>'
        ),
        ("G(x)", "F(y)"), ("F(G(x))", "G(F(y))"),
    ),
    "discogan": Formula(
        Markup(
            '<span class="gan"><i>L</i><sub>GAN<sub>B</sub></sub></span> + <span class="l1"><i>L</i><sub>CONST<sub>A</sub></sub></span> + '
            '<span class="gan"><i>L</i><sub>GAN<sub>A</sub></sub></span> + <span class="l1"><i>L</i><sub>CONST<sub>B</sub></sub></span>'
        ),
        (Markup("G<sub>AB</sub>(a)"), Markup("G<sub>BA</sub>(b)")), (Markup("G<sub>BA</sub>(G<sub>AB</sub>(a))"), Markup("G<sub>AB</sub>(G<sub>BA</sub>(b))")),
        source=("a", "b"),
    ),
    "dualgan": Formula(
        Markup(
            'λ<sub>U</sub> <span class="l1">|x − G<sub>B</sub>(G<sub>A</sub>(x))|</span> + λ<sub>V</sub> <span class="l1">|y − G<sub>A</sub>(G<sub>B</sub>(y))|</span> '
            '− <span class="gan">D<sub>A</sub>(G<sub>A</sub>(x))</span> − <span class="gan">D<sub>B</sub>(G<sub>B</sub>(y))</span>'
        ),
        (Markup("G<sub>A</sub>(x)"), Markup("G<sub>B</sub>(y)")), (Markup("G<sub>B</sub>(G<sub>A</sub>(x))"), Markup("G<sub>A</sub>(G<sub>B</sub>(y))")),
    ),
    "unit": Formula(
        Markup(
            '<i>L</i><sub>VAE<sub>1</sub></sub> + <span class="gan"><i>L</i><sub>GAN<sub>1</sub></sub></span> + <span class="l1"><i>L</i><sub>CC<sub>1</sub></sub></span> + '
            '<i>L</i><sub>VAE<sub>2</sub></sub> + <span class="gan"><i>L</i><sub>GAN<sub>2</sub></sub></span> + <span class="l1"><i>L</i><sub>CC<sub>2</sub></sub></span>'
        ),
        (Markup("G<sub>2</sub>(E<sub>1</sub>(x))"), Markup("G<sub>1</sub>(E<sub>2</sub>(y))")), (Markup("G<sub>1</sub>(E<sub>2</sub>(·))"), Markup("G<sub>2</sub>(E<sub>1</sub>(·))")),
    ),
    "distancegan": Formula(
        Markup('α <span class="gan"><i>L</i><sub>GAN</sub>(G, D)</span> + β <span class="l1"><i>L</i><sub>distance</sub>(G)</span>'),
        ("G(x)", ""), ("", ""),
    ),
}  # fmt: skip


_KINDS = {"adversarial": "gan", "reconstruction": "l1"}  # the colour of a term by its role


@lru_cache(maxsize=12)
def _judging(model: Model) -> Method:
    """The method with its discriminators' batch norms as in training, where real and fake images came in batches apart."""
    method = copy.copy(model.method)
    method._modules = dict(model.method._modules)
    for letter, net in method.networks().items():
        if letter not in method.inference:
            setattr(method, letter, own_statistics(net))
    return method


@torch.inference_mode()
def terms(model: Model, seen: Screen) -> list[Term]:
    """Those terms of the method's objective that speak of what is on the screen. One of a discriminator that was not
    shipped, or whose weight is 0, is left out."""
    method = _judging(model)
    x, y = (seen.source, seen.target) if seen.direction == "xy" else (seen.target, seen.source)
    with torch.random.fork_rng(devices=[]):  # what is drawn here is nobody else's
        found = method.generator_loss({"x": x, "y": y})
    weights = method.weights(method.config.steps)
    shown = [(name, method.symbols[name]) for name in found if weights[name]]
    return sorted(
        (
            Term(tex(symbol.latex), _KINDS.get(symbol.role, ""), weights[name], found[name].item())
            for name, symbol in shown
            if symbol.way in ("", seen.direction)
        ),
        key=lambda term: [*_KINDS.values(), ""].index(term.kind),
    )


def equation(formula: Markup, spoken: str) -> Markup:
    """HTML of an objective, and for a screen reader the same in words."""
    return Markup('<p class="equation" role="math" aria-label="{}">{}</p>').format(spoken, formula)


def objective(model: Model, seen: Screen) -> Markup:
    """HTML: the equation, its live terms, and what to notice."""
    told, found = words.METHODS[model.kind], terms(model, seen)
    formula, spoken = FORMULAS[model.kind].equation, told.spoken
    if getattr(model.method.config, "identity", 0):
        formula += Markup(" + ½λ <i>L</i><sub>identity</sub>")
        spoken = words.AND_IDENTITY.format(spoken=spoken)
    cells = Markup("").join(
        Markup('<div><span class="{}">{:g} · {}</span> <strong>{:.2f}</strong></div>').format(
            t.kind, t.weight, t.label, t.weight * t.value
        )
        for t in found
    )
    left_out = []
    if not any(t.kind == "gan" for t in found):
        left_out.append(words.NO_CRITIC)
    if told.aside:
        left_out.append(told.aside)
    return stack(
        equation(formula, spoken),
        Markup('<div class="terms">{}</div>').format(cells),
        Markup('<p class="small">{}</p>').format(" ".join(left_out)) if left_out else "",
        notice(told.notice),
    )  # fmt: skip
