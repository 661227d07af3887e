"""Methods that answer in steps, without an adversary: the bridge and its velocity, diffusion and its noise."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from i2i.images import to_image
from i2i.method import Control
from i2i.methods.bridge import STEPS, Bridge, Config
from i2i.methods.diffusion import Diffusion
from i2i.nets.chance import generators
from kit.methods import amplified, loud, tiny
from kit.root import ROOT
from kit.runs import trainer
from kit.sources import noise

DOUBLE = torch.float64


class Given(nn.Module):
    """In place of a network: a function of what it is given, which is kept."""

    def __init__(self, answer):
        super().__init__()
        self.answer, self.seen = answer, []

    def forward(self, *given):
        self.seen.append(given)
        return self.answer(*given)


def with_net(answer, **changes) -> tuple[Bridge, Given]:
    method, net = tiny("bridge", **changes), Given(answer)
    method.v = net
    return method, net


# ---- Control ----


def test_a_number_of_steps_is_whole():
    STEPS.check(4), STEPS.check(4.0)
    for wrong in (2.5, 0, 21, True, "4"):
        with pytest.raises(ValueError, match="steps is a whole number of Euler steps, 1 to 20; got"):
            STEPS.check(wrong)
    Control("part", "number", "any", low=0, high=5).check(2.5)


# ---- The bridge: its loss ----


def test_the_loss_of_the_bridge_is_eq_1():
    """By hand, in float64: which point of the path the net is shown, and which velocity it is asked for."""
    method, net = with_net(lambda z, x, t: 0.5 * z + x, sigma=0.7)
    x, y = noise(4, 3, 8, 8, seed=1, dtype=DOUBLE), noise(4, 3, 8, 8, seed=2, dtype=DOUBLE)
    torch.manual_seed(0)
    found = method.loss({"x": x, "y": y})["velocity"]
    torch.manual_seed(0)
    start, t = x + 0.7 * torch.randn(4, 3, 8, 8).double(), torch.rand(4).double()
    assert 0 <= t.min() and t.max() < 1 and t.std() > 0.1, "each sample has a time of its own"
    part = t[:, None, None, None]
    point, velocity = (1 - part) * start + part * y, y - start
    ((z, beside, when),) = net.seen
    torch.testing.assert_close(z, point, rtol=0, atol=1e-12)
    assert torch.equal(beside, x) and torch.equal(when, t)
    wanted = (0.5 * point + x - velocity).square().mean()
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=0)


def test_the_net_of_the_bridge_adds_to_what_a_straight_line_tells():
    """Answers that are Gaussian around some m, in each pixel by itself: the mean velocity at z is known, by hand, from
    covariances; and the net has just m to give."""
    m, sigma, v = 0.3, 0.5, tiny("bridge").double().v
    t = torch.tensor([0.0, 0.2, 0.5, 0.9], dtype=DOUBLE)
    z, x = noise(4, 3, 8, 8, seed=1, dtype=DOUBLE), noise(4, 3, 8, 8, seed=2, dtype=DOUBLE)
    part = t[:, None, None, None]
    both = part * sigma**2 - (1 - part) * sigma**2  # covariance of y - z_0 and z_t
    k = both / ((part * sigma).square() + ((1 - part) * sigma).square())
    wanted = m - x + k * (z - ((1 - part) * x + part * m))
    v.net = Given(lambda h: (1 - part * k) * m + torch.zeros_like(x))
    torch.testing.assert_close(v(z, x, t), wanted, rtol=0, atol=1e-12)
    ((shown,),) = v.net.seen
    guess = part * (z - (1 - part) * x) / (part.square() + (1 - part).square())
    torch.testing.assert_close(shown, torch.cat([guess, x, part.expand(4, 1, 8, 8)], 1), rtol=0, atol=1e-12)
    torch.testing.assert_close(wanted[0], m - z[0])


def test_a_step_from_the_start_to_the_end_is_the_same_for_every_noise():
    """The noise there tells nothing of y, and the net is not shown it: the mean is the mean, before any training."""
    method, x = loud("bridge").eval(), 0.1 * noise(1, 3, 16, 16, dtype=DOUBLE).expand(3, -1, -1, -1)
    for p in method.v.net.up[-1].parameters():
        p.data *= 0.05  # within [-1, 1], so that nothing is cut
    with torch.no_grad():
        one, two = (method.translate(x, generators(0, 3), steps=n) for n in (1, 2))
    assert one.abs().max() < 1 and one.std() > 0.01
    torch.testing.assert_close(one, one[:1].expand_as(one), rtol=0, atol=1e-12)
    assert (two[0] - two[1]).abs().mean() > 0.01


def test_coarse_noise_changes_little_from_pixel_to_pixel_and_is_a_seeds_own():
    x = noise(2, 3, 32, 32, dtype=DOUBLE)
    fine, coarse = (tiny("bridge", sigma=0.7, grains=(g,)).start(x, generators(3, 2)) - x for g in (1, 8))
    for added, step in ((fine, 0.7 * 2**0.5), (coarse, 0.7 * 2**0.5 / 8)):
        assert added.diff(dim=3).std() == pytest.approx(step, rel=0.3)
        assert 0.3 < added.std() < 0.8
    again = tiny("bridge", sigma=0.7, grains=(8,)).start(x[1:], generators(4, 1)) - x[1:]
    torch.testing.assert_close(again, coarse[1:])
    assert tiny("bridge", grains=(5,)).start(x).shape == x.shape, "sides need not be multiples of a grain"


def test_noise_of_several_grains_is_as_loud_as_that_of_one():
    x = torch.zeros(4, 3, 32, 32, dtype=DOUBLE)
    for grains in ((1,), (1, 1), (1, 1, 1, 1)):
        assert tiny("bridge", sigma=0.7, grains=grains).start(x).std() == pytest.approx(0.7, rel=0.05), grains


def test_a_grain_that_an_image_cuts_has_a_number_of_its_own():
    x = torch.zeros(1, 3, 16, 16, dtype=DOUBLE)
    started = tiny("bridge", grains=(10,)).start(x, generators(0, 1))
    assert started.std(dim=3).min() > 1e-4, "two numbers in each row, not one"


def test_the_velocity_is_free_of_the_range_of_images():
    v, x = loud("bridge").v.net, noise(2, 7, 8, 8, dtype=DOUBLE)
    assert v(x).abs().max() > 1.5


def test_a_path_needs_as_many_channels_in_x_as_in_y():
    with pytest.raises(ValueError, match="as many channels in both; got 1 and 3"):
        Bridge(Config(x_channels=1))


# ---- The bridge: its samples ----

A, SIGMA = 0.6, 0.5


def of_two_answers(z, x, t):
    """The best velocity where every x has the two answers -A and A, all pixels alike, and x is grey.

    v = E[y - z_0 | z_t = z] = (E[y | z] - z) / (1 - t), and z has the deviation (1 - t) sigma around t y.
    """
    t = t[:, None, None, None]
    told = t * A * z.sum((1, 2, 3), keepdim=True) / ((1 - t) * SIGMA).square()
    return (A * told.tanh() - z) / (1 - t)


def test_one_step_gives_the_mean_and_many_steps_give_one_answer_each():
    method, _ = with_net(of_two_answers, sigma=SIGMA)
    x = torch.zeros(200, 3, 2, 2, dtype=DOUBLE)
    one, many = (method.translate(x, generators(0, 200), steps=n) for n in (1, 20))
    assert one.abs().max() < 1e-12, "the mean of -A and A"
    torch.testing.assert_close(many.abs(), torch.full_like(many, A), rtol=0, atol=1e-3)
    share = (many[:, 0, 0, 0] > 0).double().mean().item()
    assert 0.4 < share < 0.6, "both answers are as likely"
    assert (many.amax((1, 2, 3)) - many.amin((1, 2, 3))).max() < 1e-3, "all pixels of a sample agree"


class TwoAnswers:
    """One input, grey, with two right answers: all dark, or all light."""

    def __len__(self):
        return 256

    def batch(self, index, generator=None):
        sign = torch.randint(2, (len(index), 1, 1, 1), generator=generator) * 2.0 - 1
        return {"x": torch.zeros(len(index), 1, 2, 2), "y": A * sign.expand(-1, 1, 2, 2), "index": index}


def test_a_trained_bridge_finds_both_answers():
    """A net of one level on 2 x 2 pixels, trained for half a second."""
    sizes = {"x_channels": 1, "y_channels": 1, "width": 128, "cap": 128, "depth": 1}
    t = trainer(tiny("bridge", **sizes, sigma=SIGMA, rate=1e-2, steps=200), TwoAnswers(), batch=256, ema=0.95)
    while not t.done:
        t.advance()
    x = torch.zeros(100, 1, 2, 2)
    with torch.no_grad():
        one, many = (t.average.translate(x, generators(0, 100), steps=n).mean((1, 2, 3)) for n in (1, 20))
    assert one.mean().abs() < 0.1 and one.abs().mean() < 0.2, "the mean is grey"
    assert ((many.abs() - A).abs() < 0.15).float().mean() > 0.8, "most samples are one answer or the other"
    assert 0.35 < (many > 0).float().mean() < 0.65


@pytest.mark.parametrize("key", ["bridge", "diffusion"])
def test_a_sample_is_its_seeds_whatever_stands_beside_it(key):
    method = loud(key).eval()
    x = 0.5 * noise(1, 3, 16, 16, dtype=DOUBLE)
    with torch.no_grad():
        four = method.translate(x.expand(4, -1, -1, -1), generators(5, 4))
        for i in range(4):
            torch.testing.assert_close(
                four[i : i + 1], method.translate(x, generators(5 + i, 1)), rtol=0, atol=1e-9
            )
    assert (four[0] - four[1]).abs().mean() > 0.01


# ---- Watching ----


@pytest.mark.parametrize("key", ["bridge", "diffusion"])
def test_who_watches_is_told_of_each_step_and_may_stop(key):
    method, seen = loud(key).eval(), []
    x = 0.5 * noise(2, 3, 16, 16, dtype=DOUBLE)
    with torch.no_grad():
        plain = method.translate(x, generators(0, 2), steps=4)
        made = method.translate(x, generators(0, 2), steps=4, watch=lambda *told: seen.append(told))
        assert torch.equal(made, plain), "to watch changes nothing"
        assert [done for _, done in seen] == [0.25, 0.5, 0.75, 1.0]
        assert all(estimate.shape == x.shape and estimate.abs().max() <= 1 for estimate, _ in seen)
        torch.testing.assert_close(seen[-1][0], made, rtol=0, atol=1e-9)
        assert not torch.equal(seen[1][0], made)
        stopped = method.translate(x, generators(0, 2), steps=4, watch=lambda estimate, done: done < 0.5)
    assert torch.equal(stopped, seen[1][0])


def test_the_first_estimate_of_the_bridge_is_the_answer_of_one_step():
    method, seen = loud("bridge").eval(), []
    x = 0.5 * noise(2, 3, 16, 16, dtype=DOUBLE)
    with torch.no_grad():
        method.translate(x, generators(0, 2), watch=lambda *told: seen.append(told[0]))
        one = method.translate(x, generators(0, 2), steps=1)
    torch.testing.assert_close(seen[0], one, rtol=0, atol=1e-12)


# ---- Diffusion: noise ----


def with_epsilon(answer, **changes) -> tuple[Diffusion, Given]:
    method, net = tiny("diffusion", **changes), Given(lambda *given: SimpleNamespace(sample=answer(*given)))
    method.epsilon = net
    return method, net


def test_the_noise_is_the_papers():
    """Nearly nothing of y is left after 1,000 steps, and as the paper says, beta rises from 1e-4 to 0.02."""
    abar = tiny("diffusion").double().abar
    betas = 1 - abar[1:] / abar[:-1]
    assert len(abar) == 1000 and 1 - abar[0].item() == pytest.approx(1e-4, rel=1e-2)
    assert betas[-1].item() == pytest.approx(0.02, rel=1e-2) and abar[-1] < 5e-5
    torch.testing.assert_close(tiny("diffusion").scheduler().alphas_cumprod, tiny("diffusion").abar)


def test_an_answer_with_noise_is_as_large_as_without():
    """Eq. 4 keeps the variance of what has variance 1, at each t."""
    method, t = tiny("diffusion"), torch.tensor([0, 500, 999])
    y, e = torch.randn(2, 3, 3, 40, 40, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(method.noised(y, e, t).std((1, 2, 3)), torch.ones(3), rtol=0, atol=0.05)
    assert (
        (method.noised(y, e, t)[0] - y[0]).abs().mean()
        < 0.02
        > (method.noised(y, e, t)[2] - e[2]).abs().mean()
    )


def test_the_loss_of_diffusion_is_eq_14():
    """By hand, in float64: which noisy answer the net is shown beside x, and which noise it is asked for."""
    method, net = with_epsilon(lambda h, t: 0.5 * h[:, :3] + h[:, 3:])
    method.double()
    x, y = noise(4, 3, 8, 8, seed=1, dtype=DOUBLE), noise(4, 3, 8, 8, seed=2, dtype=DOUBLE)
    torch.manual_seed(0)
    found = method.loss({"x": x, "y": y})["noise"]
    torch.manual_seed(0)
    e, t = torch.randn(4, 3, 8, 8).double(), torch.randint(1000, (4,))
    abar = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000).double(), 0)[t][:, None, None, None]
    noisy = abar.sqrt() * y + (1 - abar).sqrt() * e
    ((shown, when),) = net.seen
    torch.testing.assert_close(shown, torch.cat([noisy, x], 1), rtol=0, atol=1e-5)
    assert torch.equal(when, t) and len({*t.tolist()}) > 2
    torch.testing.assert_close(found, (0.5 * noisy + x - e).square().mean(), rtol=1e-5, atol=0)


@pytest.mark.parametrize("predicts", ["noise", "velocity"])
def test_of_what_the_net_ought_to_say_the_guess_is_y_and_the_loss_is_0(predicts):
    """At every level of noise, by hand: noise e, or a e - b y where y_t = a y + b e."""
    method, net = with_epsilon(None, predicts=predicts)
    method.double()
    x, y = noise(4, 3, 8, 8, seed=1, dtype=DOUBLE), noise(4, 3, 8, 8, seed=2, dtype=DOUBLE)
    abar = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000).double(), 0)

    def right(h, t):
        a, b = (part[t][:, None, None, None] for part in (abar.sqrt(), (1 - abar).sqrt()))
        e = (h[:, :3] - a * y) / b
        return SimpleNamespace(sample=e if predicts == "noise" else a * e - b * y)

    net.answer = right
    t = torch.tensor([0, 300, 700, 999])
    z = method.noised(y, noise(4, 3, 8, 8, seed=3, dtype=DOUBLE), t)
    torch.testing.assert_close(method.guess(z, x, t), y, rtol=0, atol=1e-4)
    terms = method.loss({"x": x, "y": y})
    assert [*terms] == [predicts] and terms[predicts] < 1e-8
    torch.testing.assert_close(
        method.translate(x, generators(0, 4), steps=4), y.clamp(-1, 1), rtol=0, atol=1e-3
    )


def test_patches_come_back_to_where_they_were():
    """A net that hands on what it is shown: the noisy answer's patches, in their places."""
    method, net = with_epsilon(lambda h, t: h[:, :12], patch=2)
    z, x = noise(2, 3, 8, 8, seed=1), noise(2, 3, 8, 8, seed=2)
    assert torch.equal(method.predicted(z, x, torch.tensor([1, 2])), z)
    ((shown, _),) = net.seen
    assert shown.shape == (2, 24, 4, 4) and torch.equal(
        shown[0, 12:16].unflatten(0, (2, 2)).permute(2, 0, 3, 1).reshape(8, 8), x[0, 0]
    )
    assert method.multiple == 2 * tiny("diffusion").multiple


