"""Questions and exercises of notebook 10."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "as-many-columns": Question(
        "A grid holds 26 letters in 22 fonts. A bilinear model gets J = 26, as many numbers for a content as there are "
        "letters. How far is it from the images of the grid?",
        {
            "a": "a little: fonts are not bilinear",
            "b": "not at all: error 0, as it would be for 22 times 26 images of noise",
            "c": "not at all: error 0, and that shows that style and content are separated",
        },
        "b",
        "The stacked matrix has 26 columns, so its rank is 26 at most, whatever it holds. With J = 26 each letter may have a "
        "column of its own. A small error on the grid says something only where J is smaller, or on cells that were not shown.",
        {
            "with J = 26 letters and noise are met to rounding": lambda letters, noise: (
                max(letters[-1], noise[-1]) < 1e-9
            ),
        },
    ),
    "six-letters": Question(
        "Of a new font six letters are known, and its matrix has 25 columns. Least squares has a factor (trust) that draws the "
        "matrix to the mean of all known fonts. What happens to the other twenty letters if trust is made very small?",
        {
            "a": "they turn into noise: six letters do not fix 25 columns",
            "b": "little: what the six letters do not fix stays as it is in the mean of the fonts",
            "c": "they become those of the known font that is nearest",
        },
        "b",
        "Six equations leave 19 dimensions open for each pixel. However small the trust is, among all matrices that draw "
        "the six "
        "letters it picks the one nearest to the mean. Noise would come only without any ridge, where nothing picks.",
    ),
    "one-to-three": Question(
        "Each x has three right answers y. A CycleGAN without noise learned both ways from points without pairs. It wants "
        "G(F(y)) = y for every y. How can it?",
        {
            "a": "it cannot: F(y) is x, and x does not tell which y it came from",
            "b": "F(y) lies a little beside x, and where it lies tells G which y it was",
            "c": "G draws one of the three answers at random",
        },
        "b",
        "Nothing forbids F to leave a trace that is too small for a discriminator. The trace carries the answer through x. "
        "G has no noise, so it cannot draw anything; and for an x without a trace it has one answer.",
    ),
    "who-reads-the-code": Question(
        "Augmented CycleGAN goes from b to a and back. Which code does G_AB get on the way back?",
        {
            "a": "one of N(0, 1), as at test",
            "b": "the one that E_B reads from the pair of b and G_BA(b)",
            "c": "none: a is enough",
        },
        "b",
        "With a drawn code another answer to the same a would come, and the cycle would make G_AB pay for being right. What b "
        "shows and a does not has to go around a: E_B reads it, and hands it to G_AB.",
    ),
    "real-at-the-best": Question(
        "MAD-GAN has four generators, and together they make just what the data hold, each an equal share of it. What does the "
        "best D answer about a real image: with which probability is it real?",
        {"a": "1/2", "b": "1/5", "c": "4/5"},
        "b",
        "At a place where the density of the data is p, D's objective weighs the real image with p and the four generators "
        'with 4p together. So the best answer for "real" is p / (p + 4p) = 1/5: not a half, as in a GAN of one generator.',
        {
            "the best D says 1/5": lambda real: all(abs(v - 0.2) < 1e-6 for v in real),
        },
    ),
    "heads-merged": Question(
        'D need not tell any more which generator made an image: all four share the answer "made". What changes for them?',
        {
            "a": "they all move to one cluster: nothing keeps them apart any more",
            "b": 'at the best D, nothing: what a generator hears is the chance of "real", which asks only how much is made in all',
            "c": "the best D says 1/2 of a real image, as in a GAN of one generator",
        },
        "b",
        'The best D\'s answer for "real" is p / (p + the sum of all p_i), whether it has to name the generator or not. '
        "Where two "
        "generators crowd, the sum is larger and the answer smaller, so one of them had better leave. Training has no best "
        "D at "
        "hand, so what naming is worth there has to be measured.",
    ),
}


# -- stacked-svd ----------------------------------------------------------------------------------------------------


def _stacked_svd(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    S, C, K = 3, 5, 4
    y = torch.randn(S, C, K, generator=rng)

    def model(got, J: int) -> Tensor:
        A, B = several(got, "A", "B")
        A, B = number(A, (S, K, J)), number(B, (C, J))
        return torch.einsum("skj,cj->sck", A, B)

    def cut(matrix: Tensor, J: int) -> Tensor:
        U, s, Vh = torch.linalg.svd(matrix, full_matrices=False)
        return (U[:, :J] * s[:J]) @ Vh[:J]

    def by_style(J: int) -> Tensor:
        return cut(y.transpose(1, 2).flatten(0, 1), J).view(S, K, C).transpose(1, 2)

    U, s, Vh = torch.linalg.svd(y.transpose(1, 2).flatten(0, 1), full_matrices=False)
    wrong = {
        "the singular values are missing: the product is U V^T.": (U[:, :2] @ Vh[:2]).view(S, K, C).transpose(1, 2),
        "the singular values count twice: give them to A or to B, or their roots to both.":
            ((U[:, :2] * s[:2] ** 2) @ Vh[:2]).view(S, K, C).transpose(1, 2),
        "these are the smallest singular values; the largest come first.":
            ((U[:, -2:] * s[-2:]) @ Vh[-2:]).view(S, K, C).transpose(1, 2),
        "the rows are mixed up: bring y to [S, K, C] first, then flatten S and K.":
            cut(y.flatten(0, 1).reshape(S * K, C), 2).view(S, K, C).transpose(1, 2),
    }  # fmt: skip
    same(model(solution(y, 2), 2), by_style(2), wrong)
    yield "A^s b^c with J = 2 is the nearest of all such models"
    same(model(solution(y, C), C), y)
    yield "with J = 5 and five contents it is the grid itself"


# -- new-font -------------------------------------------------------------------------------------------------------


def _new_font(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    B, y = torch.randn(3, 4, generator=rng), torch.randn(3, 5, generator=rng)
    mean, one = torch.randn(5, 4, generator=rng), torch.eye(4)

    def drawn(to: Tensor, weight: float) -> Tensor:
        return torch.linalg.solve(B.T @ B + weight * one, B.T @ y + weight * to.T).T

    got = solution(B, y, mean, 0.5)
    same(number(got, (5, 4)), drawn(mean, 0.5), {
        "the ridge draws to 0, not to the mean of the fonts.": drawn(0 * mean, 0.5),
        "the mean is added without its weight.": torch.linalg.solve(B.T @ B + 0.5 * one, B.T @ y + mean.T).T,
        "the mean is added afterwards; fit what is left of y after the mean, then.": drawn(0 * mean, 0.5) + mean,
        "the weight is squared.": drawn(mean, 0.25),
    })  # fmt: skip
    yield "with weight 0.5"
    same(number(solution(B, y, mean, 1e6), (5, 4)), mean, tolerance=1e-3)
    yield "with a very large weight it is the mean"
    close = number(solution(B, y, mean, 1e-4), (5, 4)).float()
    if (B @ close.T - y).abs().max() > 0.05:
        raise Wrong("with a very small weight the known letters should come out as they are.")
    yield "with a very small weight the known letters come out"


# -- code-cycle -----------------------------------------------------------------------------------------------------


def _G_AB(a: Tensor, z: Tensor) -> Tensor:
    return 2 * a + z


def _G_BA(b: Tensor) -> Tensor:
    return 0.5 * b + 0.25


def _E_B(a: Tensor, b: Tensor) -> Tensor:
    return b - a * a


def _code_cycle(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    a, b, z = (torch.randn(3, 2, generator=rng) for _ in range(3))
    got = several(solution(_G_AB, _G_BA, _E_B, a, b, z), "cycle of a", "cycle of b", "cycle of z")

    def far(p: Tensor, q: Tensor) -> Tensor:
        return (p - q).abs().mean()

    made, over = _G_AB(a, z), _G_BA(b)
    same(got[0], far(_G_BA(made), a), {
        "it went to B and stayed there: compare what came back to A.": far(made, a),
        "the differences are squared; the paper has L1.": (_G_BA(made) - a).square().mean(),
        "the differences are added up; take their mean.": (_G_BA(made) - a).abs().sum(),
    })  # fmt: skip
    yield "a, to B with the drawn code, and back"
    same(got[1], far(_G_AB(over, _E_B(over, b)), b), {
        "the way back has the drawn code; then another answer may come, and be right.": far(_G_AB(over, z), b),
        "the way back has no code (zeros): a alone does not tell which b it was.": far(_G_AB(over, 0 * z), b),
        "E_B read the wrong pair: it belongs to b and to what became of it in A.": far(_G_AB(over, _E_B(a, b)), b),
        "E_B gets the image of A first, then that of B.": far(_G_AB(over, _E_B(b, over)), b),
    })  # fmt: skip
    yield "b, to A, and back with the code that was read"
    same(got[2], far(_E_B(a, made), z), {
        "the pair should be a and what G_AB made of it, not b: nobody knows b's code.": far(_E_B(a, b), z),
        "E_B gets the image of A first, then that of B.": far(_E_B(made, a), z),
        "E_B should read a itself, not what came back of it.": far(_E_B(_G_BA(made), made), z),
        "the differences are squared; the paper has L1.": (_E_B(a, made) - z).square().mean(),
    })  # fmt: skip
    yield "z, into an image, and read again"


# -- many-ways ------------------------------------------------------------------------------------------------------


def _many_ways(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    k, n = 3, 4
    real, fakes = torch.randn(n, k + 1, generator=rng), torch.randn(k, n, k + 1, generator=rng)
    got = several(solution(real, fakes), "D's loss", "the generators' loss")
    of_real = -real.log_softmax(1)[:, k].mean()
    own = torch.stack([-fakes[i].log_softmax(1)[:, i].mean() for i in range(k)])
    first = torch.stack([-fakes[i].log_softmax(1)[:, 0].mean() for i in range(k)])
    as_real = torch.stack([-fakes[i].log_softmax(1)[:, k].mean() for i in range(k)])
    not_own = torch.stack([-(1 - fakes[i].softmax(1)[:, i]).log().mean() for i in range(k)])
    over_heads = torch.stack([-fakes.log_softmax(0)[i, :, i].mean() for i in range(k)])
    binary = torch.nn.functional.softplus(-real[:, k]).mean()
    same(got[0], of_real + own.sum(), {
        "the generators count once for each of them: a sum over i, not a mean.": of_real + own.mean(),
        "all generators have one answer here; image i should be recognised as that of generator i.":
            of_real + first.sum(),
        "the real images are missing.": own.sum(),
        "the made images are missing.": of_real,
        "real is the last answer, number k; the first belongs to generator 0.":
            -real.log_softmax(1)[:, 0].mean() + own.sum(),
        "that is a sigmoid; k + 1 answers share one softmax.": binary + own.sum(),
        "the softmax runs over the generators; it should run over the k + 1 answers.": of_real + over_heads.sum(),
    })  # fmt: skip
    yield "D: real images are real, each made one is its generator's"
    same(got[1], as_real.mean(), {
        "it should be the mean over generators.": as_real.sum(),
        "this is D's loss of the made images; the generators want another answer.": own.mean(),
        "this asks only not to be recognised; another generator's image would please, too.": not_own.mean(),
        "the sign is wrong: a generator wants this probability to be large.": -as_real.mean(),
    })  # fmt: skip
    yield 'each generator wants the answer "real"'


EXERCISES = {
    "stacked-svd": Exercise(
        _stacked_svd,
        (
            "Below each other: the K pixels of all letters in style 1, then in style 2. A column for each content.",
            "y.transpose(1, 2).flatten(0, 1) is that matrix, [S K, C]. Its best approximation of rank J is in its SVD.",
            "U, s, Vh = torch.linalg.svd(m, full_matrices=False); A = (U[:, :J] * s[:J]).view(S, K, J); B = Vh[:J].T",
        ),
    ),
    "new-font": Exercise(
        _new_font,
        (
            "Minimise |B A^T - y|² + weight |A - mean|². Where is its gradient 0?",
            "(B^T B + weight I) A^T = B^T y + weight mean^T: one system of J equations for all pixels.",
            "torch.linalg.solve(B.T @ B + weight * torch.eye(B.shape[1]), B.T @ y + weight * mean.T).T",
        ),
    ),
    "code-cycle": Exercise(
        _code_cycle,
        (
            "Two ways around, and one for the code. On which of them is the code drawn, and on which read?",
            "Going from b the code for the way back is read from the pair (what became of b in A, b).",
            "over = G_BA(b); G_AB(over, E_B(over, b)) should be b; E_B(a, G_AB(a, z)) should be z.",
        ),
    ),
    "many-ways": Exercise(
        _many_ways,
        (
            "Cross-entropy twice: D knows the right answer, a generator wishes for another.",
            "log_softmax(1) over the k + 1 answers. Real ones have the answer k; images of generator i the answer i.",
            "-real.log_softmax(1)[:, k].mean() + sum(-fakes[i].log_softmax(1)[:, i].mean() for i in range(k))",
        ),
    ),
}
