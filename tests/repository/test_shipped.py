"""The models that came with this copy: they load, they do what their cards say, and their cards say enough."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from i2i.cards import render_card
from i2i.checkpoint import read_config
from i2i.data.folders import DataError
from i2i.images import to_tensor
from i2i.losses import l1
from i2i.measure import holes
from i2i.measure import voxels as volumes
from i2i.measure.paired import translate_all
from i2i.measure.unpaired import everything, translate
from i2i.metrics import psnr
from i2i.nets.layers import own_statistics
from i2i.nets.membrane import membrane
from i2i.recipes import RECIPES
from i2i.run.pipeline import SHIPPED, load, shipped

pytestmark = pytest.mark.patient


@pytest.fixture(scope="module", params=shipped())
def model(request):
    return load(request.param, device="cpu")


def test_every_recipe_of_this_copy_is_shipped():
    assert shipped() == sorted(name for name, recipe in RECIPES.items() if recipe.shipped)


def test_the_card_says_what_a_reader_must_know(model):
    wanted = {
        "recipe",
        "data",
        "licence",
        "steps",
        "seed",
        "minutes",
        "hardware",
        "judged on",
        "figures",
        "failures",
    }
    assert wanted <= set(model.card)
    assert model.card["failures"] and model.card["recipe"] in RECIPES
    pairs = {"PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i"}
    alone = {"likeness", "KD-i2i", "distance r"}
    kinds = {"families met", "kinds of held-out"}  # of shapes of one kind there is nothing to tell
    shaped = set(volumes.FIGURES) - (kinds if model.card["data"] == "chairs" else set())
    enlarged = {"PSNR-Y", "SSIM-Y", "energy ratio", "PD-i2i"}
    by_layout = {
        "paired": pairs,
        "photographs": enlarged,
        "pictures": set(holes.FIGURES),
        "none": shaped,
        "letters": {"unseen PSNR", "unseen SSIM"},
    }
    if model.method.alone and model.method.layout == "classes":
        alone = {"bound", "KD-i2i"}
    elif getattr(model.method.config, "attributes", False):
        alone = {"flipped", "unchanged", "to itself", "cycle"}
    assert by_layout.get(model.method.layout, alone) <= set(model.card["figures"])
    page = (SHIPPED / model.name / "README.md").read_text()
    assert page == render_card(SHIPPED / model.name, read_config(SHIPPED / model.name)[1]), (
        "the card is made from the config"
    )
    assert model.card["licence"] in page and all(failure in page for failure in model.card["failures"])


def test_the_card_tells_of_this_recipe(model):
    recipe = RECIPES[model.card["recipe"]]
    assert model.method.config == recipe.build().config
    assert (model.size, model.card["steps"], model.card["pictures a step"]) == (
        recipe.size, sum(stage.steps for stage in recipe.build().stages()), recipe.batch,
    )  # fmt: skip


def test_its_file_states_every_setting_so_that_no_new_default_changes_it(model):
    config = json.loads((SHIPPED / model.name / "config.json").read_text())["config"]
    assert config.keys() == dataclasses.asdict(model.method.config).keys()


def test_it_is_small_enough_to_ship(model):
    weights = [f.stat().st_size for f in (SHIPPED / model.name).glob("*.safetensors")]
    assert weights and max(weights) <= 8e6


def shown(model) -> dict[str, torch.Tensor]:
    """The showcase of its recipe. Of images that are not ours to show there is one only where the dataset is."""
    recipe = RECIPES[model.card["recipe"]]
    try:
        return recipe.showcase(model.size)
    except DataError:
        assert not recipe.showable, "what is shown needs no dataset"
        pytest.skip("its showcase needs a dataset")


COLLAPSED = ("pix2pix-icons-alone",)  # on purpose: an exhibit of the tab Failures


def test_what_it_makes_depends_on_the_input(model):
    if model.method.layout == "none":  # volumes, out of chance
        solid = [volume > 0.5 for volume in model.sample(4, seed=0)]
        assert all(one.shape == 3 * (model.size,) for one in solid)
        assert all(0.01 < one.mean() < 0.5 for one in solid), "neither empty nor a block"
        assert min((solid[i] ^ solid[j]).mean() for i in range(4) for j in range(i)) > 0.02
        return
    if model.method.alone:
        made = torch.stack([to_tensor(one)[0] for one in model.sample(4, seed=0)])
        assert min((made[i] - made[j]).abs().mean() for i in range(4) for j in range(i)) > 0.02
        assert made.std() > 0.1, "not one flat colour"
        return
    inputs = shown(model)
    x = inputs["x"][:4]
    controls = [{"mask": m[None]} if "mask" in model.controls else {} for m in inputs.get("mask", x)]
    made = torch.cat([model.translate(x[i : i + 1], seed=0, **controls[i]) for i in range(4)])
    assert made.isfinite().all() and made.abs().max() <= 1
    apart = min((made[i] - made[j]).abs().mean() for i in range(4) for j in range(i))
    assert apart < 0.02 if model.name in COLLAPSED else apart > 0.02
    assert made.std() > 0.1, "not one flat colour"


def test_only_a_method_with_a_seed_makes_two_answers_and_dropout_makes_them_differ_a_little(model):
    if model.method.alone:
        (one, other), (again, _) = (map(np.asarray, model.sample(2, seed=3)) for _ in range(2))
        assert (one == again).all() and (one != other).any()
        return
    inputs = shown(model)
    controls = {"mask": inputs["mask"][:1]} if "mask" in model.controls else {}
    made = [model.translate(inputs["x"][:1], seed=s, **controls) for s in range(4)]
    spread = max((a - b).abs().mean().item() for a in made for b in made)
    dropout = (
        model.method.config.dropout if model.kind == "pix2pix" else None
    )  # some of its recipes have none
    chance = "seed" in model.controls and dropout != 0
    assert 0 < spread < (0.25 if dropout else 2) if chance else spread == 0


def test_the_figures_on_the_card_of_the_icons_are_what_it_does():
    model = load("pix2pix-icons", device="cpu")
    made, real = translate_all(model, RECIPES["pix2pix-icons"].source("test"), limit=48, progress=False)
    _, low, high = model.card["figures"]["PSNR"]
    assert low - 1 < psnr(made, real).mean() < high + 1, "48 of the test pictures, so 1 dB of slack"


def test_the_figures_on_the_card_of_the_unpaired_icons_are_what_it_does():
    model = load("cyclegan-icons", device="cpu")
    x, y = everything(RECIPES["cyclegan-icons"].source("test"), 64)
    miss = l1(translate(model, x), y)
    assert model.card["figures"]["partner L1"][0] == pytest.approx(miss.item(), rel=0.1), (
        "64 of the test pictures"
    )
    there_and_back = translate(model, translate(model, x), "yx")
    assert model.card["figures"]["cycle"][0] == pytest.approx(l1(there_and_back, x).item(), rel=0.15)


def test_running_statistics_serve_held_out_pictures_at_least_as_well_as_each_pictures_own():
    """Shipped nets use running statistics (they can be folded); the paper's test-time way is `own_statistics`."""
    model = load("pix2pix-icons", device="cpu")
    batch = RECIPES["pix2pix-icons"].source("test").batch(torch.arange(24))
    own = own_statistics(model.method.G)
    with torch.inference_mode():
        running = torch.cat([model.method.G(x[None], None, False) for x in batch["x"]])
        single = torch.cat([own(x[None], None, False) for x in batch["x"]])
    assert l1(running, batch["y"]) <= l1(single, batch["y"]) * 1.02


