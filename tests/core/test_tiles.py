"""An enlarged image: in tiles, of any kind and size, from Python and from the command line."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import i2i
from i2i import colour
from i2i.checkpoint import export
from i2i.cli import main
from i2i.data.worlds.textures import draw
from i2i.images import ImageError, to_image, to_rgb, to_tensor
from i2i.methods import METHODS
from i2i.methods.srcnn import bicubic
from i2i.recipes import RECIPES, SHIPPED_JUDGES
from i2i.run import tiles
from kit.folders import album
from kit.images import deep, grey, shades_apart, veiled, view
from kit.methods import loud, tiny
from kit.sources import noise

WAYS = [
    ("srcnn", {"scale": 4}),
    ("srcnn", {"scale": 2}),
    ("srresnet", {"scale": 4}),
    ("srresnet", {"scale": 2}),
]


def vivid(key: str, **changes):
    """A tiny method in eval mode whose results fill most of [-1, 1], so that a fault shows in bytes."""
    method = loud(key, **changes).float().eval()
    last, h = list(method.G.modules())[-1], noise(1, 3, 24, 24)
    spread, middle = (0.15, 0.5) if key == "srcnn" else (0.4, 0.0)
    with torch.no_grad():
        given = colour.luma(bicubic(h, method.enlarges)) if key == "srcnn" else h
        last.weight *= spread / method.G(given).std()
        last.bias += middle - method.G(given).mean()
    return method


class Plain:
    """What tiles need of a model, without what a model does for speed."""

    def __init__(self, method):
        self.method, self.shapes = method, []

    @torch.no_grad()
    def translate(self, x: Tensor, seed: int = 0) -> Tensor:
        self.shapes.append(tuple(x.shape[-2:]))
        return self.method.translate(x)


# ---- Tiles ----


@pytest.fixture(scope="module", params=WAYS, ids=str)
def whole(request):
    """A model, an image, and what becomes of it at once."""
    key, changes = request.param
    model, image = Plain(vivid(key, **changes)), view(23, 17, grain=2)
    made = to_image(model.translate(to_tensor(image)))
    assert np.asarray(made).std() > 20 and len(np.unique(made)) > 100, "nothing to see"
    return model, image, made


@pytest.mark.parametrize("tile", [5, 16, 23, 200])
def test_tiles_of_any_size_make_the_whole_pictures_result(whole, tile):
    model, image, made = whole
    assert shades_apart(tiles.enlarge(model, image, tile), made) <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (130, 3)], ids=str)
def test_thin_and_tiny_pictures_are_enlarged(whole, size):
    model, k = whole[0], whole[0].method.enlarges
    image = view(*size, grain=2)
    made = tiles.enlarge(model, image, 40)
    assert made.size == (k * size[0], k * size[1])
    framed = Image.fromarray(np.pad(np.asarray(image), ((8, 8), (8, 8), (0, 0)), mode="edge"))
    wanted = to_image(model.translate(to_tensor(framed)))
    assert shades_apart(made, wanted.crop((8 * k, 8 * k, 8 * k + made.width, 8 * k + made.height))) <= 1


def test_a_tile_is_given_its_surroundings_and_no_more(whole):
    model, image = whole[0], view(100, 90)
    model.shapes.clear()
    tiles.enlarge(model, image, 30)
    far = model.method.reach
    assert len(model.shapes) == 12 and max(model.shapes) == (30 + 2 * far, 30 + 2 * far)
    assert model.shapes[0] == (30 + far, 30 + far) and model.shapes[-1] == (30 + far, 10 + far)


def test_progress_counts_the_tiles_and_shows_what_is_there(whole):
    model, image, made = whole
    k, steps = model.method.enlarges, []
    for step in tiles.enlarged(model, image, 10):
        steps.append((step.done, step.of, step.image.copy()))
    assert [(done, of) for done, of, _ in steps] == [(i, 6) for i in range(1, 7)]
    first = np.asarray(steps[0][2])
    assert (
        first.shape == (17 * k, 23 * k, 3)
        and np.abs(first[: 10 * k, : 10 * k].astype(int) - np.asarray(made)[: 10 * k, : 10 * k]).max() <= 1
    )
    assert (first[10 * k :] == 128).all() and (first[:, 10 * k :] == 128).all(), "grey where nothing is yet"
    assert shades_apart(steps[-1][2], made) <= 1


def test_closing_the_iterator_stops_the_work(whole):
    model, image, _ = whole
    model.shapes.clear()
    work = tiles.enlarged(model, image, 10)
    assert model.shapes == [], "nothing is done before it is asked for"
    next(work), next(work)
    work.close()
    assert len(model.shapes) == 2 and list(work) == []


def test_a_result_beyond_the_limit_is_refused_with_what_to_do():
    model = Plain(tiny("srresnet"))
    sentence = "2000 x 3000 px would become 8000 x 12000, more than 40 megapixels: make the longer side at most 1936 px, or take a part of it."
    with pytest.raises(ImageError, match=f"^{re.escape(sentence)}$"):
        tiles.enlarge(model, Image.new("L", (2000, 3000)))
    assert model.shapes == []
    model.translate = lambda x, seed=0: torch.zeros(1, 3, 4 * x.shape[2], 4 * x.shape[3])
    work = tiles.enlarged(model, Image.new("L", (round(2000 * 1936 / 3000), 1936)), 8)
    assert next(work).done == 1, "what the sentence says is enough"
    work.close()


# ---- The pipeline ----


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    card = {"licence": "MIT", "recipe": "own folder", "name": "large"}
    return export(
        tmp_path_factory.mktemp("superres") / "large", vivid("srresnet", scale=2), size=32, card=card
    )


@pytest.fixture(scope="module")
def model(folder):
    return i2i.load(folder, device="cpu", precision="fp32")


@pytest.mark.parametrize(
    "make, mode",
    [(Image.fromarray, "RGB"), (grey, "L"), (deep, "L"), (veiled, "RGBA")],
    ids=["colours", "grey", "16 bits", "transparent"],
)
def test_a_picture_of_any_kind_is_enlarged_whole(model, make, mode):
    image = make(np.asarray(view(21, 14, grain=2)))
    made = model(image)
    assert made.mode == mode and made.size == (42, 28)
    wanted = to_image(model.method.translate(to_tensor(to_rgb(image)))).convert("L" if mode == "L" else "RGB")
    opaque = (26, 0, 42, 28)  # of the one that can be seen through, the right half
    made, wanted = (p.convert(wanted.mode).crop(opaque) for p in (made, wanted))
    assert shades_apart(made, wanted) <= 1 and np.asarray(made).std() > 10


def test_a_turned_photograph_comes_out_upright(model, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    view(20, 10, grain=2).save(tmp_path / "phone.png", exif=exif)
    made = model(Image.open(tmp_path / "phone.png"))
    assert made.size == (20, 40)
    assert shades_apart(made, model(view(20, 10, grain=2).transpose(Image.ROTATE_270))) == 0


def test_samples_are_a_list_and_chance_has_no_part(model):
    one, other = model(view(9, 8), n=2)
    assert shades_apart(one, other) == 0 == shades_apart(one, model(view(9, 8), seed=4))


def test_what_cannot_be_enlarged_is_refused(model):
    with pytest.raises(
        ImageError, match=r"^4000 x 3000 px would become 8000 x 6000, more than 40 megapixels"
    ):
        model(Image.new("1", (4000, 3000)))
    for thing in ("cat.png", None, Image.new("RGB", (0, 3))):
        with pytest.raises(ImageError):
            model(thing)


# ---- The command line ----


QUICK = "--size 32 --batch 2 --steps 2 --precision fp32 --quiet".split()


@pytest.mark.parametrize(
    "key, options, scale",
    [
        ("srresnet", "--width 8 --blocks 1", 4),
        ("srcnn", "--scale 2 --width 8 --middle 4", 2),
    ],
    ids=["srresnet", "srcnn"],
)
def test_photographs_become_a_model_that_loads_and_is_judged(cli, here, key, options, scale):
    album(here / "mine")
    status, _, err = cli("train", key, "--data", "mine", *options.split(), *QUICK)
    assert status == 0, err
    run = here / "runs" / f"{key}-mine"
    model = i2i.load(run / "export", device="cpu")
    assert model.method.enlarges == scale and model.method.config.width == 8 and model.card["steps"] == 2
    assert {*model.card["figures"]} == {
        "PSNR-Y",
        "SSIM-Y",
        "energy ratio",
        "PD-i2i",
    } and "photographs" in model.card["summary"]
    sheet = Image.open(run / "export" / "sheet.png")
    assert sheet.size == (4 + 4 * 36, 4 + 2 * 36), "x as blocks above what is made of it"

    view(20, 11).save(here / "in.png")
    assert cli("translate", run / "export", "in.png", "--out", "made")[0] == 0
    assert Image.open(here / "made" / "in.png").size == (20 * scale, 11 * scale)
    status, out, _ = cli("evaluate", run / "export", "--data", "mine", "--json")
    found = json.loads(out)
    assert status == 0 and found["PSNR-Y"] == pytest.approx(model.card["figures"]["PSNR-Y"])
    status, out, _ = cli("evaluate", run / "export", "--data", "mine")
    assert status == 0 and "all 4 picture(s) of mine that it was not trained on" in out and "PSNR-Y" in out


def test_srgan_on_ones_own_photographs_begins_with_the_shipped_generator(cli, here, monkeypatch):
    """As deep as that one is, whatever the size of the images."""
    shipped, started = here / "shipped", METHODS["srresnet"].Config(**RECIPES["srresnet-photographs"].config)
    export(shipped / "srresnet-photographs", METHODS["srresnet"](started).eval(), size=96)
    (shipped / "judges").symlink_to(SHIPPED_JUDGES)
    monkeypatch.setattr("i2i.recipes.recipe.SHIPPED", shipped)
    album(here / "mine", 34, 33)
    monkeypatch.setattr("i2i.publish.evaluate", lambda *_: {})
    status, _, err = cli("train", "srgan", "--data", "mine", "--d_width", "2", "--d_dense", "4", *QUICK)
    assert status == 0, err
    model = i2i.load(here / "runs" / "srgan-mine" / "export", device="cpu")
    assert model.method.config.blocks == started.blocks and model.method.config.side == 32


def test_pictures_too_small_to_learn_from_are_a_sentence(cli, here):
    album(here / "mine", 31, 90)
    status, _, err = cli("train", "srresnet", "--data", "mine", "--width", "8", "--blocks", "1", *QUICK)
    assert status == 1 and "Traceback" not in err
    assert "there is no picture of at least 32 x 32 px: the largest is 31 x 90;" in err
    status, _, err = cli("train", "srresnet", "--data", "mine", "--scale", "3", *QUICK)
    assert status == 2 and "scale is 2 or 4" in err.strip().splitlines()[-1]


def test_each_picture_of_a_benchmark_has_its_line(tmp_path, monkeypatch, capsys):
    home = export(
        tmp_path / "tiny", METHODS["srresnet"](METHODS["srresnet"].Config(width=4, blocks=1)).eval(), size=96
    )
    data = tmp_path / "sets"
    (data / "sr_classic" / "set5").mkdir(parents=True)
    (data / "sr_classic" / "set14").mkdir()
    for k in range(2):
        for part in ("set5", "set14"):
            to_image(draw(torch.tensor([k]), 64)[0]).save(data / "sr_classic" / part / f"wall{k}.png")
    monkeypatch.setenv("I2I_DATA", str(data))
    assert main(["evaluate", str(home), "--each"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [
        "Set5 wall0", "Set5 wall1", "Set5, mean of 2", "Set14 wall0", "Set14 wall1", "Set14, mean of 2",
    ]  # fmt: skip
    first, second, mean = (float(line[30:].split()[0]) for line in lines[1:4])
    assert mean == pytest.approx((first + second) / 2, abs=0.01)
    monkeypatch.setenv("I2I_DATA", str(tmp_path / "nothing"))
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", str(home), "--each"]) == 1 and "Set5" in capsys.readouterr().err
