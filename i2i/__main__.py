"""The command line: python -m i2i list | data | train | translate | evaluate | claims | bench."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from .data.folders import DataError, TooFew
from .files import replacing
from .pictures import FITS, PictureError

RUNS = Path("runs")


class Wrong(Exception):
    """A wrong argument: exit 2."""


class Failed(Exception):
    """Work that could not be done: exit 1."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 2 a wrong argument, 1 a failure, with one sentence on stderr."""
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if rest and options.run is not _train:
        parser.error(f"unknown argument {rest[0]!r}; see python -m i2i {options.command} --help")
    options.rest = rest
    try:
        options.run(options)
    except Wrong as wrong:
        print(f"i2i {options.command}: {wrong}", file=sys.stderr)
        return 2
    except (Failed, DataError, PictureError) as fault:
        print(f"i2i {options.command}: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:  # a training says where it stopped; what else runs here starts anew
        idle = "stopped before its first step; nothing was lost." if options.run is _train else "stopped."
        print(f"\ni2i {options.command}: {str(stop) or idle}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `| head` closed our output: not a fault
        sys.stderr.close()
        return 0
    except OSError as fault:  # a full disk, a folder that may not be written, a file where a folder should be
        if not fault.strerror:
            raise
        print(f"i2i {options.command}: {fault.filename or 'a file'}: {fault.strerror}", file=sys.stderr)
        return 1
    except (ValueError, RuntimeError) as fault:
        # What the package raises on bad input is a sentence; a defect of ours is not, and keeps its traceback.
        if type(fault).__module__.startswith("i2i"):
            print(f"i2i {options.command}: {fault}", file=sys.stderr)
            return 1
        raise
    return 0


def _whole(low: int, high: int | None = None):
    """An argparse type: a whole number from `low` to `high`."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"wants a whole number, got {text!r}") from None
        if number < low or (high is not None and number > high):
            raise argparse.ArgumentTypeError(f"must be {f'{low} to {high}' if high else f'at least {low}'}, got {number}")
        return number

    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m i2i", description="Image-to-image translation, one paper at a time.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run, about: str, example: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=about, description=about, epilog=f"example:  {example}", allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,  # an example is not to be broken in two
        )
        sub.set_defaults(run=run)
        return sub

    sub = command("list", _list, "Methods, recipes, datasets and shipped models.", "python -m i2i list")
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command("data", _data, "Fetch a public dataset from its official home.", "python -m i2i data facades")
    sub.add_argument("name", help="a dataset that `list` names")

    sub = command(
        "train", _train, "Train a recipe, or a method on your own folder. A stopped run goes on where it was.",
        "python -m i2i train pix2pix-icons    or    python -m i2i train pix2pix --data my_pairs --size 128",
    )
    sub.add_argument("name", metavar="RECIPE|METHOD")
    sub.add_argument("--steps", type=_whole(1), help="batches to train on; of the last stage, where a method has several (dtn has --f_steps, ost --autoencoder_steps before it)")
    sub.add_argument("--data", type=Path, help="folder of your own: pairs (AB side by side, or A/ and B/ with equal names), two domains (A/ and B/), a folder for each domain, or pictures")
    sub.add_argument("--direction", choices=("AB", "BA"), help="own folder: which side is the input (default AB: the left one)")
    sub.add_argument("--size", type=_whole(32), help="own folder: side in pixels (default 128)")
    sub.add_argument("--fit", choices=FITS, help="own folder: pictures that are not square lie whole in one, their border repeated outwards (letterbox, the default), or are cut to their middle (crop); translations do the same")
    sub.add_argument("--batch", type=_whole(1), help="pictures a step")
    sub.add_argument("--seed", type=_whole(0, 10**6), help="of weights, order, augmentation and dropout")
    sub.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")
    sub.add_argument("--threads", type=_whole(1), help="CPU threads (default: all)")
    sub.add_argument("--out", type=Path, help="folder of the run (default runs/NAME)")
    sub.add_argument("--export", type=Path, help="folder of the exported model (default OUT/export)")
    sub.add_argument("--quiet", action="store_true", help="no progress bar")
    sub.usage = "python -m i2i train RECIPE|METHOD [options] [--CONFIG.FIELD VALUE ...]"

    sub = command(
        "translate", _translate, "Translate pictures.", "python -m i2i translate pix2pix-emoji drawing.png --out made"
    )
    sub.add_argument("name", help="a shipped model, or the folder of an exported one")
    sub.add_argument("inputs", nargs="+", type=Path, metavar="IN", help="pictures or folders of pictures")
    sub.add_argument("--out", type=Path, required=True, help="folder for the results")
    sub.add_argument("--seed", type=int, default=0)
    sub.add_argument("--n", type=_whole(1, 64), default=1, help="samples for each picture")
    sub.add_argument("--scale", type=float, help="1 to 4 times the trained size")
    sub.add_argument("--direction", choices=("xy", "yx", "AB", "BA"), help="yx: the way back, for methods that have one; or AB, BA: from which of the folders of its training to which (default: as it was trained)")
    sub.add_argument("--mask", type=Path, help="for methods that fill holes: a picture of the same shape, white where the hole is")
    sub.add_argument("--label", help="for methods of many domains: the one to go to, by name or number")
    sub.add_argument("--device", default="auto")

    sub = command("evaluate", _evaluate, "Figures on held-out pictures.", "python -m i2i evaluate pix2pix-icons --json")
    sub.add_argument("name", help="a shipped model, or the folder of an exported one")
    sub.add_argument("--data", type=Path, help="a folder of your own, in the layout of its method, instead of the recipe's test split")
    sub.add_argument("--direction", choices=("AB", "BA"), help="own folder: which side is the input (default: that of training)")
    sub.add_argument("--limit", type=_whole(4), default=500, help="pictures at most")
    sub.add_argument("--each", action="store_true", help="super-resolution: a line for each picture of Set5, Set14 and BSD100")
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command("claims", _claims, "What the lectures claim, and what was measured.", "python -m i2i claims --run")
    sub.add_argument("ids", nargs="*", metavar="ID")
    sub.add_argument("--run", action="store_true", dest="again", help="measure again; nets once trained are kept in runs/claims")
    sub.add_argument("--markdown", action="store_true", help="tables for a page")
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command("bench", _bench, "Speed of a step and of a picture, against plain.", "python -m i2i bench pix2pix")
    sub.add_argument("names", nargs="*", metavar="NAME", help="recipes or methods (default: all methods)")
    sub.add_argument("--compile", action="store_true", help="time compiled pictures, too (a minute more for each, the first time)")
    sub.add_argument("--curves", action="store_true", help="cost against size, width and batch: figures/cost.png, bench.json")
    sub.add_argument("--out", type=Path, help="--curves: where to write them (default: assets/ of this copy)")
    sub.add_argument("--rounds", type=_whole(1), default=7)
    sub.add_argument("--threads", type=_whole(1), help="CPU threads (default: all)")
    sub.add_argument("--json", action="store_true", help="machine-readable")
    return parser


# -- commands -------------------------------------------------------------------------------------------------------


def _list(options) -> None:
    from .data.catalogue import DATASETS, find
    from .methods import METHODS
    from .pipeline import SHIPPED, cards
    from .recipes import RECIPES

    models = {
        name: {
            "method": config["method"],
            "size": config["size"],
            "megabytes": round(sum(f.stat().st_size for f in (SHIPPED / name).glob("*.safetensors")) / 1e6, 1),
        }
        for name, config in cards().items()
    }
    datasets = {
        name: {"installed": str(find(name) or ""), "licence": d.licence, "note": d.note} for name, d in DATASETS.items()
    }
    if options.json:
        recipes = {
            name: {"method": r.method, "data": r.data, "size": r.size, "steps": r.config.get("steps")}
            for name, r in RECIPES.items()
        }
        print(json.dumps({"methods": list(METHODS), "recipes": recipes, "models": models, "datasets": datasets}, indent=2))
        return
    print("methods\n  " + ", ".join(METHODS))
    print("\nrecipes")
    for name, r in RECIPES.items():
        minutes = f", {r.minutes:.0f} min on one core" if r.minutes else ""
        print(f"  {name:18} {r.size:4} px, {r.config.get('steps', 0):6,} steps{minutes}, data: {r.data}")
    print("\nshipped models")
    for name, m in models.items():
        print(f"  {name:18} {m['size']:4} px, {m['megabytes']} MB")
    print("\ndatasets")
    for name, d in datasets.items():
        print(f"  {name:18} {'installed' if d['installed'] else '-':10} {d['licence']}")


def _data(options) -> None:
    from .data.catalogue import DATASETS, root
    from .data.download import DownloadError, fetch

    if options.name not in DATASETS:
        raise Wrong(f"there is no dataset {options.name!r}; there are {', '.join(DATASETS)}.")
    try:
        fetch(DATASETS[options.name], root())
    except DownloadError as fault:
        raise Failed(str(fault)) from None


def _overrides(rest: list[str], config_class) -> dict:
    """--field value pairs for the method's config, read as the type of the field's default."""
    fields = {f.name: f for f in dataclasses.fields(config_class)}
    changes = {}
    words = iter(rest)
    for word in words:
        name = word.removeprefix("--").removeprefix("config.").replace("-", "_")
        if not word.startswith("--") or name.partition("=")[0] not in fields:
            raise Wrong(f"{word!r} is neither an option nor a setting; settings: {', '.join(fields)}.")
        name, given, text = name.partition("=")
        text = text if given else next(words, None)
        kind = type(fields[name].default)
        try:
            if kind is tuple:
                changes[name] = tuple(map(int, text.split(",")))
            else:
                changes[name] = {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
        except (KeyError, ValueError, TypeError, AttributeError):
            wanted = "whole numbers with commas between" if kind is tuple else f"a value of type {kind.__name__}"
            raise Wrong(f"--{name} wants {wanted}, got {text!r}.") from None
    return changes


def _train(options) -> None:
    import torch

    from .cards import folder_recipe, publish, told_by
    from .checkpoint import read_config
    from .methods import METHODS
    from .recipes import RECIPES, WINDOWS, own_folder
    from .train import Trainer, folder_for

    if options.threads:
        torch.set_num_threads(options.threads)
    if options.name in RECIPES:
        recipe = RECIPES[options.name]
        for option in ("data", "size", "direction", "fit"):
            if getattr(options, option):
                raise Wrong(f"--{option} goes with a method and a folder of your own; the recipe {options.name} has its own.")
    elif options.name in METHODS:
        if not options.data:
            raise Wrong(f"{options.name} is a method: give it a folder with --data, or train one of its recipes.")
        try:
            recipe = folder_recipe(options.name, options.size or 128)
        except ValueError as fault:
            raise Wrong(str(fault)) from None
    elif options.name in _judges():
        if options.rest:
            raise Wrong(f"{options.rest[0]!r} is no option of a judge; --steps, --out and --precision are.")
        out = options.out or RUNS / options.name
        _judges()[options.name](options.name, out, options.steps, precision=options.precision, progress=not options.quiet)
        return
    else:
        raise Wrong(f"there is no recipe or method {options.name!r}; recipes: {', '.join(RECIPES)}.")

    config_class = METHODS[recipe.method].Config
    changes = _overrides(options.rest, config_class)
    if options.steps is not None:
        changes["steps"] = options.steps
    recipe = dataclasses.replace(
        recipe,
        config={**recipe.config, **changes},
        batch=options.batch or recipe.batch,
        seed=recipe.seed if options.seed is None else options.seed,
    )
    if options.name in METHODS and {"width", "blocks", "norm", "scale"} & set(changes):
        recipe = dataclasses.replace(recipe, start="")  # another net than the one that it would begin with
    try:
        method = recipe.build()
    except DataError:  # the settings are right, and weights that they build on are not there
        raise
    except (KeyError, ValueError, RuntimeError) as fault:
        raise Wrong(f"these settings do not make a {recipe.method}: {fault}") from None
    depth = getattr(method.config, "depth", 0)
    if recipe.size % 2**depth:
        raise Wrong(f"--depth {depth} halves the picture {depth} times: {recipe.size} px is not a multiple of {2**depth}.")
    if options.name in METHODS:
        if options.fit and method.layout in WINDOWS:
            raise Wrong(f"--fit: {recipe.method} is trained on windows of pictures of any shape, so none has to be made square.")
        recipe = dataclasses.replace(recipe, direction=options.direction or "AB", fit=options.fit or "letterbox")
        train, held_out = (
            own_folder(method, options.data, recipe.size, split, recipe.direction, recipe.fit) for split in ("train", "test")
        )
        if told := told_by(train, config_class):
            recipe = dataclasses.replace(recipe, config=recipe.config | told)
            method = recipe.build()
        showcase = held_out.batch(torch.arange(min(8, len(held_out))))
        named, run = None, f"{options.name}-{options.data.resolve().name}"
    else:
        train, held_out = recipe.source("train"), recipe.source("test")
        showcase, named, run = recipe.showcase(recipe.size), options.name, options.name
    out = options.out or folder_for(train, RUNS / run)  # two folders called `data` are two runs
    trainer = Trainer(
        method, train, batch=recipe.batch, seed=recipe.seed, ema=recipe.ema,
        precision=options.precision, out=out, showcase=showcase, facts=recipe.facts,
    )
    trainer.fit(progress=not options.quiet)
    if trainer.rank == 0:
        home = options.export or out / "export"
        try:
            folder = publish(trainer, recipe, home, showcase, held_out, named, progress=not options.quiet)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"stopped after the last step, saved in {out}: the same command exports it.") from None
        if not read_config(folder)[1]["card"].get("figures"):
            print("too few pictures were held out for figures, which need four; its card says so.")
        print(f"exported to {folder}: i2i.load({str(folder)!r})")


def _judges() -> dict:
    from .judges import TRAIN

    return TRAIN


def _translate(options) -> None:
    import torch

    from .data.folders import pictures_in
    from .pictures import open_picture
    from .pipeline import load

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
        raise Wrong(f"--direction: {model.name} goes from {way} and has no way back." if options.direction != "yx" else f"--direction: {model.name} has no way back.")
    number = (options.label or "").isdecimal() and options.label not in model.labels  # a domain may be called "2"
    label = int(options.label) if number else options.label
    if label is not None and "label" not in model.controls:
        raise Wrong(f"--label: {model.name} has one target domain.")
    if "label" in model.controls and (label is None or label not in (*model.labels, *range(len(model.labels)))):
        raise Wrong(f"--label: {model.name} goes to {', '.join(model.labels)}; say which, by name or by number from 0.")
    if (options.mask is None) == ("mask" in model.controls):
        raise Wrong(f"--mask: {model.name} " + ("has no holes to fill." if options.mask else "fills holes: say where, white on black."))
    mask = _mask(options.mask) if options.mask else None
    files = [p for given in options.inputs for p in (pictures_in(given) if given.is_dir() else [given])]
    if not files:
        raise Failed("there are no pictures in the folder(s) given.")
    targets = _targets(files, options.out, options.n)
    options.out.mkdir(parents=True, exist_ok=True)
    faults = []
    for path in files:
        try:
            picture = open_picture(path)
        except PictureError as fault:  # one bad file among many must not lose the others' results
            faults.append(str(fault))
            print(f"i2i translate: {fault}", file=sys.stderr)
            continue
        try:
            made = model(picture, n=options.n, seed=options.seed, scale=options.scale, direction=direction, label=label, mask=mask)
        except PictureError as fault:  # a mask of another shape, or one that leaves nothing
            faults.append(f"{path.name}: {fault}")
            print(f"i2i translate: {faults[-1]}", file=sys.stderr)
            continue
        for i, result in enumerate(made if options.n > 1 else [made]):
            with replacing(targets[path][i]) as part:
                result.save(part)
            print(targets[path][i])
    if faults:
        raise Failed(f"{len(faults)} of {len(files)} picture(s) could not be translated.")


def _mask(path: Path):
    """A mask as it lies in its file: what is transparent in it is no hole, and `open_picture` would lay it over white."""
    from PIL import Image

    from .pictures import open_picture

    open_picture(path)  # says what is wrong with a file
    with Image.open(path) as mask:
        return mask.copy()


def _targets(files: list[Path], out: Path, n: int) -> dict[Path, list[Path]]:
    """Where the n results of each file go; Wrong, before any work, if one would replace an input or another's result."""
    targets = {p: [out / f"{p.stem}{f'-{i + 1}' if n > 1 else ''}.png" for i in range(n)] for p in files}
    inputs, owner = {p.resolve() for p in files}, {}
    for path, results in targets.items():
        for target in results:
            if target.resolve() in inputs:
                raise Wrong(f"the result for {path} would replace the input {target}: give another --out.")
            if owner.setdefault(target, path) != path:
                raise Wrong(f"{owner[target]} and {path} would both be written to {target}: translate them apart.")
    return targets


def _evaluate(options) -> None:
    from .cards import evaluate, evaluate_apart
    from .pipeline import load
    from .recipes import DRAWN, RECIPES, own_folder

    model, train, apart = load(options.name), None, None
    if options.each:
        return _each(model, options)
    if options.data:
        source = own_folder(
            model.method, options.data, model.size, "test", options.direction or model.direction, model.fit, model.trained_on
        )
    else:
        key = model.card.get("recipe", model.name)
        if key not in RECIPES:
            raise Wrong(f"{options.name} comes from no recipe here: say which pictures with --data.")
        source = RECIPES[key].source("test")
        train = RECIPES[key].source("train") if model.method.layout != "photographs" else None
    try:
        figures = evaluate(model, source, options.limit, progress=not options.json, train=train)
    except TooFew as fault:
        if not options.data:
            raise
        raise Failed(f"{fault} Judge by another folder, or put pictures that it was not trained on into {options.data / 'test'}.") from None
    if train is not None and RECIPES[key].data not in DRAWN:
        apart = evaluate_apart(model, source, train, options.limit, progress=not options.json)
    judged = _judged(model, source, options)
    if options.json:
        print(f"{model.name}, {judged}", file=sys.stderr)
        found = {k: list(v) for k, v in figures.items()}
        print(json.dumps(found | ({"without near twins": {k: list(v) for k, v in apart[1].items()}} if apart else {})))
        return
    for told, block in ((judged, figures), *([apart] if apart else [])):
        print(f"{model.name}, {told}")
        for name, e in block.items():
            print(f"  {name:16} {e.value:8.4g}" + ("" if e.low is None else f"   ({e.low:.4g} to {e.high:.4g})"))


def _judged(model, source, options) -> str:
    """What the figures are of, in words: how many pictures, and what of the folder was left out."""
    count = min(options.limit, len(source))
    if not options.data:
        return f"{count} held-out pictures"
    kept = f"the first {count} of {len(source)}" if count < len(source) else f"all {count}"
    known = len({*source.digests} & model.trained_on)
    rest = f", {known} of them seen in training" if known else " that it was not trained on" if model.trained_on else ""
    part = "the test part of " if any((options.data / name).is_dir() for name in ("test", "testA", "testB")) else ""
    return f"{kept} picture(s) of {part}{options.data}{rest}"


def _each(model, options) -> None:
    from .benchmarks import by_picture, figures

    if model.method.enlarges == 1:
        raise Wrong(f"--each is for models that enlarge, and {model.name} does not.")
    found = by_picture(model, model.method.enlarges)
    if options.json:
        print(json.dumps({name: {picture: s._asdict() for picture, s in rows.items()} for name, rows in found.items()}))
        return
    print(f"{'':30} {'PSNR-Y':>8} {'SSIM-Y':>8} {'energy':>8} {'PD-i2i':>8}")
    for name, rows in found.items():
        for picture, s in rows.items():
            print(f"{name + ' ' + picture:30} {s.psnr:8.2f} {s.ssim:8.4f} {s.made_energy / s.real_energy:8.3f} {s.distance:8.4f}")
        mean = [f"{e.value:8.4g}" for e in figures(list(rows.values())).values()]
        print(f"{name + ', mean of ' + str(len(rows)):30} {' '.join(mean)}")


def _claims(options) -> None:
    from .claims import CLAIMS, as_table, markdown, measure, recorded, shown

    unknown = [i for i in options.ids if i not in CLAIMS]
    if unknown:
        raise Wrong(f"there is no claim {unknown[0]!r}; there are {', '.join(CLAIMS)}.")
    ids = options.ids or list(CLAIMS)
    if options.again:
        print(f"this takes about {sum(CLAIMS[i].minutes for i in ids):.1f} minutes", file=sys.stderr)
    results = {i: measure(i) if options.again else recorded(i) for i in ids}
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for i, result in results.items():
        claim = CLAIMS[i]
        print(f"{i}: {claim.says} ({claim.where})")
        if result is None:
            print("  not measured yet: run with --run")
            continue
        figures = result["figures"]
        if options.markdown:
            print(f"\n{markdown(figures)}\n")
        elif table := as_table(figures):
            columns, rows = table
            first = max(map(len, rows))
            widths = [max(len(text), *(len(cells[k]) for cells in rows.values())) for k, text in enumerate(columns)]
            for row, cells in {"": columns, **rows}.items():
                print("  " + row.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)), sep="   ")
        else:
            for name, value in figures.items():
                print(f"  {name:44} {shown(value)}")
        print(f"  {result['verdict'].upper()}: {claim.test}; measured {result['date']}")
        parts = claim.decided(figures)
        for comparison, verdict in parts if len(parts) > 1 else ():
            print(f"    {verdict}: {comparison}")
        if claim.also:
            print(f"  {claim.also}")


