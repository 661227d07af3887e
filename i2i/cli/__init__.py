"""The command line: python -m i2i list | data | train | translate | evaluate | claims | bench | new."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import date
from pathlib import Path

from .. import BEGAN
from ..data.folders import DataError
from ..images import FITS, ImageError
from .data import data_command, list_command
from .errors import SHARE, Failed, Wrong
from .measure import bench_command, claims_command, evaluate_command
from .new import new_command
from .stubs import LAYOUTS
from .train import train_command
from .translate import translate_command


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit status: 0 done, 2 a wrong argument, 1 a failure, with one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):  # a file's name may hold what a terminal's code has no sign for
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if rest and options.run is not train_command:
        parser.error(f"unknown argument {rest[0]!r}; see python -m i2i {options.command} --help")
    options.rest = rest
    options.began = BEGAN if argv is None else time.monotonic()  # a process of its own, or a call within one
    try:
        options.run(options)
    except Wrong as wrong:
        print(f"i2i {options.command}: {wrong}", file=sys.stderr)
        return 2
    except (Failed, DataError, ImageError) as fault:
        print(f"i2i {options.command}: {fault}", file=sys.stderr)
        return _status(fault)
    except KeyboardInterrupt as stop:  # a training says where it stopped; what else runs here starts anew
        idle = (
            "stopped before its first step; nothing was lost." if options.run is train_command else "stopped."
        )
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
            return _status(fault)
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
            raise argparse.ArgumentTypeError(
                f"must be {f'{low} to {high}' if high else f'at least {low}'}, got {number}"
            )
        return number

    return read


def _minutes(text: str) -> float:
    """An argparse type."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"wants a number of minutes, got {text!r}") from None
    if not 0 < number < 100_000:
        raise argparse.ArgumentTypeError(f"must be more than 0 and at most 100,000, got {text}")
    return number


