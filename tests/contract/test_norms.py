"""Every method beside its paper: how large its variations are, and what its norms see."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
import torch
from torch import nn

from i2i.methods import METHODS
from i2i.recipes import RECIPES, folder_recipe
from kit.methods import example, loud, tiny

# method: what differs from its defaults, whose sizes are tests/golden/parameters, and parameters by the first letters of its
# networks' names. Those of the authors' code, or of the paper's own layers where no code was published (SRCNN, SRGAN).
COUNTS: dict[str, list[tuple[dict, dict[str, int]]]] = {
    "pix2pix": [
        ({"depth": 7}, {"G": 41_828_995}),
        ({"skips": False}, {"G": 39_075_523}),
        ({"condition": False, "patch_layers": 5}, {"D": 11_156_289}),
    ],
    "cyclegan": [
        ({}, {"GFD": 28_285_832}),
        ({"blocks": 6}, {"G": 7_837_699}),
        ({"norm": "batch"}, {"G": 11_383_427, "D_X": 2_765_633}),
    ],
    "discogan": [({"code": 0}, {"G": 2 * 5_513_856})],
    "unit": [({}, {"EG": 18_017_286, "D": 25_240_065})],
    "bicyclegan": [
        ({"inject": "input"}, {"G": 54_417_795}),
        ({"depth": 7, "e_blocks": 3}, {"G": 42_145_155, "E": 1_344_080}),
    ],
    "munit": [({}, {"E": 2 * (5_385_856 + 2_764_936), "G": 2 * 6_875_395, "D": 2 * 8_271_171})],
    "stargan": [
        ({"domains": 8}, {"G": 8_439_936, "D": 44_786_624}),
        ({"side": 64, "critic_layers": 5}, {"D": 11_175_872}),
    ],
    "icgan": [
        (
            {"domains": 5},
            {"G": 3_725_123 - 13 * 512 * 16, "D": 2_803_393 - 13 * 128 * 16, "E_y": 3_186_962 - 13 * 513},
        )
    ],
    "srcnn": [({}, {"G": 57_184 + 64 + 32 + 1}), ({"second": 1}, {"G": 8_129})],
    "srgan": [({"side": 64}, {"D": 13_079_745})],
}


def test_every_variation_is_as_large_as_its_papers(unfilled):
    for key, rows in COUNTS.items():
        for changes, expected in rows:
            nets = METHODS[key](METHODS[key].Config(**changes)).networks()
            counted = {
                letters: sum(
                    p.numel()
                    for name, net in nets.items()
                    if (name == letters if "_" in letters else name[0] in letters)
                    for p in net.parameters()
                )
                for letters in expected
            }
            assert counted == expected, (key, changes)


# ---- What is said of differences ----


def test_a_net_of_ones_own_is_trained_as_the_method_is_now_and_not_as_shipped_ones_were():
    for key, cls in METHODS.items():
        config, paper = folder_recipe(key, 64).build().config, cls.Config()
        assert {name: getattr(config, name) for name in cls.formerly} == {
            name: getattr(paper, name) for name in cls.formerly
        }, key
    assert (
        RECIPES["ost-icons"].build().config.fakes == 1.0
        and RECIPES["unit-icons"].build().config.padding == "reflect"
    )


# ---- Norms ----


def accepted(key: str) -> list[dict]:
    """Settings for each norm that a method's config accepts."""
    if "norm" not in {f.name for f in dataclasses.fields(METHODS[key].Config)}:
        return [{}]
    found = []
    for norm in ("batch", "instance", "none"):
        try:
            tiny(key, norm=norm)
        except KeyError:
            continue
        found.append({"norm": norm})
    return found


def test_both_norms_of_a_config_are_found():
    norms = {
        key: {changes.get("norm") for changes in accepted(key)}
        for key in ("cyclegan", "pix2pix", "distancegan", "srresnet", "unit")
    }
    assert norms["cyclegan"] == norms["pix2pix"] == norms["distancegan"] == {"batch", "instance"}
    assert norms["srresnet"] == {"batch", "none"} and norms["unit"] == {None}


MIXED = {"dtn": {6}}  # as its file says under "Differs from the paper"


@pytest.mark.parametrize("key", METHODS)
def test_a_batch_norm_never_sees_two_domains_at_once(key):
    """Nor what is real beside what is made: a batch of three in each domain, so any norm that sees six has mixed them."""
    for changes in accepted(key):
        method, seen = tiny(key, **changes).train(), []
        norms = [module for module in method.modules() if isinstance(module, nn.BatchNorm2d)]
        for module in norms:
            module.register_forward_pre_hook(lambda module, given, seen=seen: seen.append(len(given[0])))
        batch = example(method, 3)
        for stage in method.stages():
            given = batch | method.fakes(batch)
            for turn in stage.turns.values():
                turn.loss(given)
                turn.loss(batch)
        assert {*seen} == (MIXED.get(key, set()) | {3} if norms else set()), (key, changes)
        assert norms or changes.get("norm") != "batch"


# method: what its `fakes` are, each made in a call of its own.
APART = {
    "pix2pix": lambda m, b: {"fake_y": m.G(b["x"])},
    "cyclegan": lambda m, b: {
        "fake_y": m.G(b["x"]),
        "fake_x": m.F(b["y"]),
        "same_y": m.G(b["y"]),
        "same_x": m.F(b["x"]),
    },
    "distancegan": lambda m, b: {"fake_y": m.G(b["x"])},
    "unit": lambda m, b: unit_apart(m, b),
    "pggan": lambda m, b: {"fake_y": m.fill(b["x"], b["mask"])},
    "srgan": lambda m, b: {"fake_y": m.G(b["x"])},
}


@pytest.mark.parametrize("key", APART)
def test_fakes_are_those_that_separate_calls_make(key):
    """Also where one call serves both domains; in float64 and in training mode. DTN's batch norms do see both together."""
    for changes in accepted(key):
        method = loud(key, **changes).train()
        batch = example(method, 3, torch.float64)
        torch.manual_seed(0)
        made = {k: v for k, v in method.fakes(batch).items() if not k.startswith("shown")}
        torch.manual_seed(0)
        expected = APART[key](method, batch)
        assert made.keys() == expected.keys()
        for name, value in expected.items():
            torch.testing.assert_close(
                made[name], value, rtol=1e-9, atol=1e-12, msg=lambda m, name=name: f"{name}\n{m}"
            )


def unit_apart(method, batch) -> dict[str, torch.Tensor]:
    mean_1, mean_2 = method.encode(batch["x"], 1), method.encode(batch["y"], 2)
    z_1, z_2 = (mean + torch.randn(mean.shape).double() for mean in (mean_1, mean_2))
    made = {f"x_{i}{j}": method.decode(z, j) for (i, z), j in itertools.product(((1, z_1), (2, z_2)), (1, 2))}
    return {"mean_1": mean_1, "mean_2": mean_2, **made}
