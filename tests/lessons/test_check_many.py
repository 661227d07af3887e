"""The lessons of notebooks 06 and 07: right solutions pass, each wrong one is told what is wrong."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from i2i.lessons import partial, stargan
from i2i.losses import attribute_loss, class_loss, gradient_penalty
from i2i.methods import METHODS
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)

EXERCISES = stargan.EXERCISES | partial.EXERCISES
QUESTIONS = stargan.QUESTIONS | partial.QUESTIONS


# ---- Right solutions ----


def label_planes(x, label):
    return torch.cat([x, label[:, :, None, None].expand(-1, -1, *x.shape[2:])], 1)


def back_to_the_label(G, x, label, wanted):
    return (G(G(x, wanted), label) - x).abs().mean()


def slope_penalty(critic, points):
    points = points.detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(points).sum(), points, create_graph=True)
    return (slope.flatten(1).norm(dim=1) - 1).square().mean()


def class_terms(logits, attributes, label):
    summed = F.binary_cross_entropy_with_logits(logits, attributes, reduction="sum")
    return summed / len(logits), F.cross_entropy(logits, label)


def constancy(f, g, x):
    return (f(g(f(x))) - f(x)).square().mean()


def said(logits, kind):
    return -logits.log_softmax(1)[:, kind].mean()


def three_way(source, target, real):
    return said(source, 0) + said(target, 1) + said(real, 2), said(source, 2) + said(target, 2)


def one_shot_ways(encode, decode, x):
    code = encode(x, "x")
    over = decode(code, "y")
    return decode(code, "x"), over, decode(encode(over, "y"), "x")


def selective_step(loss, own, rate):
    slopes = torch.autograd.grad(loss, own)
    with torch.no_grad():
        for weight, slope in zip(own, slopes, strict=True):
            weight -= rate * slope


RIGHT = {
    "label-planes": label_planes,
    "back-to-the-label": back_to_the_label,
    "slope-penalty": slope_penalty,
    "class-terms": class_terms,
    "constancy": constancy,
    "three-way": three_way,
    "one-shot-ways": one_shot_ways,
    "selective-step": selective_step,
}


# ---- Wrong ones ----


def slopes(critic, points):
    points = points.detach().requires_grad_()
    return torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0]


def step_all(loss, own, rate):
    """What an optimizer over all weights does: finds every leaf of the graph and steps it."""
    loss.backward(retain_graph=True)
    seen, todo = set(), [loss.grad_fn]
    with torch.no_grad():
        while todo:
            node = todo.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            if hasattr(node, "variable"):
                leaf = node.variable
                leaf -= rate * leaf.grad
                leaf.grad = None
            todo += [following for following, _ in node.next_functions]


def step_backward(loss, own, rate):
    loss.backward()
    with torch.no_grad():
        for weight in own:
            weight -= rate * weight.grad


def uphill(loss, own, rate):
    selective_step(loss, own, -rate)


def binary(logits, attributes, **how):
    return F.binary_cross_entropy_with_logits(logits, attributes, **how)


def part(f, which, value):
    """A solution that returns two things, one of them replaced by value(*given)."""

    def solution(*given):
        got = list(f(*given))
        got[which] = value(*given)
        return tuple(got)

    return solution


# (exercise, a wrong solution, a word of what the check must say)
WRONG = [
    ("label-planes", lambda x, c: c[:, :, None, None].expand(-1, -1, *x.shape[2:]), "only the planes"),
    ("label-planes", lambda x, c: label_planes(x, c.argmax(1, keepdim=True).float()), "one plane"),
    ("label-planes", lambda x, c: torch.cat([label_planes(x, c)[:, 3:], x], 1), "planes come first"),
    ("label-planes", lambda x, c: label_planes(x, c.flip(0)), "wrong pictures"),
    (
        "label-planes",
        lambda x, c: label_planes(x, c.mean(1, keepdim=True).expand(-1, 5)),
        "all planes are alike",
    ),
    ("label-planes", lambda x, c: label_planes(x, c.round()), "expected"),
    ("back-to-the-label", lambda G, x, c, w: (G(G(x, w), w) - x).abs().mean(), "second pass"),
    ("back-to-the-label", lambda G, x, c, w: back_to_the_label(G, x, w, c), "exchanged"),
    ("back-to-the-label", lambda G, x, c, w: (G(x, w) - x).abs().mean(), "one pass"),
    ("back-to-the-label", lambda G, x, c, w: (G(x, c) - x).abs().mean(), "own label"),
    ("back-to-the-label", lambda G, x, c, w: (G(G(x, w), c) - G(x, w)).abs().mean(), "with the translation"),
    ("back-to-the-label", lambda G, x, c, w: (G(G(x, w), c) - x).square().mean(), "squared"),
    ("back-to-the-label", lambda G, x, c, w: (G(G(x, w), c) - x).abs().sum(), "added up"),
    (
        "back-to-the-label",
        lambda G, x, c, w: back_to_the_label(G, x, c, w) + 0 * G(x, c).mean(),
        "asked 3 times",
    ),
    ("back-to-the-label", lambda G, x, c, w: back_to_the_label(G, x, c, w).detach(), "no gradient"),
    ("slope-penalty", lambda D, p: slopes(D, p).flatten(1).norm(dim=1).mean(), "length of the slope itself"),
    ("slope-penalty", lambda D, p: slopes(D, p).flatten(1).norm(dim=1).square().mean(), "1 is missing"),
    (
        "slope-penalty",
        lambda D, p: (slopes(D, p).flatten(1).square().sum(1) - 1).square().mean(),
        "root first",
    ),
    ("slope-penalty", lambda D, p: (slopes(D, p).flatten(1).norm(dim=1) - 1).abs().mean(), "not squared"),
    ("slope-penalty", lambda D, p: (slopes(D, p).norm() - 1).square(), "measured as one"),
    ("slope-penalty", lambda D, p: (slopes(D, p).flatten(1).norm(dim=1) - 1).square().sum(), "added up"),
    (
        "slope-penalty",
        lambda D, p: (slopes(D, p).flatten(1).norm(dim=1, p=1) - 1).square().mean(),
        "absolute values",
    ),
    (
        "slope-penalty",
        lambda D, p: (slopes(D, p).flatten(1).norm(dim=1).mean() - 1).square(),
        "before the penalty",
    ),
    (
        "slope-penalty",
        lambda D, p: slope_penalty(lambda q: D(q).flatten(1).mean(1) if D(q).dim() > 1 else D(q), p),
        "sum",
    ),
    ("slope-penalty", lambda D, p: slope_penalty(D, p).detach(), "create_graph"),
    ("class-terms", part(class_terms, 0, lambda s, a, c: binary(s, a)), "over attributes too"),
    (
        "class-terms",
        part(class_terms, 0, lambda s, a, c: binary(s, a, reduction="sum")),
        "over the batch as well",
    ),
    (
        "class-terms",
        part(class_terms, 0, lambda s, a, c: -(a * s.log_softmax(1)).sum(1).mean()),
        "do not exclude",
    ),
    ("class-terms", part(class_terms, 1, lambda s, a, c: 4 * F.cross_entropy(s, c)), "take the mean"),
    (
        "class-terms",
        part(class_terms, 1, lambda s, a, c: binary(s, F.one_hot(c, 5).float())),
        "that is a softmax",
    ),
    ("class-terms", lambda s, a, c: binary(s, a, reduction="sum") / len(s), "two things"),
    ("constancy", lambda f, g, x: (g(f(x)) - x).square().mean(), "pictures are compared"),
    ("constancy", lambda f, g, x: f(g(f(x))).square().mean(), "compared with nothing"),
    ("constancy", lambda f, g, x: (f(g(f(x))) - f(x)).abs().mean(), "absolute"),
    ("constancy", lambda f, g, x: (f(g(f(x))) - f(x)).square().sum(), "added up"),
    ("constancy", lambda f, g, x: (f(g(f(g(f(x))))) - f(x)).square().mean(), "once more"),
    ("constancy", lambda f, g, x: constancy(f, g, x).detach(), "no gradient"),
    ("three-way", part(three_way, 0, lambda s, t, r: said(s, 0) + said(t, 0) + said(r, 2)), "two kinds"),
    ("three-way", part(three_way, 0, lambda s, t, r: said(s, 1) + said(t, 0) + said(r, 2)), "exchanged"),
    ("three-way", part(three_way, 0, lambda s, t, r: three_way(s, t, r)[0] / 3), "averaged"),
    ("three-way", part(three_way, 0, lambda s, t, r: said(s, 0) + said(t, 1)), "missing"),
    ("three-way", part(three_way, 1, lambda s, t, r: said(s, 0) + said(t, 1)), "D's wish"),
    ("three-way", part(three_way, 1, lambda s, t, r: said(s, 1) + said(t, 0)), "for one another"),
    ("three-way", part(three_way, 1, lambda s, t, r: said(s, 2)), "from the target"),
    ("three-way", part(three_way, 1, lambda s, t, r: -three_way(s, t, r)[0]), "minus D's loss"),
    ("one-shot-ways", lambda e, d, x: (d(e(x, "x"), "y"), d(e(x, "x"), "x"), x), "there is x to y"),
    ("one-shot-ways", lambda e, d, x: (d(e(x, "y"), "x"), 0, 0), "y's encoder"),
    (
        "one-shot-ways",
        lambda e, d, x: (*one_shot_ways(e, d, x)[:2], d(e(d(e(x, "x"), "y"), "x"), "x")),
        "x's encoder",
    ),
    (
        "one-shot-ways",
        lambda e, d, x: (*one_shot_ways(e, d, x)[:2], d(e(d(e(x, "x"), "y"), "y"), "y")),
        "ends in y",
    ),
    ("one-shot-ways", lambda e, d, x: one_shot_ways(e, d, x)[:2], "three things"),
    ("selective-step", step_all, "shared weights moved"),
    ("selective-step", lambda loss, own, rate: own, "did not move"),
    ("selective-step", uphill, "uphill"),
    ("selective-step", lambda loss, own, rate: selective_step(loss, own, 1.0), "rate is missing"),
    ("selective-step", step_backward, "stays behind"),
]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize("name, solution, word", WRONG, ids=lambda v: v if isinstance(v, str) else "")
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_nothing_is_missing():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)


# ---- The lessons agree with the package ----


def test_the_planes_are_those_of_the_generator():
    star = METHODS["stargan"]
    c = star.Config(domains=3, attributes=False, side=16, width=4, blocks=1, critic_width=4, critic_layers=2)
    G = star(c).G
    x, label = torch.rand(2, 3, 16, 16) * 2 - 1, torch.eye(3)[:2]
    assert torch.equal(G(x, label), G.net(label_planes(x, label)))


def test_the_losses_that_are_asked_for_are_those_of_the_package():
    logits, attributes, label = (
        torch.randn(4, 5),
        (torch.rand(4, 5) < 0.5).float(),
        torch.tensor([0, 4, 2, 1]),
    )
    mine = class_terms(logits, attributes, label)
    assert torch.allclose(mine[0], attribute_loss(logits, attributes)) and torch.allclose(
        mine[1], class_loss(logits, label)
    )
    w = torch.randn(3, 4, 4)
    x = torch.rand(2, 3, 4, 4)
    assert torch.allclose(
        slope_penalty(lambda p: p * w, x), gradient_penalty(lambda p: p * w, x, 1 - x), atol=1e-5
    )


def test_the_three_way_game_is_that_of_dtn():
    dtn = METHODS["dtn"]
    method = dtn(dtn.Config(side=16, classes=4, width=4, code=8, g_width=8, d_width=4)).eval()
    batch = {
        "x": torch.rand(4, 3, 16, 16),
        "y": torch.rand(4, 3, 16, 16),
        "label": torch.tensor([0, 1, 2, 3]),
    }
    with torch.no_grad():
        made = method.fakes(batch)
        logits = [method.D(p) for p in (made["from_x"], made["from_y"], batch["y"])]
        judge, maker = method.discriminator_loss(batch), method.generator_loss(batch)
        mine = three_way(*logits)
        assert torch.allclose(mine[0], sum(judge.values()), atol=1e-5)
        assert torch.allclose(mine[1], maker["gan_source"] + maker["gan_target"], atol=1e-5)
        g = lambda code: method.make(code)  # noqa: E731
        assert torch.allclose(constancy(method.f, g, batch["x"]), maker["constancy"], atol=1e-5)


def test_the_ways_are_those_of_ost():
    ost = METHODS["ost"]
    method = ost(ost.Config(width=4, halvings=1, blocks=2, patch_width=4, patch_layers=1)).eval()
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        ways = one_shot_ways(method.encode, method.decode, x)
        terms = method.source_loss({"x": x})
        assert torch.allclose((ways[0] - x).abs().mean(), terms["recon_x"], atol=1e-6)
        assert torch.equal(ways[1], method.translate(x))
        assert torch.allclose((ways[2] - x).abs().mean(), terms["cycle"], atol=1e-6)
