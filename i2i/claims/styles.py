"""Claims about several answers to one input: BicycleGAN, MUNIT, Augmented CycleGAN, MAD-GAN, CRN's several images, a bridge,
diffusion, and the bilinear model of style and content.

On points of the plane each x has three right answers, all known; MUNIT, whose layers do the separating, gets rectangles of
8 px in one of three colours, and the bilinear model letters in fonts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import torch
from torch import Tensor

from ..data.letters import Letters, font_letters
from ..data.toys import Rectangles
from ..method import Method
from ..methods.bilinear import Bilinear
from ..methods.bilinear import Config as BilinearConfig
from ..metrics import matched, mean_distance, psnr, squared_distances
from .claim import SEEDS, Claim, Comparison, Figures, Stated, equal
from .styles_nets import (
    ANSWERS,
    CODE,
    DEVIATION,
    PLACES,
    WIDE,
    Apart,
    FromNoise,
    by_hindsight,
    fitted,
    generators,
    pairs,
    trained,
)

_SAMPLES, _TIMES = 20, 10  # samples to a set, as in the gallery's own protocol, and sets to an x
_NEAR = 4 * DEVIATION  # within it a point lies at an answer
_AT = 3 * WIDE  # and at one of MAD-GAN's wide places


# -- what is measured -----------------------------------------------------------------------------------------------


def _mean(rows: Iterable[dict[str, float]]) -> dict[str, float]:
    rows = list(rows)
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}


def _seeded(rows: dict[str, Callable[[int], dict[str, float]]], seeds: Sequence[int] = SEEDS) -> Figures:
    """Figures "row | name" of each row's measurement, with a number for each seed."""
    figures: dict[str, list[float]] = {}
    for row, measured in rows.items():
        for seed in seeds:
            for name, value in measured(seed).items():
                figures.setdefault(f"{row} | {name}", []).append(value)
    return figures


def places() -> tuple[Tensor, Tensor]:
    """(x [4, 2, 1, 1], their right answers [4, 3, 2])."""
    batch = pairs().batch(torch.arange(200))
    first = torch.stack([(batch["label"] == k).nonzero()[0, 0] for k in range(PLACES)])
    return batch["x"][first], pairs().centres(torch.arange(PLACES))


def beside_answers(made: Tensor, answers: Tensor) -> dict[str, float]:
    """Samples [n, D] to one x beside its right answers [K, D], in sets of 20: how many answers are met, how far off samples
    are, their spread as a part of the answers', and how far they lie from the mean of the answers, which are at 1 themselves.
    Distances are squared."""
    sets = [matched(squared_distances(some, answers)) for some in made.split(_SAMPLES)]
    spread, mean = mean_distance(squared_distances(made, made), False), answers.mean(0, keepdim=True)
    to_mean = squared_distances(made, mean).mean() / squared_distances(answers, mean).mean()
    return {
        "answers met": sum(s.met for s in sets) / len(sets),
        "sample to answer": sum(s.to_answer for s in sets) / len(sets),
        "answer to sample": sum(s.to_sample for s in sets) / len(sets),
        "spread": spread / mean_distance(squared_distances(answers, answers), True),
        "to their mean": to_mean.item(),
    }


@torch.no_grad()
def sampled(translate: Callable[[Tensor, torch.Generator], Tensor]) -> dict[str, float]:
    """`beside_answers` over the four places of (x [200, 2, 1, 1], rng) -> samples of the same shape."""
    rng, rows = torch.Generator().manual_seed(99), []
    for x, answers in zip(*places(), strict=True):
        made = translate(x.expand(_SAMPLES * _TIMES, -1, -1, -1), rng)
        rows.append(beside_answers(made.flatten(1), answers))
    return _mean(rows)


# -- with pairs -----------------------------------------------------------------------------------------------------

