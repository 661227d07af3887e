"""Image in, image out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

from i2i.checkpoint import CheckpointError, export
from i2i.images import ImageError, to_image
from i2i.run import pipeline
from i2i.run.pipeline import cards, load, shipped
from kit.methods import tiny
from kit.sources import noise


def loud(**changes):
    """A method whose outputs are far from grey, so that differences show in bytes."""
    method = tiny(**changes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        for p in method.parameters():
            if p.dim() > 1:
                torch.nn.init.normal_(p, std=0.2)
    return method.eval()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return export(tmp_path_factory.mktemp("models") / "mine", loud(), size=32, card={"licence": "MIT"})


@pytest.fixture(scope="module")
def model(folder):
    return load(folder, device="cpu")


def photo(w: int = 40, h: int = 40, seed: int = 0) -> Image.Image:
    return to_image(noise(3, h, w, seed=seed))


def same(a: Image.Image, b: Image.Image) -> bool:
    return a.size == b.size and a.tobytes() == b.tobytes()


# ---- Seeds and samples ----


def test_a_seed_names_a_picture(model):
    one, again, other = (model(photo(), seed=s) for s in (1, 1, 2))
    assert same(one, again) and not same(one, other)
    assert one.mode == "RGB"


def test_sample_i_is_that_of_seed_plus_i_whatever_n(model):
    three = model(photo(), n=3, seed=5)
    assert [same(p, model(photo(), seed=5 + i)) for i, p in enumerate(three)] == [True] * 3
    assert not same(three[0], three[1])


def test_without_a_seed_each_call_is_fresh(model):
    torch.manual_seed(0)
    one = model(photo())
    torch.manual_seed(0)
    assert not same(one, model(photo())), "the global stream must not decide"


def test_one_sample_is_a_picture_and_more_are_a_list(model):
    assert isinstance(model(photo(), n=1), Image.Image)
    assert [p.size for p in model(photo(), n=2)] == [(32, 32)] * 2


@pytest.mark.parametrize("seed", [0, -1, 2**31, 2**70, 10**400, np.int64(3), 7.0])
def test_any_integer_is_a_seed(model, seed):
    assert same(model(photo(), seed=seed), model(photo(), seed=int(seed)))


@pytest.mark.parametrize("seed", [1.5, True, "3", float("inf"), float("nan"), [1]])
def test_what_is_no_whole_number_is_no_seed(model, seed):
    with pytest.raises(ValueError, match="^seed is a whole number; got "):
        model(photo(), seed=seed)


@pytest.mark.parametrize("n", [0, 65, 2.0, True, "2"])
def test_as_many_samples_as_there_may_be(model, n):
    with pytest.raises(ValueError, match="^n is the number of samples, 1 to 64; got "):
        model(photo(), n=n)


def test_a_call_leaves_the_global_stream_and_the_modes_alone(model):
    modes, state = [m.training for m in model.method.modules()], torch.get_rng_state()
    model(photo(), n=2, seed=1)
    assert [m.training for m in model.method.modules()] == modes and not any(modes)
    assert torch.equal(state, torch.get_rng_state())


def test_visitors_side_by_side_get_what_each_would_get_alone(model):
    alone = [model(photo(seed=i), seed=i) for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            together = list(pool.map(lambda i: model(photo(seed=i), seed=i), range(8)))
            assert all(map(same, alone, together))


# ---- Sizes ----


@pytest.mark.parametrize(
    "given, got",
    [
        ((300, 100), (32, 11)),
        ((100, 300), (11, 32)),
        ((32, 32), (32, 32)),
        ((7, 5), (32, 23)),
        ((1, 1), (32, 32)),
        ((10_000, 10), (32, 1)),
    ],
)
def test_the_longer_side_is_the_trained_size_and_the_aspect_is_kept(model, given, got):
    assert model(photo(*given), seed=0).size == got


@pytest.mark.parametrize("scale, got", [(1, (32, 16)), (2, (64, 32)), (1.3, (42, 21)), (4, (128, 64))])
def test_scale_multiplies_the_size(model, scale, got):
    assert model(photo(80, 40), seed=0, scale=scale).size == got


def test_a_trained_size_need_not_be_a_power_of_two(tmp_path):
    other = load(export(tmp_path / "m", loud(), size=40), device="cpu")
    assert other(photo(64, 32), seed=0).size == (40, 20)


def test_a_picture_lies_in_the_middle_and_its_border_goes_on(model):
    placed = model.place(Image.new("RGB", (32, 16), "red"))
    assert placed.x.shape == (1, 3, 32, 32) and placed.box == (0, 8, 32, 24)
    assert torch.equal(placed.x, torch.tensor([1.0, -1, -1]).view(1, 3, 1, 1).expand(1, 3, 32, 32))


def test_what_is_cropped_back_is_where_the_picture_lay(model, monkeypatch):
    """With a net that changes nothing the image itself comes out."""
    monkeypatch.setattr(model, "translate", lambda x, seed: x)
    for w, h in ((32, 16), (32, 32), (15, 32), (32, 1)):
        assert same(model(photo(w, h)), photo(w, h))


def test_an_upside_down_photograph_comes_out_upright(model, monkeypatch, tmp_path):
    monkeypatch.setattr(model, "translate", lambda x, seed: x)
    exif = Image.Exif()
    exif[0x0112] = 6
    photo(16, 32).save(tmp_path / "phone.png", exif=exif)
    assert model(Image.open(tmp_path / "phone.png")).size == (32, 16)


# ---- Refusals ----


@pytest.mark.parametrize(
    "bad", [{"n": 0}, {"n": 65}, {"n": 1.5}, {"scale": 0.5}, {"scale": 5}, {"scale": float("nan")}]
)
def test_values_out_of_range_are_refused(model, bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} is "):
        model(photo(), **bad)


@pytest.mark.parametrize("thing", ["cat.png", None, np.zeros((4, 4, 3))])
def test_what_is_no_picture_is_refused(model, thing):
    with pytest.raises(ImageError, match="expected a PIL picture"):
        model(thing)


# ---- Loading ----


def test_a_folder_is_loaded_with_its_card(folder):
    model = load(str(folder))
    assert (model.name, model.kind, model.size, model.card) == ("mine", "pix2pix", 32, {"licence": "MIT"})
    assert "mine" in repr(model) and "32 px" in repr(model)


def test_shipped_models_are_found_by_name_and_named_when_one_is_not(folder, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", folder.parent)
    (folder.parent / ".mine.part-1").mkdir(exist_ok=True)
    assert shipped() == ["mine"] and load("mine").name == "mine"
    assert cards()["mine"]["card"] == {"licence": "MIT"}
    for wrong in ("yours", "../mine", "/nowhere/mine"):
        with pytest.raises(CheckpointError, match=f"'{wrong}'; shipped: mine.$"):
            load(wrong)


def test_a_gallery_without_models_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "SHIPPED", tmp_path / "none")
    assert shipped() == [] and cards() == {}
    with pytest.raises(CheckpointError, match="shipped: none"):
        load("pix2pix-icons")


@pytest.mark.parametrize(
    "name", shipped() or [pytest.param("none", marks=pytest.mark.skip("no model is shipped"))]
)
def test_a_shipped_model_loads_and_translates(name):
    model = load(name, device="cpu")
    if model.method.alone:
        assert np.asarray(model.sample(1, seed=0)[0]).std() > 0.1
        return
    hole = Image.new("L", (60, 40))
    hole.paste(255, (20, 10, 40, 30))
    fills = "mask" in model.controls
    out = model(photo(60, 40), seed=0, **({"mask": hole} if fills else {}))
    times = model.method.enlarges
    assert max(out.size) == (60 * times if times > 1 or fills else model.size) and np.asarray(out).std() > 1
