"""Every dataset that a recipe names, and how a user's own folder is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..data.answers import EmojiAnswers, EmojiColours, Materials, unpaired_materials
from ..data.attributes import Attributes
from ..data.characters import characters
from ..data.cmp import cmp_facades
from ..data.digits import first_split
from ..data.domains import domains, emoji_domains, icon_domains
from ..data.emoji import DrawnEmoji
from ..data.enlarging import ON_BENCHMARKS, enlarging, photographs
from ..data.faces import faces_to_people
from ..data.folders import paired
from ..data.holes import cmp_holes, emoji_holes, facade_holes, holes, photograph_holes
from ..data.labelled import handwriting_to_toy, labelled, pen_to_toy
from ..data.letters import font_letters, letters
from ..data.public import catalogue
from ..data.unpaired import one_image, unpaired, unpaired_emoji, unpaired_icons
from ..data.voxels import modelnet, volumes_in
from ..data.worlds.facades import Facades
from ..data.worlds.furniture import Furniture
from ..data.worlds.icons import Icons
from ..data.worlds.textures import textures
from ..method import Method
from ..train import Source

EMOJI_STYLES = ("openmoji", "noto", "fluent-flat", "fluent-3d")
ICON_STYLES = ("line", "flat", "glossy", "night")

# Every dataset by its name: (size, split, folder or None) -> source. Of the emoji there are two splits: `name-families`,
# for new recipes, keeps what is drawn alike on one side; `name` is the one that the shipped weights were trained with.
DATA: dict[str, Callable[..., Source]] = {
    "icons": lambda size, split, folder=None: Icons(size, "line", "glossy", split=split),
    "facades": lambda size, split, folder=None: Facades(size, split=split),
    "cmp-facades": lambda size, split, folder=None: cmp_facades(
        folder or catalogue.require("facades"), size, split
    ),
    "icons-glossy-night": lambda size, split, folder=None: unpaired_icons(size, "glossy", "night", split),
    "icons-glossy-line": lambda size, split, folder=None: unpaired_icons(size, "glossy", "line", split),
    "emoji-noto-3d": lambda size, split, folder=None, by="code": unpaired_emoji(
        folder or catalogue.require("emoji"), "noto", "fluent-3d", size, split, by
    ),
    "emoji-line-colour": lambda size, split, folder=None: unpaired_emoji(
        folder or catalogue.require("emoji"), "openmoji-line", "openmoji", size, split
    ),
    "weather": lambda size, split, folder=None: unpaired(
        folder or catalogue.require("weather"), size, split, fit="crop", names=("shine", "sunrise")
    ),
    "emoji-styles": lambda size, split, folder=None, by="code": emoji_domains(
        folder or catalogue.require("emoji"), EMOJI_STYLES, size, split, by
    ),
    "icons-styles": lambda size, split, folder=None: icon_domains(size, ICON_STYLES, split),
    "weather-kinds": lambda size, split, folder=None: domains(
        folder or catalogue.require("weather"), size, split, fit="crop"
    ),
    # Of MNIST, too, there are two: `digits-toy` is dtn-digits' own, `digits-toy-unseen` tests on digits new to the judge.
    "digits-toy": lambda size, split, folder=None: handwriting_to_toy(
        folder or catalogue.require("mnist_t10k"), size, split, first_split, hands=True
    ),
    "digits-toy-unseen": lambda size, split, folder=None: handwriting_to_toy(
        folder or catalogue.require("mnist_t10k"), size, split
    ),
    "pen-toy": lambda size, split, folder=None: pen_to_toy(size, split),
    "letters": lambda size, split, folder=None: font_letters(size, split),
    "faces-people": lambda size, split, folder=None, by="code": faces_to_people(
        folder or catalogue.require("faces_easy"), catalogue.require("emoji"), size, split, by
    ),
    "emoji-one": lambda size, split, folder=None, by="code": one_image(
        DATA["emoji-noto-3d"](size, split, folder, by), split
    ),
    "icons-one": lambda size, split, folder=None: one_image(
        unpaired_icons(size, "flat", "glossy", split), split
    ),
    "weather-one": lambda size, split, folder=None: one_image(DATA["weather"](size, split, folder), split),
    "textures": lambda size, split, folder=None: textures(size, split),
    # The shipped weights have learned from a photograph that Set5 shows, too; new recipes take `-apart`, without it.
    "photographs": lambda size, split, folder=None, without=(): photographs(
        folder or catalogue.require("sr_classic"), catalogue.require("bsds500"), size, split, 4, without
    ),
    "photographs-x2": lambda size, split, folder=None, without=(): photographs(
        folder or catalogue.require("sr_classic"), catalogue.require("bsds500"), size, split, 2, without
    ),
    "facades-holes": lambda size, split, folder=None: cmp_holes(
        folder or catalogue.require("facades"), size, split
    ),
    "drawn-facades-holes": lambda size, split, folder=None: facade_holes(size, split),
    "emoji-holes": lambda size, split, folder=None, by="code": emoji_holes(
        folder or catalogue.require("emoji"), size, split, by=by
    ),
    "photographs-holes": lambda size, split, folder=None: photograph_holes(
        folder or catalogue.require("sr_classic"),
        catalogue.require("bsds500"),
        catalogue.require("weather"),
        size,
        split,
    ),
    "emoji-pens": lambda size, split, folder=None: DrawnEmoji(
        folder or catalogue.require("emoji"), size, split
    ),
    # One input, several right answers, and the evaluator knows them.
    "emoji-answers": lambda size, split, folder=None: EmojiAnswers(
        folder or catalogue.require("emoji"), size, split
    ),
    "emoji-colours": lambda size, split, folder=None: EmojiColours(
        folder or catalogue.require("emoji"), size, split
    ),
    "icons-materials": lambda size, split, folder=None: Materials(size, split=split),
    "icons-materials-unpaired": lambda size, split, folder=None: unpaired_materials(size, split),
    # Images with attributes.
    "faces": lambda size, split, folder=None: Attributes(size, split=split),
    "lpc-characters": lambda size, split, folder=None: characters(
        folder or catalogue.require("lpc_characters"), size, split
    ),
    # Volumes.
    "furniture": lambda size, split, folder=None: Furniture(size, split=split),
    "chairs": lambda size, split, folder=None: modelnet(
        folder or catalogue.require("modelnet10_vox32"), "chair", size, split
    ),
    "monitors": lambda size, split, folder=None: modelnet(
        folder or catalogue.require("modelnet10_vox32"), "monitor", size, split
    ),
}
BY_CODE = ("emoji-noto-3d", "emoji-styles", "emoji-one", "emoji-holes", "faces-people")
DATA |= {f"{name}-families": partial(DATA[name], by="family") for name in BY_CODE}
DATA |= {
    f"{name}-apart": partial(DATA[name], without=ON_BENCHMARKS) for name in ("photographs", "photographs-x2")
}

# Drawn by this package: there is no end of them, so two that are alike are so by chance, in training and out of it.
DRAWN = (
    "icons", "facades", "icons-glossy-night", "icons-glossy-line", "icons-styles", "pen-toy", "icons-one", "textures", "drawn-facades-holes",
    "icons-materials", "icons-materials-unpaired",
    "letters", "furniture", "faces",
)  # fmt: skip


# How a user's own folder is read, by the `layout` of a method: (folder, size, split, direction) -> source.
READERS: dict[str, Callable[..., Source]] = {
    "paired": paired, "unpaired": unpaired, "classes": domains, "labelled": labelled, "photographs": enlarging, "pictures": holes,
    "letters": letters, "none": volumes_in,
}  # fmt: skip


WINDOWS = ("photographs", "pictures")  # layouts whose images are cut into windows, and need no fit
VOLUMES = ("none",)  # layouts without images: nothing has to be made square


def own_folder(
    method: Method | type[Method], root: str | Path, size: int, split: str, direction: str = "AB", fit: str = "letterbox",
    seen: frozenset[str] | None = None,
) -> Source:  # fmt: skip
    """A user's folder, read as the method needs it. DataError in one sentence where it does not fit.

    direction: "BA" makes x of what lies in B.  fit: how images that are not square become so, a name of `images.FITS`.
    seen: digests of what a model was trained on; then all the folder's other images are read, or those of its test part.
    """
    more = {} if method.layout in WINDOWS + VOLUMES else {"fit": fit}
    more |= {"scale": method.enlarges} if method.layout == "photographs" else {}
    return READERS[method.layout](root, size, split, direction, seen=seen, **more)
