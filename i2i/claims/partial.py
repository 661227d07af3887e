"""Claims about partial supervision: DTN, which is told what to keep, and OST, which sees one image of the source.

DTN's nets turn written digits into moulded ones, OST's flat icons into glossy ones, all at 32 px.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor

from ..data.labelled import Labelled, pen_to_toy
from ..data.unpaired import Unpaired, one_image, unpaired_icons
from ..data.worlds.icons import draw
from ..judges import load_judge
from ..measure.unpaired import everything, report
from ..measure.unpaired import translate as through
from ..methods.cyclegan import Config as CycleConfig
from ..methods.cyclegan import CycleGAN
from ..methods.dtn import DTN
from ..methods.dtn import Config as DTNConfig
from ..methods.ost import OST
from ..methods.ost import Config as OSTConfig
from ..metrics import embed, linear_probe, perceptual_distance
from ..recipes import RECIPES
from ..run.pipeline import Model
from .claim import SEEDS, Claim, Comparison, Figures, Stated
from .kept import kept
from .unpaired_nets import SIZE, enlarged, pair_config

SOURCES = (3, 11, 19, 27, 35)  # places of the one image among the training icons


# -- DTN ------------------------------------------------------------------------------------------------------------

_DTN = {"width": 16, "g_width": 32, "d_width": 24, "f_steps": 600, "steps": 1_200}
_TOLD: dict[str, dict] = {
    "DTN": {},
    "without constancy": {"constancy": 0.0},
    "without identity": {"identity": 0.0},
}


@cache
def digits(split: str) -> Labelled:
    return pen_to_toy(SIZE, split, 4096 if split == "train" else 512)


@cache
def told(row: str, seed: int) -> Model:
    config = DTNConfig(**{**RECIPES["dtn-digits"].config, **_DTN, **_TOLD[row]})
    return kept(
        f"partial {row}", lambda: DTN(config), lambda: digits("train"), seed=seed, batch=32, size=SIZE
    )


def constancy() -> Figures:
    figures: dict[str, list[float]] = {}
    for row in _TOLD:
        for seed in SEEDS:
            found = report(told(row, seed), digits("train"), digits("test"), 512)
            for name in ("class", "identity", "KD-i2i", "likeness"):
                figures.setdefault(f"{row} | {name}", []).append(found[name].value)
    figures["real targets | class"] = found["class of real"].value
    return figures


# -- OST ------------------------------------------------------------------------------------------------------------

_OST = {"width": 24, "blocks": 4, "halvings": 1, "patch_layers": 1, "patch_width": 24}
_AUTOENCODER, _ONE = 1_200, 200


@cache
def icons(split: str) -> Unpaired:
    return unpaired_icons(SIZE, "flat", "glossy", split)


@cache
def autoencoder() -> Model:
    """The first stage, which all sources share."""
    config = OSTConfig(
        **{**RECIPES["ost-icons"].config, **_OST, "autoencoder_steps": _AUTOENCODER, "steps": 1}
    )
    return kept(
        "partial autoencoder",
        lambda: OST(config),
        lambda: icons("train"),
        seed=0,
        batch=2,
        size=SIZE,
        nets=("D_y",),
    )


def _given(config: OSTConfig) -> OST:
    method, ready = OST(config), autoencoder().method
    for name in ("E_y", "G_y", "E_shared", "G_shared", "D_y"):
        getattr(method, name).load_state_dict(getattr(ready, name).state_dict())
    return method


def _first(count: int) -> Unpaired:
    whole = icons("train")
    return Unpaired(whole.x[:count], whole.y, SIZE, move=whole.move)


@cache
def one_shot_net(source: int, selective: bool) -> Model:
    changes = {**_OST, "autoencoder_steps": 0, "steps": _ONE, "selective": selective}
    config = OSTConfig(**{**RECIPES["ost-icons"].config, **changes})
    name = f"partial OST {source}{'' if selective else ' joint'}"
    given = partial(one_image, icons("train"), which=source)
    return kept(name, lambda: _given(config), given, seed=source, batch=2, size=SIZE)


@cache
def cycle_net(source: int | None) -> Model:
    """CycleGAN with one image of the source; None: with the first hundred."""
    config = CycleConfig(**pair_config("cyclegan"))
    name = "partial CycleGAN of 100" if source is None else f"partial CycleGAN {source}"
    given = partial(_first, 100) if source is None else partial(one_image, icons("train"), which=source)
    return kept(name, lambda: CycleGAN(config), given, seed=source or 0, batch=1, size=SIZE)


@cache
def _truth() -> tuple[Tensor, Tensor]:
    """(x, y) float [100, 3, 32, 32]: the same test objects flat and glossy."""
    return everything(icons("test"), 100)


@cache
def _other_codes() -> Tensor:
    return embed(enlarged(_truth()[1]), load_judge())


@cache
def _probe() -> Callable[[Tensor], Tensor]:
    """Tells glossy icons from flat ones, by training images."""
    return linear_probe(*(embed(enlarged(part), load_judge()) for part in everything(icons("train"), 400)))


def _judged(model: Model | None, source: int) -> dict[str, float]:
    """Of the one image: how far from its partner, the partner's place among a hundred glossy icons, and whether it is
    taken for glossy; of images that nobody showed: how far. None: no translation."""
    judge = load_judge()
    x, y = (draw(torch.tensor([source]), style, SIZE) for style in ("flat", "glossy"))
    unseen, wanted = _truth()
    made, others = (x, unseen) if model is None else (through(model, x), through(model, unseen))
    codes, mine = torch.cat([_other_codes()[:99], embed(enlarged(y), judge)]), embed(enlarged(made), judge)
    centre = codes.mean(0)
    near = torch.cosine_similarity(mine - centre, codes - centre)
    with torch.no_grad():
        far, beyond = (
            perceptual_distance(enlarged(a), enlarged(b), judge).mean().item()
            for a, b in ((made, y), (others, wanted))
        )
    return {
        "partner L1": (made - y).abs().mean().item(),
        "PD-i2i": far,
        "place of the partner among 100": float((near >= near[-1]).sum()),
        "likeness": _probe()(mine).double().mean().item(),
        "partner L1, unseen pictures": (others - wanted).abs().mean().item(),
        "PD-i2i, unseen pictures": beyond,
    }


def one_shot() -> Figures:
    rows = {
        "no translation": lambda k: None,
        "OST, one picture": lambda k: one_shot_net(k, True),
        "OST, moving the shared layers": lambda k: one_shot_net(k, False),
        "CycleGAN, one picture": lambda k: cycle_net(k),
        "CycleGAN, 100 pictures": lambda k: cycle_net(None),
    }
    figures: dict[str, list[float]] = {}
    for row, net in rows.items():
        for k in SOURCES:
            for name, value in _judged(net(k), k).items():
                figures.setdefault(f"{row} | {name}", []).append(value)
    return figures


PARTIAL = {
    "constancy-keeps-content": Claim(
        "f-constancy keeps the content: without it the digit is lost",
        Stated("DTN, Table 1"),
        "the translated digit is read rightly more often with all terms than without constancy",
        constancy,
        (Comparison("DTN | class", "without constancy | class"),),
        19,
        also="class: share of written test digits whose translation a linear reader of moulded digits reads rightly (chance .1)",
    ),
    "one-shot": Claim(
        "one picture is enough for OST, and not for CycleGAN; the shared layers must not move for it",
        Stated("OST, section 4", {2: "we have only a single sample in the input domain!"}),
        "what becomes of the one picture is nearer to its true partner (PD-i2i) by OST than the picture itself, than by "
        "CycleGAN given the same picture, and than by OST when that picture moves the shared layers",
        one_shot,
        tuple(
            Comparison(f"{row} | PD-i2i", "OST, one picture | PD-i2i")
            for row in ("no translation", "CycleGAN, one picture", "OST, moving the shared layers")
        ),
        13,
        also="flat icons to glossy ones; five source pictures, one net each, and the spread is over them; the last columns are of a "
        "hundred pictures that no net was shown",
    ),
}  # fmt: skip
