"""The shape of the repository: which way imports run, how long a paper may be, what may be shown."""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kit.imports import PACKAGE, RANK, SOURCES, imported, may_import, part_of
from kit.root import ROOT

# ---- Imports ----


def test_every_part_of_the_package_has_a_rank():
    assert {part_of(p) for p in SOURCES} - {"__init__"} <= set(RANK)


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    one = part_of(path)
    if one == "__init__":
        pytest.skip("the package's own file resolves its names at first use")
    assert [other for other in imported(path) & set(RANK) if not may_import(one, other)] == []


def test_only_what_trains_or_translates_knows_what_makes_nets_fast():
    """Nets and methods are written plainly; `fast.lay_out` is called where one is about to be run."""
    users = {part_of(p) for p in SOURCES if "fast" in imported(p)} - {"fast"}
    assert users == {"train", "run", "bench"}


def test_the_reader_of_imports_sees_every_form(tmp_path):
    (tmp_path / "methods").mkdir()
    file = tmp_path / "methods" / "new.py"
    file.write_text(
        "import torch\nimport i2i.train\nfrom ..losses import l1\nfrom .. import pipeline\n"
        "from . import pix2pix\nfrom i2i.nets.unet import UNet\ndef f():\n    from ..recipes import RECIPES\n"
    )
    found = imported(file, tmp_path)
    assert found == {"train", "losses", "pipeline", "methods", "nets", "recipes"}
    assert not may_import("methods", "train") and may_import("methods", "losses")


DEMOS = ROOT / "demos"
SHARED = {"widgets", "work"}  # what tabs may use; the rest of the folders in demos are a tab each


