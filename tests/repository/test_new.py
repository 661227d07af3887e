"""A paper that `i2i new` lays is trained, timed, listed, shown and tested, with no line written by hand outside its files."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from i2i.cli.entries import names_in, with_entry, with_import, with_sibling
from i2i.cli.errors import Failed
from i2i.cli.new import _write
from i2i.methods import METHODS
from i2i.papers import PAPERS
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
import i2i.claims, i2i.lessons
from i2i.papers import PAPERS
assert i2i.lessons.toy in i2i.lessons._BOOKS and "i2i.claims.toy" in sys.modules and PAPERS["toy"].year == 2026
from demos.map import tab
print("MAP", "ToyGAN" in tab._families(tab._tab_of()))
assert pytest.main(["-q", "-p", "no:cacheprovider", "-k", "toy", "--regold", "tests/contract"]) == 0
assert pytest.main(["-q", "-p", "no:cacheprovider", "-k", "toy", "tests/contract"]) == 0
"""


COPIED = ("i2i", "demos", "tests", "tools", "app.py", "pyproject.toml", "README.md", "CITATION.cff")


@pytest.fixture
def clone(tmp_path):
    """The files of the repository that are code, apart from it."""
    here = tmp_path / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if name.split("/")[0] in COPIED and (ROOT / name).is_file():
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, here / name)
    (here / "assets").symlink_to(ROOT / "assets")
    return here


def run(clone: Path, *command: str, given: str = "") -> subprocess.CompletedProcess:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"PYTHONPATH": f"{clone}{os.pathsep}{clone / 'tests'}", "OMP_NUM_THREADS": "1"}
    environment |= {"PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=clone, env=environment, capture_output=True, text=True, encoding="utf-8", input=given, timeout=240,
    )  # fmt: skip


