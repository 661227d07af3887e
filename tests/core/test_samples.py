"""Samples without an input, styles, and chance that is the same on every device."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from i2i.checkpoint import export
from i2i.fast import lay_out
from i2i.images import to_image
from i2i.method import LABEL, MASK, SAMPLES, SEED, STYLE, Method, controls
from i2i.methods import METHODS
from i2i.nets.chance import Tape, generators, normal, uniform
from i2i.nets.layers import NoiseDropout
from i2i.run import pipeline
from i2i.run.pipeline import Model, answers, load
from kit.methods import example, side_of, tiny, wishes
from kit.sources import noise, rng


@dataclass(frozen=True)
class Config:
    steps: int = 3


class Drawn(Method):
    """Makes images of chance alone, or voxels; one of two colours where a label asks for it."""

    Config = Config
    layout = "none"
    alone = True
    controls = controls(SEED, SAMPLES, LABEL)
    voxels = False

    def __init__(self, config=Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.G = nn.Linear(4, 3 * 8 * 8)

    def sample(self, n, rng=None, label=0):
        z = normal(torch.Size([n, 4]), rng, next(self.parameters()).device)
        made = self.G(z).view(n, 3, 8, 8).tanh()
        if self.voxels:
            return made.sigmoid()[:, :1, None].expand(n, 1, 8, 8, 8)
        return made if label == 0 else made.abs()


class Styled(Method):
    """Adds its style, three numbers, to the image."""

    Config = Config
    controls = controls(STYLE, SEED, SAMPLES)
    style_size = 3

    def __init__(self, config=Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.G = nn.Conv2d(3, 3, 1)

    def style(self, image):
        return image.mean((2, 3))

    def translate(self, x, generator=None, style=None):
        style = normal(torch.Size([len(x), 3]), generator, x.device) if style is None else style
        return (0.2 * self.G(x) + 0.3 * style[:, :, None, None]).tanh()


def model(cls, **set_) -> Model:
    method = lay_out(cls.seeded(Config()).eval(), "cpu")
    for name, value in set_.items():
        setattr(method, name, value)
    return Model(
        method, {"size": 8, "card": {"labels": ["plain", "bright"]}, "method": "toy"}, Path("toy"), "fp32"
    )


def photo(seed: int = 0) -> Image.Image:
    return to_image(noise(3, 8, 8, seed=seed))


def close(a: Image.Image, b: Image.Image) -> bool:
    return np.abs(np.asarray(a, int) - np.asarray(b, int)).max() <= 1


# ---- Chance ----


@pytest.mark.parametrize("draw", [uniform, normal])
def test_a_sample_is_its_generators_whatever_stands_beside_it(draw):
    cpu = torch.device("cpu")
    five = draw(torch.Size([5, 3, 8]), generators(7, 5), cpu)
    for i in range(5):
        assert torch.equal(five[i], draw(torch.Size([1, 3, 8]), generators(7 + i, 1), cpu)[0])
        assert torch.equal(five[i], draw(torch.Size([1, 3, 8]), rng(7 + i), cpu)[0]), (
            "one generator is as good"
        )


def test_as_many_generators_as_samples():
    with pytest.raises(ValueError, match="2 generators for 3 samples"):
        uniform(torch.Size([3, 4]), generators(0, 2), torch.device("cpu"))


def test_chance_is_drawn_on_the_cpu_and_then_moved():
    """To a device that would draw other numbers; "meta" stands for it, and can draw none at all from a CPU's generator."""
    for some in (generators(0, 2), rng(0)):
        assert uniform(torch.Size([2, 4]), some, torch.device("meta")).device.type == "meta"


def test_a_tape_plays_what_was_drawn_and_says_how():
    tape, net = Tape(generators(3, 1)), NoiseDropout(0.5)
    x = noise(1, 2, 4, 4)
    made = net(x, tape)
    normal(torch.Size([1, 2]), tape, x.device)
    assert tape.draws == [torch.rand, torch.randn]
    assert torch.equal(made, net(x, Tape(tape.numbers))) and torch.equal(made, net(x, generators(3, 1)))


# ---- Samples ----


def test_samples_are_named_by_seeds():
    drawn = model(Drawn)
    ten = drawn.sample(10, seed=3)
    assert len(ten) == 10 and all(one.size == (8, 8) for one in ten)
    assert all(close(one, drawn.sample(1, seed=3 + i)[0]) for i, one in enumerate(ten))
    assert not close(ten[0], ten[1]) and not close(drawn.sample()[0], drawn.sample()[0])


