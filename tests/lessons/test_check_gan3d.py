"""The lesson of notebook 14: right solutions pass, each wrong one is told what is wrong; and what its sentences rest on."""

from __future__ import annotations

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from i2i import show
from i2i.lessons.gan3d import EXERCISES, QUESTIONS
from i2i.measure import voxels as figures
from kit.lessons import assert_complete, assert_passes, assert_told, clean  # noqa: F401 (a fixture)
from kit.methods import tiny

# ---- Right solutions ----


def who_rests(real, fake, above):
    accuracy = ((real > 0).float().mean() + (fake < 0).float().mean()) / 2
    return accuracy, accuracy <= above


def voxel_iou(a, b):
    p, q = (v.flatten(1).gt(0.5).float() for v in (a, b))
    both = p @ q.T
    return both / (p.sum(1)[:, None] + q.sum(1) - both).clamp(min=1)


def covered(likeness):
    return likeness.argmax(1).unique().numel() / likeness.shape[1], (1 - likeness.amax(0)).mean()


def added_part(z, has, strength):
    return z[~has] + strength * (z[has].mean(0) - z[~has].mean(0))


RIGHT = {"who-rests": who_rests, "voxel-iou": voxel_iou, "covered": covered, "added-part": added_part}


# ---- Wrong ones ----


def accuracy_is(value):
    return lambda real, fake, above: (value(real, fake), who_rests(real, fake, above)[1])


def learns_if(value):
    return lambda real, fake, above: (
        who_rests(real, fake, above)[0],
        value(who_rests(real, fake, above)[0], above),
    )


def over(divisor, soft=False):
    """Intersections of solid (or soft) volumes over divisor(sizes of a, sizes of b, intersections)."""

    def solution(a, b):
        p, q = (v.flatten(1) if soft else v.flatten(1).gt(0.5).float() for v in (a, b))
        both = p @ q.T
        return both / divisor(p.sum(1)[:, None], q.sum(1)[None], both)

    return solution


def known(real, fake):
    return torch.cat([real > 0, fake < 0]).float()


def coverage_is(value):
    return lambda likeness: (value(likeness), covered(likeness)[1])


def distance_is(value):
    return lambda likeness: (covered(likeness)[0], value(likeness))


def moved(value):
    return lambda z, has, strength: value(z, z[has], z[~has], strength)


