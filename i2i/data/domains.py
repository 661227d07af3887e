"""Several sets of images, told apart by a label: which domain an image belongs to, and nothing of any partner.

Where every object exists in all domains (drawing styles), each domain's training images show objects of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from ..images import from_bytes, printable, to_bytes
from . import emoji
from .device import OnDevice
from .folders import DataError, existing, folders_in, home, note, stacked, taken
from .unpaired import Unpaired, mirrored
from .worlds.icons import Icons


class Domains(OnDevice):
    """images: uint8 [N_k, 3, size, size] of each domain k; names: what the domains are called, in that order.

    partners: image i shows the same thing in every domain, for the evaluator.  move: as in `Unpaired`.
    batch: {"x": float [B, 3, size, size] in [-1, 1], "label", "index": int64 [B]}; positions run through the domains.
    """

    layout = "classes"

    def __init__(
        self,
        images: list[Tensor],
        names: tuple[str, ...],
        partners: bool = False,
        move: Callable[[Tensor, torch.Generator | None], Tensor] | None = None,
    ):
        if len(images) < 2:
            raise DataError(
                f"{len(images)} domain(s): there is nothing to translate between; give at least two."
            )
        for name, part in zip(names, images, strict=True):
            if not len(part):
                raise DataError(f"the domain {name} is empty.")
        self.images, self.names, self.partners, self.move = images, tuple(names), partners, move
        self.size = images[0].shape[-1]
        self._all = torch.cat(images)
        self._label = torch.repeat_interleave(
            torch.arange(len(images)), torch.tensor([len(p) for p in images])
        )

    def __len__(self) -> int:
        return len(self._all)

    @property
    def facts(self) -> dict[str, int]:
        """What the images say of a method's config."""
        return {"domains": len(self.names)}

    def fewest(self) -> int:
        """Images of the smallest domain."""
        return min(map(len, self.images))

    def batch(self, index: Tensor, generator: torch.Generator | None = None) -> dict[str, Tensor]:
        x = from_bytes(self._all[self._sent(index)])
        if self.move and generator is not None:
            x = self.move(x, generator)
        return {"x": x, "label": self._sent(self._label[index]), "index": self._sent(index)}

    def to(self, device: torch.device | str) -> Domains:
        some = super().to(device)
        some.images = list(some._all.split([len(p) for p in self.images]))  # not a second copy there
        return some

    def shown(self) -> list[Tensor]:
        return self.images

    def only(self, *kept: Tensor) -> Domains:
        """The same source with those images alone; of partners, with what is kept in every domain."""
        kept = [torch.stack(kept).all(0)] * len(kept) if self.partners else kept
        images = [part[k] for part, k in zip(self.images, kept, strict=True)]
        return Domains(images, self.names, self.partners, self.move).to(self.device)

    def pair(self, x: str | int, y: str | int) -> Unpaired:
        """Two of the domains, as a method for two sees them."""
        i, j = (self.names.index(name) if isinstance(name, str) else name for name in (x, y))
        return Unpaired(self.images[i], self.images[j], self.size, self.partners, self.move).to(self.device)


def emoji_domains(
    root: str | Path, names: tuple[str, ...], size: int = 64, split: str = "train", by: str = "family"
) -> Domains:
    """Drawing styles. train: each concept in one of the styles alone; val and test: each in all of them.

    by: how the concepts are shared out, see `emoji.concepts`.
    """
    entries = emoji.concepts(root, split, by)
    if split != "train":
        return Domains([emoji.style(root, name, entries, size) for name in names], names, partners=True)
    parts = emoji.parts(entries, len(names), by)
    return Domains(
        [emoji.style(root, name, part, size) for name, part in zip(names, parts, strict=True)],
        names,
        move=emoji.moved,
    )


def icon_domains(size: int, names: tuple[str, ...], split: str = "train", count: int = 1024) -> Domains:
    """Styles of the procedural icons, drawn once. train: `count` objects of its own for each; val and test: the same 512."""
    images = []
    for i, name in enumerate(names):
        objects = torch.arange(count) + i * count if split == "train" else torch.arange(512)
        world = Icons(size, name, name, split=split)
        images.append(to_bytes(torch.cat([world.batch(part)["x"] for part in objects.split(64)])))
    return Domains(images, names, partners=split != "train", move=mirrored if split == "train" else None)


def domains(
    root: str | Path, size: int, split: str = "train", direction: str = "AB", fit: str = "letterbox",
    seen: frozenset[str] | None = None,
) -> Domains:  # fmt: skip
    """A user's folder of folders, one for each domain, in a layout of `folders.home`.

    val is a tenth of train by hash, and serves as test where no part is held out. Grey images become RGB.  fit, seen: as in
    `fitted` and `chosen`.  Raises DataError with one sentence.
    """
    root = existing(root, split, direction, fit)
    train, _ = home(root, "train")
    folders = folders_in(train)
    if len(folders) < 2:
        raise DataError(f"{train} holds {len(folders)} folder(s): give one for each domain, at least two.")
    files = [taken(*home(root, split, folder.name), split, seen) for folder in folders]
    source = Domains(
        list(stacked(files, size, fit)),
        tuple(printable(f.name) for f in folders),
        move=mirrored if split == "train" else None,
    )
    return note(source, zip(sum(files, []), strict=True))
