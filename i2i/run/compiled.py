"""Nets compiled for one device and one size: built by a process of its own, kept, and used where they are faster.

It needs a C++ compiler and a minute; a GPU's counterpart is a recorded graph. The images are those of the method
that was compiled, to rounding, and the same generator draws the same masks.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from ..checkpoint import load_method
from ..fast import MEMORY_FORMATS
from ..files import cache_folder
from ..method import Method
from ..nets.chance import Rng, Tape, drawn, generators
from ..step import noting
from .prepared import prepared, seconds

Translate = Callable[[Tensor, Rng], Tensor]

MEAN, MOST = 0.01, 0.08
"""How far a bfloat16 or compiled image may lie from the float32 one, on [-1, 1]: on average, and in any value."""


class Compiled:
    """What compiling (CPU) or recording (GPU) made of a method, for one shape of x; safe to call from several threads."""

    def __init__(self, run: Callable[[Tensor, list[Tensor]], Tensor], x: Tensor, tape: Tape):
        self.run, self.shape = run, x.shape
        self.asked = [(draw, n.shape) for draw, n in zip(tape.draws, tape.numbers, strict=True)]

    def __call__(self, x: Tensor, rng: Rng) -> Tensor:
        return self.run(x, [drawn(draw, shape, rng, x.device) for draw, shape in self.asked])


def compiled(translate: Translate, folder: Path, x: Tensor, bf16: bool) -> Compiled | None:
    """Build, or take from the cache, a faster way of calling an exported method with images of x's shape.

    translate: what it has to agree with, and to beat.  folder: the export that it was loaded from.
    None where there is no compiler, where its images differ from translate's, and where it is no faster.
    """
    tape = Tape(generators(0, len(x)))
    with torch.inference_mode():
        wanted = translate(x, tape)
    if x.device.type == "cuda":
        run = _recorded(translate, x, tape.numbers)
    else:
        path = _built(folder, x.shape, bf16)
        run = path and _loaded(path)
    if run is None:
        return None
    with torch.inference_mode():
        gap = (run(x, tape.numbers) - wanted.float()).abs()
        if not (gap.mean() <= MEAN and gap.max() <= MOST):
            return None
        slow, fast = (
            min(seconds(way, x) for _ in range(5))
            for way in (
                lambda: translate(x, Tape(tape.numbers)),
                lambda: run(x, tape.numbers),
            )
        )
    return Compiled(run, x, tape) if fast < slow else None


def _recorded(
    translate: Translate, x: Tensor, numbers: list[Tensor]
) -> Callable[[Tensor, list[Tensor]], Tensor] | None:
    """A CUDA graph: all kernels of an image launched at once. It has one set of buffers, so callers take turns. None where
    the host waits for the GPU in it, or something else cannot be recorded."""
    held, lock, graph = (x.clone(), [n.clone() for n in numbers]), threading.Lock(), torch.cuda.CUDAGraph()
    heard: list[list[str]] = [[], [], []]  # of three runs, where the host waits for the GPU
    with torch.inference_mode():
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for waits in heard:
                with noting(waits):
                    translate(held[0], Tape(held[1]))
        torch.cuda.current_stream().wait_stream(aside)
        # After a recording that failed, torch can record nothing more in this process. In each run: what only some of them
        # heard was another thread's, or the first one's preparations.
        if all(heard):
            return None
        try:  # what other threads do meanwhile, another visitor's image, is no part of it, and must not spoil it
            with (
                torch.cuda.stream(aside),
                torch.cuda.graph(graph, stream=aside, capture_error_mode="thread_local"),
            ):
                made = translate(held[0], Tape(held[1]))
        except RuntimeError:
            return None

    def run(x: Tensor, numbers: list[Tensor]) -> Tensor:
        with lock:
            for mine, given in zip((held[0], *held[1]), (x, *numbers), strict=True):
                mine.copy_(given)
            graph.replay()
            return made.float().clone()

    return run


def _loaded(path: Path) -> Callable[[Tensor, list[Tensor]], Tensor] | None:
    try:
        from torch._inductor import aoti_load_package  # seconds of imports, which only they pay who compile

        return aoti_load_package(str(path))
    except Exception:  # whatever a stale or broken library makes of being loaded: we live without it
        return None


def _key(folder: Path, shape: torch.Size, bf16: bool) -> str:
    """Everything that a compiled net depends on: weights, code, torch, processor, size, precision."""
    digest = hashlib.sha256(repr((torch.__version__, _processor(), tuple(shape), bf16)).encode())
    package = Path(__file__).parents[1]
    code = [
        Path(__file__),
        Path(__file__).with_name("prepared.py"),
        package / "fast.py",
        *sorted((package / "nets").glob("*.py")),
        *sorted((package / "methods").glob("*.py")),
    ]
    for path in [*code, folder / "config.json", *sorted(folder.glob("*.safetensors"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
        return "".join(line for line in lines if line.startswith(("model name", "flags", "Features")))
    except OSError:
        return platform.processor() + torch.backends.cpu.get_cpu_capability()


def compiler() -> str | None:
    """The C++ compiler that torch would call, if it is there."""
    return shutil.which(os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++"))


def _built(folder: Path, shape: torch.Size, bf16: bool) -> Path | None:
    """The compiled package of an export, built by a process of its own (it would hold this one's lock for seconds)."""
    try:
        path = cache_folder() / f"{_key(folder, shape, bf16)}.pt2"
        if path.exists():
            return path
        if compiler() is None:
            return None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f".{path.stem}-{os.getpid()}-{threading.get_ident()}.pt2")
        command = [
            sys.executable,
            "-m",
            "i2i.run.compiled",
            str(folder),
            str(part),
            "x".join(map(str, shape)),
            "bf16" if bf16 else "fp32",
        ]
        above = str(Path(__file__).resolve().parents[2])
        search = os.pathsep.join(filter(None, (above, os.environ.get("PYTHONPATH"))))
        child = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": search},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(child.kill)  # nobody would use what it went on to build
        done = child.wait() == 0
        atexit.unregister(child.kill)
        if done:
            os.replace(part, path)
        part.unlink(missing_ok=True)
        return path if done else None
    except OSError:  # no home to write to, a full disk
        return None


