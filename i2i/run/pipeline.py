"""Image in, image out: `load` a shipped or exported model and call it."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from ..assets import CHECKPOINTS
from ..checkpoint import SEEN, CheckpointError, is_export, load_method
from ..fast import MEMORY_FORMATS, lay_out
from ..images import fitted, like, to_image, to_tensor
from ..method import DIRECTION, Method
from ..nets.chance import Rng, generators
from .compiled import Compiled, compiled
from .filling import as_hole, fill
from .prepared import bf16_here, prepared
from .tiles import enlarge

SHIPPED = CHECKPOINTS
TOGETHER = 8  # samples that are computed at once
FARTHEST = 1_000  # of a number of a style from 0: farther away nets overflow, and all pictures are one colour

Watch = Callable[[list[Image.Image], float], object]
"""What is told of a translation under way: the answers as they are by now, and the part of the work that is done."""


def shipped() -> list[str]:
    """Names of the models that came with this copy, sorted."""
    return sorted(p.parent.name for p in SHIPPED.glob("*/config.json") if not p.parent.name.startswith("."))


def load(
    name_or_folder: str | Path,
    device: str | torch.device = "auto",
    precision: str = "auto",
    compile: bool = False,  # noqa: A002 (torch's word for it)
) -> Model:
    """A shipped model by name, or the folder that `train` exported; of a folder called like a shipped model write ./NAME.

    device: "auto" takes CUDA if it is there, else the CPU.  precision: "fp32", "bf16", or "auto", which takes bf16 where a probe of
    this device says that it pays; its images differ by a quarter of a grey level on average, MUNIT's by up to two thirds.
    compile: see `Model.compile`. Raises CheckpointError with one sentence if the model is absent or does not fit,
    ValueError for an unknown precision, and for a device that is not there.
    """
    if precision not in ("auto", "bf16", "fp32"):
        raise ValueError(f"unknown precision {precision!r}; there are auto, bf16 and fp32.")
    folder, device = _folder(name_or_folder), _device(device)
    method, config = load_method(folder)
    model = Model(lay_out(method, device), config, folder, precision)
    if compile:
        model.compile()
    return model


def _folder(name_or_folder: str | Path) -> Path:
    """Where the export lies that is meant. CheckpointError if there is none."""
    if not isinstance(name_or_folder, str | os.PathLike):
        raise CheckpointError(f"a model is a name or a folder; got {_short(name_or_folder)}.")
    folder = Path(name_or_folder)
    try:
        there = is_export(folder)
    except (OSError, ValueError):  # longer than a name can be, or with signs that no name has
        raise CheckpointError(f"no folder can be called {_short(name_or_folder)}.") from None
    if name_or_folder in shipped():  # whatever else lies here under that name, such as the run of its recipe
        folder = SHIPPED / str(name_or_folder)
    elif (folder / "export" / "config.json").is_file() and not (folder / "config.json").is_file():
        raise CheckpointError(f"{folder} is the folder of a run; its model is {folder / 'export'}.")
    elif not there:
        folder = SHIPPED / str(name_or_folder)
        if "/" in str(name_or_folder) or not is_export(folder):
            raise CheckpointError(
                f"there is no shipped model or folder {_short(str(name_or_folder))}; shipped: {', '.join(shipped()) or 'none'}."
            )
    return folder


def _device(asked: str | torch.device) -> torch.device:
    """ValueError where there is no such device."""
    try:
        device = torch.device(("cuda" if torch.cuda.is_available() else "cpu") if asked == "auto" else asked)
        torch.empty(0, device=device)
    except (AssertionError, NotImplementedError, RuntimeError, TypeError):  # what torch makes of it
        raise ValueError(f"there is no device {_short(asked)} here; auto takes the best one.") from None
    return device


def _short(wrong: object) -> str:
    """How a wrong value stands in a sentence."""
    told = " ".join(repr(wrong).split())
    return told if len(told) <= 80 else f"{told[:76]} ..."


@dataclass
class Placed:
    """Where an image lies on the net's canvas: the box (left, top, right, bottom) that it fills."""

    x: Tensor
    box: tuple[int, int, int, int]


