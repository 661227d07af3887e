"""What recipes show of their models: inputs that the project owns, or may show."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..data.attributes import Attributes
from ..data.characters import Characters
from ..data.enlarging import reduced
from ..data.holes import Holes
from ..data.worlds.icons import Icons
from ..data.worlds.landscapes import draw as draw_landscapes
from ..data.worlds.portrait import portrait
from ..images import from_bytes, to_bytes, to_image, to_tensor
from ..method import Batch
from ..train import Source


def from_world(source: Callable[..., Source], count: int = 8) -> Callable[[int], Batch]:
    """The first test samples of a procedural world as showcase: inputs that the project owns."""
    return lambda size: source(size, split="test").batch(torch.arange(count))


def seeds(size: int) -> Batch:
    """What is shown of a model without inputs: its shapes of the seeds 0 to 19."""
    return {"index": torch.arange(20)}


def icons_in(x: str, y: str) -> Callable[[int], Batch]:
    """Test icons in two styles as showcase, each object in both."""
    return from_world(lambda size, split: Icons(size, x, y, split=split))


def edits(size: int) -> Batch:
    """Six drawn test faces to be edited."""
    return edited(Attributes(size, split="test"))


def edited(source: Attributes | Characters) -> Batch:
    """The first six images with their labels, and under "wanted", float [K, 6, K], the labels with each attribute the other way."""
    batch = source.batch(torch.arange(6))
    wanted = torch.stack([source.toggled(batch["label"], k) for k in range(len(source.names))])
    return {**batch, "wanted": wanted}


def details(size: int, scale: int = 4) -> Batch:
    """Places of a photograph that may be shown and of landscapes drawn in code, each with what is left of it at
    1/scale of its sides."""
    photograph = portrait()
    corners = ((150, 60), (180, 180), (300, 330), (20, 380))
    places = [photograph.crop((left, top, left + 192, top + 192)) for left, top in corners]
    places += [to_image(p) for p in draw_landscapes(torch.arange(4), "day", 192)]
    x, y = (torch.stack(side) for side in zip(*(reduced(p, scale) for p in places), strict=True))
    return {"x": from_bytes(x), "y": from_bytes(y)}


def pierced(images: Callable[[int], Tensor]) -> Callable[[int], Batch]:
    """Images that may be shown, each with a hole."""

    def showcase(size: int) -> Batch:
        source = Holes(to_bytes(images(size)), size)
        return source.batch(torch.arange(len(source)))

    return showcase


def scenes(size: int) -> Tensor:
    """Places of a photograph that may be shown, and landscapes drawn in code."""
    photograph = portrait().resize((2 * size, 2 * size * 600 // 512))
    places = [
        photograph.crop((left, top, left + size, top + size))
        for left, top in ((60, 10), (10, 120), (100, 140), (128, 30))
    ]
    return torch.cat([*(to_tensor(p) for p in places), draw_landscapes(torch.arange(4), "day", size)])


def landscapes(size: int) -> Batch:
    scenes = torch.arange(8)
    return {"x": draw_landscapes(scenes, "day", size), "y": draw_landscapes(scenes, "dawn", size)}
