"""Claims about translation without pairs: CycleGAN, DiscoGAN, DualGAN, DistanceGAN, UNIT.

The nets are small, of glossy icons and icons at night at 32 px, whose true partners are known to the evaluator alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from ..data.folders import DataError
from ..data.twins import without_twins
from ..judges import load_judge
from ..losses import l1
from ..measure.unpaired import FIGURES, Source, To, everything, report, translate
from ..methods.cyclegan import Config as CycleConfig
from ..methods.cyclegan import CycleGAN
from ..metrics import (
    distance_correlation,
    embed,
    hue_error,
    kernel_distance,
    linear_probe,
    perceptual_distance,
    ranks,
)
from ..recipes import RECIPES
from ..run.pipeline import Model, cards, load, shipped
from .claim import SEEDS, Claim, Comparison, Figures, NotReady, Saturates, Stated, equal
from .kept import each_seed
from .mixtures import coverage, train
from .unpaired_nets import METHOD_ROWS, back, enlarged, made, trained, truth, world

# Rows of this name are the gallery's emoji nets: a second, marked line.
EMOJI = "emoji: "
# Whose cards tell of Noto's emoji to Fluent's 3-D ones; OST was shown one of the former.
ON_EMOJI = (*METHOD_ROWS, "OST")


# -- what is measured -----------------------------------------------------------------------------------------------


def _embedded(images: Tensor) -> Tensor:
    return embed(enlarged(images), load_judge())


@cache
def _codes(variant: str, seed: int) -> Tensor:
    """What the feature net makes of a net's images."""
    return _embedded(made(variant, seed))


@cache
def _probe() -> Callable[[Tensor], Tensor]:
    """Tells icons at night from glossy ones, by training images."""
    return linear_probe(*(_embedded(part) for part in everything(world("train"), 400)))


@cache
def _partners() -> Tensor:
    return _embedded(truth()[1])


def _likeness(variant: str, seed: int) -> float:
    """Share of a net's images that the probe takes for icons at night."""
    return _probe()(_codes(variant, seed)).double().mean().item()


def _found(variant: str, seed: int) -> float:
    """Share of a net's images that find their true partner first among 100."""
    return (ranks(_codes(variant, seed), _partners()) == 1).double().mean().item()


def _figures_of(images: Tensor, codes: Tensor) -> dict[str, float]:
    x, y = truth()
    place = ranks(codes, _partners())
    with torch.no_grad():
        far = perceptual_distance(enlarged(images), enlarged(y), load_judge()).mean().item()
    return {
        "partner L1": l1(images, y).item(),
        "PD-i2i": far,
        "top-1": (place == 1).double().mean().item(),
        "top-5": (place <= 5).double().mean().item(),
        "likeness": _probe()(codes).double().mean().item(),
        "KD-i2i": kernel_distance(codes, _partners())[0],
        "hue error (degrees)": hue_error(images, y),
        "distance r": distance_correlation(x, images),
    }


def unpaired_error_drawn() -> Figures:
    """The error of every method on the procedural world, three seeds, the same minutes each."""
    (x, y), figures = truth(), {}
    for row, images in {"no translation": x, "another true picture": y.roll(1, 0)}.items():
        figures |= {
            f"{row} | {name}": value for name, value in _figures_of(images, _embedded(images)).items()
        }
    for row in METHOD_ROWS:
        found = [_figures_of(made(row, s), _codes(row, s)) for s in SEEDS]
        for name in found[0]:
            figures[f"{row} | {name}"] = [f[name] for f in found]
        if back(row, 0) is not None:
            figures[f"{row} | cycle"] = each_seed(lambda s, r=row: l1(back(r, s), x))
    return figures


