"""Questions and exercises of notebook 12."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, Wrong, same

QUESTIONS = {
    "mean-of-sharp": Question(
        "Many sharp patches are reduced to the same small x. A net has seen them all, and was trained on the squared error "
        "until nothing more could be gained. It is shown x. What does it answer?",
        {
            "a": "one of the sharp patches, the likeliest",
            "b": "a patch that is none of them",
            "c": "now one of them, now another",
        },
        "b",
        "A net has one answer for one x, so it cannot take turns. Of all patches the one with the least expected squared error "
        "is the mean of those that may be true, and the mean of lines in several places is a blurred line in none of them. No "
        "longer training and no larger net mends that: it is the right answer to the question that was asked.",
    ),
    "d-without-x": Question(
        "SRGAN's D is shown a large picture and nothing else, never x. Take the adversarial loss alone, and let an answer "
        "slide "
        "downhill until D believes in it. Where does it arrive?",
        {
            "a": "at a sharp patch that fits x",
            "b": "at some sharp patch, of whatever x",
            "c": "at the mean, with more contrast",
        },
        "b",
        "D knows what sharp patches look like, not which of them was asked for. It pulls to the nearest place on the curve and "
        "cares no further. That the answer has to do with x is the content loss's part, and the reason why there are two "
        "terms.",
    ),
    "shift-or-blur": Question(
        "Two copies of a picture full of texture. One is shifted by a single pixel, which nobody would notice. The other is "
        "blurred until the texture is gone. Which one is nearer to the original by the squared error?",
        {"a": "the shifted one", "b": "the blurred one", "c": "about the same"},
        "b",
        "Where texture is as fine as the shift, a bright grain of the copy falls on a dark one of the original and pays for it "
        "twice: once for what is missing and once for what is there instead. The blurred copy pays once. A loss that prefers "
        "no texture to texture one pixel off will give you none.",
        {
            "the shift costs more squared error than the blur": lambda ratios: ratios[0] > 1,
        },
    ),
    "where-to-enlarge": Question(
        "A convolution of 64 channels to 64 can be done before a picture is enlarged four times, or afterwards. How many times "
        "as many multiplications does it cost afterwards?",
        {"a": "4", "b": "16", "c": "64"},
        "b",
        "The same kernel runs over four times as many rows of four times as many columns. SRResNet has over thirty such "
        "convolutions; all of them are done at the small size, and the enlarging comes last.",
    ),
    "psnr-of-y": Question(
        "A grey picture is off by three levels of 255 at every pixel. Its PSNR is computed twice: on its RGB bytes, and on Y, "
        "which runs from 16 for black to 235 for white. How do the two compare?",
        {"a": "they are equal: grey is grey", "b": "Y's is higher by about 1.3 dB", "c": "Y's is lower by about 1.3 dB"},
        "b",
        "Y squeezes 255 levels into 219, and an error of 3 into 2.58, while the peak in the formula stays 255: "
        "20 log10(255/219) = 1.32 dB for nothing. Who compares a PSNR on RGB with a table of PSNR on Y is more than a dB off "
        "before the first net is trained.",
        {
            "Y's PSNR is higher by 1.32 dB": lambda gain: round(gain, 2) == 1.32,
        },
    ),
    "better-and-worse": Question(
        "SRGAN's generator starts from SRResNet's finished weights and goes on learning, with a content loss, an adversary "
        "and a quarter of the squared error. What becomes of its PSNR?",
        {"a": "it rises a little: more training", "b": "it stays", "c": "it falls"},
        "c",
        "PSNR is the squared error on another scale, and SRResNet was trained to have the least of it. Whatever moves the "
        "weights for another reason moves them uphill there. Here it costs 1.1 dB. The question is what is bought for it.",
        {
            "it costs 1.1 dB": lambda before, after: round(before - after, 1) == 1.1,
        },
    ),
}  # fmt: skip


# -- conditional-mean -----------------------------------------------------------------------------------------------


def _conditional_mean(solution: Callable) -> Iterator[str]:
    x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    y = torch.tensor([[8.0, 0, 0], [0, 0, 2], [0, 1, 0], [1, 2, 6], [4, 0, 0], [5, 5, 1]])
    want = torch.tensor([[3.0, 1, 2], [2, 0, 1], [3, 1, 2], [3, 1, 2], [2, 0, 1], [5, 5, 1]])
    groups = (x[:, None] == x).all(-1).double()
    median = torch.stack([y[m.bool()].median(0).values for m in groups])
    same(solution(x, y), want, {
        "every x gets the mean of all patches; only those with the same x may be true.": y.mean(0).expand(6, -1),
        "these are the patches themselves; with one x the net has one answer.": y,
        "this is the median of each group, the best answer under L1; the squared error wants the mean.": median,
        "the patches of a group are added up; divide by how many there are.": groups @ y.double(),
        "each group gets one of its own patches; the best answer need not be one of them.":
            torch.stack([y[m.bool()][0] for m in groups]),
    })  # fmt: skip
    yield "the same answer wherever x is the same: the mean of the group"
    mixed = torch.tensor([[0.1], [0.2], [0.1]])
    same(solution(mixed, torch.tensor([[1.0], [5.0], [2.0]])), torch.tensor([[1.5], [5.0], [1.5]]))
    yield "whatever x consists of"


# -- pixel-shuffle --------------------------------------------------------------------------------------------------


@contextmanager
def _without_shuffle() -> Iterator[None]:
    """While a solution runs, torch's own function is a sentence."""

    def refused(*_, **__):
        raise Wrong("torch's own pixel_shuffle is what is to be written: take view, permute and reshape.")

    with mock.patch.object(F, "pixel_shuffle", refused), mock.patch.object(torch, "pixel_shuffle", refused):
        yield


