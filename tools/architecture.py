"""The picture of docs/architecture.md, drawn from the imports themselves: `make architecture` writes docs/architecture.svg.

A room is a box, and stands above all rooms that it imports. An arrow that other arrows imply is left out: claims import nets,
but by way of methods they would anyway. Which row a room stands in is said by RANKS in tests/kit/imports.py.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from kit.imports import RANKS, SOURCES, imported, part_of  # noqa: E402

PICTURE = ROOT / "docs" / "architecture.svg"
WIDTH, HEIGHT, GAP, ROW = 104, 32, 16, 78  # of a box, between two in a row, from row to row; pixels
Edge = tuple[str, str]
Node = str | tuple[str, str, int]  # a room, or the place at which an arrow (from, to) passes a row


def rows() -> list[list[str]]:
    """Rooms by row, the highest first. The command `python -m i2i` is its one line, and left out."""
    here = {part_of(path) for path in SOURCES}
    ranks = [sorted(here & parts - {"__main__"}) for parts in reversed(RANKS)]
    return [["app and demos", "notebooks"], *filter(None, ranks)]


def arrows(rooms: set[str]) -> set[Edge]:
    """(room, what it imports), of the package, the app and the code cells of the notebooks."""
    found = {(part_of(path), other) for path in SOURCES for other in imported(path)}
    for path in [ROOT / "app.py", *ROOT.glob("demos/**/*.py")]:
        found |= {("app and demos", other) for other in named(path.read_text())}
    for path in ROOT.glob("notebooks/*.ipynb"):
        cells = json.loads(path.read_text())["cells"]
        for cell in cells:
            code = "".join(cell["source"]) if cell["cell_type"] == "code" else ""
            found |= {
                ("notebooks", other)
                for other in named("\n".join(s for s in code.splitlines() if s[:1] not in "%!"))
            }
    return {(a, b) for a, b in found if {a, b} <= rooms and a != b}


def named(code: str) -> set[str]:
    """The rooms of i2i that code outside the package imports: `from i2i.nets.unet import UNet`, `from i2i import show`."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            module = node.module.split(".")
            if module[0] == "i2i":
                found |= {module[1]} if len(module) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                name.split(".")[1] for name in (alias.name for alias in node.names) if name.startswith("i2i.")
            }
    return found


def bare(edges: set[Edge]) -> list[Edge]:
    """Without the edges that a way over others replaces."""
    left = set(edges)
    for edge in sorted(edges):
        seen, todo = set(), [edge[0]]
        while todo:
            here = todo.pop()
            seen.add(here)
            todo += [b for a, b in left - {edge} if a == here and b not in seen]
        if edge[1] in seen:
            left.remove(edge)
    return sorted(left)


def ways(edges: list[Edge], row: dict[str, int]) -> dict[Edge, list[Node]]:
    """Each arrow that leads down as what it meets in every row on its way."""
    return {
        (a, b): [a, *((a, b, i) for i in range(row[a] + 1, row[b])), b] for a, b in edges if row[a] < row[b]
    }


def ordered(layers: list[list[Node]], links: list[tuple[Node, Node]]) -> dict[Node, float]:
    """The middle of each node across, with few crossings: means of the neighbours' places, down and up, again and again."""
    near: dict[Node, list[Node]] = {node: [] for layer in layers for node in layer}
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    across = {node: float(i * (WIDTH + GAP)) for layer in layers for i, node in enumerate(layer)}

    def wish(node: Node, layer: list[Node]) -> float:
        others = [across[n] for n in near[node] if n not in layer]
        return sum(others) / len(others) if others else across[node]

    for turn in range(60):
        for layer in layers if turn % 2 else layers[::-1]:
            wishes = {node: wish(node, layer) for node in layer}
            if turn < 40:
                layer.sort(key=lambda node, wishes=wishes: (round(wishes[node], 3), str(node)))
            across.update(apart(layer, wishes))
    least = min(across[node] - room(node) / 2 for node in across)
    return {node: x - least for node, x in across.items()}


