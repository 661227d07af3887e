"""Claims about shapes in voxels: 3D-GAN's rule that D rests, the walk between two shapes, and sums of shapes.

Small nets at 16 x 16 x 16 learn chairs, half of which have a back, so that what a sum adds can be told apart.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.voxels import Volumes
from ..data.worlds.furniture import FAMILIES, draw
from ..measure.voxels import coverage, ious, matching_distance, solid
from ..methods import METHODS
from ..metrics import linear_classifier
from ..run.pipeline import Model
from ..run.walk import walk
from .claim import SEEDS, Claim, Comparison, Figures, Stated
from .kept import kept

SIDE = 16
_CONFIG = {
    "side": SIDE, "code": 32, "width": 16, "up": "resized", "d_width": 8, "rate": 2e-3, "d_rate": 1e-3, "steps": 800,
}  # fmt: skip
RULES = {"D rests above .8": 0.8, "D never rests": 1.0}
_SHAPES, _HELD_OUT, _PAIRS, _PARTS = 1_024, 200, 40, 17


# -- chairs and the nets that learn them ----------------------------------------------------------------------------


@cache
def chairs(first: int, count: int) -> tuple[Tensor, Tensor]:
    """(volumes float [count, 1, 16, 16, 16], int64 [count]: 1 where a chair has a back) from a number on."""
    index = torch.arange(first, first + count)
    label = torch.full((count,), list(FAMILIES).index("chair"))
    parts = [
        draw(index[index % 2 == k], SIDE, label=label[index % 2 == k], back=float(k), arms=0.0)
        for k in (0, 1)
    ]
    made = torch.empty(count, *parts[0].shape[1:])
    for k in (0, 1):
        made[index % 2 == k] = parts[k]
    return made, index % 2


def source() -> Volumes:
    """The chairs to learn from."""
    return Volumes((chairs(0, _SHAPES)[0] * 255).round().to(torch.uint8), SIDE)


def held_out() -> tuple[Tensor, Tensor]:
    """Chairs that no net has learned from, as `chairs` gives them."""
    return chairs(10 * _SHAPES, _HELD_OUT)


def trained(rule: str, seed: int) -> Model:
    """3D-GAN on the chairs, with a rule of RULES; its card has D's accuracy after each step and whether D learned in it."""
    method = METHODS["gan3d"]
    config = method.Config(**_CONFIG, rest_above=RULES[rule])

    def watch(trainer, terms: dict[str, float], card: dict) -> None:
        card.setdefault("D right", []).append(round(float(trainer.method.accuracy), 3))
        card.setdefault("D learned", []).append("real" in terms)

    return kept(
        f"voxels {rule}",
        lambda: method.seeded(config, seed),
        source,
        seed=seed,
        batch=16,
        size=SIDE,
        watch=watch,
    )


def made(model: Model, z: Tensor) -> Tensor:
    """Solid shapes of codes z [n, code]: bool [n, 16 * 16 * 16]."""
    return solid(torch.cat([model.decode(some) for some in z.split(64)]))


# -- what is measured -----------------------------------------------------------------------------------------------


