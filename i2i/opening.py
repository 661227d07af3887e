"""Opening image files that may be hostile. Without torch: a process that only decodes images starts in an instant."""

from __future__ import annotations

import importlib
import importlib.util
import io
import re
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError, features

from .files import printable

HEIC = (
    importlib.util.find_spec("pi_heif") is not None
)  # the app installs it; the package reads HEIC where it is there
_COMMON = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", *(("AVIF",) if features.check("avif") else ()))
FORMATS = (*_COMMON, *(("HEIF",) if HEIC else ()))
SUFFIXES = {
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
    *((".avif",) if "AVIF" in FORMATS else ()),
    *((".heic", ".heif") if HEIC else ()),
}
MAX_BYTES = 30 * 2**20
MAX_PIXELS = 40_000_000
MAX_SIDE = 9_000
MAX_PROFILE = 4 * 2**20  # bytes of a colour profile
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


class ImageError(ValueError):
    """An image that cannot be used; the message is one sentence that says what is wrong and what to do."""


def open_image(file: str | Path | BinaryIO, name: str | None = None, blank: bool = True) -> Image.Image:
    """Read an image file into upright RGB. Raises ImageError with one sentence that names the file and the fault.

    How the file is built, its size and its pixel count are checked before anything is decoded, so a bomb costs nothing.
    What becomes of animations, profiles, depths and transparency: see `to_rgb`.
    blank: False refuses an image of which nothing is seen once its transparency lies over white, as of a white logo.
    """
    return _opened(file, name, lambda image, named: _on_white(layers(image), None if blank else named))


def open_layers(file: str | Path | BinaryIO, name: str | None = None) -> Image.Image:
    """As `open_image`, but with its transparency, its grey and its depth: see `layers`."""
    return _opened(file, name, lambda image, _: layers(image))


def _opened(
    file: str | Path | BinaryIO, name: str | None, then: Callable[[Image.Image, str], Image.Image]
) -> Image.Image:
    """What `then` makes of a file's image and its name, while whatever may be wrong with either becomes an ImageError."""
    name = name or (Path(file).name if isinstance(file, str | Path) else "the picture")
    name, formats = printable(name), _COMMON
    try:
        data = _read(file, name)
        if reason := suspicion(data):
            raise ImageError(f"{name} {reason}; open it in an image editor and export it again.")
        if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS and b"avif" not in data[8:64]:
            _learn_heic(name)
            formats = ("HEIF",)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd and harmless in a file is nothing to tell of
            image = Image.open(io.BytesIO(data), formats=formats)
            _check_extent(image, name)
            image.load()
            return then(image, name)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError(f"{name} does not exist.") from None
    except IsADirectoryError:
        raise ImageError(f"{name} is a folder, not a picture.") from None
    except UnidentifiedImageError:
        if formats != _COMMON:
            raise ImageError(f"{name} is damaged or cut short; export it again.") from None
        raise ImageError(f"{name} is not a picture that can be read here; use PNG, JPEG or WebP.") from None
    except Image.DecompressionBombError:
        raise ImageError(f"{name} has too many pixels; make it at most {MAX_SIDE} px on a side.") from None
    except PermissionError:
        raise ImageError(f"{name} may not be read; check its permissions.") from None
    except MemoryError:
        raise ImageError(f"{name} takes more memory than there is; make it smaller.") from None
    except Exception as fault:
        if "MAX_TEXT" in str(fault):
            raise ImageError(f"{name} {_WORDY}; open it in an image editor and export it again.") from None
        # Decoders raise whatever they like on broken files.
        raise ImageError(
            f"{name} is damaged or cut short ({type(fault).__name__}); export it again."
        ) from None


def _learn_heic(name: str) -> None:
    """Have Pillow read HEIC from now on: the first of its frames in 8 bits, upright, with its profile."""
    if not HEIC:
        raise ImageError(
            f"{name} is a HEIC picture, as telephones take them, and cannot be read here; export it as JPEG, or install pi-heif."
        )
    importlib.import_module("pi_heif").register_heif_opener(
        thumbnails=False, depth_images=False, aux_images=False
    )


def _read(file: str | Path | BinaryIO | None, name: str) -> bytes:
    if file is None:
        raise ImageError("no picture was sent; choose one.")
    if isinstance(file, str | Path):
        size = Path(file).stat().st_size
        if size == 0:
            raise ImageError(f"{name} is empty (0 bytes); export or download it again.")
        if size <= MAX_BYTES:
            return Path(file).read_bytes()
    elif len(data := file.read(MAX_BYTES + 1)) <= MAX_BYTES:
        return data
    raise ImageError(f"{name} is larger than {MAX_BYTES >> 20} MB; save it smaller and try again.")


