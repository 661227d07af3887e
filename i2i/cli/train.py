"""Training a recipe, or a method on a folder of one's own."""

from __future__ import annotations

import copy
import dataclasses
import math
import os
import time
import typing
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..data.folders import DataError
from ..images import ImageError
from .errors import Wrong, device_of, no_recipe

if TYPE_CHECKING:
    from ..method import Method
    from ..recipes import Recipe
    from ..train import Source, Trainer

RUNS = Path("runs")


def overrides(rest: list[str], config_class) -> dict:
    """--field value pairs for the method's config, read as the type of the field's default."""
    fields = {f.name: f for f in dataclasses.fields(config_class)}
    hints, changes = typing.get_type_hints(config_class), {}
    words = iter(rest)
    for word in words:
        option, given, text = word.partition("=")
        name = option.removeprefix("--").removeprefix("config.").replace("-", "_")
        if not word.startswith("--") or name not in fields:
            raise Wrong(f"{word!r} is neither an option nor a setting; settings: {', '.join(fields)}.")
        text = text if given else next(words, "")
        kind = type(fields[name].default)
        try:
            if not text or (kind is float and not math.isfinite(float(text))):
                raise ValueError
            if kind is tuple:
                changes[name] = tuple(map(int, text.split(",")))
            else:
                changes[name] = {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
        except (KeyError, ValueError, TypeError, AttributeError):
            wanted = {tuple: "whole numbers with commas between", bool: "true or false"}.get(
                kind, f"a value of type {kind.__name__}"
            )
            raise Wrong(f"--{name} wants {wanted}, got {text!r}.") from None
        if typing.get_origin(hints[name]) is Literal and text not in typing.get_args(hints[name]):
            raise Wrong(f"--{name} is one of {', '.join(typing.get_args(hints[name]))}; got {text!r}.")
    return changes


def _sorted(rest: list[str]) -> tuple[list[str], list[str]]:
    """What the parser left over, as names that stand behind an option, and settings with their values."""
    names, settings = [], []
    for before, word in zip(["", *rest], rest):  # noqa: B905 (the last word is before none)
        value = before.startswith("--") and "=" not in before
        (settings if value or word.startswith("--") else names).append(word)
    return names, settings


def train_command(options) -> None:
    """One training; several of them, which share the time or stand in a queue, are `several`'s."""
    from . import several

    behind, options.rest = _sorted(options.rest)
    options.names = options.names + behind
    if options.minutes and int(os.environ.get("WORLD_SIZE", 1)) > 1:
        raise Wrong(
            "--minutes: each of several processes would measure a pace of its own, so give --steps to all of them."
        )
    if options.queue:
        several.queue(options)
    elif options.gallery or len(options.names) > 1:
        several.together(options)
    elif not options.names:
        raise Wrong("train wants a recipe or a method, or --gallery, or --queue FILE.")
    else:
        options.name = options.names[0]
        _one(options)


def _one(options) -> None:
    if options.minutes and options.steps:
        raise Wrong("--minutes says how long, --steps how many: give one of them.")
    _threads(options.threads)
    if options.name in _judges():
        _judge(options)
        return
    recipe, device = _changed(_asked(options), options), device_of(options.device)
    method = _built(recipe)
    if options.rest or options.batch or options.size:
        _tried(method, recipe, device)
    own = options.name in _methods()
    task = _on_folder(options, recipe, method) if own else _as_published(recipe, method, options.name)

    if own and int(os.environ.get("RANK", 0)) == 0:
        print(_told(task.train, task.held_out), end="", flush=True)
    _trained(task, options, device)


def _threads(asked: int | None) -> None:
    """As many as were asked for; torch's own choice knows nothing of what a container is allowed."""
    import torch

    from ..cores import cores

    if asked or cores() < torch.get_num_threads():
        torch.set_num_threads(asked or cores())


@dataclasses.dataclass(frozen=True)
class _Task:
    """What is to be trained, on what. name: the recipe's, None for a method on a user's folder. run: its folder in `runs`."""

    recipe: Recipe
    method: Method
    train: Source
    held_out: Source
    showcase: dict
    name: str | None
    run: str

    def trainer(self, options, device, out: Path | None) -> Trainer:
        from ..train import Trainer

        recipe = self.recipe
        return Trainer(
            self.method, self.train, batch=recipe.batch, seed=recipe.seed, ema=recipe.ema, precision=options.precision,
            device=device, out=out, showcase=self.showcase, facts=recipe.facts,
        )  # fmt: skip


def _judge(options) -> None:
    if options.device != "auto":
        raise Wrong("--device is no option of a judge; --steps, --out and --precision are.")
    if options.rest or options.minutes:
        refused = (options.rest or ["--minutes"])[0]
        raise Wrong(f"{refused!r} is no option of a judge; --steps, --out and --precision are.")
    from ..judges import train_judge

    out, judge = options.out or RUNS / options.name, _judges()[options.name]
    train_judge(judge, options.name, out, options.steps, options.precision, progress=not options.quiet)


def _asked(options) -> Recipe:
    """The recipe of that name, or the one that a method has for a folder of pictures. Wrong if the options do not go with it."""
    from ..recipes import RECIPES, folder_recipe

    if options.name in RECIPES:
        for option in ("data", "size", "direction", "fit"):
            if getattr(options, option):
                raise Wrong(
                    f"--{option} goes with a method and a folder of your own; the recipe {options.name} has its own."
                )
        return RECIPES[options.name]
    if options.name not in _methods():
        raise no_recipe(options.name, options.rest)
    if not options.data:
        raise Wrong(f"{options.name} is a method: give it a folder with --data, or train one of its recipes.")
    try:
        return folder_recipe(options.name, options.size or 128)
    except ValueError as fault:
        raise Wrong(str(fault)) from None


def _changed(recipe: Recipe, options) -> Recipe:
    """The recipe with the settings, steps, batch and seed that were asked for."""
    changes = overrides(options.rest, _methods()[recipe.method].Config)
    if options.steps is not None:
        changes["steps"] = options.steps
    recipe = dataclasses.replace(
        recipe,
        config={**recipe.config, **changes},
        batch=options.batch or recipe.batch,
        seed=recipe.seed if options.seed is None else options.seed,
    )
    if options.name in _methods() and {"width", "blocks", "norm", "scale"} & set(changes):
        recipe = dataclasses.replace(recipe, start="")  # another net than the one that it would begin with
    return recipe


def _built(recipe: Recipe) -> Method:
    """The method with those settings; Wrong if they make none, or none for images of that size."""
    try:
        method = recipe.build()
    except DataError:  # the settings are right, and weights that they build on are not there
        raise
    except (ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as fault:
        raise Wrong(_unfit(recipe, fault)) from None
    if recipe.size % method.multiple:
        raise Wrong(
            f"with these settings the sides must be a multiple of {method.multiple} px (--depth, --halvings); {recipe.size} is not."
        )
    processes = int(os.environ.get("WORLD_SIZE", 1))
    if recipe.batch < processes * method.least_batch:
        raise Wrong(
            f"{recipe.method} learns from several pictures at once: give --batch {processes * method.least_batch} or more."
        )
    return method


def _tried(method: Method, recipe: Recipe, device: str | None) -> None:
    """Wrong where the settings of a user make a method that cannot take its first step: found now, before pictures are read."""
    import torch

    from ..step import Stepper
    from ..train import default_device, own_chance

    where = torch.device(device) if device else default_device()
    try:
        with own_chance(where):
            trial = copy.deepcopy(method).to(where).train()
            batch = {k: v.to(where) for k, v in trial.example(recipe.batch, recipe.size).items()}
            for stage in trial.stages():
                Stepper(trial, trial, stage, bf16=False, static=False)  # has the optimizers made
                stage.schedule(trial)(0)
                for turn in stage.turns.values():
                    for term, value in turn.loss(batch).items():
                        if not value.isfinite().all():
                            raise ValueError(f"its term {term} is no number")
    except Exception as fault:  # whatever nets make of a setting that nobody foresaw
        raise Wrong(_unfit(recipe, fault)) from fault


def _unfit(recipe: Recipe, fault: Exception) -> str:
    """The first line of a fault, as a sentence. str() of a KeyError is the code of its text."""
    told = (
        str(fault.args[0] if isinstance(fault, KeyError) else fault) or type(fault).__name__
    ).splitlines()[0]
    return f"these settings do not make a {recipe.method} of size {recipe.size}: {told.removesuffix('.')}."


def _as_published(recipe: Recipe, method: Method, name: str) -> _Task:
    from ..recipes import facts_of

    train, held_out = recipe.source("train"), recipe.source("test")
    _agreeing(vars(method.config), facts_of(train), method, recipe.size)
    return _Task(recipe, method, train, held_out, recipe.showcase(recipe.size), name, name)


def _agreeing(asked: dict, facts: dict[str, int], method: Method, size: int) -> None:
    """Wrong where a setting is another number than the one that the data say, of those that decide on this method's nets."""
    for fact in sorted((asked.keys() & method.fit(size, facts).config.keys()) - {*method.free}):
        if fact in facts and asked[fact] != facts[fact]:
            raise Wrong(f"--{fact} is {facts[fact]} for these data; got {asked[fact]}.")


def _on_folder(options, recipe: Recipe, method: Method) -> _Task:
    """A user's folder, and the method with what its images say: how many classes, how many channels."""
    import torch

    from ..recipes import VOLUMES, WINDOWS, facts_of

    if options.fit and method.layout in VOLUMES:
        raise Wrong(f"--fit: {recipe.method} is trained on volumes, so no picture has to be made square.")
    if options.fit and method.layout in WINDOWS:
        raise Wrong(
            f"--fit: {recipe.method} is trained on windows of pictures of any shape, so none has to be made square."
        )
    recipe = dataclasses.replace(recipe, direction=options.direction or "AB", fit=options.fit or "letterbox")
    train, held_out = _own(method, options.data, recipe)
    facts, asked = facts_of(train), overrides(options.rest, method.Config)
    _agreeing(asked, facts, method, recipe.size)
    blind, fitted = (method.fit(recipe.size, known).config for known in ({}, facts))
    if told := {k: v for k, v in fitted.items() if v != blind.get(k) and k not in asked}:
        recipe = dataclasses.replace(recipe, config=recipe.config | told)
        method = recipe.build()
    showcase = held_out.batch(torch.arange(min(8, len(held_out))))
    run = f"{options.name}-{options.data.resolve().name}"
    return _Task(recipe, method, train, held_out, showcase, None, run)


def _trained(task: _Task, options, device) -> None:
    """Trained, exported and judged; with --minutes as many steps as fit into what is left of them."""
    from .. import budget
    from ..train import claimed, folder_for

    out = options.out or folder_for(task.train, RUNS / task.run)  # two folders called `data` are two runs
    claimed(out)
    home, standing, keeping = _home(options, out), None, nullcontext()
    if options.minutes:
        standing = budget.standing(out, task.method.lengths)
        task, keeping = _in_minutes(task, options, device, out, standing)
    trainer = task.trainer(options, device, out)
    with keeping:
        trainer.fit(progress=not options.quiet)
    if standing and budget.exported(out, home, sum(stage.steps for stage in trainer.stages)):
        print(f"it had ended, and its export is {home}: there was nothing left to do.")
    elif trainer.rank == 0:
        _exported(task, trainer, out, home, not options.quiet)


def _home(options, out: Path) -> Path:
    """Where the export goes. Wrong where it would take the place of the run, of the pictures, or of anything but an export."""
    from ..checkpoint import CheckpointError, vacant

    home = Path(os.path.normpath(options.export or out / "export"))
    for kept in filter(None, (out, out / "sheets", options.data)):
        if home.resolve() in (kept.resolve(), *kept.resolve().parents):
            raise Wrong(f"--export {home} would take the place of {kept}: give another folder.")
    try:
        vacant(home)
    except CheckpointError as fault:
        raise Wrong(str(fault)) from None
    return home


def _in_minutes(task: _Task, options, device, out: Path, standing: dict | None):
    """The task with the steps that --minutes pays for, and the context that keeps that plan while it is trained."""
    from .. import budget

    method, keeping = task.method, nullcontext()
    asked = budget.asked(options.minutes, method, task.recipe.batch, device, options.precision)
    lengths = standing or budget.planned(out, asked)
    if not lengths:
        trial = task.trainer(options, device, None)
        pace = budget.measured(trial, task.recipe, task.showcase, task.held_out, task.name)
        config = budget.fitted(method, pace, 60 * options.minutes - (time.monotonic() - options.began))
        lengths = {field: getattr(config, field) for field in method.lengths}
        keeping = budget.kept(out, asked, lengths, pace)
    told = " ".join(f"--{field} {count}" for field, count in lengths.items())
    print(
        f"The run in {out} keeps the plan that it began with, {told}, whatever --minutes says now: another --out makes another."
        if standing
        else f"{options.minutes:g} minutes are {told} here; the same again by these options.",
        flush=True,
    )
    recipe = dataclasses.replace(task.recipe, config=task.recipe.config | lengths)
    return dataclasses.replace(task, recipe=recipe, method=recipe.build()), keeping


def _exported(task: _Task, trainer: Trainer, out: Path, home: Path, progress: bool) -> None:
    from ..checkpoint import read_config
    from ..publish import publish

    try:
        folder = publish(
            trainer, task.recipe, home, task.showcase, task.held_out, task.name, task.run, progress=progress
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"stopped after the last step, saved in {out}: the same command exports it."
        ) from None
    if not read_config(folder)[1]["card"].get("figures"):
        print("too few pictures were held out for figures, which need four; its card says so.")
    print(f"exported to {folder}: i2i.load({str(folder)!r})")


def _own(method, root: Path, recipe) -> tuple:
    """The two splits of a user's folder. ImageError names the damaged files of both."""
    from ..recipes import own_folder

    read, faults = [], []
    for split in ("train", "test"):
        try:
            read.append(own_folder(method, root, recipe.size, split, recipe.direction, recipe.fit))
        except ImageError as fault:
            faults.append(str(fault))
    if faults:
        raise ImageError(" ".join(dict.fromkeys(faults)))
    return tuple(read)


def _told(*sources) -> str:
    """Lines that say what a user's folder was read as, and how many of its files could not be read."""
    from ..data.folders import unreadable

    lines = []
    if told := getattr(sources[0], "told", ""):
        lines.append(f"{len({d for source in sources for d in source.digests})} {told}")
    files = {path for source in sources for path in getattr(source, "files", ())}
    if left := unreadable({path.parent for path in files}):
        lines.append(f"{len(files)} used, {left}")
    return "".join(f"{line}\n" for line in lines)


def _methods() -> dict:
    from ..methods import METHODS

    return METHODS


def _judges() -> dict:
    from ..judges import RECIPES

    return RECIPES
