"""The protocol of shapes made of nothing but chance: how near they come to shapes that training never saw, how many of those
they cover, and whether they are copies of what training did see.

Shapes are compared by the voxels that are more than half full: intersection over union (IoU), 1 for equal shapes. Coverage
and minimum matching distance are those of Achlioptas et al. (ICML 2018), with 1 - IoU for a distance.
"""

from __future__ import annotations

import copy
import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..data.folders import TooFew
from ..metrics import Estimate, bootstrap, linear_classifier
from ..train import Source

TRAINING = 2_000  # shapes of training that are looked through
TOGETHER = 50

FIGURES = {
    "coverage": "share of held-out shapes that are the nearest one to some sample (more is better)",
    "coverage of training": "the same with training shapes in place of samples: as much as can be expected",
    "matching distance": "1 - IoU of a held-out shape and the nearest sample, averaged (less is better)",
    "matching distance of training": "the same with training shapes in place of samples",
    "nearest in training": "IoU of a sample and the nearest training shape, averaged (near 1: copies)",
    "nearest of held-out": "the same of held-out shapes, which cannot be copies",
    "families met": "entropy of the kinds that a linear classifier sees in the samples, over that of equally many (1 is best)",
    "kinds of held-out": "share of held-out shapes whose kind that classifier knows",
    "undecided": "share of the samples' voxels between .1 and .9, in what is filled more than .1 (less is crisper)",
    "D right": "D's accuracy on held-out shapes and samples, where D is there (.5: it cannot tell)",
}
"""Names of the figures, and which way is better."""


def solid(volumes: Tensor) -> Tensor:
    """Occupancies [N, 1, D, H, W] -> bool [N, D H W]."""
    return volumes.flatten(1) > 0.5


def ious(a: Tensor, b: Tensor) -> Tensor:
    """IoU of each of a, bool [N, V], with each of b, bool [M, V]: float [N, M]; 0 for two empty ones."""
    one, other = a.float(), b.float()
    both = torch.cat([one @ some.T for some in other.split(256)], 1) if len(b) else one.new_zeros(len(a), 0)
    union = one.sum(1)[:, None] + other.sum(1) - both
    return both / union.clamp(min=1)


def coverage(likeness: Tensor) -> float:
    """Of an IoU [samples, shapes]: the share of shapes that are the nearest one to some sample."""
    return likeness.argmax(1).unique().numel() / likeness.shape[1]


def matching_distance(likeness: Tensor) -> Tensor:
    """Of an IoU [samples, shapes]: 1 - IoU of each shape and the sample that is nearest to it, [shapes]."""
    return 1 - likeness.amax(0)


@torch.no_grad()
def knows(D: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Whether D is right about each volume, float [2 N] of 0 and 1. With the statistics of each set, as in training."""
    D = copy.deepcopy(D).train()
    right = [(D(real) > 0).float().mean(1), (D(fake) < 0).float().mean(1)]
    return torch.cat([r.flatten() for r in right]).cpu()


def samples(model, n: int, seed: int = 0) -> Tensor:
    """n shapes of a model, float [n, 1, D, H, W], of the seeds from `seed` on."""
    made = [model.sample(min(TOGETHER, n - i), seed + i) for i in range(0, n, TOGETHER)]
    return torch.stack([torch.from_numpy(one) for some in made for one in some])[:, None]


def _volumes(source: Source, count: int) -> tuple[Tensor, Tensor | None]:
    """(volumes, labels where there are any) of the first samples, without a mirror."""
    plain = copy.copy(source)
    if hasattr(plain, "mirrored"):
        plain.mirrored = False
    index = torch.arange(min(count, len(source)))
    batches = [plain.batch(some) for some in index.split(TOGETHER)]
    label = torch.cat([b["label"].cpu() for b in batches]) if "label" in batches[0] else None
    return torch.cat([b["voxels"].cpu() for b in batches]), label


def _features(volumes: Tensor) -> Tensor:
    """What kinds are told by: occupancies of 8 x 8 x 8 blocks, [N, 512]."""
    return F.adaptive_avg_pool3d(volumes, 8).flatten(1)


def report(model, train: Source | None, held_out: Source, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES of as many samples as there are held-out shapes, `limit` at most; those that compare with training only where
    `train` is given. TooFew below 4 held-out shapes."""
    count = min(limit, len(held_out))
    if count < 4:
        raise TooFew(f"figures need at least 4 held-out shapes, got {count}.")
    real, real_label = _volumes(held_out, count)
    made = samples(model, count)
    near, shapes = solid(made), solid(real)
    likeness = ious(near, shapes)
    found = {
        "coverage": Estimate(coverage(likeness)),
        "matching distance": bootstrap(matching_distance(likeness)),
    }
    known = known_label = None
    if train is not None:
        known, known_label = _volumes(train, TRAINING)
        seen = solid(known)
        chance = ious(seen[:count], shapes)
        found |= {
            "coverage of training": Estimate(coverage(chance)),
            "matching distance of training": bootstrap(matching_distance(chance)),
            "nearest in training": bootstrap(ious(near, seen).amax(1)),
            "nearest of held-out": bootstrap(ious(shapes, seen).amax(1)),
        }
    if known is not None and known_label is not None and real_label is not None:
        classify = linear_classifier(_features(known), known_label)
        kinds = int(known_label.max()) + 1
        shares = classify(_features(made)).bincount(minlength=kinds) / count
        entropy = -(shares * shares.clamp(min=1e-9).log()).sum().item()
        found["families met"] = Estimate(entropy / math.log(kinds))
        found["kinds of held-out"] = bootstrap((classify(_features(real)) == real_label).double())
    filled = made[made > 0.1]
    found["undecided"] = Estimate((filled < 0.9).float().mean().item() if len(filled) else 0.0)
    D = getattr(model.method, "D", None)
    if D is not None:
        found["D right"] = bootstrap(knows(D, real.to(model.device), made.to(model.device)))
    return found
