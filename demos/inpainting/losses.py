"""The card of four losses in the tab Inpainting: one hole filled by nets that learnt alike but for the discriminators."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from PIL import Image

from i2i.claims import mean, recorded
from i2i.run.filling import Membrane
from i2i.run.pipeline import shipped

from ..widgets import look
from ..widgets.urls import exact_url
from .fillers import HEADS, SUBJECTS, Figures, Filled, View, best, fill_by, hole_of, kept, loaded

SUBJECT = "facades"
_LEAST = 64  # px that are shown around a small hole


@dataclass(frozen=True)
class LossVariant:
    """title; model; row: its name in the claim; terms: those of the objective that it learnt by."""

    title: str
    model: str
    row: str
    terms: tuple[str, ...]


LOSS_VARIANTS = {
    "l1": LossVariant("reconstruction alone", "pggan-facades-l1", "reconstruction alone", ("rec",)),
    "global": LossVariant("with the global D: G‑GAN", "pggan-facades-global", "global", ("rec", "global")),
    "patch": LossVariant("with the patch D: P‑GAN", "pggan-facades-patch", "patch", ("rec", "patch")),
    "both": LossVariant("with both: PGGAN", "pggan-facades-both", "both", ("rec", "global", "patch")),
}
_TERMS = {
    "rec": (Markup("λ<sub>1</sub> <i>L</i><sub>rec</sub>"), "l1", "lambda 1 times the reconstruction loss"),
    "global": (
        Markup("λ<sub>2</sub> <i>L</i><sub>global</sub>"),
        "gan",
        "lambda 2 times the loss by the global discriminator",
    ),
    "patch": (
        Markup("λ<sub>3</sub> <i>L</i><sub>patch</sub>"),
        "part",
        "lambda 3 times the loss by the patch discriminator",
    ),
}

_PREDICT = Markup(
    '<details class="note predict"><summary>Predict first. Which of the four has the least L1 in the hole, and which looks most like a front?'
    "</summary><p>They need not be the same net. Where several fronts are possible, the least expected absolute difference is their median, "
    "which is soft; nothing in L<sub>rec</sub> asks for more. A discriminator may object to softness, at the price of windows that stand elsewhere than in "
    "the truth. Compare your answer with the figures in violet, over several holes: one hole is one draw.</p></details>"
)
_NOTICE = (
    "The patch discriminator asks every patch that touches the hole for the texture of a photograph, and sees too little "
    "to tell whether a window belongs there. The global one sees the whole layout in a single number, and has little to say about any one place. The soap film has learnt nothing: "
    "where a net is no better than it, the net has learnt little for this hole."
)


def available() -> bool:
    return {t.model for t in LOSS_VARIANTS.values()} <= set(shipped())


def equation(terms: tuple[str, ...] = tuple(_TERMS)) -> Markup:
    """HTML: the objective; terms that are not in force are struck out."""
    shown = Markup(" + ").join(
        Markup('<span class="{}">{}</span>').format(kind if key in terms else "off", text)
        for key, (text, kind, _) in _TERMS.items()
    )
    spoken = "the loss is " + " plus ".join(_TERMS[key][2] for key in terms)
    return Markup('<p class="equation" role="math" aria-label="{}">{}</p>').format(spoken, shown)


def weights(model: str) -> Markup:
    """HTML: the factors that a model learnt with."""
    c = loaded(model).method.config
    return Markup(", ").join(
        Markup("λ<sub>{}</sub> = {:g}").format(n, value)
        for n, value in enumerate((c.reconstruction, c.globally, c.patchwise), 1)
    )


@kept
def _filled(view: View) -> Filled:
    models = {"membrane": Membrane(), **{key: loaded(told.model) for key, told in LOSS_VARIANTS.items()}}
    return fill_by(hole_of(view), models, view.example is not None)


def shown(view: View) -> Markup:
    """HTML of the card for a view; where it shows no building front, for the first of them."""
    followed = view.key == SUBJECT
    if not followed:
        view = View(SUBJECT, 0, "", SUBJECTS[SUBJECT].examples[0].ops)
    made = _filled(view)
    if made.hole.fault:
        fault = Markup('<p class="tell">{}</p>').format(made.hole.fault)
        return look.stack(fault, _PREDICT, look.notice(_NOTICE))
    box = made.hole.nearby(_LEAST)
    cells = [_cell(made, key, told.title, equation(told.terms), box) for key, told in LOSS_VARIANTS.items()]
    film = Markup('<p class="equation">nothing learnt</p>')
    cells.insert(0, _cell(made, "membrane", "soap film", film, box))
    cells.append(
        _figure(
            made.hole.picture.crop(box),
            "what stood there",
            Markup("<b>{}</b>").format("the truth" if view.example else "your picture"),
        )
    )
    where = (
        "The hole above"
        if followed
        else "The first front (choose fronts above, and this card follows your brush): its hole"
    )
    return Markup(
        '<p class="tell">{}, and what surrounds it. The four nets are narrower than the one above and learnt alike but for '
        'the terms that are struck out; {}.</p><div class="four-losses">{}</div>{}'
    ).format(
        where,
        weights(LOSS_VARIANTS["both"].model),
        Markup("").join(cells),
        look.stack(_PREDICT, look.notice(f"{_NOTICE} {_measured()}".strip())),
    )


def _cell(made: Filled, key: str, title: str, terms: Markup, box: tuple) -> Markup:
    return _figure(
        made.pictures[key].crop(box),
        f"the hole filled by {title}",
        Markup("<b>{}</b>{}{}").format(title, terms, _numbers(made.figures, key)),
    )


def _figure(picture: Image.Image, alt: str, caption: Markup) -> Markup:
    picture.thumbnail((512, 512), Image.LANCZOS)
    return look.captioned(exact_url(picture), alt, caption)


def _numbers(rows: dict[str, Figures], key: str) -> Markup:
    if key not in rows:
        return Markup("")
    tops = best(rows)
    cells = Markup("").join(
        Markup('<dt title="{}">{}</dt><dd{}>{}</dd>').format(
            why,
            text,
            " class=best" if getattr(rows[key], name) == tops[name] else "",
            form.format(getattr(rows[key], name)),
        )
        for name, text, why, _, form in HEADS
    )
    return Markup("<dl>{}</dl>").format(cells)


def _measured() -> str:
    """What the claim found of the four losses, if it was measured in this copy."""
    found = (recorded("global-and-patch") or {}).get("figures", {})
    rows = {
        t.row: [
            mean(found[f"{t.row} | hole {name}"])
            for name in ("PSNR", "energy")
            if f"{t.row} | hole {name}" in found
        ]
        for t in LOSS_VARIANTS.values()
    }
    if any(len(numbers) < 2 for numbers in rows.values()):
        return ""
    told = "; ".join(f"{row}: {decibels:.2f} dB and {energy:.2f}" for row, (decibels, energy) in rows.items())
    return f"Measured on drawn fronts of 64 px without their middle, over several seeds, PSNR and energy in the hole: {told}."