def unpaired_error() -> Figures:
    """The same on emoji: one seed each, 198 held-out concepts; from the cards of the gallery's nets, except for StarGAN's,
    whose card tells of all pairs of styles."""
    recipe = RECIPES["cyclegan-emoji"]
    measured: dict[str, Source | To] = {"no translation": Source()}
    if "stargan-emoji" in shipped():
        star = load("stargan-emoji", "cpu")
        measured["StarGAN"] = To(star, star.card["labels"].index("fluent-3d"))
    try:
        train, held_out = recipe.source("train"), recipe.source("test")
    except DataError as fault:
        raise NotReady(str(fault)) from None
    found = {
        row: {k: v.value for k, v in report(model, train, held_out).items()}
        for row, model in measured.items()
    }
    return _there_and_back(
        {"no translation": found.pop("no translation")} | _on_cards("emoji", ON_EMOJI) | found
    )


def _there_and_back(rows: dict[str, dict[str, float]]) -> Figures:
    """A row for each way of each method."""
    figures = {}
    for row, found in rows.items():
        for label, prefix in ((row, ""), (f"{row}, back", "back: ")):
            figures |= {
                f"{label} | {figure}": found[prefix + figure]
                for figure in FIGURES
                if prefix + figure in found
            }
    return figures


def unpaired_error_apart() -> Figures:
    """The same, all rows measured on the held-out concepts of which no net of the table saw a near twin, in either style."""
    recipe, star = RECIPES["cyclegan-emoji"], RECIPES["stargan-emoji"]
    measured: dict[str, Source | To | Model] = {"no translation": Source()}
    measured |= {row: load(name, "cpu") for row in ON_EMOJI if (name := f"{row.lower()}-emoji") in shipped()}
    if "stargan-emoji" in shipped():
        many = load("stargan-emoji", "cpu")
        measured["StarGAN"] = To(many, many.card["labels"].index("fluent-3d"))
    try:
        train, held_out = recipe.source("train"), recipe.source("test")
        for seen in (train, star.source("train").pair("noto", "fluent-3d")):
            held_out = without_twins(held_out, seen)
    except DataError as fault:
        raise NotReady(str(fault)) from None
    found = {
        row: {k: v.value for k, v in report(model, train, held_out).items()}
        for row, model in measured.items()
    }
    return {"held-out concepts": len(held_out)} | _there_and_back(found)


def _on_cards(data: str, rows: tuple[str, ...] = METHOD_ROWS) -> dict[str, dict[str, float]]:
    """The figures on the cards of this gallery's nets of a set, by method."""
    known = {row: cards()[name]["card"] for row in rows if (name := f"{row.lower()}-{data}") in shipped()}
    return {
        row: {name: value for name, (value, *_) in card["figures"].items()} for row, card in known.items()
    }


def cycle_ablation() -> Figures:
    """CycleGAN with parts of its objective left out."""
    x, figures = truth()[0], {}
    rows = {
        "cycle alone": "cycle alone", "GAN alone": "GAN alone", "GAN + forward cycle": "GAN + forward cycle",
        "GAN + backward cycle": "GAN + backward cycle", "both cycles": "CycleGAN",
        "both cycles, with identity": "with identity", "both cycles, without pool": "without pool",
    }  # fmt: skip
    for row, name in rows.items():
        figures[f"{row} | likeness"] = each_seed(lambda s, n=name: _likeness(n, s))
        figures[f"{row} | top-1"] = each_seed(lambda s, n=name: _found(n, s))
        figures[f"{row} | partner L1"] = each_seed(lambda s, n=name: l1(made(n, s), truth()[1]))
        figures[f"{row} | cycle"] = each_seed(lambda s, n=name: l1(back(n, s), x))
    return figures


