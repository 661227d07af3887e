"""How judges are kept: written once, never replaced, read strictly."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from torch import nn

from ..assets import CHECKPOINTS
from ..checkpoint import CheckpointError, load_net, save_net

SHIPPED = CHECKPOINTS / "judges"


def refuse_second(folder: Path) -> None:
    """CheckpointError if the folder exists: figures stay comparable only while a judge does not change."""
    if folder.exists():
        raise CheckpointError(f"{folder} exists, and a judge is made once; give a new one another name.")


def put(folder: Path, net: nn.Module, settings: dict, card: dict, how: str, not_: str) -> Path:
    """Write config.json, F.safetensors (float16, norm layers float32) and the card README.md to a new folder.

    settings: what `take` hands to the net's class.  how: how the figures were had.  not_: what the judge is not.
    """
    refuse_second(folder)
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    save_net(net, part / "F.safetensors")
    (part / "config.json").write_text(
        json.dumps({"format": 1, "judge": settings, "card": card}, indent=2) + "\n"
    )
    (part / "README.md").write_text(_card(card, sum(p.numel() for p in net.parameters()), how, not_))
    part.rename(folder)
    return folder


def take(folder: Path, build) -> nn.Module:
    """The net that `build(settings)` makes, with its weights. CheckpointError if it is absent or does not fit."""
    try:
        net = build(json.loads((folder / "config.json").read_text())["judge"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        reason = f"{type(fault).__name__} in its config.json"
        raise CheckpointError(f"{folder} is not an exported judge ({reason}).") from None
    load_net(net, folder / "F.safetensors", folder.name)
    return net


def _card(card: dict, parameters: int, how: str, not_: str) -> str:
    facts = {k: card[k] for k in ("licence", "sources", "recipe", "seed", "precision", "minutes", "hardware")}
    lines = [f"# {card['name']}", "", card["summary"], "", "| | |", "|---|---|"]
    lines += [f"| {k} | {v} |" for k, v in {"parameters": f"{parameters:,}", **facts}.items()]
    lines += ["", "Minutes are processor time.", "", "## Figures", "", how, ""]
    lines += ["| measure | value |", "|---|---|"]
    lines += [f"| {k} | {v:.4g} |" for k, v in card["figures"].items()]
    lines += ["", "## What it is not", "", not_, ""]
    return "\n".join(lines)
