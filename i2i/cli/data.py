"""What there is, and what can be fetched: list, data."""

from __future__ import annotations

import json

from .errors import Failed, Wrong


def list_command(options) -> None:
    from ..data.public.catalogue import DATASETS, find
    from ..methods import METHODS
    from ..papers import PAPERS
    from ..recipes import RECIPES
    from ..run.pipeline import SHIPPED, cards

    models = {
        name: {
            "method": config["method"],
            "size": config["size"],
            "megabytes": round(
                sum(f.stat().st_size for f in (SHIPPED / name).glob("*.safetensors")) / 1e6, 1
            ),
        }
        for name, config in cards().items()
    }
    datasets = {
        name: {"installed": str(find(name) or ""), "licence": d.licence, "note": d.note}
        for name, d in DATASETS.items()
    }
    if options.json:
        recipes = {
            name: {"method": r.method, "data": r.data, "size": r.size, "steps": r.config.get("steps")}
            for name, r in RECIPES.items()
        }
        papers = [
            {
                **{
                    field: getattr(p, field)
                    for field in (
                        "key",
                        "name",
                        "title",
                        "authors",
                        "year",
                        "venue",
                        "arxiv",
                        "idea",
                        "family",
                        "tab",
                        "notebook",
                    )
                },
                "here": p.key in METHODS,
                "models": [name for name, m in models.items() if m["method"] == p.key],
            }
            for p in PAPERS.values()
        ]
        listed = {
            "methods": list(METHODS),
            "papers": papers,
            "recipes": recipes,
            "models": models,
            "datasets": datasets,
        }
        print(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    print("methods\n  " + ", ".join(METHODS))
    print("\npapers")
    for p in PAPERS.values():
        print(f"  {p.key:18} {'here' if p.key in METHODS else 'to come':8} {p.name}: {p.cited}, {p.appeared}")
    print("\nrecipes")
    for name, r in RECIPES.items():
        minutes = f", {r.minutes:.0f} min on one core" if r.minutes else ""
        print(f"  {name:18} {r.size:4} px, {r.config.get('steps', 0):6,} steps{minutes}, data: {r.data}")
    print("\nshipped models")
    for name, m in models.items():
        print(f"  {name:18} {m['size']:4} px, {m['megabytes']} MB")
    print("\ndatasets")
    for name, d in datasets.items():
        print(f"  {name:18} {'installed' if d['installed'] else '-':10} {d['licence']}")


def data_command(options) -> None:
    from ..data.public.catalogue import DATASETS, root
    from ..data.public.download import DownloadError, fetch

    if options.name not in DATASETS:
        raise Wrong(f"there is no dataset {options.name!r}; there are {', '.join(DATASETS)}.")
    try:
        fetch(DATASETS[options.name], root())
    except DownloadError as fault:
        raise Failed(str(fault)) from None