def _pixel_shuffle(solution: Callable) -> Iterator[str]:
    h = torch.arange(16.0).view(1, 4, 2, 2)
    want = torch.tensor([[0.0, 4, 1, 5], [8, 12, 9, 13], [2, 6, 3, 7], [10, 14, 11, 15]]).view(1, 1, 4, 4)
    tiles = h.view(2, 2, 2, 2).permute(0, 2, 1, 3).reshape(1, 1, 4, 4)
    with _without_shuffle():
        one = solution(h, 2)
    same(one, want, {
        "rows and columns within a block are exchanged: channel 1 stands to the right of channel 0, channel 2 below it.":
            h.view(1, 1, 2, 2, 2, 2).permute(0, 1, 4, 3, 5, 2).reshape(1, 1, 4, 4),
        "the four maps lie side by side as tiles; each block of 2 x 2 pixels takes one value from each of them.": tiles,
        "the numbers are only written in other rows; a view alone moves nothing.": h.reshape(1, 1, 4, 4),
        "the result is transposed.": want.mT,
    })  # fmt: skip
    yield "arange(16) as (4, 2, 2) becomes [[0, 4, 1, 5], [8, 12, 9, 13], ...]"
    h = torch.rand(2, 27, 3, 5, generator=torch.Generator().manual_seed(0))
    with _without_shuffle():
        several = solution(h, 3)
    same(several, F.pixel_shuffle(h, 3), {
        "the channels of the result are mixed: the first r² channels of h make the first one, not every third.":
            h.view(2, 3, 3, 3, 3, 5).permute(0, 3, 4, 1, 5, 2).reshape(2, 3, 9, 15),
    })  # fmt: skip
    yield "for several channels, any r, any sides"


# -- content-loss ---------------------------------------------------------------------------------------------------


def _phi(image: Tensor) -> Tensor:
    """A fixed net whose maps we know: differences to the right neighbour, doubled; and the sum of the channels."""
    across = 2 * (image[..., 1:] - image[..., :-1])
    return torch.cat([across, image[..., 1:].sum(1, keepdim=True)], 1)


def _pair(seed: int) -> tuple[Tensor, Tensor]:
    rng = torch.Generator().manual_seed(seed)
    return tuple(torch.rand(2, 3, 4, 5, generator=rng) * 2 - 1 for _ in range(2))


