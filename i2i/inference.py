"""Nets made ready for `translate` alone: norms folded away, weights laid out once, or the whole compiled.

`prepared` takes milliseconds and needs nothing. `compiled` needs a C++ compiler and a minute, so it works in a process
of its own and keeps what it built; a GPU's counterpart is a recorded graph. The pictures are those of the method that
they were made from, to rounding, and the same generator draws the same masks.
"""

from __future__ import annotations

import atexit
import copy
import hashlib
import itertools
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from .checkpoint import load_method
from .method import LAYOUTS, Method
from .nets.convolution import mirrored, plain_layers
from .nets.layers import Tape

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)
Translate = Callable[[Tensor, torch.Generator], Tensor]


@cache
def bf16_here(device: torch.device) -> bool:
    """Whether a forward in bfloat16 is a fifth faster than in float32 on this device: a probe of some milliseconds."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    conv, x = nn.Conv2d(128, 128, 3, padding=1), torch.zeros(1, 128, 32, 32)
    best = {}
    with torch.inference_mode():
        for dtype in (torch.float32, torch.bfloat16):
            way = partial(conv.to(dtype, memory_format=torch.channels_last), x.to(dtype, memory_format=torch.channels_last))
            best[dtype] = min(_seconds(way, x) for _ in range(5))
    return best[torch.bfloat16] < 0.8 * best[torch.float32]


# -- without compiling ----------------------------------------------------------------------------------------------


def prepared(method: Method, bf16: bool = False, pack: bool = True) -> Method:
    """A copy of a method in eval mode, fit for `translate` under `torch.inference_mode` only.

    What is not changed is shared with the original, which stays as it is. bf16: packed layers compute in bfloat16
    (the caller's autocast covers the others). pack=False leaves torch's own layers: what compilers want to see.
    """
    shared = {id(tensor): tensor for tensor in itertools.chain(method.parameters(), method.buffers())}
    quick = copy.deepcopy(method, shared)
    pack = pack and next(method.parameters()).device.type == "cpu" and packs(torch.bfloat16 if bf16 else torch.float32)
    for letter, net in quick.networks().items():
        if letter not in method.inference:
            setattr(quick, letter, None)
            continue
        fold(net)
        if pack:
            convolutions = [m for m in net.modules() if isinstance(m, CONVOLUTIONS) and _plain(m)]
            _replace(net, {m: Packed(m, torch.bfloat16 if bf16 else torch.float32) for m in convolutions})
    return quick


def fold(net: nn.Module) -> nn.Module:
    """Put every batch norm with running statistics into the convolution right before it, in place.

    Pairs are neighbours in an nn.Sequential and those that a net with a forward of its own names in `normed()`.
    """
    for layer, norm in list(_pairs(net)):
        conv = layer[-1] if isinstance(layer, nn.Sequential) else layer
        if not isinstance(conv, CONVOLUTIONS) or not isinstance(norm, nn.BatchNorm2d):
            continue
        if norm.training or norm.running_mean is None:
            continue
        conv.weight, conv.bias = fuse_conv_bn_weights(
            conv.weight, conv.bias, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias,
            transpose=isinstance(conv, nn.ConvTranspose2d),
        )
        conv.weight.data = conv.weight.data.contiguous(memory_format=torch.channels_last)
        _replace(net, {norm: nn.Identity()})
    return net


def _pairs(net: nn.Module) -> Iterator[tuple[nn.Module, nn.Module]]:
    for module in net.modules():
        if isinstance(module, nn.Sequential):
            yield from itertools.pairwise(module)
        elif hasattr(module, "normed"):
            yield from module.normed()


def _replace(net: nn.Module, new: dict[nn.Module, nn.Module]) -> None:
    for module in list(net.modules()):
        for name, child in module.named_children():
            if child in new:
                setattr(module, name, new[child])


def _plain(conv: nn.Module) -> bool:
    return conv.padding_mode in ("zeros", "reflect") and not isinstance(conv.padding, str)


class Packed(nn.Module):
    """A convolution whose weights lie as oneDNN wants them for the first map that comes by; others are served too.

    torch's own layers lay them out anew at every call, which is most of the time of a U-Net's deep half. The
    operations are those that torch.compile puts in their place.
    """

    def __init__(self, conv: nn.Module, dtype: torch.dtype):
        super().__init__()
        self.dtype, self.weight, self.lock = dtype, None, threading.Lock()
        self.turned = isinstance(conv, nn.ConvTranspose2d)
        self.mirror = partial(mirrored, layer=conv) if conv.padding_mode == "reflect" else None
        padding = (0, 0) if self.mirror else conv.padding
        self.shape = [padding, *([conv.output_padding] if self.turned else []), conv.stride, conv.dilation, conv.groups]
        self.start: Tensor | None = conv.weight.detach()
        self.bias = None if conv.bias is None else conv.bias.detach().to(dtype)

    def forward(self, h: Tensor) -> Tensor:
        h = h.to(self.dtype).contiguous(memory_format=torch.channels_last)
        if self.mirror:
            h = self.mirror(h).contiguous(memory_format=torch.channels_last)
        if self.weight is None:
            self._pack(list(h.shape))
        ops = torch.ops.mkldnn
        convolve = ops._convolution_transpose_pointwise if self.turned else ops._convolution_pointwise
        return convolve(h, self.weight, self.bias, *self.shape, "none", [], "")

    def _pack(self, size: list[int]) -> None:
        with self.lock:
            if self.weight is None:
                ops = torch.ops.mkldnn
                lay = ops._reorder_convolution_transpose_weight if self.turned else ops._reorder_convolution_weight
                self.weight, self.start = lay(self.start.to(self.dtype), *self.shape, size), None


@cache
def packs(dtype: torch.dtype) -> bool:
    """Whether this build of torch has what `Packed` calls, and it computes what torch's own layers do."""
    chance = torch.Generator().manual_seed(0)
    h = torch.rand(1, 16, 8, 8, generator=chance)
    try:
        with torch.inference_mode():
            for conv, plain in ((nn.Conv2d(16, 16, 4, 2, 1), F.conv2d), (nn.ConvTranspose2d(16, 16, 4, 2, 1), F.conv_transpose2d)):
                weight = torch.rand(16, 16, 4, 4, generator=chance) - 0.5
                conv.weight, conv.bias = nn.Parameter(weight), None
                wanted, layer = plain(h, weight, None, 2, 1), Packed(conv, dtype)
                for _ in range(2):
                    if (layer(h).float() - wanted).abs().max() > 0.02 * wanted.abs().max():
                        return False
    except (RuntimeError, AttributeError):
        return False
    return True


# -- compiled -------------------------------------------------------------------------------------------------------

MEAN, MOST = 0.01, 0.08
"""How far a bfloat16 or compiled picture may lie from the float32 one, on [-1, 1]: on average, and in any value."""


class Compiled:
    """What compiling (CPU) or recording (GPU) made of a method, for one shape of x; safe to call from several threads."""

    def __init__(self, run: Callable[[Tensor, list[Tensor]], Tensor], x: Tensor, numbers: list[Tensor]):
        self.run, self.shape, self.chance = run, x.shape, [n.shape for n in numbers]

    def __call__(self, x: Tensor, generator: torch.Generator) -> Tensor:
        return self.run(x, [torch.rand(shape, generator=generator, device=x.device) for shape in self.chance])


def compiled(translate: Translate, folder: Path, x: Tensor, bf16: bool) -> Compiled | None:
    """Build, or take from the cache, a faster way of calling an exported method with pictures of x's shape.

    translate: what it has to agree with, and to beat.  folder: the export that it was loaded from.
    None where there is no compiler, where its pictures differ from translate's, and where it is no faster.
    """
    tape = Tape(torch.Generator(x.device).manual_seed(0))
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
        slow, fast = (min(_seconds(way, x) for _ in range(5)) for way in (
            lambda: translate(x, Tape(tape.numbers)), lambda: run(x, tape.numbers),
        ))
    return Compiled(run, x, tape.numbers) if fast < slow else None


def _seconds(way: Callable[[], Tensor], x: Tensor) -> float:
    start = time.perf_counter()
    way()
    if x.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def _recorded(translate: Translate, x: Tensor, numbers: list[Tensor]) -> Callable[[Tensor, list[Tensor]], Tensor]:
    """A CUDA graph: all kernels of a picture launched at once. It has one set of buffers, so callers take turns."""
    held, lock, graph = (x.clone(), [n.clone() for n in numbers]), threading.Lock(), torch.cuda.CUDAGraph()
    with torch.inference_mode():
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):
                translate(held[0], Tape(held[1]))
        torch.cuda.current_stream().wait_stream(aside)
        with torch.cuda.graph(graph):
            made = translate(held[0], Tape(held[1]))

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


