"""Networks and objectives against the code that the authors published: the same weights and images in float64, by the
formula of tests/kit/formula.py, must give the same numbers up to rounding.

For a new paper, fetch its authors' code outside this repository, give its networks and inputs the formula's numbers with
`fill`, `numbers` and `by_formula`, and keep what comes out with `facts`, `slope` and `write`: numbers, never code. Then name
the networks in NETS and the paper in OBJECTIVES; where the authors define parameters in another order, say so in `layers`.
Break a padding, a slope, a weight once, and see that the test fails.
"""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from i2i.method import weighted_sum
from i2i.methods import METHODS
from i2i.methods.bicyclegan import Config as BicycleConfig
from i2i.methods.discogan import _unit
from i2i.methods.stargan import Config as StarConfig
from i2i.methods.stargan import Critic, Generator
from i2i.nets.coded import coded_generator
from i2i.nets.dcgan import EncoderDecoder, WholePicture
from i2i.nets.encoder import CodeEncoder
from i2i.nets.layers import instance_norm, transposed
from i2i.nets.patchgan import PatchGAN
from i2i.nets.resnet import ResNetGenerator
from i2i.nets.unet import UNet, with_code
from kit.formula import by_formula, facts, fill, numbers, read, slope

pytestmark = pytest.mark.patient

CLOSE = 1e-10  # relative; what was found is in docs/results.md


def layers(net: nn.Module) -> list[nn.Module]:
    """In the order in which the authors define them: a U-Net's norms behind their layers, which here are lists of their own."""
    return [layer for pair in net.normed() for layer in pair] if isinstance(net, UNet) else [*net.modules()]


def built(key: str, **config) -> nn.Module:
    """A method in float64, its networks filled with the formula's numbers of seed 1, 2, ..."""
    method = METHODS[key](METHODS[key].Config(**config)).double()
    for seed, net in enumerate(method.networks().values(), 1):
        fill(layers(net), seed)
    return method


def one(net: nn.Module, convert=lambda x: x, **options):
    """A network alone, filled with the numbers of seed 0."""

    def run(case: dict) -> list[torch.Tensor]:
        fill(layers(net.double()))
        label = [torch.tensor(case["label"])] if "label" in case else []
        return flat(net(convert(numbers(*case["input"], seed=1)), *label, **options))

    return run


def flat(made) -> list[torch.Tensor]:
    return [made] if isinstance(made, torch.Tensor) else [t for part in made for t in flat(part)]


def sigmoids(made: list[torch.Tensor]) -> list[torch.Tensor]:
    """The authors of DiscoGAN end in a sigmoid, which here belongs to the loss, and keep D's logits 4-D."""
    first = made[0].sigmoid()
    return [first if first.dim() == 4 else first[:, None, None, None], *made[1:]]


def unit_way(source: int, target: int):
    def run(case: dict) -> list[torch.Tensor]:
        method = built("unit")
        code = method.encode(numbers(*case["input"], seed=source), source)
        return [method.decode(code, target), code]

    return run


def unit_judges(case: dict) -> list[torch.Tensor]:
    method = built("unit")
    return [method.judge(numbers(*case["input"], seed=domain), domain) for domain in (1, 2)]


def ost_way(case: dict) -> list[torch.Tensor]:
    method = built("ost", blocks=12)
    code = method.encode(numbers(*case["input"], seed=1), "x")
    return [method.decode(code, "y"), code]


def munit_way(direction: str):
    def run(case: dict) -> list[torch.Tensor]:
        method = built("munit", width=16, critic_width=16)
        x = numbers(*case["input"], seed=1)
        made = method.translate(x, style=numbers(2, 8, seed=2), direction=direction)
        content = (method.Ec_1 if direction == "xy" else method.Ec_2)(x)
        return [made, content, method.style(x, direction="yx" if direction == "xy" else "xy")]

    return run


def munit_judges(case: dict) -> list[torch.Tensor]:
    method = built("munit", width=16, critic_width=16)
    return [logits for D in (method.D_1, method.D_2) for logits in D(numbers(*case["input"], seed=1))]


def bicycle_g(**config) -> nn.Module:
    return METHODS["bicyclegan"](BicycleConfig(width=16, cap=128, depth=6, **config)).G


Z = numbers(1, 8, seed=2)  # a code

