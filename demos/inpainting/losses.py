"""The card of four losses in the tab Inpainting: one hole filled by nets that learned alike but for the discriminators."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from PIL import Image

from i2i.claims import mean, recorded
from i2i.run.filling import Membrane
from i2i.run.pipeline import shipped

from ..widgets import look
from ..widgets.urls import exact_url
from . import words
from .fillers import HEADS, SUBJECTS, Figures, Filled, View, best, fill_by, hole_of, kept, loaded

SUBJECT = "facades"
_LEAST = 64  # px that are shown around a small hole


@dataclass(frozen=True)
class LossVariant:
    """model; row: its name in the claim; terms: those of the objective that it learned by. What is said of it stands in
    `words.LOSSES`."""

    model: str
    row: str
    terms: tuple[str, ...]


LOSS_VARIANTS = {
    "l1": LossVariant("pggan-facades-l1", "reconstruction alone", ("rec",)),
    "global": LossVariant("pggan-facades-global", "global", ("rec", "global")),
    "patch": LossVariant("pggan-facades-patch", "patch", ("rec", "patch")),
    "both": LossVariant("pggan-facades-both", "both", ("rec", "global", "patch")),
}
_TERMS = {
    "rec": (Markup("λ<sub>1</sub> <i>L</i><sub>rec</sub>"), "l1"),
    "global": (Markup("λ<sub>2</sub> <i>L</i><sub>global</sub>"), "gan"),
    "patch": (Markup("λ<sub>3</sub> <i>L</i><sub>patch</sub>"), "part"),
}
_PREDICT = Markup('<details class="note predict"><summary>{}</summary><p>{}</p></details>').format(
    words.FOUR_PREDICT, words.FOUR_ANSWER
)


def available() -> bool:
    return {t.model for t in LOSS_VARIANTS.values()} <= set(shipped())


def equation(terms: tuple[str, ...] = tuple(_TERMS)) -> Markup:
    """HTML: the objective; terms that are not in force are struck out."""
    shown = Markup(" + ").join(
        Markup('<span class="{}">{}</span>').format(kind if key in terms else "off", text)
        for key, (text, kind) in _TERMS.items()
    )
    return Markup('<p class="equation" role="math" aria-label="{}">{}</p>').format(
        words.objective(terms), shown
    )


def weights(model: str) -> Markup:
    """HTML: the factors that a model learned with."""
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
        return look.stack(fault, _PREDICT, look.notice(words.FOUR_NOTICE))
    box = made.hole.nearby(_LEAST)
    film = Markup('<p class="equation">{}</p>').format(words.NOTHING_LEARNT)
    cells = [_cell(made, "membrane", words.TITLES["membrane"], film, box)]
    for key, variant in LOSS_VARIANTS.items():
        cells.append(_cell(made, key, words.LOSSES[key].title, equation(variant.terms), box))
    cells.append(
        _figure(
            made.hole.image.crop(box),
            words.TRUTH_ALT,
            Markup("<b>{}</b>").format(words.TRUTH if view.example else words.YOURS),
        )
    )
    return Markup('<p class="tell">{} {}</p><div class="four-losses">{}</div>{}').format(
        words.FOUR_OF_YOURS if followed else words.FOUR_OF_A_FRONT,
        words.FOUR_NETS.format(weights=weights(LOSS_VARIANTS["both"].model)),
        Markup("").join(cells),
        look.stack(_PREDICT, look.notice(f"{words.FOUR_NOTICE} {_measured()}".strip())),
    )


def _cell(made: Filled, key: str, title: str, terms: Markup, box: tuple) -> Markup:
    return _figure(
        made.images[key].crop(box),
        words.FOUR_ALT.format(title=title),
        Markup("<b>{}</b>{}{}").format(title, terms, _numbers(made.figures, key)),
    )


def _figure(image: Image.Image, alt: str, caption: Markup) -> Markup:
    image.thumbnail((512, 512), Image.LANCZOS)
    return look.captioned(exact_url(image), alt, caption)


def _numbers(rows: dict[str, Figures], key: str) -> Markup:
    if key not in rows:
        return Markup("")
    tops = best(rows)
    cells = Markup("").join(
        Markup('<dt title="{1}">{0}</dt><dd{2}>{3}</dd>').format(
            *words.HEADS[name],
            " class=best" if getattr(rows[key], name) == tops[name] else "",
            form.format(getattr(rows[key], name)),
        )
        for name, _, form in HEADS
    )
    return Markup("<dl>{}</dl>").format(cells)


def _measured() -> str:
    """What the claim found of the four losses, if it was measured in this copy."""
    found = (recorded("global-and-patch") or {}).get("figures", {})
    rows = {
        key: [
            mean(found[f"{t.row} | hole {name}"])
            for name in ("PSNR", "energy")
            if f"{t.row} | hole {name}" in found
        ]
        for key, t in LOSS_VARIANTS.items()
    }
    if any(len(numbers) < 2 for numbers in rows.values()):
        return ""
    return words.measured(rows)
