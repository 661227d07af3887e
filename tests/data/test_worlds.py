"""The procedural worlds: exact distances, images that depend on (seed, index) only, honest labels."""

import math
import time

import pytest
import torch

from i2i.data.worlds import facades, icons, sdf
from i2i.data.worlds.facades import Facades
from i2i.data.worlds.icons import Icons

pytestmark = pytest.mark.patient

N = len(icons.CLASSES)


# --- sdf ---------------------------------------------------------------------------------------------


def shapes(p: sdf.Points) -> dict[str, torch.Tensor]:
    return {
        "ball": sdf.ball(p, 0.5),
        "box": sdf.box(p, 0.5, 0.3, radius=0.1),
        "capsule": sdf.segment(p, (-0.4, -0.2), (0.3, 0.5)) - 0.1,
        "triangle": sdf.polygon(p, (-0.5, -0.5), (0.5, -0.5), (0.0, 0.5)),
        "star": sdf.star(p, 5, 0.7, 0.35),
        "trapezoid": sdf.trapezoid(p, 0.6, 0.3, 0.4),
        "arc": sdf.arc(p, 0.5, 1.0) - 0.1,
    }


@pytest.mark.parametrize("name", list(shapes(sdf.grid(4))))
def test_distances_have_slope_one_almost_everywhere(name):
    d = shapes(sdf.grid(128))[name]
    gx, gy = sdf.gradient(d, 2 / 128)
    assert (gx * gx + gy * gy).sqrt().median() == pytest.approx(1, abs=1e-3)
    assert max(gx.abs().max(), gy.abs().max()) < 1.001  # a jump would show, a crease does not


@pytest.mark.parametrize(
    ("name", "area"),
    [("ball", math.pi / 4), ("triangle", 0.5), ("trapezoid", 0.72), ("box", 0.6 - (4 - math.pi) * 0.01)],
)
def test_coverage_adds_up_to_the_area(name, area):
    d = shapes(sdf.grid(128))[name]
    assert sdf.coverage(d, 2 / 128).sum() * (2 / 128) ** 2 == pytest.approx(area, rel=0.01)


def test_space_is_not_tied_to_the_plane():
    p = tuple(torch.tensor([v]) for v in (0.0, 0.0, 2.0))
    assert sdf.ball(p, 0.5).item() == pytest.approx(1.5)
    assert sdf.box(p, 1.0, 1.0, 0.5).item() == pytest.approx(1.5)
    assert sdf.segment(p, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)).item() == pytest.approx(1.0)
    assert sdf.ellipsoid(p, 1.0, 1.0, 1.0).item() == pytest.approx(1.0)


def test_turn_is_counter_clockwise_with_y_up():
    x, y = sdf.grid(32)
    assert x[0, 0, 0] < x[0, 0, -1] and y[0, 0, 0] > y[0, -1, 0]
    up = sdf.ball(sdf.shift(sdf.turn((x, y), math.pi / 2), 0.5, 0.0), 0.1)
    assert y[up < 0].mean() == pytest.approx(0.5, abs=0.05)


def test_hash_is_a_function_of_seed_index_and_column():
    index = torch.tensor([3, 2**31 + 5, 2**40, 0])
    u = sdf.hash_uniform(7, index, 5)
    assert u.shape == (4, 5) and u.dtype == torch.float32
    assert torch.equal(u[1:2], sdf.hash_uniform(7, index[1:2], 5))
    assert torch.equal(u[:, :3], sdf.hash_uniform(7, index, 3))
    assert not torch.equal(u, sdf.hash_uniform(8, index, 5))
    assert not torch.equal(u, sdf.hash_uniform(7 + 2**32, index, 5))


def test_hash_is_uniform_and_uncorrelated():
    u = sdf.hash_uniform(0, torch.arange(50_000), 4)
    assert 0 <= u.min() and u.max() < 1
    assert (u.mean(0) - 0.5).abs().max() < 0.01 and (u.var(0) - 1 / 12).abs().max() < 0.002
    following = torch.cat([u[1:], u[:-1]], 1)  # against the other columns and the neighbouring sample
    assert (torch.corrcoef(following.T) - torch.eye(8)).abs().max() < 0.02


# --- icons -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("style", icons.STYLES)
def test_icons_have_shape_range_and_content(style, size):
    x = icons.draw(torch.arange(N), style, size, label=torch.arange(N))
    assert x.shape == (N, 3, size, size) and x.dtype == torch.float32
    assert x.isfinite().all() and x.min() >= -1 and x.max() <= 1
    assert (x.amax((1, 2, 3)) - x.amin((1, 2, 3)) > 0.8).all()
    if style != "night":
        assert (x[:, :, 0, :] > 0.9).all() and (x[:, :, :, 0] > 0.9).all(), "an object touches the frame"


