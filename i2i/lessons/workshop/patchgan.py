"""Notebook 02: the frame of a patch, and a D for a wallpaper."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from ...nets.patchgan import PatchGAN
from ..lesson import Exercise, Mend, Untried, Wrong, number, several

# -- mend-the-frame -------------------------------------------------------------------------------------------------

_PLANS = {n: PatchGAN(3, width=4, layers=n).plan for n in (1, 2, 3)}


def _slope(layers: int, row: int, column: int, side: int = 64) -> Tensor:
    """How strongly each pixel moves the logit at [row, column] of a D with random weights: [side, side]."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        D = PatchGAN(3, width=4, layers=layers, norm=lambda channels: torch.nn.BatchNorm2d(channels)).eval()
    image = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(1)).requires_grad_()
    (slope,) = torch.autograd.grad(D(image)[0, 0, row, column], image)
    return slope[0].abs().sum(0)


def _seen_within(frame: Callable) -> dict[str, float]:
    """Of what moves a logit, the part that lies within its frame."""
    found = {}
    for layers, row, column in ((1, 10, 14), (2, 6, 7), (3, 2, 3)):
        slope = _slope(layers, row, column)
        left, top, right, bottom = frame(_PLANS[layers], row, column)
        inside = slope[max(0, top) : max(0, bottom), max(0, left) : max(0, right)].sum() / slope.sum()
        found[f"share of the slope inside of the frame, {layers} strided layers"] = inside.item()
    return found


def _frame(plan, row: int, column: int, padded: int = 1) -> tuple[int, int, int, int]:
    step, offset, side = 1, 0, 1
    for kernel, stride, padding in plan:
        offset += padded * padding * step
        side += (kernel - 1) * step
        step *= stride
    return (
        column * step - offset,
        row * step - offset,
        column * step - offset + side,
        row * step - offset + side,
    )


def _mend_the_frame(solution: Callable) -> Iterator[str]:
    mistakes = {
        "this moves the frame by the padding of one layer only. A layer's padding counts as many pixels as the layers before it skip.":
            lambda plan, r, c: [v + _frame(plan, r, c, 0)[i] for i, v in enumerate([-1] * 4)],
        "the padding of each layer was added up as it stands; it has to be multiplied by the strides before it.":
            lambda plan, r, c: [v - sum(p for *_, p in plan) for v in _frame(plan, r, c, 0)],
        "the frame was moved to the other side: padding lets a patch begin left of the image, not right.":
            lambda plan, r, c: [2 * a - b for a, b in zip(_frame(plan, r, c, 0), _frame(plan, r, c), strict=True)],
        "row and column are exchanged: left comes from the column.": lambda plan, r, c: _frame(plan, c, r),
    }  # fmt: skip
    for layers, row, column in ((2, 6, 9), (3, 1, 3), (1, 0, 0)):
        plan = _PLANS[layers]
        got = several(solution(plan, row, column), "left", "top", "right", "bottom")
        got, right = [int(number(v).item()) for v in got], list(_frame(plan, row, column))
        if got == right:
            continue
        if got == list(_frame(plan, row, column, 0)):
            raise Untried(
                "this is the frame as it was. Where does the first patch of a padded convolution begin?"
            )
        for name, wrong in mistakes.items():
            if got == list(wrong(plan, row, column)):
                raise Wrong(name)
        raise Wrong(
            f"with {layers} strided layers the patch of logit [{row}, {column}] is {right}, not {got}."
        )
    yield "three frames of three nets"
    yield "at the image's corner a frame begins outside of it: there is padding"


# -- choose-a-critic ------------------------------------------------------------------------------------------------

PERIOD, SIDE, LOGITS, WEIGHTS = 24, 96, 200, 200_000


def _choose_a_critic(solution: Callable) -> Iterator[str]:
    got = solution()
    layers, width = (int(number(v).item()) for v in several(got, "layers", "width"))
    if not (0 <= layers <= 5 and 1 <= width <= 128):
        raise Wrong("layers should lie between 0 and 5, width between 1 and 128.")
    D = PatchGAN(3, width, layers).eval()
    sees, weights = D.receptive_field, sum(p.numel() for p in D.parameters())
    if sees < 1.25 * PERIOD:
        raise Wrong(f"a patch of {sees} px never holds a whole period of {PERIOD} px and the beginning of the next: nothing repeats in "
                    "it, and D cannot learn that something should.")  # fmt: skip
    yield f"a patch has {sees} px, and the wallpaper repeats within it"
    with torch.no_grad():
        count = D(torch.zeros(1, 3, SIDE, SIDE)).numel()
    if count < LOGITS:
        raise Wrong(
            f"an image of {SIDE} px gives {count} logits: so few patches, and so much in each of them."
        )
    yield f"{count} logits for an image of {SIDE} px"
    if weights > WEIGHTS:
        raise Wrong(f"{weights:,} weights are too many: their number grows with the square of the width.")
    yield f"{weights:,} weights"


EXERCISES = {
    "mend-the-frame": Mend(
        _mend_the_frame,
        (
            "The frames have the right size and stand too far to the right and too low. Compare the figure with one strided layer and with "
            "three: the error grows with the depth.",
            "With padding, the first patch of a layer begins one place outside of the map. How many pixels of the image is one place?",
            "offset += padding * step, before step *= stride; then subtract the offset from left and top.",
        ),
        _seen_within,
        lambda found: min(found.values()) > 0.999,
    ),
    "choose-a-critic": Exercise(
        _choose_a_critic,
        (
            "The side of the patch depends on the layers alone: 1, 16, 34, 70, 142, 286 px.",
            "Count logits from the side of the map: side / 2**layers - 2, squared. That rules out large patches.",
            "Two strided layers; then halve the width until the weights fit.",
        ),
    ),
}
