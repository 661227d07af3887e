"""Claims about attributes: edited by a code and a label that encoders read (IcGAN), by one generator for all (StarGAN), and
found by nobody's label at all (InfoGAN).

The images are tokens of 16 px (`data.toys.Tokens`), whose attributes, place and ground are known exactly. So the right answer
to an edit is known, and what an image shows is read by comparing it with every token that could be drawn.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from ..data.toys import Sides, Tokens
from ..method import Method
from ..methods import METHODS
from .claim import SEEDS, Claim, Comparison, Figures, Stated, mean
from .kept import kept

SIZE, CODE = 16, 16
HELD_OUT = 256
K = 4  # classes that InfoGAN looks for: two attributes, the others the same in every token
CLASSES = {1: 0, 3: 0}  # round and filled: red or blue, small or large
FILLED = {3: 0}
EDITED = (0, 1, 2)  # the attributes of one generator for all, and of a pair of generators for each

_ICGAN = {
    "domains": 4, "attributes": True, "side": SIZE, "code": CODE, "width": 24, "d_width": 24, "e_width": 24, "z_dense": 128,
    "y_dense": 64, "up": "resized", "rate": 4e-4, "e_rate": 1e-3, "decay_from": 0.5, "steps": 4_000, "code_steps": 1_500,
    "label_steps": 300,
}  # fmt: skip
_INFOGAN = {
    "domains": K, "values": 2, "noise": 16, "side": SIZE, "channels": 3, "halvings": 2, "width": 24, "dense": 96, "d_width": 24,
    "d_dense": 96, "q_dense": 48, "up": "resized", "steps": 1_500,
}  # fmt: skip
INFORMED = {"InfoGAN": {}, "without the information": {"info": 0.0, "info_values": 0.0}}
_STARGAN = {
    "domains": 4, "side": SIZE, "width": 16, "blocks": 2, "halvings": 1, "up": "resized", "critic_width": 16, "critic_layers": 3,
    "critic_steps": 1, "rate": 4e-4, "recon": 30.0, "steps": 900,
}  # fmt: skip
_CYCLEGAN = {
    "width": 16, "blocks": 2, "halvings": 1, "up": "resized", "patch_layers": 1, "patch_width": 16, "rate": 4e-4, "steps": 300,
}  # fmt: skip


def held_out(fixed: dict[int, int] | None = None) -> Tokens:
    """Tokens of another seed than those of training."""
    return Tokens(SIZE, fixed, seed=9)


# -- nets -----------------------------------------------------------------------------------------------------------


def _net(name: str, key: str, config: dict, source: Callable, seed: int, batch: int) -> Method:
    cls = METHODS[key]
    nets = {"name": f"attributes {name}", "build": lambda: cls(cls.Config(**config)), "source": source}
    return kept(**nets, seed=seed, batch=batch, size=SIZE).method


@cache
def icgan(seed: int) -> Method:
    return _net("IcGAN", "icgan", _ICGAN, lambda: Tokens(SIZE), seed, 32)


@cache
def infogan(row: str, seed: int) -> Method:
    config = _INFOGAN | INFORMED[row]
    return _net(row, "infogan", config, lambda: Tokens(SIZE, CLASSES), seed, 64)


@cache
def stargan(seed: int) -> Method:
    return _net("StarGAN", "stargan", _STARGAN, lambda: Tokens(SIZE, FILLED), seed, 16)


@cache
def pair(place: int, seed: int) -> Method:
    """The CycleGAN between tokens without an attribute (x) and with it (y)."""
    return _net(f"CycleGAN {place}", "cyclegan", _CYCLEGAN, lambda: Sides(place, SIZE, FILLED), seed, 16)


# -- reading --------------------------------------------------------------------------------------------------------


@cache
def _drawable(steps: int = 13) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Every token on a grid of places: labels [T, 4], places [T, 2] in [-1, 1], its share of each pixel [T, P], and shares times
    colour [T, 3 P]."""
    grid = torch.linspace(-1, 1, steps)
    rows = list(itertools.product(*[(0.0, 1.0)] * 4, grid.tolist(), grid.tolist()))
    label, place = torch.tensor(rows).split([4, 2], 1)
    on = [Tokens(SIZE).drawn(label, torch.cat([place, torch.full((len(rows), 1), g)], 1)) for g in (0.0, 1.0)]
    share = 1 - (on[1] - on[0])[:, 0] / 0.5  # how much of the ground a pixel does not show
    return label, place, share.flatten(1), on[0].flatten(1)


