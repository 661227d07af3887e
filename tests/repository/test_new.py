"""A paper that `i2i new` lays is trained, timed, listed, shown and tested, with no line written by hand outside its files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.root import ROOT

WORDS = [
    "--called", "ToyGAN", "--title", "A Toy for Translation", "--authors", "A. Author, B. Author", "--year", "2026",
    "--venue", "arXiv", "--arxiv", "2601.00001", "--idea", "two convolutions, so that there is something to train",
]  # fmt: skip

# All that comes after `new`, in one process: the imports take seconds.
AFTER = """
import json, sys
from pathlib import Path
import pytest
from PIL import Image
from i2i.cli import main

for i in range(12):
    for side, colour in (("A", (20 * i, 90, 200)), ("B", (200, 20 * i, 90))):
        Path("mine", side).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 32), colour).save(f"mine/{side}/{i:02d}.png")
small = ["--size", "32", "--steps", "2", "--width", "4", "--patch_width", "4", "--patch_layers", "1", "--precision", "fp32", "--quiet"]
assert main(["train", "toy", "--data", "mine", *small]) == 0
assert main(["train", "toy-icons", "--steps", "1", "--width", "4", "--quiet", "--out", "runs/icons"]) == 0
assert main(["translate", "runs/icons/export", "mine/A/00.png", "--out", "made"]) == 0 and Path("made/00.png").is_file()
assert main(["bench", "toy", "--rounds", "1", "--json"]) == 0
assert main(["list"]) == 0
from demos.map import tab
print("MAP", "ToyGAN" in tab._families(tab._tab_of()))
assert pytest.main(["-q", "-p", "no:cacheprovider", "-k", "toy", "--regold", "tests/contract"]) == 0
assert pytest.main(["-q", "-p", "no:cacheprovider", "-k", "toy", "tests/contract"]) == 0
"""


@pytest.fixture
def clone(tmp_path):
    """The files of the repository that are code, apart from it."""
    here = tmp_path / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (
            name.split("/")[0] in ("i2i", "demos", "tests", "app.py", "pyproject.toml")
            and (ROOT / name).is_file()
        ):
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, here / name)
    (here / "assets").symlink_to(ROOT / "assets")
    return here


def run(clone: Path, *command: str) -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": str(clone), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=clone, env=environment, capture_output=True, text=True, timeout=240
    )


def left_to_do(clone: Path) -> list[str]:
    found = []
    for path in sorted(
        p for part in ("i2i", "tests/kit") for p in (clone / part).rglob("*.py") if p.name != "new.py"
    ):
        found += [
            f"{path.relative_to(clone)}:{n}"
            for n, line in enumerate(path.read_text().splitlines(), 1)
            if "TODO" in line
        ]
    return found


def test_nothing_here_is_left_to_do():
    """The stubs of `new` say TODO where a paper has to speak; nothing of this may stay."""
    assert left_to_do(ROOT) == []


@pytest.mark.patient
def test_a_paper_that_new_lays_needs_no_line_elsewhere(clone):
    made = run(clone, "-m", "i2i", "new", "toy", *WORDS)
    assert made.returncode == 0, made.stderr
    wrote = set(re.findall(r"^wrote (\S+)$", made.stdout, re.M))
    assert {
        "i2i/methods/toy.py",
        "i2i/methods/__init__.py",
        "i2i/papers.py",
        "i2i/recipes/paired.py",
        "tests/kit/methods.py",
    } <= wrote
    assert {line.split(":")[0] for line in left_to_do(clone)} <= wrote and len(left_to_do(clone)) > 5
    for name in {line.split(":")[0] for line in left_to_do(clone)}:
        path = clone / name
        path.write_text(path.read_text().replace("TODO", "here, for once,"))
    done = run(clone, "-c", AFTER)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "toy-folder" in done.stdout or "toy-icons" in done.stdout
    assert "MAP True" in done.stdout and "ToyGAN" in done.stdout
    again = run(clone, "-m", "i2i", "new", "toy", *WORDS)
    assert again.returncode == 2 and "there is a method 'toy' already" in again.stderr


@pytest.mark.patient
@pytest.mark.parametrize("name", ["Toy", "2toy", "my-toy", "pix2pix"])
def test_a_name_that_cannot_be_is_refused(clone, name):
    before = subprocess.run(
        ["git", "-C", str(ROOT), "status", "--short"], capture_output=True, text=True
    ).stdout
    found = run(clone, "-m", "i2i", "new", name)
    assert found.returncode == 2 and name in found.stderr and "Traceback" not in found.stderr
    assert (
        subprocess.run(["git", "-C", str(ROOT), "status", "--short"], capture_output=True, text=True).stdout
        == before
    )
