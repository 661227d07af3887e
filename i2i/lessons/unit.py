"""Questions and exercises of notebook 05."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from .lesson import Exercise, Question, Wrong, number, same, several

QUESTIONS = {
    "kl-scale": Question(
        "The divergence of N(μ, 1) from N(0, 1), for a code of n numbers, is half the sum of μ². The code takes the mean of "
        "μ². Take a code of 48 maps of 32 × 32, so that n = 49,152. How far apart are the two?",
        {"a": "by a factor of 2", "b": "by a factor of about 25,000", "c": "they are the same"},
        "b",
        "Half the sum is n / 2 times the mean: 24,576 times. So λ = 0.1 in front of the mean is λ = 0.000004 in front of the "
        "divergence. Read a weight together with the reduction of its term, or it tells you nothing.",
        {
            "the ratio is 24,576": lambda ratio: round(ratio) == 24_576,
        },
    ),
    "who-is-judged": Question(
        "Two encoders and two decoders give four pictures: x₁→₁ and x₂→₂ (there and back in one domain), x₁→₂ and x₂→₁ "
        "(translated). Which of them does D₁ judge as made?",
        {"a": "x₁→₁ and x₂→₁: both are pictures of domain 1", "b": "x₂→₁ alone", "c": "all four"},
        "b",
        "A reconstruction has its original beside it, and L1 tells it how it should look. A translation has no original: only "
        "D can say whether it belongs there. So the game is played about translations alone.",
    ),
    "partner-codes": Question(
        "An icon in glossy and the same icon at night: the model has never seen them together. How far apart are their "
        "codes, compared with the codes of two different icons?",
        {"a": "just as far: nobody told it which belong together", "b": "closer", "c": "they are equal"},
        "b",
        "Nobody told it, but the decoders are shared next to the code, and what is translated must come back: the easiest "
        "way to do that is to describe the same shape by the same numbers. Closer is not equal, though: here by 19 per cent.",
        {
            "partners are closer than others by 19 per cent": lambda partners, others: (
                abs(partners - 0.81 * others) < 0.005 * others
            ),
        },
    ),
    "noise-twice": Question(
        "In training every number of the code gets noise from N(0, 1). Switch the noise on at test and translate one icon "
        "twice. How different are the two results, compared with those for two icons?",
        {
            "a": "about as different: the noise is as large as the prior",
            "b": "about half as different",
            "c": "hardly different",
        },
        "c",
        "Reconstruction weighs 100 and the KL term 0.1, so encoder and decoder agree on a code that can be read through the"
        " noise: louder than it, and said in many places at once. The noise keeps the code smooth; it does not choose among"
        " answers. A tenth of the spread over icons is left here, and UNIT gives one answer for each input.",
        {
            "noise of 1 spreads a tenth as wide as other icons do, or less": lambda share: share < 0.1,
        },
    ),
}


# -- gaussian-kl ----------------------------------------------------------------------------------------------------


def _gaussian_kl(solution: Callable) -> Iterator[str]:
    mean, std = torch.tensor([1.0, -2.0]), torch.tensor([1.0, 2.0])
    each = (mean**2 + std**2 - 1 - (std**2).log()) / 2
    same(solution(torch.tensor([1.0, -2.0]), torch.tensor([1.0, 1.0])), 2.5, {
        "the half is missing.": 5.0,
        "this is the mean over the code; the divergence is a sum, since its numbers are independent.": 1.25,
        "the 1 is missing that makes the divergence 0 at μ = 0, σ = 1.": 3.5,
        "the sign is wrong: a divergence is never negative.": -2.5,
    })  # fmt: skip
    yield "with σ = 1 it is half the sum of μ²: 2.5 for μ = (1, -2)"
    same(solution(mean, std), each.sum(), {
        "the logarithm is of σ; it should be of σ².": ((mean**2 + std**2 - 1 - std.log()) / 2).sum(),
        "σ is used where σ² belongs.": ((mean**2 + std - 1 - std.log()) / 2).sum(),
        "the sign of the logarithm is wrong.": ((mean**2 + std**2 - 1 + (std**2).log()) / 2).sum(),
        "the logarithm is missing.": ((mean**2 + std**2 - 1) / 2).sum(),
        "this is the divergence of N(0, 1) from N(μ, σ²): the other way round.":
            ((mean**2 + 1) / std**2 - 1 + (std**2).log()).sum() / 2,
        "this is the mean over the code; the divergence is a sum.": each.mean(),
    })  # fmt: skip
    yield "KL(N(1, 1)) + KL(N(-2, 4)) = 3.306853"
    same(solution(torch.zeros(4), torch.ones(4)), 0.0)
    yield "0 at the prior itself"


# -- kl-factor ------------------------------------------------------------------------------------------------------


def _kl_factor(solution: Callable) -> Iterator[str]:
    for factor, n in ((0.1, 49_152), (3.0, 2), (0.5, 10)):
        got = number(solution(factor, n)).item()
        same(got * n, factor * 2, {
            "the half of ½ Σ μ² is forgotten.": factor,
            "the half goes the other way: mean μ² = (2 / n) · ½ Σ μ².": factor / 2,
            "that is the factor the other way round: from the divergence to the mean.": factor * n * n / 2,
        })  # fmt: skip
        yield f"λ = {factor:g} and n = {n:,}: {2 * factor / n:.3g}"


# -- unit-streams ---------------------------------------------------------------------------------------------------


class Two:
    """Encoders and decoders of two domains whose answers we know; code and image are both [B, 4]."""

    over = {1: torch.tensor([1.0, 2.0, 3.0, 4.0]), 2: torch.tensor([-1.0, 0.5, 2.0, 1.0])}
    back = {1: torch.tensor([2.0, 1.0, 0.5, 3.0]), 2: torch.tensor([1.5, -2.0, 1.0, 0.25])}

    def __init__(self):
        self.asked: list[tuple[str, int]] = []

    def encode(self, image: Tensor, domain: int) -> Tensor:
        self.asked.append(("encode", domain))
        return image * self.over[domain] + domain

    def decode(self, z: Tensor, domain: int) -> Tensor:
        self.asked.append(("decode", domain))
        return z * self.back[domain] - 0.1 * domain


def _unit_streams(solution: Callable) -> Iterator[str]:
    rng = torch.Generator().manual_seed(0)
    x, y = torch.rand(2, 4, generator=rng), torch.rand(2, 4, generator=rng)
    net = Two()
    got = several(solution(net.encode, net.decode, x, y), "x_11", "x_12", "x_21", "x_22")
    if not all(map(torch.is_tensor, got)):
        raise Wrong("each of the four should be a picture: what `decode` returns.")
    z = {1: net.encode(x, 1), 2: net.encode(y, 2)}
    want = {f"x_{i}{j}": net.decode(z[i], j) for i in (1, 2) for j in (1, 2)}
    wrong_encoder = {
        f"x_{i}{j}": net.decode(net.encode({1: x, 2: y}[i], 3 - i), j) for i in (1, 2) for j in (1, 2)
    }
    for (name, value), mine in zip(want.items(), got, strict=True):
        if mine.shape == value.shape and torch.allclose(mine, value):
            continue
        for other, candidate in want.items():
            if mine.shape == candidate.shape and torch.allclose(mine, candidate):
                raise Wrong(
                    f"where {name} should stand there is {other}: x_ij is the picture of domain i, decoded in domain j."
                )
        if torch.allclose(mine, wrong_encoder[name]):
            raise Wrong(
                f"{name}: the picture went through the other domain's encoder. A picture is read by its own domain."
            )
        raise Wrong(f"{name} should be decode(encode(picture of domain {name[2]}, {name[2]}), {name[3]}).")
    yield "x_11 and x_22: there and back within a domain"
    yield "x_12 and x_21: translated"


# -- unit-cycle -----------------------------------------------------------------------------------------------------


def _unit_cycle(solution: Callable) -> Iterator[str]:
    x = torch.rand(2, 4, generator=torch.Generator().manual_seed(0))
    net = Two()
    got = several(solution(net.encode, net.decode, x), "the mean of μ²", "L1 of the return")
    z = net.encode(x, 1)
    over = net.decode(z, 2)
    back = net.encode(over, 2)
    home = net.decode(back, 1)
    same(got[0], back.square().mean(), {
        "this is the KL of x's own code, as on the slide. The second posterior is that of the translated picture.":
            z.square().mean(),
        "the translated picture is a picture of domain 2: domain 2's encoder reads it.": net.encode(over, 1).square().mean(),
        "x itself went into the encoder of domain 2; it should be the translation of x.": net.encode(x, 2).square().mean(),
        "this is the code of the reconstruction x_11; the cycle goes by way of domain 2.":
            net.encode(net.decode(z, 1), 1).square().mean(),
        "this is half the sum; the code takes the mean of μ².": back.square().sum() / 2,
        "the squares are missing.": back.mean(),
    })  # fmt: skip
    yield "the KL term is about the code of the translated picture"
    same(got[1], (home - x).abs().mean(), {
        "this is the reconstruction within domain 1; the cycle goes by way of domain 2.": (net.decode(z, 1) - x).abs().mean(),
        "the return was decoded in domain 2; x is a picture of domain 1.": (net.decode(back, 2) - x).abs().mean(),
        "the translation is compared with x; it is the return that should be x.": (over - x).abs().mean(),
        "the differences are squared; the Laplacian likelihood is L1.": (home - x).square().mean(),
        "the differences are added up; take their mean.": (home - x).abs().sum(),
    })  # fmt: skip
    yield "L1 compares the return with x"


EXERCISES = {
    "gaussian-kl": Exercise(
        _gaussian_kl,
        (
            "For one number it is ½ (μ² + σ² - 1 - ln σ²). The numbers of a code are independent: what happens to divergences?",
            "They add up. Check yourself: it must be 0 at μ = 0, σ = 1.",
            "((mean**2 + std**2 - 1 - (std**2).log()) / 2).sum()",
        ),
    ),
    "kl-factor": Exercise(
        _kl_factor,
        (
            "Write the mean of μ² as something times ½ Σ μ².",
            "mean μ² = (1 / n) Σ μ² = (2 / n) · ½ Σ μ².",
            "2 * factor / n",
        ),
    ),
    "unit-streams": Exercise(
        _unit_streams,
        (
            "Two codes, four pictures. Which domain's encoder reads x, which one y?",
            "z_1 = encode(x, 1), z_2 = encode(y, 2); decode each of them in both domains.",
            "decode(z_1, 1), decode(z_1, 2), decode(z_2, 1), decode(z_2, 2)",
        ),
    ),
    "unit-cycle": Exercise(
        _unit_cycle,
        (
            "Four steps: read x, paint it in domain 2, read that, paint it in domain 1.",
            "The translated picture is read by the encoder of domain 2. Its code is the one whose KL counts.",
            "back = encode(decode(encode(x, 1), 2), 2), then back.square().mean() and (decode(back, 1) - x).abs().mean()",
        ),
    ),
}
