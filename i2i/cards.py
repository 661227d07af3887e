"""The card of a trained model: the page README.md of an export, made from its config.json."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, fields
from pathlib import Path

from .methods import METHODS
from .papers import PAPERS


def render_card(folder: Path, config: dict) -> str:
    """The model card as Markdown, headed by what a hub of models reads."""
    card = config["card"]
    lines = [
        "---",
        *(f"{key}: {json.dumps(value)}" for key, value in front_matter(config).items()),
        "---",
        "",
    ]
    lines += [f"# {card.get('name', folder.name)}", ""]
    if card.get("summary"):
        lines += [card["summary"], ""]
    if (folder / "sheet.png").exists():
        alone = METHODS[config["method"]].alone
        told = "samples of the model" if alone else "showcase inputs and what the model makes of them"
        lines += [f"![{told}](sheet.png)", ""]
    told_below = ("name", "summary", "failures", "options", *(k for k in card if k.startswith("figures")))
    facts = {k: v for k, v in card.items() if k not in told_below} | _shaping(config)
    lines += ["| | |", "|---|---|"] + [f"| {k} | {_cell(v)} |" for k, v in facts.items()] + [""]
    lines += [f"Train it again: `{command(config)}`", ""]
    lines += [
        f"Differs from the paper (its own settings in brackets): {differs(config['method'], config['config'])}.",
        "",
    ]
    lines += [
        f"What the code itself does differently is said at the head of `i2i/methods/{config['method']}.py`.",
        "",
    ]
    if paper := PAPERS.get(config["method"]):  # a method of a reader's own may have no record
        lines += [f"Citation: {paper.citation}", ""]
    for key, figures in card.items():
        if key.startswith("figures") and figures:
            lines += [f"## {key.capitalize()}", ""]
            if on := card.get(f"judged {key[8:]} on"):
                lines += [
                    f"On {on}. FD-i2i grows as pictures become fewer; the others compare."
                    if "FD-i2i" in figures
                    else f"On {on}.",
                    "",
                ]
            lines += ["| measure | value | 95 % interval |", "|---|---|---|"]
            for name, value in figures.items():
                mean, low, high = value if isinstance(value, list | tuple) else (value, None, None)
                lines.append(f"| {name} | {mean:.4g} | {'' if low is None else f'{low:.4g} to {high:.4g}'} |")
            lines.append("")
    if card.get("failures"):
        lines += ["## Where it fails", ""] + [f"- {failure}" for failure in card["failures"]] + [""]
    return "\n".join(lines)


def command(config: dict) -> str:
    """What trains a model like this one, by the steps that it was trained for and the options that were given; of a reader's
    own folder FOLDER stands for it."""
    card, method = config["card"], METHODS[config["method"]]
    if card.get("recipe", "own folder") == "own folder":
        words = [
            config["method"],
            "--data FOLDER",
            *([f"--size {config['size']}"] if "size" in config else []),
        ]
    else:
        words = [card["recipe"]]
    words += [f"--{option} {_typed(value)}" for option, value in card.get("options", {}).items()]
    stated = asdict(method.Config()) | config["config"]
    words += [f"--{field} {stated[field]}" for field in method.lengths]
    words += [f"--seed {card['seed']}"] if card.get("seed") else []
    return " ".join(["python -m i2i train", *words])


def _typed(value) -> str:
    """A setting as it is typed behind an option."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


# How a card's terms, as far as the colon, are called by hubs of models; any others are "other", with a name.
_LICENSES = {
    "MIT": "mit",
    "CC BY 4.0": "cc-by-4.0",
    "CC BY-SA 3.0": "cc-by-sa-3.0",
    "CC BY-SA 4.0": "cc-by-sa-4.0",
    "Apache 2.0": "apache-2.0",
}


def front_matter(config: dict) -> dict[str, str | list[str]]:
    """What a hub of models reads at the head of a card. In JSON, which is YAML, each value needs no library to be written.

    No datasets: there, a plain name would be taken for a dataset of that hub, and ours are not on it.
    """
    terms = config["card"].get("licence", "not stated").partition(":")[0]
    license = (
        {"license": _LICENSES[terms]}
        if terms in _LICENSES
        else {"license": "other", "license_name": _slug(terms)}
    )
    alone = METHODS[config["method"]].alone
    task = "unconditional-image-generation" if alone else "image-to-image"
    return {
        **license,
        "library_name": "i2i",
        "pipeline_tag": task,
        "tags": [task, "pytorch", "education", config["method"]],
    }


def _slug(text: str) -> str:
    """A phrase as a name without spaces: "Apache 2.0 and MIT" is "apache-2.0-and-mit"."""
    return "-".join(re.findall(r"[\w.]+", text.lower()))


_FITS = {
    "letterbox": "lie whole in the square, their border repeated outwards, in training as in translation",
    "crop": "are cut to their middle square, in training as in translation",
    None: "are cut into windows in training, and translated whole",
}


def _shaping(config: dict) -> dict[str, str]:
    """How images became x and y, as rows of a card; none where there are no images."""
    if METHODS[config["method"]].layout == "none":
        return {}
    way = config.get("direction", "AB")
    rows = {"images that are not square": _FITS[config.get("fit")]}
    if METHODS[config["method"]].layout in ("paired", "unpaired", "labelled"):
        rows["direction"] = f"{way[0]} to {way[1]}: x is what lies in {way[0]}"
    return rows


def differs(method: str, config: dict) -> str:
    """Where an export's config departs from its method's defaults, which are the paper's: `width 32 (64), ...`, in brackets
    the paper's own, in the order of the method's Config. What an older export does not state is as its method was then."""
    paper, stated = METHODS[method].Config(), METHODS[method].formerly | config
    found = []
    for field in fields(paper):
        default, here = (
            _setting(value)
            for value in (getattr(paper, field.name), stated.get(field.name, getattr(paper, field.name)))
        )
        if here != default:
            found.append(f"{field.name.replace('_', ' ')} {here} ({default})")
    return ", ".join(found) or "nothing in its settings"


def _setting(value) -> str:
    """A field of a config as a reader would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(_setting, value))
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
    )


def _cell(value) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
