"""How fast: a training step and an image, against the plain way of doing the same on this machine.

Plain = a method as it was built, of torch's own layers: eager float32, NCHW, the default (looping) Adam, no averaged
copy. Ours = what `fast.lay_out` makes of it. Ours, plain and the machine's ceiling run in turn in one process, and
medians are compared, so a busy moment hits all of them.
"""

from __future__ import annotations

import ctypes
import dataclasses
import gc
import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from .checkpoint import export
from .data.folders import DataError
from .fast import lay_out
from .files import replacing
from .method import Method, Turn, frozen, weighted_sum
from .methods import METHODS
from .recipes import DATA, PAPER, RECIPES, Recipe, folder_recipe, of_cost
from .run.pipeline import SHIPPED, Model, answers, load
from .run.prepared import bf16_here
from .run.tiles import TILE
from .step import WARM_UP
from .train import Trainer, default_device

ASSETS = SHIPPED.parent
ANSWERS = 16
"""To one image, made together, of methods that have several: what a wall of the app shows."""

Figures = dict[str, float]


class _Noise:
    """Random pairs: the speed of a step does not depend on what is in the image."""

    def __init__(self, batch: dict[str, torch.Tensor]):
        self.example = batch

    def __len__(self) -> int:
        return len(next(iter(self.example.values())))

    def batch(self, index, generator=None):
        return {k: v[: len(index)] for k, v in self.example.items()}


def _example(recipe: Recipe, count: int) -> dict[str, torch.Tensor]:
    return _like(recipe).example(count, recipe.size)


def _like(recipe: Recipe) -> Method:
    """A method of the recipe's settings, its weights of no account."""
    with torch.device("meta"):
        return METHODS[recipe.method](METHODS[recipe.method].Config(**recipe.config))


def _image(recipe: Recipe) -> torch.Tensor | None:
    """What a visitor's image amounts to: of the trained size, or, where it is enlarged, a tile; None where a method has no
    input."""
    if METHODS[recipe.method].alone:
        return None
    return _example(recipe, 1)["x"] if _like(recipe).enlarges == 1 else torch.rand(1, 3, TILE, TILE) * 2 - 1


def _last_stage(recipe: Recipe) -> Recipe:
    """With what an earlier stage would learn taken as given: the last stage is where a method is itself."""
    return dataclasses.replace(recipe, config=recipe.config | METHODS[recipe.method].last_stage())


def _rhythm(turns: Iterable[Turn]) -> int:
    """Steps after which the turns of a stage repeat themselves."""
    return math.lcm(*(max(1, n) for turn in turns for n in (turn.every, turn.rests)))


def _tireless(trainer: Trainer) -> Trainer:
    """The same, with turns that never rest because of what the data say: plain does not, and on noise a D soon would."""
    for stage in trainer.stages:
        stage.turns.update({k: dataclasses.replace(turn, when=None) for k, turn in stage.turns.items()})
    return trainer


def _plain(recipe: Recipe, device: torch.device) -> Method:
    return recipe.build().to(device)


def _plain_step(method: Method, given: dict[str, torch.Tensor]) -> Callable[[], None]:
    turns = method.stages()[0].turns
    nets = method.networks()
    optimizers = {
        name: torch.optim.Adam(
            [p for letter in turn.trains for p in nets[letter].parameters()],
            2e-4,
            (0.5, 0.999),
            foreach=False,
        )
        for name, turn in turns.items()
    }

    taken = itertools.count()

    def step() -> None:
        at, batch = next(taken), method.complete(given)
        for name, turn in turns.items():
            if not turn.runs(at):
                continue
            with frozen(*(net for letter, net in nets.items() if letter not in turn.trains)):
                terms = turn.loss(batch)
                if terms:
                    optimizers[name].zero_grad()
                    weighted_sum(terms, method.weights(0)).backward()
                    optimizers[name].step()

    return step


# -- measuring ------------------------------------------------------------------------------------------------------


