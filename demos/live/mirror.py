"""The mirror: what a camera sees, the lines of it, and what a small net makes of the lines, several times a second.

The browser sends {"frame": a JPEG as a data URL, "net", "share", "n"} as the component's value, and gets {"n", "lines", "made",
"alt", "ms", "net_ms"} back, or {"n", "fault"}: the next frame goes out when the answer to the last has come. Frames are neither written
to disk nor kept: the component `forgets` (see demos/page.py). The value that it opens with holds beside an answer "stills", "nets",
"net", "share", "shares" (least and most, in hundredths) and "still" (which picture is seen).
"""

from __future__ import annotations

import base64
import io
import math
import time
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec

import gradio as gr
from markupsafe import Markup
from PIL import Image, ImageOps

from i2i.data.worlds.traced import traced
from i2i.images import ImageError, to_image, to_tensor
from i2i.run.pipeline import Model, load, shipped

from ..decoding import open_image
from ..widgets import address, look
from ..widgets.asking import begun
from ..widgets.component import Component
from ..widgets.urls import exact_url, light_url
from ..work.once import once
from ..work.openings import opening
from . import words

SIDE = 128  # px of a frame
MOST = 60_000  # characters of a frame: ten times what a camera's takes
SHARES = (2, 14)  # hundredths of the pixels on which a line may begin: least and most
SHARE = 7

# What a visitor may choose, and the seeds of the answers, chosen by eye; four of them are shown as a square.
NETS = {"pix2pix-emoji": (7,), "bicyclegan-emoji": (0, 1, 2, 4), "pix2pix-icons": (7,)}
# Pictures that come with scikit-image and may be shown: the file, and the square that is taken; None: all of it, on white.
STILLS = {
    "astronaut": ("astronaut.png", (96, 0, 352, 256)),
    "horse": ("horse.png", None),
    "coffee": ("coffee.png", (110, 0, 510, 400)),
}

_HTML = Markup("""
<div class="mirror">
  <div class="mirror-tools">
    <button type="button" class="go" data-do="camera">{words.START_CAMERA}</button>
    <span class="small" id="mirror-or">{words.OR_PICTURE}</span>
    <div class="mirror-stills" role="radiogroup" aria-labelledby="mirror-or"></div>
    <p class="small" role="status"></p>
  </div>
  <div class="mirror-row">
    <figure><div class="mirror-seen"><video playsinline muted hidden aria-label="{words.CAMERA_SHOWS}"></video><img alt=""></div><figcaption></figcaption></figure>
    <figure><img class="mirror-lines" alt="{words.LINES_SHOW}"><figcaption>{words.ITS_LINES}</figcaption></figure>
    <figure><img class="mirror-made" alt=""><figcaption></figcaption></figure>
  </div>
  <div class="mirror-tools">
    <div class="mirror-nets" role="radiogroup" aria-label="{words.NET}"></div>
    <label><span>{words.FEWER}</span><input type="range" aria-label="{words.HOW_MANY}"><span>{words.MORE}</span></label>
  </div>
</div>
""").format(words=words)


class Mirror(Component):
    """See the module's text."""

    HTML = _HTML
    WORDS = words.SCRIPT
    forgets = True

    def api_info(self) -> dict:
        return {"type": "object", "description": words.A_FRAME}


def nets() -> list[str]:
    """Those that are shipped, in the order of the choice."""
    here = shipped()
    return [name for name in NETS if name in here]


def available() -> bool:
    """Whether this copy has a net, and what finds edges and brings pictures."""
    return bool(nets()) and find_spec("skimage") is not None


@once(len(NETS))
def loaded(name: str) -> Model:
    return load(name)


def still(name: str) -> Image.Image:
    """A picture that may be shown, square."""
    file, box = STILLS[name]
    with as_file(files("skimage") / "data" / file) as path, Image.open(path) as image:
        rgb = image.convert("RGB")
        return ImageOps.pad(rgb.crop(box) if box else rgb, (320, 320), Image.LANCZOS, color="white")


