"""What a visitor of the tab 3D voxels looks at, as a value, and how an address says it."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import torch

from i2i.run.walk import walk

from ..widgets import address as addresses
from . import shapes, words
from .shapes import SEEDS, Code, code, loaded, models, read_code, z_of

WALL = 12
FRAMES = 13  # of a walk; between two of them the browser mixes
_OPENING = {
    "gan3d-furniture": (96, 1),
    "gan3d-chairs": (100, 1),
}  # seed of the first wall, and which shape of it turns; for others 0 and 0
_ENDS = 10, 1  # places on the wall that a walk leads between, where nobody has chosen
_SUM = 3, 11, 2  # and those of A, B and C


@dataclass(frozen=True)
class View:
    """model; seed of the wall; the shape on the stage; what is more occupied than `solid` is filled; drawn as blocks or smooth.

    start, end: of the walk, and slots: A, B and C of the sum, where they were chosen.  paint: runs of what is painted, as
    `shapes.packed` gives them, "" for what the painter opens with.  snapped: what the last snap came to.
    """

    model: str
    seed: int
    taken: Code
    solid: float = 0.5
    blocks: bool = False
    start: Code | None = None
    end: Code | None = None
    slots: tuple[Code | None, Code | None, Code | None] = (None, None, None)
    paint: str = ""
    snapped: Code | None = None

    @property
    def volume(self) -> np.ndarray:
        """On the stage, uint8 [D, H, W]."""
        return shapes.volume(self.model, self.taken)


def cells(view: View) -> list[Code]:
    """The shapes on the wall."""
    return [Code((view.seed + i) % SEEDS) for i in range(WALL)]


def settle(
    model: str = "", seed: int = -1, piece: str = "", solid: float = 0.5, blocks: bool = False
) -> View:
    """The view that comes nearest to what was asked for, of what is here."""
    model = model if model in models() else models()[0]
    first, place = _OPENING.get(model, (0, 0))
    view = View(model, seed % SEEDS if seed >= 0 else first, Code(), solid, blocks)
    return replace(view, taken=read_code(piece, model) or cells(view)[place])


def ends(view: View) -> tuple[Code, Code]:
    there = cells(view)
    return view.start or there[_ENDS[0]], view.end or there[_ENDS[1]]


def on_the_way(view: View, parts: list[float]) -> list[Code]:
    """Codes at parts of the walk: 0 is its start, 1 its end."""
    start, end = ends(view)
    found = walk(z_of(view.model, start), z_of(view.model, end), torch.tensor(parts))
    return [start if p == 0 else end if p == 1 else code(z) for p, z in zip(parts, found, strict=True)]


def slots(view: View) -> tuple[Code, Code, Code]:
    there = cells(view)
    a, b, c = (of or there[i] for of, i in zip(view.slots, _SUM, strict=True))
    return a, b, c


def total(view: View) -> Code:
    """A - B + C."""
    a, b, c = (z_of(view.model, of)[0] for of in slots(view))
    return code(a - b + c)


# -- The address ----------------------------------------------------------------------------------------------------------

KEYS = {"volume", "shelf", "piece", "solid", "cubes", "sum", "way3d", "painted"}
_LONGEST = 4_000  # characters of a painting that an address holds


def _joined(codes) -> str:
    return ".".join(of.written() if of else "" for of in codes) if any(codes) else ""


def address(view: View) -> dict[str, str]:
    """What the page's URL says."""
    return {
        "volume": view.model if len(models()) > 1 else "", "shelf": str(view.seed), "piece": view.taken.written(),
        "solid": "" if view.solid == 0.5 else f"{view.solid:.2f}", "cubes": "1" if view.blocks else "",
        "sum": _joined(view.slots), "way3d": _joined((view.start, view.end)),
        "painted": _written(view.paint),
    }  # fmt: skip


