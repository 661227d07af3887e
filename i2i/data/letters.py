"""A grid of letters: a row for each style (a font), a column for each content (a letter), some cells held out.

Whoever learns from the rest can be asked for a cell that nobody has shown: this letter in that font.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from ..images import from_bytes, printable, to_bytes
from .folders import DataError, digest, existing, folders_in, images_in, in_split, name_of, note, stacked
from .worlds.glyphs import masks_of
from .worlds.sdf import hash_uniform

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique", "DejaVuSansMono",
    "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique", "DejaVuSerif", "DejaVuSerif-Bold",
    "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic", "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic",
    "STIXGeneralBolIta", "cmb10", "cmmi10", "cmr10", "cmss10", "cmti10", "cmtt10",
)  # fmt: skip


class Letters:
    """images: uint8 [N, 3, S, S].  style, content: int64 [N], which cell of the grid an image shows.  names: of the styles;
    contents: of the contents.

    batch: {"x": float [B, 3, S, S] in [-1, 1], "style", "content", "index": int64 [B]}.
    """

    layout = "letters"

    def __init__(
        self,
        images: Tensor,
        style: Tensor,
        content: Tensor,
        names: tuple[str, ...],
        contents: tuple[str, ...],
    ):
        self.images, self.style, self.content = images, style, content
        self.names, self.contents, self.size = tuple(names), tuple(contents), images.shape[-1]

    def __len__(self) -> int:
        return len(self.images)

    @property
    def facts(self) -> dict[str, int]:
        """What the images say of a method's config."""
        return {"styles": len(self.names), "contents": len(self.contents)}

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        return {
            "x": from_bytes(self.images[index]), "style": self.style[index], "content": self.content[index], "index": index,
        }  # fmt: skip

    def elsewhere(self, style: Tensor, content: Tensor) -> Tensor:
        """For cells, int64 [n] each, the position of an image with that content in another style, -1 where there is none:
        the next style that has it, in a circle."""
        ahead = (self.style[None] - style[:, None]) % len(self.names)
        ahead = ahead.masked_fill(self.content[None] != content[:, None], len(self.names))
        ahead = ahead.masked_fill(self.style[None] == style[:, None], len(self.names))
        nearest, at = ahead.min(1)
        return torch.where(nearest < len(self.names), at, -1)


def font_letters(size: int = 32, split: str = "train") -> Letters:
    """Capitals in 22 fonts that come with matplotlib, black on white, each as large as fits; nothing is read from a folder.

    A tenth of the cells is test, a twentieth val; no image of them is in train.  "all": every cell, font by font.
    """
    cell = torch.arange(len(FONTS) * len(ALPHABET))
    u = hash_uniform(0x1E77, cell, 1)[:, 0]
    kept = cell[{"test": u < 0.1, "val": (u >= 0.1) & (u < 0.15), "train": u >= 0.15, "all": u >= 0}[split]]
    masks = torch.cat([masks_of(font, ALPHABET) for font in FONTS])[kept]
    ink = F.interpolate(masks, (size, size), mode="bilinear", antialias=True).clamp(0, 1)
    images = to_bytes((1 - 2 * ink).expand(-1, 3, -1, -1))
    style, content = kept // len(ALPHABET), kept % len(ALPHABET)
    return Letters(images, style, content, FONTS, tuple(ALPHABET))


def letters(
    root: str | Path, size: int, split: str = "train", direction: str = "AB", fit: str = "letterbox",
    seen: frozenset[str] | None = None,
) -> Letters:  # fmt: skip
    """A user's folder: a folder for each style, with an image for each content, of the same name in every style.

    A tenth is val, and test, too, by a hash of style and name: a letter that is held out in one style is shown in others.
    Cells may be missing.  fit, seen: as in `fitted` and `chosen`.  Raises DataError with one sentence.
    """
    root = existing(root, split, direction, fit)
    styles = folders_in(root)
    if len(styles) < 2:
        raise DataError(
            f"{root} holds {len(styles)} folder(s) of a style: there is nothing to tell apart; give two."
        )
    contents = sorted({name_of(file) for folder in styles for file in images_in(folder)})
    if not contents:
        raise DataError(f"the folders in {root} hold no pictures.")

    def wanted(file: Path) -> bool:
        if seen is not None:
            return digest(file) not in seen
        return in_split(f"{file.parent.name}/{name_of(file)}", "train" if split == "train" else "val")

    every = [(i, file) for i, folder in enumerate(styles) for file in images_in(folder)]
    shown = [(i, file) for i, file in every if wanted(file)] or every
    (images,) = stacked([[file for _, file in shown]], size, fit)
    style = torch.tensor([i for i, _ in shown])
    content = torch.tensor([contents.index(name_of(file)) for _, file in shown])
    found = Letters(
        images, style, content, tuple(printable(f.name) for f in styles), tuple(map(printable, contents))
    )
    return note(found, ((file,) for _, file in shown))
