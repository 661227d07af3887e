"""A model's figures on held-out pictures, and the export whose card states them."""

from __future__ import annotations

import dataclasses
import os
import platform
from pathlib import Path

import torch
from torch import Tensor
from tqdm.auto import tqdm

from .checkpoint import export, read_config, write_config
from .data.folders import DataError
from .judges import load_judge
from .method import Batch
from .metrics import Estimate, judge_report
from .pictures import sheet
from .pipeline import Model, load
from .pipeline import cards as shipped_cards
from .recipes import RECIPES, Recipe
from .train import Source, Trainer


def translate_all(model: Model, source: Source, limit: int = 500, progress: bool = True) -> tuple[Tensor, Tensor]:
    """(made, real) float [N, 3, H, W] in [-1, 1]: one sample for each of the first `limit` pictures, seed = position."""
    made, real = [], []
    for i in tqdm(range(min(limit, len(source))), disable=not progress, unit="picture", leave=False):
        batch = source.batch(torch.tensor([i]))
        made.append(model.translate(batch["x"], seed=i))
        real.append(batch["y"])
    return torch.cat(made), torch.cat(real)


def evaluate(model: Model, source: Source, limit: int = 500, progress: bool = True) -> dict[str, Estimate]:
    """PSNR, SSIM, energy ratio, colour, PD-i2i, FD-i2i, KD-i2i with 95 % intervals (see `metrics.judge_report`)."""
    if min(limit, len(source)) < 4:
        raise DataError(f"figures need at least 4 held-out pictures, got {min(limit, len(source))}.")
    made, real = translate_all(model, source, limit, progress)
    return judge_report(made, real, load_judge())


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
    x = showcase["x"].to(trainer.device)
    with torch.inference_mode(), torch.random.fork_rng():
        torch.manual_seed(0)
        made = trainer.average.translate(x).float().cpu()
    rows = [part for i in range(0, len(x), 10) for part in (x[i : i + 10].cpu(), made[i : i + 10])]
    card = {
        "name": name or folder.name,
        "summary": recipe.summary,
        "recipe": name or "own folder",
        "method": recipe.method,
        "data": recipe.data,
        "licence": recipe.licence or "that of the pictures it was trained on",
        "steps": sum(stage.steps for stage in trainer.stages),
        "pictures a step": recipe.batch,
        "seed": recipe.seed,
        "minutes": round(trainer.seconds / 60, 1),
        "hardware": hardware(trainer),
        "failures": list(recipe.failures),
    }
    export(folder, trainer.average, size=recipe.size, card=card, nets=recipe.ship, sheet=sheet(rows))
    if held_out is not None and len(held_out) >= 4:
        figures = evaluate(load(folder), held_out, limit, progress)
        card["judged on"] = f"{min(limit, len(held_out))} held-out pictures"
        card["figures"] = {name: list(value) for name, value in figures.items()}
    else:
        card["judged on"] = "nothing: fewer than 4 held-out pictures"
    _, config = read_config(folder)
    write_config(folder, {**config, "card": card})
    return folder


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
    """The shipped models' figures on held-out pictures, as a table for a page: value (95 % interval)."""
    columns = ("PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i")
    lines = [f"| model | {' | '.join(columns)} | minutes |", "|---" * (len(columns) + 2) + "|"]
    for name, config in shipped_cards().items():
        card = config["card"]
        figures = [card["figures"][c] for c in columns]
        cells = [f"{v:#.3g}" + ("" if low is None else f" ({low:#.3g} to {high:#.3g})") for v, low, high in figures]
        lines.append(f"| `{name}` | {' | '.join(cells)} | {card['minutes']:.0f} |")
    return "\n".join(lines)


def folder_recipe(method: str, size: int) -> Recipe:
    """The recipe for a user's own pairs at `size` px: the shipped recipes' networks, as deep as the size allows."""
    depth = next((d for d in range(8, 3, -1) if size % 2**d == 0), None)
    if depth is None or size < 32:
        raise ValueError(f"--size must be a multiple of 16 and at least 32, got {size}.")
    shipped = RECIPES["pix2pix-emoji"]
    config = {**shipped.config, "depth": depth, "patch_layers": 3 if size >= 128 else 2, "steps": 10_000}
    return dataclasses.replace(
        shipped, method=method, data="own folder", size=size, config=config, batch=4, showcase=None, ship=(),
        summary="Trained on a folder of pairs.", licence="", failures=(), minutes=None,
    )