@pytest.mark.parametrize("path", sorted(DEMOS.rglob("*.py")), ids=lambda p: str(p.relative_to(DEMOS)))
def test_no_tab_imports_another_but_the_map(path):
    """A tab uses what is shared, and its own folder; what is shared knows no tab. The Map tells which tabs are there."""
    here = path.relative_to(DEMOS).parts
    if len(here) == 1 or here[0] == "map":
        return
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level >= 2:
            found |= {node.module.split(".")[0]} if node.module else {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").startswith("demos"):
            found |= {(*node.module.split("."), "")[1]}
    others = {p.parent.name for p in DEMOS.glob("*/tab.py")}
    assert found & others <= ({here[0]} if here[0] in others else set())
    if here[0] == "widgets":
        assert "work" not in found


# A paper's own rooms; demos/TAB is one, too.
PAPERS_ROOMS = ("methods", "recipes", "claims", "lessons", "papers")


def naming_a_method(text: str, keys: set[str]) -> list[str]:
    """The lines of a source on which the key of a method stands as a string of its own. A `mode=` is torch's: one of its ways
    to resize shares a method's name."""
    nodes = [*ast.walk(ast.parse(text))]
    modes = {id(n.value) for n in nodes if isinstance(n, ast.keyword) and n.arg == "mode"}
    found = [n for n in nodes if isinstance(n, ast.Constant) and n.value in keys and id(n) not in modes]
    return [f"{n.lineno}: {n.value}" for n in found]


def test_no_shared_room_knows_the_name_of_a_paper():
    """What belongs to one paper stands in its file, its recipes, its claims, its lessons, its record, its tab."""
    from i2i.methods import METHODS

    shared = [p for p in SOURCES if part_of(p) not in PAPERS_ROOMS]
    shared += [p for p in DEMOS.rglob("*.py") if p.parent.name in ("demos", "widgets", "work", "map")] + [
        ROOT / "app.py"
    ]
    assert len(shared) > 60
    assert {
        str(p.relative_to(ROOT)): found
        for p in shared
        if (found := naming_a_method(p.read_text(), {*METHODS}))
    } == {}
    assert naming_a_method('if kind == "unit":\n    say("units")', {*METHODS}) == ["1: unit"]
    resized = 'if kind == "bilinear":\n    resize(x, mode="bilinear")'
    assert naming_a_method(resized, {*METHODS}) == ["1: bilinear"]


def asking_for_a_method(text: str, keys: set[str]) -> list[int]:
    """The lines of a source that compare something with the key of a method, or look for it among some."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        for part in (side.elts if isinstance(side, ast.Tuple | ast.List | ast.Set) else [side])
        if isinstance(part, ast.Constant) and part.value in keys
    ]


def test_no_tab_does_otherwise_for_one_paper():
    """A tab may list its papers; what it does with each is said by a record, or by the method."""
    from i2i.methods import METHODS

    found = {
        p: lines for p in DEMOS.rglob("*.py") if (lines := asking_for_a_method(p.read_text(), {*METHODS}))
    }
    assert {str(p.relative_to(ROOT)): lines for p, lines in found.items()} == {}
    assert asking_for_a_method('if key in ("srcnn", "x") or kind == "unit":\n    pass', {*METHODS}) == [1, 1]


def test_no_text_holds_the_marks_of_a_merge():
    kinds = {".py", ".md", ".txt", ".toml", ".json", ".ipynb", ".css", ".js", ".cff", ".yml"}
    marks = ("<" * 7 + " ", ">" * 7 + " ")
    texts = {p: p.read_text(encoding="utf-8") for p in tracked() if p.suffix in kinds or not p.suffix}
    assert len(texts) > 100
    assert [p for p, text in texts.items() if any(line.startswith(marks) for line in text.splitlines())] == []


# ---- House rules that can be read off the source ----

PURE = [p for p in SOURCES if part_of(p) in ("nets", "methods", "losses", "method")]
MODELS = [p for p in SOURCES if part_of(p) in ("nets", "methods")]


def calls(path: Path) -> set[str]:
    """Names of everything that a file calls: print, x.cuda, torch.manual_seed."""
    return {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }


@pytest.mark.parametrize("path", PURE, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nets_and_methods_neither_print_nor_seed_nor_name_a_device(path):
    made = calls(path)
    if path.name == "method.py":  # `seeded` draws weights on a stream of its own
        assert "torch.random.fork_rng" in made
        made -= {"torch.manual_seed"}
    made -= {"torch.Generator().manual_seed"}  # a stream of its own, and no other's
    forbidden = {"print", "torch.manual_seed", "torch.load", "open", "urlopen", "torch.hub.load"}
    assert made & forbidden == set()
    assert [c for c in made if c.endswith((".cuda", ".manual_seed", ".download"))] == []
    assert not re.search(r"[\"']cuda|import (PIL|gradio)|from (PIL|gradio)", path.read_text())


@pytest.mark.parametrize("path", MODELS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_one_paper_is_one_short_file(path):
    assert len(path.read_text().splitlines()) <= 215


# ---- Sizes ----


@cache
def tracked() -> tuple[Path, ...]:
    """The files that are in the repository or would be with the next `add`."""
    if not (ROOT / ".git").exists():
        pytest.skip("this copy is no git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError) as fault:
        pytest.skip(f"git does not list the files here ({fault})")
    return tuple(ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file())


def test_no_file_is_larger_than_nine_megabytes():
    assert {str(p.relative_to(ROOT)): p.stat().st_size for p in tracked() if p.stat().st_size > 9e6} == {}


def test_the_assets_are_not_larger_than_240_megabytes():
    assert sum(p.stat().st_size for p in tracked() if "assets" in p.relative_to(ROOT).parts[:1]) <= 240e6


# ---- What may be shown ----

PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


def images_of(path: Path) -> list[bytes]:
    """The encoded images that a tracked file shows: itself, or what a notebook or page has embedded."""
    if path.suffix.lower() in PICTURES:
        return [path.read_bytes()]
    if path.suffix not in (".ipynb", ".html", ".md", ".json"):
        return []
    text = path.read_text(encoding="utf-8", errors="ignore")
    found = re.findall(r"data:image/[a-z+]+;base64,([A-Za-z0-9+/=\\n]+)", text)
    if path.suffix == ".ipynb":
        for cell in json.loads(text).get("cells", []):
            for output in [*cell.get("outputs", []), *cell.get("attachments", {}).values()]:
                for kind, data in output.get("data", output).items():
                    if kind.startswith("image/") and "svg" not in kind:
                        found.append("".join(data))
    decoded = []
    for code in found:
        try:
            decoded.append(base64.b64decode(code.replace("\\n", "")))
        except ValueError:
            continue
    return decoded


def decode(data: bytes) -> Image.Image | None:
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    except Exception:
        return None
    return image


def pixels_hash(image: Image.Image) -> str:
    return hashlib.sha256(repr(image.size).encode() + image.tobytes()).hexdigest()


def look(image: Image.Image) -> np.ndarray:
    """An image's look in 192 numbers: 8 x 8 mean colours, centred, of length one; likes lie close."""
    small = np.asarray(image.resize((8, 8), Image.BOX), np.float32).ravel()
    small = small - small.mean()
    return small / max(np.linalg.norm(small), 1e-6)


def flat(image: Image.Image) -> bool:
    """Too plain for a look to mean anything."""
    return np.asarray(image.convert("L").resize((8, 8), Image.BOX), np.float32).std() < 12


def crops(image: Image.Image, sides: tuple[int, ...]) -> list[Image.Image]:
    """The whole image, and the cells of a sheet: runs between its white gutters of 64 px and more."""
    grey = np.asarray(image.convert("L"))

    def runs(busy: np.ndarray) -> list[tuple[int, int]]:
        edges = np.flatnonzero(np.diff(np.r_[0, busy.astype(np.int8), 0]))
        return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= 64]

    cells = [image]
    for top, bottom in runs((grey < 250).any(1)):
        for left, right in runs((grey[top:bottom] < 250).any(0)):
            cells.append(image.crop((left, top, right, bottom)))
            # Cells without a gutter between them: the sides at which images are usually shown.
            for side in sides:
                if (right - left) % side == 0 and (bottom - top) % side == 0 and (right - left) > side:
                    cells += [
                        image.crop((x, y, x + side, y + side))
                        for y in range(top, bottom, side)
                        for x in range(left, right, side)
                    ]
    return cells


