"""What a paper must say about its training, and nothing more: its networks, its losses, whose turn it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import settings
from .losses import Named
from .nets.chance import Rng, generators, normal

Batch = dict[str, Tensor]
Terms = dict[str, Tensor]

adam = partial(torch.optim.Adam, lr=2e-4, betas=(0.5, 0.999), fused=True)
"""Adam with the rates that most translation papers took over from DCGAN; fused is four times as fast on a CPU."""


class Unfit(ValueError):
    """Data, or a batch, that a method cannot learn from; the message is one sentence."""


@dataclass(frozen=True)
class Turn:
    """One optimizer step.

    loss: a batch in, named unweighted scalar terms out; pure (nothing stored, no backward). {} sits the step out, and only
    the config may decide so: what the data say is for `when`.
    trains: names of the networks that it moves; every other network is frozen meanwhile.
    optimizer: parameters -> optimizer.  every: runs on each n-th step.  late: on the last of every n, not on the first.
    rests: sits out each n-th step (0: never).
    when: called once before a step; a bool tensor without dimensions, False sits the step out (a D that is too good).
    clip: the largest norm of the gradient over all that the turn moves (0: any).
    after: called as after(batch, terms) once the step is made: weight clipping, image pool, last accuracy. The terms are
    detached. What it changes are buffers and weights, in place.
    """

    loss: Callable[[Batch], Terms]
    trains: tuple[str, ...]
    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer] = adam
    every: int = 1
    late: bool = False
    rests: int = 0
    when: Callable[[], Tensor] | None = None
    clip: float = 0.0
    after: Callable[[Batch, Terms], None] | None = None

    def runs(self, step: int) -> bool:
        """Whether it is this turn's at a step of its stage."""
        return step % self.every == (self.every - 1 if self.late else 0) and not (
            self.rests and step % self.rests == 0
        )


@dataclass(frozen=True)
class Stage:
    """A stretch of training: `steps` batches, on each of which the turns run in their order.

    begin: called once when the stage starts, never on resume, for fixed statistics, cloned nets, generated sets. It is
    given sample(n), which returns a batch of n training samples (all of them, if there are fewer).
    learning_rate, weights: this stage's own, functions of its step; None takes the method's.
    """

    name: str
    steps: int
    turns: dict[str, Turn]
    begin: Callable[[Callable[[int], Batch]], None] | None = None
    learning_rate: Callable[[int], float] | None = None
    weights: Callable[[int], dict[str, float]] | None = None

    def schedule(self, method: Method) -> Callable[[int], tuple[float, dict[str, float]]]:
        """(factor on learning rates, weights of terms) at a step of this stage: its own, or the method's."""
        rate, weights = self.learning_rate or method.learning_rate, self.weights or method.weights
        return lambda step: (rate(step), weights(step))


@dataclass(frozen=True)
class Symbol:
    """How a paper writes one term of its objective.

    latex: without dollar signs.  equation: where it stands in the paper ("eq. 2"; "" where it has no number).
    nets: those that the term needs; a loss leaves it out where one of them was not loaded.
    role: "adversarial", "reconstruction", "classification" or "" (anything else), which a page gives a colour.
    way: "xy" or "yx" for a term that belongs to one direction of translation.
    """

    latex: str
    equation: str = ""
    nets: tuple[str, ...] = ()
    role: str = ""
    way: str = ""


def judged(logits: str, adversarial: str, real: bool, **facts) -> Symbol:
    """The symbol of a discriminator's term, by the name of its loss in `losses.ADVERSARIAL`. logits: LaTeX, "D(G(x))".
    facts: further fields of the Symbol."""
    forms = Named(
        {
            "log": rf"-\log {logits}" if real else rf"-\log(1 - {logits})",
            "least-squares": rf"({logits} - 1)^2" if real else rf"{logits}^2",
        }
    )
    return Symbol(forms[adversarial], role="adversarial", **facts)


