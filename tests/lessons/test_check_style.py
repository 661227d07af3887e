"""The lesson of notebook 10: right solutions pass, each wrong one is told what is wrong; and what its sentences rest on."""

from __future__ import annotations

import pytest
import torch

from i2i.lessons.style_and_content import EXERCISES, QUESTIONS
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)

# ---- Right solutions ----


def stacked_svd(y, J):
    S, _, K = y.shape
    U, s, Vh = torch.linalg.svd(y.transpose(1, 2).flatten(0, 1), full_matrices=False)
    return (U[:, :J] * s[:J]).view(S, K, J), Vh[:J].T


def new_font(B, y, mean, weight):
    return torch.linalg.solve(B.T @ B + weight * torch.eye(B.shape[1]), B.T @ y + weight * mean.T).T


def code_cycle(G_AB, G_BA, E_B, a, b, z):
    made, over = G_AB(a, z), G_BA(b)
    back = G_AB(over, E_B(over, b))
    return (G_BA(made) - a).abs().mean(), (back - b).abs().mean(), (E_B(a, made) - z).abs().mean()


def many_ways(real, fakes):
    k = len(fakes)
    own = sum(-fakes[i].log_softmax(1)[:, i].mean() for i in range(k))
    return -real.log_softmax(1)[:, k].mean() + own, -fakes.log_softmax(2)[:, :, k].mean()


RIGHT = {"stacked-svd": stacked_svd, "new-font": new_font, "code-cycle": code_cycle, "many-ways": many_ways}


# ---- Wrong ones ----


def cut(matrix, J):
    U, s, Vh = torch.linalg.svd(matrix, full_matrices=False)
    return U[:, :J] * s[:J], Vh[:J].T


def factors(change):
    """A solution whose U, s and V, cut by `change`, make A and B."""

    def solution(y, J):
        S, _, K = y.shape
        U, s, Vh = torch.linalg.svd(y.transpose(1, 2).flatten(0, 1), full_matrices=False)
        A, B = change(U, s, Vh.T, J)
        return A.reshape(S, K, J), B

    return solution


def mixed(y, J):
    S, C, K = y.shape
    A, B = cut(y.flatten(0, 1).reshape(S * K, C), J)
    return A.view(S, K, J), B


def part(f, which, value):
    """A solution that returns several things, one of them replaced by value(*given)."""

    def solution(*given):
        right = list(f(*given))
        right[which] = value(*given)
        return tuple(right)

    return solution


def L1(p, q):
    return (p - q).abs().mean()


def ridge(gram_weight, told):
    """A solution of the system with this weight on the diagonal and told(B, y, mean, weight) on the right."""
    return lambda B, y, m, w: (
        torch.linalg.solve(B.T @ B + gram_weight(w) * torch.eye(B.shape[1]), told(B, y, m, w)).T
    )


def own(real, fakes, answer=lambda i: i, dim=1):
    return torch.stack([-fakes[i].log_softmax(dim)[:, answer(i)].mean() for i in range(len(fakes))])


def of_real(real, fakes, answer=-1):
    return -real.log_softmax(1)[:, answer].mean()


def over_heads(real, fakes):
    return torch.stack([-fakes.log_softmax(0)[i, :, i].mean() for i in range(len(fakes))])


def D_is(value):
    return part(many_ways, 0, value)


def G_is(value):
    return part(many_ways, 1, value)


