"""What the tab Unpaired says of each method: its idea, its equation, and the terms of that for what is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from i2i.losses import ADVERSARIAL, kl_to_unit, l1, log_loss, mse, wasserstein
from i2i.method import Method
from i2i.nets.layers import own_statistics
from i2i.run.pipeline import Model

from ..widgets.look import note, stack


@dataclass(frozen=True)
class Seen:
    """What is on the screen, [1, 3, H, W] in [-1, 1]: a picture, its translation, its return (None: there is no way
    back), a picture of the target domain, and that one translated as if it were not there yet."""

    direction: str
    source: Tensor
    made: Tensor
    back: Tensor | None
    target: Tensor
    same: Tensor


@dataclass(frozen=True)
class Term:
    """label: HTML in the paper's letters.  kind: its colour, "gan", "l1" or ""; value is not yet weighted."""

    label: str
    kind: str
    weight: float
    value: float


@dataclass(frozen=True)
class Told:
    """over, back: how the paper writes the translation and the return, from x and from y."""

    title: str
    year: int
    arxiv: str
    authors: str
    notebook: str
    idea: str
    equation: str
    spoken: str
    over: tuple[str, str]
    back: tuple[str, str]
    notice: str
    terms: Callable[[Method, Seen], list[Term]]


def _adversarial(critic, label: str, weight: float, value: Callable[[], Tensor]) -> list[Term]:
    """The adversarial term, if the discriminator came with the model."""
    return [Term(label, "gan", weight, value().item())] if critic is not None else []


def _cyclegan(m: Method, s: Seen) -> list[Term]:
    xy, weight = s.direction == "xy", m.weights(0)
    a, b, over, back = ("x", "y", "G", "F") if xy else ("y", "x", "F", "G")
    D = m.D_Y if xy else m.D_X
    loss = ADVERSARIAL[m.config.adversarial]
    label = (
        f"(D<sub>{b.upper()}</sub>({over}({a})) − 1)²"
        if loss is ADVERSARIAL["least-squares"]
        else f"−log D<sub>{b.upper()}</sub>({over}({a}))"
    )
    found = _adversarial(D, label, weight[f"gan_{b}"], lambda: loss(D(s.made), True))
    found.append(
        Term(f"|{back}({over}({a})) − {a}|", "l1", weight[f"cycle_{a}"], l1(s.back, s.source).item())
    )
    return [*found, Term(f"|{over}({b}) − {b}|", "", weight[f"identity_{b}"], l1(s.same, s.target).item())]


def _discogan(m: Method, s: Seen) -> list[Term]:
    xy, weight = s.direction == "xy", m.weights(m.config.steps)
    a, over, back = ("a", "AB", "BA") if xy else ("b", "BA", "AB")
    D = m.D_B if xy else m.D_A
    made, returned, source = (
        (p + 1) / 2 for p in (s.made, s.back, s.source)
    )  # the paper's pictures lie in [0, 1]
    label = f"−log D<sub>{over[1]}</sub>(G<sub>{over}</sub>({a}))"
    found = _adversarial(D, label, weight[f"gan_{over[1].lower()}"], lambda: log_loss(D(made)[0], True))
    label = f"(G<sub>{back}</sub>(G<sub>{over}</sub>({a})) − {a})²"
    return [*found, Term(label, "l1", weight[f"back_{a}"], mse(returned, source).item())]


def _dualgan(m: Method, s: Seen) -> list[Term]:
    xy, weight = s.direction == "xy", m.weights(0)
    a, over, back = ("x", "A", "B") if xy else ("y", "B", "A")
    D = m.D_A if xy else m.D_B
    label = f"−D<sub>{over}</sub>(G<sub>{over}</sub>({a}))"
    found = _adversarial(D, label, weight["gan_y"], lambda: wasserstein(D(s.made), True))
    label = f"|G<sub>{back}</sub>(G<sub>{over}</sub>({a})) − {a}|"
    return [*found, Term(label, "l1", weight[f"recon_{a}"], l1(s.back, s.source).item())]