# A point is only two numbers, and a code of two can tell them all. So |y - G(x, E(y))| counts 1, not 10 as for images:
# the stronger it is against the KL, the farther E's codes lie from the prior.
# pix2pix has no code, so the paper's 10 stands, and 1 beside it.
_CYCLES = {
    "pix2pix with noise": {"cycles": "noise", "l1": 10.0},
    "pix2pix with noise, lambda 1": {"cycles": "noise", "l1": 1.0},
    "cVAE-GAN": {"cycles": "vae", "l1": 1.0},
    "cLR-GAN": {"cycles": "lr", "l1": 1.0},
    "BicycleGAN": {"cycles": "both", "l1": 1.0},
}


def code_used() -> Figures:
    def measured(row: str, seed: int) -> dict[str, float]:
        method = trained("bicyclegan", seed, **_CYCLES[row])
        found = sampled(method.translate)
        if hasattr(method, "E"):
            batch = pairs().batch(torch.arange(512))
            with torch.no_grad():
                again = method.translate(batch["x"], style=method.style(batch["y"]))
            found["y by its own code"] = (again - batch["y"]).square().sum(1).mean().item()
        return found

    return _seeded({row: lambda seed, row=row: measured(row, seed) for row in _CYCLES})


def hindsight() -> Figures:
    def measured(best: bool, seed: int) -> dict[str, float]:
        net = by_hindsight(best, seed)
        with torch.no_grad():
            made = net(places()[0])
        return _mean(beside_answers(m, a) for m, a in zip(made, places()[1], strict=True))

    rows = {"only the best head learns": True, "all heads learn": False}
    return _seeded({row: lambda seed, best=best: measured(best, seed) for row, best in rows.items()})


def noise_to_answers() -> Figures:
    def steps(name: str, count: int) -> Callable[[int], dict[str, float]]:
        return lambda seed: sampled(lambda x, rng: trained(name, seed).translate(x, rng, steps=count))

    return _seeded(
        {
            "bridge, 1 step": steps("bridge", 1),
            "bridge, 4 steps": steps("bridge", 4),
            "bridge, 20 steps": steps("bridge", 20),
            "diffusion, 20 steps": steps("diffusion", 20),
        }
    )


# -- without pairs --------------------------------------------------------------------------------------------------

_NOISE = (0.0, 0.05)
_UNPAIRED = {
    "CycleGAN": ("cyclegan", {}),
    "CycleGAN, G with noise": ("cyclegan", {"drawn": CODE}),
    # At the authors' .025, of images, a code of two numbers is read back with an r of .2 to .3, after 4,800 steps, too.
    "Augmented CycleGAN": ("augmented_cyclegan", {"code_cycle": 1.0}),
}
_LONGER = 3_600  # steps, of all three


@torch.no_grad()
def _unpaired(row: str, seed: int, **more) -> dict[str, float]:
    """`met`: answers of the nearest x that a twentieth of 500 samples or more lie at, in answers of one x (which x belongs to
    which is never told, so any may be the one). The way back to y, from what became of it with noise."""
    name, changes = _UNPAIRED[row]
    method = trained(name, seed, **changes, **more)
    rng, found = torch.Generator().manual_seed(99), []
    torch.manual_seed(99)  # of nets that draw for themselves
    every = places()[1].flatten(0, 1)
    for x in places()[0]:
        made = method.translate(x.expand(500, -1, -1, -1), rng).flatten(1)
        far, which = torch.cdist(made, every).min(1)
        hits = torch.bincount(which[far < _NEAR], minlength=len(every)) / 500
        found.append(
            {
                "answers met": (hits >= 0.05).sum().item() / ANSWERS,
                "at an answer": (far < _NEAR).double().mean().item(),
                "spread": mean_distance(squared_distances(made, made), False),
            }
        )
    figures, y = _mean(found), Apart(PLACES, ANSWERS, DEVIATION).batch(torch.arange(1000))["y"]
    coded = name == "augmented_cyclegan"
    over = method.translate(y, direction="yx")
    code = {"style": method.read("b", over, y)} if coded else {}
    for noise in _NOISE:
        moved = over + noise * torch.randn(over.shape, generator=rng)
        back = method.translate(moved, **code)
        figures[f"way back, noise {noise:g}"] = (back - y).square().sum(1).sqrt().mean().item()
    return figures


