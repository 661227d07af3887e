"""Sentences of notebooks 08, 09 and 11 about what the shipped nets make, and about what holds for any net."""

from __future__ import annotations

import pytest
import torch

import i2i
from i2i.data.answers import Materials
from i2i.data.worlds.sketches import sketches
from i2i.judges import load_judge
from i2i.losses import l1
from i2i.measure.multimodal import scores
from i2i.methods import METHODS
from i2i.metrics import matched
from i2i.run.pipeline import shipped


@pytest.fixture(scope="module")
def world() -> Materials:
    return Materials(64, split="test")


def shipped_net(name: str):
    if name not in shipped():
        pytest.skip(f"this copy has no {name}")
    return i2i.load(name, device="cpu").method


# ---- 08 ----


def test_a_random_answer_costs_more_under_l1_than_the_median(world):
    for index in range(6):
        answers = world.answers(index)
        drawn = (answers[:, None] - answers[None]).abs().mean()
        median = l1(answers.median(0).values.expand_as(answers), answers)
        assert drawn > median and (answers[:, None] - answers).abs().mean((1, 2, 3, 4)).min() >= median


def test_no_anchor_is_the_worst_in_both_distances(world):
    """Neither the mean, 20 times, nor one answer, 20 times."""
    judge, found = load_judge(), {"mean": [], "one": []}
    for i in range(2):
        x, right = world.batch(torch.tensor([i]))["x"], world.answers(i)
        for name, picture in (("mean", right.mean(0, keepdim=True)), ("one", right[:1])):
            numbers = scores(x, picture.expand(3, -1, -1, -1), right, judge, False, True).numbers
            assert numbers["diversity"] == 0 and numbers["answers met"] == 1 / len(right)
            found[name].append((numbers["sample to answer"], numbers["answer to sample"]))
    (mean_to, mean_from), (one_to, one_from) = (
        [sum(column) / len(rows) for column in zip(*rows, strict=True)] for rows in found.values()
    )
    assert one_to == 0 < mean_to and mean_from < one_from


def test_the_code_of_a_mirrored_answer_mirrors_nothing(world):
    net = shipped_net("bicyclegan-emoji")
    x, answers = world.batch(torch.tensor([4]))["x"], world.answers(4)
    with torch.no_grad():
        plain, other = (net.paint(x.expand(8, -1, -1, -1), net.style(y)) for y in (answers, answers.flip(3)))
    assert l1(other, plain) < l1(other.flip(3), plain)


def test_codes_change_what_the_shipped_bicyclegan_paints():
    net, drawings = shipped_net("bicyclegan-emoji"), sketches(64)["x"][:4]
    with torch.no_grad():
        a, b = (net.paint(drawings, s.expand(4, -1)) for s in net.styles(0, 2).split(1))
    assert l1(a, b) > 0.05


# ---- 09 ----


def blind(net, x) -> None:
    base = x * 0.5
    with torch.no_grad():
        content = net.Ec_1(base)
        for changed in (base + 0.2, x, base + torch.tensor([0.3, -0.2, 0.1]).view(3, 1, 1)):
            assert l1(net.Ec_1(changed), content) < 1e-3 < l1(net.Es_1(changed), net.Es_1(base))
        assert l1(net.Ec_1(base.flip(3)), content) > 0.1


def test_contents_do_not_see_brightness_contrast_or_tint_but_shapes(world):
    munit = METHODS["munit"]
    sizes = {"width": 8, "blocks": 2, "halvings": 1, "mlp_width": 32, "style_halvings": 2}
    x = world.batch(torch.arange(4))["x"]
    blind(munit.seeded(munit.Config(**sizes, critic_width=4, critic_layers=1, scales=1)), x)
    if "munit-icons" in shipped():
        blind(shipped_net("munit-icons"), x)


def test_two_domains_of_munit_share_no_weight():
    munit = METHODS["munit"]
    net = munit(munit.Config(width=4, halvings=1, blocks=1, style_halvings=1, mlp_width=8, critic_width=4))
    first = {id(p) for name in ("Ec_1", "Es_1", "G_1", "D_1") for p in getattr(net, name).parameters()}
    second = {id(p) for name in ("Ec_2", "Es_2", "G_2", "D_2") for p in getattr(net, name).parameters()}
    assert first and second and not first & second


# ---- 11 ----


def test_one_step_of_the_shipped_bridge_is_the_same_for_every_noise_and_four_are_not():
    net, drawings = shipped_net("bridge-emoji"), sketches(64)["x"][:4]

    def apart(steps: int) -> float:
        with torch.no_grad():
            a, b = (net.translate(drawings, torch.Generator().manual_seed(s), steps) for s in (0, 7))
        return l1(a, b).item()

    assert apart(1) < 1e-4 and apart(4) > 0.02


def test_the_mean_meets_one_answer_at_most():
    far = torch.rand(1, 5, generator=torch.Generator().manual_seed(0)).expand(20, -1)
    assert matched(far).met == 1 / 5