def _check_extent(image: Image.Image, name: str) -> None:
    w, h = image.size
    if w * h > MAX_PIXELS:
        raise ImageError(
            f"{name} has {w * h / 1e6:.0f} megapixels, more than the {MAX_PIXELS // 10**6} allowed; make it smaller."
        )
    if max(w, h) > MAX_SIDE or max(w, h) > 50 * min(w, h):
        raise ImageError(
            f"{name} is {w} x {h} px, too long and thin or too large to translate; crop it first."
        )


def to_rgb(image: Image.Image) -> Image.Image:
    """Any PIL image as `layers` has it, of 8 bits by `eight_bits`, and what is transparent laid over white: upright RGB."""
    return _on_white(layers(image))


def layers(image: Image.Image) -> Image.Image:
    """Any PIL image, its first frame, upright: L, LA, RGB or RGBA in the colours of sRGB; or I;16, I or F, which are deeper
    than 8 bits and grey. Palettes, CMYK and the like become RGB. A colour profile is applied and left out."""
    if not isinstance(image, Image.Image):
        raise ImageError(f"expected a PIL picture, got {type(image).__name__}.")
    if getattr(image, "is_animated", False):
        image.seek(0)
    if not all(image.size):
        raise ImageError(f"the picture is {image.width} x {image.height} px: it has no pixels.")
    image = upright(image)
    if image.mode.startswith(("I", "F")):
        return image
    profile = image.info.get("icc_profile")
    if image.mode in ("L", "LA", "RGB", "RGBA") and not profile and "transparency" not in image.info:
        return image
    grey, alpha = image.mode in ("1", "L", "LA", "La"), None
    if image.mode in ("La", "RGBa"):
        image = image.convert("LA" if grey else "RGBA")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode not in ("CMYK", "LAB"):
        image = image.convert("RGB").convert("L") if grey else image.convert("RGB")
    image = _to_srgb(image, profile).convert("L" if grey else "RGB")
    image.info.pop("icc_profile", None)
    if alpha:
        image.putalpha(alpha)
    return image


def eight_bits(image: Image.Image) -> Image.Image:
    """An image of `layers` with 8 bits a channel.

    Whole numbers: white is 255, 4095 or 65535, the least of them that no value exceeds, or the largest value if that is
    larger still. Floats: white is 1, or the largest value where that is above 1 or below a sixteenth. Black is 0, or the
    lowest value where one is below 0. What is no number is black.
    """
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.array(image, dtype=np.float32)  # one copy, changed in place: there may be forty million
    known = values[np.isfinite(values)] if image.mode.startswith("F") else values
    low, top = float(known.min(initial=0.0)), float(known.max(initial=0.0))
    if low == 0 and image.mode.startswith("F"):
        top = 1.0 if 1 / 16 <= top <= 1 else top
    elif low == 0:
        top = next((float(white) for white in (255, 4095, 65535) if top <= white), top)
    np.nan_to_num(values, copy=False, nan=low, posinf=top, neginf=low)
    values -= low
    values /= (top - low) or 1.0
    values *= 255
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8))


