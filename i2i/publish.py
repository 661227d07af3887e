"""A model's figures on held-out pictures, and the export whose card states them."""

from __future__ import annotations

import dataclasses
import os
import platform
from pathlib import Path

import torch

from .checkpoint import export, read_config, write_config
from .measure import evaluate, evaluate_apart, held
from .method import Batch
from .methods import METHODS
from .pictures import sheet
from .recipes import DRAWN, RECIPES, Recipe
from .run.pipeline import cards as shipped_cards
from .run.pipeline import load
from .train import Source, Trainer, translated


def publish(
    trainer: Trainer,
    recipe: Recipe,
    folder: Path,
    showcase: Batch,
    held_out: Source | None,
    name: str | None = None,
    limit: int = 500,
    progress: bool = True,
) -> Path:
    """Export a finished run's averaged method, evaluate it on pictures it never saw, and write both on its card.

    name: the recipe's key in RECIPES, None for a user's own folder. held_out None (or fewer than 4 pictures) leaves the figures out, and the card says so.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        groups = translated(trainer.average, showcase, trainer.device)
    rows = [row[i : i + 10] for group in groups for i in range(0, len(group[0]), 10) for row in group]
    card = {
        "name": name or folder.name,
        "summary": recipe.summary,
        "recipe": name or "own folder",
        "method": recipe.method,
        "data": recipe.data,
        "licence": recipe.licence or "that of the pictures it was trained on",
        "steps": sum(stage.steps for stage in trainer.stages),
        **_told_legs(trainer.legs),
        "pictures a step": recipe.batch,
        "seed": recipe.seed,
        "minutes": round(trainer.seconds / 60, 1),
        "hardware": hardware(trainer),
        "failures": list(recipe.failures),
    }
    if names := getattr(trainer.source, "names", ()):  # of the domains
        card["labels"] = list(names)
    seen = getattr(trainer.source, "digests", ()) if name is None else ()  # a recipe's sets have splits of their own
    export(
        folder, trainer.average, size=recipe.size, card=card, nets=recipe.ship, sheet=sheet(rows), shaped=recipe.shaped, seen=seen
    )
    if held_out is not None and held(held_out) >= 4:
        figures = evaluate(load(folder), held_out, limit, progress, trainer.source)
        known = len({*seen} & {*getattr(held_out, "digests", ())})
        count = min(limit, len(held_out))
        card["judged on"] = f"{count} pictures, {known} of them seen in training" if known else f"{count} held-out pictures"
        card["figures"] = {name: list(value) for name, value in figures.items()}
        if recipe.data not in DRAWN and (apart := evaluate_apart(load(folder), held_out, trainer.source, limit, progress)):
            card["judged without near twins on"] = apart[0]
            card["figures without near twins"] = {name: list(value) for name, value in apart[1].items()}
    else:
        card["judged on"] = "nothing: fewer than 4 held-out pictures"
    _, config = read_config(folder)
    write_config(folder, {**config, "card": card})
    return folder


def _told_legs(legs: list[dict]) -> dict[str, str]:
    """The stretches of a run that was not made at one go by one plan; nothing of one that was."""
    if len(legs) < 2:
        return {}
    told = (f"{leg['from']:,} to {leg['to']:,} of a plan of {leg['of']:,} in {leg['precision']}" for leg in legs)
    return {"legs": "; ".join(told)}


def hardware(trainer: Trainer) -> str:
    """What a run's minutes were measured on."""
    precision = "bf16" if trainer.bf16 else "fp32"
    if trainer.device.type == "cuda":
        return f"{torch.cuda.get_device_name(trainer.device)}, {precision}"
    info = Path("/proc/cpuinfo")
    models = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")] if info.exists() else []
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{torch.get_num_threads()} thread(s) of {os.cpu_count()} of {name}, {precision}"


def figures_table() -> str:
    """The shipped paired models' figures on held-out pictures, as a table for a page: value (95 % interval)."""
    columns = ("PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i")
    lines = [f"| model | {' | '.join(columns)} | minutes |", "|---" * (len(columns) + 2) + "|"]
    for name, config in shipped_cards().items():
        card = config["card"]
        if "PSNR" not in card["figures"]:
            continue  # a model without pairs: its figures are those of the claim unpaired-error
        for row, key in ((f"`{name}`", "figures"), (f"`{name}`, without near twins", "figures without near twins")):
            if key in card:
                figures = [card[key][c] for c in columns]
                cells = [f"{v:#.3g}" + ("" if low is None else f" ({low:#.3g} to {high:#.3g})") for v, low, high in figures]
                lines.append(f"| {row} | {' | '.join(cells)} | {card['minutes']:.0f} |")
    return "\n".join(lines)


def folder_recipe(method: str, size: int) -> Recipe:
    """The recipe for a user's own folder at `size` px: the shipped recipes' networks, as deep as the size allows."""
    depth = next((d for d in range(8, 3, -1) if size % 2**d == 0), None)
    if depth is None or size < 32:
        raise ValueError(f"--size must be a multiple of 16 and at least 32, got {size}.")
    layout = METHODS[method].layout
    home = {"labelled": "digits", "photographs": "photographs", "pictures": "photographs"}.get(layout, "emoji")
    shipped = RECIPES[f"{method}-{home}"]
    pairs = layout == "paired"
    fitted = {
        "patch_layers": 3 if size >= 128 else 2,
        # What enlarges does all its work at the size of x, whatever that is.
        "blocks": None if layout == "photographs" else 3 if method == "unit" else 4 if size < 128 else 6 if size < 256 else 9,
        "depth": depth if pairs else min(4, depth - 2) if method == "discogan" else depth - 1,
        # The bottleneck's kernel covers the 4 x 4 that these sizes leave.
        "code": (100 if size in (32, 64) else 0) if method == "discogan" else None,
        "critic_side": size // 16,
        "side": size,
        "critic_layers": {"stargan": _halvings(size) - 1}.get(method, shipped.config.get("critic_layers")),
        "steps": 10_000,
    }
    # What the shipped net was trained with before its method was put right is not for new ones.
    config = {k: v for k, v in shipped.config.items() if (k, v) not in METHODS[method].formerly.items()}
    config |= {k: v for k, v in fitted.items() if hasattr(METHODS[method].Config, k) and v is not None}
    about = {"paired": "pairs", "unpaired": "two domains", "classes": "domains", "labelled": "classes and a target", "photographs": "photographs", "pictures": "pictures"}
    return dataclasses.replace(
        shipped, method=method, data="own folder", size=size, config=config, batch=4 if pairs else shipped.batch,
        showcase=None, ship=(), summary=f"Trained on a folder of {about[layout]}.", licence="",
        failures=(), minutes=None,
    )  # fmt: skip


def _halvings(side: int) -> int:
    """How often a side can be halved before it is 1, or odd."""
    return 0 if side % 2 else 1 + _halvings(side // 2)


def told_by(source: Source, config_class: type) -> dict[str, int]:
    """What the images themselves say of a method's config: how many domains there are, or classes."""
    told = dict(getattr(source, "facts", {}))
    told |= {"attributes": False} if "domains" in told else {}
    return {k: v for k, v in told.items() if hasattr(config_class, k)}
