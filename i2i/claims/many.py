"""Claims about one generator for many domains: StarGAN."""

from __future__ import annotations

import torch

from ..methods.stargan import Config, StarGAN
from .claim import SEEDS, Claim, Figures


def zero_padding() -> Figures:
    """How far two labels part: behind the first instance norm, and in the picture, with borders of zeros and reflected."""
    figures: dict[str, list[float]] = {}
    for padding, row in (("zeros", "zeros"), ("reflect", "reflected")):
        for seed in SEEDS:
            torch.manual_seed(seed)
            net = StarGAN(Config(attributes=False, padding=padding, blocks=1)).G
            x, labels = torch.rand(1, 3, 32, 32) * 2 - 1, torch.eye(5)[:2]
            with torch.no_grad():
                planes = [torch.cat([x, c[None, :, None, None].expand(-1, -1, 32, 32)], 1) for c in labels]
                first = [net.net[:2](p) for p in planes]
                out = [net(x, c[None]) for c in labels]
            for column, (a, b) in (("behind the first norm", first), ("in the picture", out)):
                figures.setdefault(f"{row} | {column}", []).append((a - b).abs().max().item())
    return figures


MANY = {
    "zero-padding": Claim(
        "a label plane survives the first instance norm only if borders are padded with zeros",
        "StarGAN's code; forward passes of an untrained generator, the paper's widths",
        "two labels part by more than .1 behind the first norm with zeros, by less than 1e-4 with reflected borders",
        zero_padding,
        lambda f: min(f["zeros | behind the first norm"]) > 0.1 and max(f["reflected | behind the first norm"]) < 1e-4,
        0.1,
        also="largest differences between labels 0 and 1 of five",
    ),
}