# ---- Diffusion: samples ----


def test_ddim_finds_an_answer_that_epsilon_knows():
    """The best epsilon where x tells y, which is x / 2: whatever the noise and the number of steps, the answer is y."""
    method, net = with_epsilon(lambda h, t: h)
    abar = method.abar[:, None, None, None].double()
    net.answer = lambda h, t: SimpleNamespace(
        sample=(h[:, :3] - abar[t].sqrt() * h[:, 3:] / 2) / (1 - abar[t]).sqrt()
    )
    x = noise(2, 3, 8, 8, dtype=DOUBLE)
    for steps in (1, 4, 20):
        net.seen.clear()
        made = method.translate(x, generators(0, 2), steps=steps)
        torch.testing.assert_close(made, x / 2, rtol=0, atol=1e-3)
        times = [t.tolist() for _, t in net.seen]
        assert len(times) == steps and times[0] == [999, 999], (
            "it begins at the last step, which is pure noise"
        )
        assert times == sorted(times, reverse=True)


def test_a_sample_takes_no_more_steps_than_there_are():
    method, net = with_epsilon(lambda h, t: h[:, :3], T=7)
    x = noise(1, 3, 8, 8)
    made = method.translate(x, generators(0, 1), steps=20)
    assert len(net.seen) == 7 and torch.equal(made, method.translate(x, generators(0, 1), steps=7))


