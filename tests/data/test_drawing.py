"""How worlds and sources draw: the pictures that they always drew, from shortcuts that leave nothing out, on any device."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from i2i.data import labelled
from i2i.data.device import OnDevice
from i2i.data.domains import Domains
from i2i.data.emoji import DrawnEmoji, moved
from i2i.data.enlarging import Enlarging
from i2i.data.fingerprint import fingerprint
from i2i.data.folders import Pairs
from i2i.data.holes import Holes
from i2i.data.labelled import pen_to_toy
from i2i.data.unpaired import Unpaired, mirrored
from i2i.data.worlds import glyphs, icons, landscapes, sdf, textures
from i2i.data.worlds.facades import Facades
from i2i.data.worlds.hints import hinted
from i2i.data.worlds.icons import Icons, styles
from i2i.data.worlds.icons.things import ARTISTS, EXTENT, Dice
from i2i.data.worlds.lines import gathered, ink, smooth_noise, widened
from i2i.images import to_bytes, to_image
from i2i.train import fits
from kit.golden import apart
from kit.sources import noise, rng

pytestmark = pytest.mark.patient

EMOJI = Path(os.environ.get("I2I_DATA", "data")) / "emoji"
CLASSES = torch.arange(len(icons.CLASSES))


# --- the same pictures -------------------------------------------------------------------------------


def seen(images: Tensor) -> list[float]:
    """A number for each image that moves by about what its pixels move by (root mean square)."""
    weights = torch.randn(images.shape[1:], generator=rng(7))
    return ((images * weights).flatten(1).sum(1) / weights.numel() ** 0.5).tolist()


def flat_things() -> tuple[Tensor, Tensor]:
    """Coloured things on white, and where they are."""
    x = icons.draw(CLASSES[:12], "flat", 64, label=CLASSES[:12])
    return x, x.amin(1, keepdim=True) < 0.9


def drawings() -> dict[str, list[float]]:
    """Lines, then lines with hints, then images that move: one after another from one generator."""
    (flat, figure), g = flat_things(), rng(3)
    lines = ink(flat, g, figure=figure)
    hints = hinted(lines, flat, flat, figure, g)
    return {
        "steady": seen(ink(flat, steady=True)),
        "ink": seen(lines),
        "hinted": seen(hints),
        "moved": seen(moved(flat, g)),
    }


def facades() -> dict[str, list[float]]:
    batch = Facades(32).batch(torch.arange(4))
    return {key: seen(batch[key]) for key in "xy"}


ONE_OF_EACH_KIND = torch.tensor([8, 12, 1, 0, 5, 4, 10, 9])
PICTURES: dict[str, Callable[[], dict[str, list[float]]]] = {
    "icons": lambda: {s: seen(icons.draw(1000 + CLASSES, s, 32, label=CLASSES)) for s in icons.STYLES},
    "facades": facades,
    "textures": lambda: {"x": seen(textures.draw(ONE_OF_EACH_KIND, 32))},
    "landscapes": lambda: {t: seen(landscapes.draw(torch.arange(4), t, 32)) for t in landscapes.LIGHTS},
    "glyphs": lambda: {k: seen(glyphs.draw(torch.arange(4), k, 32)) for k in glyphs.LOOKS},
    "drawings": drawings,
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_stay_what_models_learned_from_and_cards_were_measured_on(name, golden):
    def differ(kept: dict, found: dict) -> list[str]:
        return [
            f"{name} {key} {k}: {a:.6f} became {b:.6f}"
            for key in kept
            for k, (a, b) in enumerate(zip(kept[key], found[key], strict=True))
            if apart(a, b, 0, 1e-4)
        ]

    golden.check(f"worlds/{name}", name, PICTURES[name](), differ)


# --- shortcuts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", icons.CLASSES)
def test_a_class_shows_nothing_outside_its_extent(name):
    """Dice at both ends of their ranges, too."""
    x, y = (axis[0] * 1.1 for axis in sdf.grid(128))
    left, right, low, high = EXTENT[name]
    outside = (x < left) | (x > right) | (y < low) | (y > high)
    u = torch.rand(12, 64, generator=rng(1))
    u = torch.where(torch.rand(u.shape, generator=rng(2)) < 0.5, u.round().clamp_max(0.999), u)
    for numbers in u.tolist():
        parts = [part for part in ARTISTS[name]((x, y), Dice(numbers)) if part.d is not None]
        assert min((part.d - part.thick)[outside].min() for part in parts) > 0


def test_what_is_absent_is_not_computed_and_no_dice_are_left_out():
    """Two mugs that differ in the dice of the motif: the same dice go to everything else."""
    p = tuple(axis[0] for axis in sdf.grid(16))
    plain, with_heart = [0.5] * 64, [0.5] * 64
    plain[3], with_heart[3] = 0.9, 0.1
    without, with_it = (ARTISTS["mug"](p, Dice(numbers)) for numbers in (plain, with_heart))
    assert [a.d is None for a in without] != [b.d is None for b in with_it]
    both = [(a.d, b.d) for a, b in zip(without, with_it, strict=True) if a.d is not None and b.d is not None]
    assert len(both) > 5 and all(torch.equal(a, b) for a, b in both)


def test_no_blur_meets_numbers_near_the_end_of_float32():
    """Their products take tens of times as long."""
    for sigma in (0.02, 0.045, 0.055, 0.13, 0.16):
        band = styles._band(128, 2 / 128 / sigma, torch.device("cpu"))
        assert ((band == 0) | (band > 1e-12)).all() and band.sum(1).max() == pytest.approx(1)


def test_either_winding_is_the_same_polygon():
    p, corners = sdf.grid(32), ((-0.5, -0.4), (0.6, -0.5), (0.3, 0.5))
    assert torch.equal(sdf.polygon(p, *corners) < 0, sdf.polygon(p, *corners[::-1]) < 0)
    assert sdf.polygon(p, *corners).min() < -0.1


def test_drawn_icons_can_be_learned_from():
    """They are painted without bookkeeping for gradients; what is computed from them needs it."""
    weight = torch.ones(1, 3, 3, 3, requires_grad=True)
    F.conv2d(Icons(32).batch(torch.arange(2))["x"], weight).sum().backward()
    assert weight.grad.abs().sum() > 0


@pytest.mark.parametrize("reach", [1, 2, 3])
def test_neighbours_are_gathered_as_pooling_would(reach):
    x, side = noise(2, 3, 9, 12), 2 * reach + 1
    mask = x > 0.8
    assert torch.equal(widened(mask, reach), F.max_pool2d(mask.float(), side, 1, reach) > 0)
    sums = F.avg_pool2d(x, side, 1, reach) * side**2
    torch.testing.assert_close(gathered(x, reach, Tensor.add_), sums)


def test_soft_fields_are_those_of_the_library():
    quick, exact = (smooth_noise(2, 2, 5, 48, rng(4), exact=e) for e in (False, True))
    torch.testing.assert_close(quick, exact, atol=1e-5, rtol=0)
    assert torch.equal(exact, F.interpolate(torch.randn(2, 2, 5, 5, generator=rng(4)), (48, 48), mode="bicubic", align_corners=True))  # fmt: skip


def test_a_drawing_of_nothing_gets_no_hints():
    x, figure = torch.ones(8, 3, 32, 32), torch.zeros(8, 1, 32, 32, dtype=torch.bool)
    assert torch.equal(hinted(x, noise(8, 3, 32, 32), noise(8, 3, 32, 32), figure, rng(0), share=1.0), x)


# --- on any device -----------------------------------------------------------------------------------


def bytes_of(count: int, size: int = 24) -> Tensor:
    return to_bytes(noise(count, 3, size, size, seed=count))


def sources() -> dict[str, Callable[[], object]]:
    return {
        "line to glossy": lambda: Icons(32),
        "flat to night": lambda: Icons(32, "flat", "night"),
        "facades": lambda: Facades(32),
        "pairs": lambda: Pairs(bytes_of(6), bytes_of(6), 20, augment=True),
        "unpaired": lambda: Unpaired(bytes_of(6), bytes_of(7), 20, move=mirrored),
        "moved": lambda: Unpaired(bytes_of(6), bytes_of(7), 24, move=moved),
        "domains": lambda: Domains([bytes_of(3), bytes_of(4)], ("a", "b"), move=mirrored),
        "photographs": lambda: Enlarging(map(to_image, noise(6, 3, 24, 24)), 16, augment=True),
        "holes": lambda: Holes(bytes_of(6), 16, augment=True),
        "digits": lambda: pen_to_toy(16, count=8),
        "drawn emoji": lambda: DrawnEmoji(EMOJI, 16),
    }


@pytest.fixture
def few_toys(monkeypatch):
    monkeypatch.setattr(labelled, "TARGETS", 8)


@pytest.mark.parametrize("name", sources())
def test_a_source_makes_its_batches_on_the_device_and_reads_nothing_back(name, few_toys):
    """The device "meta" has no values: whatever asks it for one, or mixes it with another device, raises."""
    if name == "drawn emoji" and not EMOJI.is_dir():
        pytest.skip("needs I2I_DATA with emoji")
    here = sources()[name]()
    there = here.to("meta")
    index = torch.arange(min(6, len(here)))
    one, other = (s.batch(index, rng(5)) for s in (here, there))
    assert {k: (v.shape, v.dtype) for k, v in one.items()} == {
        k: (v.shape, v.dtype) for k, v in other.items()
    }
    assert {v.device.type for v in other.values()} == {"meta"}
    again = here.to("cpu").batch(index, rng(5))
    assert all(torch.equal(one[k], again[k]) for k in one), "the source it came from stays where it was"
    held = [v for v in vars(there).values() if isinstance(v, Tensor) and v.dim() == 4]
    assert all(v.device.type == "meta" for v in held)


def test_pictures_lie_on_the_device_as_bytes_and_once():
    there = Domains([bytes_of(3), bytes_of(4)], ("a", "b")).to("meta")
    assert {t.dtype for t in (there._all, *there.images)} == {torch.uint8}
    assert all(t._base is there._all for t in there.images)
    assert there._label.device.type == "cpu"


def test_what_lies_in_a_dict_goes_along():
    class Named(OnDevice):
        def __init__(self):
            self.images = {"a": [bytes_of(3)], "b": torch.arange(4)}

    there = Named().to("meta")
    assert there.images["a"][0].device.type == "meta" and there.images["b"].device.type == "cpu"
    assert Named().held() == bytes_of(3).nbytes


def test_a_source_goes_to_a_gpu_that_has_room_for_the_training_beside_it(monkeypatch):
    source, bytes_ = Unpaired(bytes_of(3), bytes_of(4), 20), 7 * 3 * 24 * 24
    for free, there in ((4 * bytes_, True), (4 * bytes_ - 1, False)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, free=free: (free, 10**9))
        assert fits(source, torch.device("cuda")) is there
    assert not fits(source, torch.device("cpu"))


@pytest.mark.parametrize("draw", ["textures", "landscapes", "pen", "toy"])
def test_a_world_draws_on_the_device(draw):
    index = ONE_OF_EACH_KIND
    image = {
        "textures": lambda: textures.draw(index, 16, device="meta"),
        "landscapes": lambda: landscapes.draw(index, "dawn", 16, device="meta"),
        "pen": lambda: glyphs.draw(index, "pen", 16, device="meta"),
        "toy": lambda: glyphs.draw(index, "toy", 16, device="meta"),
    }[draw]()
    assert image.device.type == "meta" and image.shape == (8, 3, 16, 16)


def test_where_batches_are_made_is_no_part_of_what_a_source_is():
    source = Unpaired(bytes_of(6), bytes_of(7), 20)
    assert fingerprint(source) == fingerprint(source.to("cpu"))
    assert fingerprint(Icons(32)) == fingerprint(Icons(32).to("cpu"))
