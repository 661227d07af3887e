"""Images in: whatever file arrives, it is read right or refused in one sentence that names it."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import time
import tracemalloc
import zlib

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from i2i import opening
from i2i.images import (
    ImageError,
    from_bytes,
    layers,
    like,
    open_image,
    open_layers,
    sheet,
    to_bytes,
    to_image,
    to_rgb,
    to_tensor,
)
from kit.odd_images import TELEPHONE
from kit.root import ROOT
from kit.sources import noise

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def corners() -> Image.Image:
    """40 x 20, quarters: red, green over blue, white."""
    image = Image.new("RGB", (40, 20), WHITE)
    for colour, box in ((RED, (0, 0, 20, 10)), (GREEN, (20, 0, 40, 10)), (BLUE, (0, 10, 20, 20))):
        image.paste(colour, box)
    return image


@pytest.fixture
def read(tmp_path):
    """Bytes under a name, as `open_image` gives them back."""

    def read(data: bytes, name: str = "mine.png") -> Image.Image:
        path = tmp_path / name
        path.write_bytes(data)
        return open_image(path)

    return read


@pytest.fixture
def refusal(read):
    """The sentence with which bytes are refused."""

    def refusal(data: bytes, name: str = "mine.png") -> str:
        with pytest.raises(ImageError) as caught:
            read(data, name)
        return checked(str(caught.value), name)

    return refusal


def checked(sentence: str, name: str) -> str:
    assert sentence.startswith(name) and sentence.endswith(".") and "\n" not in sentence
    return sentence


def close(got: tuple, colour: tuple, tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(got, colour, strict=True))


def shows_corners(image: Image.Image) -> bool:
    at = [image.getpixel(p) for p in ((5, 5), (35, 5), (5, 15), (35, 15))]
    return image.mode == "RGB" and image.size == (40, 20) and all(map(close, at, (RED, GREEN, BLUE, WHITE)))


# ---- What is read ----

READABLE = {
    "png": lambda: encoded(corners(), "PNG"),
    "jpeg": lambda: encoded(corners(), "JPEG", quality=95, subsampling=0),
    "progressive-jpeg": lambda: encoded(corners(), "JPEG", quality=95, subsampling=0, progressive=True),
    "webp": lambda: encoded(corners(), "WEBP", lossless=True),
    "gif": lambda: encoded(corners(), "GIF"),
    "bmp": lambda: encoded(corners(), "BMP"),
    "tiff": lambda: encoded(corners(), "TIFF", compression="tiff_lzw"),
    "palette": lambda: encoded(corners().quantize(4), "PNG"),
    "cmyk-jpeg": lambda: encoded(corners().convert("CMYK"), "JPEG", quality=95, subsampling=0),
    "png16-rgb": lambda: png16(np.asarray(corners(), np.uint16) * 257),
    "one-frame-of-many-gif": lambda: encoded(
        corners(), "GIF", save_all=True, append_images=[Image.new("RGB", (40, 20))]
    ),
    "one-frame-of-many-webp": lambda: encoded(
        corners(), "WEBP", lossless=True, save_all=True, append_images=[Image.new("RGB", (40, 20))]
    ),
    "one-page-of-many-tiff": lambda: encoded(
        corners(), "TIFF", save_all=True, append_images=[Image.new("RGB", (9, 9))]
    ),
    "broken-exif-png": lambda: encoded(corners(), "PNG", exif=b"no exif at all"),
    "broken-exif-jpeg": lambda: encoded(
        corners(), "JPEG", quality=95, subsampling=0, exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"
    ),
}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, bits: int, colour: int, packed: bytes) -> bytes:
    """A PNG by hand: what Pillow does not write."""
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def png16(values: np.ndarray) -> bytes:
    """16 bits a channel, RGB."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(values.shape[1], values.shape[0], 16, 2, zlib.compress(rows))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("kind", READABLE)
def test_every_kind_of_picture_is_read_as_what_it_shows(read, kind):
    assert shows_corners(read(READABLE[kind]()))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("kind", READABLE)