def _content_loss(solution: Callable) -> Iterator[str]:
    fake, real = _pair(0)
    want = (_phi(fake) - _phi(real)).square().mean()
    same(solution(_phi, fake, real), want, {
        "the pictures are compared; the content loss compares what phi makes of them.": (fake - real).square().mean(),
        "the differences are taken without their sign; eq. 5 squares them.": (_phi(fake) - _phi(real)).abs().mean(),
        "the squares are added up; take their mean.": (_phi(fake) - _phi(real)).square().sum(),
        "this is a root of the mean; eq. 5 has none.": want.sqrt(),
        "the sum over places is not divided by their number.": (_phi(fake) - _phi(real)).square().sum((1, 2, 3)).mean(),
    })  # fmt: skip
    yield "what phi makes of one against what it makes of the other"

    def crooked(image: Tensor) -> Tensor:
        return image.clamp(min=0) ** 2

    same(solution(crooked, fake, real), (crooked(fake) - crooked(real)).square().mean(), {
        "phi is asked about the difference of the pictures; it should see either picture whole.":
            crooked(fake - real).square().mean(),
    })  # fmt: skip
    yield "for any phi: each picture goes through it by itself"
    fake.requires_grad_()
    value = solution(_phi, fake, real)
    if not (torch.is_tensor(value) and value.requires_grad):
        raise Wrong(
            "no gradient reaches the made picture: phi is fixed, but the gradient has to run through it."
        )
    yield "and the gradient runs through phi to the made picture"


# -- srgan-generator ------------------------------------------------------------------------------------------------


def _judge(image: Tensor) -> Tensor:
    """D whose logits [B, 1] we know."""
    return 3 * image.mean((1, 2, 3)).unsqueeze(1) + 0.4


def _srgan_generator(solution: Callable) -> Iterator[str]:
    fake, real = _pair(1)
    content = (_phi(fake) - _phi(real)).square().mean()
    sure, doubt = F.softplus(-_judge(fake)).mean(), F.softplus(_judge(fake)).mean()
    probability = torch.sigmoid(_judge(fake))
    same(solution(_phi, _judge, fake, real), content + 1e-3 * sure, {
        "the factor 0.001 is missing.": content + sure,
        "only the content is there.": content,
        "only the adversarial term is there.": 1e-3 * sure,
        "the factor is on the content; it belongs to the adversarial term.": 1e-3 * content + sure,
        "this is D's wish, -log(1 - D(fake)); G wants D to say real.": content + 1e-3 * doubt,
        "this is log(1 - D(fake)), the game as first written down; eq. 6 takes -log D(fake).": content - 1e-3 * doubt,
        "D looks at the real picture; G is judged by what it made.": content + 1e-3 * F.softplus(-_judge(real)).mean(),
        "logits were used as they are; -log D needs softplus(-logit).": content - 1e-3 * _judge(fake).mean(),
        "the sign of the adversarial term is wrong.": content - 1e-3 * sure,
        "the pictures themselves are compared; phi is missing.": (fake - real).square().mean() + 1e-3 * sure,
        "D's probability itself is added; eq. 6 takes its logarithm.": content + 1e-3 * probability.mean(),
        "the adversarial term is added up over the batch; take the mean.": content + 2e-3 * sure,
    }, tolerance=1e-6)  # fmt: skip
    yield "content + 0.001 times -log D(fake)"
    sharp = solution(_phi, lambda p: 0 * _judge(p) - 200, fake, real)
    same(sharp, content + 1e-3 * 200, tolerance=1e-6)
    yield "finite however sure D is"
    fake.requires_grad_()
    value = solution(_phi, _judge, fake, real)
    if not (torch.is_tensor(value) and value.requires_grad):
        raise Wrong("no gradient reaches the made picture: return a tensor, without detach or item.")
    yield "and gradients reach the made picture through both nets"


# -- psnr-y ---------------------------------------------------------------------------------------------------------