def _distancegan(m: Method, s: Seen) -> list[Term]:
    loss = ADVERSARIAL[m.config.adversarial]
    return _adversarial(m.D, "(D(G(x)) − 1)²", m.weights(0)["gan"], lambda: loss(m.D(s.made), True))


def _unit(m: Method, s: Seen) -> list[Term]:
    own, other = (1, 2) if s.direction == "xy" else (2, 1)
    a, weight = "xy"[own - 1], m.weights(0)
    mean = m.encode(s.source, own)
    found = _adversarial(
        m.D_shared, f"−log D<sub>{other}</sub>(G<sub>{other}</sub>(z))", weight["gan_1"],
        lambda: log_loss(m.judge(s.made, other), True),
    )  # fmt: skip
    return [
        *found,
        Term(
            f"|G<sub>{own}</sub>(E<sub>{other}</sub>(·)) − {a}|",
            "l1",
            weight["cycle_1"],
            l1(s.back, s.source).item(),
        ),
        Term(
            f"|G<sub>{own}</sub>(z) − {a}|", "", weight["recon_1"], l1(m.decode(mean, own), s.source).item()
        ),
        Term(f"mean of z², z = E<sub>{own}</sub>({a})", "", weight["kl_1"], kl_to_unit(mean).item()),
    ]


TOLD: dict[str, Told] = {
    "cyclegan": Told(
        "CycleGAN", 2017, "1703.10593", "Zhu et al.", "03_cyclegan",
        "there and back again: F(G(x)) = x",
        '<span class="gan"><i>L</i><sub>GAN</sub>(G, D<sub>Y</sub>)</span> + <span class="gan"><i>L</i><sub>GAN</sub>(F, D<sub>X</sub>)</span> '
        '+ λ <span class="l1"><i>L</i><sub>cyc</sub>(G, F)</span>',
        "the GAN loss of G and D Y, plus that of F and D X, plus lambda times the cycle loss of G and F",
        ("G(x)", "F(y)"), ("F(G(x))", "G(F(y))"),
        "Coming back proves that nothing was lost, not that it was translated well: a cycle closes over any swap of colours, as "
        "long as F swaps them back. Compare the size of the cycle term with what you think of the translation.",
        _cyclegan,
    ),
    "discogan": Told(
        "DiscoGAN", 2017, "1703.05192", "Kim et al.", "04_cycles_and_distances",
        "the same loop, through a small net that sees the whole picture",
        '<span class="gan"><i>L</i><sub>GAN<sub>B</sub></sub></span> + <span class="l1"><i>L</i><sub>CONST<sub>A</sub></sub></span> + '
        '<span class="gan"><i>L</i><sub>GAN<sub>A</sub></sub></span> + <span class="l1"><i>L</i><sub>CONST<sub>B</sub></sub></span>',
        "the GAN loss in B, plus the reconstruction of A, plus the GAN loss in A, plus the reconstruction of B",
        ("G<sub>AB</sub>(a)", "G<sub>BA</sub>(b)"), ("G<sub>BA</sub>(G<sub>AB</sub>(a))", "G<sub>AB</sub>(G<sub>BA</sub>(b))"),
        "Without skips or residual blocks every picture passes through a narrow code. Fine parts are redrawn from "
        "memory: shapes may turn into others of the same kind, and little can be hidden for the way back.",
        _discogan,
    ),
    "dualgan": Told(
        "DualGAN", 2017, "1704.02510", "Yi et al.", "04_cycles_and_distances",
        "the same loop with U-Nets and a Wasserstein critic",
        'λ<sub>U</sub> <span class="l1">|x − G<sub>B</sub>(G<sub>A</sub>(x))|</span> + λ<sub>V</sub> <span class="l1">|y − G<sub>A</sub>(G<sub>B</sub>(y))|</span> '
        '− <span class="gan">D<sub>A</sub>(G<sub>A</sub>(x))</span> − <span class="gan">D<sub>B</sub>(G<sub>B</sub>(y))</span>',
        "lambda U times the distance of x from its return, plus lambda V times that of y, minus the critics' scores of both translations",
        ("G<sub>A</sub>(x)", "G<sub>B</sub>(y)"), ("G<sub>B</sub>(G<sub>A</sub>(x))", "G<sub>A</sub>(G<sub>B</sub>(y))"),
        "The skips of the U-Net carry the outline over untouched. Coming back weighs 500 times as much as the critic's "
        "score, so the return is close; how far the style goes is what the critic can still ask for.",
        _dualgan,
    ),
    "unit": Told(
        "UNIT", 2017, "1703.00848", "Liu et al.", "05_unit",
        "one code for both domains: encode here, decode there",
        '<i>L</i><sub>VAE<sub>1</sub></sub> + <span class="gan"><i>L</i><sub>GAN<sub>1</sub></sub></span> + <span class="l1"><i>L</i><sub>CC<sub>1</sub></sub></span> + '
        '<i>L</i><sub>VAE<sub>2</sub></sub> + <span class="gan"><i>L</i><sub>GAN<sub>2</sub></sub></span> + <span class="l1"><i>L</i><sub>CC<sub>2</sub></sub></span>',
        "for each of the two domains the loss of its autoencoder, its GAN loss and its cycle loss",
        ("G<sub>2</sub>(E<sub>1</sub>(x))", "G<sub>1</sub>(E<sub>2</sub>(y))"), ("G<sub>1</sub>(E<sub>2</sub>(·))", "G<sub>2</sub>(E<sub>1</sub>(·))"),
        "The layers nearest the code are the same for both domains, so a thing should have one code in both. The code was "
        "trained under noise of size 1: what it carries must be loud, and a faint hidden signal would drown.",
        _unit,
    ),
    "distancegan": Told(
        "DistanceGAN", 2017, "1706.00826", "Benaim and Wolf", "04_cycles_and_distances",
        "one-sided: there is no way back; far apart stays far apart",
        'α <span class="gan"><i>L</i><sub>GAN</sub>(G, D)</span> + β <span class="l1"><i>L</i><sub>distance</sub>(G)</span>',
        "alpha times the GAN loss of G and D, plus beta times the distance loss of G",
        ("G(x)", ""), ("", ""),
        "No second generator and no cycle. Two pictures that differ much must still differ much afterwards: that alone keeps G "
        "from painting the same picture for all.",
        _distancegan,
    ),
}  # fmt: skip


