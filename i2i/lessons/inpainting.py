"""Questions and exercises of notebook 13."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, Wrong, same

QUESTIONS = {
    "wall-or-window": Question(
        "Behind a hole there is a wall in six of ten fronts and a window in four, and nothing outside the hole tells which. A "
        "net is trained on mean |y - G(x)| inside the hole until nothing more can be gained. What does it paint there?",
        {
            "a": "a window in four of ten fronts, by chance",
            "b": "a pale window: four parts window, six parts wall",
            "c": "wall, always",
        },
        "c",
        "One answer for one x, so it cannot take turns. Of all answers the one with the least expected absolute error is the "
        "median, pixel by pixel, and where the wall has the majority the median is the wall. The mixture would be the mean, "
        "which is what the squared error asks for. L1 is sharper than that, and takes the side of the majority everywhere.",
        {
            "the wall has the least absolute error, the mixture the least squared error": lambda absolute, squared: (
                min(absolute) == absolute[0] and min(squared) == squared[1]
            ),
        },
    ),
    "share-of-the-hole": Question(
        "What is known is pasted over what G made, so the result is right outside the hole by construction. Somebody takes the "
        "mean of |y - result| over the whole picture, someone else over the pixels of the hole. The hole is a sixteenth of the "
        "picture, the other weights are equal. What is different?",
        {
            "a": "nothing: outside the difference is zero",
            "b": "the first one's reconstruction weighs a sixteenth beside the adversary",
            "c": "the first one's G learns to copy the outside as well",
        },
        "b",
        "The sum is the same, since outside nothing is added to it; it is only divided by sixteen times as many pixels. And it "
        "changes with the size of the hole: a small hole would be left to the discriminator nearly alone. A weight belongs to "
        "its reduction.",
    ),
    "which-head-knows": Question(
        "In fronts with rows of windows a square in the middle is painted as wall, in the front's own bricks or plaster, "
        "without a "
        "smear. The patch head judges patches of 54 px, one logit each; the global head gives one logit for all 128 px. The"
        " square "
        "grows from 16 px to 80 px. How do their logits change?",
        {
            "a": "only the global head objects: each patch of wall is a perfectly good patch",
            "b": "both object alike, the more the larger the square is",
            "c": "the patches object to small squares already, the global head to large ones alone",
        },
        "c",
        "At 16 px the global head's logit moves by 0.03 and that of the patches by -0.9; at 64 px they move by -3.0 and "
        "-2.3. A patch "
        "of 54 px sees a small square together with the ledges and half windows that end at it. Each patch that is touched "
        "says so "
        "from 32 px on as loudly as it ever will: a larger square has more such patches, and no worse ones. For the global "
        "head a "
        "small square is little in one number for everything, and a smear of 20 px likewise; a hole in the rows of windows "
        "is not.",
        {
            "the global head's logit hardly moves at 16 px, nor for the smear": lambda whole, smear, **_: (
                abs(whole[0]) < 0.1 and abs(smear[0]) < 0.1
            ),
            "the patches' logits move at 16 px by -0.9, and for the smear by more than 1": lambda patches, smear, **_: (
                round(patches[0], 1) == -0.9 and smear[1] < -1
            ),
            "at 64 px both move, by -3.0 and -2.3": lambda whole, patches, **_: (
                round(whole[3], 1) == -3.0 and round(patches[3], 1) == -2.3
            ),
            "from 32 px on the patches say the same, to within 0.2": lambda patches, **_: (
                max(patches[1:]) - min(patches[1:]) < 0.2
            ),
            "the global head objects more at 48 px and beyond than at 32 px": lambda whole, **_: max(whole[2:]) < whole[1],
            "patches that see wall alone object by about 2": lambda inner, **_: -2.5 < inner < -1.5,
        },
    ),
    "who-has-the-best-psnr": Question(
        "Four nets, alike but for their losses: L1 alone, with the global head, with the patch head, with both. Which one "
        "has the highest PSNR in the hole?",
        {"a": "L1 alone", "b": "the one with both: it is the whole method", "c": "the one with the patch head: it is the sharpest"},
        "a",
        "Whatever is added to L1 pulls G away from the least error, and PSNR measures error: so it is with the gallery's "
        "nets on photographs, by a third to a half of a decibel. It is no argument against the adversary, for the fill with"
        " the best PSNR is the one with the fewest windows. Nor is it a law: L1 is not PSNR's own loss, and where a row all"
        " but dictates what belongs into the hole, as on drawn fronts, a head that asks for windows may ask for the right "
        "thing. Hold your guess against several seeds, below.",
        {
            "of the gallery's nets L1 alone is best, by 0.3 to 0.6 dB": lambda cards: (
                cards[0] == max(cards) and all(0.3 < cards[0] - other < 0.6 for other in cards[1:])
            ),
        },
    ),
    "how-far-it-sees": Question(
        "A hole of 64 px, at a quarter of the size 16 px wide. A convolution of 3 x 3 sees one pixel to each side; four of "
        "them, one after the other. With gaps of 1, 2, 4 and 8 between their taps instead, how far does the last one see?",
        {"a": "4 px, as before: there are nine taps either way", "b": "8 px, as far as the largest gap", "c": "15 px"},
        "c",
        "Reaches add up: 1 + 2 + 4 + 8 = 15 px, against 4. From the middle of the hole the border is 8 px away, so four "
        "plain convolutions never see it, and whatever stands there was made up without looking. (Each block has a plain "
        "convolution besides, so the maps above are 17 and 39 px wide: 2 (4 + 4) + 1 and 2 (15 + 4) + 1.) Dilation costs "
        "nothing: the same nine weights, further apart.",
        {
            "the maps are 17 and 39 px wide": lambda sides: sides == [17, 39],
        },
    ),
}  # fmt: skip


def _images(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """fake, y [2, 3, 4, 6] and a mask [2, 1, 4, 6] whose holes differ in size."""
    rng = torch.Generator().manual_seed(seed)
    fake, y = (torch.rand(2, 3, 4, 6, generator=rng) * 2 - 1 for _ in range(2))
    mask = torch.zeros(2, 1, 4, 6)
    mask[0, :, 1:3, 2:5], mask[1, :, 0, 0] = 1, 1
    return fake, y, mask


# -- paste-what-is-known --------------------------------------------------------------------------------------------


def _paste(solution: Callable) -> Iterator[str]:
    made, x, mask = _images()
    want = x * (1 - mask) + made * mask
    same(solution(x, made, mask), want, {
        "the two are exchanged: 1 in the mask is the hole, and there G paints.": made * (1 - mask) + x * mask,
        "this is what G made, everywhere; outside the hole the picture stays as it was.": made,
        "what G made is added to the picture; outside the hole it has no say.": x + made * mask,
    })  # fmt: skip
    yield "outside the hole x, inside what G made"
    other = x + 5 * mask
    same(
        solution(other, made, mask),
        want,
        {"what lies in the hole of x changes the result; nobody may look there.": other},
    )
    yield "and nothing of what was in the hole"
    made = made.clone().requires_grad_()
    value = solution(x, made, mask)
    if not (torch.is_tensor(value) and value.requires_grad):
        raise Wrong("no gradient comes through to what G made.")
    (pull,) = torch.autograd.grad(value.sum(), made)
    same(pull, mask.expand_as(made))
    yield "gradients reach G from the hole alone"


# -- l1-in-the-hole -------------------------------------------------------------------------------------------------


def _l1_in_the_hole(solution: Callable) -> Iterator[str]:
    fake, y, mask = _images(1)
    off = (fake - y).abs() * mask
    want = off.sum() / (3 * mask.sum())
    same(solution(fake, y, mask), want, {
        "this is the mean over the whole picture; divide by the number of pixels of the hole.": off.mean(),
        "divided by the pixels of the hole, but there are three channels.": off.sum() / mask.sum(),
        "the differences are added up; divide by how many there are.": off.sum(),
        "the mean outside the hole; 1 in the mask is the hole.":
            ((fake - y).abs() * (1 - mask)).sum() / (3 * (1 - mask).sum()),
        "the whole picture is compared.": (fake - y).abs().mean(),
        "the differences are squared.": ((fake - y).square() * mask).sum() / (3 * mask.sum()),
        "each picture has its own mean, and the means are averaged; here every pixel of a hole counts the same.":
            (off.flatten(1).sum(1) / (3 * mask.flatten(1).sum(1))).mean(),
    })  # fmt: skip
    yield "the mean absolute difference of the hole's pixels"
    same(solution(fake, y, torch.zeros_like(mask)), 0.0)
    yield "no hole, no loss: 0 and not 0 / 0"


# -- three-terms ----------------------------------------------------------------------------------------------------


def _three_terms(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(2)
    whole, patch = 6 * torch.randn(4, 1, generator=rng), torch.randn(4, 1, 3, 3, generator=rng)
    rec = torch.tensor(0.3)
    says = F.softplus(-whole).mean(), F.softplus(-patch).mean()
    want = 0.98 * rec + 0.01 * says[0] + 0.01 * says[1]
    same(solution(rec, whole, patch), want, {
        "D's side of the game: G wants both heads to say real.":
            0.98 * rec + 0.01 * F.softplus(whole).mean() + 0.01 * F.softplus(patch).mean(),
        "the form that saturates, log(1 - D), with its minus: use -log D.":
            0.98 * rec - 0.01 * F.softplus(whole).mean() - 0.01 * F.softplus(patch).mean(),
        "the weights are missing.": rec + sum(says),
        "the patches are added up; take their mean, or the weight depends on their number.":
            0.98 * rec + 0.01 * says[0] + 0.01 * F.softplus(-patch).sum((1, 2, 3)).mean(),
        "all logits are thrown together; each head has its own mean and its own weight.":
            0.98 * rec + 0.02 * F.softplus(-torch.cat([whole.flatten(), patch.flatten()])).mean(),
        "logits were used as scores of a critic: log D is missing.": 0.98 * rec - 0.01 * whole.mean() - 0.01 * patch.mean(),
        "the patch head is missing.": 0.98 * rec + 0.01 * says[0],
        "the global head is missing.": 0.98 * rec + 0.01 * says[1],
    })  # fmt: skip
    yield "0.98 L1 + 0.01 (-log D whole) + 0.01 (-log D patch)"
    same(
        solution(torch.tensor(0.0), torch.zeros(2, 1), torch.zeros(2, 1, 5, 5)),
        0.02 * torch.tensor(2.0).log(),
    )
    yield "an undecided D costs 0.02 ln 2, whatever the size of the map"


# -- soap-film ------------------------------------------------------------------------------------------------------


def _swept(x: Tensor, mask: Tensor) -> Tensor:
    near = F.pad(x, (1, 1, 1, 1), mode="replicate")
    mean = (near[..., :-2, 1:-1] + near[..., 2:, 1:-1] + near[..., 1:-1, :-2] + near[..., 1:-1, 2:]) / 4
    return x * (1 - mask) + mask * mean


def _soap_film(solution: Callable) -> Iterator[str]:
    x = torch.rand(1, 3, 5, 6, generator=torch.Generator().manual_seed(3))
    mask = torch.zeros(1, 1, 5, 6)
    mask[..., 1:4, 2:5] = 1
    want = _swept(x, mask)
    box = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    same(solution(x, mask), want, {
        "every pixel becomes the mean of its neighbours; outside the hole nothing may change.": _swept(x, torch.ones_like(mask)),
        "nothing has changed.": x,
        "the mean is over nine pixels; the four neighbours are enough, and the pixel itself is not among them.":
            x * (1 - mask) + mask * box,
        "the hole and what surrounds it are exchanged.": _swept(x, 1 - mask),
        "the neighbours are added up; divide by four.": x * (1 - mask) + 4 * mask * want,
    })  # fmt: skip
    yield "one sweep: in the hole the mean of the four neighbours"
    ramp = torch.arange(6.0).expand(1, 1, 5, 6).contiguous()
    h = ramp * (1 - mask)
    for _ in range(300):
        h = torch.as_tensor(solution(h, mask)).float()
    same(h, ramp, tolerance=1e-3)
    yield "three hundred sweeps: a ramp goes on through the hole as a ramp"


EXERCISES = {
    "paste-what-is-known": Exercise(
        _paste,
        (
            "Each pixel comes from one of two pictures, and the mask says from which.",
            "Multiply what is known by 1 - mask, what was made by mask, and add.",
            "x * (1 - mask) + made * mask",
        ),
    ),
    "l1-in-the-hole": Exercise(
        _l1_in_the_hole,
        (
            "Take the differences everywhere, wipe out those outside, and ask how many numbers are left.",
            "mask has one channel, the picture three: there are 3 * mask.sum() numbers. And at least 1, for pictures "
            "without a hole.",
            "((fake - y).abs() * mask).sum() / (y.shape[1] * mask.sum()).clamp(min=1)",
        ),
    ),
    "three-terms": Exercise(
        _three_terms,
        (
            "-log D of a logit is softplus(-logit). Each head is averaged by itself.",
            "0.98 of the reconstruction, and 0.01 for each head.",
            "0.98 * rec + 0.01 * F.softplus(-whole).mean() + 0.01 * F.softplus(-patch).mean()",
        ),
    ),
    "soap-film": Exercise(
        _soap_film,
        (
            "Shift the picture by one pixel in each of four directions; at the border of the picture a pixel is its own "
            "neighbour.",
            "near = F.pad(x, (1, 1, 1, 1), mode='replicate'); near[..., :-2, 1:-1] is the neighbour above.",
            "mean = (above + below + left + right) / 4, then x * (1 - mask) + mean * mask",
        ),
    ),
}
