"""The lessons of notebooks 08, 09 and 11: right solutions pass, each wrong one is told what is wrong."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from i2i.lessons import bicyclegan, diffusion, munit
from i2i.method import frozen
from i2i.methods import METHODS
from i2i.metrics import matched
from i2i.nets.adain import AdaptiveResidual
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)

BOOKS = (bicyclegan, munit, diffusion)
EXERCISES = {name: exercise for book in BOOKS for name, exercise in book.EXERCISES.items()}
QUESTIONS = {name: question for book in BOOKS for name, question in book.QUESTIONS.items()}


# ---- Right solutions ----


def code_of(mean, log_variance, noise):
    return mean + (0.5 * log_variance).exp() * noise


def code_kl(mean, log_variance):
    return (0.5 * (mean**2 + log_variance.exp() - 1 - log_variance)).sum(1).mean()


def latent_loss(G, E, x, z):
    with frozen(E):
        return (z - E(G(x, z))[0]).abs().mean()


def samples_and_answers(far):
    met = len(far.argmin(1).unique()) / far.shape[1]
    return far.amin(1).mean(), far.amin(0).mean(), met


def stretched(t):
    return t[:, None, None, None]


def bridge_pair(x, y, noise, t, sigma):
    start = x + sigma * noise
    return (1 - stretched(t)) * start + stretched(t) * y, y - start


def euler(v, z, x, steps):
    for i in range(steps):
        z = z + v(z, x, torch.full((len(z),), i / steps)) / steps
    return z


def add_noise(y, e, abar, t):
    kept = stretched(abar[t])
    return kept.sqrt() * y + (1 - kept).sqrt() * e


def ddim_step(z, e, now, then):
    guess = (z - (1 - now) ** 0.5 * e) / now**0.5
    return then**0.5 * guess + (1 - then) ** 0.5 * e


def adain(h, shift, scale):
    return F.instance_norm(h) * scale[..., None, None] + shift[..., None, None]


def munit_ways(content, style, decode, x, s):
    c, own = content(x, 1), style(x, 1)
    over = decode(c, s, 2)
    return decode(c, own, 1), over, decode(content(over, 2), own, 1)


def read_back(content, style, decode, x, s):
    c = content(x, 1)
    over = decode(c, s, 2)
    return (content(over, 2) - c).abs().mean(), (style(over, 2) - s).abs().mean()


RIGHT = {
    "code-of": code_of,
    "code-kl": code_kl,
    "latent-loss": latent_loss,
    "samples-and-answers": samples_and_answers,
    "bridge-pair": bridge_pair,
    "euler": euler,
    "add-noise": add_noise,
    "ddim-step": ddim_step,
    "adain": adain,
    "munit-ways": munit_ways,
    "read-back": read_back,
}


# ---- Wrong ones ----


def part(f, which, value):
    """A solution that returns several things, one of them replaced by value(*given)."""

    def solution(*given):
        right = list(f(*given))
        right[which] = value(*given)
        return tuple(right)

    return solution


def stays_frozen(G, E, x, z):
    E.requires_grad_(False)
    return (z - E(G(x, z))[0]).abs().mean()


def each(m, v):
    return (m**2 + v.exp() - 1 - v) / 2


def at_times(times, size=None):
    """Euler's rule that asks v at times(i, n), with steps of this size in place of 1 / n."""

    def solution(v, z, x, steps):
        for i in range(steps):
            z = z + v(z, x, torch.full((len(z),), float(times(i, steps)))) * (size or 1 / steps)
        return z

    return solution


def bridged(x, y, noise, t, sigma):
    """What is added up in a path: t over the image, x, y and the noise."""
    return stretched(t), x, y, sigma * noise


def point(value):
    return part(bridge_pair, 0, lambda *given: value(*bridged(*given)))


def velocity(value):
    return part(bridge_pair, 1, lambda *given: value(*bridged(*given)))


def noised(value):
    return lambda y, e, abar, t: value(y, e, stretched(abar[t]))


def standard(h, *axes):
    return (h - h.mean(axes, keepdim=True)) / h.std(axes, keepdim=True)


def told(value):
    """An AdaIN of the normalised map, the shift and the scale."""
    return lambda h, b, s: value(F.instance_norm(h), b[..., None, None], s[..., None, None])


def l1(a, b):
    return (a - b).abs().mean()