@lru_cache(maxsize=12)
def _judging(model: Model) -> Method:
    """The method with batch norms as in training, where real and made pictures came in batches of their own."""
    return own_statistics(model.method)


@torch.inference_mode()
def terms(model: Model, seen: Seen) -> list[Term]:
    """Those terms of the method's objective that speak of what is on the screen. One of a discriminator that was not
    shipped, or whose weight is 0, is left out."""
    return [t for t in TOLD[model.kind].terms(_judging(model), seen) if t.weight]


def objective(model: Model, seen: Seen) -> str:
    """HTML: the equation, its live terms, and what to notice."""
    told, found = TOLD[model.kind], terms(model, seen)
    equation, spoken = told.equation, told.spoken
    if getattr(model.method.config, "identity", 0):
        equation, spoken = (
            f"{equation} + ½λ <i>L</i><sub>identity</sub>",
            f"{spoken}, plus half lambda times the identity loss",
        )
    cells = "".join(
        f'<div><span class="{t.kind}">{t.weight:g} · {t.label}</span> <strong>{t.weight * t.value:.2f}</strong></div>'
        for t in found
    )
    left_out = []
    if not any(t.kind == "gan" for t in found):
        left_out.append("The discriminator did not come with this model, so its term is left out.")
    if model.kind == "distancegan":
        left_out.append(
            "The distance term compares pairs of pictures: all pairs of the examples are in the card beside this one."
        )
    return stack(
        f'<p class="equation" role="math" aria-label="{spoken}">{equation}</p>', f'<div class="terms">{cells}</div>',
        f'<p class="small">{" ".join(left_out)}</p>' if left_out else "",
        note("notice", f"<b>What to notice.</b> {told.notice}"),
    )  # fmt: skip
