"""The lesson of notebook 10: right solutions pass, each wrong one is told what is wrong; and what its sentences rest on."""

from __future__ import annotations

import pytest
import torch

from i2i.claims.styles_nets import augmented_cyclegan, mad_gan
from i2i.lessons.style_and_content import EXERCISES, QUESTIONS
from i2i.methods import METHODS
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


# ---- The right solutions are what the package does ----


def test_a_decomposition_and_a_new_font_are_those_of_the_bilinear_model():
    bilinear, rng = METHODS["bilinear"], torch.Generator().manual_seed(0)
    model = bilinear(bilinear.Config(styles=4, contents=5, dim=3, side=4, trust=0.0))
    x = 1 - 2 * torch.rand(20, 1, 4, 4, generator=rng).expand(-1, 3, -1, -1)
    cell = torch.arange(20)
    model.decompose(lambda n: {"x": x, "style": cell // 5, "content": cell % 5})
    A, B = stacked_svd(model.ink(x).view(4, 5, 16), 3)
    made = torch.einsum("skj,cj->sck", model.matrix(torch.arange(4)), model.B.weight)
    assert torch.allclose(made, torch.einsum("skj,cj->sck", A, B), atol=1e-5)
    known, b = torch.tensor([0, 3]), model.B.weight.detach()
    mine = new_font(b[known], model.ink(x[known]), model._mean().detach(), 2.0 * b.square().mean())
    assert torch.allclose(mine, model.new_style(x[known], known, trust=2.0).detach(), atol=1e-5)


def test_the_three_cycles_are_those_of_augmented_cyclegan():
    method = augmented_cyclegan(steps=1).eval()
    rng = torch.Generator().manual_seed(0)
    batch = {name: torch.rand(6, 2, 1, 1, generator=rng) for name in "xy"}
    with torch.no_grad():
        made = method.fakes(batch)
        terms = method.generator_loss(batch | made)
        found = code_cycle(
            method.G_AB, method.G_BA, lambda a, b: method.read("b", a, b), batch["x"], batch["y"], made["z_b"]
        )
    assert torch.allclose(
        torch.stack(found), torch.stack([terms[k] for k in ("cycle_a", "cycle_b", "code_cycle_b")])
    )


def test_the_many_ways_are_those_of_mad_gan():
    method = mad_gan(3, steps=1).eval()
    rng = torch.Generator().manual_seed(0)
    batch = {name: torch.rand(6, 2, 1, 1, generator=rng) for name in "xy"}
    with torch.no_grad():
        made = method.fakes(batch)
        told, wanted = method.discriminator_loss(batch | made), method.generator_loss(batch | made)
        logits = torch.stack([method.ways(batch["x"], fake).flatten(1) for fake in made["fakes"]])
        D, G = many_ways(method.ways(batch["x"], batch["y"]).flatten(1), logits)
    assert torch.allclose(D, sum(method.weights(0)[k] * v for k, v in told.items()))
    assert torch.allclose(G, wanted["gan"])


# ---- Sentences of the notebook that hold for any net and any start ----


def test_with_as_many_columns_as_letters_even_noise_is_met_and_the_symmetric_model_is_never_nearer():
    y = torch.rand(5, 6, 40, generator=torch.Generator().manual_seed(0))

    def error(A, b):
        return (torch.einsum("skj,cj->sck", A, b) - y).square().mean()

    assert error(*stacked_svd(y, 6)) < 1e-10 < error(*stacked_svd(y, 5))
    b = stacked_svd(y, 3)[1]
    for _ in range(5):  # as in the notebook
        a = torch.linalg.svd(torch.einsum("sck,cj->sjk", y, b).flatten(1), full_matrices=False)[0][:, :2]
        b = torch.linalg.svd(torch.einsum("sck,si->cik", y, a).flatten(1), full_matrices=False)[0][:, :3]
    w = torch.einsum("sck,si,cj->ijk", y, a, b)
    both = (torch.einsum("ijk,si,cj->sck", w, a, b) - y).square().mean()
    assert both >= error(*stacked_svd(y, 3))


def test_a_very_small_trust_leaves_what_six_letters_do_not_fix_at_the_mean():
    """Question six-letters: directions that no known letter has are those of the mean, however small the trust."""
    rng = torch.Generator().manual_seed(0)
    B, y, mean = (torch.randn(*s, generator=rng).double() for s in ((6, 25), (6, 40), (40, 25)))
    A = torch.linalg.solve(B.T @ B + 1e-6 * torch.eye(25), B.T @ y + 1e-6 * mean.T).T
    unseen = torch.linalg.svd(B)[2][6:]
    assert torch.allclose((A - mean) @ unseen.T, torch.zeros(40, 19).double(), atol=1e-4)
    assert torch.allclose(B @ A.T, y, atol=1e-3)


def test_at_the_best_d_a_specialist_and_one_who_makes_everything_have_one_loss_and_a_crowd_pays():
    p, one_each = torch.full((4,), 0.25), torch.eye(4)

    def losses(made):
        real = p / (p + made.sum(0))
        return torch.where(made > 0, -real.log() * made, 0.0).sum(1)

    assert torch.allclose(losses(one_each), losses(p.expand(4, -1)))
    crowd = losses(one_each[[0, 0, 1, 2]])
    assert (crowd[:2] > crowd[2:]).all() and torch.allclose(p / (p + one_each.sum(0)), torch.tensor(0.2))