WRONG = [
    ("stacked-svd", factors(lambda U, s, V, J: (U[:, :J], V[:, :J])), "values are missing"),
    ("stacked-svd", factors(lambda U, s, V, J: (U[:, :J] * s[:J], V[:, :J] * s[:J])), "count twice"),
    ("stacked-svd", factors(lambda U, s, V, J: (U[:, -J:] * s[-J:], V[:, -J:])), "smallest"),
    ("stacked-svd", mixed, "mixed up"),
    ("stacked-svd", lambda y, J: stacked_svd(y, J)[0], "two things"),
    ("stacked-svd", lambda y, J: (stacked_svd(y, J)[0].mT, stacked_svd(y, J)[1]), "the shape"),
    ("new-font", ridge(lambda w: w, lambda B, y, m, w: B.T @ y), "draws to 0"),
    ("new-font", ridge(lambda w: w, lambda B, y, m, w: B.T @ y + m.T), "without its weight"),
    ("new-font", ridge(lambda w: w * w, lambda B, y, m, w: B.T @ y + w * w * m.T), "squared"),
    ("new-font", ridge(lambda w: 1e-9, lambda B, y, m, w: B.T @ y + w * m.T), "expected"),
    ("new-font", lambda B, y, m, w: new_font(B, y, 0 * m, w) + m, "added afterwards"),
    ("new-font", lambda B, y, m, w: new_font(B, y, m, 0.5), "expected"),
    ("new-font", lambda B, y, m, w: new_font(B, y, m, max(w, 0.5)), "come out as they are"),
    ("code-cycle", part(code_cycle, 0, lambda G, F, E, a, b, z: L1(G(a, z), a)), "stayed there"),
    ("code-cycle", part(code_cycle, 0, lambda G, F, E, a, b, z: (F(G(a, z)) - a).square().mean()), "squared"),
    ("code-cycle", part(code_cycle, 0, lambda G, F, E, a, b, z: (F(G(a, z)) - a).abs().sum()), "added up"),
    ("code-cycle", part(code_cycle, 1, lambda G, F, E, a, b, z: L1(G(F(b), z), b)), "drawn code"),
    ("code-cycle", part(code_cycle, 1, lambda G, F, E, a, b, z: L1(G(F(b), 0 * z), b)), "no code"),
    ("code-cycle", part(code_cycle, 1, lambda G, F, E, a, b, z: L1(G(F(b), E(a, b)), b)), "wrong pair"),
    (
        "code-cycle",
        part(code_cycle, 1, lambda G, F, E, a, b, z: L1(G(F(b), E(b, F(b))), b)),
        "image of A first",
    ),
    ("code-cycle", part(code_cycle, 2, lambda G, F, E, a, b, z: L1(E(a, b), z)), "nobody knows"),
    ("code-cycle", part(code_cycle, 2, lambda G, F, E, a, b, z: L1(E(G(a, z), a), z)), "image of A first"),
    ("code-cycle", part(code_cycle, 2, lambda G, F, E, a, b, z: L1(E(F(G(a, z)), G(a, z)), z)), "came back"),
    (
        "code-cycle",
        part(code_cycle, 2, lambda G, F, E, a, b, z: (E(a, G(a, z)) - z).square().mean()),
        "squared",
    ),
    ("many-ways", D_is(lambda r, f: of_real(r, f) + own(r, f).mean()), "not a mean"),
    ("many-ways", D_is(lambda r, f: of_real(r, f) + own(r, f, lambda i: 0).sum()), "one answer here"),
    ("many-ways", D_is(lambda r, f: own(r, f).sum()), "real images are missing"),
    ("many-ways", D_is(of_real), "made images are missing"),
    ("many-ways", D_is(lambda r, f: of_real(r, f, 0) + own(r, f).sum()), "last answer"),
    (
        "many-ways",
        D_is(lambda r, f: torch.nn.functional.softplus(-r[:, -1]).mean() + own(r, f).sum()),
        "one softmax",
    ),
    ("many-ways", D_is(lambda r, f: of_real(r, f) + over_heads(r, f).sum()), "over the generators"),
    ("many-ways", G_is(lambda r, f: own(r, f, lambda i: -1).sum()), "mean over generators"),
    ("many-ways", G_is(lambda r, f: own(r, f).mean()), "want another answer"),
    (
        "many-ways",
        G_is(
            lambda r, f: torch.stack(
                [-(1 - f[i].softmax(1)[:, i]).log().mean() for i in range(len(f))]
            ).mean()
        ),
        "not to be recognised",
    ),
    ("many-ways", G_is(lambda r, f: -own(r, f, lambda i: -1).mean()), "sign"),
]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize(("name", "solution", "word"), WRONG, ids=[f"{n}: {w}" for n, _, w in WRONG])
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_every_mistake_with_a_name_has_an_exercise_and_the_kit_knows_all_of_them():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)