def read(x: Tensor) -> tuple[Tensor, Tensor]:
    """Attributes [B, 4] and places in pixels [B, 2] of the token that is nearest to each image, on the image's own ground."""
    label, place, share, token = _drawable()
    edge = torch.cat([x[..., 0, :], x[..., -1, :], x[..., :, 0], x[..., :, -1]], -1)
    ground = edge.flatten(1).median(1).values[:, None]
    rest = x.flatten(1) - ground
    # |rest - (token - ground share)|^2 without |rest|^2, which is the same for every token.
    shares = share.repeat(1, 3)
    own = (token**2).sum(1) - 2 * ground * (token * shares).sum(1) + ground**2 * (shares**2).sum(1)
    nearest = (own - 2 * (rest @ token.T - ground * (rest @ shares.T))).argmin(1)
    return label[nearest], 0.35 * SIZE / 2 * place[nearest]


def _apart(one: Tensor, other: Tensor) -> float:
    """Mean distance of places [B, 2]."""
    return (one - other).norm(dim=1).mean().item()


@torch.no_grad()
def edits(
    edited: Callable[[Tensor, int, Tensor], Tensor], places: tuple[int, ...], source: Tokens
) -> dict[str, float]:
    """How well single attributes are turned over. edited(x, place, wanted label) -> images."""
    index, found = torch.arange(HELD_OUT), []
    x, label, identity = source.batch(index)["x"], source.label(index), source.identity(index)
    _, at = read(x)
    for place in places:
        wanted = label.clone()
        wanted[:, place] = 1 - wanted[:, place]
        made = edited(x, place, wanted)
        shown, now = read(made)
        right = shown == wanted
        others = [i for i in range(4) if i != place]
        error = (made - source.drawn(wanted, identity)).abs().mean().item()
        found.append(
            (
                right[:, place].float().mean().item(),
                right[:, others].float().mean().item(),
                _apart(at, now),
                error,
            )
        )
    names = ("asked", "others kept", "moved by (px)", "L1 to the truth")
    return {name: mean(list(values)) for name, values in zip(names, zip(*found, strict=True), strict=True)}


# -- claims ---------------------------------------------------------------------------------------------------------


def _over_seeds(row: str, measure: Callable[[int], dict[str, float]]) -> Figures:
    found = [measure(seed) for seed in SEEDS]
    return {f"{row} | {name}": [f[name] for f in found] for name in found[0]}


def one_attribute() -> Figures:
    def by_icgan(seed: int) -> dict[str, float]:
        net = icgan(seed)

        def edited(x: Tensor, place: int, wanted: Tensor) -> Tensor:
            y = (net.read(x) + 1) / 2
            y[:, place] = wanted[:, place]
            return net.translate(x, label=y)

        return edits(edited, range(4), held_out())

    def anew(seed: int) -> dict[str, float]:
        net, rng = icgan(seed), torch.Generator().manual_seed(seed)
        return edits(lambda x, place, wanted: net.sample(len(x), rng, label=wanted), range(4), held_out())

    figures = {f"no edit | {k}": v for k, v in edits(lambda x, *_: x, range(4), held_out()).items()}
    return figures | _over_seeds("IcGAN", by_icgan) | _over_seeds("another z", anew)