def test_a_picture_may_come_as_an_open_file(kind):
    assert shows_corners(open_image(io.BytesIO(READABLE[kind]())))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied(read, orientation):
    """A camera held sideways stores the image turned, with a note; 6 is the usual one."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = corners().transpose(turns[orientation]) if orientation in turns else corners()
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert shows_corners(read(encoded(stored, "JPEG", quality=95, subsampling=0, exif=exif)))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(read, kind):
    values = np.array([[0, 32768, 65535], [16384, 49152, 257]], np.uint16)
    got = np.asarray(read(encoded(Image.fromarray(values), kind)))
    assert got[..., 0].tolist() == [[0, 128, 255], [64, 191, 1]]
    assert (got == got[..., :1]).all()


def test_float_pictures_are_scaled_by_their_largest_value(read):
    values = np.array([[0.0, 0.5, 1.0]], np.float32)
    for factor in (1, 255):
        got = np.asarray(read(encoded(Image.fromarray(values * factor), "TIFF"), "mine.tif"))
        assert got[0, :, 0].tolist() == [0, 128, 255]


def test_values_that_are_no_numbers_become_black_or_white(read):
    values = np.array([[0.5, np.nan, np.inf, -np.inf]], np.float32)
    assert np.asarray(read(encoded(Image.fromarray(values), "TIFF")))[0, :, 0].tolist() == [128, 0, 255, 0]
    endless = np.array([[0.5, np.inf]], np.float32)
    assert np.asarray(read(encoded(Image.fromarray(endless), "TIFF")))[0, :, 0].tolist() == [128, 255]


@pytest.mark.parametrize("mode, ink", [("RGBA", (255, 0, 0, 0)), ("LA", (0, 0))])
def test_transparency_is_laid_over_white(read, mode, ink):
    """What the transparent ink would be does not matter; half transparent red is pink."""
    assert read(encoded(Image.new(mode, (4, 4), ink), "PNG")).getpixel((0, 0)) == WHITE
    pink = read(encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 128)), "PNG")).getpixel((1, 1))
    assert close(pink, (255, 127, 127), 1)


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_palette_with_a_transparent_entry_is_laid_over_white(read, kind):
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 255, 255, 0, 0])
    palette.putdata([0, 1])
    got = read(encoded(palette, kind, transparency=0))
    assert [got.getpixel((i, 0)) for i in (0, 1)] == [WHITE, RED]


def test_a_grey_picture_with_a_transparent_shade_is_laid_over_white(read):
    got = read(encoded(Image.new("L", (2, 2), 40), "PNG", transparency=40))
    assert got.getpixel((0, 0)) == WHITE


def test_black_and_white_is_read(read):
    page = Image.new("1", (4, 2), 1)
    page.putpixel((0, 0), 0)
    got = read(encoded(page, "PNG"))
    assert got.getpixel((0, 0)) == (0, 0, 0) and got.getpixel((1, 0)) == WHITE


def test_one_pixel_is_a_picture(read):
    assert read(encoded(Image.new("RGB", (1, 1), RED), "PNG")).getpixel((0, 0)) == RED


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "LA", "PA", "RGBX", "RGBa", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"]
)
def test_any_pil_picture_becomes_rgb(mode):
    assert to_rgb(Image.new(mode, (3, 2))).mode == "RGB"


def test_a_closed_animation_is_taken_at_its_first_frame():
    image = Image.open(io.BytesIO(READABLE["one-frame-of-many-gif"]()))
    image.seek(1)
    assert shows_corners(to_rgb(image))


def matrix_profile(primaries: tuple[tuple[float, ...], ...], gamma: float) -> bytes:
    """The least that an ICC profile of three primaries and a gamma holds."""

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(n * 65536) for n in numbers))

    curve = b"curv" + struct.pack(">IIH", 0, 1, round(256 * gamma)) + bytes(2)
    tags = {b"wtpt": b"XYZ " + bytes(4) + fixed(0.9642, 1, 0.8249)}
    for name, xyz in zip((b"r", b"g", b"b"), primaries, strict=True):
        tags |= {name + b"XYZ": b"XYZ " + bytes(4) + fixed(*xyz), name + b"TRC": curve}
    at, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data
    head = struct.pack(
        ">I4sI4s4s4s12s4s", at + len(body), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ", bytes(12), b"acsp"
    )
    return head + bytes(28) + fixed(0.9642, 1, 0.8249) + bytes(48) + table + body


# The colours of sRGB, each where another one is.
TURNED = matrix_profile(((0.1431, 0.0606, 0.7141), (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971)), 2.2)
SAME = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_a_profile_says_what_colours_are_meant(read):
    page = Image.new("RGB", (4, 3), RED)
    assert close(read(encoded(page, "PNG", icc_profile=TURNED)).getpixel((0, 0)), BLUE, 6)
    clear = Image.new("RGBA", (4, 3), (*GREEN, 128))
    clear.info["icc_profile"] = TURNED
    assert close(to_rgb(clear).getpixel((0, 0)), (255, 127, 127), 12)
    assert "icc_profile" not in layers(clear).info and layers(clear).getchannel("A").getpixel((0, 0)) == 128


@pytest.mark.parametrize("off, moved", [(1, 0), (2, 0), (3, 3)])
def test_a_profile_that_is_nearly_srgb_changes_no_byte_here_and_there(read, monkeypatch, off, moved):
    monkeypatch.setattr(
        ImageCms, "applyTransform", lambda image, change: image.point(lambda v: min(255, v + off))
    )
    page = Image.new("RGB", (4, 3), (10, 100, 200))
    wanted = (10 + moved, 100 + moved, 200 + moved)
    assert read(encoded(page, "PNG", icc_profile=SAME)).getpixel((0, 0)) == wanted


@pytest.mark.parametrize("profile", [SAME, b"no profile", TURNED[:200]], ids=["sRGB", "text", "cut short"])
def test_the_profile_of_srgb_and_one_that_is_damaged_change_no_byte(read, profile):
    page = Image.fromarray(to_bytes(noise(32, 32, 3)).numpy())
    got = read(encoded(page, "PNG", icc_profile=profile))
    assert np.array_equal(np.asarray(got), np.asarray(page))


@pytest.mark.parametrize(
    "values, wanted",
    [
        (np.array([[0, 2048, 4095]], np.uint16), [0, 128, 255]),  # 12 bits in 16
        (np.array([[0, 128, 255]], np.uint16), [0, 128, 255]),
        (np.array([[0, 2048, 4096]], np.uint16), [0, 8, 16]),
        (np.array([[0, 128, 255]], np.int32), [0, 128, 255]),
        (np.array([[0, 500_000, 1_000_000]], np.int32), [0, 128, 255]),
        (np.array([[-1000, 0, 1000]], np.int32), [0, 128, 255]),
        (np.array([[-1.0, 0.0, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 0.0005, 0.001]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 0.1, 0.2]], np.float32), [0, 26, 51]),
        (np.zeros((1, 3), np.float32), [0, 0, 0]),
    ],
)
def test_depths_are_scaled_by_a_rule_and_never_turned_black(read, values, wanted):
    assert np.asarray(read(encoded(Image.fromarray(values), "TIFF"), "mine.tif"))[0, :, 0].tolist() == wanted


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_layers_keep_grey_and_transparency(tmp_path, mode):
    image = corners().convert(mode)
    if "A" in mode:
        image.putalpha(77)
    image.save(tmp_path / "mine.png")
    got = open_layers(tmp_path / "mine.png")
    assert got.mode == mode and got.tobytes() == image.tobytes()
    assert layers(Image.new("P", (2, 2))).mode == "RGB" and layers(Image.new("CMYK", (2, 2))).mode == "RGB"


def test_white_on_nothing_is_refused_where_something_is_to_be_seen(tmp_path):
    logo = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    logo.paste((255, 255, 255, 255), (4, 4, 12, 12))
    logo.save(tmp_path / "logo.png")
    assert open_image(tmp_path / "logo.png").getextrema() == ((255, 255),) * 3
    with pytest.raises(ImageError, match="^logo.png is transparent and shows nothing but white"):
        open_image(tmp_path / "logo.png", blank=False)
    logo.paste((0, 0, 0, 255), (4, 4, 5, 5))
    logo.save(tmp_path / "logo.png")
    open_image(tmp_path / "logo.png", blank=False)
    Image.new("RGBA", (9, 9), "white").save(tmp_path / "page.png")
    open_image(tmp_path / "page.png", blank=False)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_without_its_reader_heic_is_told_from_what_is_no_picture(refusal, brand, monkeypatch):
    monkeypatch.setattr(opening, "HEIC", False)
    data = b"\0\0\0\x18ftyp" + brand + bytes(4) + b"mif1heic" + bytes(90)
    assert refusal(data, "IMG_1.HEIC") == (
        "IMG_1.HEIC is a HEIC picture, as telephones take them, and cannot be read here; "
        "export it as JPEG, or install pi-heif."
    )


@pytest.mark.skipif(not opening.HEIC, reason="pi-heif is not installed")
def test_heic_of_a_telephone_is_read_upright_and_in_its_colours(read, refusal, tmp_path):
    """64 x 48 px, to be turned by a quarter: red, white, black, grey, with the profile that calls red blue."""
    data = TELEPHONE.read_bytes()
    image = read(data, "IMG_1.HEIC")
    assert image.size == (48, 64) and image.mode == "RGB"
    for place, colour in (((36, 16), BLUE), ((36, 48), (255,) * 3), ((12, 16), (0,) * 3)):
        assert close(image.getpixel(place), colour, 8)
    (tmp_path / "IMG_1.HEIC").write_bytes(data)
    assert open_image(tmp_path / "IMG_1.HEIC").tobytes() == image.tobytes()
    for cut in (40, 300, len(data) // 2, len(data) - 9):
        assert "HEIC" in refusal(data[:cut], "IMG_1.HEIC")


def test_a_process_that_has_met_no_heic_tells_what_is_no_picture():
    """Pillow learns of HEIC with the first of them."""
    code = "import io; from i2i.opening import open_image; open_image(io.BytesIO(b'this is a text'), 'notes.png')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr.splitlines()[-1].endswith(
        "notes.png is not a picture that can be read here; use PNG, JPEG or WebP."
    )


def test_what_is_made_is_as_grey_and_as_transparent_as_what_was_given():
    made, hole = Image.new("RGB", (8, 8), (10, 100, 200)), Image.new("1", (8, 8))
    hole.paste(1, (0, 0, 4, 4))
    assert (
        like(made, Image.new("L", (8, 8), 7)).mode == "L"
        and like(made, Image.new("I;16", (8, 8))).mode == "L"
    )
    grey = like(made, Image.new("RGB", (8, 8), (9, 9, 9)))
    assert grey.mode == "RGB" and len(set(grey.getpixel((0, 0)))) == 1
    given = Image.new("RGBA", (8, 8), (50, 0, 0, 100))
    filled = like(made, given, hole)
    assert [filled.getpixel(p) for p in ((0, 0), (7, 7))] == [(10, 100, 200, 255), (50, 0, 0, 100)]
    laid = to_rgb(given).resize((16, 16))
    larger = like(laid, given)
    assert larger.size == (16, 16) and all(
        abs(a - b) <= 2 for a, b in zip(larger.getpixel((8, 8)), (50, 0, 0, 100), strict=True)
    )


def test_a_colour_behind_glass_is_rounded_and_not_cut():
    """As transparent as 100 of 255, so 15 from white over white is 38.25 from white by itself."""
    made = Image.new("RGB", (4, 4), (231, 240, 250))
    assert like(made, Image.new("RGBA", (4, 4), (50, 0, 0, 100))).getpixel((0, 0)) == (194, 217, 242, 100)


# ---- What is refused ----


@pytest.mark.parametrize(
    "data",
    [
        b"hello\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><p>",
        b"%PDF-1.7",
        b"\0" * 100,
    ],
    ids=["text", "svg", "html", "pdf", "zeros"],
)
def test_what_is_no_picture_is_refused(refusal, data):
    assert "not a picture that can be read here" in refusal(data)


def test_an_empty_file_is_refused(refusal):
    assert "is empty (0 bytes)" in refusal(b"")
    with pytest.raises(ImageError, match="^the picture is not a picture"):
        open_image(io.BytesIO(b""))


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "bmp", "tiff", "progressive-jpeg"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_a_truncated_file_is_refused(refusal, kind, share):
    whole = Image.fromarray(to_bytes(noise(64, 64, 3)).numpy())
    options = {"progressive": True} if "progressive" in kind else {}
    data = encoded(whole, kind.rpartition("-")[2].upper(), **options)
    assert any(word in refusal(data[: int(share * len(data))]) for word in ("cut short", "not a picture"))


def test_a_flipped_bit_in_a_png_is_refused(refusal):
    data = bytearray(encoded(corners(), "PNG"))
    data[data.index(b"IDAT") + 8] ^= 0xFF
    assert "damaged" in refusal(bytes(data))


@pytest.mark.parametrize("image", ["eps", "pdf", "ppm", "ico", "psd"])
def test_other_formats_are_never_opened(refusal, monkeypatch, image):
    """Pillow would hand an EPS to Ghostscript, a program for programs that strangers send."""
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **k: pytest.fail("a program was started"))
    data = {
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n",
        "psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 1, 1, 8, 3) + bytes(14),
    }.get(image)
    data = data or encoded(corners(), image.upper())
    Image.init()
    assert "not a picture that can be read here" in refusal(data, "mine.png")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_before_it_is_decoded(refusal):
    """120 megapixels in half a megabyte: refused by the header."""
    packer = zlib.compressobj()
    packed = b"".join(packer.compress(bytes(12_001)) for _ in range(10_000)) + packer.flush()
    data = png(12_000, 10_000, 8, 0, packed)
    assert len(data) < 2**19
    tracemalloc.start()
    start = time.process_time()
    sentence = refusal(data)
    seconds, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "120 megapixels" in sentence
    assert seconds < 1 and peak < 2**23


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    "w, h, why", [(30_000, 30_000, "pixels"), (10_000, 10, "long and thin"), (10, 9_001, "large")]
)
def test_extents_beyond_all_use_are_refused(refusal, w, h, why):
    assert why in refusal(png(w, h, 8, 0, b""))


def test_a_file_larger_than_any_picture_is_refused_unread(tmp_path):
    path = tmp_path / "mine.png"
    with path.open("wb") as file:
        file.truncate(31 * 2**20)
    with pytest.raises(ImageError) as caught:
        open_image(path)
    assert "larger than 30 MB" in checked(str(caught.value), "mine.png")


def test_folders_and_missing_files_are_named(tmp_path):
    for name, why in (("there", "is a folder"), ("gone.png", "does not exist")):
        (tmp_path / "there").mkdir(exist_ok=True)
        with pytest.raises(ImageError, match=why) as caught:
            open_image(tmp_path / name)
        checked(str(caught.value), name)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the super-user may read everything"
)
def test_a_file_that_may_not_be_read_is_named(tmp_path):
    path = tmp_path / "mine.png"
    path.write_bytes(encoded(corners(), "PNG"))
    path.chmod(0)
    with pytest.raises(ImageError, match="mine.png may not be read"):
        open_image(path)


def test_an_upload_is_called_by_the_name_that_its_owner_knows():
    with pytest.raises(ImageError, match="^cat.jpg is not a picture"):
        open_image(io.BytesIO(b"meow"), name="cat.jpg")


@pytest.mark.parametrize("thing", [None, "cat.png", np.zeros((4, 4, 3), np.uint8)])
def test_what_is_no_pil_picture_is_refused(thing):
    with pytest.raises(ImageError, match="expected a PIL picture, got"):
        to_rgb(thing)


def test_a_picture_without_pixels_is_refused():
    with pytest.raises(ImageError, match="0 x 2 px: it has no pixels"):
        to_rgb(Image.new("RGB", (0, 2)))


# ---- Tensors ----


def test_every_byte_survives_the_way_there_and_back():
    shades = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(to_bytes(from_bytes(shades)), shades)
    assert (from_bytes(shades).min(), from_bytes(shades).max()) == (-1, 1)
    assert torch.equal(to_tensor(to_image(to_tensor(corners()))), to_tensor(corners()))


def test_what_leaves_the_range_is_clipped():
    assert to_bytes(torch.tensor([-3.0, 0.0, 3.0])).tolist() == [0, 128, 255]


def test_a_tensor_holds_channels_then_rows_then_columns():
    x = to_tensor(corners())
    assert x.shape == (1, 3, 20, 40)
    assert x[0, :, 15, 5].tolist() == [-1, -1, 1], "row 15, column 5 is blue"


def test_a_sheet_shows_its_rows_from_top_to_bottom():
    page = sheet([torch.ones(2, 3, 8, 8), -torch.ones(3, 3, 8, 8)], gap=2)
    assert page.size == (2 + 3 * 10, 2 + 2 * 10)
    assert page.getpixel((3, 3)) == WHITE and page.getpixel((3, 13)) == (0, 0, 0)
