"""One training, as a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..assets import CHECKPOINTS
from ..checkpoint import CheckpointError, is_export, load_net, load_vgg
from ..data.public import catalogue
from ..method import Batch, Method
from ..methods import METHODS
from ..train import Source
from .datasets import DATA, VOLUMES, WINDOWS

SHIPPED = CHECKPOINTS
SHIPPED_JUDGES = SHIPPED / "judges"


@dataclass(frozen=True)
class Recipe:
    """One training: `method` and `data` are keys of METHODS and DATA; `config` differs from the method's defaults.

    size: side in pixels.  batch: samples a step.  ema: decay of the exported average.
    showcase: size -> the batch whose translations are shown.  showable: whether its images are ours to show; where they are
    not, sheets stay in the run's folder and the export has none.
    ship: networks exported beside those of inference (a discriminator that a tab looks through).
    shipped: whether the weights come with the gallery; those of a recipe that only fills a row of a table do not.
    minutes: measured on one core of a laptop-class CPU.
    judge: whose weights the method's `given` network has; "vgg19": torchvision's, from where the user keeps them.
    start: a shipped model whose networks this one begins with.
    fit: how images that are not square became so, a name of `images.FITS`.  direction: which of A and B is x.
    """

    method: str
    data: str
    size: int
    config: dict = field(default_factory=dict)
    batch: int = 1
    seed: int = 0
    ema: float = 0.998
    showcase: Callable[[int], Batch] | None = None
    showable: bool = True
    ship: tuple[str, ...] = ()
    shipped: bool = True
    summary: str = ""
    licence: str = ""
    minutes: float | None = None
    failures: tuple[str, ...] = ()
    judge: str = ""
    start: str = ""
    fit: str = "letterbox"
    direction: str = "AB"

    @property
    def shaped(self) -> dict[str, str]:
        """How images become x and y, as an export states it; nothing where there are none."""
        layout = METHODS[self.method].layout
        if layout in VOLUMES:
            return {}
        fit = {} if layout in WINDOWS else {"fit": self.fit}
        return fit | {"direction": self.direction}

    @property
    def facts(self) -> dict[str, str | int]:
        """What a run depends on beside its method, its batches and the images themselves, by the name that a user knows."""
        return {
            "size": self.size,
            **self.shaped,
            "data set": self.data,
            "judge": self.judge,
            "start": self.start,
        }

    def build(self, **changes) -> Method:
        """The method as its training starts, its weights drawn by the recipe's seed; `changes` override fields of its
        config. TypeError on an unknown one."""
        cls = METHODS[self.method]
        method = cls.seeded(cls.Config(**{**self.config, **changes}), self.seed)
        if self.judge == "vgg19" and method.given:
            load_vgg(getattr(method, method.given), catalogue.require("vgg19"))
        elif self.judge and method.given:
            load_net(
                getattr(method, method.given).net, SHIPPED_JUDGES / self.judge / "F.safetensors", self.judge
            )
        if self.start:
            if not is_export(SHIPPED / self.start):
                raise CheckpointError(
                    f"there is no shipped model {self.start!r}, with which this recipe begins."
                )
            for path in sorted((SHIPPED / self.start).glob("*.safetensors")):
                load_net(getattr(method, path.stem), path, self.start)
        return method

    def source(self, split: str = "train", folder=None) -> Source:
        return DATA[self.data](self.size, split, folder)
