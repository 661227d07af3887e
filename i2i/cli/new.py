"""`i2i new NAME`: the stubs of a paper, in every place that a paper has, so that its contract's tests say what is missing."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Template

from ..files import replacing
from .errors import Failed, Wrong

STUB_LAYOUTS = (
    "paired",
    "unpaired",
)  # of which a stub can train at once; a method of another layout starts from one of these

_METHOD = Template('''\
"""$name. $authors: $title.
$venue $year, $arxiv.

TODO What is given, what is learned, and by which losses: three sentences that a reader of the paper would sign.

Differs from the paper:
* TODO this is a stub: two convolutions for G, patches for D, the log loss$and_l1; say here what is left out, and what is added.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from ..losses import $losses
from ..method import Batch, Fit, Method, Symbol, Terms
from ..nets.chance import Rng
from ..nets.patchgan import PatchGAN


@dataclass(frozen=True)
class Config:
    """TODO The paper's sizes."""

    width: int = 64
    patch_layers: int = 3
    patch_width: int = 64
    # the objective$objective_fields
    # training
    steps: int = 100_000
    rate: float = 2e-4
    decay_from: float = 0.5


class $cls(Method):
    """TODO The objective in one line, with its equation's number: $objective."""

    Config = Config
    layout = "$layout"
    shared = ("fake_y",)
    symbols = {
        "real": Symbol(r"-\\log D(y)", "TODO", ("D",), "adversarial"),
        "fake": Symbol(r"-\\log(1 - D(G(x)))", "TODO", ("D", "G"), "adversarial"),
        "gan": Symbol(r"-\\log D(G(x))", "TODO", ("D", "G"), "adversarial"),$l1_symbol
    }

    def __init__(self, config: Config = Config()):  # noqa: B008 (frozen)
        super().__init__(config)
        c = config
        layers = [nn.Conv2d(3, c.width, 3, padding=1), nn.ReLU(), nn.Conv2d(c.width, 3, 3, padding=1), nn.Tanh()]
        self.G = nn.Sequential(*layers)  # TODO
        self.D = PatchGAN(3, c.patch_width, c.patch_layers, cap=8 * c.patch_width)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """TODO How it is trained on a user's folder, on a laptop."""
        return Fit({"width": 32, "patch_width": 32, "patch_layers": 3 if size >= 128 else 2, "steps": 10_000}, batch=4)

    def fakes(self, batch: Batch) -> Batch:
        return {"fake_y": self.G(batch["x"])}

    def generator_loss(self, batch: Batch) -> Terms:
        """TODO Which equations."""
        fake_y = self.complete(batch)["fake_y"]
        terms = $terms
        if self.loaded("D"):
            terms["gan"] = log_loss(self.D(fake_y), True)
        return terms

    def discriminator_loss(self, batch: Batch) -> Terms:
        fake_y = self.complete(batch)["fake_y"].detach()
        return {"real": log_loss(self.D(batch["y"]), True), "fake": log_loss(self.D(fake_y), False)}

    def weights(self, step: int) -> dict[str, float]:
        return {"real": 0.5, "fake": 0.5, "gan": 1.0$l1_weight}

    def translate(self, x: Tensor, generator: Rng = None) -> Tensor:
        """x [B, 3, H, W] in [-1, 1] -> the same."""
        return self.G(x)
''')

_RECORD = Template("""\
    Paper(
        key="$key",
        name="$name",
        title="$title",
        authors=$authors_tuple,
        year=$year,
        venue="$venue",
        arxiv="$number",
        idea="$idea",
        objective=r"TODO",
        family="$family",
        tab="$tab",
        notebook="",
        lectures=(),
    ),
""")

_RECIPE = Template("""
RECIPES["$key-icons"] = Recipe(
    "$key", "$data", 64, {"width": 32, "patch_layers": 2, "patch_width": 32, "steps": 2_000}, batch=4,
    showcase=$showcase, shipped=False, summary="$name: TODO, 64 px.",
    licence="MIT: trained on the procedural icons of this package",
    failures=("TODO what goes wrong, seen on the sheet",),
)
""")

_CLAIMS = Template('''\
"""Claims about $name: what the lecture or the paper says, as something that a command can measure."""

from __future__ import annotations

from .claim import Claim

# TODO One Claim for each sentence worth measuring: its rule, three seeds, and where it is said; see inpainting.py.
$upper: dict[str, Claim] = {}
''')

_LESSON = Template('''\
"""Questions and exercises on $name."""

from __future__ import annotations

from .lesson import Exercise, Question

