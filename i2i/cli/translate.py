"""Translating images."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from ..files import printable, replacing
from ..images import ImageError
from .errors import Failed, Wrong


def translate_command(options) -> None:
    import torch

    from ..data.folders import images_in
    from ..images import open_image
    from ..run.pipeline import load

    if options.scale is not None and not 1 <= options.scale <= 4:
        raise Wrong(f"--scale is a factor from 1 to 4; got {options.scale}.")
    if options.device != "auto":
        try:
            torch.zeros(1, device=options.device)
        except (RuntimeError, AssertionError):
            raise Wrong(f"there is no device {options.device!r} here; cpu always is.") from None
    model = load(options.name, options.device)
    if options.scale is not None and "scale" not in model.controls:
        raise Wrong(f"--scale: {model.name} makes pictures of its own size only.")
    direction = options.direction or "xy"
    if direction in ("AB", "BA"):
        direction = "xy" if direction == model.direction else "yx"
    if direction != "xy" and "direction" not in model.controls:
        way = " to ".join(model.direction)
        raise Wrong(
            f"--direction: {model.name} goes from {way} and has no way back."
            if options.direction != "yx"
            else f"--direction: {model.name} has no way back."
        )
    number = (
        options.label or ""
    ).isdecimal() and options.label not in model.labels  # a domain may be called "2"
    label = int(options.label) if number else options.label
    if label is not None and "label" not in model.controls:
        raise Wrong(f"--label: {model.name} has one target domain.")
    if "label" in model.controls and (
        label is None or label not in (*model.labels, *range(len(model.labels)))
    ):
        raise Wrong(
            f"--label: {model.name} goes to {', '.join(model.labels)}; say which, by name or by number from 0."
        )
    if (options.mask is None) == ("mask" in model.controls):
        raise Wrong(
            f"--mask: {model.name} "
            + ("has no holes to fill." if options.mask else "fills holes: say where, white on black.")
        )
    mask = _mask(options.mask) if options.mask else None
    files = [p for given in options.inputs for p in (images_in(given) if given.is_dir() else [given])]
    if not files:
        raise Failed("there are no pictures in the folder(s) given.")
    targets = _targets(files, options.out, options.n)
    options.out.mkdir(parents=True, exist_ok=True)
    faults = []
    for path in files:
        try:
            image = open_image(path)
        except ImageError as fault:  # one bad file among many must not lose the others' results
            faults.append(str(fault))
            print(f"i2i translate: {fault}", file=sys.stderr)
            continue
        try:
            made = model(
                image,
                n=options.n,
                seed=options.seed,
                scale=options.scale,
                direction=direction,
                label=label,
                mask=mask,
            )
        except ImageError as fault:  # a mask of another shape, or one that leaves nothing
            faults.append(f"{printable(path.name)}: {fault}")
            print(f"i2i translate: {faults[-1]}", file=sys.stderr)
            continue
        for i, result in enumerate(made if options.n > 1 else [made]):
            with replacing(targets[path][i]) as part:
                result.save(part)
            print(printable(targets[path][i]))
    if faults:
        raise Failed(f"{len(faults)} of {len(files)} picture(s) could not be translated.")


def _mask(path: Path):
    """A mask as it lies in its file: what is transparent in it is no hole, and `open_image` would lay it over white."""
    from PIL import Image

    from ..images import open_image

    open_image(path)  # says what is wrong with a file
    with Image.open(path) as mask:
        return mask.copy()


def _targets(files: list[Path], out: Path, n: int) -> dict[Path, list[Path]]:
    """Where the n results of each file go; Wrong, before any work, if one would replace an input or another's result."""
    kinds = Counter(p.with_suffix("") for p in set(files))
    # a.png beside a.jpg: a-png.png and a-jpg.png.
    names = {p: p.stem if kinds[p.with_suffix("")] == 1 else p.name.replace(".", "-") for p in files}
    targets = {p: [out / f"{names[p]}{f'-{i + 1}' if n > 1 else ''}.png" for i in range(n)] for p in files}
    inputs, owner = {os.path.realpath(p) for p in files}, {}  # unlike Path.resolve, it bears a link to itself
    for path, results in targets.items():
        for target in results:
            if os.path.realpath(target) in inputs:
                raise Wrong(f"the result for {path} would replace the input {target}: give another --out.")
            if owner.setdefault(target, path) != path:
                raise Wrong(
                    f"{owner[target]} and {path} would both be written to {target}: translate them apart."
                )
    return targets
