"""3D-GAN: the paper's sizes, a D that rests while it is too good, samples by their latent code."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from i2i.methods import METHODS
from i2i.nets.chance import generators
from kit.methods import count, example, source, tiny
from kit.runs import clones, equal, trainer, turns_taken

GAN3D = METHODS["gan3d"]


def test_the_sibling_at_half_the_side_has_one_doubling_less(unfilled):
    whole, half = (GAN3D(GAN3D.Config(side=side)) for side in (64, 32))
    assert [tuple(m.weight.shape[:2]) for m in half.G if isinstance(m, nn.ConvTranspose3d)] == [
        (200, 256), (256, 128), (128, 64), (64, 1),
    ]  # fmt: skip
    assert [type(m) for m in whole.D] == [
        *map(type, half.D[:-2]),
        nn.Conv3d,
        nn.BatchNorm3d,
        nn.LeakyReLU,
        nn.Conv3d,
        nn.Flatten,
    ]
    assert count(half.G) < count(whole.G) / 2 and count(half.D) < count(whole.D) / 3


def test_resized_layers_keep_27_of_64_weights(unfilled):
    one, other = (
        sum(m.weight.numel() for m in GAN3D(GAN3D.Config(up=up)).G[3:].modules() if isinstance(m, nn.Conv3d | nn.ConvTranspose3d))
        for up in ("transposed", "resized")
    )  # fmt: skip
    assert other * 64 == one * 27


@pytest.mark.parametrize("side", [4, 24, 48])
def test_a_side_that_cannot_be_halved_to_4_is_a_sentence(side):
    with pytest.raises(ValueError, match=rf"^side must be 8, 16, 32, 64, ...: D halves it to 4; got {side}$"):
        tiny("gan3d", side=side)


# ---- The rule ----


class Brightness(nn.Module):
    """A D that takes a volume for real if it is more than half full."""

    def forward(self, volumes):
        return (volumes.flatten(1).mean(1, keepdim=True) - 0.5) * 10


def test_accuracy_is_the_mean_of_what_it_knows_on_either_side():
    method = tiny("gan3d")
    method.D = Brightness()
    full, empty = torch.ones(1, 1, 4, 4, 4), torch.zeros(1, 1, 4, 4, 4)
    real, fake = torch.cat([full, full, full, empty]), torch.cat([empty, full])
    assert method.right(real, fake) == (3 / 4 + 1 / 2) / 2
    assert method.right(full, empty) == 1 and method.right(empty, full) == 0
    method.note({"voxels": real, "fake": fake}, {})
    assert method.accuracy == 0.625


@pytest.mark.parametrize("accuracy, learns", [(0.0, True), (0.8, True), (0.8125, False), (1.0, False)])
def test_d_rests_after_a_batch_of_which_it_knew_more_than_four_fifths(accuracy, learns):
    method = tiny("gan3d", rest_above=0.8)
    t = trainer(method)
    t.method.accuracy.fill_(accuracy)
    ((first, *rest),) = turns_taken(t, 1)
    assert (first, rest) == ((("D", {"D"}), [("G", {"G"})]) if learns else (("G", {"G"}), []))


def test_a_d_that_rests_is_measured_and_wakes_again():
    t = trainer(tiny("gan3d", rest_above=0.8, steps=200, rate=0.02))
    t.method.accuracy.fill_(1.0)
    t.method.D[-2].bias.data.fill_(5.0)  # it takes all for real: right about one half
    before = clones(t.method.D)
    t.advance()
    assert equal(before, clones(t.method.D)), "it rested on the first step"
    assert t.method.accuracy == 0.5
    t.advance()
    assert not equal(before, clones(t.method.D)), "and learned on the second"


def test_without_the_rule_it_never_rests():
    t = trainer(tiny("gan3d", rest_above=1.0))
    for _ in range(4):
        t.method.accuracy.fill_(1.0)
        (taken,) = turns_taken(t, 1)
        assert [name for name, _ in taken] == ["D", "G"]


# ---- Samples ----


def test_a_style_names_a_shape_and_one_serves_for_several():
    method = tiny("gan3d").eval()
    styles = method.styles(3, 2)
    two, free = method.sample(2, style=styles), method.sample(2, generators(3, 2))
    assert torch.equal(two, free), "a seed's style is what its generator draws"
    torch.testing.assert_close(method.sample(2, style=styles[:1])[1], two[0])
    assert two.shape == (2, 1, 16, 16, 16) and not torch.equal(two[0], two[1])


def test_what_is_shown_are_the_shapes_of_the_numbers_in_the_showcase():
    method = tiny("gan3d").eval()
    ((row,),) = method.show({"index": torch.tensor([4, 9])})
    torch.testing.assert_close(row, torch.cat([method.sample(1, generators(i, 1)) for i in (4, 9)]))


def test_the_objective_at_its_start():
    """D knows nothing: each of its logits is 0, and each term ln 2."""
    method = tiny("gan3d")
    nn.init.zeros_(method.D[-2].weight)
    batch = example(method)
    terms = method.discriminator_loss(batch) | method.generator_loss(batch)
    assert {k: round(v.item(), 4) for k, v in terms.items()} == dict.fromkeys(("real", "fake", "gan"), 0.6931)
    assert len(source(method).batch(torch.arange(2))["voxels"]) == 2
