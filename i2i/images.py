"""Images in and out: reading files that may be hostile, and the way between PIL and tensors in [-1, 1]."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 30 * 2**20
MAX_PIXELS = 40_000_000
MAX_SIDE = 9_000


class ImageError(ValueError):
    """An image that cannot be used; the message is one sentence that says what is wrong and what to do."""


def open_image(file: str | Path | BinaryIO, name: str | None = None) -> Image.Image:
    """Read an image file into upright RGB. Raises ImageError with one sentence that names the file and the fault.

    Size and pixel count are checked before anything is decoded, so a bomb costs nothing. Of an animation the first
    frame is taken; transparency is laid over white; 16-bit values are scaled; EXIF rotation is applied.
    """
    name = name or (Path(file).name if isinstance(file, str | Path) else "the picture")
    try:
        if isinstance(file, str | Path):
            size = Path(file).stat().st_size
            if size == 0:
                raise ImageError(f"{name} is empty (0 bytes); export or download it again.")
            if size > MAX_BYTES:
                raise ImageError(
                    f"{name} is larger than {MAX_BYTES >> 20} MB; save it smaller and try again."
                )
        image = Image.open(file, formats=FORMATS)
        _check_extent(image, name)
        image.load()
        return to_rgb(image)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError(f"{name} does not exist.") from None
    except IsADirectoryError:
        raise ImageError(f"{name} is a folder, not a picture.") from None
    except UnidentifiedImageError:
        raise ImageError(f"{name} is not a picture that can be read here; use PNG, JPEG or WebP.") from None
    except Image.DecompressionBombError:
        raise ImageError(f"{name} has too many pixels; make it at most {MAX_SIDE} px on a side.") from None
    except PermissionError:
        raise ImageError(f"{name} may not be read; check its permissions.") from None
    except Exception as fault:  # decoders raise whatever they like on broken files
        raise ImageError(
            f"{name} is damaged or cut short ({type(fault).__name__}); export it again."
        ) from None


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
    """Any PIL image as upright RGB: first frame, EXIF applied, 16 bits scaled to 8, alpha over white."""
    if not isinstance(image, Image.Image):
        raise ImageError(f"expected a PIL picture, got {type(image).__name__}.")
    if getattr(image, "is_animated", False):
        image.seek(0)
    if not all(image.size):
        raise ImageError(f"the picture is {image.width} x {image.height} px: it has no pixels.")
    image = upright(image)
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, dtype=np.float64)
        known = values[np.isfinite(values)]
        top = 65535.0 if image.mode.startswith("I") else max(1.0, float(known.max(initial=1.0)))
        shades = np.nan_to_num(values, nan=0.0, posinf=top, neginf=0.0) / top * 255
        image = Image.fromarray(shades.clip(0, 255).round().astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image)
    return image.convert("RGB")


def upright(image: Image.Image) -> Image.Image:
    """The EXIF rotation applied. Where the EXIF block is broken the image is still good, so it stays as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except (SyntaxError, ValueError, TypeError, KeyError, struct.error):
        return image


FITS = ("letterbox", "crop")


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """An image at (width, height), by the filter that the way calls for: Lanczos smaller, bicubic larger."""
    if image.size == tuple(size):
        return image
    return image.resize(
        size, Image.LANCZOS if size[0] * size[1] < image.width * image.height else Image.BICUBIC
    )


def fitted(
    image: Image.Image, size: int, fit: str = "letterbox", side: int | None = None
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """An image on a square canvas of `side` px (default: `size`), and the box (left, top, right, bottom) that it fills.

    "letterbox": all of it, its longer side `size`, its border repeated outwards. "crop": its middle square, of `size`.
    Training, evaluation and translation all shape images by this one function. ValueError for another fit.
    """
    if fit not in FITS:
        raise ValueError(f"fit is one of {', '.join(FITS)}; got {fit!r}.")
    rgb, side = to_rgb(image), side or size
    if fit == "crop":
        w = h = size
        shorter = min(rgb.size)
        left, top = ((s - shorter) // 2 for s in rgb.size)
        rgb = scaled(rgb.crop((left, top, left + shorter, top + shorter)), (w, h))
    else:
        w, h = (max(1, round(s * size / max(rgb.size))) for s in rgb.size)
        rgb = scaled(rgb, (w, h))
    left, top = (side - w) // 2, (side - h) // 2
    if (w, h) != (side, side):
        edges = ((top, side - h - top), (left, side - w - left), (0, 0))
        rgb = Image.fromarray(np.pad(np.asarray(rgb), edges, mode="edge"))
    return rgb, (left, top, left + w, top + h)


def as_bytes(image: Image.Image) -> Tensor:
    """RGB image -> uint8 [3, H, W]."""
    return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def to_tensor(image: Image.Image) -> Tensor:
    """RGB image -> float [1, 3, H, W] in [-1, 1]."""
    return from_bytes(as_bytes(image)[None])


def from_bytes(pixels: Tensor) -> Tensor:
    """uint8 of any shape -> float in [-1, 1]."""
    return pixels.float() / 127.5 - 1


def to_bytes(x: Tensor) -> Tensor:
    """float in [-1, 1] of any shape -> uint8, rounded."""
    return ((x.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def to_image(x: Tensor) -> Image.Image:
    """float [3, H, W] or [1, 3, H, W] in [-1, 1] -> RGB image."""
    return Image.fromarray(to_bytes(x.reshape(x.shape[-3:])).permute(1, 2, 0).cpu().contiguous().numpy())


def sheet(rows: list[Tensor], gap: int = 4) -> Image.Image:
    """Contact sheet: every row is float [N, 3, H, W] in [-1, 1]; images left to right, rows top to bottom."""
    height = sum(row.shape[2] + gap for row in rows) + gap
    width = max(row.shape[0] * (row.shape[3] + gap) for row in rows) + gap
    page = Image.new("RGB", (width, height), "white")
    top = gap
    for row in rows:
        for i, x in enumerate(row):
            page.paste(to_image(x), (gap + i * (row.shape[3] + gap), top))
        top += row.shape[2] + gap
    return page