@dataclass(frozen=True)
class Control:
    """One thing that a visitor may ask of a translation beside the image.

    kind: "choice" (one of `choices`), "number" (`low` to `high`), "label" (a domain or attributes), "image", or "style"
    (an image, numbers of `style_size`, or a seed).
    says: what a right value is, for the sentence about a wrong one.  required: there is no translation without it.
    whole: a number without a fraction.
    """

    name: str
    kind: str
    says: str
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    required: bool = False
    whole: bool = False

    def check(self, value: object) -> None:
        """ValueError, in one sentence, where a value is none of this control's."""
        if self.kind == "choice":
            fine = value in self.choices
        elif self.kind == "number":
            fine = (
                isinstance(value, Real)
                and not isinstance(value, bool)
                and self.low <= cast(float, value) <= self.high
                and (not self.whole or float(value).is_integer())
            )
        else:
            fine = True  # what it may be, the method itself knows
        if not fine:
            raise ValueError(f"{self.name} is {self.says}; got {value!r}.")


DIRECTION = Control("direction", "choice", '"xy" or "yx"', choices=("xy", "yx"))
SCALE = Control("scale", "number", "a factor from 1 to 4", low=1, high=4)
SEED = Control(
    "seed", "number", "a whole number: equal seeds give equal samples", low=-math.inf, high=math.inf
)
SAMPLES = Control("n", "number", "the number of samples, 1 to 64", low=1, high=64)
LABEL = Control(
    "label", "label", "a domain, by its name or its place among the labels, or a list of attributes"
)
STYLE = Control("style", "style", "an image, a list of numbers, or a seed")
MASK = Control("mask", "image", "an image of the same shape, white where the hole is", required=True)


def controls(*declared: Control) -> dict[str, Control]:
    """What a method declares, by name."""
    return {control.name: control for control in declared}


@dataclass(frozen=True)
class Fit:
    """How a method is trained on a user's own folder. config: fields that differ from the method's defaults; the rest as in
    `recipes.Recipe`."""

    config: dict
    batch: int = 4
    ema: float = 0.998
    start: str = ""
    judge: str = ""


