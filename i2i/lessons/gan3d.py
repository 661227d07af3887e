"""Questions and exercises of notebook 14."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "one-more-axis": Question(
        "A convolution with a kernel of 4 x 4 runs over maps of 64 x 64. Now everything gets a third axis: a kernel of "
        "4 x 4 x 4 over maps of 64 x 64 x 64, with as many channels. How many times as many multiplications is that?",
        {"a": "64 times", "b": "256 times", "c": "16 times"},
        "b",
        "There are 64 times as many places, and at each of them the kernel has 4 times as many weights. Memory for the maps "
        "grows by 64 alone, weights by 4 alone.",
    ),
    "sure-of-itself": Question(
        "Equation 1 as it stands: G lowers log(1 - D(G(z))). D is certain that a shape is made: its logit is -8. How much of a "
        "gradient does G get through this logit?",
        {
            "a": "almost none",
            "b": "almost as much as it can be",
            "c": "a very large one, since the logarithm is steep",
        },
        "a",
        "The derivative by the logit l is -sigmoid(l), which is about -0.0003 at -8. With -log D(G(z)) it is sigmoid(l) - "
        "1, about "
        "-1 there: a G that is found out is still told where to go.",
    ),
    "thermostat": Question(
        "D learns from a batch only while it was right about at most 80 % of the last one. G learns on every step. What "
        "does D's "
        "accuracy do after a while, if D learns faster than G?",
        {
            "a": "it goes up and down around 80 %",
            "b": "it falls to 50 %, where D cannot tell any more",
            "c": "it rises to 100 %, only later than without the rule",
        },
        "a",
        "The rule is a thermostat. Above the mark D stands still, and G moves on until D errs more often; below it D "
        "learns. The "
        "figure 80 % then says where the mark is, not how good G is.",
        {
            "with the rule the accuracy is 80 % to within 5, without it higher": lambda accuracy: (
                abs(accuracy[0] - 0.8) < 0.05 and accuracy[1] > accuracy[0]
            ),
        },
    ),
    "half-way": Question(
        "Two solid shapes are mixed voxel by voxel, half of each, and what is more than half full is kept. What is left?",
        {
            "a": "all that either of them fills",
            "b": "what both of them fill, and nothing else",
            "c": "a shape between the two",
        },
        "b",
        "A voxel that one of the two fills has a mean of exactly 0.5, which is not more than half. Where the legs of two "
        "chairs "
        "stand apart, the mix has none. The middle between two z is a shape that the generator makes anew.",
        {
            "half way the mix is what both fill": lambda same: same,
        },
    ),
    "copies-are-good": Question(
        "A generator hands out training shapes, each one copied exactly. Which of these figures gives it away?",
        {
            "a": "the coverage of held-out shapes: it must be low",
            "b": "the matching distance to held-out shapes: it must be large",
            "c": "the IoU of a sample with the nearest training shape: it is 1, and of held-out shapes it is not",
        },
        "c",
        "Copies of training shapes are as near to held-out shapes as real shapes can be. Coverage and matching distance are"
        " at their best "
        "for them. Only a look into the training set tells memory from invention.",
        {
            "a copy has an IoU of 1, and no held-out shape has": lambda copy, held: copy == 1 and held < 1,
        },
    ),
}


# -- exercises ------------------------------------------------------------------------------------------------------


def _who_rests(solution: Callable) -> Iterator[str]:
    real = torch.tensor([[2.0], [0.3], [-1.0], [0.2]])  # 3 of 4 known
    fake = torch.tensor([[-3.0], [-0.4]])  # both known
    accuracy, learns = several(solution(real, fake, 0.8), "accuracy", "whether D learns")
    probability = (real > 0.5).float().mean(), (fake < 0.5).float().mean()
    same(accuracy, 7 / 8, {
        "all volumes count the same here; it should be the mean of two shares, of the real and of the made ones.": 5 / 6,
        "only the real ones are counted.": 3 / 4,
        "only the made ones are counted.": 1.0,
        "a made volume is known where its logit is below 0.": 3 / 8,
        "D returns logits: where D is undecided a logit is 0, not 0.5.": sum(probability).item() / 2,
        "this is the share of errors; the rule asks for the share of right answers.": 1 / 8,
    })  # fmt: skip
    yield "the accuracy: the mean of the share of real and of made ones that D knows"
    for a, b, above, right, fault in (
        (real, fake, 0.8, False, "the other way round: D rests when it is too good."),
        (real, fake, 0.9, True, "the mark is an argument: compare with it, not with 0.8."),
        (-real, -fake, 0.8, True, "a D that is mostly wrong has to learn."),
        (real, fake, 7 / 8, True, '"at most": an accuracy of exactly that much lets D learn.'),
    ):
        told = several(solution(a, b, above), "accuracy", "whether D learns")[1]
        if bool(number(told)) != right:
            raise Wrong(fault)
    yield "D learns at most at the mark, and rests above it"


def _voxel_iou(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    a, b = (torch.rand(n, 1, 4, 4, 4, generator=rng) for n in (3, 5))
    a[0] = (a[0] > 0.8).float()
    p, q = (v.flatten(1) > 0.5 for v in (a, b))
    both = p.float() @ q.float().T
    size, other = p.float().sum(1)[:, None], q.float().sum(1)[None]
    soft_p, soft_q = a.flatten(1), b.flatten(1)
    soft_both = soft_p @ soft_q.T
    right = both / (size + other - both)
    agree = (p[:, None] == q[None]).float().mean(2)
    same(number(solution(a, b), (3, 5)), right, {
        "occupancies are used as they are; a voxel is filled or not, above 0.5.":
            soft_both / (soft_p.sum(1)[:, None] + soft_q.sum(1)[None] - soft_both),
        "empty voxels that agree are counted as well: with them even an empty volume is like every shape.": agree,
        "this is divided by the first shape alone.": both / size,
        "this is divided by the second shape alone.": both / other,
        "this is divided by the sum of both sizes: what both fill counts twice there.": both / (size + other),
        "this is the Dice coefficient, twice the intersection over the sum of sizes.": 2 * both / (size + other),
        "this is divided by the smaller shape: one inside of the other would count as equal.": both / torch.minimum(size, other),
    })  # fmt: skip
    yield "each with each: what both fill over what either fills"
    empty = torch.zeros(1, 1, 4, 4, 4)
    got = number(solution(empty, a[:1]), (1, 1))
    if got.item() != 0:
        raise Wrong(f"an empty volume has nothing in common with a shape; got {got.item():.3g}.")
    yield "an empty volume has an IoU of 0 with a shape"


def _covered(solution: Callable) -> Iterator[str]:
    likeness = torch.tensor(
        [[0.9, 0.6, 0.5, 0.8], [0.8, 0.3, 0.0, 0.2], [0.1, 0.2, 0.15, 0.7]]
    )  # 3 samples, 4 shapes
    coverage, distance = several(solution(likeness), "coverage", "mean matching distance")
    same(coverage, 2 / 4, {
        "two samples are nearest to one shape: it is covered once.": 3 / 4,
        "this divides by the number of samples; asked is the share of the held-out shapes.": 2 / 3,
        "this asks which sample is nearest to each shape; asked is which shape is nearest to each sample.": 1 / 4,
    })  # fmt: skip
    yield "coverage: the share of shapes that are the nearest one to some sample"
    best = torch.tensor([0.9, 0.6, 0.5, 0.8])
    same(distance, (1 - best).mean(), {
        "this is a likeness; a distance is 0 for equal shapes.": best.mean(),
        "this starts from the samples; each held-out shape looks for its nearest sample.":
            (1 - likeness.max(1).values).mean(),
        "this is the mean over all pairs; each shape has one nearest sample.": (1 - likeness).mean(),
        "it should be a mean over shapes, not a sum.": (1 - best).sum(),
    })  # fmt: skip
    yield "the matching distance: 1 - IoU of each shape and the sample nearest to it, averaged"


def _added_part(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    z = torch.randn(40, 6, generator=rng)
    has = torch.rand(40, generator=rng) < 0.3
    with_, without = z[has], z[~has]
    plus = with_.mean(0) - without.mean(0)
    got = number(solution(z, has, 1.5), tuple(without.shape))
    same(got, without + 1.5 * plus, {
        "the sign is the other way round: this takes the part away.": without - 1.5 * plus,
        "the mean of those without the part has to be taken away, too: it is not 0.": without + 1.5 * with_.mean(0),
        "take away the mean of those without the part, not of all: all have some of it.":
            without + 1.5 * (with_.mean(0) - z.mean(0)),
        "sums, not means: there are more without the part than with it.": without + 1.5 * (with_.sum(0) - without.sum(0)),
        "the strength is not used.": without + plus,
        "the difference is made as long as 1 first; its own length is part of it.": without + 1.5 * plus / plus.norm(),
        "the strength should act on the difference alone, not on z.": 1.5 * (without + plus),
        "every z has become the mean of those with the part: nothing of the shape itself is left.":
            with_.mean(0).expand_as(without),
    })  # fmt: skip
    yield "z of each shape without the part, plus the difference of the means"


EXERCISES = {
    "who-rests": Exercise(
        _who_rests,
        (
            "Real volumes are known where the logit is above 0, made ones where it is below.",
            "Two shares, one for each side, and their mean: so the sides count the same whatever their sizes.",
            "accuracy = ((real > 0).float().mean() + (fake < 0).float().mean()) / 2; learns = accuracy <= above",
        ),
    ),
    "voxel-iou": Exercise(
        _voxel_iou,
        (
            "First make both solid: bool [N, voxels] and [M, voxels].",
            "A matrix product of zeros and ones counts what both fill, for all pairs at once.",
            "both = p @ q.T; both / (p.sum(1)[:, None] + q.sum(1) - both).clamp(min=1)",
        ),
    ),
    "covered": Exercise(
        _covered,
        (
            "Rows are samples, columns are held-out shapes.",
            "argmax(1) names the shape that is nearest to each sample; count each name once.",
            "likeness.argmax(1).unique().numel() / likeness.shape[1], and (1 - likeness.amax(0)).mean()",
        ),
    ),
    "added-part": Exercise(
        _added_part,
        (
            "has is bool [n]: z[has] are the codes of shapes with the part.",
            "The difference of two means is a direction with a length; strength says how far along it to go.",
            "z[~has] + strength * (z[has].mean(0) - z[~has].mean(0))",
        ),
    ),
}