WRONG = [
    ("code-of", lambda m, v, e: m + (0.5 * v).exp(), "a deviation was added"),
    ("code-of", lambda m, v, e: m + v.exp() * e, "variance; the deviation"),
    ("code-of", lambda m, v, e: m + v * e, "an exp is missing"),
    ("code-of", lambda m, v, e: m + 0.5 * v * e, "the exp is not"),
    ("code-of", lambda m, v, e: m + e, "added as it is"),
    ("code-of", lambda m, v, e: m - (0.5 * v).exp() * e, "subtracted"),
    ("code-of", lambda m, v, e: m + (0.5 * v.detach()).exp() * e, "could not be learned"),
    ("code-kl", lambda m, v: (each(m, v) + 0.5).sum(1).mean(), "1 is missing"),
    ("code-kl", lambda m, v: each(m, v).mean(), "numbers of a code, too"),
    ("code-kl", lambda m, v: each(m, v).sum(), "over the batch, too"),
    ("code-kl", lambda m, v: each(m, v).mean(1).sum(), "other way round"),
    ("code-kl", lambda m, v: 2 * each(m, v).sum(1).mean(), "half is missing"),
    ("code-kl", lambda m, v: each(m, 2 * v).sum(1).mean(), "not its square"),
    (
        "code-kl",
        lambda m, v: ((m**2 + (v / 2).exp() - 1 - v) / 2).sum(1).mean(),
        "formula has σ²",
    ),
    ("code-kl", lambda m, v: (each(m, v) + v).sum(1).mean(), "sign of the logarithm"),
    ("code-kl", lambda m, v: -each(m, v).sum(1).mean(), "never negative"),
    ("code-kl", lambda m, v: (m**2).mean(), "UNIT"),
    ("latent-loss", lambda G, E, x, z: (z - E(x)[0]).abs().mean(), "never asked"),
    (
        "latent-loss",
        lambda G, E, x, z: (z - E(x)[0] + 0 * G(x, z)).abs().mean(),
        "E read x",
    ),
    ("latent-loss", lambda G, E, x, z: (z - E(G(x, z))[1]).abs().mean(), "log variance was compared"),
    ("latent-loss", lambda G, E, x, z: (z - E(G(x, z))[0]).square().mean(), "squared"),
    ("latent-loss", lambda G, E, x, z: (z - E(G(x, z))[0]).abs().sum(), "added up"),
    ("latent-loss", lambda G, E, x, z: (x - G(x, z)).abs().mean(), "image is compared"),
    ("latent-loss", lambda G, E, x, z: (z - E(G(x, z).detach())[0]).abs().mean(), "no gradient reaches G"),
    ("latent-loss", lambda G, E, x, z: latent_loss(G, E, x, z).detach(), "no gradient reaches G"),
    ("latent-loss", lambda G, E, x, z: (z - E(G(x, z))[0]).abs().mean(), "E gets a gradient"),
    ("latent-loss", stays_frozen, "still frozen"),
    ("samples-and-answers", part(samples_and_answers, 0, lambda far: far.amin(0).mean()), "exchanged"),
    ("samples-and-answers", part(samples_and_answers, 0, lambda far: far.mean()), "mean of all"),
    ("samples-and-answers", part(samples_and_answers, 0, lambda far: far.min()), "best sample alone"),
    ("samples-and-answers", part(samples_and_answers, 0, lambda far: far.amax(1).mean()), "farthest answer"),
    ("samples-and-answers", part(samples_and_answers, 1, lambda far: far.amin(1).mean()), "again"),
    ("samples-and-answers", part(samples_and_answers, 1, lambda far: far.min()), "best answer alone"),
    ("samples-and-answers", part(samples_and_answers, 1, lambda far: far.amax(0).mean()), "farthest sample"),
    ("samples-and-answers", part(samples_and_answers, 2, lambda far: 2), "counts the answers"),
    ("samples-and-answers", part(samples_and_answers, 2, lambda far: 0.5), "counts samples"),
    ("samples-and-answers", part(samples_and_answers, 2, lambda far: 1.0), "every answer has"),
    ("samples-and-answers", lambda far: samples_and_answers(far)[:2], "three things"),
    ("bridge-pair", point(lambda t, x, y, e: t * (x + e) + (1 - t) * y), "other way"),
    ("bridge-pair", point(lambda t, x, y, e: (1 - t) * x + t * y), "begins at x itself"),
    ("bridge-pair", point(lambda t, x, y, e: (1 - t) * (x + 2 * e) + t * y), "sigma is missing"),
    ("bridge-pair", point(lambda t, x, y, e: (1 - t) * e + t * y), "noise alone"),
    ("bridge-pair", point(lambda t, x, y, e: (1 - t) * x + t * y + e), "all the way"),
    ("bridge-pair", velocity(lambda t, x, y, e: x + e - y), "points back"),
    ("bridge-pair", velocity(lambda t, x, y, e: y - x), "from x to y"),
    ("bridge-pair", velocity(lambda t, x, y, e: (1 - t) * (y - x - e)), "what is left"),
    ("bridge-pair", velocity(lambda t, x, y, e: y), "y itself"),
    ("bridge-pair", lambda *given: bridge_pair(*given)[0], "two things"),
    ("euler", lambda v, z, x, n: z + 0 * v(z, x, torch.zeros(len(z))), "1 long"),
    ("euler", lambda v, z, x, n: euler(v, z, x, n) + 0 * v(z, x, torch.zeros(len(z))), "asked once"),
    ("euler", lambda v, z, x, n: z + v(z, x, 0.0), "shape [B]"),
    ("euler", lambda v, z, x, n: z + v(z, z, torch.zeros(len(z))), "second argument"),
    ("euler", at_times(lambda i, n: (i + 1) / n if n > 1 else 0), "1/n to 1"),
    ("euler", at_times(lambda i, n: i / n, 1.0), "1 long each"),
    ("euler", at_times(lambda i, n: 0), "t stays 0"),
    ("euler", at_times(lambda i, n: i), "not divided"),
    ("euler", at_times(lambda i, n: i / max(1, n - 1)), "both ends"),
    ("euler", at_times(lambda i, n: 1 - i / n if n > 1 else 0), "backwards"),
    ("add-noise", noised(lambda y, e, k: k * y + (1 - k) * e), "roots are missing"),
    ("add-noise", noised(lambda y, e, k: k * y + (1 - k).sqrt() * e), "first factor"),
    ("add-noise", noised(lambda y, e, k: k.sqrt() * y + (1 - k) * e), "second factor is missing"),
    ("add-noise", noised(lambda y, e, k: k.sqrt() * e + (1 - k).sqrt() * y), "exchanged"),
    ("add-noise", noised(lambda y, e, k: k.sqrt() * y + (1 - k.sqrt()) * e), "root of 1 - abar"),
    ("add-noise", noised(lambda y, e, k: y + (1 - k).sqrt() * e), "y fades"),
    ("ddim-step", lambda z, e, a, b: z - (1 - a) ** 0.5 * e, "too faint"),
    ("ddim-step", lambda z, e, a, b: (z - e) / a**0.5, "taken away whole"),
    ("ddim-step", lambda z, e, a, b: (z - (1 - a) * e) / a, "roots are missing"),
    ("ddim-step", lambda z, e, a, b: ddim_step(z, e, b, a), "exchanged"),
    ("ddim-step", lambda z, e, a, b: ddim_step(z, e, a, 1.0), "noised again"),
    ("ddim-step", lambda z, e, a, b: b**0.5 * ddim_step(z, e, a, 1.0), "too clean"),
    ("ddim-step", lambda z, e, a, b: ddim_step(z, e, a, 1.0) + (1 - b) ** 0.5 * e, "does not fade"),
    ("ddim-step", lambda z, e, a, b: ddim_step(z, e, a, 1.0) if b == 1 else z, "z itself"),
    (
        "ddim-step",
        lambda z, e, a, b: ddim_step(z, e, a, b) if b == 1 else ddim_step(z, e, b, a),
        "levels are exchanged",
    ),
    ("adain", lambda h, b, s: standard(h, 1, 2, 3), "all maps together"),
    ("adain", lambda h, b, s: standard(h, 0, 2, 3), "over the batch"),
    ("adain", lambda h, b, s: h - h.mean((2, 3), keepdim=True), "nothing is divided"),
    (
        "adain",
        lambda h, b, s: (h - h.mean((2, 3), keepdim=True)) / h.var((2, 3), keepdim=True),
        "by its root",
    ),
    ("adain", lambda h, b, s: h * s[..., None, None] + b[..., None, None], "not normalised"),
    ("adain", told(lambda n, b, s: n * b + s), "exchanged"),
    ("adain", told(lambda n, b, s: (n + b) * s), "scaled, too"),
    ("adain", told(lambda n, b, s: n + b), "scale is missing"),
    ("adain", told(lambda n, b, s: n * s), "shift is missing"),
    ("adain", told(lambda n, b, s: n * (s + (s != 1).float()) + b), "1 is added"),
    ("munit-ways", part(munit_ways, 0, lambda c, e, d, x, s: d(c(x, 1), s, 1)), "own style"),
    ("munit-ways", part(munit_ways, 0, lambda c, e, d, x, s: d(c(x, 1), e(x, 2), 1)), "domain 2's encoder"),
    ("munit-ways", part(munit_ways, 0, lambda c, e, d, x, s: d(c(x, 1), e(x, 1), 2)), "wrong style"),
    ("munit-ways", part(munit_ways, 0, lambda c, e, d, x, s: d(c(x, 1), s, 2)), "first comes"),
    ("munit-ways", part(munit_ways, 1, lambda c, e, d, x, s: d(c(x, 1), e(x, 1), 2)), "slide's formula"),
    ("munit-ways", part(munit_ways, 1, lambda c, e, d, x, s: d(c(x, 2), s, 2)), "image of domain 1"),
    ("munit-ways", part(munit_ways, 1, lambda c, e, d, x, s: d(c(x, 1), s, 1)), "decoded in domain 1"),
    (
        "munit-ways",
        part(munit_ways, 2, lambda c, e, d, x, s: d(c(d(c(x, 1), s, 2), 2), s, 1)),
        "has the drawn style",
    ),
    (
        "munit-ways",
        part(munit_ways, 2, lambda c, e, d, x, s: d(c(d(c(x, 1), s, 2), 2), e(d(c(x, 1), s, 2), 2), 1)),
        "read from the translation, which",
    ),
    (
        "munit-ways",
        part(munit_ways, 2, lambda c, e, d, x, s: d(c(d(c(x, 1), s, 2), 1), e(x, 1), 1)),
        "read by domain 1's encoder",
    ),
    ("munit-ways", part(munit_ways, 2, lambda c, e, d, x, s: d(c(x, 1), e(x, 1), 1)), "x_11 again"),
    (
        "munit-ways",
        part(munit_ways, 2, lambda c, e, d, x, s: d(c(d(c(x, 1), s, 2), 2), e(x, 1), 2)),
        "decoded in domain 2",
    ),
    ("munit-ways", lambda *given: munit_ways(*given)[:2], "three things"),
    (
        "read-back",
        part(read_back, 0, lambda c, e, d, x, s: l1(c(d(c(x, 1), s, 2), 1), c(x, 1))),
        "domain 2's encoder reads",
    ),
    ("read-back", part(read_back, 0, lambda c, e, d, x, s: l1(d(c(x, 1), s, 2), x)), "two images"),
    (
        "read-back",
        part(read_back, 0, lambda c, e, d, x, s: (c(d(c(x, 1), s, 2), 2) - c(x, 1)).square().mean()),
        "eq. 2 has L1",
    ),
    (
        "read-back",
        part(read_back, 0, lambda c, e, d, x, s: (c(d(c(x, 1), s, 2), 2) - c(x, 1)).abs().sum()),
        "added up",
    ),
    (
        "read-back",
        part(read_back, 0, lambda c, e, d, x, s: l1(c(d(c(x, 1), e(x, 1), 2), 2), c(x, 1))),
        "made with x's own style",
    ),
    (
        "read-back",
        part(read_back, 1, lambda c, e, d, x, s: l1(e(d(c(x, 1), s, 2), 2), e(x, 1))),
        "compared with x's own style",
    ),
    (
        "read-back",
        part(read_back, 1, lambda c, e, d, x, s: l1(e(d(c(x, 1), s, 2), 1), s)),
        "domain 2's encoder reads",
    ),
    ("read-back", part(read_back, 1, lambda c, e, d, x, s: l1(e(x, 1), s)), "read from x"),
    (
        "read-back",
        part(read_back, 1, lambda c, e, d, x, s: (e(d(c(x, 1), s, 2), 2) - s).square().mean()),
        "eq. 3 has L1",
    ),
    ("read-back", lambda *given: tuple(loss.detach() for loss in read_back(*given)), "no gradient"),
]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize("name, solution, word", WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_every_mistake_with_a_name_has_an_exercise_and_the_kit_knows_all_of_them():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)


