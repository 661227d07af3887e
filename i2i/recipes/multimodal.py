"""Recipes of methods that make several answers to one input."""

from __future__ import annotations

from ..data.worlds.facades import Facades
from ..data.worlds.sketches import sketches
from .datasets import DATA
from .paired import CMP_LICENCE
from .recipe import Recipe
from .showcase_inputs import from_world, icons_in, landscapes

RECIPES: dict[str, Recipe] = {}

_BICYCLE = {
    "width": 24, "cap": 104, "depth": 5, "up": "resized", "e_width": 24, "e_blocks": 2, "patch_layers": 2, "patch_width": 32,
}  # fmt: skip

# z has to say which of several drawing styles is meant, and which colours.
RECIPES["bicyclegan-emoji"] = Recipe(
    "bicyclegan",
    "emoji-answers",
    64,
    {**_BICYCLE, "finish": 16, "steps": 36_000},
    batch=4,
    showcase=sketches,
    summary="BicycleGAN: a pen drawing to emoji in several drawing styles, another one with each code, 64 px.",
    licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
    failures=(
        "whole things take one colour, another one with each code: few answers have a red cap on a white stalk",
        "its answers differ far more than the right ones do, which share their colours: most are plausible, and not true",
        "what should be white spreads: a cold or dark cat has a white mask, and one code in ten leaves it white but for its features",
        "an end, a string or an inner line that is thin may be missing",
    ),
    minutes=53,
)

# One drawing has six right answers, a sixth of a turn of all hues apart.
RECIPES["bicyclegan-openmoji"] = Recipe(
    "bicyclegan",
    "emoji-colours",
    64,
    {**_BICYCLE, "finish": 16, "steps": 20_000},
    batch=4,
    showcase=icons_in("line", "flat"),
    summary="BicycleGAN: an emoji in lines to the same in colours of any hue, 64 px.",
    licence="CC BY-SA 4.0: trained on OpenMoji (CC BY-SA 4.0)",
    failures=(
        "a code is one hue for the whole thing, where right answers have several colours",
        "one code in six leaves the whole thing white or grey; some colours lie in patches, as in a watercolour that is still wet",
        "beside open lines (the ribs of an umbrella, a mast) colour runs out onto the paper",
    ),
    minutes=28,
)

# One front was photographed once: what z tells is the light, the paint and the stone, which a map does not.
RECIPES["bicyclegan-facades"] = Recipe(
    "bicyclegan",
    "cmp-facades",
    64,
    {**_BICYCLE, "finish": 16, "steps": 28_000},
    batch=4,
    direction="BA",
    showcase=from_world(Facades),
    summary="BicycleGAN: a label map of a building front to photographs in other light and paint, 64 px.",
    licence=CMP_LICENCE,
    failures=(
        "a style is the light first: in the brightest a white sky eats into the roof, in the darkest nothing can be told",
        "doors and shop fronts dissolve into specks of blue and red, and cars or people are dark blots",
        "the sides of a front bend inwards, and beside them lies black or white where a neighbour stood",
    ),
    minutes=37,
)

