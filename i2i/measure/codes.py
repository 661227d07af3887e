"""What a code says that nobody named: how much of it can be read off samples, and how much it tells of real images.

Labels are looked at here alone; training has none.
"""

from __future__ import annotations

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from ..data.folders import TooFew
from ..judges import load_judge
from ..metrics import Estimate, bootstrap, embed, kernel_distance
from ..train import Source

FIGURES = {
    "bound": "how much of the category can be read off samples, in nats, at most ln K (more is better)",
    "classes": "share of held-out images whose class is that of the category that is found in them, categories and classes being "
    "paired as is best (more is better)",
    "told": "share of the attributes of held-out images that the category found in them tells rightly: of each category its "
    "commonest values (more is better)",
    "told by none": "the same with the commonest values of all images",
    "KD-i2i": "kernel distance of samples to held-out images (less is better)",
}
_TOGETHER = 32  # images at a time


def paired(found: Tensor, label: Tensor) -> Tensor:
    """Categories and classes int64 [N], both from 0 on -> whether each image's category is paired with its class, bool [N]. At
    most one class to a category: the pairs that agree most often."""
    size = int(torch.maximum(found.max(), label.max())) + 1
    table = torch.zeros(size, size, dtype=torch.long)
    table.index_put_((found, label), torch.ones_like(label), accumulate=True)
    rows, columns = linear_sum_assignment(table.numpy(), maximize=True)
    pair = torch.empty(size, dtype=torch.long)
    pair[torch.from_numpy(rows)] = torch.from_numpy(columns)
    return pair[found] == label


def told(found: Tensor, attributes: Tensor) -> Tensor:
    """Categories int64 [N] and attributes [N, K] of 0 and 1 -> the share of its attributes that each image shares with most of
    its category, float [N]. With one category it is the commonest value of all."""
    right = torch.zeros(len(found))
    for category in found.unique():
        some = attributes[found == category]
        right[found == category] = (some == (some.mean(0) > 0.5).float()).float().mean(1)
    return right


@torch.inference_mode()
def report(model, train: Source | None, held_out: Source, limit: int = 500) -> dict[str, Estimate]:
    """FIGURES of a method with `sample`, `code`, `bound` and `classes` (InfoGAN), of at most `limit` held-out images; "classes" of a
    source whose labels are one of several, "told" of one whose labels are attributes. TooFew below 4 images."""
    count = min(limit, len(held_out))
    if count < 4:
        raise TooFew(f"figures need at least 4 held-out pictures, got {count}.")
    method, at = model.method, model.device
    # Spread over all of them: those of one class may follow each other.
    index = torch.linspace(0, len(held_out) - 1, count).long()
    batch = held_out.batch(index)
    real, label = batch["x"].cpu(), batch["label"].cpu()
    rng = torch.Generator().manual_seed(0)
    code = method.code(count, rng)
    made = torch.cat(
        [method.sample(len(part), rng, style=part.to(at)).float().cpu() for part in code.split(_TOGETHER)]
    )
    bounds = [
        method.bound(image.to(at), part.to(at)).item()
        for image, part in zip(made.split(_TOGETHER), code.split(_TOGETHER), strict=True)
    ]
    found = torch.cat([method.classes(part.to(at)).cpu() for part in real.split(_TOGETHER)])
    figures = {
        "bound": Estimate(sum(b * len(p) for b, p in zip(bounds, code.split(_TOGETHER), strict=True)) / count)
    }
    if label.dim() == 1:
        figures["classes"] = bootstrap(paired(found, label).double())
    else:
        figures["told"] = bootstrap(told(found, label).double())
        figures["told by none"] = bootstrap(told(torch.zeros_like(found), label).double())
    judge = load_judge()
    value, error = kernel_distance(embed(made.clamp(-1, 1), judge), embed(real, judge))
    figures["KD-i2i"] = Estimate(value, value - 1.96 * error, value + 1.96 * error)
    return figures
