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
from .objective import Screen

_SLOTS = 4  # of the pool in the image; CycleGAN's has 50


def already_there(model: Model, seen: Screen) -> Markup:
    """HTML: G on an image of the target domain, beside how much it changes one of the source."""
    kept, moved = l1(seen.same, seen.target).item(), l1(seen.made, seen.source).item()
    title, weight = PAPERS[model.kind].name, getattr(model.method.config, "identity", None)
    if weight:
        says = (
            "The identity term asks for this in training: what is there already should stay. It keeps G from turning colours for "
            "no reason. The paper has it for paintings only, the authors' code for every task."
        )
    elif weight is None:
        says = f"{title} has no identity term: in training G never got a picture of the target domain. So nobody has told it what to do with one."
    else:
        says = (
            f"This {title} was trained without its identity term, which would ask that what is there already stays. Nothing else "
            "keeps G from changing colours: where it changes hues here, it changes them above, too."
        )
    y = to_image(seen.target), to_image(seen.same)
    there = figure(y[0], "a picture of the target domain", "there already")
    after = figure(y[1], f"the same, translated nevertheless; changed by {kept:.3f}", "translated")
    return stack(
        Markup(
            '<div class="two">{}{}<p class="tell">changed by <strong>{:.3f}</strong>,<br>the picture above by <strong>{:.3f}</strong>, '
            'of a range of 2</p></div><p class="tell">{}</p>'
        ).format(there, after, kept, moved, says)
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
        Markup(
            '<img src="{made}" alt="step {step}: G makes this"><img src="{shown}" class="{old}" alt="step {step}: D is shown {what}">'
        ).format(
            made=small[i],
            shown=small[j],
            step=i + 1,
            old="old" if i != j else "",
            what="the same" if i == j else f"the picture of step {j + 1}",
        )
        for i, j in enumerate(shown_to_d(len(small)))
    )
    size, title = getattr(model.method.config, "pool", 0), PAPERS[model.kind].name
    has = f"{title} keeps {size}" if size else f"{title} has none; CycleGAN and DistanceGAN keep 50"
    says = (
        f"A discriminator that sees only the newest pictures forgets the older ones, and G may return to old mistakes. So "
        f"made pictures go into a pool ({has}; here {_SLOTS}), and every other time D is shown an old one out of it: those in orange."
    )
    return stack(
        Markup('<div class="pool" style="--n:{}"><span>G makes</span><span>D is shown</span>{}</div>').format(
            len(small), cells
        ),
        Markup(
            '<p class="tell">{} Only D is taught that way, and only in training: translating never touches the pool.</p>'
        ).format(says),
    )
