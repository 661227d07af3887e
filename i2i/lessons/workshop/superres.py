"""Notebook 12: a reduction that lets fine stripes through, and a dial with two scales."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache

import torch
import torch.nn.functional as F
from matplotlib.cbook import get_sample_data
from torch import Tensor

from ...colour import luma
from ...data.enlarging import reduced
from ...images import from_bytes, open_image
from ...metrics import gradient_energy_ratio, psnr
from ...run.pipeline import load
from ..lesson import Exercise, Mend, Wrong, chosen, same

# -- mend-the-reduction ---------------------------------------------------------------------------------------------


def plate(side: int = 256) -> Tensor:
    """Rings that get finer from the middle outwards, float [1, 3, side, side] in [-1, 1]: from no wave to one in three pixels."""
    at = torch.arange(side) - (side - 1) / 2
    far = at.square()[:, None] + at.square()
    return torch.cos(2 * torch.pi / 3 * far / side).expand(1, 3, -1, -1)


def _let_through(reduce: Callable) -> dict[str, float]:
    """What is left, after reducing by four, of stripes that are too fine for x: a wave in three pixels, where x holds one in eight."""
    stripes = torch.cos(2 * torch.pi / 3 * torch.arange(96.0)).expand(1, 3, 96, -1)
    coarse = torch.cos(2 * torch.pi / 32 * torch.arange(96.0)).expand(1, 3, 96, -1)
    return {
        "contrast of fine stripes, as a share of theirs in y": (reduce(stripes).std() / stripes.std()).item(),
        "contrast of coarse stripes, as a share of theirs in y": (reduce(coarse).std() / coarse.std()).item(),
    }


def _mend_the_reduction(solution: Callable) -> Iterator[str]:
    y = torch.randn(2, 3, 16, 24, generator=torch.Generator().manual_seed(0))
    same(solution(y), F.avg_pool2d(y, 4), {
        "another pixel of each block is taken now; still one, and the other fifteen are not looked at.": y[..., 1::4, 1::4],
        "another pixel of each block is taken; still one, and the other fifteen are not looked at.": y[..., 2::4, 2::4],
        "this interpolates between the two middle pixels of each block and overlooks the outer ones.":
            F.interpolate(y, scale_factor=0.25, mode="bilinear"),
        "the blur is right, but it keeps every pixel's neighbourhood apart by one: blocks should not overlap.":
            F.avg_pool2d(y, 4, 1)[..., :4, :6],
        "the largest of each block is taken; light would grow and dark shrink.": F.max_pool2d(y, 4),
        "the sum of each block is taken; divide by sixteen.": 16 * F.avg_pool2d(y, 4),
        "blocks of two: the result is too large, or was thinned out afterwards.": F.avg_pool2d(y, 2)[..., ::2, ::2],
    }, given={"this is the reduction as it was. What becomes of the pixels between those that it takes?": y[..., ::4, ::4]})  # fmt: skip
    yield "each pixel of x is the mean of a block of y"


# -- choose-the-share -----------------------------------------------------------------------------------------------

PLACE = (176, 128)  # the glasses of the portrait


@cache
def _detail() -> tuple[Tensor, Tensor]:
    """(x [1, 3, 32, 32], y [1, 3, 128, 128]) of the portrait that comes with matplotlib."""
    portrait = open_image(get_sample_data("grace_hopper.jpg", asfileobj=False)).crop((0, 20, 512, 532))
    small, large = reduced(portrait, 4)
    left, top = PLACE
    x, y = from_bytes(small)[None], from_bytes(large)[None]
    return x[..., top // 4 : top // 4 + 32, left // 4 : left // 4 + 32], y[
        ..., top : top + 128, left : left + 128
    ]


@cache
def mixed(share: float) -> tuple[float, float]:
    """(PSNR of Y in dB, gradient energy as a share of the original's) of a net whose weights are SRResNet's and, by `share`, SRGAN's."""
    careful, bold = (
        load(f"{name}-photographs", device="cpu", precision="fp32").method for name in ("srresnet", "srgan")
    )
    net, ends = deepcopy(bold), (careful.G.state_dict(), bold.G.state_dict())
    net.G.load_state_dict(
        {k: torch.lerp(v, ends[1][k], share) if v.is_floating_point() else v for k, v in ends[0].items()}
    )
    x, y = _detail()
    with torch.no_grad():
        made = net.eval().translate(x).clamp(-1, 1)
    inner = (slice(None), slice(None), slice(4, -4), slice(4, -4))
    return psnr(luma(made[inner]), luma(y[inner]), 1.0).item(), gradient_energy_ratio(made[inner], y[inner])


def _choose_the_share(solution: Callable) -> Iterator[str]:
    share = chosen(solution(), -1, 2, "the share")
    (careful, soft), (bold, sharp), (found, energy) = mixed(0.0), mixed(1.0), mixed(share)
    if found < careful - 0.5:
        raise Wrong(
            f"with the share {share:g} PSNR is {found:.2f} dB, {careful - found:.2f} dB below SRResNet's; SRGAN's is {bold:.2f} dB."
        )
    yield f"with the share {share:g} PSNR is {careful - found:.2f} dB below SRResNet's {careful:.2f} dB"
    third = soft + (sharp - soft) / 3
    if energy < third:
        raise Wrong(f"with the share {share:g} the gradient energy is {energy:.2f} of the original's; a third of the way from SRResNet's "
                    f"{soft:.2f} to SRGAN's {sharp:.2f} would be {third:.2f}.")  # fmt: skip
    yield f"the gradient energy is {energy:.2f} of the original's, from {soft:.2f} for SRResNet and {sharp:.2f} for SRGAN"


EXERCISES = {
    "mend-the-reduction": Mend(
        _mend_the_reduction,
        (
            "Stripes that x cannot hold should vanish in it. Here they come back as coarse ones that were never there.",
            "Whoever takes one pixel of sixteen does not know the other fifteen. Take their mean.",
            "F.avg_pool2d(y, 4)",
        ),
        _let_through,
        lambda found: (
            found["contrast of fine stripes, as a share of theirs in y"] < 0.3
            and found["contrast of coarse stripes, as a share of theirs in y"] > 0.8
        ),
    ),
    "choose-the-share": Exercise(
        _choose_the_share,
        (
            "0 is SRResNet, 1 is SRGAN. Try 0.5 first.",
            "PSNR falls slowly at first and faster later; sharpness grows from the first step on.",
            "Go up from 0.5 by tenths until the energy has gone a third of its way.",
        ),
    ),
}
