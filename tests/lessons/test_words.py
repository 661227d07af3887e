"""Words that must match weights: what is said of an objective, beside the terms that are added up."""

from __future__ import annotations

import re

import pytest

from i2i.claims import CLAIMS, inpainting, recorded, superres, unpaired_nets
from i2i.method import Method
from i2i.methods import METHODS
from i2i.recipes import RECIPES
from i2i.run.pipeline import cards
from kit.methods import TINY
from kit.root import ROOT
from kit.sources import fake_batch

ALONE = re.compile(r"\balone\b")


def objective(method: Method) -> dict[str, set[float]]:
    """What G minimises at its first step: kinds of terms with their weights, those of weight 0 left out.

    A term of each domain (cycle_x, cycle_y) is one kind.
    """
    weights, kinds = method.weights(0), {}
    for term in method.generator_loss(
        fake_batch(size=getattr(method.config, "side", 16), enlarges=method.enlarges)
    ):
        if weights[term]:
            kinds.setdefault(re.sub(r"_[xyab12]$", "", term), set()).add(weights[term])
    return kinds


def small(method: str, config: dict) -> Method:
    cls = METHODS[method]
    return cls(
        cls.Config(
            **{**config, **TINY[method], **({"side": 32, "features": "judge"} if method == "srgan" else {})}
        )
    )


def rows_called_alone() -> dict[str, Method]:
    """claim and row -> the method of every row of a recorded claim that is called so."""
    found = {}
    for name in CLAIMS:
        for row in {figure.partition(" | ")[0] for figure in recorded(name)["figures"]}:
            if (
                not ALONE.search(row) or name == "minibatch-deviation"
            ):  # there D is alone, without the deviation
                continue
            key = row.rpartition(": ")[2]
            if name == "global-and-patch":
                photographs = RECIPES[f"pggan-facades-{inpainting._GALLERY[key]}"].config
                config = photographs if key != row else {**inpainting._NET, **inpainting.LOSSES[key]}
                found[f"{name}, {row}"] = small("pggan", config)
            else:
                method, changes = unpaired_nets.VARIANTS[key]
                found[f"{name}, {row}"] = small(method, unpaired_nets.pair_config(method) | changes)
    return found


def test_a_row_called_alone_has_one_term():
    rows = rows_called_alone()
    assert len(rows) >= 5, "cycle, GAN (in three claims), reconstruction"
    for row, method in rows.items():
        kinds = objective(method)
        assert len(kinds) == 1 and all(len(weights) == 1 for weights in kinds.values()), f"{row}: {kinds}"


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if ALONE.search(recipe.summary)])
def test_a_recipe_called_alone_has_one_term(name):
    kinds = objective(small(RECIPES[name].method, RECIPES[name].config))
    assert len(kinds) == 1 and all(len(weights) == 1 for weights in kinds.values()), kinds


@pytest.mark.parametrize(
    "name",
    [name for name, recipe in RECIPES.items() if re.search(r"without L1|no adversary", recipe.summary)],
)
def test_what_a_recipe_is_said_to_lack_is_not_there(name):
    kinds, summary = objective(small(RECIPES[name].method, RECIPES[name].config)), RECIPES[name].summary
    assert "l1" not in kinds or "without L1" not in summary
    assert "gan" not in kinds or "no adversary" not in summary


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.method == "srgan"])
def test_every_term_of_srgan_is_in_its_summary(name):
    recipe = RECIPES[name]
    kinds = objective(small("srgan", recipe.config))
    words = {"content": "content|phi_54", "mse": "squared error", "gan": " adversary|^SRGAN with"}
    for term, word in words.items():
        said = re.search(word, recipe.summary) and not (term == "gan" and "no adversary" in recipe.summary)
        assert bool(said) == (term in kinds), f"{term}: {recipe.summary}"
    said = superres.objective(name)
    assert [float(part.split()[0]) for part in said.split(" + ")] == [
        w for term in words for w in kinds.get(term, ())
    ], said


def test_a_card_says_of_its_model_what_the_recipe_says():
    for name, config in cards().items():
        assert config["card"]["summary"] == RECIPES[name].summary, name
        assert config["card"]["name"] == config["card"]["recipe"] == name
        assert config["card"]["failures"] == list(RECIPES[name].failures), name


# A cause would have to be measured, and none of these is: a failure says what is seen.
CAUSE = re.compile(r"\b(since|because|due to|in which|so that|therefore|too few|as D)\b")


def test_a_failure_says_what_is_seen_and_not_why():
    assert CAUSE.search("mottled, with dots in which the way back reads the colour")
    told = {name: [f for f in recipe.failures if CAUSE.search(f)] for name, recipe in RECIPES.items()}
    assert {name: found for name, found in told.items() if found} == {}


@pytest.mark.parametrize("page", ["docs/results.md", "notebooks/12_super_resolution.ipynb"])
def test_pages_that_show_srgan_state_its_weights(page):
    """Under each table where its rows stand; the weights are those of the recipes."""
    text, config = (ROOT / page).read_text(), RECIPES["srgan-photographs"].config
    weights = (config["content_weight"], config["pixel"], small("srgan", config).config.adversarial)
    wanted = re.compile(
        r"(?s){:g} (of (a|the) )?content.{{0,70}}{:g} (of the )?squared error.{{0,70}}{:g} (of the )?adversar".format(
            *weights
        )
    )
    assert len(wanted.findall(text)) >= {"docs/results.md": 1}.get(page, 3)
    assert RECIPES["srgan-photographs-x2"].config["pixel"] == config["pixel"], "said to be the same"
