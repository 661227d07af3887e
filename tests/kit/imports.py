"""Which way imports run within i2i, and what a file of it imports: read off the source."""

from __future__ import annotations

import ast
from pathlib import Path

from kit.root import ROOT

PACKAGE = ROOT / "i2i"

# Each part may import from parts of a lower rank, and from its own.
RANKS = [
    {
        "data",
        "nets",
        "losses",
        "opening",
        "images",
        "voxels",
        "colour",
        "files",
        "assets",
        "papers",
        "cores",
        "settings",
    },
    {"method"},
    {"fast"},
    {"methods"},
    {"cards"},
    {"step", "checkpoint"},
    {"train"},
    {"recipes"},
    {"run"},
    {"judges", "metrics"},
    {"measure"},
    {"publish", "bench"},
    {"budget"},
    {"claims", "lessons"},
    {"show"},
    {"check", "cli"},
    {"__main__"},
]
RANK = {part: i for i, parts in enumerate(RANKS) for part in parts}
# Same rank, yet one way only: what is a file of its own must not come to need what needs it.
BELOW = {
    ("nets", "losses"),
    ("data", "images"),
    ("data", "files"),
    ("images", "opening"),
    ("opening", "files"),
    ("train", "checkpoint"),
    ("judges", "metrics"),
    ("metrics", "judges"),
}


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path, package: Path = PACKAGE) -> set[str]:
    """The parts of i2i that a file imports, wherever in the file it does."""
    # The package that relative imports start from, as a path: one dot is the file's own folder.
    here = ("i2i", *path.relative_to(package).parts[:-1])
    parts = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            names = [(*module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [tuple(alias.name.split(".")) for alias in node.names]
        else:
            continue
        parts |= {name[1] for name in names if name[0] == "i2i" and len(name) > 1}
    return parts


def may_import(one: str, other: str) -> bool:
    if one == other or (one, other) in BELOW:
        return True
    return RANK[other] < RANK[one]


SOURCES = sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)
