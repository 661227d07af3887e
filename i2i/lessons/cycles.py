"""Questions and exercises of notebook 04."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "five-to-ten": Question(
        "X is five clusters of points, Y is ten. G is a plain function: one x, one G(x), no noise. Can G(X) fill all ten "
        "clusters?",
        {
            "a": "no: a function of five clusters has at most five",
            "b": "yes: it may cut a cluster in two",
            "c": "only if it is given noise as well",
        },
        "b",
        "A cluster is no point: G can send its left half to one cluster of Y and its right half to another. Nothing in a GAN's "
        "loss for one cluster asks for that, though; to sit on a few good clusters is an easy way out. The way back asks "
        "for it: "
        "where two clusters of X have landed on one cluster of Y, it cannot tell them apart again.",
    ),
    "double-the-critic": Question(
        "A Wasserstein critic that nobody restrains doubles all weights of its last layer. What happens to its loss, the mean "
        "score of made pictures minus that of real ones, if that was below 0?",
        {
            "a": "nothing: only the order of scores counts",
            "b": "it is twice as low",
            "c": "it is half as low",
        },
        "b",
        "Scores are unbounded, so the loss has no floor: doubling again is always worth it, and the number says nothing. Only "
        "with a bound on the critic's slope does the gap estimate a distance. Clipping is the crudest way to such a bound.",
    ),
    "raw-distance": Question(
        "Two glossy icons differ by 0.26 on average, two night pictures by 0.34. Take the slide's term as it stands: |x₁ - "
        "x₂| should equal |G(x₁) - G(x₂)|. What would it ask of G?",
        {
            "a": "what we want: that far stays far and near stays near",
            "b": "night pictures that differ less from one another than night pictures do",
            "c": "nothing, since both distances are positive",
        },
        "b",
        "The distances of the two domains have different means and spreads. Equality would fight the adversarial loss, even"
        " for the perfect translation. Measured in the units of its own domain (less the mean, over the deviation) a "
        "distance can be compared, and the true partners pay less: 0.45, and 1.14 for the nights of other icons.",
        {
            "as on the slide, nights that are too much alike pay least": lambda raw, **_: min(raw) == raw[2],
            "standardised, the true partners pay 0.45 and other icons' nights 1.14": lambda standard, **_: (
                min(standard) == standard[0] and [round(v, 2) for v in standard[:2]] == [0.45, 1.14]
            ),
        },
    ),
    "one-for-all": Question(
        "G has collapsed: it paints the same night picture for every x. What does the distance term of DistanceGAN say?",
        {
            "a": "0: all distances after G are equal, so they agree",
            "b": "a good deal: all distances after G are 0, whatever they were before",
            "c": "nothing: it looks at one picture at a time",
        },
        "b",
        "A distance of 0 lies several deviations below the mean of real ones, at every pair, while the distances before lie on "
        "both sides of theirs: collapse is dear. The form between halves guards less well: one picture whose halves differ by "
        "an average amount pays only about one deviation.",
        {
            "between pairs one picture for all pays several deviations, and far more than the truth": lambda pairs, **_: (
                pairs[1] > 3 and pairs[1] > 5 * pairs[0]
            ),
            "between halves it pays about one deviation": lambda halves, **_: 0.5 < halves[1] < 1.3,
        },
    ),
}


# -- keep-distance --------------------------------------------------------------------------------------------------


def _keep_distance(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    before, after = (torch.rand(12, generator=rng) * s + m for s, m in ((0.4, 0.3), (0.1, 0.2)))
    ux, uy = torch.tensor([0.5, 0.2]), torch.tensor([0.24, 0.03])

    def truth(b: Tensor, a: Tensor, u: Tensor, v: Tensor) -> Tensor:
        return ((b - u[0]) / u[1] - (a - v[0]) / v[1]).abs().mean()

    want = truth(before, after, ux, uy)
    z, w = (before - ux[0]) / ux[1], (after - uy[0]) / uy[1]
    same(solution(before, after, ux, uy), want, {
        "these are the bare distances, as on the slide; each should be in the units of its own domain first.":
            (before - after).abs().mean(),
        "the means are taken off, but nothing is divided by the deviations.": ((before - ux[0]) - (after - uy[0])).abs().mean(),
        "the means are not taken off: a distance of average length should count as 0.": (before / ux[1] - after / uy[1]).abs().mean(),
        "both distances are in the units of x; those after G are distances between pictures of y.": truth(before, after, ux, ux),
        "both distances are in the units of y; those before G are distances between pictures of x.": truth(before, after, uy, uy),
        "the units are exchanged: (μ, σ) of x belongs to the distances before.": truth(before, after, uy, ux),
        "you divide by σ first and take μ off afterwards.": ((before / ux[1] - ux[0]) - (after / uy[1] - uy[0])).abs().mean(),
        "the differences are squared; eq. 3 takes absolute values.": (z - w).square().mean(),
        "the differences are added up; take their mean.": (z - w).abs().sum(),
        "the mean came before the absolute value: what is too far and what is too near cancelled out.": (z - w).mean().abs(),
    })  # fmt: skip
    yield "each distance in the units of its own domain, then the mean absolute difference"
    line = 0.3 * before + 0.7
    own = [torch.stack([d.mean(), d.std()]) for d in (before, line)]
    same(solution(before, line, *own), 0.0)
    yield "a mapping that stretches all distances alike costs nothing"
    if not float(solution(before, before.flip(0), own[0], own[0])) > 0.1:
        raise Wrong("the same distances between other pairs are not kept distances: compare pair by pair.")
    yield "but the right distances at the wrong pairs do cost"


# -- pair-distances -------------------------------------------------------------------------------------------------


def _pair_distances(solution: Callable) -> Iterator[str]:
    p = torch.rand(5, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 2 - 1
    flat = p.flatten(1)
    every = (flat[:, None] - flat[None]).abs().mean(2)
    i, j = torch.triu_indices(5, 5, 1)
    got = solution(p)
    if torch.is_tensor(got) and got.numel() in (20, 25):
        raise Wrong(
            f"there are 5 · 4 / 2 = 10 pairs, you return {got.numel()} numbers: each pair once, no picture with itself."
        )
    got = number(got, (10,)).sort().values
    want = every[i, j].sort().values
    difference = flat[i] - flat[j]
    same(got, want, {
        "the absolute differences are added up; take their mean, so that the size of the picture does not matter.":
            difference.abs().sum(1).sort().values,
        "the differences are squared: the distance is the mean absolute difference.": difference.square().mean(1).sort().values,
        "this is the Euclidean distance.": difference.norm(dim=1).sort().values,
        "the mean came before the absolute value.": difference.mean(1).abs().sort().values,
    })  # fmt: skip
    yield "five pictures, ten pairs"
    if number(solution(p[:2]), (1,)).item() != number(solution(p[:2].flip(0)), (1,)).item():
        raise Wrong("the distance from a to b should be that from b to a.")
    yield "two pictures, one pair"


# -- critic-losses --------------------------------------------------------------------------------------------------


def _critic_losses(solution: Callable) -> Iterator[str]:
    real, made = torch.tensor([2.0, -1.0, 4.0]), torch.tensor([0.5, -3.0, 1.0])
    got = several(solution(real, made), "the critic's loss", "the generator's loss", "the gap")
    gap = real.mean() - made.mean()
    same(got[0], -gap, {
        "the critic: the sign is wrong; you minimise this, and it should raise real scores and lower made ones.": gap,
        "the critic: only the real scores count.": -real.mean(),
        "the critic: only the made scores count.": made.mean(),
        "the critic: it is halved; there is no half here.": -gap / 2,
        "the critic: this is a log loss. A critic's score is no logit; it is averaged as it is.":
            torch.nn.functional.softplus(-real).mean() + torch.nn.functional.softplus(made).mean(),
        "the critic: this is the least-squares loss. Scores have no target.": (real - 1).square().mean() + made.square().mean(),
        "the critic: the scores are added up; take their means.": made.sum() - real.sum(),
    })  # fmt: skip
    yield "the critic raises real scores and lowers made ones"
    same(
        got[1],
        -made.mean(),
        {
            "the generator: it wants its pictures to be scored high, and you minimise.": made.mean(),
            "the generator: the real scores do not depend on it; leave them out.": gap,
        },
    )
    yield "the generator raises the scores of what it made"
    same(
        got[2], gap, {"the gap: real less made, so that it is positive as long as the critic can tell.": -gap}
    )
    shifted = solution(real + 7, made + 7)
    same(shifted[2], gap)
    yield "the gap does not change when all scores are shifted"


# -- disco-factors --------------------------------------------------------------------------------------------------


def _disco_factors(solution: Callable) -> Iterator[str]:
    for step in (0, 9_999, 10_000, 50_000):
        got = several(
            solution(step), "the GAN's factor", "that of feature matching", "that of the reconstruction"
        )
        r = 0.01 if step < 10_000 else 0.5
        gan, match, back = (float(g) for g in got)
        case = f"step {step:,}: "
        if abs(back - r) > 1e-6:
            late = abs(back - (0.51 - r)) < 1e-6
            raise Wrong(
                f"{case}the reconstruction's share r is {r}"
                + (", not that of the other phase." if late else f", not {back:g}.")
            )
        if abs(gan - (1 - r) * 0.9) < 1e-6 and abs(match - (1 - r) * 0.1) < 1e-6:
            raise Wrong(f"{case}GAN and feature matching are exchanged: matching has the lion's share.")
        if abs(gan - 0.1) < 1e-6 and abs(match - 0.9) < 1e-6:
            raise Wrong(f"{case}GAN and matching share what r leaves over: multiply both by 1 - r.")
        if abs(gan - (1 - r) * 0.1) > 1e-6 or abs(match - (1 - r) * 0.9) > 1e-6:
            raise Wrong(
                f"{case}expected ({(1 - r) * 0.1:g}, {(1 - r) * 0.9:g}, {r:g}), got ({gan:g}, {match:g}, {back:g})."
            )
        yield f"{case}{gan:g}, {match:g}, {back:g}"


EXERCISES = {
    "keep-distance": Exercise(
        _keep_distance,
        (
            "A distance of 0.3 is long in one world and short in another. In which units can you compare them?",
            "Less the mean of its domain, over the deviation of its domain; only then the difference, pair by pair.",
            "((before - units_x[0]) / units_x[1] - (after - units_y[0]) / units_y[1]).abs().mean()",
        ),
    ),
    "pair-distances": Exercise(
        _pair_distances,
        (
            "B pictures have B (B - 1) / 2 pairs. How do you list them without a picture meeting itself?",
            "torch.triu_indices(B, B, 1) gives i and j of every pair with i < j.",
            "flat = pictures.flatten(1), then (flat[i] - flat[j]).abs().mean(1)",
        ),
    ),
    "critic-losses": Exercise(
        _critic_losses,
        (
            "There is no logarithm, no target, no sigmoid: only means of scores and their signs.",
            "The critic minimises mean(made) - mean(real). Which part of that depends on G, and what does G want of it?",
            "(made.mean() - real.mean(), -made.mean(), real.mean() - made.mean())",
        ),
    ),
    "disco-factors": Exercise(
        _disco_factors,
        (
            "The reconstruction takes r. What is left goes to the other two, nine parts to one.",
            "r is 0.01 for the first 10,000 steps, 0.5 from then on. Steps count from 0.",
            "r = 0.01 if step < 10_000 else 0.5; ((1 - r) * 0.1, (1 - r) * 0.9, r)",
        ),
    ),
}
