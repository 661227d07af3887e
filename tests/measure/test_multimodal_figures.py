"""Figures of several samples: made-up samplers, good and bad in known ways, must come out in the right order."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import i2i
from i2i.data.answers import Materials
from i2i.data.folders import DataError
from i2i.data.unpaired import Unpaired
from i2i.data.worlds import icons
from i2i.data.worlds.lines import ink
from i2i.fast import lay_out
from i2i.images import to_bytes
from i2i.measure import evaluate, multimodal, sampled
from i2i.measure.multimodal import (
    FIGURES,
    SAMPLES,
    content,
    content_found,
    inputs,
    lines_kept,
    report,
    scores,
)
from i2i.method import SEED, STYLE, Method, controls
from i2i.metrics import (
    diversity,
    kernel_distance,
    kernel_distance_by_input,
    matched,
    mean_distance,
    perceptual_distance,
    perceptual_vectors,
    squared_distances,
)
from i2i.nets.chance import generators, uniform
from i2i.recipes import RECIPES
from i2i.run.pipeline import Model
from kit.judges import flat_judge
from kit.sources import noise, rng


def net(x: Tensor) -> list[Tensor]:
    """In place of a judge: two maps of different sizes."""
    return [x + 2, F.avg_pool2d(x, 4) + 1.5]


# ---- Formulas ----


def test_vectors_are_as_far_apart_as_images():
    a, b = noise(5, 3, 8, 8), noise(4, 3, 8, 8, seed=1)
    far = squared_distances(perceptual_vectors(net(a)), perceptual_vectors(net(b)))
    for i in range(5):
        torch.testing.assert_close(far[i], perceptual_distance(a[i : i + 1].expand(4, -1, -1, -1), b, net))
    mine = perceptual_vectors(net(a))
    assert torch.equal(squared_distances(mine, mine).diagonal(), torch.zeros(5))
    assert mean_distance(squared_distances(mine, mine), every=False) == pytest.approx(diversity(a, net))


def test_samples_and_answers_are_matched_both_ways():
    far = torch.tensor([[0.0, 2.0, 5.0], [1.0, 3.0, 4.0]])
    assert matched(far) == (0.5, pytest.approx((0 + 2 + 4) / 3), pytest.approx(1 / 3))
    assert matched(far.T)[:2] == (pytest.approx(2), pytest.approx(0.5)), "the same from the other side"
    twice = torch.tensor([[0.0, 0.0, 5.0]])
    assert matched(twice).met == pytest.approx(2 / 3), "answers that are the same are met together"
    for wrong in (torch.zeros(3), torch.zeros(0, 3), torch.zeros(3, 0)):
        with pytest.raises(ValueError, match="samples, answers"):
            matched(wrong)


def test_answers_drawn_from_a_list_may_be_drawn_twice():
    far = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    assert mean_distance(far, every=True) == 0.5 and mean_distance(far, every=False) == 1
    assert mean_distance(far[:1, :1], every=True) == 0
    for wrong in (far[:1], torch.zeros(0, 0)):
        with pytest.raises(ValueError, match="at least two answers"):
            mean_distance(wrong, every=True)
    with pytest.raises(ValueError, match="at least two answers"):
        mean_distance(far[:1, :1], every=False)


def embedded(n: int, k: int = 4, d: int = 6, within: float = 0.7, seed: int = 0) -> Tensor:
    """Answers [n, k, d] that differ from input to input, and `within` times as much for one input."""
    return noise(n, 1, d, seed=seed) + within * noise(n, k, d, seed=seed + 100)


def test_the_distance_of_distributions_tells_the_whole_from_a_part_and_from_the_mean():
    right = embedded(200, within=2)
    inputs = torch.arange(200)
    whole = right[inputs[:, None], torch.randint(4, (200, 20), generator=rng())]
    mean = right.mean(1, keepdim=True).expand(-1, 20, -1)
    part = right[inputs, right[..., 0].argmax(1)][:, None].expand(-1, 20, -1)
    found = {
        name: kernel_distance_by_input([*e], [*right])
        for name, e in (("whole", whole), ("mean", mean), ("part", part))
    }
    value, error = found["whole"]
    assert abs(value) < 2 * error
    assert all(found[name][0] > value + 3 * error for name in ("mean", "part")), found


def test_with_one_of_each_it_is_the_cubic_kernel_between_different_inputs():
    a, b = embedded(5, 1, seed=1)[:, 0], embedded(5, 1, seed=2)[:, 0]
    pairs = [(i, j) for i in range(5) for j in range(5) if i != j]

    def kernel(p, q):
        return ((p * q).mean().item() + 1) ** 3

    by_hand = [kernel(a[i], a[j]) + kernel(b[i], b[j]) - 2 * kernel(a[i], b[j]) for i, j in pairs]
    found, _ = kernel_distance_by_input([*a[:, None]], [*b[:, None]])
    assert found == pytest.approx(sum(by_hand) / len(pairs))


def test_right_samples_are_at_no_distance_on_average_although_answers_go_with_inputs():
    """As one large set, and its answers as another, they would seem nearer than they are."""
    found, naive = [], []
    for seed in range(12):
        right = embedded(12, 2, seed=seed)
        found.append(kernel_distance_by_input([*right[:, :1]], [*right[:, 1:]], seed=seed)[0])
        naive.append(kernel_distance(right[:, 0], right[:, 1], seed=seed)[0])
    found, naive = torch.tensor(found), torch.tensor(naive)
    assert kernel_distance_by_input([*right.flip(1)], [*right])[0] == pytest.approx(0, abs=1e-12)
    assert found.mean().abs() < 3 * found.std() / 12**0.5
    assert naive.mean() < -3 * naive.std() / 12**0.5


def test_what_each_input_has_in_plenty_is_averaged_and_makes_no_more_inputs():
    right, other = embedded(12), embedded(12, seed=7)
    few, many = ([e[:1].expand(n, -1) for e in other] for n in (2, 20))
    one, same = (kernel_distance_by_input(some, [*right]) for some in (few, many))
    assert same == pytest.approx(one)
    uneven = [torch.cat([e, e[:k]]) for e, k in zip(right, [0, 4] * 6, strict=True)]
    assert kernel_distance_by_input(few, uneven) == pytest.approx(one), "as many answers as an input has"
    for wrong in (right[:3], right[:5]):
        with pytest.raises(ValueError, match="4 inputs at least"):
            kernel_distance_by_input([*wrong], [*right[:3]])


def test_the_error_of_a_distance_is_how_far_it_varies():
    found = [
        kernel_distance_by_input([*embedded(40, seed=s)], [*embedded(40, seed=s + 50)]) for s in range(16)
    ]
    values, errors = torch.tensor(found).T
    assert 0.6 < errors.mean() / values.std() < 2.5, "on the large side where there is no distance"


# ---- Samplers ----


class Squares:
    """x: the outline of a square, y: the square in one of four colours."""

    every_answer = lines = True
    colours = torch.tensor([[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1], [0.8, 0.8, -1]])

    def __init__(self, count: int = 12, size: int = 32):
        flat = torch.ones(count, 3, size, size)
        for i in range(count):
            flat[i, :, 3 + i : 13 + i, 4 + i // 2 : 20 + i // 2] = -0.5
        self.shape = flat[:, :1] < 0
        self.x = ink(flat, steady=True)

    def __len__(self) -> int:
        return len(self.x)

    def answers(self, index: int) -> Tensor:
        return torch.where(self.shape[index], self.colours[:, :, None, None], torch.ones(1))

    def batch(self, index: Tensor, generator=None) -> dict[str, Tensor]:
        y = torch.stack([self.answers(i)[i % 4] for i in index.tolist()])
        return {"x": self.x[index], "y": y, "index": index}


class Sampler:
    """A "model" that knows the answers and does with them what its rule says: rule(answers, which of 4 by chance)."""

    controls = ("seed",)

    def __init__(self, source, rule):
        self.source, self.rule = source, rule
        self.inputs = torch.cat([source.batch(torch.tensor([i]))["x"] for i in range(len(source))])

    def translate(self, x: Tensor, seed: int = 0, **_) -> Tensor:
        at = torch.cdist(x[:1].flatten(1), self.inputs.flatten(1)).argmin().item()
        dice = uniform(torch.Size([len(x)]), generators(seed, len(x)), x.device)
        return torch.stack([self.rule(self.source.answers(at), u.item()) for u in dice])


RULES = {
    "all": lambda answers, u: answers[int(u * len(answers))],
    "one": lambda answers, u: answers[0],
    "two": lambda answers, u: answers[int(u * 2)],
    "mean": lambda answers, u: answers.mean(0),
    "shaken mean": lambda answers, u: answers.mean(0) + 0.6 * (u - 0.5),
    "wrong place": lambda answers, u: answers[int(u * len(answers))].roll(9, -1),
}


@pytest.fixture(scope="module")
def found():
    source = Squares()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multimodal, "load_judge", lambda: net)
        return {name: report(Sampler(source, rule), source, progress=False) for name, rule in RULES.items()}


def values(found: dict, figure: str) -> dict[str, float]:
    return {name: figures[figure].value for name, figures in found.items()}


def test_every_figure_has_a_name_and_an_interval(found):
    for known in found.values():
        assert [*known] == [name for name in FIGURES if not name.startswith(("style", "content"))], (
            "in their order"
        )
        assert all(e.low <= e.value <= e.high for e in known.values())


def test_who_gives_all_answers_gets_the_best_of_every_figure(found):
    best = found["all"]
    assert best["sample to answer"].value == best["answer to sample"].value == 0
    assert best["answers met"].value == 1
    assert best["diversity"].low <= best["diversity of answers"].value <= best["diversity"].high
    assert best["lines kept"].value == pytest.approx(best["lines of answers"].value, abs=0.01)
    assert best["ms a sample"].value > 0


def test_one_answer_is_right_and_not_diverse(found):
    one = found["one"]
    assert one["sample to answer"].value == one["diversity"].value == 0
    assert one["answers met"].value == 1 / 4 and one["answer to sample"].value > 0


def test_the_mean_is_no_answer_although_it_is_near_to_all(found):
    mean, one = found["mean"], found["one"]
    assert mean["diversity"].value == 0 and mean["answers met"].value == 1 / 4
    assert mean["sample to answer"].low > 0.01
    assert mean["answer to sample"].value < one["answer to sample"].value, (
        "so that figure alone would mislead"
    )


def test_more_answers_are_more_diverse_and_cover_more(found):
    for figure, falls in (("diversity", False), ("answers met", False), ("answer to sample", True)):
        v = values(found, figure)
        assert sorted(("one", "two", "all"), key=v.get, reverse=falls) == ["one", "two", "all"], figure


def test_diversity_alone_does_not_tell_right_from_wrong(found):
    """What is shaken is diverse, and right nowhere; what is at the wrong place is as diverse as the truth, and lost the lines."""
    shaken, wrong, best = (found[n] for n in ("shaken mean", "wrong place", "all"))
    assert shaken["diversity"].value > 0 and shaken["sample to answer"].low > 0.01
    assert wrong["diversity"].value == pytest.approx(best["diversity"].value, rel=0.05)
    assert wrong["sample to answer"].low > 0.01
    assert wrong["lines kept"].high < 0.75 * best["lines kept"].value


def test_with_the_judge_and_endless_answers_the_order_is_the_same():
    source, drawn = Materials(32, split="test"), {}

    class Few:
        every_answer, lines = source.every_answer, source.lines
        answers, batch = source.answers, source.batch

        def __len__(self):
            return 6

    class Draws(Few):
        """Other draws than those that the evaluator has."""

        def answers(self, index):
            if index not in drawn:
                drawn[index] = source.answers(index, 8 + 6)[8:]
            return drawn[index]

    rules = ("all", "one", "mean")
    found = {name: report(Sampler(Draws(), RULES[name]), Few(), progress=False) for name in rules}
    kept, met, off = (values(found, f) for f in ("answer to sample", "answers met", "sample to answer"))
    assert kept["all"] < min(kept["one"], kept["mean"]) and met["all"] > 2 * met["one"] > 0
    assert off["mean"] > max(off["all"], off["one"])
    whole = found["all"]
    assert 0.6 < whole["diversity"].value / whole["diversity of answers"].value < 1.2, "six of endless many"


def test_diversity_is_of_consecutive_samples():
    """As published: what goes on from sample to sample; the first sample is no measure for all others."""

    def with_ones(x: Tensor) -> list[Tensor]:
        return [torch.cat([x, torch.ones_like(x)], 1)]

    steps = torch.linspace(-0.5, 0.5, 5)[:, None, None, None].expand(-1, 3, 8, 8)
    found = scores(steps[:1], steps, steps[:2], with_ones, True, False)
    far = perceptual_distance(steps[:-1], steps[1:], with_ones).mean().item()
    assert found.numbers["diversity"] == pytest.approx(far, rel=1e-5)


# ---- Lines ----


def test_lines_are_kept_by_every_answer_and_by_nothing_else():
    source = Squares()
    x, right = source.x[3:4], source.answers(3)
    assert (lines_kept(x, right) > 0.95).all()
    assert torch.equal(lines_kept(x, torch.ones(2, 3, 32, 32)), torch.zeros(2)), "blank paper has no boundary"
    assert (lines_kept(torch.ones(1, 3, 32, 32), right) == 0).all(), "and no ink"
    grey, static = lines_kept(x, right.mean(0, keepdim=True) * 0.1 + 0.9), lines_kept(x, noise(1, 3, 32, 32))
    assert grey < 0.1 and static < 0.6
    more = right.clone()
    more[..., 2:28:6] = -1
    assert (lines_kept(x, more) < 0.8).all(), "lines that x has not count, too"
    faint = 0.2 * right - 0.5
    assert (lines_kept(x, faint) > 0.95).all(), "a boundary counts however the colours beside it look"
    aside = lines_kept(x, right.roll(1, -1)), lines_kept(x, right.roll(4, -1))
    assert (aside[0] > aside[1] + 0.2).all() and (aside[0] > 0.8).all(), "a pixel aside is near"


# ---- Content ----


def test_content_is_found_whatever_the_light_and_the_colours_and_not_in_another_image():
    x = noise(6, 3, 32, 32)
    own = content(x, net)
    tinted = [
        content(0.4 * image[None] * torch.tensor([1.0, 0.6, 0.9])[:, None, None] + 0.3, net) for image in x
    ]
    assert content_found(tinted, own).tolist() == [1.0] * 6
    assert content_found(tinted[1:] + tinted[:1], own).tolist() == [0.0] * 6
    two = content_found([torch.cat([tinted[0], tinted[1]]), *tinted[1:]], own)
    assert two.tolist() == [0.5, 1, 1, 1, 1, 1], "a share of the samples"
    blank = content(torch.zeros(1, 3, 32, 32), net)
    assert blank.isfinite().all() and content_found([blank] * 6, own).mean().item() == pytest.approx(1 / 6)
    assert content(torch.zeros(1, 3, 4, 4), net).isfinite().all(), "a map of one pixel has no deviation"


def test_content_is_read_off_the_two_coarsest_maps():
    x = noise(2, 3, 32, 32)
    found = content(x, lambda image: [100 * image.flip(3), *net(image)])
    assert torch.equal(found, content(x, net)) and found.shape == (2, 3 * 32 * 32 + 3 * 8 * 8)


# ---- Parts ----


def test_inputs_are_spread_over_the_source():
    assert inputs(range(12)) == [*range(12)] and inputs(range(1000), 1000)[:3] == [0, 10, 20]
    assert len(inputs(range(1000))) == 100 and inputs(range(1000), 4) == [0, 1, 2, 3], (
        "the first, by which all is judged"
    )


def test_too_few_are_refused(monkeypatch):
    monkeypatch.setattr(multimodal, "load_judge", lambda: flat_judge)
    source = Squares()
    with pytest.raises(DataError, match=r"^figures need at least 4 held-out pictures, got 3\.$"):
        report(Sampler(source, RULES["one"]), source, limit=3)
    x, right = source.x[:1], source.answers(0)
    with pytest.raises(ValueError, match="at least two samples"):
        scores(x, right[:1], right, net, every=True, lines=True)
    assert "lines kept" not in scores(x, right, right, net, every=True, lines=False).numbers


# ---- Styles ----


@dataclass(frozen=True)
class Config:
    steps: int = 1


class Tinted(Method):
    """Its style is an image's mean colour, and its translation is all of that colour; a share of it if it is hard of hearing."""

    Config = Config
    controls = controls(STYLE, SEED)
    style_size = 3
    hears = 1.0

    def __init__(self, config=Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.G = nn.Conv2d(3, 3, 1)

    def style(self, image):
        return image.mean((2, 3))

    def translate(self, x, generator=None, style=None):
        style = uniform(torch.Size([len(x), 3]), generator, x.device) if style is None else style
        return self.hears * style[:, :, None, None].expand(-1, -1, *x.shape[2:])


class Unread(Tinted):
    style = Method.style


class Shaded(Tinted):
    """It keeps what x shows, with less contrast, and adds the colour."""

    def translate(self, x, generator=None, style=None):
        return 0.4 * x + 0.1 * super().translate(x, generator, style)


def model(cls, **set_) -> Model:
    method = lay_out(cls.seeded(Config()).eval(), "cpu")
    for name, value in set_.items():
        setattr(method, name, value)
    return Model(method, {"size": 32, "card": {}, "method": "toy"}, Path("toy"), "fp32")


def test_a_style_that_is_read_and_put_back_is_the_same_or_lost(monkeypatch):
    monkeypatch.setattr(multimodal, "load_judge", lambda: net)
    source = Squares(6)
    hears, half, deaf = (report(model(Tinted, hears=h), source, progress=False) for h in (1.0, 0.5, 0.0))
    codes = torch.stack([source.answers(i).mean((2, 3)) for i in range(6)])
    assert hears["style error"].value == pytest.approx(0, abs=1e-6)
    assert deaf["style error"].value == pytest.approx(codes.abs().mean().item(), rel=1e-5)
    assert half["style error"].value == pytest.approx(deaf["style error"].value / 2, rel=1e-5)
    spread = (codes - codes.roll(-1, 0)).abs().mean().item()
    assert hears["style spread"].value == deaf["style spread"].value == pytest.approx(spread, rel=1e-5)
    assert hears["diversity"].value > 0 == deaf["diversity"].value


def test_who_reads_no_style_is_not_asked(monkeypatch):
    monkeypatch.setattr(multimodal, "load_judge", lambda: net)
    assert "style error" not in report(model(Unread), Squares(4), progress=False)


# ---- Evaluated ----


def test_a_source_with_answers_has_these_figures_beside_its_own():
    source = Squares(6)
    sampler = Sampler(source, RULES["all"])
    found = evaluate(sampler, source, progress=False)
    assert [*found][:2] == ["PSNR", "SSIM"] and [*found][-1] == "ms a sample"
    assert sampled(sampler, source) == f", {SAMPLES} samples for each of 6 of them"
    source.answers = None
    del source.answers
    plain = type("Plain", (), {"batch": source.batch, "__len__": lambda self: 6})()
    assert not {*FIGURES} & {*evaluate(sampler, plain, progress=False)} and sampled(sampler, plain) == ""


def test_of_pairs_and_styles_the_figures_are_told_that_one_answer_allows(monkeypatch):
    monkeypatch.setattr(multimodal, "load_judge", lambda: net)
    source = Squares(6)
    y = torch.stack([source.answers(i)[0] for i in range(6)])
    pairs = type(
        "Pairs", (), {"batch": lambda self, i: {"x": source.x[i], "y": y[i]}, "__len__": lambda self: 6}
    )()
    toy = model(Tinted)
    assert (
        sampled(toy, pairs) == f", {SAMPLES} samples for each of 6 of them"
        and sampled(model(Unread), pairs) == ""
    )
    known = multimodal.answering(toy, pairs)
    found = report(toy, known, progress=False)
    codes = y.mean((2, 3))
    assert not {"diversity of answers", "answers met", "samples KD-i2i", "lines kept"} & {*found}
    assert found["diversity"].value > 0 and found["answer to sample"].value <= found["sample to answer"].value
    assert found["style spread"].value == pytest.approx(
        (codes - codes.roll(-1, 0)).abs().mean().item(), rel=1e-5
    )
    assert found["content found"].value == pytest.approx(1 / 6), "an image of one colour shows nothing of x"
    deaf = report(model(Tinted, hears=0.0), known, progress=False)
    assert deaf["diversity"].value == 0 and deaf["style error"].value > found["style error"].value
    assert multimodal.answering(toy, source) is source and multimodal.answering(model(Unread), pairs) is None


def test_where_no_answer_is_known_to_be_right_only_what_needs_none_is_told(monkeypatch):
    monkeypatch.setattr(multimodal, "load_judge", lambda: net)
    images = to_bytes(torch.stack([Squares(6).answers(i)[0] for i in range(6)]))
    two, partners = (Unpaired(images[:5], images[1:], images.shape[-1], partners=p) for p in (False, True))
    toy = model(Tinted)
    found = report(toy, multimodal.answering(toy, two), progress=False)
    assert [*found] == ["diversity", "content found", "style error", "style spread", "ms a sample"]
    assert sampled(toy, two) == f", {SAMPLES} samples for each of 5 of them"
    assert {"sample to answer", "answer to sample"} <= {
        *report(toy, multimodal.answering(toy, partners), progress=False)
    }
    assert multimodal.answering(model(Unread), two) is None
    kept = report(model(Shaded), multimodal.answering(model(Shaded), two), progress=False)
    assert kept["content found"].value == 1, "that of x, not that of an image beside which it lies by chance"


def test_a_command_prints_them_and_the_card_keeps_them(cli, here, monkeypatch):
    monkeypatch.setitem(icons.SPLITS, "test", (icons.SPLITS["test"][0], 5))
    monkeypatch.setattr(multimodal, "SAMPLES", 3)
    config = {"depth": 5, "width": 4, "cap": 8, "patch_layers": 1, "patch_width": 4, "steps": 1}
    small = dataclasses.replace(
        RECIPES["pix2pix-icons"],
        data="icons-materials",
        size=32,
        config=config,
        batch=2,
        showcase=lambda size: Materials(size).batch(torch.arange(2)),
    )
    monkeypatch.setitem(RECIPES, "small", small)
    status, _, err = cli("train", "small", "--precision", "fp32", "--quiet")
    assert status == 0, err
    export = here / "runs" / "small" / "export"
    card = i2i.load(export, device="cpu").card
    asked = {*FIGURES} - {"content found", "style error", "style spread"}
    assert {"PSNR"} | asked <= {*card["figures"]}
    assert card["judged on"] == "5 held-out pictures, 3 samples for each of 5 of them"
    page = (export / "README.md").read_text()
    assert all(f"| {name} |" in page for name in asked) and card["judged on"] in page
    status, out, err = cli("evaluate", export, "--limit", "4")
    assert status == 0, err
    told, *rows = out.splitlines()
    assert told == "small, 4 held-out pictures, 3 samples for each of 4 of them"
    found = [re.fullmatch(r"  (\S.*?) +(-?[\d.e+-]+)( .*)?", row) for row in rows]
    assert asked <= {m[1] for m in found}
    assert len({m.end(2) for m in found if len(m[2]) <= 8}) == 1, "long names do not push the numbers aside"