def _psnr_y(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(2)
    real = (torch.rand(2, 3, 12, 14, generator=rng) * 2 - 1).double()
    made = (real + 0.1 * torch.randn(real.shape, generator=rng)).clamp(-1, 1)
    made[..., :2, :] = -1  # a bad border
    of = torch.tensor([65.481, 128.553, 24.966], dtype=torch.float64).view(1, 3, 1, 1) / 255

    def ratio(a: Tensor, b: Tensor, peak: float = 1.0) -> Tensor:
        return 10 * torch.log10(peak**2 / (a - b).square().flatten(1).mean(1))

    def y(p: Tensor) -> Tensor:
        return (of * (p + 1) / 2).sum(1)

    def cut(p: Tensor, by: int = 2) -> Tensor:
        return p[..., by:-by, by:-by]

    full = of * 255 / 219
    error = (y(cut(made)) - y(cut(real))).square()
    same(solution(made, real, 2), ratio(y(cut(made)), y(cut(real))), {
        "the border is still there: cut it off at all four sides.": ratio(y(made), y(real)),
        "this is the PSNR of all three channels; turn them into Y first.": ratio(cut(made), cut(real), 2.0),
        "this is the PSNR of all three channels, with a peak of 1 for pictures that are 2 apart.": ratio(cut(made), cut(real)),
        "Y's three weights must add up to 219/255, not to 1.":
            ratio((full * (cut(made) + 1) / 2).sum(1), (full * (cut(real) + 1) / 2).sum(1)),
        "the pictures are on [-1, 1], and Y's weights are for [0, 1].": ratio((of * cut(made)).sum(1), (of * cut(real)).sum(1)),
        "the peak is 1, also for Y: twice as much is 6 dB too many.": ratio(y(cut(made)), y(cut(real)), 2.0),
        "the logarithm of the peak's square over the error is to be multiplied by 10, not 20.":
            2 * ratio(y(cut(made)), y(cut(real))),
        "Y is the mean of the channels here; green counts five times as much as blue.":
            ratio(cut(made).mean(1) / 2, cut(real).mean(1) / 2),
        "twice as much is cut off as there should be.": ratio(y(cut(made, 4)), y(cut(real, 4))),
        "the two pictures share one error; each has its own.": (-10 * torch.log10(error.mean())).expand(2),
        "the natural logarithm is taken; decibels are ten times the one to base 10.": -10 * torch.log(error.flatten(1).mean(1)),
    })  # fmt: skip
    yield "Y, without the border, each picture by itself"
    grey = torch.zeros(1, 3, 10, 10, dtype=torch.float64)
    same(solution(grey + 2 * 3 / 255, grey, 2), [20 * torch.log10(torch.tensor(255 / 3 * 255 / 219)).item()])
    yield "a grey picture that is off by 3 of 255: 39.91 dB, where RGB has 38.59"


EXERCISES = {
    "conditional-mean": Exercise(
        _conditional_mean,
        (
            "Which rows of x are equal to row i? (x[:, None] == x).all(-1) is a table [N, N] that says it for all i at once.",
            "A table of zeros and ones, times y, adds up each group; its row sums say how many there are.",
            "same = (x[:, None] == x).all(-1).to(y.dtype); same @ y / same.sum(1, keepdim=True)",
        ),
    ),
    "pixel-shuffle": Exercise(
        _pixel_shuffle,
        (
            "Channel c r² + i r + j of h is row i, column j of every block of channel c. Split that dimension into (C, r, r).",
            "After the split you have [B, C, i, j, H, W]. In which order must they stand to be merged to [B, C, H i, W j]?",
            "h.view(B, C, r, r, H, W).permute(0, 1, 4, 2, 5, 3).reshape(B, C, H * r, W * r)",
        ),
    ),
    "content-loss": Exercise(
        _content_loss,
        (
            "Two calls of phi, and then the squared error that you know, of their maps.",
            "(phi(fake) - phi(real)).square().mean()",
        ),
    ),
    "srgan-generator": Exercise(
        _srgan_generator,
        (
            "Two terms: the content loss from before, and a thousandth of how far D is from calling the made picture real.",
            "With a logit s, -log D is -log sigmoid(s) = softplus(-s): finite even where D is sure.",
            "(phi(fake) - phi(real)).square().mean() + 1e-3 * F.softplus(-D(fake)).mean()",
        ),
    ),
    "psnr-y": Exercise(
        _psnr_y,
        (
            "Three steps: cut the border off, take (picture + 1) / 2 and add up 65.481 R + 128.553 G + 24.966 B over 255, "
            "then PSNR.",
            "Each picture has its own mean squared error: flatten(1).mean(1). The 16 that Y adds cancels in the difference.",
            "10 * torch.log10(1 / (y(made) - y(real)).square().flatten(1).mean(1))",
        ),
    ),
}  # fmt: skip