def _interleaved(rounds: int, **ways: Callable[[], object]) -> Figures:
    """Median milliseconds of each way, run in turn; warm-up rounds are thrown away, on a GPU those before and of a capture."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    wait, warm = (torch.cuda.synchronize, WARM_UP + 2) if torch.cuda.is_available() else (lambda: None, 2)
    for i in range(rounds + warm):
        for name, way in ways.items():
            wait()
            start = time.perf_counter()
            way()
            wait()
            if i >= warm:
                times[name].append(1e3 * (time.perf_counter() - start))
    return {name: statistics.median(t) for name, t in times.items()}


def _ceiling(device: torch.device, bf16: bool) -> tuple[Callable[[], object], float]:
    """A friendly 3x3 convolution, and the GFLOP that it takes."""
    dtype = torch.bfloat16 if bf16 else torch.float32
    batch = 64 if device.type == "cuda" else 4
    conv, x = nn.Conv2d(256, 256, 3, padding=1), torch.rand(batch, 256, 32, 32)
    conv, x = (thing.to(device, dtype, memory_format=torch.channels_last) for thing in (conv, x))
    return torch.inference_mode()(partial(conv, x)), 2e-9 * batch * 256 * 256 * 9 * 32 * 32


def convolution_ceiling(device: torch.device | None = None) -> float:
    """GFLOP/s that this machine reaches on a friendly convolution, forward, in the better of float32 and bfloat16."""
    ways = {name: _ceiling(device or default_device(), name == "bf16") for name in ("fp32", "bf16")}
    times = _interleaved(8, **{name: way for name, (way, _) in ways.items()})
    return max(1e3 * work / times[name] for name, (_, work) in ways.items())


class _NoModules:
    """In place of what tells the counter which module is at work: its hooks cannot follow a gradient of a gradient."""

    parents = frozenset({"Global"})

    def __enter__(self) -> None: ...
    def __exit__(self, *fault) -> None: ...


def _gflop(way: Callable[[], object]) -> float:
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = _NoModules()
    with counter:
        way()
    return counter.get_total_flops() / 1e9


def bench_step(recipe: Recipe, rounds: int, device: torch.device, precision: str = "auto") -> Figures:
    """A training step: milliseconds and the ratio to plain (above 1: faster), images a second, share of the ceiling; and a
    step on real batches, over one on noise: 1 where making them costs nothing. The latter also with a core to spare, on
    which the next batch is made meanwhile."""
    recipe = _last_stage(recipe)
    pool = _Noise(_example(recipe, max(recipe.batch, 8)))  # some methods measure their data before they begin
    trainer = _tireless(Trainer(recipe.build(), pool, batch=recipe.batch, device=device, precision=precision))
    rhythm = _rhythm(trainer.stages[0].turns.values())

    def often(step: Callable[[], object]) -> Callable[[], None]:
        return lambda: [step() for _ in range(rhythm)] and None

    ours = often(partial(trainer.advance, read=False))  # as a run takes most of its steps
    work = _gflop(ours) / rhythm
    ceiling, unit = _ceiling(device, trainer.bf16)
    plain = _plain_step(
        _plain(recipe, device).train(), {k: v.to(device) for k, v in pool.batch(range(recipe.batch)).items()}
    )
    ways, source = {"plain": often(plain), "ours": ours, "ceiling": ceiling}, None

    def on_real() -> Callable[[], None]:
        real = _tireless(
            Trainer(recipe.build(), source, batch=recipe.batch, device=device, precision=precision)
        )
        return often(partial(real.advance, read=False))

    if recipe.data in DATA:
        with suppress(DataError):  # not installed here
            source = recipe.source("train")
            ways["real"] = on_real()
    t = {name: ms / (1 if name == "ceiling" else rhythm) for name, ms in _interleaved(rounds, **ways).items()}
    figures = {
        "step ms": t["ours"],
        "plain step ms": t["plain"],
        "training ratio": t["plain"] / t["ours"],
        "images/s": 1e3 * recipe.batch / t["ours"],
        "step share of ceiling": work / t["ours"] / (unit / t["ceiling"]),
        "bf16": float(trainer.bf16),
    }
    if "real" in t:
        figures |= {"real step ms": t["real"], "real step ratio": t["real"] / t["ours"]}
    if source and device.type == "cpu" and (threads := torch.get_num_threads()) > 1:
        torch.set_num_threads(threads - 1)
        try:
            t = _interleaved(rounds, ours=ours, real=on_real())
        finally:
            torch.set_num_threads(threads)
        figures["real step ratio, a core to spare"] = t["real"] / t["ours"]
    return figures


def bench_image(
    recipe: Recipe,
    rounds: int,
    device: torch.device,
    compile: bool = False,
    precision: str = "auto",  # noqa: A002
) -> Figures:
    """One image through `Model.translate`, as `bench_step` reports it, and the first call after loading, in seconds; and
    several answers to one image, of up to 128 px, where a method has them.

    compile: build the compiled net, too (a minute of one core the first time), and time it.
    """
    x = _image(recipe)
    plain, seed = _plain(recipe, device).eval().requires_grad_(False), iter(range(10**9))
    here = None if x is None else x.to(device)

    @torch.inference_mode()
    def plainly() -> torch.Tensor:
        if here is None:
            return plain.sample(1, torch.Generator().manual_seed(next(seed))).cpu()
        return plain.translate(here, generator=torch.Generator(device).manual_seed(next(seed))).cpu()

    with tempfile.TemporaryDirectory() as folder:
        home = export(Path(folder) / "model", recipe.build().eval(), size=recipe.size)
        bf16_here.cache_clear()  # the first call pays for the probe
        model = load(home, device, precision)
        ours = partial(model.sample, 1) if x is None else partial(model.translate, x)
        start = time.perf_counter()
        ours(0)
        first = time.perf_counter() - start
        ways = {"plain": plainly, "ours": lambda: ours(next(seed))}
        if x is not None and {"seed", "n"} <= {*model.controls} and recipe.size <= 128:
            ways["answers"] = lambda: answers(model, x, ANSWERS, next(seed))
        if compile and x is not None and (ready := _compiled(home, device, precision)):
            ways["compiled"] = lambda: ready.translate(x, next(seed))
        ceiling, unit = _ceiling(device, precision == "bf16" or (precision == "auto" and bf16_here(device)))
        t = _interleaved(2 * rounds, **ways, ceiling=ceiling)
    work = _gflop(plainly)
    figures = {
        "picture ms": t["ours"],
        "plain picture ms": t["plain"],
        "inference ratio": t["plain"] / t["ours"],
        "pictures/s": 1e3 / t["ours"],
        "picture share of ceiling": work / t["ours"] / (unit / t["ceiling"]),
        "first call s": first,
    }
    if "answers" in t:
        figures[f"{ANSWERS} answers ms"] = t["answers"]
    if "compiled" in t:
        figures |= {
            "compiled picture ms": t["compiled"],
            "compiled inference ratio": t["plain"] / t["compiled"],
        }
    return figures


def _compiled(home: Path, device: torch.device, precision: str) -> Model | None:
    model = load(home, device, precision)
    model.compile().join()
    return model if model.compiled else None


# -- memory ---------------------------------------------------------------------------------------------------------


def peak_memory(recipe: Recipe, device: torch.device) -> Figures:
    """Megabytes that each way takes at most, all that it keeps included; empty where the system does not tell."""
    recipe = _last_stage(recipe)
    pool = _Noise({k: v.to(device) for k, v in _example(recipe, max(recipe.batch, 8)).items()})
    batch = pool.batch(range(recipe.batch))
    x = batch["x"][:1] if "x" in batch else None

    def image() -> Callable[[], object]:
        model = Model(
            lay_out(recipe.build().eval(), device),
            {"size": recipe.size, "card": {}, "method": recipe.method},
            Path("bench"),
        )
        return partial(model.sample, 1, 0) if x is None else partial(model.translate, x, 0)

    def plain_image() -> Callable[[], object]:
        plain = _plain(recipe, device).eval()
        return torch.inference_mode()(partial(plain.sample, 1) if x is None else partial(plain.translate, x))

    ways = {
        "step": lambda: Trainer(recipe.build(), pool, batch=recipe.batch, device=device).advance,
        "plain step": lambda: _plain_step(_plain(recipe, device).train(), batch),
        "picture": image,
        "plain picture": plain_image,
    }
    rounds = _rhythm(_like(recipe).stages()[0].turns.values())
    runs = {"step": rounds * _until_recorded(device), "plain step": 3 * rounds}
    found = {f"{name} MB": _peak(way, device, runs.get(name, 3)) for name, way in ways.items()}
    return {name: megabytes for name, megabytes in found.items() if megabytes is not None}


def _until_recorded(device: torch.device) -> int:
    """Steps of a kind after which a GPU has recorded it, in memory of its own, and replayed it; elsewhere three."""
    return WARM_UP + 2 if device.type == "cuda" else 3


def _peak(build: Callable[[], Callable[[], object]], device: torch.device, runs: int = 3) -> float | None:
    """The most memory that building and so many runs take beyond what is held now."""
    gc.collect()
    try:
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
        else:
            ctypes.CDLL(None).malloc_trim(0)  # return freed heap, or it counts as free memory
            Path("/proc/self/clear_refs").write_text(
                "5", encoding="utf-8"
            )  # the high-water mark starts afresh
            before = _status("VmRSS")
    except (OSError, AttributeError, TypeError):  # another system than Linux, or one that forbids it
        return None
    run = build()
    for _ in range(runs):
        run()
    return ((torch.cuda.max_memory_allocated() if device.type == "cuda" else _status("VmHWM")) - before) / 1e6


def _status(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


# -- all of it ------------------------------------------------------------------------------------------------------


def bench_recipe(
    recipe: Recipe,
    rounds: int = 7,
    compile: bool = False,
    precision: str = "auto",  # noqa: A002
) -> Figures:
    """Figures for one recipe at its own size and batch, in milliseconds, megabytes and ratios to plain, which is float32."""
    device = default_device()
    figures = bench_step(recipe, rounds, device, precision)
    figures |= bench_image(recipe, rounds, device, compile, precision)
    return figures | peak_memory(recipe, device)


def chosen(names: list[str]) -> dict[str, Recipe]:
    """The recipes to time. A method stands for the paper's sizes and its recipes, or, without any, for what it makes of a
    user's folder; of variations on one recipe, which cost the same, the first will do."""
    known = PAPER | RECIPES
    methods = [n for n in names if n not in known] if names else sorted(METHODS)
    known |= {
        f"{n}-folder": folder_recipe(n, 128)
        for n in methods
        if not any(r.method == n for r in known.values())
    }
    varied = {n for n in RECIPES for other in RECIPES if n != other and n.startswith(f"{other}-")}
    return {n: r for n, r in known.items() if n in names or (r.method in methods and n not in varied)}


