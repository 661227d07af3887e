"""Image files of every kind that visitors bring, sound and unsound, and what is said of the unsound ones."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from .root import ROOT

# A HEIC of 64 x 48 px that says: turn it by a quarter; red, white, black, grey, by a profile that calls red blue.
TELEPHONE = ROOT / "tests" / "kit" / "telephone.heic"


def drawing(w: int = 40, h: int = 40) -> Image.Image:
    image = Image.new("RGB", (w, h), "white")
    image.paste("black", (w // 4, h // 4, w - w // 4, h // 4 + max(1, h // 10)))
    return image


def packed(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def turned() -> bytes:
    """A wide JPEG whose EXIF says: turn it by a quarter."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return packed(drawing(60, 30), "JPEG", exif=exif)


def see_through() -> bytes:
    return packed(drawing().convert("P", palette=Image.ADAPTIVE), transparency=0)


def animated() -> bytes:
    return packed(drawing(), "GIF", save_all=True, append_images=[Image.new("RGB", (40, 40), "red")])


def bomb(w: int = 12_000, h: int = 10_000) -> bytes:
    """A sound PNG of 120 megapixels in a few kilobytes."""
    squeeze = zlib.compressobj(1)
    rows = b"".join(squeeze.compress(bytes(1 + w // 8)) for _ in range(h)) + squeeze.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", w, h, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


GOOD = {
    "an ordinary picture": (lambda: packed(drawing()), (128, 128)),
    "wide": (lambda: packed(drawing(80, 40)), (128, 64)),
    "of 16 bits": (lambda: packed(Image.new("I;16", (40, 40), 30_000)), (128, 128)),
    "CMYK": (lambda: packed(drawing().convert("CMYK"), "JPEG"), (128, 128)),
    "with a palette and a hole": (see_through, (128, 128)),
    "turned by its EXIF": (turned, (64, 128)),
    "animated": (animated, (128, 128)),
    "a single pixel": (lambda: packed(Image.new("RGB", (1, 1))), (128, 128)),
}
BAD = {
    "text": (lambda: b"this is no picture", "not a picture"),
    "zero bytes": (lambda: b"", "empty"),
    "cut short": (lambda: (data := packed(Image.effect_noise((64, 64), 90)))[: len(data) // 2], "cut short"),
    "long and thin": (lambda: packed(Image.new("L", (10_000, 10))), "10000 x 10"),
    "a bomb": (bomb, "120 megapixels"),
}