def one_answer() -> Figures:
    figures = _seeded({"CycleGAN": lambda seed: _unpaired("CycleGAN", seed)})
    return {name: value for name, value in figures.items() if "at an" not in name}


def code_for_the_rest() -> Figures:
    rows = {row: lambda seed, row=row: _unpaired(row, seed, steps=_LONGER) for row in _UNPAIRED}
    figures = dict(_seeded(rows))
    figures["Augmented CycleGAN | r of z and what E reads"] = [_read_back(seed) for seed in SEEDS]
    return figures


@torch.no_grad()
def _read_back(seed: int) -> float:
    """Correlation of drawn codes and what E_B reads of what G_AB made of them, a mean over the code."""
    name, changes = _UNPAIRED["Augmented CycleGAN"]
    method = trained(name, seed, **changes, steps=_LONGER)
    x = Apart(PLACES, ANSWERS, DEVIATION).batch(torch.arange(1000))["x"]
    z = torch.randn(1000, CODE, generator=torch.Generator().manual_seed(99))
    read = method.read("b", x, method.translate(x, style=z))
    pairs_of = zip(z.T, read.T, strict=True)
    return sum(torch.corrcoef(torch.stack(two))[0, 1].item() for two in pairs_of) / CODE


# -- MUNIT ----------------------------------------------------------------------------------------------------------

_MUNIT = {
    "MUNIT": {},
    "without styles read back": {"read": 0.0},
    "without contents read back": {"content": 0.0},
    "without reconstruction": {"recon": 0.0},
}


_STRIDES = 8  # of a walk between two styles


def overlap(made: Tensor, x: Tensor) -> float:
    """Where [B, 3, H, W] is bright in any channel, beside where the rectangle of x is: intersection over union, the mean."""
    bright, true = made.amax(1) > 0, x[:, 0] > 0
    shared, either = ((a.flatten(1).sum(1)) for a in (bright & true, bright | true))
    return (shared / either).mean().item()


def colour(made: Tensor, x: Tensor) -> Tensor:
    """The brightest channel where the rectangle of x is, int64 [B]."""
    return (made * (x[:, :1] > 0)).sum((2, 3)).argmax(1)


@torch.no_grad()
def _rectangles(method: Method) -> dict[str, float]:
    source, rng = Rectangles(), torch.Generator().manual_seed(99)
    batch, other = source.batch(torch.arange(256)), source.batch(torch.arange(5_000, 5_256))
    x, rows = batch["x"], []
    for i in range(16):
        made = method.translate(x[i : i + 1].expand(2 * _SAMPLES, -1, -1, -1), rng).flatten(1)
        scale = made.shape[1] ** 0.5
        rows.append(beside_answers(made / scale, source.answers(i).flatten(1) / scale))
    styles = method.style(batch["y"]), method.style(other["y"])
    swapped = method.translate(x, style=styles[1])
    drawn = torch.randn(styles[0].shape, generator=rng)
    walk = torch.stack(
        [method.translate(x, style=torch.lerp(*styles, k / _STRIDES)) for k in range(_STRIDES + 1)]
    )
    strides = walk.diff(dim=0).flatten(2).norm(dim=2)
    going = strides.sum(0) > 1e-3  # two styles may be told the same image
    longest = (strides.amax(0) / strides.sum(0))[going].mean().item() if going.any() else 1.0
    return _mean(rows) | {
        "overlap with x": overlap(method.translate(x, rng), x),
        "style read again": (method.style(method.translate(x, style=drawn)) - drawn).abs().mean().item(),
        "swapped: longest stride": longest,
        "swapped: overlap with x": overlap(swapped, x),
        "swapped: colour of the other": (colour(swapped, x) == other["label"]).double().mean().item(),
        "swapped: overlap with the other": overlap(swapped, other["y"].amax(1, keepdim=True)),
    }