# The paper's rate and a million steps are for days on a GPU: here it is twice as large, and is halved three times on the way.
_MUNIT = {
    "width": 16, "blocks": 3, "mlp_width": 64, "style_halvings": 3, "critic_width": 24, "critic_layers": 3, "rate": 2e-4,
}  # fmt: skip
RECIPES["munit-emoji"] = Recipe(
    "munit",
    "emoji-line-colour",
    64,
    {**_MUNIT, "steps": 24_000, "halve_every": 8_000},
    batch=2,
    showcase=icons_in("line", "flat"),
    summary="MUNIT: emoji in lines to coloured ones and back, learned without pairs, 64 px.",
    licence="CC BY-SA 4.0: trained on OpenMoji (CC BY-SA 4.0)",
    failures=(
        "a style is one or two colours for the whole thing, yellow or orange in most of them",
        "lines double inside a thing, and colour runs over them: a sail and the boat below it are one surface",
        "on the way back outlines alone remain: faces, the stripes of a sail and a star are lost",
    ),
    minutes=48,
)
RECIPES["munit-icons"] = Recipe(
    "munit",
    "icons-materials-unpaired",
    64,
    {**_MUNIT, "steps": 20_000, "halve_every": 5_000},
    batch=2,
    showcase=icons_in("line", "glossy"),
    summary="MUNIT: icons in lines to glossy ones of any material and back, learned without pairs, 64 px.",
    licence="MIT: trained on the procedural icons of this package",
    failures=(
        "soft and grainy; its authors trained for a million steps, this one had 80 minutes of one core",
        "small things within a thing are lost: eyes, whiskers, the pattern of a balloon",
        "a style is one colour above all, where right answers have several",
    ),
    minutes=80,
)
RECIPES["munit-weather"] = Recipe(
    "munit",
    "weather",
    128,
    {**_MUNIT, "critic_layers": 4, "steps": 14_000, "halve_every": 4_000},
    batch=1,
    showcase=landscapes,
    fit="crop",
    summary="MUNIT: photographs of clear skies to many sunrises and back, learned without pairs, 128 px.",
    licence="CC BY 4.0: trained on the Multi-class Weather Dataset (Ajayi 2018)",
    failures=(
        "what is bright by day glows like the sky itself: white sand turns into a second sunrise",
        "plants and clouds dissolve into flakes of the sunrise's colours",
        "drawn styles leave specks and stripes at edges and in clouds; styles that are read from a picture do so less",
        "on the way back dark land turns into the sea, whatever stood there, and seldom into grass",
    ),
    minutes=47,
)

# Without an adversary: a squared error of what is to be added to a noisy answer.
_BRIDGE = {
    "width": 24,
    "cap": 96,
    "depth": 5,
    "up": "resized",
    "finish": 16,
    "grains": (16, 8, 4),
    "rate": 5e-4,
}
RECIPES["bridge-emoji"] = Recipe(
    "bridge",
    "emoji-answers",
    64,
    {**_BRIDGE, "steps": 16_000},
    batch=16,
    ema=0.999,
    showcase=sketches,
    summary="A pen drawing to several emoji by a bridge: 1 step gives their mean, 4 a sample, 64 px.",
    licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
    failures=(
        "colours change from patch to patch, as wide as the coarse noise, where right answers have one colour for a part",
        "eyes, mouths and windows are dark or pale spots, and in some samples they are gone",
        "the paper around a thing keeps faint clouds of the noise",
    ),
    minutes=19,
)
RECIPES["bridge-openmoji"] = Recipe(
    "bridge",
    "emoji-colours",
    64,
    {**_BRIDGE, "steps": 14_000},
    batch=16,
    ema=0.999,
    showcase=icons_in("line", "flat"),
    summary="An emoji in lines to the same in colours of any hue by a bridge: 1 step gives their mean, 4 a sample, 64 px.",
    licence="CC BY-SA 4.0: trained on OpenMoji (CC BY-SA 4.0)",
    failures=(
        "hues change from patch to patch, where right answers have one hue for a part",
        "sails, stars and the sun stay white or grey in many samples",
        "the paper beside a thing keeps faint clouds of the noise",
    ),
    minutes=14,
)
_DIFFUSION = {
    "patch": 2, "widths": (32, 64, 80), "layers": 1, "attention": (2,), "head": 16, "groups": 8, "dropout": 0.0,
    "predicts": "velocity", "rate": 5e-4,
}  # fmt: skip
RECIPES["diffusion-emoji"] = Recipe(
    "diffusion",
    "emoji-answers",
    64,
    {**_DIFFUSION, "steps": 12_000},
    batch=8,
    ema=0.999,
    showcase=sketches,
    summary="A pen drawing to several emoji by a small conditional diffusion model, 20 steps of DDIM, 64 px.",
    licence="MIT: trained on Microsoft Fluent Emoji (MIT)",
    failures=(
        "colours change from place to place as in a watercolour, within one part, too",
        "small features (eyes, a mouth) come in some samples, and are lost in others",
        "the paper around a thing keeps faint specks",
    ),
    minutes=40,
)  # fmt: skip