def d_rests() -> Figures:
    figures: dict[str, list[float]] = {}
    real = solid(held_out()[0])
    for rule in RULES:
        for seed in SEEDS:
            model = trained(rule, seed)
            right, learned = torch.tensor(model.card["D right"]), torch.tensor(model.card["D learned"])
            likeness = ious(made(model, model.method.styles(1000, _HELD_OUT)), real)
            found = {
                "D's accuracy": right[len(right) // 2 :].mean(),
                "share of steps in which D learned": learned.float().mean(),
                "held-out to sample": matching_distance(likeness).mean(),
                "coverage": coverage(likeness),
            }
            for name, value in found.items():
                figures.setdefault(f"{rule} | {name}", []).append(float(value))
    return figures


def smooth_walk() -> Figures:
    names = {
        "least of neighbours": "a walk in z | least IoU of neighbours",
        "ends": "a walk in z | IoU of its ends",
        "middle": "a walk in z | IoU of its middle and the nearest real shape",
        "mix": "a mix of voxels | IoU of its middle and the nearest real shape",
    }
    figures: dict[str, list[float]] = {name: [] for name in names.values()}
    real = solid(chairs(0, _SHAPES)[0])
    for seed in SEEDS:
        model = trained("D rests above .8", seed)
        ends = model.method.styles(2000, 2 * _PAIRS)
        found: dict[str, list[Tensor]] = {name: [] for name in names}
        for a, b in ends.view(_PAIRS, 2, 1, -1):
            way = walk(a, b, torch.linspace(0, 1, _PARTS))
            volumes = model.decode(way)
            shapes = solid(volumes)
            steps = torch.stack([ious(p[None], q[None])[0, 0] for p, q in pairwise(shapes)])
            found["least of neighbours"].append(steps.min())
            found["ends"].append(ious(shapes[:1], shapes[-1:])[0, 0])
            mixed = solid((volumes[:1] + volumes[-1:]) / 2)
            for name, shape in (("middle", shapes[_PARTS // 2][None]), ("mix", mixed)):
                found[name].append(ious(shape, real).max())
        for name, values in found.items():
            figures[names[name]].append(torch.stack(values).mean().item())
    return figures


def _features(volumes: Tensor) -> Tensor:
    return F.adaptive_avg_pool3d(volumes.float().view(-1, 1, SIDE, SIDE, SIDE), 8).flatten(1)


def shape_arithmetic() -> Figures:
    figures: dict[str, list[float]] = {}
    real, back = chairs(0, _SHAPES)
    has_back = linear_classifier(_features(real), back)
    unseen, true = held_out()
    figures["the classifier, on held-out chairs | right"] = [(has_back(_features(unseen)) == true).float().mean().item()] * len(SEEDS)  # fmt: skip
    for seed in SEEDS:
        model = trained("D rests above .8", seed)
        z = model.method.styles(3000, 512)
        told = has_back(_features(made(model, z))).bool()
        rng = torch.Generator().manual_seed(seed)
        with_, without = z[told], z[~told]
        plus = with_.mean(0) - without.mean(0)
        other = torch.randn(plus.shape, generator=rng)
        start = without[:100]
        before = made(model, start)
        sums = {
            "chairs without a back": start,
            "+ mean with a back − mean without": start + plus,
            "+ mean with a back − mean without, twice": start + 2 * plus,
            "+ a random direction, as long as twice": start + 2 * other * plus.norm() / other.norm(),
        }
        for name, z_of in sums.items():
            after = made(model, z_of)
            share = has_back(_features(after)).float().mean().item()
            alike = torch.stack(
                [ious(a[None], b[None])[0, 0] for a, b in zip(before, after, strict=True)]
            ).mean()
            figures.setdefault(f"{name} | has a back", []).append(share)
            figures.setdefault(f"{name} | IoU with the chair before", []).append(alike.item())
            legs = [v.view(-1, SIDE, SIDE, SIDE)[:, :, : SIDE // 3].flatten(1) for v in (before, after)]
            below = torch.stack([ious(a[None], b[None])[0, 0] for a, b in zip(*legs, strict=True)]).mean()
            figures.setdefault(f"{name} | the same, lowest third", []).append(below.item())
    return figures


# -- the claims -----------------------------------------------------------------------------------------------------

_NETS = "3D-GAN at 16 x 16 x 16, chairs, half of them with a back; three seeds"
VOXELS: dict[str, Claim] = {
    "d-rests": Claim(
        "in three dimensions D gets ahead of G, and a rule by which it rests when it is too good makes better shapes",
        Stated(f"3D-GAN, section 3; {_NETS}"),
        "without the rule D's accuracy in the second half of the training is above .85, with it below that, and with it the samples "
        "come nearer to held-out chairs",
        d_rests,
        (
            Comparison("D never rests | D's accuracy", 0.85),
            Comparison(0.85, "D rests above .8 | D's accuracy"),
            Comparison("D never rests | held-out to sample", "D rests above .8 | held-out to sample"),
        ),
        3,
        also="held-out to sample: 1 - IoU of a held-out chair and the nearest of as many samples",
    ),
    "smooth-walk": Claim(
        "a walk between two codes passes through shapes, one a little different from the next",
        Stated(f"3D-GAN, section 4; {_NETS}"),
        "the least IoU of neighbours among 17 stations is above that of the two ends by more than .2, and the middle of the walk is nearer "
        "to a real chair than the mean of the two volumes is",
        smooth_walk,
        (
            Comparison("a walk in z | least IoU of neighbours", "a walk in z | IoU of its ends", by=0.2),
            Comparison(
                "a walk in z | IoU of its middle and the nearest real shape",
                "a mix of voxels | IoU of its middle and the nearest real shape",
            ),
        ),
        2,
        also="over 40 walks",
    ),
    "shape-arithmetic": Claim(
        "a difference of codes adds a part to a shape",
        Stated(f"3D-GAN, section 4; {_NETS}"),
        "twice the difference of the means of codes with a back and without one adds a back to more chairs than a random step of the same "
        "length",
        shape_arithmetic,
        (
            Comparison(
                "+ mean with a back − mean without, twice | has a back",
                "+ a random direction, as long as twice | has a back",
            ),
        ),
        2,
        also="has a back: share of 100 chairs without one of which a linear classifier says so afterwards; IoU with the chair before: as "
        "a back is filled voxels, adding one lowers it; below the seat nothing was asked to change",
    ),
}