@cache
def _munit(row: str, seed: int) -> dict[str, float]:
    return _rectangles(trained("munit", seed, **_MUNIT[row]))


def style_losses() -> Figures:
    figures = _seeded({row: lambda seed, row=row: _munit(row, seed) for row in _MUNIT})
    return {name: value for name, value in figures.items() if "swapped" not in name}


def style_swap() -> Figures:
    figures = _seeded({"MUNIT": lambda seed: _munit("MUNIT", seed)}, range(6))
    return {name: value for name, value in figures.items() if "swapped" in name}


# -- MAD-GAN --------------------------------------------------------------------------------------------------------

_HEADS = 4
# A trunk such that both rows have about as many weights.
_GENERATORS = {"four generators": (_HEADS, 64), "one generator": (1, 94)}


@torch.no_grad()
def _specialised(row: str, seed: int) -> dict[str, float]:
    heads, trunk = _GENERATORS[row]
    method, source = generators(heads, trunk, seed), FromNoise(_HEADS)
    batch = source.batch(torch.arange(1000), torch.Generator().manual_seed(99))
    centres = source.centres(torch.zeros(1, dtype=torch.long))[0]
    shares = []
    for head in range(heads):
        far, which = torch.cdist(method.translate(batch["x"], head=head).flatten(1), centres).min(1)
        shares.append(torch.bincount(which[far < _AT], minlength=_HEADS) / 1000)
    share = torch.stack(shares)
    judged = method.ways(batch["x"], batch["y"]).flatten(1).softmax(1)
    return {
        "places of 4": float((share.mean(0) >= 0.05).sum()),
        "places of each": (share >= 0.05).sum(1).double().mean().item(),
        "points at a place": share.sum(1).mean().item(),
        "D: a real point is real": judged[:, -1].mean().item(),
        "thousand weights": sum(p.numel() for net in (method.trunk, method.G) for p in net.parameters())
        / 1e3,
    }


def specialise() -> Figures:
    return _seeded({row: lambda seed, row=row: _specialised(row, seed) for row in _GENERATORS})


# -- the bilinear model ---------------------------------------------------------------------------------------------

_NEW_FONTS, _KNOWN = 6, 6


def _extrapolated(seed: int) -> dict[str, float]:
    """PSNR of the letters of fonts that training did not show, of which some letters are known."""
    grid, rng = font_letters(32, "all"), torch.Generator().manual_seed(seed)
    fonts, letters = len(grid.names), len(grid.contents)
    new = torch.randperm(fonts, generator=rng)[:_NEW_FONTS]
    old = torch.tensor([k for k in range(fonts) if k not in new.tolist()])
    images = grid.images.view(fonts, letters, *grid.images.shape[1:])
    cells = torch.arange(len(old) * letters)
    source = Letters(
        images[old].flatten(0, 1), cells // letters, cells % letters,
        tuple(grid.names[k] for k in old), grid.contents,
    )  # fmt: skip
    method = fitted(Bilinear(BilinearConfig(styles=len(old), contents=letters)), source, seed, 16)
    shown = source.batch(cells)["x"].view(len(old), letters, *images.shape[2:])
    rows: dict[str, list[float]] = {"bilinear": [], "nearest font": [], "mean of fonts": []}
    for font in new:
        real = Letters(images[font], cells[:letters], cells[:letters], (), ()).batch(cells[:letters])["x"]
        order = torch.randperm(letters, generator=rng)
        known, unknown = order[:_KNOWN], order[_KNOWN:]
        nearest = (shown[:, known] - real[known]).square().flatten(1).mean(1).argmin()
        with torch.no_grad():
            drawn = method.draw(method.new_style(real[known], known), unknown)
        for row, made in (
            ("bilinear", drawn),
            ("nearest font", shown[nearest, unknown]),
            ("mean of fonts", shown[:, unknown].mean(0)),
        ):
            rows[row].append(psnr(made, real[unknown]).mean().item())
    return {row: sum(values) / len(values) for row, values in rows.items()}


