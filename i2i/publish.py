"""A model's figures on held-out images, and the export whose card states them."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import asdict
from pathlib import Path

import torch
from PIL import Image

from .checkpoint import export, read_config, write_config
from .images import sheet
from .measure import counted, evaluate, evaluate_apart, held, sampled
from .method import Batch
from .methods import METHODS
from .papers import PAPERS
from .recipes import DRAWN, RECIPES, Recipe, facts_of
from .run.pipeline import cards as shipped_cards
from .run.pipeline import load
from .train import Source, Trainer, own_chance, translated


def publish(
    trainer: Trainer,
    recipe: Recipe,
    folder: Path,
    showcase: Batch,
    held_out: Source | None,
    name: str | None = None,
    called: str = "",
    limit: int = 500,
    progress: bool = True,
) -> Path:
    """Export a finished run's averaged method, evaluate it on images it never saw, and write both on its card.

    name: the recipe's key in RECIPES, None for a user's own folder, whose model is `called` something. held_out None (or fewer than 4 images) leaves the figures out, and the card says so.
    """
    card = {
        "name": name or called or folder.name,
        "summary": recipe.summary,
        "recipe": name or "own folder",
        "method": recipe.method,
        "data": recipe.data,
        "licence": recipe.licence or "that of the pictures it was trained on",
        "steps": sum(stage.steps for stage in trainer.stages),
        **_told_legs(trainer.legs),
        "pictures a step": recipe.batch,
        **_told_options(recipe, name, facts_of(trainer.given)),
        "seed": recipe.seed,
        "minutes": round(trainer.seconds / 60, 1),
        "hardware": hardware(trainer),
        "failures": list(recipe.failures),
    }
    if names := getattr(trainer.given, "names", ()):  # of the domains
        card["labels"] = list(names)
    seen = (
        getattr(trainer.given, "digests", ()) if name is None else ()
    )  # a recipe's sets have splits of their own
    export(
        folder,
        trainer.average,
        size=recipe.size,
        card=card,
        nets=recipe.ship,
        sheet=_sheet(trainer, showcase) if recipe.showable else None,
        shaped=recipe.shaped,
        seen=seen,
    )
    if held_out is not None and held(held_out) >= 4:
        model = load(folder)
        figures = evaluate(model, held_out, limit, progress, trainer.given)
        what = counted(held_out)
        known = len({*seen} & {*getattr(held_out, "digests", ())})
        count = min(limit, len(held_out))
        card["judged on"] = (
            f"{count} {what}, {known} of them seen in training" if known else f"{count} held-out {what}"
        ) + sampled(model, held_out, limit)
        card["figures"] = {name: list(value) for name, value in figures.items()}
        if recipe.data not in DRAWN and (
            apart := evaluate_apart(model, held_out, trainer.given, limit, progress)
        ):
            card["judged without near twins on"] = apart[0]
            card["figures without near twins"] = {name: list(value) for name, value in apart[1].items()}
    else:
        card["judged on"] = "nothing: fewer than 4 held-out pictures"
    _, config = read_config(folder)
    write_config(folder, {**config, "card": card})
    return folder


def _sheet(trainer: Trainer, showcase: Batch) -> Image.Image:
    """The showcase and what the averaged method makes of it, ten images a row."""
    with own_chance(trainer.device):
        torch.manual_seed(0)
        groups = translated(trainer.average, showcase, trainer.device)
    return sheet([row[i : i + 10] for group in groups for i in range(0, len(group[0]), 10) for row in group])


def _told_legs(legs: list[dict]) -> dict[str, str]:
    """The stretches of a run that was not made at one go by one plan; nothing of one that was."""
    if len(legs) < 2:
        return {}
    told = (
        f"{leg['from']:,} to {leg['to']:,} of a plan of {leg['of']:,} in {leg['precision']}" for leg in legs
    )
    return {"legs": "; ".join(told)}


def _told_options(recipe: Recipe, name: str | None, facts: dict[str, int]) -> dict[str, dict]:
    """The settings beside steps and seed that a recipe's own, or a folder's by itself, would not have; nothing where all are
    as they stand."""
    cls = METHODS[recipe.method]
    known = RECIPES.get(name or "")
    by_itself = known or cls.fit(recipe.size, facts)
    here, there = (asdict(cls.Config(**settings.config)) for settings in (recipe, by_itself))
    given = {
        field: value for field, value in here.items() if value != there[field] and field not in cls.lengths
    }
    given |= {"batch": recipe.batch} if recipe.batch != by_itself.batch else {}
    shaped = known or Recipe
    given |= {field: value for field, value in recipe.shaped.items() if value != getattr(shaped, field)}
    return {"options": given} if given else {}


def hardware(trainer: Trainer) -> str:
    """What a run's minutes were measured on."""
    precision = "bf16" if trainer.bf16 else "fp32"
    if trainer.device.type == "cuda":
        return f"{torch.cuda.get_device_name(trainer.device)}, {precision}"
    info = Path("/proc/cpuinfo")
    models = (
        [
            line.partition(":")[2].strip()
            for line in info.read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ]
        if info.exists()
        else []
    )
    name = models[0] if models else platform.processor() or platform.machine()
    return f"{torch.get_num_threads()} thread(s) of {os.cpu_count()} of {name}, {precision}"


def figures_table() -> str:
    """The shipped paired models' figures on held-out images, as a table for a page: value (95 % interval)."""
    columns = ("PSNR", "SSIM", "energy ratio", "colour", "PD-i2i", "FD-i2i", "KD-i2i")
    lines = [f"| model | {' | '.join(columns)} | minutes |", "|---" * (len(columns) + 2) + "|"]
    for name, config in shipped_cards().items():
        card = config["card"]
        if "PSNR" not in card["figures"]:
            continue  # a model without pairs: its figures are those of the claim unpaired-error
        for row, key in (
            (f"`{name}`", "figures"),
            (f"`{name}`, without near twins", "figures without near twins"),
        ):
            if key in card:
                figures = [card[key][c] for c in columns]
                cells = [
                    f"{v:#.3g}" + ("" if low is None else f" ({low:#.3g} to {high:#.3g})")
                    for v, low, high in figures
                ]
                lines.append(f"| {row} | {' | '.join(cells)} | {card['minutes']:.0f} |")
    return "\n".join(lines)


def papers_table() -> str:
    """Every system of PAPERS, as a table for a page: what it is, where to meet it, and whether its models are here."""
    here = {config["method"] for config in shipped_cards().values()}
    lines = ["| system | paper | idea | tab | notebook | here |", "|---|---|---|---|---|---|"]
    for p in PAPERS.values():
        name, paper, idea = map(_plain, (p.name, f"{p.cited}, {p.appeared}", p.idea))
        book = f"[`{p.notebook}`](notebooks/{p.notebook}.ipynb)" if p.notebook else ""
        state = "yes" if p.key in METHODS and p.key in here else "to come"
        lines.append(
            f"| {name} | {f'[{paper}]({p.url})' if p.url else paper} | {idea} | {p.tab} | {book} | {state} |"
        )
    return "\n".join(lines)


def _plain(text: str) -> str:
    """A text in a cell of a page's table, whose signs are to be read as they stand."""
    return re.sub(r"[\\`*_\[\]<|~]", r"\\\g<0>", text)
