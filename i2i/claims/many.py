"""Claims about one generator for many domains: StarGAN beside the CycleGANs that it replaces.

The nets are small, of icons as flat drawings, glossy and at night at 32 px; every icon exists in all three.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor

from ..data.domains import Domains, icon_domains
from ..images import from_bytes
from ..judges import load_judge
from ..measure.unpaired import To, pairs
from ..measure.unpaired import translate as through
from ..methods import METHODS
from ..methods.stargan import Config, StarGAN
from ..metrics import embed, linear_classifier, perceptual_distance, ranks
from ..recipes import RECIPES
from ..run.pipeline import Model
from .claim import SEEDS, Claim, Comparison, Figures, Stated, mean
from .kept import kept
from .unpaired_nets import SIZE, enlarged, pair_config

STYLES = ("flat", "glossy", "night")
_HELD_OUT = 128

_STAR = {"side": SIZE, "domains": 3, "width": 24, "blocks": 3, "critic_width": 24, "critic_layers": 4}
# Steps such that each takes as long as the three CycleGANs together.
_STARS = {"StarGAN": {"steps": 2_800}, "StarGAN, critic 5 to 1": {"steps": 7_000, "critic_steps": 5}}


@cache
def world(split: str) -> Domains:
    return icon_domains(SIZE, STYLES, split)


@cache
def star(row: str, seed: int) -> Model:
    config = Config(**{**RECIPES["stargan-icons"].config, **_STAR, **_STARS[row]})
    return kept(f"many {row}", lambda: StarGAN(config), lambda: world("train"), seed=seed, batch=4, size=SIZE)


@cache
def between(i: int, j: int, seed: int) -> Model:
    """The CycleGAN of two of the domains, i < j."""
    cls = METHODS["cyclegan"]
    config = cls.Config(**pair_config("cyclegan"))
    name = f"many CycleGAN {STYLES[i]} {STYLES[j]}"
    return kept(name, lambda: cls(config), lambda: world("train").pair(i, j), seed=seed, batch=1, size=SIZE)


@cache
def _codes(k: int, split: str = "test", count: int = _HELD_OUT) -> Tensor:
    return embed(enlarged(from_bytes(world(split).images[k][:count])), load_judge())


@cache
def _which() -> Callable[[Tensor], Tensor]:
    looks = [_codes(k, "train", 400) for k in range(len(STYLES))]
    return linear_classifier(torch.cat(looks), torch.arange(len(STYLES)).repeat_interleave(len(looks[0])))


def _figures_of(translated: Callable[[int, int, Tensor], Tensor]) -> dict[str, float]:
    """Means over all ordered pairs; translated(i, j, x) -> x of domain i in the look of j."""
    judge, rows = load_judge(), []
    real = [from_bytes(part[:_HELD_OUT]) for part in world("test").images]
    for i, j in pairs(STYLES):
        made = translated(i, j, real[i])
        codes = embed(enlarged(made), judge)
        with torch.no_grad():
            far = perceptual_distance(enlarged(made), enlarged(real[j]), judge).mean().item()
        found = (ranks(codes, _codes(j)) == 1).double().mean().item()
        rows.append(
            ((_which()(codes) == j).double().mean().item(), found, far, (made - real[j]).abs().mean().item())
        )
    names = ("domain", "top-1", "PD-i2i", "partner L1")
    return {name: mean(list(values)) for name, values in zip(names, zip(*rows, strict=True), strict=True)}


def _pairwise(seed: int) -> Callable[[int, int, Tensor], Tensor]:
    def translated(i: int, j: int, x: Tensor) -> Tensor:
        return through(between(min(i, j), max(i, j), seed), x, "xy" if i < j else "yx")

    return translated


def _by_star(row: str, seed: int) -> Callable[[int, int, Tensor], Tensor]:
    return lambda i, j, x: through(To(star(row, seed), j), x)


def _million(*methods) -> float:
    return (
        sum(p.numel() for m in methods for name in m.inference for p in getattr(m, name).parameters()) / 1e6
    )


def one_for_many() -> Figures:
    figures = {f"no translation | {k}": v for k, v in _figures_of(lambda i, j, x: x).items()}
    for row, way in {"three CycleGANs": _pairwise, **{row: partial(_by_star, row) for row in _STARS}}.items():
        found = [_figures_of(way(seed)) for seed in SEEDS]
        figures |= {f"{row} | {name}": [f[name] for f in found] for name in found[0]}
    every = [between(i, j, 0).method for i, j in pairs(STYLES) if i < j]
    figures["three CycleGANs | million parameters"] = _million(*every)
    figures["StarGAN | million parameters"] = _million(star("StarGAN", 0).method)
    return figures


def zero_padding() -> Figures:
    """How far two labels part: behind the first instance norm, and in the image, with borders of zeros and reflected."""
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
        Stated("StarGAN's code; forward passes of an untrained generator, the paper's widths"),
        "two labels part by more than .1 behind the first norm with zeros, by less than 1e-4 with reflected borders",
        zero_padding,
        (
            Comparison("zeros | behind the first norm", 0.1),
            Comparison(1e-4, "reflected | behind the first norm"),
        ),
        0.1,
        also="largest differences between labels 0 and 1 of five",
    ),
    "one-for-many": Claim(
        "one generator for all domains does as well as a pair of generators for every two of them",
        Stated("StarGAN, Tables 1 to 3"),
        "with the same minutes of training StarGAN is at least as often taken for the wanted domain as the CycleGANs, and finds "
        "the true partner at least as often, with fewer parameters",
        one_for_many,
        (
            Comparison("StarGAN | domain", "three CycleGANs | domain"),
            Comparison("StarGAN | top-1", "three CycleGANs | top-1"),
            Comparison("three CycleGANs | million parameters", "StarGAN | million parameters", exact=True),
        ),
        36,
        also="means over the six ordered pairs of flat, glossy and night; domain: share that a linear classifier takes for the "
        "one wanted; top-1: the true partner among 100 (chance .01); parameters: of what translates, without critics; 5 to 1 is the paper's way",
    ),
}