def _written(runs: str) -> str:
    """A painting, runs as of `shapes.packed`, for an address; "" for one that is too long for it."""
    if not runs:
        return ""
    short = base64.urlsafe_b64encode(zlib.compress(base64.b64decode(runs), 9)).decode().rstrip("=")
    return short if len(short) <= _LONGEST else ""


def _read(text: str) -> str:
    """What `_written` was given. ValueError for anything else; it unpacks no more than a painting can hold."""
    if len(text) > _LONGEST:
        raise ValueError("this painting is too long.")
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return base64.b64encode(zlib.decompressobj().decompress(packed, 2 * 64**3)).decode()
    except (ValueError, zlib.error):
        raise ValueError("this is no painting.") from None


def wished(wish: Mapping[str, str]) -> View:
    """The view that an address asks for, as far as it can be read."""
    seed = addresses.number(wish, "shelf", 0, SEEDS - 1, -1)
    solid = float(wish["solid"]) if re.fullmatch(r"0\.[0-9]{2}", wish.get("solid", "")) else 0.5
    view = settle(
        wish.get("volume", ""),
        seed,
        wish.get("piece", ""),
        min(0.95, max(0.05, solid)),
        wish.get("cubes") == "1",
    )
    three, two = (
        [read_code(text, view.model) for text in wish.get(key, "").split(".")] for key in ("sum", "way3d")
    )
    if wish.get("painted"):
        with suppress(ValueError):  # a link that was cut or mistyped
            side = loaded(view.model).size
            view = with_paint(view, {"runs": _read(wish["painted"]), "sides": [side] * 3})
    if len(three) == 3:
        view = replace(view, slots=tuple(three))
    return replace(view, start=two[0], end=two[1]) if len(two) == 2 else view


# -- Changes --------------------------------------------------------------------------------------------------------------


def rolled(view: View) -> View:
    """Other shapes on the wall; what is chosen stays, those of the walk and of the sum that nobody chose are new, too."""
    return replace(view, seed=(view.seed + WALL) % SEEDS)


def switched(view: View, model: str) -> View:
    """What another model makes. A painting of its size stays."""
    if model not in models() or model == view.model:
        return view
    same = loaded(model).size == loaded(view.model).size
    return replace(settle(model, solid=view.solid, blocks=view.blocks), paint=view.paint if same else "")


def looked(view: View, index: int) -> View:
    """As the stage tells of its choices: hundredths of `solid`, and 1000 for blocks."""
    blocks, hundredths = divmod(max(0, int(index)), 1000)
    return replace(view, solid=min(95, max(5, hundredths)) / 100, blocks=bool(blocks))


def filled(view: View, slot: int) -> View:
    """With the shape on the stage in a slot of the sum."""
    new = list(view.slots)
    new[slot % 3] = view.taken
    return replace(view, slots=tuple(new))


# -- The painting ---------------------------------------------------------------------------------------------------------


def begun(side: int) -> np.ndarray:
    """What the painter opens with: a chair of few blocks, uint8 [side, side, side]."""
    made, unit = np.zeros((16, 16, 16), np.uint8), side // 16
    for z in (4, 11):
        for x in (4, 11):
            made[z, 0:7, x] = 255
    made[4:12, 6, 4:12] = 255
    made[11, 7:15, 4:12] = 255
    made[11, 9:11, 6:10] = 0
    return made.repeat(unit, 0).repeat(unit, 1).repeat(unit, 2) if unit else made[:side, :side, :side]


def painted(view: View) -> np.ndarray:
    """uint8 [side, side, side]."""
    side = loaded(view.model).size
    return shapes.unpacked({"runs": view.paint, "sides": [side] * 3}) if view.paint else begun(side)


def with_paint(view: View, value: dict | None) -> View:
    """With another painting. ValueError for what is none of this size."""
    volume = shapes.unpacked(value)
    if set(volume.shape) != {loaded(view.model).size}:
        raise ValueError(words.OTHER_SIZE)
    return replace(view, paint=shapes.packed(volume)["runs"])