@torch.no_grad()
def _reconstructed(net: Method, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Of what G made, and of real tokens."""
    index, rng = torch.arange(HELD_OUT), torch.Generator().manual_seed(seed)
    real = held_out().batch(index)
    found = []
    for x in (net.sample(HELD_OUT, rng, label=real["label"]), real["x"]):
        again = net.translate(x)
        (shown, at), (now, there) = read(x), read(again)
        kept = (shown == now).float().mean().item()
        found.append(
            {
                "L1": (again - x).abs().mean().item(),
                "moved by (px)": _apart(at, there),
                "attributes kept": kept,
            }
        )
    return found[0], found[1]


def read_back() -> Figures:
    return _over_seeds("made by G", lambda s: _reconstructed(icgan(s), s)[0]) | _over_seeds(
        "real", lambda s: _reconstructed(icgan(s), s)[1]
    )


@torch.no_grad()
def _found(net: Method, seed: int) -> dict[str, float]:
    source, index = held_out(CLASSES), torch.arange(2 * HELD_OUT)
    batch = source.batch(index)
    true, told = (2 * batch["label"][:, 0] + batch["label"][:, 2]).long(), net.classes(batch["x"])
    table = torch.zeros(K, K).index_put_((true, told), torch.ones(len(index)), accumulate=True)
    best = max(sum(table[i, p[i]] for i in range(K)) for p in itertools.permutations(range(K)))
    rng = torch.Generator().manual_seed(seed)
    code = net.code(len(index), rng)
    bound = net.bound(net.sample(len(index), rng, style=code), code)
    return {"bound (nats)": bound.item(), "classes": float(best) / len(index)}


def classes_found() -> Figures:
    figures: dict[str, float | list[float]] = {"ln 4 | bound (nats)": math.log(K)}
    for row in INFORMED:
        figures |= _over_seeds(row, lambda seed, row=row: _found(infogan(row, seed), seed))
    return figures


def one_for_attributes() -> Figures:
    def by_star(seed: int) -> dict[str, float]:
        net = stargan(seed)
        return edits(lambda x, place, wanted: net.translate(x, label=wanted), EDITED, held_out(FILLED))

    def by_pairs(seed: int) -> dict[str, float]:
        nets = {place: pair(place, seed) for place in EDITED}

        def edited(x: Tensor, place: int, wanted: Tensor) -> Tensor:
            more = wanted[:, place, None, None, None] > 0
            return torch.where(more, nets[place].translate(x), nets[place].translate(x, direction="yx"))

        return edits(edited, EDITED, held_out(FILLED))

    def thousand(*methods: Method) -> float:
        return (
            sum(p.numel() for m in methods for name in m.inference for p in getattr(m, name).parameters())
            / 1e3
        )

    figures = {f"no edit | {k}": v for k, v in edits(lambda x, *_: x, EDITED, held_out(FILLED)).items()}
    figures |= _over_seeds("StarGAN", by_star) | _over_seeds("three CycleGANs", by_pairs)
    figures["StarGAN | thousand parameters"] = thousand(stargan(0))
    figures["three CycleGANs | thousand parameters"] = thousand(*(pair(place, 0) for place in EDITED))
    return figures


ATTRIBUTES = {
    "one-attribute": Claim(
        "IcGAN changes the attribute that is asked for, and keeps the other attributes and the rest of the image",
        Stated("Perarnau et al. 2016, figures 4 and 5", {1: "now you get the same image with black hair"}),
        "more than .8 of the asked attributes are turned over, more than .9 of the others are as before, and the token stays nearer "
        "to its place than another z puts it",
        one_attribute,
        (
            Comparison("IcGAN | asked", 0.8),
            Comparison("IcGAN | others kept", 0.9),
            Comparison("another z | moved by (px)", "IcGAN | moved by (px)"),
        ),
        3,
        also="tokens of 16 px with four attributes; the row of another z is G's image of the wanted label without E_z",
    ),
    "encoder-on-real": Claim(
        "E_z, which learned from made images alone, reads those better than real ones: a real image comes back less like itself",
        Stated("Perarnau et al. 2016, section 3"),
        "the error of the reconstruction and the way that the token moves are both larger for real tokens than for made ones",
        read_back,
        (
            Comparison("real | L1", "made by G | L1"),
            Comparison("real | moved by (px)", "made by G | moved by (px)"),
        ),
        3,
        also="the nets of `one-attribute`; made by G: with labels that real tokens have",
    ),
    "classes-found": Claim(
        "InfoGAN's code finds the classes without a label, and what it tells comes near to ln K",
        Stated("Chen et al. 2016, section 7 and figure 1"),
        "the bound is above .9 ln K; more than .8 of held-out tokens get their class by the best naming of the categories, and more "
        "than without the information",
        classes_found,
        (
            Comparison("InfoGAN | bound (nats)", "ln 4 | bound (nats)", times=0.9),
            Comparison("InfoGAN | classes", 0.8),
            Comparison("InfoGAN | classes", "without the information | classes"),
        ),
        2,
        also="round tokens of four kinds, red or blue, small or large, at any place on any ground; a guess is right in a quarter",
    ),
    "one-for-attributes": Claim(
        "one StarGAN for three attributes edits as well as three pairs of generators",
        Stated("StarGAN, section 3"),
        "with about the same minutes of training StarGAN turns the asked attribute over at least as often as the CycleGANs, keeps the "
        "others at least as often, and comes as near to the right answer, with fewer parameters",
        one_for_attributes,
        (
            Comparison("StarGAN | asked", "three CycleGANs | asked"),
            Comparison("StarGAN | others kept", "three CycleGANs | others kept"),
            Comparison("three CycleGANs | L1 to the truth", "StarGAN | L1 to the truth"),
            Comparison("three CycleGANs | thousand parameters", "StarGAN | thousand parameters", exact=True),
        ),
        9,
        also="filled tokens: red or blue, round or square, small or large",
    ),
}