def test_an_icon_does_not_depend_on_its_batch():
    whole = Icons().batch(torch.arange(40))
    part = Icons().batch(torch.tensor([31, 7, 31]))
    for key in ("x", "y", "label"):
        torch.testing.assert_close(whole[key][[31, 7, 31]], part[key], atol=1e-4, rtol=0)
    again = Icons().batch(torch.arange(40))
    assert torch.equal(whole["x"], again["x"]) and torch.equal(whole["y"], again["y"])


def test_seed_and_index_make_a_difference():
    label = torch.zeros(8, dtype=torch.int64)
    x = icons.draw(torch.arange(8), "flat", label=label)
    assert (x[:, None] - x[None]).abs().mean((2, 3, 4)).add(torch.eye(8)).min() > 0.01
    assert (x - icons.draw(torch.arange(8), "flat", seed=1, label=label)).abs().mean() > 0.02


def test_styles_show_the_same_object():
    """The line's ink lies on the edges of the flat image; flat and glossy fill the same pixels."""
    index, label = torch.arange(2 * N), torch.arange(2 * N) % N
    line, flat, glossy = (icons.draw(index, s, 64, label=label) for s in ("line", "flat", "glossy"))
    ink = line[:, 0] < 0
    inside = flat.amin(1) < 0.6
    near = torch.nn.functional.max_pool2d(inside[:, None].float(), 3, 1, 1)[:, 0] > 0
    assert ((ink & near).sum() / ink.sum()) > 0.97
    strong = (glossy.amax(1) - glossy.amin(1) > 0.35) | (glossy.amax(1) < 0.2)  # not shadow, not paper
    assert ((strong & near).sum() / strong.sum()) > 0.97
    other = near.roll(1, 0)
    assert ((ink & other).sum() / ink.sum()) < 0.9


def test_a_picture_is_the_same_at_every_size():
    index, label = torch.arange(N), torch.arange(N)
    for style, limit in (("line", 0.12), ("flat", 0.06), ("glossy", 0.06), ("night", 0.09)):
        small = icons.draw(index, style, 64, label=label)
        large = torch.nn.functional.avg_pool2d(icons.draw(index, style, 128, label=label), 2)
        assert (small - large).abs().mean() < limit, style


def test_classes_differ_and_labels_cover_them():
    assert N >= 14 and len(set(icons.CLASSES)) == N
    mean = torch.stack(
        [icons.draw(torch.arange(6), "line", 64, label=torch.full((6,), k)).mean(0) for k in range(N)]
    )
    gap = (mean[:, None] - mean[None]).abs().mean((2, 3, 4)) + torch.eye(N)
    assert gap.min() > 0.05
    label = icons.label_of(torch.arange(4000), 0)
    count = torch.bincount(label, minlength=N)
    assert len(count) == N and count.min() > 0.6 * 4000 / N
    assert not torch.equal(label, icons.label_of(torch.arange(4000), 1))


def test_colours_are_typical_but_not_fixed():
    label = torch.full((64,), icons.CLASSES.index("mug"))
    x = icons.draw(torch.arange(64), "flat", 32, label=label)
    ink = (x.amin(1) < 0.8).float()[:, None]
    tint = (x * ink).sum((2, 3)) / ink.sum((2, 3))
    assert tint.std(0).min() > 0.1


def test_pens_vary_in_training_lines_only():
    def darkness(split: str, x: str = "line") -> torch.Tensor:
        d = Icons(x=x, split=split)
        b = d.batch(torch.arange(24))
        plain = icons.draw(b["index"] + d.first, x, label=b["label"])
        return (1 - b["x"]).sum((1, 2, 3)) / (1 - plain).sum((1, 2, 3))

    ratio = darkness("train")
    assert ratio.min() < 0.97 and ratio.max() > 1.1
    torch.testing.assert_close(darkness("val"), torch.ones(24), atol=1e-4, rtol=0)
    torch.testing.assert_close(darkness("train", "flat"), torch.ones(24), atol=1e-4, rtol=0)


@pytest.mark.parametrize("world", [Icons, Facades])
def test_splits_are_disjoint(world):
    sets = {s: world(split=s) for s in ("train", "val", "test")}
    assert [len(d) for d in sets.values()] == [2**20, 512, 512]
    ranges = sorted((d.first, d.first + len(d)) for d in sets.values())
    assert all(a[1] <= b[0] for a, b in zip(ranges[:-1], ranges[1:], strict=True))
    x = torch.cat([d.batch(torch.arange(6))["y"] for d in sets.values()])
    assert (x[:, None] - x[None]).abs().mean((2, 3, 4)).add(torch.eye(18)).min() > 0.01
    with pytest.raises(IndexError):
        sets["val"].batch(torch.tensor([512]))


def test_icons_source_delivers_what_it_says():
    b = Icons(size=64, x="flat", y="night", split="val").batch(torch.tensor([5, 500]))
    assert b["x"].shape == b["y"].shape == (2, 3, 64, 64)
    assert b["label"].dtype == b["index"].dtype == torch.int64
    assert b["y"].mean() < -0.5 < b["x"].mean()
    with pytest.raises(ValueError):
        Icons(x="oil")


