"""The enlargers of the tab Super-resolution: what each is trained to minimise, and how far it got on one image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from markupsafe import Markup
from PIL import Image
from torch import Tensor

from i2i.data.enlarging import reduced
from i2i.images import from_bytes, to_image, to_tensor
from i2i.judges import load_judge
from i2i.losses import log_loss, mse
from i2i.measure.superres import Bicubic, scores
from i2i.methods.srgan import MAPS
from i2i.run import tiles
from i2i.run.pipeline import Model, load, shipped

from ..widgets import look
from ..widgets.measures import explained
from ..work.once import once
from . import words

SCALE = 4
FIRST = "srresnet"  # what is shown where nobody has chosen
_TWICE = "-x2"  # ends the key of a model that doubles the sides, and the model's name
_JUDGED = 40  # px: smaller images are too small to be judged
_PLACE = 96  # px: phi and D see places of this side in training


@dataclass(frozen=True)
class Enlarger:
    """Shipped model, colour in the spectrum; what is said of it stands in `words.ENLARGERS`."""

    model: str
    colour: str


ENLARGERS = {
    "srcnn": Enlarger("srcnn-photographs", "var(--green)"),
    "srresnet": Enlarger("srresnet-photographs", "var(--orange)"),
    "content": Enlarger("srgan-photographs-no-gan", "#2f8fd0"),
    "srgan": Enlarger("srgan-photographs", "var(--violet)"),
}
COLOURS = {key: told.colour for key, told in ENLARGERS.items()} | {
    "bicubic": "var(--soft)",
    "original": "var(--ink)",
}


class Figures(NamedTuple):
    """How far a result is from the original. mse and content: as in training; content None where phi is not here."""

    psnr: float
    ssim: float
    detail: float
    distance: float
    mse: float
    content: float | None


def models() -> list[str]:
    """Keys of ENLARGERS whose model is here."""
    return [key for key, told in ENLARGERS.items() if told.model in shipped()]


def model_of(key: str) -> str:
    """The model behind a key of ENLARGERS, or behind one of `twice`."""
    return ENLARGERS[key.removesuffix(_TWICE)].model + _TWICE * key.endswith(_TWICE)


def asked(key: str) -> frozenset[str]:
    """The terms, by their names in the method, that the model of a column was trained on; of what was not trained, none."""
    if key not in ENLARGERS:
        return frozenset()
    return frozenset(term for term, weight in loaded(key).method.weights(0).items() if weight)


def scale_of(key: str) -> int:
    return 2 if key.endswith(_TWICE) else SCALE


def twice(key: str) -> str | None:
    """The key of the model that doubles the sides in the manner of `key`, or else of another's, if any is here: whole
    photographs need no more as a rule."""
    near = sorted(ENLARGERS, key=lambda other: (other != key, other != FIRST))
    return next((other + _TWICE for other in near if model_of(other + _TWICE) in shipped()), None)


@once(2 * len(ENLARGERS))
def loaded(key: str) -> Model:
    return load(model_of(key))


def enlarge(key: str, x: Image.Image, wanted: Callable[[], bool]) -> Image.Image | None:
    """x at four times its sides, or None when it is no longer wanted. key: of ENLARGERS, or "bicubic"."""
    if key == "bicubic":
        return Bicubic(SCALE)(x)
    made = None
    for step in tiles.enlarged(loaded(key), x):
        made = step
        if not wanted():
            return None
    return made.image


def _content() -> tuple[int, bool]:
    """Which of the judge's maps is phi, and whether phi is the judge."""
    for key in models():
        if "content" in asked(key):
            config = loaded(key).method.config
            return MAPS.get(config.content, 4), config.features == "judge" and config.content in MAPS
    return 4, True


def places(image: Tensor, side: int = _PLACE) -> Tensor:
    """An image [1, 3, H, W] in squares [N, 3, side, side] as large as those of training, or whole where it is smaller."""
    if min(image.shape[-2:]) < side:
        return image
    rows = image.unfold(2, side, side).unfold(3, side, side)
    return rows.permute(0, 2, 3, 1, 4, 5).reshape(-1, 3, side, side)


