"""From nothing to a figure, in core-seconds: `python tools/speedrun.py RECIPE --steps N [--field value ...]`.

The figure is the PD-i2i on validation images that the shipped model had when the run was opened; it is frozen in
assets/speedrun.json. A run counts if its own figure is at most that. Its seconds are those of the training alone, of one
process on one thread (`Trainer.seconds`: processor time on a CPU, wall time on a GPU). Whoever is faster adds a row, with
the commit.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402

from i2i.assets import ASSETS  # noqa: E402
from i2i.checkpoint import export  # noqa: E402
from i2i.cli.train import overrides  # noqa: E402
from i2i.files import replacing  # noqa: E402
from i2i.measure import evaluate  # noqa: E402
from i2i.methods import METHODS  # noqa: E402
from i2i.publish import hardware  # noqa: E402
from i2i.recipes import RECIPES  # noqa: E402
from i2i.run.pipeline import load  # noqa: E402
from i2i.train import Trainer  # noqa: E402

RECORD = ASSETS / "speedrun.json"
FIGURE = "PD-i2i"


def record() -> dict:
    return json.loads(RECORD.read_text()) if RECORD.is_file() else {}


def target(name: str) -> float:
    """The frozen figure; of a recipe that has none yet, the shipped model's, which is frozen by being written down."""
    known = record()
    if name not in known:
        figure = evaluate(load(name), RECIPES[name].source("val"), progress=False)[FIGURE].value
        known[name] = {"target": round(figure, 4), "runs": []}
        with replacing(RECORD) as part:
            part.write_text(json.dumps(known, indent=1) + "\n")
    return known[name]["target"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("name", choices=RECIPES)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int)
    options, rest = parser.parse_known_args()
    torch.set_num_threads(1)
    aim, base = target(options.name), RECIPES[options.name]
    changes = {**overrides(rest, METHODS[base.method].Config), "steps": options.steps}
    recipe = dataclasses.replace(base, config=base.config | changes, batch=options.batch or base.batch)
    trainer = Trainer(
        recipe.build(), recipe.source("train"), batch=recipe.batch, seed=recipe.seed, ema=recipe.ema
    )
    trainer.fit()
    with tempfile.TemporaryDirectory() as folder:
        home = export(Path(folder) / "model", trainer.average, size=recipe.size, shaped=recipe.shaped)
        found = evaluate(load(home), recipe.source("val"), progress=False)[FIGURE].value
    print(f"{FIGURE} {found:.4f} after {trainer.seconds:.0f} s; the aim is {aim:.4f}.")
    if found > aim:
        raise SystemExit("Not reached: nothing is written down.")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT
    ).stdout
    row = {
        "seconds": round(trainer.seconds),
        FIGURE: round(found, 4),
        "command": f"--steps {options.steps} {' '.join(rest)}".strip()
        + (f" --batch {options.batch}" if options.batch else ""),
        "hardware": hardware(trainer),
        "commit": commit.strip(),
        "date": str(date.today()),
    }
    known = record()
    known[options.name]["runs"].append(row)
    with replacing(RECORD) as part:
        part.write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
