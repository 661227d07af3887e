"""What a paper must say about its training, and nothing more: its networks, its losses, whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

Batch = dict[str, Tensor]
Terms = dict[str, Tensor]

adam = partial(torch.optim.Adam, lr=2e-4, betas=(0.5, 0.999), fused=True)
"""Adam with the rates that most translation papers took over from DCGAN; fused is four times as fast on a CPU."""


@dataclass(frozen=True)
class Turn:
    """One optimizer step.

    loss: a batch in, named unweighted scalar terms out; pure (nothing stored, no backward); {} sits the step out.
    trains: names of the networks that it moves; every other network is frozen meanwhile.
    optimizer: parameters -> optimizer.  every: runs on each n-th step.  late: on the last of every n, not on the first.
    rests: sits out each n-th step (0: never).
    after: called as after(batch) once the step is made: weight clipping, image pool, last accuracy.
    """

    loss: Callable[[Batch], Terms]
    trains: tuple[str, ...]
    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer] = adam
    every: int = 1
    late: bool = False
    rests: int = 0
    after: Callable[[Batch], None] | None = None

    def runs(self, step: int) -> bool:
        """Whether it is this turn's at a step of its stage."""
        return step % self.every == (self.every - 1 if self.late else 0) and not (self.rests and step % self.rests == 0)


@dataclass(frozen=True)
class Stage:
    """A stretch of training: `steps` batches, on each of which the turns run in their order.

    begin: called once when the stage starts, never on resume, for fixed statistics, cloned nets, generated sets. It is
    given sample(n), which returns a batch of n training samples (all of them, if there are fewer).
    """

    name: str
    steps: int
    turns: dict[str, Turn]
    begin: Callable[[Callable[[int], Batch]], None] | None = None


class Method(nn.Module):
    """A translation system: networks as attributes in the paper's letters, losses as pure functions of a batch.

    A subclass takes its frozen `Config` and gives `generator_loss`, `discriminator_loss`, `weights` and `translate`;
    one whose training has another rhythm overrides `stages`. What must outlast a step is a registered buffer, changed
    only in `begin` and `after`. A method sees tensors in [-1, 1], never a file, a device name or a user interface.
    """

    Config: type
    inference: tuple[str, ...] = ("G",)  # the networks that `translate` needs: what an export holds
    controls: tuple[str, ...] = ()  # what `translate` understands beside x
    layout: str = "paired"  # of a user's own folder, a key of recipes.LAYOUTS
    given: str = ""  # the network that comes with weights of its own and never learns here (DTN's f, SRGAN's phi)
    enlarges: int = 1  # a translation's sides, in those of x
    formerly: dict = {}  # settings that came later, and what nets had before: exports may not state them, new nets need not repeat them
    reach: int = 0  # of one pixel of the translation, in pixels of x, where x may be cut into tiles

    def __init__(self, config):
        super().__init__()
        self.config = config

    @classmethod
    def seeded(cls, config=None, seed: int = 0) -> Method:
        """The method with the weights that `seed` draws, whatever was drawn before; it leaves no trace on the global stream."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(cls.Config() if config is None else config)

    def generator_loss(self, batch: Batch) -> Terms:
        raise TypeError(f"{type(self).__name__} states its own turns")

    def discriminator_loss(self, batch: Batch) -> Terms:
        raise TypeError(f"{type(self).__name__} states its own turns")

    def weights(self, step: int) -> dict[str, float]:
        """The factor of every term of every turn at this step."""
        raise TypeError(f"{type(self).__name__} must define it")

    def share(self, batch: Batch) -> Batch:
        """What several turns of a step need, made once with its graph: fakes, as a rule. {} lets each turn make its own."""
        return {}

    def learning_rate(self, step: int) -> float:
        """Factor on every optimizer's own rate at this step of the stage."""
        return 1.0

    def stages(self) -> list[Stage]:
        return [
            Stage(
                "train",
                self.config.steps,
                {"D": Turn(self.discriminator_loss, ("D",)), "G": Turn(self.generator_loss, ("G",))},
            )
        ]

    def translate(self, x: Tensor, **controls) -> Tensor:
        """x float [B, C, H, W] in [-1, 1] -> the same in the target domain. Never changes a module's mode."""
        raise TypeError(f"{type(self).__name__} must define it")

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


LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}
"""The memory layout in which convolutions run fastest, by a tensor's dimensions (pictures, voxels)."""


def lay_out(method: Method, device: torch.device | str) -> Method:
    """Move a method to a device, its convolution weights channels-last (`nn.Module.to` refuses where some are 3-D)."""
    method.to(device)
    for p in method.parameters():
        p.data = p.data.contiguous(memory_format=LAYOUTS.get(p.dim(), torch.contiguous_format))
    return method


def weighted_sum(terms: Terms, weights: dict[str, float]) -> Tensor:
    """The number that a turn minimises. A term without a weight is a mistake, not a zero."""
    unknown = sorted(set(terms) - set(weights))
    if unknown:
        raise KeyError(f"no weight for the loss term(s) {', '.join(unknown)}; known: {', '.join(sorted(weights))}")
    return sum(weights[name] * term for name, term in terms.items())


def linear_decay(step: int, steps: int, start: float = 0.5) -> float:
    """1 until `start` of all steps, then linearly towards 0 (reached one step after the last, and kept)."""
    first = int(start * steps)
    return 1.0 if step < first else max(0.0, 1.0 - (step - first) / max(1, steps - first))