def extrapolated() -> Figures:
    found = [_extrapolated(seed) for seed in SEEDS]
    return {f"{row} | PSNR (dB)": [f[row] for f in found] for row in found[0]}


# -- verdicts -------------------------------------------------------------------------------------------------------

_SQUARED = "distances are squared, and neighbouring answers to one x lie .15 apart"

STYLES = {
    "code-used": Claim(
        "pix2pix ignores a noise beside x; BicycleGAN gives another answer with each code, and cVAE-GAN alone samples worse",
        Stated("BicycleGAN, its comparison with pix2pix and with its own halves; points of the plane"),
        "pix2pix with noise, at the paper's lambda of 10, spreads its samples at most a tenth as far as the answers lie apart and meets "
        "fewer of the three than BicycleGAN; and cVAE-GAN's samples lie farther from an answer than BicycleGAN's",
        code_used,
        (
            Comparison(0.1, "pix2pix with noise | spread"),
            Comparison("BicycleGAN | answers met", "pix2pix with noise | answers met"),
            Comparison("cVAE-GAN | sample to answer", "BicycleGAN | sample to answer"),
        ),
        3.5,
        also=f"answers met: share of the three that are nearest to one of 20 samples; {_SQUARED}; where nets have a code lambda is 1, "
        "not 10, since the code of a point may tell all of it",
    ),
    "best-of-several": Claim(
        "of several heads that share a loss the best one alone has to learn: then each finds an answer of its own",
        Stated("CRN, its loss of several images; points of the plane"),
        "with the best head's loss the heads meet more of the three answers than with the mean loss, and an answer has a head nearer to it",
        hindsight,
        (
            Comparison("only the best head learns | answers met", "all heads learn | answers met"),
            Comparison("all heads learn | answer to sample", "only the best head learns | answer to sample"),
        ),
        0.3,
        also=f"three heads of one net, L1 in place of CRN's maps of a fixed net; a head that is best for none of an x's answers learns "
        f"nothing there, and may lie anywhere, which is why samples lie far from an answer; heads at the mean lie near the answer in the "
        f"middle; {_SQUARED}",
    ),
    "noise-to-answers": Claim(
        "another noise leads to another answer, without an adversary; a bridge of one step gives the mean of all answers",
        Stated("rectified flow, and diffusion after DDPM; points of the plane"),
        "4 steps of a bridge and 20 of diffusion meet more of the three answers than one step of the bridge, which spreads at "
        "most a tenth as far as the answers lie apart, and lies at their mean to within a tenth of their distance from it",
        noise_to_answers,
        (
            Comparison(0.1, "bridge, 1 step | spread"),
            Comparison(0.1, "bridge, 1 step | to their mean"),
            Comparison("bridge, 4 steps | answers met", "bridge, 1 step | answers met"),
            Comparison("diffusion, 20 steps | answers met", "bridge, 1 step | answers met"),
        ),
        1,
        also=f"20 samples to one x; {_SQUARED}; answers met does not ask how near a sample comes, and after as few steps of training "
        "diffusion's lie farthest off",
    ),
    "one-answer": Claim(
        "CycleGAN gives one answer where there are three, and hides in x which one it came from: on points",
        Stated(
            "Chu, Zhmoginov, Sandler 2017",
            {
                0: "CycleGAN could just generate one image from which one can retrieve the original image",
            },
        ),
        "500 answers to one x are the same; and noise of .05 on F(y) at least doubles the error of the way back to y",
        one_answer,
        (
            equal("CycleGAN | spread", 0, 0),
            Comparison("CycleGAN | way back, noise 0.05", "CycleGAN | way back, noise 0", times=2),
        ),
        0.5,
        also="x itself does not tell which of three y it came from, so a way back without error must have been told it by F(y)",
    ),
    "code-for-the-rest": Claim(
        "Augmented CycleGAN's code carries what x lacks: several answers, and a way back that survives noise",
        Stated("Augmented CycleGAN, its comparison with CycleGAN; points of the plane"),
        "it meets more answers than a CycleGAN whose G is given noise, and noise of .05 on F(y) leaves it a smaller error of the way "
        "back than either CycleGAN",
        code_for_the_rest,
        (
            Comparison("Augmented CycleGAN | answers met", "CycleGAN, G with noise | answers met"),
            *(
                Comparison(f"{row} | way back, noise 0.05", "Augmented CycleGAN | way back, noise 0.05")
                for row in ("CycleGAN", "CycleGAN, G with noise")
            ),
        ),
        5,
        also="answers met: those at which a twentieth of 500 samples or more lie, in units of the three that an x has; r: of "
        "codes drawn and read back, 1 if none is lost; the term of codes read back (code cycle) counts 1 here and .025 in the paper, since a "
        "point's code of two numbers may tell all of it",
    ),
    "style-losses": Claim(
        "MUNIT gives several answers and keeps the content; each of its three reconstructions is needed",
        Stated("MUNIT, Table 1; rectangles of 8 px in three colours"),
        "its samples spread farther than without styles read back; it keeps the rectangle better than without contents read "
        "back; and its samples lie nearer to a right answer than without reconstruction of images",
        style_losses,
        (
            Comparison("MUNIT | spread", "without styles read back | spread"),
            Comparison("MUNIT | overlap with x", "without contents read back | overlap with x"),
            Comparison("without reconstruction | sample to answer", "MUNIT | sample to answer"),
        ),
        18,
        also="spread: of samples to one x, in that of the right answers; overlap: intersection over union of the bright pixels; style "
        "read again: |E(G(c, s)) - s|, of styles s that were drawn",
    ),
    "style-swap": Claim(
        "the content of one image and the style of another make a third",
        Stated(
            "MUNIT, its figures guided by an example; rectangles of 8 px",
            {0: "the content comes from these sketches, and the style comes from these images"},
        ),
        "with the style of another image the rectangle lies at least twice as well over that of the content's image (overlap) as over "
        "that of the style's, and takes the style's colour at least nine times in ten; and of eight strides from one style to another "
        "the longest is less than half of the way that images go",
        style_swap,
        (
            Comparison("MUNIT | swapped: overlap with x", "MUNIT | swapped: overlap with the other", times=2),
            Comparison("MUNIT | swapped: colour of the other", 0.9),
            Comparison(0.5, "MUNIT | swapped: longest stride"),
        ),
        9,
        also="six seeds: three were run first and did not decide it; longest stride: in the length of the whole way, 1 where no image changes; by "
        "chance the other's colour is taken one time in three",
    ),
    "generators-specialise": Claim(
        "MAD-GAN's generators find a mode each, and together more of them than one generator with as many weights",
        Stated("MAD-GAN, its mixtures of Gaussians; four places in the plane, from noise"),
        "four generators reach more of four places than one; each reaches fewer than one and a half; and D takes a real point for real "
        "with 1/5, to within .1",
        specialise,
        (
            Comparison("four generators | places of 4", "one generator | places of 4"),
            Comparison(1.5, "four generators | places of each"),
            Comparison(0.1, ("four generators | D: a real point is real", 0.2), absolute=True),
        ),
        1.5,
        also="a place is reached where a twentieth of the points or more lie within three deviations of it; D learns four times as fast as the "
        "generators, without which even one generator alone comes to rest at no place",
    ),
    "letters-extrapolated": Claim(
        "a bilinear model draws the letters of a font of which it saw a few",
        Stated("Tenenbaum and Freeman, extrapolation; capitals in fonts that come with matplotlib"),
        "the unseen letters are nearer to the true ones (PSNR) than those of the known font that fits best, and than the mean of all fonts",
        extrapolated,
        tuple(
            Comparison("bilinear | PSNR (dB)", f"{row} | PSNR (dB)") for row in ("nearest font", "mean of fonts")
        ),
        0.5,
        also="six fonts of 22 are new, of each of which six letters are known; other fonts and letters for each seed",
    ),
}  # fmt: skip
