"""Claims about super-resolution: what the squared error cannot bring back, and what an adversary makes of it.

The small nets enlarge procedural textures from 16 to 64 px; the benchmarks are those of the gallery's own nets.
"""

from __future__ import annotations

from functools import cache

from ..checkpoint import load_net
from ..data.enlarging import Enlarging
from ..data.folders import DataError
from ..data.worlds.textures import textures
from ..measure.superres import PUBLISHED, SETS, Bicubic, Scores, benchmark, each, figures
from ..methods.srgan import SRGAN
from ..methods.srgan import Config as GANConfig
from ..methods.srresnet import Config, SRResNet
from ..recipes import RECIPES, SHIPPED_JUDGES
from ..run.pipeline import Model, load, shipped
from .claim import SEEDS, Claim, Comparison, Figures, NotReady, Stated, equal, nearer
from .kept import kept

SIZE = 64
_NET = {"width": 32, "blocks": 4}

# After the same start by the squared error: the same net, batches and steps, another loss. The squared error is ten times
# that of photographs here, so the adversary weighs ten times its thousandth, too.
LOSSES: dict[str, dict] = {
    "MSE": {"content": "mse", "adversarial": 0.0},
    "content, second map": {"content": "phi22", "adversarial": 0.0},
    "content, last map": {"content": "phi54", "adversarial": 0.0},
    "content + adversarial": {"content": "phi22", "adversarial": 1e-2},
    "MSE + adversarial": {"content": "mse", "adversarial": 1e-2},
}


@cache
def world(split: str) -> Enlarging:
    return textures(SIZE, split, count=300)


@cache
def start(seed: int) -> Model:
    """SRResNet after its own training, with which every row begins, as SRGAN does."""
    config = Config(**_NET, steps=800, rate=1e-3, decay_from=0.5)
    return kept(
        "superres start", lambda: SRResNet(config), lambda: world("train"), seed=seed, batch=8, size=SIZE
    )


def _begun(config: GANConfig, seed: int) -> SRGAN:
    method = SRGAN(config)
    method.G.load_state_dict(start(seed).method.G.state_dict())
    if method.given:
        load_net(method.phi.net, SHIPPED_JUDGES / "i2i-feat-v1" / "F.safetensors", "i2i-feat-v1")
    return method


@cache
def net(row: str, seed: int) -> Model:
    config = GANConfig(
        **_NET, side=SIZE, d_width=16, d_dense=256, features="judge", steps=500, rate=2e-4, **LOSSES[row]
    )
    return kept(
        f"superres {row}", lambda: _begun(config, seed), lambda: world("train"), seed=seed, batch=8, size=SIZE
    )


def _of(scores: list[Scores]) -> dict[str, float]:
    return {name: estimate.value for name, estimate in figures(scores).items()}


@cache
def _measured(row: str, seed: int) -> dict[str, float]:
    return _of(each(net(row, seed), world("test").pairs))


def _table(*rows: str) -> Figures:
    found: dict[str, float | list[float]] = {}
    for name, value in _of(each(Bicubic(), world("test").pairs)).items():
        found[f"bicubic | {name}"] = value
    for row in rows:
        for name in _measured(row, SEEDS[0]):
            found[f"{row} | {name}"] = [_measured(row, seed)[name] for seed in SEEDS]
    return found


def perceptual() -> Figures:
    return _table("MSE", "content, second map", "content, last map")


def adversarial() -> Figures:
    return _table("MSE", "content + adversarial", "MSE + adversarial")


def super_resolution() -> Figures:
    """The gallery's nets on the papers' benchmarks, as they come out of `load`."""
    rows = {"bicubic": Bicubic()}
    names = {"SRCNN": "srcnn-photographs", "SRResNet": "srresnet-photographs", "SRGAN": "srgan-photographs"}
    names["content + MSE"] = "srgan-photographs-no-gan"
    rows |= {row: load(name, "cpu") for row, name in names.items() if name in shipped()}
    found: dict[str, float] = {}
    for name in SETS:
        try:
            pairs = benchmark(name).values()
        except DataError as fault:
            raise NotReady(str(fault)) from None
        for row, model in rows.items():
            found |= {f"{row} | {name} {figure}": value for figure, value in _of(each(model, pairs)).items()}
    for row, values in PUBLISHED.items():
        found |= {f"{row}, published | {name} PSNR-Y": value for name, value in values.items()}
    return found


