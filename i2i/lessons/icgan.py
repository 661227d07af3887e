"""Questions and exercises of notebook 15."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, number, same, several

QUESTIONS = {
    "wrong-label": Question(
        "A real image of a blue token is given to D together with the label \"red\". Which of the two terms of equation 3, "
        "one for "
        "real images with their own labels and one for made images, tells D what to say of this pair?",
        {
            "a": "the first: the image is real, so D has to accept it",
            "b": "the second: the pair is false, so D has to reject it",
            "c": "neither of them",
        },
        "c",
        "Both terms of equation 3 are means over other pairs: real images with their own labels, and made images. A D that has "
        "learned to look at the image alone is not corrected by such a pair. The authors' code has a third term for it, in "
        "which "
        "only the label can give the pair away.",
    ),
    "knows-nothing": Question(
        "E_z is to return z, numbers of N(0, 1), and pays the mean squared error. Suppose that it cannot see anything in the "
        "image. What is the least that it pays on average?",
        {"a": "0.5", "b": "1, by always returning 0", "c": "2, by returning numbers of N(0, 1) as well"},
        "b",
        "Without an image the best guess is the mean of z, which is 0, and then the error is the variance of z, 1. Numbers "
        "drawn "
        "at random pay twice: their own variance is added. So a curve that stays at 1 tells that E_z reads nothing.",
    ),
    "perfect-encoder": Question(
        "Suppose that E_z and E_y make no error at all on whatever G makes. A real image comes in that G cannot make with "
        "any z and "
        "any y. What is G(E_z(x), E_y(x))?",
        {
            "a": "the real image: the encoders make no error",
            "b": "another image, one of those that G can make",
            "c": "noise: the encoders have never seen a real image",
        },
        "b",
        "Whatever comes out of G is an image that G can make, and this one is not. An encoder without any error on made "
        "images says "
        "nothing of real ones. How far the two are apart can be measured, and nothing in the three losses asks for it.",
    ),
    "flips-alone": Question(
        "G follows its label in every image. Somebody edits without E_z: new z of N(0, 1), the wanted label, and G. Which of "
        "these figures tells that this is no edit?",
        {
            "a": "the share of images in which the asked attribute has changed",
            "b": "the share of the other attributes that are as before",
            "c": "how far the token has moved",
        },
        "c",
        "All attributes stand in the label, so both shares are perfect. What no attribute names, here the place and the "
        "ground, "
        "is in z, and the new z knows nothing of the image. An edit is judged by what it was not asked to change, too.",
    ),
    "certain-q": Question(
        "InfoGAN with four equally likely categories. Q is always right, and certain, about the category of a made image. "
        "What is the bound L_I, and what are the categories?",
        {
            "a": "ln 4, and the categories are the four classes of the data",
            "b": "ln 4, and the categories are some four kinds of images",
            "c": "0, since Q has no error left",
        },
        "b",
        "The bound is the entropy ln 4 minus the mean of -log Q, which is 0 here. It asks that the kinds can be told apart."
        " That the kinds are those which people have names for is a hope: the place could serve as well as the colour. Here"
        " the bound is reached to a few hundredths, and more tokens than a guess would bring, by no means all, lie in their class.",
        {
            "the bound is ln 4, to a few hundredths": lambda bound, **_: abs(bound - 1.386) < 0.05,
            "more tokens than by a guess lie in their class, and not all": lambda share, **_: 0.4 < share < 0.95,
        },
    ),
}  # fmt: skip


# -- exercises ------------------------------------------------------------------------------------------------------


def _terms_of_d(solution: Callable) -> Iterator[str]:
    real = torch.tensor([[2.0], [0.5], [-1.0], [0.1]])
    wrong = torch.tensor([[-3.0], [0.4], [0.2], [1.0]])
    fake = torch.tensor([[-2.0], [0.7], [-0.3], [0.6]])
    differs = torch.tensor([[1.0], [0.0], [1.0], [0.0]])
    yes, no = (lambda v: F.softplus(-v)), F.softplus
    dealt = (no(wrong) * differs).sum() / differs.sum()
    right = yes(real).mean() + (dealt + no(fake).mean()) / 2
    p_real, p_wrong, p_fake = (v.sigmoid() for v in (real, wrong, fake))
    squashed = (no(p_wrong) * differs).sum() / differs.sum() + no(p_fake).mean()
    same(solution(real, wrong, fake, differs), right, {
        "the sign is turned round: a loss is lowered, log D is raised.": -right,
        "the two terms of false pairs count one half each, so that false pairs weigh as much as true ones together.":
            yes(real).mean() + dealt + no(fake).mean(),
        "only the wrong labels are halved; made images are, too.": yes(real).mean() + dealt / 2 + no(fake).mean(),
        "true pairs count in full; only the two kinds of false pairs share their weight.": right - yes(real).mean() / 2,
        "a real image with the label of another must not pass: D has to say no.":
            yes(real).mean() + ((yes(wrong) * differs).sum() / differs.sum() + no(fake).mean()) / 2,
        "an image whose own label was dealt to it again is a true pair: leave it out.":
            yes(real).mean() + (no(wrong).mean() + no(fake).mean()) / 2,
        "the mean of the wrong labels is over those that differ; this divides by all of them.":
            yes(real).mean() + ((no(wrong) * differs).mean() + no(fake).mean()) / 2,
        "D returns logits: put them into a softplus once; a sigmoid before it squashes them twice.":
            yes(p_real).mean() + squashed / 2,
    })  # fmt: skip
    yield "real, wrong and made pairs, the last two with one half each"
    none = torch.zeros_like(differs)
    same(solution(real, wrong, fake, none), yes(real).mean() + no(fake).mean() / 2)
    yield "where no label differs there is no term of wrong labels"


def _one_edit(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x = torch.randn(5, 6, generator=rng)
    read = torch.tensor(
        [[0.8, -1.2, 0.1], [-0.9, 1.1, -0.2], [1.3, 0.4, -0.7], [-0.3, -0.6, 1.0], [0.5, -1.0, 0.9]]
    )

    def G(z: Tensor, y: Tensor) -> Tensor:
        return torch.cat([z, 3 * y], 1)

    def E_z(image: Tensor) -> Tensor:
        return 0.5 * image[:, :2]

    def E_y(image: Tensor) -> Tensor:
        return read[: len(image)].clone()

    z, y, place = E_z(x), read.sign(), 1
    at = torch.arange(3) == place

    def made(label: Tensor, code: Tensor = z) -> Tensor:
        return G(code, label)

    same(number(solution(G, E_z, E_y, x, place), (5, 5)), made(torch.where(at, -y, y)), {
        "the attribute is as it was read: turn it over.": made(y),
        "what E_y returns is not yet a label: G was told -1 and 1 in training, so round the others as well.":
            made(torch.where(at, -read, read)),
        "the asked attribute is rounded, the others are not yet -1 or 1.": made(torch.where(at, -y, read)),
        "all attributes are turned over; only the one at `place` should be.": made(-y),
        "it is set to 1 in every image; where it is there already, it has to go.": made(torch.where(at, 1.0, y)),
        "it is set to -1 in every image; where it is not there yet, it has to come.": made(torch.where(at, -1.0, y)),
        "labels are -1 and 1 here: 1 - y turns over a 0 and a 1.": made(torch.where(at, 1 - y, y)),
        "labels are -1 and 1; this gives G 0 and 1.": made((torch.where(at, -y, y) + 1) / 2),
        "the code of the image is E_z(x); with zeros in its place every image becomes the same one.":
            made(torch.where(at, -y, y), 0 * z),
    })  # fmt: skip
    yield "z as E_z reads it, y rounded, one attribute turned over"
    same(number(solution(G, E_z, E_y, x[:2], 0), (2, 5)), G(z[:2], y[:2] * torch.tensor([-1.0, 1, 1])), {
        "`place` is an argument: it is not always 1.": G(z[:2], y[:2] * torch.tensor([1.0, -1, 1])),
    })  # fmt: skip
    yield "any place"


def _asked_and_kept(solution: Callable) -> Iterator[str]:
    before = torch.tensor([[0.0, 1, 0, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 1, 1]])
    after = torch.tensor([[0.0, 0, 0, 1], [1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 1, 0], [0, 0, 0, 0]])
    place = 1
    asked, kept = several(solution(before, after, place), "asked", "kept")
    equal = (before == after).float()
    others = equal[:, [0, 2, 3]]
    turned = 1 - equal[:, place]
    same(asked, turned.mean(), {
        "this is the share in which the asked attribute has stayed.": equal[:, place].mean(),
        "this is the share of images that have the attribute afterwards; it may have to go.": after[:, place].mean(),
        "all changes are counted, not that of the asked attribute alone.": (1 - equal).mean(),
        "this counts images in which everything is right; the second figure is for the others.":
            (turned * others.prod(1)).mean(),
    })  # fmt: skip
    yield "asked: the share in which the attribute at `place` has changed"
    same(kept, others.mean(), {
        "the asked attribute is counted among the others; it is supposed to change.": equal.mean(),
        "this is the share of images in which all others are kept; asked is the share of attributes.": others.prod(1).mean(),
        "this is the share of the others that have changed.": (1 - others).mean(),
        "this divides by all attributes; there is one less of the others.": others.sum() / before.numel(),
    })  # fmt: skip
    yield "kept: the share of the other attributes that are as before"


def _information(solution: Callable) -> Iterator[str]:
    logits = torch.tensor([[2.0, 0.1, -1.0, 0.3], [0.0, 1.5, 0.2, 0.4], [0.6, 0.5, 0.4, 0.3]])
    c = torch.tensor([0, 1, 3])
    k, q = 4, logits.log_softmax(1)
    told = q[torch.arange(3), c]
    same(solution(logits, c), math.log(k) + told.mean(), {
        "the entropy of the categories, ln K, is missing: this can never be above 0.": told.mean(),
        "this is the loss of Q; the bound is ln K minus it.": -told.mean(),
        "the loss is taken away from ln K, not added.": math.log(k) - told.mean(),
        "logs of base 2 give bits; the bound is asked for in nats.": (math.log(k) + told.mean()) / math.log(2),
        "this is how certain Q is, not whether it is right: the category that was told is not looked at.":
            math.log(k) + (q.exp() * q).sum(1).mean(),
        "ln K is of the number of categories, not of the number of images.": math.log(3) + told.mean(),
        "take the mean of the logs, not the log of the mean.": math.log(k) + told.exp().mean().log(),
        "logits are not yet log probabilities: a log softmax comes first.": math.log(k) + logits[torch.arange(3), c].mean(),
        "this is the share of right categories.": (logits.argmax(1) == c).float().mean(),
    })  # fmt: skip
    yield "ln K plus the mean of log Q at the category that was told"
    same(solution(torch.zeros(5, 6), torch.tensor([0, 5, 2, 3, 3])), 0.0, {
        "K is the number of columns: here it is 6, not 4.": math.log(4 / 6),
    })  # fmt: skip
    yield "a Q that guesses: 0"


EXERCISES = {
    "terms-of-d": Exercise(
        _terms_of_d,
        (
            "-log D and -log(1 - D) of a logit l are softplus(-l) and softplus(l).",
            "differs holds 0 and 1: multiply by it, add up, and divide by how many ones there are, or by 1 if there are none.",
            "softplus(-real).mean() + ((softplus(wrong) * differs).sum() / differs.sum().clamp(min=1) + "
            "softplus(fake).mean()) / 2",
        ),
    ),
    "one-edit": Exercise(
        _one_edit,
        (
            "Three steps: read z and y, change y, make the image again.",
            "E_y returns numbers around -1 and 1; torch.sign makes a label of them. With -1 and 1, turning over is a minus.",
            "y = E_y(x).sign(); y[:, place] = -y[:, place]; return G(E_z(x), y)",
        ),
    ),
    "asked-and-kept": Exercise(
        _asked_and_kept,
        (
            "same = before == after is bool [n, K]: one column of it is for the first figure, all others for the second.",
            "The mean over images and attributes at once gives the share of attributes.",
            "others = torch.arange(before.shape[1]) != place; (~same[:, place]).float().mean(), same[:, others].float().mean()",
        ),
    ),
    "information": Exercise(
        _information,
        (
            "The entropy of K equally likely categories is ln K.",
            "What Q says of the told category: logits.log_softmax(1)[arange(n), c]. It is what cross_entropy takes the mean"
            " of.",
            "math.log(logits.shape[1]) - F.cross_entropy(logits, c)",
        ),
    ),
}
