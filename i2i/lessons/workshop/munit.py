"""Notebook 09: shifts taken for scales, and norms that let a style through."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from ...nets.adain import AdaptiveResidual, ImageNorm
from ...run.pipeline import load
from ..lesson import Exercise, Mend, Wrong, same

# -- mend-the-halves ------------------------------------------------------------------------------------------------


def adain(h: Tensor, told: Tensor) -> Tensor:
    """h [B, C, H, W] normalised, then scaled and shifted as told [B, 2, C] says: first the shifts, then the scales."""
    shift, scale = told[..., None, None].unbind(1)
    return F.instance_norm(h) * scale + shift


def decoded_with(apply: Callable, x: Tensor, style: Tensor) -> Tensor:
    """What the shipped model makes of line drawings x and styles, with `apply(h, told)` in the place of its AdaIN."""
    model = load("munit-icons", device="cpu", precision="fp32").method
    own = AdaptiveResidual._normed
    AdaptiveResidual._normed = lambda self, h, told: apply(h, told)
    try:
        with torch.no_grad():
            return model.G_2(model.Ec_1(x), style)
    finally:
        AdaptiveResidual._normed = own


def _off(apply: Callable) -> dict[str, float]:
    """How far the shipped model's pictures are from its own, with this AdaIN."""
    from ...data.worlds.icons import Icons

    x = Icons(64, "line", "glossy", split="test").batch(torch.arange(4))["x"]
    style = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    far = (decoded_with(apply, x, style) - decoded_with(adain, x, style)).abs().mean().item()
    return {"mean difference from the shipped model's pictures": far}


def _mend_the_halves(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    h, told = torch.randn(2, 3, 6, 7, generator=rng) * 2 + 1, torch.randn(2, 2, 3, generator=rng)
    normed, (first, second) = F.instance_norm(h), told[..., None, None].unbind(1)
    same(solution(h, told), normed * second + first, {
        "nothing is normalised now; AdaIN takes off each map's own mean and deviation first.": h * second + first,
        "the shift is scaled, too: scale first, then shift.": (normed + first) * second,
        "1 was added to the scale. Some decoders have it so; this one's weights were learned without.": normed * (1 + second) + first,
        "the scale is missing.": normed + first,
        "the shift is missing.": normed * second,
    }, given={"this is AdaIN as it was. Which half does the MLP of this package hand over first?": normed * first + second},
        tolerance=1e-3)  # fmt: skip
    yield "the first half shifts, the second scales"


# -- choose-norms ---------------------------------------------------------------------------------------------------

NORMS, CHANNELS = ("instance", "image", "none"), 16


def through(norms: tuple[str, ...]) -> tuple[float, float]:
    """(how large maps are at the end, how far two styles of one content lie apart there as a share of that) behind an AdaIN, with
    a convolution, a norm and a ReLU for each of `norms`. The convolutions make their maps about three times as large."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        h, weights = (
            torch.randn(4, CHANNELS, 12, 12),
            torch.randn(len(norms), CHANNELS, CHANNELS, 3, 3) * 0.35,
        )
        told = [(torch.randn(1, CHANNELS, 1, 1), torch.rand(1, CHANNELS, 1, 1) + 0.5) for _ in range(2)]
    image, two = ImageNorm(CHANNELS), []
    image.scale.data.fill_(1.0)
    ways = {"instance": F.instance_norm, "image": image, "none": lambda maps: maps}
    with torch.no_grad():
        for shift, scale in told:
            maps = F.instance_norm(h) * scale + shift
            for norm, weight in zip(norms, weights, strict=True):
                maps = F.relu(ways[norm](F.conv2d(maps, weight, padding=1)))
            two.append(maps)
    size = torch.stack(two).square().mean().sqrt().item()
    means = [maps.mean((2, 3)) for maps in two]
    return size, (means[0] - means[1]).abs().mean().item() / size


def _choose_norms(solution: Callable) -> Iterator[str]:
    norms = solution()
    if norms is None or norms is Ellipsis or (isinstance(norms, tuple | list) and ... in norms):
        same(None, 0.0)
    if not isinstance(norms, tuple | list) or len(norms) != 3 or set(norms) - set(NORMS):
        raise Wrong(f"return three names, for the three layers behind AdaIN, out of {', '.join(NORMS)}.")
    size, apart = through(tuple(norms))
    if not 0.2 < size < 1.5:
        raise Wrong(
            f"maps have a size of {size:.3g} at the end: without a norm each convolution makes them larger."
        )
    yield f"maps have a size of {size:.2f} at the end"
    if apart < 0.2:
        raise Wrong(f"two styles of one content are {apart:.3f} of a map's size apart at the end: a norm of each map by itself has taken "
                    "off what the style told.")  # fmt: skip
    yield f"two styles of one content are {apart:.2f} of a map's size apart"


EXERCISES = {
    "mend-the-halves": Mend(
        _mend_the_halves,
        (
            "The shapes are there and the materials are not. What would happen to a map whose scale is a shift, near 0?",
            "told has shape [B, 2, C]: told[:, 0] and told[:, 1]. The text above says in which order the MLP hands them over.",
            "shift, scale = told[:, 0], told[:, 1]",
        ),
        _off,
        lambda found: max(found.values()) < 1e-3,
    ),
    "choose-norms": Exercise(
        _choose_norms,
        (
            "Try the same norm three times, for each of the three.",
            "An instance norm takes off each map's mean and deviation. ImageNorm has one mean and one deviation for all maps of an image.",
            '("image", "image", "image")',
        ),
    ),
}
