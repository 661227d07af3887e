"""Simple landscapes drawn in code, by day and at sunrises of several colours: what stands in for photographs where none may be shown."""

from __future__ import annotations

import torch
from torch import Tensor

from ..device import sent
from .lines import smooth_noise
from .sdf import hash_uniform

DAY = {"top": (0.16, 0.42, 0.80), "low": (0.74, 0.87, 0.97), "sun": (1.0, 0.98, 0.9), "cloud": (1.0, 1.0, 1.0),
       "far": (0.46, 0.60, 0.66), "near": (0.27, 0.47, 0.20), "water": (0.25, 0.50, 0.68)}  # fmt: skip
DAWN = {"top": (0.20, 0.16, 0.38), "low": (0.99, 0.60, 0.25), "sun": (1.0, 0.93, 0.62), "cloud": (0.93, 0.42, 0.35),
        "far": (0.35, 0.22, 0.35), "near": (0.09, 0.07, 0.11), "water": (0.55, 0.30, 0.30)}  # fmt: skip
GOLD = {"top": (0.45, 0.33, 0.42), "low": (1.0, 0.79, 0.35), "sun": (1.0, 0.97, 0.75), "cloud": (0.98, 0.70, 0.38),
        "far": (0.50, 0.34, 0.26), "near": (0.16, 0.11, 0.06), "water": (0.72, 0.50, 0.26)}  # fmt: skip
ROSE = {"top": (0.30, 0.25, 0.52), "low": (0.93, 0.62, 0.70), "sun": (1.0, 0.88, 0.85), "cloud": (0.80, 0.45, 0.62),
        "far": (0.38, 0.30, 0.50), "near": (0.12, 0.09, 0.18), "water": (0.52, 0.38, 0.56)}  # fmt: skip
EMBER = {"top": (0.09, 0.07, 0.15), "low": (0.86, 0.28, 0.13), "sun": (1.0, 0.80, 0.45), "cloud": (0.52, 0.16, 0.16),
         "far": (0.20, 0.09, 0.12), "near": (0.04, 0.03, 0.04), "water": (0.36, 0.13, 0.11)}  # fmt: skip
LIGHTS = {"day": DAY, "dawn": DAWN, "gold": GOLD, "rose": ROSE, "ember": EMBER}


def draw(index: Tensor, light: str, size: int = 128, device: torch.device | str = "cpu") -> Tensor:
    """Images [B, 3, size, size] in [-1, 1] of the scenes `index` (int64 [B]), drawn on `device`.  light: of LIGHTS; all but "day"
    are sunrises."""
    colours = {k: sent(torch.tensor(v)[:, None, None], device) for k, v in LIGHTS[light].items()}
    rng = hash_uniform(77, index, 8)
    scenes = [_scene(i, u, colours, size) for i, u in zip(index.tolist(), rng.tolist(), strict=True)]
    return torch.stack(scenes) * 2 - 1


def _scene(seed: int, u: list[float], colour: dict[str, Tensor], size: int) -> Tensor:
    rng, device = torch.Generator().manual_seed(seed), colour["sun"].device
    axis = (torch.arange(size, device=device) + 0.5) / size
    y, x = axis[:, None], axis[None]
    horizon, sun = 0.5 + 0.2 * u[0], (0.15 + 0.7 * u[1], 0.5 + 0.2 * u[0] - 0.12 - 0.3 * u[2])
    up = (y / horizon).clamp(0, 1) ** 1.4
    image = colour["top"] * (1 - up) + colour["low"] * up + torch.zeros_like(x)
    near_sun = ((x - sun[0]) ** 2 + (y - sun[1]) ** 2).sqrt()
    image = image + (colour["sun"] - image) * (0.55 * torch.exp(-near_sun / 0.16) + (near_sun < 0.045)).clamp(
        0, 1
    )
    billow = sum(
        smooth_noise(1, 1, cell, size, rng, device)[0] / 2**i for i, cell in enumerate((3, 6, 12, 24))
    )
    image = image + (colour["cloud"] - image) * (billow - 0.25).clamp(0, 1) * 0.9 * (y < horizon)
    water = (
        colour["water"] * (1 - 0.35 * (y - horizon) / (1 - horizon))
        + 0.25 * torch.exp(-(((x - sun[0]) / 0.08) ** 2)) * colour["sun"]
    )
    image = torch.where(y > horizon, water, image)
    for name, height, rough in (("far", 0.05 + 0.10 * u[3], 4), ("near", -0.02 - 0.12 * u[4], 5)):
        ridge = smooth_noise(1, 1, rough, size, rng, device)[0, 0, 0]
        edge = horizon - height - 0.07 * ridge[None]
        below = ((y - edge) * size).clamp(0, 1) * ((y < horizon) if name == "far" else 1)
        shade = 0.75 + 0.25 * ((y - edge) / 0.25).clamp(0, 1)
        image = image + (colour[name] * shade - image) * below
    return image.clamp(0, 1)
