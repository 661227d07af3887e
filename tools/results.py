"""The tables of docs/results.md and of README.md, from the records in assets/ and i2i/papers.py: `make results` writes them anew.

Text is written by hand in the page itself; what stands between `<!-- table: NAME -->` and `<!-- end -->` is made here: tables, and
sentences whose numbers are those of cards, which a new training changes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from i2i.assets import ASSETS  # noqa: E402
from i2i.bench import ANSWERS  # noqa: E402
from i2i.claims import CLAIMS, markdown, recorded, verdicts  # noqa: E402
from i2i.files import replacing  # noqa: E402
from i2i.methods import METHODS  # noqa: E402
from i2i.papers import PAPERS  # noqa: E402
from i2i.publish import figures_table, papers_table  # noqa: E402
from i2i.recipes import PAPER, RECIPES  # noqa: E402
from i2i.run.pipeline import cards  # noqa: E402

CITATION = ROOT / "CITATION.cff"
PAGES = (ROOT / "docs" / "results.md", ROOT / "README.md")
BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- end -->)", re.S)

# Decimals of a column of super-resolution, and the columns that are shown: brightness tells the rest.
ENLARGED = {
    "Set5 PSNR-Y": 2,
    "Set14 PSNR-Y": 2,
    "BSD100 PSNR-Y": 2,
    "BSD100 SSIM-Y": 3,
    "BSD100 energy ratio": 3,
    "BSD100 PD-i2i": 3,
}


def super_resolution() -> str:
    """The claim of this name, without the columns that say the same once more."""
    figures = recorded("super-resolution")["figures"]
    rows = dict.fromkeys(name.partition(" | ")[0] for name in figures)
    lines = [f"| | {' | '.join(ENLARGED)} |", "|---" * (len(ENLARGED) + 1) + "|"]
    for row in rows:
        found = ((figures.get(f"{row} | {column}"), digits) for column, digits in ENLARGED.items())
        lines.append(
            f"| {row} | {' | '.join('' if v is None else f'{v:.{digits}f}' for v, digits in found)} |"
        )
    return "\n".join(lines)


def speed() -> str:
    """assets/bench.json: times as fast as plain, milliseconds for several answers to one input, and what drawing the images adds to a step."""
    found = json.loads((ASSETS / "bench.json").read_text())["recipes"]
    many = f"{ANSWERS} answers ms"
    lines = [
        f"| | a training step | a picture | a picture, compiled | {ANSWERS} answers, ms | real images | a core to spare |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, figures in found.items():
        recipe = PAPER.get(name) or RECIPES[name]
        label = f"`{name}`, {recipe.size} px"
        if name in PAPER:
            changes = recipe.config | ({"batch": recipe.batch} if recipe.batch > 1 else {})
            label = f"{recipe.method} as in the paper, {recipe.size} px"
            label += "".join(
                f", {key.replace('_', ' ')} {value}" for key, value in changes.items() if key != "attributes"
            )
        compiled = figures.get("compiled inference ratio")
        cells = [
            f"{figures['training ratio']:.2f}",
            f"{figures['inference ratio']:.1f}",
            f"{compiled:.1f}" if compiled else "",
            f"{figures[many]:.0f}" if many in figures else "",
            *(
                f"{figures[key]:.2f}" if key in figures else ""
                for key in ("real step ratio", "real step ratio, a core to spare")
            ),
        ]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def speedrun() -> str:
    """assets/speedrun.json: the fastest runs to a frozen figure."""
    lines = [
        "| recipe | to PD-i2i (val) | seconds | by | on | commit | date |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, known in json.loads((ASSETS / "speedrun.json").read_text()).items():
        if not known["runs"]:
            lines.append(f"| `{name}` | {known['target']:.3f} | not run yet | | | | |")
        for run in known["runs"]:
            cells = (
                f"{run['seconds']:,}",
                f"`{run['command']}`",
                run["hardware"],
                f"`{run['commit']}`",
                run["date"],
            )
            lines.append(f"| `{name}` | {known['target']:.3f} | {' | '.join(cells)} |")
    return "\n".join(lines)


# Figures of models that give several answers, as cards and the claim `several-answers` have them, and decimals.
SEVERAL = {
    "diversity": 3, "diversity of answers": 3, "sample to answer": 3, "answer to sample": 3, "answers met": 2, "KD-i2i": 2, "lines kept": 2,
    "content found": 2, "style error": 2, "style spread": 2, "ms a sample": 1,
}  # fmt: skip


def several() -> str:
    """All methods that give several answers, a row for each number of steps where a net can take more or fewer; the other models
    from their cards. What each figure is says `measure.multimodal.FIGURES`."""
    emoji: dict[str, dict[str, float]] = {}
    for told, value in recorded("several-answers")["figures"].items():
        row, _, figure = told.partition(" | ")
        emoji.setdefault(row, {})[figure] = value
    sets = {"**emoji from a pen**": emoji}
    for name, config in cards().items():
        card, figures = config["card"], config["card"]["figures"]
        if "diversity" in figures and card["data"] != "emoji-answers":
            found = {told.removeprefix("samples "): estimate[0] for told, estimate in figures.items()}
            kind = card["data"].removesuffix("-unpaired").replace("-", " ")  # judged by the same answers
            sets.setdefault(f"**{kind}**", {})[f"`{name}`"] = found
    lines = [f"| | {' | '.join(SEVERAL)} |", "|---" * (len(SEVERAL) + 1) + "|"]
    for told, rows in sets.items():
        lines.append(f"| {told} |{' |' * len(SEVERAL)}")
        for row, found in rows.items():
            cells = [f"{found[k]:.{n}f}" if k in found else "" for k, n in SEVERAL.items()]
            lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


def several_said() -> str:
    """What cards say of several answers, in sentences: how far samples differ, whose they are, what becomes of their styles."""
    differ, found, styles, chance = [], [], [], []
    for name, config in cards().items():
        card = config["card"]
        figures = {told: value for told, (value, _, _) in card["figures"].items()}
        if "diversity of answers" in figures and card["data"] != "emoji-answers":
            ratio = figures["diversity"] / figures["diversity of answers"]
            differ.append((ratio, f"`{name}` {ratio:.1f} times"))
        if "content found" in figures:
            found.append((figures["content found"], f"`{name}` {100 * figures['content found']:.0f} %"))
            chance.append(1 / int(re.findall(r"for each of (\d+) of them", card["judged on"])[0]))
        if "style error" in figures:
            share = figures["style error"] / figures["style spread"]
            styles.append((share, f"{100 * share:.0f} % (`{name}`)"))

    def listed(rows: list[tuple[float, str]]) -> str:
        *first, last = (told for _, told in sorted(rows))
        return f"{', '.join(first)} and {last}"

    least, most = (f"{100 * share:.0f}" for share in (min(chance), max(chance)))
    return (
        f"How far samples differ, beside how far right answers do: {listed(differ)} as far. So many samples are found to belong to "
        f"their own input: of {listed(found)}, where chance has {least if least == most else f'{least} to {most}'} %. Styles "
        "that are read from an image and read again from the translation are off by "
        f"{min(styles)[1]} to {max(styles)[1]} of the spread."
    )


TABLES: dict[str, Callable[[], str]] = {
    "figures": figures_table,
    "papers": papers_table,
    "verdicts": verdicts,
    "super-resolution": super_resolution,
    "several": several,
    "several-said": several_said,
    "speed": speed,
    "speedrun": speedrun,
}


def table(name: str) -> str:
    """A table by its name: one of TABLES, or a claim with all its figures."""
    if name not in TABLES and name not in CLAIMS:
        raise KeyError(f"a page asks for the table {name!r}; there are {', '.join([*TABLES, *CLAIMS])}.")
    return TABLES[name]() if name in TABLES else markdown(recorded(name)["figures"])


def filled(page: str) -> str:
    """The page with every table as it is now."""
    return BLOCK.sub(lambda found: f"{found[1]}\n{table(found[2])}\n\n{found[3]}", page)


def citation(page: str) -> str:
    """CITATION.cff with a reference for each paper that is here; what stands above the references is written by hand."""
    papers = {PAPERS[key].title: PAPERS[key] for key in METHODS}
    lines = []
    for paper in papers.values():
        lines += [
            f"  - type: {'conference-paper' if paper.venue else 'article'}",
            f"    title: {json.dumps(paper.title, ensure_ascii=False)}",
            "    authors:",
        ]
        for author, surname in zip(paper.authors, paper.surnames, strict=True):
            given = author.removesuffix(surname).strip()
            names = {"family-names": surname, "given-names": given} if given else {"name": surname}
            lines.append(f"      - {json.dumps(names, ensure_ascii=False)}")
        if paper.venue:
            lines.append(f"    conference: {json.dumps({'name': paper.venue}, ensure_ascii=False)}")
        lines += [f"    year: {paper.year}", f"    url: {json.dumps(paper.url)}"]
    return page.partition("references:\n")[0] + "references:\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    for page in PAGES:
        with replacing(page) as part:
            part.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
    with replacing(CITATION) as part:
        part.write_text(citation(CITATION.read_text(encoding="utf-8")), encoding="utf-8")