def _status(fault: Exception) -> int:
    """Of a failure: 1. One of several trainings tells those who started it by its own why it could not begin."""
    return getattr(fault, "status", 1) if os.environ.get(SHARE) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m i2i", description="Image-to-image translation, one paper at a time."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run, about: str, example: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name,
            help=about,
            description=about,
            epilog=f"example:  {example}",
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,  # an example is not to be broken in two
        )
        sub.set_defaults(run=run)
        return sub

    sub = command(
        "list", list_command, "Methods, recipes, datasets and shipped models.", "python -m i2i list"
    )
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command(
        "data", data_command, "Fetch a public dataset from its official home.", "python -m i2i data facades"
    )
    sub.add_argument("name", help="a dataset that `list` names")

    sub = command(
        "train",
        train_command,
        "Train a recipe, or a method on your own folder. A stopped run goes on where it was.",
        "python -m i2i train pix2pix-icons    or    python -m i2i train pix2pix --data my_pairs --size 128",
    )
    sub.add_argument(
        "names", metavar="RECIPE|METHOD", nargs="*", help="one; or several recipes, which share --minutes"
    )
    sub.add_argument(
        "--minutes",
        type=_minutes,
        help="in place of --steps: as many steps as fit, export and figures included; every decay is fitted, too",
    )
    sub.add_argument(
        "--gallery",
        action="store_true",
        help="all recipes of shipped models, most important first, which share --minutes",
    )
    sub.add_argument(
        "--queue",
        type=Path,
        metavar="FILE",
        help="a training in each line, as one writes it after `train`: one after another, gently, on one core; a line that stands twice runs once",
    )
    sub.add_argument(
        "--steps",
        type=_whole(1),
        help="batches to train on; where a method has several stages, of the last one (dtn has --f_steps, ost --autoencoder_steps before it) or, for icgan, of the first (--code_steps and --label_steps come after it)",
    )
    sub.add_argument(
        "--data",
        type=Path,
        help="folder of your own: pairs (AB side by side, or A/ and B/ with equal names), two domains (A/ and B/), a folder for each domain, a folder for each style, pictures, or voxels",
    )
    sub.add_argument(
        "--direction",
        choices=("AB", "BA"),
        help="own folder: which side is the input (default AB: the left one)",
    )
    sub.add_argument("--size", type=_whole(1), help="own folder: side in pixels (default 128)")
    sub.add_argument(
        "--fit",
        choices=FITS,
        help="own folder: pictures that are not square lie whole in one, their border repeated outwards (letterbox, the default), or are cut to their middle (crop); translations do the same",
    )
    sub.add_argument("--batch", type=_whole(1), help="pictures a step")
    sub.add_argument("--seed", type=_whole(0, 10**6), help="of weights, order, augmentation and dropout")
    sub.add_argument(
        "--device", default="auto", help="cpu, cuda, mps or the like (default: a GPU if there is one)"
    )
    sub.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")
    sub.add_argument("--threads", type=_whole(1), help="CPU threads (default: all)")
    sub.add_argument("--out", type=Path, help="folder of the run (default runs/NAME)")
    sub.add_argument("--export", type=Path, help="folder of the exported model (default OUT/export)")
    sub.add_argument("--quiet", action="store_true", help="no progress bar")
    sub.add_argument(
        "--jobs", type=_whole(1), help="of several trainings, how many at once (default: what gets most done)"
    )
    sub.usage = "python -m i2i train RECIPE|METHOD [options] [--CONFIG.FIELD VALUE ...]"

    sub = command(
        "translate",
        translate_command,
        "Translate pictures.",
        "python -m i2i translate pix2pix-emoji drawing.png --out made",
    )
    sub.add_argument("name", help="a shipped model, or the folder of an exported one")
    sub.add_argument("inputs", nargs="+", type=Path, metavar="IN", help="pictures or folders of pictures")
    sub.add_argument("--out", type=Path, required=True, help="folder for the results")
    sub.add_argument(
        "--seed", type=int, help="of samples (default 0), for methods that leave something to chance"
    )
    sub.add_argument(
        "--n", type=_whole(1, 64), default=1, help="samples for each picture, for the same methods"
    )
    sub.add_argument("--scale", type=float, help="1 to 4 times the trained size")
    sub.add_argument(
        "--direction",
        choices=("xy", "yx", "AB", "BA"),
        help="yx: the way back, for methods that have one; or AB, BA: from which of the folders of its training to which (default: as it was trained)",
    )
    sub.add_argument(
        "--mask",
        type=Path,
        help="for methods that fill holes: a picture of the same shape, the hole white on black or painted on a transparent layer; one that has its hole cut out needs none",
    )
    sub.add_argument(
        "--label",
        help="for methods of many domains: the one to go to, by name or number; of attributes: those to be seen, with commas between",
    )
    sub.add_argument(
        "--device", default="auto", help="cpu, cuda, mps or the like (default: cuda, or else cpu)"
    )
    sub.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="auto")

    sub = command(
        "evaluate",
        evaluate_command,
        "Figures on held-out pictures.",
        "python -m i2i evaluate pix2pix-icons --json",
    )
    sub.add_argument("name", help="a shipped model, or the folder of an exported one")
    sub.add_argument(
        "--data",
        type=Path,
        help="a folder of your own, in the layout of its method, instead of the recipe's test split",
    )
    sub.add_argument(
        "--direction",
        choices=("AB", "BA"),
        help="own folder: which side is the input (default: that of training)",
    )
    sub.add_argument("--limit", type=_whole(4), default=500, help="pictures at most")
    sub.add_argument(
        "--each",
        action="store_true",
        help="super-resolution: a line for each picture of Set5, Set14 and BSD100",
    )
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command(
        "claims",
        claims_command,
        "What lectures and papers claim, and what was measured.",
        "python -m i2i claims --run",
    )
    sub.add_argument("ids", nargs="*", metavar="ID")
    sub.add_argument(
        "--run",
        action="store_true",
        dest="again",
        help="measure again, and put each result in the place of the earlier one in assets/claims.json, the record that this "
        "copy's app, notebooks and pages show; nets once trained are kept in runs/claims",
    )
    sub.add_argument("--markdown", action="store_true", help="tables for a page")
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command(
        "bench",
        bench_command,
        "Speed of a step and of a picture, against plain.",
        "python -m i2i bench pix2pix",
    )
    sub.add_argument("names", nargs="*", metavar="NAME", help="recipes or methods (default: all methods)")
    sub.add_argument(
        "--compile",
        action="store_true",
        help="time compiled pictures, too (a minute more for each, the first time)",
    )
    sub.add_argument(
        "--curves",
        action="store_true",
        help="cost against size, width and batch: figures/cost.png, bench.json",
    )
    sub.add_argument("--out", type=Path, help="--curves: where to write them (default: assets/ of this copy)")
    sub.add_argument("--rounds", type=_whole(1), default=7)
    sub.add_argument(
        "--precision", choices=("auto", "fp32", "bf16"), default="auto", help="of ours; plain is fp32"
    )
    sub.add_argument("--threads", type=_whole(1), help="CPU threads (default: all)")
    sub.add_argument("--json", action="store_true", help="machine-readable")

    sub = command(
        "new",
        new_command,
        "The stubs of a new paper, in a clone of the repository.",
        'python -m i2i new toygan --called ToyGAN --title "A Toy" --year 2026',
    )
    sub.add_argument("name", metavar="NAME", help="its key: small letters, as in METHODS")
    sub.add_argument("--layout", choices=LAYOUTS, default="paired", help="of the images that it learns from")
    sub.add_argument("--called", help="what the system is called")
    sub.add_argument("--title", help="of the paper")
    sub.add_argument("--authors", help="with commas between")
    sub.add_argument("--year", type=_whole(1950, date.today().year + 1), help="of the venue")
    sub.add_argument("--venue", help="where it appeared")
    sub.add_argument("--arxiv", help="its number")
    sub.add_argument("--idea", help="in one line")
    sub.add_argument("--family", help="on the Map (default Paired)")
    sub.add_argument("--tab", help="where the app shows it (default Paired)")
    return parser
