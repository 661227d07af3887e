"""What is kept of a run: the resume file while it trains, and the export that inference needs.

An export is a folder: config.json, one safetensors file for each network that inference needs, README.md (the model
card) and sheet.png. Weights are float16, norm layers float32. Loading is strict and never unpickles.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from dataclasses import asdict, fields
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from .cards import render_card
from .files import is_model, printable, replacing
from .images import FITS
from .method import Method
from .methods import METHODS
from .nets.vgg import VGG19

FORMAT = 1
LARGEST = 4096  # side of a model's images, in pixels
SEEN = "trained_on.txt"  # in the export of a user's folder: digests of its training files
_PARTS = {
    "config.json",
    "README.md",
    "sheet.png",
    SEEN,
    ".DS_Store",
    "Thumbs.db",
}  # the last two are a system's


class CheckpointError(ValueError):
    """An export or resume file that does not fit; the message is one sentence that names the file and the fault."""


# -- resume file --------------------------------------------------------------------------------------------------


def save_resume(path: Path, state: dict) -> None:
    """Write atomically: a crash or a kill at any moment leaves the old file or the new one, never a part."""
    try:
        with replacing(path) as part:
            torch.save(state, part)
    except (
        OSError,
        RuntimeError,
    ) as fault:  # torch's writer turns a full disk into a RuntimeError of its own
        reason = getattr(fault, "strerror", None) or "writing failed; is the disk full?"
        raise CheckpointError(
            f"could not save {path} ({reason}); the last saved state is untouched."
        ) from fault


def load_resume(path: Path) -> dict:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(state, dict) or "model" not in state:
            raise ValueError("it holds something else")
    except Exception as fault:
        raise CheckpointError(
            f"{path} is damaged or not a resume file ({type(fault).__name__}); delete it to start the run afresh."
        ) from None
    if not {"method", "config", "run", "data", "stages", "legs"} <= set(state):
        raise CheckpointError(
            f"{path} was written by another version of i2i; delete it to start the run afresh."
        )
    return state


# -- export ---------------------------------------------------------------------------------------------------------


def export(
    folder: Path,
    method: Method,
    *,
    size: int,
    card: dict | None = None,
    nets: tuple[str, ...] = (),
    sheet=None,
    shaped: dict[str, str] | None = None,
    seen: tuple[str, ...] = (),
) -> Path:
    """Write what `translate` needs (and the networks in `nets` beside) to `folder`, replacing it only when complete.

    size: side in pixels that it was trained at.  card: data, licence, figures.  sheet: PIL image or None.
    shaped: how images become x and y, {"fit", "direction"}.  seen: digests of the files that it was trained on.
    Raises CheckpointError when the disk refuses, a weight is no number, or `folder` is not `vacant`; what was there before
    is then untouched.
    """
    vacant(folder)
    told, folder = folder, folder.resolve()  # a link stays one
    key = next(key for key, cls in METHODS.items() if type(method) is cls)
    names = tuple(dict.fromkeys(method.inference + tuple(nets)))
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        part.mkdir()
        for name in names:
            save_net(getattr(method, name), part / f"{name}.safetensors")
        if sheet is not None:
            sheet.save(part / "sheet.png")
        write_config(
            part,
            {
                "format": FORMAT,
                "method": key,
                "size": size,
                **(shaped or {}),
                "networks": names,
                "config": asdict(method.config),
                "card": card or {},
            },
        )
        if seen:
            (part / SEEN).write_text("\n".join(seen) + "\n")
        _swap(part, folder)
    except (OSError, SafetensorError) as fault:
        shutil.rmtree(part, ignore_errors=True)
        reason = getattr(fault, "strerror", None) or str(fault)
        raise CheckpointError(
            f"could not export to {told} ({reason}); what was there before is untouched."
        ) from fault
    return told


def vacant(folder: Path) -> None:
    """CheckpointError, in one sentence, where an export to `folder` would take the place of anything but an export."""
    place, work = folder.resolve(), Path.cwd()
    if place in (work, *work.parents):
        raise CheckpointError(
            f"{folder} is the folder that you work in, or lies above it: export to another one."
        )
    if place.exists() and not place.is_dir():
        raise CheckpointError(f"{folder} is a file: export to a folder.")
    held = sorted(p.name for p in place.iterdir()) if place.exists() else []
    foreign = [name for name in held if not _is_part(name)] or (held if not is_model(place) else [])
    if foreign:
        raise CheckpointError(
            f"{folder} holds {printable(foreign[0])!r}, which is no part of an exported model and would be lost: "
            "export to another folder."
        )


def _is_part(name: str) -> bool:
    """Whether an export, or one that was killed while it wrote, may hold a file of that name."""
    return name in _PARTS or name.endswith(".safetensors") or (name.startswith(".") and ".part-" in name)


def write_config(folder: Path, config: dict) -> None:
    """config.json and, rendered from the same facts, the model card README.md."""
    for name, text in (
        ("config.json", json.dumps(config, indent=2) + "\n"),
        ("README.md", render_card(folder, config)),
    ):
        with replacing(folder / name) as part:
            part.write_text(text)


def _swap(part: Path, folder: Path) -> None:
    """Put `part` in the place of `folder`. A kill between the two renames leaves `.old`, which `read_config` finds."""
    old = _old(folder)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what killed exports left; one that another process is writing right now is younger."""
    for left in folder.parent.iterdir():
        if left.name.startswith(f".{folder.name}.part-") and time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)
    shutil.rmtree(folder.with_name(f".{folder.name}.part-{os.getpid()}"), ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def is_export(folder: Path) -> bool:
    """Whether there is a folder to load, be it one that a killed export had just moved aside."""
    return folder.is_dir() or _old(folder).is_dir()


def _norms(net: nn.Module) -> set[str]:
    kinds = (nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.LayerNorm)
    return {name for name, module in net.named_modules() if isinstance(module, kinds)}


def _shrunk(net: nn.Module) -> dict[str, torch.Tensor]:
    """State for shipping: weights in float16; what belongs to a norm layer stays float32; counters stay integers."""
    norms = _norms(net)
    state = {}
    for name, value in net.state_dict().items():
        keep = name.rpartition(".")[0] in norms or not value.is_floating_point()
        state[name] = value.detach().cpu().contiguous() if keep else value.detach().cpu().half().contiguous()
        if not torch.isfinite(state[name]).all():
            raise OSError(f"{name} holds values that are not finite in {state[name].dtype}")
    return state


def read_config(folder: Path) -> tuple[Path, dict]:
    """(the folder that is really there, its config). CheckpointError in one sentence if it is not an export."""
    if not folder.exists() and _old(folder).exists():
        folder = _old(folder)
    path = folder / "config.json"
    if not path.is_file():
        raise CheckpointError(f"{folder} is not an exported model: it has no config.json.")
    try:
        config = json.loads(path.read_text())
    except ValueError:
        raise CheckpointError(f"{path} is not valid JSON; export the model again.") from None
    if not isinstance(config, dict) or "format" not in config:
        raise CheckpointError(f"{path} does not describe a model: it has no format; export the model again.")
    if config["format"] != FORMAT:
        raise CheckpointError(
            f"{path} has format {config['format']}, this version reads {FORMAT}; export it again."
        )
    for key, kind in _CONFIG.items():
        if not isinstance(config.get(key), kind):
            fault = f"has no {key}" if key not in config else f"has an unusable {key} ({config[key]!r})"
            raise CheckpointError(f"{path} {fault}; export the model again.")
    if isinstance(config["size"], bool) or not 1 <= config["size"] <= LARGEST:
        raise CheckpointError(f"{path} has an unusable size ({config['size']}), not 1 to {LARGEST} px.")
    labels = config["card"].get("labels", [])
    if not (isinstance(labels, list) and all(isinstance(label, str) for label in labels)):
        raise CheckpointError(f"{path} has unusable labels ({str(labels)[:80]}): they are names.")
    for key, known in (("fit", FITS), ("direction", ("AB", "BA"))):
        if config.get(key, known[0]) not in known:
            raise CheckpointError(
                f"{path} has an unusable {key} ({config[key]!r}); there are {', '.join(known)}."
            )
    if config["method"] not in METHODS:
        raise CheckpointError(
            f"{path} names the unknown method {config['method']!r}; known: {', '.join(METHODS)}."
        )
    return folder, config


_CONFIG = {"method": str, "size": int, "networks": list, "config": dict, "card": dict}


def load_method(folder: Path) -> tuple[Method, dict]:
    """The method of an export, float32 on CPU in eval mode, and its config. Networks that were not shipped are None."""
    folder, config = read_config(Path(folder))
    cls = METHODS[config["method"]]
    known = {f.name for f in fields(cls.Config)}
    strange = sorted(set(config["config"]) - known)
    if strange:
        raise CheckpointError(
            f"{folder / 'config.json'} has settings that {config['method']} does not know: {', '.join(strange)}."
        )
    stated = cls.formerly | config["config"]
    settings = {k: tuple(v) if isinstance(v, list) else v for k, v in stated.items()}
    try:
        method = cls(cls.Config(**settings))
    except Exception as fault:  # whatever a constructor makes of settings that nobody checked
        raise CheckpointError(
            f"{folder / 'config.json'} has settings of which no {config['method']} can be built "
            f"({type(fault).__name__}: {fault}); export the model again."
        ) from None
    step, size = method.multiple, config["size"]
    if size % step or (
        size != step and step == getattr(method.config, "side", 0)
    ):  # the latter takes one size alone
        raise CheckpointError(
            f"{folder / 'config.json'} is of {size} px, which its {config['method']} does not take; export the model again."
        )
    foreign = sorted(set(config["networks"]) - set(method.networks()))
    if foreign:
        raise CheckpointError(
            f"{folder} holds networks that {config['method']} does not have: {', '.join(foreign)}."
        )
    for name in method.networks():
        if name in config["networks"]:
            load_net(getattr(method, name), folder / f"{name}.safetensors", config["method"])
        elif name in method.inference:
            raise CheckpointError(
                f"{folder} does not hold the network {name}, which {config['method']} needs."
            )
        else:
            setattr(method, name, None)
    return method.eval().requires_grad_(False), config


def save_net(net: nn.Module, path: Path) -> None:
    """One network as safetensors: float16 weights, float32 norm layers."""
    save_file(_shrunk(net), path)
    path.chmod(0o644)  # the library writes for its owner alone; an export is to be shared


def load_net(net: nn.Module, path: Path, key: str) -> None:
    """Fill `net` from a safetensors file, strictly; `key` names the architecture in the sentence when it does not fit."""
    if not path.is_file():
        raise CheckpointError(f"{path} is missing; export the model again.")
    try:
        state = load_file(path)
    except (SafetensorError, OSError, ValueError) as fault:
        raise CheckpointError(
            f"{path} is not a complete safetensors file ({fault}); pickled or truncated weights are refused."
        ) from None
    want = net.state_dict()
    lacking, extra = sorted(set(want) - set(state)), sorted(set(state) - set(want))
    if lacking or extra:
        say = f"lacks {len(lacking)} tensor(s) such as {lacking[0]}" if lacking else ""
        say += (" and " if lacking and extra else "") + (
            f"has {len(extra)} unknown such as {extra[0]}" if extra else ""
        )
        raise CheckpointError(f"{path} does not fit {key} as config.json describes it: it {say}.")
    for name, value in want.items():
        if state[name].is_floating_point() != value.is_floating_point():
            raise CheckpointError(
                f"{path} does not fit {key}: {name} is {state[name].dtype}, expected {value.dtype}."
            )
        if state[name].shape != value.shape:
            raise CheckpointError(
                f"{path} does not fit {key} as config.json describes it: {name} has shape "
                f"{tuple(state[name].shape)}, expected {tuple(value.shape)}."
            )
        if not torch.isfinite(state[name]).all():
            raise CheckpointError(
                f"{path} holds values that are not finite in {name}; export the model again."
            )
    net.load_state_dict({k: v.to(want[k].dtype) for k, v in state.items()})


VGG_FILE = "vgg19-dcbb9e9d.pth"


def load_vgg(net: VGG19, folder: Path) -> None:
    """Fill VGG-19's convolutions from torchvision's file in `folder`, which `i2i data vgg19` fetches when it is asked to."""
    path = Path(folder) / VGG_FILE
    try:
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        wanted = net.net.state_dict()
        net.net.load_state_dict({name: state[f"features.{name}"] for name in wanted})
    except FileNotFoundError:
        raise CheckpointError(f"{path} is not there; fetch it with `python -m i2i data vgg19`.") from None
    except Exception as fault:  # whatever a damaged file makes of being read
        raise CheckpointError(
            f"{path} does not hold torchvision's VGG-19 ({type(fault).__name__}); fetch it again."
        ) from None
