"""The door: a wheel that works from any folder, offline, and carries what it needs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from i2i.assets import ASSETS, CHECKPOINTS
from kit.root import ROOT

pytestmark = pytest.mark.patient


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_an_installed_wheel_translates_a_picture_from_an_empty_folder(wheel, tmp_path):
    home, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    words = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--disable-pip-version-check",
        "--target",
        home,
        wheel,
    ]
    subprocess.run(words, check=True, capture_output=True)
    Image.new("RGB", (50, 40), "white").save(empty / "in.png")
    code = (
        "import i2i; from PIL import Image; print(i2i.__file__); "
        "i2i.load('pix2pix-emoji', 'cpu')(Image.open('in.png'), seed=1).save('made.png')"
    )
    clean = {k: v for k, v in os.environ.items() if k != "I2I_DATA"} | {
        "PYTHONPATH": str(home),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], cwd=empty, env=clean, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(home), "it is the installed one that ran"
    assert Image.open(empty / "made.png").size == (128, 102)
    done = subprocess.run(
        [home / "bin" / "i2i", "claims", "blur"], cwd=empty, env=clean, capture_output=True, text=True
    )
    assert done.returncode == 0 and "blur: " in done.stdout, done.stderr


def test_the_wheel_carries_the_package_and_its_assets_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    weights = {str(p.relative_to(CHECKPOINTS)) for p in CHECKPOINTS.rglob("*") if p.is_file()}
    assert {f"i2i/assets/checkpoints/{name}" for name in weights} <= set(names)
    assert {f"i2i/assets/{name}" for name in ("claims.json", "bench.json", "LICENSES.md")} <= set(names)
    assert {n.split("/")[0] for n in names} == {
        "i2i",
        next(n.split("/")[0] for n in names if "dist-info" in n),
    }
    assert not [n for n in names if n.startswith("i2i/assets/figures") or "__pycache__" in n]


def test_what_the_wheel_needs_the_app_needs_too():
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    named = re.compile(r"^[\w-]+")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["notebooks"]]
    here = {
        named.match(line)[0]
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if line and line[0] != "#"
    }
    assert {named.match(line)[0] for line in wanted} <= here


def test_the_extra_dev_is_what_a_clone_installs():
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    dev = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dev"]
    assert dev == [
        line for line in (ROOT / "requirements-dev.txt").read_text().splitlines() if line and line[0] != "#"
    ]


def test_in_a_clone_assets_are_those_at_the_top():
    assert ASSETS == ROOT / "assets"
