"""Recipes that enlarge: SRCNN, SRResNet, SRGAN."""

from __future__ import annotations

from .recipe import Recipe
from .showcase_inputs import details

RECIPES: dict[str, Recipe] = {}

# Half the paper's blocks, at five times its rate, which falls early: in an hour and a half instead of a week. Without
# norms (Lim et al. 2017) this rate drove the weights away after three thousand steps.
PHOTOGRAPHS = {
    "licence": "non-commercial: trained on T91 (Yang et al. 2010, free for research) and BSDS (Martin et al. 2001, non-commercial research)",
}
RECIPES["srresnet-photographs"] = Recipe(
    "srresnet",
    "photographs",
    96,
    {"blocks": 8, "rate": 5e-4, "decay_from": 0.35, "steps": 14_500},
    batch=8,
    showcase=details,
    ema=0.999,
    minutes=76,
    summary="SRResNet: photographs enlarged four times, by the least squared error.",
    **PHOTOGRAPHS,
    failures=(
        "hair, cloth and grass come out smooth",
        "writing below the size of the grid is lost, and noise or JPEG blocks in the input are enlarged with the rest",
    ),
)
RECIPES["srresnet-photographs-x2"] = Recipe(
    "srresnet",
    "photographs-x2",
    96,
    {"scale": 2, "width": 32, "blocks": 8, "rate": 5e-4, "decay_from": 0.35, "steps": 20_000},
    batch=8,
    showcase=lambda size: details(size, 2),
    ema=0.999,
    minutes=34,
    summary="SRResNet, narrower: photographs enlarged twice, by the least squared error.",
    **PHOTOGRAPHS,
    failures=(
        "fine weave and hair come out softer than they were, though less so than at four times",
        "writing of three or four pixels stays unreadable, and JPEG blocks in the input get crisp borders",
    ),
)
# Three layers gain little from wide places and much from many steps.
RECIPES["srcnn-photographs"] = Recipe(
    "srcnn",
    "photographs",
    48,
    {"steps": 16_000},
    batch=8,
    showcase=details,
    ema=0.999,
    minutes=12,
    summary="SRCNN: photographs enlarged four times by three convolutions on top of bicubic.",
    **PHOTOGRAPHS,
    failures=(
        "edges keep a soft seam",
        "colours stay as bicubic left them, only the brightness is mended: red against blue bleeds",
    ),
)
RECIPES["srcnn-photographs-x2"] = Recipe(
    "srcnn",
    "photographs-x2",
    48,
    {"scale": 2, "steps": 16_000},
    batch=8,
    showcase=lambda size: details(size, 2),
    ema=0.999,
    minutes=12,
    summary="SRCNN: photographs enlarged twice by three convolutions on top of bicubic.",
    **PHOTOGRAPHS,
    failures=(
        "grain, JPEG blocks and specks of the input are sharpened with the rest: dark cloth comes out rougher than it was",
        "colours stay as bicubic left them, only the brightness is mended, and small writing stays unreadable",
    ),
)
# From SRResNet's weights on. Without VGG-19's own weights phi is the second map of this package's feature net, which has
# seen few photographs and pins no colour: so the squared error stays, at a quarter. The weights give each a similar size.
_SRGAN = {
    "blocks": 8, "d_width": 32, "d_dense": 512, "content": "phi22", "features": "judge", "content_weight": 0.2, "pixel": 0.25,
}  # fmt: skip
RECIPES["srgan-photographs"] = Recipe(
    "srgan",
    "photographs",
    96,
    {**_SRGAN, "steps": 2_000},
    batch=8,
    showcase=details,
    ema=0.99,
    judge="i2i-feat-v1",
    start="srresnet-photographs",
    minutes=20,
    summary="SRGAN: photographs enlarged four times, by content, squared error and an adversary.",
    **PHOTOGRAPHS,
    failures=(
        "a fine weave of two and four pixels lies over dark cloth and beside strong edges",
        "the detail is invented: pores where there were none, and no letter of a name plate becomes readable",
    ),
)
RECIPES["srgan-photographs-no-gan"] = Recipe(
    "srgan",
    "photographs",
    96,
    {**_SRGAN, "adversarial": 0.0, "steps": 1_500},
    batch=8,
    showcase=details,
    ema=0.99,
    judge="i2i-feat-v1",
    start="srresnet-photographs",
    minutes=10,
    summary="SRGAN's generator by content and squared error, no adversary: photographs enlarged four times.",
    **PHOTOGRAPHS,
    failures=(
        "contrast at edges is raised rather than detail brought back, and a faint grid of four pixels shows on plain cloth",
        "its content loss is of a net that has seen few photographs, not of VGG-19",
    ),
)
RECIPES["srgan-photographs-x2"] = Recipe(
    "srgan",
    "photographs-x2",
    96,
    {**_SRGAN, "scale": 2, "width": 32, "steps": 2_000},
    batch=8,
    showcase=lambda size: details(size, 2),
    ema=0.99,
    judge="i2i-feat-v1",
    start="srresnet-photographs-x2",
    minutes=8,
    summary="SRGAN, narrower: photographs enlarged twice, by content, squared error and an adversary.",
    **PHOTOGRAPHS,
    failures=(
        "a fine grain lies over dark cloth, and hair ends in short strokes that were not there",
        "the detail is invented, though little of it: writing of three or four pixels becomes sharp and stays unreadable",
    ),
)
RECIPES["srgan-photographs-vgg"] = Recipe(
    "srgan",
    "photographs",
    96,
    {"blocks": 8, "d_width": 32, "d_dense": 512, "steps": 20_000},
    batch=8,
    showcase=details,
    shipped=False,
    ema=0.99,
    judge="vgg19",
    start="srresnet-photographs",
    summary="SRGAN with phi_54 of VGG-19, as in the paper: for those who have fetched its weights.",
    licence=f"{PHOTOGRAPHS['licence']}, by VGG-19 (ImageNet, non-commercial research)",
)