def bench(
    names: list[str],
    rounds: int = 7,
    compile: bool = False,
    precision: str = "auto",  # noqa: A002
) -> dict[str, Figures]:
    """Figures by name of recipe; see `chosen` for what names stand for."""
    return {name: bench_recipe(recipe, rounds, compile, precision) for name, recipe in chosen(names).items()}


# One thing varies, the others stay as here.
CURVES: dict[str, tuple[int, ...]] = {"size": (64, 128, 256), "width": (16, 32, 64), "batch": (1, 2, 4, 8)}
MIDDLE = {"size": 128, "width": 32, "batch": 1}


def curves(rounds: int = 5, values: dict[str, tuple[int, ...]] = CURVES) -> dict[str, dict[str, Figures]]:
    """Cost of a step and of an image against size, width and batch: {what varies: {its value: figures}}."""
    device = default_device()
    measured: dict[str, dict[str, Figures]] = {}
    for what, steps in values.items():
        for value in steps:
            at = MIDDLE | {what: value}
            recipe = of_cost(**at)
            figures = bench_step(recipe, rounds, device)
            if what != "batch":
                figures |= bench_image(recipe, rounds, device)
            measured.setdefault(what, {})[str(value)] = figures
    return measured


def rounded(found):
    """The same with numbers of four digits: what a busy machine measures has no more."""
    if isinstance(found, dict):
        return {key: rounded(value) for key, value in found.items()}
    return float(f"{found:.4g}") if isinstance(found, float) else found