def test_two_translations_side_by_side_do_not_count_each_others_steps():
    method, seen = tiny("diffusion").eval(), []
    x = noise(1, 3, 16, 16)

    def other(estimate, done):
        seen.append(done)
        method.translate(x, generators(9, 1), steps=3)

    with torch.no_grad():
        plain = method.translate(x, generators(0, 1), steps=5)
        assert torch.equal(method.translate(x, generators(0, 1), steps=5, watch=other), plain)
    assert seen == [0.2, 0.4, 0.6, 0.8, 1.0]


def test_the_library_is_imported_only_where_it_is_used():
    code = (
        "import sys, i2i\n"
        "from i2i.recipes import RECIPES, folder_recipe\n"
        "import i2i.run.pipeline, i2i.cli\n"
        "i2i.METHODS['diffusion'].Config()\n"
        "folder_recipe('diffusion', 64)\n"
        "sys.exit('diffusers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("patch", [1, 2])
def test_a_pipeline_is_saved_and_loaded_the_librarys_way(tmp_path, patch):
    """To the same samples, bit by bit: those of the method."""
    from i2i.run.diffusers_pipeline import TranslationPipeline, pipeline

    method = amplified(tiny("diffusion", patch=patch, predicts="velocity" if patch > 1 else "noise")).eval()
    x = 0.5 * noise(2, 3, 16, 16)
    with torch.no_grad():
        wanted = method.translate(x, generators(3, 2), steps=4)
    pipeline(method).save_pretrained(tmp_path)
    assert (tmp_path / "unet" / "diffusion_pytorch_model.safetensors").exists()
    loaded = TranslationPipeline.from_pretrained(tmp_path)
    for pipe in (pipeline(method), loaded):
        pipe.set_progress_bar_config(disable=True)
        made = pipe(x, num_inference_steps=4, generator=generators(3, 2), output_type="pt").images
        assert torch.equal(made, wanted)
    image = to_image(x[:1])
    (one,) = loaded(image, num_inference_steps=4, generator=generators(3, 1)).images
    assert one.size == image.size and one.tobytes() != image.tobytes()
    with pytest.raises(TypeError, match="Bridge is not made of diffusers' parts"):
        pipeline(tiny("bridge"))
