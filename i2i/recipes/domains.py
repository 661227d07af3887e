"""Recipes of one generator for many domains, or for attributes: StarGAN, and IcGAN with its encoders."""

from __future__ import annotations

from ..method import Batch
from .datasets import DATA
from .recipe import Recipe
from .showcase_inputs import edited, edits, icons_in, landscapes, seeds

RECIPES: dict[str, Recipe] = {}

_LPC = "CC BY-SA 3.0: trained on the Universal LPC spritesheet characters"


def _characters(size: int) -> Batch:
    """Six test characters to be edited. Their licence goes with every copy, so they are for the run's own sheets."""
    return edited(DATA["lpc-characters"](size, "test"))


# One generator for four looks. The paper's critic steps five times for each step of G, and reconstruction weighs 10: in
# minutes instead of days G learns more from as many steps as the critic, and from a reconstruction that weighs 30.
_STAR = {
    "domains": 4, "attributes": False, "side": 64, "width": 24, "blocks": 4, "halvings": 1, "up": "resized",
    "critic_width": 24, "critic_layers": 5, "critic_steps": 1, "rate": 2e-4, "recon": 30.0,
}  # fmt: skip
RECIPES["stargan-emoji"] = Recipe(
    "stargan",
    "emoji-styles",
    64,
    {**_STAR, "steps": 6_000},
    batch=4,
    showcase=icons_in("flat", "glossy"),
    summary="StarGAN: emoji in four drawing styles, one generator for all of them, 64 px.",
    minutes=24,
    licence="CC BY-SA 4.0, Apache 2.0 and MIT: trained on OpenMoji (CC BY-SA 4.0), Noto Emoji (Apache 2.0) and Microsoft Fluent Emoji (MIT)",
    failures=(
        "hues are exchanged, red for blue and purple for brown, whatever style is asked for",
        "OpenMoji's black outline is learned, and the other three styles come out much alike, with a fine weave on plain surfaces",
    ),
)
RECIPES["stargan-icons"] = Recipe(
    "stargan",
    "icons-styles",
    64,
    {**_STAR, "steps": 4_000},
    batch=4,
    showcase=icons_in("flat", "glossy"),
    summary="StarGAN: icons as lines, flat, glossy and at night, one generator for all of them, 64 px.",
    minutes=16,
    licence="MIT: trained on the procedural icons of this package",
    failures=(
        "hues are exchanged: an orange cat turns blue on its way, and orange again on its return",
        "lines carry coloured fringes, which a real line icon does not have",
    ),
)
# Photographs have detail that a net this small cannot draw again, so it draws what is added to them. With a way back that weighs
# 30, or the paper's 10, it then adds next to nothing.
RECIPES["stargan-weather"] = Recipe(
    "stargan",
    "weather-kinds",
    128,
    {
        **_STAR,
        "side": 128,
        "halvings": 2,
        "critic_layers": 6,
        "residual": True,
        "recon": 3.0,
        "steps": 10_000,
    },
    batch=4,
    showcase=landscapes,
    fit="crop",
    summary="StarGAN: photographs of clouds, rain, clear skies and sunrises, one generator for all of them, 128 px.",
    licence="CC BY 4.0: trained on the Multi-class Weather Dataset (Ajayi 2018)",
    minutes=67,
    failures=(
        "clouds and rain come out nearly alike: the light goes grey, and no drop falls",
        "less than half of what it makes of photographs is taken for the kind that was asked for",
        "a setting sun stays as a dark spot in grey clouds, and clear skies get dark smudges in place of clouds",
        "at sunrise soft orange patches lie over hills and water, and follow no shape",
    ),
)

# Twelve attributes that are drawn independently: a label is a vector of yes and no. The critic has to read all of them off
# one face, so their weight is that of the paper, and its way back weighs the paper's 10.
RECIPES["stargan-faces"] = Recipe(
    "stargan",
    "faces",
    64,
    {
        **_STAR,
        "domains": 12,
        "attributes": True,
        "critic_width": 32,
        "recon": 10.0,
        "residual": True,
        "steps": 10_000,
    },
    batch=4,
    showcase=edits,
    summary="StarGAN: drawn faces with other hair, glasses, a beard or a smile, one generator for twelve attributes, 64 px.",
    licence="MIT: trained on the procedural faces of this package",
    minutes=47,
    failures=(
        "hair that is taken away leaves its outline, as a pale ghost; on a bald head it comes back blurred and dark",
        "light hair that is dyed keeps stripes of both colours, and skin that is made darker is darker around the face, too",
        "faint waves on the plain ground and around the head",
    ),
)

