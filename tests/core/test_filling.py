"""Filling: masks of any kind, images of any size, and a model that fills from Python and from the command line."""

from __future__ import annotations

import io
import json
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image, ImageChops, ImageFilter
from torch import Tensor

import i2i
from i2i.checkpoint import export
from i2i.images import ImageError, to_image, to_rgb, to_tensor
from i2i.measure.holes import FIGURES
from i2i.run.filling import as_hole, fill, pieces, told, window
from kit.folders import album
from kit.images import deep, grey, painted, veiled, view
from kit.methods import loud, tiny


def apart(a: Image.Image, b: Image.Image) -> np.ndarray:
    """bool [H, W]: where two RGB images differ."""
    assert a.mode == b.mode == "RGB" and a.size == b.size
    return (np.asarray(a) != np.asarray(b)).any(2)


# ---- A mask ----

BOX = (2, 1, 7, 4)
WANTED = np.asarray(painted(10, 6, BOX)) > 0


def clear(mode: str) -> Image.Image:
    """White everywhere, and the hole is where one cannot see through."""
    page = Image.new("LA", (10, 6), (255, 0))
    page.paste((255, 255), BOX)
    return page.convert("RGBA").convert(mode)


def saved(image: Image.Image, **options) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return Image.open(file)


def turned() -> Image.Image:
    """Lies on its side, and its EXIF block says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(clear("RGBA").transpose(Image.ROTATE_90), exif=exif)


DEEP = np.asarray(painted(10, 6, BOX)).astype(np.uint16) * 257
MASKS = {
    **{
        mode: lambda mode=mode: painted(10, 6, BOX, mode)
        for mode in ("L", "1", "RGB", "P", "RGBA", "LA", "CMYK")
    },
    **{f"clear {mode}": lambda mode=mode: clear(mode) for mode in ("LA", "RGBA", "RGBa")},
    "16 bits": lambda: Image.fromarray(DEEP),
    "16 bits, soft": lambda: Image.fromarray(DEEP // 257 * 140 + 100 * (257 - 140)),
    "16 bits, black is clear": lambda: saved(
        Image.fromarray(np.where(DEEP > 0, 40_000, 20_000).astype(np.uint16)), transparency=20_000
    ),
    "a palette, black is clear": lambda: saved(painted(10, 6, BOX, "P"), transparency=0),
    "turned": turned,
    "soft": lambda: Image.fromarray(np.where(WANTED, 128, 127).astype(np.uint8)),
    "twice as large": lambda: painted(20, 12, [2 * v for v in BOX]),
    "five times as large": lambda: painted(50, 30, [5 * v for v in BOX], "RGB"),
}


@pytest.mark.parametrize("make", MASKS.values(), ids=MASKS)
def test_a_mask_of_any_kind_says_where_the_hole_is(make):
    found = as_hole(make(), (10, 6))
    assert found.dtype == bool and np.array_equal(found, WANTED)


def on(paper, ink, mode: str = "RGB") -> Image.Image:
    page = Image.new(mode, (10, 6), paper)
    page.paste(ink, BOX)
    return page


def classes(first: tuple[int, ...], second: tuple[int, ...]) -> Image.Image:
    page = painted(10, 6, BOX).point(lambda v: v > 0).convert("L")
    page.putpalette([*first, *second])
    return page


def both_inks() -> Image.Image:
    """A mask in black and white on a page that is larger."""
    page = Image.new("RGBA", (10, 6), (0, 0, 0, 0))
    page.paste("black", (0, 0, 9, 5))
    page.paste("white", BOX)
    return page


MARKS = {
    "0 and 1": lambda: on(0, 1, "L"),
    "1 and 2": lambda: on(1, 2, "L"),
    "a palette's class 1": lambda: classes((0, 0, 0), (128, 0, 0)),
    "0 and 255 in 16 bits": lambda: Image.fromarray(DEEP // 257),
    "0 and 1 in 16 bits": lambda: Image.fromarray(DEEP // DEEP.max()),
    "0 and 1 of floats": lambda: Image.fromarray((DEEP > 0).astype(np.float32)),
    "int32": lambda: Image.fromarray((DEEP > 0).astype(np.int32)),
    **{f"{ink} on black": lambda ink=ink: on("black", ink) for ink in ("red", "blue", "#402020", "lime")},
    **{f"{ink} on white": lambda ink=ink: on("white", ink) for ink in ("red", "blue", "yellow")},
    **{
        f"{ink} on a layer": lambda ink=ink: on((0, 0, 0, 0), (*ink, 255), "RGBA")
        for ink in ((0, 0, 0), (255, 255, 255), (250, 20, 20), (20, 20, 20), (90, 140, 30))
    },
    "black on a grey layer": lambda: on((0, 0), (0, 255), "LA"),
    "black and white on a layer": both_inks,
}


@pytest.mark.parametrize("make", MARKS.values(), ids=MARKS)
def test_what_a_person_sees_as_marked_is_the_hole(make):
    assert np.array_equal(as_hole(make(), (10, 6), view(10, 6)), WANTED)


def test_soft_strokes_are_marked_in_any_colour():
    for paper, ink in (("black", "blue"), ("white", "red"), ("black", "#303030")):
        big = Image.new("RGB", (100, 60), paper)
        big.paste(ink, [10 * v for v in BOX])
        found = as_hole(big.filter(ImageFilter.GaussianBlur(2)), (10, 6))
        assert np.array_equal(found, WANTED), (paper, ink)


def test_a_picture_with_its_hole_cut_out_is_its_own_mask():
    image = view(40, 24)
    cut = image.convert("RGBA")
    cut.putalpha(ImageChops.invert(painted(40, 24, (8, 4, 20, 12))))
    wanted = np.asarray(painted(40, 24, (8, 4, 20, 12))) > 0
    for given in (image, cut):
        assert np.array_equal(as_hole(cut, image.size, given), wanted)
    flat = Image.new("RGBA", (40, 24), "red")
    flat.putalpha(cut.getchannel("A"))
    assert np.array_equal(as_hole(flat, flat.size, flat), wanted)
    assert np.array_equal(as_hole(flat, flat.size, image), ~wanted), "red strokes on a layer"


def test_a_black_page_with_the_noise_of_a_jpeg_marks_nothing():
    noisy = Image.fromarray(np.random.default_rng(0).integers(0, 5, (60, 100), np.uint8))
    assert not as_hole(noisy, (100, 60)).any()


@pytest.mark.parametrize(
    "share, says",
    [(0, "fills 0 %: nothing is marked"), (0.3, "fills 30 %."), (0.6, "fills 60 %, more than half")],
)
def test_what_a_mask_fills_is_told(share, says):
    hole = np.arange(100).reshape(10, 10) < 100 * share
    assert told(hole).startswith(says)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fill(Spy(), view(10, 10), Image.fromarray(hole))
    assert [str(w.message) for w in caught] == ([] if share == 0.3 else [f"the mask {told(hole)}"])


def test_a_mask_of_nearly_the_same_shape_will_do():
    assert as_hole(painted(51, 35, (0, 0, 51, 17)), (512, 350))[:165].all()
    assert as_hole(painted(64, 64, (0, 0, 0, 0)), (9, 9)).shape == (9, 9)


@pytest.mark.parametrize(
    "given, sentence",
    [
        (
            painted(6, 10, (0, 0, 1, 1)),
            r"^the mask is 6 x 10 px and the picture 10 x 6: they must have one shape\.$",
        ),
        (painted(20, 11, (0, 0, 1, 1)), "they must have one shape"),
        (Image.new("L", (0, 6)), r"^the mask has no pixels\.$"),
        (np.ones((6, 10)), r"^expected a PIL picture as mask, got ndarray\.$"),
        ("mask.png", "got str"),
        (None, "got NoneType"),
    ],
    ids=["turned", "another shape", "empty", "an array", "a name", "nothing"],
)
def test_what_is_no_mask_is_refused_in_a_sentence(given, sentence):
    with pytest.raises(ImageError, match=sentence):
        as_hole(given, (10, 6))


# ---- The window ----


@pytest.mark.parametrize("w, h", [(1, 1), (3, 700), (37, 53), (64, 64), (800, 40), (512, 600)])
@pytest.mark.parametrize("size", [32, 128])
def test_a_window_lies_inside_and_is_twice_as_large_as_the_hole(w, h, size):
    rng = np.random.default_rng(w + h)
    places = [(0, 0, 1, 1), (w - 1, h - 1, w, h), (0, h - 1, w, h), (0, 0, w, h)]
    for _ in range(30):
        (x0, x1), (y0, y1) = (sorted(rng.integers(0, side + 1, 2)) for side in (w, h))
        places.append((min(x0, w - 1), min(y0, h - 1), max(x1, x0 + 1), max(y1, y0 + 1)))
    for box in places:
        left, top, right, bottom = window(np.asarray(painted(w, h, [int(v) for v in box])) > 0, size)
        for first, last, a, b, side in ((left, right, box[0], box[2], w), (top, bottom, box[1], box[3], h)):
            b = min(b, side)
            assert 0 <= first <= a and b <= last <= side
            assert last - first == min(side, max(size, 2 * (b - a)))
            middle = abs((first + last) - (a + b)) <= 1
            assert middle or first == 0 or last == side, "round the hole, but for the border"


# ---- Filling an image ----


class Spy:
    """Paints every hole red and keeps what it was shown."""

    name, size, controls = "spy", 32, ("mask", "scale")

    def __init__(self):
        self.shown = []

    def translate(self, x: Tensor, seed: int = 0, mask: Tensor | None = None) -> Tensor:
        self.shown.append((x, mask))
        return x * (1 - mask) + mask * torch.tensor([1.0, -1.0, -1.0]).view(1, 3, 1, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    card = {"licence": "MIT", "recipe": "own folder", "name": "mender"}
    return export(
        tmp_path_factory.mktemp("holes") / "mender", loud("pggan", side=32).float().eval(), size=32, card=card
    )


@pytest.fixture(scope="module")
def model(folder):
    return i2i.load(folder, device="cpu", precision="fp32")


SIZES = {  # the image, and the holes of it
    (2, 1): [(1, 0, 2, 1)],
    (3, 700): [(0, 10, 3, 12), (1, 0, 2, 690)],
    (37, 53): [(10, 20, 21, 33), (0, 0, 5, 5), (36, 52, 37, 53)],
    (512, 600): [(100, 100, 130, 420), (500, 580, 512, 600)],
    (2000, 1500): [(400, 300, 1500, 1400)],
}


@pytest.mark.parametrize(
    "size, box", [(size, box) for size, boxes in SIZES.items() for box in boxes], ids=str
)
def test_a_filled_picture_keeps_its_size_and_all_that_lies_outside(model, size, box):
    image, m = view(*size, grain=7), painted(*size, box)
    made, inside = fill(model, image, m), np.asarray(m) > 0
    changed = apart(made, image)
    assert not changed[~inside].any() and changed[inside].mean() > 0.8
    spoilt = Image.composite(Image.effect_noise(size, 90).convert("RGB"), image, m)
    assert apart(spoilt, image).any() and not apart(fill(model, spoilt, m), made).any(), (
        "nothing in the hole is looked at"
    )


@pytest.mark.parametrize(
    "make", [Image.fromarray, grey, deep, veiled], ids=["colours", "grey", "16 bits", "transparent"]
)
def test_a_picture_of_any_kind_is_filled(model, make):
    image, m = make(np.asarray(view(41, 34, grain=4))), painted(41, 34, (5, 6, 20, 17))
    changed = apart(fill(model, image, m), to_rgb(image))
    assert changed[6:17, 5:20].mean() > 0.8 and changed.sum() == changed[6:17, 5:20].sum()


def test_a_turned_photograph_is_filled_upright(model):
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = view(21, 40, grain=4)
    lying = saved(upright.transpose(Image.ROTATE_90), exif=exif)
    m = painted(21, 40, (0, 30, 10, 40))
    assert lying.size == (40, 21) and not apart(fill(model, lying, m), fill(model, upright, m)).any()


def test_an_empty_hole_changes_nothing_and_a_full_one_leaves_nothing(model):
    for w, h in ((1, 1), (37, 53)):
        assert not apart(fill(model, view(w, h), Image.new("L", (w, h))), view(w, h)).any()
        with pytest.raises(
            ImageError,
            match=r"^the hole covers the whole picture: there is nothing left to go by; mark less of it\.$",
        ):
            fill(model, view(w, h), Image.new("1", (w, h), 1))
    with pytest.raises(ImageError, match="expected a PIL picture, got str"):
        fill(model, "cat.png", Image.new("L", (4, 4)))


@pytest.mark.parametrize("scale, side", [(1, 32), (1.5, 48), (4, 128)])
@pytest.mark.parametrize(
    "size, box", [((37, 53), (10, 20, 21, 33)), ((200, 300), (3, 101, 90, 158))], ids=str
)
def test_the_net_is_shown_the_surroundings_and_no_pixel_of_the_hole(scale, side, size, box):
    spy, m = Spy(), painted(*size, box)
    red = Image.composite(Image.new("RGB", size, "red"), view(*size, grain=9), m)
    green = Image.composite(Image.new("RGB", size, "lime"), red, m)
    made = fill(spy, green, m, scale)
    fill(spy, red, m, scale)
    (x, seen), (same, _) = spy.shown
    assert torch.equal(x, same), "whatever lies in the hole"
    assert (
        max(x.shape[-2:]) == side
        and all(s % 4 == 0 and s >= 32 for s in x.shape[-2:])
        and {*seen.unique().tolist()} == {0, 1}
    )
    left, top, right, bottom = window(np.asarray(m) > 0, 32)
    known = F.interpolate(to_tensor(green.crop((left, top, right, bottom))), x.shape[-2:], mode="area")
    clean = F.max_pool2d(seen, 3, 1, 1).expand_as(x) == 0
    assert clean.any() and (x - known)[clean].abs().max() < 0.5, "in its place"
    middle = [(box[0] + box[2]) // 2, (box[1] + box[3]) // 2]
    assert made.getpixel(tuple(middle)) == (255, 0, 0)
    touched = F.interpolate(
        torch.from_numpy(np.array(m)[None, None, top:bottom, left:right]).float() / 255,
        x.shape[-2:],
        mode="area",
    )
    assert max(right - left, bottom - top) < 2 * side or seen[touched > 0.4].all(), "part of the hole is hole"
    share = seen.mean().item() * (right - left) * (bottom - top) / ((box[2] - box[0]) * (box[3] - box[1]))
    assert 0.9 < share < 1.5, "the pixels that the hole touches, and no more"


def test_what_is_known_beside_a_hole_is_as_bright_as_it_was():
    """Where the image is shrunk, also of a pixel that the hole covers in part."""
    spy, colour = Spy(), (200, 90, 40)
    fill(spy, Image.new("RGB", (201, 299), colour), painted(201, 299, (3, 101, 90, 158)))
    ((x, seen),) = spy.shown
    known = x.permute(0, 2, 3, 1)[seen[:, 0] == 0]
    torch.testing.assert_close(
        known, to_tensor(Image.new("RGB", (1, 1), colour))[:, :, 0, 0].expand_as(known)
    )


def test_holes_that_lie_apart_are_each_seen_from_near():
    spy, image = Spy(), view(600, 400, grain=9)
    boxes = [(20, 30, 40, 44), (560, 350, 590, 390), (300, 20, 330, 60)]
    m = Image.new("L", image.size)
    for box in boxes:
        m.paste(255, box)
    made = fill(spy, image, m)
    assert len(spy.shown) == 3
    for (_, seen), (left, top, right, bottom) in zip(
        spy.shown, boxes, strict=True
    ):  # from the smallest to the largest
        side = max(32, 2 * (right - left), 2 * (bottom - top))
        assert seen.mean() == pytest.approx(
            (right - left) * (bottom - top) / side / min(side, 400), rel=0.5
        ), "its own window"
    after = image
    for box in boxes:
        after = fill(Spy(), after, painted(600, 400, box))
    assert not apart(made, after).any(), "as if they were filled one by one"
    beside, m = Spy(), painted(600, 400, (20, 30, 60, 70))
    m.paste(255, (64, 30, 144, 110))
    fill(beside, image, m)
    (_, first), (x, second) = beside.shown
    assert first.mean() > 0.27 and second.mean() == pytest.approx(0.25, abs=0.03), (
        "the one is hole to the other until it is filled"
    )
    assert (x[:, 0] > 0.9).logical_and(x[:, 1] < -0.9).float().mean() > 0.01, (
        "and then what was painted there"
    )
    near = painted(600, 400, (20, 30, 24, 34))
    near.paste(255, (26, 30, 30, 34))
    assert len(pieces(np.asarray(near) > 0, 32)) == 1, "both are seen unshrunk"


def test_a_picture_full_of_specks_takes_few_passes_and_is_not_all_hole():
    spy, image = Spy(), view(600, 600, grain=9)
    specks = np.zeros((600, 600), bool)
    specks[::5, ::5] = True
    made, m = fill(spy, image, Image.fromarray(specks)), Image.fromarray(specks)
    assert len(pieces(specks, 32)) == 16 and len(spy.shown) == 0, (
        "of no pixel of the shrunk picture half is hole: their mean will do"
    )
    off = np.abs(
        np.asarray(made).astype(int)
        - np.asarray(image.resize((75, 75), Image.BOX).resize((600, 600), Image.BICUBIC)).astype(int)
    )
    assert not apart(made, image)[~specks].any() and np.median(off[specks]) < 40
    spoilt = Image.composite(Image.new("RGB", (600, 600), "lime"), image, m)
    assert not apart(fill(spy, spoilt, m), made).any(), "nothing in the hole is looked at"
    dense = np.ones((600, 600), bool)
    dense[::60, ::60] = False
    fill(spy, image, Image.fromarray(dense))
    assert [0 < seen.mean() < 1 for _, seen in spy.shown] == [True], "the little that is known is not lost"


@pytest.mark.parametrize("halvings", [1, 3])
def test_a_net_that_halves_more_often_is_shown_what_it_can_halve(tmp_path, halvings):
    home = export(tmp_path / "deep", loud("pggan", side=32, halvings=halvings).float().eval(), size=32)
    model, m = i2i.load(home, device="cpu", precision="fp32"), painted(40, 53, (10, 5, 31, 50))
    assert apart(model(view(40, 53), mask=m, scale=1.5), view(40, 53)).any()


# ---- The pipeline ----


def test_a_model_is_called_with_a_picture_and_a_mask(model):
    image, m = view(45, 38, grain=4), painted(45, 38, (8, 9, 21, 20))
    made = model(image, mask=m)
    assert not apart(made, fill(model, image, m)).any() and apart(made, image).any()
    two = model(image, mask=m, n=2, seed=5)
    assert (
        isinstance(two, list)
        and len(two) == 2
        and not apart(two[0], made).any()
        and not apart(two[1], made).any()
    )
    assert (
        not apart(model(image, mask=m, scale=2), fill(model, image, m, 2)).any()
        and apart(model(image, mask=m, scale=2), made).any()
    )
    with pytest.raises(
        ValueError, match=r"^mender needs a mask: an image of the same shape, white where the hole is\.$"
    ):
        model(image)
    with pytest.raises(ImageError, match="one shape"):
        model(image, mask=painted(38, 45, (0, 0, 3, 3)))
    with pytest.raises(ValueError, match=r"^mender has no control 'label'; it has: mask, scale\.$"):
        model(image, mask=m, label=0)
    with pytest.raises(ValueError, match="^scale is a factor from 1 to 4; got 5"):
        model(image, mask=m, scale=5)


def test_what_is_painted_is_what_the_method_paints(model):
    image, m = view(32, 32, grain=4), painted(32, 32, (8, 8, 24, 24))
    wanted = to_image(
        model.method.translate(to_tensor(image), mask=torch.from_numpy(np.array(m)).float()[None, None] / 255)
    )
    off = np.abs(np.asarray(model(image, mask=m)).astype(int) - np.asarray(wanted))
    assert off.max() <= 2


def test_visitors_may_fill_side_by_side(folder):
    fresh = i2i.load(folder, device="cpu", precision="fp32")
    jobs = [(view(40 + i, 50 - i, seed=i), painted(40 + i, 50 - i, (i, i, 20 + i, 15 + i))) for i in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda job: fresh(job[0], mask=job[1]), jobs))
    assert not any(
        apart(made, fresh(image, mask=m)).any() for made, (image, m) in zip(together, jobs, strict=True)
    )


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    return export(tmp_path_factory.mktemp("other") / "painter", tiny("cyclegan").eval(), size=32)


def test_a_model_without_holes_takes_no_mask(other):
    with pytest.raises(ValueError, match=r"^painter has no control 'mask'; it has: "):
        i2i.load(other, device="cpu")(view(), mask=painted(64, 64, (0, 0, 9, 9)))


# ---- The command line ----


def test_holes_are_filled_from_the_command_line(cli, here, folder, model):
    image, m = view(45, 38, grain=4), painted(45, 38, (8, 9, 21, 20))
    wanted = model(image, mask=m)
    image.save("in.png"), m.save("white.png"), (here / "many").mkdir()
    Image.merge("LA", (Image.new("L", m.size, 255), m)).save("clear.png")
    for name in ("white", "clear"):
        status, out, err = cli(
            "translate", folder, "in.png", "--mask", f"{name}.png", "--out", name, "--device", "cpu"
        )
        assert status == 0 and out.strip().endswith("in.png"), err
        off = np.abs(np.asarray(Image.open(here / name / "in.png")).astype(int) - np.asarray(wanted))
        assert off[np.asarray(m) == 0].max() == 0 and off.mean() < 1, "white on black, or white on nothing"
    image.save("many/a.png"), view(38, 45).save("many/b.png")
    status, _, err = cli("translate", folder, "many", "--mask", "white.png", "--out", "made")
    assert status == 1 and (here / "made" / "a.png").is_file() and not (here / "made" / "b.png").exists()
    assert (
        "b.png: the mask is 45 x 38 px and the picture 38 x 45: they must have one shape." in err
        and "1 of 2" in err
    )


def test_the_command_line_says_what_is_filled_and_keeps_what_can_be_seen_through(cli, here, folder):
    image = view(45, 38, grain=4).convert("RGBA")
    image.putalpha(200)
    image.paste((0, 0, 0, 0), (8, 9, 21, 20))
    image.save("cut.png")
    status, _, err = cli("translate", folder, "cut.png", "--out", "made")
    assert status == 0 and "the mask of cut.png fills 8.36 %." in err
    made = Image.open(here / "made" / "cut.png")
    assert made.mode == "RGBA" and made.getpixel((0, 0)) == image.getpixel((0, 0))
    assert made.crop((8, 9, 21, 20)).getchannel("A").getextrema() == (255, 255)
    view(45, 38).convert("L").save("grey.png"), painted(45, 38, (8, 9, 21, 20)).save("m.png")
    cli("translate", folder, "grey.png", "--mask", "m.png", "--out", "made")
    assert Image.open(here / "made" / "grey.png").mode == "L"


WRONG = {
    "no mask": ("", 2, "--mask: mender fills holes: say where, white on black."),
    "no such mask": ("--mask gone.png", 1, "gone.png does not exist."),
    "no picture": ("--mask text.png", 1, "text.png is not a picture that can be read here"),
    "another shape": ("--mask thin.png", 1, "thin.png and the picture"),
    "all of it": ("--mask full.png", 1, "the hole covers the whole picture"),
}


@pytest.mark.parametrize("line, status, sentence", WRONG.values(), ids=WRONG)
def test_a_mask_that_will_not_do_is_a_sentence(cli, here, folder, line, status, sentence):
    (
        view(45, 38).save("in.png"),
        painted(9, 38, (0, 0, 3, 3)).save("thin.png"),
        Image.new("L", (45, 38), 255).save("full.png"),
    )
    (here / "text.png").write_text("no picture")
    found, out, err = cli("translate", folder, "in.png", *line.split(), "--out", "made")
    assert found == status and not out and "Traceback" not in err
    assert sentence.replace("thin.png and", "the mask is 9 x 38 px and") in err


def test_a_mask_goes_with_a_model_that_fills(cli, here, other):
    view(45, 38).save("in.png"), painted(45, 38, (0, 0, 9, 9)).save("m.png")
    status, _, err = cli("translate", other, "in.png", "--mask", "m.png", "--out", "made")
    assert status == 2 and err.strip().endswith("--mask: painter has no holes to fill.")


QUICK = "--size 32 --batch 2 --steps 2 --precision fp32 --quiet --width 4 --d_width 4 --dilations 1,2".split()


def test_pictures_of_ones_own_become_a_model_that_fills_and_is_judged(cli, here):
    album(here / "mine")
    status, _, err = cli("train", "pggan", "--data", "mine", *QUICK)
    assert status == 0, err
    run = here / "runs" / "pggan-mine"
    model = i2i.load(run / "export", device="cpu")
    c = model.method.config
    assert (c.width, c.side, c.dilations, model.size, model.card["steps"]) == (4, 32, (1, 2), 32, 2)
    assert {*model.card["figures"]} == {*FIGURES} and model.card[
        "summary"
    ] == "Trained on a folder of pictures."
    assert [p.name for p in (run / "export").glob("*.safetensors")] == ["G.safetensors"]
    status, out, _ = cli("evaluate", run / "export", "--data", "mine", "--json")
    found = json.loads(out)
    assert status == 0 and found["hole L1"] == pytest.approx(model.card["figures"]["hole L1"])
    status, out, _ = cli("evaluate", run / "export", "--data", "mine")
    assert (
        status == 0 and "all 4 picture(s) of mine that it was not trained on" in out and "border jump" in out
    )
    status, _, err = cli("train", "pggan", "--data", "mine", *QUICK)
    assert status == 0, f"nothing is left to do: {err}"


def test_settings_and_pictures_that_will_not_do_are_sentences(cli, here):
    album(here / "mine", 31, 90)
    status, _, err = cli("train", "pggan", "--data", "mine", *QUICK)
    assert status == 1 and "there is no picture of at least 32 x 32 px: the largest is 31 x 90;" in err
    for words, sentence in (
        (["--dilations", "1,b"], "--dilations wants whole numbers with commas between, got '1,b'."),
        (["--shared", "5"], "side must be a multiple of 64"),
    ):
        status, _, err = cli("train", "pggan", "--data", "mine", *QUICK, *words)
        assert status == 2 and sentence in err.strip().splitlines()[-1]