def _on_white(image: Image.Image, name: str | None = None) -> Image.Image:
    """An image of `layers` as RGB over white. name: ImageError if nothing of it is then seen."""
    image = eight_bits(image)
    if image.mode not in ("LA", "RGBA"):
        return image.convert("RGB")
    clear = image.getchannel("A").getextrema()[0] < 128
    laid = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
    if name and clear and min(low for low, _ in laid.getextrema()) >= 245:
        raise ImageError(
            f"{name} is transparent and shows nothing but white, which is laid under it, so nothing of it would be seen; "
            "lay it over a darker colour first."
        )
    return laid


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that a profile means, in sRGB; as they are where it is that of sRGB, or says nothing that can be read."""
    if not profile or len(profile) > MAX_PROFILE:
        return image
    try:
        from PIL import ImageCms

        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        change = ImageCms.buildTransform(own, srgb, image.mode, "RGB")
    except Exception:  # Pillow without littlecms; a damaged profile; one of another kind of image
        return image
    if image.mode == "RGB":  # the many profiles of sRGB itself would change a byte here and there
        steps = np.linspace(0, 255, 16).round().astype(np.uint8)
        probe = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(64, 64, 3)
        moved = np.asarray(ImageCms.applyTransform(Image.fromarray(probe), change))
        if np.abs(moved.astype(int) - probe).max() <= 2:
            return image
    return ImageCms.applyTransform(image, change)


def upright(image: Image.Image) -> Image.Image:
    """The EXIF rotation applied. Where the EXIF block is broken the image is still good, so it stays as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except (SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return image


# -- how a file is built ------------------------------------------------------------------------------------------------

# What honest files stay far below. Each of these costs a decoder time or memory that has nothing to do with the pixels.
MAX_SCANS = 100  # passes of a progressive JPEG over all of its pixels; encoders make some ten
MAX_PARTS = 40_000  # segments, chunks, strips or tiles
MAX_BLOCKS = 4_096  # of a GIF, beside its pixels; Pillow joins the blocks of a comment one by one
MAX_TEXT = 2**20  # bytes of text or comment beside the pixels
MAX_TEXTS = 256  # pieces of text in a PNG, each of which may unpack to a megabyte
_WORDY = "carries more text beside its pixels than is read here"
MAX_TAGS = 1_000  # of a TIFF
MAX_RUNS = 2**22  # pixels, and bytes, of a BMP packed in runs, which Pillow unpacks one by one


def suspicion(data: bytes) -> str | None:
    """Why a file should not be decoded, as the end of a sentence, or None. Reads only how it is built; of another format, or
    where it is cut short, it says nothing."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _of_jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _of_png(data)
        if data.startswith((b"GIF87a", b"GIF89a")):
            return _of_gif(data)
        if data.startswith((b"II", b"MM")):
            return _of_tiff(data)
        if data.startswith(b"BM"):
            return _of_bmp(data)
    except (IndexError, struct.error):
        return None
    return None


_MARKER = re.compile(rb"\xff+([^\x00\x01\xff\xd0-\xd8])", re.DOTALL)


def _of_jpeg(data: bytes) -> str | None:
    at = scans = parts = 0
    while (found := _MARKER.search(data, at)) and found[1] != b"\xd9":
        parts, scans = parts + 1, scans + (found[1] == b"\xda")
        if scans > MAX_SCANS:
            return f"is a JPEG of more than {MAX_SCANS} scans, which no camera or program makes"
        if parts > MAX_PARTS:
            return f"is a JPEG of more than {MAX_PARTS} parts, which no camera or program makes"
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return None


def _of_png(data: bytes) -> str | None:
    at, parts, texts, text = 8, 0, 0, 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        parts += 1
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            texts, text = texts + 1, text + length
        if parts > MAX_PARTS:
            return f"is a PNG of more than {MAX_PARTS} parts"
        if text > MAX_TEXT or texts > MAX_TEXTS:
            return _WORDY
        at += 12 + length
    return None


def _of_gif(data: bytes) -> str | None:
    """Up to the second frame: Pillow looks no further."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    blocks = text = frames = 0
    while frames < 2 and at < len(data) and data[at] != 0x3B:
        kind, beside = data[at], True
        if kind == 0x2C:  # a frame: its place, perhaps colours, and its pixels in blocks
            frames, beside = frames + 1, False
            at += 11 + (3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0)
        else:  # an extension, or a stray byte
            at += 2 if kind == 0x21 else 1
            blocks += 1
        if kind in (0x21, 0x2C):
            while size := data[at]:
                at += 1 + size
                blocks, text = blocks + beside, text + beside * size
                if blocks > MAX_BLOCKS or text > MAX_TEXT:
                    break
            at += 1
        if blocks > MAX_BLOCKS or text > MAX_TEXT:
            return _WORDY
    return None


_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_STRIPS = (273, 279, 324, 325)  # where strips and tiles lie, and how long they are


def _of_tiff(data: bytes) -> str | None:
    """The first directory: Pillow reads all that its entries point to, wherever and however often."""
    order = "<" if data[:2] == b"II" else ">"
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    at = struct.unpack_from(order + "Q", data, 8)[0] if big else struct.unpack_from(order + "I", data, 4)[0]
    count = struct.unpack_from(order + ("Q" if big else "H"), data, at)[0]
    if count > MAX_TAGS:
        return f"is a TIFF with more than {MAX_TAGS} tags"
    at, total = at + (8 if big else 2), 0
    for _ in range(count):
        tag, kind, number = struct.unpack_from(order + ("HHQ" if big else "HHI"), data, at)
        total += _SIZES.get(kind, 0) * number
        if tag in _STRIPS and number > MAX_PARTS:
            return f"is a TIFF cut into more than {MAX_PARTS} parts"
        at += 20 if big else 12
    if total > len(data) + MAX_TEXT:
        return "is a TIFF whose tags claim more than the file holds"
    return None


def _of_bmp(data: bytes) -> str | None:
    width, height, packing = *struct.unpack_from("<ii", data, 18), struct.unpack_from("<I", data, 30)[0]
    if packing in (1, 2) and max(abs(width * height), len(data)) > MAX_RUNS:
        return "is a large BMP packed in runs, which would take too long to read"
    return None
