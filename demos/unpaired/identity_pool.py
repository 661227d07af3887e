"""Two cards beside the cycle: the identity term on an image that is there already, and the pool that D is shown."""

from __future__ import annotations

from functools import lru_cache

import torch
from markupsafe import Markup
from torch import Tensor

from i2i.images import to_image
from i2i.losses import l1
from i2i.nets.pool import ImagePool
from i2i.papers import PAPERS
from i2i.run.pipeline import Model

from ..widgets.look import figure, stack
from ..widgets.strip import thumbnail
from . import words
from .objective import Screen

_SLOTS = 4  # of the pool in the image; CycleGAN's has 50


def already_there(model: Model, seen: Screen) -> Markup:
    """HTML: G on an image of the target domain, beside how much it changes one of the source."""
    kept, moved = l1(seen.same, seen.target).item(), l1(seen.made, seen.source).item()
    weight = getattr(model.method.config, "identity", None)
    says = words.ASKED if weight else words.HAS_NONE if weight is None else words.LEFT_OUT
    there = figure(to_image(seen.target), words.THERE_ALT, words.THERE)
    after = figure(to_image(seen.same), words.KEPT_ALT.format(kept=kept), words.KEPT)
    return stack(
        Markup('<div class="two">{}{}<p class="tell">{}</p></div><p class="tell">{}</p>').format(
            there,
            after,
            words.CHANGED.format(kept=kept, moved=moved),
            says.format(method=PAPERS[model.kind].name),
        )
    )


@lru_cache(maxsize=4)
def shown_to_d(count: int, size: int = _SLOTS) -> tuple[int, ...]:
    """For each of `count` made images in turn, the number of the one that D is shown out of a pool of `size`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        pool, shown = ImagePool(size), []
        for i in range(count):
            made = torch.full((1, 3, 1, 1), float(i))
            places = pool.draw(1)
            shown.append(int(pool.mix(made, places)[0, 0, 0, 0]))
            pool.put(made, places)
    return tuple(shown)


def history(model: Model, made: Tensor) -> Markup:
    """HTML: the translations of the examples in the order in which G would make them, and what D would be shown."""
    small = [thumbnail(to_image(m), 64) for m in made]
    cells = Markup("").join(
        Markup('<img src="{}" alt="{}"><img src="{}" class="{}" alt="{}">').format(
            small[i],
            words.MAKES_ALT.format(step=i + 1),
            small[j],
            "old" if i != j else "",
            (words.SHOWN_OLD_ALT if i != j else words.SHOWN_NEW_ALT).format(step=i + 1, old=j + 1),
        )
        for i, j in enumerate(shown_to_d(len(small)))
    )
    size, name = getattr(model.method.config, "pool", 0), PAPERS[model.kind].name
    return stack(
        Markup('<div class="pool" style="--n:{}"><span>{}</span><span>{}</span>{}</div>').format(
            len(small), words.MAKES, words.SHOWN, cells
        ),
        Markup('<p class="tell">{}</p>').format(words.pool(name, size, _SLOTS)),
    )