def mirrored(image: Image.Image, net: str, share: float) -> dict:
    """What the page shows of a square image: its lines and what the net makes of them. share: as of `traced`, in hundredths."""
    start = time.perf_counter()
    lines = to_image(traced(to_tensor(image.resize((SIDE, SIDE), Image.BOX)), share / 100))
    drawn = time.perf_counter()
    made = [loaded(net)(lines, seed=seed) for seed in NETS[net]]
    end = time.perf_counter()
    return {
        "lines": light_url(lines, 80), "made": exact_url(_square(made)), "alt": words.MADE_SHOWS.format(makes=words.NETS[net].makes),
        "ms": round(1e3 * (end - start)), "net_ms": round(1e3 * (end - drawn)), "side": made[0].width,
    }  # fmt: skip


def _square(made: list[Image.Image]) -> Image.Image:
    """1 or 4 images as one."""
    across, side = math.isqrt(len(made)), made[0].width
    page = Image.new("RGB", (across * side, across * side))
    for i, image in enumerate(made):
        page.paste(image, (i % across * side, i // across * side))
    return page


def reflect(value: dict | None) -> dict:
    """The answer to a frame from a browser; a sentence as "fault" for what is none."""
    value = value if isinstance(value, dict) else {}
    net, share = value.get("net"), value.get("share")
    net = net if net in nets() else nets()[0]
    share = min(max(share, SHARES[0]), SHARES[1]) if isinstance(share, int | float) else SHARE
    number = value.get("n")
    try:
        answer = mirrored(_decoded(value.get("frame")), net, share)
    except ImageError as fault:
        answer = {"fault": begun(str(fault))}
    return {"n": number if isinstance(number, int) else 0, **answer}


def _decoded(frame: object) -> Image.Image:
    """ImageError for what is no small picture."""
    if not isinstance(frame, str) or not frame.startswith("data:image/jpeg;base64,") or len(frame) > MOST:
        raise ImageError(words.NO_FRAME)
    try:
        data = base64.b64decode(frame.partition(",")[2])
    except ValueError:
        raise ImageError(words.NO_FRAME) from None
    return open_image(io.BytesIO(data), words.THIS_FRAME)


@lru_cache(maxsize=1)
def _stills() -> list[dict]:
    return [{"title": words.STILLS[name], "src": light_url(still(name), 80)} for name in STILLS]


def _opens(net: str, share: int, at: int) -> dict:
    """The component's value with a still and the answer to it."""
    return {
        "stills": _stills(), "still": at, "nets": [{"key": name, "title": words.NETS[name].title} for name in nets()], "net": net, "share": share,
        "shares": list(SHARES), **mirrored(still(list(STILLS)[at]), net, share),
    }  # fmt: skip


@opening
def _first() -> dict:
    """What the part opens with, timed when the net is warm."""
    mirrored(still(next(iter(STILLS))), nets()[0], SHARE)
    return _opens(nets()[0], SHARE, 0)


def card() -> tuple[Callable, list] | None:
    """Build the card; returns (fn, outputs): fn restores what an address {key: value} asks for. None without a model."""
    if not available():
        return None
    with gr.Column(elem_classes="card", elem_id="mirror-card"):
        gr.HTML(
            Markup('<p class="lead">{}</p>').format(words.MIRROR_LEAD),
            apply_default_css=False,
            elem_classes="bare",
        )
        mirror = Mirror(_first(), elem_id="mirror", elem_classes="bare scene on-out")
        kept = Markup('<p class="small">{}</p>').format(words.KEPT)
        gr.HTML(look.stack(kept, look.notice(words.NOTICE)), apply_default_css=False, elem_classes="bare")
        look.paper_links("pix2pix", "bicyclegan")
    mirror.input(
        reflect, mirror, mirror, trigger_mode="always_last", show_progress="hidden", api_visibility="private", concurrency_id="mirror",
        concurrency_limit=2,
    )  # fmt: skip

    def restore(wish: dict[str, str]) -> list:
        """?mirror=net&edges=hundredths&still=n."""
        if not {"mirror", "edges", "still"} & set(wish):
            return [gr.skip()]
        net = wish.get("mirror") if wish.get("mirror") in nets() else nets()[0]
        share = address.number(wish, "edges", *SHARES, SHARE)
        return [_opens(net, share, address.number(wish, "still", 0, len(STILLS) - 1, 0))]

    return restore, [mirror]
