"""The images that the page opens with, each at an address of its own, in place of data URLs within the page: the page is
light, an image that two tabs show travels once, and a browser asks for those of a tab when it shows the tab."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from typing import TYPE_CHECKING

from PIL import Image

from .openings import opening

if TYPE_CHECKING:
    from gradio import Blocks

LEAST = 1_500  # characters of a data URL that is worth a request of its own
FOLDER = "picture/"  # below the page's own address, wherever that is served
_DATA_URL = re.compile(r"data:image/(png|webp);base64,([A-Za-z0-9+/=]+)")
_KEPT: dict[str, bytes] = {}  # name -> file; of this app's own pictures only, nothing of a visitor's


def lighten(app: Blocks) -> None:
    """Put the images of the values that components open with at addresses. What an event sends back stays as it is: its
    reader takes data URLs."""
    sent = {block._id for fn in app.fns.values() for block in fn.inputs}
    for block in app.blocks.values():
        if block._id not in sent and getattr(block, "value", None):
            block.value = _light(block.value)


def kept() -> dict[str, str]:
    """All files by name, in base64."""
    return {name: base64.b64encode(data).decode() for name, data in _KEPT.items()}


def keep(files: dict[str, str]) -> None:
    """Have again what `kept` returned."""
    _KEPT.update((name, base64.b64decode(code)) for name, code in files.items())


def picture(name: str) -> tuple[bytes, str] | None:
    """The file of that name and its type, or None."""
    data = _KEPT.get(name)
    return data and (data, f"image/{name.rpartition('.')[2]}")


def _light(value):
    if isinstance(value, str):
        return _DATA_URL.sub(lambda m: _kept(m[1], m[2]) if len(m[0]) >= LEAST else m[0], value)
    if isinstance(value, list | tuple):
        return type(value)(map(_light, value))
    return {key: _light(part) for key, part in value.items()} if isinstance(value, dict) else value


def _kept(kind: str, code: str) -> str:
    """The address of an image; a PNG becomes a WebP of the same pixels where that is smaller."""
    data = base64.b64decode(code)
    name = hashlib.sha256(data).hexdigest()[:24]
    if kind == "png":
        if f"{name}.webp" in _KEPT:
            return f"{FOLDER}{name}.webp"
        if lighter := _lighter(code):
            kind, data = "webp", base64.b64decode(lighter)
    _KEPT.setdefault(f"{name}.{kind}", data)
    return f"{FOLDER}{name}.{kind}"


@opening
def _lighter(code: str) -> str:
    """A PNG as a WebP of the same pixels, both in base64; "" where that is no smaller."""
    data, buffer = base64.b64decode(code), io.BytesIO()
    Image.open(io.BytesIO(data)).save(buffer, "WEBP", lossless=True, quality=60, method=3)
    return base64.b64encode(buffer.getvalue()).decode() if len(buffer.getvalue()) < len(data) else ""
