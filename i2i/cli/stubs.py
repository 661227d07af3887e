"""What `i2i new` lays: the text of each stub, and the words of a paper in it, quoted so that any text stays text."""

from __future__ import annotations

from string import Template

from ..papers import Paper

LAYOUTS = (
    "paired",
    "unpaired",
)  # of which a stub can train at once; a method of another layout starts from one of these

_METHOD = Template('''\
"""$name. $authors: $title.
$appeared, $number.

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
        layers = [
            nn.Conv2d(3, c.width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(c.width, 3, 3, padding=1),
            nn.Tanh(),
        ]
        self.G = nn.Sequential(*layers)  # TODO
        self.D = PatchGAN(3, c.patch_width, c.patch_layers, cap=8 * c.patch_width)

    @classmethod
    def fit(cls, size: int, facts: dict[str, int]) -> Fit:
        """TODO How it is trained on a user's folder, on a laptop."""
        return Fit(
            {"width": 32, "patch_width": 32, "patch_layers": 3 if size >= 128 else 2, "steps": 10_000},
            batch=4,
        )

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
        name=$q_name,
        title=$q_title,
        authors=$q_authors,
        year=$year,
        venue=$q_venue,
        arxiv=$q_arxiv,
        idea=$q_idea,
        objective=r"TODO",
        family=$q_family,
        tab=$q_tab,
        notebook="",
        lectures=(),
    )""")

_RECIPE = Template("""
RECIPES["$key-icons"] = Recipe(
    "$key",
    "$data",
    64,
    {"width": 32, "patch_layers": 2, "patch_width": 32, "steps": 2_000},
    batch=4,
    showcase=$showcase,
    shipped=False,
    summary=$q_summary,
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

# TODO What a reader should predict before a cell runs; see unit.py.
QUESTIONS: dict[str, Question] = {}
# TODO What a reader should write, and the mistakes that the check can name.
EXERCISES: dict[str, Exercise] = {}
''')

_TINY = Template('"$key": {"width": 4, "patch_layers": 1, "patch_width": 4, "steps": 8}')


def unwritten(key: str, **said) -> Paper:
    """The record of a paper, TODO where nothing was said."""
    todo = {
        "name": key,
        "title": "TODO title",
        "authors": ("TODO",),
        "year": 0,
        "venue": "TODO venue",
        "arxiv": "",
        "idea": "TODO the idea in one line",
        "family": "Paired",
        "tab": "Paired",
    }
    return Paper(key=key, objective="TODO", notebook="", **{**todo, **{k: v for k, v in said.items() if v}})


def class_of(key: str) -> str:
    return "".join(part.capitalize() for part in key.split("_"))


def stubs(paper: Paper, layout: str) -> dict[str, str]:
    """The texts of a paper's own files and entries, by what they are: method, record, recipe, claim, lesson, tiny."""
    pairs = layout == "paired"
    number = (
        f"arXiv:{paper.arxiv}" if paper.arxiv else f"doi:{paper.doi}" if paper.doi else "TODO arXiv number"
    )
    words = {
        "key": paper.key,
        "upper": paper.key.upper(),
        "cls": class_of(paper.key),
        "name": _in_docstring(paper.name),
        "title": _in_docstring(paper.title),
        "authors": _in_docstring(", ".join(paper.authors)),
        "appeared": _in_docstring(paper.appeared),
        "number": number,
        "year": paper.year,
        "q_name": quoted(paper.name),
        "q_title": quoted(paper.title),
        "q_authors": f"({', '.join(map(quoted, paper.authors))}{',' * (len(paper.authors) == 1)})",
        "q_venue": quoted(paper.venue),
        "q_arxiv": quoted(paper.arxiv),
        "q_idea": quoted(paper.idea),
        "q_family": quoted(paper.family),
        "q_tab": quoted(paper.tab),
        "q_summary": quoted(f"{paper.name}: TODO, 64 px."),
        "layout": layout,
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
    templates = {
        "method": _METHOD,
        "record": _RECORD,
        "recipe": _RECIPE,
        "claim": _CLAIMS,
        "lesson": _LESSON,
        "tiny": _TINY,
    }
    return {what: template.substitute(words) for what, template in templates.items()}


def quoted(text: str) -> str:
    """A text in one line as Python writes it: in the quotes that need fewer backslashes, as the formatter has it."""
    mark = "'" if text.count('"') > text.count("'") else '"'
    return mark + text.replace("\\", r"\\").replace(mark, "\\" + mark) + mark


def _in_docstring(text: str) -> str:
    """A text as it stands between three double quotes; behind the first three the formatter wants a space before a fourth."""
    text = text.replace("\\", r"\\").replace('"""', r"\"\"\"")
    return f" {text}" if text.startswith('"') else text
