"""Write docs/licences.md: the licence of each package of requirements.lock that is installed here, as its metadata say it."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK, PAGE = ROOT / "requirements.lock", ROOT / "docs" / "licences.md"
HEAD = """# Licences of what is installed

The project is MIT. What `make app` installs beside it on Linux, with the licence that each package states of itself; packages for other
systems are left out. Weights and data: see the table in the [README](../README.md). Made by `make lock`.

| package | version | licence |
|---|---|---|
"""


def locked() -> list[str]:
    """Names of the packages in requirements.lock, each once."""
    return sorted(set(re.findall(r"^([\w.-]+)==", LOCK.read_text(), re.M)))


def licence(name: str) -> str:
    """One line: the expression, else the classifiers, else the first line of the text."""
    told = metadata(name)
    if told["License-Expression"]:
        return told["License-Expression"]
    classes = [c.split(" :: ")[-1] for c in told.get_all("Classifier") or [] if c.startswith("License ::")]
    classes = [c for c in classes if c != "OSI Approved"]
    text = (told["License"] or "").strip().splitlines()
    return "; ".join(classes) or (text[0][:80] if text else "none stated")


def rows() -> dict[str, tuple[str, str]]:
    """name -> (version, licence) of what is installed."""
    found = {}
    for name in locked():
        try:
            found[name] = metadata(name)["Version"], licence(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    PAGE.write_text(HEAD + "".join(f"| {n} | {v} | {told} |\n" for n, (v, told) in rows().items()))