def test_samples_take_the_controls_of_their_method():
    drawn = model(Drawn)
    plain, bright = (np.asarray(drawn.sample(1, seed=1, label=label)[0]) for label in (0, "bright"))
    assert bright.min() >= 127 > plain.min()
    with pytest.raises(ValueError, match="has no control 'style'"):
        drawn.sample(1, style=3)
    with pytest.raises(ValueError, match="n is the number of samples, 1 to 64; got 65"):
        drawn.sample(65)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
@pytest.mark.gpu
@pytest.mark.parametrize("key", METHODS)
def test_an_export_makes_the_same_samples_on_a_gpu(key, tmp_path, monkeypatch):
    """To a grey level of 255. Without TF32, whose rounding norms of tiny maps make large."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    method, made = tiny(key).eval(), []
    given, home = example(method), export(tmp_path / "model", method, size=side_of(method))
    for device in ("cpu", "cuda"):
        there = load(home, device, "fp32")
        if method.alone:
            samples = np.stack([np.asarray(one) for one in there.sample(3, seed=5)])
            made.append(torch.from_numpy(samples).double() / (1 if samples.dtype == np.float32 else 255))
        else:
            x = given["x"][:1].expand(2, -1, -1, -1)
            made.append(there.translate(x, 5, **wishes(method)["default"]).double() / 2)  # of [-1, 1]
    assert (made[0] - made[1]).abs().max() <= 1 / 255 + 1e-6


def test_voxels_are_occupancies():
    (one,) = model(Drawn, voxels=True).sample(1, seed=0)
    assert one.shape == (8, 8, 8) and one.dtype == np.float32 and 0 <= one.min() < one.max() <= 1


def test_styles_are_decoded_together_as_each_would_be_alone():
    method = tiny("gan3d").eval()
    volumes = Model(method, {"size": 16, "card": {}, "method": "toy"}, Path("toy"), "fp32")
    styles = method.styles(7, 5)
    together = volumes.decode(styles)
    assert together.shape == (5, 1, 16, 16, 16) and together.dtype == torch.float32
    alone = volumes.sample(1, style=styles[3].tolist())[0]
    np.testing.assert_allclose(together[3, 0].numpy(), alone, atol=1e-5)
    with pytest.raises(ValueError, match=r"styles of toy are \[n, 8\]; got \[5, 7\]"):
        volumes.decode(styles[:, 1:])
    for other in (Styled, Drawn):
        with pytest.raises(ValueError, match="toy makes nothing of a style alone"):
            model(other).decode(styles)


def test_who_has_no_input_is_not_called_and_who_has_one_is():
    with pytest.raises(ValueError, match=r"call sample\(n, seed\)"):
        model(Drawn)(photo())
    with pytest.raises(ValueError, match="call it with an image"):
        model(Styled).sample(1)


# ---- Styles ----


def test_a_style_is_an_image_numbers_or_a_seed():
    styled = model(Styled)
    numbers = styled.style(photo(1))
    assert numbers.shape == (1, 3)
    by_image, by_numbers = (styled(photo(), style=style) for style in (photo(1), numbers[0].tolist()))
    assert close(by_image, by_numbers)
    assert close(styled(photo(), style=5), styled(photo(), style=styled.method.styles(5, 1)))
    assert not close(styled(photo(), style=5), styled(photo(), style=6))


def test_styles_of_the_prior_are_named_by_seeds_and_normal():
    method = model(Styled).method
    many = method.styles(4, 2000)
    assert torch.equal(many[1], method.styles(5, 1)[0])
    assert many.mean().abs() < 0.05 and abs(many.std() - 1) < 0.05


def test_without_a_style_samples_differ_and_with_one_they_do_not():
    styled = model(Styled)
    free, bound = styled(photo(), n=3, seed=1), styled(photo(), n=3, seed=1, style=[0.5, 0, 0])
    assert not close(free[0], free[1]) and close(bound[0], bound[1])


@pytest.mark.parametrize("key", ["munit", "bicyclegan"])
def test_many_answers_are_those_of_each_seed_and_the_content_is_coded_once(key):
    method = tiny(key).eval()
    styled = Model(method, {"size": 16, "card": {}, "method": key}, Path("toy"), "fp32")
    x = torch.rand(1, 3, 16, 16) * 2 - 1
    seen: list[int] = []
    method.translate = lambda x, *a, of=method.translate, **k: seen.append(len(x)) or of(x, *a, **k)
    styled._prepared = lambda: nullcontext(method)
    together = answers(styled, x, 3, seed=5)
    assert seen == [1] and not torch.allclose(together[0], together[1], atol=1e-4)
    for i in range(3):
        torch.testing.assert_close(together[i : i + 1], styled.translate(x, 5 + i), rtol=0, atol=1e-5)
    assert seen[1:] == [1, 1, 1] and len(answers(styled, x, 2, style=method.styles(0, 1))) == 2


def test_a_sample_is_that_of_its_seed_however_many_are_asked_for():
    """More than are computed at once, too."""
    styled = model(Styled)
    made = styled(photo(), n=11, seed=5)
    assert all(close(made[i], styled(photo(), seed=5 + i)) for i in (0, 7, 8, 10))
    assert not close(made[0], made[8])


@pytest.mark.parametrize("way", ["enlarge", "fill"])
def test_what_is_enlarged_or_filled_several_times_has_a_seed_each_time(monkeypatch, way):
    seeds = []
    monkeypatch.setattr(pipeline, "enlarge", lambda net, image, seed: seeds.append(seed) or image)
    monkeypatch.setattr(
        pipeline, "fill", lambda net, image, mask, scale, seed: seeds.append(seed) or image.convert("RGB")
    )
    asked = {"mask": Image.new("1", (8, 8), 1)} if way == "fill" else {}
    net = model(Styled, enlarges=2, controls=controls(SEED, SAMPLES, *[MASK] * len(asked)))
    assert len(net(photo(), n=3, seed=4, **asked)) == 3 and seeds == [4, 5, 6]


@pytest.mark.parametrize("wrong", [[1, 2], "red", [1, 2, float("nan")], True, [[1, 2], [3]], {}])
def test_what_is_no_style_is_a_sentence(wrong):
    with pytest.raises(ValueError, match=r"^a style of toy is an image, a seed, or 3 numbers; got "):
        model(Styled)(photo(), style=wrong)


# ---- Watching ----


class Stepping(Method):
    """Comes nearer to white in four steps; where it begins is a matter of chance."""

    Config = Config
    controls = controls(SEED, SAMPLES)
    gradual = True

    def __init__(self, config=Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        self.G = nn.Conv2d(3, 3, 1)

    def translate(self, x, generator=None, watch=None):
        z = uniform(torch.Size([len(x), 1, 1, 1]), generator, x.device).expand_as(x) - 1
        for i in range(4):
            z = z + (1 - z) / 4
            if watch and watch(z, (i + 1) / 4) is False:
                break
        return z


def test_who_watches_a_model_sees_each_step_of_the_images_that_are_made():
    stepping, seen = model(Stepping), []
    made = stepping(photo(), n=10, seed=3, watch=lambda images, done: seen.append((images, done)))
    assert [len(images) for images, _ in seen] == [8] * 4 + [2] * 4, "as many as are computed at once"
    assert [done for _, done in seen] == pytest.approx([0.2, 0.4, 0.6, 0.8, 0.85, 0.9, 0.95, 1.0])
    last = seen[3][0] + seen[7][0]
    assert all(one.tobytes() == other.tobytes() for one, other in zip(made, last, strict=True))
    assert all(
        one.tobytes() == other.tobytes()
        for one, other in zip(made, stepping(photo(), n=10, seed=3), strict=True)
    )
    assert np.asarray(seen[0][0][0]).mean() < np.asarray(seen[1][0][0]).mean() < np.asarray(made[0]).mean()


def test_who_watches_may_stop_and_has_what_was_there():
    stepping, seen = model(Stepping), []

    def half(images, done):
        seen.append(images)
        return done < 0.4

    made = stepping(photo(), n=10, seed=3, watch=half)
    assert len(seen) == 2 and len(made) == 8, "no further images are begun"
    assert all(one.tobytes() == other.tobytes() for one, other in zip(made, seen[1], strict=True))
    assert isinstance(stepping(photo(), watch=lambda *_: False), Image.Image)


def test_what_watching_raises_ends_the_call():
    def no(images, done):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        model(Stepping)(photo(), watch=no)


def test_a_method_of_one_step_is_watched_answer_by_answer():
    styled, seen = model(Styled), []
    made = styled(photo(), n=10, seed=1, watch=lambda images, done: seen.append((images, done)))
    assert [(len(images), done) for images, done in seen] == [(8, 0.8), (2, 1.0)]
    assert [a.tobytes() for a in made] == [b.tobytes() for images, _ in seen for b in images]
    assert len(styled(photo(), n=10, seed=1, watch=lambda *_: False)) == 8