# --- facades -----------------------------------------------------------------------------------------


def test_palette_round_trip():
    assert len(facades.CLASSES) == 12
    assert facades.PALETTE.shape == (12, 3) and facades.PALETTE.dtype == torch.uint8
    labels = torch.arange(12).repeat(2, 4)[:, :, None].expand(2, 48, 5)
    x = facades.colour(labels)
    assert x.shape == (2, 3, 48, 5) and x.min() == -1 and x.max() == 1
    assert torch.equal(facades.classes_of(x), labels)
    noisy = (x + 0.08 * torch.randn(x.shape, generator=torch.Generator().manual_seed(0))).clamp(-1, 1)
    assert torch.equal(facades.classes_of(noisy), labels)  # compressed colours ring


@pytest.mark.parametrize("size", [64, 128])
def test_facades_source_delivers_what_it_says(size):
    b = Facades(size).batch(torch.arange(4))
    assert b["x"].shape == b["y"].shape == (4, 3, size, size)
    assert b["labels"].shape == (4, size, size) and b["labels"].dtype == torch.int64
    assert torch.equal(facades.classes_of(b["x"]), b["labels"])
    assert b["y"].isfinite().all() and b["y"].min() >= -1 and b["y"].max() <= 1


def test_a_facade_does_not_depend_on_its_batch():
    whole, part = Facades().batch(torch.arange(12)), Facades().batch(torch.tensor([9, 2]))
    assert torch.equal(whole["labels"][[9, 2]], part["labels"])
    torch.testing.assert_close(whole["y"][[9, 2]], part["y"], atol=1e-4, rtol=0)


def test_label_maps_look_like_the_real_ones():
    labels = facades.draw_labels(torch.arange(200), 64)
    share = torch.bincount(labels.flatten(), minlength=12) / labels.numel()
    assert share.argmax() == facades.FACADE and (share > 0.005).all()
    assert 0.08 < share[facades.WINDOW] < 0.3 and 0.05 < share[facades.BACKGROUND] < 0.35
    windows = (labels == facades.WINDOW).flatten(1).any(1)
    assert windows.all()
    low = labels[:, 48:] == facades.DOOR
    assert low.sum() > 0.8 * (labels == facades.DOOR).sum()
    big = facades.draw_labels(torch.arange(200), 128)[:, ::2, ::2]
    assert (big == labels).float().mean() > 0.9


def test_rendering_reads_the_labels():
    index = torch.arange(4)
    labels = facades.draw_labels(index)
    plain = facades.render(labels, index)
    patched = []
    for k in range(12):
        edited = labels.clone()
        edited[:, 24:40, 24:40] = k
        patched.append(facades.render(edited, index))
    patched = torch.stack(patched)[..., 26:38, 26:38]
    change = (patched[:, None] - patched[None]).abs().mean((2, 3, 4, 5)) + torch.eye(12)
    assert change.min() > 0.03, "two classes look the same"
    # What is edited stays local: nothing of it reaches the upper corner.
    edited = labels.clone()
    edited[:, 40:50, 40:50] = facades.SHOP
    torch.testing.assert_close(facades.render(edited, index)[..., :16, :16], plain[..., :16, :16])


def test_one_map_has_many_buildings():
    labels = facades.draw_labels(torch.tensor([3])).expand(8, -1, -1)
    materials = torch.arange(8)
    y = facades.render(labels, torch.full((8,), 3), material=materials)
    wall = (y * (labels == facades.FACADE)[:, None]).mean((2, 3))
    assert (wall[:, None] - wall[None]).norm(dim=2).add(torch.eye(8)).min() > 0.015
    same = facades.render(labels, torch.arange(8), material=torch.zeros(8, dtype=torch.int64))
    assert (same[0] - same[1]).abs().mean() > 0.01  # paints and sky still vary


def test_shadows_fall_below_what_stands_out():
    labels = torch.full((1, 64, 64), facades.FACADE)
    labels[:, 20:24, 16:48] = facades.BALCONY
    index, material = torch.tensor([0]), torch.tensor([2])
    y = facades.render(labels, index, material=material).mean(1)[0]
    bare = facades.render(torch.full_like(labels, facades.FACADE), index, material=material).mean(1)[0]
    assert (bare - y)[24:26, 24:44].mean() > 0.15
    assert (bare - y)[16:19, 24:44].abs().mean() < 0.05


# --- speed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [Icons, Facades])
def test_worlds_are_fast_enough_to_be_endless(world, capsys):
    data = world()
    data.batch(torch.arange(64))
    start = time.perf_counter()
    data.batch(torch.arange(64, 192))
    rate = 256 / (time.perf_counter() - start)
    with capsys.disabled():
        print(f"\n{world.__name__}: {rate:.0f} pictures a second at 64 pixels")
    assert rate > 50  # a tenth of what an idle machine does
