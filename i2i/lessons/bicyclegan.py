"""Questions and exercises of notebook 08."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "noise-as-input": Question(
        "pix2pix is given a code z of N(0, 1) beside x, and learns with a strong L1 and a discriminator from pairs (x, y). An "
        "x has three right answers. What will the net do with z?",
        {
            "a": "use it: each z leads to one of the three answers",
            "b": "next to nothing: nearly the same answer comes with every z",
            "c": "use it as noise: the answers become grainy",
        },
        "b",
        "In training z and y are drawn independently, so z tells nothing of y: L1 is lowest where the answer does not depend "
        "on z at all. The discriminator asks that each answer look real, and one real-looking answer satisfies it.",
        {
            "the median costs least, another right answer each time most": lambda prices: (
                min(prices) == prices[3] and max(prices) == prices[0]
            ),
        },
    ),
    "kl-reduction": Question(
        "λ_KL = 0.01 stands before a KL that is summed over the 8 numbers of a code. Somebody takes the mean over the 8 "
        "instead, and keeps the 0.01. How much does the prior count now?",
        {"a": "just as much", "b": "an eighth", "c": "eight times as much"},
        "b",
        "The mean over 8 numbers is an eighth of their sum, so 0.01 of the mean is 0.00125 of the sum. The codes may then "
        "wander further from N(0, 1), and a z that is drawn from N(0, 1) at test is less like those that G has seen.",
    ),
    "who-hides-z": Question(
        "The term |z - E(G(x, z))| could move E as well as G. What do the two learn if it does?",
        {
            "a": "the same, twice as fast",
            "b": "E may learn to read any trace of z, however faint, and G need not change the image visibly",
            "c": "nothing: the two gradients cancel",
        },
        "b",
        "Two nets that are paid for a message between them agree on a script of their own. While E learns only what helps to "
        "paint a real y again, it reads what distinguishes real answers, and G must change just that for z to be found.",
    ),
    "mean-sampler": Question(
        "A sampler that knows all right answers gives their mean, 20 times. Which of the three measures finds it out at once?",
        {
            "a": "diversity: it is 0",
            "b": "the distance of a sample to the nearest answer: it is 0",
            "c": "the share of answers met: it is 1",
        },
        "a",
        "All samples are the same image, so no two of them differ, and at most one answer can be the nearest one. Diversity "
        "alone is no proof of quality, though: noise is diverse, too. So it is read beside the distance to the answers.",
        {
            "diversity is 0 and one answer is met": lambda diversity, met, answers: (
                diversity == 0 and answers * met == 1
            ),
        },
    ),
}


# -- code-of --------------------------------------------------------------------------------------------------------


def _code_of(solution: Callable) -> Iterator[str]:
    mean, log_variance = torch.tensor([[1.0, -2.0]]), torch.tensor([[0.0, 1.5]])
    noise = torch.tensor([[0.5, -1.0]])
    half = (0.5 * log_variance).exp()
    same(solution(mean, log_variance, torch.zeros(1, 2)), mean, {
        "without noise it should be the mean; a deviation was added.": mean + half,
    })  # fmt: skip
    yield "without noise it is the mean"
    same(solution(mean, log_variance, noise), mean + half * noise, {
        "the noise is multiplied by the variance; the deviation is its root, exp(½ log variance).":
            mean + log_variance.exp() * noise,
        "the noise is multiplied by the log variance itself: an exp is missing.": mean + log_variance * noise,
        "the half is there, the exp is not.": mean + 0.5 * log_variance * noise,
        "the noise is added as it is: the deviation is missing.": mean + noise,
        "the noise is subtracted.": mean - half * noise,
        "the mean is missing.": half * noise,
    })  # fmt: skip
    yield "the noise is as wide as exp(½ log variance)"
    leaf = log_variance.clone().requires_grad_()
    made = solution(mean, leaf, noise)
    if not getattr(made, "requires_grad", False):
        raise Wrong("no gradient reaches the log variance: it could not be learned.")
    yield "the gradient reaches the variance through the noise"


# -- code-kl --------------------------------------------------------------------------------------------------------


def _code_kl(solution: Callable) -> Iterator[str]:
    mean = torch.tensor([[1.0, -2.0], [0.0, 1.0], [0.5, -1.0], [2.0, 0.0], [-0.3, 0.7]])
    log_variance = torch.tensor([[0.0, 0.7], [0.3, -1.0], [-0.4, 0.0], [0.2, 0.9], [-0.6, 0.1]])
    each = (mean**2 + log_variance.exp() - 1 - log_variance) / 2
    same(solution(torch.zeros(2, 3), torch.zeros(2, 3)), 0.0, {
        "it must be 0 where the code is N(0, 1) already: the 1 is missing.": 1.5,
    })  # fmt: skip
    yield "0 at the prior itself"
    same(solution(mean, log_variance), each.sum(1).mean(), {
        "this is the mean over the numbers of a code, too; sum over them and average over the batch.": each.mean(),
        "this is summed over the batch, too: the weight of the term would grow with the batch.": each.sum(),
        "this is averaged over the numbers of a code and summed over the batch; it is the other way round.":
            each.mean(1).sum(),
        "the half is missing.": 2 * each.sum(1).mean(),
        "the log variance was taken for the logarithm of σ: σ² is exp(log variance), not its square.":
            ((mean**2 + (2 * log_variance).exp() - 1 - 2 * log_variance) / 2).sum(1).mean(),
        "exp(½ log variance) is σ; the formula has σ².":
            ((mean**2 + (log_variance / 2).exp() - 1 - log_variance) / 2).sum(1).mean(),
        "the sign of the logarithm is wrong.": ((mean**2 + log_variance.exp() - 1 + log_variance) / 2).sum(1).mean(),
        "the sign is wrong: a divergence is never negative.": -each.sum(1).mean(),
        "this is UNIT's mean of μ²; here E says a variance, too.": (mean**2).mean(),
    })  # fmt: skip
    yield "summed over a code, averaged over the batch"


# -- latent-loss ----------------------------------------------------------------------------------------------------


class _Paints(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[0.5, -1.0], [2.0, 0.25]]))
        self.asked: list[tuple[Tensor, Tensor]] = []

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        self.asked.append((x, z))
        return x + z @ self.weight


class _Reads(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[1.0, 0.3], [-0.5, 0.8]]))

    def forward(self, y: Tensor) -> tuple[Tensor, Tensor]:
        read = y @ self.weight
        return read, read * 3 + 7


def _latent_loss(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, z = torch.randn(3, 2, generator=rng), torch.randn(3, 2, generator=rng)
    G, E = _Paints(), _Reads()
    loss = solution(G, E, x, z)
    number(loss)
    if not G.asked:
        raise Wrong("G was never asked: z goes into an image first, and is read from that.")
    with torch.no_grad():
        fake = x + z @ G.weight
        mean, log_variance = E(fake)
        own, _ = E(x)
    same(loss, (z - mean).abs().mean(), {
        "E's log variance was compared with z. E returns (mean, log variance); the mean is its estimate.":
            (z - log_variance).abs().mean(),
        "E read x; it should read what G painted.": (z - own).abs().mean(),
        "the differences are squared; eq. 7 has L1.": (z - mean).square().mean(),
        "the differences are added up; take their mean.": (z - mean).abs().sum(),
        "the image is compared; eq. 7 compares codes.": (x - fake).abs().mean(),
    })  # fmt: skip
    yield "it is |z - E(G(x, z))|, of E's mean, averaged"
    if not getattr(loss, "requires_grad", False):
        raise Wrong("no gradient reaches G: the fake or the loss is detached. G has to learn from this term.")
    loss.backward()
    if G.weight.grad is None or not G.weight.grad.abs().sum() > 0:
        raise Wrong("no gradient reaches G. Gradients must flow through E to what it read, and so to G.")
    yield "G learns from it, through E"
    if E.weight.grad is not None and E.weight.grad.abs().sum() > 0:
        raise Wrong(
            "E gets a gradient, too: it and G would agree on a script of their own. Freeze E's weights "
            "(requires_grad_(False), or i2i's `frozen`), not what flows through it."
        )
    if not all(p.requires_grad for p in E.parameters()):
        raise Wrong("E is still frozen after the call; the other terms have to move it. Unfreeze it again.")
    yield "E does not, and is free again afterwards"


# -- samples-and-answers --------------------------------------------------------------------------------------------


def _samples_and_answers(solution: Callable) -> Iterator[str]:
    far = torch.tensor([[0.1, 0.9, 0.8], [0.2, 0.7, 0.9], [0.6, 0.5, 0.75], [0.3, 0.8, 1.0]])
    got = several(solution(far), "sample to answer", "answer to sample", "answers met")
    fidelity, coverage = far.amin(1).mean(), far.amin(0).mean()
    if torch.is_tensor(got[0]) and got[0].dim() == 0 and torch.allclose(got[0].float(), coverage):
        raise Wrong("the first two are exchanged: rows are samples, columns are answers.")
    same(got[0], fidelity, {
        "this is the mean of all distances; take the nearest answer of each sample first.": far.mean(),
        "this is the best sample alone; average over the samples.": far.min(),
        "this is the farthest answer.": far.amax(1).mean(),
    })  # fmt: skip
    yield "from each sample to its nearest answer, averaged"
    same(got[1], coverage, {
        "this is the first measure again; now each answer looks for its nearest sample.": fidelity,
        "this is the best answer alone; average over the answers.": far.min(),
        "this is the farthest sample.": far.amax(0).mean(),
    })  # fmt: skip
    yield "from each answer to its nearest sample, averaged"
    same(got[2], 2 / 3, {
        "this counts the answers; divide by how many there are.": 2.0,
        "this counts samples; count the answers that some sample has as its nearest.": 0.5,
        "every answer has a nearest sample; ask which answers are the nearest one to some sample.": 1.0,
    })  # fmt: skip
    yield "the share of answers that are somebody's nearest"


EXERCISES = {
    "code-of": Exercise(
        _code_of,
        (
            "A number of N(μ, σ²) is μ + σ e, with e of N(0, 1).",
            "E says ln σ². What is σ?",
            "mean + (0.5 * log_variance).exp() * noise",
        ),
    ),
    "code-kl": Exercise(
        _code_kl,
        (
            "For one number it is ½ (μ² + σ² - 1 - ln σ²), and you are given ln σ².",
            "The numbers of one code are independent, so their divergences add up. The images of a batch are averaged.",
            "(0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)).sum(1).mean()",
        ),
    ),
    "latent-loss": Exercise(
        _latent_loss,
        (
            "Paint with z, read what came out, compare with z. E returns two things; which is its estimate?",
            "Detaching the fake would stop G, too. It is E's weights that must not learn.",
            "with frozen(E): return (z - E(G(x, z))[0]).abs().mean()",
        ),
    ),
    "samples-and-answers": Exercise(
        _samples_and_answers,
        (
            "Rows are samples, columns are answers. A minimum along one axis, then a mean.",
            "far.argmin(1) is the nearest answer of each sample. How many different ones are there?",
            "far.amin(1).mean(), far.amin(0).mean(), len(far.argmin(1).unique()) / far.shape[1]",
        ),
    ),
}