def room(node: Node) -> float:
    """The width that a node takes up."""
    return WIDTH if isinstance(node, str) else 6


def apart(layer: list[Node], wishes: dict[Node, float]) -> dict[Node, float]:
    """Places as near to the wishes as the order and the widths allow: the mean of pushing to the right and to the left."""

    def pushed(nodes: list[Node], sign: int) -> dict[Node, float]:
        found: dict[Node, float] = {}
        edge = float("-inf")
        for node in nodes:
            found[node] = max(sign * wishes[node], edge + room(node) / 2)
            edge = found[node] + room(node) / 2 + GAP
        return {node: sign * x for node, x in found.items()}

    right, left = pushed(layer, 1), pushed(layer[::-1], -1)
    return {node: (right[node] + left[node]) / 2 for node in layer}


def drawn(
    across: dict[Node, float], row: dict[str, int], paths: dict[Edge, list[Node]], level: list[Edge]
) -> Iterator[str]:
    """Lines of SVG."""
    margin = 20
    x = {node: margin + value for node, value in across.items()}
    y = {node: margin + ROW * (row[node] if isinstance(node, str) else node[2]) for node in across}
    wide = max(x[node] + room(node) / 2 for node in x) + margin
    high = max(y.values()) + HEIGHT + margin + 12
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" font-family="sans-serif" font-size="13">'
    yield "<title>The rooms of i2i, each above those that it imports</title>"
    yield '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    yield '<path d="M0 0 8 4 0 8z" fill="#6b7280"/></marker></defs>'
    yield f'<rect width="{wide:.0f}" height="{high:.0f}" rx="8" fill="#fbfaf7"/>'
    yield '<g fill="none" stroke="#6b7280" stroke-width="1.2" marker-end="url(#tip)">'
    for (a, b), nodes in sorted(paths.items()):
        line = [f"M{x[a]:.0f} {y[a] + HEIGHT}"]
        for here, there in zip(nodes, nodes[1:], strict=False):
            top = y[here] + HEIGHT
            bottom, middle = y[there], (top + y[there]) / 2
            line.append(f"C{x[here]:.0f} {middle:.0f} {x[there]:.0f} {middle:.0f} {x[there]:.0f} {bottom}")
            if not isinstance(there, str):
                line.append(f"V{bottom + HEIGHT}")
        yield f'<path d="{" ".join(line)}"><title>{a} imports {b}</title></path>'
    for a, b in level:  # in one row: an arc below
        low = y[a] + HEIGHT
        yield f'<path d="M{x[a]:.0f} {low}C{x[a]:.0f} {low + 26} {x[b]:.0f} {low + 26} {x[b]:.0f} {low}"><title>{a} imports {b}</title></path>'
    yield "</g>"
    for node in (node for node in across if isinstance(node, str)):
        left = x[node] - WIDTH / 2
        yield f'<rect x="{left:.0f}" y="{y[node]}" width="{WIDTH}" height="{HEIGHT}" rx="6" fill="#fff" stroke="#4b3f8f" stroke-width="1.4"/>'
        yield f'<text x="{x[node]:.0f}" y="{y[node] + 21}" text-anchor="middle" fill="#1f2937">{node}</text>'
    yield "</svg>"


def picture() -> str:
    """The whole SVG; the same for the same imports."""
    layers: list[list[Node]] = [list(layer) for layer in rows()]
    row = {node: i for i, layer in enumerate(layers) for node in layer if isinstance(node, str)}
    edges = bare(arrows(set(row)))
    paths = ways(edges, row)
    for nodes in paths.values():
        for node in nodes[1:-1]:
            layers[node[2]].append(node)
    links = [pair for nodes in paths.values() for pair in zip(nodes, nodes[1:], strict=False)]
    level = [(a, b) for a, b in edges if row[a] == row[b]]
    return "\n".join(drawn(ordered(layers, links), row, paths, level)) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture())