# One net each, so nothing is known of the spread over seeds. What is taken for rng: half a decibel, half the 95 % interval
# of PD-i2i on a card, and a seventh of the gradient energy (.15 in its logarithm).
_DECIBEL, _DISTANCE, _ENERGY = 0.5, 0.015, 0.15


def objective(name: str) -> str:
    """What a recipe of SRGAN minimises: each term of G with its weight."""
    c = GANConfig(**RECIPES[name].config)
    terms = {
        f"content ({c.content} of the feature net)": c.content_weight,
        "squared error": c.pixel,
        "adversarial": c.adversarial,
    }
    return " + ".join(f"{weight:g} {term}" for term, weight in terms.items() if weight)


_BY = "PD-i2i is measured by the very net whose maps are the content loss here, so the gradient energy is the witness that counts"

SUPERRES = {
    "perceptual-against-pixel": Claim(
        "a content loss on a net's maps gives sharper pictures than the squared error, at a lower PSNR",
        Stated(
            "Johnson et al. 2016; SRGAN, Table 2",
            {
                1: "Mean square error can tend to overly smoothen output images",
                2: "Replace L1 Loss with Perceptual Loss",
            },
        ),
        "by the last map: PSNR-Y below that of MSE, and gradient energy nearer to that of real pictures",
        perceptual,
        (
            Comparison("MSE | PSNR-Y", "content, last map | PSNR-Y"),
            nearer("content, last map | energy ratio", "MSE | energy ratio", to=1),
        ),
        12,
        also=_BY,
    ),
    "srgan-against-srresnet": Claim(
        "SRGAN has a lower PSNR than SRResNet, and looks more like real pictures",
        Stated("SRGAN, Table 2", {1: "SR-GAN gets local details fairly more clearly"}),
        "PSNR-Y below that of MSE, gradient energy nearer to that of real pictures, and PD-i2i smaller; and MSE above bicubic "
        "in PSNR-Y",
        adversarial,
        (
            Comparison("MSE | PSNR-Y", "content + adversarial | PSNR-Y"),
            nearer("content + adversarial | energy ratio", "MSE | energy ratio", to=1),
            Comparison("MSE | PD-i2i", "content + adversarial | PD-i2i"),
            Comparison("MSE | PSNR-Y", "bicubic | PSNR-Y"),
        ),
        12,
        also=f"SRGAN is the row content + adversarial, 1 content (second map of the feature net) + .01 adversarial; {_BY}",
    ),
    "super-resolution": Claim(
        "on photographs, too, the adversary costs PSNR and brings the detail back",
        Stated("SRGAN, Table 2", {1: "using a GAN, gives a far sharper generation of the image"}),
        "on Set5, Set14 and BSD100 alike SRGAN's PSNR-Y is below SRResNet's by more than .5 dB, its PD-i2i smaller by more than "
        ".015 and its gradient energy nearer to that of the originals by more than a seventh; and bicubic comes out at 28.43 dB "
        "on Set5, within .1",
        super_resolution,
        (
            *(
                comparison
                for s in SETS
                for comparison in (
                    Comparison(f"SRResNet | {s} PSNR-Y", f"SRGAN | {s} PSNR-Y", margin=_DECIBEL),
                    nearer(f"SRGAN | {s} energy ratio", f"SRResNet | {s} energy ratio", to=1, margin=_ENERGY),
                    Comparison(f"SRResNet | {s} PD-i2i", f"SRGAN | {s} PD-i2i", margin=_DISTANCE),
                )
            ),
            equal("bicubic | Set5 PSNR-Y", "bicubic, published | Set5 PSNR-Y", 0.1),
        ),
        3,
        also=f"SRGAN here: {objective('srgan-photographs')}; content + MSE: {objective('srgan-photographs-no-gan')}; published: "
        "phi54 of VGG-19 + 0.001 adversarial, no squared error; x4, brightness alone, four pixels of border cut; the published nets learned from 350,000 photographs, these from "
        "291; Set14 without one picture",
    ),
}