NETS = {
    "cyclegan": {
        **{f"ResNet-{n}": lambda c, n=n: one(ResNetGenerator(blocks=n))(c) for n in (9, 6)},
        **{
            f"PatchGAN-{n}": lambda c, n=n: one(PatchGAN(3, layers=n, norm=instance_norm))(c)
            for n in range(5)
        },
    },
    "pix2pix": {
        **{f"U-Net-{2**n}": lambda c, n=n: one(UNet(depth=n), noise=False)(c) for n in (8, 7)},
        **{f"PatchGAN-{n}": lambda c, n=n: one(PatchGAN(6, layers=n))(c) for n in range(5)},
    },
    "stargan": {
        "G": lambda c: one(Generator(StarConfig()))(c),
        "D": lambda c: one(Critic(StarConfig(critic_width=16)))(c),
    },
    "discogan": {
        "G": lambda c: sigmoids(one(EncoderDecoder(64, 0, transposed), _unit)(c)),
        "G, code 100": lambda c: sigmoids(one(EncoderDecoder(64, 100, transposed), _unit)(c)),
        "D": lambda c: sigmoids(one(WholePicture(), _unit)(c)),
    },
    "unit": {"x to y": unit_way(1, 2), "y to x": unit_way(2, 1), "D": unit_judges},
    "ost": {"x to y": ost_way},
    "bicyclegan": {
        "G, all": lambda c: one(bicycle_g(inject="all"), z=Z)(c),
        "G, input": lambda c: one(bicycle_g(inject="input"), lambda x: with_code(x, Z))(c),
        "E": lambda c: one(CodeEncoder(8, 64, 3))(c),
        "D": lambda c: one(METHODS["bicyclegan"](BicycleConfig(depth=1)).D)(c),
    },
    "munit": {"x to y": munit_way("xy"), "y to x": munit_way("yx"), "D": munit_judges},
    "augmented_cyclegan": {
        "G_AB": lambda c: one(coded_generator(16, 32, 3), z=numbers(1, 16, seed=2))(c),
    },
}
OBJECTIVES = (
    "cyclegan",
    "pix2pix",
    "stargan",
    "discogan",
    "unit",
    "ost",
    "bicyclegan",
    "munit",
    "augmented_cyclegan",
)


def difference(made: dict, kept: dict) -> float:
    """The largest of two tensors' facts: of elements and means in units of the root mean square, of the squares relative."""
    assert made["shape"] == kept["shape"]
    scale = math.sqrt(kept["squares"] / math.prod(kept["shape"]))
    pairs = zip([made["mean"], *made["elements"]], [kept["mean"], *kept["elements"]], strict=True)
    return max(abs(made["squares"] / kept["squares"] - 1), *(abs(a - b) / scale for a, b in pairs))


@pytest.mark.parametrize("key, name", [(key, name) for key, nets in NETS.items() for name in nets])
def test_a_network_gives_what_the_authors_gives(key, name):
    case = read(key)["nets"][name]
    with torch.no_grad():
        made = [facts(output) for output in NETS[key][name](case)]
    assert len(made) == len(case["outputs"])
    assert max(difference(*pair) for pair in zip(made, case["outputs"], strict=True)) < CLOSE


@pytest.mark.parametrize("key, name", [(key, name) for key in OBJECTIVES for name in read(key)["objectives"]])
def test_an_objective_and_its_gradients_are_the_authors(key, name):
    """Terms are kept with their weights. "a + b" is their sum, where the authors keep no more; a slope is a sum of squares."""
    case = read(key)["objectives"][name]
    method = built(key, **case["config"])
    batch = {side: numbers(*shape, seed=seed) for seed, (side, shape) in enumerate(case["batch"].items(), 1)}
    if "label" in case:
        batch["label"] = torch.tensor(case["label"])
    turns = method.stages()[case.get("stage", 0)].turns
    for turn, kept in case["turns"].items():
        method.zero_grad()
        with by_formula(case.get("noise", 1.0), case.get("alike", True)):
            terms = turns[turn].loss(batch)
        weights = method.weights(case["step"])
        for names, value in kept["terms"].items():
            made = sum(weights[part] * terms[part] for part in names.split(" + "))
            assert made.item() == pytest.approx(value, rel=CLOSE), names
        total = weighted_sum(terms, weights)
        if "total" in kept:
            assert total.item() == pytest.approx(kept["total"], rel=CLOSE)
        total.backward()
        found = {net: slope(getattr(method, net)) for net in kept.get("slopes", ())}
        assert found == pytest.approx(kept.get("slopes", {}), rel=CLOSE)


@pytest.mark.parametrize("between", ["pairs", "halves"])
def test_distances_and_their_units_are_the_authors(between):
    case = read("distancegan")["objectives"][between]
    method = built("distancegan", width=1, blocks=0, patch_width=1, patch_layers=0, **case["config"])

    def turned(images: torch.Tensor) -> torch.Tensor:
        """The authors' code halves an image at the middle row, the paper and this project at the middle column."""
        return images.transpose(2, 3) if between == "halves" else images

    walks = [numbers(*case["sample"], seed=seed).cumsum(0) / (seed + 2) for seed in (1, 2)]
    method.measure(lambda n: dict(zip("xy", map(turned, walks), strict=True)))
    assert method.units_x.tolist() == pytest.approx(case["units_x"], rel=CLOSE)
    assert method.units_y.tolist() == pytest.approx(case["units_y"], rel=CLOSE)
    x, fake_y = numbers(*case["batch"], seed=3), numbers(*case["batch"], seed=4).requires_grad_()
    terms = method.generator_loss({"x": turned(x), "fake_y": turned(fake_y)})
    assert terms["distance"].item() == pytest.approx(case["distance"], rel=CLOSE)
    terms["distance"].backward()
    assert fake_y.grad.square().sum().item() == pytest.approx(case["slope"], rel=CLOSE)