def many(clone: Path, commands: list[list[str]]) -> list[tuple[int, str]]:
    """Exit status and words on stderr of each `i2i new`."""
    done = run(clone, "-c", MANY, given=json.dumps(commands))
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def left_to_do(clone: Path) -> list[str]:
    found = []
    for path in sorted(
        p for part in ("i2i", "tests/kit") for p in (clone / part).rglob("*.py") if p.name != "stubs.py"
    ):
        found += [
            f"{path.relative_to(clone)}:{n}"
            for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
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
        path.write_text(path.read_text(encoding="utf-8").replace("TODO", "here, for once,"), encoding="utf-8")
    done = run(clone, "-c", AFTER)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "toy-folder" in done.stdout or "toy-icons" in done.stdout
    assert "MAP True" in done.stdout and "ToyGAN" in done.stdout
    again = run(clone, "-m", "i2i", "new", "toy", *WORDS)
    assert again.returncode == 2 and "there is a method 'toy' already" in again.stderr


# One of the systems that have their record and no method yet, while there is one.
TO_COME = [key for key in PAPERS if key not in METHODS][:1]

# ---- What is refused ----

REFUSED = [
    *(([key], key) for key in ("Toy", "2toy", "my-toy", "pix2pix", "tøy", "toy_", "to__y", "../toy", "con")),
    (["a" * 41], "at most 40"),
    *(([key], "Python has a meaning") for key in ("lambda", "class", "none", "true", "match", "list", "exception")),
    *(([key], "means something else") for key in ("tensor", "config", "mean", "verdicts", "holds")),
    *(([key], "is there already") for key in ("workshop", "lesson", "gans", "kept")),
    *(([key], "underscores alone") for key in ("madgan", "pix_2_pix", "layerswapping")),
    *(([key, "--title", "Another"], "leave out --title") for key in TO_COME),
    *((["toy", "--title", f"two{sign}parts"], f"U+{ord(sign):04X} after 3") for sign in "\n\r\t\0\x1b\u2028\u202e\udcff"),
    (["toy", "--called", "a\nb"], "--called has to be one line"),
    (["toy", "--authors", "A. B,\nC. D"], "--authors has to be one line"),
    (["toy", "--title", "long " * 1000], "--title may have 300"),
    (["toy", "--called", "CycleGAN"], "called 'CycleGAN' already"),
    (["toy", "--called", "cyclegan "], "called 'CycleGAN' already"),
    (["toy", "--arxiv", '1611.07004"'], "such as 1611.07004"),
    (["toy", "--family", "Nonsense"], "there are Paired, Unpaired"),
    (["toy", "--tab", "Nonsense"], "3D voxels"),
    *((["toy", "--year", year], "--year") for year in ("99999", "1949", "0", "-1", "soon", "²")),
]  # fmt: skip

# The commands as JSON in, the exit status and the words of each out: one process for all, since each would import torch.
MANY = """
import contextlib, io, json, sys
from i2i.cli import main
told = []
for words in json.load(sys.stdin):
    with contextlib.redirect_stderr(io.StringIO()) as error, contextlib.redirect_stdout(io.StringIO()):
        try:
            status = main(["new", *words])
        except SystemExit as end:
            status = end.code
    told.append((status, error.getvalue()))
print(json.dumps(told))
"""


def every_file(clone: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in clone.rglob("*") if p.is_file() and "__pycache__" not in p.parts}


@pytest.mark.patient
def test_what_cannot_be_is_refused_in_one_sentence_and_nothing_is_written(clone):
    before = every_file(clone)
    told = many(clone, [words for words, _ in REFUSED])
    for (words, because), (status, error) in zip(REFUSED, told, strict=True):
        last = error.strip().splitlines()[-1]
        assert status == 2 and because in last, (words, error)
        assert "--year" in words or error.count("\n") == 1, error
    assert every_file(clone) == before


def test_all_files_are_written_or_none(tmp_path):
    (old := tmp_path / "old.py").write_text("old\n", encoding="utf-8")
    missing = tmp_path / "missing" / "new.py"
    with pytest.raises(OSError) as fault:
        _write({old: "new\n", tmp_path / "new.py": "new\n", missing: "new\n"})
    assert fault.value.filename == str(missing)
    assert old.read_text(encoding="utf-8") == "old\n" and [*tmp_path.iterdir()] == [old]


# ---- What is taken, however odd it is ----

ODD = [
    ["quotes", "--called", 'Toy"GAN', "--title", 'A "Toy" paper', "--idea", """it's "so" """, "--authors", "J. O'Neill, \"Q\" X"],
    ["triple", "--called", '"""Toy', "--title", "\"\"\" and \'\'\'", "--venue", '"'],
    ["first", "--called", '"Toy"', "--title", '"', "--layout", "unpaired"],
    ["slash", "--called", "\\", "--title", "\\N{x} \\u12 \\x \\", "--venue", "\\"],
    ["braces", "--called", "{toy}", "--title", "%s {0} {} $key ${title} %(x)s", "--idea", "{"],
    ["page", "--called", "<b>|a|", "--title", "- a: b # c", "--idea", "a | b `c` *d* [e](f) <script>", "--venue", "|"],
    ["signs", "--called", "Тої 🎉", "--title", "Ünï 李明 🎉", "--authors", "李明, Ä. Ö", "--year", "2026", "--arxiv", "2601.00001"],
    ["empty", "--called", "", "--title", " ", "--authors", " , ", "--venue", ""],
    ["toy10"], ["toy9"], ["pix2"], ["pix10"], ["mad"], ["mada", "--layout", "unpaired"], ["mad_h"], ["zz_9"], ["a1"],
    ["a" * 40, "--title", "long" * 75, "--called", "x" * 60, "--idea", "y" * 100],
    *([key] for key in TO_COME),
]  # fmt: skip

# Each text is in its record as it was given, and in the head of its method; the pages that are made from it can be read.
READ = """
import json, sys
import i2i.claims, i2i.lessons, i2i.recipes, kit.methods, yaml
from demos.map import tab
from i2i.cli import main
from i2i.methods import METHODS
from i2i.papers import PAPERS
from markdown_it import MarkdownIt
from tools import results

odd = json.load(sys.stdin)
for key, *said in odd:
    told = dict(zip(said[::2], (text.strip() for text in said[1::2]), strict=True))
    paper, head = PAPERS[key], sys.modules[METHODS[key].__module__].__doc__
    for option, field in (("--called", "name"), ("--title", "title"), ("--idea", "idea"), ("--venue", "venue")):
        assert getattr(paper, field) == (told.get(option) or getattr(paper, field)), (key, option)
    assert paper.title in head and paper.name in head and paper.appeared in head, (key, head)
    assert getattr(i2i.lessons, key) in i2i.lessons._BOOKS and getattr(i2i.claims, key)
    assert key in kit.methods.TINY and f"{key}-icons" in i2i.recipes.RECIPES
cited = yaml.safe_load(results.citation("references:\\n"))["references"]
assert {PAPERS[key].title for key, *_ in odd} <= {reference["title"] for reference in cited}
html = MarkdownIt("commonmark").enable("table").render(results.papers_table())
rows = [row.count("<td>") for row in html.split("<tr>")[2:]]
assert rows == [6] * len(PAPERS), rows
assert "<td>&lt;b&gt;|a|</td>" in html and "a | b `c` *d* [e](f) &lt;script&gt;" in html
assert tab._families(tab._tab_of()) and main(["list"]) == 0 and main(["list", "--json"]) == 0
"""


@pytest.mark.patient
def test_odd_words_stay_text(clone):
    assert [status for status, _ in many(clone, ODD)] == [0] * len(ODD)
    read = run(clone, "-c", READ, given=json.dumps(ODD))
    assert read.returncode == 0, read.stdout[-500:] + read.stderr[-3000:]
    for check in (["format", "--check", "--diff"], ["check"]):
        done = run(clone, "-m", "ruff", *check, "i2i", "tests")
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


# ---- However the lines are broken ----


@pytest.mark.parametrize(
    "text",
    [
        "from . import a, c\nfrom .a import A\nfrom .c import C\n_X = (a, c)\n",
        "from . import (a,\n    c)\nfrom .a import (\n    A,\n    # B)\n)\nfrom .c import C\n_X = (a,\n  c)\n",
        "from . import (\n    a,\n    c,  # see, c\n)\nfrom .a import A\nfrom .c import C\n_X = (\n    a,\n    c,  # (,\n    # and\n)\n",
        "é = 'ß'\nfrom . import (a, c,)\nfrom .a import A\nfrom .c import C\n_X = ('é' and a, (c)  # no comma\n)\n",
        "from . import a\nfrom .a import A\n_X = ()\n",
        "from . import a\nfrom .a import A\n_X: tuple = (\n)  # fmt: skip\n",
        "from . import a\nfrom .a import A\n_X = [a, (a)]  # x = (\n",
    ],
)
@pytest.mark.parametrize("name", ["b", "d", "a2"])
def test_an_entry_is_added_however_the_lines_are_broken(text, name):
    made = with_entry(with_import(with_sibling(text, name), name, name.upper()), "_X", name)
    old, new = ast.parse(text).body, ast.parse(made).body
    names = lambda body, i: [alias.name for alias in body[i].names]  # noqa: E731
    first = int(isinstance(old[0], ast.Assign))
    assert names(new, first) == sorted([*names(old, first), name])
    modules = [n.module for n in new if isinstance(n, ast.ImportFrom) and n.module]
    assert modules == sorted(modules) and name in modules and name.upper() in names_in(made)
    before, after = old[-1].value, new[-1].value
    assert type(after) is type(before) and [ast.unparse(e) for e in after.elts] == [
        *map(ast.unparse, before.elts),
        name,
    ]
    assert {*re.findall("# .*", text)} <= {*re.findall("# .*", made)}


def test_a_file_without_the_place_is_named():
    for text in ("", "_X = a, b\n", "_X = f(1)\n"):
        with pytest.raises(Failed, match="has the file been moved"):
            with_entry(text, "_X", "b")
        with pytest.raises(Failed, match="has the file been moved"):
            with_sibling(text, "b")
        with pytest.raises(Failed, match="has the file been moved"):
            with_import(text, "b", "B")