WRONG = [
    ("who-rests", accuracy_is(lambda r, f: known(r, f).mean()), "all volumes count the same"),
    ("who-rests", accuracy_is(lambda r, f: (r > 0).float().mean()), "only the real ones"),
    ("who-rests", accuracy_is(lambda r, f: (f < 0).float().mean()), "only the made ones"),
    ("who-rests", accuracy_is(lambda r, f: ((r > 0).float().mean() + (f > 0).float().mean()) / 2), "below 0"),
    ("who-rests", accuracy_is(lambda r, f: ((r > 0.5).float().mean() + (f < 0.5).float().mean()) / 2), "logits"),
    ("who-rests", accuracy_is(lambda r, f: 1 - who_rests(r, f, 1)[0]), "share of errors"),
    ("who-rests", learns_if(lambda accuracy, above: accuracy > above), "other way round"),
    ("who-rests", learns_if(lambda accuracy, above: accuracy <= 0.8), "the mark is an argument"),
    ("who-rests", learns_if(lambda accuracy, above: 0.5 < accuracy <= above), "mostly wrong"),
    ("who-rests", learns_if(lambda accuracy, above: accuracy < above), "at most"),
    ("who-rests", lambda r, f, above: who_rests(r, f, above)[0], "two things"),
    ("voxel-iou", over(lambda p, q, both: p + q - both, soft=True), "filled or not"),
    ("voxel-iou", lambda a, b: ((a.flatten(1) > 0.5)[:, None] == (b.flatten(1) > 0.5)[None]).float().mean(2), "empty voxels"),
    ("voxel-iou", over(lambda p, q, both: p.expand_as(both)), "first shape alone"),
    ("voxel-iou", over(lambda p, q, both: q.expand_as(both)), "second shape alone"),
    ("voxel-iou", over(lambda p, q, both: p + q), "counts twice"),
    ("voxel-iou", over(lambda p, q, both: (p + q) / 2), "Dice"),
    ("voxel-iou", over(lambda p, q, both: torch.minimum(p, q)), "smaller shape"),
    ("voxel-iou", lambda a, b: voxel_iou(a, b).mean(), "the shape [3, 5]"),
    ("voxel-iou", lambda a, b: voxel_iou(a, b) + (a.sum() == 0), "nothing in common"),
    ("covered", coverage_is(lambda x: len(x) / x.shape[1]), "covered once"),
    ("covered", coverage_is(lambda x: x.argmax(1).unique().numel() / len(x)), "number of samples"),
    ("covered", coverage_is(lambda x: x.argmax(0).unique().numel() / x.shape[1]), "nearest to each shape"),
    ("covered", distance_is(lambda x: x.amax(0).mean()), "a likeness"),
    ("covered", distance_is(lambda x: (1 - x.amax(1)).mean()), "starts from the samples"),
    ("covered", distance_is(lambda x: (1 - x).mean()), "over all pairs"),
    ("covered", distance_is(lambda x: (1 - x.amax(0)).sum()), "not a sum"),
    ("added-part", moved(lambda z, p, q, s: q - s * (p.mean(0) - q.mean(0))), "other way round"),
    ("added-part", moved(lambda z, p, q, s: q + s * p.mean(0)), "taken away, too"),
    ("added-part", moved(lambda z, p, q, s: q + s * (p.mean(0) - z.mean(0))), "not of all"),
    ("added-part", moved(lambda z, p, q, s: q + s * (p.sum(0) - q.sum(0))), "sums, not means"),
    ("added-part", moved(lambda z, p, q, s: q + p.mean(0) - q.mean(0)), "strength is not used"),
    ("added-part", moved(lambda z, p, q, s: q + s * torch.nn.functional.normalize(p.mean(0) - q.mean(0), dim=0)), "as long as 1"),
    ("added-part", moved(lambda z, p, q, s: s * (q + p.mean(0) - q.mean(0))), "not on z"),
    ("added-part", moved(lambda z, p, q, s: p.mean(0).expand_as(q)), "nothing of the shape"),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_solution_passes(name, capsys):
    assert_passes(name, RIGHT[name], capsys)


@pytest.mark.parametrize(("name", "solution", "word"), WRONG, ids=[f"{n}: {w}" for n, _, w in WRONG])
def test_a_wrong_solution_is_told_what_is_wrong(name, solution, word, capsys):
    assert_told(name, solution, word, capsys)


def test_every_mistake_with_a_name_has_an_exercise_and_the_kit_knows_all_of_them():
    assert_complete(RIGHT, WRONG, EXERCISES, QUESTIONS)


# ---- The right solutions are what the package does ----


def test_who_rests_is_the_rule_of_the_method():
    method = tiny("gan3d")
    method.D = torch.nn.Identity()
    real, fake = torch.randn(2, 9, 1, generator=torch.Generator().manual_seed(0))
    accuracy, learns = who_rests(real, fake, method.config.rest_above)
    assert method.right(real, fake) == accuracy
    method.accuracy.copy_(accuracy)
    assert method.learns() == learns


def test_likeness_coverage_and_distance_are_those_of_the_protocol():
    a, b = (torch.rand(n, 1, 4, 4, 4, generator=torch.Generator().manual_seed(n)) for n in (6, 7))
    likeness = figures.ious(figures.solid(a), figures.solid(b))
    assert torch.allclose(voxel_iou(a, b), likeness)
    assert covered(likeness)[0] == figures.coverage(likeness)
    assert torch.allclose(covered(likeness)[1], figures.matching_distance(likeness).mean())


# ---- Sentences of the lesson that hold for any net ----


def test_one_more_axis_costs_256_times_as_many_multiplications():
    flat, deep = torch.nn.Conv2d(2, 3, 4, bias=False), torch.nn.Conv3d(2, 3, 4, bias=False)
    with FlopCounterMode(display=False) as one:
        flat(torch.zeros(1, 2, 35, 35))  # 32 x 32 places
    with FlopCounterMode(display=False) as other:
        deep(torch.zeros(1, 2, 35, 35, 35))
    assert other.get_total_flops() == 32 * 4 * one.get_total_flops(), (
        "as many places more as a side has, and four times the kernel"
    )


def test_a_d_that_is_certain_gives_one_loss_no_gradient_and_the_other_nearly_all():
    logit = torch.tensor([-8.0, -8.0], requires_grad=True)
    ((1 - logit[0].sigmoid()).log() - logit[1].sigmoid().log()).backward()
    assert logit.grad[0].item() == pytest.approx(-0.0003, abs=1e-4) and logit.grad[1].item() == pytest.approx(
        -1, abs=1e-3
    )


def test_half_of_two_solid_shapes_is_what_both_fill():
    a, b = (torch.rand(1, 1, 5, 5, 5, generator=torch.Generator().manual_seed(k)) > 0.5 for k in (1, 2))
    assert torch.equal((a.float() + b.float()) / 2 > 0.5, a & b)


def test_copies_of_training_shapes_reach_the_best_coverage_and_distance_and_are_found_by_their_neighbour():
    train, held_out = (
        (torch.rand(n, 64, generator=torch.Generator().manual_seed(n)) > 0.5) for n in (20, 21)
    )
    copies = train.clone()
    near = figures.ious(copies, held_out)
    assert figures.coverage(near) == figures.coverage(figures.ious(train, held_out))
    assert (figures.ious(copies, train).amax(1) == 1).all() and (
        figures.ious(held_out, train).amax(1) < 1
    ).all()


# ---- What can be turned in a notebook ----


def shapes():
    volumes = torch.zeros(3, 1, 6, 6, 6)
    volumes[0, 0, :, 0], volumes[1, 0, :, :3], volumes[2, 0, 2, 1:4, 2] = 1, 1, 1
    return volumes


def test_volumes_to_turn_carry_a_picture_with_its_alt_text_and_ask_for_nothing_from_elsewhere():
    page = show.turning_html(shapes(), "Three <boxes>", "below", "from one to the next")
    assert page.count("<img") == page.count('alt="Three &lt;boxes&gt;"') == 1 and 'max="2"' in page
    assert "http" not in page and "ROOT" not in page
    assert "<input" not in show.turning_html(shapes()[:1], "One box")


@pytest.mark.browser
def test_volumes_turn_by_dragging_and_by_keys_and_the_slider_leads_to_another(chromium):
    page = chromium.new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.set_content(
        show.turning_html(shapes(), "Three boxes", slider="next") + show.turning_html(shapes()[:1], "One box")
    )
    drawn = lambda k=0: page.evaluate("k => document.querySelectorAll('canvas')[k].toDataURL()", k)  # noqa: E731
    first, other = drawn(), drawn(1)
    assert first != other, "each has its own volumes"
    assert page.locator("img:visible").count() == 0 and page.locator("canvas:visible").count() == 2

    def changed(what) -> bool:
        before = drawn()
        what()
        page.wait_for_timeout(120)
        return drawn() != before

    box = page.locator("canvas").first.bounding_box()

    def drag():
        page.mouse.move(box["x"] + 100, box["y"] + 100)
        page.mouse.down()
        page.mouse.move(box["x"] + 160, box["y"] + 110)
        page.mouse.up()

    assert changed(drag) and changed(lambda: page.locator("input").fill("2"))
    page.locator("canvas").first.focus()
    assert changed(lambda: page.keyboard.press("ArrowLeft")) and drawn(1) == other and not faults
    page.close()