class _Traced(nn.Module):
    """A method as the compiler is to see it: x and the numbers of chance in, the image out."""

    def __init__(self, method: Method, dtype: torch.dtype):
        super().__init__()
        self.method, self.dtype = method.to(dtype), dtype

    def forward(self, x: Tensor, numbers: list[Tensor]) -> Tensor:
        return self.method.translate(x.to(self.dtype), generator=Tape(numbers)).float()


def _build(folder: str, target: str, shape: str, precision: str) -> None:
    """What the process of its own does: export's folder -> a package of compiled code and laid-out weights."""
    from torch._inductor import aoti_compile_and_package

    if hasattr(os, "nice"):
        os.nice(10)
    torch.set_num_threads(1)
    method = prepared(
        load_method(Path(folder))[0], pack=False
    )  # not laid out: compilers want torch's own layers
    x = torch.zeros([int(n) for n in shape.split("x")])
    x = x.to(memory_format=MEMORY_FORMATS.get(x.dim(), torch.contiguous_format))
    tape = Tape(generators(0, len(x)))
    with torch.no_grad():
        method.translate(x, generator=tape)
        traced = _Traced(method, torch.bfloat16 if precision == "bf16" else torch.float32).eval()
        program = torch.export.export(traced, (x, tape.numbers), strict=False)
        # The number of threads is the caller's business, not that of the day on which this was built.
        settings = {"freezing": True, "cpp.dynamic_threads": True}
        aoti_compile_and_package(program, package_path=target, inductor_configs=settings)


if __name__ == "__main__":
    _build(*sys.argv[1:])
