"""Icons: an endless world of small drawn things, the same object in four styles.

A class is a function from coordinates and dice to a list of *parts*, painted back to front; a part is
a signed distance, a colour role and a pen. The four styles read the same parts, so they are aligned to
the pixel: `line` is what a visitor draws, `flat` a sticker, `glossy` an inflated toy with a shadow,
`night` a neon sign. Everything about sample i follows from (seed, i): see `sdf.hash_uniform`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...device import OnDevice
from .. import sdf
from .styles import _LOOK, _PAINT, _SHAPE, PEN, _layers
from .things import CLASSES

STYLES = ("line", "flat", "glossy", "night")
SPLITS = {"train": (0, 2**20), "val": (2**20, 512), "test": (2**20 + 512, 512)}  # first index, length
_FINISH = slice(
    5, 12
)  # of an object's random columns: scheme, hue, value, light and shine; lines tell nothing of them
FINISH = _FINISH.stop - _FINISH.start


def label_of(index: Tensor, seed: int = 0) -> Tensor:
    """Class of each sample: int64, the shape of `index`, values in [0, len(CLASSES))."""
    return (sdf.hash_uniform(seed ^ 0x1ABE1, index, 1)[..., 0] * len(CLASSES)).long()


def _draw(
    index: Tensor,
    styles: tuple[str, ...],
    size: int,
    seed: int,
    label: Tensor,
    pen: list[float],
    device: torch.device | str,
    finish: Tensor | None = None,
) -> list[Tensor]:
    """Several styles of the same objects, one object at a time; the geometry, most of the work, is done once.

    What decides an object is a few numbers, and these stay with the processor: only what is there is drawn.
    """
    u = sdf.hash_uniform(seed, index, _LOOK + _SHAPE)
    if finish is not None:
        u[:, _FINISH] = finish
    out = [torch.empty(len(index), 3, size, size, device=device) for _ in styles]
    with torch.inference_mode():  # hundreds of small steps an object, none of which anyone will differentiate
        for i, (k, numbers) in enumerate(zip(label.tolist(), u.tolist(), strict=True)):
            layers = _layers(CLASSES[k], numbers, size, device)
            for image, style in zip(out, styles, strict=True):
                image[i] = _PAINT[style](layers, pen[i])
    return [image.clamp_(0, 1).mul_(2).sub_(1) for image in out]


def draw(
    index: Tensor,
    style: str,
    size: int = 64,
    seed: int = 0,
    label: Tensor | None = None,
    device: torch.device | str = "cpu",
    finish: Tensor | None = None,
) -> Tensor:
    """Images [B, 3, size, size] in [-1, 1] of the samples `index` (int64 [B]) in one of `STYLES`, drawn on `device`.

    `label` (int64 [B]) asks for classes; None takes each sample's own, `label_of`. The same index and
    label give the same object in every style, at every size and in every batch.

    `finish` (float [B, FINISH] in [0, 1)) gives the same objects other colours and another light; None takes each one's own.
    """
    label = label_of(index, seed) if label is None else label
    return _draw(index, (style,), size, seed, label, [PEN] * len(index), device, finish)[0]


class Icons(OnDevice):
    """Paired data source: `x` and `y` are two styles of the same object.

    Lengths: train 2**20, val and test 512 each; the splits are disjoint ranges of the hashed index. A
    training line drawing comes with a pen of its own width, as visitors' pens do.
    """

    def __init__(
        self, size: int = 64, x: str = "line", y: str = "glossy", seed: int = 0, split: str = "train"
    ):
        if not {x, y} <= set(STYLES):
            raise ValueError(f"styles are {STYLES}, not {x!r} and {y!r}")
        self.size, self.x, self.y, self.seed, self.split = size, x, y, seed, split
        self.first, self._length = SPLITS[split]

    def __len__(self) -> int:
        return self._length

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        """index int64 [B] in [0, len) -> x, y float [B, 3, H, W] in [-1, 1]; label, index int64 [B].

        `generator` is there for the interface: this world takes its randomness from the index alone.
        """
        if len(index) and not 0 <= int(index.min()) <= int(index.max()) < len(self):
            raise IndexError(f"{self.split} has {len(self)} samples")
        where = index + self.first
        label = label_of(where, self.seed)
        pen = [PEN] * len(index)
        if self.split == "train":
            pen = (PEN * (0.8 + 0.6 * sdf.hash_uniform(self.seed ^ 0x9E4, where, 1)[:, 0])).tolist()
        x, y = _draw(where, (self.x, self.y), self.size, self.seed, label, pen, self.device)
        return {"x": x, "y": y, "label": self._sent(label), "index": self._sent(index)}