class Method(nn.Module):
    """A translation system: networks as attributes in the paper's letters, losses as pure functions of a batch.

    A subclass takes its frozen `Config` and gives `generator_loss`, `discriminator_loss`, `weights`, `symbols`, `fit` and
    `translate`; one whose training has another rhythm overrides `stages`. What must outlast a step is a registered
    buffer, changed only in `begin` and `after`. A method sees tensors in [-1, 1], never a file, a device name or a user
    interface.
    """

    Config: type
    inference: tuple[str, ...] = ("G",)  # the networks that `translate` needs: what an export holds
    controls: dict[str, Control] = {}  # what `translate` understands beside x
    symbols: dict[str, Symbol] = {}  # of every term of every loss
    shared: tuple[str, ...] = ()  # keys that `fakes` adds to a batch
    layout: str = "paired"  # of a user's own folder, a key of recipes.READERS; "none": of volumes
    alone: bool = False  # whether there is no x to translate, only `sample`
    given: str = (
        ""  # the network that comes with weights of its own and never learns here (DTN's f, SRGAN's phi)
    )
    least_batch: int = 1  # samples that a step wants, in each process
    enlarges: int = 1  # a translation's sides, in those of x
    multiple: int = 1  # what the sides of x must be divisible by
    formerly: dict = {}  # settings that came later, and what nets had before: exports may not state them, new nets need not repeat them
    free: tuple[
        str, ...
    ] = ()  # fields that `fit` sets by the images, and that may be another number all the same
    lengths: tuple[str, ...] = ("steps",)  # the fields of the config that count steps of training
    style_size: int = 0  # numbers in a style, of methods with the control "style"
    reader: tuple[
        str, ...
    ] = ()  # the networks that read a style from an image, where a config may leave them out
    gradual: bool = False  # whether `translate` takes steps, and `watch`, which is told of each
    reach: int = 0  # of one pixel of the translation, in pixels of x, where x may be cut into tiles

    def __init__(self, config):
        """ValueError for a config of which no method can be built."""
        super().__init__()
        settings.check(config)
        self.config = config

    @classmethod
    def seeded(cls, config=None, seed: int = 0) -> Method:
        """The method with the weights that `seed` draws, whatever was drawn before; it leaves no trace on the global stream."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(cls.Config() if config is None else config)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """How to train on a user's own folder, on a laptop.

        size: side of the images in pixels.  facts: what the images say, "domains" or "classes" (how many), where they do.
        """
        raise TypeError(f"{cls.__name__} must define it")

    @classmethod
    def scaled(cls, config, factor: float):
        """The config with every stretch of its training `factor` times as long; what is 0 stays out, all else keeps a step."""
        counts = {name: getattr(config, name) for name in cls.lengths}
        return replace(config, **{name: max(1, round(n * factor)) if n else 0 for name, n in counts.items()})

    @classmethod
    def last_stage(cls) -> dict:
        """Fields of the config with which the last stage stands alone: what earlier ones teach is taken as given."""
        return {}

    def generator_loss(self, batch: Batch) -> Terms:
        raise TypeError(f"{type(self).__name__} states its own turns")

    def discriminator_loss(self, batch: Batch) -> Terms:
        raise TypeError(f"{type(self).__name__} states its own turns")

    def weights(self, step: int) -> dict[str, float]:
        """The factor of every term of every turn at this step."""
        raise TypeError(f"{type(self).__name__} must define it")

    def loaded(self, *nets: str) -> bool:
        """Whether these networks are here: an export leaves out those that a translation does not need."""
        return all(getattr(self, net, None) is not None for net in nets)

    def fakes(self, batch: Batch) -> Batch:
        """What several turns of a step need, made once with its graph, under the names of `shared`: {} where nothing is."""
        return {}

    def complete(self, batch: Batch) -> Batch:
        """The batch with its fakes: those that the trainer put in, or, in a notebook or a test, freshly made ones."""
        return batch if all(key in batch for key in self.shared) else batch | self.fakes(batch)

    def learning_rate(self, step: int) -> float:
        """Factor on every optimizer's own rate at this step of the stage: 1, or falling where the config says from where."""
        c = self.config
        return linear_decay(step, c.steps, c.decay_from) if hasattr(c, "decay_from") else 1.0

    def optimizer(self, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
        """Adam at the config's rate."""
        return adam(parameters, lr=self.config.rate)

    def stages(self) -> list[Stage]:
        """One stage in which D and G take turns."""
        turns = {
            "D": Turn(self.discriminator_loss, ("D",), self.optimizer),
            "G": Turn(self.generator_loss, ("G",), self.optimizer),
        }
        return [Stage("train", self.config.steps, turns)]

    def translate(self, x: Tensor, **controls) -> Tensor:
        """x float [B, C, H, W] in [-1, 1] -> the same in the target domain. Never changes a module's mode.

        A method with the control "style" takes styles [n, style_size], too: one x in n styles gives n answers.
        A gradual method takes `watch`, too. It is called after each step as watch(estimate, done): what the answers are
        likely to be, [B, C, H, W] in [-1, 1], and the part of all steps that is done. Where it returns False, the estimate
        is the answer.
        """
        raise TypeError(f"{type(self).__name__} must define it")

    def sample(self, n: int, rng: Rng = None, **controls) -> Tensor:
        """For methods without x (`alone`), and those that need none: n samples, float [n, C, H, W] in [-1, 1], or voxels
        [n, 1, D, H, W] in [0, 1]. rng: a generator for each."""
        raise TypeError(f"{type(self).__name__} has no samples without an input")

    @property
    def reads_styles(self) -> bool:
        """Whether `style` reads one from an image; others that take styles have them as numbers and seeds alone."""
        return type(self).style is not Method.style and self.loaded(*self.reader)

    def style(self, image: Tensor, **way: str) -> Tensor:
        """The style of images [B, C, H, W] of the target, [B, style_size]. A method with the control "direction" takes it
        here, too: with "yx" the images are x."""
        raise TypeError(f"{type(self).__name__} reads no style from an image")

    def styles(self, seed: int, n: int) -> Tensor:
        """n styles of the prior N(0, 1), float32 [n, style_size] on the CPU; style i of a seed is style 0 of seed + i."""
        return normal(torch.Size([n, self.style_size]), generators(seed, n), torch.device("cpu"))

    def example(self, count: int, side: int) -> Batch:
        """Noise in the shape of a batch, with all that a layout may promise: what is measured and tested with, where no data
        are. side: of y, in pixels; x is smaller where the method enlarges."""
        x, y = (
            torch.rand(count, 3, s, s, generator=torch.Generator().manual_seed(i)) * 2 - 1
            for i, s in enumerate((side // self.enlarges, side), 1)
        )
        hole = torch.zeros(count, 1, side, side)
        hole[..., side // 4 : 3 * side // 4, side // 4 : 3 * side // 4] = 1
        place = torch.arange(count)
        cell = {"style": place % 2, "content": place // 2 % 3}
        label = place % 2
        if getattr(
            self.config, "attributes", False
        ):  # vectors of yes and no, in place of one domain of several
            label = ((place[:, None] + torch.arange(self.config.domains)) % 2).float()
        return {"x": x, "y": y, "mask": hole, "label": label, **cell, "index": place}

    def show(self, showcase: Batch) -> list[list[Tensor]]:
        """Groups of rows for a sheet, float [N, C, H, W]: x and what becomes of it, in four styles where there are any; the
        same of y, where there is a way back."""
        looks = [{"style": s} for s in self.styles(0, 4).split(1)] if "style" in self.controls else [{}]
        if "direction" in self.controls:
            return [
                [showcase[a], *(self.translate(showcase[a], direction=way, **look) for look in looks)]
                for a, way in (("x", "xy"), ("y", "yx"))
            ]
        x = showcase["x"]
        # What is to be enlarged is shown as the blocks that it has.
        return [
            [F.interpolate(x, scale_factor=self.enlarges), *(self.translate(x, **look) for look in looks)]
        ]

    def networks(self) -> dict[str, nn.Module]:
        """Every network by its letter, in the order of definition; a module without parameters (a pool) is none."""
        return {name: net for name, net in self.named_children() if any(True for _ in net.parameters())}


@contextmanager
def frozen(*nets: nn.Module) -> Iterator[None]:
    """Stop gradients into these networks' weights; gradients still flow through them to their inputs."""
    parameters = [p for net in nets for p in net.parameters() if p.requires_grad]
    for p in parameters:
        p.requires_grad_(False)
    try:
        yield
    finally:
        for p in parameters:
            p.requires_grad_(True)


def weighted_sum(terms: Terms, weights: Mapping[str, float | Tensor]) -> Tensor:
    """The number that a turn minimises. A term without a weight is a mistake, not a zero."""
    unknown = sorted(set(terms) - set(weights))
    if unknown:
        raise KeyError(
            f"no weight for the loss term(s) {', '.join(unknown)}; known: {', '.join(sorted(weights))}"
        )
    first, *rest = (weights[name] * term for name, term in terms.items())
    return sum(rest, start=first)


def halvings(side: int) -> int:
    """How often a side can be halved before it is 1, or odd."""
    return 0 if side % 2 else 1 + halvings(side // 2)


def linear_decay(step: int, steps: int, start: float = 0.5) -> float:
    """1 until `start` of all steps, then linearly towards 0 (reached one step after the last, and kept)."""
    first = int(start * steps)
    return 1.0 if step < first else max(0.0, 1.0 - (step - first) / max(1, steps - first))
