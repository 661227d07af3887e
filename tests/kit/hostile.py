"""Small files that are built to hold a decoder, or to fill its memory; each is made here, by a size that may be chosen."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from kit.odd_images import drawing, packed


def scans(count: int = 2_000, side: int = 6_300) -> bytes:
    """A progressive JPEG that passes over all of its pixels again and again, and says nothing new."""
    sound = packed(drawing(320, 240).convert("RGB"), "JPEG", progressive=True)
    starts = [i for i in range(len(sound)) if sound[i : i + 2] == b"\xff\xda"]
    size = sound.index(b"\xff\xc2") + 5
    again = sound[starts[1] : starts[2]] * count
    return sound[:size] + struct.pack(">HH", side, side) + sound[size + 4 : -2] + again + b"\xff\xd9"


def segments(count: int = 300_000) -> bytes:
    """A JPEG of empty comments."""
    return b"\xff\xd8" + b"\xff\xfe\0\2" * count + packed(drawing(), "JPEG")[2:]


def comment(blocks: int = 20_000, size: int = 255) -> bytes:
    """A GIF whose comment is joined block by block."""
    head = b"GIF89a" + struct.pack("<HHBBB", 16, 16, 0x80, 0, 0) + bytes(6)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 16, 16, 0) + b"\x02\x02\x4c\x01\0"
    return head + b"!\xfe" + (bytes([size]) + bytes(size)) * blocks + b"\0" + frame + b";"


def stray(count: int = 1_000_000) -> bytes:
    """A GIF with bytes between its parts that mean nothing."""
    sound = packed(drawing(), "GIF")
    return sound[:-1] + b"\x01" * count + b";"


def tiff(entries: list[tuple[int, int, int, int]], rest: int = 0) -> bytes:
    """A TIFF of entries (tag, type, number of values, value or place)."""
    made = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0\x08\0\0\0" + struct.pack("<H", len(entries)) + made + bytes(4 + rest)


def strips(count: int = 300_000) -> bytes:
    """A TIFF of 16 x 16 px in many strips, all at one place."""
    shape = [(256, 4, 1, 16), (257, 4, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    return tiff(
        [*shape, (273, 4, count, 200), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, count, 200)], 4 * count + 200
    )


def tags(count: int = 900, size: int = 2**20) -> bytes:
    """A TIFF whose tags all claim the same bytes, each of them a copy."""
    return tiff([(i, 1, size, 0) for i in range(count)], size)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunks(chunks: bytes) -> bytes:
    sound = packed(drawing())
    return sound[:33] + chunks + sound[33:]


def texts(count: int = 400, size: int = 2**20 - 9) -> bytes:
    """A PNG of many texts that unpack to a megabyte each."""
    return with_chunks(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(size))) * count)


def text(size: int = 60 * 2**20) -> bytes:
    """A PNG with one text that unpacks to sixty."""
    return with_chunks(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(size))))


def runs(side: int = 6_000, pairs: int = 100_000) -> bytes:
    """A BMP in runs of no pixels."""
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, 0, 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + 1024) + head + bytes(1024) + b"\1\0" * pairs


BOMBS = {
    "a JPEG of 2,000 scans": scans,
    "a JPEG of 300,000 comments": segments,
    "a GIF with a comment of 5 MB": comment,
    "a GIF with a comment in bytes": lambda: comment(9_000, 1),
    "a GIF with a million stray bytes": stray,
    "a TIFF of 300,000 strips": strips,
    "a TIFF whose tags are all of it": tags,
    "a TIFF of 60,000 tags": lambda: tags(60_000, 0),
    "a PNG of 400 texts": texts,
    "a PNG with a text of 60 MB": text,
    "a PNG of 200,000 empty chunks": lambda: with_chunks(chunk(b"IDAT", b"") * 200_000),
    "a BMP in runs": runs,
}


def random_parts(count: int, seed: int = 0):
    """`count` files, each a sound one with a few bytes changed, left out or repeated: (kind, bytes)."""
    import random

    rng = random.Random(seed)
    sound = {
        kind: packed(drawing().convert("RGB"), kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
    }
    sound["progressive JPEG"] = packed(Image.effect_noise((64, 64), 60), "JPEG", progressive=True)
    for _ in range(count):
        kind = rng.choice([*sound])
        data = bytearray(sound[kind])
        for _ in range(rng.randint(1, 12)):
            at, how = rng.randrange(len(data)), rng.randrange(4)
            if how == 0:
                data[at] = rng.randrange(256)
            elif how == 1:
                data[at : at + 4] = struct.pack(
                    ">I", rng.choice([0, 1, 2**31 - 1, 2**32 - 1, rng.randrange(2**32)])
                )
            elif how == 2:
                del data[at : at + rng.randint(1, 64)]
            else:
                data[at:at] = data[at : at + rng.randint(1, 64)] * rng.randint(1, 40)
            data = data or bytearray(b"\0")
        yield kind, bytes(data)