def plot(measured: dict[str, dict[str, Figures]], path: Path) -> None:
    """The curves as an image, one panel for each thing that varies."""
    import matplotlib

    matplotlib.use("Agg", force=False)
    import matplotlib.pyplot as plt

    lines = {
        "plain step ms": ("step, plain", "#b8b4ac", "-"), "step ms": ("step", "#b4472f", "-"),
        "plain picture ms": ("picture, plain", "#b8b4ac", "--"), "picture ms": ("picture", "#2f5d8a", "--"),
    }  # fmt: skip
    labels = {"size": "side in pixels", "width": "width of the nets", "batch": "pictures a step"}
    figure, panels = plt.subplots(
        1, len(measured), figsize=(3.4 * len(measured), 3.1), sharey=True, squeeze=False
    )
    for panel, (what, points) in zip(panels[0], measured.items(), strict=True):
        for key, (label, colour, style) in lines.items():
            known = [(int(value), f[key]) for value, f in points.items() if key in f]
            if known:
                panel.plot(
                    *zip(*known, strict=True), style, color=colour, marker="o", markersize=4, label=label
                )
        panel.set(xscale="log", yscale="log", xlabel=labels[what])
        panel.set_xticks([int(v) for v in points], [str(v) for v in points])
        panel.minorticks_off()
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("milliseconds")
    panels[0][0].legend(frameon=False, fontsize=8)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        figure.savefig(part, dpi=110)
    plt.close(figure)
