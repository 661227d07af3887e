"""The true partner, hidden until the visitor has predicted it: which of four is it, and does the model know?"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import torch
from markupsafe import Markup
from PIL import Image

from i2i.images import to_tensor
from i2i.losses import l1

from ..widgets.look import figure, note, stack
from . import words
from .subjects import examples

LETTERS = "ABCD"
_TURNS = (0, 64, 128, 192)  # of the hue, in 256ths
_TIE = 0.01  # of a range of 2: less than this tells nothing
_FAINT = 0.03  # candidates that lie nearer than this cannot be told apart


@lru_cache(maxsize=128)
def candidates(key: str, at: int, domain: str) -> tuple[tuple[Image.Image, int], ...]:
    """The partner in `domain` of an example, among copies with its hue turned (by so many 256ths), in a fixed random order."""
    truth = examples(key)[at].side(domain)
    order = sorted(_TURNS, key=lambda turn: hashlib.sha256(f"{key} {at} {domain} {turn}".encode()).digest())
    return tuple((_turned(truth, turn), turn) for turn in order)


def _turned(image: Image.Image, turn: int) -> Image.Image:
    """Another hue for what is bright; dark pixels keep theirs, lest a night sky give the answer away."""
    if not turn:
        return image
    h, s, v = image.convert("HSV").split()
    other = Image.merge("HSV", (h.point(lambda n: (n + turn) % 256), s, v)).convert("RGB")
    bright = v.point(lambda n: max(0, min(255, 4 * (n - 40))))
    return Image.composite(other, image, bright)


@lru_cache(maxsize=128)
def right_letter(key: str, at: int, domain: str) -> str:
    """The letter of the true partner."""
    return LETTERS[[turn for _, turn in candidates(key, at, domain)].index(0)]


def tellable(key: str, at: int, domain: str) -> bool:
    """Whether the candidates differ enough to choose between them: a grey thing has no hue to turn."""
    (truth,) = (p for p, turn in candidates(key, at, domain) if not turn)
    return all(_far(truth, p) > _FAINT for p, turn in candidates(key, at, domain) if turn)


def ask(
    key: str,
    at: int,
    domain: str,
    made: dict[str, Image.Image],
    chosen: str,
    returns: bool,
    guess: str | None,
) -> tuple[Markup, Markup]:
    """HTML of the candidates, and of what to say of them: the question, or after a guess which one is true and how far
    each method's image is from it.

    made: by the methods' titles, `chosen` among them.  returns: whether that one has a way back.
    """
    shown = candidates(key, at, domain)
    if not tellable(key, at, domain):
        return Markup(""), note("predict", words.NO_COLOUR)
    cells = []
    for letter, (image, turn) in zip(LETTERS, shown, strict=True):
        alt, caption = words.CANDIDATE_ALT.format(letter=letter), Markup("<b>{}</b>").format(letter)
        if guess:
            told = {"letter": letter, "turn": words.TURNS[turn]}
            alt = words.CANDIDATE_TOLD_ALT.format(**told)
            caption = Markup("<b{}>{}</b><br>{}").format(
                Markup(' class="true"') if not turn else "",
                words.CANDIDATE_TOLD.format(**told),
                words.APART.format(far=_far(made[chosen], image), method=chosen),
            )
        cells.append(figure(image, alt, caption))
    row = Markup('<div class="four">{}</div>').format(Markup("").join(cells))
    if not guess:
        return row, note("predict", words.WHICH)
    truth = next(p for p, turn in shown if not turn)
    right = right_letter(key, at, domain)
    far = {turn: _far(made[chosen], p) for p, turn in shown}
    nearest = min(far, key=far.get)
    verdict = words.RIGHT if guess == right else words.WRONG
    if abs(far[0] - min(d for turn, d in far.items() if turn)) < _TIE:
        why = words.AS_NEAR
    elif nearest:
        why = words.NEARER_CYCLE if returns else words.NEARER_DISTANCES
    else:
        why = words.FOUND
    verdict = Markup("{} {}").format(
        verdict.format(letter=right), why.format(method=chosen, turn=words.TURNS[nearest])
    )
    misses = {title: _far(image, truth) for title, image in made.items()}
    longest = max(misses.values())
    bars = Markup("").join(
        Markup('<li><span>{}</span><i style="width:{:.0f}%"></i><b>{:.3f}</b></li>').format(
            title, 60 * miss / longest, miss
        )
        for title, miss in sorted(misses.items(), key=lambda m: m[1])
    )
    return row, stack(
        note("notice", verdict),
        Markup('<p class="small">{}</p>').format(words.MISSES),
        Markup('<ul class="bars">{}</ul>').format(bars),
    )


def changed(before: Image.Image, after: Image.Image, title: str) -> Markup:
    """HTML where there is no partner: a prediction that can be checked all the same."""
    difference = np.abs(np.asarray(after, np.float32) - np.asarray(before, np.float32)).mean(2) / 127.5
    middle = len(difference) // 2
    upper, lower = difference[:middle].mean(), difference[middle:].mean()
    told = words.HALVES_TOLD.format(method=title, upper=upper.item(), lower=lower.item())
    return Markup('<details class="note predict"><summary>{}</summary>{}</details>').format(
        words.HALVES, told
    )


def _far(a: Image.Image, b: Image.Image) -> float:
    a = a if a.size == b.size else a.resize(b.size, Image.LANCZOS)
    with torch.inference_mode():
        return l1(to_tensor(a), to_tensor(b)).item()