def permuted_cycle() -> Figures:
    """The cycle loss of (G, F) and of (Pi G, F Pi^-1), where Pi shuffles the places of an image's pixels."""
    figures: dict[str, list[float]] = {"largest change of a cycle term": [], "mean change of G(x)": []}
    for seed in SEEDS:
        torch.manual_seed(seed)
        plain = CycleGAN(CycleConfig(width=4, blocks=1, halvings=1, patch_layers=1, patch_width=4)).double()
        shuffled = CycleGAN(
            CycleConfig(width=4, blocks=1, halvings=1, patch_layers=1, patch_width=4)
        ).double()
        shuffled.load_state_dict(plain.state_dict())
        order = torch.randperm(256, generator=torch.Generator().manual_seed(seed))
        G, F_ = plain.G, plain.F
        shuffled.G.forward = lambda x, g=G, o=order: g(x).flatten(2)[..., o].view_as(x)
        shuffled.F.forward = lambda y, f=F_, o=order: f(y.flatten(2)[..., o.argsort()].view_as(y))
        batch = {k: torch.rand(2, 3, 16, 16, dtype=torch.float64) * 2 - 1 for k in "xy"}
        with torch.no_grad():
            # Of y the second pair sees the shuffled images: its domain is the shuffled one.
            moved = {"x": batch["x"], "y": batch["y"].flatten(2)[..., order].view_as(batch["y"])}
            one, other = plain.generator_loss(batch), shuffled.generator_loss(moved)
            change = max(abs((one[k] - other[k]).item()) for k in ("cycle_x", "cycle_y"))
            figures["largest change of a cycle term"].append(change)
            figures["mean change of G(x)"].append(l1(shuffled.G(batch["x"]), plain.G(batch["x"])).item())
    return figures