def cache_folder() -> Path:
    """Where compiled nets are kept: $I2I_CACHE, or `i2i` in the user's folder for such things."""
    given = os.environ.get("I2I_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given).expanduser() if given else base / "i2i"


def _key(folder: Path, shape: torch.Size, bf16: bool) -> str:
    """Everything that a compiled net depends on: weights, code, torch, processor, size, precision."""
    digest = hashlib.sha256(repr((torch.__version__, _processor(), tuple(shape), bf16)).encode())
    package = Path(__file__).parent
    code = [Path(__file__), *sorted((package / "nets").glob("*.py")), *sorted((package / "methods").glob("*.py"))]
    for path in [*code, folder / "config.json", *sorted(folder.glob("*.safetensors"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:24]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
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
        command = [sys.executable, "-m", "i2i.inference", str(folder), str(part), "x".join(map(str, shape)), "bf16" if bf16 else "fp32"]
        above = str(Path(__file__).resolve().parent.parent)
        search = os.pathsep.join(filter(None, (above, os.environ.get("PYTHONPATH"))))
        child = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": search}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
    """A method as the compiler is to see it: x and the numbers of chance in, the picture out."""

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
    method = prepared(load_method(Path(folder))[0], pack=False)
    for net in method.networks().values():
        if net is not None:
            plain_layers(net)
    x = torch.zeros([int(n) for n in shape.split("x")])
    x = x.to(memory_format=LAYOUTS.get(x.dim(), torch.contiguous_format))
    tape = Tape(torch.Generator())
    with torch.no_grad():
        method.translate(x, generator=tape)
        traced = _Traced(method, torch.bfloat16 if precision == "bf16" else torch.float32).eval()
        program = torch.export.export(traced, (x, tape.numbers), strict=False)
        # The number of threads is the caller's business, not that of the day on which this was built.
        settings = {"freezing": True, "cpp.dynamic_threads": True}
        aoti_compile_and_package(program, package_path=target, inductor_configs=settings)


if __name__ == "__main__":
    _build(*sys.argv[1:])
