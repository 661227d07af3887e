"""Translating images."""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from pathlib import Path

from ..files import printable, replacing
from ..images import ImageError
from .errors import Failed, Wrong, device_of


def translate_command(options) -> None:
    from PIL import Image

    from ..data.folders import images_in, unreadable
    from ..images import open_image, open_layers
    from ..run.filling import as_hole, told
    from ..run.pipeline import load

    if options.scale is not None and not 1 <= options.scale <= 4:
        raise Wrong(f"--scale is a factor from 1 to 4; got {options.scale}.")
    model = load(options.name, device_of(options.device) or "auto", options.precision)
    if model.method.alone:
        raise Wrong(
            f"{model.name} makes pictures of chance alone, of no input; in Python: i2i.load({model.name!r}).sample(4)."
        )
    for option, asked in (("n", options.n > 1), ("seed", options.seed is not None)):
        if asked and option not in model.controls:
            raise Wrong(f"--{option}: {model.name} leaves nothing to chance, so each picture has one answer.")
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
    label = _label(options.label, model)
    fills = "mask" in model.controls
    if options.mask and not fills:
        raise Wrong(f"--mask: {model.name} has no holes to fill.")
    mask = open_layers(options.mask) if options.mask else None
    folders = [given for given in options.inputs if given.is_dir()]
    files = [p for given in options.inputs for p in (images_in(given) if given in folders else [given])]
    if left := unreadable(folders):
        print(f"i2i translate: {len(files)} used, {left}", file=sys.stderr)
    if not files:
        raise Failed("there are no pictures in the folder(s) given.")
    if fills and not mask and not all(map(_cut, files)):
        raise Wrong(
            f"--mask: {model.name} fills holes: say where, white on black. A picture with its hole cut out needs none."
        )
    targets = _targets(files, options.out, options.n)
    options.out.mkdir(parents=True, exist_ok=True)
    faults = []
    for path in files:
        try:
            # What keeps grey and transparency is given them; for the others an image lies over white.
            image = open_layers(path) if fills or model.method.enlarges > 1 else open_image(path, blank=False)
            hole = as_hole(mask or image, image.size, image) if fills else None
        except ImageError as fault:  # one bad file among many must not lose the others' results
            named = "" if str(fault).startswith(printable(path.name)) else f"{printable(path.name)}: "
            faults.append(f"{named}{fault}")
            print(f"i2i translate: {faults[-1]}", file=sys.stderr)
            continue
        if fills:
            print(f"i2i translate: the mask of {printable(path.name)} {told(hole)}", file=sys.stderr)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # it was just said
                made = model(
                    image,
                    n=options.n,
                    seed=options.seed or 0,
                    scale=options.scale,
                    direction=direction,
                    label=label,
                    mask=Image.fromarray(hole) if fills else None,
                )
        except ImageError as fault:  # a mask that leaves nothing
            faults.append(f"{printable(path.name)}: {fault}")
            print(f"i2i translate: {faults[-1]}", file=sys.stderr)
            continue
        for i, result in enumerate(made if options.n > 1 else [made]):
            with replacing(targets[path][i]) as part:
                result.save(part)
            print(printable(targets[path][i]))
    if faults:
        raise Failed(f"{len(faults)} of {len(files)} picture(s) could not be translated.")


def _label(asked: str | None, model) -> int | str | list[float] | None:
    """The label that a model is given: a domain, or of attributes a 1 for each that is named. Wrong for one it does not know."""
    if "label" not in model.controls:
        if asked is not None:
            raise Wrong(f"--label: {model.name} has one target domain.")
        return None
    names = model.labels
    if getattr(model.method.config, "attributes", False):
        wanted = [name.strip() for name in asked.split(",") if name.strip()] if asked is not None else names
        if asked is None or not set(wanted) <= set(names):
            raise Wrong(
                f"--label: {model.name} knows {', '.join(names)}; name those that are to be seen, with commas between (none: '')."
            )
        return [float(name in wanted) for name in names]
    number = (asked or "").isdecimal() and asked not in names  # a domain may be called "2"
    label = int(asked) if number else asked
    if label is None or label not in (*names, *range(len(names))):
        raise Wrong(
            f"--label: {model.name} goes to {', '.join(names)}; say which, by name or by number from 0."
        )
    return label


def _cut(path: Path) -> bool:
    """Whether an image has a part that can be seen through: it is then its own mask. Of a damaged one that is said later."""
    from ..images import open_layers

    try:
        image = open_layers(path)
    except ImageError:
        return True
    return image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema()[0] < 128


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
