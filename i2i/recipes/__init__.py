"""What was trained on what, how long, with which seed; a file for each family. `python -m i2i train NAME` runs one."""

from . import domains, exhibits, inpainting, multimodal, paired, partial, superres, unpaired, voxels
from .datasets import BY_CODE, DATA, DRAWN, EMOJI_STYLES, ICON_STYLES, READERS, VOLUMES, WINDOWS, own_folder
from .folder import facts_of, folder_recipe
from .paper_sizes import PAPER, of_cost
from .recipe import SHIPPED, SHIPPED_JUDGES, Recipe

RECIPES: dict[str, Recipe] = {
    name: recipe
    for family in (paired, unpaired, domains, partial, superres, inpainting, multimodal, voxels, exhibits)
    for name, recipe in family.RECIPES.items()
}

__all__ = [
    "BY_CODE", "DATA", "DRAWN", "EMOJI_STYLES", "ICON_STYLES", "READERS", "PAPER", "RECIPES", "SHIPPED", "SHIPPED_JUDGES",
    "VOLUMES", "WINDOWS", "Recipe", "facts_of", "folder_recipe", "of_cost", "own_folder",
]  # fmt: skip
