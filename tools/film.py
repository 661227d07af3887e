"""Record what the tab Train live opens with: for each of its sources a training, seen at a few steps.

    python tools/film.py [SOURCE ...]

Writes assets/live/SOURCE.webp, rows of pictures of 64 px, and SOURCE.json, what each row is and how long it took.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))

from demos.live import drawings, train
from i2i.images import to_bytes
from i2i.run import watched

MOMENTS = (20, 200, 3000)  # steps of both nets


def record(source: str) -> None:
    images = torch.from_numpy(drawings.pixels(drawings.first()))
    training = watched.Training(*(watched.icons() if source == "icons" else watched.of(images)))
    rows = [("x, the input", to_bytes(training.shown["x"]).numpy())]
    start = time.process_time()
    for step in range(1, MOMENTS[-1] + 1):
        training.step(watched.BOTH)
        if step in MOMENTS:
            rows.append((f"G(x) after {step:,} steps", training.seen().fake))
    seconds = time.process_time() - start
    rows.append(("y, the answer", to_bytes(training.shown["y"]).numpy()))
    sheet = np.concatenate([np.concatenate(list(row), axis=2) for _, row in rows], axis=1)
    train.FILMS.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet.transpose(1, 2, 0)).save(train.FILMS / f"{source}.webp", quality=90, method=6)
    told = {
        "rows": [head for head, _ in rows],
        "columns": watched.SHOWN,
        "made": f"{MOMENTS[-1]:,} steps of both nets in {seconds:.0f} s of one core ({platform.machine()})",
    }
    (train.FILMS / f"{source}.json").write_text(json.dumps(told, indent=1) + "\n")
    print(source, told["made"], training.terms)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in sys.argv[1:] or train.SOURCES:
        record(name)