# ---- The right solutions are what the package does ----


def test_the_code_terms_are_those_of_bicyclegan():
    bicycle = METHODS["bicyclegan"]
    sizes = {
        "width": 4,
        "cap": 8,
        "depth": 4,
        "e_width": 4,
        "e_blocks": 1,
        "patch_width": 4,
        "patch_layers": 1,
    }
    method, rng = bicycle(bicycle.Config(**sizes)), torch.Generator().manual_seed(0)
    batch = {name: torch.rand(3, 3, 16, 16, generator=rng) for name in "xy"}
    made = method.fakes(batch)
    terms = method.generator_loss(batch | made)
    assert torch.allclose(code_kl(made["mean"], made["log_variance"]), terms["kl"])
    assert torch.allclose(latent_loss(method.paint, method.E, batch["x"], made["z"]), terms["latent"])


def test_the_measures_are_those_of_the_package():
    far = torch.rand(7, 5, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(
        torch.tensor(samples_and_answers(far)).double(), torch.tensor(matched(far)).double()
    )


def test_points_steps_and_noise_are_those_of_the_bridge_and_of_diffusion():
    bridge, diffusing = METHODS["bridge"], METHODS["diffusion"]
    method = bridge(bridge.Config(width=4, cap=8, depth=3))
    x = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        begin = method.start(x, torch.Generator().manual_seed(1))
        made = method.translate(x, torch.Generator().manual_seed(1), 3)
        assert torch.allclose(euler(method.v, begin, x, 3).clamp(-1, 1), made, atol=1e-6)
    sizes = {"widths": (8, 8), "layers": 1, "attention": (), "head": 8, "groups": 4, "dropout": 0.0}
    model = diffusing(diffusing.Config(**sizes))
    y, e, t = x, torch.randn(2, 3, 16, 16), torch.tensor([30, 700])
    assert torch.allclose(add_noise(y, e, model.abar, t), model.noised(y, e, t), atol=1e-6)
    scheduler = model.scheduler()
    scheduler.set_timesteps(4)
    now, then = (scheduler.alphas_cumprod[i].item() for i in scheduler.timesteps[1:3])
    z = add_noise(0.1 * y, 0.1 * e, model.abar, torch.full((2,), int(scheduler.timesteps[1])))
    step = scheduler.step(0.1 * e, int(scheduler.timesteps[1]), z).prev_sample
    assert torch.allclose(ddim_step(z, 0.1 * e, now, then), step, atol=1e-5)


def test_the_ways_and_the_readings_are_those_of_munit():
    munit_ = METHODS["munit"]
    sizes = {"width": 4, "halvings": 1, "blocks": 1, "style_halvings": 1, "mlp_width": 8}
    method = munit_(munit_.Config(**sizes, critic_width=4, critic_layers=1, scales=1, cycle=1.0))
    rng = torch.Generator().manual_seed(0)
    batch = {name: torch.rand(2, 3, 16, 16, generator=rng) for name in "xy"}
    net = {
        kind: lambda *given, kind=kind: getattr(method, f"{kind}_{given[-1]}")(*given[:-1])
        for kind in ("Ec", "Es", "G")
    }
    with torch.no_grad():
        made = method.fakes(batch)
        terms = method.generator_loss(batch | made)
        given = (net["Ec"], net["Es"], net["G"], batch["x"], made["s_2"])
        own, over, back = munit_ways(*given)
        content, style = read_back(*given)
    assert torch.allclose(own, made["x_11"], atol=1e-5) and torch.allclose(over, made["x_12"], atol=1e-5)
    assert torch.allclose(l1(back, batch["x"]), terms["cycle_1"], atol=1e-5)
    assert torch.allclose(content, terms["content_1"], atol=1e-5)
    assert torch.allclose(style, terms["read_2"], atol=1e-5)


def test_an_adaptive_norm_is_that_of_the_package():
    block = AdaptiveResidual(3)
    h, b, s = torch.rand(2, 3, 8, 8), torch.rand(2, 3), torch.rand(2, 3)
    assert torch.allclose(adain(h, b, s), block._normed(h, torch.stack([b, s], 1)), atol=1e-5)