@torch.inference_mode()
def figures(made: Image.Image, real: Image.Image) -> Figures | None:
    """None where the images are too small to be judged."""
    if min(real.size) < _JUDGED:
        return None
    s = scores(made, real, border=SCALE)
    a, b = to_tensor(made), to_tensor(real)
    layer, known = _content()
    content = None
    if known:
        judge = load_judge()
        content = mse(judge(places(a))[layer], judge(places(b))[layer]).item()
    return Figures(
        s.psnr, s.ssim, s.made_energy / max(s.real_energy, 1e-12), s.distance, mse(a, b).item(), content
    )


def back(made: Image.Image, x: Image.Image) -> float:
    """By how many grey levels a result misses x when it is shrunk again, on average: known without an original."""
    small = to_tensor(to_image(from_bytes(reduced(made, SCALE)[0])))
    return 127.5 * (small - to_tensor(x)).abs().mean().item()


@torch.inference_mode()
def belief(key: str, made: Image.Image) -> float | None:
    """-log D(G(x)) of what the model `key` made, where its D came with it."""
    method = loaded(key).method
    side, seen = method.config.side, to_tensor(made)
    if getattr(method, "D", None) is None or min(seen.shape[-2:]) < side:
        return None
    return log_loss(method.D(places(seen, side)), True).item()


# -- What is told of them -------------------------------------------------------------------------------------------------

_HEADS = (
    ("mse", min, "{:.4f}"),
    ("content", min, "{:.3f}"),
    ("psnr", max, "{:.2f}"),
    ("distance", min, "{:.3f}"),
    ("detail", lambda v: min(v, key=lambda n: abs(n - 1)), "{:.2f}"),
)


def table(rows: dict[str, Figures], chosen: str = "") -> Markup:
    """HTML: the figures of every column that is done; the best of each kind stands out."""
    kinds = [h for h in _HEADS if all(getattr(f, h[0]) is not None for f in rows.values())]
    best = {name: pick([getattr(f, name) for f in rows.values()]) for name, pick, _ in kinds}
    return look.table(
        [words.HEADS[name] for name, _, _ in kinds],
        [
            (
                title_of(key),
                key == chosen,
                [(form.format(getattr(f, name)), getattr(f, name) == best[name]) for name, _, form in kinds],
            )
            for key, f in rows.items()
        ],
    )


def title_of(key: str) -> str:
    if key.endswith(_TWICE):
        return words.TWICE.format(title=title_of(key.removesuffix(_TWICE)))
    return words.ENLARGERS[key].title if key in words.ENLARGERS else words.COLUMNS[key]


def told(
    key: str, rows: dict[str, Figures], missed: dict[str, float], believed: float | None = None
) -> Markup:
    """HTML beside the image for the model `key`: its objective, live, and what to notice.

    rows: figures by column, where the original is known; missed: `back` by column, where it is not.
    """
    said = words.ENLARGERS[key]
    small = Markup('<p class="small">{}</p>').format
    if rows:
        numbers = table(rows, key) + small(words.BEST)
    elif missed:
        numbers = look.terms(
            Markup("<span>{}</span> <strong>{:.2f}</strong>").format(title_of(k), v)
            for k, v in missed.items()
        ) + small(words.NO_ORIGINAL)
    else:
        numbers = small(words.TOO_SMALL_TO_JUDGE)
    live = ""
    if key in rows:
        f, parts = rows[key], []
        term = Markup('<span class="l1">{}</span> <strong>{}</strong>').format
        if "content" not in asked(key):
            parts.append(term(words.HEADS["mse"][0], f"{f.mse:.4f}"))
        elif f.content is not None:
            parts.append(term(words.HEADS["content"][0], f"{f.content:.3f}"))
        if "gan" in asked(key) and believed is not None:
            parts.append(
                Markup('<span class="gan">−log D(G(x))</span> <strong>{:.2f}</strong>').format(believed)
            )
        live = look.terms(parts)
    return look.stack(
        small(words.TRAINED.format(title=said.title, loss=said.loss))
        + Markup('<p class="equation" role="math" aria-label="{}">{}</p>').format(said.spoken, said.equation),
        live,
        small(words.NO_D) if "gan" in asked(key) and believed is None else "",
        numbers,
        look.notice(said.notice),
        explained("squared error", "φ", "PSNR", "PD-i2i", "detail") if rows else "",
    )