class Model:
    """A translation model with its weights. Call it with an image; safe to call from several threads.

    `method` is the module that was loaded, for looking into; images come from a copy of it that is ready for
    inference, and after `compile` from a compiled one.
    """

    def __init__(self, method: Method, config: dict, folder: Path, precision: str = "auto"):
        self.method, self.size, self.folder = method, config["size"], folder
        self.name = folder.parent.name if folder.name == "export" else folder.name  # of a run, the run's
        self.card = config["card"]
        self.kind: str = config["method"]
        self.fit: str = config.get(
            "fit", "letterbox"
        )  # how an image that is not square comes into the net's square
        self.direction: str = config.get(
            "direction", "AB"
        )  # of training, in a folder with A and B: BA means that x is B
        self.controls: tuple[str, ...] = tuple(method.controls)
        self.labels: tuple[str, ...] = tuple(self.card.get("labels", ()))
        self.precision = precision
        self._quick: tuple[Method, bool] | None = None
        self._compiled: Compiled | None = None
        self._lock = threading.Lock()

    @cached_property
    def trained_on(self) -> frozenset[str]:
        """`folders.digest` of the files of a user's folder that it was trained on; empty for a shipped model."""
        path = self.folder / SEEN
        return frozenset(path.read_text().split()) if path.is_file() else frozenset()

    def __getstate__(self) -> dict:
        """A copy, or a pickle, makes ready for inference anew."""
        return {k: v for k, v in vars(self).items() if k not in ("_quick", "_compiled", "_lock")}

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state, _quick=None, _compiled=None, _lock=threading.Lock())

    def __repr__(self) -> str:
        return f"<{self.kind} model {self.name!r}, {self.size} px, controls: {', '.join(self.controls)}>"

    @cached_property
    def device(self) -> torch.device:
        return next(self.method.parameters()).device

    def __call__(
        self,
        image: Image.Image,
        n: int = 1,
        seed: int | None = None,
        watch: Watch | None = None,
        **controls,
    ) -> Image.Image | list[Image.Image]:
        """Translate one PIL image; a list when n > 1.

        The image is shaped as those of training were, never squeezed. fit "letterbox": it lies whole in the square, and is
        cropped back afterwards, so the longer side of the result is size (times scale); fit "crop": its middle square is
        translated. A model that enlarges takes it whole, at its own size, and one that fills holes, too: what they make of an
        image is as grey and as transparent as that is, L, LA, RGB or RGBA; other answers are RGB, and are made of the image
        over white. Colours are those of sRGB. seed:
        sample i is the same for equal seed + i, whatever n is; None draws a fresh one. All n are equal where nothing is drawn.
        watch: called as watch(images, done) after each step of a method that takes steps, and else with each answer: up to
        8 of the n images, those that are being made, and the part of all the work that is done, above 0 and up to 1. Where
        it returns False those images are taken as they are, and no further ones are begun: a list may then be shorter
        than n. What it raises ends the call.
        controls: those that the method declares (`Method.controls`), among them direction ("xy" or "yx"), label (a domain,
        by its name in `labels` or its place there; or a list of attributes), scale (of fully convolutional models, 1 to 4
        times the trained size) and mask (an image of the same shape, as `filling.as_hole` reads it; what lies outside the hole
        keeps its size and every bit). None is as good as not given.
        Raises ValueError for a control that the model lacks or a value that it cannot have; ImageError for what is not a
        image.
        """
        given = self._checked(n, controls)
        if self.method.alone:
            raise ValueError(f"{self.name} makes something of nothing but chance: call sample(n, seed).")
        mask, scale = given.pop("mask", None), given.pop("scale", None) or 1.0
        seed = _seed(seed)
        if mask is not None or self.method.enlarges > 1:
            made = []
            for i in range(n):
                if mask is None:
                    made.append(like(enlarge(self, image, seed=seed + i), image))
                else:
                    filled = fill(self, image, mask, scale, seed + i)
                    hole = Image.fromarray(as_hole(mask, filled.size, image))
                    made.append(like(filled, image, hole))
                if watch and watch(made[-1:], (i + 1) / n) is False:
                    break
            return made if n > 1 else made[0]
        placed, asked = self.place(image, scale), self._asked(given)
        made, stopped = [], False
        for first in range(0, n, TOGETHER):
            some = min(TOGETHER, n - first)

            def told(estimate: Tensor, done: float, first: int = first, some: int = some) -> bool:
                nonlocal stopped
                shown = [self._crop(y, placed.box) for y in estimate.float().cpu().split(1)]
                stopped = watch(shown, (first + done * some) / n) is False
                return not stopped

            gradual = {"watch": told} if watch and self.method.gradual else {}
            several = answers(self, placed.x, some, seed + first, **asked, **gradual)
            if watch and not gradual:
                told(several, 1.0)
            made += [self._crop(y, placed.box) for y in several.split(1)]
            if stopped:
                break
        return made if n > 1 else made[0]

    def sample(self, n: int = 1, seed: int | None = None, **controls) -> list:
        """n samples of a method that needs no input: PIL images, or of voxels occupancies, float32 arrays [D, H, W] in [0, 1].

        seed, controls: as of a call. ValueError for a model that only translates, and for controls and values as there.
        """
        if type(self.method).sample is Method.sample:
            raise ValueError(f"{self.name} translates: call it with an image.")
        given = self._checked(n, controls)
        seed = _seed(seed)
        made, asked = [], self._asked(given)
        asked = {k: v.to(self.device) if isinstance(v, Tensor) else v for k, v in asked.items()}
        for first in range(0, n, TOGETHER):
            some = min(TOGETHER, n - first)
            rng = generators(seed + first, some)
            with torch.inference_mode(), self._prepared() as method:
                batch = method.sample(some, rng, **asked)
            made += [
                to_image(one.clamp(-1, 1)) if one.dim() == 4 else one[0, 0].numpy()
                for one in batch.float().cpu().split(1)
            ]
        return made

    @torch.inference_mode()
    def decode(self, styles: Tensor) -> Tensor:
        """What a method without an input makes of each of many styles, all together: float [n, ...] on the CPU, images in
        [-1, 1] or volumes [n, 1, D, H, W] in [0, 1].

        styles: [n, style_size]. ValueError for another shape, and for a model that translates.
        """
        if self.method.layout != "none" or "style" not in self.controls:
            raise ValueError(f"{self.name} makes nothing of a style alone.")
        if styles.dim() != 2 or styles.shape[1] != self.method.style_size:
            raise ValueError(
                f"styles of {self.name} are [n, {self.method.style_size}]; got {list(styles.shape)}."
            )
        with self._prepared() as method:
            return method.sample(len(styles), style=styles.to(self.device)).float().cpu()

    def _checked(self, n: int, controls: dict) -> dict:
        """The controls that are given, each one the method's own and of a right value."""
        declared = self.method.controls
        given = {name: value for name, value in controls.items() if value is not None}
        for name, value in given.items():
            if name in declared:
                declared[name].check(value)
            elif (name, value) != ("direction", "xy"):  # every model goes from x to y
                raise ValueError(
                    f"{self.name} has no control {name!r}; it has: {', '.join(self.controls) or 'none'}."
                )
        if not isinstance(n, Integral) or isinstance(n, bool) or not 1 <= n <= 64:
            raise ValueError(f"n is the number of samples, 1 to 64; got {_short(n)}.")
        for control in declared.values():
            if control.required and control.name not in given:
                raise ValueError(f"{self.name} needs a {control.name}: {control.says}.")
        return {name: value for name, value in given.items() if name in declared}

    def _asked(self, given: dict) -> dict:
        """Controls as the method takes them: a label by its number, a style by its numbers."""
        way = given.get("direction", "xy")
        readers = {"label": self.number, "style": lambda wanted: self.style(wanted, way)}
        declared = self.method.controls
        return {name: readers.get(declared[name].kind, lambda v: v)(value) for name, value in given.items()}

    @torch.inference_mode()
    def style(self, wanted, direction: str = "xy") -> Tensor:
        """A style as the method takes it, [1, style_size] on the CPU: of an image of the target, of a list of numbers, or a
        seed's, drawn from the prior. ValueError for anything else.

        direction: of the translation, where a method has two: with "yx" the target is x.
        """
        DIRECTION.check(direction)
        size, read = self.method.style_size, self.method.reads_styles
        if isinstance(wanted, Image.Image) and read:
            way = {"direction": direction} if "direction" in self.method.controls else {}
            return self.method.style(self.place(wanted).x.to(self.device), **way).float().cpu()
        if isinstance(wanted, Integral) and not isinstance(wanted, bool):
            return self.method.styles(int(wanted), 1)
        try:
            numbers = torch.as_tensor(wanted)
            fine = not numbers.is_complex() and list(numbers.shape) in ([size], [1, size])
            numbers = numbers.float().reshape(1, -1) if fine else torch.empty(1, 0)
        except (TypeError, ValueError, RuntimeError):
            numbers = torch.empty(1, 0)
        if not size or numbers.shape[1] != size or not (numbers.abs() <= FARTHEST).all():
            near = f" of at most {FARTHEST:,}" if numbers.numel() and numbers.isfinite().all() else ""
            raise ValueError(
                f"a style of {self.name} is {'an image, ' if read else ''}a seed{',' if read else ''} or {size} numbers{near}; "
                f"got {_short(wanted)}."
            )
        return numbers

    def number(self, label):
        """The place of a named label; what is no name passes through. ValueError for a name that this model never heard."""
        if not isinstance(label, str):
            return label
        if label not in self.labels:
            raise ValueError(
                f"{self.name} has no label {label!r}; it has: {', '.join(self.labels) or 'none'}."
            )
        return self.labels.index(label)

    @torch.inference_mode()
    def translate(self, x: Tensor, seed: int = 0, **controls) -> Tensor:
        """x [B, C, H, W] in [-1, 1], sides as `place` makes them -> the same, on CPU. controls: those of the method.

        Sample i of a seed is sample 0 of seed + i, on any device. One x in n styles gives n. ValueError for other shapes.
        """
        seed = _seed(seed)
        self._fit(x, controls)
        x = x.to(self.device, memory_format=MEMORY_FORMATS.get(x.dim(), torch.contiguous_format))
        controls = {k: v.to(self.device) if isinstance(v, Tensor) else v for k, v in controls.items()}
        rng, ready = generators(seed, len(x)), self._compiled
        plain = not {k: v for k, v in controls.items() if (k, v) != ("direction", "xy")}
        if ready and plain and ready.shape[1:] == x.shape[1:]:
            made = torch.cat([ready(one, [each]) for one, each in zip(x.split(1), rng, strict=True)])
        else:
            made = self._translate(x, rng, **controls)
        return made.float().clamp(-1, 1).cpu()  # a net without tanh may overshoot

    def _fit(self, x: Tensor, controls: dict) -> None:
        """ValueError where tensors are not of the shapes that the method takes, or there is no such direction."""
        step, style = self.method.multiple, controls.get("style")
        if x.dim() != 4 or any(side < step or side % step for side in x.shape[2:]):
            raise ValueError(
                f"{self.name} takes x [B, C, H, W], sides multiples of {step}; got {list(x.shape)}."
            )
        DIRECTION.check(controls.get("direction") or "xy")
        if isinstance(style, Tensor) and style.is_floating_point():
            several = len(style) if style.dim() == 2 and style.shape[1] == self.method.style_size else 0
            if not several or several != len(x) and 1 not in (several, len(x)):
                raise ValueError(
                    f"{self.name} takes styles [n, {self.method.style_size}], one for each x, or one x or one style for all; "
                    f"got {list(style.shape)} for {len(x)}."
                )

    def _translate(self, x: Tensor, rng: Rng, **controls) -> Tensor:
        """Without compiling."""
        with self._prepared() as method:
            return method.translate(x, generator=rng, **controls)

    @contextmanager
    def _prepared(self) -> Iterator[Method]:
        """The copy that is ready for inference, made at the first use, in the precision that pays."""
        if self._quick is None:
            with self._lock:
                if self._quick is None:
                    bf16 = bf16_here(self.device) if self.precision == "auto" else self.precision == "bf16"
                    self._quick = prepared(self.method, bf16), bf16
        method, bf16 = self._quick
        with torch.autocast(self.device.type, torch.bfloat16, enabled=bf16):
            yield method

    def compile(self) -> threading.Thread:
        """Compile for images of the trained size in the background, and use that once its images are right.

        Compiled is the plain translation, of one image at a time: a call with a label, a style or another control is made as
        before, and so are several answers of a method that codes its input once. A model that has no plain one, since
        it needs a mask or no image at all, stays as it is.
        On a CPU this takes a C++ compiler and about a minute of one core, the first time; the result stays in the user's
        cache. On a GPU it records a graph. Where that fails, or gains nothing, all stays as it was. `join()` the thread to wait.
        """
        thread = threading.Thread(target=self._compile, name=f"compile {self.name}", daemon=True)
        thread.start()
        return thread

    def _compile(self) -> None:
        if self.method.alone or any(control.required for control in self.method.controls.values()):
            return
        x = self.place(Image.new("RGB", (self.size, self.size))).x
        x = torch.rand(x.shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
        x = x.to(self.device, memory_format=MEMORY_FORMATS.get(x.dim(), torch.contiguous_format))
        with torch.inference_mode():
            self._translate(x, generators(0, 1))
        self._compiled = compiled(self._translate, self.folder, x, self._quick[1])

    @property
    def compiled(self) -> bool:
        """Whether images of the trained size now come from compiled code."""
        return self._compiled is not None

    def place(self, image: Image.Image, scale: float = 1.0) -> Placed:
        """Put an image, by the fit of the model's training, in the middle of the smallest square canvas that the net takes
        at size * scale; at a scale of 1 that is the square it was trained on."""
        longer = round(self.size * scale)
        side = -(-longer // self.method.multiple) * self.method.multiple
        canvas, box = fitted(image, longer, self.fit, side)
        return Placed(to_tensor(canvas), box)

    def seen(self, image: Image.Image, scale: float = 1.0) -> Image.Image:
        """The part of an image that a translation of it shows, at the translation's size."""
        placed = self.place(image, scale)
        return self._crop(placed.x, placed.box)

    @staticmethod
    def _crop(y: Tensor, box: tuple[int, int, int, int]) -> Image.Image:
        left, top, right, bottom = box
        return to_image(y[..., top:bottom, left:right])


def _seed(seed: float | None) -> int:
    """A fresh one for None. ValueError for what is no whole number."""
    if seed is None:
        return secrets.randbelow(2**31)
    whole = isinstance(seed, Integral) or (isinstance(seed, float) and seed.is_integer())
    if isinstance(seed, bool) or not whole:
        raise ValueError(f"seed is a whole number; got {seed!r}.")
    return int(seed)


def answers(model: Model, x: Tensor, n: int, seed: int = 0, **controls) -> Tensor:
    """`Model.translate` of one x [1, C, H, W] n times, [n, C, H, W]: what a method with styles codes of x, it codes once."""
    if n > 1 and "style" in model.controls and "style" not in controls:
        return model.translate(x, style=model.method.styles(seed, n), **controls)
    return model.translate(x.expand(n, -1, -1, -1), seed, **controls)


def cards() -> dict[str, dict]:
    """config.json of every shipped model, without loading its weights."""
    return {name: config_of(name) for name in shipped()}


def config_of(name: str) -> dict:
    """config.json of one shipped model."""
    return json.loads((SHIPPED / name / "config.json").read_text())
