"""Questions and exercises of notebook 06."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "how-many-nets": Question(
        "There are five domains, and every picture should be able to go to each of the others. Each generator leads from one "
        "domain to one other. How many generators do you train?",
        {"a": "5", "b": "10", "c": "20"},
        "c",
        "Each of 5 domains leads to 4 others: k (k - 1) = 20 ordered pairs, which is 10 CycleGANs of two generators each. And "
        "each of these nets sees pictures of two domains only: what it learns about outlines, no other one learns from it. One "
        "generator with a label sees them all.",
        {
            "five domains have 20 ordered pairs": lambda five: five == 20,
        },
    ),
    "planes-and-norm": Question(
        "The label enters as planes, each of them one number everywhere. A convolution follows, and an instance norm, which "
        "takes off each map's mean over all places. Suppose that the convolution pads its borders by reflection. What does the "
        "label change after the norm?",
        {
            "a": "every map is brighter or darker as a whole",
            "b": "nothing but rounding",
            "c": "the border of the picture only",
        },
        "b",
        "A plane that goes on as itself beyond its border is constant for every window of the convolution, so it adds one "
        "number to the whole of a map, and that is just what the norm takes off. With zeros outside, windows at the border see "
        "less of the plane: the map has a frame, the norm cannot take a frame off, and through the frame the label gets in.",
        {
            "with reflection the norm leaves nothing but rounding, with zeros more than that": lambda reflect, zeros: (
                reflect < 1e-3 < 0.1 < zeros
            ),
        },
    ),
    "slope-five": Question(
        "A critic is linear: its score is the sum of w times x over all numbers of the picture, and the length of w is 5. How "
        "large is the penalty, the mean of (length of the slope - 1)²?",
        {
            "a": "16, for any pictures",
            "b": "0: a linear function cannot be too steep",
            "c": "that depends on the pictures",
        },
        "a",
        "The slope of a linear function is w everywhere, and (5 - 1)² = 16. The penalty asks nothing about scores, only how "
        "fast they change on the way from a real picture to a made one; with λ = 10 this critic pays 160.",
    ),
    "sum-or-mean": Question(
        "The authors' code adds the binary cross-entropies of all attributes of a picture and divides by the batch; its weight "
        "is 1. Somebody with 40 attributes takes the mean over batch and attributes, as PyTorch does by default, and keeps the "
        "weight. What becomes of the class term beside the reconstruction?",
        {"a": "it stays the same", "b": "it weighs a fortieth", "c": "it weighs forty times as much"},
        "b",
        "The mean over attributes is the sum over 40. Reconstruction, with its weight of 10, would be 40 times as loud in "
        "comparison, and the easiest picture to reconstruct is one that was never changed. A weight belongs to its reduction.",
    ),
    "line-and-back": Question(
        "A flat icon goes to line and back to flat by one trained G. A drawn line icon has no colours, only black on white."
        " How do the colours of the return compare with those of the original?",
        {
            "a": "they are others: what is not in the picture cannot come back",
            "b": "they are much the same as before",
            "c": "the return is grey",
        },
        "b",
        "The reconstruction outweighs the rest and sees to it. The return from G's own line picture is off by 0.08, from "
        "the same picture in true grey by 0.11, from a line icon as it was drawn by 0.16. So a part of the colours stands "
        "in the strokes, for all to see, and a part in something that is left in grey, too. A drawn line icon carries neither, and its "
        "colours must be invented. So a good return proves nothing about the way there.",
        {
            "the return is off by 0.08, from grey by 0.11, from a drawn line icon by 0.16": lambda off: (
                [round(off[i], 2) for i in (0, 1, 3)] == [0.08, 0.11, 0.16]
            ),
        },
    ),
    "one-or-three": Question(
        "Three styles. One StarGAN, or three CycleGANs, one for each two of the styles; both get the same minutes of "
        "training in "
        "all. How much training does the way from flat to night get in either?",
        {
            "a": "the same: minutes are minutes",
            "b": "more in the CycleGANs: each has a generator for this one way, which learns nothing else",
            "c": "more in StarGAN: every step moves the one G that all ways use, and a pair of CycleGAN's has a third of the minutes",
        },
        "c",
        "What pays is what the ways have in common: outlines, where a thing ends, how a picture is built. StarGAN learns "
        "that from "
        "every picture of every style, CycleGAN's pairs three times over. What does not pay is that one small net must hold"
        " all "
        "of it. Whether the sum is positive is a question for a measurement.",
    ),
}


# -- label-planes ---------------------------------------------------------------------------------------------------


def _planes(x: Tensor, label: Tensor) -> Tensor:
    return torch.cat([x, label[:, :, None, None].expand(-1, -1, *x.shape[2:])], 1)


def _label_planes(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x = torch.rand(2, 3, 4, 6, generator=rng) * 2 - 1
    label = torch.tensor([[0.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]])
    got = solution(x, label)
    if torch.is_tensor(got) and got.shape == (2, 5, 4, 6):
        raise Wrong("only the planes come back; G needs the picture too, in front of them.")
    if torch.is_tensor(got) and got.shape == (2, 4, 4, 6):
        raise Wrong(
            "there is one plane; a label of 5 domains needs 5, or the net would take domain 4 for twice domain 2."
        )
    got = number(got, (2, 8, 4, 6))
    same(got[:, :3], x, {"the planes come first; the picture should.": _planes(x, label)[:, 3:6]})
    yield "the picture first, three channels"
    want = _planes(x, label)[:, 3:]
    same(got[:, 3:], want, {
        "the planes belong to the wrong pictures of the batch.": want.flip(0),
        "all planes are alike: each holds its own number of the label.":
            label.mean(1)[:, None, None, None].expand(-1, 5, 4, 6),
    })  # fmt: skip
    yield "then a plane for each domain, one number everywhere"
    mixed = torch.tensor([[0.25, 0.75]])
    same(solution(x[:1], mixed), _planes(x[:1], mixed))
    yield "a label of fractions gives planes of fractions"


# -- back-to-the-label ----------------------------------------------------------------------------------------------


class Painter:
    """A generator whose answers we know: each label has its own slope and shift, and it notes what it was asked."""

    slope, shift = torch.tensor([1.0, 0.5, -2.0]), torch.tensor([0.0, 0.3, 0.1])

    def __init__(self):
        self.asked: list[list[int]] = []

    def __call__(self, x: Tensor, label: Tensor) -> Tensor:
        self.asked.append(label.tolist())
        return x * self.slope[label][:, None] + self.shift[label][:, None]


def _back_to_the_label(solution: Callable) -> Iterator[str]:
    x = torch.rand(4, 6, generator=torch.Generator().manual_seed(1))
    label, wanted = torch.tensor([0, 1, 2, 0]), torch.tensor([2, 0, 1, 1])
    G = Painter()
    over = G(x, wanted)
    want = (G(over, label) - x).abs().mean()
    asked = Painter()
    got = solution(asked, x, label, wanted)
    same(got, want, {
        "the second pass got the wanted label again; it should lead back to the label that x came with.":
            (G(over, wanted) - x).abs().mean(),
        "the labels are exchanged: first to the wanted one, then back.": (G(G(x, label), wanted) - x).abs().mean(),
        "there is one pass only: the translation is compared with x.": (over - x).abs().mean(),
        "x went to its own label; the way leads over the wanted one.": (G(x, label) - x).abs().mean(),
        "the return is compared with the translation; it should be x again.": (G(over, label) - over).abs().mean(),
        "the differences are squared; eq. 6 of the objective weighs an L1.": (G(over, label) - x).square().mean(),
        "the differences are added up; take their mean.": (G(over, label) - x).abs().sum(),
    })  # fmt: skip
    if len(asked.asked) != 2:
        raise Wrong(f"G was asked {len(asked.asked)} times; twice is enough: there and back.")
    yield "there with the wanted label, back with the old one"
    y = torch.rand(2, 6, generator=torch.Generator().manual_seed(2)).requires_grad_()
    value = solution(Painter(), y, label[:2], wanted[:2])
    if not (torch.is_tensor(value) and value.requires_grad):
        raise Wrong("no gradient comes through: return a tensor, without detach or item.")
    yield "and gradients run through both passes"


# -- slope-penalty --------------------------------------------------------------------------------------------------


def _slope_penalty(solution: Callable) -> Iterator[str]:
    w = torch.zeros(3, 2, 2)
    w[0, 0, 0], w[2, 1, 1] = 3.0, -4.0  # of length 5
    points = torch.rand(4, 3, 2, 2, generator=torch.Generator().manual_seed(0))

    def linear(p: Tensor) -> Tensor:
        return (p * w).sum((1, 2, 3))

    same(solution(linear, points), 16.0, {
        "this is the length of the slope itself; its distance from 1 is to be squared.": 5.0,
        "the 1 is missing: a slope of length 1 should cost nothing.": 25.0,
        "this is (length² - 1)²; take the root first.": 24.0**2,
        "the distance from 1 is not squared.": 4.0,
        "the slopes of all pictures are measured as one; each picture has its own length.": 81.0,
        "the penalties of the pictures are added up; take their mean.": 64.0,
        "each number of the slope is compared with 1; it is the length of the whole slope that counts.":
            ((w.abs() - 1) ** 2).mean(),
        "these are the slope's absolute values added up, not its length: squares, sum, root.": 36.0,
    })  # fmt: skip
    yield "a linear critic with |w| = 5 pays (5 - 1)² = 16, for any pictures"

    def bent(p: Tensor) -> Tensor:
        return (p.square() * w).sum((1, 2, 3))

    length = (2 * points * w).flatten(1).norm(dim=1)
    same(
        solution(bent, points),
        (length - 1).square().mean(),
        {
            "the lengths are averaged before the penalty is taken; each picture pays for its own.": (
                length.mean() - 1
            ).square(),
        },
    )
    yield "each picture has its own slope"

    def patches(p: Tensor) -> Tensor:
        return 2 * p[:, :1]  # a map of four scores, each with a slope of 2 of its own

    same(solution(patches, points), 9.0, {
        "the scores of a map are averaged; StarGAN takes the slope of their sum.": 0.0,
        "the scores of a map each have their own penalty; StarGAN takes the slope of their sum.": 1.0,
    })  # fmt: skip
    yield "of a map of scores it is the slope of their sum"
    factor = torch.tensor(3.0, requires_grad=True)
    value = solution(lambda p: factor * linear(p) / 5, points)
    if not (torch.is_tensor(value) and value.requires_grad):
        raise Wrong(
            "no gradient into the critic's weights: create_graph=True lets the slope be differentiated once more."
        )
    (pull,) = torch.autograd.grad(value, factor)
    same(pull, 4.0)
    yield "and the penalty itself can be differentiated"


# -- class-terms ----------------------------------------------------------------------------------------------------


def _class_terms(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(3)
    logits = torch.randn(4, 5, generator=rng) * 2
    attributes, label = (torch.rand(4, 5, generator=rng) < 0.5).float(), torch.tensor([4, 0, 2, 2])
    got = several(solution(logits, attributes, label), "the attributes' term", "the domains' term")
    each = F.binary_cross_entropy_with_logits(logits, attributes, reduction="none")
    summed = each.sum() / 4
    same(got[0], summed, {
        "the attributes: averaged over attributes too; they are added up, and only the batch is averaged.": each.mean(),
        "the attributes: added up over the batch as well; divide by the number of pictures.": each.sum(),
        "the attributes: the sign is wrong; a cross-entropy is minimised.": -summed,
        "the attributes: logits were used as probabilities; a sigmoid is missing.":
            F.binary_cross_entropy(logits.clamp(1e-6, 1 - 1e-6), attributes, reduction="sum") / 4,
        "the attributes: this is a softmax; attributes do not exclude one another.":
            -(attributes * logits.log_softmax(1)).sum(1).mean(),
    })  # fmt: skip
    yield "attributes: each a yes or a no, added up, averaged over the batch"
    cross = F.cross_entropy(logits, label)
    one_hot = F.one_hot(label, 5).float()
    same(got[1], cross, {
        "the domains: added up over the batch; take the mean.": cross * 4,
        "the domains: five separate yes and no; domains exclude one another, that is a softmax.":
            F.binary_cross_entropy_with_logits(logits, one_hot, reduction="sum") / 4,
        "the domains: five separate yes and no, and averaged; domains exclude one another, that is a softmax.":
            F.binary_cross_entropy_with_logits(logits, one_hot),
        "the domains: the sign is wrong.": -cross,
        "the domains: divided by their number as well; one logit for each domain makes one decision, not five.": cross / 5,
    })  # fmt: skip
    yield "domains: one of five, the mean cross-entropy"
    zero = several(
        solution(torch.zeros(2, 5), attributes[:2], label[:2]), "the attributes' term", "the domains' term"
    )
    same(zero[0], 5 * torch.tensor(2.0).log())
    same(zero[1], torch.tensor(5.0).log())
    yield "at logits of 0: 5 ln 2 = 3.466 against ln 5 = 1.609"


EXERCISES = {
    "label-planes": Exercise(
        _label_planes,
        (
            "A label [B, k] has to become [B, k, H, W]. Which two dimensions are missing, and how large are they?",
            "label[:, :, None, None] has them, with size 1; expand repeats them without copying.",
            "torch.cat([x, label[:, :, None, None].expand(-1, -1, *x.shape[2:])], 1)",
        ),
    ),
    "back-to-the-label": Exercise(
        _back_to_the_label,
        (
            "Two passes through the same G. What does each of them have to be told?",
            "First the wanted label. The second pass must undo that: it gets the label that x came with.",
            "(G(G(x, wanted), label) - x).abs().mean()",
        ),
    ),
    "slope-penalty": Exercise(
        _slope_penalty,
        (
            "The points need requires_grad_(); then torch.autograd.grad of the summed scores gives a slope for each picture.",
            "The length is over all numbers of one picture: flatten(1).norm(dim=1). For training, create_graph=True.",
            "(slope,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True), then "
            "(slope.flatten(1).norm(dim=1) - 1).square().mean()",
        ),
    ),
    "class-terms": Exercise(
        _class_terms,
        (
            "A smiling face may be blond too; a night icon is no line icon. Which of the two is a softmax?",
            "F.binary_cross_entropy_with_logits(..., reduction='sum') over the batch's length; F.cross_entropy as it is.",
            "(F.binary_cross_entropy_with_logits(logits, attributes, reduction='sum') / len(logits), "
            "F.cross_entropy(logits, label))",
        ),
    ),
}