def test_the_page_and_the_list_of_terms_name_every_model():
    for page in ("README.md", "assets/LICENSES.md"):
        text = (SHIPPED.parents[1] / page).read_text()
        assert [name for name in shipped() if name not in text] == [], page


def detail(image: torch.Tensor, mask: torch.Tensor) -> float:
    """Sum of the squared differences of neighbours that both lie in the hole."""
    both = mask[..., 1:] * mask[..., :-1], mask[..., 1:, :] * mask[..., :-1, :]
    return sum((image.diff(dim=d).square() * m).sum().item() for d, m in zip((-1, -2), both, strict=True))


def test_a_model_that_fills_holes_paints_what_a_soap_film_does_not():
    """Of the gallery's own images: nearer in detail to the truth than smoothness alone, and not the film itself."""
    fillers = [name for name in shipped() if RECIPES[name].method == "pggan"]
    for name in fillers:
        inputs = RECIPES[name].showcase(128)
        made = load(name, device="cpu").translate(inputs["x"], mask=inputs["mask"])
        film = membrane(inputs["x"], inputs["mask"])
        assert torch.equal(made * (1 - inputs["mask"]), inputs["x"] * (1 - inputs["mask"])), name
        assert detail(made, inputs["mask"]) > detail(film, inputs["mask"]), name