QUESTIONS: dict[str, Question] = {}  # TODO what a reader should predict before a cell runs; see unit.py
EXERCISES: dict[str, Exercise] = {}  # TODO what a reader should write, and the mistakes that the check can name
''')


def new_command(options) -> None:
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests" / "kit" / "methods.py").is_file():
        raise Failed("`new` writes into a clone of the repository; this is an installed package.")
    from ..methods import METHODS
    from ..papers import PAPERS

    key = options.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise Wrong(f"a paper's key is a Python name in small letters; got {key!r}.")
    if key in METHODS:
        raise Wrong(f"there is a method {key!r} already: i2i/methods/{key}.py.")
    for path in _places(root, key).values():
        if path.exists() and path.stem == key:
            raise Wrong(f"{path.relative_to(root)} is there already.")
    pairs = options.layout == "paired"
    name = options.called or (PAPERS[key].name if key in PAPERS else key)
    authors = tuple(a.strip() for a in options.authors.split(",")) if options.authors else ("TODO",)
    words = {
        "key": key,
        "upper": key.upper(),
        "cls": "".join(part.capitalize() for part in key.split("_")),
        "name": name,
        "title": options.title or "TODO title",
        "authors": ", ".join(authors),
        "authors_tuple": repr(authors),
        "year": options.year or 0,
        "venue": options.venue or "TODO venue",
        "number": options.arxiv or "",
        "arxiv": f"arXiv:{options.arxiv}" if options.arxiv else "TODO arXiv number",
        "idea": options.idea or "TODO the idea in one line",
        "family": options.family,
        "tab": options.tab,
        "layout": options.layout,
        "losses": "l1, log_loss" if pairs else "log_loss",
        "and_l1": " and L1" if pairs else "",
        "objective": "L_GAN(G, D) + lambda L_1(G)" if pairs else "L_GAN(G, D)",
        "objective_fields": "\n    l1: float = 100.0" if pairs else "",
        "l1_symbol": '\n        "l1": Symbol("|y - G(x)|", "TODO", ("G",), "reconstruction"),'
        if pairs
        else "",
        "terms": '{"l1": l1(fake_y, batch["y"])}' if pairs else "{}",
        "l1_weight": ', "l1": self.config.l1' if pairs else "",
        "data": "icons" if pairs else "icons-glossy-night",
        "showcase": "from_world(Icons)" if pairs else 'icons_in("glossy", "night")',
    }
    for path, text in _written(root, words, key in PAPERS).items():
        with replacing(path) as part:
            part.write_text(text)
        print(f"wrote {path.relative_to(root)}")
    print(
        f"\nNow, in this order:\n"
        f"  pytest tests/contract --regold -k {key}     writes its golden values; commit them\n"
        f"  make test-fast                       says what is still to do, by file and line\n"
        f"  python -m i2i train {key}-icons        trains its recipe; CONTRIBUTING.md tells the rest"
    )


def _places(root: Path, key: str) -> dict[str, Path]:
    package = root / "i2i"
    return {
        "method": package / "methods" / f"{key}.py",
        "methods": package / "methods" / "__init__.py",
        "record": package / "papers.py",
        "claim": package / "claims" / f"{key}.py",
        "claims": package / "claims" / "__init__.py",
        "lesson": package / "lessons" / f"{key}.py",
        "lessons": package / "lessons" / "__init__.py",
        "tiny": root / "tests" / "kit" / "methods.py",
    }


def _written(root: Path, words: dict, known: bool) -> dict[Path, str]:
    """Every file that is new or changes, with its text."""
    key, at = words["key"], _places(root, words["key"])
    recipes = root / "i2i" / "recipes" / f"{words['layout']}.py"
    texts = {
        at["method"]: _METHOD.substitute(words),
        at["methods"]: _listed(
            at["methods"], f"from .{key} import {words['cls']}", "METHODS", f'    "{key}": {words["cls"]},\n'
        ),
        at["claim"]: _CLAIMS.substitute(words),
        at["claims"]: _listed(
            at["claims"], f"from .{key} import {words['upper']}", "CLAIMS", f"**{words['upper']}"
        ),
        at["lesson"]: _LESSON.substitute(words),
        at["lessons"]: _booked(at["lessons"], key),
        at["tiny"]: _listed(
            at["tiny"],
            "",
            "TINY",
            f'    "{key}": {{"width": 4, "patch_layers": 1, "patch_width": 4, "steps": 8}},\n',
        ),
        recipes: recipes.read_text().rstrip("\n") + "\n" + _RECIPE.substitute(words),
    }
    if not known:  # a system that is still to come has its record
        texts[at["record"]] = _recorded(at["record"], _RECORD.substitute(words))
    return texts


def _end(text: str, name: str) -> int:
    """Where the closing bracket of the assignment to `name` stands."""
    for node in ast.parse(text).body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            lines = text.splitlines(keepends=True)
            value = node.value
            return (
                sum(map(len, lines[: value.end_lineno - 1]))
                + len(lines[value.end_lineno - 1].encode()[: value.end_col_offset].decode())
                - 1
            )
    raise Failed(f"there is no {name} to add to; has the file been moved?")


def _listed(path: Path, line: str, name: str, entry: str) -> str:
    """The text of a file with one more import, in its order, and one more entry in the dict `name`."""
    text = path.read_text(encoding="utf-8")
    at = _end(text, name)
    comma = "" if text[:at].rstrip().endswith((",", "{")) else ", "
    text = text[:at] + comma + entry + text[at:]
    if not line:
        return text
    imports = [m for m in re.finditer(r"^from \.\w+ import .*?(?:\(\n.*?^\))?$", text, re.M | re.S)]
    later = next((m.start() for m in imports if m[0].split()[1] > line.split()[1]), imports[-1].end() + 1)
    return text[:later] + line + "\n" + text[later:]


def _booked(path: Path, key: str) -> str:
    """lessons/__init__.py with one more book."""
    text = path.read_text(encoding="utf-8")
    names = sorted({*re.search(r"^from \. import (.+)$", text, re.M)[1].split(", "), key})
    text = re.sub(r"^from \. import .+$", f"from . import {', '.join(names)}", text, flags=re.M)
    return re.sub(r"^(_BOOKS = \(.*)\)$", rf"\1, {key})", text, flags=re.M)


def _recorded(path: Path, record: str) -> str:
    """papers.py with one more record, the last."""
    text = path.read_text(encoding="utf-8")
    at = _end(text, "_RECORDS")
    return text[:at] + record + text[at:]