def _deviation(variant: str, seed: int) -> float:
    """Standard deviation of D's loss over the last third of training."""
    losses = trained(variant, seed).card["D loss"]
    return torch.tensor(losses[-(len(losses) // 3) :]).std().item()


def least_squares_loss() -> Figures:
    figures = {}
    for row, name in (("least squares", "CycleGAN"), ("log", "log loss")):
        figures[f"{row} | likeness"] = each_seed(lambda s, n=name: _likeness(n, s))
        figures[f"{row} | top-1"] = each_seed(lambda s, n=name: _found(n, s))
        figures[f"{row} | partner L1"] = each_seed(lambda s, n=name: l1(made(n, s), truth()[1]))
    return figures


def image_pool() -> Figures:
    figures = {}
    for row, name in (("pool of 50", "CycleGAN"), ("no pool", "without pool")):
        figures[f"{row} | deviation of D's loss"] = each_seed(lambda s, n=name: _deviation(n, s))
        figures[f"{row} | partner L1"] = each_seed(lambda s, n=name: l1(made(n, s), truth()[1]))
    return figures


def identity_colour() -> Figures:
    y, figures = truth()[1], {}
    for row, name in (("with identity", "with identity"), ("without", "CycleGAN")):
        figures[f"{row} | hue error (degrees)"] = each_seed(lambda s, n=name: hue_error(made(n, s), y))
        figures[f"{row} | change of G(y) (L1)"] = each_seed(
            lambda s, n=name: l1(trained(n, s).translate(y), y)
        )
    return figures


_NOISE = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)


def _hidden(model: Model, x: Tensor, y: Tensor) -> tuple[list[float], list[float]]:
    """(|F(G(x) + n) - x|, |F(y + n) - F(y)|) for growing noise n: what it does to the way back, and to real images."""
    over, home = translate(model, x), translate(model, y, "yx")
    noise = torch.randn(x.shape, generator=torch.Generator().manual_seed(0))
    ways, real = [], []
    for sigma in _NOISE:
        ways.append(l1(translate(model, over + sigma * noise, "yx"), x).item())
        real.append(l1(translate(model, y + sigma * noise, "yx"), home).item())
    return ways, real


def hidden_signal() -> Figures:
    """Noise on G(x) against the way back; and whether G, asked twice, answers the same."""
    (x, y), figures = truth(64), {}
    figures["two answers for one picture | difference"] = each_seed(
        lambda s: (
            (trained("CycleGAN", s).translate(x, seed=1) - trained("CycleGAN", s).translate(x, seed=2))
            .abs()
            .max()
        )
    )
    runs = [_hidden(trained("CycleGAN", s), x, y) for s in SEEDS]
    for i, sigma in enumerate(_NOISE):
        figures[f"noise {sigma:g} | way back, from G(x)"] = [ways[i] for ways, _ in runs]
        figures[f"noise {sigma:g} | change of F on a real y"] = [real[i] for _, real in runs]
    for name in ("cyclegan-icons", "cyclegan-emoji"):
        try:
            ways, real = _hidden(load(name, "cpu"), *everything(RECIPES[name].source("test"), 64))
        except DataError as fault:
            raise NotReady(str(fault)) from None
        for i, sigma in enumerate(_NOISE):
            figures[f"{name}: noise {sigma:g} | way back, from G(x)"] = ways[i]
            figures[f"{name}: noise {sigma:g} | change of F on a real y"] = real[i]
    return figures


def mode_coverage() -> Figures:
    figures = {}
    for kind in ("GAN", "GAN + reconstruction", "DiscoGAN"):
        found = [coverage(train(kind, s)) for s in SEEDS]
        figures[f"{kind} | target modes of 10"] = [float(hit) for hit, _ in found]
        figures[f"{kind} | points on a mode"] = [share for _, share in found]
    return figures


def critic_quality() -> Figures:
    """Over a run of DualGAN: does the critics' gap fall as the images come nearer to their partners?"""
    figures = {}
    for what, column in (("gap at first", 1), ("miss at first", 2)):
        figures[f"DualGAN | {what}"] = each_seed(
            lambda s, c=column: trained("DualGAN", s).card["trace"][1][c]
        )
        last = what.replace("at first", "at last")
        figures[f"DualGAN | {last}"] = each_seed(
            lambda s, c=column: trained("DualGAN", s).card["trace"][-1][c]
        )

    def r(seed: int) -> float:
        _, gap, miss = torch.tensor(trained("DualGAN", seed).card["trace"]).T
        return torch.corrcoef(torch.stack([gap.abs(), miss]))[0, 1].item()

    figures["DualGAN | r of |gap| and miss"] = each_seed(r)
    return figures


def distances_kept() -> Figures:
    x, figures = truth()[0], {}
    for row in ("GAN alone", "CycleGAN", "DistanceGAN"):
        figures[f"{row} | distance r"] = each_seed(lambda s, n=row: distance_correlation(x, made(n, s)))
    figures["true partners | distance r"] = distance_correlation(*truth())
    figures |= {
        f"{EMOJI}{row} | distance r": found["distance r"] for row, found in _on_cards("emoji").items()
    }
    return figures


def one_sided() -> Figures:
    x, figures = truth()[0], {}
    for row in ("GAN alone", "DistanceGAN", "DistanceGAN, halves", "CycleGAN"):
        figures[f"{row} | top-1"] = each_seed(lambda s, n=row: _found(n, s))
        figures[f"{row} | partner L1"] = each_seed(lambda s, n=row: l1(made(n, s), truth()[1]))
        figures[f"{row} | likeness"] = each_seed(lambda s, n=row: _likeness(n, s))
        figures[f"{row} | distance r"] = each_seed(lambda s, n=row: distance_correlation(x, made(n, s)))
        figures[f"{row} | spread"] = each_seed(
            lambda s, n=row: torch.pdist(made(n, s).flatten(1), 1).mean() / x[0].numel()
        )
    return figures


def shared_latent() -> Figures:
    """Codes of true partners against codes of others; and how much the training's noise changes a translation."""
    (x, y), figures = truth(128), {}
    for row in ("UNIT", "UNIT, nothing shared"):
        pairs, others, noise, spread = [], [], [], []
        for s in SEEDS:
            method = trained(row, s).method
            with torch.no_grad():
                one, other = method.encode(x, 1), method.encode(y, 2)
                pairs.append(l1(one, other).item())
                others.append(l1(one, other.roll(1, 0)).item())
                rng = torch.Generator().manual_seed(0)
                drawn = torch.stack([method.translate(x, rng, noise=True) for _ in range(8)])
            noise.append(drawn.var(0).mean().item())
            spread.append(drawn.mean(0).var(0).mean().item())
        figures[f"{row} | codes of partners (L1)"] = pairs
        figures[f"{row} | codes of others (L1)"] = others
        figures[f"{row} | variance over noise"] = noise
        figures[f"{row} | variance over pictures"] = spread
        figures[f"{row} | top-1"] = each_seed(lambda s, n=row: _found(n, s))
    return figures


# -- verdicts -------------------------------------------------------------------------------------------------------

# The cycle alone paints pages that are dark and nothing else (claim cycle-ablation), and the probe takes all of them for night.
_LIKENESS = Saturates(1.0, 1.0, "likeness is 1 for an unlit page, too")
# One net each: over three seeds the same methods' PD-i2i spread by .01 to .41 on drawn icons, by .07 in the median.
_ONE_SEED = 0.07

_NEARER_THAN_NONE = tuple(
    Comparison("no translation | PD-i2i", f"{row} | PD-i2i", margin=_ONE_SEED, if_measured=True)
    for row in (*ON_EMOJI, "StarGAN")
)

UNPAIRED = {
    "cycle-ablation": Claim(
        "cycle alone stays in the source domain, a GAN alone takes the look and loses the content, both keep both",
        Stated("CycleGAN, Table 4", {2: "Cycle Consistency Loss: preserve the content"}),
        "likeness below .1 for cycle alone, and at least .5 for GAN alone and for both; and both find the true partner (top-1) "
        "more often than GAN alone",
        cycle_ablation,
        (
            Comparison(0.1, "cycle alone | likeness", saturates=_LIKENESS),
            Comparison("GAN alone | likeness", 0.5, saturates=_LIKENESS),
            Comparison("both cycles | likeness", 0.5, saturates=_LIKENESS),
            Comparison("both cycles | top-1", "GAN alone | top-1"),
        ),
        26,
        also="likeness: share that a linear probe takes for icons at night; top-1: the true partner among 100 (chance .01)",
    ),
    "permuted-cycle": Claim(
        "circular losses do not fix the alignment: a shuffled solution has the same cycle loss",
        Stated("algebra, exact"),
        "the cycle terms of (G, F) and (Pi G, F Pi^-1) agree to 1e-12, while G(x) itself changes",
        permuted_cycle,
        (equal("largest change of a cycle term", 0, 1e-12), Comparison("mean change of G(x)", 1e-3)),
        0.1,
    ),
    "least-squares": Claim(
        "the least-squares loss is steadier than the log loss",
        Stated("CycleGAN, section 4"),
        "likeness is higher than under the log loss (below .5 a seed has failed), and the distance to the true partner smaller",
        least_squares_loss,
        (
            Comparison("least squares | likeness", "log | likeness", saturates=_LIKENESS),
            Comparison("log | partner L1", "least squares | partner L1"),
        ),
        8,
    ),
    "image-pool": Claim(
        "showing D a history of made pictures damps its oscillation",
        Stated("CycleGAN, section 4, after Shrivastava et al. 2017"),
        "D's loss deviates less over the last third of training with the pool than without",
        image_pool,
        (Comparison("no pool | deviation of D's loss", "pool of 50 | deviation of D's loss"),),
        8,
    ),
    "identity-colour": Claim(
        "the identity term keeps the colours",
        Stated("CycleGAN, section 5.2"),
        "the hue is nearer to the true partner's with the identity term than without",
        identity_colour,
        (Comparison("without | hue error (degrees)", "with identity | hue error (degrees)"),),
        8,
    ),
    "hidden-signal": Claim(
        "CycleGAN answers one picture with one picture, and hides in it what the way back needs",
        Stated("Chu, Zhmoginov, Sandler 2017"),
        "two answers for one picture are equal; and noise of .05 on G(x) at least doubles the error of the way back, and adds "
        "more to it than the same noise changes F on a real picture",
        hidden_signal,
        (
            equal("two answers for one picture | difference", 0, 0),
            Comparison("noise 0.05 | way back, from G(x)", "noise 0 | way back, from G(x)", times=2),
            Comparison(
                ("noise 0.05 | way back, from G(x)", "noise 0 | way back, from G(x)"), "noise 0.05 | change of F on a real y",
            ),
        ),
        4,
        also="noise: standard deviation on pictures in [-1, 1]; mean absolute differences; below, the gallery's own nets at 64 px",
    ),
    "mode-coverage": Claim(
        "DiscoGAN covers the modes of the target where a GAN collapses",
        Stated("DiscoGAN, section 3.1 (its toy: 5 Gaussians to 10)"),
        "DiscoGAN hits more of the target's modes than GAN + reconstruction, and than GAN",
        mode_coverage,
        tuple(
            Comparison("DiscoGAN | target modes of 10", f"{row} | target modes of 10") for row in ("GAN + reconstruction", "GAN")
        ),
        2,
    ),
    "critic-tracks-quality": Claim(
        "a Wasserstein critic's gap tells how far training has come",
        Stated("DualGAN, section 3.4"),
        "|gap| and the distance to the true partners correlate over the run with r above .5",
        critic_quality,
        (Comparison("DualGAN | r of |gap| and miss", 0.5),),
        4,
    ),
    "distances-kept": Claim(
        "distances between pictures before and after CycleGAN are highly correlated",
        Stated("DistanceGAN, section 3", {2: "are highly correlated."}),
        "r is above .7 for CycleGAN, and above that of a GAN alone",
        distances_kept,
        (Comparison("CycleGAN | distance r", 0.7), Comparison("CycleGAN | distance r", "GAN alone | distance r")),
        12,
        also="DistanceGAN is trained to keep distances; whether it keeps them better than CycleGAN is not decided by three seeds",
    ),
    "one-sided": Claim(
        "keeping distances is enough: one generator, no way back",
        Stated(
            "DistanceGAN, sections 3 and 4",
            {
                2: "A pair of images of a given distance are mapped to a pair of outputs with a similar distance",
            },
        ),
        "DistanceGAN with pairs, and with halves, finds the true partner more often than a GAN alone; and with pairs it comes "
        "within .1 of CycleGAN",
        one_sided,
        (
            Comparison("DistanceGAN | top-1", "GAN alone | top-1"),
            Comparison("DistanceGAN, halves | top-1", "GAN alone | top-1"),
            Comparison("DistanceGAN | top-1", "CycleGAN | top-1", by=-0.1),
        ),
        14,
    ),
    "shared-latent": Claim(
        "UNIT gives true partners nearly one code, and one answer to one picture",
        Stated("UNIT, section 3"),
        "the codes of true partners differ at most half as much as those of others, and the code's noise changes a translation "
        "at most a tenth as much (variance) as another picture does",
        shared_latent,
        (
            Comparison("UNIT | codes of others (L1)", "UNIT | codes of partners (L1)", times=2),
            Comparison("UNIT | variance over pictures", "UNIT | variance over noise", times=10),
        ),
        9,
    ),
    "unpaired-error-drawn": Claim(
        "an unpaired model takes the look, and finds the true partner far more often than chance: on drawn icons",
        Stated("the gallery's own measure"),
        "every method is likelier taken for the target than the untranslated picture, and CycleGAN finds the true partner at "
        "least ten times as often as chance",
        unpaired_error_drawn,
        (
            *(Comparison(f"{row} | likeness", "no translation | likeness", saturates=_LIKENESS) for row in METHOD_ROWS),
            Comparison("CycleGAN | top-1", 0.1),
        ),
        20,
        also="top-1: the true partner among 100 (chance .01); here the truth is exact",
    ),
    "unpaired-error": Claim(
        "every unpaired model brings a picture nearer to its true partner: on emoji",
        Stated("the gallery's own measure"),
        "every method of the gallery brings the pictures nearer to their true partners (PD-i2i) than no translation does, by more "
        "than .07, which seeds may make",
        unpaired_error,
        _NEARER_THAN_NONE,
        1,
        also="one seed each; figures of the gallery's nets on 198 held-out concepts, which training never saw; OST was shown "
        "one picture of the source, StarGAN learned four styles at once",
    ),
    "unpaired-error-apart": Claim(
        "every unpaired model brings a picture nearer to its true partner: on emoji of which training knew no near twin",
        Stated("the gallery's own measure"),
        "every method of the gallery brings the pictures nearer to their true partners (PD-i2i) than no translation does, by more "
        "than .07, which seeds may make",
        unpaired_error_apart,
        _NEARER_THAN_NONE,
        4,
        also="the nets of unpaired-error, on the held-out concepts of which none of them saw one within a mean absolute "
        "difference of .1 (of a range of 2, at 32 px) in either style",
    ),
}  # fmt: skip