RECIPES["diffusion-openmoji"] = Recipe(
    "diffusion",
    "emoji-colours",
    64,
    {**_DIFFUSION, "steps": 10_000},
    batch=8,
    ema=0.999,
    showcase=icons_in("line", "flat"),
    summary="An emoji in lines to the same in colours of any hue, by a small conditional diffusion model, 20 steps of DDIM, 64 px.",
    licence="CC BY-SA 4.0: trained on OpenMoji (CC BY-SA 4.0)",
    failures=(
        "each place takes a hue of its own, as in a watercolour, where right answers have one hue for a part",
        "some parts stay white or grey, and some are nearly black",
        "the paper around a thing keeps faint coloured specks",
    ),
    minutes=34,
)  # fmt: skip

# code_cycle: at the paper's .025 a code was not read back, on points of the plane (docs/log.md).
RECIPES["augmented_cyclegan-icons"] = Recipe(
    "augmented_cyclegan",
    "icons-materials-unpaired",
    64,
    {
        "code": 8,
        "width": 16,
        "up": "resized",
        "e_width": 16,
        "d_width": 24,
        "d_rate": 1e-4,
        "code_cycle": 1.0,
        "steps": 4_000,
    },
    batch=8,
    showcase=icons_in("line", "glossy"),
    summary="Augmented CycleGAN: icons in lines to glossy ones, learned without pairs, with a code for what differs, 64 px.",
    licence="MIT: trained on the procedural icons of this package",
    failures=(
        "a code is one colour above all, where right answers have several",
        "a faint woven grid lies over large surfaces, and small things within a thing are lost: spots, the face of the owl",
        "on the way back lines wobble, and bricks of lines fill what was a surface",
    ),
    minutes=47,
)
# L1 of all generators draws them to one answer: four pictures that nobody can tell apart (docs/log.md).
RECIPES["mad_gan-icons"] = Recipe(
    "mad_gan",
    "icons-materials",
    64,
    {
        "width": 20, "cap": 120, "depth": 6, "up": "resized", "head_width": 20, "patch_layers": 2, "patch_width": 24,
        "l1": 20.0, "nearest": True, "steps": 8_000,
    },
    batch=4,
    showcase=icons_in("line", "glossy"),
    summary="MAD-GAN: line icons to glossy ones by four generators that D tells apart, 64 px.",
    licence="MIT: trained on the procedural icons of this package",
    failures=(
        "four generators are four answers: of sixteen that are asked for each comes four times, in shades that its dropout changes a little",
        "a generator keeps to no style: the one that paints a cat green paints the mushroom brown and the umbrella pink",
        "the middle of a thing is smeared (the face of a cat), and sails, umbrellas run out into the paper",
    ),
    minutes=17,
)  # fmt: skip
RECIPES["bilinear-letters"] = Recipe(
    "bilinear",
    "letters",
    32,
    batch=16,
    showcase=from_world(DATA["letters"]),
    summary="Bilinear model: a capital letter to the same letter in 22 fonts, as a product of a font and a letter, 32 px.",
    licence="MIT: fitted to letters of the fonts that come with matplotlib (DejaVu, STIX, Computer Modern)",
    failures=(
        "a letter that training did not show in a font comes there grey and smeared (13 dB), though most are legible; shown ones come at 25 dB",
        "of such a letter it guesses the font right one time in four; of shown letters 99 times in 100",
        "a letter that does not fill the square turns into grey smears",
    ),
    minutes=0.2,
)