RECIPES["stargan-characters"] = Recipe(
    "stargan",
    "lpc-characters",
    64,
    {
        **_STAR,
        "domains": 7,
        "attributes": True,
        "critic_width": 32,
        "recon": 10.0,
        "residual": True,
        "steps": 8_000,
    },
    batch=4,
    showcase=_characters,
    showable=False,
    summary="StarGAN: pixel-art people with other hair, skin, a beard or the other sex, one generator for seven attributes, 64 px.",
    licence=_LPC,
    minutes=29,
    failures=(
        "of long hair the crown alone takes another colour; black hair that is dyed turns blue or dark red in places",
        "who is made a man gets sleeves of grey streaks beside the arms, and who gets a beard a dark smear of a few pixels",
        "light bands lie around the figure on the plain ground",
    ),
)
# All that an export of IcGAN holds is 3.8 MB: G, and the encoders of the code and of the attributes.
_IC = {
    "side": 64, "code": 64, "width": 32, "d_width": 32, "up": "resized", "e_width": 16, "z_dense": 256, "y_dense": 64,
    "steps": 8_000, "code_steps": 4_000, "label_steps": 1_000, "e_rate": 5e-4, "decay_from": 0.5,
}  # fmt: skip
# What it finds is measured beside hair: as many categories as a head may look like from above, and bald. A slower D leaves
# G time to use them for what one sees.
_INFO = {
    "domains": 5, "values": 2, "side": 64, "channels": 3, "noise": 32, "halvings": 4, "up": "resized", "width": 32,
    "d_width": 16, "dense": 128, "d_dense": 128, "d_dense_norm": False, "rate": 2e-4, "d_rate": 5e-5, "steps": 16_000,
    "decay_from": 0.5,
}  # fmt: skip
RECIPES["icgan-faces"] = Recipe(
    "icgan",
    "faces",
    64,
    {**_IC, "domains": 12},
    batch=32,
    ema=0.99,
    showcase=edits,
    summary="IcGAN: drawn faces, read into a code and twelve attributes, and made again with others, 64 px.",
    licence="MIT: trained on the procedural faces of this package",
    minutes=63,
    failures=(
        "another person comes back: of a face's own parts the 64 numbers keep the clothes and the ground, and little of its shape",
        "specks lie beside outlines",
    ),
)
RECIPES["icgan-characters"] = Recipe(
    "icgan",
    "lpc-characters",
    64,
    {**_IC, "domains": 7},
    batch=32,
    ema=0.99,
    showcase=_characters,
    showable=False,
    summary="IcGAN: pixel-art people, read into a code and seven attributes, and made again with others, 64 px.",
    licence=_LPC,
    minutes=31,
    failures=(
        "another person comes back: clothes change with the edit, and the cut of the hair is lost",
        "coloured specks lie on the plain ground and in the hair",
        "brown hair and blond hair come out much alike, and people without a hair colour get a green or lilac one",
    ),
)
for _data, _title, _licence, _minutes, _failures in (
    (
        "faces",
        "drawn faces",
        "MIT: trained on the procedural faces of this package",
        21,
        (
            "within a category a few faces come again and again: the noise changes less than the category does",
            "eyes and glasses are checks of dark and white dots, and the two halves of a face do not fit each other",
            "fine specks lie on the plain ground and in the hair",
        ),
    ),
    ("lpc-characters", "pixel-art people", _LPC, 18, ()),
):
    RECIPES[f"infogan-{_data.removeprefix('lpc-')}"] = Recipe(
        "infogan",
        _data,
        64,
        _INFO,
        batch=32,
        ema=0.99,
        showcase=seeds,
        shipped=bool(_failures),
        summary=f"InfoGAN: {_title} of five kinds that nobody named, 64 px.",
        licence=_licence,
        minutes=_minutes,
        failures=_failures,
    )
