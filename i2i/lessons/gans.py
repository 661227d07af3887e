"""Questions and exercises of notebook 00, six logs among them that are to be matched with sheets and causes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import torch

from .lesson import Exercise, Question, Wrong, number, same

QUESTIONS = {
    "no-difference": Question(
        "G has become perfect: its points have the density of the real ones. D is trained on, for as long as it likes. What does "
        "D pay in the end, -log D(x) and -log(1 - D(G(z))) together?",
        {"a": "0: it knows both by heart", "b": "2 ln 2 = 1.386", "c": "more and more, without a bound"},
        "b",
        "Where both densities are equal no answer is better than one half, and one half costs ln 2 for each of the two terms. So "
        "ln 2 = 0.693 for a term is the level that a log is read against: below it D knows something.",
    ),
    "pull": Question(
        "D is nearly certain that a point is made: D(G(z)) = 0.01. How many times as hard does -log D pull at its logit as "
        "log(1 - D) does?",
        {"a": "twice", "b": "ten times", "c": "ninety-nine times"},
        "c",
        "By the logit, the slope of -log D has the size 1 - D = 0.99, and that of log(1 - D) has the size D = 0.01. Both losses want "
        "the same; the second says it in a whisper as long as D is winning.",
    ),
    "whisper": Question(
        "We train the ring again with the minimax form log(1 - D), and change nothing else; Adam stays. What happens?",
        {
            "a": "G never leaves its first blob: the gradient is too small",
            "b": "G finds the modes, about as well as with -log D",
            "c": "G falls onto one mode",
        },
        "b",
        "On this ring, in each of three seeds. Adam divides a gradient by its own recent size, so a whisper that lasts is as good as "
        "a call; and here D is never far enough ahead. Where D wins by far the form does matter: its "
        "gradient is then a small remainder of large numbers, and batches disagree about it.",
    ),
    "collapsed-loss": Question(
        "G has fallen onto a single mode and hops from one to the next. What do the losses of the log look like?",
        {
            "a": "D's terms are near 0: one clump is easily told from a ring",
            "b": "all terms stay around ln 2",
            "c": "G's term grows without a bound",
        },
        "b",
        "D would need some steps to learn where the clump is, and by then it has moved on. So D never gets far, and the numbers look "
        "like those of a balanced game. Collapse shows in samples, not in losses.",
        {"every term ends within a fifth of ln 2": lambda terms: all(abs(t / math.log(2) - 1) < 0.2 for t in terms)},
    ),
    "never-seen": Question(
        "The game on the ring has gone well. D is now asked about points at ten times the ring's radius, where neither real nor made "
        "points have been. What does it say there?",
        {
            "a": "one half: it has no evidence",
            "b": "something between 0.2 and 0.8, the less sure the further out",
            "c": "0 or 1, nearly: it is certain",
        },
        "c",
        "No loss was computed there, so nothing holds D to one half. Its layers go on as straight lines, and a logit that grows "
        "with the distance is a certainty. D's number means something where the two kinds of points have been, and nowhere else.",
        {"every answer out there is near 0 or near 1": lambda unsure: 0 <= unsure < 0.05},
    ),
}  # fmt: skip


# -- six logs -------------------------------------------------------------------------------------------------------

# The games of `claims.gans.SIX`, in the order in which logs 1 to 6 and sheets A to F are shown.
LOGS = ("hops", "swapped", "healthy", "half the range", "linear D", "cannot reach")
SHEETS = ("linear D", "cannot reach", "hops", "swapped", "healthy", "half the range")
CAUSES = {
    "a": "nothing is wrong",
    "b": "G ends in a sigmoid: it makes no negative number",
    "c": "D is a single linear layer",
    "d": "G's learning rate is too high: three times that of D",
    "e": "in D's turn the labels of real and made points are exchanged",
    "f": "G ends in 0.6 tanh: what it makes never comes near the data",
}
_CAUSED = dict(
    zip("abcdef", ("healthy", "half the range", "linear D", "hops", "swapped", "cannot reach"), strict=True)
)
REASONS = {
    "healthy": "D's terms are a little below ln 2, G's is a little above: D knows something, but not much, and the points lie on all modes.",
    "half the range": "D is well ahead and stays there: five of eight modes G can never make, and for the rest D has to guess.",
    "linear D": "all terms lie still at ln 2: as soon as the means agree, a linear D sees no difference any more.",
    "hops": "all terms stay about ln 2, late as well as early, and shake, since D runs after a clump that has moved on when it arrives.",
    "swapped": "all three terms fall to 0, which no honest game can do: what D's second term rewards, G's term punishes.",
    "cannot reach": "D's terms fall towards 0 and G's rises: the two kinds of points do not overlap, and G has no way to change that.",
}
_CLUES = {
    "healthy": "whose terms keep a small, steady distance from ln 2? Somebody knows a little more than nothing",
    "half the range": "D is ahead, and by as much at the end as in the middle. What share of the data could G make?",
    "linear D": "the curves lie still, exactly at ln 2. D has stopped to see a difference, though there may be one",
    "hops": "all three terms stay about ln 2 to the end and shake, so nobody is ahead for long. Who moves faster than the other can follow?",
    "swapped": "all three terms are at 0. If D finds the made points out, G must pay; here nobody pays",
    "cannot reach": "D's terms still fall at the end and G's still rises. Where could points be that are never mistaken for real ones?",
}


def marked(given: Mapping[int, tuple[str, str]]) -> Iterator[tuple[int, str, bool]]:
    """(number of the log, what to say, whether it is right) for each log of `given`: number -> (sheet, cause), letters."""
    for n, (sheet, cause) in given.items():
        key = LOGS[n - 1]
        off = [
            what
            for what, right in (
                ("sheet", SHEETS["ABCDEF".index(sheet)] == key),
                ("cause", _CAUSED[cause] == key),
            )
            if not right
        ]
        told = f"log {n}: {REASONS[key]}" if not off else f"log {n}, {' and '.join(off)}: {_CLUES[key]}."
        yield n, told, not off


def _six_logs(solution: Callable) -> Iterator[str]:
    given = solution()
    if given is None or given is Ellipsis or (isinstance(given, dict) and ... in given.values()):
        number(None)
    if not isinstance(given, dict) or set(given) != set(range(1, 7)):
        raise Wrong("return a dict with the keys 1 to 6, the numbers of the logs.")
    for n, pair in given.items():
        if len(pair) != 2 or pair[0] not in "ABCDEF" or pair[1] not in CAUSES:
            raise Wrong(f'log {n} gets a letter of a sheet, A to F, and one of a cause, a to f: ("A", "a").')
    for place, what in enumerate(("sheet", "cause")):
        if len({pair[place] for pair in given.values()}) < 6:
            raise Wrong(f"a {what} is there twice: each belongs to one log.")
    for _, told, right in marked(given):
        if not right:
            raise Wrong(told)
        yield told


# -- best-logit -----------------------------------------------------------------------------------------------------


def _best_logit(solution: Callable) -> Iterator[str]:
    p, q = torch.tensor([0.4, 0.1, 0.02, 0.3]), torch.tensor([0.1, 0.1, 0.3, 0.05])
    right = (p / q).log()
    same(solution(p, q), right, {
        "this is D* itself, a number between 0 and 1; its logit is asked for, log D* - log(1 - D*).": p / (p + q),
        "this is D* of the made points: real ones are those with density p.": -right,
        "the two densities are exchanged, and it is D* in place of its logit.": q / (p + q),
        "the logarithm is missing: this is the odds of being real.": p / q,
        "this is log D*; the logit is log D* - log(1 - D*).": (p / (p + q)).log(),
        "densities were subtracted; their logarithms have to be.": p - q,
        "D* was halved: half the data are made, but p and q are both densities already.": (p / (2 * (p + q))).logit(),
    })  # fmt: skip
    yield "log p - log q"
    same(torch.as_tensor(solution(p, p)), torch.zeros(4))
    yield "0 where both densities are equal: D* is one half"
    small = torch.tensor([1e-30])
    same(solution(small, 2 * small), -torch.tensor([math.log(2)]))
    yield "also far out, where both densities are nearly 0: only their ratio counts"


# -- penalty --------------------------------------------------------------------------------------------------------


def _penalty(solution: Callable) -> Iterator[str]:
    g = torch.tensor([[[0.6, -0.8], [0.0, 2.0]], [[1.0, 1.0], [1.0, -1.0]], [[0.1, 0.2], [0.0, 0.2]]])
    n = g.flatten(1).norm(dim=1)
    same(solution(g), (n - 1).square().mean(), {
        "the squared norm was compared with 1: take the root first.": (n.square() - 1).square().mean(),
        "the norm is of all features of one sample: flatten each sample first.": (g.norm(dim=2) - 1).square().mean(),
        "one norm was taken of the whole batch; each sample has its own.": (g.norm() - 1).square(),
        "the distances from 1 are not squared yet.": (n - 1).abs().mean(),
        "slopes below 1 are let off here; the penalty of the paper has two sides.": (n - 1).clamp(min=0).square().mean(),
        "the means came first: this is the square of the mean distance.": (n.mean() - 1).square(),
        "each number of the gradient was compared with 1; its length is meant.": (g - 1).square().mean(),
        "this is a sum over the batch; take the mean.": (n - 1).square().sum(),
        "the norms are pulled to 0: 1 is missing.": n.square().mean(),
    })  # fmt: skip
    yield "the mean of (‖gradient‖ − 1)²"
    same(solution(torch.tensor([[3.0, 4.0]]).expand(7, 2)), 16.0)
    yield "a linear critic with ‖w‖ = 5 pays 16, whatever the data are"
    same(solution(torch.zeros(3, 2)), 1.0)
    yield "a constant critic pays 1"


# -- batch-deviation ------------------------------------------------------------------------------------------------


def _batch_deviation(solution: Callable) -> Iterator[str]:
    h = torch.randn(6, 5, generator=torch.Generator().manual_seed(0)) * torch.arange(1.0, 6.0)
    right = h.std(0, unbiased=False).mean()
    same(solution(h), right, {
        "this divides by B - 1; the batch is all there is, so divide by B.": h.std(0).mean(),
        "the deviation was taken over the features of one sample; it is over the batch that collapse shows.":
            h.std(1, unbiased=False).mean(),
        "that too, and with B - 1.": h.std(1).mean(),
        "this is the deviation of all numbers at once: features that differ from each other would look like variety.":
            h.std(unbiased=False),
        "this is the variance; its root is missing.": h.var(0, unbiased=False).mean(),
        "the root was taken of the mean variance; take the root of each feature's, then the mean.":
            h.var(0, unbiased=False).mean().sqrt(),
        "add up over features no more: take their mean.": h.std(0, unbiased=False).sum(),
        "the mean of the batch was taken first, so nothing of its variety is left.": h.mean(0).std(unbiased=False),
    })  # fmt: skip
    yield "each feature's deviation over the batch, then the mean over features"
    same(solution(h[:1].expand(4, -1)), 0.0, tolerance=2e-4)
    yield "four times the same sample: 0"
    plus = torch.tensor([[1.0], [-1.0]]).repeat(2, 3)
    same(solution(plus), 1.0)
    yield "numbers that alternate between 1 and -1: 1"


EXERCISES = {
    "best-logit": Exercise(
        _best_logit,
        (
            "Write D* = p / (p + q), and 1 - D*. What is their ratio?",
            "The logit is log D* - log(1 - D*), and D* / (1 - D*) = p / q.",
            "p.log() - q.log()",
        ),
    ),
    "penalty": Exercise(
        _penalty,
        (
            "Each sample has one gradient, and its length is one number: [B, ...] -> [B].",
            "flatten(1) leaves the batch alone; norm(dim=1) takes the length.",
            "(slopes.flatten(1).norm(dim=1) - 1).square().mean()",
        ),
    ),
    "batch-deviation": Exercise(
        _batch_deviation,
        (
            "Collapse means that the samples of a batch are alike. Along which dimension does that show?",
            "Dimension 0, and divide by B: unbiased=False. That gives a number for each feature; D is told their mean.",
            "h.std(0, unbiased=False).mean()",
        ),
    ),
    "six-logs": Exercise(
        _six_logs,
        (
            "Begin with the log in which something is impossible: D's term for made points and G's term cannot both be small.",
            "Then sort by level: at ln 2, a little off it, well off it, off it and still moving. On the sheets, ask what G cannot do.",
            'Two to begin with: 2 is ("D", "e"), and 6 is ("B", "f").',
        ),
    ),
}
