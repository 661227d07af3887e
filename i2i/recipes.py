"""What was trained on what, how long, with which seed. `python -m i2i train NAME` runs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from .assets import CHECKPOINTS
from .checkpoint import CheckpointError, is_export, load_net, load_vgg
from .data import catalogue
from .data.cmp import cmp_facades
from .data.digits import first_split
from .data.domains import domains, emoji_domains, icon_domains
from .data.emoji import DrawnEmoji
from .data.enlarging import ON_BENCHMARKS, enlarging, photographs, reduced
from .data.facades import Facades
from .data.faces import faces_to_people
from .data.faces import shown as shown_faces
from .data.folders import paired
from .data.holes import Holes, cmp_holes, emoji_holes, facade_holes, holes, photograph_holes
from .data.icons import Icons
from .data.labelled import handwriting_to_toy, labelled, pen_to_toy
from .data.landscapes import draw as draw_landscapes
from .data.portrait import portrait
from .data.sketches import sketches
from .data.textures import textures
from .data.unpaired import one_picture, unpaired, unpaired_emoji, unpaired_icons
from .method import Batch, Method
from .methods import METHODS
from .pictures import from_bytes, to_bytes, to_picture, to_tensor
from .train import Source

SHIPPED = CHECKPOINTS
SHIPPED_JUDGES = SHIPPED / "judges"
EMOJI_STYLES = ("openmoji", "noto", "fluent-flat", "fluent-3d")
ICON_STYLES = ("line", "flat", "glossy", "night")

# Every dataset by its name: (size, split, folder or None) -> source. Of the emoji there are two splits: `name-families`,
# for new recipes, keeps what is drawn alike on one side; `name` is the one that the shipped weights were trained with.
DATA: dict[str, Callable[..., Source]] = {
    "icons": lambda size, split, folder=None: Icons(size, "line", "glossy", split=split),
    "facades": lambda size, split, folder=None: Facades(size, split=split),
    "cmp-facades": lambda size, split, folder=None: cmp_facades(folder or catalogue.require("facades"), size, split),
    "icons-glossy-night": lambda size, split, folder=None: unpaired_icons(size, "glossy", "night", split),
    "emoji-noto-3d": lambda size, split, folder=None, by="code": unpaired_emoji(
        folder or catalogue.require("emoji"), "noto", "fluent-3d", size, split, by
    ),
    "weather": lambda size, split, folder=None: unpaired(
        folder or catalogue.require("weather"), size, split, fit="crop", names=("shine", "sunrise")
    ),
    "emoji-styles": lambda size, split, folder=None, by="code": emoji_domains(
        folder or catalogue.require("emoji"), EMOJI_STYLES, size, split, by
    ),
    "icons-styles": lambda size, split, folder=None: icon_domains(size, ICON_STYLES, split),
    "weather-kinds": lambda size, split, folder=None: domains(folder or catalogue.require("weather"), size, split, fit="crop"),
    # Of MNIST, too, there are two: `digits-toy` is dtn-digits' own, `digits-toy-unseen` tests on digits new to the judge.
    "digits-toy": lambda size, split, folder=None: handwriting_to_toy(
        folder or catalogue.require("mnist_t10k"), size, split, first_split
    ),
    "digits-toy-unseen": lambda size, split, folder=None: handwriting_to_toy(
        folder or catalogue.require("mnist_t10k"), size, split
    ),
    "pen-toy": lambda size, split, folder=None: pen_to_toy(size, split),
    "faces-people": lambda size, split, folder=None, by="code": faces_to_people(
        folder or catalogue.require("faces_easy"), catalogue.require("emoji"), size, split, by
    ),
    "emoji-one": lambda size, split, folder=None, by="code": one_picture(DATA["emoji-noto-3d"](size, split, folder, by), split),
    "icons-one": lambda size, split, folder=None: one_picture(unpaired_icons(size, "flat", "glossy", split), split),
    "weather-one": lambda size, split, folder=None: one_picture(DATA["weather"](size, split, folder), split),
    "textures": lambda size, split, folder=None: textures(size, split),
    # The shipped weights have learned from a photograph that Set5 shows, too; new recipes take `-apart`, without it.
    "photographs": lambda size, split, folder=None, without=(): photographs(
        folder or catalogue.require("sr_classic"), catalogue.require("bsds500"), size, split, 4, without
    ),
    "photographs-x2": lambda size, split, folder=None, without=(): photographs(
        folder or catalogue.require("sr_classic"), catalogue.require("bsds500"), size, split, 2, without
    ),
    "facades-holes": lambda size, split, folder=None: cmp_holes(folder or catalogue.require("facades"), size, split),
    "drawn-facades-holes": lambda size, split, folder=None: facade_holes(size, split),
    "emoji-holes": lambda size, split, folder=None, by="code": emoji_holes(
        folder or catalogue.require("emoji"), size, split, by=by
    ),
    "photographs-holes": lambda size, split, folder=None: photograph_holes(
        folder or catalogue.require("sr_classic"), catalogue.require("bsds500"), size, split
    ),
    "emoji-drawn": lambda size, split, folder=None, by="code": DrawnEmoji(
        folder or catalogue.require("emoji"), size, split, by=by
    ),
}
BY_CODE = ("emoji-drawn", "emoji-noto-3d", "emoji-styles", "emoji-one", "emoji-holes", "faces-people")
DATA |= {f"{name}-families": partial(DATA[name], by="family") for name in BY_CODE}
DATA |= {f"{name}-apart": partial(DATA[name], without=ON_BENCHMARKS) for name in ("photographs", "photographs-x2")}

# Drawn by this package: there is no end of them, so two that are alike are so by chance, in training and out of it.
DRAWN = (
    "icons", "facades", "icons-glossy-night", "icons-styles", "pen-toy", "icons-one", "textures", "drawn-facades-holes",
)  # fmt: skip


# How a user's own folder is read, by the `layout` of a method: (folder, size, split, direction) -> source.
LAYOUTS: dict[str, Callable[..., Source]] = {
    "paired": paired, "unpaired": unpaired, "classes": domains, "labelled": labelled, "photographs": enlarging, "pictures": holes,
}  # fmt: skip


WINDOWS = ("photographs", "pictures")  # layouts whose pictures are cut into windows, and need no fit


def own_folder(
    method: Method | type[Method], root: str | Path, size: int, split: str, direction: str = "AB", fit: str = "letterbox",
    seen: frozenset[str] | None = None,
) -> Source:  # fmt: skip
    """A user's folder, read as the method needs it. DataError in one sentence where it does not fit.

    direction: "BA" makes x of what lies in B.  fit: how pictures that are not square become so, a name of `pictures.FITS`.
    seen: digests of what a model was trained on; then all the folder's other pictures are read, or those of its test part.
    """
    more = {} if method.layout in WINDOWS else {"fit": fit}
    more |= {"scale": method.enlarges} if method.layout == "photographs" else {}
    return LAYOUTS[method.layout](root, size, split, direction, seen=seen, **more)


def _from_world(source: Callable[..., Source], count: int = 8) -> Callable[[int], Batch]:
    """The first test samples of a procedural world as showcase: inputs that the project owns."""
    return lambda size: source(size, split="test").batch(torch.arange(count))


def _icons(x: str, y: str) -> Callable[[int], Batch]:
    """Test icons in two styles as showcase, each object in both."""
    return _from_world(lambda size, split: Icons(size, x, y, split=split))


def _details(size: int, scale: int = 4) -> Batch:
    """Places of a photograph that may be shown and of landscapes drawn in code, each with what is left of it at
    1/scale of its sides."""
    photograph = portrait()
    corners = ((150, 60), (180, 180), (300, 330), (20, 380))
    places = [photograph.crop((left, top, left + 192, top + 192)) for left, top in corners]
    places += [to_picture(p) for p in draw_landscapes(torch.arange(4), "day", 192)]
    x, y = (torch.stack(side) for side in zip(*(reduced(p, scale) for p in places), strict=True))
    return {"x": from_bytes(x), "y": from_bytes(y)}


def _pierced(pictures: Callable[[int], Tensor]) -> Callable[[int], Batch]:
    """Pictures that may be shown, each with a hole."""

    def showcase(size: int) -> Batch:
        source = Holes(to_bytes(pictures(size)), size)
        return source.batch(torch.arange(len(source)))

    return showcase


def _scenes(size: int) -> Tensor:
    """Places of a photograph that may be shown, and landscapes drawn in code."""
    photograph = portrait().resize((2 * size, 2 * size * 600 // 512))
    places = [photograph.crop((left, top, left + size, top + size)) for left, top in ((60, 10), (10, 120), (100, 140), (128, 30))]
    return torch.cat([*(to_tensor(p) for p in places), draw_landscapes(torch.arange(4), "day", size)])


def _landscapes(size: int) -> Batch:
    scenes = torch.arange(8)
    return {"x": draw_landscapes(scenes, "day", size), "y": draw_landscapes(scenes, "dawn", size)}


@dataclass(frozen=True)
class Recipe:
    """One training: `method` and `data` are keys of METHODS and DATA; `config` differs from the method's defaults.

    size: side in pixels.  batch: samples a step.  ema: decay of the exported average.
    showcase: size -> the batch whose translations are shown; never pictures that are not ours to show.
    ship: networks exported beside those of inference (a discriminator that a tab looks through).
    shipped: whether the weights come with the gallery; those of a recipe that only fills a row of a table do not.
    minutes: measured on one core of a laptop-class CPU.
    judge: whose weights the method's `given` network has; "vgg19": torchvision's, from where the user keeps them.
    start: a shipped model whose networks this one begins with.
    fit: how pictures that are not square became so, a name of `pictures.FITS`.  direction: which of A and B is x.
    """

    method: str
    data: str
    size: int
    config: dict = field(default_factory=dict)
    batch: int = 1
    seed: int = 0
    ema: float = 0.998
    showcase: Callable[[int], Batch] | None = None
    ship: tuple[str, ...] = ()
    shipped: bool = True
    summary: str = ""
    licence: str = ""
    minutes: float | None = None
    failures: tuple[str, ...] = ()
    judge: str = ""
    start: str = ""
    fit: str = "letterbox"
    direction: str = "AB"

    @property
    def shaped(self) -> dict[str, str]:
        """How images become x and y, as an export states it."""
        fit = {} if METHODS[self.method].layout in WINDOWS else {"fit": self.fit}
        return fit | {"direction": self.direction}

    @property
    def facts(self) -> dict[str, str | int]:
        """What a run depends on beside its method, its batches and the images themselves, by the name that a user knows."""
        return {"size": self.size, **self.shaped, "data set": self.data, "judge": self.judge, "start": self.start}

    def build(self, **changes) -> Method:
        """The method as its training starts, its weights drawn by the recipe's seed; `changes` override fields of its
        config. TypeError on an unknown one."""
        cls = METHODS[self.method]
        method = cls.seeded(cls.Config(**{**self.config, **changes}), self.seed)
        if self.judge == "vgg19" and method.given:
            load_vgg(getattr(method, method.given), catalogue.require("vgg19"))
        elif self.judge and method.given:
            load_net(getattr(method, method.given).net, SHIPPED_JUDGES / self.judge / "F.safetensors", self.judge)
        if self.start:
            if not is_export(SHIPPED / self.start):
                raise CheckpointError(f"there is no shipped model {self.start!r}, with which this recipe begins.")
            for path in sorted((SHIPPED / self.start).glob("*.safetensors")):
                load_net(getattr(method, path.stem), path, self.start)
        return method

    def source(self, split: str = "train", folder=None) -> Source:
        return DATA[self.data](self.size, split, folder)


_CMP_LICENCE = "research and teaching only: trained on the CMP Facade Database (Tylecek and Sara 2013)"

# The nets are narrower than the paper's (54 million parameters would be 109 MB), and upsample by repeating and
# convolving, which leaves no checkerboard; all else is the paper's.
_SMALL = {"width": 32, "cap": 160, "depth": 7, "up": "resized", "patch_width": 32}

RECIPES: dict[str, Recipe] = {
    "pix2pix-facades": Recipe(
        "pix2pix", "cmp-facades", 256, {**_SMALL, "steps": 7_000}, batch=2, ship=("D",), direction="BA",
        showcase=_from_world(Facades),
        summary="Label maps of building fronts to photographs, 256 px.", minutes=86,
        licence=_CMP_LICENCE,
        failures=(
            "plain walls carry a fine woven grid, and stay less sharp than photographs (energy ratio well below 1)",
            "where the map says background the model paints dark edges or a pale sky, whatever is beside the front",
            "doors and shop fronts are dark boxes: too few were seen",
        ),
    ),
    "pix2pix-emoji": Recipe(
        "pix2pix", "emoji-drawn", 128, {**_SMALL, "steps": 7_000}, batch=4, ship=("D",),
        showcase=sketches,
        summary="A pen drawing to a glossy 3-D emoji, 128 px.", minutes=33,
        licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
        failures=(
            "letters and fine symbols melt into a coloured smear",
            "small figures get speckles of colour, since neighbouring parts have no common guess",
            "colours are those that are common in the set: a bare tree may well come out pink",
        ),
    ),
    "pix2pix-icons": Recipe(
        "pix2pix", "icons", 128, {**_SMALL, "width": 24, "cap": 96, "patch_width": 24, "steps": 2_500}, batch=8,
        ship=("D",),
        showcase=_from_world(Icons, 16),
        summary="Line icons to glossy ones, 128 px: what a fresh clone trains offline in minutes.", minutes=18,
        licence="MIT: trained on the procedural icons of this package",
        failures=(
            "where many colours are as likely the model mixes them: balloons and rockets change hue from part to part",
            "ornaments of a few pixels (stripes, eyelids, whiskers) smear, and outlines are a little frayed",
        ),
    ),
}

# What differs from L1 + cGAN with a U-Net and 70-px patches, and whether a tab switches to it.
_ABLATIONS: dict[str, tuple[dict, bool, str, tuple[str, ...]]] = {
    "both": ({}, True, "L1 + cGAN, U-Net, 70-px patches: what the others are compared with.",
             ("a woven grid lies over walls", "the margin beside the building comes out dark, whatever the map says there")),
    "l1": ({"gan": 0.0}, True, "L1 alone: right on average, and blurred.",
           ("nothing fine is left: a window is a soft grey box", "all buildings take the same mean beige")),
    "cgan": ({"l1": 0.0}, True, "The conditional GAN alone, without L1.",
             ("white and black blots beside and above the building", "ornaments and ledges that no part of the map asks for")),
    "gan": ({"l1": 0.0, "condition": False}, False, "A GAN whose D never sees the map, without L1.", ()),
    "gan-l1": ({"condition": False}, False, "A GAN whose D never sees the map, with L1.", ()),
    "encdec-l1": ({"skips": False, "gan": 0.0}, False, "The encoder-decoder without skips, L1 alone.", ()),
    "encdec": ({"skips": False}, False, "The encoder-decoder without skips, L1 + cGAN.", ()),
    "patch1": ({"patch_layers": 0}, True, "D judges single pixels.",
               ("as soft as L1 alone: single pixels hold no detail that D could ask for",)),
    "patch16": ({"patch_layers": 1}, True, "D judges patches of 16 px.",
                ("sharp, yet fine parallel lines repeat all over walls and sky",)),
    "patch34": ({"patch_layers": 2}, False, "D judges patches of 34 px.", ()),
    "full": ({"patch_layers": 4}, True, "D judges patches of 142 px, which cover the picture.",
             ("windows blur into one another and walls carry a woven grid: few logits, so few lessons in each step",)),
}

# The paper's Tables 1 to 3 on facades: one budget, one seed, nets as narrow as a tab's worth of them can be.
RECIPES |= {
    f"pix2pix-facades-{name}": Recipe(
        "pix2pix", "cmp-facades", 128, {**_SMALL, "width": 24, "cap": 96, "patch_width": 24, "steps": 3_000, **changes},
        batch=4, ship=("D",) if changes.get("gan", 1) else (), shipped=shipped, showcase=_from_world(Facades), direction="BA",
        summary=f"Facades at 128 px. {summary}", licence=_CMP_LICENCE, failures=failures,
        minutes=9 if changes.get("gan", 1) else 5,
    )
    for name, (changes, shipped, summary, failures) in _ABLATIONS.items()
}

# The same models of D where the true answer may be shown beside the made one: the world is ours.
RECIPES |= {
    f"pix2pix-icons-{name}": Recipe(
        "pix2pix", "icons", 128,
        {**_SMALL, "width": 16, "cap": 64, "patch_width": 16, "steps": 1_500, "patch_layers": layers},
        batch=8, ship=("D",), showcase=_from_world(Icons, 16), summary=f"Icons at 128 px. {summary}",
        licence="MIT: trained on the procedural icons of this package", failures=failures, minutes=8,
    )
    for name, layers, summary, failures in (
        ("patch1", 0, "D judges single pixels.",
         ("nearly one colour, a rusty brown: single pixels ask for no texture", "stars, stripes and faces are blurred away")),
        ("patch16", 1, "D judges patches of 16 px.",
         ("colours change within one part, since no patch sees all of it", "faces and ornaments melt")),
        ("full", 4, "D judges patches of 142 px, which cover the picture.",
         ("speckles of colour on every surface", "outlines fray")),
    )
}  # fmt: skip

# The family of cycles. All upsample by repeating and convolving, and let their rate fall in the second half; at 64 px
# patches of 34 take the place of 70. Each set's table gives a method the same minutes of one core.
_RESIDUAL = {"width": 24, "blocks": 4, "up": "resized", "patch_layers": 2, "patch_width": 32}
_SHALLOW = {**_RESIDUAL, "halvings": 1, "patch_width": 24}  # glowing lines are thinner than a quarter of the picture's grid
_DISCO = {"up": "resized", "decay_from": 0.5}
_DUAL = {"depth": 5, "up": "resized", "critic_layers": 4, "critic_side": 4, "rate": 1e-4, "decay_from": 0.5}
_UNIT = {
    "width": 24, "blocks": 3, "up": "resized", "padding": "reflect", "critic_width": 32, "critic_layers": 5, "decay_from": 0.5,
}  # fmt: skip
_TITLES = {"cyclegan": "CycleGAN", "discogan": "DiscoGAN", "dualgan": "DualGAN", "distancegan": "DistanceGAN", "unit": "UNIT"}

# method: config, and pictures a step
_ON_EMOJI: dict[str, tuple[dict, int]] = {
    "cyclegan": ({**_RESIDUAL, "steps": 4_500}, 2),
    "discogan": ({**_DISCO, "width": 32, "steps": 4_000, "early_steps": 1_000}, 16),
    "dualgan": ({**_DUAL, "width": 24, "cap": 96, "critic_width": 32, "steps": 7_000}, 4),
    "distancegan": ({**_RESIDUAL, "steps": 11_000}, 4),
    "unit": ({**_UNIT, "steps": 4_600}, 2),
}
# White paper to night sky is no small change: CycleGAN's identity term would only stand in its way.
_ON_ICONS: dict[str, tuple[dict, int]] = {
    "cyclegan": ({**_SHALLOW, "identity": 0.0, "steps": 4_600}, 1),
    "discogan": ({**_DISCO, "code": 0, "width": 24, "steps": 2_000, "early_steps": 500}, 16),
    "dualgan": ({**_DUAL, "width": 16, "cap": 64, "critic_width": 24, "steps": 2_900}, 4),
    "distancegan": ({**_SHALLOW, "steps": 6_500}, 2),
    "unit": ({**_UNIT, "halvings": 1, "steps": 2_200}, 1),
}

_FAILURES: dict[str, tuple[str, ...]] = {
    "cyclegan-emoji": (
        "white parts get a lilac veil, and letters and fine lines dissolve",
        "flat areas are mottled, with small bright dots in which the way back reads the colour that was there",
    ),
    "discogan-emoji": (
        "content is lost: a blot of roughly the target's colours, whatever goes in",
        "a code of a hundred numbers cannot hold a thousand different things; its authors' sets hold one kind each",
    ),
    "dualgan-emoji": (
        "tints and softens, and little more: coming back weighs so much that most of the style is left as it was",
        "outlines fray where writing and other fine lines are redrawn",
    ),
    "distancegan-emoji": (
        "colours wander within one thing, and blue patches appear that nothing asked for",
        "thin and white parts fade: with no way back, what is lost costs nothing",
    ),
    "unit-emoji": (
        "hues are exchanged: red turns blue, a yellow hand pale; nothing in the objective says which colour is which",
        "edges carry coloured fringes, and writing is redrawn in another colour or inverted",
    ),
    "cyclegan-icons": (
        "hues are exchanged, a green cactus glows orange: the cycle only asks that the way back undoes it",
        "where two parts touch, their outlines break up",
    ),
    "discogan-icons": (
        "lines break into coloured dots: without skips the picture passes through a map of 4 x 4",
        "a thing is recognised by its outline alone; ornaments and faces are lost",
    ),
    "dualgan-icons": (
        "a dark blue stain in place of glowing lines: critics with clipped weights teach slowly, and this run is short",
        "a brown frame and a woven grid lie over the sky",
    ),
    "unit-icons": (
        "hues are exchanged, as the cycle allows, and mixed along one line",
        "soft glows in place of sharp tubes: the decoder ends in single pixels' weights",
    ),
    "distancegan-icons": (
        "hues wander within one object, since two pictures' distance says little about one colour",
        "fine ornaments are left out",
    ),
}

for _method, _title in _TITLES.items():
    _config, _batch = _ON_EMOJI[_method]
    RECIPES[f"{_method}-emoji"] = Recipe(
        _method, "emoji-noto-3d", 64, _config, batch=_batch, showcase=_icons("flat", "glossy"),
        summary=f"{_title}: Noto's emoji to Fluent's 3-D ones, learned without pairs, 64 px.",
        licence="Apache 2.0 and MIT: trained on Noto Emoji (Apache 2.0) and Microsoft Fluent Emoji (MIT)", minutes=25,
        failures=_FAILURES[f"{_method}-emoji"],
    )
    _config, _batch = _ON_ICONS[_method]
    RECIPES[f"{_method}-icons"] = Recipe(
        _method, "icons-glossy-night", 64, _config, batch=_batch, showcase=_icons("glossy", "night"),
        summary=f"{_title}: glossy icons to icons at night, learned without pairs, 64 px.",
        licence="MIT: trained on the procedural icons of this package", minutes=7,
        failures=_FAILURES[f"{_method}-icons"],
    )

RECIPES["cyclegan-weather"] = Recipe(
    "cyclegan", "weather", 128, {**_RESIDUAL, "blocks": 6, "patch_layers": 3, "steps": 2_800}, batch=1,
    showcase=_landscapes, fit="crop",
    summary="CycleGAN: photographs of clear skies to sunrises and back, 128 px.",
    licence="CC BY 4.0: trained on the Multi-class Weather Dataset (Ajayi 2018)", minutes=29,
    failures=(
        "stripes run across smooth skies and around the sun, and dark regions smear",
        "a blue sky turns black rather than deep blue: most sunrises of the set are dark there",
    ),
)

# One generator for four looks. The paper's critic steps five times for each step of G, and reconstruction weighs 10: in
# minutes instead of days G learns more from as many steps as the critic, and from a reconstruction that weighs 30.
_STAR = {
    "domains": 4, "attributes": False, "side": 64, "width": 24, "blocks": 4, "halvings": 1, "up": "resized",
    "critic_width": 24, "critic_layers": 5, "critic_steps": 1, "rate": 2e-4, "recon": 30.0,
}  # fmt: skip
RECIPES["stargan-emoji"] = Recipe(
    "stargan", "emoji-styles", 64, {**_STAR, "steps": 6_000}, batch=4, showcase=_icons("flat", "glossy"),
    summary="StarGAN: emoji in four drawing styles, one generator for all of them, 64 px.", minutes=24,
    licence="CC BY-SA 4.0, Apache 2.0 and MIT: trained on OpenMoji (CC BY-SA 4.0), Noto Emoji (Apache 2.0) and Microsoft Fluent Emoji (MIT)",
    failures=(
        "hues are exchanged, red for blue and purple for brown, whatever style is asked for: nothing says which colour is which",
        "OpenMoji's black outline is learned, and the other three styles come out much alike, with a fine weave on plain surfaces",
    ),
)
RECIPES["stargan-icons"] = Recipe(
    "stargan", "icons-styles", 64, {**_STAR, "steps": 4_000}, batch=4, showcase=_icons("flat", "glossy"),
    summary="StarGAN: icons as lines, flat, glossy and at night, one generator for all of them, 64 px.", minutes=16,
    licence="MIT: trained on the procedural icons of this package",
    failures=(
        "hues are exchanged: an orange cat turns blue on its way, and orange again on its return",
        "lines carry coloured fringes, in which the way back reads the colours that lines do not have",
    ),
)
RECIPES["stargan-weather"] = Recipe(
    "stargan", "weather-kinds", 128, {**_STAR, "side": 128, "halvings": 2, "critic_layers": 6, "steps": 3_500}, batch=4,
    showcase=_landscapes, fit="crop",
    summary="StarGAN: photographs of clouds, rain, clear skies and sunrises, one generator for all of them, 128 px.",
    licence="CC BY 4.0: trained on the Multi-class Weather Dataset (Ajayi 2018)", minutes=56,
    failures=(
        "bright spots and corners turn into a disc of red and white, as a setting sun, whatever stood there and whatever is asked for",
        "clouds and rain come out alike: the light goes grey, and no drop falls; everything is softer than it was",
    ),
)
# Codes are large here (a mean square of 30), so constancy at the paper's 15 outweighs all else, and g learns to please f
# by speckle.
_DTN = {"constancy": 1.0, "width": 32, "g_width": 48, "d_width": 32, "up": "resized", "rate": 3e-4, "decay_from": 0.5, "f_steps": 1_500}
RECIPES["dtn-digits"] = Recipe(
    "dtn", "digits-toy", 32, {**_DTN, "steps": 6_000}, batch=32, showcase=_from_world(pen_to_toy, 16),
    summary="DTN: handwritten digits to moulded ones, by what a classifier says of them, 32 px.", minutes=16,
    licence="CC BY-SA 3.0: trained on MNIST (LeCun and Cortes)",
    failures=(
        "a third of the digits is read as another: 3 and 8, 5 and 6, 9 and 8 pass into one another",
        "the colour is made up, since f does not tell it, and outlines are ragged",
    ),
)
# The feature net's codes of photographs and of drawings lie eight deviations apart, so each is taken in its own units.
RECIPES["dtn-faces"] = Recipe(
    "dtn", "faces-people", 64,
    {
        "side": 64, "features": "judge", "g_width": 24, "d_width": 32, "up": "resized", "rate": 3e-4, "decay_from": 0.5,
        "own_units": True, "constancy": 3.0, "identity": 10.0, "smoothness": 0.05, "steps": 5_000,
    },
    batch=16, judge="i2i-feat-v1", showcase=lambda size: {"x": shown_faces(size)}, minutes=19,
    summary="DTN, exploratory: photographed faces to drawn people, by what a feature net says of them, 64 px.",
    licence="research and teaching only: trained on Caltech Faces (CC BY 4.0) and Microsoft Fluent Emoji (MIT), by a net that has seen non-commercial sets",
    failures=(
        "half of the people dissolve into a mosaic of yellow, orange and blue, and portraits that are drawn nearly all do",
        "who it is does not come over: of 35 held-out faces f takes six of the drawn people for the one that they were made of, and finds it at place 8 in the median",
    ),
)
# The target's autoencoder takes most of the time; one picture is learned in a minute or two. All terms but the cycle and
# the code's size count the same, in both stages.
_OST = {
    "width": 24, "blocks": 4, "up": "resized", "patch_layers": 2, "patch_width": 32, "recon": 1.0, "fakes": 1.0,
    "autoencoder_steps": 3_000, "steps": 200,
}  # fmt: skip
RECIPES["ost-icons"] = Recipe(
    "ost", "icons-one", 64, {**_OST, "halvings": 1}, batch=2, showcase=_icons("flat", "glossy"), ship=("D_y",),
    summary="OST: one flat icon, and two thousand glossy ones, 64 px.", minutes=5,
    licence="MIT: trained on the procedural icons of this package",
    failures=(
        "the one flower it knows comes out with coloured fringes and no gloss; others keep their shape and lose their colours",
        "a longer second stage makes it worse, not better: one picture against a critic that knows two thousand",
    ),
)
RECIPES["ost-emoji"] = Recipe(
    "ost", "emoji-one", 64, _OST, batch=2, showcase=_icons("flat", "glossy"), ship=("D_y",),
    summary="OST: one of Noto's emoji, and half a thousand of Fluent's 3-D ones, 64 px.", minutes=6,
    licence="Apache 2.0 and MIT: trained on Noto Emoji (Apache 2.0) and Microsoft Fluent Emoji (MIT)",
    failures=(
        "things keep their outlines and lose their surfaces: mottled, pale, with coloured fringes, and nothing plastic about them",
        "the way back knows one colour: the one picture was a red button, and whatever returns is red",
    ),
)
RECIPES["ost-weather"] = Recipe(
    "ost", "weather-one", 128, {**_OST, "patch_layers": 3}, batch=1, showcase=_landscapes, minutes=8, fit="crop",
    summary="OST: one photograph of a clear sky, and three hundred sunrises, 128 px.",
    licence="CC BY 4.0: trained on the Multi-class Weather Dataset (Ajayi 2018)",
    failures=(
        "clouds catch fire, wherever they are, and everything below the horizon goes black: the sunrises of the set are like that",
        "stripes of a few pixels run along edges and over the ground",
        "the way back is a wash of blue: it knows one clear sky",
    ),
)

# Half the paper's blocks, at five times its rate, which falls early: in an hour and a half instead of a week. Without
# norms (Lim et al. 2017) this rate drove the weights away after three thousand steps.
_PHOTOGRAPHS = {
    "licence": "non-commercial: trained on T91 (Yang et al. 2010, free for research) and BSDS (Martin et al. 2001, non-commercial research)",
}
RECIPES["srresnet-photographs"] = Recipe(
    "srresnet", "photographs", 96, {"blocks": 8, "rate": 5e-4, "decay_from": 0.35, "steps": 14_500}, batch=8,
    showcase=_details, ema=0.999, minutes=76,
    summary="SRResNet: photographs enlarged four times, by the least squared error.", **_PHOTOGRAPHS,
    failures=(
        "hair, cloth and grass come out smooth: of all that may have been there the mean is the least wrong",
        "writing below the size of the grid is lost, and noise or JPEG blocks in the input are enlarged with the rest",
    ),
)
RECIPES["srresnet-photographs-x2"] = Recipe(
    "srresnet", "photographs-x2", 96, {"scale": 2, "width": 32, "blocks": 8, "rate": 5e-4, "decay_from": 0.35, "steps": 7_000},
    batch=8, showcase=lambda size: _details(size, 2), ema=0.999, minutes=23,
    summary="SRResNet, narrower: photographs enlarged twice, by the least squared error.", **_PHOTOGRAPHS,
    failures=(
        "fine weave and hair come out softer than they were: the mean again, though there is less to guess than at four times",
        "writing of three or four pixels stays unreadable, and JPEG blocks in the input get crisp borders",
    ),
)
# Three layers gain little from wide places and much from many steps.
RECIPES["srcnn-photographs"] = Recipe(
    "srcnn", "photographs", 48, {"steps": 16_000}, batch=8, showcase=_details, ema=0.999, minutes=12,
    summary="SRCNN: photographs enlarged four times by three convolutions on top of bicubic.", **_PHOTOGRAPHS,
    failures=(
        "edges keep a soft seam: three layers see 17 pixels of a picture that bicubic had already blurred",
        "colours stay as bicubic left them, since only the brightness is mended: red against blue bleeds",
    ),
)
RECIPES["srcnn-photographs-x2"] = Recipe(
    "srcnn", "photographs-x2", 48, {"scale": 2, "steps": 16_000}, batch=8, showcase=lambda size: _details(size, 2),
    ema=0.999, minutes=12,
    summary="SRCNN: photographs enlarged twice by three convolutions on top of bicubic.", **_PHOTOGRAPHS,
    failures=(
        "grain, JPEG blocks and specks of the input are sharpened with the rest: dark cloth comes out rougher than it was",
        "colours stay as bicubic left them, since only the brightness is mended, and small writing stays unreadable",
    ),
)
# From SRResNet's weights on. Without VGG-19's own weights phi is the second map of this package's feature net, which has
# seen few photographs and pins no colour: so the squared error stays, at a quarter. The weights give each a similar size.
_SRGAN = {
    "blocks": 8, "d_width": 32, "d_dense": 512, "content": "phi22", "features": "judge", "content_weight": 0.2, "pixel": 0.25,
}  # fmt: skip
RECIPES["srgan-photographs"] = Recipe(
    "srgan", "photographs", 96, {**_SRGAN, "steps": 2_000}, batch=8, showcase=_details, ema=0.99,
    judge="i2i-feat-v1", start="srresnet-photographs", minutes=20,
    summary="SRGAN: photographs enlarged four times, by content, squared error and an adversary.", **_PHOTOGRAPHS,
    failures=(
        "a fine weave of two and four pixels lies over dark cloth and beside strong edges: the steps of the net's own grid",
        "the detail is invented: pores where there were none, and no letter of a name plate becomes readable",
    ),
)
RECIPES["srgan-photographs-no-gan"] = Recipe(
    "srgan", "photographs", 96, {**_SRGAN, "adversarial": 0.0, "steps": 1_500}, batch=8, showcase=_details, ema=0.99,
    judge="i2i-feat-v1", start="srresnet-photographs", minutes=10,
    summary="SRGAN's generator by content and squared error, no adversary: photographs enlarged four times.", **_PHOTOGRAPHS,
    failures=(
        "contrast at edges is raised rather than detail brought back, and a faint grid of four pixels shows on plain cloth",
        "a net that has seen few photographs says little about their texture: VGG-19 would ask for more",
    ),
)
RECIPES["srgan-photographs-x2"] = Recipe(
    "srgan", "photographs-x2", 96, {**_SRGAN, "scale": 2, "width": 32, "steps": 2_000}, batch=8,
    showcase=lambda size: _details(size, 2), ema=0.99, judge="i2i-feat-v1", start="srresnet-photographs-x2", minutes=18,
    summary="SRGAN, narrower: photographs enlarged twice, by content, squared error and an adversary.", **_PHOTOGRAPHS,
    failures=(
        "a dotted line of single pixels runs along strong edges, and a weave of two pixels over plain cloth",
        "there is little to invent at twice the sides: it costs 1.4 dB against the net that it began with, and comes hardly nearer in the eyes of a net",
    ),
)
RECIPES["srgan-photographs-vgg"] = Recipe(
    "srgan", "photographs", 96, {"blocks": 8, "d_width": 32, "d_dense": 512, "steps": 20_000}, batch=8, showcase=_details,
    shipped=False, ema=0.99, judge="vgg19", start="srresnet-photographs",
    summary="SRGAN with phi_54 of VGG-19, as in the paper: for those who have fetched its weights.",
    licence=f"{_PHOTOGRAPHS['licence']}, by VGG-19 (ImageNet, non-commercial research)",
)

# The paper's weights are not known (see the method); these are pix2pix's hundred to one. From a grey hole a run this short
# spends most of its steps on colours, and on 36 fronts held out of training misses by .21 (L1) what it misses by .18 so.
_FILL = {"side": 128, "width": 24, "d_width": 32, "rate": 4e-4, "start": "film"}
RECIPES["pggan-facades"] = Recipe(
    "pggan", "facades-holes", 128, {**_FILL, "steps": 2_000}, batch=4, ship=("D",), minutes=15,
    showcase=_pierced(lambda size: Facades(size, split="test").batch(torch.arange(8))["y"]),
    summary="PGGAN: holes in photographs of building fronts, 128 px.", licence=_CMP_LICENCE,
    failures=(
        "in a wide hole windows are hinted at: pale smears in the rhythm of the rows, with a fine grid over them",
        "railings, awnings and writing are not continued, and on drawn fronts, which it never saw, lines end at the hole",
    ),
)
RECIPES["pggan-emoji"] = Recipe(
    "pggan", "emoji-holes", 128, {**_FILL, "width": 16, "d_width": 24, "steps": 2_000}, batch=4, ship=("D",), minutes=8,
    showcase=_pierced(lambda size: Icons(size, "glossy", "glossy", split="test").batch(torch.arange(8))["y"]),
    summary="PGGAN: holes in emoji, 128 px.", licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
    failures=(
        "outlines fade towards the middle of a wide hole, and shading turns into smears: the half that is missing is not drawn anew",
        "eyes, mouths and handles under the hole do not come back; what is left is their colour at most",
    ),
)
# What a photograph lacks in a hole can be anything, and the median of anything is the film: the adversary has to be louder.
RECIPES["pggan-photographs"] = Recipe(
    "pggan", "photographs-holes", 128, {**_FILL, "steps": 5_000, "reconstruction": 0.92, "globally": 0.03, "patchwise": 0.05},
    batch=4, showcase=_pierced(_scenes), minutes=37,
    summary="PGGAN: holes in photographs, 128 px.", **_PHOTOGRAPHS,
    failures=(
        "a wide hole gets smears of light and dark that belong to nothing there, and a smooth sky a crackle, since the patch head asks for some texture",
        "faces, hands and writing do not come back: it has seen 291 photographs, and few of anything",
    ),
)
# The narrower nets of the comparison: weights of the global and the patch head, minutes, what it is told, failures.
_HEADS: dict[str, tuple[float, float, int, str, tuple[str, ...]]] = {
    "l1": (0.0, 0.0, 5, "reconstruction alone", (
        "windows are voted away: blurred light and dark in the rhythm of the rows, and no edge",
        "a pattern that meets the hole stops there and is gone",
    )),
    "global": (0.01, 0.0, 6, "with the global discriminator", (
        "a woven grid of light and dark where windows belong: there is a rhythm, and no window in it",
        "edges inside the hole stay soft, since one number for the whole says little about any place",
    )),
    "patch": (0.0, 0.01, 6, "with the patch discriminator", (
        "upright bands, dark and pale, where panes would be: firm to the left and right, without sill or lintel",
        "which of the rows they belong to is not asked: bands run from floor to floor",
    )),
    "both": (0.01, 0.01, 6, "with both", (
        "pieces of windows with bright and dark edges, in rows, but not one of them closed",
        "the middle of a wide hole is paler than its rim, and blue shows where no pane is",
    )),
}  # fmt: skip
RECIPES |= {
    f"pggan-facades-{name}": Recipe(
        "pggan", "facades-holes", 128,
        {**_FILL, "width": 16, "d_width": 24, "steps": 1_400, "globally": whole, "patchwise": patch},
        batch=4, minutes=minutes, showcase=RECIPES["pggan-facades"].showcase, licence=_CMP_LICENCE,
        summary=f"The narrower net of the comparison of losses: {told}.", failures=failures,
    )
    for name, (whole, patch, minutes, told, failures) in _HEADS.items()
}  # fmt: skip
