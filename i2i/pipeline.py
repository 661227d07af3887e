"""Picture in, picture out: `load` a shipped or exported model and call it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from .checkpoint import CheckpointError, is_export, load_method
from .method import LAYOUTS, Method, lay_out
from .pictures import to_picture, to_rgb, to_tensor

SHIPPED = Path(__file__).resolve().parent.parent / "assets" / "checkpoints"


def shipped() -> list[str]:
    """Names of the models that came with this copy, sorted."""
    return sorted(p.parent.name for p in SHIPPED.glob("*/config.json") if not p.parent.name.startswith("."))


def load(name_or_folder: str | Path, device: str | torch.device = "auto") -> Model:
    """A shipped model by name, or the folder that `train` exported.

    device: "auto" takes a GPU if there is one. Raises CheckpointError with one sentence if it is absent or does not fit.
    """
    folder = Path(name_or_folder)
    if not is_export(folder):
        folder = SHIPPED / str(name_or_folder)
        if "/" in str(name_or_folder) or not is_export(folder):
            raise CheckpointError(
                f"there is no shipped model or folder {str(name_or_folder)!r}; shipped: {', '.join(shipped()) or 'none'}."
            )
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    method, config = load_method(folder)
    return Model(lay_out(method, device), config, folder)


@dataclass
class Placed:
    """Where a picture lies on the net's canvas: the box (left, top, right, bottom) that it fills."""

    x: Tensor
    box: tuple[int, int, int, int]


class Model:
    """A translation model with its weights. Call it with a picture; safe to call from several threads."""

    def __init__(self, method: Method, config: dict, folder: Path):
        self.method, self.size, self.folder = method, config["size"], folder
        self.name, self.card = folder.name, config["card"]
        self.kind: str = config["method"]
        self.controls: tuple[str, ...] = method.controls

    def __repr__(self) -> str:
        return f"<{self.kind} model {self.name!r}, {self.size} px, controls: {', '.join(self.controls)}>"

    @cached_property
    def device(self) -> torch.device:
        return next(self.method.parameters()).device

    def __call__(
        self,
        picture: Image.Image,
        n: int = 1,
        seed: int | None = None,
        direction: str = "xy",
        label=None,
        style=None,
        mask=None,
        scale: float | None = None,
    ) -> Image.Image | list[Image.Image]:
        """Translate one PIL picture; a list when n > 1.

        The picture is fitted into a square of the trained size without distortion, and cropped back afterwards: the
        longer side of the result is size (times scale). seed: sample i is the same for equal seed + i, whatever n is;
        None draws a fresh one. scale: for fully convolutional models, 1 to 4 times the trained size.
        Raises ValueError for a control that the model lacks; PictureError for what is not a picture.
        """
        given = {"direction": direction != "xy", "label": label, "style": style, "mask": mask, "scale": scale}
        for control, value in given.items():
            if value is not None and value is not False and control not in self.controls:
                raise ValueError(f"{self.name} has no control {control!r}; it has: {', '.join(self.controls)}.")
        if not isinstance(n, int) or not 1 <= n <= 64:
            raise ValueError(f"n is the number of samples, 1 to 64; got {n!r}.")
        if scale is not None and not 1 <= scale <= 4:
            raise ValueError(f"scale is a factor from 1 to 4; got {scale!r}.")
        placed = self.place(picture, scale or 1.0)
        seed = secrets.randbelow(2**31) if seed is None else int(seed)
        made = [self._crop(self.translate(placed.x, seed + i), placed.box) for i in range(n)]
        return made if n > 1 else made[0]

    @torch.inference_mode()
    def translate(self, x: Tensor, seed: int) -> Tensor:
        """x [1, C, H, W] in [-1, 1], sides as `place` makes them -> [1, C, H, W] on CPU."""
        x = x.to(self.device, memory_format=LAYOUTS.get(x.dim(), torch.contiguous_format))
        chance = torch.Generator(self.device).manual_seed(seed % 2**63)
        return self.method.translate(x, generator=chance).float().cpu()

    def place(self, picture: Image.Image, scale: float = 1.0) -> Placed:
        """Put a picture, scaled to a longer side of size * scale, in the middle of the smallest square that the net
        takes, and repeat its border outwards."""
        rgb = to_rgb(picture)
        # A multiple of 64 keeps every net here whole at its depth; a U-Net deeper than that needs its own power of two.
        step = min(self.size, 2 ** getattr(self.method.config, "depth", 6))
        longer = round(self.size * scale)
        side = -(-longer // step) * step
        ratio = longer / max(rgb.size)
        w, h = (max(1, round(s * ratio)) for s in rgb.size)
        if (w, h) != rgb.size:
            rgb = rgb.resize((w, h), Image.LANCZOS if ratio < 1 else Image.BICUBIC)
        left, top = (side - w) // 2, (side - h) // 2
        x = F.pad(to_tensor(rgb), (left, side - w - left, top, side - h - top), mode="replicate")
        return Placed(x, (left, top, left + w, top + h))

    @staticmethod
    def _crop(y: Tensor, box: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = box
        return to_picture(y[..., top:bottom, left:right])


def cards() -> dict[str, dict]:
    """config.json of every shipped model, without loading its weights."""
    return {name: json.loads((SHIPPED / name / "config.json").read_text()) for name in shipped()}
