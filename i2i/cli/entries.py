"""One more entry in a Python file: in a tuple or a dict, or among its imports. The places are read off the syntax tree, so
that it does not matter how the formatter has broken the lines."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from .errors import Failed


def with_entry(text: str, name: str, entry: str) -> str:
    """With one more entry, the last, in the tuple, list or dict that is assigned to `name`."""
    at = _bracket(text, name)
    end, last = _code_before(text, at)
    comma = "" if last in ("(", "[", "{", ",") else ","
    line = text.rfind("\n", 0, at) + 1
    if not text[line:at].strip():  # the bracket has a line of its own, so each entry has
        return f"{text[:end]}{comma}{text[end:line]}{text[line:at]}    {entry},\n{text[line:]}"
    space = " " if "," in (comma, last) else ""
    alone = "," if last == "(" else ""  # a tuple of one
    return f"{text[:end]}{comma}{space}{entry}{alone}{text[end:]}"


def with_import(text: str, module: str, name: str) -> str:
    """With `from .module import name`, where it stands in the order of the imports."""
    found = [n for n in _imports(text) if n.module]
    if not found:
        raise Failed(f"there is no import to put that of {module} beside; has the file been moved?")
    later = next((n for n in found if _order(n.module) > _order(module)), None)
    lines = text.split("\n")
    at = later.lineno - 1 if later else found[-1].end_lineno
    return "\n".join([*lines[:at], f"from .{module} import {name}", *lines[at:]])


def with_sibling(text: str, name: str) -> str:
    """With one more name in `from . import ...`, where it stands in their order."""
    node = next((n for n in _imports(text) if not n.module), None)
    if node is None:
        raise Failed(f"there is no `from . import` to add {name} to; has the file been moved?")
    later = next((n for n in node.names if _order(n.name) > _order(name)), None)
    beside = later or node.names[-1]
    start = _offset(text, beside.lineno, beside.col_offset)
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    gap = " " if indent.strip() else f"\n{indent}"
    if later:
        return f"{text[:start]}{name},{gap}{text[start:]}"
    end = _offset(text, beside.end_lineno, beside.end_col_offset)
    return f"{text[:end]},{gap}{name}{text[end:]}"


def names_in(text: str) -> list[str]:
    """The names that a file binds in its outermost level, each as often as it does."""
    found: list[str] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += [alias.asname or alias.name for alias in node.names]
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.append(node.name)
        else:
            found += [t.id for t in _targets(node) if isinstance(t, ast.Name)]
    return found


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AnnAssign) else []


def _imports(text: str) -> list[ast.ImportFrom]:
    """Those from the file's own folder."""
    return [n for n in ast.parse(text).body if isinstance(n, ast.ImportFrom) and n.level == 1]


def _order(name: str) -> list[str | int]:
    """By this the linter sorts: numbers within names by their size."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _offset(text: str, line: int, column: int) -> int:
    """Where a place of the syntax tree is in the text. The tree counts lines from 1, and columns in bytes."""
    lines = text.split("\n")
    return sum(len(before) + 1 for before in lines[: line - 1]) + len(
        lines[line - 1].encode()[:column].decode()
    )


def _bracket(text: str, name: str) -> int:
    """Where the closing bracket of what is assigned to `name` stands."""
    for node in ast.parse(text).body:
        if any(isinstance(t, ast.Name) and t.id == name for t in _targets(node)):
            at = _offset(text, node.value.end_lineno, node.value.end_col_offset) - 1
            if isinstance(node.value, ast.Tuple | ast.List | ast.Dict) and text[at] in ")]}":
                return at
    raise Failed(f"there is no {name} with brackets to add to; has the file been moved?")


def _code_before(text: str, at: int) -> tuple[int, str]:
    """The end of the last piece of code before a place, and that piece: comments and line breaks are none."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    silent = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    found = (0, "")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        end = starts[token.end[0] - 1] + token.end[1]
        if end > at:
            break
        if token.type not in silent:
            found = (end, token.string)
    return found
