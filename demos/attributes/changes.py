"""What an edit changed: what had to change, what else did, and both as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from PIL import Image
from torch import Tensor

from i2i.images import to_image

from .people import Person, answer, edited
from .worlds import Traits

FULL = 0.5  # of a range of 2: a change of so much, averaged over the colours, is drawn in the full colour
_ORANGE, _VIOLET, _BACK = (0.87, 0.30, 0.02), (0.62, 0.54, 0.98), (0.97, 0.965, 0.98)


@dataclass(frozen=True)
class Change:
    """beside: mean change where nothing had to change, of the whole range; of a drawing whose answer nobody knows, that
    of all of it.  off: mean difference to the world's answer, or None.  nothing: the same of the person as it was, or None.
    right: whether the judge reads the attributes that were switched as they were asked for.  others: how many of the others it
    reads otherwise than they were asked for; both None without a judge."""

    beside: float
    off: float | None
    nothing: float | None
    right: bool | None
    others: int | None


def has_to_change(person: Person, traits: Traits) -> Tensor:
    """bool [1, 1, size, size]: where the world's answer differs from the person; nowhere in a drawing whose answer nobody knows."""
    right = answer(person, traits)
    return ((person.x if right is None else right) - person.x).abs().amax(
        1, keepdim=True
    ) >= person.world.seen


def measured(made: Tensor, person: Person, traits: Traits) -> Change:
    """Of an edit float [1, 3, size, size] in [-1, 1]."""
    x, right, same = person.x, answer(person, traits), (~has_to_change(person, traits)).float()
    beside = ((made - x).abs() * same).sum() / (3 * same.sum()).clamp(min=1)
    parts = [None if right is None else (one - right).abs().mean().item() / 2 for one in (made, x)]
    return Change(beside.item() / 2, *parts, *_read(made, person, traits))


@torch.inference_mode()
def _read(made: Tensor, person: Person, traits: Traits) -> tuple[bool | None, int | None]:
    net = person.world.judge()
    if net is None:
        return None, None
    found = [int(v > 0) for v in net(made)[0].tolist()]
    wrong = [i for i, wanted in enumerate(traits) if found[i] != wanted]
    asked = [i for i, wanted in enumerate(traits) if person.traits[i] != wanted]
    return not {*wrong} & {*asked}, len({*wrong} - {*asked})


@lru_cache(maxsize=256)
def change(name: str, person: Person, traits: Traits) -> Change:
    return measured(edited(name, person, traits), person, traits)


def heat(made: Tensor | None, person: Person, traits: Traits) -> Image.Image:
    """Violet where something had to change, orange where something else did, the more the stronger; the person is faint below.
    made None: what had to change alone."""
    x, must = person.x, has_to_change(person, traits)[0].float()
    grey = ((x + 1) / 2).mean(1)
    back = torch.tensor(_BACK)[:, None, None] * (0.80 + 0.20 * grey)
    image = torch.lerp(back, torch.tensor(_VIOLET)[:, None, None].expand_as(back), must * 0.62)
    if made is not None:
        amount = ((made - x).abs().mean(1) / FULL).clamp(0, 1) * (1 - must)
        image = torch.lerp(image, torch.tensor(_ORANGE)[:, None, None].expand_as(image), amount)
    return to_image(image * 2 - 1)
