"""Recipes without pairs: the family of cycles, DistanceGAN and UNIT."""

from __future__ import annotations

from .recipe import Recipe
from .showcase_inputs import icons_in, landscapes

RECIPES: dict[str, Recipe] = {}

# The family of cycles. All upsample by repeating and convolving, and let their rate fall in the second half; at 64 px
# patches of 34 take the place of 70. Each set's table gives a method the same minutes of one core.
_RESIDUAL = {"width": 24, "blocks": 4, "up": "resized", "patch_layers": 2, "patch_width": 32}
_SHALLOW = {
    **_RESIDUAL,
    "halvings": 1,
    "patch_width": 24,
}  # glowing lines are thinner than a quarter of the image's grid
_DISCO = {"up": "resized", "decay_from": 0.5}
_DUAL = {"depth": 5, "up": "resized", "critic_layers": 4, "critic_side": 4, "rate": 1e-4, "decay_from": 0.5}
_UNIT = {
    "width": 24, "blocks": 3, "up": "resized", "padding": "reflect", "critic_width": 32, "critic_layers": 5, "decay_from": 0.5,
}  # fmt: skip
_TITLES = {
    "cyclegan": "CycleGAN",
    "discogan": "DiscoGAN",
    "dualgan": "DualGAN",
    "distancegan": "DistanceGAN",
    "unit": "UNIT",
}

# method: config, and images a step
_ON_EMOJI: dict[str, tuple[dict, int]] = {
    "cyclegan": ({**_RESIDUAL, "steps": 4_500}, 2),
    "discogan": ({**_DISCO, "width": 32, "steps": 4_000, "early_steps": 1_000}, 16),
    "dualgan": ({**_DUAL, "width": 24, "cap": 96, "critic_width": 32, "steps": 7_000}, 4),
    "distancegan": ({**_RESIDUAL, "steps": 11_000}, 4),
    "unit": ({**_UNIT, "steps": 4_600}, 2),
}
# White paper to night sky is no small change: CycleGAN's identity term would only stand in its way.
_ON_ICONS: dict[str, tuple[dict, int]] = {
    "cyclegan": ({**_SHALLOW, "identity": 0.0, "steps": 14_000}, 1),
    "discogan": ({**_DISCO, "code": 0, "width": 24, "steps": 12_000, "early_steps": 3_000}, 16),
    "dualgan": ({**_DUAL, "width": 16, "cap": 64, "critic_width": 24, "steps": 18_000}, 4),
    "distancegan": ({**_SHALLOW, "steps": 27_000}, 2),
    "unit": ({**_UNIT, "halvings": 1, "steps": 9_500}, 1),
}

_FAILURES: dict[str, tuple[str, ...]] = {
    "cyclegan-emoji": (
        "white parts get a lilac veil, and letters and fine lines dissolve",
        "flat areas are mottled, with small bright dots",
    ),
    "discogan-emoji": (
        "content is lost: a blot of roughly the target's colours, whatever goes in",
        "things of different kinds come out alike; its authors' sets hold one kind each",
    ),
    "dualgan-emoji": (
        "tints and softens, and little more: most of the style is left as it was",
        "outlines fray where writing and other fine lines are redrawn",
    ),
    "distancegan-emoji": (
        "colours wander within one thing, and blue patches appear that nothing asked for",
        "thin and white parts fade into the ground",
    ),
    "unit-emoji": (
        "hues are exchanged: red turns blue, a yellow hand pale",
        "edges carry coloured fringes, and writing is redrawn in another colour or inverted",
    ),
    "cyclegan-icons": (
        "hues are exchanged: an orange cat glows blue",
        "where two parts touch, their outlines break up",
    ),
    "discogan-icons": (
        "several things get one answer: a cat and a car come out alike",
        "the way back is a blur of colours",
    ),
    "dualgan-icons": (
        "hues are exchanged: purple comes out green, white as a cream glow",
        "surfaces glow softly where there should be thin bright lines",
    ),
    "unit-icons": (
        "faces and ornaments become stains, and colours mix along one line",
        "outlines break where two parts touch",
    ),
    "distancegan-icons": (
        "hues wander within one object",
        "fine ornaments are left out",
    ),
}

for _method, _title in _TITLES.items():
    _config, _batch = _ON_EMOJI[_method]
    RECIPES[f"{_method}-emoji"] = Recipe(
        _method,
        "emoji-noto-3d",
        64,
        _config,
        batch=_batch,
        showcase=icons_in("flat", "glossy"),
        summary=f"{_title}: Noto's emoji to Fluent's 3-D ones, learned without pairs, 64 px.",
        licence="Apache 2.0 and MIT: trained on Noto Emoji (Apache 2.0) and Microsoft Fluent Emoji (MIT)",
        minutes=25,
        failures=_FAILURES[f"{_method}-emoji"],
    )
    _config, _batch = _ON_ICONS[_method]
    RECIPES[f"{_method}-icons"] = Recipe(
        _method,
        "icons-glossy-night",
        64,
        _config,
        batch=_batch,
        showcase=icons_in("glossy", "night"),
        summary=f"{_title}: glossy icons to icons at night, learned without pairs, 64 px.",
        licence="MIT: trained on the procedural icons of this package",
        minutes=25,
        failures=_FAILURES[f"{_method}-icons"],
    )

RECIPES["cyclegan-weather"] = Recipe(
    "cyclegan",
    "weather",
    128,
    {**_RESIDUAL, "blocks": 6, "patch_layers": 3, "steps": 2_800},
    batch=1,
    showcase=landscapes,
    fit="crop",
    summary="CycleGAN: photographs of clear skies to sunrises and back, 128 px.",
    licence="CC BY 4.0: trained on the Multi-class Weather Dataset (Ajayi 2018)",
    minutes=29,
    failures=(
        "stripes run across smooth skies and around the sun, and dark regions smear",
        "a blue sky turns black rather than deep blue",
    ),
)
