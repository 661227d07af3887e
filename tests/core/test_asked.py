"""What a model and a method may be asked for, and the sentence where it cannot be had."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch
from PIL import Image

from i2i.checkpoint import CheckpointError, export
from i2i.images import to_image
from i2i.measure.multimodal import reads_styles
from i2i.methods import METHODS
from i2i.nets.coded import CodeNorm
from i2i.run.pipeline import load
from i2i.run.walk import walk
from kit.methods import amplified, tiny
from kit.sources import noise


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    home = tmp_path_factory.mktemp("models")
    for key in ("munit", "bicyclegan", "gan3d", "pggan"):
        export(home / key, amplified(tiny(key)).eval(), size=16, card={"labels": ["one"]})
    return home


@pytest.fixture
def munit(folders):
    return load(folders / "munit", device="cpu", precision="fp32")


def picture() -> Image.Image:
    return to_image(noise(3, 16, 16))


def test_numbers_of_numpy_are_numbers(munit):
    one, n = munit(picture(), n=2, seed=3), np.int64(2)
    for made in (munit(picture(), n=n, seed=np.int64(3)), munit(picture(), n=2, seed=3, scale=np.float32(1))):
        assert [p.tobytes() for p in made] == [p.tobytes() for p in one]
    x = munit.place(picture()).x
    assert torch.equal(munit.translate(x, seed=np.int32(3)), munit.translate(x, seed=3))
    assert torch.equal(munit.style(np.int64(3)), munit.method.styles(np.uint8(3), 1))


@pytest.mark.parametrize(
    "shape, style, wrong",
    [
        ((3, 16, 16), None, "takes x"),
        ((1, 3, 15, 15), None, "multiples of 4"),
        ((1, 3, 0, 0), None, "multiples of 4"),
        ((1, 3, 16, 16), (8,), "takes styles"),
        ((1, 3, 16, 16), (2, 7), "takes styles"),
        ((2, 3, 16, 16), (5, 8), "takes styles"),
    ],
)
def test_tensors_of_another_shape_are_refused_and_not_guessed_at(munit, shape, style, wrong):
    given = {} if style is None else {"style": torch.zeros(style)}
    with pytest.raises(ValueError, match=wrong):
        munit.translate(torch.zeros(shape), **given)


def test_another_direction_is_no_way_back(munit):
    x = munit.place(picture()).x
    for wrong in ("AB", "XY", "zz"):
        with pytest.raises(ValueError, match='direction is "xy" or "yx"'):
            munit.translate(x, direction=wrong)
        with pytest.raises(ValueError, match='direction is "xy" or "yx"'):
            munit.style(picture(), wrong)


@pytest.mark.parametrize(
    "style",
    [[1e30] * 8, [float("nan")] * 8, [1j] * 8, np.zeros((2, 4)), [0] * 7, [], "warm", True, {}],
)
def test_what_is_no_style_is_told_in_a_short_sentence(munit, style):
    with pytest.raises(ValueError, match="an image, a seed, or 8 numbers") as told:
        munit(picture(), style=style)
    assert len(str(told.value)) < 250 and "\n" not in str(told.value)


@pytest.mark.parametrize("name", [None, 3, "a" * 5_000, "no\0pe", ["munit"]])
def test_what_is_no_name_of_a_model_is_told_in_a_sentence(name):
    with pytest.raises(CheckpointError):
        load(name)


@pytest.mark.parametrize("device", ["foo", 3.5, "cuda:99"])
def test_a_device_that_is_not_there_is_named(folders, device):
    with pytest.raises(ValueError, match="there is no device"):
        load(folders / "munit", device=device)


def test_a_model_that_was_used_is_copied_and_pickled(munit):
    one = munit(picture(), seed=1).tobytes()
    for other in (copy.deepcopy(munit), pickle.loads(pickle.dumps(munit))):
        assert other(picture(), seed=1).tobytes() == one


@pytest.mark.parametrize("key", ["gan3d", "pggan"])
def test_a_model_without_a_plain_translation_is_not_compiled(folders, key, monkeypatch):
    monkeypatch.setattr("i2i.run.pipeline.compiled", lambda *_: pytest.fail("it was compiled"))
    model = load(folders / key, device="cpu")
    model.compile().join()
    assert not model.compiled


def test_a_method_whose_config_leaves_the_encoder_out_reads_no_style(tmp_path):
    export(tmp_path / "noisy", tiny("bicyclegan", cycles="noise").eval(), size=16, card={})
    model = load(tmp_path / "noisy", device="cpu")
    assert not reads_styles(model) and model(picture(), style=3).size == (16, 16)
    with pytest.raises(ValueError, match="is a seed or 8 numbers"):
        model(picture(), style=picture())


def test_a_norm_by_a_code_is_the_same_whatever_stands_beside_it():
    """In bfloat16, too: its mean and variance are taken in float32."""
    norm = CodeNorm(4, 2)
    h, z = 30 + noise(8, 4, 64, 64).bfloat16(), torch.ones(8, 2)
    alone = torch.cat([norm(one, z[:1]) for one in h.split(1)])
    wide = norm(h.float(), z)
    assert torch.equal(norm(h, z), alone) and norm(h, z).dtype == torch.bfloat16
    assert (alone.float() - wide).abs().max() < 0.02


# ---- Settings ----


@pytest.mark.parametrize(
    "key, settings, wrong",
    [
        ("bicyclegan", {"cycles": "bogus"}, "cycles is one of both, vae, lr, noise"),
        ("bicyclegan", {"inject": "first"}, "inject is one of all, input"),
        ("diffusion", {"predicts": "v"}, "predicts is one of noise, velocity"),
        ("bicyclegan", {"l1": None}, "l1 is a number"),
        ("bicyclegan", {"l1": float("nan")}, "l1 is a number"),
        ("bicyclegan", {"gan": -1.0}, "gan is a number, at least 0"),
        ("munit", {"halve_every": -5}, "halve_every is a whole number, at least 0"),
        ("bridge", {"grains": (1.5,)}, "grains is a row of which each is a whole number"),
        ("pix2pix", {"steps": "many"}, "steps is a whole number"),
        ("pix2pix", {"width": True}, "width is a whole number"),
        ("diffusion", {"T": 0}, "T >= 1"),
        ("diffusion", {"beta_last": 2.0}, "between 0 and 1"),
    ],
)
def test_settings_that_mean_nothing_make_no_method(key, settings, wrong):
    with pytest.raises(ValueError, match=wrong):
        METHODS[key](METHODS[key].Config(**settings))


def test_a_rate_that_is_never_halved_stays():
    assert [tiny("munit", halve_every=0).learning_rate(step) for step in (0, 10_000)] == [1, 1]
    assert tiny("munit", halve_every=2).learning_rate(4) == 0.25


def test_a_path_of_fewer_steps_than_are_asked_for_takes_them_all():
    seen = []
    tiny("diffusion", T=6).translate(noise(1, 3, 16, 16), steps=20, watch=lambda y, done: seen.append(done))
    assert len(seen) == 6 and seen[-1] == 1


def test_a_walk_takes_a_list_of_parts_and_nothing_that_is_not_finite():
    a, b = torch.randn(2, 1, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(walk(a, b, [0, 0.5, 1]), walk(a, b, torch.tensor([0, 0.5, 1])))
    for wrong in ((a, b, [0, float("nan")]), (a, b / 0, [0.5])):
        with pytest.raises(ValueError, match="finite"):
            walk(*wrong)