def known(root: Path, sample: int) -> tuple[set[str], set[str], np.ndarray, list[str]]:
    """Of the images in a data folder: hashes of all files; of a sample also of pixels, and looks."""
    paths = sorted(p for p in root.rglob("*") if p.suffix.lower() in PICTURES)
    files = {hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    pixels, looks, names = set(), [], []
    # A fixed sample over all folders: what is shown by mistake is shown by the dozen.
    for path in random.Random(0).sample(paths, min(sample, len(paths))):
        image = decode(path.read_bytes())
        if image is None:
            continue
        halves = [image]
        if image.width == 2 * image.height:
            halves += [image.crop((i, 0, i + image.height, image.height)) for i in (0, image.height)]
        for half in halves:
            pixels.add(pixels_hash(half))
            if not flat(half):
                looks.append(look(half))
                names.append(str(path.relative_to(root)))
    return files, pixels, np.array(looks, np.float32).reshape(-1, 192), names


def shown_of(root: Path, files: list[Path], sample: int = 2500, near: float = 0.995) -> list[str]:
    """A line for each image of `files` that is, contains or resembles one of the data folder."""
    hashes, pixels, looks, names = known(root, sample)
    lines = []
    for path in files:
        for data in images_of(path):
            if hashlib.sha256(data).hexdigest() in hashes:
                lines.append(f"{path.name}: holds a file of the data")
                continue
            image = decode(data)
            for cell in crops(image, (64, 128, 256)) if image else []:
                if pixels_hash(cell) in pixels:
                    lines.append(f"{path.name}: holds the pixels of a picture of the data")
                elif min(cell.size) >= 64 and len(looks) and not flat(cell):
                    likeness = looks @ look(cell)
                    if likeness.max() > near:
                        lines.append(f"{path.name}: looks like {names[likeness.argmax()]}")
    return lines


@pytest.mark.slow
@pytest.mark.skipif(
    not os.environ.get("I2I_DATA"), reason="I2I_DATA names no folder of pictures to compare with"
)
def test_no_tracked_picture_shows_one_of_the_data():
    root = Path(os.environ["I2I_DATA"])
    shown = [p for p in tracked() if images_of(p)]
    if not shown:
        pytest.skip("no picture is tracked yet")
    assert shown_of(root, shown) == []


def test_a_shown_picture_would_be_found(tmp_path):
    """As the file, re-encoded, enlarged, in a sheet, in a notebook; an image of our own is not."""
    rng = np.random.default_rng(0)

    def made() -> Image.Image:
        coarse = Image.fromarray(rng.integers(0, 255, (6, 6, 3), np.uint8))
        return coarse.resize((128, 128), Image.BICUBIC)

    theirs, ours = [made() for _ in range(5)], [made() for _ in range(5)]
    (data := tmp_path / "data").mkdir()
    for i, image in enumerate(theirs):
        image.save(data / f"{i}.png")
    (mine := tmp_path / "mine").mkdir()
    ours[0].save(mine / "clean.png")
    (mine / "copy.png").write_bytes((data / "0.png").read_bytes())
    theirs[1].save(mine / "again.jpg", quality=80)
    theirs[2].resize((256, 256)).save(mine / "large.png")
    page = Image.new("RGB", (3 * 132 + 4, 136), "white")
    for i, image in enumerate((ours[1], theirs[3], ours[2])):
        page.paste(image, (4 + 132 * i, 4))
    page.save(mine / "sheet.png")
    buffer = io.BytesIO()
    theirs[4].save(buffer, "PNG")
    output = {"data": {"image/png": base64.b64encode(buffer.getvalue()).decode()}}
    (mine / "book.ipynb").write_text(json.dumps({"cells": [{"outputs": [output]}]}))
    lines = shown_of(data, sorted(mine.iterdir()))
    assert {line.split(":")[0] for line in lines} == {
        "copy.png",
        "again.jpg",
        "large.png",
        "sheet.png",
        "book.ipynb",
    }
    assert "again.jpg: looks like 1.png" in lines


def test_every_file_is_as_the_formatter_lays_it_out():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--check", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-1000:]