def _bench(options) -> None:
    import torch

    from . import bench
    from .methods import METHODS
    from .recipes import RECIPES

    unknown = [n for n in options.names if n not in RECIPES and n not in METHODS and n not in bench.PAPER]
    if unknown:
        raise Wrong(f"there is no recipe or method {unknown[0]!r}; recipes: {', '.join(RECIPES)}.")
    if options.out and not options.curves:
        raise Wrong("--out goes with --curves; --json prints the figures.")
    if options.threads:
        torch.set_num_threads(options.threads)
    machine = {"threads": torch.get_num_threads(), "convolution GFLOP/s": bench.convolution_ceiling()}
    found = {"machine": machine, "recipes": bench.bench(options.names, options.rounds, options.compile)}
    if options.curves:
        out = options.out or bench.ASSETS
        found["curves"] = bench.curves(options.rounds)
        bench.plot(found["curves"], out / "figures" / "cost.png")
        with replacing(out / "bench.json") as part:
            part.write_text(json.dumps(bench.rounded(found), indent=1) + "\n")
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{machine['threads']} thread(s), convolution ceiling {machine['convolution GFLOP/s']:.0f} GFLOP/s")
    for name, f in found["recipes"].items():
        print(f"{name}{', bf16' if f['bf16'] else ''}")
        for what, rate in (("step", "images/s"), ("picture", "pictures/s")):
            memory = f", {f[f'{what} MB']:.0f} MB ({f[f'plain {what} MB']:.0f})" if f"plain {what} MB" in f else ""
            ratio = f["training ratio" if what == "step" else "inference ratio"]
            print(
                f"  {what:18} {f[f'{what} ms']:7.1f} ms   {ratio:5.2f} x plain ({f[f'plain {what} ms']:.1f} ms)   "
                f"{f[rate]:6.1f} {rate}   {f[f'{what} share of ceiling']:4.0%} of the ceiling{memory}"
            )
            if f"compiled {what} ms" in f:
                ratio = f["compiled training ratio" if what == "step" else "compiled inference ratio"]
                print(f"  {f'{what}, compiled':18} {f[f'compiled {what} ms']:7.1f} ms   {ratio:5.2f} x plain")
        print(f"  first picture after loading: {f['first call s']:.2f} s")
    if options.curves:
        print(f"wrote {out / 'figures' / 'cost.png'} and {out / 'bench.json'}")


if __name__ == "__main__":
    sys.exit(main())
